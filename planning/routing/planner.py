"""From visits and shifts to a checked plan: search what hangs together, time, check, explain.

What no shift, pair, second crew or shared team connects is searched apart, which loses nothing: the
large components one after the other, each by all processes (`islands`), then the small ones side by
side. Every search has a number of steps that depends on its size alone, so that the same request
gives the same plan on any machine and number of processes that the seconds leave room on;
`Plan.settled` says whether they did.
"""

from __future__ import annotations

import math
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from planning.model import (
    UNBOUND,
    Conditions,
    Mode,
    Plan,
    Priority,
    Reason,
    Route,
    Shift,
    Unserved,
    Visit,
)
from planning.routing import checker, islands, relaxations
from planning.routing.build import Asked, everything, sift
from planning.routing.calendar import Calendar
from planning.routing.earlier import earlier
from planning.routing.engines import Answer
from planning.routing.insertion import Routes, insert_left, left_out, sound
from planning.routing.parts import Part, components
from planning.routing.problem import Problem, Solution, cost
from planning.routing.schedule import Timed, route, timed_together
from planning.routing.weights import WEIGHTS, Weights
from planning.routing.workers import Finished, Inline, Report, Stop, Watch, Workers
from planning.text import note

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

__all__ = ["Finished", "Inline", "Workers", "make_plan"]

STEPS = 1_000
"""Iterations of ruin and recreate for every visit of a component. Measured on the sample with two
seeds: its seven municipalities of 12 to 31 visits cost the same from 1,000 up; the city's 333
visits 1.6 % more with 500, and from 1,000 to 8,000 within 0.4 %, less than the seeds differ by."""
MANY, MANY_STEPS = 500, 4_000
"""Visits from which a component gains by more of them: 755 visits cost 650,000 with 1,000 for each,
642,000 with 4,000, and 632,000 after ten minutes. Very large ones do not: 5,000 visits cost
2,598,000 with 1,000 and 2,612,000 with 4,000, in twice the time."""
SHARED = 300
"""Visits from which a component is searched by all processes."""
PIECE, PIECES = 170, 4
"""Visits of one neighbourhood of such a search, about, and neighbourhoods at most: each has to be
carried to its process and laid out there in every round."""
HURRIED, HURRIED_PIECES = 0.05, 8
"""Seconds for a visit below which a very large component is cut finer: a step costs less in a small
piece, and finds less in the end. 5,000 visits on two processes: 2,687,000 after 60 s with eight
pieces and 2,738,000 with four; left to end by themselves, 2,632,000 and 2,598,000."""
CHUNK = 8
"""Units that are inserted between two looks at the clock."""
PATIENCE = 1.5
"""Times its expected share that a component may take: an estimate must not end a search that the
clock as a whole leaves room for."""
WATCH = 0.25
"""Seconds between two words about the cost."""
REST = 0.08
"""Share of the seconds that is kept for timing, checking and reasons."""


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
    engine: str = "auto",
    start: Plan | None = None,
    weights: Weights = WEIGHTS,
    watch: Watch | None = None,
) -> Plan:
    """A plan of every visit: on a route, or unserved with the rule that binds.

    Args:
        visits: what is asked for; ids unique.
        shifts: teams on days; those outside the plan's days are left out.
        travel: by mode; keys `visit_id` and `office:<team_id>`.
        first_day: first day of the plan.
        days: number of days.
        seed: same input, same seed, same plan (but for `trace`, which tells the time) where it is
            `settled`, on however many processes.
        seconds: wall clock for everything; processes are killed rather than let past it. Compiling
            the engine, once for an installation, comes before.
        workers: where components are searched.
        report: told the share done, in words.
        stop: when True, the best plan so far is returned with `complete=False`.
        conditions: what binds visits to each other, to shifts and to an earlier plan.
        engine: see `catalogue.engine`.
        start: a plan to begin with, where it still keeps the rules: the search is shorter of heat,
            and the result costs no more.
        weights: the objective.
        watch: told how the cost falls while it is searched.

    Raises:
        InputError: the input contradicts itself; every fault at once.
    """
    began = time.monotonic()
    tell, stopped = report or _silent, stop or _never
    calendar = Calendar(first_day, days)
    whole, asked = everything(visits, shifts, travel, calendar, conditions, weights=weights)
    problem, impossible = sift(whole, asked)
    with _loaded(engine, workers, problem, tell) as (kept, compiling):
        clock = _Clock(began + compiling, seconds)
        search = _Search(problem, engine, seed, clock, kept, tell, stopped, watch)
        search.run(None if start is None else routes_of(start, problem))
    tell(0.92, "looking for what would make the rest possible")
    draft = Plan(
        first_day=first_day,
        days=days,
        visits=tuple(visits),
        shifts=tuple(shifts),
        routes=(),
        unserved=(),
        seed=seed,
        complete=search.complete,
        settled=search.settled,
        trace=search.trace(),
        conditions=conditions,
    )
    routes, times = kept_routes(problem, earlier(problem, search.routes))
    unserved = left_with_reasons(problem, routes, whole, asked, impossible, clock.left())
    plan = replace(draft, routes=routes_made(problem, asked, times), unserved=unserved)
    plan = _shown(plan, travel)
    tell(1.0, "planned")
    return plan


