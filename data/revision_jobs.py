"""Repairing a plan, and comparing what-ifs, as jobs of their own.

Their payloads hold ids and what a planner said has happened; cases are read from the registry here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from data.home import Home
from data.jobs import ProcessWorkers
from data.opening import region_of, registry_of
from planning.campaign.ladder import as_agreed
from planning.errors import NotFound
from planning.outcomes import still_open
from planning.revision import Closed, climbed, compared, repaired
from planning.routing.repair import Now
from planning.routing.whatif import Change, Row
from planning.stores import Report, Stop


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """What has happened to a campaign's published plan."""

    home: Path
    campaign_id: str
    user_id: str
    events: tuple[Change, ...] = ()
    add_new: bool = False
    """Whether cases that came after the plan are to be visited, too."""
    closed: tuple[Closed, ...] = ()
    now: Now | None = None


@dataclass(frozen=True, slots=True)
class WhatIfOrder:
    """Which changes of a campaign's newest plan to compare."""

    home: Path
    campaign_id: str
    user_id: str
    changes: tuple[Change, ...]
    seconds: float = 15.0
    workers: int = 2


def repair_plan(order: object, report: Report, _stop: Stop) -> int:
    """Repairs the plan of a `RepairOrder` and returns the version of the draft it kept."""
    if not isinstance(order, RepairOrder):
        raise TypeError("repair_plan takes a RepairOrder")
    home = Home(order.home)
    registry = registry_of(home)
    with registry.work(order.user_id) as work:
        campaign = work.campaign(order.campaign_id)
        found = work.plan(order.campaign_id, published=True) or work.plan(order.campaign_id)
        teams = work.teams(order.campaign_id)
        records = work.cases(order.campaign_id) if order.add_new else []
        outcomes = work.standing_outcomes(order.campaign_id) if order.add_new else []
        contacts = work.standing_contacts(order.campaign_id) if order.add_new else []
        ladder = work.approach(order.campaign_id).value.ladder
    if found is None:
        raise NotFound("there is no plan to repair")
    report(0.2, "repairing the plan")
    region = region_of(home, campaign.region)
    cases = [record.case for record in records]
    known, ready, waiting = climbed(
        found.plan,
        as_agreed(still_open(cases, outcomes), contacts, outcomes),
        contacts,
        ladder,
        campaign.first_day,
    )
    after = repaired(
        known,
        teams,
        region.router,
        events=order.events,
        cases=ready,
        places={record.case.case_id: record.place for record in records if record.place},
        closed=order.closed,
        now=order.now,
    )
    after = replace(after, unserved=(*after.unserved, *waiting))
    with registry.work(order.user_id) as work:
        version = work.add_plan(order.campaign_id, after)
        work.log("repair", order.campaign_id, f"draft {version}")
    return version


def compare_plans(order: object, report: Report, stop: Stop) -> tuple[Row, ...]:
    """Plans every change of a `WhatIfOrder`; nothing is kept in the registry."""
    if not isinstance(order, WhatIfOrder):
        raise TypeError("compare_plans takes a WhatIfOrder")
    home = Home(order.home)
    registry = registry_of(home)
    with registry.work(order.user_id) as work:
        campaign = work.campaign(order.campaign_id)
        found = work.plan(order.campaign_id)
        teams = work.teams(order.campaign_id)
    if found is None:
        raise NotFound("there is no plan to compare with")
    return compared(
        found.plan,
        teams,
        region_of(home, campaign.region).router,
        order.changes,
        seconds=order.seconds,
        workers=ProcessWorkers(order.workers),
        report=report,
        stop=stop,
    )
