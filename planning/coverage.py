"""How far a campaign has come: children counted by area and by day.

The five columns are nested: who is resolved was visited, who was visited had been planned, who
was planned had been located, and all were listed. A visit that was made counts as planned and
located also after a later plan leaves it out. So every row is a ladder, which is what
`planning.disclosure` builds on. The visited are counted once more by what was found at the door:
why a case is resolved, or why it is still open.

These counts are exact: they are for those who may see the cases. Everybody else gets what
`planning.disclosure.release` makes of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from planning.model import CaseRecord, Level, Outcome, Place, Plan, Result, Visit
from planning.outcomes import RESOLVED

TOTAL = "*"
"""Code of the row that counts everything."""
NOWHERE = "?"
"""Code of the row of children whose municipality, or whose settlement, is not known."""

COLUMNS = ("listed", "located", "planned", "visited", "resolved")
"""From all children down to those who need no further visit; each is a part of the one before."""
RESULTS = tuple(Result)
"""What was found last; every visited child counts in one of them."""


@dataclass(frozen=True, slots=True)
class AreaCount:
    """Children of one area. Exact: not for publication."""

    area_code: str
    name: str
    parent_code: str
    """The municipality of a settlement, `TOTAL` of a municipality, empty of the total."""
    listed: int
    located: int
    planned: int
    visited: int
    resolved: int
    results: tuple[int, ...] = field(default=(), kw_only=True)
    """The visited by what was found last, in the order of `RESULTS`; empty where not counted. Those
    that resolve a case (`planning.outcomes.RESOLVED`) add up to `resolved`, all to `visited`."""

    @property
    def ladder(self) -> tuple[int, ...]:
        """The five counts in the order of `COLUMNS`."""
        return self.listed, self.located, self.planned, self.visited, self.resolved


@dataclass(frozen=True, slots=True)
class DayCount:
    """Children by day. Exact: not for publication."""

    day: date
    planned: int
    """Whose visit the plan has on this day, or was made on it without being in the plan."""
    visited: int
    """Who were visited on this day for the first time."""
    resolved: int
    """Whose last outcome, recorded for this day, resolved the case."""


class NamedArea(Protocol):
    """An area as `planning.areas` has it; rows of the frame's `itertuples` fit too."""

    @property
    def code(self) -> str:
        """Unique code."""

    @property
    def name(self) -> str:
        """Name as the map has it."""

    @property
    def level(self) -> str:
        """`municipality`, `district` or `settlement`."""

    @property
    def parent(self) -> str:
        """Code of the municipality of a settlement."""


def coverage(
    cases: Iterable[CaseRecord],
    plan: Plan | None,
    outcomes: Iterable[Outcome],
    *,
    by: str = "municipality",
    areas: Iterable[NamedArea] = (),
) -> tuple[AreaCount, ...]:
    """Children by area, in the order of the areas' codes.

    Args:
        cases: the cases to count; each stands for `case.children`.
        plan: the plan that holds.
        outcomes: all outcomes so far, of earlier plans too.
        by: `total`, `municipality` or `settlement`.
        areas: those of the level are listed even where no child is. A published table should
            list them all, or else the list of its rows tells where children are.

    Raises:
        ValueError: `by` is something else.
    """
    if by not in ("total", "municipality", "settlement"):
        raise ValueError(f"coverage by {by!r} is not known")
    progress = _progress(plan, outcomes)
    tallies = {
        area.code: _Tally(area.name, area.parent if by == "settlement" else TOTAL)
        for area in areas
        if area.level == by
    }
    for record in cases:
        code, name, parent = _area(record.place, by)
        if code in tallies and tallies[code].parent != parent:
            # The map has the settlement elsewhere. Counted there, the settlements of neither
            # municipality would add up to it, and the difference would be this child.
            code, name = f"{parent}/{NOWHERE}", ""
        tally = tallies.setdefault(code, _Tally(name, parent))
        tally.add(record, progress)
    return tuple(
        AreaCount(
            code, tally.name, tally.parent, *tally.ladder,
            results=tuple(tally.results[each] for each in RESULTS),
        )
        for code, tally in sorted(tallies.items())
    )  # fmt: skip


