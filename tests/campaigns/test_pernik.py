"""Pernik: fourteen open cases, a telephone call before every visit, and forty schools to check.

What its document says: telephone or meeting first, research before the visit, participants who
suit the case, 38 of 40 schools checked and some of them several times, every check with a visit
round, registers compared with classes. And counts so small that nobody outside may see them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.campaign.approach import Approach
from planning.campaign.ladder import CALL_FIRST
from planning.errors import NotAllowed
from planning.members import called, shortages
from planning.model import Address, Campaign, Case, Plan, PlanVersion, Priority, Reason, Visit
from planning.outcomes import NOON
from planning.partners import ClassCount, Institution
from planning.school_checks import check_of
from tests.campaigns.ground import Strip, ground, town_code
from tests.campaigns.lists import Child, children, table
from tests.campaigns.play import Play, a_play
from tests.campaigns.truth import Truth

MONDAY = date(2026, 9, 7)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
CODES = ("KRA", "RAD")
PERNIK = ground(
    "Кракрово и Радово (измислени)",
    (
        Strip("KRA", "Кракрово", "Рударци",
              ("улица Миньор", "улица Кракра", "улица Струма", "улица Бор"), 60_000),
        Strip("RAD", "Радово", "Земенци",
              ("улица Дунав", "улица Роза", "улица Липа", "улица Ела"), 20_000),
    ),
)  # fmt: skip
LIST = {
    "id": "№ на случая", "child": "Име на детето", "national_id": "ЕГН", "phone": "Телефон",
    "address": "Адрес", "settlement": "Населено място", "municipality": "Община",
    "requires": "Необходими институции", "priority": "Приоритет", "school": "Училище",
}  # fmt: skip
SCHOOLS = [("KRA", f"k{at:02d}") for at in range(26)] + [("RAD", f"r{at:02d}") for at in range(14)]
NAMES = {school: f"Училище {school}" for _, school in SCHOOLS}
ILL, AWAY = 2, 3
"""Children who sat in no class: those who are ill, and those whom nobody has seen."""


@pytest.fixture
def play(tmp_path, monkeypatch):
    campaign = Campaign("c", "Обхват, септември", MONDAY, len(DAYS))
    with a_play(tmp_path, PERNIK, campaign, Truth(seed=7), monkeypatch) as made:
        made.imports(fourteen(), LIST)
        with_crews(made)
        made.planner.save_approach("c", Approach(CALL_FIRST), seen=0)
        yield made


def fourteen() -> list[Child]:
    """Nine and five children; one is a protection case, one stands on two schools' lists."""
    found = children(PERNIK, {"KRA": 9, "RAD": 5}, seed=7)
    more: dict[int, dict[str, str]] = {
        0: {"priority": "неотложен", "school": NAMES["k00"]},
        1: {"requires": "полиция"}, 2: {"requires": "социални"},
        3: {"school": NAMES["k01"]}, 4: {"school": NAMES["k02"]}, 9: {"requires": "полиция"},
    }  # fmt: skip
    found = [replace(each, more=more.get(at, {})) for at, each in enumerate(found)]
    twice = replace(found[4], name=found[3].name, national_id=found[3].national_id)
    return [*found[:4], twice, *found[5:]]


def with_crews(play: Play) -> None:
    """Three crews; the police lends an officer a municipality, who is on leave on Tuesday."""
    planner = play.planner
    for code, name in zip(CODES, ("Кракрово", "Радово"), strict=True):
        police = Institution(f"rpu-{code}", "police", f"РУ {name}", code)
        planner.save_institution(police)
    planner.import_teams(
        "c",
        table(
            ["Екип №", "Екип", "Община", "Ширина", "Дължина", "Заповед №", "Дата на заповед"],
            [
                (f"t{at}", f"Екип {at}", name, PERNIK.middle(code)[1], PERNIK.middle(code)[0],
                 "РД-01-77", "01.09.2026")
                for at, (code, name) in enumerate(
                    [("KRA", "Кракрово"), ("KRA", "Кракрово"), ("RAD", "Радово")], 1
                )
            ],
        ),
        "teams.csv",
    )  # fmt: skip
    planner.import_members(
        "c",
        table(
            ["№ на член", "Име", "Екип", "Община", "Институция", "Декларация", "Отсъства"],
            [
                ("m1", "Ана", "t1", "", "училище", "01.09.2026", ""),
                ("m2", "Боян", "t2", "", "училище", "01.09.2026", ""),
                ("m3", "Вера", "t2", "", "социални", "01.09.2026", ""),
                ("m4", "Гео", "t3", "", "училище", "01.09.2026", ""),
                ("m5", "Дора", "t1", "", "социални", "", ""),
                ("p1", "Емил", "", "Кракрово", "полиция", "01.09.2026", "08.09.2026"),
                ("p2", "Жана", "", "Радово", "полиция", "01.09.2026", ""),
            ],
        ),
        "members.csv",
    )


