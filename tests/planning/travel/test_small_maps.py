"""Maps with next to nothing on them: no road, one node, one loop. Nothing breaks or is guessed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shapely import Point

from planning.errors import InputError
from planning.travel.graph import RoadGraph
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.overlay import Overlay
from planning.travel.router import Router
from planning.travel.snap import Met

EVERYWHERE = Overlay(closed=(Point(0, 0).buffer(1),))


def without_roads(graph: RoadGraph, junctions: int) -> RoadGraph:
    """The first junctions of `graph`, and nothing between them."""
    cut = {name: getattr(graph, name)[:0] for name in (
        "tail", "head", "forward_seconds", "backward_seconds", "metres", "kind", "shape",
    )}  # fmt: skip
    return replace(graph, **cut, shape_first=graph.shape_first[:1], nodes=graph.nodes[:junctions])


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("junctions", [0, 1, 4])
def test_a_map_without_roads_reaches_nobody(fordham, at, junctions, turns):
    """Every door but oneself is unreachable, the reason is told, and legs are marked estimates."""
    router = Router.of(without_roads(fordham, junctions), turns=turns)
    points = {"A": at(0, 0), "B": at(9, 0)}
    for each in (router, router.with_overlay(EVERYWHERE)):
        travel = matrix(each, points)
        assert np.isnan(travel.seconds).tolist() == [[False, True], [True, False]]
        assert travel.met.tolist() == [Met.TOO_FAR, Met.TOO_FAR]
        (leg,) = legs(each, [(points["A"], points["B"])])
        assert leg.straight


@pytest.mark.parametrize("turns", [False, True])
def test_one_loop_is_a_map(town_of, at, turns):
    """A single road from a junction back to it: its doors are reached along it."""
    loop = town_of({"A": (0, 0)}, [("A", "A", 40, 40, [(100, 0), (100, 100), (0, 100)])])
    router = Router.of(loop, turns=turns)
    points = {"south": at(50, 0), "east": at(100, 50)}
    travel = matrix(router, points)
    assert travel.seconds[0, 1] == pytest.approx(10, abs=0.03)
    (leg,) = legs(router, [(points["south"], points["east"])])
    assert (leg.seconds, leg.straight) == (10, False)
    assert np.isnan(matrix(router.with_overlay(EVERYWHERE), points).seconds[0, 1])


def test_a_leg_from_nowhere_is_refused(fordham, at):
    """Two of four ways have an end that is no place on Earth: both are told, no line is drawn."""
    home, nowhere, mars = at(0, 0), (float("nan"), 0.0), (720.0, 95.0)
    with pytest.raises(InputError, match="no place on Earth") as caught:
        legs(fordham, [(home, nowhere), (home, home), (mars, home), (home, at(50, 0))])
    assert [fault.field for fault in caught.value.faults] == ["way 1", "way 3"]


def test_a_leg_between_two_cases_at_one_door(fordham, at):
    """It takes no time and its line is a point."""
    (leg,) = legs(fordham, [(at(50, 7), at(50, 7))])
    assert (leg.seconds, leg.metres, leg.straight) == (0, 0.0, False)
    assert leg.line[0] == leg.line[-1]
