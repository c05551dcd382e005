"""Settlements: from the map's places, official registers and, where both are silent, addresses.

A settlement lies in one municipality. Which settlement a point belongs to is told by the
settlement's polygon, else by the nearest settlement of the same municipality, counted from its
edge: a city reaches further than a hamlet.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.regions.areas import Shape
from data.regions.features import (
    SETTLEMENT_KINDS,
    AddressFeature,
    Names,
    PlaceFeature,
)
from data.regions.gazetteer import OfficialSettlement, Register
from planning.areas import Area, holding
from planning.travel.sphere import EARTH_RADIUS_M, great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_SAME_PLACE_M = 5_000.0
"""A register's position and the map's lie within this of each other."""
_METRES_PER_ROOT_PERSON = 13.0
"""Reach of a settlement in metres: this times the root of its population, about 1,900 a km²."""
_REACH_BY_KIND = {"city": 5_000.0, "town": 2_000.0, "village": 700.0, "hamlet": 300.0}
_LEAST_REACH_M, _MOST_REACH_M = 300.0, 15_000.0
_CANDIDATES = 16
_NEARLY_ALL = 0.8
_FEWEST_DOORS = 5
"""So many addresses must name a city before it counts as one that the map forgot."""


@dataclass(frozen=True, slots=True)
class Site:
    """A settlement in the making."""

    code: str
    names: Names
    kind: str
    lon: float
    lat: float
    municipality_code: str = ""
    municipality: str = ""
    """Name of the municipality where the place itself or a register gives it."""
    population: int = 0
    postcode: str = ""
    outline: BaseGeometry | None = None
    has_area: bool = False
    """The outline is an official area, which belongs on the map of areas."""

    @property
    def reach_m(self) -> float:
        """How far it is thought to reach, before its doors are known."""
        if not self.population:
            return _REACH_BY_KIND.get(self.kind, 700.0)
        reach = _METRES_PER_ROOT_PERSON * math.sqrt(self.population)
        return min(max(reach, _LEAST_REACH_M), _MOST_REACH_M)


def sites_of_map(places: Sequence[PlaceFeature], areas: Sequence[Shape]) -> list[Site]:
    """The map's settlements, each with the polygon that is drawn for it."""
    nodes = [each for each in places if each.kind in SETTLEMENT_KINDS and each.outline is None]
    drawn = [each for each in places if each.kind in SETTLEMENT_KINDS and each.outline is not None]
    outlines = {place.key: shape for place, shape in _paired(nodes, drawn)}
    lone = [each for each in drawn if not any(each.outline is x for x in outlines.values())]
    sites = [_site(place, outlines.get(place.key, place.outline)) for place in (*nodes, *lone)]
    return _with_areas(_unique(sites), areas)


def _paired(
    nodes: Sequence[PlaceFeature], drawn: Sequence[PlaceFeature]
) -> list[tuple[PlaceFeature, BaseGeometry]]:
    """Nodes with the outline of the same name that holds them."""
    by_name: dict[str, list[PlaceFeature]] = defaultdict(list)
    for each in drawn:
        by_name[each.names.name].append(each)
    return [
        (node, outline)
        for node in nodes
        for each in by_name[node.names.name][:1]
        if (outline := each.outline) is not None
        and shapely.intersects_xy(outline, node.lon, node.lat)
    ]


def _site(place: PlaceFeature, outline: BaseGeometry | None) -> Site:
    return Site(
        code=place.code or f"osm:{place.key}",
        names=place.names,
        kind=place.kind,
        lon=place.lon,
        lat=place.lat,
        municipality=place.municipality,
        population=place.population,
        postcode=place.postcode,
        outline=outline,
    )


def _unique(sites: Sequence[Site]) -> list[Site]:
    """Two places with one code: the map maps the settlement twice; the first is kept."""
    return list({site.code: site for site in reversed(sites)}.values())[::-1]


