from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Mode
from planning.travel.matrix import matrix, straight


def between(travel, start, end):
    i, j = travel.keys.index(start), travel.keys.index(end)
    return float(travel.seconds[i, j]), float(travel.metres[i, j])


def near(seconds, metres):
    """Times are exact to a centisecond a road piece, lengths to a decimetre."""
    return (pytest.approx(seconds, abs=0.03), pytest.approx(metres, abs=0.3))


def test_one_way_street(fordham, at):
    """From High Street into Mill Lane it is 10 s; back one has to go round by West Road."""
    travel = matrix(fordham, {"high": at(50, 0), "mill": at(100, 50)})
    assert between(travel, "high", "mill") == near(10, 100)
    assert between(travel, "mill", "high") == near(30, 300)


def test_two_doors_in_one_street(fordham, at):
    """Up Mill Lane from door to door is 5 s; down again is all the way round."""
    travel = matrix(fordham, {"low": at(100, 25), "up": at(100, 75)})
    assert between(travel, "low", "up") == near(5, 50)
    assert between(travel, "up", "low") == near(35, 350)


def test_leaving_the_street_can_be_faster(fordham, at):
    """From one arm of Back Lane to the other, High Street is the faster way."""
    travel = matrix(fordham, {"west": at(0, -50), "east": at(100, -50)})
    assert between(travel, "west", "east") == near(70 / 3, 200)


def test_a_crescent_is_left_at_either_end(fordham, at):
    """Two doors near both ends of the Crescent are close through D, not around the loop."""
    travel = matrix(fordham, {"first": at(250, 100), "last": at(200, 150), "far": at(300, 200)})
    assert between(travel, "first", "last") == near(10, 100)
    assert between(travel, "first", "far") == near(15, 150)


def test_dead_end_and_parallel_streets(fordham, at):
    """D is reached and left by one road, and the faster of two parallel streets is taken."""
    travel = matrix(fordham, {"A": at(0, 0), "B": at(100, 0), "D": at(200, 100)})
    assert between(travel, "A", "B") == near(10, 100)
    assert between(travel, "B", "D") == near(20, 200)
    assert between(travel, "D", "B") == near(40, 400)


def test_same_door_twice(fordham, at):
    """Two cases at one door, and two doors facing each other, are no time apart."""
    travel = matrix(fordham, {"a": at(50, -10), "b": at(50, -10), "c": at(50, 8)})
    assert (travel.seconds == 0).all()
    assert (travel.metres == 0).all()
    assert travel.snapped_m == pytest.approx([10, 10, 8], rel=1e-2)


def test_a_door_without_a_road(fordham, at):
    """A door far from any road is unreachable, said by NaN, and only for itself."""
    travel = matrix(fordham, {"A": at(0, 0), "lost": at(9000, 0), "B": at(100, 0)})
    assert np.isnan(travel.snapped_m).tolist() == [False, True, False]
    assert np.isnan(travel.seconds).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]
    assert np.isnan(travel.metres).tolist() == np.isnan(travel.seconds).tolist()
    assert between(travel, "A", "B") == near(10, 100)


def test_a_road_that_cannot_be_left_is_unreachable_not_infinite(fordham, at):
    """In a hand-made graph with a trap, the way out is NaN and the way in is a time."""
    trap = fordham.backward_seconds.copy()
    trap[4] = np.inf
    travel = matrix(replace(fordham, backward_seconds=trap), {"A": at(0, 0), "D": at(200, 100)})
    assert between(travel, "A", "D") == near(30, 300)
    assert np.isnan(between(travel, "D", "A")).all()


def test_a_road_without_time_or_length(town_of, at):
    """Two nodes drawn on one spot are joined by a road that costs nothing, and it is a way."""
    town = town_of(
        {"A": (-100, 0), "B": (0, 0), "C": (0, 0), "D": (100, 0)},
        [("A", "B", 10, 10, []), ("B", "C", 0, 0, []), ("C", "D", 10, 10, [])],
    )
    travel = matrix(town, {"A": at(-100, 0), "D": at(100, 0)})
    assert between(travel, "A", "D") == near(20, 200)


