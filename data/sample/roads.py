"""Country roads: which settlements are joined, how important each road is, and its course."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay, cKDTree
from shapely import LineString, Point

from data.sample.facts import SettlementFact
from data.sample.land import Land
from data.sample.network import XY, Network, Way
from data.sample.plane import Points

_LONGEST_M = 24_000.0
"""No road joins neighbours farther apart."""
_DETOUR = 1.55
"""Neighbours whose way over the roads is longer than this times the straight line get their own."""
_STEP_M = 150.0
_EXIT_M = 11_000.0
_EXIT_APART_M = 11_000.0
_EXIT_BANK_M = 3_000.0
"""Roads out of the province: at most so long, so far apart, and so far from the river."""
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
        course = _steps((float(tail[0]), float(tail[1])), (float(head[0]), float(head[1])))
        between = [network.node(at) for at in course[:-1]]
        network.add(Way([centres[road.tail], *between, centres[road.head]], road.kind, -1))
    return centres


def lay_exits(
    network: Network, facts: tuple[SettlementFact, ...], land: Land, centres: list[int]
) -> None:
    """Roads that leave the province by land, from the bigger settlements near its edge."""
    ends: list[XY] = []
    order = sorted(range(len(facts)), key=lambda i: -facts[i].population)
    for place in order:
        end = _way_out(network, land, centres[place])
        if end is not None and all(math.dist(end, other) > _EXIT_APART_M for other in ends):
            ends.append(end)
            course = _steps(network.at(centres[place]), end)
            nodes = [centres[place], *(network.node(at) for at in course)]
            kind = "secondary" if facts[place].kind == "town" else "tertiary"
            network.add(Way(nodes, kind, -1))


def _way_out(network: Network, land: Land, centre: int) -> XY | None:
    """Where a road away from a settlement's neighbours passes the border; None if it may not."""
    x, y = network.at(centre)
    ways = [way for way in network.ways if centre in (way.nodes[0], way.nodes[-1])]
    others = [network.at(way.nodes[-1 if way.nodes[0] == centre else 0]) for way in ways]
    heading = math.atan2(sum(y - other[1] for other in others),
                         sum(x - other[0] for other in others))  # fmt: skip
    ray = LineString([(x, y), (x + _EXIT_M * math.cos(heading), y + _EXIT_M * math.sin(heading))])
    border = ray.intersection(land.outline.exterior)
    if border.geom_type != "Point":
        return None
    past = border.distance(Point(x, y)) + 400
    end = (x + past * math.cos(heading), y + past * math.sin(heading))
    dry = bool(land.bank(np.array([end]))[0] > _EXIT_BANK_M)
    clear = network.first_hit((x, y), end, skip_node=centre) is None
    return end if dry and clear and network.open_at(centre, heading) else None


def _steps(start: XY, end: XY) -> list[XY]:
    """Points on the way, the end included."""
    count = max(2, round(math.dist(start, end) / _STEP_M))
    return [
        (start[0] + (end[0] - start[0]) * i / count, start[1] + (end[1] - start[1]) * i / count)
        for i in range(1, count + 1)
    ]


def _neighbours(straight: Points) -> nx.Graph[int]:
    """A relative-neighbourhood graph, and the Gabriel edges that spare a long detour."""
    graph: nx.Graph[int] = nx.Graph()
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


def _rank(graph: nx.Graph[int], facts: tuple[SettlementFact, ...]) -> None:
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


def _upgrade(graph: nx.Graph[int], tail: int, head: int, kind: str) -> None:
    path = nx.dijkstra_path(graph, tail, head, "metres")
    for one, other in itertools.pairwise(path):
        graph[one][other]["kind"] = kind
