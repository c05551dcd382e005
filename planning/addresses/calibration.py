"""Confidence learned from addresses whose true place is known, and the check that it holds.

The weights of `planning.addresses.confidence` are fitted by logistic regression with the prior's
weights as the mean of a Gaussian prior: where there is little to learn from, our judgement stays
(maximum a posteriori; Bishop 2006, Pattern Recognition and Machine Learning, §4.3 and §4.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from planning.addresses.confidence import PRIOR, Confidence, Evidence
from planning.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

STIFFNESS = 0.5
"""Inverse variance of the prior around every weight: some ten addresses outweigh it."""
FEWEST = 200
"""Fewer answers than this teach nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """One answer whose true place is known."""

    evidence: Evidence
    confidence: float
    """As the answer stated it."""
    within: bool
    """The true place lies within the error that the answer stated."""


def fit(answers: Sequence[Known], *, prior: Confidence = PRIOR, described: str = "") -> Confidence:
    """Weights under which `answers` are likeliest, held to `prior` where they are few.

    Args:
        answers: what was found, and whether it was within its stated error.
        prior: weights to start from.
        described: what the answers are, in words; their number is added.

    Raises:
        InputError: fewer than `FEWEST` answers.
    """
    if len(answers) < FEWEST:
        raise InputError(
            f"{len(answers)} answers are too few to learn from; bring at least {FEWEST}"
        )
    pieces = sorted({piece for each in answers for piece in each.evidence} | set(prior.weights))
    columns = {piece: at + 1 for at, piece in enumerate(pieces)}
    present = np.zeros((len(answers), len(pieces) + 1))
    present[:, 0] = 1.0
    for row, each in enumerate(answers):
        for piece in each.evidence:
            present[row, columns[piece]] = 1.0
    within = np.array([each.within for each in answers], dtype=np.float64)
    start = np.array([prior.base, *(prior.weights.get(piece, 0.0) for piece in pieces)])
    found = minimize(
        _loss, start, args=(present, within, start), jac=True, method="L-BFGS-B"
    ).x.round(3)
    weights = {piece: float(found[at]) for piece, at in columns.items()}
    return Confidence(float(found[0]), weights, f"{len(answers):,} {described}".strip())


def _loss(
    weights: NDArray[np.float64],
    present: NDArray[np.float64],
    within: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64]]:
    """Negative log-posterior and its gradient; `present` is (answers, 1 + pieces) of 0 and 1."""
    odds = present @ weights
    away = weights - prior
    loss = np.logaddexp(0.0, odds).sum() - within @ odds + STIFFNESS / 2 * (away @ away)
    share = 1 / (1 + np.exp(-odds))
    return float(loss), present.T @ (share - within) + STIFFNESS * away


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar confidence."""

    stated: float
    """Their mean confidence."""
    observed: float
    """The share of them that was within its stated error."""
    count: int


EDGES = (0.0, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Finer where nearly all answers are."""


def curve(answers: Sequence[Known]) -> list[Bin]:
    """The calibration curve: stated against observed, over the bins that `EDGES` part."""
    stated = np.array([each.confidence for each in answers])
    within = np.array([each.within for each in answers], dtype=np.float64)
    which = np.clip(np.digitize(stated, EDGES) - 1, 0, len(EDGES) - 2)
    return [
        Bin(float(stated[here].mean()), float(within[here].mean()), int(here.sum()))
        for here in (which == at for at in range(len(EDGES) - 1))
        if here.any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of stated and observed, weighted by answers.

    Source: expected calibration error, Naeini, Cooper and Hauskrecht 2015.
    """
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.stated - each.observed) for each in bins) / max(1, total)
