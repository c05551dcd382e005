"""A person's decision about an address → the place it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planning.areas import SETTLEMENT, locate_points
from planning.errors import InputError
from planning.model import Level, LonLat, Place
from planning.text import note

if TYPE_CHECKING:
    from planning.stores import Region


@dataclass(frozen=True, slots=True)
class Choice:
    """What a planner decided about an address: exactly one of the four."""

    candidate: int | None = None
    """Index into the place's candidates."""
    pin: LonLat | None = None
    """(lon, lat) put on the map by hand."""
    nowhere: bool = False
    """There is no such address."""
    service_address: bool = False
    """Nobody lives there: a municipal service address."""


def settled(place: Place, choice: Choice, region: Region) -> Place:
    """`place` as the person decided it.

    Raises:
        InputError: the choice names nothing, a candidate that does not exist, or a point outside
            the region.
    """
    sure = replace(
        place,
        needs_review=False,
        confidence=1.0,
        contradiction=None,
        service_address=False,
        decided=True,
    )
    if choice.service_address:
        return replace(sure, service_address=True)
    if choice.nowhere:
        return replace(
            sure, level=Level.NONE, lon=None, lat=None, error_m=None, matched="", door="",
            notes=(note("a planner found that there is no such address"),),
        )  # fmt: skip
    if choice.pin is not None:
        return _pinned(sure, choice.pin, region)
    if choice.candidate is None:
        raise InputError("choose a candidate, put a pin on the map, or say that it is nowhere")
    if not 0 <= choice.candidate < len(place.candidates):
        raise InputError(f"there is no candidate {choice.candidate + 1}; look at the list again")
    return _chosen(sure, choice.candidate, region)


def _chosen(place: Place, number: int, region: Region) -> Place:
    """`place` at one of its candidates."""
    chosen = place.candidates[number]
    moved = _moved(
        place,
        chosen.municipality_code or place.municipality_code,
        chosen.settlement_code or place.settlement_code,
        region,
    )
    return replace(
        moved,
        level=chosen.level,
        lon=chosen.lon,
        lat=chosen.lat,
        error_m=_ERROR_M[chosen.level],
        matched=chosen.label,
        door=place.door if number == 0 else "",
        notes=(note("a planner chose this candidate"),),
    )


def _pinned(place: Place, pin: LonLat, region: Region) -> Place:
    """`place` at a point: in the municipality and settlement that lie there, if any are known."""
    lon, lat = pin
    west, south, east, north = region.info.bounds
    if not (west <= lon <= east and south <= lat <= north):
        raise InputError("the point lies outside the region; correct latitude and longitude")
    here = np.array([pin], dtype=np.float64)
    municipality = str(locate_points(region.areas, here)[0]) or place.municipality_code
    settlement = str(locate_points(region.areas, here, level=SETTLEMENT)[0])
    if not settlement and municipality == place.municipality_code:
        settlement = place.settlement_code
    return replace(
        _moved(place, municipality, settlement, region),
        level=Level.HOUSE, lon=lon, lat=lat, error_m=20.0, matched="", door="",
        notes=(note("a planner put the pin on the map"),),
    )  # fmt: skip


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
