"""The exchange format of routing instances, `outreach-instance/1`: from and to a problem.

An instance has `visits[]` (`id` 1…n, `service`, `windows` for the start of service, `priority`,
`penalty`, `load`, `shifts` that may serve it or null for any), `shifts[]` (`id`, `team`, `day`,
`start`, `end`, `capacity`, `pause` or null), `ordered_pairs[]` and a square matrix of travel whose
row and column 0 are the office. Times are whole units after midnight of the shift's day. An answer
is `{"routes": {"<shift id>": [visit id, …]}}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from planning.errors import Fault, InputError
from planning.routing.fitting import fitting
from planning.routing.problem import (
    DAY,
    NEVER,
    Bools,
    Ints,
    Problem,
    Solution,
    disjoint,
    due_pause,
)

FORMAT = "outreach-instance/1"
DAYS = 366
"""Days of an instance at most: times must stay below `NEVER`."""
LONGEST = NEVER // (DAYS + 1)
"""Units at most for times and services: any day of an instance then ends before `NEVER`."""
DEAREST = 1 << 40
"""Penalty at most."""
MISSING = "missing"
"""What a fault shows in place of a value that is not there."""

Row = Mapping[str, Any]


def from_instance(instance: object, travel: npt.ArrayLike) -> Problem:
    """The problem of an instance: visit id i is visit i-1, windows are repeated for each day.

    A visit that no shift can serve (its windows never open, it is too far, its shifts are none)
    stays and is allowed nowhere.

    Raises:
        InputError: another format, or values that contradict each other; every fault at once.
    """
    if not isinstance(instance, Mapping) or instance.get("format") != FORMAT:
        raise InputError(Fault(f"this is not an {FORMAT}", field="format"))
    faults = [*_instance_faults(instance)]
    visits, shifts = instance.get("visits"), instance.get("shifts")
    size = len(visits) if isinstance(visits, list) else None
    matrix = np.asarray(travel)
    faults += _matrix_faults(matrix, size)
    if faults:
        raise InputError(faults)
    assert isinstance(visits, list)
    assert isinstance(shifts, list)
    return fitting(_problem(instance, visits, shifts, matrix))


def to_answer(problem: Problem, solution: Solution) -> dict[str, dict[str, list[int]]]:
    """The answer of an instance: visit ids in order by shift id; empty routes are left out."""
    routes = {
        problem.shift_ids[shift]: [int(problem.visit_ids[visit]) for visit in route]
        for shift, route in enumerate(solution)
        if route
    }
    return {"routes": routes}


def _problem(
    instance: Row, visits: Sequence[Row], shifts: Sequence[Row], matrix: npt.NDArray[Any]
) -> Problem:
    length = max(DAY, 1 + max(shift["end"] for shift in shifts))
    offset = np.array([shift["day"] * length for shift in shifts], dtype=np.int64)
    nodes = np.r_[1 : len(visits) + 1, 0]
    ids = [shift["id"] for shift in shifts]
    allowed: Bools = np.ones((len(visits), len(shifts)), dtype=bool)
    for row, visit in enumerate(visits):
        if visit["shifts"] is not None:
            allowed[row] = np.isin(ids, visit["shifts"])
    return Problem(
        visit_ids=tuple(str(visit["id"]) for visit in visits),
        shift_ids=tuple(str(shift["id"]) for shift in shifts),
        service=_column(visits, "service"),
        priority=_column(visits, "priority"),
        penalty=_column(visits, "penalty"),
        load=_column(visits, "load")[:, None],
        windows=tuple(
            disjoint(
                (a + day, b + day)
                for day in sorted(set(offset.tolist()))
                for a, b in visit["windows"]
            )
            for visit in visits
        ),
        allowed=allowed,
        home=np.zeros_like(allowed),
        shift_cost=np.zeros(allowed.shape, dtype=np.int64),
        pairs=tuple((a - 1, b - 1) for a, b in instance.get("ordered_pairs", ())),
        together=(),
        apart=(),
        locked=frozenset(),
        first=frozenset(),
        last=frozenset(),
        fair=0,
        group=np.zeros(len(shifts), dtype=np.int64),
        team=np.unique(_column(shifts, "team"), return_inverse=True)[1].astype(np.int64),
        midnight=offset,
        start=_column(shifts, "start") + offset,
        end=_column(shifts, "end") + offset,
        pause=np.array(
            [_pause(x, int(o)) for x, o in zip(shifts, offset, strict=True)], dtype=np.int64
        ),
        capacity=_column(shifts, "capacity")[:, None],
        work=np.full(len(shifts), NEVER, dtype=np.int64),
        origin=np.full(len(shifts), len(visits), dtype=np.int64),
        office=np.full(len(shifts), len(visits), dtype=np.int64),
        mode=np.zeros(len(shifts), dtype=np.int64),
        travel=(np.minimum(np.ceil(matrix), NEVER).astype(np.int32)[np.ix_(nodes, nodes)],),
    )


def _column(rows: Sequence[Row], name: str) -> Ints:
    return np.array([row[name] for row in rows], dtype=np.int64)


def _pause(shift: Row, offset: int) -> tuple[int, int, int]:
    if shift["pause"] is None:
        return 0, 0, 0
    given = tuple(shift["pause"][name] for name in _PAUSE)
    due = due_pause(given, shift["start"], shift["end"])
    return (due[0] + offset, due[1] + offset, due[2]) if due else (0, 0, 0)


# --- faults -----------------------------------------------------------------------------------


_PAUSE = ("earliest_start", "latest_start", "duration")


def _whole(value: object, most: int, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _instance_faults(instance: Row) -> Iterator[Fault]:
    for name in ("visits", "shifts", "ordered_pairs"):
        rows = instance.get(name, [] if name == "ordered_pairs" else None)
        if not isinstance(rows, list):
            yield Fault("it must be a list", field=name)
    visits, shifts = _rows(instance, "visits"), _rows(instance, "shifts")
    if not shifts:
        yield Fault("there must be at least one shift", field="shifts")
    known = [shift.get("id") for shift in shifts if _whole(shift.get("id"), NEVER)]
    yield from _doubled(known, "shifts, id")
    for at, visit in enumerate(visits, start=1):
        yield from _visit_faults(visit, at, frozenset(known))
    for at, shift in enumerate(shifts):
        yield from _shift_faults(shift, at)
    yield from _pair_faults(instance, len(visits))


def _rows(instance: Row, name: str) -> list[Row]:
    """The rows of a list; what is no row counts as an empty one, whose values are all missing."""
    rows = instance.get(name)
    if not isinstance(rows, list):
        return []
    return [row if isinstance(row, Mapping) else {} for row in rows]


def _visit_faults(visit: Row, at: int, shifts: frozenset[object]) -> Iterator[Fault]:
    if visit.get("id") != at or isinstance(visit.get("id"), bool):
        yield _fault("ids must run from 1 in order", "visits", at, "id", visit.get("id", MISSING))
    limits = {"service": LONGEST, "priority": 2, "penalty": DEAREST, "load": NEVER}
    for name, most in limits.items():
        if not _whole(visit.get(name), most):
            words = f"it must be a whole number from 0 to {most}"
            yield _fault(words, "visits", at, name, visit.get(name, MISSING))
    if not _windows(visit.get("windows")):
        words = "they must be a list of [earliest, latest] in whole units"
        yield _fault(words, "visits", at, "windows", visit.get("windows", MISSING))
    able = visit.get("shifts", MISSING)
    if able is None:
        return
    if not isinstance(able, list):
        yield _fault("it must be a list of shift ids, or null", "visits", at, "shifts", able)
        return
    for one in able:
        if isinstance(one, (list, dict)) or one not in shifts:
            yield _fault("there is no such shift", "visits", at, "shifts", one)


def _windows(windows: object) -> bool:
    """True for a list of pairs of whole numbers; one that never opens is the visit's own matter."""
    return isinstance(windows, list) and all(
        isinstance(one, list) and len(one) == 2 and all(_whole(end, LONGEST) for end in one)
        for one in windows
    )


