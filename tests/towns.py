"""Tiny invented places whose answers can be worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.addresses.confidence import PRIOR, Confidence
from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.areas import Area, areas_frame
from planning.model import Address, Case, LonLat, Mode, Priority, RegionInfo, Team
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS
from planning.travel.router import Router

if TYPE_CHECKING:
    import geopandas as gpd

FIRST_DAY = date(2026, 8, 20)
"""A Thursday."""
STEP = 0.002
"""Degrees between two crossings of a town's streets: about 160 m by 220 m."""


@dataclass(frozen=True)
class Town:
    """A region of two municipalities, small enough to know by heart."""

    info: RegionInfo
    gazetteer: Gazetteer
    areas: gpd.GeoDataFrame
    cases: tuple[Case, ...]
    teams: tuple[Team, ...]
    confidence: Confidence = PRIOR

    @property
    def places(self) -> gpd.GeoDataFrame:
        """A school in Речно, where it stands in the middle; a police station is none."""
        import geopandas

        return geopandas.GeoDataFrame(
            {
                "name": ["ОУ „Васил Левски“", "РУ Речно"],
                "kind": ["school", "police"],
                "settlement_code": ["10001", "10001"],
            },
            geometry=[shapely.Point(crossing(1, 1)), shapely.Point(crossing(2, 1))],
            crs="EPSG:4326",
        )

    def graph(self, mode: Mode) -> RoadGraph:
        """The same streets for driving and walking."""
        return self._streets[mode]

    def router(self, mode: Mode) -> Router:
        """These streets, prepared."""
        return self._routers[mode]

    @cached_property
    def _streets(self) -> dict[Mode, RoadGraph]:
        return {mode: street_grid(mode) for mode in (Mode.DRIVE, Mode.WALK)}

    @cached_property
    def _routers(self) -> dict[Mode, Router]:
        cars, feet = (Router.of(self._streets[mode]) for mode in (Mode.DRIVE, Mode.WALK))
        return {Mode.DRIVE: cars, Mode.WALK: feet, Mode.PARK: cars.park_and_walk(feet)}


def crossing(column: int, row: int) -> LonLat:
    """Where street `column` (counted eastwards) meets street `row` (northwards)."""
    return 26.0 + column * STEP, 43.8 + row * STEP


def riverside() -> Town:
    """Речно (two teams) and, a little east, Хълм (no team); eight cases.

    Streets form a grid of 7 by 4 crossings. Речно is columns 0 to 3, Хълм columns 4 to 6. In
    Речно ул. „Дунав“ runs along row 0 with numbers 1, 3, 5, 7 at its crossings, ул. „Роза“ along
    row 3 with 2, 4, 6, 8. Хълм has one street, ул. „Дунав“ too, along row 1 with number 2.

    =====  =============================  ============================================
    case   address                        what should come of it
    =====  =============================  ============================================
    c1     гр. Речно, ул. Дунав 1         a door
    c2     гр.Речно ул."Дунав" №1         the same door: one visit with c1
    c3     гр. Речно, ул. Дунав 7         a door
    c4     гр. Речно, ул. Роза 2          a door, police must be there: only team 2 has them
    c5     гр. Речно, ул. Роза 8          a door, urgent
    c6     служебен адрес                 set aside: service address
    c7     гр. Далечно, ул. Х 1           set aside: no such town in this region
    c8     с. Хълм, ул. Дунав 2           a door in Хълм, where no team goes
    =====  =============================  ============================================

    So: 5 visits, of which 4 can be served; 4 cases are left (c6, c7, c8, and nobody else).
    """
    return Town(_info(), _gazetteer(), _areas(), _cases(), _teams())


def _info() -> RegionInfo:
    west, south = crossing(-1, -1)
    east, north = crossing(7, 4)
    return RegionInfo(
        name="Речно",
        countries=("bg",),
        crs_metres="EPSG:32635",
        invented=True,
        attribution="invented",
        bounds=(west, south, east, north),
        counts={},
        sources=(),
    )