def _silent(share: float, words: str) -> None:
    """Nobody is watching."""


def _never() -> bool:
    return False


@contextmanager
def _loaded(
    engine: str, workers: Workers, problem: Problem, tell: Report
) -> Iterator[tuple[Workers, float]]:
    """Workers with the engine in memory, and the seconds that compiling it took."""
    with workers.kept() as kept:
        before = time.monotonic()
        tell(0.0, "loading the search")
        anew = bool(problem.visits and problem.shifts) and islands.load(engine, kept)
        yield kept, time.monotonic() - before if anew else 0.0


@dataclass(frozen=True, slots=True)
class _Clock:
    """The seconds of one planning run."""

    began: float
    seconds: float

    def spent(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Of all seconds."""
        return self.seconds - self.spent()

    def search_left(self) -> float:
        """Of those for searching."""
        return self.left() - REST * self.seconds


class _Search:
    """The best routes so far, and how they came."""

    def __init__(
        self,
        problem: Problem,
        engine: str,
        seed: int,
        clock: _Clock,
        workers: Workers,
        report: Report,
        stop: Stop,
        watch: Watch | None,
    ) -> None:
        self._watch, self._looked = watch, -WATCH
        self.problem, self._engine, self._seed, self._clock = problem, engine, seed, clock
        self._workers, self._report, self._stop = workers, report, stop
        self.routes: Routes = [[] for _ in range(problem.shifts)]
        self.complete = True
        self.settled = True
        self._warm = False
        self._parts: list[Part] = []
        self._events: list[tuple[float, int, float]] = []
        """(time, component, its cost)"""

    def run(self, start: Solution | None) -> None:
        """Large components by all processes, small ones side by side, then what is left."""
        problem = self.problem
        if start is not None:
            self._warm, self.routes = True, sound(problem, start)
        self._parts = components(problem)
        self._before = [cost(problem.part(*part), self._own(part)) for part in self._parts]
        self._began_at = self._clock.spent(), float(cost(problem, self.routes))
        self._met = list(self._before)
        self._look()
        large = [at for at, (visits, _) in enumerate(self._parts) if len(visits) >= SHARED]
        small = list(range(len(large), len(self._parts)))
        for place, at in enumerate(large):
            self._share_out(at, [*large[place:], *small])
        self._side_by_side(small)
        if self._stop():
            self.complete = self.settled = False
        if not self.settled:
            self._insert()
        self._ended_at = self._clock.spent(), float(cost(problem, self.routes))
        if self._watch is not None:
            self._watch(*self._ended_at)

    def trace(self) -> tuple[tuple[float, float], ...]:
        """(seconds since the start, cost of everything)."""
        when, total = self._began_at
        points = [(round(when, 2), total)]
        now = [float(value) for value in self._before]
        for at, part, value in sorted(self._events):
            if value < now[part]:
                total, now[part] = total - now[part] + value, value
                points.append((round(at, 2), total))
        return (*points, (round(self._ended_at[0], 2), self._ended_at[1]))

    def _hear(self, at: int, found: object) -> None:
        """Something of one component, while it is searched."""
        if isinstance(found, Answer) and found.cost < self._met[at]:
            self._met[at] = found.cost
            self._look()

    def _look(self) -> None:
        """Tells the cost of everything, as far as it is known, unless it was told just now."""
        spent = self._clock.spent()
        if self._watch is not None and spent - self._looked >= WATCH:
            self._looked = spent
            self._watch(spent, self._began_at[1] + sum(self._met) - sum(self._before))

    def _own(self, part: Part) -> Solution:
        """The routes at hand of one component, by its own numbers."""
        new = {visit: index for index, visit in enumerate(part[0])}
        return tuple(tuple(new[visit] for visit in self.routes[shift]) for shift in part[1])

    def _steps(self, visits: int) -> int | None:
        if not islands.is_ruin(self._engine):
            return None
        return (MANY_STEPS if MANY <= visits < islands.LARGE else STEPS) * visits

    def _pieces(self, visits: int) -> int:
        """Neighbourhoods of one round."""
        hurried = visits >= islands.LARGE and self._clock.seconds < HURRIED * visits
        return min(HURRIED_PIECES if hurried else PIECES, max(2, round(visits / PIECE)))

    def _share_out(self, at: int, coming: Sequence[int]) -> None:
        """One component on all processes; `coming` are all that still need seconds."""
        part = self._parts[at]
        seconds = (
            self._clock.search_left()
            * _work([part])
            / _work([self._parts[each] for each in coming])
        )
        if seconds <= 0 or self._stop():
            self.settled = False
            return
        visits, begins = len(part[0]), self._clock.spent()
        steps, pieces = self._steps(visits), self._pieces(visits)
        answer = islands.solve(
            self.problem.part(*part),
            name=self._engine,
            seed=self._seed,
            seconds=seconds,
            iterations=None if steps is None else steps // pieces,
            workers=self._workers,
            report=lambda share, _: self._tell(at, share),
            stop=self._stop,
            start=self._own(part) if self._warm else None,
            pieces=pieces,
            found=lambda answer: self._hear(at, answer),
        )
        self._events += [(begins + when, at, value) for when, value in answer.trace]
        self._take(part, answer)

    def _side_by_side(self, parts: Sequence[int]) -> None:
        """Every component in one process, the largest first."""
        seconds = self._clock.search_left()
        if not parts or seconds <= 0 or self._stop():
            self.settled &= not parts
            return
        all_work = _work([self._parts[at] for at in parts])
        processes = min(self._workers.processes, len(parts))
        until = time.monotonic() + seconds
        tasks = [
            islands.Task(
                problem=self.problem.part(*self._parts[at]),
                engine=self._engine,
                seed=self._seed,
                seconds=PATIENCE * seconds * processes * _work([self._parts[at]]) / all_work,
                until=until,
                iterations=self._steps(len(self._parts[at][0])),
                start=self._own(self._parts[at]) if self._warm else None,
                cooling=(islands.WARM if self._warm else 0.0, 1.0),
            )
            for at in parts
        ]
        finished = self._workers.map(
            islands.run_task,
            tasks,
            hard_seconds=seconds + islands.GRACE * self._clock.seconds,
            report=lambda share, _: self._tell(parts[0], share),
            stop=self._stop,
            noted=lambda index, found: self._hear(parts[index], found),
        )
        for at, done in zip(parts, finished, strict=True):
            self.complete &= not done.fault
            self.settled &= done.complete
            if isinstance(done.value, Answer):
                self._events += [
                    (when - self._clock.began, at, value) for when, value in done.value.trace
                ]
                self._take(self._parts[at], done.value)

    def _insert(self) -> None:
        """Offers what a search left that was cut short to every route, while there is time.

        What is urgent or locked comes first, and has that time in any case.
        """
        until = time.monotonic() + max(0.02 * self._clock.seconds, self._clock.search_left())
        left = left_out(self.problem, self.routes)
        for at in range(0, len(left), CHUNK):
            units = left[at : at + CHUNK]
            must = {visit for unit in units for visit in unit}
            urgent = (self.problem.priority[list(must)] == Priority.URGENT).any()
            if time.monotonic() > until and not urgent and must.isdisjoint(self.problem.locked):
                return
            insert_left(self.problem, self.routes, among=units)

    def _tell(self, at: int, share: float) -> None:
        """The share done of all visits: those of the components before, and of this one."""
        sizes = [len(visits) for visits, _ in self._parts]
        now = sizes[at] if sizes[at] >= SHARED else sum(sizes[at:])
        done = (sum(sizes[:at]) + share * now) / sum(sizes)
        self._report(0.05 + 0.85 * done, "searching routes")

    def _take(self, part: Part, answer: Answer) -> None:
        """Replaces the routes of the part's shifts when that costs less."""
        self.settled &= not answer.capped
        visits, shifts = part
        candidate = [list(route) for route in self.routes]
        for shift, found in zip(shifts, answer.routes, strict=True):
            candidate[shift] = [visits[visit] for visit in found]
        if cost(self.problem, candidate) < cost(self.problem, self.routes):
            self.routes = candidate


def _work(parts: Sequence[Part]) -> float:
    """What components need, in comparison: an iteration takes as the root of the visits."""
    return sum(math.sqrt(len(visits)) * len(visits) for visits, _ in parts)


def routes_of(plan: Plan, problem: Problem) -> Solution:
    """The routes of `plan` in the rows and shifts of `problem`, as far as these are in it.

    What a begun day has behind it is no row of a problem. Of a visit by two crews the first row is
    for the crew that may be the first one.
    """
    rows: dict[str, list[int]] = {}
    for row, visit_id in enumerate(problem.visit_ids):
        rows.setdefault(visit_id, []).append(row)
    shift_of = {shift_id: shift for shift, shift_id in enumerate(problem.shift_ids)}
    crews: dict[str, list[int]] = {}
    for each in plan.routes:
        for stop in each.stops:
            if each.shift_id in shift_of and stop.visit_id in rows:
                crews.setdefault(stop.visit_id, []).append(shift_of[each.shift_id])
    row_at: dict[tuple[str, int], int] = {}
    for visit_id, shifts in crews.items():
        own, may = rows[visit_id], problem.allowed
        if len(own) == len(shifts) == 2 and not (may[own[0], shifts[0]] and may[own[1], shifts[1]]):
            own = own[::-1]
        row_at |= {(visit_id, shift): row for row, shift in zip(own, shifts, strict=False)}
    routes: list[tuple[int, ...]] = [()] * problem.shifts
    for each in plan.routes:
        if (shift := shift_of.get(each.shift_id)) is not None:
            found = [row_at.get((stop.visit_id, shift)) for stop in each.stops]
            routes[shift] = tuple(row for row in found if row is not None)
    return tuple(routes)


# --- the plan -----------------------------------------------------------------------------------

Times = tuple[Timed | None, ...]


def kept_routes(problem: Problem, routes: Routes) -> tuple[Routes, Times]:
    """Routes with their times. An engine's word is not enough: what breaks a rule is given up."""
    times = timed_together(problem, tuple(map(tuple, routes)))
    if times is not None:
        return routes, times
    warnings.warn("the search broke rules; some visits are given up", RuntimeWarning, stacklevel=2)
    kept = sound(problem, routes)
    insert_left(problem, kept)
    times = timed_together(problem, tuple(map(tuple, kept)))
    if times is None:
        raise RuntimeError("routes that keep every rule cannot be timed")
    return kept, times


def routes_made(problem: Problem, asked: Asked, times: Times) -> tuple[Route, ...]:
    """The model's routes, by day and then by team; shifts that stay in the office have none."""
    begun = {each.shift_id: each for each in asked.conditions.begun}
    made = []
    for shift, one in zip(asked.shifts, times, strict=True):
        facts = begun.get(shift.shift_id)
        if one is not None and (one.sequence or (facts is not None and facts.stops)):
            made.append(route(problem, shift, asked.calendar.index(shift.day), one, facts))
    return tuple(sorted(made, key=lambda one: (one.day, one.team_id)))


def left_with_reasons(
    problem: Problem,
    routes: Routes,
    whole: Problem,
    asked: Asked,
    impossible: Sequence[Unserved],
    seconds: float,
) -> tuple[Unserved, ...]:
    """Everything unserved in the order it was asked for, with reason and relaxation."""
    rows: dict[str, list[int]] = {}
    for at, visit in enumerate(asked.visits):
        rows.setdefault(visit.visit_id, []).append(at)
    # A visit of two crews has two rows, the first crew's first; that one speaks for both.
    row = {visit_id: own[0] for visit_id, own in rows.items()}
    ids = problem.visit_ids
    twins = {twin for _, twin in problem.together}
    book = relaxations.Book(
        whole=whole,
        visits=asked.visits,
        shifts=asked.shifts,
        routes=[[rows[ids[visit]][visit in twins] for visit in route] for route in routes],
        names={shift.team_id: shift.team_id for shift in asked.shifts},
        calendar=asked.calendar,
    )
    left = dict.fromkeys(visit for unit in left_out(problem, routes) for visit in unit)
    why = [relaxations.full(book, row[ids[visit]]) for visit in left if visit not in twins]
    told = relaxations.explain(
        book,
        [*impossible, *why],
        seconds=max(0.5, seconds / 2),
    )
    return tuple(sorted(told, key=lambda one: row[one.visit_id]))


def _shown(plan: Plan, travel: Mapping[Mode, Travel]) -> Plan:
    """`plan` as far as it passes the checker.

    A route that breaks a rule is a fault of this program. An office that planned over night needs
    the other routes all the same: its visits are told as unserved, with the true cause, and the
    fault goes out as a warning, which tests turn into an error.

    Raises:
        RuntimeError: it breaks rules even without routes.
    """
    while broken := checker.check(plan, travel):
        words = "the plan breaks its own rules: " + "; ".join(broken[:10])
        warnings.warn(words, RuntimeWarning, stacklevel=2)
        told = tuple(_told(one) if _names(broken, [one.visit_id]) else one for one in plan.unserved)
        if told != plan.unserved:
            plan = replace(plan, unserved=told, settled=False)
            continue
        facts = {each.shift_id: each.stops for each in plan.conditions.begun}
        planned = [one for one in plan.routes if one.stops[len(facts.get(one.shift_id, ())) :]]
        if not planned:
            raise RuntimeError(words)
        plan = _without(plan, [one for one in planned if _names(broken, _ids(one))] or planned)
    return plan


def _ids(one: Route) -> list[str]:
    return [one.shift_id, *(stop.visit_id for stop in one.stops)]


def _names(broken: Sequence[str], ids: Sequence[str]) -> bool:
    """True when the checker's words name one of `ids`."""
    pattern = "|".join(rf"(?<![\w@-]){re.escape(each)}(?![\w@-])" for each in ids)
    return any(re.search(pattern, words) for words in broken)


def _told(one: Unserved) -> Unserved:
    """The true cause, where it was neither the shifts nor the visit."""
    told = note("no route that keeps every rule was found for it: a fault of this program, "
                "please report it")  # fmt: skip
    return replace(one, reason=Reason.FAULT, because=(told,), remedy=())


def _without(plan: Plan, bad: Sequence[Route]) -> Plan:
    """`plan` with only what was made before on the `bad` routes."""
    facts = {each.shift_id: each for each in plan.conditions.begun}
    of = {visit.visit_id: visit for visit in plan.visits}
    done = {stop.visit_id for each in facts.values() for stop in each.stops}
    dropped = dict.fromkeys(
        stop.visit_id for one in bad for stop in one.stops if stop.visit_id not in done
    )
    gone = {one.shift_id for one in bad if one.shift_id not in facts}
    routes = tuple(
        replace(one, stops=facts[one.shift_id].stops) if one in bad else one
        for one in plan.routes
        if one.shift_id not in gone
    )
    still = {stop.visit_id for one in routes for stop in one.stops}
    unserved = (
        _told(Unserved(of[name].case_ids, Reason.FAULT, name))
        for name in dropped
        if name not in still
    )
    return replace(plan, routes=routes, unserved=(*plan.unserved, *unserved), settled=False)
