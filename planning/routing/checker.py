"""Every rule of a plan, checked from the visits, shifts and travel times alone.

It shares no code with the engines, nor with the times and arrays they read: what they got wrong it
sees. Plans from elsewhere pass through here too, so a value that no plan can have is a breach in
words like any other. Only ids are named, never a person or an address.

`check` judges a plan with its times, `check_routes` bare sequences of visits. Stops of a begun day
are facts: no rule applies to them, but they bind what comes after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planning.model import (
    Begun,
    Lock,
    Mode,
    Pause,
    Plan,
    Position,
    Priority,
    Reason,
    Route,
    Shift,
    Stop,
    Visit,
    Window,
)
from planning.routing.problem import Problem, Solution

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

_DAY = 86_400
_NO_WAY = 1 << 29
_SLACK = 0.5
"""Seconds by which a leg may be faster than the road: times are whole seconds."""


class Rule(StrEnum):
    """What a plan can break."""

    VALUE = "value"
    """Numbers are whole and not negative, times lie within the day, modes and days exist."""
    ACCOUNT = "account"
    """Every visit is asked for, and once on a route or once unserved; every shift has one route."""
    SHIFT = "shift"
    """A route belongs to a shift and names its team and day, within the plan's days."""
    REASON = "reason"
    """What is unserved has a reason, in words."""
    URGENT = "urgent"
    """No urgent visit is left for want of room while a crew that could make it stays idle."""
    TEAM = "team"
    INSTITUTION = "institution"
    LANGUAGE = "language"
    SEX = "sex"
    EARLIEST = "earliest"
    DEADLINE = "deadline"
    PINNED_DAY = "pinned_day"
    WINDOW = "window"
    SERVICE = "service"
    """A visit takes its time."""
    HOURS = "hours"
    WORK = "work"
    """The longest working time, from leaving the office to the return."""
    PAUSE = "pause"
    KITS = "kits"
    KIT_TYPES = "kit_types"
    ROAD = "road"
    """No leg is faster than the road."""
    NO_WAY = "no_way"
    PAIR = "pair"
    SECOND_CREW = "second_crew"
    SPACING = "spacing"
    LOCK = "lock"
    BEGUN = "begun"


class Breach(NamedTuple):
    """A rule that is broken, and where."""

    rule: Rule
    words: str


def check(plan: Plan, travel: Mapping[Mode, Travel]) -> tuple[str, ...]:
    """Every rule that `plan` breaks, in words; empty when it may be shown.

    Args:
        plan: visits and shifts are what was asked; routes and unserved what came of it.
        travel: seconds by mode; a plan may be slower than these, never faster.
    """
    return tuple(breach.words for breach in breaches(plan, travel))


def breaches(plan: Plan, travel: Mapping[Mode, Travel]) -> tuple[Breach, ...]:
    """As `check`, with the rule that each breaks.

    A plan with values that no plan can have is judged by nothing else.
    """
    values = tuple(_values(plan))
    if values:
        return values
    known, found = _sort_out(plan, travel)
    found += [*_accounts(plan), *_unserved(plan)]
    for route in known.routes:
        found += _route(known, route)
    for rule in (_pairs, _second_crews, _kits, _spacings, _locks, _begun, _urgent):
        found += rule(known)
    return tuple(found)


# --- values -------------------------------------------------------------------------------------


