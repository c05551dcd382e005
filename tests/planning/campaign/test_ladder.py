"""What is tried before anybody is sent to a door."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from planning.campaign.expectation import Phone
from planning.campaign.ladder import (
    CALL_FIRST,
    STRAIGHT,
    Answer,
    Channel,
    Contact,
    phone_of,
    standing,
    standings,
    to_visit,
)
from planning.model import Address, Case, Priority, Reason

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
    """They expect the visit: no further call is needed."""
    stands = standing(CHILD, [call(Answer.AGREED)], CALL_FIRST, MONDAY)
    assert stands.waits_for is Channel.RESEARCH


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
