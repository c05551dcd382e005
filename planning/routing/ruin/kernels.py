"""The compiled part of ruin and recreate: times, insertions, ruin, recreate, acceptance.

Everything stands in one file because numba looks at a kernel's own file only to see whether the
code it kept is stale.

Sizes: V visits, S shifts, N travel nodes, M modes, K kinds of load, D spans (distinct hours of
shifts), W windows of a visit in one span, P places of the longest route with its two ends, T teams,
G groups of teams, A visits that one visit must keep days from. A *unit* is what goes in and out
together on one shift: a visit, or both halves of an ordered pair, named by its first half. Times
are seconds after the first midnight, costs seconds of travel.

Times of a route are kept for two states, pause still due and pause taken: the earliest departure
from every stop in either state, and the latest arrival at every stop in either state that still
lets the rest of the route be made. An insertion is then checked exactly by stepping over the new
stop and comparing with the next stop's latest arrivals, whatever the length of the route. Nothing
assumes the triangle inequality: a detour may be shorter than the direct way, and a route that lost
a visit is timed anew and loses more when it has become late.

A visit of two crews is two rows. When it goes in, the crews agree on an instant, to which the
windows of both rows are closed; so their routes are independent of each other again, and everything
above holds. When one row goes out, so does the other, and the windows open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numba
import numpy as np
import numpy.typing as npt

P = ParamSpec("P")
R = TypeVar("R")

Ints = npt.NDArray[Any]
"""int64. Elements are `Any` to mypy, because compiled code computes with them as plain numbers."""
Shorts = npt.NDArray[Any]
"""int32, where there are many. Kernels are compiled once for every mixture of the two that they are
called with, so nothing else has them."""
Floats = npt.NDArray[Any]
"""float64"""
Flags = npt.NDArray[Any]
"""bool"""

NEVER = 1 << 29
"""A time that never comes; `planning.routing.problem.NEVER`, which kernels cannot see change."""
NONE, START = -1, 0
"""No visit, no shift; a count from nothing. Numba compiles a kernel anew for every constant that it
is called with or that a variable begins with, unless it is told that this is a number: `int(NONE)`.
"""
NOWHERE = 1 << 60
"""The cost of an insertion that no rule allows."""
LOCKED = 1 << 44
"""What leaving a locked unit out costs besides its penalty: more than all else together."""
FIRST = 1e18
"""Sort key of locked units, before all others."""
ATTENTION = 50
"""Units absent before that an iteration tries, at most: those nearest to where it ruins."""
AROUND = 50
"""Iterations between two that offer every absent unit to every route. In the others a unit that
was left before is offered only to the routes that changed since."""
TRIES, FEW = 16, 3
"""Instants that are tried for two crews: usually, and where only routes that changed are tried."""


# Without numba's reference counts: kernels only borrow the arrays of their caller, and counting at
# every access to one of them took nine tenths of the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


# Only what Python calls needs a way in from there: for a hundred arrays it takes long to compile.
_INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **_OPTIONS}


def _compiled(options: dict[str, Any], function: Callable[P, R]) -> Callable[P, R]:
    """Compiled at its first call and kept on disk where there is a folder for it."""
    try:
        compiled: Callable[P, R] = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        compiled = numba.njit(**options)(function)
    return compiled


def _entry(function: Callable[P, R]) -> Callable[P, R]:
    """A kernel that Python calls."""
    return _compiled(_OPTIONS, function)


def _kernel(function: Callable[P, R]) -> Callable[P, R]:
    """A kernel that only kernels call."""
    return _compiled(_INNER, function)


def _inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A small step that disappears into the kernels that take it."""
    compiled: Callable[P, R] = numba.njit(forceinline=True, **_INNER)(function)
    return compiled


class Rules(NamedTuple):
    """The problem. Nothing in it changes during a search."""

    travel: Shorts
    """(M, N, N) seconds, `NEVER` where there is no way; 0 from an office to itself."""
    service: Ints
    """(V,) seconds at the door."""
    opens: Ints
    """(V, D, W) earliest starts of service, ascending; `State` has them as they are agreed now."""
    closes: Ints
    """(V, D, W) latest starts."""
    openings: Ints
    """(V, D) windows in that span, ≤ W."""
    toll: Ints
    """(V, S) cost of serving the visit on that shift, travel apart."""
    second: Ints
    """(V,) the visit that must follow on the same shift, or -1."""
    unit: Ints
    """(V,) first half of the visit's unit: itself, where it is not a second half."""
    twin: Ints
    """(V,) the other crew's row, or -1."""
    joins: Flags
    """(V,) True for rows of second crews: these are units, too, but go in only with the first's."""
    penalty: Ints
    """(V,) cost of leaving the unit out, second crews' rows included; counts at first halves."""
    load: Ints
    """(V, K) load of the whole unit, at first halves."""
    locked: Flags
    """(V,) True where the unit, or its other crew, must be served."""
    first: Ints
    """(N,) 1 where nothing goes on a route before it."""
    last: Ints
    """(N,) 1 where nothing goes on a route after it."""
    apart: Ints
    """(V, A) visits that must be kept days from the unit, at first halves."""
    before: Ints
    """(V, A) seconds from the unit's day to theirs at least, `-NEVER` where they come first."""
    after: Ints
    """(V, A) seconds from their day to the unit's at least, `-NEVER` where the unit comes first."""
    aparts: Ints
    """(V,) how many these are."""
    option: Ints
    """(V, ≤ S) shifts that may serve the unit, at first halves."""
    options: Ints
    """(V,) how many these are."""
    may: Flags
    """(V, S) the same as a table."""
    near: Ints
    """(V, ≤ V) visits by rising travel there and back, the visit itself first."""
    far: Floats
    """(V,) seconds from the nearest office and back."""
    slack: Floats
    """(V,) seconds that the unit's windows leave open in all its shifts together."""
    start: Ints
    """(S,) leave the office not before."""
    end: Ints
    """(S,) back by then."""
    pause: Ints
    """(S, 3) earliest start, latest start, duration; duration 0 = none due."""
    capacity: Ints
    """(S, K)"""
    work: Ints
    """(S,) seconds from leaving to the return at most; `NEVER` = no limit."""
    origin: Ints
    """(S,) travel node where the shift begins."""
    office: Ints
    """(S,) travel node where it ends."""
    mode: Ints
    """(S,) index into `travel`."""
    span: Ints
    """(S,) index into the windows' second axis."""
    midnight: Ints
    """(S,) when the shift's day begins."""
    team: Ints
    """(S,)"""
    member: Ints
    """(G, ≤ T) teams of each group."""
    members: Ints
    """(G,) how many these are."""
    hours: Ints
    """(T,) seconds that the team's shifts last."""
    fair: int
    """Weight of unfairness; 0 = it does not matter."""
    meetings: int
    """How many visits are made by two crews."""


