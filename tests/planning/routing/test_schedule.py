from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations, product
from operator import le

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planning.model import Begun, Conditions, Pause, Priority, Stop, Window
from planning.routing import schedule
from planning.routing.build import build
from planning.routing.checker import check_routes
from planning.routing.problem import NEVER, Problem
from planning.routing.schedule import SPARE, earliest, fits, timed, timed_together

MONDAY = date(2026, 8, 24)
HOUR = 3600


def problem_of(visits, shifts, travel):
    return build(visits, shifts, travel, first_day=MONDAY, days=1)[0]


def test_waiting_is_done_in_the_office(visit, shift, along_a_road):
    """A door that opens at eleven, ten minutes away: the team leaves at ten to eleven."""
    opens = visit("a", windows=(Window(11 * HOUR, 12 * HOUR),))
    problem = problem_of([opens], [shift()], along_a_road({"office:one": 0, "a": 10}))
    times = timed(problem, 0, [0])
    assert times is not None
    assert (times.leave, times.arrivals, times.starts) == (
        11 * HOUR - 600,
        (11 * HOUR,),
        (11 * HOUR,),
    )


def test_the_pause_comes_after_the_return_when_the_crew_is_back(visit, shift, along_a_road):
    """One short visit in the morning: the pause is taken in the office at noon."""
    problem = problem_of([visit("a")], [shift()], along_a_road({"office:one": 0, "a": 10}))
    times = timed(problem, 0, [0])
    assert times is not None
    assert (times.back, times.pause_start) == (9 * HOUR + 50 * 60, 12 * HOUR)


def test_the_pause_never_cuts_a_service(visit, shift, along_a_road):
    """Five hours at one door: the pause must come before, so the visit begins after noon."""
    long = visit("a", service_seconds=4 * HOUR, windows=(Window(10 * HOUR, 13 * HOUR),))
    problem = problem_of([long], [shift(end=18 * HOUR)], along_a_road({"office:one": 0, "a": 10}))
    times = timed(problem, 0, [0])
    assert times is not None
    assert times.pause_start == 12 * HOUR
    assert times.starts == (12 * HOUR + 1800,)


def test_nobody_stands_at_a_door_until_the_pause_is_over(visit, shift, along_a_road):
    """a is for the morning and b opens at three: the crew rests while it waits for b, not for a."""
    doors = [
        visit("a", windows=(Window(9 * HOUR, 13 * HOUR),)),
        visit("b", windows=(Window(15 * HOUR, 16 * HOUR),)),
    ]
    problem = problem_of(doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 20}))
    times = earliest(problem, 0, [0, 1])
    assert times is not None
    assert times.starts == (9 * HOUR + 600, 15 * HOUR)
    assert times.pause_start == 12 * HOUR


def test_nobody_is_on_the_road_all_day_for_a_door_that_opens_in_the_evening(
    visit, shift, along_a_road
):
    """b opens at three: who could leave at nine leaves at one, half an hour before it must."""
    doors = [visit("a"), visit("b", windows=(Window(15 * HOUR, 16 * HOUR),))]
    unpaused = shift(pause=None)
    problem = problem_of(doors, [unpaused], along_a_road({"office:one": 0, "a": 10, "b": 20}))
    times = timed(problem, 0, [0, 1])
    assert times is not None
    assert times.starts == (13 * HOUR + 50 * 60, 15 * HOUR)
    assert times.leave == 13 * HOUR + 40 * 60
    assert times.back == earliest(problem, 0, [0, 1]).back


def test_an_urgent_visit_does_not_wait_for_the_evening(visit, shift, along_a_road):
    """The same day, but a is urgent: the crew leaves at nine."""
    doors = [
        visit("a", priority=Priority.URGENT),
        visit("b", windows=(Window(15 * HOUR, 16 * HOUR),)),
    ]
    problem = problem_of(doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 20}))
    times = timed(problem, 0, [0, 1])
    assert times is not None
    assert times.starts == (9 * HOUR + 600, 15 * HOUR)


def test_who_has_left_does_not_turn_back_to_wait_in_the_office(visit, shift, along_a_road):
    """b opens at three, but the crew is on the road already, with nothing done yet."""
    doors = [visit("a"), visit("b", windows=(Window(15 * HOUR, 16 * HOUR),))]
    problem, _ = build(
        doors,
        [shift()],
        along_a_road({"office:one": 0, "a": 10, "b": 20}),
        first_day=MONDAY,
        days=1,
        conditions=Conditions(begun=(Begun(shift().shift_id, 9 * HOUR + 300),)),
    )
    times = timed(problem, 0, [0, 1])
    assert times is not None
    assert times.starts == (9 * HOUR + 900, 15 * HOUR)


