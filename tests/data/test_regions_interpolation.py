"""Interpolation lines: which numbers stand between, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.regions.build import build_region
from data.regions.interpolation import along, between
from data.regions.pack import open_region
from planning.addresses.gazetteer import HouseNumber
from tests.data.drawing import draw


def numbers(first: str, last: str, rule: str) -> str:
    found = between(first, last, rule)
    return "none" if found is None else " ".join(number for number, _ in found)


@pytest.mark.parametrize(
    ("first", "last", "rule", "found"),
    [
        ("1", "9", "odd", "3 5 7"),
        ("9", "1", "odd", "7 5 3"),
        ("2", "8", "even", "4 6"),
        ("1", "8", "even", "2 4 6"),
        ("8", "1", "odd", "7 5 3"),
        ("3", "6", "all", "4 5"),
        ("10", "40", "10", "20 30"),
        ("1а", "9Б", "odd", "3 5 7"),
        ("12a", "12e", "alphabetic", "12b 12c 12d"),
        ("7 В", "7А", "alphabetic", "7Б"),
        ("7", "7г", "alphabetic", "7а 7б 7в"),
        ("5", "5", "all", ""),
        ("1", "2", "all", ""),
        ("1", "999999", "all", "none"),
        ("1", "9", "fancy", "none"),
        ("1", "9", "0", "none"),
        ("A", "9", "odd", "none"),
        ("7а", "9в", "alphabetic", "none"),
        ("7a", "7г", "alphabetic", "none"),
        ("9" * 300, "1", "all", "none"),
    ],
)
def test_numbers_between_two_ends(first, last, rule, found):
    """Odd, even, all, every tenth, letters of either alphabet; nonsense and hostile ranges."""
    assert numbers(first, last, rule) == found


@given(st.text(max_size=6), st.text(max_size=6), st.sampled_from(["odd", "even", "all", "2", "x"]))
def test_any_ends_give_few_numbers_in_order(first, last, rule):
    """Whatever the map says: at most a thousand, each strictly between the ends."""
    found = between(first, last, rule) or []
    shares = [share for _, share in found]
    assert len(found) <= 1_000
    assert shares == sorted(set(shares))
    assert all(0 < share < 1 for share in shares)


def test_numbers_follow_the_bend_of_the_line():
    """Half-way along an L is its corner."""
    line = [(25.0, 0.0), (25.01, 0.0), (25.01, 0.01)]
    ((lon, lat),) = along(line, [("2", 0.5)]) or []
    assert (lon, lat) == pytest.approx((25.01, 0.0), abs=1e-6)
    assert along([(25.0, 0.0), (25.00001, 0.0)], [("2", 0.5), ("3", 0.6)]) is None


ROAD = [(1, 25.0, 43.0, {}), (2, 25.01, 43.0, {})]
TOWN = (3, 25.0, 43.0, {"place": "town", "name": "Русе"})
MAIN = (1, [1, 2], {"highway": "residential", "name": "ул. Липник"})


def built(tmp_path, nodes, ways):
    file = draw(tmp_path / "map.osm.pbf", nodes=[*ROAD, TOWN, *nodes], ways=[MAIN, *ways])
    build_region([file], name="Town", out=tmp_path / "pack")
    return open_region(tmp_path / "pack")


def test_a_line_of_numbers_is_filled_and_marked(tmp_path):
    """1 to 11, with 5 in the middle and a house 7 that somebody mapped beside the line."""
    nodes = [
        (20, 25.001, 43.001, {"addr:housenumber": "1"}),
        (21, 25.003, 43.001, {"addr:housenumber": "5", "addr:street": "ул. Липник"}),
        (22, 25.006, 43.001, {"addr:housenumber": "11"}),
        (23, 25.0042, 43.0013, {"addr:housenumber": "7", "addr:street": "ул. Липник"}),
    ]
    line = (9, [20, 21, 22], {"addr:interpolation": "odd", "addr:street": "ул. Липник"})
    region = built(tmp_path, nodes, [line])
    found = {each.number: each for each in region.gazetteer.numbers}
    assert {number: each.interpolated for number, each in found.items()} == {
        "1": False, "3": True, "5": False, "7": False, "9": True, "11": False,
    }  # fmt: skip
    street = region.gazetteer.streets[0].street_id
    assert found["3"] == HouseNumber(street, "3", pytest.approx(25.002), 43.001, interpolated=True)
    assert (found["7"].lon, found["7"].lat) == (25.0042, 43.0013)
    assert found["9"].lon == pytest.approx(25.005)


def test_a_line_may_have_its_street_from_a_relation_or_an_end(tmp_path):
    """The way says no street; one end does."""
    nodes = [
        (20, 25.001, 43.001, {"addr:housenumber": "2", "addr:street": "ул. Липник"}),
        (21, 25.003, 43.001, {"addr:housenumber": "6"}),
    ]
    line = (9, [20, 21], {"addr:interpolation": "even"})
    found = built(tmp_path, nodes, [line]).gazetteer.numbers
    assert {(each.number, each.interpolated) for each in found} == {("2", False), ("4", True)}


def test_lines_beyond_belief_are_counted_and_left(tmp_path):
    """A vandal draws 1 to 999999, a mapper forgets the numbers, and a metre holds fifty houses."""
    tags = {"addr:street": "ул. Липник"}
    nodes = [
        (20, 25.001, 43.001, {**tags, "addr:housenumber": "1"}),
        (21, 25.003, 43.001, {**tags, "addr:housenumber": "999999"}),
        (22, 25.004, 43.001, {}),
        (23, 25.00401, 43.001, {}),
        (24, 25.005, 43.001, {**tags, "addr:housenumber": "1"}),
        (25, 25.00501, 43.001, {**tags, "addr:housenumber": "101"}),
    ]
    ways = [
        (9, [20, 21], {"addr:interpolation": "all"}),
        (10, [22, 23], {"addr:interpolation": "odd"}),
        (11, [24, 25], {"addr:interpolation": "odd"}),
    ]
    region = built(tmp_path, nodes, ways)
    assert not any(each.interpolated for each in region.gazetteer.numbers)
    assert region.left_out["interpolation lines beyond belief"] == 2
    assert region.left_out["interpolation lines without numbers at their ends"] == 1


def test_the_lines_of_a_real_city_are_filled(geodata, tmp_path):
    """Heidelberg has 46 lines; what they give lies between doors and is marked."""
    build_region([geodata / "osm" / "heidelberg.osm.pbf"], name="H", out=tmp_path / "pack")
    found = open_region(tmp_path / "pack").gazetteer.numbers
    assert sum(each.interpolated for each in found) > 300
    assert sum(not each.interpolated for each in found) > 500
