"""The sample's largest municipality as a routing problem: every rule, several offices, tolls.

The exchange format of instances holds none of these, so that only engines that read a problem can
be asked; VROOM is asked through the engine of ours that it stands behind.
"""

from __future__ import annotations

from pathlib import Path

from data.casefiles import read_cases, read_teams
from data.regions.pack import open_region
from data.sample import SAMPLE_DAYS, SAMPLE_FIRST_DAY, write_sample
from planning import pipeline
from planning.addresses.geocoder import Geocoder
from planning.routing.build import build
from planning.routing.parts import components
from planning.routing.problem import Problem
from planning.stores import Report


def sample_problem(folder: Path, report: Report) -> Problem:
    """Writes the sample into `folder` and takes the campaign's largest component."""
    write_sample(folder, report=report)
    region = open_region(folder / "region")
    cases = read_cases((folder / "cases.csv").read_bytes(), "cases.csv").cases
    listed = read_teams((folder / "teams.csv").read_bytes(), "teams.csv")
    geocoder = Geocoder(region.gazetteer, region.areas, region.confidence)
    request = pipeline.Request(
        cases=cases,
        places=pipeline.locate(cases, geocoder),
        teams=pipeline.teams_in_region(listed, region.gazetteer),
        first_day=SAMPLE_FIRST_DAY,
        days=SAMPLE_DAYS,
    )
    asked = pipeline.prepared(request, router=region.router, report=report)
    problem, _ = build(
        asked.visits, asked.shifts, asked.travel, first_day=SAMPLE_FIRST_DAY, days=asked.days,
        conditions=asked.conditions,
    )  # fmt: skip
    return problem.part(*components(problem)[0])
