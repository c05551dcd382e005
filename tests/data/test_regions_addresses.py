"""House numbers under the many tags that mappers use, and the settlements they belong to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.regions.build import build_region
from data.regions.features import Names, names_of, read_features
from data.regions.osmfile import check
from data.regions.pack import open_region
from data.regions.settlements import Site, assign
from tests.data.drawing import draw

ROAD = [(1, 25.0, 43.0, {}), (2, 25.01, 43.0, {})]
MAIN = (1, [1, 2], {"highway": "residential", "name": "ул. Липник"})
TOWN = (3, 25.0, 43.0, {"place": "town", "name": "Русе"})


def book(tmp_path, *, nodes=(), ways=(), relations=()):
    file = draw(
        tmp_path / "map.osm.pbf",
        nodes=[*ROAD, TOWN, *nodes],
        ways=[MAIN, *ways],
        relations=relations,
    )
    build_region([file], name="Town", out=tmp_path / "pack")
    return open_region(tmp_path / "pack").gazetteer


def doors(found) -> set[tuple[str, str]]:
    names = {each.street_id: each.name for each in found.streets}
    return {(names[each.street_id], each.number) for each in found.numbers}


def test_numbers_under_many_tags(tmp_path):
    """One corner house, a list of numbers, three ways to tag a block, and a block of its own."""
    tags = [
        {"addr:housenumber": "1", "addr:street": "ул. Липник",
         "addr2:housenumber": "2", "addr2:street": "ул. Борисова"},
        {"addr:housenumber": "3; 5", "addr:street": "улица Липник"},
        {"addr:housenumber": "бл. 12", "addr:place": "ж.к. Изток"},
        {"addr:housenumber": "бл. 13", "addr:neighbourhood": "ж.к. Изток"},
        {"addr:housenumber": "бл. 14", "addr:quarter": "ж.к. Изток"},
        {"addr:housenumber": "бл. 15", "addr:street": "ж.к. Изток"},
        {"addr:block": "16", "addr:place": "ж.к. Изток"},
        {"addr:housenumber": "7", "addr:block": "Б"},
        {"addr:housenumber": "9", "addr:street": "Липник"},
    ]  # fmt: skip
    quarter = (4, 25.003, 43.003, {"place": "quarter", "name": "ж.к. Изток"})
    nodes = [(10 + place, 25.001, 43.001 + place / 1e4, each) for place, each in enumerate(tags)]
    found = book(tmp_path, nodes=[quarter, *nodes])
    assert doors(found) == {
        ("ул. Липник", "1"), ("ул. Борисова", "2"), ("ул. Липник", "3"), ("ул. Липник", "5"),
        ("ж.к. Изток", "бл. 12"), ("ж.к. Изток", "бл. 13"), ("ж.к. Изток", "бл. 14"),
        ("ж.к. Изток", "бл. 15"), ("ж.к. Изток", "16"), ("Б", "7"), ("ул. Липник", "9"),
    }  # fmt: skip


def test_boulevard_and_street_of_one_name_stay_two(tmp_path):
    """ "бул. Липник" and "ул. Липник" both exist: a bare "Липник" is put to neither."""
    boulevard = (2, [1, 2], {"highway": "primary", "name": "бул. Липник"})
    nodes = [
        (10, 25.001, 43.001, {"addr:housenumber": "1", "addr:street": "булевард Липник"}),
        (11, 25.001, 43.002, {"addr:housenumber": "2", "addr:street": "Липник"}),
    ]
    found = book(tmp_path, nodes=nodes, ways=[boulevard])
    assert doors(found) == {("бул. Липник", "1"), ("Липник", "2")}


def test_buildings_sites_and_associated_streets(tmp_path):
    """A house as an outline, one as a multipolygon, one that a relation puts to its street."""
    corners = [(20, 25.002, 43.001), (21, 25.0022, 43.001), (22, 25.0022, 43.0012)]
    nodes = [(id_, lon, lat, {}) for id_, lon, lat in corners]
    nodes.append((30, 25.003, 43.001, {"addr:housenumber": "8"}))
    ways = [
        (10, [20, 21, 22, 20], {"building": "yes", "addr:housenumber": "4",
                                "addr:street": "ул. Липник"}),
        (11, [20, 21, 22, 20], {}),
    ]  # fmt: skip
    relations = [
        (1, [("w", 11, "outer")], {"type": "multipolygon", "addr:housenumber": "6",
                                   "addr:street": "ул. Липник"}),
        (2, [("n", 30, "house"), ("w", 1, "street")], {"type": "associatedStreet",
                                                       "name": "ул. Липник"}),
    ]  # fmt: skip
    found = book(tmp_path, nodes=nodes, ways=ways, relations=relations)
    assert doors(found) == {("ул. Липник", number) for number in ("4", "6", "8")}
    house = next(each for each in found.numbers if each.number == "4")
    assert (house.lon, house.lat) == pytest.approx((25.00213, 43.00107), abs=1e-5)


def test_ends_of_interpolation_lines_get_its_street(tmp_path):
    """Numbers 1 to 21 along a line: the ends are doors, what lies between is the geocoder's."""
    nodes = [
        (20, 25.001, 43.001, {"addr:housenumber": "1"}),
        (21, 25.009, 43.001, {"addr:housenumber": "21"}),
    ]
    line = (9, [20, 21], {"addr:interpolation": "odd", "addr:street": "ул. Липник"})
    found = book(tmp_path, nodes=nodes, ways=[line])
    assert doors(found) == {("ул. Липник", "1"), ("ул. Липник", "21")}


