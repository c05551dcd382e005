from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from planning.model import (
    UNBOUND,
    Begun,
    Conditions,
    Lock,
    Mode,
    Plan,
    Reason,
    Route,
    Stop,
    Unserved,
)
from planning.routing.build import build
from planning.routing.checker import check, check_routes
from planning.routing.problem import Problem
from planning.text import note

HOUR = 3600
MONDAY = date(2026, 8, 24)
ONE, TUESDAY = "one@2026-08-24", "one@2026-08-25"


@pytest.fixture(scope="module")
def good(riverside, laid_out) -> Plan:
    return laid_out(riverside.visits, riverside.shifts, riverside.travel, {ONE: "abcd"})


def test_a_good_plan_breaks_no_rule(riverside, good):
    """The plan that everything below breaks in one way is sound to begin with."""
    assert check(good, riverside.travel) == ()
    assert len(good.routes) == 1
    assert len(good.routes[0].stops) == 4


def with_route(plan: Plan, **changes) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **changes),))


def with_stop(plan: Plan, visit_id: str, change) -> Plan:
    stops = tuple(
        change(stop) if stop.visit_id == visit_id else stop for stop in plan.routes[0].stops
    )
    return with_route(plan, stops=stops)


def with_visit(plan: Plan, visit_id: str, **changes) -> Plan:
    visits = tuple(
        replace(visit, **changes) if visit.visit_id == visit_id else visit for visit in plan.visits
    )
    return replace(plan, visits=visits)


def with_shift(plan: Plan, **changes) -> Plan:
    return replace(plan, shifts=(replace(plan.shifts[0], **changes),))


def shifted(stop: Stop, seconds: int) -> Stop:
    return Stop(
        stop.visit_id, stop.arrival + seconds, stop.start + seconds, stop.departure + seconds
    )


def without(route: Route, visit_id: str) -> tuple[Stop, ...]:
    return tuple(stop for stop in route.stops if stop.visit_id != visit_id)


def unserved(visit_id: str) -> Unserved:
    return Unserved((f"case-{visit_id}",), Reason.SHIFTS_FULL, visit_id, (note("no room"),))


def test_a_lost_visit_is_seen(riverside, good):
    """A visit that is neither on a route nor among the unserved has been lost."""
    broken = with_route(good, stops=without(good.routes[0], "b"))
    assert any("b is lost" in words for words in check(broken, riverside.travel))


def test_a_visit_planned_twice_is_seen(riverside, good):
    """No family is visited twice by one plan."""
    stops = good.routes[0].stops
    broken = with_route(good, stops=(*stops, stops[-1]))
    assert any("planned 2 times" in words for words in check(broken, riverside.travel))


def test_a_visit_both_planned_and_unserved_is_seen(riverside, good):
    """A visit is on a route or unserved, not both."""
    broken = replace(good, unserved=(unserved("a"),))
    assert any("both planned and unserved" in words for words in check(broken, riverside.travel))


def test_a_foreign_visit_is_seen(riverside, good):
    """A route may hold only what was asked for."""
    broken = with_stop(good, "a", lambda stop: replace(stop, visit_id="elsewhere"))
    assert any("not asked for" in words for words in check(broken, riverside.travel))


def test_a_route_without_a_shift_is_seen(riverside, good):
    """A route belongs to a shift that exists."""
    broken = with_route(good, shift_id="nobody@2026-08-24")
    assert any("no such shift" in words for words in check(broken, riverside.travel))


def test_two_routes_of_one_shift_are_seen(riverside, good):
    """A team cannot be on two routes on one day."""
    broken = replace(good, routes=(good.routes[0], replace(good.routes[0], stops=())))
    assert any("has 2 routes" in words for words in check(broken, riverside.travel))


@pytest.mark.parametrize(
    ("visit_id", "changes", "words"),
    [
        ("a", {"windows": ()}, None),
        ("d", {"deadline": None}, None),
        ("c", {"teams": frozenset({"two"})}, "is not for team one"),
        ("c", {"municipality_code": "HILL"}, "another municipality"),
        ("c", {"requires": frozenset({"police"})}, "needs police"),
        ("c", {"service_seconds": 60}, "instead of 60"),
        ("b", {"kits": 11}, "11 kits, and 10 fit"),
    ],
)
def test_a_rule_of_who_and_what_is_checked(riverside, good, visit_id, changes, words):
    """The same plan, had the visit asked for something else; None: it is still sound."""
    found = check(with_visit(good, visit_id, **changes), riverside.travel)
    assert found == () if words is None else any(words in one for one in found)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deadline": -1}, "past its deadline"),
        ({"earliest": 1}, "may not be made before"),
        ({"day": 1}, "is fixed to"),
    ],
)
def test_days_are_checked(riverside, good, changes, words):
    """Deadline, earliest day and the pinned day of a visit bind."""
    (rule, days), *_ = changes.items()
    broken = with_visit(good, "c", **{rule: good.first_day + timedelta(days=days)})
    assert any(words in one for one in check(broken, riverside.travel))


