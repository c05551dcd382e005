"""Municipalities out of whole, cut and missing boundaries, and out of the user's own files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.regions.areas import osm_areas, thiessen
from data.regions.boundaries import read_boundaries
from data.regions.build import build_region
from data.regions.countries import country_at, levels_of
from data.regions.features import read_features
from data.regions.gazetteer import district_names, municipality_names, read_register
from data.regions.osmfile import check
from data.regions.pack import open_region
from planning.areas import DISTRICT, MUNICIPALITY, SETTLEMENT, locate_points, of_level
from planning.errors import RegionFault
from tests.data.drawing import brook, cut, draw

LAND = shapely.box(22.0, 42.0, 23.0, 43.0)


def municipalities(file: Path, box: tuple[float, float, float, float], country: str):
    features = read_features(check(file))
    left_out: Counter[str] = Counter()
    found = osm_areas(features, countries=[country], box=box, left_out=left_out)
    return {each.boundary.names.name: each for each in found.municipalities}


@pytest.mark.parametrize(
    "box",
    [
        (9.50, 47.10, 9.60, 47.20),
        (9.48, 47.18, 9.58, 47.26),
        (9.45, 47.00, 9.54, 47.14),
        (9.53, 47.05, 9.65, 47.28),
    ],
)
def test_cut_boundaries_are_closed_on_the_right_side(geodata, tmp_path, box):
    """Extracts of Liechtenstein: what is closed agrees with the true boundary within the box."""
    whole = geodata / "osm" / "liechtenstein.osm.pbf"
    true = {
        name: shape.geometry
        for name, shape in municipalities(whole, (9.4, 47.0, 9.7, 47.3), "li").items()
        if not shape.approximate
    }
    assert len(true) == 11
    found = municipalities(cut(whole, box, tmp_path / "cut.osm.pbf"), box, "li")
    agreement = {
        name: shapely.intersection(shape.geometry, part).area
        / shapely.union(shape.geometry, part).area
        for name, shape in found.items()
        if name in true
        for part in [shapely.intersection(true[name], shapely.box(*box))]
    }
    touched = [name for name, shape in true.items() if shape.intersects(shapely.box(*box))]
    assert len(agreement) >= len(touched) - 1
    assert min(agreement.values()) > 0.9
    assert np.mean(list(agreement.values())) > 0.97
    assert sum(found[name].approximate for name in agreement) >= 3


def test_districts_and_city_states(geodata):
    """Monaco is a municipality at level 2 with wards at level 10; its neighbours are French."""
    file = geodata / "osm" / "monaco.osm.pbf"
    features = read_features(check(file))
    found = osm_areas(
        features, countries=["mc", "fr"], box=(7.349, 43.71, 7.491, 43.77), left_out=Counter()
    )
    names = {each.boundary.names.name for each in found.municipalities}
    assert {"Monaco", "Beausoleil", "La Turbie"} <= names
    assert "France" not in names
    wards = {each.boundary.names.name for each in found.districts if each.geometry is not None}
    assert {"Fontvieille", "Monaco-Ville"} <= wards


def test_levels_differ_by_country():
    """община is 7, Gemeinde 8, rayon 5; an unknown country gets the general rule."""
    assert levels_of("bg").municipality == (7,)
    assert levels_of("li").municipality == (8,)
    assert levels_of("az").municipality[0] == 5
    assert levels_of("zz").municipality[0] == 8
    assert [country_at(25.9, 43.8), country_at(49.8, 40.4), country_at(73.1, 49.8)] == [
        "bg", "az", "kz",
    ]  # fmt: skip
    assert country_at(-30.0, 0.0) == ""


@given(st.lists(st.tuples(st.floats(22.01, 22.99), st.floats(42.01, 42.99)), min_size=1,
                max_size=12, unique=True),
       st.integers(1, 3))  # fmt: skip
def test_thiessen_cells_share_out_the_land(points, groups):
    """Whatever settlements there are: all land is given, once, and each has its own cell."""
    names = [f"group {place % groups}" for place in range(len(points))]
    cells = thiessen(np.array(points), names, within=LAND)
    assert set(cells) == set(names)
    assert sum(shapely.area(cell) for cell in cells.values()) == pytest.approx(1.0, abs=1e-6)
    for point, name in zip(points, names, strict=True):
        assert shapely.distance(cells[name], shapely.Point(point)) < 1e-6


def test_without_boundaries_all_is_one_municipality(tmp_path):
    """A map without any boundary: one approximate municipality, named after the region."""
    file = brook(tmp_path / "b.osm.pbf", skip=frozenset({"admin_level"}))
    build_region([file], name="Brook", out=tmp_path / "pack")
    region = open_region(tmp_path / "pack")
    assert [(m.code, m.name) for m in region.gazetteer.municipalities] == [
        ("approx:Brook", "Brook")
    ]
    assert list(region.areas["approximate"]) == [True]
    assert {each.name for each in region.gazetteer.settlements} == {"Millford", "Nook", "Fairview"}


def test_settlements_that_name_their_municipality_share_the_land(tmp_path):
    """No boundary, but a register knows who belongs where: Thiessen cells, marked approximate."""
    file = brook(tmp_path / "b.osm.pbf", skip=frozenset({"admin_level"}))
    register = tmp_path / "register.csv"
    register.write_text(
        "ekatte,name,obshtina,obshtina_name,population,postcode\n"
        "00011,Millford,LFT01,Left,950,7001\n00012,Nook,LFT01,Left,12,\n"
        "00014,Fairview,RGT02,Right,80,\n"
    )
    # Without positions a register finds the map's settlements by municipality, which nothing tells.
    geo = tmp_path / "positions.csv"
    geo.write_text(
        'ekatte,name,geo\n00011,Millford,"25.03,42.05"\n00012,Nook,"25.08,42.05"\n'
        '00014,Fairview,"25.15,42.05"\n'
    )
    build_region([file], name="Brook", out=tmp_path / "pack", gazetteer=[register, geo])
    region = open_region(tmp_path / "pack")
    assert [(m.code, m.name) for m in region.gazetteer.municipalities] == [
        ("LFT01", "Left"),
        ("RGT02", "Right"),
    ]
    assert list(region.areas["approximate"]) == [True, True]
    places = np.array([(25.03, 42.05), (25.08, 42.05), (25.15, 42.05)])
    assert list(locate_points(region.areas, places)) == ["LFT01", "LFT01", "RGT02"]
    by_code = {each.code: each for each in region.gazetteer.settlements}
    assert set(by_code) == {"00011", "00012", "00014"}
    assert by_code["00011"].population == 950
    assert by_code["00011"].postcode == "7001"
    assert [each["name"] for each in region.info.sources] == [
        "b.osm.pbf", "register.csv", "positions.csv",
    ]  # fmt: skip


# --- the user's own boundaries ------------------------------------------------------------------


def squares(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Squares of 0.1° from west to east, from 25.0 °E, 42.0 °N on."""
    shapes = [
        shapely.box(25 + 0.1 * place, 42.0, 25.1 + 0.1 * place, 42.1) for place in range(len(rows))
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs="EPSG:4326")


