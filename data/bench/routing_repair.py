"""Repairs of a published plan beside free searches: what moves, what it costs, how long it takes.

There are two free searches, neither of which asks what moves. One goes on from the published
routes: it has the same luck, and what it finds beyond the repair is the price of moving little. The
other plans anew and swings by a few per cent of travel, as the published plan does: of three seeds,
each is that of median cost. What happens when nothing has happened is a row of its own: what was
left to find in the published plan, and the luck.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from statistics import mean, stdev
from typing import Any

import numpy as np

from data.bench.machine import machine
from data.bench.routing_scale import FIRST_DAY, SKILLS, Size, make_campaign
from planning.model import Begun, Member, Mode, Plan, Priority, Visit
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.insertion import sound
from planning.routing.moves import lay_out
from planning.routing.planner import Inline, make_plan, routes_of
from planning.routing.problem import cost, route_travel
from planning.routing.repair import (
    MemberLost,
    RoadClosed,
    ShiftChanged,
    TeamLost,
    Underway,
    VisitAdded,
    VisitRemoved,
    repair,
)
from planning.routing.whatif import Change, Inputs
from planning.stores import Report

VISITS, SPARE = 250, 30
"""Of the published plan, and doors beside it that may be added."""
SIZE = Size(VISITS + SPARE, teams=6, days=5)
WORLDS = range(40, 56)
"""Seeds of campaigns, each with a published plan, among which the events are dealt out: others than
those on which a move's price was chosen."""
SEEDS = 3
"""Of every plan that is made anew."""
FREE_SEEDS = 2
"""Seeds of the search that goes on from the published routes; their mean is compared."""
SECONDS = 300.0
"""Of such a plan: more than its steps need, so that no clock decides."""
DETOUR, CUT_OFF = 600, 8
"""Seconds that a closed road costs, and neighbouring doors that it costs them."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Run:
    """One event on one published plan."""

    kind: str
    moved: float
    """Part of the stops that could have stayed on their team and day but did not."""
    travel: float
    """Beyond that of the free search from the published routes, as a part of it."""
    cost: float
    """The same, of the whole objective but the wish to stay close."""
    free_moved: float
    """Part of the stops that this free search moves."""
    anew: float
    """Travel beyond that of the plan made anew, as a part of it."""
    anew_cost: float
    """The same, of the whole objective."""
    left: int
    """Visits left out, more than in the plan made anew."""
    urgent: int
    """Protection-urgent ones among them."""
    cpu_s: float
    """Of the repair, on all cores together."""
    wall_s: float
    """The same on the clock."""


def measure_repair(*, events: int, report: Report) -> dict[str, object]:
    """`events` of every kind, repaired and searched freely."""
    worlds = []
    seeds = WORLDS[:events]
    for done, seed in enumerate(seeds):
        report(done / len(seeds) / 10, "publishing plans")
        worlds.append(_World.made(seed))
    tasks = [(kind, at) for kind in KINDS for at in range(events)]
    runs = []
    for done, (kind, at) in enumerate(tasks):
        report(0.1 + 0.9 * done / len(tasks), kind)
        runs.append(_measure(kind, worlds[at % len(worlds)], random.Random(f"{kind} {at}")))
    return {"machine": machine(), "runs": [asdict(one) for one in runs], "table": _table(runs)}


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures in lines, a kind of event each."""
    lines = [figures["machine"]]
    for row in figures["table"]:
        lines.append(
            f"{row['kind']:<10}{row['events']:>4} times  moved {row['moved']:6.2%} "
            f"(at most {row['moved at most']:6.2%}, free {row['free_moved']:6.2%})  "
            f"travel {row['travel']:+6.2%} ± {row['travel error']:.2%}  "
            f"cost {row['cost']:+6.2%}  "
            f"anew: {row['anew']:+6.2%}, {row['anew_cost']:+6.2%}  "
            f"left {row['left']:+3d}, urgent {row['urgent']:+d}  "
            f"{row['wall_s']:.2f} s (at most {row['wall_s at most']:.2f}), "
            f"CPU {row['cpu_s']:.2f} s (at most {row['cpu_s at most']:.2f})"
        )
    return lines


