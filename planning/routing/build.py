"""The problem of visits and shifts, from the model to arrays; what fits nowhere, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from planning.model import (
    UNBOUND,
    Begun,
    Conditions,
    Lock,
    Mode,
    Pause,
    Position,
    Shift,
    Spacing,
    Unserved,
    Visit,
    Window,
)
from planning.routing.calendar import Calendar
from planning.routing.faults import office_key, refuse_faults
from planning.routing.fitting import fitting
from planning.routing.problem import DAY, NEVER, Bools, Ints, Problem, disjoint, due_pause
from planning.routing.reasons import reasons
from planning.routing.rules import (
    RULES,
    SECOND_RULES,
    Rule,
    crew_has,
    crew_speaks,
    crew_suits,
    day_fits,
    kits_fit,
    of_municipality,
    on_day,
    second_has,
    team_may,
    window_fits,
)
from planning.routing.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a search, on the model's side: row v of its problem is `visits[v]`."""

    visits: tuple[Visit, ...]
    """What is still to be made; a visit of two crews stands here twice."""
    shifts: tuple[Shift, ...]
    """Those within the plan's days."""
    calendar: Calendar
    conditions: Conditions


def build(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    *,
    first_day: date,
    days: int,
    conditions: Conditions = UNBOUND,
    weights: Weights = WEIGHTS,
) -> tuple[Problem, tuple[Unserved, ...]]:
    """The problem of all visits that some shift can serve, and the others with what binds them.

    Args:
        visits: what is asked for.
        shifts: teams on days; those outside the plan's days are left out.
        travel: for every mode that a shift uses; keys `visit_id` and `office:<team_id>`; NaN
            where there is no way.
        first_day: midnight of this day is time 0.
        days: number of days, the first included.
        conditions: what binds visits to each other, to shifts and to an earlier plan.
        weights: the objective.

    Raises:
        InputError: doubled ids, negative times, hours that end before they start, conditions that
            name what is not asked for, a mode or key that `travel` lacks, a matrix that is not
            square; all faults at once.
    """
    calendar = Calendar(first_day, days)
    whole, asked = everything(visits, shifts, travel, calendar, conditions, weights=weights)
    return sift(whole, asked)


def sift(whole: Problem, asked: Asked) -> tuple[Problem, tuple[Unserved, ...]]:
    """`whole` cut to the visits that some shift can serve, and the others with their reason."""
    fits = fitting(whole)
    able: Bools = np.asarray(fits.allowed.any(axis=1))
    unserved = reasons(whole, asked.visits, asked.shifts, asked.calendar, able)
    return fits.part(np.nonzero(able)[0].tolist(), range(whole.shifts)), unserved


