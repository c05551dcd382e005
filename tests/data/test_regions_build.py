"""From map files to a region pack, on a province drawn by hand and on real files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.regions.addressbook import read_addressbook, write_addressbook
from data.regions.build import build_region
from data.regions.pack import open_region
from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Landmark,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.areas import check_areas, locate_points
from planning.errors import InputError, RegionFault
from planning.model import Mode
from planning.travel.matrix import matrix
from tests.data.drawing import brook, cut, draw

REAL = {
    # file: (country, municipalities at least, some of their names, streets, numbers at least)
    "liechtenstein.osm.pbf": ("li", 11, {"Vaduz", "Schaan", "Planken"}, 870, 950),
    "heidelberg.osm.pbf": ("de", 1, {"heidelberg"}, 2_000, 500),
    "moscow.osm.gz": ("ru", 1, {"Москва"}, 40, 350),
    "helsinki.osm.pbf": ("fi", 1, {"Helsinki"}, 90, 500),
    "north-bayreuth.osm.gz": ("de", 4, {"Bindlach", "Heinersreuth"}, 200, 700),
    "monaco.osm.pbf": ("mc", 2, {"Monaco", "Beausoleil"}, 500, 50),
    "andorra.osm.pbf": ("ad", 7, {"Andorra la Vella", "Ordino"}, 200, 3),
}


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def brook_pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brook")
    heard: list[tuple[float, str]] = []
    build_region(
        [brook(folder / "brook.osm.pbf")],
        name="Brook\n province",
        out=folder / "pack",
        report=lambda share, words: heard.append((share, words)),
    )
    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(words for _, words in heard)
    return open_region(folder / "pack")


def test_the_province_of_brook_is_what_its_map_says(brook_pack):
    """The whole answer was worked out by hand: it stands in the docstring of the drawing."""
    book = brook_pack.gazetteer
    assert book.country == "bg"
    assert [(m.name, m.province, m.names) for m in book.municipalities] == [
        ("Left", "Brook", ()),
        ("Right", "Brook", ("Дясна",)),
    ]
    left, right = (each.code for each in book.municipalities)
    assert {(s.name, s.kind, s.municipality_code, s.code) for s in book.settlements} == {
        ("Millford", "town", left, "osm:n60"),
        ("Nook", "hamlet", left, "osm:n61"),
        ("Fairview", "village", right, "00014"),
    }
    settlement = {each.code: each for each in book.settlements}
    assert settlement["osm:n60"].names == ("Милфорд",)
    assert settlement["osm:n60"].population == 900
    assert settlement["osm:n60"].postcode == "7000"
    assert settlement["00014"].postcode == "1234"
    name_of = {street.street_id: street for street in book.streets}
    assert {(settlement[s.settlement_code].name, s.name, str(s.kind)) for s in book.streets} == {
        ("Millford", "Главна", "street"),
        ("Nook", "Главна", "street"),
        ("Fairview", "Главна", "street"),
        ("Millford", "ул. Липа", "street"),
        ("Millford", "Изток", "quarter"),
        ("Nook", "Nook", "quarter"),
        ("Fairview", "Зора", "street"),
    }
    numbers = {(name_of[n.street_id].name, n.number) for n in book.numbers}
    assert numbers == {
        ("ул. Липа", "1"), ("ул. Липа", "3"), ("Изток", "бл. 12"), ("Nook", "5"), ("Зора", "7"),
    }  # fmt: skip
    assert len(book.numbers) == 5
    (school,) = book.landmarks
    assert (school.name, school.kind, school.settlement_code) == (
        "СУ „Хр. Ботев“", "school", "osm:n60",
    )  # fmt: skip
    main = next(s for s in book.streets if s.name == "Главна")
    assert main.names == ("Ленин", "Сталин")
    assert brook_pack.left_out["house numbers without a street or quarter"] == 1
    assert brook_pack.info.name == "Brook province"


def test_its_areas_keep_their_contract(brook_pack):
    """Municipalities and the village's own land, each in its place."""
    areas = brook_pack.areas
    check_areas(areas)
    assert list(areas["level"]) == ["municipality", "municipality", "settlement"]
    left, right = areas["code"][:2]
    assert list(areas["parent"]) == ["", "", right]
    assert areas["code"][2] == "00014"
    assert not areas["approximate"].any()
    points = np.array([(25.05, 42.05), (25.15, 42.05), (28.0, 42.0)])
    assert list(locate_points(areas, points)) == [left, right, ""]