def _whole(value: object, most: int = _NO_WAY) -> bool:
    """True for a whole number from 0 to `most`; times come as numpy's integers, too."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        return False
    return bool(0 <= value <= most)


def _date(value: object) -> bool:
    return type(value) is date


def _values(plan: Plan) -> Iterator[Breach]:
    """Values that no plan can have: everything else may then be read as the model says."""
    wrong: list[str] = []
    if not _date(plan.first_day) or not _whole(plan.days, 3660):
        wrong.append("the plan's days are no days")
    for visit in plan.visits:
        wrong += [f"visit {visit.visit_id}: {words}" for words in _visit_values(visit)]
    for shift in plan.shifts:
        wrong += [f"shift {shift.shift_id}: {words}" for words in _shift_values(shift)]
    for route in plan.routes:
        wrong += [f"{route.shift_id}: {words}" for words in _route_values(route)]
    wrong += _condition_values(plan)
    yield from (Breach(Rule.VALUE, words) for words in wrong)


def _visit_values(visit: Visit) -> Iterator[str]:
    if not _whole(visit.service_seconds):
        yield f"{visit.service_seconds} s is no service time"
    counts = (visit.kits, *(count for _, count in visit.kit_types))
    if not all(_whole(count) for count in counts):
        yield "kits are no whole number"
    if not all(_whole(end) for window in visit.windows for end in (window.start, window.end)):
        yield "a window is no time of day"
    days = (visit.earliest, visit.deadline, visit.day)
    if not all(day is None or _date(day) for day in days):
        yield "its earliest day, deadline or fixed day is no day"
    if not any(visit.priority is one for one in Priority):
        yield f"{visit.priority} is no priority"


def _shift_values(shift: Shift) -> Iterator[str]:
    if not _date(shift.day):
        yield "its day is no day"
    if not (_whole(shift.start) and _whole(shift.end) and shift.start < shift.end):
        yield f"{shift.start} s to {shift.end} s are no working hours"
    counts = (shift.kit_capacity, *(count for _, count in shift.kit_stock))
    if not all(_whole(count) for count in counts):
        yield "kits are no whole number"
    if shift.most_work is not None and not _whole(shift.most_work):
        yield f"{shift.most_work} s is no working time"
    pause = shift.pause
    if pause is not None and not all(
        _whole(one) for one in (pause.earliest, pause.latest, pause.duration)
    ):
        yield "its pause is no time of day"


def _route_values(route: Route) -> Iterator[str]:
    if not _date(route.day):
        yield "the route's day is no day"
    if not (_whole(route.departure, _DAY) and _whole(route.back, _DAY)):
        yield f"leaving at {route.departure} s and back at {route.back} s do not lie within the day"
    elif route.back < route.departure:
        yield f"back at {route.back} s, before leaving at {route.departure} s"
    if route.pause_start is not None and not _whole(route.pause_start, _DAY):
        yield f"the pause at {route.pause_start} s does not lie within the day"
    for stop in route.stops:
        yield from _stop_values(stop)
    if route.legs and len(route.legs) != len(route.stops) + 1:
        yield f"{len(route.legs)} legs for {len(route.stops)} stops"


def _stop_values(stop: Stop) -> Iterator[str]:
    if not all(_whole(time, _DAY) for time in (stop.arrival, stop.start, stop.departure)):
        yield f"the times of visit {stop.visit_id} do not lie within the day"


def _condition_values(plan: Plan) -> Iterator[str]:
    yield from _condition_names(plan)
    for each in plan.conditions.spacings:
        number = isinstance(each.hours, int | float) and not isinstance(each.hours, bool)
        if not (_whole(each.days) and number and 0 <= each.hours < 24):
            yield f"visits {each.first} and {each.second}: days or hours apart are no such"
    for lock in plan.conditions.locks:
        if lock.start is not None and not _whole(lock.start, _DAY):
            yield f"visit {lock.visit_id}: {lock.start} s is no time to promise"
        if lock.position is not None and lock.position not in tuple(Position):
            yield f"visit {lock.visit_id}: {lock.position} is no place on a route"
    for begun in plan.conditions.begun:
        times = [begun.departure] if begun.pause_start is None else [
            begun.departure, begun.pause_start
        ]  # fmt: skip
        if not all(_whole(time, _DAY) for time in times):
            yield f"{begun.shift_id}: the begun day's times do not lie within the day"
        for stop in begun.stops:
            yield from (f"{begun.shift_id}: {words}" for words in _stop_values(stop))


def _condition_names(plan: Plan) -> Iterator[str]:
    """Conditions on visits and shifts that are not there."""
    bound = plan.conditions
    visits = {visit.visit_id for visit in plan.visits}
    shifts = {shift.shift_id for shift in plan.shifts}
    named = [one for pair in bound.pairs for one in pair]
    named += [one for each in bound.spacings for one in (each.first, each.second)]
    named += [lock.visit_id for lock in bound.locks]
    named += [stop.visit_id for each in bound.begun for stop in each.stops]
    at = [*(lock.shift_id for lock in bound.locks), *(each.shift_id for each in bound.begun)]
    for what, ids, known in (("visit", named, visits), ("shift", at, shifts)):
        for one in dict.fromkeys(ids):
            if one not in known:
                yield f"a condition names {what} {one}, which is not there"


# --- accounts -----------------------------------------------------------------------------------


def _accounts(plan: Plan) -> Iterator[Breach]:
    """Each visit at most once, with a second crew twice; planned + unserved = asked."""
    planned = Counter(stop.visit_id for route in plan.routes for stop in route.stops)
    past = Counter(stop.visit_id for each in plan.conditions.begun for stop in each.stops)
    dropped = Counter(one.visit_id for one in plan.unserved if one.visit_id)
    for visit in plan.visits:
        name = visit.visit_id
        times, refused = planned[name], dropped[name]
        if visit.second_crew is None and times > max(1, past[name]):
            yield Breach(Rule.ACCOUNT, f"visit {name} is planned {times} times")
        if times and refused:
            yield Breach(Rule.ACCOUNT, f"visit {name} is both planned and unserved")
        if refused > 1:
            yield Breach(Rule.ACCOUNT, f"visit {name} is unserved {refused} times")
        if not times and not refused:
            yield Breach(Rule.ACCOUNT, f"visit {name} is lost: neither planned nor unserved")
    for name, times in Counter(visit.visit_id for visit in plan.visits).items():
        if times > 1:
            yield Breach(Rule.ACCOUNT, f"visit {name} is asked for {times} times")
    for name, times in Counter(shift.shift_id for shift in plan.shifts).items():
        if times > 1:
            yield Breach(Rule.ACCOUNT, f"shift {name} is there {times} times")
    for name, times in Counter(route.shift_id for route in plan.routes).items():
        if times > 1:
            yield Breach(Rule.ACCOUNT, f"shift {name} has {times} routes")


def _unserved(plan: Plan) -> Iterator[Breach]:
    """What is left is a visit that was asked for, or a case without one, and says why."""
    asked = {visit.visit_id: visit for visit in plan.visits}
    for one in plan.unserved:
        who = f"visit {one.visit_id}" if one.visit_id else f"case {', '.join(one.case_ids)}"
        if one.visit_id and one.visit_id not in asked:
            yield Breach(Rule.ACCOUNT, f"{who} is unserved and was not asked for")
        elif one.visit_id and set(one.case_ids) != set(asked[one.visit_id].case_ids):
            yield Breach(Rule.ACCOUNT, f"{who} is unserved with other cases than its own")
        if not any(one.reason is reason for reason in Reason) or not one.because:
            yield Breach(Rule.REASON, f"{who} is unserved without a reason in words")


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


@dataclass(frozen=True, slots=True)
class _Made:
    """A stop that is still to be made, with everything it is judged by."""

    visit: Visit
    stop: Stop
    shift: Shift
    position: int
    """On its route, begun stops not counted."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A plan by ids, with the routes of which every id is known."""

    plan: Plan
    routes: tuple[Route, ...]
    visits: Mapping[str, Visit]
    shifts: Mapping[str, Shift]
    clocks: Mapping[Mode, _Clock]
    begun: Mapping[str, Begun]
    """By shift."""
    locks: Mapping[str, Lock]
    """By visit."""
    past: frozenset[str]
    """Visits that were made on a begun day."""
    made: Mapping[str, tuple[_Made, ...]]
    """By visit, its stops that are still to be made."""


