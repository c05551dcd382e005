"""The use cases of a campaign's life, on a real registry, in a town known by heart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from office import (
    ADMIN,
    AUDITOR,
    CASES,
    LAT,
    LON,
    OTHER_COORDINATOR,
    OWN_COORDINATOR,
    PLANNER,
    TEAM_1,
    TEAM_2,
    TEAMS,
    VIEWER,
    Office,
    an_office,
    with_a_draft,
)
from towns import FIRST_DAY, crossing

from planning import roles
from planning.desk import Choice, Desk
from planning.errors import Conflict, InputError, NotAllowed, NotFound
from planning.intake import Template
from planning.model import (
    Campaign,
    Candidate,
    CaseRecord,
    Conditions,
    Level,
    Lock,
    Place,
    Reason,
    Result,
    Role,
    User,
)
from planning.review import Doubt, Settled
from planning.revision import Closed, Workbench, repaired
from planning.roles import Action, Scope
from planning.routing.moves import Move
from planning.routing.whatif import AnotherDay, TeamLost
from planning.ties import carried_over
from planning.visits import group


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as made:
        yield made


@pytest.fixture
def published(office: Office) -> Office:
    """Lists imported, planned and published."""
    office.desk(PLANNER).publish("c", with_a_draft(office))
    return office


def case_of(desk: Desk, case_id: str) -> CaseRecord:
    return next(each for each in desk.cases("c") if each.case.case_id == case_id)


def test_import_finds_addresses_and_counts_rows(office: Office) -> None:
    """Eight rows come in; each is kept with where it was found."""
    planner = office.desk(PLANNER)
    intake = planner.import_cases("c", CASES, "cases.csv")
    assert (len(intake.cases), len(intake.rejected), intake.rows_total) == (8, 0, 8)
    found = {record.case.case_id: record.place for record in planner.cases("c")}
    assert found["c1"] is not None
    assert found["c1"].level == Level.HOUSE


def test_a_list_imported_twice_is_there_once(office: Office) -> None:
    """The clerk sends the same file again on Monday."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    planner.import_cases("c", CASES, "cases.csv")
    assert len(planner.cases("c")) == 8


def test_columns_chosen_once_are_used_for_later_lists(office: Office) -> None:
    """An office calls its address column “Къде”; it says so once."""
    planner = office.desk(PLANNER)
    odd = 'Номер,Къде\nc1,"гр. Речно, ул. Дунав 1"\n'.encode()
    with pytest.raises(InputError):
        planner.preview_cases("c", odd, "odd.csv")
    template = Template({"Номер": "case_id", "Къде": "address"})
    planner.import_cases("c", odd, "odd.csv", template=template)
    assert [case.case_id for case in planner.preview_cases("c", odd, "odd.csv").cases] == ["c1"]
    assert len(planner.preview_cases("c", CASES, "usual.csv").cases) == 8


def test_teams_of_an_unknown_municipality_are_refused_and_nothing_is_kept(office: Office) -> None:
    """One team names a municipality of another province: the list comes back, whole."""
    planner = office.desk(PLANNER)
    wrong = TEAMS.replace("Екип 2,Речно".encode(), "Екип 2,Другаде".encode())
    with pytest.raises(InputError, match="Речно"):
        planner.import_teams("c", wrong, "teams.csv")
    assert planner.teams("c") == []


def test_review_shows_the_urgent_and_doubtful_first(office: Office) -> None:
    """The queue holds what a person should look at and nothing else."""
    planner = office.desk(PLANNER)
    urgent = CASES.replace(
        '"гр. Далечно, ул. Х 1",,,'.encode(), '"гр. Далечно, ул. Х 1",,,urgent'.encode()
    )
    planner.import_cases("c", urgent, "cases.csv")
    queue = planner.review("c").waiting
    assert queue[0].case_ids == ("c7",)
    assert "c1" not in {case_id for question in queue for case_id in question.case_ids}


