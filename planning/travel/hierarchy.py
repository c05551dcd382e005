"""A customizable contraction hierarchy (Dibbelt, Strasser and Wagner 2016).

Nodes are contracted one after the other, in an order that does not look at costs: whenever a node
goes, its remaining neighbours become neighbours of each other. So the *topology* can be worked out
once for a region and kept. *Customization* gives every arc of it the cost of the fastest way
through lower nodes, in a moment, for any speeds and closed roads. A fastest way then climbs to some
node and descends from there, and only the ancestors of its ends in the elimination tree matter.

Nodes are named by their rank here: a node of rank 0 was contracted first. An arc joins a lower node
with a higher one and has a cost upwards and one downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.travel.compiled import kernel
from planning.travel.cost import NO_WAY, Ints
from planning.travel.network import Network
from planning.travel.order import Ids, distinct

Flags = NDArray[np.bool_]

FILL_LIMIT = 40
"""Most arcs for every edge of the network. Roads need 2 to 4; what needs more than this is no
road network and is better searched without a hierarchy."""


@dataclass(frozen=True, slots=True)
class Topology:
    """What a hierarchy needs to know before costs are known."""

    rank: Ids
    """(n,) of every node of the network."""
    parent: Ids
    """(n,) in the elimination tree, by rank: a node's lowest higher neighbour; -1 = a root."""
    first: Ints
    """(n + 1,) where each node's arcs begin."""
    above: Ids
    """(m,) the arc's higher node, ascending for each lower one."""


@dataclass(frozen=True, slots=True)
class Climbs:
    """Arcs from each node to higher ones that some fastest way uses, in one direction of travel."""

    first: Ints
    """(n + 1,) where each node's arcs begin."""
    above: Ids
    """(k,) the arc's higher node, ascending for each lower one."""
    cost: Ints
    """(k,)"""
    via: Ids
    """(k,) lower node that the arc passes, or -1 - a for an arc that is directed segment a."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A customized hierarchy: all that queries need."""

    rank: Ids
    """(n,) of every node of the network."""
    parent: Ids
    """(n,) in the elimination tree, by rank."""
    up: Climbs
    """Travelled from the lower node to the higher one."""
    down: Climbs
    """Travelled from the higher node to the lower one."""


def contract(network: Network, order: Ids) -> Topology | None:
    """The topology of `network` contracted in `order`, or None where it would grow out of hand."""
    size = len(network)
    position = np.empty(size, dtype=np.int32)
    position[order] = np.arange(size, dtype=np.int32)
    first, lower = _lower_neighbours(network, position)
    parent, post = _elimination_tree(first, lower)
    # The same tree walked subtree by subtree: what belongs together lies together in memory.
    rank = post[position]
    first, lower = _lower_neighbours(network, rank)
    first_up, higher = _turned(first, lower)
    limit = FILL_LIMIT * (len(network.head) + size)
    arcs_first, above = _fill(first_up, higher, limit)
    if len(arcs_first) == 0:
        return None
    below = np.repeat(np.arange(size), np.diff(arcs_first))
    above = (np.sort(below * size + above) - below * size).astype(np.int32)
    parent = np.full(size, -1, dtype=np.int32)
    has = np.diff(arcs_first) > 0
    parent[has] = above[arcs_first[:-1][has]]
    return Topology(rank, parent, arcs_first, above)


def customize(network: Network, topology: Topology) -> Hierarchy:
    """The hierarchy with the network's present costs."""
    rank, parent, first, above = topology.rank, topology.parent, topology.first, topology.above
    tail, head = rank[network.tail], rank[network.head]
    up, up_via, down, down_via = _lay(first, above, tail, head, network.cost, network.arc)
    below, by_top, top_first = _by_higher_node(first, above)
    _climb(first, above, below, by_top, top_first, up, up_via, down, down_via)
    slower_up, slower_down = _prune(first, above, up, down)
    up[slower_up] = down[slower_down] = NO_WAY
    return Hierarchy(
        rank,
        parent,
        Climbs(*_kept(first, above, up, up_via)),
        Climbs(*_kept(first, above, down, down_via)),
    )


