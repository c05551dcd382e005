"""From a problem to the arrays of the kernels, and back to a solution."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from planning.routing.problem import NEVER, Problem, Solution
from planning.routing.ruin.kernels import (
    Flags,
    Floats,
    Ints,
    Longs,
    Memory,
    Pool,
    Rules,
    Scratch,
    State,
)

NEAR = 500
"""Neighbours of a visit among which a ruin looks for routes: more than any ruin needs."""
POOL_BYTES = 64 << 20
"""Memory for the routes of the pool."""
POOL_ROUTES = 1 << 15
"""Routes in the pool at most: CP-SAT takes about two seconds for so many."""


def rules_of(problem: Problem) -> Rules:
    """The problem as the kernels read it."""
    travel = _travel(problem)
    hours = np.column_stack([problem.start, problem.end])
    spans, span = np.unique(hours, axis=0, return_inverse=True)
    opens, closes, openings = _windows(problem, spans)
    second = np.full(problem.visits, -1, dtype=np.int32)
    unit = np.arange(problem.visits, dtype=np.int32)
    penalty, load, may = (
        problem.penalty.copy(),
        problem.load.copy(),
        problem.allowed.copy(),
    )
    for first, other in problem.pairs:
        second[first], unit[other] = other, first
        penalty[first] += penalty[other]
        load[first] += load[other]
        may[first] &= may[other]
    option, options = _options(may)
    span = span.reshape(-1)
    rules = Rules(
        travel=travel,
        service=problem.service.astype(np.int32),
        opens=opens,
        closes=closes,
        openings=openings,
        toll=problem.shift_cost.astype(np.int64),
        second=second,
        unit=unit,
        penalty=penalty.astype(np.int64),
        load=load.astype(np.int32),
        option=option,
        options=options,
        may=may,
        near=_near(travel, problem.visits),
        far=_far(problem, travel),
        slack=_slack(may, opens, closes, span),
        start=problem.start.astype(np.int32),
        end=problem.end.astype(np.int32),
        pause=problem.pause.astype(np.int32),
        capacity=problem.capacity.astype(np.int32),
        office=problem.office.astype(np.int32),
        mode=problem.mode.astype(np.int32),
        span=span.astype(np.int32),
    )
    # Kernels are compiled for rows that lie one after the other; another order compiles them anew.
    return Rules(*map(np.ascontiguousarray, rules))


def _travel(problem: Problem) -> Ints:
    """(M, N, N), with no way to go from an office to itself."""
    travel = np.stack(problem.travel).astype(np.int32)
    offices = np.unique(problem.office)
    travel[:, offices, offices] = 0
    return travel


def _windows(problem: Problem, spans: Longs) -> tuple[Ints, Ints, Ints]:
    """(V, D, W) earliest and latest starts within each span, (V, D) how many there are."""
    cut = [
        [
            [(max(a, begins), min(b, ends)) for a, b in windows if a <= ends and b >= begins]
            for begins, ends in spans.tolist()
        ]
        for windows in problem.windows
    ]
    openings = np.array([[len(one) for one in row] for row in cut], dtype=np.int32)
    bounds = np.zeros((*openings.shape, int(openings.max(initial=1)), 2), dtype=np.int32)
    for visit, row in enumerate(cut):
        for span, one in enumerate(row):
            bounds[visit, span, : len(one)] = np.array(one, dtype=np.int32).reshape(-1, 2)
    opens, closes = np.ascontiguousarray(bounds[..., 0]), np.ascontiguousarray(bounds[..., 1])
    return opens, closes, openings


def _options(may: Flags) -> tuple[Ints, Ints]:
    """(V, ≤ S) the shifts that may serve each visit, ascending, and (V,) how many these are."""
    options = may.sum(axis=1).astype(np.int32)
    option = np.zeros((len(may), int(options.max(initial=1))), dtype=np.int32)
    for visit, row in enumerate(may):
        option[visit, : options[visit]] = np.flatnonzero(row)
    return option, options


def _near(travel: Ints, visits: int) -> Ints:
    """(V, ≤ NEAR) the nearest visits there and back over all modes, each visit itself first."""
    both = np.zeros((visits, visits), dtype=np.int64)
    for matrix in travel:
        both += matrix[:visits, :visits]
        both += matrix[:visits, :visits].T
    np.fill_diagonal(both, -1)
    near: Ints = np.argsort(both, axis=1, kind="stable")[:, :NEAR].astype(np.int32)
    return near


def _far(problem: Problem, travel: Ints) -> Floats:
    """(V,) seconds from the nearest office and back, in the fastest mode."""
    offices = np.unique(problem.office)
    there = travel[:, offices, : problem.visits].astype(np.float64)
    back = travel[:, : problem.visits, offices].astype(np.float64).transpose(0, 2, 1)
    far: Floats = (there + back).min(axis=(0, 1))
    return far


def _slack(may: Flags, opens: Ints, closes: Ints, span: Ints) -> Floats:
    """(V,) seconds that windows are open, over all shifts that may serve the visit."""
    within = (closes - opens).sum(axis=2)[:, span]
    slack: Floats = np.where(may, within, 0).sum(axis=1).astype(np.float64)
    return slack


def longest_route(problem: Problem, rules: Rules) -> int:
    """Visits that fit into the longest shift at most, each reached by its shortest way."""
    visits = np.arange(problem.visits)
    reach = rules.travel.min(axis=0)[:, : problem.visits]
    reach[visits, visits] = NEVER
    least = reach.min(axis=0) + problem.service
    longest = 0
    for shift in range(problem.shifts):
        spent = np.sort(least[problem.allowed[:, shift]]).cumsum()
        hours = problem.end[shift] - problem.start[shift]
        longest = max(longest, int(np.searchsorted(spent, hours, side="right")))
    return longest


def empty_state(problem: Problem, rules: Rules, seed: int) -> State:
    """All visits absent, all shifts in the office; times are still to be filled in."""
    shifts, visits = problem.shifts, problem.visits
    # An office at either end, and room to try one more unit.
    shape = shifts, longest_route(problem, rules) + 4
    units = np.flatnonzero(rules.unit == np.arange(visits))
    absent = np.zeros(visits, dtype=np.int32)
    absent[: len(units)] = units
    total = int(problem.penalty.sum())
    random = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return State(
        route=np.zeros(shape, dtype=np.int32),
        length=np.zeros(shifts, dtype=np.int32),
        due=np.zeros(shape, dtype=np.int32),
        taken=np.zeros(shape, dtype=np.int32),
        due_by=np.zeros(shape, dtype=np.int32),
        taken_by=np.zeros(shape, dtype=np.int32),
        cost=np.zeros(shifts, dtype=np.int64),
        load=np.zeros((shifts, rules.load.shape[1]), dtype=np.int32),
        version=np.zeros(shifts, dtype=np.int64),
        shift=np.full(visits, -1, dtype=np.int32),
        absent=absent,
        tally=np.array([len(units), 0], dtype=np.int64),
        total=np.array([total, total], dtype=np.int64),
        best=np.zeros(shape, dtype=np.int32),
        best_length=np.zeros(shifts, dtype=np.int32),
        random=random | np.uint64(1),
    )


def fill(problem: Problem, rules: Rules, state: State, start: Solution) -> None:
    """Puts the routes of `start` into an empty state; times and costs are still to be filled in.

    A route with a visit that is not allowed there, with half a pair or with too much load is left
    out; one that does not keep its times is cut by `kernels.settle`.
    """
    room = state.route.shape[1] - 2
    for shift, route in enumerate(start):
        if not _lawful(problem, rules, shift, route, room):
            continue
        visits = np.array(route, dtype=np.int64)
        state.route[shift, 1 : len(route) + 1] = visits
        state.length[shift] = len(route)
        state.shift[visits] = shift
        state.load[shift] = rules.load[visits[rules.unit[visits] == visits]].sum(axis=0)
    units = rules.unit == np.arange(problem.visits)
    absent = np.flatnonzero(units & (state.shift < 0))
    state.absent[: len(absent)] = absent
    state.tally[0] = len(absent)
    state.total[:] = rules.penalty[absent].sum()


def _lawful(problem: Problem, rules: Rules, shift: int, route: Sequence[int], room: int) -> bool:
    """True when the route keeps every rule that needs no clock, and has `room` visits at most."""
    visits = list(route)
    place = {visit: at for at, visit in enumerate(visits)}
    halves = [place.get(int(rules.second[v]), -1) for v in visits if rules.second[v] >= 0]
    firsts = [place[v] for v in visits if rules.second[v] >= 0]
    orphans = any(int(rules.unit[v]) not in place for v in visits)
    return (
        0 < len(visits) == len(place) <= room
        and bool(problem.allowed[visits, shift].all())
        and not orphans
        and all(a < b for a, b in zip(firsts, halves, strict=True))
        and bool((problem.load[visits].sum(axis=0) <= problem.capacity[shift]).all())
    )


def empty_memory(problem: Problem) -> Memory:
    """Nothing remembered."""
    shape = problem.visits, problem.shifts
    return Memory(
        version=np.zeros(shape, dtype=np.int64),
        cost=np.zeros(shape, dtype=np.int64),
        place=np.zeros(shape, dtype=np.int32),
    )


def empty_pool(state: State) -> Pool:
    """No route met; a power of two of slots, as the kernels' addressing wants it."""
    width = state.route.shape[1]
    slots = min(POOL_ROUTES, 1 << int(np.log2(POOL_BYTES // (4 * width))))
    return Pool(
        key=np.zeros(slots, dtype=np.int64),
        cost=np.zeros(slots, dtype=np.int64),
        shift=np.zeros(slots, dtype=np.int32),
        length=np.zeros(slots, dtype=np.int32),
        route=np.zeros((slots, width), dtype=np.int32),
    )


def scratch_of(state: State) -> Scratch:
    """Room for iterations on `state`."""
    shifts, visits = len(state.length), len(state.shift)
    return Scratch(
        touched=np.zeros(shifts, dtype=np.int32),
        stamp=np.zeros(shifts, dtype=np.int64),
        ruined=np.zeros(shifts, dtype=np.int64),
        old_route=np.zeros_like(state.route),
        old_length=np.zeros(shifts, dtype=np.int32),
        old_cost=np.zeros(shifts, dtype=np.int64),
        old_load=np.zeros_like(state.load),
        old_version=np.zeros(shifts, dtype=np.int64),
        old_absent=np.zeros(visits, dtype=np.int32),
        was_absent=np.zeros(visits, dtype=np.int64),
        marked=np.zeros(visits, dtype=np.bool_),
        queue=np.zeros(visits, dtype=np.int32),
        key=np.zeros(visits, dtype=np.float64),
        clock=np.zeros(1, dtype=np.int64),
    )


def best_routes(state: State) -> Solution:
    """The best plan met."""
    rows = zip(state.best, state.best_length.tolist(), strict=True)
    return tuple(tuple(row[1 : length + 1].tolist()) for row, length in rows)


def promising(rules: Rules, pool: Pool, routes: Solution) -> Ints:
    """Slots of the pool, first the routes that cost least over what their visits cost in `routes`.

    There every visit bears an equal share of its route, an absent one its penalty.
    """
    share = rules.penalty.astype(np.float64)
    for shift, route in enumerate(routes):
        visits = list(route)
        along = rules.travel[rules.mode[shift]]
        way = [rules.office[shift], *visits, rules.office[shift]]
        travel = sum(int(along[a, b]) for a, b in pairwise(way))
        share[visits] = (travel + rules.toll[visits, shift].sum()) / max(1, len(visits))
    slots = np.flatnonzero(pool.length)
    within = np.arange(pool.route.shape[1]) < pool.length[slots, None]
    spared = np.where(within, share[pool.route[slots]], 0.0).sum(axis=1)
    best: Ints = slots[np.argsort(pool.cost[slots] - spared, kind="stable")]
    return best
