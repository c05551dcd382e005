"""From a map and a country's ways to a list: so many addresses, the same for the same seed."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from data.bench.lists.country import Country
from data.bench.lists.truth import Door, Street, Town
from data.bench.lists.writing import (
    NOT_TOLD_APART,
    Book,
    Clerk,
    Listed,
    Sought,
    Spot,
    plain_number,
)
from planning.model import Address, Level

SHARES = {
    "typical": 0.60,
    "hard": 0.20,
    Sought.FICTITIOUS: 0.06,
    Sought.ELSEWHERE: 0.04,
    Sought.UNMAPPED: 0.05,
    Sought.NOTHING: 0.02,
    Sought.OUTSIDE: 0.01,
    Sought.SEVERAL: 0.02,
}
"""What a list is made of. "hard" holds every trouble of the country in equal parts."""

_ANOTHER_MEANING = frozenset(
    {"no number", "several numbers", "beside a block", "letter that is not mapped", "surname only"}
)
_UNLIKE = 0.72
"""An invented street's name is less like any of the town's than this (1 = equal)."""
_TRIES = 3_000
"""Addresses written in vain before a trouble counts as impossible on this map."""


def make_list(book: Book, country: Country, *, seed: str, size: int) -> tuple[Listed, ...]:
    """About `size` addresses: typical ones, hard ones, and some that have no right answer."""
    rng = random.Random(f"{seed} {country.code}")
    return tuple(_Making(book, country, rng).run(size))


@dataclass
class _Making:
    book: Book
    country: Country
    rng: random.Random

    def run(self, size: int) -> Iterator[Listed]:
        yield from self._many(self._typical, size, "typical")
        of_each = max(1, round(size * SHARES["hard"] / len(self.country.hard)))
        for trouble in self.country.hard:
            yield from self._with(trouble, of_each)
        yield from self._many(self._fictitious, size, Sought.FICTITIOUS)
        if len(self.book.towns) > 1:
            yield from self._many(self._elsewhere, size, Sought.ELSEWHERE)
        yield from self._many(self._unmapped, size, Sought.UNMAPPED)
        yield from self._many(self._nothing, size, Sought.NOTHING)
        yield from self._many(self._outside, size, Sought.OUTSIDE)
        yield from self._many(self._several, size, Sought.SEVERAL)

    def _many(self, make: Callable[[], Listed], size: int, kind: str) -> Iterator[Listed]:
        return (make() for _ in range(round(size * SHARES[kind])))

    @cached_property
    def _spots(self) -> dict[str, list[Spot]]:
        """Kind of settlement → its doors; one kind of all where the country weighs none."""
        found: dict[str, list[Spot]] = defaultdict(list)
        for spot in self.book.spots():
            found[spot.town.kind if self.country.weights else ""].append(spot)
        return found

    def _spot(self) -> Spot:
        kinds = [kind for kind in self.country.weights if self._spots[kind]] or [""]
        weights = [self.country.weights.get(kind, 1.0) for kind in kinds]
        return self.rng.choice(self._spots[self.rng.choices(kinds, weights)[0]])

    def _town(self) -> Town:
        return self.rng.choice([town for town in self.book.towns if town.kind == "village"])

    # With a right answer

    def _typical(self, must: str = "") -> Listed:
        clerk = Clerk(self.rng, must)
        if self.country.write_town and self.rng.random() < self.country.share_of_towns:
            return self.country.write_town(self._town(), clerk, self.book)
        return self.country.write(self._spot(), clerk, self.book)

    def _with(self, trouble: str, count: int) -> Iterator[Listed]:
        """So many addresses that `trouble` befell, none where the map has no place for it."""
        tries = found = 0
        while found < count and tries < _TRIES * (found + 1):
            tries += 1
            listed = self._typical(trouble)
            if trouble in listed.troubles:
                found += 1
                yield listed

    # Without one

    def _written(self, spot: Spot, sought: Sought) -> Listed:
        clerk = Clerk(self.rng, never=_ANOTHER_MEANING)
        listed = self.country.write(spot, clerk, self.book)
        return replace(listed, sought=sought, points=(), level=Level.NONE)

    def _fictitious(self) -> Listed:
        town = self._spot().town
        for _ in range(_TRIES):
            street = Street(self.country.invent(self.rng), estate=False)
            if not self.book.knows(town, self.book.bare(street), alike=_UNLIKE):
                break
        return self._written(Spot(town, street, self._some_door()), Sought.FICTITIOUS)

    def _some_door(self) -> Door:
        return Door(str(self.rng.randint(1, 40)), (0.0, 0.0))

    def _elsewhere(self) -> Listed:
        town, spot = self._spot().town, self._spot()
        while spot.street.estate or self.book.knows(town, self.book.bare(spot.street), alike=0.8):
            town, spot = self._spot().town, self._spot()
        return self._written(Spot(town, spot.street, self._some_door()), Sought.ELSEWHERE)

    def _unmapped(self) -> Listed:
        spot = self._spot()
        while len(spot.street.doors) < 4:
            spot = self._spot()
        known = {_leading(door.number) for door in spot.street.doors}
        gaps = [number for number in range(1, max(known)) if number not in known]
        inside = gaps and self.rng.random() < 0.5
        number = self.rng.choice(gaps) if inside else max(known) + self.rng.randint(30, 200)
        listed = self._written(
            Spot(spot.town, spot.street, Door(str(number), spot.street.doors[0].at)),
            Sought.UNMAPPED,
        )
        kind = "number in a gap" if inside else "number beyond the last"
        return replace(
            listed, points=spot.street.points, level=Level.STREET, troubles=(*listed.troubles, kind)
        )

    def _nothing(self) -> Listed:
        text = self.rng.choice(self.country.nothing)
        settled = any(map(str.isalpha, text)) and self.rng.random() < 0.4
        return Listed(Address(text, self._spot().town.name if settled else ""), Sought.NOTHING)

    def _outside(self) -> Listed:
        town = Town({"name": self.rng.choice(self.country.outside)}, "city", (0.0, 0.0))
        return self._written(Spot(town, self._spot().street, self._some_door()), Sought.OUTSIDE)

    def _several(self) -> Listed:
        if self.country.write_town and self.rng.random() < 0.25:
            listed = self._namesake(self.country.write_town)
            if listed is not None:
                return listed
        one, other = self._spot(), self._spot()
        first, second = (self._written(spot, Sought.SEVERAL) for spot in (one, other))
        text = self.rng.choice(self.country.both).format(
            one=first.address.text, other=second.address.text
        )
        return Listed(
            replace(first.address, text=text), Sought.SEVERAL, troubles=("two in a cell",)
        )

    def _namesake(self, write: Callable[[Town, Clerk, Book], Listed]) -> Listed | None:
        """A village that shares its name, and nothing that says which it is."""
        for _ in range(_TRIES):
            clerk = Clerk(self.rng, NOT_TOLD_APART)
            listed = write(self._town(), clerk, self.book)
            if NOT_TOLD_APART in listed.troubles:
                return replace(listed, sought=Sought.SEVERAL, points=(), level=Level.NONE)
        return None


def _leading(number: str) -> int:
    digits = re.match(r"\d+", plain_number(number))
    return int(digits[0]) if digits else 0