def _lower_neighbours(network: Network, rank: Ids) -> tuple[Ints, Ids]:
    """(first, lower): for each rank the lower ranks that share an edge with it, ascending."""
    size = len(network)
    one, other = rank[network.tail], rank[network.head]
    key = distinct(np.maximum(one, other).astype(np.int64) * max(size, 1) + np.minimum(one, other))
    high, low = np.divmod(key, max(size, 1))
    proper = high != low
    high, low = high[proper], low[proper]
    return np.searchsorted(high, np.arange(size + 1)), low.astype(np.int32)


def _turned(first: Ints, near: Ids) -> tuple[Ints, Ids]:
    """The same pairs from the other end, ascending."""
    owner = np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first))
    order = np.argsort(near, kind="stable")
    return np.searchsorted(near[order], np.arange(len(first))), owner[order]


@kernel
def _elimination_tree(first: Ints, lower: Ids) -> tuple[Ids, Ids]:
    """(parent, post): (n,) elimination tree (Liu 1990), and each node's number in postorder."""
    size = len(first) - 1
    parent = np.full(size, -1, np.int32)
    ancestor = np.full(size, -1, np.int32)
    for v in range(size):
        for e in range(first[v], first[v + 1]):
            u = lower[e]
            while ancestor[u] != -1 and ancestor[u] != v:
                above = ancestor[u]
                ancestor[u] = v
                u = above
            if ancestor[u] == -1:
                ancestor[u] = v
                parent[u] = v
    weight = np.ones(size, np.int32)
    for v in range(size):
        if parent[v] >= 0:
            weight[parent[v]] += weight[v]
    post = np.empty(size, np.int32)
    free = np.zeros(size, np.int32)
    begin = 0
    for v in range(size - 1, -1, -1):
        if parent[v] >= 0:
            free[v] = free[parent[v]]
            free[parent[v]] += weight[v]
        else:
            free[v] = begin
            begin += weight[v]
        post[v] = free[v] + weight[v] - 1
    return parent, post


@kernel
def _fill(first: Ints, higher: Ids, limit: int) -> tuple[Ints, Ids]:
    """Contracts all nodes: an arc for every pair that are neighbours when the lower one goes.

    Args:
        first: (n + 1,) where each node's higher neighbours begin in `higher`.
        higher: (e,) ranks.
        limit: arcs beyond which to give up.

    Returns:
        (first, above) as in `Topology`, unsorted; two empty arrays when given up.
    """
    size = len(first) - 1
    arcs_first = np.zeros(size + 1, np.int64)
    above = np.empty(min(limit, 4 * len(higher) + 1024), np.int32)
    child = np.full(size, -1, np.int32)
    sibling = np.full(size, -1, np.int32)
    mark = np.full(size, -1, np.int32)
    found = np.empty(size, np.int32)
    count = 0
    for v in range(size):
        fresh = 0
        lowest = size
        mark[v] = v
        for e in range(first[v], first[v + 1]):
            if mark[higher[e]] != v:
                mark[higher[e]] = v
                found[fresh] = higher[e]
                fresh += 1
        c = child[v]
        while c >= 0:
            for e in range(arcs_first[c], arcs_first[c + 1]):
                if mark[above[e]] != v:
                    mark[above[e]] = v
                    found[fresh] = above[e]
                    fresh += 1
            c = sibling[c]
        if count + fresh > limit:
            return np.empty(0, np.int64), np.empty(0, np.int32)
        if count + fresh > len(above):
            longer = np.empty(min(limit, 2 * (count + fresh)), np.int32)
            for i in range(count):
                longer[i] = above[i]
            above = longer
        for i in range(fresh):
            above[count] = found[i]
            lowest = min(lowest, found[i])
            count += 1
        if fresh:
            sibling[v] = child[lowest]
            child[lowest] = v
        arcs_first[v + 1] = count
    return arcs_first, above[:count].copy()


@kernel
def _lay(
    first: Ints, above: Ids, tail: Ids, head: Ids, cost: Ints, arc: Ids
) -> tuple[Ints, Ids, Ints, Ids]:
    """(up, up_via, down, down_via): (m,) costs of the arcs that are edges themselves."""
    up = np.full(len(above), NO_WAY, np.int64)
    down = np.full(len(above), NO_WAY, np.int64)
    up_via = np.full(len(above), -1, np.int32)
    down_via = np.full(len(above), -1, np.int32)
    for i in range(len(tail)):
        low, high = min(tail[i], head[i]), max(tail[i], head[i])
        if low == high:
            continue
        e, end = first[low], first[low + 1]
        while e + 1 < end:
            middle = (e + end) >> 1
            if above[middle] <= high:
                e = middle
            else:
                end = middle
        if tail[i] == low and cost[i] < up[e]:
            up[e] = cost[i]
            up_via[e] = -1 - arc[i]
        elif tail[i] == high and cost[i] < down[e]:
            down[e] = cost[i]
            down_via[e] = -1 - arc[i]
    return up, up_via, down, down_via


