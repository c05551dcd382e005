"""The land: the river in the north, the province's outline, and who owns which ground.

All of it invented but for where the settlements lie. Lines are laid out in straight strokes on
the drawing board and bent with everything else (see `plane`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.interpolate import PchipInterpolator
from shapely import LineString, MultiPoint, Point, Polygon

from data.sample.facts import SettlementFact
from data.sample.plane import Bend, Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BANK_M = {
    "Кривина": 1_700, "Батин": 1_500, "Мечка": 2_300, "Пиргово": 2_400, "Русе": 1_900,
    "Мартен": 1_300, "Сандрово": 1_600, "Ряхово": 1_100, "Бръшлен": 3_600,
}  # fmt: skip
"""Settlements along the Danube and an invented distance from each to its bank."""
UPSTREAM = math.radians(31.0)
"""General direction of the bank in radians, from Krivina up to Brashlen, north of east."""
_ALONG = np.array([np.cos(UPSTREAM), np.sin(UPSTREAM)])
_ACROSS = np.array([-np.sin(UPSTREAM), np.cos(UPSTREAM)])
_RIVER_WIDTH_M = 800.0
_REACH_M = 4_800.0
"""Ground that belongs to a settlement at the province's edge."""
_STEP_M = 250.0


@dataclass(frozen=True)
class Border:
    """A piece of border between two owners, bent. Owners are settlement numbers, -1 is abroad."""

    line: Points
    """(n, 2) metres."""
    left: int
    right: int


@dataclass(frozen=True)
class Land:
    """What lies under the roads. Points are in metres."""

    straight: Points
    """(83, 2) settlements on the drawing board."""
    points: Points
    """(83, 2) settlements where they are, bent."""
    bank: Callable[[Points], NDArray[np.float64]]
    """Metres from the bank on the drawing board, positive on the dry side."""
    outline: Polygon
    """The province on the drawing board."""
    borders: tuple[Border, ...]
    river: Points
    """(n, 2) middle of the river, bent."""
    water: Points
    """(n, 2) closed ring of the river's surface, bent."""


def make_land(facts: tuple[SettlementFact, ...], points: Points, bend: Bend) -> Land:
    """The land around the settlements at `points`, (n, 2) metres."""
    straight = bend.undo(points)
    curve = _bank_curve(facts, straight)
    ground = _outline(straight, curve)
    return Land(
        straight=straight,
        points=points,
        bank=partial(_dry_metres, curve),
        outline=ground,
        borders=_borders(straight, ground, points, bend),
        river=bend(_river_line(straight, curve, _RIVER_WIDTH_M / 2)),
        water=bend(_river_ring(straight, curve)),
    )


def _bank_curve(facts: tuple[SettlementFact, ...], straight: Points) -> PchipInterpolator:
    riverside = sorted(
        (float(straight[i] @ _ALONG), float(straight[i] @ _ACROSS) + _BANK_M[fact.name])
        for i, fact in enumerate(facts)
        if fact.name in _BANK_M
    )
    along, across = np.array(riverside).T
    along = np.concatenate([[along[0] - 20_000], along, [along[-1] + 20_000]])
    across = np.concatenate([[across[0] - 1_500], across, [across[-1] - 1_000]])
    return PchipInterpolator(along, across, extrapolate=True)


def _dry_metres(curve: PchipInterpolator, points: Points) -> NDArray[np.float64]:
    return np.asarray(curve(points @ _ALONG) - points @ _ACROSS, dtype=float)


def _river_line(straight: Points, curve: PchipInterpolator, offset: float) -> Points:
    along = straight @ _ALONG
    steps = np.arange(along.min() - _REACH_M, along.max() + _REACH_M, _STEP_M)
    return np.outer(steps, _ALONG) + np.outer(curve(steps) + offset, _ACROSS)


def _river_ring(straight: Points, curve: PchipInterpolator) -> Points:
    near = _river_line(straight, curve, 0.0)
    far = _river_line(straight, curve, _RIVER_WIDTH_M)
    return np.concatenate([near, far[::-1], near[:1]])


def _outline(straight: Points, curve: PchipInterpolator) -> Polygon:
    """The province: the settlements' surroundings, smoothed, up to the middle of the river."""
    blob = MultiPoint(straight).buffer(_REACH_M).buffer(9_000).buffer(-11_500).buffer(2_500)
    middle = _river_line(straight, curve, _RIVER_WIDTH_M / 2)
    low = middle - 200_000 * _ACROSS
    south = Polygon(np.concatenate([middle, low[::-1]]))
    shore = LineString(_river_line(straight, curve, 0.0))
    strips = [
        LineString([point, shore.interpolate(shore.project(point))])
        for point in (Point(xy) for xy in straight)
        if shore.distance(point) < 4_500
    ]
    riverside = shapely.union_all(strips).buffer(4_500)
    parts = shapely.get_parts(shapely.union(blob, riverside).intersection(south))
    return Polygon(max(parts, key=lambda part: float(part.area)))


def _borders(straight: Points, ground: Polygon, points: Points, bend: Bend) -> tuple[Border, ...]:
    """Thiessen cells cut to the outline, as lines that neighbours share."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(MultiPoint(straight), extend_to=ground.buffer(50_000))
    )
    inside = [cell.intersection(ground) for cell in cells]
    edges = shapely.union_all([shapely.boundary(part) for part in inside], grid_size=0.01)
    lines = shapely.get_parts(shapely.line_merge(edges))
    bent = [bend(shapely.get_coordinates(shapely.segmentize(line, _STEP_M))) for line in lines]
    faces = shapely.get_parts(shapely.polygonize([LineString(line) for line in bent]))
    owner = _owners(faces, points)
    return tuple(Border(line, *_sides(line, faces, owner)) for line in bent)


def _owners(faces: NDArray[np.object_], points: Points) -> list[int]:
    """The settlement in each face, -1 for a sliver without one."""
    tree = shapely.STRtree(faces)
    owner = [-1] * len(faces)
    for settlement, face in tree.query(shapely.points(points), predicate="within").T:
        owner[face] = int(settlement)
    return owner


def _sides(line: Points, faces: NDArray[np.object_], owner: list[int]) -> tuple[int, int]:
    """Who owns the ground to the left and to the right of a line."""
    middle = len(line) // 2
    start, end = line[middle - 1], line[middle]
    along = (end - start) / np.hypot(*(end - start))
    normal = np.array([-along[1], along[0]])
    found = []
    for side in (1.0, -1.0):
        probe = Point((start + end) / 2 + side * normal)
        found.append(next((owner[i] for i, face in enumerate(faces) if face.contains(probe)), -1))
    return found[0], found[1]
