"""The ways between stops, with their lines along the roads."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from planning.errors import Fault, InputError
from planning.model import Leg, LonLat
from planning.travel.cost import BITS, NO_WAY, Ints, metres_of
from planning.travel.doors import Doors
from planning.travel.graph import RoadGraph
from planning.travel.matrix import DETOUR, lonlats, straight_seconds
from planning.travel.network import Ways
from planning.travel.router import Router
from planning.travel.snap import SNAP_LIMIT_M
from planning.travel.sphere import Floats, great_circle_metres, on_earth

_DECIMALS = 7
"""Of a degree: a centimetre, which is also how finely OpenStreetMap places its nodes."""
_BATCH = 200
"""Legs whose points are held at once."""

Line = tuple[LonLat, ...]


def legs(
    roads: RoadGraph | Router,
    pairs: Sequence[tuple[LonLat, LonLat]],
    *,
    snap_limit_m: float = SNAP_LIMIT_M,
    among: Collection[LonLat] = (),
    offices: Collection[LonLat] = (),
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
        among: all the doors that `matrix` was asked about, where some of them share parking spots;
            by default those of `pairs`.
        offices: as in `Router.doors`.

    Raises:
        InputError: a door is no place on Earth; all of them at once.
    """
    _check(pairs)
    if not pairs:
        return []
    router = Router.of(roads)
    points = np.concatenate([lonlats([door for pair in pairs for door in pair]), lonlats(among)])
    doors = router.doors(points, snap_limit_m=snap_limit_m, offices=lonlats(offices))
    drawn: list[Leg] = []
    for begin in range(0, len(pairs), _BATCH):
        pair = np.arange(begin, min(begin + _BATCH, len(pairs)))
        drawn += _drawn(router, doors, 2 * pair, 2 * pair + 1)
    return drawn


def _check(pairs: Sequence[tuple[LonLat, LonLat]]) -> None:
    places = on_earth(np.array(pairs, dtype=np.float64).reshape(-1, 2)).reshape(-1, 2)
    lost = np.flatnonzero(~places.all(axis=1)).tolist()
    message = "no place on Earth: longitude and latitude in degrees are needed"
    if lost:
        raise InputError([Fault(message, field=f"way {at + 1}") for at in lost])


def _drawn(router: Router, doors: Doors, start: Ints, end: Ints) -> list[Leg]:
    """The ways from doors `start` to doors `end`."""
    departures, arrivals = doors.departures.at(start), doors.arrivals.at(end)
    ways = router.search.ways(departures, arrivals)
    direct = doors.direct(start, end)
    cost = np.minimum(ways.cost, direct)
    through = _through(doors, start, end, router.network.whole(ways, departures, arrivals))
    near = np.flatnonzero((direct <= ways.cost) & (direct < NO_WAY))
    pieces = through.without(near).and_also(_beside(doors, start, end, near))
    lines = _lines(router.ground, doors, start, end, pieces)
    walked = [(0, 0)] * len(lines)
    if router.afoot is not None:
        same = np.flatnonzero(doors.same_estate(start, end))
        cost[same] = doors.walks(start[same], end[same])
        lines, walked = _with_walks(router.afoot, doors, start, end, lines)
    metres = np.empty(len(cost), dtype=np.float32)
    metres_of(cost, out=metres)
    return [
        Leg(_whole_seconds(int(cost[i])), float(metres[i]), line, walked=afoot)
        if cost[i] < NO_WAY
        else _straight(router, doors.points[start[i]], doors.points[end[i]])
        for i, (line, afoot) in enumerate(zip(lines, walked, strict=True))
    ]


