"""Members and their calendars, orders, and what a published plan asks of each team."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planning.errors import InputError, NotFound
from planning.model import (
    Leg,
    Member,
    Mode,
    Plan,
    Reason,
    Route,
    Sex,
    Shift,
    Stop,
    Team,
    Unserved,
    Visit,
)

MONDAY, TUESDAY = date(2026, 8, 24), date(2026, 8, 25)
ANA = Member("m1", "Ана Петрова", "social", frozenset({"bg"}), Sex.FEMALE,
             away=((MONDAY, MONDAY), (date(2026, 8, 27), date(2026, 8, 28))))  # fmt: skip
BORIS = Member("m2", "Борис Колев", "police")
TEAM = Team("t1", "Екип 1", "RSE27", 25.9, 43.8, members=(ANA, BORIS), order_number="РД-12/2026",
            order_date=date(2026, 8, 20))  # fmt: skip
OTHER = Team("t2", "Екип 2", "RSE27", 25.9, 43.8)


def visit(number: int) -> Visit:
    return Visit(f"v{number}", (f"c{number}",), 25.95, 43.85, "RSE27", label=f"ул. Тулча {number}")


def shift(team_id: str, day: date) -> Shift:
    return Shift(f"{team_id}@{day}", team_id, day, 25.9, 43.8, 30_600, 61_200, None, 40,
                 Mode.WALK, frozenset({"social"}), "RSE27")  # fmt: skip


def route(team_id: str, day: date, *numbers: int) -> Route:
    stops = tuple(
        Stop(f"v{number}", 31_000 + 600 * at, 31_000 + 600 * at, 31_500 + 600 * at)
        for at, number in enumerate(numbers)
    )
    return Route(f"{team_id}@{day}", team_id, day, stops, 30_600, 40_000,
                 legs=tuple(Leg(100, 90.0) for _ in range(len(stops) + 1)))  # fmt: skip


PLAN = Plan(
    first_day=MONDAY,
    days=2,
    visits=tuple(visit(number) for number in range(1, 6)),
    shifts=(shift("t1", MONDAY), shift("t2", MONDAY), shift("t1", TUESDAY)),
    routes=(route("t1", TUESDAY, 5), route("t1", MONDAY, 3, 1), route("t2", MONDAY, 2)),
    unserved=(Unserved(("c4",), Reason.SHIFTS_FULL, "v4"),),
)


@pytest.fixture
def published(autumn):
    """The plan as version 1, published."""
    with autumn.work("petya") as work:
        work.publish("autumn", work.add_plan("autumn", PLAN))
    return autumn


def test_teams_come_back_with_their_members_calendars_and_order(autumn):
    """What the order fixed, and who is away when."""
    with autumn.work("petya") as work:
        work.save_teams("autumn", [TEAM, OTHER])
        assert work.teams("autumn") == [TEAM, OTHER]
        assert work.team("autumn", "t2") == OTHER
        with pytest.raises(NotFound):
            work.team("autumn", "t9")


def test_a_member_who_falls_ill_is_changed_alone(autumn):
    """Boris is away for a week; Ana's calendar stays, and a third member joins at the end."""
    ill = replace(BORIS, away=((MONDAY, date(2026, 8, 30)),))
    new = Member("m3", "Вера", "school")
    with autumn.work("petya") as work:
        work.save_teams("autumn", [TEAM])
        work.save_member("autumn", "t1", ill)
        work.save_member("autumn", "t1", new)
        assert work.team("autumn", "t1").members == (ANA, ill, new)
        with pytest.raises(NotFound):
            work.save_member("autumn", "t9", new)


def test_an_absence_that_ends_before_it_begins_is_refused(autumn):
    """Days swapped in a form."""
    wrong = replace(ANA, away=((TUESDAY, MONDAY),))
    with pytest.raises(InputError, match="ends before it begins"), autumn.work("petya") as work:
        work.save_teams("autumn", [replace(TEAM, members=(wrong,))])


def test_two_members_of_one_id_are_refused(autumn):
    """A clerk copied a line of the order."""
    with pytest.raises(InputError, match="member id"), autumn.work("petya") as work:
        work.save_teams("autumn", [replace(TEAM, members=(ANA, ANA))])


def test_names_of_members_do_not_lie_readable_on_the_disk(autumn, database):
    """Their institution and their days do; who they are is sealed."""
    with autumn.work("petya") as work:
        work.save_teams("autumn", [TEAM])
    content = database.on_disk()
    assert b"2026-08-27" in content
    assert "РД-12/2026".encode() in content
    assert not any(each.encode() in content for each in ("Ана", "Борис", "Екип"))


def test_a_teams_day_opens_without_the_rest_of_the_plan(published):
    """Its stops in their order, its shift, and nobody else's doors."""
    with published.work("petya", reading=True) as work:
        assert work.route_days("autumn", "t1") == [MONDAY, TUESDAY]
        found = work.team_route("autumn", "t1", MONDAY)
        assert found is not None
        assert (found.version, found.status, found.created_by) == (1, "published", "petya")
        assert [each.visit_id for each in found.plan.visits] == ["v3", "v1"]
        assert found.plan.routes == (PLAN.routes[1],)
        assert found.plan.shifts == (PLAN.shifts[0],)
        assert found.plan.unserved == ()
        assert work.team_route("autumn", "t2", TUESDAY) is None
        assert work.route_days("autumn", "t9") == []
        whole = work.plan("autumn")
        assert whole is not None
        assert whole.plan == PLAN


def test_a_teams_day_needs_nothing_of_the_plans_own_cell(published, database):
    """However large the plan: it is not opened for a team's day."""
    database.execute("UPDATE plans SET sealed = (SELECT sealed FROM shifts LIMIT 1)")
    with published.work("petya", reading=True) as work:
        assert work.team_route("autumn", "t1", MONDAY) is not None
        with pytest.raises(InputError, match="does not open"):
            work.plan("autumn")


def test_a_draft_is_no_teams_business(autumn):
    """Before anything is published there is no day, no route and no shift."""
    with autumn.work("petya") as work:
        work.add_plan("autumn", PLAN)
        assert work.route_days("autumn", "t1") == []
        assert work.team_route("autumn", "t1", MONDAY) is None
        assert work.shifts("autumn") == []


def test_shifts_of_a_day_are_those_of_the_published_plan(published):
    """For the list of who must be free when."""
    with published.work("petya", reading=True) as work:
        assert work.shifts("autumn", day=MONDAY) == [PLAN.shifts[0], PLAN.shifts[1]]
        assert len(work.shifts("autumn")) == 3


def test_the_next_version_takes_over(published):
    """From the moment it is published, teams see its routes; the one before stays as it was."""
    changed = replace(PLAN, routes=(route("t1", MONDAY, 4),), unserved=())
    with published.work("petya") as work:
        version = work.add_plan("autumn", changed)
        assert work.route_days("autumn", "t1") == [MONDAY, TUESDAY]
        work.publish("autumn", version)
        assert work.route_days("autumn", "t1") == [MONDAY]
        found = work.team_route("autumn", "t1", MONDAY)
        assert found is not None
        assert [each.visit_id for each in found.plan.visits] == ["v4"]
        assert work.route_days("autumn", "t2") == []


def test_a_plan_of_an_earlier_version_opens_by_team_after_the_update(published, database, opened):
    """It was published before routes were kept apart."""
    database.execute("DELETE FROM routes", "DELETE FROM shifts")
    with opened().work("petya", reading=True) as work:
        assert work.route_days("autumn", "t1") == [MONDAY, TUESDAY]
        assert len(work.shifts("autumn")) == 3
