"""What differs by country: local time, and the dates that a campaign's orders name.

Dates by public documents: Bulgaria, the Mechanism for joint work of institutions (the Ruse order:
crews' duties after 20 August); Azerbaijan and Bulgaria, first school day; Kazakhstan, the campaign
“Road to School”, 1 July to 30 September.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from planning.campaign.pacing import Duty

_ZONES = {"bg": "Europe/Sofia", "az": "Asia/Baku", "kz": "Asia/Almaty"}

_OF_THE_MECHANISM = "a date of the Mechanism"
DUTIES: Mapping[str, tuple[Duty, ...]] = {
    "bg": (
        Duty(8, 20, "the crews' duties begin"),
        Duty(9, 15, "the school year begins"),
        Duty(9, 30, _OF_THE_MECHANISM),
        Duty(11, 30, _OF_THE_MECHANISM),
        Duty(4, 30, _OF_THE_MECHANISM),
    ),
    "az": (Duty(9, 15, "the school year begins"),),
    "kz": (
        Duty(7, 1, "the campaign “Road to School” begins"),
        Duty(9, 30, "the campaign “Road to School” ends"),
    ),
}
"""By country code."""


def zone_of(countries: Sequence[str]) -> ZoneInfo | None:
    """Local time of a region; None where it lies in several countries or in one not known here."""
    name = _ZONES.get(countries[0]) if len(countries) == 1 else None
    return ZoneInfo(name) if name else None


def duties_of(countries: Sequence[str]) -> tuple[Duty, ...]:
    """What is due every year in these countries; the same in two of them once."""
    found = (duty for country in countries for duty in DUTIES.get(country, ()))
    return tuple(dict.fromkeys(found))