def all_levels(
    cases: Iterable[CaseRecord],
    plan: Plan | None,
    outcomes: Iterable[Outcome],
    *,
    areas: Iterable[NamedArea] = (),
) -> tuple[AreaCount, ...]:
    """Total, municipalities and settlements as one table: what `planning.disclosure` releases.

    Children of whom not even the municipality is known are one row, among the municipalities.
    """
    cases, outcomes, areas = tuple(cases), tuple(outcomes), tuple(areas)
    total, municipalities, settlements = (
        coverage(cases, plan, outcomes, by=by, areas=areas)
        for by in ("total", "municipality", "settlement")
    )
    below = (row for row in settlements if row.parent_code not in ("", TOTAL))
    return (*total, *municipalities, *below)


def pace(
    cases: Iterable[CaseRecord], plan: Plan | None, outcomes: Iterable[Outcome]
) -> tuple[DayCount, ...]:
    """Children by day, for every day on which anything is planned or was done."""
    children = {record.case.case_id: record.case.children for record in cases}
    progress = _progress(plan, outcomes)
    resolved = {
        case_id: outcome.day
        for case_id, outcome in progress.latest.items()
        if outcome.result in RESOLVED
    }
    planned = {**progress.first_visited, **progress.routed}
    by_case = (planned, progress.first_visited, resolved)
    sums: dict[date, list[int]] = {}
    for column, days in enumerate(by_case):
        for case_id, day in days.items():
            sums.setdefault(day, [0, 0, 0])[column] += children.get(case_id, 0)
    return tuple(DayCount(day, *sums[day]) for day in sorted(sums))


@dataclass(slots=True)
class _Tally:
    """A row in the making."""

    name: str
    parent: str
    ladder: list[int] = field(default_factory=lambda: [0] * len(COLUMNS))
    results: Counter[Result] = field(default_factory=Counter)

    def add(self, record: CaseRecord, progress: _Progress) -> None:
        for step in range(_steps(record, progress)):
            self.ladder[step] += record.case.children
        if last := progress.latest.get(record.case.case_id):
            self.results[last.result] += record.case.children


@dataclass(frozen=True, slots=True)
class _Progress:
    """What plan and outcomes say of each case."""

    routed: Mapping[str, date]
    first_visited: Mapping[str, date]
    latest: Mapping[str, Outcome]


def _progress(plan: Plan | None, outcomes: Iterable[Outcome]) -> _Progress:
    visits: dict[str, Visit] = {visit.visit_id: visit for visit in plan.visits} if plan else {}
    routed = {
        case_id: route.day
        for route in (plan.routes if plan else ())
        for stop in route.stops
        for case_id in visits[stop.visit_id].case_ids
    }
    first_visited: dict[str, date] = {}
    latest: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda each: (each.recorded_at, each.key)):
        visit = visits.get(outcome.visit_id)
        for case_id in outcome.case_ids or (visit.case_ids if visit else ()):
            first_visited[case_id] = min(outcome.day, first_visited.get(case_id, outcome.day))
            latest[case_id] = outcome
    return _Progress(routed, first_visited, latest)


def _steps(record: CaseRecord, progress: _Progress) -> int:
    """How many of `COLUMNS` the case counts in."""
    case_id = record.case.case_id
    if case_id in progress.latest:
        return 5 if progress.latest[case_id].result in RESOLVED else 4
    if case_id in progress.routed:
        return 3
    return 2 if record.place and record.place.level != Level.NONE else 1


def _area(place: Place | None, by: str) -> tuple[str, str, str]:
    """Code, name and parent of the area a case counts in."""
    municipality = place.municipality_code if place else ""
    if by == "total":
        return TOTAL, "", ""
    if by == "municipality":
        return municipality or NOWHERE, place.municipality if place else "", TOTAL
    if place and municipality and place.settlement_code:
        return place.settlement_code, place.settlement, municipality
    if municipality:
        return f"{municipality}/{NOWHERE}", "", municipality
    return NOWHERE, "", TOTAL
