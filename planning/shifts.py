"""Teams and a stretch of days → shifts: who works when, and who is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from planning.errors import InputError
from planning.model import Campaign, Member, Outcome, Plan, Shift, Team
from planning.text import note

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


def what_is_left(campaign: Campaign, worked: Iterable[date], today: date) -> Campaign:
    """`campaign` as what is left of it: a new plan sends nobody into a day that is over.

    Over is also a day on which crews have begun to record: it is repaired, not planned anew. The
    sample's days lie anywhere in the calendar, so that all of them are left.

    Args:
        campaign: as it was decided on.
        worked: days of its outcomes, in any order.
        today: the day here.

    Raises:
        InputError: its last day is over.
    """
    if campaign.invented:
        return campaign
    begun = max(worked, default=date.min)
    first = max(campaign.first_day, today, begun + timedelta(days=1))
    span = campaign_days(campaign.first_day, campaign.days)
    left = sum(day >= first and day.weekday() in WORKDAYS for day in span)
    if not left:
        raise InputError(
            note(
                "the last day of this campaign, {date}, is over; give it more days "
                "before you plan again",
                date=span[-1].isoformat(),
            )
        )
    return replace(campaign, first_day=first, days=left)


def doors_of(plan: Plan, day: date) -> tuple[tuple[str, ...], ...]:
    """The cases of every stop that the plan makes on a day."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    return tuple(
        visits[stop.visit_id].case_ids
        for route in plan.routes
        if route.day == day
        for stop in route.stops
    )


def still_to_do(doors: Iterable[tuple[str, ...]], outcomes: Iterable[Outcome], today: date) -> int:
    """How many of today's doors are open; none before the first record, see `what_is_left`."""
    done = {case_id for each in outcomes if each.day == today for case_id in each.case_ids}
    return sum(not done.issuperset(case_ids) for case_ids in doors) if done else 0


def make_shifts(
    teams: Sequence[Team],
    first_day: date,
    days: int,
    *,
    holidays: Collection[date] = (),
    least_members: int = 1,
) -> tuple[Shift, ...]:
    """A shift for every team on every day of the plan on which it works.

    A team works on its weekdays; where its members are known, only with `least_members` of them
    there. One is enough unless an office says otherwise: a register may name only whom the order
    names, and the others of the crew not. `days` counts working days, Monday to Friday, from
    `first_day`; see `campaign_days`. Nobody works on `holidays`. Ordered by day, then as `teams`
    are.
    """
    return tuple(
        shift
        for day in campaign_days(first_day, days, holidays=holidays)
        if day not in holidays
        for team in teams
        if day.weekday() in team.weekdays
        for shift in _shifts(team, day, max(1, least_members))
    )


def is_there(member: Member, day: date) -> bool:
    """Whether a member works on `day`."""
    return day.weekday() in member.weekdays and not any(
        first <= day <= last for first, last in member.away
    )


def manned(shift: Shift, members: Iterable[Member]) -> Shift:
    """`shift` with these members on it: their institutions, languages and sexes."""
    present = tuple(members)
    return replace(
        shift,
        institutions=frozenset(member.institution for member in present if member.institution),
        languages=frozenset().union(*(member.languages for member in present)),
        sexes=frozenset(member.sex for member in present if member.sex is not None),
        members=tuple(member.member_id for member in present),
    )


def _shifts(team: Team, day: date, least: int) -> tuple[Shift, ...]:
    """The team's shift of that day; none where too few of its members are there."""
    shift = _shift(team, day)
    if not team.members:
        return (shift,)
    present = [member for member in team.members if is_there(member, day)]
    return (manned(shift, present),) if len(present) >= least else ()


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
        languages=team.languages,
        kit_stock=team.kit_stock,
        most_work=team.most_work,
    )
