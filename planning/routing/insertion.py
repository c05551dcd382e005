"""Putting one visit into existing routes, exactly: what the engine left is offered everywhere.

A unit is what is made together or not at all: a visit, both halves of an ordered pair, a visit of
two crews. Places are priced first and ruled out by the clock without a pause, which costs little;
what is left is timed exactly, the cheapest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import numpy as np

from planning.model import Priority
from planning.routing.problem import (
    DAY,
    NEVER,
    Ints,
    Problem,
    first_start,
    route_cost,
    route_travel,
    team_work,
    unfairness,
)
from planning.routing.schedule import fits, timed_together

Routes = list[list[int]]
"""For every shift its visits in order; changed in place here, and only here."""
Unit = tuple[int, ...]
"""Rows in the order of their service on one shift, then those of second crews."""
Changes = dict[int, tuple[int, ...]]
"""Shift: its whole new route."""

TRIES = 3_000
"""Timings of a unit that takes two crews or more, whose places multiply; a single visit and a pair
are tried everywhere."""
CHOICES = 12
"""Ways that are compared where teams' work is to be even: those of least travel and tolls."""
ROOMS = 40
"""Shifts on which room is made for an urgent visit, those of the shortest detour."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """A tried way to serve a unit."""

    cost: int
    """Added travel, shift cost and unfairness in seconds."""
    routes: tuple[tuple[int, tuple[int, ...]], ...]
    """(shift, its whole new route): the unit's, and those changed to make room for it."""


def units(problem: Problem) -> tuple[Unit, ...]:
    """Every visit once: pairs together in their order, then the second crews of either."""
    partner, second_crew = dict(problem.pairs), dict(problem.together)
    led = {*partner.values(), *second_crew.values()}
    found = []
    for visit in range(problem.visits):
        if visit not in led:
            own = (visit, partner[visit]) if visit in partner else (visit,)
            found.append((*own, *(second_crew[row] for row in own if row in second_crew)))
    return tuple(found)


def left_out(problem: Problem, routes: Sequence[Sequence[int]]) -> list[Unit]:
    """Units that no route serves; the ones that matter most first, then those with least choice."""
    served = {visit for route in routes for visit in route}
    choice = problem.allowed.sum(axis=1)
    return sorted(
        (unit for unit in units(problem) if unit[0] not in served),
        key=lambda unit: (
            problem.locked.isdisjoint(unit),
            -int(problem.priority[list(unit)].max()),
            -_worth(problem, unit),
            int(choice[list(unit)].min()),
            unit,
        ),
    )


def cheapest(
    problem: Problem,
    routes: Sequence[Sequence[int]],
    unit: Unit,
    *,
    shifts: Iterable[int] | None = None,
) -> Insertion | None:
    """The insertion of `unit` that adds least, on its allowed shifts or, of these, the given ones.

    Second crews come from any shift that is allowed.
    """
    return _Book(problem, [list(route) for route in routes]).cheapest(unit, shifts)


def insert_left(problem: Problem, routes: Routes, *, among: Sequence[Unit] | None = None) -> int:
    """Serves what is left out wherever it fits and pays; returns how many units went in.

    Only units in `among`, where that is given. Urgent and locked units that fit nowhere may push
    out visits that matter less, which then look for another place themselves.
    """
    book = _Book(problem, routes)
    return sum(
        book.insert(unit) for unit in left_out(problem, routes) if among is None or unit in among
    )


def sound(problem: Problem, routes: Sequence[Sequence[int]]) -> Routes:
    """What of `routes` keeps every rule; the least is given up, locked visits last."""
    seen: set[int] = set()
    kept: Routes = []
    for shift, route in enumerate(routes):
        kept.append([v for v in route if problem.allowed[v, shift] and v not in seen])
        seen.update(kept[-1])
    unit_of = {row: unit for unit in units(problem) for row in unit}
    while blamed := _blamed(problem, kept, unit_of):
        out = min(blamed, key=lambda unit: _price_of_dropping(problem, kept, unit))
        kept = [[visit for visit in route if visit not in out] for route in kept]
    return kept


def _worth(problem: Problem, unit: Unit) -> int:
    """Cost of leaving `unit` out."""
    return int(problem.penalty[list(unit)].sum())


def _price_of_dropping(
    problem: Problem, routes: Routes, unit: Unit
) -> tuple[bool, bool, float, Unit]:
    """Locked ones last; what sets its routes right by leaving first; then by value for its time."""
    mends = all(
        fits(problem, shift, rest)
        for shift, rest in _without(routes, unit).items()
        if not fits(problem, shift, routes[shift])
    )
    locked = not problem.locked.isdisjoint(unit)
    return locked, not mends, _value_for_time(problem, unit), unit