def _sort_out(plan: Plan, travel: Mapping[Mode, Travel]) -> tuple[_Known, list[Breach]]:
    """The plan by ids, and what names something that is not there."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    shifts = {shift.shift_id: shift for shift in plan.shifts}
    begun = {each.shift_id: each for each in plan.conditions.begun}
    unknown = [(route, [*_unknown(route, visits, shifts, travel)]) for route in plan.routes]
    routes = tuple(route for route, found in unknown if not found)
    made: defaultdict[str, list[_Made]] = defaultdict(list)
    for route in routes:
        for position, stop in enumerate(_open(route, begun.get(route.shift_id))):
            one = _Made(visits[stop.visit_id], stop, shifts[route.shift_id], position)
            made[stop.visit_id].append(one)
    known = _Known(
        plan=plan,
        routes=routes,
        visits=visits,
        shifts=shifts,
        clocks={mode: _Clock(table) for mode, table in travel.items() if _square(table)},
        begun=begun,
        locks={lock.visit_id: lock for lock in plan.conditions.locks},
        past=frozenset(stop.visit_id for each in begun.values() for stop in each.stops),
        made={name: tuple(stops) for name, stops in made.items()},
    )
    return known, [breach for _, found in unknown for breach in found]


def _square(table: Travel) -> bool:
    return table.seconds.shape == (len(table.keys), len(table.keys))


def _unknown(
    route: Route,
    visits: Mapping[str, Visit],
    shifts: Mapping[str, Shift],
    travel: Mapping[Mode, Travel],
) -> Iterator[Breach]:
    shift, name = shifts.get(route.shift_id), route.shift_id
    if shift is None:
        yield Breach(Rule.SHIFT, f"route {name}: there is no such shift")
    elif shift.mode not in travel:
        yield Breach(Rule.VALUE, f"{name}: no travel times for mode {shift.mode}")
    elif not _square(travel[shift.mode]):
        yield Breach(Rule.VALUE, f"{name}: the travel times for mode {shift.mode} are not square")
    for stop in route.stops:
        if stop.visit_id not in visits:
            yield Breach(Rule.ACCOUNT, f"{name}: visit {stop.visit_id} was not asked for")


def _open(route: Route, begun: Begun | None) -> tuple[Stop, ...]:
    """The stops that are still to be made."""
    return route.stops[len(begun.stops) :] if begun else route.stops


# --- one route ----------------------------------------------------------------------------------


def _route(known: _Known, route: Route) -> Iterator[Breach]:
    shift, begun = known.shifts[route.shift_id], known.begun.get(route.shift_id)
    yield from _shift(known.plan, route, shift)
    yield from _hours(route, shift, begun)
    yield from _on_the_way(route, shift, begun, known.clocks[shift.mode])
    yield from _pause(route, shift, begun)
    for stop in _open(route, begun):
        visit = known.visits[stop.visit_id]
        yield from _at_door(route.shift_id, visit, stop, shift, known.locks.get(stop.visit_id))
        if visit.second_crew is None:
            yield from _may_serve(visit, shift)


def _shift(plan: Plan, route: Route, shift: Shift) -> Iterator[Breach]:
    name = route.shift_id
    if (route.team_id, route.day) != (shift.team_id, shift.day):
        words = f"{name}: the route names another team or day than its shift"
        yield Breach(Rule.SHIFT, words)
    if not 0 <= (route.day - plan.first_day).days < plan.days:
        yield Breach(Rule.SHIFT, f"{name}: {route.day} is outside the plan's days")


def _hours(route: Route, shift: Shift, begun: Begun | None) -> Iterator[Breach]:
    """Working hours and working time; a crew that only goes home may be late."""
    name = route.shift_id
    if begun is None and route.departure < shift.start:
        yield Breach(Rule.HOURS, f"{name}: leaves the office before {shift.start} s")
    if not _open(route, begun):
        return
    if route.back > shift.end:
        words = f"{name}: back at {route.back} s, after the shift's end {shift.end} s"
        yield Breach(Rule.HOURS, words)
    work = route.back - route.departure
    if shift.most_work is not None and work > shift.most_work:
        words = f"{name}: {work} s on the road, and {shift.most_work} s are the most"
        yield Breach(Rule.WORK, words)


def _may_serve(visit: Visit, shift: Shift) -> Iterator[Breach]:
    """Allowed shift: team, institutions, languages, sexes, days and pins."""
    who = f"{shift.shift_id}: visit {visit.visit_id}"
    if visit.teams and shift.team_id not in visit.teams:
        yield Breach(Rule.TEAM, f"{who} is not for team {shift.team_id}")
    if not visit.teams and visit.municipality_code != shift.municipality_code:
        yield Breach(Rule.TEAM, f"{who} lies in another municipality than the team's")
    needs = (
        (Rule.INSTITUTION, "", visit.requires - shift.institutions),
        (Rule.LANGUAGE, "the language ", visit.languages - shift.languages),
        (Rule.SEX, "a member who is ", visit.sexes - shift.sexes),
    )
    for rule, what, lacking in needs:
        if lacking:
            yield Breach(rule, f"{who} needs {what}{', '.join(sorted(lacking))}")
    yield from _on_day(visit, shift)


def _on_day(visit: Visit, shift: Shift) -> Iterator[Breach]:
    who = f"{shift.shift_id}: visit {visit.visit_id}"
    if visit.day is not None and visit.day != shift.day:
        yield Breach(Rule.PINNED_DAY, f"{who} is fixed to {visit.day}")
    if visit.earliest is not None and shift.day < visit.earliest:
        yield Breach(Rule.EARLIEST, f"{who} may not be made before {visit.earliest}")
    if visit.deadline is not None and shift.day > visit.deadline:
        yield Breach(Rule.DEADLINE, f"{who} is past its deadline {visit.deadline}")


def _at_door(
    name: str, visit: Visit, stop: Stop, shift: Shift, lock: Lock | None
) -> Iterator[Breach]:
    who = f"{name}: visit {visit.visit_id}"
    if not stop.arrival <= stop.start <= stop.departure:
        words = f"{who} starts before the arrival or ends before its start"
        yield Breach(Rule.SERVICE, words)
    spent = stop.departure - stop.start
    if spent != visit.service_seconds:
        yield Breach(Rule.SERVICE, f"{who} takes {spent} s instead of {visit.service_seconds}")
    promised = lock is not None and lock.start is not None
    if visit.windows and not promised and not _opens(visit.windows, stop.start, shift.day):
        yield Breach(Rule.WINDOW, f"{who} starts at {stop.start} s, outside its windows")


def _opens(windows: Iterable[Window], start: int, day: date) -> bool:
    return any(w.start <= start <= w.end and day.weekday() in w.weekdays for w in windows)


def _on_the_way(route: Route, shift: Shift, begun: Begun | None, clock: _Clock) -> Iterator[Breach]:
    """No leg faster than the road, with the pause taken off where it falls between two doors."""
    made = len(begun.stops) if begun else 0
    if not route.stops[made:]:
        return
    office = f"office:{shift.team_id}"
    keys = [office, *(stop.visit_id for stop in route.stops), office][made:]
    leaves = [route.departure, *(stop.departure for stop in route.stops)][made:]
    arrives = [*(stop.arrival for stop in route.stops), route.back][made:]
    for (origin, target), leave, arrive in zip(pairwise(keys), leaves, arrives, strict=True):
        needed = clock(origin, target)
        if np.isnan(needed):
            words = f"{route.shift_id}: there is no way from {origin} to {target}"
            yield Breach(Rule.NO_WAY, words)
        elif arrive - leave - _rest(route, shift, leave, arrive) < needed - _SLACK:
            words = f"{route.shift_id}: reaches {target} sooner than the road from {origin} allows"
            yield Breach(Rule.ROAD, words)


def _rest(route: Route, shift: Shift, leave: int, arrive: int) -> int:
    """Seconds of the pause between `leave` and `arrive`."""
    if route.pause_start is None or shift.pause is None:
        return 0
    ends = route.pause_start + shift.pause.duration
    return max(0, min(ends, arrive) - max(route.pause_start, leave))


def _pause(route: Route, shift: Shift, begun: Begun | None) -> Iterator[Breach]:
    """Begun within its limits, never inside a service; moot for a shift that ends before it."""
    name, pause = route.shift_id, shift.pause
    if begun is not None and begun.pause_start is not None:
        if route.pause_start != begun.pause_start:
            words = f"{name}: the pause began at {begun.pause_start} s, and the plan moves it"
            yield Breach(Rule.BEGUN, words)
        return
    if pause is None or pause.duration <= 0 or _moot(pause, shift, begun):
        return
    if route.pause_start is None:
        yield Breach(Rule.PAUSE, f"{name}: the pause is missing")
        return
    earliest, latest = pause.earliest, pause.latest
    if begun is not None:
        # Overdue, it comes as soon as the crew is free.
        free = begun.stops[-1].departure if begun.stops else begun.departure
        earliest, latest = max(earliest, free), max(latest, free)
    if not earliest <= route.pause_start <= latest:
        words = f"{name}: the pause begins at {route.pause_start} s, outside its limits"
        yield Breach(Rule.PAUSE, words)
    ends = route.pause_start + pause.duration
    for stop in _open(route, begun):
        if stop.start < ends and route.pause_start < stop.departure:
            words = f"{name}: the pause cuts into the visit {stop.visit_id}"
            yield Breach(Rule.PAUSE, words)


def _moot(pause: Pause, shift: Shift, begun: Begun | None) -> bool:
    """True when the crew is not at work between the pause's limits."""
    end = shift.end
    if begun is not None and shift.most_work is not None:
        end = min(end, begun.departure + shift.most_work)
    return pause.earliest >= end or (begun is None and pause.latest < shift.start)


