"""The search behind `matrix` and `legs`: the road graph cut at the snapped doors, and Dijkstra.

A door in the middle of a road piece becomes a node that cuts the piece in two, so that two doors
on one piece, one-way streets, loops and parallel pieces need no special case.

An arc's weight is one float64 that holds two whole numbers: centiseconds × 2^27 + decimetres. Sums
stay exact up to 2^53, which is 186 hours and 13,400 km, so one search finds the fastest way, takes
the shortest of equally fast ones, and knows its length without looking at the way itself. Cuts
round positions, not lengths: pieces add up to the whole whatever other doors cut it, which makes
times from `matrix` and from `legs` equal to the centisecond.

Everything that knows how shortest paths are found is in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planning.travel.graph import RoadGraph
from planning.travel.snap import Snapped
from planning.travel.sphere import Floats

Ints = NDArray[np.int64]

_SECOND = 100
_METRE = 10
_TIME_UNIT = float(2**27)
_CELLS = 4_000_000
"""Distances held at once: 32 MB, and as much again for predecessors."""


@dataclass(frozen=True, slots=True)
class Network:
    """Directed arcs over the junctions and the doors that cut road pieces.

    Arcs are sorted by (tail, head); of parallel ones only the fastest is kept, and loops are gone:
    no shortest way uses them.
    """

    size: int
    """Number of nodes: junctions first, then cuts."""
    place: Ints
    """(points,) node of every snapped point, -1 where it met no road."""
    tail: Ints
    """(arcs,)"""
    head: Ints
    """(arcs,)"""
    weight: Floats
    """(arcs,) centiseconds × 2^27 + decimetres."""
    segment: Ints
    """(arcs,) road piece the arc runs on."""
    start: Floats
    """(arcs,) fraction of the segment where the arc begins."""
    end: Floats
    """(arcs,) fraction where it ends; smaller than `start` when it runs against the shape."""

    def measure(
        self, sources: Ints, targets: Ints, *, report: Callable[[float], None] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(seconds, metres) of the fastest ways, each (sources, targets); NaN = no way."""
        seconds = np.empty((len(sources), len(targets)), dtype=np.float32)
        metres = np.empty_like(seconds)
        matrix = self._matrix()
        block = max(1, _CELLS // max(1, self.size))
        for first in range(0, len(sources), block):
            rows = slice(first, first + block)
            total = dijkstra(matrix, indices=sources[rows])[:, targets]
            seconds[rows], metres[rows] = _split(total)
            if report is not None:
                report(min(1.0, (first + block) / len(sources)))
        return seconds, metres

    def ways(self, sources: Ints, targets: Ints, guess: Floats) -> list[Ints | None]:
        """Arcs of the fastest way from `sources[i]` to `targets[i]`, None where there is none.

        Args:
            sources: (p,) nodes.
            targets: (p,) nodes.
            guess: (p,) seconds the way is expected to take at most. A good guess keeps the search
                small; a bad one costs time and never changes the result.
        """
        found: list[Ints | None] = [None] * len(sources)
        matrix = self._matrix()
        open_pairs = np.arange(len(sources))
        for stretch in (1.0, 4.0, np.inf):
            missed: list[int] = []
            for pairs, limit in self._blocks(open_pairs, sources, guess):
                asked, row = np.unique(sources[pairs], return_inverse=True)
                total, before = dijkstra(
                    matrix,
                    indices=asked,
                    return_predecessors=True,
                    limit=(limit * stretch * _SECOND + 1) * _TIME_UNIT,
                )
                for pair, at in zip(pairs.tolist(), row.tolist(), strict=True):
                    if np.isfinite(total[at, targets[pair]]):
                        found[pair] = self._way(before[at], int(sources[pair]), int(targets[pair]))
                    else:
                        missed.append(pair)
            open_pairs = np.asarray(missed, dtype=np.int64)
        return found

    def length(self, way: Ints) -> tuple[float, float]:
        """(seconds, metres) of a way made of arcs."""
        seconds, metres = _split(self.weight[way].sum(keepdims=True))
        return float(seconds[0]), float(metres[0])

    def _matrix(self) -> csr_array:
        first = np.searchsorted(self.tail, np.arange(self.size + 1))
        arrays = (self.weight, self.head.astype(np.int32), first.astype(np.int32))
        return csr_array(arrays, shape=(self.size, self.size))

    def _blocks(self, pairs: Ints, sources: Ints, guess: Floats) -> Iterator[tuple[Ints, float]]:
        """Pairs of a few sources at a time, those with like limits together."""
        if not len(pairs):
            return
        asked, row = np.unique(sources[pairs], return_inverse=True)
        limit = np.zeros(len(asked))
        np.maximum.at(limit, row, guess[pairs])
        rank = np.empty(len(asked), dtype=np.int64)
        rank[np.argsort(limit, kind="stable")] = np.arange(len(asked))
        size = max(1, min(16, _CELLS // max(1, self.size)))
        block = rank[row] // size
        order = np.argsort(block, kind="stable")
        for some in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
            yield pairs[some], float(limit[row[some]].max())

    def _way(self, before: NDArray[np.int32], source: int, target: int) -> Ints:
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        keys = np.array([tail * self.size + head for tail, head in pairwise(nodes)], dtype=np.int64)
        return np.searchsorted(self.tail * self.size + self.head, keys)


def cut(graph: RoadGraph, snapped: Snapped) -> Network:
    """`graph` with every snapped point as a node."""
    on_road = snapped.segment >= 0
    inner = on_road & (snapped.fraction > 0) & (snapped.fraction < 1)
    cuts, which = np.unique(
        np.column_stack([snapped.segment[inner], snapped.fraction[inner]]),
        axis=0,
        return_inverse=True,
    )
    junctions, count = len(graph.nodes), len(graph.tail)
    place = np.full(len(on_road), -1, dtype=np.int64)
    at_head = snapped.fraction[on_road] >= 1
    ends = snapped.segment[on_road]
    place[on_road] = np.where(at_head, graph.head[ends], graph.tail[ends])
    place[inner] = junctions + which.ravel()

    # A piece begins at a segment's tail or at a cut, and ends where the next one begins.
    segment = np.concatenate([np.arange(count), cuts[:, 0].astype(np.int64)])
    start = np.concatenate([np.zeros(count), cuts[:, 1]])
    start_node = np.concatenate([graph.tail, junctions + np.arange(len(cuts))]).astype(np.int64)
    order = np.lexsort((start, segment))
    segment, start, start_node = segment[order], start[order], start_node[order]
    last = np.append(np.diff(segment) > 0, True)
    end = np.where(last, 1.0, np.roll(start, -1))
    end_node = np.where(last, graph.head[segment], np.roll(start_node, -1))
    return _directed(graph, junctions + len(cuts), place, segment, start, end, start_node, end_node)


def _directed(
    graph: RoadGraph,
    size: int,
    place: Ints,
    segment: Ints,
    start: Floats,
    end: Floats,
    start_node: Ints,
    end_node: Ints,
) -> Network:
    """Arcs where and whichever way a piece may be travelled, the fastest of parallel ones."""
    along = np.isfinite(graph.forward_seconds[segment]) & (start_node != end_node)
    against = np.isfinite(graph.backward_seconds[segment]) & (start_node != end_node)
    weight = np.concatenate(
        [
            _weight(graph, graph.forward_seconds, segment[along], start[along], end[along]),
            _weight(graph, graph.backward_seconds, segment[against], start[against], end[against]),
        ]
    )
    tail = np.concatenate([start_node[along], end_node[against]])
    head = np.concatenate([end_node[along], start_node[against]])
    order = np.lexsort((weight, head, tail))
    key = (tail * size + head)[order]
    fastest = order[np.append(True, np.diff(key) > 0)] if len(order) else order
    return Network(
        size=size,
        place=place,
        tail=tail[fastest],
        head=head[fastest],
        weight=weight[fastest],
        segment=np.concatenate([segment[along], segment[against]])[fastest],
        start=np.concatenate([start[along], end[against]])[fastest],
        end=np.concatenate([end[along], start[against]])[fastest],
    )


def _weight(
    graph: RoadGraph, seconds: NDArray[np.float32], segment: Ints, start: Floats, end: Floats
) -> Floats:
    time = np.rint(seconds[segment].astype(np.float64) * _SECOND)
    length = np.rint(graph.metres[segment].astype(np.float64) * _METRE)
    weight: Floats = (np.rint(end * time) - np.rint(start * time)) * _TIME_UNIT
    return weight + np.rint(end * length) - np.rint(start * length)


def _split(total: Floats) -> tuple[Floats, Floats]:
    """(seconds, metres) that weights stand for; NaN for infinite ones."""
    known = np.where(np.isfinite(total), total, np.nan)
    time = np.floor(known / _TIME_UNIT)
    return time / _SECOND, (known - time * _TIME_UNIT) / _METRE
