"""Fastest ways on a hierarchy: from many doors to many, and one by one with all they pass.

From a door one climbs the hierarchy along the elimination tree, which meets a few hundred nodes;
whatever way is fastest, it climbs so, and descends to the other door the same way backwards.

- One pair: climb from both ends; the cheapest node that both meet is the top of the way. Arcs are
  unpacked into the two arcs over the lower node that they pass, down to the roads.
- Many pairs: restricted sweeps (RPHAST: Delling, Goldberg, Nowatzyk and Werneck 2011). The descent
  to all targets is the same for every source. Its arcs are chosen once, laid out from the top to
  the bottom, and swept for many sources side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning.travel.compiled import kernel
from planning.travel.cost import NO_WAY, Ints
from planning.travel.hierarchy import Hierarchy
from planning.travel.network import Links, Ways
from planning.travel.order import Ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABREAST = 32
"""Sources swept together: four cache lines of costs for every node. More would be faster for few
doors, fewer for many: what is swept should stay in the processor's cache."""
_LINE = 8
"""Costs in a cache line."""


@dataclass(frozen=True, slots=True)
class Descent:
    """All ways down to the arrivals of some doors. Its d nodes are numbered from the top down."""

    place: Ids
    """(n,) number of every node of the hierarchy, -1 = leads to no door."""
    first: Ints
    """(d + 1,) where the arcs that end at each node begin."""
    above: Ids
    """(k,) number of the node where the arc begins: smaller than where it ends."""
    cost: Ints
    """(k,)"""


@dataclass(frozen=True, slots=True)
class HierarchySearch:
    """Searches on a customized hierarchy."""

    hierarchy: Hierarchy

    def rows(self, departures: Links, arrivals: Links) -> Iterator[tuple[slice, Ints]]:
        """(sources, their costs to all doors), some sources at a time; `NO_WAY` if none."""
        rank, up, down = self.hierarchy.rank, self.hierarchy.up, self.hierarchy.down
        ends = rank[arrivals.node]
        descent = Descent(*_descent(down.first, down.above, down.cost, ends))
        starts = rank[departures.node]
        sources = len(departures.first) - 1
        for begin in range(0, sources, ABREAST):
            rows = slice(begin, min(begin + ABREAST, sources))
            reach = np.full((len(descent.first) - 1, rows.stop - rows.start), NO_WAY)
            first = departures.first[rows.start : rows.stop + 1]
            _start(
                up.first, up.above, up.cost, self.hierarchy.parent,
                first, starts, departures.cost, descent.place, reach,
            )  # fmt: skip
            _fall(descent.first, descent.above, descent.cost, reach)
            yield rows, _arrive(arrivals.first, descent.place[ends], arrivals.cost, reach)

    def ways(self, departures: Links, arrivals: Links) -> Ways:
        """The fastest way of every pair, from departure i to arrival i."""
        rank, up, down = self.hierarchy.rank, self.hierarchy.up, self.hierarchy.down
        return Ways(*_ways(
            up.first, up.above, up.cost, up.via, down.first, down.above, down.cost, down.via,
            self.hierarchy.parent,
            departures.first, rank[departures.node], departures.cost,
            arrivals.first, rank[arrivals.node], arrivals.cost,
        ))  # fmt: skip


@kernel
def _descent(first: Ints, above: Ids, cost: Ints, nodes: Ids) -> tuple[Ids, Ints, Ids, Ints]:
    """The fields of `Descent`: all that is above `nodes`, by arcs that come down."""
    size = len(first) - 1
    marked = np.zeros(size, np.bool_)
    for v in nodes:
        marked[v] = True
    chosen = 0
    arcs = 0
    for v in range(size):
        if marked[v]:
            chosen += 1
            arcs += first[v + 1] - first[v]
            for e in range(first[v], first[v + 1]):
                marked[above[e]] = True
    place = np.full(size, -1, np.int32)
    here_first = np.zeros(chosen + 1, np.int64)
    here_above = np.empty(arcs, np.int32)
    here_cost = np.empty(arcs, np.int64)
    number = 0
    arcs = 0
    for v in range(size - 1, -1, -1):
        if marked[v]:
            place[v] = number
            for e in range(first[v], first[v + 1]):
                here_above[arcs] = place[above[e]]
                here_cost[arcs] = cost[e]
                arcs += 1
            number += 1
            here_first[number] = arcs
    return place, here_first, here_above, here_cost


