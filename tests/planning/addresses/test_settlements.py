"""Which settlement an address means, and what is never done: a silent step over a border."""

from __future__ import annotations

import pytest

from planning.addresses.geocoder import Geocoder
from planning.model import Address, Level


def test_the_stated_municipality_decides_between_two_villages_of_one_name(
    geocoder: Geocoder,
) -> None:
    """A quarter of Bulgarian settlement names is shared."""
    for municipality, code in (("Речна", "10002"), ("Горна", "20002"), ("Gorna", "20002")):
        place = geocoder.locate(Address("с. Върбица", municipality=municipality))
        assert place.settlement_code == code
        assert not place.needs_review
    assert geocoder.locate(Address("с. Върбица, общ. Горна")).settlement_code == "20002"


def test_the_postcode_decides_between_two_villages_of_one_name(geocoder: Geocoder) -> None:
    """Where no municipality is stated, the postcode may be."""
    assert geocoder.locate(Address("7110 с. Върбица")).settlement_code == "20002"
    assert geocoder.locate(Address("с. Върбица", postcode="7010")).settlement_code == "10002"


def test_the_street_decides_between_two_villages_but_a_person_confirms(
    geocoder: Geocoder,
) -> None:
    """Only one of the two has the street: likely, not sure."""
    place = geocoder.locate(Address("с. Върбица, ул. Тополова 2"))
    assert place.settlement_code == "20002"
    assert place.needs_review


@pytest.mark.parametrize(
    "address",
    [
        Address("ул. Липа 5", settlement="Речна"),
        Address("ул. Липа 5", settlement="гр. Речна", municipality="Речна"),
        Address("ул. Липа 5", settlement="гр. Речна, общ. Речна"),
        Address("Липа 5", settlement="Речна"),
        Address("гр. Речна, ул. Липа 5", settlement="Речна"),
        Address("Речна, ул. Липа 5", settlement="гр.Речна", province="Речна"),
        Address("ул. Lipa 5", settlement="Rechna"),
    ],
)
def test_the_columns_of_the_list_say_which_town(geocoder: Geocoder, address: Address) -> None:
    """Most lists keep the town in a column of its own."""
    place = geocoder.locate(address)
    assert place.matched == "Речна, ул. Липа 5"
    assert not place.needs_review


def test_a_village_in_the_text_is_finer_than_the_town_in_the_column(geocoder: Geocoder) -> None:
    """The column often holds the municipality's town, the text the village itself."""
    place = geocoder.locate(Address("с. Ново село", settlement="Речна"))
    assert place.settlement == "Ново село"
    assert not place.needs_review


def test_text_and_column_that_contradict_each_other_are_reviewed(geocoder: Geocoder) -> None:
    """Two towns for one child: somebody has to ask."""
    place = geocoder.locate(Address("гр. Горна, ул. Черна 1", settlement="Ново село"))
    assert place.needs_review
    assert "different places" in place.explanation


def test_a_misspelled_village_is_never_mended_across_a_border(geocoder: Geocoder) -> None:
    """1,184 Bulgarian settlement names are one letter away from another: a person has to look."""
    mended = geocoder.locate(Address("с. Николво", municipality="Горна"))
    assert mended.settlement == "Николово"
    assert mended.needs_review
    across = geocoder.locate(Address("с. Николво", municipality="Речна"))
    assert across.municipality_code == "R1"
    assert across.level is Level.MUNICIPALITY
    alone = geocoder.locate(Address("с. Николво"))
    assert alone.settlement == "Николово"
    assert alone.needs_review
    assert alone.confidence < 0.5


def test_a_village_of_another_municipality_than_stated_is_a_mismatch(geocoder: Geocoder) -> None:
    """Николово is in Горна, whatever the list says: shown, never hidden."""
    for address in (
        Address("с. Николово", municipality="Речна"),
        Address("с. Николово, общ. Речна"),
        Address("с. Николово, общ. Горна", municipality="Речна"),
    ):
        place = geocoder.locate(address)
        assert place.municipality_code == "G1"
        assert "Горна" in str(place.contradiction)
        assert place.needs_review


def test_a_municipality_this_region_does_not_have_is_a_mismatch(geocoder: Geocoder) -> None:
    """The list of another province was dropped in: nothing is claimed without saying so."""
    place = geocoder.locate(Address("с. Николово", municipality="Варна"))
    assert place.contradiction
    assert place.needs_review


def test_a_street_without_a_town_is_looked_for_in_the_stated_municipality(
    geocoder: Geocoder,
) -> None:
    """Only Върбица of that municipality has the street; a person confirms."""
    place = geocoder.locate(Address("общ. Речна, ул. Дунав 3"))
    assert place.matched == "Върбица, ул. Дунав 3"
    assert place.needs_review


def test_a_town_that_is_not_on_the_map_does_not_become_another_one(geocoder: Geocoder) -> None:
    """The street is unique in the region, but the address names a town we do not know."""
    for text in ("ул. Дунав 3, Пловдив", "Пловдив, ул. Дунав 3", "гр. Пловдив, ул. Дунав 3"):
        place = geocoder.locate(Address(text))
        assert place.level is Level.NONE, text
        assert place.lon is None
