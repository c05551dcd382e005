"""Released counts in words: the same on the page, on the map and in every export.

Nothing here computes a count. A number that was not released stays a dot, and no sum, difference or
rounding of others stands in its place; a share is made from two numbers that were both released.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps import palette
from planning.areas import DISTRICT, MUNICIPALITY, SETTLEMENT
from planning.coverage import BY_CONTACT, COLUMNS, NOWHERE, RESULTS, TOTAL
from planning.model import Result

if TYPE_CHECKING:
    from maps.texts import Texts
    from planning.desk.counts import Coverage
    from planning.disclosure import ShownCount

HIDDEN = "·"
"""Stands for a number that is suppressed."""
PACED = ("planned", "visited", "resolved")
"""Columns that are told day by day."""
Cell = int | str


def said(number: int | None, texts: Texts) -> str:
    """A number, or the sign for a suppressed one."""
    return HIDDEN if number is None else texts.number(number)


def columns_said(texts: Texts) -> dict[str, str]:
    """Headings of `planning.coverage.COLUMNS`."""
    words = (
        texts.t("Children listed"),
        texts.t("Found on the map"),
        texts.t("In the plan"),
        texts.t("Visited"),
        texts.t("Resolved"),
    )
    return dict(zip(COLUMNS, words, strict=True))


def area_name(row: ShownCount, texts: Texts) -> str:
    """The area's name; what stands for one where it has none."""
    if row.area_code == TOTAL:
        return texts.t("all areas together")
    if row.area_code.rpartition("/")[2] == NOWHERE:
        return texts.t("place not known")
    return row.name or row.area_code


def ordered(rows: Sequence[ShownCount], texts: Texts) -> list[ShownCount]:
    """By name, the total last."""
    return sorted(rows, key=lambda it: (it.area_code == TOTAL, area_name(it, texts), it.area_code))


def table_rows(coverage: Coverage, texts: Texts) -> list[ShownCount]:
    """The total, then the reader's own areas, then the others by name."""
    rows = [row for row in ordered(coverage.rows, texts) if row.area_code != TOTAL]
    own = [row for row in rows if coverage.is_own(row)]
    return [coverage.total, *own, *(row for row in rows if not coverage.is_own(row))]


def share(row: ShownCount) -> float | None:
    """Visited of the listed, 0 to 1; None where one is suppressed or nobody is listed."""
    if row.listed is None or row.visited is None or row.listed == 0:
        return None
    return min(1.0, row.visited / row.listed)


def percent(row: ShownCount) -> str:
    """The share; the sign for a suppressed one, nothing where nobody is listed."""
    if row.listed is None or row.visited is None:
        return HIDDEN
    found = share(row)
    return "" if found is None else f"{round(100 * found)} %"


def share_said(row: ShownCount, texts: Texts) -> str:
    """The share with the two numbers it is made of."""
    if row.listed is None or row.visited is None:
        return texts.t("suppressed")
    found = share(row)
    if found is None:
        return texts.t("nobody on the list")
    return texts.t(
        "{percent} % ({visited} of {listed})",
        percent=round(100 * found),
        visited=row.visited,
        listed=row.listed,
    )


def as_of(row: ShownCount, coverage: Coverage, texts: Texts) -> str:
    """The day that the row's numbers are of, and whether they are the reader's own."""
    if row.since is None:
        return ""
    day = f"{row.since:%d.%m.%Y}"
    return texts.t("{day}, exact", day=day) if coverage.is_own(row) else day


def share_classes(texts: Texts) -> Iterator[tuple[str, str]]:
    """(colour, words) of each class of shares, the lowest first."""
    ends = [*palette.COVERAGE_BREAKS[1:], None]
    for colour, low, high in zip(
        palette.COVERAGE_COLOURS, palette.COVERAGE_BREAKS, ends, strict=True
    ):
        if high is None:
            yield colour, texts.t("{low} % and more", low=round(100 * low))
        else:
            yield (
                colour,
                texts.t("{low} to under {high} %", low=round(100 * low), high=round(100 * high)),
            )


def colour_of(row: ShownCount) -> str:
    """What an area is painted with."""
    if row.listed is None or row.visited is None:
        return palette.SUPPRESSED
    found = share(row)
    return palette.NO_DATA if found is None else palette.coverage_colour(found)


