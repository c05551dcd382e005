"""Search structures over one region's gazetteer: by settlement, then by street, then by number.

Names are turned into keys when the index is built; what only some addresses need (words for
initials, Latin spellings, the parsed numbers of a street) is made for a settlement or street when
it is first asked for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Landmark,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.addresses.grammar import Grammar
from planning.addresses.grammars import for_country
from planning.addresses.keys import Door, Name, Word, door_of, name_of, plain_key

EARTH_M = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

APART_M = 800.0
"""No two neighbouring doors of one street are farther apart than this."""


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance of two points within a region: equirectangular, under 0.1 % off at 100 km."""
    x = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return EARTH_M * math.hypot(x, math.radians(other_lat - lat))


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name of a street."""

    words: tuple[Word, ...]
    kind: str
    """Kind of its designator: street, boulevard, estate, …; empty where the map has none."""
    street: int
    """Position in the gazetteer's streets."""
    main: bool
    """The name on the map today; False for old, translated and alternative names."""
    literal: str = ""
    """See `Name.literal`."""

    @property
    def key(self) -> str:
        """As `Name.key`."""
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class StreetBook:
    """The streets and quarters of one settlement by name."""

    grammar: Grammar
    spellings: list[Spelling] = field(default_factory=list)
    by_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Key → positions in `spellings`."""
    by_plain_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The same without titles."""
    by_literal: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By `Name.literal`."""
    _by_last: dict[str, list[int]] | None = None
    _by_words: dict[frozenset[str], list[int]] | None = None

    def add(self, spelling: Spelling) -> None:
        """Takes one more name in."""
        at = len(self.spellings)
        self.spellings.append(spelling)
        self.by_key[spelling.key].append(at)
        self.by_plain_key[plain_key(spelling.words, self.grammar)].append(at)
        self.by_literal[spelling.literal].append(at)

    @property
    def by_words(self) -> dict[frozenset[str], list[int]]:
        """Positions by the words of the name, whatever their order."""
        if self._by_words is None:
            found: dict[frozenset[str], list[int]] = defaultdict(list)
            for at, spelling in enumerate(self.spellings):
                found[frozenset(word.text for word in spelling.words)].append(at)
            self._by_words = dict(found)
        return self._by_words

    @property
    def by_last(self) -> dict[str, list[int]]:
        """Positions by the last word of the name: surnames, mostly."""
        if self._by_last is None:
            found: dict[str, list[int]] = defaultdict(list)
            for at, spelling in enumerate(self.spellings):
                if spelling.words:
                    found[spelling.words[-1].text].append(at)
            self._by_last = dict(found)
        return self._by_last


@dataclass(frozen=True, slots=True)
class Numbered:
    """One numbered door of a street."""

    door: Door
    lon: float
    lat: float
    shown: str
    """As the map has it."""
    interpolated: bool = False
    """Nobody saw it, see `HouseNumber.interpolated`."""


class Index:
    """One region's gazetteer, ready to be searched."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.grammar: Grammar = for_country(gazetteer.country)
        self.settlements: dict[str, Settlement] = {s.code: s for s in gazetteer.settlements}
        self.municipalities: dict[str, Municipality] = {m.code: m for m in gazetteer.municipalities}
        self.settlements_by_key = self._keyed(
            (s.code, (s.name, *s.names)) for s in gazetteer.settlements
        )
        self.municipalities_by_key = self._keyed(
            (m.code, (m.name, *m.names)) for m in gazetteer.municipalities
        )
        self.provinces_by_key = self._keyed(
            (m.code, _province_names(m.province)) for m in gazetteer.municipalities if m.province
        )
        """Province → its municipalities."""
        self.books: dict[str, StreetBook] = defaultdict(lambda: StreetBook(self.grammar))
        self.known_keys: dict[str, set[str]] = defaultdict(set)
        """Key of a street's name → settlements that have it."""
        self._numbers: dict[int, list[HouseNumber]] = defaultdict(list)
        self._doors: dict[int, list[Numbered]] = {}
        self._scattered: dict[int, bool] = {}
        self._context_keys: dict[str, frozenset[str]] = {}
        self._add_streets(gazetteer.streets)
        for number in gazetteer.numbers:
            self._numbers[number.street_id].append(number)

    @cached_property
    def districts(self) -> frozenset[str]:
        """Keys of the districts that are known of the region's cities; none: nothing is known."""
        listed = self.grammar.city_districts.items()
        names = [each for city, named in listed if self._has(city) for each in named]
        names += [street.district for street in self.gazetteer.streets if street.district]
        return frozenset(self.name(name).key for name in names)

    def _has(self, city: str) -> bool:
        return self.name(city).key in self.settlements_by_key

    @cached_property
    def place_starts(self) -> frozenset[str]:
        """First words of all settlements, municipalities and provinces."""
        tables = (self.settlements_by_key, self.municipalities_by_key, self.provinces_by_key)
        return frozenset(key.split(" ", 1)[0] for table in tables for key in table)

    def _keyed(self, named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
        """Codes by key, in the gazetteer's order."""
        found: dict[str, list[str]] = defaultdict(list)
        for code, names in named:
            for name in names:
                key = self.name(name).key
                if key and code not in found[key]:
                    found[key].append(code)
        return dict(found)

    def _add_streets(self, streets: tuple[Street, ...]) -> None:
        for at, street in enumerate(streets):
            book = self.books[street.settlement_code]
            seen: set[tuple[str, str]] = set()
            for spelled in (street.name, *street.names):
                name = self.name(spelled)
                if not name.words or (name.literal, name.kind) in seen:
                    continue
                seen.add((name.literal, name.kind))
                main = spelled == street.name
                book.add(Spelling(name.words, name.kind, at, main, name.literal))
                self.known_keys[name.key].add(street.settlement_code)

    def context_keys(self, municipality_code: str) -> frozenset[str]:
        """Keys of a municipality's names and of its province's."""
        keys = self._context_keys.get(municipality_code)
        if keys is None:
            keys = self._context_keys[municipality_code] = self._keys_of(municipality_code)
        return keys

    def _keys_of(self, municipality_code: str) -> frozenset[str]:
        municipality = self.municipalities.get(municipality_code)
        if municipality is None:
            return frozenset()
        names = (municipality.name, *_province_names(municipality.province), *municipality.names)
        return frozenset(self.name(name).key for name in names if name.strip())

    def name(self, text: str) -> Name:
        """`text` as a key, by this region's grammar."""
        return name_of(text, self.grammar)

    def doors(self, street: Street) -> list[Numbered]:
        """The numbered doors of a street, in the gazetteer's order."""
        doors = self._doors.get(street.street_id)
        if doors is None:
            doors = [
                Numbered(door_of(n.number, self.grammar), n.lon, n.lat, n.number, n.interpolated)
                for n in self._numbers.get(street.street_id, ())
            ]
            self._doors[street.street_id] = doors
        return doors

    def is_village(self, street: Street) -> bool:
        """True when a "street" is the village itself, its houses numbered as they were built."""
        settlement = self.settlements.get(street.settlement_code)
        return settlement is not None and (
            self.name(settlement.name).key == self.name(street.name).key
        )

    def scattered(self, street: Street) -> bool:
        """True when the doors of a street lie in groups far apart: big cities use a name twice."""
        known = self._scattered.get(street.street_id)
        if known is None:
            known = _fall_apart(self.doors(street))
            self._scattered[street.street_id] = known
        return known

    def members(self, municipality_code: str) -> list[Settlement]:
        """The settlements of a municipality, in the gazetteer's order."""
        return self._members.get(municipality_code, [])

    @cached_property
    def _members(self) -> dict[str, list[Settlement]]:
        found: dict[str, list[Settlement]] = defaultdict(list)
        for settlement in self.gazetteer.settlements:
            found[settlement.municipality_code].append(settlement)
        return dict(found)

    @cached_property
    def landmarks(self) -> dict[str, list[tuple[frozenset[str], Landmark]]]:
        """Landmarks by settlement code, with the words of all their names."""
        found: dict[str, list[tuple[frozenset[str], Landmark]]] = defaultdict(list)
        for landmark in self.gazetteer.landmarks:
            names = (landmark.name, *landmark.names)
            words = frozenset(word.text for name in names for word in self.name(name).words)
            found[landmark.settlement_code].append((words, landmark))
        return dict(found)

    @cached_property
    def blocks(self) -> dict[str, dict[str, list[tuple[Street, Numbered]]]]:
        """Blocks of estates by settlement code and normalised number."""
        found: dict[str, dict[str, list[tuple[Street, Numbered]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for street in self.gazetteer.streets:
            for numbered in self.doors(street):
                if street.kind is StreetKind.QUARTER or numbered.door.block:
                    found[street.settlement_code][numbered.door.text].append((street, numbered))
        return found


def _province_names(province: str) -> tuple[str, ...]:
    """With and without what stands in brackets: "София (столица)"."""
    return (province, province.split("(")[0])


def _fall_apart(doors: Sequence[Numbered]) -> bool:
    """Doors in groups more than `APART_M` from each other: in big cities a name comes twice.

    Sorted along either axis, a gap between neighbours parts the groups.
    """
    for lonward in (True, False):
        line = sorted(doors, key=_longitude if lonward else _latitude)
        for one, other in pairwise(line):
            lon, lat = (other.lon, one.lat) if lonward else (one.lon, other.lat)
            if metres(one.lon, one.lat, lon, lat) > APART_M:
                return True
    return False


def _longitude(numbered: Numbered) -> float:
    return numbered.lon


def _latitude(numbered: Numbered) -> float:
    return numbered.lat
