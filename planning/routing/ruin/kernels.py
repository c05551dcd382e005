"""The compiled part of ruin and recreate: times, insertions, ruin, recreate, acceptance.

Everything stands in one file because numba looks at a kernel's own file only to see whether the
code it kept is stale.

Sizes: V visits, S shifts, N travel nodes, M modes, K kinds of load, D spans (distinct hours of
shifts), W windows of a visit in one span, P places of the longest route with an office at either
end. A *unit* is what goes in and out together: a visit, or both halves of an ordered pair, named by
its first half. Times are seconds after the first midnight, costs seconds of travel.

Times of a route are kept for two states, pause still due and pause taken: the earliest departure
from every stop in either state, and the latest arrival at every stop in either state that still
lets the rest of the route be made. An insertion is then checked exactly by stepping over the new
stop and comparing with the next stop's latest arrivals, whatever the length of the route. Nothing
assumes the triangle inequality: a detour may be shorter than the direct way, and a route that lost
a visit is timed anew and loses more when it has become late.
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
"""int32. Elements are `Any` to mypy, because compiled code computes with them as plain numbers."""
Longs = npt.NDArray[Any]
"""int64"""
Floats = npt.NDArray[Any]
"""float64"""
Flags = npt.NDArray[Any]
"""bool"""

NEVER = 1 << 29
"""A time that never comes; `planning.routing.problem.NEVER`, which kernels cannot see change."""
NOWHERE = 1 << 60
"""The cost of an insertion that no rule allows."""
ATTENTION = 50
"""Units absent before that an iteration tries, at most: those nearest to where it ruins."""
AROUND = 50
"""Iterations between two that offer every absent unit to every route. In the others a unit that
was left before is offered only to the routes that changed since."""


# Without numba's reference counts: kernels only borrow the arrays of their caller, and counting at
# every access to one of them took nine tenths of the time.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


def _kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compiled at its first call and kept on disk where there is a folder for it."""
    try:
        compiled: Callable[P, R] = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        compiled = numba.njit(**_OPTIONS)(function)
    return compiled


def _inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A small step that disappears into the kernels that take it."""
    compiled: Callable[P, R] = numba.njit(forceinline=True, **_OPTIONS)(function)
    return compiled


class Rules(NamedTuple):
    """The problem. Nothing in it changes during a search."""

    travel: Ints
    """(M, N, N) seconds, `NEVER` where there is no way; 0 from an office to itself."""
    service: Ints
    """(V,) seconds at the door."""
    opens: Ints
    """(V, D, W) earliest starts of service, ascending."""
    closes: Ints
    """(V, D, W) latest starts."""
    openings: Ints
    """(V, D) windows in that span, ≤ W."""
    toll: Longs
    """(V, S) cost of serving the visit on that shift, travel apart."""
    second: Ints
    """(V,) the visit that must follow on the same shift, or -1."""
    unit: Ints
    """(V,) first half of the visit's unit: itself, where it is not a second half."""
    penalty: Longs
    """(V,) cost of leaving the unit out; counts at first halves."""
    load: Ints
    """(V, K) load of the whole unit, at first halves."""
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
    office: Ints
    """(S,) travel node."""
    mode: Ints
    """(S,) index into `travel`."""
    span: Ints
    """(S,) index into the windows' second axis."""


class State(NamedTuple):
    """The routes at hand, and what is known of them. Row s, places 1…length[s] are the visits."""

    route: Ints
    """(S, P) travel nodes, the office at 0 and after the last visit."""
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
    cost: Longs
    """(S,) travel and tolls."""
    load: Ints
    """(S, K)"""
    version: Longs
    """(S,) a digest of the sequence: the same sequence on the shift, the same version."""
    shift: Ints
    """(V,) shift that serves the visit, -1 when it is absent."""
    absent: Ints
    """(V,) units that no route serves, the first `tally[0]` of it."""
    tally: Longs
    """(2,) absent units; iterations since every absent unit met every route."""
    total: Longs
    """(2,) cost at hand, cost of the best."""
    best: Ints
    """(S, P) the best routes met."""
    best_length: Ints
    """(S,) visits on them."""
    random: npt.NDArray[Any]
    """(1,) uint64, state of the generator, so that a search can go on where it ended."""