def test_a_day_outside_the_plan_is_seen(riverside, good):
    """A plan of this week has no route next week."""
    broken = replace(good, first_day=good.first_day + timedelta(days=7))
    assert any("outside the plan's days" in one for one in check(broken, riverside.travel))


def test_a_window_missed_is_seen(riverside, good):
    """Nobody is home any more at door a after eleven."""
    broken = with_stop(good, "a", lambda stop: shifted(stop, 3 * HOUR))
    assert any("outside its windows" in one for one in check(broken, riverside.travel))


def test_a_start_before_the_arrival_is_seen(riverside, good):
    """Nobody rings before they are there."""
    broken = with_stop(good, "c", lambda stop: replace(stop, arrival=stop.start + 1))
    assert any("before the arrival" in one for one in check(broken, riverside.travel))


def test_leaving_too_early_and_coming_back_too_late_are_seen(riverside, good):
    """Working hours bind at both ends."""
    early = check(with_route(good, departure=8 * HOUR), riverside.travel)
    late = check(with_route(good, back=17 * HOUR + 1), riverside.travel)
    assert any("leaves the office before" in one for one in early)
    assert any("after the shift's end" in one for one in late)


def test_a_leg_faster_than_the_road_is_seen(riverside, good):
    """Arriving before the road allows is a promise nobody can keep."""
    seconds = riverside.travel[Mode.DRIVE].seconds * 2
    slower = {Mode.DRIVE: replace(riverside.travel[Mode.DRIVE], seconds=seconds)}
    assert any("sooner than the road" in one for one in check(good, slower))


def test_an_unreachable_leg_is_seen(riverside, good):
    """NaN in the matrix means that there is no way."""
    seconds = np.full_like(riverside.travel[Mode.DRIVE].seconds, np.nan)
    closed = {Mode.DRIVE: replace(riverside.travel[Mode.DRIVE], seconds=seconds)}
    assert any("no way from" in one for one in check(good, closed))


def test_a_missing_mode_is_seen(good):
    """Without travel times nothing can be promised."""
    assert any("no travel times" in one for one in check(good, {}))


def test_a_missing_or_misplaced_pause_is_seen(riverside, good):
    """The crew eats, at its time, and not in a family's living room."""
    first = good.routes[0].stops[0]
    assert any(
        "pause is missing" in one
        for one in check(with_route(good, pause_start=None), riverside.travel)
    )
    cut = check(with_route(good, pause_start=first.start + 60), riverside.travel)
    assert any("outside its limits" in one for one in cut)
    assert any("cuts into the visit" in one for one in cut)


def test_a_moot_pause_is_not_asked_for(riverside, good):
    """A shift that ends before the pause may begin owes none."""
    pause = replace(good.shifts[0].pause, earliest=18 * HOUR, latest=19 * HOUR)
    free = with_route(with_shift(good, pause=pause), pause_start=None)
    assert not any("pause" in one for one in check(free, riverside.travel))


def bound(plan: Plan, first: str, second: str) -> Plan:
    """`plan` where the two visits are an ordered pair."""
    return replace(plan, conditions=Conditions(pairs=((first, second),)))


def test_pairs_stay_together_and_in_order(riverside, good):
    """The school check comes before its home visit, by the same team on the same day."""
    order = [stop.visit_id for stop in good.routes[0].stops]
    wrong = check(bound(good, order[2], order[1]), riverside.travel)
    assert any("must come before" in one for one in wrong)
    half = replace(
        with_route(good, stops=without(good.routes[0], order[1])),
        unserved=(unserved(order[1]),),
    )
    found = check(bound(half, order[1], order[2]), riverside.travel)
    assert any("only one is planned" in one for one in found)
    tuesday = replace(good.shifts[0], shift_id=TUESDAY, day=good.first_day + timedelta(days=1))
    alone = replace(good.routes[0], shift_id=TUESDAY, stops=good.routes[0].stops[:1])
    rest = replace(good.routes[0], stops=good.routes[0].stops[1:])
    both = replace(good, routes=(rest, alone), shifts=(*good.shifts, tuesday))
    parted = bound(both, order[0], order[1])
    apart = check(parted, riverside.travel)
    assert any("one team on one day" in one for one in apart)


