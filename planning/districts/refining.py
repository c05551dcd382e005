"""A drawing of districts made better: pieces handed over between neighbours, chosen by CP-SAT.

Balanced k-means shares the work out in straight borders and then rounds to whole pieces; what the
rounding spoils is mended here. The work of a district is reckoned as the sum of its pieces', set
right by what the drawing before came out with, so a few rounds are made, each from the best so far.

A piece may go to a district only where it stays joined to it: some neighbour that is fewer steps
away from the district's heart belongs there too (Zoltners and Sinha 1983, Sales territory
alignment). What cannot be joined, such as a village between those of another district, stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, shortest_path

from planning.districts.balance import Labels
from planning.districts.drawing import (
    COMPACTNESS,
    Drawing,
    Ground,
    imbalance,
    spread_metres,
    staffed,
    time_of,
)
from planning.districts.work import Flags, Floats

_STARTS = 2
"""Drawings that are refined."""
_ROUNDS = 6
EFFORT = 0.05
"""CP-SAT's deterministic time for a round."""

EVEN = 1.05
"""Imbalance up to which evenness may be given up for compactness: so little, routing evens out."""
_STEPS = 10_000
"""Of the objective: one is a hundredth of a per cent of imbalance."""
_TORN = 0.05
"""What a piece that is not joined to its district counts, in imbalance."""


def refined(
    ground: Ground, drawings: Sequence[Drawing], *, seed: int = 0, effort: float = EFFORT
) -> Drawing:
    """The first of `drawings`, or what is better and no less even, or even enough.

    Args:
        ground: what the drawings are of.
        drawings: one or more, the best first.
        seed: of the search.
        effort: CP-SAT's deterministic time for a round.
    """
    first = drawings[0]
    if len(first.members) < 2:
        return first
    aim = _Aim(
        gabriel(ground.piece_points),
        spread_metres(ground, first) or 1.0,
        max(imbalance(ground, first), EVEN),
    )
    found = [first]
    for drawing in dict.fromkeys(drawings[:_STARTS]):
        found.append(_refined(ground, drawing, aim, seed, effort))
    able = [each for each in found if imbalance(ground, each) <= aim.limit]
    return min(able, key=lambda each: _score(ground, each, aim))


@dataclass(frozen=True, slots=True)
class _Aim:
    """What makes a drawing of one ground better than another."""

    near: Flags
    """(p, p) neighbouring pieces."""
    reference: float
    """Metres of spread that count as one."""
    limit: float
    """Imbalance that must not be exceeded."""


def _refined(ground: Ground, drawing: Drawing, aim: _Aim, seed: int, effort: float) -> Drawing:
    """`drawing`, or one with a better score.

    What is reckoned holds as long as little changes: a round that makes nothing better is tried
    again with half as many pieces handed over.
    """
    aim = replace(aim, limit=max(aim.limit, imbalance(ground, drawing)))
    best, best_score = drawing, _score(ground, drawing, aim)
    moves = len(ground.pieces) // 2
    for turn in range(_ROUNDS):
        labels = _handed_over(ground, best, aim, moves, seed + turn, effort)
        tried = staffed(ground, labels)
        score = _score(ground, tried, aim)
        if score < best_score and imbalance(ground, tried) <= aim.limit:
            best, best_score = tried, score
        elif moves > 1:
            changed = int((labels != _labels(ground, best)).sum())
            moves = min(moves, changed) // 2 or 1
        else:
            break
    return best


def _score(ground: Ground, drawing: Drawing, aim: _Aim) -> float:
    """Imbalance, spread and what is torn off; the lower the better."""
    spread = spread_metres(ground, drawing) / aim.reference
    torn = torn_pieces(_labels(ground, drawing), aim.near)
    return imbalance(ground, drawing) + COMPACTNESS * spread + _TORN * torn


def _labels(ground: Ground, drawing: Drawing) -> Labels:
    """The district of every piece."""
    of_visit = np.zeros(len(ground.visits), dtype=np.int64)
    for at, members in enumerate(drawing.members):
        of_visit[list(members)] = at
    return of_visit[[int(piece[0]) for piece in ground.pieces]]


def gabriel(points: Floats) -> Flags:
    """(p, p) True for neighbours: no third point lies in the circle between them.

    (Gabriel and Sokal 1969.) It joins all points, holds no long way across others, and points on
    one spot are neighbours.
    """
    square = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    near: Flags = np.array([row <= (row + square).min(axis=1) + 1e-6 for row in square])
    np.fill_diagonal(near, val=False)
    return near


def torn_pieces(labels: Labels, near: Flags) -> int:
    """Pieces that are not joined to the largest part of their district."""
    same = near & (labels[:, None] == labels[None, :])
    _, part = connected_components(csr_array(same), directed=False)
    largest = [np.bincount(part[labels == at]).max() for at in set(labels.tolist())]
    return len(labels) - int(sum(largest))


