from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import InputError
from planning.model import (
    UNBOUND,
    Begun,
    Conditions,
    Lock,
    Mode,
    Plan,
    Position,
    Reason,
    Sex,
    Spacing,
    Unserved,
    Window,
)
from planning.routing.build import everything
from planning.routing.calendar import Calendar
from planning.routing.checker import check
from planning.routing.moves import Move, apply, assembled, best_place, lay_out, ranking, try_move
from planning.routing.schedule import timed_together
from planning.text import note

MONDAY = date(2026, 8, 24)
MINUTE, HOUR = 60, 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
ONE, TWO, TUESDAY = "one@2026-08-24", "two@2026-08-24", "one@2026-08-25"


def planned(stops, visits, shifts, travel, conditions=UNBOUND):
    """The plan in which every shift makes these stops in this order."""
    whole, asked = everything(visits, shifts, travel, Calendar(MONDAY, 2), conditions)
    rows = {visit_id: row for row, visit_id in reversed(list(enumerate(whole.visit_ids)))}
    second = dict(whole.together)
    met: set[str] = set()
    routes = [[] for _ in shifts]
    for shift, shift_id in enumerate(whole.shift_ids):
        for name in stops.get(shift_id, ""):
            row = rows.get(name)
            if row is not None:
                routes[shift].append(second[row] if name in met else row)
                met.add(name)
    made = {name for names in stops.values() for name in names}
    plan = Plan(
        MONDAY, 2, tuple(visits), tuple(shifts),
        assembled(whole, asked, timed_together(whole, routes), ()),
        tuple(Unserved(v.case_ids, Reason.SHIFTS_FULL, v.visit_id, (note("no room"),))
              for v in visits if v.visit_id not in made),
        conditions=conditions,
    )  # fmt: skip
    assert check(plan, travel) == ()
    return plan


@pytest.fixture(scope="session")
def town(visit, shift, along_a_road):
    """Lays out the four doors of Riverside: town({ONE: "abc"}, a=visit("a", kits=2))."""

    def lay(stops, *, shifts=None, conditions=UNBOUND, road=None, **doors):
        visits = [doors.get(name, visit(name)) for name in "abcd"]
        shifts = shifts or [shift("one"), shift("two"), shift("one", day=1)]
        travel = along_a_road(road or ROAD)
        return lay_out(planned(stops, visits, shifts, travel, conditions), travel)

    return lay


def words(trial):
    return [str(told) for told in trial.broken]


def order(plan):
    return {route.shift_id: "".join(stop.visit_id for stop in route.stops) for route in plan.routes}


def test_a_move_tells_what_both_routes_gain_and_lose(town):
    """d lies 20 minutes from team two's office: team one saves its way out, team two drives it."""
    trial = try_move(town({ONE: "abd", TWO: ""}), Move("d", TWO))
    there, here = trial.effects
    assert (there.shift_id, there.seconds) == (TWO, 40 * MINUTE)
    assert (here.shift_id, here.seconds) == (ONE, -40 * MINUTE)
    assert trial.seconds == 0
    assert trial.broken == ()
    assert here.before.back - here.after.back == (40 + 30) * MINUTE


def test_applying_a_move_gives_a_plan_that_passes(town):
    """What was tried is what is made, and the stop can be held there."""
    board = town({ONE: "abd"})
    plan = apply(board, try_move(board, Move("d", TWO, 0)), lock=True)
    assert order(plan) == {ONE: "ab", TWO: "d"}
    assert plan.conditions.locks == (Lock("d", TWO),)
    assert {one.visit_id for one in plan.unserved} == {"c"}
    assert check(plan, board.travel) == ()


def test_a_stop_taken_off_is_unserved(town):
    """Nobody is lost: planned and unserved are still what was asked."""
    board = town({ONE: "abd"})
    plan = apply(board, try_move(board, Move("b")))
    assert order(plan) == {ONE: "ad"}
    assert [one.visit_id for one in plan.unserved] == ["b", "c"]
    assert check(plan, board.travel) == ()


def test_what_was_left_goes_in_where_it_adds_least(town):
    """c lies between b and d: on the way, it costs no road."""
    board = town({ONE: "abd"})
    trial = best_place(board, "c", ONE)
    assert (trial.move.place, trial.seconds) == (2, 0)
    assert order(apply(board, trial)) == {ONE: "abcd"}


def test_the_ranking_names_the_best_shift_first(town, visit):
    """c on the way of team one comes first, its day after costs an hour, team two may not go."""
    board = town({ONE: "abd"}, c=visit("c", teams=frozenset({"one"})))
    ranked = ranking(board, "c")
    assert [trial.move.shift_id for trial in ranked] == [ONE, TUESDAY, TWO]
    assert [trial.seconds for trial in ranked] == [0, 60 * MINUTE, 60 * MINUTE]
    assert words(ranked[2]) == ["visit c is not for team two"]


