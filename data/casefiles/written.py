"""Tables out, as CSV or XLSX, with every text disarmed: no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from planning.errors import InputError
from planning.intake.cells import Cell, text_of
from planning.text import safe_cell

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | float | bool | date | None

_LONGEST = 32_767
"""Characters an XLSX cell can hold."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Control characters and lone surrogates: no XML, and no UTF-8, can hold them."""


def write_table(rows: Iterable[Sequence[Value]], headings: Sequence[str], file_name: str) -> bytes:
    """A table as the bytes of a file, CSV or XLSX by the ending of `file_name`.

    CSV has semicolons and a UTF-8 mark, which is what a spreadsheet program here opens rightly.

    Raises:
        InputError: another ending.
    """
    ending = PurePath(file_name).suffix.lower()
    if ending == ".csv":
        return _csv(rows, headings)
    if ending == ".xlsx":
        return _xlsx(rows, headings)
    raise InputError(f"cannot write {ending or 'a file without ending'}: choose .csv or .xlsx")


def write_exact(rows: Iterable[Sequence[Cell]], headings: Sequence[str], file_name: str) -> bytes:
    """A table that is read back cell by cell, as XLSX or CSV by the ending of `file_name`.

    A text stays as it is and is no formula all the same: XLSX says of every cell that it is text,
    and in CSV an apostrophe stands before what a spreadsheet would compute, which `armed` takes
    away again. Numbers keep 16 digits in XLSX; spreadsheet programs show 15.

    Raises:
        InputError: another ending.
    """
    if PurePath(file_name).suffix.lower() != ".xlsx":
        return write_table(([_as_text(cell) for cell in row] for row in rows), headings, file_name)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    for row in (headings, *rows):
        sheet.append([_exact(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def armed(text: str) -> str:
    """A cell of a CSV file without the apostrophe that disarmed it."""
    return text[1:] if text.startswith("'") and _computed(text.lstrip("'")) else text


def _computed(text: str) -> bool:
    return safe_cell(text) != text


def _as_text(cell: Cell) -> Value:
    """What CSV has no kind for is written as a person reads it."""
    if isinstance(cell, datetime | time | timedelta | bool | float):
        return text_of(cell)
    # One that had its apostrophe before gets a second one: `armed` takes only one away.
    quoted = isinstance(cell, str) and armed(cell) != cell
    return f"'{cell}" if quoted else cell


def _exact(sheet: WriteOnlyWorksheet, cell: Cell) -> object:
    if not isinstance(cell, str):
        return cell
    made = WriteOnlyCell(sheet, value=_UNWRITABLE.sub("\ufffd", cell)[:_LONGEST])
    made.data_type = "s"  # also what begins with an equals sign
    made.quotePrefix = True  # and stays so when somebody edits it
    return made


def _csv(rows: Iterable[Sequence[Value]], headings: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([disarmed(heading) for heading in headings])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value)
    return value.isoformat() if isinstance(value, date) else value


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def disarmed(text: str) -> str:
    """`text` for a cell: never a formula, nothing XML cannot hold. A plain number stays itself."""
    kept = _UNWRITABLE.sub("\ufffd", text)[: _LONGEST - 1]
    return kept if _NUMBER.fullmatch(kept) else safe_cell(kept)


def _xlsx(rows: Iterable[Sequence[Value]], headings: Sequence[str]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, value=disarmed(heading)) for heading in headings]
    for cell in bold:
        cell.font = Font(bold=True)
    sheet.append(bold)
    for row in rows:
        sheet.append([disarmed(value) if isinstance(value, str) else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
