"""Points in areas, on a sheet of squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planning.areas import (
    AREA_COLUMNS,
    DISTRICT,
    MUNICIPALITY,
    SETTLEMENT,
    Area,
    areas_frame,
    check_areas,
    locate_points,
    municipality_of,
    names_by_code,
    of_level,
    parents,
    parted,
)

if TYPE_CHECKING:
    import geopandas as gpd


def riverside() -> gpd.GeoDataFrame:
    """West (0–1 °E) and East (1–2 °E), 0–1 °N; the park, an enclave in West, is a municipality.

    Within West lies the district Docks (0–0.5 °E).
    """
    return areas_frame(
        [
            Area("W", "West", MUNICIPALITY, shapely.box(0, 0, 1, 1), population=7),
            Area("E", "East", MUNICIPALITY, shapely.box(1, 0, 2, 1), approximate=True),
            Area("P", "Park", MUNICIPALITY, shapely.box(0.4, 0.4, 0.6, 0.6)),
            Area("W1", "Docks", DISTRICT, shapely.box(0, 0, 0.5, 1), parent="W"),
        ]
    )


def test_points_find_their_municipality():
    """In West, in the enclave, on the border (the first counts), outside, and nowhere."""
    points = np.array([(0.1, 0.1), (0.5, 0.5), (1.0, 0.5), (1.5, 0.5), (9, 9), (np.nan, 1)])
    assert list(locate_points(riverside(), points)) == ["W", "P", "W", "E", "", ""]
    assert list(locate_points(riverside(), points, level=DISTRICT)) == [
        "W1", "W1", "", "", "", "",
    ]  # fmt: skip


def test_no_points_and_no_areas():
    """An empty list, and a region without districts."""
    assert locate_points(riverside(), np.empty((0, 2))).shape == (0,)
    empty = areas_frame([])
    assert tuple(empty.columns) == AREA_COLUMNS
    assert list(locate_points(empty, np.array([(0.5, 0.5)]))) == [""]


def test_who_lies_in_whom():
    """Docks lies in West; a stranger lies nowhere."""
    areas = riverside()
    assert names_by_code(areas)["W1"] == "Docks"
    assert parents(areas)["W1"] == "W"
    assert [municipality_of(areas, code) for code in ("W1", "E", "X")] == ["W", "E", ""]
    assert list(of_level(areas, DISTRICT)["code"]) == ["W1"]
    assert list(areas["approximate"]) == [False, True, False, False]


def test_frames_that_break_the_contract_are_our_bug():
    """Two areas of one code; a parent that is not there; another projection."""
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(AssertionError, match="unique"):
        areas_frame([Area("A", "A", MUNICIPALITY, square)] * 2)
    with pytest.raises(AssertionError, match="parent"):
        areas_frame([Area("A", "A", DISTRICT, square, parent="B")])
    with pytest.raises(AssertionError, match="are in"):
        check_areas(riverside().to_crs("EPSG:3857"))


@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), max_size=30))
def test_each_point_is_found_as_geometry_says(pairs):
    """Whatever the points: the answer is the smallest area that touches the point."""
    areas = of_level(riverside(), MUNICIPALITY)
    points = np.array(pairs, dtype=float).reshape(-1, 2)
    for point, code in zip(points, locate_points(areas, points), strict=True):
        around = areas[areas.intersects(shapely.Point(point))]
        expected = min(around["code"], key=lambda c: (c != "P", c != "W"), default="")
        assert code == expected


def test_a_city_is_parted_into_the_districts_that_lie_in_it():
    """Ford holds the middles of Docks and Hill, the village Mill that of Woods only; Far lies in no
    settlement. Only the city is parted."""
    frame = areas_frame(
        [
            Area("W", "West", MUNICIPALITY, shapely.box(0, 0, 1, 1)),
            Area("ford", "Ford", SETTLEMENT, shapely.box(0, 0, 0.4, 0.4), "W"),
            Area("mill", "Mill", SETTLEMENT, shapely.box(0.6, 0, 1, 0.4), "W"),
            Area("D1", "Docks", DISTRICT, shapely.box(0, 0, 0.2, 0.4), "W", 7),
            Area("D2", "Hill", DISTRICT, shapely.box(0.2, 0, 0.5, 0.4), "W"),
            Area("D3", "Woods", DISTRICT, shapely.box(0.5, 0, 1, 0.4), "W"),
            Area("D4", "Far", DISTRICT, shapely.box(0, 0.5, 1, 1), "W"),
        ]
    )
    found = parted(frame)
    assert [(each.code, each.parent) for each in found] == [
        ("W", ""), ("ford", "W"), ("mill", "W"), ("D1", "ford"), ("D2", "ford"),
    ]  # fmt: skip
    assert found[3].population == 7
    assert [each.code for each in parted(riverside())] == ["W", "E", "P"]
    assert parted(areas_frame([])) == ()
