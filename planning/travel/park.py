"""Park and walk: where the car of every door stands, and how the crew walks from there.

A door has its car at the road beside it. Where the road is farther off than `KERB_M` and a foot
path is nearer, the car stands where the shortest walk along foot paths meets a road: a block behind
other blocks is not reached through their walls. Only where no path is near the last metres are
walked as the crow flies.

The car is not moved for every door. Doors that can be walked to from one spot in little more time
than from their own share it, and what shares a spot is an *estate*: from door to door one walks
there, all else is a walk, a drive and a walk. So the car is always at the spot of the door where
the crew is, and the time from one door to another depends on these two alone, as a matrix needs it.

Which spots are shared is a greedy cover: the spot that serves most doors first, then the one that
serves most of those left (Chvátal 1979, A greedy heuristic for the set-covering problem). It
depends on all the doors asked about, in whatever order, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planning.travel.cost import BITS, NO_WAY, Ints
from planning.travel.dijkstra import cheapest
from planning.travel.doors import Doors, Estates, Parked, Prepared, crow_walk, doors_beside
from planning.travel.network import NO_CROSSING
from planning.travel.profiles import ROAD_KINDS
from planning.travel.snap import Met, Snapped, snap
from planning.travel.sphere import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

KERB_M = 30.0
"""A door no farther than this from a road has its car there: a front yard. Our choice."""
NEARER = 2.0
"""A foot path is walked where it is this many times as near to the door as the road. Our choice:
else a path behind the garden would lead round the block to a house that stands at its street."""
EXTRA_S = 60
"""What a crew walks more to a shared spot than to the door's own, each way; two doors by the road
that share one are two minutes apart at most. Our choice: of 30 to 240 s it gave the shortest tours
through real quarters, or nearly (docs/travel.md)."""
PARKING_S = 60
"""To find a place at the next spot, stop there and set off again. Our estimate."""

_SAME_SPOT_M = 0.1
"""A kerb lies on its road, but for the rounding of two projections."""
_SERVED = 1 << 40
"""What a spot is worth for every door that it serves, in milliseconds of walking: more than all
walks there together."""
_AT_ONCE = 64
"""Places among which walks are looked for at once, or those of one estate if they are more."""


@dataclass(frozen=True, slots=True)
class Kerbs:
    """Where foot paths meet roads: for every node of the foot network the nearest such node."""

    node: NDArray[np.int32]
    """(n,) the node where the car stands, -1 = there is none."""
    milliseconds: Floats
    """(n,) the walk there, inf = there is none."""

    @classmethod
    def of(cls, roads: Prepared, afoot: Prepared) -> Kerbs:
        """Where the foot paths of `afoot` meet `roads`."""
        network = afoot.network
        node = np.full(len(network), -1, dtype=np.int32)
        kerbs = np.flatnonzero(np.isin(_spots(network.graph.nodes), _spots(_parkable(roads))))
        if not len(kerbs):
            return cls(node, np.full(len(network), np.inf))
        # Backwards: from the kerbs to all nodes from where one walks there.
        chosen = cheapest(network.head, network.tail, network.cost)
        chosen = chosen[network.cost[chosen] < NO_WAY]
        time = (network.cost[chosen] >> BITS).astype(np.float64)
        first = np.searchsorted(network.head[chosen], np.arange(len(network) + 1)).astype(np.int32)
        backwards = csr_array((time, network.tail[chosen], first), shape=(len(network),) * 2)
        walk, _, source = dijkstra(
            backwards, indices=kerbs, min_only=True, return_predecessors=True
        )
        found = np.isfinite(walk)
        node[found] = source[found]
        return cls(node, walk)


def _parkable(roads: Prepared) -> Floats:
    """(k, 2) lon, lat of the points on roads where a car may be left for a walk."""
    graph = roads.ground
    fit = np.zeros(len(graph.tail), dtype=np.bool_)
    fit[graph.with_doors] = roads.usable[graph.with_doors]
    fit &= ~np.isin(graph.kind, [ROAD_KINDS.index(name) for name in NO_CROSSING])
    return np.asarray(graph.shape[np.repeat(fit, np.diff(graph.shape_first))])


def _spots(lonlat: Floats) -> NDArray[np.complex128]:
    """(n,) points as single values to compare: one node has the same place on every graph."""
    return np.asarray(lonlat[:, 0] + 1j * lonlat[:, 1])


def parked(
    roads: Prepared,
    afoot: Prepared,
    kerbs: Kerbs,
    points: Floats,
    *,
    limit_m: float,
    offices: Floats | None = None,
) -> Parked:
    """Where the cars of the doors at `points`, (n, 2) of lon, lat, stand.

    Args:
        roads: for the car.
        afoot: the foot paths.
        kerbs: where they meet.
        points: the doors.
        limit_m: a door farther from any road and path is on none.
        offices: (m, 2) those of them whose car stands at their own road and nowhere else.
    """
    places, place = np.unique(points, axis=0, return_inverse=True)
    own = _own(roads, afoot, kerbs, places, limit_m)
    both = np.concatenate([places, own.snapped.lonlat])
    feet = doors_beside(afoot, both, limit_m=limit_m)
    fixed = np.zeros(len(places), dtype=np.bool_)
    if offices is not None:
        fixed = np.isin(_spots(places), _spots(offices))
    owner = _owners(*_near(afoot, feet, own), fixed)
    return _rows(_estates(afoot, feet, own, owner), place.ravel())


@dataclass(frozen=True, slots=True)
class _Own:
    """The spots of n doors, each by itself."""

    snapped: Snapped
    """As in `Parked`."""
    milliseconds: Floats
    """(n,) from the door to the car."""
    by_path: NDArray[np.bool_]
    """(n,) as in `Parked`."""


def _own(roads: Prepared, afoot: Prepared, kerbs: Kerbs, points: Floats, limit_m: float) -> _Own:
    """Every door's own spot: at the road beside it, else where its foot path meets a road."""
    snapped = snap(roads.ground, points, limit_m=limit_m, usable=roads.usable)
    by_path = np.zeros(len(points), dtype=np.bool_)
    walk = (crow_walk(snapped.metres) >> BITS).astype(np.float64)
    far = np.flatnonzero(~(snapped.metres <= KERB_M))
    feet = doors_beside(afoot, points[far], limit_m=limit_m)
    away = np.nan_to_num(snapped.metres[far], nan=np.inf)
    near = feet.snapped.metres * NEARER <= away
    kerb, time = _nearest_kerbs(kerbs, afoot, feet)
    spot = snap(roads.ground, kerb, limit_m=_SAME_SPOT_M, usable=roads.usable)
    taken = near & (spot.segment >= 0)
    rows = far[taken]
    for name in ("segment", "fraction", "lonlat", "side"):
        getattr(snapped, name)[rows] = getattr(spot, name)[taken]
    for name in ("metres", "met"):
        getattr(snapped, name)[rows] = getattr(feet.snapped, name)[taken]
    walk[rows], by_path[rows] = time[taken], True
    no_path = far[~taken]
    snapped.met[no_path[snapped.met[no_path] == Met.ROAD]] = Met.NO_PATH
    return _Own(snapped, walk, by_path)


