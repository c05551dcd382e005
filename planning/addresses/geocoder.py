"""Address → place, within one region's gazetteer, on the office's own machine.

The order of work: the text is taken apart (`parse`), the settlement is decided (`settlements`), then
the street or block within that settlement (`streets`), then the number (`numbers`). What cannot be
decided is not guessed: the answer falls back to what is sure and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from planning.addresses import confidence as sure
from planning.addresses.areas import MunicipalityFinder
from planning.addresses.confidence import How, Ladder
from planning.addresses.gazetteer import Gazetteer, Settlement, Street, StreetKind
from planning.addresses.grammar import Part
from planning.addresses.index import Index, Spelling, metres
from planning.addresses.keys import Name
from planning.addresses.numbers import Spot, find_number
from planning.addresses.parse import Parsed, Reading, Stretch, parse, readings
from planning.addresses.settlements import Where, find_settlement
from planning.addresses.streets import Match, find_street
from planning.model import Address, Candidate, Level, Place

if TYPE_CHECKING:
    import geopandas as gpd

MOST_CANDIDATES = 5
FEW_OPTIONS = 8
"""Among so many settlements a street is looked for by all means, among more by its exact name."""
DOOR_LEVELS = (Level.HOUSE, Level.INTERPOLATED, Level.STREET)


class Locator(Protocol):
    """Anything that finds places for addresses."""

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer; nothing is raised."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A street of the settlement, and the spot on it."""

    match: Match
    spot: Spot
    number: str
    ambiguous: bool = False
    """Another street of the same name fits as well."""

    @property
    def confidence(self) -> float:
        """A-priori, from the tables in `confidence`."""
        value = sure.STREET[self.match.how] * sure.NUMBER[self.spot.ladder]
        if not self.match.same_kind:
            value *= sure.OTHER_KIND
        if not self.match.same_part:
            value *= sure.STREET_FOR_QUARTER
        return value * sure.DOUBTFUL if self.ambiguous else value