def everything(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    calendar: Calendar,
    conditions: Conditions = UNBOUND,
    *,
    weights: Weights = WEIGHTS,
) -> tuple[Problem, Asked]:
    """The whole problem, visits that fit nowhere included; `allowed` by rule, not by time.

    Stops of a begun day are facts and no part of it: the crew starts where it is.

    Raises:
        InputError: see `build`.
    """
    shifts = calendar.kept(shifts)
    refuse_faults(visits, shifts, travel, conditions)
    begun = {each.shift_id: each for each in conditions.begun}
    past = {stop.visit_id for each in conditions.begun for stop in each.stops}
    # A second crew may still be needed where the first one has been; then it is no longer a case
    # of two at one time, and the planner's to decide.
    open_visits = [visit for visit in visits if visit.visit_id not in past]
    twins = [visit for visit in open_visits if visit.second_crew is not None]
    rows = [*open_visits, *twins]
    lead = {visit.visit_id: row for row, visit in enumerate(open_visits)}
    locks = {x.visit_id: x for x in conditions.locks if x.visit_id in lead}
    now = tuple(_as_begun(shift, begun.get(shift.shift_id), visits) for shift in shifts)
    allowed, home = _who_may(rows, len(open_visits), now, locks)
    kinds = sorted({kind for visit in visits for kind, _ in visit.kit_types})
    modes = sorted({shift.mode for shift in shifts})
    ends, origin, office = _ends(now, begun)
    keys = [*(visit.visit_id for visit in rows), *ends]
    tables = tuple(whole_seconds(travel[mode], keys) for mode in modes)
    teams = sorted({shift.team_id for shift in shifts})
    areas = sorted({shift.municipality_code for shift in shifts})
    midnight = np.array([calendar.index(shift.day) * DAY for shift in shifts], dtype=np.int64)
    problem = Problem(
        visit_ids=tuple(visit.visit_id for visit in rows),
        shift_ids=tuple(shift.shift_id for shift in shifts),
        service=_ints(visit.service_seconds for visit in rows),
        priority=_ints(visit.priority for visit in rows),
        # The second row of a visit is worth nothing of its own.
        penalty=_ints(
            weights.penalty(visit) if row < len(open_visits) else 0
            for row, visit in enumerate(rows)
        ),
        load=_loads(rows, len(open_visits), kinds),
        windows=_windows(rows, calendar, locks, {s.shift_id: s.day for s in shifts}),
        allowed=allowed,
        home=home,
        shift_cost=np.zeros(allowed.shape, dtype=np.int64),
        pairs=tuple((lead[a], lead[b]) for a, b in conditions.pairs if a in lead and b in lead),
        together=tuple(
            (lead[visit.visit_id], row) for row, visit in enumerate(twins, len(open_visits))
        ),
        apart=tuple(
            (lead[each.first], lead[each.second], each.days)
            for each in conditions.spacings
            if each.first in lead and each.second in lead
        ),
        locked=frozenset(lead[one] for one in locks),
        first=frozenset(lead[x.visit_id] for x in locks.values() if x.position is Position.FIRST),
        last=frozenset(lead[x.visit_id] for x in locks.values() if x.position is Position.LAST),
        fair=weights.fair,
        group=_ints(areas.index(shift.municipality_code) for shift in shifts),
        team=_ints(teams.index(shift.team_id) for shift in shifts),
        midnight=midnight,
        start=_ints(shift.start for shift in now) + midnight,
        end=_ints(shift.end for shift in now) + midnight,
        pause=np.array([_shift_pause(shift, calendar) for shift in now], dtype=np.int64).reshape(
            -1, 3
        ),
        capacity=np.array([_capacity(shift, kinds) for shift in now], dtype=np.int64).reshape(
            len(now), 1 + len(kinds)
        ),
        work=_ints(NEVER if shift.most_work is None else shift.most_work for shift in now),
        origin=origin + len(rows),
        office=office + len(rows),
        mode=_ints(modes.index(shift.mode) for shift in shifts),
        travel=tables,
        underway=frozenset(at for at, shift in enumerate(shifts) if shift.shift_id in begun),
    )
    problem = _spaced(problem, conditions.spacings, lead)
    day = {shift.shift_id: calendar.index(shift.day) for shift in shifts}
    problem = _away_from_made(problem, conditions, lead, day)
    asked = Asked(tuple(rows), now, calendar, conditions)
    return replace(problem, shift_cost=_tolls(problem, asked, weights)), asked


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


# --- shifts -------------------------------------------------------------------------------------


def _as_begun(shift: Shift, begun: Begun | None, visits: Sequence[Visit]) -> Shift:
    """The shift as it is from now on: later, with what is left of its load, pause and hours."""
    if begun is None:
        return shift
    start = begun.stops[-1].departure if begun.stops else begun.departure
    end, pause = shift.end, shift.pause
    if shift.most_work is not None:
        end = min(end, begun.departure + shift.most_work)
    if begun.pause_start is not None:
        pause = None
        start = max(start, begun.pause_start + (shift.pause.duration if shift.pause else 0))
    elif pause is not None and pause.latest < start:
        # A stop took so long that the pause is overdue: it comes first.
        pause = Pause(start, start, pause.duration)
    of = {visit.visit_id: visit for visit in visits}
    made = [of[stop.visit_id] for stop in begun.stops]
    used: dict[str, int] = {}
    for visit in made:
        for kind, count in visit.kit_types:
            used[kind] = used.get(kind, 0) + count
    return replace(
        shift, start=start, end=max(start + 1, end), pause=pause, most_work=None,
        kit_capacity=max(0, shift.kit_capacity - sum(visit.kits for visit in made)),
        kit_stock=tuple((kind, max(0, n - used.get(kind, 0))) for kind, n in shift.kit_stock),
    )  # fmt: skip


