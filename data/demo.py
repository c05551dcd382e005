"""The sample campaign, from nothing to a published plan, in the office's home folder.

What `make run` shows first. Everything goes through the same use cases as a real campaign.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from data import casefiles
from data.home import SAMPLE_REGION, Home
from data.jobs import ProcessWorkers
from data.plan_job import PlanOrder, plan_campaign
from data.registry import SqlRegistry, create_demo_users
from data.sample import SAMPLE_FIRST_DAY, write_sample
from planning.desk import Desk
from planning.errors import NotFound
from planning.model import Campaign, JobStatus, Role, User
from planning.stores import Report, Stop
from planning.summary import Summary, summarise

SAMPLE_CAMPAIGN = "sample"
SAMPLE_DAYS = 5


@dataclass(frozen=True, slots=True)
class Demo:
    """What the sample holds, and how to sign in."""

    summary: Summary
    sign_ins: dict[str, str]
    """Sign-in name → password. Of invented accounts, so they may be shown."""
    seconds: float

    def facts(self) -> dict[str, object]:
        """For machines."""
        return {**self.summary.facts(), "sign_ins": self.sign_ins, "seconds": self.seconds}

    def lines(self) -> tuple[str, ...]:
        """For people."""
        return (
            "The sample campaign: invented children in a modelled Ruse province.",
            *self.summary.lines(),
            f"Ready in {self.seconds:.1f} s. Sign in as:",
            *(f"  {user_id:<14} {password}" for user_id, password in self.sign_ins.items()),
        )


def prepare(home: Home, *, report: Report, stop: Stop) -> Demo:
    """Builds, imports, plans and publishes the sample, as far as that is not done yet."""
    began = time.perf_counter()
    registry = home.registry()
    if not (home.sample / "region" / "region.json").is_file():
        write_sample(home.sample, report=lambda share, words: report(0.4 * share, words))
    desk = _planner_desk(home, registry)
    if not any(each.campaign_id == SAMPLE_CAMPAIGN for each in desk.campaigns()):
        _import(desk, home, report)
    if desk.plan(SAMPLE_CAMPAIGN) is None:
        order = PlanOrder(home.folder, SAMPLE_CAMPAIGN, desk.user.user_id)
        version = plan_campaign(order, lambda share, words: report(0.5 + 0.5 * share, words), stop)
        desk.publish(SAMPLE_CAMPAIGN, version)
    found = desk.plan(SAMPLE_CAMPAIGN)
    assert found is not None
    records = desk.cases(SAMPLE_CAMPAIGN)
    summary = summarise(
        found.plan,
        [record.case for record in records],
        {record.case.case_id: record.place for record in records if record.place},
    )
    sign_ins = _sign_ins(home, registry)
    return Demo(summary, sign_ins, round(time.perf_counter() - began, 1))


def sample_first_day(today: date) -> date:
    """The campaign week of the sample: the order's own dates, 20 August 2026 on."""
    del today
    return SAMPLE_FIRST_DAY


def _import(desk: Desk, home: Home, report: Report) -> None:
    desk.create_campaign(
        Campaign(
            campaign_id=SAMPLE_CAMPAIGN,
            name="Обхват 2026/2027 — измислен пример",
            first_day=SAMPLE_FIRST_DAY,
            days=SAMPLE_DAYS,
            region=SAMPLE_REGION,
            invented=True,
        )
    )
    for name, read in (("teams.csv", desk.import_teams), ("cases.csv", desk.import_cases)):
        report(0.45, f"importing {name}")
        read(SAMPLE_CAMPAIGN, (home.sample / name).read_bytes(), name)


def _planner_desk(home: Home, registry: SqlRegistry) -> Desk:
    """A desk for the command that builds the sample."""
    return Desk(
        User("sample", "Sample", Role.PLANNER),
        registry=registry,
        open_region=home.region,
        jobs=_NoJobs(),
        files=casefiles,
        now=lambda: datetime.now(UTC),
    )


class _NoJobs:
    """The command plans in its own process and starts no jobs."""

    def start(self, kind: str, key: str, payload: object) -> str:
        raise NotImplementedError(kind, key, payload)

    def status(self, job_id: str) -> JobStatus:
        raise NotFound(job_id)

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        del kind, key_prefix
        return None

    def cancel(self, job_id: str) -> None:
        raise NotFound(job_id)
