"""A problem without ties between routes, for engines that know only what happens on one.

An engine that takes out and puts back one visit at a time hardly ever finds two crews' common
start: every step that moves one of them alone is wrong. So meetings are held where and when the
routes at hand have them, and days that must lie apart are cut at a day between. Whatever keeps the
rules of the answer keeps those of the question; better places are looked for between two searches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from planning.routing.problem import DAY, Bools, Ints, Problem
from planning.routing.schedule import timed_together


def decoupled(problem: Problem, routes: Sequence[Sequence[int]]) -> Problem:
    """`problem` with ties turned into windows, allowed shifts and penalties.

    `routes` must keep every rule, and do so in the answer, too. Visits of two crews that they
    lack are in none. Locked visits are dear instead of mandatory: a search that must serve what
    cannot be served finds nothing at all.
    """
    where = {visit: shift for shift, route in enumerate(routes) for visit in route}
    allowed, windows = problem.allowed.copy(), list(problem.windows)
    penalty = problem.penalty.copy()
    for visit, start in _meetings(problem, routes).items():
        windows[visit] = ((start, start),)
        allowed[visit] = np.arange(problem.shifts) == where[visit]
    for lead, twin in problem.together:
        penalty[twin] = penalty[lead]
        if lead not in where:
            allowed[[lead, twin]] = False
    for first, second, days in problem.apart:
        _cut(problem, allowed, where, (first, second), days * DAY)
    penalty[list(problem.locked)] += int(problem.penalty.sum())
    return replace(
        problem, allowed=allowed, home=problem.home & allowed, windows=tuple(windows),
        penalty=penalty, together=(), apart=(), locked=frozenset(),
    )  # fmt: skip


def _meetings(problem: Problem, routes: Sequence[Sequence[int]]) -> Mapping[int, int]:
    """When visits of two crews start, by row."""
    if not problem.together:
        return {}
    times = timed_together(problem, tuple(tuple(route) for route in routes))
    starts = {
        visit: start
        for one in times or ()
        if one is not None
        for visit, start in zip(one.sequence, one.starts, strict=True)
    }
    rows = {row for pair in problem.together for row in pair}
    return {row: start for row, start in starts.items() if row in rows}


def _cut(
    problem: Problem,
    allowed: Bools,
    where: Mapping[int, int],
    pair: tuple[int, int],
    gap: int,
) -> None:
    """Leaves the first of `pair` early days and the second later ones, `gap` seconds apart.

    The day is that of the one that is served, or the one that leaves both the most shifts.
    """
    first, second = pair
    midnight: Ints = problem.midnight
    if second in where:
        from_day = int(midnight[where[second]])
    elif first in where:
        from_day = int(midnight[where[first]]) + gap
    else:
        days = np.unique(midnight)
        from_day = max(
            days.tolist(),
            key=lambda day: min(
                allowed[first, midnight + gap <= day].sum(), allowed[second, midnight >= day].sum()
            ),
        )
    allowed[first] &= midnight + gap <= from_day
    allowed[second] &= midnight >= from_day
