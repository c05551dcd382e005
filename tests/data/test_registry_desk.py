"""The use cases on each database: a campaign from its lists to its outcomes, and two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from office import PLANNER, TEAM_1, TEAM_2, Office, an_office, with_a_draft

from planning.desk import Choice
from planning.errors import Conflict, NotFound
from planning.model import Result

if TYPE_CHECKING:
    from postgres import Database


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path, database.url) as made:
        yield made


@pytest.fixture
def published(office: Office) -> Office:
    """Lists imported, planned and published."""
    office.desk(PLANNER).publish("c", with_a_draft(office))
    return office


def first_day(office: Office) -> tuple[str, tuple[str, ...]]:
    """A team that goes out, and the cases at its first door."""
    desk = office.desk(PLANNER)
    for team_id in ("t1", "t2"):
        for day in desk.team_days("c", team_id):
            return team_id, desk.team_day("c", team_id, day).visits[0].case_ids
    raise AssertionError("nobody goes out")


def test_a_campaign_goes_from_its_lists_to_an_outcome(published: Office) -> None:
    """Teams see their day; what they find is kept once and shown beside the door."""
    team_id, case_ids = first_day(published)
    user = TEAM_1 if team_id == "t1" else TEAM_2
    desk = published.desk(user)
    (day, *_) = desk.team_days("c", team_id)
    for new in (True, False):
        assert new == desk.record_outcome(
            "c", case_ids=case_ids, team_id=team_id, day=day, result=Result.MET, key="k1"
        )
    found = desk.team_day("c", team_id, day)
    assert [each.result for each in found.outcomes.values()] == [Result.MET]
    assert found.team.team_id == team_id
    assert found.plan.routes == (found.route,)
    assert published.registry.verify_audit() > 0


def test_a_team_without_a_route_that_day_is_told(published: Office) -> None:
    """Years later nobody goes out, and there is no team of another name."""
    desk = published.desk(PLANNER)
    (day, *_) = desk.team_days("c", first_day(published)[0])
    with pytest.raises(NotFound, match="no published route"):
        desk.team_day("c", "t1", day.replace(year=2099))
    with pytest.raises(NotFound):
        desk.team_day("c", "t9", day)


def test_an_outcome_of_a_door_that_is_no_longer_on_the_route_is_refused(published: Office) -> None:
    """The phone shows yesterday's plan."""
    team_id, _ = first_day(published)
    (day, *_) = published.desk(PLANNER).team_days("c", team_id)
    user = TEAM_1 if team_id == "t1" else TEAM_2
    with pytest.raises(Conflict, match="open the day's route again"):
        published.desk(user).record_outcome(
            "c", case_ids=("c99",), team_id=team_id, day=day, result=Result.MET, key="k1"
        )


def at_once(*acts: Callable[[], object]) -> list[BaseException | None]:
    """What each act ended with, all of them begun at the same moment."""
    gate = threading.Barrier(len(acts))
    ends: list[BaseException | None] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - the test looks at all of them
            ends[number] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_two_planners_decide_on_one_family_at_the_same_moment(published: Office) -> None:
    """c1 and c2 live at one door. One decision counts for both; the other planner is told."""
    version = {each.case.case_id: each.version for each in published.desk(PLANNER).cases("c")}

    def decide(case_id: str, choice: Choice) -> Callable[[], object]:
        desk = published.desk(PLANNER)
        return lambda: desk.settle("c", case_id, choice, version=version[case_id])

    ends = at_once(decide("c1", Choice(nowhere=True)), decide("c2", Choice(service_address=True)))
    records = {each.case.case_id: each for each in published.desk(PLANNER).cases("c")}
    assert [type(end) for end in ends if end] in ([], [Conflict])
    places = [records[each].place for each in ("c1", "c2")]
    assert all(place is not None and place.decided for place in places)
    if any(ends):
        assert len({place.service_address for place in places if place}) == 1


def test_a_decision_is_taken_back_once(published: Office) -> None:
    """Two planners press the button; one of them hears that it was done already."""
    planner = published.desk(PLANNER)
    records = {each.case.case_id: each for each in planner.cases("c")}
    planner.settle("c", "c1", Choice(nowhere=True), version=records["c1"].version)
    with published.registry.work("anna", reading=True) as work:
        seen = work.case("c", "c1").version
    ends = at_once(*(lambda: published.desk(PLANNER).reopen("c", "c1", version=seen),) * 2)
    assert [type(end) for end in ends if end] == [Conflict]
    with published.registry.work("anna", reading=True) as work:
        assert not work.case("c", "c1").decided_by
