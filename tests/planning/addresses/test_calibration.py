"""Confidence: a weight for every piece of evidence, learned where the true place is known."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.addresses.calibration import Known, calibration_error, curve, fit
from planning.addresses.confidence import PRIOR, Confidence, How, Ladder, Sign, number, street
from planning.addresses.geocoder import Geocoder
from planning.errors import InputError
from planning.model import Address

PLAIN = (street(How.EXACT), number(Ladder.EXACT))
TYPED_WRONG = (street(How.TYPO), number(Ladder.EXACT))


def known(evidence: tuple[str, ...], right: int, wrong: int) -> list[Known]:
    """So many right and wrong answers that rest on `evidence`."""
    sure = PRIOR.of(evidence)
    return [Known(evidence, sure, within) for within in [True] * right + [False] * wrong]


def test_what_is_often_right_becomes_sure() -> None:
    """990 of 1,000 plain answers and 900 of 1,000 mistyped ones were right: so it says."""
    learned = fit(known(PLAIN, 990, 10) + known(TYPED_WRONG, 900, 100), described="addresses")
    assert learned.of(PLAIN) == pytest.approx(0.99, abs=0.003)
    assert learned.of(TYPED_WRONG) == pytest.approx(0.90, abs=0.01)
    assert learned.fitted_to == "2,000 addresses"


def test_what_was_never_seen_keeps_our_judgement() -> None:
    """No landmark was among the answers, so a landmark weighs what it weighed."""
    learned = fit(known(PLAIN, 400, 4))
    assert learned.weights[Sign.LANDMARK] == pytest.approx(PRIOR.weights[Sign.LANDMARK], abs=0.01)


def test_a_handful_teaches_nothing() -> None:
    """Twelve answers: the command says how many it needs."""
    with pytest.raises(InputError, match="12 answers are too few"):
        fit(known(PLAIN, 12, 0))


def test_the_curve_by_hand() -> None:
    """Ten answers said 0.8 and eight were right; ten said 0.96 and five were."""
    said = [Known((), 0.8, at < 8) for at in range(10)]
    said += [Known((), 0.96, at < 5) for at in range(10)]
    low, high = curve(said)
    assert (low.stated, low.observed, low.count) == (pytest.approx(0.8), 0.8, 10)
    assert (high.stated, high.observed, high.count) == (pytest.approx(0.96), 0.5, 10)
    assert calibration_error([low, high]) == pytest.approx(0.23)


def test_learned_confidence_is_calibrated() -> None:
    """Where the world follows the weights, stated and observed agree in every bin."""
    world = Confidence(3.0, {street(How.TYPO): -1.0, number(Ladder.BETWEEN): -2.0})
    draw = random.Random(5)
    answers = []
    for _ in range(6_000):
        evidence = (
            draw.choice([street(How.EXACT), street(How.TYPO)]),
            draw.choice([number(Ladder.EXACT), number(Ladder.BETWEEN)]),
        )
        answers.append(Known(evidence, 0.0, draw.random() < world.of(evidence)))
    learned = fit(answers)
    restated = [Known(a.evidence, learned.of(a.evidence), a.within) for a in answers]
    assert calibration_error(curve(restated)) < 0.01


@given(st.lists(st.sampled_from([*PRIOR.weights, "a piece of evidence nobody knows"])))
def test_any_evidence_gives_a_probability(evidence: list[str]) -> None:
    """Between 0 and 1, and no doubt ever makes an answer surer."""
    assert 0 < PRIOR.of(evidence) < 1
    assert PRIOR.of([*evidence, Sign.AMBIGUOUS]) <= PRIOR.of(evidence)


def test_an_answer_carries_its_evidence(geocoder: Geocoder) -> None:
    """So that it can be weighed again when more is known."""
    place = geocoder.locate(Address("гр. Горна, ул. Липа 5"))
    assert place.evidence[0].startswith("street: ")
    assert place.confidence == round(PRIOR.of(place.evidence), 3)
