"""The log and the accounts."""

from __future__ import annotations

from dataclasses import replace

from planning import roles
from planning.desk.base import DeskBase
from planning.model import (
    AuditEntry,
    User,
)
from planning.roles import Action


class AccountsDesk(DeskBase):
    """Oversight and accounts."""

    def change_password(self, password: str) -> None:
        """Gives this user's own account a new password.

        Raises:
            InputError: it is too short, or the name.
        """
        with self._registry.work(self.user.user_id) as work:
            work.save_user(replace(self.user, must_change_password=False), password=password)
            work.log("change_password", self.user.user_id)

    def audit_log(self) -> list[AuditEntry]:
        """Who did what, newest first."""
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            return work.audit()

    def users(self) -> list[User]:
        """All accounts."""
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            return work.users()

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes an account."""
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            work.save_user(user, password=password)
            work.log("save_user", user.user_id, str(user.role))
