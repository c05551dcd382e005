"""The ways between stops, with their lines along the roads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from planning.errors import Fault, InputError
from planning.model import Leg, LonLat
from planning.travel.cost import BITS, NO_WAY, Ints, metres_of
from planning.travel.doors import Doors
from planning.travel.graph import RoadGraph
from planning.travel.matrix import DETOUR, straight_seconds
from planning.travel.network import Ways
from planning.travel.router import Router
from planning.travel.snap import SNAP_LIMIT_M
from planning.travel.sphere import Floats, great_circle_metres, on_earth

_DECIMALS = 7
"""Of a degree: a centimetre, which is also how finely OpenStreetMap places its nodes."""
_BATCH = 200
"""Legs whose points are held at once."""


def legs(
    roads: RoadGraph | Router,
    pairs: Sequence[tuple[LonLat, LonLat]],
    *,
    snap_limit_m: float = SNAP_LIMIT_M,
) -> list[Leg]:
    """The fastest way for every pair (from, to), in the order of `pairs`.

    A leg's line runs from where the first door meets the road to where the second one does: the
    last metres to the door are for the map to dash. Its metres are those of `matrix`, its seconds
    those of `matrix` rounded up, as in a plan, which never promises to be faster than the road.
    Where a door meets no road within `snap_limit_m`, or no way leads there, the leg is a straight
    line from door to door, marked as such.

    Args:
        roads: a router, or a graph that is prepared for this one call.
        pairs: (from, to) doors.
        snap_limit_m: a door farther from any road is on none.

    Raises:
        InputError: a door is no place on Earth; all of them at once.
    """
    _check(pairs)
    router = Router.of(roads)
    drawn: list[Leg] = []
    for begin in range(0, len(pairs), _BATCH):
        drawn += _drawn(router, pairs[begin : begin + _BATCH], snap_limit_m)
    return drawn


def _check(pairs: Sequence[tuple[LonLat, LonLat]]) -> None:
    places = on_earth(np.array(pairs, dtype=np.float64).reshape(-1, 2)).reshape(-1, 2)
    lost = np.flatnonzero(~places.all(axis=1)).tolist()
    message = "no place on Earth: longitude and latitude in degrees are needed"
    if lost:
        raise InputError([Fault(message, field=f"way {at + 1}") for at in lost])


def _drawn(
    router: Router, pairs: Sequence[tuple[LonLat, LonLat]], snap_limit_m: float
) -> list[Leg]:
    points = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    doors = router.doors(points, snap_limit_m=snap_limit_m)
    start, end = np.arange(0, len(points), 2), np.arange(1, len(points), 2)
    departures, arrivals = doors.departures.at(start), doors.arrivals.at(end)
    ways = router.search.ways(departures, arrivals)
    direct = doors.direct(start, end)
    cost = np.minimum(ways.cost, direct)
    through = _through(doors, router.network.whole(ways, departures, arrivals))
    beside = np.flatnonzero((direct <= ways.cost) & (direct < NO_WAY))
    pieces = through.without(beside).and_also(_beside(doors, beside))
    lines = _lines(router.ground, doors, pieces)
    metres = np.empty(len(cost), dtype=np.float32)
    metres_of(cost, out=metres)
    return [
        Leg(_whole_seconds(int(cost[i])), float(metres[i]), line)
        if cost[i] < NO_WAY
        else _straight(router, *pairs[i])
        for i, line in enumerate(lines)
    ]


def _whole_seconds(cost: int) -> int:
    """Seconds of a cost, rounded up."""
    return -(-(cost >> BITS) // 1000)


def _straight(router: Router, start: LonLat, end: LonLat) -> Leg:
    metres = great_circle_metres(np.array(start), np.array(end)) * DETOUR
    seconds = math.ceil(straight_seconds(metres, router.mode))
    return Leg(seconds, float(metres), (start, end), straight=True)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What the ways pass of each directed segment, way after way in the order of travel."""

    way: Ints
    """(k,) number of the way."""
    arc: Ints
    """(k,) directed segment."""
    begin: Floats
    """(k,) share of it that is behind where the piece begins."""
    end: Floats
    """(k,) share that is behind where it ends."""

    def without(self, ways: Ints) -> _Pieces:
        """The pieces of all other ways."""
        kept = ~np.isin(self.way, ways)
        return _Pieces(self.way[kept], self.arc[kept], self.begin[kept], self.end[kept])

    def and_also(self, other: _Pieces) -> _Pieces:
        """The pieces of both."""
        way = np.concatenate([self.way, other.way])
        order = np.argsort(way, kind="stable")
        return _Pieces(
            way=way[order],
            arc=np.concatenate([self.arc, other.arc])[order],
            begin=np.concatenate([self.begin, other.begin])[order],
            end=np.concatenate([self.end, other.end])[order],
        )