def _nearest_kerbs(kerbs: Kerbs, afoot: Prepared, feet: Doors) -> tuple[Floats, Floats]:
    """((n, 2) lon, lat, (n,) milliseconds) of each door's nearest kerb on foot, NaN if none."""
    count = len(feet.points)
    kerb, time = np.full((count, 2), np.nan), np.full(count, np.nan)
    links = feet.departures
    door = np.repeat(np.arange(count), np.diff(links.first))
    walk = (links.cost >> BITS) + kerbs.milliseconds[links.node]
    order = np.lexsort((walk, door))
    order = order[np.isfinite(walk[order])]
    some, where = np.unique(door[order], return_index=True)
    best = order[where]
    kerb[some] = afoot.network.graph.nodes[kerbs.node[links.node[best]]]
    time[some] = walk[best]
    return kerb, time


def _near(afoot: Prepared, feet: Doors, own: _Own) -> tuple[Ints, Ints, Ints]:
    """(door, spot, milliseconds): the spots that each door may use.

    Args:
        afoot: the foot paths.
        feet: the n doors, then their own spots, on the paths.
        own: these spots.
    """
    size = len(own.by_path)
    doors, spots = np.arange(size), np.arange(size, 2 * size)
    limit = own.milliseconds + EXTRA_S * 1000
    limit[own.snapped.segment < 0] = -1.0
    none = np.empty(0, dtype=np.int64)
    found = [(none, none, none)]
    for at, cost in afoot.search.rows(feet.departures.at(doors), feet.arrivals.at(spots)):
        start, end = feet.neighbours(at)
        start, end = start[end >= size], end[end >= size]
        cell = start - at.start, end - size
        cost[cell] = np.minimum(cost[cell], feet.direct(start, end))
        walk = cost >> BITS
        door, spot = np.nonzero((walk <= limit[at][:, None]) & (cost < NO_WAY))
        found.append((door + at.start, spot, walk[door, spot]))
    door, spot, milliseconds = (np.concatenate(each) for each in zip(*found, strict=True))
    return door, spot, milliseconds


