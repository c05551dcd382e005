"""What another geocoder is asked, and which of its answers count in one region."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from planning.addresses.foreign import MOST_QUESTIONS, Answer, Judge
from planning.addresses.gazetteer import Gazetteer
from planning.areas import Area, areas_frame
from planning.model import Address, Level

NORTH = 1 / 111_195
"""Degrees of latitude in a metre."""


@pytest.fixture(scope="module")
def areas():
    """The two municipalities of the province; nobody drew its settlements."""
    return areas_frame(
        [
            Area("R1", "Речна", "municipality", shapely.box(25.8, 43.6, 26.4, 44.0)),
            Area("G1", "Горна", "municipality", shapely.box(25.8, 43.2, 26.4, 43.6)),
        ]
    )


@pytest.fixture(scope="module")
def judge(gazetteer: Gazetteer, areas) -> Judge:
    return Judge("Nominatim", gazetteer, areas)


def house(metres_north: float = 0.0, number: str = "3", level: Level = Level.HOUSE) -> Answer:
    """A door so far north of the middle of Речна."""
    return Answer(26.0, 43.8 + metres_north * NORTH, level, number, f"Липа {number}, Речна")


@pytest.mark.parametrize(
    ("country", "text", "first", "number"),
    [
        ("bg", 'гр. Речна, ул."Липа" №5, вх.Б, ет.3, ап.7', "ул липа 5, речна", "5"),
        ("bg", "Речна, бул. Липник 2", "бул липник 2, речна", "2"),
        ("bg", "ул. Първа 3 - А, с. Върбица, общ. Горна", "ул първа 3-а, върбица, горна", "3а"),
        ("bg", "гр.Речна ж.к. Здравец бл.13 вх. А", "ж к здравец 13, речна", "13"),
        ("bg", "Сливница 3, Речна", "сливница 3, речна", "3"),
        ("bg", "с. Николово 25", "николово 25", "25"),
        ("kz", "г. Караганда, ул. Жарокова, дом 219, кв. 5", "ул жарокова 219, караганда", "219"),
        ("kz", "мкр Степной-1, 15/2, Караганда", "мкр степной-1 15/2, караганда", "15/2"),
    ],
)
def test_the_question_has_no_flat_and_no_word_for_town(
    gazetteer, areas, country, text, first, number
):
    """A geocoder for everybody knows no "гр." and no "ап."; it gets what it can use."""
    asked = Judge("x", replace(gazetteer, country=country), areas).question(Address(text))
    assert asked.texts[0] == first
    assert asked.number == number
    assert len(asked.texts) <= MOST_QUESTIONS


def test_the_columns_of_the_list_count(judge):
    """The cell says the street only; settlement and municipality stand in columns of their own."""
    address = Address("ул. Липа 3", settlement="гр. Речна", municipality="Речна")
    asked = judge.question(address)
    assert asked.texts == ("ул липа 3, речна", "липа 3, речна")
    place = judge.place(asked, [house()])
    assert (place.level, place.needs_review, place.contradiction) == (Level.HOUSE, False, None)


@pytest.mark.parametrize("text", ["до бл. 13", "ул. Липа 3 и ул. Липа 5, ул. Роза 2", "12345"])
def test_half_an_address_or_two_are_not_asked_for(judge, text):
    """A landmark, two streets, a bare number: nobody else could know."""
    assert judge.question(Address(text)).texts == ()


def test_a_settlement_nobody_drew_is_the_nearest(judge):
    """Within the doors' reach of the town it is the town; far outside it is no settlement."""
    asked = judge.question(Address("гр. Речна, ул. Липа 3"))
    within, outside = (judge.place(asked, [house(far)]) for far in (3_000, 6_000))
    assert (within.settlement, within.needs_review) == ("Речна", False)
    assert (outside.settlement, outside.municipality) == ("", "Речна")
    assert "does not name the settlement" in outside.explanation


def test_what_lies_in_the_named_settlement_comes_first(judge):
    """The other geocoder prefers a street of the name in Горна; the list says Речна."""
    there = Answer(26.0, 43.4, Level.HOUSE, "3", "Липа 3, Горна")
    place = judge.place(judge.question(Address("гр. Речна, ул. Липа 3")), [there, house()])
    assert place.settlement == "Речна"
    assert [each.municipality_code for each in place.candidates] == ["R1", "G1"]


def test_two_doors_far_apart_are_one_doubt(judge):
    """Two streets of one name in one town: a person chooses."""
    asked = judge.question(Address("гр. Речна, ул. Липа 3"))
    assert not judge.place(asked, [house(), house(100)]).needs_review
    assert "far apart" in judge.place(asked, [house(), house(2_000)]).explanation


@pytest.mark.parametrize(
    ("number", "same"), [("3", True), ("1-5", True), ("3А", False), ("", False)]
)
def test_the_number_must_be_the_one(judge, number, same):
    """A range that spans it will do; a neighbour's letter, or no number at all, will not."""
    place = judge.place(judge.question(Address("гр. Речна, ул. Липа 3")), [house(number=number)])
    assert (place.level is Level.HOUSE) == same
    assert place.needs_review != same
