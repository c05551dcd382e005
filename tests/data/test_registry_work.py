"""The registry's use cases: what goes in comes out, once, and nobody overwrites anybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from planning import wire
from planning.errors import Conflict, InputError, NotFound
from planning.model import (
    Address,
    Campaign,
    Candidate,
    Case,
    Choice,
    JobStatus,
    Leg,
    Level,
    Mode,
    Outcome,
    Pause,
    Place,
    Plan,
    Priority,
    Remembered,
    Result,
    Role,
    Route,
    Shift,
    Stop,
    Team,
    Unit,
    User,
    Visit,
    Window,
)
from planning.text import Note, note, one_line

if TYPE_CHECKING:
    from postgres import Database

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
MONDAY = date(2026, 8, 24)
AUTUMN = Campaign("autumn", "Обхват 2026/2027", MONDAY, 5, region="ruse")
ADDRESS = Address("ул. „Цар Освободител“ 27, вх. Б", settlement="гр. Русе", municipality="Русе")
MILA = Case(
    "c1", ADDRESS, row=2, child="Мила Иванова", national_id="0142011234", phone="0888 123 456",
    children=2, priority=Priority.URGENT, requires=frozenset({"social", "police"}),
    windows=(Window(61_200, 72_000, frozenset({0, 2})),), deadline=MONDAY, kits=1, note="куче",
)  # fmt: skip
ALI = Case("c2", Address("village, no street", settlement="с. Басарбово"), row=3, child="Али")
HOME = Place(
    Level.HOUSE, 25.95, 43.85, 0.9, 20.0, needs_review=False, matched="Цар Освободител 27",
    municipality_code="RSE27", municipality="Русе", settlement_code="63427", settlement="Русе",
    unit=Unit("Б", "3", "9"), candidates=(Candidate(25.95, 43.85, Level.HOUSE, 0.9, "27"),),
)  # fmt: skip
VILLAGE = Place(Level.SETTLEMENT, 25.97, 43.77, 0.6, 900.0, municipality_code="RSE27")
TEAM = Team(
    "t1", "Екип 1", "RSE27", 25.9, 43.8, institutions=frozenset({"social"}),
    pause=Pause(43_200, 46_800, 1_800), mode=Mode.WALK, order_date=MONDAY, phone="0889 000 111",
)  # fmt: skip
PLAN = Plan(
    first_day=MONDAY,
    days=5,
    visits=(Visit("v0001", ("c1",), 25.95, 43.85, "RSE27", label="Цар Освободител 27"),),
    shifts=(
        Shift("t1@2026-08-24", "t1", MONDAY, 25.9, 43.8, 30_600, 61_200, None, 40, Mode.WALK,
              frozenset({"social"}), "RSE27"),
    ),
    routes=(
        Route("t1@2026-08-24", "t1", MONDAY, (Stop("v0001", 31_000, 31_000, 32_000),), 30_600,
              33_000, legs=(Leg(400, 500.0, ((25.9, 43.8), (25.95, 43.85))), Leg(400, 500.0))),
    ),
    unserved=(),
    trace=((0.5, 12.0),),
)  # fmt: skip
MET = Outcome("v0001", "t1", MONDAY, Result.MET, "2026-08-24T10:00:00+03:00", "Мила е тук", 1,
              key="k1", case_ids=("c1",))  # fmt: skip


class Clock:
    """A clock that the test moves on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Iterator[Callable[[], SqlRegistry]]:
    """Opens the same registry as often as wanted."""
    with ExitStack() as closing_all:

        def again() -> SqlRegistry:
            registry = open_registry(
                database.url,
                key_file=tmp_path / "key" / "outreach.key",
                clock=Clock(),
                passwords=QUICK,
            )
            closing_all.callback(registry.close)
            return registry

        yield again


@pytest.fixture
def registry(opened: Callable[[], SqlRegistry]) -> SqlRegistry:
    """A registry with one campaign in it."""
    made = opened()
    with made.work("petya") as work:
        work.save_campaign(AUTUMN)
    return made


