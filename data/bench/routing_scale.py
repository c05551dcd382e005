"""How the planner scales: a municipality with four teams for a month, a province for three weeks.

Both are invented from a seed: towns with villages around them, an office in every town, visits of
20 to 45 minutes, hours and institutions that bind some of them, urgent ones with a deadline. Each
is planned with several budgets, and told with all that came of it: cost, who is left, CPU, memory.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from data.bench.machine import machine
from data.jobs import ProcessWorkers
from planning.model import Mode, Pause, Plan, Priority, Shift, Visit, Window
from planning.routing.checker import check
from planning.routing.planner import make_plan
from planning.stores import Report
from planning.travel.matrix import Travel

HOUR = 3600
FIRST_DAY = date(2026, 8, 24)
"""A Monday."""
SPEED, DETOUR = 11.0, 1.35
"""Metres a second, and metres of road for one as the crow flies."""
PRIORITIES = (Priority.NORMAL, Priority.HIGH, Priority.URGENT)
SKILLS = ("social", "police", "health")
WINDOWS = (
    (), (Window(15 * HOUR, 17 * HOUR),), (Window(8 * HOUR, 12 * HOUR),),
    (Window(10 * HOUR, 12 * HOUR), Window(14 * HOUR, 16 * HOUR)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """What is to be planned."""

    visits: int
    teams: int
    days: int
    """Working days, one after the other."""
    towns: int = 1
    """Municipalities; each has its own teams."""


SIZES = {
    "municipality": Size(755, 4, 20),
    "one office": Size(5_000, 41, 15),
    "province": Size(5_000, 41, 15, towns=8),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What `make_plan` takes."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[Mode, Travel]
    days: int


def make_campaign(size: Size, seed: int) -> Campaign:
    """An invented campaign of that size, the same for the same seed."""
    random = np.random.default_rng((seed, size.visits, size.towns))
    town_of_team = np.sort(np.arange(size.teams) % size.towns)
    town_of = town_of_team[random.integers(size.teams, size=size.visits)]
    towns = random.uniform(-60_000, 60_000, (size.towns, 2))
    at = _doors(random, towns, town_of)
    middles = at[[int(random.choice(np.flatnonzero(town_of == town))) for town in town_of_team]]
    own = np.where(town_of[:, None] == town_of_team, _metres(at, middles), np.inf)
    homes = np.argmin(own, axis=1)
    visits = tuple(
        _visit(random, number, int(town_of[number]), f"t{homes[number]}", size.days)
        for number in range(size.visits)
    )
    shifts = tuple(
        _shift(team, int(town_of_team[team]), day)
        for day in range(size.days)
        for team in range(size.teams)
    )
    keys = (*(visit.visit_id for visit in visits), *(f"office:t{t}" for t in range(size.teams)))
    table = _travel(random, keys, np.vstack([at, towns[town_of_team]]))
    return Campaign(visits, shifts, {Mode.DRIVE: table}, size.days)


def _doors(
    random: np.random.Generator, towns: npt.NDArray[np.float64], town_of: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """(V, 2) metres: half in the towns, half in eleven villages around each."""
    villages = towns[:, None] + random.uniform(-15_000, 15_000, (len(towns), 11, 2))
    in_town = random.random(len(town_of)) < 0.5
    village = villages[town_of, random.integers(11, size=len(town_of))]
    centre = np.where(in_town[:, None], towns[town_of], village)
    spread = np.where(in_town, 1_800.0, 500.0)[:, None]
    doors: npt.NDArray[np.float64] = centre + random.normal(size=centre.shape) * spread
    return doors


def _visit(random: np.random.Generator, number: int, town: int, home: str, days: int) -> Visit:
    priority = PRIORITIES[int(random.choice(3, p=[0.75, 0.2, 0.05]))]
    last = int(random.integers(days)) if priority is Priority.URGENT else days - 1
    skill = frozenset({SKILLS[int(random.integers(3))]}) if random.random() < 0.3 else frozenset()
    return Visit(
        f"v{number}", (f"case-{number}",), 25.9, 43.8, f"m{town}", home_team=home,
        priority=priority, requires=skill, kits=int(random.random() < 0.3),
        service_seconds=60 * int(random.integers(20, 46)),
        windows=WINDOWS[int(random.choice(4, p=[0.7, 0.1, 0.1, 0.1]))],
        deadline=FIRST_DAY + timedelta(days=last),
    )  # fmt: skip


def _shift(team: int, town: int, day: int) -> Shift:
    on = FIRST_DAY + timedelta(days=day)
    skills = SKILLS[: 1 + (team + day) % 3]
    return Shift(
        f"t{team}@{on}", f"t{team}", on, 25.9, 43.8, 8 * HOUR + 1800, 17 * HOUR,
        Pause(12 * HOUR, 13 * HOUR, 1800), 40, Mode.DRIVE,
        frozenset(skills), f"m{town}", members=tuple(f"t{team}-{skill}" for skill in skills),
    )  # fmt: skip


def _metres(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(A, B) as the crow flies."""
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    found: npt.NDArray[np.float64] = np.sqrt(np.maximum(0, square))
    return found


