"""Referrals: what institutions and the hotline tell, and by when the office must have acted.

A referral is open until somebody acknowledges it, and closed when it became a case or was answered.
One whose deadline is over before it is closed is overdue: an institution above is told, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.errors import Conflict, Fault, InputError
from planning.model import Case, PlanVersion, Priority, Saved, Visit
from planning.partners import Institution, Referral, ReferralState
from planning.text import MAX_CELL, note

DEADLINE_DAYS = 3
URGENT_DAYS = 1
"""Proposed for a new referral. No document that we found gives terms: an office changes them."""


def usual_deadline(today: date, *, urgent: bool) -> date:
    """What a form proposes."""
    return today + timedelta(days=URGENT_DAYS if urgent else DEADLINE_DAYS)


def overdue(referral: Referral, today: date) -> bool:
    """Whether its deadline is over and nobody has closed it."""
    return referral.state is not ReferralState.CLOSED and referral.deadline < today


def inbox(referrals: Iterable[Saved[Referral]], today: date) -> list[Saved[Referral]]:
    """What is not closed yet: overdue first, then urgent, then by deadline."""
    waiting = [each for each in referrals if each.value.state is not ReferralState.CLOSED]
    return sorted(waiting, key=lambda each: _rank(each.value, today))


def _rank(referral: Referral, today: date) -> tuple[bool, bool, date, str]:
    late = overdue(referral, today)
    return not late, not referral.urgent, referral.deadline, referral.received_at


def to_escalate(referrals: Iterable[Saved[Referral]], today: date) -> list[Saved[Referral]]:
    """Overdue ones of which no institution was told yet."""
    return [
        each
        for each in inbox(referrals, today)
        if overdue(each.value, today) and not each.value.escalated_to
    ]


def above(
    referral: Referral,
    institutions: Sequence[Institution],
    partners: Collection[str],
    municipality: str,
) -> str:
    """Whom to tell that nothing happened: who answers for the municipality, else the province.

    One of `partners`, and never the institution that told. Empty where there is nobody.
    """
    others = [
        each for each in institutions
        if each.institution_id in partners and each.institution_id != referral.institution_id
    ]  # fmt: skip
    answers = [each for each in others if municipality and municipality in each.accountable_for]
    province = [each for each in others if each.kind == "province"]
    return next((each.institution_id for each in (*answers, *province)), "")


def refuse_new(referral: Referral, today: date, *, hotlines: Collection[str] = ()) -> None:
    """Refuses what cannot be worked on; of a call, the office's `hotlines` say what may have rung.

    Raises:
        InputError: nothing told, or told at length, a deadline that is over, or a number that none
            of the office's is.
    """
    faults = []
    if referral.hotline not in (hotlines or ("",)):
        faults.append(Fault("choose which of the hotline's numbers rang", field="hotline"))
    if not referral.text.strip():
        faults.append(Fault(note("write down what was told"), field="text"))
    if len(referral.text) > MAX_CELL:
        faults.append(
            Fault(note("longer than {most} characters; shorten it", most=MAX_CELL), field="text")
        )
    if referral.deadline < today:
        faults.append(Fault(note("this deadline is over; choose today or later"), field="deadline",
                            value=referral.deadline.isoformat()))  # fmt: skip
    if faults:
        raise InputError(faults)


def acknowledged(referral: Referral, *, by: str, at: str) -> Referral:
    """Somebody has read it and answers for it.

    Raises:
        Conflict: somebody did before, or it is closed.
    """
    if referral.state is not ReferralState.OPEN:
        raise Conflict("somebody acknowledged this referral already; look at it again")
    return replace(
        referral, state=ReferralState.ACKNOWLEDGED, acknowledged_by=by, acknowledged_at=at
    )


def escalated(referral: Referral, *, to: str, at: str, today: date) -> Referral:
    """An institution was told that nothing happened.

    Raises:
        InputError: it is not overdue, one was told before, or the one that told is to be told.
    """
    if not overdue(referral, today):
        raise InputError(Fault(note("its deadline is not over yet"), field="deadline"))
    if referral.escalated_to:
        raise InputError(Fault(note("an institution was told already"), field="institution",
                               value=referral.escalated_to))  # fmt: skip
    if to == referral.institution_id:
        raise InputError(Fault(note("this institution sent the referral; choose another one"),
                               field="institution", value=to))  # fmt: skip
    return replace(referral, escalated_to=to, escalated_at=at)


def closed(referral: Referral, *, by: str, at: str, case_id: str = "") -> Referral:
    """It became a case, or was answered without one; who did that has acknowledged it.

    Raises:
        Conflict: it is closed.
    """
    if referral.state is ReferralState.CLOSED:
        raise Conflict("somebody closed this referral already; look at it again")
    seen = referral if referral.acknowledged_by else acknowledged(referral, by=by, at=at)
    return replace(seen, state=ReferralState.CLOSED, case_id=case_id)


def calls_by_number(
    referrals: Iterable[Referral], hotlines: Collection[str]
) -> tuple[tuple[str, int], ...]:
    """(number, calls) of each of the office's `hotlines`, then of numbers that it had before."""
    calls = Counter(each.hotline for each in referrals if each.hotline)
    return tuple((number, calls[number]) for number in dict.fromkeys((*hotlines, *sorted(calls))))


def case_of(referral: Referral, case: Case) -> Case:
    """`case`, as the form has it, bound by the referral: its urgency and its deadline."""
    urgent = Priority.URGENT if referral.urgent else case.priority
    return replace(
        case,
        case_id=f"r-{referral.referral_id}",
        priority=max(case.priority, urgent),
        deadline=case.deadline or referral.deadline,
    )


# --- what a team is told when its plan changed --------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteNews:
    """How a team's route differs from the one that was published before."""

    at: str
    """When it was published, ISO 8601."""
    new: tuple[int, ...]
    """Numbers of the stops that were not on it, from 1 on."""
    gone: int
    """Stops that are no longer on it."""


def route_news(now: PlanVersion, before: PlanVersion | None, at: str) -> RouteNews | None:
    """What the team must know; None where its stops are those of before. Cases name a visit.

    `before` is None where the team had no route that day.
    """
    was = _doors(before)
    stops = _doors(now)
    new = tuple(number for number, door in enumerate(stops, 1) if door not in was)
    gone = len(set(was) - set(stops))
    return RouteNews(at, new, gone) if new or gone else None


def _doors(found: PlanVersion | None) -> list[tuple[str, ...]]:
    if found is None:
        return []
    visits: dict[str, Visit] = {visit.visit_id: visit for visit in found.plan.visits}
    return [visits[stop.visit_id].case_ids for route in found.plan.routes for stop in route.stops]