def test_what_was_sealed_before_there_were_hazards_still_opens():
    """Cases and plans of an older version lack the field: it is empty."""
    for value, lacking in ((MILA, "hazard"), (PLAN.visits[0], "hazards")):
        old = json.loads(wire.dump(value))
        del old[lacking]
        assert wire.load(type(value), json.dumps(old)) == value


def test_a_hazard_comes_back_and_does_not_lie_readable_on_the_disk(registry, database):
    """Neither of the case nor of its visit in the plan."""
    (visit,) = PLAN.visits
    wary = replace(PLAN, visits=(replace(visit, hazards=(("c1", "ротвайлер"),)),))
    with registry.work("petya") as work:
        work.add_cases("autumn", [replace(MILA, hazard="ротвайлер")], {"c1": HOME})
        work.add_plan("autumn", wary)
        assert work.case("autumn", "c1").case.hazard == "ротвайлер"
        assert work.plan("autumn").plan.visits[0].hazard == "ротвайлер"
    assert "ротвайлер".encode() not in database.on_disk()


def test_everything_comes_back_as_it_went_in_after_a_restart(registry, opened):
    """Campaign, team, cases, plan and outcome are equal when the service starts again."""
    with registry.work("petya") as work:
        work.save_teams("autumn", [TEAM])
        assert work.add_cases("autumn", [MILA, ALI], {"c1": HOME}) == 2
        assert work.add_plan("autumn", PLAN) == 1
        assert work.add_outcome("autumn", MET)
    registry.close()
    with opened().work("petya") as work:
        assert work.campaigns() == [AUTUMN]
        assert work.teams("autumn") == [TEAM]
        first, second = work.cases("autumn")
        assert (first.case, first.place, first.version) == (MILA, HOME, 1)
        assert (second.case, second.place) == (ALI, None)
        found = work.plan("autumn")
        assert found is not None
        assert (found.plan, found.version, found.status) == (PLAN, 1, "draft")
        assert found.created_by == "petya"
        assert work.outcomes("autumn") == [MET]


def test_a_failing_use_case_leaves_nothing_behind(registry):
    """What was saved before the error is taken back with it."""

    def import_and_fail() -> None:
        with registry.work("petya") as work:
            work.add_cases("autumn", [MILA], {})
            work.log("import", "autumn")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        import_and_fail()
    with registry.work("petya") as work:
        assert work.cases("autumn") == []
        assert work.audit() == []


def test_the_newest_campaign_comes_first_and_can_be_renamed(registry):
    """A second campaign stands above the first; saving the first again does not move it."""
    spring = Campaign("spring", "Пролет", date(2027, 3, 1), 10, invented=True)
    with registry.work("petya") as work:
        work.save_campaign(spring)
        work.save_campaign(replace(AUTUMN, name="Есен"))
        assert work.campaigns() == [spring, replace(AUTUMN, name="Есен")]
        assert work.campaign("spring") == spring
        with pytest.raises(NotFound):
            work.campaign("summer")


def test_nothing_is_added_to_a_campaign_that_does_not_exist(registry):
    """Each of the four ways to add says the same."""
    with registry.work("petya") as work:
        for add in (
            lambda: work.add_cases("summer", [MILA], {}),
            lambda: work.save_teams("summer", [TEAM]),
            lambda: work.add_plan("summer", PLAN),
            lambda: work.add_outcome("summer", MET),
        ):
            with pytest.raises(NotFound):
                add()


def test_teams_are_replaced_as_a_whole_in_their_order(registry):
    """The second list is what counts, in its own order."""
    others = [replace(TEAM, team_id=each) for each in ("t9", "t1", "t5")]
    with registry.work("petya") as work:
        work.save_teams("autumn", [TEAM, replace(TEAM, team_id="t2")])
        work.save_teams("autumn", others)
        assert work.teams("autumn") == others
        work.save_teams("autumn", [])
        assert work.teams("autumn") == []


def test_two_rows_of_one_id_are_refused_together(registry):
    """The clerk hears of every doubled id at once, and nothing is half imported."""
    with registry.work("petya") as work:
        with pytest.raises(InputError) as refused:
            work.add_cases("autumn", [MILA, ALI, MILA, ALI], {})
        assert [fault.value for fault in refused.value.faults] == ["c1", "c2"]
        with pytest.raises(InputError, match="team id"):
            work.save_teams("autumn", [TEAM, TEAM])
        assert work.cases("autumn") == []


