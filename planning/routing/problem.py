"""Visits and shifts as arrays that every engine reads.

Time is whole seconds after midnight of the first day, straight through all days; travel is whole
seconds, rounded up, so that no plan promises to be faster than the road. Indices are 0-based:
visit v, shift s; travel nodes are the visits 0…V-1 followed by the offices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planning.errors import Fault, InputError
from planning.model import Mode, Priority, Reason, Shift, Unserved, Visit, Window
from planning.text import Note, note

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400
"""Seconds in a day, also when the clocks change: times of day are what crews read."""

NEVER = 1 << 29
"""Seconds (17 years) that stand for "no way": an unreachable pair, a time that never comes."""

Solution = tuple[tuple[int, ...], ...]
"""For every shift the visits in order; what appears nowhere is unserved."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The objective in one place: seconds of travel that a visit is worth.

    URGENT exceeds anything a plan of one municipality can sum to, so that an urgent visit is never
    traded for others; NORMAL exceeds the longest detour that fits a working day, so that a visit is
    dropped only when it does not fit. Values count per child at the door.
    """

    normal: int = 20_000
    high: int = 60_000
    urgent: int = 20_000_000
    urgent_day: int = 1_800
    """Travel that a protection-urgent visit is worth for each day it comes earlier."""
    high_day: int = 300
    """The same for a high priority."""
    away: int = 1_800
    """Travel that is worth saving before a visit leaves the team of its district."""

    def penalty(self, visit: Visit) -> int:
        """Cost of leaving `visit` out."""
        base = {Priority.NORMAL: self.normal, Priority.HIGH: self.high}
        return base.get(visit.priority, self.urgent) * max(1, visit.children)

    def per_day(self, visit: Visit) -> int:
        """Cost of making `visit` a day later."""
        return {Priority.HIGH: self.high_day, Priority.URGENT: self.urgent_day}.get(
            visit.priority, 0
        )


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """V visits, S shifts, N travel nodes, M modes."""

    visit_ids: tuple[str, ...]
    """(V,)"""
    shift_ids: tuple[str, ...]
    """(S,)"""
    service: Ints
    """(V,) seconds at the door."""
    priority: Ints
    """(V,) `model.Priority`."""
    penalty: Ints
    """(V,) cost of leaving the visit out, in seconds of travel."""
    load: Ints
    """(V,) kits to hand over."""
    windows: tuple[tuple[tuple[int, int], ...], ...]
    """(V,) when service may START: (earliest, latest) in seconds after the first midnight, both
    included, ascending and disjoint. A shift's hours bound them further."""
    allowed: Bools
    """(V, S) True where the shift may serve the visit: team, day, institutions, deadline."""
    home: Bools
    """(V, S) True where the shift is allowed and belongs to the visit's home team; a row without
    True has no home."""
    shift_cost: Ints
    """(V, S) seconds of travel added for serving the visit on that shift: later days for urgent
    ones, teams other than the home team."""
    pairs: tuple[tuple[int, int], ...]
    """(first, second): both on one shift in this order, or neither."""
    team: Ints
    """(S,) index of the shift's team."""
    midnight: Ints
    """(S,) when the shift's day begins; times of day count from here."""
    start: Ints
    """(S,) leave the office not before; seconds after the first midnight."""
    end: Ints
    """(S,) back at the office by then."""
    pause: Ints
    """(S, 3) earliest start, latest start, duration; duration 0 = no pause due."""
    capacity: Ints
    """(S,) kits that fit in."""
    office: Ints
    """(S,) travel node where the day starts and ends."""
    mode: Ints
    """(S,) index into `travel`."""
    travel: tuple[npt.NDArray[np.int32], ...]
    """(M,) of (N, N) seconds from row to column, `NEVER` where there is no way. Asymmetry and
    broken triangles are normal."""

    @property
    def visits(self) -> int:
        """V."""
        return len(self.visit_ids)

    @property
    def shifts(self) -> int:
        """S."""
        return len(self.shift_ids)

    def part(self, visits: Sequence[int], shifts: Sequence[int]) -> Problem:
        """The same problem with only `visits` and `shifts`, renumbered in the given order.

        A pair comes along only when both halves do.
        """
        v, s = np.asarray(visits, dtype=np.int64), np.asarray(shifts, dtype=np.int64)
        offices, office = np.unique(self.office[s], return_inverse=True)
        modes, mode = np.unique(self.mode[s], return_inverse=True)
        nodes = np.concatenate([v, offices])
        new = {int(old): index for index, old in enumerate(v)}
        return Problem(
            visit_ids=tuple(self.visit_ids[i] for i in v),
            shift_ids=tuple(self.shift_ids[i] for i in s),
            service=self.service[v],
            priority=self.priority[v],
            penalty=self.penalty[v],
            load=self.load[v],
            windows=tuple(self.windows[i] for i in v),
            allowed=self.allowed[np.ix_(v, s)],
            home=self.home[np.ix_(v, s)],
            shift_cost=self.shift_cost[np.ix_(v, s)],
            pairs=tuple((new[a], new[b]) for a, b in self.pairs if a in new and b in new),
            team=self.team[s],
            midnight=self.midnight[s],
            start=self.start[s],
            end=self.end[s],
            pause=self.pause[s],
            capacity=self.capacity[s],
            office=office.astype(np.int64) + len(v),
            mode=mode.astype(np.int64),
            travel=tuple(self.travel[m][np.ix_(nodes, nodes)] for m in modes),
        )


