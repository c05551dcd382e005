"""Putting visits into routes by hand: exact, never against a rule, urgent and locked ones first."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import worlds

from planning.model import Conditions, Lock, Position, Priority, Spacing, Window
from planning.routing.build import build
from planning.routing.checker import check_routes
from planning.routing.insertion import cheapest, insert_left, left_out, sound, units
from planning.routing.problem import Problem, cost
from planning.routing.schedule import timed_together

HOUR = 3600
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
ROUTES = st.randoms(use_true_random=False)


def problem_of(visits, shifts, travel, days=1, **conditions) -> Problem:
    first_day = min(shift.day for shift in shifts)
    return build(
        visits, shifts, travel, first_day=first_day, days=days, conditions=Conditions(**conditions)
    )[0]


def filled(problem: Problem) -> list[list[int]]:
    """What goes in by itself, from nothing."""
    routes: list[list[int]] = [[] for _ in range(problem.shifts)]
    insert_left(problem, routes)
    return routes


def frozen(routes) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(route) for route in routes)


def test_two_crews_meet_at_one_door(visit, shift, along_a_road):
    """Team one comes from minute 0, team two from minute 60: both are at door c at one time."""
    doors = [visit("a"), visit("c", second_crew=frozenset())]
    problem = problem_of(doors, [shift("one"), shift("two")], along_a_road(ROAD))
    routes = filled(problem)
    lead, twin = problem.together[0]
    shift_of = {row: at for at, route in enumerate(routes) for row in route}
    assert shift_of[lead] != shift_of[twin]
    times = timed_together(problem, frozen(routes))
    starts = {
        row: start for one in times for row, start in zip(one.sequence, one.starts, strict=True)
    }
    assert starts[lead] == starts[twin]


def test_where_there_is_no_second_team_nobody_goes(visit, shift, along_a_road):
    """One crew at a door that needs two is as good as none, and drives for nothing."""
    doors = [visit("a"), visit("c", second_crew=frozenset())]
    both = problem_of(doors, [shift("one"), shift("two")], along_a_road(ROAD))
    alone = replace(both, allowed=both.allowed & (both.team == 0)[None, :])
    served = {both.visit_ids[row] for route in filled(alone) for row in route}
    assert served == {"a"}


def test_a_second_attempt_waits_for_another_day(visit, shift, along_a_road):
    """Two attempts at a door: the second is on Tuesday, though Monday has room."""
    doors = [visit("a"), visit("b")]
    problem = problem_of(
        doors, [shift(day=0), shift(day=1)], along_a_road(ROAD), days=2,
        spacings=(Spacing("a", "b", days=1),),
    )  # fmt: skip
    assert filled(problem) == [[0], [1]]


def test_urgent_visits_push_out_others_but_never_locked_ones(visit, shift, along_a_road):
    """A day with room for one door: the urgent one takes it, unless the other is promised."""
    short = shift(end=11 * HOUR, pause=None)
    doors = [visit("c"), visit("d", priority=Priority.URGENT)]
    free = problem_of(doors, [short], along_a_road(ROAD))
    routes = [[0]]
    insert_left(free, routes)
    assert routes == [[1]]
    locked = problem_of(
        doors, [short], along_a_road(ROAD), locks=(Lock("c", short.shift_id),)
    )  # fmt: skip
    routes = [[0]]
    insert_left(locked, routes)
    assert routes == [[0]]


def test_a_locked_visit_goes_in_though_others_pay_more(visit, shift, along_a_road):
    """A promise is kept: dearer doors make room for it."""
    short = shift(end=11 * HOUR, pause=None)
    doors = [visit("c"), visit("d", priority=Priority.HIGH)]
    problem = problem_of(doors, [short], along_a_road(ROAD), locks=(Lock("c", short.shift_id),))
    routes = [[1]]
    insert_left(problem, routes)
    assert routes == [[0]]


def test_nothing_goes_before_what_is_first(visit, shift, along_a_road):
    """Door d is the first of the day, though a lies on the way to it."""
    lock = Lock("d", shift().shift_id, position=Position.FIRST)
    problem = problem_of([visit("a"), visit("d")], [shift()], along_a_road(ROAD), locks=(lock,))
    assert filled(problem) == [[1, 0]]


def test_of_what_is_wrong_the_least_is_given_up(visit, shift, along_a_road):
    """Two doors open at the same minute: the one of high priority is kept, and so is the rest."""
    ten = (Window(10 * HOUR, 10 * HOUR),)
    doors = [visit("a"), visit("b", windows=ten), visit("c", windows=ten, priority=Priority.HIGH)]
    problem = problem_of(doors, [shift()], along_a_road(ROAD))
    assert sound(problem, [[0, 1, 2]]) == [[0, 2]]


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_what_goes_in_keeps_every_rule_and_pays(problem):
    """From nothing, visit by visit: no rule broken, and no dearer than serving nobody."""
    routes = filled(problem)
    assert check_routes(problem, frozen(routes)) == ()
    assert cost(problem, routes) <= cost(problem, ((),) * problem.shifts)


@settings(max_examples=60, deadline=None)
@given(worlds(), ROUTES)
def test_what_is_left_of_any_routes_is_sound(problem, random):
    """Visits thrown anywhere: what stays keeps every rule, in its order, nothing is made up."""
    routes: list[list[int]] = [[] for _ in range(problem.shifts)]
    for visit in range(problem.visits):
        route = random.choice(routes)
        route.insert(random.randint(0, len(route)), visit)
    kept = sound(problem, routes)
    assert check_routes(problem, frozen(kept)) == ()
    assert all(
        some == [visit for visit in all_ if visit in some]
        for some, all_ in zip(kept, routes, strict=True)
    )
    assert sound(problem, kept) == kept


@settings(max_examples=40, deadline=None)
@given(worlds(most_visits=5), st.data())
def test_no_place_is_cheaper(problem, data):
    """Against trying every place, for a visit or a pair: the least cost, or none where none is."""
    problem = replace(problem, fair=0)
    routes = filled(problem)
    led = {row for pair in problem.together for row in pair}
    able = [unit for unit in units(problem) if led.isdisjoint(unit)]
    if not able:
        return
    unit = data.draw(st.sampled_from(able))
    before = sound(problem, [[v for v in route if v not in unit] for route in routes])
    if any(visit in route for route in before for visit in unit):
        return
    way = cheapest(problem, before, unit)
    costs = [cost(problem, after) for after in _everywhere(before, unit) if _sound(problem, after)]
    assert (way is None) == (not costs)
    if way is not None:
        assert way.cost == min(costs) - cost(problem, before) + int(
            problem.penalty[list(unit)].sum()
        )


def _sound(problem: Problem, routes) -> bool:
    return check_routes(problem, frozen(routes)) == ()


def _everywhere(routes, unit):
    """All routes with `unit` on one shift, in its order."""
    for shift, route in enumerate(routes):
        ends = [range(len(route) + 1)] * len(unit)
        for places in product(*ends):
            if list(places) == sorted(places):
                longer = list(route)
                for row, place in reversed(list(zip(unit, places, strict=True))):
                    longer.insert(place, row)
                yield [longer if s == shift else list(r) for s, r in enumerate(routes)]


def test_what_matters_most_is_offered_first(visit, shift, along_a_road):
    """A promise, then what is urgent, then the rest; the second crew goes with its door."""
    doors = [
        visit("a"),
        visit("b", priority=Priority.URGENT),
        visit("c", second_crew=frozenset()),
        visit("d"),
    ]
    crews = [shift("one"), shift("two")]
    problem = problem_of(
        doors, crews, along_a_road(ROAD), locks=(Lock("d", crews[0].shift_id),)
    )  # fmt: skip
    order = [problem.visit_ids[unit[0]] for unit in left_out(problem, [[], []])]
    assert order[:2] == ["d", "b"]
    assert {len(unit) for unit in left_out(problem, [[], []])} == {1, 2}


def test_many_visits_find_their_place():
    """Four hundred doors, forty shifts, fairness and working time: most are in, no rule broken."""
    random = np.random.default_rng(0)
    visits, shifts = 400, 40
    at = random.uniform(0, HOUR, (visits + 1, 2))
    travel = np.hypot(*(at[:, None] - at[None]).T).round().astype(np.int32)
    zero = np.zeros(shifts, dtype=np.int64)
    problem = Problem(
        visit_ids=tuple(map(str, range(visits))), shift_ids=tuple(map(str, range(shifts))),
        service=np.full(visits, 1800), priority=np.zeros(visits, dtype=np.int64),
        penalty=np.full(visits, 20_000), load=np.zeros((visits, 1), dtype=np.int64),
        windows=(((0, 6 * HOUR),),) * visits, allowed=np.ones((visits, shifts), dtype=bool),
        home=np.zeros((visits, shifts), dtype=bool),
        shift_cost=np.zeros((visits, shifts), dtype=np.int64), pairs=(), together=(), apart=(),
        locked=frozenset(), first=frozenset(), last=frozenset(), fair=60, group=zero,
        team=np.arange(shifts), midnight=zero, start=zero, end=zero + 6 * HOUR,
        pause=np.zeros((shifts, 3), dtype=np.int64), capacity=zero[:, None], work=zero + 5 * HOUR,
        origin=zero + visits, office=zero + visits, mode=zero, travel=(travel,),
    )  # fmt: skip
    routes = filled(problem)
    assert check_routes(problem, frozen(routes)) == ()
    assert sum(map(len, routes)) > visits / 2
