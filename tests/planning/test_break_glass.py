"""One case of somebody else's, opened in an emergency: stated, short, and seen by others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from office import (
    AUDITOR,
    CAMPAIGN,
    CASES,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAM_2,
    TEAMS,
    VIEWER,
    Office,
)
from towns import riverside

from data.casefiles.templates import OfficeFiles
from data.registry import open_registry
from planning.desk.break_glass import LASTS, LONGEST_REASON
from planning.errors import InputError, NotAllowed, NotFound
from planning.model import How, User

WHY = "the child stands at our door"


@dataclass
class Clock:
    """A clock that stands until the test moves it."""

    now: datetime = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """Eight cases: c1 to c6 in Речно, c8 in Хълм, c7 nobody knows where."""
    registry = open_registry(tmp_path / "r.sqlite", key_file=tmp_path / "key" / "k", clock=clock)
    made = Office(registry, riverside(), OfficeFiles(tmp_path / "templates"))
    planner = made.desk(PLANNER)
    planner.create_campaign(CAMPAIGN)
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    with registry.work("root") as work:
        for user in (OWN_COORDINATOR, OTHER_COORDINATOR, TEAM_1, TEAM_2, AUDITOR):
            work.save_user(user, password="kuvo-tami-relo-pasi")
    yield made
    registry.close()


def test_one_case_is_open_for_an_hour(office: Office, clock: Clock) -> None:
    """Хълм's coordinator reads c1 and nothing else of Речно; an hour later it is shut."""
    desk = office.desk(OTHER_COORDINATOR)
    opened = desk.break_glass("c", "c1", WHY)
    assert (opened.case_id, opened.municipality_code, opened.reason) == ("c1", "RVS01", WHY)
    assert desk.emergency_case(opened.number).case.phone == "0700 1"
    assert [each.case.case_id for each in desk.cases("c")] == ["c8"]
    clock.now += LASTS - timedelta(seconds=1)
    assert desk.own_emergencies() == [opened]
    clock.now += timedelta(seconds=1)
    assert desk.own_emergencies() == []
    with pytest.raises(NotAllowed, match="has ended"):
        desk.emergency_case(opened.number)


def test_nobody_else_uses_it(office: Office) -> None:
    """Another coordinator and a team know its number."""
    number = office.desk(OTHER_COORDINATOR).break_glass("c", "c1", WHY).number
    for user in (TEAM_1, TEAM_2):
        with pytest.raises(NotAllowed):
            office.desk(user).emergency_case(number)


@pytest.mark.parametrize("reason", ["", "  ", "because", "a" * 14, "a" + " " * 30 + "b"])
def test_a_reason_is_asked_for(office: Office, reason: str) -> None:
    """Spaces are none, and nothing is opened."""
    desk = office.desk(OTHER_COORDINATOR)
    with pytest.raises(InputError, match="at least 15 characters"):
        desk.break_glass("c", "c1", reason)
    assert desk.own_emergencies() == []
    assert len(desk.break_glass("c", "c1", "because " * 1_000).reason) == LONGEST_REASON


def test_one_s_own_case_needs_no_emergency(office: Office) -> None:
    """Речно's coordinator sees c1 anyway."""
    with pytest.raises(InputError, match="as usual"):
        office.desk(OWN_COORDINATOR).break_glass("c", "c1", WHY)


def test_asked_again_while_it_lasts_it_is_the_same(office: Office, clock: Clock) -> None:
    """A nervous hand presses twice; an hour later it is a new one."""
    desk = office.desk(TEAM_1)
    first = desk.break_glass("c", "c8", WHY)
    assert desk.break_glass("c", "c8", "another reason, long enough") == first
    clock.now += LASTS
    assert desk.break_glass("c", "c8", WHY).number == first.number + 1


def test_three_in_an_hour_and_ten_a_day(office: Office, clock: Clock) -> None:
    """Tries at ids that do not exist count: nobody finds cases by guessing."""
    desk = office.desk(TEAM_1)
    for case_id in ("c1", "c2"):
        desk.break_glass("c", case_id, WHY)
    with pytest.raises(NotFound):
        desk.break_glass("c", "Мария Петрова", WHY)
    with pytest.raises(NotAllowed, match="too many"):
        desk.break_glass("c", "c3", WHY)
    opened = 3
    while True:
        clock.now += timedelta(minutes=61)
        try:
            for _ in range(3):
                with pytest.raises(NotFound):
                    desk.break_glass("c", "no such case", WHY)
                opened += 1
        except NotAllowed:
            break
    assert opened == 10
    office.desk(TEAM_2).break_glass("c", "c1", WHY)
    assert "Мария" not in str(office.desk(AUDITOR).audit_log())


def test_the_municipality_and_the_auditor_see_it_until_they_have_said_so(office: Office) -> None:
    """Each for itself; the coordinator of another municipality is not told of it."""
    office.desk(TEAM_1).break_glass("c", "c1", WHY)
    own, auditor = office.desk(OWN_COORDINATOR), office.desk(AUDITOR)
    (told,) = own.unseen_emergencies()
    assert (told.user_id, told.case_id, told.reason) == ("t1", "c1", WHY)
    assert office.desk(OTHER_COORDINATOR).unseen_emergencies() == []
    with pytest.raises(NotFound):
        office.desk(OTHER_COORDINATOR).acknowledge_emergency(told.number)
    own.acknowledge_emergency(told.number)
    assert own.unseen_emergencies() == []
    assert [each.number for each in auditor.unseen_emergencies()] == [told.number]
    auditor.acknowledge_emergency(told.number)
    assert auditor.unseen_emergencies() == []
    with pytest.raises(NotFound):
        own.acknowledge_emergency(told.number)
    logged = [(each.actor, each.action, each.subject) for each in auditor.audit_log()]
    for entry in (
        ("t1", "break_glass", "c1"),
        ("rvs", "acknowledge_emergency", "c1"),
        ("audit", "acknowledge_emergency", "c1"),
    ):
        assert entry in logged
    assert WHY not in str(logged)


def test_a_case_without_a_place_is_shown_to_the_auditor(office: Office) -> None:
    """Nobody knows whose c7 is: no municipality can be told."""
    office.desk(OTHER_COORDINATOR).break_glass("c", "c7", WHY)
    assert [each.case_id for each in office.desk(AUDITOR).unseen_emergencies()] == ["c7"]
    assert office.desk(OWN_COORDINATOR).unseen_emergencies() == []


def test_who_saw_it_is_found_by_the_case(office: Office) -> None:
    """Opened, read; beside the planner who imported the list."""
    desk = office.desk(OTHER_COORDINATOR)
    opened = desk.break_glass("c", "c1", WHY)
    for _ in range(3):
        desk.emergency_case(opened.number)
    desk.cases("c")  # another municipality's list: c1 is not in it
    seen = office.desk(AUDITOR).who_saw("c1")
    told = [(each.entry.actor, each.entry.action, each.how) for each in seen]
    assert told == [
        ("hlm", "read_emergency", How.ITSELF),
        ("hlm", "break_glass", How.ITSELF),
        ("anna", "import_cases", How.LIST),
    ]


def test_a_role_that_was_taken_away_opens_nothing(office: Office) -> None:
    """The coordinator became a viewer within the hour."""
    number = office.desk(OTHER_COORDINATOR).break_glass("c", "c1", WHY).number
    with pytest.raises(NotAllowed):
        office.desk(User("hlm", "Хълм", VIEWER.role)).emergency_case(number)
