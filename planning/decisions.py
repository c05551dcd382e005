"""A person's decision about an address → the place it makes, now and when that comes again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planning.addresses.grammars import for_country
from planning.addresses.parse import house_number, parse
from planning.addresses.tokens import LONGEST, clean, tokens_of
from planning.areas import SETTLEMENT, locate_points
from planning.errors import InputError
from planning.intake.words import fold
from planning.model import Address, Candidate, Choice, Level, LonLat, Place
from planning.text import Note, note

if TYPE_CHECKING:
    from planning.stores import Region

TWO_ADDRESSES = note("there are two addresses in this cell")
"""What the geocoder says of such a cell."""

_TOGETHER = note("decided together with another case of the same address")
_REMEMBERED = note("the same address was decided before")


def settled(place: Place, choice: Choice, region: Region, *, address: Address) -> Place:
    """`place`, which was found for `address`, as the person decided it.

    Raises:
        InputError: the choice names nothing, or a point outside the region.
    """
    sure = replace(
        place, needs_review=False, confidence=1.0, contradiction=None, service_address=False,
        decided=True,
    )  # fmt: skip
    if choice.service_address:
        told = note("a planner found that it is a municipal service address")
        return replace(sure, service_address=True, notes=(told,))
    if choice.nowhere:
        return replace(
            sure, level=Level.NONE, lon=None, lat=None, error_m=None, matched="", door="",
            notes=(note("a planner found that there is no such address"),),
        )  # fmt: skip
    if choice.pin is not None:
        decided = _pinned(sure, choice.pin, region, address)
    elif choice.candidate is not None:
        decided = _chosen(sure, choice.candidate, region, address)
    else:
        raise InputError(
            note("choose a candidate, put a pin on the map, or say that it is nowhere")
        )
    against = against_the_list(place, decided, region, address)
    return replace(decided, notes=(*decided.notes, *against))


def together(place: Place) -> Place:
    """`place`, settled by a decision made on another case at the same moment."""
    return replace(place, notes=(*place.notes, _TOGETHER))


def recalled(place: Place) -> Place:
    """`place`, settled by a decision from before."""
    return replace(place, notes=(*place.notes, _REMEMBERED))


def address_key(address: Address) -> str:
    """`address` as it is compared with others; empty when it is not to be taken for another's.

    Words and numbers of every column, without case, quotes, dots and spaces, with alphabets mended.
    Marks between numbers stay: 15/4 is not 15 4.
    """
    columns = (
        address.text, address.settlement, address.municipality, address.province,
        address.district, address.postcode,
    )  # fmt: skip
    cleaned = [clean(each) for each in columns]
    if any(len(each) >= LONGEST for each in (*columns, *cleaned)):
        return ""  # two that differ only behind what is read would be one
    words = [[t.text for t in tokens_of(each) if t.text not in ",;№"] for each in cleaned]
    return "|".join(" ".join(each) for each in words) if words[0] else ""


def decides_others(address: Address, choice: Choice, region: Region) -> bool:
    """True when `choice` holds for every case of the same address.

    Where the text names no house, a pin is one family's door: the village's others live elsewhere.
    """
    return bool(address_key(address)) and (choice.pin is None or _names_a_house(address, region))


def against_the_list(
    found: Place, decided: Place, region: Region, address: Address
) -> tuple[Note, ...]:
    """That the list states another municipality than the one the person decided on."""
    if decided.level is Level.NONE or decided.service_address:
        return ()
    if found.contradiction and decided.municipality_code == found.municipality_code:
        return (found.contradiction, note("a planner accepted that"))
    stated = f" {fold(address.municipality)} "
    known = {each.code: each for each in region.gazetteer.municipalities}
    here = known.get(decided.municipality_code)
    if not stated.strip() or here is None:
        return ()
    if any(f" {fold(name)} " in stated for name in (here.code, here.name, *here.names)):
        return ()
    return (
        note(
            "the list says {stated}, a planner accepted {municipality}",
            stated=address.municipality,
            municipality=here.name,
        ),
    )


def _names_a_house(address: Address, region: Region) -> bool:
    """True when every grammar of the region reads a house or block number.

    Not every number is one: there are postcodes, "кв. Дружба 2", "ул. 3-ти март", "зад бл. 13".
    """
    known = region.gazetteer
    countries = {known.country, *(m.country or known.country for m in known.municipalities)}
    grammars = [for_country(each) for each in countries]
    return all(house_number(parse(address.text, each), each) for each in grammars)


def _chosen(place: Place, chosen: Candidate, region: Region, address: Address) -> Place:
    """`place` at one of its candidates."""
    _refuse_outside((chosen.lon, chosen.lat), region)
    moved = _moved(
        place,
        chosen.municipality_code or place.municipality_code,
        chosen.settlement_code or place.settlement_code,
        region,
    )
    told = note("a planner chose this candidate")
    if TWO_ADDRESSES in place.notes:
        told = note("there are two addresses in this cell, a planner chose the one to visit")
    here = replace(
        moved,
        level=chosen.level,
        lon=chosen.lon,
        lat=chosen.lat,
        error_m=_ERROR_M[chosen.level],
        matched=chosen.label,
        notes=(told,),
    )
    stays = place.door and (place.lon, place.lat) == (chosen.lon, chosen.lat)
    return here if stays else replace(here, door=_door(here, address, region))


def _pinned(place: Place, pin: LonLat, region: Region, address: Address) -> Place:
    """`place` at a point: in the municipality and settlement that lie there, if any are known."""
    lon, lat = pin
    _refuse_outside(pin, region)
    here = np.array([pin], dtype=np.float64)
    municipality = str(locate_points(region.areas, here)[0]) or place.municipality_code
    settlement = str(locate_points(region.areas, here, level=SETTLEMENT)[0])
    if not settlement and municipality == place.municipality_code:
        settlement = place.settlement_code
    pinned = replace(
        _moved(place, municipality, settlement, region),
        level=Level.HOUSE, lon=lon, lat=lat, error_m=20.0, matched="",
        notes=(note("a planner put the pin on the map"),),
    )  # fmt: skip
    return replace(pinned, door=_door(pinned, address, region))


def _door(place: Place, address: Address, region: Region) -> str:
    """Equal texts with a house number that were put to one point are one door."""
    key = address_key(address)
    if not key or not _names_a_house(address, region):
        return ""
    return f"{place.settlement_code}/!/{place.lon},{place.lat}/{key}"


def _refuse_outside(point: LonLat, region: Region) -> None:
    west, south, east, north = region.info.bounds
    if not (west <= point[0] <= east and south <= point[1] <= north):
        raise InputError(note("the point lies outside the region; correct latitude and longitude"))


def _moved(place: Place, municipality: str, settlement: str, region: Region) -> Place:
    """`place` in another municipality or settlement, by the names that these have."""
    known = region.gazetteer
    if settlement != place.settlement_code:
        names = {each.code: each.name for each in known.settlements}
        place = replace(
            place, settlement_code=settlement, settlement=names.get(settlement, ""), district=""
        )
    if municipality != place.municipality_code:
        names = {each.code: each.name for each in known.municipalities}
        place = replace(
            place, municipality_code=municipality, municipality=names.get(municipality, "")
        )
    return place


_ERROR_M = {
    Level.HOUSE: 20.0,
    Level.INTERPOLATED: 60.0,
    Level.STREET: 300.0,
    Level.QUARTER: 500.0,
    Level.SETTLEMENT: 1_000.0,
    Level.MUNICIPALITY: 10_000.0,
    Level.NONE: None,
}
"""Expected error of a place a person confirmed, by its level, in metres."""
