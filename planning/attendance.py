"""Children who came back to school: whether they stay, and whom the next school year takes over.

A child is back from a day on at a school. The school is asked twice whether it attends. One that
dropped out again is looked for again: what crews and calls found before then tells no longer how
its case stands, but it stays on record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from planning import text
from planning.campaign.ladder import Answer, Contact, closed
from planning.children import child_key
from planning.coverage import NOWHERE, TOTAL, AreaCount
from planning.errors import Fault, InputError
from planning.model import Case, CaseRecord, Outcome, Result
from planning.outcomes import resolving
from planning.phone import holding
from planning.text import MAX_CELL, note, one_line

FOLLOW_UPS = (30, 90)
"""Days after the return on which the school is asked."""


class SchoolAnswer(StrEnum):
    """What a school says of a child who came back."""

    ATTENDS = "attends"
    ABSENT = "absent"
    """On the register, but not in class."""
    DROPPED_OUT = "dropped_out"
    MOVED = "moved"
    """To another school or another place, and it is known where."""


_GONE = frozenset({SchoolAnswer.DROPPED_OUT, SchoolAnswer.MOVED})
"""Whose school is not asked again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the school said at one of `FOLLOW_UPS`. The note may be personal."""

    after: int
    """Days after the return."""
    answer: SchoolAnswer
    at: str
    """When it was recorded: ISO 8601 with the office's offset."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """That a child is in school again."""

    day: date
    """First day in class."""
    school: str
    """Whom to ask. *Personal* beside the child."""
    at: str
    """When it was recorded: ISO 8601 with the office's offset."""
    asked: tuple[Asked, ...] = ()
    """By `after`; one for each."""

    @property
    def last(self) -> SchoolAnswer | None:
        """What the school said last."""
        return self.asked[-1].answer if self.asked else None

    @property
    def holds(self) -> bool:
        """Whether the child is in that school, as far as anybody knows."""
        return self.last not in _GONE


@dataclass(frozen=True, slots=True)
class Attendance:
    """All returns of one case, oldest first; at least one."""

    case_id: str
    returns: tuple[Return, ...]

    @property
    def last(self) -> Return:
        """The return that tells how things stand."""
        return self.returns[-1]

    @property
    def dropped_out_at(self) -> str:
        """When it was last recorded that the child dropped out again; empty when it never did."""
        told = (
            asked.at
            for back in self.returns
            for asked in back.asked
            if asked.answer is SchoolAnswer.DROPPED_OUT
        )
        return max(told, key=datetime.fromisoformat, default="")


# --- asking the schools -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A school to be asked about a child."""

    case_id: str
    school: str
    after: int
    """30 or 90: which of `FOLLOW_UPS`."""
    since: date
    """The first day on which it can be asked."""


def due(attendance: Attendance, today: date) -> Due | None:
    """What the school has to be asked by now; None when nothing.

    Where both questions are open the later one is asked: its answer tells more.
    """
    back = attendance.last
    if not back.holds:
        return None
    answered = max((each.after for each in back.asked), default=0)
    for after in reversed(FOLLOW_UPS):
        since = back.day + timedelta(days=after)
        if answered < after and since <= today:
            return Due(attendance.case_id, back.school, after, since)
    return None


def with_return(
    before: Attendance | None, case_id: str, *, day: date, school: str, at: str, today: date
) -> Attendance:
    """The record with one more return.

    Raises:
        InputError: no school to ask, a day to come, or a child who is back already.
    """
    school = one_line(school)
    faults = []
    if not school:
        faults.append(Fault(note("name the school: it is asked later whether the child attends"),
                            field="school"))  # fmt: skip
    if len(school) > MAX_CELL:
        faults.append(
            Fault(note("longer than {most} characters; shorten it", most=MAX_CELL), field="school")
        )
    if day > today:
        faults.append(Fault(note("this day is still to come; record the return on the day it "
                                 "happens"), field="day", value=day.isoformat()))  # fmt: skip
    if before is not None and before.last.holds:
        faults.append(
            Fault(note("this child is recorded as back in school already"), field="child")
        )
    elif before is not None and day < before.last.day:
        faults.append(Fault(note("the child came back later than that once before; look at the "
                                 "day"), field="day", value=day.isoformat()))  # fmt: skip
    if faults:
        raise InputError(faults)
    back = Return(day, school, at)
    return Attendance(case_id, (*(before.returns if before else ()), back))


