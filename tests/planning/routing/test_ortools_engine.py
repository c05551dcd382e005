"""The OR-Tools engine: every rule of the job, anytime, seeded, never worse than its start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import worlds

from planning.model import Conditions, Pause, Priority, Window
from planning.routing.build import build
from planning.routing.checker import check_routes
from planning.routing.decoupling import decoupled
from planning.routing.ortools_engine import solve, solve_usual
from planning.routing.problem import NEVER, Problem, cost, team_work
from planning.routing.schedule import timed, timed_together

HOUR, MINUTE = 3600, 60
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
STEPS = 40


def problem_of(visits, shifts, travel, days=1, **conditions) -> Problem:
    first_day = min(shift.day for shift in shifts)
    return build(
        visits, shifts, travel, first_day=first_day, days=days, conditions=Conditions(**conditions)
    )[0]


def answer(problem: Problem, **options):
    return solve(problem, seconds=3, **({"iterations": STEPS} | options))


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_the_answer_keeps_every_rule_and_says_its_cost(problem):
    """Any rules on any visits: the checker finds nothing, the cost is the problem's own."""
    found = []
    best = answer(problem, found=lambda routes, value: found.append((routes, value)))
    assert check_routes(problem, best.routes) == ()
    assert best.cost == cost(problem, best.routes) <= cost(problem, ((),) * problem.shifts)
    assert all(check_routes(problem, routes) == () for routes, _ in found)
    assert [value for _, value in found] == [value for _, value in best.trace]


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(0, 3))
def test_the_same_seed_and_steps_give_the_same_routes(problem, seed):
    """However busy the machine is: the steps decide, unless the seconds came first."""
    once, again = answer(problem, seed=seed), answer(problem, seed=seed)
    assert once.routes == again.routes or once.capped or again.capped


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_a_start_is_never_made_worse_and_locked_visits_stay(problem):
    """From a plan with a promise: it is kept on its shift, and nothing costs more than before."""
    before = answer(problem)
    twins = {twin for _, twin in problem.together}
    served = [(v, s) for s, route in enumerate(before.routes) for v in route if v not in twins]
    for visit, shift in served[:1]:
        allowed = problem.allowed.copy()
        allowed[visit] = np.arange(problem.shifts) == shift
        locked = replace(problem, allowed=allowed, locked=frozenset([visit]))
        after = answer(locked, start=before.routes, seed=1)
        assert after.cost <= before.cost
        assert visit in after.routes[shift]
        assert visit in answer(locked).routes[shift]


def test_a_tight_fleet_yields_the_best_part(visit, shift, along_a_road):
    """Four doors and two hours: what fits is made, the urgent one first."""
    doors = [visit(name) for name in "abc"] + [visit("d", priority=Priority.URGENT)]
    problem = problem_of(doors, [shift(end=11 * HOUR, pause=None)], along_a_road(ROAD))
    assert answer(problem).routes == ((3,),)


def test_a_pair_finds_its_day_whatever_the_hours_of_each(visit, shift, along_a_road):
    """Both halves open at other hours on Monday and Tuesday, and together fit Tuesday only."""
    monday, tuesday = frozenset({0}), frozenset({1})
    school = visit(
        "a", windows=(Window(14 * HOUR, 15 * HOUR, monday), Window(9 * HOUR, 10 * HOUR, tuesday))
    )
    home = visit(
        "b", windows=(Window(9 * HOUR, 10 * HOUR, monday), Window(14 * HOUR, 15 * HOUR, tuesday))
    )
    problem = problem_of(
        [school, home], [shift(day=0), shift(day=1)], along_a_road(ROAD), days=2,
        pairs=(("a", "b"),),
    )  # fmt: skip
    # Found by the search itself: inserting by hand does not take part.
    assert solve_usual(problem, seconds=0.3).routes == ((), (0, 1))


def test_two_crews_begin_together(visit, shift, along_a_road):
    """A door that needs two teams, other doors beside: all are served, the two at one time."""
    doors = [visit("a"), visit("c", second_crew=frozenset()), visit("d")]
    problem = problem_of(doors, [shift("one"), shift("two")], along_a_road(ROAD))
    best = answer(problem)
    assert sum(map(len, best.routes)) == 4
    times = timed_together(problem, best.routes)
    lead, twin = problem.together[0]
    at = {v: t for one in times for v, t in zip(one.sequence, one.starts, strict=True)}
    assert at[lead] == at[twin]


