"""The timeline: the day it opens on, a plan with a stop dropped elsewhere before it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from maps.pages.adjust import as_tried, day_in_hand
from planning.model import Route
from planning.routing.moves import Effect, Move, Trial
from planning.routing.repair import Now


def shown(town, move: Move, *effects: Effect) -> dict[str, list[str]]:
    """Shift → its stops, of a plan in which the first stop has a crew of its own."""
    first, *others = town.route.stops
    one = replace(town.route, shift_id="one", stops=(first,))
    plan = replace(town.plan, routes=(one, replace(town.route, stops=tuple(others))))
    tried = as_tried(plan, Trial(move, effects, (), 0, 0, ()))
    return {each.shift_id: [stop.visit_id for stop in each.stops] for each in tried.routes}


def effect(shift_id: str, before: Route | None, after: Route | None) -> Effect:
    return Effect(shift_id, before, after, 0, ())


def test_a_crew_whose_only_stop_goes_to_another_has_an_empty_day(town) -> None:
    """It does not stand in both rows."""
    first, *others = town.route.stops
    one = replace(town.route, shift_id="one", stops=(first,))
    rest = replace(town.route, stops=tuple(others))
    move = Move(first.visit_id, town.route.shift_id, 0, "one")
    found = shown(
        town, move, effect(town.route.shift_id, rest, town.route), effect("one", one, None)
    )
    assert found == {town.route.shift_id: [stop.visit_id for stop in town.route.stops]}
    assert "one" not in shown(town, Move(first.visit_id), effect("one", one, None))


def test_where_there_is_no_way_the_stop_stays_where_it_is(town) -> None:
    """The other crew cannot get there: nothing moves."""
    first, *others = town.route.stops
    one = replace(town.route, shift_id="one", stops=(first,))
    rest = replace(town.route, stops=tuple(others))
    move = Move(first.visit_id, town.route.shift_id, 0, "one")
    found = shown(town, move, effect(town.route.shift_id, rest, None), effect("one", one, None))
    assert found["one"] == [first.visit_id]
    assert found[town.route.shift_id] == [stop.visit_id for stop in others]


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (None, date(2026, 8, 20)),
        (date(2026, 8, 21), date(2026, 8, 21)),
        (date(2026, 8, 23), date(2026, 8, 24)),
    ],
    ids=["before the plan", "on a Friday", "on its Sunday"],
)
def test_the_timeline_opens_on_the_day_that_can_still_change(
    today: date | None, shown: date
) -> None:
    days = [date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 24)]
    assert day_in_hand(days, today and Now(today, 0)) == shown