def with_answer(
    attendance: Attendance, after: int, answer: SchoolAnswer, *, at: str, today: date,
    note: str = "",
) -> Attendance:  # fmt: skip
    """The record with what the school said; said again, it corrects what was said before.

    Raises:
        InputError: no such question, or it is too early to ask it.
    """
    back = attendance.last
    if after not in FOLLOW_UPS:
        raise InputError(
            Fault(text.note("schools are asked after 30 and after 90 days"), field="after")
        )
    if today < back.day + timedelta(days=after) and answer is SchoolAnswer.ATTENDS:
        raise InputError(
            Fault(text.note("it is too early to say that the child stayed; ask the school "
                            "again later"), field="after", value=str(after))
        )  # fmt: skip
    note = one_line(note)
    if len(note) > MAX_CELL:
        raise InputError(
            Fault(
                text.note("longer than {most} characters; shorten it", most=MAX_CELL), field="note"
            )
        )
    others = (each for each in back.asked if each.after != after)
    asked = sorted((*others, Asked(after, answer, at, note)), key=lambda each: each.after)
    return replace(
        attendance, returns=(*attendance.returns[:-1], replace(back, asked=tuple(asked)))
    )


# --- dropped out again --------------------------------------------------------------------------


def reopened(attendances: Iterable[Attendance]) -> dict[str, str]:
    """Case id → when its child was last said to have dropped out again."""
    return {each.case_id: at for each in attendances if (at := each.dropped_out_at)}


def standing_outcomes(outcomes: Iterable[Outcome], reopened: Mapping[str, str]) -> list[Outcome]:
    """Outcomes as far as they tell how a case stands: without those before it was reopened.

    Where phones disagreed and a planner settled it, only the one that holds. One that is about
    several cases keeps the others.
    """
    if not reopened:
        return holding(outcomes)
    found = []
    for outcome in holding(outcomes):
        kept = tuple(
            each for each in outcome.case_ids if _after(outcome.recorded_at, reopened.get(each))
        )
        if kept or not outcome.case_ids:
            found.append(replace(outcome, case_ids=kept) if kept != outcome.case_ids else outcome)
    return found


def standing_contacts(contacts: Iterable[Contact], reopened: Mapping[str, str]) -> list[Contact]:
    """Contacts as far as they tell how a case stands."""
    return [each for each in contacts if _after(each.at, reopened.get(each.case_id))]


def _after(moment: str, before: str | None) -> bool:
    return before is None or datetime.fromisoformat(moment) > datetime.fromisoformat(before)


# --- the next school year -----------------------------------------------------------------------


class Unsettled(StrEnum):
    """Why a case goes on into the next campaign."""

    OPEN = "open"
    """Nobody found the child, or the door was not tried."""
    REOPENED = "reopened"
    """It came back and dropped out again."""
    IN_DOUBT = "in_doubt"
    """It was met, or is said to be back, and no school has confirmed that it stayed."""


_ELSEWHERE = frozenset({Result.ABROAD, Result.MOVED})
_ELSEWHERE_BY_CONTACT = frozenset({Answer.ABROAD, Answer.MOVED})
_CONFIRMED = frozenset({SchoolAnswer.ATTENDS, SchoolAnswer.MOVED})


def unsettled(
    cases: Iterable[Case],
    outcomes: Sequence[Outcome],
    contacts: Sequence[Contact],
    attendances: Sequence[Attendance],
) -> dict[str, Unsettled]:
    """Case id → why the next campaign takes it over; those that are settled are left out."""
    again = reopened(attendances)
    resolved = resolving(standing_outcomes(outcomes, again))
    by_contact = closed(standing_contacts(contacts, again))
    back = {each.case_id: each.last for each in attendances}
    found = {}
    for case_id in (case.case_id for case in cases):
        result = resolved[case_id].result if case_id in resolved else None
        last = back.get(case_id)
        confirmed = last is not None and last.last in _CONFIRMED
        if confirmed or result in _ELSEWHERE or by_contact.get(case_id) in _ELSEWHERE_BY_CONTACT:
            continue
        in_doubt = result is not None or case_id in by_contact or (last and last.holds)
        open_again = Unsettled.REOPENED if case_id in again else Unsettled.OPEN
        found[case_id] = Unsettled.IN_DOUBT if in_doubt else open_again
    return found


def next_year(case: Case) -> Case:
    """The case as the next campaign begins with it.

    Days, team and kits were of the last campaign: a kit fits a grade, and nobody guesses in which
    the child is now. Where it lives, who must come along and its categories of need hold until
    somebody says else.
    """
    return replace(
        case, row=0, earliest=None, deadline=None, day=None, team_id="", kits=0, kit_type=""
    )