def test_its_roads_and_places_are_there(brook_pack):
    """Both graphs, the school as a point, and region.json that says it all."""
    assert brook_pack.graph(Mode.DRIVE).mode is Mode.DRIVE
    assert brook_pack.graph(Mode.WALK) is brook_pack.graph(Mode.WALK)
    assert brook_pack.router(Mode.WALK) is brook_pack.router(Mode.WALK)
    assert list(brook_pack.places["kind"]) == ["school"]
    info = brook_pack.info
    assert (info.countries, info.crs_metres, info.invented) == (("bg",), "EPSG:32635", False)
    assert info.counts["house_numbers"] == 5
    assert info.sources[0]["name"] == "brook.osm.pbf"
    assert "OpenStreetMap" in info.attribution
    assert {path.name for path in brook_pack.folder.iterdir()} == {
        "region.json", "drive", "walk", "addresses.sqlite", "areas.parquet", "places.parquet",
    }  # fmt: skip


def test_who_parks_and_walks_has_both_networks(brook_pack):
    """Park and walk is the roads of the one mode and the paths of the other."""
    router = brook_pack.router(Mode.PARK)
    assert router.mode is Mode.PARK
    assert router.afoot is brook_pack.router(Mode.WALK)


@pytest.mark.parametrize("mode", [Mode.DRIVE, Mode.WALK])
def test_its_roads_are_ready_for_travel(brook_pack, mode):
    """The pack's router answers as one that is prepared anew, on the pack's own arrays."""
    router, graph = brook_pack.router(mode), brook_pack.graph(mode)
    assert router.ground is graph
    assert (brook_pack.folder / mode.value / "router").is_dir()
    points = {str(i): (lon, lat) for i, (lon, lat) in enumerate(graph.nodes.tolist())}
    assert np.array_equal(matrix(router, points).seconds, matrix(graph, points).seconds)


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_maps_become_regions(geodata, tmp_path, name):
    """Whole countries, city centres and cut extracts from four tools all build."""
    country, municipalities, known, streets, numbers = REAL[name]
    build_region([geodata / "osm" / name], name=name.split(".")[0], out=tmp_path / "pack")
    region = open_region(tmp_path / "pack")
    info = region.info
    assert info.countries[0] == country == region.gazetteer.country
    assert info.counts["municipalities"] >= municipalities
    assert info.counts["streets"] >= streets
    assert info.counts["house_numbers"] >= numbers
    check_areas(region.areas)
    names = set(region.areas[region.areas["level"] == "municipality"]["name"])
    assert known <= names
    codes = {each.code for each in region.gazetteer.municipalities}
    assert codes == set(region.areas[region.areas["level"] == "municipality"]["code"])
    assert {each.municipality_code for each in region.gazetteer.settlements} == codes
    settlements = {each.code for each in region.gazetteer.settlements}
    assert {each.settlement_code for each in region.gazetteer.streets} <= settlements
    streets_of = {each.street_id for each in region.gazetteer.streets}
    assert {each.street_id for each in region.gazetteer.numbers} <= streets_of
    assert len(region.graph(Mode.DRIVE).tail) > 100


def test_five_modelled_regions_build_and_keep_every_address(geodata, tmp_path):
    """Three countries in one file: 40,365 addresses go in and none is lost."""
    build_region(
        [geodata / "modelled" / "five-regions.osm.pbf"], name="Five", out=tmp_path / "pack"
    )
    region = open_region(tmp_path / "pack")
    assert region.info.countries == ("bg", "kz", "az")
    assert region.info.counts["house_numbers"] == 40_365
    by_name = {each.name: each for each in region.gazetteer.municipalities}
    assert len(by_name) == 17
    assert (by_name["Русе"].country, by_name["Bakı"].country) == ("bg", "az")
    assert by_name["Ценово"].province == "Русе"
    settlement = {each.code: each for each in region.gazetteer.settlements}
    assert settlement["63427"].name == "Русе"
    assert settlement["63427"].municipality_code == by_name["Русе"].code
    assert settlement["63427"].radius_m > 2_000
    assert (region.areas["level"] == "settlement").sum() == 291


