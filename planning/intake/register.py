"""What registers have in common: their columns found, one row read, every fault collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar

from planning.errors import Fault
from planning.intake.cells import Cell, Unreadable, text_of
from planning.intake.headings import HeadingTable, distinct
from planning.intake.rows import Row
from planning.intake.times import DAY_SECONDS, windows_of
from planning.text import Note, has_control, note, shorten

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Register:
    """The columns of a register: which of them holds what."""

    names: tuple[str, ...]
    """Headings, made different."""
    index: Mapping[str, int]
    """Field → number of its column, from 0; the first of several."""
    file: str

    def missing(self, wanted: Mapping[str, Note]) -> list[Fault]:
        """A fault for every field of `wanted`, field → in words, that no column holds."""
        found = ", ".join(f"“{shorten(name, 40)}”" for name in self.names if name) or "–"
        return [
            Fault(
                note(
                    "no column holds {what}; headings found: {headings}", what=what, headings=found
                ),
                file=self.file,
            )
            for field, what in wanted.items()
            if field not in self.index
        ]


def register_of(
    headings: Sequence[str],
    known: HeadingTable,
    *,
    file: str,
    instead: Mapping[str, str] | None = None,
) -> Register:
    """The columns under `headings`. `instead` names the field whose column stands in for another's.

    So the column of a team's name is also that of its number, where it has no other.
    """
    names = distinct([shorten(heading, 200) for heading in headings])
    index: dict[str, int] = {}
    for at, name in enumerate(names):
        if field := known.field_of(name):
            index.setdefault(field, at)
    for field, other in (instead or {}).items():
        if other in index:
            index.setdefault(field, index[other])
    return Register(names, index, file)


def filled(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that hold anything."""
    return (row for row in rows if row.fault or any(text_of(cell) for cell in row.cells))


class RegisterRow:
    """One row on its way to a team or a member; collects every fault."""

    hidden: frozenset[str] = frozenset()
    """Fields whose value no fault may repeat: they hold personal data."""

    def __init__(self, row: Row, register: Register) -> None:
        self.faults: list[Fault] = []
        self.number = row.number
        self._row = row
        self._register = register
        if row.fault:
            self.refuse(row.fault, "")
        for at, cell in enumerate(row.cells[: len(register.names)]):
            if isinstance(cell, str) and (has_control(cell) or not _encodable(cell)):
                self.refuse(note("characters that cannot be read: type the cell anew"), "", at)

    def cell(self, field: str) -> Cell:
        """What stands in the row under the heading of `field`."""
        at = self._register.index.get(field)
        return self._row.cells[at] if at is not None and at < len(self._row.cells) else None

    def text(self, field: str) -> str:
        """The same as a person reads it."""
        return text_of(self.cell(field))

    def parsed(self, field: str, parse: Callable[[Cell], Value | None], empty: Value) -> Value:
        """The cell's value; `empty` where it holds none, and where it cannot be read."""
        try:
            value = parse(self.cell(field))
        except Unreadable as error:
            self.refuse(error.told, field)
            return empty
        return empty if value is None else value

    def refuse(self, message: str | Note, field: str, at: int | None = None) -> None:
        """Adds a fault at `field`, or at column number `at`."""
        at = self._register.index.get(field) if at is None else at
        value = "" if field in self.hidden | {""} else shorten(self.text(field))
        heading = self._register.names[at] if at is not None else field
        self.faults.append(
            Fault(message, file=self._register.file, row=self.number, field=heading, value=value)
        )


def _encodable(text: str) -> bool:
    return not any("\ud800" <= ch <= "\udfff" for ch in text)


def time_of_day(cell: Cell) -> int | None:
    """8:30, 08.30, 8 ч., a spreadsheet's time or its fraction of a day."""
    return _clock(cell, note("not a time of day: write it as 08:30"))


def duration_of(cell: Cell) -> int | None:
    """Seconds of 6:30, 6 ч., 390 мин, a spreadsheet's time; None for an empty cell."""
    found = re.fullmatch(r"(\d{1,4})\s*(?:мин|min|dəq|m)\w*\.?", text_of(cell), re.IGNORECASE)
    if found:
        return int(found[1]) * 60
    return _clock(cell, note("not a length of time: write it as 6:30"))


def _clock(cell: Cell, wrong: Note) -> int | None:
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60
    if isinstance(cell, timedelta):
        return _in_day(round(cell.total_seconds()), wrong)
    if isinstance(cell, float) and 0 < cell < 1:
        return round(cell * DAY_SECONDS)
    text = text_of(cell)
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2})(?::00)?)?\s*(?:ч|h|час|часа|часов)?\.?", text)
    if not text:
        return None
    if not found or int(found[2] or 0) > 59:
        raise Unreadable(wrong)
    return _in_day(int(found[1]) * 3600 + int(found[2] or 0) * 60, wrong)


def _in_day(seconds: int, wrong: Note) -> int:
    if not 0 <= seconds <= DAY_SECONDS:
        raise Unreadable(wrong)
    return seconds


def weekdays_of(cell: Cell) -> frozenset[int] | None:
    """пн-пт, "1,2,3" with 1 = Monday, делник; None for an empty cell."""
    text = text_of(cell)
    if not text:
        return None
    if re.fullmatch(r"[1-7](\s*[,;\s-]\s*[1-7])*", text):
        return _numbered(text)
    windows = windows_of(text)
    if not windows or any((w.start, w.end) != (0, DAY_SECONDS) for w in windows):
        raise Unreadable(note("not weekdays: write them as пн-пт or 1-5"))
    return frozenset().union(*(window.weekdays for window in windows))


def _numbered(text: str) -> frozenset[int]:
    days: set[int] = set()
    for start, end in re.findall(r"([1-7])(?:\s*-\s*([1-7]))?", text):
        days.update(range(int(start) - 1, int(end or start)))
    return frozenset(days)
