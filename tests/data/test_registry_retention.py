"""Taking records away: nothing of a purged campaign is left, in no table and in no file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Table, select

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.tables import Base
from data.registry.work.retention import STAYS
from planning.disclosure import ShownCount
from planning.errors import Conflict, InputError, NotFound
from planning.model import (
    Address,
    Campaign,
    Case,
    Choice,
    Level,
    Outcome,
    Place,
    Plan,
    Result,
    Role,
    Team,
    Unserved,
    User,
    Visit,
)
from planning.model import Reason as Because
from planning.retention import months_later, usual_term

if TYPE_CHECKING:
    from postgres import Database

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
MONDAY = date(2026, 8, 24)
AUTUMN = Campaign("autumn", "Обхват", MONDAY, 5, region="ruse")
SPRING = Campaign("spring", "Пролет", date(2027, 3, 1), 5, region="ruse")
DUNAV = Address("ул. „Дунав“ 1", settlement="гр. Русе")
ROZA = Address("ул. „Роза“ 2", settlement="гр. Русе")
HOME = Place(Level.HOUSE, 25.95, 43.85, 0.9, 20.0, municipality_code="RSE27")

OFFICE = {
    "meta", "users", "attempts", "sessions", "audit", "receipts",
    "schools", "institutions", "agreements", "parties", "sponsors",
}  # fmt: skip
"""Tables that hold nothing about a child but ids, and stay."""
SHARED = {"decisions", "jobs", "children", "households"}
"""Tables without a campaign's id that `work/retention.py` treats by itself."""


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> Iterator[SqlRegistry]:
    made = open_registry(database.url, key_file=tmp_path / "key" / "k", passwords=QUICK)
    with made.work("petya") as work:
        work.save_campaign(AUTUMN)
        work.save_campaign(SPRING)
    yield made
    made.close()


def visit(*case_ids: str) -> Visit:
    return Visit("v1", case_ids, 25.95, 43.85, "RSE27", label="Дунав 1", children=len(case_ids))


def plan_of(*visits: Visit) -> Plan:
    left = tuple(Unserved(each.case_ids, Because.NO_TEAM, each.visit_id) for each in visits)
    return Plan(MONDAY, 5, visits, (), (), left)


def outcome_of(*case_ids: str, note: str = "") -> Outcome:
    return Outcome("v1", "t1", MONDAY, Result.MET, "2026-08-24T10:00:00+03:00", note,
                   key="k1", case_ids=case_ids)  # fmt: skip


def filled(registry: SqlRegistry, campaign_id: str, *names: str, where: Address = DUNAV) -> None:
    """A campaign with these cases at one door, planned, visited and decided on."""
    with registry.work("petya") as work:
        work.save_teams(campaign_id, [Team("t1", "Екип", "RSE27", 25.9, 43.8)])
        work.add_cases(campaign_id, [Case(each, where) for each in names],
                       dict.fromkeys(names, HOME))  # fmt: skip
        work.remember(campaign_id, names[0], Choice(nowhere=True))
        work.add_plan(campaign_id, plan_of(visit(*names)))
        work.add_outcome(campaign_id, outcome_of(*names, note="бележка"))


# --- purging ---------------------------------------------------------------------------------


def test_every_table_is_thought_of():
    """Whoever adds a table says here what becomes of its rows when a campaign's term is over."""
    tables = Base.metadata.tables
    of_campaigns = {name for name, table in tables.items() if "campaign_id" in table.columns}
    assert of_campaigns | OFFICE | SHARED == set(tables)
    assert of_campaigns >= STAYS
    for name in STAYS:
        kinds = {type(column.type) for column in tables[name].columns}
        assert LargeBinary not in kinds, f"{name} stays, so it must hold nothing sealed"


def test_no_row_of_any_table_is_left(tmp_path):
    """A row in every table for two campaigns, whatever its columns; one campaign is purged."""
    file = tmp_path / "registry.sqlite"
    made = open_registry(file, key_file=tmp_path / "key" / "k", passwords=QUICK)
    made.close()
    tables = [each for each in Base.metadata.sorted_tables if each.name not in OFFICE | SHARED]
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        for number, campaign_id in enumerate(("autumn", "spring"), start=1):
            for table in tables:
                row = {each.name: value(each, campaign_id, number) for each in table.columns}
                marks = ", ".join("?" * len(row))
                raw.execute(
                    f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})",
                    list(row.values()),
                )
    made = open_registry(file, key_file=tmp_path / "key" / "k", passwords=QUICK)
    with made.work("petya") as work:
        assert {name for name, _ in work.holdings("autumn").rows} == {
            each.name for each in tables if each.name not in STAYS
        }
        work._session.execute(Base.metadata.tables["terms"].delete())
        work.purge("autumn", [])
    left = {each.name: ids_in(made, each) for each in tables}
    made.close()
    for name, ids in left.items():
        wanted = {"spring"} if name not in STAYS - {"terms"} else {"autumn", "spring"}
        assert ids == ({"autumn"} if name == "terms" else wanted), name


