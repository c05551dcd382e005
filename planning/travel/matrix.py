"""Travel times and distances among many doors, along the roads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planning.model import LonLat, Mode
from planning.travel.cost import metres_of, seconds_of
from planning.travel.doors import Doors
from planning.travel.graph import RoadGraph
from planning.travel.router import Router
from planning.travel.snap import SNAP_LIMIT_M
from planning.travel.sphere import Floats, great_circle_metres, on_earth

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETOUR = 1.4
"""Road distance over straight distance, about what Boscoe, Henry and Zdeb 2012 found across the
USA (A nationwide comparison of driving distance versus straight-line distance to hospitals)."""

STRAIGHT_KMH = {Mode.DRIVE: 30.0, Mode.WALK: 4.7, Mode.PARK: 30.0}
"""Speed along that estimated distance, our estimate: a slow mixed trip by car, a walker's pace."""


@dataclass(frozen=True, slots=True)
class Travel:
    """From every point (row) to every point (column)."""

    keys: tuple[str, ...]
    """(n,) names of rows and columns."""
    seconds: NDArray[np.float32]
    """(n, n), NaN = unreachable, 0 on the diagonal. From door to door, the last metres on foot."""
    metres: NDArray[np.float32]
    """(n, n) length of that fastest way along roads, and along foot paths for who parks and walks;
    NaN = unreachable; (0, 0) if not asked."""
    snapped_m: NDArray[np.float32]
    """(n,) from the door to the road, or to the path by which one walks there, as the crow flies;
    NaN = nothing within the snap limit."""
    straight: bool = False
    """A marked estimate as the crow flies, because the region has no roads."""
    met: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))
    """(n,) `planning.travel.snap.Met`: why a point is unreachable or moved; empty = not told."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a matrix of n doors."""

    at: slice
    seconds: NDArray[np.float32]
    """(rows, n) as in `Travel`."""
    metres: NDArray[np.float32]
    """(rows, n) as in `Travel`, or (0, 0)."""


def matrix(
    roads: RoadGraph | Router,
    points: Mapping[str, LonLat],
    *,
    lengths: bool = True,
    snap_limit_m: float = SNAP_LIMIT_M,
    offices: Collection[LonLat] = (),
    report: Callable[[float, str], None] | None = None,
) -> Travel:
    """Exact fastest travel among `points`, one-way streets, turns and their times respected.

    Args:
        roads: a router, or a graph that is prepared for this one call.
        points: the doors by name.
        lengths: whether metres are wanted, too.
        snap_limit_m: a door farther from any road is unreachable.
        offices: as in `Router.doors`.
        report: told the progress.

    Two doors at the same place are 0 s apart. No time is added for parking, which is part of a
    visit's service time, but to who parks and walks, for every time the car is moved.
    """
    tell = report or (lambda _share, _words: None)
    tell(0.0, "snapping doors to roads")
    router, size = Router.of(roads), len(points)
    doors = router.doors(coordinates(points), snap_limit_m=snap_limit_m, offices=lonlats(offices))
    seconds = np.empty((size, size), np.float32)
    metres = np.empty((size, size) if lengths else (0, 0), np.float32)
    for rows in matrix_rows(router, doors, lengths=lengths):
        seconds[rows.at] = rows.seconds
        if lengths:
            metres[rows.at] = rows.metres
        tell(rows.at.stop / size, f"{size:,} doors: travel times")
    snapped_m = doors.snapped.metres.astype(np.float32)
    return Travel(tuple(points), seconds, metres, snapped_m, met=doors.snapped.met)


def matrix_rows(router: Router, doors: Doors, *, lengths: bool = True) -> Iterator[Rows]:
    """`matrix` a few rows at a time, from the first on: for who has no room for all of it."""
    for at, cost in router.search.rows(doors.departures, doors.arrivals):
        start, end = doors.neighbours(at)
        direct = doors.direct(start, end)
        cost[start - at.start, end] = np.minimum(cost[start - at.start, end], direct)
        start, end = doors.mates(at)
        cost[start - at.start, end] = doors.walks(start, end)
        own = np.arange(at.start, at.stop)
        cost[own - at.start, own] = 0
        seconds = np.empty(cost.shape, np.float32)
        metres = np.empty(cost.shape if lengths else (0, 0), np.float32)
        seconds_of(cost, out=seconds)
        if lengths:
            metres_of(cost, out=metres)
        yield Rows(at, seconds, metres)


def straight(points: Mapping[str, LonLat], mode: Mode) -> Travel:
    """A marked estimate for a region without roads: great circle × `DETOUR` at `STRAIGHT_KMH`.

    NaN to and from what is no place on Earth.
    """
    at = coordinates(points)
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


def coordinates(points: Mapping[str, LonLat]) -> Floats:
    """(n, 2) of lon, lat, NaN for what is no place on Earth."""
    return lonlats(points.values())


def lonlats(points: Collection[LonLat]) -> Floats:
    """The same of points without names."""
    at = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    return np.where(on_earth(at)[:, None], at, np.nan)