def test_a_route_of_another_team_is_seen(riverside, good):
    """A route names the team and day of its shift."""
    broken = with_route(good, team_id="two")
    assert any("another team or day" in one for one in check(broken, riverside.travel))


def test_conditions_on_what_is_not_there_are_seen(riverside, good):
    """A pair of which one visit is not asked for binds nobody, and somebody meant something."""
    assert any(
        "which is not there" in one for one in check(bound(good, "a", "z"), riverside.travel)
    )


def test_a_matrix_that_is_not_square_is_seen(riverside, good):
    """Travel times of too few places promise nothing."""
    table = riverside.travel[Mode.DRIVE]
    cut = {Mode.DRIVE: replace(table, seconds=table.seconds[:-1])}
    assert any("not square" in one for one in check(good, cut))


# --- a day that has begun -----------------------------------------------------------------------


@pytest.fixture
def at_noon(riverside, laid_out):
    """Monday at noon: how the plan goes on when so much has been done."""

    def plan_of(begun: Begun, order: str, *, visits=riverside.visits, shift=riverside.shifts[0]):
        return laid_out(
            visits, (shift,), riverside.travel, {ONE: order}, conditions=Conditions(begun=(begun,))
        )

    return plan_of


def test_what_was_done_is_no_fault(riverside, at_noon):
    """Left before hours, late at a, two and a half hours there: facts are not judged."""
    late = Stop("a", 12 * HOUR - 1, 12 * HOUR, 14 * HOUR + 1800)
    plan = at_noon(Begun(ONE, 8 * HOUR, (late,), 11 * HOUR), "dc")
    assert check(plan, riverside.travel) == ()
    assert {one.visit_id for one in plan.unserved} == {"b"}


def test_a_crew_that_is_late_goes_home_late(riverside, at_noon):
    """Nothing more is planned for it, and it is not told that it may not come back."""
    long = Stop("d", 10 * HOUR, 10 * HOUR, 17 * HOUR)
    plan = at_noon(Begun(ONE, 9 * HOUR, (long,), 9 * HOUR), "")
    assert plan.routes[0].back > plan.shifts[0].end
    assert check(plan, riverside.travel) == ()
    one_more = replace(plan.routes[0].stops[0], visit_id="c", arrival=18 * HOUR, start=18 * HOUR)
    asked_too_much = with_route(
        plan,
        stops=(*plan.routes[0].stops, replace(one_more, departure=18 * HOUR + 1800)),
        back=19 * HOUR,
    )
    assert any("after the shift's end" in one for one in check(asked_too_much, riverside.travel))


def test_a_pause_that_is_overdue_comes_first(riverside, at_noon):
    """The visit at a ended at two: the crew eats now, and not at half past two."""
    long = Stop("a", 10 * HOUR, 10 * HOUR, 14 * HOUR)
    plan = at_noon(Begun(ONE, 9 * HOUR, (long,)), "bc")
    assert plan.routes[0].pause_start == 14 * HOUR
    assert check(plan, riverside.travel) == ()
    later = with_route(plan, pause_start=14 * HOUR + 1800)
    assert any("outside its limits" in one for one in check(later, riverside.travel))


def test_kits_handed_over_are_gone(riverside, at_noon):
    """Nine of ten kits went to a this morning: the two for b do not fit any more."""
    visits = tuple(
        replace(visit, kits=9) if visit.visit_id == "a" else visit for visit in riverside.visits
    )
    past = Stop("a", 10 * HOUR, 10 * HOUR, 11 * HOUR)
    plan = at_noon(Begun(ONE, 9 * HOUR, (past,)), "cd", visits=visits)
    assert check(plan, riverside.travel) == ()
    more = with_stop(plan, "c", lambda stop: replace(stop, visit_id="b"))
    assert any("11 kits, and 10 fit" in one for one in check(more, riverside.travel))


# --- locks --------------------------------------------------------------------------------------


def locked(plan: Plan, visit_id: str, **how) -> Plan:
    return replace(plan, conditions=Conditions(locks=(Lock(visit_id, ONE, **how),)))


