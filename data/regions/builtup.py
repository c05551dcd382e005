"""Where houses stand, told from the streets themselves.

Landuse areas and place polygons are missing from many maps, and signs stand on few roads of our
countries; streets where people live are on every map. A spot counts as built up when enough metres
of them lie around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning.travel.profiles import ROAD_KINDS
from planning.travel.sphere import EARTH_RADIUS_M, Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELL_M = 100.0
_REACH = 2
"""Cells to each side that are looked at: a square of 500 m."""
_ENOUGH_KM = 2.0
"""Kilometres of such streets on a square kilometre that make a built-up area. Chosen on four real
maps, where it agrees best with the signs on main roads (docs/travel.md)."""
_LIVED_IN = np.array([name in ("residential", "living_street") for name in ROAD_KINDS])
_ROW = 2**31


def built_up(lonlat: Floats, metres: Floats, kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(m,) whether houses stand around each of m pieces of road.

    Args:
        lonlat: (m, 2) where each piece is.
        metres: (m,) how long it is.
        kind: (m,) index into `ROAD_KINDS`.
    """
    key, piece = np.unique(_cells(lonlat), return_inverse=True)
    lived = np.bincount(piece, weights=np.where(_LIVED_IN[kind], metres, 0.0), minlength=len(key))
    around = np.zeros(len(key))
    for north in range(-_REACH, _REACH + 1):
        for east in range(-_REACH, _REACH + 1):
            neighbour = key + north * _ROW + east
            at = np.minimum(np.searchsorted(key, neighbour), len(key) - 1)
            around += np.where(key[at] == neighbour, lived[at], 0.0)
    side_km = (2 * _REACH + 1) * _CELL_M / 1000
    return (around / 1000 >= _ENOUGH_KM * side_km**2)[piece]


def _cells(lonlat: Floats) -> NDArray[np.int64]:
    """(m,) number of the square each point is in; the one north of it is `_ROW` higher.

    Squares are laid out degree by degree of latitude; across such a line neighbours do not match,
    which is a row in a thousand.
    """
    shrink = np.cos(np.radians(np.round(lonlat[:, 1])))
    metres = np.radians(lonlat) * EARTH_RADIUS_M
    row = np.floor(metres[:, 1] / _CELL_M).astype(np.int64)
    return row * _ROW + np.floor(metres[:, 0] * shrink / _CELL_M).astype(np.int64)
