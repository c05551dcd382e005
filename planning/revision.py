"""A plan that exists, and what a planner does to it: repair it, move stops by hand, ask what if.

These are the steps around `planning.routing.{repair,moves,whatif,balance}` that `planning.pipeline`
is around the planner: visits from cases, travel times from roads, legs along them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import shapely

from planning.campaign.ladder import Contact, Ladder, standings, to_visit
from planning.model import (
    UNBOUND,
    Begun,
    Case,
    Conditions,
    LonLat,
    Mode,
    Place,
    Plan,
    PlanVersion,
    Reason,
    Route,
    Team,
    Unserved,
    Visit,
)
from planning.pipeline import travel_times, with_legs
from planning.routing.balance import Area, balance
from planning.routing.conceding import change_for, conceded
from planning.routing.concessions import Relaxation
from planning.routing.difference import Difference, difference
from planning.routing.moves import Board, Move, Trial, apply, lay_out, ranking, try_move
from planning.routing.planner import Workers, make_plan
from planning.routing.repair import Now, RoadClosed, VisitAdded, repair
from planning.routing.whatif import Change, Inputs, Row, compare
from planning.stores import Report, Stop
from planning.travel.matrix import Travel
from planning.travel.overlay import Overlay
from planning.travel.router import Router
from planning.travel.sphere import from_mercator, to_mercator
from planning.visits import VisitRules, group

RETIMED_MINUTES = 10
"""Stops that come earlier or later by less are no news."""

Routers = Callable[[Mode], Router]


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch of road that cannot be travelled today: everything within a circle."""

    at: LonLat
    metres: float = 30.0


def repaired(
    plan: Plan,
    teams: Sequence[Team],
    router: Routers,
    *,
    events: Sequence[Change] = (),
    cases: Sequence[Case] = (),
    places: Mapping[str, Place] | None = None,
    closed: Sequence[Closed] = (),
    now: Now | None = None,
    seed: int = 0,
) -> Plan:
    """`plan` after what has happened, with legs along the roads that are open.

    Args:
        plan: the published one.
        teams: the campaign's.
        router: roads by mode.
        events: in this order, see `planning.routing.repair`.
        cases: new ones that the plan should visit, too.
        places: where these are, by case id.
        closed: roads that cannot be travelled.
        now: nothing before it is changed.
        seed: same plan, same events, same seed: the same repair.

    Raises:
        InputError: an event contradicts the plan.
    """
    added, set_aside = new_visits(plan, cases, places or {})
    open_roads = _around(router, closed)
    travel = travel_times((*plan.visits, *added), teams, router)
    told: list[Change] = [*(VisitAdded(visit) for visit in added), *events]
    if closed:
        told.append(RoadClosed(travel_times((*plan.visits, *added), teams, open_roads)))
    after = repair(plan, told, travel, now=now, seed=seed)
    drawn = with_legs(after, teams, open_roads)
    return replace(drawn, unserved=(*drawn.unserved, *set_aside))


def climbed(
    plan: Plan,
    cases: Sequence[Case],
    contacts: Sequence[Contact],
    ladder: Ladder,
    day: date,
) -> tuple[Plan, tuple[Case, ...], tuple[Unserved, ...]]:
    """(plan without cases that waited for a step, those that may be visited now, those that wait).

    With no `cases` nothing is taken off the plan. One that is on a route stays there.
    """
    if not cases:
        return plan, (), ()
    held = {one for each in plan.unserved if each.reason is Reason.CONTACT_FIRST
            for one in each.case_ids}  # fmt: skip
    known = {one for visit in plan.visits for one in visit.case_ids}
    known |= {one for each in plan.unserved for one in each.case_ids} - held
    fresh = [case for case in cases if case.case_id not in known]
    ready, waiting = to_visit(fresh, standings(fresh, contacts, ladder, day))
    others = tuple(each for each in plan.unserved if each.reason is not Reason.CONTACT_FIRST)
    return replace(plan, unserved=others), ready, waiting


def new_visits(
    plan: Plan, cases: Sequence[Case], places: Mapping[str, Place]
) -> tuple[tuple[Visit, ...], tuple[Unserved, ...]]:
    """(visits, cases that become none) of those `cases` that the plan does not know."""
    known = {one for visit in plan.visits for one in visit.case_ids}
    known |= {one for each in plan.unserved for one in each.case_ids}
    fresh = [case for case in cases if case.case_id not in known]
    visits, set_aside = group(fresh, places, rules=VisitRules(), shifts=plan.shifts)
    taken = {visit.visit_id for visit in plan.visits}
    return tuple(_renamed(visit, taken) for visit in visits), set_aside


def _renamed(visit: Visit, taken: set[str]) -> Visit:
    """The visit under an id that the plan does not use; `taken` then has it."""
    number = len(taken) + 1
    while (name := f"v{number:04d}") in taken:
        number += 1
    taken.add(name)
    return replace(visit, visit_id=name)


def _around(router: Routers, closed: Sequence[Closed]) -> Routers:
    """`router` with the closed roads laid over."""
    if not closed:
        return router
    circles = tuple(_circle(each) for each in closed)
    return lambda mode: router(mode).with_overlay(Overlay(closed=circles))


