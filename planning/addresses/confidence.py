"""How sure an answer is: the probability that the true place lies within its stated error.

Every answer carries its evidence: how the street's name was matched, how far down the number
ladder it lies, and what speaks against it. A weight for each piece of evidence, added up as
log-odds, gives the probability (logistic regression). `PRIOR` holds our judgement before anything
was measured; `planning.addresses.calibration` fits the weights to addresses whose place is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

REVIEW_BELOW = 0.75
"""Answers less sure than this go to a person."""

WIDE_M = 400.0
"""A house or street answer that may be farther off than this goes to a person."""

SMALL_SETTLEMENT_M = 1_500.0
"""A village within this radius can be walked; its point alone will do when no street was named."""

ERROR_FLOOR_M = 30.0
"""Expected error of an exact door: from the map's point to the entrance."""
LANDMARK_ERROR_M = 150.0
"""Expected error of "beside block 13"."""


class How(StrEnum):
    """How a street's name was matched, surest first."""

    EXACT = "exact"
    OTHER_NAME = "other name"
    """Old, translated or alternative name."""
    TITLES = "titles apart"
    REORDERED = "words in another order"
    INITIALS = "initials"
    PART = "part of the name"
    TYPO = "one letter off"
    TYPOS = "several letters off"
    NUMBERED = "one of several numbered parts"
    """ "Дружба" where the map has Дружба 1, 2 and 3."""


class Ladder(StrEnum):
    """How far down the number ladder an address went, surest first."""

    EXACT = "exact"
    RANGE = "range"
    NO_SUFFIX = "without suffix"
    BETWEEN = "between neighbours"
    BEYOND = "beyond the last number"
    NOT_MAPPED = "number not on the map"
    NOT_ASKED = "no number"
    SEVERAL = "several doors with this number"


class Sign(StrEnum):
    """What else an answer rests on, or what speaks against it."""

    WHOLE_SETTLEMENT = "the settlement, and nothing finer was asked"
    NO_SUCH_STREET = "the settlement, its street or number not found"
    MUNICIPALITY = "the municipality only"
    LANDMARK = "beside a landmark"
    ELSEWHERE = "in another settlement than the one that was named"
    QUARTER = "a quarter or its block"
    OTHER_KIND = "a boulevard for a street, and the like"
    OTHER_PART = "a street for a quarter, or the other way round"
    AMBIGUOUS = "another street of the name fits"
    SCATTERED = "the street has stretches far apart"
    DOUBTED_NAME = "the name is another street's as well"
    ASSUMED_SETTLEMENT = "the settlement was assumed, or contradicts what is stated"


Evidence = tuple[str, ...]
"""`street(how)`, `number(ladder)` and `Sign`s, in the order they were found."""


def street(how: How) -> str:
    """The piece of evidence that a street was matched like this."""
    return f"street: {how}"


def number(ladder: Ladder) -> str:
    """The piece of evidence that a number was found like this."""
    return f"number: {ladder}"


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights of evidence in log-odds, and what they were fitted to."""

    base: float
    weights: Mapping[str, float]
    """By piece of evidence; one that is not here weighs nothing."""
    fitted_to: str = ""
    """In words, with the number of addresses; empty for the prior."""

    def of(self, evidence: Iterable[str]) -> float:
        """Probability, from 0 to 1, that the place is within its stated error."""
        odds = self.base + sum(self.weights.get(piece, 0.0) for piece in evidence)
        return 1 / (1 + math.exp(-odds))


def log_odds(probability: float) -> float:
    """Log-odds of a probability between 0 and 1, both excluded."""
    return math.log(probability / (1 - probability))


def _prior() -> Confidence:
    """Our judgement, written as the probability each piece of evidence alone would leave."""
    best = 0.98
    alone = {
        street(How.OTHER_NAME): 0.95,
        street(How.TITLES): 0.96,
        street(How.REORDERED): 0.94,
        street(How.INITIALS): 0.94,
        street(How.PART): 0.85,
        street(How.TYPO): 0.92,
        street(How.TYPOS): 0.85,
        street(How.NUMBERED): 0.60,
        number(Ladder.RANGE): 0.97,
        number(Ladder.NO_SUFFIX): 0.96,
        number(Ladder.BETWEEN): 0.94,
        number(Ladder.BEYOND): 0.90,
        number(Ladder.NOT_MAPPED): 0.88,
        number(Ladder.NOT_ASKED): 0.94,
        number(Ladder.SEVERAL): 0.50,
        Sign.WHOLE_SETTLEMENT: 0.95,
        Sign.NO_SUCH_STREET: 0.80,
        Sign.MUNICIPALITY: 0.80,
        Sign.LANDMARK: 0.60,
        Sign.ELSEWHERE: 0.10,
        Sign.OTHER_KIND: 0.92,
        Sign.OTHER_PART: 0.60,
        Sign.AMBIGUOUS: 0.50,
        Sign.SCATTERED: 0.80,
        Sign.DOUBTED_NAME: 0.60,
        Sign.ASSUMED_SETTLEMENT: 0.50,
    }
    weights = {piece: log_odds(p) - log_odds(best) for piece, p in alone.items()}
    return Confidence(log_odds(best), weights)


PRIOR = _prior()