# --- importing again -------------------------------------------------------------------------


def test_a_second_list_adds_what_is_new_behind_what_was_there(registry):
    """One new child among two known ones: one is new, the order of coming is kept."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        assert work.add_cases("autumn", [ALI, MILA], {"c1": HOME}) == 1
        assert [record.case.case_id for record in work.cases("autumn")] == ["c1", "c2"]


def test_a_case_that_comes_again_as_it_was_keeps_its_version(registry):
    """Importing the same list twice disturbs nobody who is just looking at a case."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {"c1": HOME, "c2": VILLAGE})
        assert work.add_cases("autumn", [MILA, ALI], {"c1": HOME, "c2": VILLAGE}) == 0
        assert [record.version for record in work.cases("autumn")] == [1, 1]


def test_a_changed_row_changes_the_case_and_its_version(registry):
    """A new phone number arrives with the next list."""
    called = replace(MILA, phone="0899 765 432")
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.add_cases("autumn", [called], {"c1": HOME})
        record = work.case("autumn", "c1")
        assert (record.case, record.place, record.version) == (called, HOME, 2)


def test_a_place_settled_by_hand_outlives_the_next_list(registry):
    """Petya found the door herself; the list of September does not take that away."""
    settled = replace(HOME, lon=25.96, notes=(note("a planner put the pin on the map"),))
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.settle_places("autumn", {"c1": settled}, versions={"c1": 1})
    with registry.work("boris") as work:
        work.add_cases("autumn", [replace(MILA, phone="1")], {"c1": VILLAGE})
        record = work.case("autumn", "c1")
    assert record.place == settled
    assert record.decided_by == "petya"
    assert record.decided_at.startswith("2026-08-20T09:00")
    assert record.version == 3


def test_a_new_address_takes_the_settled_place_away(registry):
    """The family moved: what Petya decided about the old address no longer counts."""
    moved = replace(MILA, address=replace(ADDRESS, text="ул. „Тулча“ 5"))
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1})
        work.add_cases("autumn", [moved], {"c1": VILLAGE})
        record = work.case("autumn", "c1")
        assert (record.place, record.decided_by, record.decided_at) == (VILLAGE, "", "")
        work.add_cases("autumn", [MILA], {})
        assert work.case("autumn", "c1").place is None


def test_a_place_stays_when_the_next_list_brings_none(registry):
    """Importing without locating does not unlocate."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.add_cases("autumn", [replace(MILA, note="нова")], {})
        assert work.case("autumn", "c1").place == HOME


def test_cases_of_one_municipality(registry):
    """A coordinator's list holds her municipality's cases, and none without a place."""
    elsewhere = replace(HOME, municipality_code="RSE01")
    cases = [MILA, ALI, replace(ALI, case_id="c3")]
    with registry.work("petya") as work:
        work.add_cases("autumn", cases, {"c1": HOME, "c2": elsewhere})
        found = work.cases("autumn", municipality_code="RSE27")
        assert [record.case.case_id for record in found] == ["c1"]


# --- two people ------------------------------------------------------------------------------


def test_the_second_planner_hears_who_was_first(registry):
    """Two planners opened the same case; the slower one is told, and nothing is overwritten."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
    with registry.work("boris") as work:
        work.settle_places("autumn", {"c1": VILLAGE}, versions={"c1": 1})
    with (
        pytest.raises(Conflict, match=r"boris changed this at 2026-08-20 09:00 UTC"),
        registry.work("petya") as work,
    ):
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1})
    with registry.work("petya") as work:
        assert work.case("autumn", "c1").place == VILLAGE
        with pytest.raises(NotFound):
            work.settle_places("autumn", {"c9": HOME}, versions={"c9": 1})


