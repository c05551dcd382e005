"""Whether children who came back stay in school, and what the next school year takes over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from planning import looks, roles
from planning.attendance import (
    Attendance,
    Due,
    SchoolAnswer,
    StayedCount,
    Unsettled,
    due,
    next_year,
    stayed_by_municipality,
    to_add,
    unsettled,
    with_answer,
    with_return,
)
from planning.campaign.ladder import Answer, Channel, Contact, closed
from planning.desk.base import DeskBase
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.model import Campaign, CaseRecord, Choice, Place, Remembered, Result, Saved
from planning.outcomes import resolving
from planning.roles import Action
from planning.stores import Work
from planning.text import note


@dataclass(frozen=True, slots=True)
class AskSchool:
    """A school to be asked about a child. *Personal.*"""

    due: Due
    record: CaseRecord
    attendance: Saved[Attendance]


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The children who came back, as far as somebody may see them. *Personal.*"""

    to_ask: tuple[AskSchool, ...]
    """By school, the longest due first."""
    back: tuple[tuple[CaseRecord, Saved[Attendance]], ...]
    """Every child with a return on record, by case id."""
    found: tuple[CaseRecord, ...]
    """Children whom a crew met or a call found back in school, with no return on record yet."""
    schools: tuple[str, ...]
    """Names to choose from."""
    stayed: tuple[StayedCount, ...]
    """Exact counts of `back` by municipality, the total last."""