def test_every_rule_of_who_may_serve_whom_is_named(town, visit, shift):
    """Whatever team two lacks is told at once, not one thing after the other."""
    picky = visit(
        "c", requires=frozenset({"social"}), languages=frozenset({"tr"}), kits=20,
        sexes=frozenset({Sex.FEMALE}), deadline=date(2026, 8, 23),
        windows=(Window(18 * HOUR, 19 * HOUR),),
    )  # fmt: skip
    trial = best_place(town({ONE: "a"}, c=picky), "c", TWO)
    assert words(trial) == [
        "visit c needs social, and team two has none on 2026-08-24",
        "visit c needs tr, and nobody of team two speaks it on 2026-08-24",
        "visit c needs a female member, and team two has none on 2026-08-24",
        "visit c may not be made on 2026-08-24",
        "at visit c nobody can be met while team two works on 2026-08-24",
        "visit c has more kits than team two carries on 2026-08-24",
        "10 more kits than team two carries on 2026-08-24",
        "visit c would begin at 09:30, outside its hours",
    ]


def test_a_missed_window_and_a_late_return_are_told_with_their_times(town, visit):
    """b, c and d take three hours each: a is missed after b, and three in a day are too many."""
    long = {name: visit(name, service_seconds=3 * HOUR) for name in "bcd"}
    morning = visit("a", windows=(Window(9 * HOUR, 11 * HOUR),))
    board = town({ONE: "a", TWO: "b", TUESDAY: "cd"}, a=morning, **long)
    assert words(try_move(board, Move("b", ONE, 0))) == [
        "visit a would begin at 12:30, outside its hours"
    ]
    assert words(try_move(board, Move("b", TUESDAY, 0))) == [
        "team one is back 170 min too late on 2026-08-25"
    ]


def test_working_time_is_a_rule_of_its_own(town, shift):
    """Team two may work 100 minutes a day; b alone takes it 40 out, 30 there and 40 back."""
    board = town({ONE: "ab"}, shifts=[shift("one"), shift("two", most_work=100 * MINUTE)])
    assert words(try_move(board, Move("b", TWO))) == [
        "team two works 10 min too long on 2026-08-24"
    ]


def test_taking_a_stop_out_can_make_the_route_late(visit, shift, along_a_road):
    """From a straight to c takes three hours; by b it takes twenty minutes."""
    travel = along_a_road(ROAD)
    seconds = travel[Mode.DRIVE].seconds.copy()
    keys = travel[Mode.DRIVE].keys
    seconds[keys.index("a"), keys.index("c")] = 3 * HOUR
    travel = {Mode.DRIVE: replace(travel[Mode.DRIVE], seconds=seconds)}
    visits = [visit("a"), visit("b"), visit("c", windows=(Window(9 * HOUR, 11 * HOUR),))]
    board = lay_out(planned({ONE: "abc"}, visits, [shift()], travel), travel)
    trial = try_move(board, Move("b"))
    assert words(trial) == ["visit c would begin at 13:10, outside its hours"]
    assert trial.effects[0].seconds > 0


def test_where_there_is_no_way_it_is_said(visit, shift, along_a_road):
    """No road leads to b: the trial has no times, and says why."""
    travel = along_a_road(ROAD)
    seconds = travel[Mode.DRIVE].seconds.copy()
    at = travel[Mode.DRIVE].keys.index("b")
    seconds[at, :] = seconds[:, at] = np.nan
    travel = {Mode.DRIVE: replace(travel[Mode.DRIVE], seconds=seconds)}
    board = lay_out(planned({ONE: "a"}, [visit("a"), visit("b")], [shift()], travel), travel)
    trial = best_place(board, "b", ONE)
    assert "there is no way by road from visit" in words(trial)[0] or "visit b" in words(trial)[0]
    assert trial.effects[0].after is None


def test_locked_stops_are_only_moved_after_unlocking(town):
    """a is promised to team one, as its first stop."""
    locks = (Lock("a", ONE, position=Position.FIRST),)
    board = town({ONE: "ab", TWO: "c"}, conditions=Conditions(locks=locks))
    assert "visit a is locked to team one on 2026-08-24" in words(try_move(board, Move("a", TWO)))
    assert words(try_move(board, Move("c", ONE, 0))) == ["visit a is locked to the first place"]
    assert words(try_move(board, Move("c", ONE, 1))) == []


def test_a_pair_moves_together_and_keeps_its_order(town):
    """The school check at a comes along when its home visit at b goes to Tuesday."""
    board = town({ONE: "abc"}, conditions=Conditions(pairs=(("a", "b"),)))
    trial = try_move(board, Move("b", TUESDAY))
    assert order(apply(board, trial)) == {ONE: "c", TUESDAY: "ab"}
    assert words(try_move(board, Move("a", ONE, 1))) == ["visit a comes before visit b"]
    assert order(apply(board, try_move(board, Move("a")))) == {ONE: "c"}