def _owners(door: Ints, spot: Ints, walk: Ints, fixed: NDArray[np.bool_]) -> Ints:
    """(n,) whose spot each door uses: that which serves most doors first, and so on.

    Of spots that serve equally many the one with the least walking is taken, then the first.

    Args:
        door: (k,) ascending.
        spot: (k,) number of the door whose spot it may use.
        walk: (k,) milliseconds there.
        fixed: (n,) doors that use their own.
    """
    size = len(fixed)
    owner = np.arange(size)
    by_spot = np.argsort(spot, kind="stable")
    spot_first = np.searchsorted(spot[by_spot], np.arange(size + 1))
    door_first = np.searchsorted(door, np.arange(size + 1))
    left = ~fixed
    asked = left[door]
    # A fixed door is served by its spot, whatever else is.
    worth = np.where(fixed, _SERVED, 0)
    np.add.at(worth, spot[asked], _SERVED - walk[asked])
    while len(worth):
        best = int(worth.argmax())
        if worth[best] <= _SERVED:  # one door alone
            return owner
        served = door[by_spot[spot_first[best] : spot_first[best + 1]]]
        served = served[left[served]]
        owner[served], left[served] = best, False
        for each in served:
            pairs = slice(door_first[each], door_first[each + 1])
            worth[spot[pairs]] -= _SERVED - walk[pairs]
    return owner


def _estates(afoot: Prepared, feet: Doors, own: _Own, owner: Ints) -> Parked:
    """What comes of each door using its owner's spot; `feet` as in `_near`."""
    size = len(owner)
    by_path = own.by_path | (owner != np.arange(size))
    out = crow_walk(own.snapped.metres)
    back = out.copy()
    number, member = np.full(size, -1), np.zeros(size, dtype=np.int64)
    sizes: list[int] = []
    costs: list[Ints] = []
    for estates in _at_once(owner, by_path):
        doors = np.concatenate(estates)
        spots = np.array([size + owner[estate[0]] for estate in estates])
        walks = _walks(afoot, feet, np.concatenate([doors, spots]))
        begin = 0
        for spot, estate in enumerate(estates, start=len(doors)):
            rows = slice(begin, begin + len(estate))
            begin = rows.stop
            out[estate] = np.where(by_path[estate], walks[rows, spot], out[estate])
            back[estate] = np.where(by_path[estate], walks[spot, rows], back[estate])
            number[estate], member[estate] = len(sizes), np.arange(len(estate))
            sizes.append(len(estate))
            costs.append(walks[rows, rows].ravel())
    # The car stands where the owner's does; how a door met its road is the door's own.
    spots_of = _picked(own.snapped, owner)
    count = np.array(sizes, dtype=np.int64)
    return Parked(
        snapped=replace(spots_of, metres=own.snapped.metres, met=own.snapped.met),
        out=out,
        back=np.minimum(back + (PARKING_S * 1000 << BITS), NO_WAY),
        by_path=by_path,
        estates=Estates(
            number=number,
            member=member,
            size=count,
            first=np.cumsum(count**2) - count**2,
            cost=np.concatenate([np.empty(0, dtype=np.int64), *costs]),
        ),
    )


def _at_once(owner: Ints, by_path: NDArray[np.bool_]) -> Iterator[list[Ints]]:
    """The doors of each owner's spot, some spots at a time; not those that nobody walks from."""
    _, members = np.unique(owner, return_counts=True)
    batch: list[Ints] = []
    for estate in np.split(np.argsort(owner, kind="stable"), np.cumsum(members)[:-1]):
        if by_path[estate].any():
            batch.append(estate)
        if sum(map(len, batch)) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _walks(afoot: Prepared, feet: Doors, places: Ints) -> Ints:
    """(k, k) costs of the walks among k of the doors `feet`."""
    count = len(places)
    found = np.empty((count, count), dtype=np.int64)
    links = feet.departures.at(places), feet.arrivals.at(places)
    for at, cost in afoot.search.rows(*links):
        found[at] = cost
    direct = feet.direct(np.repeat(places, count), np.tile(places, count))
    return np.minimum(found, direct.reshape(count, count))


def _picked(snapped: Snapped, rows: Ints) -> Snapped:
    """Some of the points, in the order of `rows`."""
    return Snapped(*(getattr(snapped, each.name)[rows] for each in fields(Snapped)))


def _rows(cars: Parked, rows: Ints) -> Parked:
    """`cars` of places for the doors that stand there."""
    estates = cars.estates
    return Parked(
        snapped=_picked(cars.snapped, rows),
        out=cars.out[rows],
        back=cars.back[rows],
        by_path=cars.by_path[rows],
        estates=replace(estates, number=estates.number[rows], member=estates.member[rows]),
    )
