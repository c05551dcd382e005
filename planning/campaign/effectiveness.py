"""Crews compared fairly: what a crew brings beside what its cases would have brought to anybody.

Which cases a crew gets decides most of what it resolves. So every visit is first explained by what
was known of it (address, hour, earlier attempts, telephone, area), and the crew is what is left: an
effect drawn towards nought, the more the fewer visits there are. How far crews differ at all is
estimated too; where nothing speaks for a difference, none is shown.

Made to learn from: what do crews with a clear plus do otherwise? It ranks nobody, small crews are
left out, and every figure stands with its interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax
from scipy.stats import norm

from planning.campaign.expectation import PRIOR, Attempt, Term, terms
from planning.campaign.logistic import Reals, most_probable

LEAST_VISITS = 20
"""A crew with fewer says more about chance, and about families, than about the crew."""
LEAST_RESULTS = 5
"""So many resolved, and so many not: fewer would tell of single families."""
SURE = 0.9
"""Share of cases in which the interval holds the truth."""
_SPREADS = (0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
"""How far crews may differ, as standard deviations of log-odds that are tried."""
_WIDE = 1.5
"""Deviation of every factor: here the campaign's own outcomes speak, not what is believed."""


@dataclass(frozen=True, slots=True)
class Visited:
    """One attempt by a crew."""

    team_id: str
    attempt: Attempt
    resolved: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """How many times something changes the odds that a visit resolves its case."""

    times: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """True where the interval leaves out “no difference”."""
        return self.low > 1 or self.high < 1


@dataclass(frozen=True, slots=True)
class CrewResult:
    """A crew with enough visits to be spoken of."""

    team_id: str
    visits: int
    share: float
    """Resolved of its visits."""
    expected: float
    """Share that a usual crew would have resolved of the same visits."""
    effect: Effect


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """What the campaign teaches about crews and about what else matters."""

    crews: tuple[CrewResult, ...]
    """By team id. Crews with few visits are not in it."""
    left_out: int
    """How many those are."""
    factors: tuple[tuple[Term, Effect], ...]
    """What matters beside the crew, in the order of `expectation.PRIOR`, against the usual one."""
    spread: float
    """Standard deviation of the crews' log-odds."""


_REFERENCE = frozenset(
    {("address", "house"), ("time", "morning"), ("before", "0"), ("phone", "not_tried")}
)
"""What every factor is compared with: it has no term of its own."""


def effectiveness(visits: Sequence[Visited]) -> Effectiveness:
    """Crews and factors of a campaign. Crews and areas are drawn towards the middle, factors not.

    Args:
        visits: all attempts of the campaign, in any order.
    """
    known = [term for term in PRIOR if term not in _REFERENCE]
    areas = sorted({each.attempt.area for each in visits if each.attempt.area})
    teams = sorted({each.team_id for each in visits})
    columns: list[Term] = [
        *known, *(("area", area) for area in areas), *(("crew", team) for team in teams)
    ]  # fmt: skip
    design = _design(visits, columns)
    happened = np.array([each.resolved for each in visits], dtype=float)
    spread, weights, variances = _over_spreads(design, happened, columns)
    crew = np.array([term[0] == "crew" for term in columns])
    usual = expit(design[:, ~crew] @ weights[~crew])
    counts = Counter(each.team_id for each in visits)
    resolved = Counter(each.team_id for each in visits if each.resolved)
    told = [team for team in teams if _enough(counts[team], resolved[team])]
    of_team = np.array([each.team_id for each in visits])
    return Effectiveness(
        crews=tuple(
            CrewResult(
                team,
                counts[team],
                resolved[team] / counts[team],
                float(usual[of_team == team].mean()),
                _effect(weights, variances, columns.index(("crew", team))),
            )
            for team in told
        ),
        left_out=len(teams) - len(told),
        factors=tuple(
            (term, _effect(weights, variances, columns.index(term)))
            for term in known
            if term[0] != "base" and _told(design[:, columns.index(term)], happened)
        ),
        spread=spread,
    )


def _design(visits: Sequence[Visited], columns: Sequence[Term]) -> Reals:
    at = {term: number for number, term in enumerate(columns)}
    design = np.zeros((len(visits), len(columns)))
    for row, each in enumerate(visits):
        of_row = [*terms(each.attempt), ("crew", each.team_id)]
        design[row, [at[term] for term in of_row if term in at]] = 1.0
    return design


def _over_spreads(
    design: Reals, happened: Reals, columns: Sequence[Term]
) -> tuple[float, Reals, Reals]:
    """How far crews differ, (n,) weights and (n,) their variances.

    No spread is taken for certain: every one that is tried counts by its evidence, so that a
    campaign that says little of its crews has wide intervals, not narrow ones.
    """
    mean = np.zeros(len(columns))
    held = np.zeros(len(columns), dtype=bool)
    fits = []
    for spread in _SPREADS:
        wide = {"crew": spread, "area": 0.6}
        deviation = np.array([wide.get(term[0], _WIDE) for term in columns])
        fits.append(most_probable(design, happened, mean=mean, deviation=deviation, held=held))
    belief = softmax([each.evidence for each in fits])
    weights = np.stack([each.weights for each in fits])
    variances = np.stack([np.diag(each.covariance) for each in fits])
    middle = belief @ weights
    return float(belief @ _SPREADS), middle, belief @ (variances + (weights - middle) ** 2)


def _effect(weights: Reals, variances: Reals, at: int) -> Effect:
    half = norm.ppf((1 + SURE) / 2) * np.sqrt(variances[at])
    middle = weights[at]
    low, times, high = np.exp([middle - half, middle, middle + half])
    return Effect(float(times), float(low), float(high))


def _enough(visits: int, resolved: int) -> bool:
    """True where a share tells of no single family."""
    return (
        visits >= LEAST_VISITS and resolved >= LEAST_RESULTS and visits - resolved >= LEAST_RESULTS
    )


def _told(column: Reals, happened: Reals) -> bool:
    return _enough(int(column.sum()), int(happened[column > 0].sum()))
