from __future__ import annotations

from datetime import date

import pytest

from planning.errors import InputError
from planning.model import UNBOUND, Begun, Conditions, Lock, Mode, Priority, Sex, Window
from planning.routing.planner import Inline, make_plan
from planning.routing.whatif import (
    AnotherDay,
    Inputs,
    LongerDays,
    MemberMore,
    TeamLike,
    TeamLost,
    compare,
)

MONDAY = date(2026, 8, 24)
MINUTE, HOUR = 60, 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
ONE, TWO = "one@2026-08-24", "two@2026-08-24"


@pytest.fixture(scope="session")
def inputs(visit, shift, along_a_road):
    """Riverside on a Monday: team one alone, or what is given."""

    def make(*, shifts=None, conditions=UNBOUND, **doors):
        visits = tuple(doors.get(name, visit(name)) for name in "abcd")
        shifts = tuple(shifts or [shift("one")])
        return Inputs(visits, shifts, along_a_road(ROAD), MONDAY, 1, conditions)

    return make


def solve(inputs):
    """Plans an input as the caller of a comparison does: always with the same seed and budget."""
    return make_plan(
        inputs.visits, inputs.shifts, inputs.travel, first_day=inputs.first_day, days=inputs.days,
        conditions=inputs.conditions, seconds=10, workers=Inline(),
    )  # fmt: skip


def test_a_team_like_another_has_its_office_hours_and_rights(inputs, visit):
    """Team three is like team one: where one may go three may, from the same office."""
    before = inputs(a=visit("a", teams=frozenset({"one"})))
    after = TeamLike("one", "three").on(before)
    new = after.shifts[-1]
    assert (new.shift_id, new.start, new.end) == ("three@2026-08-24", 9 * HOUR, 17 * HOUR)
    assert after.visits[0].teams == {"one", "three"}
    table = after.travel[Mode.DRIVE]
    at, office = table.keys.index("office:three"), table.keys.index("office:one")
    assert (table.seconds[at] == table.seconds[office]).all()
    assert table.seconds[at, office] == 0
    assert str(TeamLike("one", "three").told) == "one more team like team one"


def test_longer_days_are_for_all_or_for_one(inputs, shift):
    """An hour more, of work as well, and never past midnight."""
    before = inputs(shifts=[shift("one", most_work=4 * HOUR), shift("two", end=86_000)])
    one, two = LongerDays(HOUR).on(before).shifts
    assert (one.end, one.most_work, two.end) == (18 * HOUR, 5 * HOUR, 86_400)
    assert LongerDays(HOUR, "one").on(before).shifts[1] == before.shifts[1]
    assert str(LongerDays(HOUR, "one").told) == "60 min more a day for team one"
    assert str(LongerDays(HOUR).told) == "60 min more a day for every team"


def test_another_day_is_the_next_working_day(inputs, shift):
    """After Friday comes Monday: everybody works then as on their last day."""
    before = Inputs((), (shift("one", day=4, end=13 * HOUR),), {}, MONDAY, 5)
    after = AnotherDay().on(before)
    assert (after.shifts[-1].shift_id, after.shifts[-1].end) == ("one@2026-08-31", 13 * HOUR)
    assert after.days == 8


def test_one_more_member_brings_what_they_are(inputs):
    """A social worker who speaks Turkish joins team one."""
    change = MemberMore("one", "social", frozenset({"tr"}), Sex.FEMALE)
    (one,) = change.on(inputs()).shifts
    assert one.institutions == {"school", "social"}
    assert (one.languages, one.sexes) == ({"tr"}, {Sex.FEMALE})
    assert str(change.told) == "with social in team one"


def test_a_team_that_is_lost_takes_its_locks_along(inputs, shift):
    """For good, for a day, or from a time of that day on; a crew on the road only goes home."""
    both = [shift("one"), shift("two")]
    locked = Conditions(locks=(Lock("a", ONE), Lock("b", TWO)))
    after = TeamLost("one").on(inputs(shifts=both, conditions=locked))
    assert [each.shift_id for each in after.shifts] == [TWO]
    assert after.conditions.locks == (Lock("b", TWO),)
    noon = TeamLost("one", MONDAY, 12 * HOUR)
    assert noon.on(inputs(shifts=both)).shifts[0].end == 12 * HOUR
    assert str(noon.told) == "without team one on 2026-08-24 from 12:00 on"
    begun = Conditions(begun=(Begun(ONE, 9 * HOUR),))
    (one, _) = TeamLost("one", MONDAY).on(inputs(shifts=both, conditions=begun)).shifts
    assert one.end == one.start + 1


@pytest.mark.parametrize(
    "change",
    [
        TeamLike("nobody", "three"), TeamLike("one", "one"), LongerDays(HOUR, "nobody"),
        MemberMore("nobody", "social"), TeamLost("nobody"), TeamLost("one", date(2026, 9, 1)),
    ],
)  # fmt: skip
def test_a_change_of_what_is_not_there_is_a_mistake(inputs, change):
    """Nothing is planned for it."""
    with pytest.raises(InputError):
        compare(inputs(), [change], solve)


def test_scenarios_stand_side_by_side(inputs, visit):
    """Team one has time for two of four long doors; an hour more helps nobody, a team does."""
    long = {name: visit(name, service_seconds=3 * HOUR) for name in "abcd"}
    long["d"] = visit("d", service_seconds=3 * HOUR, requires=frozenset({"social"}))
    rows = compare(
        inputs(**long),
        [TeamLike("one", "two"), LongerDays(HOUR), MemberMore("one", "social")],
        solve,
    )
    assert [row.made for row in rows] == [2, 3, 2, 2]
    assert dict(rows[0].unserved) == {"no_institution": 1, "shifts_full": 1}
    assert dict(rows[3].unserved) == {"shifts_full": 2}
    assert rows[0].change is None
    assert rows[0].areas[0].teams[0].service == 6 * HOUR


def test_overtime_is_counted_against_the_hours_of_today(inputs, visit, shift):
    """Two doors of three hours need an hour more than team one has; it is the price of the second.

    Out to b and back is 40 minutes, with the pause 7 h 10: 70 minutes past 15:00.
    """
    long = {name: visit(name, service_seconds=3 * HOUR) for name in "ab"}
    short = inputs(shifts=[shift("one", end=15 * HOUR)])
    short = Inputs((long["a"], long["b"]), short.shifts, short.travel, MONDAY, 1)
    base, longer = compare(short, [LongerDays(2 * HOUR)], solve)
    assert (base.made, longer.made) == (1, 2)
    assert (base.overtime_seconds, base.overtime_needed) == (0, 70 * MINUTE)
    assert (longer.overtime_seconds, longer.overtime_needed) == (70 * MINUTE, 0)
    assert longer.overtime_avoided(base) == 0


def test_urgent_visits_that_are_left_are_counted_apart(inputs, visit):
    """d is urgent, and nobody can be met while team one works."""
    evening = (Window(20 * HOUR, 21 * HOUR),)
    urgent = visit("d", priority=Priority.URGENT, windows=evening)
    (base,) = compare(inputs(d=urgent), [], solve)
    assert (base.made, base.urgent_left) == (3, 1)


def test_a_plan_that_is_there_is_not_made_again(inputs):
    """The row of today is the published plan."""
    plan = solve(inputs())
    (base,) = compare(inputs(), [], lambda _: pytest.fail("planned again"), base=plan)
    assert base.plan is plan
