"""A team's days in the order that brings most visits early, where that costs nothing.

A search that minds travel alone leaves a team at home on any day of a plan with room. A visit that
is made early leaves days for a second attempt, so a team's whole routes are dealt out to its shifts
anew: at the least cost, and of all ways to do so the earliest (a linear assignment).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from planning.routing.insertion import Routes
from planning.routing.problem import DAY, Problem, cost, route_cost
from planning.routing.schedule import fits

COST = 1 << 20
"""What a second of cost outweighs: days times visits of one team, twice."""


def earlier(problem: Problem, routes: Routes) -> Routes:
    """`routes`, each on the same or another shift of its team; they cost no more.

    Routes with a visit that is bound to one of another day or crew stay where they are.
    """
    meeting = {row for both in problem.together for row in both}
    bound = meeting | {row for first, second, _ in problem.apart for row in (first, second)}
    found = list(routes)
    for team in np.unique(problem.team):
        shifts = [
            int(shift)
            for shift in np.flatnonzero(problem.team == team)
            if bound.isdisjoint(routes[shift])
        ]
        if any(routes[shift] for shift in shifts):
            _, dealt = linear_sum_assignment(_prices(problem, routes, shifts))
            for shift, to in zip(shifts, dealt, strict=True):
                found[shifts[to]] = routes[shift]
    return found if cost(problem, found) <= cost(problem, routes) else routes


def _prices(problem: Problem, routes: Routes, shifts: list[int]) -> npt.NDArray[np.float64]:
    """(routes, shifts) what the route of one shift costs on another; infinite = cannot be."""
    prices = np.full((len(shifts), len(shifts)), np.inf)
    for at, own in enumerate(shifts):
        route = routes[own]
        may = problem.allowed[np.ix_(route, shifts)].all(axis=0)
        for to in np.flatnonzero(may):
            shift = shifts[to]
            if shift == own or fits(problem, shift, route):
                late = len(route) * int(problem.midnight[shift]) // DAY
                price = COST * route_cost(problem, shift, route) + 2 * late + (shift != own)
                prices[at, to] = price
    return prices
