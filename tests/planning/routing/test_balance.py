from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Begun, Conditions, Mode, Plan, Window
from planning.routing.balance import balance, lengths
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.moves import assembled
from planning.routing.problem import team_work, unfairness
from planning.routing.schedule import timed_together

MONDAY = date(2026, 8, 24)
MINUTE, HOUR = 60, 3600
ROAD = {"office:one": 0, "office:two": 0, "office:far": 0, "a": 10, "b": 20, "c": 30, "d": 40}
ONE, TWO = "one@2026-08-24", "two@2026-08-24"


@pytest.fixture(scope="session")
def planned(visit, shift, along_a_road):
    """(plan, travel, problem, routes) of these stops: planned({ONE: "ab"})."""

    def make(stops, *, shifts=None, **doors):
        visits = tuple(doors.get(name, visit(name)) for name in "abcd")
        shifts = tuple(shifts or [shift("one"), shift("two")])
        travel = along_a_road(ROAD)
        whole, asked = everything(visits, shifts, travel, Calendar(MONDAY, 1), Conditions())
        routes = [["abcd".index(n) for n in stops.get(each, "")] for each in whole.shift_ids]
        made = assembled(whole, asked, timed_together(whole, routes), ())
        return Plan(MONDAY, 1, visits, shifts, made, ()), travel, whole, routes

    return make


def test_the_work_of_a_team_is_its_road_and_its_doors(planned):
    """Team one is 40 minutes on the road and 60 at doors, team two nowhere: 50 each were fair."""
    plan, travel, _, _ = planned({ONE: "ab"})
    (area,) = balance(plan, travel)
    one, two = area.teams
    assert (one.travel, one.service, one.waiting) == (40 * MINUTE, 60 * MINUTE, 0)
    assert (one.share, one.off, two.off) == (50 * MINUTE, 50 * MINUTE, -50 * MINUTE)
    assert (one.stops, two.stops) == (2, 0)
    assert area.spread == pytest.approx(100 / 480)
    assert area.mean == pytest.approx(50 / 480)


def test_waiting_is_neither_work_nor_pause(planned, visit):
    """b opens at 13:00; after a the crew rests from noon and waits for the remaining time."""
    plan, travel, _, _ = planned(
        {ONE: "ab"}, b=visit("b", windows=(Window(13 * HOUR, 14 * HOUR),)),
        a=visit("a", windows=(Window(10 * HOUR, 10 * HOUR),)),
    )  # fmt: skip
    one = balance(plan, travel)[0].teams[0]
    assert one.waiting == 3 * HOUR - (30 + 10 + 30) * MINUTE


def test_municipalities_are_told_apart(planned, shift):
    """What team one does is nothing to a team elsewhere."""
    far = shift("far", municipality_code="FAR")
    plan, travel, _, _ = planned({ONE: "ab"}, shifts=[shift("one"), far])
    here, there = sorted(balance(plan, travel), key=lambda area: area.municipality_code != "RIV")
    assert (here.municipality_code, there.municipality_code) == ("RIV", "FAR")
    assert here.unfairness == there.unfairness == 0


def test_a_day_that_has_begun_counts_whole(planned):
    """What was made this morning is work as well."""
    plan, travel, _, _ = planned({ONE: "ab"})
    (route,) = plan.routes
    begun = Begun(ONE, route.departure, route.stops[:1])
    running = replace(plan, conditions=Conditions(begun=(begun,)))
    assert balance(running, travel) == balance(plan, travel)


def test_lengths_come_from_the_roads_that_are_known(planned):
    """By the matrix where no legs are drawn; unknown where it has no lengths."""
    plan, travel, _, _ = planned({ONE: "ab"})
    assert lengths(plan, travel) == {ONE: 40 * MINUTE * 12}
    table = travel[Mode.DRIVE]
    blind = {Mode.DRIVE: replace(table, metres=table.metres[:0, :0])}
    assert lengths(plan, blind) == {ONE: None}
    assert balance(plan, blind)[0].teams[0].metres is None


@given(data=st.data())
def test_it_counts_as_the_objective_counts(data, planned, shift):
    """Work and unfairness are those of the problem, whoever makes which stops."""
    team = data.draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    hours = data.draw(st.integers(13, 17))
    shifts = [shift("one"), shift("two", end=hours * HOUR), shift("far", municipality_code="FAR")]
    stops = {
        each.shift_id: [name for name, its in zip("abcd", team, strict=True) if its == at]
        for at, each in enumerate(shifts)
    }
    plan, travel, whole, routes = planned(stops, shifts=shifts)
    areas = balance(plan, travel)
    work = team_work(whole, routes)
    assert sum(area.unfairness for area in areas) == unfairness(whole, work)
    assert sorted(t.work for area in areas for t in area.teams) == sorted(work.tolist())