@pytest.mark.parametrize("end", ["geojson", "gpkg", "shp"])
@pytest.mark.parametrize(("code", "name"), [("nuts4", "name_bg"), ("code", "name"), ("kato", "x")])
def test_boundary_files_of_several_kinds(tmp_path, end, code, name):
    """GeoJSON, GeoPackage or a Shapefile in metres, with columns by several names."""
    frame = squares([{code: "LFT01", name: "Лява"}, {code: "RGT02", name: "Дясна"}])
    if end == "shp":
        frame = frame.to_crs("EPSG:32635")
    frame.to_file(tmp_path / f"b.{end}", encoding="utf-8")
    areas = read_boundaries(tmp_path / f"b.{end}", countries=["bg"], names={})
    assert [each.code for each in areas] == ["LFT01", "RGT02"]
    assert [each.name for each in areas] == (
        ["Лява", "Дясна"] if name != "x" else ["LFT01", "RGT02"]
    )
    assert {each.level for each in areas} == {MUNICIPALITY}
    assert areas[0].geometry.bounds == pytest.approx((25.0, 42.0, 25.1, 42.1), abs=1e-6)


def test_given_boundaries_override_the_map(tmp_path):
    """The office's own boundaries move the border: Nook now belongs to the right."""
    frame = squares([{"code": "W"}, {"code": "E"}])
    frame.geometry = [shapely.box(24.9, 42, 25.05, 42.1), shapely.box(25.05, 42, 25.3, 42.1)]
    frame.to_file(tmp_path / "own.geojson")
    file = brook(tmp_path / "brook.osm.pbf")
    build_region([file], name="Brook", out=tmp_path / "pack", boundaries=tmp_path / "own.geojson")
    region = open_region(tmp_path / "pack")
    assert [each.code for each in region.gazetteer.municipalities] == ["W", "E"]
    of = {each.name: each.municipality_code for each in region.gazetteer.settlements}
    assert of == {"Millford": "W", "Nook": "E", "Fairview": "E"}
    assert region.info.sources[1]["name"] == "own.geojson"