class State(NamedTuple):
    """The routes at hand, and what is known of them. Row s, places 1…length[s] are the visits."""

    route: Ints
    """(S, P) travel nodes, the origin at 0 and the office after the last visit."""
    length: Ints
    """(S,) visits on the route."""
    due: Ints
    """(S, P) earliest departure with the pause still due; `NEVER` when none is or it cannot be."""
    taken: Ints
    """(S, P) the same with the pause taken, or none due."""
    due_by: Ints
    """(S, P) latest arrival with the pause still due from which the rest can be made."""
    taken_by: Ints
    """(S, P) the same with the pause taken."""
    cost: Ints
    """(S,) travel and tolls."""
    work: Ints
    """(S,) travel and service."""
    load: Ints
    """(S, K)"""
    version: Ints
    """(S,) a digest of the sequence and of what was agreed with other crews: the same sequence on
    the shift, the same version."""
    opens: Ints
    """(V, D, W) as in `Rules`; a single instant for a row whose crew has agreed on it."""
    closes: Ints
    """(V, D, W)"""
    openings: Ints
    """(V, D)"""
    instant: Ints
    """(V,) start of service that two crews agreed on last; -1 before they ever did."""
    shift: Ints
    """(V,) shift that serves the visit, -1 when it is absent."""
    absent: Ints
    """(V,) units that no route serves, the first `tally[0]` of it."""
    tally: Ints
    """(2,) absent units; iterations since every absent unit met every route."""
    total: Ints
    """(2,) cost at hand, cost of the best; locked units that are absent count far beyond that."""
    counted: Ints
    """(S,) the work that is in the teams' sums."""
    done: Ints
    """(T,) work of each team."""
    above: Ints
    """(T,) minutes of each team's work above its share of its group's."""
    uneven: Ints
    """(1,) unfairness of all teams."""
    best: Ints
    """(S, P) the best routes met."""
    best_length: Ints
    """(S,) visits on them."""
    random: npt.NDArray[Any]
    """(1,) uint64, state of the generator, so that a search can go on where it ended."""


class Memory(NamedTuple):
    """Best insertion of every unit into every route, good as long as the version is the same."""

    version: Ints
    """(V, S) of the route it was found for; 0 = never."""
    cost: Ints
    """(V, S) `NOWHERE` when the unit does not fit."""
    place: Shorts
    """(V, S) place after which the first half goes, times P, plus the second half's."""


class Pool(NamedTuple):
    """Routes met on accepted plans, the newest where two want the same slot."""

    key: Ints
    """(R,) digest of shift and set of visits; 0 = empty slot."""
    cost: Ints
    """(R,)"""
    shift: Shorts
    """(R,)"""
    length: Shorts
    """(R,)"""
    route: Shorts
    """(R, P) visits from place 0 on."""


class Scratch(NamedTuple):
    """Room that every iteration uses anew."""

    touched: Ints
    """(S,) shifts changed in this iteration, in order."""
    stamp: Ints
    """(S,) iteration that last changed the shift."""
    ruined: Ints
    """(S,) iteration that last took a string from the shift."""
    old_route: Ints
    """(S, P) as it was before the iteration, and so on."""
    old_length: Ints
    old_cost: Ints
    old_load: Ints
    old_version: Ints
    old_absent: Ints
    """(V,)"""
    old_instant: Ints
    """(V,)"""
    was_absent: Ints
    """(V,) iteration at whose beginning the unit was absent."""
    marked: Flags
    """(V,) visits to take out; False between two removals."""
    orphan: Ints
    """(V,) rows whose other crew's row has just gone."""
    orphans: Ints
    """(1,) how many these are."""
    offer: Ints
    """(S,) cost of a second crew's row on the shift."""
    offer_place: Ints
    """(S,) where."""
    queue: Ints
    """(V,) absent units that the iteration tries to put in, in order."""
    key: Floats
    """(V,) sort key of the queue."""
    clock: Ints
    """(1,) iterations so far."""


class Settings(NamedTuple):
    """How much is ruined, and how greedy recreate is."""

    removed: float
    """Visits taken out on average."""
    longest: float
    """Longest string."""
    split: float
    """Share of strings that keep some visits in their middle."""
    stretch: float
    """Chance that one more is kept there."""
    blink: float
    """Chance that a possible insertion is overlooked."""
    generous: float
    """Share of iterations that also insert what costs more than its penalty."""


# --- chance ----------------------------------------------------------------------------------


@_inlined
def draw(random: npt.NDArray[Any]) -> float:
    """The next number of [0, 1): xorshift64* (Vigna 2016, ACM TOMS 42)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


# --- times -----------------------------------------------------------------------------------


@_inlined
def start_from(state: State, visit: int, span: int, ready: int) -> int:
    """Earliest start of service at or after `ready`; `NEVER` when all windows have closed."""
    for w in range(state.openings[visit, span]):
        if ready <= state.closes[visit, span, w]:
            return int(max(ready, state.opens[visit, span, w]))
    return NEVER


@_inlined
def arrive_by(state: State, visit: int, span: int, start_by: int) -> int:
    """Latest arrival whose service starts at or before `start_by`; `-NEVER` when there is none."""
    for w in range(state.openings[visit, span] - 1, -1, -1):
        if state.opens[visit, span, w] <= start_by:
            return int(min(start_by, state.closes[visit, span, w]))
    return -NEVER


@_inlined
def pass_through(
    rules: Rules, state: State, shift: int, visit: int, due: int, taken: int, way: int
) -> tuple[int, int]:
    """Departures from `visit`, `way` seconds on from a stop left at `due` or `taken`.

    The pause may fall on the way or before the service, if it can begin in time.
    """
    span = rules.span[shift]
    waiting = start_from(state, visit, span, due + way)
    rested = start_from(state, visit, span, taken + way)
    if due <= rules.pause[shift, 1]:
        ready = max(due + way, rules.pause[shift, 0]) + rules.pause[shift, 2]
        rested = min(rested, start_from(state, visit, span, ready))
    spent = rules.service[visit]
    return min(NEVER, waiting + spent), min(NEVER, rested + spent)


@_inlined
def in_time(
    rules: Rules, shift: int, due: int, taken: int, way: int, due_by: int, taken_by: int
) -> bool:
    """True when one who leaves at `due` or `taken` meets the next stop's latest arrivals."""
    if taken + way <= taken_by or due + way <= due_by:
        return True
    if due > rules.pause[shift, 1]:
        return False
    return bool(max(due + way, rules.pause[shift, 0]) + rules.pause[shift, 2] <= taken_by)


@_kernel
def keeps_work(
    rules: Rules, state: State, shift: int, first: int, place: int, second: int, after: int
) -> bool:
    """True when the route with two more visits is made within the shift's working time.

    `first` is put in after `place`, `second` after `after`; -1 puts nothing in.

    Working time runs from leaving to the return. A crew that rests on the way to its first visit
    leaves when its shift begins; any other leaves so late that the first visit starts as early as
    it can without waiting. Where two crews meet there, they may wait for each other longer than
    they will once all is timed, so their meeting does not count as an excuse.
    """
    for rests_first in range(1 + (rules.pause[shift, 2] > 0)):
        if walks(rules, state, shift, first, place, second, after, rests_first > 0):
            return True
    return False


