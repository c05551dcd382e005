from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Mode, Plan, Reason, Route, Stop, Unserved
from planning.routing.difference import difference
from planning.text import note

MONDAY = date(2026, 8, 24)
HOUR = 3600
ONE, TWO, TUESDAY = "one@2026-08-24", "two@2026-08-24", "one@2026-08-25"


@pytest.fixture(scope="session")
def plan_of(visit, shift):
    """A plan in which shifts make stops by the hour: plan_of({ONE: "ab"}, left="c")."""

    def make(stops, *, left="", begin=9):
        names = sorted({*left, *(name for each in stops.values() for name in each)})
        shifts = {each.shift_id: each for each in (shift(), shift("two"), shift(day=1))}
        routes = tuple(
            Route(
                shift_id, shifts[shift_id].team_id, shifts[shift_id].day,
                tuple(Stop(name, at * HOUR, at * HOUR, at * HOUR + 1800)
                      for at, name in enumerate(each, begin)),
                (begin - 1) * HOUR, (begin + len(each)) * HOUR,
            )
            for shift_id, each in stops.items() if each
        )  # fmt: skip
        unserved = tuple(
            Unserved((f"case-{name}",), Reason.SHIFTS_FULL, name, (note("no room"),))
            for name in left
        )
        visits = tuple(visit(name) for name in names)
        return Plan(MONDAY, 2, visits, tuple(shifts.values()), routes, unserved)

    return make


@pytest.fixture(scope="session")
def travel(along_a_road):
    """Riverside's road."""
    offices = {"office:one": 0, "office:two": 60}
    return along_a_road(offices | {name: 10 * at for at, name in enumerate("abcdef", 1)})


def told(changes):
    return [str(each.told) for each in changes]


def test_a_plan_differs_in_nothing_from_itself(plan_of, travel):
    """Not even the teams are listed."""
    plan = plan_of({ONE: "ab", TWO: "c"}, left="d")
    found = difference(plan, plan, travel)
    assert found.empty
    assert found.teams == ()


def test_a_stop_with_another_team_has_moved(plan_of, travel):
    """b goes from team one to team two; c behind it only comes earlier."""
    found = difference(plan_of({ONE: "abc", TWO: "d"}), plan_of({ONE: "ac", TWO: "db"}), travel)
    assert told(found.moved) == [
        "visit b: from team one on 2026-08-24 to team two on 2026-08-24, 10:00, stop 2"
    ]
    assert told(found.retimed) == ["visit c: at 10:00 instead of 11:00, team one on 2026-08-24"]
    assert found.elsewhere == 1
    assert told(found.teams) == ["team one: -60 min, -1 stops", "team two: +60 min, +1 stops"]


def test_only_who_overtakes_has_moved_in_a_route(plan_of, travel):
    """d is made first now: the three others keep their order."""
    found = difference(plan_of({ONE: "abcd"}), plan_of({ONE: "dabc"}), travel)
    assert told(found.moved) == ["visit d: stop 1 instead of 4 of team one on 2026-08-24"]
    assert [each.visit_id for each in found.retimed] == ["a", "b", "c"]
    assert found.elsewhere == 0


def test_a_few_minutes_are_not_told_where_nobody_asks(plan_of, travel):
    """Everything comes an hour later."""
    before, after = plan_of({ONE: "ab"}), plan_of({ONE: "ab"}, begin=10)
    assert len(difference(before, after, travel).retimed) == 2
    assert difference(before, after, travel, minutes=60).empty


def test_added_and_dropped_stops_are_told_apart(plan_of, travel):
    """e is new, d was left before, a is left now with its reason, b is no longer asked for."""
    before, after = plan_of({ONE: "ab"}, left="d"), plan_of({TUESDAY: "ed"}, left="a")
    found = difference(before, after, travel)
    assert [(each.visit_id, each.new) for each in found.added] == [("e", True), ("d", False)]
    assert [(each.visit_id, each.reason) for each in found.dropped] == [
        ("a", Reason.SHIFTS_FULL), ("b", None)
    ]  # fmt: skip
    assert str(found.dropped[0].because[0]) == "no room"
    assert told(found.dropped) == [
        "visit a: left out, was with team one on 2026-08-24",
        "visit b: no longer wanted, was with team one on 2026-08-24",
    ]


def test_what_is_left_for_another_reason_is_told(plan_of, travel):
    """b had no room and is unreachable now; c was left and is withdrawn; d is asked for in vain."""
    before, after = plan_of({ONE: "a"}, left="bc"), plan_of({ONE: "a"}, left="bd")
    blocked = replace(after.unserved[0], reason=Reason.UNREACHABLE)
    after = replace(after, unserved=(blocked, after.unserved[1]))
    assert told(difference(before, after, travel).left) == [
        "visit b: left out for another reason",
        "visit c: was left out, and is no longer wanted",
        "visit d: asked for, and left out",
    ]


def test_of_two_crews_the_one_that_changes_has_moved(plan_of, travel):
    """Teams one and two meet at b; on the new plan the other day's crew stands in for team two."""
    before, after = plan_of({ONE: "b", TWO: "b"}), plan_of({ONE: "b", TUESDAY: "b"})
    (moved,) = difference(before, after, travel).moved
    assert (moved.before.shift_id, moved.after.shift_id) == (TWO, TUESDAY)


def test_lengths_are_those_of_the_roads_of_each_plan(plan_of, travel):
    """A closed bridge makes the same route longer: it is measured on both maps."""
    plan = plan_of({ONE: "a"})
    table = travel[Mode.DRIVE]
    longer = {Mode.DRIVE: replace(table, metres=table.metres * 2)}
    (team,) = difference(plan, plan, longer, travel_before=travel).teams
    assert team.metres_after == 2 * team.metres_before == 2 * 2 * 10 * 60 * 12


layouts = st.lists(st.permutations("abcde"), min_size=1, max_size=1).flatmap(
    lambda one: st.tuples(st.just(one[0]), st.lists(st.integers(0, 5), min_size=3, max_size=3))
)


@given(first=layouts, second=layouts)
def test_every_change_is_told_once(first, second, plan_of, travel):
    """Who is in no list has the same team, day and time; who is in one is in one only."""

    def laid(layout):
        names, cuts = layout
        a, b, c = sorted(cuts)
        stops = {ONE: names[:a], TWO: names[a:b], TUESDAY: names[b:c]}
        return plan_of(stops, left="".join(names[c:]))

    before, after = laid(first), laid(second)
    found = difference(before, after, travel)
    changes = [*found.moved, *found.retimed, *found.added, *found.dropped, *found.left]
    named = [each.visit_id for each in changes]
    assert len(named) == len(set(named))
    places = [
        {stop.visit_id: (route.shift_id, stop.start) for route in plan.routes
         for stop in route.stops}
        for plan in (before, after)
    ]  # fmt: skip
    assert {name for name in "abcde" if places[0].get(name) != places[1].get(name)} <= set(named)
    assert found.empty == (places[0] == places[1])
