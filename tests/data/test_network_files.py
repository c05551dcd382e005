"""Roads prepared once, kept as files, and opened without preparing them again."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from towns import crossing, riverside

from data.regions.network import open_router, save_router
from data.regions.roads import read_roads
from planning.errors import RegionFault
from planning.model import Mode
from planning.travel.dijkstra import DijkstraSearch
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.overlay import Overlay
from planning.travel.router import Router

POINTS = {f"{column}{row}": crossing(column, row) for column in range(7) for row in range(4)}


@pytest.fixture(scope="module")
def town():
    return riverside()


@pytest.mark.parametrize("mode", [Mode.DRIVE, Mode.WALK])
def test_an_opened_router_is_the_saved_one(town, tmp_path, mode):
    """Matrices, with an overlay and without, are the same; nothing is compiled a second time."""
    graph = town.graph(mode)
    router = Router.of(graph)
    save_router(router, tmp_path / "router")
    opened = open_router(graph, tmp_path / "router")
    slow = Overlay(slow=((town.areas.geometry[0], 7.0),))
    for one, other in ((router, opened), (router.with_overlay(slow), opened.with_overlay(slow))):
        assert np.array_equal(matrix(one, POINTS).seconds, matrix(other, POINTS).seconds)
    assert type(opened.network) is type(router.network)


def test_the_same_roads_give_the_same_files(town, tmp_path):
    """Preparing twice writes the same bytes."""
    for name in ("one", "two"):
        save_router(Router.of(town.graph(Mode.DRIVE)), tmp_path / name)
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [file.name for file in one] == [file.name for file in two]
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]


def test_a_pack_without_prepared_roads(town, tmp_path):
    """An older pack has none: they are prepared when asked for."""
    opened = open_router(town.graph(Mode.DRIVE), tmp_path / "router")
    assert opened.topology is not None


def test_without_numba_nothing_prepared_is_written_or_read(town, tmp_path, monkeypatch):
    """Plain Dijkstra needs no files, and does not stumble over those of a machine with numba."""
    graph = town.graph(Mode.DRIVE)
    save_router(Router.of(graph), tmp_path / "router")
    monkeypatch.setattr("planning.travel.router.installed", lambda: False)
    monkeypatch.setattr("data.regions.network.installed", lambda: False)
    assert isinstance(open_router(graph, tmp_path / "router").search, DijkstraSearch)
    save_router(Router.of(graph), tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("file", ["network.head.npy", "topology.rank.npy", "up.cost.npy"])
def test_a_broken_file_is_told(town, tmp_path, file):
    """A missing or cut file gives one line that says what to do."""
    graph = town.graph(Mode.DRIVE)
    save_router(Router.of(graph), tmp_path)
    (tmp_path / file).write_bytes(b"\x93NUMPY")
    with pytest.raises(RegionFault, match="build the region again"):
        open_router(graph, tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(RegionFault, match="build the region again"):
        open_router(graph, tmp_path)


def test_prepared_for_other_roads(town, tmp_path, towns_without_a_street):
    """Files of another graph are not used."""
    save_router(Router.of(town.graph(Mode.DRIVE)), tmp_path)
    with pytest.raises(RegionFault, match="build the region again"):
        open_router(towns_without_a_street, tmp_path)


@pytest.fixture
def towns_without_a_street(town):
    """The town's graph less its last street."""
    graph = town.graph(Mode.DRIVE)
    last = len(graph.tail) - 1
    cut = {name: getattr(graph, name)[:last] for name in (
        "tail", "head", "forward_seconds", "backward_seconds", "metres", "kind",
    )}  # fmt: skip
    first = graph.shape_first[: last + 1]
    return replace(graph, **cut, shape_first=first, shape=graph.shape[: first[-1]])


@pytest.mark.parametrize("mode", [Mode.DRIVE, Mode.WALK])
def test_a_whole_country_to_the_millisecond(geodata, mode):
    """Among doors all over Liechtenstein the hierarchy finds what plain Dijkstra finds."""
    file = geodata / "osm" / "liechtenstein.osm.pbf"
    router = Router.of(read_roads(file, mode=mode, country="li"))
    plain = replace(router, search=DijkstraSearch(router.network))
    chosen = np.random.default_rng(0).choice(router.ground.shape, 25)
    points = {str(i): (lon, lat) for i, (lon, lat) in enumerate((chosen + 2e-4).tolist())}
    fast, slow = matrix(router, points), matrix(plain, points)
    assert np.array_equal(fast.seconds, slow.seconds, equal_nan=True)
    assert np.array_equal(fast.metres, slow.metres, equal_nan=True)
    pairs = list(permutations(list(points.values())[:5], 2))
    for one, other in zip(legs(router, pairs), legs(plain, pairs), strict=True):
        assert (one.seconds, one.metres) == (other.seconds, other.metres)