def test_moving_cases_to_another_team_is_all_or_nothing(registry):
    """Two cases move to team 1 and back; a list with an unknown one moves none."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {})
        work.set_home_team("autumn", ["c1", "c2"], "t1")
        assert {record.home_team for record in work.cases("autumn")} == {"t1"}
        assert {record.version for record in work.cases("autumn")} == {2}
        work.set_home_team("autumn", ["c2"], "")
        assert [record.home_team for record in work.cases("autumn")] == ["t1", ""]
    with pytest.raises(NotFound), registry.work("petya") as work:
        work.set_home_team("autumn", ["c1", "c9"], "t2")
    with registry.work("petya") as work:
        assert work.case("autumn", "c1").home_team == "t1"


def test_a_move_does_not_overtake_another_unseen(registry):
    """Boris moves Mila to team 1; Petya, who saw her before, is told by whom and where to.

    A move back, a second look, and changes that are no moves stand in nobody's way.
    """
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {})
    with registry.work("boris") as work:
        work.set_home_team("autumn", ["c1"], "t1", versions={"c1": 1})
    with (
        pytest.raises(
            Conflict, match=r"boris changed this .* case “c1” went to team “t1” mean"
        ) as told,
        registry.work("petya") as work,
    ):
        work.set_home_team("autumn", ["c2", "c1"], "t2", versions={"c1": 1, "c2": 1})
    assert told.value.theirs.home_team == "t1"
    assert [each.fields for each in told.value.changes] == [("home_team",)]
    with registry.work("petya") as work:
        assert [record.home_team for record in work.cases("autumn")] == ["t1", ""]
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 2})
        work.set_home_team("autumn", ["c1", "c2"], "t2", versions={"c1": 2})
        work.set_home_team("autumn", ["c1"], "")
    with pytest.raises(Conflict, match="case “c1” went back meanwhile"), registry.work("b") as work:
        work.set_home_team("autumn", ["c1"], "t1", versions={"c1": 3})


def test_drafts_are_published_one_at_a_time(registry):
    """Version 1 goes out, version 2 replaces it, and version 1 cannot come back by accident."""
    with registry.work("petya") as work:
        assert work.plan("autumn") is None
        assert [work.add_plan("autumn", PLAN) for _ in range(3)] == [1, 2, 3]
        assert work.plan("autumn", published=True) is None
        work.publish("autumn", 1)
        work.publish("autumn", 2)
        work.publish("autumn", 2)
        published = work.plan("autumn", published=True)
        newest = work.plan("autumn")
        assert published is not None
        assert newest is not None
        assert (published.version, newest.version, newest.status) == (2, 3, "draft")
        with pytest.raises(Conflict, match="version 2 was published meanwhile"):
            work.publish("autumn", 1)
        with pytest.raises(NotFound):
            work.publish("autumn", 9)


# --- decisions that are remembered ------------------------------------------------------------

SECOND = Campaign("spring", "Пролет", date(2027, 3, 1), 5, region="ruse")
ELSEWHERE = Campaign("north", "Силистра", date(2027, 3, 1), 5, region="silistra")
NOWHERE = Choice(nowhere=True, note="срутена къща")
MILAS_SISTER = replace(
    MILA, case_id="c8", child="Ния", address=replace(ADDRESS, text=ADDRESS.text.upper())
)


def test_a_choice_is_found_again_for_the_same_words_in_the_same_region(registry):
    """Another campaign, other capitals and another child: the office knows the address already."""
    with registry.work("petya") as work:
        for campaign in (SECOND, ELSEWHERE):
            work.save_campaign(campaign)
            work.add_cases(campaign.campaign_id, [MILA], {})
        work.add_cases("autumn", [MILA], {})
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1})
        work.remember("autumn", "c1", NOWHERE)
        settled = work.case("autumn", "c1")
        found = work.remembered("spring", [MILAS_SISTER, ALI])
        assert set(found) == {"c8"}
        assert found["c8"] == Remembered(NOWHERE, "petya", settled.decided_at)
        assert work.remembered("north", [MILAS_SISTER]) == {}
        work.remember("spring", "c1", Choice(service_address=True))
        assert work.remembered("autumn", [MILA])["c1"].choice.service_address
        work.forget("spring", MILAS_SISTER.address)
        assert work.remembered("autumn", [MILA]) == {}


def test_a_remembered_choice_and_a_note_do_not_lie_readable_on_the_disk(registry, database):
    """Neither the address it is found by nor what was written about it."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {"c1": HOME})
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1}, note="срутена къща")
        work.remember("autumn", "c1", NOWHERE)
        assert work.case("autumn", "c1").decision_note == "срутена къща"
    content = database.on_disk()
    for text in ("срутена", "Освободител", "освободител"):
        assert text.encode() not in content


