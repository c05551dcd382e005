"""What a search runs on: nodes and directed edges with costs, made from a road graph.

Driving and walking differ in what a node is (`node_based`, `edge_based`), searching does not
(`queries`, `dijkstra`). A *directed segment* is a road piece in one direction of travel: 2i runs
along segment i of the graph, 2i + 1 against it.

A door lies somewhere on a segment, so it is no node. Who leaves it reaches a few nodes at some
cost, its departures; who comes to it has passed one of a few nodes and has some way to go, or has
gone a little too far: its arrivals, whose costs may be negative.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from planning.model import Mode
from planning.travel.cost import BITS, NO_WAY, Ints, costs, part
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning.travel.order import Dissection
    from planning.travel.snap import Snapped


NO_CROSSING = ("trunk",)
"""Kinds of road that are too fast to be crossed on foot from the car. Our choice."""


@dataclass(frozen=True, slots=True)
class Links:
    """The nodes next to each of n doors."""

    first: Ints
    """(n + 1,) where each door's links begin."""
    node: NDArray[np.int32]
    """(k,)"""
    cost: Ints
    """(k,) between door and node."""
    arc: NDArray[np.int32]
    """(k,) directed segment that carries the first or last metres at the door."""

    @classmethod
    def of(
        cls,
        doors: int,
        door: Ints,
        node: NDArray[np.int32],
        cost: Ints,
        arc: NDArray[np.int32],
    ) -> Links:
        """Links in any order; those that cost `NO_WAY` are none."""
        kept = np.flatnonzero(cost < NO_WAY)
        order = kept[np.argsort(door[kept], kind="stable")]
        return cls(
            first=np.searchsorted(door[order], np.arange(doors + 1)),
            node=node[order].astype(np.int32),
            cost=cost[order],
            arc=arc[order].astype(np.int32),
        )

    def at(self, doors: Ints) -> Links:
        """The links of some of the doors, in their order."""
        count = self.first[doors + 1] - self.first[doors]
        first = np.concatenate([[0], np.cumsum(count)])
        link = np.arange(first[-1]) + np.repeat(self.first[doors] - first[:-1], count)
        return Links(first, self.node[link], self.cost[link], self.arc[link])


@dataclass(frozen=True, slots=True)
class Ways:
    """The fastest ways of p pairs of doors."""

    cost: Ints
    """(p,) `NO_WAY` if there is none."""
    first: Ints
    """(p + 1,) where each way's segments begin in `passed`."""
    passed: NDArray[np.int32]
    """(k,) directed segments in the order of travel."""
    start: Ints
    """(p,) number of the departure taken, among all; -1 if there is no way."""
    end: Ints
    """(p,) number of the arrival taken."""


class Search(Protocol):
    """Finds fastest ways on one network."""

    def rows(self, departures: Links, arrivals: Links) -> Iterator[tuple[slice, Ints]]:
        """(sources, their costs to all doors), some sources at a time; `NO_WAY` if none."""

    def ways(self, departures: Links, arrivals: Links) -> Ways:
        """The fastest way of every pair, from departure i to arrival i.

        `Ways.passed` has the edges of the network only, see `Network.whole`.
        """


