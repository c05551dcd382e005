"""Makes the sample campaign, from nothing to a published plan, in the office's home folder.

What `make run` shows first. Everything goes through the same use cases as a real campaign.
"""

from __future__ import annotations

import time

import numpy as np

from data.demo import Demo, keep_demo
from data.home import SAMPLE_REGION, Home
from data.office import Office
from data.plan_job import PlanOrder, plan_campaign
from data.regions.pack import opens
from data.registry import create_demo_users
from data.sample import SAMPLE_DAYS, SAMPLE_FIRST_DAY, write_sample
from planning.desk import Desk
from planning.model import Campaign, Outcome, Result, Role, User
from planning.stores import Report, Stop
from planning.summary import summarise

SAMPLE_CAMPAIGN = "sample"


def make_demo(home: Home, *, report: Report, stop: Stop) -> Demo:
    """Builds, imports, plans and publishes the sample, as far as that is not done yet."""
    began = time.perf_counter()
    if not opens(home.region_folder(SAMPLE_REGION)):
        write_sample(home.sample, report=lambda share, words: report(0.4 * share, words))
    office = Office(home)
    desk = demo_desk(office)
    if not any(each.campaign_id == SAMPLE_CAMPAIGN for each in desk.campaigns()):
        start_sample(desk, home, report)
    if desk.plan(SAMPLE_CAMPAIGN) is None:
        order = PlanOrder(home.folder, SAMPLE_CAMPAIGN, desk.user.user_id)
        version = plan_campaign(order, lambda share, words: report(0.5 + 0.5 * share, words), stop)
        desk.publish(SAMPLE_CAMPAIGN, version)
        record_first_days(office)
    found = desk.plan(SAMPLE_CAMPAIGN)
    assert found is not None
    records = desk.cases(SAMPLE_CAMPAIGN)
    summary = summarise(
        found.plan,
        [record.case for record in records],
        {record.case.case_id: record.place for record in records if record.place},
    )
    seconds = round(time.perf_counter() - began, 1)
    demo = Demo(
        {**summary.facts(), "seconds": seconds},
        (*summary.lines(), f"Made in   {seconds} s"),
        _make_sign_ins(office),
    )
    keep_demo(home, demo)
    return demo


def _make_sign_ins(office: Office) -> dict[str, str]:
    """Fresh passwords for the sample's accounts."""
    with office.registry.work("sample") as work:
        teams = work.teams(SAMPLE_CAMPAIGN)
        found = work.plan(SAMPLE_CAMPAIGN, published=True)
    on_the_road = {route.team_id for route in found.plan.routes if route.stops} if found else set()
    # The biggest municipality has the liveliest map: its first team signs in for the sample.
    busiest = sorted(
        teams,
        key=lambda team: (
            team.team_id not in on_the_road,
            -sum(each.municipality_code == team.municipality_code for each in teams),
            team.team_id,
        ),
    )
    municipalities = office.region(SAMPLE_REGION).gazetteer.municipalities
    made = create_demo_users(office.registry, municipalities, busiest)
    return {user.user_id: password for user, password in made}


def record_first_days(office: Office, *, days: int = 2, seed: int = 2026) -> int:
    """Invented outcomes of the first days, so that coverage has something to show; how many."""
    random = np.random.default_rng(seed)
    results, shares = zip(*_FOUND, strict=True)
    with office.registry.work("sample") as work:
        published = work.plan(SAMPLE_CAMPAIGN, published=True)
        assert published is not None
        cases = {visit.visit_id: visit.case_ids for visit in published.plan.visits}
        done = sorted({route.day for route in published.plan.routes if route.stops})[:days]
        outcomes = [
            Outcome(
                visit_id=stop.visit_id,
                team_id=route.team_id,
                day=route.day,
                result=results[int(random.choice(len(results), p=shares))],
                recorded_at=f"{route.day.isoformat()}T{stop.departure // 3600:02d}:00:00+03:00",
                key=f"{route.shift_id}/{stop.visit_id}",
                case_ids=cases[stop.visit_id],
            )
            for route in published.plan.routes
            if route.day in done
            for stop in route.stops
        ]
        for outcome in outcomes:
            work.add_outcome(SAMPLE_CAMPAIGN, outcome)
        work.log("record_outcomes", SAMPLE_CAMPAIGN, f"{len(outcomes)} invented")
    return len(outcomes)


_FOUND = (
    (Result.NOBODY_HOME, 0.52), (Result.MET, 0.27), (Result.ABROAD, 0.1), (Result.MOVED, 0.05),
    (Result.UNKNOWN_HERE, 0.03), (Result.REFUSED, 0.025), (Result.UNSAFE, 0.005),
)  # fmt: skip
"""Shares of results: invented, but with mostly closed doors, as the field reports."""


def demo_desk(office: Office) -> Desk:
    """The use cases, in the name of the command that makes the sample."""
    return office.desk(User("sample", "Sample", Role.PLANNER))


def start_sample(desk: Desk, home: Home, report: Report) -> None:
    """The sample's campaign with its teams and cases, through the same doors as a real one."""
    desk.create_campaign(
        Campaign(
            campaign_id=SAMPLE_CAMPAIGN,
            name="Обхват 2026/2027 (измислен пример)",
            first_day=SAMPLE_FIRST_DAY,
            days=SAMPLE_DAYS,
            region=SAMPLE_REGION,
            invented=True,
        )
    )
    report(0.42, "importing teams")
    desk.import_teams(SAMPLE_CAMPAIGN, (home.sample / "teams.csv").read_bytes(), "teams.csv")
    report(0.45, "importing cases")
    desk.import_cases(SAMPLE_CAMPAIGN, (home.sample / "cases.csv").read_bytes(), "cases.csv")
