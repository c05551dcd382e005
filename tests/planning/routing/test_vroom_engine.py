"""VROOM as an engine: what it cannot hold is repaired, and where it is missing that is said."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given, settings
from worlds import worlds

from planning.errors import InputError
from planning.model import Conditions, Priority
from planning.routing.build import build
from planning.routing.catalogue import NAMES, engine
from planning.routing.checker import check_routes
from planning.routing.problem import Problem, cost

HOUR = 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}

needed = pytest.mark.skipif(
    importlib.util.find_spec("vroom") is None, reason="pyvroom has no wheel for this machine"
)


def problem_of(visits, shifts, travel, **conditions) -> Problem:
    first_day = min(shift.day for shift in shifts)
    return build(
        visits, shifts, travel, first_day=first_day, days=1, conditions=Conditions(**conditions)
    )[0]


@needed
@settings(max_examples=60, deadline=None)
@given(worlds())
def test_the_answer_keeps_every_rule_and_says_its_cost(problem):
    """Any rules on any visits: the checker finds nothing, the cost is the problem's own."""
    best = engine("vroom")(problem, seconds=20, iterations=1)
    assert check_routes(problem, best.routes) == ()
    assert best.cost == cost(problem, best.routes) <= cost(problem, ((),) * problem.shifts)


@needed
@settings(max_examples=20, deadline=None)
@given(worlds())
def test_a_start_is_never_made_worse(problem):
    """It cannot begin with given routes, and answers with them where it finds nothing better."""
    solve = engine("vroom")
    before = solve(problem, seconds=20, iterations=0)
    assert solve(problem, seconds=20, iterations=1, start=before.routes).cost <= before.cost
    assert solve(problem, seconds=20, iterations=0).routes == before.routes


@needed
def test_the_shortest_way_is_found(visit, shift, along_a_road):
    """Four doors and a pair on one road: out to the last and back, the check before its visit."""
    doors = [visit(name) for name in "abcd"]
    problem = problem_of(doors, [shift()], along_a_road(ROAD), pairs=(("d", "a"),))
    best = engine("vroom")(problem, seconds=20)
    assert sorted(best.routes[0]) == [0, 1, 2, 3]
    assert best.routes[0].index(3) < best.routes[0].index(0)
    assert best.cost == 80 * 60 + int(problem.shift_cost.sum())


@needed
def test_a_tight_fleet_yields_the_best_part(visit, shift, along_a_road):
    """Four doors and two hours: what fits is made, the urgent one first."""
    doors = [visit(name) for name in "abc"] + [visit("d", priority=Priority.URGENT)]
    problem = problem_of(doors, [shift(end=11 * HOUR, pause=None)], along_a_road(ROAD))
    told = []
    best = engine("vroom")(problem, seconds=20, found=lambda routes, _: told.append(routes))
    assert best.routes == ((3,),)
    assert told[-1] == best.routes


@needed
def test_a_stop_before_the_search_leaves_what_is_at_hand(visit, shift, along_a_road):
    """Cancelled at once: the plan that was put together by hand, marked as cut short."""
    problem = problem_of([visit("a"), visit("b")], [shift()], along_a_road(ROAD))
    best = engine("vroom")(problem, seconds=20, stop=lambda: True)
    assert best.capped
    assert len(best.routes[0]) == 2
    assert engine("vroom")(problem.part([], [0]), seconds=20).routes == ((),)


def test_where_it_is_missing_the_way_on_is_named(monkeypatch):
    """Without pyvroom, who asks for VROOM reads what to install or choose instead."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="install pyvroom, or choose") as refused:
        engine("vroom")
    assert refused.value.faults[0].value == "vroom"


def test_engines_have_names():
    """What the catalogue lists can be asked for; anything else cannot."""
    assert NAMES == ("auto", "ortools", "ruin", "vroom")
    with pytest.raises(ValueError, match="no engine is called"):
        engine("magic")
