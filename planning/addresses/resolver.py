"""One address in one country: the settlement, then the street or block, then the number.

The text is taken apart (`parse`), the settlement is decided (`settlements`), by its street where
several are possible. Within it a landmark's block or a corner comes first, then the street
(`streets`) and its number (`numbers`), then the quarter and its block, then a lone block, a lone
number, an institution, the settlement itself. What cannot be decided is not guessed: the answer
falls back to what is sure and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from planning.addresses.answers import (
    MOST_CANDIDATES,
    at_corner,
    at_either,
    at_hit,
    at_municipality,
    at_settlement,
    candidate,
    loosened,
    nowhere,
    reviewed,
    settlement_candidate,
    text_door,
    with_unit,
)
from planning.addresses.confidence import LANDMARK_ERROR_M, How, Sign
from planning.addresses.corners import meeting
from planning.addresses.gazetteer import Gazetteer, Settlement, Street
from planning.addresses.grammar import Grammar, Part
from planning.addresses.hits import (
    Hit,
    names_in,
    own_numbers,
    quarter_hits,
    second_door,
    settle,
    street_hits,
)
from planning.addresses.index import Index, Spelling, metres
from planning.addresses.keys import door, take_number, words_of
from planning.addresses.numbers import find_number
from planning.addresses.parse import Parsed, Stretch, institution, parse, readings
from planning.addresses.settlements import Where, find_settlement
from planning.addresses.streets import Match, find_street
from planning.model import Address, Candidate, Level, Place, Unit
from planning.text import Note, note

FEW_OPTIONS = 8
"""Among so many settlements a street is looked for by all means, among more by its exact name."""


BESIDE = note("beside a landmark, the door itself is not given")
ONE_STREET = note("the other street of the corner is not on the map")
TWO = note("there are two addresses in this cell")

_Doubt = Callable[[str], Note]
"""The name of the settlement that was taken → why a person should look."""


def _only_one_of_name(name: str) -> Note:
    return note("of several places of that name only {name} has this street", name=name)


def _only_in_municipality(name: str) -> Note:
    return note(
        "no settlement is named, in this municipality only {name} has this street", name=name
    )


def _only_in_region(name: str) -> Note:
    return note("no settlement is named, only {name} has this street", name=name)


def _other_district(name: str) -> Note:
    return note("{name} has no such district", name=name)


def _only_a_name(name: str) -> Note:
    return note("a name alone is a street of {name}, or a place elsewhere", name=name)


class Resolver:
    """Finds addresses in one country's part of a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.index = Index(gazetteer)

    def resolve(self, address: Address) -> Place:
        """The place of `address`, its confidence still open. Any text has exactly one answer."""
        parsed = parse(address.text, self.index.grammar)
        place = self._several(parsed, address) if parsed.others else self._one(parsed, address)
        if parsed.unit != Unit() or parsed.service:
            place = replace(place, unit=parsed.unit, service_address=parsed.service)
        if parsed.service:
            place = replace(reviewed(place, note("a service address, nobody lives there")), door="")
        if parsed.nothing and place.level is not Level.NONE:
            place = reviewed(place, note("the list says that the address is unknown"))
        if parsed.too_long:
            place = reviewed(
                place, note("the text is longer than an address, its end was not read")
            )
        return place

    def _one(self, parsed: Parsed, address: Address) -> Place:
        if not _says_where(parsed, address):
            said = parsed.nothing and any(ch.isalpha() or ch.isdecimal() for ch in parsed.text)
            return nowhere(
                note("the list says that there is no address")
                if said
                else note("the text says nothing of a place, there is no address")
            )
        where = find_settlement(parsed, address, self.index)
        if where.settlement is None:
            self._decide_by_street(parsed, where)
        if where.settlement is None:
            return self._without_settlement(where)
        return self._in_settlement(parsed, where, where.settlement)

    def _several(self, parsed: Parsed, address: Address) -> Place:
        """Two addresses in one cell: both as candidates, and only what they share as the answer."""
        first = self._one(parsed, address)
        inherited = replace(
            address,
            settlement=address.settlement or first.settlement,
            municipality=address.municipality or first.municipality,
        )
        rest = [self._one(p, address if p.settlements else inherited) for p in parsed.others]
        places = [first, *rest]
        found = [c for place in places for c in place.candidates[:2]][:MOST_CANDIDATES]
        codes = {place.settlement_code for place in places}
        if len(codes) > 1 or first.settlement_code not in self.index.settlements:
            return nowhere(TWO, candidates=found)
        settlement = self.index.settlements[first.settlement_code]
        place = self._filed(at_either(settlement, TWO, found), settlement)
        return replace(place, contradiction=first.contradiction)

    # Without a settlement -------------------------------------------------------------------

    def _decide_by_street(self, parsed: Parsed, where: Where) -> None:
        """The one settlement of those possible that has the street, or has it with the number."""
        options, why = self._possible(parsed, where)
        if not options:
            return
        stretches = [*_street_stretches(parsed, where), *parsed.quarters, *parsed.corner]
        if len(options) > FEW_OPTIONS:
            names = names_in(stretches, self.index.grammar)
            known = {code for name in names for code in self.index.known_keys.get(name.key, ())}
            options = [settlement for settlement in options if settlement.code in known]
        hits = {s.code: street_hits(stretches, parsed, s.code, self.index) for s in options}
        having = [s for s in options if hits[s.code]]
        exact = [s for s in having if hits[s.code][0].spot.level is Level.HOUSE]
        named = bool(where.options or where.municipality_code)
        chosen = exact if named and len(having) > 1 else having
        if len(chosen) == 1:
            where.settle_on(chosen[0], self.index)
            if why is not None:
                where.doubts.append(why(chosen[0].name))

    def _possible(self, parsed: Parsed, where: Where) -> tuple[list[Settlement], _Doubt | None]:
        """Settlements among which the street may decide, and the doubt that goes with it."""
        if where.options:
            if _one_town(where.options):
                return where.options, None
            return where.options, _only_one_of_name
        said = parsed.provinces or parsed.municipalities
        if where.unknown or (said and not where.municipality_code):
            return [], None
        if where.municipality_code:
            return self.index.members(where.municipality_code), _only_in_municipality
        if not _all_explained(parsed, where):
            return [], None
        everywhere = list(self.index.settlements.values())
        if len(everywhere) > 1:
            return everywhere, _only_in_region
        if self._foreign_district(where):
            return everywhere, _other_district
        return everywhere, None if _says_street(parsed, where) else _only_a_name

    def _foreign_district(self, where: Where) -> bool:
        """A district is stated that is none of the region's, as far as those are known."""
        known = self.index.districts
        return bool(where.district and known) and where.district not in known

    def _without_settlement(self, where: Where) -> Place:
        candidates = [settlement_candidate(s) for s in where.options[:MOST_CANDIDATES]]
        if len(candidates) > 1:
            candidates = [
                replace(each, evidence=(*each.evidence, Sign.AMBIGUOUS)) for each in candidates
            ]
        if where.options and not where.unknown:
            why = note("there are several places called {name}", name=where.options[0].name)
        elif where.unknown:
            why = note("“{name}” is not a settlement of this region", name=where.unknown)
        else:
            why = note("no settlement of this region is named")
        codes = {s.municipality_code for s in where.options if not where.unknown}
        code = codes.pop() if len(codes) == 1 else where.municipality_code
        members = self.index.members(code)
        municipality = self.index.municipalities.get(code)
        if municipality is None or not members or codes:
            return nowhere(why, *where.doubts, candidates=candidates)
        place = at_municipality(municipality, members, why, *where.doubts)
        return replace(place, candidates=tuple(candidates))

    # Within a settlement --------------------------------------------------------------------

    def _in_settlement(self, parsed: Parsed, where: Where, settlement: Settlement) -> Place:
        streets = _street_stretches(parsed, where)
        if not (parsed.number or parsed.block):
            # "Bakıxanov qəs., 8": the number stands by itself.
            parsed.number = _bare_number(where, self.index.grammar)
        place = (
            self._near_block(parsed, where, settlement)
            or self._corner(streets, parsed, settlement)
            or self._street_or_quarter(streets, parsed, where, settlement)
            or self._coarser(parsed, streets, settlement)
        )
        return self._with_doubts(self._filed(place, settlement), parsed, where)

    def _street_or_quarter(
        self, streets: Sequence[Stretch], parsed: Parsed, where: Where, settlement: Settlement
    ) -> Place | None:
        """The street that is named, else the quarter; both, where each has a door of its own."""
        hits = street_hits(streets, parsed, settlement.code, self.index)
        quarter = quarter_hits(parsed, settlement.code, self.index)
        if not hits and quarter and parsed.streets:
            # The street is missing: the quarter's own point, not the block or house of its number.
            whole = replace(
                quarter[0], number="", spot=find_number(quarter[0].match.street, "", self.index)
            )
            return reviewed(at_hit([whole], settlement), self._missing(streets, settlement))
        best = settle(hits, quarter, where.district, self.index) if hits else quarter
        if not best:
            return None
        return self._two_doors(best[0], parsed, where, settlement) or at_hit(best, settlement)

    def _corner(
        self, streets: Sequence[Stretch], parsed: Parsed, settlement: Settlement
    ) -> Place | None:
        """Where the streets of a corner meet; a house number says more than a corner does."""
        if not parsed.corner or parsed.number or parsed.block:
            return None
        found = [
            street_hits([stretch], parsed, settlement.code, self.index)
            for stretch in (*streets, *parsed.corner)
        ]
        found = [hits for hits in found if hits]
        numbered = next((hits for hits in found if hits[0].number), None)
        if numbered:
            return at_hit(settle(numbered, [], "", self.index), settlement)
        if len(found) > 1:
            return at_corner(meeting(found[0], found[1], self.index), settlement)
        return reviewed(at_hit(found[0], settlement), ONE_STREET) if found else None

    def _two_doors(
        self, best: Hit, parsed: Parsed, where: Where, settlement: Settlement
    ) -> Place | None:
        """Two addresses that only the map can tell from one: each has its door, far apart."""
        stretches = [*parsed.streets, *parsed.quarters, *where.plains]
        if len(stretches) < 2 or not best.number:
            return None
        other = second_door(stretches, best, settlement.code, self.index)
        if other is None:
            return None
        options = [candidate(hit, settlement) for hit in (best, other)]
        return at_either(settlement, TWO, options)

    def _near_block(self, parsed: Parsed, where: Where, settlement: Settlement) -> Place | None:
        """Beside the block of the quarter that is named: "Дружба 2, до бл. 13"."""
        beside = next((s for s in parsed.landmarks if s.part is Part.BLOCK), None)
        if beside is None or parsed.streets or parsed.block or parsed.number:
            return None
        quarters = parsed.quarters or [replace(s, part=Part.QUARTER) for s in where.plains]
        near = replace(parsed, quarters=quarters, block=beside.tokens[0].text)
        hits = quarter_hits(near, settlement.code, self.index)
        return loosened(at_hit(hits, settlement), BESIDE) if hits else None

    def _filed(self, place: Place, settlement: Settlement) -> Place:
        """`place` under its settlement and municipality."""
        municipality = self.index.municipalities.get(settlement.municipality_code)
        return replace(
            place,
            municipality_code=settlement.municipality_code,
            municipality=municipality.name if municipality is not None else "",
            settlement_code=settlement.code,
            settlement=settlement.name,
        )

    def _with_doubts(self, place: Place, parsed: Parsed, where: Where) -> Place:
        """`place` with what is doubtful about its settlement, and the whole key of its door."""
        place = replace(
            place, door=with_unit(place.door, parsed), contradiction=where.contradiction
        )
        notes = [*where.doubts, *([where.contradiction] if where.contradiction else [])]
        if not notes:
            return place
        evidence = (*place.evidence, Sign.ASSUMED_SETTLEMENT)
        return replace(reviewed(place, *notes), evidence=evidence)

    def _coarser(self, parsed: Parsed, streets: Sequence[Stretch], settlement: Settlement) -> Place:
        """No street and no quarter of this name here: a lone block, a landmark, the settlement."""
        wanted = [*streets, *parsed.quarters, *parsed.corner]
        if wanted:
            place = at_settlement(settlement, self._missing(wanted, settlement))
            return replace(
                place,
                needs_review=True,
                evidence=(Sign.NO_SUCH_STREET,),
                candidates=self._elsewhere(wanted, settlement),
                door=text_door(parsed, settlement, self.index.grammar),
            )
        return (
            self._lone_block(parsed.block, settlement)
            or self._lone_number(parsed, settlement)
            or self._beside(parsed, settlement)
            or at_settlement(settlement)
        )

    def _lone_block(self, block: str, settlement: Settlement) -> Place | None:
        """A block without its estate: for a person to confirm, even when there is just one."""
        if not block:
            return None
        found = self.index.blocks.get(settlement.code, {}).get(door(block).text, [])
        hits = [
            Hit(_given(street), find_number(street, block, self.index, block=True), block)
            for street, _ in found
        ]
        why = note("the estate of the block is not named")
        if len(hits) == 1:
            return replace(reviewed(at_hit(hits, settlement), why), door="")
        place = replace(at_settlement(settlement, why), needs_review=True)
        options = tuple(candidate(hit, settlement) for hit in hits[:MOST_CANDIDATES])
        return replace(place, candidates=options or place.candidates)

    def _lone_number(self, parsed: Parsed, settlement: Settlement) -> Place | None:
        """A house of a village without street names: "с. Николово 25"."""
        if not parsed.number:
            return None
        hits = own_numbers(parsed, parsed.number, settlement.name, settlement.code, self.index)
        if hits:
            return at_hit(hits, settlement)
        why = note("a number is given but no street, and the map has no such number")
        place = at_settlement(settlement, why)
        return replace(place, door=text_door(parsed, settlement, self.index.grammar))

    def _beside(self, parsed: Parsed, settlement: Settlement) -> Place | None:
        """Near a block or an institution: the landmark's point with a larger error."""
        for stretch in parsed.landmarks:
            if stretch.part is Part.BLOCK:
                place = self._lone_block(stretch.tokens[0].text, settlement)
            else:
                place = self._institution(stretch, settlement)
            if place is not None:
                return loosened(place, BESIDE)
        if not parsed.landmarks:
            return None
        why = note("only a landmark is given, and the map does not know it")
        return replace(at_settlement(settlement, why), needs_review=True)

    def _institution(self, stretch: Stretch, settlement: Settlement) -> Place | None:
        """The one institution of the settlement whose name holds all the words, or of the kind."""
        grammar = self.index.grammar
        kind = institution(stretch, grammar)
        own = [token for token in stretch.tokens if token.text not in grammar.institutions]
        words = {word.text for word in words_of(stretch.tokens, grammar)}
        named = {word.text for word in words_of(own, grammar)}
        known = self.index.landmarks.get(settlement.code, [])
        found = [landmark for spelled, landmark in known if words and words <= spelled]
        if not found and kind:
            found = [each for spelled, each in known if each.kind == kind and named <= spelled]
        if len(found) != 1:
            return None
        return Place(
            Level.STREET,
            lon=found[0].lon,
            lat=found[0].lat,
            evidence=(Sign.LANDMARK,),
            error_m=LANDMARK_ERROR_M,
            matched=f"{settlement.name}, {found[0].name}",
            notes=(
                note(
                    "{street} found in {settlement}",
                    street=found[0].name,
                    settlement=settlement.name,
                ),
            ),
        )

    def _missing(self, stretches: Sequence[Stretch], settlement: Settlement) -> Note:
        """The street is not in this settlement, and where else it is."""
        others = ", ".join(each.name for each in self._others(stretches, settlement)[:3])
        if not others:
            return note("the map has no such street in {settlement}", settlement=settlement.name)
        return note(
            "the map has no such street in {settlement}, but in {others}",
            settlement=settlement.name, others=others,
        )  # fmt: skip

    def _others(self, stretches: Sequence[Stretch], settlement: Settlement) -> list[Settlement]:
        """Settlements that have the street, those of the same municipality first."""
        names = names_in(stretches, self.index.grammar)
        codes = {code for name in names for code in self.index.known_keys.get(name.key, ())}
        known = [self.index.settlements[code] for code in codes if code in self.index.settlements]
        own = settlement.municipality_code
        known.sort(key=lambda s: (s.municipality_code != own, s.name, s.code))
        return [other for other in known if other.code != settlement.code]

    def _elsewhere(
        self, stretches: Sequence[Stretch], settlement: Settlement
    ) -> tuple[Candidate, ...]:
        """The settlement itself, then such streets elsewhere, for whoever reviews the answer."""
        found = [settlement_candidate(settlement)]
        for other in self._others(stretches, settlement)[: MOST_CANDIDATES - 1]:
            for stretch in stretches:
                for reading in readings(stretch, self.index.grammar)[:1]:
                    for match in find_street(reading.name, other.code, self.index)[:1]:
                        spot = find_number(match.street, reading.number, self.index)
                        hit = Hit(match, spot, reading.number)
                        option = candidate(hit, other)
                        evidence = (*option.evidence, Sign.ELSEWHERE)
                        found.append(replace(option, evidence=evidence))
        return tuple(found[:MOST_CANDIDATES])


