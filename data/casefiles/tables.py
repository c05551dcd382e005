"""Any list in a file: its kind told by the first bytes, its heading row found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.casefiles.delimited import read_delimited
from data.casefiles.encodings import decode
from data.casefiles.workbooks import read_workbook
from planning.errors import Fault, FileFault
from planning.intake import Row, find_heading_row
from planning.intake.cells import text_of
from planning.text import note

MOST_BYTES = 50_000_000
MOST_ROWS = 500_000

Known = Callable[[Sequence[str]], int]

_FOREIGN = {
    note("a picture"): (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    note("a media file"): (b"RIFF",),
    note("a PDF"): (b"%PDF",),
    note("a packed file"): (b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!"),
    note("a text document"): (b"{\\rtf",),
    note("a database"): (b"SQLite format 3",),
    note("a program"): (b"\x7fELF", b"MZ\x90"),
}
"""What is no list, and the first bytes that tell it."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Table:
    """A list as its file has it: the headings and the rows below them."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    heading_row: int
    """Row of the headings, as a spreadsheet counts."""
    warnings: tuple[Fault, ...] = ()


def read_table(content: bytes, file_name: str, *, known: Known | None = None) -> Table:
    """Any list in a file. `known` counts the headings of a row; without it the first row has them.

    Raises:
        FileFault: the file is no list that can be read.
    """
    name = bare_name(file_name)
    _check(content, name)
    rows, warnings = _rows(content, name, known or _nothing)
    if sum(1 for row in rows if _filled(row)) > MOST_ROWS + 1:
        raise FileFault(
            Fault(note("more than {most} rows: split the list", most=f"{MOST_ROWS:,}"), file=name)
        )
    filled = [at for at, row in enumerate(rows) if _filled(row)]
    if not filled:
        raise FileFault(Fault(note("the file holds no rows"), file=name))
    texts = [_texts(rows[at]) for at in filled[:60]]
    found = find_heading_row(texts, known or _nothing)
    at = filled[found or 0]
    return Table(
        _trimmed(_texts(rows[at])), tuple(rows[at + 1 :]), rows[at].number, tuple(warnings)
    )


def is_workbook(content: bytes) -> bool:
    """Whether a spreadsheet program wrote the file, whatever its name says."""
    return content.startswith((b"PK\x03\x04", _OLE))


def _rows(content: bytes, name: str, known: Known) -> tuple[list[Row], list[Fault]]:
    if is_workbook(content):
        return read_workbook(content, name)
    return read_delimited(decode(content), known=known), []


def _check(content: bytes, name: str) -> None:
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileFault(Fault(note("the file is empty"), file=name))
    if len(content) > MOST_BYTES:
        raise FileFault(
            Fault(note("{size} MB; at most {most} MB are read: split the list",
                       size=len(content) // 1_000_000, most=MOST_BYTES // 1_000_000), file=name)
        )  # fmt: skip
    for kind, starts in _FOREIGN.items():
        if content.startswith(starts):
            raise FileFault(
                Fault(
                    note("{what}, not a list: save the list as XLSX, ODS or CSV", what=kind),
                    file=name,
                )
            )
    if (
        content[:2_000]
        .lstrip(b"\xef\xbb\xbf \t\r\n")[:9]
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
    ):
        raise FileFault(
            Fault(
                note("a web page or XML under a list's name: open it and save it as XLSX"),
                file=name,
            )
        )


def _nothing(_: Sequence[str]) -> int:
    return 0


def bare_name(file_name: str) -> str:
    """The name without a folder: folders may hold a person's name."""
    return file_name.replace("\\", "/").rsplit("/", 1)[-1]


def _filled(row: Row) -> bool:
    return bool(row.fault) or any(cell is not None and cell != "" for cell in row.cells)


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(text_of(cell) for cell in row.cells)


def _trimmed(headings: tuple[str, ...]) -> tuple[str, ...]:
    end = len(headings)
    while end and not headings[end - 1]:
        end -= 1
    return headings[:end]
