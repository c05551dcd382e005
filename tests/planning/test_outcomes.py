"""What happens after a visit: resolved, or tried again on another day at another time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Address, Case, Outcome, Result, Visit, Window
from planning.outcomes import (
    BANDS,
    EVENING,
    NOON,
    latest_by_visit,
    next_attempt,
    next_attempts,
    still_open,
)

THURSDAY = date(2026, 8, 20)
FRIDAY = THURSDAY + timedelta(1)
DOOR = Visit("v1", ("c1",), 25.95, 43.85, "RSE27")
END = 24 * 3600


def outcome(at: str, *, day: date = THURSDAY, result: Result = Result.NOBODY_HOME,
            case_id: str = "c1") -> Outcome:  # fmt: skip
    recorded = at if "T" in at else f"{day.isoformat()}T{at}:00+03:00"
    return Outcome("v9", "1", day, result, recorded, key=at, case_ids=(case_id,))


def hours(visit: Visit) -> list[tuple[int, int]]:
    return [(window.start, window.end) for window in visit.windows]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("09:15", [(NOON, END - 1)]),
        ("12:00", [(0, NOON - 1), (EVENING, END - 1)]),
        ("16:59", [(0, NOON - 1), (EVENING, END - 1)]),
        ("18:30", [(0, EVENING - 1)]),
    ],
)
def test_nobody_home_is_tried_at_another_time_on_another_day(at, left) -> None:
    """Who is out in the morning may be in later: the tried part of the day is left out."""
    again = next_attempt(DOOR, [outcome(at)])
    assert again.earliest == FRIDAY
    assert hours(again) == left
    assert again == replace(DOOR, earliest=FRIDAY, windows=again.windows)


def test_hours_the_family_named_are_cut_not_widened() -> None:
    """Home 10-14 on weekdays, nobody there at eleven: from noon to two, on the same weekdays."""
    named = replace(DOOR, windows=(Window(10 * 3600, 14 * 3600, frozenset(range(5))),))
    again = next_attempt(named, [outcome("11:00")])
    assert again.windows == (Window(NOON, 14 * 3600, frozenset(range(5))),)


def test_a_family_that_is_only_home_in_the_morning_is_tried_there_again() -> None:
    """Nothing else is left: another day has to do."""
    morning = replace(DOOR, windows=(Window(9 * 3600, 11 * 3600),))
    again = next_attempt(morning, [outcome("10:00")])
    assert again == replace(morning, earliest=FRIDAY)


def test_after_morning_and_afternoon_comes_the_evening() -> None:
    """Every band that was tried is left out."""
    tried = [outcome("10:00"), outcome("14:00", day=FRIDAY)]
    again = next_attempt(DOOR, tried)
    assert again.earliest == FRIDAY + timedelta(1)
    assert hours(again) == [(EVENING, END - 1)]


def test_after_all_bands_only_the_last_one_is_left_out() -> None:
    """Morning, evening and afternoon were tried: not in the afternoon again."""
    tried = [outcome("10:00"), outcome("18:00", day=FRIDAY),
             outcome("14:00", day=FRIDAY + timedelta(3))]  # fmt: skip
    assert hours(next_attempt(DOOR, tried)) == [(0, NOON - 1), (EVENING, END - 1)]


def test_an_evening_on_which_nobody_works_is_no_way_out() -> None:
    """Morning and afternoon were tried and no team works late: the morning it is again."""

    def before_five(visit: Visit) -> bool:
        return any(window.start < EVENING for window in visit.windows)

    tried = [outcome("10:00"), outcome("14:00", day=FRIDAY)]
    again = next_attempt(DOOR, tried, possible=before_five)
    assert hours(again) == [(0, NOON - 1), (EVENING, END - 1)]
    assert next_attempt(DOOR, tried, possible=lambda _: False).windows == ()


def test_the_clock_is_the_familys() -> None:
    """The server writes 14:30 in Greenwich; in Ruse it is 17:30, the evening."""
    utc = outcome("2026-08-20T14:30:00+00:00")
    assert hours(next_attempt(DOOR, [utc])) == [(0, NOON - 1), (EVENING, END - 1)]
    assert hours(next_attempt(DOOR, [utc], zone=ZoneInfo("Europe/Sofia"))) == [(0, EVENING - 1)]


def test_an_outcome_that_came_in_a_day_late_tells_no_hour() -> None:
    """The phone was out of reach until Friday morning: only the day is known."""
    late = outcome("2026-08-21T08:00:00+03:00")
    assert next_attempt(DOOR, [late]) == replace(DOOR, earliest=FRIDAY)


def test_a_fixed_day_that_was_tried_binds_no_more() -> None:
    """It was fixed to Thursday, and nobody was there; a later day stays fixed."""
    assert next_attempt(replace(DOOR, day=THURSDAY), [outcome("10:00")]).day is None
    assert next_attempt(replace(DOOR, day=FRIDAY), [outcome("10:00")]).day == FRIDAY


def test_only_who_was_not_at_home_is_planned_otherwise() -> None:
    """Refused, not tried, or found nobody before a better address turned up: as they were."""
    doors = [replace(DOOR, visit_id=f"v{n}", case_ids=(f"c{n}",)) for n in range(1, 5)]
    known = [
        outcome("09:00", case_id="c1"),
        outcome("09:30", case_id="c2", result=Result.REFUSED),
        outcome("09:00", case_id="c4"),
        outcome("15:00", case_id="c4", result=Result.UNKNOWN_HERE),
    ]
    first, *others = next_attempts(doors, known)
    assert first.earliest == FRIDAY
    assert others == doors[1:]


def test_who_was_met_needs_no_further_visit() -> None:
    """The last outcome counts: met after nobody was home is done, and the other way round open."""
    cases = [Case(f"c{n}", Address("ул. Борисова 5")) for n in range(1, 4)]
    known = [
        outcome("15:00", case_id="c1", result=Result.MET),
        outcome("09:00", case_id="c1"),
        outcome("09:00", case_id="c2", result=Result.ABROAD),
        outcome("15:00", case_id="c2"),
    ]
    assert [case.case_id for case in still_open(cases, known)] == ["c2", "c3"]
    assert still_open(cases, ()) == tuple(cases)


def test_the_last_outcome_of_a_door() -> None:
    """Cases join visits and outcomes, because plans number their visits anew."""
    met = outcome("15:00", result=Result.MET)
    assert latest_by_visit([met, outcome("09:00")], [DOOR]) == {"v1": met}


TIMES = st.builds(
    lambda offset, at: outcome(
        datetime.combine(THURSDAY + timedelta(offset), at).isoformat() + "+03:00",
        day=THURSDAY + timedelta(offset),
    ),
    st.integers(0, 5),
    st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
)


@given(
    st.lists(TIMES, min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(0, 23), st.integers(0, 12)).map(
            lambda span: Window(span[0] * 3600, min(END - 1, (span[0] + span[1]) * 3600))
        ),
        max_size=3,
    ).map(tuple),
)
def test_the_next_attempt_is_always_possible_and_later(tried, windows) -> None:
    """After any attempts: a later day, within the family's hours, never none of them."""
    door = replace(DOOR, windows=windows)
    again = next_attempt(door, tried)
    assert again.earliest == max(each.day for each in tried) + timedelta(1)
    assert bool(again.windows) or not windows
    for window in again.windows:
        assert window.start <= window.end
        given_hours = windows or (Window(0, END),)
        assert any(w.start <= window.start and window.end <= w.end for w in given_hours)
    assert all(start < end for start, end in BANDS)