class Memory(NamedTuple):
    """Best insertion of every unit into every route, good as long as the version is the same."""

    version: Longs
    """(V, S) of the route it was found for; 0 = never."""
    cost: Longs
    """(V, S) `NOWHERE` when the unit does not fit."""
    place: Ints
    """(V, S) place after which the first half goes, times P, plus the second half's."""


class Pool(NamedTuple):
    """Routes met on accepted plans, the newest where two want the same slot."""

    key: Longs
    """(R,) digest of shift and set of visits; 0 = empty slot."""
    cost: Longs
    """(R,)"""
    shift: Ints
    """(R,)"""
    length: Ints
    """(R,)"""
    route: Ints
    """(R, P) visits from place 0 on."""


class Scratch(NamedTuple):
    """Room that every iteration uses anew."""

    touched: Ints
    """(S,) shifts changed in this iteration, in order."""
    stamp: Longs
    """(S,) iteration that last changed the shift."""
    ruined: Longs
    """(S,) iteration that last took a string from the shift."""
    old_route: Ints
    """(S, P) as it was before the iteration, and so on."""
    old_length: Ints
    old_cost: Longs
    old_load: Ints
    old_version: Longs
    old_absent: Ints
    """(V,)"""
    was_absent: Longs
    """(V,) iteration at whose beginning the unit was absent."""
    marked: Flags
    """(V,) units to take out; False between two removals."""
    queue: Ints
    """(V,) absent units that the iteration tries to put in, in order."""
    key: Floats
    """(V,) sort key of the queue."""
    clock: Longs
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
def start_from(rules: Rules, visit: int, span: int, ready: int) -> int:
    """Earliest start of service at or after `ready`; `NEVER` when all windows have closed."""
    for w in range(rules.openings[visit, span]):
        if ready <= rules.closes[visit, span, w]:
            return int(max(ready, rules.opens[visit, span, w]))
    return NEVER


@_inlined
def arrive_by(rules: Rules, visit: int, span: int, start_by: int) -> int:
    """Latest arrival whose service starts at or before `start_by`; `-NEVER` when there is none."""
    for w in range(rules.openings[visit, span] - 1, -1, -1):
        if rules.opens[visit, span, w] <= start_by:
            return int(min(start_by, rules.closes[visit, span, w]))
    return -NEVER


@_inlined
def pass_through(
    rules: Rules, shift: int, visit: int, due: int, taken: int, way: int
) -> tuple[int, int]:
    """Departures from `visit`, `way` seconds on from a stop left at `due` or `taken`.

    The pause may fall on the way or before the service, if it can begin in time.
    """
    span = rules.span[shift]
    waiting = start_from(rules, visit, span, due + way)
    rested = start_from(rules, visit, span, taken + way)
    if due <= rules.pause[shift, 1]:
        ready = max(due + way, rules.pause[shift, 0]) + rules.pause[shift, 2]
        rested = min(rested, start_from(rules, visit, span, ready))
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
def time_route(rules: Rules, state: State, shift: int) -> bool:
    """Times and cost of the shift's route; True when it keeps its hours, windows and pause."""
    route, last = state.route[shift], state.length[shift] + 1
    travel, office = rules.travel[rules.mode[shift]], rules.office[shift]
    begins, ends, long = rules.pause[shift, 0], rules.pause[shift, 1], rules.pause[shift, 2]
    route[0] = route[last] = office
    due, taken = (rules.start[shift], NEVER) if long else (NEVER, rules.start[shift])
    state.due[shift, 0], state.taken[shift, 0] = due, taken
    cost = 0
    for place in range(1, last):
        visit = route[place]
        way = travel[route[place - 1], visit]
        due, taken = pass_through(rules, shift, visit, due, taken, way)
        state.due[shift, place], state.taken[shift, place] = due, taken
        cost += way + rules.toll[visit, shift]
    if last > 1:
        cost += travel[route[last - 1], office]
    state.cost[shift] = cost
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
        due_by = arrive_by(rules, visit, span, leave_due - spent)
        taken_by = arrive_by(rules, visit, span, leave_taken - spent)
        state.due_by[shift, place], state.taken_by[shift, place] = due_by, taken_by
    if last == 1:
        return True
    way = travel[office, route[1]]
    return in_time(rules, shift, state.due[shift, 0], state.taken[shift, 0], way, due_by, taken_by)


# --- insertion -------------------------------------------------------------------------------


