"""Places of a long list are kept small and come back as they were."""

from __future__ import annotations

from planning.located import Located
from planning.model import Candidate, Level, Place, Unit
from planning.text import note


def place(number: int) -> Place:
    return Place(
        Level.HOUSE, 25.9 + number * 1e-6, 43.8, 0.9, 20.0, matched=f"ул. „Дунав“ {number}\u2028\n",
        unit=Unit("Б", "3", str(number)),
        candidates=(Candidate(25.95, 43.85, Level.HOUSE, 0.9, f"Дунав {number}"),),
        notes=(note("the nearest number is {number}", number=number),),
    )  # fmt: skip


def test_every_case_has_its_own_place_again() -> None:
    """More than are packed together, asked for from the end, the middle and in order."""
    given = {f"c{number}": place(number) for number in range(1_203)}
    kept = Located(given.items())
    assert len(kept) == len(given)
    assert list(kept) == list(given)
    for case_id in ("c1202", "c600", "c0", "c1199"):
        assert kept[case_id] == given[case_id]
    assert dict(kept) == given
    assert "somebody else" not in kept


def test_what_was_decided_stands_instead_of_what_was_found() -> None:
    """A remembered decision replaces one place; what was found before stays as it was."""
    kept = Located([("c1", place(1)), ("c2", place(2))])
    decided = kept.but({"c2": place(7)})
    assert (decided["c1"], decided["c2"]) == (place(1), place(7))
    assert kept["c2"] == place(2)
    assert len(decided) == 2


def test_no_case_no_place() -> None:
    """An empty list is a list."""
    assert dict(Located([])) == {}
