"""Tables out, as CSV or XLSX, with every text disarmed: no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePath

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from planning.errors import InputError
from planning.text import safe_cell

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
