"""Streets, quarters, house numbers and landmarks of a map, by settlement → Gazetteer records.

Ways of one name are one street where they lie together; the same name a kilometre away is another
street (every former village of a city has its "First Street"). Numbers hang on the nearest street
of the name they give; a street that only addresses know exists as well. Ends of interpolation
lines stay what they are, numbers at a door: the geocoder interpolates between them and says so,
which numbers invented here could not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from data.regions.features import (
    QUARTER_KINDS,
    AddressFeature,
    LandmarkFeature,
    PlaceFeature,
    StreetFeature,
)
from data.regions.settlements import Site, assign, by_name
from planning.addresses.gazetteer import (
    HouseNumber,
    Landmark,
    Settlement,
    Street,
    StreetKind,
)
from planning.areas import Area, holding
from planning.travel.sphere import great_circle_metres, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELL_M = 1_000.0
"""Ways of one name in neighbouring cells of this size are one street."""
_SLIVER_M, _SLIVER_SHARE = 50.0, 0.2
"""A way that only dips into the next settlement belongs where it mostly runs."""
_SAME_DOOR_M = 150.0
"""The same number again within this distance is the same door (a shop in the house)."""
_DOORS_INSIDE = 95
"""Percentile of doors that a settlement's radius takes in."""
_ENOUGH_DOORS = 20
_LEAST_RADIUS_M, _MOST_RADIUS_M = 200.0, 20_000.0
_POSTCODE_SHARE = 0.6

_DESIGNATORS = {
    "ул": "улица", "бул": "булевард", "пл": "площад", "пр": "проспект", "просп": "проспект",
    "пр-т": "проспект", "пер": "переулок", "küç": "küçəsi", "kuc": "küçəsi", "pr": "prospekti",
    "көш": "көшесі", "к-сі": "көшесі", "str": "straße",
    "кв": "квартал", "мкр": "микрорайон", "м-н": "микрорайон",
}  # fmt: skip
"""Short and long form of what a street is. Only so that a map's "ул. Липник", "улица Липник" and
"Липник" are one street; the grammar of addresses is in `planning.addresses`."""
_LONG_FORMS = frozenset(_DESIGNATORS.values()) | {"даңғылы", "шосе", "алея", "жк"}


@dataclass(slots=True)
class _Group:
    """What one settlement knows under one name."""

    names: Counter[str] = field(default_factory=Counter)
    others: dict[str, None] = field(default_factory=dict)
    middles: list[NDArray[np.float64]] = field(default_factory=list)
    metres: list[NDArray[np.float64]] = field(default_factory=list)
    doors: list[AddressFeature] = field(default_factory=list)
    at: list[tuple[float, float]] = field(default_factory=list)
    """Where a quarter's own place stands."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A street before it has its id."""

    site: int
    street: Street
    doors: tuple[AddressFeature, ...]


@dataclass(frozen=True, slots=True)
class Segments:
    """All straight pieces of all named ways."""

    middles: NDArray[np.float64]
    """(k, 2) lon, lat."""
    metres: NDArray[np.float64]
    """(k,)"""
    way: NDArray[np.intp]
    """(k,) index of the way."""
    lived_on: NDArray[np.bool_]
    """(k,) False on tracks and paths."""


def segments(streets: Sequence[StreetFeature]) -> Segments:
    """The straight pieces of `streets`."""
    if not streets:
        none = np.empty(0)
        return Segments(np.empty((0, 2)), none, none.astype(np.intp), none.astype(np.bool_))
    starts = np.concatenate([street.line[:-1] for street in streets])
    ends = np.concatenate([street.line[1:] for street in streets])
    way = np.repeat(np.arange(len(streets)), [len(street.line) - 1 for street in streets])
    lived_on = np.array([street.lived_on for street in streets])[way]
    return Segments((starts + ends) / 2, great_circle_metres(starts, ends), way, lived_on)


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
    streets: Sequence[StreetFeature],
    pieces: Segments,
    addresses: Sequence[AddressFeature],
    places: Sequence[PlaceFeature],
    landmarks: Sequence[LandmarkFeature],
    located: Located,
    districts: Sequence[Area],
) -> Addresses:
    """Everything by settlement, in the order of `sites`; ids count from 1."""
    groups: dict[tuple[int, StreetKind, str], _Group] = defaultdict(_Group)
    site_of_segment = assign(pieces.middles, located.segments, sites)
    _group_ways(groups, streets, pieces, site_of_segment)
    _group_quarters(groups, places, assign(_at(places), located.places, sites))
    site_of_door = _site_of_doors(addresses, located.addresses, sites)
    _group_doors(groups, addresses, site_of_door)
    found = [each for key in groups for each in _streets_of(key, groups[key], sites)]
    found.sort(key=lambda each: (each.site, each.street.name, each.street.kind, each.street.lon))
    numbered = _with_districts(
        [replace(each.street, street_id=number) for number, each in enumerate(found, start=1)],
        districts,
    )
    return Addresses(
        settlements=_settlements(sites, pieces, site_of_segment, addresses, site_of_door),
        streets=tuple(numbered),
        numbers=tuple(
            number
            for street, each in zip(numbered, found, strict=True)
            for number in _numbers(street.street_id, each.doors)
        ),
        landmarks=_landmarks(landmarks, located.landmarks, sites),
    )


