"""What all clerks share: the record of a listed address, the hand that slips, and its slips.

Each country's module says how its clerks write and how often a trouble befalls them; every trouble
has a name, and a listed address remembers which befell it. Randomness comes from one seeded
`random.Random`, whose sequence Python keeps from version to version.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from data.bench.lists.truth import Door, Street, Town, metres
from planning.model import Address, Level, LonLat
from planning.travel.sphere import great_circle_metres

if TYPE_CHECKING:
    import random

_ORDINARY = re.compile(
    r"(?:бл\.? ?|блок )?\d+ ?[^\W\d_]?(?:[/-]\d+[^\W\d_]?)?(?: ?[кс] ?\d+){0,2}", re.IGNORECASE
)
"""Numbers that a clerk would write: maps also have "вл17" and "4, katutaso/Street level"."""
NOT_TOLD_APART = "same-named settlements, not told apart"
_SAME_SPOT_M = 50.0
"""Doors of one number so near to each other are one answer."""


class Sought(StrEnum):
    """What a listed address asks for, and so what a right answer is."""

    PLACE = "a place"
    """There is one right place."""
    FICTITIOUS = "fictitious street"
    ELSEWHERE = "street of another settlement"
    OUTSIDE = "settlement outside the map"
    UNMAPPED = "unmapped number"
    """The street is right, no door of it is."""
    NOTHING = "no address"
    SEVERAL = "several places"
    """Nobody can tell which is meant: it is for a person to decide."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list, invented, with what is true of it."""

    address: Address
    sought: Sought
    points: tuple[LonLat, ...] = ()
    """Any of these is the right place; none where there is no right place."""
    level: Level = Level.NONE
    """How precisely the line says it."""
    troubles: tuple[str, ...] = ()

    def metres_off(self, at: LonLat) -> float | None:
        """From `at` to the nearest right place; None where there is none."""
        if not self.points:
            return None
        return float(great_circle_metres(np.array(at), np.array(self.points)).min())


@dataclass(slots=True)
class Clerk:
    """Somebody typing one address. `must`: the trouble that befalls them for sure, if it can."""

    rng: random.Random
    must: str = ""
    never: frozenset[str] = frozenset()
    """Troubles that would change what is right."""
    troubles: dict[str, None] = field(default_factory=dict)

    def slips(self, trouble: str, share: float) -> bool:
        """Whether `trouble` befalls this address, as it does in `share` of all."""
        happens = self.rng.random() < share or trouble == self.must
        if trouble in self.never:
            return False
        if happens:
            self.troubles[trouble] = None
        return happens

    def style(self, shares: Mapping[str, float]) -> str:
        """One of several ways to write a thing, each with its weight."""
        return self.rng.choices(list(shares), list(shares.values()))[0]


@dataclass(frozen=True, slots=True)
class Spot:
    """A street of a town, and a door of it if the list is to name one."""

    town: Town
    street: Street
    door: Door | None = None

    @property
    def points(self) -> tuple[LonLat, ...]:
        """What is right: the door, or anywhere in the street."""
        return (self.door.at,) if self.door else self.street.points