def _with_areas(sites: Sequence[Site], areas: Sequence[Shape]) -> list[Site]:
    """Sites with the official area of the same code, or of the same name around them."""
    by_code = {shape.boundary.code: shape for shape in areas if shape.boundary.code}
    rest = [shape for shape in areas if not shape.boundary.code]
    found = holding(np.array([shape.geometry for shape in rest], dtype=object), positions(sites))
    out = []
    for site, index in zip(sites, found, strict=True):
        shape = by_code.get(site.code)
        if shape is None and index >= 0 and rest[index].boundary.names.name == site.names.name:
            shape = rest[index]
        official = shape is not None and shape.geometry is not None
        out.append(
            replace(site, outline=shape.geometry, has_area=True) if official and shape else site
        )
    return out


# --- official registers -------------------------------------------------------------------------


def with_register(
    sites: Sequence[Site], register: Register, *, within: BaseGeometry, left_out: Counter[str]
) -> list[Site]:
    """Sites as the register has them, and the register's own that the map forgot.

    Args:
        sites: of the map.
        register: official settlements; they override code, name, population and postcode.
        within: land of the region; settlements of a register outside it are not the region's.
        left_out: counts settlements that neither the map nor the register places.
    """
    out = list(sites)
    by_code = {site.code: place for place, site in enumerate(out)}
    by_name: dict[str, list[int]] = defaultdict(list)
    for place, site in enumerate(out):
        by_name[site.names.name.casefold()].append(place)
    taken = {by_code[found.code] for found in register if found.code in by_code}
    for found in register:
        known = by_code.get(found.code)
        if known is None:
            known = _same(found, [p for p in by_name[found.name.casefold()] if p not in taken], out)
        if known is not None:
            taken.add(known)
            out[known] = _official(out[known], found)
        elif found.placed and shapely.intersects_xy(within, found.lon, found.lat):
            out.append(_new_site(found))
        elif not found.placed:
            left_out["settlements of the register without a position"] += 1
    return _unique(out)


def _same(found: OfficialSettlement, places: Sequence[int], sites: Sequence[Site]) -> int | None:
    """The one of `places` that the register means, by its position or its municipality."""
    if found.placed and places:
        here = np.array([[found.lon, found.lat]])
        metres = great_circle_metres(here, positions([sites[place] for place in places]))
        nearest = int(metres.argmin())
        return places[nearest] if metres[nearest] <= _SAME_PLACE_M else None
    named = [p for p in places if sites[p].municipality.casefold() == found.municipality.casefold()]
    return named[0] if found.municipality and len(named) == 1 else None


def _official(site: Site, found: OfficialSettlement) -> Site:
    others = dict.fromkeys([site.names.name, *site.names.others, found.latin])
    others.pop(found.name, None)
    others.pop("", None)
    return replace(
        site,
        code=found.code,
        names=Names(found.name, tuple(others)),
        kind=site.kind if site.kind == "city" else found.kind or site.kind,
        municipality=found.municipality or site.municipality,
        population=found.population or site.population,
        postcode=found.postcode or site.postcode,
    )


def _new_site(found: OfficialSettlement) -> Site:
    return Site(
        code=found.code,
        names=Names(found.name, (found.latin,) if found.latin else ()),
        kind=found.kind or "village",
        lon=found.lon,
        lat=found.lat,
        municipality=found.municipality,
        population=found.population,
        postcode=found.postcode,
    )


# --- municipalities without a settlement --------------------------------------------------------


