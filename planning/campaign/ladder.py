"""The contact ladder: what is tried before anybody is sent to a door.

An office sets its steps: telephone first, then research, then the visit (as Pernik does). A case
stays off the routes until the steps before the visit are done; which one it waits for is told. A
protection case passes at once, and so does a family that agreed on the telephone: who expects the
crew need not be looked into first. A step that cannot be done for a case is passed over. What the
family and the caller agreed on, a day or an hour too, is when the visit is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from planning.campaign.expectation import Phone
from planning.errors import Fault, InputError
from planning.model import Case, Outcome, Priority, Reason, Unserved, Window
from planning.text import Note, note


class Channel(StrEnum):
    """How a family is reached, or what is found out without it."""

    PHONE = "phone"
    RESEARCH = "research"
    """Asking schools, kindergartens, registers and the other institutions."""


class Answer(StrEnum):
    """What came of an attempt."""

    AGREED = "agreed"
    """Somebody answered and expects the visit."""
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    """They answered and want no visit: it is made all the same, unless the office decides else."""
    RETURNED = "returned"
    """The child is back in school."""
    ABROAD = "abroad"
    MOVED = "moved"
    DONE = "done"
    """Research: all was asked that can be asked."""


CLOSING = frozenset({Answer.RETURNED, Answer.ABROAD, Answer.MOVED})
"""After these the door needs no visit."""
ANSWERS = {
    Channel.PHONE: (
        Answer.AGREED, Answer.NO_ANSWER, Answer.WRONG_NUMBER, Answer.REFUSED, Answer.RETURNED,
        Answer.ABROAD, Answer.MOVED,
    ),
    Channel.RESEARCH: (Answer.DONE, Answer.RETURNED, Answer.ABROAD, Answer.MOVED),
}  # fmt: skip
"""What may come of each channel, the usual first."""
_SETTLING = {
    Channel.PHONE: frozenset({Answer.AGREED, Answer.WRONG_NUMBER, Answer.REFUSED}),
    Channel.RESEARCH: frozenset({Answer.DONE}),
}
"""After these no further attempt of the same step is made."""


WHOLE_DAY = Window(0, 24 * 3600 - 1)


@dataclass(frozen=True, slots=True)
class Appointment:
    """When a family that agreed expects the visit."""

    day: date
    hours: Window = WHOLE_DAY
    """When the crew may ring; its weekdays do not matter."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt at a case, short of a visit. The note may be personal."""

    case_id: str
    channel: Channel
    answer: Answer
    at: str
    """ISO 8601 with the office's offset."""
    by: str = ""
    note: str = ""
    key: str = ""
    """Idempotency key."""
    appointment: Appointment | None = None
    """Where they agreed on a day."""


def checked_appointment(appointment: Appointment, answer: Answer, today: date) -> Appointment:
    """`appointment`, when a visit can be made then.

    Raises:
        InputError: they did not agree to a visit, the day is over, or hours that end too early.
    """
    faults = []
    if answer is not Answer.AGREED:
        faults.append(Fault(note("only a family that agreed expects a visit"), field="answer"))
    if appointment.day < today:
        faults.append(Fault(note("this day is over; ask for another one"), field="day",
                            value=appointment.day.isoformat()))  # fmt: skip
    if not 0 <= appointment.hours.start < appointment.hours.end <= WHOLE_DAY.end:
        faults.append(Fault(note("the hours must end after they begin"), field="hours"))
    if faults:
        raise InputError(faults)
    return appointment


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: tried up to `most` times, `days` apart."""

    channel: Channel
    most: int = 1
    days: int = 1


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps before a visit, in their order; none is a campaign that goes at once."""

    steps: tuple[Step, ...] = ()
    further_calls: int = 3
    """Calls to a family that was not reached, when it may be visited already: one answer spares a
    way, or finds the door open."""


STRAIGHT = Ladder()
CALL_FIRST = Ladder((Step(Channel.PHONE, most=3, days=1), Step(Channel.RESEARCH)))
"""Three calls on three days, then research, then the visit; who agreed is visited at once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands on the ladder."""

    case_id: str
    waits_for: Channel | None
    """The step to be done next; None when it may be visited."""
    due: date | None = None
    """First day for the next attempt."""
    tried: int = 0
    most: int = 0
    closed: Answer | None = None
    """Why no visit is needed any more."""
    call_on: date | None = None
    """First day for a further call to a family that may be visited already."""

    def due_on(self, channel: Channel) -> date | None:
        """First day for the next attempt by this channel; None where none is to be made."""
        if self.waits_for is channel:
            return self.due
        return self.call_on if channel is Channel.PHONE else None

    @property
    def why(self) -> Note | None:
        """What keeps the case off the routes; None when nothing does."""
        if self.waits_for is Channel.PHONE:
            return note("first by phone: {tried} of {most} calls made", tried=self.tried,
                        most=self.most)  # fmt: skip
        if self.waits_for is Channel.RESEARCH:
            return note("first the research into the case")
        return None


def standing(case: Case, contacts: Sequence[Contact], ladder: Ladder, today: date) -> Standing:
    """Where `case` stands, given all contacts about it in any order."""
    own = sorted((each for each in contacts if each.case_id == case.case_id), key=_when)
    if own and own[-1].answer in CLOSING:
        return Standing(case.case_id, None, closed=own[-1].answer)
    passes = case.priority is Priority.URGENT or _expected(own)
    for step in ladder.steps if not passes else ():
        tried = [each for each in own if each.channel is step.channel]
        impossible = step.channel is Channel.PHONE and not case.phone
        settled = any(each.answer in _SETTLING[step.channel] for each in tried)
        if impossible or settled or len(tried) >= step.most:
            continue
        due = _day(tried[-1]) + timedelta(days=step.days) if tried else today
        return Standing(case.case_id, step.channel, max(due, today), len(tried), step.most)
    return Standing(case.case_id, None, call_on=_further_call(case, own, ladder, today))


