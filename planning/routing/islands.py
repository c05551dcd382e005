"""One problem on several processes: the same search side by side, in rounds, with exchange.

First every process searches the whole problem from its own seed, shortly, and the best plan goes
on. Then the shifts are cut, each round another way, into as many neighbourhoods as there are
processes; each cools its own a step further, and all are put together again. So the processes share
the work instead of doing it twice, and no cut lasts. Small problems are not cut: all processes go
on with the best plan from seeds of their own. One process alone has one round.

With iterations as the budget no clock decides anything: the same seed and number of processes give
the same plan.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.routing.catalogue import engine
from planning.routing.engines import Answer, nothing
from planning.routing.problem import Ints, Problem, Solution, cost
from planning.routing.workers import Finished, Note, Report, Stop, Workers

ROUNDS, ROUND = 10, 6.0
"""Rounds with exchange, and seconds each has at least: new processes load the engine in every one.
Measured with 2.4 million iterations on each of two processes, 1,000 visits: 967,000 after 5 rounds,
941,000 after 10; one process alone 971,000."""
WHOLE = 0.05
"""Share of the budget for the first round, and for the last: all processes on the whole problem."""
CUT = 150
"""Visits a neighbourhood must have for a problem to be cut."""
GRACE = 0.03
"""Share of the seconds, beyond them, after which processes are killed."""


@dataclass(frozen=True, slots=True)
class Task:
    """A search for one process."""

    problem: Problem
    engine: str
    seed: int
    until: float
    """When it must be over, on `time.monotonic`, which all processes of a machine share."""
    iterations: int | None
    start: Solution | None
    cooling: tuple[float, float]
    """Shares of the way from hot to cold that this search goes."""
    last: bool
    """True where it ends with the choice among all routes met."""


def run_task(task: object, note: Note) -> object:
    """Runs the engine of a `Task`, and notes better answers on the way."""
    if not isinstance(task, Task):
        raise TypeError("run_task takes a Task")

    def found(routes: Solution, value: int) -> None:
        note(Answer(routes, value, capped=True, trace=()))

    if task.engine == "ortools":
        return engine(task.engine)(
            task.problem, seed=task.seed, seconds=_seconds(task), iterations=task.iterations,
            start=task.start, found=found,
        )  # fmt: skip
    from planning.routing.ruin.engine import Cooling, prepare, solve

    prepare(choose=task.last)
    return solve(
        task.problem, seed=task.seed, seconds=_seconds(task), iterations=task.iterations,
        start=task.start, found=found, cooling=Cooling().part(*task.cooling), choose=task.last,
    )  # fmt: skip


def _seconds(task: Task) -> float:
    """What is left for the search once the engine is loaded."""
    return max(0.2, task.until - time.monotonic())


def solve(
    problem: Problem,
    *,
    name: str = "auto",
    seed: int = 0,
    seconds: float = 10.0,
    iterations: int | None = None,
    workers: Workers,
    report: Report | None = None,
    stop: Stop | None = None,
) -> Answer:
    """The best routes that processes of their own find within `seconds`; see `engines.Engine`.

    Args:
        problem: visits and shifts as arrays.
        name: of the engine; "ortools" searches in one process whatever `workers` has.
        seed: with iterations, the same seed and number of processes give the same plan.
        seconds: wall clock at most; processes are killed rather than let far past it.
        iterations: budget of each process instead.
        workers: where it is searched.
        report: told the share done.
        stop: when True, the best plan so far is the answer.
    """
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    return _Archipelago(problem, name, seed, seconds, iterations, workers, report, stop).run()


class _Archipelago:
    """The best plan so far, and the rounds that better it."""

    def __init__(
        self,
        problem: Problem,
        name: str,
        seed: int,
        seconds: float,
        iterations: int | None,
        workers: Workers,
        report: Report | None,
        stop: Stop | None,
    ) -> None:
        self._problem, self._name, self._seed = problem, name, seed
        self._seconds, self._iterations = seconds, iterations
        self._workers, self._report, self._stop = workers, report, stop
        self._began = time.monotonic()
        self._best = nothing(problem)
        self._trace: list[tuple[float, float]] = []
        self._capped = iterations is None

    def run(self) -> Answer:
        """All rounds."""
        rounds = self._rounds()
        for at, (begins, ends) in enumerate(rounds):
            last = at == len(rounds) - 1
            parts = [self._whole()] * self._workers.processes
            if self._name == "ortools":
                parts = parts[:1]
            elif at > 0 and not last:
                parts = self._cut(at) or parts
            self._round(at, parts, (begins, ends), last=last)
            if self._stop is not None and self._stop():
                self._capped = True
                break
        return replace(self._best, capped=self._capped, trace=tuple(self._trace))

    def _rounds(self) -> list[tuple[float, float]]:
        """Shares of the budget at which each round begins and ends."""
        rounds = ROUNDS if self._iterations else min(ROUNDS, int(self._seconds / ROUND))
        if rounds < 3 or self._name == "ortools" or self._workers.processes == 1:
            return [(0.0, 1.0)]
        between = (1 - 2 * WHOLE) / (rounds - 2)
        ends = [*(WHOLE + between * at for at in range(rounds - 1)), 1.0]
        return list(zip([0.0, *ends[:-1]], ends, strict=True))

    def _whole(self) -> Part:
        return tuple(range(self._problem.visits)), tuple(range(self._problem.shifts))

    def _cut(self, at: int) -> list[Part]:
        if self._problem.visits < CUT * self._workers.processes:
            return []
        random = np.random.default_rng((self._seed, at))
        return list(cut(self._problem, self._best.routes, self._workers.processes, random))

    def _round(
        self, at: int, parts: Sequence[Part], span: tuple[float, float], *, last: bool
    ) -> None:
        left = self._seconds - (time.monotonic() - self._began)
        ends = self._seconds * (1 - span[1])
        if left <= ends:
            return
        tasks = [
            Task(
                problem=self._problem.part(*part),
                engine=self._name,
                seed=self._seed + 1_000 * at + index,
                until=time.monotonic() + left - ends,
                iterations=self._steps(span),
                start=self._start(part) if at else None,
                cooling=span,
                last=last,
            )
            for index, part in enumerate(parts)
        ]
        finished = self._workers.map(
            run_task,
            tasks,
            hard_seconds=left - ends + GRACE * self._seconds,
            report=self._report,
            stop=self._stop,
        )
        self._take(parts, finished)

    def _steps(self, span: tuple[float, float]) -> int | None:
        """Iterations of every process in one round."""
        if self._iterations is None:
            return None
        return max(1, int(self._iterations * (span[1] - span[0])))

    def _start(self, part: Part) -> Solution:
        new = {visit: index for index, visit in enumerate(part[0])}
        return tuple(tuple(new[v] for v in self._best.routes[s]) for s in part[1])

    def _take(self, parts: Sequence[Part], finished: Sequence[Finished]) -> None:
        """Puts together what the parts found, as far as it is better than before."""
        for part, done in zip(parts, finished, strict=True):
            self._capped |= not done.complete
            if not isinstance(done.value, Answer):
                continue
            self._capped |= done.value.capped
            visits, shifts = part
            routes = list(self._best.routes)
            for shift, route in zip(shifts, done.value.routes, strict=True):
                routes[shift] = tuple(visits[visit] for visit in route)
            value = cost(self._problem, routes)
            if value < self._best.cost:
                self._best = Answer(tuple(routes), value, capped=False, trace=())
                spent = round(time.monotonic() - self._began, 2)
                self._trace.append((spent, float(value)))


Part = tuple[tuple[int, ...], tuple[int, ...]]
"""Visits and shifts that are searched together."""


def cut(
    problem: Problem, routes: Solution, pieces: int, random: np.random.Generator
) -> Iterator[Part]:
    """Cuts the shifts into `pieces` by how far their routes lie from a visit drawn at random.

    Each visit goes with its shift, an absent one (with its other half) to the piece whose routes
    that may serve it come nearest.
    """
    matrix = problem.travel[0]
    pivot = int(random.integers(problem.visits))
    far = [float(np.median(matrix[pivot, list(r)])) if r else 0.0 for r in routes]
    order = np.argsort(far, kind="stable")
    piece = np.empty(problem.shifts, dtype=np.int64)
    piece[order] = np.arange(problem.shifts) * pieces // problem.shifts
    home = _homes(problem, routes, piece)
    for one in range(pieces):
        visits, shifts = np.flatnonzero(home == one), np.flatnonzero(piece == one)
        yield tuple(visits.tolist()), tuple(shifts.tolist())


def _homes(problem: Problem, routes: Solution, piece: Ints) -> Ints:
    """(V,) the piece of every visit."""
    shift_of = np.full(problem.visits, -1, dtype=np.int64)
    for shift, route in enumerate(routes):
        shift_of[list(route)] = shift
    served = np.flatnonzero(shift_of >= 0)
    home = np.zeros(problem.visits, dtype=np.int64)
    home[served] = piece[shift_of[served]]
    second = {b: a for a, b in problem.pairs}
    for visit in np.flatnonzero(shift_of < 0).tolist():
        able = served[problem.allowed[visit, shift_of[served]]]
        if len(able):
            nearest = able[np.argmin(problem.travel[0][visit, able])]
            home[visit] = piece[shift_of[nearest]]
    for later, first in second.items():
        home[later] = home[first]
    return home