class Geocoder:
    """Finds addresses in one region's gazetteer. Build once, use for every list."""

    def __init__(self, gazetteer: Gazetteer, areas: gpd.GeoDataFrame | None = None) -> None:
        """`areas`: see `planning.areas.AREA_COLUMNS`; its municipalities check every answer."""
        self.index = Index(gazetteer)
        self._finder = None if areas is None else MunicipalityFinder(areas)

    def locate(self, address: Address) -> Place:
        """The place of `address`. Any text has exactly one answer; nothing is raised."""
        parsed = parse(address.text, self.index.grammar)
        place = self._several(parsed, address) if parsed.others else self._one(parsed, address)
        place = replace(place, unit=parsed.unit, service_address=parsed.service)
        if parsed.service:
            place = _reviewed(place, "a municipal service address: nobody lives there")
        if parsed.too_long:
            place = _reviewed(place, "the text is longer than an address; its end was not read")
        return self._checked(place)

    def _checked(self, place: Place) -> Place:
        """`place` with the municipality its point lies in compared with the one it is filed under."""
        if self._finder is None or place.lon is None or place.lat is None or place.mismatch:
            return place
        found = self._finder.at(place.lon, place.lat)
        if found is None or found.code == place.municipality_code or not place.municipality_code:
            return place
        note = f"the point lies in {found.name}, the settlement belongs to {place.municipality}"
        return replace(_reviewed(place, note), mismatch=note)

    def _one(self, parsed: Parsed, address: Address) -> Place:
        if not _says_where(parsed, address):
            said = parsed.nothing and any(ch.isalnum() for ch in parsed.text)
            note = "the list says that" if said else "the text says nothing of a place;"
            return Place(Level.NONE, explanation=_sentence(f"{note} there is no address"))
        where = find_settlement(parsed, address, self.index)
        if where.settlement is None:
            self._decide_by_street(parsed, where)
        if where.settlement is None:
            return self._without_settlement(parsed, where)
        return self._in_settlement(parsed, where, where.settlement)

    def _several(self, parsed: Parsed, address: Address) -> Place:
        """Two addresses in one cell: both as candidates, and only what they share as the answer."""
        places = [self._one(parsed, address)]
        for other in parsed.others:
            inherited = address
            if not address.settlement and not other.settlements and places[0].settlement:
                inherited = replace(
                    address,
                    settlement=places[0].settlement,
                    municipality=address.municipality or places[0].municipality,
                )
            places.append(self._one(other, inherited))
        candidates = tuple(c for place in places for c in place.candidates[:2])[:MOST_CANDIDATES]
        shared = {place.settlement_code for place in places}
        code = shared.pop()
        note = "there are two addresses in this cell"
        if shared or code not in self.index.settlements:
            return Place(Level.NONE, candidates=candidates, explanation=_sentence(note))
        place = self._at_settlement(self.index.settlements[code])
        return _reviewed(replace(place, candidates=candidates), note)

    # Without a settlement -------------------------------------------------------------------

    def _decide_by_street(self, parsed: Parsed, where: Where) -> None:
        """The one settlement, of those possible, that has the street; always with a doubt."""
        options, why = self._possible(parsed, where)
        stretches = [*_street_stretches(parsed, where), *parsed.quarters]
        names = [r.name for stretch in stretches for r in readings(stretch, self.index.grammar)]
        if len(options) > FEW_OPTIONS:
            known = set().union(*(self.index.known_keys.get(name.key, ()) for name in names))
            options = [s for s in options if s.code in known]
        having = [
            s
            for s in options[: 2 * FEW_OPTIONS]
            if any(find_street(name, s.code, self.index) for name in names)
        ]
        if len(having) == 1:
            where.settlement = having[0]
            where.municipality_code = having[0].municipality_code
            where.doubts.append(why.format(name=having[0].name))

    def _possible(self, parsed: Parsed, where: Where) -> tuple[list[Settlement], str]:
        if where.options:
            return where.options, "of several places of that name only this one has the street"
        if where.unknown:
            return [], ""
        if where.municipality_code:
            why = "no settlement is named; in the stated municipality only {name} has the street"
            return self.index.members(where.municipality_code), why
        settlements = list(self.index.settlements.values())
        if parsed.provinces or parsed.municipalities:
            return [], ""
        return settlements, "no settlement is named; only {name} has such a street"

    def _without_settlement(self, parsed: Parsed, where: Where) -> Place:
        candidates = tuple(_candidate_of(s, 1 / len(where.options)) for s in where.options)
        codes = {s.municipality_code for s in where.options}
        if where.options and len(codes) == 1:
            where.municipality_code = codes.pop()
        if where.options:
            note = f"there are several places called {where.options[0].name}"
        elif where.unknown:
            note = f"“{where.unknown}” is not a settlement of this region"
        else:
            note = "no settlement is named"
        doubts = "; ".join([note, *where.doubts])
        members = self.index.members(where.municipality_code)
        if not members:
            return Place(
                Level.NONE, candidates=candidates[:MOST_CANDIDATES], explanation=_sentence(doubts)
            )
        municipality = self.index.municipalities.get(where.municipality_code)
        name = municipality.name if municipality is not None else ""
        centre = next((s for s in members if s.name == name), None)
        centre = centre or max(members, key=lambda s: s.population)
        reach = max(metres(centre.lon, centre.lat, s.lon, s.lat) + s.radius_m for s in members)
        return Place(
            Level.MUNICIPALITY,
            lon=centre.lon,
            lat=centre.lat,
            confidence=sure.MUNICIPALITY,
            error_m=reach,
            matched=name,
            municipality_code=where.municipality_code,
            municipality=name,
            candidates=candidates[:MOST_CANDIDATES],
            explanation=_sentence(f"only the municipality is sure: {doubts}"),
        )

    # Within a settlement --------------------------------------------------------------------

    def _in_settlement(self, parsed: Parsed, where: Where, settlement: Settlement) -> Place:
        streets = _street_stretches(parsed, where)
        hits = self._street_hits(streets, parsed, settlement, where)
        quarter = self._quarter_hits(parsed, settlement)
        if hits:
            hits = _settle(hits, quarter, where.district, self.index)
            place = self._at_hit(hits, settlement)
        elif quarter and not parsed.streets:
            place = self._at_hit(quarter, settlement)
        elif quarter:
            place = _reviewed(
                self._at_hit(quarter[:1], settlement), self._missing(streets, settlement)
            )
        else:
            place = self._coarser(parsed, where, streets, settlement)
        return self._with_context(place, parsed, where, settlement)

    def _with_context(
        self, place: Place, parsed: Parsed, where: Where, settlement: Settlement
    ) -> Place:
        """`place` with what the settlement's choice adds: doubts, a mismatch, the door's key."""
        notes = [*where.doubts, *([where.mismatch] if where.mismatch else [])]
        if notes:
            place = replace(
                _reviewed(place, "; ".join(notes)),
                confidence=place.confidence * sure.DOUBTFUL,
                mismatch=where.mismatch,
            )
        municipality = self.index.municipalities.get(settlement.municipality_code)
        return replace(
            place,
            municipality_code=settlement.municipality_code,
            municipality=municipality.name if municipality is not None else "",
            settlement_code=settlement.code,
            settlement=settlement.name,
            door=_with_unit(place.door, parsed),
        )

    def _street_hits(
        self,
        stretches: Sequence[Stretch],
        parsed: Parsed,
        settlement: Settlement,
        where: Where,
    ) -> list[Hit]:
        """Hits of the first stretch that names a street here, by its best reading."""
        for stretch in stretches:
            best: list[Hit] = []
            ways = readings(stretch, self.index.grammar)
            if parsed.number:
                ways.sort(key=lambda reading: bool(reading.number))
            for reading in ways:
                hits = self._hits(reading, parsed, settlement)
                if hits and (not best or _rank(hits[0]) < _rank(best[0])):
                    best = hits
            if best:
                return best
        return []

    def _hits(self, reading: Reading, parsed: Parsed, settlement: Settlement) -> list[Hit]:
        number = parsed.number or reading.number or parsed.block
        block = not (reading.number or parsed.number) and bool(parsed.block)
        return [
            Hit(match, find_number(match.street, number, self.index, block=block), number)
            for match in find_street(reading.name, settlement.code, self.index)
        ]

    def _quarter_hits(self, parsed: Parsed, settlement: Settlement) -> list[Hit]:
        """The quarter with its block, or the one of its numbered parts that has the block."""
        for stretch in parsed.quarters:
            best: list[Hit] = []
            for reading in readings(stretch, self.index.grammar):
                number = parsed.block or reading.number or parsed.number
                found = find_street(reading.name, settlement.code, self.index)
                found = found or self._numbered_parts(reading.name, settlement)
                hits = [
                    Hit(
                        m,
                        find_number(m.street, number, self.index, block=bool(parsed.block)),
                        number,
                    )
                    for m in found
                ]
                if hits and (not best or _rank(hits[0]) < _rank(best[0])):
                    best = hits
            if best:
                return _settle(best, [], "", self.index)
        return []

    def _numbered_parts(self, name: Name, settlement: Settlement) -> list[Match]:
        """Quarters called `name` and a number or a word more: Дружба 1, 2, 3 for Дружба."""
        book = self.index.books.get(settlement.code)
        if book is None or not name.words:
            return []
        streets = self.index.gazetteer.streets
        size = len(name.words)
        return [
            Match(streets[s.street], How.NUMBERED, s, same_kind=True, same_part=True)
            for s in book.spellings
            if len(s.words) == size + 1
            and streets[s.street].kind is StreetKind.QUARTER
            and [w.text for w in s.words[:size]] == [w.text for w in name.words]
        ]

    def _at_hit(self, hits: Sequence[Hit], settlement: Settlement) -> Place:
        best = hits[0]
        spot, street = best.spot, best.match.street
        shown = " ".join(part for part in (street.name, spot.shown or best.number) if part)
        doubts = _doubts(best, hits)
        certain = best.confidence >= sure.REVIEW_BELOW and not doubts
        return Place(
            spot.level,
            lon=spot.lon,
            lat=spot.lat,
            confidence=round(best.confidence, 3),
            error_m=round(spot.error_m, 1),
            needs_review=not certain,
            matched=f"{settlement.name}, {shown}",
            district=street.district,
            door=_door(best, settlement),
            candidates=tuple(_candidate(hit, settlement) for hit in hits[:MOST_CANDIDATES]),
            explanation=_sentence("; ".join([_told(best, settlement), *doubts])),
        )

    def _coarser(
        self, parsed: Parsed, where: Where, streets: Sequence[Stretch], settlement: Settlement
    ) -> Place:
        """No street and no quarter of this name here: a lone block, a landmark, the settlement."""
        if parsed.block and not streets and not parsed.quarters:
            place = self._lone_block(parsed.block, settlement)
            if place is not None:
                return place
        if parsed.landmarks and not streets and not parsed.quarters:
            place = self._beside(parsed, settlement)
            if place is not None:
                return place
        place = self._at_settlement(settlement)
        found = replace(place, explanation=_sentence(f"settlement {settlement.name} found"))
        wanted = [*streets, *parsed.quarters]
        number = parsed.number or parsed.block or _bare_number(where)
        if wanted:
            return replace(
                _reviewed(found, self._missing(wanted, settlement)),
                confidence=sure.SETTLEMENT_ONLY,
                candidates=self._elsewhere(wanted, settlement) or place.candidates,
                door=_text_door(parsed, settlement),
            )
        if number or parsed.landmarks:
            note = "a number is given but no street that the map knows"
            if not number:
                note = "only a landmark is given, and the map does not know it"
            return replace(_reviewed(found, note), door=_text_door(parsed, settlement))
        return place

    def _lone_block(self, block: str, settlement: Settlement) -> Place | None:
        """A block without its estate: sure only to a person, even when there is just one."""
        found = self.index.blocks.get(settlement.code, {}).get(block, [])
        if not found:
            return None
        hits = [
            Hit(_given(street), find_number(street, block, self.index, block=True), block)
            for street, _ in found
        ]
        place = self._at_hit(hits, settlement)
        if len(hits) > 1:
            place = replace(self._at_settlement(settlement), candidates=place.candidates)
        return replace(_reviewed(place, "the estate of the block is not named"), door="")

    def _beside(self, parsed: Parsed, settlement: Settlement) -> Place | None:
        """Near a block or an institution: the landmark's point with a larger error."""
        note = "beside a landmark, the door itself is not given"
        for stretch in parsed.landmarks:
            if stretch.part is Part.BLOCK:
                place = self._lone_block(stretch.tokens[0].text, settlement)
            else:
                place = self._institution(stretch, settlement)
            if place is not None:
                return _loosened(place, note)
        return None

    def _institution(self, stretch: Stretch, settlement: Settlement) -> Place | None:
        words = {w.text for r in readings(stretch, self.index.grammar) for w in r.name.words}
        found = [
            landmark
            for spelled, landmark in self.index.landmarks.get(settlement.code, [])
            if words and words <= spelled
        ]
        if len(found) != 1:
            return None
        landmark = found[0]
        return Place(
            Level.STREET,
            lon=landmark.lon,
            lat=landmark.lat,
            confidence=sure.LANDMARK,
            error_m=sure.LANDMARK_ERROR_M,
            matched=f"{settlement.name}, {landmark.name}",
            explanation=_sentence(f"beside {landmark.name}"),
        )

    def _at_settlement(self, settlement: Settlement) -> Place:
        wide = settlement.radius_m > sure.SMALL_SETTLEMENT_M
        note = f"settlement {settlement.name} found; the address names no street"
        municipality = self.index.municipalities.get(settlement.municipality_code)
        return Place(
            Level.SETTLEMENT,
            lon=settlement.lon,
            lat=settlement.lat,
            confidence=sure.SETTLEMENT,
            error_m=settlement.radius_m,
            needs_review=wide,
            matched=settlement.name,
            municipality_code=settlement.municipality_code,
            municipality=municipality.name if municipality is not None else "",
            settlement_code=settlement.code,
            settlement=settlement.name,
            candidates=(_candidate_of(settlement, sure.SETTLEMENT),),
            explanation=_sentence(note),
        )

    def _missing(self, stretches: Sequence[Stretch], settlement: Settlement) -> str:
        """In words: the street is not in this settlement, and where else it is."""
        others = self._others(stretches, settlement)
        if not others:
            return f"{settlement.name} has no such street on the map"
        names = ", ".join(self.index.settlements[code].name for code in others[:3])
        return f"{settlement.name} has no such street on the map; there is one in {names}"

    def _others(self, stretches: Sequence[Stretch], settlement: Settlement) -> list[str]:
        """Settlements that have the street, those of the same municipality first."""
        codes: set[str] = set()
        for stretch in stretches:
            for reading in readings(stretch, self.index.grammar):
                codes |= self.index.known_keys.get(reading.name.key, set())
        known = [self.index.settlements[code] for code in codes if code in self.index.settlements]
        own = settlement.municipality_code
        known.sort(key=lambda s: (s.municipality_code != own, s.name, s.code))
        return [s.code for s in known if s.code != settlement.code]

    def _elsewhere(
        self, stretches: Sequence[Stretch], settlement: Settlement
    ) -> tuple[Candidate, ...]:
        """The settlement itself, then such streets elsewhere, for whoever reviews the answer."""
        found = [_candidate_of(settlement, sure.SETTLEMENT_ONLY)]
        for code in self._others(stretches, settlement)[: MOST_CANDIDATES - 1]:
            other = self.index.settlements[code]
            for stretch in stretches:
                for reading in readings(stretch, self.index.grammar)[:1]:
                    for match in find_street(reading.name, code, self.index)[:1]:
                        spot = find_number(match.street, reading.number, self.index)
                        hit = Hit(match, spot, reading.number)
                        found.append(replace(_candidate(hit, other), score=0.1))
        return tuple(found[:MOST_CANDIDATES])


