"""Boundary files of the user (GeoJSON, GeoPackage, Shapefile, …), which override OSM's."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, GeometryError

from data.regions.countries import levels_of
from data.regions.tags import whole_number
from planning.areas import DISTRICT, LEVELS, MUNICIPALITY, SETTLEMENT, Area
from planning.errors import Fault, RegionFault
from planning.text import one_line

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_CODES = (
    "nuts4", "obns_num", "raion", "lau", "lau_id", "kato", "ekatte", "municipality_code", "code",
)  # fmt: skip
_NAMES = (
    "name_bg", "name", "obns_cyr", "municipality", "district", "nazv", "shapename", "name_local",
    "name:az", "name:kk", "name:ru", "name_en", "title",
)  # fmt: skip
_KNOWN_STARTS = (b"{", b"SQLite format 3\0", b"\x00\x00\x27\x0a", b"fgb")
"""GeoJSON, GeoPackage, Shapefile, FlatGeobuf."""
_UNREADABLE = "it cannot be read as boundaries; bring GeoJSON, GeoPackage or a Shapefile"
_DISTRICT_CODES = ("obns_num", "raion")
"""Registers of city districts: Sofia's, and the statistical institute's."""


def read_boundaries(
    file: Path,
    *,
    countries: Sequence[str],
    names: Mapping[str, str],
    spellings: Sequence[str] = (),
) -> tuple[Area, ...]:
    """The areas of `file`, in its order, parents not yet set.

    The level is what a column `level` or `admin_level` says, a district where the codes are those
    of city districts, else a municipality. A column `population` is read where there is one.

    Args:
        file: GeoJSON, GeoPackage, Shapefile or FlatGeobuf: polygons with names or codes.
        countries: what admin_level means is looked up for the first of them.
        names: code → name from an official register, for files that hold codes only.
        spellings: how names in capitals are written else: КРАСНА ПОЛЯНА is Красна поляна. Of
            several the first counts.

    Raises:
        RegionFault: it cannot be read, or a row has no polygon, name or code.
    """
    frame = _frame(file)
    columns = {str(column).casefold(): column for column in frame.columns}
    code = next((columns[wanted] for wanted in _CODES if wanted in columns), None)
    name = next((columns[wanted] for wanted in _NAMES if wanted in columns), None)
    if code is None and name is None:
        known = ", ".join(("name", *_CODES[:3]))
        raise _fault(file, f"no column holds names or codes; call one of them {known}")
    districts = str(code).casefold() in _DISTRICT_CODES
    spelling = {name.casefold(): name for name in reversed(spellings)}
    areas: list[Area] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for row, (record, geometry) in enumerate(_records(frame), start=1):
        found_code = _text(record, code)
        found_name = (
            _spelled(_text(record, name), spelling) or names.get(found_code, "") or found_code
        )
        found_code = found_code or found_name
        shape = _polygonal(geometry)
        trouble = _trouble(found_code, shape, seen)
        if trouble or shape is None:
            faults.append(Fault(trouble, file=file.name, row=row, value=found_code[:80]))
            continue
        seen.add(found_code)
        level = _level(record, columns, countries, default=DISTRICT if districts else MUNICIPALITY)
        people = whole_number(_text(record, columns.get("population")))
        areas.append(Area(found_code, found_name, level, shape, population=people))
    if faults:
        raise RegionFault(faults)
    return tuple(areas)


def _frame(file: Path) -> gpd.GeoDataFrame:
    if not file.is_file():
        raise _fault(file, "there is no such file; check the path")
    _refuse_unknown_kind(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL talks about its own options
            frame = pyogrio.read_dataframe(file)
    except (DataSourceError, DataLayerError, GeometryError, shapely.errors.GEOSException):
        raise _fault(file, _UNREADABLE) from None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise _fault(file, "there is no polygon in it; bring the boundaries themselves")
    return _in_degrees(file, frame)


def _refuse_unknown_kind(file: Path) -> None:
    """GDAL goes by content and reads far more than files: a VRT may name any file or host."""
    with file.open("rb") as stream:
        head = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(_KNOWN_STARTS):
        raise _fault(file, _UNREADABLE)


def _in_degrees(file: Path, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.crs is not None:
        frame = frame.to_crs("EPSG:4326")
    west, south, east, north = frame.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _fault(file, "its coordinate system is not told; save it in EPSG:4326")
    return frame.set_crs("EPSG:4326", allow_override=True)


def _records(
    frame: gpd.GeoDataFrame,
) -> Sequence[tuple[Mapping[str, Any], BaseGeometry | None]]:
    table = frame.drop(columns=frame.geometry.name).to_dict("records")
    return list(zip(table, frame.geometry, strict=True))


def _text(record: Mapping[str, Any], column: str | None) -> str:
    value = record.get(column) if column is not None else None
    if value is None or value != value:  # only NaN differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return one_line(str(value))[:255]


def _spelled(name: str, spelling: Mapping[str, str]) -> str:
    """БАНКЯ → Банкя: registers shout, maps do not."""
    if not name.isupper() or len(name) <= 3:
        return name
    return spelling.get(name.casefold(), name.title())


def _polygonal(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """The polygons of `geometry`, valid; None when it has none."""
    if geometry is None or shapely.is_empty(geometry):
        return None
    flat = shapely.make_valid(shapely.force_2d(geometry))
    parts = [part for part in _parts(flat) if shapely.get_type_id(part) == 3]
    return shapely.union_all(parts) if parts else None


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = list(shapely.get_parts(shape))
    return (
        parts
        if len(parts) == 1 and parts[0] is shape
        else [inner for part in parts for inner in (shapely.get_parts(part))]
    )


def _trouble(code: str, shape: BaseGeometry | None, seen: set[str]) -> str:
    if shape is None:
        return "this is not a polygon; draw the boundary as an area"
    if not code:
        return "neither a name nor a code stands here; fill one in"
    return "this code or name occurs twice; join the two or tell them apart" if code in seen else ""


def _level(
    record: Mapping[str, Any], columns: Mapping[str, str], countries: Sequence[str], *, default: str
) -> str:
    stated = _text(record, columns.get("level")).casefold()
    if stated in LEVELS:
        return stated
    number = _text(record, columns.get("admin_level"))
    if countries and re.fullmatch(r"\d{1,2}", number):
        levels = levels_of(countries[0])
        for level, numbers in (
            (MUNICIPALITY, levels.municipality),
            (DISTRICT, levels.district),
            (SETTLEMENT, levels.settlement),
        ):
            if int(number) in numbers:
                return level
    return default


def _fault(file: Path, message: str) -> RegionFault:
    return RegionFault(Fault(message, file=file.name))