def to_add(
    taken: Sequence[tuple[str, CaseRecord]], there: Sequence[CaseRecord]
) -> list[tuple[str, CaseRecord]]:
    """Those of `taken`, (campaign, case), that are not `there` yet, under the id they get there.

    A child who is there already, by a new list or an earlier taking over, is not added again. An id
    that means another child there gets the old campaign's behind it.
    """
    by_id = {each.case.case_id: each.case for each in there}
    keys = {key for each in there if (key := child_key(each.case))}
    found = []
    for campaign_id, record in taken:
        case, key = record.case, child_key(record.case)
        if key in keys:
            continue
        case_id = case.case_id
        if case_id in by_id and not _alike(by_id[case_id], case):
            case_id = f"{case_id}/{campaign_id}"
        if case_id not in by_id:
            by_id[case_id] = case
            found.append((case_id, record))
    return found


def _alike(one: Case, other: Case) -> bool:
    """Without a key to know the child by, the same name at the same address is the same child."""
    return child_key(one) == child_key(other) and (one.child, one.address) == (
        other.child,
        other.address,
    )


# --- counting -----------------------------------------------------------------------------------


def retention(records: Iterable[CaseRecord], attendances: Iterable[Attendance]) -> AreaCount:
    """Children of the whole campaign as a ladder, to be released as every count is.

    The five columns are nested: listed, back in school, the school was asked after 30 days, it said
    then that the child attends, and it said so after 90 days again. Exact: not for publication.
    """
    back = {each.case_id: each.last for each in attendances}
    ladder = [0] * 5
    for record in records:
        for step in range(_steps(back.get(record.case.case_id))):
            ladder[step] += record.case.children
    return AreaCount(TOTAL, "", "", *ladder)


@dataclass(frozen=True, slots=True)
class Answered:
    """Children who came back, by what is known of them at one of `FOLLOW_UPS`."""

    attending: int
    not_attending: int
    """Absent, moved, or dropped out again, be it said then or before."""
    not_asked: int


@dataclass(frozen=True, slots=True)
class StayedCount:
    """Children of one municipality who came back. Exact: for those who may see its cases."""

    municipality_code: str
    """`TOTAL` of all of them; `NOWHERE` where it is not known."""
    name: str
    back: int
    answered: tuple[Answered, ...]
    """For each of `FOLLOW_UPS`; each adds up to `back`."""


def stayed_by_municipality(
    returned: Iterable[tuple[CaseRecord, Attendance]],
) -> tuple[StayedCount, ...]:
    """Who came back and stayed: a row a municipality by its code, and the total last.

    Each case stands for its children, and its last return is the one that counts.
    """
    names: dict[str, str] = {TOTAL: ""}
    counts: dict[str, Counter[tuple[int, bool | None]]] = {TOTAL: Counter()}
    for record, attendance in returned:
        place = record.place
        code = place.municipality_code if place else ""
        names.setdefault(code or NOWHERE, place.municipality if place else "")
        for after in FOLLOW_UPS:
            key = after, _attends(attendance.last, after)
            for area in (code or NOWHERE, TOTAL):
                counts.setdefault(area, Counter())[key] += record.case.children
    codes = sorted(names, key=lambda code: (code == TOTAL, code))
    return tuple(_stayed(code, names[code], counts[code]) for code in codes)


def _stayed(code: str, name: str, count: Counter[tuple[int, bool | None]]) -> StayedCount:
    answered = tuple(
        Answered(*(count[after, said] for said in (True, False, None))) for after in FOLLOW_UPS
    )
    first = answered[0]
    return StayedCount(
        code, name, first.attending + first.not_attending + first.not_asked, answered
    )


def _attends(back: Return, after: int) -> bool | None:
    """Whether the child attended then; None where nobody asked, and nothing was known before."""
    said = {each.after: each.answer for each in back.asked}
    if after in said:
        return said[after] is SchoolAnswer.ATTENDS
    gone = any(each.after < after and each.answer in _GONE for each in back.asked)
    return False if gone else None


def _steps(back: Return | None) -> int:
    """How many of the columns the case counts in."""
    if back is None:
        return 1
    said = {each.after: each.answer for each in back.asked}
    first, second = (said.get(after) for after in FOLLOW_UPS)
    if first is None:
        return 2
    if first is not SchoolAnswer.ATTENDS:
        return 3
    return 5 if second is SchoolAnswer.ATTENDS else 4
