from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.regions.osmfile import sniff
from data.regions.roads import open_graph, read_roads, save_graph
from planning.errors import InputError, RegionFault
from planning.model import Mode
from planning.travel.graph import RoadGraph
from planning.travel.legs import legs
from planning.travel.matrix import matrix
from planning.travel.profiles import ROAD_KINDS, passage
from planning.travel.sphere import great_circle_metres
from tests.data.drawing import draw

Way = tuple[str, Mapping[str, str]]
"""Nodes by letter, in order; tags."""

Rule = tuple[Sequence[tuple[str, int | str]], Mapping[str, str]]
"""(role, way by number or node by letter) of the members; tags."""

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
    rules: Iterable[Rule] = (),
    without: str = "",
    sign: int = 1,
) -> Path:
    """An OSM file whose nodes are letters, each in its place, save those it is `without`.

    Ways are numbered from 1 in their order; all ids get the `sign`.
    """
    ways = list(ways)
    used = sorted(set("".join(line for line, _ in ways)) - set(without))
    xml = ['<osm version="0.6">']
    for name in used:
        lon, lat = where(name)
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (nodes or {}).get(name, {}).items())
        xml.append(
            f'<node id="{sign * ord(name)}" version="1" lon="{lon}" lat="{lat}">{tags}</node>'
        )
    for number, (line, tagged) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{sign * ord(name)}"/>' for name in line)
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tagged.items())
        xml.append(f'<way id="{sign * number}" version="1">{refs}{tags}</way>')
    for number, (members, tagged) in enumerate(rules, start=1):
        refs = "".join(
            f'<member type="{"way" if isinstance(ref, int) else "node"}" role="{role}" '
            f'ref="{sign * (ref if isinstance(ref, int) else ord(ref))}"/>'
            for role, ref in members
        )
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tagged.items())
        xml.append(f'<relation id="{sign * number}" version="1">{refs}{tags}</relation>')
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


def turn(said: str, leave: int, via: str, enter: int, **more: str) -> Rule:
    members = [("from", leave), ("via", via), ("to", enter)]
    return members, {"type": "restriction", "restriction": said, **more}


def forbidden(graph: RoadGraph) -> set[tuple[str, str, str]]:
    """(segment, node, segment) in letters."""
    names = letters(graph)
    at = [chr(ord("A") + round((lon - 25.9) / 0.001)) for lon in graph.nodes[:, 0].tolist()]
    return {(names[a], at[node], names[b]) for a, node, b in graph.forbidden_turns.tolist()}


CROSSING = [("ABC", STREET), ("CDE", STREET), ("FC", STREET), ("CG", STREET)]
"""ABC goes on as CDE, FC as CG; all meet in C."""


def test_no_left_turn(town):
    """Of all the turns at the crossing one is forbidden, one way only."""
    graph = read(town(CROSSING, rules=[turn("no_left_turn", 1, "C", 4)]))
    assert forbidden(graph) == {("ABC", "C", "CG")}


def test_straight_on_only(town):
    """Who must go straight on may not turn left, right or round."""
    graph = read(town(CROSSING, rules=[turn("only_straight_on", 1, "C", 2)]))
    assert forbidden(graph) == {("ABC", "C", other) for other in ("FC", "CG", "ABC")}


def test_no_u_turn(town):
    """From the street into the street itself."""
    graph = read(town(CROSSING, rules=[turn("no_u_turn", 3, "C", 3)]))
    assert forbidden(graph) == {("FC", "C", "FC")}


def test_no_entry_from_several_streets(town):
    """One rule with two ways that it is about."""
    members = [("from", 1), ("from", 3), ("via", "C"), ("to", 4)]
    graph = read(
        town(CROSSING, rules=[(members, {"type": "restriction", "restriction": "no_entry"})])
    )
    assert forbidden(graph) == {("ABC", "C", "CG"), ("FC", "C", "CG")}


