"""Another geocoder behind our own: what it may add, and what it may not."""

from __future__ import annotations

import pytest

from planning.addresses.second_opinion import MOST_ADDED, SecondOpinion
from planning.errors import OutreachError
from planning.model import Address, Candidate, Level, Place
from planning.text import note


class Known:
    """A geocoder that has one answer, and remembers what it was asked for."""

    def __init__(self, place: Place | OutreachError) -> None:
        self.place = place
        self.asked: list[Address] = []

    def locate(self, address: Address) -> Place:
        self.asked.append(address)
        if isinstance(self.place, OutreachError):
            raise self.place
        return self.place


def at(metres: float, level: Level = Level.HOUSE) -> Candidate:
    """A candidate so many metres north of 43.8."""
    return Candidate(26.0, 43.8 + metres / 111_195, level, 0.8, f"{metres} m")


HERE = Address("гр. Речна, ул. Липа 1")
DOUBTED = Place(
    Level.SETTLEMENT, 26.0, 43.8, 0.5, 900.0, needs_review=True, settlement_code="10001",
    candidates=(at(0, Level.SETTLEMENT),), notes=(note("no such street"),),
)  # fmt: skip
FOUND = Place(
    Level.HOUSE, 26.0, 43.81, 0.85, 30.0, needs_review=False,
    candidates=(at(1_112),), notes=(note("found by another"),),
)  # fmt: skip


@pytest.mark.parametrize("level", [Level.HOUSE, Level.STREET, Level.SETTLEMENT])
def test_a_sure_answer_is_not_asked_for_again(level):
    """A door, or a village that has no streets: nobody else needs to know."""
    own = Known(Place(level, 26.0, 43.8, 0.98, 30.0, needs_review=False))
    other = Known(FOUND)
    assert SecondOpinion(own, other).locate(HERE) == own.place
    assert other.asked == []


def test_a_service_address_is_not_asked_for():
    """Nobody lives there, whatever another map says."""
    own, other = Known(Place(Level.SETTLEMENT, 26.0, 43.8, service_address=True)), Known(FOUND)
    assert SecondOpinion(own, other).locate(HERE) is own.place
    assert other.asked == []


def test_a_second_opinion_is_a_candidate_and_no_more():
    """Our geocoder found the town only, the other a door: the planner sees both and decides."""
    place = SecondOpinion(Known(DOUBTED), Known(FOUND)).locate(HERE)
    assert (place.level, place.lat, place.confidence) == (Level.SETTLEMENT, 43.8, 0.5)
    assert place.needs_review
    assert [each.level for each in place.candidates] == [Level.SETTLEMENT, Level.HOUSE]
    assert place.explanation == "No such street; found by another."


def test_our_own_candidates_stay_first():
    """ "The first candidate" means the place itself to whoever accepts it."""
    many = Place(Level.HOUSE, 26.0, 43.9, candidates=tuple(at(500 * n) for n in range(1, 9)))
    place = SecondOpinion(Known(DOUBTED), Known(many)).locate(HERE)
    assert place.candidates[:1] == DOUBTED.candidates
    assert len(place.candidates) == 1 + MOST_ADDED


def test_the_same_place_is_not_listed_twice():
    """Both found the door, ours with doubt: told in words instead of a second pin."""
    own = Known(Place(Level.HOUSE, 26.0, 43.8, 0.6, 30.0, candidates=(at(0),)))
    other = Known(Place(Level.HOUSE, 26.0, 43.8, 0.85, 30.0, candidates=(at(20),)))
    place = SecondOpinion(own, other).locate(HERE)
    assert place.candidates == (at(0),)
    assert place.needs_review
    assert place.explanation == "Both point to the same place."


def test_knowing_nothing_is_told_too():
    """The other map does not have it either: the planner need not look there."""
    nothing = Known(Place(Level.NONE, notes=(note("no such address"),)))
    place = SecondOpinion(Known(DOUBTED), nothing).locate(HERE)
    assert place.candidates == DOUBTED.candidates
    assert place.explanation == "No such street; no such address."


def test_a_geocoder_that_is_gone_is_not_waited_for():
    """It stops in the middle of a list: the list goes on, and the fault is told once."""
    other = Known(OutreachError("gone"))
    second = SecondOpinion(Known(DOUBTED), other)
    assert [second.locate(HERE) for _ in range(5)] == [DOUBTED] * 5
    assert len(other.asked) == 1
    assert (str(second.fault), second.unasked) == ("gone", 5)
