"""House numbers under the many tags that mappers use, and the settlements they belong to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.regions.build import build_region
from data.regions.features import read_features
from data.regions.osmfile import check
from data.regions.pack import open_region
from data.regions.settlements import Site, assign
from data.regions.tags import Names, names_of
from planning.addresses.gazetteer import StreetKind
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
    build_region([file], name="Town", out=tmp_path / "pack", countries=["bg"])
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
    boulevard = (2, [8, 9], {"highway": "primary", "name": "бул. Липник"})
    nodes = [
        (8, 25.0, 43.005, {}), (9, 25.01, 43.005, {}),
        (10, 25.001, 43.001, {"addr:housenumber": "1", "addr:street": "булевард Липник"}),
        (11, 25.001, 43.002, {"addr:housenumber": "2", "addr:street": "Липник"}),
    ]  # fmt: skip
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


def test_blocks_stand_in_the_street_and_in_the_estate(tmp_path):
    """People write "ж.к. Изток бл. 12" and "ул. Липник бл. 12": the map says both, in six ways."""
    estate = {"addr:street": "ул. Липник", "addr:quarter": "ж.к. Изток"}
    tags = [
        {**estate, "addr:housenumber": "бл. 12"},
        {**estate, "addr:housenumber": "бл.13"},
        {**estate, "addr:housenumber": "блок 14"},
        {**estate, "addr:housenumber": "15"},
        {"addr:block_number": "16", "addr:suburb": "ж.к. Изток"},
        {"addr:housenumber": "17", "addr:suburb": "ж.к. Изток", "addr:unit": "Б",
         "addr:flats": "1-40", "addr:floor": "3"},
        {"addr:conscriptionnumber": "18", "addr:street": "ул. Липник"},
    ]  # fmt: skip
    nodes = [(10 + place, 25.001, 43.001 + place / 1e4, each) for place, each in enumerate(tags)]
    assert doors(book(tmp_path, nodes=nodes)) == {
        ("ул. Липник", "бл. 12"), ("ж.к. Изток", "бл. 12"),
        ("ул. Липник", "бл.13"), ("ж.к. Изток", "бл.13"),
        ("ул. Липник", "блок 14"), ("ж.к. Изток", "блок 14"),
        ("ул. Липник", "15"), ("ж.к. Изток", "16"), ("ж.к. Изток", "17"), ("ул. Липник", "18"),
    }  # fmt: skip


def test_numbers_with_letters_ranges_and_lists(tmp_path):
    """Letters and ranges stay as they are; a list in one tag is several doors."""
    numbers = ["12;14", "16,18", "9А", "13-а", "2-4-6", "15/4", "27 ;", ";"]
    nodes = [
        (
            10 + place,
            25.001 + place / 1e3,
            43.0,
            {"addr:housenumber": each, "addr:street": "Липник"},
        )
        for place, each in enumerate(numbers)
    ]
    assert {number for _, number in doors(book(tmp_path, nodes=nodes))} == {
        "12", "14", "16", "18", "9А", "13-а", "2-4-6", "15/4", "27",
    }  # fmt: skip


def square(first: int, lon: float, lat: float, size: float = 0.002):
    """Corners of a square as nodes, and the ring of them."""
    corners = [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size)]
    nodes = [(first + place, x, y, {}) for place, (x, y) in enumerate(corners)]
    return nodes, [*range(first, first + 4), first]


def test_blocks_that_are_named_buildings_on_named_land(tmp_path):
    """ "бл. 12", "Блок 13" and "14" are names of buildings; only the land around says whose."""
    land, ring = square(100, 25.004, 43.004)
    ways = [(10, ring, {"landuse": "residential", "name": "ж.к. Изток"})]
    nodes = list(land)
    names = ["бл. 12", "Блок 13", "14", "ОУ 5", "Пекарна"]
    for place, name in enumerate(names):
        corners, ring = square(200 + 10 * place, 25.0041 + place * 3e-4, 43.0041, 1e-4)
        nodes += corners
        ways.append((20 + place, ring, {"building": "yes", "name": name}))
    corners, ring = square(300, 25.001, 43.0, 1e-4)
    ways.append((30, ring, {"building": "yes", "name": "бл. 99"}))
    nodes += [*corners, (400, 25.005, 43.005, {"addr:housenumber": "15"})]
    found = book(tmp_path, nodes=nodes, ways=ways)
    assert doors(found) == {
        ("ж.к. Изток", "бл. 12"), ("ж.к. Изток", "Блок 13"), ("ж.к. Изток", "14"),
        ("ж.к. Изток", "15"),
    }  # fmt: skip
    (quarter,) = [each for each in found.streets if each.kind is StreetKind.QUARTER]
    assert (quarter.lon, quarter.lat) == pytest.approx((25.005, 43.005), abs=1e-4)


def test_a_quarter_on_a_place_and_on_the_land_around_it_is_one(tmp_path):
    """ "ж.к. Изток" is a place, "Изток" its land; the town's own land is no quarter."""
    land, ring = square(100, 25.004, 43.004)
    own, around = square(110, 24.99, 42.99, 0.02)
    ways = [
        (10, ring, {"landuse": "residential", "name": "Изток"}),
        (11, around, {"landuse": "residential", "name": "гр. Русе"}),
    ]
    quarter = (5, 25.005, 43.005, {"place": "quarter", "name": "ж.к. Изток"})
    found = book(tmp_path, nodes=[*land, *own, quarter], ways=ways)
    assert [
        (each.name, each.names) for each in found.streets if each.kind is StreetKind.QUARTER
    ] == [("Изток", ("ж.к. Изток",))]