def _says_where(parsed: Parsed, address: Address) -> bool:
    """Anything at all that could be looked up."""
    return bool(
        parsed.settlements or parsed.streets or parsed.quarters or parsed.plains
        or parsed.municipalities or parsed.mayoralties or parsed.block or parsed.provinces
        or address.settlement.strip() or address.municipality.strip()
    )  # fmt: skip


def _street_stretches(parsed: Parsed, where: Where) -> list[Stretch]:
    """Stretches that may name a street: those that say so, else those that say nothing."""
    return parsed.streets or [s for s in where.plains if any(t.word for t in s.tokens)]


def _bare_number(where: Where) -> bool:
    """ "с. Николово 25": a number that belongs to no name."""
    return any(stretch.number or stretch.tokens for stretch in where.plains)


def _given(street: Street) -> Match:
    """A street that no name was needed for."""
    return Match(street, How.NUMBERED, Spelling((), "", 0, True), True, True)


def _rank(hit: Hit) -> tuple[int, int]:
    """Order of readings: a name that is on the map before one that resembles one."""
    ways = list(How)
    return ways.index(hit.match.how), list(Ladder).index(hit.spot.ladder)


def _settle(hits: list[Hit], quarter: Sequence[Hit], district: str, index: Index) -> list[Hit]:
    """The likeliest of several streets of one name first; marked where none stands out."""
    if len(hits) == 1:
        return hits
    if district:
        inside = [h for h in hits if index.name(h.match.street.district).key == district]
        hits = inside or hits
    if quarter:
        centre = quarter[0].spot
        hits = sorted(hits, key=lambda h: metres(centre.lon, centre.lat, h.spot.lon, h.spot.lat))
        return hits
    ladder = list(Ladder)
    hits = sorted(hits, key=lambda h: ladder.index(h.spot.ladder))
    if len(hits) == 1 or _stands_out(hits):
        return hits
    return [replace(hit, ambiguous=True) for hit in hits]