def _through(doors: Doors, ways: Ways) -> _Pieces:
    """The pieces of ways that leave the first door's segment and come to the second one's."""
    way = np.repeat(np.arange(len(ways.cost)), np.diff(ways.first))
    begin, end = np.zeros(len(way)), np.ones(len(way))
    passed = ways.passed.astype(np.int64)
    found = np.flatnonzero(np.diff(ways.first) > 0)
    first, last = ways.first[found], ways.first[found + 1] - 1
    begin[first] = _share(doors, 2 * found, passed[first])
    end[last] = _share(doors, 2 * found + 1, passed[last])
    return _Pieces(way, passed, begin, end)


def _beside(doors: Doors, ways: Ints) -> _Pieces:
    """The pieces between two doors on one segment."""
    fraction = doors.snapped.fraction
    backwards = fraction[2 * ways + 1] < fraction[2 * ways]
    arc = 2 * doors.snapped.segment[2 * ways] + backwards
    return _Pieces(ways, arc, _share(doors, 2 * ways, arc), _share(doors, 2 * ways + 1, arc))


def _share(doors: Doors, door: Ints, arc: Ints) -> Floats:
    """The share of a directed segment that is behind who stands before `door`."""
    fraction = doors.snapped.fraction[door]
    return np.where(arc & 1, 1 - fraction, fraction)


def _lines(graph: RoadGraph, doors: Doors, pieces: _Pieces) -> list[tuple[LonLat, ...]]:
    """The line of every way, from where the first door meets the road to where the second does."""
    way, points = _corners(graph, pieces)
    ends = doors.snapped.lonlat
    pairs = np.arange(len(ends) // 2)
    way = np.concatenate([pairs, way, pairs])
    order = np.argsort(way, kind="stable")
    way = way[order]
    points = np.round(np.concatenate([ends[0::2], points, ends[1::2]])[order], _DECIMALS)
    moves = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1) | (np.diff(way) != 0))
    first = np.searchsorted(way[moves], np.append(pairs, len(pairs))).tolist()
    spots = list(zip(*points[moves].T.tolist(), strict=True))
    lines = [tuple(spots[a:b]) for a, b in pairwise(first)]
    return [line if len(line) > 1 else line * 2 for line in lines]


def _corners(graph: RoadGraph, pieces: _Pieces) -> tuple[Ints, Floats]:
    """(way, points): the points of the roads' shapes that the pieces pass.

    A piece has its end and not its beginning, so that a corner where a door stands comes once.
    """
    segment, backwards = pieces.arc >> 1, pieces.arc & 1
    count = np.diff(graph.shape_first)[segment]
    piece = np.repeat(np.arange(len(segment)), count)
    place = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    against = backwards[piece]
    step = np.where(against, count[piece] - 1 - place, place)
    point = graph.shape_first[segment][piece] + step
    share = np.where(against, 1 - graph.shape_share[point], graph.shape_share[point])
    passed = (share > pieces.begin[piece]) & (share <= pieces.end[piece])
    return pieces.way[piece[passed]], graph.shape[point[passed]]