def test_a_decision_stays_when_the_list_comes_again(office: Office) -> None:
    """A pin put by hand is not lost to the next import of the same address."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    record = case_of(planner, "c7")
    planner.settle("c", "c7", Choice(pin=crossing(2, 2)), version=record.version)
    planner.import_cases("c", CASES, "cases.csv")
    again = case_of(planner, "c7")
    assert again.decided_by == "anna"
    assert again.place is not None
    assert (again.place.lon, again.place.lat) == pytest.approx(crossing(2, 2))
    assert ("c7",) not in [question.case_ids for question in planner.review("c").waiting]


def test_a_pin_lies_where_it_was_put(office: Office) -> None:
    """c7 was found nowhere; put into Хълм by hand it is Хълм's, and reads as the list has it."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")

    def put(lon: float, lat: float) -> Place:
        record = case_of(planner, "c7")
        planner.settle("c", "c7", Choice(pin=(lon, lat)), version=record.version)
        place = case_of(planner, "c7").place
        assert place is not None
        return place

    hill = put(*crossing(5, 1))
    assert (hill.municipality_code, hill.municipality) == ("HLM01", "Хълм")
    assert (hill.settlement_code, hill.settlement) == ("10002", "Хълм")
    assert hill.matched == ""
    river = put(*crossing(1, 1))
    assert (river.municipality_code, river.settlement) == ("RVS01", "Речно")
    for outside in ((0.0, 0.0), (math.nan, LAT), (LON, math.inf)):
        with pytest.raises(InputError, match="outside the region"):
            put(*outside)


def test_a_person_may_say_that_somebody_lives_there_after_all(office: Office) -> None:
    """An address taken for a service address is visited once a planner says where it is."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    for choice in (Choice(service_address=True), Choice(pin=crossing(1, 1))):
        record = case_of(planner, "c7")
        planner.settle("c", "c7", choice, version=record.version)
        place = case_of(planner, "c7").place
        assert place is not None
        assert place.service_address == choice.service_address


# Decisions that hold for an address

ALIKE = """id,address,municipality,priority
d1,"гр. Далечно, ул. Х 1",,
d2,"ГР.ДАЛЕЧНО УЛ. „Х“ №1",,urgent
d3,"гр. Далечно, ул. Х 1",Хълм,
d4,"гр. Далечно, ул. Х 11",,
d5,"гр. Далечно, ул. У",,
d6,"гр. Далечно, ул. У",,
""".encode()
LATER = 'id,address\nn1,"гр. Далечно, ул. Х № 1"\nn2,"гр. Далечно, ул. Х 2"\n'.encode()


def settle(desk: Desk, case_id: str, choice: Choice) -> Settled:
    return desk.settle("c", case_id, choice, version=case_of(desk, case_id).version)


def waiting(desk: Desk) -> list[tuple[str, ...]]:
    return [question.case_ids for question in desk.review("c").waiting]


def test_cases_of_one_address_are_one_question(office: Office) -> None:
    """d1 and d2 differ in capitals and quotes; d3 states a municipality, d4 is another door."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    assert waiting(planner) == [("d1", "d2"), ("d5", "d6"), ("d4",), ("d3",)]
    review = planner.review("c")
    assert review.waiting[0].record.case.case_id == "d2", "the urgent one speaks for both"
    assert review.cases_waiting == 6


def test_deciding_one_decides_all_of_its_address(office: Office) -> None:
    """A pin for d1 is d2's too: one door, one moment, one visit."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settled = settle(planner, "d1", Choice(pin=crossing(2, 2), note="при баба си"))
    assert settled.also == ("d2",)
    assert waiting(planner) == [("d5", "d6"), ("d4",), ("d3",)]
    first, second = case_of(planner, "d1"), case_of(planner, "d2")
    assert (second.decided_by, second.decided_at) == (first.decided_by, first.decided_at)
    assert second.decision_note == "при баба си"
    assert first.place is not None
    assert second.place is not None
    assert "together" in second.place.explanation
    visits, _ = group([first.case, second.case], {"d1": first.place, "d2": second.place})
    assert [visit.case_ids for visit in visits] == [("d1", "d2")]
    decided = planner.review("c")
    assert {each.case.case_id for each in decided.decided} == {"d1", "d2"}
    assert decided.deciders == {"anna": "anna"}


def test_a_pin_on_an_address_without_a_number_is_one_familys(office: Office) -> None:
    """Others of the street live elsewhere on it; that there is no such street holds for all."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    assert settle(planner, "d5", Choice(pin=crossing(2, 2))).also == ()
    assert ("d6",) in waiting(planner)
    assert settle(planner, "d6", Choice(nowhere=True)).also == ()
    planner.reopen("c", "d5", version=case_of(planner, "d5").version)
    planner.reopen("c", "d6", version=case_of(planner, "d6").version)
    assert settle(planner, "d5", Choice(nowhere=True)).also == ("d6",)


