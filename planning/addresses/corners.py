"""Where two streets meet: "ъгъла на ул. Липа и ул. Шипка".

The map's doors stand in for its lines: a gazetteer knows where the houses of a street are, not how
the street runs. So a corner is half-way between the two streets' nearest doors, and its error grows
with the gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from planning.addresses.confidence import ERROR_FLOOR_M
from planning.addresses.gazetteer import Street
from planning.addresses.hits import Hit
from planning.addresses.index import Index, metres

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Corner:
    """The place between two streets."""

    lon: float
    lat: float
    error_m: float
    hits: tuple[Hit, Hit]


def meeting(ones: Sequence[Hit], others: Sequence[Hit], index: Index) -> Corner:
    """Of the streets that either name may mean, the two that come closest, and where they do."""
    corners = (_between(one, other, index) for one, other in product(ones, others))
    return min(corners, key=lambda corner: corner.error_m)


def _between(one: Hit, other: Hit, index: Index) -> Corner:
    near, far = _nearest(_points(one.match.street, index), _points(other.match.street, index))
    gap = metres(*near, *far)
    lon, lat = (near + far) / 2
    # Two doors' distance: from the outermost house to the crossing, on either street.
    return Corner(float(lon), float(lat), 2 * ERROR_FLOOR_M + gap / 2, (one, other))


def _points(street: Street, index: Index) -> NDArray[np.float64]:
    """Doors of a street as (lon, lat), shape (n, 2); its own point where it has none."""
    doors = [(numbered.lon, numbered.lat) for numbered in index.doors(street)]
    return np.array(doors or [(street.lon, street.lat)])


def _nearest(
    ones: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two points, one of either side, that are closest."""
    scale = np.array([np.cos(np.radians(ones[0, 1])), 1.0])
    away = (((ones[:, None] - others[None]) * scale) ** 2).sum(axis=2)
    at, to = np.unravel_index(np.argmin(away), away.shape)
    return ones[at], others[to]
