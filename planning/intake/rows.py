"""The rows of a case list, each accepted or rejected, all faults in one pass.

    accepted + rejected = rows that are not empty; empty rows are counted apart.

Values of personal columns never enter a fault: a fault may be printed, logged or sent on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import TypeVar

from planning.errors import Fault
from planning.intake import words
from planning.intake.cells import (
    Cell,
    Unreadable,
    categories_of,
    count_of,
    day_of,
    flag_of,
    institutions_of,
    kit_type_of,
    languages_of,
    priority_of,
    second_crew_of,
    sex_of,
    text_of,
)
from planning.intake.duplicates import Duplicates, find_duplicates
from planning.intake.headings import (
    ADDRESS_FIELDS,
    PART_FIELDS,
    Columns,
    Template,
    map_columns,
)
from planning.intake.identity import MadeId, by_row
from planning.intake.times import windows_of
from planning.model import Address, Case, Category, Priority
from planning.text import MAX_CELL, MAX_ID, Note, has_control, note, shorten

Value = TypeVar("Value")

MOST_CHILDREN = 30
MOST_KITS = 100

SHOWN_FIELDS = frozenset(
    ("priority", "windows", "requires", "earliest", "deadline", "day", "kits", "children",
     "kit_type", "member_sex", "second_crew", "language", "sensitive", "team_id", "municipality",
     "province", "case_id")
)  # fmt: skip
"""Fields whose value a fault may repeat; all others may hold personal data."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, as its reader found it."""

    number: int
    """As a spreadsheet counts: 1 is the first line."""
    cells: tuple[Cell, ...]
    fault: str | Note = ""
    """Why the row cannot be read at all, in words; empty when it can."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that became no case, with everything that is wrong with it."""

    row: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a case list. No row is lost: cases + rejected = rows_total."""

    cases: tuple[Case, ...]
    rejected: tuple[RejectedRow, ...]
    rows_total: int
    """Rows below the headings that are not empty."""
    empty_rows: int
    """Empty rows between others, skipped."""
    columns: Columns
    """Which column was read as what."""
    warnings: tuple[Fault, ...] = ()
    """What a planner should look at; nothing was rejected for it."""
    duplicates: tuple[Duplicates, ...] = ()
    """Records that are probably one child, kept apart."""
    source: tuple[Row, ...] = field(default=(), repr=False, compare=False)
    """The rows of `cases` as they came. *Personal.*"""

    @property
    def mapping(self) -> Template:
        """The mapping used, as a template to save."""
        return self.columns.template()

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headings of columns that were not read."""
        return self.columns.unmapped

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults of all rejected rows, in the file's order."""
        return tuple(fault for row in self.rejected for fault in row.faults)


def read_rows(
    headings: Sequence[str],
    rows: Iterable[Row],
    *,
    template: Template | None = None,
    file: str = "",
    made_id: MadeId = by_row,
) -> Intake:
    """Cases of a list with `headings` over `rows`, by `template` or a guess from the headings.

    `made_id` names a record that has no ID of its own; a second one of that name gets "-2".

    Raises:
        InputError: no column, or more than one, may be the address; a template that does not fit.
    """
    columns = map_columns(headings, template=template, file=file)
    extra = _extra_institutions(template)
    cases: dict[str, Case] = {}
    rejected: list[RejectedRow] = []
    source: list[Row] = []
    warnings: list[Fault] = list(columns.warnings)
    waiting = empty_rows = 0
    for row in rows:
        if not row.fault and not any(_filled(cell) for cell in row.cells):
            waiting += 1
            continue
        # Empty rows count only between others: a spreadsheet has a million of them at its end.
        empty_rows, waiting = empty_rows + waiting, 0
        reader = _RowReader(row, columns, file, extra, made_id)
        case = reader.case(cases)
        if case:
            cases[case.case_id] = case
            source.append(row)
            warnings += reader.warnings
        else:
            rejected.append(RejectedRow(row.number, tuple(reader.faults)))
    accepted = tuple(cases.values())
    duplicates = find_duplicates(accepted)
    warnings += [group.warning(file) for group in duplicates]
    total = len(accepted) + len(rejected)
    return Intake(
        accepted, tuple(rejected), total, empty_rows, columns, tuple(warnings), duplicates,
        tuple(source),
    )  # fmt: skip