def test_a_decision_is_remembered_for_later_lists_and_campaigns(office: Office) -> None:
    """The spring list has the address again: decided already, by whom and when it was."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settle(planner, "d1", Choice(pin=crossing(2, 2), note="при баба си"))
    before = case_of(planner, "d1")
    planner.create_campaign(Campaign("spring", "Spring", FIRST_DAY, 1, "riverside"))
    for campaign_id in ("c", "spring"):
        planner.import_cases(campaign_id, LATER, "later.csv")
        found = {each.case.case_id: each for each in planner.cases(campaign_id)}
        known = found["n1"]
        assert known.place is not None
        assert (known.place.lon, known.place.lat) == pytest.approx(crossing(2, 2))
        assert "decided before" in known.place.explanation
        assert (known.decided_by, known.decided_at) == (before.decided_by, before.decided_at)
        assert known.decision_note == "при баба си"
        assert found["n2"].decided_by == ""


def test_a_remembered_pin_outside_the_region_is_not_applied(office: Office) -> None:
    """The region pack was built anew for half of the country: the case waits as any other."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settle(planner, "d1", Choice(pin=crossing(6, 3)))
    west, south, _, north = office.town.info.bounds
    smaller = replace(office.town.info, bounds=(west, south, crossing(4, 0)[0], north))
    office.town = replace(office.town, info=smaller)
    planner.import_cases("c", LATER, "later.csv")
    assert case_of(planner, "n1").decided_by == ""
    assert ("n1",) in waiting(planner)


def test_a_decision_taken_back_is_forgotten_everywhere(office: Office) -> None:
    """Both cases wait again with what the geocoder says, and the next list does not know it."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    found = case_of(planner, "d1").place
    settle(planner, "d1", Choice(service_address=True))
    version = case_of(planner, "d2").version
    assert set(planner.reopen("c", "d2", version=version)) == {"d1", "d2"}
    assert case_of(planner, "d1").place == found
    assert ("d1", "d2") in waiting(planner)
    planner.import_cases("c", LATER, "later.csv")
    assert case_of(planner, "n1").decided_by == ""
    with pytest.raises(Conflict):
        planner.reopen("c", "d2", version=version + 1)


def test_a_changed_mind_changes_all_that_hung_on_it(office: Office) -> None:
    """d1 and d2 were nowhere; now somebody knows the house. d3, decided by itself, stays."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settle(planner, "d1", Choice(nowhere=True))
    settle(planner, "d3", Choice(nowhere=True))
    assert settle(planner, "d2", Choice(pin=crossing(1, 1))).also == ("d1",)
    levels = {each: case_of(planner, each).place for each in ("d1", "d3")}
    assert [place.level for place in levels.values() if place] == [Level.HOUSE, Level.NONE]
    planner.import_cases("c", LATER, "later.csv")
    known = case_of(planner, "n1").place
    assert known is not None
    assert known.level == Level.HOUSE