@kernel
def _climb(
    first: Ints,
    above: Ids,
    cost: Ints,
    parent: Ids,
    nodes: Ids,
    costs: Ints,
    reached: Ints,
    by: Ints,
    path: Ids,
) -> int:
    """Costs from (or to) a door to all that lies above its links.

    Args:
        first: (n + 1,), as are `above` and `cost` a field of `Climbs`.
        above: (k,).
        cost: (k,).
        parent: (n,) the elimination tree.
        nodes: (links,) ranks of the door's links.
        costs: (links,) their costs.
        reached: (n,) filled with `NO_WAY`; gets the costs. The caller resets it along `path`.
        by: (n,) gets the arc that leads to each node, or -1 - i for link i.
        path: (n,) gets the nodes, a higher one always after a lower one.

    Returns:
        How many nodes are in `path`.
    """
    count = 0
    for i in range(len(nodes) - 1, -1, -1):
        # Up to where another link's way up is met: those nodes come after these ones.
        v = nodes[i]
        fresh = 0
        while v >= 0 and reached[v] == NO_WAY:
            reached[v] = NO_WAY + 1
            v = parent[v]
            fresh += 1
        for k in range(count - 1, -1, -1):
            path[k + fresh] = path[k]
        v = nodes[i]
        for k in range(fresh):
            path[k] = v
            v = parent[v]
        count += fresh
    for i in range(len(nodes)):
        if costs[i] < reached[nodes[i]]:
            reached[nodes[i]] = costs[i]
            by[nodes[i]] = -1 - i
    for k in range(count):
        v = path[k]
        here = reached[v]
        if here < NO_WAY:
            for e in range(first[v], first[v + 1]):
                if here + cost[e] < reached[above[e]]:
                    reached[above[e]] = here + cost[e]
                    by[above[e]] = e
    return count


@kernel
def _start(
    first: Ints,
    above: Ids,
    cost: Ints,
    parent: Ids,
    start_first: Ints,
    start: Ids,
    start_cost: Ints,
    place: Ids,
    reach: Ints,
) -> None:
    """Climbs from every source; what is met and lies above a target goes into its column.

    Args:
        first: (n + 1,), as are `above` and `cost` a field of the upward `Climbs`.
        above: (k,).
        cost: (k,).
        parent: (n,) the elimination tree.
        start_first: (sources + 1,) where each source's departures begin.
        start: (s,) ranks of the departures.
        start_cost: (s,) their costs.
        place: (n,) rows of `reach`, as in `Descent`.
        reach: (d, sources) filled with `NO_WAY`; gets the costs.
    """
    reached = np.full(len(parent), NO_WAY, np.int64)
    by = np.empty(len(parent), np.int64)
    path = np.empty(len(parent), np.int32)
    for j in range(len(start_first) - 1):
        links = slice(start_first[j], start_first[j + 1])
        count = _climb(
            first, above, cost, parent, start[links], start_cost[links], reached, by, path
        )  # fmt: skip
        for v in path[:count]:
            if place[v] >= 0 and reached[v] < NO_WAY:
                reach[place[v], j] = reached[v]
            reached[v] = NO_WAY


@kernel
def _fall(first: Ints, above: Ids, cost: Ints, reach: Ints) -> None:
    """Descends from the top down with all sources side by side; arguments as in `Descent`."""
    for q in range(len(first) - 1):
        mine = reach[q]
        for e in range(first[q], first[q + 1]):
            other = reach[above[e]]
            extra = cost[e]
            for j in range(len(mine)):
                mine[j] = min(mine[j], other[j] + extra)


@kernel
def _arrive(first: Ints, place: Ids, cost: Ints, reach: Ints) -> Ints:
    """(sources, doors) costs at the doors, whose arrivals begin at `first` and lie at `place`.

    A few doors at a time: they are worked out row by row as `reach` lies, and written column by
    column as the matrix does, a cache line at once.
    """
    doors, sources = len(first) - 1, reach.shape[1]
    found = np.empty((sources, doors), np.int64)
    few = np.empty((_LINE, sources), np.int64)
    for begin in range(0, doors, _LINE):
        end = min(begin + _LINE, doors)
        for t in range(begin, end):
            mine = few[t - begin]
            mine[:] = NO_WAY
            for e in range(first[t], first[t + 1]):
                above = reach[place[e]]
                for j in range(sources):
                    mine[j] = min(mine[j], above[j] + cost[e] if above[j] < NO_WAY else NO_WAY)
        for j in range(sources):
            for t in range(begin, end):
                found[j, t] = few[t - begin, j]
    return found