def _says_where(parsed: Parsed, address: Address) -> bool:
    """Anything at all that could be looked up."""
    return bool(
        parsed.settlements or parsed.streets or parsed.quarters or parsed.plains
        or parsed.municipalities or parsed.mayoralties or parsed.block or parsed.provinces
        or parsed.districts or parsed.corner
        or address.settlement.strip() or address.municipality.strip()
    )  # fmt: skip


def _street_stretches(parsed: Parsed, where: Where) -> list[Stretch]:
    """Stretches that may name a street: those that say so, else those that say nothing."""
    plain = [s for s in where.plains if any(token.word for token in s.tokens)]
    return parsed.streets or plain


def _bare_number(where: Where, grammar: Grammar) -> str:
    """A number among the plain words that belongs to no name."""
    for stretch in where.plains:
        if stretch.number:
            return stretch.number
        if stretch.tokens and stretch.tokens[0].number:
            number, end = take_number(stretch.tokens, 0, grammar)
            if end == len(stretch.tokens):
                return number
    return ""


def _says_street(parsed: Parsed, where: Where) -> bool:
    """A street, a quarter or a number: more than a name that may be a town's."""
    numbers = (stretch.number or _has_number(stretch) for stretch in where.plains)
    return bool(
        parsed.streets or parsed.quarters or parsed.corner or parsed.number or parsed.block
    ) or any(numbers)


def _has_number(stretch: Stretch) -> bool:
    return any(token.number for token in stretch.tokens)


def _all_explained(parsed: Parsed, where: Where) -> bool:
    """No words are left over that may be the name of a town this region does not have."""
    words = [s for s in where.plains if any(token.word for token in s.tokens)]
    return len(words) == (0 if parsed.streets or parsed.quarters or parsed.corner else 1)


def _one_town(options: Sequence[Settlement]) -> bool:
    """Neighbours of one name: the map has a big city in parts."""
    first = options[0]
    return all(
        other.name == first.name
        and metres(first.lon, first.lat, other.lon, other.lat)
        <= 2 * (first.radius_m + other.radius_m)
        for other in options[1:]
    )


def _given(street: Street) -> Match:
    """A street that no name was needed for."""
    return Match(street, How.NUMBERED, Spelling((), "", 0, True), same_kind=True, same_part=True)
