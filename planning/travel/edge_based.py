"""The network whose nodes are directed segments: turns cost time and may be forbidden. For driving.

An edge leads from the end of one directed segment to the end of the next one; its cost is the turn
and the next segment. A car turns round only where there is no other way on. At a door it may leave
either way: the crew parks there, and how long that takes is part of the visit.

`TURN_SECONDS` is our estimate, of the order of what open routing software takes (OSRM's car
profile: up to 7.5 s for a turn, 20 s for turning round). It is for traffic on the right, as in
Bulgaria, Azerbaijan and Kazakhstan. Where two roads meet end to end nothing is added: only there
does a junction keep nobody waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning.travel.cost import NO_WAY, Ints
from planning.travel.graph import RoadGraph
from planning.travel.network import Links, Network, parts
from planning.travel.sphere import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning.travel.order import Dissection
    from planning.travel.snap import Snapped

TURN_SECONDS = {"straight": 0.0, "right": 2.0, "left": 5.0, "round": 20.0}
"""Waiting, slowing down and speeding up again at a junction of three or more roads."""
STRAIGHT_DEGREES = 40.0
"""A smaller change of direction is no turn."""


@dataclass(frozen=True, eq=False)
class EdgeBased(Network):
    """Node i is the directed segment `arc_of[i]`."""

    arc_of: NDArray[np.int32]
    """(n,) the open directed segments."""

    @classmethod
    def of(cls, graph: RoadGraph) -> EdgeBased:
        """The network of all roads of `graph` that are open, and the turns between them."""
        arcs = np.flatnonzero(np.isfinite(graph.arc_seconds)).astype(np.int32)
        before, after = _pairs(graph, arcs)
        allowed = _allowed(graph, before, after)
        before, after = before[allowed], after[allowed]
        node_of = np.full(2 * len(graph.tail), -1, dtype=np.int32)
        node_of[arcs] = np.arange(len(arcs), dtype=np.int32)
        return cls(
            graph=graph,
            first=np.searchsorted(node_of[before], np.arange(len(arcs) + 1)),
            head=node_of[after],
            arc=after,
            extra=np.rint(_turn_seconds(graph, before, after) * 1000).astype(np.int32),
            arc_of=arcs,
        )

    def order(self, dissection: Dissection) -> NDArray[np.int32]:
        """(n,) nodes, the first to be contracted first."""
        rank = np.empty(len(self.graph.tail), dtype=np.int64)
        rank[dissection.segments(self.graph.tail, self.graph.head)] = np.arange(len(rank))
        return np.argsort(rank[self.arc_of >> 1], kind="stable").astype(np.int32)

    def departures(self, snapped: Snapped) -> Links:
        """The segments that follow the door's, in both directions, each passed to its end."""
        _, ahead, _, behind = parts(self, snapped)
        door, arc, cost = self._both_ways(snapped, ahead, behind)
        node = np.searchsorted(self.arc_of, arc)
        count = self.first[node + 1] - self.first[node]
        link = np.repeat(np.arange(len(door)), count)
        edge = np.arange(len(link)) - np.repeat(np.cumsum(count) - count, count)
        edge += np.repeat(self.first[node], count)
        return Links.of(
            len(snapped.segment),
            door[link],
            self.head[edge],
            cost[link] + self.cost[edge],
            arc[link],
        )

    def arrivals(self, snapped: Snapped) -> Links:
        """The door's segment in both directions, less the part behind the door."""
        _, ahead, _, behind = parts(self, snapped)
        door, arc, cost = self._both_ways(snapped, ahead, behind)
        return Links.of(
            len(snapped.segment),
            door,
            np.searchsorted(self.arc_of, arc).astype(np.int32),
            -cost,
            arc,
        )

    @property
    def node_arcs(self) -> NDArray[np.int32]:
        """(n,) directed segment that each node is."""
        return self.arc_of

    def usable(self) -> NDArray[np.bool_]:
        """(s,) segments of which a direction is in the main part."""
        usable = np.zeros(len(self.graph.tail), dtype=np.bool_)
        usable[self.arc_of[self.main_part()] >> 1] = True
        return usable & self.graph.is_open

    def _both_ways(
        self, snapped: Snapped, ahead: Ints, behind: Ints
    ) -> tuple[Ints, NDArray[np.int32], Ints]:
        """(door, directed segment, cost to its end) wherever the door's segment is open."""
        cost = np.concatenate([ahead, behind])
        door = np.tile(np.arange(len(ahead)), 2)
        arc = np.concatenate([2 * snapped.segment, 2 * snapped.segment + 1]).astype(np.int32)
        is_open = cost < NO_WAY
        return door[is_open], arc[is_open], cost[is_open]


