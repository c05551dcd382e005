"""Crews compared fairly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from planning.campaign.effectiveness import Visited, effectiveness
from planning.campaign.expectation import EVENING, MORNING, Attempt
from planning.model import Level


def played(crews: dict[str, tuple[float, float, int]], seed: int = 1) -> list[Visited]:
    """Visits by crews of planted strength.

    `crews` has by team id: log-odds that the crew adds, share of its visits with easy addresses,
    number of visits. Easy is a house in the evening, hard a village in the morning; 2 lies between
    their log-odds.
    """
    rng = np.random.default_rng(seed)
    found = []
    for team, (strength, easy, count) in crews.items():
        for _ in range(count):
            is_easy = rng.random() < easy
            attempt = (
                Attempt(Level.HOUSE, band=EVENING)
                if is_easy
                else Attempt(Level.SETTLEMENT, band=MORNING)
            )
            chance = expit((0.5 if is_easy else -1.5) + strength)
            found.append(Visited(team, attempt, bool(rng.random() < chance)))
    return found


def test_a_crew_with_easy_cases_is_no_better_than_one_with_hard_ones() -> None:
    """Town crews resolve half, village crews a fifth; neither does better work."""
    found = effectiveness(
        played({f"town{each}": (0.0, 0.9, 150) for each in range(4)}
               | {f"village{each}": (0.0, 0.1, 150) for each in range(4)})
    )  # fmt: skip
    shares = {each.team_id: each.share for each in found.crews}
    assert min(shares[f"town{each}"] for each in range(4)) > max(
        shares[f"village{each}"] for each in range(4)
    )
    assert not any(each.effect.clear for each in found.crews)
    for each in found.crews:
        assert each.expected == pytest.approx(each.share, abs=0.12)


def test_planted_effects_are_found_within_their_intervals() -> None:
    """Of fifty crews with planted strengths nine of ten intervals hold the truth."""
    rng = np.random.default_rng(2)
    truth = {f"t{each:02d}": float(rng.normal(0, 0.5)) for each in range(50)}
    found = effectiveness(
        played({team: (strength, rng.random(), 120) for team, strength in truth.items()})
    )
    held = [
        each.effect.low <= np.exp(truth[each.team_id]) <= each.effect.high for each in found.crews
    ]
    assert len(held) == 50
    assert np.mean(held) >= 0.82
    assert 0.25 < found.spread < 0.85
    best = max(found.crews, key=lambda each: each.effect.times)
    assert truth[best.team_id] > 0.3


def test_what_matters_beside_the_crew_is_told_with_its_interval() -> None:
    """The planted truth: an evening triples the odds, whoever goes."""
    rng = np.random.default_rng(8)
    visits = [
        Visited(
            f"t{rng.integers(6)}",
            Attempt(Level.HOUSE, band=band),
            bool(rng.random() < expit(-1 + np.log(3) * (band == EVENING))),
        )
        for band in rng.choice([MORNING, EVENING], 1200)
    ]
    factors = dict(effectiveness(visits).factors)
    evening = factors["time", "evening"]
    assert evening.low < 3 < evening.high
    assert evening.clear


def test_where_nothing_speaks_for_a_difference_none_is_shown() -> None:
    """Chance makes every table look like a ranking; here it does not."""
    found = effectiveness(played({f"t{each}": (0.0, 0.5, 60) for each in range(12)}, seed=4))
    assert all(0.7 < each.effect.times < 1.4 for each in found.crews)


def test_a_campaign_that_says_little_has_wide_intervals() -> None:
    """Ten crews with 25 visits each: a difference of a fifth cannot be ruled out for any."""
    found = effectiveness(played({f"t{each}": (0.0, 0.5, 25) for each in range(10)}, seed=6))
    assert found.crews
    assert all(each.effect.low < 0.85 and each.effect.high > 1.18 for each in found.crews)


def test_a_small_crew_is_left_out_and_counted() -> None:
    """Nineteen visits say more about nineteen families than about the crew."""
    found = effectiveness(played({"big": (0.0, 0.5, 100), "small": (2.0, 0.5, 19)}))
    assert [each.team_id for each in found.crews] == ["big"]
    assert found.left_out == 1


def test_a_crew_that_resolved_all_but_two_is_left_out() -> None:
    """The two families that are left could be told from its share."""
    visits = [Visited("t1", Attempt(Level.HOUSE), number >= 2) for number in range(40)]
    assert effectiveness(visits).crews == ()


def test_a_campaign_without_visits_teaches_nothing() -> None:
    """And does not fail."""
    found = effectiveness([])
    assert (found.crews, found.factors, found.left_out) == ((), (), 0)
