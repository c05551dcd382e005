"""Why a visit is left, and the cheapest change that was tried and makes it possible.

Each change is timed against the plan as it stands, with everything else where it is, so that what
the words promise can be done. One rule is given up; two only where no single one suffices.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product

import numpy as np

from planning.model import Reason, Sex, Shift, Unserved, Visit
from planning.routing.build import visit_windows
from planning.routing.calendar import Calendar
from planning.routing.concessions import Crew, Kind, Relaxation, applied, in_words
from planning.routing.insertion import Routes, Unit, cheapest, units
from planning.routing.problem import DAY, NEVER, Ints, Problem, due_pause, route_travel
from planning.routing.rules import RULES, SECOND_RULES, on_day
from planning.routing.schedule import Timed, timed_together
from planning.text import Note, note

__all__ = ["Book", "Crew", "Kind", "Relaxation", "applied", "cheapest_change", "explain", "full"]

LONGEST = 4 * 3600
"""More overtime than this is never proposed."""


_PRICE = {
    Kind.HOURS: 0,
    Kind.WORK: 300,
    Kind.ATTEMPT: 600,
    Kind.WINDOW: 900,
    Kind.INSTITUTION: 1_800,
    Kind.LANGUAGE: 1_800,
    Kind.MEMBER: 1_800,
    Kind.SPACING: 2_700,
    Kind.DAY: 2_700,
    Kind.KITS: 2_700,
    Kind.TEAM: 3_600,
}
"""Seconds by which a change weighs more than its overtime and detour: what an office changes
easily comes first."""
_PER_DAY = 3_600
"""The same for every day between the one that is asked for and the one that works."""
_OF_REASON = {
    Reason.NO_TEAM: Kind.TEAM,
    Reason.NO_INSTITUTION: Kind.INSTITUTION,
    Reason.NO_LANGUAGE: Kind.LANGUAGE,
    Reason.NO_MEMBER: Kind.MEMBER,
    Reason.DEADLINE_PASSED: Kind.DAY,
    Reason.NO_WINDOW: Kind.WINDOW,
    Reason.TOO_MANY_KITS: Kind.KITS,
}
_NEAREST = 8
"""Shifts tried with the same rules given up: those with the least detour."""
_TRIALS = 60
"""Timings tried for one visit, at most."""
_TIGHTER = 4
"""Times that overtime is tried with less, at most."""
_ELSEWHERE = 3
"""Shifts offered to another attempt at the same door."""
_SECONDS = 3
"""Shifts offered to a second crew."""

Kinds = frozenset[Kind]


@dataclass(frozen=True, eq=False)
class Book:
    """The plan as it stands, on the arrays of everything that was asked."""

    whole: Problem
    visits: Sequence[Visit]
    """By row of `whole`."""
    shifts: Sequence[Shift]
    routes: Sequence[Sequence[int]]
    """By shift of `whole`, rows of `whole`."""
    names: Mapping[str, str]
    """How a team is called, by id."""
    calendar: Calendar

    @cached_property
    def seconds(self) -> frozenset[int]:
        """Rows of second crews."""
        return frozenset(second for _, second in self.whole.together)

    @cached_property
    def unit_of(self) -> dict[int, Unit]:
        """By row, what it is made together with."""
        return {row: unit for unit in units(self.whole) for row in unit}

    @cached_property
    def kit_types(self) -> dict[int, str]:
        """By column of `whole.load`: "" for all kits, then every type that somebody asks for."""
        kinds = sorted({kind for visit in self.visits for kind, n in visit.kit_types if n})
        columns = np.flatnonzero(self.whole.load[:, 1:].any(axis=0)) + 1
        return {0: "", **dict(zip(columns.tolist(), kinds, strict=True))}

    @cached_property
    def attempts(self) -> dict[int, list[tuple[int, int, int]]]:
        """By row: (other attempt at the door, 1 for later or -1 for earlier, days between)."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for first, second, days in self.whole.apart:
            found.setdefault(first, []).append((second, 1, days))
            found.setdefault(second, []).append((first, -1, days))
        return found

    @cached_property
    def cut(self) -> frozenset[int]:
        """Rows for which more than the visit's own hours and days decides when they may start.

        Promised starts; and attempts at one door, whose hours are cut so that they differ.
        """
        own = (
            row
            for row, visit in enumerate(self.visits)
            if self.whole.windows[row] != visit_windows(visit, self.calendar)
        )
        return frozenset((*own, *self.attempts))

    @cached_property
    def last_end(self) -> int:
        """No day may end later than this time of day; `NEVER` where that is as the office likes.

        Hours between two attempts are cut around the middle of all working hours: a later end would
        move that middle, and with it the hours of visits that the plan makes already.
        """
        return max(shift.end for shift in self.shifts) if self.attempts else NEVER

    @cached_property
    def standing(self) -> _Standing:
        """Its figures, found once for all visits that are left."""
        return _Standing.of(self)


