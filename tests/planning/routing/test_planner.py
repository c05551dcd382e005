from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning import wire
from planning.errors import InputError
from planning.model import Begun, Conditions, Mode, Priority, Reason, Stop, Window
from planning.routing import islands, ortools_engine, planner
from planning.routing.build import build
from planning.routing.checker import check, check_routes
from planning.routing.insertion import insert_left, left_out
from planning.routing.instance import from_instance
from planning.routing.planner import Finished, Inline, make_plan
from planning.routing.problem import cost
from planning.routing.schedule import fits
from planning.routing.weights import Weights

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
    """Door d is nearer to team two, but it belongs to team one: balance apart, that decides."""
    visits = [visit("a", home_team="one"), visit("d", home_team="one")]
    shifts, alone = [shift("one"), shift("two")], Weights(fair=0)
    plan = plan_of(visits, shifts, along_a_road(ROAD), days=1, weights=alone)
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

    def map(self, function, payloads, **options):
        return [Finished(None, complete=False, fault="killed") for _ in payloads]

    def kept(self):
        return nullcontext(self)


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


@pytest.fixture
def valley(visit, along_a_road):
    """Twelve doors along a road between two offices, some with hours or in a hurry."""
    names = "abcdefghijkl"
    road = {"office:one": 0, "office:two": 130} | {n: 10 * at for at, n in enumerate(names, 1)}
    morning, urgent = {"windows": (Window(9 * HOUR, 11 * HOUR),)}, {"priority": Priority.URGENT}
    wishes = {"c": morning, "h": morning, "k": urgent, "e": {"service_seconds": 2 * HOUR}}
    return [visit(n, **wishes.get(n, {})) for n in names], along_a_road(road)


@pytest.mark.parametrize("shared", [5, 300])
def test_the_same_seed_gives_the_same_plan_on_any_number_of_processes(
    valley, shift, monkeypatch, shared
):
    """Byte for byte, with components searched by one process each or by all together."""
    monkeypatch.setattr(planner, "SHARED", shared)
    monkeypatch.setattr(planner, "STEPS", 100)
    monkeypatch.setattr(islands, "CUT", 4)
    visits, travel = valley
    shifts = [shift("one"), shift("two"), shift("one", 1), shift("two", 1)]
    plans = [
        plan_of(visits, shifts, travel, seed=7, seconds=1e6, workers=Inline(processes))
        for processes in (1, 2, 3, 2)
    ]
    assert all(plan.settled for plan in plans)
    (only,) = {wire.dump(replace(plan, trace=())) for plan in plans}
    assert '"unserved":[]' in only


@pytest.mark.parametrize("shared", [5, 300])
def test_whoever_watches_sees_the_cost_fall(valley, shift, monkeypatch, shared):
    """From leaving everything out down to the plan that is kept, as the plan's own trace ends."""
    monkeypatch.setattr(planner, "SHARED", shared)
    monkeypatch.setattr(planner, "STEPS", 100)
    monkeypatch.setattr(planner, "WATCH", 0.0)
    visits, travel = valley
    seen = []
    plan = plan_of(
        visits, [shift("one"), shift("two")], travel, seconds=1e6,
        watch=lambda seconds, value: seen.append((seconds, value)),
    )  # fmt: skip
    assert len(seen) > 2
    assert seen == sorted(seen)
    costs = [value for _, value in seen]
    assert costs == sorted(costs, reverse=True)
    assert (costs[0], costs[-1]) == (plan.trace[0][1], plan.trace[-1][1])


def test_a_plan_to_begin_with_is_never_made_worse(valley, shift, monkeypatch):
    """A long search, then a very short one that begins with its plan: no dearer than before."""
    visits, travel = valley
    shifts = [shift("one"), shift("two"), shift("one", 1), shift("two", 1)]
    good = plan_of(visits, shifts, travel)
    monkeypatch.setattr(planner, "STEPS", 1)
    again = plan_of(visits, shifts, travel, start=good, seed=3)
    assert again.trace[0][1] == good.trace[-1][1]
    assert again.trace[-1][1] <= good.trace[-1][1]


def test_a_start_that_breaks_a_rule_is_mended(valley, shift):
    """The team of yesterday's plan has the afternoon off today: what does not fit is replanned."""
    visits, travel = valley
    shifts = [shift("one"), shift("two")]
    before = plan_of(visits, shifts, travel, days=1)
    short = [shift("one", end=12 * HOUR, pause=None), shift("two")]
    plan = plan_of(visits, short, travel, days=1, start=before)
    assert check(plan, travel) == ()
    assert all(route.back <= 12 * HOUR for route in plan.routes if route.team_id == "one")


def test_two_crews_meet_at_one_door(valley, shift):
    """Door f needs a second crew: both teams are there, and begin at the same minute."""
    visits, travel = valley
    visits = [replace(v, second_crew=frozenset()) if v.visit_id == "f" else v for v in visits]
    plan = plan_of(visits, [shift("one"), shift("two")], travel)
    stops = [stop for route in plan.routes for stop in route.stops if stop.visit_id == "f"]
    assert len({stop.start for stop in stops}) == 1
    assert len(stops) == 2


