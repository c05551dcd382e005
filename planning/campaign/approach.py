"""How a campaign goes about its visits: what is tried first, and what is expected of them.

An office's own choice, kept with the campaign. What is expected comes from the campaign's own
outcomes and contacts (`planning.campaign.expectation`); the office may set any weight by hand, and
whether plans use it at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from math import isfinite, log

from planning.campaign.expectation import Attempt, Expectation, Term, attempts_so_far, fit
from planning.campaign.ladder import STRAIGHT, Channel, Contact, Ladder, phone_before
from planning.errors import Fault, InputError
from planning.model import CaseRecord, Outcome
from planning.outcomes import RESOLVED
from planning.phone import holding
from planning.text import note

ENOUGH_VISITS = 50
"""From so many visits on plans use the campaign's own expectation, unless the office says else.

With a quarter of visits resolved that is a dozen of successes: the base rate stands then, and the
factors have begun to move away from what was believed. Our own choice."""
MOST_CALLS, MOST_DAYS = 10, 60
"""Longest ladder: more is a typing mistake."""
MOST_TIMES = 50.0
"""A factor changes the odds by so many times at most; more is a typing mistake."""


class Use(StrEnum):
    """Whether plans go by the expectation."""

    ENOUGH = "enough"
    """From `ENOUGH_VISITS` visits on."""
    ALWAYS = "always"
    """From the first plan on: before any outcome by what the field reports."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Approach:
    """The office's choice for one campaign."""

    ladder: Ladder = STRAIGHT
    use: Use = Use.ENOUGH
    edited: tuple[tuple[str, str, float], ...] = ()
    """(factor, its level, log-odds) that a planner set by hand, see `expectation.Term`."""
    least_chance: float = 0.15
    """Where fewer visits are expected to resolve a case that was tried twice, it is called or
    looked into again first; see `worth.hopeful`. Our own choice: half of what a usual visit
    brings."""

    @property
    def weights(self) -> dict[Term, float]:
        """Log-odds by term that hold whatever is seen."""
        return {(factor, level): weight for factor, level, weight in self.edited}

    def uses(self, visits: int) -> bool:
        """Whether a plan goes by an expectation that so many visits were seen for."""
        return self.use is Use.ALWAYS or (self.use is Use.ENOUGH and visits >= ENOUGH_VISITS)


USUAL = Approach()
"""Of a campaign for which nothing was chosen yet."""


def checked(approach: Approach) -> Approach:
    """`approach`, when a campaign can go by it.

    Raises:
        InputError: a step twice or out of its order, or numbers that cannot be; all at once.
    """
    faults = [*_ladder_faults(approach.ladder), *_weight_faults(approach)]
    if faults:
        raise InputError(faults)
    return approach


def _ladder_faults(ladder: Ladder) -> Iterator[Fault]:
    channels = [step.channel for step in ladder.steps]
    if channels != [each for each in Channel if each in channels]:
        yield Fault(note("each step comes once, the telephone before the research"), field="steps")
    for step in ladder.steps:
        if not 1 <= step.most <= MOST_CALLS:
            yield Fault(note("a step has 1 to {most} attempts", most=MOST_CALLS), field="attempts",
                        value=str(step.most))  # fmt: skip
        if not 0 <= step.days <= MOST_DAYS:
            yield Fault(note("attempts are 0 to {most} days apart", most=MOST_DAYS), field="days",
                        value=str(step.days))  # fmt: skip


def _weight_faults(approach: Approach) -> Iterator[Fault]:
    for factor, level, weight in approach.edited:
        if not isfinite(weight) or abs(weight) > log(MOST_TIMES) + 1e-9:
            yield Fault(
                note(
                    "a factor changes the odds by 1/{most} to {most} times",
                    most=f"{MOST_TIMES:.0f}",
                ),
                field=f"{factor} {level}".strip(),
            )


@dataclass(frozen=True, slots=True)
class Past:
    """What a campaign has seen so far. *Personal.*"""

    records: Sequence[CaseRecord]
    outcomes: Sequence[Outcome]
    contacts: Sequence[Contact]
    zone: tzinfo | None
    """Local time; None takes the offset that each outcome was recorded with."""

    def attempts(self) -> Iterator[tuple[Outcome, Attempt]]:
        """Every visit that was made, with what was known before it."""
        return attempts_so_far(
            holding(self.outcomes),
            {each.case.case_id: each.case for each in self.records},
            {each.case.case_id: each.place for each in self.records if each.place},
            phone=phone_before(self.contacts),
            zone=self.zone,
        )

    def expectation(self, approach: Approach) -> Expectation:
        """What these outcomes teach, whether or not plans go by it."""
        return fit(_results(self.attempts()), edited=approach.weights)

    def to_plan_with(self, approach: Approach) -> Expectation | None:
        """The expectation that a plan goes by; None where it goes by none."""
        found = self.expectation(approach)
        return found if approach.uses(found.seen) else None


def _results(attempts: Iterable[tuple[Outcome, Attempt]]) -> list[tuple[Attempt, bool]]:
    return [(attempt, outcome.result in RESOLVED) for outcome, attempt in attempts]
