"""From doors to the road: the nearest point on the nearest road piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.travel.graph import RoadGraph
from planning.travel.sphere import Floats, from_mercator, great_circle_metres, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray

SNAP_LIMIT_M = 1_500.0
"""A door farther than this from any road counts as unreachable: it is likelier misplaced."""

_END = 1e-9
"""A fraction this close to an end of the segment is that end."""


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where n points meet the road."""

    segment: NDArray[np.int64]
    """(n,) segment of the graph, -1 = nothing within the limit."""
    fraction: Floats
    """(n,) share of the segment between its tail and the point, 0 to 1."""
    lonlat: Floats
    """(n, 2) the point on the road; NaN where there is none."""
    metres: Floats
    """(n,) from the door to the road as the crow flies; NaN where there is none."""


def snap(graph: RoadGraph, points: Floats, *, limit_m: float = SNAP_LIMIT_M) -> Snapped:
    """Snaps `points`, (n, 2) of lon, lat, to the roads of `graph`.

    Of several roads equally near, as at a junction, the first in the graph is taken.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    found = _nearest(graph, points)
    near = np.flatnonzero(found >= 0)
    segments, tree = graph.index
    lines = tree.geometries[found[near]]
    doors = shapely.points(to_mercator(points[near]))
    along = shapely.line_locate_point(lines, doors, normalized=True)
    at = from_mercator(
        shapely.get_coordinates(shapely.line_interpolate_point(lines, along, normalized=True))
    )
    metres = great_circle_metres(points[near], at)
    kept = metres <= limit_m
    rows = near[kept]

    snapped = _nothing(len(points))
    snapped.segment[rows] = segments[found[rows]]
    snapped.fraction[rows] = _ends_rounded(along[kept])
    snapped.lonlat[rows] = at[kept]
    snapped.metres[rows] = metres[kept]
    return snapped


def _nearest(graph: RoadGraph, points: Floats) -> NDArray[np.int64]:
    """(n,) position in the graph's index of the nearest line, -1 where there is none."""
    _, tree = graph.index
    found = np.full(len(points), -1, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    asked, lines = tree.query_nearest(shapely.points(to_mercator(points[known])))
    order = np.lexsort((lines, asked))
    first, where = np.unique(asked[order], return_index=True)
    found[known[first]] = lines[order][where]
    return found


def _nothing(count: int) -> Snapped:
    return Snapped(
        np.full(count, -1, dtype=np.int64),
        np.full(count, np.nan),
        np.full((count, 2), np.nan),
        np.full(count, np.nan),
    )


def _ends_rounded(fraction: Floats) -> Floats:
    """Fractions with the ends exact, so that a door at a junction is at the junction."""
    inner = np.nan_to_num(fraction, nan=0.0)
    return np.where(inner < _END, 0.0, np.where(inner > 1 - _END, 1.0, inner))
