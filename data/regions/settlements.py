"""Settlements: from the map's places, official registers and, where both are silent, addresses.

A settlement lies in one municipality. Which settlement a point belongs to is told by the
settlement's polygon, else by the nearest settlement of the same municipality, counted from its
edge: a city reaches further than a hamlet.
"""

from __future__ import annotations

import math
import re
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
    PlaceFeature,
)
from data.regions.gazetteer import OfficialSettlement, Register
from data.regions.tags import Names
from planning.areas import Area, holding
from planning.model import LonLat
from planning.travel.sphere import EARTH_RADIUS_M, great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

STAND_IN = "approx:"
"""What the code of a municipality begins with whose boundary nobody had."""
_FAR_M = 10_000.0
"""A settlement that is so much farther than another is not a point's own."""
_SAME_PLACE_M = 5_000.0
"""A register's position and the map's lie within this of each other."""
_METRES_PER_ROOT_PERSON = 13.0
"""Reach of a settlement in metres: this times the root of its population, about 1,900 a km²."""
_REACH_BY_KIND = {"city": 5_000.0, "town": 2_000.0, "village": 700.0, "hamlet": 300.0}
_LEAST_REACH_M, _MOST_REACH_M = 300.0, 15_000.0
TOWNS = ("city", "town")
_TOUCHING_DEG = 0.001
"""A hundred metres or so."""
_CANDIDATES = 16
_NEARLY_ALL = 0.8
FEWEST_DOORS = 5
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
    return _with_areas(_without_parts(_unique(sites)), areas)


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


def _without_parts(sites: Sequence[Site]) -> list[Site]:
    """A town that is drawn in several parts, or twice, is one.

    Villages of one name may well be neighbours, and a town may have a village of its name beside
    it (Каспичан, Елин Пелин): only towns are joined, and none of two official codes.
    """
    by_name: dict[str, list[int]] = defaultdict(list)
    out: list[Site | None] = list(sites)
    for place, site in enumerate(sites):
        if site.kind in TOWNS:
            by_name[site.names.name].append(place)
    for places in by_name.values():
        for number, place in enumerate(places):
            for other in places[:number]:
                one, two = out[other], out[place]
                if one and two and _parts_of_one(one, two):
                    out[other], out[place] = _as_one(one, two), None
    return [site for site in out if site is not None]


def _parts_of_one(one: Site, other: Site) -> bool:
    if not (one.code.startswith("osm:") or other.code.startswith("osm:")):
        return False
    away = great_circle_metres(np.array([one.lon, one.lat]), np.array([other.lon, other.lat]))
    if away <= _SAME_PLACE_M:
        return True
    outlines = one.outline, other.outline
    return None not in outlines and bool(shapely.dwithin(*outlines, _TOUCHING_DEG))


def _as_one(one: Site, other: Site) -> Site:
    """The larger one, with the land and the spellings of both."""
    first, second = sorted((one, other), key=lambda each: (-each.population, each.kind != "city"))
    coded = first if not first.code.startswith("osm:") else second
    outlines = [each.outline for each in (one, other) if each.outline is not None]
    others = dict.fromkeys([*first.names.others, *second.names.others])
    return replace(
        first,
        code=coded.code if not coded.code.startswith("osm:") else first.code,
        names=Names(first.names.name, tuple(others)),
        postcode=first.postcode or second.postcode,
        outline=shapely.union_all(outlines) if outlines else None,
    )


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
    sites: Sequence[Site],
    register: Register,
    *,
    municipalities: Sequence[Area],
    within: BaseGeometry,
    doors: Mapping[tuple[str, str], Sequence[LonLat]],
    left_out: Counter[str],
) -> list[Site]:
    """Sites as the register has them, and the register's own that the map forgot.

    Args:
        sites: of the map, in their municipalities.
        register: official settlements; they override code, name, kind, population and postcode.
        municipalities: of the map.
        within: land of the region; settlements of a register outside it are not the region's.
        doors: (municipality's code, settlement in lower case) → addresses that name it: where a
            settlement lies that neither the map nor the register places.
        left_out: counts settlements of the region that nothing places.
    """
    matching = _Matching(sites, register, municipalities)
    for found in register:
        known = matching.site_of(found)
        code = matching.municipality_of(found)
        at = doors.get((code, found.name.casefold()), ()) if code else ()
        if known is not None:
            matching.take(known, found)
        elif found.placed and shapely.intersects_xy(within, found.lon, found.lat):
            matching.sites.append(_new_site(found, found.lon, found.lat))
        elif not found.placed and at:
            matching.sites.append(_new_site(found, *np.median(at, axis=0).tolist()))
        elif not found.placed and code:
            left_out["settlements of the register without a position"] += 1
    return _unique(matching.sites)