def test_attempts_keep_their_days_apart(town):
    """The second attempt may not come on the day of the first."""
    spaced = Conditions(spacings=(Spacing("a", "b"),))
    board = town({ONE: "a", TUESDAY: "b"}, conditions=spaced)
    assert words(try_move(board, Move("b", TWO))) == [
        "visit b follows visit a 1 days later or more"
    ]


def test_two_crews_stay_two_crews_on_one_day(town, visit):
    """The second crew of b may not come a day later, nor be the first one; both go off at once."""
    board = town({ONE: "ab", TWO: "b"}, b=visit("b", second_crew=frozenset()))
    assert words(try_move(board, Move("b", TUESDAY, source=TWO))) == [
        "visit b needs two teams on one day"
    ]
    assert order(apply(board, try_move(board, Move("b")))) == {ONE: "a"}
    waits = try_move(board, Move("c", ONE, 1))
    first, second = ({s.visit_id: s.start for s in e.after.stops}["b"] for e in waits.effects)
    assert first == second
    assert waits.broken == ()


def test_what_was_made_stays_made(town):
    """Team one has been at a: nothing goes before it, and it goes nowhere."""
    before = town({ONE: "ab", TWO: "c"})
    (route, _) = before.plan.routes
    begun = Begun(ONE, route.departure, route.stops[:1])
    board = lay_out(replace(before.plan, conditions=Conditions(begun=(begun,))), before.travel)
    trial = try_move(board, Move("c", ONE, 0))
    assert words(trial) == ["team one is past that place on 2026-08-24 already"]
    plan = apply(board, try_move(board, Move("c", ONE, 1)))
    assert order(plan) == {ONE: "acb"}
    assert plan.routes[0].stops[0] == route.stops[0]
    with pytest.raises(InputError, match="made already"):
        try_move(board, Move("a", TWO))


@pytest.mark.parametrize(
    "move", [Move("nobody", ONE), Move("a", "three@2026-08-24"), Move("a", TWO, source=TUESDAY)]
)
def test_what_is_not_there_cannot_move(town, move):
    """Unknown visits, shifts and crews are the user's mistake."""
    with pytest.raises(InputError):
        try_move(town({ONE: "ab"}), move)


def test_a_broken_move_is_not_applied(town, visit):
    """Every broken rule is one fault."""
    board = town({ONE: "ac"}, c=visit("c", teams=frozenset({"one"}), deadline=MONDAY))
    trial = try_move(board, Move("c", TWO))
    with pytest.raises(InputError, match="not for team two"):
        apply(board, trial)


@given(data=st.data())
def test_moving_there_and_back_gives_the_same_plan(data, visit, shift, along_a_road):
    """Whatever stop goes wherever: back at its place, the plan is what it was."""
    travel = along_a_road(ROAD)
    visits = [visit(name) for name in "abcd"]
    shifts = [shift("one"), shift("two"), shift("one", day=1)]
    stops = {ONE: "abc", TWO: "d"}
    before = planned(stops, visits, shifts, travel)
    board = lay_out(before, travel)
    name = data.draw(st.sampled_from("abcd"))
    target = data.draw(st.sampled_from(["", ONE, TWO, TUESDAY]))
    trial = try_move(board, Move(name, target, data.draw(st.integers(0, 4))))
    moved = apply(board, trial)
    assert check(moved, travel) == ()
    home = next(shift_id for shift_id, names in stops.items() if name in names)
    there = lay_out(moved, travel)
    back = try_move(there, Move(name, home, stops[home].index(name)))
    assert apply(there, back) == before


@given(data=st.data())
def test_no_broken_rule_means_that_the_plan_passes(data, visit, shift, along_a_road):
    """What a trial finds nothing wrong with, the checker finds nothing wrong with, and so back."""
    travel = along_a_road(ROAD)
    narrow = st.sampled_from([(), (Window(9 * HOUR, 10 * HOUR),), (Window(13 * HOUR, 14 * HOUR),)])
    visits = [
        visit(
            name,
            windows=() if name in "ab" else data.draw(narrow),
            service_seconds=data.draw(st.integers(0, 4)) * HOUR // 2,
            kits=0 if name in "ab" else data.draw(st.integers(0, 12)),
        )
        for name in "abcd"
    ]
    shifts = [shift("one"), shift("two", most_work=data.draw(st.integers(1, 6)) * HOUR)]
    board = lay_out(planned({ONE: "ab"}, visits, shifts, travel), travel)
    move = Move(data.draw(st.sampled_from("abcd")), data.draw(st.sampled_from([ONE, TWO])),
                data.draw(st.integers(0, 3)))  # fmt: skip
    trial = try_move(board, move)
    if not trial.broken:
        assert check(apply(board, trial), travel) == ()
    else:
        forced = apply(board, replace(trial, broken=()))
        assert check(forced, travel) != ()
