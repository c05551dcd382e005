"""Teams and a stretch of days → shifts: who works when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from planning.model import Shift, Team

WORKDAYS = frozenset(range(5))
"""Monday to Friday: the days by which a plan's length is counted."""

_LONGEST = 1_000
"""Working days a plan may span; a longer one is a typing mistake."""


def campaign_days(
    first_day: date, days: int, *, holidays: Collection[date] = ()
) -> tuple[date, ...]:
    """Every calendar day of a plan: from `first_day` to its `days`-th working day, both included.

    Working days are Monday to Friday without `holidays`. Weekends between them are in the answer,
    for the teams that work then; so is a weekend that `first_day` falls on.

    Raises:
        ValueError: `days` is not between 1 and 1,000.
    """
    if not 1 <= days <= _LONGEST:
        raise ValueError(f"a plan spans 1 to {_LONGEST:,} working days, not {days}")
    span = []
    day = first_day
    while days:
        span.append(day)
        days -= day.weekday() in WORKDAYS and day not in holidays
        day += timedelta(days=1)
    return tuple(span)


def make_shifts(
    teams: Sequence[Team], first_day: date, days: int, *, holidays: Collection[date] = ()
) -> tuple[Shift, ...]:
    """A shift for every team on every day of the plan that is one of its weekdays.

    `days` counts working days, Monday to Friday, from `first_day`; see `campaign_days`. Nobody
    works on `holidays`. Ordered by day, then as `teams` are.
    """
    return tuple(
        _shift(team, day)
        for day in campaign_days(first_day, days, holidays=holidays)
        if day not in holidays
        for team in teams
        if day.weekday() in team.weekdays
    )


def _shift(team: Team, day: date) -> Shift:
    return Shift(
        shift_id=f"{team.team_id}@{day.isoformat()}",
        team_id=team.team_id,
        day=day,
        lon=team.lon,
        lat=team.lat,
        start=team.start,
        end=team.end,
        pause=team.pause,
        kit_capacity=team.kit_capacity,
        mode=team.mode,
        institutions=team.institutions,
        municipality_code=team.municipality_code,
    )