def _table(runs: Sequence[Run]) -> list[dict[str, object]]:
    """A row for each kind, and one for all that is an event."""
    rows = [_row(kind, [one for one in runs if one.kind == kind]) for kind in KINDS]
    return [*rows, _row("all", [one for one in runs if one.kind != "nothing"])]


def _row(name: str, runs: Sequence[Run]) -> dict[str, object]:
    """Means, the most of some, the standard error of travel's mean, and sums of what is left."""
    every = {field: [one[field] for one in map(asdict, runs)] for field in asdict(runs[0])}
    means = ("moved", "travel", "cost", "free_moved", "anew", "anew_cost", "cpu_s", "wall_s")
    return {
        "kind": name,
        "events": len(runs),
        **{field: mean(every[field]) for field in means},
        **{f"{field} at most": max(every[field]) for field in ("moved", "cpu_s", "wall_s")},
        "travel error": stdev(every["travel"]) / len(runs) ** 0.5 if len(runs) > 1 else 0.0,
        **{field: sum(every[field]) for field in ("left", "urgent")},
    }


@dataclass(frozen=True, slots=True)
class _World:
    """A campaign that is published, and doors that it does not know yet."""

    inputs: Inputs
    plan: Plan
    spare: tuple[Visit, ...]

    @classmethod
    def made(cls, seed: int) -> _World:
        campaign = make_campaign(SIZE, seed)
        inputs = Inputs(
            campaign.visits[:VISITS], campaign.shifts, campaign.travel, FIRST_DAY, campaign.days
        )
        return cls(inputs, _anew(inputs, range(SEEDS)), campaign.visits[VISITS:])