@dataclass(frozen=True, slots=True)
class PastCase:
    """What an earlier campaign knew of the same child. *Personal.*"""

    campaign: Campaign
    record: CaseRecord
    result: Result | None
    """What was found at the door last; None when nobody was sent."""
    attendance: Attendance | None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What taking over has added to a campaign."""

    added: int
    there: int
    """Who were in the new campaign already."""
    why: tuple[tuple[Unsettled, int], ...]
    """Why the added ones go on."""


class AttendanceDesk(DeskBase):
    """Retention: the planner's, and the coordinator's in the own municipality."""

    def follow_ups(self, campaign_id: str) -> FollowUps:
        """Whom to ask about which child by now, who is back, and who may be."""
        own = self._own(Action.FOLLOW_UP)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id, municipality_code=own)
            work.log_read("read_attendance", campaign_id, looks.list_detail(len(records), only=own))
            saved = {each.value.case_id: each for each in work.attendance(campaign_id)}
            met = _back_perhaps(work, campaign_id)
            region = work.campaign(campaign_id).region
            schools = work.schools(region, municipality_code=own)
        here = {record.case.case_id: record for record in records}
        back = [(here[case_id], each) for case_id, each in saved.items() if case_id in here]
        to_ask = [
            AskSchool(wanted, record, each)
            for record, each in back
            if (wanted := due(each.value, today)) is not None
        ]
        to_ask.sort(key=lambda each: (each.due.school.casefold(), each.due.since, each.due.case_id))
        again = {case_id for case_id, each in saved.items() if not each.value.last.holds}
        found = [
            record for case_id, record in here.items()
            if case_id in met and (case_id not in saved or case_id in again)
        ]  # fmt: skip
        names = {each.name for each in schools} | {each.case.school for each in records}
        return FollowUps(
            tuple(to_ask), tuple(back), tuple(found), tuple(sorted(filter(None, names))),
            stayed_by_municipality((record, each.value) for record, each in back),
        )  # fmt: skip

    def record_return(
        self, campaign_id: str, case_id: str, *, day: date, school: str, seen: int = 0
    ) -> int:
        """Records that the child is in school again; the version of what is on record now.

        From here on nobody is sent to its door, and the school is asked after 30 and 90 days.

        Raises:
            NotFound: there is no such case.
            Conflict: somebody recorded something of it after version `seen`.
            InputError: no school, a day to come, or it is back already.
        """
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            self._require_follow_up(work, campaign_id, case_id)
            before = _attendance(work, campaign_id, case_id, seen)
            made = with_return(
                before, case_id, day=day, school=school, at=self._at(), today=self._today()
            )
            version = work.save_attendance(campaign_id, made, seen=seen)
            number = len(made.returns)
            contact = Contact(
                case_id, Channel.RESEARCH, Answer.RETURNED, made.last.at,
                key=f"return:{case_id}:{number}",
            )  # fmt: skip
            work.add_contact(campaign_id, contact)
            work.log("record_return", case_id, f"return {number}")
        return version

    def record_attendance(
        self, campaign_id: str, case_id: str, *, after: int, answer: SchoolAnswer, seen: int,
        note: str = "",
    ) -> int:  # fmt: skip
        """Records what the school said; the version of what is on record now.

        A child that dropped out again is looked for again, as a case with its history.

        Raises:
            NotFound: there is no such case, or no return on record.
            Conflict: somebody recorded something of it after version `seen`.
            InputError: no such question, or too early for it.
        """
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            self._require_follow_up(work, campaign_id, case_id)
            before = _attendance(work, campaign_id, case_id, seen)
            if before is None:
                raise NotFound("no return to school is on record for this case")
            made = with_answer(before, after, answer, at=self._at(), today=self._today(), note=note)
            version = work.save_attendance(campaign_id, made, seen=seen)
            work.log("record_attendance", case_id, f"{answer} after {after} days")
            if answer is SchoolAnswer.DROPPED_OUT:
                work.log("reopen_case", case_id)
        return version

    def past_cases(self, campaign_id: str, case_id: str) -> tuple[PastCase, ...]:
        """What other campaigns knew of the same child, the newest first."""
        with self._registry.work(self.user.user_id) as work:
            self._require_follow_up(work, campaign_id, case_id)
            work.log_read("read_history", case_id)
            campaigns = {each.campaign_id: each for each in work.campaigns()}
            return tuple(
                _past(work, campaigns[other], record)
                for other, record in work.cases_of_child(campaign_id, case_id)
                if other != campaign_id
            )

    # --- the next school year ---------------------------------------------------------------

    def take_over(self, campaign_id: str, from_id: str) -> TakenOver:
        """Adds to a campaign the open cases of an earlier one, and those that are in doubt.

        Where they were found and what was decided on their addresses comes along; days, teams and
        kits do not, and nobody's age or grade is guessed. Done again it adds nothing.

        Raises:
            NotFound: there is no such campaign.
            InputError: one and the same campaign, other regions, or the earlier one was purged.
        """
        roles.require(self.user, Action.IMPORT)
        roles.require(self.user, Action.FOLLOW_UP)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            _refuse_campaigns(work, work.campaign(campaign_id), work.campaign(from_id))
            records = work.cases(from_id)
            there = work.cases(campaign_id)
            for each, count in ((from_id, len(records)), (campaign_id, len(there))):
                work.log_read("read_cases", each, looks.list_detail(count))
            why = _unsettled(work, from_id, records)
            taken = [(from_id, record) for record in records if record.case.case_id in why]
            added = _without_erased(work, campaign_id, to_add(taken, there))
            if added:
                _add(work, campaign_id, added)
                work.log("take_over", campaign_id, f"{len(added)} cases from {from_id}")
        reasons = Counter(why[record.case.case_id] for _, record in added)
        return TakenOver(len(added), len(taken) - len(added), tuple(sorted(reasons.items())))

    def _require_follow_up(self, work: Work, campaign_id: str, case_id: str) -> None:
        roles.scope(self.user, Action.FOLLOW_UP)
        place = work.case(campaign_id, case_id).place
        municipality = place.municipality_code if place else ""
        roles.require(self.user, Action.FOLLOW_UP, municipality_code=municipality)

    def _at(self) -> str:
        return self._now().astimezone().isoformat(timespec="microseconds")


def _back_perhaps(work: Work, campaign_id: str) -> frozenset[str]:
    """Cases that a crew met, or that a call found back in school."""
    met = {
        case_id
        for case_id, last in resolving(work.standing_outcomes(campaign_id)).items()
        if last.result is Result.MET
    }
    calls = closed(work.standing_contacts(campaign_id))
    return frozenset(met | {each for each, said in calls.items() if said is Answer.RETURNED})


def _attendance(work: Work, campaign_id: str, case_id: str, seen: int) -> Attendance | None:
    """What is on record, as it was seen."""
    for each in work.attendance(campaign_id):
        if each.value.case_id == case_id:
            if each.version != seen:
                raise Conflict("somebody recorded something of this child meanwhile; look again")
            return each.value
    return None


def _past(work: Work, campaign: Campaign, record: CaseRecord) -> PastCase:
    case_id = record.case.case_id
    outcomes = work.outcomes_of(campaign.campaign_id, [case_id])
    saved = (each.value for each in work.attendance(campaign.campaign_id))
    return PastCase(
        campaign,
        record,
        outcomes[-1].result if outcomes else None,
        next((each for each in saved if each.case_id == case_id), None),
    )


def _unsettled(work: Work, campaign_id: str, records: list[CaseRecord]) -> dict[str, Unsettled]:
    return unsettled(
        [record.case for record in records],
        work.outcomes(campaign_id),
        work.contacts(campaign_id),
        [each.value for each in work.attendance(campaign_id)],
    )


def _refuse_campaigns(work: Work, new: Campaign, old: Campaign) -> None:
    if new.campaign_id == old.campaign_id:
        raise InputError(Fault(note("choose another campaign to take over from"), field="campaign"))
    if new.region != old.region:
        raise InputError(
            Fault(note("the two campaigns are in different regions; export the list and import it"),
                  field="campaign", value=old.campaign_id)
        )  # fmt: skip
    if any(term.purged_at for term in work.terms() if term.campaign_id == old.campaign_id):
        raise InputError(
            Fault(note("the records of this campaign were purged when its term was over"),
                  field="campaign", value=old.campaign_id)
        )  # fmt: skip


def _without_erased(
    work: Work, campaign_id: str, added: list[tuple[str, CaseRecord]]
) -> list[tuple[str, CaseRecord]]:
    cases = [replace(record.case, case_id=case_id) for case_id, record in added]
    erased = work.erased(campaign_id, cases)
    return [each for each in added if each[0] not in erased]


def _add(work: Work, campaign_id: str, added: list[tuple[str, CaseRecord]]) -> None:
    cases, decided = [], {}
    places: dict[str, Place] = {}
    for case_id, record in added:
        cases.append(replace(next_year(record.case), case_id=case_id))
        if record.place is not None:
            places[case_id] = record.place
        if record.decided_by:
            choice = Choice(note=record.decision_note)
            decided[case_id] = Remembered(choice, record.decided_by, record.decided_at)
    work.add_cases(campaign_id, cases, places, decided=decided)
