"""When the day goes wrong: a new plan in seconds, with as few other stops moved as it takes.

    after = repair(before, [VisitAdded(visit), Underway(begun)], travel, now=Now(today, 39_600))

The published plan is both the start of the search and a wish with a price (`Conditions.published`):
a stop changes its team or day only where that spares more than `Weights.moved_team` or `moved_day`,
and the more the dearer, where more than one in twenty would.
The search looks at what lies around the event; where an urgent visit is left, at more and more of
it. It is counted in iterations, not in seconds: the same events give the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from planning.errors import Fault, InputError
from planning.model import (
    Begun,
    Member,
    Mode,
    Plan,
    Priority,
    Route,
    Shift,
    Visit,
)
from planning.routing import checker, planner
from planning.routing.build import Asked, everything, sift
from planning.routing.calendar import Calendar
from planning.routing.catalogue import engine
from planning.routing.insertion import Routes, sound
from planning.routing.moves import assembled, clock
from planning.routing.parts import Part, components
from planning.routing.problem import DAY, Problem, Solution, cost, route_cost
from planning.routing.schedule import fits, timed
from planning.routing.weights import WEIGHTS, Weights
from planning.routing.whatif import Change, Inputs, TeamLost
from planning.shifts import manned
from planning.text import Note, note
from planning.travel import compiled

if TYPE_CHECKING:
    from planning.travel.matrix import Travel

__all__ = [
    "MemberLost",
    "Now",
    "Overrun",
    "RoadClosed",
    "ShiftChanged",
    "TeamLost",
    "Underway",
    "VisitAdded",
    "VisitRemoved",
    "repair",
]

# --- what may happen ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitAdded:
    """A visit that the plan did not know; `travel` must."""

    visit: Visit

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        return replace(inputs, visits=(*inputs.visits, self.visit))

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        return note("visit {visit} is added", visit=self.visit.visit_id)


@dataclass(frozen=True, slots=True)
class VisitRemoved:
    """A visit that is no longer wanted, and whatever binds another one to it."""

    visit_id: str

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        gone, bound = self.visit_id, inputs.conditions
        if all(visit.visit_id != gone for visit in inputs.visits):
            raise InputError([Fault(note("it is not in the plan"), field="visit", value=gone)])
        if any(stop.visit_id == gone for each in bound.begun for stop in each.stops):
            raise InputError(
                [Fault(note("this visit has been made already"), field="visit", value=gone)]
            )  # fmt: skip
        return replace(
            inputs,
            visits=tuple(visit for visit in inputs.visits if visit.visit_id != gone),
            conditions=replace(
                bound,
                pairs=tuple(pair for pair in bound.pairs if gone not in pair),
                spacings=tuple(x for x in bound.spacings if gone not in (x.first, x.second)),
                locks=tuple(lock for lock in bound.locks if lock.visit_id != gone),
                published=tuple(each for each in bound.published if each[0] != gone),
            ),
        )

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        return note("visit {visit} is no longer wanted", visit=self.visit_id)


@dataclass(frozen=True, slots=True)
class MemberLost:
    """Somebody of a crew cannot come on some days."""

    team_id: str
    member_id: str
    members: tuple[Member, ...]
    """Of the team: those who are left give the shift its institutions, languages and sexes."""
    days: frozenset[date]

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`. A shift with nobody left on it is lost."""
        for day in sorted(self.days):
            present = self._present(inputs.shifts, day)
            if present is None:
                continue
            if not present:
                inputs = TeamLost(self.team_id, day).on(inputs)
                continue
            shifts = (
                manned(shift, present) if self._is(shift, day) else shift for shift in inputs.shifts
            )
            inputs = replace(inputs, shifts=tuple(shifts))
        return inputs

    def _is(self, shift: Shift, day: date) -> bool:
        return (shift.team_id, shift.day) == (self.team_id, day)

    def _present(self, shifts: Iterable[Shift], day: date) -> tuple[Member, ...] | None:
        """Who is left on that day; None where the member was not to come anyway."""
        on = next((shift for shift in shifts if self._is(shift, day)), None)
        if on is None or self.member_id not in on.members:
            return None
        left = set(on.members) - {self.member_id}
        return tuple(member for member in self.members if member.member_id in left)

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        return note("a member of team {team} is missing from {from_day} to {to_day}",
                    team=self.team_id, from_day=min(self.days), to_day=max(self.days))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoadClosed:
    """Other travel times: `planning.travel.overlay` laid over the roads, and measured again."""

    travel: Mapping[Mode, Travel]
    """For every mode that the plan uses; a mode that is not named stays as it was."""

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        return replace(inputs, travel={**inputs.travel, **self.travel})

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        return note("other travel times")