def test_pernik_calls_looks_into_it_and_only_then_goes(play: Play) -> None:
    """A working week, from the first call to the report nobody can be found in."""
    with_schools(play)
    nobody_is_visited_unasked(play)
    the_same_child_on_two_lists(play)
    who_must_be_free(play)
    for day in DAYS:
        play.at(day)
        play.calls(CODES)
        planned = play.plans()
        right_people_are_there(planned)
        every_check_has_its_morning(planned, day)
        play.road(until=NOON)
        if missing_are_looked_for(play):
            play.calls(CODES)
            play.at(day, NOON)
            play.repairs(at=NOON)
        play.road()
        play.account()
        if day in (DAYS[0], DAYS[2], DAYS[4]):
            too_few_to_be_told(play)
    thirty_eight_of_forty(play)
    assert len(play.children) == 14 + AWAY
    assert play.untraceable() > 0
    play.public_files("bg")
    play.quiet_log()


# --- before the first visit ---------------------------------------------------------------------


def nobody_is_visited_unasked(play: Play) -> None:
    """Before the first call only the protection case is on a route; the others are told why not."""
    plan = play.plans().plan
    by_id = {visit.visit_id: visit for visit in plan.visits}
    routed = [by_id[stop.visit_id] for route in plan.routes for stop in route.stops]
    homes = [visit for visit in routed if not check_of(visit)]
    assert [visit.priority for visit in homes] == [Priority.URGENT]
    a_check_comes_with_a_round(play, plan, homes[0])
    waiting = [each for each in plan.unserved if each.reason is Reason.CONTACT_FIRST]
    assert len(waiting) == 13
    told = Counter(str(each.because[0]) for each in waiting)
    assert set(told) == {"first by phone: 0 of 3 calls made", "first the research into the case"}
    assert told["first the research into the case"] == sum(
        not child.phone for child in play.children.values() if not child.more.get("priority")
    )


def a_check_comes_with_a_round(play: Play, plan: Plan, home: Visit) -> None:
    """The child of the first school is visited by the crew of the check, after it."""
    checks = {
        each.value.check_id: each.value.school_id for each in play.planner.school_checks("c").checks
    }
    by_id = {visit.visit_id: visit for visit in plan.visits}
    (route,) = [
        route for route in plan.routes
        if home.visit_id in {stop.visit_id for stop in route.stops}
    ]  # fmt: skip
    assert route.day == MONDAY
    order = [by_id[stop.visit_id] for stop in route.stops]
    schools = [checks.get(check_of(visit), "") for visit in order]
    assert schools.index("k00") < order.index(home)


def the_same_child_on_two_lists(play: Play) -> None:
    """The planner is shown it."""
    (double,) = play.planner.double_enrolments("c")
    assert set(double.schools) == {NAMES["k01"], NAMES["k02"]}
    assert len(double.case_ids) == 2


def who_must_be_free(play: Play) -> None:
    """The officers, but for Tuesday's leave in Krakrovo; Дора has not signed and does not go."""
    assert play.planner.crew_book("c").undeclared == ("m5",)
    crews = play.planner.propose_crews("c")
    on_duty = called(crews)
    assert "m5" not in {each.member.member_id for each in on_duty}
    police = {(each.member.member_id, each.day) for each in on_duty if each.institution == "police"}
    assert {member for member, _ in police} == {"p1", "p2"}
    assert ("p1", DAYS[1]) not in police
    assert all(short.institution == "police" for short in shortages(crews))
    assert play.coordinator("RAD").crew_book("c").teams[0].members[0].member_id == "m4"


def right_people_are_there(planned: PlanVersion) -> None:
    """Whoever a case asks for is in the crew that day."""
    plan = planned.plan
    shifts = {shift.shift_id: shift for shift in plan.shifts}
    by_id = {visit.visit_id: visit for visit in plan.visits}
    for route in plan.routes:
        for stop in route.stops:
            assert by_id[stop.visit_id].requires <= shifts[route.shift_id].institutions