def test_one_of_two_addresses_is_chosen_and_that_is_told(office: Office) -> None:
    """A clerk put two addresses into the cell; the planner says which one to visit."""
    planner = office.desk(PLANNER)
    two = 'id,address\nt1,"гр. Речно, ул. Дунав 1; гр. Речно, ул. Роза 8"\n'.encode()
    planner.import_cases("c", two, "two.csv")
    [question] = planner.review("c").waiting
    assert question.doubt is Doubt.TWO_ADDRESSES
    assert question.record.place is not None
    rose = next(each for each in question.record.place.candidates if "Роза" in each.label)
    place = settle(planner, "t1", Choice(candidate=rose)).place
    assert (place.lon, place.lat) == pytest.approx(crossing(3, 3))
    assert "chose the one to visit" in place.explanation


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        ("гр. Речно, ул. Дунав 1; гр. Речно, ул. Роза 8", [("t1", "t2")]),
        ("Речно", [("t1",), ("t2",)]),
    ],
)
def test_brothers_at_a_chosen_candidate_are_one_visit(
    office: Office, text: str, visits: list[tuple[str, ...]]
) -> None:
    """Equal texts that name a house are one door there; those that name none stay two families."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", f'id,address\nt1,"{text}"\nt2,"{text}"\n'.encode(), "two.csv")
    found = case_of(planner, "t1").place
    assert found is not None
    settle(planner, "t1", Choice(candidate=found.candidates[-1]))
    records = [case_of(planner, "t1"), case_of(planner, "t2")]
    places = {each.case.case_id: each.place for each in records if each.place}
    made, _ = group([each.case for each in records], places)
    assert [visit.case_ids for visit in made] == visits


def test_a_decision_against_the_list_says_so(office: Office) -> None:
    """The list says Хълм; the planner knows that the house is in Речно, and it is on record."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settled = settle(planner, "d3", Choice(pin=crossing(1, 1)))
    assert [str(each) for each in settled.against] == [
        "the list says Хълм, a planner accepted Речно"
    ]
    assert "accepted Речно" in settled.place.explanation
    assert settled.place.contradiction is None, "it is visited"
    assert settle(planner, "d3", Choice(pin=crossing(5, 1))).against == ()
    assert settle(planner, "d1", Choice(pin=crossing(5, 1))).against == ()


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (Choice(service_address=True), Reason.SERVICE_ADDRESS),
        (Choice(nowhere=True), Reason.NOT_LOCATED),
    ],
)
def test_a_decided_case_leaves_planning_and_comes_back(
    office: Office, choice: Choice, reason: Reason
) -> None:
    """c3 has a door; a planner says that nobody is to be sent there, and takes it back."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")

    def left() -> list[Reason]:
        record = case_of(planner, "c3")
        assert record.place is not None
        return [each.reason for each in group([record.case], {"c3": record.place})[1]]

    assert left() == []
    settle(planner, "c3", choice)
    assert left() == [reason]
    planner.reopen("c", "c3", version=case_of(planner, "c3").version)
    assert left() == []
    assert ("c3",) in waiting(planner), "it is looked at again"


def test_only_what_changed_is_opened_again(office: Office) -> None:
    """Between two clicks the page keeps its records by case and version."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    opened: dict[tuple[str, int], CaseRecord] = {}
    before = planner.review("c", opened=opened)
    assert len(opened) == 6
    settle(planner, "d4", Choice(nowhere=True))
    after = planner.review("c", opened=opened)
    assert set(opened) >= {("d4", 1), ("d4", 2)}
    assert after.waiting[0].record is before.waiting[0].record


def test_a_coordinator_reviews_the_own_municipality_if_the_table_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Allowed to review, Речно's coordinator sees and decides Речно's cases and no others."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    allowed = {**roles.PERMISSIONS[Role.COORDINATOR], Action.REVIEW: Scope.OWN_MUNICIPALITY}
    monkeypatch.setitem(roles.PERMISSIONS, Role.COORDINATOR, allowed)
    own, other = office.desk(OWN_COORDINATOR), office.desk(OTHER_COORDINATOR)
    assert waiting(own) == [("c6",)]
    assert waiting(other) == []
    settle(own, "c6", Choice(service_address=True))
    with pytest.raises(NotAllowed):
        own.settle("c", "c8", Choice(nowhere=True), version=1)
    with pytest.raises(NotAllowed):
        own.settle("c", "c7", Choice(nowhere=True), version=1)
    with pytest.raises(NotAllowed, match="another municipality"):
        own.settle("c", "c3", Choice(pin=crossing(5, 1)), version=1)
    with pytest.raises(NotAllowed):
        other.reopen("c", "c6", version=2)
    assert case_of(planner, "c3").decided_by == ""


def test_decisions_are_logged_by_id_only(office: Office) -> None:
    """Every case that a decision reached, and the taking back; no word of the address."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", ALIKE, "cases.csv")
    settle(planner, "d1", Choice(nowhere=True, note="баба Мара"))
    planner.reopen("c", "d1", version=2)
    log = office.desk(AUDITOR).audit_log()
    told = {(each.action, each.subject) for each in log}
    assert {("settle_place", "d1"), ("settle_place", "d2"), ("reopen_place", "d2")} <= told
    assert not any("Мара" in each.detail or "Далечно" in each.detail for each in log)


def test_the_sample_and_real_cases_do_not_share_an_office(office: Office) -> None:
    """The sample's passwords stand on the sign-in page: behind them there is nobody real."""
    planner = office.desk(PLANNER)
    assert all(each.invented for each in planner.campaigns())
    office.town = replace(office.town, info=replace(office.town.info, invented=False))
    with pytest.raises(InputError, match="OUTREACH_HOME"):
        planner.create_campaign(Campaign("real", "Real", FIRST_DAY, 5, "riverside", invented=True))
    assert [each.campaign_id for each in planner.campaigns()] == ["c"]


