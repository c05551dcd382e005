"""A road is closed or slow today: the same prepared roads, other times."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from planning.errors import InputError
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.overlay import Overlay
from planning.travel.router import Router
from planning.travel.snap import Met


@pytest.fixture
def ends(at):
    """A and B, the ends of High Street and Back Lane."""
    return {"A": at(0, 0), "B": at(100, 0)}


@pytest.fixture
def works(at):
    """A trench across High Street."""
    return LineString([at(50, -20), at(50, 20)])


def test_a_closed_road_is_driven_round(streets, ends, works, at):
    """With High Street dug up, Back Lane's 40 s lead from A to B; the old times are untouched."""
    router = streets.with_overlay(Overlay(closed=(works,)))
    assert matrix(router, ends).seconds[0, 1] == pytest.approx(40)
    assert matrix(streets, ends).seconds[0, 1] == pytest.approx(10)
    (leg,) = legs(router, [(ends["A"], ends["B"])])
    assert (leg.seconds, leg.metres) == (40, pytest.approx(300, abs=0.3))


def test_a_door_in_the_closed_road_is_reached_on_foot(streets, works, at):
    """The crew parks where the nearest open road is, and the matrix says that it was moved."""
    router = streets.with_overlay(Overlay(closed=(works,)))
    travel = matrix(router, {"door": at(90, 5), "far": at(200, 150)})
    assert travel.met.tolist() == [Met.MOVED, Met.ROAD]
    assert travel.snapped_m[0] == pytest.approx(10, rel=1e-2)


def test_a_slow_zone_holds_everybody_to_its_speed(streets, ends, at):
    """10 km/h on High Street: 36 s; a limit above today's speed changes nothing."""
    zone = box(*at(20, -10), *at(80, 10))
    slow = matrix(streets.with_overlay(Overlay(slow=((zone, 10.0),))), ends)
    assert slow.seconds[0, 1] == pytest.approx(36, abs=0.01)
    fast = matrix(streets.with_overlay(Overlay(slow=((zone, 100.0),))), ends)
    assert fast.seconds[0, 1] == pytest.approx(10)


def test_overlays_add_up(streets, ends, works, at):
    """High Street dug up, and Back Lane's 300 m at 1.5 m/s: the second is laid over the first."""
    lane = Overlay(slow=((Point(*at(50, -100)).buffer(1e-4), 5.4),))
    router = streets.with_overlay(Overlay(closed=(works,))).with_overlay(lane)
    assert matrix(router, ends).seconds[0, 1] == pytest.approx(200)
    assert matrix(streets.with_overlay(lane), ends).seconds[0, 1] == pytest.approx(10)


def test_an_area_without_roads(fordham, ends):
    """An overlay far from every road changes nothing."""
    nowhere = Overlay(closed=(box(10, 10, 11, 11),), slow=((Point(5, 5), 1.0),))
    router = Router.of(fordham)
    assert np.array_equal(
        matrix(router.with_overlay(nowhere), ends).seconds, matrix(router, ends).seconds
    )


spots = st.tuples(st.floats(-50, 350, width=32), st.floats(-150, 250, width=32))
trenches = st.lists(st.sampled_from([(50, 0), (50, -100), (100, 50), (150, 100), (0, 50)]))
zones = st.lists(st.tuples(spots, st.floats(1, 60)), max_size=2)


@given(st.lists(spots, min_size=2, max_size=5), trenches, zones, st.booleans())
def test_legs_agree_with_the_matrix_whatever_is_closed(fordham, at, spots, trenches, zones, turns):
    """A trench or two and slow zones anywhere: each leg takes what the matrix says, or neither."""
    overlay = Overlay(
        closed=tuple(Point(*at(*trench)).buffer(1e-5) for trench in trenches),
        slow=tuple((Point(*at(*spot)).buffer(5e-4), kmh) for spot, kmh in zones),
    )
    router = Router.of(fordham, turns=turns).with_overlay(overlay)
    points = {str(i): at(*spot) for i, spot in enumerate(spots)}
    travel = matrix(router, points)
    stops = list(points.values())
    for i, leg in enumerate(legs(router, list(pairwise(stops)))):
        seconds = float(travel.seconds[i, i + 1])
        assert leg.straight == math.isnan(seconds)
        if not leg.straight:
            assert leg.seconds == math.ceil(seconds - 1e-4)
            assert leg.metres == pytest.approx(float(travel.metres[i, i + 1]), rel=1e-6)
            way = LineString(leg.line)
            assert not any(way.crosses(trench) for trench in overlay.closed)


def test_an_overlay_without_sense_is_refused(at):
    """A line that was never drawn, no speed, a negative one: all told at once."""
    zone = box(*at(20, -10), *at(80, 10))
    with pytest.raises(InputError) as caught:
        Overlay(closed=(zone, LineString()), slow=((zone, 0.0), (Point(), -5.0), (zone, np.nan)))
    assert [(fault.field, fault.value) for fault in caught.value.faults] == [
        *(("closed road 2", ""), ("slow zone 2", "")),
        *(("slow zone 1", "0.0"), ("slow zone 2", "-5.0"), ("slow zone 3", "nan")),
    ]
