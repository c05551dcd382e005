"""The ways between stops, with their lines along the roads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from planning.model import Leg, LonLat
from planning.travel.graph import RoadGraph
from planning.travel.matrix import DETOUR, straight_seconds
from planning.travel.network import Ints, Network, cut
from planning.travel.snap import SNAP_LIMIT_M, Snapped, snap
from planning.travel.sphere import Floats, great_circle_metres, to_mercator

_DECIMALS = 7
"""Of a degree: a centimetre, which is also how finely OpenStreetMap places its nodes."""
_TINY = 1e-12


def legs(
    graph: RoadGraph,
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
    """
    if not pairs:
        return []
    doors = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    snapped = snap(graph, doors, limit_m=snap_limit_m)
    network = cut(graph, snapped)
    sources, targets = network.place[0::2], network.place[1::2]
    estimates = great_circle_metres(doors[0::2], doors[1::2]) * DETOUR
    seconds = straight_seconds(estimates, graph.mode)
    routed = np.flatnonzero((sources >= 0) & (targets >= 0))
    # Half as long again as the estimate and a minute covers nearly every way in a town.
    guess = seconds * 1.5 + 60
    ways: list[Ints | None] = [None] * len(pairs)
    found = network.ways(sources[routed], targets[routed], guess[routed])
    for pair, way in zip(routed.tolist(), found, strict=True):
        ways[pair] = way
    return [
        Leg(_whole(float(seconds[i])), float(estimates[i]), pairs[i], straight=True)
        if way is None
        else _leg(graph, network, snapped, i, way)
        for i, way in enumerate(ways)
    ]


def _leg(graph: RoadGraph, network: Network, snapped: Snapped, pair: int, way: Ints) -> Leg:
    seconds, metres = network.length(way)
    passed = [_passed(graph, network, arc) for arc in way.tolist()]
    ends = snapped.lonlat[2 * pair : 2 * pair + 2]
    return Leg(_whole(seconds), metres, _as_line(np.concatenate([ends[:1], *passed, ends[1:]])))


def _passed(graph: RoadGraph, network: Network, arc: int) -> Floats:
    """Points of the road's shape that `arc` passes, its end included, its start not."""
    segment = int(network.segment[arc])
    start, end = float(network.start[arc]), float(network.end[arc])
    shape = graph.shape[graph.shape_first[segment] : graph.shape_first[segment + 1]]
    if start > end:
        shape, start, end = shape[::-1], 1 - start, 1 - end
    if (start, end) == (0.0, 1.0):
        return shape[1:]
    steps = np.hypot(*np.diff(to_mercator(shape), axis=0).T)
    share = np.cumsum(steps)[:-1] / max(float(steps.sum()), _TINY)
    # Half-open, so that a corner where another door cuts the road belongs to one of the two pieces.
    inner = shape[1:-1][(share > start) & (share <= end)]
    return np.concatenate([inner, shape[-1:]]) if end >= 1 else inner


def _whole(seconds: float) -> int:
    """Rounded up; a hair above a whole second is float noise, times are whole centiseconds."""
    return math.ceil(seconds - 1e-3)


def _as_line(points: Floats) -> tuple[LonLat, ...]:
    """Points as a line of at least two, to the centimetre, without standing still on the way."""
    rounded = np.round(points, _DECIMALS)
    moves = np.append(True, (np.diff(rounded, axis=0) != 0).any(axis=1))
    line = tuple((lon, lat) for lon, lat in rounded[moves].tolist())
    return line if len(line) > 1 else line * 2