def test_two_planners_do_not_overwrite_each_other(office: Office) -> None:
    """Both opened the same case; the second one is told."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    record = case_of(planner, "c7")
    planner.settle("c", "c7", Choice(nowhere=True), version=record.version)
    with pytest.raises(Conflict):
        planner.settle("c", "c7", Choice(service_address=True), version=record.version)


@pytest.mark.parametrize(
    "choice", [Choice(), Choice(candidate=Candidate(LON, LAT, Level.HOUSE, 1.0, "another list's"))]
)
def test_a_decision_must_name_something(office: Office, choice: Choice) -> None:
    """Nothing, or a candidate that is not there, is no decision."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    record = case_of(planner, "c7")
    with pytest.raises(InputError):
        planner.settle("c", "c7", choice, version=record.version)


def test_planning_needs_lists_and_the_same_order_joins(office: Office) -> None:
    """Without lists there is nothing to plan; the same wish twice has one key."""
    planner = office.desk(PLANNER)
    with pytest.raises(InputError, match="case list"):
        planner.start_plan("c")
    planner.import_cases("c", CASES, "cases.csv")
    with pytest.raises(InputError, match="team list"):
        planner.start_plan("c")
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.start_plan("c")
    planner.start_plan("c")
    planner.start_plan("c", seed=1)
    keys = [key for _, key in office.asked]
    assert keys[0] == keys[1] != keys[2]


def test_a_stop_moved_by_hand_is_a_draft_and_stays_there(published: Office) -> None:
    """The planner sees what each place breaks, moves the stop, and teams see it when published."""
    planner = published.desk(PLANNER)
    kept: dict[tuple[str, int, int], Workbench] = {}
    bench = planner.workbench("c", kept=kept)
    assert bench is not None
    assert bench is planner.workbench("c", kept=kept)
    assert bench.news is None
    stop = next(stop for route in bench.plan.routes for stop in route.stops)
    trials = bench.places_for(stop.visit_id)
    assert {trial.move.shift_id for trial in trials} == {s.shift_id for s in bench.plan.shifts}
    version = planner.move_stop("c", bench, trials[0], lock=True)
    moved = planner.workbench("c", kept=kept)
    assert moved is not None
    assert (moved.found.version, moved.found.status) == (version, "draft")
    (lock,) = moved.plan.conditions.locks
    assert (lock.visit_id, lock.shift_id) == (stop.visit_id, trials[0].move.shift_id)
    assert moved.news is not None
    assert all(leg.line for route in moved.plan.routes for leg in route.legs)
    with pytest.raises(Conflict):
        planner.move_stop("c", bench, trials[0], lock=False)


def test_a_visit_that_was_taken_off_is_conceded_back(published: Office) -> None:
    """What would help is found for the plan as it is, made in a draft, and its rules hold."""
    planner = published.desk(PLANNER)
    bench = planner.workbench("c", kept={})
    assert bench is not None
    stop = next(stop for route in bench.plan.routes for stop in route.stops)
    planner.move_stop("c", bench, bench.trial(Move(stop.visit_id)), lock=False)
    bench = planner.workbench("c", kept={})
    assert bench is not None
    assert stop.visit_id in {each.visit_id for each in bench.plan.unserved}
    change = bench.remedy(stop.visit_id)
    assert change is not None
    version = planner.concede("c", bench, change)
    found = planner.plan("c")
    assert found is not None
    assert (found.version, found.status) == (version, "draft")
    assert stop.visit_id in {x.visit_id for route in found.plan.routes for x in route.stops}
    with pytest.raises(Conflict):
        planner.concede("c", bench, change)


def test_a_campaign_is_moved_to_other_days(office: Office) -> None:
    """A week later and two days longer; a campaign of no days is refused and nothing changes."""
    planner = office.desk(PLANNER)
    planner.change_days("c", FIRST_DAY + timedelta(7), 3)
    (found,) = planner.campaigns()
    assert (found.first_day, found.days, found.name) == (FIRST_DAY + timedelta(7), 3, "Mechanism")
    with pytest.raises(InputError):
        planner.change_days("c", FIRST_DAY, 0)
    assert planner.campaigns() == [found]


