"""What readers get: rows and days out of what was told."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from planning.coverage import COLUMNS, TOTAL, AreaCount, NamedArea
from planning.disclosure.parts import Key, Part, Told
from planning.disclosure.rules import LADDER, NOBODY, RESOLVED_AT, VISITED, Figures, Values

_PACED = slice(COLUMNS.index("planned"), RESOLVED_AT + 1)
"""Planned, visited and resolved."""


@dataclass(frozen=True, slots=True)
class ShownDay:
    """Children up to and including a day, as far as they may be shown."""

    day: date
    planned: int | None
    visited: int | None
    resolved: int | None


@dataclass(frozen=True, slots=True)
class ShownCount:
    """Children of one area, as far as they may be shown. None is suppressed, not zero."""

    area_code: str
    name: str
    parent_code: str
    listed: int | None
    located: int | None
    planned: int | None
    visited: int | None
    resolved: int | None
    results: tuple[int | None, ...] = field(
        default=(None,) * (len(NOBODY) - len(LADDER)), kw_only=True
    )
    """The visited by what was found last, in the order of `planning.coverage.RESULTS`."""
    since: date | None = field(default=None, kw_only=True)
    """The day that the oldest number of the row is of; None where no number is shown."""
    pace: tuple[ShownDay, ...] = field(default=(), kw_only=True)
    """What releases so far told of the area's progress, oldest first; of equal ones in a row the
    first and the last."""

    def __post_init__(self) -> None:
        """A row that was kept before a result was counted tells nothing of it."""
        results = (*self.results, *(None,) * (len(NOBODY) - len(LADDER) - len(self.results)))
        object.__setattr__(self, "results", results)


def shown_rows(root: Part, days: Sequence[date], *, audience: int) -> tuple[ShownCount, ...]:
    """A row for every area of which something was told, the total first."""
    return tuple(
        _row(part.key, part.name, tellings, days)
        for part in root.walk()
        if part.key and (tellings := part.told[audience])
    )


def with_hidden(
    rows: Iterable[ShownCount], areas: Iterable[NamedArea], *, by: str
) -> tuple[ShownCount, ...]:
    """The rows of one level, with one without numbers for every other area of that level.

    All areas of the map are named, whoever lives there, so that no row tells anything by being
    there; children whose place is not known have a row only where its numbers are told.

    Args:
        rows: of all levels.
        areas: those on the map.
        by: one of `planning.coverage.LEVELS`.
    """
    rows, areas = tuple(rows), tuple(areas)
    if by == "total":
        told = [row for row in rows if row.area_code == TOTAL]
        return tuple(told) or (_hidden(TOTAL, "", ""),)
    settlements = {area.code for area in areas if area.level == "settlement"} | {
        row.area_code for row in rows if row.parent_code not in ("", TOTAL)
    }
    hidden = {
        area.code: _hidden(area.code, area.name, TOTAL if by == "municipality" else area.parent)
        for area in areas
        if area.level == by and (by != "district" or area.parent in settlements)
    }
    shown = {row.area_code: row for row in rows if _level(row, settlements) == by}
    return tuple(row for _, row in sorted({**hidden, **shown}.items()))


def _level(row: ShownCount, settlements: Container[str]) -> str:
    """One of `LEVELS`. Of a district that is told, its settlement is told or on the map."""
    if row.area_code == TOTAL:
        return "total"
    if row.parent_code == TOTAL:
        return "municipality"
    return "district" if row.parent_code in settlements else "settlement"


def _hidden(code: str, name: str, parent: str) -> ShownCount:
    return ShownCount(code, name, parent, None, None, None, None, None)


def _pace(tellings: Sequence[Told], days: Sequence[date]) -> tuple[ShownDay, ...]:
    """The same numbers by day: there is nothing in a chart that was in no table."""
    return tuple(
        ShownDay(days[number - 1], *each.values[_PACED])
        for each in tellings
        if set(each.values[_PACED]) != {None}
        for number in sorted({each.numbers[0], each.numbers[-1]})
    )


def _row(key: Key, name: str, tellings: Sequence[Told], days: Sequence[date]) -> ShownCount:
    parent, code = key
    values, numbers = _latest(tellings)
    return ShownCount(
        code,
        name,
        parent,
        *values[: len(LADDER)],
        results=values[len(LADDER) :],
        since=days[min(numbers) - 1] if numbers else None,
        pace=_pace(tellings, days),
    )


def _latest(tellings: Sequence[Told]) -> tuple[Values, list[int]]:
    """The newest figure of each column, and the releases they are of.

    An older figure stays as long as it fits the newer ones beside it; resolved and results come
    from the release that visited is from.
    """
    row: list[int | None] = [None] * len(NOBODY)
    numbers: list[int] = []
    for told in reversed(tellings):
        visited_is_new = row[VISITED] is None
        for at, value in enumerate(told.values):
            if value is None or row[at] is not None or (at >= RESOLVED_AT and not visited_is_new):
                continue
            row[at] = value
            if _descends(row):
                numbers.append(told.numbers[-1])
            else:
                row[at] = None
    return tuple(row), numbers


def _descends(row: Sequence[int | None]) -> bool:
    ladder = [value for value in row[: len(LADDER)] if value is not None]
    return all(upper >= lower for upper, lower in pairwise(ladder))


def exact_row(row: AreaCount, day: date) -> ShownCount:
    """A row for somebody who may see the cases themselves."""
    figures: Figures = (*row.ladder, *row.results)
    return ShownCount(
        row.area_code, row.name, row.parent_code, *row.ladder,
        results=figures[len(LADDER) :], since=day,
    )  # fmt: skip
