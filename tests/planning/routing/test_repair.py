from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.errors import InputError
from planning.model import (
    UNBOUND,
    Begun,
    Conditions,
    District,
    Leg,
    Lock,
    Member,
    Mode,
    Plan,
    Priority,
    Reason,
    Spacing,
    Unserved,
)
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.checker import check
from planning.routing.difference import difference
from planning.routing.engines import Answer
from planning.routing.moves import assembled
from planning.routing.repair import (
    Effort,
    MemberLost,
    Now,
    Overrun,
    RoadClosed,
    ShiftChanged,
    TeamLost,
    Underway,
    VisitAdded,
    VisitRemoved,
    repair,
)
from planning.routing.ruin import engine as ruin
from planning.routing.schedule import timed_together
from planning.routing.weights import Weights
from planning.text import note

MONDAY = date(2026, 8, 24)
MINUTE, HOUR = 60, 3600
ROAD = {"office:one": 0, "office:two": 60} | {name: 10 * k for k, name in enumerate("abcdef", 1)}
ONE, TWO, TUESDAY = "one@2026-08-24", "two@2026-08-24", "one@2026-08-25"
QUICK = Effort(iterations=60, again=1.0)


@pytest.fixture(scope="session")
def town(visit, shift, along_a_road):
    """(plan, travel) of Riverside with these stops: town({ONE: "abc"}, a=visit("a", kits=2)).

    Doors a to f lie 10 to 60 minutes from team one's office, f at team two's.
    """

    def make(stops, *, shifts=None, conditions=UNBOUND, left="", **doors):
        names = sorted({*left, *(name for each in stops.values() for name in each)})
        visits = tuple(doors.get(name, visit(name)) for name in names)
        shifts = tuple(shifts or [shift("one"), shift("two"), shift("one", day=1)])
        travel = along_a_road(ROAD)
        whole, asked = everything(visits, shifts, travel, Calendar(MONDAY, 2), conditions)
        routes = [[names.index(n) for n in stops.get(each, "")] for each in whole.shift_ids]
        made = assembled(whole, asked, timed_together(whole, routes), ())
        unserved = tuple(
            Unserved((f"case-{name}",), Reason.SHIFTS_FULL, name, (note("no room"),))
            for name in left
        )
        plan = Plan(MONDAY, 2, visits, shifts, made, unserved, conditions=conditions)
        assert check(plan, travel) == ()
        return plan, travel

    return make


def repaired(town, events, **options):
    plan, travel = town
    return repair(plan, events, travel, **({"effort": QUICK} | options))


def order(plan):
    return {route.shift_id: "".join(stop.visit_id for stop in route.stops) for route in plan.routes}


def test_where_nothing_happened_nothing_changes(town):
    """Not a stop, not a minute, and the legs along the roads are kept."""
    plan, travel = town({ONE: "abc", TWO: "fe"})
    drawn = replace(plan.routes[0], legs=(Leg(600, 7_200.0),) * 4)
    plan = replace(plan, routes=(drawn, plan.routes[1]))
    after = repair(plan, [], travel, effort=QUICK)
    assert after.routes == plan.routes
    assert difference(plan, after, travel).empty


def test_an_order_is_kept_that_another_one_hardly_betters(town):
    """Team one drives b, a, c, 20 minutes longer than a, b, c, when visit e of team two is gone.

    It is set right, unless an order is worth more than that.
    """
    plan, travel = town({ONE: "bac", TWO: "fe"})
    lost = [VisitRemoved("e")]
    loose = repair(plan, lost, travel, effort=QUICK)
    assert order(loose)[ONE] in {"abc", "acb", "bca", "cba"}
    kept = repair(plan, lost, travel, effort=QUICK, weights=Weights(moved_order=1_200))
    assert order(kept)[ONE] == "bac"


@pytest.mark.parametrize(
    ("few", "surcharges", "moved"),
    [(3, (), 5), (3, (15, 36_000), 0), (5, (15, 36_000), 5)],
)
def test_where_too_many_stops_move_each_must_be_worth_more(
    few, surcharges, moved, town, monkeypatch
):
    """Each team was sent to the other's doors, and to move them costs nothing here.

    Visit c is no longer wanted, and all five others would rather change their team.
    """
    monkeypatch.setattr("planning.routing.repair.FEW_MOVED", few)
    monkeypatch.setattr("planning.routing.repair.SURCHARGES", surcharges)
    plan, travel = town({ONE: "def", TWO: "abc"})
    free = Weights(moved_team=0, moved_day=0, moved_order=0, fair=0)
    after = repair(plan, [VisitRemoved("c")], travel, effort=QUICK, weights=free)
    assert sorted("".join(order(after).values())) == [*"abdef"]
    assert difference(plan, after, travel).elsewhere == moved