# --- what binds visits to each other, to crews and to shifts ------------------------------------


def _pairs(known: _Known) -> Iterator[Breach]:
    """Both on one shift in their order, or neither; what is begun is a fact and binds no more."""
    for first, second in known.plan.conditions.pairs:
        if first in known.past or second in known.past:
            continue
        a, b = known.made.get(first, ()), known.made.get(second, ())
        if bool(a) != bool(b):
            words = f"visits {first} and {second} belong together, and only one is planned"
            yield Breach(Rule.PAIR, words)
            continue
        together = [
            (one, other) for one in a for other in b if one.shift.shift_id == other.shift.shift_id
        ]
        if a and not together:
            words = f"visits {first} and {second} belong to one team on one day"
            yield Breach(Rule.PAIR, words)
        elif a and not any(one.position < other.position for one, other in together):
            yield Breach(Rule.PAIR, f"visit {first} must come before {second}")


def _second_crews(known: _Known) -> Iterator[Breach]:
    """Two teams on one day at one time: one keeps the visit's rules, the other brings the rest."""
    for visit in known.plan.visits:
        made = known.made.get(visit.visit_id, ())
        if visit.second_crew is None or not made:
            continue
        if visit.visit_id in known.past:
            yield Breach(Rule.ACCOUNT, f"visit {visit.visit_id} is planned again, and was made")
            continue
        words = _meeting_words(made)
        if words:
            yield Breach(Rule.SECOND_CREW, f"visit {visit.visit_id} {words}")
        elif not _leads(known, visit):
            yield from _nobody_leads(visit, made)