def _stands_out(hits: Sequence[Hit]) -> bool:
    """The first alone has the number, or all lie so close together that it does not matter."""
    first, second = hits[0].spot, hits[1].spot
    exact = (Ladder.EXACT, Ladder.RANGE)
    if first.ladder in exact and second.ladder not in (*exact, Ladder.NO_SUFFIX):
        return True
    return all(
        metres(first.lon, first.lat, h.spot.lon, h.spot.lat) <= sure.LANDMARK_ERROR_M for h in hits
    )


def _doubts(best: Hit, hits: Sequence[Hit]) -> list[str]:
    """Why a person should look at this answer, in words."""
    doubts = [best.match.doubt] if best.match.doubt else []
    if best.ambiguous:
        doubts.append(f"{len(hits)} streets of this settlement fit")
    if best.spot.ladder is Ladder.SEVERAL:
        doubts.append("the map has this number at several places")
    if best.spot.scattered:
        doubts.append("streets of this name lie far apart")
    if best.spot.error_m > sure.WIDE_M and best.spot.level is not Level.QUARTER:
        doubts.append("the door may be far from this point")
    if best.spot.level is Level.QUARTER and best.number:
        doubts.append("the block is not on the map")
    return doubts


def _told(hit: Hit, settlement: Settlement) -> str:
    """In words: how the street and the number were found."""
    street = hit.match.street
    told = f"{street.name} found in {settlement.name}"
    if hit.match.how is not How.EXACT:
        told += f" ({hit.match.how})"
    spot = hit.spot
    if spot.ladder is Ladder.BETWEEN and spot.between:
        return f"{told}; number {hit.number} is between {spot.between[0]} and {spot.between[1]}"
    if spot.ladder is Ladder.BEYOND and spot.between:
        return f"{told}; number {hit.number} is near {spot.between[0]}, the last one on the map"
    if spot.ladder is Ladder.NO_SUFFIX:
        return f"{told}; number {hit.number} is taken for {spot.shown}"
    if spot.ladder is Ladder.NOT_MAPPED:
        return f"{told}; number {hit.number} is not on the map"
    if spot.ladder is Ladder.NOT_ASKED:
        return f"{told}; no number is given"
    return f"{told}, number {spot.shown}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _reviewed(place: Place, note: str) -> Place:
    """`place` sent to a person, with the reason added to its explanation."""
    told = place.explanation.rstrip(".")
    return replace(
        place, needs_review=True, explanation=_sentence(f"{told}; {note}" if told else note)
    )


