"""In which order the nodes of a road network are contracted: nested dissection.

Dead ends and chains go first, from the outside in. What is left, the core, is split by a small cut
into two parts, each of these again, and so on: the ends of the first cut's roads are contracted
last (George 1973). Cuts are found by inertial flow (Schild and Sommer 2015): the nodes are lined up
along a direction, the first quarter becomes source, the last quarter sink, and the smallest of the
maximum flows in four directions is the cut.

One dissection serves both kinds of network. Where junctions are nodes, one end of every cut road is
the separator. Where directed roads are nodes, the cut roads themselves are (Buchhold, Wagner,
Zeitz and Zündorf 2020, Customizable contraction hierarchies with turn costs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.travel.compiled import kernel
from planning.travel.graph import RoadGraph
from planning.travel.sphere import to_mercator

Ids = NDArray[np.int32]
Firsts = NDArray[np.int64]

_BALANCE = 0.25
"""Share of a part that is source, and as much that is sink: how uneven a split may get."""
_LEAF = 4
"""A part of so few nodes is not split further."""
_DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0))
_DEEPEST = 256
"""Parts waiting to be split. Each half holds at least a quarter: 2^31 nodes are 75 levels deep."""


@dataclass(frozen=True, slots=True)
class Dissection:
    """How the network falls apart. Splits are numbered parents first, subtrees together."""

    gone: Ids
    """(n,) when a node of a dead end or chain was taken away, counted from 0; n = core node."""
    separates: Ids
    """(n,) number of the split that a core node separates; a leaf's if none; 0 otherwise."""
    cut: Ids
    """(s,) number of the split that parts a segment's ends, -1 for a segment of no cut."""

    def nodes(self) -> Ids:
        """(n,) nodes, the first to be contracted first."""
        return np.lexsort((-self.separates, self.gone)).astype(np.int32)

    def segments(self, tail: Ids, head: Ids) -> Ids:
        """(s,) segments, the first to be contracted first; its two directions go together.

        A segment of no cut goes with the later one of its ends, so that a chain halves, too.
        """
        inside = np.where(self.cut < 0, np.maximum(self.gone[tail], self.gone[head]), 0)
        return np.lexsort((inside, -self.cut, self.cut >= 0)).astype(np.int32)


def dissect(graph: RoadGraph) -> Dissection:
    """Splits the network of `graph`, whatever the direction of its roads."""
    size = len(graph.nodes)
    first, near = _neighbours(size, graph.tail, graph.head)
    gone, cluster = _shrink(first, near.copy(), np.diff(first))
    core = np.flatnonzero(gone == size)
    number = np.full(size, -1, dtype=np.int32)
    number[core] = np.arange(len(core), dtype=np.int32)
    tail, head = number[cluster[graph.tail]], number[cluster[graph.head]]

    separates, cut = np.zeros(size, dtype=np.int32), np.full(len(tail), -1, dtype=np.int32)
    crossing = np.flatnonzero((tail != head) & (tail >= 0) & (head >= 0))
    first, near = _neighbours(len(core), tail[crossing], head[crossing])
    owner = np.repeat(np.arange(len(core)), np.diff(first))
    back = np.lexsort((owner, near))  # entries are sorted by (node, neighbour): this turns each
    lines = to_mercator(np.asarray(graph.nodes)[core]) @ np.array(_DIRECTIONS).T
    lined_up = np.argsort(lines, axis=0, kind="stable").T.astype(np.int32)
    separates[core], entry_cut = _split(first, near, back, np.ascontiguousarray(lined_up))
    keys = owner * np.int64(len(core)) + near
    wanted = tail[crossing] * np.int64(len(core)) + head[crossing]
    cut[crossing] = entry_cut[np.searchsorted(keys, wanted)]
    return Dissection(gone, separates, cut)


def _neighbours(size: int, tail: Ids, head: Ids) -> tuple[Firsts, Ids]:
    """(first, near): each node's neighbours in ascending order, without itself."""
    ends = np.concatenate([tail, head]).astype(np.int64)
    others = np.concatenate([head, tail])
    keys = distinct((ends * max(size, 1) + others)[ends != others])
    owner, near = np.divmod(keys, max(size, 1))
    return np.searchsorted(owner, np.arange(size + 1)), near.astype(np.int32)