def test_district_files_leave_municipalities_alone(tmp_path):
    """Two city districts by admin_level: streets carry their names, municipalities stay OSM's."""
    rows = [{"name": "West", "admin_level": "9"}, {"name": "East", "admin_level": "9"}]
    squares(rows).to_file(tmp_path / "d.geojson")
    file = brook(tmp_path / "brook.osm.pbf")
    build_region([file], name="Brook", out=tmp_path / "pack", boundaries=tmp_path / "d.geojson")
    region = open_region(tmp_path / "pack")
    assert {each.name for each in region.gazetteer.municipalities} == {"Left", "Right"}
    districts = of_level(region.areas, DISTRICT)
    assert list(districts["name"]) == ["West", "East"]
    assert list(districts["parent"]) == [m.code for m in region.gazetteer.municipalities]
    by_settlement = {each.code: each.name for each in region.gazetteer.settlements}
    assert {(by_settlement[s.settlement_code], s.district) for s in region.gazetteer.streets} == {
        ("Millford", "West"), ("Nook", "West"), ("Fairview", "East"),
    }  # fmt: skip


@pytest.mark.parametrize(("told", "people"), [(None, [720, 180]), (500, [500, 400])])
def test_inhabitants_of_districts_are_told_or_shared_out_by_addresses(tmp_path, told, people):
    """Of the 900 people of Left, four addresses of five are in the west."""
    gpd.GeoDataFrame(
        {"name": ["West", "East"], "level": ["district"] * 2, "population": [told, None]},
        geometry=[shapely.box(25.0, 42.0, 25.05, 42.1), shapely.box(25.05, 42.0, 25.1, 42.1)],
        crs="EPSG:4326",
    ).to_file(tmp_path / "d.geojson")
    file = brook(tmp_path / "brook.osm.pbf")
    build_region([file], name="Brook", out=tmp_path / "pack", boundaries=tmp_path / "d.geojson")
    districts = of_level(open_region(tmp_path / "pack").areas, DISTRICT)
    assert list(districts["population"]) == people


