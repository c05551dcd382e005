"""Streets, quarters, house numbers and landmarks of a map, by settlement → Gazetteer records.

What is one street or quarter is decided in `groups`; here numbers are hung on it, the same door
once, and settlements learn from their doors how far they reach and which postcode they have.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from data.regions.features import AddressFeature, LandmarkFeature, PlaceFeature, StreetFeature
from data.regions.groups import Group, Groups, Segments, cells_of, positions_of
from data.regions.settlements import Site, assign, by_name
from planning.addresses.gazetteer import HouseNumber, Landmark, Settlement, Street
from planning.addresses.grammar import Grammar
from planning.addresses.index import metres
from planning.areas import Area, holding
from planning.travel.sphere import great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME_DOOR_M = 150.0
"""The same number again within this distance is the same door (a shop in the house)."""
_SAME_LANDMARK_M = 300.0
"""A school's ground, its building and its entrance bear one name."""
_DOORS_INSIDE = 95
"""Percentile of doors that a settlement's radius takes in."""
_ENOUGH_DOORS = 20
_LEAST_RADIUS_M, _MOST_RADIUS_M = 200.0, 20_000.0
_MOSTLY = 0.6
"""Share of doors that must agree on a postcode or district."""


@dataclass(frozen=True, slots=True)
class Located:
    """The municipality around everything that is to be assigned: codes, empty where none."""

    segments: NDArray[np.str_]
    addresses: NDArray[np.str_]
    places: NDArray[np.str_]
    landmarks: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a region, ready for its gazetteer."""

    settlements: tuple[Settlement, ...]
    streets: tuple[Street, ...]
    numbers: tuple[HouseNumber, ...]
    landmarks: tuple[Landmark, ...]


def build_addresses(
    sites: Sequence[Site],
    *,
    grammars: Sequence[Grammar],
    streets: Sequence[StreetFeature],
    pieces: Segments,
    addresses: Sequence[AddressFeature],
    places: Sequence[PlaceFeature],
    landmarks: Sequence[LandmarkFeature],
    located: Located,
    districts: Sequence[Area],
    left_out: Counter[str],
) -> Addresses:
    """Everything by settlement, in the order of `sites`; ids count from 1.

    Args:
        sites: the settlements, at least one.
        grammars: of the country of each site; tell which names are alike and what is a block.
        streets: named ways.
        pieces: of `streets`.
        addresses: numbered doors.
        places: of which the quarters count here.
        landmarks: schools and institutions.
        located: municipalities around all of these.
        districts: official districts of cities.
        left_out: counts what cannot be put anywhere.
    """
    site_of_segment = assign(pieces.middles, located.segments, sites)
    site_of_door = _site_of_doors(addresses, located.addresses, sites)
    named = Groups(sites, grammars, addresses)
    named.add_ways(streets, pieces, site_of_segment)
    named.add_quarters(places, assign(positions_of(places), located.places, sites))
    named.add_doors(places, site_of_door, left_out)
    cells = cells_of(pieces.middles)
    parted = [part for group in named.groups.values() for part in named.parts(group, pieces, cells)]
    found = named.without_twins(parted, pieces)
    drawn = [(group, named.street(group, pieces)) for group in found]
    drawn.sort(key=lambda pair: (pair[0].site, pair[1].name, pair[1].kind, pair[1].lon))
    numbered = [
        replace(street, street_id=number) for number, (_, street) in enumerate(drawn, start=1)
    ]
    return Addresses(
        settlements=_settlements(sites, pieces, site_of_segment, addresses, site_of_door),
        streets=tuple(
            _with_districts(numbered, [group for group, _ in drawn], addresses, districts)
        ),
        numbers=tuple(
            number
            for street, (group, _) in zip(numbered, drawn, strict=True)
            for number in _numbers(street.street_id, [addresses[row] for row in group.doors])
        ),
        landmarks=_landmarks(landmarks, located.landmarks, sites),
    )


def _site_of_doors(
    addresses: Sequence[AddressFeature], municipalities: NDArray[np.str_], sites: Sequence[Site]
) -> NDArray[np.intp]:
    """The settlement that the address names, if its municipality has one so called, else by place.

    A village address may name the village as its addr:place.
    """
    out = assign(positions_of(addresses), municipalities, sites)
    named = by_name(sites)
    owners, codes = out.tolist(), municipalities.tolist()
    for row, (address, code, owner) in enumerate(zip(addresses, codes, owners, strict=True)):
        stated = address.city or address.quarter
        among = named.get((code, stated.casefold()), ()) if stated else ()
        if among and owner not in among:
            at = np.array([[address.lon, address.lat]])
            to = np.array([(sites[place].lon, sites[place].lat) for place in among])
            out[row] = among[int(great_circle_metres(at, to).argmin())]
    return out


def _numbers(street_id: int, doors: Iterable[AddressFeature]) -> Iterable[HouseNumber]:
    """Numbers in their natural order, the same door once; a building's outline goes first.

    What only a line of numbers claims gives way to a door of that number.
    """
    by_number: dict[str, list[AddressFeature]] = defaultdict(list)
    for door in sorted(doors, key=_surest_first):
        known = by_number[door.number.casefold()]
        if (door.interpolated and known and not known[0].interpolated) or any(
            metres(door.lon, door.lat, other.lon, other.lat) < _SAME_DOOR_M for other in known
        ):
            continue
        known.append(door)
    for number in sorted(by_number, key=_natural):
        for door in by_number[number]:
            yield HouseNumber(street_id, door.number, door.lon, door.lat, door.interpolated)


def _surest_first(door: AddressFeature) -> tuple[bool, bool, float, float]:
    return door.interpolated, not door.outline, door.lon, door.lat


def _natural(number: str) -> tuple[int, str]:
    digits = re.search(r"[0-9]{1,9}", number)
    return (int(digits[0]) if digits else 0, number)


def _with_districts(
    streets: Sequence[Street],
    groups: Sequence[Group],
    addresses: Sequence[AddressFeature],
    districts: Sequence[Area],
) -> list[Street]:
    """Streets with the district around them, or the one that most of their doors name."""
    found = holding(
        np.array([area.geometry for area in districts], dtype=object), positions_of(streets)
    )
    out = []
    for street, group, index in zip(streets, groups, found.tolist(), strict=True):
        named = districts[index].name if index >= 0 else ""
        named = named or _usual(addresses[row].district for row in group.doors)
        out.append(replace(street, district=named) if named else street)
    return out


# --- settlements and landmarks ------------------------------------------------------------------


def _settlements(
    sites: Sequence[Site],
    pieces: Segments,
    site_of_segment: NDArray[np.intp],
    addresses: Sequence[AddressFeature],
    site_of_door: NDArray[np.intp],
) -> tuple[Settlement, ...]:
    points = np.concatenate([positions_of(addresses), pieces.middles[pieces.lived_on]])
    owner = np.concatenate([site_of_door, site_of_segment[pieces.lived_on]])
    order = np.argsort(owner, kind="stable")
    firsts = np.searchsorted(owner[order], np.arange(len(sites) + 1))
    postcodes: dict[int, list[str]] = defaultdict(list)
    for address, site in zip(addresses, site_of_door.tolist(), strict=True):
        if address.postcode:
            postcodes[site].append(address.postcode)
    return tuple(
        Settlement(
            code=site.code,
            name=site.names.name,
            kind=site.kind,
            municipality_code=site.municipality_code,
            lon=site.lon,
            lat=site.lat,
            names=site.names.others,
            population=site.population,
            radius_m=_radius(site, points[order[firsts[place] : firsts[place + 1]]]),
            # The postcode of most doors; a city with many has none of its own.
            postcode=site.postcode or _usual(postcodes.get(place, ())),
        )
        for place, site in enumerate(sites)
    )


def _radius(site: Site, points: NDArray[np.float64]) -> float:
    if len(points) < _ENOUGH_DOORS:
        return round(site.reach_m)
    away = great_circle_metres(np.array([site.lon, site.lat]), points)
    reach = float(np.percentile(away, _DOORS_INSIDE))
    return float(round(min(max(reach, _LEAST_RADIUS_M), _MOST_RADIUS_M)))


def _usual(said: Iterable[str]) -> str:
    """What most of those say that say anything; empty where they do not agree."""
    votes = Counter(each for each in said if each)
    if not votes:
        return ""
    usual = min(votes, key=lambda each: (-votes[each], each))
    return usual if votes[usual] >= _MOSTLY * votes.total() else ""


def _landmarks(
    landmarks: Sequence[LandmarkFeature], municipalities: NDArray[np.str_], sites: Sequence[Site]
) -> tuple[Landmark, ...]:
    """By kind and name; a school's ground and its building are one."""
    owners = assign(positions_of(landmarks), municipalities, sites)
    found = [
        Landmark(
            each.names.name, each.kind, sites[site].code, each.lon, each.lat, each.names.others
        )
        for each, site in zip(landmarks, owners.tolist(), strict=True)
    ]
    found.sort(key=lambda each: (each.kind, each.name, each.lon, each.lat))
    kept: dict[tuple[str, str, str], list[Landmark]] = defaultdict(list)
    for each in found:
        known = kept[each.kind, each.name, each.settlement_code]
        if not any(
            metres(each.lon, each.lat, other.lon, other.lat) < _SAME_LANDMARK_M for other in known
        ):
            known.append(each)
    return tuple(each for known in kept.values() for each in known)