def test_districts_change_hands_and_are_taken_back(office: Office) -> None:
    """Before there is a plan: drawn, suggested anew, handed over several at once, undone."""
    planner = office.desk(PLANNER)
    with pytest.raises(NotFound):
        planner.districts("c")
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    now = planner.districts("c")
    here = {visit.visit_id for visit in now.visits if visit.municipality_code == "RVS01"}
    assert {now.homes[visit_id] for visit_id in here} <= {"t1", "t2"}
    homes = planner.suggest_districts(now, municipality_code="RVS01", seed=3)
    assert homes.keys() == here
    assert set(homes.values()) <= {"t1", "t2"}
    undo = planner.assign_cases("c", {"c3": "t2", "c5": "t1"})
    moved = planner.districts("c")
    at = {one: visit.visit_id for visit in moved.visits for one in visit.case_ids}
    assert (moved.homes[at["c3"]], moved.homes[at["c5"]]) == ("t2", "t1")
    assert undo == {"c3": "", "c5": ""}
    planner.assign_cases("c", undo)
    assert planner.districts("c").homes == now.homes
    with pytest.raises(InputError, match="there is no team"):
        planner.assign_cases("c", {"c3": "t2", "c5": "t9"})
    with pytest.raises(NotFound):
        planner.assign_cases("c", {"nobody": "t1"})
    assert planner.districts("c").homes == now.homes, "all or none"


def test_a_repair_is_ordered_once_and_needs_a_plan(office: Office) -> None:
    """Without a plan there is nothing to repair; the same news twice is one piece of work."""
    planner = office.desk(PLANNER)
    with pytest.raises(NotFound):
        planner.start_repair("c", add_new=True)
    with pytest.raises(NotFound):
        planner.start_what_if("c", [AnotherDay()])
    planner.publish("c", with_a_draft(office))
    lost = TeamLost("t1", FIRST_DAY)
    for events in ([lost], [lost], [TeamLost("t2", FIRST_DAY)]):
        planner.start_repair("c", events=events)
    planner.start_what_if("c", [AnotherDay()])
    keys = [key for _, key in office.asked]
    assert keys[0] == keys[1] != keys[2]
    assert [kind for kind, _ in office.asked] == ["repair", "repair", "repair", "what_if"]


def test_a_plan_after_a_lost_team_goes_along_the_roads(published: Office) -> None:
    """Team 1 cannot come: its stops that others may make are theirs, and nobody is lost."""
    with published.registry.work("anna") as work:
        found = work.plan("c", published=True)
        teams = work.teams("c")
    assert found is not None
    after = repaired(
        found.plan, teams, published.town.router, events=[TeamLost("t1", FIRST_DAY)],
        closed=[Closed(crossing(0, 3))],
    )  # fmt: skip
    assert "t1" not in {route.team_id for route in after.routes}
    assert all(len(route.legs) == len(route.stops) + 1 for route in after.routes)
    asked = {one for visit in after.visits for one in visit.case_ids}
    asked |= {one for each in after.unserved for one in each.case_ids}
    assert asked == {record.case.case_id for record in published.desk(PLANNER).cases("c")}


def test_a_lock_holds_on_in_the_next_plan(published: Office) -> None:
    """Plans number their visits anew: what was locked is known by its cases."""
    with published.registry.work("anna") as work:
        found = work.plan("c", published=True)
    assert found is not None
    stop = next((route.shift_id, stop) for route in found.plan.routes for stop in route.stops)
    locked = replace(found.plan, conditions=Conditions(locks=(Lock(stop[1].visit_id, stop[0]),)))
    renamed = [replace(visit, visit_id=f"n{visit.visit_id}") for visit in found.plan.visits]
    ties = carried_over(locked, renamed, found.plan.shifts, close=True)
    assert ties.locks == (Lock(f"n{stop[1].visit_id}", stop[0]),)
    assert len(ties.published) == sum(len(route.stops) for route in found.plan.routes)
    assert carried_over(locked, renamed, (), close=True) == Conditions()


def test_cases_move_to_a_team_of_their_own_municipality_only(office: Office) -> None:
    """c8 lies in Хълм: no team of Речно may be given it."""
    planner = office.desk(PLANNER)
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    planner.move_cases("c", ["c3"], "t2")
    moved = {record.case.case_id: record.home_team for record in planner.cases("c")}
    assert moved["c3"] == "t2"
    with pytest.raises(InputError, match="another municipality"):
        planner.move_cases("c", ["c8"], "t2")


def test_a_team_that_is_not_there_is_told_on_one_short_line(office: Office) -> None:
    """Its name may be any text; so may the ids of the cases."""
    planner = office.desk(PLANNER)
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    with pytest.raises(InputError) as told:
        planner.move_cases("c", ["c3"], f"x\r\n\x1b[31m{'я' * 4_000}")
    assert len(str(told.value)) < 150
    assert len(str(told.value).splitlines()) == 1


