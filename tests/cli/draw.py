"""Case and team lists drawn from a region pack's own doors, as its people would write them.

Also a command, for trying things by hand:
`python tests/cli/draw.py REGION_DIR OUT_DIR --cases 500`.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.regions.pack import Region, open_region

DOORS_A_DAY = 12
"""Visits that a team surely manages in a day, ways included."""


@dataclass(frozen=True, slots=True)
class Door:
    """A house number of the map, and where it truly is."""

    address: str
    """Street Number, Settlement."""
    municipality: str
    municipality_code: str
    lon: float
    lat: float


def draw_doors(region: Region, count: int, *, seed: int = 1) -> list[Door]:
    """`count` different doors of the region's map, or all it has."""
    book = region.gazetteer
    streets = {street.street_id: street for street in book.streets}
    settlements = {place.code: place for place in book.settlements}
    names = {home.code: home.name for home in book.municipalities}
    doors: dict[str, Door] = {}
    for number in book.numbers:
        street = streets[number.street_id]
        place = settlements[street.settlement_code]
        text = f"{street.name} {number.number}, {place.name}"
        home = place.municipality_code
        doors.setdefault(text, Door(text, names[home], home, number.lon, number.lat))
    return random.Random(seed).sample(list(doors.values()), min(count, len(doors)))


def write_cases(file: Path, addresses: Sequence[str]) -> None:
    """A list with the cases K1, K2, … at these addresses."""
    rows = [(f"K{at}", address) for at, address in enumerate(addresses, start=1)]
    _write(file, ("case_id", "address"), rows)


def write_teams(file: Path, region: Region, doors: Sequence[Door], *, days: int) -> None:
    """As many teams in each municipality as its doors need; each office is at one of the doors."""
    rows = []
    for code, visits in sorted(Counter(door.municipality_code for door in doors).items()):
        own = [door for door in doors if door.municipality_code == code]
        for at in range(math.ceil(visits / (DOORS_A_DAY * days))):
            office = own[at * len(own) // 3 % len(own)]
            rows.append((f"{code}-{at + 1}", office.municipality, office.lat, office.lon))
    _write(file, ("team_id", "municipality", "lat", "lon"), rows)


def _write(file: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(headings)
        table.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("region", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--days", type=int, default=5)
    given = parser.parse_args()
    region = open_region(given.region)
    doors = draw_doors(region, given.cases)
    given.out.mkdir(parents=True, exist_ok=True)
    write_cases(given.out / "cases.csv", [door.address for door in doors])
    write_teams(given.out / "teams.csv", region, doors, days=given.days)


if __name__ == "__main__":
    main()