def _value_for_time(problem: Problem, unit: Unit) -> float:
    return _worth(problem, unit) / (1 + int(problem.service[list(unit)].sum()))


def _without(routes: Sequence[Sequence[int]], unit: Unit) -> Changes:
    """The routes that serve `unit`, without it."""
    return {
        shift: tuple(visit for visit in route if visit not in unit)
        for shift, route in enumerate(routes)
        if not set(unit).isdisjoint(route)
    }


def _blamed(problem: Problem, routes: Routes, unit_of: Mapping[int, Unit]) -> list[Unit]:
    """Units of which one must go for some rule to hold; none when all hold."""
    where = {visit: shift for shift, route in enumerate(routes) for visit in route}
    for first, second in problem.pairs:
        a, b = where.get(first), where.get(second)
        if a != b or (a is not None and routes[a].index(first) > routes[a].index(second)):
            return [unit_of[first]]
    for lead, twin in problem.together:
        a, b = where.get(lead), where.get(twin)
        if a is None and b is None:
            continue
        if a is None or b is None or not _meet(problem, a, b):
            return [unit_of[lead]]
    for first, second, days in problem.apart:
        a, b = where.get(first), where.get(second)
        if a is not None and b is not None and not _far(problem, a, b, days):
            return [unit_of[first], unit_of[second]]
    for shift, route in enumerate(routes):
        if not fits(problem, shift, route):
            return list(dict.fromkeys(unit_of[visit] for visit in route))
    for group in _linked(problem, where):
        if not _start_together(problem, {shift: routes[shift] for shift in group}):
            return [unit_of[lead] for lead, _ in problem.together if where.get(lead) in group]
    return []


def _meet(problem: Problem, one: int, other: int) -> bool:
    """True for shifts of two teams on one day."""
    return bool(
        problem.midnight[one] == problem.midnight[other]
        and problem.team[one] != problem.team[other]
    )


def _far(problem: Problem, first: int, second: int, days: int) -> bool:
    """True where the second shift is so many days later or more."""
    return bool(problem.midnight[second] - problem.midnight[first] >= days * DAY)


def _linked(
    problem: Problem, where: Mapping[int, int], among: Iterable[int] | None = None
) -> list[frozenset[int]]:
    """Groups of shifts that hang together through visits of two crews; those with one of `among`.

    `where` is the shift of every visit that is served.
    """
    groups: list[set[int]] = []
    for lead, twin in problem.together:
        if lead in where and twin in where:
            both = {where[lead], where[twin]}
            for group in [group for group in groups if group & both]:
                both |= group
                groups.remove(group)
            groups.append(both)
    wanted = None if among is None else set(among)
    return [frozenset(group) for group in groups if wanted is None or group & wanted]


def _start_together(problem: Problem, routes: Mapping[int, Sequence[int]]) -> bool:
    """True when these routes keep their times with every visit of two crews begun by both."""
    solution = tuple(tuple(routes.get(shift, ())) for shift in range(problem.shifts))
    return timed_together(problem, solution) is not None


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where rows may go on one shift, as far as prices and a clock without a pause can tell."""

    added: int
    """Travel and shift cost."""
    shift: int
    at: tuple[int, ...]
    """By row: how many stops of the route as it is come before it."""
    earliest: int = 0
    latest: int = NEVER
    """When a single row's service may start."""


@dataclass(frozen=True, slots=True)
class _Gaps:
    """A route's legs; the pause is left out, so that no time is later, no limit tighter."""

    nodes: tuple[int, ...]
    """Origin, visits, office."""
    ready: tuple[int, ...]
    """By leg: when it may begin."""
    due: tuple[int, ...]
    """By leg: when it must have ended; -1 where nothing is early enough."""
    room: Ints
    """(K,) kits that still fit in."""
    stays: bool
    """True for a crew that does not leave its office: the leg it has costs nothing."""


def _gaps(problem: Problem, shift: int, sequence: Sequence[int]) -> _Gaps:
    item = problem.travel[int(problem.mode[shift])].item
    nodes = (int(problem.origin[shift]), *sequence, int(problem.office[shift]))
    ready = [int(problem.start[shift])]
    for here, visit in pairwise(nodes[:-1]):
        start = first_start(problem.windows[visit], ready[-1] + item(here, visit))
        ready.append(min(NEVER, start + int(problem.service[visit])))
    due = [int(problem.end[shift])]
    for visit, after in reversed(list(pairwise(nodes[1:]))):
        leave = due[-1] - item(visit, after) - int(problem.service[visit])
        due.append(_last_start(problem.windows[visit], leave))
    return _Gaps(
        nodes,
        tuple(ready),
        tuple(reversed(due)),
        problem.capacity[shift] - problem.load[list(sequence)].sum(axis=0),
        stays=not sequence and nodes[0] == nodes[-1],
    )