@_inlined
def walks(
    rules: Rules,
    state: State,
    shift: int,
    first: int,
    place: int,
    second: int,
    after: int,
    rests_first: bool,
) -> bool:
    """As `keeps_work`, with the pause on the way to the first visit, or anywhere but there."""
    route, travel = state.route[shift], rules.travel[rules.mode[shift]]
    begins, ends, long = rules.pause[shift, 0], rules.pause[shift, 1], rules.pause[shift, 2]
    begin, here, passed = rules.start[shift], route[0], 0
    due, taken, leave = int(NEVER), begin, begin
    for at in range(state.length[shift] + (first >= 0) + (second >= 0)):
        if first >= 0 and passed == place:
            visit, first = first, -1
        elif first < 0 <= second and passed == after:
            visit, second = second, -1
        else:
            passed += 1
            visit = route[passed]
        way = travel[here, visit]
        if at == 0 and rests_first:
            taken = max(begin + way, begins) + long - way if begin <= ends else NEVER
        elif at == 0:
            leave = alone_from(rules, visit, rules.span[shift], begin + way) - way
        due, taken = pass_through(rules, state, shift, visit, due, taken, way)
        if at == 0 and long > 0 and not rests_first:
            due, taken = taken, NEVER
        here = visit
    by = min(rules.end[shift], leave + rules.work[shift])
    due_by = min(by, ends) if long else -NEVER
    return in_time(rules, shift, due, taken, travel[here, rules.office[shift]], due_by, by)


@_inlined
def alone_from(rules: Rules, visit: int, span: int, ready: int) -> int:
    """As `start_from`, whatever two crews agreed on."""
    for w in range(rules.openings[visit, span]):
        if ready <= rules.closes[visit, span, w]:
            return int(max(ready, rules.opens[visit, span, w]))
    return NEVER


@_inlined
def retime(rules: Rules, state: State, shift: int) -> bool:
    """Times, cost and work of the shift's route; True when it keeps its hours, windows and pause.

    A crew without visits always does: where it is on the road, it goes home, however late.
    """
    route, last = state.route[shift], state.length[shift] + 1
    travel, office = rules.travel[rules.mode[shift]], rules.office[shift]
    begins, ends, long = rules.pause[shift, 0], rules.pause[shift, 1], rules.pause[shift, 2]
    route[0], route[last] = rules.origin[shift], office
    due, taken = (rules.start[shift], NEVER) if long else (NEVER, rules.start[shift])
    state.due[shift, 0], state.taken[shift, 0] = due, taken
    road, tolls, service = 0, 0, 0
    for place in range(1, last):
        visit = route[place]
        way = travel[route[place - 1], visit]
        due, taken = pass_through(rules, state, shift, visit, due, taken, way)
        state.due[shift, place], state.taken[shift, place] = due, taken
        road += way
        tolls += rules.toll[visit, shift]
        service += rules.service[visit]
    road += travel[route[last - 1], office]
    state.cost[shift], state.work[shift] = road + tolls, road + service
    span = rules.span[shift]
    due_by = min(rules.end[shift], ends) if long else -NEVER
    taken_by = rules.end[shift]
    state.due_by[shift, last], state.taken_by[shift, last] = due_by, taken_by
    for place in range(last - 1, 0, -1):
        visit = route[place]
        way = travel[visit, route[place + 1]]
        leave_due, leave_taken = due_by - way, taken_by - way
        if long and begins + long <= taken_by:
            leave_due = max(leave_due, min(ends, taken_by - long - way))
        spent = rules.service[visit]
        due_by = arrive_by(state, visit, span, leave_due - spent)
        taken_by = arrive_by(state, visit, span, leave_taken - spent)
        state.due_by[shift, place], state.taken_by[shift, place] = due_by, taken_by
    if last == 1:
        return True
    way = travel[route[0], route[1]]
    kept = in_time(rules, shift, state.due[shift, 0], state.taken[shift, 0], way, due_by, taken_by)
    if kept and rules.work[shift] < NEVER:
        none = int(NONE)
        return keeps_work(rules, state, shift, none, none, none, none)
    return kept


@_entry
def time_route(rules: Rules, state: State, shift: int) -> bool:
    """See `retime`: the same where it is not called so often."""
    return retime(rules, state, shift)


# --- insertion -------------------------------------------------------------------------------


@_inlined
def ends_of(rules: Rules, route: Ints, length: int) -> tuple[int, int]:
    """Places after which something may go in: not before what is first, not after what is last."""
    return rules.first[route[1]], length - rules.last[route[length]]


@_inlined
def place_one(rules: Rules, state: State, visit: int, shift: int) -> tuple[int, int]:
    """(cost, place): after which place of the route `visit` adds least; `NOWHERE` if after none."""
    route, length = state.route[shift], state.length[shift]
    travel, span = rules.travel[rules.mode[shift]], rules.span[shift]
    best, best_place = NOWHERE, 0
    windows = state.openings[visit, span]
    if windows == 0:
        return best, best_place
    closes = state.closes[visit, span, windows - 1]
    low, high = ends_of(rules, route, length)
    if rules.first[visit]:
        high = min(high, 0)
    if rules.last[visit]:
        low = max(low, length)
    limited, none = rules.work[shift] < NEVER, int(NONE)
    for place in range(low, high + 1):
        due, taken = state.due[shift, place], state.taken[shift, place]
        if min(due, taken) > closes:
            break
        here, there = route[place], route[place + 1]
        out, on = travel[here, visit], travel[visit, there]
        cost = np.int64(out) + on - travel[here, there]
        if cost >= best:
            continue
        due, taken = pass_through(rules, state, shift, visit, due, taken, out)
        by, by_taken = state.due_by[shift, place + 1], state.taken_by[shift, place + 1]
        if not in_time(rules, shift, due, taken, on, by, by_taken):
            continue
        if limited and not keeps_work(rules, state, shift, visit, place, none, none):
            continue
        best, best_place = cost, place
    if best < NOWHERE:
        best += rules.toll[visit, shift]
    return best, best_place


@_kernel
def place_pair(
    rules: Rules, state: State, first: int, second: int, shift: int
) -> tuple[int, int, int]:
    """(cost, place of the first, of the second): as `place_one`, both after places of the route.

    The route between the two is stepped over again for every place of the first.
    """
    route, length = state.route[shift], state.length[shift]
    travel, span = rules.travel[rules.mode[shift]], rules.span[shift]
    best, best_first, best_second = NOWHERE, 0, 0
    windows = state.openings[first, span]
    if windows == 0 or state.openings[second, span] == 0:
        return best, best_first, best_second
    if rules.last[first] or rules.first[second]:
        return best, best_first, best_second
    closes = state.closes[first, span, windows - 1]
    low, high = ends_of(rules, route, length)
    limited, at_end = rules.work[shift] < NEVER, rules.last[second]
    for place in range(low, min(high, 0) + 1 if rules.first[first] else high + 1):
        due, taken = state.due[shift, place], state.taken[shift, place]
        if min(due, taken) > closes:
            break
        here, there = route[place], route[place + 1]
        due, taken = pass_through(rules, state, shift, first, due, taken, travel[here, first])
        detour = np.int64(travel[here, first]) - travel[here, there]
        before, replaced = first, np.int64(0)
        for after in range(place, high + 1):
            if min(due, taken) >= NEVER:
                break
            there = route[after + 1]
            out, on = travel[before, second], travel[second, there]
            cost = detour - replaced + out + on
            if cost < best and (after == length or not at_end):
                late, rested = pass_through(rules, state, shift, second, due, taken, out)
                by, by_taken = state.due_by[shift, after + 1], state.taken_by[shift, after + 1]
                if in_time(rules, shift, late, rested, on, by, by_taken) and (
                    not limited or keeps_work(rules, state, shift, first, place, second, after)
                ):
                    best, best_first, best_second = cost, place, after
            if after < length:
                way = travel[before, there]
                due, taken = pass_through(rules, state, shift, there, due, taken, way)
                if after == place:
                    detour += way
                replaced = np.int64(travel[there, route[after + 2]])
                before = there
    if best < NOWHERE:
        best += rules.toll[first, shift] + rules.toll[second, shift]
    return best, best_first, best_second


