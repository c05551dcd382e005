"""A plan laid out on arrays, and what moving one stop by hand does: at once, without a search.

    board = lay_out(plan, travel)               # once; keep it as long as the plan stays
    trial = try_move(board, Move("v0007", "3@2026-08-24", 2))
    trial.broken, trial.seconds, trial.effects  # every broken rule, time gained or lost, new times
    plan = apply(board, trial, lock=True)       # the new plan, with the stop held where it is

Nothing is assumed of the triangle inequality: taking a stop out can make a route late, so the route
that is left is judged like the one that is gone to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planning.errors import Fault, InputError
from planning.model import (
    Begun,
    Lock,
    Mode,
    Plan,
    Reason,
    Route,
    Shift,
    Unserved,
    Visit,
)
from planning.routing import planner
from planning.routing.build import Asked, everything
from planning.routing.calendar import Calendar
from planning.routing.problem import DAY, NEVER, Problem, Solution, route_cost, route_travel
from planning.routing.rules import RULES, second_may
from planning.routing.schedule import Timed, earliest, timed, timed_together
from planning.routing.weights import WEIGHTS, Weights
from planning.text import Note, note

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """A plan on the arrays of everything that was asked."""

    plan: Plan
    travel: Mapping[Mode, Travel]
    whole: Problem
    """All that is still to be made, also what no shift can serve."""
    asked: Asked
    routes: Solution
    """By shift of `whole`, rows of `whole`; the stops of a begun day are not among them."""
    rows: Mapping[str, tuple[int, ...]]
    """Visit id → its rows: one, or two where two crews go; none where it has been made."""
    begun: Mapping[int, Begun]
    """By shift of `whole`."""

    def shift(self, shift_id: str) -> int:
        """Its place in `whole`.

        Raises:
            InputError: no team works then.
        """
        if shift_id not in self.whole.shift_ids:
            raise InputError([Fault(note("no team works then"), field="shift", value=shift_id)])
        return self.whole.shift_ids.index(shift_id)

    def where(self, row: int) -> int | None:
        """The shift that serves a row."""
        return next((s for s, sequence in enumerate(self.routes) if row in sequence), None)


def lay_out(plan: Plan, travel: Mapping[Mode, Travel], *, weights: Weights = WEIGHTS) -> Board:
    """`plan` on arrays.

    Args:
        plan: its visits, shifts and conditions are what is asked; `travel` must know them all.
        travel: by mode; keys `visit_id` and `office:<team_id>`.
        weights: the objective that moves are compared by.

    Raises:
        InputError: see `build.build`.
    """
    calendar = Calendar(plan.first_day, plan.days)
    whole, asked = everything(
        plan.visits, plan.shifts, travel, calendar, plan.conditions, weights=weights
    )
    rows: dict[str, tuple[int, ...]] = {}
    for row, visit_id in enumerate(whole.visit_ids):
        rows[visit_id] = (*rows.get(visit_id, ()), row)
    at = {shift_id: shift for shift, shift_id in enumerate(whole.shift_ids)}
    begun = {at[each.shift_id]: each for each in plan.conditions.begun if each.shift_id in at}
    return Board(plan, travel, whole, asked, planner.routes_of(plan, whole), rows, begun)


def assembled(
    problem: Problem, asked: Asked, times: planner.Times, before: Iterable[Route]
) -> tuple[Route, ...]:
    """The model's routes of timed shifts, by day and then by team.

    One that stays as it is `before` is that very one, with its legs.
    """
    legs = {replace(each, legs=()): each for each in before}
    return tuple(legs.get(each, each) for each in planner.routes_made(problem, asked, times))


def in_order(routes: Iterable[Route]) -> tuple[Route, ...]:
    """By day and then by team, as every plan has them."""
    return tuple(sorted(routes, key=lambda one: (one.day, one.team_id)))


# --- moving -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """One stop to another place."""

    visit_id: str
    shift_id: str = ""
    """Where to; empty = off the plan."""
    place: int | None = None
    """0 = the first stop of that route, counted without the moved one; None = where it fits and
    adds least."""
    source: str = ""
    """Which of the two crews that go there, by shift; empty = the first one."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move does to one route."""

    shift_id: str
    before: Route | None
    """None for a shift that stayed in the office."""
    after: Route | None
    """With its new times, broken rules or not; None where there is no way, or nobody leaves."""
    seconds: int
    """On the road, more (or less) than before; 0 where there is no way."""
    broken: tuple[Note, ...]
    """Every rule of the route that is broken, in words."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A move, judged."""

    move: Move
    """With its place."""
    effects: tuple[Effect, ...]
    """On the route gone to, then on the one left; also of what moves along."""
    broken: tuple[Note, ...]
    """Every rule that is broken, in words; empty when it can be applied."""
    seconds: int
    """On the road, more (or less) than before, all routes."""
    cost: int
    """The same with everything else that the objective prices; comparable among trials of one
    visit only."""
    sequences: tuple[tuple[int, tuple[int, ...]], ...]
    """(shift, rows) of the board: the routes as they would be."""