def _loosened(place: Place, note: str) -> Place:
    """`place` as the neighbour of the one that is meant."""
    level = Level.STREET if place.level in DOOR_LEVELS else place.level
    return replace(
        _reviewed(place, note),
        level=level,
        door="",
        confidence=min(place.confidence, sure.LANDMARK),
        error_m=max(place.error_m or 0.0, sure.LANDMARK_ERROR_M),
    )


def _candidate(hit: Hit, settlement: Settlement) -> Candidate:
    label = " ".join(part for part in (hit.match.street.name, hit.spot.shown or hit.number) if part)
    return Candidate(
        lon=hit.spot.lon,
        lat=hit.spot.lat,
        level=hit.spot.level,
        score=round(hit.confidence, 3),
        label=f"{settlement.name}, {label}",
        settlement_code=settlement.code,
        municipality_code=settlement.municipality_code,
    )


def _candidate_of(settlement: Settlement, score: float) -> Candidate:
    return Candidate(
        lon=settlement.lon,
        lat=settlement.lat,
        level=Level.SETTLEMENT,
        score=round(score, 3),
        label=settlement.name,
        settlement_code=settlement.code,
        municipality_code=settlement.municipality_code,
    )


def _door(hit: Hit, settlement: Settlement) -> str:
    """Settlement, street and number; empty when they do not make one door."""
    if hit.ambiguous or not hit.number or hit.spot.ladder is Ladder.SEVERAL:
        return ""
    return f"{settlement.code}/{hit.match.street.street_id}/{hit.number}"