def _anew(inputs: Inputs, seeds: Sequence[int]) -> Plan:
    """Of the plans that are made with these seeds, that of the median cost."""
    plans = [_searched(inputs, seed) for seed in seeds]
    return sorted(plans, key=lambda plan: _worth(plan, inputs)[1])[len(plans) // 2]


def _searched(inputs: Inputs, seed: int, start: Plan | None = None) -> Plan:
    """A free search, from these routes where they are given."""
    return make_plan(
        inputs.visits, inputs.shifts, inputs.travel, first_day=inputs.first_day,
        days=inputs.days, seed=seed, seconds=SECONDS, workers=Inline(),
        conditions=inputs.conditions, start=start,
    )  # fmt: skip


def _measure(kind: str, world: _World, draw: random.Random) -> Run:
    events = KINDS[kind](world, draw)
    before, began = time.process_time(), time.perf_counter()
    repaired = repair(world.plan, events, world.inputs.travel)
    cpu, wall = time.process_time() - before, time.perf_counter() - began
    inputs = world.inputs
    for event in events:
        inputs = event.on(inputs)
    other = _anew(inputs, range(SEEDS, 2 * SEEDS))
    freed = [_searched(inputs, SEEDS + seed, start=world.plan) for seed in range(FREE_SEEDS)]
    travel, total = _worth(repaired, inputs)
    other_travel, other_total = _worth(other, inputs)
    free_travel, free_total = np.mean([_worth(each, inputs) for each in freed], axis=0).tolist()
    return Run(
        kind, moved(world.plan, repaired, inputs),
        travel / free_travel - 1, total / free_total - 1,
        mean(moved(world.plan, each, inputs) for each in freed),
        travel / other_travel - 1, total / other_total - 1,
        len(repaired.unserved) - len(other.unserved), _urgent(repaired) - _urgent(other), cpu, wall,
    )  # fmt: skip


def _worth(plan: Plan, inputs: Inputs) -> tuple[int, int]:
    """(seconds of travel, whole cost), whatever was published before."""
    free = replace(plan, conditions=replace(plan.conditions, published=()))
    board = lay_out(free, inputs.travel)
    ways = (route_travel(board.whole, shift, route) for shift, route in enumerate(board.routes))
    return sum(ways), cost(board.whole, board.routes)


def moved(plan: Plan, repaired: Plan, inputs: Inputs) -> float:
    """Part of the stops that could all have stayed where they were, but did not."""
    problem, _ = everything(
        inputs.visits, inputs.shifts, inputs.travel, Calendar(inputs.first_day, inputs.days),
        inputs.conditions,
    )  # fmt: skip
    could = sound(problem, routes_of(plan, problem))
    stays = {problem.visit_ids[row]: problem.shift_ids[s] for s, r in enumerate(could) for row in r}
    now = {stop.visit_id: route.shift_id for route in repaired.routes for stop in route.stops}
    return mean(now.get(visit) != shift for visit, shift in stays.items())


def _urgent(plan: Plan) -> int:
    urgent = {visit.visit_id for visit in plan.visits if visit.priority is Priority.URGENT}
    return sum(one.visit_id in urgent for one in plan.unserved)


# --- what happens -------------------------------------------------------------------------------

Draw = Callable[[_World, random.Random], list[Change]]


def _nothing(*_: object) -> list[Change]:
    return []


def _added(world: _World, draw: random.Random, *, urgent: bool = False) -> list[Change]:
    visit = replace(draw.choice(world.spare), priority=Priority.NORMAL)
    if urgent:
        by = FIRST_DAY + timedelta(days=draw.randrange(3))
        visit = replace(visit, priority=Priority.URGENT, deadline=by, windows=())
    return [VisitAdded(visit)]


def _removed(world: _World, draw: random.Random) -> list[Change]:
    return [VisitRemoved(draw.choice(draw.choice(world.plan.routes).stops).visit_id)]


def _overrun(world: _World, draw: random.Random) -> list[Change]:
    """A visit in the middle of a day takes an hour longer."""
    route = draw.choice([each for each in world.plan.routes if len(each.stops) > 2])
    *made, last = route.stops[: draw.randrange(1, len(route.stops))]
    pause = route.pause_start
    rested = pause if pause is not None and pause <= last.start else None
    stops = (*made, replace(last, departure=last.departure + HOUR))
    return [Underway(Begun(route.shift_id, route.departure, stops, rested))]


def _team_lost(world: _World, draw: random.Random) -> list[Change]:
    route = draw.choice(world.plan.routes)
    return [TeamLost(route.team_id, route.day)]


def _member_lost(world: _World, draw: random.Random) -> list[Change]:
    route = draw.choice(world.plan.routes)
    team = tuple(Member(f"{route.team_id}-{skill}", institution=skill) for skill in SKILLS)
    (present,) = (each.members for each in world.inputs.shifts if each.shift_id == route.shift_id)
    days = frozenset({route.day, route.day + timedelta(days=1)})
    return [MemberLost(route.team_id, draw.choice(present), team, days)]


def _shorter(world: _World, draw: random.Random) -> list[Change]:
    """A day ends two hours earlier."""
    shift = draw.choice(world.inputs.shifts)
    return [ShiftChanged(shift.shift_id, end=shift.end - 2 * HOUR)]


def _road_closed(world: _World, draw: random.Random) -> list[Change]:
    """Some neighbouring doors are a detour away from everything else."""
    table = world.inputs.travel[Mode.DRIVE]
    door = draw.randrange(VISITS)
    inside = np.zeros(len(table.keys), dtype=np.bool_)
    inside[np.argsort(table.seconds[door, :VISITS], kind="stable")[:CUT_OFF]] = True
    detour = np.float32(DETOUR) * (inside[:, None] != inside)
    return [RoadClosed({Mode.DRIVE: replace(table, seconds=table.seconds + detour)})]


KINDS: Mapping[str, Draw] = {
    "nothing": _nothing, "added": _added, "urgent": partial(_added, urgent=True),
    "removed": _removed, "overrun": _overrun, "team's day": _team_lost, "member": _member_lost,
    "shorter": _shorter, "road": _road_closed,
}  # fmt: skip