def test_a_quarter_has_one_spelling_and_is_one_whatever_its_tag(tmp_path):
    """Люлин II and Люлин 2 are one estate under any tag; Люлин 3 and another designator are not."""
    tags = [
        {"addr:housenumber": "1", "addr:street": "ж.к. Люлин 2"},
        {"addr:housenumber": "2", "addr:place": "ж.к. Люлин II"},
        {"addr:housenumber": "3", "addr:street": "ж.к. Люлин 2", "addr:place": "ж.к. Люлин 2"},
        {"addr:housenumber": "4", "addr:place": "Люлин 2"},
        {"addr:housenumber": "5", "addr:place": "ж.к. Люлин 3"},
        {"addr:housenumber": "6", "addr:place": "кв. Люлин 2"},
    ]
    nodes = [(10 + place, 25.001, 43.001 + place / 1e4, each) for place, each in enumerate(tags)]
    found = book(tmp_path, nodes=nodes)
    assert doors(found) == {
        ("ж.к. Люлин 2", "1"), ("ж.к. Люлин 2", "2"), ("ж.к. Люлин 2", "3"), ("ж.к. Люлин 2", "4"),
        ("ж.к. Люлин 3", "5"), ("кв. Люлин 2", "6"),
    }  # fmt: skip
    kinds = {each.name: each.kind for each in found.streets}
    assert kinds.pop("ул. Липник") is StreetKind.STREET
    assert set(kinds.values()) == {StreetKind.QUARTER}


def test_a_street_across_a_border_is_in_both_settlements(tmp_path):
    """Each village's land is drawn; each has its own number 1, its own middle and length."""
    west, one = square(100, 25.1, 43.0, 0.01)
    east, other = square(110, 25.11, 43.0, 0.01)
    line = [(120 + n, 25.1 + n * 0.002, 43.005, {}) for n in range(11)]
    nodes = [
        *west, *east, *line,
        (200, 25.104, 43.0051, {"addr:housenumber": "1", "addr:street": "ул. Дълга"}),
        (201, 25.116, 43.0051, {"addr:housenumber": "1", "addr:street": "ул. Дълга"}),
    ]  # fmt: skip
    ways = [
        (10, one, {"place": "village", "name": "Ляво"}),
        (11, other, {"place": "village", "name": "Дясно"}),
        (12, [each[0] for each in line], {"highway": "tertiary", "name": "ул. Дълга"}),
    ]
    found = book(tmp_path, nodes=nodes, ways=ways)
    towns = {each.code: each.name for each in found.settlements}
    both = {towns[each.settlement_code]: each for each in found.streets if "Дълга" in each.name}
    assert set(both) == {"Ляво", "Дясно"}
    assert both["Ляво"].lon < 25.11 < both["Дясно"].lon
    assert both["Ляво"].length_m == pytest.approx(813, abs=2)
    of = {each.street_id: each.lon for each in found.numbers}
    assert of == {both["Ляво"].street_id: 25.104, both["Дясно"].street_id: 25.116}


def test_villages_number_their_houses_without_streets(tmp_path):
    """Six in ten village addresses have no street: addr:city, addr:hamlet or nothing at all."""
    nodes = [
        (4, 25.10, 43.0, {"place": "village", "name": "Долно"}),
        (5, 25.20, 43.0, {"place": "hamlet", "name": "Горно"}),
        (6, 25.1, 43.003, {}), (7, 25.11, 43.003, {}),
        (10, 25.101, 43.0, {"addr:housenumber": "25", "addr:city": "Долно"}),
        (11, 25.102, 43.0, {"addr:housenumber": "26"}),
        (12, 25.201, 43.0, {"addr:housenumber": "7", "addr:hamlet": "Горно", "addr:city": "Русе"}),
        (13, 25.202, 43.0, {"addr:housenumber": "8"}),
        (14, 25.001, 43.001, {"addr:housenumber": "9", "addr:city": "Русе"}),
    ]  # fmt: skip
    street = (2, [6, 7], {"highway": "residential", "name": "ул. Тиха"})
    found = book(tmp_path, nodes=nodes, ways=[street])
    # 26 may be in ул. Тиха, and in a town a number alone is nobody's.
    assert doors(found) == {("Долно", "25"), ("Горно", "7"), ("Горно", "8")}
    left_out = open_region(tmp_path / "pack").left_out
    assert left_out["house numbers without a street or quarter"] == 2


