"""Tables out, as CSV or XLSX, with every text disarmed: no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePath

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from planning.errors import InputError
from planning.text import safe_cell

Value = str | int | float | bool | date | None

_LONGEST = 32_767
"""Characters an XLSX cell can hold."""


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


def _csv(rows: Iterable[Sequence[Value]], headings: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_text(heading) for heading in headings])
    writer.writerows([_plain(value) for value in row] for row in rows)
    # Lone surrogates cannot be written; they come from broken files only.
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _plain(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    return value.isoformat() if isinstance(value, date) else value


def _text(text: str) -> str:
    return safe_cell(ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))[:_LONGEST]


def _xlsx(rows: Iterable[Sequence[Value]], headings: Sequence[str]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, value=_text(heading)) for heading in headings]
    for cell in bold:
        cell.font = Font(bold=True)
    sheet.append(bold)
    for row in rows:
        sheet.append([_text(value) if isinstance(value, str) else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
