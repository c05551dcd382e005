"""Doors as ends of ways: the car stands somewhere on a road, the last metres are walked.

Without foot paths the car stands at the road beside the door, and from there to the door it is
walked at `WALK_MPS` as the crow flies. With them `park` says where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from planning.travel.cost import BITS, NO_WAY, Ints
from planning.travel.graph import RoadGraph
from planning.travel.network import Links, Network, Search, parts
from planning.travel.snap import Snapped, snap
from planning.travel.sphere import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

WALK_MPS = 1.3
"""Adults' normal gait is 0.94 to 1.43 m/s by age and sex (Bohannon and Williams Andrews 2011,
Physiotherapy 97:182)."""


class Prepared(Protocol):
    """Roads that are ready for doors and questions: a `planning.travel.router.Router`."""

    @property
    def ground(self) -> RoadGraph:
        """Where doors are looked for."""

    @property
    def network(self) -> Network:
        """What is searched."""

    @property
    def search(self) -> Search:
        """How."""

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(s,) segments that doors may be at."""


@dataclass(frozen=True, slots=True)
class Estates:
    """Groups of n doors that share a parking spot, and the walks among the doors of each."""

    number: Ints
    """(n,) the estate of each door, -1 = it has the car beside it and for itself."""
    member: Ints
    """(n,) the door's number within its estate; doors at one place have one number."""
    size: Ints
    """(e,) places in each estate."""
    first: Ints
    """(e,) where the walks of each estate begin in `cost`."""
    cost: Ints
    """(k,) estate by estate, size × size walks from member to member."""

    @classmethod
    def none(cls, doors: int) -> Estates:
        """`doors` none of which shares a spot."""
        empty = np.empty(0, dtype=np.int64)
        return cls(np.full(doors, -1), np.zeros(doors, dtype=np.int64), empty, empty, empty)


@dataclass(frozen=True, slots=True)
class Parked:
    """Where the cars of n doors stand, and the walks between door and car."""

    snapped: Snapped
    """The cars on the road. `metres` and `met` tell how the door itself met a road or path."""
    out: Ints
    """(n,) cost from the door to the car."""
    back: Ints
    """(n,) cost from the car to the door, and of parking it where that counts."""
    by_path: NDArray[np.bool_]
    """(n,) these walks are along foot paths; else as the crow flies, time without length."""
    estates: Estates


def beside(snapped: Snapped) -> Parked:
    """Every car where its door is snapped to."""
    walk = crow_walk(snapped.metres)
    return Parked(snapped, walk, walk, np.zeros(len(walk), dtype=np.bool_), Estates.none(len(walk)))


def crow_walk(metres: Floats) -> Ints:
    """(n,) costs of walking so many metres where no path is known: time and no length; NaN = 0."""
    return np.rint(np.nan_to_num(metres) / WALK_MPS * 1000).astype(np.int64) << BITS


@dataclass(frozen=True, slots=True)
class Doors:
    """n doors on a network."""

    points: Floats
    """(n, 2) lon, lat."""
    parked: Parked
    departures: Links
    """The walk to the car included."""
    arrivals: Links
    """The walk from the car included."""
    place: Ints
    """(n,) doors at exactly the same place share a number."""
    along: Ints
    """(n,) cost from the segment's tail to the car, `NO_WAY` if one may not drive so."""
    against: Ints
    """(n,) cost from the segment's head to the car."""
    by_segment: Ints
    """(n,) doors, those on one segment together."""
    by_estate: Ints
    """(n,) doors, those of one estate together."""

    @classmethod
    def of(cls, network: Network, points: Floats, parked: Parked) -> Doors:
        """The doors at `points`, (n, 2) of lon, lat, whose cars are `parked` on the network."""
        snapped = parked.snapped
        along, _, against, _ = parts(network, snapped)
        _, place = np.unique(np.asarray(points, dtype=np.float64), axis=0, return_inverse=True)
        return cls(
            points=points,
            parked=parked,
            departures=_walked(network.departures(snapped), parked.out),
            arrivals=_walked(network.arrivals(snapped), parked.back),
            place=place.ravel(),
            along=along,
            against=against,
            by_segment=np.argsort(snapped.segment, kind="stable"),
            by_estate=np.argsort(parked.estates.number, kind="stable"),
        )

    @property
    def snapped(self) -> Snapped:
        """The cars on the road, see `Parked`."""
        return self.parked.snapped

    def direct(self, start: Ints, end: Ints) -> Ints:
        """(p,) costs from doors `start` to doors `end` along their common segment.

        `NO_WAY` where they have none, or where one may not drive it from the one to the other.
        """
        here, there = self.snapped.fraction[start], self.snapped.fraction[end]
        best = np.full(len(start), NO_WAY)
        for cost, ahead in ((self.along, here <= there), (self.against, here >= there)):
            allowed = ahead & (cost[start] < NO_WAY) & (cost[end] < NO_WAY)
            best = np.where(allowed, np.minimum(best, cost[end] - cost[start]), best)
        walks = self.parked.out[start] + self.parked.back[end]
        best = np.where(best < NO_WAY, np.minimum(best + walks, NO_WAY), NO_WAY)
        best[self.place[start] == self.place[end]] = 0
        segment = self.snapped.segment
        best[(segment[start] != segment[end]) | (segment[start] < 0)] = NO_WAY
        return best

    def neighbours(self, rows: slice) -> tuple[Ints, Ints]:
        """(start, end): pairs of doors on one segment, the first of them in `rows`."""
        return _together(self.snapped.segment, self.by_segment, rows)

    def same_estate(self, start: Ints, end: Ints) -> NDArray[np.bool_]:
        """(p,) which of the doors `start` share a spot with the doors `end`."""
        number = self.parked.estates.number
        same: NDArray[np.bool_] = (number[start] == number[end]) & (number[start] >= 0)
        return same

    def mates(self, rows: slice) -> tuple[Ints, Ints]:
        """(start, end): pairs of doors of one estate, the first of them in `rows`."""
        return _together(self.parked.estates.number, self.by_estate, rows)

    def walks(self, start: Ints, end: Ints) -> Ints:
        """(p,) costs of walking from doors `start` to doors `end` of the same estate."""
        estates = self.parked.estates
        estate = estates.number[start]
        row = estates.first[estate] + estates.member[start] * estates.size[estate]
        return estates.cost[row + estates.member[end]]


def doors_beside(roads: Prepared, points: Floats, *, limit_m: float) -> Doors:
    """The doors at `points`, (n, 2) of lon, lat, every car at the road beside its door."""
    snapped = snap(roads.ground, points, limit_m=limit_m, usable=roads.usable)
    return Doors.of(roads.network, points, beside(snapped))


def _together(group: Ints, by_group: Ints, rows: slice) -> tuple[Ints, Ints]:
    """(start, end): pairs of one group, the first in `rows`; below 0 is no group.

    Args:
        group: (n,) the group of each.
        by_group: (n,) all of them in the order of their groups.
        rows: which to start from.
    """
    sources = np.arange(rows.start, rows.stop)
    sources = sources[group[sources] >= 0]
    lined_up = group[by_group]
    first = np.searchsorted(lined_up, group[sources])
    count = np.searchsorted(lined_up, group[sources], side="right") - first
    start = np.repeat(sources, count)
    place = np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)
    return start, by_group[np.repeat(first, count) + place]


def _walked(links: Links, walk: Ints) -> Links:
    return replace(links, cost=links.cost + np.repeat(walk, np.diff(links.first)))