def test_what_does_not_fit_is_none(visit, shift, along_a_road):
    """Two doors that close at the same minute cannot both be kept."""
    doors = [visit(name, windows=(Window(10 * HOUR, 10 * HOUR),)) for name in "ab"]
    problem = problem_of(doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 10}))
    assert timed(problem, 0, [0, 1]) is None
    assert not fits(problem, 0, [0, 1])


def test_load_counts(visit, shift, along_a_road):
    """Two doors with six kits each, and ten fit."""
    doors = [visit(name, kits=6) for name in "ab"]
    problem = problem_of(doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 10}))
    assert fits(problem, 0, [0])
    assert not fits(problem, 0, [0, 1])


def test_every_kind_of_kit_counts(visit, shift, along_a_road):
    """Ten kits fit, but of the three school bags only two are there."""
    doors = [visit(name, kits=4, kit_types=(("bag", n),)) for name, n in (("a", 1), ("b", 2))]
    team = shift(kit_stock=(("bag", 2),))
    problem = problem_of(doors, [team], along_a_road({"office:one": 0, "a": 10, "b": 10}))
    assert fits(problem, 0, [0])
    assert fits(problem, 0, [1])
    assert not fits(problem, 0, [0, 1])


def test_what_is_first_stays_first(visit, shift, along_a_road):
    """A stop locked as the first of the day, and one as the last."""
    doors = [visit(name) for name in "abc"]
    problem = problem_of(
        doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 10, "c": 10})
    )
    bound = replace(problem, first=frozenset({0}), last=frozenset({2}))
    assert [order for order in permutations(range(3)) if fits(bound, 0, order)] == [(0, 1, 2)]
    assert timed(bound, 0, [1, 0]) is None


def test_a_crew_on_the_road_goes_on_from_where_it_is(visit, shift, along_a_road):
    """Team one is at s until ten; a is five minutes from there, the office fifteen from a."""
    stop = Stop("s", 9 * HOUR, 9 * HOUR, 10 * HOUR)
    problem, _ = build(
        [visit("s", service_seconds=HOUR), visit("a")],
        [shift()],
        along_a_road({"office:one": 0, "s": 10, "a": 15}),
        first_day=MONDAY,
        days=1,
        conditions=Conditions(begun=(Begun(shift().shift_id, 8 * HOUR + 3000, (stop,)),)),
    )
    times = timed(problem, 0, [0])
    assert times is not None
    assert times.starts == (10 * HOUR + 300,)
    assert times.back == 10 * HOUR + 300 + 1800 + 900


def test_a_crew_on_the_road_without_visits_goes_home(visit, shift, along_a_road):
    """However late it has become: that is no matter of planning any more."""
    late = Stop("s", 9 * HOUR, 9 * HOUR, 16 * HOUR + 3500)
    problem, _ = build(
        [visit("s"), visit("a")],
        [shift()],
        along_a_road({"office:one": 0, "s": 10, "a": 15}),
        first_day=MONDAY,
        days=1,
        conditions=Conditions(begun=(Begun(shift().shift_id, 9 * HOUR, (late,), 12 * HOUR),)),
    )
    assert fits(problem, 0, [])
    (times,) = timed_together(problem, ((),))
    assert times.back == late.departure + 600


def test_working_time_counts_from_leaving(visit, shift, along_a_road):
    """The door opens at three: who leaves then is on the road for fifty minutes, not since nine."""
    door = visit("a", windows=(Window(15 * HOUR, 16 * HOUR),))
    travel = along_a_road({"office:one": 0, "a": 10})
    assert fits(problem_of([door], [shift(pause=None, most_work=50 * 60)], travel), 0, [0])
    short = problem_of([door], [shift(pause=None)], travel)
    assert not fits(replace(short, work=np.array([50 * 60 - 1])), 0, [0])