def try_move(board: Board, move: Move) -> Trial:
    """What `move` does: every broken rule, time gained or lost, new times.

    Half of an ordered pair takes the other one along when it changes its shift. Of two crews at one
    door, one is moved, and both are taken off.

    Raises:
        InputError: a visit or shift is not in the plan.
    """
    row = _row(board, move)
    if not move.shift_id:
        return _judged(board, move, _taken_off(board, row))
    shift = board.shift(move.shift_id)
    made = len(board.begun[shift].stops) if shift in board.begun else 0
    wanted = None if move.place is None else move.place - made
    place, changed = _at(board, row, shift, wanted)
    passed = [] if wanted is None or wanted >= 0 else [_passed(board, shift)]
    return _judged(board, replace(move, place=place + made), changed, passed)


def best_place(board: Board, visit_id: str, shift_id: str) -> Trial:
    """The visit where it adds least on that shift; where it fits nowhere, the least road."""
    return try_move(board, Move(visit_id, shift_id))


def ranking(board: Board, visit_id: str) -> tuple[Trial, ...]:
    """The visit at the best place of every shift: what breaks no rule first, then by cost."""
    trials = [best_place(board, visit_id, shift_id) for shift_id in board.whole.shift_ids]
    return tuple(
        sorted(trials, key=lambda trial: (len(trial.broken), trial.cost, trial.move.shift_id))
    )


def apply(board: Board, trial: Trial, *, lock: bool = False) -> Plan:
    """The plan with the move made, the stop locked to its shift if wanted.

    Raises:
        InputError: the move breaks a rule; one fault for each.
    """
    visit_id = trial.move.visit_id
    if trial.broken:
        raise InputError([Fault(told, field="visit", value=visit_id) for told in trial.broken])
    new = {each.shift_id: each.after for each in trial.effects}
    kept = [each for each in board.plan.routes if each.shift_id not in new]
    routes = [*kept, *(each for each in new.values() if each is not None)]
    conditions = board.plan.conditions
    locks = tuple(each for each in conditions.locks if each.visit_id != visit_id)
    if lock and trial.move.shift_id:
        locks = (*locks, Lock(visit_id, trial.move.shift_id))
    return replace(
        board.plan,
        routes=in_order(routes),
        unserved=_left(board, trial),
        conditions=replace(conditions, locks=locks) if lock else conditions,
    )


def _row(board: Board, move: Move) -> int:
    """The row that moves.

    Raises:
        InputError: there is no such visit, or it has been made.
    """
    rows = board.rows.get(move.visit_id, ())
    if not rows:
        known = any(visit.visit_id == move.visit_id for visit in board.plan.visits)
        words = note("this visit has been made already") if known else note("it is not in the plan")
        raise InputError([Fault(words, field="visit", value=move.visit_id)])
    if not move.source:
        return rows[0]
    shift = board.shift(move.source)
    found = [row for row in rows if row in board.routes[shift]]
    if not found:
        words = note("it is not made in {shift}", shift=move.source)
        raise InputError([Fault(words, field="visit", value=move.visit_id)])
    return found[0]


Sequences = dict[int, tuple[int, ...]]
"""Rows in order, of those shifts that matter."""


def _without(board: Board, rows: Sequence[int]) -> Sequences:
    """The routes that have any of `rows`, without them."""
    return {
        shift: tuple(row for row in sequence if row not in rows)
        for shift, sequence in enumerate(board.routes)
        if any(row in sequence for row in rows)
    }


def _taken_off(board: Board, row: int) -> Sequences:
    """Off the plan goes with it whatever cannot be made without it."""
    whole = board.whole
    bound = [both for both in (*whole.pairs, *whole.together) if row in both]
    return _without(board, [row, *(other for both in bound for other in both)])


def _moving(board: Board, row: int, shift: int) -> tuple[int, ...]:
    """`row`, with the other half of its pair where that is not on `shift` already."""
    pair = next((pair for pair in board.whole.pairs if row in pair), (row,))
    alone = any(half != row and half in board.routes[shift] for half in pair)
    return (row,) if alone else pair