def test_of_two_searches_the_better_one_is_taken(town, visit, monkeypatch):
    """The first one finds no place for visit d, the second one does."""
    search = ruin.solve

    def half_blind(problem, *, seed, start, **rest):
        if seed == 0:
            return Answer(start, 0, capped=False, trace=())
        return search(problem, seed=seed, start=start, **rest)

    monkeypatch.setattr(ruin, "solve", half_blind)
    plan, travel = town({ONE: "abc", TWO: "fe"})
    left = [
        len(repair(plan, [VisitAdded(visit("d"))], travel, effort=effort).unserved)
        for effort in (replace(QUICK, searches=1), QUICK)
    ]
    assert left == [1, 0]


def test_an_added_visit_goes_where_it_is_on_the_way(town, visit):
    """d lies between c and e: on the way of none, it costs both 20 minutes; nobody else moves."""
    published = town({ONE: "abc", TWO: "fe"})
    after = repaired(published, [VisitAdded(visit("d"))])
    stays = {shift: names.replace("d", "") for shift, names in order(after).items()}
    assert stays == {ONE: "abc", TWO: "fe"}
    assert "d" in "".join(order(after).values())
    assert difference(published[0], after, published[1]).elsewhere == 0
    assert after.conditions.published == (
        ("a", ONE), ("b", ONE), ("c", ONE), ("e", TWO), ("f", TWO)
    )  # fmt: skip


def test_an_urgent_visit_finds_room_where_there_is_none(town, visit, shift):
    """Team one's day is full of three-hour doors: one of them waits for another time."""
    long = {name: visit(name, service_seconds=3 * HOUR) for name in "ab"}
    published = town({ONE: "ab"}, shifts=[shift("one")], **long)
    urgent = visit("c", service_seconds=3 * HOUR, priority=Priority.URGENT)
    after = repaired(published, [VisitAdded(urgent)])
    assert "c" in order(after)[ONE]
    (left,) = after.unserved
    assert left.visit_id in "ab"
    assert left.reason is Reason.SHIFTS_FULL
    assert left.because


def test_a_removed_visit_leaves_room_for_what_had_none(town, visit, shift):
    """With a gone there is time for c, which was left; nothing names a any more."""
    long = {name: visit(name, service_seconds=3 * HOUR) for name in "abc"}
    conditions = Conditions(
        pairs=(("a", "b"),), spacings=(Spacing("a", "c"),), locks=(Lock("a", ONE),)
    )
    plan, travel = town({ONE: "ab"}, shifts=[shift("one")], left="c", conditions=conditions, **long)
    plan = replace(plan, districts=(District("D", "D", "RIV", "one", ("a", "b"), 0),))
    after = repaired((plan, travel), [VisitRemoved("a")])
    assert sorted(order(after)[ONE]) == ["b", "c"]
    assert after.unserved == ()
    assert after.conditions.pairs == after.conditions.spacings == after.conditions.locks == ()
    assert after.districts[0].visit_ids == ("b",)


def test_the_visits_of_a_lost_team_go_to_others_who_keep_theirs(town):
    """Team two is ill: team one makes its doors as well, and its own at the same day."""
    after = repaired(town({ONE: "abc", TWO: "fe"}), [TeamLost("two", MONDAY)])
    assert order(after).keys() <= {ONE, TUESDAY}
    assert set("abc") <= set(order(after)[ONE])
    assert sorted("".join(order(after).values())) == list("abcef")
    assert all(shift.team_id == "one" for shift in after.shifts)


def test_who_needs_a_lost_member_waits_for_another_day(town, visit, shift):
    """The social worker of team one is ill on Monday: a, who needs one, goes to Tuesday."""
    members = (Member("s", institution="social"), Member("t", institution="school"))
    both = {"institutions": frozenset({"social", "school"}), "members": ("s", "t")}
    published = town(
        {ONE: "ab"}, shifts=[shift("one", **both), shift("one", day=1, **both)],
        a=visit("a", requires=frozenset({"social"})), b=visit("b", day=MONDAY),
    )  # fmt: skip
    after = repaired(published, [MemberLost("one", "s", members, frozenset({MONDAY}))])
    assert order(after) == {ONE: "b", TUESDAY: "a"}
    assert after.shifts[0].institutions == {"school"}
    lost = [MemberLost("one", name, members, frozenset({MONDAY})) for name in "st"]
    nobody = repaired(published, lost)
    assert order(nobody) == {TUESDAY: "a"}
    assert [each.visit_id for each in nobody.unserved] == ["b"]


