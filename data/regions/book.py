"""Features of a map → its areas and its gazetteer: who lies in whom, under which code and name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.regions.addresses import Located, build_addresses
from data.regions.areas import (
    OsmAreas,
    Shape,
    countries_of,
    osm_areas,
    province_names,
    thiessen,
)
from data.regions.cities import join_cities
from data.regions.features import AddressFeature, BoundaryFeature, MapFeatures
from data.regions.gazetteer import Register, provinces_of
from data.regions.ground import Ground
from data.regions.settlements import (
    STAND_IN,
    Site,
    assign,
    positions,
    sites_of_addresses,
    sites_of_map,
    usual_city,
    with_register,
)
from data.regions.tags import Names
from planning.addresses.gazetteer import Gazetteer, Municipality
from planning.addresses.grammars import for_country
from planning.areas import DISTRICT, MUNICIPALITY, SETTLEMENT, Area, areas_frame, holding
from planning.model import LonLat
from planning.travel.sphere import great_circle_metres

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_FEW_OUTSIDE = 0.02
"""Below this share, points outside every municipality count as the nearest settlement's."""

_BORDER_M = 2_000.0
"""Boundaries are drawn this coarsely at worst, along rivers and state borders."""


@dataclass(frozen=True, slots=True)
class Book:
    """A region's names and areas."""

    gazetteer: Gazetteer
    areas: gpd.GeoDataFrame


def assemble(
    features: MapFeatures,
    ground: Ground,
    *,
    name: str,
    given: Sequence[Area] = (),
    register: Register = (),
) -> Book:
    """The areas and the gazetteer of a map.

    Args:
        features: what the map says; what cannot be used is counted in its `left_out`.
        ground: where it is.
        name: the region's, for land that has no other.
        given: areas that override the map's, level by level.
        register: official settlements, which override the map's.
    """
    found = osm_areas(
        features, countries=ground.countries, box=ground.box, left_out=features.left_out
    )
    at = _Points.of(features, ground)
    land = shapely.box(*ground.box)
    municipalities = _municipalities(found, given)
    around = _index(municipalities, at.doors)
    sites = _in_municipalities(sites_of_map(features.places, found.settlements), municipalities)
    sites = with_register(
        sites,
        register,
        municipalities=municipalities,
        within=shapely.union_all([land, *(area.geometry for area in municipalities)]),
        doors=_doors_by_name(features.addresses, _named(municipalities, around, at.addresses)),
        left_out=features.left_out,
    )
    sites = _in_municipalities(sites, municipalities)
    standing_in, sites = _stand_ins(sites, municipalities, around, found, land, name)
    around = _filled(around, len(municipalities), standing_in, at.doors)
    municipalities, around = _used([*municipalities, *standing_in], sites, around)
    municipalities, sites, parts, around = _cities(municipalities, sites, features, around)
    sites += _forgotten(sites, municipalities, features, at, around)
    municipalities, sites = _officially(municipalities, sites, register)
    sites = _in_order(sites, municipalities)
    districts = _districts(found, given, municipalities, parts)
    countries = countries_of(municipalities, found, ground.countries)
    segments = len(at.segments)
    codes = np.array([*(area.code for area in municipalities), ""], dtype=np.str_)
    addresses = build_addresses(
        sites,
        grammars=[for_country(countries[site.municipality_code]) for site in sites],
        streets=features.streets,
        pieces=ground.pieces,
        addresses=features.addresses,
        places=features.places,
        landmarks=features.landmarks,
        located=Located(
            codes[around[:segments]],
            codes[around[segments:]],
            codes[_index(municipalities, at.places)],
            codes[_index(municipalities, at.landmarks)],
        ),
        districts=districts,
        left_out=features.left_out,
    )
    spellings = {shape.code: shape.boundary.names for shape in found.municipalities}
    provinces = province_names(municipalities, found.provinces) | provinces_of(register)
    gazetteer = Gazetteer(
        country=ground.countries[0],
        municipalities=tuple(
            _record(area, spellings, provinces.get(area.code, ""), countries[area.code])
            for area in municipalities
        ),
        settlements=addresses.settlements,
        streets=addresses.streets,
        numbers=addresses.numbers,
        landmarks=addresses.landmarks,
    )
    return Book(gazetteer, _frame(municipalities, districts, sites, given, at.addresses))


