"""Every search gives the same times as a Dijkstra so simple that it is right by inspection."""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.travel import hierarchy
from planning.travel.cost import NO_WAY, part
from planning.travel.dijkstra import DijkstraSearch
from planning.travel.doors import Doors, beside
from planning.travel.edge_based import EdgeBased
from planning.travel.node_based import NodeBased
from planning.travel.overlay import Overlay
from planning.travel.queries import ABREAST
from planning.travel.router import Router
from planning.travel.snap import Met, Snapped

INF = float("inf")


def parabola(i):
    """No road between two places of it passes through a third one."""
    return (100.0 * i, 12.0 * i * i)


@st.composite
def towns(draw):
    """Up to seven crossings with one-way streets, islands, parallel streets, loops, no length."""
    count = draw(st.integers(1, 7))
    node = st.integers(0, count - 1)
    seconds = st.one_of(st.integers(0, 40).map(float), st.just(INF), st.floats(0, 9, width=32))
    roads = draw(st.lists(st.tuples(node, node, seconds, seconds), min_size=1, max_size=14))
    segment = st.integers(0, len(roads) - 1)
    turns = draw(st.lists(st.tuples(segment, node, segment), max_size=6))
    share = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1, width=32))
    doors = draw(st.lists(st.tuples(segment, share), min_size=1, max_size=6))
    return count, roads, turns, doors


def made(town_of, town):
    """(graph, doors) of a drawn town; every third road has no length."""
    count, roads, turns, doors = town
    nodes = {str(i): parabola(i) for i in range(count)}
    graph = town_of(nodes, [(str(a), str(b), f, g, bend(a, b)) for a, b, f, g in roads])
    metres = graph.metres.copy()
    metres[::3] = 0
    graph = replace(
        graph, metres=metres, forbidden_turns=np.array(turns, dtype=np.int32).reshape(-1, 3)
    )
    segment = np.array([door[0] for door in doors], dtype=np.int64)
    snapped = Snapped(
        segment=segment,
        fraction=np.array([door[1] for door in doors]),
        lonlat=graph.nodes[graph.tail[segment]],
        metres=np.zeros(len(doors)),
        side=np.zeros(len(doors), dtype=np.int8),
        met=np.full(len(doors), Met.ROAD, dtype=np.uint8),
    )
    return graph, snapped


def bend(a, b):
    x, y = parabola(a)
    return [(x + 10, y - 30), (x - 10, y - 30)] if a == b else []


def end_of(graph, arc):
    return int((graph.tail if arc & 1 else graph.head)[arc >> 1])


def turn_cost(network, before, after):
    """The network's own cost of a turn, `NO_WAY` where there is none."""
    node = np.flatnonzero(network.arc_of == before)
    edges = range(*network.first[node[0] :][:2]) if len(node) else ()
    found = [int(network.extra[e]) << 30 for e in edges if network.arc[e] == after]
    return found[0] if found else NO_WAY


def by_hand(network, graph, snapped, start):
    """Costs from door `start` to all doors, searched from one end of a road to the next."""
    turns = isinstance(network, EdgeBased)
    best = [NO_WAY] * len(snapped.segment)
    queue = []
    own = int(snapped.segment[start])
    for arc in (2 * own, 2 * own + 1):
        begun = behind(network, snapped, start, arc)
        for door, cost in on(network, snapped, arc):
            if ahead(snapped, start, door, arc):
                best[door] = min(best[door], cost - begun)
        queue.append((int(network.arc_cost[arc]) - begun, arc))
    seen = {}
    heapq.heapify(queue)
    while queue:
        cost, arc = heapq.heappop(queue)
        if cost >= seen.get(arc, NO_WAY):
            continue
        seen[arc] = cost
        for after in range(2 * len(graph.tail)):
            if end_of(graph, after ^ 1) == end_of(graph, arc):
                turn = turn_cost(network, arc, after) if turns else 0
                for door, inside in on(network, snapped, after):
                    best[door] = min(best[door], cost + turn + inside)
                heapq.heappush(queue, (cost + turn + int(network.arc_cost[after]), after))
    return best


def on(network, snapped, arc):
    """The doors on a directed segment that is open, each with the cost from its beginning."""
    doors = np.flatnonzero(snapped.segment == arc >> 1).tolist()
    return [(door, behind(network, snapped, door, arc)) for door in doors if is_open(network, arc)]


def is_open(network, arc):
    return network.arc_cost[arc] < NO_WAY