@_kernel
def place_one(rules: Rules, state: State, visit: int, shift: int) -> tuple[int, int]:
    """(cost, place): after which place of the route `visit` adds least; `NOWHERE` if after none."""
    route, length = state.route[shift], state.length[shift]
    travel, span = rules.travel[rules.mode[shift]], rules.span[shift]
    best, best_place = NOWHERE, 0
    windows = rules.openings[visit, span]
    if windows == 0:
        return best, best_place
    closes = rules.closes[visit, span, windows - 1]
    for place in range(length + 1):
        due, taken = state.due[shift, place], state.taken[shift, place]
        if min(due, taken) > closes:
            break
        here, there = route[place], route[place + 1]
        out, on = travel[here, visit], travel[visit, there]
        cost = np.int64(out) + on - travel[here, there]
        if cost >= best:
            continue
        due, taken = pass_through(rules, shift, visit, due, taken, out)
        by, by_taken = state.due_by[shift, place + 1], state.taken_by[shift, place + 1]
        if in_time(rules, shift, due, taken, on, by, by_taken):
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
    windows = rules.openings[first, span]
    if windows == 0 or rules.openings[second, span] == 0:
        return best, best_first, best_second
    closes = rules.closes[first, span, windows - 1]
    for place in range(length + 1):
        due, taken = state.due[shift, place], state.taken[shift, place]
        if min(due, taken) > closes:
            break
        here, there = route[place], route[place + 1]
        due, taken = pass_through(rules, shift, first, due, taken, travel[here, first])
        detour = np.int64(travel[here, first]) - travel[here, there]
        before, replaced = first, np.int64(0)
        for after in range(place, length + 1):
            if min(due, taken) >= NEVER:
                break
            there = route[after + 1]
            out, on = travel[before, second], travel[second, there]
            cost = detour - replaced + out + on
            if cost < best:
                late, rested = pass_through(rules, shift, second, due, taken, out)
                by, by_taken = state.due_by[shift, after + 1], state.taken_by[shift, after + 1]
                if in_time(rules, shift, late, rested, on, by, by_taken):
                    best, best_first, best_second = cost, place, after
            if after < length:
                way = travel[before, there]
                due, taken = pass_through(rules, shift, there, due, taken, way)
                if after == place:
                    detour += way
                replaced = np.int64(travel[there, route[after + 2]])
                before = there
    if best < NOWHERE:
        best += rules.toll[first, shift] + rules.toll[second, shift]
    return best, best_first, best_second


# --- changing routes ---------------------------------------------------------------------------


@_inlined
def digest(state: State, shift: int) -> int:
    """A number that stands for the route's sequence on its shift; never 0."""
    mixed = np.int64(shift + 1)
    for place in range(1, state.length[shift] + 1):
        mixed = (mixed ^ (mixed >> 29)) * np.int64(6364136223846793005)
        mixed += np.int64(state.route[shift, place] + 1)
    return int(mixed) if mixed != 0 else 1


@_inlined
def touch(state: State, scratch: Scratch, shift: int, touched: int) -> int:
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
    return touched + 1


@_kernel
def take_out(rules: Rules, state: State, scratch: Scratch, shift: int) -> int:
    """Takes the marked visits, with their units, off the route and times it.

    A route that has become late loses the visit at which it fails, until it keeps its times.
    Returns what the plan's cost rises by.
    """
    raised = -state.cost[shift]
    while True:
        kept, known = 1, state.tally[0]
        length = state.length[shift]
        for place in range(1, length + 1):
            visit = state.route[shift, place]
            unit = rules.unit[visit]
            if not scratch.marked[unit]:
                state.route[shift, kept] = visit
                kept += 1
                continue
            state.shift[visit] = -1
            if unit == visit:
                raised += rules.penalty[unit]
                for kind in range(rules.load.shape[1]):
                    state.load[shift, kind] -= rules.load[unit, kind]
                state.absent[state.tally[0]] = unit
                state.tally[0] += 1
        state.length[shift] = kept - 1
        for at in range(known, state.tally[0]):
            scratch.marked[state.absent[at]] = False
        if time_route(rules, state, shift):
            break
        failing, end = 1, rules.end[shift]
        while failing < kept - 1 and (
            min(state.due[shift, failing], state.taken[shift, failing]) <= end
        ):
            failing += 1
        scratch.marked[rules.unit[state.route[shift, failing]]] = True
    state.version[shift] = digest(state, shift)
    return int(raised + state.cost[shift])


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
    state.version[shift] = digest(state, shift)
    return time_route(rules, state, shift)