def _pairs(graph: RoadGraph, arcs: NDArray[np.int32]) -> tuple[NDArray[np.int32], ...]:
    """(before, after): directed segments of which one begins where the other ends."""
    start = np.column_stack([graph.tail, graph.head]).ravel()[arcs]
    end = np.column_stack([graph.head, graph.tail]).ravel()[arcs]
    leaving = np.argsort(start, kind="stable")
    first = np.searchsorted(start[leaving], np.arange(len(graph.nodes) + 1))
    count = np.diff(first)[end]
    before = np.repeat(np.arange(len(arcs)), count)
    place = np.arange(len(before)) - np.repeat(np.cumsum(count) - count, count)
    after = leaving[place + first[end[before]]]
    return arcs[before], arcs[after]


def _allowed(
    graph: RoadGraph, before: NDArray[np.int32], after: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Turns that are not forbidden; turning round only where nothing else is allowed."""
    segments, nodes = len(graph.tail), len(graph.nodes)
    ends = np.where(before & 1, graph.tail[before >> 1], graph.head[before >> 1])
    key = ((before >> 1) * np.int64(segments) + (after >> 1)) * nodes + ends
    rules = graph.forbidden_turns.astype(np.int64)
    allowed = ~np.isin(key, (rules[:, 0] * segments + rules[:, 2]) * nodes + rules[:, 1])
    round_trip = (before ^ 1) == after
    goes_on = np.zeros(2 * segments, dtype=np.bool_)
    goes_on[before[allowed & ~round_trip]] = True
    return np.where(round_trip, ~goes_on[before], allowed)


def _turn_seconds(graph: RoadGraph, before: NDArray[np.int32], after: NDArray[np.int32]) -> Floats:
    """(turns,) what each turn adds."""
    arriving, leaving = _directions(graph)
    x, y = arriving[before].T
    to_x, to_y = leaving[after].T
    left = np.degrees(np.arctan2(x * to_y - y * to_x, x * to_x + y * to_y))
    ends = np.where(before & 1, graph.tail[before >> 1], graph.head[before >> 1])
    roads = np.bincount(graph.tail, minlength=len(graph.nodes))
    roads += np.bincount(graph.head, minlength=len(graph.nodes))
    turn = np.where(left > 0, TURN_SECONDS["left"], TURN_SECONDS["right"])
    turn[np.abs(left) <= STRAIGHT_DEGREES] = TURN_SECONDS["straight"]
    turn[roads[ends] <= 2] = 0.0
    turn[(before ^ 1) == after] = TURN_SECONDS["round"]
    return turn


def _directions(graph: RoadGraph) -> tuple[Floats, Floats]:
    """(arriving, leaving): (2s, 2) east and north, how each directed segment ends and begins."""
    first, last = graph.shape_first[:-1], graph.shape_first[1:] - 1
    begins = graph.shape[first + 1] - graph.shape[first]
    ends = graph.shape[last] - graph.shape[last - 1]
    squeeze = np.cos(np.radians(graph.shape[first, 1]))
    begins[:, 0] *= squeeze
    ends[:, 0] *= squeeze
    arriving = np.stack([ends, -begins], axis=1).reshape(-1, 2)
    leaving = np.stack([begins, -ends], axis=1).reshape(-1, 2)
    return arriving, leaving