class _Matching:
    """Which site each line of a register means: by code, by position, by municipality and name."""

    def __init__(
        self, sites: Sequence[Site], register: Register, municipalities: Sequence[Area]
    ) -> None:
        self.sites = list(sites)
        self.by_code = {site.code: place for place, site in enumerate(sites)}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for place, site in enumerate(sites):
            for name in dict.fromkeys((site.names.name.casefold(), _plain(site.names.name))):
                self.by_name[name].append(place)
        self.taken = {self.by_code[found.code] for found in register if found.code in self.by_code}
        self.codes = {area.code for area in municipalities}
        named = Counter(_plain(area.name) for area in municipalities)
        official = {(_plain(f.municipality), f.municipality_code or f.province) for f in register}
        shared = Counter(name for name, _ in official)
        self.by_area = {
            _plain(area.name): area.code
            for area in municipalities
            if named[_plain(area.name)] == 1 and shared[_plain(area.name)] == 1
        }
        self.namesakes = Counter(self._key(found) for found in register)

    def municipality_of(self, found: OfficialSettlement) -> str:
        """Code of the region's municipality that the register puts it in; empty for none.

        A name counts only where no other municipality has it, here or in the register.
        """
        if found.municipality_code in self.codes:
            return found.municipality_code
        return self.by_area.get(_plain(found.municipality), "")

    def site_of(self, found: OfficialSettlement) -> int | None:
        """The place in `sites` that the register means."""
        if found.code in self.by_code:
            return self.by_code[found.code]
        places = [p for p in self.by_name[found.name.casefold()] if p not in self.taken]
        if found.placed and places:
            here = np.array([[found.lon, found.lat]])
            away = great_circle_metres(here, positions([self.sites[place] for place in places]))
            nearest = int(away.argmin())
            return places[nearest] if away[nearest] <= _SAME_PLACE_M else None
        return self._by_municipality(found, places)

    def _by_municipality(self, found: OfficialSettlement, places: Sequence[int]) -> int | None:
        """Гара Елин Пелин is no village of that name: where two may be meant, none is."""
        code = self.municipality_of(found)
        stated = found.municipality.casefold()
        among = [
            place
            for place in places
            if (code and self.sites[place].municipality_code == code)
            or (stated and self.sites[place].municipality.casefold() == stated)
        ]
        of_kind = [p for p in among if (self.sites[p].kind in TOWNS) == (found.kind in TOWNS)]
        among = of_kind or among
        return among[0] if len(among) == 1 and self.namesakes[self._key(found)] == 1 else None

    def _key(self, found: OfficialSettlement) -> tuple[str, str, bool]:
        within = found.municipality_code or found.municipality.casefold()
        return found.name.casefold(), within, found.kind in TOWNS

    def take(self, place: int, found: OfficialSettlement) -> None:
        """The site at `place` is what the register says."""
        self.taken.add(place)
        self.sites[place] = _official(self.sites[place], found)


def _plain(name: str) -> str:
    """A municipality's or settlement's name without what it is: Община Русе, гр. Русе."""
    return re.sub(r"^(община|общ\.?|гр\.|с\.|град|село)\s+", "", name.casefold())


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


def _new_site(found: OfficialSettlement, lon: float, lat: float) -> Site:
    return Site(
        code=found.code,
        names=Names(found.name, (found.latin,) if found.latin else ()),
        kind=found.kind or "village",
        lon=lon,
        lat=lat,
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
        city: found for city, found in doors.items() if city and len(found) >= FEWEST_DOORS
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
        municipalities: (n,) code of the municipality around each point, may be empty. A stand-in
            takes all land that nobody claims, the far bank of a river too: a point there goes to
            a settlement of another municipality when that is much nearer than any of its own.
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
        nearest, away = _nearest(points[rows], [sites[place] for place in among])
        out[rows] = np.array(among)[nearest]
        if str(code).startswith(STAND_IN):
            other, nearer = _nearest(points[rows], sites)
            out[rows] = np.where(away > nearer + _FAR_M, other, out[rows])
    return out


def _nearest(
    points: NDArray[np.float64], sites: Sequence[Site]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Index of the site whose edge is nearest to each point, and how many metres away it is."""
    reach = np.array([site.reach_m for site in sites])
    tree = cKDTree(_on_globe(positions(sites)))
    near = min(_CANDIDATES, len(sites))
    metres, index = tree.query(_on_globe(points), k=near)
    shape = len(points), near
    metres, index = np.reshape(metres, shape), np.reshape(index, shape)
    away = metres - reach[index]
    best = np.argmin(away, axis=1)[:, None]
    return np.take_along_axis(index, best, axis=1)[:, 0], np.take_along_axis(away, best, axis=1)[
        :, 0
    ]


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
