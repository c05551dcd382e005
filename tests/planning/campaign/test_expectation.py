"""What a visit may be expected to bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.campaign.expectation import (
    AFTERNOON,
    EVENING,
    MORNING,
    PRIOR,
    Attempt,
    Expectation,
    Phone,
    attempt_of,
    fit,
    hours_tried,
    seen_so_far,
    terms,
)
from planning.model import (
    Address,
    Case,
    Level,
    Outcome,
    Place,
    Result,
)

DOOR = Attempt(Level.HOUSE, area="MARTEN")
MONDAY = date(2026, 8, 24)


def outcome(case_id: str, result: Result, hour: int, day: date = MONDAY) -> Outcome:
    """What a crew recorded at a full hour of local time."""
    at = f"{day.isoformat()}T{hour:02d}:00:00+03:00"
    return Outcome("v1", "t1", day, result, at, key=at + case_id, case_ids=(case_id,))


def test_before_the_first_visit_it_believes_what_the_field_reports() -> None:
    """A usual door in the morning: one visit in four resolves."""
    assert Expectation().chance(DOOR) == pytest.approx(0.25, abs=0.01)
    assert fit([]).chance(DOOR) == pytest.approx(Expectation().chance(DOOR))


def test_one_bad_morning_moves_little_and_a_bad_month_moves_much() -> None:
    """Ten closed doors in a village are chance; two hundred are the village."""
    few = fit([(DOOR, False)] * 10).chance(DOOR)
    many = fit([(DOOR, False)] * 200).chance(DOOR)
    assert many < few < Expectation().chance(DOOR)
    assert few > 0.05
    assert many < few / 2


def test_a_village_of_closed_doors_does_not_darken_the_next_one() -> None:
    """What was seen in one place is mostly about that place."""
    other = Attempt(Level.HOUSE, area="BABOVO")
    seen = [(DOOR, False)] * 60 + [(other, True), (other, False)] * 30
    model = fit(seen)
    assert model.chance(other) > 0.35
    assert model.chance(DOOR) < 0.15


def test_it_finds_the_hours_that_a_planted_truth_has() -> None:
    """Where people are home in the evening only, the evening is what it tells."""
    rng = np.random.default_rng(3)
    truth = {MORNING: 0.1, AFTERNOON: 0.25, EVENING: 0.7}
    seen = [
        (Attempt(Level.HOUSE, band=band), bool(rng.random() < truth[band]))
        for band in rng.integers(0, 3, 600)
    ]
    found = fit(seen).chances(Attempt(Level.HOUSE))
    assert found == pytest.approx(tuple(truth.values()), abs=0.08)


def test_a_planners_own_figure_holds_whatever_was_seen() -> None:
    """The office knows of the harvest: nobody is home in the morning."""
    edited = {("time", "morning"): -3.0}
    model = fit([(DOOR, True)] * 50, edited=edited)
    assert model.weights["time", "morning"] == -3.0


def test_every_case_is_told_why_its_chance_is_what_it_is() -> None:
    """The strongest reason comes first, with how many times it changes the odds."""
    attempt = Attempt(Level.STREET, before=2, phone=Phone.AGREED, band=EVENING)
    told = [(str(words), times) for words, times in Expectation().reasons(attempt)]
    assert told[0][0] == "somebody answered the phone and expects the visit"
    assert told[0][1] == pytest.approx(4.5, abs=0.1)
    assert ("nobody was home twice", pytest.approx(0.55, abs=0.01)) in told
    assert all("usual" not in words for words, _ in told)


def test_nothing_of_a_person_goes_into_the_model() -> None:
    """Language, name and need change no chance: two families at like doors are equal."""
    place = Place(Level.HOUSE, settlement_code="MARTEN")
    one = Case("1", Address("x"), child="А. Б.", language="tr", note="…", children=4)
    other = Case("2", Address("y"))
    assert terms(attempt_of(one, place)) == terms(attempt_of(other, place))


def test_the_office_learns_from_its_own_outcomes() -> None:
    """A second attempt counts as a second one; an hour that is not known is left out."""
    cases = {"1": Case("1", Address("x")), "2": Case("2", Address("y"))}
    places = {each: Place(Level.HOUSE, settlement_code="MARTEN") for each in cases}
    late = Outcome("v", "t", MONDAY, Result.MET, "2026-08-26T09:00:00+03:00", case_ids=("2",))
    seen = seen_so_far(
        [
            outcome("1", Result.MET, 18, date(2026, 8, 29)),
            outcome("1", Result.NOBODY_HOME, 9),
            late,
            outcome("gone", Result.MET, 9),
        ],
        cases,
        places,
    )
    assert [(each.before, each.band, each.weekend, met) for each, met in seen] == [
        (0, MORNING, False, False),
        (1, EVENING, True, True),
    ]


def test_nobody_home_at_these_hours_speaks_for_others() -> None:
    """Missed in the afternoon the evening gains on it; missed in the evening little is left."""
    after_noon = Expectation().chances(replace(DOOR, before=1, tried=frozenset({AFTERNOON})))
    fresh = Expectation().chances(DOOR)
    assert after_noon[EVENING] / after_noon[AFTERNOON] > fresh[EVENING] / fresh[AFTERNOON]
    late = Expectation().chances(replace(DOOR, before=1, tried=frozenset({EVENING})))
    assert max(late) < min(after_noon[MORNING], after_noon[EVENING])


def test_hours_that_were_tried_are_known_of_every_case() -> None:
    """The model learns from them and is asked with them; an hour that is not known counts not."""
    known = [
        outcome("1", Result.NOBODY_HOME, 9),
        outcome("1", Result.NOBODY_HOME, 18, date(2026, 8, 25)),
        outcome("2", Result.REFUSED, 9),
        replace(outcome("3", Result.NOBODY_HOME, 9), day=date(2026, 8, 20)),
    ]
    assert hours_tried(known, None) == {"1": {MORNING, EVENING}}
    cases = {each: Case(each, Address("x")) for each in "123"}
    again = outcome("1", Result.MET, 9, date(2026, 8, 26))
    (*_, (last, met)) = seen_so_far([*known, again], cases, {})
    assert (last.before, last.tried, met) == (2, {MORNING, EVENING}, True)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Level)), st.integers(0, 9), st.sampled_from(list(Phone)),
            st.integers(0, 2), st.booleans(),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_a_chance_is_a_chance_whatever_was_seen(
    seen: list[tuple[Level, int, Phone, int, bool]],
) -> None:
    """Even where every visit failed, or every one went well."""
    attempts = [
        Attempt(level, before=before, phone=phone, band=band)
        for level, before, phone, band, _ in seen
    ]
    model = fit([(each, row[4]) for each, row in zip(attempts, seen, strict=True)])
    for each in [*attempts, DOOR]:
        assert 0 < model.chance(each) < 1
    assert set(PRIOR) <= set(model.weights)