def test_the_same_door_is_kept_once(tmp_path):
    """A house with three shops, and the same number again at the other end of the street."""
    at = [(25.001, 43.0), (25.0011, 43.0), (25.0012, 43.0), (25.009, 43.0)]
    tags = {"addr:housenumber": "1", "addr:street": "ул. Липник"}
    found = book(tmp_path, nodes=[(10 + n, lon, lat, tags) for n, (lon, lat) in enumerate(at)])
    assert sorted(round(each.lon, 3) for each in found.numbers) == [25.001, 25.009]


def test_what_addresses_call_their_town_counts(tmp_path):
    """A house beyond the nearer hamlet still says it is in Русе; one without a word is not."""
    hamlet = (4, 25.03, 43.0, {"place": "hamlet", "name": "Махала"})
    nodes = [
        hamlet,
        (10, 25.03, 43.001, {"addr:housenumber": "1", "addr:street": "A", "addr:city": "Русе"}),
        (11, 25.03, 43.002, {"addr:housenumber": "2", "addr:street": "B"}),
        (12, 25.00, 43.002, {"addr:housenumber": "3", "addr:place": "Махала"}),
    ]
    found = book(tmp_path, nodes=nodes)
    settlement = {each.code: each.name for each in found.settlements}
    assert {(each.name, settlement[each.settlement_code]) for each in found.streets} == {
        ("ул. Липник", "Русе"), ("A", "Русе"), ("B", "Махала"), ("Махала", "Махала"),
    }  # fmt: skip


def test_names_in_all_the_spellings():
    """Old, official and foreign names, without doubles, blanks or languages nobody here writes."""
    tags = {
        "name": "Русе", "name:en": "Ruse", "name:ja": "ルセ", "old_name": "Русчук;Rusçuk",
        "alt_name": " Русе ", "int_name": "Ruse", "name:az-Cyrl": "Русе\u200b", "name:": "x",
        "official_name": "",
    }  # fmt: skip
    assert names_of(tags) == Names("Русе", ("Русчук", "Rusçuk", "Ruse"))
    assert names_of({"name:kk": "Қарағанды"}) == Names("Қарағанды")
    assert names_of({"ref": "5"}) is None


def test_nodes_that_are_missing_are_counted(tmp_path):
    """An extract lost the nodes of a street: it is counted, the rest is read."""
    file = draw(
        tmp_path / "map.osm.pbf",
        nodes=ROAD,
        ways=[MAIN, (2, [1, 99], {"highway": "residential", "name": "Cut"})],
    )
    features = read_features(check(file))
    assert [each.names.name for each in features.streets] == ["ул. Липник"]
    assert features.left_out == {"ways without enough of their nodes": 1}


SPOT = st.tuples(st.floats(25.0, 25.5), st.floats(43.0, 43.5))


@given(sites=st.lists(SPOT, min_size=1, max_size=8), points=st.lists(SPOT, max_size=20))
def test_every_point_belongs_to_a_settlement_of_its_municipality(sites, points):
    """Whatever the map: nothing is left without a settlement, no border is crossed."""
    made = [
        Site(f"S{n}", Names("S"), "town", lon, lat, municipality_code="M" if n % 2 else "N")
        for n, (lon, lat) in enumerate(sites)
    ]
    at = np.array(points, dtype=float).reshape(-1, 2)
    codes = np.array(["M" if n % 2 else "N" for n in range(len(points))], dtype=np.str_)
    owners = assign(at, codes, made)
    present = {site.municipality_code for site in made}
    for owner, code in zip(owners, codes, strict=True):
        assert 0 <= owner < len(made)
        assert made[owner].municipality_code == code or code not in present