@kernel
def _by_higher_node(first: Ints, above: Ids) -> tuple[Ids, Ints, Ints]:
    """(below, by_top, top_first): lower nodes of the arcs, and the arcs sorted by higher node."""
    size = len(first) - 1
    below = np.empty(len(above), np.int32)
    top_first = np.zeros(size + 1, np.int64)
    for v in range(size):
        for e in range(first[v], first[v + 1]):
            below[e] = v
            top_first[above[e] + 1] += 1
    for v in range(size):
        top_first[v + 1] += top_first[v]
    place = top_first[:-1].copy()
    by_top = np.empty(len(above), np.int64)
    for e in range(len(above)):
        by_top[place[above[e]]] = e
        place[above[e]] += 1
    return below, by_top, top_first


@kernel
def _climb(
    first: Ints,
    above: Ids,
    below: Ids,
    by_top: Ints,
    top_first: Ints,
    up: Ints,
    up_via: Ids,
    down: Ints,
    down_via: Ids,
) -> None:
    """Gives every arc a-b the cost of the fastest way through nodes lower than both.

    Every lower triangle v, a, b with v < a < b is looked at once, when those of v are final.
    """
    slot = np.empty(len(first) - 1, np.int64)
    for a in range(len(first) - 1):
        for e in range(first[a], first[a + 1]):
            slot[above[e]] = e
        for i in range(top_first[a], top_first[a + 1]):
            e = by_top[i]
            v = below[e]
            to_v, from_v = down[e], up[e]
            for f in range(e + 1, first[v + 1]):
                g = slot[above[f]]
                if to_v + up[f] < up[g]:
                    up[g] = to_v + up[f]
                    up_via[g] = v
                if down[f] + from_v < down[g]:
                    down[g] = down[f] + from_v
                    down_via[g] = v


@kernel
def _prune(first: Ints, above: Ids, up: Ints, down: Ints) -> tuple[Flags, Flags]:
    """Perfect customization: costs become those of the fastest ways over any nodes, from the top.

    Returns:
        (slower_up, slower_down): (m,) arcs that were slower, which no query needs.
    """
    slot = np.full(len(first) - 1, -1, np.int64)
    slower_up = np.zeros(len(above), np.bool_)
    slower_down = np.zeros(len(above), np.bool_)
    for v in range(len(first) - 2, -1, -1):
        begin, end = first[v], first[v + 1]
        for e in range(begin, end):
            slot[above[e]] = e
        for e in range(begin, end):
            a = above[e]
            for g in range(first[a], first[a + 1]):
                f = slot[above[g]]
                if f < begin or f >= end:
                    continue
                if up[e] + up[g] < up[f]:
                    up[f] = up[e] + up[g]
                    slower_up[f] = True
                if down[g] + down[e] < down[f]:
                    down[f] = down[g] + down[e]
                    slower_down[f] = True
                if up[f] + down[g] < up[e]:
                    up[e] = up[f] + down[g]
                    slower_up[e] = True
                if up[g] + down[f] < down[e]:
                    down[e] = up[g] + down[f]
                    slower_down[e] = True
    return slower_up, slower_down


@kernel
def _kept(first: Ints, above: Ids, cost: Ints, via: Ids) -> tuple[Ints, Ids, Ints, Ids]:
    """The arcs that are ways, as fields of `Climbs`."""
    kept_first = np.zeros(len(first), np.int64)
    kept = 0
    for e in range(len(above)):
        kept += cost[e] < NO_WAY
    kept_above = np.empty(kept, np.int32)
    kept_cost = np.empty(kept, np.int64)
    kept_via = np.empty(kept, np.int32)
    kept = 0
    for v in range(len(first) - 1):
        for e in range(first[v], first[v + 1]):
            if cost[e] < NO_WAY:
                kept_above[kept] = above[e]
                kept_cost[kept] = cost[e]
                kept_via[kept] = via[e]
                kept += 1
        kept_first[v + 1] = kept
    return kept_first, kept_above, kept_cost, kept_via
