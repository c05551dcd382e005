"""What bound an earlier plan, on a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planning.model import Conditions, Plan, Shift, Visit


def carried_over(
    before: Plan, visits: Sequence[Visit], shifts: Sequence[Shift], *, close: bool = False
) -> Conditions:
    """The conditions of an earlier plan on a new one, whose visits have numbers of their own.

    A visit is the same one when it is for the same cases. Locks and ties hold on; one that names a
    visit or a shift that is no more is void.

    Args:
        before: the earlier plan.
        visits: the new one's.
        shifts: the new one's.
        close: whether the new plan should stay close to the earlier one's routes.
    """
    now = {visit.case_ids: visit.visit_id for visit in visits}
    name = {visit.visit_id: now[visit.case_ids] for visit in before.visits if visit.case_ids in now}
    works = {shift.shift_id for shift in shifts}
    ties = before.conditions
    at = {stop.visit_id: route.shift_id for route in before.routes for stop in route.stops}
    return Conditions(
        pairs=tuple((name[a], name[b]) for a, b in ties.pairs if a in name and b in name),
        spacings=tuple(
            replace(each, first=name[each.first], second=name[each.second])
            for each in ties.spacings
            if each.first in name and each.second in name
        ),
        locks=tuple(
            replace(lock, visit_id=name[lock.visit_id])
            for lock in ties.locks
            if lock.visit_id in name and lock.shift_id in works
        ),
        published=tuple(
            (name[visit_id], shift_id)
            for visit_id, shift_id in sorted(at.items())
            if visit_id in name and shift_id in works
        )
        if close
        else (),
    )
