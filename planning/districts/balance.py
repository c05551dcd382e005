"""Pieces to districts of given work: compact, and as even as whole pieces allow.

Balanced k-means: with the centres fixed, the cheapest way to share the work out exactly is a
min-cost flow from pieces to centres (squared metres as cost), whose borders are those of a power
diagram and so straight; with the pieces assigned, the centres move to their middles. A flow splits
at most k - 1 pieces; each goes where most of it went. (spopt's regionalisation knows only a floor
for every region, not a balance.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from planning.districts.work import Floats

Labels = NDArray[np.int64]
"""District of every piece, from 0."""

_UNIT = 30.0
"""Work is shared out in steps of so many seconds."""

_COST_STEPS = 1_000_000


def start_centres(points: Floats, work: Floats, count: int, rng: np.random.Generator) -> Floats:
    """(count, 2) centres far from one another: k-means++ (Arthur, Vassilvitskii 2007)."""
    chosen = [int(rng.choice(len(points), p=work / work.sum()))]
    away = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(count - 1):
        pull = away * work
        # All pieces on one spot: any one will do.
        odds = pull / pull.sum() if pull.sum() > 0 else work / work.sum()
        chosen.append(int(rng.choice(len(points), p=odds)))
        away = np.minimum(away, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return points[chosen].copy()


def share_out(points: Floats, work: Floats, centres: Floats, quota: Floats) -> Labels:
    """The district of each piece at `points` (n, 2), so that district j gets `quota[j]` of work.

    `quota` (k,) is in any unit: only its proportions count.
    """
    pieces, count = len(points), len(centres)
    supply = np.maximum(1, np.rint(work / _UNIT)).astype(np.int64)
    demand = _whole(quota / quota.sum() * supply.sum(), int(supply.sum()))
    cost = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    cost = np.rint(cost / max(float(cost.max()), 1e-9) * _COST_STEPS)
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.repeat(np.arange(pieces, dtype=np.int32), count)
    heads = np.tile(np.arange(pieces, pieces + count, dtype=np.int32), pieces)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails, heads, np.repeat(supply, count), cost.ravel().astype(np.int64)
    )
    flow.set_nodes_supplies(
        np.arange(pieces + count, dtype=np.int32), np.concatenate([supply, -demand])
    )
    status = flow.solve()
    assert status == flow.OPTIMAL, f"sharing out work is always possible, but: {status}"
    got = np.asarray(flow.flows(arcs), dtype=np.int64).reshape(pieces, count)
    most: Labels = np.argmax(got, axis=1)
    return most


def _whole(parts: Floats, total: int) -> NDArray[np.int64]:
    """`parts` rounded so that they sum to `total`."""
    edges: NDArray[np.int64] = np.rint(np.concatenate([[0.0], parts.cumsum()])).astype(np.int64)
    edges[-1] = total
    return edges[1:] - edges[:-1]


def settle(
    points: Floats, work: Floats, centres: Floats, quota: Floats, *, rounds: int
) -> tuple[Labels, Floats]:
    """(labels, centres) once pieces and centres agree, or after `rounds`."""
    labels = share_out(points, work, centres, quota)
    for _ in range(rounds):
        centres = middles(points, work, labels, centres)
        again = share_out(points, work, centres, quota)
        if (again == labels).all():
            break
        labels = again
    return labels, centres


def middles(points: Floats, work: Floats, labels: Labels, centres: Floats) -> Floats:
    """(k, 2) centres of work; a district without pieces keeps its centre."""
    total = np.bincount(labels, weights=work, minlength=len(centres))
    moved = np.stack(
        [np.bincount(labels, weights=work * axis, minlength=len(centres)) for axis in points.T],
        axis=1,
    )
    return np.where(total[:, None] > 0, moved / np.maximum(total, 1e-9)[:, None], centres)
