"""Children over the years, families at one door, and who changed what in a case."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from planning.children import child_key, household_key, school_year_of
from planning.errors import Change, Conflict, NotFound
from planning.model import Address, Campaign, Case, Level, Outcome, Place, Result

AUTUMN_DAY = date(2026, 8, 24)
HOME = Place(Level.HOUSE, 25.95, 43.85, 0.9, 20.0, needs_review=False, municipality_code="RSE27")
DOOR = Address("ул. Тулча 5, вх. А, ап. 3", settlement="гр. Русе")
MILA = Case("c1", DOOR, child="Мила Иванова", national_id="1542011234", phone="0888 123 456")
IVO = Case("c2", DOOR, child="Иво Иванов", national_id="1342015678", phone="0888-123-456")
ALI = Case("c3", replace(DOOR, text="ул. Тулча 5, вх. А, ап. 4"), child="Али Хасан",
           phone="0888 999 000")  # fmt: skip
SPRING = Campaign("spring", "Пролет", date(2027, 3, 1), 5, region="ruse", school_year="2026/2027")
NEXT = Campaign("next", "Обхват 2027/2028", date(2027, 8, 23), 5, region="ruse")


def test_a_child_who_drops_out_again_comes_with_its_history(autumn):
    """Mila was met in autumn; a year on she is on the list again under another number."""
    met = Outcome("v1", "t1", AUTUMN_DAY, Result.MET, "2026-08-24T10:00:00Z", key="k1",
                  case_ids=("c1",))  # fmt: skip
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, IVO, ALI], {"c1": HOME})
        work.add_outcome("autumn", met)
        work.save_campaign(NEXT)
        moved = replace(MILA, case_id="n7", address=Address("ул. Дунав 1"), phone="")
        work.add_cases("next", [moved, replace(ALI, case_id="n8", phone="0700 1")], {})
    with autumn.work("petya", reading=True) as work:
        assert work.children_seen_before("next") == {
            "n7": (("autumn", "c1"),),
            "n8": (("autumn", "c3"),),
        }
        history = work.cases_of_child("next", "n7")
        assert [(campaign, each.case.case_id) for campaign, each in history] == [
            ("next", "n7"),
            ("autumn", "c1"),
        ]
        assert work.outcomes_of("autumn", ["c1"]) == [met]
        assert work.outcomes_of("autumn", ["c2", "c3"]) == []
        assert work.children_seen_before("autumn") == {
            "c1": (("next", "n7"),),
            "c3": (("next", "n8"),),
        }


def test_a_child_with_neither_number_nor_full_name_is_nobody_else(autumn):
    """Two records that say “Али” only, at one address, are not taken for one child."""
    both = [Case(each, DOOR, child="Али") for each in ("c1", "c2")]
    with autumn.work("petya") as work:
        work.add_cases("autumn", both, {})
        assert [each.case.case_id for _, each in work.cases_of_child("autumn", "c1")] == ["c1"]
        with pytest.raises(NotFound):
            work.cases_of_child("autumn", "c9")


def test_children_of_one_family_are_one_household(autumn):
    """Mila and Ivo share a door and a phone; Ali lives behind the next door."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, IVO, ALI], {})
        assert [each.case.case_id for each in work.household("autumn", "c1")] == ["c1", "c2"]
        assert [each.case.case_id for each in work.household("autumn", "c3")] == ["c3"]
        with pytest.raises(NotFound):
            work.household("autumn", "c9")


def test_a_family_that_moves_is_found_at_its_new_door(autumn):
    """A new list has Ivo at another address: he is no longer of Mila's household."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, IVO], {})
        work.add_cases("autumn", [replace(IVO, address=Address("ул. Дунав 9"))], {})
        assert [each.case.case_id for each in work.household("autumn", "c1")] == ["c1"]


def test_an_address_like_no_other_and_no_phone_make_no_household(autumn):
    """Two rows with nothing but a dot in them are not one family."""
    empty = [Case(each, Address(".")) for each in ("c1", "c2")]
    with autumn.work("petya") as work:
        work.add_cases("autumn", empty, {})
        assert len(work.household("autumn", "c1")) == 1


def test_what_ties_children_together_tells_nothing_by_itself(autumn, database):
    """Somebody with the database in hand sees digests that are not the plain ones."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA], {})
    rows = database.execute("SELECT digest FROM children UNION SELECT digest FROM households")
    assert len(rows) == 2
    assert all(len(digest) == 64 for (digest,) in rows)
    content = database.on_disk()
    assert not any(each.encode() in content for each in ("1542011234", "0888123456", "Мила"))


