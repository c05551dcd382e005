"""Two spellings of one road, and two roads of alike names."""

from __future__ import annotations

import pytest

from data.regions.build import build_region
from data.regions.pack import open_region
from tests.data.drawing import draw

TOWN = (1, 25.005, 43.005, {"place": "town", "name": "Русе"})
STEP = 20 / 111_195
"""Twenty metres in degrees of latitude."""


def streets(tmp_path, *ways, doors=(), country="bg"):
    """Builds ways of (name, [(lon, lat), …]) and doors of (street, number, lon, lat)."""
    nodes, drawn, known = [TOWN], [], {}
    for id_, (name, line) in enumerate(ways, start=1):
        refs = []
        for at in line:
            if at not in known:
                known[at] = 10 + len(known)
                nodes.append((known[at], *at, {}))
            refs.append(known[at])
        drawn.append((id_, refs, {"highway": "residential", "name": name}))
    nodes += [
        (1_000 + place, lon, lat, {"addr:street": street, "addr:housenumber": number})
        for place, (street, number, lon, lat) in enumerate(doors)
    ]
    file = draw(tmp_path / "map.osm.pbf", nodes=nodes, ways=drawn)
    build_region([file], name="Town", out=tmp_path / "pack", countries=[country])
    book = open_region(tmp_path / "pack").gazetteer
    numbers = {each.street_id: [] for each in book.streets}
    for each in book.numbers:
        numbers[each.street_id].append(each.number)
    return {each.name: (set(each.names), numbers[each.street_id]) for each in book.streets}


WEST = [(25.0, 43.0), (25.004, 43.0)]
EAST = [(25.004, 43.0), (25.01, 43.0)]
FAR = [(25.0, 43.01), (25.01, 43.01)]


def test_two_spellings_that_share_a_node_are_one_street(tmp_path):
    """Хр. Ботев goes on as Христо Ботев: the longer piece gives the name, both give numbers."""
    found = streets(
        tmp_path,
        ("ул. Хр. Ботев", WEST),
        ("ул. Христо Ботев", EAST),
        doors=[
            ("ул. Хр. Ботев", "1", 25.001, 43.0001),
            ("ул. Христо Ботев", "9", 25.008, 43.0001),
        ],
    )
    assert found == {"ул. Христо Ботев": ({"ул. Хр. Ботев"}, ["1", "9"])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ул. 6-ти септември", "ул. Шести септември"),
        ("ул. Св. св. Кирил и Методий", "ул. Кирил и Методий"),
        ("ул. Липник", "Липник"),
        ("бул. Цар Освободител", "ул. Цар Освободител"),
    ],
)
def test_alike_names_of_one_road(tmp_path, one, other):
    """Ordinals, titles, a missing designator, a boulevard that ends as a street."""
    assert len(streets(tmp_path, (one, WEST), (other, EAST))) == 1
    assert len(streets(tmp_path, (one, EAST), (other, FAR))) == 2


def test_two_carriageways_are_one_street_and_a_parallel_street_is_none(tmp_path):
    """бул. 6-ти септември eastward, Шести септември westward, 15 m apart; 110 m are too many."""
    near = [(lon, 43.0 + 0.75 * STEP) for lon in (25.01, 25.0)]
    far = [(lon, 43.001) for lon in (25.01, 25.0)]
    whole = [(25.0, 43.0), (25.01, 43.0)]
    for line, count in ((near, 1), (far, 2)):
        found = streets(tmp_path, ("бул. 6-ти септември", whole), ("ул. Шести септември", line))
        assert len(found) == count


def test_first_street_and_1st_street_of_a_village_stay_two(tmp_path):
    """Many a Bulgarian village has both, streets apart."""
    found = streets(tmp_path, ("ул. Първа", WEST), ("ул. 1-ва", FAR))
    assert set(found) == {"ул. Първа", "ул. 1-ва"}


def test_alike_streets_that_are_numbered_on_their_own_stay_two(tmp_path):
    """They meet at a corner, but each has a number 1, 3 and 5 of its own, far apart."""
    doors = [
        (street, str(number), lon + number / 1e4, 43.0001)
        for street, lon in (("ул. Първа", 25.0), ("ул. 1-ва", 25.008))
        for number in (1, 3, 5)
    ]
    found = streets(tmp_path, ("ул. Първа", WEST), ("ул. 1-ва", EAST), doors=doors)
    assert {name: len(numbers) for name, (_, numbers) in found.items()} == {
        "ул. Първа": 3, "ул. 1-ва": 3,
    }  # fmt: skip


def test_a_lane_stays_beside_its_street(tmp_path):
    """Nizami döngəsi branches off Nizami küçəsi and numbers its own doors."""
    lane = [(25.004, 43.0), (25.004, 43.002)]
    found = streets(
        tmp_path,
        ("Nizami küçəsi", [*WEST, EAST[1]]),
        ("Nizami döngəsi", lane),
        doors=[("Nizami döngəsi", "1", 25.0041, 43.0002)],
        country="az",
    )
    assert found == {"Nizami küçəsi": (set(), []), "Nizami döngəsi": (set(), ["1"])}


def test_doors_that_shorten_the_name_of_the_street_they_stand_on(tmp_path):
    """Nobody drew "ул. Г. С. Раковски", but its doors stand along Георги Стойков Раковски."""
    doors = [("ул. Г. С. Раковски", str(n), 25.0 + n / 1e3, 43.0 + STEP) for n in (1, 3, 5)]
    lost = [("ул. Ив. Вазов", "1", 25.005, 43.004)]
    found = streets(
        tmp_path,
        ("ул. Георги Стойков Раковски", [(25.0, 43.0), (25.01, 43.0)]),
        ("ул. Иван Вазов", FAR),
        doors=[*doors, *lost],
    )
    assert found == {
        "ул. Георги Стойков Раковски": ({"ул. Г. С. Раковски"}, ["1", "3", "5"]),
        "ул. Иван Вазов": (set(), []),
        "ул. Ив. Вазов": (set(), ["1"]),
    }
