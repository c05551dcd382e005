"""The insertion check against brute force, on tiny problems that nothing was assumed about."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.routing.checker import check_routes
from planning.routing.problem import NEVER, Problem, cost, route_cost
from planning.routing.ruin import arrays, kernels

VISITS, SHIFTS, MODES, OFFICES = 5, 2, 2, 2


@st.composite
def problems(draw) -> Problem:
    """Five doors, two shifts on two days with a mode and an office each, pauses, windows, a pair.

    Travel is any number, so that triangles break at will, and now and then there is no way.
    """
    number = st.integers
    nodes = VISITS + OFFICES
    near, wide = number(0, 6), st.one_of(number(0, 40), st.just(NEVER))
    leg = st.integers(0, 9).flatmap(lambda chance: near if chance else wide)
    travel = tuple(
        np.array(draw(st.lists(leg, min_size=nodes**2, max_size=nodes**2)), dtype=np.int32).reshape(
            nodes, nodes
        )
        for _ in range(MODES)
    )
    midnight = np.array([0, 100])
    length = np.array(draw(st.lists(number(30, 95), min_size=SHIFTS, max_size=SHIFTS)))
    start = midnight + np.array(draw(st.lists(number(0, 10), min_size=SHIFTS, max_size=SHIFTS)))
    end = np.minimum(start + length, midnight + 99)
    return Problem(
        visit_ids=tuple("abcde"),
        shift_ids=("one", "two"),
        service=np.array(draw(st.lists(number(0, 5), min_size=VISITS, max_size=VISITS))),
        priority=np.zeros(VISITS, dtype=np.int64),
        penalty=np.full(VISITS, 10_000),
        load=np.array(draw(st.lists(number(0, 2), min_size=VISITS, max_size=VISITS)))[:, None],
        windows=tuple(draw(windows()) for _ in range(VISITS)),
        allowed=np.ones((VISITS, SHIFTS), dtype=bool),
        home=np.zeros((VISITS, SHIFTS), dtype=bool),
        shift_cost=np.array(
            draw(st.lists(number(0, 20), min_size=VISITS * SHIFTS, max_size=VISITS * SHIFTS))
        ).reshape(VISITS, SHIFTS),
        pairs=((3, 4),),
        together=(),
        apart=(),
        locked=frozenset(),
        first=frozenset(),
        last=frozenset(),
        fair=0,
        group=np.array([0, 0]),
        team=np.array([0, 1]),
        midnight=midnight,
        start=start,
        end=end,
        pause=np.array([draw(pauses(day)) for day in midnight.tolist()]),
        capacity=np.array([[6], [20]]),
        work=np.full(SHIFTS, NEVER),
        origin=np.array([VISITS, VISITS + 1]),
        office=np.array([VISITS, VISITS + 1]),
        mode=np.array([0, 1]),
        travel=travel,
    )


def windows():
    """The whole of both days, or up to three on each of them, ascending and apart."""
    some = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(sorted)
    cuts = st.one_of(st.just([0, 95]), some)
    return st.tuples(cuts, cuts).map(
        lambda days: tuple(
            (day + 100 * at, until + 100 * at)
            for at, ends in enumerate(days)
            for day, until in zip(ends[::2], ends[1::2], strict=False)
        )
    )


def pauses(day: int):
    """None, or one that begins somewhere in the day and takes up to twenty."""
    some = st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(1, 20)).map(
        lambda one: (day + one[0], day + one[0] + one[1], one[2])
    )
    return st.one_of(st.just((0, 0, 0)), some)


def keeps(problem: Problem, shift: int, route: tuple[int, ...]) -> bool:
    """What the checker says of the route's times; halves and load apart."""
    bare = replace(problem, pairs=(), capacity=np.full((SHIFTS, 1), 999))
    routes = [(), ()]
    routes[shift] = route
    return not check_routes(bare, tuple(routes))


