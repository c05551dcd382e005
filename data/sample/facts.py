"""The facts that the sample stands on, read from `data/reference` (sources in its SOURCES.md)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "reference"

PROVINCE = "Русе"
PROVINCE_EN = "Ruse"
COUNTRY = "bg"


@dataclass(frozen=True, slots=True)
class SettlementFact:
    """A real town or village of Ruse province."""

    ekatte: str
    name: str
    name_en: str
    kind: str
    """`town` (град) or `village` (село)."""
    municipality_code: str
    municipality: str
    municipality_en: str
    centre: bool
    """True for the seat of the municipality."""
    lon: float
    lat: float
    postcode: str
    population: int

    @property
    def written(self) -> str:
        """As an official writes it: гр. Русе, с. Николово."""
        return f"{'гр.' if self.kind == 'town' else 'с.'} {self.name}"


@dataclass(frozen=True, slots=True)
class StreetName:
    """A street name that is common all over Bulgaria."""

    name: str
    name_en: str
    kind: str
    """`person`, `other` or `ordinal`."""
    weight: int
    """How common, 1 to 3."""
    old_name: str
    """What such a street was often called before 1990; empty where nothing typical is known."""


@cache
def settlements() -> tuple[SettlementFact, ...]:
    """The 83 settlements, by municipality and name."""
    return tuple(
        SettlementFact(
            ekatte=row["ekatte"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            municipality_code=row["municipality_code"],
            municipality=row["municipality"],
            municipality_en=row["municipality_en"],
            centre=row["centre"] == "1",
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            postcode=row["postcode"],
            population=int(row["population"]),
        )
        for row in _rows("ruse_settlements.csv")
    )


@cache
def schools() -> tuple[tuple[str, str], ...]:
    """(EKATTE code, name) of the public schools."""
    return tuple((row["ekatte"], row["name"]) for row in _rows("ruse_schools.csv"))


@cache
def street_names() -> tuple[StreetName, ...]:
    """Common street names, persons first."""
    return tuple(
        StreetName(row["name"], row["name_en"], row["kind"], int(row["weight"]), row["old_name"])
        for row in _rows("street_names.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