@dataclass(frozen=True, slots=True)
class Underway:
    """What a crew has done of its day by now; replaces what was known of it."""

    begun: Begun

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        bound = inputs.conditions
        others = tuple(each for each in bound.begun if each.shift_id != self.begun.shift_id)
        return replace(inputs, conditions=replace(bound, begun=(*others, self.begun)))

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        team, day = self.begun.shift_id.rsplit("@", 1)
        return note("team {team} has made {count} visits on {day}", team=team, day=day,
                    count=len(self.begun.stops))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Overrun:
    """The visit that a crew is at takes until `departure`."""

    shift_id: str
    departure: int
    """Seconds after midnight."""

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        found = [each for each in inputs.conditions.begun if each.shift_id == self.shift_id]
        if not found or not found[0].stops:
            words = note("it has made no visit yet; say first what it has done of its day")
            raise InputError([Fault(words, field="shift", value=self.shift_id)])
        *earlier, last = found[0].stops
        if self.departure < last.start:
            words = note("a visit cannot end before it begins")
            raise InputError([Fault(words, field="visit", value=last.visit_id)])
        stops = (*earlier, replace(last, departure=self.departure))
        return Underway(replace(found[0], stops=stops)).on(inputs)

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        team, day = self.shift_id.rsplit("@", 1)
        return note("team {team} is held up until {clock} on {day}", team=team, day=day,
                    clock=clock(self.departure))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShiftChanged:
    """A shift begins or ends at another time."""

    shift_id: str
    start: int | None = None
    end: int | None = None

    def on(self, inputs: Inputs) -> Inputs:
        """See `whatif.Change`."""
        if all(shift.shift_id != self.shift_id for shift in inputs.shifts):
            raise InputError(
                [Fault(note("no team works then"), field="shift", value=self.shift_id)]
            )
        return replace(
            inputs,
            shifts=tuple(
                self._changed(shift) if shift.shift_id == self.shift_id else shift
                for shift in inputs.shifts
            ),
        )

    def _changed(self, shift: Shift) -> Shift:
        start = shift.start if self.start is None else self.start
        return replace(shift, start=start, end=shift.end if self.end is None else self.end)

    @property
    def told(self) -> Note:
        """See `whatif.Change`."""
        team, day = self.shift_id.rsplit("@", 1)
        return note("other hours for team {team} on {day}", team=team, day=day)


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the repair: nothing before it can be changed any more."""

    day: date
    seconds: int
    """After midnight."""

    @classmethod
    def within(cls, plan: Plan, moment: datetime) -> Now | None:
        """`moment`, in local time; None where it lies outside of the plan's days."""
        last = plan.first_day + timedelta(days=plan.days - 1)
        if not plan.first_day <= moment.date() <= last:
            return None
        return cls(moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second)


