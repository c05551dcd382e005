from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Mode
from planning.travel.doors import WALK_MPS
from planning.travel.matrix import coordinates, matrix, matrix_rows, straight
from planning.travel.router import Router
from planning.travel.snap import Met


def between(travel, start, end):
    i, j = travel.keys.index(start), travel.keys.index(end)
    return float(travel.seconds[i, j]), float(travel.metres[i, j])


def near(seconds, metres):
    """Times are exact to a centisecond a road piece, lengths to a decimetre."""
    return (pytest.approx(seconds, abs=0.03), pytest.approx(metres, abs=0.3))


def test_one_way_street(streets, at):
    """From High Street into Mill Lane it is 10 s; back one has to go round by West Road."""
    travel = matrix(streets, {"high": at(50, 0), "mill": at(100, 50)})
    assert between(travel, "high", "mill") == near(10, 100)
    assert between(travel, "mill", "high") == near(30, 300)


def test_two_doors_in_one_street(streets, at):
    """Up Mill Lane from door to door is 5 s; down again is all the way round."""
    travel = matrix(streets, {"low": at(100, 25), "up": at(100, 75)})
    assert between(travel, "low", "up") == near(5, 50)
    assert between(travel, "up", "low") == near(35, 350)


def test_leaving_the_street_can_be_faster(streets, at):
    """From one arm of Back Lane to the other, High Street is the faster way."""
    travel = matrix(streets, {"west": at(0, -50), "east": at(100, -50)})
    assert between(travel, "west", "east") == near(70 / 3, 200)


def test_a_crescent_is_left_at_either_end(streets, at):
    """Two doors near both ends of the Crescent are close through D, not around the loop."""
    travel = matrix(streets, {"first": at(250, 100), "last": at(200, 150), "far": at(300, 200)})
    assert between(travel, "first", "last") == near(10, 100)
    assert between(travel, "first", "far") == near(15, 150)


def test_dead_end_and_parallel_streets(streets, at):
    """D is reached and left by one road, and the faster of two parallel streets is taken."""
    travel = matrix(streets, {"A": at(0, 0), "B": at(100, 0), "D": at(200, 100)})
    assert between(travel, "A", "B") == near(10, 100)
    assert between(travel, "B", "D") == near(20, 200)
    assert between(travel, "D", "B") == near(40, 400)


def test_same_door_twice(streets, at):
    """Two cases at one door are no time apart; across the street one walks, the car stays."""
    travel = matrix(streets, {"a": at(50, -10), "b": at(50, -10), "c": at(50, 8)})
    across = pytest.approx(18 / WALK_MPS, rel=1e-2)
    assert travel.seconds.tolist() == [[0, 0, across], [0, 0, across], [across, across, 0]]
    assert (travel.metres == 0).all()
    assert travel.snapped_m == pytest.approx([10, 10, 8], rel=1e-2)


def test_the_last_metres_are_walked(streets, at):
    """A block 130 m from the road is 100 s farther than its spot on the road, both ways."""
    travel = matrix(streets, {"A": at(0, 0), "block": at(-130, 50), "spot": at(0, 50)})
    assert between(travel, "A", "spot") == near(5, 50)
    assert between(travel, "A", "block") == near(105, 50)
    assert between(travel, "block", "A") == near(105, 50)


def test_a_door_without_a_road(streets, at):
    """A door far from any road is unreachable, said by NaN, and only for itself."""
    travel = matrix(streets, {"A": at(0, 0), "lost": at(9000, 0), "B": at(100, 0)})
    assert np.isnan(travel.snapped_m).tolist() == [False, True, False]
    assert np.isnan(travel.seconds).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]
    assert np.isnan(travel.metres).tolist() == np.isnan(travel.seconds).tolist()
    assert between(travel, "A", "B") == near(10, 100)
    assert travel.met.tolist() == [Met.ROAD, Met.TOO_FAR, Met.ROAD]


def test_a_road_that_cannot_be_left_is_not_driven_into(fordham, at):
    """With Dead End a trap the crew stops before it, at C, and walks the last 100 m.

    From High Street into West Road it turns right, which takes 2 s where turns count.
    """
    trap = fordham.backward_seconds.copy()
    trap[4] = np.inf
    for turns, seconds in ((False, 20), (True, 22)):
        router = Router.of(replace(fordham, backward_seconds=trap), turns=turns)
        travel = matrix(router, {"A": at(0, 0), "D": at(200, 101)})
        assert travel.met.tolist() == [Met.ROAD, Met.MOVED]
        assert travel.snapped_m == pytest.approx([0, 100], abs=0.2)
        assert between(travel, "A", "D") == near(seconds + 100 / WALK_MPS, 200)


