"""A visit's result → what happens next."""

from __future__ import annotations

from collections.abc import Iterable

from planning.model import Outcome, Result, Visit

RESOLVED = frozenset({Result.MET, Result.ABROAD, Result.MOVED})
"""Results after which the case needs no further visit to this door: the child was met, or it is
now known where it is. Everything else stays open."""


def latest_by_visit(outcomes: Iterable[Outcome], visits: Iterable[Visit]) -> dict[str, Outcome]:
    """Visit id → the outcome recorded last for any of its cases.

    Cases join the two, because every plan numbers its visits anew.
    """
    latest: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda each: (each.recorded_at, each.key)):
        latest |= dict.fromkeys(outcome.case_ids, outcome)
    found: dict[str, Outcome] = {}
    for visit in visits:
        known = [latest[case_id] for case_id in visit.case_ids if case_id in latest]
        if known:
            found[visit.visit_id] = max(known, key=lambda each: (each.recorded_at, each.key))
    return found