def _meeting_words(made: Sequence[_Made]) -> str:
    """How two crews fail to meet; empty when they do."""
    if len(made) != 2:
        return f"needs two crews, and is planned {len(made)} times"
    one, other = made
    if one.shift.team_id == other.shift.team_id:
        return f"needs two crews, and team {one.shift.team_id} would come twice"
    if one.shift.day != other.shift.day:
        return "needs two crews on one day"
    if one.stop.start != other.stop.start:
        return f"needs two crews at one time, not at {one.stop.start} s and {other.stop.start} s"
    return ""


def _leads(known: _Known, visit: Visit) -> tuple[str, ...]:
    """Shifts that may be the first of a visit's two crews, with the other one as the second.

    A lock, and an ordered pair, are the first crew's.
    """
    made = known.made[visit.visit_id]
    lock = known.locks.get(visit.visit_id)
    tied = [
        {one.shift.shift_id for one in known.made.get(other, ())}
        for pair in known.plan.conditions.pairs
        if visit.visit_id in pair
        for other in pair
        if other != visit.visit_id and other not in known.past
    ]
    return tuple(
        first.shift.shift_id
        for first, second in (made, made[::-1])
        if (lock is None or lock.shift_id == first.shift.shift_id)
        and all(first.shift.shift_id in shifts for shifts in tied)
        and not [*_may_serve(visit, first.shift), *_second_may(visit, second.shift)]
    )


def _second_may(visit: Visit, shift: Shift) -> Iterator[Breach]:
    """The second crew is of the municipality, on the right day, and has the institutions."""
    who = f"{shift.shift_id}: visit {visit.visit_id}"
    if visit.municipality_code != shift.municipality_code:
        yield Breach(Rule.SECOND_CREW, f"{who} lies in another municipality than the second crew's")
    lacking = (visit.second_crew or frozenset()) - shift.institutions
    if lacking:
        words = f"{who} needs {', '.join(sorted(lacking))} in its second crew"
        yield Breach(Rule.SECOND_CREW, words)
    yield from _on_day(visit, shift)


def _nobody_leads(visit: Visit, made: Sequence[_Made]) -> Iterator[Breach]:
    """Why: told for the way round that breaks least."""
    one, other = (made[0].shift, made[1].shift)
    ways = [
        [*_may_serve(visit, first), *_second_may(visit, second)]
        for first, second in ((one, other), (other, one))
    ]
    told = min(ways, key=len)
    words = f"visit {visit.visit_id}: the crew it is locked to or paired on cannot be its first"
    yield from dict.fromkeys(told or [Breach(Rule.SECOND_CREW, words)])


def _kits(known: _Known) -> Iterator[Breach]:
    """Kits in all, and of every type; where two crews come, the first one brings them."""
    brings: defaultdict[str, list[Visit]] = defaultdict(list)
    either: list[tuple[Visit, tuple[str, ...]]] = []
    for name, made in known.made.items():
        visit = known.visits[name]
        leads: tuple[str, ...] = (made[0].shift.shift_id,)
        if visit.second_crew is not None and len(made) == 2:
            leads = _leads(known, visit) or leads
        if len(leads) == 1:
            brings[leads[0]].append(visit)
        elif visit.kits or visit.kit_types:
            either.append((visit, leads))
    loads = [
        _Load(shift, _count(brings[name]), _count(_past_visits(known, name)))
        for name, shift in known.shifts.items()
    ]
    over = [breach for load in loads for breach in load.too_many()]
    yield from over
    if not over and not _dealt(either, {load.shift.shift_id: load for load in loads}):
        names = ", ".join(visit.visit_id for visit, _ in either)
        yield Breach(Rule.KITS, f"neither crew has room for the kits of visits {names}")


