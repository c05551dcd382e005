"""Spreadsheet files (XLSX, ODS, XLS) to rows, through python-calamine.

calamine lays a sheet out as a full rectangle, so that one cell in the last corner of a 5 kB file
asks for 50 GB and ends the process. `_extent` looks first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from planning.errors import Fault, FileFault
from planning.intake import Row
from planning.text import note

MOST_UNPACKED = 500_000_000
"""Bytes a packed spreadsheet may unpack to. Half a million full rows need about 300 MB."""

MOST_CELLS = 20_000_000
"""Cells of the rectangle a sheet spans: 500,000 rows of 40 columns."""

_CHUNK = 1 << 20
_OVERLAP = 256
_FAR_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{2,7}\d+|[A-Za-z]*\d{6,})["']""")
_ODS_REPEAT = re.compile(rb"""repeated\s*=\s*["'](\d{4,})""")
_ODS_ROW = re.compile(rb"""<table:table-row\b[^>]*>""")
_ODS_CELL = re.compile(rb"""<table:(?:covered-)?table-cell\b[^>]*>""")
_ROWS_REPEATED = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d+)""")
_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d+)""")


def read_workbook(content: bytes, file: str) -> tuple[list[Row], list[Fault]]:
    """(rows of the first sheet that is not empty, warnings about sheets that were not read).

    Raises:
        FileFault: not a readable spreadsheet, password-protected, or too big when unpacked.
    """
    if content.startswith(b"PK"):
        _check_package(content, file)
    elif "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked(file)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return _first_sheet(workbook, file)
    except PasswordError:
        raise _locked(file) from None
    except CalamineError:
        raise _broken(file) from None
    except BaseException as error:
        # A broken file may make the Rust library panic, which pyo3 raises past Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _broken(file) from None


def _first_sheet(workbook: CalamineWorkbook, file: str) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    others: list[str] = []
    # Visible sheets first: hidden ones hold lists for drop-down cells.
    sheets = sorted(
        (meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet),
        key=lambda meta: meta.visible != SheetVisibleEnum.Visible,
    )
    for meta in sheets:
        sheet = workbook.get_sheet_by_name(meta.name)
        if sheet.height == 0:
            continue
        if rows:
            if meta.visible == SheetVisibleEnum.Visible:
                others.append(meta.name)
            continue
        rows = _rows(sheet)
    warnings = [
        Fault(note("this sheet was not read: only the first one is; save it as a file of its own"),
              file=file, field=name)
        for name in others
    ]  # fmt: skip
    return rows, warnings


def _rows(sheet: CalamineSheet) -> list[Row]:
    # iter_rows begins with row 1, but with the first column that holds anything.
    return [Row(number, tuple(cells)) for number, cells in enumerate(sheet.iter_rows(), 1)]


def _check_package(content: bytes, file: str) -> None:
    """Refuses zip files that are no spreadsheet, that unpack too big, or span too many cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            # First of all: even to look at the kind, a member is unpacked.
            if sum(entry.file_size for entry in package.infolist()) > MOST_UNPACKED:
                raise _too_big(file)
            names = set(package.namelist())
            _check_kind(names, package, file)
            # The book may call any of its members a sheet, so all of them are looked at.
            cells_of = _xlsx_cells if "xl/workbook.xml" in names else _ods_cells
            for entry in package.infolist():
                if cells_of(package, entry) > MOST_CELLS:
                    raise _too_wide(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        # RuntimeError is zipfile's word for a member under a password.
        raise _broken(file) from None


def _check_kind(names: set[str], package: zipfile.ZipFile, file: str) -> None:
    if "xl/workbook.bin" in names:
        raise FileFault(Fault(note("an XLSB file: save it as XLSX and try again"), file=file))
    if "xl/workbook.xml" in names:
        return
    if "mimetype" in names and "spreadsheet" in package.read("mimetype")[:200].decode("latin-1"):
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in package.read(manifest):
            raise _locked(file)
        return
    kind = note("a Word document") if "word/document.xml" in names else note("a ZIP archive")
    raise FileFault(
        Fault(note("{what}, not a list: save the list as XLSX, ODS or CSV", what=kind), file=file)
    )


def _chunks(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member piece by piece, each with the end of the one before so that no tag is cut."""
    tail = b""
    with package.open(entry) as stream:
        while block := stream.read(_CHUNK):
            yield tail + block
            tail = block[-_OVERLAP:]


def _xlsx_cells(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Upper bound of the cells that the rectangle of one sheet spans, from its cells' names.

    Only names beyond column Z or row 99,999 are looked at, which keeps it quick.
    """
    columns, rows = 26, 1
    for chunk in _chunks(package, entry):
        rows = max(rows, min(99_999, entry.file_size // 8))
        for name in set(_FAR_CELL.findall(chunk)):
            letters = name.rstrip(b"0123456789").upper()
            rows = max(rows, int(name[len(letters) :]))
            columns = max(columns, _column(letters))
    return columns * rows


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _ods_cells(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Upper bound of the cells that the sheets of an ODS file span, repeats of empty ends aside."""
    if entry.filename != "content.xml":
        return 0
    if not any(_ODS_REPEAT.search(chunk) for chunk in _chunks(package, entry)):
        return 0
    text = package.read(entry)
    rows = columns = waiting = 0
    for part in _ODS_ROW.split(text)[1:]:
        width = _ods_width(part)
        columns = max(columns, width)
    repeats = [int(found[1]) if (found := _ROWS_REPEATED.search(tag)) else 1
               for tag in _ODS_ROW.findall(text)]  # fmt: skip
    for part, repeat in zip(_ODS_ROW.split(text)[1:], repeats, strict=True):
        waiting += repeat
        if _ods_width(part):
            rows, waiting = rows + waiting, 0
    return rows * columns


def _ods_width(row: bytes) -> int:
    """Columns up to the last cell of a row that holds anything."""
    width = waiting = 0
    for tag in _ODS_CELL.findall(row):
        found = _COLUMNS_REPEATED.search(tag)
        waiting += int(found[1]) if found else 1
        if not tag.endswith(b"/>") or b"office:value" in tag:
            width, waiting = width + waiting, 0
    return width


def _locked(file: str) -> FileFault:
    return FileFault(Fault(note("protected by a password: save it without one"), file=file))


def _broken(file: str) -> FileFault:
    return FileFault(
        Fault(note("damaged, or not a spreadsheet: open it and save it as XLSX or CSV"), file=file)
    )


def _too_big(file: str) -> FileFault:
    return FileFault(
        Fault(note("unpacks to more than {most} MB: delete what is not the list",
                   most=MOST_UNPACKED // 1_000_000), file=file)
    )  # fmt: skip


def _too_wide(file: str) -> FileFault:
    return FileFault(
        Fault(note("a cell stands far outside the list: copy the list into a new sheet"), file=file)
    )
