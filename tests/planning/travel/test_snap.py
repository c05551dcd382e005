from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.travel.profiles import ROAD_KINDS
from planning.travel.snap import Met, snap
from planning.travel.sphere import from_mercator, great_circle_metres, to_mercator


@pytest.fixture(params=[True, False], ids=["numba", "no numba"], autouse=True)
def _numba(request, monkeypatch):
    """Doors snap alike with numba and without."""
    monkeypatch.setattr("planning.travel.snap.installed", lambda: request.param)


def test_a_door_meets_the_nearest_road(fordham, at):
    """A house 20 m south of the middle of High Street is served from that middle."""
    snapped = snap(fordham, np.array([at(50, -20)]))
    assert snapped.segment.tolist() == [0]
    assert snapped.fraction[0] == pytest.approx(0.5)
    assert snapped.metres[0] == pytest.approx(20, rel=1e-3)
    assert snapped.lonlat[0] == pytest.approx(at(50, 0), abs=1e-8)


def test_a_door_at_a_crossing_is_at_the_crossing(fordham, at):
    """Three roads meet at C and are equally near: of those open both ways the first is taken."""
    snapped = snap(fordham, np.array([at(100, 100)]))
    assert (snapped.segment[0], snapped.fraction[0]) == (3, 0.0)
    assert snapped.metres[0] == pytest.approx(0, abs=1e-3)


def test_a_door_beyond_the_limit_meets_no_road(fordham, at):
    """Two kilometres off the road an address is likelier wrong than remote."""
    snapped = snap(fordham, np.array([at(-2000, 0), at(-1400, 0), (np.nan, 0.0)]), limit_m=1500)
    assert snapped.segment.tolist() == [-1, snapped.segment[1], -1]
    assert snapped.segment[1] >= 0
    assert np.isnan(snapped.metres[[0, 2]]).all()
    assert np.isnan(snapped.lonlat[[0, 2]]).all()


def test_no_house_is_reached_from_the_motorway(fordham, at):
    """With High Street a motorway, its neighbours go to Back Lane, farther though it is."""
    kind = fordham.kind.copy()
    kind[0] = ROAD_KINDS.index("motorway")
    assert snap(replace(fordham, kind=kind), np.array([at(50, -20)])).segment.tolist() == [1]


def test_a_region_of_motorways_only_has_no_doors(fordham, at):
    """Where nothing but motorways is mapped every door is unreachable, and nothing breaks."""
    kind = np.full_like(fordham.kind, ROAD_KINDS.index("motorway"))
    assert snap(replace(fordham, kind=kind), np.array([at(50, 0)])).segment.tolist() == [-1]


def test_places_that_are_not_on_the_map(fordham):
    """Poles, swapped and senseless coordinates are far from any road, not a crash."""
    wild = np.array([[0.0, 90.0], [0.0, -90.0], [180.0, 0.0], [999.0, -999.0], [np.inf, 0.0]])
    assert (snap(fordham, wild).segment == -1).all()


def test_a_road_without_length(town_of, at):
    """Two nodes drawn on one spot make a road of no metres; doors there are at its beginning."""
    town = town_of(
        {"A": (0, 0), "B": (0, 0), "C": (100, 0)}, [("A", "B", 0, 0, []), ("B", "C", 10, 10, [])]
    )
    snapped = snap(town, np.array([at(0, 5), at(50, 5)]))
    assert snapped.segment.tolist() == [0, 1]
    assert snapped.fraction.tolist() == [0.0, pytest.approx(0.5)]


def test_the_side_of_the_street(fordham, at):
    """High Street runs east: a door to its north is on its left, one on the road on neither."""
    snapped = snap(fordham, np.array([at(50, 10), at(50, -10), at(50, 0), at(9000, 0)]))
    assert snapped.side.tolist() == [1, -1, 0, 0]


