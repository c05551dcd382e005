"""What if: the same question with one thing changed, planned again, side by side.

A change says what differs (one more team, an hour more, another day, …) and gives the changed
input. Planning it is the caller's: it runs in a job, with the seed and budget of the plan that it
is compared with, so that only the change makes the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from planning.errors import Fault, InputError
from planning.model import UNBOUND, Conditions, Mode, Plan, Priority, Reason, Sex, Shift, Visit
from planning.routing.balance import Area, balance
from planning.routing.faults import office_key
from planning.routing.moves import clock
from planning.routing.problem import DAY
from planning.shifts import WORKDAYS
from planning.text import Note, note

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a plan is made from, but for the seed and the budget."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[Mode, Travel]
    first_day: date
    days: int
    conditions: Conditions = UNBOUND

    @classmethod
    def of(cls, plan: Plan, travel: Mapping[Mode, Travel]) -> Inputs:
        """What `plan` was made from."""
        return cls(
            plan.visits, plan.shifts, travel, plan.first_day, plan.days, plan.conditions
        )  # fmt: skip


class Change(Protocol):
    """One thing that differs: a scenario to compare, or what has happened to a published plan."""

    def on(self, inputs: Inputs) -> Inputs:
        """`inputs` with the change.

        Raises:
            InputError: it names a visit, team or shift that is not there.
        """

    @property
    def told(self) -> Note:
        """The change in words."""


@dataclass(frozen=True, slots=True)
class TeamLike:
    """One more team, from the office of an existing one and like it in everything."""

    team_id: str
    """The existing one."""
    new_id: str

    def on(self, inputs: Inputs) -> Inputs:
        """See `Change`."""
        own = shifts_of(inputs, self.team_id)
        if any(shift.team_id == self.new_id for shift in inputs.shifts):
            raise InputError(
                [Fault(note("there is a team with this id"), field="team", value=self.new_id)]
            )
        copies = tuple(
            replace(shift, team_id=self.new_id, shift_id=f"{self.new_id}@{shift.day.isoformat()}")
            for shift in own
        )
        office, new = office_key(own[0]), office_key(copies[0])
        return replace(
            inputs,
            visits=tuple(
                replace(visit, teams=visit.teams | {self.new_id})
                if self.team_id in visit.teams
                else visit
                for visit in inputs.visits
            ),
            shifts=(*inputs.shifts, *copies),
            travel={mode: _with_copy(table, office, new) for mode, table in inputs.travel.items()},
        )

    @property
    def told(self) -> Note:
        """See `Change`."""
        return note("one more team like team {team}", team=self.team_id)


@dataclass(frozen=True, slots=True)
class LongerDays:
    """Shifts that end later, for every team or for one."""

    seconds: int = 3600
    team_id: str = ""
    """Empty = all teams."""

    def on(self, inputs: Inputs) -> Inputs:
        """See `Change`."""
        if self.team_id:
            shifts_of(inputs, self.team_id)
        return replace(inputs, shifts=tuple(map(self._longer, inputs.shifts)))

    def _longer(self, shift: Shift) -> Shift:
        if self.team_id not in ("", shift.team_id):
            return shift
        most = None if shift.most_work is None else shift.most_work + self.seconds
        return replace(shift, end=min(DAY, shift.end + self.seconds), most_work=most)

    @property
    def told(self) -> Note:
        """See `Change`."""
        minutes = self.seconds // 60
        if self.team_id:
            return note("{minutes} min more a day for team {team}", minutes=minutes,
                        team=self.team_id)  # fmt: skip
        return note("{minutes} min more a day for every team", minutes=minutes)


@dataclass(frozen=True, slots=True)
class AnotherDay:
    """The next Monday to Friday after the plan's last day, with all teams as on their last day."""

    def on(self, inputs: Inputs) -> Inputs:
        """See `Change`."""
        last_of = {
            shift.team_id: shift for shift in sorted(inputs.shifts, key=lambda each: each.day)
        }
        end = inputs.first_day + timedelta(days=inputs.days - 1)
        day = next(
            found
            for found in (end + timedelta(days=ahead) for ahead in range(1, 8))
            if found.weekday() in WORKDAYS
        )
        more = tuple(
            replace(shift, day=day, shift_id=f"{team}@{day.isoformat()}")
            for team, shift in last_of.items()
        )
        return replace(
            inputs, shifts=(*inputs.shifts, *more), days=(day - inputs.first_day).days + 1
        )

    @property
    def told(self) -> Note:
        """See `Change`."""
        return note("one more day for every team")