def distinct(keys: Firsts) -> Firsts:
    """The different values, ascending. Sorting is five times faster than numpy's hashing here."""
    keys = np.sort(keys)
    return keys[np.append(True, np.diff(keys) != 0)] if len(keys) else keys


@kernel
def _shrink(first: Firsts, near: Ids, degree: Firsts) -> tuple[Ids, Ids]:
    """Takes away nodes of at most two neighbours, in rounds of which none touches another.

    Args:
        first: (n + 1,) where each node's neighbours begin in `near`.
        near: neighbours; overwritten.
        degree: (n,) how many of them are left; overwritten.

    Returns:
        (gone, cluster): when a node went, n = never; the core node it hangs on.
    """
    size = len(degree)
    gone = np.full(size, size, np.int32)
    cluster = np.arange(size).astype(np.int32)
    touched = np.full(size, -1, np.int32)
    waits = degree <= 2
    queue = np.flatnonzero(waits).astype(np.int32)
    later = np.empty(size, np.int32)
    taken = np.empty(size, np.int32)
    count = 0
    turn = 0
    while len(queue):
        left = 0
        for v in queue:
            if touched[v] == turn:
                later[left] = v
                left += 1
                continue
            gone[v] = count
            taken[count] = v
            count += 1
            around = near[first[v] : first[v] + degree[v]]
            if len(around):
                cluster[v] = around[0]
            joined = len(around) == 2 and _place(first, near, degree, around[0], around[1]) < 0
            for i in range(len(around)):
                u = around[i]
                _replace(first, near, degree, int(u), int(v), int(around[1 - i]) if joined else -1)
                touched[u] = turn
                if degree[u] <= 2 and not waits[u]:
                    waits[u] = True
                    later[left] = u
                    left += 1
        queue = later[:left].copy()
        turn += 1
    for i in range(count - 1, -1, -1):
        cluster[taken[i]] = cluster[cluster[taken[i]]]
    return gone, cluster


@kernel
def _place(first: Firsts, near: Ids, degree: Firsts, u: int, v: int) -> int:
    """Where v stands among u's neighbours, -1 if nowhere."""
    for e in range(first[u], first[u] + degree[u]):
        if near[e] == v:
            return e
    return -1


@kernel
def _replace(first: Firsts, near: Ids, degree: Firsts, u: int, old: int, new: int) -> None:
    """In u's neighbours, `new` takes the place of `old`, or nobody if `new` is -1."""
    e = _place(first, near, degree, u, old)
    if new < 0:
        degree[u] -= 1
        new = near[first[u] + degree[u]]
    near[e] = new


@kernel
def _split(first: Firsts, near: Ids, back: Firsts, lined_up: Ids) -> tuple[Ids, Ids]:
    """Splits the core into ever smaller parts.

    Args:
        first: (n + 1,) where each node's entries begin in `near`.
        near: (e,) neighbours, ascending for each node.
        back: (e,) the entry that leads the other way.
        lined_up: (directions, n) the nodes in the order of each direction; overwritten.

    Returns:
        (separates, cut): (n,) and (e,) numbers of splits, as in `Dissection`.
    """
    ways, size = lined_up.shape
    separates = np.full(size, -1, np.int32)
    cut = np.full(len(near), -1, np.int32)
    home = np.zeros(size, np.int32)
    side = np.zeros(size, np.int8)
    best = np.zeros(size, np.int8)
    flow = np.zeros(len(near), np.int8)
    seen = np.full(size, -1, np.int64)
    came = np.empty(size, np.int64)
    queue = np.empty(size, np.int32)
    spare = np.empty(size, np.int32)
    stamp = np.zeros(1, np.int64)
    low = np.empty(_DEEPEST, np.int64)
    high = np.empty(_DEEPEST, np.int64)
    low[0], high[0] = 0, size
    waiting = 1
    number = -1
    while waiting:
        waiting -= 1
        lo, hi = low[waiting], high[waiting]
        number += 1
        part = lined_up[0, lo:hi]
        for v in part:
            home[v] = number
        if hi - lo <= _LEAF:
            for v in part:
                if separates[v] < 0:
                    separates[v] = number
                for e in range(first[v], first[v + 1]):
                    if home[near[e]] == number:
                        cut[e] = number
            continue
        smallest = len(near) + 1
        for way in range(ways):
            width = _flow(
                first, near, back, lined_up[way, lo:hi], number, home, smallest,
                side, flow, seen, came, queue, stamp,
            )  # fmt: skip
            if width < smallest:
                smallest = width
                for v in part:
                    best[v] = side[v]
        _mark_cut(first, near, part, number, home, best, separates, cut)
        middle = lo
        for way in range(ways):
            middle = lo + _sort_by_side(lined_up[way, lo:hi], best, spare)
        low[waiting], high[waiting] = lo, middle
        low[waiting + 1], high[waiting + 1] = middle, hi
        waiting += 2
    return separates, cut


