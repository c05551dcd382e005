"""What chances make of the visits to plan: worth, time and hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planning.campaign.worth import as_expected, at_good_hours, hopeful, values
from planning.model import Address, Case, Mode, Priority, Reason, Shift, Visit, Window
from planning.visits import VisitRules

MONDAY = date(2026, 8, 24)


def test_who_was_never_home_is_called_before_a_third_visit() -> None:
    """Two visits in vain and hardly a chance: another step comes first, and that is told. A case
    that presses is visited all the same, and so is one that was tried once."""
    cases = [Case(each, Address("x")) for each in ("hopeless", "once", "likely")]
    cases.append(replace(cases[0], case_id="presses", priority=Priority.HIGH))
    chances = dict.fromkeys(("hopeless", "once", "presses"), (0.05, 0.05, 0.1))
    chances["likely"] = (0.1, 0.2, 0.4)
    before = {"hopeless": 2, "once": 1, "likely": 3, "presses": 2}
    free, waiting = hopeful(cases, chances, before, 0.15)
    assert [each.case_id for each in free] == ["once", "likely", "presses"]
    (left,) = waiting
    assert (left.case_ids, left.reason) == (("hopeless",), Reason.CONTACT_FIRST)
    assert str(left.because[0]) == "nobody was home 2 times: call, or look into the case"
    assert hopeful(cases, chances, before, 0.0) == (tuple(cases), ())


def test_a_door_takes_the_time_that_is_to_be_expected() -> None:
    """Ten minutes where nobody opens, 24 where somebody is met: at even chances 17."""
    (found,) = as_expected([visit()], {"1": (0.4, 0.5, 0.6)}, VisitRules())
    assert found.service_seconds == 17 * 60
    (short,) = as_expected([replace(visit(), service_seconds=300)], {"1": (0.5,)}, VisitRules())
    assert short.service_seconds == 300


def test_values_are_one_on_average() -> None:
    """A lucky campaign does not make every visit dear."""
    found = values({"1": (0.1, 0.2, 0.6), "2": (0.2, 0.2, 0.2)})
    assert found == pytest.approx({"1": 1.5, "2": 0.5})
    assert values({}) == {}


def visit(number: int = 1, *windows: Window) -> Visit:
    """A door at which half an hour is spent."""
    return Visit(
        f"v{number}", (str(number),), 25.9, 43.8, "RSE", windows=windows, service_seconds=24 * 60
    )


def shift(start: int, end: int) -> Shift:
    """A crew's day by full hours."""
    return Shift(
        "s1", "t1", MONDAY, 25.9, 43.8, start * 3600, end * 3600, None, 0, Mode.DRIVE,
        frozenset(), "RSE",
    )  # fmt: skip


BETTER_LATE = (0.2, 0.3, 0.6)


def test_a_visit_goes_where_somebody_is_home() -> None:
    """Twice as good in the evening, and a crew works then: the visit is made in the evening."""
    (found,) = at_good_hours([visit()], {"1": BETTER_LATE}, [shift(10, 19)])
    assert [(each.start, each.end) for each in found.windows] == [(17 * 3600, 24 * 3600 - 1)]


def test_evening_hours_go_to_those_who_gain_most() -> None:
    """One hour of evening has room for two visits; the third stays open to any hour."""
    chances = {"1": (0.3, 0.3, 0.5), "2": BETTER_LATE, "3": (0.1, 0.1, 0.7)}
    found = at_good_hours([visit(1), visit(2), visit(3)], chances, [shift(10, 18)])
    assert [bool(each.windows) for each in found] == [False, True, True]


def test_hours_that_are_nearly_as_good_stay_open() -> None:
    """A little better is no reason to make a crew wait."""
    chances = {"1": (0.5, 0.52, 0.54)}
    assert at_good_hours([visit()], chances, [shift(10, 19)]) == (visit(),)


def test_the_familys_own_hours_hold() -> None:
    """They asked for the morning: the evening is no hour for this visit, however good."""
    asked = visit(1, Window(9 * 3600, 11 * 3600))
    assert at_good_hours([asked], {"1": BETTER_LATE}, [shift(10, 19)]) == (asked,)


def test_a_poor_hour_is_left_to_others() -> None:
    """The evening is full: who is seldom home in the morning is visited in the afternoon, and is
    worth what the afternoon brings."""
    chances = {"1": (0.1, 0.4, 0.5), "2": (0.1, 0.1, 0.7), "3": (0.1, 0.1, 0.7)}
    first, *_ = at_good_hours([visit(1), visit(2), visit(3)], chances, [shift(8, 18)])
    assert [(each.start, each.end) for each in first.windows] == [(12 * 3600, 24 * 3600 - 1)]
    assert first.value == pytest.approx(0.8)


def test_more_visits_than_hours_leave_some_open() -> None:
    """Nobody is lost where the crews have no room: the route decides whom it leaves out."""
    visits = [visit(number) for number in range(40)]
    found = at_good_hours(visits, {str(each): BETTER_LATE for each in range(40)}, [shift(16, 18)])
    assert [each.visit_id for each in found] == [each.visit_id for each in visits]
    assert sum(not each.windows for each in found) == 36


def test_where_nobody_works_in_the_evening_the_afternoon_is_taken() -> None:
    """Crews end at five: the best of their hours is the afternoon."""
    (found,) = at_good_hours([visit()], {"1": (0.1, 0.4, 0.6)}, [shift(8, 17)])
    assert [each.start for each in found.windows] == [12 * 3600]
