"""The modelled land as an OpenStreetMap file: sorted, and the same bytes for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way

from data.sample.doors import Door, NamedStreet
from data.sample.facts import PROVINCE, PROVINCE_EN, SettlementFact, schools
from data.sample.land import Land
from data.sample.network import Network
from data.sample.plane import Bend, Points, to_lonlat
from data.sample.streets import Streets, straight_points

_WRITTEN_BLOCK = ("бл. {0}", "бл.{0}", "блок {0}", "{0}")
_BLOCK_KEY = ("addr:place", "addr:street", "addr:neighbourhood", "addr:quarter")
"""Blocks stand on the map in as many ways as real mappers write them, one way an estate."""


@dataclass
class _File:
    """What will be written, with ids given in the order things come."""

    nodes: list[tuple[float, float, dict[str, str]]] = field(default_factory=list)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = field(default_factory=list)

    def node(self, lonlat: Points, tags: dict[str, str] | None = None) -> int:
        self.nodes.append((float(lonlat[0]), float(lonlat[1]), tags or {}))
        return len(self.nodes)

    def way(self, nodes: list[int], tags: dict[str, str]) -> int:
        self.ways.append((nodes, tags))
        return len(self.ways)

    def write(self, file: Path) -> None:
        with osmium.SimpleWriter(str(file), overwrite=True) as writer:
            for number, (lon, lat, tags) in enumerate(self.nodes, 1):
                writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, 1):
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, 1):
                writer.add_relation(Relation(id=number, version=1, members=members, tags=tags))


def write_osm(
    file: Path,
    facts: tuple[SettlementFact, ...],
    land: Land,
    bend: Bend,
    network: Network,
    grown: Streets,
    streets: list[NamedStreet],
    doors: list[Door],
) -> dict[str, tuple[float, float]]:
    """Writes the map; returns municipality → (lon, lat) of its town hall."""
    osm = _File()
    points = to_lonlat(bend(straight_points(network)))
    _roads(osm, network, streets, points)
    _doors(osm, facts, grown, streets, doors, bend)
    offices = _places(osm, facts, land, grown, bend)
    _borders(osm, facts, land)
    river = [osm.node(at) for at in to_lonlat(land.river)]
    osm.way(river, {"waterway": "river", "name": "Дунав", "name:en": "Danube"})
    water = [osm.node(at) for at in to_lonlat(land.water[:-1])]
    osm.way([*water, water[0]], {"natural": "water", "water": "river", "name": "Дунав"})
    osm.write(file)
    return offices


def _roads(osm: _File, network: Network, streets: list[NamedStreet], points: Points) -> None:
    ids: dict[int, int] = {}
    for way in network.ways:
        if len(way.nodes) < 2:
            continue
        for node in way.nodes:
            if node not in ids:
                ids[node] = osm.node(points[node])
        tags = {"highway": way.kind}
        if way.street >= 0:
            street = streets[way.street]
            tags |= {"name": street.written, "name:en": f"{street.name.name_en} Street"}
            if street.name.old_name and way.street % 3 == 0:
                tags["old_name"] = f"{street.designator} {street.name.old_name}"
        if way.oneway:
            tags["oneway"] = "yes"
        if way.place < 0 and way.kind == "trunk":
            tags["ref"] = "E 000"
        osm.way([ids[node] for node in way.nodes], tags)


def _doors(
    osm: _File,
    facts: tuple[SettlementFact, ...],
    grown: Streets,
    streets: list[NamedStreet],
    doors: list[Door],
    bend: Bend,
) -> None:
    spots = to_lonlat(bend(np.array([door.at for door in doors])))
    for door, spot in zip(doors, spots, strict=True):
        if not door.mapped:
            continue
        fact = facts[door.place]
        tags = {"building": "yes", "addr:housenumber": door.number}
        if door.street >= 0:
            tags["addr:street"] = streets[door.street].written
            if fact.kind == "village":
                tags["addr:city"] = fact.name
        elif door.estate >= 0:
            style = door.estate % len(_BLOCK_KEY)
            tags["addr:housenumber"] = _WRITTEN_BLOCK[style].format(door.number)
            tags[_BLOCK_KEY[style]] = f"ж.к. {grown.estates[door.estate].name}"
            tags["building"] = "apartments"
        else:
            tags["addr:place"] = fact.name
        osm.node(spot, tags)


def _places(
    osm: _File, facts: tuple[SettlementFact, ...], land: Land, grown: Streets, bend: Bend
) -> dict[str, tuple[float, float]]:
    """Settlements, estates, town halls and schools; returns the towns halls of municipalities."""
    offices: dict[str, tuple[float, float]] = {}
    number = {fact.ekatte: index for index, fact in enumerate(facts)}
    for fact, at in zip(facts, land.points, strict=True):
        kind = "city" if fact.population >= 50_000 else fact.kind
        osm.node(
            to_lonlat(at),
            {
                "place": kind,
                "name": fact.name,
                "name:en": fact.name_en,
                "ekatte": fact.ekatte,
                "population": str(fact.population),
                "addr:postcode": fact.postcode,
            },
        )
        hall = to_lonlat(at + np.array((22.0, 18.0)))
        whose = f"Община {fact.municipality}" if fact.centre else f"Кметство {fact.name}"
        osm.node(hall, {"amenity": "townhall", "name": whose})
        if fact.centre:
            offices[fact.municipality] = (float(hall[0]), float(hall[1]))
    for estate in grown.estates:
        at = to_lonlat(bend(np.array([estate.centre])))[0]
        osm.node(at, {"place": "quarter", "name": f"ж.к. {estate.name}"})
    for index, (ekatte, name) in enumerate(schools()):
        away = 90.0 + 55.0 * (index % 7)
        turn = 2.4 * index
        at = land.points[number[ekatte]] + away * np.array([np.cos(turn), np.sin(turn)])
        osm.node(to_lonlat(at), {"amenity": "school", "name": name})
    return offices


def _borders(osm: _File, facts: tuple[SettlementFact, ...], land: Land) -> None:
    """Province (6), municipalities (7) and settlements (8) as relations over shared ways."""
    corners: dict[tuple[float, float], int] = {}

    def node(lonlat: Points) -> int:
        key = (round(float(lonlat[0]), 6), round(float(lonlat[1]), 6))
        if key not in corners:
            corners[key] = osm.node(lonlat)
        return corners[key]

    sides: list[tuple[int, int, int]] = []
    for border in land.borders:
        nodes = [node(at) for at in to_lonlat(border.line)]
        way = osm.way(nodes, {"boundary": "administrative"})
        sides.append((way, border.left, border.right))

    def relation(members: set[int], tags: dict[str, str]) -> None:
        ways = [way for way, left, right in sides if (left in members) != (right in members)]
        members_of = [("w", way, "outer") for way in ways]
        common = {"type": "boundary", "boundary": "administrative"}
        osm.relations.append((members_of, {**common, **tags}))

    relation(
        set(range(len(facts))),
        {"admin_level": "6", "name": PROVINCE, "name:en": PROVINCE_EN},
    )
    for code in sorted({fact.municipality_code for fact in facts}):
        inside = {at for at, fact in enumerate(facts) if fact.municipality_code == code}
        fact = facts[min(inside)]
        relation(
            inside,
            {
                "admin_level": "7",
                "name": fact.municipality,
                "name:en": fact.municipality_en,
                "ref:nuts4": code,
            },
        )
    for at, fact in enumerate(facts):
        relation({at}, {"admin_level": "8", "name": fact.name, "ref:ekatte": fact.ekatte})
