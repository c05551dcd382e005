"""How long a crew needs for a set of visits, estimated without a road network.

Districts are drawn before any travel matrix exists; the estimate only has to compare fairly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planning.model import Mode, Team, Visit

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

METRES_PER_DEGREE = 111_320.0
"""Length of one degree of latitude."""

TOUR_OVER_TREE = 1.13
"""A shortest tour over a spanning tree, for many points at random in the plane: 0.7124 / 0.6331
(the tour's and the tree's constants of Beardwood, Halton, Hammersley 1959 and of Steele 1988)."""

DETOUR = 1.35
"""Road metres over metres as the crow flies, a usual figure for towns and villages."""

_TOWN_MPS = 7.0
_COUNTRY_MPS = 14.0
_TOWN_METRES = 3_000.0
_PARKING_SECONDS = 60.0
_WALK_MPS = 1.3


def metres(visits: Sequence[Visit]) -> Floats:
    """(n, 2) metres east and north in a plane through the visits' middle latitude.

    Good to a thousandth within a province; enough for comparing.
    """
    degrees = np.array([(visit.lon, visit.lat) for visit in visits], dtype=np.float64)
    return to_plane(degrees.reshape(-1, 2), float(degrees[:, 1].mean()) if len(degrees) else 0.0)


def to_plane(degrees: Floats, latitude: float) -> Floats:
    """(n, 2) lon, lat → metres east and north, lengths right at `latitude` degrees."""
    scale = np.array([np.cos(np.radians(latitude)), 1.0]) * METRES_PER_DEGREE
    return np.multiply(degrees, scale)


def travel_seconds(crow_metres: Floats, mode: Mode = Mode.DRIVE) -> Floats:
    """Time for legs of `crow_metres`: slow in town, faster on what is longer, and parking."""
    road = crow_metres * DETOUR
    if mode is Mode.WALK:
        return road / _WALK_MPS
    town = np.minimum(road, _TOWN_METRES)
    moved = np.where(crow_metres > 0, _PARKING_SECONDS, 0.0)
    return moved + town / _TOWN_MPS + (road - town) / _COUNTRY_MPS


def tree_edges(points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """(from, to, metres) of a shortest tree that joins `points` (n, 2); n - 1 edges.

    Prim's algorithm, one row of distances at a time: no n × n matrix, and points on top of each
    other are no special case.
    """
    count = len(points)
    parent = np.zeros(count, dtype=np.int64)
    nearest = np.full(count, np.inf)
    outside = np.ones(count, dtype=bool)
    joined = np.zeros(max(count - 1, 0), dtype=np.int64)
    length = np.zeros(max(count - 1, 0))
    at = 0
    for step in range(count - 1):
        outside[at] = False
        nearest[at] = np.inf
        away = np.hypot(points[:, 0] - points[at, 0], points[:, 1] - points[at, 1])
        closer = outside & (away < nearest)
        nearest[closer] = away[closer]
        parent[closer] = at
        at = int(nearest.argmin())
        joined[step], length[step] = at, nearest[at]
    return parent[joined], joined, length


def between_seconds(tree: Floats, mode: Mode = Mode.DRIVE) -> float:
    """Expected time on the way between visits that a tree with edges of these metres joins."""
    return float(travel_seconds(tree * TOUR_OVER_TREE, mode).sum())


def shares(points: Floats, service: Floats) -> Floats:
    """(n,) seconds each visit adds: its service and half of every way that ends at it."""
    tails, heads, length = tree_edges(points)
    half = travel_seconds(length * TOUR_OVER_TREE) / 2
    way = np.zeros(len(points))
    np.add.at(way, tails, half)
    np.add.at(way, heads, half)
    return service + way


def available_seconds(team: Team, days: int) -> float:
    """Net working time of `team` in `days` working days; at least an hour, to divide by."""
    pause = team.pause.duration if team.pause else 0
    return max(3_600.0, (team.end - team.start - pause) * days * len(team.weekdays) / 5)


def work_seconds(visits: Sequence[Visit], mode: Mode = Mode.DRIVE) -> int:
    """Expected working time of `visits` by one crew: at the doors and between them."""
    service = sum(visit.service_seconds for visit in visits)
    return round(service + between_seconds(tree_edges(metres(visits))[2], mode)) if visits else 0
