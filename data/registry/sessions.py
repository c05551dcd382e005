"""Who is signed in: a random token in the browser, its digest here.

A session ends by itself after half an hour without a click and after ten hours in any case; and at
once when its user signs out, gets another password or other rights, or may not sign in any more.
What has ended does not begin again: the token is new at every sign-in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import delete, select, update

from data.registry.accounts import as_user, find_identity, identity_keys
from data.registry.keys import OfficeSeal
from data.registry.tables import SessionRow, UserRow
from planning.errors import NotAllowed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from planning.model import User

IDLE = timedelta(minutes=30)
"""Nobody clicked for so long: somebody else may sit there."""
LONGEST = timedelta(hours=10)
"""A working day."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when somebody last clicked: writing it at every click would be dear."""


class OpenSession(Protocol):
    """Opens a transaction."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[Session]:
        """Commits at the end, or rolls back."""
        ...


class Sessions:
    """The sessions of a registry. Made by `SqlRegistry.sessions`."""

    def __init__(
        self, open_session: OpenSession, seal: OfficeSeal, now: Callable[[], datetime]
    ) -> None:
        self._open = open_session
        self._seal = seal
        self._now = now

    def begin(self, user_id: str) -> str:
        """Begins a session of somebody who has just proved who they are; returns its token.

        Raises:
            NotAllowed: the account may not sign in any more.
        """
        token = secrets.token_urlsafe(32)
        with self._open() as session:
            row = session.get(UserRow, user_id)
            if row is None or not row.active:
                raise NotAllowed("this account may not sign in")
            self._add(session, token, row, by_identity=False)
        return token

    def begin_by_identity(self, proof: str, *, subject: str, email: str = "") -> User | None:
        """Begins a session of the one account that an administrator gave this identity.

        `proof` is what the organisation's sign-in left in the browser and serves as the token: one
        proof is one session. None when it was used before, or no single account fits.

        Args:
            proof: a text that only this browser has.
            subject: how the provider knows the person.
            email: empty unless the provider has verified it.
        """
        with self._open() as session:
            if session.get(SessionRow, _digest(proof)) is not None:
                return None
            seal = self._seal.within(session, writing=True)
            rows = [find_identity(session, seal, key) for key in identity_keys(subject, email)]
            found = {row.user_id: row for row in rows if row is not None and row.active}
            if len(found) != 1:
                return None
            (row,) = found.values()
            self._add(session, proof, row, by_identity=True)
            return as_user(row, seal)

    def user(self, token: str) -> User | None:
        """Whose session it is; None when it has ended. Counts as a click of the user."""
        user, seen_at = self._find(token)
        if user is not None and seen_at < _iso(self._now() - SEEN_EVERY):
            with self._open() as session:
                session.execute(
                    update(SessionRow)
                    .where(SessionRow.token_digest == _digest(token), SessionRow.ended.is_(False))
                    .values(seen_at=_iso(self._now()))
                )
        return user

    def lasts(self, token: str) -> bool:
        """True while the session has not ended. No click: pages also ask by themselves."""
        return self._find(token)[0] is not None

    def end(self, token: str) -> None:
        """Ends one session."""
        with self._open() as session:
            session.execute(
                update(SessionRow)
                .where(SessionRow.token_digest == _digest(token))
                .values(ended=True)
            )

    def _find(self, token: str) -> tuple[User | None, str]:
        now = self._now()
        with self._open(reading=True) as session:
            found = session.execute(
                select(SessionRow, UserRow)
                .join(UserRow, UserRow.user_id == SessionRow.user_id)
                .where(
                    SessionRow.token_digest == _digest(token),
                    SessionRow.ended.is_(False),
                    SessionRow.expires_at > _iso(now),
                    SessionRow.seen_at > _iso(now - IDLE),
                    UserRow.active.is_(True),
                )
            ).one_or_none()
            if found is None:
                return None, ""
            row, account = found
            user = as_user(account, self._seal.within(session, writing=False))
            if row.by_identity:  # whose password is not asked for
                user = replace(user, must_change_password=False)
            return user, row.seen_at

    def _add(self, session: Session, token: str, row: UserRow, *, by_identity: bool) -> None:
        now = self._now()
        session.execute(delete(SessionRow).where(SessionRow.expires_at < _iso(now)))
        session.add(
            SessionRow(
                token_digest=_digest(token),
                user_id=row.user_id,
                by_identity=by_identity,
                begun_at=_iso(now),
                seen_at=_iso(now),
                expires_at=_iso(now + LONGEST),
                ended=False,
            )
        )


def end_all(session: Session, user_id: str) -> int:
    """Ends every session of a user within the session's transaction; how many there were."""
    rows = session.scalars(
        select(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended.is_(False))
    ).all()
    for row in rows:
        row.ended = True
    session.flush()
    return len(rows)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