def test_working_time_counts_from_the_start_where_the_crew_rests_first(visit, shift, along_a_road):
    """The crew that eats before its first visit is at work from nine on."""
    door = visit("a", service_seconds=3 * HOUR, windows=(Window(12 * HOUR, 13 * HOUR),))
    travel = along_a_road({"office:one": 0, "a": 10})
    problem = problem_of([door], [shift()], travel)
    times = timed(problem, 0, [0])
    assert times is not None
    assert times.back == 12 * HOUR + 1800 + 3 * HOUR + 600
    assert fits(replace(problem, work=np.array([times.back - 9 * HOUR])), 0, [0])
    assert not fits(replace(problem, work=np.array([times.back - 9 * HOUR - 1])), 0, [0])


def test_who_rests_first_does_not_wait_at_the_door_all_morning(visit, shift, along_a_road):
    """Lunch on the way to a door that opens at half past twelve: the crew leaves at ten to."""
    door = visit("a", service_seconds=3 * HOUR, windows=(Window(12 * HOUR, 13 * HOUR),))
    problem = problem_of([door], [shift()], along_a_road({"office:one": 0, "a": 10}))
    times = timed(problem, 0, [0])
    assert times is not None
    assert (times.leave, times.pause_start, times.starts[0]) == (
        12 * HOUR - 600,
        12 * HOUR,
        12 * HOUR + 1800,
    )


def test_a_start_can_be_prescribed(visit, shift, along_a_road):
    """What another crew needs: b at eleven and not before; never outside its windows."""
    doors = [visit("a"), visit("b", windows=(Window(9 * HOUR, 12 * HOUR),))]
    problem = problem_of(doors, [shift()], along_a_road({"office:one": 0, "a": 10, "b": 20}))
    times = timed(problem, 0, [0, 1], at={1: 11 * HOUR})
    assert times is not None
    assert times.starts == (11 * HOUR - 600 - 1800 - SPARE, 11 * HOUR)
    assert not fits(problem, 0, [0, 1], at={1: 9 * HOUR})
    assert not fits(problem, 0, [0, 1], at={1: 12 * HOUR + 1})


# --- crews that meet ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_teams(visit, shift, along_a_road):
    """Teams one and two at either end of the road; a and b need both of them, c one."""
    doors = [visit(name, second_crew=frozenset()) for name in "ab"] + [visit("c")]
    at = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30}
    return problem_of(doors, [shift("one"), shift("two")], along_a_road(at))


def test_two_crews_start_together(two_teams):
    """Team one is at a after ten minutes, team two after fifty: both start at ten to ten."""
    one, two = timed_together(two_teams, ((0,), (3,)))
    assert one.starts == two.starts == (9 * HOUR + 50 * 60,)
    assert one.leave == 9 * HOUR + 40 * 60


def test_two_meetings_of_two_crews(two_teams):
    """First a, then b, then c by team one: every meeting delays what comes after it."""
    one, two = timed_together(two_teams, ((0, 1, 2), (3, 4)))
    assert one.starts[:2] == two.starts
    assert two.starts == (9 * HOUR + 50 * 60, 9 * HOUR + 90 * 60)


def test_waiting_for_the_other_crew_is_working_time(two_teams):
    """Team one makes c first and then waits for team two at a: too long, if it may not be."""
    windows = (*two_teams.windows[:3], ((15 * HOUR, 16 * HOUR),), *two_teams.windows[4:])
    late = replace(two_teams, windows=windows, pause=np.zeros((2, 3), dtype=np.int64))
    assert timed_together(late, ((2, 0), (3,))) is not None
    short = replace(late, work=np.array([4 * HOUR, NEVER]))
    assert timed_together(short, ((2, 0), (3,))) is None
    assert check_routes(short, ((2, 0), (3,))) != ()
    one, _ = timed_together(short, ((0, 2), (3,)))
    assert one.leave == 15 * HOUR - 600


def test_crews_that_wait_for_each_other_never_meet(two_teams):
    """One goes to a first, the other to b: both would wait at the door for ever."""
    crosswise = ((0, 1), (4, 3))
    assert timed_together(two_teams, crosswise) is None
    assert any("when they meet" in words for words in check_routes(two_teams, crosswise))


def test_one_crew_of_two_is_none(two_teams):
    """Who comes alone to a visit of two crews need not come."""
    assert timed_together(two_teams, ((0,), ())) is None


def test_a_shift_without_visits_has_no_times(two_teams):
    """Team two stays in the office."""
    one, two = timed_together(two_teams, ((2,), ()))
    assert one.sequence == (2,)
    assert two is None