def test_what_was_done_today_stays_in_front(valley, shift):
    """Team one has made b and a; the rest of its day begins at a, and b and a are as they were."""
    visits, travel = valley
    done = (Stop("b", 34_000, 34_000, 35_800), Stop("a", 36_400, 36_400, 38_200))
    begun = Conditions(begun=(Begun("one@2026-08-24", 32_800, done),))
    plan = plan_of(visits, [shift("one"), shift("two")], travel, days=1, conditions=begun)
    (route,) = [route for route in plan.routes if route.team_id == "one"]
    assert route.stops[:2] == done
    assert route.departure == 32_800
    assert len(route.stops) > 2


def test_a_route_that_breaks_a_rule_is_never_shown(valley, shift, monkeypatch):
    """The checker finds fault with one door: its route is given up, the others stay."""
    visits, travel = valley
    real = planner.checker.check

    def stern(plan, travel):
        rode = any(stop.visit_id == "a" for route in plan.routes for stop in route.stops)
        return ("visit a starts too early",) if rode else real(plan, travel)

    monkeypatch.setattr(planner.checker, "check", stern)
    with pytest.warns(RuntimeWarning, match="visit a starts too early"):
        plan = plan_of(visits, [shift("one"), shift("two")], travel)
    assert real(plan, travel) == ()
    assert "a" not in served(plan)
    assert served(plan)
    left = {one.visit_id: one for one in plan.unserved}
    assert "fault of this program" in left["a"].detail
    assert not plan.settled


def test_a_fault_with_what_is_left_keeps_the_routes(valley, shift, monkeypatch):
    """The checker finds that an unserved visit need not be so: nobody else loses their visit."""
    visits, travel = valley
    visits = [replace(v, service_seconds=9 * HOUR) if v.visit_id == "b" else v for v in visits]
    plain = plan_of(visits, [shift("one"), shift("two")], travel)
    real = planner.checker.check

    def stern(plan, travel):
        left = {one.visit_id: one for one in plan.unserved}["b"]
        return real(plan, travel) if "fault" in left.detail else ("urgent visit b is left",)

    monkeypatch.setattr(planner.checker, "check", stern)
    with pytest.warns(RuntimeWarning, match="b is left"):
        plan = plan_of(visits, [shift("one"), shift("two")], travel)
    assert plan.routes == plain.routes


NEVER_OPEN = {"windows": (Window(11 * HOUR, 10 * HOUR),)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": MONDAY, "deadline": MONDAY - timedelta(1)}, Reason.CONTRADICTORY_PIN),
        ({"day": MONDAY + timedelta(9)}, Reason.CONTRADICTORY_PIN),
        ({"earliest": MONDAY + timedelta(1), "deadline": MONDAY}, Reason.CONTRADICTORY_PIN),
        (NEVER_OPEN, Reason.NO_WINDOW),
        ({"teams": frozenset({"nobody"})}, Reason.NO_TEAM),
        ({"service_seconds": 9 * HOUR}, Reason.TOO_LONG),
        ({"kits": 11}, Reason.TOO_MANY_KITS),
    ],
)
def test_what_cannot_be_is_unserved_with_its_reason(visit, shift, along_a_road, changes, reason):
    """One impossible wish beside a plain one: the plain one is made, the other told why not."""
    plan = plan_of([visit("a", **changes), visit("b")], [shift()], along_a_road(ROAD))
    assert set(served(plan)) == {"b"}
    assert [(one.visit_id, one.reason) for one in plan.unserved] == [("a", reason)]


def test_no_way_is_a_reason(visit, shift, along_a_road):
    """Door a lies on an island: NaN both ways."""
    table = along_a_road(ROAD)[Mode.DRIVE]
    seconds = table.seconds.copy()
    at = table.keys.index("a")
    seconds[at, :] = seconds[:, at] = np.nan
    travel = {Mode.DRIVE: replace(table, seconds=seconds)}
    plan = plan_of([visit("a"), visit("b")], [shift()], travel)
    assert [(one.visit_id, one.reason) for one in plan.unserved] == [("a", Reason.UNREACHABLE)]


def test_faults_of_the_input_are_told_together(visit, shift, along_a_road):
    """A shift that ends before it starts, a negative time, a doubled visit: all in one round."""
    shifts = [shift(start=17 * HOUR, end=9 * HOUR), shift("two", kit_capacity=-1)]
    visits = [visit("a"), visit("a"), visit("b", service_seconds=-1)]
    with pytest.raises(InputError) as error:
        plan_of(visits, shifts, along_a_road(ROAD))
    assert {fault.value for fault in error.value.faults} == {
        "a", "b", "one@2026-08-24", "two@2026-08-24"
    }  # fmt: skip


@pytest.mark.parametrize("seconds", [np.zeros((6, 5)), np.full((6, 6), -1.0)])
def test_a_matrix_that_is_none_is_refused(visit, shift, along_a_road, seconds):
    """Not square, or with negative times."""
    table = replace(along_a_road(ROAD)[Mode.DRIVE], seconds=seconds.astype(np.float32))
    with pytest.raises(InputError):
        plan_of([visit("a")], [shift()], {Mode.DRIVE: table})


def test_nothing_asked_is_an_empty_plan(shift, along_a_road):
    """No visits, no routes, no fault."""
    plan = plan_of([], [shift()], along_a_road(ROAD))
    assert (plan.routes, plan.unserved, plan.complete) == ((), (), True)


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