@dataclass(frozen=True, slots=True)
class MemberMore:
    """Somebody joins a team on all its days."""

    team_id: str
    institution: str
    languages: frozenset[str] = frozenset()
    sex: Sex | None = None

    def on(self, inputs: Inputs) -> Inputs:
        """See `Change`."""
        shifts_of(inputs, self.team_id)
        return replace(
            inputs,
            shifts=tuple(
                self._joined(shift) if shift.team_id == self.team_id else shift
                for shift in inputs.shifts
            ),
        )

    def _joined(self, shift: Shift) -> Shift:
        return replace(
            shift,
            institutions=shift.institutions | {self.institution},
            languages=shift.languages | self.languages,
            sexes=shift.sexes if self.sex is None else shift.sexes | {self.sex},
        )

    @property
    def told(self) -> Note:
        """See `Change`."""
        return note("with {institutions} in team {team}", institutions=self.institution,
                    team=self.team_id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TeamLost:
    """A team does not work: ever, on a day, or on that day from a time on.

    A crew on the road goes home from where it is. A lock on a shift that is lost is void.
    """

    team_id: str
    day: date | None = None
    """None = on all days."""
    since: int = 0
    """Back at the office by then, seconds after midnight."""

    def on(self, inputs: Inputs) -> Inputs:
        """See `Change`."""
        shifts_of(inputs, self.team_id, self.day)
        begun = {each.shift_id for each in inputs.conditions.begun}
        left = [self._left(shift, shift.shift_id in begun) for shift in inputs.shifts]
        shifts = tuple(shift for shift in left if shift is not None)
        works = {shift.shift_id for shift in shifts}
        locks = tuple(lock for lock in inputs.conditions.locks if lock.shift_id in works)
        return replace(
            inputs, shifts=shifts, conditions=replace(inputs.conditions, locks=locks)
        )  # fmt: skip

    def _left(self, shift: Shift, begun: bool) -> Shift | None:
        if shift.team_id != self.team_id or self.day not in (None, shift.day):
            return shift
        end = min(shift.end, self.since)
        if begun:
            return replace(shift, end=max(shift.start + 1, end))
        return replace(shift, end=end) if end > shift.start else None

    @property
    def told(self) -> Note:
        """See `Change`."""
        if self.day is None:
            return note("without team {team}", team=self.team_id)
        if not self.since:
            return note("without team {team} on {day}", team=self.team_id, day=self.day)
        return note("without team {team} on {day} from {clock} on", team=self.team_id,
                    day=self.day, clock=clock(self.since))  # fmt: skip


def shifts_of(inputs: Inputs, team_id: str, day: date | None = None) -> tuple[Shift, ...]:
    """The shifts of a team, on a day or on all.

    Raises:
        InputError: there is none.
    """
    own = tuple(
        shift for shift in inputs.shifts if shift.team_id == team_id and day in (None, shift.day)
    )
    if not own:
        words = (
            note("this team has no shift in the plan")
            if day is None
            else note("it has no shift on {day}", day=day)
        )
        raise InputError([Fault(words, field="team", value=team_id)])
    return own


def _with_copy(table: Travel, key: str, new: str) -> Travel:
    """`table` with one more place, at the same spot as `key`; itself where `key` is not in it."""
    if key not in table.keys:
        return table
    rows = [*range(len(table.keys)), table.keys.index(key)]
    both = np.ix_(rows, rows)
    return replace(
        table,
        keys=(*table.keys, new),
        seconds=table.seconds[both],
        metres=table.metres[both] if table.metres.size else table.metres,
        snapped_m=table.snapped_m[rows],
        met=table.met[rows] if table.met.size else table.met,
    )


# --- side by side -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One plan in the comparison."""

    change: Change | None
    """None for the plan as it is."""
    plan: Plan
    made: int
    """Visits that are made."""
    urgent_left: int
    unserved: tuple[tuple[Reason, int], ...]
    """Visits left, by reason; the most frequent first."""
    work_seconds: int
    """From leaving the office to the return, all teams."""
    travel_seconds: int
    metres: float | None
    """On the road, all teams; None where no lengths are known."""
    overtime_seconds: int
    """Work after the hours of the plan as it is."""
    overtime_needed: int
    """Seconds of overtime that would still make visits possible that are left: see remedies."""
    areas: tuple[Area, ...]
    """How evenly the work lies on the teams."""

    @property
    def unfairness(self) -> int:
        """Of all municipalities: see `problem.unfairness`."""
        return sum(area.unfairness for area in self.areas)

    def overtime_avoided(self, base: Row) -> int:
        """Seconds of overtime that the change spares against `base`."""
        spared = base.overtime_seconds + base.overtime_needed
        return spared - self.overtime_seconds - self.overtime_needed


def compare(
    inputs: Inputs,
    changes: Sequence[Change],
    solve: Callable[[Inputs], Plan],
    *,
    base: Plan | None = None,
) -> tuple[Row, ...]:
    """The plan as it is and one for every change, each changed from `inputs` alone.

    Args:
        inputs: as it is.
        changes: one row each, in this order, after the row of the plan as it is.
        solve: plans an input, always with the same seed and budget.
        base: the plan of `inputs`, where it is made already.

    Raises:
        InputError: a change names what is not there; before anything is planned.
    """
    asked = [change.on(inputs) for change in changes]
    hours = {shift.shift_id: shift.end for shift in inputs.shifts}
    first = _row(None, base or solve(inputs), inputs, hours)
    rest = [
        _row(change, solve(changed), changed, hours)
        for change, changed in zip(changes, asked, strict=True)
    ]
    return (first, *rest)


def _row(change: Change | None, plan: Plan, inputs: Inputs, hours: Mapping[str, int]) -> Row:
    urgent = {v.visit_id for v in plan.visits if v.priority is Priority.URGENT}
    left = [each for each in plan.unserved if each.visit_id]
    areas = balance(plan, inputs.travel)
    teams = [team for area in areas for team in area.teams]
    lengths = [team.metres for team in teams]
    return Row(
        change=change,
        plan=plan,
        made=len(plan.visits) - len(left),
        urgent_left=sum(each.visit_id in urgent for each in left),
        unserved=tuple(Counter(each.reason for each in plan.unserved).most_common()),
        work_seconds=sum(route.back - route.departure for route in plan.routes),
        travel_seconds=sum(team.travel for team in teams),
        metres=None if None in lengths else sum(each or 0.0 for each in lengths),
        overtime_seconds=sum(
            max(0, route.back - hours.get(route.shift_id, route.back)) for route in plan.routes
        ),
        overtime_needed=60 * sum(_minutes(told) for each in left for told in each.remedy),
        areas=areas,
    )


def _minutes(told: Note) -> int:
    """What a remedy asks for in overtime; its minutes on the road are another note."""
    return int(dict(told.values)["minutes"]) if told.template.startswith("+{minutes}") else 0
