"""Two spellings of one street on one map: "ул. Хр. Ботев" here, "ул. Христо Ботев" there.

Mappers spell the pieces of a road as they please. Alike names of one settlement are one street
where they are the same road: their ways share a node or lie within a street's width of each other.
Elsewhere they are two, as Първа and 1-ва are in many a Bulgarian village. A boulevard and a street
of one name are one only where one runs along the other or goes on where it ends; a lane that
branches off its street stays a lane.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.addresses.grammar import Grammar
from planning.addresses.index import metres
from planning.addresses.keys import Name, plain_key
from planning.addresses.streets import abbreviates, ordinal_words
from planning.travel.sphere import to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_WIDTH_M = 20.0
"""Two carriageways of one street lie this far apart."""
_BESIDE_M = 60.0
"""A door lies this near to its street."""
_MOSTLY = 0.5
_SAME_DOOR_M = 150.0
_OWN_NUMBERS = 3
"""So many numbers on both, far apart: two streets that are numbered on their own."""
_LARGEST_FAMILY = 2_000
"""No settlement has so many streets whose names end alike."""
_WAYS_ON = frozenset({"street", "boulevard", "avenue", "road"})
"""Designators of which one may follow another along one road."""

LonLat = tuple[float, float]


@dataclass(frozen=True)
class Road:
    """A street before it is known whether it has a twin."""

    site: int
    """Its settlement; twins lie in one."""
    name: Name
    segments: NDArray[np.float64]
    """(k, 2, 2) ends of its straight pieces, lon, lat; none for a street that only doors name."""
    doors: Sequence[tuple[str, LonLat]]
    """Its numbers and where they are, lon, lat."""

    @cached_property
    def shape(self) -> BaseGeometry:
        """Its ways, or its doors where it has none, on Mercator's map."""
        if len(self.segments):
            return shapely.MultiLineString(list(to_mercator(self.segments)))
        return shapely.MultiPoint(to_mercator(np.array([at for _, at in self.doors])))

    @property
    def stretch(self) -> float:
        """How much longer than on the ground its metres are on Mercator's map."""
        lat = self.segments[0, 0, 1] if len(self.segments) else self.doors[0][1][1]
        return float(1.0 / np.cos(np.radians(lat)))


def twins(
    named: Sequence[tuple[int, Name] | None],
    road: Callable[[int], Road],
    grammars: Sequence[Grammar],
) -> list[list[int]]:
    """Places of streets that are one, the earliest first; only groups of two and more.

    Args:
        named: settlement and name of every street; None for what cannot have a twin.
        road: the street at a place in `named`; asked only for those whose names may be alike.
        grammars: of each settlement; they tell which names are alike.
    """
    roads = {place: road(place) for family in _families(named) for place in family}
    joined = {place: place for place in roads}
    for one, other in _near(roads):
        grammar = grammars[roads[one].site]
        if _alike(roads[one].name, roads[other].name, grammar) and _same_road(
            roads[one], roads[other]
        ):
            first, second = sorted((_root(joined, one), _root(joined, other)))
            joined[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for place in sorted(roads):
        groups[_root(joined, place)].append(place)
    return [group for group in groups.values() if len(group) > 1]


def _families(named: Sequence[tuple[int, Name] | None]) -> Iterable[list[int]]:
    """Streets of one settlement whose names end in the same word: only those can be alike."""
    by_word: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, each in enumerate(named):
        if each is not None and each[1].words:
            by_word[each[0], each[1].words[-1].text].append(place)
    return [family for family in by_word.values() if 1 < len(family) <= _LARGEST_FAMILY]


def _root(joined: Mapping[int, int], place: int) -> int:
    while joined[place] != place:
        place = joined[place]
    return place


def _alike(one: Name, other: Name, grammar: Grammar) -> bool:
    """The same words by the country's grammar, or one shortens the other."""
    if one.key == other.key or plain_key(one.words, grammar) == plain_key(other.words, grammar):
        return True
    ordinals = ordinal_words(grammar)
    return bool(
        abbreviates(one.words, other.words, ordinals)
        or abbreviates(other.words, one.words, ordinals)
    )


# --- where they lie -----------------------------------------------------------------------------


def _near(roads: Mapping[int, Road]) -> Iterable[tuple[int, int]]:
    """Pairs of one family that lie near each other, each once."""
    if not roads:
        return
    places = np.array(list(roads))
    shapes = np.array([road.shape for road in roads.values()], dtype=object)
    reach = _BESIDE_M * max(road.stretch for road in roads.values())
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    for first, second in zip(places[one].tolist(), places[other].tolist(), strict=True):
        a, b = roads[first], roads[second]
        if first < second and a.site == b.site and a.name.words[-1].text == b.name.words[-1].text:
            yield first, second


def _same_road(one: Road, other: Road) -> bool:
    kinds = {one.name.kind, other.name.kind}
    agreed = len(kinds) == 1 or "" in kinds
    if not (agreed or kinds <= _WAYS_ON) or _numbered_apart(one, other):
        return False
    stretch = one.stretch
    if not (len(one.segments) and len(other.segments)):
        lone, drawn = (one, other) if len(other.segments) else (other, one)
        return _share_near(lone.shape, drawn.shape, _BESIDE_M * stretch) >= _MOSTLY
    if agreed:
        return bool(shapely.dwithin(one.shape, other.shape, _WIDTH_M * stretch))
    if _ends(one) & _ends(other):
        return True
    shorter, longer = sorted((one.shape, other.shape), key=shapely.length)
    return _share_near(shorter, longer, _WIDTH_M * stretch) >= _MOSTLY


def _share_near(part: BaseGeometry, whole: BaseGeometry, distance: float) -> float:
    """Share of the pieces of `part`, by length or count, that lie within `distance` of `whole`."""
    pieces = shapely.get_parts(part)
    weights = np.maximum(shapely.length(pieces), 1e-9)
    middles = shapely.centroid(pieces)
    return float(weights[shapely.dwithin(middles, whole, distance)].sum() / weights.sum())


def _ends(road: Road) -> set[LonLat]:
    """Where it begins and ends: nodes that only one of its pieces touches."""
    nodes, counts = np.unique(road.segments.reshape(-1, 2), axis=0, return_counts=True)
    return {(lon, lat) for lon, lat in nodes[counts == 1].tolist()}


def _numbered_apart(one: Road, other: Road) -> bool:
    """Both have the same numbers, far from each other."""
    known = dict(other.doors)
    apart = [
        metres(*at, *known[number]) > _SAME_DOOR_M for number, at in one.doors if number in known
    ]
    return sum(apart) >= _OWN_NUMBERS and 2 * sum(apart) > len(apart)