def test_a_crew_rests_where_it_suits_the_other(visit, shift, along_a_road):
    """Team one may eat before a or on its way home. But team two is awaited at d at ten to two."""
    doors = [
        visit("a", second_crew=frozenset(), service_seconds=HOUR),
        visit("c", service_seconds=3 * HOUR, windows=(Window(9 * HOUR, 9 * HOUR + 1200),)),
        visit("d", windows=(Window(14 * HOUR - 600, 14 * HOUR - 600),)),
    ]
    teams = [shift("one", pause=Pause(12 * HOUR, 14 * HOUR, 1800)), shift("two", pause=None)]
    at = {"office:one": 40, "office:two": 0, "a": 0, "c": 20, "d": 10}
    problem = problem_of(doors, teams, along_a_road(at))
    one, two = timed_together(problem, ((1, 0), (3, 2)))
    assert one.starts[1] == two.starts[0] == 13 * HOUR - 1200
    assert one.departures[1] <= one.pause_start < one.back
    assert check_routes(problem, ((1, 0), (3, 2))) == ()


@pytest.fixture(scope="module")
def rest_or_meet(visit, shift, along_a_road):
    """Team one is at a at 11:40, the door opens at noon, and its half hour of pause is due.

    Rested it starts at a at ten past and is at b ten minutes after the half hour there; else it
    starts at noon, rests on the way and is at b twenty minutes later.
    """
    doors = [visit(name, second_crew=frozenset()) for name in "ab"]
    doors[0] = replace(doors[0], windows=(Window(12 * HOUR, 15 * HOUR),))
    teams = [
        shift("one", start=11 * HOUR + 1800, pause=Pause(11 * HOUR, 13 * HOUR, 1800)),
        shift("two", pause=None),
    ]
    return problem_of(
        doors, teams, along_a_road({"office:one": 0, "office:two": 0, "a": 10, "b": 20})
    )


@pytest.mark.parametrize(
    ("door_of_two", "starts"),
    [
        ((12 * HOUR, 15 * HOUR), (12 * HOUR + 600, 12 * HOUR + 3000)),
        ((12 * HOUR, 12 * HOUR + 300), (12 * HOUR, 13 * HOUR + 600)),
    ],
)
def test_either_meeting_may_have_to_wait_for_a_pause(rest_or_meet, door_of_two, starts):
    """No pause makes both meetings as early as each could be: one that works is taken."""
    windows = (*rest_or_meet.windows[:2], (door_of_two,), rest_or_meet.windows[3])
    problem = replace(rest_or_meet, windows=windows)
    one, two = timed_together(problem, ((0, 1), (2, 3)))
    assert one.starts == two.starts == starts
    assert check_routes(problem, ((0, 1), (2, 3))) == ()


def test_no_pause_that_suits_the_other_crew_is_none(rest_or_meet):
    """Team two can be at a until five past noon and at b until ten to one: not both."""
    at_a, at_b = ((12 * HOUR, 12 * HOUR + 300),), ((9 * HOUR, 12 * HOUR + 3000),)
    problem = replace(rest_or_meet, windows=(*rest_or_meet.windows[:2], at_a, at_b))
    assert timed_together(problem, ((0, 1), (2, 3))) is None
    assert check_routes(problem, ((0, 1), (2, 3))) != ()


# --- exactness ----------------------------------------------------------------------------------


