"""What the chances of `campaign.expectation` make of the visits to plan: their worth and hours.

A door where little is to be expected waits for a call; the others are worth as much as they are
likely to bring, take the time that this takes, and are given the hours at which somebody is home.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from planning.model import Case, Plan, Priority, Reason, Shift, Unserved, Visit
from planning.outcomes import BANDS, within
from planning.text import note
from planning.visits import VisitRules

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