def explain(book: Book, left: Sequence[Unserved], *, seconds: float) -> tuple[Unserved, ...]:
    """`left` with the relaxation of every visit; without one when the seconds are used up.

    What matters most is looked at first.
    """
    until = time.monotonic() + seconds
    row = {visit.visit_id: at for at, visit in reversed(list(enumerate(book.visits)))}
    told = list(left)
    known = [at for at, one in enumerate(left) if one.visit_id in row]
    known.sort(key=lambda at: -int(book.whole.penalty[row[left[at].visit_id]]))
    for at in known:
        if time.monotonic() > until:
            break
        change = _cheapest_change(book, row[left[at].visit_id], until)
        if change is not None:
            told[at] = _with_change(left[at], change)
    return tuple(told)


def _with_change(one: Unserved, change: Relaxation) -> Unserved:
    """What helps shows what binds."""
    binds = {
        (Kind.WINDOW,): note("the teams that may go have time only outside its hours"),
        (Kind.WORK,): note("the working time of the teams that may go is used up"),
        (): note("the detour costs more than the visit is worth"),
    }.get(change.kinds)
    because = one.because
    if one.reason is Reason.SHIFTS_FULL and binds is not None:
        because = (binds,)
    return replace(one, because=because, remedy=change.told)


def cheapest_change(book: Book, visit: int) -> Relaxation | None:
    """The cheapest change that lets row `visit` be made in the plan as it stands."""
    return _cheapest_change(book, visit, float("inf"))


# --- why the shifts are full --------------------------------------------------------------------

_FEW = 3
"""So many teams are named one by one."""


def full(book: Book, visit: int) -> Unserved:
    """The visit fits a shift alone, but not beside what the plan makes instead."""
    whole, asked = book.whole, book.visits[visit]
    able = np.flatnonzero(whole.allowed[visit]).tolist()
    near = [_too_near(book, (visit,), shift) for shift in able]
    if all(near):
        reason, because = Reason.TOO_SOON, _near_words(book, near)
    elif visit in whole.locked:
        reason, because = Reason.CONTRADICTORY_PIN, (_lock_words(book, able[0]),)
    elif visit in {lead for lead, _ in whole.together}:
        reason = Reason.NO_SECOND_CREW
        because = (note("no two teams have time for it at the same moment"), _when(book, able))
    else:
        reason, because = Reason.SHIFTS_FULL, _full_words(book, visit, able)
    return Unserved(asked.case_ids, reason, asked.visit_id, because)


def _near_words(book: Book, near: Sequence[Sequence[int]]) -> tuple[Note, ...]:
    """Every shift lies too near to another attempt."""
    other = near[0][0]
    made = book.shifts[book.standing.where[other]]
    return (
        note("visit {visit}, another attempt at the same door, is made on {day}",
             visit=book.visits[other].visit_id, day=made.day),
        note("no shift that may go is far enough from it"),
    )  # fmt: skip


def _full_words(book: Book, visit: int, able: Sequence[int]) -> tuple[Note, ...]:
    whole = book.whole
    over = (book.standing.load[able] + whole.load[visit] > whole.capacity[able]).any(axis=1)
    teams = sorted({book.shifts[s].team_id for s in able})
    named = ", ".join(book.names.get(team, team) for team in teams)
    if over.all():
        who = note("the teams that may go have no kits left for it")
    elif len(teams) > _FEW:
        who = note("no team that may go has room left")
    elif len(teams) > 1:
        who = note("none of the teams {teams} has room left", teams=named)
    else:
        who = note("team {team} has no room left", team=named)
    return (who, _when(book, able))


def _lock_words(book: Book, shift: int) -> Note:
    on = book.shifts[shift]
    return note(
        "it is locked to team {team} on {day}, and there is no room for it",
        team=book.names.get(on.team_id, on.team_id),
        day=on.day,
    )


