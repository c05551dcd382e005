"""The registry: implements `planning.stores.Registry` on SQLAlchemy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from data.registry import accounts, audit, keys, links
from data.registry.database import (
    READING,
    database_url,
    make_engine,
    shown_name,
    told,
    use_write_ahead_log,
)
from data.registry.jobs import SqlJobs
from data.registry.migrate import refuse_foreign, upgrade_within
from data.registry.seal import Seal
from data.registry.sessions import Sessions
from data.registry.sweep import sweep
from data.registry.work import SqlWork, routes
from planning.model import User

if TYPE_CHECKING:
    from sqlalchemy import Engine

Clock = Callable[[], datetime]
"""The time now, with its offset."""


def open_registry(
    url_or_path: str | Path,
    *,
    key_file: Path,
    clock: Clock = lambda: datetime.now(UTC),
    passwords: accounts.Passwords | None = None,
) -> SqlRegistry:
    """Opens a registry, creates it where there is none, and brings it to this version's schema.

    `url_or_path` is a SQLite file or a database URL. The key is read from `key_file`, or from the
    environment; it is made only together with a new registry.

    Raises:
        InputError: the key is missing, wrong, or readable by others. Nothing was touched.
        FileFault: a newer version's registry, another program's, or a damaged one.
    """
    url = database_url(url_or_path)
    name = shown_name(url)
    engine = make_engine(url)
    try:
        with told(name):
            seal = _unlock(engine, key_file, name)
            if engine.dialect.name == "sqlite":
                use_write_ahead_log(engine)
            with Session(engine) as session, session.begin():
                upgrade_within(session.connection(), name=name)
                if keys.install(session, seal):
                    audit.begin_log(session, seal)
                else:  # now that nobody else writes: its key may just have been rotated
                    seal = keys.unlock(session.connection(), key_file)
                links.fill_in(session, seal)
                routes.fill_in(session, seal)
    except BaseException:
        engine.dispose()
        raise
    office_seal = keys.OfficeSeal(key_file, seal)
    return SqlRegistry(engine, seal=office_seal, clock=clock, passwords=passwords, name=name)


class SqlRegistry:
    """Where the truth is kept."""

    def __init__(
        self,
        engine: Engine,
        *,
        seal: keys.OfficeSeal,
        clock: Clock,
        passwords: accounts.Passwords | None = None,
        name: str = "registry",
    ) -> None:
        """Use `open_registry`."""
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._office_seal = seal
        self._clock = clock
        self._passwords = passwords or accounts.Passwords()
        self._name = name
        self._here = threading.local()

    @contextmanager
    def work(self, actor: str, *, reading: bool = False) -> Iterator[SqlWork]:
        """Opens one transaction in the name of `actor`: commits at the end, or rolls back.

        With `reading` it waits for no writer, sees one unchanging state, and cannot write: no
        reading of personal data either, since that is logged.
        """
        with self._session(reading=reading) as session:
            yield SqlWork(
                session,
                seal=self._office_seal.within(session, writing=not reading),
                passwords=self._passwords,
                actor=actor,
                now=lambda: self._now().isoformat(timespec="microseconds"),
                reading=reading,
            )

    @property
    def jobs(self) -> SqlJobs:
        """Where `data.jobs` keeps how long work goes."""
        return SqlJobs(self._session)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self._session, self._office_seal, self._now)

    def sign_in(self, user_id: str, password: str) -> User:
        """The user, when the password is right.

        Raises:
            NotAllowed: wrong name or password, or locked out for a while: the words do not tell
                which of the first two it was.
        """
        name_digest = self._seal.digest(accounts.sign_in_name(user_id))
        with self._session() as session:
            accounts.count_attempt(session, name_digest, self._now())
            row = accounts.find_account(session, user_id)
            # A closed account is answered like a wrong password, and takes as long.
            kept_hash = row.password_hash if row and row.active else None
            known_as = row.user_id if row else "unknown"  # never as typed: may be a password
        # No transaction is held while argon2 works.
        if not self._passwords.fits(password, kept_hash):
            with self.work(known_as) as work:
                work.log("sign_in_failed", known_as)
            raise accounts.wrong_sign_in()
        with self.work(known_as) as work:
            work.log("sign_in", known_as)
            return work.signed_in(known_as, name_digest, password, kept_hash)

    def sign_in_by_identity(self, proof: str, *, subject: str, email: str = "") -> User | None:
        """Signs in whom the organisation's sign-in knows, see `Sessions.begin_by_identity`."""
        user = self.sessions.begin_by_identity(proof, subject=subject, email=email)
        known_as = user.user_id if user else "unknown"  # nothing of what the provider told
        with self.work(known_as) as work:
            if user is not None:
                work.log("sign_in", known_as, "organisation")
            else:
                work.log_read("sign_in_failed", known_as, "organisation")
        return user

    def verify_audit(self) -> int:
        """Checks the whole audit log and returns how many entries it has.

        Raises:
            InputError: somebody changed it by hand; it names the first entry that does not fit.
        """
        with self._session(reading=True) as session:
            return audit.verify(session, self._office_seal.within(session, writing=False))

    def sweep(self) -> None:
        """Takes what was deleted out of the database's files, too. Opens its own connection.

        Raises:
            Conflict: others keep it busy.
        """
        with told(self._name):
            sweep(self._engine)

    def close(self) -> None:
        """Gives its connections back."""
        self._engine.dispose()

    @property
    def _seal(self) -> Seal:
        return self._office_seal.newest

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    @contextmanager
    def _session(self, *, reading: bool = False) -> Iterator[Session]:
        """One transaction. A second writing one within it would wait for itself."""
        if reading:
            with told(self._name), Session(self._reader) as session, session.begin():
                yield session
            return
        if getattr(self._here, "writing", False):
            raise RuntimeError("a transaction within a transaction of the same thread")
        self._here.writing = True
        try:
            with told(self._name), Session(self._engine) as session, session.begin():
                yield session
        finally:
            self._here.writing = False


def _unlock(engine: Engine, key_file: Path, name: str) -> Seal:
    """The seal of the registry. Only looks at it; a key is made when it is new."""
    with engine.execution_options(**{READING: True}).begin() as connection:
        refuse_foreign(connection, name=name)
        return keys.unlock(connection, key_file, create=True)
