"""How fast each kind of road is: tables with their sources, and what tags change about them.

Sources of the figures (see also data/reference/SOURCES.md):
- `LEGAL_KMH`. Bulgaria: Road Traffic Act, art. 21 (built-up 50, outside 90, express road 120,
  motorway 140). Azerbaijan: WHO, Global status report on road safety 2018, table A4 (60, 90, 110).
  Kazakhstan: the national operator of trunk roads, KazAvtoZhol, 2024: 140 on category I-a, 110 on
  I-b, 100 on II and III; built-up 60. The row "" for everywhere else is our estimate.
- `Kind.inside`, `Kind.outside`: the part of the limit that a whole trip reaches, junctions and
  lights included. Our estimate: with Bulgaria's limits it comes out near the speeds of OSRM's car
  profile (motorway 90, trunk 85, primary 65, secondary 55, residential 25 km/h).
- surfaces, narrow roads, tracks, fords, and ferries without a timetable: our estimates.
- walking: adults' normal gait is 0.94 to 1.43 m/s by age and sex (Bohannon and Williams Andrews
  2011, Physiotherapy 97:182); we take 1.3 m/s, 4.7 km/h. Along stairs 0.5 m/s, 0.7 s a step: our
  estimate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a road of this kind is like when no tag says otherwise."""

    setting: str
    """Whose legal limit applies outside built-up areas: a key of `LEGAL_KMH` or `_EVERYWHERE`."""
    outside: float
    """Part of that limit which is reached; 0 = closed to cars."""
    inside: float
    """The same within built-up areas, of the urban limit where that is lower."""
    walk_kmh: float
    """0 = closed to walkers."""
    local: bool = False
    """The road's shape and parked cars hold speed down, whatever the sign allows."""


KINDS: dict[str, Kind] = {
    "motorway": Kind("motorway", 0.75, 0.75, 0.0),
    "motorway_link": Kind("rural", 0.5, 0.5, 0.0),
    "trunk": Kind("rural", 0.85, 0.8, 4.7),
    "trunk_link": Kind("rural", 0.5, 0.6, 4.7),
    "primary": Kind("rural", 0.8, 0.7, 4.7),
    "primary_link": Kind("rural", 0.45, 0.5, 4.7),
    "secondary": Kind("rural", 0.75, 0.66, 4.7),
    "secondary_link": Kind("rural", 0.4, 0.45, 4.7),
    "tertiary": Kind("rural", 0.65, 0.6, 4.7),
    "tertiary_link": Kind("rural", 0.35, 0.4, 4.7),
    "unclassified": Kind("rural", 0.5, 0.52, 4.7, local=True),
    "residential": Kind("urban", 0.5, 0.5, 4.7, local=True),
    "living_street": Kind("living_street", 0.5, 0.5, 4.7, local=True),
    "service": Kind("urban", 0.3, 0.3, 4.7, local=True),
    "track": Kind("urban", 0.3, 0.3, 4.5, local=True),
    "pedestrian": Kind("living_street", 0.0, 0.0, 4.7),
    "footway": Kind("living_street", 0.0, 0.0, 4.7),
    "cycleway": Kind("living_street", 0.0, 0.0, 4.7),
    "bridleway": Kind("living_street", 0.0, 0.0, 4.2),
    "steps": Kind("living_street", 0.0, 0.0, 1.8),
    "path": Kind("living_street", 0.0, 0.0, 4.2),
    "ferry": Kind("ferry", 1.0, 1.0, 8.0),
}

LEGAL_KMH: dict[str, dict[str, float]] = {
    "": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 120},
    "bg": {"urban": 50, "rural": 90, "trunk": 120, "motorway": 140},
    "az": {"urban": 60, "rural": 90, "trunk": 110, "motorway": 110},
    "kz": {"urban": 60, "rural": 100, "trunk": 110, "motorway": 140},
}
"""Legal default limits by ISO 3166 alpha-2 country code; "" stands for every other country.
"trunk" is a road for motor vehicles only, beside which nobody lives."""

_EVERYWHERE = {"living_street": 20.0, "ferry": 8.0, "walk": 5.0}

SLOWEST_KMH = 3.0
FASTEST_KMH = 160.0

_FACTORS: dict[str, dict[str, float]] = {
    "surface": {
        "paving_stones": 0.9,
        "sett": 0.8,
        "unhewn_cobblestone": 0.5,
        "cobblestone": 0.6,
        "compacted": 0.8,
        "fine_gravel": 0.75,
        "gravel": 0.65,
        "pebblestone": 0.6,
        "unpaved": 0.6,
        "dirt": 0.5,
        "earth": 0.5,
        "ground": 0.5,
        "grass": 0.4,
        "sand": 0.3,
        "mud": 0.3,
        "ice": 0.3,
        "snow": 0.3,
    },
    "tracktype": {"grade2": 0.9, "grade3": 0.8, "grade4": 0.6, "grade5": 0.4},
    "smoothness": {"bad": 0.7, "very_bad": 0.5, "horrible": 0.3, "very_horrible": 0.2},
    "service": {"parking_aisle": 0.7, "driveway": 0.7, "drive-through": 0.7},
}
_WALK_FACTORS: dict[str, dict[str, float]] = {
    "surface": {"sand": 0.7, "mud": 0.6},
    "sac_scale": {"mountain_hiking": 0.8, "demanding_mountain_hiking": 0.6},
    "ford": {"yes": 0.5},
}
_NARROW_FACTOR = 0.75
"""Where two cars cannot pass each other, one of them waits."""
_NARROW_METRES = 4.0
_FORD_KMH = 8.0

