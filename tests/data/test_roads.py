from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest

from data.regions.roads import open_graph, read_roads, save_graph
from planning.errors import InputError, RegionFault
from planning.model import Mode
from planning.travel.graph import RoadGraph
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.profiles import ROAD_KINDS, passage

Way = tuple[str, Mapping[str, str]]
"""Nodes by letter, in order; tags."""

STREET = {"highway": "residential"}


def where(name: str) -> tuple[float, float]:
    """Each letter stands 80 m east of the one before, along a gentle bend."""
    step = ord(name) - ord("A")
    return (round(25.9 + step * 0.001, 7), round(43.8 + step * step * 0.00001, 7))


def written(
    file: Path,
    ways: Iterable[Way],
    *,
    nodes: Mapping[str, Mapping[str, str]] | None = None,
    without: str = "",
) -> Path:
    """An OSM file whose nodes are letters, each in its place, save those it is `without`."""
    ways = list(ways)
    used = sorted(set("".join(line for line, _ in ways)) - set(without))
    xml = ['<osm version="0.6">']
    for name in used:
        lon, lat = where(name)
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (nodes or {}).get(name, {}).items())
        xml.append(f'<node id="{ord(name)}" version="1" lon="{lon}" lat="{lat}">{tags}</node>')
    for number, (line, tagged) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{ord(name)}"/>' for name in line)
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tagged.items())
        xml.append(f'<way id="{number}" version="1">{refs}{tags}</way>')
    file.write_text("\n".join([*xml, "</osm>"]), encoding="utf-8")
    return file


@pytest.fixture
def town(tmp_path) -> Callable[..., Path]:
    return lambda ways, **more: written(tmp_path / "town.osm", ways, **more)


def read(file: Path, mode: Mode = Mode.DRIVE) -> RoadGraph:
    return read_roads(file, mode=mode, country="bg")


def letters(graph: RoadGraph) -> list[str]:
    """Every segment as the letters of its shape."""
    names = [chr(ord("A") + round((lon - 25.9) / 0.001)) for lon in graph.shape[:, 0].tolist()]
    pieces = zip(graph.shape_first.tolist(), graph.shape_first[1:].tolist(), strict=False)
    return ["".join(names[a:b]) for a, b in pieces]


def test_streets_split_where_they_meet(town):
    """Two crossing streets become four pieces that meet in one junction."""
    graph = read(town([("ABCDE", STREET), ("FCG", STREET)]))
    assert letters(graph) == ["ABC", "CDE", "FC", "CG"]
    assert len(graph.nodes) == 5
    centre = {graph.head[0], graph.tail[1], graph.head[2], graph.tail[3]}
    assert len(centre) == 1


def test_a_street_mapped_in_parts_is_one_piece(town):
    """Where one part ends and the next begins, alike, drawn against each other, is no junction."""
    graph = read(town([("ABC", STREET), ("EDC", STREET), ("EF", STREET)]))
    assert letters(graph) == ["ABCDEF"]


def test_parts_that_differ_stay_apart(town):
    """Another surface means another speed, so time would not be proportional to length."""
    rough = {**STREET, "surface": "gravel"}
    graph = read(town([("ABC", STREET), ("CDE", rough)]))
    assert letters(graph) == ["ABC", "CDE"]
    pace = graph.forward_seconds / graph.metres
    assert pace[1] > pace[0]


def test_one_way_streets_keep_their_direction(town):
    """A block with one side one way as drawn, and another one way against the drawing."""
    graph = read(
        town(
            [
                ("ABC", {**STREET, "oneway": "yes"}),
                ("CA", STREET),
                ("CDE", {**STREET, "oneway": "-1"}),
                ("EC", STREET),
            ]
        )
    )
    open_ways = zip(
        letters(graph),
        np.isfinite(graph.forward_seconds).tolist(),
        np.isfinite(graph.backward_seconds).tolist(),
        strict=True,
    )
    assert sorted(open_ways) == [
        ("ABC", True, False),
        ("CA", True, True),
        ("CDE", False, True),
        ("EC", True, True),
    ]
    travel = matrix(graph, {name: where(name) for name in "BD"})
    assert np.isfinite(travel.seconds).all()


def test_islands_and_traps_are_left_out_and_counted(town):
    """A farm road off the net and a one-way street without return do not strand a team."""
    told: list[str] = []
    file = town([("ABCD", STREET), ("CE", {**STREET, "oneway": "yes"}), ("XYZ", STREET)])
    graph = read_roads(
        file, mode=Mode.DRIVE, country="bg", report=lambda _, words: told.append(words)
    )
    assert letters(graph) == ["ABCD"]
    assert graph.left_out.islands == 1
    assert graph.left_out.island_metres > graph.left_out.one_way_metres > 0
    assert "off the net in 1 place(s)" in told[-1]


