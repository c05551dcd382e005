"""Every rule of the job inside the search: each one in a tiny town, and all of them at random."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.routing.checker import check_routes
from planning.routing.problem import DAY, NEVER, Problem, cost
from planning.routing.ruin import arrays, kernels
from planning.routing.ruin.engine import SETTINGS, solve

DOORS, TWINS, NODES = 6, 2, 3
ROWS = DOORS + TWINS


# --- all rules at random --------------------------------------------------------------------------


@st.composite
def worlds(draw) -> Problem:
    """Six doors, two of them perhaps for two crews; two teams on two days, a crew on the road.

    Any rule may hold or not: a pair, attempts apart, locks with a position, two kinds of kits,
    working time, pauses, fairness, also with teams elsewhere. Travel is any number, and now and
    then there is no way.
    """
    number = st.integers

    def some(low: int, high: int, size: int) -> np.ndarray:
        return np.array(draw(st.lists(number(low, high), min_size=size, max_size=size)))

    leads = draw(st.sampled_from([(), (0,), (0, 1)]))
    rows = DOORS + len(leads)
    leg = st.integers(0, 19).flatmap(lambda at: number(0, 9) if at else st.just(NEVER))
    size = rows + NODES
    flat = draw(st.lists(leg, min_size=2 * size**2, max_size=2 * size**2))
    midnight = np.array([0, 0, DAY, DAY])
    pauses = [draw(st.sampled_from([(0, 0, 0), (20, 40, 15)])) for _ in midnight]
    allowed = some(0, 5, 4 * rows).reshape(rows, 4) > 0
    locked = draw(st.sampled_from([(), (2,), (0,), (3, 4)]))
    for visit in locked:
        allowed[visit] = np.arange(4) == draw(number(0, 3))
    ends = draw(st.sampled_from([(), locked[:1]]))
    load = some(0, 2, 2 * rows).reshape(rows, 2)
    load[DOORS:] = 0
    penalty, toll = some(30, 300, rows), some(0, 9, 4 * rows).reshape(rows, 4)
    penalty[DOORS:], toll[DOORS:] = 0, 0
    windows = [draw(day_windows()) for _ in range(DOORS)]
    return Problem(
        visit_ids=tuple("abcdef"[:DOORS]) + tuple("abcdef"[at] for at in leads),
        shift_ids=("one, Monday", "two, Monday", "one, Tuesday", "two, Tuesday"),
        service=some(0, 12, rows),
        priority=np.zeros(rows, dtype=np.int64),
        penalty=penalty,
        load=load,
        windows=(*windows, *(windows[at] for at in leads)),
        allowed=allowed,
        home=np.zeros((rows, 4), dtype=bool),
        shift_cost=toll,
        pairs=draw(st.sampled_from([(), ((2, 3),), ((0, 1),), ((5, 0),)])),
        together=tuple((lead, DOORS + at) for at, lead in enumerate(leads)),
        apart=draw(st.sampled_from([(), ((4, 5, 1),), ((0, 5, 0), (4, 3, 1)), ((2, 3, 1),)])),
        locked=frozenset(locked),
        first=frozenset(ends if draw(st.booleans()) else ()),
        last=frozenset(ends if draw(st.booleans()) else ()),
        fair=draw(st.sampled_from([0, 7])),
        group=np.array(draw(st.sampled_from([(0, 0, 0, 0), (0, 1, 0, 1), (0, 0, 1, 0)]))),
        team=np.array([0, 1, 0, 1]),
        midnight=midnight,
        start=midnight + some(0, 10, 4),
        end=midnight + some(40, 95, 4),
        pause=np.array([(a + m, b + m, c) if c else (0, 0, 0)
                        for (a, b, c), m in zip(pauses, midnight.tolist(), strict=True)]),
        capacity=some(2, 9, 8).reshape(4, 2),
        work=np.array([draw(st.one_of(st.just(NEVER), number(20, 60))) for _ in midnight]),
        origin=rows + np.array([draw(number(0, 2)), 1, 0, 1]),
        office=rows + np.array([0, 1, 0, 1]),
        mode=np.array([0, 1, 0, 1]),
        travel=tuple(np.array(flat, dtype=np.int32).reshape(2, size, size)),
        elsewhere=draw(st.sampled_from([(), ((1, 0, 4000, 9000), (2, 1, 0, 5000))])),
    )  # fmt: skip


def day_windows():
    """All day long, or one or two windows that are the same on both days."""
    cuts = st.lists(st.integers(0, 90), min_size=2, max_size=4, unique=True).map(sorted)
    return st.one_of(st.just([0, 90]), cuts).map(
        lambda ends: tuple(
            (day + a, day + b)
            for day in (0, DAY)
            for a, b in zip(ends[::2], ends[1::2], strict=False)
        )
    )


def broken(problem: Problem, routes) -> list[str]:
    """What the checker says; that a lock contradicts other rules is not the search's fault."""
    return [words for words in check_routes(problem, routes) if "locked and left" not in words]


