"""When a given sequence of visits happens: times that keep every rule, exactly.

These definitions hold for every engine:

- A crew starts at `Problem.origin` and ends at `Problem.office`. A shift without visits always
  fits: a crew that is on the road goes home, however late.
- A pause interrupts travel or waiting, never a service, and begins within its limits. It may also
  come after the return, when the crew is back before its latest start. It lies where the crew is
  back earliest, and of several such places in the last.
- Visits start as early as they can. The crew leaves so late that it need not wait at the first
  door: `leave` = start of the first visit - way to it. Where the pause lies before the first visit
  the crew rests on that way, and leaves so much earlier.
- Working time (`Problem.work`) runs from `leave` to the return, pause included; where the pause
  lies before the first visit, from the shift's start. So an engine has one deadline for routes that
  rest first, min(end, start + work), and one for all others, min(end, leave + work).
- What a crew is told (`timed`) is later still where it would only wait on the road: it leaves as
  late as brings it back at the same time, less `SPARE`; not so with an urgent visit, nor with a
  meeting. Whether a sequence fits does not depend on it, so engines need not know.
- Two crews at one visit start together. In a whole solution (`timed_together`) they do so at the
  earliest time at which both can, all their other meetings considered; the working time counts
  from these times.

Two times are carried along a route: the earliest departure with the pause still due, and with the
pause taken. Waiting only ever helps to be later, so the earlier of two times of one kind is never
worse and the two suffice (design §5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from types import MappingProxyType

from planning.model import Begun, Priority, Route, Shift, Stop
from planning.routing.problem import DAY, NEVER, Problem, Solution, first_start, last_start

Starts = Mapping[int, int]
"""By row of a visit, seconds after the first midnight."""
Openings = Sequence[Sequence[tuple[int, int]]]
"""The windows of every visit of a sequence."""

SPARE = 1_800
"""Seconds that a crew leaves before it must, where it leaves later than it could: visits take
longer than planned, and doors close."""

ANY_TIME: Starts = MappingProxyType({})
"""No start is prescribed."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A route with its times, in seconds after the first midnight."""

    shift: int
    sequence: tuple[int, ...]
    arrivals: tuple[int, ...]
    starts: tuple[int, ...]
    departures: tuple[int, ...]
    leave: int
    """Leaves the office."""
    back: int
    pause_start: int | None


def fits(problem: Problem, shift: int, sequence: Sequence[int], *, at: Starts = ANY_TIME) -> bool:
    """True when `shift` can make the visits in this order: every rule of a single route.

    That is hours, windows, pause, working time, load, and what must be first or last. Who may
    serve whom, and what binds a visit to others, is not looked at.

    Args:
        problem: the arrays.
        shift: its index.
        sequence: visits in order.
        at: visits that must start just then, within their windows.
    """
    if not sequence:
        return True
    if not (_in_place(problem, sequence) and _loads_fit(problem, shift, sequence)):
        return False
    openings = _openings(problem, sequence, at)
    return _pause_leg(problem, _hours(problem, shift), sequence, openings) is not None


def timed(
    problem: Problem, shift: int, sequence: Sequence[int], *, at: Starts = ANY_TIME
) -> Timed | None:
    """The times of `sequence` on `shift`: back as early as can be, and not too early away.

    None when it does not fit (see `fits`), or for a crew without visits that has no way home.
    """
    hours, openings = _hours(problem, shift), _openings(problem, sequence, at)
    times = _earliest(problem, hours, sequence, openings)
    if times is None or shift in problem.underway:
        return times
    return _leaving_late(problem, hours, openings, times)


def earliest(problem: Problem, shift: int, sequence: Sequence[int]) -> Timed | None:
    """As `timed`, with every visit as early as can be."""
    hours, openings = _hours(problem, shift), _openings(problem, sequence, ANY_TIME)
    return _earliest(problem, hours, sequence, openings)


def timed_together(problem: Problem, solution: Solution) -> tuple[Timed | None, ...] | None:
    """The times of a whole solution, with the crews that meet at a visit there at one time.

    Returns:
        By shift; None for one that stays in its office. None instead of all when some route does
        not fit, when there is no time at which two crews can meet, or one of them is missing.
    """
    crew = {visit: shift for shift, route in enumerate(solution) for visit in route}
    if any((a in crew) != (b in crew) for a, b in problem.together):
        return None
    meetings = [pair for pair in problem.together if pair[0] in crew]
    meeting = {crew[visit] for pair in meetings for visit in pair}
    times: dict[int, Timed | None] = {}
    for shift, route in enumerate(solution):
        if shift not in meeting:
            idle = not route and problem.origin[shift] == problem.office[shift]
            times[shift] = None if idle else timed(problem, shift, route)
            if route and times[shift] is None:
                return None
    for day in sorted({int(problem.midnight[shift]) for shift in meeting}):
        crews = [shift for shift in sorted(meeting) if problem.midnight[shift] == day]
        found = _meet(problem, {shift: tuple(solution[shift]) for shift in crews}, meetings)
        if found is None:
            return None
        times |= found
    return tuple(times[shift] for shift in range(len(solution)))