@_kernel
def restore(rules: Rules, state: State, scratch: Scratch, touched: int, absent: int) -> None:
    """Puts back the routes and the absent units from before the iteration."""
    for at in range(touched):
        shift = scratch.touched[at]
        for place in range(1, state.length[shift] + 1):
            state.shift[state.route[shift, place]] = -1
    for at in range(touched):
        shift = scratch.touched[at]
        state.length[shift] = scratch.old_length[shift]
        for place in range(1, state.length[shift] + 1):
            visit = scratch.old_route[shift, place]
            state.route[shift, place] = visit
            state.shift[visit] = shift
        for kind in range(state.load.shape[1]):
            state.load[shift, kind] = scratch.old_load[shift, kind]
        state.version[shift] = scratch.old_version[shift]
        time_route(rules, state, shift)
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


@_kernel
def settle(rules: Rules, state: State, scratch: Scratch) -> None:
    """Times all routes, which are filled in with their visits, shifts and loads, and sums up.

    A route that does not keep its times loses visits until it does.
    """
    for shift in range(state.length.shape[0]):
        state.cost[shift] = 0
        state.total[0] += take_out(rules, state, scratch, shift)
    keep_best(state)


# --- ruin ----------------------------------------------------------------------------------------


@_kernel
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
    touched, raised = 0, 0
    for at in range(rules.near.shape[1]):
        visit = rules.near[seed, at]
        shift = state.shift[visit]
        if shift < 0 or scratch.ruined[shift] == scratch.clock[0]:
            continue
        scratch.ruined[shift] = scratch.clock[0]
        touched = touch(state, scratch, shift, touched)
        mark_string(rules, state, scratch, settings, shift, visit, longest)
        raised += take_out(rules, state, scratch, shift)
        if touched >= strings:
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
            scratch.marked[rules.unit[state.route[shift, at]]] = True


# --- recreate ------------------------------------------------------------------------------------


@_kernel
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


@_kernel
def sort_queue(rules: Rules, scratch: Scratch, random: npt.NDArray[Any], waiting: int) -> None:
    """Orders the queue by a rule drawn at random."""
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
    places, second = state.route.shape[1], rules.second[unit]
    if state.length[shift] + 4 > places:
        memory.cost[unit, shift] = NOWHERE
    elif second >= 0:
        cost, place, after = place_pair(rules, state, unit, second, shift)
        memory.cost[unit, shift] = cost
        memory.place[unit, shift] = place * places + after
    else:
        cost, place = place_one(rules, state, unit, shift)
        memory.cost[unit, shift] = cost
        memory.place[unit, shift] = place * places + place


@_inlined
def has_room(rules: Rules, state: State, unit: int, shift: int) -> bool:
    """True when the unit's load fits in."""
    for kind in range(rules.load.shape[1]):
        if state.load[shift, kind] + rules.load[unit, kind] > rules.capacity[shift, kind]:
            return False
    return True


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

    Possible insertions are overlooked now and then. Returns (routes touched, change of the cost,
    whether all routes keep their times).
    """
    change, sound = 0, True
    places = state.route.shape[1]
    for at in range(waiting):
        unit = scratch.queue[at]
        penalty = rules.penalty[unit]
        best, chosen = int(penalty * generous), -1
        only_touched = not offer_all and scratch.was_absent[unit] == scratch.clock[0]
        for which in range(touched if only_touched else rules.options[unit]):
            if only_touched:
                shift = scratch.touched[which]
                if not rules.may[unit, shift]:
                    continue
            else:
                shift = rules.option[unit, which]
            if not has_room(rules, state, unit, shift):
                continue
            remember_insertion(rules, state, memory, unit, shift)
            if memory.cost[unit, shift] < best and draw(state.random) >= settings.blink:
                best, chosen = memory.cost[unit, shift], shift
        if chosen < 0:
            continue
        touched = touch(state, scratch, chosen, touched)
        change -= state.cost[chosen] + penalty
        place = memory.place[unit, chosen]
        sound &= put_in(rules, state, chosen, unit, place // places, place % places)
        change += state.cost[chosen]
    left = 0
    for at in range(state.tally[0]):
        if state.shift[state.absent[at]] < 0:
            state.absent[left] = state.absent[at]
            left += 1
    state.tally[0] = left
    return touched, change, sound


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


@_kernel
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
        if not sound or change >= -temperature * np.log(draw(state.random)):
            restore(rules, state, scratch, touched, before)
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
