"""The way of the data, once through, in a town whose answer is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from towns import FIRST_DAY, Town, riverside

from planning import pipeline
from planning.addresses.geocoder import Geocoder
from planning.campaign.expectation import Expectation
from planning.campaign.ladder import CALL_FIRST, Answer, Appointment, Channel, Contact
from planning.errors import InputError
from planning.model import (
    Level,
    Member,
    Mode,
    Outcome,
    Plan,
    Priority,
    Reason,
    Result,
    Team,
    Window,
)
from planning.routing.checker import check
from planning.routing.planner import Inline
from planning.summary import summarise
from planning.travel.matrix import matrix


@pytest.fixture(scope="module")
def town() -> Town:
    return riverside()


def request_of(town: Town, **changes: object) -> pipeline.Request:
    places = pipeline.locate(town.cases, Geocoder(town.gazetteer, town.areas))
    request = pipeline.Request(
        cases=town.cases,
        places=places,
        teams=town.teams,
        first_day=FIRST_DAY,
        days=1,
        seconds=5,
    )
    return replace(request, **changes)


def planned(town: Town, **changes: object) -> Plan:
    request = request_of(town, **changes)
    return pipeline.plan(request, router=town.router, workers=Inline())


@pytest.fixture(scope="module")
def plan(town: Town) -> Plan:
    return planned(town)


def test_every_case_ends_in_a_route_or_with_a_reason(town: Town, plan: Plan) -> None:
    """Eight cases come in: five doors, four of them served, and three cases told why not."""
    served = {stop.visit_id for route in plan.routes for stop in route.stops}
    visited = {
        case_id for visit in plan.visits if visit.visit_id in served for case_id in visit.case_ids
    }
    left = {case_id: each.reason for each in plan.unserved for case_id in each.case_ids}
    assert visited == {"c1", "c2", "c3", "c4", "c5"}
    assert left == {
        "c6": Reason.SERVICE_ADDRESS,
        "c7": Reason.NOT_LOCATED,
        "c8": Reason.NO_TEAM,
    }
    assert len(plan.visits) == 5


def test_two_spellings_of_one_door_are_one_visit(plan: Plan) -> None:
    """c1 and c2 live behind one door, so the crew rings once and stays longer."""
    together = next(visit for visit in plan.visits if "c1" in visit.case_ids)
    alone = next(visit for visit in plan.visits if "c3" in visit.case_ids)
    assert together.case_ids == ("c1", "c2")
    assert together.service_seconds > alone.service_seconds


def test_the_police_visit_goes_to_the_team_that_has_police(plan: Plan) -> None:
    """c4 needs a police officer, whom only team 2 has."""
    visit = next(visit for visit in plan.visits if "c4" in visit.case_ids)
    route = next(
        route for route in plan.routes if visit.visit_id in {s.visit_id for s in route.stops}
    )
    assert route.team_id == "t2"


def test_the_plan_passes_the_checker_with_its_own_travel_times(town: Town, plan: Plan) -> None:
    """What is drawn and printed keeps every rule, measured again on the same streets."""
    points = {visit.visit_id: (visit.lon, visit.lat) for visit in plan.visits}
    points |= {f"office:{team.team_id}": (team.lon, team.lat) for team in town.teams}
    assert check(plan, {Mode.DRIVE: matrix(town.router(Mode.DRIVE), points)}) == ()


def test_legs_follow_the_streets_and_come_home(plan: Plan) -> None:
    """Every route has one leg more than stops, none of them as the crow flies."""
    for route in plan.routes:
        if route.stops:
            assert len(route.legs) == len(route.stops) + 1
            assert not any(leg.straight for leg in route.legs)
            assert route.metres > 0


def test_a_pause_after_the_return_is_not_part_of_the_route(plan: Plan) -> None:
    """A crew that is back at ten takes its noon pause at the office: no sheet tells it so."""
    route = next(route for route in plan.routes if route.stops)
    early = replace(route, pause_start=route.back + 3_600)
    assert early.pause_on_the_way is None
    assert replace(route, pause_start=route.back - 60).pause_on_the_way == route.back - 60


def test_a_case_moved_by_hand_goes_with_the_other_team(town: Town, plan: Plan) -> None:
    """The planner gives c3 to whichever team does not have it, and the plan follows."""
    visit = next(visit for visit in plan.visits if "c3" in visit.case_ids)
    other = {"t1": "t2", "t2": "t1"}[visit.home_team]
    moved = planned(town, home_teams={"c3": other})
    assert next(v for v in moved.visits if "c3" in v.case_ids).home_team == other


def outcome(case_id: str, result: Result) -> Outcome:
    """Recorded at ten on the first day."""
    at = f"{FIRST_DAY.isoformat()}T10:00:00+03:00"
    return Outcome("v1", "t1", FIRST_DAY, result, at, key=case_id, case_ids=(case_id,))


def test_outcomes_of_the_day_shape_the_next_plan(town: Town) -> None:
    """c1 was met and c3 was out: tomorrow's plan has c2 without c1, and c3 not in the morning."""
    known = (outcome("c1", Result.MET), outcome("c3", Result.NOBODY_HOME))
    tomorrow = planned(town, outcomes=known, days=2)
    asked = {case_id: visit for visit in tomorrow.visits for case_id in visit.case_ids}
    assert "c1" not in asked
    assert asked["c2"].case_ids == ("c2",)
    assert asked["c3"].earliest == FIRST_DAY + timedelta(1)
    (stop,) = [
        stop for route in tomorrow.routes for stop in route.stops
        if stop.visit_id == asked["c3"].visit_id
    ]  # fmt: skip
    assert stop.start >= 12 * 3600