def _when(book: Book, able: Sequence[int]) -> Note:
    days = sorted({book.shifts[shift].day for shift in able})
    if len(days) == 1:
        return note("on {day}, beside visits that matter as much or more", day=days[0])
    return note("from {from_day} to {to_day}, beside visits that matter as much or more",
                from_day=days[0], to_day=days[-1])  # fmt: skip


# --- what could help ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """Figures of the plan as it stands."""

    pinned: Problem
    """The whole problem; visits that two crews make start when they do now."""
    here: Ints
    """(L,) node where each leg of each route begins, by shift."""
    there: Ints
    """(L,) node where it ends."""
    road: Ints
    """(L,) its seconds."""
    mode: Ints
    """(L,) how it is travelled."""
    first: Ints
    """(S,) first leg of each shift."""
    busy: Ints
    """(S,) seconds of travel and service."""
    load: Ints
    """(S, K) kits promised."""
    where: Mapping[int, int]
    """Shift of every visit that is made."""

    @classmethod
    def of(cls, book: Book) -> _Standing:
        """The figures of `book`."""
        whole, routes = book.whole, book.routes
        ends = [
            [int(whole.origin[s]), *route, int(whole.office[s])] for s, route in enumerate(routes)
        ]
        legs = _ints(len(route) + 1 for route in routes)
        here = _ints(node for day in ends for node in day[:-1])
        there = _ints(node for day in ends for node in day[1:])
        mode = np.repeat(whole.mode, legs)
        road = np.zeros(len(here), dtype=np.int64)
        for index, matrix in enumerate(whole.travel):
            of_mode = mode == index
            road[of_mode] = matrix[here[of_mode], there[of_mode]]
        # A crew that is not sent stays where its day ends.
        road[here == there] = 0
        first = np.cumsum(legs) - legs
        service = _ints(whole.service[list(route)].sum() for route in routes)
        load = [whole.load[list(route)].sum(axis=0) for route in routes]
        return cls(
            pinned=_pinned(whole, routes),
            here=here,
            there=there,
            road=road,
            mode=mode,
            first=first,
            busy=np.add.reduceat(road, first) + service if len(first) else service,
            load=np.array(load, dtype=np.int64).reshape(whole.capacity.shape),
            where={row: s for s, route in enumerate(routes) for row in route},
        )

    def detours(self, first: int, last: int) -> Ints:
        """(S,) least seconds by which `first` and then `last` lengthen one leg of each shift.

        `NEVER` and more where there is no way. For one visit `first` is `last`.
        """
        more = np.empty(len(self.here), dtype=np.int64)
        for index, matrix in enumerate(self.pinned.travel):
            of_mode = self.mode == index
            out = matrix[self.here[of_mode], first].astype(np.int64)
            between = int(matrix[first, last]) if first != last else 0
            more[of_mode] = out + between + matrix[last, self.there[of_mode]] - self.road[of_mode]
        least: Ints = np.minimum.reduceat(more, self.first)
        return least


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _pinned(whole: Problem, routes: Sequence[Sequence[int]]) -> Problem:
    """`whole` with every visit that two crews make held to the start it has in the plan."""
    met = {row for route in routes for row in route} & {r for pair in whole.together for r in pair}
    if not met:
        return whole
    times = timed_together(whole, tuple(tuple(route) for route in routes))
    if times is None:
        raise RuntimeError("the plan as it stands does not keep its times")
    begins = {
        row: start
        for each in times
        if each is not None
        for row, start in zip(each.sequence, each.starts, strict=True)
    }
    windows = list(whole.windows)
    for row in met:
        windows[row] = ((begins[row], begins[row]),)
    return replace(whole, windows=tuple(windows))


