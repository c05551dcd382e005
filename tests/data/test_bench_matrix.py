from __future__ import annotations

import numpy as np
import osmium
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from data.bench import province, travel_peers
from data.bench.matrix import compared, table
from data.bench.province import write_province
from data.bench.travel_network import arcs_of, random_doors, write_map
from data.regions.roads import read_roads
from planning.errors import InputError
from planning.model import Mode
from planning.travel.matrix import matrix
from planning.travel.router import Router


@pytest.fixture(scope="module")
def helsinki(geodata):
    return read_roads(geodata / "osm" / "helsinki.osm.pbf", mode=Mode.DRIVE, country="fi")


def test_peers_are_asked_about_the_same_roads(helsinki):
    """Taken apart into single lines, the network has the times of our own matrix."""
    arcs, doors = arcs_of(helsinki), random_doors(helsinki, 20, seed=1)
    size = len(arcs.lonlat)
    weights = arcs.milliseconds.astype(float)
    network = csr_array((weights, (arcs.tail, arcs.head)), shape=(size, size))
    theirs = dijkstra(network, indices=doors)[:, doors] / 1000
    points = {str(door): tuple(helsinki.nodes[door]) for door in doors.tolist()}
    ours = matrix(Router.of(helsinki, turns=False), points)
    assert ours.seconds == pytest.approx(theirs, abs=0.5)
    assert compared(ours.seconds, theirs.astype(np.float32))["share"] == 1.0


def test_doors_are_where_no_other_point_is(helsinki):
    """A door between the two sides of a barrier would mean another one to every engine."""
    doors = random_doors(helsinki, 100, seed=1)
    assert len(set(doors.tolist())) == 100
    assert (random_doors(helsinki, 100, seed=1) == doors).all()
    at = {tuple(place) for place in helsinki.nodes[doors].tolist()}
    assert sum(tuple(place) in at for place in helsinki.nodes.tolist()) == 100
    assert len(random_doors(helsinki, 5_000, seed=1)) == 5_000
    between = random_doors(helsinki, 50, seed=1, between=True)
    assert (between >= len(helsinki.nodes)).all()
    assert (between < len(arcs_of(helsinki).lonlat)).all()


def test_the_map_for_osrm_states_our_speeds(helsinki, tmp_path):
    """One way a piece, kilometres an hour both ways, 0 where it is closed."""
    write_map(helsinki, tmp_path / "roads.osm.pbf")
    ways = osmium.FileProcessor(tmp_path / "roads.osm.pbf", osmium.osm.WAY)
    said = [(each.tags["kmh:forward"], each.tags["kmh:backward"]) for each in ways]
    speeds = np.array(said, dtype=float)
    assert len(speeds) == len(helsinki.tail)
    closed = np.isinf([helsinki.forward_seconds, helsinki.backward_seconds]).T
    assert (speeds[closed] == 0).all()
    assert ((speeds[~closed] >= 2.9) & (speeds[~closed] <= 161)).all()
    rules = osmium.FileProcessor(tmp_path / "roads.osm.pbf", osmium.osm.RELATION)
    turns = [[member.ref - 1 for member in rule.members] for rule in rules]
    assert turns == helsinki.forbidden_turns.tolist()
    assert turns


def test_two_towns_become_one_province(geodata, tmp_path, monkeypatch):
    """Each keeps its roads and their lengths, an invented road joins them; the same every time."""
    maps = ("osm/helsinki.osm.pbf", "osm/moscow.osm.gz")
    monkeypatch.setattr(province, "MAPS", maps)
    one = write_province(geodata, tmp_path / "one.osm.pbf")
    other = write_province(geodata, tmp_path / "other.osm.pbf")
    assert one.read_bytes() == other.read_bytes()
    alone = [read_roads(geodata / name, mode=Mode.DRIVE, country="bg") for name in maps]
    both = read_roads(one, mode=Mode.DRIVE, country="bg")
    metres = sum(float(graph.metres.sum(dtype=float)) for graph in alone)
    # The invented road is a few kilometres; what it joins may bring in a dead end or two.
    assert metres < float(both.metres.sum(dtype=float)) < metres + 20_000
    names = {each.tags.get("name", "") for each in osmium.FileProcessor(one, osmium.osm.WAY)}
    assert "Invented road 1" in names
    low, high = both.nodes.min(axis=0), both.nodes.max(axis=0)
    assert (low > (25, 43)).all()
    assert (high < (27, 45)).all()


def test_no_python_for_the_peers_is_said(tmp_path, monkeypatch):
    """Without uv and without a Python ≥ 3.12 the bench says what to do for its peers."""
    monkeypatch.setenv("OUTREACH_BENCH_PEERS", str(tmp_path / "peers"))
    monkeypatch.setattr(travel_peers.shutil, "which", lambda _name: None)
    monkeypatch.setattr(travel_peers, "_pythons", lambda: iter(()))
    with pytest.raises(InputError, match="install uv, or a Python"):
        travel_peers.peers_python()


def test_a_peer_that_fails_says_why(tmp_path):
    """The last line of what it said, not a traceback."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho first >&2\necho no wheel for this machine >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(InputError, match="osrm failed: no wheel for this machine"):
        travel_peers.ask(broken, "osrm")


def test_matrices_arecompared_where_both_have_a_way():
    """3 of 4 cells alike, one 50 s off; a way that only one found is told apart."""
    ours = np.array([[0, 100, 1000], [50, np.nan, np.nan]], dtype=np.float32)
    theirs = np.array([[0, 100.5, 1009], [100, 7, np.nan]], dtype=np.float32)
    same = compared(ours, theirs)
    assert (same["share"], same["farthest_s"], same["only_one"]) == (0.75, 50.0, 1)


def test_the_table_reads_as_lines():
    """Ratios to ours, what failed, what a cold run took."""
    step, slow = {"cpu_s": 0.5, "wall_s": 0.6}, {"cpu_s": 5.0, "wall_s": 6.0}
    theirs = {"open": step, "matrix": slow, "array": step}
    found = {
        "nodes": 10,
        "junctions": 4,
        "engines": {"ours": {"matrix": step}, "slow": theirs},
        "agreement": {"slow": {"share": 1.0, "median_s": 0.0, "farthest_s": 0.25}},
        "cold": {"ours": {"load": step}, "theirs": {"extract": step, "matrix": step}},
        "more": {"our cold run, MB at most": 300},
    }
    lines = table({"machine": "2 cores", "left out": "no OSRM", "maps": {"town": found}})
    assert lines[:2] == ["2 cores", "no OSRM"]
    words = next(line for line in lines if line.startswith("slow")).split()
    assert words[1:7] == ["0.50", "5.000", "6.00", "10.0", "5.500", "11.0"]
    assert any("x ours 2.0 (extract 0.50, matrix 0.50)" in line for line in lines)
    assert lines[-1] == "our cold run, MB at most: 300"