def ticks(draw, *, visits: int, shifts: int) -> Problem:
    """Shifts of some ticks, windows, pauses, working times and any matrix at all.

    Every shift begins and ends at a node of its own.
    """
    nodes = visits + 2 * shifts
    matrix = draw(st.lists(st.integers(0, 6), min_size=nodes**2, max_size=nodes**2))
    windows = [
        sorted(draw(st.lists(st.integers(0, 14), min_size=2, max_size=4, unique=True)))
        for _ in range(visits)
    ]
    earliest = [draw(st.integers(0, 10)) for _ in range(shifts)]
    work = st.one_of(st.just(NEVER), st.integers(0, 16))
    flags = np.ones((visits, shifts), dtype=bool)
    return Problem(
        visit_ids=tuple(f"v{row}" for row in range(visits)),
        shift_ids=tuple(f"s{shift}" for shift in range(shifts)),
        service=np.array(draw(st.lists(st.integers(0, 4), min_size=visits, max_size=visits))),
        priority=np.zeros(visits, dtype=np.int64),
        penalty=np.full(visits, 100),
        load=np.zeros((visits, 1), dtype=np.int64),
        windows=tuple(tuple((w[k], w[k + 1]) for k in range(0, len(w) - 1, 2)) for w in windows),
        allowed=flags,
        home=~flags,
        shift_cost=np.zeros((visits, shifts), dtype=np.int64),
        pairs=(),
        together=(),
        apart=(),
        locked=frozenset(),
        first=frozenset(),
        last=frozenset(),
        fair=0,
        group=np.zeros(shifts, dtype=np.int64),
        team=np.arange(shifts),
        midnight=np.zeros(shifts, dtype=np.int64),
        start=np.zeros(shifts, dtype=np.int64),
        end=np.array([draw(st.integers(5, 16)) for _ in range(shifts)]),
        pause=np.array(
            [[e, e + draw(st.integers(0, 3)), draw(st.integers(0, 3))] for e in earliest]
        ),
        capacity=np.zeros((shifts, 1), dtype=np.int64),
        work=np.array([draw(work) for _ in range(shifts)]),
        origin=visits + np.arange(shifts),
        office=visits + shifts + np.arange(shifts),
        mode=np.zeros(shifts, dtype=np.int64),
        travel=(np.array(matrix, dtype=np.int32).reshape(nodes, nodes),),
    )


def ways(problem: Problem, shift: int, sequence: Sequence[int]):
    """Every way to keep the rules but for the working time: (starts, back, rested first).

    Tries every tick for the start of every visit and of the pause.
    """
    end = int(problem.end[shift])
    earliest, latest, duration = problem.pause[shift].tolist()
    starts = [
        [t for a, b in problem.windows[visit] for t in range(a, b + 1) if t <= end]
        for visit in sequence
    ]
    pauses = range(earliest, latest + 1) if duration else (NEVER,)
    for rest in pauses:
        for chosen in product(*starts):
            back = _back(problem, shift, sequence, chosen, rest, duration)
            if back is not None and back <= end:
                yield chosen, back, rest < chosen[0]


def _back(problem, shift, sequence, chosen, rest, duration) -> int | None:
    """The return with visits and pause at these times; None when they cannot be kept."""
    service, matrix = problem.service.tolist(), problem.travel[0]
    now, here = 0, int(problem.origin[shift])
    for visit, start in zip(sequence, chosen, strict=True):
        if start < rest + duration and rest < start + service[visit]:
            return None
        overlap = max(0, min(rest + duration, start) - max(rest, now))
        if start - now - overlap < matrix[here, visit]:
            return None
        now, here = start + service[visit], visit
    way = int(matrix[here, int(problem.office[shift])])
    back = now + way
    if now < rest + duration and rest < back:
        back = max(now, rest + duration) + max(0, way - max(0, rest - now))
    return back


def within_work(problem: Problem, shift: int, first: int, chosen, back: int, early: bool) -> bool:
    """Working time as the schedule defines it."""
    leave = 0 if early else chosen[0] - int(problem.travel[0][problem.origin[shift], first])
    return back - leave <= problem.work[shift]


def possible(problem: Problem, shift: int, sequence: Sequence[int]) -> bool:
    """Some way is as early as any that rests first, or as any that does not, and short enough."""
    found = list(ways(problem, shift, sequence))
    for early in (True, False):
        same = [(chosen, back) for chosen, back, first in found if first is early]
        if same:
            chosen = tuple(map(min, zip(*(chosen for chosen, _ in same), strict=True)))
            back = min(back for _, back in same)
            if within_work(problem, shift, sequence[0], chosen, back, early):
                return True
    return False


@given(st.data())
def test_the_schedule_is_exact(data):
    """A sequence fits just when trying every minute finds a way, on any matrix and windows."""
    problem = ticks(data.draw, visits=data.draw(st.integers(1, 3)), shifts=1)
    sequence = tuple(range(problem.visits))
    expected = possible(problem, 0, sequence)
    assert fits(problem, 0, sequence) == expected
    assert (timed(problem, 0, sequence) is not None) == expected
    assert (check_routes(problem, (sequence,)) == ()) == expected


