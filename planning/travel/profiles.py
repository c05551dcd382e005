"""Which roads are open to whom, in which direction: what the tags of a map mean to a team.

Tag semantics follow the OpenStreetMap wiki (Key:access, Key:oneway, Key:barrier,
Relation:restriction). What is conditional on time, weight or purpose counts as not said. Speeds are
in `planning.travel.speeds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from planning.model import Mode
from planning.travel.speeds import KINDS, SPEED_KEYS, Tags, drive_kmh, walk_kmh

ROAD_KINDS: tuple[str, ...] = tuple(KINDS)
"""Names that `RoadGraph.kind` points into, the widest road first."""

NO_DOORS = frozenset({"motorway", "motorway_link", "ferry"})
"""Kinds without doors: a house beside a motorway is not reached from it."""

_SAME_AS = {"road": "unclassified", "corridor": "footway", "platform": "footway"}

_KIND_OF = {name: KINDS[name] for name in ROAD_KINDS if name != "ferry"} | {
    name: KINDS[like] for name, like in _SAME_AS.items()
}
DRIVEN_HIGHWAYS = tuple(name for name, kind in _KIND_OF.items() if kind.outside > 0)
WALKED_HIGHWAYS = tuple(name for name, kind in _KIND_OF.items() if kind.walk_kmh > 0)
"""Values of the tag `highway` that a mode may use: what to look for in a file."""

_ACCESS_KEYS = {
    Mode.DRIVE: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Mode.WALK: ("foot", "access"),
}
"""Who may pass, the most specific first."""
_ONEWAY_KEYS = {
    Mode.DRIVE: ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"),
    Mode.WALK: ("oneway:foot", "conveying"),
}
"""In which direction; an escalator conveys."""
_CLOSED = frozenset(
    {
        *("no", "private", "permit", "military", "emergency", "bus", "psv", "taxi", "hov"),
        *("agricultural", "forestry", "use_sidepath"),
    }
)
_CLIMBS = frozenset({"alpine_hiking", "demanding_alpine_hiking", "difficult_alpine_hiking"})

_CAR_BARRIERS = frozenset(
    {
        *("block", "bollard", "chain", "debris", "jersey_barrier", "log", "planter", "rope"),
        *("cycle_barrier", "motorcycle_barrier", "bus_trap", "sump_buster", "horse_stile"),
        *("stile", "turnstile", "full-height_turnstile", "kissing_gate", "wicket_gate"),
        "hampshire_gate",
    }
)
"""What stops a car. Gates, kerbs and cattle grids let it through unless their access is closed."""

_DURATIONS = (
    re.compile("(?P<minutes>[0-9]{1,4})"),
    re.compile("(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2})(:(?P<seconds>[0-9]{2}))?"),
    re.compile("PT((?P<hours>[0-9]{1,2})H)?((?P<minutes>[0-9]{1,3})M)?((?P<seconds>[0-9]{1,3})S)?"),
)
"""20, 00:20 or 1:30:00, PT1H20M."""
_LONGEST_CROSSING_S = 24 * 3600
_SECONDS_A_STEP = 0.7

_RESTRICTION_KEYS = (
    "restriction:motorcar",
    "restriction:motor_vehicle",
    "restriction:vehicle",
    "restriction",
)
_ALWAYS = re.compile(r"([a-z_]+) @ \(?(?:24/7|00:00-24:00)\)?")

TAGS_THAT_MATTER = frozenset(
    {
        *SPEED_KEYS,
        *(key for mode in _ACCESS_KEYS for key in (*_ACCESS_KEYS[mode], *_ONEWAY_KEYS[mode])),
        *(f"{key}:{way}" for key in _ACCESS_KEYS[Mode.DRIVE] for way in ("forward", "backward")),
        *("highway", "route", "junction", "area", "bicycle", "seasonal", "ice_road"),
        *("winter_road", "duration", "interval", "step_count"),
    }
)
"""Every tag of a way that `passage` looks at: ways that share these share their passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a way means to somebody who moves along it."""

    kind: int
    """Index into `ROAD_KINDS`."""
    forward_kmh: float
    """In the direction the way is drawn; 0 = not allowed."""
    backward_kmh: float
    seconds: float = 0.0
    """For the whole way whatever its length: a ferry's timetable, a flight of steps. 0 = unknown,
    go by speed."""


class TurnRule(Enum):
    """What a restriction says about turning from one way into another."""

    NO = "no"
    """This turn is forbidden."""
    ONLY = "only"
    """Every other turn is."""


def passage(tags: Tags, *, mode: Mode, country: str, built_up: bool = False) -> Passage | None:
    """How a way with `tags` can be travelled, or None where it is no open road.

    Args:
        tags: the way's OSM tags.
        mode: how the team moves.
        country: ISO 3166 alpha-2 code in lower case; an unknown one takes the defaults.
        built_up: whether houses stand around it, which lowers the limit that no sign states.
    """
    name = _name(tags)
    if name is None or not _open(tags, name, mode):
        return None
    along, against = _directions(tags, name, mode)
    if not (along or against):
        return None
    forward, backward = (
        walk_kmh(tags, name)
        if mode is Mode.WALK
        else drive_kmh(tags, name, country=country, direction=direction, built_up=built_up)
        for direction in ("forward", "backward")
    )
    return Passage(
        ROAD_KINDS.index(name),
        forward if along else 0.0,
        backward if against else 0.0,
        _whole_way_seconds(tags, name),
    )


def blocks(tags: Tags, *, mode: Mode) -> bool:
    """True when a barrier node with `tags` ends the way for `mode`. Gates count as open."""
    if "barrier" not in tags:
        return False
    stated = _stated_access(tags, mode)
    if stated is not None:
        return not stated
    return tags.get("locked") == "yes" or (mode is Mode.DRIVE and tags["barrier"] in _CAR_BARRIERS)


def turn_rule(tags: Tags) -> TurnRule | None:
    """What a relation with `tags` forbids a car at all times; None = nothing.

    Rules for lorries or buses, rules that except cars, and rules for some hours are no rules here.
    """
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    if excepted & set(_ACCESS_KEYS[Mode.DRIVE]) or "day_on" in tags or "hour_on" in tags:
        return None
    for key in _RESTRICTION_KEYS:
        always = _ALWAYS.fullmatch(tags.get(f"{key}:conditional", ""))
        said = always[1] if always else tags.get(key, "")
        if said.startswith(("no_", "only_")):
            return TurnRule.NO if said.startswith("no_") else TurnRule.ONLY
    return None


def _name(tags: Tags) -> str | None:
    highway = tags.get("highway")
    if highway is None:
        return "ferry" if tags.get("route") == "ferry" else None
    name = _SAME_AS.get(highway, highway)
    return name if name in KINDS and name != "ferry" else None


def _open(tags: Tags, name: str, mode: Mode) -> bool:
    stated = _stated_access(tags, mode)
    if stated is False or _only_in_winter(tags):
        return False
    if mode is Mode.WALK:
        return (
            KINDS[name].walk_kmh > 0
            and (tags.get("motorroad") != "yes" or stated is True)
            and tags.get("sac_scale") not in _CLIMBS
        )
    if name == "ferry":
        # A ferry that names its walkers and not its cars takes no cars.
        return stated is True or ("foot" not in tags and "bicycle" not in tags)
    return (
        KINDS[name].outside > 0
        and tags.get("area") != "yes"
        and tags.get("service") != "emergency_access"
        and tags.get("smoothness") != "impassable"
    )


def _only_in_winter(tags: Tags) -> bool:
    """Roads over ice: campaigns run from July to September."""
    return (
        tags.get("seasonal") == "winter"
        or tags.get("ice_road") == "yes"
        or tags.get("winter_road") == "yes"
    )


def _stated_access(tags: Tags, mode: Mode) -> bool | None:
    """What the most specific access tag says; None when there is none.

    `destination` and `customers` are open: crews go to doors. That nobody may drive through is not
    modelled.
    """
    for key in _ACCESS_KEYS[mode]:
        if value := tags.get(key):
            return not all(part.strip() in _CLOSED for part in value.split(";"))
    return None


def _directions(tags: Tags, name: str, mode: Mode) -> tuple[bool, bool]:
    """(along, against) the direction the way is drawn in."""
    along, against = _oneway(tags, name, mode)
    if mode is Mode.WALK:
        return along, against
    return along and _open_towards(tags, "forward"), against and _open_towards(tags, "backward")


def _oneway(tags: Tags, name: str, mode: Mode) -> tuple[bool, bool]:
    said = next((tags[key] for key in _ONEWAY_KEYS[mode] if key in tags), None)
    if said in ("yes", "true", "1", "forward"):
        return True, False
    if said in ("-1", "reverse", "backward"):
        return False, True
    if said == "reversible" and mode is Mode.DRIVE:
        return False, False  # by the hour, and nobody knows which
    if said is None and mode is Mode.DRIVE:
        round_about = tags.get("junction") in ("roundabout", "circular")
        return True, not (round_about or name in ("motorway", "motorway_link"))
    return True, True


def _open_towards(tags: Tags, direction: str) -> bool:
    for key in _ACCESS_KEYS[Mode.DRIVE]:
        if value := tags.get(f"{key}:{direction}"):
            return value not in _CLOSED
    return True


def _whole_way_seconds(tags: Tags, name: str) -> float:
    if name == "ferry":
        crossing = _duration_seconds(tags.get("duration", ""))
        # Who does not know the timetable waits half the time between two boats.
        return crossing + _duration_seconds(tags.get("interval", "")) / 2 if crossing else 0.0
    count = tags.get("step_count", "") if name == "steps" else ""
    return int(count) * _SECONDS_A_STEP if re.fullmatch("[0-9]{1,4}", count) else 0.0


def _duration_seconds(text: str) -> float:
    """0 = unknown or absurd."""
    for form in _DURATIONS:
        if found := form.fullmatch(text):
            parts = {unit: int(count or 0) for unit, count in found.groupdict().items()}
            minutes = parts.get("hours", 0) * 60 + parts["minutes"]
            seconds = minutes * 60 + parts.get("seconds", 0)
            return float(seconds) if seconds <= _LONGEST_CROSSING_S else 0.0
    return 0.0
