"""School checks: what was counted, what follows, and how a plan brings both together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from towns import FIRST_DAY, crossing, riverside

from planning import pipeline
from planning.errors import InputError
from planning.model import UNBOUND, Address, Case, Lock, Outcome, Priority, Reason, Result, Window
from planning.partners import ClassCount, School, SchoolCheck
from planning.routing.planner import Inline
from planning.school_checks import (
    CHECK_RULES,
    case_id_of,
    case_of_draft,
    check_of,
    counted,
    double_enrolments,
    draft_of,
    planned_checks,
    progress,
    waiting,
    with_draft,
    with_pairs,
)

LEVSKI = School("s1", "ОУ „Васил Левски“", "RVS01", crossing(1, 1))
BOTEV = School("s2", "СУ „Христо Ботев“", "RVS01")
CHECK = SchoolCheck("k1", "s1", FIRST_DAY, "t2")


def test_distinct_schools_apart_from_repeats():
    """Pernik: 38 of 40 schools, some of them several times."""
    schools = [School(f"s{n}", f"School {n}", "PER32") for n in range(40)]
    made = [
        SchoolCheck(f"k{n}", f"s{n}", FIRST_DAY, "t1", (ClassCount("1", 20, 20),))
        for n in range(38)
    ]
    again = [replace(check, check_id=f"again {check.check_id}") for check in made[:5]]
    planned = SchoolCheck("p", "s39", FIRST_DAY, "t1")
    elsewhere = SchoolCheck("x", "abroad", FIRST_DAY, "t1", (ClassCount("1", 1, 1),))
    found = progress(schools, [*made, *again, planned, elsewhere])
    assert (found.schools, found.checked, found.repeats, found.planned) == (40, 38, 5, 1)


def test_a_mismatch_opens_a_draft_for_every_child_missing():
    """More present than registered is no child missing, and fills no other class's gap."""
    made = counted(CHECK, [ClassCount("1а", 22, 20), ClassCount("1б", 20, 21)], note="тихо")
    assert made.done
    assert made.missing == 2
    assert [(draft.number, draft.class_name) for draft in made.drafts] == [(1, "1а"), (2, "1а")]
    assert [draft.number for _, draft in waiting([made])] == [1, 2]


def test_counted_again_what_was_decided_stays():
    """One child became a case; of the second count's three missing, two still wait."""
    first = counted(CHECK, [ClassCount("1а", 22, 20)])
    decided = with_draft(first, replace(first.drafts[0], case_id="k1/1"))
    again = counted(decided, [ClassCount("1а", 22, 19)])
    assert [(each.number, each.case_id) for each in again.drafts] == [(1, "k1/1"), (3, ""), (4, "")]
    with pytest.raises(InputError, match="decided"):
        draft_of(again, 1)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8))
def test_as_many_drafts_as_children_missing(counts):
    """However often it is counted with the same result."""
    classes = [ClassCount(str(at), *both) for at, both in enumerate(counts)]
    once = counted(CHECK, classes)
    twice = counted(once, classes)
    assert len(once.drafts) == len(twice.drafts) == once.missing


def test_every_fault_of_a_headcount_at_once():
    """A class without a name, one that comes twice, a count below nothing."""
    with pytest.raises(InputError) as told:
        counted(CHECK, [ClassCount(" ", 1, 1), ClassCount("1", -1, 1), ClassCount("1", 1, 1)])
    assert len(told.value.faults) == 3
    with pytest.raises(InputError, match="at least one class"):
        counted(CHECK, [])


def test_a_home_visit_goes_to_the_crew_of_the_check_while_its_day_lasts():
    """Confirmed the day after, any team may go."""
    made = counted(CHECK, [ClassCount("1а", 2, 1)])
    typed = Case("", Address("ул. Роза 2", "Речно"), child="Ива")
    (draft,) = made.drafts
    today = case_of_draft(made, draft, LEVSKI, typed, FIRST_DAY)
    assert (today.case_id, today.school) == ("k1/1", LEVSKI.name)
    assert (today.team_id, today.day) == ("t2", FIRST_DAY)
    later = case_of_draft(made, draft, LEVSKI, typed, FIRST_DAY + timedelta(days=1))
    assert (later.team_id, later.day) == ("", None)


def test_a_child_on_two_schools_lists_is_flagged():
    """By national ID; the same school spelt otherwise, and a child without a key, are not."""
    where = Address("ул. Роза 2", "Речно")
    cases = [
        Case("a", where, child="Ива Петрова", national_id="1234567890", school=LEVSKI.name),
        Case("b", Address("x"), child="И. Петрова", national_id="1234567890", school=BOTEV.name),
        Case("c", where, child="Лили Колева", national_id="1111112222", school='ОУ "Васил Левски"'),
        Case("d", where, child="Лили Колева", national_id="1111112222", school=LEVSKI.name),
        Case("e", where, school=LEVSKI.name),
        Case("f", where, school=BOTEV.name),
    ]
    (found,) = double_enrolments(cases)
    assert found.case_ids == ("a", "b")
    assert found.schools == (LEVSKI.name, BOTEV.name)


# --- in the plan --------------------------------------------------------------------------------


def planned(cases, checks, **more):
    """A plan of the town's cases with these checks, on its first day."""
    town = riverside()
    located = pipeline.locate(cases, _geocoder(town))
    request = pipeline.Request(
        cases=cases, places=located, teams=town.teams, first_day=FIRST_DAY, days=1, seconds=2,
        checks=planned_checks(checks, [LEVSKI, BOTEV]), **more,
    )  # fmt: skip
    return pipeline.plan(request, router=town.router, workers=Inline())


def _geocoder(town):
    from planning.addresses.geocoder import Geocoder

    return Geocoder(town.gazetteer, town.areas)


