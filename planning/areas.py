"""Municipalities, districts and settlements as polygons: the frame's contract and look-ups in it.

`areas: GeoDataFrame[code: str unique, name: str, level: str, parent: str, population: int,
approximate: bool, geometry: (Multi)Polygon EPSG:4326]`. `parent` is the code of the area that
holds this one (a district's or settlement's municipality), empty where there is none.
`approximate` marks a polygon that stands in for a boundary nobody had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

MUNICIPALITY = "municipality"
DISTRICT = "district"
SETTLEMENT = "settlement"
LEVELS = (MUNICIPALITY, DISTRICT, SETTLEMENT)

AREA_COLUMNS = ("code", "name", "level", "parent", "population", "approximate", "geometry")


@dataclass(frozen=True, slots=True)
class Area:
    """One row of an areas frame."""

    code: str
    name: str
    level: str
    geometry: BaseGeometry
    """Polygon or MultiPolygon in degrees, (lon, lat)."""
    parent: str = ""
    population: int = 0
    """0 when unknown."""
    approximate: bool = False


def areas_frame(areas: Iterable[Area]) -> gpd.GeoDataFrame:
    """The areas as a frame that keeps the contract, in the order given."""
    rows = [tuple(getattr(area, column) for column in AREA_COLUMNS) for area in areas]
    table = pd.DataFrame(rows, columns=list(AREA_COLUMNS)).astype(
        {"population": "int64", "approximate": "bool"}
    )
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    check_areas(frame)
    return frame


def check_areas(areas: gpd.GeoDataFrame) -> None:
    """Raises AssertionError where `areas` breaks the contract: our bug, not the user's."""
    assert tuple(areas.columns) == AREA_COLUMNS, f"columns are {list(areas.columns)}"
    assert areas.crs is not None, "areas have no CRS"
    assert areas.crs.to_epsg() == 4326, f"areas are in {areas.crs}"
    assert areas["code"].is_unique, "codes of areas are not unique"
    assert set(areas["level"]) <= set(LEVELS), f"levels are {sorted(set(areas['level']))}"
    assert set(areas["parent"]) - {""} <= set(areas["code"]), "a parent is missing"


def of_level(areas: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """The rows of one level, index from 0."""
    return areas[areas["level"] == level].reset_index(drop=True)


def locate_points(
    areas: gpd.GeoDataFrame, lonlat: NDArray[np.float64], *, level: str = MUNICIPALITY
) -> NDArray[np.str_]:
    """Code of the area of `level` that each point lies in.

    Args:
        areas: keeps the contract above.
        lonlat: degrees, shape (n, 2), NaN where a place is not known.
        level: municipality, district or settlement.

    Returns:
        Shape (n,): codes, empty where no area holds the point. On a border, or where areas
        overlap, the smallest area counts, then the one that comes first.
    """
    chosen = of_level(areas, level)
    found = holding(chosen.geometry.to_numpy(), lonlat)
    codes = np.array([*chosen["code"], ""], dtype=np.str_)
    return codes[found]


def holding(polygons: NDArray[np.object_], lonlat: NDArray[np.float64]) -> NDArray[np.intp]:
    """Index of the smallest of `polygons` that holds each point of `lonlat`; -1 for none."""
    found = np.full(len(lonlat), -1, dtype=np.intp)
    if not len(polygons) or not len(lonlat):
        return found
    known = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
    # The tree holds the points: GEOS prepares the shapes that are asked with, here the polygons.
    tree = shapely.STRtree(points(lonlat[known]))
    polygon, point = tree.query(polygons, predicate="intersects")
    # The last write wins below, so the smallest, and among equals the first, goes last.
    order = np.lexsort((-polygon, -shapely.area(polygons)[polygon]))
    found[known[point[order]]] = polygon[order]
    return found


def points(lonlat: NDArray[np.float64]) -> NDArray[np.object_]:
    """(n, 2) lon, lat → (n,) shapely points."""
    made: NDArray[np.object_] = np.asarray(shapely.points(lonlat), dtype=object)
    return made


def parted(areas: gpd.GeoDataFrame) -> tuple[Area, ...]:
    """The areas as counts go by them: official districts below the settlement that they part.

    A district belongs to the settlement that holds its middle; one that is the only one there parts
    nothing, and is left out as are those in no settlement's polygon. So a city is parted, and the
    villages around it, each in one of its districts, stay whole.
    """
    rows = [Area(**row) for row in areas.to_dict("records")]
    districts = [row for row in rows if row.level == DISTRICT]
    middles = shapely.point_on_surface(np.array([row.geometry for row in districts], dtype=object))
    lonlat = np.column_stack([shapely.get_x(middles), shapely.get_y(middles)])
    found = locate_points(areas, lonlat, level=SETTLEMENT).tolist()
    several = {code for code, number in Counter(found).items() if code and number > 1}
    return (
        *(row for row in rows if row.level != DISTRICT),
        *(
            replace(row, parent=settlement)
            for row, settlement in zip(districts, found, strict=True)
            if settlement in several
        ),
    )


def names_by_code(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Name of every area."""
    return dict(zip(areas["code"], areas["name"], strict=True))


def parents(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Code of every area's parent, empty where it has none."""
    return dict(zip(areas["code"], areas["parent"], strict=True))


def municipality_of(areas: gpd.GeoDataFrame, code: str) -> str:
    """Code of the municipality that area `code` is or lies in; empty when there is none."""
    level = dict(zip(areas["code"], areas["level"], strict=True))
    above = parents(areas)
    seen: set[str] = set()
    while code in level and code not in seen:
        if level[code] == MUNICIPALITY:
            return code
        seen.add(code)
        code = above[code]
    return ""
