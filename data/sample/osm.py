"""The modelled land as an OpenStreetMap file: sorted, and the same bytes for the same seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way

from data.sample.doors import Door
from data.sample.facts import PROVINCE, PROVINCE_EN, SettlementFact
from data.sample.plane import Points, to_lonlat
from data.sample.streets import CITY
from data.sample.world import World

Tags = dict[str, str]

_BLOCK_KEY = ("addr:place", "addr:place", "addr:neighbourhood", "addr:street")
_BLOCK_NUMBER = ("бл. {0}", "{0}", "бл.{0}", "блок {0}")
"""Blocks stand on the map in as many ways as mappers write them, mostly one way an estate."""
_OTHER_MAPPER = 0.12
"""Share of blocks that somebody else mapped, in another way."""


@dataclass
class _File:
    """What will be written, with ids given in the order things come."""

    nodes: list[tuple[float, float, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=list)

    def node(self, lonlat: Points, tags: Tags | None = None) -> int:
        self.nodes.append((float(lonlat[0]), float(lonlat[1]), tags or {}))
        return len(self.nodes)

    def way(self, nodes: list[int], tags: Tags) -> int:
        self.ways.append((nodes, tags))
        return len(self.ways)

    def relation(self, ways: Iterable[int], tags: Tags) -> None:
        self.relations.append(([("w", way, "outer") for way in ways], tags))

    def write(self, file: Path) -> None:
        with osmium.SimpleWriter(str(file), overwrite=True) as writer:
            for number, (lon, lat, tags) in enumerate(self.nodes, 1):
                writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, 1):
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, 1):
                writer.add_relation(Relation(id=number, version=1, members=members, tags=tags))


def write_osm(world: World, file: Path, *, seed: int) -> None:
    """Writes the map. `seed` is for the mappers' habits only."""
    random = np.random.default_rng([seed, 2])
    osm = _File()
    _roads(osm, world)
    _doors(osm, world, random)
    _places(osm, world)
    _landmarks(osm, world)
    _river(osm, world)
    _borders(osm, world)
    osm.write(file)


def _roads(osm: _File, world: World) -> None:
    points = to_lonlat(world.nodes)
    ids: dict[int, int] = {}
    for way in world.network.ways:
        if len(way.nodes) < 2:
            continue
        for node in way.nodes:
            if node not in ids:
                ids[node] = osm.node(points[node])
        tags = {"highway": way.kind}
        if way.place >= 0 and way.rank < 3:
            tags["maxspeed"] = "50"
        if way.street >= 0:
            tags |= _street_tags(world, way.street)
        if way.oneway:
            tags["oneway"] = "yes"
        osm.way([ids[node] for node in way.nodes], tags)


def _street_tags(world: World, number: int) -> Tags:
    street = world.streets[number]
    if street.name is None:
        return {}
    kind = "Boulevard" if street.designator == "бул." else "Street"
    tags = {"name": street.written, "name:en": f"{street.name.name_en} {kind}"}
    # Not every mapper knows the old name.
    if street.name.old_name and number % 3:
        tags["old_name"] = f"{street.designator} {street.name.old_name}"
    return tags


def _doors(osm: _File, world: World, random: np.random.Generator) -> None:
    mapped = [door for door in world.doors if door.mapped]
    spots = to_lonlat(np.array([(door.x, door.y) for door in mapped]))
    with_city = random.random(len(mapped)) < 0.5
    with_postcode = random.random(len(mapped)) < 0.2
    for i, (door, spot) in enumerate(zip(mapped, spots, strict=True)):
        fact = world.facts[door.place]
        tags = {"building": "yes"} | _address_tags(world, door, random)
        if with_city[i]:
            tags["addr:city"] = fact.name
        if with_postcode[i]:
            tags["addr:postcode"] = fact.postcode
        osm.node(spot, tags)


def _address_tags(world: World, door: Door, random: np.random.Generator) -> Tags:
    if door.street >= 0:
        return {
            "addr:housenumber": door.number,
            "addr:street": world.streets[door.street].written,
        }
    if door.estate < 0:
        return {"addr:housenumber": door.number, "addr:place": world.facts[door.place].name}
    style = door.estate
    if random.random() < _OTHER_MAPPER:
        style += int(random.integers(1, 4))
    return {
        "building": "apartments",
        "addr:housenumber": _BLOCK_NUMBER[style % 4].format(door.number),
        _BLOCK_KEY[style % 4]: world.grown.estates[door.estate].written,
    }


def _places(osm: _File, world: World) -> None:
    for fact, at in zip(world.facts, to_lonlat(world.land.points), strict=True):
        osm.node(
            at,
            {
                "place": "city" if fact.population >= CITY else fact.kind,
                "name": fact.name,
                "name:en": fact.name_en,
                "ref:ekatte": fact.ekatte,
                "population": str(fact.population),
                "postal_code": fact.postcode,
                "is_in:municipality": fact.municipality,
            },
        )
    for estate, at in zip(world.grown.estates, to_lonlat(world.estate_points), strict=True):
        osm.node(at, {"place": "quarter", "name": estate.written})


def _landmarks(osm: _File, world: World) -> None:
    spots = to_lonlat(np.array([(mark.x, mark.y) for mark in world.landmarks]))
    for mark, spot in zip(world.landmarks, spots, strict=True):
        osm.node(spot, {"amenity": mark.kind, "name": mark.name})


def _river(osm: _File, world: World) -> None:
    middle = [osm.node(at) for at in to_lonlat(world.land.river)]
    osm.way(middle, {"waterway": "river", "name": "Дунав", "name:en": "Danube"})
    ring = [osm.node(at) for at in to_lonlat(world.land.water[:-1])]
    osm.way([*ring, ring[0]], {"natural": "water", "water": "river", "name": "Дунав"})


# --- borders ------------------------------------------------------------------------------------


def _borders(osm: _File, world: World) -> None:
    """Province (6), municipalities (7) and settlements (8) as relations over shared ways."""
    corners: dict[tuple[float, float], int] = {}
    lines: list[tuple[int, int, int]] = []
    for border in world.land.borders:
        nodes = []
        for lon, lat in to_lonlat(border.line).round(6).tolist():
            if (lon, lat) not in corners:
                corners[lon, lat] = osm.node(np.array([lon, lat]))
            nodes.append(corners[lon, lat])
        way = osm.way(nodes, {"boundary": "administrative"})
        lines.append((way, border.left, border.right))
    for inside, tags in _areas(world.facts):
        ways = [way for way, left, right in lines if (left in inside) != (right in inside)]
        osm.relation(ways, {"type": "boundary", "boundary": "administrative"} | tags)


def _areas(facts: tuple[SettlementFact, ...]) -> Iterable[tuple[set[int], Tags]]:
    """(numbers of the settlements inside, tags) of every area."""
    yield (
        set(range(len(facts))),
        {"admin_level": "6", "name": PROVINCE, "name:en": PROVINCE_EN},
    )
    for code in sorted({fact.municipality_code for fact in facts}):
        inside = {number for number, fact in enumerate(facts) if fact.municipality_code == code}
        fact = facts[min(inside)]
        yield (
            inside,
            {
                "admin_level": "7",
                "name": fact.municipality,
                "name:en": fact.municipality_en,
                "ref:nuts4": code,
            },
        )
    for number, fact in enumerate(facts):
        yield {number}, {"admin_level": "8", "name": fact.name, "ref:ekatte": fact.ekatte}
