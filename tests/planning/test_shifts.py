"""Who works when: working days counted, weekends and holidays as each team has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import InputError
from planning.model import Campaign, Member, Mode, Sex, Team
from planning.shifts import campaign_days, make_shifts, what_is_left

THURSDAY = date(2026, 8, 20)
WEEK_TEAM = Team("1", "Екип 1", "RSE27", 25.95, 43.85, institutions=frozenset({"police"}))
SATURDAY_TEAM = Team("2", "Екип 2", "RSE27", 25.95, 43.85, weekdays=frozenset({3, 5}),
                     mode=Mode.WALK)  # fmt: skip


def test_working_days_skip_the_weekend():
    """Three working days from a Thursday end on Monday."""
    shifts = make_shifts([WEEK_TEAM], THURSDAY, 3)
    assert [shift.day.isoformat() for shift in shifts] == ["2026-08-20", "2026-08-21", "2026-08-24"]
    assert shifts[0].shift_id == "1@2026-08-20"
    assert shifts[0].institutions == {"police"}
    assert (shifts[0].start, shifts[0].end, shifts[0].pause) == (
        WEEK_TEAM.start, WEEK_TEAM.end, WEEK_TEAM.pause,
    )  # fmt: skip


def test_a_team_that_works_on_saturdays_gets_those_in_between():
    """Its Saturday lies within the plan; its Thursday too; nobody gets a Sunday."""
    shifts = make_shifts([WEEK_TEAM, SATURDAY_TEAM], THURSDAY, 3)
    assert [shift.shift_id for shift in shifts if shift.team_id == "2"] == [
        "2@2026-08-20", "2@2026-08-22",
    ]  # fmt: skip
    assert [shift.day for shift in shifts] == sorted(shift.day for shift in shifts)


def test_a_plan_that_begins_on_a_saturday():
    """The Saturday belongs to the plan and is not counted as a working day."""
    assert campaign_days(date(2026, 8, 22), 1) == (
        date(2026, 8, 22), date(2026, 8, 23), date(2026, 8, 24),
    )  # fmt: skip


def test_nobody_works_on_a_holiday():
    """6 September 2026 is a Sunday; Monday the 7th is given as free: the plan grows by a day."""
    free = {date(2026, 9, 7)}
    shifts = make_shifts([WEEK_TEAM], date(2026, 9, 4), 2, holidays=free)
    assert [shift.day.day for shift in shifts] == [4, 8]


ANA = Member("ana", institution="social", languages=frozenset({"tr"}), sex=Sex.FEMALE,
             weekdays=frozenset({0, 3}))  # fmt: skip
IVO = Member("ivo", institution="police", languages=frozenset({"bg"}), sex=Sex.MALE,
             away=((date(2026, 8, 21), date(2026, 8, 24)),))  # fmt: skip
CREW = replace(WEEK_TEAM, members=(ANA, IVO), languages=frozenset({"rom"}))


def test_a_shift_has_whom_its_members_present_make_it() -> None:
    """Both on Thursday, nobody on Friday, Ana alone on Monday: the register counts for nothing."""
    thursday, monday, tuesday = make_shifts([CREW], THURSDAY, 4)
    assert thursday.members == ("ana", "ivo")
    assert thursday.institutions == {"social", "police"}
    assert (thursday.languages, thursday.sexes) == ({"tr", "bg"}, {Sex.FEMALE, Sex.MALE})
    assert (monday.day.day, monday.members, monday.institutions) == (24, ("ana",), {"social"})
    assert (tuesday.day.day, tuesday.members) == (25, ("ivo",))


def test_an_office_may_ask_for_two_at_every_door() -> None:
    """Only on Thursday are there two: that is the only shift left."""
    assert [each.day.day for each in make_shifts([CREW], THURSDAY, 4, least_members=2)] == [20]


def test_without_known_members_a_shift_has_what_its_team_is_said_to_have() -> None:
    """Its institutions and languages, and what it carries and how long it works."""
    team = replace(
        WEEK_TEAM, languages=frozenset({"tr"}), kit_stock=(("bag", 5),), most_work=21_600
    )
    (shift,) = make_shifts([team], THURSDAY, 1)
    assert (shift.institutions, shift.languages, shift.sexes) == ({"police"}, {"tr"}, frozenset())
    assert (shift.kit_stock, shift.most_work, shift.members) == ((("bag", 5),), 21_600, ())


def test_a_member_who_works_on_a_day_the_team_does_not() -> None:
    """Members come when their team does: no shift on Sunday for whoever is free then."""
    everyday = replace(CREW, members=(replace(ANA, weekdays=frozenset(range(7))),))
    assert all(shift.day.weekday() < 5 for shift in make_shifts([everyday], THURSDAY, 4))


@pytest.mark.parametrize("days", [0, -1, 1_001])
def test_a_senseless_length_is_a_bug_of_the_caller(days):
    """Pages and commands limit the number; here it is only guarded."""
    with pytest.raises(ValueError, match="working days"):
        campaign_days(THURSDAY, days)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 40),
    st.sets(st.integers(0, 60), max_size=9),
)
def test_a_weekday_team_works_exactly_the_days_asked_for(first_day, days, free):
    """Whatever day it begins on and whichever are free, `days` different shifts come out."""
    holidays = {first_day + timedelta(days=offset) for offset in free}
    shifts = make_shifts([WEEK_TEAM], first_day, days, holidays=holidays)
    assert len({shift.day for shift in shifts}) == len(shifts) == days
    assert not {shift.day for shift in shifts} & holidays


# --- a campaign that is under way -----------------------------------------------------------------

FIVE_DAYS = Campaign("c", "Обхват", THURSDAY, 5)


@pytest.mark.parametrize(
    ("today", "first", "days"),
    [(-10, 0, 5), (0, 0, 5), (1, 1, 4), (2, 2, 3), (4, 4, 3), (6, 6, 1)],
)
def test_a_plan_is_for_the_days_that_are_left(today, first, days):
    """Thursday to Wednesday; on a Saturday the three days of the next week are left."""
    left = what_is_left(FIVE_DAYS, (), THURSDAY + timedelta(days=today))
    assert (left.first_day, left.days) == (THURSDAY + timedelta(days=first), days)
    whole = campaign_days(THURSDAY, 5)
    assert campaign_days(left.first_day, left.days) == whole[first:]


def test_a_day_on_which_crews_have_recorded_is_not_planned_anew():
    """In the evening the next plan begins tomorrow; yesterday's outcomes change nothing."""
    friday = THURSDAY + timedelta(days=1)
    assert what_is_left(FIVE_DAYS, [THURSDAY, friday], friday).days == 3
    assert what_is_left(FIVE_DAYS, [THURSDAY], friday).days == 4


def test_a_campaign_that_is_over_is_not_planned():
    """It says what to do; the sample, whose days lie anywhere, is planned whole."""
    after = THURSDAY + timedelta(days=7)
    with pytest.raises(InputError, match="give it more days"):
        what_is_left(FIVE_DAYS, (), after)
    sample = replace(FIVE_DAYS, invented=True)
    assert what_is_left(sample, (), after) == sample