def test_two_planners_do_not_move_one_case_past_each_other(office: Office) -> None:
    """Whoever comes second is told who moved c3 and where to; nothing of the second move is made.

    Both wanting the same is no conflict.
    """
    first, second = office.desk(PLANNER), office.desk(replace(PLANNER, user_id="boris"))
    first.import_teams("c", TEAMS, "teams.csv")
    first.import_cases("c", CASES, "cases.csv")
    seen = first.districts("c").versions
    first.move_cases("c", ["c3"], "t2", versions=seen)
    with pytest.raises(Conflict, match=r"anna changed this .* case “c3” went to team “t2”"):
        second.assign_cases("c", {"c5": "t1", "c3": "t1"}, versions=seen)
    moved = {record.case.case_id: record.home_team for record in second.cases("c")}
    assert (moved["c3"], moved["c5"]) == ("t2", "")
    assert second.assign_cases("c", {"c3": "t2"}, versions=seen) == {}
    assert second.assign_cases("c", {"c3": "t1"}, versions=second.districts("c").versions)


def test_a_team_sees_its_own_day_and_records_it_once(published: Office) -> None:
    """Team 2 has the police visit; pressing save twice on a bad line keeps one outcome."""
    day = published.desk(TEAM_2).team_day("c", "t2", FIRST_DAY)
    assert {visit.visit_id for visit in day.plan.visits} == {each.visit_id for each in day.visits}
    visit = next(visit for visit in day.visits if "c4" in visit.case_ids)

    def save() -> bool:
        return published.desk(TEAM_2).record_outcome(
            "c", case_ids=visit.case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key="k1"
        )

    assert save()
    assert not save()
    again = published.desk(TEAM_2).team_day("c", "t2", FIRST_DAY)
    assert again.outcomes[visit.visit_id].result == Result.MET
    assert again.outcomes[visit.visit_id].case_ids == ("c4",)


def test_phones_are_there_for_the_team_that_goes(published: Office) -> None:
    """c1's number is on the day of the team that visits c1, and nowhere else."""
    seen = []
    for user in (TEAM_1, TEAM_2):
        desk = published.desk(user)
        for day in desk.team_days("c", user.team_id):
            seen += [n for numbers in desk.team_day("c", user.team_id, day).phones.values()
                     for n in numbers]  # fmt: skip
    assert seen == ["0700 1"]


def test_nobody_opens_another_teams_day(published: Office) -> None:
    """Team 1 guesses team 2's id; the coordinator of another municipality tries as well."""
    for stranger in (TEAM_1, OTHER_COORDINATOR, VIEWER, AUDITOR, ADMIN):
        with pytest.raises(NotAllowed):
            published.desk(stranger).team_day("c", "t2", FIRST_DAY)
    with pytest.raises(NotAllowed):
        published.desk(TEAM_1).record_outcome(
            "c", case_ids=("c4",), team_id="t2", day=FIRST_DAY, result=Result.MET, key="x"
        )


@pytest.mark.parametrize("case_ids", [("c9",), ("c4", "c5"), ()])
def test_an_outcome_needs_a_visit_of_that_day(published: Office, case_ids: tuple[str, ...]) -> None:
    """A phone still shows yesterday's plan, where these children shared a visit: it is told."""
    with pytest.raises(Conflict):
        published.desk(TEAM_2).record_outcome(
            "c", case_ids=case_ids, team_id="t2", day=FIRST_DAY, result=Result.MET, key="x"
        )


def test_a_persons_decision_counts_more_than_the_words_of_the_list(office: Office) -> None:
    """c6 says “service address”; the planner knows the door and puts the pin there."""
    planner = office.desk(PLANNER)
    planner.import_cases("c", CASES, "cases.csv")
    record = case_of(planner, "c6")
    planner.settle("c", "c6", Choice(pin=crossing(2, 2)), version=record.version)
    again = case_of(planner, "c6")
    assert again.place is not None
    visits, left = group([again.case], {"c6": again.place})
    assert [visit.case_ids for visit in visits] == [("c6",)]
    assert left == ()


def test_a_list_without_ids_may_grow_at_the_top(office: Office) -> None:
    """Nobody has a number; next week two rows are put in front. Nobody is doubled."""
    planner = office.desk(PLANNER)
    heading, *rows = [line.partition(",")[2] for line in CASES.decode().splitlines()]
    first = "\n".join([heading, *rows[2:]]).encode()
    later = "\n".join([heading, *rows]).encode()
    planner.import_cases("c", first, "cases.csv")
    planner.import_cases("c", later, "cases.csv")
    assert len(planner.cases("c")) == len(rows)


