"""What a visit may be expected to bring: the chance that it resolves its case.

A logistic model with a handful of factors that anybody in the office can read: how exact the
address is, the part of the day, earlier attempts and their hours, what the telephone told, and the
area. It starts from what the field reports (`PRIOR`) and moves with the campaign's own outcomes:
every factor's weight is the most probable one under a normal prior around the reported value
(`campaign.logistic`). So ten outcomes move little and a thousand move much, and an area with few
visits stays near the others.

Nothing else goes in: no name, no language, no origin, no category of need. A planner can set any
weight by hand (`edited`), and `reasons` tells for every case what raised or lowered its chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from enum import StrEnum

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.special import expit

from planning.campaign.logistic import most_probable
from planning.model import (
    Case,
    Level,
    Outcome,
    Place,
    Plan,
    Priority,
    Reason,
    Result,
    Shift,
    Unserved,
    Visit,
)
from planning.outcomes import BANDS, RESOLVED, band_of, recorded_order, within
from planning.text import Note, note
from planning.visits import VisitRules

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


TRIES = 2
"""Visits in vain after which a door may not be worth another one, see `hopeful`."""


def hopeful(
    cases: Sequence[Case],
    chances: Mapping[str, Sequence[float]],
    before: Mapping[str, int],
    least: float,
) -> tuple[tuple[Case, ...], tuple[Unserved, ...]]:
    """(cases worth a visit, those that should be called or looked into again first).

    A crew that rings a third time where one visit in twenty brings anything is missing at another
    door. No case that presses is held back, and none before `TRIES` visits.

    Args:
        cases: to be visited.
        chances: by case id, in the parts of the day.
        before: visits that found nobody, by case id.
        least: chance, 0 to 1, at the best hour; with 0 none is held back.
    """
    free, waiting = [], []
    for case in cases:
        tried = before.get(case.case_id, 0)
        best = max(chances[case.case_id])
        if tried < TRIES or best >= least or case.priority is not Priority.NORMAL:
            free.append(case)
        else:
            why = note("nobody was home {count} times: call, or look into the case", count=tried)
            waiting.append(Unserved((case.case_id,), Reason.CONTACT_FIRST, because=(why,)))
    return tuple(free), tuple(waiting)


def values(chances: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Case id → `Visit.value`: its best chance in a day against the usual one.

    Usual is the mean of all; so values are 1 on average, whatever the campaign's luck.

    Args:
        chances: by case id, in the parts of the day.
    """
    best = {case_id: max(each) for case_id, each in chances.items()}
    usual = float(np.mean(list(best.values()))) if best else 1.0
    return {case_id: each / usual if usual > 0 else 1.0 for case_id, each in best.items()}


def expected_resolved(plan: Plan, chances: Mapping[str, Sequence[float]]) -> float:
    """How many cases the routes of `plan` may resolve, each visited in its part of the day.

    Args:
        plan: with routes.
        chances: by case id, in the parts of the day; a case that is not there brings nothing.
    """
    of = {visit.visit_id: visit for visit in plan.visits}
    return sum(
        chances[case_id][next(at for at, (_, end) in enumerate(BANDS) if stop.start < end)]
        for route in plan.routes
        for stop in route.stops
        for case_id in of[stop.visit_id].case_ids
        if case_id in chances
    )


def as_expected(
    visits: Iterable[Visit], chances: Mapping[str, Sequence[float]], rules: VisitRules
) -> tuple[Visit, ...]:
    """`visits` in their order, with the time that they may be expected to take."""
    return tuple(
        replace(
            visit,
            service_seconds=rules.expected_seconds(
                visit, float(np.mean(chances[visit.case_ids[0]]))
            ),
        )
        for visit in visits
    )