def legend(coverage: Coverage, texts: Texts) -> list[str]:
    """What one has to know to read the numbers, a sentence or two a line."""
    lines = [
        texts.t("Numbers of {day}, the last release.", day=texts.date(coverage.day)),
        texts.t(
            "“·” is suppressed: fewer than {k} children, or a number from which so few could be "
            "worked out by subtraction. It does not mean that nothing happens there.",
            k=coverage.k,
        ),
        texts.t(
            "Numbers are released once a day at most. Where fewer than {k} children have come in "
            "since, the earlier number stays; the column “Numbers of” says from which day.",
            k=coverage.k,
        ),
        texts.t(
            "A case that a call or research closed needs no visit: it counts as resolved, and in "
            "every column before."
        ),
    ]
    if coverage.by == DISTRICT:
        lines.append(
            texts.t(
                "A district counts the children of its city. Villages inside its border are "
                "counted as settlements."
            )
        )
    if coverage.own:
        lines.append(
            texts.t(
                "Your own municipality is counted exactly and as of today. Its small numbers are "
                "for your office only: do not pass this on."
            )
        )
    return lines


# --- tables ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A table of released numbers: for the page, for files, and beside every chart."""

    title: str
    headings: tuple[str, ...]
    """The first column is text, the others are numbers or what stands for them."""
    rows: tuple[tuple[Cell, ...], ...]


def cell(number: int | None) -> Cell:
    """A number as a number, or the sign for a suppressed one."""
    return HIDDEN if number is None else number


def found_said(result: str, texts: Texts) -> str:
    """One of `planning.coverage.RESULTS`."""
    if result == BY_CONTACT:
        return texts.t("closed by a call or research")
    return texts.result(Result(result))


def area_table(coverage: Coverage, texts: Texts, *, results: bool = False) -> Told:
    """The areas of a level below their total; with what was found at the doors when wanted."""
    found = [found_said(each, texts) for each in RESULTS] if results else []
    headings = (
        texts.t("Area"), *columns_said(texts).values(), texts.t("Share visited"), *found,
        texts.t("Numbers of"),
    )  # fmt: skip
    rows = (
        (
            area_name(row, texts),
            *(cell(getattr(row, column)) for column in COLUMNS),
            percent(row),
            *(map(cell, row.results) if results else ()),
            as_of(row, coverage, texts),
        )
        for row in table_rows(coverage, texts)
    )
    return Told(level_said(coverage.by, texts), headings, tuple(rows))


def level_said(by: str, texts: Texts) -> str:
    """What the areas of a level of `planning.coverage.LEVELS` are called."""
    words = {
        MUNICIPALITY: texts.t("Municipality"),
        SETTLEMENT: texts.t("Settlement"),
        DISTRICT: texts.t("City district"),
    }
    return words.get(by, texts.t("Coverage"))


def pace_table(row: ShownCount, texts: Texts) -> Told:
    """An area's numbers at every release."""
    words = columns_said(texts)
    headings = (texts.t("Release"), *(words[column] for column in PACED))
    rows = (
        (f"{each.day:%d.%m.%Y}", *(cell(getattr(each, column)) for column in PACED))
        for each in row.pace
    )
    return Told(texts.t("Pace"), headings, tuple(rows))


def result_table(row: ShownCount, texts: Texts) -> Told:
    """What was found of an area's cases, the most frequent first, suppressed numbers last."""
    told = zip(RESULTS, row.results, strict=True)
    ordered = sorted(told, key=lambda it: (it[1] is None, -(it[1] or 0)))
    return Told(
        texts.t("What was found"),
        (texts.t("Result"), texts.t("Children")),
        tuple((found_said(each, texts), cell(number)) for each, number in ordered),
    )


def year_table(coverage: Coverage, texts: Texts) -> Told | None:
    """The areas that the campaign before told of, too; None where there is none."""
    if coverage.earlier is None:
        return None
    earlier = coverage.earlier
    now, then = f"{coverage.day:%d.%m.%Y}", f"{earlier.day:%d.%m.%Y}"
    listed, visited = texts.t("Children listed"), texts.t("Share visited")
    rows = (
        (
            area_name(row, texts), cell(before.listed), cell(row.listed), percent(before),
            percent(row),
        )
        for row in table_rows(coverage, texts)
        if (before := earlier.then.get(row.area_code))
    )  # fmt: skip
    return Told(
        texts.t("Year on year"),
        (
            texts.t("Area"), f"{listed}, {then}", f"{listed}, {now}", f"{visited}, {then}",
            f"{visited}, {now}",
        ),
        tuple(rows),
    )  # fmt: skip