def test_a_rule_where_one_street_goes_on_as_another_keeps_them_apart(town):
    """A median between two parts of one street: without the rule they are one piece."""
    ways = [("ABC", STREET), ("CDE", STREET), ("AFE", STREET)]
    assert len(read(town(ways)).tail) == 1
    graph = read(town(ways, rules=[turn("no_straight_on", 1, "C", 2)]))
    assert "C" in {end for name in letters(graph) for end in (name[0], name[-1])}
    assert len(graph.forbidden_turns) == 1


def test_a_loop_with_a_rule_is_cut(town):
    """A ring road back to its own junction: at which of its ends a rule holds must be clear."""
    ways = [("AB", STREET), ("BCD", STREET), ("DEB", STREET)]
    assert sorted(letters(read(town(ways)))) == ["AB", "BCDEB"]
    graph = read(town(ways, rules=[turn("no_right_turn", 3, "B", 1)]))
    assert sorted(letters(graph)) == ["AB", "BC", "CDEB"]
    assert forbidden(graph) == {("CDEB", "B", "AB")}


def test_rules_that_mean_nothing_to_a_car_or_to_anybody(town):
    """Rules for lorries, for rush hours, with cars excepted; and broken ones, which are told."""
    members = [("from", 1), ("via", "C"), ("to", 4)]
    for_others = [
        {"restriction": "no_left_turn", "except": "motorcar"},
        {"restriction:hgv": "no_left_turn"},
        {"restriction:conditional": "no_left_turn @ (07:00-09:00)"},
    ]
    broken = [
        turn("no_left_turn", 1, "C", 99),
        turn("no_left_turn", 99, "C", 4),
        turn("no_left_turn", 1, "Z", 4),
        turn("no_left_turn", 1, "B", 4),
        turn("only_left_turn", 1, "C", 99),
        ([("from", 1), ("via", 2), ("to", 4)], {"type": "restriction", "restriction": "no_u_turn"}),
        ([("from", 1), ("to", 4)], {"type": "restriction", "restriction": "no_u_turn"}),
        ([], {"type": "restriction", "restriction": "no_u_turn"}),
    ]
    told: list[str] = []
    others = [(members, {"type": "restriction", **said}) for said in for_others]
    file = town(CROSSING, rules=[*others, *broken, turn("no_left_turn", 1, "C", 4)])
    graph = read_roads(
        file, mode=Mode.DRIVE, country="bg", report=lambda _, words: told.append(words)
    )
    assert forbidden(graph) == {("ABC", "C", "CG")}
    assert "1 turn restrictions, 8 not usable" in told[-1]


def test_a_way_that_runs_through_the_node_is_no_clear_rule(town):
    """From which side? A rule that cannot be told from its opposite is left alone."""
    ways = [("ABCDE", STREET), ("FC", STREET), ("CG", STREET)]
    assert not forbidden(read(town(ways, rules=[turn("no_left_turn", 1, "C", 3)])))
    one_way = [
        ("ABCDE", {**STREET, "oneway": "yes"}),
        ("FC", STREET),
        ("CG", STREET),
        ("EA", STREET),
    ]
    graph = read(town(one_way, rules=[turn("no_left_turn", 1, "C", 3)]))
    assert forbidden(graph) == {("ABC", "C", "CG")}


def test_walkers_turn_as_they_like(town):
    """Turn restrictions are for vehicles."""
    graph = read(town(CROSSING, rules=[turn("no_left_turn", 1, "C", 4)]), Mode.WALK)
    assert graph.forbidden_turns.shape == (0, 3)


def test_a_main_road_is_slower_through_the_village(tmp_path):
    """A road of 6 km with a grid of streets about its middle: the law's limit changes there."""
    road = [(1 + i, 25.9 + i * 0.00125, 43.8, {}) for i in range(61)]
    lanes, nodes = [], []
    for i in range(28, 34):
        ids = [31 + i * 100 + j for j in range(7)]
        nodes += [(id_, 25.9 + i * 0.00125, 43.797 + j * 0.001, {}) for j, id_ in enumerate(ids)]
        ids[3] = 1 + i
        lanes.append((1000 + i, ids, STREET))
    file = draw(
        tmp_path / "village.osm.pbf",
        nodes=sorted(road + nodes),
        ways=[(1, [node[0] for node in road], {"highway": "secondary"}), *lanes],
    )
    graph = read(file)
    kmh = graph.metres / graph.forward_seconds * 3.6
    main = graph.kind == ROAD_KINDS.index("secondary")
    middle = np.array([graph.shape[a:b, 0].mean() for a, b in pairwise(graph.shape_first)])
    slow = main & (kmh < 40)
    assert middle[slow] == pytest.approx(25.9 + 30.5 * 0.00125, abs=0.009)
    assert kmh[slow] == pytest.approx(50 * 0.66, rel=0.01)
    assert kmh[main & ~slow] == pytest.approx(90 * 0.75, rel=0.01)
    assert 400 < graph.metres[slow].sum() < 1300