def test_nothing_to_measure(fordham):
    """No points give an empty matrix."""
    assert matrix(fordham, {}).seconds.shape == (0, 0)


def test_progress_is_told(fordham, at):
    """Whoever watches hears shares that grow to 1."""
    heard = []
    matrix(fordham, {"A": at(0, 0), "B": at(100, 0)}, report=lambda s, words: heard.append(s))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_without_roads_the_estimate_is_marked(at):
    """A kilometre as the crow flies is 1.4 km in 168 s by car, and the result says so."""
    travel = straight({"A": at(0, 0), "B": at(1000, 0)}, Mode.DRIVE)
    assert travel.straight
    assert between(travel, "A", "B") == (pytest.approx(168), pytest.approx(1400))
    assert travel.seconds.diagonal().tolist() == [0, 0]
    assert straight({"A": at(0, 0), "B": at(1000, 0)}, Mode.WALK).seconds[0, 1] > 1000


@st.composite
def towns(draw):
    """Nodes on a parabola, so that no street passes through a crossing it does not end at."""
    count = draw(st.integers(2, 6))
    node = st.integers(0, count - 1)
    seconds = st.one_of(st.integers(0, 40), st.just(float("inf")))
    roads = draw(st.lists(st.tuples(node, node, seconds, seconds), min_size=1, max_size=14))
    return count, roads


def parabola(i):
    return (100.0 * i, 12.0 * i * i)


def made(town_of, town):
    count, roads = town
    nodes = {str(i): parabola(i) for i in range(count)}
    return town_of(nodes, [(str(a), str(b), f, g, _corners(a, b)) for a, b, f, g in roads])


def _corners(a, b):
    x, y = parabola(a)
    return [(x + 10, y - 30), (x - 10, y - 30)] if a == b else []


@given(towns())
def test_times_are_those_of_networkx(town_of, at, town):
    """On any little town, doors at the crossings are as far apart as networkx says."""
    _, roads = town
    reference = nx.DiGraph()
    for a, b, forward, backward in roads:
        for u, v, seconds in ((a, b, forward), (b, a, backward)):
            best = reference.get_edge_data(u, v, {"weight": float("inf")})["weight"]
            if seconds < float("inf"):
                reference.add_edge(u, v, weight=min(seconds, best))
    used = sorted({node for road in roads for node in road[:2]})
    travel = matrix(made(town_of, town), {str(i): at(*parabola(i)) for i in used})
    expected = np.full((len(used), len(used)), np.nan)
    np.fill_diagonal(expected, 0)
    for i, u in enumerate(used):
        if u in reference:
            for v, seconds in nx.single_source_dijkstra_path_length(reference, u).items():
                expected[i, used.index(v)] = seconds
    assert travel.seconds == pytest.approx(expected, nan_ok=True)


doors = st.lists(
    st.tuples(st.floats(-100, 600, width=32), st.floats(-100, 500, width=32)),
    min_size=2,
    max_size=5,
)


@given(towns(), doors)
def test_going_through_a_third_door_is_never_shorter(town_of, at, town, doors):
    """The triangle inequality holds for doors anywhere on the roads."""
    travel = matrix(made(town_of, town), {str(i): at(*door) for i, door in enumerate(doors)})
    direct = np.nan_to_num(travel.seconds.astype(np.float64), nan=np.inf)
    detour = (direct[:, :, None] + direct[None, :, :]).min(axis=1)
    assert (direct <= detour + 1e-3).all()


@given(towns(), doors)
def test_other_doors_do_not_change_a_time(town_of, at, town, doors):
    """Two doors alone are exactly as far apart as among many."""
    graph = made(town_of, town)
    points = {str(i): at(*door) for i, door in enumerate(doors)}
    among = matrix(graph, points)
    alone = matrix(graph, {"0": points["0"], "1": points["1"]})
    assert np.array_equal(among.seconds[:2, :2], alone.seconds, equal_nan=True)
    assert np.array_equal(among.metres[:2, :2], alone.metres, equal_nan=True)