def test_cases_of_an_earlier_version_are_tied_together_at_the_next_start(autumn, database, opened):
    """After the update the office's old cases have a history, too."""
    met = Outcome("v1", "t1", AUTUMN_DAY, Result.MET, "2026-08-24T10:00:00Z", key="k1",
                  case_ids=("c1",))  # fmt: skip
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA, IVO], {})
        work.add_outcome("autumn", met)
    database.execute(
        "UPDATE cases SET same_address = '', child_number = NULL, household_number = NULL",
        "DELETE FROM outcome_cases",
    )
    with opened().work("petya") as work:
        assert len(work.household("autumn", "c1")) == 2
        assert work.outcomes_of("autumn", ["c1"]) == [met]


def test_two_imports_of_the_same_children_do_not_wait_for_each_other(autumn, monkeypatch):
    """Two campaigns get one list at the same moment, one of them from its end: both are kept."""
    monkeypatch.setattr("data.registry.work.cases._ROWS_AT_ONCE", 20)
    with autumn.work("petya") as work:
        work.save_campaign(NEXT)
    both = [replace(MILA, case_id=f"c{each}", national_id=f"15420{each:05}") for each in range(100)]
    gate = threading.Barrier(2)

    def bring(campaign_id: str, cases: list[Case]) -> int:
        gate.wait()
        with autumn.work("petya") as work:
            return work.add_cases(campaign_id, cases, {})

    with ThreadPoolExecutor(2) as hands:
        asked = [hands.submit(bring, "autumn", both), hands.submit(bring, "next", both[::-1])]
        assert [each.result() for each in asked] == [100, 100]
    with autumn.work("petya", reading=True) as work:
        assert len(work.children_seen_before("next")) == 100


def test_every_change_of_a_case_says_who_what_and_when(autumn):
    """A new phone on a list, a decision, a move to another district, and the decision undone."""
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.add_cases("autumn", [replace(MILA, phone="0700 1", note="куче")], {"c1": HOME})
    with autumn.work("boris") as work:
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 2})
        work.set_home_team("autumn", ["c1"], "t2")
        work.reopen_places("autumn", {"c1": HOME}, versions={"c1": 4})
        told = [(each.by, each.fields) for each in work.case_changes("autumn", "c1")]
    assert told == [
        ("petya", ("phone", "note")),
        ("boris", ("place",)),
        ("boris", ("home_team",)),
        ("boris", ("place taken back",)),
    ]


def test_the_second_planner_gets_what_the_first_one_changed(autumn):
    """Enough to show both side by side and to merge: who, when, which fields, how it is now."""
    village = replace(HOME, level=Level.SETTLEMENT)
    with autumn.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
    with autumn.work("boris") as work:
        work.set_home_team("autumn", ["c1"], "t2")
        work.settle_places("autumn", {"c1": village}, versions={"c1": 2})
    with pytest.raises(Conflict) as told, autumn.work("petya") as work:
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1})
    assert [(each.by, each.fields) for each in told.value.changes] == [
        ("boris", ("home_team",)),
        ("boris", ("place",)),
    ]
    assert told.value.theirs.place == village
    assert "Тулча" not in str(told.value)


def test_a_change_reads_as_a_line():
    """As it stands in a message."""
    change = Change("boris", "2026-08-20T09:00:01+00:00", ("phone", "note"))
    assert str(change) == "boris changed this at 2026-08-20 09:00 UTC (phone, note)"


def test_a_campaign_keeps_its_school_year(autumn):
    """Where the office says one, it stays."""
    with autumn.work("petya") as work:
        work.save_campaign(SPRING)
        assert work.campaign("spring") == SPRING
        assert work.campaign("autumn").school_year == ""


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 7, 1), "2026/2027"),
        (date(2026, 12, 31), "2026/2027"),
        (date(2027, 6, 30), "2026/2027"),
    ],
)
def test_summer_looks_for_the_coming_school_year(day, year):
    """Karaganda's campaign begins on 1 July, for school from September on."""
    assert school_year_of(day) == year


def test_a_record_of_several_children_is_no_one_child():
    """“3 children” with the number of the eldest: her sister's record is another child's."""
    assert child_key(MILA)
    assert child_key(replace(MILA, children=3)) == ()


def test_a_phone_is_compared_by_its_digits_and_placeholders_do_not_count():
    """Spaces and dashes do not make two families, and “няма” or “0” is no phone."""
    assert household_key(MILA, "тулча 5") == household_key(IVO, "тулча 5")
    assert household_key(replace(MILA, phone="няма"), "тулча 5")[2] == ""
    assert household_key(replace(MILA, phone="0"), "") == ()
