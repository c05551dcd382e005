"""Fastest ways by plain Dijkstra (scipy): where numba is missing, or a network is no road network.

The same answers as the hierarchy's to the millisecond and centimetre, in a hundred times the time.
Scipy compares float64 sums, which are exact up to 37 hours and 671 km; beyond, two ways of the
same time may be told apart wrongly by length. What is returned is always the sum along one way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planning.travel.cost import BITS, NO_WAY, Ints
from planning.travel.network import Links, Network, Ways

Ids = NDArray[np.int32]

_LENGTH_BITS = 26
_CELLS = 4_000_000
"""Nodes times sources searched at once: some 100 MB."""


@dataclass(frozen=True)
class DijkstraSearch:
    """Searches on the edges of a network."""

    network: Network

    def rows(self, departures: Links, arrivals: Links) -> Iterator[tuple[slice, Ints]]:
        """(sources, their costs to all doors), some sources at a time; `NO_WAY` if none."""
        for rows, total, _ in self._trees(departures):
            known = total[:, arrivals.node]
            ends = np.where(known < NO_WAY, known + arrivals.cost, NO_WAY)
            count = np.diff(arrivals.first)
            found = np.full((len(total), len(count)), NO_WAY)
            for i in range(int(count.max(initial=0))):
                doors = np.flatnonzero(count > i)
                found[:, doors] = np.minimum(found[:, doors], ends[:, arrivals.first[doors] + i])
            yield rows, found

    def ways(self, departures: Links, arrivals: Links) -> Ways:
        """The fastest way of every pair, from departure i to arrival i."""
        pairs = len(departures.first) - 1
        cost = np.full(pairs, NO_WAY)
        start, end = np.full(pairs, -1), np.full(pairs, -1)
        passed: list[Ids] = []
        for rows, total, before in self._trees(departures):
            for row, pair in enumerate(range(rows.start, rows.stop)):
                links = np.arange(arrivals.first[pair], arrivals.first[pair + 1])
                known = total[row, arrivals.node[links]]
                ends = np.where(known < NO_WAY, known + arrivals.cost[links], NO_WAY)
                arcs = np.empty(0, dtype=np.int32)
                if len(links) and ends.min() < NO_WAY:
                    cost[pair], end[pair] = ends.min(), links[ends.argmin()]
                    nodes = _path(before[row], int(arrivals.node[end[pair]]))
                    start[pair] = self._departure(departures, pair, nodes[1])
                    arcs = self.network.arc[self._edge(nodes[1:-1], nodes[2:])]
                passed.append(arcs)
        first = np.concatenate([[0], np.cumsum([len(arcs) for arcs in passed], dtype=np.int64)])
        return Ways(cost, first, np.concatenate([*passed, []]).astype(np.int32), start, end)

    @cached_property
    def _edges(self) -> Ints:
        """The cheapest edge for every pair of nodes that has one, sorted by (tail, head)."""
        network = self.network
        chosen = cheapest(network.tail, network.head, network.cost)
        return chosen[network.cost[chosen] < NO_WAY]

    @cached_property
    def _keys(self) -> Ints:
        tail, head = self.network.tail[self._edges], self.network.head[self._edges]
        return tail * np.int64(len(self.network)) + head

    def _edge(self, tail: Ints, head: Ints) -> Ints:
        return self._edges[np.searchsorted(self._keys, tail * len(self.network) + head)]

    def _departure(self, departures: Links, pair: int, node: int) -> int:
        links = np.arange(departures.first[pair], departures.first[pair + 1])
        cost = np.where(departures.node[links] == node, departures.cost[links], NO_WAY)
        return int(links[cost.argmin()])

    def _trees(self, departures: Links) -> Iterator[tuple[slice, Ints, Ids]]:
        """(sources, (sources, n) costs, (sources, n + sources) node before each), in blocks.

        In a block the doors stand behind the nodes of the network, as nodes that only lead out.
        """
        size, sources = len(self.network), len(departures.first) - 1
        tail, head = self.network.tail[self._edges], self.network.head[self._edges]
        cost = self.network.cost[self._edges]
        block = max(1, _CELLS // max(1, size))
        for begin in range(0, sources, block):
            rows = slice(begin, min(begin + block, sources))
            links = departures.at(np.arange(rows.start, rows.stop))
            door = np.repeat(size + np.arange(rows.stop - begin), np.diff(links.first))
            chosen = cheapest(door, links.node, links.cost)
            tails = np.concatenate([tail, door[chosen]])
            heads = np.concatenate([head, links.node[chosen]])
            costs = np.concatenate([cost, links.cost[chosen]])
            yield rows, *_search(size + rows.stop - begin, tails, heads, costs, size)


def _search(size: int, tail: Ints, head: Ids, cost: Ints, doors: int) -> tuple[Ints, Ids]:
    """Costs from all nodes from number `doors` on to those before it, and the nodes before."""
    weight = (cost >> BITS) * float(1 << _LENGTH_BITS) + (cost & (1 << BITS) - 1)
    first = np.searchsorted(tail, np.arange(size + 1)).astype(np.int32)
    links = csr_array((weight, head.astype(np.int32), first), shape=(size, size))
    asked = np.arange(doors, size)
    _, before = dijkstra(links, indices=asked, return_predecessors=True)
    keys = tail * np.int64(size) + head
    total = [_sums(row, keys, cost, size) for row in before]
    totals = np.array(total, dtype=np.int64).reshape(len(asked), size)
    return totals[:, :doors], before


def _sums(before: Ids, keys: Ints, cost: Ints, size: int) -> Ints:
    """Cost of the way to every node along the tree `before`: pointers leap twice as far each time.

    Args:
        before: (n,) the node before each, negative for the root and what is not reached.
        keys: (e,) ascending tail × n + head of the edges.
        cost: (e,)
        size: n.
    """
    reached = np.flatnonzero(before >= 0)
    root = np.setdiff1d(before[reached], reached)
    total = np.full(size, NO_WAY)
    total[root] = 0
    total[reached] = cost[np.searchsorted(keys, before[reached] * np.int64(size) + reached)]
    leap = np.arange(size)
    leap[reached] = before[reached]
    while (leap[reached] != leap[leap[reached]]).any():
        total[reached] += total[leap[reached]]
        leap[reached] = leap[leap[reached]]
    return total


def _path(before: Ids, node: int) -> Ints:
    """The nodes from the root to `node`."""
    nodes = [node]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    return np.array(nodes[::-1], dtype=np.int64)


def cheapest(tail: NDArray[np.integer], head: Ids, cost: Ints) -> Ints:
    """Of the edges between the same two nodes the cheapest one, sorted by (tail, head)."""
    order = np.lexsort((cost, head, tail))
    same = (np.diff(tail[order]) == 0) & (np.diff(head[order]) == 0)
    return order[np.append(True, ~same)] if len(order) else order
