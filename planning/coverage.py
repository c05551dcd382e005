"""How far a campaign has come: children counted by area.

The five columns are nested: who is resolved was visited, who was visited had been planned, who
was planned had been located, and all were listed. A visit that was made counts as planned and
located also after a later plan leaves it out. A case that a call or research closed needs no visit
any more: it is resolved, and counts in every column. So every row is a ladder, which is what
`planning.disclosure` builds on. The visited are counted once more by what was found: at the door,
why a case is resolved or still open, or `BY_CONTACT`.

These counts are exact: they are for those who may see the cases. Everybody else gets what
`planning.disclosure.release` makes of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from planning.model import CaseRecord, Category, Level, Outcome, Place, Plan, Result, Visit
from planning.outcomes import RESOLVED, recorded_order

TOTAL = "*"
"""Code of the row that counts everything."""
NOWHERE = "?"
"""Code of the row of children whose municipality, settlement or district is not known."""

LEVELS = ("total", "municipality", "settlement", "district")
"""What can be counted by, from the whole to the official districts (район) of a city."""

COLUMNS = ("listed", "located", "planned", "visited", "resolved")
"""From all children down to those who need no further visit; each is a part of the one before."""
BY_CONTACT = "by_contact"
"""Closed by a call or by research: no visit has resolved the case, and none is needed."""
RESULTS = (*Result, BY_CONTACT)
"""What was found last; every visited child counts in one of them."""
RESOLVING = frozenset({*RESOLVED, BY_CONTACT})
"""Those of `RESULTS` after which the case needs nothing more."""


@dataclass(frozen=True, slots=True)
class AreaCount:
    """Children of one area. Exact: not for publication."""

    area_code: str
    name: str
    parent_code: str
    """The settlement of a district, the municipality of a settlement, `TOTAL` of a municipality,
    empty of the total."""
    listed: int
    located: int
    planned: int
    visited: int
    resolved: int
    results: tuple[int, ...] = field(default=(), kw_only=True)
    """The visited by what was found last, in the order of `RESULTS`; empty where not counted. Those
    that resolve a case (`RESOLVING`) add up to `resolved`, all to `visited`."""

    @property
    def ladder(self) -> tuple[int, ...]:
        """The five counts in the order of `COLUMNS`."""
        return self.listed, self.located, self.planned, self.visited, self.resolved


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
        """Code of a settlement's municipality, and of the settlement that a district parts."""


