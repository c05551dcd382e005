"""Streets that fit an address, ranked, with the reasons to doubt the best of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from planning.addresses import confidence as sure
from planning.addresses.confidence import Evidence, How, Ladder, Sign, number, street
from planning.addresses.gazetteer import StreetKind
from planning.addresses.grammar import Grammar, Part
from planning.addresses.index import Index, metres
from planning.addresses.keys import Name
from planning.addresses.numbers import Spot, find_number
from planning.addresses.parse import Parsed, Reading, Stretch, readings
from planning.addresses.streets import Match, find_street
from planning.model import Level
from planning.text import Note, note

_WAYS = tuple(How)
_LADDER = tuple(Ladder)
_SURE = (How.EXACT, How.OTHER_NAME, How.TITLES, How.REORDERED, How.INITIALS)
"""Names that are enough to say that a street was meant."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A street or quarter of a settlement, and the spot on it."""

    match: Match
    spot: Spot
    number: str
    """Normalised; empty when the address has none."""
    ambiguous: bool = False
    """Another street of the same name fits as well."""

    @property
    def evidence(self) -> Evidence:
        """What speaks for it and against it."""
        signs = {
            Sign.QUARTER: self.match.street.kind is StreetKind.QUARTER,
            Sign.OTHER_KIND: not self.match.same_kind,
            Sign.OTHER_PART: not self.match.same_part,
            Sign.AMBIGUOUS: self.ambiguous,
            Sign.SCATTERED: self.spot.scattered,
            Sign.DOUBTED_NAME: self.match.doubt is not None,
        }
        found = (sign for sign, there in signs.items() if there)
        return (street(self.match.how), number(self.spot.ladder), *found)


def street_hits(
    stretches: Sequence[Stretch], parsed: Parsed, settlement_code: str, index: Index
) -> list[Hit]:
    """Hits of the first stretch that names a street of the settlement, by its best reading."""
    for stretch in stretches:
        ways = readings(stretch, index.grammar)
        if parsed.number or parsed.block:
            # "Борис 1, № 18", "Дружба-3, бл. 14": the number is given outright, so the other one
            # belongs to the name.
            ways.sort(key=lambda reading: bool(reading.number))
        best = _best(_by_reading(reading, parsed, settlement_code, index) for reading in ways)
        if best:
            return best
    return []


def _by_reading(reading: Reading, parsed: Parsed, settlement_code: str, index: Index) -> list[Hit]:
    number = parsed.number or reading.number or parsed.block
    block = bool(parsed.block) and not (reading.number or parsed.number)
    name = reading.name
    if block and name.part is Part.PLAIN:
        name = name._replace(part=Part.QUARTER)
    matches = find_street(name, settlement_code, index)
    return [Hit(m, find_number(m.street, number, index, block=block), number) for m in matches]


def quarter_hits(parsed: Parsed, settlement_code: str, index: Index) -> list[Hit]:
    """The quarter with its block; for Дружба alone, the one of Дружба 1, 2, 3 with the block."""
    for stretch in parsed.quarters:
        best = _best(
            _in_quarter(reading, parsed, settlement_code, index)
            for reading in readings(stretch, index.grammar)
        )
        if best:
            return settle(best, [], "", index)
    return []


def _in_quarter(reading: Reading, parsed: Parsed, settlement_code: str, index: Index) -> list[Hit]:
    number = parsed.block or reading.number or parsed.number
    matches = find_street(reading.name, settlement_code, index)
    if not any(match.same_part for match in matches):
        # "ж.к. Дружба" is rather Дружба 1, 2 or 3 than the square of that name.
        matches = _numbered_parts(reading.name, settlement_code, index) or matches
    block = bool(parsed.block)
    return [Hit(m, find_number(m.street, number, index, block=block), number) for m in matches]


def _numbered_parts(name: Name, settlement_code: str, index: Index) -> list[Match]:
    """Quarters called `name` and one word more."""
    book = index.books.get(settlement_code)
    if book is None or not name.words:
        return []
    streets = index.gazetteer.streets
    typed = [word.text for word in name.words]
    return [
        Match(streets[spelling.street], How.NUMBERED, spelling, same_kind=True, same_part=True)
        for spelling in book.spellings
        if len(spelling.words) == len(typed) + 1
        and streets[spelling.street].kind is StreetKind.QUARTER
        and [word.text for word in spelling.words[:-1]] == typed
    ]


def second_door(
    stretches: Sequence[Stretch], best: Hit, settlement_code: str, index: Index
) -> Hit | None:
    """A door of its own that another stretch names, too far off to be the one of `best`.

    "Степной-3 31, ул. Лободы 33" is two addresses, "ж.к. Дружба 3, ул. Липа 5" is one.
    """
    for stretch in stretches:
        hits = _best(
            [
                Hit(match, find_number(match.street, reading.number, index), reading.number)
                for match in find_street(reading.name, settlement_code, index)
            ]
            for reading in readings(stretch, index.grammar)
        )
        if any(hit.match.street is best.match.street for hit in hits):
            continue
        found = next((hit for hit in hits if _is_door(hit) and _apart(hit, best)), None)
        if found is not None:
            return found
    return None


def _is_door(hit: Hit) -> bool:
    return bool(hit.number) and hit.spot.ladder is Ladder.EXACT and hit.match.how in _SURE