@given(st.data())
def test_times_keep_every_rule(data):
    """The times told are one of the ways, and none comes back earlier without more work."""
    problem = ticks(data.draw, visits=data.draw(st.integers(1, 2)), shifts=1)
    sequence = tuple(range(problem.visits))
    times = earliest(problem, 0, sequence)
    assume(times is not None)
    kept(problem, sequence, times)
    if problem.work[0] == NEVER:
        found = list(ways(problem, 0, sequence))
        assert times.back == min(back for _, back, _ in found)
        # Nor does any come back as early with some visit made earlier, and none later.
        as_early = {chosen for chosen, back, _ in found if back == times.back}
        assert {one for one in as_early if all(map(le, one, times.starts))} == {times.starts}


@given(st.data(), st.integers(0, 3))
def test_who_leaves_late_loses_nothing(data, spare):
    """Back at the same minute, every rule kept; no later than the spare minutes allow."""
    problem = ticks(data.draw, visits=data.draw(st.integers(1, 2)), shifts=1)
    sequence = tuple(range(problem.visits))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "SPARE", spare)
        times, early = timed(problem, 0, sequence), earliest(problem, 0, sequence)
    assume(times is not None)
    kept(problem, sequence, times)
    assert times.back == early.back
    assert times.leave >= early.leave
    way, duration = int(problem.travel[0][problem.origin[0], 0]), int(problem.pause[0, 2])
    latest = max(
        min(chosen[0] - way - duration, int(problem.pause[0, 1])) if rested else chosen[0] - way
        for chosen, back, rested in ways(problem, 0, sequence)
        if back == times.back
    )
    assert times.leave <= max(early.leave, latest)
    if spare == 0:
        assert times.leave == latest


def kept(problem: Problem, sequence, times) -> None:
    """The times are one of the ways that keep the rules."""
    rest = NEVER if times.pause_start is None else times.pause_start
    duration = int(problem.pause[0, 2])
    assert _back(problem, 0, sequence, times.starts, rest, duration) == times.back
    way = int(problem.travel[0][problem.origin[0], 0])
    resting = duration if times.leave <= rest < times.starts[0] else 0
    assert 0 <= times.leave <= times.arrivals[0] - way <= times.starts[0] - way
    assert times.starts[0] - times.leave >= way + resting
    assert times.back - times.leave <= problem.work[0]


@given(st.data())
def test_meetings_are_exact(data):
    """Two crews meet just when trying every minute of both finds a way; and then as early."""
    problem = ticks(data.draw, visits=5, shifts=2)
    problem = replace(
        problem,
        together=((0, 3), (1, 4)),
        # A visit's two rows are the same door.
        windows=(*problem.windows[:3], *problem.windows[:2]),
        work=np.full(2, NEVER),
    )
    routes = data.draw(
        st.sampled_from([((0,), (3,)), ((0, 2), (3,)), ((2, 0), (3,)), ((0, 1), (3, 4)),
                         ((0, 1), (4, 3)), ((0,), (3, 2))])
    )  # fmt: skip
    one, other = (list(ways(problem, shift, route)) for shift, route in enumerate(routes))
    meet = [pair for pair in problem.together if pair[0] in routes[0]]
    spots = [(routes[0].index(a), routes[1].index(b)) for a, b in meet]
    common = [
        [chosen[k] for k, _ in spots]
        for chosen, _, _ in one
        if any(all(chosen[k] == also[m] for k, m in spots) for also, _, _ in other)
    ]
    served = problem.part([visit for route in routes for visit in route], range(2))
    middle = len(routes[0])
    solution = (tuple(range(middle)), tuple(range(middle, served.visits)))
    times = timed_together(served, solution)
    assert (check_routes(served, solution) == ()) == (times is not None)
    # Even where all takes no time at all, crews that wait for each other do not meet.
    crosswise = routes == ((0, 1), (4, 3))
    assert (times is not None) == (bool(common) and not crosswise)
    if times is not None and len(spots) == 1:
        assert times[0].starts[spots[0][0]] == min(common)[0]


@given(st.data())
def test_judge_and_timetable_agree_about_working_time(data):
    """With meetings, pauses and working times, both find a way or neither does."""
    problem = ticks(data.draw, visits=6, shifts=3)
    problem = replace(
        problem,
        together=((0, 3), (1, 4)),
        windows=(*problem.windows[:3], *problem.windows[:2], problem.windows[5]),
    )
    orders = [data.draw(st.permutations(r)) for r in ((0, 2), (3, 1), (4, 5))]
    solution = tuple(map(tuple, orders))
    assert (timed_together(problem, solution) is None) == (check_routes(problem, solution) != ())
