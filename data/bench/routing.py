"""The routing engines beside OR-Tools' usual recipe, VROOM and PyVRP, in one run at equal CPU.

Every engine runs on one core with the same CPU seconds, one after the other; costs are computed and
rules checked by us, whatever an engine says of itself. Ours runs once more on two processes, for as
many seconds on the wall. What each took is shown in CPU seconds.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from data.bench import routing_engines
from data.bench.environments import environment, run
from data.bench.machine import machine
from data.bench.routing_instances import make_instance
from data.bench.routing_sample import sample_problem
from data.instances import read_instance, write_instance
from data.jobs import ProcessWorkers
from data.routing import solve_problem
from planning.routing import ortools_engine
from planning.routing.catalogue import engine
from planning.routing.checker import check_routes
from planning.routing.engines import Answer
from planning.routing.islands import CUT, load
from planning.routing.problem import Problem, Solution, cost
from planning.routing.workers import Note, Report

REQUIREMENTS = Path(__file__).with_name("routing.requirements.txt")
SECONDS = {60: 10.0, 250: 30.0, 1000: 60.0}
"""CPU budget by visits; other sizes get the next larger one's."""
HARD, LOADING = 3.0, 20.0
"""An engine is ended after so many times its budget, as some know no limit while they begin, plus
the seconds that a process may take to begin."""
OURS, TWO, USUAL, BEST, VROOM, PYVRP = (
    "ruin and recreate", "the same, 2 processes", "OR-Tools, usual recipe",
    "OR-Tools, our settings", "VROOM", "PyVRP",
)  # fmt: skip
NAMES = (OURS, TWO, USUAL, BEST, VROOM, PYVRP)
BEST_KNOWN = {"PCVRPTW-RC1_10_5": 250_982, "VRPTW-RC1_10_1": 457_907}
"""Costs of the best solutions known of public instances (PyVRP/Instances; the second is ten times
its published cost, as distances are in tenths)."""


@dataclass(frozen=True, slots=True)
class Run:
    """One engine on one instance with one seed."""

    instance: str
    engine: str
    seed: int
    cost: int | None
    """Travel and penalties; None where rules are broken or there is no answer."""
    unserved: int
    urgent: int
    """Protection-urgent visits among them."""
    faults: int
    """Rules broken."""
    cpu_s: float


def measure_routing(
    folder: Path,
    *,
    seeds: Sequence[int],
    sizes: Sequence[int],
    further: int,
    engines: Sequence[str] = NAMES,
    sample: bool = False,
    seconds: float | None = None,
    report: Report,
) -> dict[str, object]:
    """All engines on the instances in `folder` and on `further` made ones of every size.

    Args:
        folder: instances somewhere below it, a folder each; those whose number of visits is in
            `sizes` are taken.
        seeds: of the engines that have one.
        sizes: numbers of visits.
        further: instances to make for every size, with seeds of their own.
        engines: which of `NAMES`.
        sample: whether the sample's largest municipality is asked, too; PyVRP cannot be.
        seconds: budget instead of `SECONDS`.
        report: told the share done.

    Raises:
        InputError: an instance is damaged, or the peers cannot be had.
    """
    peers = environment("routing-peers", REQUIREMENTS) if {VROOM, PYVRP} & set(engines) else None
    report(0.0, "loading the search")
    load("ruin", ProcessWorkers(1))  # what is compiled once is no engine's time
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        paths = [*_known(folder, sizes), *_made(Path(scratch), sizes, further)]
        asked = [_Asked(path.name, read_instance(path), path) for path in paths]
        if sample:
            asked.append(_Asked("sample", sample_problem(Path(scratch) / "sample", report)))
        tasks = [(one, name, seed) for one in asked for name in engines for seed in seeds]
        for at, (one, name, seed) in enumerate(tasks):
            report(at / len(tasks), f"{one.name}: {name}")
            if name == VROOM and seed != seeds[0]:
                continue  # it has no seed
            if name == TWO and one.problem.visits < 2 * CUT:
                continue  # the work on smaller problems is not shared out
            if name == PYVRP and one.path is None:
                continue
            runs.append(_measure(one, name, seed, seconds, peers))
    return {"machine": machine(), "runs": [asdict(one) for one in runs], "table": _table(runs)}


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures in lines: mean over seeds, and the ratio of ours to each."""
    lines = [figures["machine"]]
    for row in figures["table"]:
        told = "broke rules" if row["cost"] is None else f"{row['cost']:>12,.0f}"
        ratio = "" if row["ours over it"] is None else f"{row['ours over it']:.3f}"
        if row["over best known"] is not None:
            ratio += f"  {row['over best known']:+.1%} over best known"
        lines.append(
            f"{row['instance']:<22}{row['engine']:<24}{told:>13} unserved {row['unserved']:>6.1f} "
            f"urgent {row['urgent']:>4.1f}  CPU {row['cpu_s']:>6.1f} s  {ratio}"
        )
    return lines


def _table(runs: Sequence[Run]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for instance in dict.fromkeys(one.instance for one in runs):
        here = [one for one in runs if one.instance == instance]
        ours = _mean_cost([one for one in here if one.engine == OURS])
        for name in dict.fromkeys(one.engine for one in here):
            of = [one for one in here if one.engine == name]
            theirs = _mean_cost(of)
            rows.append({
                "instance": instance, "engine": name, "cost": theirs,
                "unserved": mean(one.unserved for one in of),
                "urgent": mean(one.urgent for one in of),
                "cpu_s": mean(one.cpu_s for one in of),
                "ours over it": ours / theirs if ours and theirs else None,
                "over best known": theirs / BEST_KNOWN[instance] - 1
                if theirs and instance in BEST_KNOWN else None,
            })  # fmt: skip
    return rows


def _mean_cost(runs: Sequence[Run]) -> float | None:
    costs = [one.cost for one in runs if one.cost is not None]
    return mean(costs) if costs and len(costs) == len(runs) else None


def _known(folder: Path, sizes: Sequence[int]) -> Iterator[Path]:
    for file in sorted(folder.rglob("instance.json")):
        if _visits(file.parent) in sizes:
            yield file.parent


def _visits(folder: Path) -> int:
    """How many visits the instance has; nothing else of it is looked at."""
    held = json.loads((folder / "instance.json").read_text(encoding="utf-8"))
    return len(held.get("visits", ()))


def _made(scratch: Path, sizes: Sequence[int], further: int) -> Iterator[Path]:
    for size in sizes:
        for seed in range(further):
            path = scratch / f"made {size}, seed {seed}"
            write_instance(path, *make_instance(size, seed))
            yield path


def _budget(visits: int) -> float:
    return next((each for size, each in SECONDS.items() if visits <= size), SECONDS[1000])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A problem that the engines are asked."""

    name: str
    problem: Problem
    path: Path | None = None
    """Where it lies as an instance, for engines that are not ours; None where it is none."""


