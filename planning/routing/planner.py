"""From visits and shifts to a checked plan: cut, solve apart, offer the rest, explain, check.

First every visit is kept with the team of its district, so that the problem falls into small
components that are solved close to optimal, each in a process of its own. Then whatever is left is
offered to every team that may go: no visit stays unserved only because of a district's line.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planning.model import UNBOUND, Conditions, Mode, Plan, Route, Shift, Unserved, Visit
from planning.routing import checker, ortools_engine, relaxations
from planning.routing.build import Asked, everything, sift
from planning.routing.calendar import Calendar
from planning.routing.engines import Answer
from planning.routing.insertion import Routes, insert_left, left_out
from planning.routing.problem import Bools, Ints, Problem, Solution, cost
from planning.routing.schedule import route, timed
from planning.routing.workers import Finished, Inline, Note, Report, Stop, Workers

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

__all__ = ["Finished", "Inline", "Workers", "make_plan"]


@dataclass(frozen=True, slots=True)
class Task:
    """One component for one process."""

    problem: Problem
    seed: int
    seconds: float


def solve_task(task: object, note: Note) -> object:
    """Runs the engine on a `Task`; notes every better `(routes, cost)`."""
    if not isinstance(task, Task):
        raise TypeError("solve_task takes a Task")
    return ortools_engine.solve(
        task.problem,
        seed=task.seed,
        seconds=task.seconds,
        found=lambda routes, value: note(_partial(routes, value)),
    )


def _partial(routes: Solution, value: int) -> Answer:
    return Answer(routes, value, capped=True, trace=())


def make_plan(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    *,
    first_day: date,
    days: int,
    seed: int = 0,
    seconds: float = 45.0,
    workers: Workers,
    report: Report | None = None,
    stop: Stop | None = None,
    conditions: Conditions = UNBOUND,
) -> Plan:
    """A plan of every visit: on a route, or unserved with the rule that binds.

    Args:
        visits: what is asked for; ids unique.
        shifts: teams on days; those outside the plan's days are left out.
        travel: by mode; keys `visit_id` and `office:<team_id>`.
        first_day: first day of the plan.
        days: number of days.
        seed: same input, same seed, same plan, as long as `seconds` do not end the search:
            components converge in a fraction of them (see `ortools_engine`).
        seconds: wall clock for everything; processes are killed rather than let past it.
        workers: where components are solved.
        report: told the share done, in words.
        stop: when True, the best plan so far is returned with `complete=False`.
        conditions: what binds visits to each other, to shifts and to an earlier plan.

    Raises:
        InputError: the input contradicts itself; every fault at once.
    """
    calendar = Calendar(first_day, days)
    whole, asked = everything(visits, shifts, travel, calendar, conditions)
    problem, impossible = sift(whole, asked)
    search = _Search(problem, seed, seconds, workers, report, stop)
    search.run()
    tell = report or _silent
    tell(0.92, "looking for what would make the rest possible")
    unserved = _reasons(search, whole, asked, impossible)
    plan = Plan(
        first_day=first_day,
        days=days,
        visits=tuple(visits),
        shifts=tuple(shifts),
        routes=_routes(problem, asked, search.routes),
        unserved=unserved,
        seed=seed,
        complete=search.complete,
        settled=search.settled,
        trace=tuple(search.trace),
        conditions=conditions,
    )
    broken = checker.check(plan, travel)
    if broken:
        raise RuntimeError("the plan breaks its own rules: " + "; ".join(broken[:10]))
    tell(1.0, "planned")
    return plan


def _silent(share: float, words: str) -> None:
    """Nobody is watching."""


class _Search:
    """The state of one planning run: best routes so far, the clock, and how it went."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        seconds: float,
        workers: Workers,
        report: Report | None,
        stop: Stop | None,
    ) -> None:
        self.problem, self._seed, self._workers = problem, seed, workers
        self._report, self._stop = report or _silent, stop or _never
        self._began, self._seconds = time.monotonic(), seconds
        self.routes: Routes = [[] for _ in range(problem.shifts)]
        self.trace: list[tuple[float, float]] = []
        self.complete = True
        self.settled = True
        self._mark()

    def run(self) -> None:
        """Districts apart, then the rest everywhere, then the neighbourhoods of what is left."""
        first = replace(self.problem, allowed=at_home(self.problem))
        parts = components(first)
        self._solve([first.part(*part) for part in parts], parts, 0.7, (0.0, 0.7))
        self._report(0.7, "offering what is left to every team that may go")
        self._insert()
        around = neighbourhoods(self.problem, self.routes)
        if around and not self._stop():
            self._solve([self.problem.part(*part) for part in around], around, 0.9, (0.7, 0.9))
            self._insert()
        if self._stop():
            self.complete = False

    def left_seconds(self) -> float:
        """Wall clock that is left."""
        return self._seconds - (time.monotonic() - self._began)

    def _insert(self) -> None:
        insert_left(self.problem, self.routes)
        self._mark()

    def _mark(self) -> None:
        spent = round(time.monotonic() - self._began, 2)
        self.trace.append((spent, float(cost(self.problem, self.routes))))

    def _solve(
        self,
        problems: Sequence[Problem],
        parts: Sequence[Part],
        until: float,
        shares: tuple[float, float],
    ) -> None:
        """Solves `problems` by `until` (share of all seconds) and takes over what is better."""
        hard = self.left_seconds() - (1 - until) * self._seconds
        if not problems or hard <= 0:
            return
        # The small ones first: should the clock end the round, only the largest are cut short,
        # and these have found something by then.
        order = sorted(range(len(problems)), key=lambda at: problems[at].visits)
        problems, parts = [problems[at] for at in order], [parts[at] for at in order]
        limits = _limits(problems, hard, self._workers.processes)
        tasks = [
            Task(problem, self._seed, limit)
            for problem, limit in zip(problems, limits, strict=True)
        ]
        low, high = shares
        finished = self._workers.map(
            solve_task,
            tasks,
            hard_seconds=hard,
            report=lambda share, words: self._report(
                low + (high - low) * share, f"routes: {words}"
            ),
            stop=self._stop,
        )
        for part, done in zip(parts, finished, strict=True):
            self.complete &= done.complete or not (done.fault or self._stop())
            if isinstance(done.value, Answer):
                self._take(part, done.value.routes)
                self.settled &= done.complete and not done.value.capped
            else:
                self.settled = False
        self._mark()

    def _take(self, part: Part, routes: Solution) -> None:
        """Replaces the routes of the part's shifts when that costs less."""
        visits, shifts = part
        candidate = [list(route) for route in self.routes]
        for shift, found in zip(shifts, routes, strict=True):
            candidate[shift] = [visits[visit] for visit in found]
        if cost(self.problem, candidate) < cost(self.problem, self.routes):
            self.routes = candidate


