"""Who may serve whom: one small function for each rule that needs no clock.

They stand in the order in which they are named as reasons.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from planning.model import Reason, Shift, Visit


def team_may(visit: Visit, shift: Shift) -> bool:
    """The visit names the team, or names none and the team is of its municipality."""
    if visit.teams:
        return shift.team_id in visit.teams
    return shift.municipality_code == visit.municipality_code


def crew_has(visit: Visit, shift: Shift) -> bool:
    """Every required institution has a member on the shift."""
    return visit.requires <= shift.institutions


def crew_speaks(visit: Visit, shift: Shift) -> bool:
    """Members present speak every language that is needed."""
    return visit.languages <= shift.languages


def crew_suits(visit: Visit, shift: Shift) -> bool:
    """A member of every sex that is asked for is present."""
    return visit.sexes <= shift.sexes


def day_fits(visit: Visit, shift: Shift) -> bool:
    """Not before the earliest day, not after the deadline, on the pinned day if any."""
    return on_day(visit, shift.day)


def window_fits(visit: Visit, shift: Shift) -> bool:
    """Somebody can be met at some time of the shift."""
    return not visit.windows or any(
        window.start <= window.end
        and window.start < shift.end
        and window.end >= shift.start
        and shift.day.weekday() in window.weekdays
        for window in visit.windows
    )


def kits_fit(visit: Visit, shift: Shift) -> bool:
    """The kits of this door alone do not exceed what the team carries, in all and of any type."""
    stock = dict(shift.kit_stock)
    return visit.kits <= shift.kit_capacity and all(
        count <= stock.get(kind, shift.kit_capacity) for kind, count in visit.kit_types
    )


def on_day(visit: Visit, day: date) -> bool:
    """Not before the earliest day, not after the deadline, on the pinned day if any."""
    return (
        (visit.day is None or day == visit.day)
        and (visit.earliest is None or day >= visit.earliest)
        and (visit.deadline is None or day <= visit.deadline)
    )


def of_municipality(visit: Visit, shift: Shift) -> bool:
    """The team is of the visit's municipality."""
    return shift.municipality_code == visit.municipality_code


def second_has(visit: Visit, shift: Shift) -> bool:
    """Every institution that is asked of a second crew has a member on the shift."""
    return visit.second_crew is not None and visit.second_crew <= shift.institutions


def second_may(visit: Visit, shift: Shift) -> bool:
    """The shift may be the second crew of a visit that needs two: by place, institutions, time."""
    return all(rule(visit, shift) for rule, _ in SECOND_RULES)


Rule = Callable[[Visit, Shift], bool]
RULES: tuple[tuple[Rule, Reason], ...] = (
    (team_may, Reason.NO_TEAM),
    (crew_has, Reason.NO_INSTITUTION),
    (crew_speaks, Reason.NO_LANGUAGE),
    (crew_suits, Reason.NO_MEMBER),
    (day_fits, Reason.DEADLINE_PASSED),
    (window_fits, Reason.NO_WINDOW),
    (kits_fit, Reason.TOO_MANY_KITS),
)
SECOND_RULES: tuple[tuple[Rule, Reason], ...] = (
    (of_municipality, Reason.NO_TEAM),
    (second_has, Reason.NO_INSTITUTION),
    (day_fits, Reason.DEADLINE_PASSED),
    (window_fits, Reason.NO_WINDOW),
)
"""The same for the second crew of a visit that needs two."""
