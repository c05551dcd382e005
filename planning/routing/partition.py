"""The best choice among all routes met: set partitioning with CP-SAT, the last step of a plan.

A search meets far more good routes than end up in its best plan. Choosing among them, at most one
for a shift and each visit at most once, finds combinations that the search did not walk through
(Rochat and Taillard 1995, Probabilistic diversification and intensification in local search).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from planning.routing.problem import Problem, Solution, cost, route_cost

DETERMINISTIC_SECONDS = 0.25
"""Effort, as CP-SAT counts it, that about fits in a second of one core."""


@dataclass(frozen=True, slots=True)
class Column:
    """A route that keeps every rule on its shift."""

    shift: int
    visits: tuple[int, ...]
    """In order."""
    cost: int
    """Travel and shift costs, `problem.route_cost`."""


def columns_of(problem: Problem, solution: Solution) -> tuple[Column, ...]:
    """The routes of a solution."""
    return tuple(
        Column(shift, tuple(route), route_cost(problem, shift, route))
        for shift, route in enumerate(solution)
        if route
    )


def choose(
    problem: Problem,
    columns: Sequence[Column],
    start: Solution,
    *,
    seconds: float,
    effort: float | None = None,
    seed: int = 0,
) -> Solution:
    """The cheapest plan made of `columns` and of the routes of `start`, never worse than `start`.

    Args:
        problem: what the columns are routes of.
        columns: routes met; doubled ones do no harm. Routes of `start` with visits that are locked
            or bound to those of other routes stay as they are.
        start: a plan to begin with.
        seconds: wall clock that may be used.
        effort: CP-SAT's deterministic time instead: same input, same effort, same plan.
        seed: of CP-SAT's search.
    """
    known = columns_of(problem, start)
    tied = _tied(problem)
    fixed = {one for one in known if not tied.isdisjoint(one.visits)}
    free = _free(columns, tied, fixed)
    every = [*known, *(one for one in free if one not in set(known))]
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in every]
    of_shift: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    of_visit: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for variable, column in zip(taken, every, strict=True):
        of_shift[column.shift].append(variable)
        for visit in column.visits:
            of_visit[visit].append(variable)
    for choice in (*of_shift.values(), *of_visit.values()):
        model.add_at_most_one(choice)
    saved = [int(problem.penalty[list(column.visits)].sum()) - column.cost for column in every]
    model.maximize(cp_model.LinearExpr.weighted_sum(taken, saved))
    for at, variable in enumerate(taken):
        model.add_hint(variable, at < len(known))
        if every[at] in fixed:
            model.add(variable == 1)
    solver = cp_model.CpSolver()
    # Else it takes Ctrl-C away from whoever runs it, for good.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    if effort is None:
        solver.parameters.max_time_in_seconds = seconds
    else:
        solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start
    routes: list[tuple[int, ...]] = [()] * problem.shifts
    for variable, column in zip(taken, every, strict=True):
        if solver.boolean_value(variable):
            routes[column.shift] = column.visits
    found = tuple(routes)
    return found if cost(problem, found) < cost(problem, start) else start


def _tied(problem: Problem) -> frozenset[int]:
    """Visits whose route cannot be chosen without looking at others, and those that must stay."""
    bound = {row for pair in problem.together for row in pair}
    spaced = {row for first, second, _ in problem.apart for row in (first, second)}
    return problem.locked | bound | spaced


def _free(
    columns: Sequence[Column], tied: frozenset[int], fixed: Collection[Column]
) -> list[Column]:
    """Different columns without tied visits, on shifts that are not fixed."""
    shifts = {one.shift for one in fixed}
    return [
        one
        for one in dict.fromkeys(columns)
        if one.shift not in shifts and tied.isdisjoint(one.visits)
    ]