# --- the repair ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is searched.

    Measured on 250 visits, 128 events of eight kinds, travel above a free search from the same
    routes: one search of 650 iterations +0.34 %, the better of two of 325 +0.36 %, of 400 +0.26 %,
    of 650 +0.25 % (standard error 0.08). More heat moves more and finds no more.
    """

    around: int = 300
    """Visits that are looked at first, at most."""
    searches: int = 2
    """Side by side, from the same routes; the better one is taken."""
    iterations: int = 400
    """Of each of them, for every visit that is looked at."""
    hot: float = 0.3
    """Temperature to begin with, in mean legs (`ruin.engine.Cooling`)."""
    again: float = 0.04
    """Part of the iterations that each `SURCHARGES` gets, where too much has moved."""
    seconds: float = 20.0
    """Hard end of one search, which the iterations end long before."""


EFFORT = Effort()
FEW_MOVED, MOST_MOVED = 3, 0.05
"""Stops, and part of those that could stay: where more have moved, each must be worth more."""
SURCHARGES = tuple(round(20 * 1.6**step) for step in range(8))
"""Seconds of travel that each must be worth more then, one after the other until few enough have
moved: 20 to 537. To hold to that cost 0.14 % of travel in steps, and 0.23 % with 480 at once."""
EXPLAINED = 1.0
"""Seconds, of which half may go into what would make the left visits possible."""
SLOW = 2.5
"""Seconds of the search where numba is missing."""


def repair(
    plan: Plan,
    events: Sequence[Change],
    travel: Mapping[Mode, Travel],
    *,
    now: Now | None = None,
    seed: int = 0,
    weights: Weights = WEIGHTS,
    effort: Effort = EFFORT,
) -> Plan:
    """`plan` after `events`, checked; what need not change stays as it is.

    Locked stops and stops that were made stay where they are. A crew of which nothing was heard
    (`Underway`) is taken to be where the plan has it `now`; the stop that it is on its way to
    stays its next one. A crew that cannot be back in time any more goes home at once.

    Args:
        plan: the published one.
        events: what has happened, in this order.
        travel: as in `planner.make_plan`, added visits included; `RoadClosed` replaces it.
        now: without it, every stop that is not told to be made may change.
        seed: the same events and seed give the same plan.
        weights: the objective.
        effort: how much is searched.

    Raises:
        InputError: an event contradicts the plan; every fault of the changed input at once.
    """
    known = Inputs.of(plan, travel)
    known = known if now is None else _by_now(known, plan, now)
    inputs = known
    for event in events:
        inputs = event.on(inputs)
    draft = _draft(plan, inputs)
    scene = _Scene(plan, draft, known, inputs.travel, now, weights)
    scene.search(seed, effort)
    repaired = replace(scene.plan(), seed=seed)
    broken = checker.check(repaired, inputs.travel)
    if broken:
        raise RuntimeError("the repaired plan breaks its own rules: " + "; ".join(broken[:10]))
    return repaired


def _by_now(inputs: Inputs, plan: Plan, now: Now) -> Inputs:
    """Every crew that nothing was told of has done by now what the plan said.

    Who has not left begins now at the earliest; a shift that is over without a visit is used up.
    """
    told = {each.shift_id: each for each in inputs.conditions.begun}
    routes = {each.shift_id: each for each in plan.routes}
    begun, shifts = [], []
    for shift in inputs.shifts:
        moment = now.seconds if shift.day == now.day else DAY * (shift.day < now.day)
        route = routes.get(shift.shift_id)
        done = told.get(shift.shift_id) or _done(shift, route, moment)
        begun += [] if done is None else [done]
        shifts.append(shift if done else replace(shift, start=max(shift.start, moment)))
    conditions = replace(inputs.conditions, begun=tuple(begun))
    return replace(inputs, shifts=tuple(shifts), conditions=conditions)


def _done(shift: Shift, route: Route | None, moment: int) -> Begun | None:
    """What a crew has done by that time of its day, if all goes as planned; None before it left."""
    if route is None or route.departure > moment:
        return Begun(shift.shift_id, shift.end) if moment >= shift.end else None
    stops = tuple(stop for stop in route.stops if stop.start <= moment)
    pause = route.pause_on_the_way
    rested = pause is not None and pause <= moment
    return Begun(route.shift_id, route.departure, stops, pause if rested else None)


def _draft(plan: Plan, inputs: Inputs) -> Plan:
    """What is asked now, with the published routes and the wish to keep to them."""
    known = {visit.visit_id for visit in inputs.visits}
    published = {
        stop.visit_id: route.shift_id
        for route in reversed(plan.routes)
        for stop in route.stops
        if stop.visit_id in known
    }
    return replace(
        plan,
        first_day=inputs.first_day,
        days=inputs.days,
        visits=inputs.visits,
        shifts=inputs.shifts,
        conditions=replace(inputs.conditions, published=tuple(sorted(published.items()))),
        districts=tuple(
            replace(each, visit_ids=tuple(one for one in each.visit_ids if one in known))
            for each in plan.districts
        ),
        complete=True,
        settled=True,
        trace=(),
    )


class _Scene:
    """What is searched, and the routes as they are so far."""

    def __init__(
        self,
        before: Plan,
        draft: Plan,
        known: Inputs,
        travel: Mapping[Mode, Travel],
        now: Now | None,
        weights: Weights,
    ) -> None:
        calendar = Calendar(draft.first_day, draft.days)
        whole, asked = everything(
            draft.visits, draft.shifts, travel, calendar, draft.conditions, weights=weights
        )
        self._draft, self._asked, self._weights = draft, asked, weights
        self._whole = _on_the_way(_closed(whole, asked, now), asked, draft, now)
        self._problem, self._impossible = sift(self._whole, asked)
        self._published = planner.routes_of(draft, self._problem)
        self.routes = sound(self._problem, self._published)
        self._could_stay = {row: at for at, route in enumerate(self.routes) for row in route}
        self._focus = self._around_what(before, known)

    def _around_what(self, before: Plan, known: Inputs) -> Part:
        """Visits without a shift that had one or are new; shifts that are not as they were."""
        shifts = {shift.shift_id: shift for shift in known.shifts}
        routes = {each.shift_id: replace(each, legs=()) for each in before.routes}
        now = {each.shift_id: replace(each, legs=()) for each in self._timed()}
        changed = tuple(
            at
            for at, shift in enumerate(self._asked.calendar.kept(self._draft.shifts))
            if shifts.get(shift.shift_id) != shift
            or routes.get(shift.shift_id) != now.get(shift.shift_id)
        )
        left = {each.visit_id for each in before.unserved}
        rows = self._absent(self.routes)
        return tuple(row for row in rows if self._problem.visit_ids[row] not in left), changed

    def _absent(self, routes: Routes) -> list[int]:
        served = {row for sequence in routes for row in sequence}
        return [row for row in range(self._problem.visits) if row not in served]

    def _timed(self) -> tuple[Route, ...]:
        self.routes, times = planner.kept_routes(self._problem, self.routes)
        return assembled(self._problem, self._asked, times, self._draft.routes)

    def search(self, seed: int, effort: Effort) -> None:
        """Around the event; then around more and more, as long as an urgent visit is left."""
        searched: Part | None = None
        for wider in count() if any(self._focus) else ():
            part = _neighbourhood(self._problem, self.routes, self._focus, effort.around << wider)
            if part == searched:
                break
            self.routes = self._best_of_searches(part, seed, effort)
            if not self._urgent_left(self.routes):
                break
            searched = part
        self._keep_order()

    def _best_of_searches(self, part: Part, seed: int, effort: Effort) -> Routes:
        """Compiled searches do not hold each other up, so they are threads."""
        searches = effort.searches if compiled.installed() else 1
        with ThreadPoolExecutor(searches) as threads:
            tasks = [
                threads.submit(self._searched, part, seed + 1_000 * at, effort)
                for at in range(searches)
            ]
            return min((task.result() for task in tasks), key=self._rank)

    def _rank(self, routes: Routes) -> tuple[int, bool, int]:
        """Sort key, the best first."""
        return (
            self._urgent_left(routes), self._moves_too_much(routes), cost(self._problem, routes)
        )  # fmt: skip

    def _searched(self, part: Part, seed: int, effort: Effort) -> Routes:
        """One search; where too many stops have moved, short ones in which each is worth more."""
        routes = _search(self._problem, self.routes, part, seed, effort)
        again = replace(effort, iterations=int(effort.iterations * effort.again))
        for surcharge in SURCHARGES:
            if not self._moves_too_much(routes):
                break
            routes = _search(self._dearer(surcharge), routes, part, seed, again)
        return routes

    def _moves_too_much(self, routes: Routes) -> bool:
        on = {row: shift for shift, route in enumerate(routes) for row in route}
        moved = sum(on.get(row, shift) != shift for row, shift in self._could_stay.items())
        return moved > max(FEW_MOVED, MOST_MOVED * len(self._could_stay))

    def _dearer(self, surcharge: int) -> Problem:
        """The problem where each stop that could stay costs so much more anywhere else."""
        tolls = self._problem.shift_cost.copy()
        rows, shifts = list(self._could_stay), list(self._could_stay.values())
        tolls[rows] += surcharge
        tolls[rows, shifts] -= surcharge
        return replace(self._problem, shift_cost=tolls)

    def _keep_order(self) -> None:
        """The published order, unless another one costs less: a search takes what it meets."""
        problem = self._problem
        meeting = {row for both in problem.together for row in both}
        for shift, sequence in enumerate(self.routes):
            if meeting.isdisjoint(sequence):
                published = self._published[shift]
                worth = self._weights.moved_order if set(published) == set(sequence) else 0
                self.routes[shift] = _in_order(problem, shift, sequence, published, worth)

    def _urgent_left(self, routes: Routes) -> int:
        return int((self._problem.priority[self._absent(routes)] == Priority.URGENT).sum())

    def plan(self) -> Plan:
        """The plan of the routes as they are."""
        routes = self._timed()
        unserved = planner.left_with_reasons(
            self._problem, self.routes, self._whole, self._asked, self._impossible, EXPLAINED
        )
        no_visit = tuple(each for each in self._draft.unserved if not each.visit_id)
        return replace(self._draft, routes=routes, unserved=(*no_visit, *unserved))


def _search(whole: Problem, routes: Routes, part: Part, seed: int, effort: Effort) -> Routes:
    """The routes with those of `part` searched anew."""
    visits, shifts = part
    inside = {row: at for at, row in enumerate(visits)}
    problem = _cut_free(whole, routes, part)
    start = tuple(tuple(inside[row] for row in routes[shift]) for shift in shifts)
    answer = _answer(problem, start, seed, effort)
    found = list(routes)
    for shift, sequence in zip(shifts, answer, strict=True):
        found[shift] = [visits[at] for at in sequence]
    return found


def _answer(problem: Problem, start: Solution, seed: int, effort: Effort) -> Solution:
    """Ruin and recreate with little heat; where numba is missing, OR-Tools from the same start."""
    if not compiled.installed():
        return engine("auto")(problem, seed=seed, seconds=SLOW, start=start).routes
    from planning.routing.ruin import engine as ruin

    return ruin.solve(
        problem,
        seed=seed,
        seconds=effort.seconds,
        iterations=effort.iterations * problem.visits,
        start=start,
        cooling=ruin.Cooling(hot=effort.hot),
        choose=False,
    ).routes


def _closed(whole: Problem, asked: Asked, now: Now | None) -> Problem:
    """The problem with no time on days that are over, but for the way home."""
    if now is None:
        return whole
    over = np.array([shift.day < now.day for shift in asked.shifts], dtype=np.bool_)
    return replace(whole, end=np.where(over, whole.start, whole.end))


def _on_the_way(whole: Problem, asked: Asked, draft: Plan, now: Now | None) -> Problem:
    """`whole` with the stop held in its place that a crew is on its way to."""
    if now is None:
        return whole
    routes = planner.routes_of(draft, whole)
    at = {shift_id: place for place, shift_id in enumerate(whole.shift_ids)}
    held = {}
    for begun in asked.conditions.begun:
        shift = at[begun.shift_id]
        free = begun.stops[-1].departure if begun.stops else begun.departure
        next_one, later = routes[shift][:1], routes[shift][1:]
        running = asked.shifts[shift].day == now.day and free <= now.seconds
        promised = not whole.first.isdisjoint(later)
        if running and next_one and not promised and timed(whole, shift, next_one) is not None:
            held[next_one[0]] = shift
    allowed = whole.allowed.copy()
    for row, shift in held.items():
        allowed[row] = np.arange(whole.shifts) == shift
    return replace(
        whole, allowed=allowed, locked=whole.locked | held.keys(), first=whole.first | held.keys()
    )


def _in_order(
    problem: Problem, shift: int, sequence: list[int], published: Sequence[int], worth: int
) -> list[int]:
    """`sequence` in the published order, what is new put in where it adds least, if that does.

    It may cost `worth` more.
    """
    kept = [row for row in published if row in sequence]
    for row in (row for row in sequence if row not in published):
        ways = [[*kept[:at], row, *kept[at:]] for at in range(len(kept) + 1)]
        kept = min(ways, key=lambda way: route_cost(problem, shift, way))
    paired = all(
        kept.index(a) < kept.index(b) for a, b in problem.pairs if a in sequence and b in sequence
    )
    dearer = route_cost(problem, shift, kept) > route_cost(problem, shift, sequence) + worth
    return kept if paired and not dearer and fits(problem, shift, kept) else sequence


# --- where is searched --------------------------------------------------------------------------


def _neighbourhood(
    problem: Problem, routes: Sequence[Sequence[int]], focus: Part, most: int
) -> Part:
    """The shifts nearest to what has changed, until they have `most` visits; with all absent ones.

    Two crews that meet are searched together.
    """
    rows, changed = focus
    heart = [*rows, *(row for shift in changed for row in routes[shift])]
    near = sorted(
        _tied(problem, focus) - set(changed),
        key=lambda shift: (_way(problem, routes[shift], heart, shift), shift),
    )
    on = {row: shift for shift, sequence in enumerate(routes) for row in sequence}
    absent = [row for row in range(problem.visits) if row not in on]
    chosen, visits = set(changed), len(absent) + sum(len(routes[shift]) for shift in changed)
    for shift in near:
        if visits + len(routes[shift]) > most:
            break
        chosen.add(shift)
        visits += len(routes[shift])
    meets = [{on[a], on[b]} for a, b in problem.together if a in on and b in on]
    while wider := set().union(*(both for both in meets if both & chosen)) - chosen:
        chosen |= wider
    shifts = tuple(sorted(chosen))
    able = [row for row in absent if problem.allowed[row, list(shifts)].any()]
    return tuple(sorted([*able, *(row for shift in shifts for row in routes[shift])])), shifts


def _tied(problem: Problem, focus: Part) -> set[int]:
    """Shifts that have something to do with the event: other municipalities' routes stay."""
    rows, changed = map(set, focus)
    return {
        shift
        for visits, shifts in components(problem)
        if not (rows.isdisjoint(visits) and changed.isdisjoint(shifts))
        for shift in shifts
    }


def _way(problem: Problem, route: Sequence[int], heart: Sequence[int], shift: int) -> int:
    """Seconds between the route, or its office, and what has changed."""
    if not heart:
        return 0
    nodes = [int(problem.office[shift]), *route]
    return int(problem.travel[int(problem.mode[shift])][np.ix_(nodes, list(heart))].min())


def _cut_free(problem: Problem, routes: Sequence[Sequence[int]], part: Part) -> Problem:
    """The problem of `part`; what binds it to the rest is kept as days that are left to it."""
    visits, shifts = part
    inside = set(visits)
    on = {row: shift for shift, sequence in enumerate(routes) for row in sequence}
    allowed, day = problem.allowed.copy(), problem.midnight // DAY
    for first, second, days in problem.apart:
        if first in inside and second not in inside and second in on:
            allowed[first] &= day <= day[on[second]] - days
        if second in inside and first not in inside and first in on:
            allowed[second] &= day >= day[on[first]] + days
    cut = replace(problem, allowed=allowed).part(visits, shifts)
    # What a team does on its other days is not in sight, and neither is what would be fair.
    return cut if len(shifts) == problem.shifts else replace(cut, fair=0)
