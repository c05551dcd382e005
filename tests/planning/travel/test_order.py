"""Contraction order: whatever it is times are right; a good one keeps the hierarchy small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.travel.hierarchy import contract
from planning.travel.node_based import NodeBased
from planning.travel.order import dissect
from planning.travel.router import Router


def grid(town_of, columns, rows):
    """Crossings at every 100 m, all streets open both ways."""
    nodes = {f"{x},{y}": (100.0 * x, 100.0 * y) for x in range(columns) for y in range(rows)}
    along = [(f"{x},{y}", f"{x + 1},{y}") for x in range(columns - 1) for y in range(rows)]
    up = [(f"{x},{y}", f"{x},{y + 1}") for x in range(columns) for y in range(rows - 1)]
    return town_of(nodes, [(a, b, 10, 10, []) for a, b in along + up])


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))))
def test_every_node_and_segment_has_its_turn(town_of, count, ends):
    """Islands, loops, parallel streets, no streets at all: nothing is left out or comes twice."""
    nodes = {str(i): (100.0 * i, 7.0 * i * i) for i in range(count)}
    roads = [(str(a % count), str(b % count), 1, 1, []) for a, b in ends] or [("0", "0", 1, 1, [])]
    town = town_of(nodes, roads)
    found = dissect(town)
    assert sorted(found.nodes().tolist()) == list(range(count))
    assert sorted(found.segments(town.tail, town.head).tolist()) == list(range(len(roads)))


def test_dead_ends_and_chains_come_first(town_of):
    """A square with both diagonals has a tail, E and F: these two go before any corner."""
    nodes = {
        **{"A": (0, 0), "B": (100, 0), "C": (100, 100), "D": (0, 100)},
        **{"E": (-100, 0), "F": (-200, 0)},
    }
    roads = ("AB", "BC", "CD", "DA", "AC", "BD", "AE", "EF")
    town = town_of(nodes, [(a, b, 1, 1, []) for a, b in roads])
    assert set(dissect(town).nodes().tolist()[:2]) == {4, 5}


@pytest.mark.parametrize(("columns", "rows"), [(30, 30), (450, 2)])
def test_a_grid_stays_small(town_of, columns, rows):
    """900 crossings need fewer than twenty arcs each; in a bad order it would be hundreds."""
    town = grid(town_of, columns, rows)
    network = NodeBased.of(town)
    topology = contract(network, network.order(dissect(town)))
    assert topology is not None
    assert len(topology.above) < 20 * 900


def test_a_long_road_is_no_deep_hierarchy(town_of):
    """A thousand pieces in a row are climbed in some twenty steps, not in a thousand."""
    nodes = {str(i): (10.0 * i, 0.0) for i in range(1001)}
    road = town_of(nodes, [(str(i), str(i + 1), 1, 1, []) for i in range(1000)])
    for turns in (False, True):
        parent = Router.of(road, turns=turns).topology.parent
        depth = np.zeros(len(parent), dtype=int)
        for node in range(len(parent) - 1, -1, -1):
            if parent[node] >= 0:
                depth[node] = depth[parent[node]] + 1
        assert depth.max() < 40