def _never() -> bool:
    return False


Part = tuple[tuple[int, ...], tuple[int, ...]]
"""Visits and shifts of a problem that are solved together."""


def at_home(problem: Problem) -> Bools:
    """(V, S) allowed shifts of one team only: the home team, or the one nearest to hand.

    A visit that its home team cannot serve (an institution it lacks, another day) goes to the team
    whose own visits or office lie nearest, so that it does not tie several teams' problems into
    one. Where no visit of a component has a home, nothing is cut.
    """
    home = problem.home.copy()
    for first, second in problem.pairs:
        home[[first, second]] = home[first] & home[second]
    kept = problem.allowed.copy()
    for visits, shifts in components(problem):
        settled = [visit for visit in visits if home[visit].any()]
        if not settled:
            continue
        kept[settled] = home[settled]
        strays = [visit for visit in visits if not home[visit].any()]
        for visit in strays:
            team = _nearest_team(problem, visit, shifts, home)
            kept[visit] &= problem.team == team
    for first, second in problem.pairs:
        kept[[first, second]] = kept[first] & kept[second]
    return kept


def _nearest_team(problem: Problem, visit: int, shifts: Sequence[int], home: Bools) -> int:
    """The team, of those that may serve `visit`, with an own visit or its office nearest to it."""
    near: dict[int, int] = {}
    for shift in shifts:
        if problem.allowed[visit, shift]:
            own = np.nonzero(home[:, shift])[0]
            nodes = np.append(own, problem.office[shift])
            way = int(problem.travel[int(problem.mode[shift])][nodes, visit].min())
            team = int(problem.team[shift])
            near[team] = min(way, near.get(team, way))
    return min(near, key=lambda team: (near[team], team))


def components(problem: Problem) -> list[Part]:
    """Visits and shifts that hang together through `allowed` and pairs; the largest first.

    Shifts that no visit may use are in none.
    """
    visit, shift = np.nonzero(problem.allowed)
    first = np.array([a for a, _ in problem.pairs], dtype=np.int64)
    second = np.array([b for _, b in problem.pairs], dtype=np.int64)
    size = problem.visits + problem.shifts
    rows = np.concatenate([visit, first])
    columns = np.concatenate([shift + problem.visits, second])
    links = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    _, label = connected_components(links, directed=False)
    parts = [
        (
            tuple(np.nonzero(label[: problem.visits] == one)[0].tolist()),
            tuple(np.nonzero(label[problem.visits :] == one)[0].tolist()),
        )
        for one in np.unique(label[: problem.visits])
    ]
    return sorted(parts, key=lambda part: (-len(part[0]), part))