def test_what_was_promised_stands_against_the_usual_hours(riverside, laid_out):
    """The family at a can be met until eleven, but was promised noon."""
    plan = laid_out(
        riverside.visits, riverside.shifts, riverside.travel, {ONE: "bacd"},
        conditions=Conditions(locks=(Lock("a", ONE, start=12 * HOUR),)),
    )  # fmt: skip
    assert check(plan, riverside.travel) == ()
    assert any(
        "outside its windows" in one
        for one in check(replace(plan, conditions=UNBOUND), riverside.travel)
    )


def test_a_lock_that_cannot_be_kept_is_left_with_its_reason(riverside, good):
    """Dropped for others is a breach; impossible by another rule is not."""
    without_b = with_route(good, stops=without(good.routes[0], "b"))
    left = {
        reason: locked(replace(without_b, unserved=(replace(unserved("b"), reason=reason),)), "b")
        for reason in (Reason.SHIFTS_FULL, Reason.CONTRADICTORY_PIN)
    }
    assert check(left[Reason.CONTRADICTORY_PIN], riverside.travel) == ()
    assert any("was dropped" in one for one in check(left[Reason.SHIFTS_FULL], riverside.travel))


# --- two crews ----------------------------------------------------------------------------------


def test_either_crew_may_bring_the_kits(riverside, visit, shift, laid_out):
    """Two doors for two crews, ten kits each: every team brings those of one door."""
    doors = [visit(name, second_crew=frozenset(), kits=10) for name in "ab"]
    teams = [shift("one"), shift("two", kit_capacity=20)]
    orders = {"two@2026-08-24": "ab", ONE: "ab"}
    plan = laid_out(doors, teams, riverside.travel, orders)
    each_ten = replace(plan, shifts=tuple(replace(one, kit_capacity=10) for one in plan.shifts))
    assert check(each_ten, riverside.travel) == ()
    too_few = replace(plan, shifts=tuple(replace(one, kit_capacity=9) for one in plan.shifts))
    assert any("neither crew has room" in one for one in check(too_few, riverside.travel))


def test_the_first_crew_keeps_the_rules_and_the_second_brings_the_rest(
    riverside, visit, shift, laid_out
):
    """Team one speaks Turkish, team two has the policeman: together they do, alone neither."""
    door = visit("a", second_crew=frozenset({"police"}), languages=frozenset({"tr"}))
    crews = [
        shift("one", languages=frozenset({"tr"})),
        shift("two", institutions=frozenset({"police"})),
    ]
    plan = laid_out([door], crews, riverside.travel, {ONE: "a", "two@2026-08-24": "a"})
    assert check(plan, riverside.travel) == ()
    silent = replace(plan, shifts=(replace(crews[0], languages=frozenset()), crews[1]))
    assert any("needs the language tr" in one for one in check(silent, riverside.travel))


def test_the_locked_crew_is_the_first(riverside, visit, shift, laid_out):
    """The visit is locked to team two, which cannot lead it: that is said."""
    door = visit("a", second_crew=frozenset(), languages=frozenset({"tr"}))
    crews = [shift("one", languages=frozenset({"tr"})), shift("two")]
    two = "two@2026-08-24"
    plan = laid_out([door], crews, riverside.travel, {ONE: "a", two: "a"})
    bound_to_two = replace(plan, conditions=Conditions(locks=(Lock("a", two),)))
    found = check(bound_to_two, riverside.travel)
    assert any("cannot be its first" in one for one in found)


# --- urgent visits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "stays_idle"),
    [
        ({}, True),
        ({"pause": None}, True),
        ({"municipality_code": "HILL"}, False),
        ({"kit_capacity": 0}, False),
        ({"most_work": 69 * 60}, False),
        ({"start": 16 * HOUR}, False),
        ({"team_id": "three"}, False),
    ],
)
def test_an_urgent_visit_is_left_only_when_no_idle_crew_can_make_it(
    riverside, shift, laid_out, changes, stays_idle
):
    """Team two is twenty minutes from d and does nothing: d may only be left when it cannot go."""
    kits = tuple(replace(visit, kits=1) for visit in riverside.visits)
    plan = laid_out(kits, riverside.shifts, riverside.travel, {ONE: "abc"})
    idle = replace(shift("two", most_work=8 * HOUR), **changes)
    found = check(replace(plan, shifts=(*plan.shifts, idle)), riverside.travel)
    assert any("stays idle" in one for one in found) == stays_idle


