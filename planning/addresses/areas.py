"""Which municipality a point lies in, from a region's polygons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import shapely

if TYPE_CHECKING:
    import geopandas as gpd

CELL = 0.01
"""Degrees; doors lie close together, so most cells are asked of the polygons once."""


class Found(NamedTuple):
    """A municipality whose polygon holds a point."""

    code: str
    name: str


class MunicipalityFinder:
    """Point in polygon over `areas` (see `planning.areas.AREA_COLUMNS`), exact boundaries only."""

    def __init__(self, areas: gpd.GeoDataFrame) -> None:
        rows = areas[(areas["level"] == "municipality") & ~areas["approximate"].astype(bool)]
        self._found = [
            Found(str(code), str(name))
            for code, name in zip(rows["code"], rows["name"], strict=True)
        ]
        self._tree = shapely.STRtree(rows.geometry.to_numpy())
        self._cells: dict[tuple[int, int], tuple[bool, Found | None]] = {}

    def at(self, lon: float, lat: float) -> Found | None:
        """The municipality of a point in degrees; None outside of all."""
        cell = math.floor(lon / CELL), math.floor(lat / CELL)
        if cell not in self._cells:
            self._cells[cell] = self._cell(*cell)
        sure, found = self._cells[cell]
        if sure:
            return found
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._found[min(hits)] if len(hits) else None

    def _cell(self, column: int, row: int) -> tuple[bool, Found | None]:
        """Whether all points of a cell have one answer, and that answer."""
        box = shapely.box(column * CELL, row * CELL, (column + 1) * CELL, (row + 1) * CELL)
        touching = self._tree.query(box, predicate="intersects").tolist()
        if not touching:
            return True, None
        whole = self._tree.query(box, predicate="covered_by").tolist()
        return (True, self._found[whole[0]]) if touching == whole[:1] else (False, None)