class Book:
    """A map's towns, and which of its names can be told apart."""

    def __init__(
        self,
        towns: Sequence[Town],
        *,
        split: Callable[[str], tuple[str, str]],
        key: Callable[[str], str],
    ) -> None:
        """`split`: a street's name → designator, bare name; `key`: alike for equal bare names."""
        self.towns, self.split, self.key = towns, split, key
        self._words: dict[int, list[list[str]]] = defaultdict(list)
        self._keys: dict[int, Counter[str]] = defaultdict(Counter)
        """A town's names, by the town's identity; a town outside the map has none."""
        for town in towns:
            bare = [split(street.name)[1] for street in town.streets]
            self._words[id(town)] = [name.split() for name in bare]
            self._keys[id(town)].update(map(key, bare))
        self._named = Counter(town.name for town in towns)
        self._named_of_kind = Counter((town.name, town.kind) for town in towns)

    def bare(self, street: Street) -> str:
        """Its name without the designator."""
        return self.split(street.name)[1]

    def namesakes(self, town: Town, *, of_its_kind: bool = False) -> bool:
        """Another settlement has its name, another one of its kind if that is asked."""
        if of_its_kind:
            return self._named_of_kind[town.name, town.kind] > 1
        return self._named[town.name] > 1

    def sharing(self, spot: Spot, word: str) -> list[list[str]]:
        """The names, as words, of the town's streets that have this word in theirs."""
        return [words for words in self._words[id(spot.town)] if word in words]

    def lone(self, spot: Spot) -> bool:
        """No other street of the town has this name, not even with another designator."""
        return self._keys[id(spot.town)][self.key(self.bare(spot.street))] <= 1

    def _indistinct(self, town: Town) -> set[tuple[str, str]]:
        """Designators and names that two streets of a town share: "Първа" and "1-ва" are both 1."""
        named = Counter(self._identity(street) for street in town.streets)
        return {identity for identity, count in named.items() if count > 1}

    def _identity(self, street: Street) -> tuple[str, str]:
        designator, bare = self.split(street.name)
        return designator, self.key(bare)

    def clear(self, spot: Spot, text: str) -> bool:
        """`text` is nearer to this street's name than to any other of the town."""
        mine = self.key(self.bare(spot.street))
        others = (name for name in self._keys[id(spot.town)] if name != mine)
        return clearly(self.key(text), mine, others)

    def near_twin(self, spot: Spot) -> bool:
        """Another street of the town is one letter away. Digits are no letters."""
        mine = self.key(self.bare(spot.street))
        if any(map(str.isdigit, mine)):
            return False
        others = (name for name in self._keys[id(spot.town)] if name != mine)
        return any(Levenshtein.distance(mine, other, score_cutoff=1) <= 1 for other in others)

    def knows(self, town: Town, bare: str, *, alike: float) -> bool:
        """The town has a street of a name like this, or of its last word."""
        mine = self.key(bare)
        return any(
            Levenshtein.normalized_similarity(one, other, score_cutoff=alike) >= alike
            for name in self._keys[id(town)]
            for one, other in ((mine, name), (mine.split()[-1], name.split()[-1]))
        )

    def spots(self) -> Iterator[Spot]:
        """Every door that what the map says of it tells from all others of its town."""
        for town in self.towns:
            indistinct = self._indistinct(town)
            for street in town.streets:
                if self._identity(street) in indistinct:
                    continue
                for doors in _by_number(street).values():
                    if _ORDINARY.fullmatch(doors[0].number) and all(
                        metres(doors[0].at, door.at) < _SAME_SPOT_M for door in doors
                    ):
                        yield Spot(town, street, doors[0])


def clearly(text: str, mine: str, others: Iterable[str]) -> bool:
    """`text` is nearer to `mine` than to any of `others`, by letters to change."""
    off = Levenshtein.distance(text, mine)
    return all(Levenshtein.distance(text, other, score_cutoff=off) > off for other in others)


def _by_number(street: Street) -> dict[str, list[Door]]:
    found: dict[str, list[Door]] = defaultdict(list)
    for door in street.doors:
        found[plain_number(door.number)].append(door)
    return found


def plain_number(number: str) -> str:
    """The number without words before it: "бл. 12А" → "12а"."""
    return re.sub(r"^\D*?(?=\d)", "", number).casefold().replace(" ", "")


# What every country's writer does ----------------------------------------------------------------


def house_or_street(spot: Spot, clerk: Clerk) -> tuple[tuple[LonLat, ...], Level]:
    """What is right and how precisely it is said: the door, unless the number is forgotten."""
    if clerk.slips("no number", 0.02):
        return spot.street.points, Level.QUARTER if spot.street.estate else Level.STREET
    return spot.points, Level.HOUSE


def with_typo(
    name: str, clerk: Clerk, keyboard: Sequence[str], clear: Callable[[str], bool]
) -> str:
    """The name, with a slip in 7 of 100; `clear`: the town's streets can still be told apart."""
    if not clerk.slips("typo in the street", 0.07):
        return name
    for _ in range(8):
        typed, slip = misspelt(name, clerk.rng, keyboard)
        if slip and typed != name and clear(typed):
            clerk.troubles[slip] = None
            return typed
    del clerk.troubles["typo in the street"]
    return name


def laid_out(
    settlement: str, rest: str, clerk: Clerk, *, at_the_end: float = 0.07
) -> tuple[str, str]:
    """The cells for settlement and address: in 35 of 100 lists the settlement has its own."""
    if clerk.slips("settlement in its own column", 0.35):
        return settlement, rest
    if clerk.slips("settlement at the end", at_the_end):
        return "", f"{rest}, {settlement}"
    return "", settlement + clerk.style({", ": 85, " ": 12, "; ": 3}) + rest


