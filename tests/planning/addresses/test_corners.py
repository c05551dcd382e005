"""Corners of two streets, in the province of Речна (see conftest): streets lie 240 m apart."""

from __future__ import annotations

import pytest

from planning.addresses.geocoder import Geocoder
from planning.addresses.index import metres
from planning.model import Address, Level, Place


def find(geocoder: Geocoder, rest: str) -> Place:
    """An address in the town of Речна."""
    return geocoder.locate(Address(f"гр. Речна, {rest}"))


@pytest.mark.parametrize(
    "text",
    [
        "ъгъла на ул. Липа и бул. Шипка",
        "ъгъл на Липа и Шипка",
        "ул. Липа, ъгъл с бул. Шипка",
        "Липа, ъгъл с Шипка",
    ],
)
def test_a_corner_is_half_way_between_the_nearest_doors(geocoder: Geocoder, text: str) -> None:
    """Липа 1 and Шипка 1 face each other; the crossing is somewhere between them."""
    place = find(geocoder, text)
    assert place.level is Level.STREET
    assert not place.needs_review
    assert place.matched == "Речна, ул. Липа / бул. Шипка"
    assert place.lon is not None
    assert place.lat is not None
    for street in ("ул. Липа 1", "бул. Шипка 1"):
        door = find(geocoder, street)
        assert door.lon is not None
        assert door.lat is not None
        away = metres(place.lon, place.lat, door.lon, door.lat)
        assert away < 130 < (place.error_m or 0)
    assert place.door == ""
    assert len(place.candidates) == 2


def test_streets_that_never_meet_are_for_a_person(geocoder: Geocoder) -> None:
    """ул. Липа and ж.к. Люлин lie kilometres apart: the error says so."""
    place = find(geocoder, "ъгъла на ул. Липа и ул. Генерал Гурко")
    assert place.needs_review
    assert "does not show that these streets meet" in place.explanation


def test_one_street_of_a_corner_is_not_enough(geocoder: Geocoder) -> None:
    """The street that the map has, for a person to look at."""
    place = find(geocoder, "ъгъла на ул. Липа и ул. Измислена")
    assert place.needs_review
    assert place.matched.startswith("Речна, ул. Липа")
    assert "the other street of the corner is not on the map" in place.explanation


def test_neither_street_of_a_corner_is_on_the_map(geocoder: Geocoder) -> None:
    """The town is all that is left."""
    place = find(geocoder, "ъгъла на ул. Небивала и ул. Измислена")
    assert (place.level, place.needs_review) == (Level.SETTLEMENT, True)


def test_a_house_number_says_more_than_a_corner(geocoder: Geocoder) -> None:
    """ул. Липа 5 is a door, whatever it is the corner of."""
    for text in ("ул. Липа 5, ъгъл с бул. Шипка", "ъгъл ул. Липа 5 и бул. Шипка"):
        place = find(geocoder, text)
        assert (place.level, place.matched) == (Level.HOUSE, "Речна, ул. Липа 5"), text