def at_hand(state) -> tuple[tuple[int, ...], ...]:
    """The routes of a state, not the best ones met."""
    return tuple(
        tuple(row[1 : length + 1].tolist())
        for row, length in zip(state.route, state.length.tolist(), strict=True)
    )


def left_locked(problem: Problem, rules, routes) -> int:
    """Locked units that no route serves."""
    locked = set(np.flatnonzero(rules.penalty >= kernels.LOCKED).tolist())
    return len(locked.difference(*routes))


@settings(max_examples=150)
@given(problem=worlds(), seed=st.integers(0, 99), heat=st.sampled_from([0.001, 50.0, 1e6]))
def test_every_plan_on_the_way_keeps_every_rule(problem, seed, heat):
    """However hot the search runs: each plan passes the checker and costs what the sum says."""
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, seed)
    memory, pool, scratch = (
        arrays.empty_memory(problem), arrays.empty_pool(state), arrays.scratch_of(state)
    )  # fmt: skip
    kernels.settle(rules, state, scratch)
    for _ in range(12):
        routes = at_hand(state)
        assert broken(problem, routes) == []
        missing = kernels.LOCKED * left_locked(problem, rules, routes)
        assert state.total[0] == cost(problem, routes) + missing
        kernels.search(rules, state, memory, pool, scratch, SETTINGS, 3, heat, 0)


@settings(max_examples=60)
@given(problem=worlds(), seed=st.integers(0, 99))
def test_an_answer_keeps_every_rule_and_is_found_again(problem, seed):
    """The plan passes the checker, its cost is the problem's, and the same seed finds it again."""
    answer = solve(problem, seed=seed, iterations=60, seconds=1e9)
    assert broken(problem, answer.routes) == []
    assert answer.cost == cost(problem, answer.routes)
    again = solve(problem, seed=seed, iterations=60, seconds=1e9)
    assert again.routes == answer.routes
    warm = solve(problem, seed=seed, iterations=1, seconds=1e9, start=answer.routes)
    assert warm.cost <= answer.cost


@settings(max_examples=40)
@given(problem=worlds(), data=st.data())
def test_any_start_is_mended(problem, data):
    """Rows strewn over the shifts in any order: what breaks no rule may stay, the rest goes."""
    rows = data.draw(st.permutations(range(problem.visits)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), min_size=3, max_size=3)))
    start = tuple(tuple(rows[a:b]) for a, b in pairwise([0, *cuts, len(rows)]))
    answer = solve(problem, iterations=1, seconds=1e9, start=start)
    assert broken(problem, answer.routes) == []
    assert answer.cost == cost(problem, answer.routes)


# --- one rule at a time ---------------------------------------------------------------------------


