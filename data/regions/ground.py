"""Where a map is: its extent, its countries, and the middles of its streets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.regions.areas import whole_outline
from data.regions.countries import CODES, country_at
from data.regions.features import SETTLEMENT_KINDS, MapFeatures
from data.regions.groups import Segments, segments
from data.regions.osmfile import Box, OsmFile
from planning.areas import points as as_points
from planning.errors import Fault, RegionFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRAYS = 0.2
"""Percent of the streets' pieces at either end that do not count for the extent: extracts keep
long ways whole."""
_SPEAKING_SHARE = 0.05
"""A country that fewer of the addresses name is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The land a region covers."""

    box: Box
    countries: tuple[str, ...]
    """Alpha-2 in lower case; the first chooses grammar and speeds."""
    pieces: Segments
    """All straight pieces of all named ways."""


def survey(
    features: MapFeatures, files: Sequence[OsmFile], *, countries: Sequence[str] = ()
) -> Ground:
    """Where the map is.

    Raises:
        RegionFault: there is nothing with a name in it, a country is no alpha-2 code, or none is
            given and the map does not tell it.
    """
    pieces = segments(features.streets)
    doors = _doors(features)
    points = np.concatenate([pieces.middles, doors])
    if not len(points):
        names = ", ".join(file.path.name for file in files)
        message = "no street, address or settlement is in it; bring a map of streets"
        raise RegionFault(Fault(message, file=names))
    box = _extent(pieces.middles, doors, [file.box for file in files])
    return Ground(box, _countries(features, points, countries), pieces)


def _doors(features: MapFeatures) -> NDArray[np.float64]:
    """Addresses and settlements, (n, 2) lon, lat."""
    found = [(each.lon, each.lat) for each in features.addresses]
    found += [(each.lon, each.lat) for each in features.places if each.kind in SETTLEMENT_KINDS]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _extent(
    middles: NDArray[np.float64], doors: NDArray[np.float64], claimed: Sequence[Box | None]
) -> Box:
    """What the data covers, within what the files claim to cover: ways stick out of extracts."""
    boxes = [box for box in claimed if box is not None]
    told = len(boxes) == len(claimed) > 0
    strays = 0.0 if told or not len(middles) else _STRAYS
    points = np.concatenate([_between(middles, strays, 100.0 - strays), doors])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    if told:
        edges = np.array(boxes)
        west, south = max(west, edges[:, 0].min()), max(south, edges[:, 1].min())
        east, north = min(east, edges[:, 2].max()), min(north, edges[:, 3].max())
    west, south, east, north = (_rounded(edge) for edge in (west, south, east, north))
    # A single point or line still needs land around it.
    pad = 0.001
    if west >= east or south >= north:
        (west, south), (east, north) = points.min(axis=0) - pad, points.max(axis=0) + pad
    return _rounded(west), _rounded(south), _rounded(east), _rounded(north)


def _rounded(degrees: float) -> float:
    """To OSM's own resolution."""
    return round(float(degrees), 7)


def _between(points: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Corners of the box that holds the points between two percentiles, (2, 2), or none."""
    return np.percentile(points, [low, high], axis=0) if len(points) else points


def _countries(
    features: MapFeatures, points: NDArray[np.float64], given: Sequence[str]
) -> tuple[str, ...]:
    wrong = [code for code in given if code.strip().lower() not in CODES]
    if wrong:
        message = "this is no country's code; use the two letters of ISO 3166 such as bg, az or kz"
        raise RegionFault(Fault(message, field="--country", value=code[:80]) for code in wrong)
    found = dict.fromkeys(code.strip().lower() for code in given) or _detected(features, points)
    if not found:
        message = "the map does not say which country it is of; add --country bg (or az, kz, …)"
        raise RegionFault(message)
    return tuple(found)


def _detected(features: MapFeatures, points: NDArray[np.float64]) -> dict[str, None]:
    """Countries the map names, the one with most of it first: outline, addresses, tags, place."""
    inside = _by_outline(features, points)
    votes = features.country_votes
    loud = Counter({code: n for code, n in votes.items() if n >= _SPEAKING_SHARE * votes.total()})
    tagged = Counter(each.country for each in features.boundaries if each.country)
    placed = _by_place(points) if not inside and not loud else Counter()
    agreed = Counter({code: n for code, n in placed.items() if code in tagged})
    last = tagged or placed
    ranked = [code for source in (inside, loud, agreed, last) for code in _descending(source)]
    return dict.fromkeys(ranked)


def _by_outline(features: MapFeatures, points: NDArray[np.float64]) -> Counter[str]:
    """Points within each country whose whole outline is in the map."""
    tree = shapely.STRtree(as_points(points))
    found: Counter[str] = Counter()
    for boundary in features.boundaries:
        if boundary.level == 2 and boundary.country:
            outline = whole_outline(boundary, features.way_lines)
            if outline is not None:
                found[boundary.country] = len(tree.query(outline, predicate="intersects"))
    return Counter({code: n for code, n in found.items() if 2 * n > len(points)})


def _by_place(points: NDArray[np.float64]) -> Counter[str]:
    found = Counter(country_at(lon, lat) for lon, lat in points.round(2).tolist())
    del found[""]
    return found


def _descending(votes: Counter[str]) -> list[str]:
    return sorted(votes, key=lambda code: (-votes[code], code))