@dataclass(frozen=True, eq=False)
class Network(ABC):
    """Nodes 0 to n - 1 and the edges that leave each of them."""

    graph: RoadGraph
    """With the times that `cost` is made of."""
    first: Ints
    """(n + 1,) where each node's edges begin."""
    head: NDArray[np.int32]
    """(e,) node where the edge ends."""
    arc: NDArray[np.int32]
    """(e,) directed segment that is passed."""
    extra: NDArray[np.int32]
    """(e,) milliseconds on top of that segment's own time."""

    @classmethod
    @abstractmethod
    def of(cls, graph: RoadGraph) -> Network:
        """The network of all roads of `graph` that are open."""

    @abstractmethod
    def order(self, dissection: Dissection) -> NDArray[np.int32]:
        """(n,) nodes, the first to be contracted first."""

    @abstractmethod
    def departures(self, snapped: Snapped) -> Links:
        """What is reached from each snapped door."""

    @abstractmethod
    def arrivals(self, snapped: Snapped) -> Links:
        """From where each snapped door is reached."""

    @property
    @abstractmethod
    def node_arcs(self) -> NDArray[np.int32] | None:
        """(n,) directed segment that each node is, None where nodes are junctions."""

    @abstractmethod
    def usable(self) -> NDArray[np.bool_]:
        """(s,) segments whose doors can be reached from, and left to, most of the network."""

    def __len__(self) -> int:
        return len(self.first) - 1

    @cached_property
    def tail(self) -> NDArray[np.int32]:
        """(e,) node where the edge begins."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.first))

    @cached_property
    def arc_cost(self) -> Ints:
        """(2s,) cost of every directed segment."""
        return costs(self.graph.arc_seconds, np.repeat(self.graph.metres.astype(np.float64), 2))

    @cached_property
    def cost(self) -> Ints:
        """(e,) cost of every edge."""
        extra = self.extra.astype(np.int64) << BITS
        return np.minimum(self.arc_cost[self.arc] + extra, NO_WAY)

    def whole(self, ways: Ways, departures: Links, arrivals: Links) -> Ways:
        """`ways` with the segments at both doors, of which only a part is passed.

        Where nodes are segments, the departure's node is the second one passed, and the last door's
        is there already: the last edge passes it, or it is that node.
        """
        found = np.flatnonzero(ways.start >= 0)
        front, start = ways.first[found], ways.start[found]
        if self.node_arcs is None:
            places = [front, ways.first[found + 1]]
            arcs = [departures.arc[start], arrivals.arc[ways.end[found]]]
        else:
            places = [front, front]
            arcs = [departures.arc[start], self.node_arcs[departures.node[start]]]
        added = np.zeros(len(ways.cost), dtype=np.int64)
        added[found] = 2
        return replace(
            ways,
            first=ways.first + np.concatenate([[0], np.cumsum(added)]),
            passed=np.insert(
                ways.passed, np.column_stack(places).ravel(), np.column_stack(arcs).ravel()
            ),
        )

    def main_part(self) -> NDArray[np.bool_]:
        """(n,) nodes of the largest part in which every node reaches every other."""
        if not len(self):
            return np.zeros(0, dtype=np.bool_)
        links = csr_array(
            (np.ones(len(self.head), np.int8), self.head, self.first.astype(np.int32)),
            shape=(len(self), len(self)),
        )
        _, label = connected_components(links, connection="strong")
        main: NDArray[np.bool_] = label == np.bincount(label).argmax()
        return main


def parts(network: Network, snapped: Snapped) -> tuple[Ints, Ints, Ints, Ints]:
    """(before forward, after forward, before backward, after backward), each (n,).

    The parts of the segment before and after the door, as one drives along it and against it.
    `NO_WAY` stands where that is not allowed, and for doors on no road.
    """
    on_road = snapped.segment >= 0
    segment, share = snapped.segment[on_road], snapped.fraction[on_road]
    found: list[Ints] = []
    crossing = _must_not_cross(network.graph)[segment]
    for backward, passed in ((0, share), (1, 1 - share)):
        whole = network.arc_cost[2 * segment + backward]
        # The door must be on the right: to the left of the segment for who drives against it.
        wrong_side = crossing & (snapped.side[on_road] == (-1 if backward else 1))
        whole = np.where(wrong_side, NO_WAY, whole)
        before = part(whole, passed)
        after = np.where(whole >= NO_WAY, NO_WAY, whole - before)
        for piece in (before, after):
            full = np.full(len(on_road), NO_WAY)
            full[on_road] = piece
            found.append(full)
    return found[0], found[1], found[2], found[3]


def _must_not_cross(graph: RoadGraph) -> NDArray[np.bool_]:
    """(s,) roads that a crew does not cross on foot: it stops on the door's side."""
    if graph.mode is Mode.WALK:
        return np.zeros(len(graph.kind), dtype=np.bool_)
    both_ways = np.isfinite(graph.forward_seconds) & np.isfinite(graph.backward_seconds)
    fast = np.isin(graph.kind, [ROAD_KINDS.index(name) for name in NO_CROSSING])
    return fast & both_ways