def test_a_door_at_a_closed_road_goes_to_the_next_one(fordham, at):
    """With High Street closed, its doors are served from Mill Lane, and that is told."""
    usable = np.ones(6, dtype=bool)
    usable[0] = False
    doors = np.array([at(80, 5), at(80, 40), at(9000, 0), (np.nan, 0)])
    snapped = snap(fordham, doors, usable=usable)
    assert snapped.segment.tolist() == [2, 2, -1, -1]
    assert snapped.met.tolist() == [Met.MOVED, Met.ROAD, Met.TOO_FAR, Met.NOWHERE]
    assert snapped.metres[0] == pytest.approx(20, rel=1e-3)


def test_a_door_at_a_closed_road_far_from_any_other(fordham, at):
    """With everything closed there is nowhere to go, and no crash."""
    snapped = snap(fordham, np.array([at(80, 5)]), usable=np.zeros(6, dtype=bool))
    assert (snapped.segment[0], snapped.met[0]) == (-1, Met.TOO_FAR)


def test_no_doors_at_all(fordham):
    """Snapping nothing gives nothing."""
    assert len(snap(fordham, np.empty((0, 2))).segment) == 0


def test_nearest_means_nearest_on_the_ground_in_the_north(town_of, at):
    """At 60° a degree east is half as long: the street 30 m east beats the one 40 m north."""
    town = town_of(
        {"A": (60, -500), "B": (60, 500), "C": (-500, 40), "D": (500, 40)},
        [("A", "B", 10, 10, []), ("C", "D", 10, 10, [])],
    )
    north = town.shape + np.array([0.0, 60.0])
    snapped = snap(replace(town, shape=north), np.array([[0.0, 60.0]]))
    assert snapped.segment.tolist() == [0]
    assert snapped.metres[0] == pytest.approx(30, rel=1e-3)


def test_sphere_there_and_back():
    """Mercator and its inverse agree, and a degree along a meridian is 111.195 km."""
    points = np.array([[25.95, 43.85], [-0.1, -33.0], [73.1, 49.8]])
    assert from_mercator(to_mercator(points)) == pytest.approx(points)
    degree = great_circle_metres(np.array([0.0, 43.0]), np.array([0.0, 44.0]))
    assert degree == pytest.approx(111_195, rel=1e-5)


def test_a_long_road_is_near_all_along(town_of, at):
    """One straight road of 40 km among short ones: it is found from beside its very middle."""
    short = {f"{x}": (x * 100.0, 5_000.0 + x % 7) for x in range(60)}
    town = town_of(
        {"A": (-20_000, -10_000), "B": (20_000, 10_000), **short},
        [("A", "B", 99, 99, []), *((f"{x}", f"{x + 1}", 1, 1, []) for x in range(59))],
    )
    doors = np.array([at(0, 50), at(9_000, 4_400), at(-19_000, -9_600), at(550, 4_990)])
    assert snap(town, doors).segment.tolist() == [0, 0, 0, 6]


spots = st.tuples(st.floats(-300, 600, width=32), st.floats(-400, 500, width=32))


@given(
    st.lists(spots, min_size=2, max_size=8, unique=True),
    st.lists(spots | st.sampled_from([(0.0, 0.0), (100.0, 100.0)]), min_size=1, max_size=8),
    st.data(),
)
def test_both_searches_find_the_same_road(town_of, at, corners, doors, data):
    """On any polygon of roads, whichever of them may be used: as near, and mostly the same."""
    names = [str(number) for number in range(len(corners))]
    roads = [*((a, b, 9, 9, []) for a, b in pairwise(names)), ("0", "1", 9, float("inf"), [])]
    town = town_of(dict(zip(names, corners, strict=True)), roads)
    fit = st.lists(st.booleans(), min_size=len(town.tail), max_size=len(town.tail))
    usable = np.array(data.draw(fit))
    points = np.array([at(*door) for door in doors])
    found = []
    for there in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("planning.travel.snap.installed", lambda there=there: there)
            found.append(snap(town, points, limit_m=300, usable=usable))
    one, other = found
    near = np.nan_to_num(one.metres, nan=300.0)
    assert near == pytest.approx(np.nan_to_num(other.metres, nan=300.0), abs=0.01)
    clear = one.segment == other.segment
    assert (usable[one.segment[one.segment >= 0]]).all()
    assert one.fraction[clear] == pytest.approx(other.fraction[clear], nan_ok=True)