def behind(network, snapped, door, arc):
    share = 1 - snapped.fraction[door] if arc & 1 else snapped.fraction[door]
    return int(part(network.arc_cost[arc], share)) if is_open(network, arc) else 0


def ahead(snapped, start, door, arc):
    one, other = (door, start) if arc & 1 else (start, door)
    return snapped.fraction[one] <= snapped.fraction[other]


def searched(search, network, snapped):
    points = np.column_stack([np.arange(len(snapped.segment)), np.zeros(len(snapped.segment))])
    doors = Doors.of(network, points, beside(snapped))
    found = np.concatenate([cost for _, cost in search.rows(doors.departures, doors.arrivals)])
    start, end = doors.neighbours(slice(0, len(points)))
    found[start, end] = np.minimum(found[start, end], doors.direct(start, end))
    return doors, found


@settings(max_examples=150)
@given(towns())
def test_driving_is_exact(town_of, town):
    """With turns: to the millisecond and centimetre what searching by hand finds, on any town."""
    graph, snapped = made(town_of, town)
    router = Router.of(graph, turns=True)
    _, found = searched(router.search, router.network, snapped)
    expected = [by_hand(router.network, graph, snapped, i) for i in range(len(found))]
    np.fill_diagonal(found, 0)
    np.fill_diagonal(expected := np.array(expected), 0)
    assert found.tolist() == expected.tolist()


@settings(max_examples=150)
@given(towns())
def test_walking_is_exact(town_of, town):
    """Without turns the same; doors at the very end of a street are left out of this one."""
    graph, snapped = made(town_of, town)
    snapped = replace(snapped, fraction=np.clip(snapped.fraction, 1e-6, 1 - 1e-6))
    router = Router.of(graph, turns=False)
    _, found = searched(router.search, router.network, snapped)
    expected = [by_hand(router.network, graph, snapped, i) for i in range(len(found))]
    np.fill_diagonal(found, 0)
    np.fill_diagonal(expected := np.array(expected), 0)
    assert found.tolist() == expected.tolist()


@given(towns())
def test_times_between_crossings_are_those_of_networkx(town_of, town):
    """Doors at the ends of streets are as far apart as networkx says the crossings are."""
    graph, snapped = made(town_of, town)
    snapped = replace(snapped, fraction=np.rint(snapped.fraction))
    router = Router.of(graph, turns=False)
    _, found = searched(router.search, router.network, snapped)
    reference = nx.MultiDiGraph()
    reference.add_nodes_from(range(len(graph.nodes)))
    for arc in np.flatnonzero(router.network.arc_cost < NO_WAY).tolist():
        milliseconds = int(router.network.arc_cost[arc]) >> 30
        reference.add_edge(end_of(graph, arc ^ 1), end_of(graph, arc), weight=milliseconds)
    places = np.where(
        snapped.fraction == 0, graph.tail[snapped.segment], graph.head[snapped.segment]
    ).tolist()
    for i, place in enumerate(places):
        times = nx.single_source_dijkstra_path_length(reference, place)
        expected = [times.get(other, 1 << 30) for other in places]
        assert (found[i] >> 30).tolist() == expected


@given(towns(), st.sampled_from([NodeBased, EdgeBased]))
def test_without_numba_the_answers_are_the_same(town_of, town, kind):
    """Plain Dijkstra finds what the hierarchy finds, and its ways cost as much."""
    graph, snapped = made(town_of, town)
    router = Router.of(graph, turns=kind is EdgeBased)
    plain = DijkstraSearch(router.network)
    doors, found = searched(router.search, router.network, snapped)
    assert found.tolist() == searched(plain, router.network, snapped)[1].tolist()
    start, end = np.indices(found.shape).reshape(2, -1)
    pairs = doors.departures.at(start), doors.arrivals.at(end)
    fast, slow = router.search.ways(*pairs), plain.ways(*pairs)
    assert fast.cost.tolist() == slow.cost.tolist()


