"""Doors as ends of ways: the car stands at the nearest road, the last metres are walked.

So a block that only paths lead to is reached by driving as near as one can and walking on: time to
a door is time to the road beside it and, at `WALK_MPS`, from there to the door as the crow flies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planning.travel.cost import BITS, NO_WAY, Ints
from planning.travel.network import Links, Network, parts
from planning.travel.snap import Snapped
from planning.travel.sphere import Floats

WALK_MPS = 1.3
"""Adults' normal gait is 0.94 to 1.43 m/s by age and sex (Bohannon and Williams Andrews 2011,
Physiotherapy 97:182)."""


@dataclass(frozen=True, slots=True)
class Doors:
    """n doors on a network."""

    snapped: Snapped
    departures: Links
    """The walk to the car included."""
    arrivals: Links
    """The walk from the car included."""
    walk: Ints
    """(n,) cost of the walk between door and car, which counts as time and not as length."""
    spot: Ints
    """(n,) doors at exactly the same place share a number."""
    along: Ints
    """(n,) cost from the segment's tail to the door, `NO_WAY` if one may not drive so."""
    against: Ints
    """(n,) cost from the segment's head to the door."""
    by_segment: Ints
    """(n,) doors, those on one segment together."""

    @classmethod
    def of(cls, network: Network, points: Floats, snapped: Snapped) -> Doors:
        """The doors at `points`, (n, 2) of lon, lat, which are `snapped` to the network's roads."""
        walked = np.nan_to_num(snapped.metres) / WALK_MPS
        walk = np.rint(walked * 1000).astype(np.int64) << BITS
        along, _, against, _ = parts(network, snapped)
        _, spot = np.unique(np.asarray(points, dtype=np.float64), axis=0, return_inverse=True)
        return cls(
            snapped=snapped,
            departures=_walked(network.departures(snapped), walk),
            arrivals=_walked(network.arrivals(snapped), walk),
            walk=walk,
            spot=spot.ravel(),
            along=along,
            against=against,
            by_segment=np.argsort(snapped.segment, kind="stable"),
        )

    def direct(self, start: Ints, end: Ints) -> Ints:
        """(p,) costs from doors `start` to doors `end` along their common segment.

        `NO_WAY` where they have none, or where one may not drive it from the one to the other.
        """
        here, there = self.snapped.fraction[start], self.snapped.fraction[end]
        best = np.full(len(start), NO_WAY)
        for cost, ahead in ((self.along, here <= there), (self.against, here >= there)):
            allowed = ahead & (cost[start] < NO_WAY) & (cost[end] < NO_WAY)
            best = np.where(allowed, np.minimum(best, cost[end] - cost[start]), best)
        best = np.where(best < NO_WAY, best + self.walk[start] + self.walk[end], NO_WAY)
        best[self.spot[start] == self.spot[end]] = 0
        segment = self.snapped.segment
        best[(segment[start] != segment[end]) | (segment[start] < 0)] = NO_WAY
        return best

    def neighbours(self, rows: slice) -> tuple[Ints, Ints]:
        """(start, end): pairs of doors on one segment, the first of them in `rows`."""
        segment = self.snapped.segment
        sources = np.arange(rows.start, rows.stop)
        sources = sources[segment[sources] >= 0]
        lined_up = segment[self.by_segment]
        first = np.searchsorted(lined_up, segment[sources])
        count = np.searchsorted(lined_up, segment[sources], side="right") - first
        start = np.repeat(sources, count)
        place = np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)
        return start, self.by_segment[np.repeat(first, count) + place]


def _walked(links: Links, walk: Ints) -> Links:
    return replace(links, cost=links.cost + np.repeat(walk, np.diff(links.first)))