_LIMIT_KEYS = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
_NUMBER = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?(km/h|kmh|kph|mph)?")
_ZONE = re.compile(r"(?:([a-z]{2}):)?(?:zone)?:?([a-z_]+|[0-9]{1,3})")
_WIDTH = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,3})?) ?m?")
_MPH = 1.609344

SPEED_KEYS = frozenset(
    {
        *_LIMIT_KEYS,
        *("maxspeed", "maxspeed:forward", "maxspeed:backward"),
        *_FACTORS,
        *_WALK_FACTORS,
        *("width", "lanes", "oneway", "motorroad"),
    }
)
"""Every tag that this module looks at."""


def drive_kmh(tags: Tags, kind: str, *, country: str, direction: str, built_up: bool) -> float:
    """Speed of a car on a road of `kind`.

    Args:
        tags: the way's OSM tags.
        kind: a key of `KINDS` that is open to cars.
        country: ISO 3166 alpha-2 code in lower case; an unknown one takes the defaults.
        direction: "forward" or "backward", as the way is drawn.
        built_up: whether houses stand around it. A tag that says so itself, as
            source:maxspeed=BG:urban does, goes first.
    """
    road = KINDS[kind]
    said = _said_built_up(tags)
    built_up = built_up if said is None else said
    legal = _legal(country, "trunk" if tags.get("motorroad") == "yes" else road.setting) or 0.0
    share = road.outside
    if built_up:
        share, legal = road.inside, min(legal, _legal(country, "urban") or legal)
    usual = legal * share
    stated = _stated_limit(tags, country, direction)
    if stated is not None:
        usual = min(usual, stated) if road.local else stated * share
    kmh = usual * _worst(tags, _FACTORS) * (_NARROW_FACTOR if _narrow(tags) else 1.0)
    if tags.get("ford") == "yes":
        kmh = min(kmh, _FORD_KMH)
    return round(max(kmh, SLOWEST_KMH), 1)


def walk_kmh(tags: Tags, kind: str) -> float:
    """Speed on foot, the same both ways."""
    return round(KINDS[kind].walk_kmh * _worst(tags, _WALK_FACTORS), 1)


@lru_cache(maxsize=4096)
def limit_kmh(text: str, *, country: str) -> float | None:
    """A `maxspeed` in km/h: "50", "30 mph", "50;30", "BG:urban", "walk", "none".

    None for what means nothing to us ("signals", "variable", typing mistakes).
    """
    limits = [_one_limit(part.strip(), country) for part in re.split(r"[;,|]", text.lower())]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _one_limit(text: str, country: str) -> float | None:
    if number := _NUMBER.fullmatch(text):
        kmh = float(number[1]) * (_MPH if number[2] == "mph" else 1.0)
        return kmh if SLOWEST_KMH <= kmh <= FASTEST_KMH else None
    if text == "none":
        return _legal(country, "motorway")
    zone = _ZONE.fullmatch(text)
    if zone is None:
        return None
    if zone[2].isdecimal():
        return _one_limit(zone[2], country)
    return _legal(zone[1] or country, zone[2])


def _legal(country: str, setting: str) -> float | None:
    row = LEGAL_KMH.get(country, LEGAL_KMH[""])
    return row.get(setting, _EVERYWHERE.get(setting))


def _stated_limit(tags: Tags, country: str, direction: str) -> float | None:
    for key in (f"maxspeed:{direction}", "maxspeed", *_LIMIT_KEYS):
        limit = limit_kmh(tags[key], country=country) if key in tags else None
        if limit is not None:
            return limit
    return None


def _said_built_up(tags: Tags) -> bool | None:
    """What "BG:urban" or "rural" in a tag about the limit says; None when none does."""
    for key in ("maxspeed", *_LIMIT_KEYS):
        zone = _ZONE.fullmatch(tags.get(key, "").lower())
        if zone is not None and zone[2] in ("urban", "rural"):
            return zone[2] == "urban"
    return None


def _narrow(tags: Tags) -> bool:
    """Whether two cars that meet cannot pass."""
    if tags.get("oneway") in ("yes", "-1"):
        return False
    width = _WIDTH.fullmatch(tags.get("width", ""))
    if width is not None:
        return 0 < float(width[1]) < _NARROW_METRES
    return tags.get("lanes") == "1"


def _worst(tags: Tags, tables: Mapping[str, Mapping[str, float]]) -> float:
    """The lowest factor that any of the tags asks for."""
    return min(table.get(tags.get(key, ""), 1.0) for key, table in tables.items())