def value(column: Column[Any], campaign_id: str, number: int) -> object:
    """Something that fits a column; what refers to another row is that row's own value."""
    if column.foreign_keys:
        key = min(column.foreign_keys, key=lambda each: each.target_fullname)
        return value(key.column, campaign_id, number)
    if column.name == "campaign_id":
        return campaign_id
    if column.name == "first_day":
        return "2026-08-24"
    if isinstance(column.type, LargeBinary):
        return b"sealed"
    if isinstance(column.type, Integer | Float | Boolean):
        return number
    return f"{campaign_id} {column.name}"[: column.type.length or 200]  # type: ignore[attr-defined]


def ids_in(registry: SqlRegistry, table: Table) -> set[str]:
    with registry.work("petya", reading=True) as work:
        return set(work._session.scalars(select(table.columns["campaign_id"])))


def test_the_next_campaign_keeps_what_is_its_own(registry):
    """Its cases, and the decision on an address that it shares with the purged one."""
    filled(registry, "autumn", "a1", "a2")
    filled(registry, "spring", "s1")
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("a3", ROZA)], {"a3": HOME})
        work.remember("autumn", "a3", Choice(nowhere=True))
        assert dict(work.holdings("autumn").rows)["decisions"] == 1
        work.purge("autumn", [])
        assert [each.case.case_id for each in work.cases("spring")] == ["s1"]
        assert work.remembered("spring", [Case("x", DUNAV)])
        assert not work.remembered("spring", [Case("x", ROZA)])
        assert len(work.outcomes("spring")) == 1
        assert work.plan("spring") is not None


def test_counts_stay_as_they_were_shown(registry):
    """Suppressed ones stay suppressed."""
    counts = (
        ShownCount(
            "*",
            "",
            "",
            40,
            38,
            30,
            20,
            12,
            results=(7, None, 5, None, None, None, None),
            since=MONDAY,
        ),
        ShownCount("RSE27", "Русе", "*", None, None, None, None, None),
    )
    with registry.work("petya") as work:
        work.purge("autumn", counts)
    with registry.work("petya", reading=True) as work:
        assert work.kept("autumn") == counts
        assert work.kept("spring") == ()


def test_a_purged_campaign_stays_purged(registry):
    """Nothing is written into it, not even by a use case that knows nothing of terms."""
    filled(registry, "autumn", "a1")
    with registry.work("petya") as work:
        work.purge("autumn", [])
    for add in (
        lambda work: work.add_cases("autumn", [Case("a1", DUNAV)], {}),
        lambda work: work.save_teams("autumn", []),
        lambda work: work.add_plan("autumn", plan_of()),
        lambda work: work.add_outcome("autumn", outcome_of("a1")),
        lambda work: work.purge("autumn", []),
    ):
        with pytest.raises(InputError, match="were purged"), registry.work("petya") as work:
            add(work)


def test_a_purge_that_fails_leaves_everything(registry):
    """One transaction: all of it or nothing."""

    def purge_and_fail() -> None:
        with registry.work("petya") as work:
            work.purge("autumn", [])
            raise ZeroDivisionError

    filled(registry, "autumn", "a1")
    with pytest.raises(ZeroDivisionError):
        purge_and_fail()
    with registry.work("petya") as work:
        assert len(work.cases("autumn")) == 1
        assert work.terms()[1].purged_at == ""


PLANTED = ("plantedcase71", "plantedteam72", "plantedkey73")