@dataclass(frozen=True, slots=True)
class _Points:
    """Everything that lies somewhere, (n, 2) lon, lat each."""

    segments: NDArray[np.float64]
    addresses: NDArray[np.float64]
    places: NDArray[np.float64]
    landmarks: NDArray[np.float64]

    @classmethod
    def of(cls, features: MapFeatures, ground: Ground) -> _Points:
        return cls(
            ground.pieces.middles,
            _lonlat([(each.lon, each.lat) for each in features.addresses]),
            _lonlat([(each.lon, each.lat) for each in features.places]),
            _lonlat([(each.lon, each.lat) for each in features.landmarks]),
        )

    @property
    def doors(self) -> NDArray[np.float64]:
        """Streets and addresses together."""
        return np.concatenate([self.segments, self.addresses])


def _lonlat(pairs: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def _index(areas: Sequence[Area], points: NDArray[np.float64]) -> NDArray[np.intp]:
    return holding(np.array([area.geometry for area in areas], dtype=object), points)


def _filled(
    around: NDArray[np.intp], known: int, more: Sequence[Area], points: NDArray[np.float64]
) -> NDArray[np.intp]:
    """`around`, its gaps filled with indices of `more`, which come after `known` areas."""
    lost = np.flatnonzero(around < 0) if more else np.empty(0, dtype=np.intp)
    found = _index(more, points[lost])
    out = around.copy()
    out[lost] = np.where(found >= 0, found + known, -1)
    return out


def _named(
    areas: Sequence[Area], around: NDArray[np.intp], addresses: NDArray[np.float64]
) -> list[str]:
    """Code of the municipality around each address; the last of `around` are theirs."""
    codes = [*(area.code for area in areas), ""]
    return [codes[index] for index in around[len(around) - len(addresses) :].tolist()]


def _doors_by_name(
    addresses: Sequence[AddressFeature], codes: Sequence[str]
) -> dict[tuple[str, str], list[LonLat]]:
    """(municipality, settlement in lower case) → where the doors are that name it."""
    out: dict[tuple[str, str], list[LonLat]] = defaultdict(list)
    for address, code in zip(addresses, codes, strict=True):
        if address.city:
            out[code, address.city.casefold()].append((address.lon, address.lat))
    return out


# --- municipalities -----------------------------------------------------------------------------


def _municipalities(found: OsmAreas, given: Sequence[Area]) -> list[Area]:
    own = [area for area in given if area.level == MUNICIPALITY]
    return own or _unique([_area(shape, MUNICIPALITY) for shape in found.municipalities])


def _area(shape: Shape, level: str) -> Area:
    assert shape.geometry is not None
    return Area(
        code=shape.code,
        name=shape.boundary.names.name,
        level=level,
        geometry=shape.geometry,
        population=shape.boundary.population,
        approximate=shape.approximate,
    )


def _unique(areas: Sequence[Area]) -> list[Area]:
    """Parts of one municipality that the map has twice, under one code, are joined."""
    by_code: dict[str, Area] = {}
    for area in areas:
        known = by_code.get(area.code)
        shape = area.geometry if known is None else area.geometry.union(known.geometry)
        by_code[area.code] = replace(known or area, geometry=shape)
    return list(by_code.values())


def _in_municipalities(sites: Sequence[Site], areas: Sequence[Area]) -> list[Site]:
    """Sites with the municipality around them, or the one their own tags or register name.

    A name counts only where no other municipality has it: Bulgaria has two called Byala.
    """
    named: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        named[area.name.casefold()].append(area)
    out = []
    for site, index in zip(sites, _index_near(areas, positions(sites)), strict=True):
        around = areas[index] if index >= 0 else None
        stated = named.get(site.municipality.casefold(), []) if site.municipality else []
        if around is None or (len(stated) == 1 and stated[0].name != around.name):
            around = stated[0] if len(stated) == 1 else around
        out.append(replace(site, municipality_code=around.code if around else ""))
    return out


def _index_near(areas: Sequence[Area], points: NDArray[np.float64]) -> NDArray[np.intp]:
    """As `_index`; a point just outside every area, on a coarse border, counts as the nearest's."""
    found = _index(areas, points)
    shapes = np.array([area.geometry for area in areas], dtype=object)
    for row in np.flatnonzero(found < 0) if len(areas) else ():
        nearest, metres = _nearest(shapes, points[row])
        if metres <= _BORDER_M:
            found[row] = nearest
    return found


def _nearest(shapes: NDArray[np.object_], lonlat: NDArray[np.float64]) -> tuple[int, float]:
    """Index of the shape nearest to a point (2,), and how many metres away it is."""
    point = shapely.Point(lonlat)
    nearest = int(shapely.distance(shapes, point).argmin())
    way_there = shapely.get_coordinates(shapely.shortest_line(shapes[nearest], point))
    return nearest, float(great_circle_metres(way_there[0], way_there[1]))


def _stand_ins(
    sites: Sequence[Site],
    areas: Sequence[Area],
    around: NDArray[np.intp],
    found: OsmAreas,
    land: BaseGeometry,
    name: str,
) -> tuple[list[Area], list[Site]]:
    """Municipalities for land that has none, and the sites with their codes.

    Settlements are grouped by the municipality that they or a register name, or by the cut
    boundary that bears their own name; the others join the nearest of those. Where no settlement
    knows its municipality, all the land is one, named after the only boundary of which the map
    has no more than the name, or after the region.
    """
    lost = [place for place, site in enumerate(sites) if not site.municipality_code]
    outside = around < 0
    if not lost and (areas or not len(outside)) and outside.mean() <= _FEW_OUTSIDE:
        return [], list(sites)
    cut = {boundary.names.name: boundary for boundary in found.unshaped}
    rest = next(iter(cut)) if len(cut) == 1 and not areas else name
    groups = _groups([sites[place] for place in lost], set(cut), rest=rest)
    free = shapely.difference(land, shapely.union_all([area.geometry for area in areas]))
    cells = thiessen(positions([sites[place] for place in lost]), groups, within=free)
    if not cells:
        cells = {rest: free}
    codes = {area.code for area in areas}
    made = {
        group: Area(_code(group, cut, codes), group, MUNICIPALITY, shape, approximate=True)
        for group, shape in cells.items()
        if shapely.area(shape) > 0
    }
    out = list(sites)
    everywhere = [*areas, *made.values()]
    for place, group in zip(lost, groups, strict=True):
        # Where a group got no land, its settlements lie off the map's edge: the nearest counts.
        code = made[group].code if group in made else _nearest_code(everywhere, sites[place])
        out[place] = replace(out[place], municipality_code=code)
    return list(made.values()), out


def _nearest_code(areas: Sequence[Area], site: Site) -> str:
    shapes = np.array([area.geometry for area in areas], dtype=object)
    return areas[_nearest(shapes, positions([site])[0])[0]].code


def _groups(sites: Sequence[Site], known: set[str], *, rest: str) -> list[str]:
    """Name of the municipality that each site is thought to lie in."""
    stated = [
        site.municipality or (site.names.name if site.names.name in known else "") for site in sites
    ]
    seeds = [place for place, group in enumerate(stated) if group]
    if not seeds:
        return [rest] * len(sites)
    own = [replace(sites[place], municipality_code="") for place in seeds]
    nowhere = np.full(len(sites), "", dtype=np.str_)
    nearest = assign(positions(sites), nowhere, [replace(site, outline=None) for site in own])
    return [group or stated[seeds[index]] for group, index in zip(stated, nearest, strict=True)]


def _code(group: str, cut: Mapping[str, BoundaryFeature], taken: set[str]) -> str:
    """Official code of the cut boundary of this name, or one that says it is a stand-in."""
    boundary = cut.get(group)
    code = (boundary.code or f"osm:{boundary.key}") if boundary else ""
    return code if code and code not in taken else f"{STAND_IN}{group}"


def _used(
    areas: Sequence[Area], sites: Sequence[Site], around: NDArray[np.intp]
) -> tuple[list[Area], NDArray[np.intp]]:
    """Areas that hold a settlement, street or address: a neighbour's empty strip is left out."""
    busy = {site.municipality_code for site in sites}
    held = set(np.unique(around).tolist())
    kept = [n for n, area in enumerate(areas) if n in held or area.code in busy]
    return [areas[n] for n in kept], _renumbered(around, {old: n for n, old in enumerate(kept)})


def _renumbered(around: NDArray[np.intp], new: Mapping[int, int]) -> NDArray[np.intp]:
    """`around` with each index as `new` has it; -1 stays."""
    table = np.full(max(new, default=-1) + 2, -1, dtype=np.intp)
    for old, number in new.items():
        table[old] = number
    return table[around]


def _cities(
    areas: Sequence[Area], sites: Sequence[Site], features: MapFeatures, around: NDArray[np.intp]
) -> tuple[list[Area], list[Site], list[Area], NDArray[np.intp]]:
    """Parts of one city joined: municipalities, settlements, the parts as districts, `around`."""
    doors: list[list[AddressFeature]] = [[] for _ in areas]
    first = len(around) - len(features.addresses)
    for address, index in zip(features.addresses, around[first:].tolist(), strict=True):
        if index >= 0:
            doors[index].append(address)
    joined = join_cities(areas, sites, doors)
    place = {area.code: n for n, area in enumerate(joined.municipalities)}
    new = {n: place[joined.became.get(area.code, area.code)] for n, area in enumerate(areas)}
    return joined.municipalities, joined.sites, joined.districts, _renumbered(around, new)


def _forgotten(
    sites: Sequence[Site],
    areas: Sequence[Area],
    features: MapFeatures,
    at: _Points,
    around: NDArray[np.intp],
) -> list[Site]:
    """Settlements of municipalities that have doors or streets but no place on the map."""
    settled = {site.municipality_code for site in sites}
    usual = "" if settled else usual_city(features.addresses)
    of_segment, of_address = around[: len(at.segments)], around[len(at.segments) :]
    return [
        site
        for index, area in enumerate(areas)
        if area.code not in settled
        for site in sites_of_addresses(
            area,
            [features.addresses[row] for row in np.flatnonzero(of_address == index)],
            at.segments[of_segment == index],
            usual=usual,
        )
    ]


def _officially(
    areas: Sequence[Area], sites: Sequence[Site], register: Register
) -> tuple[list[Area], list[Site]]:
    """Municipalities under the codes that the register has for their settlements."""
    code_of = {each.code: each for each in register if each.municipality_code}
    new: dict[str, str] = {}
    for area in areas:
        votes = Counter(
            code_of[site.code].municipality_code
            for site in sites
            if site.municipality_code == area.code and site.code in code_of
        )
        if votes:
            code = min(votes, key=lambda each: (-votes[each], each))
            if 2 * votes[code] > votes.total():
                new[area.code] = code
    taken = Counter(new.get(area.code, area.code) for area in areas)
    new = {old: code for old, code in new.items() if taken[code] == 1}
    return (
        [replace(area, code=new.get(area.code, area.code)) for area in areas],
        [
            replace(site, municipality_code=new.get(site.municipality_code, site.municipality_code))
            for site in sites
        ],
    )


def _in_order(sites: Sequence[Site], areas: Sequence[Area]) -> list[Site]:
    """By municipality, then name; a code that an area bears already is made the site's own."""
    taken = {area.code for area in areas}
    order = {area.code: place for place, area in enumerate(areas)}
    own = [replace(site, code=f"{site.code}/1") if site.code in taken else site for site in sites]
    return sorted(own, key=lambda site: (order[site.municipality_code], site.names.name, site.code))


def _record(area: Area, spellings: dict[str, Names], province: str, country: str) -> Municipality:
    names = spellings.get(area.code, Names(area.name))
    return Municipality(area.code, area.name, names.others, province, country)


# --- the frame ----------------------------------------------------------------------------------


def _districts(
    found: OsmAreas, given: Sequence[Area], municipalities: Sequence[Area], parts: Sequence[Area]
) -> list[Area]:
    """Districts with their municipality: of several levels, the first that it has.

    The parts that a city was joined from are its districts, whatever the map draws below them.
    """
    own = [area for area in given if area.level == DISTRICT]
    if own:
        return [area for area in _with_parents(own, municipalities) if area.parent]
    shapes = [shape for shape in found.districts if shape.geometry is not None]
    areas = _with_parents([_area(shape, DISTRICT) for shape in shapes], municipalities)
    first: dict[str, int] = {}
    for area, shape in zip(areas, shapes, strict=True):
        first.setdefault(area.parent, shape.boundary.level)
    codes = {area.code for area in municipalities}
    kept = {
        area.code: area
        for area, shape in zip(areas, shapes, strict=True)
        if area.parent and area.code not in codes and first[area.parent] == shape.boundary.level
    }
    cities = {area.parent for area in parts}
    return [*parts, *(area for area in kept.values() if area.parent not in cities)]


def _with_parents(areas: Sequence[Area], municipalities: Sequence[Area]) -> list[Area]:
    inside = shapely.point_on_surface(np.array([area.geometry for area in areas], dtype=object))
    found = _index(municipalities, shapely.get_coordinates(inside)).tolist()
    codes = [*(area.code for area in municipalities), ""]
    return [replace(area, parent=codes[index]) for area, index in zip(areas, found, strict=True)]


def _frame(
    municipalities: Sequence[Area],
    districts: Sequence[Area],
    sites: Sequence[Site],
    given: Sequence[Area],
    addresses: NDArray[np.float64],
) -> gpd.GeoDataFrame:
    people: Counter[str] = Counter()
    for site in sites:
        people[site.municipality_code] += site.population
    top = [
        replace(area, population=area.population or people[area.code]) for area in municipalities
    ]
    drawn = [_site_area(site) for site in sites if site.has_area and site.outline is not None]
    own = [area for area in given if area.level == SETTLEMENT]
    below = [
        *_with_inhabitants(districts, top, addresses),
        *(_with_parents(own, municipalities) or drawn),
    ]
    taken = {area.code for area in top}
    kept: dict[str, Area] = {}
    for area in below:
        if area.code not in taken:
            kept.setdefault(area.code, area)
    return areas_frame([*top, *kept.values()])


def _with_inhabitants(
    districts: Sequence[Area], municipalities: Sequence[Area], addresses: NDArray[np.float64]
) -> list[Area]:
    """Districts whose inhabitants nobody counted get what is left of the municipality's.

    It is shared out by addresses. Areas of like size hide each other's small numbers, see
    `planning.disclosure`: an estimate is enough for that.
    """
    doors = Counter(_index(districts, addresses).tolist())
    left = Counter({area.code: area.population for area in municipalities})
    shares: Counter[str] = Counter()
    for at, area in enumerate(districts):
        left[area.parent] -= area.population
        shares[area.parent] += 0 if area.population else doors[at]
    return [
        area
        if area.population or not doors[at]
        else replace(area, population=max(0, left[area.parent]) * doors[at] // shares[area.parent])
        for at, area in enumerate(districts)
    ]


def _site_area(site: Site) -> Area:
    assert site.outline is not None
    return Area(
        code=site.code,
        name=site.names.name,
        level=SETTLEMENT,
        geometry=site.outline,
        parent=site.municipality_code,
        population=site.population,
    )
