"""Official registers of settlements: codes, names, populations and postcodes that override OSM's.

Register files differ in their headings (EKATTE as JSON of the statistical institute, as CSV of
others, with and without positions). Headings are recognised by name; several files are joined by
the settlement's code, the first that knows a value wins.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from data.regions.tags import whole_number
from planning.errors import Fault, RegionFault
from planning.text import one_line

_HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("ekatte", "kato", "settlement_code", "code", "код"),
    "district_code": ("raion",),
    "name": ("name_bg", "name", "settlement", "населено място", "наименование", "име"),
    "latin": ("name_en", "name_lat", "latin"),
    "kind": ("t_v_m", "kind", "type", "вид"),
    "municipality_code": ("obshtina", "municipality_code", "municipality code", "nuts4"),
    "municipality": ("obshtina_name", "municipality_name", "municipality", "община"),
    "province": ("oblast_name", "province_name", "province", "област"),
    "population": ("population", "население"),
    "postcode": ("postal code", "postcode", "postal_code", "zip", "пощенски код"),
    "position": ("geo", "coordinates"),
    "lon": ("lon", "lng", "longitude", "x"),
    "lat": ("lat", "latitude", "y"),
}
_MUNICIPALITY_CODE = re.compile(r"[A-Z]{3}\d{2}")
_KINDS = {"гр.": "town", "с.": "village", "ман.": "hamlet", "мин.с.": "village"}
_LARGEST = 64 * 2**20


@dataclass(frozen=True, slots=True)
class OfficialSettlement:
    """One line of a register. Empty, 0 or NaN where the register does not say."""

    code: str
    name: str
    latin: str = ""
    kind: str = ""
    municipality_code: str = ""
    municipality: str = ""
    province: str = ""
    population: int = 0
    postcode: str = ""
    lon: float = math.nan
    lat: float = math.nan

    @property
    def placed(self) -> bool:
        """True when its position is known."""
        return math.isfinite(self.lon) and math.isfinite(self.lat)


Register = tuple[OfficialSettlement, ...]


def read_register(files: Sequence[Path]) -> Register:
    """The settlements of `files`, joined by code, in the order they are met.

    A register of city districts has none, see `district_names`.

    Raises:
        RegionFault: every file that cannot be read, or lacks a code or a name.
    """
    joined: dict[str, OfficialSettlement] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            for found in _read(file):
                known = joined.get(found.code)
                joined[found.code] = found if known is None else _join(known, found)
        except RegionFault as error:
            faults.extend(error.faults)
    if faults:
        raise RegionFault(faults)
    return tuple(found for found in joined.values() if found.name)


def municipality_names(register: Register) -> dict[str, str]:
    """Code of each municipality → its name."""
    return {
        found.municipality_code: found.municipality
        for found in register
        if found.municipality_code and found.municipality
    }


def district_names(files: Sequence[Path]) -> list[str]:
    """Names in the registers of city districts (район) among `files`, as they are written there."""
    names: list[str] = []
    for file in files:
        rows = _rows(file)
        columns = _columns(rows[0]) if rows else {}
        if _tells_districts(columns):
            names += [one_line(str(row.get(columns["name"]) or ""))[:255] for row in rows]
    return list(filter(None, names))


def _tells_districts(columns: Mapping[str, str]) -> bool:
    return columns.keys() >= {"district_code", "name"} and "code" not in columns


def _read(file: Path) -> list[OfficialSettlement]:
    rows = _rows(file)
    if not rows:
        raise _fault(file, "there is no settlement in it; bring a register with code and name")
    columns = _columns(rows[0])
    if _tells_districts(columns):
        return []
    missing = [wanted for wanted in ("code", "name") if wanted not in columns]
    if missing:
        raise RegionFault(
            Fault(
                f"there is no such column; call one {_HEADINGS[wanted][0]} or {wanted}",
                file=file.name,
                field=wanted,
            )
            for wanted in missing
        )
    return [found for row in rows if (found := _settlement(row, columns)) is not None]


def _rows(file: Path) -> list[Mapping[str, Any]]:
    if not file.is_file():
        raise _fault(file, "there is no such file; check the path")
    if file.stat().st_size > _LARGEST:
        raise _fault(file, "it is larger than any register of settlements; bring the right file")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _fault(file, "it is not UTF-8 text; save it as UTF-8") from None
    if "\0" in text:
        raise _fault(file, "it is not a text file; bring a register as CSV or JSON")
    return _json_rows(file, text) if text.lstrip()[:1] in "[{" else _csv_rows(file, text)


def _json_rows(file: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError):
        raise _fault(file, "it is not whole JSON; download it again") from None
    if isinstance(found, dict) and isinstance(found.get("features"), list):
        return [_of_feature(each) for each in found["features"] if isinstance(each, dict)]
    if not isinstance(found, list):
        raise _fault(file, "it is no list of settlements; bring a register as CSV or JSON")
    # The statistical institute's lists end with a record about the list itself.
    return [row for row in found if isinstance(row, dict) and len(row) > 1]


def _of_feature(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    row = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    at = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if geometry and geometry.get("type") == "Point" and isinstance(at, list) and len(at) >= 2:
        row["lon"], row["lat"] = at[0], at[1]
    return row


def _csv_rows(file: Path, text: str) -> list[Mapping[str, Any]]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        raise _fault(file, "it is not a whole table; save it as CSV again") from None


def _columns(row: Mapping[Any, Any]) -> dict[str, str]:
    """Our word → the heading this file uses for it."""
    seen = {one_line(str(heading)).casefold(): heading for heading in row if heading is not None}
    columns = {
        wanted: seen[heading]
        for wanted, headings in _HEADINGS.items()
        for heading in reversed(headings)
        if heading in seen
    }
    named = columns.get("municipality")
    # Some registers call the column of codes "municipality".
    coded = named is not None and _MUNICIPALITY_CODE.fullmatch(str(row[named]))
    if coded and "municipality_code" not in columns:
        columns["municipality_code"] = columns.pop("municipality")
    return columns


def _settlement(row: Mapping[str, Any], columns: Mapping[str, str]) -> OfficialSettlement | None:
    def text(wanted: str) -> str:
        value = row.get(columns[wanted]) if wanted in columns else None
        return "" if value is None else one_line(str(value))[:255]

    code, name = text("code"), text("name")
    if not code or not name:
        return None
    lon, lat = _position(text("position"), text("lon"), text("lat"))
    return OfficialSettlement(
        code=code,
        name=name,
        latin=text("latin"),
        kind=_KINDS.get(text("kind"), ""),
        municipality_code=text("municipality_code"),
        municipality=text("municipality"),
        province=re.sub(r"^обл\.\s*", "", text("province")),
        population=whole_number(text("population")),
        postcode=text("postcode"),
        lon=lon,
        lat=lat,
    )


def _position(both: str, lon: str, lat: str) -> tuple[float, float]:
    """lon, lat; NaN where they are no position on Earth."""
    parts = both.split(",") if both else [lon, lat]
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        return math.nan, math.nan
    on_earth = abs(x) <= 180 and abs(y) <= 90
    return (x, y) if on_earth else (math.nan, math.nan)


def _join(first: OfficialSettlement, second: OfficialSettlement) -> OfficialSettlement:
    """`first`, with what it does not say taken from `second`."""
    gaps = {
        each.name: getattr(second, each.name)
        for each in fields(first)
        if getattr(first, each.name) in ("", 0)
    }
    if not first.placed:
        gaps |= {"lon": second.lon, "lat": second.lat}
    return replace(first, **gaps)


def _fault(file: Path, message: str) -> RegionFault:
    return RegionFault(Fault(message, file=file.name))


def provinces_of(register: Iterable[OfficialSettlement]) -> dict[str, str]:
    """Code of each municipality → name of its province."""
    return {found.municipality_code: found.province for found in register if found.province}