def _ends(shifts: Sequence[Shift], begun: Mapping[str, Begun]) -> tuple[list[str], Ints, Ints]:
    """Keys of the places where shifts begin and end; by shift, where it begins and where it ends.

    The two count from 0 within the keys.
    """
    offices = [office_key(shift) for shift in shifts]
    origins = list(offices)
    for at, shift in enumerate(shifts):
        if shift.shift_id in begun and begun[shift.shift_id].stops:
            origins[at] = begun[shift.shift_id].stops[-1].visit_id
    keys = list(dict.fromkeys([*sorted(offices), *origins]))
    where = {key: index for index, key in enumerate(keys)}
    return keys, _ints(where[key] for key in origins), _ints(where[key] for key in offices)


def _shift_pause(shift: Shift, calendar: Calendar) -> tuple[int, int, int]:
    pause = shift.pause
    given = None if pause is None else (pause.earliest, pause.latest, pause.duration)
    due = due_pause(given, shift.start, shift.end)
    offset = calendar.index(shift.day) * DAY
    return (due[0] + offset, due[1] + offset, due[2]) if due else (0, 0, 0)


def _capacity(shift: Shift, kinds: Sequence[str]) -> list[int]:
    stock = dict(shift.kit_stock)
    return [shift.kit_capacity, *(stock.get(kind, shift.kit_capacity) for kind in kinds)]


# --- visits -------------------------------------------------------------------------------------


def _who_may(
    rows: Sequence[Visit], leads: int, shifts: Sequence[Shift], locks: Mapping[str, Lock]
) -> tuple[Bools, Bools]:
    """(V, S) allowed by every rule that needs no clock, and allowed for the home team.

    Rows from `leads` on are second crews'.
    """
    first, second = rows[:leads], rows[leads:]
    allowed = np.concatenate([_keeps(first, shifts, RULES), _keeps(second, shifts, SECOND_RULES)])
    where = {shift.shift_id: at for at, shift in enumerate(shifts)}
    for row, visit in enumerate(first):
        if (lock := locks.get(visit.visit_id)) is not None:
            allowed[row, np.arange(len(shifts)) != where.get(lock.shift_id)] = False
    teams = np.array([shift.team_id for shift in shifts], dtype=object)
    home = allowed & (np.array([visit.home_team for visit in rows], dtype=object)[:, None] == teams)
    home[leads:] = False
    return allowed, home


def _keeps(
    visits: Sequence[Visit], shifts: Sequence[Shift], rules: Sequence[tuple[Rule, object]]
) -> Bools:
    """(V, S) True where every rule is kept: each asked once for what looks the same to it."""
    kept = np.ones((len(visits), len(shifts)), dtype=np.bool_)
    for rule, _ in rules:
        of_visit, of_shift = _READS[rule]
        visit_kinds, visit_kind = _kinds(visits, of_visit)
        shift_kinds, shift_kind = _kinds(shifts, of_shift)
        table = np.array(
            [[rule(visit, shift) for shift in shift_kinds] for visit in visit_kinds],
            dtype=np.bool_,
        ).reshape(len(visit_kinds), len(shift_kinds))
        kept &= table[np.ix_(visit_kind, shift_kind)]
    return kept


def _kinds(each: Sequence[T], look: Callable[[T], Hashable]) -> tuple[list[T], Ints]:
    """One for every look, and (n,) which of them each is like."""
    like: dict[Hashable, int] = {}
    kind = _ints(like.setdefault(look(one), len(like)) for one in each)
    first = np.unique(kind, return_index=True)[1].tolist()
    return [each[at] for at in first], kind