@_inlined
def has_room(rules: Rules, state: State, unit: int, shift: int) -> bool:
    """True when the unit's load fits in."""
    for kind in range(rules.load.shape[1]):
        if state.load[shift, kind] + rules.load[unit, kind] > rules.capacity[shift, kind]:
            return False
    return True


@_inlined
def best_place(rules: Rules, state: State, unit: int, shift: int) -> tuple[int, int, int]:
    """(cost, place of the first half, of the second) of the unit's best insertion; load apart."""
    second = rules.second[unit]
    if state.length[shift] + 4 > state.route.shape[1]:
        return NOWHERE, 0, 0
    if second >= 0:
        return place_pair(rules, state, unit, second, shift)
    cost, place = place_one(rules, state, unit, shift)
    return cost, place, place


@_entry
def place_unit(rules: Rules, state: State, unit: int, shift: int) -> tuple[int, int, int]:
    """As `best_place`, where the unit's load fits in."""
    if not has_room(rules, state, unit, shift):
        return NOWHERE, 0, 0
    return best_place(rules, state, unit, shift)


# --- changing routes ---------------------------------------------------------------------------


@_inlined
def digest(rules: Rules, state: State, shift: int) -> int:
    """A number that stands for the route's sequence on its shift, and its agreements; never 0."""
    mixed = np.int64(shift + 1)
    for place in range(1, state.length[shift] + 1):
        mixed = (mixed ^ (mixed >> 29)) * np.int64(6364136223846793005)
        mixed += np.int64(state.route[shift, place] + 1)
    if rules.meetings:
        for place in range(1, state.length[shift] + 1):
            visit = state.route[shift, place]
            if rules.twin[visit] >= 0:
                mixed = (mixed ^ (mixed >> 29)) * np.int64(6364136223846793005)
                mixed += np.int64(state.instant[visit] + 1)
    return int(mixed) if mixed != 0 else 1


@_inlined
def touch(rules: Rules, state: State, scratch: Scratch, shift: int, touched: int) -> int:
    """Remembers the route as it was before the iteration; returns how many are remembered."""
    if scratch.stamp[shift] == scratch.clock[0]:
        return touched
    scratch.stamp[shift] = scratch.clock[0]
    scratch.touched[touched] = shift
    for place in range(state.length[shift] + 2):
        scratch.old_route[shift, place] = state.route[shift, place]
    scratch.old_length[shift] = state.length[shift]
    scratch.old_cost[shift] = state.cost[shift]
    scratch.old_version[shift] = state.version[shift]
    for kind in range(state.load.shape[1]):
        scratch.old_load[shift, kind] = state.load[shift, kind]
    if rules.meetings:
        for place in range(1, state.length[shift] + 1):
            visit = state.route[shift, place]
            scratch.old_instant[visit] = state.instant[visit]
    return touched + 1


@_inlined
def agree(rules: Rules, state: State, visit: int, instant: int) -> None:
    """Closes the windows of a row to one instant; where they do not hold it, altogether."""
    state.instant[visit] = instant
    for span in range(rules.openings.shape[1]):
        state.openings[visit, span] = alone_from(rules, visit, span, instant) == instant
        state.opens[visit, span, 0] = state.closes[visit, span, 0] = instant


@_inlined
def part(rules: Rules, state: State, visit: int) -> None:
    """Opens the windows of a row as they were before any agreement."""
    for span in range(rules.openings.shape[1]):
        state.openings[visit, span] = rules.openings[visit, span]
        for w in range(rules.openings[visit, span]):
            state.opens[visit, span, w] = rules.opens[visit, span, w]
            state.closes[visit, span, w] = rules.closes[visit, span, w]


@_inlined
def mark(rules: Rules, scratch: Scratch, visit: int) -> None:
    """Marks the visit's unit to be taken out."""
    unit = rules.unit[visit]
    scratch.marked[unit] = True
    if rules.second[unit] >= 0:
        scratch.marked[rules.second[unit]] = True


@_entry
def take_out(rules: Rules, state: State, scratch: Scratch, shift: int) -> int:
    """Takes the marked visits off the route and times it; notes the rows of their other crews.

    A route that has become late loses the visit at which it fails, or one before it that is not
    locked, until it keeps its times. Returns what the plan's cost rises by.
    """
    raised = -state.cost[shift]
    while True:
        kept = 1
        for place in range(1, state.length[shift] + 1):
            visit = state.route[shift, place]
            if not scratch.marked[visit]:
                state.route[shift, kept] = visit
                kept += 1
                continue
            scratch.marked[visit] = False
            state.shift[visit] = -1
            if rules.twin[visit] >= 0:
                part(rules, state, visit)
                scratch.orphan[scratch.orphans[0]] = rules.twin[visit]
                scratch.orphans[0] += 1
            if rules.unit[visit] != visit:
                continue
            for kind in range(rules.load.shape[1]):
                state.load[shift, kind] -= rules.load[visit, kind]
            if not rules.joins[visit]:
                raised += rules.penalty[visit]
                state.absent[state.tally[0]] = visit
                state.tally[0] += 1
        state.length[shift] = kept - 1
        if retime(rules, state, shift):
            break
        mark(rules, scratch, state.route[shift, failing_place(rules, state, shift)])
    state.version[shift] = digest(rules, state, shift)
    return int(raised + state.cost[shift])


@_inlined
def failing_place(rules: Rules, state: State, shift: int) -> int:
    """Where a route first fails to keep its times, or the nearest place that is not locked."""
    length, end = state.length[shift], rules.end[shift]
    failing = 1
    while failing < length and min(state.due[shift, failing], state.taken[shift, failing]) <= end:
        failing += 1
    for place in range(failing, 0, -1):
        if not rules.locked[state.route[shift, place]]:
            return place
    for place in range(failing + 1, length + 1):
        if not rules.locked[state.route[shift, place]]:
            return place
    return failing


@_inlined
def remove(
    rules: Rules, state: State, scratch: Scratch, shift: int, touched: int
) -> tuple[int, int]:
    """As `take_out`, and the rows of other crews that are left alone go out of their routes, too.

    The shift itself must have been touched. Returns (routes touched, rise of the cost).
    """
    raised = take_out(rules, state, scratch, shift)
    while scratch.orphans[0] > 0:
        scratch.orphans[0] -= 1
        orphan = scratch.orphan[scratch.orphans[0]]
        shift = state.shift[orphan]
        if shift >= 0:
            touched = touch(rules, state, scratch, shift, touched)
            mark(rules, scratch, orphan)
            raised += take_out(rules, state, scratch, shift)
    return touched, raised


