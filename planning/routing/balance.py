"""How evenly the work lies on the teams, in the words of the objective (`problem.unfairness`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planning.model import Mode, Plan, Route
from planning.routing.moves import Board, lay_out
from planning.routing.problem import Ints, route_travel, team_work, unfairness
from planning.routing.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


@dataclass(frozen=True, slots=True)
class Load:
    """A team's work in all its shifts of the plan. Seconds."""

    team_id: str
    shifts: int
    stops: int
    hours: int
    """From the start to the end of its shifts."""
    travel: int
    service: int
    waiting: int
    """Before doors, neither travelled nor rested."""
    share: int
    """What its travel and service would be if all did their part by their hours."""
    metres: float | None
    """On the road; None where no lengths are known."""

    @property
    def work(self) -> int:
        """Travel and service: what is to be even."""
        return self.travel + self.service

    @property
    def off(self) -> int:
        """Work above its share; negative below."""
        return self.work - self.share

    @property
    def busy(self) -> float:
        """Part of its hours that is work, 0 to 1; 0 for a team without hours."""
        return self.work / self.hours if self.hours else 0.0


@dataclass(frozen=True, slots=True)
class Area:
    """The teams of one municipality, among which work should be even."""

    municipality_code: str
    teams: tuple[Load, ...]
    """By id."""
    unfairness: int
    """In seconds of travel, as the objective counts it."""

    @property
    def mean(self) -> float:
        """Part of all hours that is work, 0 to 1."""
        hours = sum(team.hours for team in self.teams)
        return sum(team.work for team in self.teams) / hours if hours else 0.0

    @property
    def spread(self) -> float:
        """Between the busiest team and the least busy one, parts of their hours, 0 to 1."""
        busy = [team.busy for team in self.teams]
        return max(busy) - min(busy)


def balance(
    plan: Plan, travel: Mapping[Mode, Travel], *, weights: Weights = WEIGHTS
) -> tuple[Area, ...]:
    """The teams of every municipality, by its code.

    Stops that were made already count like those to come: a day's work is all of it.
    """
    # As if nothing had begun: then every stop is a row of the problem.
    unbound = replace(plan.conditions, begun=(), locks=())
    board = lay_out(replace(plan, conditions=unbound), travel, weights=weights)
    whole, metres = board.whole, lengths(plan, travel)
    work = team_work(whole, board.routes)
    areas = {
        shift.municipality_code: g for shift, g in zip(board.asked.shifts, whole.group, strict=True)
    }
    found = []
    for code, group in sorted(areas.items()):
        shifts = np.flatnonzero(whole.group == group)
        teams = np.unique(whole.team[shifts]).tolist()
        loads = tuple(_load(board, team, work, metres) for team in teams)
        found.append(Area(code, loads, unfairness(whole.part([], shifts.tolist()), work)))
    return tuple(found)


def lengths(plan: Plan, travel: Mapping[Mode, Travel]) -> dict[str, float | None]:
    """Metres of every route by shift: of its legs, else by `travel`; None where neither knows."""
    mode = {shift.shift_id: shift.mode for shift in plan.shifts}
    return {each.shift_id: _metres(each, travel[mode[each.shift_id]]) for each in plan.routes}


def _metres(route: Route, table: Travel) -> float | None:
    if route.legs:
        return route.metres
    if not table.metres.size:
        return None
    at = {key: row for row, key in enumerate(table.keys)}
    office = f"office:{route.team_id}"
    keys = [office, *(stop.visit_id for stop in route.stops), office]
    return float(sum(table.metres[at[a], at[b]] for a, b in pairwise(keys)))


def _load(board: Board, team: int, work: Ints, metres: Mapping[str, float | None]) -> Load:
    whole = board.whole
    hours = whole.end - whole.start
    own = np.flatnonzero(whole.team == team)
    peers = whole.group == whole.group[own[0]]
    there = int(hours[peers].sum())
    done = int(work[np.unique(whole.team[peers])].sum())
    ids = {whole.shift_ids[shift] for shift in own}
    routes = [route for route in board.plan.routes if route.shift_id in ids]
    road = sum(route_travel(whole, shift, board.routes[shift]) for shift in own.tolist())
    away = sum(_away(board, route) for route in routes)
    ways = [metres[route.shift_id] for route in routes]
    return Load(
        team_id=board.asked.shifts[own[0]].team_id,
        shifts=len(own),
        stops=sum(len(route.stops) for route in routes),
        hours=int(hours[own].sum()),
        travel=road,
        service=int(work[team]) - road,
        waiting=max(0, away - int(work[team])),
        share=done * int(hours[own].sum()) // there,
        metres=None if None in ways else sum(way or 0.0 for way in ways),
    )


def _away(board: Board, route: Route) -> int:
    """Seconds from leaving the office to the return, without the pause on the way."""
    pause = board.asked.shifts[board.shift(route.shift_id)].pause
    resting = pause.duration if pause and route.pause_on_the_way is not None else 0
    return route.back - route.departure - resting
