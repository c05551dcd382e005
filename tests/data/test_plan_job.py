"""Planning and repairing as jobs: what the office chose for the campaign goes into its plans."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from office import CAMPAIGN, CASES, PLANNER, TEAMS, Office
from towns import riverside

from data import plan_job, revision_jobs
from data.casefiles.templates import OfficeFiles
from data.home import Home
from data.opening import registry_of
from data.plan_job import PlanOrder, order_again, plan_campaign
from data.revision_jobs import RepairOrder, repair_plan
from planning.campaign.approach import Approach
from planning.campaign.ladder import CALL_FIRST, Answer, Channel, Ladder, Step
from planning.model import Plan, Reason, Role
from planning.routing.planner import Inline

MONDAY = date(2026, 8, 24)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The town's campaign; c1 alone has a telephone. Searching goes on in this process."""
    town = riverside()
    for module in (plan_job, revision_jobs):
        monkeypatch.setattr(module, "region_of", lambda _home, _name: town)
    monkeypatch.setattr(plan_job, "ProcessWorkers", lambda _count: Inline())
    made = Home(tmp_path)
    desk = office(made).desk(PLANNER)
    desk.create_campaign(CAMPAIGN)
    desk.import_teams("c", TEAMS, "teams.csv")
    desk.import_cases("c", CASES, "cases.csv")
    return made


def office(home: Home) -> Office:
    return Office(registry_of(home), riverside(), OfficeFiles(home.folder / "templates"))


def planned(home: Home) -> Plan:
    order = PlanOrder(home.folder, "c", "anna", seconds=2.0)
    plan_campaign(order, lambda _share, _words: None, lambda: False)
    return newest(home)


def newest(home: Home) -> Plan:
    found = office(home).desk(PLANNER).plan("c")
    assert found is not None
    return found.plan


def waiting(plan: Plan) -> set[str]:
    return {
        case_id
        for each in plan.unserved
        if each.reason is Reason.CONTACT_FIRST
        for case_id in each.case_ids
    }


def on_a_route(plan: Plan) -> set[str]:
    stops = {stop.visit_id for route in plan.routes for stop in route.stops}
    return {one for visit in plan.visits if visit.visit_id in stops for one in visit.case_ids}


def call(home: Home, answer: Answer) -> None:
    desk = office(home).desk(PLANNER)
    for each in desk.call_list("c", Channel.PHONE).calls:
        desk.record_contact("c", each.case.case_id, Channel.PHONE, answer, key=each.key)
    for each in desk.call_list("c", Channel.RESEARCH).calls:
        desk.record_contact("c", each.case.case_id, Channel.RESEARCH, Answer.DONE, key=each.key)


def test_a_plan_goes_by_the_campaigns_ladder(home: Home) -> None:
    """Who waits for a call or research is on no route, and the plan says what for."""
    assert waiting(planned(home)) == set()
    office(home).desk(PLANNER).save_approach("c", Approach(CALL_FIRST), seen=0)
    plan = planned(home)
    assert waiting(plan) == {"c1", "c2", "c3", "c4", "c6", "c7", "c8"}
    assert on_a_route(plan) == {"c5"}, "the protection case"
    told = {str(note) for each in plan.unserved for note in each.because}
    assert "first by phone: 0 of 3 calls made" in told
    call(home, Answer.AGREED)
    after = planned(home)
    assert waiting(after) == set()
    assert {"c1", "c2", "c3"} <= on_a_route(after)


def test_who_is_back_in_school_is_planned_no_more(home: Home) -> None:
    """A call closed the case: it is neither visited nor missed."""
    office(home).desk(PLANNER).save_approach("c", Approach(CALL_FIRST), seen=0)
    call(home, Answer.RETURNED)
    plan = planned(home)
    assert "c1" not in on_a_route(plan) | waiting(plan)


def test_an_order_to_plan_is_followed_again_after_a_restart(home: Home) -> None:
    """As it was given, and ids and figures only; another version's is not guessed at."""
    with registry_of(home).work("anna") as work:
        work.save_user(PLANNER, password="a long password")
    order = PlanOrder(home.folder, "c", PLANNER.user_id, 30.0, 7, close=True, today=MONDAY)
    assert order_again(registry_of(home), home.folder, order.kept(), today=MONDAY) == order
    assert set(json.loads(order.kept())) == {
        "campaign_id", "user_id", "seconds", "seed", "close", "workers", "today",
    }  # fmt: skip
    assert order_again(registry_of(home), home.folder, '{"campaign_id": "c"}', today=MONDAY) is None
    assert order_again(registry_of(home), home.folder, "{", today=MONDAY) is None
    assert order_again(registry_of(home), home.folder, "[]", today=MONDAY) is None


def test_an_order_holds_for_its_day_and_its_planner(home: Home) -> None:
    """The service came back a day later, or its planner has left meanwhile."""
    order = PlanOrder(home.folder, "c", PLANNER.user_id, today=MONDAY)
    assert order_again(registry_of(home), home.folder, order.kept(), today=MONDAY) is None, (
        "nobody knows this planner"
    )
    with registry_of(home).work("anna") as work:
        work.save_user(PLANNER, password="a long password")
    assert order_again(registry_of(home), home.folder, order.kept(), today=MONDAY) == order
    assert (
        order_again(registry_of(home), home.folder, order.kept(), today=MONDAY + timedelta(days=1))
        is None
    )
    for gone in (replace(PLANNER, active=False), replace(PLANNER, role=Role.VIEWER)):
        with registry_of(home).work("anna") as work:
            work.save_user(gone)
        assert order_again(registry_of(home), home.folder, order.kept(), today=MONDAY) is None


def test_a_repair_takes_in_who_agreed_on_the_phone_since(home: Home) -> None:
    """Called in the morning, visited in the afternoon."""
    desk = office(home).desk(PLANNER)
    desk.save_approach("c", Approach(Ladder((Step(Channel.PHONE, most=3),))), seen=0)
    before = planned(home)
    (first,) = desk.call_list("c", Channel.PHONE).calls
    desk.record_contact("c", "c1", Channel.PHONE, Answer.AGREED, key=first.key)
    order = RepairOrder(home.folder, "c", "anna", add_new=True)
    repair_plan(order, lambda _share, _words: None, lambda: False)
    after = newest(home)
    assert waiting(before) == {"c1"}
    assert on_a_route(after) == {*on_a_route(before), "c1"}
    assert waiting(after) == set()
    everybody = {case_id for each in after.unserved for case_id in each.case_ids}
    assert everybody | on_a_route(after) == {f"c{n}" for n in range(1, 9)}


def test_a_repair_without_new_cases_tells_on_who_waits(home: Home) -> None:
    """Nothing is lost on the way."""
    office(home).desk(PLANNER).save_approach("c", Approach(CALL_FIRST), seen=0)
    before = planned(home)
    repair_plan(RepairOrder(home.folder, "c", "anna"), lambda _share, _words: None, lambda: False)
    assert waiting(newest(home)) == waiting(before)
    everybody = {case_id for each in newest(home).unserved for case_id in each.case_ids}
    assert everybody | on_a_route(newest(home)) == {f"c{n}" for n in range(1, 9)}
