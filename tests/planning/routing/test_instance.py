"""The exchange format: what is damaged is told all at once, what cannot be served stays."""

from __future__ import annotations

import numpy as np
import pytest

from planning.errors import InputError
from planning.routing.instance import from_instance, to_answer
from planning.routing.problem import DAY, NEVER

TRAVEL = np.array([[0, 5, 7], [6, 0, 2], [8, 3, 0]])


def instance(**changes):
    """Two doors and one shift of a hundred minutes."""
    plain = {
        "format": "outreach-instance/1",
        "visits": [door(1), door(2)],
        "shifts": [shift()],
        "ordered_pairs": [[1, 2]],
    }
    return plain | changes


def door(number, **changes):
    plain = {"id": number, "service": 10, "windows": [[0, 60], [70, 90]], "priority": 0,
             "penalty": 100, "load": 1, "shifts": None}  # fmt: skip
    return plain | changes


def shift(**changes):
    pause = {"earliest_start": 40, "latest_start": 50, "duration": 5}
    plain = {"id": 7, "team": 0, "day": 0, "start": 0, "end": 100, "capacity": 2, "pause": pause}
    return plain | changes


def test_a_sound_instance_becomes_arrays():
    """The office comes last in travel, windows are repeated on the second day."""
    problem = from_instance(instance(shifts=[shift(), shift(id=8, day=1)]), TRAVEL)
    assert problem.travel[0].tolist() == [[0, 2, 6], [3, 0, 8], [5, 7, 0]]
    assert problem.windows[0] == ((0, 60), (70, 90), (DAY, DAY + 60), (DAY + 70, DAY + 90))
    assert problem.pause.tolist() == [[40, 50, 5], [DAY + 40, DAY + 50, 5]]
    assert problem.pairs == ((0, 1),)
    assert to_answer(problem, ((0, 1), ())) == {"routes": {"7": [1, 2]}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"visits": None}, "visits: it must be a list"),
        ({"shifts": []}, "at least one shift"),
        ({"ordered_pairs": [[1, 1]]}, "more than once"),
        ({"ordered_pairs": [[1, 2], [2, 1]]}, "more than once"),
        ({"ordered_pairs": [[1, 9]]}, "must name two visits"),
        ({"visits": [door(1), door(1)]}, "ids must run from 1"),
        ({"visits": [door(1), "home"]}, "missing"),
        ({"visits": [door(1), door(2, service=-1)]}, "visits[2] service “-1”"),
        ({"visits": [door(1), door(2, service=True)]}, "visits[2] service"),
        ({"visits": [door(1), door(2, penalty=1e99)]}, "visits[2] penalty"),
        ({"visits": [door(1), door(2, windows=[[0]])]}, "visits[2] windows"),
        ({"visits": [door(1), door(2, shifts=[99])]}, "“99”: there is no such shift"),
        ({"visits": [door(1), door(2, shifts=[[7]])]}, "there is no such shift"),
        ({"visits": [door(1), door(2, shifts="all")]}, "list of shift ids, or null"),
        ({"shifts": [shift(), shift()]}, "“7”: it occurs more than once"),
        ({"shifts": [shift(end=0)]}, "must end after it starts"),
        ({"shifts": [shift(day=10**6)]}, "shifts[0] day"),
        ({"shifts": [shift(pause={"duration": 5})]}, "shifts[0] pause"),
        ({"shifts": [shift(pause=5)]}, "shifts[0] pause"),
        (
            {"shifts": [shift(pause={"earliest_start": 9, "latest_start": 5, "duration": 1})]},
            "before its earliest",
        ),
    ],
)
def test_a_damaged_instance_is_refused(changes, words):
    """Each damage is named with its place, value and what would be right."""
    with pytest.raises(InputError) as refused:
        from_instance(instance(**changes), TRAVEL)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("travel", "words"),
    [
        (np.zeros((3, 4)), "not square"),
        (np.zeros((4, 4)), "must be 3 × 3"),
        (np.zeros(3), "not square"),
        (np.full((3, 3), np.nan), "NaN"),
        (np.full((3, 3), -1), "negative"),
        (np.full((3, 3), "far"), "must hold numbers"),
    ],
)
def test_a_damaged_matrix_is_refused(travel, words):
    """Not square, of another size, without a number somewhere, or back in time."""
    with pytest.raises(InputError) as refused:
        from_instance(instance(), travel)
    assert words in str(refused.value)


@pytest.mark.parametrize("foreign", [{"format": "other"}, {}, [], "instance", None])
def test_a_foreign_instance_is_refused(foreign):
    """Another format, or no object at all."""
    with pytest.raises(InputError, match="outreach-instance/1"):
        from_instance(foreign, TRAVEL)


def test_all_faults_come_at_once():
    """Four damages in four places: four lines, one round of mending."""
    broken = instance(visits=[door(1, load=-1), door(2, shifts=[9])], shifts=[shift(end=0)])
    with pytest.raises(InputError) as refused:
        from_instance(broken, TRAVEL - 10)
    assert len(refused.value.faults) == 4


@pytest.mark.parametrize(
    "changes", [{"windows": []}, {"windows": [[50, 40]]}, {"shifts": []}, {"load": 3}]
)
def test_what_no_shift_can_serve_is_allowed_nowhere(changes):
    """Windows that never open, no shift, too much load: it stays, unserved, with its other half."""
    problem = from_instance(instance(visits=[door(1, **changes), door(2)]), TRAVEL)
    assert not problem.allowed.any()


def test_no_way_is_a_big_number():
    """Infinity and what is beyond `NEVER` is no way; parts of a unit count as a whole one."""
    travel = TRAVEL.astype(float)
    travel[1, 2], travel[2, 1], travel[0, 1] = np.inf, 1e30, 4.2
    problem = from_instance(instance(), travel)
    assert problem.travel[0][0, 1] == problem.travel[0][1, 0] == NEVER
    assert problem.travel[0][2, 0] == 5