_ALL = ""
"""Kits of all types, among the types."""


def _count(visits: Iterable[Visit]) -> Counter[str]:
    """Kits by type; `_ALL` for all of them."""
    total: Counter[str] = Counter()
    for visit in visits:
        total[_ALL] += visit.kits
        for kind, count in visit.kit_types:
            total[kind] += count
    return total


def _past_visits(known: _Known, shift_id: str) -> list[Visit]:
    begun = known.begun.get(shift_id)
    return [known.visits[stop.visit_id] for stop in begun.stops] if begun else []


@dataclass(frozen=True, slots=True)
class _Load:
    """The kits of one shift, by type."""

    shift: Shift
    brought: Counter[str]
    """To the stops that are still to be made."""
    handed: Counter[str]
    """At the stops of a begun day."""

    def too_many(self) -> Iterator[Breach]:
        """Types of which more are brought than fit."""
        most, stock = self.shift.kit_capacity, dict(self.shift.kit_stock)
        for kind, count in sorted(self.brought.items()):
            total, room = count + self.handed[kind], stock.get(kind, most) if kind else most
            if count and total > room:
                of = f" of type {kind}" if kind else ""
                words = f"{self.shift.shift_id}: {total} kits{of}, and {room} fit"
                yield Breach(Rule.KIT_TYPES if kind else Rule.KITS, words)

    def plus(self, visit: Visit) -> _Load:
        """With the kits of one more visit."""
        return replace(self, brought=self.brought + _count([visit]))


def _dealt(either: Sequence[tuple[Visit, tuple[str, ...]]], loads: Mapping[str, _Load]) -> bool:
    """True when each visit's kits fit with one of the crews that may be its first."""
    if not either:
        return True
    (visit, leads), *rest = either
    for name in leads:
        load = loads[name].plus(visit)
        if not any(load.too_many()) and _dealt(rest, {**loads, name: load}):
            return True
    return False


def _spacings(known: _Known) -> Iterator[Breach]:
    """Two attempts lie days and hours apart; one that was made binds the other."""
    when = {name: (made[0].shift.day, made[0].stop.start) for name, made in known.made.items()}
    for begun in known.begun.values():
        day = known.shifts[begun.shift_id].day
        when |= {stop.visit_id: (day, stop.start) for stop in begun.stops}
    for each in known.plan.conditions.spacings:
        if known.past.issuperset((each.first, each.second)) or not (
            each.first in when and each.second in when
        ):
            continue
        (day, start), (later, other) = when[each.first], when[each.second]
        who = f"visits {each.first} and {each.second}"
        if (later - day).days < each.days:
            yield Breach(Rule.SPACING, f"{who} must lie {each.days} days apart, in this order")
        # Half the hours are rounded on either side of the middle of the day.
        if abs(start - other) < each.hours * 3600 - 1:
            yield Breach(Rule.SPACING, f"{who} must differ by {each.hours:g} hours on the clock")


def _locks(known: _Known) -> Iterator[Breach]:
    """Never dropped for others, never moved; one that another rule makes impossible is left."""
    full = {one.visit_id for one in known.plan.unserved if one.reason is Reason.SHIFTS_FULL}
    last = {
        route.shift_id: len(_open(route, known.begun.get(route.shift_id))) - 1
        for route in known.routes
    }
    for name, lock in known.locks.items():
        made = known.made.get(name, ())
        here = [one for one in made if one.shift.shift_id == lock.shift_id]
        if name in full:
            yield Breach(Rule.LOCK, f"visit {name} is locked to {lock.shift_id}, and was dropped")
        if made and not here:
            yield Breach(Rule.LOCK, f"visit {name} is locked to {lock.shift_id}, and was moved")
        if lock.start is not None and any(one.stop.start != lock.start for one in made):
            yield Breach(Rule.LOCK, f"visit {name} was promised at {lock.start} s")
        place = {Position.FIRST: 0, Position.LAST: last.get(lock.shift_id)}
        if lock.position and any(one.position != place[lock.position] for one in here):
            yield Breach(Rule.LOCK, f"visit {name} is locked as the {lock.position} stop")


def _begun(known: _Known) -> Iterator[Breach]:
    """What was done stands in front, as it was."""
    routes = {route.shift_id: route for route in known.plan.routes}
    for name, begun in known.begun.items():
        route = routes.get(name)
        if route is None:
            if begun.stops:
                yield Breach(Rule.BEGUN, f"{name}: the day is begun, and has no route")
            continue
        if route.stops[: len(begun.stops)] != begun.stops:
            words = f"{name}: the stops already made do not stand in front as they were"
            yield Breach(Rule.BEGUN, words)
        if route.departure != begun.departure:
            words = f"{name}: left the office at {begun.departure} s, not at {route.departure} s"
            yield Breach(Rule.BEGUN, words)