def test_no_byte_is_left_in_the_files(registry, database):
    """Ids are not sealed: after the purge they are neither in the database nor in its log."""
    case_id, team_id, key = PLANTED
    with registry.work("petya") as work:
        work.save_teams("autumn", [Team(team_id, "Екип", "RSE27", 25.9, 43.8)])
        work.add_cases("autumn", [Case(f"{case_id}-{at}", DUNAV) for at in range(300)], {})
        work.add_outcome("autumn", replace(outcome_of("x"), key=key, team_id=team_id))
    before = database.on_disk()
    assert [planted for planted in PLANTED if planted.encode() in before] == list(PLANTED)
    with registry.work("petya") as work:
        work.purge("autumn", [])
    registry.sweep()
    after = database.on_disk()
    assert [planted for planted in PLANTED if planted.encode() in after] == []


def test_erasing_leaves_no_byte_either(registry, database):
    """One case of three hundred."""
    cases = [Case(f"othercase-{at}", DUNAV) for at in range(300)]
    with registry.work("petya") as work:
        work.add_cases("autumn", [*cases[:150], Case(PLANTED[0], ROZA), *cases[150:]], {})
        work.erase([("autumn", PLANTED[0])])
        assert len(work.cases("autumn")) == 300
    registry.sweep()
    assert PLANTED[0].encode() not in database.on_disk()


def test_a_registry_in_use_is_swept_later(tmp_path, monkeypatch):
    """Somebody else writes without an end: one line, and not a hanging page."""
    file, key_file = tmp_path / "registry.sqlite", tmp_path / "key" / "k"
    busy = open_registry(file, key_file=key_file, passwords=QUICK)
    monkeypatch.setattr("data.registry.database.BUSY_SECONDS", 0.1)
    other = open_registry(file, key_file=key_file, passwords=QUICK)
    with busy.work("petya"), pytest.raises(Conflict):
        other.sweep()
    other.sweep()
    for each in (busy, other):
        each.close()


def test_a_log_that_others_still_read_is_swept_later(tmp_path, monkeypatch):
    """A reader of the state before keeps deleted rows in the write-ahead log: that is told."""
    file, key_file = tmp_path / "registry.sqlite", tmp_path / "key" / "k"
    reader = open_registry(file, key_file=key_file, passwords=QUICK)
    monkeypatch.setattr("data.registry.database.BUSY_SECONDS", 0.1)
    other = open_registry(file, key_file=key_file, passwords=QUICK)
    with reader.work("petya", reading=True) as before:
        before.campaigns()
        with other.work("petya") as work:
            work.log("something", "autumn")
        with pytest.raises(Conflict):
            other.sweep()
    other.sweep()
    assert file.with_name(f"{file.name}-wal").stat().st_size == 0
    for each in (reader, other):
        each.close()


# --- terms -----------------------------------------------------------------------------------


def test_terms_are_there_without_being_set(registry):
    """Newest campaign first; one that was changed keeps the change."""
    with registry.work("petya") as work:
        work.set_term("autumn", date(2027, 1, 31))
    with registry.work("petya", reading=True) as work:
        spring, autumn = work.terms()
    assert (spring.campaign_id, spring.keep_until) == ("spring", usual_term(SPRING))
    assert (autumn.campaign_id, autumn.keep_until) == ("autumn", date(2027, 1, 31))
    assert autumn.is_over(date(2027, 2, 1))
    assert not autumn.is_over(date(2027, 1, 31))


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 240))
def test_months_later_is_the_same_day_or_the_months_last(day, months):
    """31 August and six months are the last day of February."""
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (
        later.day < day.day and months_later(later.replace(day=1), 1) == date.fromordinal(
            later.toordinal() + 1
        )
    )  # fmt: skip


def test_further_tables_are_part_of_a_record(registry):
    """An emergency and a change of the case: what happened, and when, not who of the staff."""
    with registry.work("petya") as work:
        work.save_user(User("petya", "Petya", Role.PLANNER), password="круши и ябълки")
        work.add_cases("autumn", [Case("a1", DUNAV)], {"a1": HOME})
        work.add_cases("autumn", [Case("a1", ROZA)], {"a1": HOME})
        work.add_emergency("autumn", "a1", "RSE27", reason="няма връзка", lasts=timedelta(hours=1))
        found = {each.table: dict(each.values) for each in work.other_entries("autumn", "a1")}
    assert found["break_glass"]["reason"] == "няма връзка"
    assert "address" in found["case_changes"]["fields"]
    assert "petya" not in repr(found)


# --- erasing ---------------------------------------------------------------------------------