def bad_boundaries(folder: Path) -> dict[str, str]:
    squares([{"colour": "red"}]).to_file(folder / "nameless.geojson")
    squares([{"name": "A"}, {"name": "A"}]).to_file(folder / "twice.geojson")
    squares([{"name": ""}]).to_file(folder / "blank.geojson")
    points = squares([{"name": "A"}])
    points.geometry = [shapely.Point(25, 42)]
    points.to_file(folder / "points.geojson")
    metres = squares([{"name": "A"}]).to_crs("EPSG:32635").set_crs(None, allow_override=True)
    metres.to_file(folder / "metres.shp")
    (folder / "metres.prj").unlink(missing_ok=True)
    (folder / "remote.geojson").write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://localhost:1/a'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    (folder / "letter.geojson").write_text("Уважаеми колеги")
    (folder / "cut.geojson").write_text('{"type": "FeatureCollection", "features": [{"type"')
    (folder / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    far = squares([{"name": "A"}])
    far.geometry = [shapely.box(0, 0, 1, 1)]
    far.to_file(folder / "far.geojson")
    return {
        "nameless.geojson": "no column holds names",
        "twice.geojson": "occurs twice",
        "blank.geojson": "neither a name nor a code",
        "points.geojson": "not a polygon",
        "metres.shp": "coordinate system",
        "remote.geojson": "cannot be read as boundaries",
        "letter.geojson": "cannot be read as boundaries",
        "cut.geojson": "cannot be read as boundaries",
        "none.geojson": "no polygon",
        "far.geojson": "none of its areas lies on the map",
        "missing.geojson": "no such file",
    }


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_bad_boundaries_get_one_line_and_leave_nothing(tmp_path):
    """The clerk brings every file called boundaries that there is."""
    own = tmp_path / "own"
    own.mkdir()
    file = brook(tmp_path / "brook.osm.pbf")
    for name, words in bad_boundaries(own).items():
        with pytest.raises(RegionFault, match=words) as caught:
            build_region([file], name="Brook", out=tmp_path / "pack", boundaries=own / name)
        assert len(caught.value.faults) == 1
        assert caught.value.faults[0].file == name
    assert {path.name for path in tmp_path.iterdir()} == {"own", "brook.osm.pbf"}


# --- the real registers -------------------------------------------------------------------------


def test_bulgarian_boundaries_are_named_by_the_register(geodata):
    """265 polygons with codes only; the names stand in the institute's list of municipalities."""
    register = read_register([geodata / "bulgaria" / "ek_atte.json"])
    names = municipality_names(register)
    areas = read_boundaries(
        geodata / "bulgaria" / "municipalities.geojson", countries=["bg"], names=names
    )
    assert len(areas) == 265
    official = {
        each["obshtina"]: each["name"]
        for each in json.loads((geodata / "bulgaria" / "ek_obst.json").read_text("utf-8"))
        if "obshtina" in each
    }
    named = {each.code: each.name for each in areas}
    assert named["RSE27"] == "Русе"
    assert {code: official[code] for code in named} == named


def test_ruse_by_official_boundaries_and_registers(geodata, tmp_path):
    """The five modelled regions under official codes, with the registers of the institute."""
    bulgaria = geodata / "bulgaria"
    info = build_region(
        [geodata / "modelled" / "five-regions.osm.pbf"],
        name="Bulgaria",
        out=tmp_path / "pack",
        boundaries=bulgaria / "municipalities.geojson",
        gazetteer=[bulgaria / "ek_atte.json", bulgaria / "settlements_loc.csv"],
    )
    region = open_region(tmp_path / "pack")
    ruse = {
        each.code: each.name
        for each in region.gazetteer.municipalities
        if each.code.startswith("RSE")
    }
    assert ruse == {
        "RSE03": "Борово", "RSE04": "Бяла", "RSE05": "Ветово", "RSE08": "Две могили",
        "RSE13": "Иваново", "RSE27": "Русе", "RSE33": "Сливо поле", "RSE37": "Ценово",
    }  # fmt: skip
    settled = [s for s in region.gazetteer.settlements if s.municipality_code in ruse]
    assert len(settled) == 83
    city = next(s for s in settled if s.code == "63427")
    assert (city.name, city.postcode, city.municipality_code) == ("Русе", "7000", "RSE27")
    assert "Ruse" in city.names
    assert info.counts["house_numbers"] == 40_365


def test_sofia_and_baku_have_districts(geodata, tmp_path):
    """24 районы by obns_num, 11 rayons of Baku by admin_level 7: districts of one city."""
    files = sorted((geodata / "sofia" / "districts").glob("bg.sofia.*.geojson"))
    sofia = pd.concat([gpd.read_file(file) for file in files if file.name != "bg.sofia.geojson"])
    sofia.to_file(tmp_path / "sofia.geojson")
    register = geodata / "bulgaria" / "ek_raion.json"
    official = district_names([register, geodata / "bulgaria" / "ek_atte.json"])
    assert read_register([register]) == ()
    areas = read_boundaries(
        tmp_path / "sofia.geojson", countries=["bg"], names={}, spellings=official
    )
    assert len(areas) == 24
    assert {each.level for each in areas} == {DISTRICT}
    # The file shouts; the register knows what is a proper name and what is a field.
    assert {"Банкя", "Нови Искър", "Красна поляна", "Овча купел"} <= {each.name for each in areas}
    assert {each.name for each in areas} <= set(official)
    baku = read_boundaries(
        geodata / "baku" / "baku_districts_osm_11of12.geojson", countries=["az"], names={}
    )
    assert {each.level for each in baku} == {DISTRICT}
    assert len(baku) == 11


def test_settlement_areas_may_be_given_too(tmp_path):
    """A file of village lands: level settlement, parents found by place."""
    squares([{"code": "V1", "name": "Millford", "level": "settlement"}]).to_file(
        tmp_path / "v.geojson"
    )
    file = brook(tmp_path / "brook.osm.pbf")
    build_region([file], name="Brook", out=tmp_path / "pack", boundaries=tmp_path / "v.geojson")
    region = open_region(tmp_path / "pack")
    given_areas = of_level(region.areas, SETTLEMENT)
    assert list(given_areas["code"]) == ["V1"]
    assert list(given_areas["parent"]) == [region.gazetteer.municipalities[0].code]


def test_two_streets_of_one_name_in_a_wide_city_are_two(tmp_path):
    """A city swallowed two villages, each with a "Първа" 6 km apart; doors go to the near one."""
    nodes = [
        (1, 25.00, 42.0, {}), (2, 25.005, 42.0, {}), (3, 25.08, 42.0, {}), (4, 25.085, 42.0, {}),
        (5, 25.04, 42.0, {"place": "city", "name": "Wide", "population": "90000"}),
        (6, 25.001, 42.001, {"addr:housenumber": "1", "addr:street": "Първа"}),
        (7, 25.081, 42.001, {"addr:housenumber": "1", "addr:street": "Първа"}),
    ]  # fmt: skip
    ways = [
        (1, [1, 2], {"highway": "residential", "name": "Първа"}),
        (2, [3, 4], {"highway": "residential", "name": "Първа"}),
        (3, [2, 3], {"highway": "tertiary"}),
    ]
    file = draw(tmp_path / "wide.osm.pbf", nodes=nodes, ways=ways)
    build_region([file], name="Wide", out=tmp_path / "pack")
    book = open_region(tmp_path / "pack").gazetteer
    assert [(s.name, round(s.lon, 3)) for s in book.streets] == [
        ("Първа", 25.002), ("Първа", 25.082),
    ]  # fmt: skip
    assert [(n.street_id, n.number, n.lon) for n in book.numbers] == [
        (1, "1", 25.001), (2, "1", 25.081),
    ]  # fmt: skip