@_inlined
def put_in(rules: Rules, state: State, shift: int, unit: int, place: int, after: int) -> bool:
    """Puts the unit's first half after `place`, its second half after `after`, and times the route.

    Both count on the route as it is now. Returns whether the route keeps its times.
    """
    route, length = state.route[shift], state.length[shift]
    second = rules.second[unit]
    if second >= 0:
        for at in range(length, after, -1):
            route[at + 2] = route[at]
        route[after + 2] = second
        for at in range(after, place, -1):
            route[at + 1] = route[at]
        state.length[shift] = length + 2
        state.shift[second] = shift
    else:
        for at in range(length, place, -1):
            route[at + 1] = route[at]
        state.length[shift] = length + 1
    route[place + 1] = unit
    state.shift[unit] = shift
    for kind in range(rules.load.shape[1]):
        state.load[shift, kind] += rules.load[unit, kind]
    state.version[shift] = digest(rules, state, shift)
    return retime(rules, state, shift)


@_inlined
def restore(rules: Rules, state: State, scratch: Scratch, touched: int, absent: int) -> None:
    """Puts back the routes and the absent units from before the iteration."""
    for at in range(touched):
        shift = scratch.touched[at]
        for place in range(1, state.length[shift] + 1):
            visit = state.route[shift, place]
            state.shift[visit] = -1
            if rules.twin[visit] >= 0:
                part(rules, state, visit)
    for at in range(touched):
        shift = scratch.touched[at]
        state.length[shift] = scratch.old_length[shift]
        for place in range(1, state.length[shift] + 1):
            visit = scratch.old_route[shift, place]
            state.route[shift, place] = visit
            state.shift[visit] = shift
            if rules.twin[visit] >= 0:
                agree(rules, state, visit, scratch.old_instant[visit])
        for kind in range(state.load.shape[1]):
            state.load[shift, kind] = scratch.old_load[shift, kind]
        state.version[shift] = scratch.old_version[shift]
        retime(rules, state, shift)
    state.tally[0] = absent
    for at in range(absent):
        state.absent[at] = scratch.old_absent[at]


@_inlined
def keep_best(state: State) -> None:
    """Copies the routes at hand to the best ones."""
    state.total[1] = state.total[0]
    for shift in range(state.length.shape[0]):
        state.best_length[shift] = state.length[shift]
        for place in range(1, state.length[shift] + 1):
            state.best[shift, place] = state.route[shift, place]


@_entry
def settle(rules: Rules, state: State, scratch: Scratch) -> None:
    """Times all routes, which are filled in with their visits, shifts and loads, and sums up.

    A route that does not keep its times loses visits until it does, and crews that cannot meet lose
    their visit: these routes are the best so far. Where something locked is absent its shift then
    loses what is not locked: the first iteration offers all that is absent to every route, what is
    locked before anything else.
    """
    start = int(START)
    for shift in range(state.length.shape[0]):
        state.total[0] += remove(rules, state, scratch, shift, start)[1]
    while rules.meetings:
        lead, instant = next_meeting(rules, state)
        if lead < 0:
            break
        if instant < NEVER:
            try_meeting(rules, state, lead, instant)
            shift, other = state.shift[lead], state.shift[rules.twin[lead]]
            state.version[shift] = digest(rules, state, shift)
            state.version[other] = digest(rules, state, other)
        else:
            shift = state.shift[lead]
            mark(rules, scratch, lead)
            state.total[0] += remove(rules, state, scratch, shift, start)[1]
    for shift in range(state.length.shape[0]):
        scratch.touched[shift] = shift
    state.total[0] += weigh(rules, state, scratch, state.length.shape[0])
    keep_best(state)
    for at in range(state.tally[0]):
        unit = state.absent[at]
        if rules.locked[unit] and rules.options[unit] > 0:
            state.total[0] += clear(rules, state, scratch, rules.option[unit, 0])
            state.tally[1] = AROUND
    for shift in range(state.length.shape[0]):
        scratch.touched[shift] = shift
    state.total[0] += weigh(rules, state, scratch, state.length.shape[0])


@_kernel
def next_meeting(rules: Rules, state: State) -> tuple[int, int]:
    """(row of the first crew, instant) of the earliest meeting that is still to be agreed on.

    -1 when there is none; `NEVER` where the crews cannot meet.
    """
    best_lead, best = int(NONE), int(NEVER)
    for lead in range(rules.twin.shape[0]):
        twin = rules.twin[lead]
        if twin < 0 or rules.joins[lead] or state.shift[lead] < 0 or state.instant[lead] >= 0:
            continue
        instant = earliest_meeting(rules, state, lead)
        if best_lead < 0 or instant < best:
            best_lead, best = lead, instant
    return best_lead, best


@_kernel
def earliest_meeting(rules: Rules, state: State, lead: int) -> int:
    """The earliest start, of those at which one of its crews could begin, that both routes bear."""
    best = NEVER
    for crew in range(2):
        row = rules.twin[lead] if crew else lead
        other = rules.twin[row]
        shift = state.shift[row]
        route, place = state.route[shift], 1
        while route[place] != row:
            place += 1
        due, taken = state.due[shift, place - 1], state.taken[shift, place - 1]
        way = rules.travel[rules.mode[shift], route[place - 1], row]
        departures = pass_through(rules, state, shift, row, due, taken, way)
        for departure in departures:
            begin = departure - rules.service[row]
            instant = alone_from(rules, other, rules.span[state.shift[other]], begin)
            if instant < best:
                if try_meeting(rules, state, lead, instant):
                    best = instant
                undo_meeting(rules, state, lead)
    return best


@_kernel
def try_meeting(rules: Rules, state: State, lead: int, instant: int) -> bool:
    """Has both crews agree on `instant`; True when both routes keep their times."""
    twin = rules.twin[lead]
    agree(rules, state, lead, instant)
    agree(rules, state, twin, instant)
    kept = time_route(rules, state, state.shift[lead])
    return time_route(rules, state, state.shift[twin]) and kept


@_inlined
def undo_meeting(rules: Rules, state: State, lead: int) -> None:
    """The two crews agree on nothing any more."""
    twin = rules.twin[lead]
    part(rules, state, lead)
    part(rules, state, twin)
    state.instant[lead] = state.instant[twin] = -1
    time_route(rules, state, state.shift[lead])
    time_route(rules, state, state.shift[twin])


@_kernel
def clear(rules: Rules, state: State, scratch: Scratch, shift: int) -> int:
    """Takes what is not locked off the route; returns what the plan's cost rises by."""
    for place in range(1, state.length[shift] + 1):
        if not rules.locked[state.route[shift, place]]:
            mark(rules, scratch, state.route[shift, place])
    return remove(rules, state, scratch, shift, int(START))[1]


# --- fairness ------------------------------------------------------------------------------------


