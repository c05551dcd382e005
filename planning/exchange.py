"""A case list out again in the form it came in, cell by cell.

Every row of a list is kept beside the case that it became. What nobody changed goes out as it came,
columns that this service does not read among it; what was changed goes out in words that the
importer reads back to the same. Whether it does is tried, not believed: the sheet is read again
before anybody gets it, and what no column of this list can hold is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from planning.errors import InputError
from planning.intake import Intake, Row, Template
from planning.intake.cells import Cell
from planning.intake.headings import ADDRESS_FIELDS, PART_FIELDS
from planning.intake.rows import read_rows
from planning.model import ALL_WEEK, Case, Priority, Sex, Window

HeldCell = tuple[str, str]
"""(kind, text): JSON knows no dates, and a list's number is no text."""


@dataclass(frozen=True, slots=True)
class SourceList:
    """How a list that was imported is built."""

    headings: tuple[str, ...]
    """As the file has them."""
    template: Template
    """Which column was read as what."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of a list, as it came. *Personal.*"""

    cells: tuple[HeldCell, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A list as it came, and the row of each of its cases."""

    form: SourceList
    rows: Mapping[str, SourceRow]
    """By case id."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list to be written."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lost: tuple[tuple[str, int], ...] = ()
    """(field, cases) of what no column of this list holds."""


# --- keeping what came --------------------------------------------------------------------------


def source_of(intake: Intake, template: Template | None = None) -> Source:
    """What is kept of a list beside its cases."""
    columns = intake.columns
    mapping = replace(
        intake.mapping,
        institutions=template.institutions if template else {},
        name=template.name if template else "",
    )
    width = len(columns.headings)
    came = {row.number: row.cells for row in intake.source}
    cells = {case.case_id: came[case.row] for case in intake.cases if case.row in came}
    return Source(SourceList(_as_written(columns.headings), mapping), _Rows(cells, width))


class _Rows(Mapping[str, SourceRow]):
    """Rows by case id, each made when it is asked for: a nation's list is not held twice."""

    def __init__(self, cells: Mapping[str, Sequence[Cell]], width: int) -> None:
        self._cells = cells
        self._width = width

    def __getitem__(self, case_id: str) -> SourceRow:
        return SourceRow(tuple(map(held, _wide(self._cells[case_id], self._width))))

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def _as_written(headings: Sequence[str]) -> tuple[str, ...]:
    """Without the numbers that the importer puts behind headings that stand twice."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        base, _, number = heading.rpartition(" (")
        twice = seen.get(base, 0) and number == f"{seen[base] + 1})"
        name = base if twice else heading
        seen[name] = seen.get(name, 0) + 1
        found.append(name)
    return tuple(found)


def held(cell: Cell) -> HeldCell:
    """`cell` as it is kept."""
    for kind, (type_, write, _) in _KINDS.items():
        if type(cell) is type_:
            return kind, write(cell)
    return "", ""


def cell_of(kept: HeldCell) -> Cell:
    """The cell that was kept."""
    kind, text = kept
    return _KINDS[kind][2](text) if kind else None


_KINDS: Mapping[str, tuple[type, Callable[..., str], Callable[[str], Cell]]] = {
    "text": (str, str, str),
    "yes": (bool, lambda cell: "1" if cell else "", bool),
    "whole": (int, str, int),
    "number": (float, repr, float),
    "moment": (datetime, datetime.isoformat, datetime.fromisoformat),
    "day": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "span": (
        timedelta,
        lambda cell: f"{cell.days} {cell.seconds} {cell.microseconds}",
        lambda text: timedelta(*map(int, text.split())),
    ),
}
"""Kind → (type of the cell, to text, back)."""


def _wide(cells: Sequence[Cell], width: int) -> tuple[Cell, ...]:
    return (*cells[:width], *(None,) * (width - len(cells)))


# --- handing back -------------------------------------------------------------------------------


def sheet(form: SourceList, cases: Iterable[tuple[Case, SourceRow | None]]) -> Sheet:
    """The cases as a list of this form, in their order.

    A case without a row, one that a crew found or a hotline heard of, is written anew.
    """
    wanted = list(cases)
    came = [_came(form, row) for _, row in wanted]
    before = _read(form, came)
    rows = [
        _written(form, case, cells, before.get(at))
        for at, ((case, _), cells) in enumerate(zip(wanted, came, strict=True), start=1)
    ]
    after = _read(form, rows)
    lost: dict[str, int] = {}
    for at, (case, _) in enumerate(wanted, start=1):
        for field in _lost(case, after.get(at)):
            lost[field] = lost.get(field, 0) + 1
    return Sheet(form.headings, tuple(rows), tuple(sorted(lost.items())))


def _came(form: SourceList, row: SourceRow | None) -> tuple[Cell, ...]:
    width = len(form.headings)
    return _wide([cell_of(each) for each in row.cells], width) if row else (None,) * width


def _read(form: SourceList, rows: Sequence[tuple[Cell, ...]]) -> dict[int, Case]:
    """What the importer makes of rows, by their number from 1 on; those it takes."""
    numbered = [Row(at, cells) for at, cells in enumerate(rows, start=1)]
    try:
        intake = read_rows(form.headings, numbered, template=form.template)
    except InputError:
        return {}
    return {case.row: case for case in intake.cases}


def _written(
    form: SourceList, case: Case, came: tuple[Cell, ...], before: Case | None
) -> tuple[Cell, ...]:
    """The row as it came, with what is no longer so written anew."""
    cells = list(came)
    at = _columns(form)
    for field, (columns, value) in _FIELDS.items():
        here = [name for name in columns if name in at]
        if not here or (before is not None and value(before) == value(case)):
            continue
        if field == "case_id" and before is not None:
            continue  # the importer made it of the row's own content, and makes it again
        for name in here:
            cells[at[name]] = None
        cells[at[here[0]]] = _cell(field, case, form.template)
    return tuple(cells)


def _columns(form: SourceList) -> dict[str, int]:
    """Field → number of its column, from 0."""
    seen: dict[str, int] = {}
    at: dict[str, int] = {}
    for number, heading in enumerate(form.headings):
        seen[heading] = seen.get(heading, 0) + 1
        name = f"{heading} ({seen[heading]})" if heading and seen[heading] > 1 else heading
        if name in form.template.columns:
            at[form.template.columns[name]] = number
    return at


def _lost(case: Case, after: Case | None) -> list[str]:
    """Fields that whoever reads the sheet does not learn."""
    if after is None:
        return ["row"]
    return [
        field
        for field, (_, value) in _FIELDS.items()
        if field != "case_id" and value(case) != value(after)
    ]


_FIELDS: Mapping[str, tuple[tuple[str, ...], Callable[[Case], object]]] = {
    "case_id": (("case_id",), lambda case: case.case_id),
    "child": (("child", "middle_name", "last_name"), lambda case: case.child),
    "address": ((*ADDRESS_FIELDS, *PART_FIELDS), lambda case: case.address.text),
    "settlement": (("settlement",), lambda case: case.address.settlement),
    "municipality": (("municipality",), lambda case: case.address.municipality),
    "province": (("province",), lambda case: case.address.province),
    "district": (("district",), lambda case: case.address.district),
    "postcode": (("postcode",), lambda case: case.address.postcode),
    "national_id": (("national_id",), lambda case: case.national_id),
    "phone": (("phone",), lambda case: case.phone),
    "children": (("children",), lambda case: case.children),
    "priority": (("priority",), lambda case: case.priority),
    "requires": (("requires",), lambda case: case.requires),
    "windows": (("windows",), lambda case: case.windows),
    "earliest": (("earliest",), lambda case: case.earliest),
    "deadline": (("deadline",), lambda case: case.deadline),
    "kits": (("kits",), lambda case: case.kits),
    "kit_type": (("kit_type",), lambda case: case.kit_type),
    "member_sex": (("member_sex",), lambda case: case.member_sex),
    "second_crew": (("second_crew",), lambda case: case.second_crew),
    "language": (("language",), lambda case: case.language),
    "school": (("school",), lambda case: case.school),
    "team_id": (("team_id",), lambda case: case.team_id),
    "day": (("day",), lambda case: case.day),
    "sensitive": (("sensitive",), lambda case: case.sensitive),
    "note": (("note",), lambda case: case.note),
    "hazard": (("hazard",), lambda case: case.hazard),
    "categories": (("categories",), lambda case: case.categories),
}
"""Field → (the columns that it is read from, what is read). Written anew it stands in the first of
them."""

_PRIORITY_SAID = {Priority.URGENT: "urgent", Priority.HIGH: "high", Priority.NORMAL: None}
_SEX_SAID = {Sex.FEMALE: "woman", Sex.MALE: "man"}
_DAYS_SAID = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _cell(field: str, case: Case, template: Template) -> Cell:
    """A field in a form that the importer reads back."""
    own = {code: word for word, code in template.institutions.items()}
    value = _FIELDS[field][1](case)
    if field == "priority":
        return _PRIORITY_SAID[case.priority]
    if field == "requires":
        return _institutions(case.requires, own)
    if field == "second_crew":
        return None if case.second_crew is None else _institutions(case.second_crew, own) or "yes"
    if field == "categories":
        return "; ".join(sorted(case.categories)).replace("_", " ") or None
    if field == "windows":
        return "; ".join(map(_window, case.windows)) or None
    if field == "member_sex":
        return None if case.member_sex is None else _SEX_SAID[case.member_sex]
    if field == "sensitive":
        return "yes" if case.sensitive else None
    if isinstance(value, int | date):
        return value
    return str(value) if value else None


def _institutions(codes: Iterable[str], own: Mapping[str, str]) -> str | None:
    return ", ".join(own.get(code, code) for code in sorted(codes)) or None


def _window(window: Window) -> str:
    hours = f"{_clock(window.start)}-{_clock(window.end)}"
    if window.weekdays == ALL_WEEK:
        return hours
    days = " ".join(_DAYS_SAID[day] for day in sorted(window.weekdays))
    return f"{days} {hours}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
