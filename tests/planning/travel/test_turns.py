"""Turns cost time, some are forbidden, and cars turn round at the end of the road only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planning.model import Mode
from planning.travel.edge_based import TURN_SECONDS
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.profiles import ROAD_KINDS
from planning.travel.router import Router

SOUTH, NORTH, WEST, EAST = 0, 1, 2, 3


@pytest.fixture(scope="module")
def crossing(town_of):
    """Four roads meet at O, all at 10 m/s: 100 m to the south, north and west, 200 m east."""
    return town_of(
        {"O": (0, 0), "S": (0, -100), "N": (0, 100), "W": (-100, 0), "E": (200, 0)},
        [
            ("S", "O", 10, 10, []),
            ("O", "N", 10, 10, []),
            ("O", "W", 10, 10, []),
            ("O", "E", 20, 20, []),
        ],
    )


@pytest.fixture(scope="module")
def halfway(at):
    """A door in the middle of each road."""
    return {"S": at(0, -50), "N": at(0, 50), "W": at(-50, 0), "E": at(100, 0)}


def seconds(travel, start, end):
    return float(travel.seconds[travel.keys.index(start), travel.keys.index(end)])


def test_left_costs_more_than_right_and_right_more_than_straight_on(crossing, halfway):
    """From the south: 10 s to the north, 2 s more to the right, 5 s more to the left."""
    travel = matrix(crossing, halfway)
    assert seconds(travel, "S", "N") == pytest.approx(10)
    assert seconds(travel, "S", "E") == pytest.approx(15 + TURN_SECONDS["right"])
    assert seconds(travel, "S", "W") == pytest.approx(10 + TURN_SECONDS["left"])
    assert seconds(travel, "W", "S") == pytest.approx(10 + TURN_SECONDS["right"])


def test_a_forbidden_turn_is_not_taken(crossing, halfway, at):
    """No left turn: on to the north, round at its end, back, and right; line and time agree."""
    no_left = np.array([[SOUTH, 0, WEST]], dtype=np.int32)
    town = replace(crossing, forbidden_turns=no_left)
    travel = matrix(town, halfway)
    expected = 5 + 10 + TURN_SECONDS["round"] + 10 + TURN_SECONDS["right"] + 5
    assert seconds(travel, "S", "W") == pytest.approx(expected)
    assert seconds(travel, "W", "S") == pytest.approx(10 + TURN_SECONDS["right"])
    (leg,) = legs(town, [(halfway["S"], halfway["W"])])
    corners = [(0, -50), (0, 0), (0, 100), (0, 0), (-50, 0)]
    assert np.array(leg.line) == pytest.approx(np.array([at(*c) for c in corners]), abs=2e-7)
    assert leg.seconds == expected


def test_walkers_turn_as_they_like(crossing, halfway):
    """On foot no turn costs anything and none is forbidden."""
    rules = np.array([[SOUTH, 0, WEST], [SOUTH, 0, NORTH]], dtype=np.int32)
    town = replace(crossing, mode=Mode.WALK, forbidden_turns=rules)
    travel = matrix(town, halfway)
    assert [seconds(travel, "S", end) for end in "NWE"] == pytest.approx([10, 10, 15])


def test_where_only_two_roads_meet_nobody_waits(town_of, at):
    """A corner without a junction costs nothing, however sharp."""
    corner = town_of(
        {"A": (0, 0), "B": (100, 0), "C": (100, 100)},
        [("A", "B", 10, 10, []), ("B", "C", 10, 10, [])],
    )
    travel = matrix(corner, {"A": at(50, 0), "C": at(100, 50)})
    assert seconds(travel, "A", "C") == pytest.approx(10)


def test_a_car_does_not_turn_round_at_a_junction(crossing, at):
    """With the door on the far lane of an express road, one drives to the road's end and back."""
    trunk = replace(crossing, kind=np.full_like(crossing.kind, ROAD_KINDS.index("trunk")))
    points = {"S": at(0, -50), "right": at(100, -10), "left": at(100, 10)}
    walked = 10 / 1.3
    travel = matrix(trunk, points)
    right = 15 + TURN_SECONDS["right"] + walked
    assert seconds(travel, "S", "right") == pytest.approx(right, abs=0.01)
    assert seconds(travel, "S", "left") == pytest.approx(
        right + 20 + TURN_SECONDS["round"], abs=0.01
    )
    on_foot = matrix(replace(trunk, mode=Mode.WALK), points)
    assert seconds(on_foot, "S", "left") == seconds(on_foot, "S", "right")


def test_a_turn_forbidden_over_another_junction_is_allowed_here(crossing, halfway):
    """A rule names the junction, too: two roads may meet at both of their ends."""
    elsewhere = np.array([[SOUTH, 3, WEST]], dtype=np.int32)
    travel = matrix(replace(crossing, forbidden_turns=elsewhere), halfway)
    assert seconds(travel, "S", "W") == pytest.approx(10 + TURN_SECONDS["left"])


def test_turn_times_are_given_up_on_request(crossing, halfway):
    """Whoever compares with other software asks for a network without turns."""
    travel = matrix(Router.of(crossing, turns=False), halfway)
    assert seconds(travel, "S", "W") == pytest.approx(10)
