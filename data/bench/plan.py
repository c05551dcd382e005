"""The main job on the sample campaign, each step timed by itself."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.bench.machine import machine
from data.demo_campaign import SAMPLE_CAMPAIGN, demo_desk, start_sample
from data.home import Home
from data.office import Office
from data.plan_job import PlanOrder, plan_campaign
from data.sample import write_sample
from planning.stores import Report
from planning.summary import summarise


def measure_plan(*, seed: int, seconds: float, report: Report) -> dict[str, object]:
    """The sample campaign in a fresh home folder: import → published plan, in wall seconds.

    The region is built before the clock starts: an office builds it once.
    """
    figures: dict[str, object] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with _timed(figures, "build the sample region, s"):
            write_sample(home.sample, report=lambda share, words: report(0.3 * share, words))
        office = Office(home)
        desk = demo_desk(office)
        began = time.perf_counter()
        with _timed(figures, "import lists and find addresses, s"):
            start_sample(desk, home, report)
        with _timed(figures, "districts, travel, routes, legs, s"):
            order = PlanOrder(home.folder, SAMPLE_CAMPAIGN, desk.user.user_id, seconds, seed)
            version = plan_campaign(
                order, lambda share, words: report(0.4 + 0.6 * share, words), lambda: False
            )
        with _timed(figures, "publish, s"):
            desk.publish(SAMPLE_CAMPAIGN, version)
        figures["import to published plan, s"] = round(time.perf_counter() - began, 1)
        found = desk.plan(SAMPLE_CAMPAIGN)
        assert found is not None
        records = desk.cases(SAMPLE_CAMPAIGN)
        places = {record.case.case_id: record.place for record in records if record.place}
        figures |= summarise(found.plan, [each.case for each in records], places).facts()
    return figures


@contextmanager
def _timed(figures: dict[str, object], what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    figures[what] = round(time.perf_counter() - began, 2)