def _last_start(windows: Sequence[tuple[int, int]], by: int) -> int:
    """Latest start of service in `windows` that is not after `by`; -1 when there is none."""
    for earliest, latest in reversed(windows):
        if earliest <= by:
            return min(by, latest)
    return -1


def _places(problem: Problem, shift: int, gaps: _Gaps, rows: Unit) -> Iterator[_Place]:
    """Every place for one row, or for two in their order, that these checks leave."""
    if (problem.load[list(rows)].sum(axis=0) > gaps.room).any():
        return
    toll = int(problem.shift_cost[list(rows), shift].sum())
    if len(rows) == 1:
        for place in _detours(problem, shift, gaps, rows[0], timely=True):
            yield replace(place, added=place.added + toll)
        return
    first, second = rows
    item = problem.travel[int(problem.mode[shift])].item
    between = item(first, second)
    later = list(_detours(problem, shift, gaps, second))
    for one in _detours(problem, shift, gaps, first):
        at = one.at[0]
        here, after = gaps.nodes[at], gaps.nodes[at + 1]
        beside = item(here, first) + between + item(second, after) - _leg(item, gaps, at)
        if between < NEVER and item(second, after) < NEVER:
            yield _Place(beside + toll, shift, (at, at))
        for other in later:
            if other.at[0] > at:
                yield _Place(one.added + other.added + toll, shift, (at, other.at[0]))


def _leg(item: Callable[[int, int], int], gaps: _Gaps, at: int) -> int:
    return 0 if gaps.stays else item(gaps.nodes[at], gaps.nodes[at + 1])


def _detours(
    problem: Problem, shift: int, gaps: _Gaps, row: int, *, timely: bool = False
) -> Iterator[_Place]:
    """The detour by `row` on every leg; `timely` leaves out what the clock alone rules out.

    Of two rows neither is ruled out that way: with a broken triangle one makes the other earlier.
    """
    item = problem.travel[int(problem.mode[shift])].item
    windows, service = problem.windows[row], int(problem.service[row])
    for at, (here, after) in enumerate(pairwise(gaps.nodes)):
        out, back = item(here, row), item(row, after)
        if out >= NEVER and (timely or back >= NEVER):
            continue
        earliest = first_start(windows, gaps.ready[at] + out)
        latest = _last_start(windows, gaps.due[at] - back - service)
        if timely and (earliest > latest or back >= NEVER):
            continue
        yield _Place(out + back - _leg(item, gaps, at), shift, (at,), earliest, latest)


def _with(route: Sequence[int], rows: Unit, at: tuple[int, ...]) -> tuple[int, ...]:
    sequence = list(route)
    for row, place in reversed(list(zip(rows, at, strict=True))):
        sequence.insert(place, row)
    return tuple(sequence)


@dataclass(frozen=True, slots=True, order=True)
class _Room:
    """A way to serve a unit at the expense of others."""

    price: int
    """What the others are worth, and what the routes cost more."""
    changes: tuple[tuple[int, tuple[int, ...]], ...]
    ejected: tuple[Unit, ...]


