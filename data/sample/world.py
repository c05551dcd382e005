"""The whole invented land in one value: what the map file is written from and cases live in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from data.sample.doors import Door, build_doors
from data.sample.facts import PROVINCE, SettlementFact, schools, settlements
from data.sample.land import Land, make_land
from data.sample.naming import NamedStreet, name_streets
from data.sample.network import Network
from data.sample.plane import Points, make_bend, to_plane
from data.sample.roads import choose_roads, lay_exits, lay_roads
from data.sample.streets import CITY, Streets, grow_streets, straight_points

_ONEWAY_RADIUS = 0.42
"""One-way streets lie within this share of the city's radius."""
_ONEWAY_SHARE = 0.45
_KINDERGARTENS = (
    "Здравец",
    "Слънце",
    "Зорница",
    "Звънче",
    "Радост",
    "Пролет",
    "Детелина",
    "Русалка",
)


@dataclass(frozen=True, slots=True)
class Landmark:
    """A school, kindergarten, town hall or police station."""

    place: int
    kind: str
    """OSM's amenity value."""
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class World:
    """The land. Positions are metres on the bent plane (see `plane`)."""

    facts: tuple[SettlementFact, ...]
    land: Land
    network: Network
    nodes: Points
    """(n, 2) nodes of the network, bent."""
    streets: list[NamedStreet]
    grown: Streets
    doors: list[Door]
    landmarks: list[Landmark]
    estate_points: Points
    """(e, 2) middles of the housing estates, bent."""

    def town_hall(self, place: int) -> Landmark:
        """The town hall of a municipality's centre or a village's mayoralty."""
        return next(
            mark for mark in self.landmarks if mark.place == place and mark.kind == "townhall"
        )


def make_world(seed: int) -> World:
    """The land of a seed: the same seed, the same land."""
    random = np.random.default_rng([seed, 1])
    facts = settlements()
    points = to_plane(np.array([(fact.lon, fact.lat) for fact in facts]))
    bend = make_bend(random)
    land = make_land(facts, points, bend)
    network = Network()
    centres = lay_roads(network, choose_roads(facts, land.straight), land.straight)
    lay_exits(network, facts, land, centres)
    grown = grow_streets(network, facts, land, centres, random)
    nodes = bend(straight_points(network))
    streets = name_streets(network, grown.towns, random)
    _mark_oneways(network, grown, random)
    doors = build_doors(network, nodes, grown, streets, bend, random)
    doors, landmarks = _place_landmarks(facts, points, doors, random)
    middles = np.array([estate.centre for estate in grown.estates]).reshape(-1, 2)
    return World(facts, land, network, nodes, streets, grown, doors, landmarks, bend(middles))


# --- one-way streets ----------------------------------------------------------------------------


def _mark_oneways(network: Network, grown: Streets, random: np.random.Generator) -> None:
    """One-way streets in the city's old centre, as long as everybody still gets everywhere."""
    city = next(town for town in grown.towns if town.fact.population >= CITY)
    chosen: set[int] = set()
    for way in network.ways:
        near = math.dist(network.at(way.nodes[0]), city.centre) < _ONEWAY_RADIUS * city.radius
        fit = way.place == city.number and way.rank == 2 and near and way.street >= 0
        if fit and random.random() < _ONEWAY_SHARE:
            chosen.add(way.street)
    for way in network.ways:
        way.oneway = way.street in chosen
    while trapped := _trapped(network):
        for way in network.ways:
            if way.oneway and not trapped.isdisjoint(way.nodes):
                way.oneway = False


def _trapped(network: Network) -> set[int]:
    """Nodes one cannot both reach and leave by car; empty when the network holds together."""
    ends = [
        pair
        for way in network.ways
        if way.kind != "track"
        for one, other in zip(way.nodes, way.nodes[1:], strict=False)
        for pair in ([(one, other)] if way.oneway else [(one, other), (other, one)])
    ]
    tail, head = np.array(ends).T
    size = len(network.x)
    graph = coo_matrix((np.ones(len(ends)), (tail, head)), shape=(size, size))
    _, label = connected_components(graph, directed=True, connection="strong")
    used = np.unique(np.concatenate([tail, head]))
    main = np.bincount(label[used]).argmax()
    return set(used[label[used] != main].tolist())


# --- landmarks ----------------------------------------------------------------------------------


def _place_landmarks(
    facts: tuple[SettlementFact, ...],
    points: Points,
    doors: list[Door],
    random: np.random.Generator,
) -> tuple[list[Door], list[Landmark]]:
    """Public buildings take the place of a house each; returns the houses that remain."""
    of_place: dict[int, list[int]] = {}
    for number, door in enumerate(doors):
        of_place.setdefault(door.place, []).append(number)
    for place, numbers in of_place.items():
        numbers.sort(key=lambda i: math.dist((doors[i].x, doors[i].y), points[place]))
    wanted = [
        (place, kind, name) for place, fact in enumerate(facts) for kind, name in _public(fact)
    ]
    landmarks, taken = [], set()
    for place, kind, name in wanted:
        near = of_place[place]
        # Schools lie among the houses, offices on the square.
        reach = 0.0 if kind in ("townhall", "police") else 0.7 if len(near) > 5_000 else 0.25
        number = near.pop(int(random.random() * reach * len(near)))
        taken.add(number)
        landmarks.append(Landmark(place, kind, name, doors[number].x, doors[number].y))
    return [door for number, door in enumerate(doors) if number not in taken], landmarks


def _public(fact: SettlementFact) -> list[tuple[str, str]]:
    """(kind, name) of a settlement's public buildings; only the schools are facts."""
    hall = f"Община {fact.name}" if fact.centre else f"Кметство {fact.name}"
    found = [("townhall", hall)]
    if fact.centre:
        where = "Областна дирекция на МВР" if fact.name == PROVINCE else "Районно управление"
        found.append(("police", f"{where} {fact.name}"))
        found.append(("social_facility", f"Дирекция „Социално подпомагане“ {fact.name}"))
    found += [("school", name) for ekatte, name in schools() if ekatte == fact.ekatte]
    count = min(len(_KINDERGARTENS), fact.population // 700)
    found += [("kindergarten", f"ДГ „{name}“") for name in _KINDERGARTENS[:count]]
    return found