def at_good_hours(
    visits: Sequence[Visit],
    chances: Mapping[str, Sequence[float]],
    shifts: Sequence[Shift],
    *,
    possible: Callable[[Visit], bool] = lambda _: True,
) -> tuple[Visit, ...]:
    """`visits` in their order; some only at the hours at which somebody is likely to be home.

    Hours are few: a linear program gives each part of the day to the visits that gain most by it,
    as many as the crews' shifts have room for. A visit is then made in that part or in another that
    is nearly as good or better, and its value is what it brings there; where the family asked for
    hours of its own, these hold, and so does the value. Where the shifts have no room for a visit
    at all, it stays open to any hour.

    Args:
        visits: any; their own windows hold.
        chances: of resolving them by part of the day, by the id of a visit's first case.
        shifts: who works when.
        possible: whether a visit can be made at all.
    """
    given = _given_hours(visits, chances, shifts)
    return tuple(
        _narrowed(visit, chances[visit.case_ids[0]], given[visit.visit_id], possible)
        if visit.visit_id in given
        else visit
        for visit in visits
    )


_ON_THE_WAY = 6 * 60
_WORTH_WAITING = 0.05
"""Chance: one resolved case more in twenty visits."""


def _narrowed(
    visit: Visit, chances: Sequence[float], band: int, possible: Callable[[Visit], bool]
) -> Visit:
    good = [each for each, chance in enumerate(chances) if chance > chances[band] - _WORTH_WAITING]
    share = 1.0 if visit.windows else chances[band] / max(chances)
    valued = replace(visit, value=visit.value * share)
    if len(good) == len(BANDS):
        return valued
    later = within(visit, _joined(good))
    return replace(later, value=valued.value) if later and possible(later) else visit


def _joined(bands: Sequence[int]) -> list[tuple[int, int]]:
    """Parts of the day, ascending; neighbours as one."""
    found: list[tuple[int, int]] = []
    for start, end in (BANDS[each] for each in bands):
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _given_hours(
    visits: Sequence[Visit], chances: Mapping[str, Sequence[float]], shifts: Sequence[Shift]
) -> dict[str, int]:
    """Visit id → the part of the day that it is given, of the visits there is room for.

    Most chance in all, with the room of each municipality's crews as it is.
    """
    room = _room(shifts)
    pairs = [
        (at, band)
        for at, visit in enumerate(visits)
        for band, hours in enumerate(BANDS)
        if room[visit.municipality_code, band] > 0 and within(visit, [hours]) is not None
    ]
    if not pairs:
        return {}
    places = {place: row for row, place in enumerate(sorted(room))}
    rows = [(at, 1.0) for at, _ in pairs] + [
        (len(visits) + places[visits[at].municipality_code, band], _needed(visits[at]))
        for at, band in pairs
    ]
    columns = [*range(len(pairs)), *range(len(pairs))]
    limits = csr_array(
        ([factor for _, factor in rows], ([row for row, _ in rows], columns)),
        shape=(len(visits) + len(places), len(pairs)),
    )
    bounds = [1.0] * len(visits) + [float(room[place]) for place in sorted(room)]
    gain = [chances[visits[at].case_ids[0]][band] for at, band in pairs]
    found = milp(
        -np.array(gain), bounds=Bounds(0.0, 1.0), constraints=LinearConstraint(limits, ub=bounds)
    )
    assert found.x is not None, "to give nobody any hours is always possible"
    given: dict[str, int] = {}
    for (at, band), share in zip(pairs, found.x, strict=True):
        if share > 0.5:
            given[visits[at].visit_id] = band
    return given


def _needed(visit: Visit) -> float:
    return float(visit.service_seconds + _ON_THE_WAY)


def _room(shifts: Sequence[Shift]) -> Counter[tuple[str, int]]:
    """(municipality, part of the day) → seconds that crews work then."""
    room: Counter[tuple[str, int]] = Counter()
    for shift in shifts:
        for band, (start, end) in enumerate(BANDS):
            overlap = min(shift.end, end) - max(shift.start, start)
            room[shift.municipality_code, band] += max(0, overlap)
    return room
