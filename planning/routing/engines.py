"""What every engine is to the rest: a problem in, the best routes found out, told along the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from planning.routing.problem import Problem, Solution, cost
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
