"""One problem on several processes: the same search side by side, in rounds, with exchange.

First the whole problem is searched from two seeds, shortly, and the better plan goes on. Then the
shifts are cut, each round another way, into neighbourhoods; each cools its own a step further, and
all are put together again. So the processes share the work instead of doing it twice, and no cut
lasts. Small problems are not cut: they go on with the best plan from other seeds.

With iterations as the budget no clock decides anything as long as they fit into the seconds: the
same seed and number of neighbourhoods give the same plan, whatever the number of processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.routing.catalogue import engine
from planning.routing.engines import Answer, nothing
from planning.routing.parts import Part, cut, whole
from planning.routing.problem import Problem, Solution, cost, route_travel, team_hours
from planning.routing.workers import Finished, Note, Report, Stop, Workers
from planning.travel import compiled

ROUNDS, ROUND = 10, 2.0
"""Rounds with exchange, and seconds each has at least. Measured with 2.4 million iterations on each
of two processes, 1,000 visits: 967,000 after 5 rounds, 941,000 after 10; one process alone
971,000."""
WHOLE = 0.05
"""Share of the budget for the first round, and for the last: the whole problem."""
SIDES = 2
"""Searches of the whole problem in those rounds."""
LARGE, LARGE_WHOLE, LARGE_ROUND = 2_000, 0.14, 5.0
"""Visits from which one search of the whole problem is enough to begin with, because of its memory;
its share of the budget: 5,000 visits are all on some route after 8 s, and one process works alone
until then; seconds that a round has at least, as laying out takes some of them. There is no whole
search at the end."""
CUT = 150
"""Visits a neighbourhood must have for a problem to be cut."""
GRACE = 0.03
"""Share of the seconds, beyond them, after which processes are killed."""
COMPILED = 180.0
"""Seconds after which processes that compile are given up."""
WARM = 0.4
"""Where on the way from hot to cold a search begins that has a plan to begin with."""


@dataclass(frozen=True, slots=True)
class Task:
    """A search for one process."""

    problem: Problem
    engine: str
    seed: int
    seconds: float
    """For itself, from its own beginning."""
    until: float
    """When it must be over, on `time.monotonic`, which all processes of a machine share."""
    iterations: int | None
    start: Solution | None = None
    cooling: tuple[float, float] = (0.0, 1.0)
    """Shares of the way from hot to cold that this search goes."""
    last: bool = True
    """True where it ends with the choice among all routes met."""


def run_task(task: object, note: Note) -> object:
    """Runs the engine of a `Task`, and notes better answers on the way.

    The trace of the answer has the times of `time.monotonic`.
    """
    if not isinstance(task, Task):
        raise TypeError("run_task takes a Task")

    def found(routes: Solution, value: int) -> None:
        note(Answer(routes, value, capped=True, trace=()))

    began, seconds = time.monotonic(), _seconds(task)
    if not is_ruin(task.engine):
        answer = engine(task.engine)(
            task.problem, seed=task.seed, seconds=seconds, iterations=task.iterations,
            start=task.start, found=found,
        )  # fmt: skip
        return _since(answer, began)
    from planning.routing.ruin.engine import Cooling, prepare, solve
    from planning.routing.ruin.hurry import Hurried

    prepare(choose=task.last)
    began, seconds = time.monotonic(), _seconds(task)
    cooling = Hurried(Cooling().part(*task.cooling), seconds)
    answer = solve(
        task.problem, seed=task.seed, seconds=seconds, iterations=task.iterations,
        start=task.start, found=found, cooling=cooling, choose=task.last,
    )  # fmt: skip
    return _since(replace(answer, capped=answer.capped or cooling.led), began)


def _since(answer: Answer, began: float) -> Answer:
    return replace(answer, trace=tuple((began + spent, value) for spent, value in answer.trace))


def load(name: str, workers: Workers) -> bool:
    """Loads the engine in every process; True where kernels were compiled first.

    That takes some 40 seconds, once for an installation: time that is no search's.
    """
    if not is_ruin(name):
        return False
    finished = workers.map(_load, [None] * workers.processes, hard_seconds=COMPILED)
    return any(done.value is True for done in finished)


def _load(_payload: object, _note: Note) -> object:
    from planning.routing.ruin.engine import prepare

    return prepare()


def is_ruin(name: str) -> bool:
    """True where that name means ruin and recreate."""
    return name == "ruin" or (name == "auto" and compiled.installed())


def _seconds(task: Task) -> float:
    """What is left for the search once the engine is loaded."""
    return max(0.2, min(task.seconds, task.until - time.monotonic()))


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
    start: Solution | None = None,
    pieces: int | None = None,
    found: Callable[[Answer], None] | None = None,
) -> Answer:
    """The best routes that processes of their own find within `seconds`; see `engines.Engine`.

    Args:
        problem: visits and shifts as arrays.
        name: of the engine; "ortools" searches in one process whatever `workers` has.
        seed: with iterations, the same seed and number of neighbourhoods give the same plan.
        seconds: wall clock at most; processes are killed rather than let far past it.
        iterations: budget of each of `pieces` instead.
        workers: where it is searched.
        report: told the share done.
        stop: when True, the best plan so far is the answer.
        start: routes to begin with, and then less hot.
        pieces: neighbourhoods of a round; as many as processes where None.
        found: told what processes find that have the whole problem, and every better plan.
    """
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    pieces = workers.processes if pieces is None else pieces
    with workers.kept() as kept:
        request = _Request(problem, name, seed, seconds, iterations, max(1, pieces), start)
        return _Archipelago(request, kept, report, stop, found).run()


@dataclass(frozen=True, slots=True)
class _Request:
    """What `solve` is asked."""

    problem: Problem
    name: str
    seed: int
    seconds: float
    iterations: int | None
    pieces: int
    start: Solution | None


class _Archipelago:
    """The best plan so far, and the rounds that better it."""

    def __init__(
        self,
        request: _Request,
        workers: Workers,
        report: Report | None,
        stop: Stop | None,
        found: Callable[[Answer], None] | None,
    ) -> None:
        self._found = found
        self._asked, self._problem = request, request.problem
        self._workers, self._report, self._stop = workers, report or _silent, stop or _never
        self._began = time.monotonic()
        self._best = nothing(self._problem)
        self._trace: list[tuple[float, float]] = []
        self._capped = request.iterations is None

    def run(self) -> Answer:
        """All rounds."""
        rounds = self._rounds()
        for at, span in enumerate(rounds):
            self._round(at, self._parts(at, len(rounds)), span, last=at == len(rounds) - 1)
            self._report(span[1], f"{at + 1} of {len(rounds)}")
            if self._stop():
                self._capped = True
                break
        return replace(self._best, capped=self._capped, trace=tuple(self._trace))

    def _rounds(self) -> list[tuple[float, float]]:
        """Shares of the budget at which each round begins and ends."""
        asked = self._asked
        shortest = LARGE_ROUND if self._is_large else ROUND
        rounds = ROUNDS
        if asked.iterations is None or self._is_large:
            rounds = min(ROUNDS, int(asked.seconds / shortest))
        if rounds < 3 or not is_ruin(asked.name) or asked.pieces == 1:
            return [(0.0, 1.0)]
        first = LARGE_WHOLE if self._is_large else WHOLE
        last = 1.0 if self._is_large else 1 - WHOLE
        between = np.linspace(first, last, rounds if self._is_large else rounds - 1).tolist()
        ends = between if self._is_large else [*between, 1.0]
        return list(zip([0.0, *ends[:-1]], ends, strict=True))

    @property
    def _is_large(self) -> bool:
        return self._problem.visits >= LARGE

    def _parts(self, at: int, rounds: int) -> list[Part]:
        """What is searched side by side in a round."""
        everything = [whole(self._problem)]
        if rounds == 1:
            return everything
        if at == 0:
            return everything if self._is_large else everything * SIDES
        if at == rounds - 1 and not self._is_large:
            return everything * SIDES
        if self._problem.visits < CUT * self._asked.pieces:
            return everything * self._asked.pieces
        random = np.random.default_rng((self._asked.seed, at))
        return list(cut(self._problem, self._best.routes, self._asked.pieces, random))

    def _round(
        self, at: int, parts: Sequence[Part], span: tuple[float, float], *, last: bool
    ) -> None:
        left = self._asked.seconds - (time.monotonic() - self._began)
        after = self._asked.seconds * (1 - span[1])
        if left <= after:
            self._capped = True
            return
        warm = at > 0 or self._asked.start is not None
        tasks = [
            Task(
                problem=self._piece(part),
                engine=self._asked.name,
                seed=self._asked.seed + 1_000 * at + index,
                seconds=(left - after) * self._share(part, parts),
                until=time.monotonic() + left - after,
                iterations=self._steps(part, parts, span),
                start=self._start(part) if warm else None,
                cooling=self._cooling(span),
                last=last,
            )
            for index, part in enumerate(parts)
        ]
        finished = self._workers.map(
            run_task,
            tasks,
            hard_seconds=left - after + GRACE * self._asked.seconds,
            stop=self._stop,
            noted=lambda index, value: self._hear(parts[index], value),
        )
        self._take(parts, finished)

    def _hear(self, part: Part, value: object) -> None:
        """Passes on what is told of the whole: a neighbourhood's cost says nothing by itself."""
        is_whole = len(part[0]) == self._problem.visits
        if self._found is not None and isinstance(value, Answer) and is_whole:
            self._found(value)

    def _piece(self, part: Part) -> Problem:
        """Its own problem, with the work that its teams and others do in the other pieces."""
        piece = self._problem.part(*part)
        if not self._problem.fair or piece.shifts == self._problem.shifts:
            return piece
        others = sorted(set(range(self._problem.shifts)) - set(part[1]))
        rest = self._problem.part([], others)
        hours = team_hours(rest)
        work = np.zeros_like(hours)
        for at, shift in enumerate(others):
            route = self._best.routes[shift]
            work[rest.team[at]] += route_travel(self._problem, shift, route)
            work[rest.team[at]] += int(self._problem.service[list(route)].sum())
        group = dict(zip(rest.team.tolist(), rest.group.tolist(), strict=True))
        return replace(
            piece,
            elsewhere=tuple(
                (team, group[team], int(work[team]), int(hours[team])) for team in sorted(group)
            ),
        )

    def _share(self, part: Part, parts: Sequence[Part]) -> float:
        """Of a round's seconds, where there are more parts than processes."""
        if len(parts) <= self._workers.processes:
            return 1.0
        visits = sum(len(visits) for visits, _ in parts)
        return min(1.0, self._workers.processes * len(part[0]) / visits)

    def _steps(self, part: Part, parts: Sequence[Part], span: tuple[float, float]) -> int | None:
        """Iterations of one part in one round: of all of them, those of its visits."""
        if self._asked.iterations is None:
            return None
        whole_round = self._asked.iterations * self._asked.pieces * (span[1] - span[0])
        visits = sum(len(visits) for visits, _ in parts)
        return max(1, int(whole_round * len(part[0]) / visits))

    def _cooling(self, span: tuple[float, float]) -> tuple[float, float]:
        """Shares of the way from hot to cold, shorter for a search that has a plan already."""
        warm = 0.0 if self._asked.start is None else WARM
        return warm + (1 - warm) * span[0], warm + (1 - warm) * span[1]

    def _start(self, part: Part) -> Solution:
        """The routes that a part begins with: what it found, or was given."""
        routes = self._best.routes if self._trace or not self._asked.start else self._asked.start
        new = {visit: index for index, visit in enumerate(part[0])}
        return tuple(tuple(new[v] for v in routes[s]) for s in part[1])

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
                if self._found is not None:
                    self._found(self._best)


def _silent(share: float, words: str) -> None:
    """Nobody is watching."""


def _never() -> bool:
    return False
