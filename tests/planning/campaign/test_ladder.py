"""What is tried before anybody is sent to a door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.campaign.expectation import Phone
from planning.campaign.ladder import (
    CALL_FIRST,
    STRAIGHT,
    WHOLE_DAY,
    Answer,
    Appointment,
    Channel,
    Contact,
    as_agreed,
    checked_appointment,
    phone_of,
    standing,
    standings,
    to_visit,
)
from planning.errors import InputError
from planning.model import Address, Case, Outcome, Priority, Reason, Result, Window

MONDAY = date(2026, 8, 24)
CHILD = Case("1", Address("ул. Дунав 3"), phone="0888 123 456")


def call(answer: Answer, day: int = 24, case_id: str = "1") -> Contact:
    """A call at nine on a day of August."""
    return Contact(case_id, Channel.PHONE, answer, f"2026-08-{day}T09:00:00+03:00", key=str(day))


def researched(case_id: str = "1") -> Contact:
    """Everybody was asked."""
    return Contact(case_id, Channel.RESEARCH, Answer.DONE, "2026-08-27T10:00:00+03:00")


def test_the_telephone_comes_first_and_the_case_says_so() -> None:
    """Nobody drives to a family that may be told by phone."""
    stands = standing(CHILD, [], CALL_FIRST, MONDAY)
    assert stands.waits_for is Channel.PHONE
    assert stands.due == MONDAY
    assert str(stands.why) == "first by phone: 0 of 3 calls made"


def test_the_next_call_is_made_on_another_day() -> None:
    """Who was out in the morning is called again tomorrow."""
    stands = standing(CHILD, [call(Answer.NO_ANSWER)], CALL_FIRST, MONDAY)
    assert (stands.waits_for, stands.due) == (Channel.PHONE, MONDAY + timedelta(days=1))


def test_after_three_calls_the_research_comes_and_then_the_visit() -> None:
    """The ladder ends at the door."""
    calls = [call(Answer.NO_ANSWER, day) for day in (24, 25, 26)]
    assert standing(CHILD, calls, CALL_FIRST, MONDAY).waits_for is Channel.RESEARCH
    assert standing(CHILD, [*calls, researched()], CALL_FIRST, MONDAY).waits_for is None


def test_one_answer_settles_the_step() -> None:
    """They want no visit: no further call is needed, the research comes before the door."""
    stands = standing(CHILD, [call(Answer.REFUSED)], CALL_FIRST, MONDAY)
    assert stands.waits_for is Channel.RESEARCH


def test_a_family_that_expects_the_crew_waits_for_nothing_more() -> None:
    """They agreed on the telephone: nobody looks into the case before going there."""
    assert standing(CHILD, [call(Answer.AGREED)], CALL_FIRST, MONDAY).waits_for is None
    changed = [call(Answer.AGREED), call(Answer.REFUSED, 25)]
    assert standing(CHILD, changed, CALL_FIRST, MONDAY).waits_for is Channel.RESEARCH


def agreed(day: int, at: int, hours: Window = WHOLE_DAY) -> Contact:
    """Agreed on a day of August, in a call at nine on another."""
    return replace(call(Answer.AGREED, at), appointment=Appointment(date(2026, 8, day), hours))


def found_nobody(day: int) -> Outcome:
    """A crew was there at eleven."""
    at = f"2026-08-{day}T11:00:00+03:00"
    return Outcome("v1", "t1", date(2026, 8, day), Result.NOBODY_HOME, at, case_ids=("1",))


def test_the_visit_is_made_when_the_family_expects_it() -> None:
    """Wednesday from six to seven takes the place of the list's own hours."""
    listed = replace(CHILD, windows=(Window(0, 100),))
    (case,) = as_agreed([listed], [agreed(26, 24, Window(64_800, 68_400))], [])
    assert (case.day, case.windows) == (date(2026, 8, 26), (Window(64_800, 68_400),))
    (at_any_hour,) = as_agreed([listed], [agreed(26, 24)], [])
    assert at_any_hour.windows == (Window(0, 24 * 3600 - 1),)
    assert as_agreed([listed], [call(Answer.AGREED)], []) == (listed,)


def test_an_appointment_holds_until_somebody_went_there() -> None:
    """Nobody opened on Wednesday: the family has to be asked anew. An older visit changes nothing;
    neither does an appointment stand that was taken back in a later call."""
    waiting = [agreed(26, 24)]
    assert as_agreed([CHILD], waiting, [found_nobody(26)]) == (CHILD,)
    assert as_agreed([CHILD], waiting, [found_nobody(21)])[0].day == date(2026, 8, 26)
    assert as_agreed([CHILD], [*waiting, call(Answer.REFUSED, 25)], []) == (CHILD,)


