"""Travel times and distances among many doors, along the roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning.model import LonLat, Mode
from planning.travel.graph import RoadGraph
from planning.travel.network import cut
from planning.travel.snap import SNAP_LIMIT_M, snap
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
    """(n, n), NaN = unreachable, 0 on the diagonal. Times to the door's point on the road."""
    metres: NDArray[np.float32]
    """(n, n) length of that fastest way, NaN = unreachable."""
    snapped_m: NDArray[np.float32]
    """(n,) from the door to the road as the crow flies, NaN = nothing within the snap limit."""
    straight: bool = False
    """A marked estimate as the crow flies, because the region has no roads."""


def matrix(
    graph: RoadGraph,
    points: Mapping[str, LonLat],
    *,
    snap_limit_m: float = SNAP_LIMIT_M,
    report: Callable[[float, str], None] | None = None,
) -> Travel:
    """Exact fastest travel on `graph` among `points`, one-way streets respected.

    Two doors that meet the road at the same spot are 0 s apart. No time is added for leaving the
    car: that is part of a visit's service time.
    """
    tell = report or (lambda _share, _words: None)
    tell(0.0, "snapping doors to roads")
    snapped = snap(graph, _coordinates(points), limit_m=snap_limit_m)
    network = cut(graph, snapped)
    on_road = np.flatnonzero(network.place >= 0)
    nodes, which = np.unique(network.place[on_road], return_inverse=True)
    seconds, metres = network.measure(
        nodes, nodes, report=lambda share: tell(share, f"{len(points):,} doors: travel times")
    )
    return Travel(
        keys=tuple(points),
        seconds=_spread(seconds[np.ix_(which, which)], on_road, len(points)),
        metres=_spread(metres[np.ix_(which, which)], on_road, len(points)),
        snapped_m=snapped.metres.astype(np.float32),
    )


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


def _spread(values: NDArray[np.float32], rows: NDArray[np.int64], size: int) -> NDArray[np.float32]:
    """`values` of the points on the road among all points, NaN for those on none."""
    full = np.full((size, size), np.nan, dtype=np.float32)
    full[np.ix_(rows, rows)] = values
    np.fill_diagonal(full, 0.0)
    return full
