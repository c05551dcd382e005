"""One cell to one value: dates, institutions, languages, counts, kits, sex, priority, yes and no.

A cell is what a spreadsheet holds (text, number, date, time). Every parser returns a value or
raises `Unreadable` with what is wrong and what to write instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from planning.intake import words
from planning.intake.words import fold
from planning.model import Category, Priority, Sex
from planning.text import Note, note, one_line

Cell = str | int | float | bool | date | datetime | time | timedelta | None

_EXCEL_EPOCH = date(1899, 12, 30)
_YEARS = range(2000, 2101)
_NOBODY: frozenset[str] = frozenset()
"""One for all rows: an empty set takes as much as a long text."""
_NONE: frozenset[Category] = frozenset()


class Unreadable(ValueError):
    """A cell that cannot be read; `told` says to the clerk what to write."""

    def __init__(self, told: Note) -> None:
        """`told` is the fault's message."""
        super().__init__(told)
        self.told = told


def text_of(cell: Cell) -> str:
    """`cell` as a person reads it, on one line. 101.0 is "101"; dates are ISO; None is ""."""
    if isinstance(cell, str):
        return one_line(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    return str(cell)


def day_of(cell: Cell) -> date | None:
    """A date: 2026-08-20, 20.08.2026, 20 август 2026, a spreadsheet's date. Day before month."""
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 36_526 <= cell <= 73_415:
            raise Unreadable(note("not a date: write it as 20.08.2026"))
        return _in_range(_EXCEL_EPOCH + timedelta(days=int(cell)))
    text = text_of(cell)
    return _day_of_text(text) if text and fold(text) not in words.NOTHING | {""} else None


_ISO = re.compile(
    r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?(?!\d)"
)
_DMY = re.compile(r"(?<!\d)(\d{1,2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})\.?\s+([^\W\d_]+)\.?\s+(\d{4})(?!\d)")


@lru_cache(maxsize=4_096)
def _day_of_text(text: str) -> date:
    for pattern in (_ISO, _DMY, _NAMED):
        found = pattern.search(text)
        if found and _only_noise(text[: found.start()] + " " + text[found.end() :]):
            return _in_range(_calendar(pattern, found))
    raise Unreadable(note("not a date: write it as 20.08.2026"))


def _calendar(pattern: re.Pattern[str], found: re.Match[str]) -> date:
    first, second, third = found.groups()
    if pattern is _ISO:
        first, third = third, first
    month = words.MONTHS.get(fold(second), 0) if pattern is _NAMED else int(second)
    year = int(third) + (2000 if len(third) == 2 else 0)
    try:
        return date(year, month, int(first))
    except ValueError:
        raise Unreadable(note("no such day in the calendar: write day.month.year")) from None


def _only_noise(rest: str) -> bool:
    return all(word in words.DATE_NOISE for word in fold(rest).split())


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise Unreadable(
            note(
                "the year is not between {first} and {last}",
                first=_YEARS.start,
                last=_YEARS.stop - 1,
            )
        )
    return day


def count_of(cell: Cell, *, least: int, most: int) -> int | None:
    """A whole number from `least` to `most`; None for an empty cell."""
    text = text_of(cell)
    if not text or text in words.NO_SIGNS:
        return None
    found = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", text, re.ASCII)
    if not found or not least <= int(found[1]) <= most:
        raise Unreadable(note("not a whole number from {least} to {most}", least=least, most=most))
    return int(found[1])


def flag_of(cell: Cell) -> bool:
    """Yes or no; an empty cell is no."""
    if isinstance(cell, bool):
        return cell
    text = text_of(cell)
    if not text or text in words.NO_SIGNS:
        return False
    if text in words.YES_SIGNS:
        return True
    folded = fold(text)
    if folded not in words.YES_NO:
        raise Unreadable(
            note("neither yes nor no: write “да”/“не”, “bəli”/“xeyr”, “иә”/“жоқ”, yes/no")
        )
    return words.YES_NO[folded]


def priority_of(cell: Cell) -> Priority:
    """Priority by its word; an empty cell is NORMAL. A bare number may mean either end: refused."""
    text = text_of(cell)
    folded = fold(text)
    if not folded:
        return Priority.NORMAL
    if folded not in words.PRIORITIES:
        raise Unreadable(
            note(
                "unknown priority: write “неотложен”, “висок” or “нормален” (urgent, high, normal)"
            )
        )
    return words.PRIORITIES[folded]


_SPLIT_LIST = re.compile(r"[,;/+&|\n\r]|\s(?:и|and|və|ve|және|жане)\s")


def institutions_of(cell: Cell, *, extra: Mapping[str, str] | None = None) -> frozenset[str]:
    """Codes of the institutions a cell lists, by the words of five languages and by `extra`.

    `extra` is folded word → code: the office's own table.
    """
    raw = cell if isinstance(cell, str) else text_of(cell)
    known = {**words.INSTITUTIONS, **(extra or {})}
    if fold(raw) in known:
        return frozenset({known[fold(raw)]})
    codes, unknown = set(), []
    for part in _SPLIT_LIST.split(raw):
        name = fold(part)
        if name in known:
            codes.add(known[name])
        elif name and name not in words.NOTHING:
            unknown.append(one_line(part))
    if unknown:
        choice = ", ".join(sorted(set(known.values())))
        # Digits are a shifted phone or ID number: the message must not carry it on.
        named = re.sub(r"\d", "#", ", ".join(unknown)[:60])
        raise Unreadable(
            note(
                "unknown institution “{named}”; known are: {institutions}",
                named=named,
                institutions=choice,
            )
        )
    return frozenset(codes) if codes else _NOBODY


def categories_of(cell: Cell) -> tuple[frozenset[Category], tuple[int, ...]]:
    """(why a child may need more help, which entries of the cell are not known, from 1).

    In words of five languages.
    """
    raw = cell if isinstance(cell, str) else text_of(cell)
    if fold(raw) in words.CATEGORIES:
        return frozenset({words.CATEGORIES[fold(raw)]}), ()
    parts = [name for part in _SPLIT_LIST.split(raw) if (name := fold(part))]
    told = words.NOTHING | words.CATEGORIES.keys()
    unknown = tuple(at for at, name in enumerate(parts, 1) if name not in told)
    known = frozenset(words.CATEGORIES[name] for name in parts if name in words.CATEGORIES)
    return known or _NONE, unknown


def languages_of(cell: Cell) -> tuple[frozenset[str], tuple[str, ...]]:
    """(codes, words that are no known language) of a cell that names languages."""
    raw = cell if isinstance(cell, str) else text_of(cell)
    parts = [one_line(part) for part in _SPLIT_LIST.split(raw) if fold(part)]
    known = [part for part in parts if fold(part) in words.LANGUAGES]
    unknown = tuple(part for part in parts if part not in known and fold(part) not in words.NOTHING)
    return frozenset(words.LANGUAGES[fold(part)] for part in known), unknown


def sex_of(cell: Cell) -> Sex | None:
    """A member's sex by its word; None for an empty cell and where it does not matter."""
    folded = fold(text_of(cell))
    if not folded or folded in words.NOTHING | words.ANY_SEX:
        return None
    if folded not in words.SEXES:
        raise Unreadable(note("neither woman nor man: write “жена” or “мъж” (woman, man)"))
    return words.SEXES[folded]


def second_crew_of(cell: Cell, *, extra: Mapping[str, str] | None = None) -> frozenset[str] | None:
    """Institutions of a second crew; none of them for a plain yes, None where one crew suffices."""
    try:
        return frozenset() if flag_of(cell) else None
    except Unreadable:
        return institutions_of(cell, extra=extra) or None


def kit_type_of(cell: Cell) -> str:
    """What kind of kit, in small letters: a case's and a team's are compared letter by letter."""
    text = text_of(cell).casefold()
    return "" if fold(text) in words.NOTHING | {""} else text


_KIT_COUNTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<kind>.*\w)\s*[:=]\s*(?P<count>\d{1,6})",
        r"(?P<kind>\D*?[^\W\d])(?:\s+[xх]\s*|\s*[×–—-]\s*|\s+)(?P<count>\d{1,6})",
        r"(?P<count>\d{1,6})\s*(?:[xх]\s|[×–—-])?\s*(?P<kind>[^\W\d]\D*)",
    )
)
"""“раница 1 клас: 20”, “раница 20”, “20 x раница”."""