def test_a_closed_road_sends_another_team(town):
    """From team one's office the bridge to c is closed; from team two's side c is reached."""
    published = town({ONE: "abc", TWO: "fe"})
    table = published[1][Mode.DRIVE]
    near = [table.keys.index(name) for name in ("office:one", "a", "b")]
    far = [table.keys.index(name) for name in ("office:two", "c", "e", "f")]
    seconds = table.seconds.copy()
    seconds[np.ix_(near, far)] = seconds[np.ix_(far, near)] = np.nan
    closed = {Mode.DRIVE: replace(table, seconds=seconds)}
    after = repaired(published, [RoadClosed(closed)])
    assert order(after)[ONE] == "ab"
    assert sorted(order(after)[TWO]) == ["c", "e", "f"]


def test_a_crew_that_is_held_up_hands_over_what_it_cannot_make(town, visit):
    """Team one is at a until four: b goes home with Tuesday's day, c is on team two's way."""
    published = town({ONE: "abc", TWO: "f"}, b=visit("b", teams=frozenset({"one"})))
    (first, *_) = published[0].routes
    begun = Underway(Begun(ONE, first.departure, first.stops[:1]))
    after = repaired(published, [begun, Overrun(ONE, 16 * HOUR)])
    assert order(after)[ONE].startswith("a")
    assert "c" not in order(after)[ONE]
    (stop, *_) = after.routes[0].stops
    assert (stop.start, stop.departure) == (first.stops[0].start, 16 * HOUR)
    assert after.routes[0].back >= 16 * HOUR + 10 * MINUTE
    assert after.unserved == ()


def test_shorter_hours_drop_what_does_not_fit(town, visit, shift):
    """Team one is to be back by eleven: a and b fit, and only c goes to Tuesday.

    Where a move costs less than the way it spares, all three would go together.
    """
    published = town({ONE: "abc"}, shifts=[shift("one"), shift("one", day=1)])
    dear = Weights(moved_team=3_600, moved_day=3_600)
    after = repaired(published, [ShiftChanged(ONE, end=11 * HOUR)], weights=dear)
    assert sum(map(len, order(after).values())) == 3
    assert after.routes[0].back <= 11 * HOUR
    assert sorted(order(after)) == [ONE, TUESDAY]


def test_another_municipality_is_left_alone(town, visit, shift):
    """Team one is lost for Monday; Hill could have a shorter route, but nothing happened there."""
    hill = {name: visit(name, municipality_code="HILL") for name in "def"}
    shifts = [shift("one"), shift("one", day=1), shift("two", municipality_code="HILL")]
    published = town({ONE: "abc", TWO: "dfe"}, shifts=shifts, **hill)
    after = repaired(published, [TeamLost("one", MONDAY)])
    assert order(after)[TWO] == "dfe"
    assert sorted(order(after)[TUESDAY]) == ["a", "b", "c"]


def test_locked_stops_stay_while_others_go(town, visit):
    """b is promised to team one on Monday, and stays although the day got short."""
    conditions = Conditions(locks=(Lock("b", ONE, start=10 * HOUR),))
    published = town({ONE: "bc", TWO: "f"}, conditions=conditions)
    after = repaired(published, [ShiftChanged(ONE, end=11 * HOUR)])
    assert "b" in order(after)[ONE]
    assert after.routes[0].stops[0].start == 10 * HOUR
    assert after.conditions.locks == conditions.locks


def test_what_was_done_by_now_is_not_undone(town, visit):
    """At ten team one is at a, and on its way to b after; an urgent visit next door waits for it.

    Nothing was heard of the crew: it is where the plan has it.
    """
    published = town({ONE: "abc", TWO: "f"})
    before = published[0].routes[0]
    now = Now(MONDAY, before.stops[0].departure + 60)
    urgent = visit("d", priority=Priority.URGENT)
    after = repaired(published, [VisitAdded(urgent)], now=now)
    (one, *_) = after.routes
    assert one.stops[0] == before.stops[0]
    assert one.stops[1].visit_id == "b"
    assert "d" in "".join(order(after).values())
    assert after.conditions.begun[0] == Begun(ONE, before.departure, before.stops[:1])


def test_days_that_are_over_stay_as_they_were(town, visit, shift):
    """On Tuesday nobody is sent out on Monday any more, nor by a team that stayed at home then."""
    shifts = [shift("one"), shift("two"), shift("one", day=1), shift("two", day=1)]
    published = town({ONE: "abc", TUESDAY: "d"}, shifts=shifts)
    after = repaired(published, [VisitAdded(visit("f"))], now=Now(MONDAY + timedelta(days=1), 0))
    assert after.routes[0] == published[0].routes[0]
    assert TWO not in order(after)
    assert len(after.unserved) == 0


