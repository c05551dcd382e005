"""VROOM (pyvroom, optional) as an engine: fast, and without a word before its end.

It knows hours, windows, pauses, kits, who may serve whom, ordered pairs and asymmetric travel. It
knows no tolls, no working time with waiting, no first and last stops, no two crews, no days between
attempts, no fairness, and priorities from 0 to 100 instead of penalties. Ties are cut beforehand
(`decoupling`), and what its routes break goes out and is offered again, exactly (`insertion`).
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planning.errors import Fault, InputError
from planning.routing.decoupling import decoupled
from planning.routing.engines import Answer, Found, Keeper, nothing
from planning.routing.insertion import Routes, insert_left, sound
from planning.routing.problem import Bools, Problem, Solution
from planning.routing.workers import Stop

if TYPE_CHECKING:
    from types import ModuleType

EXPLORATION = 5
"""How deep it searches, 0 to 5; the deepest finds the best routes and takes the longest."""

_NO_WAY = 10_000_000
"""Seconds (115 days) that no shift lasts, and that its own units can hold."""


def installed() -> bool:
    """True where pyvroom can be loaded."""
    return importlib.util.find_spec("vroom") is not None


def refuse_missing() -> None:
    """Raises InputError where pyvroom is not installed."""
    if not installed():
        words = "VROOM is not installed here: install pyvroom, or choose auto, ortools or ruin"
        raise InputError([Fault(words, field="engine", value="vroom")])


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 10.0,
    iterations: int | None = None,
    start: Solution | None = None,
    found: Found | None = None,
    stop: Stop | None = None,
) -> Answer:
    """See `engines.Engine`. One search on one core.

    VROOM has no seed: `seed` shuffles the visits, which makes a difference to it. `iterations` are
    its levels of exploration, 5 at most and without any. It cannot begin with `start`, and `stop`
    is asked only before the search.

    Raises:
        InputError: pyvroom is not installed.
    """
    refuse_missing()
    began = time.monotonic()
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    keeper = Keeper(problem, began, found, start)
    keeper.fill()
    stopped = stop is not None and stop()
    if not stopped:
        level = EXPLORATION if iterations is None else min(EXPLORATION, iterations)
        left = max(0.1, began + seconds - time.monotonic())
        routes = sound(problem, _routes(decoupled(problem, keeper.routes), seed, level, left))
        insert_left(problem, routes)
        keeper.offer(routes)
    return keeper.answer(capped=stopped or time.monotonic() - began >= seconds)


def _routes(problem: Problem, seed: int, level: int, seconds: float) -> Routes:
    """What VROOM answers."""
    kit = importlib.import_module("vroom")
    routes: Routes = [[] for _ in range(problem.shifts)]
    skills = _skills(problem)
    jobs = list(_jobs(kit, problem, skills))
    if not jobs:
        return routes
    asked = kit.Input()
    for mode, matrix in enumerate(problem.travel):
        asked.set_durations_matrix(str(mode), _durations(problem, matrix))
    for shift in range(problem.shifts):
        asked.add_vehicle(_vehicle(kit, problem, shift, skills))
    for at in np.random.default_rng(seed).permutation(len(jobs)):
        asked.add_job(jobs[at])
    solution = asked.solve(
        exploration_level=level, nb_threads=1, timeout=timedelta(seconds=seconds)
    )
    steps = solution.routes
    stops = steps[steps["type"].isin(["job", "pickup", "delivery"])]
    if len(stops):
        for vehicle, visit in zip(stops["vehicle_id"], stops["id"], strict=True):
            routes[int(vehicle) - 1].append(int(visit) - 1)
    return routes


def _durations(problem: Problem, matrix: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
    """Seconds; no way, and none before what comes first or after what comes last."""
    seconds = np.minimum(matrix, _NO_WAY).astype(np.uint32)
    seconds[: problem.visits, list(problem.first)] = _NO_WAY
    seconds[list(problem.last), : problem.visits] = _NO_WAY
    return seconds


Skills = dict[bytes, int]
"""A number for every set of shifts that visits are restricted to."""


def _skills(problem: Problem) -> Skills:
    sets = sorted({row.tobytes() for row in problem.allowed})
    return {able: number for number, able in enumerate(sets, start=1)}


def _vehicle(kit: ModuleType, problem: Problem, shift: int, skills: Skills) -> object:
    earliest, latest, duration = problem.pause[shift].tolist()
    window = kit.TimeWindow(earliest, latest)
    return kit.Vehicle(
        shift + 1,
        start=int(problem.origin[shift]),
        end=int(problem.office[shift]),
        profile=str(int(problem.mode[shift])),
        capacity=problem.capacity[shift].tolist(),
        time_window=kit.TimeWindow(int(problem.start[shift]), int(problem.end[shift])),
        breaks=[kit.Break(1, service=duration, time_windows=[window])] if duration else [],
        skills={number for able, number in skills.items() if able[shift]},
        max_travel_time=min(_NO_WAY, int(problem.work[shift])),
    )


def _jobs(kit: ModuleType, problem: Problem, skills: Skills) -> Iterator[object]:
    """One for every visit that some shift may serve; an ordered pair is a delivery."""
    able: Bools = np.asarray(problem.allowed.any(axis=1))
    halves = {half for pair in problem.pairs for half in pair}
    dearest = max(1, int(problem.penalty.max()))
    needs = [{skills[row.tobytes()]} for row in problem.allowed]
    worth = [_worth(int(penalty), dearest) for penalty in problem.penalty]
    windows = [[kit.TimeWindow(*one) for one in windows] for windows in problem.windows]
    for visit in np.flatnonzero(able).tolist():
        if visit not in halves and windows[visit]:
            yield kit.Job(
                visit + 1, location=visit, default_service=int(problem.service[visit]),
                delivery=kit.Amount(problem.load[visit].tolist()), skills=needs[visit],
                priority=worth[visit], time_windows=windows[visit],
            )  # fmt: skip
    for pair in problem.pairs:
        if able[list(pair)].all() and all(windows[half] for half in pair):
            steps = [
                kit.ShipmentStep(
                    half + 1, location=half, default_service=int(problem.service[half]),
                    time_windows=windows[half],
                )
                for half in pair
            ]  # fmt: skip
            yield kit.Shipment(
                *steps, amount=kit.Amount(problem.load[list(pair)].sum(axis=0).tolist()),
                skills=needs[pair[0]] | needs[pair[1]], priority=max(worth[half] for half in pair),
            )  # fmt: skip


def _worth(penalty: int, dearest: int) -> int:
    """Priority from 1 to 100 by the order of magnitude: penalties span more than it can hold."""
    return max(1, round(100 * math.log1p(penalty) / math.log1p(dearest)))
