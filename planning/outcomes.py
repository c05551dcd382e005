"""A visit's result → what happens next."""

from __future__ import annotations

from collections.abc import Iterable

from planning.model import Outcome, Result

RESOLVED = frozenset({Result.MET, Result.ABROAD, Result.MOVED})
"""Results after which the case needs no further visit to this door: the child was met, or it is
now known where it is. Everything else stays open."""


def latest_by_visit(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """The outcome that stands for each visit: the one recorded last."""
    latest: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=lambda each: (each.recorded_at, each.key)):
        latest[outcome.visit_id] = outcome
    return latest
