"""A road is closed or slow today: the same prepared roads, other times."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString, Point, box

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