class _Book:
    """Routes under change, and what it takes to price and time a place in them."""

    def __init__(self, problem: Problem, routes: Routes) -> None:
        self.problem, self.routes = problem, routes
        self.unit_of = {row: unit for unit in units(problem) for row in unit}
        self.where = {visit: shift for shift, route in enumerate(routes) for visit in route}
        self._work = team_work(problem, routes)
        self.uneven = unfairness(problem, self._work) if problem.fair else 0
        self.apart: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for each in problem.apart:
            self.apart[each[0]].append(each)
            self.apart[each[1]].append(each)
        self._known: dict[int, _Gaps] = {}

    def insert(self, unit: Unit) -> bool:
        """Serves `unit` if that pays, or makes room for it where it must be served."""
        must = not self.problem.locked.isdisjoint(unit)
        way = self.cheapest(unit)
        if way is not None:
            pays = must or way.cost < _worth(self.problem, unit)
            if pays:
                self._take(dict(way.routes))
            return pays
        urgent = bool(self.problem.priority[list(unit)].max() == Priority.URGENT)
        return (must or urgent) and self._make_room(unit, must=must)

    def cheapest(
        self, unit: Unit, shifts: Iterable[int] | None = None, given: Changes | None = None
    ) -> Insertion | None:
        """See `cheapest`; `given` are routes to be tried instead of those of the book."""
        search = _Search(self, unit, given or {}, shifts)
        best: Insertion | None = None
        for changes, spent in islice(search.ways(), CHOICES if self.problem.fair else None):
            cost = self._added(changes)
            if best is None or cost < best.cost:
                best = Insertion(cost, tuple(changes.items()))
            # What is fairer may be the better way though it is longer, but not by more than all
            # the unfairness there is.
            search.limit = min(search.limit, spent + self.uneven)
        return best

    def gaps(self, shift: int) -> _Gaps:
        """Of a route of the book; remembered."""
        if shift not in self._known:
            self._known[shift] = _gaps(self.problem, shift, self.routes[shift])
        return self._known[shift]

    def _take(self, changes: Changes) -> None:
        self._work = self._work_with(changes)
        self.uneven = unfairness(self.problem, self._work) if self.problem.fair else 0
        for shift in changes:
            for visit in self.routes[shift]:
                self.where.pop(visit, None)
            self._known.pop(shift, None)
        for shift, sequence in changes.items():
            self.routes[shift] = list(sequence)
            self.where.update(dict.fromkeys(sequence, shift))

    def _work_with(self, changes: Changes) -> Ints:
        """(T,) the teams' work with these routes."""
        work = self._work.copy()
        for shift, sequence in changes.items():
            work[self.problem.team[shift]] += self._effort(shift, sequence)
            work[self.problem.team[shift]] -= self._effort(shift, self.routes[shift])
        return work

    def _effort(self, shift: int, sequence: Sequence[int]) -> int:
        served = int(self.problem.service[list(sequence)].sum())
        return served + route_travel(self.problem, shift, sequence)

    def _added(self, changes: Changes) -> int:
        """What these routes cost more than those they replace."""
        routes = sum(
            route_cost(self.problem, shift, sequence)
            - route_cost(self.problem, shift, self.routes[shift])
            for shift, sequence in changes.items()
        )
        if not self.problem.fair:
            return routes
        return routes + unfairness(self.problem, self._work_with(changes)) - self.uneven

    def _make_room(self, unit: Unit, *, must: bool) -> bool:
        """Serves `unit` at the expense of less important ones, losing as little as possible."""
        rooms = (self._room_on(unit, shift) for shift in self._nearest(unit))
        best = min((room for room in rooms if room is not None), default=None)
        if best is None or (best.price >= _worth(self.problem, unit) and not must):
            return False
        self._take(dict(best.changes))
        # The most valuable looks first for another place.
        for other in sorted(best.ejected, key=lambda out: (-_worth(self.problem, out), out)):
            self.insert(other)
        return True

    def _nearest(self, unit: Unit) -> list[int]:
        """Shifts that may serve the unit's first visit, those of the shortest detour first."""
        detours = []
        for shift in np.flatnonzero(self.problem.allowed[unit[0]]).tolist():
            ways = _detours(self.problem, shift, self.gaps(shift), unit[0])
            detours.append((min((place.added for place in ways), default=NEVER), shift))
        return [shift for _, shift in sorted(detours)[:ROOMS]]

    def _room_on(self, unit: Unit, shift: int) -> _Room | None:
        """Takes out the cheapest of `shift` until `unit` fits."""
        lost, given = 0, dict[int, tuple[int, ...]]()
        ejected: list[Unit] = []
        while True:
            way = self.cheapest(unit, [shift], given)
            if way is not None:
                return _Room(lost + way.cost, way.routes, tuple(ejected))
            out = self._next_out(unit, shift, given)
            if out is None:
                return None
            given = self._rest(out, given)
            ejected.append(out)
            lost += _worth(self.problem, out)

    def _next_out(self, unit: Unit, shift: int, given: Changes) -> Unit | None:
        """Prefer one whose leaving makes room at once; else the one of least value for its time."""
        here = given.get(shift, tuple(self.routes[shift]))
        movable = sorted(
            (other for other in {self.unit_of[v] for v in here} if self._may_go(other, given)),
            key=lambda other: (_value_for_time(self.problem, other), other),
        )
        for other in movable:
            if self.cheapest(unit, [shift], self._rest(other, given)) is not None:
                return other
        return movable[0] if movable else None

    def _may_go(self, unit: Unit, given: Changes) -> bool:
        """Not urgent, not locked, and the routes keep their times without it."""
        return (
            self.problem.locked.isdisjoint(unit)
            and bool(self.problem.priority[list(unit)].max() < Priority.URGENT)
            and all(fits(self.problem, *rest) for rest in self._rest(unit, given).items())
        )

    def _rest(self, unit: Unit, given: Changes) -> Changes:
        """`given` without `unit`."""
        shifts = {self.where[row] for row in unit}
        routes = {shift: given.get(shift, tuple(self.routes[shift])) for shift in shifts}
        return given | {
            shift: tuple(visit for visit in route if visit not in unit)
            for shift, route in routes.items()
        }


