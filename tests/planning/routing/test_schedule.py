from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.model import Window
from planning.routing.build import build
from planning.routing.checker import check_routes
from planning.routing.problem import NEVER, Problem
from planning.routing.schedule import fits, timed

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


@st.composite
def days(draw):
    """A shift of ten ticks of ten minutes, up to three doors, a pause, any matrix at all."""
    count = draw(st.integers(1, 3))
    tick = st.integers(0, 6)
    matrix = draw(
        st.lists(
            st.lists(tick, min_size=count + 1, max_size=count + 1),
            min_size=count + 1,
            max_size=count + 1,
        )
    )
    windows = [
        sorted(draw(st.lists(st.integers(0, 14), min_size=2, max_size=4, unique=True)))
        for _ in range(count)
    ]
    earliest = draw(st.integers(0, 10))
    return Problem(
        visit_ids=tuple("abc"[:count]),
        shift_ids=("one",),
        service=np.array(draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))),
        priority=np.zeros(count, dtype=np.int64),
        penalty=np.full(count, 100),
        load=np.zeros((count, 1), dtype=np.int64),
        windows=tuple(tuple((w[k], w[k + 1]) for k in range(0, len(w) - 1, 2)) for w in windows),
        allowed=np.ones((count, 1), dtype=bool),
        home=np.zeros((count, 1), dtype=bool),
        shift_cost=np.zeros((count, 1), dtype=np.int64),
        pairs=(),
        together=(),
        apart=(),
        locked=frozenset(),
        first=frozenset(),
        last=frozenset(),
        fair=0,
        group=np.zeros(1, dtype=np.int64),
        team=np.zeros(1, dtype=np.int64),
        midnight=np.zeros(1, dtype=np.int64),
        start=np.zeros(1, dtype=np.int64),
        end=np.array([draw(st.integers(5, 16))]),
        pause=np.array([[earliest, earliest + draw(st.integers(0, 3)), draw(st.integers(0, 3))]]),
        capacity=np.zeros((1, 1), dtype=np.int64),
        work=np.array([NEVER]),
        origin=np.array([count]),
        office=np.array([count]),
        mode=np.zeros(1, dtype=np.int64),
        travel=(np.array(matrix, dtype=np.int32),),
    )


def brute_force(problem: Problem) -> bool:
    """Tries every starting tick of every visit and of the pause."""
    service, matrix = problem.service, problem.travel[0]
    office, end = int(problem.office[0]), int(problem.end[0])
    earliest, latest, duration = problem.pause[0].tolist()
    starts = [
        [t for a, b in windows for t in range(a, b + 1) if t <= end] for windows in problem.windows
    ]
    pauses = range(earliest, latest + 1) if duration else (NEVER,)
    return any(
        _holds(chosen, rest, duration, service.tolist(), matrix, office, end)
        for rest in pauses
        for chosen in product(*starts)
    )


def _holds(chosen, rest, duration, service, matrix, office, end) -> bool:
    now, here = 0, office
    for visit, start in enumerate(chosen):
        if start < rest + duration and rest < start + service[visit]:
            return False
        overlap = max(0, min(rest + duration, start) - max(rest, now))
        if start - now - overlap < matrix[here, visit]:
            return False
        now, here = start + service[visit], visit
    way = int(matrix[here, office])
    back = now + way
    if now < rest + duration and rest < back:
        back = max(now, rest + duration) + max(0, way - max(0, rest - now))
    return back <= end


@given(days())
def test_the_schedule_is_exact(problem):
    """A sequence fits just when trying every minute finds a way, on any matrix and windows."""
    sequence = list(range(problem.visits))
    possible = brute_force(problem)
    assert fits(problem, 0, sequence) == possible
    assert (check_routes(problem, (tuple(sequence),)) == ()) == possible