# --- schools ------------------------------------------------------------------------------------


def with_schools(play: Play) -> None:
    """Forty schools, and a week's checks: 25 and 13 of them, with three and two repeats."""
    rows = []
    for at, (code, school) in enumerate(SCHOOLS):
        lon, lat = PERNIK.middle(code)
        name = "Кракрово" if code == "KRA" else "Радово"
        rows.append((school, NAMES[school], name, lat + at % 5 * 0.0002, lon + at % 7 * 0.0002))
    content = table(["Код", "Училище", "Община", "Ширина", "Дължина"], rows)
    assert play.planner.import_schools("c", content, "schools.csv") == 40
    first = [school for code, school in SCHOOLS if code == "KRA"][:25]
    other = [school for code, school in SCHOOLS if code == "RAD"][:13]
    rounds = {"t1": (first + first[:3])[0::2], "t2": (first + first[:3])[1::2],
              "t3": other + other[:2]}  # fmt: skip
    short = {"k04": AWAY, "r03": ILL}
    for team, schools in rounds.items():
        for at, school in enumerate(schools):
            check_id = play.planner.plan_check(
                "c", school_id=school, team_id=team, day=DAYS[at // 3]
            )
            missing = short.pop(school, 0)
            heads = (ClassCount("1а", 22, 22 - missing), ClassCount("1б", 18, 18))
            play.counts_of[check_id] = heads
    assert not short


def every_check_has_its_morning(planned: PlanVersion, day: date) -> None:
    """All of a day's checks are on its routes."""
    by_id = {visit.visit_id: visit for visit in planned.plan.visits}
    today = {
        visit.visit_id for visit in planned.plan.visits if check_of(visit) and visit.day == day
    }
    stops = {stop.visit_id for route in planned.plan.routes for stop in route.stops}
    assert today
    assert today <= stops
    assert all(by_id[each].priority is Priority.HIGH for each in today)


def missing_are_looked_for(play: Play) -> bool:
    """The school names the children who were missing: some are ill, the others become cases.

    True where the crew has a new door today.
    """
    new = False
    while waiting := play.planner.school_checks("c").waiting:
        check, draft = waiting[0]
        (seen,) = [
            each.version for each in play.planner.school_checks("c").checks
            if each.value.check_id == check.check_id
        ]  # fmt: skip
        if check.school_id.startswith("r"):
            play.planner.dismiss_home_visit("c", check.check_id, draft.number, seen=seen)
            continue
        door = PERNIK.doors("KRA")[11 + draft.number]
        child = Child("", f"Искра Отсъстваща-{draft.number}", f"88{draft.number:08d}", "", door)
        case = Case("", Address(door.text, door.settlement), child=child.name,
                    national_id=child.national_id)  # fmt: skip
        case_id = play.planner.confirm_home_visit(
            "c", check.check_id, draft.number, case, seen=seen
        )
        play.takes([replace(child, case_id=case_id)])
        (record,) = [each for each in play.planner.cases("c") if each.case.case_id == case_id]
        assert (record.case.team_id, record.case.day) == (check.team_id, play.today)
        assert record.place is not None
        assert record.place.settlement_code == town_code(PERNIK.strips[0])
        new = True
    return new


def thirty_eight_of_forty(play: Play) -> None:
    """Distinct schools, and repeats apart, to planners and in the report for everybody."""
    progress = play.planner.school_checks("c").progress
    assert (progress.checked, progress.schools, progress.repeats) == (38, 40, 5)
    assert progress.planned == 0
    schools = play.planner.report("c", public=True).schools
    counts = [row.progress for row in schools]
    assert [(each.checked, each.schools, each.repeats) for each in counts] == [
        (25, 26, 3), (13, 14, 2),
    ]  # fmt: skip


# --- what is told -------------------------------------------------------------------------------


def too_few_to_be_told(play: Play) -> None:
    """A coordinator counts the own children; everybody else sees a dot for either municipality."""
    shown = play.tells()
    for level in (shown, play.viewer.coverage("c", by="settlement")):
        for row in level.rows:
            assert row.area_code
            assert {row.listed, row.visited, row.resolved, *row.results} == {None}
    assert shown.total.resolved is None
    own = play.coordinator("RAD").coverage("c")
    assert {row.area_code: row.listed for row in own.rows}["RAD"] == 5
    with pytest.raises(NotAllowed):
        play.viewer.cases("c")
