"""Travel times and distances among many doors, along the roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planning.model import LonLat, Mode
from planning.travel.cost import metres_of, seconds_of
from planning.travel.graph import RoadGraph
from planning.travel.router import Router
from planning.travel.snap import SNAP_LIMIT_M
from planning.travel.sphere import Floats, great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETOUR = 1.4
"""Road distance over straight distance, about what Boscoe, Henry and Zdeb 2012 found across the
USA (A nationwide comparison of driving distance versus straight-line distance to hospitals)."""

STRAIGHT_KMH = {Mode.DRIVE: 30.0, Mode.WALK: 4.7}
"""Speed along that estimated distance, our estimate: a slow mixed trip by car, a walker's pace."""


@dataclass(frozen=True, slots=True)
class Travel:
    """From every point (row) to every point (column)."""

    keys: tuple[str, ...]
    """(n,) names of rows and columns."""
    seconds: NDArray[np.float32]
    """(n, n), NaN = unreachable, 0 on the diagonal. From door to door, the last metres on foot."""
    metres: NDArray[np.float32]
    """(n, n) length of that fastest way along the road, NaN = unreachable; (0, 0) if not asked."""
    snapped_m: NDArray[np.float32]
    """(n,) from the door to the road as the crow flies, NaN = nothing within the snap limit."""
    straight: bool = False
    """A marked estimate as the crow flies, because the region has no roads."""
    met: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))
    """(n,) `planning.travel.snap.Met`: why a point is unreachable or moved; empty = not told."""


def matrix(
    roads: RoadGraph | Router,
    points: Mapping[str, LonLat],
    *,
    lengths: bool = True,
    snap_limit_m: float = SNAP_LIMIT_M,
    report: Callable[[float, str], None] | None = None,
    out: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
) -> Travel:
    """Exact fastest travel among `points`, one-way streets, turns and their times respected.

    Args:
        roads: a router, or a graph that is prepared for this one call.
        points: the doors by name.
        lengths: whether metres are wanted, too.
        snap_limit_m: a door farther from any road is unreachable.
        report: told the progress.
        out: two (n, n) arrays for seconds and metres, memory-mapped ones for instance; only a few
            rows of the result are held besides. New arrays if None.

    Two doors at the same place are 0 s apart. No time is added for parking: that is part of a
    visit's service time.
    """
    tell = report or (lambda _share, _words: None)
    tell(0.0, "snapping doors to roads")
    router = Router.of(roads)
    doors = router.doors(_coordinates(points), snap_limit_m=snap_limit_m)
    seconds, metres = out or _room(len(points), lengths=lengths)
    for rows, cost in router.search.rows(doors.departures, doors.arrivals):
        start, end = doors.neighbours(rows)
        direct = doors.direct(start, end)
        cost[start - rows.start, end] = np.minimum(cost[start - rows.start, end], direct)
        own = np.arange(rows.start, rows.stop)
        cost[own - rows.start, own] = 0
        seconds_of(cost, out=seconds[rows])
        if lengths:
            metres_of(cost, out=metres[rows])
        tell(rows.stop / len(points), f"{len(points):,} doors: travel times")
    snapped = doors.snapped
    return Travel(
        tuple(points), seconds, metres, snapped.metres.astype(np.float32), met=snapped.met
    )  # fmt: skip


def _room(size: int, *, lengths: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Arrays for seconds and metres."""
    side = size if lengths else 0
    return np.empty((size, size), np.float32), np.empty((side, side), np.float32)


def straight(points: Mapping[str, LonLat], mode: Mode) -> Travel:
    """A marked estimate for a region without roads: great circle × `DETOUR` at `STRAIGHT_KMH`."""
    at = _coordinates(points)
    metres = great_circle_metres(at[:, None, :], at[None, :, :]) * DETOUR
    return Travel(
        keys=tuple(points),
        seconds=straight_seconds(metres, mode).astype(np.float32),
        metres=metres.astype(np.float32),
        snapped_m=np.zeros(len(points), dtype=np.float32),
        straight=True,
    )


def straight_seconds(metres: Floats, mode: Mode) -> Floats:
    """Time for an estimated distance, detour included, when no road is known."""
    return metres / (STRAIGHT_KMH[mode] / 3.6)


def _coordinates(points: Mapping[str, LonLat]) -> Floats:
    return np.array(list(points.values()), dtype=np.float64).reshape(-1, 2)