def test_a_ferry_keeps_its_timetable_over_all_its_corners(town):
    """Twenty minutes and a wait of ten, however the line is drawn."""
    boat = {"route": "ferry", "duration": "00:20", "interval": "00:20"}
    graph = read(town([("AB", STREET), ("BCDE", boat), ("EF", STREET)]))
    crossing = letters(graph).index("BCDE")
    assert graph.forward_seconds[crossing] == pytest.approx(1800, rel=1e-5)
    assert graph.backward_seconds[crossing] == pytest.approx(1800, rel=1e-5)


def test_a_timetable_that_cannot_be_is_bent_to_a_boats_speed(town):
    """A minute for 8 km would be a hovercraft; a day for 80 m nobody waits."""
    for duration in ("00:01", "24:00"):
        boat = {"route": "ferry", "duration": duration}
        graph = read(town([("AB", STREET), ("BZ", boat), ("ZX", STREET)]))
        crossing = letters(graph).index("BZ")
        kmh = graph.metres[crossing] / graph.forward_seconds[crossing] * 3.6
        assert 0.09 < kmh < 61


def test_islands_are_named(town):
    """An office must know which streets no car of theirs reaches: the longest of them by name."""
    graph = read(
        town(
            [
                ("ABCDEFG", STREET),
                ("UVW", {**STREET, "name": "ул. Дунав"}),
                ("WX", {**STREET, "name": "ул. Кратка"}),
                ("RS", STREET),
            ]
        )
    )
    longest, other = graph.left_out.named
    assert longest.startswith("0.")
    assert "km (ул. Дунав) at " in longest
    assert "ул." not in other
    assert f"{where('R')[0]:.4f}" in other


def test_negative_ids(town):
    """Editors give new things negative ids; they are as good as any."""
    rules = [turn("no_left_turn", 1, "C", 4)]
    graph = read(town(CROSSING, rules=rules, sign=-1))
    assert len(graph.tail) == 4
    assert len(graph.forbidden_turns) == 1


def test_hostile_tags_and_stunted_ways(town):
    """Nonsense in tags, ways of one node and of none: the streets around them are still there."""
    ways = [
        ("ABC", STREET),
        ("B", STREET),
        ("", STREET),
        ("BB", STREET),
        ("CD", {**STREET, "maxspeed": "9999999", "width": "1e309", "lanes": "-1", "oneway": "?"}),
        ("DE", {"route": "ferry", "duration": "P1000Y", "interval": "-5"}),
        ("EF", {**STREET, "name": "{{7*7}}", "surface": "&lt;img&gt;", "access": ";;;"}),
    ]
    graph = read(town(ways))
    assert letters(graph) == ["ABCD", "DE", "EF"]
    seconds = np.concatenate([graph.forward_seconds, graph.backward_seconds])
    assert (seconds > 0).all()
    assert (graph.metres / graph.forward_seconds * 3.6 < 161).all()


lines = st.text("ABCDEFGH", min_size=1, max_size=5)
one_ways = st.sampled_from(["yes", "no", "-1", "reversible"])
rules = st.tuples(
    st.sampled_from(["no_left_turn", "only_right_turn", "no_u_turn"]),
    st.integers(1, 8),
    st.sampled_from("ABCDEFGH"),
    st.integers(1, 8),
)


