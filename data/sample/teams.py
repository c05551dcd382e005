"""The 32 outreach teams of the province, as an order fixes them.

How many each municipality has is from the province's public order; everything else is invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np

from data.sample.facts import SettlementFact
from data.sample.plane import to_lonlat
from data.sample.world import World

TEAMS = {
    "Борово": 3, "Бяла": 3, "Ветово": 3, "Две могили": 3, "Иваново": 4, "Русе": 9,
    "Сливо поле": 3, "Ценово": 4,
}  # fmt: skip
"""Municipality → number of its teams."""

INSTITUTIONS = ("school", "municipality", "social", "police", "mediator", "health")
"""Codes of the institutions whose members make up a team: a case's `requires` uses the same."""

HEADINGS = (
    "team_id", "name", "municipality", "office", "lat", "lon", "institutions", "languages",
    "start", "end", "weekdays", "pause", "kit_capacity", "mode", "order_number", "order_date",
    "phone",
)  # fmt: skip

_MEMBERS = (
    ("school", "municipality", "social", "police"),
    ("school", "municipality", "mediator"),
    ("school", "social", "mediator", "health"),
    ("school", "municipality", "police"),
)
"""Who is in the first, second, … team of a municipality, and so on round: every municipality has
somebody of each kind, no team has everybody."""
_LANGUAGES = ("bg;tr", "bg;rom", "bg;tr;rom", "bg")
_HOURS = (("08:30", "17:00"), ("10:00", "19:00"), ("08:30", "17:00"), ("09:00", "17:30"))
"""Every municipality has a team that works into the evening, when families are at home."""
_PAUSES = {
    "08:30": "12:00-13:00/30", "09:00": "12:00-13:30/30", "10:00": "13:00-14:30/45",
}  # fmt: skip
_WALKING = ("Русе", (8, 9))
"""The last two teams of the city go on foot."""
_ORDER = ("РД-01-000/2026 (измислена)", "2026-08-14")


def teams_csv(world: World) -> bytes:
    """The team list, comma-separated UTF-8: times as HH:MM, weekdays 1 = Monday, `;` in a cell."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADINGS)
    seats = {fact.municipality: place for place, fact in enumerate(world.facts) if fact.centre}
    for municipality, count in TEAMS.items():
        table.writerows(_of_municipality(world, seats[municipality], count))
    return out.getvalue().encode()


def _of_municipality(world: World, place: int, count: int) -> Iterator[tuple[object, ...]]:
    fact = world.facts[place]
    hall = world.town_hall(place)
    lon, lat = to_lonlat(np.array([(hall.x, hall.y)]))[0]
    for number in range(1, count + 1):
        walks = fact.municipality == _WALKING[0] and number in _WALKING[1]
        start, end = _HOURS[(number - 1) % len(_HOURS)]
        yield (
            f"{fact.municipality_code}-{number:02d}", f"{fact.municipality} {number}",
            fact.municipality, hall.name, f"{lat:.6f}", f"{lon:.6f}",
            ";".join(_MEMBERS[(number - 1) % len(_MEMBERS)]),
            _LANGUAGES[(number - 1) % len(_LANGUAGES)],
            start, end, "1-5", _PAUSES[start], 12 if walks else 40, "walk" if walks else "drive",
            *_ORDER, _phone(fact, number),
        )  # fmt: skip


def _phone(fact: SettlementFact, number: int) -> str:
    """A number that no network has: it begins with four zeros."""
    return f"0000 {fact.municipality_code[-2:]}{number:02d}00"
