"""The routing engines in processes of their own, on a problem as it is."""

from __future__ import annotations

import time

from data.jobs import ProcessWorkers
from planning.routing import islands
from planning.routing.checker import check_routes
from planning.routing.engines import Answer
from planning.routing.problem import Problem
from planning.routing.workers import Report, Stop


def solve_problem(
    problem: Problem,
    *,
    engine: str = "auto",
    seed: int = 0,
    seconds: float = 30.0,
    iterations: int | None = None,
    workers: int = 1,
    report: Report | None = None,
    stop: Stop | None = None,
) -> Answer:
    """The best routes found within `seconds`, checked; see `planning.routing.islands.solve`."""
    began = time.monotonic()
    with ProcessWorkers(workers).kept() as kept:
        if islands.load(engine, kept):
            began = time.monotonic()  # compiling, once per installation, is no search time
        answer = islands.solve(
            problem, name=engine, seed=seed, iterations=iterations,
            seconds=max(0.5, seconds - (time.monotonic() - began)),
            workers=kept, report=report, stop=stop,
        )  # fmt: skip
    broken = check_routes(problem, answer.routes)
    if broken:
        raise RuntimeError("the routes break their own rules: " + "; ".join(broken[:10]))
    return answer
