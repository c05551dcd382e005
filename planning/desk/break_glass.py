"""One case that is somebody else's, opened in an emergency: stated, short, and seen at once.

A child is met in another municipality's street, or a family of another team's list stands at the
door. Whoever opens the case says why; the case's own municipality and the auditor are shown it
until they have acknowledged it.
"""

from __future__ import annotations

from datetime import timedelta

from planning import roles
from planning.desk.base import DeskBase
from planning.errors import Fault, InputError, NotAllowed, NotFound
from planning.model import CaseRecord, Emergency, Role
from planning.roles import Action
from planning.stores import Work
from planning.text import note

SHORTEST_REASON = 15
LONGEST_REASON = 500
"""Characters."""
LASTS = timedelta(minutes=60)
MOST = ((timedelta(hours=1), 3), (timedelta(days=1), 10))
"""(while, how many a user may open in it), tries at cases that do not exist among them."""


class BreakGlassDesk(DeskBase):
    """Access in an emergency, and those who look at it afterwards."""

    def break_glass(self, campaign_id: str, case_id: str, reason: str) -> Emergency:
        """Opens one case of another municipality or team for an hour.

        Asked for again while it lasts, it is the same emergency.

        Raises:
            InputError: no reason worth the name, or the case is the user's own municipality's.
            NotAllowed: too many in an hour or a day.
            NotFound: there is no such case; that counts as a try.
        """
        roles.require(self.user, Action.BREAK_GLASS)
        reason = _stated(reason)
        with self._registry.work(self.user.user_id) as work:
            for each in work.emergencies(user_id=self.user.user_id, lasting=True):
                if (each.campaign_id, each.case_id) == (campaign_id, case_id):
                    return each
            _refuse_too_many(work)
            record = _found(work, campaign_id, case_id)
            if record is not None:
                return self._open(work, campaign_id, record, reason)
            work.log("break_glass_missed", campaign_id)  # never as typed: it may be a name
        raise NotFound("there is no such case")

    def _open(self, work: Work, campaign_id: str, record: CaseRecord, reason: str) -> Emergency:
        code = record.place.municipality_code if record.place else ""
        if self.user.role is Role.COORDINATOR and code and code == self.user.municipality_code:
            raise InputError(note("this case is your own municipality's: open it as usual"))
        case_id = record.case.case_id
        opened = work.add_emergency(campaign_id, case_id, code, reason=reason, lasts=LASTS)
        work.log("break_glass", case_id, f"emergency {opened.number}")
        return opened

    def emergency_case(self, number: int) -> CaseRecord:
        """The case that this user opened, while it lasts.

        Raises:
            NotAllowed: it has ended, or was somebody else's.
        """
        roles.require(self.user, Action.BREAK_GLASS)
        with self._registry.work(self.user.user_id) as work:
            lasting = work.emergencies(user_id=self.user.user_id, lasting=True)
            found = next((each for each in lasting if each.number == number), None)
            if found is None:
                raise NotAllowed("this access in an emergency has ended")
            record = work.case(found.campaign_id, found.case_id)
            work.log_read("read_emergency", found.case_id, f"emergency {number}")
        return record

    def own_emergencies(self) -> list[Emergency]:
        """What this user has open now."""
        roles.require(self.user, Action.BREAK_GLASS)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.emergencies(user_id=self.user.user_id, lasting=True)

    def unseen_emergencies(self) -> list[Emergency]:
        """What this coordinator or auditor has not acknowledged yet."""
        own = self._own(Action.SEE_EMERGENCIES)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.emergencies(municipality_code=own, unseen_by=self.user.role)

    def acknowledge_emergency(self, number: int) -> None:
        """Notes that this coordinator or auditor has seen it.

        Raises:
            NotFound: there is none of that number for this user to acknowledge.
        """
        own = self._own(Action.SEE_EMERGENCIES)
        with self._registry.work(self.user.user_id) as work:
            unseen = work.emergencies(municipality_code=own, unseen_by=self.user.role)
            found = next((each for each in unseen if each.number == number), None)
            if found is None:
                raise NotFound("there is no such emergency, or somebody has acknowledged it")
            work.acknowledge_emergency(number, self.user.role)
            work.log("acknowledge_emergency", found.case_id, f"emergency {number}")


def _stated(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        message = note("say why in at least {least} characters", least=SHORTEST_REASON)
        raise InputError(Fault(message, field="reason"))
    return reason[:LONGEST_REASON]


def _refuse_too_many(work: Work) -> None:
    for within, most in MOST:
        if work.tries(("break_glass", "break_glass_missed"), within=within) >= most:
            raise NotAllowed("too many cases opened in an emergency; ask a planner")


def _found(work: Work, campaign_id: str, case_id: str) -> CaseRecord | None:
    try:
        return work.case(campaign_id, case_id)
    except NotFound:
        return None
