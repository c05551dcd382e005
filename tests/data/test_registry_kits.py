"""Kits from the sponsor to the child: a ledger in which nothing gets lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import Conflict, InputError
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store, stock

MONDAY = date(2026, 8, 24)
BAG = KitType("bag", "Раница")
UNIFORM = KitType("uniform", "Форма", "146")
BAKERY = Sponsor("sp1", "Пекарна Слънце", "bg", "ул. Тулча 1", "0888 1")
PROMISE = Pledge("p1", "sp1", "bag", 40, MONDAY)
GIVEN = StockMove("m1", "bag", 40, Store.SPONSOR, Store.OFFICE, MONDAY, pledge_id="p1")
LOADED = StockMove("m2", "bag", 12, Store.OFFICE, Store.TEAM, MONDAY, team_id="t1")
HANDED = StockMove("m3", "bag", 5, Store.TEAM, Store.FAMILY, MONDAY, team_id="t1",
                   outcome_key="k1")  # fmt: skip
BACK = StockMove("m4", "bag", 6, Store.TEAM, Store.OFFICE, MONDAY, team_id="t1")


@pytest.fixture
def shelves(autumn):
    """Two kinds of kits, and a bakery that promised forty bags."""
    with autumn.work("petya") as work:
        work.save_kit_types("autumn", [BAG, UNIFORM])
        work.save_sponsor(BAKERY)
        work.save_pledge("autumn", PROMISE)
    return autumn


def test_kit_types_sponsors_and_pledges_come_back(shelves, database):
    """A thanked pledge is a new version; who the sponsor is stays sealed."""
    thanked = replace(PROMISE, thanked_on=MONDAY)
    with shelves.work("petya") as work:
        assert work.kit_types("autumn") == [BAG, UNIFORM]
        assert [each.value for each in work.sponsors()] == [BAKERY]
        assert work.save_pledge("autumn", thanked, seen=1) == 2
        assert [each.value for each in work.pledges("autumn", sponsor_id="sp1")] == [thanked]
        assert work.pledges("autumn", sponsor_id="sp2") == []
    assert "Пекарна".encode() not in database.on_disk()


def test_the_ledger_tells_where_every_kit_is(shelves):
    """40 given, 12 loaded, 5 handed over, 6 brought back: one is still in the car."""
    with shelves.work("petya") as work:
        for move in (GIVEN, LOADED, HANDED, BACK):
            assert work.move_kits("autumn", move)
        moves = work.stock_moves("autumn")
    assert moves == [GIVEN, LOADED, HANDED, BACK]
    assert stock(moves) == {
        (Store.SPONSOR, "", "bag", ""): -40,
        (Store.OFFICE, "", "bag", ""): 34,
        (Store.TEAM, "t1", "bag", ""): 1,
        (Store.FAMILY, "", "bag", ""): 5,
    }


def test_a_move_sent_twice_is_one_move(shelves):
    """And the same key for another move is told."""
    with shelves.work("t1") as work:
        assert work.move_kits("autumn", GIVEN)
        assert not work.move_kits("autumn", GIVEN)
        with pytest.raises(Conflict, match="under this key"):
            work.move_kits("autumn", replace(GIVEN, kits=41))
        assert work.stock_moves("autumn") == [GIVEN]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(GIVEN, kits=0), "from 1 on"),
        (replace(GIVEN, kits=10**12), "from 1 on"),
        (replace(GIVEN, kit_type="shoes"), "no such kit"),
        (replace(GIVEN, kit_type="uniform"), "no such kit"),
        (replace(GIVEN, pledge_id="p9"), "no such pledge"),
        (replace(GIVEN, went_to=Store.SPONSOR), "one place to another"),
    ],
)
def test_a_move_that_cannot_be_is_refused(shelves, wrong, told):
    """One line each, and the ledger stays as it was."""
    with shelves.work("petya") as work:
        with pytest.raises(InputError, match=told):
            work.move_kits("autumn", wrong)
        assert work.stock_moves("autumn") == []


def test_a_pledge_of_nobody_or_of_nothing_is_refused(shelves):
    """A sponsor that is not known, and no kits."""
    with shelves.work("petya") as work:
        with pytest.raises(InputError, match="no such sponsor"):
            work.save_pledge("autumn", replace(PROMISE, pledge_id="p2", sponsor_id="sp9"))
        with pytest.raises(InputError, match="from 1 on"):
            work.save_pledge("autumn", replace(PROMISE, pledge_id="p2", kits=-1))


places = st.sampled_from(list(Store))


@given(
    st.lists(
        st.builds(
            StockMove, st.just("k"), st.sampled_from(["bag", "uniform"]), st.integers(1, 50),
            places, places, st.just(MONDAY), team_id=st.sampled_from(["", "t1"]),
        )
    )
)  # fmt: skip
def test_no_kit_appears_or_vanishes(moves):
    """Whatever is moved where, all places together hold nothing that was not there."""
    held = stock(moves)
    for kit_type in ("bag", "uniform"):
        assert sum(kits for (_, _, kind, _), kits in held.items() if kind == kit_type) == 0
    assert isinstance(held, Counter)