def _at(board: Board, row: int, shift: int, place: int | None) -> tuple[int, Sequences]:
    """The place (the best one for None) among what is to come on `shift`, and the routes then."""
    rows = _moving(board, row, shift)
    changed = _without(board, rows)
    rest = changed.pop(shift, board.routes[shift])
    ways = [(*rest[:at], *rows, *rest[at:]) for at in range(len(rest) + 1)]
    if place is None:
        place = min(range(len(ways)), key=lambda at: _rank(board.whole, shift, ways[at]))
    place = max(0, min(place, len(rest)))
    return place, {shift: ways[place], **changed}


def _rank(whole: Problem, shift: int, sequence: tuple[int, ...]) -> tuple[bool, int]:
    """What fits comes before what does not, then what costs less."""
    return timed(whole, shift, sequence) is None, route_cost(whole, shift, sequence)


def _left(board: Board, trial: Trial) -> tuple[Unserved, ...]:
    """What nobody makes after the move, in the order of the plan's visits."""
    after = dict(enumerate(board.routes)) | dict(trial.sequences)
    served = {board.whole.visit_ids[row] for rows in after.values() for row in rows}
    kept = [each for each in board.plan.unserved if each.visit_id not in served]
    told = {each.visit_id for each in kept}
    place = {visit.visit_id: at for at, visit in enumerate(board.plan.visits)}
    for visit in dict.fromkeys(board.asked.visits):
        if visit.visit_id not in served | told:
            because = (note("it was taken off the plan by hand"),)
            new = Unserved(visit.case_ids, Reason.TAKEN_OFF, visit.visit_id, because)
            later = (
                at
                for at, each in enumerate(kept)
                if place.get(each.visit_id, -1) > place[visit.visit_id]
            )
            kept.insert(next(later, len(kept)), new)
    return tuple(kept)


# --- judging ------------------------------------------------------------------------------------


def timetable(problem: Problem, sequences: Mapping[int, Sequence[int]]) -> dict[int, Timed | None]:
    """The earliest times of these routes; None for one that does not fit.

    Where two crews meet at a door, both must be among `sequences`. Where some crews cannot meet,
    every route has its own times, as if nobody waited.
    """
    solution = tuple(tuple(sequences.get(shift, ())) for shift in range(problem.shifts))
    together = timed_together(problem, solution)
    return {
        shift: timed(problem, shift, rows) if together is None else together[shift]
        for shift, rows in sequences.items()
    }


def _start(times: Timed | None, row: int) -> int | None:
    return None if times is None else times.starts[times.sequence.index(row)]


def _judged(board: Board, move: Move, changed: Sequences, passed: Sequence[Note] = ()) -> Trial:
    """`changed` with its times and everything that it breaks."""
    whole = board.whole
    after = dict(enumerate(board.routes)) | changed
    touched = _touched(whole, after, changed)
    times = timetable(whole, {shift: after[shift] for shift in touched})
    anyhow = {shift: times[shift] or _anyhow(whole, shift, after[shift]) for shift in touched}
    effects = tuple(_effect(board, shift, after[shift], anyhow[shift]) for shift in touched)
    came = {
        shift: [row for row in rows if row not in board.routes[shift]]
        for shift, rows in changed.items()
    }
    broken = [
        *passed,
        *(told for shift, rows in came.items() for row in rows for told in _who(board, row, shift)),
        *_held(board, after, changed),
        *_bound(board, after, anyhow),
        *(told for effect in effects for told in effect.broken),
    ]
    return Trial(
        move=move,
        effects=effects,
        broken=tuple(dict.fromkeys(broken)),
        seconds=sum(effect.seconds for effect in effects),
        cost=_cost(board, after, changed) - _cost(board, board.routes, changed),
        sequences=tuple(changed.items()),
    )


def _touched(whole: Problem, after: Sequences, changed: Sequences) -> list[int]:
    """The changed shifts, and those whose crews meet theirs."""
    on = {row: shift for shift, rows in after.items() for row in rows}
    touched = list(changed)
    for shift in touched:  # grows while it is walked through
        meets = [on[b] for both in whole.together for a, b in (both, both[::-1])
                 if on.get(a) == shift and b in on]  # fmt: skip
        touched += [other for other in dict.fromkeys(meets) if other not in touched]
    return touched