def test_a_road_without_time_or_length(town_of, at):
    """Two nodes drawn on one spot are joined by a road that costs nothing, and it is a way."""
    town = town_of(
        {"A": (-100, 0), "B": (0, 0), "C": (0, 0), "D": (100, 0)},
        [("A", "B", 10, 10, []), ("B", "C", 0, 0, []), ("C", "D", 10, 10, [])],
    )
    travel = matrix(town, {"A": at(-100, 0), "D": at(100, 0)})
    assert between(travel, "A", "D") == near(20, 200)


def test_nothing_to_measure(streets):
    """No points give an empty matrix."""
    assert matrix(streets, {}).seconds.shape == (0, 0)


def test_lengths_only_if_wanted(streets, at):
    """Routing looks at times alone: at 5,000 doors that saves 100 MB."""
    points = {"A": at(0, 0), "B": at(100, 0)}
    travel = matrix(streets, points, lengths=False)
    assert travel.metres.shape == (0, 0)
    assert np.array_equal(travel.seconds, matrix(streets, points).seconds)


def test_progress_is_told(streets, at):
    """Whoever watches hears shares that grow to 1."""
    heard = []
    matrix(streets, {"A": at(0, 0), "B": at(100, 0)}, report=lambda s, words: heard.append(s))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_without_roads_the_estimate_is_marked(at):
    """A kilometre as the crow flies is 1.4 km in 168 s by car, and the result says so."""
    travel = straight({"A": at(0, 0), "B": at(1000, 0)}, Mode.DRIVE)
    assert travel.straight
    assert between(travel, "A", "B") == (pytest.approx(168), pytest.approx(1400))
    assert travel.seconds.diagonal().tolist() == [0, 0]
    assert straight({"A": at(0, 0), "B": at(1000, 0)}, Mode.WALK).seconds[0, 1] > 1000


doors = st.lists(
    st.tuples(st.floats(-50, 350, width=32), st.floats(-150, 250, width=32)),
    min_size=2,
    max_size=6,
)


@given(doors)
def test_going_through_a_third_door_is_never_shorter(streets, at, doors):
    """The triangle inequality holds for doors anywhere on the roads."""
    travel = matrix(streets, {str(i): at(*door) for i, door in enumerate(doors)})
    direct = travel.seconds.astype(np.float64)
    detour = (direct[:, :, None] + direct[None, :, :]).min(axis=1)
    assert (direct <= detour + 1e-3).all()


@given(doors)
def test_other_doors_do_not_change_a_time(fordham, at, doors):
    """Two doors alone are exactly as far apart as among many."""
    points = {str(i): at(*door) for i, door in enumerate(doors)}
    among = matrix(fordham, points)
    alone = matrix(fordham, {"0": points["0"], "1": points["1"]})
    assert np.array_equal(among.seconds[:2, :2], alone.seconds)
    assert np.array_equal(among.metres[:2, :2], alone.metres)


def test_a_matrix_comes_in_rows_for_who_has_no_room_for_it(streets, at):
    """A hundred doors come in several goes, every row once and with the matrix's numbers."""
    points = {str(i): at(3.0 * i, 5) for i in range(100)}
    whole, doors = matrix(streets, points), streets.doors(coordinates(points))
    goes = list(matrix_rows(streets, doors))
    assert len(goes) > 1
    assert [row for rows in goes for row in range(rows.at.start, rows.at.stop)] == list(range(100))
    assert np.array_equal(np.concatenate([rows.seconds for rows in goes]), whole.seconds)
    assert np.array_equal(np.concatenate([rows.metres for rows in goes]), whole.metres)
    assert all(rows.metres.size == 0 for rows in matrix_rows(streets, doors, lengths=False))


def test_a_door_without_coordinates_is_nowhere(streets, at):
    """NaN, infinite and senseless coordinates are told apart from a door far from the road."""
    points = {"A": at(0, 0), "nan": (np.nan, 0.0), "inf": (0.0, np.inf), "mars": (720.0, 95.0)}
    travel = matrix(streets, points | {"pole": (0.0, 90.0)})
    assert travel.met.tolist() == [Met.ROAD, *[Met.NOWHERE] * 3, Met.TOO_FAR]
    assert np.isnan(travel.seconds[0, 1:]).all()
    estimate = straight(points, Mode.DRIVE)
    assert np.isnan(estimate.seconds[0, 1:]).all()
    assert estimate.seconds[0, 0] == 0


def test_a_way_of_weeks_is_no_way(town_of, at):
    """What takes more than 298 hours, a mistake in the map, is unreachable and no small number."""
    town = town_of(
        {"A": (0, 0), "B": (100, 0), "C": (200, 0)},
        [("A", "B", 6e5, 6e5, []), ("B", "C", 6e5, 6e5, [])],
    )
    travel = matrix(town, {"A": at(0, 0), "B": at(100, 0), "C": at(200, 0)})
    assert travel.seconds[0, 1] == pytest.approx(6e5)
    assert np.isnan(travel.seconds[0, 2])
