"""What an answer carries: numbers on a street, doors, units, polygons."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from planning.addresses.gazetteer import Gazetteer
from planning.addresses.geocoder import Geocoder
from planning.addresses.index import metres
from planning.model import Address, Level, Place, Unit


def find(geocoder: Geocoder, rest: str) -> Place:
    """An address in the town of Речна."""
    return geocoder.locate(Address(f"гр. Речна, {rest}"))


def test_a_missing_number_lies_between_its_neighbours_of_the_same_side(
    geocoder: Geocoder,
) -> None:
    """Липа 13 is between 11 and 15, which are doors 8 and 9 of the street."""
    place = find(geocoder, "ул. Липа 13")
    eleven, fifteen = find(geocoder, "ул. Липа 11"), find(geocoder, "ул. Липа 15")
    assert place.level is Level.INTERPOLATED
    assert place.lat is not None
    assert eleven.lat is not None
    assert fifteen.lat is not None
    assert eleven.lat < place.lat < fifteen.lat
    assert "between 11 and 15" in place.explanation
    assert not place.needs_review


def test_a_number_just_past_the_last_one_is_near_it(geocoder: Geocoder) -> None:
    """Липа 35: the last one mapped is 31, two plots before."""
    place = find(geocoder, "ул. Липа 35")
    assert place.level is Level.INTERPOLATED
    assert "near 31" in place.explanation
    assert (place.error_m or 0) > (find(geocoder, "ул. Липа 31").error_m or 0)


def test_a_number_far_off_the_map_falls_back_to_the_street(geocoder: Geocoder) -> None:
    """Липа 231 is not guessed."""
    place = find(geocoder, "ул. Липа 231")
    assert place.level is Level.STREET
    assert "not on the map" in place.explanation


def test_a_street_without_a_number_is_a_street(geocoder: Geocoder) -> None:
    """There is no number, so there is no door."""
    place = find(geocoder, "ул. Липа")
    assert place.level is Level.STREET
    assert place.door == ""


def test_coarser_answers_have_larger_errors_and_less_confidence(geocoder: Geocoder) -> None:
    """House, interpolated, street, settlement: each step down costs."""
    places = [find(geocoder, rest) for rest in ("ул. Липа 5", "ул. Липа 13", "ул. Липа", "")]
    errors = [place.error_m or 0 for place in places]
    assert errors == sorted(errors)
    assert places[0].confidence > places[1].confidence > places[2].confidence * 0.99


def test_keeps_entrance_floor_and_flat_for_the_crew(geocoder: Geocoder) -> None:
    """Flats restart at 1 in each entrance, so the entrance is kept."""
    place = find(geocoder, "ж.к. Здравец бл.12, вход Б, етаж III, апартамент 7")
    assert place.unit == Unit("Б", "3", "7")
    assert find(geocoder, "ул. Липа 5, ет.2").unit == Unit(floor="2")


def test_one_door_has_one_key_however_it_is_spelled(geocoder: Geocoder) -> None:
    """Brothers and sisters are visited together."""
    same = ("ул. Липа 9-Б, ап. 2", "УЛ.ЛИПА №9б ап.2", "Липа 9 Б, ап 2", "бул. Липа 9Б ап.2")
    doors = {find(geocoder, rest).door for rest in same}
    assert len(doors) == 1
    assert "" not in doors
    assert find(geocoder, "ул. Липа 9Б, ап. 3").door not in doors
    assert find(geocoder, "ул. Липа 9, ап. 2").door not in doors


def test_a_block_without_a_flat_is_no_door(geocoder: Geocoder) -> None:
    """Forty families live in it."""
    assert find(geocoder, "ж.к. Здравец бл. 12").door == ""
    assert find(geocoder, "ж.к. Здравец бл. 12, вх. А, ап. 1").door != ""


def test_an_unmapped_street_still_tells_one_door_from_another(geocoder: Geocoder) -> None:
    """The words themselves are the key, where they hold a number."""
    one, same = find(geocoder, "ул. Синя 2"), find(geocoder, 'УЛ. "СИНЯ" 2')
    assert one.door == same.door != ""
    assert find(geocoder, "ул. Синя 3").door != one.door
    assert find(geocoder, "ул. Синя").door == ""


def test_every_place_carries_its_municipality(geocoder: Geocoder) -> None:
    """Coverage is counted by municipality and settlement code."""
    place = find(geocoder, "ул. Липа 5")
    assert (place.municipality_code, place.municipality) == ("R1", "Речна")
    assert (place.settlement_code, place.settlement) == ("10001", "Речна")
    assert place.candidates[0].municipality_code == "R1"


@pytest.fixture
def areas() -> gpd.GeoDataFrame:
    """The two municipalities; a strip with the eastern streets of Речна belongs to Горна."""
    rows = [
        ("R1", "Речна", "municipality", False, box(25, 43.6, 26.04, 44.5)),
        ("G1", "Горна", "municipality", False, box(26.04, 43.6, 26.1, 44.5)),
        ("R1", "Речна", "municipality", True, box(0, 0, 90, 80)),
    ]
    columns = ["code", "name", "level", "approximate", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")


def test_a_point_in_another_municipality_than_its_settlement_is_a_mismatch(
    gazetteer: Gazetteer, areas: gpd.GeoDataFrame
) -> None:
    """With boundaries at hand, every answer is checked against the polygon it lies in."""
    geocoder = Geocoder(gazetteer, areas)
    assert find(geocoder, "ул. Липа 5").contradiction is None
    place = find(geocoder, "ул. Генерал Гурко 2")
    assert "lies in Горна" in str(place.contradiction)
    assert place.needs_review


def test_metres_are_metres() -> None:
    """One degree of the meridian is 111.195 km on a sphere of 6,371 km."""
    assert metres(26, 43, 26, 44) == pytest.approx(111_195, abs=1)
    assert metres(26, 60, 27, 60) == pytest.approx(111_195 / 2, rel=1e-4)


@pytest.mark.parametrize("text", ["кв. Изгрев 2", "ул. 6-ти май", "ул. Първа армия"])
def test_numbers_that_belong_to_names_are_no_door(geocoder: Geocoder, text: str) -> None:
    """Many families live at "кв. Изгрев 2": they are not one visit because the map lacks it."""
    assert find(geocoder, text).door == ""
    assert "/?/" in find(geocoder, f"{text}, № 5").door