def _handed_over(
    ground: Ground, drawing: Drawing, aim: _Aim, moves: int, seed: int, effort: float
) -> Labels:
    """The labels with the best score, as far as can be reckoned, with so many pieces moved."""
    labels = _labels(ground, drawing)
    model = cp_model.CpModel()
    owns = _choices(model, labels, aim.near)
    share, away = _shares(ground, drawing, labels), _away(ground, drawing)
    # Rounding may add a step for every piece.
    most = model.new_int_var(0, math.ceil(aim.limit * _STEPS) + len(labels), "")
    for at in range(len(drawing.members)):
        mine = [piece for piece in range(len(labels)) if (piece, at) in owns]
        model.add(sum(owns[piece, at] * int(share[piece, at]) for piece in mine) <= most)
    hearts = [_heart(ground, labels, away, at) for at in range(len(drawing.members))]
    torn = _joined(model, owns, aim.near, hearts)
    stay = [owns[piece, int(at)] for piece, at in enumerate(labels)]
    model.add(sum(stay) >= len(labels) - moves)
    per_metre = COMPACTNESS * _STEPS / aim.reference
    far = sum(variable * round(away[key] * per_metre) for key, variable in owns.items())
    model.minimize(most + far + sum(torn) * round(_TORN * _STEPS))
    for (piece, at), variable in owns.items():
        model.add_hint(variable, labels[piece] == at)
    return _solved(model, owns, labels, seed, effort)


def _solved(
    model: cp_model.CpModel,
    owns: Mapping[tuple[int, int], cp_model.IntVar],
    labels: Labels,
    seed: int,
    effort: float,
) -> Labels:
    """The labels found; `labels` themselves where the effort was too little for any."""
    solver = cp_model.CpSolver()
    # Else it takes Ctrl-C away from whoever runs it, for good.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_deterministic_time = effort
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return labels
    found = labels.copy()
    for (piece, at), variable in owns.items():
        if solver.boolean_value(variable):
            found[piece] = at
    return found


def _choices(
    model: cp_model.CpModel, labels: Labels, near: Flags
) -> dict[tuple[int, int], cp_model.IntVar]:
    """A variable for every piece and district that it is in or lies beside, one of them chosen.

    Beside is within two steps: a whole row of pieces may go over at once.
    """
    step = near | np.eye(len(labels), dtype=np.bool_)
    reach = step @ step
    owns: dict[tuple[int, int], cp_model.IntVar] = {}
    for piece in range(len(labels)):
        beside = sorted(set(labels[reach[piece]].tolist()))
        choice = [model.new_bool_var("") for _ in beside]
        model.add_exactly_one(choice)
        owns |= {(piece, at): variable for at, variable in zip(beside, choice, strict=True)}
    return owns


def _shares(ground: Ground, drawing: Drawing, labels: Labels) -> Floats:
    """(p, k) what a piece adds to a district's work in its team's time, in steps of their mean."""
    time = time_of(ground, drawing)
    loads = np.array(drawing.loads)
    reckoned = np.bincount(labels, weights=ground.piece_work, minlength=len(loads))
    mean = (loads / time).mean()
    per_second: Floats = loads / reckoned / time / mean
    return np.rint(_STEPS * np.outer(ground.piece_work, per_second)).astype(np.float64)


def _away(ground: Ground, drawing: Drawing) -> Floats:
    """(p, k) metres from a piece's visits to the middle of a district, over all visits."""
    middles = np.array([ground.points[list(here)].mean(axis=0) for here in drawing.members])
    metres = np.hypot(*np.moveaxis(ground.points[:, None, :] - middles[None, :, :], 2, 0))
    return np.array([metres[piece].sum(axis=0) for piece in ground.pieces]) / len(ground.points)


def _heart(ground: Ground, labels: Labels, away: Floats, at: int) -> int:
    """The piece of a district that lies nearest to its middle, visit for visit."""
    sizes = np.array([len(piece) for piece in ground.pieces])
    return int(np.where(labels == at, away[:, at] / sizes, np.inf).argmin())


def _joined(
    model: cp_model.CpModel,
    owns: Mapping[tuple[int, int], cp_model.IntVar],
    near: Flags,
    hearts: Sequence[int],
) -> list[cp_model.IntVar]:
    """Hearts stay; every other piece has a neighbour nearer to the heart, or is counted as torn."""
    steps = shortest_path(csr_array(near), unweighted=True, directed=False, indices=hearts)
    torn = []
    for (piece, at), variable in owns.items():
        if piece == hearts[at]:
            model.add(variable == 1)
            continue
        nearer = [
            owns[int(other), at]
            for other in np.flatnonzero(near[piece] & (steps[at] < steps[at, piece]))
            if (int(other), at) in owns
        ]
        torn.append(model.new_bool_var(""))
        model.add_bool_or([variable.negated(), torn[-1], *nearer])
    return torn
