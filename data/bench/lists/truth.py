"""What is true: a map's towns, streets and doors, read from the OSM file by itself.

The lists must not inherit the mistakes of the program they judge, so nothing here goes through a
region pack. A door belongs to the town that its own addr:city names; a block to the town in which
its estate's place node lies; anything else to the town whose boundary holds it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely

from data.regions.gazetteer import OfficialSettlement, read_register
from planning.model import LonLat
from planning.travel.sphere import great_circle_metres

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_TOWNS = frozenset({"city", "town", "village", "hamlet"})
_ESTATES = frozenset({"suburb", "quarter", "neighbourhood"})
_NOT_OF_A_STREET = ("addr:place", "addr:neighbourhood", "addr:quarter")
_MUNICIPALITY, _PROVINCE = 7, 6
_STEP_M = 25.0
"""A street's line is kept as points so far apart."""
_ESTATE_M = 3_000.0
"""An estate's blocks stand so near to its own place node."""

Tags = Mapping[str, str]
Names = Mapping[str, str]
"""`name`, a language's code or `old` → the name."""


def metres(one: LonLat, other: LonLat) -> float:
    """Between two points, along the ground."""
    return float(great_circle_metres(np.array(one), np.array(other)))


@dataclass(frozen=True, slots=True)
class Door:
    """A numbered door or block, as the map has it."""

    number: str
    at: LonLat
    postcode: str = ""


@dataclass(slots=True, eq=False)
class Street:
    """A street or estate of one town."""

    names: Names
    estate: bool
    doors: list[Door] = field(default_factory=list)
    line: list[LonLat] = field(default_factory=list)
    """Points along it, at most `_STEP_M` apart."""

    @property
    def name(self) -> str:
        """As the map spells it, with its designator."""
        return self.names["name"]

    @property
    def points(self) -> tuple[LonLat, ...]:
        """Where somebody stands who is "in this street"."""
        return (*self.line, *(door.at for door in self.doors))


@dataclass(slots=True, eq=False)
class Town:
    """A settlement of any size."""

    names: Names
    kind: str
    """OSM's place value."""
    at: LonLat
    municipality: str = ""
    province: str = ""
    postcode: str = ""
    streets: list[Street] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As the map spells it."""
        return self.names["name"]


def read_truth(file: Path, *, city: str = "", register: Sequence[Path] = ()) -> tuple[Town, ...]:
    """The towns of an OSM file.

    Args:
        file: the map.
        city: the town of all doors, where the map draws no boundary.
        register: official lists of settlements; they know a village's municipality better than
            simplified boundaries do.
    """
    raw = _read(file)
    official = {each.code: each for each in read_register(register)}
    towns = tuple(
        raw.town(found, official.get(found.code))
        for found in raw.towns
        if not city or found.names["name"] == city
    )
    if city and not towns:
        towns = (Town({"name": city}, "city", raw.doors[0].door.at),)
    _Sorting(raw, towns, whole=bool(city)).run()
    return towns


@dataclass(frozen=True, slots=True)
class _RawDoor:
    street: str
    """Of the street, or of the estate."""
    estate: bool
    city: str
    door: Door


@dataclass(frozen=True, slots=True)
class _RawTown:
    names: Names
    kind: str
    at: LonLat
    code: str
    """In the official register."""


@dataclass(frozen=True, slots=True)
class _Area:
    name: str
    level: int
    shape: BaseGeometry


@dataclass(slots=True)
class _Raw:
    """The file's tagged things, in its order."""

    towns: list[_RawTown] = field(default_factory=list)
    estates: list[tuple[Names, LonLat]] = field(default_factory=list)
    doors: list[_RawDoor] = field(default_factory=list)
    ways: list[tuple[Names, list[LonLat]]] = field(default_factory=list)
    areas: list[_Area] = field(default_factory=list)

    def town(self, found: _RawTown, official: OfficialSettlement | None) -> Town:
        """A town with the names of what it lies in."""
        if official is not None:
            known = official.municipality, official.province, official.postcode
        else:
            known = self._around(found.at, _MUNICIPALITY), self._around(found.at, _PROVINCE), ""
        return Town(found.names, found.kind, found.at, *known)

    def _around(self, at: LonLat, level: int) -> str:
        point = shapely.Point(at)
        holding = (a.name for a in self.areas if a.level == level and a.shape.contains(point))
        return next(holding, "")


def _read(file: Path) -> _Raw:
    raw = _Raw()
    wkb = osmium.geom.WKBFactory()
    for found in osmium.FileProcessor(str(file)).with_areas():
        tags = {tag.k: tag.v for tag in found.tags}
        if "name" not in tags and "addr:housenumber" not in tags:
            continue
        if isinstance(found, osmium.osm.Area):
            if tags.get("admin_level", "").isdigit():
                shape = shapely.from_wkb(bytes.fromhex(wkb.create_multipolygon(found)))
                shapely.prepare(shape)
                raw.areas.append(_Area(tags["name"], int(tags["admin_level"]), shape))
        elif isinstance(found, osmium.osm.Node):
            _sort_in(tags, [(found.location.lon, found.location.lat)], raw)
        elif isinstance(found, osmium.osm.Way):
            _sort_in(tags, [(n.lon, n.lat) for n in found.nodes if n.location.valid()], raw)
    return raw


