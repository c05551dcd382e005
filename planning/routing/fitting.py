"""Which shifts could serve a visit even alone: what cannot is left out of every search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planning.routing.problem import NEVER, Bools, Ints, Problem


def fitting(problem: Problem) -> Problem:
    """`problem` with every shift disallowed that could not serve the visit even alone.

    Checked against the hours by the direct way from and to the office. With a broken triangle a
    longer way round might just fit; such a gain is given up on purpose.
    """
    allowed = problem.allowed & (alone_slack(problem) >= 0)
    allowed &= (problem.load[:, None] <= problem.capacity[None, :]).all(axis=2)
    meets = _meets(problem)
    before = None
    # Until nothing falls any more: a pair may fall with its half's second crew, and the reverse.
    while before is None or (allowed != before).any():
        before = allowed.copy()
        for a, b in problem.pairs:
            allowed[[a, b]] = allowed[a] & allowed[b]
        for a, b in problem.together:
            allowed[a] &= meets[:, allowed[b]].any(axis=1)
            allowed[b] &= meets[:, allowed[a]].any(axis=1)
    return replace(problem, allowed=allowed, home=problem.home & allowed)


def _meets(problem: Problem) -> Bools:
    """(S, S) True for shifts of two teams on one day."""
    same_day = problem.midnight[:, None] == problem.midnight[None, :]
    meets: Bools = same_day & (problem.team[:, None] != problem.team[None, :])
    return meets


def alone_slack(problem: Problem) -> Ints:
    """(V, S) seconds between the return from a visit made alone and the end of the shift.

    Negative when it is late or the working time too long; `-NEVER` where it is not allowed, when
    there is no way or no window left in the shift's hours. The pause counts where it cannot lie
    before or after the trip.
    """
    slack = np.full(problem.allowed.shape, -NEVER, dtype=np.int64)
    hours = np.column_stack([problem.start, problem.end])
    spans, span = np.unique(hours, axis=0, return_inverse=True)
    flat = _flat(problem.windows)
    for at, (start, end) in enumerate(spans.tolist()):
        opens, closes = _openings(flat, problem.visits, start, end)
        for shift in np.flatnonzero(span.reshape(-1) == at).tolist():
            rows = np.flatnonzero(problem.allowed[:, shift])
            slack[rows, shift] = _alone(problem, rows, shift, opens[rows], closes[rows])
    return slack


def _flat(windows: Sequence[Sequence[tuple[int, int]]]) -> Ints:
    """(n, 3) visit, earliest and latest of every window, in order."""
    each = [(visit, *window) for visit, own in enumerate(windows) for window in own]
    return np.array(each, dtype=np.int64).reshape(-1, 3)


def _openings(flat: Ints, visits: int, start: int, end: int) -> tuple[Ints, Ints]:
    """(V, W) earliest and latest starts of the windows that touch these hours, `NEVER` behind."""
    near = flat[(flat[:, 1] <= end) & (flat[:, 2] >= start)]
    count = np.bincount(near[:, 0], minlength=visits)
    place = np.arange(len(near)) - np.repeat(np.cumsum(count) - count, count)
    bounds = np.full((2, visits, int(count.max(initial=0)) + 1), NEVER, dtype=np.int64)
    bounds[:, near[:, 0], place] = near[:, 1:].T
    return bounds[0], bounds[1]


def _first_start(opens: Ints, closes: Ints, ready: Ints) -> Ints:
    """(R,) earliest start in windows (R, W) from `ready` on; `NEVER` when all have closed."""
    open_still = closes >= ready[:, None]
    window = np.argmax(open_still, axis=1)
    row = np.arange(len(ready))
    start = np.maximum(opens[row, window], ready)
    found: Ints = np.where(open_still.any(axis=1), np.minimum(start, NEVER), NEVER)
    return found


def _alone(problem: Problem, rows: Ints, shift: int, opens: Ints, closes: Ints) -> Ints:
    """(R,) slack of each of `rows` made alone on `shift`."""
    matrix = problem.travel[int(problem.mode[shift])]
    out = matrix[problem.origin[shift], rows].astype(np.int64)
    home = matrix[rows, problem.office[shift]].astype(np.int64)
    service, work = problem.service[rows], int(problem.work[shift])
    earliest, latest, duration = problem.pause[shift].tolist()
    start, end = int(problem.start[shift]), int(problem.end[shift])
    begin = _first_start(opens, closes, start + out)
    leave = begin + service
    backs = leave + home
    if duration:
        # After the return, on the way home, or before the visit.
        inside = np.where(leave <= latest, np.maximum(backs, earliest) + duration, NEVER)
        late = _first_start(opens, closes, np.maximum(start + out, earliest) + duration)
        rested = np.where(late < NEVER, late + service + home, NEVER)
        backs = np.where(backs <= latest, backs, np.minimum(inside, rested))
    slack = np.where((begin < NEVER) & (backs < NEVER), end - backs, -NEVER)
    too_long = out + home + service
    slack = np.where(too_long > work, work - too_long, slack)
    found: Ints = np.where((out >= NEVER) | (home >= NEVER), -NEVER, slack)
    return found


def round_trip(problem: Problem, visit: int, shift: int) -> int:
    """Seconds to the visit and back to the office, at most `NEVER`."""
    matrix = problem.travel[int(problem.mode[shift])]
    out = int(matrix[problem.origin[shift], visit])
    return min(NEVER, out + int(matrix[visit, problem.office[shift]]))
