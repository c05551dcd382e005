"""Riverside: four doors on one road, one office, times that fit on a hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest

from planning.model import (
    UNBOUND,
    Conditions,
    Mode,
    Pause,
    Plan,
    Priority,
    Reason,
    Shift,
    Unserved,
    Visit,
    Window,
)
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.planner import Inline, make_plan
from planning.routing.schedule import route, timed_together
from planning.text import note
from planning.travel.matrix import Travel

MONDAY = date(2026, 8, 24)
MINUTE = 60
HOUR = 3600


def _visit(name: str, **changes) -> Visit:
    """A door in Riverside where nothing special is asked: 30 minutes, any time."""
    plain = Visit(name, (f"case-{name}",), 25.9, 43.8, "RIV", service_seconds=30 * MINUTE)
    return replace(plain, **changes)


def _shift(team: str = "one", day: int = 0, **changes) -> Shift:
    """A team of Riverside on a day, 9:00 to 17:00, pause of half an hour at noon."""
    on = MONDAY + timedelta(days=day)
    plain = Shift(
        shift_id=f"{team}@{on}",
        team_id=team,
        day=on,
        lon=25.9,
        lat=43.8,
        start=9 * HOUR,
        end=17 * HOUR,
        pause=Pause(12 * HOUR, 13 * HOUR, 30 * MINUTE),
        kit_capacity=10,
        mode=Mode.DRIVE,
        institutions=frozenset({"school"}),
        municipality_code="RIV",
    )
    return replace(plain, **changes)


def _along_a_road(at_minute: Mapping[str, float]) -> dict[Mode, Travel]:
    """Travel between keys that lie on one road, by their minute on it."""
    places = np.array(list(at_minute.values()), dtype=np.float32)
    seconds = np.abs(places[:, None] - places[None, :]) * MINUTE
    return {
        Mode.DRIVE: Travel(
            keys=tuple(at_minute),
            seconds=seconds.astype(np.float32),
            metres=(seconds * 12).astype(np.float32),
            snapped_m=np.zeros(len(places), dtype=np.float32),
        )
    }


def _laid_out(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    travel: Mapping[Mode, Travel],
    orders: Mapping[str, Sequence[str]],
    *,
    days: int = 1,
    conditions: Conditions = UNBOUND,
) -> Plan:
    """The plan in which each shift makes the visits in the order given, as early as it can.

    What stands nowhere found no room. Of two shifts that make one visit the first named leads.
    Stops of a begun day are not named: they stand in front.
    """
    problem, asked = everything(visits, shifts, travel, Calendar(MONDAY, days), conditions)
    row = {visit.visit_id: at for at, visit in reversed(list(enumerate(asked.visits)))}
    second = {problem.visit_ids[twin]: twin for _, twin in problem.together}
    named: set[str] = set()
    routes: dict[str, tuple[int, ...]] = {}
    for shift_id, names in orders.items():
        routes[shift_id] = tuple(second[n] if n in named else row[n] for n in names)
        named.update(names)
    times = timed_together(problem, tuple(routes.get(s, ()) for s in problem.shift_ids))
    assert times is not None, "the orders cannot be kept"
    begun = {each.shift_id: each for each in conditions.begun}
    past = {stop.visit_id for each in conditions.begun for stop in each.stops}
    return Plan(
        first_day=MONDAY,
        days=days,
        visits=tuple(visits),
        shifts=tuple(shifts),
        routes=tuple(
            route(problem, one, asked.calendar.index(one.day), when, begun.get(one.shift_id))
            for one, when in zip(asked.shifts, times, strict=True)
            if when is not None
        ),
        unserved=tuple(
            Unserved(one.case_ids, Reason.SHIFTS_FULL, one.visit_id, (note("no room"),))
            for one in visits
            if one.visit_id not in named | past
        ),
        conditions=conditions,
    )


@dataclass(frozen=True)
class Riverside:
    """Office of team one at minute 0 (team two at 60), doors a, b, c, d at 10, 20, 30, 40.

    Out to d and back is 80 minutes of road; with four doors of half an hour and the pause a day of
    eight hours has 3 h 50 min to spare.
    """

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: dict[Mode, Travel]

    def plan(self, *, seed: int = 0, days: int = 1, pairs: Sequence[tuple[str, str]] = ()):
        return make_plan(
            self.visits,
            self.shifts,
            self.travel,
            first_day=MONDAY,
            days=days,
            seed=seed,
            seconds=10,
            workers=Inline(),
            conditions=Conditions(pairs=tuple(pairs)),
        )


@pytest.fixture(scope="session")
def riverside() -> Riverside:
    """The town as it is on a quiet Monday."""
    return Riverside(
        visits=(
            _visit("a", windows=(Window(9 * HOUR, 11 * HOUR),)),
            _visit("b", kits=2),
            _visit("c", priority=Priority.HIGH),
            _visit("d", priority=Priority.URGENT, deadline=MONDAY),
        ),
        shifts=(_shift(),),
        travel=_along_a_road(
            {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
        ),
    )


@pytest.fixture(scope="session")
def visit():
    """Makes a door: visit("a", kits=2)."""
    return _visit


@pytest.fixture(scope="session")
def shift():
    """Makes a shift: shift("one", day=1)."""
    return _shift


@pytest.fixture(scope="session")
def along_a_road():
    """Makes travel times: along_a_road({"office:one": 0, "a": 10})."""
    return _along_a_road


@pytest.fixture(scope="session")
def laid_out():
    """Makes a plan by hand: laid_out(visits, shifts, travel, {"one@2026-08-24": "ab"})."""
    return _laid_out