_READS: Mapping[Rule, tuple[Callable[[Visit], Hashable], Callable[[Shift], Hashable]]] = {
    team_may: (
        attrgetter("teams", "municipality_code"), attrgetter("team_id", "municipality_code"),
    ),
    of_municipality: (attrgetter("municipality_code"), attrgetter("municipality_code")),
    crew_has: (attrgetter("requires"), attrgetter("institutions")),
    second_has: (attrgetter("second_crew"), attrgetter("institutions")),
    crew_speaks: (attrgetter("languages"), attrgetter("languages")),
    crew_suits: (attrgetter("sexes"), attrgetter("sexes")),
    day_fits: (attrgetter("day", "earliest", "deadline"), attrgetter("day")),
    window_fits: (
        attrgetter("windows"), lambda shift: (shift.start, shift.end, shift.day.weekday()),
    ),
    kits_fit: (attrgetter("kits", "kit_types"), attrgetter("kit_capacity", "kit_stock")),
}  # fmt: skip
"""What each rule sees of a visit and of a shift: 5,000 visits and 615 shifts are three million
pairs, and few that differ to a rule."""


def _loads(rows: Sequence[Visit], leads: int, kinds: Sequence[str]) -> Ints:
    """(V, K) kits in all and of each type; the first crew brings them."""
    load = np.zeros((len(rows), 1 + len(kinds)), dtype=np.int64)
    for row, visit in enumerate(rows[:leads]):
        load[row, 0] = visit.kits
        for kind, count in visit.kit_types:
            load[row, 1 + kinds.index(kind)] += count
    return load


def _windows(
    rows: Sequence[Visit],
    calendar: Calendar,
    locks: Mapping[str, Lock],
    day_of: Mapping[str, date],
) -> tuple[tuple[tuple[int, int], ...], ...]:
    found = []
    for visit in rows:
        windows = visit_windows(visit, calendar)
        lock = locks.get(visit.visit_id)
        if lock is not None and lock.start is not None:
            # What was promised by name stands against what is usual at that door.
            begin = calendar.index(day_of[lock.shift_id]) * DAY + lock.start
            windows = ((begin, begin),)
        found.append(windows)
    return tuple(found)


def visit_windows(visit: Visit, calendar: Calendar) -> tuple[tuple[int, int], ...]:
    """When `visit` may start, on every day it may be made; no windows given means all day."""
    open_days = [
        day
        for day in (calendar.first_day + timedelta(days=d) for d in range(calendar.days))
        if on_day(visit, day)
    ]
    given = visit.windows or (Window(0, DAY - 1),)
    return disjoint(
        (window.start + calendar.index(day) * DAY, window.end + calendar.index(day) * DAY)
        for day in open_days
        for window in given
        if day.weekday() in window.weekdays
    )


def _spaced(problem: Problem, spacings: Sequence[Spacing], lead: Mapping[str, int]) -> Problem:
    """Windows of two attempts cut apart on the clock, so that no search need compare their starts.

    The day is cut in the middle of the median shift, half the hours kept free on either side; the
    first attempt gets the half that leaves both the longer hours. The median, so that one shift
    that begins or ends at another time does not send attempts that are published to other hours.
    """
    if not problem.shifts:
        return problem
    windows = list(problem.windows)
    starts, ends = problem.start - problem.midnight, problem.end - problem.midnight
    clock_start, clock_end = int(starts.min()), int(ends.max())
    middle = int(np.median(starts) + np.median(ends)) // 2
    for each in spacings:
        if each.hours <= 0 or each.first not in lead or each.second not in lead:
            continue
        a, b = lead[each.first], lead[each.second]
        half = round(each.hours * 3600 / 2)
        early, late = (clock_start, middle - half), (middle + half, clock_end)
        ways = [
            (_within(windows[a], one), _within(windows[b], other))
            for one, other in ((early, late), (late, early))
        ]
        windows[a], windows[b] = max(ways, key=lambda way: min(map(_open_seconds, way)))
    return replace(problem, windows=tuple(windows))