def route(
    problem: Problem, shift: Shift, day_index: int, times: Timed, begun: Begun | None = None
) -> Route:
    """The model's route, with times of day; what is begun stands in front, as it was."""
    offset = day_index * DAY
    stops = tuple(
        Stop(problem.visit_ids[visit], arrival - offset, start - offset, departure - offset)
        for visit, arrival, start, departure in zip(
            times.sequence, times.arrivals, times.starts, times.departures, strict=True
        )
    )
    pause = None if times.pause_start is None else times.pause_start - offset
    if begun is not None and begun.pause_start is not None:
        pause = begun.pause_start
    return Route(
        shift_id=shift.shift_id,
        team_id=shift.team_id,
        day=shift.day,
        stops=(*begun.stops, *stops) if begun else stops,
        departure=begun.departure if begun else times.leave - offset,
        back=times.back - offset,
        pause_start=pause,
    )


# --- one route ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hours:
    """One shift's numbers as plain integers: reading array cells one by one is slow."""

    shift: int
    mode: int
    start: int
    end: int
    work: int
    earliest: int
    latest: int
    duration: int
    origin: int
    office: int


def _hours(problem: Problem, shift: int) -> _Hours:
    earliest, latest, duration = problem.pause[shift].tolist()
    return _Hours(
        shift=shift,
        mode=int(problem.mode[shift]),
        start=int(problem.start[shift]),
        end=int(problem.end[shift]),
        work=int(problem.work[shift]),
        earliest=earliest,
        latest=latest,
        duration=duration,
        origin=int(problem.origin[shift]),
        office=int(problem.office[shift]),
    )


def _in_place(problem: Problem, sequence: Sequence[int]) -> bool:
    """True when nothing goes before what must be first, nor after what must be last."""
    if not (problem.first or problem.last):
        return True
    return problem.first.isdisjoint(sequence[1:]) and problem.last.isdisjoint(sequence[:-1])


def _loads_fit(problem: Problem, shift: int, sequence: Sequence[int]) -> bool:
    """True when kits of every kind fit in; who brings none is never turned away for them."""
    load = problem.load[list(sequence)].sum(axis=0)
    return bool((load <= problem.capacity[shift]).all())


def _openings(problem: Problem, sequence: Sequence[int], at: Starts) -> Openings:
    if not at:
        return [problem.windows[visit] for visit in sequence]
    return [
        _cut(problem.windows[visit], at[visit], at[visit]) if visit in at
        else problem.windows[visit]
        for visit in sequence
    ]  # fmt: skip


def _cut(windows: Iterable[tuple[int, int]], earliest: int, latest: int) -> list[tuple[int, int]]:
    """The windows within these limits, both included."""
    within = ((max(a, earliest), min(b, latest)) for a, b in windows)
    return [(a, b) for a, b in within if a <= b]


def _legs(sequence: Sequence[int]) -> range:
    """Legs that the pause may interrupt.

    k = on the way to the k-th stop, or home when there is none; the last one = after the return.
    """
    return range(len(sequence) + 2)


def _earliest(
    problem: Problem, hours: _Hours, sequence: Sequence[int], openings: Openings
) -> Timed | None:
    if not (_in_place(problem, sequence) and _loads_fit(problem, hours.shift, sequence)):
        return None
    leg = _pause_leg(problem, hours, sequence, openings)
    return None if leg is None else _walk(problem, hours, sequence, openings, leg)


def _pause_leg(
    problem: Problem, hours: _Hours, sequence: Sequence[int], openings: Openings
) -> int | None:
    """The leg of the pause for the earliest return; any when none is due; None = no way fits.

    Of several the last one, with which every visit before it is made earlier.
    """
    legs = _legs(sequence)
    if not sequence:
        found = [_return(problem, hours, sequence, openings, legs, NEVER - 1)]
    elif hours.work >= NEVER:
        found = [_return(problem, hours, sequence, openings, legs, hours.end)]
    else:
        way = int(problem.travel[hours.mode][hours.origin, sequence[0]])
        leave = first_start(openings[0], hours.start + way) - way
        found = [
            _return(problem, hours, sequence, openings, some, min(hours.end, begin + hours.work))
            for begin, some in ((hours.start, legs[:1]), (leave, legs[1:]))
        ]
    ways = (each for each in found if each is not None)
    return min(ways, key=lambda way: (way[0], -way[1]), default=(0, None))[1]