@pytest.mark.parametrize(
    ("answer", "appointment"),
    [
        (Answer.NO_ANSWER, Appointment(MONDAY)),
        (Answer.AGREED, Appointment(MONDAY - timedelta(days=1))),
        (Answer.AGREED, Appointment(MONDAY, Window(7_200, 3_600))),
        (Answer.AGREED, Appointment(MONDAY, Window(0, 90_000))),
    ],
)
def test_an_appointment_that_cannot_be_kept_is_refused(
    answer: Answer, appointment: Appointment
) -> None:
    """Nobody agreed, the day is over, the hours end before they begin or after midnight."""
    with pytest.raises(InputError):
        checked_appointment(appointment, answer, MONDAY)
    assert checked_appointment(Appointment(MONDAY), Answer.AGREED, MONDAY) == Appointment(MONDAY)


def test_a_family_abroad_needs_no_visit() -> None:
    """A grandmother tells by phone: the crew is spared the way."""
    stands = standings([CHILD], [call(Answer.ABROAD)], CALL_FIRST, MONDAY)
    assert stands["1"].closed is Answer.ABROAD
    assert to_visit([CHILD], stands) == ((), ())


def test_who_was_thought_abroad_and_is_back_waits_on_the_ladder_again() -> None:
    """The last word counts."""
    told = [call(Answer.ABROAD), call(Answer.NO_ANSWER, 28)]
    assert standing(CHILD, told, CALL_FIRST, MONDAY).closed is None


def test_a_protection_case_passes_at_once() -> None:
    """Nobody telephones first when a child may be in danger."""
    urgent = Case("1", CHILD.address, phone=CHILD.phone, priority=Priority.URGENT)
    assert standing(urgent, [], CALL_FIRST, MONDAY).waits_for is None


def test_without_a_number_there_is_no_call_to_wait_for() -> None:
    """The research is what remains."""
    silent = Case("1", CHILD.address)
    assert standing(silent, [], CALL_FIRST, MONDAY).waits_for is Channel.RESEARCH


def test_an_office_without_a_ladder_goes_at_once() -> None:
    """As every office did before."""
    assert to_visit([CHILD], standings([CHILD], [], STRAIGHT, MONDAY)) == ((CHILD,), ())


def test_what_waits_is_told_with_its_reason() -> None:
    """Kept off the routes is not forgotten."""
    free, waiting = to_visit([CHILD], standings([CHILD], [], CALL_FIRST, MONDAY))
    assert free == ()
    assert waiting[0].reason is Reason.CONTACT_FIRST
    assert str(waiting[0].because[0]) == "first by phone: 0 of 3 calls made"


def test_the_expectation_hears_what_the_telephone_told_last() -> None:
    """A wrong number on Monday, an answer on the new one on Tuesday."""
    told = phone_of([call(Answer.AGREED, 25), call(Answer.WRONG_NUMBER, 24)])
    assert told == {"1": Phone.AGREED}


def test_who_was_not_reached_is_called_on_beside_the_visits() -> None:
    """Three calls in vain and the research is done: the crew may go, and somebody calls again on
    the next day, until the family is reached or three more calls were made."""
    calls = [call(Answer.NO_ANSWER, day) for day in (24, 25, 26)]
    stands = standing(CHILD, [*calls, researched()], CALL_FIRST, MONDAY)
    assert (stands.waits_for, stands.due_on(Channel.PHONE)) == (None, date(2026, 8, 27))
    assert stands.due_on(Channel.RESEARCH) is None
    more = [call(Answer.NO_ANSWER, day) for day in (27, 28, 29)]
    assert standing(CHILD, [*calls, researched(), *more], CALL_FIRST, MONDAY).call_on is None
    for answer in (Answer.AGREED, Answer.WRONG_NUMBER, Answer.REFUSED):
        told = [*calls, researched(), call(answer, 27)]
        assert standing(CHILD, told, CALL_FIRST, MONDAY).call_on is None
    for nobody in (replace(CHILD, phone=""), replace(CHILD, priority=Priority.URGENT)):
        assert standing(nobody, [researched()], CALL_FIRST, MONDAY).call_on is None
    assert standing(CHILD, [], STRAIGHT, MONDAY).call_on is None


@given(
    st.lists(st.tuples(st.sampled_from(list(Answer)), st.integers(20, 29)), max_size=8),
    st.booleans(),
)
def test_no_case_is_ever_lost_on_the_ladder(
    answers: list[tuple[Answer, int]], urgent: bool
) -> None:
    """Every case may be visited, waits with a reason, or is closed."""
    priority = Priority.URGENT if urgent else Priority.NORMAL
    case = Case("1", CHILD.address, phone=CHILD.phone, priority=priority)
    stands = standings([case], [call(*each) for each in answers], CALL_FIRST, MONDAY)
    free, waiting = to_visit([case], stands)
    assert len(free) + len(waiting) + (stands["1"].closed is not None) == 1
