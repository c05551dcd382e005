from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.model import Mode, Priority, Reason, Window
from planning.routing import ortools_engine
from planning.routing.build import build
from planning.routing.checker import check, check_routes
from planning.routing.insertion import insert_left, left_out
from planning.routing.instance import from_instance
from planning.routing.planner import Finished, Inline, at_home, components, make_plan
from planning.routing.problem import cost
from planning.routing.schedule import fits

MONDAY = date(2026, 8, 24)
HOUR = 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}


def plan_of(visits, shifts, travel, **options):
    given_options = {"first_day": MONDAY, "days": 2, "seconds": 10, "workers": Inline()}
    return make_plan(visits, shifts, travel, **(given_options | options))


def served(plan):
    return {stop.visit_id: route.shift_id for route in plan.routes for stop in route.stops}


def test_a_quiet_day_is_planned_out_and_back(riverside):
    """Four doors on one road: a comes before eleven, and no metre is driven twice for nothing."""
    plan = riverside.plan()
    (route,) = plan.routes
    assert {stop.visit_id for stop in route.stops} == set("abcd")
    assert route.stops[0].start <= 11 * HOUR
    assert plan.unserved == ()
    assert plan.complete
    assert plan.trace[-1][1] == 80 * 60


def test_pairs_are_kept(riverside):
    """The check at d comes before the visit at a, although a lies on the way."""
    plan = riverside.plan(pairs=(("c", "b"),))
    order = [stop.visit_id for stop in plan.routes[0].stops]
    assert order.index("c") < order.index("b")


def test_a_district_line_leaves_nobody_out(visit, shift, along_a_road):
    """Team one is full; its neighbour takes what team one's district has left."""
    visits = [visit(n, home_team="one", service_seconds=3 * HOUR) for n in "abcd"]
    plan = plan_of(visits, [shift("one"), shift("two")], along_a_road(ROAD), days=1)
    assert plan.unserved == ()
    assert set(served(plan).values()) == {"one@2026-08-24", "two@2026-08-24"}


def test_without_need_the_district_is_kept(visit, shift, along_a_road):
    """Door d is nearer to team two, but it belongs to team one, which has the time."""
    visits = [visit("a", home_team="one"), visit("d", home_team="one")]
    plan = plan_of(visits, [shift("one"), shift("two")], along_a_road(ROAD), days=1)
    assert set(served(plan).values()) == {"one@2026-08-24"}


def test_an_urgent_visit_pushes_out_others(visit, shift, along_a_road):
    """One slot, three normal visits that would fill it, one urgent visit that gets it."""
    visits = [
        *(visit(n, service_seconds=2 * HOUR) for n in "abc"),
        visit("d", service_seconds=5 * HOUR, priority=Priority.URGENT),
    ]
    plan = plan_of(visits, [shift(pause=None)], along_a_road(ROAD), days=1)
    assert "d" in served(plan)
    problem, _ = build(visits, [shift(pause=None)], along_a_road(ROAD), first_day=MONDAY, days=1)
    routes = [[0, 1, 2]]
    insert_left(problem, routes)
    assert 3 in routes[0]
    assert all(fits(problem, s, route) for s, route in enumerate(routes))


def test_the_urgent_come_early(visit, shift, along_a_road):
    """With two days to choose from, a protection case is not left for the second."""
    visits = [visit("a", priority=Priority.URGENT), visit("b")]
    plan = plan_of(visits, [shift(day=1), shift()], along_a_road(ROAD))
    assert served(plan)["a"] == "one@2026-08-24"


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({}, Reason.SHIFTS_FULL, "+"),
        ({"requires": frozenset({"police"})}, Reason.NO_INSTITUTION, "with police"),
        ({"deadline": MONDAY - timedelta(1)}, Reason.DEADLINE_PASSED, "2026-08-25"),
        ({"windows": (Window(20 * HOUR, 21 * HOUR),)}, Reason.NO_WINDOW, "can be met at"),
        ({"teams": frozenset({"nine"})}, Reason.NO_TEAM, "let team"),
    ],
)
def test_reasons_come_with_a_change_that_works(visit, shift, along_a_road, changes, reason, words):
    """Monday is full, Tuesday has room, and d asks for something: what would make it possible?"""
    day = None if changes else MONDAY
    visits = [
        visit("a", day=MONDAY, service_seconds=6 * HOUR),
        visit("d", day=day, service_seconds=HOUR, **changes),
    ]
    plan = plan_of(visits, [shift(pause=None), shift(day=1, pause=None)], along_a_road(ROAD))
    (left,) = plan.unserved
    assert (left.visit_id, left.reason) == ("d", reason)
    assert left.detail
    assert words in left.relaxation


def test_overtime_proposed_is_enough(visit, shift, along_a_road):
    """What “+N min” promises holds: with those minutes the visit is served."""
    visits = [visit("a", service_seconds=6 * HOUR), visit("d", service_seconds=HOUR)]
    plan = plan_of(visits, [shift(pause=None)], along_a_road(ROAD), days=1)
    (left,) = plan.unserved
    minutes = int(left.relaxation.removeprefix("+").split()[0])
    longer = shift(pause=None, end=17 * HOUR + minutes * 60)
    assert plan_of(visits, [longer], along_a_road(ROAD), days=1).unserved == ()


