"""What is asked of another geocoder, and what its answers are worth in one region.

Another geocoder knows neither our grammars nor our boundaries, and nobody measured how sure it is.
So we ask without entrance, floor and flat, in the words it understands best, and take from its
answer a point, a level and a house number only: municipality and settlement are those whose area
holds the point. Only a house or street in the settlement that the address names stands by itself;
everything else is for a person.

That the words "гр." and "с." must go was measured: of 400 doors of the modelled regions, Nominatim
5.3 found 94 % within 50 m as "street number, settlement" and 26 % with "гр." before the settlement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from planning.addresses import confidence as sure
from planning.addresses.answers import MOST_CANDIDATES, nowhere, reviewed
from planning.addresses.countries import split
from planning.addresses.gazetteer import Gazetteer, Municipality, Settlement
from planning.addresses.grammar import Grammar
from planning.addresses.grammars import for_country
from planning.addresses.index import metres
from planning.addresses.keys import door, door_of, name_of
from planning.addresses.parse import Parsed, Stretch, house_number, parse, readings
from planning.areas import MUNICIPALITY, SETTLEMENT, locate_points
from planning.errors import OutreachError
from planning.model import Address, Candidate, Level, Place, Unit
from planning.text import Note, note, shorten

if TYPE_CHECKING:
    import geopandas as gpd

MOST_QUESTIONS = 3
"""One address is asked for in so many ways at most."""

_SURE_ENOUGH = {Level.HOUSE: 0.85, Level.INTERPOLATED: 0.8, Level.STREET: 0.8}
_DOUBTFUL = 0.4
"""Guesses, on the careful side: of what Nominatim was sure of, 11 to 12 % was measured wrong."""

_LEAST_ERROR_M = {
    Level.HOUSE: sure.ERROR_FLOOR_M,
    Level.INTERPOLATED: 100.0,
    Level.STREET: 200.0,
    Level.QUARTER: 500.0,
    Level.SETTLEMENT: 1_000.0,
    Level.MUNICIPALITY: 10_000.0,
}
"""Expected error in metres where the answer says nothing of its extent, or too little."""

_LEVELS = tuple(Level)
_TIGHT = re.compile(r" ?([-/]) ?")
_BY_ITSELF = (Level.HOUSE, Level.INTERPOLATED, Level.STREET)


class GeocoderUnreachable(OutreachError):
    """The configured geocoder cannot be asked: a matter for whoever runs it, told once."""


@dataclass(frozen=True, slots=True)
class Question:
    """One address, as another geocoder is asked for it. *Personal.*"""

    texts: tuple[str, ...] = ()
    """To be tried in this order; empty when there is nothing to ask for."""
    number: str = ""
    """House or block number, normalised."""
    settlements: frozenset[str] = frozenset()
    """Keys, in Latin letters, of every name that may be the settlement's."""
    municipalities: frozenset[str] = frozenset()
    """Keys of the municipality that is stated; empty when none is."""
    unit: Unit = field(default_factory=Unit)
    """Taken off the text, kept for the crew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One place another geocoder proposes, well formed but not trusted."""

    lon: float
    lat: float
    level: Level
    number: str = ""
    """House number, as the map has it."""
    label: str = ""
    """The address as the other geocoder spells it."""
    box: tuple[float, float, float, float] | None = None
    """Its extent: west, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class _Located:
    answer: Answer
    municipality: Municipality
    settlement: Settlement | None
    stated: bool
    """It lies in the settlement that the address names."""
    other_number: bool
    """A door, but not the one that was asked for."""

    @property
    def level(self) -> Level:
        return Level.STREET if self.other_number else self.answer.level


class Judge:
    """Turns addresses into questions, and answers into places of one region."""

    def __init__(self, geocoder: str, gazetteer: Gazetteer, areas: gpd.GeoDataFrame) -> None:
        """`geocoder`: its name, for the notes. `areas`: see `planning.areas.AREA_COLUMNS`."""
        self._geocoder = geocoder
        self._areas = areas
        self._grammars = [for_country(part.country) for part in split(gazetteer)]
        self._settlements = {each.code: each for each in gazetteer.settlements}
        self._municipalities = {each.code: each for each in gazetteer.municipalities}

    def question(self, address: Address) -> Question:
        """What to ask for `address`; nothing for a text that is no address, or several."""
        asked = [_question(address, grammar) for grammar in self._grammars]
        # The likeliest wording of every country comes before the next best of any.
        ranked = zip_longest(*(each.texts for each in asked))
        texts = dict.fromkeys(text for rank in ranked for text in rank if text)
        return Question(
            tuple(texts)[:MOST_QUESTIONS],
            next((each.number for each in asked if each.number), ""),
            frozenset().union(*(each.settlements for each in asked)),
            frozenset().union(*(each.municipalities for each in asked)),
            asked[0].unit,
        )

    def place(self, asked: Question, answers: Sequence[Answer]) -> Place:
        """The best of the answers that lie in this region, the others as its candidates."""
        found = [each for each in answers if each.level is not Level.NONE]
        located = self._located(asked, found)
        if not located:
            return nowhere(
                note("what {geocoder} found lies outside of this region", geocoder=self._geocoder)
                if found
                else note("{geocoder} knows no such address", geocoder=self._geocoder)
            )
        located.sort(key=lambda each: (not each.stated, _LEVELS.index(each.level)))
        best = located[0]
        against = self._against(best, asked)
        doubts = [*_doubts(best, asked), *_rivals(located), *([against] if against else [])]
        place = replace(
            self._filed(best),
            unit=asked.unit,
            needs_review=False,
            contradiction=against,
            candidates=tuple(_candidate(each) for each in located[:MOST_CANDIDATES]),
        )
        return reviewed(place, *doubts) if doubts else place

    def unreadable(self) -> Place:
        """No place, because the answer made no sense."""
        return nowhere(note("{geocoder}'s answer cannot be read", geocoder=self._geocoder))

    def _located(self, asked: Question, answers: Sequence[Answer]) -> list[_Located]:
        """The answers that lie in a municipality of this region."""
        lonlat = np.array([(each.lon, each.lat) for each in answers], dtype=float).reshape(-1, 2)
        municipalities = locate_points(self._areas, lonlat, level=MUNICIPALITY)
        settlements = locate_points(self._areas, lonlat, level=SETTLEMENT)
        located = []
        for answer, code, within in zip(answers, municipalities, settlements, strict=True):
            municipality = self._municipalities.get(str(code))
            if municipality is None:
                continue
            settlement = self._settlements.get(str(within)) or self._nearest(answer, str(code))
            located.append(
                _Located(
                    answer,
                    municipality,
                    settlement,
                    stated=settlement is not None
                    and not asked.settlements.isdisjoint(self._keys(settlement)),
                    other_number=answer.level is Level.HOUSE
                    and not self._same_door(asked.number, answer.number),
                )
            )
        return located

    def _nearest(self, answer: Answer, municipality_code: str) -> Settlement | None:
        """Where settlements have no areas: the nearest whose doors reach that far."""
        reached = [
            (away, each.code, each)
            for each in self._settlements.values()
            if each.municipality_code == municipality_code
            and (away := metres(answer.lon, answer.lat, each.lon, each.lat)) <= each.radius_m
        ]
        return min(reached)[2] if reached else None

    def _keys(self, area: Settlement | Municipality) -> set[str]:
        return {
            name_of(name, grammar).key
            for grammar in self._grammars
            for name in (area.name, *area.names)
        }

    def _same_door(self, number: str, found: str) -> bool:
        wanted = door(number)
        for grammar in self._grammars:
            known = door_of(found, grammar)
            if wanted.text and wanted.text == known.text:
                return True
            if known.base is not None and known.last is not None and known.last > known.base:
                return wanted.base is not None and known.base <= wanted.base <= known.last
        return False

    def _against(self, best: _Located, asked: Question) -> Note | None:
        """How the answer contradicts the municipality that is stated."""
        stated = asked.municipalities
        if not stated or not stated.isdisjoint(self._keys(best.municipality)):
            return None
        return note(
            "the point lies in {municipality}, another municipality than the list says",
            municipality=best.municipality.name,
        )

    def _filed(self, best: _Located) -> Place:
        answer, settlement = best.answer, best.settlement
        told = note("{label} found by {geocoder}", label=_label(best), geocoder=self._geocoder)
        return Place(
            best.level,
            lon=answer.lon,
            lat=answer.lat,
            confidence=_confidence(best),
            error_m=round(_error_m(best.level, answer), 1),
            matched=_label(best),
            municipality_code=best.municipality.code,
            municipality=best.municipality.name,
            settlement_code=settlement.code if settlement is not None else "",
            settlement=settlement.name if settlement is not None else "",
            notes=(told, note("how sure another geocoder is was not measured here")),
        )


def _doubts(best: _Located, asked: Question) -> list[Note]:
    """Why the answer is for a person; empty for a door or street where it was looked for."""
    doubts = []
    if best.level not in _BY_ITSELF:
        doubts.append(note("it knows neither house nor street"))
    if best.other_number:
        doubts.append(note("the list does not have the number that it found"))
    elif asked.number and best.level is Level.STREET:
        doubts.append(note("it does not know the number"))
    if not best.stated:
        doubts.append(note("the address does not name the settlement that the point lies in"))
    if _error_m(best.level, best.answer) > sure.WIDE_M:
        doubts.append(note("the point may be far off"))
    return doubts


def _rivals(located: Sequence[_Located]) -> list[Note]:
    """Another answer that is as good, and somewhere else."""
    best = located[0]
    for each in located[1:]:
        away = metres(best.answer.lon, best.answer.lat, each.answer.lon, each.answer.lat)
        if each.level is best.level and each.stated == best.stated and away > sure.WIDE_M:
            return [note("it proposes several places that are far apart")]
    return []


def _confidence(best: _Located) -> float:
    stands = best.stated and not best.other_number
    return _SURE_ENOUGH.get(best.level, _DOUBTFUL) if stands else _DOUBTFUL


def _error_m(level: Level, answer: Answer) -> float:
    """Metres from the point to the farthest corner of its extent, but not less than is usual."""
    least = _LEAST_ERROR_M[level]
    if answer.box is None:
        return least
    west, south, east, north = answer.box
    corners = [(lon, lat) for lon in (west, east) for lat in (south, north)]
    return max(least, *(metres(answer.lon, answer.lat, lon, lat) for lon, lat in corners))


def _label(found: _Located) -> str:
    return shorten(found.answer.label, 160)


def _candidate(found: _Located) -> Candidate:
    return Candidate(
        lon=found.answer.lon,
        lat=found.answer.lat,
        level=found.level,
        score=_confidence(found),
        label=_label(found),
        settlement_code=found.settlement.code if found.settlement is not None else "",
        municipality_code=found.municipality.code,
    )


# Questions


def _question(address: Address, grammar: Grammar) -> Question:
    """`address` as one country's grammar reads it."""
    parsed = parse(address.text, grammar)
    if parsed.nothing or parsed.service or parsed.others or parsed.too_long:
        return Question(unit=parsed.unit)
    town = address.settlement.strip()
    towns = [name_of(town, grammar).key] if town else []
    towns += [_typed(each, designator=False) for each in parsed.settlements]
    counties = {
        name_of(address.municipality, grammar).key,
        *(key for each in parsed.municipalities for key in _keys_of(each, grammar)),
    } - {""}
    stated = {
        key for each in (*parsed.settlements, *parsed.plains) for key in _keys_of(each, grammar)
    }
    asked = (
        [*_lines(parsed, designator=True), *towns[:1], *sorted(counties)[:1]],
        [*_lines(parsed, designator=False), *towns[:1]],
    )
    texts = (", ".join(dict.fromkeys(filter(None, each))) for each in asked)
    return Question(
        tuple(text for text in texts if any(ch.isalpha() for ch in text)),
        house_number(parsed, grammar),
        frozenset({*towns[:1], *stated}),
        frozenset(counties),
        parsed.unit,
    )


def _lines(parsed: Parsed, *, designator: bool) -> list[str]:
    """Street, quarter and what is not explained, each with its number behind it."""
    streets = [_typed(each, designator=designator) for each in parsed.streets]
    quarters = [_typed(each, designator=designator) for each in parsed.quarters]
    if parsed.block:
        quarters[-1:] = [" ".join([*quarters[-1:], parsed.block])]
    lines = [*streets, *quarters, *(_typed(each, designator=False) for each in parsed.plains)]
    if parsed.number:
        lines[:1] = [" ".join([*lines[:1], parsed.number])]
    return lines


def _typed(stretch: Stretch, *, designator: bool) -> str:
    """The words of a stretch as they were typed, without space around "-" and "/"."""
    before = stretch.typed if designator and not stretch.after else ()
    tokens = (*before, *stretch.tokens)
    words = " ".join([*(token.text for token in tokens), stretch.number])
    return _TIGHT.sub(r"\1", words).strip()


def _keys_of(stretch: Stretch, grammar: Grammar) -> list[str]:
    """Every name that a stretch may be."""
    return [reading.name.key for reading in readings(stretch, grammar)]