def _travel(
    random: np.random.Generator, keys: tuple[str, ...], at: npt.NDArray[np.float64]
) -> Travel:
    """One way differs from the other by up to a tenth."""
    seconds = np.empty((len(keys), len(keys)), dtype=np.float32)
    for low in range(0, len(keys), 256):  # in pieces: what is measured is the planner's memory
        way = _metres(at[low : low + 256], at) * (DETOUR / SPEED)
        seconds[low : low + 256] = way * random.uniform(1.0, 1.1, way.shape)
    np.fill_diagonal(seconds, 0)
    metres = np.empty((0, 0), dtype=np.float32)
    return Travel(keys, seconds, metres, np.zeros(len(keys), dtype=np.float32))


def measure_scale(
    name: str, *, seed: int, budgets: tuple[float, ...], workers: int, report: Report
) -> dict[str, object]:
    """The campaign of that name planned with every budget, in wall seconds, longest last.

    Memory is the planner's own peak and, beside it, that of the largest process so far.
    """
    campaign = make_campaign(SIZES[name], seed)
    rows = []
    for at, seconds in enumerate(budgets):
        report(at / len(budgets), f"{name}: {seconds:.0f} s")
        rows.append(_measured(campaign, seed, seconds, workers))
    return {
        "machine": machine(), "campaign": name, "workers": workers, "seed": seed, "table": rows
    }  # fmt: skip


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures in lines, a budget after the other."""
    lines = [f"{figures['machine']}; {figures['campaign']}, {figures['workers']} processes"]
    for row in figures["table"]:
        lines += ["", *(f"{what:<36}{value}" for what, value in row.items())]
    return lines


def _measured(campaign: Campaign, seed: int, seconds: float, workers: int) -> dict[str, object]:
    before, began = _cpu(), time.perf_counter()
    plan = make_plan(
        campaign.visits, campaign.shifts, campaign.travel, first_day=FIRST_DAY,
        days=campaign.days, seed=seed, seconds=seconds, workers=ProcessWorkers(workers),
    )  # fmt: skip
    wall, cpu = time.perf_counter() - began, _cpu() - before
    return {
        "budget, s": seconds, "wall, s": round(wall, 1), "CPU, s": round(cpu, 1),
        "visits per CPU second": round(len(plan.visits) / cpu, 1),
        "cost": plan.trace[-1][1], "settled": plan.settled,
        "unserved": len(plan.unserved), "urgent unserved": _urgent(plan),
        "broken rules": len(check(plan, campaign.travel)),
        "memory of the planner, MB": _peak(resource.RUSAGE_SELF),
        "memory of the largest process, MB": _peak(resource.RUSAGE_CHILDREN),
    }  # fmt: skip


def _cpu() -> float:
    """Seconds of this process and of those it has ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def _urgent(plan: Plan) -> int:
    urgent = {visit.visit_id for visit in plan.visits if visit.priority is Priority.URGENT}
    return sum(one.visit_id in urgent for one in plan.unserved)
