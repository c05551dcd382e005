"""Logistic regression that starts from what is believed: ridge regression with a centre.

Source: Hoerl and Kennard 1970 for the ridge; Gelman, Jakulin, Pittau and Su 2008 for priors on
logistic weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

Reals = NDArray[np.float64]
_STEPS, _CLOSE = 50, 1e-9


@dataclass(frozen=True, slots=True)
class Fit:
    """The most probable weights, and how sure they are."""

    weights: Reals
    """(n,) log-odds."""
    covariance: Reals
    """(n, n) of the normal that fits the posterior at its top; 0 for weights held fixed."""
    evidence: float
    """Log marginal likelihood by Laplace's approximation, up to a constant."""


def most_probable(
    design: Reals, happened: Reals, *, mean: Reals, deviation: Reals, held: NDArray[np.bool_]
) -> Fit:
    """Newton's method on the log posterior, which has one maximum.

    Args:
        design: (rows, n) what each row is made of.
        happened: (rows,) 1 where it did, 0 where not.
        mean: (n,) believed log-odds.
        deviation: (n,) how far from it a weight may well be; positive.
        held: (n,) weights that stay at `mean` whatever was seen.
    """
    weights = mean.copy()
    free = np.flatnonzero(~held)
    own = design[:, free]
    precision = deviation[free] ** -2
    curve = np.diag(precision)
    for _ in range(_STEPS):
        chance = expit(design @ weights)
        slope = own.T @ (happened - chance) - (weights[free] - mean[free]) * precision
        curve = (own * (chance * (1 - chance))[:, None]).T @ own + np.diag(precision)
        step = np.linalg.solve(curve, slope) if len(free) else np.zeros(0)
        weights[free] += step
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    covariance = np.zeros((len(mean), len(mean)))
    if len(free):
        covariance[np.ix_(free, free)] = np.linalg.inv(curve)
    score = design @ weights
    likelihood = float(np.where(happened > 0, log_expit(score), log_expit(-score)).sum())
    prior = float((np.log(precision) - precision * (weights[free] - mean[free]) ** 2).sum()) / 2
    spread = float(np.linalg.slogdet(curve)[1]) / 2 if len(free) else 0.0
    return Fit(weights, covariance, likelihood + prior - spread)
