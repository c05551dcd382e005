"""Where on a street a number is.

The ladder: exact → range → without suffix → between neighbours → near the last one → the street.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning.addresses.confidence import ERROR_FLOOR_M, Ladder
from planning.addresses.gazetteer import Street, StreetKind
from planning.addresses.index import APART_M, Index, Numbered, metres
from planning.addresses.keys import Door, door
from planning.model import Level

SAME_DOOR_M = 150.0
"""Doors of one number within this distance are one door to a crew."""
NEIGHBOURS = 24
"""Numbers between which a missing one is interpolated differ by at most this."""
BEYOND = 10
"""How far past the last mapped number a number may be and still count as near it."""
LANE_M = 120.0
"""Half the length of a street without mapped numbers or length."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on a street and how it was found."""

    lon: float
    lat: float
    level: Level
    ladder: Ladder
    error_m: float
    shown: str = ""
    """The number as the map has it; empty when it is not on the map."""
    between: tuple[str, str] | None = None
    scattered: bool = False
    """The street has stretches far apart, and the number may be on another of them."""


def find_number(street: Street, number: str, index: Index, *, block: bool = False) -> Spot:
    """The spot of normalised `number` (see `keys.take_number`) on `street`; "" is no number."""
    if not number:
        return _whole(street, Ladder.NOT_ASKED, index)
    doors = index.doors(street)
    wanted = door(number)
    found = _on_map(doors, wanted, block=block)
    in_order = street.kind is StreetKind.STREET and not index.is_village(street)
    if found is None and in_order and wanted.base is not None:
        found = _between(doors, wanted.base)
    if found is not None and index.scattered(street) and _elsewhere_too(doors, found, wanted.base):
        found = replace(found, scattered=True)
    return found or _whole(street, Ladder.NOT_MAPPED, index)


def _on_map(doors: Sequence[Numbered], wanted: Door, *, block: bool) -> Spot | None:
    exact = [d for d in doors if d.door.text == wanted.text]
    seen = [d for d in exact if not d.interpolated]
    if seen:
        of_kind = [d for d in seen if d.door.block == block]
        return _at(of_kind or seen, Ladder.EXACT, ERROR_FLOOR_M)
    if exact:
        spot = _at(exact, Ladder.BETWEEN, 2 * ERROR_FLOOR_M)
        return replace(spot, level=Level.INTERPOLATED)
    if wanted.base is None:
        return None
    if wanted.last != wanted.base or any(d.door.last != d.door.base for d in doors):
        ranged = [d for d in doors if _overlap(d.door, wanted)]
        if ranged:
            return _at(ranged, Ladder.RANGE, 1.5 * ERROR_FLOOR_M)
    near = [d for d in doors if d.door.base == wanted.base]
    plain = [d for d in near if d.door.text.isdecimal()]
    return _at(plain or near, Ladder.NO_SUFFIX, 2 * ERROR_FLOOR_M) if near else None


def _overlap(one: Door, other: Door) -> bool:
    """Ranges that share a number of one side of the street: "2-6" and "4"."""
    if one.base is None or other.base is None or one.last is None or other.last is None:
        return False
    same_side = (one.base - other.base) % 2 == 0
    return same_side and one.base <= other.last and other.base <= one.last


def _at(doors: Sequence[Numbered], ladder: Ladder, error_m: float) -> Spot:
    first = doors[0]
    spread = max(metres(first.lon, first.lat, d.lon, d.lat) for d in doors)
    if spread > SAME_DOOR_M:
        ladder, error_m = Ladder.SEVERAL, spread
    return Spot(first.lon, first.lat, Level.HOUSE, ladder, error_m + spread / 2, first.shown)


def _between(doors: Sequence[Numbered], wanted: int) -> Spot | None:
    """Linear between the nearest numbers of the same side, or at the last one of that side."""
    side = [d for d in doors if d.door.base is not None and (d.door.base - wanted) % 2 == 0]
    lower = max((d for d in side if _base(d) < wanted), key=_base, default=None)
    upper = min((d for d in side if _base(d) > wanted), key=_base, default=None)
    if lower is not None and upper is not None and _base(upper) - _base(lower) <= NEIGHBOURS:
        share = (wanted - _base(lower)) / (_base(upper) - _base(lower))
        gap = metres(lower.lon, lower.lat, upper.lon, upper.lat)
        return Spot(
            lower.lon + share * (upper.lon - lower.lon),
            lower.lat + share * (upper.lat - lower.lat),
            Level.INTERPOLATED,
            Ladder.BETWEEN,
            ERROR_FLOOR_M + gap / 2,
            between=(lower.shown, upper.shown),
        )
    near = min((d for d in (lower, upper) if d), key=lambda d: abs(_base(d) - wanted), default=None)
    if near is None or abs(_base(near) - wanted) > BEYOND:
        return None
    # A plot is some 15 m wide, so the door is about that far past the last one for every second
    # number; the direction is unknown, the error says so.
    reach = ERROR_FLOOR_M + 10.0 * abs(_base(near) - wanted)
    return Spot(
        near.lon, near.lat, Level.INTERPOLATED, Ladder.BEYOND, reach, between=(near.shown, "")
    )


def _elsewhere_too(doors: Sequence[Numbered], spot: Spot, wanted: int | None) -> bool:
    """Another stretch of the street, far from `spot`, has lower and higher numbers than `wanted`.

    Then the number may just as well be there and merely missing from the map.
    """
    if spot.ladder is not Ladder.EXACT or wanted is None:
        return True
    far = [_base(d) for d in doors if metres(spot.lon, spot.lat, d.lon, d.lat) > APART_M]
    return bool(far) and min(far) < wanted < max(far)


def _base(numbered: Numbered) -> int:
    return numbered.door.base or 0


def _whole(street: Street, ladder: Ladder, index: Index) -> Spot:
    """The street's or quarter's own point; the error reaches to its farthest known door."""
    reach = max(street.length_m / 2, LANE_M)
    for numbered in index.doors(street):
        reach = max(reach, metres(street.lon, street.lat, numbered.lon, numbered.lat))
    level = Level.QUARTER if street.kind is StreetKind.QUARTER else Level.STREET
    return Spot(street.lon, street.lat, level, ladder, reach)