def street(minutes, *, shifts=1, **changes) -> Problem:
    """Doors along a street at these minutes from the office, which is its end.

    Ten minutes at each door, any time; every shift is a team of its own, out from 0 to 300.
    """
    at = np.array([*minutes, 0])
    doors, zeros = len(minutes), np.zeros(shifts, dtype=np.int64)
    plain = Problem(
        visit_ids=tuple("abcdefgh"[:doors]), shift_ids=tuple("123456"[:shifts]),
        service=np.full(doors, 10), priority=np.zeros(doors, dtype=np.int64),
        penalty=np.full(doors, 1000), load=np.zeros((doors, 1), dtype=np.int64),
        windows=(((0, 2 * DAY),),) * doors, allowed=np.ones((doors, shifts), dtype=bool),
        home=np.zeros((doors, shifts), dtype=bool),
        shift_cost=np.zeros((doors, shifts), dtype=np.int64),
        pairs=(), together=(), apart=(), locked=frozenset(), first=frozenset(), last=frozenset(),
        fair=0, group=zeros, team=np.arange(shifts), midnight=zeros, start=zeros, end=zeros + 300,
        pause=np.zeros((shifts, 3), dtype=np.int64), capacity=zeros[:, None] + 9,
        work=zeros + NEVER, origin=zeros + doors, office=zeros + doors, mode=zeros,
        travel=(np.abs(at[:, None] - at[None]).astype(np.int32),),
    )  # fmt: skip
    return replace(plain, **changes)


def plan(problem: Problem, iterations: int = 300):
    """The answer of a short search, checked."""
    answer = solve(problem, iterations=iterations, seconds=1e9)
    assert check_routes(problem, answer.routes) == ()
    assert answer.cost == cost(problem, answer.routes)
    return answer


def test_a_begun_day_starts_where_the_crew_is():
    """The crew stands at minute 50: out to 60 and home again is 70, and home alone 50."""
    town = street([60, 50])
    begun = replace(town, allowed=np.array([[True], [False]]), origin=np.array([1]))
    assert plan(begun).cost == 10 + 60 + 1000
    idle = replace(begun, allowed=np.zeros((2, 1), dtype=bool))
    assert plan(idle).cost == 50 + 2000


def test_a_crew_too_late_to_get_home_in_time_still_goes_home():
    """With ten minutes left of the day the way home of fifty is as it is; no visit is added."""
    town = street([60, 50], origin=np.array([1]), end=np.array([10]))
    assert plan(town).routes == ((),)


def test_kits_of_one_kind_may_run_out_before_the_others():
    """Three doors want a tablet each and the car has two; there is room for nine kits in all."""
    load = np.array([[1, 1], [1, 1], [1, 1], [1, 0]])
    answer = plan(street([10, 20, 30, 40], load=load, capacity=np.array([[9, 2]])))
    assert len(answer.routes[0]) == 3
    assert 3 in answer.routes[0]


def test_working_time_counts_from_leaving():
    """Doors at noon and later may fill the day's end; one at its beginning as well is too much."""
    windows = (((0, 20),), ((200, 220),), ((200, 280),))
    town = street([10, 10, 10], windows=windows, work=np.array([120]), penalty=np.full(3, 100))
    assert set(plan(town).routes[0]) == {1, 2}


def test_a_rest_before_the_first_door_counts_as_work():
    """The pause must begin at 0 and lasts 100; so the crew works from 0 on, longer than allowed."""
    town = street([10], pause=np.array([[0, 0, 100]]), work=np.array([120]))
    assert plan(town).routes == ((),)
    assert plan(replace(town, work=np.array([130]))).routes == ((0,),)


def test_what_is_locked_stays_though_others_are_worth_more():
    """There is time for one door only; the locked one is the far one and worth next to nothing."""
    town = street([100, 10, 20], end=np.array([215]), penalty=np.array([1, 500, 500]))
    assert 0 not in plan(town).routes[0]
    locked = replace(town, locked=frozenset({0}))
    full = solve(locked, iterations=50, seconds=1e9, start=((1, 2),))
    assert full.routes == plan(locked).routes == ((0,),)


