"""The audit log and the accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from data.registry import accounts, audit, sessions
from data.registry.tables import (
    UserRow,
)
from data.registry.work.storing import checked_id, checked_name, plain
from data.registry.work.transaction import Transaction
from planning.errors import Conflict, Fault, InputError
from planning.model import (
    EVERYTHING,
    AuditEntry,
    LogFilter,
    User,
)
from planning.text import note

ONE_LOOK = timedelta(minutes=10)
"""A page is drawn anew at every click: what a user reads within this time is read once."""


class OfficeWork(Transaction):
    """Keeps the log and the accounts."""

    def log(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log: ids only, never names or addresses."""
        self._will_write()
        entry = AuditEntry(self._now(), self._actor, action, subject, detail)
        audit.append(self._session, self._seal, entry)

    def log_read(self, action: str, subject: str, detail: str = "") -> None:
        """Adds to the audit log that this user reads something.

        The same again within minutes is the same look at it and is not written twice.
        """
        self._will_write()
        now = self._now()
        since = (datetime.fromisoformat(now) - ONE_LOOK).isoformat(timespec="microseconds")
        entry = AuditEntry(now, self._actor, action, subject, detail)
        if not audit.written_since(self._session, entry, since):
            audit.append(self._session, self._seal, entry)

    def audit(
        self, *, wanted: LogFilter = EVERYTHING, skip: int = 0, limit: int = 500
    ) -> list[AuditEntry]:
        """Entries of the audit log that fit, newest first, after the first `skip` of them."""
        return audit.newest(self._session, limit, wanted=wanted, skip=skip)

    def audit_count(self, wanted: LogFilter = EVERYTHING) -> int:
        """How many entries of the audit log fit."""
        return audit.count(self._session, wanted)

    def users(self) -> list[User]:
        """All users by sign-in name."""
        rows = self._session.scalars(select(UserRow).order_by(UserRow.user_id))
        return [accounts.as_user(row, self._seal) for row in rows]

    def end_sessions(self, user_id: str) -> int:
        """Signs a user out everywhere; how many sessions there were."""
        self._will_write()
        return sessions.end_all(self._session, user_id)

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes a user; the password is kept as an argon2 hash.

        Another password, other rights or a closed account end every session of the user.

        Raises:
            InputError: a name that nobody can type or see, a coordinator without a municipality, a
                team without its id, a new user with neither a password nor an identity, a password
                too easy to guess, or the present one.
            Conflict: another account has this name but for capital letters, or this identity.
        """
        self._will_write()
        row = accounts.find_account(self._session, user.user_id)
        if row is not None and row.user_id != user.user_id:
            raise Conflict("another account has this name but for capital letters")
        same_rights = row is not None and accounts.same_rights(row, user)
        if row is None or not same_rights or user.identity:
            accounts.check_account(user)
        self._refuse_identity_of_another(user)
        if row is None:
            if password is None and not user.identity:
                raise InputError(Fault(note("a new account needs a password"), field="password"))
            row = UserRow(
                user_id=checked_id(user.user_id, "sign-in name"),
                sign_in_name=checked_id(accounts.sign_in_name(user.user_id), "sign-in name"),
                password_hash="",
            )
        elif password is not None and self._passwords.fits(password, row.password_hash):
            raise InputError(Fault(note("choose a password that is not the present one"),
                                   field="password"))  # fmt: skip
        if password is not None:
            accounts.check_password(password, user)
            row.password_hash = self._passwords.hashed(password)
        if password is not None or not same_rights or not user.active:
            sessions.end_all(self._session, user.user_id)
        row.name = checked_name(user.name, "name") if user.name else ""
        row.role = str(user.role)
        row.municipality_code = plain(user.municipality_code, "municipality")
        row.team_id = plain(user.team_id, "team")
        row.must_change_password = user.must_change_password
        row.active = user.active
        accounts.keep_identity(row, self._seal, user.identity)
        self._session.add(row)
        self._session.flush()

    def _refuse_identity_of_another(self, user: User) -> None:
        if not user.identity:
            return
        key = accounts.identity_key(user.identity)
        other = accounts.find_identity(self._session, self._seal, key)
        if other is not None and other.user_id != user.user_id:
            raise Conflict("another account has this e-mail address or subject")

    def signed_in(
        self, user_id: str, name_digest: str, password: str, kept_hash: str | None
    ) -> User:
        """Ends a sign-in whose password fitted `kept_hash`: failures are forgotten.

        Raises:
            NotAllowed: the password was changed in this very moment.
        """
        row = accounts.find_account(self._session, user_id)
        if row is None or not row.active or row.password_hash != kept_hash:
            raise accounts.wrong_sign_in()
        accounts.forget_attempts(self._session, name_digest)
        if self._passwords.aged(row.password_hash):
            row.password_hash = self._passwords.hashed(password)
        return accounts.as_user(row, self._seal)
