"""Street names and doors: which street is which, and where the numbers stand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from data.sample.facts import SettlementFact, StreetName, street_names
from data.sample.network import XY, Network, Way
from data.sample.streets import Estate, Streets

_CITY = 50_000
_NAMELESS = 120
"""Villages with fewer people number their houses without streets."""
_SET_BACK_M = 13.0
"""From the middle of the street to the door."""
_BLOCK_PITCH_M = 78.0


@dataclass(slots=True)
class NamedStreet:
    """A street of a settlement."""

    place: int
    designator: str
    """ул., бул."""
    name: StreetName
    ways: list[int] = field(default_factory=list)

    @property
    def written(self) -> str:
        """As the map has it: ул. Христо Ботев."""
        return f"{self.designator} {self.name.name}"


@dataclass(frozen=True, slots=True)
class Door:
    """A door where a child may live."""

    place: int
    street: int
    """Index of its street, -1 in an estate or a village without street names."""
    estate: int
    """Index of its estate, -1 outside."""
    number: str
    """House number, or the number of the block."""
    at: XY
    """On the drawing board."""
    mapped: bool
    """False for a door that is there but that nobody has drawn on the map yet."""


def name_streets(
    network: Network, facts: tuple[SettlementFact, ...], random: np.random.Generator
) -> list[NamedStreet]:
    """Gives the longest streets of every settlement a name; notes it in their ways."""
    streets: list[NamedStreet] = []
    by_place: dict[int, list[int]] = {}
    for number, way in enumerate(network.ways):
        if way.place >= 0 and way.kind not in ("track", "service") and len(way.nodes) > 1:
            by_place.setdefault(way.place, []).append(number)
    for place, numbers in sorted(by_place.items()):
        if facts[place].population < _NAMELESS:
            continue
        numbers.sort(
            key=lambda each: (network.ways[each].rank, -network.length(network.ways[each]))
        )
        for number, name in zip(numbers, _drawn_names(random), strict=False):
            way = network.ways[number]
            boulevard = way.rank <= 1 and facts[place].population >= _CITY
            way.street = len(streets)
            streets.append(NamedStreet(place, "бул." if boulevard else "ул.", name, [number]))
    return streets


def _drawn_names(random: np.random.Generator) -> list[StreetName]:
    """All names, the common ones early."""
    names = street_names()
    weight = np.array([name.weight**3 for name in names], dtype=float)
    order = random.choice(len(names), len(names), replace=False, p=weight / weight.sum())
    return [names[index] for index in order.tolist()]


def place_doors(
    network: Network,
    facts: tuple[SettlementFact, ...],
    grown: Streets,
    streets: list[NamedStreet],
    random: np.random.Generator,
) -> list[Door]:
    """Numbered doors along the named streets, blocks in the estates."""
    doors: list[Door] = []
    for index, street in enumerate(streets):
        for way in street.ways:
            doors += _along(network, facts[street.place], network.ways[way], index, random)
    for index, estate in enumerate(grown.estates):
        doors += _blocks(network, estate, index, random)
    for place, fact in enumerate(facts):
        if fact.population < _NAMELESS:
            doors += _unnamed_village(network, fact, place, random)
    return doors


def _along(
    network: Network, fact: SettlementFact, way: Way, street: int, random: np.random.Generator
) -> Iterator[Door]:
    """Odd numbers on the left, even ones on the right, with gaps and a few letters."""
    city = fact.population >= _CITY
    pitch, drawn = (26.0, 0.93) if city else (38.0, 0.8)
    counters = {1: 1, -1: 2}
    for at, heading in _steps(network, way, pitch, random):
        for side in (1, -1):
            number = counters[side]
            counters[side] += 2
            if random.random() < 0.12:
                continue
            spot = _beside(at, heading, side, random)
            if network.nearest(spot, _SET_BACK_M - 3.0) is not None:
                continue
            letter = "АБ"[int(random.integers(2))] if random.random() < 0.04 else ""
            yield Door(
                way.place, street, -1, f"{number}{letter}", spot, bool(random.random() < drawn)
            )


def _unnamed_village(
    network: Network, fact: SettlementFact, place: int, random: np.random.Generator
) -> Iterator[Door]:
    number = 0
    for way in [way for way in network.ways if way.place == place and way.kind != "track"]:
        for at, heading in _steps(network, way, 45.0, random):
            spot = _beside(at, heading, 1 if random.random() < 0.5 else -1, random)
            if number > fact.population or network.nearest(spot, _SET_BACK_M - 3.0) is not None:
                continue
            number += 1
            yield Door(place, -1, -1, str(number), spot, bool(random.random() < 0.5))


def _steps(
    network: Network, way: Way, pitch: float, random: np.random.Generator
) -> Iterator[tuple[XY, float]]:
    """(place, heading) every `pitch` metres or so along a way."""
    ahead = pitch / 2
    for tail, head in zip(way.nodes, way.nodes[1:], strict=False):
        one, other = network.at(tail), network.at(head)
        length = math.dist(one, other)
        heading = math.atan2(other[1] - one[1], other[0] - one[0])
        while ahead < length:
            yield (
                (one[0] + ahead * math.cos(heading), one[1] + ahead * math.sin(heading)),
                heading,
            )
            ahead += pitch * float(random.uniform(0.85, 1.2))
        ahead -= length


def _beside(at: XY, heading: float, side: int, random: np.random.Generator) -> XY:
    away = _SET_BACK_M * float(random.uniform(0.9, 1.3))
    normal = heading + side * math.pi / 2
    return at[0] + away * math.cos(normal), at[1] + away * math.sin(normal)


def _blocks(
    network: Network, estate: Estate, index: int, random: np.random.Generator
) -> Iterator[Door]:
    """Blocks in loose rows over the estate's ground, numbered as they were built: row by row."""
    turn = float(random.uniform(0, math.pi / 2))
    reach = int(estate.radius // _BLOCK_PITCH_M)
    number = 0
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            x, y = column * _BLOCK_PITCH_M, row * _BLOCK_PITCH_M
            if math.hypot(x, y) > estate.radius - 20:
                continue
            spot = (
                estate.centre[0] + x * math.cos(turn) - y * math.sin(turn),
                estate.centre[1] + x * math.sin(turn) + y * math.cos(turn),
            )
            if network.nearest(spot, 22.0) is not None or random.random() < 0.1:
                continue
            number += 1
            yield Door(estate.place, -1, index, str(number), spot, bool(random.random() < 0.95))
