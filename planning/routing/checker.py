"""Every rule of a plan, checked from the visits, shifts and travel times alone.

It shares no code with the engines, nor with the arrays they read: what they got wrong it sees.
Only ids are named in the words it returns, never a person or an address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from planning.model import Mode, Plan, Route, Shift, Stop, Visit
from planning.routing.problem import Problem, Solution

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


def check(plan: Plan, travel: Mapping[Mode, Travel]) -> tuple[str, ...]:
    """Every rule that `plan` breaks, in words; empty when it may be shown.

    Args:
        plan: visits and shifts are what was asked; routes and unserved what came of it.
        travel: seconds by mode; a plan may be slower than these, never faster.
    """
    visits = {visit.visit_id: visit for visit in plan.visits}
    shifts = {shift.shift_id: shift for shift in plan.shifts}
    found = [*_accounts(plan), *_orders(plan, plan.conditions.pairs)]
    clocks = {mode: _Clock(table) for mode, table in travel.items()}
    for route in plan.routes:
        shift = shifts.get(route.shift_id)
        if shift is None:
            found.append(f"route {route.shift_id}: there is no such shift")
            continue
        unknown = [stop.visit_id for stop in route.stops if stop.visit_id not in visits]
        found += [f"{route.shift_id}: visit {one} was not asked for" for one in unknown]
        if shift.mode not in clocks:
            found.append(f"{route.shift_id}: no travel times for mode {shift.mode}")
        elif not unknown:
            served = [visits[stop.visit_id] for stop in route.stops]
            found += _route(plan, route, shift, served, clocks[shift.mode])
    return tuple(found)


class _Clock:
    """Looks up travel seconds by key."""

    def __init__(self, table: Travel) -> None:
        self._seconds = table.seconds
        self._row = {key: row for row, key in enumerate(table.keys)}

    def __call__(self, origin: str, target: str) -> float:
        """Seconds from `origin` to `target`; NaN where there is no way or no such key."""
        if origin not in self._row or target not in self._row:
            return float("nan")
        return float(self._seconds[self._row[origin], self._row[target]])


def _accounts(plan: Plan) -> Iterator[str]:
    """Each visit at most once; planned + unserved = asked."""
    planned = Counter(stop.visit_id for route in plan.routes for stop in route.stops)
    dropped = Counter(one.visit_id for one in plan.unserved if one.visit_id)
    for visit in plan.visits:
        times, refused = planned[visit.visit_id], dropped[visit.visit_id]
        if times > 1:
            yield f"visit {visit.visit_id} is planned {times} times"
        if times and refused:
            yield f"visit {visit.visit_id} is both planned and unserved"
        if refused > 1:
            yield f"visit {visit.visit_id} is unserved {refused} times"
        if not times and not refused:
            yield f"visit {visit.visit_id} is lost: neither planned nor unserved"
    for shift_id, times in Counter(route.shift_id for route in plan.routes).items():
        if times > 1:
            yield f"shift {shift_id} has {times} routes"


def _orders(plan: Plan, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    where = {
        stop.visit_id: (route.shift_id, position)
        for route in plan.routes
        for position, stop in enumerate(route.stops)
    }
    for first, second in pairs:
        a, b = where.get(first), where.get(second)
        if (a is None) != (b is None):
            yield f"visits {first} and {second} belong together, and only one is planned"
        elif a is not None and b is not None and a[0] != b[0]:
            yield f"visits {first} and {second} belong to one team on one day"
        elif a is not None and b is not None and a[1] >= b[1]:
            yield f"visit {first} must come before {second}"


def _route(
    plan: Plan, route: Route, shift: Shift, served: Sequence[Visit], clock: _Clock
) -> Iterator[str]:
    name = route.shift_id
    if (route.team_id, route.day) != (shift.team_id, shift.day):
        yield f"{name}: the route names another team or day than its shift"
    last_day = plan.first_day + timedelta(days=plan.days - 1)
    if not plan.first_day <= route.day <= last_day:
        yield f"{name}: {route.day} is outside the plan's days"
    if route.departure < shift.start:
        yield f"{name}: leaves the office before {shift.start} s"
    if route.back > shift.end:
        yield f"{name}: back at {route.back} s, after the shift's end {shift.end} s"
    kits = sum(visit.kits for visit in served)
    if kits > shift.kit_capacity:
        yield f"{name}: {kits} kits, and {shift.kit_capacity} fit"
    for visit, stop in zip(served, route.stops, strict=True):
        yield from _may_serve(name, visit, shift)
        yield from _at_door(name, visit, stop, shift)
    yield from _on_the_way(route, shift, clock)
    yield from _pause(route, shift)


def _may_serve(name: str, visit: Visit, shift: Shift) -> Iterator[str]:
    """Allowed shift: team, institutions, days and pins."""
    who = f"{name}: visit {visit.visit_id}"
    if visit.teams and shift.team_id not in visit.teams:
        yield f"{who} is not for team {shift.team_id}"
    if not visit.teams and visit.municipality_code != shift.municipality_code:
        yield f"{who} lies in another municipality than the team's"
    lacking = visit.requires - shift.institutions
    if lacking:
        yield f"{who} needs {', '.join(sorted(lacking))}"
    if visit.day is not None and visit.day != shift.day:
        yield f"{who} is fixed to {visit.day}"
    if visit.earliest is not None and shift.day < visit.earliest:
        yield f"{who} may not be made before {visit.earliest}"
    if visit.deadline is not None and shift.day > visit.deadline:
        yield f"{who} is past its deadline {visit.deadline}"


def _at_door(name: str, visit: Visit, stop: Stop, shift: Shift) -> Iterator[str]:
    who = f"{name}: visit {visit.visit_id}"
    if not stop.arrival <= stop.start <= stop.departure:
        yield f"{who} starts before the arrival or ends before its start"
    if stop.departure - stop.start != visit.service_seconds:
        yield f"{who} takes {stop.departure - stop.start} s instead of {visit.service_seconds}"
    opened = [w for w in visit.windows if shift.day.weekday() in w.weekdays]
    if visit.windows and not any(w.start <= stop.start <= w.end for w in opened):
        yield f"{who} starts at {stop.start} s, outside its windows"


def _on_the_way(route: Route, shift: Shift, clock: _Clock) -> Iterator[str]:
    """No leg faster than the road, with the pause taken off where it falls between two doors."""
    office = f"office:{shift.team_id}"
    keys = [office, *(stop.visit_id for stop in route.stops), office]
    leaves = [route.departure, *(stop.departure for stop in route.stops)]
    arrives = [*(stop.arrival for stop in route.stops), route.back]
    if not route.stops:
        return
    for origin, target, leave, arrive in zip(keys[:-1], keys[1:], leaves, arrives, strict=True):
        needed = clock(origin, target)
        if np.isnan(needed):
            yield f"{route.shift_id}: there is no way from {origin} to {target}"
        elif arrive - leave - _rest(route, shift, leave, arrive) < needed - 0.5:
            yield f"{route.shift_id}: reaches {target} sooner than the road from {origin} allows"


def _rest(route: Route, shift: Shift, leave: int, arrive: int) -> int:
    """Seconds of the pause between `leave` and `arrive`."""
    if route.pause_start is None or shift.pause is None:
        return 0
    ends = route.pause_start + shift.pause.duration
    return max(0, min(ends, arrive) - max(route.pause_start, leave))


def _pause(route: Route, shift: Shift) -> Iterator[str]:
    """Begun within its limits, never inside a service; moot for a shift that ends before it."""
    pause = shift.pause
    if pause is None or pause.duration <= 0:
        return
    if pause.earliest >= shift.end or pause.latest < shift.start:
        return
    if route.pause_start is None:
        yield f"{route.shift_id}: the pause is missing"
        return
    if not pause.earliest <= route.pause_start <= pause.latest:
        yield f"{route.shift_id}: the pause begins at {route.pause_start} s, outside its limits"
    ends = route.pause_start + pause.duration
    for stop in route.stops:
        if stop.start < ends and route.pause_start < stop.departure:
            yield f"{route.shift_id}: the pause cuts into the visit {stop.visit_id}"


def check_routes(problem: Problem, routes: Solution) -> tuple[str, ...]:
    """Every rule that bare sequences break on the arrays of a benchmark instance.

    Times are found here by trying every leg for the pause, not by the engines' two-state pass.
    """
    found = []
    times = Counter(visit for route in routes for visit in route)
    found += [
        f"visit {problem.visit_ids[visit]} is planned {count} times"
        for visit, count in times.items()
        if count > 1
    ]
    where = {v: (s, k) for s, route in enumerate(routes) for k, v in enumerate(route)}
    for first, second in problem.pairs:
        a, b = where.get(first), where.get(second)
        if (a is None) != (b is None) or (a and b and (a[0] != b[0] or a[1] > b[1])):
            found.append(
                f"visits {problem.visit_ids[first]}, {problem.visit_ids[second]}: order broken"
            )
    for shift, route in enumerate(routes):
        found += _bare_route(problem, shift, route)
    return tuple(found)


def _bare_route(problem: Problem, shift: int, route: Sequence[int]) -> Iterator[str]:
    name = f"shift {problem.shift_ids[shift]}"
    for visit in route:
        if not problem.allowed[visit, shift]:
            yield f"{name}: visit {problem.visit_ids[visit]} is not allowed there"
    if (problem.load[list(route)].sum(axis=0) > problem.capacity[shift]).any():
        yield f"{name}: too many kits"
    legs = range(-1, len(route) + 1) if problem.pause[shift, 2] else (-1,)
    if route and not any(_runs(problem, shift, route, leg) for leg in legs):
        yield f"{name}: does not keep its windows, hours and pause"


def _runs(problem: Problem, shift: int, route: Sequence[int], pause_leg: int) -> bool:
    """True when the route keeps its times with the pause on that leg (-1: after the return)."""
    matrix = problem.travel[int(problem.mode[shift])]
    earliest, latest, duration = problem.pause[shift].tolist()
    now, here = int(problem.start[shift]), int(problem.origin[shift])
    for leg, visit in enumerate((*route, int(problem.office[shift]))):
        leave, now, here = now, now + int(matrix[here, visit]), visit
        if leg == pause_leg:
            if leave > latest:
                return False
            now = max(now, earliest) + duration
        if leg == len(route):
            break
        later = [max(now, a) for a, b in problem.windows[visit] if now <= b]
        if not later:
            return False
        now = min(later) + int(problem.service[visit])
    return now <= problem.end[shift] and (pause_leg >= 0 or not duration or now <= latest)