def test_places_are_settled_all_or_none_at_one_moment(registry):
    """Two children of one address; the second was changed meanwhile: neither is settled."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, MILAS_SISTER, ALI], {})
        assert [each.case.case_id for each in work.same_address("autumn", "c1")] == ["c1", "c8"]
        assert [each.case.case_id for each in work.same_address("autumn", "c2")] == ["c2"]
        with pytest.raises(NotFound):
            work.same_address("autumn", "c9")
    both = {"c1": HOME, "c8": HOME}
    with pytest.raises(Conflict), registry.work("petya") as work:
        work.settle_places("autumn", both, versions={"c1": 1, "c8": 7})
    with registry.work("petya") as work:
        assert {each.decided_by for each in work.cases("autumn")} == {""}
        work.settle_places("autumn", both, versions={"c1": 1, "c8": 1})
        first, second = work.some_cases("autumn", ["c1", "c8"])
        assert first.decided_at == second.decided_at != ""
        assert [each.case_id for each in work.case_states("autumn") if each.waits] == ["c2"]
        work.reopen_places("autumn", {"c1": VILLAGE}, versions={"c1": 2})
        again = work.case("autumn", "c1")
        assert (again.place, again.decided_by, again.decided_at) == (VILLAGE, "", "")


def test_an_address_like_no_other_is_shared_with_nobody(registry):
    """Two rows with nothing but a dot in them are not one family."""
    empty = [replace(ALI, case_id=each, address=Address(".")) for each in ("c1", "c2")]
    with registry.work("petya") as work:
        work.add_cases("autumn", empty, {})
        assert len(work.same_address("autumn", "c1")) == 1
        work.remember("autumn", "c1", NOWHERE)
        assert work.remembered("autumn", empty) == {}


def test_cases_of_an_earlier_version_get_their_address_key_when_opened(registry, opened, database):
    """After the update the office's old cases hang together as new ones do."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, MILAS_SISTER], {})
    registry.close()
    database.execute("UPDATE cases SET same_address = ''")
    with opened().work("petya") as work:
        assert len(work.same_address("autumn", "c1")) == 2


# --- outcomes --------------------------------------------------------------------------------


def test_the_same_key_twice_is_one_outcome(registry):
    """A phone without a signal sends the same outcome three times; the desk's clock moves on."""
    with registry.work("t1") as work:
        assert work.add_outcome("autumn", MET)
        assert not work.add_outcome("autumn", replace(MET, recorded_at="2026-08-24T10:05:00Z"))
        assert work.outcomes("autumn") == [MET]


def test_a_key_with_something_else_in_it_is_told(registry):
    """A corrected note under the old key is not dropped silently."""
    with registry.work("t1") as work:
        work.add_outcome("autumn", MET)
        with pytest.raises(Conflict, match="under this key"):
            work.add_outcome("autumn", replace(MET, note="друго"))


def test_outcomes_without_a_key_are_told_apart_by_their_content(registry):
    """Two different outcomes without a key are two, the same one twice is one."""
    first = replace(MET, key="")
    with registry.work("t1") as work:
        assert work.add_outcome("autumn", first)
        assert work.add_outcome("autumn", replace(first, visit_id="v0002", team_id="t2"))
        assert not work.add_outcome("autumn", first)
        assert [each.visit_id for each in work.outcomes("autumn")] == ["v0001", "v0002"]
        assert [each.visit_id for each in work.outcomes("autumn", team_id="t2")] == ["v0002"]


@pytest.mark.parametrize("kits", [-1, 10**30])
def test_impossible_numbers_of_kits_are_refused(registry, kits):
    """Nobody hands over minus one kit."""
    with registry.work("t1") as work, pytest.raises(InputError, match="from 0 on"):
        work.add_outcome("autumn", replace(MET, kits_handed=kits))


# --- reading only ----------------------------------------------------------------------------


