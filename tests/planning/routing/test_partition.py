"""The choice among all routes met: the cheapest plan that they make, never worse than before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.routing.partition import Column, choose, columns_of
from planning.routing.problem import Problem, cost

VISITS, SHIFTS = 5, 3


def problem(penalty: list[int]) -> Problem:
    """Doors one after the other on a road, three shifts from the same office at its end."""
    at = np.arange(VISITS + 1)[::-1] * 10
    none = np.zeros(SHIFTS, dtype=np.int64)
    return Problem(
        visit_ids=tuple("abcde"), shift_ids=("1", "2", "3"),
        service=np.ones(VISITS, dtype=np.int64), priority=np.zeros(VISITS, dtype=np.int64),
        penalty=np.array(penalty), load=np.zeros((VISITS, 1), dtype=np.int64),
        windows=(((0, 1000),),) * VISITS, allowed=np.ones((VISITS, SHIFTS), dtype=bool),
        home=np.zeros((VISITS, SHIFTS), dtype=bool),
        shift_cost=np.zeros((VISITS, SHIFTS), dtype=np.int64), pairs=(), team=none, midnight=none,
        together=(), apart=(), locked=frozenset(), first=frozenset(), last=frozenset(), fair=0,
        group=none, start=none, end=none + 1000, pause=np.zeros((SHIFTS, 3), dtype=np.int64),
        capacity=none[:, None], work=none + 1000, origin=none + VISITS, office=none + VISITS,
        mode=none,
        travel=(np.abs(at[:, None] - at[None]).astype(np.int32),),
    )  # fmt: skip


def test_routes_of_two_plans_make_a_better_one():
    """The good half of one plan goes with the good half of another."""
    town = problem([500] * VISITS)
    one, other = ((0, 1), (2, 4, 3), ()), ((0,), (2, 3, 4), (1,))
    chosen = choose(town, columns_of(town, other), one, seconds=10)
    assert chosen == ((0, 1), (2, 3, 4), ())
    assert (cost(town, one), cost(town, other), cost(town, chosen)) == (180, 240, 160)


def test_a_visit_that_costs_more_than_it_is_worth_is_left():
    """A route worth less than its way is not taken, even when it is at hand."""
    town = problem([1] * VISITS)
    assert choose(town, [], ((0, 1, 2), (), ()), seconds=10) == ((), (), ())


def test_routes_that_are_tied_to_others_stay():
    """Locked, spaced, or with a second crew: such a route is not exchanged, the rest is."""
    town = problem([500] * VISITS)
    one, other = ((1, 0), (2, 4, 3), ()), ((0, 1), (2, 3, 4), ())
    ties = {"locked": frozenset({0})}, {"apart": ((0, 1, 0),)}, {"together": ((0, 1),)}
    for tie in ties:
        bound = replace(town, **tie)
        chosen = choose(bound, columns_of(bound, other), one, seconds=10)
        assert chosen == ((1, 0), (2, 3, 4), ())
    assert choose(town, columns_of(town, other), one, seconds=10) == other


def test_what_is_dearer_with_fairness_is_not_chosen():
    """All by one team has the shorter way; where even work weighs more, the plan stays."""
    alone = problem([500] * VISITS)
    fair = replace(alone, fair=100_000, team=np.arange(SHIFTS))
    even, one = ((0, 1), (2,), (3, 4)), ((0, 1, 2, 3, 4), (), ())
    assert choose(alone, columns_of(alone, one), even, seconds=10) == one
    assert cost(fair, choose(fair, columns_of(fair, one), even, seconds=10)) <= cost(fair, even)


@given(data=st.data())
def test_no_choice_is_cheaper(data):
    """Against trying all: at most one route a shift, each visit once, the least cost."""
    town = problem(data.draw(st.lists(st.integers(0, 90), min_size=VISITS, max_size=VISITS)))
    routes = st.permutations(range(VISITS)).flatmap(
        lambda order: st.integers(1, VISITS).map(lambda size: tuple(order[:size]))
    )
    met = data.draw(st.lists(st.tuples(st.integers(0, SHIFTS - 1), routes), max_size=6))
    columns = [
        column
        for shift, route in met
        for column in columns_of(town, tuple(route if s == shift else () for s in range(SHIFTS)))
    ]
    empty = ((),) * SHIFTS
    chosen = choose(town, columns, empty, seconds=10, effort=5.0)
    assert cost(town, chosen) == min(cost(town, plan) for plan in plans(columns))


def plans(columns: list[Column], shift: int = 0, used: frozenset[int] = frozenset()):
    """All plans that the columns make, from `shift` on."""
    if shift == SHIFTS:
        yield ()
        return
    for rest in plans(columns, shift + 1, used):
        yield (), *rest
    for column in columns:
        if column.shift == shift and not used & set(column.visits):
            for rest in plans(columns, shift + 1, used | set(column.visits)):
                yield column.visits, *rest
