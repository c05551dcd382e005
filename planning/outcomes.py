"""A visit's result → what happens next.

Resolved cases are not planned again. Where nobody was home the next attempt is made on another day
and in another part of the day: whoever is out in the morning is out every morning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from planning.model import Case, Outcome, Result, Visit, Window

RESOLVED = frozenset({Result.MET, Result.ABROAD, Result.MOVED})
"""Results after which the case needs no further visit to this door: the child was met, or it is
now known where it is. Everything else stays open."""

NOON, EVENING = 12 * 3600, 17 * 3600
BANDS = ((0, NOON), (NOON, EVENING), (EVENING, 24 * 3600))
"""Morning, afternoon and evening in seconds after midnight, parted as in `intake.words.DAY_PARTS`:
at noon children come home from school, at five parents from work. Our own estimate."""


def latest_by_visit(outcomes: Iterable[Outcome], visits: Iterable[Visit]) -> dict[str, Outcome]:
    """Visit id → the outcome recorded last for any of its cases.

    Cases join the two, because every plan numbers its visits anew.
    """
    latest = _latest(outcomes)
    found: dict[str, Outcome] = {}
    for visit in visits:
        known = [latest[case_id] for case_id in visit.case_ids if case_id in latest]
        if known:
            found[visit.visit_id] = max(known, key=recorded_order)
    return found


def _latest(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """Case id → the outcome recorded last for it."""
    latest: dict[str, Outcome] = {}
    for outcome in sorted(outcomes, key=recorded_order):
        latest |= dict.fromkeys(outcome.case_ids, outcome)
    return latest


def recorded_order(outcome: Outcome) -> tuple[str, str]:
    """Sorts outcomes in the order they were recorded."""
    return outcome.recorded_at, outcome.key


def resolving(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """Case id → the outcome that resolved it, of the cases that need no further visit."""
    latest = _latest(outcomes)
    return {case_id: last for case_id, last in latest.items() if last.result in RESOLVED}


def still_open(cases: Iterable[Case], outcomes: Iterable[Outcome]) -> tuple[Case, ...]:
    """Those of `cases` that still need a visit: the last outcome did not resolve them."""
    done = resolving(outcomes)
    return tuple(case for case in cases if case.case_id not in done)


def next_attempts(
    visits: Sequence[Visit],
    outcomes: Sequence[Outcome],
    *,
    zone: tzinfo | None = None,
    other_hours: bool = True,
    possible: Callable[[Visit], bool] = lambda _: True,
) -> tuple[Visit, ...]:
    """`visits` in their order; those where nobody was home are made later and at other hours.

    Args:
        visits: to be planned.
        outcomes: of all visits so far; cases join the two.
        zone: local time; None takes the offset that each outcome was recorded with.
        other_hours: False where an expectation chooses the hours, which knows of these attempts.
        possible: whether a visit can be made at all; see `next_attempt`.
    """
    last = _latest(outcomes)
    tried: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=recorded_order):
        for case_id in outcome.case_ids if outcome.result is Result.NOBODY_HOME else ():
            # After another result, say a new address, what was tried before tells nothing.
            if last[case_id].result is Result.NOBODY_HOME:
                tried.setdefault(case_id, []).append(outcome)
    return tuple(
        next_attempt(visit, found, zone=zone, other_hours=other_hours, possible=possible)
        if (found := [each for case_id in visit.case_ids for each in tried.get(case_id, ())])
        else visit
        for visit in visits
    )


def next_attempt(
    visit: Visit,
    tried: Sequence[Outcome],
    *,
    zone: tzinfo | None = None,
    other_hours: bool = True,
    possible: Callable[[Visit], bool] = lambda _: True,
) -> Visit:
    """`visit` no earlier than the day after it was last tried, and in a band not tried yet.

    A day that it was fixed to and tried on binds it no more. Where no untried band is left, or none
    in which it is `possible`, only the last one tried is left out; where that does not help either,
    the hours stay as they were.

    Args:
        visit: one whose cases were looked for before.
        tried: the attempts that found nobody, one or more.
        zone: local time; None takes the offset that each outcome was recorded with.
        other_hours: False keeps the hours as they are.
        possible: whether somebody works then who may go.
    """
    last_day = max(each.day for each in tried)
    earliest = max(filter(None, (visit.earliest, last_day + timedelta(days=1))))
    day = None if visit.day is not None and visit.day <= last_day else visit.day
    later = replace(visit, earliest=earliest, day=day)
    if not other_hours:
        return later
    hours = (band_of(each, zone) for each in sorted(tried, key=recorded_order))
    bands = [band for band in hours if band is not None]
    ways = (_outside(later, bands), _outside(later, bands[-1:]))
    return next((way for way in ways if way is not None and possible(way)), later)


def band_of(outcome: Outcome, zone: tzinfo | None) -> tuple[int, int] | None:
    """The part of the day in which it was tried; None where that is not known.

    An outcome typed where there was no connection is recorded when the phone is back in reach: on
    another day than the visit's, its hour says nothing.
    """
    at = datetime.fromisoformat(outcome.recorded_at)
    at = at.astimezone(zone) if zone else at
    if at.date() != outcome.day:
        return None
    second = at.hour * 3600 + at.minute * 60 + at.second
    return next((start, end) for start, end in BANDS if start <= second < end)


def _outside(visit: Visit, bands: Sequence[tuple[int, int]]) -> Visit | None:
    """`visit` with its windows cut to the other bands; None where nothing is left of them."""
    if not bands:
        return visit
    return within(visit, _free(bands))


def within(visit: Visit, bands: Iterable[tuple[int, int]]) -> Visit | None:
    """`visit` with its windows cut to `bands` of the day; None where nothing is left of them."""
    given = visit.windows or (Window(0, BANDS[-1][1]),)
    kept = tuple(
        window
        for start, end in bands
        for each in given
        # A visit may begin when its window ends: the first second of the next band is not it.
        if (window := replace(each, start=max(each.start, start), end=min(each.end, end - 1))).start
        <= window.end
    )
    return replace(visit, windows=kept) if kept else None


def _free(bands: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of a day outside `bands`; neighbouring ones as one."""
    start = 0
    for band in sorted(set(bands)):
        if start < band[0]:
            yield start, band[0]
        start = band[1]
    if start < BANDS[-1][1]:
        yield start, BANDS[-1][1]
