"""A visit that nobody makes, made after all: the plan with a rule given up for it, at once.

    change = change_for(board, "v0007", names=names)   # the cheapest one that was tried and works
    plan = conceded(board, change)                      # with the routes that `change` names

No search: the change says which stops its crews make in which order, everybody else's day stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planning.errors import Fault, InputError
from planning.model import Plan
from planning.routing import checker
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.concessions import Relaxation, applied
from planning.routing.moves import Board, assembled
from planning.routing.problem import Problem
from planning.routing.relaxations import Book, cheapest_change
from planning.routing.schedule import timed_together
from planning.text import note


def change_for(board: Board, visit_id: str, *, names: Mapping[str, str]) -> Relaxation | None:
    """What would let a visit be made in the plan as it stands; None where nothing was found.

    `names` says how teams are called, by id.

    Raises:
        InputError: the plan has no such visit left to make.
    """
    rows = board.rows.get(visit_id, ())
    if not rows or board.where(rows[0]) is not None:
        raise InputError(
            [Fault(note("nobody has to be found for it"), field="visit", value=visit_id)]
        )
    book = Book(
        whole=board.whole,
        visits=board.asked.visits,
        shifts=board.asked.shifts,
        routes=board.routes,
        names={shift.team_id: shift.team_id for shift in board.asked.shifts} | dict(names),
        calendar=board.asked.calendar,
    )
    return cheapest_change(book, rows[0])


def conceded(board: Board, change: Relaxation) -> Plan:
    """The plan with `change` made in what is asked, and in the routes of its crews.

    Raises:
        InputError: it is not a change of this plan.
    """
    plan = board.plan
    visits, shifts, conditions = applied(change, plan.visits, plan.shifts, plan.conditions)
    calendar = Calendar(plan.first_day, plan.days)
    whole, asked = everything(visits, shifts, board.travel, calendar, conditions)
    times = timed_together(whole, _routes(board, whole, change))
    if times is None:
        raise InputError(note("the plan has changed since: look at it again"))
    made = {visit_id for visit_id, _ in change.starts}
    after = replace(
        plan,
        visits=visits,
        shifts=shifts,
        conditions=conditions,
        routes=assembled(whole, asked, times, plan.routes),
        unserved=tuple(each for each in plan.unserved if each.visit_id not in made),
    )
    broken = checker.check(after, board.travel)
    if broken:
        raise RuntimeError("the changed plan breaks its own rules: " + "; ".join(broken[:10]))
    return after


def _routes(board: Board, whole: Problem, change: Relaxation) -> tuple[tuple[int, ...], ...]:
    """The board's routes, those of the change's crews as it names them.

    The second of two crews takes the second row of the visit that they make together.
    """
    first = {visit_id: rows[0] for visit_id, rows in board.rows.items() if rows}
    second = first | {board.whole.visit_ids[one]: other for one, other in whole.together}
    lead, *others = change.crews
    routes = list(board.routes)
    for crew, come in (
        (lead, first), *((each, second) for each in others),
        *((each, first) for each in change.moved),
    ):  # fmt: skip
        at = board.shift(crew.shift_id)
        known = {board.whole.visit_ids[row]: row for row in board.routes[at]}
        routes[at] = tuple((come | known)[name] for name in crew.stops)
    return tuple(routes)