def _sort_in(tags: Tags, line: Sequence[LonLat], raw: _Raw) -> None:
    if not line:
        return
    at = _middle(line)
    number = tags.get("addr:housenumber", "")
    street = tags.get("addr:street", "")
    estate = next((tags[key] for key in _NOT_OF_A_STREET if key in tags), "")
    if number and (street or estate):
        where = street or estate
        door = Door(number, at, tags.get("addr:postcode", ""))
        raw.doors.append(_RawDoor(where, not street, tags.get("addr:city", ""), door))
    if "name" not in tags:
        return
    if "highway" in tags and len(line) > 1:
        raw.ways.append((_names(tags), list(_along(line))))
    elif tags.get("place") in _TOWNS:
        raw.towns.append(_RawTown(_names(tags), tags["place"], at, tags.get("ekatte", "")))
    elif tags.get("place") in _ESTATES:
        raw.estates.append((_names(tags), at))


def _names(tags: Tags) -> dict[str, str]:
    found = {key[5:]: value for key, value in tags.items() if key.startswith("name:")}
    found["name"] = tags["name"]
    if "old_name" in tags:
        found["old"] = tags["old_name"]
    return found


def _middle(line: Sequence[LonLat]) -> LonLat:
    """The point itself, or the middle of an outline's box."""
    lons, lats = [lon for lon, _ in line], [lat for _, lat in line]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _along(line: Sequence[LonLat]) -> Iterator[LonLat]:
    for start, end in pairwise(line):
        steps = max(1, math.ceil(metres(start, end) / _STEP_M))
        for step in range(steps):
            part = step / steps
            yield (
                start[0] + part * (end[0] - start[0]),
                start[1] + part * (end[1] - start[1]),
            )
    yield line[-1]


class _Sorting:
    """Puts streets, estates and doors into their towns."""

    def __init__(self, raw: _Raw, towns: Sequence[Town], *, whole: bool) -> None:
        self.raw, self.towns = raw, towns
        self.whole = towns[0] if whole else None
        self.by_name: dict[str, list[Town]] = defaultdict(list)
        for town in towns:
            self.by_name[town.name].append(town)
        self.areas, self.owners = self._areas_of_towns()
        self.tree = shapely.STRtree(self.areas)
        self.streets: dict[tuple[int, str], Street] = {}

    def run(self) -> None:
        for names, at in self.raw.estates:
            town = self._holding(at)
            if town is not None:
                self._street(town, names, estate=True)
        for names, line in self.raw.ways:
            town = self._holding(line[len(line) // 2])
            if town is not None:
                self._street(town, names, estate=False).line.extend(line)
        for found in self.raw.doors:
            town = self._town_of(found)
            if town is not None:
                names = {"name": found.street}
                self._street(town, names, estate=found.estate).doors.append(found.door)

    def _areas_of_towns(self) -> tuple[list[BaseGeometry], list[Town]]:
        """The boundaries that are one town's, the smallest first, and those towns."""
        tree = shapely.STRtree([shapely.Point(town.at) for town in self.towns])
        found = []
        for area in self.raw.areas:
            inside = [self.towns[i] for i in tree.query(area.shape, predicate="contains")]
            if area.level > _MUNICIPALITY:
                inside = [town for town in inside if town.name == area.name]
            if len(inside) == 1:
                found.append((area.shape, inside[0]))
        found.sort(key=lambda each: float(each[0].area))
        return [shape for shape, _ in found], [town for _, town in found]

    def _holding(self, at: LonLat) -> Town | None:
        if self.whole is not None:
            return self.whole
        inside = self.tree.query(shapely.Point(at), predicate="within")
        return self.owners[min(inside)] if len(inside) else None

    def _town_of(self, found: _RawDoor) -> Town | None:
        at = found.door.at
        if self.whole is not None:
            return self.whole
        if found.estate:
            nodes = [node for names, node in self.raw.estates if names["name"] == found.street]
            near = min(nodes, key=lambda node: metres(node, at), default=None)
            if near is not None and metres(near, at) < _ESTATE_M:
                return self._holding(near)
        named = self.by_name.get(found.city, ())
        if len(named) > 1:
            return min(named, key=lambda town: metres(town.at, at))
        return named[0] if named else self._holding(at)

    def _street(self, town: Town, names: Names, *, estate: bool) -> Street:
        key = id(town), names["name"]
        if key not in self.streets:
            self.streets[key] = Street(names, estate)
            town.streets.append(self.streets[key])
        return self.streets[key]
