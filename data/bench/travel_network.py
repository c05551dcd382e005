"""A road graph as its peers take it: every node of the map, one arc a direction, milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
from osmium.osm import mutable

from planning.travel.graph import RoadGraph
from planning.travel.profiles import NO_DOORS, ROAD_KINDS
from planning.travel.sphere import Floats, great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TINY_M, _TINY_S = 0.001, 0.001
"""For pieces between two nodes at one place, of no length and no time."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs among the n nodes of the map's lines; the junctions come first."""

    tail: NDArray[np.int64]
    """(a,)"""
    head: NDArray[np.int64]
    """(a,)"""
    milliseconds: NDArray[np.int64]
    """(a,) whole and at least 1. No two arcs join the same nodes in the same direction."""
    lonlat: Floats
    """(n, 2)"""

    def save(self, file: Path, doors: NDArray[np.int64]) -> None:
        """Writes the arrays, and `doors` as the nodes to travel between."""
        np.savez(
            file,
            tail=self.tail,
            head=self.head,
            milliseconds=self.milliseconds,
            lonlat=self.lonlat,
            doors=doors,
        )


def arcs_of(graph: RoadGraph) -> Arcs:
    """`graph` taken apart into the straight lines that it was joined from."""
    node, place = _points(graph)
    inner = np.ones(len(node) - 1, dtype=bool)
    inner[graph.shape_first[1:-1] - 1] = False
    start, end = node[:-1][inner], node[1:][inner]
    metres = great_circle_metres(place[start], place[end])
    segment = np.repeat(np.arange(len(graph.tail)), np.diff(graph.shape_first) - 1)
    whole = np.maximum(np.bincount(segment, weights=metres), _TINY_M)
    share = metres / whole[segment]
    seconds = np.concatenate(
        [share * graph.forward_seconds[segment], share * graph.backward_seconds[segment]]
    )
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    usable = np.isfinite(seconds) & (tail != head)
    milliseconds = np.maximum(1, np.rint(seconds[usable] * 1000)).astype(np.int64)
    tail, head = tail[usable], head[usable]
    order = np.lexsort((milliseconds, head, tail))
    first = np.append(True, (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0))
    chosen = order[first]
    return Arcs(tail[chosen], head[chosen], milliseconds[chosen], place)


def random_doors(
    graph: RoadGraph, count: int, *, seed: int, between: bool = False
) -> NDArray[np.int64]:
    """`count` nodes of `arcs_of` where doors may be, each at most once while there are enough.

    Only those whose place names them: at a barrier, or where roads cross on two levels, the
    engines could take different ones.

    Args:
        graph: the roads.
        count: how many.
        seed: of the choice.
        between: corners between two junctions instead of junctions: where turns cost time it
            matters on which of its roads a door at a junction is.
    """
    node, place = _points(graph)
    _, first, times = np.unique(place, axis=0, return_index=True, return_counts=True)
    clear = np.zeros(len(place), dtype=bool)
    clear[first[times == 1]] = True
    no_doors = [ROAD_KINDS.index(name) for name in NO_DOORS]
    clear[node[np.isin(np.repeat(graph.kind, np.diff(graph.shape_first)), no_doors)]] = False
    clear[slice(len(graph.nodes)) if between else slice(len(graph.nodes), None)] = False
    nodes = np.flatnonzero(clear)
    return np.random.default_rng(seed).choice(nodes, count, replace=count > len(nodes))


def write_map(graph: RoadGraph, file: Path) -> None:
    """The graph as an OSM file whose ways state their speeds: `kmh:forward`, `kmh:backward`.

    Way i + 1 is segment i, node i + 1 is node i; forbidden turns are restrictions.
    """
    node, place = _points(graph)
    metres = np.maximum(graph.metres.astype(np.float64), _TINY_M)
    speeds = np.column_stack(
        [
            metres * 3.6 / np.maximum(seconds, _TINY_S)
            for seconds in (graph.forward_seconds, graph.backward_seconds)
        ]
    )
    with osmium.SimpleWriter(str(file), overwrite=True) as writer:
        for number, at in enumerate(place.tolist(), start=1):
            writer.add_node(mutable.Node(id=number, version=1, location=tuple(at)))
        for way, (forward, backward) in enumerate(speeds.tolist(), start=1):
            refs = node[graph.shape_first[way - 1] : graph.shape_first[way]] + 1
            said = {"kmh:forward": f"{forward:.3f}", "kmh:backward": f"{backward:.3f}"}
            tags = {"highway": "residential", **said}
            writer.add_way(mutable.Way(id=way, version=1, nodes=refs.tolist(), tags=tags))
        rule = {"type": "restriction", "restriction": "no_straight_on"}
        for number, turn in enumerate((graph.forbidden_turns + 1).tolist(), start=1):
            members = list(zip("wnw", turn, ("from", "via", "to"), strict=True))
            writer.add_relation(mutable.Relation(id=number, version=1, members=members, tags=rule))


def _points(graph: RoadGraph) -> tuple[NDArray[np.int64], Floats]:
    """((k,) node of every point of every shape, (n, 2) places): junctions, then corners."""
    corner = np.ones(len(graph.shape), dtype=bool)
    corner[graph.shape_first[:-1]] = corner[graph.shape_first[1:] - 1] = False
    node = np.empty(len(graph.shape), dtype=np.int64)
    node[graph.shape_first[:-1]] = graph.tail
    node[graph.shape_first[1:] - 1] = graph.head
    node[corner] = len(graph.nodes) + np.arange(corner.sum())
    return node, np.concatenate([graph.nodes, graph.shape[corner]])
