"""A visit that is left is made after all, in the plan as it stands, with one rule given up."""

from __future__ import annotations

from datetime import date

import pytest

from planning.errors import InputError
from planning.model import Priority, Sex, Window
from planning.routing.checker import check
from planning.routing.conceding import change_for, conceded
from planning.routing.concessions import Kind
from planning.routing.moves import lay_out
from planning.routing.planner import Inline, make_plan

MONDAY, HOUR = date(2026, 8, 24), 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
NAMES = {"one": "Team one", "two": "Team two"}

ASKED = {
    "a longer day": ({"service_seconds": 4 * HOUR}, Kind.HOURS),
    "a woman": ({"sexes": frozenset({Sex.FEMALE})}, Kind.MEMBER),
    "somebody of the police": ({"requires": frozenset({"police"})}, Kind.INSTITUTION),
    "an evening": ({"windows": (Window(20 * HOUR, 21 * HOUR),)}, Kind.WINDOW),
    "a later deadline": ({"deadline": date(2026, 8, 20)}, Kind.DAY),
    "another team": ({"teams": frozenset({"nine"})}, Kind.TEAM),
}


@pytest.fixture(scope="module")
def board_of(visit, shift, along_a_road):
    """Plans these visits for two teams on one Monday, and lays the plan out."""

    def lay(*visits):
        travel = along_a_road(ROAD)
        shifts = [shift("one", pause=None), shift("two", pause=None)]
        plan = make_plan(
            visits, shifts, travel, first_day=MONDAY, days=1, seconds=4, workers=Inline(),
            engine="ortools",
        )  # fmt: skip
        return lay_out(plan, travel)

    return lay


@pytest.mark.parametrize("name", ASKED)
def test_what_was_promised_is_done(board_of, visit, name):
    """Both teams have a day's work; d asks for something more, and one rule less makes it."""
    asked, kind = ASKED[name]
    board = board_of(
        visit("a", service_seconds=5 * HOUR, priority=Priority.URGENT, teams=frozenset({"one"})),
        visit("b", service_seconds=5 * HOUR, priority=Priority.URGENT, teams=frozenset({"two"})),
        visit("d", **({"service_seconds": HOUR} | asked)),
    )
    assert [each.visit_id for each in board.plan.unserved] == ["d"]
    change = change_for(board, "d", names=NAMES)
    assert change.kinds == (kind,)
    assert any("Team " in str(told) for told in change.told), "teams are called by their names"
    after = conceded(board, change)
    assert check(after, board.travel) == ()
    assert after.unserved == ()
    made = {route.shift_id: tuple(x.visit_id for x in route.stops) for route in after.routes}
    assert {crew.shift_id: crew.stops for crew in change.crews}.items() <= made.items()
    assert len(made) == len(board.plan.routes)


def test_two_crews_come_together(board_of, visit):
    """Both teams stay longer, and both stand at the door."""
    board = board_of(
        visit("a", service_seconds=7 * HOUR, priority=Priority.URGENT, teams=frozenset({"one"})),
        visit("d", second_crew=frozenset({"school"}), service_seconds=HOUR),
    )
    assert [each.visit_id for each in board.plan.unserved] == ["d"]
    after = conceded(board, change_for(board, "d", names=NAMES))
    assert check(after, board.travel) == ()
    assert sum(stop.visit_id == "d" for route in after.routes for stop in route.stops) == 2


def test_a_visit_that_is_made_needs_no_remedy(board_of, visit):
    """Nor does one that nobody asked for."""
    board = board_of(visit("a"))
    for name in "az":
        with pytest.raises(InputError, match="nobody has to be found"):
            change_for(board, name, names=NAMES)
