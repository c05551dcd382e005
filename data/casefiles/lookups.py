"""Plain tables of the single steps: addresses in and places out, points in.

These are made and read by programs: comma-separated, UTF-8, the headings in English as written
here. Every row of the input has one row in the output, in the same order; an empty line is no row.
What is written appears whole or not at all.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.casefiles import read_table
from data.files import write_whole
from planning.errors import Fault, FileFault, InputError
from planning.intake.cells import text_of
from planning.model import Address, LonLat, Place
from planning.text import has_control, safe_cell, shorten

_ADDRESS_FIELDS = ("settlement", "municipality", "province", "district", "postcode")
PLACE_HEADINGS = (
    "id", "lat", "lon", "level", "confidence", "error_m", "needs_review", "matched",
    "municipality_code", "municipality", "district", "settlement_code", "settlement",
    "explanation",
)  # fmt: skip


def read_addresses(content: bytes, file_name: str) -> list[tuple[str, Address]]:
    """(id, address) of every row of a table with the headings `id` and `address`.

    `settlement`, `municipality`, `province`, `district` and `postcode` are read where they are.

    Raises:
        InputError: the file is no table, one of the two headings is missing, or a row cannot be
            told apart for its quotation marks; all faults at once.
    """
    faults: list[Fault] = []
    found = []
    for _, row in _records(content, file_name, faults, needed=("id", "address")):
        context = {name: row.get(name, "") for name in _ADDRESS_FIELDS}
        found.append((row["id"], Address(row["address"], **context)))
    if faults:
        raise InputError(faults)
    return found


def read_points(content: bytes, file_name: str) -> dict[str, LonLat]:
    """Id → (lon, lat) of every row of a table with the headings `id`, `lat` and `lon`.

    Raises:
        InputError: every fault of every row: no number, outside the world, no id, or one given
            twice.
    """
    points: dict[str, LonLat] = {}
    faults: list[Fault] = []
    for number, row in _records(content, file_name, faults, needed=("id", "lat", "lon")):
        lat, lon = (
            _degrees(row[name], limit, Fault("", file_name, number, name), faults)
            for name, limit in (("lat", 90.0), ("lon", 180.0))
        )
        wrong = _wrong_id(row["id"], points)
        if wrong:
            faults.append(Fault(wrong, file_name, number, "id", shorten(row["id"])))
        points[row["id"]] = (lon, lat)
    if faults:
        raise InputError(faults)
    return points


def _wrong_id(identity: str, earlier: Mapping[str, LonLat]) -> str:
    if not identity:
        return "the point has no id"
    if has_control(identity):
        return "characters that cannot be read: type the id anew"
    return "this id stands above already" if identity in earlier else ""


def check_target(target: Path) -> None:
    """Says before long work that its result could not be written.

    Raises:
        FileFault: `target` is a folder, or there is no folder to write it into.
    """
    if target.is_dir():
        raise FileFault(Fault("is a folder; name a file", file=target.name))
    if not target.absolute().parent.is_dir():
        message = "cannot be written: there is no such folder; make it first"
        raise FileFault(Fault(message, file=target.name))


def write_places(target: Path, ids: Sequence[str], places: Sequence[Place]) -> None:
    """Writes one row a place.

    Raises:
        FileFault: the file cannot be written there.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(PLACE_HEADINGS)
    table.writerows(_row(*pair) for pair in zip(ids, places, strict=True))
    _write(target, text.getvalue().encode())


def _write(target: Path, content: bytes) -> None:
    try:
        write_whole(target, content)
    except OSError as error:
        raise FileFault(Fault(f"cannot be written: {error.strerror}", file=target.name)) from None


def _row(identity: str, place: Place) -> list[object]:
    numbers = (
        "" if place.lat is None else f"{place.lat:.7f}",
        "" if place.lon is None else f"{place.lon:.7f}",
    )
    error_m = "" if place.error_m is None else round(place.error_m, 1)
    found = (
        place.matched, place.municipality_code, place.municipality, place.district,
        place.settlement_code, place.settlement, place.explanation,
    )  # fmt: skip
    return [
        safe_cell(identity), *numbers, str(place.level), round(place.confidence, 4), error_m,
        str(place.needs_review).lower(), *map(safe_cell, found),
    ]  # fmt: skip


def _records(
    content: bytes, file_name: str, faults: list[Fault], *, needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """(row as a spreadsheet counts, heading → text) of every row; adds those that have a fault."""
    table = read_table(content, file_name, known=lambda row: len({*needed} & {*map(_key, row)}))
    headings = [_key(heading) for heading in table.headings]
    missing = [name for name in needed if name not in headings]
    if missing:
        raise InputError(
            Fault(
                f"the headings {', '.join(needed)} are needed; here are "
                + ", ".join(map(shorten, table.headings[:20])),
                file=file_name,
                row=table.heading_row,
                field=missing[0],
            )
        )
    rows = []
    for row in table.rows:
        texts = [text_of(cell) for cell in row.cells]
        if row.fault:
            faults.append(Fault(row.fault, file_name, row.number))
        elif texts:
            padded = [*texts, *[""] * len(headings)]
            rows.append((row.number, dict(zip(headings, padded, strict=False))))
    return rows


def _key(heading: str) -> str:
    return heading.strip().casefold()


def _degrees(text: str, limit: float, at: Fault, faults: list[Fault]) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        message = f"a number of degrees from {-limit:.0f} to {limit:.0f} is needed"
        faults.append(Fault(message, at.file, at.row, at.field, shorten(text)))
    return value