def _urgent(known: _Known) -> Iterator[Breach]:
    """An urgent visit that nothing else binds is not left while a crew stays in the office."""
    plan, bound = known.plan, known.plan.conditions
    tied = {name for pair in bound.pairs for name in pair} | known.locks.keys()
    tied |= {name for each in bound.spacings for name in (each.first, each.second)}
    busy = {route.shift_id for route in plan.routes if route.stops} | known.begun.keys()
    idle = [
        shift
        for shift in plan.shifts
        if shift.shift_id not in busy and 0 <= (shift.day - plan.first_day).days < plan.days
    ]
    for one in plan.unserved:
        visit = known.visits.get(one.visit_id)
        if one.reason is not Reason.SHIFTS_FULL or visit is None or visit.visit_id in tied:
            continue
        if visit.priority is Priority.URGENT and visit.second_crew is None:
            for shift in (shift for shift in idle if _alone(known, visit, shift)):
                words = f"urgent visit {visit.visit_id} is left, and {shift.shift_id} stays idle"
                yield Breach(Rule.URGENT, words)


def _alone(known: _Known, visit: Visit, shift: Shift) -> bool:
    """True when the shift could surely make the visit and nothing else."""
    clock = known.clocks.get(shift.mode)
    if clock is None or any(_may_serve(visit, shift)):
        return False
    if any(_Load(shift, _count([visit]), Counter()).too_many()):
        return False
    office = f"office:{shift.team_id}"
    out, home = clock(office, visit.visit_id), clock(visit.visit_id, office)
    if not out + home < _DAY:
        return False
    spent, home = visit.service_seconds, int(home) + 1
    rest, earliest, latest = 0, 0, shift.end
    if shift.pause is not None and shift.pause.duration > 0 and not _moot(shift.pause, shift, None):
        rest, earliest, latest = shift.pause.duration, shift.pause.earliest, shift.pause.latest
    there = shift.start + int(out) + 1
    starts = [
        max(ready, window.start)
        for window in visit.windows or (Window(0, _DAY),)
        for ready in (there, max(there, earliest) + rest)
        if max(ready, window.start) <= window.end and shift.day.weekday() in window.weekdays
    ]
    # By when the pause comes: after the return, on the way home, on the way there.
    backs = [start + spent + home for start in starts if start + spent + home <= latest]
    backs += [
        max(start + spent + home, earliest) + rest for start in starts if start + spent <= latest
    ]
    backs += [start + spent + home for start in starts if start >= max(there, earliest) + rest]
    work = shift.end if shift.most_work is None else shift.most_work
    return any(back <= shift.end and back - shift.start <= work for back in backs)


# --- bare sequences -----------------------------------------------------------------------------


def check_routes(problem: Problem, routes: Solution) -> tuple[str, ...]:
    """Every rule that bare sequences break on the arrays of a problem; empty when they are good.

    Times are found here by sending the crews out one leg of the pause after the other, not by the
    engines' two-state pass; crews that meet wait for each other at the door.
    """
    wrong = tuple(_no_sequences(problem, routes))
    if wrong:
        return wrong
    where = {v: (s, k) for s, route in enumerate(routes) for k, v in enumerate(route)}
    found = [*_bare_ties(problem, where), *_bare_places(problem, routes, where)]
    for shift, route in enumerate(routes):
        found += _bare_route(problem, shift, route)
    for crews in _that_meet(problem, routes, where):
        if not _keep_times(problem, crews, routes):
            names = ", ".join(problem.shift_ids[shift] for shift in crews)
            words = (
                "does not keep its windows, hours and pause"
                if len(crews) == 1
                else "do not keep their windows, hours and pauses when they meet"
            )
            found.append(f"shift {names}: {words}")
    return tuple(found)


def _no_sequences(problem: Problem, routes: Solution) -> Iterator[str]:
    """What makes of `routes` no solution at all."""
    if len(routes) != problem.shifts:
        yield f"{len(routes)} routes for {problem.shifts} shifts"
    times = Counter(visit for route in routes for visit in route)
    for visit, count in times.items():
        if not 0 <= visit < problem.visits:
            yield f"there is no visit number {visit}"
        elif count > 1:
            yield f"visit {problem.visit_ids[visit]} is planned {count} times"


_Where = Mapping[int, tuple[int, int]]
"""Of every visit that is made, its shift and its position."""


def _bare_ties(problem: Problem, where: _Where) -> Iterator[str]:
    """Ordered pairs, second crews and attempts apart."""
    name, midnight, team = problem.visit_ids, problem.midnight, problem.team
    for first, second in problem.pairs:
        a, b = where.get(first), where.get(second)
        if (a is None) != (b is None) or (a and b and (a[0] != b[0] or a[1] > b[1])):
            yield f"visits {name[first]}, {name[second]}: order broken"
    for lead, other in problem.together:
        a, b = where.get(lead), where.get(other)
        if (a is None) != (b is None):
            yield f"visit {name[lead]}: one crew of two"
        elif a and b and (team[a[0]] == team[b[0]] or midnight[a[0]] != midnight[b[0]]):
            yield f"visit {name[lead]}: not two teams on one day"
    for first, second, days in problem.apart:
        a, b = where.get(first), where.get(second)
        if a and b and midnight[b[0]] - midnight[a[0]] < days * _DAY:
            yield f"visits {name[first]}, {name[second]}: less than {days} days apart"