def test_what_is_locked_gives_way_last_when_a_route_becomes_late():
    """a → b → c takes 2, a → c 50: when b goes, a goes rather than c, which is locked."""
    travel = np.full((4, 4), 1, dtype=np.int32)
    travel[0, 2] = 50
    problem = street([1, 1, 1], service=np.zeros(3, dtype=np.int64), windows=(((0, 9),),) * 3,
                     travel=(travel,), locked=frozenset({2}))  # fmt: skip
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, 0)
    arrays.fill(problem, rules, state, ((0, 1, 2),))
    scratch = arrays.scratch_of(state)
    kernels.settle(rules, state, scratch)
    scratch.marked[1] = True
    kernels.take_out(rules, state, scratch, 0)
    assert at_hand(state) == ((2,),)


def test_first_and_last_stops_keep_their_ends():
    """The nearest door is to be last and the farthest first: everything lies between them."""
    town = street([10, 20, 30, 40], first=frozenset({3}), last=frozenset({0}))
    route = plan(town).routes[0]
    assert (route[0], route[-1], len(route)) == (3, 0, 4)


def test_a_second_attempt_waits_for_its_days():
    """Two attempts at one door, two days apart: Monday and Wednesday, whatever Tuesday costs."""
    days = np.arange(3) * DAY
    town = street([10, 10], shifts=3, team=np.zeros(3, dtype=np.int64), midnight=days,
                  start=days, end=days + 300, apart=((0, 1, 2),),
                  windows=(((0, 3 * DAY),),) * 2)  # fmt: skip
    assert plan(town).routes == ((0,), (), (1,))


def test_two_crews_meet_at_a_door():
    """Door a takes two teams: both go there at the same time, the third stays at home."""
    town = street([10, 100, 10], shifts=3, together=((0, 2),))
    answer = plan(town)
    crews = [shift for shift, route in enumerate(answer.routes) if set(route) & {0, 2}]
    assert len(crews) == 2
    assert answer.cost == 20 + 200


def test_two_crews_of_one_team_are_one_crew():
    """Both shifts of the day belong to one team: nobody makes the visit."""
    town = street([10, 10], shifts=2, together=((0, 1),), team=np.array([0, 0]))
    assert plan(town).routes == ((), ())


def test_crews_whose_days_do_not_overlap_cannot_meet():
    """One team works until 100, the other from 200 on."""
    town = street([10, 10], shifts=2, together=((0, 1),), start=np.array([0, 200]),
                  end=np.array([100, 300]))  # fmt: skip
    assert plan(town).routes == ((), ())


def test_a_school_check_and_its_home_visit_may_both_need_a_second_crew():
    """Two teams only: one makes both visits in their order, the other comes along to both."""
    town = street([10, 20, 10, 20], shifts=2, pairs=((0, 1),), together=((0, 2), (1, 3)),
                  penalty=np.array([1000, 1000, 0, 0]))  # fmt: skip
    answer = plan(town, iterations=2000)
    assert sorted(map(sorted, answer.routes)) == [[0, 1], [2, 3]]
    assert answer.cost == 80


def test_fairness_spreads_the_work():
    """Four doors side by side: one team makes them all, unless work should be even."""
    town = street([600] * 4, shifts=2, service=np.full(4, 3000), end=np.array([30_000] * 2),
                  penalty=np.full(4, 10**6))  # fmt: skip
    assert sorted(map(len, plan(town).routes)) == [0, 4]
    assert sorted(map(len, plan(replace(town, fair=1000)).routes)) == [2, 2]


@pytest.mark.parametrize("seed", range(4))
def test_the_best_meeting_is_found(seed):
    """Two teams, four doors, one of them for both: no other orders of the two routes cost less."""
    random = np.random.default_rng(seed)
    minutes = random.integers(5, 60, 4).tolist()
    begins = random.integers(0, 150, 4).tolist()
    windows = tuple(((a, a + 60),) for a in begins)
    town = street([*minutes, minutes[0]], shifts=2, together=((0, 4),),
                  windows=(*windows, windows[0]), penalty=np.array([500] * 4 + [0]))  # fmt: skip
    best = min(
        cost(town, routes)
        for size in range(6)
        for order in permutations(range(5), size)
        for at in range(size + 1)
        if not check_routes(town, routes := (order[:at], order[at:]))
    )
    assert plan(town, iterations=1500).cost == best
