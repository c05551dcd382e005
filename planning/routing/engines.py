"""What every engine is to the rest: a problem in, the best routes found out, told along the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from planning.routing.insertion import insert_left, sound
from planning.routing.problem import Problem, Solution, cost
from planning.routing.schedule import fits
from planning.routing.workers import Stop

Found = Callable[[Solution, int], None]
"""Called with better solutions and their cost, not necessarily with every one of a fast series."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found."""

    routes: Solution
    cost: int
    capped: bool
    """True when the seconds or a stop ended the search, not the number of steps."""
    trace: tuple[tuple[float, float], ...]
    """(seconds since the start, cost) of every improvement."""


class Engine(Protocol):
    """Searches for good routes. Serving nobody is the worst answer: there is always one."""

    def __call__(
        self,
        problem: Problem,
        *,
        seed: int = 0,
        seconds: float = 10.0,
        iterations: int | None = None,
        start: Solution | None = None,
        found: Found | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """The best routes that were found.

        Args:
            problem: visits and shifts as arrays.
            seed: same problem, seed and iterations: the same routes.
            seconds: wall clock at most; without iterations, the length of the search.
            iterations: steps of the search; what these are is the engine's own matter.
            start: routes to begin with. An engine that cannot, searches from scratch and answers
                with `start` where it found nothing better.
            found: told better solutions.
            stop: asked often; when True, the search ends with the best it has.
        """


def nothing(problem: Problem) -> Answer:
    """The answer that serves nobody."""
    empty: Solution = ((),) * problem.shifts
    return Answer(empty, cost(problem, empty), capped=False, trace=())


class Keeper:
    """The best routes of a search that may break rules, as far as they keep them."""

    def __init__(
        self, problem: Problem, began: float, found: Found | None, start: Solution | None
    ) -> None:
        self._problem, self._began, self._found = problem, began, found
        self.routes = _frozen(sound(problem, start)) if start else ((),) * problem.shifts
        self.cost = cost(problem, self.routes)
        self.trace: list[tuple[float, float]] = []
        self._wrong: set[tuple[int, tuple[int, ...]]] = set()

    def fill(self) -> None:
        """Puts in what the routes lack and what fits."""
        routes = [list(route) for route in self.routes]
        insert_left(self._problem, routes)
        self.offer(routes)

    def offer(self, routes: Sequence[Sequence[int]]) -> bool:
        """Keeps the sound part of `routes` if it is better; True when all of them is sound.

        What is not sound is repaired once: routes with the same mistake are turned away.
        """
        asked = _frozen(routes)
        if not self._wrong.isdisjoint(enumerate(asked)):
            return False
        kept = _frozen(sound(self._problem, asked))
        self._wrong.update(
            (shift, route)
            for shift, route in enumerate(asked)
            if kept[shift] != route and not fits(self._problem, shift, route)
        )
        value = cost(self._problem, kept)
        if (self._missing(kept), value) < (self._missing(self.routes), self.cost):
            self.routes, self.cost = kept, value
            self.trace.append((round(time.monotonic() - self._began, 2), float(value)))
            if self._found is not None:
                self._found(kept, value)
        return kept == asked

    def answer(self, *, capped: bool) -> Answer:
        """What was kept."""
        return Answer(self.routes, self.cost, capped, tuple(self.trace))

    def _missing(self, routes: Solution) -> int:
        """Locked visits that are not served: however cheap that is, it is worse."""
        return len(self._problem.locked.difference(*routes))


def _frozen(routes: Sequence[Sequence[int]]) -> Solution:
    return tuple(tuple(route) for route in routes)