@given(towns(), st.booleans(), st.booleans())
def test_a_way_is_what_it_costs(town_of, town, turns, plain):
    """Every way is a chain of open roads and allowed turns, and the sum of these is its cost."""
    graph, snapped = made(town_of, town)
    router = Router.of(graph, turns=turns)
    network = router.network
    search = DijkstraSearch(network) if plain else router.search
    doors, _ = searched(search, network, snapped)
    start, end = np.indices((len(doors.points),) * 2).reshape(2, -1)
    departures, arrivals = doors.departures.at(start), doors.arrivals.at(end)
    ways = search.ways(departures, arrivals)
    whole = network.whole(ways, departures, arrivals)
    for i in np.flatnonzero(ways.start >= 0):
        arcs = whole.passed[whole.first[i] : whole.first[i + 1]].tolist()
        first, last = doors.snapped.fraction[[start[i], end[i]]]
        begin, stop = (1 - first if arcs[0] & 1 else first), (1 - last if arcs[-1] & 1 else last)
        cost = sum(int(network.arc_cost[arc]) for arc in arcs[1:-1])
        if begin < 1:
            whole_first = network.arc_cost[arcs[0]]
            cost += int(whole_first - part(whole_first, begin))
        if stop > 0:
            cost += int(part(network.arc_cost[arcs[-1]], stop))
        for before, after in pairwise(arcs):
            assert end_of(graph, before) == end_of(graph, after ^ 1)
            cost += turn_cost(network, before, after) if turns else 0
        assert cost == ways.cost[i]


@given(towns(), st.booleans(), st.data())
def test_an_overlay_is_as_good_as_another_map(town_of, town, turns, data):
    """Slowing roads down on a prepared router gives what preparing the slower map gives."""
    graph, snapped = made(town_of, town)
    factor = data.draw(
        st.lists(
            st.sampled_from([1.0, 2.5, INF]), min_size=len(graph.tail), max_size=len(graph.tail)
        )
    )
    with np.errstate(invalid="ignore"):
        slower = replace(
            graph,
            forward_seconds=np.nan_to_num(graph.forward_seconds * factor, nan=INF, posinf=INF),
            backward_seconds=np.nan_to_num(graph.backward_seconds * factor, nan=INF, posinf=INF),
        )
    router = Router.of(graph, turns=False).with_overlay(Fixed(slower))
    _, found = searched(router.search, router.network, snapped)
    again = Router.of(slower, turns=False)
    assert found.tolist() == searched(again.search, again.network, snapped)[1].tolist()


class Fixed(Overlay):
    """An overlay whose result is known beforehand."""

    def __init__(self, graph):
        object.__setattr__(self, "closed", (graph,))

    def on(self, graph):
        return self.closed[0]


def test_more_doors_than_go_abreast(streets, town_of):
    """A batch and a bit: every row is where it belongs."""
    count = ABREAST + 3
    nodes = {str(i): (10.0 * i, 0.0) for i in range(count + 1)}
    line = town_of(nodes, [(str(i), str(i + 1), 1, 2, []) for i in range(count)])
    router = Router.of(line, turns=False)
    snapped = replace(
        made_snapped(count), lonlat=line.nodes[:count], fraction=np.full(count, 0.5)
    )  # fmt: skip
    _, found = searched(router.search, router.network, snapped)
    steps = np.arange(count)[None, :] - np.arange(count)[:, None]
    assert (found >> 30).tolist() == np.where(steps > 0, 1000 * steps, -2000 * steps).tolist()


def made_snapped(count):
    """One door on each of the first segments."""
    return Snapped(
        segment=np.arange(count),
        fraction=np.zeros(count),
        lonlat=np.zeros((count, 2)),
        metres=np.zeros(count),
        side=np.zeros(count, dtype=np.int8),
        met=np.zeros(count, dtype=np.uint8),
    )


def test_what_is_no_road_network_is_searched_without_a_hierarchy(town_of, monkeypatch):
    """Where all is joined to all a hierarchy would not fit; the times are the same."""
    nodes = {str(i): parabola(i) for i in range(9)}
    roads = [(str(a), str(b), a + b, a + b, []) for a in range(9) for b in range(a)]
    town = town_of(nodes, roads)
    _, expected = searched(*both(Router.of(town, turns=True)), made_snapped(20))
    monkeypatch.setattr(hierarchy, "FILL_LIMIT", 0)
    router = Router.of(town, turns=True)
    assert isinstance(router.search, DijkstraSearch)
    assert searched(*both(router), made_snapped(20))[1].tolist() == expected.tolist()


def both(router):
    return router.search, router.network


@pytest.mark.parametrize("turns", [False, True])
def test_a_machine_without_numba(fordham, monkeypatch, turns):
    """The router falls back on plain Dijkstra, overlays included."""
    expected = searched(*both(Router.of(fordham, turns=turns)), made_snapped(6))[1]
    monkeypatch.setattr("planning.travel.router.installed", lambda: False)
    router = Router.of(fordham, turns=turns)
    assert router.topology is None
    assert searched(*both(router), made_snapped(6))[1].tolist() == expected.tolist()
    assert isinstance(router.with_overlay(Overlay()).search, DijkstraSearch)