def prepared(problem: Problem, shift: int, route: tuple[int, ...]):
    """Rules and a state with only that route, timed."""
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, 0)
    wide = np.zeros((SHIFTS, VISITS + 6), dtype=np.int32)
    state = state._replace(
        **{name: wide.copy() for name in ("route", "due", "taken", "due_by", "taken_by", "best")}
    )
    state.route[shift, 1 : len(route) + 1] = route
    state.length[shift] = len(route)
    return rules, state, kernels.time_route(rules, state, shift)


@settings(max_examples=100)
@given(problem=problems(), data=st.data())
def test_a_route_is_timed_as_the_checker_times_it(problem, data):
    """Kept or not, and its cost: the two states find what trying every leg for the pause finds."""
    shift = data.draw(st.integers(0, SHIFTS - 1))
    route = tuple(data.draw(st.permutations(range(VISITS)))[: data.draw(st.integers(0, VISITS))])
    _, state, kept = prepared(problem, shift, route)
    assert kept == keeps(problem, shift, route)
    assert state.cost[shift] == route_cost(problem, shift, route)


@settings(max_examples=100)
@given(problem=problems(), data=st.data())
def test_the_best_insertion_is_the_best_of_all(problem, data):
    """One visit, or an ordered pair, into a route that is kept: brute force finds no better."""
    shift = data.draw(st.integers(0, SHIFTS - 1))
    others = data.draw(st.permutations([1, 2, *([3, 4] if data.draw(st.booleans()) else [])]))
    route = longest_kept(problem, shift, others)
    rules, state, kept = prepared(problem, shift, route)
    assert kept
    before = route_cost(problem, shift, route)
    for unit in ((0,), (3, 4)):
        if set(unit) & set(route):
            continue
        best = min(
            (
                route_cost(problem, shift, way) - before
                for way in ways(route, unit)
                if keeps(problem, shift, way)
            ),
            default=kernels.NOWHERE,
        )
        found, place, after = kernels.place_unit(rules, state, unit[0], shift)
        made = [*route[:place], unit[0], *route[place:after], *unit[1:], *route[after:]]
        assert found == best
        if best < kernels.NOWHERE:
            assert keeps(problem, shift, tuple(made))
            assert route_cost(problem, shift, made) - before == best


def longest_kept(problem: Problem, shift: int, visits: list[int]) -> tuple[int, ...]:
    """The longest beginning of `visits` that keeps its times."""
    route = tuple(visits)
    while not keeps(problem, shift, route):
        route = route[:-1]
    return route


def ways(route: tuple[int, ...], unit: tuple[int, ...]):
    """Every order of both in which each keeps its own."""
    whole = route + unit
    for order in permutations(range(len(whole))):
        places = {order[at]: at for at in range(len(order))}
        halves = range(len(route), len(whole))
        if all(places[a] < places[a + 1] for a in range(len(route) - 1)) and all(
            places[a] < places[a + 1] for a in list(halves)[:-1]
        ):
            yield tuple(whole[at] for at in order)


@settings(max_examples=100)
@given(problem=problems(), data=st.data())
def test_a_route_that_lost_a_visit_is_kept_again(problem, data):
    """Without a visit the way may be longer, where triangles break: more leave until it fits."""
    shift = data.draw(st.integers(0, SHIFTS - 1))
    route = longest_kept(problem, shift, data.draw(st.permutations(range(3))))
    rules, state, _ = prepared(problem, shift, route)
    scratch = arrays.scratch_of(state)
    state.shift[list(route)] = shift
    state.tally[0] = 0
    state.load[shift] = problem.load[list(route)].sum()
    if route:
        scratch.marked[data.draw(st.sampled_from(route))] = True
    rise = kernels.take_out(rules, state, scratch, shift)
    left = tuple(state.route[shift, 1 : state.length[shift] + 1].tolist())
    assert keeps(problem, shift, left)
    assert not scratch.marked.any()
    gone = set(route) - set(left)
    assert set(state.absent[: state.tally[0]].tolist()) == gone
    assert state.load[shift, 0] == problem.load[list(left)].sum()
    assert rise == cost_of(problem, shift, left) - cost_of(problem, shift, route)


