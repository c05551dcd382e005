"""Why a visit is left, and the cheapest change that was tried and makes it possible.

Exactly one rule is given up at a time: hours, institution, day, team, window or load. Each way is
timed against the plan as it stands, so that what the words promise can be done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.model import Reason, Shift, Unserved, Visit
from planning.routing.build import visit_windows
from planning.routing.calendar import Calendar
from planning.routing.problem import NEVER, Problem, route_cost
from planning.routing.rules import RULES
from planning.routing.schedule import Timed, timed
from planning.text import Note, note

LONGEST = 4 * 3600
"""More overtime than this is never proposed."""
_NEAREST = 24
"""Shifts looked at for one visit, those with the shortest trip first."""
_PRICE = {
    "hours": 0,
    "window": 900,
    "institution": 1_800,
    "day": 2_700,
    "kits": 2_700,
    "team": 3_600,
}
"""Seconds by which a change weighs more than its overtime and detour: what an office changes
easily comes first."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was tried and works."""

    cost: int
    """Overtime or detour in seconds, plus what giving up that rule weighs."""
    told: Note


@dataclass(frozen=True, slots=True)
class Book:
    """The plan as it stands, on the arrays of everything that was asked."""

    whole: Problem
    visits: Sequence[Visit]
    shifts: Sequence[Shift]
    routes: Sequence[Sequence[int]]
    """By shift of `whole`, visits of `whole`."""
    names: Mapping[str, str]
    """How a team is called, by id."""
    calendar: Calendar


def explain(
    book: Book, left: Sequence[Unserved], *, seconds: float, pairs: Sequence[tuple[int, int]] = ()
) -> tuple[Unserved, ...]:
    """`left` with the relaxation of every visit; without one when the seconds are used up."""
    until = time.monotonic() + seconds
    paired = {visit for pair in pairs for visit in pair}
    row = {visit.visit_id: index for index, visit in enumerate(book.visits)}
    told = []
    for one in left:
        visit = row.get(one.visit_id)
        if visit is None or visit in paired or time.monotonic() > until:
            told.append(one)
            continue
        change = cheapest_change(book, visit)
        told.append(one if change is None else replace(one, remedy=(change.told,)))
    return tuple(told)


def full(book: Book, visit: int) -> Unserved:
    """The visit fits a shift alone, but not beside what the plan makes instead."""
    able = np.nonzero(book.whole.allowed[visit])[0].tolist()
    teams = sorted({book.names.get(book.shifts[s].team_id, book.shifts[s].team_id) for s in able})
    days = sorted({book.shifts[s].day for s in able})
    asked = book.visits[visit]
    if len(teams) == 1:
        who = note("team {team} has no room left", team=teams[0])
    else:
        who = note("none of the {count} teams that may go has room left", count=len(teams))
    when = note("from {from_day} to {to_day}, beside visits that matter as much or more",
                from_day=days[0], to_day=days[-1])  # fmt: skip
    return Unserved(asked.case_ids, Reason.SHIFTS_FULL, asked.visit_id, (who, when))


def cheapest_change(book: Book, visit: int) -> Change | None:
    """The cheapest single change that lets `visit` be made in the plan as it stands."""
    changes = list(_changes(book, visit))
    return min(changes, key=lambda change: (change.cost, str(change.told))) if changes else None


def _changes(book: Book, visit: int) -> Iterator[Change]:
    for shift in _near(book, visit):
        broken = _broken(book.visits[visit], book.shifts[shift])
        if len(broken) > 1:
            continue
        change = _try(book, visit, shift, broken[0] if broken else None)
        if change is not None:
            yield change


def _broken(visit: Visit, shift: Shift) -> list[Reason]:
    """The rules of who may serve whom that keep `visit` off `shift`."""
    return [reason for rule, reason in RULES if not rule(visit, shift)]


