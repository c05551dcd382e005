"""Why no shift may serve a visit, even alone: the rule that binds, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planning.model import Reason, Sex, Shift, Unserved, Visit
from planning.routing.calendar import Calendar
from planning.routing.fitting import alone_slack, round_trip
from planning.routing.problem import NEVER, Bools, Ints, Problem
from planning.routing.rules import RULES, on_day
from planning.text import Note, note

Why = tuple[Reason, tuple[Note, ...]]


def reasons(
    whole: Problem,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    calendar: Calendar,
    able: Bools,
) -> tuple[Unserved, ...]:
    """Every visit of which some row is not `able`, with the rule that keeps it from all shifts.

    Args:
        whole: the problem of all that is asked, `allowed` by rule and not by time.
        visits: by row of `whole`.
        shifts: by shift of `whole`.
        calendar: the plan's days.
        able: (V,) rows that some shift can serve, pairs and second crews considered.
    """
    slack = alone_slack(whole)
    second = {twin: lead for lead, twin in whole.together}
    out = [row for row in np.flatnonzero(~able).tolist() if row not in second]
    own = {row: binding(visits[row], row, shifts, whole, calendar, slack) for row in out}
    partners = dict(whole.pairs) | {b: a for a, b in whole.pairs}
    told = []
    for row in out:
        reason, because = own[row] or _bound_by_others(row, visits, own, partners)
        told.append(Unserved(visits[row].case_ids, reason, visits[row].visit_id, because))
    return tuple(told)


def _bound_by_others(
    row: int, visits: Sequence[Visit], own: dict[int, Why | None], partners: dict[int, int]
) -> Why:
    """Alone it could be made; its pair or its second crew cannot."""
    visit = visits[row]
    if visit.second_crew is not None:
        return Reason.NO_SECOND_CREW, (_second_words(visit),)
    partner = partners[row]
    other, name = own.get(partner), visits[partner].visit_id
    if other is None and visits[partner].second_crew is not None:
        other = Reason.NO_SECOND_CREW, (_second_words(visits[partner]),)
    if other is None:
        told = note("no shift may serve it together with visit {visit}", visit=name)
        return Reason.NO_TEAM, (told,)
    return other[0], (note("it goes with visit {visit}, of which", visit=name), *other[1])


def _second_words(visit: Visit) -> Note:
    lacking = ", ".join(sorted(visit.second_crew or ()))
    if lacking:
        return note(
            "no second team with a member of {institutions} can be there at the same time",
            institutions=lacking,
        )
    return note("no second team can be there at the same time")


def binding(
    visit: Visit,
    index: int,
    shifts: Sequence[Shift],
    problem: Problem,
    calendar: Calendar,
    slack: Ints,
) -> Why | None:
    """The first rule that leaves `visit` without a shift; None when only others bind it.

    `slack` is `fitting.alone_slack(problem)`.
    """
    pinned = _pin_reason(visit, calendar)
    if pinned:
        return Reason.CONTRADICTORY_PIN, (pinned,)
    left = list(shifts)
    for rule, reason in RULES:
        able = [shift for shift in left if rule(visit, shift)]
        if not able:
            named, told = _rule_words(visit, reason, left, calendar)
            return named, (told,)
        left = able
    if not problem.allowed[index].any():
        told = note("it is locked to a shift that another rule keeps it from")
        return Reason.CONTRADICTORY_PIN, (told,)
    late = _time_reason(visit, index, problem, slack)
    return None if late is None else (late[0], (late[1],))


_NOBODY_OF = {
    Sex.FEMALE: note("no team that may go has a woman among its members"),
    Sex.MALE: note("no team that may go has a man among its members"),
}


def _pin_reason(visit: Visit, calendar: Calendar) -> Note | None:
    if visit.day is None:
        if visit.earliest and visit.deadline and visit.earliest > visit.deadline:
            return note("its earliest day {from_day} is after its deadline {to_day}",
                        from_day=visit.earliest, to_day=visit.deadline)  # fmt: skip
        return None
    if not calendar.holds(visit.day):
        return note(
            "it is fixed to {day}, the plan covers {from_day} to {to_day}",
            day=visit.day, from_day=calendar.first_day, to_day=calendar.last_day,
        )  # fmt: skip
    if not on_day(visit, visit.day):
        return note("it is fixed to {day}, outside its own earliest day or deadline", day=visit.day)
    return None


def _rule_words(
    visit: Visit, reason: Reason, left: Sequence[Shift], calendar: Calendar
) -> tuple[Reason, Note]:
    """The reason and its words; `left` are the shifts that passed the rules before."""
    if reason is Reason.NO_TEAM:
        if visit.teams:
            team = ", ".join(sorted(visit.teams))
            return reason, note("no shift of team {team} in these days", team=team)
        return reason, note("no team of its municipality works in these days")
    if reason is Reason.NO_INSTITUTION:
        best = max(left, key=lambda shift: len(visit.requires & shift.institutions))
        lacking = ", ".join(sorted(visit.requires - best.institutions))
        return reason, note(
            "no team that may go has a member of {institutions}", institutions=lacking
        )
    if reason is Reason.NO_LANGUAGE:
        best = max(left, key=lambda shift: len(visit.languages & shift.languages))
        lacking = ", ".join(sorted(visit.languages - best.languages))
        return reason, note("no team that may go speaks {languages}", languages=lacking)
    if reason is Reason.NO_MEMBER:
        best = max(left, key=lambda shift: len(visit.sexes & shift.sexes))
        return reason, _NOBODY_OF[min(visit.sexes - best.sexes)]
    if reason is Reason.DEADLINE_PASSED:
        return _day_words(visit, calendar)
    if reason is Reason.NO_WINDOW:
        return reason, note("nobody can be met in the hours that the allowed teams work")
    return reason, _kit_words(visit, left)


def _kit_words(visit: Visit, left: Sequence[Shift]) -> Note:
    most = max(shift.kit_capacity for shift in left)
    if visit.kits > most:
        return note("{kits} kits, and a team carries at most {most}", kits=visit.kits, most=most)
    for kind, count in visit.kit_types:
        most = max(dict(shift.kit_stock).get(kind, shift.kit_capacity) for shift in left)
        if count > most:
            return note("kits of type {kind}: {kits}, and a team has at most {most} a day",
                        kind=kind, kits=count, most=most)  # fmt: skip
    return note("no team has enough kits of every type for a day")


def _day_words(visit: Visit, calendar: Calendar) -> tuple[Reason, Note]:
    if visit.day is not None:
        told = note("it is fixed to {day}, no allowed team works then", day=visit.day)
        return Reason.CONTRADICTORY_PIN, told
    if visit.deadline is not None and visit.deadline < calendar.first_day:
        return (
            Reason.DEADLINE_PASSED,
            note(
                "its deadline {day} is before the plan's first day {from_day}",
                day=visit.deadline,
                from_day=calendar.first_day,
            ),
        )
    if visit.earliest is not None and visit.earliest > calendar.last_day:
        return (
            Reason.NO_WINDOW,
            note(
                "not before {from_day}, and the plan ends on {to_day}",
                from_day=visit.earliest,
                to_day=calendar.last_day,
            ),
        )
    if visit.deadline is not None:
        return (
            Reason.DEADLINE_PASSED,
            note("no allowed team works in time for its deadline {day}", day=visit.deadline),
        )
    return Reason.NO_WINDOW, note(
        "no allowed team works from {from_day} on", from_day=visit.earliest
    )


def _time_reason(
    visit: Visit, index: int, problem: Problem, slack: Ints
) -> tuple[Reason, Note] | None:
    """Why `visit` alone fits into none of the shifts that the rules allow, if so."""
    shifts = np.flatnonzero(problem.allowed[index])
    trips = np.array([round_trip(problem, index, int(shift)) for shift in shifts])
    if trips.min() >= NEVER:
        told = note("no way by road from any office that may serve it, and back")
        return Reason.UNREACHABLE, told
    if (slack[index, shifts] >= 0).any():
        return None
    other = _other_attempt(problem, index)
    if other is not None and not problem.windows[index]:
        told = note("no hours are left that differ enough from those of visit {visit}", visit=other)
        return Reason.TOO_SOON, told
    if (problem.origin[shifts] != problem.office[shifts]).all():
        told = note("the teams that may go are on the road already and cannot be back in time")
        return Reason.NO_WINDOW, told
    return _length_reason(trips + visit.service_seconds, shifts, problem)


def _other_attempt(problem: Problem, index: int) -> str | None:
    """Id of another attempt at the same door, if there is one."""
    pair = next((each[:2] for each in problem.apart if index in each[:2]), None)
    return None if pair is None else problem.visit_ids[pair[pair[0] == index]]


def _length_reason(work: Ints, shifts: Ints, problem: Problem) -> tuple[Reason, Note]:
    """Too long for the day or the working time, or at the wrong hours.

    `work` are (n,) seconds of travel and service on each of `shifts`.
    """
    needs = work + problem.pause[shifts, 2]
    spare = problem.end[shifts] - problem.start[shifts] - needs
    best = int(spare.argmax())
    if spare[best] < 0:
        told = note(
            "travel, service and pause take {minutes} min, {more} min more than the shift",
            minutes=-(-int(needs[best]) // 60),
            more=-(int(spare[best]) // 60),
        )
        return Reason.TOO_LONG, told
    spare = problem.work[shifts] - work
    best = int(spare.argmax())
    if spare[best] < 0:
        told = note(
            "travel and service take {minutes} min, {more} min more than the working time",
            minutes=-(-int(work[best]) // 60),
            more=-(int(spare[best]) // 60),
        )
        return Reason.TOO_LONG, told
    return Reason.NO_WINDOW, note("no allowed team can be there in its hours and be back in time")
