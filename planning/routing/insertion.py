"""Putting one visit into existing routes, exactly: what the engine left is offered everywhere.

A unit is a visit, or both halves of an ordered pair: they go in together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planning.model import Priority
from planning.routing.problem import Problem, route_cost
from planning.routing.schedule import fits

Routes = list[list[int]]
"""For every shift its visits in order; changed in place here, and only here."""
Unit = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Insertion:
    """A tried way to serve a unit."""

    cost: int
    """Added travel and shift cost in seconds."""
    shift: int
    sequence: tuple[int, ...]
    """The whole route with the unit in it."""


def units(problem: Problem) -> tuple[Unit, ...]:
    """Every visit once, pairs together in their order."""
    partner = dict(problem.pairs)
    second = set(partner.values())
    return tuple(
        (visit, partner[visit]) if visit in partner else (visit,)
        for visit in range(problem.visits)
        if visit not in second
    )


def left_out(problem: Problem, routes: Sequence[Sequence[int]]) -> list[Unit]:
    """Units that no route serves; the ones that matter most first, then those with least choice."""
    served = {visit for route in routes for visit in route}
    choice = problem.allowed.sum(axis=1)
    return sorted(
        (unit for unit in units(problem) if unit[0] not in served),
        key=lambda unit: (
            -int(problem.priority[list(unit)].max()),
            -int(problem.penalty[list(unit)].sum()),
            int(choice[unit[0]]),
            unit,
        ),
    )


def cheapest(
    problem: Problem,
    routes: Sequence[Sequence[int]],
    unit: Unit,
    *,
    shifts: Iterable[int] | None = None,
) -> Insertion | None:
    """The insertion of `unit` that adds least, among its allowed shifts or the given ones."""
    best: Insertion | None = None
    able = shifts if shifts is not None else np.nonzero(problem.allowed[unit[0]])[0].tolist()
    for shift in able:
        before = route_cost(problem, shift, routes[shift])
        for sequence in _ways(routes[shift], unit):
            added = route_cost(problem, shift, sequence) - before
            if best is not None and added >= best.cost:
                continue
            if fits(problem, shift, sequence):
                best = Insertion(added, shift, sequence)
    return best


def _ways(route: Sequence[int], unit: Unit) -> Iterator[tuple[int, ...]]:
    """Every order of `route` with `unit` put in, its own order kept."""
    for first in range(len(route) + 1):
        head, tail = tuple(route[:first]), tuple(route[first:])
        if len(unit) == 1:
            yield (*head, *unit, *tail)
            continue
        for second in range(len(tail) + 1):
            yield (*head, unit[0], *tail[:second], unit[1], *tail[second:])


def insert_left(problem: Problem, routes: Routes) -> int:
    """Serves what is left out wherever it fits and pays; returns how many units went in.

    Urgent units that fit nowhere may push out visits that matter less, which then look for another
    place themselves.
    """
    inserted = 0
    for unit in left_out(problem, routes):
        way = cheapest(problem, routes, unit)
        if way is not None and way.cost < int(problem.penalty[list(unit)].sum()):
            routes[way.shift] = list(way.sequence)
            inserted += 1
        elif way is None and problem.priority[list(unit)].max() == Priority.URGENT:
            inserted += _make_room(problem, routes, unit)
    return inserted


def _make_room(problem: Problem, routes: Routes, unit: Unit) -> bool:
    """Serves an urgent unit at the expense of less important ones, losing as little as possible."""
    best: tuple[int, Insertion, list[Unit]] | None = None
    for shift in np.nonzero(problem.allowed[unit[0]])[0].tolist():
        found = _room_on(problem, routes, unit, shift)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    if best is None:
        return False
    _, way, ejected = best
    routes[way.shift] = list(way.sequence)
    for other in ejected:
        again = cheapest(problem, routes, other)
        if again is not None and again.cost < int(problem.penalty[list(other)].sum()):
            routes[again.shift] = list(again.sequence)
    return True


def _room_on(
    problem: Problem, routes: Routes, unit: Unit, shift: int
) -> tuple[int, Insertion, list[Unit]] | None:
    """(value lost, insertion, ejected units) after taking out the cheapest until `unit` fits."""
    lost = 0
    ejected: list[Unit] = []
    remaining = [list(route) for route in routes]
    while True:
        way = cheapest(problem, remaining, unit, shifts=[shift])
        if way is not None:
            # The most valuable looks first for another place.
            by_value = sorted(ejected, key=lambda out: -int(problem.penalty[list(out)].sum()))
            return lost + way.cost, way, by_value
        movable = [
            other
            for other in units(problem)
            if other[0] in remaining[shift]
            and problem.priority[list(other)].max() < Priority.URGENT
        ]
        if not movable:
            return None
        out = _next_out(problem, remaining, unit, shift, movable)
        ejected.append(out)
        lost += int(problem.penalty[list(out)].sum())
        remaining[shift] = [visit for visit in remaining[shift] if visit not in out]


def _next_out(
    problem: Problem, routes: Routes, unit: Unit, shift: int, movable: Sequence[Unit]
) -> Unit:
    """Prefer one whose leaving makes room at once; else the one of least value for its time."""
    by_value = sorted(
        movable,
        key=lambda other: (
            int(problem.penalty[list(other)].sum()) / (1 + int(problem.service[list(other)].sum())),
            other,
        ),
    )
    for other in by_value:
        without = [list(route) for route in routes]
        without[shift] = [visit for visit in routes[shift] if visit not in other]
        if cheapest(problem, without, unit, shifts=[shift]) is not None:
            return other
    return by_value[0]
