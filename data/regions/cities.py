"""A big city whose districts the map draws as municipalities: one city with districts.

Moscow's and Baku's districts are municipalities to the map, none of which has a settlement of its
own, and all their addresses name one city. Such neighbours are joined into one municipality named
after the city, and become its districts. What has an official code, or a settlement beside the
city, is a real municipality and stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely

from data.regions.features import AddressFeature
from data.regions.settlements import FEWEST_DOORS, STAND_IN, TOWNS, Site, usual_city
from planning.areas import DISTRICT, Area

_TOUCHING_DEG = 0.001
"""A hundred metres or so: boundaries are drawn twice along rivers."""


@dataclass(frozen=True, slots=True)
class Cities:
    """Municipalities after their parts were joined."""

    municipalities: list[Area]
    sites: list[Site]
    districts: list[Area]
    """The parts, each with its city as parent."""
    became: dict[str, str]
    """Code of each part → its city's."""


def join_cities(
    municipalities: Sequence[Area],
    sites: Sequence[Site],
    doors: Sequence[Sequence[AddressFeature]],
) -> Cities:
    """Parts of one city as districts of one municipality.

    Args:
        municipalities: of the map.
        sites: mapped settlements with their municipalities.
        doors: the addresses in each of `municipalities`.
    """
    parts: dict[str, list[int]] = defaultdict(list)
    for place, city in enumerate(_cities_of(municipalities, sites, doors)):
        if city:
            parts[city].append(place)
    settled = {site.municipality_code for site in sites}
    out: list[Area | None] = list(municipalities)
    districts: list[Area] = []
    for city in sorted(parts):
        for group in _touching(parts[city], municipalities):
            members = [municipalities[place] for place in group]
            if len(members) > 1 and any(area.code not in settled for area in members):
                whole = _whole(city, members, {area.code for area in out if area})
                for place in group:
                    out[place] = None
                out[group[0]] = whole
                districts += [replace(area, level=DISTRICT, parent=whole.code) for area in members]
    became = {area.code: area.parent for area in districts}
    return Cities(
        [area for area in out if area is not None],
        [
            replace(site, municipality_code=became.get(site.municipality_code, ""))
            if site.municipality_code in became
            else site
            for site in sites
        ],
        districts,
        became,
    )


def _cities_of(
    municipalities: Sequence[Area],
    sites: Sequence[Site],
    doors: Sequence[Sequence[AddressFeature]],
) -> list[str]:
    """The city that each municipality is a part of; empty for one that stands for itself."""
    inside: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        inside[site.municipality_code].append(site)
    everywhere = [door for part in doors for door in part]
    usual = "" if sites else usual_city(everywhere)
    return [
        _city_of(area, inside[area.code], here, usual)
        for area, here in zip(municipalities, doors, strict=True)
    ]


def _city_of(area: Area, sites: Sequence[Site], doors: Sequence[AddressFeature], usual: str) -> str:
    if not area.code.startswith("osm:"):
        return ""
    if sites:
        names = {site.names.name for site in sites if site.kind in TOWNS}
        city = names.pop() if len(names) == len(sites) == 1 else ""
    else:
        said = Counter(door.city for door in doors)
        city = usual_city(doors) or usual
        city = city if city == usual or said[city] >= FEWEST_DOORS else ""
    return "" if city.casefold() == area.name.casefold() else city


def _touching(places: Sequence[int], areas: Sequence[Area]) -> list[list[int]]:
    """Groups of places whose areas touch, directly or in a chain, in the order given."""
    left = list(places)
    groups: list[list[int]] = []
    while left:
        group = [left.pop(0)]
        for place in group:
            near = [
                other
                for other in left
                if shapely.dwithin(areas[place].geometry, areas[other].geometry, _TOUCHING_DEG)
            ]
            group += near
            left = [other for other in left if other not in near]
        groups.append(sorted(group))
    return groups


def _whole(city: str, members: Sequence[Area], taken: set[str]) -> Area:
    code = f"{STAND_IN}{city}"
    while code in taken:
        code += "+"
    return Area(
        code=code,
        name=city,
        level=members[0].level,
        geometry=shapely.union_all([area.geometry for area in members]),
        population=sum(area.population for area in members),
        # The extract may have lost some of its districts.
        approximate=True,
    )
