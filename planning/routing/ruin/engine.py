"""The engine: builds the arrays, cools, watches the clock, and chooses among all routes at the end.

The temperature is given in mean legs of the plan at hand, so that it suits seconds of a town,
seconds of a province and tenths of a kilometre alike. It falls with the share of the budget that is
used: of the iterations where these are given (then no clock is read but to end at its limit, and
the same seed gives the same plan), of the seconds otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning.routing.engines import Answer, Found, nothing
from planning.routing.problem import Problem, Solution
from planning.routing.ruin.arrays import (
    best_routes,
    empty_memory,
    empty_pool,
    empty_state,
    fill,
    promising,
    rules_of,
    scratch_of,
)
from planning.routing.ruin.kernels import (
    LOCKED,
    Settings,
    State,
    compiled_anew,
    search,
    settle,
)
from planning.routing.workers import Stop

if TYPE_CHECKING:
    from types import ModuleType

SETTINGS = Settings(removed=10.0, longest=10.0, split=0.5, stretch=0.01, blink=0.01, generous=0.05)
"""As in the paper; `generous` is ours, for visits that pay only together."""

BATCH_SECONDS = 0.03
"""Between two looks at the clock."""
BATCH = 500
"""Iterations between two looks at the clock, at most."""
TELL_SECONDS = 0.2
"""Between two calls of `found`, at least."""
CYCLE = 8_000
"""Iterations for each visit after which a cooling gains nothing by being slower; with twice as many
the search is heated up again instead."""
CYCLES = 8
"""Coolings at most."""
SURE = 0.02
"""Share of the budget after which its iterations can be foretold."""
POOLED = 4.0
"""Plans within so many mean legs of the best leave their routes for the choice at the end."""
CHOICE = 0.06
"""Share of the seconds for that choice."""
RATE = 6000
"""Routes a second of that share that are offered: building and reading the model takes its time."""
FIXED, EFFORT = 12_000, 0.5
"""Routes offered, and CP-SAT's deterministic time, where iterations are the budget."""


@dataclass(frozen=True, slots=True)
class Cooling:
    """Temperatures of simulated annealing, in mean legs."""

    hot: float = 1.0
    cold: float = 0.02

    def at(self, share: float) -> float:
        """Between the two, falling by the same ratio in equal steps."""
        return float(self.hot * (self.cold / self.hot) ** min(1.0, share))

    def part(self, begins: float, ends: float) -> Cooling:
        """The piece between two shares of the way."""
        return Cooling(self.at(begins), self.at(ends))