def test_loops_rings_and_parallel_streets(town):
    """A loop at the end of a lane, two streets between the same corners, a street named twice."""
    graph = read(town([("AB", STREET), ("BCDB", STREET), ("AEB", STREET), ("AB", STREET)]))
    assert sorted(letters(graph)) == ["AB", "AB", "AEB", "BCDB"]
    loop = letters(graph).index("BCDB")
    assert graph.tail[loop] == graph.head[loop]


def test_a_ring_without_a_junction(town):
    """A lone roundabout is one loop that begins somewhere."""
    graph = read(town([("ABCDA", {**STREET, "junction": "roundabout"})]))
    assert len(graph.tail) == 1
    assert graph.tail[0] == graph.head[0]
    assert np.isinf(graph.backward_seconds).all()


def test_ways_with_missing_nodes(town):
    """A way cut off at the edge of an extract keeps the parts that are there."""
    graph = read(town([("ABCDEF", STREET), ("BF", STREET)], without="D"))
    assert letters(graph) == ["AB", "BC", "EFB"]


def test_nodes_given_twice_in_a_row(town):
    """A way that stands still at a node goes on."""
    assert letters(read(town([("AABBC", STREET)]))) == ["ABC"]


def test_a_bollard_ends_the_street_for_cars_only(town):
    """Cars drive round by the long way, walkers pass."""
    ways = [("ABC", STREET), ("ADEFC", STREET)]
    file = town(ways, nodes={"B": {"barrier": "bollard"}})
    (drive,) = legs(read(file), [(where("A"), where("C"))])
    (walk,) = legs(read(file, Mode.WALK), [(where("A"), where("C"))])
    assert drive.metres > 2 * walk.metres
    assert not walk.straight


def test_feet_go_where_cars_do_not(town):
    """Steps and paths are in the walking graph only, and one-way streets go both ways on foot."""
    ways = [
        ("ABC", STREET),
        ("CD", {"highway": "steps"}),
        ("DE", {"highway": "path"}),
        ("EA", {**STREET, "oneway": "yes"}),
    ]
    assert letters(read(town(ways))) == ["ABC"]
    graph = read(town(ways), Mode.WALK)
    assert {ROAD_KINDS[kind] for kind in graph.kind} == {"residential", "steps", "path"}
    assert np.isfinite(graph.backward_seconds).all()


def test_a_ferry_joins_two_banks(town):
    """Across the river by ferry, slowly, rather than not at all."""
    graph = read(town([("AB", STREET), ("BC", {"route": "ferry"}), ("CD", STREET)]))
    assert letters(graph) == ["AB", "BC", "CD"]
    pace = graph.forward_seconds / graph.metres
    assert pace[1] > 2 * pace[0]


def test_graph_files_are_the_same_bytes_every_time(town, tmp_path):
    """Same map, same pack: read twice, written twice, equal file by file; and opened again."""
    file = town([("ABCDE", STREET), ("FCG", {**STREET, "oneway": "yes"}), ("GA", STREET)])
    for name in ("one", "two"):
        save_graph(read(file), tmp_path / name)
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 10
    for each in files:
        assert each.read_bytes() == (tmp_path / "two" / each.name).read_bytes()
    graph, opened = read(file), open_graph(tmp_path / "one")
    assert isinstance(opened.shape, np.memmap)
    assert (opened.mode, opened.left_out) == (graph.mode, graph.left_out)
    points = {name: where(name) for name in "AG"}
    assert np.array_equal(matrix(graph, points).seconds, matrix(opened, points).seconds)


def test_a_broken_graph_folder_is_one_clear_line(town, tmp_path):
    """A missing folder, a lost array and a cut-off one all say: build the region again."""
    with pytest.raises(RegionFault, match="build the region again"):
        open_graph(tmp_path / "nowhere")
    save_graph(read(town([("ABC", STREET)])), tmp_path / "drive")
    shape = tmp_path / "drive" / "shape.npy"
    shape.write_bytes(shape.read_bytes()[:-8])
    with pytest.raises(RegionFault, match="build the region again"):
        open_graph(tmp_path / "drive")


def test_no_road_is_the_users_fault_in_one_line(town):
    """A map of footpaths has no road for driving, and the message names the file."""
    file = town([("AB", {"highway": "footway"}), ("CD", {"building": "yes"})])
    with pytest.raises(InputError, match=r"town\.osm: no road for driving"):
        read(file)
    with pytest.raises(InputError, match="no road for driving"):
        read(town([("AB", {**STREET, "oneway": "yes"})]))