def test_reading_waits_for_no_writer_and_cannot_write(registry):
    """While Petya imports, a page that only reads sees the state before, at once."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA], {})
        with registry.work("boris", reading=True) as page:
            assert page.cases("autumn") == []
            with pytest.raises(RuntimeError, match="reading only"):
                page.log("read", "autumn")


def test_a_writing_work_within_another_is_our_mistake(registry):
    """It would wait for itself; it fails at once instead."""
    inner = registry.work("petya")
    with registry.work("petya"), pytest.raises(RuntimeError, match="within a transaction"):
        inner.__enter__()
    with registry.work("petya") as work:
        assert work.campaigns()


# --- jobs ------------------------------------------------------------------------------------


def test_jobs_are_found_after_a_restart(registry, opened):
    """Progress is saved over and over; a page finds the newest job of its campaign again."""
    first = JobStatus("j1", "plan", "autumn:aa", "running", 0.1, "дели", "2026-08-20T09:00:00Z")
    second = replace(first, job_id="j2", key="autumn:bb")
    registry.jobs.save(first)
    registry.jobs.save(second)
    registry.jobs.save(replace(first, share=1.0, state="done", finished="2026-08-20T09:01:00Z"))
    registry.close()
    jobs = opened().jobs
    assert jobs.find("plan", "autumn:") == second
    assert jobs.find("plan", "autumn:a") == replace(
        first, share=1.0, state="done", finished="2026-08-20T09:01:00Z"
    )
    assert jobs.find("plan", "AUTUMN:") is None
    assert jobs.find("plan", "autumn_") is None
    assert jobs.get("j2") == second
    assert jobs.get("j3") is None
    assert jobs.all_running() == [second]


def test_a_job_keeps_the_order_by_which_it_goes_on(registry, opened):
    """Ids and figures as JSON, of any length; used up when the next service has started it."""
    order = '{"campaign_id": "есен", "user_id": "' + "x" * 3_000 + '"}'
    cut_off = JobStatus("j1", "plan", "autumn:aa", "running", 0.4, again=order)
    registry.jobs.save(cut_off)
    registry.close()
    jobs = opened().jobs
    assert jobs.all_running() == [cut_off]
    jobs.save(replace(cut_off, again=""))
    assert jobs.find("plan", "autumn:") == replace(cut_off, again="")


# --- hostile text ----------------------------------------------------------------------------

HOSTILE = [
    "{{7*191}}",
    "{% raise %}",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE cases; --",
    '"; DELETE FROM audit; --',
    "%s %d ? :x {x} $1 \\",
    "\u202eexe.txt",
    "Али\u0301 ə ұ қ 😀",
    "line\nbreak\ttab",
    "x" * 9_999,
]


@pytest.mark.parametrize("text", [*HOSTILE, "nul\x00byte"])
def test_hostile_text_comes_back_letter_by_letter(registry, text):
    """Whatever a sealed field holds is kept literally and never becomes part of a statement."""
    case = Case("c1", Address(text, text, text, text, text, text), child=text, national_id=text,
                phone=text, note=text, language=text, school=text)  # fmt: skip
    place = replace(HOME, matched=text, municipality=text, notes=(Note(text),), door=text)
    team = replace(TEAM, name=text, office=text, phone=text)
    with registry.work("petya") as work:
        work.add_cases("autumn", [case], {"c1": place})
        work.save_teams("autumn", [team])
        work.add_outcome("autumn", replace(MET, note=text))
    with registry.work("petya") as work:
        record = work.case("autumn", "c1")
        assert (record.case, record.place) == (case, place)
        assert work.teams("autumn") == [team]
        assert work.outcomes("autumn")[0].note == text


@pytest.mark.parametrize("text", [each for each in HOSTILE if len(each) < 200])
def test_hostile_ids_come_back_letter_by_letter(registry, text):
    """The same for what stands in plain columns: ids, names, scopes."""
    campaign = replace(AUTUMN, campaign_id=text, name=text, region=text)
    user = User(one_line(text), text, Role.TEAM, text, text)  # a name is one line
    place = replace(HOME, municipality_code=text, settlement_code=text)
    with registry.work(text) as work:
        work.save_campaign(campaign)
        work.save_teams(text, [replace(TEAM, team_id=text, municipality_code=text)])
        work.add_cases(text, [replace(MILA, case_id=text)], {text: place})
        work.set_home_team(text, [text], text)
        work.add_outcome(text, replace(MET, visit_id=text, team_id=text, key=text))
        work.save_user(user, password="a long password")
        work.log(text, text, text)
    registry.jobs.save(JobStatus("j", text, text, "running", message=text))
    with registry.work("petya") as work:
        assert work.campaign(text) == campaign
        assert work.teams(text)[0].team_id == text
        assert work.case(text, text).home_team == text
        assert work.cases(text, municipality_code=text)[0].place == place
        assert work.outcomes(text, team_id=text)[0].key == text
        assert work.users() == [user]
    assert registry.sign_in(text, "a long password") == user
    found = registry.jobs.find(text, text)
    assert found is not None
    assert found.key == text
    assert registry.verify_audit() == 2


@pytest.mark.parametrize("text", ["\ud800", "nul\x00byte", "x" * 201, "", "  "])
def test_ids_that_no_database_can_hold_are_refused_in_words(registry, text):
    """Half a character, a NUL, an endless id: one line each, and nothing is kept."""
    with registry.work("petya") as work:
        for add in (
            lambda: work.add_cases("autumn", [replace(MILA, case_id=text)], {}),
            lambda: work.save_teams("autumn", [replace(TEAM, team_id=text)]),
            lambda: work.save_campaign(replace(AUTUMN, campaign_id=text)),
            lambda: work.add_outcome("autumn", replace(MET, visit_id=text)),
            lambda: work.save_user(User(text, "n", Role.VIEWER), password="a long password"),
        ):
            with pytest.raises(InputError):
                add()


def test_looking_for_half_a_character_finds_nothing_in_words(registry):
    """A link with a broken id in it is the visitor's fault, not a traceback."""
    with pytest.raises(InputError, match="half of a character"), registry.work("petya") as work:
        work.case("autumn", "\ud800")


