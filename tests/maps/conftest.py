"""Riverside: nine streets by nine, one team, one day with six stops, and hostile text."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from maps.basemap import Basemap
from maps.texts import Texts, translator
from planning.addresses.gazetteer import Settlement
from planning.model import (
    Address,
    Case,
    District,
    Leg,
    LonLat,
    Place,
    Plan,
    Priority,
    Reason,
    RegionInfo,
    Route,
    Stop,
    Team,
    Unit,
    Unserved,
    Visit,
    Window,
)
from planning.text import note
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS

DAY = date(2026, 8, 20)
STEP = 0.002
CORNER = (25.94, 43.84)

HOSTILE = (
    "{{7*191}}{% set x=1 %}{# c #}<img src=x onerror=window.hacked=1>${window.hacked=2}"
    "`;window.hacked=3;`</script><script>window.hacked=4</script>\"';window.hacked=5//"
    "\u2028window.hacked=6\u2029\\u003cb\\u003e{{''.__class__}}</style></title><svg/onload=alert(1)>"
    "<a href=javascript:alert(2)>x</a>\x00\u202e=cmd|'/c calc'!A1"
)


@dataclass(frozen=True)
class Riverside:
    """Everything one plan is drawn from."""

    plan: Plan
    team: Team
    cases: tuple[Case, ...]
    places: dict[str, Place]
    info: RegionInfo
    basemap: Basemap
    areas: gpd.GeoDataFrame

    @property
    def route(self) -> Route:
        """The only route."""
        return self.plan.routes[0]


def node(column: int, row: int) -> LonLat:
    """A junction of the town."""
    return (CORNER[0] + column * STEP, CORNER[1] + row * STEP)


def streets(size: int = 9) -> RoadGraph:
    """A square town; the middle street is a primary road, the others are residential."""
    kinds, shape = [], []
    for column in range(size):
        for row in range(size):
            for to_column, to_row in ((column + 1, row), (column, row + 1)):
                if max(to_column, to_row) < size:
                    main = column == to_column == size // 2
                    kinds.append(ROAD_KINDS.index("primary" if main else "residential"))
                    shape += [node(column, row), node(to_column, to_row)]
    count = len(kinds)
    return RoadGraph(
        nodes=np.array([node(column, row) for column in range(size) for row in range(size)]),
        tail=np.zeros(count, dtype=np.int32),
        head=np.zeros(count, dtype=np.int32),
        forward_seconds=np.ones(count, dtype=np.float32),
        backward_seconds=np.ones(count, dtype=np.float32),
        metres=np.ones(count, dtype=np.float32),
        kind=np.array(kinds, dtype=np.uint8),
        shape_first=np.arange(0, 2 * count + 1, 2, dtype=np.int64),
        shape=np.array(shape),
    )


DOORS = ((1, 1), (3, 1), (3, 1), (6, 2), (6, 6), (2, 6))


def visits() -> tuple[Visit, ...]:
    """Six visits; 2 and 3 share a door, 3 is urgent, 5 is sensitive (and urgent), 6 is rough."""
    plain = [
        Visit(
            visit_id=f"v{number}",
            case_ids=(f"C-{number}",),
            lon=node(*door)[0],
            lat=node(*door)[1],
            municipality_code="RSE27",
            settlement="Русе",
            label=f"ул. Шипка {number}",
            unit=Unit("А", "3", str(10 + number)),
            children=number,
            requires=frozenset({"social"}),
            windows=(Window(9 * 3600, 12 * 3600),),
            kits=1,
            service_seconds=1200,
            hazards=((f"C-{number}", f"зло куче {number}"),),
        )
        for number, door in enumerate(DOORS, start=1)
    ]
    plain[2] = replace(plain[2], priority=Priority.URGENT)
    plain[4] = replace(plain[4], sensitive=True, priority=Priority.URGENT)
    plain[5] = replace(plain[5], error_m=900.0)
    return tuple(plain)


def riverside() -> Riverside:
    """The town, its plan, and one case that stays at home."""
    team = Team(
        team_id="RSE-01",
        name="Екип 1",
        municipality_code="RSE27",
        lon=node(0, 0)[0],
        lat=node(0, 0)[1],
        office="пл. Свобода 6",
        municipality="Русе",
        institutions=frozenset({"social", "school"}),
        order_number="РД-01-1",
        order_date=date(2026, 8, 1),
        phone="082 123",
    )
    spots = [(0, 0), *DOORS, (0, 0)]
    legs = tuple(
        Leg(120, 700.0, (node(*start), node(end[0], start[1]), node(*end)), straight=at == 3)
        for at, (start, end) in enumerate(pairwise(spots))
    )
    begins = [9 * 3600 + 1800 * at for at in range(6)]
    route = Route(
        shift_id=f"RSE-01@{DAY.isoformat()}",
        team_id="RSE-01",
        day=DAY,
        stops=tuple(
            Stop(f"v{at + 1}", start, start, start + 1200) for at, start in enumerate(begins)
        ),
        departure=8 * 3600 + 1800,
        back=14 * 3600,
        pause_start=12 * 3600,
        legs=legs,
    )
    plan = Plan(
        first_day=DAY,
        days=1,
        visits=visits(),
        shifts=(),
        routes=(route,),
        unserved=(
            Unserved(
                ("C-7",),
                Reason.NO_INSTITUTION,
                because=(note("МВР"),),
                remedy=(note("с полицай в четвъртък"),),
            ),
        ),
        districts=(
            District("d1", "Център", "RSE27", "RSE-01", tuple(f"v{at}" for at in range(1, 7)), 9),
        ),
    )
    cases = tuple(
        Case(
            case_id=f"C-{at}",
            address=Address(f"ул. Шипка {at}", settlement="Русе"),
            child=f"Детско Име{at}",
            national_id=f"99010100{at}",
            phone=f"+35988800{at}",
            note=f"тайна бележка {at}",
            hazard=f"зло куче {at}",
            sensitive=at == 5,
        )
        for at in range(1, 8)
    )
    areas = gpd.GeoDataFrame(
        {
            "code": ["RSE27", "RSE04", "63427"],
            "name": ["Русе", "Борово", "Русе"],
            "level": ["municipality", "municipality", "settlement"],
            "parent": ["", "", "RSE27"],
            "population": [150_000, 5_000, 140_000],
            "approximate": [False, False, False],
        },
        geometry=[
            shapely.box(25.93, 43.83, 25.955, 43.87),
            shapely.box(25.955, 43.83, 25.98, 43.87),
            shapely.Point(25.945, 43.845).buffer(0.006),
        ],
        crs=4326,
    )
    settlements = (Settlement("63427", "Русе", "city", "RSE27", *node(4, 4), population=140_000),)
    return Riverside(
        plan=plan,
        team=team,
        cases=cases,
        places={},
        info=RegionInfo(
            name="Riverside",
            countries=("bg",),
            crs_metres="EPSG:32635",
            invented=True,
            attribution="© OpenStreetMap contributors",
            bounds=(25.93, 43.83, 25.98, 43.87),
            counts={},
            sources=({"name": "riverside.osm", "sha256": "", "licence": "ODbL"},),
        ),
        basemap=Basemap.of(streets(), areas, settlements),
        areas=areas,
    )


def with_hostile_text(value: Any, *, keep: frozenset[str]) -> Any:
    """`value` with every text in it replaced by hostile text, fields in `keep` excepted."""
    if isinstance(value, str):
        return value if type(value) is not str else HOSTILE
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: with_hostile_text(getattr(value, field.name), keep=keep)
            for field in fields(value)
            if field.name not in keep
        }
        return replace(value, **changed)
    if isinstance(value, tuple | frozenset):
        return type(value)(with_hostile_text(each, keep=keep) for each in value)
    if isinstance(value, dict):
        return {key: with_hostile_text(each, keep=keep) for key, each in value.items()}
    return value


@pytest.fixture(scope="session")
def town() -> Riverside:
    """Riverside as it is."""
    return riverside()


@pytest.fixture(scope="session")
def hostile_town() -> Riverside:
    """Riverside where every free text, id and name tries to run."""
    calm = riverside()
    joins = frozenset({"visit_id", "visit_ids", "windows", "bounds", "crs_metres", "legs"})
    areas = calm.areas.assign(name=HOSTILE)
    settlements = (Settlement("1", HOSTILE, "city", "x", *node(4, 4), population=9_000),)
    return Riverside(
        plan=with_hostile_text(calm.plan, keep=joins),
        team=with_hostile_text(calm.team, keep=joins),
        cases=with_hostile_text(calm.cases, keep=joins),
        places={},
        info=with_hostile_text(calm.info, keep=joins),
        basemap=Basemap.of(streets(), areas, settlements),
        areas=areas,
    )


@pytest.fixture(scope="session")
def english() -> Texts:
    """English: what the keys themselves say."""
    return translator("en")