def test_cases_that_became_no_visit_are_not_forgotten(town):
    """A case without an address is in no plan's problem, and in every plan's account."""
    plan, travel = town({ONE: "ab"})
    nowhere = Unserved(("x",), Reason.NOT_LOCATED, because=(note("not found"),))
    after = repaired((replace(plan, unserved=(nowhere,)), travel), [VisitRemoved("a")])
    assert after.unserved == (nowhere,)


def test_a_wide_plan_is_searched_around_the_event(town):
    """Two doors are looked at where two suffice; what lies farther is not even touched."""
    after = repaired(
        town({ONE: "abc", TWO: "fe"}), [VisitRemoved("f")], effort=replace(QUICK, around=1)
    )
    assert order(after) == {ONE: "abc", TWO: "e"}


@pytest.mark.parametrize(
    "event",
    [
        VisitRemoved("nobody"), VisitRemoved("a"), Overrun(TWO, 12 * HOUR), Overrun(ONE, HOUR),
        ShiftChanged("three@2026-08-24", end=HOUR), TeamLost("three"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused(town, event):
    """Team one has made a: that is no longer to be taken back, nor over before it began."""
    published = town({ONE: "ab"})
    (route,) = published[0].routes
    begun = Underway(Begun(ONE, route.departure, route.stops[:1]))
    with pytest.raises(InputError):
        repaired(published, [begun, event])


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (VisitRemoved("a"), "visit a is no longer wanted"),
        (ShiftChanged(ONE, end=12 * HOUR), "other hours for team one on 2026-08-24"),
        (Overrun(ONE, 12 * HOUR), "team one is held up until 12:00 on 2026-08-24"),
        (Underway(Begun(ONE, 9 * HOUR)), "team one has made 0 visits on 2026-08-24"),
        (RoadClosed({}), "other travel times"),
        (MemberLost("one", "s", (), frozenset({MONDAY})),
         "a member of team one is missing from 2026-08-24 to 2026-08-24"),
    ],
)  # fmt: skip
def test_every_event_can_be_told(event, words):
    """Ids only, in words."""
    assert str(event.told) == words


def test_the_same_events_give_the_same_plan(town, visit):
    """Also when it is asked for twice."""
    published = town({ONE: "abc", TWO: "fe"})
    events = [VisitAdded(visit("d")), ShiftChanged(ONE, end=14 * HOUR)]
    assert repaired(published, events) == repaired(published, events)


EVENTS = {
    "added": lambda visit: VisitAdded(visit("d", priority=Priority.URGENT)),
    "removed": lambda _: VisitRemoved("b"),
    "lost": lambda _: TeamLost("two", MONDAY),
    "noon": lambda _: TeamLost("one", MONDAY, 12 * HOUR),
    "shorter": lambda _: ShiftChanged(ONE, end=12 * HOUR),
    "longer": lambda _: ShiftChanged(TWO, start=8 * HOUR, end=18 * HOUR),
}


@settings(max_examples=25, deadline=None)
@given(
    names=st.sets(st.sampled_from(sorted(EVENTS)), max_size=3),
    made=st.integers(0, 3),
    locked=st.sets(st.sampled_from("cef"), max_size=2),
    hour=st.none() | st.integers(8, 18),
)
def test_nobody_is_lost_whatever_happens(names, made, locked, hour, town, visit):
    """Planned and unserved are what was asked; made stops stay, locked ones where they can."""
    where = {"c": ONE, "e": TWO, "f": TWO}
    conditions = Conditions(locks=tuple(Lock(each, where[each]) for each in sorted(locked)))
    plan, travel = town({ONE: "abc", TWO: "fe"}, conditions=conditions)
    begun = Begun(ONE, plan.routes[0].departure, plan.routes[0].stops[:made])
    events = [EVENTS[name](visit) for name in sorted(names) if name != "removed" or made < 2]
    now = None if hour is None else Now(MONDAY, hour * HOUR)
    after = repair(plan, [Underway(begun), *events], travel, now=now, effort=QUICK)
    made_by_one = next((r.stops[:made] for r in after.routes if r.shift_id == ONE), ())
    assert made_by_one == begun.stops
    planned = [stop.visit_id for route in after.routes for stop in route.stops]
    left = [each.visit_id for each in after.unserved]
    assert sorted([*planned, *left]) == sorted(v.visit_id for v in after.visits)
    spots = {stop.visit_id: r.shift_id for r in after.routes for stop in r.stops}
    for lock in after.conditions.locks:
        assert spots.get(lock.visit_id, lock.shift_id) == lock.shift_id
