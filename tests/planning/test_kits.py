"""Kits from the promise to the family."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from planning.kits import (
    KitType,
    Pledge,
    Sponsor,
    StockMove,
    Store,
    handed_over,
    ledger,
    loading_list,
    to_thank,
)
from planning.model import Outcome, Result, Visit

DAY = date(2026, 8, 24)
BAG, SMALL, LARGE = KitType("bag", "School bag"), KitType("coat", "Coat", "S"), KitType(
    "coat", "Coat", "L"
)  # fmt: skip
ROSA = Sponsor("s1", "Роза ООД", "bg")
PROMISED = Pledge("p1", "s1", "bag", 40, DAY)


def move(came: Store, went: Store, kits: int, key: str = "", **more: str) -> StockMove:
    """Bags that change places."""
    return StockMove(key or f"{came}{went}{kits}", "bag", kits, came, went, DAY, **more)


WEEK = [
    move(Store.SPONSOR, Store.OFFICE, 30, pledge_id="p1"),
    move(Store.OFFICE, Store.TEAM, 12, team_id="t1"),
    move(Store.TEAM, Store.FAMILY, 5, team_id="t1"),
    move(Store.TEAM, Store.OFFICE, 4, team_id="t1"),
    move(Store.TEAM, Store.LOST, 1, team_id="t1"),
]


def test_a_week_of_bags_adds_up() -> None:
    """40 promised, 30 came; 22 are in the office, 2 in the car, 5 with families, 1 is lost."""
    (line,) = ledger([BAG], pledges=[PROMISED], moves=WEEK, needed={"bag": 50})
    assert (line.pledged, line.received) == (40, 30)
    assert (line.office, line.teams, line.families, line.lost) == (22, 2, 5, 1)
    assert line.missing == 50 - 5 - 22 - 2


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Store)), st.sampled_from(list(Store)), st.integers(1, 9)),
        max_size=30,
    )
)
def test_whatever_is_entered_every_kit_is_somewhere(
    moved: list[tuple[Store, Store, int]],
) -> None:
    """Received is what is held and what was lost, whatever people type."""
    moves = [move(*each, key=str(at)) for at, each in enumerate(moved) if each[0] != each[1]]
    (line,) = ledger([BAG], pledges=[], moves=moves, needed={})
    assert line.received == line.office + line.teams + line.families + line.lost


def test_what_a_crew_handed_over_enters_the_ledger_once() -> None:
    """Two coats from a car that has large ones; told again tomorrow, it stays two."""
    loaded = StockMove("l", "coat", 9, Store.OFFICE, Store.TEAM, DAY, "L", "t1")
    outcome = Outcome("v1", "t1", DAY, Result.MET, "", kits_handed=2, key="k", case_ids=("c1",))
    told, unclear = handed_over([outcome], {"c1": ("coat", 2)}, [BAG, SMALL, LARGE], [loaded])
    assert [(each.size, each.kits, each.outcome_key) for each in told] == [("L", 2, "k")]
    assert unclear == ()
    assert handed_over([outcome], {"c1": ("coat", 2)}, [BAG, SMALL, LARGE], [loaded, *told]) == (
        (),
        (),
    )


def test_two_children_at_one_door_get_what_each_was_to_get() -> None:
    """A bag and a coat leave the car; where it was only one of them, a person must say which."""
    asked = {"c1": ("bag", 1), "c2": ("coat", 1)}
    both = Outcome("v1", "t1", DAY, Result.MET, "", kits_handed=2, key="k", case_ids=("c1", "c2"))
    told, unclear = handed_over([both], asked, [BAG, SMALL], [])
    assert [(each.kit_type, each.kits) for each in told] == [("bag", 1), ("coat", 1)]
    assert len({each.key for each in told}) == 2
    assert unclear == ()
    assert handed_over([both], asked, [BAG, SMALL], told) == ((), ())
    one = replace(both, kits_handed=1)
    assert handed_over([one], asked, [BAG, SMALL], []) == ((), (one,))


def test_a_kit_that_nobody_can_name_waits_for_a_person() -> None:
    """Bags and coats, and the case says neither."""
    outcome = Outcome("v1", "t1", DAY, Result.MET, "", kits_handed=1, key="k", case_ids=("c1",))
    assert handed_over([outcome], {}, [BAG, SMALL], []) == ((), (outcome,))
    told, _ = handed_over([outcome], {}, [BAG], [])
    assert told[0].kit_type == "bag"


def test_the_car_is_loaded_with_what_its_doors_need() -> None:
    """Two bags, a coat, and one of any kind."""
    visits = [
        Visit("v1", ("c1",), 0, 0, "M", kits=3, kit_types=(("bag", 2),)),
        Visit("v2", ("c2",), 0, 0, "M", kits=1, kit_types=(("coat", 1),)),
        Visit("v3", ("c3",), 0, 0, "M"),
    ]
    assert loading_list(visits) == (("", 1), ("bag", 2), ("coat", 1))


def test_who_gave_is_thanked_once_and_for_what_came() -> None:
    """Thirty of forty bags came: thirty are thanked for. Who only promised waits."""
    other = Sponsor("s2", "Още един")
    later = Pledge("p2", "s2", "bag", 5, DAY)
    found = to_thank([ROSA, other], [PROMISED, later], WEEK)
    assert found == ((ROSA, ((PROMISED, 30),)),)
    thanked = Pledge("p1", "s1", "bag", 40, DAY, thanked_on=DAY)
    assert to_thank([ROSA], [thanked], WEEK) == ()