@given(st.lists(st.tuples(lines, one_ways), min_size=1, max_size=8), st.lists(rules, max_size=5))
def test_any_drawing_keeps_its_metres_and_comes_home(tmp_path_factory, drawing, said):
    """Whatever is drawn: kept and left out add up, all ways lead home, rules hold at their node."""
    ways = [(line, {**STREET, "oneway": one_way}) for line, one_way in drawing]
    file = tmp_path_factory.mktemp("any") / "town.osm"
    written(file, ways, rules=[turn(*each) for each in said])
    try:
        graph = read(file)
    except InputError:
        return
    drawn = sum(
        great_circle_metres(np.array(where(a)), np.array(where(b)))
        for line, one_way in drawing
        if one_way != "reversible"
        for a, b in pairwise(line)
    )
    left = graph.left_out
    kept = float(graph.metres.sum(dtype=float))
    assert kept + left.island_metres + left.one_way_metres == pytest.approx(drawn, abs=0.5)
    along, against = (np.isfinite(x) for x in (graph.forward_seconds, graph.backward_seconds))
    network = nx.DiGraph()
    network.add_edges_from(zip(graph.tail[along], graph.head[along], strict=True))
    network.add_edges_from(zip(graph.head[against], graph.tail[against], strict=True))
    assert len(network) == len(graph.nodes)
    assert nx.is_strongly_connected(network)
    for before, node, after in graph.forbidden_turns.tolist():
        for segment in (before, after):
            assert node in (graph.tail[segment], graph.head[segment])
            assert graph.tail[segment] != graph.head[segment]


def test_progress_only_grows(geodata):
    """Told in words, from nothing to all of it."""
    shares: list[float] = []
    read_roads(
        geodata / "osm" / "heidelberg.osm.pbf",
        mode=Mode.DRIVE,
        country="de",
        report=lambda share, _: shares.append(share),
    )
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 3


def test_graph_files_are_the_same_bytes_every_time(town, tmp_path):
    """Same map, same pack: read twice, written twice, equal file by file; and opened again."""
    file = town([("ABCDE", STREET), ("FCG", {**STREET, "oneway": "yes"}), ("GA", STREET)])
    for name in ("one", "two"):
        save_graph(read(file), tmp_path / name)
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 11
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
@pytest.mark.parametrize("mode", [Mode.DRIVE, Mode.WALK])
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


@pytest.mark.parametrize("name", ["moscow.osm.gz", "north-bayreuth.osm.gz"])
def test_the_network_is_that_of_osmnx(geodata, tmp_path, name):
    """Of the same ways both make the same round-trip network: junctions, ends and kilometres.

    Length within a thousandth. osmnx's junctions are nodes of it where not exactly two streets
    meet; ours are more, because a piece of ours also ends where speed or kind change.
    """
    file = only_drivable(geodata / "osm" / name, tmp_path / "drivable.osm")
    theirs = osmnx.graph_from_xml(file, simplify=False, retain_all=True)
    parts = [theirs.subgraph(each) for each in nx.strongly_connected_components(theirs)]
    largest = max(parts, key=lambda part: part.size(weight="length"))
    graph = read(file)
    both_ways = np.isfinite(graph.forward_seconds) * 1.0 + np.isfinite(graph.backward_seconds)
    ours = float((graph.metres * both_ways).sum(dtype=np.float64))
    assert ours == pytest.approx(largest.size(weight="length"), rel=1e-3)
    at = {(node["x"], node["y"]) for _, node in largest.nodes(data=True)}
    assert {(lon, lat) for lon, lat in graph.shape.tolist()} == at
    meeting = {
        (largest.nodes[node]["x"], largest.nodes[node]["y"])
        for node in largest
        if len({*largest.predecessors(node), *largest.successors(node)}) != 2
    }
    assert meeting <= {(lon, lat) for lon, lat in graph.nodes.tolist()}


def only_drivable(file: Path, out: Path) -> Path:
    """The ways that cars may use, without motorways, whose nodes are no doors, or barriers."""
    source = osmium.io.File(str(file), sniff(file))
    with osmium.SimpleWriter(out) as writer:
        for entity in osmium.FileProcessor(source):
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