def _apart(one: Hit, other: Hit) -> bool:
    away = metres(one.spot.lon, one.spot.lat, other.spot.lon, other.spot.lat)
    return away > sure.LANDMARK_ERROR_M + other.spot.error_m


def _best(tried: Iterable[list[Hit]]) -> list[Hit]:
    """The hits of the reading that fits best; the first of equals."""
    best: list[Hit] = []
    for hits in tried:
        if hits and (not best or _rank(hits[0]) < _rank(best[0])):
            best = hits
    return best


def _rank(hit: Hit) -> tuple[bool, int, int]:
    """A quarter where one was asked for, then the surer name, then the surer number."""
    match = hit.match
    return not match.same_part, _WAYS.index(match.how), _LADDER.index(hit.spot.ladder)


def settle(hits: list[Hit], quarter: Sequence[Hit], district: str, index: Index) -> list[Hit]:
    """The likeliest of several streets of one name first; marked where none stands out.

    The stated district decides, then the quarter that was named with the street, then the number.
    """
    if len(hits) > 1 and district:
        hits = [h for h in hits if index.name(h.match.street.district).key == district] or hits
    if len(hits) == 1:
        return hits
    if quarter:
        centre = quarter[0].spot
        return sorted(hits, key=lambda h: metres(centre.lon, centre.lat, h.spot.lon, h.spot.lat))
    hits = sorted(hits, key=lambda h: _LADDER.index(h.spot.ladder))
    return hits if _stands_out(hits) else [replace(hit, ambiguous=True) for hit in hits]


def _stands_out(hits: Sequence[Hit]) -> bool:
    """The first alone has the number, or all lie so close together that it does not matter."""
    first, second = hits[0].spot, hits[1].spot
    mapped = (Ladder.EXACT, Ladder.RANGE)
    as_typed = hits[0].match.same_letters or not any(h.match.same_letters for h in hits)
    if as_typed and first.ladder in mapped and second.ladder not in (*mapped, Ladder.NO_SUFFIX):
        return True
    apart = (metres(first.lon, first.lat, h.spot.lon, h.spot.lat) for h in hits)
    return max(apart) <= sure.LANDMARK_ERROR_M


def doubts(best: Hit, hits: Sequence[Hit]) -> list[Note]:
    """Why a person should look at this answer."""
    found = [best.match.doubt] if best.match.doubt else []
    spot = best.spot
    if best.ambiguous:
        found.append(note("{count} streets of this settlement fit", count=len(hits)))
    if spot.ladder is Ladder.SEVERAL:
        found.append(note("the map has this number at several places"))
    elif spot.scattered:
        found.append(note("streets of this name lie far apart"))
    if spot.level is Level.QUARTER:
        if best.number:
            found.append(note("the block is not on the map"))
        elif spot.error_m > sure.WIDE_M:
            found.append(note("no block is given"))
    elif spot.error_m > sure.WIDE_M:
        found.append(note("the door may be far from this point"))
    return found


_HOW = {
    How.OTHER_NAME: note("the map has it under another name today"),
    How.TITLES: note("titles apart"),
    How.REORDERED: note("its words in another order"),
    How.INITIALS: note("by initials"),
    How.PART: note("by part of the name"),
    How.TYPO: note("one letter is different"),
    How.TYPOS: note("several letters are different"),
    How.NUMBERED: note("one of several numbered parts"),
}


def told(hit: Hit, settlement: str) -> list[Note]:
    """How the street and the number were found."""
    found = [note("{street} found in {settlement}", street=hit.match.street.name,
                  settlement=settlement)]  # fmt: skip
    if hit.match.how in _HOW:
        found.append(_HOW[hit.match.how])
    return [*found, _told_number(hit.spot, hit.number.upper())]


def _told_number(spot: Spot, number: str) -> Note:
    if spot.ladder is Ladder.BETWEEN and spot.between:
        lower, upper = spot.between
        return note("number {number} is between {lower} and {upper}",
                    number=number, lower=lower, upper=upper)  # fmt: skip
    if spot.ladder is Ladder.BETWEEN:
        return note("number {number} is on a numbering line of the map", number=number)
    if spot.ladder is Ladder.BEYOND and spot.between:
        last = spot.between[0]
        return note("number {number} is near {last}, the last one on the map",
                    number=number, last=last)  # fmt: skip
    if spot.ladder is Ladder.NO_SUFFIX:
        return note("number {number} is taken for {shown}", number=number, shown=spot.shown)
    if spot.ladder is Ladder.NOT_MAPPED:
        return note("number {number} is not on the map", number=number)
    if spot.ladder is Ladder.NOT_ASKED:
        return note("no number is given")
    return note("number {shown} is on the map", shown=spot.shown)


def names_in(stretches: Sequence[Stretch], grammar: Grammar) -> list[Name]:
    """Every name that any reading of `stretches` gives."""
    return [reading.name for stretch in stretches for reading in readings(stretch, grammar)]


def own_numbers(
    parsed: Parsed, number: str, settlement_name: str, code: str, index: Index
) -> list[Hit]:
    """A village whose houses are numbered without streets: its "street" bears its own name."""
    name = index.name(settlement_name)
    wanted = Reading(Name(name.words, "", Part.PLAIN, name.literal), number)
    hits = _by_reading(wanted, parsed, code, index)
    return [h for h in hits if h.match.how is How.EXACT and h.spot.level is not Level.STREET]