AROUND = 90
"""Visits of a neighbourhood that is solved again, at most."""


def neighbourhoods(problem: Problem, routes: Sequence[Sequence[int]]) -> list[Part]:
    """Around what is left in each component: the shifts that could take it, nearest first."""
    out = {visit for unit in left_out(problem, routes) for visit in unit}
    if not out:
        return []
    found = []
    for visits, shifts in components(problem):
        left = [visit for visit in visits if visit in out]
        if left:
            found.append(_around(problem, routes, left, shifts))
    return found


def _around(
    problem: Problem, routes: Sequence[Sequence[int]], left: Sequence[int], shifts: Sequence[int]
) -> Part:
    able = [shift for shift in shifts if problem.allowed[list(left), shift].any()]
    by_distance = sorted(able, key=lambda shift: _distance(problem, routes[shift], left, shift))
    visits = list(left)
    chosen: list[int] = []
    for shift in by_distance:
        if chosen and len(visits) + len(routes[shift]) > AROUND:
            break
        chosen.append(shift)
        visits += routes[shift]
    return tuple(sorted(visits)), tuple(sorted(chosen))


def _distance(problem: Problem, route: Sequence[int], left: Sequence[int], shift: int) -> int:
    """Seconds from the route (or its office) to the nearest of `left` that it may serve."""
    may = [visit for visit in left if problem.allowed[visit, shift]]
    nodes = [int(problem.office[shift]), *route]
    return int(problem.travel[int(problem.mode[shift])][np.ix_(nodes, may)].min())


_USABLE = 0.85
"""Share of the wall clock that is dealt out: processes do not all end at the same moment."""
_STARTUP = 1.0
"""Seconds in which a new process loads the solver."""
_PATIENCE = 3.0
"""Times its expected share that a component may take: an estimate must not end a search that the
clock as a whole leaves room for."""


def _limits(problems: Sequence[Problem], wall: float, processes: int) -> list[float]:
    """Seconds for every component, in proportion to the work it is expected to need."""
    work: Ints = np.array(
        [
            ortools_engine.steps_for(problem.visits) * problem.visits * (1 + problem.shifts)
            for problem in problems
        ],
        dtype=np.int64,
    )
    usable = max(0.5, _USABLE * wall - _STARTUP)
    shares = work / work.sum() * usable * min(processes, len(problems))
    return [min(usable, _PATIENCE * float(share)) for share in np.maximum(shares, 0.3)]


def _routes(problem: Problem, asked: Asked, routes: Sequence[Sequence[int]]) -> tuple[Route, ...]:
    """The model's routes, by day and then by team; shifts that stay in the office have none."""
    made = []
    for index, sequence in enumerate(routes):
        if not sequence:
            continue
        times = timed(problem, index, sequence)
        if times is None:
            raise RuntimeError(f"the route of {problem.shift_ids[index]} does not keep its times")
        shift = asked.shifts[index]
        made.append(route(problem, shift, asked.calendar.index(shift.day), times))
    return tuple(sorted(made, key=lambda one: (one.day, one.team_id)))


def _reasons(
    search: _Search, whole: Problem, asked: Asked, impossible: Sequence[Unserved]
) -> tuple[Unserved, ...]:
    """Everything unserved in the order it was asked for, with reason and relaxation."""
    # A visit of two crews has two rows; the first of them speaks for both.
    row = {visit.visit_id: at for at, visit in reversed(list(enumerate(asked.visits)))}
    ids = search.problem.visit_ids
    book = relaxations.Book(
        whole=whole,
        visits=asked.visits,
        shifts=asked.shifts,
        routes=[[row[ids[visit]] for visit in route] for route in search.routes],
        names={shift.team_id: shift.team_id for shift in asked.shifts},
        calendar=asked.calendar,
    )
    left = [
        relaxations.full(book, row[ids[visit]])
        for unit in left_out(search.problem, search.routes)
        for visit in unit
    ]
    told = relaxations.explain(
        book,
        [*impossible, *left],
        seconds=max(0.5, 0.8 * search.left_seconds()),
        pairs=whole.pairs,
    )
    return tuple(sorted(told, key=lambda one: row[one.visit_id]))