# --- by settlement and name ---------------------------------------------------------------------


def _key(name: str) -> str:
    words = re.sub(r"[.,\"'„“”«»’‘]+", " ", name.casefold().replace("ж.к.", "жк ")).split()
    return " ".join(_DESIGNATORS.get(word, word) for word in words) or name.casefold()


def _bare(key: str) -> str:
    """`key` without what the street is; all of it where nothing else stands."""
    return " ".join(word for word in key.split() if word not in _LONG_FORMS) or key


def _group_ways(
    groups: dict[tuple[int, StreetKind, str], _Group],
    streets: Sequence[StreetFeature],
    pieces: Segments,
    site_of_segment: NDArray[np.intp],
) -> None:
    firsts = np.searchsorted(pieces.way, np.arange(len(streets) + 1))
    for way, street in enumerate(streets):
        rows = slice(firsts[way], firsts[way + 1])
        metres, middles = pieces.metres[rows], pieces.middles[rows]
        owners = _without_slivers(site_of_segment[rows], metres)
        for site in np.unique(owners):
            group = groups[int(site), StreetKind.STREET, _key(street.names.name)]
            mine = owners == site
            group.names[street.names.name] += round(metres[mine].sum()) + 1
            group.others.update(dict.fromkeys(street.names.others))
            group.middles.append(middles[mine])
            group.metres.append(metres[mine])


def _without_slivers(sites: NDArray[np.intp], metres: NDArray[np.float64]) -> NDArray[np.intp]:
    present, inverse = np.unique(sites, return_inverse=True)
    if len(present) == 1:
        return sites
    total = np.bincount(inverse, weights=metres)
    sliver = (total < _SLIVER_M) & (total < _SLIVER_SHARE * total.sum())
    main = present[total.argmax()]
    return np.where(sliver[inverse], main, sites)


def _group_quarters(
    groups: dict[tuple[int, StreetKind, str], _Group],
    places: Sequence[PlaceFeature],
    site_of_place: NDArray[np.intp],
) -> None:
    for place, site in zip(places, site_of_place, strict=True):
        if place.kind in QUARTER_KINDS:
            group = groups[int(site), StreetKind.QUARTER, _key(place.names.name)]
            group.names[place.names.name] += 1
            group.others.update(dict.fromkeys(place.names.others))
            group.at.append((place.lon, place.lat))


def _site_of_doors(
    addresses: Sequence[AddressFeature], municipalities: NDArray[np.str_], sites: Sequence[Site]
) -> NDArray[np.intp]:
    """The settlement that the address names, if its municipality has one so called, else by place.

    A village address may name the village as its addr:place.
    """
    out = assign(_at(addresses), municipalities, sites)
    named = by_name(sites)
    for row, address in enumerate(addresses):
        code = str(municipalities[row])
        stated = address.city or address.quarter
        among = named.get((code, stated.casefold()), ()) if stated else ()
        if among and int(out[row]) not in among:
            at = np.array([[address.lon, address.lat]])
            to = np.array([(sites[place].lon, sites[place].lat) for place in among])
            out[row] = among[int(great_circle_metres(at, to).argmin())]
    return out


