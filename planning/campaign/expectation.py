"""What a visit may be expected to bring: the chance that it resolves its case.

A logistic model with a handful of factors that anybody in the office can read: how exact the
address is, the part of the day, earlier attempts and their hours, what the telephone told, and the
area. It starts from what the field reports (`PRIOR`) and moves with the campaign's own outcomes:
every factor's weight is the most probable one under a normal prior around the reported value
(`campaign.logistic`). So ten outcomes move little and a thousand move much, and an area with few
visits stays near the others.

Nothing else goes in: no name, no language, no origin, no category of need (`Case.categories`). A
planner can set any weight by hand (`edited`), and `reasons` tells for every case what raised or
lowered its chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from enum import StrEnum

import numpy as np
from scipy.special import expit

from planning.campaign.logistic import most_probable
from planning.model import (
    Case,
    Level,
    Outcome,
    Place,
    Result,
)
from planning.outcomes import BANDS, RESOLVED, band_of, recorded_order
from planning.text import Note, note

MORNING, AFTERNOON, EVENING = range(len(BANDS))


class Phone(StrEnum):
    """What the telephone told before anybody went."""

    NOT_TRIED = "not_tried"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    AGREED = "agreed"
    """Somebody answered and expects the visit."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of a visit before anybody rings the bell."""

    level: Level
    service_address: bool = False
    area: str = ""
    """Code of the settlement, or of the municipality where that is not known."""
    before: int = 0
    """Attempts that found nobody."""
    tried: frozenset[int] = frozenset()
    """Parts of the day in which they were made, as far as known."""
    phone: Phone = Phone.NOT_TRIED
    band: int = MORNING
    """Index into `outcomes.BANDS`."""
    weekend: bool = False


Term = tuple[str, str]
"""(factor, its level), such as ("address", "street")."""

BASE: Term = ("base", "")
PRIOR: Mapping[Term, tuple[float, float]] = {
    BASE: (-1.1, 1.0),
    ("address", "house"): (0.0, 0.3),
    ("address", "between"): (-0.2, 0.5),
    ("address", "street"): (-0.5, 0.5),
    ("address", "village"): (-0.2, 0.5),
    ("address", "service"): (-2.5, 1.0),
    ("time", "morning"): (0.0, 0.3),
    ("time", "afternoon"): (0.1, 0.5),
    ("time", "evening"): (0.4, 0.5),
    ("time", "weekend"): (0.3, 0.5),
    ("before", "0"): (0.0, 0.3),
    ("before", "1"): (-0.3, 0.5),
    ("before", "2"): (-0.6, 0.5),
    ("before", "3"): (-1.0, 0.5),
    ("again", "same_hours"): (-0.4, 0.5),
    ("again", "after_evening"): (-0.5, 0.5),
    ("phone", "not_tried"): (0.0, 0.3),
    ("phone", "no_answer"): (-0.3, 0.5),
    ("phone", "wrong_number"): (-0.4, 0.5),
    ("phone", "agreed"): (1.5, 0.7),
}
"""Term → (log-odds, standard deviation): what is believed before the first outcome.

The base, a quarter, lies between what Bulgarian and Azerbaijani offices report (Kyustendil: 343 of
471 visits found nobody; Azerbaijan: 22 to 42 % of family visits restored attendance). All others
are our own estimate and wide enough for a campaign to correct within a few hundred visits.
"""
_AREA = (0.0, 0.6)
"""Mean and deviation of every area: two areas seldom differ by more than a factor of five in the
odds. Our own estimate."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The model, as it stands after some outcomes."""

    weights: Mapping[Term, float] = field(
        default_factory=lambda: {term: mean for term, (mean, _) in PRIOR.items()}
    )
    """Log-odds by term; a term that is not named, such as an area without visits, adds nothing."""
    seen: int = 0
    """Visits it was fitted to."""

    def chance(self, attempt: Attempt) -> float:
        """The chance from 0 to 1 that this attempt resolves its case."""
        return float(expit(sum(self.weights.get(term, 0.0) for term in terms(attempt))))

    def chances(self, attempt: Attempt) -> tuple[float, ...]:
        """The same in each part of the day, in the order of `outcomes.BANDS`."""
        return tuple(self.chance(replace(attempt, band=band)) for band in range(len(BANDS)))

    def reasons(self, attempt: Attempt) -> tuple[tuple[Note, float], ...]:
        """What raises or lowers the chance, and by how many times the odds; the strongest first."""
        moved = [(self.weights.get(term, 0.0), term) for term in terms(attempt) if term in TOLD]
        area = self.weights.get(("area", attempt.area), 0.0)
        told = [(TOLD[term], weight) for weight, term in moved] + [(_AREA_TOLD, area)]
        strong = [each for each in told if abs(each[1]) >= _WORTH_TELLING]
        return tuple(
            (words, float(np.exp(weight)))
            for words, weight in sorted(strong, key=lambda each: -abs(each[1]))
        )


