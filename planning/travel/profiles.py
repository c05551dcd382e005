"""Which roads are open to whom, and how fast: tables with their sources, then the tags' meaning.

Tag semantics follow the OpenStreetMap wiki (Key:access, Key:oneway, Key:maxspeed, Key:barrier).

Sources of the figures:
- `LEGAL_KMH`: urban, rural and motorway limits of Bulgaria and Azerbaijan: WHO, Global status
  report on road safety, table A4. Bulgaria's express roads ("trunk"): 120, National Assembly,
  amendment of 2012. Kazakhstan: as open routing software has it, NOT checked against its law;
  higher limits would only make plans less cautious. The default row is our estimate.
- `_KINDS.share`: the part of the limit that a whole trip reaches, junctions included. Our estimate,
  of the order of OSRM's car profile (motorway 90, primary 65, residential 25 km/h, …).
- `_LIMIT_SHARE`: OSRM's car profile takes 0.8 of a signed limit.
- surfaces, links, tracks and ferries: our estimates.
- walking: adults' normal gait is 0.94 to 1.43 m/s by age and sex (Bohannon and Williams Andrews
  2011, Physiotherapy 97:182); we take 1.3. Along stairs 0.5 m/s is our estimate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planning.model import Mode

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a road of this kind is like when no tag says otherwise."""

    setting: str
    """Whose legal limit applies: a key of a country's row in `LEGAL_KMH`."""
    share: float
    """Part of that limit which is reached; 0 = closed to cars."""
    walk_kmh: float
    """0 = closed to walkers."""
    local: bool = False
    """The road's shape and parked cars hold speed down, whatever the sign allows."""


_KINDS: dict[str, _Kind] = {
    "motorway": _Kind("motorway", 0.75, 0.0),
    "motorway_link": _Kind("rural", 0.5, 0.0),
    "trunk": _Kind("rural", 0.85, 4.7),
    "trunk_link": _Kind("rural", 0.45, 4.7),
    "primary": _Kind("rural", 0.7, 4.7),
    "primary_link": _Kind("rural", 0.35, 4.7),
    "secondary": _Kind("rural", 0.6, 4.7),
    "secondary_link": _Kind("rural", 0.3, 4.7),
    "tertiary": _Kind("rural", 0.45, 4.7),
    "tertiary_link": _Kind("rural", 0.25, 4.7),
    "unclassified": _Kind("rural", 0.4, 4.7, local=True),
    "residential": _Kind("urban", 0.5, 4.7, local=True),
    "living_street": _Kind("living_street", 0.5, 4.7, local=True),
    "service": _Kind("urban", 0.3, 4.7, local=True),
    "track": _Kind("urban", 0.3, 4.5, local=True),
    "pedestrian": _Kind("living_street", 0.0, 4.7),
    "footway": _Kind("living_street", 0.0, 4.7),
    "cycleway": _Kind("living_street", 0.0, 4.7),
    "bridleway": _Kind("living_street", 0.0, 4.2),
    "steps": _Kind("living_street", 0.0, 1.8),
    "path": _Kind("living_street", 0.0, 4.2),
    "ferry": _Kind("ferry", 1.0, 8.0),
}

ROAD_KINDS: tuple[str, ...] = tuple(_KINDS)
"""Names that `RoadGraph.kind` points into, the widest road first."""

NO_DOORS = frozenset({"motorway", "motorway_link", "ferry"})
"""Kinds without doors: a house beside a motorway is not reached from it."""

_SAME_AS = {"road": "unclassified", "corridor": "footway", "platform": "footway"}

LEGAL_KMH: dict[str, dict[str, float]] = {
    "": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 120},
    "bg": {"urban": 50, "rural": 90, "trunk": 120, "motorway": 140},
    "az": {"urban": 60, "rural": 90, "trunk": 90, "motorway": 110},
    "kz": {"urban": 60, "rural": 90, "trunk": 90, "motorway": 110},
}
"""Legal default limits by ISO 3166 alpha-2 country code; "" stands for every other country."""

_EVERYWHERE = {"living_street": 20.0, "ferry": 8.0, "walk": 5.0}

_LIMIT_SHARE = 0.8
_SLOWEST_KMH = 3.0
_FASTEST_KMH = 160.0

_SURFACE_FACTOR: dict[str, dict[str, float]] = {
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
    },
    "tracktype": {"grade2": 0.9, "grade3": 0.8, "grade4": 0.6, "grade5": 0.4},
    "smoothness": {"bad": 0.7, "very_bad": 0.5, "horrible": 0.3, "very_horrible": 0.2},
}

_ACCESS_KEYS = {
    Mode.DRIVE: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.WALK: ("foot", "access"),
}
_CLOSED = frozenset(
    {
        *("no", "private", "permit", "military", "emergency", "bus", "psv"),
        *("agricultural", "forestry", "use_sidepath"),
    }
)

