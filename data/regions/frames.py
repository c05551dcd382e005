"""Frames of a region pack as GeoParquet, and the projected CRS that metres are measured in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from data.regions.osmfile import Box
from data.regions.pack import PLACE_COLUMNS
from planning.addresses.gazetteer import Landmark


def places_frame(landmarks: Sequence[Landmark]) -> gpd.GeoDataFrame:
    """[name, kind, settlement_code, geometry Point EPSG:4326], in the order given."""
    rows = [(each.name, each.kind, each.settlement_code) for each in landmarks]
    table = pd.DataFrame(rows, columns=list(PLACE_COLUMNS[:-1])).astype(str)
    points = [shapely.Point(each.lon, each.lat) for each in landmarks]
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")


def write_frame(frame: gpd.GeoDataFrame, file: Path) -> None:
    """Writes `frame` as GeoParquet; the same frame gives the same bytes."""
    frame.to_parquet(file, index=False, compression="zstd")


def metre_crs(box: Box) -> str:
    """The UTM zone of the middle of `box`, such as `EPSG:32635`."""
    west, south, east, north = box
    middle = gpd.GeoSeries([shapely.Point((west + east) / 2, (south + north) / 2)], crs="EPSG:4326")
    return f"EPSG:{middle.estimate_utm_crs().to_epsg()}"
