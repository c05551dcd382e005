"""Parts of a problem: what hangs together is never taken apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from planning.model import UNBOUND, Conditions, Spacing
from planning.routing.build import build
from planning.routing.parts import components, cut
from planning.routing.weights import Weights

MONDAY = date(2026, 8, 24)
ROAD = {"office:one": 0, "office:two": 60, "a": 10, "b": 20, "c": 30, "d": 40}
EACH = {"a": "one", "b": "one", "c": "two", "d": "two"}


@pytest.fixture
def two_towns(visit, shift, along_a_road):
    """Makes the problem of a, b for team one and c, d for team two, with balance or without."""

    def made(fair=0, conditions=UNBOUND, **changes):
        visits = [visit(name, teams=frozenset({team})) for name, team in EACH.items()]
        visits = [replace(each, **changes.get(each.visit_id, {})) for each in visits]
        problem, _ = build(
            visits, [shift("one"), shift("two"), shift("one", 1)], along_a_road(ROAD),
            first_day=MONDAY, days=2, conditions=conditions, weights=Weights(fair=fair),
        )  # fmt: skip
        return problem

    return made


def test_teams_without_a_common_visit_are_two_components(two_towns):
    """Team one has two doors and two days, team two the other doors; the larger part first."""
    assert components(two_towns()) == [((0, 1), (0, 2)), ((2, 3), (1,))]


def test_balance_ties_the_teams_of_a_municipality(two_towns):
    """What one team works changes the other's share."""
    assert components(two_towns(fair=60)) == [((0, 1, 2, 3), (0, 1, 2))]


@pytest.mark.parametrize(
    ("conditions", "changes"),
    [
        (Conditions(spacings=(Spacing("a", "d"),)), {}),
        (Conditions(), {"a": {"second_crew": frozenset()}}),
    ],
)
def test_rules_between_visits_tie_their_teams(two_towns, conditions, changes):
    """Attempts on different days, and a visit for which the other team's crew comes along."""
    problem = two_towns(conditions=conditions, **changes)
    assert len(components(problem)) == 1


@pytest.mark.parametrize("seed", range(5))
def test_no_cut_parts_two_crews_that_meet(two_towns, seed):
    """Two crews are at door a: whatever the cut, their routes are searched together."""
    problem = two_towns(a={"second_crew": frozenset()})
    ((lead, twin),) = problem.together
    routes = ((lead, 1), (twin, 2, 3), ())
    for visits, shifts in cut(problem, routes, 2, np.random.default_rng(seed)):
        assert (lead in visits) == (twin in visits) == (0 in shifts) == (1 in shifts)
        assert {v for s in shifts for v in routes[s]} <= set(visits)


def test_idle_shifts_are_dealt_out(two_towns):
    """A shift without visits is nobody's loss, and somebody's room."""
    routes = ((0, 1), (2, 3), ())
    parts = list(cut(two_towns(), routes, 2, np.random.default_rng(0)))
    assert sorted(s for _, shifts in parts for s in shifts) == [0, 1, 2]
