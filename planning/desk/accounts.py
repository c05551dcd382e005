"""The log and the accounts."""

from __future__ import annotations

from dataclasses import replace

from planning import roles
from planning.desk.base import DeskBase
from planning.model import EVERYTHING, AuditEntry, LogFilter, Sighting, User
from planning.roles import Action


class AccountsDesk(DeskBase):
    """Oversight and accounts."""

    def change_password(self, password: str) -> None:
        """Gives this user's own account a new password, and signs it out everywhere.

        Raises:
            InputError: it is too short, or the name.
        """
        with self._registry.work(self.user.user_id) as work:
            kept = next(each for each in work.users() if each.user_id == self.user.user_id)
            work.save_user(replace(kept, must_change_password=False), password=password)
            work.log("change_password", self.user.user_id)

    def sign_out_everywhere(self, user_id: str = "") -> int:
        """Ends every session of this user, or of another whose account this user manages.

        Returns how many there were.
        """
        user_id = user_id or self.user.user_id
        if user_id != self.user.user_id:
            roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            ended = work.end_sessions(user_id)
            work.log("sign_out_everywhere", user_id, f"{ended} sessions")
        return ended

    def audit_log(
        self, wanted: LogFilter = EVERYTHING, *, skip: int = 0, limit: int = 500
    ) -> list[AuditEntry]:
        """Who did what, newest first: what fits, after the first `skip` of it."""
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            entries = work.audit(wanted=wanted, skip=skip, limit=limit)
            work.log_read("read_log", "log")
        return entries

    def audit_count(self, wanted: LogFilter = EVERYTHING) -> int:
        """How many entries of the log fit."""
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.audit_count(wanted)

    def who_saw(self, case_id: str) -> list[Sighting]:
        """Everything in the log that met a case: itself, or a list, plan or day that it was in.

        Newest first. Lists are judged by the municipality in which the case's place is today;
        plans and days by the plan as it was.
        """
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            found = work.sightings(case_id)
            work.log_read("read_sightings", case_id)
        return found

    def verify_log(self) -> int:
        """Checks that nobody has been at the log; how many entries it has.

        Raises:
            InputError: somebody was; it names the first entry that does not fit.
        """
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            work.log("verify_log", "log")
        return self._registry.verify_audit()

    def export_log(self, wanted: LogFilter = EVERYTHING) -> list[AuditEntry]:
        """Everything that fits, for a file; that it was taken out is logged."""
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            entries = work.audit(wanted=wanted, limit=work.audit_count(wanted))
            work.log("export_log", "log", f"{len(entries)} entries")
        return entries

    def users(self) -> list[User]:
        """All accounts."""
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            return work.users()

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes an account. Other rights or another password end its sessions.

        Raises:
            InputError: an account that nobody could use, or a password too easy to guess.
            Conflict: another account has this name or identity.
        """
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            work.save_user(user, password=password)
            work.log("save_user", user.user_id, str(user.role) if user.active else "closed")