def _bare_places(problem: Problem, routes: Solution, where: _Where) -> Iterator[str]:
    """Locked visits are there; nothing before the first, nothing after the last."""
    for visit in sorted(problem.locked):
        if visit not in where and problem.allowed[visit].any():
            yield f"visit {problem.visit_ids[visit]} is locked and left out"
    for visit, (shift, position) in where.items():
        if visit in problem.first and position > 0:
            yield f"visit {problem.visit_ids[visit]} must be the first stop"
        if visit in problem.last and position < len(routes[shift]) - 1:
            yield f"visit {problem.visit_ids[visit]} must be the last stop"


def _bare_route(problem: Problem, shift: int, route: Sequence[int]) -> Iterator[str]:
    name = f"shift {problem.shift_ids[shift]}"
    for visit in route:
        if not problem.allowed[visit, shift]:
            yield f"{name}: visit {problem.visit_ids[visit]} is not allowed there"
    if route and (problem.load[list(route)].sum(axis=0) > problem.capacity[shift]).any():
        yield f"{name}: too many kits"


def _that_meet(problem: Problem, routes: Solution, where: _Where) -> Iterator[tuple[int, ...]]:
    """Shifts with visits, in groups that meet each other."""
    groups = {shift: {shift} for shift, route in enumerate(routes) if route}
    for lead, other in problem.together:
        if lead in where and other in where:
            joined = groups[where[lead][0]] | groups[where[other][0]]
            groups.update(dict.fromkeys(joined, joined))
    for shift, group in groups.items():
        if shift == min(group):
            yield tuple(sorted(group))


def _keep_times(problem: Problem, crews: Sequence[int], routes: Solution) -> bool:
    """True when the crews keep their times and meet, with their pauses on some of their legs."""
    partner = dict(problem.together)
    partner |= {other: lead for lead, other in problem.together}
    on_way = {visit for shift in crews for visit in routes[shift]}
    met = frozenset(visit for visit in on_way if partner.get(visit) in on_way)
    legs = [_pause_legs(problem, shift, routes[shift], alone=not met) for shift in crews]
    return any(
        _all_back(
            problem,
            [
                _crew(problem, shift, routes[shift], leg, met, int(problem.work[shift]))
                for shift, leg in zip(crews, chosen, strict=True)
            ],
            partner,
        )
        for chosen in product(*legs)
    )


def _pause_legs(
    problem: Problem, shift: int, route: Sequence[int], *, alone: bool
) -> Sequence[int]:
    """The legs on which a crew may rest; for one that meets others only those that fit without.

    Waiting for others makes no leg possible that was not. But it may shorten the working time,
    which therefore does not count here.
    """
    every = range(len(route) + 2) if problem.pause[shift, 2] else range(1)
    if alone:
        return every
    return [
        leg
        for leg in every
        if _all_back(problem, [_crew(problem, shift, route, leg, frozenset(), _NO_WAY)], {})
    ]


_Crew = Generator[tuple[int, int], int | None, bool]
"""A crew's day: tells (visit, time) where it waits for another crew, is sent the common start, and
ends with whether it kept its times."""


def _crew(
    problem: Problem, shift: int, route: Sequence[int], leg: int, met: frozenset[int], work: int
) -> _Crew:
    """The day with the pause on the way to stop number `leg`; the last leg is after the return."""
    matrix = problem.travel[int(problem.mode[shift])]
    earliest, latest, duration = problem.pause[shift].tolist()
    begin = now = int(problem.start[shift])
    here, office = int(problem.origin[shift]), int(problem.office[shift])
    for position, place in enumerate((*route, office)):
        way = int(matrix[here, place])
        ready = now + way
        if duration and position == leg:
            if now > latest:
                return False
            ready = max(ready, earliest) + duration
        if position == len(route):
            now = ready
            break
        if place in met:
            start = yield place, ready
        else:
            start = _next_open(ready, problem.windows[place])
        if start is None:
            return False
        if position == 0 and not (duration and leg == 0):
            begin = start - way
        now, here = start + int(problem.service[place]), place
    rested = not duration or leg <= len(route) or now <= latest
    return rested and now <= problem.end[shift] and now - begin <= work


def _next_open(ready: int, windows: Sequence[tuple[int, int]]) -> int | None:
    """The earliest start from `ready` on; None when all windows have closed."""
    return min((max(ready, a) for a, b in windows if ready <= b), default=None)


def _both_open(
    ready: int, one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> int | None:
    """The earliest start from `ready` on in windows of both; None when there is none."""
    common = ((max(ready, a, c), min(b, d)) for a, b in one for c, d in other)
    return min((a for a, b in common if a <= b), default=None)


def _all_back(problem: Problem, crews: Iterable[_Crew], partner: Mapping[int, int]) -> bool:
    """Sends the crews out; True when all come back in time.

    Whoever comes first to a door of two crews waits there. Crews that wait for each other at two
    doors do so for ever.
    """
    waiting: dict[int, tuple[int, _Crew]] = {}
    out: list[tuple[_Crew, int | None]] = [(crew, None) for crew in crews]
    while out:
        crew, start = out.pop()
        try:
            visit, ready = crew.send(start)
        except StopIteration as home:
            if not home.value:
                return False
            continue
        other = partner[visit]
        if other not in waiting:
            waiting[visit] = (ready, crew)
            continue
        since, first = waiting.pop(other)
        common = _both_open(max(since, ready), problem.windows[visit], problem.windows[other])
        if common is None:
            return False
        out += [(first, common), (crew, common)]
    return not waiting
