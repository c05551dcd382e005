"""The ruin-and-recreate engine as the rest sees it: checked, seeded, anytime, never worse."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.routing.catalogue import NAMES, engine
from planning.routing.checker import check_routes
from planning.routing.instance import from_instance
from planning.routing.problem import NEVER, Problem, cost
from planning.routing.ruin.engine import Cooling, solve

HOUR = 3600


def town(visits: int = 12, shifts: int = 4, seed: int = 0, **changes) -> Problem:
    """Doors strewn over a square hour, half a day a shift, a pause, evening doors and a pair."""
    random = np.random.default_rng(seed)
    at = random.uniform(0, HOUR, (visits + 1, 2))
    travel = np.hypot(*(at[:, None] - at[None]).T).round().astype(int)
    doors = [
        {"id": i + 1, "service": int(random.integers(300, 2400)), "priority": 0,
         "penalty": int(random.choice([10_000, 30_000])), "load": int(random.integers(0, 2)),
         "windows": [[0, 5 * HOUR]] if i % 3 else [[0, HOUR], [2 * HOUR, 4 * HOUR]],
         "shifts": None if i % 4 else list(range(shifts // 2 + 1))}
        for i in range(visits)
    ]  # fmt: skip
    crews = [
        {"id": s, "team": s % 2, "day": s // 2, "start": 0, "end": 5 * HOUR, "capacity": 4,
         "pause": {"earliest_start": HOUR, "latest_start": 2 * HOUR, "duration": 1200}}
        for s in range(shifts)
    ]  # fmt: skip
    instance = {"format": "outreach-instance/1", "visits": doors, "shifts": crews,
                "ordered_pairs": [[2, 3]] if visits > 2 else []}  # fmt: skip
    return replace(from_instance(instance, travel), **changes)


def test_the_answer_passes_the_checker_and_says_its_cost():
    """Routes of a small town: every rule kept, the cost as the problem counts it."""
    problem = town()
    answer = solve(problem, iterations=2000, seconds=60)
    assert check_routes(problem, answer.routes) == ()
    assert answer.cost == cost(problem, answer.routes) < problem.penalty.sum()
    assert not answer.capped
    assert [value for _, value in answer.trace] == sorted(
        (value for _, value in answer.trace), reverse=True
    )


def test_the_same_seed_and_iterations_give_the_same_plan():
    """However fast the machine is: no clock decides anything where iterations are given."""
    problem = town(30, 6)
    ticks = iter(range(10**9))
    once = solve(problem, seed=7, iterations=1500, seconds=1e9)
    again = solve(problem, seed=7, iterations=1500, seconds=1e9, clock=lambda: float(next(ticks)))
    other = solve(problem, seed=8, iterations=1500, seconds=1e9)
    assert once.routes == again.routes
    assert other.routes != once.routes


def test_seconds_end_the_search():
    """A clock that ticks at every look ends a search without iterations after so many looks."""
    ticks = iter(range(10**9))
    answer = solve(town(), seconds=50, clock=lambda: float(next(ticks)))
    assert answer.capped
    assert next(ticks) < 70


def test_a_stop_ends_the_search_with_the_best_so_far():
    """Asked to stop at the third look, it answers with what it has, which is a plan."""
    problem, looks = town(), iter([False, False, True])
    answer = solve(problem, iterations=10**9, seconds=1e9, stop=lambda: next(looks))
    assert answer.capped
    assert check_routes(problem, answer.routes) == ()
    assert answer.cost < problem.penalty.sum()


def test_better_plans_are_told_on_the_way():
    """Each plan told is checked and cheaper than the one before; the last is the answer."""
    problem, told = town(30, 6), []
    ticks = iter(range(10**9))
    answer = solve(
        problem, iterations=1500, seconds=1e9, clock=lambda: float(next(ticks)),
        found=lambda routes, value: told.append((routes, value)),
    )  # fmt: skip
    assert len(told) > 1
    for routes, value in told:
        assert check_routes(problem, routes) == ()
        assert cost(problem, routes) == value
    assert all(later[1] < sooner[1] for sooner, later in pairwise(told))
    assert told[-1] == (answer.routes, answer.cost)


def test_a_start_is_never_made_worse():
    """One iteration from a good plan answers with that plan or a better one."""
    problem = town(30, 6)
    good = solve(problem, iterations=3000, seconds=60)
    again = solve(problem, iterations=1, seconds=60, start=good.routes, seed=5)
    assert again.cost <= good.cost


def test_a_start_that_breaks_rules_is_mended():
    """A shift that may not serve the door, half a pair, too much load, too late: none survives."""
    problem = town()
    everywhere = tuple(tuple(range(12)) if s == 3 else () for s in range(4))
    half = ((1,), (), (), ())
    late = ((), tuple(v for v in range(12) if problem.load[v] == 0 and v not in (1, 2)), (), ())
    for start in (everywhere, half, late):
        answer = solve(problem, iterations=1, seconds=60, start=start)
        assert check_routes(problem, answer.routes) == ()
        assert answer.cost == cost(problem, answer.routes)


@pytest.mark.parametrize(
    "problem", [town(0, 2), replace(town(3, 2), allowed=np.zeros((3, 2), bool))]
)
def test_nothing_to_do_is_an_answer(problem):
    """No visits, or none that any shift may serve: everything is left, at its penalty."""
    answer = solve(problem, iterations=20, seconds=60)
    assert answer.routes == ((), ())
    assert answer.cost == problem.penalty.sum()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25)
def test_whatever_the_travel_times_every_rule_is_kept(seed):
    """Random travel without any triangle, and islands: the answer passes the checker."""
    random = np.random.default_rng(seed)
    plain = town(10, 4, seed)
    travel = random.integers(0, HOUR, (11, 11)).astype(np.int32)
    travel[random.random((11, 11)) < 0.1] = NEVER
    walk = np.minimum(NEVER, travel.T.astype(np.int64) * 2).astype(np.int32)
    tolls = random.integers(0, 2000, plain.shift_cost.shape)
    problem = replace(plain, travel=(travel, walk), mode=np.array([0, 1, 0, 1]), shift_cost=tolls)
    answer = solve(problem, seed=seed, iterations=300, seconds=60)
    assert check_routes(problem, answer.routes) == ()
    assert answer.cost == cost(problem, answer.routes)


def test_a_small_town_is_solved_as_well_as_by_trying_everything():
    """Four doors, two shifts: no other assignment and order is cheaper."""
    problem = replace(town(4, 2), pairs=())
    best = min(
        cost(problem, routes) for routes in every_plan(4) if not check_routes(problem, routes)
    )
    assert solve(problem, iterations=500, seconds=60).cost == best


def every_plan(visits: int):
    """All ways to put some of the visits, in any order, on two shifts."""
    for size in range(visits + 1):
        for order in permutations(range(visits), size):
            for at in range(size + 1):
                yield order[:at], order[at:]


def test_a_walk_to_far_doors_that_pay_only_together_is_found():
    """Each of six doors is worth less than the way there; all six together are worth more."""
    travel = np.full((7, 7), 100)
    travel[1:, 1:] = 1
    doors = [
        {"id": i, "service": 10, "windows": [[0, 1000]], "priority": 0, "penalty": 150, "load": 0,
         "shifts": None}
        for i in range(1, 7)
    ]  # fmt: skip
    crew = {"id": 0, "team": 0, "day": 0, "start": 0, "end": 1000, "capacity": 0, "pause": None}
    instance = {"format": "outreach-instance/1", "visits": doors, "shifts": [crew]}
    answer = solve(from_instance(instance, travel), iterations=300, seconds=60)
    assert answer.cost == 205


def test_cooling_falls_by_the_same_ratio():
    """Half way it is the geometric mean; a part begins and ends where the whole is then."""
    cooling = Cooling(hot=4.0, cold=1.0)
    assert cooling.at(0.5) == pytest.approx(2.0)
    assert cooling.part(0.5, 1.0) == Cooling(pytest.approx(2.0), pytest.approx(1.0))


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_answers_alike(name):
    """One call, whichever engine: a checked answer, no worse than the start."""
    problem = town()
    first = engine(name)(problem, seed=1, seconds=5, iterations=50)
    again = engine(name)(problem, seed=2, seconds=5, iterations=5, start=first.routes)
    assert check_routes(problem, first.routes) == ()
    assert again.cost <= first.cost


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("halves", [[1], [1, 2]])
def test_a_half_that_nobody_may_serve_keeps_its_other_half_back(name, halves):
    """The school check, or both, are allowed nowhere: neither is served, the others are."""
    allowed = town().allowed.copy()
    allowed[halves] = False
    problem = town(allowed=allowed)
    answer = engine(name)(problem, seed=1, seconds=5, iterations=50)
    served = {visit for route in answer.routes for visit in route}
    assert check_routes(problem, answer.routes) == ()
    assert served
    assert not served & {1, 2}


def test_an_unknown_engine_is_our_own_mistake():
    """Only the command line takes names from outside, and it knows them."""
    with pytest.raises(ValueError, match="no engine"):
        engine("abacus")


def test_the_instance_with_sixty_visits(shared):
    """The bench's own instance in a few iterations: served whole, below any usual recipe."""
    from data.instances import read_instance

    problem = read_instance(shared / "bench" / "outreach" / "60-visits")
    answer = solve(problem, seed=1, iterations=20_000, seconds=60)
    assert check_routes(problem, answer.routes) == ()
    assert answer.cost < 33_500