class _Search:
    """The ways to put one unit into the routes of a book."""

    def __init__(
        self, book: _Book, unit: Unit, given: Changes, shifts: Iterable[int] | None
    ) -> None:
        self._book, self._problem, self._given = book, book.problem, given
        lead = {twin: lead for lead, twin in book.problem.together}
        self._lead = {row: lead[row] for row in unit if row in lead}
        self._own = tuple(row for row in unit if row not in lead)
        self._shifts = None if shifts is None else frozenset(shifts)
        self._tries = TRIES if self._lead else NEVER
        self.limit = 2 * NEVER
        """Ways whose travel and tolls cost as much or more are of no interest."""

    def ways(self) -> Iterator[tuple[Changes, int]]:
        """(changed routes, travel and tolls added): of the last shift that is chosen the cheapest.

        A single visit's and a pair's come by rising cost.
        """
        groups = [self._own, *((twin,) for twin in self._lead)]
        return self._place(groups, dict(self._given), 0, (0, NEVER))

    def _place(
        self, groups: Sequence[Unit], changes: Changes, spent: int, hours: tuple[int, int]
    ) -> Iterator[tuple[Changes, int]]:
        """Puts the first of `groups` somewhere, to start within `hours`, and then the others."""
        rows, *rest = groups
        found: set[int] = set()
        for place in sorted(self._places(rows, changes)):
            total = spent + place.added
            if total >= self.limit or self._tries <= 0:
                return
            if place.shift in found or place.earliest > hours[1] or place.latest < hours[0]:
                continue
            self._tries -= 1
            sequence = _with(self._route(place.shift, changes), rows, place.at)
            if not fits(self._problem, place.shift, sequence):
                continue
            further = {**changes, place.shift: sequence}
            if rest:
                own = rows == self._own
                meet = (place.earliest, place.latest) if own else (0, NEVER)
                yield from self._place(rest, further, total, meet)
            elif self._meet(further):
                found.add(place.shift)
                yield further, total

    def _places(self, rows: Unit, changes: Changes) -> Iterator[_Place]:
        able = self._problem.allowed[list(rows)].all(axis=0)
        shifts = np.flatnonzero(able).tolist()
        if rows != self._own:
            lead = next(s for s, route in changes.items() if self._lead[rows[0]] in route)
            shifts = [shift for shift in shifts if _meet(self._problem, lead, shift)]
        elif self._shifts is not None:
            shifts = [shift for shift in shifts if shift in self._shifts]
        for shift in shifts:
            if all(self._is_apart(row, shift, rows) for row in rows):
                known = shift not in changes
                gaps = (
                    self._book.gaps(shift) if known else _gaps(self._problem, shift, changes[shift])
                )
                yield from _places(self._problem, shift, gaps, rows)

    def _route(self, shift: int, changes: Changes) -> Sequence[int]:
        return changes[shift] if shift in changes else self._book.routes[shift]

    def _is_apart(self, row: int, shift: int, rows: Unit) -> bool:
        """True when the days between `row` on `shift` and other attempts are enough."""
        for first, second, days in self._book.apart.get(row, ()):
            other = second if row == first else first
            there = shift if other in rows else self._shift_of(other)
            if there is None:
                continue
            one, two = (shift, there) if row == first else (there, shift)
            if not _far(self._problem, one, two, days):
                return False
        return True

    def _shift_of(self, visit: int) -> int | None:
        """Where `visit` is served before the unit is put in."""
        shift = self._book.where.get(visit)
        return None if shift is None or visit not in self._route(shift, self._given) else shift

    def _meet(self, changes: Changes) -> bool:
        """True when all crews that must start together still can."""
        if not self._problem.together:
            return True
        where = dict(self._book.where)
        for shift in changes:
            for visit in self._book.routes[shift]:
                where.pop(visit, None)
        for shift, sequence in changes.items():
            where.update(dict.fromkeys(sequence, shift))
        return all(
            _start_together(self._problem, {s: self._route(s, changes) for s in group})
            for group in _linked(self._problem, where, changes)
        )