_CAR_BARRIERS = frozenset(
    {
        *("block", "bollard", "chain", "debris", "jersey_barrier", "log", "planter", "rope"),
        *("cycle_barrier", "motorcycle_barrier", "bus_trap", "sump_buster", "horse_stile"),
        *("stile", "turnstile", "full-height_turnstile", "kissing_gate", "wicket_gate"),
        "hampshire_gate",
    }
)
"""What stops a car. Gates, kerbs and cattle grids let it through unless their access is closed."""

_LIMIT_KEYS = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
_NUMBER = re.compile(r"(\d{1,3}(?:\.\d+)?) ?(km/h|kmh|kph|mph)?")
_ZONE = re.compile(r"(?:([a-z]{2}):)?(?:zone)?:?([a-z_]+|\d{1,3})")
_MPH = 1.609344


@dataclass(frozen=True, slots=True)
class Passage:
    """What a way means to somebody who moves along it."""

    kind: int
    """Index into `ROAD_KINDS`."""
    forward_kmh: float
    """In the direction the way is drawn; 0 = not allowed."""
    backward_kmh: float


def passage(tags: Tags, *, mode: Mode, country: str) -> Passage | None:
    """How a way with `tags` can be travelled, or None where it is no open road.

    Args:
        tags: the way's OSM tags.
        mode: how the team moves.
        country: ISO 3166 alpha-2 code in lower case; an unknown one takes the defaults.
    """
    name = _name(tags)
    if name is None or not _open(tags, name, mode):
        return None
    kind = ROAD_KINDS.index(name)
    if mode is Mode.WALK:
        return Passage(kind, _KINDS[name].walk_kmh, _KINDS[name].walk_kmh)
    along, against = _directions(tags, name)
    if not (along or against):
        return None
    return Passage(
        kind,
        _drive_kmh(tags, name, country, "forward") if along else 0.0,
        _drive_kmh(tags, name, country, "backward") if against else 0.0,
    )


def blocks(tags: Tags, *, mode: Mode) -> bool:
    """True when a barrier node with `tags` ends the way for `mode`. Gates count as open."""
    if "barrier" not in tags:
        return False
    stated = _stated_access(tags, mode)
    if stated is not None:
        return not stated
    return mode is Mode.DRIVE and tags["barrier"] in _CAR_BARRIERS


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
        return kmh if _SLOWEST_KMH <= kmh <= _FASTEST_KMH else None
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


def _name(tags: Tags) -> str | None:
    highway = tags.get("highway")
    if highway is None:
        return "ferry" if tags.get("route") == "ferry" else None
    name = _SAME_AS.get(highway, highway)
    return name if name in _KINDS and name != "ferry" else None


def _open(tags: Tags, name: str, mode: Mode) -> bool:
    stated = _stated_access(tags, mode)
    if stated is False:
        return False
    if mode is Mode.WALK:
        return _KINDS[name].walk_kmh > 0 and (tags.get("motorroad") != "yes" or stated is True)
    if name == "ferry":
        # A ferry that names its walkers and not its cars takes no cars.
        return stated is True or not {"foot", "bicycle"} & tags.keys()
    return (
        _KINDS[name].share > 0
        and tags.get("area") != "yes"
        and tags.get("service") != "emergency_access"
        and tags.get("smoothness") != "impassable"
    )


def _stated_access(tags: Tags, mode: Mode) -> bool | None:
    """What the most specific access tag says; None when there is none.

    `destination` is open: crews go to doors. That nobody may drive through is not modelled.
    """
    for key in _ACCESS_KEYS[mode]:
        if value := tags.get(key):
            return not all(part.strip() in _CLOSED for part in value.split(";"))
    return None


def _directions(tags: Tags, name: str) -> tuple[bool, bool]:
    """(along, against) the direction the way is drawn in."""
    oneway = tags.get("oneway")
    if oneway is None:
        round_about = tags.get("junction") in ("roundabout", "circular")
        return True, not (round_about or name in ("motorway", "motorway_link"))
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    return (False, False) if oneway == "reversible" else (True, True)


def _drive_kmh(tags: Tags, name: str, country: str, direction: str) -> float:
    kind = _KINDS[name]
    usual = (_legal(country, kind.setting) or 0.0) * kind.share
    limit = _stated_limit(tags, country, direction)
    if limit is not None:
        usual = min(usual, limit) if kind.local else limit * _LIMIT_SHARE
    return round(max(usual * _surface_factor(tags), _SLOWEST_KMH), 1)


def _stated_limit(tags: Tags, country: str, direction: str) -> float | None:
    for key in (f"maxspeed:{direction}", "maxspeed", *_LIMIT_KEYS):
        limit = limit_kmh(tags[key], country=country) if key in tags else None
        if limit is not None:
            return limit
    return None


def _surface_factor(tags: Tags) -> float:
    """The worst of what is said about the surface."""
    return min(table.get(tags.get(key, ""), 1.0) for key, table in _SURFACE_FACTOR.items())
