"""The drawing board of the sample: metres on a plane, and one smooth bend for the whole land.

The land is first laid out in straight strokes and then bent by one smooth, one-to-one map of the
plane. Lines that do not cross before cannot cross after, so roads, streets, borders and the river
all get natural curves at once and stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(n, 2) x east, y north in metres, or lon, lat in degrees: the name says which."""

_LON, _LAT = 25.97, 43.70
"""Middle of Ruse province: at 80 km across, a plane is true to 0.3 %."""
_METRES_PER_DEGREE = 111_195.0
"""A degree of latitude on a sphere of 6,371 km."""
_SCALE = np.array([_METRES_PER_DEGREE * np.cos(np.radians(_LAT)), _METRES_PER_DEGREE])

_OCTAVES = ((11_000.0, 3, 250.0), (4_400.0, 3, 75.0), (1_500.0, 3, 13.0))
"""(wave length in metres, number of waves, height in metres) of the bend."""


def to_plane(lonlat: Points) -> Points:
    """Degrees to metres."""
    return np.asarray((np.asarray(lonlat) - (_LON, _LAT)) * _SCALE, dtype=float)


def to_lonlat(metres: Points) -> Points:
    """Metres to degrees."""
    return np.asarray(np.asarray(metres) / _SCALE + (_LON, _LAT), dtype=float)


@dataclass(frozen=True)
class Bend:
    """A sum of plane waves whose slopes add to less than 1: hence one-to-one."""

    waves: Points
    """(w, 2) radians a metre."""
    heights: Points
    """(w, 2) metres of shift at the crest."""
    phases: NDArray[np.float64]
    """(w,) radians."""

    def shift(self, points: Points) -> Points:
        """How far each of (n, 2) points moves, in metres."""
        return np.sin(points @ self.waves.T + self.phases) @ self.heights

    def __call__(self, points: Points) -> Points:
        """Where each of (n, 2) points comes to lie."""
        points = np.asarray(points, dtype=float)
        return points + self.shift(points)

    def undo(self, points: Points) -> Points:
        """The points that come to lie at `points`: a fixed point, as the slopes are below 1."""
        before = np.asarray(points, dtype=float)
        for _ in range(200):
            before = points - self.shift(before)
        return before


def make_bend(random: np.random.Generator) -> Bend:
    """A bend with a steepest slope below 0.92."""
    waves, heights = [], []
    for length, count, height in _OCTAVES:
        for _ in range(count):
            wave, way = random.uniform(0, 2 * np.pi, 2)
            number = 2 * np.pi / (length * random.uniform(1.0, 1.3))
            waves.append((number * np.cos(wave), number * np.sin(wave)))
            heights.append((height * np.cos(way), height * np.sin(way)))
    phases = random.uniform(0, 2 * np.pi, len(waves))
    return Bend(np.array(waves), np.array(heights), phases)