def sites_of_addresses(
    municipality: Area,
    addresses: Sequence[AddressFeature],
    points: NDArray[np.float64],
    *,
    usual: str = "",
) -> list[Site]:
    """Settlements for a municipality whose places the map lacks: what its addresses call them.

    Args:
        municipality: it has streets or addresses, and no settlement.
        addresses: those within it.
        points: (k, 2) lon, lat of its streets, k ≥ 1 where there is no address.
        usual: the city that nearly all addresses of the map name, if there is one: its districts
            are the municipalities then.
    """
    doors: dict[str, list[AddressFeature]] = defaultdict(list)
    for address in addresses:
        doors[address.city].append(address)
    named = {
        city: found for city, found in doors.items() if city and len(found) >= _FEWEST_DOORS
    } or {usual or municipality.name: list(addresses)}
    return [
        Site(
            code=f"{municipality.code}/{number}",
            names=Names(city),
            kind="town",
            lon=lon,
            lat=lat,
            municipality_code=municipality.code,
        )
        for number, (city, found) in enumerate(sorted(named.items()), start=1)
        for lon, lat in [_centre(found, points)]
    ]


def usual_city(addresses: Sequence[AddressFeature]) -> str:
    """The city that nearly all addresses which name one name; empty when there is none."""
    cities = Counter(address.city for address in addresses if address.city)
    if not cities:
        return ""
    city = min(cities, key=lambda each: (-cities[each], each))
    return city if cities[city] >= _NEARLY_ALL * cities.total() else ""


def _centre(doors: Sequence[AddressFeature], points: NDArray[np.float64]) -> tuple[float, float]:
    """The middle door: unlike a mean, it lies where people live."""
    at = np.array([(door.lon, door.lat) for door in doors]) if doors else points
    lon, lat = np.median(at, axis=0)
    return float(lon), float(lat)


# --- which settlement a point belongs to --------------------------------------------------------


def positions(sites: Sequence[Site]) -> NDArray[np.float64]:
    """(n, 2) lon, lat."""
    return np.array([(site.lon, site.lat) for site in sites], dtype=np.float64).reshape(-1, 2)


def assign(
    points: NDArray[np.float64], municipalities: NDArray[np.str_], sites: Sequence[Site]
) -> NDArray[np.intp]:
    """Index of the site each point belongs to.

    Args:
        points: (n, 2) lon, lat.
        municipalities: (n,) code of the municipality around each point, may be empty.
        sites: at least one.
    """
    drawn = [place for place, site in enumerate(sites) if site.outline is not None]
    outlines = np.array([sites[place].outline for place in drawn], dtype=object)
    found = holding(outlines, points)
    out = np.where(found >= 0, np.array([*drawn, -1])[found], -1)
    by_municipality: dict[str, list[int]] = defaultdict(list)
    for place, site in enumerate(sites):
        by_municipality[site.municipality_code].append(place)
    everyone = list(range(len(sites)))
    for code in np.unique(municipalities[out < 0]):
        rows = np.flatnonzero((out < 0) & (municipalities == code))
        among = by_municipality.get(str(code), everyone) if code else everyone
        out[rows] = np.array(among)[_nearest(points[rows], [sites[place] for place in among])]
    return out


def _nearest(points: NDArray[np.float64], sites: Sequence[Site]) -> NDArray[np.intp]:
    """Index of the site whose edge is nearest to each point."""
    reach = np.array([site.reach_m for site in sites])
    tree = cKDTree(_on_globe(positions(sites)))
    near = min(_CANDIDATES, len(sites))
    metres, index = tree.query(_on_globe(points), k=near)
    shape = len(points), near
    metres, index = np.reshape(metres, shape), np.reshape(index, shape)
    best = np.argmin(metres - reach[index], axis=1)
    return np.take_along_axis(index, best[:, None], axis=1)[:, 0]


def _on_globe(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) metres from the earth's centre: straight distances are true at any longitude."""
    lon, lat = np.radians(lonlat).T
    return EARTH_RADIUS_M * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def by_name(sites: Sequence[Site]) -> Mapping[tuple[str, str], list[int]]:
    """(municipality's code, name in lower case) → places in `sites`."""
    out: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, site in enumerate(sites):
        for name in dict.fromkeys((site.names.name, *site.names.others)):
            out[site.municipality_code, name.casefold()].append(place)
    return out