def _whole_seconds(cost: int) -> int:
    """Seconds of a cost, rounded up."""
    return -(-(cost >> BITS) // 1000)


def _straight(router: Router, start: Floats, end: Floats) -> Leg:
    metres = great_circle_metres(start, end) * DETOUR
    seconds = math.ceil(straight_seconds(metres, router.mode))
    return Leg(seconds, float(metres), (_lonlat(start), _lonlat(end)), straight=True)


def _lonlat(point: Floats) -> LonLat:
    lon, lat = point.tolist()
    return lon, lat


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


def _through(doors: Doors, start: Ints, end: Ints, ways: Ways) -> _Pieces:
    """The pieces of ways that leave the first door's segment and come to the second one's."""
    way = np.repeat(np.arange(len(ways.cost)), np.diff(ways.first))
    here, there = np.zeros(len(way)), np.ones(len(way))
    passed = ways.passed.astype(np.int64)
    found = np.flatnonzero(np.diff(ways.first) > 0)
    first, last = ways.first[found], ways.first[found + 1] - 1
    here[first] = _share(doors, start[found], passed[first])
    there[last] = _share(doors, end[found], passed[last])
    return _Pieces(way, passed, here, there)


def _beside(doors: Doors, start: Ints, end: Ints, ways: Ints) -> _Pieces:
    """The pieces between two doors on one segment."""
    here, there = start[ways], end[ways]
    fraction = doors.snapped.fraction
    arc = 2 * doors.snapped.segment[here] + (fraction[there] < fraction[here])
    return _Pieces(ways, arc, _share(doors, here, arc), _share(doors, there, arc))


def _share(doors: Doors, door: Ints, arc: Ints) -> Floats:
    """The share of a directed segment that is behind who stands before `door`."""
    fraction = doors.snapped.fraction[door]
    return np.where(arc & 1, 1 - fraction, fraction)


def _lines(graph: RoadGraph, doors: Doors, start: Ints, end: Ints, pieces: _Pieces) -> list[Line]:
    """The line of every way, from where the first door meets the road to where the second does."""
    way, points = _corners(graph, pieces)
    here, there = doors.snapped.lonlat[start], doors.snapped.lonlat[end]
    pairs = np.arange(len(start))
    way = np.concatenate([pairs, way, pairs])
    order = np.argsort(way, kind="stable")
    way = way[order]
    points = np.round(np.concatenate([here, points, there])[order], _DECIMALS)
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


def _with_walks(
    afoot: Router,
    doors: Doors,
    start: Ints,
    end: Ints,
    driven: list[Line],
) -> tuple[list[Line], list[tuple[int, int]]]:
    """(lines, `Leg.walked`): the driven lines with the walks before and after them.

    Between two doors that share a spot a walk takes the driven line's place.
    """
    same = doors.same_estate(start, end)
    by_path, spots, points = doors.parked.by_path, doors.snapped.lonlat, doors.points
    out = np.flatnonzero(by_path[start] | same)
    back = np.flatnonzero(by_path[end] & ~same)
    there = np.where(same[out, None], points[end[out]], spots[start[out]])
    before = dict(zip(out.tolist(), _paths(afoot, points[start[out]], there), strict=True))
    after = dict(
        zip(back.tolist(), _paths(afoot, spots[end[back]], points[end[back]]), strict=True)
    )
    joined = [
        _joined(before.get(way, ()), () if alone else line, after.get(way, ()))
        for way, (line, alone) in enumerate(zip(driven, same.tolist(), strict=True))
    ]
    return [line for line, _ in joined], [walked for _, walked in joined]


def _paths(afoot: Router, start: Floats, end: Floats) -> list[Line]:
    """The lines of walks from `start` to `end`, both (w, 2)."""
    pairs = [(_lonlat(one), _lonlat(other)) for one, other in zip(start, end, strict=True)]
    return [leg.line for leg in legs(afoot, pairs)]


def _joined(before: Line, driven: Line, after: Line) -> tuple[Line, tuple[int, int]]:
    """(line, `Leg.walked`) of a walk, a drive and a walk, of which some may be missing."""
    if not driven:
        return before, (len(before) - 1, 0)
    # A path may end beside the road's middle line: the step in between is walked, too.
    meets = bool(before) and before[-1] == driven[0]
    parts = bool(after) and after[0] == driven[-1]
    line = (*before[: len(before) - meets], *driven, *after[parts:])
    return line, (len(before) - meets, len(after) - parts)