def shouted_or_whispered(text: str, clerk: Clerk) -> str:
    """All capitals, or none."""
    if clerk.slips("capitals", 0.06):
        return text.upper()
    return text.lower() if clerk.slips("small letters", 0.02) else text


# Slips of the hand ------------------------------------------------------------------------------


def misspelt(text: str, rng: random.Random, keyboard: Sequence[str]) -> tuple[str, str]:
    """`text` with one slip in one of its longer words, and the name of the slip.

    `keyboard`: its rows, left to right. The first letter stays: people look at it.
    """
    words = list(re.finditer(r"[^\W\d_]{4,}", text))
    if not words:
        return text, ""
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end())
    slip = rng.choice(("drop", "swap", "double", "replace", "neighbour"))
    return _SLIPS[slip](text, at, word.end(), rng, keyboard), f"typo: {slip}"


def _drop(text: str, at: int, *_: object) -> str:
    return text[:at] + text[at + 1 :]


def _swap(text: str, at: int, end: int, *_: object) -> str:
    at = min(at, end - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _double(text: str, at: int, *_: object) -> str:
    return text[:at] + text[at] + text[at:]


def _replace(text: str, at: int, _end: int, rng: random.Random, keyboard: Sequence[str]) -> str:
    letters = [ch for row in keyboard for ch in row if ch.isalpha() and ch != text[at].lower()]
    return text[:at] + _like(rng.choice(letters), text[at]) + text[at + 1 :]


def _neighbour(text: str, at: int, end: int, rng: random.Random, keyboard: Sequence[str]) -> str:
    for row in keyboard:
        place = row.find(text[at].lower())
        if place >= 0:
            beside = [row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)]
            beside = [ch for ch in beside if ch.isalpha()]
            if beside:
                return text[:at] + _like(rng.choice(beside), text[at]) + text[at + 1 :]
    return _replace(text, at, end, rng, keyboard)


_SLIPS: dict[str, Callable[[str, int, int, random.Random, Sequence[str]], str]] = {
    "drop": _drop,
    "swap": _swap,
    "double": _double,
    "replace": _replace,
    "neighbour": _neighbour,
}


def _like(letter: str, model: str) -> str:
    return letter.upper() if model.isupper() else letter


LATIN_TWINS = str.maketrans("АВЕКМНОРСТХаеорсхуі", "ABEKMHOPCTXaeopcxyi")
"""Cyrillic letters and the Latin ones that look the same."""
CYRILLIC_TWINS = str.maketrans("IXCM", "ІХСМ")
"""Roman numerals' Latin letters and the Cyrillic ones that look the same."""


def mixed_scripts(text: str, rng: random.Random) -> str:
    """One Cyrillic letter becomes its Latin twin, the first of a word for choice."""
    able = [i for i, ch in enumerate(text) if ch.translate(LATIN_TWINS) != ch]
    first = [i for i in able if i == 0 or not text[i - 1].isalpha()]
    if not able:
        return text
    at = rng.choice(first or able)
    return text[:at] + text[at].translate(LATIN_TWINS) + text[at + 1 :]


def squeezed(text: str) -> str:
    """No space after a mark: "гр.Русе,ул.Липник№5"."""
    return re.sub(r"\s*([.,;№])\s*", r"\1", text)


_ROMAN = (
    (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"),
    (1, "I"),
)  # fmt: skip


def roman(number: int) -> str:
    """1 … 399 in Roman numerals, Latin capitals."""
    text = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def lettered(number: str, clerk: Clerk) -> str:
    """A number with a letter, written otherwise: "12А" → "12 а", "12-А"."""
    found = re.fullmatch(r"(\d+)\s*([^\W\d_])", number)
    if not found or not clerk.slips("letter set apart", 0.5):
        return number
    letter = clerk.rng.choice((found[2].upper(), found[2].lower()))
    if clerk.rng.random() < 0.15:
        letter = letter.translate(LATIN_TWINS)
    return found[1] + clerk.rng.choice((" ", "-", "", " - ")) + letter


def invented_street(rng: random.Random, syllables: Sequence[str], endings: Sequence[str]) -> str:
    """A name of two to three syllables and an ending that nobody bears."""
    body = "".join(rng.choices(syllables, k=rng.choice((2, 2, 3))))
    return (body + rng.choice(endings)).capitalize()