def _group_doors(
    groups: dict[tuple[int, StreetKind, str], _Group],
    addresses: Sequence[AddressFeature],
    site_of_door: NDArray[np.intp],
) -> None:
    drawn: dict[tuple[int, str], list[tuple[int, StreetKind, str]]] = defaultdict(list)
    for key in groups:
        drawn[key[0], _bare(key[2])].append(key)
    for address, site in zip(addresses, site_of_door.tolist(), strict=True):
        group = groups[_group_of(address, site, groups, drawn)]
        group.names[address.street or address.quarter] += 1
        group.doors.append(address)


def _group_of(
    address: AddressFeature,
    site: int,
    groups: Mapping[tuple[int, StreetKind, str], _Group],
    drawn: Mapping[tuple[int, str], Sequence[tuple[int, StreetKind, str]]],
) -> tuple[int, StreetKind, str]:
    """The street or quarter an address names, spelt as the map or without its designator.

    Blocks stand under addr:street as well; what is mapped as a quarter stays one. "бул. Липник"
    and "ул. Липник" may be two streets: only a name that fits one of them alone is put to it.
    """
    name = _key(address.street or address.quarter)
    as_street, as_quarter = (site, StreetKind.STREET, name), (site, StreetKind.QUARTER, name)
    wanted = as_street if address.street else as_quarter
    if wanted in groups:
        return wanted
    if address.street and as_quarter in groups:
        return as_quarter
    alike = drawn.get((site, _bare(name)), ())
    return alike[0] if len(alike) == 1 and (address.street or alike[0][1] is wanted[1]) else wanted


# --- from a group to its streets ----------------------------------------------------------------


def _streets_of(
    key: tuple[int, StreetKind, str], group: _Group, sites: Sequence[Site]
) -> Iterable[_Found]:
    site, kind, _ = key
    name = min(group.names, key=lambda each: (-group.names[each], each))
    others = dict.fromkeys([*group.others, *sorted(group.names)])
    others.pop(name, None)
    street = Street(0, sites[site].code, name, kind, 0.0, 0.0, tuple(others))
    if kind is StreetKind.QUARTER or not group.middles:
        doors = _at(group.doors)
        own = np.array(group.at).reshape(-1, 2)
        lon, lat = own[0] if len(own) else doors[_central(doors, np.ones(len(doors)))]
        yield _Found(site, replace(street, lon=float(lon), lat=float(lat)), tuple(group.doors))
        return
    middles, metres = np.concatenate(group.middles), np.concatenate(group.metres)
    labels = _clusters(middles)
    nearest = _nearest_cluster(group.doors, middles, labels)
    for label in range(int(labels.max()) + 1):
        mine = labels == label
        lon, lat = middles[mine][_central(middles[mine], metres[mine])]
        length = round(float(metres[mine].sum()), 1)
        doors_here = tuple(
            door for door, at in zip(group.doors, nearest, strict=True) if at == label
        )
        here = replace(street, lon=float(lon), lat=float(lat), length_m=length)
        yield _Found(site, here, doors_here)


def _central(points: NDArray[np.float64], weights: NDArray[np.float64]) -> int:
    """Index of the point nearest to the weighted centre: it lies on the street, a mean need not."""
    xy = to_mercator(points)
    centre = np.average(xy, axis=0, weights=np.maximum(weights, 1e-9))
    return int(((xy - centre) ** 2).sum(axis=1).argmin())


