"""Invented regions to play campaigns in: municipalities side by side on one grid of streets.

A municipality is a strip of four by four crossings. Its town has the three streets in the south,
its village the one in the north; along each street stands a door every quarter of the way from
crossing to crossing, with odd numbers from 1 to 25. So a municipality has 52 doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas
import shapely
from towns import STEP, Town, crossing, street_grid

from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.areas import Area, areas_frame
from planning.model import LonLat, Mode, RegionInfo
from planning.travel.graph import RoadGraph

WIDTH, ROWS, DOORS = 4, 4, 13
"""Crossings of a strip from west to east and from south to north; doors in a street."""


@dataclass(frozen=True)
class Strip:
    """A municipality by its names."""

    code: str
    name: str
    village: str
    streets: tuple[str, str, str, str]
    """From south to north; the last one is the village's."""
    inhabitants: int = 4_000
    districts: tuple[str, str, str] = ("", "", "")
    """Official district of each of the town's streets."""


@dataclass(frozen=True)
class Door:
    """A house with a number."""

    municipality: str
    settlement: str
    street: str
    number: int
    district: str = ""

    @property
    def text(self) -> str:
        """As a list has it."""
        return f"{self.street} {self.number}"


@dataclass(frozen=True)
class Ground(Town):
    """A region of such strips."""

    strips: tuple[Strip, ...] = ()

    @property
    def places(self) -> geopandas.GeoDataFrame:
        """Nothing is on the map but what a list brings."""
        return geopandas.GeoDataFrame(
            {"name": [], "kind": [], "settlement_code": []}, geometry=[], crs="EPSG:4326"
        )

    @cached_property
    def _streets(self) -> dict[Mode, RoadGraph]:
        columns = WIDTH * len(self.strips)
        return {mode: street_grid(mode, columns, ROWS) for mode in (Mode.DRIVE, Mode.WALK)}

    def doors(self, code: str) -> list[Door]:
        """Of a municipality, street by street from the south."""
        strip = next(each for each in self.strips if each.code == code)
        return [
            Door(
                strip.name, strip.village if row == ROWS - 1 else strip.name, street, 2 * at + 1,
                ("", *strip.districts)[row + 1] if row < ROWS - 1 else "",
            )
            for row, street in enumerate(strip.streets)
            for at in range(DOORS)
        ]  # fmt: skip

    def middle(self, code: str) -> LonLat:
        """Where a municipality's crews have their office."""
        at = [each.code for each in self.strips].index(code)
        return crossing(WIDTH * at + 1, 1)


def ground(
    name: str, strips: Sequence[Strip], *, country: str = "bg", crs: str = "EPSG:32635"
) -> Ground:
    """The region of these strips, from west to east."""
    west, south = crossing(-1, -1)
    east, north = crossing(WIDTH * len(strips), ROWS)
    info = RegionInfo(
        name=name,
        countries=(country,),
        crs_metres=crs,
        invented=False,  # the rules of real offices are to hold: near days, links that end
        attribution="invented",
        bounds=(west, south, east, north),
        counts={},
        sources=(),
    )
    areas = areas_frame([area for at, each in enumerate(strips) for area in _areas(at, each)])
    return Ground(info, _gazetteer(country, strips), areas, (), (), strips=tuple(strips))


def town_code(strip: Strip) -> str:
    """Code of the strip's town."""
    return f"{strip.code}-T"


def village_code(strip: Strip) -> str:
    """Code of the strip's village."""
    return f"{strip.code}-V"


def _areas(at: int, strip: Strip) -> Iterator[Area]:
    def box(first: int, last: int) -> shapely.Polygon:
        west, south = crossing(WIDTH * at, first)
        east, north = crossing(WIDTH * (at + 1) - 1, last)
        half = STEP / 2
        return shapely.box(west - half, south - half, east + half, north + half)

    people = strip.inhabitants
    yield Area(strip.code, strip.name, "municipality", box(0, ROWS - 1), population=people)
    yield Area(
        town_code(strip), strip.name, "settlement", box(0, ROWS - 2), strip.code, people * 3 // 4
    )
    yield Area(
        village_code(strip), strip.village, "settlement", box(ROWS - 1, ROWS - 1), strip.code,
        people // 4,
    )  # fmt: skip


def _gazetteer(country: str, strips: Sequence[Strip]) -> Gazetteer:
    settlements, streets, numbers = [], [], []
    for at, strip in enumerate(strips):
        left = WIDTH * at
        settlements += [
            Settlement(town_code(strip), strip.name, "town", strip.code, *crossing(left + 1, 1),
                       population=strip.inhabitants * 3 // 4),
            Settlement(village_code(strip), strip.village, "village", strip.code,
                       *crossing(left + 1, 3), population=strip.inhabitants // 4),
        ]  # fmt: skip
        for row, street in enumerate(strip.streets):
            street_id = len(streets) + 1
            last = row == ROWS - 1
            home = village_code(strip) if last else town_code(strip)
            streets.append(
                Street(street_id, home, street, StreetKind.STREET, *crossing(left + 1, row),
                       district="" if last else strip.districts[row])
            )  # fmt: skip
            west, north = crossing(left, row)
            numbers += [
                HouseNumber(street_id, str(2 * door + 1), west + door * STEP / 4, north)
                for door in range(DOORS)
            ]
    return Gazetteer(
        country=country,
        municipalities=tuple(Municipality(each.code, each.name) for each in strips),
        settlements=tuple(settlements),
        streets=tuple(streets),
        numbers=tuple(numbers),
    )
