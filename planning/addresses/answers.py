"""Places put together from what was found, with door keys and explanations in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planning.addresses import confidence as sure
from planning.addresses.confidence import Confidence, Ladder, Sign
from planning.addresses.corners import Corner
from planning.addresses.gazetteer import Municipality, Settlement
from planning.addresses.grammar import Grammar
from planning.addresses.hits import Hit, doubts, told
from planning.addresses.index import metres
from planning.addresses.keys import door
from planning.addresses.parse import Parsed, house_number
from planning.model import Candidate, Level, Place
from planning.text import Note, note

MOST_CANDIDATES = 5
PARTED = note("the map does not show that these streets meet")
NO_STREET = note("the address names no street")
_STREET_LEVELS = (Level.HOUSE, Level.INTERPOLATED, Level.STREET)


def nowhere(*why: Note, candidates: Sequence[Candidate] = ()) -> Place:
    """No place, and why."""
    return Place(Level.NONE, candidates=tuple(candidates[:MOST_CANDIDATES]), notes=why)


def reviewed(place: Place, *why: Note) -> Place:
    """`place` sent to a person, with the reasons added to its notes."""
    return replace(place, needs_review=True, notes=(*place.notes, *why))


def at_hit(hits: Sequence[Hit], settlement: Settlement) -> Place:
    """The place of the first hit; the others are its candidates."""
    best = hits[0]
    spot, street = best.spot, best.match.street
    why = doubts(best, hits)
    return Place(
        spot.level,
        lon=spot.lon,
        lat=spot.lat,
        error_m=round(spot.error_m, 1),
        needs_review=bool(why),
        matched=_label(best, settlement),
        district=street.district,
        door=_door(best, settlement),
        candidates=tuple(candidate(hit, settlement) for hit in hits[:MOST_CANDIDATES]),
        evidence=best.evidence,
        notes=(*told(best, settlement.name), *why),
    )


def at_settlement(settlement: Settlement, why: Note = NO_STREET) -> Place:
    """The settlement's own point; sure enough to go there only where it is small."""
    return Place(
        Level.SETTLEMENT,
        lon=settlement.lon,
        lat=settlement.lat,
        error_m=round(settlement.radius_m, 1),
        needs_review=settlement.radius_m > sure.SMALL_SETTLEMENT_M,
        matched=settlement.name,
        candidates=(settlement_candidate(settlement),),
        evidence=(Sign.WHOLE_SETTLEMENT,),
        notes=(note("settlement {settlement} found", settlement=settlement.name), why),
    )


def at_corner(corner: Corner, settlement: Settlement) -> Place:
    """Where two streets meet; for a person where the map does not show that they do."""
    names = [hit.match.street.name for hit in corner.hits]
    apart = [PARTED] if corner.error_m > sure.WIDE_M else []
    return Place(
        Level.STREET,
        lon=corner.lon,
        lat=corner.lat,
        error_m=round(corner.error_m, 1),
        needs_review=bool(apart),
        matched=f"{settlement.name}, {' / '.join(names)}",
        district=corner.hits[0].match.street.district,
        candidates=tuple(candidate(hit, settlement) for hit in corner.hits),
        evidence=tuple(dict.fromkeys(piece for hit in corner.hits for piece in hit.evidence)),
        notes=(
            note(
                "corner of {street} and {other} in {settlement}",
                street=names[0], other=names[1], settlement=settlement.name,
            ),
            *apart,
        ),
    )  # fmt: skip


def at_either(settlement: Settlement, why: Note, candidates: Sequence[Candidate]) -> Place:
    """The settlement's own point, for a person to choose one of `candidates`."""
    place = at_settlement(settlement, why)
    return replace(place, needs_review=True, candidates=tuple(candidates[:MOST_CANDIDATES]))


def at_municipality(municipality: Municipality, members: Sequence[Settlement], *why: Note) -> Place:
    """The municipality's namesake town, else its largest settlement; the error spans them all."""
    centre = next((s for s in members if s.name == municipality.name), None)
    centre = centre or max(members, key=lambda s: s.population)
    reach = max(metres(centre.lon, centre.lat, s.lon, s.lat) + s.radius_m for s in members)
    return Place(
        Level.MUNICIPALITY,
        lon=centre.lon,
        lat=centre.lat,
        evidence=(Sign.MUNICIPALITY,),
        error_m=round(reach, 1),
        matched=municipality.name,
        municipality_code=municipality.code,
        municipality=municipality.name,
        notes=(note("only the municipality is sure"), *why),
    )


def loosened(place: Place, why: Note) -> Place:
    """`place` as the neighbour of the one that is meant."""
    return replace(
        reviewed(place, why),
        level=Level.STREET if place.level in _STREET_LEVELS else place.level,
        door="",
        evidence=(*place.evidence, Sign.LANDMARK),
        error_m=max(place.error_m or 0.0, sure.LANDMARK_ERROR_M),
    )


def weighed(place: Place, confidence: Confidence) -> Place:
    """`place` and its candidates with the probabilities that their evidence gives."""
    found = place.level is not Level.NONE
    sureness = round(confidence.of(place.evidence), 3) if found else 0.0
    return replace(
        place,
        confidence=sureness,
        needs_review=place.needs_review or sureness < sure.REVIEW_BELOW,
        candidates=tuple(
            replace(each, score=round(confidence.of(each.evidence), 3)) for each in place.candidates
        ),
    )


def candidate(hit: Hit, settlement: Settlement) -> Candidate:
    """A hit as one of several."""
    return Candidate(
        lon=hit.spot.lon,
        lat=hit.spot.lat,
        level=hit.spot.level,
        score=0.0,
        label=_label(hit, settlement),
        settlement_code=settlement.code,
        municipality_code=settlement.municipality_code,
        evidence=hit.evidence,
    )


def settlement_candidate(settlement: Settlement) -> Candidate:
    """A settlement as one of several."""
    return Candidate(
        lon=settlement.lon,
        lat=settlement.lat,
        level=Level.SETTLEMENT,
        score=0.0,
        label=settlement.name,
        settlement_code=settlement.code,
        municipality_code=settlement.municipality_code,
        evidence=(Sign.WHOLE_SETTLEMENT,),
    )


def _label(hit: Hit, settlement: Settlement) -> str:
    number = hit.spot.shown or hit.number.upper()
    return f"{settlement.name}, {hit.match.street.name}{' ' if number else ''}{number}"


def _door(hit: Hit, settlement: Settlement) -> str:
    """Settlement, street and number; empty when they do not make one door."""
    if hit.ambiguous or not hit.number or hit.spot.ladder is Ladder.SEVERAL or hit.spot.scattered:
        return ""
    return f"{settlement.code}/{hit.match.street.street_id}/{door(hit.number).text}"


def text_door(parsed: Parsed, settlement: Settlement, grammar: Grammar) -> str:
    """The words themselves, where the map does not know them but they name a house."""
    if not house_number(parsed, grammar):
        return ""
    words = " ".join(t.text for t in parsed.tokens if t.word or t.number)
    return f"{settlement.code}/?/{words}"


def with_unit(door: str, parsed: Parsed) -> str:
    """A door's key with entrance and flat; a block without its flat is many doors."""
    if not door or "/?/" in door:
        return door
    if parsed.block and not parsed.unit.flat:
        return ""
    return f"{door}/{parsed.unit.entrance}/{parsed.unit.flat}".casefold()