@kernel
def _flow(
    first: Firsts,
    near: Ids,
    back: Firsts,
    line: Ids,
    number: int,
    home: Ids,
    limit: int,
    side: NDArray[np.int8],
    flow: NDArray[np.int8],
    seen: Firsts,
    came: Firsts,
    queue: Ids,
    stamp: Firsts,
) -> int:
    """Fewest roads between the ends of `line`, or `limit` if that many or more.

    Ford and Fulkerson with breadth-first search, every road of capacity 1 either way. `side` gets 1
    for the nodes of part `number` on the source's side of the cut, else 0. `flow`, `seen`, `came`,
    `queue` and `stamp` are working space.
    """
    ends = max(1, int(len(line) * _BALANCE))
    for v in line:
        side[v] = 0
        for e in range(first[v], first[v + 1]):
            flow[e] = 0
    for v in line[:ends]:
        side[v] = 1
    for v in line[len(line) - ends :]:
        side[v] = 2
    width = 0
    while True:
        stamp[0] += 1
        found = _search(
            first, near, line[:ends], number, home, side, flow, seen, came, queue, stamp[0]
        )  # fmt: skip
        if found < 0:
            break
        width += 1
        if width >= limit:
            return limit
        while came[found] >= 0:
            e = came[found]
            flow[e] += 1
            flow[back[e]] -= 1
            found = near[back[e]]
    for v in line:
        side[v] = seen[v] == stamp[0]
    return width


@kernel
def _search(
    first: Firsts,
    near: Ids,
    sources: Ids,
    number: int,
    home: Ids,
    side: NDArray[np.int8],
    flow: NDArray[np.int8],
    seen: Firsts,
    came: Firsts,
    queue: Ids,
    stamp: int,
) -> int:
    """A sink that the sources reach by roads with capacity left, -1 if none.

    `seen` gets the stamp for all that is reached, `came` the entry by which.
    """
    tail = 0
    for v in sources:
        queue[tail] = v
        seen[v] = stamp
        came[v] = -1
        tail += 1
    head = 0
    while head < tail:
        v = queue[head]
        head += 1
        for e in range(first[v], first[v + 1]):
            u = near[e]
            if home[u] == number and seen[u] != stamp and flow[e] < 1:
                seen[u] = stamp
                came[u] = e
                if side[u] == 2:
                    return int(u)
                queue[tail] = u
                tail += 1
    return -1


@kernel
def _mark_cut(
    first: Firsts,
    near: Ids,
    part: Ids,
    number: int,
    home: Ids,
    side: NDArray[np.int8],
    separates: Ids,
    cut: Ids,
) -> None:
    """Numbers the entries across the cut, and the separating nodes on the side that has fewer.

    Roads whose end separates an earlier split already need no node of this one.
    """
    count = np.zeros(2, np.int64)
    for counting in (True, False):
        chosen = 0 if count[0] <= count[1] else 1
        for v in part:
            across = False
            for e in range(first[v], first[v + 1]):
                u = near[e]
                if home[u] == number and side[u] != side[v]:
                    cut[e] = number
                    across = across or (
                        (separates[v] < 0 or separates[v] == number)
                        and (separates[u] < 0 or separates[u] == number)
                    )
            if across and counting:
                count[side[v]] += 1
            elif across and side[v] == chosen:
                separates[v] = number


@kernel
def _sort_by_side(line: Ids, side: NDArray[np.int8], spare: Ids) -> int:
    """Brings the nodes of side 1 to the front of `line`, keeping the order; says how many."""
    front = 0
    rest = 0
    for v in line:
        if side[v]:
            line[front] = v
            front += 1
        else:
            spare[rest] = v
            rest += 1
    for i in range(rest):
        line[front + i] = spare[i]
    return front