def _measure(asked: _Asked, name: str, seed: int, seconds: float | None, peers: Path | None) -> Run:
    problem = asked.problem
    budget = seconds or _budget(problem.visits)
    if name in (VROOM, PYVRP) and asked.path is not None:
        assert peers is not None
        routes, cpu = _ask_peer(peers, name, asked.path, problem, budget, seed)
    elif name == TWO:
        routes, cpu = _ask_two(problem, budget, seed)
    else:
        routes, cpu = _ask_own(name, problem, budget, seed)
    faults = check_routes(problem, routes)
    served = {visit for route in routes for visit in route}
    left = [visit for visit in range(problem.visits) if visit not in served]
    return Run(
        instance=asked.name, engine=name, seed=seed,
        cost=None if faults else cost(problem, routes),
        unserved=len(left), urgent=int((problem.priority[left] == 2).sum()),
        faults=len(faults), cpu_s=round(cpu, 1),
    )  # fmt: skip


def _ask_peer(
    python: Path, name: str, path: Path, problem: Problem, seconds: float, seed: int
) -> tuple[Solution, float]:
    script = Path(routing_engines.__file__)
    peer = {VROOM: "vroom", PYVRP: "pyvrp"}[name]
    words: list[str | Path] = [python, script, peer, path, str(seconds), str(seed)]
    said = json.loads(run(words, name).splitlines()[-1])
    routes = [
        tuple(visit - 1 for visit in said["routes"].get(shift, ())) for shift in problem.shift_ids
    ]
    return tuple(routes), float(said["cpu_s"])


def _ask_two(problem: Problem, seconds: float, seed: int) -> tuple[Solution, float]:
    """Ours on two processes; the seconds are those of the wall, times two."""
    began = time.perf_counter()
    answer = solve_problem(problem, seed=seed, seconds=seconds, workers=2)
    return answer.routes, 2 * (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    problem: Problem
    seconds: float
    seed: int


def _ask_own(name: str, problem: Problem, seconds: float, seed: int) -> tuple[Solution, float]:
    (done,) = ProcessWorkers(1).map(
        _search, [_Task(name, problem, seconds, seed)], hard_seconds=HARD * seconds + LOADING
    )
    if not isinstance(done.value, tuple):
        return ((),) * problem.shifts, HARD * seconds
    answer, cpu = done.value
    return answer.routes, cpu


_ENGINES = {OURS: "ruin", BEST: "ortools", VROOM: "vroom"}
"""What the catalogue calls them. VROOM is asked so where there is no instance for it to read."""


def _search(task: object, note: Note) -> object:
    """(answer, CPU seconds) of one engine of ours, in a process of its own."""
    assert isinstance(task, _Task)
    solve: Callable[..., Answer] = (
        ortools_engine.solve_usual if task.name == USUAL else engine(_ENGINES[task.name])
    )
    if task.name == OURS:
        solve = partial(solve, clock=time.process_time)
    note((Answer(((),) * task.problem.shifts, 0, capped=True, trace=()), 0.0))
    before = time.process_time()
    answer = solve(task.problem, seed=task.seed, seconds=task.seconds)
    return answer, time.process_time() - before