_WORTH_TELLING = 0.1
"""Log-odds: a tenth more or less."""


def terms(attempt: Attempt) -> tuple[Term, ...]:
    """The terms that an attempt's chance is the sum of."""
    found = [
        BASE,
        ("address", _address(attempt)),
        ("time", ("morning", "afternoon", "evening")[attempt.band]),
        ("before", str(min(attempt.before, 3))),
        ("phone", str(attempt.phone)),
    ]
    if attempt.band in attempt.tried:
        found.append(("again", "same_hours"))
    if EVENING in attempt.tried:
        found.append(("again", "after_evening"))
    if attempt.weekend:
        found.append(("time", "weekend"))
    if attempt.area:
        found.append(("area", attempt.area))
    return tuple(found)


def _address(attempt: Attempt) -> str:
    if attempt.service_address:
        return "service"
    return _ADDRESS.get(attempt.level, "street")


_ADDRESS = {
    Level.HOUSE: "house",
    Level.INTERPOLATED: "between",
    Level.SETTLEMENT: "village",
}
TOLD: Mapping[Term, Note] = {
    ("address", "house"): note("the house is on the map"),
    ("address", "between"): note("the house number lies between two that are mapped"),
    ("address", "street"): note("only the street or the quarter is known"),
    ("address", "village"): note("only the village is known"),
    ("address", "service"): note("a service address of the municipality"),
    ("time", "morning"): note("in the morning"),
    ("time", "afternoon"): note("in the afternoon"),
    ("time", "evening"): note("in the evening"),
    ("time", "weekend"): note("at the weekend"),
    ("before", "0"): note("nobody was there before"),
    ("before", "1"): note("nobody was home once"),
    ("before", "2"): note("nobody was home twice"),
    ("before", "3"): note("nobody was home three times or more"),
    ("again", "same_hours"): note("nobody was home at these hours before"),
    ("again", "after_evening"): note("nobody was home in an evening"),
    ("phone", "not_tried"): note("nobody has called yet"),
    ("phone", "no_answer"): note("nobody answers the phone"),
    ("phone", "wrong_number"): note("the phone number is wrong"),
    ("phone", "agreed"): note("somebody answered the phone and expects the visit"),
}
"""Every factor in words, but for the base and the areas."""

_AREA_TOLD = note("this place, against the others")


def fit(
    seen: Sequence[tuple[Attempt, bool]], *, edited: Mapping[Term, float] | None = None
) -> Expectation:
    """The model after these attempts and whether each resolved its case.

    Args:
        seen: in any order.
        edited: log-odds that a planner set by hand: they hold whatever was seen.
    """
    edited = edited or {}
    known = sorted({*PRIOR, *edited, *(term for attempt, _ in seen for term in terms(attempt))})
    at = {term: number for number, term in enumerate(known)}
    mean, deviation = np.array([PRIOR.get(term, _AREA) for term in known]).T
    design = np.zeros((len(seen), len(known)))
    for row, (attempt, _) in enumerate(seen):
        design[row, [at[term] for term in terms(attempt)]] = 1.0
    found = most_probable(
        design,
        np.array([each for _, each in seen], dtype=float),
        mean=np.array([edited.get(term, mean[at[term]]) for term in known]),
        deviation=deviation,
        held=np.array([term in edited for term in known]),
    )
    return Expectation(dict(zip(known, found.weights.tolist(), strict=True)), len(seen))