def test_a_coordinator_sees_the_own_municipality_only(published: Office) -> None:
    """Речно's coordinator sees Речно's cases and teams; Хълм's sees c8 and no team."""
    own = published.desk(OWN_COORDINATOR)
    other = published.desk(OTHER_COORDINATOR)
    assert {record.case.case_id for record in other.cases("c")} == {"c8"}
    assert "c8" not in {record.case.case_id for record in own.cases("c")}
    assert other.teams("c") == []
    assert {team.team_id for team in own.teams("c")} == {"t1", "t2"}
    cut = other.plan("c")
    assert cut is not None
    assert cut.plan.routes == ()
    assert [each.case_ids for each in cut.plan.unserved] == [("c8",)]
    assert {case_id for visit in cut.plan.visits for case_id in visit.case_ids} == {"c8"}
    mine = own.plan("c")
    assert mine is not None
    assert "c8" not in {case_id for each in mine.plan.unserved for case_id in each.case_ids}
    lost = published.desk(replace(OWN_COORDINATOR, municipality_code=""))
    with pytest.raises(NotAllowed):
        lost.cases("c")


def test_drafts_are_for_planners(office: Office) -> None:
    """A plan nobody published is nobody else's to see."""
    with_a_draft(office)
    assert office.desk(PLANNER).plan("c") is not None
    assert office.desk(OWN_COORDINATOR).plan("c") is None
    assert office.desk(TEAM_1).team_days("c", "t1") == []


def test_reading_children_is_written_down(published: Office) -> None:
    """The auditor finds who read the cases, by id, and no address."""
    published.desk(OWN_COORDINATOR).cases("c")
    entries = published.desk(AUDITOR).audit_log()
    assert any((entry.actor, entry.action) == ("rvs", "read_cases") for entry in entries)
    assert not any("Дунав" in f"{entry.subject}{entry.detail}" for entry in entries)


@pytest.mark.parametrize("user", [PLANNER, TEAM_1, VIEWER, OWN_COORDINATOR, ADMIN])
def test_only_the_auditor_reads_the_log(office: Office, user: User) -> None:
    """Nobody else, the planner and the administrator included."""
    with pytest.raises(NotAllowed):
        office.desk(user).audit_log()


@pytest.mark.parametrize("user", [TEAM_1, VIEWER, OWN_COORDINATOR, ADMIN, AUDITOR])
def test_only_planners_bring_lists_and_plan(office: Office, user: User) -> None:
    """Every door of the planner's desk is shut to everybody else."""
    desk = office.desk(user)
    for tried in (
        lambda: desk.import_cases("c", CASES, "cases.csv"),
        lambda: desk.preview_cases("c", CASES, "cases.csv"),
        lambda: desk.import_teams("c", TEAMS, "teams.csv"),
        lambda: desk.review("c"),
        lambda: desk.settle("c", "c1", Choice(nowhere=True), version=1),
        lambda: desk.reopen("c", "c1", version=1),
        lambda: desk.move_cases("c", ["c1"], "t1"),
        lambda: desk.start_plan("c"),
        lambda: desk.plan_status("c"),
        lambda: desk.cancel_plan("1"),
        lambda: desk.publish("c", 1),
        lambda: desk.workbench("c", kept={}),
        lambda: desk.start_repair("c", add_new=True),
        lambda: desk.start_what_if("c", [AnotherDay()]),
        lambda: desk.change_status("c", "repair"),
        lambda: desk.what_if("1"),
        lambda: desk.create_campaign(Campaign("d", "D", FIRST_DAY, 1, "riverside")),
        lambda: desk.region_names(),
    ):
        with pytest.raises(NotAllowed):
            tried()


def test_accounts_are_the_administrators(office: Office) -> None:
    """The administrator adds a team's account; the planner may not look."""
    admin = office.desk(ADMIN)
    admin.save_user(TEAM_1, password="a-long-first-password")
    assert TEAM_1.user_id in {user.user_id for user in admin.users()}
    with pytest.raises(NotAllowed):
        office.desk(PLANNER).users()


def test_a_campaign_needs_a_name_days_and_a_region(office: Office) -> None:
    """Each is told in words."""
    planner = office.desk(PLANNER)
    for broken in (
        Campaign("x", " ", FIRST_DAY, 5, "riverside"),
        Campaign("x", "X", FIRST_DAY, 0, "riverside"),
        Campaign("x", "X", FIRST_DAY, 5, "atlantis"),
    ):
        with pytest.raises(InputError):
            planner.create_campaign(broken)
    assert [each.campaign_id for each in planner.campaigns()] == ["c"]
