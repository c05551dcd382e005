"""The earth as this package measures it: great circles for length, Mercator for "nearest".

Mercator keeps angles: around any one point its scale is the same in all directions, so the
nearest road on it is the nearest road, at every latitude of a region. Lengths never come from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid, (2a + b) / 3."""


def on_earth(lonlat: Floats) -> NDArray[np.bool_]:
    """(n,) which of (n, 2) points of lon, lat are places: numbers within ±180 and ±90."""
    lon, lat = lonlat.T
    places: NDArray[np.bool_] = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)
    return places


def great_circle_metres(start: Floats, end: Floats) -> Floats:
    """Length of the great circles from `start` to `end`, both (…, 2) of lon, lat: haversine."""
    lon, lat = np.radians(start[..., 0]), np.radians(start[..., 1])
    to_lon, to_lat = np.radians(end[..., 0]), np.radians(end[..., 1])
    half = (
        np.sin((to_lat - lat) / 2) ** 2
        + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def to_mercator(lonlat: Floats) -> Floats:
    """(…, 2) of lon, lat to (…, 2) of x, y in Mercator metres, which are 1 / cos(lat) too long."""
    x = np.radians(lonlat[..., 0])
    y = np.arcsinh(np.tan(np.radians(lonlat[..., 1])))
    return EARTH_RADIUS_M * np.stack([x, y], axis=-1)


def from_mercator(xy: Floats) -> Floats:
    """The inverse of `to_mercator`."""
    lon = np.degrees(xy[..., 0] / EARTH_RADIUS_M)
    lat = np.degrees(np.arctan(np.sinh(xy[..., 1] / EARTH_RADIUS_M)))
    return np.stack([lon, lat], axis=-1)
