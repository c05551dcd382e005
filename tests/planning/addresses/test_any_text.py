"""Whatever stands in the cell, there is one honest answer."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.addresses.geocoder import Geocoder
from planning.addresses.grammars import az, bg, generic, kz
from planning.addresses.parse import parse
from planning.model import Address, Level, Place

HOSTILE = (
    "{{7*191}}", "{% raw %}", "<img onerror=alert(1)>", "=cmd|' /C calc'!A0", "\x00", "а\x00б",
    "'; DROP TABLE cases;--", "😀 🏠 5", "عنوان ٥ شارع", "\u202eевс .лу", "Рyсe 5 北京 Baku",
    "\ud800", "ул.", "гр. ул. №", "№ № №", "1/2/3/4", "-", "." * 500, "1-" * 400, "ул. " * 300,
    "²", "ул. ٣", "гр.Речна " * 100, "9" * 6000, "вх. вх. вх.", "ул. Липа " + "5-" * 200, "І" * 300,
    "а. " * 300,
)  # fmt: skip

# Pieces that addresses are made of, so that random cells come close to real ones.
PIECES = st.sampled_from([
    "гр.", "с.", "ул.", "бул.", "ж.к.", "кв.", "бл.", "вх.", "ет.", "ап.", "№", "общ.", "обл.",
    "р-н", "кметство", "до", "зад", ",", ";", "/", "-", ".", "„", "“", "Речна", "Горна", "Върбица",
    "Николово", "Ново село", "Липа", "Шипка", "Здравец", "Дружба", "Люлин", "III", "II", "1-ва",
    "5", "9Б", "20-24", "7000", "или", "ъгъл", "служебен адрес", "адрес неизвестен", "България",
    "Площад", "Първа", "Хр.", "Ботев", "м/у", "gr.", "ul.", "Rechna", "Lipa", "настоящ адрес",
    "6ipka", "305-Б-12", "küç.", "ş.", "k.", "m.", "mkr", "көшесі", "үй", "-үй", "пәтер", "ы.а.",
    "мкр", "д.", "корп.", "15-7", "12 A 5", "AZ1000", "A15G7D2", "8-ci", "və ya",
])  # fmt: skip
CELLS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=14).map(" ".join))


def check(place: Place) -> None:
    """What holds for every answer."""
    assert isinstance(place, Place)
    assert 0 <= place.confidence <= 1
    assert place.explanation
    assert len(place.candidates) <= 5
    if place.level is Level.NONE:
        assert place.lon is None
        assert place.lat is None
        assert place.error_m is None
        assert place.needs_review
    else:
        assert place.lon is not None
        assert place.lat is not None
        assert math.isfinite(place.lon + place.lat)
        assert place.error_m is not None
        assert place.error_m > 0
        assert place.municipality_code
    if place.level in (Level.NONE, Level.MUNICIPALITY):
        assert place.door == ""
    pickle.dumps(place)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cells_get_an_answer(geocoder: Geocoder, text: str) -> None:
    """Templates, formulas, NUL, emoji, right-to-left text: no place, no exception."""
    place = geocoder.locate(Address(text))
    check(place)
    assert place.needs_review
    check(geocoder.locate(Address(text, text, text, text, text, text)))


@pytest.mark.parametrize(
    "text", ["x", "а ", "ул. Липа 5, ", "гр.Речна;", "1 ", "-а", "І", "(", "до "]
)
def test_a_cell_of_ten_thousand_characters_is_read_to_its_limit(
    geocoder: Geocoder, text: str
) -> None:
    """A pasted page is no address."""
    place = geocoder.locate(Address((text * 10_000)[:10_000]))
    check(place)
    assert place.needs_review


@settings(max_examples=300)
@given(text=CELLS)
def test_any_text_has_one_answer(geocoder: Geocoder, text: str) -> None:
    """Nothing a clerk can type raises, and equal text has an equal answer."""
    place = geocoder.locate(Address(text))
    check(place)
    assert place == geocoder.locate(Address(text))


@given(text=CELLS)
def test_any_text_can_be_taken_apart_in_every_country(text: str) -> None:
    """The steps know no country, and no text stops them."""
    for grammar in (az.GRAMMAR, bg.GRAMMAR, generic.GRAMMAR, kz.GRAMMAR):
        parse(text, grammar)


@settings(max_examples=300)
@given(
    text=CELLS,
    municipality=st.sampled_from([("Речна", "R1"), ("Горна", "G1"), ("Gorna", "G1")]),
    settlement=st.sampled_from(["", "Върбица", "Речна", "с. Николово", "Непозната"]),
)
def test_a_stated_municipality_is_never_left_silently(
    geocoder: Geocoder, text: str, municipality: tuple[str, str], settlement: str
) -> None:
    """The answer lies in the stated municipality, or says that it does not."""
    name, code = municipality
    place = geocoder.locate(Address(text, settlement, name))
    check(place)
    if place.level is not Level.NONE and place.municipality_code != code:
        assert place.contradiction
        assert place.needs_review