@dataclass(frozen=True, slots=True)
class _Option:
    """A shift for one team's part, with the rules that must be given up for it at least."""

    shift: int
    must: Kinds
    least: int
    """Seconds of detour and overtime, at least."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """Certain rules given up on certain shifts."""

    bound: int
    """What it costs, at least."""
    shift: int
    others: tuple[int, ...]
    """Where second crews may come from."""
    kinds: Kinds

    @property
    def shifts(self) -> tuple[int, ...]:
        """Every shift that may change, ascending."""
        return tuple(sorted({self.shift, *self.others}))


def _cheapest_change(book: Book, visit: int, until: float) -> Relaxation | None:
    unit = book.unit_of[visit]
    lead, *seconds = [_options(book, rows) for rows in _parts(book, unit)]
    for most in (1, 2):
        best: Relaxation | None = None
        for trial in _trials(book, unit, lead, seconds, most):
            if (best is not None and trial.bound >= best.cost) or time.monotonic() > until:
                break
            change = _try(book, unit, trial)
            if change is not None and (best is None or change.cost < best.cost):
                best = change
        if best is not None:
            asked = tuple(book.visits[row] for row in unit if row not in book.seconds)
            own = book.visits[visit].visit_id
            return replace(best, told=in_words(best, own, asked, book.names))
    return None


def _parts(book: Book, unit: Unit) -> list[Unit]:
    """What each team is to make: the first all that is not a second crew's."""
    own = tuple(row for row in unit if row not in book.seconds)
    return [own, *((row,) for row in unit if row in book.seconds)]