def test_working_time_is_kept(visit, shift, along_a_road):
    """Two hours of work a day in a shift of eight: one door of the two, and back in time."""
    day = shift(most_work=2 * HOUR, pause=Pause(15 * HOUR, 16 * HOUR, 30 * MINUTE))
    problem = problem_of(
        [visit("c"), visit("d", priority=Priority.HIGH)], [day], along_a_road(ROAD)
    )
    best = answer(problem)
    assert best.routes == ((1,),)
    times = timed(problem, 0, (1,))
    assert times.back - times.leave <= 2 * HOUR


def test_even_work_is_worth_a_detour(visit, shift, along_a_road):
    """Four doors near team one: where fairness weighs enough, team two makes some of them."""
    doors = [visit(name) for name in "abcd"]
    problem = problem_of(doors, [shift("one"), shift("two")], along_a_road(ROAD))
    one_team = answer(replace(problem, fair=0))
    both = answer(replace(problem, fair=5_000))
    spread = [int(np.ptp(team_work(problem, plan.routes))) for plan in (one_team, both)]
    assert spread[1] < spread[0]
    assert both.cost == cost(replace(problem, fair=5_000), both.routes)


def test_ties_are_cut_where_the_routes_have_them(visit, shift, along_a_road):
    """A meeting is held at its time, attempts keep to their days, a lock is dear, not mandatory."""
    doors = [visit("a"), visit("b"), visit("c", second_crew=frozenset())]
    crews = [shift("one"), shift("two"), shift("one", day=1)]
    problem = replace(
        problem_of(doors, crews, along_a_road(ROAD), days=2), apart=((0, 1, 1),),
        locked=frozenset({0}),
    )  # fmt: skip
    lead, twin = problem.together[0]
    cut = decoupled(problem, ((0, lead), (twin,), (1,)))
    assert cut.allowed[lead].tolist() == [True, False, False]
    assert cut.allowed[twin].tolist() == [False, True, False]
    assert cut.windows[lead] == cut.windows[twin]
    assert cut.windows[lead][0][0] == cut.windows[lead][0][1]
    assert cut.allowed[0].tolist() == [True, True, False]
    assert cut.allowed[1].tolist() == [False, False, True]
    assert cut.penalty[0] > problem.penalty.sum() > cut.penalty[1]
    assert (cut.together, cut.apart, cut.locked) == ((), (), frozenset())
    nobody = decoupled(problem, ((), (), ()))
    assert not nobody.allowed[[lead, twin]].any()
    assert nobody.allowed[[0, 1]].any(axis=1).all()


def test_a_crew_on_the_road_goes_home_by_a_door_on_its_way(visit, shift, along_a_road):
    """It stands at minute 40, its office at 0: the doors between cost the service only."""
    problem = problem_of([visit("a"), visit("b")], [shift()], along_a_road(ROAD | {"x": 40}))
    road = problem.travel[0]
    far = np.array([[30], [20], [40], [0]]) * MINUTE
    grown = np.block([[road, far[:3]], [far.T]]).astype(np.int32)
    out = replace(problem, travel=(grown,), origin=np.array([3]))
    best = answer(out)
    assert best.routes == ((1, 0),)
    assert best.cost == 40 * MINUTE + int(out.shift_cost[[0, 1], 0].sum())


@pytest.mark.parametrize("size", ["visits", "shifts"])
def test_nothing_to_do_is_an_answer(visit, shift, along_a_road, size):
    """No visit or no shift: nobody is served, at once."""
    problem = problem_of([visit("a")], [shift()], along_a_road(ROAD))
    none = problem.part([], [0]) if size == "visits" else problem.part([0], [])
    assert sum(map(len, answer(none).routes)) == 0


def test_a_stop_before_the_search_leaves_what_is_at_hand(visit, shift, along_a_road):
    """Cancelled at once: the plan that was put together by hand, marked as cut short."""
    problem = problem_of([visit("a"), visit("b")], [shift()], along_a_road(ROAD))
    best = answer(problem, stop=lambda: True)
    assert best.capped
    assert len(best.routes[0]) == 2
    assert problem.work[0] == NEVER
