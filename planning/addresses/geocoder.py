"""Address → place, within one region's gazetteer, on the office's own machine.

A region may reach over a border: each country's part of the gazetteer has an index of its own, read
by that country's grammar, and the address goes to the countries that it may lie in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from planning.addresses.answers import reviewed, weighed
from planning.addresses.areas import MunicipalityFinder
from planning.addresses.confidence import PRIOR, Confidence
from planning.addresses.countries import likely, split
from planning.addresses.gazetteer import Gazetteer
from planning.addresses.resolver import Resolver
from planning.model import Address, Level, Place
from planning.text import note

if TYPE_CHECKING:
    import geopandas as gpd

_LEVELS = tuple(Level)
_TO_A_DOOR = (Level.HOUSE, Level.INTERPOLATED, Level.STREET, Level.QUARTER)


class Locator(Protocol):
    """Anything that finds places for addresses."""

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer; nothing is raised."""
        ...


class Geocoder:
    """Finds addresses in one region's gazetteer. Build once, use for every list."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        areas: gpd.GeoDataFrame | None = None,
        confidence: Confidence = PRIOR,
    ) -> None:
        """`areas`: see `planning.areas.AREA_COLUMNS`; its municipalities check every answer."""
        self._resolvers = [Resolver(part) for part in split(gazetteer)]
        self._confidence = confidence
        self._finder = None if areas is None else MunicipalityFinder(areas)

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer; nothing is raised."""
        places = [self._checked(each.resolve(address)) for each in self._asked(address)]
        return _best([weighed(place, self._confidence) for place in places])

    def _asked(self, address: Address) -> list[Resolver]:
        """The countries that `address` may lie in."""
        if len(self._resolvers) == 1:
            return self._resolvers
        chosen = likely(address, [each.index for each in self._resolvers])
        return [each for each in self._resolvers if each.index in chosen]

    def _checked(self, place: Place) -> Place:
        """`place`, with its municipality compared to the one whose polygon holds the point."""
        if self._finder is None or place.lon is None or place.lat is None or place.contradiction:
            return place
        found = self._finder.at(place.lon, place.lat)
        if found is None or not place.municipality_code or found.code == place.municipality_code:
            return place
        told = note(
            "the point lies in {area}, the settlement belongs to {municipality}",
            area=found.name, municipality=place.municipality,
        )  # fmt: skip
        return replace(reviewed(place, told), contradiction=told)


def _best(places: list[Place]) -> Place:
    """The surest of several countries' answers; for a person where two of them know the street."""
    places = sorted(places, key=lambda p: (p.needs_review, _LEVELS.index(p.level), -p.confidence))
    best = places[0]
    if len(places) > 1 and all(place.level in _TO_A_DOOR for place in places[:2]):
        best = replace(
            reviewed(best, note("another country of this region has such a street too")),
            candidates=(*best.candidates, *places[1].candidates),
        )
    return best