def test_who_is_to_be_called_first_is_not_visited_yet(town: Town) -> None:
    """The office has a contact ladder: a case with a number waits for its call, and says so."""
    with_number = tuple(replace(case, phone="0888 1") for case in town.cases)
    found = planned(town, cases=with_number, ladder=CALL_FIRST)
    waiting = [each for each in found.unserved if each.reason is Reason.CONTACT_FIRST]
    urgent = {case.case_id for case in town.cases if case.priority is Priority.URGENT}
    assert {each for one in waiting for each in one.case_ids} == {
        case.case_id for case in town.cases
    } - urgent


def test_a_family_is_visited_when_it_said_that_it_is_home(town: Town) -> None:
    """c3 agreed on the second day from ten to eleven: the plan keeps the appointment."""
    tomorrow = FIRST_DAY + timedelta(1)
    call = Contact(
        "c3", Channel.PHONE, Answer.AGREED, f"{FIRST_DAY.isoformat()}T09:00:00+03:00",
        appointment=Appointment(tomorrow, Window(10 * 3600, 11 * 3600)),
    )  # fmt: skip
    found = planned(town, ladder=CALL_FIRST, contacts=[call], days=2)
    (visit,) = (visit for visit in found.visits if "c3" in visit.case_ids)
    ((route, stop),) = (
        (route, stop)
        for route in found.routes
        for stop in route.stops
        if stop.visit_id == visit.visit_id
    )
    assert route.day == tomorrow
    assert 10 * 3600 <= stop.start <= 11 * 3600


def test_what_a_visit_may_bring_is_its_value_and_its_hours(town: Town) -> None:
    """Evenings are far better here: visits are planned where somebody works late."""
    late = tuple(replace(team, start=12 * 3600, end=20 * 3600) for team in town.teams)
    evening = Expectation({("time", "evening"): 3.0, ("base", ""): -1.0})
    found = planned(town, teams=late, expectation=evening)
    starts = [stop.start for route in found.routes for stop in route.stops]
    assert starts
    assert sum(start >= 17 * 3600 for start in starts) > len(starts) / 2


def test_a_day_on_which_the_officer_is_away_has_no_police_visit(town: Town) -> None:
    """Team 2's only officer comes on the second day only: so does the visit to c4."""
    absent = ((FIRST_DAY, FIRST_DAY),)
    crew = (Member("officer", institution="police", away=absent), Member("other"))
    teams = [replace(team, members=crew if team.team_id == "t2" else ()) for team in town.teams]
    plan = planned(town, teams=teams, days=2)
    visit = next(visit for visit in plan.visits if "c4" in visit.case_ids)
    (route,) = [
        route for route in plan.routes if visit.visit_id in {stop.visit_id for stop in route.stops}
    ]
    assert (route.team_id, route.day) == ("t2", FIRST_DAY + timedelta(1))


def test_crews_that_were_chosen_are_planned_with(town: Town) -> None:
    """Nobody in either team is of the police, one of the pool is: c4 is visited with them."""
    teams = [replace(team, members=(Member(f"own-{team.team_id}"),)) for team in town.teams]
    pool = {town.teams[0].municipality_code: [Member("officer", institution="police")]}
    asked = request_of(town, teams=teams)
    alone = planned(town, teams=teams)
    assert Reason.NO_INSTITUTION in {each.reason for each in alone.unserved}
    crews = pipeline.choose_crews(asked, pool)
    plan = planned(town, teams=teams, crews=crews)
    visit = next(visit for visit in plan.visits if "c4" in visit.case_ids)
    (route,) = [
        route for route in plan.routes if visit.visit_id in {stop.visit_id for stop in route.stops}
    ]
    shift = next(shift for shift in plan.shifts if shift.shift_id == route.shift_id)
    assert "officer" in shift.members


