"""A nation's list in two minutes and a gigabyte; a team's day at once, among however many."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from office import CAMPAIGN, PLANNER
from towns import FIRST_DAY, crossing

from data.home import Home
from data.sample import write_sample
from data.sample.cases import CaseRow, cases_csv, make_cases
from data.sample.world import make_world
from planning.model import (
    Address,
    Case,
    Leg,
    Level,
    Place,
    Plan,
    Role,
    Route,
    Shift,
    Stop,
    Team,
    User,
    Visit,
)
from tests.harness import sizes
from tests.harness.store import Store

ROOT = Path(__file__).resolve().parents[2]
CASES = sizes.of(3_000, full=200_000)
SECONDS, MEGABYTES = 120, 1_024
"""For 200,000 cases, on SQLite."""
VISITS, TEAMS, DAYS = 5_000, 32, 10
DAY_SECONDS = 0.050
_ID = CAMPAIGN.campaign_id


def test_a_long_list_is_imported_in_time_and_memory(tmp_path: Path) -> None:
    """Read, checked, each address found in the sample's region, sealed and kept: one use case."""
    home = Home(tmp_path / "home")
    write_sample(home.sample)
    (tmp_path / "long.csv").write_bytes(_a_long_list(CASES))
    done = subprocess.run(
        [sys.executable, "-m", "tests.harness.importer", home.folder, tmp_path / "long.csv"],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    took = json.loads(done.stdout)
    assert took["accepted"] + took["rejected"] == CASES
    rest = took["cpu"] - took["finding_cpu"]
    print(
        f"sqlite: {CASES} rows ({took['accepted']} accepted) imported in {took['cpu']:.1f} s CPU, "
        f"{took['wall']:.1f} s on the clock: finding addresses {took['finding_cpu']:.1f} s CPU, "
        f"reading the list and writing the registry {rest:.1f} s CPU; memory "
        f"{took['opened_mb']:.0f} MB before, {took['peak_mb']:.0f} MB at most"
    )
    assert took["cpu"] <= SECONDS
    assert took["peak_mb"] <= MEGABYTES


def _a_long_list(count: int) -> bytes:
    """So many children: the sample's doors over and over, each time as other clerks write them."""
    world = make_world(2026)
    rows: list[CaseRow] = []
    for seed in itertools.count(1):
        if len(rows) == count:
            return cases_csv(rows)
        for row in make_cases(world, count - len(rows), seed=seed):
            number = len(rows) + 1
            own = (f"RU-{number:06}", f"Дете {number:06} (измислено)", f"{9_900_000_000 + number}")
            rows.append(replace(row, cells=(*own, *row.cells[3:])))
    raise AssertionError("seeds never end")


def test_a_teams_day_opens_at_once(store: Store) -> None:
    """5,000 visits are published for 32 teams over ten days; each team opens its own ones."""
    store.furnish()
    cases, places, teams, plan = _a_large_plan()
    with store.opened() as office:
        with office.registry.work(PLANNER.user_id) as work:
            work.save_teams(_ID, teams)
            work.add_cases(_ID, cases, places)
            version = work.add_plan(_ID, plan)
        office.desk(PLANNER).publish(_ID, version)
        cpu, wall = [], []
        for team in teams:
            desk = office.desk(User("somebody", "", Role.TEAM, "RVS01", team.team_id))
            start, clock = time.process_time(), time.perf_counter()
            day = desk.team_day(_ID, team.team_id, FIRST_DAY)
            cpu.append(time.process_time() - start)
            wall.append(time.perf_counter() - clock)
            assert len(day.visits) >= VISITS // (TEAMS * DAYS)
            assert all(day.phones.values())
    print(
        f"{store.kind}: a team's day of {len(day.visits)} visits among {VISITS} published opens in "
        f"{1000 * statistics.median(cpu):.0f} ms CPU of the service (the slowest of {TEAMS} teams "
        f"{1000 * max(cpu):.0f} ms), {1000 * statistics.median(wall):.0f} ms on the clock"
    )
    assert statistics.median(cpu) <= DAY_SECONDS


def _a_large_plan() -> tuple[list[Case], dict[str, Place], list[Team], Plan]:
    """Visits one after the other to teams and days in turn; nobody checks that it is clever."""
    lon, lat = crossing(1, 1)
    teams = [
        Team(f"t{number}", f"Екип {number}", "RVS01", lon, lat, municipality="Речно")
        for number in range(TEAMS)
    ]
    cases = [
        Case(f"n{number}", Address(f"гр. Речно, ул. Дунав {number}"), phone=f"0700 {number:05}")
        for number in range(VISITS)
    ]
    place = Place(Level.HOUSE, lon, lat, 0.9, 10.0, municipality_code="RVS01")
    visits = [
        Visit(f"v{number}", (f"n{number}",), lon, lat, "RVS01", label=f"ул. Дунав {number}")
        for number in range(VISITS)
    ]
    shifts, routes = [], []
    for number in range(TEAMS * DAYS):
        team, day = teams[number % TEAMS], FIRST_DAY + timedelta(days=number // TEAMS)
        shift = Shift(
            f"{team.team_id}@{day.isoformat()}", team.team_id, day, lon, lat, 8 * 3600, 17 * 3600,
            None, 40, team.mode, frozenset(), "RVS01",
        )  # fmt: skip
        own = visits[number :: TEAMS * DAYS]
        legs = tuple(Leg(120, 700.0, ((lon, lat),) * 30) for _ in range(len(own) + 1))
        stops = tuple(
            Stop(visit.visit_id, *(9 * 3600 + 900 * at + late for late in (0, 0, 600)))
            for at, visit in enumerate(own)
        )
        shifts.append(shift)
        routes.append(
            Route(
                shift.shift_id, team.team_id, day, stops, 8 * 3600, stops[-1].departure, legs=legs
            )
        )
    empty = Plan(FIRST_DAY, DAYS, (), (), (), ())
    plan = replace(empty, visits=tuple(visits), shifts=tuple(shifts), routes=tuple(routes))
    return cases, {case.case_id: place for case in cases}, teams, plan