def _text_door(parsed: Parsed, settlement: Settlement) -> str:
    """The words themselves, where the map does not know them but they hold a number."""
    words = "".join(t.text if t.word or t.number else " " for t in parsed.tokens)
    has_number = any(token.number for token in parsed.tokens)
    return f"{settlement.code}/?/{' '.join(words.split())}" if has_number else ""


def _with_unit(door: str, parsed: Parsed) -> str:
    """A door's key with entrance and flat; a block without its flat is many doors."""
    if not door or "/?/" in door:
        return door
    if parsed.block and not parsed.unit.flat:
        return ""
    return f"{door}/{parsed.unit.entrance}/{parsed.unit.flat}".casefold()


def check_municipality(place: Place, address: Address, gazetteer: Gazetteer) -> str:
    """How `place` contradicts the municipality of the address's own column; empty if it does not.

    For many places at once; `Geocoder.locate` has already compared what the text says.
    """
    if not address.municipality.strip() or not place.municipality_code:
        return ""
    index = Index(replace(gazetteer, streets=(), numbers=(), landmarks=()))
    stated = index.municipalities_by_key.get(index.name(address.municipality).key, [])
    if place.municipality_code in stated:
        return ""
    return f"the list says {address.municipality.strip()}, the place is in {place.municipality}"
