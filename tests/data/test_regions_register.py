"""The real register of Bulgarian settlements over a map that knows no code."""

from __future__ import annotations

import pytest

from data.regions.build import build_region
from data.regions.pack import open_region
from tests.data.drawing import draw


@pytest.fixture(scope="module")
def ivanovo(geodata, tmp_path_factory):
    """Municipality Иваново with three villages, one of them misspelled by kind, one not mapped.

    Нисово stands only on its doors; the register, ek_atte.json, has codes and kinds, no positions.
    """
    folder = tmp_path_factory.mktemp("ivanovo")
    corners = [(1, 25.9, 43.6), (2, 26.1, 43.6), (3, 26.1, 43.8), (4, 25.9, 43.8)]
    nodes = [(id_, lon, lat, {}) for id_, lon, lat in corners]
    nodes += [
        (10, 25.95, 43.69, {"place": "village", "name": "Иваново"}),
        (11, 26.0, 43.75, {"place": "town", "name": "ЩРЪКЛЕВО", "postal_code": "1111"}),
        (12, 26.05, 43.7, {"place": "hamlet", "name": "Хижата"}),
        (20, 25.95, 43.69, {}), (21, 25.96, 43.69, {}),
    ]  # fmt: skip
    nodes += [
        (30 + n, 26.0 + n / 1e3, 43.65, {"addr:housenumber": str(n), "addr:city": "Нисово"})
        for n in range(1, 4)
    ]
    area = {"type": "boundary", "boundary": "administrative", "admin_level": "7"}
    file = draw(
        folder / "m.osm.pbf",
        nodes=nodes,
        ways=[(1, [1, 2, 3, 4, 1], {}),
              (2, [20, 21], {"highway": "residential", "name": "ул. Олимпийска"})],
        relations=[(1, [("w", 1, "outer")], {**area, "name": "Община Иваново"})],
    )  # fmt: skip
    register = geodata / "bulgaria" / "ek_atte.json"
    build_region([file], name="Ivanovo", out=folder / "pack", gazetteer=register)
    return open_region(folder / "pack")


def test_codes_names_and_kinds_are_the_registers(ivanovo):
    """By municipality and name, whatever the map's kind and capitals; a hut is nobody's village."""
    found = {each.code: (each.name, each.kind) for each in ivanovo.gazetteer.settlements}
    assert found == {
        "32095": ("Иваново", "village"),
        "84049": ("Щръклево", "village"),
        "51768": ("Нисово", "village"),
        "osm:n12": ("Хижата", "hamlet"),
    }
    (municipality,) = ivanovo.gazetteer.municipalities
    assert (municipality.code, municipality.province) == ("RSE13", "Русе")
    assert {each.municipality_code for each in ivanovo.gazetteer.settlements} == {"RSE13"}


def test_a_settlement_that_only_doors_name_is_placed_among_them(ivanovo):
    """Нисово is not on the map: its three doors are, and they are its own."""
    book = ivanovo.gazetteer
    nisovo = next(each for each in book.settlements if each.name == "Нисово")
    assert (nisovo.lon, nisovo.lat) == (26.002, 43.65)
    own = {each.street_id for each in book.streets if each.settlement_code == nisovo.code}
    assert sorted(each.number for each in book.numbers if each.street_id in own) == ["1", "2", "3"]


def test_only_the_regions_own_settlements_are_missed(ivanovo):
    """13 villages in the register, three on the map: ten are missed, not the other 5,000."""
    assert ivanovo.left_out["settlements of the register without a position"] == 10


def test_postcodes_and_populations_of_a_second_register_override(geodata, tmp_path, ivanovo):
    """With positions at hand villages that the map forgot are there, under official postcodes."""
    bulgaria = geodata / "bulgaria"
    source = ivanovo.folder.parent / "m.osm.pbf"
    registers = [bulgaria / "ek_atte.json", bulgaria / "settlements_loc.csv"]
    build_region([source], name="Ivanovo", out=tmp_path / "pack", gazetteer=registers)
    found = {
        each.code: each
        for each in open_region(tmp_path / "pack").gazetteer.settlements
        if each.municipality_code == "RSE13"
    }
    assert found["84049"].postcode == "7078"
    assert {"51768", "80443"} <= set(found)


def test_two_namesakes_of_one_municipality_are_told_apart_by_kind(geodata, tmp_path):
    """Каспичан is a town and a village of one municipality; two villages Вълчовци are not."""
    corners = [(1, 27.0, 43.2), (2, 27.3, 43.2), (3, 27.3, 43.5), (4, 27.0, 43.5)]
    nodes = [(id_, lon, lat, {}) for id_, lon, lat in corners]
    nodes += [
        (10, 27.15, 43.3, {"place": "town", "name": "Каспичан"}),
        (11, 27.18, 43.32, {"place": "village", "name": "Каспичан"}),
        (20, 27.15, 43.3, {}), (21, 27.16, 43.3, {}),
    ]  # fmt: skip
    area = {"type": "boundary", "boundary": "administrative", "admin_level": "7"}
    file = draw(
        tmp_path / "m.osm.pbf",
        nodes=nodes,
        ways=[(1, [1, 2, 3, 4, 1], {}), (2, [20, 21], {"highway": "residential", "name": "A"})],
        relations=[(1, [("w", 1, "outer")], {**area, "name": "Каспичан"})],
    )
    register = geodata / "bulgaria" / "ek_atte.json"
    build_region([file], name="K", out=tmp_path / "pack", gazetteer=register)
    found = open_region(tmp_path / "pack").gazetteer.settlements
    assert {(each.code, each.kind) for each in found} == {("36587", "town"), ("36590", "village")}