def test_a_door_that_others_share_stays_decided(registry):
    """The decision goes with the last case of its address, in whichever campaign that is."""
    filled(registry, "autumn", "a1")
    filled(registry, "spring", "s1")
    with registry.work("petya") as work:
        assert work.erase([("autumn", "a1")]).decisions == 0
        assert work.remembered("spring", [Case("x", DUNAV)])
        assert work.erase([("spring", "s1")]).decisions == 1
        assert not work.remembered("spring", [Case("x", DUNAV)])


def test_every_version_of_the_plan_forgets(registry):
    """Drafts and replaced ones too; those without the case are not written anew."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("a1", DUNAV), Case("a2", DUNAV)], {})
        for visits in ([visit("a1", "a2")], [visit("a2")], [visit("a1")]):
            work.add_plan("autumn", plan_of(*visits))
        work.publish("autumn", 3)
        erasure = work.erase([("autumn", "a1")])
        assert erasure.plans == 2
        one, two, three = (each.plan for each in work.plans("autumn"))
        assert one.visits == (visit("a2"),)
        assert two.visits == (visit("a2"),)
        assert three.visits == three.unserved == ()


def test_what_was_told_of_the_case_alone_goes(registry):
    """Outcomes of this case are deleted, those of neighbours are not touched."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("a1", DUNAV), Case("a2", ROZA)], {})
        work.add_outcome("autumn", outcome_of("a1", note="той"))
        kept = replace(outcome_of("a2", note="тя"), key="k2")
        work.add_outcome("autumn", kept)
        assert work.erase([("autumn", "a1")]).outcomes == 1
        assert work.outcomes("autumn") == [kept]


def test_the_erased_are_known_by_digests_alone(registry, database):
    """The table holds nothing that tells who it was; the same child is known all the same."""
    mila = Case("a1", DUNAV, child="Мила Иванова", national_id="0142011234")
    moved = Case("b7", ROZA, child="Мила Иванова", national_id="01 4201 1234")
    renamed = Case("b8", DUNAV, child="ИВАНОВА Мила")
    twice = replace(moved, case_id="b6")
    sister = Case("b9", DUNAV, child="Ана Иванова")
    with registry.work("petya") as work:
        work.add_cases("autumn", [mila], {})
        work.erase([("autumn", "a1")])
        assert work.erased("spring", [moved, renamed, sister, twice]) == {"b6", "b7", "b8"}
        assert work.erased("autumn", [Case("a1", ROZA)]) == {"a1"}
        assert work.erased("spring", [Case("a1", ROZA)]) == set()
    (count,) = {len(row) for row in database.execute("SELECT * FROM erased")}
    assert count == 4
    assert "0142011234" not in repr(database.execute("SELECT * FROM erased"))


def test_emergencies_of_an_erased_child_go_with_it(registry, database):
    """Why somebody opened the case told of the child; a neighbour's emergency stays."""
    filled(registry, "autumn", "a1", "a2")
    with registry.work("petya") as work:
        work.save_user(User("petya", "Петя", Role.PLANNER), password="correct horse battery")
        for case_id in ("a1", "a2"):
            work.add_emergency(
                "autumn", case_id, "RSE27", reason="среща на гарата", lasts=timedelta(hours=1)
            )
        work.erase([("autumn", "a1")])
        assert [each.case_id for each in work.emergencies(user_id="petya")] == ["a2"]
    assert database.execute("SELECT case_id FROM break_glass") == [("a2",)]


def test_who_is_allowed_again_is_forgotten_to_have_been_erased(registry):
    """All marks of one erasure go together."""
    mila = Case("a1", DUNAV, national_id="0142011234")
    with registry.work("petya") as work:
        work.add_cases("autumn", [mila], {})
        work.erase([("autumn", "a1")])
        assert not work.allow_again("spring", "a1")
        assert work.allow_again("autumn", "a1")
        assert work.erased("spring", [replace(mila, case_id="z")]) == set()
        assert work.add_cases("autumn", [mila], {}) == 1


def test_erasing_who_is_not_there_erases_nobody(registry):
    """The second of two is a typing mistake: the first stays."""

    def erase() -> None:
        with registry.work("petya") as work:
            work.erase([("autumn", "a1"), ("autumn", "a9")])

    filled(registry, "autumn", "a1")
    with pytest.raises(NotFound):
        erase()
    with registry.work("petya") as work:
        assert len(work.cases("autumn")) == 1
        assert work.erased("autumn", [Case("a1", DUNAV)]) == set()
