"""Which municipality a point lies in, from a region's polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import shapely

if TYPE_CHECKING:
    import geopandas as gpd


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

    def at(self, lon: float, lat: float) -> Found | None:
        """The municipality of a point in degrees; None outside of all."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._found[min(hits)] if len(hits) else None