def _options(book: Book, rows: Unit) -> list[_Option]:
    """All shifts that `rows` could go to with at most two rules given up, the nearest first."""
    whole, standing = book.whole, book.standing
    detour = np.sum([standing.detours(row, row) for row in rows], axis=0)
    detour = np.minimum(detour, standing.detours(rows[0], rows[-1]))
    needs = standing.busy + detour + int(whole.service[list(rows)].sum())
    # Who is not back by the latest start of the pause takes it on the way.
    paused = needs + np.where(whole.start + needs > whole.pause[:, 1], whole.pause[:, 2], 0)
    over = whole.start + paused - whole.end
    heavy = (standing.load + whole.load[list(rows)].sum(axis=0) > whole.capacity).any(axis=1)
    cut = not book.cut.isdisjoint(rows)
    found = []
    for shift in np.flatnonzero((detour < NEVER // 2) & (over <= LONGEST)).tolist():
        must = _broken(book, rows, shift)
        if must is None or (cut and must & {Kind.WINDOW, Kind.DAY}):
            continue
        must |= {Kind.KITS} if heavy[shift] else set()
        must |= {Kind.SPACING} if _too_near(book, rows, shift) else set()
        if over[shift] > 0:
            must |= {Kind.HOURS}
        elif needs[shift] > whole.work[shift]:
            must |= {Kind.WORK}
        if len(must) <= 2:
            least = max(0, int(detour[shift])) + max(0, int(over[shift]))
            found.append(_Option(shift, frozenset(must), least))
    return sorted(found, key=lambda option: (option.least, option.shift))


def _trials(
    book: Book,
    unit: Unit,
    leads: Sequence[_Option],
    seconds: Sequence[Sequence[_Option]],
    most: int,
) -> list[_Trial]:
    """What is worth trying with `most` rules given up (or none), the cheapest first."""
    seen: Counter[Kinds] = Counter()
    kept = []
    trials = {
        trial
        for lead in leads
        for trial in _possible(book, unit, lead, _beside(book, lead, seconds), most)
    }
    for trial in sorted(trials, key=lambda each: (each.bound, each.shifts, sorted(each.kinds))):
        seen[trial.kinds] += 1
        if seen[trial.kinds] <= _NEAREST:
            kept.append(trial)
    return kept[:_TRIALS]


def _beside(book: Book, lead: _Option, seconds: Sequence[Sequence[_Option]]) -> list[list[_Option]]:
    """For each second crew the shifts that can meet the first."""
    day, team = book.whole.midnight, book.whole.team
    return [
        [
            each
            for each in part
            if day[each.shift] == day[lead.shift] and team[each.shift] != team[lead.shift]
        ]
        for part in seconds
    ]


def _possible(
    book: Book, unit: Unit, lead: _Option, seconds: Sequence[Sequence[_Option]], most: int
) -> Iterator[_Trial]:
    """Every way to give up `most` rules, or none, with the first crew's part on that shift."""
    for musts in product(*({each.must for each in part} for part in seconds)):
        must = lead.must.union(*musts)
        spare = most - len(must)
        if spare < 0:
            continue
        # With two, one alone was tried before.
        for size in sorted({0, spare}) if most == 1 else [spare]:
            for more in combinations(_may_help(book, unit, lead.shift, must), size):
                kinds = must.union(more)
                # A longer day is longer working time too.
                if {Kind.HOURS, Kind.WORK} <= kinds:
                    continue
                able = [[each for each in part if each.must <= kinds] for part in seconds]
                others = {each.shift for part in able for each in part[:_SECONDS]}
                least = lead.least + sum(min(each.least for each in part) for part in able)
                bound = least + _price(book, unit, lead.shift, kinds)
                yield _Trial(bound, lead.shift, tuple(sorted(others)), kinds)
                if kinds == {Kind.SPACING} and not seconds:
                    bound = least + _PRICE[Kind.ATTEMPT]
                    yield _Trial(bound, lead.shift, (), frozenset({Kind.ATTEMPT}))


def _may_help(book: Book, unit: Unit, shift: int, must: Kinds) -> list[Kind]:
    """What else may be given up, where only timing shows whether it must be."""
    could = {Kind.HOURS}
    if book.whole.work[shift] < NEVER:
        could.add(Kind.WORK)
    if any(book.visits[row].windows for row in unit) and book.cut.isdisjoint(unit):
        could.add(Kind.WINDOW)
    return sorted(could - must)


def _price(book: Book, unit: Unit, shift: int, kinds: Kinds) -> int:
    """What giving up `kinds` weighs."""
    days = 0
    if Kind.DAY in kinds:
        days = max(_days_off(book.visits[row], book.shifts[shift]) for row in unit)
    return sum(_PRICE[kind] for kind in kinds) + _PER_DAY * days


def _days_off(visit: Visit, shift: Shift) -> int:
    """By how many days the shift misses what the visit asks for."""
    if on_day(visit, shift.day):
        return 0
    wanted = [day for day in (visit.day, visit.earliest, visit.deadline) if day is not None]
    return min(abs((shift.day - day).days) for day in wanted)


def _broken(book: Book, rows: Unit, shift: int) -> set[Kind] | None:
    """The rules of who may serve whom that keep `rows` off `shift`; None if nothing can be done.

    A locked visit stays where it is locked to, and a second crew is of the visit's municipality.
    """
    found: set[Kind] = set()
    for row in rows:
        if book.whole.allowed[row, shift]:
            continue
        second = row in book.seconds
        broken = {
            _OF_REASON[reason]
            for rule, reason in (SECOND_RULES if second else RULES)
            if not rule(book.visits[row], book.shifts[shift])
        }
        if not broken or row in book.whole.locked or (second and Kind.TEAM in broken):
            return None
        found |= broken
    return found


def _too_near(book: Book, rows: Unit, shift: int) -> tuple[int, ...]:
    """Other attempts at these doors that are made too few days before or after `shift`."""
    midnight, where = book.whole.midnight, book.standing.where
    return tuple(
        other
        for row in rows
        for other, order, days in book.attempts.get(row, ())
        if other in where and order * int(midnight[where[other]] - midnight[shift]) < days * DAY
    )


# --- trying it ----------------------------------------------------------------------------------


def _try(book: Book, unit: Unit, trial: _Trial) -> Relaxation | None:
    """The best places with these rules given up, with as little overtime as can be."""
    if Kind.ATTEMPT in trial.kinds:
        return _with_other_moved(book, unit, trial)
    excerpt = _Excerpt.of(book, unit, trial)
    longer, found = LONGEST, None
    for _ in range(_TIGHTER):
        placed = excerpt.placed(longer)
        if placed is None:
            break
        found = placed
        longer = max(excerpt.over(times) for times in placed) - 1
        if longer < 0:
            break
    if found is None:
        return None
    crews = tuple(excerpt.crew(book, unit, times) for times in found)
    if Kind.HOURS in trial.kinds and any(
        shift.end + 60 * crew.longer > book.last_end
        for crew in crews
        for shift in excerpt.shifts
        if shift.shift_id == crew.shift_id
    ):
        return None
    near = _too_near(book, unit, trial.shift) if Kind.SPACING in trial.kinds else ()
    over = sum(excerpt.over(times) for times in found)
    return Relaxation(
        kinds=tuple(sorted(trial.kinds, key=lambda kind: (_PRICE[kind], kind))),
        starts=excerpt.starts(found),
        crews=crews,
        near=tuple(book.visits[row].visit_id for row in near),
        cost=sum(60 * crew.minutes for crew in crews)
        + over
        + _price(book, unit, trial.shift, trial.kinds),
        told=(),
    )


def _with_other_moved(book: Book, unit: Unit, trial: _Trial) -> Relaxation | None:
    """Every rule is kept when the one other attempt that is too near goes to another shift."""
    (other, *more), standing = _too_near(book, unit, trial.shift), book.standing
    if more or other in book.whole.locked or len(book.unit_of[other]) > 1:
        return None
    was, detour = standing.where[other], standing.detours(other, other)
    able = np.flatnonzero(book.whole.allowed[other] & (detour < NEVER // 2)).tolist()
    free = [s for s in able if s not in (was, trial.shift) and not _too_near(book, (other,), s)]
    new = sorted(free, key=lambda shift: (int(detour[shift]), shift))[:_ELSEWHERE]
    trial = replace(trial, others=tuple(sorted({was, *new} - {trial.shift})))
    excerpt, old = _Excerpt.of(book, unit, trial), trial.shifts.index(was)
    row = excerpt.routes[old][book.routes[was].index(other)]
    routes = [[each for each in route if each != row] for route in excerpt.routes]
    elsewhere = [trial.shifts.index(shift) for shift in new]
    for rows, seats in ((excerpt.unit, [excerpt.seat]), ((row,), elsewhere)):
        way = cheapest(excerpt.part, routes, rows, shifts=seats)
        if way is None:
            return None
        for shift, sequence in way.routes:
            routes[shift] = list(sequence)
    times = timed_together(excerpt.part, tuple(map(tuple, routes)))
    now = next(shift for shift, route in enumerate(routes) if row in route)
    first, last = (times[excerpt.seat], times[now]) if times is not None else (None, None)
    if times is None or first is None or last is None:
        return None
    before = times[old] if old != excerpt.seat else None
    moved = [excerpt.crew(book, unit, each) for each in (before, last) if each is not None]
    if before is None and old != excerpt.seat:
        on = book.shifts[was]
        moved.insert(0, Crew(on.shift_id, on.team_id, on.day, stops=(), minutes=0))
    crews = (excerpt.crew(book, unit, first),)
    return Relaxation(
        kinds=(Kind.ATTEMPT,),
        starts=excerpt.starts((first,)),
        crews=crews,
        moved=tuple(moved),
        near=(book.visits[other].visit_id,),
        cost=_PRICE[Kind.ATTEMPT] + 60 * sum(crew.minutes for crew in (*crews, *moved)),
        told=(),
    )


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """What of the plan a trial touches, with its rules given up but for the hours."""

    part: Problem
    """The unit's rows first, then those of the routes; the trial's shifts."""
    routes: Routes
    unit: Unit
    """Rows of `part`."""
    shifts: tuple[Shift, ...]
    seat: int
    """Shift of the first crew."""
    kinds: Kinds

    @classmethod
    def of(cls, book: Book, unit: Unit, trial: _Trial) -> _Excerpt:
        """The routes of the trial's shifts, and the unit that is to go into them."""
        shifts = trial.shifts
        rows = [*unit, *(row for shift in shifts for row in book.routes[shift])]
        part = book.standing.pinned.part(rows, shifts)
        new = {row: at for at, row in enumerate(rows)}
        allowed, windows = part.allowed.copy(), list(part.windows)
        seat, others = shifts.index(trial.shift), [shifts.index(s) for s in trial.others]
        for at, row in enumerate(unit):
            allowed[at] = False
            allowed[at, others if row in book.seconds else seat] = True
            windows[at] = _free_windows(book, row, trial.kinds)
        capacity, apart = part.capacity, part.apart
        if Kind.KITS in trial.kinds:
            capacity = np.full_like(capacity, NEVER)
        if Kind.SPACING in trial.kinds:
            apart = tuple(each for each in apart if min(each[:2]) >= len(unit))
        return cls(
            replace(
                part,
                allowed=allowed,
                windows=tuple(windows),
                capacity=capacity,
                apart=apart,
                fair=0,
            ),
            [[new[row] for row in book.routes[shift]] for shift in shifts],
            tuple(range(len(unit))),
            tuple(book.shifts[shift] for shift in shifts),
            seat,
            trial.kinds,
        )

    def placed(self, longer: int) -> tuple[Timed, ...] | None:
        """The routes that change, the first crew's first; days at most so many seconds `longer`."""
        part = self.part
        if Kind.HOURS in self.kinds:
            part = replace(part, end=part.end + longer, pause=self._pauses(longer))
        if self.kinds & {Kind.HOURS, Kind.WORK}:
            part = replace(part, work=part.work + longer)
        way = cheapest(part, self.routes, self.unit, shifts=[self.seat])
        if way is None:
            return None
        changed = dict(way.routes)
        times = timed_together(
            part, tuple(changed.get(s, tuple(route)) for s, route in enumerate(self.routes))
        )
        if times is None:
            return None
        return tuple(each for shift in changed if (each := times[shift]) is not None)

    def _pauses(self, longer: int) -> Ints:
        """(S, 3) as in `Problem`: a day that ends later may reach into a pause."""
        found = self.part.pause.copy()
        for at, shift in enumerate(self.shifts):
            end = shift.end + 60 * _in_fives(longer)
            pause = shift.pause
            if pause is not None and due_pause(
                (pause.earliest, pause.latest, pause.duration), shift.start, end
            ):
                day = int(self.part.midnight[at])
                found[at] = (pause.earliest + day, pause.latest + day, pause.duration)
        return found

    def over(self, times: Timed) -> int:
        """Seconds by which the return is too late or the working time too long."""
        shift, part = times.shift, self.part
        # Who rests before the first door is at work from the start (see `schedule`).
        rested = times.pause_start is not None and times.pause_start < times.starts[0]
        begins = int(part.start[shift]) if rested else times.leave
        late = times.back - int(part.end[shift])
        return max(0, late, times.back - begins - int(part.work[shift]))

    def starts(self, found: Sequence[Timed]) -> tuple[tuple[str, int], ...]:
        """(visit id, time of day) of the unit, by time."""
        begins = {
            self.part.visit_ids[row]: start - int(self.part.midnight[times.shift])
            for times in found
            for row, start in zip(times.sequence, times.starts, strict=True)
            if row in self.unit
        }
        return tuple(sorted(begins.items(), key=lambda at: (at[1], at[0])))

    def crew(self, book: Book, unit: Unit, times: Timed) -> Crew:
        """What is asked of the crew of one changed route."""
        part, on = self.part, self.shifts[times.shift]
        own = [unit[row] for row in times.sequence if row in self.unit]
        firsts = [book.visits[row] for row in own if row not in book.seconds]
        seconds = [
            book.visits[row].second_crew or frozenset() for row in own if row in book.seconds
        ]
        more = route_travel(part, times.shift, times.sequence) - route_travel(
            part, times.shift, self.routes[times.shift]
        )
        nobody: frozenset[str] = frozenset()
        load = part.load[list(times.sequence)].sum(axis=0)
        return Crew(
            shift_id=on.shift_id,
            team_id=on.team_id,
            day=on.day,
            stops=tuple(part.visit_ids[row] for row in times.sequence),
            minutes=max(0, -(-more // 60)),
            longer=_in_fives(self.over(times)),
            institutions=nobody.union(*(x.requires for x in firsts), *seconds) - on.institutions,
            languages=nobody.union(*(x.languages for x in firsts)) - on.languages,
            sexes=frozenset[Sex]().union(*(x.sexes for x in firsts)) - on.sexes,
            kits=_more_kits(book, on, load),
        )


def _in_fives(seconds: int) -> int:
    """Minutes, rounded up to five: what an office would grant."""
    return 5 * -(-seconds // 300)


def _free_windows(book: Book, row: int, kinds: Kinds) -> tuple[tuple[int, int], ...]:
    """When the visit may start. When the day changes, the hours at which one is met do not."""
    if not kinds & {Kind.DAY, Kind.WINDOW}:
        return book.whole.windows[row]
    asked = book.visits[row]
    if Kind.DAY in kinds:
        asked = replace(asked, earliest=None, deadline=None, day=None)
    if Kind.WINDOW in kinds:
        asked = replace(asked, windows=())
    return visit_windows(asked, book.calendar)


def _more_kits(book: Book, shift: Shift, load: Ints) -> tuple[tuple[str, int], ...]:
    """(type, how many more than there are); a type without a stock of its own needs no more."""
    room = {"": shift.kit_capacity, **dict(shift.kit_stock)}
    return tuple(
        (kind, int(load[column]) - room[kind])
        for column, kind in book.kit_types.items()
        if kind in room and load[column] > room[kind]
    )
