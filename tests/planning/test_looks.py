"""Who saw a child: what each kind of entry in the log reached, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planning.looks import Trail, day_detail, list_detail, plan_detail, sightings
from planning.model import AuditEntry, How, Plan, Reason, Route, Stop, Unserved, Visit

THURSDAY, FRIDAY = date(2026, 8, 20), date(2026, 8, 21)


def visit(visit_id: str, *case_ids: str) -> Visit:
    return Visit(visit_id, case_ids, 25.9, 43.8, "RVS01")


def route(team_id: str, day: date, *visits: str) -> Route:
    stops = tuple(Stop(each, 36_000, 36_000, 37_000) for each in visits)
    return Route(f"{team_id}/{day}", team_id, day, stops, 32_400, 39_600)


def plan(visits: tuple[Visit, ...], *routes: Route, unserved: tuple[Unserved, ...] = ()) -> Plan:
    return Plan(THURSDAY, 2, visits, (), routes, unserved)


PLANS = {
    1: plan((visit("1", "c1"),), route("t1", THURSDAY, "1")),
    2: plan(
        (visit("1", "c9"), visit("2", "c1", "c2")),
        route("t1", THURSDAY, "1"),
        route("t2", FRIDAY, "2"),
    ),
    3: plan((visit("1", "c9"),), unserved=(Unserved(("c1",), Reason.SHIFTS_FULL),)),
}
"""c1 is Team 1's on Thursday; then Team 2's on Friday, beside c2; then nobody's."""
PUBLISHED = [("2026-08-18T10:00", 1), ("2026-08-19T10:00", 2)]
TRAIL = Trail("autumn", "c1", "RVS01", PLANS.get, PUBLISHED)


def entry(action: str, subject: str, detail: str = "", at: str = "2026-08-18T12:00") -> AuditEntry:
    return AuditEntry(at, "petya", action, subject, detail)


@pytest.mark.parametrize(
    ("logged", "how"),
    [
        (entry("settle_place", "c1", "house"), How.ITSELF),
        (entry("settle_place", "c2", "house"), None),
        (entry("read_cases", "autumn", list_detail(8)), How.LIST),
        (entry("read_cases", "autumn", list_detail(8, only="RVS01")), How.LIST),
        (entry("read_cases", "autumn", list_detail(8, only="HLM01")), None),
        (entry("read_cases", "autumn", "review"), How.LIST),
        (entry("read_cases", "spring", list_detail(8)), None),
        (entry("import_cases", "autumn", "8 rows, 8 new, 0 decided before"), How.LIST),
        (entry("export_anything", "autumn"), How.LIST),
        (entry("read_coverage", "autumn", "municipality"), None),
        (entry("publish", "autumn", "version 1"), None),
        (entry("read_plan", "autumn", plan_detail(1)), How.PLAN),
        (entry("read_plan", "autumn", plan_detail(1, only="RVS01")), How.PLAN),
        (entry("read_plan", "autumn", plan_detail(1, only="HLM01")), None),
        (entry("read_plan", "autumn", plan_detail(1, only="t1")), How.PLAN),
        (entry("read_plan", "autumn", plan_detail(1, only="t2")), None),
        (entry("read_plan", "autumn", plan_detail(3)), How.PLAN),
        (entry("read_plan", "autumn", plan_detail(3, only="t1")), None),
        (entry("read_plan", "autumn", plan_detail(99)), How.PLAN),
        (entry("read_plan", "autumn", "written by hand"), How.PLAN),
        (entry("read_team_day", "t1", day_detail(THURSDAY, 1)), How.TEAM_DAY),
        (entry("read_team_day", "t1", day_detail(THURSDAY, 2)), None),
        (entry("read_team_day", "t2", day_detail(FRIDAY, 2)), How.TEAM_DAY),
        (entry("read_team_day", "t2", day_detail(THURSDAY, 2)), None),
        (entry("read_team_day", "t1", "2026-08-20"), How.TEAM_DAY),
        (entry("read_team_day", "t1", "2026-08-20", at="2026-08-19T12:00"), None),
        (entry("read_team_day", "t1", "2026-08-20", at="2026-08-17T12:00"), None),
        (entry("read_team_day", "t1", "yesterday"), None),
        (entry("record_outcome", "1", "met"), How.ITSELF),
        (entry("record_outcome", "1", "met", at="2026-08-19T12:00"), None),
        (entry("record_outcome", "2", "met", at="2026-08-19T12:00"), How.ITSELF),
    ],
)
def test_what_an_entry_met(logged: AuditEntry, how: How | None) -> None:
    """Each kind of entry, of the case and beside it."""
    found = sightings("c1", [logged], [TRAIL])
    assert [each.how for each in found] == ([how] if how else [])


def test_entries_keep_their_order_and_come_once_in_two_campaigns() -> None:
    """The child was on the list in spring and in autumn."""
    spring = replace(TRAIL, campaign_id="spring", plan=lambda _: None, published=())
    entries = [
        entry("read_cases", "spring", list_detail(3)),
        entry("settle_place", "c1"),
        entry("read_cases", "autumn", list_detail(8)),
    ]
    assert [each.entry for each in sightings("c1", entries, [TRAIL, spring])] == entries


def test_a_case_that_is_in_no_campaign_is_found_by_itself_only() -> None:
    """It was purged: what was done to it still stands in the log."""
    entries = [entry("settle_place", "c1"), entry("read_cases", "autumn", list_detail(8))]
    assert [each.how for each in sightings("c1", entries, [])] == [How.ITSELF]