def _near(book: Book, visit: int) -> list[int]:
    """Shifts by the trip from their office and back, the nearest first."""
    trips = []
    for shift in range(book.whole.shifts):
        matrix = book.whole.travel[int(book.whole.mode[shift])]
        office = int(book.whole.office[shift])
        trip = int(matrix[office, visit]) + int(matrix[visit, office])
        if trip < NEVER:
            trips.append((trip, shift))
    allowed = [shift for _, shift in sorted(trips) if book.whole.allowed[visit, shift]]
    others = [shift for _, shift in sorted(trips) if not book.whole.allowed[visit, shift]]
    return [*allowed[:_NEAREST], *others[:_NEAREST]]


def _try(book: Book, visit: int, shift: int, given_up: Reason | None) -> Change | None:
    """The best place for `visit` on `shift` with that rule given up, or with longer hours."""
    problem = _without(book, visit, shift, given_up)
    best: Change | None = None
    route = book.routes[shift]
    for place in range(len(route) + 1):
        sequence = (*route[:place], visit, *route[place:])
        times = timed(problem, shift, sequence)
        if times is None:
            continue
        change = _change(book, problem, visit, shift, given_up, times)
        if change is not None and (best is None or change.cost < best.cost):
            best = change
    return best


def _without(book: Book, visit: int, shift: int, given_up: Reason | None) -> Problem:
    """The problem with one rule given up on one shift."""
    problem = book.whole
    if given_up is None:
        end = problem.end.copy()
        end[shift] += LONGEST
        return replace(problem, end=end)
    if given_up is Reason.TOO_MANY_KITS:
        capacity = problem.capacity.copy()
        capacity[shift] = problem.load.sum(axis=0)
        return replace(problem, capacity=capacity)
    if given_up in (Reason.NO_WINDOW, Reason.DEADLINE_PASSED):
        # When the day changes, the hours at which somebody is met do not.
        free = replace(book.visits[visit], earliest=None, deadline=None, day=None)
        if given_up is Reason.NO_WINDOW:
            free = replace(free, windows=())
        windows = list(problem.windows)
        windows[visit] = visit_windows(free, book.calendar)
        return replace(problem, windows=tuple(windows))
    return problem


def _change(
    book: Book,
    problem: Problem,
    visit: int,
    shift: int,
    given_up: Reason | None,
    times: Timed,
) -> Change | None:
    asked, on = book.visits[visit], book.shifts[shift]
    detour = route_cost(problem, shift, times.sequence) - route_cost(
        problem, shift, book.routes[shift]
    )
    on_it = {"team": book.names.get(on.team_id, on.team_id), "day": on.day}
    if given_up is None:
        over = max(0, times.back - int(book.whole.end[shift]))
        minutes = 5 * -(-over // 300)
        if not minutes:
            return None
        told = note("+{minutes} min for team {team} on {day}", minutes=minutes, **on_it)
        return Change(over + _PRICE["hours"], told)
    if given_up is Reason.NO_TEAM:
        return Change(detour + _PRICE["team"], note("let team {team} go on {day}", **on_it))
    if given_up is Reason.NO_INSTITUTION:
        lacking = ", ".join(sorted(asked.requires - on.institutions))
        told = note("with {institutions} in team {team} on {day}", institutions=lacking, **on_it)
        return Change(detour + _PRICE["institution"], told)
    if given_up is Reason.DEADLINE_PASSED:
        late = _days_off(asked, on)
        told = note("on {day} with team {team}", **on_it)
        return Change(detour + _PRICE["day"] + late * 3_600, told)
    if given_up is Reason.NO_WINDOW:
        start = times.starts[times.sequence.index(visit)] - int(book.whole.midnight[shift])
        clock = f"{start // 3600:02d}:{start % 3600 // 60:02d}"
        told = note(
            "if somebody can be met at {clock} on {day} by team {team}", clock=clock, **on_it
        )
        return Change(detour + _PRICE["window"], told)
    more = int(book.whole.load[list(times.sequence), 0].sum()) - on.kit_capacity
    told = note("room for {more} more kits with team {team} on {day}", more=more, **on_it)
    return Change(detour + _PRICE["kits"], told)


def _days_off(visit: Visit, shift: Shift) -> int:
    """By how many days the shift misses what the visit asks for."""
    wanted = [day for day in (visit.day, visit.earliest, visit.deadline) if day is not None]
    return min((abs((shift.day - day).days) for day in wanted), default=0)