@_kernel
def weigh(rules: Rules, state: State, scratch: Scratch, touched: int) -> int:
    """Brings the teams' work up to date with the routes touched; returns the rise of unfairness.

    As `planning.routing.problem.unfairness`, in the same whole numbers.
    """
    if rules.fair == 0:
        return 0
    for at in range(touched):
        shift = scratch.touched[at]
        state.done[rules.team[shift]] += state.work[shift] - state.counted[shift]
        state.counted[shift] = state.work[shift]
    before, uneven = state.uneven[0], np.int64(0)
    for group in range(rules.member.shape[0]):
        there, done = np.int64(0), np.int64(0)
        for at in range(rules.members[group]):
            there += rules.hours[rules.member[group, at]]
            done += state.done[rules.member[group, at]]
        for at in range(rules.members[group]):
            team = rules.member[group, at]
            own = rules.hours[team]
            off = (state.done[team] - done * own // there) // 60
            state.above[team] = off
            uneven += rules.fair * off * off // max(1, own // 60)
    state.uneven[0] = uneven
    return int(uneven - before)


@_inlined
def burden(rules: Rules, state: State, unit: int, shift: int, cost: int) -> int:
    """About what the unit's insertion at `cost` adds to unfairness."""
    team, second = rules.team[shift], rules.second[unit]
    seconds = cost - rules.toll[unit, shift] + rules.service[unit]
    if second >= 0:
        seconds += rules.service[second] - rules.toll[second, shift]
    minutes = seconds // 60
    more = rules.fair * minutes * (2 * state.above[team] + minutes)
    return int(more // max(1, rules.hours[team] // 60))


@_inlined
def add_work(rules: Rules, state: State, shift: int) -> None:
    """Counts what was put into the route as work of its team; the group's share stays for now."""
    team, added = rules.team[shift], state.work[shift] - state.counted[shift]
    state.counted[shift] = state.work[shift]
    state.done[team] += added
    state.above[team] += added // 60


# --- ruin ----------------------------------------------------------------------------------------


@_inlined
def ruin(
    rules: Rules, state: State, scratch: Scratch, settings: Settings, seed: int
) -> tuple[int, int]:
    """Takes strings out of the routes nearest to the visit `seed`.

    Returns (routes touched, rise of the cost).
    """
    served, used = 0, 0
    for shift in range(state.length.shape[0]):
        served += state.length[shift]
        used += state.length[shift] > 0
    if used == 0:
        return 0, 0
    longest = min(settings.longest, served / used)
    strings = int(draw(state.random) * (4.0 * settings.removed / (1.0 + longest) - 1.0) + 1.0)
    touched, raised, made = int(START), 0, 0
    for at in range(rules.near.shape[1]):
        visit = rules.near[seed, at]
        shift = state.shift[visit]
        if shift < 0 or scratch.ruined[shift] == scratch.clock[0]:
            continue
        scratch.ruined[shift] = scratch.clock[0]
        touched = touch(rules, state, scratch, shift, touched)
        mark_string(rules, state, scratch, settings, shift, visit, longest)
        touched, rise = remove(rules, state, scratch, shift, touched)
        raised += rise
        made += 1
        if made >= strings:
            break
    return touched, raised


@_inlined
def mark_string(
    rules: Rules,
    state: State,
    scratch: Scratch,
    settings: Settings,
    shift: int,
    visit: int,
    longest: float,
) -> None:
    """Marks a string of the route around `visit`, or one that keeps some in its middle."""
    length = state.length[shift]
    size = min(length, int(draw(state.random) * min(float(length), longest) + 1.0))
    place = 1
    while state.route[shift, place] != visit:
        place += 1
    kept = 0
    if 1 < size < length and draw(state.random) < settings.split:
        kept = 1
        while size + kept < length and draw(state.random) < settings.stretch:
            kept += 1
    whole = size + kept
    low, high = max(1, place - whole + 1), min(place, length - whole + 1)
    first = low + int(draw(state.random) * (high - low + 1))
    skip = first + int(draw(state.random) * (size + 1)) if kept else 0
    for at in range(first, first + whole):
        if not skip <= at < skip + kept:
            mark(rules, scratch, state.route[shift, at])


# --- recreate ------------------------------------------------------------------------------------


@_inlined
def line_up(
    rules: Rules, state: State, scratch: Scratch, seed: int, before: int, offer_all: bool
) -> int:
    """Queues the units just taken out, and the absent ones before: all, or those nearest `seed`.

    Returns how many wait.
    """
    waiting = 0
    for at in range(before if not offer_all and before > ATTENTION else 0, state.tally[0]):
        scratch.queue[waiting] = state.absent[at]
        waiting += 1
    if offer_all or before <= ATTENTION:
        return waiting
    full = waiting + ATTENTION
    for at in range(rules.near.shape[1]):
        unit = rules.near[seed, at]
        if scratch.was_absent[unit] == scratch.clock[0]:
            scratch.queue[waiting] = unit
            waiting += 1
            if waiting == full:
                break
    return waiting


@_inlined
def sort_queue(rules: Rules, scratch: Scratch, random: npt.NDArray[Any], waiting: int) -> None:
    """Orders the queue by a rule drawn at random, behind what is locked."""
    rule = draw(random)
    for at in range(waiting):
        unit = scratch.queue[at]
        if rule < 0.35:  # any order
            key = draw(random)
        elif rule < 0.55:  # the most valuable first, in any order among equals
            key = draw(random) - rules.penalty[unit]
        elif rule < 0.70:  # the most valuable for its time
            key = -rules.penalty[unit] / (rules.service[unit] + 1.0) * (0.5 + draw(random))
        elif rule < 0.75:  # the heaviest
            key = draw(random) - rules.load[unit].sum()
        elif rule < 0.85:  # the farthest
            key = -rules.far[unit]
        elif rule < 0.92:  # the closest
            key = rules.far[unit]
        else:  # those with the tightest windows
            key = rules.slack[unit]
        if rules.locked[unit]:
            key = draw(random) - FIRST
        scratch.key[at] = key
    for at in range(1, waiting):
        key, unit = scratch.key[at], scratch.queue[at]
        to = at
        while to > 0 and scratch.key[to - 1] > key:
            scratch.key[to], scratch.queue[to] = scratch.key[to - 1], scratch.queue[to - 1]
            to -= 1
        scratch.key[to], scratch.queue[to] = key, unit


@_inlined
def remember_insertion(rules: Rules, state: State, memory: Memory, unit: int, shift: int) -> None:
    """Brings the unit's best insertion into the route up to date."""
    if memory.version[unit, shift] == state.version[shift]:
        return
    memory.version[unit, shift] = state.version[shift]
    cost, place, after = best_place(rules, state, unit, shift)
    memory.cost[unit, shift] = cost
    memory.place[unit, shift] = place * state.route.shape[1] + after


@_inlined
def keeps_days(rules: Rules, state: State, unit: int, shift: int) -> bool:
    """True when the unit's day on the shift is far enough from those of other attempts."""
    day = rules.midnight[shift]
    for at in range(rules.aparts[unit]):
        other = state.shift[rules.apart[unit, at]]
        if other >= 0:
            later = rules.midnight[other] - day
            if later < rules.before[unit, at] or -later < rules.after[unit, at]:
                return False
    return True


@_inlined
def choose_shift(
    rules: Rules,
    state: State,
    memory: Memory,
    scratch: Scratch,
    settings: Settings,
    unit: int,
    best: int,
    touched: int,
    only_touched: bool,
) -> int:
    """The shift on which the unit costs least, and less than `best`; -1 when there is none.

    Possible insertions are overlooked now and then, those of locked units never; teams with more
    than their share of work count as dearer.
    """
    chosen, locked, spaced = int(NONE), rules.locked[unit], rules.aparts[unit] > 0
    for which in range(touched if only_touched else rules.options[unit]):
        if only_touched:
            shift = scratch.touched[which]
            if not rules.may[unit, shift]:
                continue
        else:
            shift = rules.option[unit, which]
        if not has_room(rules, state, unit, shift):
            continue
        if spaced and not keeps_days(rules, state, unit, shift):
            continue
        remember_insertion(rules, state, memory, unit, shift)
        cost = memory.cost[unit, shift]
        if rules.fair and cost < NOWHERE:
            cost += burden(rules, state, unit, shift, cost)
        if cost < best and (draw(state.random) >= settings.blink or locked):
            best, chosen = cost, shift
    return chosen


@_kernel
def recreate(
    rules: Rules,
    state: State,
    memory: Memory,
    scratch: Scratch,
    settings: Settings,
    waiting: int,
    touched: int,
    offer_all: bool,
    generous: float,
) -> tuple[int, int, bool]:
    """Puts queued units back one by one where each costs least and less than its penalty.

    Returns (routes touched, change of the cost, whether all routes keep their times).
    """
    change, sound = 0, True
    if rules.fair:
        change += weigh(rules, state, scratch, touched)
    places = state.route.shape[1]
    for at in range(waiting):
        unit = scratch.queue[at]
        best = int(rules.penalty[unit] * generous)
        only_touched = not offer_all and scratch.was_absent[unit] == scratch.clock[0]
        if rules.meetings and two_crews(rules, unit):
            tries = FEW if only_touched else TRIES
            touched, rise, kept = meet(
                rules, state, scratch, unit, best, touched, tries, only_touched
            )
            change, sound = change + rise, sound and kept
            continue
        chosen = choose_shift(
            rules, state, memory, scratch, settings, unit, best, touched, only_touched
        )
        if chosen < 0:
            continue
        touched = touch(rules, state, scratch, chosen, touched)
        change -= state.cost[chosen] + rules.penalty[unit]
        place = memory.place[unit, chosen]
        sound &= put_in(rules, state, chosen, unit, place // places, place % places)
        change += state.cost[chosen]
        if rules.fair:
            add_work(rules, state, chosen)
    left = 0
    for at in range(state.tally[0]):
        if state.shift[state.absent[at]] < 0:
            state.absent[left] = state.absent[at]
            left += 1
    state.tally[0] = left
    return touched, change, sound


# --- crews that meet -----------------------------------------------------------------------------


@_inlined
def two_crews(rules: Rules, unit: int) -> bool:
    """True when a visit of the unit is made by two crews."""
    second = rules.second[unit]
    return bool(rules.twin[unit] >= 0 or (second >= 0 and rules.twin[second] >= 0))


@_inlined
def at_work(rules: Rules, visit: int, instant: int) -> int:
    """A shift that may serve the visit and is at work at the instant; -1 when there is none."""
    for which in range(rules.options[visit]):
        shift = rules.option[visit, which]
        if rules.start[shift] <= instant <= rules.end[shift]:
            return int(shift)
    return -1


@_kernel
def draw_instant(
    rules: Rules,
    state: State,
    scratch: Scratch,
    lead: int,
    before: int,
    day: int,
    touched: int,
    only_touched: bool,
) -> tuple[int, int]:
    """(instant, day) at which one of the two crews, after some place of its route, could begin.

    The first half of an ordered pair, `before` where it is not negative, comes on that way. On
    `day` where that is not negative, and on one of the routes touched where only these count.
    `NEVER` where chance finds nothing.
    """
    row, other = lead, rules.twin[lead]
    if draw(state.random) < 0.5:
        row, other = other, row
        before = rules.twin[before] if before >= 0 else int(NONE)
    if only_touched:
        if touched == 0:
            return NEVER, day
        shift = scratch.touched[int(draw(state.random) * touched)]
        if not rules.may[row, shift] or 0 <= day != rules.midnight[shift]:
            return NEVER, day
    else:
        options = rules.options[row]
        if options == 0:
            return NEVER, day
        which, tried = int(draw(state.random) * options), 0
        while tried < options and 0 <= day != rules.midnight[rules.option[row, which]]:
            which, tried = (which + 1) % options, tried + 1
        if tried == options:
            return NEVER, day
        shift = rules.option[row, which]
    place = int(draw(state.random) * (state.length[shift] + 1))
    due, taken = state.due[shift, place], state.taken[shift, place]
    travel, here = rules.travel[rules.mode[shift]], state.route[shift, place]
    if before >= 0:
        due, taken = pass_through(rules, state, shift, before, due, taken, travel[here, before])
        here = before
    due, taken = pass_through(rules, state, shift, row, due, taken, travel[here, row])
    begin = min(due, taken) - rules.service[row]
    return alone_from(rules, other, rules.span[shift], begin), rules.midnight[shift]


@_kernel
def offer_row(
    rules: Rules, state: State, scratch: Scratch, row: int, day: int, team: int
) -> tuple[int, int]:
    """Finds the best place for a second crew's row on every shift of the day, but for one team's.

    They are left in `scratch`. Returns (least cost, its shift).
    """
    best, chosen = NOWHERE, -1
    for which in range(rules.options[row]):
        shift = rules.option[row, which]
        scratch.offer[shift] = NOWHERE
        if rules.midnight[shift] == day and rules.team[shift] != team:
            cost, place, _ = place_unit(rules, state, row, shift)
            scratch.offer[shift], scratch.offer_place[shift] = cost, place
            if cost < best:
                best, chosen = cost, shift
    return best, chosen


@_kernel
def match_crews(
    rules: Rules, state: State, scratch: Scratch, unit: int, twin: int, day: int, best: int
) -> tuple[int, int, int]:
    """(cost, shift, shift of the second crew): the two of different teams that together add least.

    At the instants agreed on; -1 where no two add less than `best`.
    """
    chosen, second_crew = int(NONE), int(NONE)
    least = offer_row(rules, state, scratch, twin, day, chosen)[0]
    for which in range(rules.options[unit]):
        shift = rules.option[unit, which]
        if rules.midnight[shift] != day or not keeps_days(rules, state, unit, shift):
            continue
        cost = place_unit(rules, state, unit, shift)[0]
        if cost + least >= best:
            continue
        for at in range(rules.options[twin]):
            other = rules.option[twin, at]
            together = cost + scratch.offer[other]
            if together < best and rules.team[other] != rules.team[shift]:
                best, chosen, second_crew = together, shift, other
    return best, chosen, second_crew


@_inlined
def agree_both(rules: Rules, state: State, lead: int, instant: int) -> None:
    """Two crews agree on an instant."""
    agree(rules, state, lead, instant)
    agree(rules, state, rules.twin[lead], instant)


@_inlined
def part_both(rules: Rules, state: State, lead: int) -> None:
    """Two crews agree on nothing any more."""
    part(rules, state, lead)
    part(rules, state, rules.twin[lead])


@_kernel
def meet(
    rules: Rules,
    state: State,
    scratch: Scratch,
    unit: int,
    best: int,
    touched: int,
    tries: int,
    only_touched: bool,
) -> tuple[int, int, bool]:
    """Puts a unit of two crews in where it costs least, for less than `best`, of some instants.

    The first instant tried is the one last agreed on, the others come from what either crew could
    do. Returns (routes touched, change of the cost, whether all routes keep their times).
    """
    second = rules.second[unit]
    both = rules.twin[unit] >= 0 and second >= 0 and rules.twin[second] >= 0
    lead = unit if rules.twin[unit] >= 0 else second
    none, limit = int(NONE), best
    chosen, with_shift, best_one, best_other = none, none, none, none
    was_one, was_other = state.instant[lead], state.instant[second] if both else none
    for at in range(tries):
        one, other, day = was_one, was_other, none
        if at == 0 and was_one >= 0:
            shift = at_work(rules, lead, was_one)
            day = rules.midnight[shift] if shift >= 0 else none
        else:
            before = unit if lead != unit else none
            one, day = draw_instant(
                rules, state, scratch, lead, before, none, touched, only_touched
            )
        if one >= NEVER or day < 0:
            continue
        agree_both(rules, state, lead, one)
        if both and (at > 0 or was_other < 0):
            other, _ = draw_instant(rules, state, scratch, second, unit, day, touched, only_touched)
        if other < NEVER:
            if both:
                agree_both(rules, state, second, other)
            cost, shift, with_whom = match_crews(
                rules, state, scratch, unit, rules.twin[lead], day, best
            )
            if shift >= 0:
                best, chosen, with_shift = cost, shift, with_whom
                best_one, best_other = one, other
            if both:
                part_both(rules, state, second)
        part_both(rules, state, lead)
    if chosen < 0:
        state.instant[lead] = state.instant[rules.twin[lead]] = was_one
        if both:
            state.instant[second] = state.instant[rules.twin[second]] = was_other
        return touched, 0, True
    agree_both(rules, state, lead, best_one)
    if both:
        agree_both(rules, state, second, best_other)
    return seat_crews(rules, state, scratch, unit, lead, chosen, with_shift, limit, touched)


@_kernel
def seat_crews(
    rules: Rules,
    state: State,
    scratch: Scratch,
    unit: int,
    lead: int,
    shift: int,
    other: int,
    limit: int,
    touched: int,
) -> tuple[int, int, bool]:
    """Puts the unit on the shift, its second crew's row on the other, at the instants agreed on.

    Where both halves need a second crew the other half's goes wherever it then costs least; when
    it goes nowhere all is taken out again. Returns as `meet`.
    """
    second, with_whom = rules.second[unit], rules.twin[lead]
    touched, change, kept = seat(rules, state, scratch, unit, shift, touched)
    touched, rise, sound = seat(rules, state, scratch, with_whom, other, touched)
    change, sound = change + rise, sound and kept
    if lead == unit and second >= 0 and rules.twin[second] >= 0:
        row, day = rules.twin[second], rules.midnight[shift]
        cost, third = offer_row(rules, state, scratch, row, day, rules.team[shift])
        if change + cost >= limit:
            pull(rules, state, shift, unit)
            pull(rules, state, other, with_whom)
            part_both(rules, state, unit)
            part_both(rules, state, second)
            return touched, 0, True
        touched, rise, kept = seat(rules, state, scratch, row, third, touched)
        change, sound = change + rise, sound and kept
    return touched, change - rules.penalty[unit], sound


@_kernel
def seat(
    rules: Rules, state: State, scratch: Scratch, unit: int, shift: int, touched: int
) -> tuple[int, int, bool]:
    """Puts the unit in at its best place on the shift, where it has one; returns as `meet`."""
    touched = touch(rules, state, scratch, shift, touched)
    before = state.cost[shift]
    _, place, after = place_unit(rules, state, unit, shift)
    sound = put_in(rules, state, shift, unit, place, after)
    return touched, state.cost[shift] - before, sound


@_kernel
def pull(rules: Rules, state: State, shift: int, unit: int) -> None:
    """Takes the unit off the route again into which it was put last."""
    kept = 1
    for place in range(1, state.length[shift] + 1):
        visit = state.route[shift, place]
        if rules.unit[visit] == unit:
            state.shift[visit] = -1
        else:
            state.route[shift, kept] = visit
            kept += 1
    state.length[shift] = kept - 1
    for kind in range(rules.load.shape[1]):
        state.load[shift, kind] -= rules.load[unit, kind]
    state.version[shift] = digest(rules, state, shift)
    time_route(rules, state, shift)


# --- the search ----------------------------------------------------------------------------------


@_inlined
def pool_routes(state: State, scratch: Scratch, pool: Pool, touched: int) -> None:
    """Keeps the routes just made for the final choice among all."""
    for at in range(touched):
        shift = scratch.touched[at]
        key = np.int64(shift + 1) * np.int64(-7046029254386353131)
        for place in range(1, state.length[shift] + 1):
            mixed = (np.int64(state.route[shift, place]) + 1) * np.int64(-4658895280553007687)
            key += (mixed ^ (mixed >> 31)) * np.int64(-7723592293110705685)
        slot = (key ^ (key >> 32)) & np.int64(pool.key.shape[0] - 1)
        if pool.key[slot] == key and pool.cost[slot] <= state.cost[shift]:
            continue
        pool.key[slot], pool.cost[slot] = key, state.cost[shift]
        pool.shift[slot], pool.length[slot] = shift, state.length[shift]
        for place in range(state.length[shift]):
            pool.route[slot, place] = state.route[shift, place + 1]


@_entry
def search(
    rules: Rules,
    state: State,
    memory: Memory,
    pool: Pool,
    scratch: Scratch,
    settings: Settings,
    iterations: int,
    temperature: float,
    near_best: int,
) -> int:
    """Ruins and recreates `iterations` times at one temperature of simulated annealing.

    Accepted plans that cost at most `near_best` more than the best leave their new routes in the
    pool. Returns how many plans were accepted.
    """
    accepted = 0
    for _ in range(iterations):
        scratch.clock[0] += 1
        before = state.tally[0]
        for at in range(before):
            unit = state.absent[at]
            scratch.old_absent[at] = unit
            scratch.was_absent[unit] = scratch.clock[0]
        state.tally[1] += 1
        offer_all = state.tally[1] >= AROUND
        if offer_all:
            state.tally[1] = 0
        seed = int(draw(state.random) * state.shift.shape[0])
        touched, raised = ruin(rules, state, scratch, settings, seed)
        waiting = line_up(rules, state, scratch, seed, before, offer_all)
        sort_queue(rules, scratch, state.random, waiting)
        generous = 1.0
        if draw(state.random) < settings.generous:
            generous += 20.0 * draw(state.random)
        touched, change, sound = recreate(
            rules, state, memory, scratch, settings, waiting, touched, offer_all, generous
        )
        change += raised
        if rules.fair:
            change += weigh(rules, state, scratch, touched)
        if not sound or change >= -temperature * np.log(draw(state.random)):
            restore(rules, state, scratch, touched, before)
            if rules.fair:
                weigh(rules, state, scratch, touched)
            continue
        accepted += 1
        state.total[0] += change
        if state.total[0] < state.total[1]:
            keep_best(state)
        if state.total[0] <= state.total[1] + near_best:
            pool_routes(state, scratch, pool, touched)
    return accepted


def compiled_anew() -> bool:
    """True when this process had to compile `search` instead of loading it."""
    dispatcher: Any = search
    return bool(dispatcher.stats.cache_misses)
