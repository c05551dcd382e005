from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from planning.model import Conditions, Mode, Plan, Reason, Route, Stop, Unserved
from planning.routing.checker import check

HOUR = 3600


@pytest.fixture(scope="module")
def good(riverside) -> Plan:
    return riverside.plan()


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
    broken = replace(good, unserved=(Unserved(("case-a",), Reason.SHIFTS_FULL, "a"),))
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
        unserved=(Unserved((f"case-{order[1]}",), Reason.SHIFTS_FULL, order[1]),),
    )
    found = check(bound(half, order[1], order[2]), riverside.travel)
    assert any("only one is planned" in one for one in found)
    alone = replace(good.routes[0], shift_id="one@2026-08-25", stops=good.routes[0].stops[:1])
    rest = replace(good.routes[0], stops=good.routes[0].stops[1:])
    parted = bound(replace(good, routes=(rest, alone)), order[0], order[1])
    apart = check(parted, riverside.travel)
    assert any("one team on one day" in one for one in apart)


def test_a_route_of_another_team_is_seen(riverside, good):
    """A route names the team and day of its shift."""
    broken = with_route(good, team_id="two")
    assert any("another team or day" in one for one in check(broken, riverside.travel))