def _cost(board: Board, routes: Solution | Sequences, shifts: Iterable[int]) -> int:
    """Of these shifts, and of what they leave out among all that any of them serves now or then."""
    whole = board.whole
    served = [row for shift in shifts for row in routes[shift]]
    return sum(route_cost(whole, s, routes[s]) for s in shifts) - int(whole.penalty[served].sum())


def _anyhow(whole: Problem, shift: int, sequence: Sequence[int]) -> Timed | None:
    """The times of a route that breaks rules: late at doors and late home; None with no way.

    A door is open from its first hour of that day on, for whoever comes too late.
    """
    midnight = int(whole.midnight[shift])
    windows = list(whole.windows)
    for row in sequence:
        today = [each for each in windows[row] if midnight <= each[1] and each[0] < midnight + DAY]
        *early, last = today or [(0, 0)]
        windows[row] = (*early, (last[0], NEVER - 1))
    lenient = replace(
        whole,
        windows=tuple(windows),
        end=np.full_like(whole.end, NEVER - 1),
        work=np.full_like(whole.work, NEVER),
        capacity=np.full_like(whole.capacity, NEVER),
        first=frozenset(),
        last=frozenset(),
    )
    return earliest(lenient, shift, sequence)


def _effect(board: Board, shift: int, sequence: tuple[int, ...], times: Timed | None) -> Effect:
    whole, shift_id = board.whole, board.whole.shift_ids[shift]
    before = next((each for each in board.plan.routes if each.shift_id == shift_id), None)
    alone = tuple(times if at == shift else None for at in range(whole.shifts))
    made = assembled(whole, board.asked, alone, board.plan.routes)
    road = 0 if times is None else route_travel(whole, shift, sequence)
    road -= 0 if times is None else route_travel(whole, shift, board.routes[shift])
    return Effect(
        shift_id=shift_id,
        before=before,
        after=made[0] if made else None,
        seconds=road,
        broken=tuple(_out_of_time(board, shift, sequence, times)),
    )


# --- the rules in words -------------------------------------------------------------------------


def _on(shift: Shift) -> dict[str, object]:
    return {"team": shift.team_id, "day": shift.day}


def _passed(board: Board, shift: int) -> Note:
    return note("team {team} is past that place on {day} already", **_on(board.asked.shifts[shift]))


def _who(board: Board, row: int, shift: int) -> Iterator[Note]:
    """Rules of who may serve whom."""
    visit, on = board.asked.visits[row], board.asked.shifts[shift]
    if row != board.rows[visit.visit_id][0]:
        if not second_may(visit, on):
            yield note("team {team} cannot be the second crew of visit {visit} on {day}",
                       visit=visit.visit_id, **_on(on))  # fmt: skip
        return
    for rule, reason in RULES:
        if not rule(visit, on):
            yield _who_words(visit, on, reason)


def _who_words(visit: Visit, on: Shift, reason: Reason) -> Note:
    said = {"visit": visit.visit_id, **_on(on)}
    if reason is Reason.NO_TEAM:
        return note("visit {visit} is not for team {team}", **said)
    if reason is Reason.NO_INSTITUTION:
        lacking = ", ".join(sorted(visit.requires - on.institutions))
        return note("visit {visit} needs {institutions}, and team {team} has none on {day}",
                    institutions=lacking, **said)  # fmt: skip
    if reason is Reason.NO_LANGUAGE:
        lacking = ", ".join(sorted(visit.languages - on.languages))
        return note("visit {visit} needs {languages}, and nobody of team {team} speaks it on {day}",
                    languages=lacking, **said)  # fmt: skip
    if reason is Reason.NO_MEMBER:
        lacking = ", ".join(sorted(visit.sexes - on.sexes))
        return note("visit {visit} needs a {sex} member, and team {team} has none on {day}",
                    sex=lacking, **said)  # fmt: skip
    if reason is Reason.DEADLINE_PASSED:
        return note("visit {visit} may not be made on {day}", **said)
    if reason is Reason.NO_WINDOW:
        return note("at visit {visit} nobody can be met while team {team} works on {day}", **said)
    return note("visit {visit} has more kits than team {team} carries on {day}", **said)


def _held(board: Board, after: Sequences, changed: Sequences) -> Iterator[Note]:
    """Locks: to a shift, and to the first or last place."""
    whole = board.whole
    for row in sorted(whole.locked):
        shift = board.where(row)
        if shift in changed and row not in after[shift]:
            yield note("visit {visit} is locked to team {team} on {day}",
                       visit=whole.visit_ids[row], **_on(board.asked.shifts[shift]))  # fmt: skip
    for shift in changed:
        for row in after[shift]:
            if row in whole.first and after[shift][0] != row:
                yield note("visit {visit} is locked to the first place",
                           visit=whole.visit_ids[row])  # fmt: skip
            if row in whole.last and after[shift][-1] != row:
                yield note("visit {visit} is locked to the last place",
                           visit=whole.visit_ids[row])  # fmt: skip


