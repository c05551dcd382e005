"""Parts of a problem that are searched by themselves: components for good, cuts for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planning.routing.problem import Ints, Problem, Solution

Floats = npt.NDArray[np.float64]

Part = tuple[tuple[int, ...], tuple[int, ...]]
"""Visits and shifts of a problem that are searched together."""


def whole(problem: Problem) -> Part:
    """All of it."""
    return tuple(range(problem.visits)), tuple(range(problem.shifts))


def components(problem: Problem) -> list[Part]:
    """Visits and shifts that hang together; the largest first.

    What ties them: a shift that may serve a visit, pairs, second crews, attempts apart, and teams
    whose work should be even. Searching each component by itself loses nothing. Shifts that no
    visit may use are in none, unless other teams' share of the work depends on their hours.
    """
    visits = problem.visits
    visit, shift = np.nonzero(problem.allowed)
    ties = [np.column_stack([visit, shift + visits]), _two_columns(bonds(problem))]
    if problem.fair:
        _, first, group = np.unique(problem.group, return_index=True, return_inverse=True)
        ties.append(np.column_stack([first[group], np.arange(problem.shifts)]) + visits)
    label = _labels(np.concatenate(ties), visits + problem.shifts)
    parts = [
        (
            tuple(np.flatnonzero(label[:visits] == one).tolist()),
            tuple(np.flatnonzero(label[visits:] == one).tolist()),
        )
        for one in np.unique(label[:visits])
    ]
    return sorted(parts, key=lambda part: (-len(part[0]), part))


def bonds(problem: Problem) -> list[tuple[int, int]]:
    """Visits that a rule binds to each other, two by two."""
    apart = ((first, second) for first, second, _ in problem.apart)
    return [*problem.pairs, *problem.together, *apart]


def _two_columns(ties: Sequence[tuple[int, int]]) -> Ints:
    return np.array(ties, dtype=np.int64).reshape(-1, 2)


def _labels(ties: Ints, size: int) -> Ints:
    """(size,) the same number for all that hangs together through `ties`, (n, 2)."""
    rows, columns = ties.T
    links = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    _, label = connected_components(links, directed=False)
    numbered: Ints = label.astype(np.int64)
    return numbered


def cut(
    problem: Problem, routes: Solution, pieces: int, random: np.random.Generator
) -> Iterator[Part]:
    """Cuts the shifts into `pieces` by how far their routes lie from a visit drawn at random.

    Routes with visits that are bound to each other stay together. Each visit goes with its shift,
    an absent one (and what it is bound to) to the piece whose routes that may serve it come
    nearest. Shifts without visits are dealt out by turns. Pieces without visits are left out.
    """
    matrix = problem.travel[0]
    pivot = int(random.integers(problem.visits))
    far = np.array([float(np.median(matrix[pivot, list(r)])) if r else np.nan for r in routes])
    shift_of = np.full(problem.visits, -1, dtype=np.int64)
    for shift, route in enumerate(routes):
        shift_of[list(route)] = shift
    bound = [(int(shift_of[a]), int(shift_of[b])) for a, b in bonds(problem)]
    label = _labels(_two_columns([two for two in bound if min(two) >= 0]), problem.shifts)
    piece = _pieces(far, label, pieces)
    home = _homes(problem, shift_of, piece)
    for one in range(pieces):
        visits, shifts = np.flatnonzero(home == one), np.flatnonzero(piece == one)
        if len(visits) and len(shifts):
            yield tuple(visits.tolist()), tuple(shifts.tolist())


def _pieces(far: Floats, label: Ints, pieces: int) -> Ints:
    """(S,) the piece of every shift: by distance (NaN for an idle one), one label together."""
    idle = np.flatnonzero(np.isnan(far))
    busy = np.flatnonzero(~np.isnan(far))
    nearest = np.full(int(label.max(initial=-1)) + 1, np.inf)
    np.minimum.at(nearest, label[busy], far[busy])
    order = busy[np.lexsort((busy, label[busy], nearest[label[busy]]))]
    piece = np.empty(len(far), dtype=np.int64)
    piece[idle] = np.arange(len(idle)) % pieces
    piece[order] = np.arange(len(order)) * pieces // max(1, len(order))
    together = np.zeros(len(nearest), dtype=np.int64)
    np.maximum.at(together, label[busy], piece[busy])
    piece[busy] = together[label[busy]]
    return piece


def _homes(problem: Problem, shift_of: Ints, piece: Ints) -> Ints:
    """(V,) the piece of every visit."""
    served = np.flatnonzero(shift_of >= 0)
    home = np.full(problem.visits, -1, dtype=np.int64)
    home[served] = piece[shift_of[served]]
    absent = np.flatnonzero(shift_of < 0).tolist()
    for visit in absent:
        able = served[problem.allowed[visit, shift_of[served]]]
        if len(able):
            home[visit] = home[able[np.argmin(problem.travel[0][visit, able])]]
        else:
            home[visit] = piece[np.argmax(problem.allowed[visit])]
    label = _labels(_two_columns(bonds(problem)), problem.visits)
    # What is bound goes where the first of it is served, else where the first of it went.
    ranked = np.lexsort((np.arange(problem.visits), shift_of < 0, label))
    _, lead = np.unique(label[ranked], return_index=True)
    leader = ranked[lead][label]
    home[absent] = home[leader[absent]]
    return home
