"""Planning a campaign as a job: reads the registry, plans in this process, keeps a draft.

The job writes its own result, so that it is kept whether or not the page that asked still looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from data.home import Home
from data.jobs import ProcessWorkers
from data.opening import region_of, registry_of
from planning import pipeline
from planning.stores import Report, Stop


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What the planner asked for. Holds ids only."""

    home: Path
    campaign_id: str
    user_id: str
    seconds: float = 30.0
    seed: int = 0
    close: bool = False
    """Whether to stay close to the routes of the plan so far."""
    workers: int = 2


_ZONES = {"bg": "Europe/Sofia", "az": "Asia/Baku", "kz": "Asia/Almaty"}
"""Local time of the countries this is made for; elsewhere it is this machine's."""


def _zone(countries: Sequence[str]) -> tzinfo | None:
    if len(countries) == 1 and countries[0] in _ZONES:
        return ZoneInfo(_ZONES[countries[0]])
    return datetime.now().astimezone().tzinfo


def plan_campaign(order: object, report: Report, stop: Stop) -> int:
    """Plans the campaign of a `PlanOrder` and returns the version of the draft it kept."""
    if not isinstance(order, PlanOrder):
        raise TypeError("plan_campaign takes a PlanOrder")
    home = Home(order.home)
    registry = registry_of(home)
    with registry.work(order.user_id) as work:
        campaign = work.campaign(order.campaign_id)
        records = work.cases(order.campaign_id)
        teams = work.teams(order.campaign_id)
        before = work.plan(order.campaign_id)
        outcomes = work.outcomes(order.campaign_id)
    region = region_of(home, campaign.region)
    request = pipeline.Request(
        cases=[record.case for record in records],
        places={record.case.case_id: record.place for record in records if record.place},
        teams=teams,
        first_day=campaign.first_day,
        days=campaign.days,
        seed=order.seed,
        seconds=order.seconds,
        home_teams={record.case.case_id: record.home_team for record in records},
        before=before.plan if before else None,
        close=order.close,
        outcomes=outcomes,
        zone=_zone(region.info.countries),
    )
    plan = pipeline.plan(
        request,
        router=region.router,
        workers=ProcessWorkers(order.workers),
        report=report,
        stop=stop,
    )
    with registry.work(order.user_id) as work:
        version = work.add_plan(order.campaign_id, plan)
        work.log("plan", order.campaign_id, f"draft {version}")
    return version
