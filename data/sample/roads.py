"""Country roads: which settlements are joined, how important each road is, and its course."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay, cKDTree

from data.sample.facts import SettlementFact
from data.sample.network import Network, Way
from data.sample.plane import Points

_LONGEST_M = 24_000.0
"""No road joins neighbours farther apart."""
_DETOUR = 1.55
"""Neighbours whose way over the roads is longer than this times the straight line get their own."""
_STEP_M = 150.0
_TRUNK = (("Русе", "Бяла"), ("Русе", "Ветово"))
"""Ends of the two main roads through the province (E85 and E70 in the real world)."""


@dataclass(frozen=True, slots=True)
class Road:
    """A road between two neighbouring settlements."""

    tail: int
    head: int
    kind: str


def choose_roads(facts: tuple[SettlementFact, ...], straight: Points) -> list[Road]:
    """Roads between neighbours that never cross: all lie on one Delaunay triangulation."""
    graph = _neighbours(straight)
    _rank(graph, facts)
    return [Road(tail, head, data["kind"]) for tail, head, data in sorted(graph.edges(data=True))]


def lay_roads(network: Network, roads: list[Road], straight: Points) -> list[int]:
    """Draws the roads as straight strokes; returns the node of each settlement's centre."""
    centres = [network.node((float(x), float(y))) for x, y in straight]
    for road in roads:
        tail, head = straight[road.tail], straight[road.head]
        steps = max(2, round(math.dist(tail, head) / _STEP_M))
        between = [
            network.node(tuple((tail + (head - tail) * step / steps).tolist()))
            for step in range(1, steps)
        ]
        network.add(Way([centres[road.tail], *between, centres[road.head]], road.kind, -1))
    return centres


def _neighbours(straight: Points) -> nx.Graph:
    """A relative-neighbourhood graph, and the Gabriel edges that spare a long detour."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(straight)))
    gabriel = []
    tree = cKDTree(straight)
    for tail, head in sorted(_delaunay(straight)):
        length = math.dist(straight[tail], straight[head])
        apart = np.maximum(
            np.hypot(*(straight - straight[tail]).T), np.hypot(*(straight - straight[head]).T)
        )
        if not np.any(np.delete(apart, [tail, head]) < length):
            graph.add_edge(tail, head, metres=length)
        elif length < _LONGEST_M and _is_gabriel(tree, straight[tail], straight[head]):
            gabriel.append((length, tail, head))
    for length, tail, head in sorted(gabriel):
        if nx.dijkstra_path_length(graph, tail, head, "metres") > _DETOUR * length:
            graph.add_edge(tail, head, metres=length)
    return graph


def _delaunay(straight: Points) -> set[tuple[int, int]]:
    corners = np.sort(Delaunay(straight).simplices, axis=1)
    return {
        (int(corner[a]), int(corner[b])) for corner in corners for a, b in ((0, 1), (0, 2), (1, 2))
    }


def _is_gabriel(tree: cKDTree, tail: Points, head: Points) -> bool:
    """True when no third settlement lies in the circle over the two."""
    return len(tree.query_ball_point((tail + head) / 2, math.dist(tail, head) / 2 - 1.0)) == 0


def _rank(graph: nx.Graph, facts: tuple[SettlementFact, ...]) -> None:
    """Roads that lead towards the capital of the province are the better ones."""
    number = {fact.name: i for i, fact in enumerate(facts)}
    for tail, head in graph.edges:
        least = min(facts[tail].population, facts[head].population)
        graph[tail][head]["kind"] = "unclassified" if least < 120 else "tertiary"
    towns = [i for i, fact in enumerate(facts) if fact.kind == "town" or fact.centre]
    for town in towns:
        other = min(
            (i for i in towns if i != town),
            key=lambda i: nx.dijkstra_path_length(graph, town, i, "metres"),
        )
        _upgrade(graph, town, other, "secondary")
    for town in towns:
        if facts[town].centre:
            _upgrade(graph, number["Русе"], town, "primary")
    for tail_name, head_name in _TRUNK:
        _upgrade(graph, number[tail_name], number[head_name], "trunk")


def _upgrade(graph: nx.Graph, tail: int, head: int, kind: str) -> None:
    path = nx.dijkstra_path(graph, tail, head, "metres")
    for one, other in itertools.pairwise(path):
        graph[one][other]["kind"] = kind