def test_the_same_map_gives_the_same_bytes(geodata, tmp_path):
    """Two offices build the region on their own and compare."""
    for out in ("one", "two"):
        build_region([geodata / "osm" / "monaco.osm.pbf"], name="Monaco", out=tmp_path / out)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_several_files_are_one_region(geodata, tmp_path):
    """A town on the edge of two extracts: both halves together give what the whole gives."""
    whole = geodata / "osm" / "andorra.osm.pbf"
    halves = [
        cut(whole, (1.3, 42.3, 1.55, 42.8), tmp_path / "west.osm.pbf"),
        cut(whole, (1.5, 42.3, 1.9, 42.8), tmp_path / "east.osm.pbf"),
    ]
    one = build_region([whole], name="Andorra", out=tmp_path / "one")
    both = build_region(halves, name="Andorra", out=tmp_path / "both")
    assert both.counts["streets"] == one.counts["streets"]
    assert both.counts["municipalities"] == one.counts["municipalities"]
    assert [source["name"] for source in both.sources] == ["west.osm.pbf", "east.osm.pbf"]
    assert not list((tmp_path / "both").glob("*.osm.pbf"))


def test_an_older_pack_is_replaced_only_after_success(tmp_path):
    """The planner rebuilds with a newer map; the first try uses a broken one."""
    out = tmp_path / "pack"
    build_region([brook(tmp_path / "brook.osm.pbf")], name="Brook", out=out)
    before = contents(out)
    (tmp_path / "broken.osm.pbf").write_bytes(b"broken")
    with pytest.raises(RegionFault):
        build_region([tmp_path / "broken.osm.pbf"], name="Brook", out=out)
    assert contents(out) == before
    build_region([tmp_path / "brook.osm.pbf"], name="Brook again", out=out)
    assert open_region(out).info.name == "Brook again"
    assert {path.name for path in tmp_path.iterdir()} == {
        "brook.osm.pbf", "broken.osm.pbf", "pack",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_something_else_is_never_overwritten(tmp_path, kind):
    """--out names the case list's folder, the case list itself, or a link."""
    out = tmp_path / "out"
    if kind == "folder":
        out.mkdir()
        (out / "cases.xlsx").write_bytes(b"precious")
    elif kind == "file":
        out.write_bytes(b"precious")
    else:
        (tmp_path / "elsewhere").mkdir()
        out.symlink_to(tmp_path / "elsewhere")
    file = brook(tmp_path / "brook.osm.pbf")
    with pytest.raises(RegionFault, match="choose another"):
        build_region([file], name="Brook", out=out)
    if kind == "folder":
        assert (out / "cases.xlsx").read_bytes() == b"precious"
    if kind == "file":
        assert out.read_bytes() == b"precious"


@pytest.mark.parametrize("stop_at", [0.15, 0.3, 0.5, 0.9])
def test_ctrl_c_leaves_nothing_behind(tmp_path, stop_at):
    """Somebody stops the build half-way."""
    file = brook(tmp_path / "brook.osm.pbf")

    def stop(share: float, _words: str) -> None:
        if share >= stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_region([file], name="Brook", out=tmp_path / "new" / "pack", report=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["brook.osm.pbf"]


def test_a_map_without_roads_or_names_is_told(tmp_path):
    """A file of benches, and one of a single address without a road."""
    benches = draw(tmp_path / "benches.osm.pbf", nodes=[(1, 25.0, 42.0, {"amenity": "bench"})])
    with pytest.raises(RegionFault, match="no street, address or settlement"):
        build_region([benches], name="Benches", out=tmp_path / "pack")
    lonely = draw(
        tmp_path / "lonely.osm.pbf",
        nodes=[(1, 25.0, 42.0, {"addr:housenumber": "1", "addr:street": "Липа"})],
    )
    with pytest.raises(InputError, match="road"):
        build_region([lonely], name="Lonely", out=tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_the_country_is_asked_for_where_the_map_does_not_tell(tmp_path):
    """A map in the middle of the ocean; then with the country, then with nonsense for one."""
    nodes = [(1, -30.0, 0.0, {}), (2, -30.0, 0.01, {})]
    ways = [(1, [1, 2], {"highway": "residential", "name": "Sea"})]
    file = draw(tmp_path / "sea.osm.pbf", nodes=nodes, ways=ways)
    with pytest.raises(RegionFault, match="--country"):
        build_region([file], name="Sea", out=tmp_path / "pack")
    with pytest.raises(RegionFault, match="two letters") as caught:
        build_region([file], name="Sea", out=tmp_path / "pack", countries=["Atlantis", "bg", "zz"])
    assert [fault.value for fault in caught.value.faults] == ["Atlantis", "zz"]
    assert not (tmp_path / "pack").exists()
    info = build_region([file], name="Sea", out=tmp_path / "pack", countries=["KZ", "ru"])
    assert info.countries == ("kz", "ru")


def test_a_sample_says_that_it_is_invented(tmp_path):
    """The sample region carries the word on itself and on its source."""
    file = brook(tmp_path / "brook.osm.pbf")
    info = build_region([file], name="Brook", out=tmp_path / "pack", invented=True)
    assert info.invented
    assert "invented" in info.attribution
    assert "invented" in info.sources[0]["licence"]


def test_hostile_names_are_only_names(tmp_path):
    """A vandal edits the map: templates, tags, formulas and control characters stay text."""
    hostile = "{{7*191}}<img src=x onerror=alert(1)>=cmd|' /C calc'!A0\u202e'; drop table street--"
    nodes = [
        (1, 25.0, 42.0, {}),
        (2, 25.001, 42.0, {}),
        (3, 25.0, 42.0, {"place": "village", "name": hostile}),
        (4, 25.0, 42.0, {"addr:housenumber": "1\n2\t" + "9" * 400, "addr:street": hostile}),
    ]
    ways = [(1, [1, 2], {"highway": "residential", "name": hostile})]
    file = draw(tmp_path / "h.osm.pbf", nodes=nodes, ways=ways)
    build_region([file], name=hostile, out=tmp_path / "pack", countries=["bg"])
    region = open_region(tmp_path / "pack")
    kept = hostile.replace("\u202e", "")
    assert [each.name for each in region.gazetteer.settlements] == [kept]
    assert [each.name for each in region.gazetteer.streets] == [kept]
    (number,) = region.gazetteer.numbers
    assert number.number.startswith("1 2 9")
    assert len(number.number) <= 255
    assert json.loads((tmp_path / "pack" / "region.json").read_text())["info"]["name"] == kept[:120]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
PLACED = st.floats(-180, 180)


@settings(max_examples=25)
@given(
    names=st.lists(TEXT, max_size=4),
    numbers=st.lists(st.tuples(TEXT, PLACED, PLACED), max_size=5),
    people=st.integers(0, 10**7),
)
def test_any_gazetteer_comes_back_equal(tmp_path_factory, names, numbers, people):
    """Whatever the names and positions are, what was written is what is read."""
    book = Gazetteer(
        country="bg",
        municipalities=(Municipality("M", "M", tuple(names), "P", "bg"),),
        settlements=(Settlement("S", "S", "town", "M", 1.5, 2.5, tuple(names), people, 7.0, "1"),),
        streets=(
            Street(1, "S", "A", StreetKind.STREET, 0.1, 0.2, tuple(names), 3.0, "D"),
            Street(2, "S", "B", StreetKind.QUARTER, 0.1, 0.2),
        ),
        numbers=tuple(HouseNumber(1, number, lon, lat, lon > lat) for number, lon, lat in numbers),
        landmarks=tuple(Landmark(name, "school", "S", 1.0, 2.0, (name,)) for name in names),
    )
    file = tmp_path_factory.mktemp("book") / "addresses.sqlite"
    write_addressbook(book, file)
    assert read_addressbook(file) == book


def test_opening_reads_only_what_is_asked_for(geodata, tmp_path, monkeypatch):
    """The app opens the pack at every start: names, areas and roads wait until they are wanted."""
    build_region([geodata / "osm" / "andorra.osm.pbf"], name="Andorra", out=tmp_path / "pack")
    monkeypatch.setattr("data.regions.pack.read_addressbook", None)
    monkeypatch.setattr("data.regions.roads.open_graph", None)
    monkeypatch.setattr(gpd, "read_parquet", None)
    region = open_region(tmp_path / "pack")
    assert region.info.name == "Andorra"
    with pytest.raises(TypeError):
        _ = region.gazetteer
