"""A map gets the roads it needs, few letters of them, and never fails for want of roads."""

from __future__ import annotations

import numpy as np
import pytest

from maps import basemap
from maps.basemap import CLASSES, Basemap, Frame
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS

MAIN, STREET = CLASSES.index("main"), CLASSES.index("street")


def ladder(kinds: list[str], *, apart_m: float) -> RoadGraph:
    """Parallel roads of two kilometres from west to east, each `apart_m` north of the last."""
    lats = 43.8 + np.arange(len(kinds)) * apart_m / 111_320
    shape = np.array([(lon, lat) for lat in lats for lon in (25.90, 25.9125, 25.925)])
    count = len(kinds)
    empty = np.zeros(count, dtype=np.int32)
    times = np.ones(count, dtype=np.float32)
    return RoadGraph(
        nodes=shape[::3],
        tail=empty,
        head=empty,
        forward_seconds=times,
        backward_seconds=times,
        metres=times,
        kind=np.array([ROAD_KINDS.index(kind) for kind in kinds], dtype=np.uint8),
        shape_first=np.arange(0, 3 * count + 1, 3, dtype=np.int64),
        shape=shape,
    )


def test_streets_are_drawn_near_the_route_and_main_roads_in_the_whole_frame() -> None:
    """600 m around the southernmost of four: streets at 0 and 400 m, a main road at 800 m."""
    roads = ladder(["residential", "residential", "primary", "residential"], apart_m=400)
    ground = Basemap.of(roads).around([(25.90, 43.8), (25.925, 43.8)], distance_m=600)
    assert len(ground.roads[STREET].counts) == 2
    assert len(ground.roads[MAIN].counts) == 1


def test_a_straight_road_needs_its_two_ends() -> None:
    """The middle point on a straight line is left out."""
    ground = Basemap.of(ladder(["residential"], apart_m=1)).around([(25.91, 43.8)])
    assert ground.roads[STREET].counts.tolist() == [2]
    assert ground.roads[STREET].points.shape == (2, 2)


def test_a_dense_town_is_thinned_before_it_grows_too_large() -> None:
    """With a small budget the reach of streets shrinks until they fit."""
    base = Basemap.of(ladder(["residential"] * 40, apart_m=25))
    everything = base.around([(25.91, 43.8)], distance_m=1_000)
    thinned = base.around([(25.91, 43.8)], distance_m=1_000, max_points=30)
    assert 0 < len(thinned.roads[STREET].points) <= 30 < len(everything.roads[STREET].points)


def test_far_from_every_road_there_is_still_ground() -> None:
    """A region without roads here gives an empty map, not an error."""
    ground = Basemap.of(ladder(["residential"], apart_m=1)).around([(10.0, 50.0)])
    assert ground.roads == {}
    assert ground.borders.encoded() == ""


def test_the_same_piece_of_country_is_cut_once() -> None:
    """Looked at again it is there; a piece beside it is another one."""
    ground = Basemap.of(ladder(["residential", "primary"], apart_m=100.0))
    for cut in (ground.around, ground.overview):
        assert cut([(26.0, 43.8)]) is cut([(26.0, 43.8)])
        assert cut([(26.0, 43.8)]) is not cut([(26.1, 43.8)])


def test_nowhere_is_refused() -> None:
    """A map of no places is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one place"):
        Frame.about([], 100)


def test_borders_and_names_come_along(town) -> None:
    """Municipalities give outlines, settlements ground and names."""
    ground = town.basemap.around([(25.945, 43.845)])
    assert len(ground.borders.counts)
    assert len(ground.built_up.counts) == 1
    assert [label.name for label in ground.labels] == ["Русе"]


def test_names_of_areas_stand_in_for_settlements(town) -> None:
    """Without a gazetteer the labels are the areas' names."""
    named = Basemap.of(ladder(["residential"], apart_m=1), town.areas)
    assert [(label.name, label.weight) for label in named.labels] == [("Русе", 140_000.0)]


def test_metres_there_and_back() -> None:
    """The flat frame turns degrees into metres and back."""
    frame = Frame.about([(25.9, 43.8), (25.95, 43.85)], 500)
    points = np.array([[25.91, 43.81], [25.94, 43.84]])
    np.testing.assert_allclose(frame.to_degrees(frame.to_metres(points)), points)
    apart = frame.distances([(25.91, 43.81)], cell_m=50)
    assert float(apart(np.array([[25.91, 43.819]]))[0]) == pytest.approx(1_000, abs=75)


@pytest.mark.parametrize("kind", ROAD_KINDS)
def test_every_kind_of_road_has_a_look(kind: str) -> None:
    """A new kind of road in the profiles must not vanish from maps."""
    assert kind in basemap._CLASS_OF_KIND