def _gazetteer() -> Gazetteer:
    numbers = [HouseNumber(1, str(2 * at + 1), *crossing(at, 0)) for at in range(4)]
    numbers += [HouseNumber(2, str(2 * at + 2), *crossing(at, 3)) for at in range(4)]
    numbers += [HouseNumber(3, "2", *crossing(5, 1))]
    return Gazetteer(
        country="bg",
        municipalities=(Municipality("RVS01", "Речно"), Municipality("HLM01", "Хълм")),
        settlements=(
            Settlement("10001", "Речно", "town", "RVS01", *crossing(1, 1), population=900),
            Settlement("10002", "Хълм", "village", "HLM01", *crossing(5, 1), population=90),
        ),
        streets=(
            Street(1, "10001", "улица Дунав", StreetKind.STREET, *crossing(1, 0)),
            Street(2, "10001", "улица Роза", StreetKind.STREET, *crossing(1, 3)),
            Street(3, "10002", "улица Дунав", StreetKind.STREET, *crossing(5, 1)),
        ),
        numbers=tuple(numbers),
    )


def _areas() -> gpd.GeoDataFrame:
    half = STEP / 2

    def box(first: int, last: int) -> shapely.Polygon:
        west, south = crossing(first, 0)
        east, north = crossing(last, 3)
        return shapely.box(west - half, south - half, east + half, north + half)

    return areas_frame(
        [
            Area("RVS01", "Речно", "municipality", box(0, 3), population=900),
            Area("HLM01", "Хълм", "municipality", box(4, 6), population=90),
            Area("10001", "Речно", "settlement", box(0, 3), "RVS01", 900),
            Area("10002", "Хълм", "settlement", box(4, 6), "HLM01", 90),
        ]
    )


def with_districts(town: Town) -> Town:
    """The town with two official districts on its map: Запад and Изток, halves of Речно."""
    (whole,) = town.areas[town.areas["code"] == "10001"].geometry
    west, south, east, north = whole.bounds
    middle = (west + east) / 2
    halves = (
        Area("R-1", "Запад", "district", shapely.box(west, south, middle, north), "RVS01"),
        Area("R-2", "Изток", "district", shapely.box(middle, south, east, north), "RVS01"),
    )
    known = (Area(**each) for each in town.areas.to_dict("records"))
    return replace(town, areas=areas_frame([*known, *halves]))


def _cases() -> tuple[Case, ...]:
    return (
        Case("c1", Address("гр. Речно, ул. Дунав 1"), row=2, phone="0700 00001"),
        Case("c2", Address('гр.Речно ул."Дунав" №1'), row=3),
        Case("c3", Address("гр. Речно, ул. Дунав 7"), row=4),
        Case(
            "c4",
            Address("гр. Речно, ул. Роза 2"),
            row=5,
            requires=frozenset({"police"}),
        ),
        Case("c5", Address("гр. Речно, ул. Роза 8"), row=6, priority=Priority.URGENT),
        Case("c6", Address("гр. Речно, служебен адрес"), row=7, service_address=True),
        Case("c7", Address("гр. Далечно, ул. Х 1"), row=8),
        Case("c8", Address("с. Хълм, ул. Дунав 2"), row=9),
    )


def _teams() -> tuple[Team, ...]:
    lon, lat = crossing(1, 1)
    return (
        Team("t1", "Екип 1", "RVS01", lon, lat, municipality="Речно"),
        Team(
            "t2",
            "Екип 2",
            "RVS01",
            lon,
            lat,
            municipality="Речно",
            institutions=frozenset({"police", "social"}),
        ),
    )


def street_grid(mode: Mode, columns: int = 7, rows: int = 4) -> RoadGraph:
    """Two-way streets at 10 m/s (driving) or 1.3 m/s (walking)."""
    nodes = np.array([crossing(column, row) for row in range(rows) for column in range(columns)])
    pairs = [
        (row * columns + column, to_row * columns + to_column)
        for row in range(rows)
        for column in range(columns)
        for to_column, to_row in ((column + 1, row), (column, row + 1))
        if to_column < columns and to_row < rows
    ]
    tail, head = np.array(pairs, dtype=np.int32).T
    east = (nodes[head, 0] - nodes[tail, 0]) * 111_320 * np.cos(np.radians(43.8))
    north = (nodes[head, 1] - nodes[tail, 1]) * 111_320
    metres = np.hypot(east, north).astype(np.float32)
    seconds = (metres / (10.0 if mode == Mode.DRIVE else 1.3)).astype(np.float32)
    return RoadGraph(
        nodes=nodes,
        tail=tail,
        head=head,
        forward_seconds=seconds,
        backward_seconds=seconds,
        metres=metres,
        kind=np.full(len(pairs), ROAD_KINDS.index("residential"), dtype=np.uint8),
        shape_first=np.arange(0, 2 * len(pairs) + 1, 2, dtype=np.int64),
        shape=nodes[np.column_stack([tail, head]).ravel()],
        mode=mode,
    )