def route_cost(problem: Problem, shift: int, sequence: Sequence[int]) -> int:
    """Travel of one route, office to office, plus the shift costs of its visits, in seconds."""
    if not sequence:
        return 0
    matrix = problem.travel[int(problem.mode[shift])]
    office = int(problem.office[shift])
    way = [office, *sequence, office]
    travel = sum(int(matrix[a, b]) for a, b in pairwise(way))
    return travel + int(problem.shift_cost[list(sequence), shift].sum())


def cost(problem: Problem, solution: Sequence[Sequence[int]]) -> int:
    """What a solution costs: travel, shift costs and the penalties of unserved visits."""
    served = [visit for route in solution for visit in route]
    routes = sum(route_cost(problem, s, route) for s, route in enumerate(solution))
    return routes + int(problem.penalty.sum()) - int(problem.penalty[served].sum())


def due_pause(
    pause: tuple[int, int, int] | None, start: int, end: int
) -> tuple[int, int, int] | None:
    """`pause` (earliest, latest, duration), or None for a shift that is not at work then."""
    if pause is None or pause[2] <= 0 or pause[0] >= end or pause[1] < start:
        return None
    return pause


def disjoint(windows: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Windows ascending, empty ones dropped, overlapping or touching ones joined."""
    joined: list[tuple[int, int]] = []
    for earliest, latest in sorted(w for w in windows if w[0] <= w[1]):
        if joined and earliest <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], latest))
        else:
            joined.append((earliest, latest))
    return tuple(joined)


def fitting(problem: Problem) -> Problem:
    """`problem` with every shift disallowed that could not serve the visit even alone.

    Checked against the hours by the direct way from and to the office. With a broken triangle a
    longer way round might just fit; such a gain is given up on purpose.
    """
    allowed = problem.allowed & (alone_slack(problem) >= 0)
    allowed &= problem.load[:, None] <= problem.capacity[None, :]
    for a, b in problem.pairs:
        allowed[[a, b]] = allowed[a] & allowed[b]
    return replace(problem, allowed=allowed, home=problem.home & allowed)


def alone_slack(problem: Problem) -> Ints:
    """(V, S) seconds between the return from a visit made alone and the end of the shift.

    Negative when it is late; `-NEVER` when there is no way or no window left. The pause counts
    where it cannot lie before or after the trip.
    """
    slack = np.full(problem.allowed.shape, -NEVER, dtype=np.int64)
    for visit, shift in zip(*np.nonzero(problem.allowed), strict=True):
        slack[visit, shift] = _alone(problem, int(visit), int(shift))
    return slack


def _alone(problem: Problem, visit: int, shift: int) -> int:
    matrix = problem.travel[int(problem.mode[shift])]
    office = int(problem.office[shift])
    out, home = int(matrix[office, visit]), int(matrix[visit, office])
    if out >= NEVER or home >= NEVER:
        return -NEVER
    earliest, latest, duration = (int(x) for x in problem.pause[shift])
    start, end = int(problem.start[shift]), int(problem.end[shift])
    service, windows = int(problem.service[visit]), problem.windows[visit]
    begin = first_start(windows, start + out)
    if begin >= NEVER:
        return -NEVER
    leave = begin + service
    if not duration or leave + home <= latest:
        return end - leave - home
    backs = [max(leave + home, earliest) + duration] if leave <= latest else []
    late = first_start(windows, max(start + out, earliest) + duration)
    if late < NEVER:
        backs.append(late + service + home)
    return end - min(backs) if backs else -NEVER


def first_start(windows: Sequence[tuple[int, int]], ready: int) -> int:
    """Earliest start of service in `windows` from `ready` on; `NEVER` when all have closed."""
    for earliest, latest in windows:
        if ready <= latest:
            return max(ready, earliest)
    return NEVER


# --- from the model -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a plan."""

    first_day: date
    days: int

    def index(self, day: date) -> int:
        """0 for the first day; negative or ≥ days outside the plan."""
        return (day - self.first_day).days

    def holds(self, day: date) -> bool:
        """True when `day` is one of the plan's."""
        return 0 <= self.index(day) < self.days

    def kept(self, shifts: Sequence[Shift]) -> tuple[Shift, ...]:
        """The shifts within the plan's days, in their order."""
        return tuple(shift for shift in shifts if self.holds(shift.day))

    @property
    def last_day(self) -> date:
        """The last day of the plan."""
        return self.first_day + timedelta(days=self.days - 1)


def build(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    *,
    first_day: date,
    days: int,
    pairs: Sequence[tuple[str, str]] = (),
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
        pairs: (first, second) visit ids: one shift serves both in this order, or neither is served.
        weights: the objective.

    Raises:
        InputError: doubled ids, negative times, hours that end before they start, a mode or key
            that `travel` lacks, a matrix that is not square; all faults at once.
    """
    calendar = Calendar(first_day, days)
    kept = calendar.kept(shifts)
    whole = everything(visits, kept, travel, calendar, pairs=pairs, weights=weights)
    return sift(whole, visits, kept, calendar)


def sift(
    whole: Problem, visits: Sequence[Visit], shifts: Sequence[Shift], calendar: Calendar
) -> tuple[Problem, tuple[Unserved, ...]]:
    """`whole` cut to the visits that some shift can serve, and the others with their reason."""
    fits = fitting(whole)
    able = fits.allowed.any(axis=1)
    why = {
        index: _sift(visits[index], index, shifts, whole, calendar)
        for index in np.nonzero(~able)[0].tolist()
    }
    partners = _partners(whole.pairs)
    unserved = []
    for index, own in why.items():
        visit = visits[index]
        reason, *because = own or _pair_reason(visits[partners[index]], why[partners[index]])
        unserved.append(Unserved(visit.case_ids, reason, visit.visit_id, tuple(because)))
    return fits.part(np.nonzero(able)[0].tolist(), range(whole.shifts)), tuple(unserved)


def _partners(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    return dict(pairs) | {b: a for a, b in pairs}


def _pair_reason(
    partner: Visit, why: tuple[Reason, Note] | None
) -> tuple[Reason, Note] | tuple[Reason, Note, Note]:
    visit = partner.visit_id
    if why is None:
        return Reason.NO_TEAM, note(
            "no shift may serve it together with visit {visit}", visit=visit
        )
    return why[0], note("it goes with visit {visit}, of which", visit=visit), why[1]


def _refuse_faults(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    pairs: Sequence[tuple[str, str]],
) -> None:
    faults = [
        *_doubled([visit.visit_id for visit in visits], "visit_id"),
        *_doubled([shift.shift_id for shift in shifts], "shift_id"),
    ]
    for visit in visits:
        if visit.service_seconds < 0 or visit.kits < 0:
            faults.append(
                Fault(
                    "service time and kits cannot be negative", field="visit", value=visit.visit_id
                )
            )
    for shift in shifts:
        faults.extend(_shift_faults(shift))
    ids = {visit.visit_id for visit in visits}
    halves = [half for pair in pairs for half in pair]
    faults.extend(
        Fault("a pair names a visit that is not asked for", field="pairs", value=half)
        for half in halves
        if half not in ids
    )
    faults.extend(_doubled(halves, "pairs"))
    for mode in sorted({shift.mode for shift in shifts}):
        faults.extend(_travel_faults(mode, travel, visits, shifts))
    if faults:
        raise InputError(faults)


def _doubled(ids: Sequence[str], field: str) -> list[Fault]:
    doubled = sorted(one for one, times in Counter(ids).items() if times > 1)
    return [Fault("occurs more than once", field=field, value=one) for one in doubled]


def _shift_faults(shift: Shift) -> list[Fault]:
    faults = []
    if not 0 <= shift.start < shift.end:
        faults.append(
            Fault("working hours must end after they start", field="shift", value=shift.shift_id)
        )
    if shift.kit_capacity < 0:
        faults.append(Fault("kit capacity cannot be negative", field="shift", value=shift.shift_id))
    pause = shift.pause
    if pause is not None and (pause.duration < 0 or pause.latest < pause.earliest):
        faults.append(
            Fault("the pause must end after it starts", field="shift", value=shift.shift_id)
        )
    return faults


def _travel_faults(
    mode: Mode, travel: Mapping[Mode, Travel], visits: Sequence[Visit], shifts: Sequence[Shift]
) -> list[Fault]:
    if mode not in travel:
        return [Fault("no travel times for this mode", field="travel", value=mode)]
    table = travel[mode]
    if table.seconds.shape != (len(table.keys), len(table.keys)):
        return [Fault("the travel matrix is not square", field="travel", value=mode)]
    faults = []
    if bool((table.seconds < 0).any()):
        faults.append(Fault("travel times cannot be negative", field="travel", value=mode))
    known = set(table.keys)
    wanted = [visit.visit_id for visit in visits]
    wanted += sorted({office_key(shift) for shift in shifts if shift.mode is mode})
    faults += [
        Fault(f"the {mode} matrix lacks it", field="travel", value=key)
        for key in wanted
        if key not in known
    ]
    return faults


def office_key(shift: Shift) -> str:
    """The key of a shift's office in a travel matrix."""
    return f"office:{shift.team_id}"


def everything(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    calendar: Calendar,
    *,
    pairs: Sequence[tuple[str, str]] = (),
    weights: Weights = WEIGHTS,
) -> Problem:
    """The whole problem, visits that fit nowhere included; `allowed` by rule, not by time.

    Raises:
        InputError: see `build`.
    """
    _refuse_faults(visits, shifts, travel, pairs)
    teams = sorted({shift.team_id for shift in shifts})
    modes = sorted({shift.mode for shift in shifts})
    index = {visit.visit_id: v for v, visit in enumerate(visits)}
    day = np.array([calendar.index(shift.day) for shift in shifts], dtype=np.int64)
    team = np.array([teams.index(shift.team_id) for shift in shifts], dtype=np.int64)
    allowed = np.zeros((len(visits), len(shifts)), dtype=bool)
    home = np.zeros_like(allowed)
    for v, visit in enumerate(visits):
        for s, shift in enumerate(shifts):
            allowed[v, s] = all(rule(visit, shift) for rule, _ in RULES)
            home[v, s] = allowed[v, s] and shift.team_id == visit.home_team
    per_day = np.array([weights.per_day(visit) for visit in visits], dtype=np.int64)
    away = np.where(home.any(axis=1, keepdims=True) & ~home, weights.away, 0)
    start = np.array([shift.start for shift in shifts], dtype=np.int64) + day * DAY
    end = np.array([shift.end for shift in shifts], dtype=np.int64) + day * DAY
    return Problem(
        visit_ids=tuple(index),
        shift_ids=tuple(shift.shift_id for shift in shifts),
        service=np.array([visit.service_seconds for visit in visits], dtype=np.int64),
        priority=np.array([visit.priority for visit in visits], dtype=np.int64),
        penalty=np.array([weights.penalty(visit) for visit in visits], dtype=np.int64),
        load=np.array([visit.kits for visit in visits], dtype=np.int64),
        windows=tuple(visit_windows(visit, calendar) for visit in visits),
        allowed=allowed,
        home=home,
        shift_cost=per_day[:, None] * day[None, :] + away,
        pairs=tuple((index[a], index[b]) for a, b in pairs),
        team=team,
        midnight=day * DAY,
        start=start,
        end=end,
        pause=np.array([_shift_pause(shift, calendar) for shift in shifts], dtype=np.int64).reshape(
            -1, 3
        ),
        capacity=np.array([shift.kit_capacity for shift in shifts], dtype=np.int64),
        office=len(visits) + team,
        mode=np.array([modes.index(shift.mode) for shift in shifts], dtype=np.int64),
        travel=tuple(whole_seconds(travel[mode], [*index, *_offices(teams)]) for mode in modes),
    )


def _offices(teams: Sequence[str]) -> list[str]:
    return [f"office:{team}" for team in teams]


def whole_seconds(table: Travel, keys: Sequence[str]) -> npt.NDArray[np.int32]:
    """(n, n) int32 of the rows and columns `keys`, rounded up; `NEVER` for NaN.

    A key the table lacks (the office of a team that moves in another mode) is out of reach.
    """
    where = {key: row for row, key in enumerate(table.keys)}
    rows = np.array([where.get(key, -1) for key in keys], dtype=np.int64)
    seconds = np.ceil(table.seconds[np.ix_(rows, rows)].astype(np.float64) - 1e-3)
    seconds[rows < 0] = np.nan
    seconds[:, rows < 0] = np.nan
    return np.where(seconds < NEVER, seconds, NEVER).astype(np.int32)


def _shift_pause(shift: Shift, calendar: Calendar) -> tuple[int, int, int]:
    pause = shift.pause
    given = None if pause is None else (pause.earliest, pause.latest, pause.duration)
    due = due_pause(given, shift.start, shift.end)
    offset = calendar.index(shift.day) * DAY
    return (due[0] + offset, due[1] + offset, due[2]) if due else (0, 0, 0)


def visit_windows(visit: Visit, calendar: Calendar) -> tuple[tuple[int, int], ...]:
    """When `visit` may start, on every day it may be made; no windows given means all day."""
    open_days = [
        day
        for day in (calendar.first_day + timedelta(days=d) for d in range(calendar.days))
        if _on_day(visit, day)
    ]
    given = visit.windows or (Window(0, DAY - 1),)
    return disjoint(
        (window.start + calendar.index(day) * DAY, window.end + calendar.index(day) * DAY)
        for day in open_days
        for window in given
        if day.weekday() in window.weekdays
    )


def _on_day(visit: Visit, day: date) -> bool:
    return (
        (visit.day is None or day == visit.day)
        and (visit.earliest is None or day >= visit.earliest)
        and (visit.deadline is None or day <= visit.deadline)
    )


# --- rules of who may serve whom, in the order in which they are named as reasons --------------


def team_may(visit: Visit, shift: Shift) -> bool:
    """The visit names the team, or names none and the team is of its municipality."""
    if visit.teams:
        return shift.team_id in visit.teams
    return shift.municipality_code == visit.municipality_code


def crew_has(visit: Visit, shift: Shift) -> bool:
    """Every required institution has a member on the shift."""
    return visit.requires <= shift.institutions


def day_fits(visit: Visit, shift: Shift) -> bool:
    """Not before the earliest day, not after the deadline, on the pinned day if any."""
    return _on_day(visit, shift.day)


def window_fits(visit: Visit, shift: Shift) -> bool:
    """Somebody can be met at some time of the shift."""
    return not visit.windows or any(
        window.start <= window.end
        and window.start < shift.end
        and window.end >= shift.start
        and shift.day.weekday() in window.weekdays
        for window in visit.windows
    )


def kits_fit(visit: Visit, shift: Shift) -> bool:
    """The kits of this door alone do not exceed what the team carries."""
    return visit.kits <= shift.kit_capacity


Rule = Callable[[Visit, Shift], bool]
RULES: tuple[tuple[Rule, Reason], ...] = (
    (team_may, Reason.NO_TEAM),
    (crew_has, Reason.NO_INSTITUTION),
    (day_fits, Reason.DEADLINE_PASSED),
    (window_fits, Reason.NO_WINDOW),
    (kits_fit, Reason.TOO_MANY_KITS),
)


def _sift(
    visit: Visit, index: int, shifts: Sequence[Shift], problem: Problem, calendar: Calendar
) -> tuple[Reason, Note] | None:
    """The first rule that leaves `visit` without a shift; None when only its pair binds it."""
    pinned = _pin_reason(visit, calendar)
    if pinned:
        return Reason.CONTRADICTORY_PIN, pinned
    left = list(shifts)
    for rule, reason in RULES:
        able = [shift for shift in left if rule(visit, shift)]
        if not able:
            return _rule_words(visit, reason, left, calendar)
        left = able
    return _time_reason(visit, index, problem)


def _pin_reason(visit: Visit, calendar: Calendar) -> Note | None:
    if visit.day is None:
        if visit.earliest and visit.deadline and visit.earliest > visit.deadline:
            return note("its earliest day {from_day} is after its deadline {to_day}",
                        from_day=visit.earliest, to_day=visit.deadline)  # fmt: skip
        return None
    if not calendar.holds(visit.day):
        return note(
            "it is fixed to {day}, the plan covers {from_day} to {to_day}",
            day=visit.day, from_day=calendar.first_day, to_day=calendar.last_day,
        )  # fmt: skip
    if not _on_day(visit, visit.day):
        return note("it is fixed to {day}, outside its own earliest day or deadline", day=visit.day)
    return None


def _rule_words(
    visit: Visit, reason: Reason, left: Sequence[Shift], calendar: Calendar
) -> tuple[Reason, Note]:
    """The reason and its words; `left` are the shifts that passed the rules before."""
    if reason is Reason.NO_TEAM:
        if visit.teams:
            team = ", ".join(sorted(visit.teams))
            return reason, note("no shift of team {team} in these days", team=team)
        return reason, note("no team of its municipality works in these days")
    if reason is Reason.NO_INSTITUTION:
        best = max(left, key=lambda shift: len(visit.requires & shift.institutions))
        lacking = ", ".join(sorted(visit.requires - best.institutions))
        return reason, note(
            "no team that may go has a member of {institutions}", institutions=lacking
        )
    if reason is Reason.DEADLINE_PASSED:
        return _day_words(visit, calendar)
    if reason is Reason.NO_WINDOW:
        return reason, note("nobody can be met in the hours that the allowed teams work")
    most = max(shift.kit_capacity for shift in left)
    return reason, note(
        "{kits} kits, and a team carries at most {most}", kits=visit.kits, most=most
    )


def _day_words(visit: Visit, calendar: Calendar) -> tuple[Reason, Note]:
    if visit.day is not None:
        told = note("it is fixed to {day}, no allowed team works then", day=visit.day)
        return Reason.CONTRADICTORY_PIN, told
    if visit.deadline is not None and visit.deadline < calendar.first_day:
        return (
            Reason.DEADLINE_PASSED,
            note(
                "its deadline {day} is before the plan's first day {from_day}",
                day=visit.deadline,
                from_day=calendar.first_day,
            ),
        )
    if visit.earliest is not None and visit.earliest > calendar.last_day:
        return (
            Reason.NO_WINDOW,
            note(
                "not before {from_day}, and the plan ends on {to_day}",
                from_day=visit.earliest,
                to_day=calendar.last_day,
            ),
        )
    if visit.deadline is not None:
        return (
            Reason.DEADLINE_PASSED,
            note("no allowed team works in time for its deadline {day}", day=visit.deadline),
        )
    return Reason.NO_WINDOW, note(
        "no allowed team works from {from_day} on", from_day=visit.earliest
    )


def _time_reason(visit: Visit, index: int, problem: Problem) -> tuple[Reason, Note] | None:
    """Why `visit` alone fits into none of the shifts that the rules allow, if so."""
    shifts = [int(s) for s in np.nonzero(problem.allowed[index])[0]]
    trips = [_round_trip(problem, index, s) for s in shifts]
    if min(trips) >= NEVER:
        told = note("no way by road from any office that may serve it, and back")
        return Reason.UNREACHABLE, told
    if any(_alone(problem, index, s) >= 0 for s in shifts):
        return None
    needs = [
        trip + visit.service_seconds + int(problem.pause[s, 2])
        for s, trip in zip(shifts, trips, strict=True)
    ]
    spare = [int(problem.end[s] - problem.start[s]) - n for s, n in zip(shifts, needs, strict=True)]
    best = int(np.argmax(spare))
    if spare[best] < 0:
        return (
            Reason.TOO_LONG,
            note(
                "travel, service and pause take {minutes} min, {more} min more than the shift",
                minutes=-(-needs[best] // 60),
                more=-(spare[best] // 60),
            ),
        )
    return Reason.NO_WINDOW, note("no allowed team can be there in its hours and be back in time")


def _round_trip(problem: Problem, visit: int, shift: int) -> int:
    matrix, office = problem.travel[int(problem.mode[shift])], int(problem.office[shift])
    return min(NEVER, int(matrix[office, visit]) + int(matrix[visit, office]))