def _further_call(case: Case, own: Sequence[Contact], ladder: Ladder, today: date) -> date | None:
    """Nobody calls where a child may be in danger: the crew comes unannounced."""
    step = next((each for each in ladder.steps if each.channel is Channel.PHONE), None)
    calls = [each for each in own if each.channel is Channel.PHONE]
    if step is None or not case.phone or case.priority is Priority.URGENT:
        return None
    if len(calls) >= step.most + ladder.further_calls or any(
        each.answer in _SETTLING[Channel.PHONE] for each in calls
    ):
        return None
    return max(_day(calls[-1]) + timedelta(days=step.days), today) if calls else today


def _expected(own: Sequence[Contact]) -> bool:
    """Whether the family was reached last when it agreed to a visit."""
    calls = [each for each in own if each.channel is Channel.PHONE]
    return bool(calls) and calls[-1].answer is Answer.AGREED


def standings(
    cases: Iterable[Case], contacts: Iterable[Contact], ladder: Ladder, today: date
) -> dict[str, Standing]:
    """Case id → where it stands."""
    by_case: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_case.setdefault(contact.case_id, []).append(contact)
    return {
        case.case_id: standing(case, by_case.get(case.case_id, ()), ladder, today) for case in cases
    }


def to_visit(
    cases: Sequence[Case], standings: Mapping[str, Standing]
) -> tuple[tuple[Case, ...], tuple[Unserved, ...]]:
    """(cases that may be visited, those that wait and for what). Closed ones are in neither."""
    free, waiting = [], []
    for case in cases:
        stands = standings.get(case.case_id)
        if stands is None or (stands.waits_for is None and stands.closed is None):
            free.append(case)
        elif stands.why is not None:
            waiting.append(Unserved((case.case_id,), Reason.CONTACT_FIRST, because=(stands.why,)))
    return tuple(free), tuple(waiting)


def as_agreed(
    cases: Iterable[Case], contacts: Iterable[Contact], outcomes: Iterable[Outcome]
) -> tuple[Case, ...]:
    """`cases` in their order, to be visited when their families expect it.

    What was agreed last on the telephone takes the place of the case's own day and hours, until
    somebody went there or it was called again.
    """
    asked = {each.case_id: each for each in sorted(_calls(contacts), key=_when)}
    gone: dict[str, datetime] = {}
    for outcome in outcomes:
        at = datetime.fromisoformat(outcome.recorded_at)
        for case_id in outcome.case_ids:
            gone[case_id] = max(at, gone.get(case_id, at))
    return tuple(_as_agreed(case, asked.get(case.case_id), gone) for case in cases)


def _as_agreed(case: Case, call: Contact | None, gone: Mapping[str, datetime]) -> Case:
    if call is None or call.appointment is None or call.answer is not Answer.AGREED:
        return case
    if case.case_id in gone and gone[case.case_id] > datetime.fromisoformat(call.at):
        return case
    hours = call.appointment.hours
    return replace(case, day=call.appointment.day, windows=(Window(hours.start, hours.end),))


def closed(contacts: Iterable[Contact]) -> dict[str, Answer]:
    """Case id → why no visit is needed any more, of the cases that a contact closed."""
    last = {each.case_id: each.answer for each in sorted(contacts, key=_when)}
    return {case_id: answer for case_id, answer in last.items() if answer in CLOSING}


def phone_of(contacts: Iterable[Contact]) -> dict[str, Phone]:
    """Case id → what the telephone told last, for the expectation of a visit."""
    calls = sorted(_calls(contacts), key=_when)
    return {each.case_id: _told(each) for each in calls}


def phone_before(contacts: Iterable[Contact]) -> Callable[[str, Outcome], Phone]:
    """What the telephone had told of a case before an outcome.

    A call made after a visit in vain tells nothing of what was known when the crew set out.
    """
    calls: dict[str, list[tuple[datetime, Phone]]] = {}
    for each in sorted(_calls(contacts), key=_when):
        told = datetime.fromisoformat(each.at), _told(each)
        calls.setdefault(each.case_id, []).append(told)

    def before(case_id: str, outcome: Outcome) -> Phone:
        moment = datetime.fromisoformat(outcome.recorded_at)
        known = [told for at, told in calls.get(case_id, ()) if at < moment]
        return known[-1] if known else Phone.NOT_TRIED

    return before


def _calls(contacts: Iterable[Contact]) -> Iterator[Contact]:
    return (each for each in contacts if each.channel is Channel.PHONE)


def _told(call: Contact) -> Phone:
    return _PHONE.get(call.answer, Phone.NOT_TRIED)


_PHONE = {
    Answer.AGREED: Phone.AGREED,
    Answer.NO_ANSWER: Phone.NO_ANSWER,
    Answer.WRONG_NUMBER: Phone.WRONG_NUMBER,
}


def _when(contact: Contact) -> tuple[str, str]:
    return contact.at, contact.key


def _day(contact: Contact) -> date:
    return datetime.fromisoformat(contact.at).date()
