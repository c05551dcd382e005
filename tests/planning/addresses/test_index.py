"""The search structures: what is made when a region opens, and what waits until it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planning.addresses.gazetteer import Gazetteer, HouseNumber, Landmark
from planning.addresses.index import Index
from planning.addresses.keys import Door, door_of

if TYPE_CHECKING:
    import pytest

    from planning.addresses.grammar import Grammar


def test_opening_reads_no_number_landmark_or_block(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A province has two hundred thousand numbers; a list of addresses asks for a few streets."""
    read: list[str] = []

    def reading(text: str, grammar: Grammar) -> Door:
        read.append(text)
        return door_of(text, grammar)

    monkeypatch.setattr("planning.addresses.index.door_of", reading)
    index = Index(gazetteer)
    assert not read
    assert not {"landmarks", "blocks"} & vars(index).keys()
    street = gazetteer.streets[0]
    doors = index.doors(street)
    assert [each.shown for each in doors] == read
    assert index.doors(street) is doors
    assert len(read) == len(doors) > 0


def test_a_door_that_nobody_saw_says_so(gazetteer: Gazetteer) -> None:
    """A line of numbers between two doors is known as such to whoever looks the number up."""
    street = gazetteer.streets[0]
    guessed = HouseNumber(street.street_id, "4", street.lon, street.lat, interpolated=True)
    index = Index(replace(gazetteer, numbers=(*gazetteer.numbers, guessed)))
    assert [each.shown for each in index.doors(street) if each.interpolated] == ["4"]


def test_a_landmark_is_known_by_all_its_names(gazetteer: Gazetteer) -> None:
    """The school has a number, a patron and an old name."""
    school = Landmark(
        "ОУ „Отец Паисий“", "school", "10001", 26.0, 43.8, ("Първо основно", "ОУ Ленин")
    )
    index = Index(replace(gazetteer, landmarks=(school,)))
    ((words, found),) = index.landmarks["10001"]
    assert found is school
    for name in ("Паисий", "Първо основно", "Ленин"):
        assert {word.text for word in index.name(name).words} <= words
