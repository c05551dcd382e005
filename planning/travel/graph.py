"""The roads of a region as arrays: junctions and the road pieces ("segments") between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.model import Mode
from planning.travel.profiles import NO_DOORS, ROAD_KINDS
from planning.travel.sphere import Floats, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning.travel.nearest import Squares

_TINY = 1e-9
"""Metres: what keeps the shares of a segment without length from being nothing by nothing."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a map's roads is not in the graph, because no round trip reaches it."""

    islands: int = 0
    """Groups of roads that no road joins to the rest."""
    island_metres: float = 0.0
    one_way_metres: float = 0.0
    """Roads that can be entered and not left, or left and not entered."""
    named: tuple[str, ...] = ()
    """The longest of the islands in words, the longest first: kilometres, a street, lat and lon."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Undirected road pieces between junctions: one strongly connected component.

    `segment` below is a row of `tail`, `head`, …; there are n nodes and s segments. A segment may
    be a loop (tail = head) and two may join the same junctions. Arrays may be memory-mapped; they
    are never written to. Two graphs are equal only if they are the same object.
    """

    nodes: NDArray[np.float64]
    """(n, 2) lon, lat of the junctions."""
    tail: NDArray[np.int32]
    """(s,) node where the segment's shape begins."""
    head: NDArray[np.int32]
    """(s,) node where it ends."""
    forward_seconds: NDArray[np.float32]
    """(s,) from tail to head; inf = not allowed that way."""
    backward_seconds: NDArray[np.float32]
    """(s,) from head to tail; inf = not allowed that way."""
    metres: NDArray[np.float32]
    """(s,)"""
    kind: NDArray[np.uint8]
    """(s,) index into `planning.travel.profiles.ROAD_KINDS`."""
    shape_first: NDArray[np.int64]
    """(s + 1,) where each segment's points begin in `shape`."""
    shape: NDArray[np.float64]
    """(k, 2) lon, lat from tail to head, both included."""
    mode: Mode = Mode.DRIVE
    left_out: LeftOut = LeftOut()
    forbidden_turns: NDArray[np.int32] = field(
        default_factory=lambda: np.empty((0, 3), dtype=np.int32)
    )
    """(r, 3) from segment, over node, to segment. "Only" rules stand as all that they forbid."""

    @property
    def arc_seconds(self) -> Floats:
        """(2s,) time of every directed segment: 2i runs along segment i, 2i + 1 against it."""
        both = np.column_stack([self.forward_seconds, self.backward_seconds])
        return both.ravel().astype(np.float64)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """(s,) segments that can be travelled in one direction at least."""
        along: NDArray[np.bool_] = np.isfinite(self.forward_seconds)
        return along | np.isfinite(self.backward_seconds)

    @cached_property
    def with_doors(self) -> NDArray[np.int64]:
        """(d,) segments that have doors."""
        no_doors = [ROAD_KINDS.index(name) for name in sorted(NO_DOORS)]
        return np.flatnonzero(~np.isin(self.kind, no_doors))

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """(d,) Mercator lines of the segments that have doors."""
        points, first = self._shapes
        owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
        return np.asarray(shapely.linestrings(points, indices=owner))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree over `lines`, in a quarter of a second for 300,000 segments."""
        return shapely.STRtree(self.lines)

    @cached_property
    def squares(self) -> Squares:
        """The same lines for a faster search, where numba is installed."""
        from planning.travel.nearest import Squares

        return Squares.of(*self._shapes)

    @property
    def _shapes(self) -> tuple[Floats, NDArray[np.int64]]:
        """(points, first): the Mercator shapes of the segments that have doors."""
        count = np.diff(self.shape_first)[self.with_doors]
        first = np.concatenate([[0], np.cumsum(count)])
        behind = np.repeat(self.shape_first[self.with_doors] - first[:-1], count)
        return to_mercator(self.shape[np.arange(first[-1]) + behind]), first

    @cached_property
    def shape_share(self) -> Floats:
        """(k,) for every point of `shape` the share of its segment before it, from 0 to 1."""
        steps = np.hypot(*np.diff(to_mercator(self.shape), axis=0, prepend=np.nan).T)
        first, last = self.shape_first[:-1], self.shape_first[1:] - 1
        steps[first] = 0.0
        behind = np.cumsum(steps)
        owner = np.repeat(np.arange(len(first)), np.diff(self.shape_first))
        length = behind[last] - behind[first]
        share = (behind - behind[first][owner]) / np.maximum(length, _TINY)[owner]
        share[last] = 1.0
        shares: Floats = np.clip(share, 0.0, 1.0)
        return shares