def attempt_of(
    case: Case,
    place: Place | None,
    *,
    before: int = 0,
    tried: frozenset[int] = frozenset(),
    phone: Phone = Phone.NOT_TRIED,
    band: int = MORNING,
    weekend: bool = False,
) -> Attempt:
    """The next attempt at a case, as far as its file tells."""
    return Attempt(
        level=place.level if place else Level.NONE,
        service_address=case.service_address or bool(place and place.service_address),
        area=(place.settlement_code or place.municipality_code) if place else "",
        before=before,
        tried=tried,
        phone=phone,
        band=band,
        weekend=weekend,
    )


def seen_so_far(
    outcomes: Iterable[Outcome],
    cases: Mapping[str, Case],
    places: Mapping[str, Place],
    *,
    phone: Callable[[str], Phone] = lambda _: Phone.NOT_TRIED,
    zone: tzinfo | None = None,
) -> tuple[tuple[Attempt, bool], ...]:
    """The campaign's own attempts, each with whether it resolved; what `fit` is given.

    Args:
        outcomes: of all visits so far.
        cases: by case id.
        places: by case id.
        phone: what the telephone had told of a case.
        zone: local time; None takes the offset that each outcome was recorded with.
    """
    found = attempts_so_far(outcomes, cases, places, phone=lambda each, _: phone(each), zone=zone)
    return tuple((attempt, outcome.result in RESOLVED) for outcome, attempt in found)


def attempts_so_far(
    outcomes: Iterable[Outcome],
    cases: Mapping[str, Case],
    places: Mapping[str, Place],
    *,
    phone: Callable[[str, Outcome], Phone],
    zone: tzinfo | None,
) -> Iterator[tuple[Outcome, Attempt]]:
    """Outcomes in the order they were recorded, each with what was known before it.

    A visit to several cases at one door is one attempt. One whose hour is not known, because the
    phone was out of reach, is left out; so is one to cases that are erased since.

    Args:
        outcomes: of all visits so far.
        cases: by case id.
        places: by case id.
        phone: what the telephone had told of a case before this outcome.
        zone: local time; None takes the offset that each outcome was recorded with.
    """
    before: dict[str, int] = {}
    tried: dict[str, frozenset[int]] = {}
    for outcome in sorted(outcomes, key=recorded_order):
        known = [each for each in outcome.case_ids if each in cases]
        band = band_of(outcome, zone)
        if known and band is not None:
            first = known[0]
            yield (
                outcome,
                attempt_of(
                    cases[first],
                    places.get(first),
                    before=before.get(first, 0),
                    tried=tried.get(first, frozenset()),
                    phone=phone(first, outcome),
                    band=BANDS.index(band),
                    weekend=outcome.day.weekday() >= _SATURDAY,
                ),
            )
        if outcome.result is Result.NOBODY_HOME:
            for each in known:
                before[each] = before.get(each, 0) + 1
                if band is not None:
                    tried[each] = tried.get(each, frozenset()) | {BANDS.index(band)}


_SATURDAY = 5


def tried_before(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Case id → visits that found nobody."""
    return Counter(
        case_id
        for each in outcomes
        if each.result is Result.NOBODY_HOME
        for case_id in each.case_ids
    )


def hours_tried(outcomes: Iterable[Outcome], zone: tzinfo | None) -> dict[str, frozenset[int]]:
    """Case id → parts of the day in which visits found nobody; see `Attempt.tried`."""
    found: dict[str, frozenset[int]] = {}
    for each in outcomes:
        band = band_of(each, zone) if each.result is Result.NOBODY_HOME else None
        for case_id in each.case_ids if band is not None else ():
            found[case_id] = found.get(case_id, frozenset()) | {BANDS.index(band)}
    return found
