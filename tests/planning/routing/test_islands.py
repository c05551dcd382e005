"""One problem on several processes, run inline: exchange, cuts, and the same plan for a seed."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

from planning.routing import islands
from planning.routing.checker import check_routes
from planning.routing.instance import from_instance
from planning.routing.parts import cut
from planning.routing.problem import cost
from planning.routing.workers import Finished, Inline

HOUR = 3600


@pytest.fixture(scope="module")
def valley():
    """Forty doors along a road, eight half days, two pairs, one door that nobody may serve."""
    at = np.r_[0, np.random.default_rng(3).uniform(0, HOUR, 40)]
    doors = [
        {"id": i, "service": 900, "windows": [[0, 4 * HOUR]], "priority": 0, "penalty": 10_000,
         "load": 0, "shifts": [] if i == 9 else None}
        for i in range(1, 41)
    ]  # fmt: skip
    crews = [
        {"id": s, "team": s % 2, "day": s // 2, "start": 0, "end": 4 * HOUR, "capacity": 0,
         "pause": None}
        for s in range(8)
    ]  # fmt: skip
    return from_instance(
        {"format": "outreach-instance/1", "visits": doors, "shifts": crews,
         "ordered_pairs": [[3, 30], [12, 5]]},
        np.abs(at[:, None] - at[None]).astype(int),
    )  # fmt: skip


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_same_seed_and_iterations_give_the_same_plan(valley, processes, monkeypatch):
    """Whatever the number of processes, and with cuts: checked, and the same twice."""
    monkeypatch.setattr(islands, "CUT", 5)
    once, again = (
        islands.solve(valley, seed=4, seconds=1e6, iterations=1000, workers=Inline(processes))
        for _ in range(2)
    )
    assert check_routes(valley, once.routes) == ()
    assert once.routes == again.routes
    assert once.cost == again.cost == cost(valley, once.routes)
    assert not once.capped


def test_a_large_problem_is_searched_whole_only_to_begin_with(valley, monkeypatch):
    """One process lays it out, pieces share it from then on; nothing is lost on the way."""
    monkeypatch.setattr(islands, "CUT", 5)
    monkeypatch.setattr(islands, "LARGE", 20)
    answer = islands.solve(valley, seed=2, seconds=1e6, iterations=600, workers=Inline(2))
    assert check_routes(valley, answer.routes) == ()
    left = set(range(40)) - {visit for route in answer.routes for visit in route}
    assert left == {8}
    assert not answer.capped


def test_exchange_never_loses_what_was_found(valley):
    """The cost over time only falls, and ends at the answer's."""
    answer = islands.solve(valley, seed=1, seconds=1e6, iterations=1000, workers=Inline(2))
    values = [value for _, value in answer.trace]
    assert values == sorted(values, reverse=True)
    assert values[-1] == answer.cost


@pytest.mark.parametrize("pieces", [2, 3])
def test_a_cut_gives_every_visit_and_shift_to_one_piece(valley, pieces):
    """Served or absent, pairs together; what a route serves goes with its shift."""
    routes = islands.solve(valley, iterations=200, seconds=1e6, workers=Inline()).routes
    routes = (*routes[:-1], ())
    parts = list(cut(valley, routes, pieces, np.random.default_rng(1)))
    assert sorted(v for visits, _ in parts for v in visits) == list(range(40))
    assert sorted(s for _, shifts in parts for s in shifts) == list(range(8))
    for visits, shifts in parts:
        assert {v for s in shifts for v in routes[s]} <= set(visits)
        assert all((a in visits) == (b in visits) for a, b in valley.pairs)


class Dying:
    """Workers whose processes die at once, with or without a last word."""

    processes = 2

    def __init__(self, note: object) -> None:
        self._note = note

    def map(self, function, payloads, **options):
        return [Finished(self._note, complete=False, fault="killed") for _ in payloads]

    def kept(self):
        return nullcontext(self)


def test_processes_that_die_leave_the_best_so_far(valley):
    """Nothing found is nothing served, and the answer says that it was cut short."""
    answer = islands.solve(valley, iterations=10, seconds=1e6, workers=Dying(None))
    assert answer.cost == valley.penalty.sum()
    assert answer.capped


def test_a_stop_ends_the_rounds(valley):
    """After the first round somebody asks to stop: its plan is the answer."""
    looks = iter([False, False, True])
    answer = islands.solve(
        valley, iterations=1000, seconds=1e6, workers=Inline(2), stop=lambda: next(looks, True)
    )
    assert answer.capped
    assert check_routes(valley, answer.routes) == ()
    assert answer.cost < valley.penalty.sum()


def test_no_visits_are_no_work(valley):
    """A problem without visits asks no process."""
    assert islands.solve(valley.part([], range(8)), workers=Dying(None)).cost == 0