def _return(
    problem: Problem,
    hours: _Hours,
    sequence: Sequence[int],
    openings: Openings,
    legs: range,
    by: int,
) -> tuple[int, int] | None:
    """(earliest return, last leg of the pause for it) of `legs`; None when not back `by` then."""
    item = problem.travel[hours.mode].item
    service = problem.service.item
    due, taken = (hours.start, NEVER) if hours.duration else (NEVER, hours.start)
    leg, here = legs[-1], hours.origin
    low, high = legs[0], legs[-1]
    for position, visit in enumerate(sequence):
        way = item(here, visit)
        windows = openings[position]
        start = first_start(windows, taken + way)
        if due <= hours.latest and low <= position <= high:
            rested = first_start(windows, max(due + way, hours.earliest) + hours.duration)
            if rested <= start:
                start, leg = rested, position
        waiting = first_start(windows, due + way)
        if start >= NEVER and waiting >= NEVER:
            return None
        spent = service(visit)
        taken = min(NEVER, start + spent)
        due = min(NEVER, waiting + spent)
        here = visit
    # A crew that never left has no way home, whatever the matrix says of such a way.
    way = item(here, hours.office) if here != hours.office else 0
    home = len(sequence)
    if hours.duration and home + 1 in legs and due + way <= min(by, hours.latest):
        return due + way, home + 1
    back = taken + way
    if due <= hours.latest and home in legs:
        rested = max(due + way, hours.earliest) + hours.duration
        if rested <= back:
            back, leg = rested, home
    return (back, leg) if back <= by else None


def _walk(
    problem: Problem, hours: _Hours, sequence: Sequence[int], openings: Openings, leg: int
) -> Timed | None:
    """All earliest times with the pause on `leg`; None when windows, hours or pause forbid it.

    The working time is not looked at.
    """
    matrix = problem.travel[hours.mode]
    arrivals, starts, departures = [], [], []
    now, here, pause = hours.start, hours.origin, None
    for position, place in enumerate((*sequence, hours.office)):
        way = int(matrix[here, place]) if here != place else 0
        arrival = ready = now + way
        if position == leg and hours.duration:
            if now > hours.latest:
                return None
            # On arrival where that is early enough, before setting off otherwise.
            pause = max(arrival if arrival <= hours.latest else now, hours.earliest)
            ready = max(arrival, hours.earliest) + hours.duration
            arrival = arrival if pause >= arrival else arrival + hours.duration
        if position == len(sequence):
            now = ready
            break
        start = first_start(openings[position], ready)
        if start >= NEVER:
            return None
        arrivals.append(arrival)
        starts.append(start)
        now = start + int(problem.service[place])
        departures.append(now)
        here = place
    if now >= NEVER or (sequence and now > hours.end):
        return None
    if hours.duration and pause is None:
        if now > hours.latest:
            return None
        pause = max(now, hours.earliest)
    leave = hours.start
    if sequence:
        way = int(matrix[hours.origin, sequence[0]])
        leave, arrivals[0] = starts[0] - way, starts[0]
        if leg == 0 and hours.duration:
            leave = min(leave - hours.duration, hours.latest)
            pause = min(starts[0] - hours.duration, hours.latest)
            arrivals[0] = leave + way + (hours.duration if pause < leave + way else 0)
    return Timed(
        hours.shift,
        tuple(sequence),
        tuple(arrivals),
        tuple(starts),
        tuple(departures),
        leave,
        now,
        pause,
    )


def _leaving_late(problem: Problem, hours: _Hours, openings: Openings, times: Timed) -> Timed:
    """`times` with the crew in its office for most of what it would wait on the road."""
    waiting = sum(times.starts) - sum(times.arrivals)
    if waiting <= SPARE or Priority.URGENT in problem.priority[list(times.sequence)]:
        return times
    legs = _legs(times.sequence)[0 if hours.duration else -1 :]
    latest, leg = max((_latest_leave(problem, hours, openings, times, leg), leg) for leg in legs)
    if latest - SPARE <= times.leave:
        return times
    late = replace(hours, start=latest - SPARE)
    return _walk(problem, late, times.sequence, openings, leg) or times


def _latest_leave(
    problem: Problem, hours: _Hours, openings: Openings, times: Timed, leg: int
) -> int:
    """When the crew must leave to be back as in `times`, with the pause on `leg`.

    Negative where that leg does not do.
    """
    matrix, by = problem.travel[hours.mode], times.back
    if leg > len(times.sequence) and hours.duration and by > hours.latest:
        return -NEVER
    legs = pairwise([hours.origin, *times.sequence, hours.office])
    for position, (here, there) in reversed(list(enumerate(legs))):
        rests = position == leg and hours.duration
        if rests and by < hours.earliest + hours.duration:
            return -NEVER
        by -= int(matrix[here, there]) if here != there else 0
        if rests:
            by = min(by - hours.duration, hours.latest)
        if position:
            by = last_start(openings[position - 1], by - int(problem.service[here]))
    return by


