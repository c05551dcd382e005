"""Planning a campaign as a job: reads the registry, plans in this process, keeps a draft.

The job writes its own result, so that it is kept whether or not the page that asked still looks.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path

from data.home import Home
from data.jobs import ProcessWorkers, Telling
from data.opening import region_of, registry_of
from data.registry import SqlRegistry
from planning import pipeline
from planning.campaign.approach import Past
from planning.campaign.countries import zone_of
from planning.members import pools, sworn_teams
from planning.roles import Action, may
from planning.school_checks import planned_checks
from planning.shifts import what_is_left
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
    today: date | None = None
    """Days before it are planned no more; None plans the whole campaign."""

    def kept(self) -> str:
        """What starts it again in the same home folder, as JSON."""
        order = asdict(self)
        del order["home"]
        return json.dumps(order, default=date.isoformat)

    @classmethod
    def of(cls, home: Path, kept: str) -> PlanOrder:
        """The order that was `kept`.

        Raises:
            ValueError: another version of this program kept it.
        """
        order = json.loads(kept)
        if not isinstance(order, dict) or {"home", *order} != {each.name for each in fields(cls)}:
            raise ValueError("not an order to plan")
        today = order.pop("today")
        return cls(home=home, today=date.fromisoformat(today) if today else None, **order)


def order_again(registry: SqlRegistry, home: Path, kept: str, *, today: date) -> PlanOrder | None:
    """The order that was `kept`, if it still holds.

    It is for the day on which it was given, and from somebody who may still plan.
    """
    try:
        order = PlanOrder.of(home, kept)
    except ValueError:
        return None
    with registry.work(order.user_id, reading=True) as work:
        user = next((each for each in work.users() if each.user_id == order.user_id), None)
    allowed = user is not None and user.active and may(user, Action.PLAN)
    return order if allowed and order.today == today else None


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
        past = work.outcomes(order.campaign_id), work.contacts(order.campaign_id)
        outcomes = work.standing_outcomes(order.campaign_id)
        contacts = work.standing_contacts(order.campaign_id)
        approach = work.approach(order.campaign_id).value
        if order.today is not None:
            campaign = what_is_left(campaign, (each.day for each in past[0]), order.today)
        checks = [each.value for each in work.school_checks(order.campaign_id)]
        schools = work.schools(campaign.region)
        lent = pools(each.value for each in work.institutions())
    region = region_of(home, campaign.region)
    zone = zone_of(region.info.countries) or datetime.now().astimezone().tzinfo
    request = pipeline.Request(
        cases=[record.case for record in records],
        places={record.case.case_id: record.place for record in records if record.place},
        teams=sworn_teams(teams),
        first_day=campaign.first_day,
        days=campaign.days,
        seed=order.seed,
        seconds=order.seconds,
        home_teams={record.case.case_id: record.home_team for record in records},
        before=before.plan if before else None,
        close=order.close,
        outcomes=outcomes,
        zone=zone,
        ladder=approach.ladder,
        contacts=contacts,
        expectation=Past(records, *past, zone).to_plan_with(approach),
        least_chance=approach.least_chance,
        checks=planned_checks(checks, schools),
    )
    if lent:
        report(0.0, "choosing crews")
        request = replace(request, crews=pipeline.choose_crews(request, lent))
    plan = pipeline.plan(
        request,
        router=region.router,
        workers=ProcessWorkers(order.workers),
        report=report,
        stop=stop,
        watch=report.cost if isinstance(report, Telling) else None,
    )
    with registry.work(order.user_id) as work:
        version = work.add_plan(order.campaign_id, plan)
        work.log("plan", order.campaign_id, f"draft {version}")
    return version
