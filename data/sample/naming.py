"""Which stretches of road are one street, and what it is called."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.sample.facts import StreetName, street_names
from data.sample.network import Network
from data.sample.streets import CITY, Town

_STRAIGHT = math.radians(28.0)
"""Two stretches that meet at a smaller bend are one street."""
_NAMELESS_BELOW = 130
"""Villages with fewer people often do without street names."""
_NUMBERED_TOWN = 0.12
"""Share of villages whose streets are called First, Second, …"""

_End = tuple[int, int]
"""(way, 0 for its first node or -1 for its last)."""


@dataclass(frozen=True, slots=True)
class NamedStreet:
    """A street of one settlement, its stretches in a row."""

    number: int
    place: int
    """Number of its settlement."""
    designator: str
    """ул. or бул."""
    name: StreetName | None
    """None in hamlets that number their houses without streets."""
    nodes: tuple[int, ...]
    """From the end that is nearer to the centre."""
    rank: int
    estate: int

    @property
    def written(self) -> str:
        """As the map has it: ул. Христо Ботев."""
        assert self.name is not None, "the street has no name"
        return f"{self.designator} {self.name.name}"


def name_streets(
    network: Network, towns: list[Town], random: np.random.Generator
) -> list[NamedStreet]:
    """Names every street and marks its ways; alleys and tracks keep none."""
    ways_of: dict[int, list[int]] = defaultdict(list)
    for number, way in enumerate(network.ways):
        if way.place >= 0 and way.rank < 3 and len(way.nodes) > 1:
            ways_of[way.place].append(number)
    streets: list[NamedStreet] = []
    for town in towns:
        names = _names(town, random)
        chains = sorted(
            _chains(network, ways_of[town.number]), key=lambda chain: _importance(network, chain)
        )
        for chain in chains:
            name = next(names, None)
            if name is None and town.fact.population >= _NAMELESS_BELOW:
                break
            streets.append(_street(network, town, chain, name, len(streets)))
    return streets


def _names(town: Town, random: np.random.Generator) -> Iterator[StreetName]:
    """Names for a settlement's streets, the common ones first; none twice."""
    ordinals = [name for name in street_names() if name.kind == "ordinal"]
    others = [name for name in street_names() if name.kind != "ordinal"]
    # Efraimidis and Spirakis 2006: a weighted shuffle by the keys u^(1/w).
    keys = random.random(len(others)) ** (1 / np.array([name.weight for name in others]))
    shuffled = [others[i] for i in np.argsort(-keys).tolist()]
    people, draw = town.fact.population, random.random()
    if people < _NAMELESS_BELOW and draw < 0.6:
        return iter(())
    if people < 1_000 and draw > 1 - _NUMBERED_TOWN:
        return iter(ordinals + shuffled)
    return iter(shuffled + (ordinals if people >= CITY else []))


def _chains(network: Network, numbers: list[int]) -> list[list[_End]]:
    """Ways in a row, each with the end at which one enters it."""
    partner = _partners(network, numbers)
    chains, used = [], set()
    loose = [(number, end) for number in numbers for end in (0, -1) if (number, end) not in partner]
    rings = [(number, 0) for number in numbers]
    for start in loose + rings:
        if start[0] in used:
            continue
        chain, entered = [], start
        while entered[0] not in used:
            used.add(entered[0])
            chain.append(entered)
            left = (entered[0], -1 - entered[1])
            entered = partner.get(left, left)
        chains.append(chain)
    return chains


def _partners(network: Network, numbers: list[int]) -> dict[_End, _End]:
    """For the end of a way, the way's end that goes straight on."""
    ends: dict[int, list[tuple[float, _End]]] = defaultdict(list)
    for number in numbers:
        nodes = network.ways[number].nodes
        for end, inner in ((0, 1), (-1, -2)):
            x, y = network.at(nodes[end])
            there = network.at(nodes[inner])
            ends[nodes[end]].append((math.atan2(there[1] - y, there[0] - x), (number, end)))
    partner: dict[_End, _End] = {}
    for stubs in ends.values():
        pairs = sorted(
            (abs(math.pi - abs(one[0] - other[0]) % (2 * math.pi)), one[1], other[1])
            for i, one in enumerate(stubs)
            for other in stubs[:i]
            if network.ways[one[1][0]].rank == network.ways[other[1][0]].rank
        )
        for bend, one_end, other_end in pairs:
            if bend < _STRAIGHT and one_end not in partner and other_end not in partner:
                partner[one_end], partner[other_end] = other_end, one_end
    return partner


def _importance(network: Network, chain: list[_End]) -> tuple[int, float]:
    ways = [network.ways[number] for number, _ in chain]
    return ways[0].rank, -sum(network.length(way) for way in ways)


def _street(
    network: Network, town: Town, chain: list[_End], name: StreetName | None, number: int
) -> NamedStreet:
    nodes: list[int] = []
    for way_number, entered in chain:
        way = network.ways[way_number]
        way.street = number
        if entered == -1:
            # All stretches run the same way, so that a one-way street does not turn against itself.
            way.nodes.reverse()
        nodes.extend(way.nodes[1 if nodes else 0 :])
    if math.dist(network.at(nodes[-1]), town.centre) < math.dist(network.at(nodes[0]), town.centre):
        nodes.reverse()
    first = network.ways[chain[0][0]]
    wide = first.rank < 2 and town.fact.population >= CITY
    return NamedStreet(
        number=number,
        place=town.number,
        designator="бул." if wide else "ул.",
        name=name,
        nodes=tuple(nodes),
        rank=first.rank,
        estate=first.estate,
    )