def solve(
    problem: Problem,
    *,
    seed: int = 0,
    seconds: float = 10.0,
    iterations: int | None = None,
    start: Solution | None = None,
    found: Found | None = None,
    stop: Stop | None = None,
    cooling: Cooling = Cooling(),
    choose: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """See `engines.Engine`. An iteration takes out about ten visits and puts them back.

    `cooling` says how hot it begins and how cold it ends, where a warm start wants less heat;
    `choose` whether the last step is the choice among all routes met; `clock` is what the seconds
    are read from.
    """
    if problem.visits == 0 or problem.shifts == 0:
        return nothing(problem)
    search = _Search(problem, seed, start, found, clock)
    budget = _Budget(clock, search.began, seconds, iterations, stop, CHOICE if choose else 0.0)
    search.run(budget, cooling)
    if choose and not budget.stopped:
        search.choose(budget)
    search.tell(always=True)
    return Answer(search.routes, search.cost, budget.capped, tuple(search.trace))


def prepare(*, choose: bool = True) -> bool:
    """Loads the kernels, and CP-SAT where a choice is wanted; True when kernels were compiled.

    Compiling takes some 40 seconds. What was compiled once is kept for every later process of this
    installation. Whoever ends processes after a time should prepare before that clock starts.
    """
    if choose:
        _partition()
    one = np.zeros(1, dtype=np.int64)
    door = Problem(
        visit_ids=("door",), shift_ids=("shift",), service=one, priority=one, penalty=one,
        load=one[:, None], windows=(((0, 1),),), allowed=np.ones((1, 1), dtype=np.bool_),
        home=np.zeros((1, 1), dtype=np.bool_), shift_cost=np.zeros((1, 1), dtype=np.int64),
        pairs=(), together=(), apart=(), locked=frozenset(), first=frozenset(), last=frozenset(),
        fair=0, group=one, team=one, midnight=one, start=one, end=one + 1,
        pause=np.zeros((1, 3), dtype=np.int64), capacity=one[:, None], work=one + 1,
        origin=one + 1, office=one + 1, mode=one,
        travel=(np.zeros((2, 2), dtype=np.int32),),
    )  # fmt: skip
    solve(door, iterations=1, choose=False)
    return compiled_anew()


def _partition() -> ModuleType:
    """CP-SAT takes a second to load, and searches without a last choice do without it."""
    from planning.routing import partition

    return partition


class _Budget:
    """How much of the search is used up, and whether it must end."""

    def __init__(
        self,
        clock: Callable[[], float],
        began: float,
        seconds: float,
        iterations: int | None,
        stop: Stop | None,
        reserve: float,
    ) -> None:
        self._clock, self._began, self._seconds, self._stop = clock, began, seconds, stop
        self._search_seconds = seconds * (1 - reserve)
        self.iterations, self.done = iterations, 0
        self.stopped = False
        self.capped = iterations is None

    def spent(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._began

    def left(self) -> float:
        """Seconds that remain, the final choice included."""
        return self._seconds - self.spent()

    def share(self) -> float:
        """Of the search: 0 at its beginning, ≥ 1 when it is over."""
        if self.iterations is not None:
            return self.done / max(1, self.iterations)
        return self.spent() / self._search_seconds

    def over(self) -> bool:
        """True when the search must end."""
        self.stopped = self._stop is not None and self._stop()
        late = self.spent() >= self._search_seconds
        finished = self.iterations is not None and self.done >= self.iterations
        self.capped |= self.stopped or (late and not finished)
        return self.stopped or late or finished

    def cycles(self, visits: int) -> int:
        """How often to cool: the iterations that are to come, over those of one cooling."""
        expected = self.iterations or self.done / self.share()
        return max(1, min(CYCLES, int(expected / (CYCLE * visits))))

    def batch(self, last: int, took: float) -> int:
        """Iterations until the next look, after `last` of them `took` so long."""
        if self.iterations is not None:
            return min(BATCH, max(1, self.iterations // 200), self.iterations - self.done)
        return max(1, min(BATCH, 2 * last, int(last * BATCH_SECONDS / max(took, 1e-6))))


class _Search:
    """The arrays of one search, its best solution and how it came."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        start: Solution | None,
        found: Found | None,
        clock: Callable[[], float],
    ) -> None:
        self.problem, self._seed, self._found, self._clock = problem, seed, found, clock
        self.began = clock()
        self._rules = rules_of(problem)
        # Loading the kernels, or compiling them once, is not search time.
        before = clock()
        self._state = self._filled(start)
        self._memory, self._pool = empty_memory(problem), empty_pool(self._state)
        self._scratch = scratch_of(self._state)
        self._iterate(0, 1.0)
        self.began += clock() - before
        self.routes, self._total = best_routes(self._state), int(self._state.total[1])
        self.cost = self._total - LOCKED * self._locked_left()
        self.trace: list[tuple[float, float]] = []
        self._told = float("-inf"), -1

    def _iterate(self, iterations: int, temperature: float) -> None:
        search(
            self._rules,
            self._state,
            self._memory,
            self._pool,
            self._scratch,
            SETTINGS,
            iterations,
            temperature,
            int(POOLED * self._leg()),
        )

    def _leg(self) -> float:
        """Mean travel from one stop to the next, in seconds; at least one."""
        served = np.flatnonzero(self._state.shift >= 0)
        tolls = self._rules.toll[served, self._state.shift[served]].sum()
        return max(1.0, float(self._state.cost.sum() - tolls) / max(1, len(served)))

    def run(self, budget: _Budget, cooling: Cooling) -> None:
        """Searches until the budget is used up."""
        batch, took, cycles = 1, 1.0, 0
        while not budget.over():
            batch = budget.batch(batch, took)
            before, share = self._clock(), budget.share()
            if not cycles and share >= SURE:
                cycles = budget.cycles(self.problem.visits)
            self._iterate(batch, cooling.at(share * max(1, cycles) % 1) * self._leg())
            took = self._clock() - before
            budget.done += batch
            if self._state.total[1] < self._total:
                self._take(self._state)

    def choose(self, budget: _Budget) -> None:
        """The best choice among all routes met."""
        partition = _partition()
        pool = self._pool
        fixed = budget.iterations is not None
        most = FIXED if fixed else int(RATE * max(0.0, budget.left()))
        columns = [
            partition.Column(
                int(pool.shift[slot]),
                tuple(pool.route[slot, : pool.length[slot]].tolist()),
                int(pool.cost[slot]),
            )
            for slot in promising(self._rules, self._pool, self.routes)[:most]
        ]
        chosen = partition.choose(
            self.problem,
            columns,
            self.routes,
            seconds=budget.left(),
            effort=EFFORT if fixed else None,
            seed=self._seed,
        )
        # What was chosen keeps the rules within routes, but not all of those between them.
        state = self._filled(chosen)
        if state.total[1] < self._total:
            self._take(state)

    def tell(self, *, always: bool = False) -> None:
        """Tells of the best solution, unless that was done just now."""
        when, what = self._told
        now = self._clock()
        if self._found is None or self.cost == what or not (always or now > when + TELL_SECONDS):
            return
        self._told = now, self.cost
        self._found(self.routes, self.cost)

    def _filled(self, routes: Solution | None) -> State:
        """A state with the routes, as far as they keep the rules."""
        state = empty_state(self.problem, self._rules, self._seed)
        if routes is not None:
            fill(self.problem, self._rules, state, routes)
        settle(self._rules, state, scratch_of(state))
        return state

    def _take(self, state: State) -> None:
        self.routes, self._total = best_routes(state), int(state.total[1])
        self.cost = self._total - LOCKED * self._locked_left()
        self.trace.append((round(self._clock() - self.began, 2), float(self.cost)))
        self.tell()

    def _locked_left(self) -> int:
        """Locked units that no route serves."""
        if not self.problem.locked:
            return 0
        locked = set(np.flatnonzero(self._rules.penalty >= LOCKED).tolist())
        return len(locked.difference(*self.routes))
