from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.overlay import Overlay
from planning.travel.router import Router
from planning.travel.sphere import great_circle_metres


def test_a_leg_follows_the_streets(streets, at):
    """From Mill Lane to High Street the line goes up to C, round West Road and to the door."""
    (leg,) = legs(streets, [(at(100, 50), at(50, 0))])
    corners = [(100, 50), (100, 100), (0, 100), (0, 0), (50, 0)]
    assert np.array(leg.line) == pytest.approx(np.array([at(*c) for c in corners]), abs=2e-7)
    assert (leg.seconds, leg.metres) == (30, pytest.approx(300, abs=0.3))
    assert not leg.straight


def test_part_of_a_bent_street(fordham, at):
    """Both ways along Back Lane between doors on two of its sides, the line turns its corner."""
    there, back = legs(fordham, [(at(0, -60), at(40, -100)), (at(40, -100), at(0, -60))])
    assert np.array(there.line) == pytest.approx(
        np.array([at(0, -60), at(0, -100), at(40, -100)]), abs=2e-7
    )
    assert there.line == back.line[::-1]
    assert there.metres == pytest.approx(80, abs=0.3)


def test_through_the_crescents_entry(fordham, at):
    """On a loop the leg leaves by the nearer end and comes in by the other."""
    (leg,) = legs(fordham, [(at(250, 100), at(200, 150))])
    assert np.array(leg.line) == pytest.approx(
        np.array([at(250, 100), at(200, 100), at(200, 150)]), abs=2e-7
    )


def test_next_door(fordham, at):
    """Two doors facing each other, 13 m apart: a line of two equal points, ten seconds on foot."""
    (leg,) = legs(fordham, [(at(50, 7), at(50, -6))])
    assert (leg.seconds, leg.metres, len(leg.line)) == (10, 0, 2)
    assert leg.line[0] == leg.line[1]


def test_no_road_there(fordham, at):
    """Where no road is near the leg is a marked straight line, longer and slower than the crow."""
    lost = at(6000, 0)
    (leg,) = legs(fordham, [(at(0, 0), lost)])
    assert leg.straight
    assert leg.line == (at(0, 0), lost)
    assert leg.metres == pytest.approx(8400, rel=1e-4)
    assert leg.seconds == 1008


@pytest.mark.parametrize("turns", [False, True])
def test_no_way_out(fordham, at, turns):
    """With Dead End closed halfway a door behind the barrier gets a straight leg, both ways."""
    barrier = Overlay(closed=(LineString([at(150, 90), at(150, 110)]),))
    router = Router.of(fordham, turns=turns).with_overlay(barrier)
    crescent, home = at(250, 205), at(0, 0)
    assert [leg.straight for leg in legs(router, [(home, crescent), (crescent, home)])] == [1, 1]
    assert not legs(router, [(home, at(50, 100))])[0].straight


def test_no_legs(fordham):
    """Nothing asked, nothing found."""
    assert legs(fordham, []) == []


def test_a_slow_road_is_found_beyond_the_first_guess(town_of, at):
    """A hundred metres that take two hours are still the way, however unlikely."""
    town = town_of({"A": (0, 0), "B": (100, 0)}, [("A", "B", 7200, 7200, [])])
    (leg,) = legs(town, [(at(0, 0), at(100, 0))])
    assert (leg.seconds, leg.straight) == (7200, False)


spots = st.tuples(st.floats(-50, 350, width=32), st.floats(-150, 250, width=32))


@given(st.lists(spots, min_size=2, max_size=8), st.booleans())
def test_legs_agree_with_the_matrix(fordham, at, spots, turns):
    """Every leg has the matrix's time and length, and its line is as long as it says."""
    points = {str(i): at(*spot) for i, spot in enumerate(spots)}
    router = Router.of(fordham, turns=turns)
    travel = matrix(router, points)
    stops = list(points.values())
    for i, leg in enumerate(legs(router, list(pairwise(stops)))):
        assert leg.seconds == math.ceil(float(travel.seconds[i, i + 1]) - 1e-4)
        assert leg.metres == pytest.approx(float(travel.metres[i, i + 1]), rel=1e-6)
        line = np.array(leg.line)
        drawn = float(great_circle_metres(line[:-1], line[1:]).sum())
        assert drawn == pytest.approx(leg.metres, abs=1.0)