def _bound(board: Board, after: Sequences, times: Mapping[int, Timed | None]) -> Iterator[Note]:
    """What binds two rows to each other, where one of them is on a route that changes."""
    whole, ids = board.whole, board.whole.visit_ids
    on = {row: shift for shift, rows in after.items() for row in rows}
    near = {row for shift in times for row in (*after[shift], *board.routes[shift])}
    for a, b in whole.pairs:
        if near.isdisjoint((a, b)) or (a not in on and b not in on):
            continue
        said = {"visit": ids[a], "other": ids[b]}
        if on.get(a) != on.get(b):
            yield note("visits {visit} and {other} belong to one team on one day", **said)
        elif after[on[a]].index(a) > after[on[b]].index(b):
            yield note("visit {visit} comes before visit {other}", **said)
    for a, b in whole.together:
        if not near.isdisjoint((a, b)) and (a in on or b in on):
            yield from _met(board, on, times, a, b)
    for a, b, days in whole.apart:
        if near.isdisjoint((a, b)) or a not in on or b not in on:
            continue
        if whole.midnight[on[b]] - whole.midnight[on[a]] < days * DAY:
            yield note("visit {other} follows visit {visit} {days} days later or more",
                       visit=ids[a], other=ids[b], days=days)  # fmt: skip


def _met(
    board: Board, on: Mapping[int, int], times: Mapping[int, Timed | None], a: int, b: int
) -> Iterator[Note]:
    """Two crews at one door at one time."""
    whole, name = board.whole, board.whole.visit_ids[a]
    if a not in on or b not in on:
        yield note("visit {visit} needs two crews", visit=name)
    elif whole.midnight[on[a]] != whole.midnight[on[b]] or whole.team[on[a]] == whole.team[on[b]]:
        yield note("visit {visit} needs two teams on one day", visit=name)
    elif _start(times[on[a]], a) != _start(times[on[b]], b):
        yield note("the two crews of visit {visit} cannot begin at the same time", visit=name)


def _out_of_time(
    board: Board, shift: int, sequence: Sequence[int], times: Timed | None
) -> Iterator[Note]:
    """Load, ways, hours and working time of one route."""
    whole, on = board.whole, board.asked.shifts[shift]
    over = whole.load[list(sequence)].sum(axis=0) - whole.capacity[shift]
    if (over > 0).any():
        yield note("{more} more kits than team {team} carries on {day}",
                   more=int(over.max()), **_on(on))  # fmt: skip
    if times is None:
        yield from _no_way(board, shift, sequence)
        return
    midnight = int(whole.midnight[shift])
    for row, start in zip(times.sequence, times.starts, strict=True):
        if not any(a <= start <= b for a, b in whole.windows[row]):
            yield note("visit {visit} would begin at {clock}, outside its hours",
                       visit=whole.visit_ids[row], clock=clock(start - midnight))  # fmt: skip
    late = times.back - int(whole.end[shift])
    if late > 0:
        yield note("team {team} is back {minutes} min too late on {day}",
                   minutes=-(-late // 60), **_on(on))  # fmt: skip
    long = times.back - times.leave - int(whole.work[shift])
    if long > 0:
        yield note("team {team} works {minutes} min too long on {day}",
                   minutes=-(-long // 60), **_on(on))  # fmt: skip


def _no_way(board: Board, shift: int, sequence: Sequence[int]) -> Iterator[Note]:
    whole = board.whole
    matrix = whole.travel[int(whole.mode[shift])]
    nodes = [int(whole.origin[shift]), *sequence, int(whole.office[shift])]
    for a, b in pairwise(nodes):
        rows = [node for node in (a, b) if node < whole.visits]
        if matrix[a, b] < NEVER or not rows:
            continue
        if len(rows) == 1:
            yield note("there is no way by road to or from visit {visit} at that end of the route",
                       visit=whole.visit_ids[rows[0]])  # fmt: skip
        else:
            yield note("there is no way by road from visit {visit} to visit {other}",
                       visit=whole.visit_ids[a], other=whole.visit_ids[b])  # fmt: skip


def clock(seconds: int) -> str:
    """Seconds after midnight as hours and minutes, `09:05`."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