def test_the_district_of_a_street_may_stand_on_its_doors(tmp_path):
    """No district is drawn, but most doors say which one they lie in."""
    said = ["район Изток", "район Изток", "район Запад", ""]
    nodes = [
        (10 + place, 25.001 + place / 1e3, 43.0, {"addr:housenumber": str(place),
         "addr:street": "ул. Липник", "addr:district": each})
        for place, each in enumerate(said)
    ]  # fmt: skip
    (street,) = book(tmp_path, nodes=nodes).streets
    assert street.district == "район Изток"


def test_streets_without_numbers_and_squares_are_there(tmp_path):
    """A name, a point on it and its length; a square that is drawn as an area, too."""
    corners, ring = square(100, 25.004, 43.004)
    found = book(
        tmp_path, nodes=corners, ways=[(5, ring, {"place": "square", "name": "пл. Свобода"})]
    )
    assert [(each.name, round(each.length_m)) for each in found.streets] == [
        ("пл. Свобода", 770), ("ул. Липник", 813),
    ]  # fmt: skip
    assert found.streets[1].lat == 43.0
    assert 25.0 < found.streets[1].lon < 25.01


def test_landmarks_with_all_their_names_once(tmp_path):
    """A school as ground and building, a mayor's office, a church; a bench is none."""
    corners, ring = square(100, 25.004, 43.004, 1e-3)
    school = {"amenity": "school", "name": "ОУ „Отец Паисий“", "alt_name": "Първо основно",
              "old_name:1950-1989": "ОУ Ленин"}  # fmt: skip
    nodes = [
        *corners,
        (5, 25.0045, 43.0045, school),
        (6, 25.001, 43.001, {"amenity": "townhall", "name": "Кметство Русе"}),
        (7, 25.002, 43.001, {"amenity": "place_of_worship", "name": "Св. Троица"}),
        (8, 25.003, 43.001, {"amenity": "bench", "name": "Пейка"}),
        (9, 25.003, 43.001, {"amenity": "library"}),
    ]
    found = book(tmp_path, nodes=nodes, ways=[(5, ring, school)])
    assert [(each.kind, each.name) for each in found.landmarks] == [
        ("place_of_worship", "Св. Троица"),
        ("school", "ОУ „Отец Паисий“"),
        ("townhall", "Кметство Русе"),
    ]
    assert found.landmarks[1].names == ("Първо основно", "ОУ Ленин")


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
        "official_name": "", "old_name:1878-1934": "Рущук", "alt_name_1": "Дунавград",
        "old_name:tr": "Ruscuk", "short_name": "Рс", "loc_name": "Русето", "reg_name": "Р.",
        "name:-1878": "Рушчук", "name:etymology": "?", "source:name": "?", "name:left": "?",
    }  # fmt: skip
    assert names_of(tags) == Names(
        "Русе",
        (
            "Рушчук",
            "Дунавград",
            "Русчук",
            "Rusçuk",
            "Рущук",
            "Ruse",
            "Рс",
            "Русето",
            "Р.",
            "Ruscuk",
        ),
    )  # fmt: skip
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


def test_a_house_across_the_river_is_not_sent_to_the_other_end_of_the_country():
    """Land that no boundary holds is one stand-in; its only settlement lies 170 km away."""
    near = Site("N", Names("Near"), "town", 25.0, 43.0, municipality_code="M")
    far = Site("F", Names("Far"), "town", 27.0, 43.0, municipality_code="approx:Rest")
    points = np.array([(25.01, 43.0), (26.9, 43.0), (25.01, 43.0)])
    codes = np.array(["approx:Rest", "approx:Rest", "M"], dtype=np.str_)
    assert assign(points, codes, [near, far]).tolist() == [0, 1, 0]


KEYS = st.sampled_from(
    ["name", "name:bg", "alt_name", "old_name:1950-1990", "addr:housenumber", "addr:street",
     "addr:place", "addr:block", "addr:city", "addr2:street", "addr2:housenumber", "place",
     "building", "amenity", "landuse", "highway", "addr:interpolation", "admin_level"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.sampled_from(["village", "residential", "yes", "school", "бл. 12", "12;14", "ул. Липник"]),
)


@settings(max_examples=25)
@given(things=st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=6))
def test_any_tags_give_a_book(tmp_path_factory, things):
    """Whatever stands on a map: it builds, every number has its street, every street its town."""
    nodes = [(10 + n, 25.001 + n / 1e4, 43.001, tags) for n, tags in enumerate(things)]
    corners, ring = square(100, 25.004, 43.004)
    ways = [(10 + n, ring, tags) for n, tags in enumerate(things)]
    found = book(tmp_path_factory.mktemp("any"), nodes=[*nodes, *corners], ways=ways)
    assert {each.street_id for each in found.numbers} <= {each.street_id for each in found.streets}
    towns = {each.code for each in found.settlements}
    assert {each.settlement_code for each in found.streets} <= towns
    assert all(each.number and each.number == each.number.strip() for each in found.numbers)