def test_the_same_request_gives_the_same_plan(town: Town, plan: Plan) -> None:
    """Planning twice changes nothing but the times in the trace."""
    again = planned(town)
    assert replace(again, trace=()) == replace(plan, trace=())


def test_a_point_outside_its_stated_municipality_is_told(town: Town) -> None:
    """The map puts a door of Речно into Хълм's polygon: the case goes to review with the reason."""
    shifted = replace(
        town,
        areas=town.areas.assign(geometry=[*town.areas.geometry[[1, 0]], *town.areas.geometry[2:]]),
    )
    places = pipeline.locate(town.cases[:1], Geocoder(town.gazetteer, shifted.areas))
    assert places["c1"].needs_review
    assert "Хълм" in str(places["c1"].contradiction)


def test_no_case_at_all_is_an_empty_plan(town: Town) -> None:
    """An office that has not imported anything yet gets an empty plan, not an error."""
    empty = planned(town, cases=(), places={})
    assert empty.visits == ()
    assert empty.unserved == ()
    assert all(route.stops == () for route in empty.routes)


def test_teams_name_a_municipality_that_the_region_has(town: Town) -> None:
    """A misspelt municipality is told with the team, the value and the names there are."""
    lost = replace(town.teams[0], municipality_code="", municipality="Речна")
    with pytest.raises(InputError, match="Речно") as refusal:
        pipeline.teams_in_region([lost, town.teams[1]], town.gazetteer, file="teams.csv")
    assert refusal.value.faults[0].value == "Речна"


def test_a_team_sees_nobody_elses_doors(plan: Plan) -> None:
    """Cut down to one team, a plan holds that team's visits only and nothing unserved."""
    cut = pipeline.only_teams(plan, {"t2"})
    doors = {stop.visit_id for route in cut.routes for stop in route.stops}
    assert {visit.visit_id for visit in cut.visits} == doors
    assert {route.team_id for route in cut.routes} <= {"t2"}
    assert cut.unserved == ()


def test_the_summary_counts_cases_and_doors(town: Town, plan: Plan) -> None:
    """Figures for the planner: eight cases, seven located, five doors, four served, three left."""
    places = pipeline.locate(town.cases, Geocoder(town.gazetteer, town.areas))
    figures = summarise(plan, town.cases, places, rejected=2)
    assert (figures.cases, figures.visits, figures.served) == (8, 5, 4)
    assert figures.rejected == 2
    assert sum(figures.unserved.values()) == 3
    assert places["c7"].level in (Level.NONE, Level.MUNICIPALITY)


def test_the_summary_tells_who_is_outside_of_the_plan(town: Town) -> None:
    """c1 was met yesterday: the new plan leaves it out, and the summary counts it."""
    met = planned(town, outcomes=[outcome("c1", Result.MET)])
    figures = summarise(met, town.cases, {})
    assert figures.outside == 1
    assert "Outside    1 cases resolved before, or new since" in figures.lines()


def test_the_summary_tells_languages_that_no_crew_speaks(town: Town) -> None:
    """The families of c3 and c4 speak Turkish: no crew does, until a member of team 2 does."""
    cases = [
        replace(case, language="tr" if case.case_id in {"c3", "c4"} else "") for case in town.cases
    ]
    mute = planned(town, cases=cases)
    assert summarise(mute, cases, {}).unspoken == {"tr": 2}
    teams = [
        replace(team, members=(Member("m", languages=frozenset({"tr"}), institution="police"),))
        if team.team_id == "t2"
        else team
        for team in town.teams
    ]
    spoken = summarise(planned(town, cases=cases, teams=teams), cases, {})
    assert spoken.unspoken == {}
    assert not any(line.startswith("Unspoken") for line in spoken.lines())


def test_no_team_means_everything_is_left_with_that_reason(town: Town) -> None:
    """Without a single team every located case says that nobody may go."""
    nobody: tuple[Team, ...] = ()
    alone = planned(town, teams=nobody)
    reasons = {each.reason for each in alone.unserved}
    assert reasons == {Reason.SERVICE_ADDRESS, Reason.NOT_LOCATED, Reason.NO_TEAM}


def test_a_day_that_was_missed_is_not_the_end_of_a_case(town: Town) -> None:
    """c3 was to be visited yesterday, and no crew had the time: it is visited today."""
    missed = [
        replace(case, day=FIRST_DAY - timedelta(days=1)) if case.case_id == "c3" else case
        for case in town.cases
    ]
    plan = planned(town, cases=missed)
    assert "c3" not in {one for each in plan.unserved for one in each.case_ids}