def test_a_file_without_its_nodes_says_so(town):
    """A file of ways only cannot be placed: sort it, cut it with complete ways."""
    with pytest.raises(InputError, match="osmium sort"):
        read(town([("ABC", STREET)], without="ABC"))


@pytest.mark.parametrize("name", ["town.osm", "town.osm.pbf", "town.osm.gz", "town.csv"])
def test_foreign_files(tmp_path, name):
    """A letter renamed to a map, of whatever ending, is told apart in one line."""
    file = tmp_path / name
    file.write_bytes(b"Dear sir or madam,\n" * 50)
    with pytest.raises(RegionFault, match=r"town\.\S+: this is no OSM file"):
        read(file)


def test_files_that_are_cut_short(geodata, tmp_path):
    """Half a download is told as such, pbf and gz alike."""
    for name in ("osm/monaco.osm.pbf", "osm/moscow.osm.gz"):
        whole = (geodata / name).read_bytes()
        file = tmp_path / Path(name).name
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(RegionFault, match="cut short"):
            read(file)


@pytest.mark.parametrize(
    "name",
    [
        "heidelberg.osm.pbf",
        "liechtenstein.osm.pbf",
        "moscow.osm.gz",
        "helsinki.osm.pbf",
        "north-bayreuth.osm.gz",
    ],
)
@pytest.mark.parametrize("mode", list(Mode))
def test_real_maps_give_plausible_travel(geodata, name, mode):
    """On real maps every door reaches every other, at speeds people and cars go."""
    graph = read(geodata / "osm" / name, mode)
    rng = np.random.default_rng(7)
    doors = graph.shape[rng.integers(0, len(graph.shape), 60)] + rng.normal(0, 2e-4, (60, 2))
    points = {str(i): (lon, lat) for i, (lon, lat) in enumerate(doors.tolist())}
    travel = matrix(graph, points)
    assert np.isfinite(travel.seconds).all()
    apart = travel.metres > 500
    speed = travel.metres[apart] / travel.seconds[apart] * 3.6
    low, high = (8, 110) if mode is Mode.DRIVE else (3, 6)
    assert low < np.median(speed) < high
    assert np.median(travel.snapped_m) < 60
    found = legs(graph, [(points["0"], points["1"]), (points["1"], points["2"])])
    for leg, seconds in zip(found, [travel.seconds[0, 1], travel.seconds[1, 2]], strict=True):
        assert leg.seconds - 1 < seconds < leg.seconds + 0.01


def test_shortest_distances_are_those_of_osmnx(geodata, tmp_path):
    """On Moscow's real streets our lengths are what osmnx and networkx find in the same file."""
    file = only_drivable(geodata / "osm" / "moscow.osm.gz", tmp_path / "drivable.osm")
    theirs = osmnx.graph_from_xml(file, simplify=False, retain_all=True)
    ours = as_long_as_slow(read(file))
    largest = max(nx.strongly_connected_components(theirs), key=len)
    rng = np.random.default_rng(3)
    chosen = rng.choice(sorted(largest), 15, replace=False).tolist()
    points = {str(node): (theirs.nodes[node]["x"], theirs.nodes[node]["y"]) for node in chosen}
    travel = matrix(ours, points)
    for i, start in enumerate(chosen):
        lengths = nx.single_source_dijkstra_path_length(theirs, start, weight="length")
        expected = [lengths[end] for end in chosen]
        assert travel.metres[i] == pytest.approx(expected, rel=1e-3, abs=5)


def only_drivable(file: Path, out: Path) -> Path:
    """The ways that cars may use, without motorways, whose nodes are no doors, or barriers."""
    with gzip.open(file) as packed:
        content = packed.read()
    plain = out.with_name("plain.osm")
    plain.write_bytes(content)
    with osmium.SimpleWriter(out) as writer:
        for entity in osmium.FileProcessor(plain):
            if entity.is_node():
                writer.add(entity.replace(tags={}))
            elif entity.is_way():
                found = passage(dict(entity.tags), mode=Mode.DRIVE, country="bg")
                if found and not ROAD_KINDS[found.kind].startswith(("motorway", "ferry")):
                    writer.add(entity)
    return out


def as_long_as_slow(graph: RoadGraph) -> RoadGraph:
    """The graph with a second for every metre: fastest is shortest."""
    forward = np.where(np.isfinite(graph.forward_seconds), graph.metres, np.inf)
    backward = np.where(np.isfinite(graph.backward_seconds), graph.metres, np.inf)
    return replace(
        graph,
        forward_seconds=forward.astype(np.float32),
        backward_seconds=backward.astype(np.float32),
    )