def _shift_faults(shift: Row, at: int) -> Iterator[Fault]:
    limits = {"id": NEVER, "team": NEVER, "day": DAYS - 1, "capacity": NEVER}
    for name, most in (limits | {"start": LONGEST, "end": LONGEST}).items():
        if not _whole(shift.get(name), most):
            words = f"it must be a whole number from 0 to {most}"
            yield _fault(words, "shifts", at, name, shift.get(name, MISSING))
    start, end = shift.get("start"), shift.get("end")
    if _whole(start, LONGEST) and _whole(end, LONGEST) and not _less(start, end):
        yield _fault("the shift must end after it starts", "shifts", at, "end", end)
    pause = shift.get("pause", MISSING)
    if pause is None:
        return
    whole = isinstance(pause, Mapping) and all(_whole(pause.get(x), LONGEST) for x in _PAUSE)
    if not whole or not isinstance(pause, Mapping):
        words = f"it must hold whole numbers {', '.join(_PAUSE)}, or be null"
        yield _fault(words, "shifts", at, "pause", pause)
    elif pause["latest_start"] < pause["earliest_start"]:
        words = "its latest start must not come before its earliest"
        yield _fault(words, "shifts", at, "pause", dict(pause))


def _less(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other


def _pair_faults(instance: Row, visits: int) -> Iterator[Fault]:
    pairs = instance.get("ordered_pairs", [])
    halves = []
    for at, pair in enumerate(pairs if isinstance(pairs, list) else []):
        if isinstance(pair, list) and len(pair) == 2 and all(_whole(x, visits, 1) for x in pair):
            halves += pair
        else:
            words = "it must name two visits [first, second]"
            yield _fault(words, "ordered_pairs", at, "", pair)
    yield from _doubled(halves, "ordered_pairs")


def _doubled(ids: Sequence[object], field: str) -> Iterator[Fault]:
    for one, times in Counter(ids).items():
        if times > 1:
            yield Fault("it occurs more than once", field=field, value=str(one))


def _fault(words: str, rows: str, at: int, name: str, value: object) -> Fault:
    return Fault(words, field=f"{rows}[{at}] {name}".rstrip(), value=str(value)[:80])


def _matrix_faults(matrix: npt.NDArray[Any], visits: int | None) -> Iterator[Fault]:
    checks: list[tuple[bool, str]] = [(matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1],
                                       "the matrix is not square")]  # fmt: skip
    if visits is not None:
        wanted = (visits + 1, visits + 1)
        checks.append((matrix.shape == wanted, f"the matrix must be {wanted[0]} × {wanted[1]}"))
    number = np.issubdtype(matrix.dtype, np.integer) or np.issubdtype(matrix.dtype, np.floating)
    checks.append((number, "the matrix must hold numbers"))
    if number:
        checks.append((not np.isnan(matrix).any(), "the matrix holds NaN: a big number is no way"))
        checks.append((not (matrix < 0).any(), "the matrix holds negative times"))
    for good, words in checks:
        if not good:
            shape = " × ".join(map(str, matrix.shape))
            yield Fault(words, file="travel.npy", value=shape)
