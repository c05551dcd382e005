"""Whether the time suffices: duties by date, a band for the day of the end, team-days needed.

The band comes from the campaign's own days. Cases resolved in a team-day are taken as Poisson with
a rate of which a prior and the days so far tell (Gamma), so the team-days until the rest is
resolved follow a beta-prime distribution; days that differ more than Poisson's widen it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
from scipy.stats import betaprime

from planning.model import Outcome, Shift
from planning.outcomes import resolving
from planning.text import Note, note

PRIOR_RATE, PRIOR_DAYS = 3.0, 3.0
"""Resolved in a team-day before anything is known, and how many team-days that belief is worth: a
crew manages 10 to 40 doors a day and a quarter of them resolve. Our own estimate."""
LIKELY = (0.1, 0.5, 0.9)
"""The band: early, middle and late."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that an order wants done by a date, every year."""

    month: int
    day: int
    what: str
    """English; a key of the catalogues where it is one of ours."""

    def next(self, today: date) -> date:
        """The next day on which it is due, today included."""
        this_year = date(today.year, self.month, self.day)
        return this_year if this_year >= today else date(today.year + 1, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Worked:
    """A day of the campaign."""

    day: date
    team_days: float
    resolved: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the rest is likely to be done."""

    remaining: int
    """Cases still open."""
    rate: float
    """Resolved in a team-day, as it is believed now."""
    needed: tuple[float, float, float]
    """Team-days still needed: at best, likely, at worst; see `LIKELY`."""
    available: float
    """Team-days until the deadline."""
    ends: tuple[date | None, date | None, date | None]
    """The day of the end: early, likely, late. None is after the last day that is planned."""

    @property
    def alert(self) -> Note | None:
        """What a planner must know; None when the late end still is in time."""
        if self.needed[1] > self.available:
            return note(
                "the deadline will be missed: {count} more team-days are needed",
                count=ceil(self.needed[1] - self.available),
            )
        if self.needed[2] > self.available:
            return note(
                "the deadline is in danger: with bad luck {count} team-days are missing",
                count=ceil(self.needed[2] - self.available),
            )
        return None


def worked_days(outcomes: Sequence[Outcome]) -> tuple[Worked, ...]:
    """The campaign's days so far: crews that recorded something, and cases that they resolved.

    A case counts once, on the day of the visit that resolved it for good.
    """
    crews: dict[date, set[str]] = {}
    for each in outcomes:
        crews.setdefault(each.day, set()).add(each.team_id)
    resolved = Counter(each.day for each in resolving(outcomes).values())
    return tuple(Worked(day, float(len(crews[day])), resolved[day]) for day in sorted(crews))


def days_ahead(shifts: Iterable[Shift], after: date) -> tuple[tuple[date, float], ...]:
    """(day, team-days) of the shifts after a day, ascending."""
    counted = Counter(shift.day for shift in shifts if shift.day > after)
    return tuple((day, float(count)) for day, count in sorted(counted.items()))


def forecast(
    worked: Sequence[Worked], *, remaining: int, ahead: Sequence[tuple[date, float]]
) -> Forecast:
    """When the remaining cases will be resolved.

    Args:
        worked: days so far, in any order.
        remaining: open cases.
        ahead: (day, team-days) until the deadline, ascending.
    """
    team_days = PRIOR_DAYS + sum(each.team_days for each in worked)
    resolved = PRIOR_RATE * PRIOR_DAYS + sum(each.resolved for each in worked)
    available = sum(count for _, count in ahead)
    rate = resolved / team_days
    spread = _spread(worked, rate)
    needed = (0.0, 0.0, 0.0)
    if remaining:
        early, middle, late = (
            float(betaprime.ppf(share, remaining / spread, resolved / spread, scale=team_days))
            for share in LIKELY
        )
        needed = early, middle, late
    first, second, third = (_reached(ahead, each) for each in needed)
    return Forecast(remaining, rate, needed, available, (first, second, third))


def _spread(worked: Sequence[Worked], rate: float) -> float:
    """How many times wider than Poisson the days are; 1 at least, and 1 where too few are known."""
    days = [each for each in worked if each.team_days > 0]
    if len(days) < 3:
        return 1.0
    expected = np.array([rate * each.team_days for each in days])
    counted = np.array([each.resolved for each in days])
    return max(1.0, float(((counted - expected) ** 2 / expected).sum() / (len(days) - 1)))


def _reached(ahead: Sequence[tuple[date, float]], needed: float) -> date | None:
    """The first day by whose end so many team-days have been worked."""
    done = 0.0
    for day, team_days in ahead:
        done += team_days
        if done >= needed:
            return day
    return None


def calendar(duties: Sequence[Duty], today: date) -> tuple[tuple[date, Duty], ...]:
    """Duties by the day they are due next, the nearest first."""
    return tuple(
        sorted(
            ((duty.next(today), duty) for duty in duties), key=lambda each: (each[0], each[1].what)
        )
    )
