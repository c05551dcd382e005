"""Routing instances as folders, and their answers as files: see `planning.routing.instance`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data.files import write_whole
from planning.errors import Fault, FileFault
from planning.routing.instance import from_instance, to_answer
from planning.routing.problem import Problem, Solution, cost

NOWHERE = "it fits no shift, even alone"
LEFT = "no shift has room for it, or the way costs more than it is worth"


def read_instance(folder: Path) -> Problem:
    """The problem of the instance in `folder`: `instance.json` and `travel.npy`.

    Raises:
        FileFault: one of the files is missing or is not what it should be.
        InputError: its values contradict each other; every fault at once.
    """
    return from_instance(_json(folder / "instance.json"), _matrix(folder / "travel.npy"))


def write_instance(folder: Path, instance: Mapping[str, Any], travel: npt.NDArray[Any]) -> None:
    """Writes an instance; the folder is made if need be.

    Raises:
        InputError: the instance could not be read back.
    """
    from_instance(dict(instance), travel)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "travel.npy", travel)
    write_whole(folder / "instance.json", json.dumps(instance).encode())


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(file, error) from None
    except (ValueError, RecursionError):
        raise FileFault(Fault("this is not JSON in UTF-8", file=file.name)) from None


def _matrix(file: Path) -> npt.NDArray[Any]:
    try:
        matrix = np.load(file, allow_pickle=False)
    except OSError as error:
        raise _unreadable(file, error) from None
    except (ValueError, EOFError):
        raise FileFault(Fault("this is not a matrix that numpy saved", file=file.name)) from None
    if not isinstance(matrix, np.ndarray):
        raise FileFault(Fault("this holds several arrays instead of one", file=file.name))
    return matrix


def _unreadable(file: Path, error: OSError) -> FileFault:
    message = f"cannot be read ({error.strerror or type(error).__name__}); check its path"
    return FileFault(Fault(message, file=file.name))


def write_answer(file: Path, problem: Problem, routes: Solution) -> dict[str, str]:
    """Writes the answer of an instance; returns the unserved visits with the reason, as written."""
    served = {visit for route in routes for visit in route}
    unserved = {
        problem.visit_ids[visit]: NOWHERE if not problem.allowed[visit].any() else LEFT
        for visit in range(problem.visits)
        if visit not in served
    }
    answer = to_answer(problem, routes) | {"cost": cost(problem, routes), "unserved": unserved}
    write_whole(file, json.dumps(answer, indent=1).encode())
    return unserved