def _within_work(hours: _Hours, times: Timed, leg: int) -> bool:
    begin = hours.start if leg == 0 and hours.duration else times.leave
    return times.back - begin <= hours.work


# --- crews that meet ----------------------------------------------------------------------------


def _meet(
    problem: Problem,
    routes: Mapping[int, tuple[int, ...]],
    meetings: Iterable[tuple[int, int]],
) -> dict[int, Timed] | None:
    """The earliest times of the `routes` of one day, by shift, each meeting at one time.

    None when there are none, also when two crews would wait for each other at two doors.
    """
    on_day = {visit for route in routes.values() for visit in route}
    pairs = tuple(pair for pair in meetings if not on_day.isdisjoint(pair))
    lawful = all(
        _in_place(problem, route) and _loads_fit(problem, shift, route)
        for shift, route in routes.items()
    )
    if not lawful or not on_day.issuperset(visit for pair in pairs for visit in pair):
        return None
    if not _in_turn(routes.values(), pairs):
        return None
    hours = {shift: _hours(problem, shift) for shift in routes}
    legs = {shift: _legs(route) if hours[shift].duration else range(1)
            for shift, route in routes.items()}  # fmt: skip
    return _agree(_Meetings(problem, routes, pairs, hours, legs), ANY_TIME)


def _in_turn(routes: Iterable[Sequence[int]], pairs: Iterable[tuple[int, int]]) -> bool:
    """True when the meetings can follow each other: no two crews wait for each other."""
    meeting = {visit: number for number, pair in enumerate(pairs) for visit in pair}
    order: TopologicalSorter[int] = TopologicalSorter()
    for route in routes:
        met = [meeting[visit] for visit in route if visit in meeting]
        for before, after in pairwise(met):
            order.add(after, before)
    try:
        order.prepare()
    except CycleError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Crews of one day that meet, and the legs on which each may rest."""

    problem: Problem
    routes: Mapping[int, tuple[int, ...]]
    pairs: tuple[tuple[int, int], ...]
    hours: Mapping[int, _Hours]
    legs: Mapping[int, Sequence[int]]

    def walks(self, shift: int, floor: Starts) -> dict[int, Timed]:
        """By leg of the pause, the earliest times with no start before `floor`."""
        route, hours = self.routes[shift], self.hours[shift]
        openings = [_cut(self.problem.windows[v], floor.get(v, 0), NEVER) for v in route]
        found = {leg: _walk(self.problem, hours, route, openings, leg) for leg in self.legs[shift]}
        return {leg: times for leg, times in found.items() if times is not None}


def _agree(crews: _Meetings, floor: Starts) -> dict[int, Timed] | None:
    """The earliest times, by shift, with every pair started together, none before `floor`.

    With the pauses on given legs, starts are raised until all agree: a fixed point, and the
    earliest, because the earlier ones of any two lawful timetables make a lawful one. It is reached
    on the least start over all legs first; legs are tried one by one only for a crew that keeps
    these starts on none of its legs.
    """
    while True:
        ways = {shift: crews.walks(shift, floor) for shift in crews.routes}
        if not all(ways.values()):
            return None
        least = {
            visit: min(times.starts[position] for times in ways[shift].values())
            for shift, route in crews.routes.items()
            for position, visit in enumerate(route)
        }
        raised = {visit: max(least[a], least[b]) for a, b in crews.pairs for visit in (a, b)}
        if all(least[visit] == start for visit, start in raised.items()):
            break
        floor = raised
    chosen: dict[int, Timed] = {}
    for shift, by_leg in ways.items():
        kept = [
            times
            for leg, times in by_leg.items()
            if _within_work(crews.hours[shift], times, leg) and _starts_at(times, raised)
        ]
        if not kept:
            return _tried(crews, shift, by_leg, raised)
        chosen[shift] = min(kept, key=lambda times: (times.back, times.starts))
    return chosen


def _tried(
    crews: _Meetings, shift: int, legs: Iterable[int], floor: Starts
) -> dict[int, Timed] | None:
    """`_agree` with the crew's pause on the first of `legs` that works."""
    if len(crews.legs[shift]) == 1:
        return None
    for leg in legs:
        found = _agree(replace(crews, legs={**crews.legs, shift: (leg,)}), floor)
        if found is not None:
            return found
    return None


def _starts_at(times: Timed, starts: Starts) -> bool:
    return all(
        start == starts.get(visit, start)
        for visit, start in zip(times.sequence, times.starts, strict=True)
    )
