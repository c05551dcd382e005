"""When a given sequence of visits happens: the earliest times that keep every rule, exactly.

Two times are carried along the route: the earliest departure with the pause still due, and with
the pause taken. Waiting only ever helps to be later, so the earlier of two times of one kind is
never worse and the two suffice (design §5). A pause interrupts travel or waiting, never a service;
it may also come after the return when the crew is back before its latest start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planning.model import Route, Shift, Stop
from planning.routing.problem import DAY, NEVER, Problem, first_start


@dataclass(frozen=True, slots=True)
class Timed:
    """A route with its times, in seconds after the first midnight."""

    shift: int
    sequence: tuple[int, ...]
    arrivals: tuple[int, ...]
    starts: tuple[int, ...]
    departures: tuple[int, ...]
    leave: int
    """Leaves the office: as late as the first visit allows."""
    back: int
    pause_start: int | None


@dataclass(frozen=True, slots=True)
class _Shift:
    """One shift's numbers as plain integers: reading array cells one by one is slow."""

    start: int
    end: int
    earliest: int
    latest: int
    duration: int
    origin: int
    office: int


def _hours(problem: Problem, shift: int) -> _Shift:
    earliest, latest, duration = problem.pause[shift].tolist()
    return _Shift(
        int(problem.start[shift]),
        int(problem.end[shift]),
        earliest,
        latest,
        duration,
        int(problem.origin[shift]),
        int(problem.office[shift]),
    )


def fits(problem: Problem, shift: int, sequence: Sequence[int]) -> bool:
    """True when `shift` can make the visits in this order: hours, windows, pause and load."""
    if not _loads_fit(problem, shift, sequence):
        return False
    return _pause_leg(problem, _hours(problem, shift), shift, sequence) is not None


def timed(problem: Problem, shift: int, sequence: Sequence[int]) -> Timed | None:
    """The earliest times of `sequence` on `shift`; None when it does not fit."""
    hours = _hours(problem, shift)
    leg = _pause_leg(problem, hours, shift, sequence)
    if leg is None or not _loads_fit(problem, shift, sequence):
        return None
    return _walk_through(problem, hours, shift, tuple(sequence), leg)


def _loads_fit(problem: Problem, shift: int, sequence: Sequence[int]) -> bool:
    """True when kits of every kind fit in."""
    return bool((problem.load[list(sequence)].sum(axis=0) <= problem.capacity[shift]).all())


def _pause_leg(problem: Problem, hours: _Shift, shift: int, sequence: Sequence[int]) -> int | None:
    """Which leg the pause interrupts for the earliest return: k = on the way to the k-th stop.

    -1 = after the return, or no pause due; None = the sequence does not fit.
    """
    item = problem.travel[int(problem.mode[shift])].item
    service = problem.service.item
    due, taken = (hours.start, NEVER) if hours.duration else (NEVER, hours.start)
    leg, here = -1, hours.origin
    for position, visit in enumerate(sequence):
        way = item(here, visit)
        windows = problem.windows[visit]
        start = first_start(windows, taken + way)
        if due <= hours.latest:
            rested = first_start(windows, max(due + way, hours.earliest) + hours.duration)
            if rested < start:
                start, leg = rested, position
        waiting = first_start(windows, due + way)
        if start >= NEVER and waiting >= NEVER:
            return None
        spent = service(visit)
        taken = min(NEVER, start + spent)
        due = min(NEVER, waiting + spent)
        here = visit
    way = item(here, hours.office)
    if hours.duration and due + way <= min(hours.end, hours.latest):
        return -1
    back = taken + way
    if due <= hours.latest and (rested := max(due + way, hours.earliest) + hours.duration) < back:
        back, leg = rested, len(sequence)
    return leg if back <= hours.end else None


def _walk_through(
    problem: Problem, hours: _Shift, shift: int, sequence: tuple[int, ...], leg: int
) -> Timed:
    """All times of a sequence that fits, with the pause on `leg`."""
    matrix = problem.travel[int(problem.mode[shift])]
    arrivals, starts, departures = [], [], []
    now, here, pause = hours.start, hours.origin, None
    for position, visit in enumerate((*sequence, hours.office)):
        arrival = now + int(matrix[here, visit])
        ready = arrival
        if position == leg and hours.duration:
            # On arrival where that is early enough, before setting off otherwise.
            pause = (
                max(arrival, hours.earliest)
                if arrival <= hours.latest
                else max(now, hours.earliest)
            )
            ready = max(arrival, hours.earliest) + hours.duration
            arrival = arrival if pause >= arrival else arrival + hours.duration
        if position == len(sequence):
            now = ready
            break
        arrivals.append(arrival)
        starts.append(first_start(problem.windows[visit], ready))
        now = starts[-1] + int(problem.service[visit])
        departures.append(now)
        here = visit
    if hours.duration and pause is None:
        pause = max(now, hours.earliest)
    leave = hours.start
    if sequence and leg != 0:
        # Waiting in the office beats waiting at the door.
        leave = starts[0] - int(matrix[hours.origin, sequence[0]])
        arrivals[0] = starts[0]
    return Timed(
        shift, sequence, tuple(arrivals), tuple(starts), tuple(departures), leave, now, pause
    )


def route(problem: Problem, shift: Shift, day_index: int, times: Timed) -> Route:
    """The model's route, with times of day."""
    offset = day_index * DAY
    return Route(
        shift_id=shift.shift_id,
        team_id=shift.team_id,
        day=shift.day,
        stops=tuple(
            Stop(problem.visit_ids[visit], arrival - offset, start - offset, departure - offset)
            for visit, arrival, start, departure in zip(
                times.sequence, times.arrivals, times.starts, times.departures, strict=True
            )
        ),
        departure=times.leave - offset,
        back=times.back - offset,
        pause_start=None if times.pause_start is None else times.pause_start - offset,
    )