def cost_of(problem: Problem, shift: int, route: tuple[int, ...]) -> int:
    """The plan that has only this route."""
    routes = [(), ()]
    routes[shift] = route
    return cost(problem, routes)


def one_shift(travel, windows, service: int | list[int] = 0, end=20, pause=(0, 0, 0)) -> Problem:
    """Doors worth 100 each, one shift from 0 to `end`, the office last in `travel`."""
    doors = len(windows)
    none, zeros = np.zeros(1, dtype=np.int64), np.zeros(doors, dtype=np.int64)
    return Problem(
        visit_ids=tuple("abc"[:doors]), shift_ids=("one",), service=zeros + service,
        priority=zeros, penalty=zeros + 100, load=zeros[:, None], windows=tuple(windows),
        allowed=np.ones((doors, 1), dtype=bool), home=np.zeros((doors, 1), dtype=bool),
        shift_cost=np.zeros((doors, 1), dtype=np.int64), pairs=(), team=none, midnight=none,
        together=(), apart=(), locked=frozenset(), first=frozenset(), last=frozenset(), fair=0,
        group=none, start=none, end=none + end, pause=np.array([pause]), capacity=none[:, None],
        work=none + NEVER, origin=none + doors, office=none + doors,
        mode=none, travel=(np.asarray(travel, dtype=np.int32),),
    )  # fmt: skip


def test_a_removal_that_makes_a_route_late_drops_more():
    """a → b → c takes 2, but a → c 50: without b the crew is late at c, and c goes as well."""
    travel = np.full((4, 4), 1, dtype=np.int32)
    travel[0, 2] = 50
    problem = one_shift(travel, [((0, 9),)] * 3)
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, 0)
    arrays.fill(problem, rules, state, ((0, 1, 2),))
    scratch = arrays.scratch_of(state)
    kernels.settle(rules, state, scratch)
    assert arrays.best_routes(state) == ((0, 1, 2),)
    scratch.marked[1] = True
    kernels.take_out(rules, state, scratch, 0)
    assert state.route[0, 1 : state.length[0] + 1].tolist() == [0]
    assert sorted(state.absent[: state.tally[0]].tolist()) == [1, 2]


def test_a_service_over_the_whole_time_of_the_pause_cannot_be_made():
    """b takes from 10 to 55, and the pause must begin between 40 and 50: b fits nowhere, a does."""
    problem = one_shift(
        np.zeros((3, 3)), [((60, 90),), ((10, 10),)], service=45, end=200, pause=(40, 50, 5)
    )
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, 0)
    arrays.fill(problem, rules, state, ((0,),))
    scratch = arrays.scratch_of(state)
    kernels.settle(rules, state, scratch)
    assert arrays.best_routes(state) == ((0,),)
    assert kernels.place_unit(rules, state, 1, 0)[0] == kernels.NOWHERE


def test_a_pause_that_cannot_begin_so_early_does_not_help():
    """b is due at 30 and over at 60, the pause may begin from 40 to 45: no way, also after a."""
    problem = one_shift(
        np.zeros((3, 3)), [((0, 0),), ((30, 30),)], service=[1, 30], end=100, pause=(40, 45, 20)
    )
    rules = arrays.rules_of(problem)
    state = arrays.empty_state(problem, rules, 0)
    arrays.fill(problem, rules, state, ((0, 1),))
    assert not kernels.time_route(rules, state, 0)


@numba.njit
def draws(random, count):
    """So many numbers, one after the other; only compiled code can draw."""
    return np.array([kernels.draw(random) for _ in range(count)])


@pytest.mark.parametrize("seed", range(3))
def test_chance_is_even(seed):
    """A thousand draws of [0, 1) lie about evenly, and differ between seeds."""
    random = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
    drawn = draws(random, 1000)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.05
    assert len(set(drawn.tolist())) == 1000
