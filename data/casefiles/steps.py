"""Files of single commands: addresses in and places out, points in."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from data.casefiles.tables import Table, bare_name, read_table
from data.casefiles.written import disarmed
from planning.errors import Fault, InputError
from planning.intake import Row
from planning.intake.cells import Cell, Unreadable, latitude_of, longitude_of, text_of
from planning.intake.words import fold
from planning.model import Address, LonLat, Place
from planning.text import MAX_CELL, shorten

_ADDRESS_PARTS = ("settlement", "municipality", "province", "district", "postcode")
_PLACE_COLUMNS = (
    "id", "lat", "lon", "level", "confidence", "error_m", "needs_review", "matched",
    "municipality_code", "municipality", "district", "settlement_code", "settlement", "explanation",
)  # fmt: skip


def read_addresses(content: bytes, file_name: str) -> list[tuple[str, Address]]:
    """(id, address) for every row that is not empty, in the file's order.

    Columns `id` and `address`, and if there are any `settlement`, `municipality`, `province`,
    `district`, `postcode`. A row that cannot be read keeps its place with an empty address.

    Raises:
        InputError: no readable list, or one without these two columns.
    """
    table, index = _columns(content, file_name, ("id", "address"), _ADDRESS_PARTS)
    return [
        (
            _cell(row, index, "id"),
            Address(
                _cell(row, index, "address"),
                **{part: _cell(row, index, part) for part in _ADDRESS_PARTS},
            ),
        )
        for row in table.rows
        if row.fault or any(map(text_of, row.cells))
    ]


def write_places(target: Path, ids: Sequence[str], places: Sequence[Place]) -> None:
    """One line for every id and its place, in their order, as CSV with commas in UTF-8.

    The file appears whole or not at all.
    """
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_PLACE_COLUMNS)
        writer.writerows(
            _place_row(identity, place) for identity, place in zip(ids, places, strict=True)
        )
    part.replace(target)


def _place_row(identity: str, place: Place) -> list[str]:
    values: tuple[str | float | None, ...] = (
        identity, _rounded(place.lat, 7), _rounded(place.lon, 7), place.level.value,
        _rounded(place.confidence, 3), _rounded(place.error_m, 1),
        "yes" if place.needs_review else "no", place.matched, place.municipality_code,
        place.municipality, place.district, place.settlement_code, place.settlement,
        place.explanation,
    )  # fmt: skip
    return [disarmed(value) if isinstance(value, str) else f"{value}" for value in values]


def _rounded(value: float | None, digits: int) -> float | str:
    return "" if value is None or math.isnan(value) else round(value, digits)


def read_points(content: bytes, file_name: str) -> dict[str, LonLat]:
    """The (lon, lat) of every id of a list with the columns `id`, `lat`, `lon`, in its order.

    Raises:
        InputError: every row whose position cannot be read or whose id came before.
    """
    table, index = _columns(content, file_name, ("id", "lat", "lon"), ())
    name = bare_name(file_name)
    points: dict[str, LonLat] = {}
    faults: list[Fault] = []
    for row in table.rows:
        if not row.fault and not any(map(text_of, row.cells)):
            continue
        identity = _cell(row, index, "id")
        if row.fault:
            faults.append(Fault(row.fault, file=name, row=row.number))
        elif not identity or identity in points:
            message = "this id came before: give each point its own" if identity else "no id"
            faults.append(Fault(message, file=name, row=row.number, field="id", value=identity))
        points[identity] = (
            _degrees(row, index, "lon", longitude_of, name, faults),
            _degrees(row, index, "lat", latitude_of, name, faults),
        )
    if faults:
        raise InputError(faults)
    return points


def _degrees(
    row: Row,
    index: dict[str, int],
    column: str,
    parse: Callable[[Cell], float],
    name: str,
    faults: list[Fault],
) -> float:
    text = _cell(row, index, column)
    try:
        return parse(text)
    except Unreadable as error:
        if not row.fault:
            faults.append(
                Fault(str(error), file=name, row=row.number, field=column, value=shorten(text))
            )
        return 0.0


def _columns(
    content: bytes, file_name: str, needed: Sequence[str], further: Sequence[str]
) -> tuple[Table, dict[str, int]]:
    """(the list, column name → its number); complains of all missing columns at once."""
    names = {fold(name): name for name in (*needed, *further)}
    table = read_table(
        content, file_name, known=lambda cells: len({fold(cell) for cell in cells} & set(names))
    )
    index: dict[str, int] = {}
    for at, heading in enumerate(table.headings):
        if fold(heading) in names:
            index.setdefault(names[fold(heading)], at)
    found = ", ".join(f"“{shorten(heading, 40)}”" for heading in table.headings[:40])
    faults = [
        Fault(f"no column “{name}”; headings found: {found}", file=bare_name(file_name))
        for name in needed
        if name not in index
    ]
    if faults:
        raise InputError(faults)
    return table, index


def _cell(row: Row, index: dict[str, int], name: str) -> str:
    """Text of a column. Bytes of another encoding and endless cells do not get through."""
    at = index.get(name, -1)
    text = text_of(row.cells[at]) if 0 <= at < len(row.cells) else ""
    return text if len(text) <= MAX_CELL else shorten(text, MAX_CELL)