class Crashing:
    """Workers whose every process dies at once."""

    processes = 1

    def map(self, function, payloads, *, hard_seconds, report=None, stop=None):
        return [Finished(None, complete=False, fault="killed") for _ in payloads]


def test_a_plan_comes_even_when_every_process_dies(riverside):
    """The engine is lost; the visits are inserted one by one, and the plan says it is not final."""
    plan = make_plan(
        riverside.visits,
        riverside.shifts,
        riverside.travel,
        first_day=MONDAY,
        days=1,
        workers=Crashing(),
    )
    assert set(served(plan)) == set("abcd")
    assert not plan.complete


def test_stopping_keeps_the_best_so_far(riverside):
    """Ctrl-C at once: still a checked plan with everybody accounted for."""
    plan = make_plan(
        riverside.visits,
        riverside.shifts,
        riverside.travel,
        first_day=MONDAY,
        days=1,
        workers=Inline(),
        stop=lambda: True,
    )
    assert not plan.complete
    assert check(plan, riverside.travel) == ()


def test_nothing_asked_is_an_empty_plan(shift, along_a_road):
    """No visits, no routes, no fault."""
    plan = plan_of([], [shift()], along_a_road(ROAD))
    assert (plan.routes, plan.unserved, plan.complete) == ((), (), True)


def test_districts_fall_apart_into_components(visit, shift, along_a_road):
    """Two districts, two components; a visit its home team cannot make joins the nearest team."""
    visits = [
        visit("a", home_team="one"),
        visit("d", home_team="two"),
        visit("c", home_team="one", requires=frozenset({"police"})),
    ]
    police = {"institutions": frozenset({"police", "school"})}
    shifts = [shift("one"), shift("two", **police)]
    problem, _ = build(visits, shifts, along_a_road(ROAD), first_day=MONDAY, days=1)
    cut = replace(problem, allowed=at_home(problem))
    assert components(problem) == [((0, 1, 2), (0, 1))]
    assert components(cut) == [((1, 2), (1,)), ((0,), (0,))]


def test_the_engine_keeps_every_rule_of_the_bench(shared):
    """Sixty visits with pauses, kits, windows and pairs, in few steps, through the checker."""
    folder = shared / "bench" / "outreach" / "60-visits"
    instance = json.loads((folder / "instance.json").read_text())
    problem = from_instance(instance, np.load(folder / "travel.npy"))
    first, again = (
        ortools_engine.solve(problem, seed=3, seconds=30, iterations=60) for _ in range(2)
    )
    assert check_routes(problem, first.routes) == ()
    assert first.routes == again.routes
    assert first.cost == cost(problem, first.routes) < 60_000
    assert left_out(problem, first.routes) == []


@st.composite
def towns(draw):
    """Up to six doors, two teams, two days, any travel times, islands and broken triangles."""
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6))
    keys = ("office:one", "office:two", *names)
    way = st.one_of(st.integers(0, 5000), st.just(float("nan")))
    size = len(keys)
    flat = draw(st.lists(way, min_size=size * size, max_size=size * size))
    wishes = st.fixed_dictionaries(
        {
            "service_seconds": st.integers(0, 3 * HOUR),
            "kits": st.integers(0, 7),
            "priority": st.sampled_from(Priority),
            "windows": st.lists(
                st.builds(
                    Window, st.integers(8 * HOUR, 12 * HOUR), st.integers(9 * HOUR, 17 * HOUR)
                ),
                max_size=2,
            ).map(tuple),
            "requires": st.sampled_from([frozenset(), frozenset({"police"})]),
            "home_team": st.sampled_from(["", "one", "two"]),
            "day": st.sampled_from([None, None, MONDAY]),
            "deadline": st.sampled_from([None, MONDAY, MONDAY - timedelta(1)]),
        }
    )
    wanted = [(name, draw(wishes)) for name in names]
    return keys, np.array(flat, dtype=np.float32).reshape(size, size), wanted


@settings(max_examples=25)
@given(towns())
def test_no_visit_is_lost_whatever_the_town(visit, shift, along_a_road, town):
    """Planned + unserved = asked, every rule kept, all back in time; same seed, same plan."""
    keys, seconds, wanted = town
    np.fill_diagonal(seconds, 0)
    table = replace(along_a_road(dict.fromkeys(keys, 0))[Mode.DRIVE], keys=keys, seconds=seconds)
    visits = [visit(name, **wishes) for name, wishes in wanted]
    police = {"institutions": frozenset({"police"})}
    shifts = [shift("one"), shift("one", 1), shift("two", **police), shift("two", 1, **police)]
    plan = plan_of(visits, shifts, {Mode.DRIVE: table}, seed=1)
    assert check(plan, {Mode.DRIVE: table}) == ()
    assert sorted([*served(plan), *(one.visit_id for one in plan.unserved)]) == sorted(
        name for name, _ in wanted
    )
    assert all(route.back <= 17 * HOUR for route in plan.routes)
    again = plan_of(visits, shifts, {Mode.DRIVE: table}, seed=1)
    assert (again.routes, again.unserved) == (plan.routes, plan.unserved)