def route_of(plan, team_id):
    """The cases of a team's stops, in their order."""
    visits = {visit.visit_id: visit.case_ids for visit in plan.visits}
    return [
        visits[stop.visit_id]
        for route in plan.routes
        if route.team_id == team_id
        for stop in route.stops
    ]


def pupils(*at, **more):
    """A child of the school in each of these houses."""
    return [
        Case(f"p{n}", Address(address, "гр. Речно"), school="ОУ Васил Левски", **more)
        for n, address in enumerate(at, 1)
    ]


def test_the_check_comes_first_and_homes_of_its_pupils_follow_on_the_same_day():
    """Team 2 checks the school and goes on to three families; another child stays free."""
    cases = [
        *pupils("ул. Дунав 1", "ул. Роза 2", "ул. Роза 8"),
        Case("other", Address("ул. Дунав 7", "гр. Речно"), school=BOTEV.name),
    ]
    plan = planned(cases, [CHECK])
    way = route_of(plan, "t2")
    mark = (case_id_of("k1"),)
    assert mark in way
    assert {("p1",), ("p2",), ("p3",)} <= set(way[way.index(mark) + 1 :])
    assert len(plan.conditions.pairs) == 1
    first, _ = plan.conditions.pairs[0]
    visit = next(each for each in plan.visits if each.visit_id == first)
    assert check_of(visit) == "k1"
    assert visit.service_seconds == CHECK_RULES.service_seconds
    assert not plan.unserved


def test_a_check_takes_no_more_homes_than_fit_behind_it():
    """Nine pupils: urgent ones and the nearest six in all; the others may go with anybody."""
    cases = pupils(*(["ул. Дунав 1"] * 8))
    cases.append(replace(cases[0], case_id="last", priority=Priority.URGENT))
    from planning.model import Level, Place
    from planning.school_checks import with_checks

    places = {
        case.case_id: Place(Level.HOUSE, *crossing(1, 1), 0.9, 20.0, municipality_code="RVS01")
        for case in cases
    }
    bound, links = with_checks(cases, places, planned_checks([CHECK], [LEVSKI]))
    assert len(links) == CHECK_RULES.most_homes
    assert "last" in links
    assert {case.case_id for case in bound if case.team_id} == set(links)


def test_who_may_not_go_along_is_left_alone():
    """Another team's, another day's, over its deadline, in another municipality, not found."""
    from planning.model import Level, Place
    from planning.school_checks import with_checks

    (one,) = pupils("ул. Дунав 1")
    here = Place(Level.HOUSE, *crossing(1, 1), 0.9, 20.0, municipality_code="RVS01")
    cases = [
        replace(one, case_id="team", team_id="t1"),
        replace(one, case_id="day", day=FIRST_DAY + timedelta(days=1)),
        replace(one, case_id="late", deadline=FIRST_DAY - timedelta(days=1)),
        replace(one, case_id="early", earliest=FIRST_DAY + timedelta(days=1)),
        replace(one, case_id="away"),
        replace(one, case_id="lost"),
    ]
    places = {case.case_id: here for case in cases}
    places["away"] = replace(here, municipality_code="HLM01")
    places["lost"] = Place(Level.NONE)
    bound, links = with_checks(cases, places, planned_checks([CHECK], [LEVSKI]))
    assert (list(bound), links) == (cases, {})


def test_a_family_home_in_the_morning_only_is_visited_the_same_day():
    """Its hours hold; the check still goes before the other family."""
    early, later = pupils("ул. Дунав 1", "ул. Роза 8")
    early = replace(early, windows=(Window(8 * 3600 + 1800, 10 * 3600),))
    plan = planned([early, later], [CHECK])
    way = route_of(plan, "t2")
    assert {("p1",), ("p2",), (case_id_of("k1"),)} == set(way)
    assert way.index((case_id_of("k1"),)) < way.index(("p2",))


def test_a_check_on_a_day_off_is_left_with_a_reason():
    """Nobody is lost: its pupils are named too."""
    sunday = replace(CHECK, day=date(2026, 8, 23))
    plan = planned(pupils("ул. Дунав 1"), [sunday])
    left = {each.case_ids: each.reason for each in plan.unserved}
    assert left.keys() == {(case_id_of("k1"),), ("p1",)}
    assert Reason.FAULT not in left.values()


def test_a_check_that_was_made_is_no_visit_any_more():
    """And binds nobody."""
    plan = planned(pupils("ул. Дунав 1"), [counted(CHECK, [ClassCount("1", 2, 2)])])
    assert [visit.case_ids for visit in plan.visits] == [("p1",)]


def test_a_plan_made_again_ties_todays_checks_and_not_yesterdays():
    """A pair of an earlier plan gives way to the new one of the same check."""
    cases = pupils("ул. Дунав 1", "ул. Роза 8")
    before = planned(cases, [CHECK])
    met = Outcome("v", "t2", FIRST_DAY, Result.MET, "2026-08-20T12:00:00+03:00", case_ids=("p1",))
    after = planned(cases, [CHECK], before=before, outcomes=[met])
    (pair,) = after.conditions.pairs
    visits = {visit.visit_id: visit.case_ids for visit in after.visits}
    assert [visits[one] for one in pair] == [(case_id_of("k1"),), ("p2",)]


def test_other_ties_of_the_plan_hold_on():
    """Only pairs of checks, or of visits that a check takes, are replaced."""
    bound = replace(UNBOUND, pairs=(("a", "b"), ("k0001", "c")), locks=(Lock("a", "t1@x"),))
    check = pipeline.check_visits(planned_checks([CHECK], [LEVSKI]))
    found = with_pairs(bound, check, [("k0001", "d")])
    assert found.pairs == (("a", "b"), ("k0001", "d"))
    assert found.locks == bound.locks
