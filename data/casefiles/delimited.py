"""Text with separators to rows: the separator found, quotation marks that do not match survived.

Rows are numbered as a spreadsheet counts them: a cell over three lines is one row.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from planning.intake import HEADING_DEPTH, Row
from planning.text import note

DELIMITERS = (";", ",", "\t", "|")

MOST_LINES = 30
"""A cell over more lines than this is a quotation mark that was never closed."""

_SAMPLE_LINES = 200
_SEP_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)

Known = Callable[[Sequence[str]], int]

_shared = lru_cache(maxsize=8_192)(str)
"""The same text as one object: a long list names the same schools and settlements in every row."""


def read_delimited(text: str, *, known: Known) -> list[Row]:
    """Rows of `text`. `known` counts the headings that a row of cells has."""
    text = text.replace("\r\n", "\n")
    # A lone carriage return ends lines of old Mac files; in others it is dirt inside a cell.
    text = text.replace("\r", " " if "\n" in text else "\n")
    told = _SEP_LINE.match(text)
    if told:
        text = text[told.end() :]
    lines = [f"{line}\n" for line in text.split("\n")]
    if lines and lines[-1] == "\n":
        lines.pop()
    # The csv module refuses longer cells with the whole file; we refuse the row.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return _rows(lines, told[1] if told else _delimiter(lines[:_SAMPLE_LINES], known))


def _delimiter(lines: list[str], known: Known) -> str:
    """The separator that shows the most headings; among equals the steadiest row width."""
    return max(DELIMITERS, key=lambda mark: _fit(lines, mark, known))


def _fit(lines: list[str], mark: str, known: Known) -> tuple[int, float]:
    rows = [cells for cells in csv.reader(lines, delimiter=mark) if any(cells)]
    if not rows:
        return 0, 0.0
    headings = max(rows[:HEADING_DEPTH], key=known)
    width, count = Counter(map(len, rows)).most_common(1)[0]
    # A mark that does not part the headings is a comma inside addresses.
    parts = width > 1 and (len(headings) > 1 or not known(headings))
    return known(headings), count / len(rows) if parts else 0.0


def _rows(lines: list[str], mark: str) -> list[Row]:
    """All rows; a line whose quotation marks do not match is a row with a fault of its own."""
    rows: list[Row] = []
    at = 0
    while at < len(lines):
        used = _plain_run(lines, at, mark, rows)
        if not used:
            row, used = _quoted(lines, at, mark, len(rows) + 1)
            rows.append(row)
        at += used
    return rows


def _plain_run(lines: list[str], at: int, mark: str, rows: list[Row]) -> int:
    """Adds the rows of the lines without quotation marks from `at` on; how many there are."""
    start = at
    while at < len(lines) and '"' not in lines[at]:
        cells = lines[at][:-1].split(mark) if lines[at] != "\n" else []
        rows.append(Row(len(rows) + 1, tuple(map(_shared, cells))))
        at += 1
    return at - start


def _quoted(lines: list[str], at: int, mark: str, number: int) -> tuple[Row, int]:
    """(the row that begins at line `at`, how many lines it takes)."""
    reader = csv.reader(lines[at : at + MOST_LINES], delimiter=mark, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return _mismatched(lines[at], mark, number), 1
    return Row(number, tuple(map(_shared, cells))), reader.line_num


def _mismatched(line: str, mark: str, number: int) -> Row:
    """One line whose quotation marks break the rules: read leniently if it closes by itself.

    `"ж.к. "Дружба" 1"` is what careless programs write; an open mark would swallow later rows.
    """
    if line.count('"') % 2 == 0:
        cells = next(csv.reader([line], delimiter=mark))
        return Row(number, tuple(cells))
    return Row(
        number,
        (),
        note("a quotation mark is opened and never closed: delete it or close the cell"),
    )