def _circle(closed: Closed) -> shapely.Polygon:
    """Its edge in lon, lat."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    # Mercator metres are too long by this much.
    radius = closed.metres / np.cos(np.radians(closed.at[1]))
    edge = to_mercator(np.array(closed.at)) + radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    return shapely.Polygon(from_mercator(edge))


def compared(
    plan: Plan,
    teams: Sequence[Team],
    router: Routers,
    changes: Sequence[Change],
    *,
    seconds: float,
    workers: Workers,
    report: Report,
    stop: Stop,
) -> tuple[Row, ...]:
    """The plan as it is beside one for every change, planned from scratch with the same budget.

    `seconds` are for each of them. A stop leaves out what is not planned yet.
    """
    inputs = replace(
        Inputs.of(plan, travel_times(plan.visits, teams, router)), conditions=_ties(plan)
    )
    done = 0

    def solve(changed: Inputs) -> Plan:
        nonlocal done
        share = done / (len(changes) + 1)
        done += 1
        return make_plan(
            changed.visits, changed.shifts, changed.travel, first_day=changed.first_day,
            days=changed.days, seed=plan.seed, seconds=seconds, workers=workers,
            conditions=changed.conditions, stop=stop,
            report=lambda part, words: report(share + part / (len(changes) + 1), words),
        )  # fmt: skip

    return compare(inputs, changes, solve)


def _ties(plan: Plan) -> Conditions:
    """What binds the visits of a plan, without what has been made of it."""
    return replace(plan.conditions, begun=(), published=())


class Workbench:
    """A plan laid out for changes by hand: what each would do is known at once.

    Holds addresses: it is kept by whoever may plan, and no longer than the plan is the newest.
    """

    def __init__(
        self,
        found: PlanVersion,
        published: PlanVersion | None,
        teams: Sequence[Team],
        router: Routers,
    ) -> None:
        self.found = found
        self._published, self._teams, self._router = published, tuple(teams), router

    @property
    def plan(self) -> Plan:
        """As it is."""
        return self.found.plan

    @cached_property
    def travel(self) -> dict[Mode, Travel]:
        """Times among its visits and offices."""
        return travel_times(self.plan.visits, self._teams, self._router)

    @cached_property
    def board(self) -> Board:
        """The plan on arrays."""
        return lay_out(self.plan, self.travel)

    def places_for(self, visit_id: str) -> tuple[Trial, ...]:
        """The best place of a visit on every shift, what breaks no rule first."""
        return ranking(self.board, visit_id)

    def trial(self, move: Move) -> Trial:
        """What a move by hand does."""
        return try_move(self.board, move)

    def moved(self, trial: Trial, *, lock: bool) -> Plan:
        """The plan with the move made and legs along the roads.

        Raises:
            InputError: the move breaks a rule.
        """
        return with_legs(apply(self.board, trial, lock=lock), self._teams, self._router)

    def remedy(self, visit_id: str) -> Relaxation | None:
        """What would let a visit that is left be made, in the plan as it stands.

        Raises:
            InputError: it is not left.
        """
        names = {team.team_id: team.name for team in self._teams}
        return change_for(self.board, visit_id, names=names)

    def conceded(self, change: Relaxation) -> Plan:
        """The plan with a remedy made in it and legs along the roads."""
        return with_legs(conceded(self.board, change), self._teams, self._router)

    def begun(self, route: Route, stops: int) -> Begun:
        """The first `stops` of a route, as if all had gone as planned so far."""
        made = route.stops[:stops]
        pause = route.pause_on_the_way
        rested = pause is not None and bool(made) and pause < made[-1].start
        return Begun(route.shift_id, route.departure, made, pause if rested else None)

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """How evenly the work lies on the teams."""
        return balance(self.plan, self.travel)

    @cached_property
    def news(self) -> Difference | None:
        """What publishing it would change for the teams; None where nothing is published yet."""
        if self._published is None or self._published.version == self.found.version:
            return None
        return difference(
            self._published.plan, self._as_published, self.travel, minutes=RETIMED_MINUTES
        )

    @cached_property
    def doors(self) -> dict[str, Visit]:
        """Visits by the ids that `news` uses."""
        before = self._published.plan.visits if self._published else ()
        return {visit.visit_id: visit for visit in (*before, *self._as_published.visits)}

    @cached_property
    def _as_published(self) -> Plan:
        """The plan with the published one's visit ids."""
        return _named_as(self._published.plan, self.plan) if self._published else self.plan


def _named_as(before: Plan, plan: Plan) -> Plan:
    """`plan` with the visit ids of `before` for visits of the same cases, others marked as new."""
    known = {visit.case_ids: visit.visit_id for visit in before.visits}
    name = {each.visit_id: known.get(each.case_ids, f"+{each.visit_id}") for each in plan.visits}
    if all(old == new for old, new in name.items()):
        return plan
    return replace(
        plan,
        visits=tuple(replace(each, visit_id=name[each.visit_id]) for each in plan.visits),
        routes=tuple(
            replace(route, stops=tuple(replace(x, visit_id=name[x.visit_id]) for x in route.stops))
            for route in plan.routes
        ),
        unserved=tuple(
            replace(each, visit_id=name.get(each.visit_id, "")) for each in plan.unserved
        ),
        conditions=UNBOUND,
    )
