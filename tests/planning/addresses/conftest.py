"""The province of Речна: two municipalities, and every trap that addresses set.

    municipality Речна (R1)    town Речна (also the name of the province), village Върбица,
                               village Ново село (no streets on the map)
    municipality Горна (G1)    town Горна, another Върбица, village Николово

One hundredth of a degree of latitude is 1,112 m. Streets run north from their first number, doors
twenty metres apart unless said otherwise.
"""

from __future__ import annotations

import pytest

from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Landmark,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.addresses.geocoder import Geocoder

STEP = 20 / 111_195
TOWN = (26.0, 43.8)

# settlement code → name of the street → (other names, its numbers in order)
STREETS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "10001": {
        "ул. Липа": ((), "1 2 3 5 7 9 9Б 11 15 27А 31"),
        "бул. Шипка": ((), "1 2 3 4 12 14А 20-24"),
        "ул. Христо Ботев": ((), "1 3 5 7"),
        "ул. Георги Стойков Раковски": ((), "1 2 5"),
        "ул. Васил Левски": ((), "1 3 4"),
        "ул. Трети март": ((), "1 2 5"),
        "ул. Първа": ((), "1 2 3"),
        "ул. Княз Борис III": ((), "1 5 7"),
        "ул. Свети свети Кирил и Методий": ((), "1 2 8"),
        "ул. Сливница": ((), "1 2 3"),
        "ул. Роза": ((), "1 2"),
        "ул. Роса": ((), "1 2"),
        "ул. Незабравка": ((), "1 2"),
        "ул. Свобода": (("ул. Комсомолска",), "1 2 4"),
        "ул. 309": ((), "1 5"),
        "ул. Под игото": ((), "1 2"),
        "ул. България": ((), "1 2"),
        "ул. Площад": ((), "1 4Б"),
        "ул. Дряново": ((), "1 2"),
        "ул. Генерал Гурко": ((), "1 2"),
        "ж.к. Здравец": ((), "бл. 12|бл.13|блок 14|15"),
        "ж.к. Люлин 2": ((), "бл. 307|бл. 308"),
        "ж.к. Дружба 1": ((), "бл. 1|бл. 2"),
        "ж.к. Дружба 2": ((), "бл. 1|бл. 9"),
        "ж.к. Студентски град": ((), "бл. 5"),
    },
    "10002": {"ул. Дунав": ((), "1 3 5"), "ул. Георги Димитров": ((), "1 2")},
    "20001": {"ул. Липа": ((), "1 2"), "ул. Черна": ((), "1 2"), "ул. Незабрявка": ((), "1")},
    "20002": {"ул. Тополова": ((), "1 2")},
    "20003": {"ул. Кестен": ((), "1 2")},
}


def _gazetteer() -> Gazetteer:
    streets: list[Street] = []
    numbers: list[HouseNumber] = []
    for code, named in STREETS.items():
        lon, lat = POINTS[code]
        for column, (name, (others, doors)) in enumerate(named.items()):
            x = lon + column * 0.003
            quarter = name.startswith("ж.к.")
            listed = doors.split("|") if quarter else doors.split()
            kind = StreetKind.QUARTER if quarter else StreetKind.STREET
            y = lat + STEP * len(listed) / 2
            street = Street(len(streets), code, name, kind, x, y, others, 20.0 * len(listed))
            streets.append(street)
            numbers += [
                HouseNumber(street.street_id, number, x, lat + STEP * row)
                for row, number in enumerate(listed)
            ]
    settlements = tuple(
        Settlement(code, name, kind, municipality, *POINTS[code], (), people, radius, postcode)
        for code, name, kind, municipality, people, radius, postcode in SETTLEMENTS
    )
    school = Landmark("ОУ „Отец Паисий“", "school", "10001", 26.02, 43.81)
    return Gazetteer(
        "bg",
        (
            Municipality("R1", "Речна", ("Rechna",), "Речна"),
            Municipality("G1", "Горна", ("Gorna",), "Речна"),
        ),
        settlements,
        tuple(streets),
        tuple(numbers),
        (school,),
    )


POINTS = {
    "10001": TOWN,
    "10002": (26.2, 43.8),
    "10003": (26.0, 43.9),
    "20001": (26.0, 43.4),
    "20002": (26.2, 43.4),
    "20003": (26.1, 43.3),
}
SETTLEMENTS = (
    ("10001", "Речна", "town", "R1", 40_000, 4_000.0, "7000"),
    ("10002", "Върбица", "village", "R1", 900, 700.0, "7010"),
    ("10003", "Ново село", "village", "R1", 300, 600.0, "7020"),
    ("20001", "Горна", "town", "G1", 9_000, 2_000.0, "7100"),
    ("20002", "Върбица", "village", "G1", 400, 600.0, "7110"),
    ("20003", "Николово", "village", "G1", 500, 600.0, "7120"),
)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """What the map knows of the province of Речна."""
    return _gazetteer()


@pytest.fixture(scope="session")
def geocoder(gazetteer: Gazetteer) -> Geocoder:
    """Finds addresses in the province of Речна."""
    return Geocoder(gazetteer)