# --- bare sequences -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arrays(visit, shift, along_a_road) -> Problem:
    """Doors a to e; a is for two crews (row 5 is the second's), shifts: one and two, both days."""
    doors = [visit("a", second_crew=frozenset()), visit("b", kits=6, kit_types=(("bag", 3),))]
    doors += [visit("c", kits=4, kit_types=(("bag", 2),)), visit("d"), visit("e")]
    teams = [shift(name, day, kit_stock=(("bag", 5),)) for day in (0, 1) for name in ("one", "two")]
    at = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40, "e": 50}
    return build(doors, teams, along_a_road(at), first_day=MONDAY, days=2)[0]


GOOD = ((0, 1, 2), (5, 3), (), (4,))
"""By shift: team one Monday, team two Monday, team one Tuesday, team two Tuesday."""


def test_good_sequences_break_no_rule(arrays):
    """Everything below changes this in one way."""
    assert check_routes(arrays, GOOD) == ()


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        (GOOD[:3], "3 routes for 4 shifts"),
        (((0, 1, 2), (5, 3), (), (9,)), "no visit number 9"),
        (((0, 1, 2), (5, 3), (), (-1,)), "no visit number -1"),
        (((0, 1, 2), (5, 3), (), (4, 4)), "planned 2 times"),
        (((0, 1, 2), (3,), (), (4,)), "one crew of two"),
        (((0, 1, 2), (3,), (5,), (4,)), "not two teams on one day"),
        (((0, 5, 1, 2), (3,), (), (4,)), "not two teams on one day"),
    ],
)
def test_sequences_that_are_none_are_seen(arrays, routes, words):
    """What is no solution at all, or half a meeting, is named."""
    assert any(words in one for one in check_routes(arrays, routes))


def with_cell(array, at, value):
    changed = array.copy()
    changed[at] = value
    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: {"pairs": ((2, 1),)}, "order broken"),
        (lambda p: {"pairs": ((1, 3),)}, "order broken"),
        (lambda p: {"apart": ((4, 1, 1),)}, "less than 1 days apart"),
        (lambda p: {"apart": ((1, 4, 2),)}, "less than 2 days apart"),
        (lambda p: {"first": frozenset({2})}, "must be the first stop"),
        (lambda p: {"last": frozenset({1})}, "must be the last stop"),
        (lambda p: {"allowed": with_cell(p.allowed, (1, 0), False)}, "not allowed there"),
        (lambda p: {"capacity": with_cell(p.capacity, (0, 0), 9)}, "too many kits"),
        (lambda p: {"capacity": with_cell(p.capacity, (0, 1), 4)}, "too many kits"),
        (lambda p: {"end": with_cell(p.end, 3, p.start[3] + 1800)}, "does not keep"),
        (lambda p: {"work": with_cell(p.work, 3, 600)}, "does not keep"),
        (lambda p: {"work": with_cell(p.work, 0, 600)}, "do not keep"),
        (lambda p: {"windows": (*p.windows[:4], ((0, 60),), p.windows[5])}, "does not keep"),
        (lambda p: {"windows": (*p.windows[:5], ((9 * HOUR, 9 * HOUR + 60),))}, "do not keep"),
        (lambda p: {"pause": with_cell(p.pause, (3, 2), 9 * HOUR)}, None),
    ],
)
def test_every_rule_of_the_arrays_is_checked(arrays, change, words):
    """The same sequences under one rule that is tighter; None: they are still good."""
    found = check_routes(replace(arrays, **change(arrays)), GOOD)
    assert found == () if words is None else any(words in one for one in found)


def test_a_locked_visit_left_out_is_seen(arrays):
    """No search may drop it; but nobody can plan what no shift may serve."""
    bound_to = replace(arrays, locked=frozenset({4}))
    without_e = (*GOOD[:3], ())
    assert any("locked and left out" in one for one in check_routes(bound_to, without_e))
    nowhere = replace(bound_to, allowed=with_cell(arrays.allowed, 4, False))
    assert check_routes(nowhere, without_e) == ()


def test_a_day_counts_from_where_the_crew_is(arrays):
    """Team two begins at d, from where the way to e is ten minutes; home it takes as long."""
    tight = replace(
        arrays,
        end=with_cell(arrays.end, 3, int(arrays.start[3]) + 50 * 60),
        pause=with_cell(arrays.pause, 3, 0),
    )
    assert check_routes(tight, GOOD) == ()
    far = replace(tight, origin=with_cell(arrays.origin, 3, arrays.origin[0]))
    assert any("does not keep" in one for one in check_routes(far, GOOD))
    near = replace(far, origin=with_cell(arrays.origin, 3, 3))
    assert check_routes(near, GOOD) == ()
