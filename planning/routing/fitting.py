"""Which shifts could serve a visit even alone: what cannot is left out of every search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planning.routing.problem import NEVER, Bools, Ints, Problem, first_start


def fitting(problem: Problem) -> Problem:
    """`problem` with every shift disallowed that could not serve the visit even alone.

    Checked against the hours by the direct way from and to the office. With a broken triangle a
    longer way round might just fit; such a gain is given up on purpose.
    """
    allowed = problem.allowed & (alone_slack(problem) >= 0)
    allowed &= (problem.load[:, None] <= problem.capacity[None, :]).all(axis=2)
    for a, b in problem.pairs:
        allowed[[a, b]] = allowed[a] & allowed[b]
    meets = _meets(problem)
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

    Negative when it is late or the working time too long; `-NEVER` when there is no way or no
    window left. The pause counts where it cannot lie before or after the trip.
    """
    slack = np.full(problem.allowed.shape, -NEVER, dtype=np.int64)
    for visit, shift in zip(*np.nonzero(problem.allowed), strict=True):
        slack[visit, shift] = _alone(problem, int(visit), int(shift))
    return slack


def _alone(problem: Problem, visit: int, shift: int) -> int:
    matrix = problem.travel[int(problem.mode[shift])]
    out = int(matrix[problem.origin[shift], visit])
    home = int(matrix[visit, problem.office[shift]])
    if out >= NEVER or home >= NEVER:
        return -NEVER
    if out + home + int(problem.service[visit]) > problem.work[shift]:
        return int(problem.work[shift]) - out - home - int(problem.service[visit])
    earliest, latest, duration = (int(x) for x in problem.pause[shift])
    start, end = int(problem.start[shift]), int(problem.end[shift])
    service, windows = int(problem.service[visit]), problem.windows[visit]
    begin = first_start(windows, start + out)
    if begin >= NEVER:
        return -NEVER
    leave = begin + service
    if not duration or leave + home <= latest:
        return end - leave - home
    backs = [max(leave + home, earliest) + duration] if leave <= latest else []
    late = first_start(windows, max(start + out, earliest) + duration)
    if late < NEVER:
        backs.append(late + service + home)
    return end - min(backs) if backs else -NEVER


def round_trip(problem: Problem, visit: int, shift: int) -> int:
    """Seconds to the visit and back to the office, at most `NEVER`."""
    matrix = problem.travel[int(problem.mode[shift])]
    out = int(matrix[problem.origin[shift], visit])
    return min(NEVER, out + int(matrix[visit, problem.office[shift]]))
