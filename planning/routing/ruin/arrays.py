"""From a problem to the arrays of the kernels, and back to a solution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from planning.routing.problem import DAY, NEVER, Problem, Solution, team_groups, team_hours
from planning.routing.ruin.kernels import (
    LOCKED,
    Flags,
    Floats,
    Ints,
    Memory,
    Pool,
    Rules,
    Scratch,
    Shorts,
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
    span = span.reshape(-1)
    opens, closes, openings = _windows(problem, spans)
    second, unit = np.full(problem.visits, -1), np.arange(problem.visits)
    penalty, load, may = problem.penalty.copy(), problem.load.copy(), problem.allowed.copy()
    for first, other in problem.pairs:
        second[first], unit[other] = other, first
        penalty[first] += penalty[other]
        load[first] += load[other]
        may[first] &= may[other]
    twin = np.full(problem.visits, -1)
    for lead, other in problem.together:
        twin[lead], twin[other] = other, lead
        penalty[unit[lead]] += penalty[other]
    locked = _locked(problem, unit, twin)
    joins = np.zeros(problem.visits, dtype=np.bool_)
    joins[[other for _, other in problem.together]] = True
    penalty[locked & ~joins & (unit == np.arange(problem.visits))] += LOCKED
    for first, other, days in problem.apart:
        may[unit[first]] &= days == 0 or unit[first] != unit[other]
    option, options = _options(may)
    apart, before, after, aparts = _apart(problem, unit)
    member, members = _groups(problem)
    nodes = len(travel[0])
    return Rules(
        travel=travel,
        service=_ints(problem.service),
        opens=opens,
        closes=closes,
        openings=openings,
        toll=np.ascontiguousarray(problem.shift_cost, dtype=np.int64),
        second=_ints(second),
        unit=_ints(unit),
        twin=_ints(twin),
        joins=joins,
        penalty=np.ascontiguousarray(penalty, dtype=np.int64),
        load=_ints(load),
        locked=locked,
        first=_among(problem.first, nodes),
        last=_among(problem.last, nodes),
        apart=apart,
        before=before,
        after=after,
        aparts=aparts,
        option=option,
        options=options,
        may=np.ascontiguousarray(may),
        near=_near(travel, problem.visits),
        far=_far(problem, travel),
        slack=_slack(may, opens, closes, span),
        start=_ints(problem.start),
        end=_ints(problem.end),
        pause=_ints(problem.pause),
        capacity=_ints(problem.capacity),
        work=_ints(problem.work),
        origin=_ints(problem.origin),
        office=_ints(problem.office),
        mode=_ints(problem.mode),
        span=_ints(span),
        midnight=_ints(problem.midnight),
        team=_ints(problem.team),
        member=member,
        members=members,
        hours=team_hours(problem),
        fair=problem.fair,
        meetings=len(problem.together),
    )


def _ints(values: npt.NDArray[Any]) -> Ints:
    """int64, row after row: kernels are compiled for that order, another compiles them anew."""
    return np.ascontiguousarray(values, dtype=np.int64)


def _among(visits: Iterable[int], size: int) -> Ints:
    """(size,) 1 at the visits."""
    among = np.zeros(size, dtype=np.int64)
    among[list(visits)] = 1
    return among


def _locked(problem: Problem, unit: Ints, twin: Ints) -> Flags:
    """(V,) rows of locked visits, and those that go in and out with them."""
    locked = np.zeros(problem.visits, dtype=np.bool_)
    locked[list(problem.locked)] = True
    # From a second half to its first, from a first crew to its second, and back.
    for _ in range(2):
        np.logical_or.at(locked, unit, locked.copy())
        locked |= locked[unit]
        locked |= (twin >= 0) & locked[twin]
    return locked


def _apart(problem: Problem, unit: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """What every unit must be kept days from, as `Rules` has it: apart, before, after, aparts."""
    kept: list[list[tuple[int, int, int]]] = [[] for _ in range(problem.visits)]
    for first, second, days in problem.apart:
        kept[unit[first]].append((second, days * DAY, -NEVER))
        kept[unit[second]].append((first, -NEVER, days * DAY))
    width = max(1, *map(len, kept)) if kept else 1
    rows = np.zeros((problem.visits, width, 3), dtype=np.int64)
    for row, others in enumerate(kept):
        rows[row, : len(others)] = np.array(others, dtype=np.int64).reshape(-1, 3)
    apart, before, after = (_ints(rows[..., column]) for column in range(3))
    return apart, before, after, np.array([len(one) for one in kept], dtype=np.int64)


def _groups(problem: Problem) -> tuple[Ints, Ints]:
    """(G, ≤ T) the teams of every group, (G,) how many these are."""
    teams = team_groups(problem)
    member = np.zeros((len(teams), max(map(len, teams), default=0)), dtype=np.int64)
    for row, some in enumerate(teams):
        member[row, : len(some)] = some
    return member, np.array([len(some) for some in teams], dtype=np.int64)


def _travel(problem: Problem) -> Shorts:
    """(M, N, N), with no way to go from an office to itself."""
    travel = np.stack(problem.travel).astype(np.int32)
    offices = np.unique(problem.office)
    travel[:, offices, offices] = 0
    return travel


def _windows(problem: Problem, spans: Ints) -> tuple[Ints, Ints, Ints]:
    """(V, D, W) earliest and latest starts within each span, (V, D) how many there are."""
    cut = [
        [
            [(max(a, begins), min(b, ends)) for a, b in windows if a <= ends and b >= begins]
            for begins, ends in spans.tolist()
        ]
        for windows in problem.windows
    ]
    openings = np.array([[len(one) for one in row] for row in cut], dtype=np.int64)
    bounds = np.zeros((*openings.shape, int(openings.max(initial=1)), 2), dtype=np.int64)
    for visit, row in enumerate(cut):
        for span, one in enumerate(row):
            bounds[visit, span, : len(one)] = np.array(one, dtype=np.int64).reshape(-1, 2)
    opens, closes = np.ascontiguousarray(bounds[..., 0]), np.ascontiguousarray(bounds[..., 1])
    return opens, closes, openings


def _options(may: Flags) -> tuple[Ints, Ints]:
    """(V, ≤ S) the shifts that may serve each visit, ascending, and (V,) how many these are."""
    options = may.sum(axis=1).astype(np.int64)
    option = np.zeros((len(may), int(options.max(initial=1))), dtype=np.int64)
    for visit, row in enumerate(may):
        option[visit, : options[visit]] = np.flatnonzero(row)
    return option, options


def _near(travel: Shorts, visits: int) -> Ints:
    """(V, ≤ NEAR) the nearest visits there and back over all modes, each visit itself first."""
    near = np.empty((visits, min(visits, NEAR)), dtype=np.int64)
    for begin in range(0, visits, NEAR):
        rows = slice(begin, min(visits, begin + NEAR))
        both = travel[:, rows, :visits].sum(axis=0, dtype=np.int64)
        both += travel[:, :visits, rows].sum(axis=0, dtype=np.int64).T
        both[np.arange(len(both)), np.arange(rows.start, rows.stop)] = -1
        near[rows] = np.argsort(both, axis=1, kind="stable")[:, :NEAR]
    return near


def _far(problem: Problem, travel: Shorts) -> Floats:
    """(V,) seconds from the nearest beginning of a shift and back to its end, in its mode."""
    ways = np.unique(np.column_stack([problem.mode, problem.origin, problem.office]), axis=0)
    far = np.full(problem.visits, np.inf)
    for mode, origin, office in ways.tolist():
        there, back = travel[mode, origin, : problem.visits], travel[mode, : problem.visits, office]
        far = np.minimum(far, there.astype(np.float64) + back)
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
    units = _units(rules)
    absent = np.zeros(visits, dtype=np.int64)
    absent[: len(units)] = units
    total = int(rules.penalty[units].sum())
    random = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    return State(
        route=np.zeros(shape, dtype=np.int64),
        length=np.zeros(shifts, dtype=np.int64),
        due=np.zeros(shape, dtype=np.int64),
        taken=np.zeros(shape, dtype=np.int64),
        due_by=np.zeros(shape, dtype=np.int64),
        taken_by=np.zeros(shape, dtype=np.int64),
        cost=np.zeros(shifts, dtype=np.int64),
        work=np.zeros(shifts, dtype=np.int64),
        load=np.zeros((shifts, rules.load.shape[1]), dtype=np.int64),
        version=np.zeros(shifts, dtype=np.int64),
        opens=rules.opens.copy(),
        closes=rules.closes.copy(),
        openings=rules.openings.copy(),
        instant=np.full(visits, -1, dtype=np.int64),
        shift=np.full(visits, -1, dtype=np.int64),
        absent=absent,
        tally=np.array([len(units), 0], dtype=np.int64),
        total=np.array([total, total], dtype=np.int64),
        counted=np.zeros(shifts, dtype=np.int64),
        done=_done_elsewhere(problem),
        above=np.zeros_like(rules.hours),
        uneven=np.zeros(1, dtype=np.int64),
        best=np.zeros(shape, dtype=np.int64),
        best_length=np.zeros(shifts, dtype=np.int64),
        random=random | np.uint64(1),
    )


def _done_elsewhere(problem: Problem) -> Ints:
    """(T,) work of every team outside of this problem."""
    done = np.zeros_like(team_hours(problem))
    for team, _, seconds, _ in problem.elsewhere:
        done[team] += seconds
    return done


def _units(rules: Rules) -> Ints:
    """Units that are absent or not, ascending; rows of second crews come and go with the first."""
    units: Ints = np.flatnonzero((rules.unit == np.arange(len(rules.unit))) & ~rules.joins)
    return units


def fill(problem: Problem, rules: Rules, state: State, start: Solution) -> None:
    """Puts the routes of `start` into an empty state; times and costs are still to be filled in.

    A route with a visit that is not allowed there, with half a pair, with too much load or with
    something before what is first is left out; so are visits that break a rule between routes.
    `kernels.settle` cuts a route that does not keep its times.
    """
    routes = _kept(problem, rules, start, state.route.shape[1] - 2)
    for shift, route in enumerate(routes):
        if route:
            visits = np.array(route, dtype=np.int64)
            state.route[shift, 1 : len(route) + 1] = visits
            state.length[shift] = len(route)
            state.shift[visits] = shift
            state.load[shift] = rules.load[visits[rules.unit[visits] == visits]].sum(axis=0)
    units = _units(rules)
    absent = units[state.shift[units] < 0]
    state.absent[: len(absent)] = absent
    state.tally[0] = len(absent)
    state.total[:] = rules.penalty[absent].sum()


def _kept(problem: Problem, rules: Rules, start: Solution, room: int) -> list[list[int]]:
    """The routes of `start` as far as they keep the rules that need no clock."""
    routes: list[list[int]] = []
    where: dict[int, int] = {}
    for shift, route in enumerate(start):
        lawful = where.keys().isdisjoint(route) and _lawful(problem, rules, shift, route, room)
        routes.append(list(route) if lawful else [])
        where.update(dict.fromkeys(routes[-1], shift))
    while out := _astray(problem, where):
        units = {int(rules.unit[visit]) for visit in out}
        where = {visit: s for visit, s in where.items() if int(rules.unit[visit]) not in units}
        routes = [[visit for visit in route if visit in where] for route in routes]
    return routes


def _astray(problem: Problem, where: dict[int, int]) -> set[int]:
    """Visits too near to another attempt, or without the other crew on the same day."""
    midnight, team = problem.midnight, problem.team
    out = {
        second
        for first, second, days in problem.apart
        if first in where
        and second in where
        and midnight[where[second]] - midnight[where[first]] < days * DAY
    }
    for lead, twin in problem.together:
        a, b = where.get(lead), where.get(twin)
        meet = a is not None and b is not None and midnight[a] == midnight[b] and team[a] != team[b]
        if not meet:
            out |= {lead, twin} & where.keys()
    return out


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
        and problem.first.isdisjoint(visits[1:])
        and problem.last.isdisjoint(visits[:-1])
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
        touched=np.zeros(shifts, dtype=np.int64),
        stamp=np.zeros(shifts, dtype=np.int64),
        ruined=np.zeros(shifts, dtype=np.int64),
        old_route=np.zeros_like(state.route),
        old_length=np.zeros(shifts, dtype=np.int64),
        old_cost=np.zeros(shifts, dtype=np.int64),
        old_load=np.zeros_like(state.load),
        old_version=np.zeros(shifts, dtype=np.int64),
        old_absent=np.zeros(visits, dtype=np.int64),
        old_instant=np.zeros(visits, dtype=np.int64),
        was_absent=np.zeros(visits, dtype=np.int64),
        marked=np.zeros(visits, dtype=np.bool_),
        orphan=np.zeros(visits, dtype=np.int64),
        orphans=np.zeros(1, dtype=np.int64),
        offer=np.zeros(shifts, dtype=np.int64),
        offer_place=np.zeros(shifts, dtype=np.int64),
        queue=np.zeros(visits, dtype=np.int64),
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
        way = [rules.origin[shift], *visits, rules.office[shift]]
        travel = sum(int(along[a, b]) for a, b in pairwise(way))
        share[visits] = (travel + rules.toll[visits, shift].sum()) / max(1, len(visits))
    slots = np.flatnonzero(pool.length)
    within = np.arange(pool.route.shape[1]) < pool.length[slots, None]
    spared = np.where(within, share[pool.route[slots]], 0.0).sum(axis=1)
    best: Ints = slots[np.argsort(pool.cost[slots] - spared, kind="stable")]
    return best