def _clusters(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Label of each point: points whose cells touch, directly or in a chain, share one."""
    scale = np.cos(np.radians(points[:, 1].mean()))
    cells, inverse = np.unique(
        np.floor(to_mercator(points) * scale / _CELL_M).astype(np.int64),
        axis=0,
        return_inverse=True,
    )
    if len(cells) == 1:
        return np.zeros(len(points), dtype=np.intp)
    index = {(int(x), int(y)): place for place, (x, y) in enumerate(cells)}
    label = np.full(len(cells), -1, dtype=np.intp)
    for start in range(len(cells)):
        if label[start] < 0:
            _flood(start, int(label.max()) + 1, cells, index, label)
    return label[inverse.reshape(-1)]


def _flood(
    start: int,
    mark: int,
    cells: NDArray[np.int64],
    index: Mapping[tuple[int, int], int],
    label: NDArray[np.intp],
) -> None:
    todo = [start]
    label[start] = mark
    while todo:
        x, y = (int(value) for value in cells[todo.pop()])
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                other = index.get((x + dx, y + dy))
                if other is not None and label[other] < 0:
                    label[other] = mark
                    todo.append(other)


def _nearest_cluster(
    doors: Sequence[AddressFeature], middles: NDArray[np.float64], labels: NDArray[np.intp]
) -> list[int]:
    if not labels.any():
        return [0] * len(doors)
    return [
        int(labels[great_circle_metres(np.array([door.lon, door.lat]), middles).argmin()])
        for door in doors
    ]


def _numbers(street_id: int, doors: Iterable[AddressFeature]) -> Iterable[HouseNumber]:
    """Numbers in their natural order, the same door once; a building's outline goes first."""
    by_number: dict[str, list[AddressFeature]] = defaultdict(list)
    for door in sorted(doors, key=lambda each: (not each.outline, each.lon, each.lat)):
        known = by_number[door.number.casefold()]
        if not any(_metres_between(door, other) < _SAME_DOOR_M for other in known):
            known.append(door)
    for number in sorted(by_number, key=_natural):
        for door in by_number[number]:
            yield HouseNumber(street_id, door.number, door.lon, door.lat)


def _metres_between(one: AddressFeature, other: AddressFeature) -> float:
    start, end = np.array([one.lon, one.lat]), np.array([other.lon, other.lat])
    return float(great_circle_metres(start, end))


def _natural(number: str) -> tuple[int, str]:
    digits = re.search(r"[0-9]{1,9}", number)
    return (int(digits[0]) if digits else 0, number)


def _with_districts(streets: Sequence[Street], districts: Sequence[Area]) -> list[Street]:
    shapes = np.array([area.geometry for area in districts], dtype=object)
    found = holding(shapes, _at(streets))
    return [
        replace(street, district=districts[index].name) if index >= 0 else street
        for street, index in zip(streets, found, strict=True)
    ]


# --- settlements and landmarks ------------------------------------------------------------------


def _settlements(
    sites: Sequence[Site],
    pieces: Segments,
    site_of_segment: NDArray[np.intp],
    addresses: Sequence[AddressFeature],
    site_of_door: NDArray[np.intp],
) -> tuple[Settlement, ...]:
    points = np.concatenate([_at(addresses), pieces.middles[pieces.lived_on]])
    owner = np.concatenate([site_of_door, site_of_segment[pieces.lived_on]])
    order = np.argsort(owner, kind="stable")
    firsts = np.searchsorted(owner[order], np.arange(len(sites) + 1))
    postcodes: dict[int, Counter[str]] = defaultdict(Counter)
    for address, site in zip(addresses, site_of_door.tolist(), strict=True):
        if address.postcode:
            postcodes[site][address.postcode] += 1
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
            postcode=site.postcode or _usual(postcodes[place]),
        )
        for place, site in enumerate(sites)
    )


def _radius(site: Site, points: NDArray[np.float64]) -> float:
    if len(points) < _ENOUGH_DOORS:
        return round(site.reach_m)
    metres = great_circle_metres(np.array([site.lon, site.lat]), points)
    reach = float(np.percentile(metres, _DOORS_INSIDE))
    return float(round(min(max(reach, _LEAST_RADIUS_M), _MOST_RADIUS_M)))


def _usual(postcodes: Counter[str]) -> str:
    """The postcode of most doors; a city with many has none of its own."""
    if not postcodes:
        return ""
    code = min(postcodes, key=lambda each: (-postcodes[each], each))
    return code if postcodes[code] >= _POSTCODE_SHARE * postcodes.total() else ""


def _landmarks(
    landmarks: Sequence[LandmarkFeature], municipalities: NDArray[np.str_], sites: Sequence[Site]
) -> tuple[Landmark, ...]:
    owners = assign(_at(landmarks), municipalities, sites)
    found = [
        Landmark(each.name, each.kind, sites[site].code, each.lon, each.lat)
        for each, site in zip(landmarks, owners.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.kind, each.name, each.lon, each.lat)))


def _at(
    things: Sequence[AddressFeature]
    | Sequence[PlaceFeature]
    | Sequence[LandmarkFeature]
    | Sequence[Street],
) -> NDArray[np.float64]:
    """(n, 2) lon, lat."""
    return np.array([(each.lon, each.lat) for each in things], dtype=np.float64).reshape(-1, 2)