def kit_counts_of(cell: Cell, *, most: int) -> tuple[tuple[str, int], ...] | None:
    """(type, how many) of every kind of kit, by its name; None for an empty cell."""
    counts: dict[str, int] = {}
    raw = cell if isinstance(cell, str) else text_of(cell)
    for part in filter(fold, re.split(r"[,;\n\r]", raw)):
        tries = (pattern.fullmatch(one_line(part)) for pattern in _KIT_COUNTS)
        found = next(filter(None, tries), None)
        kind = kit_type_of(found["kind"]) if found else ""
        count = int(found["count"]) if found else 0
        if not kind or kind in counts or count > most:
            raise Unreadable(
                note(
                    "not kits by type, up to {most} of each: write раница: 20; форма: 10", most=most
                )
            )
        counts[kind] = count
    return tuple(sorted(counts.items())) or None


def latitude_of(cell: Cell) -> float:
    """Degrees north."""
    return _degrees(cell, 90)


def longitude_of(cell: Cell) -> float:
    """Degrees east."""
    return _degrees(cell, 180)


def _degrees(cell: Cell, most: float) -> float:
    try:
        value = float(text_of(cell).replace(",", ".").rstrip("°"))
    except ValueError:
        value = math.nan
    # Written so that NaN is refused as well.
    if not abs(value) <= most:
        raise Unreadable(
            note("not degrees between -{most} and {most}: write e.g. 43.8486", most=f"{most:g}")
        )
    return value
