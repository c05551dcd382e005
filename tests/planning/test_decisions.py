"""Which addresses are one address, and which decisions hold for all of its cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from towns import riverside

from planning.addresses.geocoder import Geocoder
from planning.decisions import TWO_ADDRESSES, address_key, decides_others
from planning.model import Address, Choice
from planning.review import Doubt, doubt_of

PIN = Choice(pin=(25.9, 43.8))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("гр. Русе, ул. „Дунав“ № 5", 'ГР.РУСЕ УЛ."ДУНАВ" 5'),
        ("ул. Cливница 7", "ул. Сливница 7"),
        ("с.Николово 25", "с. Николово,  25"),
    ],
)
def test_the_same_address_typed_twice_has_one_key(one: str, other: str) -> None:
    """Capitals, quotes, dots, spaces and look-alike letters are the clerk's, not the street's."""
    assert address_key(Address(one)) == address_key(Address(other)) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Address("ул. Дунав 1"), Address("ул. Дунав 11")),
        (Address("ул. Дунав 15/4"), Address("ул. Дунав 15 4")),
        (Address("ул. Дунав 1 2"), Address("ул. Дунав 12")),
        (Address("ул. Дунав 1, ап. 3"), Address("ул. Дунав 1, ап. 4")),
        (Address("ул. Дунав 1", "Русе"), Address("ул. Дунав 1", "Бяла")),
        (Address("ул. Дунав 1", "Русе"), Address("ул. Дунав 1", "", "Русе")),
        (Address("ул. Дунав 1"), Address("ул. Дунав 1", municipality="Русе")),
    ],
)
def test_another_door_or_another_town_has_another_key(one: Address, other: Address) -> None:
    """A decision must never reach a family it was not made for."""
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    "text",
    ["", " ", "№", ",;", "„“", "ул. Дунав 1 " + "х" * 400, "ул. Дунав 1\n" * 32 + "ап. 5"],
)
def test_what_says_nothing_or_too_much_is_like_no_other(text: str) -> None:
    """Empty cells are not one family, and of an endless text the end was not read."""
    assert address_key(Address(text, "Русе")) == ""
    assert not decides_others(Address(text, "Русе"), Choice(nowhere=True), riverside())


@pytest.mark.parametrize(
    "text",
    [
        "с. Басарбово",
        "ул. Дунав",
        "зад кметството",
        "7052 с. Басарбово",
        "кв. Дружба 2",
        "ул. 3-ти март",
        "зад бл. 13",
        "срещу ул. Дунав 5",
        "ул. Дунав, ет. 3",
    ],
)
def test_a_pin_on_no_house_holds_for_nobody_else(text: str) -> None:
    """Every family of the village has the same words and another door; a postcode, the number in
    a name, a landmark's and a floor's are no house's."""
    assert not decides_others(Address(text), PIN, riverside())
    assert decides_others(Address(text), Choice(nowhere=True), riverside())


@pytest.mark.parametrize(
    "text", ["с. Басарбово 5", "ул. Дунав № 5", "ул. 3-ти март 5а", "ж.к. Дружба 2, бл. 12, ап. 4"]
)
def test_a_pin_on_a_house_holds_for_its_other_cases(text: str) -> None:
    """Brothers and sisters are decided once."""
    assert decides_others(Address(text), PIN, riverside())


def test_a_pin_needs_a_house_by_every_grammar_of_the_region() -> None:
    """Across the border "кв. 5" is a flat and no quarter: what one of them doubts is not shared."""
    town = riverside()
    first, *others = town.gazetteer.municipalities
    border = replace(town.gazetteer, municipalities=(replace(first, country="kz"), *others))
    region = replace(town, gazetteer=border)
    assert decides_others(Address("ул. Дунав 5"), PIN, region)
    assert decides_others(Address("мкр 2 дом 5, кв. 5"), PIN, region)
    assert not decides_others(Address("мкр 2"), PIN, region)
    nowhere = replace(town, gazetteer=replace(town.gazetteer, country="", municipalities=()))
    assert decides_others(Address("ул. Дунав 5"), PIN, nowhere)
    assert not decides_others(Address("ул. Дунав"), PIN, nowhere)


@given(text=st.text(max_size=500))
def test_any_text_has_a_key(text: str) -> None:
    """Whatever a cell holds, and the same text always has the same one."""
    assert address_key(Address(text)) == address_key(Address(text))


def test_the_geocoders_words_for_two_addresses_are_ours() -> None:
    """The kind of doubt is read from what the geocoder says: the two must not drift apart."""
    town = riverside()
    place = Geocoder(town.gazetteer, town.areas).locate(
        Address("гр. Речно, ул. Дунав 1; гр. Речно, ул. Роза 8")
    )
    assert TWO_ADDRESSES in place.notes
    assert doubt_of(place) is Doubt.TWO_ADDRESSES