def test_half_a_character_in_a_sealed_field_is_refused_in_words(registry):
    """A broken emoji in a note is told, not lost and not a traceback."""
    with registry.work("petya") as work, pytest.raises(InputError, match="half of a character"):
        work.add_cases("autumn", [replace(MILA, note="\ud83d")], {})


@given(
    note=st.text(st.characters(exclude_categories=["Cs"])), key=st.text("abcδ'\"-%_", min_size=1)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # keys keep notes apart
def test_any_note_survives(registry, note, key):
    """Whatever people type comes back."""
    with registry.work("t1") as work:
        work.add_outcome("autumn", replace(MET, note=note, key=f"{key}{hash(note)}"))
        assert work.outcomes("autumn")[-1].note == note or note == ""


# --- what lies on the disk -------------------------------------------------------------------

PLANTED = ("Мила", "0142011234", "0888 123 456", "Освободител", "куче", "Екип 1", "0889 000 111")


def test_no_personal_data_lies_readable_on_the_disk(registry, database):
    """Neither the database, nor its log, nor its index file holds a planted name or number."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {"c1": HOME})
        work.save_teams("autumn", [TEAM])
        work.add_plan("autumn", PLAN)
        work.add_outcome("autumn", MET)
        work.log("import_cases", "autumn", "2 rows")
    content = database.on_disk()
    assert b"import_cases" in content
    for text in PLANTED:
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            assert text.encode(encoding) not in content
        assert text.encode("unicode_escape") not in content


def test_sealed_cells_cannot_be_swapped(registry, database):
    """Somebody with the file in hand gives Mila's record to Ali: it no longer opens."""
    with registry.work("petya") as work:
        work.add_cases("autumn", [MILA, ALI], {"c1": HOME})
    database.execute(
        "UPDATE cases SET sealed_case = (SELECT sealed_case FROM cases WHERE case_id = 'c1') "
        "WHERE case_id = 'c2'"
    )
    with (
        registry.work("petya") as work,
        pytest.raises(InputError, match="does not open") as broken,
    ):
        work.case("autumn", "c2")
    assert "Мила" not in str(broken.value)