def coverage(
    cases: Iterable[CaseRecord],
    plan: Plan | None,
    outcomes: Iterable[Outcome],
    *,
    closed: Collection[str] = (),
    by: str = "municipality",
    areas: Iterable[NamedArea] = (),
) -> tuple[AreaCount, ...]:
    """Children by area, in the order of the areas' codes.

    Args:
        cases: the cases to count; each stands for `case.children`.
        plan: the plan that holds.
        outcomes: all outcomes so far, of earlier plans too.
        closed: ids of cases that a contact closed, see `planning.campaign.ladder.closed`.
        by: one of `LEVELS`. By `district` only children of parted settlements are counted: those
            that hold a district of `areas`.
        areas: those of the level are listed even where no child is. A published table should
            list them all, or else the list of its rows tells where children are.

    Raises:
        ValueError: `by` is something else.
    """
    if by not in LEVELS:
        raise ValueError(f"coverage by {by!r} is not known")
    areas = tuple(areas)
    progress = _progress(plan, outcomes, closed)
    ground = _Ground.of(areas)
    tallies = {
        area.code: _Tally(area.name, TOTAL if by == "municipality" else area.parent)
        for area in (ground.districts.values() if by == "district" else areas)
        if area.level == by
    }
    for record in cases:
        if found := ground.area(record.place, by):
            code, name, parent = found
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
    closed: Collection[str] = (),
    areas: Iterable[NamedArea] = (),
) -> tuple[AreaCount, ...]:
    """All `LEVELS` as one table: what `planning.disclosure` releases.

    Children of whom not even the municipality is known are one row, among the municipalities.
    """
    cases, outcomes, areas = tuple(cases), tuple(outcomes), tuple(areas)
    total, municipalities, settlements, districts = (
        coverage(cases, plan, outcomes, closed=closed, by=by, areas=areas) for by in LEVELS
    )
    below = [row for row in settlements if row.parent_code not in ("", TOTAL)]
    parted = {row.area_code for row in below}
    return (
        *total, *municipalities, *below, *(row for row in districts if row.parent_code in parted),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Children of one category of need. Exact, and of the most personal kind: never released."""

    category: Category | None
    """None for children of whom no category is known."""
    listed: int
    visited: int
    resolved: int


def by_category(
    cases: Iterable[CaseRecord],
    plan: Plan | None,
    outcomes: Iterable[Outcome],
    *,
    closed: Collection[str] = (),
) -> tuple[CategoryCount, ...]:
    """Children by category, all of them in their order and those without any last.

    A child counts in each of its categories, so that the rows do not add up to the children. The
    arguments are those of `coverage`.
    """
    progress = _progress(plan, outcomes, closed)
    ladders: dict[Category | None, list[int]] = {each: [0] * 3 for each in (*Category, None)}
    for record in cases:
        found = progress.found.get(record.case.case_id)
        steps = 1 + (found is not None) + (found in RESOLVING)
        for each in record.case.categories or (None,):
            for step in range(steps):
                ladders[each][step] += record.case.children
    return tuple(CategoryCount(each, *ladder) for each, ladder in ladders.items())


def inside(rows: Iterable[AreaCount], code: str) -> tuple[AreaCount, ...]:
    """Of a table of all levels, the row of an area and those of all areas in it."""
    rows = tuple(rows)
    codes = {code}
    for _ in LEVELS:
        codes |= {row.area_code for row in rows if row.parent_code in codes}
    return tuple(row for row in rows if row.area_code in codes)


@dataclass(slots=True)
class _Tally:
    """A row in the making."""

    name: str
    parent: str
    ladder: list[int] = field(default_factory=lambda: [0] * len(COLUMNS))
    results: Counter[str] = field(default_factory=Counter)

    def add(self, record: CaseRecord, progress: _Progress) -> None:
        for step in range(_steps(record, progress)):
            self.ladder[step] += record.case.children
        if found := progress.found.get(record.case.case_id):
            self.results[found] += record.case.children


@dataclass(frozen=True, slots=True)
class _Progress:
    """What plan, outcomes and contacts say of each case."""

    planned: Collection[str]
    found: Mapping[str, str]
    """One of `RESULTS`."""


def _progress(plan: Plan | None, outcomes: Iterable[Outcome], closed: Collection[str]) -> _Progress:
    visits: dict[str, Visit] = {visit.visit_id: visit for visit in plan.visits} if plan else {}
    planned = {
        case_id
        for route in (plan.routes if plan else ())
        for stop in route.stops
        for case_id in visits[stop.visit_id].case_ids
    }
    found: dict[str, str] = {}
    for outcome in sorted(outcomes, key=recorded_order):
        visit = visits.get(outcome.visit_id)
        for case_id in outcome.case_ids or (visit.case_ids if visit else ()):
            found[case_id] = outcome.result
    found |= {each: BY_CONTACT for each in closed if found.get(each) not in RESOLVED}
    return _Progress(planned, found)


def _steps(record: CaseRecord, progress: _Progress) -> int:
    """How many of `COLUMNS` the case counts in."""
    case_id = record.case.case_id
    if found := progress.found.get(case_id):
        return 5 if found in RESOLVING else 4
    if case_id in progress.planned:
        return 3
    return 2 if record.place and record.place.level != Level.NONE else 1


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where settlements and districts lie: as the map has it, else as the first case says."""

    municipality_of: dict[str, str]
    """By settlement."""
    districts: dict[tuple[str, str], NamedArea]
    """By settlement and own name. A district whose parent is a municipality parts no settlement."""
    parted: frozenset[str]
    """Settlements that have districts."""

    @classmethod
    def of(cls, areas: Collection[NamedArea]) -> _Ground:
        above = {area.code for area in areas if area.level == "municipality"}
        districts = {
            (area.parent, area.name): area
            for area in areas
            if area.level == "district" and area.parent and area.parent not in above
        }
        return cls(
            {area.code: area.parent for area in areas if area.level == "settlement"},
            districts,
            frozenset(settlement for settlement, _ in districts),
        )

    def area(self, place: Place | None, by: str) -> tuple[str, str, str] | None:
        """Code, name and parent of the area a case counts in; None where it has none by `by`."""
        municipality = place.municipality_code if place else ""
        if by == "total":
            return TOTAL, "", ""
        if by == "municipality":
            return municipality or NOWHERE, place.municipality if place else "", TOTAL
        settlement = self._settlement(place, municipality)
        if by == "settlement":
            if place and settlement:
                return settlement, place.settlement, municipality
            return (f"{municipality}/{NOWHERE}", "", municipality) if municipality else (
                NOWHERE, "", TOTAL,
            )  # fmt: skip
        if not place or settlement not in self.parted:
            return None
        district = self.districts.get((settlement, place.district))
        return (
            (district.code, district.name, settlement)
            if district
            else (f"{settlement}/{NOWHERE}", "", settlement)
        )

    def _settlement(self, place: Place | None, municipality: str) -> str:
        """Code of the settlement; empty where it is not known, or lies elsewhere on the map.

        Counted elsewhere, the settlements of neither municipality would add up to it, and the
        difference would be this child.
        """
        if not place or not municipality or not place.settlement_code:
            return ""
        code = place.settlement_code
        return code if self.municipality_of.setdefault(code, municipality) == municipality else ""
