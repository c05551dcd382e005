"""What a region knows by name: municipalities, settlements, streets, house numbers, landmarks.

Plain records, read from a region pack's `addresses.sqlite` by `data.regions`; the search
structures over them are in `planning.addresses.index`. Names are as the map spells them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StreetKind(StrEnum):
    """What carries house or block numbers."""

    STREET = "street"
    QUARTER = "quarter"
    """A housing estate, microdistrict or quarter: its numbers are blocks."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """община, rayon, ауданы."""

    code: str
    name: str
    names: tuple[str, ...] = ()
    """Other spellings: transliterations, alt_name, old_name, name:xx."""
    province: str = ""
    country: str = ""
    """ISO 3166 alpha-2 code in lower case; empty: that of the gazetteer."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town, village or hamlet."""

    code: str
    name: str
    kind: str
    """OSM's place value: city, town, village, hamlet."""
    municipality_code: str
    lon: float
    lat: float
    names: tuple[str, ...] = ()
    population: int = 0
    """0 when unknown."""
    radius_m: float = 1_000.0
    """Distance from the point within which nearly all of its doors lie."""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or quarter of one settlement."""

    street_id: int
    settlement_code: str
    name: str
    kind: StreetKind
    lon: float
    lat: float
    """A point on it, near its middle."""
    names: tuple[str, ...] = ()
    length_m: float = 0.0
    district: str = ""
    """Official district of the city (район), if any."""


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A numbered door or block."""

    street_id: int
    number: str
    """As the map has it: "27", "27А", "бл. 12", "15/2"."""
    lon: float
    lat: float
    interpolated: bool = False
    """Nobody saw this door: the map draws a line of numbers between two that somebody saw."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A school, kindergarten or institution people name instead of an address."""

    name: str
    kind: str
    """OSM's amenity value: school, kindergarten, townhall, …"""
    settlement_code: str
    lon: float
    lat: float
    names: tuple[str, ...] = ()
    """Other spellings."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Everything of one region, in the order the pack has it."""

    country: str
    """ISO 3166 alpha-2 code in lower case: chooses the grammar."""
    municipalities: tuple[Municipality, ...]
    settlements: tuple[Settlement, ...]
    streets: tuple[Street, ...]
    numbers: tuple[HouseNumber, ...]
    landmarks: tuple[Landmark, ...] = ()
