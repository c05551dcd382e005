"""A team's whole routes on its earliest days, where that costs nothing."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Conditions, Lock, Priority, Spacing
from planning.routing.build import build
from planning.routing.checker import check_routes
from planning.routing.earlier import earlier
from planning.routing.problem import DAY, cost

MONDAY = date(2026, 8, 24)
HOUR = 3600
DAYS = 4
THURSDAY = MONDAY + timedelta(3)
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
POLICE = {"institutions": frozenset({"police"})}


@pytest.fixture(scope="module")
def week(visit, shift, along_a_road):
    """Doors a to d, and team one from Monday to Thursday; some doors and days are not as others."""

    def laid_out(*, doors=(), days=(), teams=("one",), **conditions):
        changed, other = dict(doors), dict(days)
        visits = [visit(name, **changed.get(name, {})) for name in "abcd"]
        shifts = [shift(team, day, **other.get(day, {})) for day in range(DAYS) for team in teams]
        bound = Conditions(**conditions)
        road = along_a_road(ROAD)
        return build(visits, shifts, road, first_day=MONDAY, days=DAYS, conditions=bound)[0]

    return laid_out


def test_the_week_begins_on_monday(week):
    """The longest day first, then the shorter one; the free days are the last."""
    assert earlier(week(), [[], [3], [], [0, 1, 2]]) == [[0, 1, 2], [3], [], []]


def test_every_team_has_its_own_week(week):
    """Team two's visits stay with team two."""
    problem = week(teams=("one", "two"))
    shifts = problem.shift_ids
    routes = {f"one@{THURSDAY}": [0, 1], f"two@{THURSDAY}": [3]}
    dealt = earlier(problem, [routes.get(shift, []) for shift in shifts])
    assert {shift: route for shift, route in zip(shifts, dealt, strict=True) if route} == {
        f"one@{MONDAY}": [0, 1],
        f"two@{MONDAY}": [3],
    }


@pytest.mark.parametrize(
    ("door", "days"),
    [
        ({"requires": frozenset({"police"})}, {3: POLICE}),
        ({"earliest": THURSDAY}, {}),
        ({"day": THURSDAY}, {}),
        ({"service_seconds": 2 * HOUR}, {day: {"end": 11 * HOUR} for day in range(3)}),
        ({"kits": 9}, {day: {"kit_capacity": 4} for day in range(3)}),
    ],
    ids=["crew", "earliest day", "pin", "hours", "kits"],
)
def test_what_only_thursday_can_do_stays(week, door, days):
    """The visit at a waits for Thursday; the one at c need not."""
    problem = week(doors={"a": door}, days=days)
    assert earlier(problem, [[], [], [2], [0]]) == [[2], [], [], [0]]


def test_a_locked_stop_stays(week):
    """The planner has locked a on Thursday."""
    problem = week(locks=(Lock("a", f"one@{THURSDAY}"),))
    assert earlier(problem, [[], [], [2], [0]]) == [[2], [], [], [0]]


def test_attempts_keep_their_distance(week):
    """b is the second attempt at a's door, two days later: both stay, the rest comes earlier."""
    problem = week(spacings=(Spacing("a", "b", 2),))
    assert earlier(problem, [[], [0], [2], [1]]) == [[2], [0], [], [1]]


def test_the_published_day_is_kept(week):
    """What was promised to be on Thursday is moved for a gain only, and this is none."""
    problem = week(published=(("a", f"one@{THURSDAY}"),))
    assert earlier(problem, [[], [], [2], [0]]) == [[2], [], [], [0]]


def test_the_urgent_go_first(week):
    """One urgent visit before three that are not."""
    problem = week(doors={"a": {"priority": Priority.HIGH}})
    assert earlier(problem, [[], [], [1, 2, 3], [0]]) == [[0], [1, 2, 3], [], []]


@st.composite
def weeks(draw):
    """What is said of doors and days, and routes on which some doors may be missing."""
    door = st.fixed_dictionaries(
        {
            "priority": st.sampled_from(Priority),
            "requires": st.sampled_from([frozenset(), frozenset({"police"})]),
            "earliest": st.sampled_from([None, MONDAY + timedelta(1)]),
            "deadline": st.sampled_from([None, MONDAY + timedelta(2)]),
            "kits": st.integers(0, 5),
        }
    )
    day = st.fixed_dictionaries(
        {
            "institutions": st.sampled_from([frozenset({"school"}), frozenset({"police"})]),
            "kit_capacity": st.integers(0, 10),
            "end": st.sampled_from([12 * HOUR, 17 * HOUR]),
        }
    )
    routes = [[] for _ in range(DAYS)]
    for row in draw(st.permutations(range(4))):
        shift = draw(st.sampled_from([None, *range(DAYS)]))
        if shift is not None:
            routes[shift].append(row)
    return {name: draw(door) for name in "abcd"}, {at: draw(day) for at in range(DAYS)}, routes


@given(drawn=weeks())
def test_no_other_way_is_as_cheap_and_earlier(week, drawn):
    """Against every way to deal the routes out: the rules, the least cost, the earliest days."""
    doors, days, routes = drawn
    problem = week(doors=doors, days=days)
    if check_routes(problem, tuple(map(tuple, routes))):
        routes = [[] for _ in range(DAYS)]

    def worth(dealt):
        late = sum(len(route) * int(problem.midnight[at]) // DAY for at, route in enumerate(dealt))
        return cost(problem, dealt), late

    lawful = (
        way for way in permutations(routes) if not check_routes(problem, tuple(map(tuple, way)))
    )
    dealt = earlier(problem, routes)
    assert sorted(dealt) == sorted(routes)
    assert check_routes(problem, tuple(map(tuple, dealt))) == ()
    assert worth(dealt) == min(map(worth, lawful))
