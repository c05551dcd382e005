"""Big cities that the map has in parts, and villages of one name that are two."""

from __future__ import annotations

from data.regions.build import build_region
from data.regions.pack import open_region
from planning.areas import DISTRICT, MUNICIPALITY, check_areas, of_level
from tests.data.drawing import draw


def districts(file, *, cities=("Wide", "Wide"), places=(), first=None):
    """Two boundaries side by side, West (25.0 to 25.1 °E) and East, with a street across.

    Each holds six doors of it. `first` are tags of the western boundary besides its name.
    """
    at = [(25.0, 42.0), (25.1, 42.0), (25.2, 42.0), (25.0, 42.1), (25.1, 42.1), (25.2, 42.1)]
    nodes = [(1 + n, lon, lat, {}) for n, (lon, lat) in enumerate(at)]
    nodes += [(10, 25.08, 42.05, {}), (11, 25.1, 42.05, {}), (12, 25.12, 42.05, {})]
    nodes += [(20 + n, *place) for n, place in enumerate(places)]
    for side, (city, lon) in enumerate(zip(cities, (25.09, 25.11), strict=True)):
        nodes += [
            (100 + 10 * side + n, lon + n / 1e4, 42.0501,
             {"addr:housenumber": str(10 * side + n), "addr:street": "Main", "addr:city": city})
            for n in range(6)
        ]  # fmt: skip
    area = {"type": "boundary", "boundary": "administrative", "admin_level": "7"}
    return draw(
        file,
        nodes=nodes,
        ways=[
            (1, [2, 1, 4, 5], {}), (2, [2, 5], {}), (3, [5, 6, 3, 2], {}),
            (4, [10, 11, 12], {"highway": "residential", "name": "Main"}),
        ],
        relations=[
            (1, [("w", 1, "outer"), ("w", 2, "outer")], {**area, "name": "West", **(first or {})}),
            (2, [("w", 2, "outer"), ("w", 3, "outer")], {**area, "name": "East"}),
        ],
    )  # fmt: skip


def built(tmp_path, **how):
    build_region([districts(tmp_path / "m.osm.pbf", **how)], name="Land", out=tmp_path / "pack")
    region = open_region(tmp_path / "pack")
    check_areas(region.areas)
    return region


def test_parts_of_a_city_are_its_districts(tmp_path):
    """No place is mapped, all doors name Wide: one settlement, one street, two districts."""
    region = built(tmp_path)
    book = region.gazetteer
    assert [(each.name, each.code) for each in book.municipalities] == [("Wide", "approx:Wide")]
    assert [(each.name, each.municipality_code) for each in book.settlements] == [
        ("Wide", "approx:Wide")
    ]
    (street,) = book.streets
    assert sorted(int(each.number) for each in book.numbers) == [*range(6), *range(10, 16)]
    assert street.district in {"West", "East"}
    assert list(of_level(region.areas, MUNICIPALITY)["approximate"]) == [True]
    below = of_level(region.areas, DISTRICT)
    assert list(zip(below["name"], below["parent"], strict=True)) == [
        ("West", "approx:Wide"), ("East", "approx:Wide"),
    ]  # fmt: skip


def test_the_city_may_be_mapped_in_one_of_its_parts(tmp_path):
    """The place node lies in West; East has doors only."""
    city = (25.08, 42.05, {"place": "city", "name": "Wide", "population": "100000"})
    book = built(tmp_path, places=[city]).gazetteer
    assert [(each.name, each.kind, each.code) for each in book.settlements] == [
        ("Wide", "city", "osm:n20")
    ]
    assert [each.name for each in book.municipalities] == ["Wide"]


def test_real_municipalities_are_not_joined(tmp_path):
    """An official code, a village beside the city, its own name, or another city: each stands."""
    city = (25.08, 42.05, {"place": "city", "name": "Wide"})
    village = (25.01, 42.01, {"place": "village", "name": "Small"})
    for how in (
        {"first": {"ref:nuts4": "WST01"}},
        {"places": [city, village]},
        {"first": {"name": "Wide"}},
        {"cities": ("Wide", "Other")},
    ):
        assert len(built(tmp_path, **how).gazetteer.municipalities) == 2, how


def test_two_villages_of_one_name_stay_two(tmp_path):
    """A quarter of Bulgarian names is shared; these two lie 900 m apart, one has no code."""
    one = (25.08, 42.05, {"place": "village", "name": "Гълъбово", "ekatte": "18277"})
    other = (25.09, 42.05, {"place": "village", "name": "Гълъбово"})
    book = built(tmp_path, places=[one, other]).gazetteer
    assert {each.code for each in book.settlements if each.name == "Гълъбово"} == {
        "18277", "osm:n21",
    }  # fmt: skip


def test_a_town_that_is_mapped_twice_is_one_and_keeps_its_village(tmp_path):
    """Каспичан is a town with a village of its name 3 km away; the town is there twice."""
    places = [
        (25.08, 42.05, {"place": "town", "name": "Каспичан", "ekatte": "36587", "name:en": "K"}),
        (25.081, 42.051, {"place": "town", "name": "Каспичан", "population": "3000",
                          "name:tr": "Kaspiçan"}),
        (25.05, 42.05, {"place": "village", "name": "Каспичан", "ekatte": "36590"}),
    ]  # fmt: skip
    book = built(tmp_path, places=places).gazetteer
    found = {each.code: each for each in book.settlements if each.name == "Каспичан"}
    assert set(found) == {"36587", "36590"}
    assert found["36587"].population == 3000
    assert set(found["36587"].names) == {"K", "Kaspiçan"}


def test_moscow_is_one_city_with_districts(geodata, tmp_path):
    """The extract cuts four районы out of the city, all of whose doors say Москва."""
    build_region([geodata / "osm" / "moscow.osm.gz"], name="Moscow", out=tmp_path / "pack")
    region = open_region(tmp_path / "pack")
    book = region.gazetteer
    assert [each.name for each in book.settlements] == ["Москва"]
    assert [each.name for each in book.municipalities] == ["Москва"]
    assert "Останкинский район" in set(of_level(region.areas, DISTRICT)["name"])
    assert "Останкинский район" in {each.district for each in book.streets}
    streets = [each.name for each in book.streets if each.name == "Новомосковская улица"]
    assert len(streets) <= 1