def _unused(name: str, taken: Container[str]) -> str:
    """`name`, with a number behind it where it is taken."""
    return next(
        each
        for each in chain((name,), (f"{name}-{number}" for number in count(2)))
        if each not in taken
    )


def _extra_institutions(template: Template | None) -> Mapping[str, str]:
    return {
        words.fold(word): code for word, code in (template.institutions if template else {}).items()
    }


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


_LOST_LETTERS = re.compile(r"\?{4,}|\ufffd")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,2}")
_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){7,}")


class _RowReader:
    """One row on its way to a case; collects every fault instead of stopping at the first."""

    def __init__(
        self, row: Row, columns: Columns, file: str, extra: Mapping[str, str], made_id: MadeId
    ) -> None:
        self._made_id = made_id
        self._row = row
        self._columns = columns
        self._file = file
        self._extra = extra
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def case(self, earlier: Mapping[str, Case]) -> Case | None:
        """The row's case, or None with `faults` filled. `earlier` are the cases by their ID."""
        if self._row.fault:
            self.faults.append(self._fault(self._row.fault, ""))
            return None
        if not self._whole():
            return None
        case = self._read()
        if not case.case_id:
            case = replace(case, case_id=_unused(self._made_id(case), earlier))
        self._check(case, earlier)
        return None if self.faults else case

    def _whole(self) -> bool:
        """Refuses cells that hold what no clerk types, and rows that do not fit the headings."""
        cells, headings = self._row.cells, self._columns.headings
        if any(_filled(cell) for cell in cells[len(headings) :]):
            self._refuse(note("more cells than headings: is there a separator inside a cell?"))
        for at, cell in enumerate(cells[: len(headings)]):
            if isinstance(cell, str) and (wrong := _damage(cell)):
                self._refuse(wrong, headings[at])
        if all(text_of(cell) == name for cell, name in zip(cells, headings, strict=False)):
            self._refuse(note("the headings once more: delete this row"))
        return not self.faults

    def _read(self) -> Case:
        address = self._address()
        remark = self._text("note")
        return Case(
            case_id=self._text("case_id"),
            address=address,
            row=self._row.number,
            child=" ".join(filter(None, map(self._text, ("child", "middle_name", "last_name")))),
            national_id=self._national_id(),
            phone=self._phone(),
            children=self._parsed("children", _children, 1),
            priority=self._parsed("priority", priority_of, Priority.NORMAL),
            requires=self._parsed("requires", self._institutions, frozenset()),
            windows=self._parsed("windows", windows_of, ()),
            earliest=self._parsed("earliest", day_of, None),
            deadline=self._parsed("deadline", day_of, None),
            kits=self._parsed("kits", _kits, 0),
            kit_type=self._parsed("kit_type", kit_type_of, ""),
            member_sex=self._parsed("member_sex", sex_of, None),
            second_crew=self._parsed("second_crew", self._second_crew, None),
            language=self._language(),
            school=self._text("school"),
            team_id=self._text("team_id"),
            day=self._parsed("day", day_of, None),
            sensitive=self._parsed("sensitive", flag_of, False),
            service_address=bool(words.SERVICE_ADDRESS.search(f"{address.text} {remark}")),
            note=remark,
            hazard=self._text("hazard"),
            categories=self._categories(),
        )

    def _check(self, case: Case, earlier: Mapping[str, Case]) -> None:
        """What no cell shows by itself."""
        where = case.address
        if not (where.text or where.settlement):
            self._refuse(
                note("no address and no settlement: fill in one of them"), self._address_field()
            )
        if case.earliest and case.deadline and case.earliest > case.deadline:
            self._refuse(note("the deadline is before the earliest day"), "deadline")
        if case.day and not (case.earliest or case.day) <= case.day <= (case.deadline or case.day):
            self._refuse(
                note("the fixed day is not between the earliest day and the deadline"), "day"
            )
        if len(case.case_id) > MAX_ID:
            self._refuse(
                note("a case ID has at most {most} characters: shorten it", most=MAX_ID), "case_id"
            )
        if case.case_id in earlier:
            first = earlier[case.case_id].row
            self._refuse(
                note("this case ID stands in row {first} already: give it its own", first=first),
                "case_id",
            )

    def _cell(self, name: str) -> Cell:
        at = self._columns.index.get(name)
        return self._row.cells[at] if at is not None and at < len(self._row.cells) else None

    def _text(self, name: str) -> str:
        return text_of(self._cell(name))

    def _parsed(self, name: str, parse: Callable[[Cell], Value | None], empty: Value) -> Value:
        try:
            value = parse(self._cell(name))
        except Unreadable as error:
            self._refuse(error.told, name)
            return empty
        return empty if value is None else value

    def _institutions(self, cell: Cell) -> frozenset[str]:
        return institutions_of(cell, extra=self._extra)

    def _second_crew(self, cell: Cell) -> frozenset[str] | None:
        return second_crew_of(cell, extra=self._extra)

    def _address(self) -> Address:
        texts = {name: self._text(name) for name in ADDRESS_FIELDS}
        text = next(filter(None, texts.values()), "")
        parts = [self._part(name) for name in PART_FIELDS]
        return Address(
            ", ".join(filter(None, [text, *parts])),
            *(self._text(name) for name in ("settlement", "municipality", "province", "district",
                                            "postcode")),
        )  # fmt: skip

    def _part(self, name: str) -> str:
        """A part of a split address; its heading says what it is: “вх.” over “А” is “вх. А”."""
        text = self._text(name)
        if not text or name in ("street", "house"):
            return text
        heading = self._columns.heading(name)
        return text if words.fold(text).startswith(words.fold(heading)) else f"{heading} {text}"

    def _address_field(self) -> str:
        present = [name for name in (*ADDRESS_FIELDS, "street") if name in self._columns.index]
        return present[0] if present else "settlement"

    def _national_id(self) -> str:
        """Spreadsheets drop leading zeros of numbers: 10 digits in Bulgaria, 12 in Kazakhstan."""
        text = self._digits("national_id").replace(" ", "")
        return text.zfill({9: 10, 11: 12}.get(len(text), 0)) if text.isdecimal() else text

    def _phone(self) -> str:
        """Text as typed; a number of nine digits lost the 0 it began with."""
        text = self._digits("phone")
        number = isinstance(self._cell("phone"), int | float)
        return f"0{text}" if number and len(text) == 9 else text

    def _digits(self, name: str) -> str:
        text = self._text(name)
        if _SCIENTIFIC.fullmatch(text):
            self._warn(
                note("not read: the spreadsheet cut the digits off; format it as text"), name
            )
            return ""
        return text

    def _language(self) -> str:
        codes, unknown = languages_of(self._cell("language"))
        if unknown:
            self._warn(note("unknown language: kept as it is written"), "language")
        return ", ".join((*sorted(codes), *unknown))

    def _categories(self) -> frozenset[Category]:
        # A word of the office's own is no reason to leave a child out. It may be a diagnosis, so
        # the warning does not repeat it.
        found, unknown = categories_of(self._cell("categories"))
        if unknown:
            why = note("unknown category: kept as it is written, and not counted")
            self._warn(why, "categories")
        return found

    def _refuse(self, message: Note, name: str = "") -> None:
        self.faults.append(self._fault(message, name))

    def _warn(self, message: Note, name: str) -> None:
        self.warnings.append(self._fault(message, name))

    def _fault(self, message: str | Note, name: str) -> Fault:
        value = self._text(name) if name in SHOWN_FIELDS else ""
        return Fault(
            message,
            file=self._file,
            row=self._row.number,
            field=self._columns.heading(name) if name else "",
            value="" if _LONG_NUMBER.search(value) else shorten(value),
        )


def _children(cell: Cell) -> int | None:
    return count_of(cell, least=1, most=MOST_CHILDREN)


def _kits(cell: Cell) -> int | None:
    return count_of(cell, least=0, most=MOST_KITS)


def _damage(text: str) -> Note | None:
    """What makes `text` unfit to keep, in words; None when it is fit."""
    if len(text) > MAX_CELL:
        return note(
            "{count} characters in one cell; at most {most} are read",
            count=f"{len(text):,}",
            most=f"{MAX_CELL:,}",
        )
    if text.isprintable() and "?" not in text and "\ufffd" not in text:
        return None
    if has_control(text):
        return note("control characters in the cell: type it anew")
    if any("\ud800" <= ch <= "\udfff" for ch in text):
        return note("letters in another encoding than the rest of the file: type the cell anew")
    if _LOST_LETTERS.search(text):
        return note("letters were lost when the file was saved (“????”): type the cell anew")
    return None