def _away_from_made(
    problem: Problem, conditions: Conditions, lead: Mapping[str, int], day: Mapping[str, int]
) -> Problem:
    """Windows of an attempt cut away, by days and by the clock, from one made on a begun day."""
    made = {
        stop.visit_id: (day[each.shift_id], stop.start)
        for each in conditions.begun for stop in each.stops
    }  # fmt: skip
    windows = list(problem.windows)
    for each in conditions.spacings:
        for past, other, sign in ((each.first, each.second, 1), (each.second, each.first, -1)):
            if past in made and other in lead:
                (on, start), half = made[past], round(each.hours * 3600)
                clocks = ((0, start - half), (start + half, DAY)) if half else ((0, DAY),)
                windows[lead[other]] = disjoint(
                    window
                    for clock in clocks
                    for window in _within(windows[lead[other]], clock)
                    if sign * (window[0] // DAY - on) >= each.days
                )
    return replace(problem, windows=tuple(windows))


def _within(
    windows: Sequence[tuple[int, int]], clock: tuple[int, int]
) -> tuple[tuple[int, int], ...]:
    """`windows` cut to these times of every day."""
    low, high = clock
    days = sorted({day for a, b in windows for day in range(a // DAY, b // DAY + 1)})
    return disjoint(
        (max(a, day * DAY + low), min(b, day * DAY + high)) for a, b in windows for day in days
    )


def _open_seconds(windows: Sequence[tuple[int, int]]) -> int:
    return sum(b - a for a, b in windows)


def _tolls(problem: Problem, asked: Asked, weights: Weights) -> Ints:
    """(V, S) seconds of travel added for serving the visit on that shift.

    Later days for what is urgent; teams other than the home team; the way from the middle of the
    team's district; teams and days other than the published plan's.
    """
    day = problem.midnight // DAY
    # A second crew comes along: it has no wishes of its own.
    second = np.array([visit.visit_id for visit in asked.visits])
    leads = np.ones(problem.visits, dtype=np.bool_)
    leads[[other for _, other in problem.together]] = False
    per_day = _ints(weights.per_day(visit) for visit in asked.visits)
    away = problem.home.any(axis=1, keepdims=True) & ~problem.home
    tolls: Ints = per_day[:, None] * day[None, :] + np.where(away, weights.away, 0)
    tolls += weights.compact * _way_from_the_middle(problem) // 100
    published = dict(asked.conditions.published)
    where = {shift_id: at for at, shift_id in enumerate(problem.shift_ids)}
    for row, visit_id in enumerate(second.tolist()):
        before = where.get(published.get(visit_id, ""))
        if before is not None:
            tolls[row] += np.where(problem.team == problem.team[before], 0, weights.moved_team)
            tolls[row] += np.where(day == day[before], 0, weights.moved_day)
    tolls[~leads] = 0
    return tolls


def _way_from_the_middle(problem: Problem) -> Ints:
    """(V, S) seconds from the middle of what is home to the shift's team to the visit.

    The middle is the home visit with the least way to all others. 0 for a team that is nobody's
    home, and where there is no way.
    """
    way = np.zeros(problem.allowed.shape, dtype=np.int64)
    for team in np.unique(problem.team).tolist():
        shifts = np.flatnonzero(problem.team == team)
        own = np.flatnonzero(problem.home[:, shifts].any(axis=1))
        if len(own):
            matrix = problem.travel[int(problem.mode[shifts[0]])]
            middle = own[np.argmin(matrix[np.ix_(own, own)].sum(axis=1, dtype=np.int64))]
            reach = matrix[middle, : problem.visits].astype(np.int64)
            way[:, shifts] = np.where(reach < NEVER, reach, 0)[:, None]
    return way


_ROWS = 256
"""Rows of a matrix that are rounded at a time: one of 5,000 visits is 100 MB."""


def whole_seconds(table: Travel, keys: Sequence[str]) -> npt.NDArray[np.int32]:
    """(n, n) int32 of the rows and columns `keys`, rounded up; `NEVER` for NaN.

    A key the table lacks (the office of a team that moves in another mode) is out of reach.
    """
    where = {key: row for row, key in enumerate(table.keys)}
    rows = np.array([where.get(key, -1) for key in keys], dtype=np.int64)
    whole = np.empty((len(rows), len(rows)), dtype=np.int32)
    for low in range(0, len(rows), _ROWS):
        some = rows[low : low + _ROWS]
        seconds = np.ceil(table.seconds[np.ix_(some, rows)].astype(np.float64) - 1e-3)
        seconds[some < 0] = np.nan
        seconds[:, rows < 0] = np.nan
        whole[low : low + _ROWS] = np.where(seconds < NEVER, seconds, NEVER)
    return whole
