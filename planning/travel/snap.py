"""From doors to the road: the nearest point on the nearest road piece."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.travel.compiled import installed
from planning.travel.graph import RoadGraph
from planning.travel.sphere import Floats, from_mercator, great_circle_metres, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray

SNAP_LIMIT_M = 1_500.0
"""A door farther than this from any road counts as unreachable: it is likelier misplaced."""

_END = 1e-9
"""A fraction this close to an end of the segment is that end."""
_ON_THE_LINE_M = 0.1
"""A door so near to the middle of the road is on neither side of it."""


class Met(IntEnum):
    """How a door met the road."""

    ROAD = 0
    """At the nearest road."""
    MOVED = 1
    """The nearest road is closed or cut off from the others: at the nearest one that is not."""
    TOO_FAR = 2
    """No road within the limit: unreachable, likelier misplaced."""
    NOWHERE = 3
    """It has no coordinates, or such as are nowhere on Earth."""
    NO_PATH = 4
    """Far from the nearest road, and no foot path is near: the last metres are as the crow flies.
    Told to who parks and walks."""


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
    side: NDArray[np.int8]
    """(n,) 1 = left of the segment from tail to head, -1 = right, 0 = on it or on no road."""
    met: NDArray[np.uint8]
    """(n,) `Met`."""


def snap(
    graph: RoadGraph,
    points: Floats,
    *,
    limit_m: float = SNAP_LIMIT_M,
    usable: NDArray[np.bool_] | None = None,
) -> Snapped:
    """Snaps `points`, (n, 2) of lon, lat, to the roads of `graph`.

    Args:
        graph: the roads.
        points: the doors.
        limit_m: the farthest a door may be from its road.
        usable: (s,) segments that may be chosen; all if None.

    Of several roads equally near, as at a junction, one that is open both ways is taken, else the
    first in the graph.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    snapped = _nothing(points)
    nearest = _nearest if installed() else _nearest_by_tree
    fit = np.ones(len(graph.with_doors), dtype=np.bool_)
    found = nearest(graph, points, fit, limit_m)
    if usable is not None:
        fit = usable[graph.with_doors]
        cut_off = np.flatnonzero(found >= 0)
        cut_off = cut_off[~fit[found[cut_off]]]
        found[cut_off] = nearest(graph, points[cut_off], fit, limit_m)
        snapped.met[cut_off] = Met.MOVED
    _place(graph, points, found, limit_m, snapped)
    snapped.met[(snapped.segment < 0) & (snapped.met != Met.NOWHERE)] = Met.TOO_FAR
    return snapped


def _place(
    graph: RoadGraph,
    points: Floats,
    found: NDArray[np.int64],
    limit_m: float,
    snapped: Snapped,
) -> None:
    """Fills in the points whose line `found` is not beyond the limit."""
    near = np.flatnonzero(found >= 0)
    lines = graph.lines[found[near]]
    doors = to_mercator(points[near])
    along = shapely.line_locate_point(lines, shapely.points(doors), normalized=True)
    spots = shapely.get_coordinates(shapely.line_interpolate_point(lines, along, normalized=True))
    at = from_mercator(spots)
    metres = great_circle_metres(points[near], at)
    kept = metres <= limit_m
    rows = near[kept]
    snapped.segment[rows] = graph.with_doors[found[rows]]
    snapped.fraction[rows] = _ends_rounded(along[kept])
    snapped.lonlat[rows] = at[kept]
    snapped.metres[rows] = metres[kept]
    snapped.side[rows] = _sides(lines[kept], along[kept], doors[kept], metres[kept])


def _nearest(
    graph: RoadGraph, points: Floats, fit: NDArray[np.bool_], limit_m: float
) -> NDArray[np.int64]:
    """(n,) the nearest of the graph's lines that are `fit`, -1 where none is within the limit."""
    found = np.full(len(points), -1, dtype=np.int64)
    known = np.isfinite(points).all(axis=1)
    found[known] = graph.squares.nearest(
        to_mercator(points[known]),
        within=limit_m * _stretch(points[known]),
        usable=fit,
        second=_one_way(graph),
    )
    return found


def _nearest_by_tree(
    graph: RoadGraph, points: Floats, fit: NDArray[np.bool_], limit_m: float
) -> NDArray[np.int64]:
    """The same without numba, ten times slower."""
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    doors = np.asarray(shapely.points(to_mercator(points[known])))
    if fit.all():
        asked, lines = graph.tree.query_nearest(doors)
    else:
        within = limit_m * _stretch(points[known])
        asked, lines = graph.tree.query(doors, predicate="dwithin", distance=within)
        asked, lines = asked[fit[lines]], lines[fit[lines]]
    away = shapely.distance(doors[asked], graph.lines[lines])
    order = np.lexsort((lines, _one_way(graph)[lines], away, asked))
    point, where = np.unique(asked[order], return_index=True)
    found = np.full(len(points), -1, dtype=np.int64)
    found[known[point]] = lines[order][where]
    return found


def _one_way(graph: RoadGraph) -> NDArray[np.bool_]:
    """(d,) of the segments that have doors, those that are open in one direction at most."""
    closed = np.isinf(graph.forward_seconds) | np.isinf(graph.backward_seconds)
    one_way: NDArray[np.bool_] = closed[graph.with_doors]
    return one_way


def _stretch(points: Floats) -> Floats:
    """(n,) Mercator metres in a metre at each point, a little more."""
    stretch: Floats = 1.01 / np.maximum(np.cos(np.radians(points[:, 1])), 0.01)
    return stretch


def _sides(
    lines: NDArray[np.object_], along: Floats, doors: Floats, metres: Floats
) -> NDArray[np.int8]:
    """(n,) on which side of the line each door is; all but `metres` in Mercator."""
    step = 1e-6
    before, after = np.clip(along - step, 0, 1), np.clip(along + step, 0, 1)
    begin = shapely.get_coordinates(shapely.line_interpolate_point(lines, before, normalized=True))
    end = shapely.get_coordinates(shapely.line_interpolate_point(lines, after, normalized=True))
    way, out = end - begin, doors - begin
    cross = way[:, 0] * out[:, 1] - way[:, 1] * out[:, 0]
    return np.where(metres > _ON_THE_LINE_M, np.sign(cross), 0).astype(np.int8)


def _nothing(points: Floats) -> Snapped:
    count = len(points)
    known = np.isfinite(points).all(axis=1)
    return Snapped(
        segment=np.full(count, -1, dtype=np.int64),
        fraction=np.full(count, np.nan),
        lonlat=np.full((count, 2), np.nan),
        metres=np.full(count, np.nan),
        side=np.zeros(count, dtype=np.int8),
        met=np.where(known, Met.ROAD, Met.NOWHERE).astype(np.uint8),
    )


def _ends_rounded(fraction: Floats) -> Floats:
    """Fractions with the ends exact, so that a door at a junction is at the junction."""
    inner = np.nan_to_num(fraction, nan=0.0)
    return np.where(inner < _END, 0.0, np.where(inner > 1 - _END, 1.0, inner))
