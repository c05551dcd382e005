"""What is measured of the planner itself, on campaigns small enough for a test."""

from __future__ import annotations

import pytest

from data.bench import routing_repair, routing_scale
from data.bench.routing_scale import FIRST_DAY, Size, make_campaign
from planning.routing.planner import Inline, make_plan


def silent(share: float, words: str) -> None:
    assert 0 <= share <= 1, words


def test_the_same_seed_invents_the_same_campaign():
    """Twelve visits and two teams, twice; with another seed they live elsewhere."""
    size = Size(12, teams=2, days=2)
    one, same, other = (make_campaign(size, seed) for seed in (0, 0, 1))
    assert (one.visits, one.shifts) == (same.visits, same.shifts)
    assert (one.travel["drive"].seconds == same.travel["drive"].seconds).all()
    assert (one.travel["drive"].seconds != other.travel["drive"].seconds).any()


def test_every_kind_of_event_is_repaired_and_planned_anew(monkeypatch: pytest.MonkeyPatch):
    """Sixteen visits of two teams: a row for each event, one for all; without one nothing moves."""
    for name, value in {"VISITS": 16, "SPARE": 4, "SIZE": Size(20, 2, 2), "WORLDS": range(1),
                        "SEEDS": 1, "CUT_OFF": 3}.items():  # fmt: skip
        monkeypatch.setattr(routing_repair, name, value)
    figures = routing_repair.measure_repair(events=1, report=silent)
    rows = {row["kind"]: row for row in figures["table"]}
    assert [*rows] == [*routing_repair.KINDS, "all"]
    assert rows["all"]["events"] == len(routing_repair.KINDS) - 1
    assert rows["nothing"]["moved at most"] == 0
    assert all(row["urgent"] <= 0 for row in rows.values())
    assert len(routing_repair.table(figures)) == 1 + len(rows)


def test_a_stop_that_cannot_stay_is_none_that_moved():
    """A team loses its day: what it should have done there moves, and is no other stop."""
    campaign = make_campaign(Size(16, teams=2, days=2), 0)
    inputs = routing_repair.Inputs(
        campaign.visits, campaign.shifts, campaign.travel, FIRST_DAY, campaign.days
    )
    plan = make_plan(
        inputs.visits, inputs.shifts, inputs.travel, first_day=FIRST_DAY, days=2, seconds=20,
        workers=Inline(),
    )  # fmt: skip
    route = plan.routes[0]
    lost = routing_repair.TeamLost(route.team_id, route.day)
    repaired = routing_repair.repair(plan, [lost], inputs.travel)
    there = {stop.visit_id: each.shift_id for each in plan.routes for stop in each.stops}
    now = {stop.visit_id: each.shift_id for each in repaired.routes for stop in each.stops}
    hers = {stop.visit_id for stop in route.stops}
    others = [visit for visit in there if visit not in hers]
    moved = sum(now.get(visit) != there[visit] for visit in others) / len(others)
    assert routing_repair.moved(plan, repaired, lost.on(inputs)) == pytest.approx(moved)


def test_a_campaign_is_planned_with_every_budget(monkeypatch: pytest.MonkeyPatch):
    """Twelve visits with two budgets: two rows, and no rule is broken."""
    monkeypatch.setitem(routing_scale.SIZES, "municipality", Size(12, teams=2, days=2))
    figures = routing_scale.measure_scale(
        "municipality", seed=0, budgets=(15.0, 20.0), workers=1, report=silent
    )
    assert [row["budget, s"] for row in figures["table"]] == [15.0, 20.0]
    assert all(row["broken rules"] == 0 for row in figures["table"])
    assert any(line.startswith("memory of the planner") for line in routing_scale.table(figures))
