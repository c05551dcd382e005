"""Streets: every settlement grows from its square along the roads that lead through it."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from data.sample.facts import SettlementFact
from data.sample.land import UPSTREAM, Land
from data.sample.network import XY, Growth, Network, Way, grow
from data.sample.plane import Points

CITY = 50_000
"""People from which a settlement is a city: boulevards, estates, tighter streets."""
_BANK_M = 150.0
_RIGHT_ANGLE = math.pi / 2
_RINGS = ((0.26, "tertiary"), (0.55, "secondary"), (0.88, "secondary"))
"""(share of the way to the city's edge, road class) of its ring boulevards."""

_ESTATES = (
    "Дружба 1", "Дружба 2", "Дружба 3", "Здравец", "Здравец Изток", "Възраждане",
    "Чародейка - север", "Чародейка - юг", "Родина 1", "Родина 2", "Родина 3", "Изток",
)  # fmt: skip
"""Real names of Ruse's housing estates; their places on this map are invented."""
_SMALL_ESTATE = "Младост"


@dataclass(frozen=True, slots=True)
class Estate:
    """A housing estate: blocks of flats on open ground, few streets."""

    name: str
    """Without its designator: Дружба 2."""
    place: int
    centre: XY
    """On the drawing board."""
    radius: float

    @property
    def written(self) -> str:
        """As the map has it: ж.к. Дружба 2."""
        return f"ж.к. {self.name}"


@dataclass(slots=True)
class Town:
    """How one settlement grows, on the drawing board."""

    number: int
    fact: SettlementFact
    centre: XY
    node: int
    radius: float
    budget: float
    """Metres of streets to lay."""
    spacing: float
    """Metres between side streets."""
    shape: Callable[[float], float]
    """Angle from the centre → distance of its edge there, as a share of `radius`."""
    allowed: Callable[[XY], bool]
    estates: tuple[int, ...] = ()


@dataclass(slots=True)
class Streets:
    """What grew."""

    towns: list[Town]
    estates: list[Estate] = field(default_factory=list)


def grow_streets(
    network: Network,
    facts: tuple[SettlementFact, ...],
    land: Land,
    centres: list[int],
    random: np.random.Generator,
) -> Streets:
    """Lays the streets of every settlement into the network."""
    near = cKDTree(land.straight)
    grown = Streets([])
    for number, fact in enumerate(facts):
        town = _plan_town(number, fact, land, near, centres[number], random)
        grown.towns.append(town)
        _place_estates(grown, town, random)
        _grow_town(network, town, land, grown.estates, random)
    _cut_through_roads(network, grown.towns)
    return grown


def _plan_town(
    number: int,
    fact: SettlementFact,
    land: Land,
    near: cKDTree,
    node: int,
    random: np.random.Generator,
) -> Town:
    city = fact.population >= CITY
    budget = 250_000.0 if city else 330.0 * max(fact.population, 15) ** 0.45
    spacing = 118.0 if city else random.uniform(95, 125)
    radius = math.sqrt(budget * spacing / 2 / math.pi) * (1.28 if city else 1.12)
    centre = (float(land.straight[number, 0]), float(land.straight[number, 1]))
    shape = _shape(city, random)
    return Town(
        number=number,
        fact=fact,
        centre=centre,
        node=node,
        radius=radius,
        budget=budget,
        spacing=spacing,
        shape=shape,
        allowed=_ground(centre, radius, shape, land, near),
    )


def _shape(city: bool, random: np.random.Generator) -> Callable[[float], float]:
    """A wavy blob; the city is drawn out along the river."""
    lobes = [
        (float(random.uniform(0.03, 0.13)), float(random.uniform(0, 2 * math.pi))) for _ in range(3)
    ]

    def shape(angle: float) -> float:
        wave = sum(
            height * math.cos((lobe + 2) * angle + turn)
            for lobe, (height, turn) in enumerate(lobes)
        )
        if not city:
            return 1 + wave
        along, across = math.cos(angle - UPSTREAM) / 1.3, math.sin(angle - UPSTREAM) / 0.95
        return (1 + 0.6 * wave) / math.hypot(along, across)

    return shape


def _ground(
    centre: XY, radius: float, shape: Callable[[float], float], land: Land, near: cKDTree
) -> Callable[[XY], bool]:
    """Where a settlement's streets may be: within its shape, on dry and own ground."""
    neighbours = np.atleast_1d(near.query(centre, k=9)[1]).tolist()
    others = [tuple(land.straight[i]) for i in neighbours[1:]]
    riverside = bool(land.bank(np.array([centre]))[0] < radius * 1.6 + _BANK_M)

    def allowed(at: XY) -> bool:
        distance = math.dist(at, centre)
        if distance > radius * shape(math.atan2(at[1] - centre[1], at[0] - centre[0])):
            return False
        if any(math.dist(at, other) < distance + 300 for other in others):
            return False
        return not riverside or float(land.bank(np.array([at]))[0]) > _BANK_M

    return allowed


def _place_estates(grown: Streets, town: Town, random: np.random.Generator) -> None:
    """Estates lie around the old centre, apart from each other."""
    people = town.fact.population
    names: tuple[str, ...]
    if people >= CITY:
        names, reach, size = _ESTATES, (0.34, 0.82), (300.0, 430.0)
    elif people >= 3_000:
        names, reach, size = (_SMALL_ESTATE,), (0.45, 0.7), (110.0, 140.0)
    else:
        return
    placed: list[Estate] = []
    for _ in range(4_000):
        if len(placed) == len(names):
            break
        angle, away = random.uniform(0, 2 * math.pi), random.uniform(*reach) * town.radius
        at = (
            town.centre[0] + float(away * math.cos(angle)),
            town.centre[1] + float(away * math.sin(angle)),
        )
        radius = float(random.uniform(*size))
        rim = ((at[0] + radius * dx, at[1] + radius * dy) for dx, dy in
               ((1, 0), (-1, 0), (0, 1), (0, -1)))  # fmt: skip
        apart = all(math.dist(at, one.centre) > radius + one.radius + 60 for one in placed)
        if apart and all(town.allowed(point) for point in rim):
            placed.append(Estate(names[len(placed)], town.number, at, radius))
    first = len(grown.estates)
    grown.estates.extend(placed)
    town.estates = tuple(range(first, first + len(placed)))


def _grow_town(
    network: Network,
    town: Town,
    land: Land,
    estates: list[Estate],
    random: np.random.Generator,
) -> None:
    roads = [way for way in network.ways if town.node in (way.nodes[0], way.nodes[-1])
             and way.place == -1]  # fmt: skip
    queue: list[tuple[float, int, XY, float]] = []
    laid = 0.0
    for road in roads:
        _propose(queue, town, _outwards(network, road, town), estates, random)
    if town.fact.population >= CITY:
        for arc in _boulevards(network, roads, town):
            laid += network.length(arc)
            _propose(queue, town, [network.at(n) for n in arc.nodes], estates, random)
    while queue and laid < town.budget:
        _, _, at, heading = heapq.heappop(queue)
        street = _sprout(network, town, at, heading, estates, random)
        if street is not None:
            laid += network.length(street)
            course = [network.at(node) for node in street.nodes]
            _propose(queue, town, course, estates, random)
    _tracks(network, town, land, random)


def _outwards(network: Network, road: Way, town: Town) -> list[XY]:
    nodes = road.nodes if road.nodes[0] == town.node else road.nodes[::-1]
    course = [network.at(node) for node in nodes]
    return [at for at in course if math.dist(at, town.centre) <= town.radius * 1.05]


def _propose(
    queue: list[tuple[float, int, XY, float]],
    town: Town,
    course: list[XY],
    estates: list[Estate],
    random: np.random.Generator,
) -> None:
    """Queues side streets along a course, the ones near the square first."""
    ahead = float(random.uniform(0.7, 1.1)) * town.spacing
    for one, other in itertools.pairwise(course):
        length = math.dist(one, other)
        heading = math.atan2(other[1] - one[1], other[0] - one[0])
        while ahead < length:
            share = ahead / length
            at = (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            for side in (-1, 1):
                key = math.dist(at, town.centre) * float(random.uniform(0.7, 1.3))
                if random.random() < 0.85:
                    heapq.heappush(queue, (key, len(queue), at, heading + side * _RIGHT_ANGLE))
            ahead += _spacing(at, town, estates) * float(random.uniform(0.85, 1.2))
        ahead -= length


def _spacing(at: XY, town: Town, estates: list[Estate]) -> float:
    """Metres between side streets: close in the middle, wide between blocks of flats."""
    if _estate_at(at, town, estates) >= 0:
        return 1.9 * town.spacing
    return town.spacing * (0.82 + 0.4 * min(1.0, math.dist(at, town.centre) / town.radius))


def _estate_at(at: XY, town: Town, estates: list[Estate]) -> int:
    for number in town.estates:
        if math.dist(at, estates[number].centre) < estates[number].radius:
            return number
    return -1


def _sprout(
    network: Network,
    town: Town,
    at: XY,
    heading: float,
    estates: list[Estate],
    random: np.random.Generator,
) -> Way | None:
    """A side street from a point on a street, if there is room for one."""
    found = network.nearest(at, 4.0)
    if found is None:
        return None
    start = network.split(found[1], found[2])
    if network.degree[start] > 3 or _crowded(network, start, 0.5 * town.spacing):
        return None
    estate = _estate_at(at, town, estates)
    city = town.fact.population >= CITY
    wobble = 0.012 if city else 0.05
    length = float(random.uniform(300, 1_300) if city else random.uniform(140, 620))
    how = Growth(
        length=length,
        clearance=(0.55 if estate < 0 else 0.6) * _spacing(at, town, estates),
        allowed=town.allowed,
        turn=lambda _, before: before + float(random.normal(0, wobble)),
    )
    heading += float(random.normal(0, wobble * 2))
    alley = length < (380 if city else 190)
    kind = "service" if estate >= 0 and alley else "residential"
    way = Way([], kind, town.number, rank=3 if alley and estate >= 0 else 2, estate=estate)
    return grow(network, start, heading, how, way)


def _crowded(network: Network, start: int, within: float) -> bool:
    """True when another junction is near: crossings a few steps apart look like a mistake."""
    at = network.at(start)
    for _, (tail, head, _) in network.around(at, within):
        for node in (tail, head):
            if (
                node != start
                and network.degree[node] > 2
                and math.dist(network.at(node), at) < within
            ):
                return True
    return False


def _boulevards(network: Network, roads: list[Way], town: Town) -> list[Way]:
    """Rings around the centre, from one country road to the next."""
    arcs = []
    for share, kind in _RINGS:
        for road in roads:
            end = _outwards(network, road, town)[-1]
            angle = math.atan2(end[1] - town.centre[1], end[0] - town.centre[0])
            for side in (-1, 1):
                found = network.nearest(_on_ring(town, share, angle), 30.0)
                if found is None or network.degree[network.split(found[1], found[2])] > 3:
                    continue
                arc = _arc(network, town, share, angle, side, kind)
                if arc is not None:
                    arcs.append(arc)
    return arcs


def _arc(
    network: Network, town: Town, share: float, angle: float, side: int, kind: str
) -> Way | None:
    """A piece of ring that starts on the country road leaving at `angle`."""

    def along_ring(at: XY, _: float) -> float:
        here = math.atan2(at[1] - town.centre[1], at[0] - town.centre[0])
        away = math.dist(at, town.centre)
        there = _on_ring(town, share, here + side * 45.0 / away)
        return math.atan2(there[1] - at[1], there[0] - at[0])

    found = network.nearest(_on_ring(town, share, angle), 30.0)
    assert found is not None, "the caller looked first"
    how = Growth(
        length=2.2 * math.pi * share * town.radius,
        clearance=110.0,
        allowed=town.allowed,
        turn=along_ring,
        shortest=math.inf,
    )
    start = network.split(found[1], found[2])
    return grow(network, start, 0.0, how, Way([], kind, town.number, rank=1))


def _on_ring(town: Town, share: float, angle: float) -> XY:
    away = share * town.radius * town.shape(angle)
    return town.centre[0] + away * math.cos(angle), town.centre[1] + away * math.sin(angle)


def _tracks(network: Network, town: Town, land: Land, random: np.random.Generator) -> None:
    """Field tracks that leave from the last houses."""
    ends = [
        way.nodes[-1]
        for way in network.ways
        if way.place == town.number and network.degree[way.nodes[-1]] == 1
    ]
    picked = random.permutation(len(ends))[: 2 + len(ends) // 12]
    for number in picked.tolist():
        at = network.at(ends[number])
        heading = math.atan2(at[1] - town.centre[1], at[0] - town.centre[0])
        how = Growth(
            length=float(random.uniform(400, 1_900)),
            clearance=170.0,
            allowed=_open_country(town, land),
            turn=lambda _, before: before + float(random.normal(0, 0.09)),
            step=70.0,
            shortest=250.0,
        )
        way = Way([], "track", -1, rank=3)
        grow(network, ends[number], heading + float(random.normal(0, 0.25)), how, way)


def _open_country(town: Town, land: Land) -> Callable[[XY], bool]:
    def allowed(at: XY) -> bool:
        return (
            math.dist(at, town.centre) < town.radius + 2_000
            and float(land.bank(np.array([at]))[0]) > _BANK_M
        )

    return allowed


def _cut_through_roads(network: Network, towns: list[Town]) -> None:
    """Cuts the country roads where the houses begin; the inner pieces belong to the settlement."""
    by_node = {town.node: town for town in towns}
    inner: list[Way] = []
    for way in [way for way in network.ways if way.rank == 0 and way.place == -1]:
        tail, head = by_node[way.nodes[0]], by_node.get(way.nodes[-1])
        first = _leaves(network, way.nodes, tail)
        inner.append(Way(way.nodes[: first + 1], way.kind, tail.number))
        last = len(way.nodes) - 1
        if head is not None:
            last -= _leaves(network, way.nodes[::-1], head)
            inner.append(Way(way.nodes[last:][::-1], way.kind, head.number))
        way.nodes = way.nodes[first : last + 1]
    network.ways.extend(inner)


def _leaves(network: Network, nodes: list[int], town: Town) -> int:
    """Index of the last node in the settlement, as the road leaves it."""
    index = 1
    while index < len(nodes) - 2 and town.allowed(network.at(nodes[index])):
        index += 1
    return index


def straight_points(network: Network) -> Points:
    """(n, 2) nodes on the drawing board."""
    return np.column_stack([network.x, network.y])