@kernel
def _ways(
    up_first: Ints,
    up_above: Ids,
    up_cost: Ints,
    up_via: Ids,
    down_first: Ints,
    down_above: Ids,
    down_cost: Ints,
    down_via: Ids,
    parent: Ids,
    start_first: Ints,
    start: Ids,
    start_cost: Ints,
    end_first: Ints,
    end: Ids,
    end_cost: Ints,
) -> tuple[Ints, Ints, Ids, Ints, Ints]:
    """Climbs from both ends of every pair; arguments as in `_start`, results as in `Ways`."""
    pairs, size = len(start_first) - 1, len(parent)
    cost = np.full(pairs, NO_WAY, np.int64)
    chosen_start = np.full(pairs, -1, np.int64)
    chosen_end = np.full(pairs, -1, np.int64)
    way_first = np.zeros(pairs + 1, np.int64)
    passed = np.empty(64 * pairs + 1024, np.int32)
    used = 0
    out, back = np.full(size, NO_WAY, np.int64), np.full(size, NO_WAY, np.int64)
    out_by, back_by = np.empty(size, np.int64), np.empty(size, np.int64)
    out_path, back_path = np.empty(size, np.int32), np.empty(size, np.int32)
    for p in range(pairs):
        here = slice(start_first[p], start_first[p + 1])
        there = slice(end_first[p], end_first[p + 1])
        rising = _climb(
            up_first, up_above, up_cost, parent, start[here], start_cost[here],
            out, out_by, out_path,
        )  # fmt: skip
        falling = _climb(
            down_first, down_above, down_cost, parent, end[there], end_cost[there],
            back, back_by, back_path,
        )  # fmt: skip
        top = -1
        for v in out_path[:rising]:
            if out[v] < NO_WAY and back[v] < NO_WAY and out[v] + back[v] < cost[p]:
                cost[p] = out[v] + back[v]
                top = v
        if top >= 0:
            rise = np.empty(rising, np.int64)
            steps = 0
            v = top
            while out_by[v] >= 0:
                rise[steps] = out_by[v]
                v = _last(up_first, 0, size, out_by[v])
                steps += 1
            chosen_start[p] = start_first[p] - 1 - out_by[v]
            for k in range(steps - 1, -1, -1):
                passed, used = _unpack(
                    up_first, up_above, up_via, down_first, down_above, down_via,
                    rise[k], True, passed, used,
                )  # fmt: skip
            v = top
            while back_by[v] >= 0:
                passed, used = _unpack(
                    up_first, up_above, up_via, down_first, down_above, down_via,
                    back_by[v], False, passed, used,
                )  # fmt: skip
                v = _last(down_first, 0, size, back_by[v])
            chosen_end[p] = end_first[p] - 1 - back_by[v]
        way_first[p + 1] = used
        for v in out_path[:rising]:
            out[v] = NO_WAY
        for v in back_path[:falling]:
            back[v] = NO_WAY
    return cost, way_first, passed[:used].copy(), chosen_start, chosen_end


@kernel
def _last(values: NDArray[np.integer], begin: int, end: int, bound: int) -> int:
    """The last place from `begin` on and before `end` whose value is `bound` at most."""
    while begin + 1 < end:
        middle = (begin + end) >> 1
        if values[middle] <= bound:
            begin = middle
        else:
            end = middle
    return begin


@kernel
def _unpack(
    up_first: Ints,
    up_above: Ids,
    up_via: Ids,
    down_first: Ints,
    down_above: Ids,
    down_via: Ids,
    arc: int,
    rises: bool,
    passed: Ids,
    used: int,
) -> tuple[Ids, int]:
    """Appends the directed segments of an arc to the first `used` ones of `passed`.

    An arc from a to b over x, which is lower than both, is the arc that descends from a to x and
    the one that rises from x to b.
    """
    stack = [2 * arc + rises]
    while len(stack):
        e, up = divmod(stack.pop(), 2)
        via = up_via[e] if up else down_via[e]
        if via >= 0:
            low = _last(up_first if up else down_first, 0, len(up_first) - 1, e)
            high = up_above[e] if up else down_above[e]
            source, target = (low, high) if up else (high, low)
            rise = _last(up_above, up_first[via], up_first[via + 1], target)
            fall = _last(down_above, down_first[via], down_first[via + 1], source)
            stack.append(2 * rise + 1)
            stack.append(2 * fall)
            continue
        if used == len(passed):
            longer = np.empty(2 * used, np.int32)
            for i in range(used):
                longer[i] = passed[i]
            passed = longer
        passed[used] = -1 - via
        used += 1
    return passed, used
