"""From atoms to a road graph: road pieces from junction to junction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.regions.atoms import Atoms, Ints
from planning.model import Mode
from planning.travel.graph import RoadGraph
from planning.travel.sphere import Floats, to_mercator

if TYPE_CHECKING:
    from numpy.typing import NDArray


def joined(atoms: Atoms, *, forbidden: Ints, mode: Mode) -> RoadGraph:
    """Chains of like atoms as the segments of a graph.

    Args:
        atoms: what is in the graph; at least one.
        forbidden: (k, 2) of states that must not follow each other. The nodes where they meet
            stay junctions, and no segment that takes part is a loop: of a loop nobody could say
            at which end it is left.
        mode: how the team moves.
    """
    held = np.zeros(len(atoms.nodes), dtype=bool)
    held[atoms.reaches[forbidden[:, 0]]] = True
    state, first = _chains(atoms, _next_states(atoms, held))
    leaves, reaches, kmh = atoms.leaves[state], atoms.reaches[state], atoms.kmh
    first = _loops_cut(first, leaves, reaches, held)
    last = np.append(first[1:], len(state)) - 1
    metres = np.add.reduceat(atoms.metres[state >> 1], first)
    junctions, number = _numbered(atoms.nodes, np.concatenate([leaves[first], reaches[last]]))
    # A chain of l atoms has l + 1 points: where it begins, and where each of its atoms ends.
    shape_node = np.insert(reaches, first, leaves[first])
    return RoadGraph(
        nodes=atoms.nodes[junctions],
        tail=number[leaves[first]],
        head=number[reaches[last]],
        forward_seconds=_seconds(metres, kmh[state[first]]),
        backward_seconds=_seconds(metres, kmh[state[first] ^ 1]),
        metres=metres.astype(np.float32),
        kind=atoms.kind[state[first] >> 1],
        shape_first=np.append(first, len(state)) + np.arange(len(first) + 1),
        shape=atoms.nodes[shape_node],
        mode=mode,
        forbidden_turns=_turns(atoms, forbidden, state, first, number),
    )


def _next_states(atoms: Atoms, held: NDArray[np.bool_]) -> Ints:
    """(2m,) which state follows another; -1 = none.

    A state goes on where its end node joins exactly two atoms that are alike: of one kind and with
    the same speeds both ways, so that time stays proportional to length along the whole piece.
    Nodes that are `held` end it in any case.
    """
    leaves, kmh = atoms.leaves, atoms.kmh
    order = np.argsort(leaves, kind="stable")
    degree = np.bincount(leaves, minlength=len(atoms.nodes))
    first = (np.cumsum(degree) - degree)[(degree == 2) & ~held]
    one, other = order[first], order[first + 1]
    alike = (
        (one // 2 != other // 2)
        & (atoms.kind[one // 2] == atoms.kind[other // 2])
        & (kmh[one ^ 1] == kmh[other])
        & (kmh[other ^ 1] == kmh[one])
    )
    one, other = one[alike], other[alike]
    follows = np.full(len(leaves), -1, dtype=np.int64)
    follows[one ^ 1] = other
    follows[other ^ 1] = one
    return follows


def _chains(atoms: Atoms, follows: Ints) -> tuple[Ints, Ints]:
    """(states of all chains one after the other, where each chain begins).

    Chains stand in the order in which the file first has one of their ends; rings without any
    junction come last and begin at their first atom.
    """
    count = len(atoms.start)
    begins = np.ones(2 * count, dtype=bool)
    begins[follows[follows >= 0]] = False
    after: list[int] = follows.tolist()
    used = bytearray(count)
    states: list[int] = []
    first: list[int] = []
    for begin in [*np.flatnonzero(begins).tolist(), *range(0, 2 * count, 2)]:
        if used[begin >> 1]:
            continue
        first.append(len(states))
        state = begin
        while state >= 0 and not used[state >> 1]:
            used[state >> 1] = 1
            states.append(state)
            state = after[state]
    return np.array(states, dtype=np.int64), np.array(first, dtype=np.int64)


def _loops_cut(first: Ints, leaves: Ints, reaches: Ints, held: NDArray[np.bool_]) -> Ints:
    """Where chains begin when each loop at a held node is cut after its first atom."""
    last = np.append(first[1:], len(leaves)) - 1
    loop = (leaves[first] == reaches[last]) & held[leaves[first]] & (last > first)
    return np.sort(np.concatenate([first, first[loop] + 1]))


def _turns(
    atoms: Atoms, forbidden: Ints, state: Ints, first: Ints, number: NDArray[np.int32]
) -> NDArray[np.int32]:
    """(k, 3) segment in, via node, segment out; sorted."""
    segment = np.empty(len(atoms.start), dtype=np.int32)
    segment[state >> 1] = np.repeat(
        np.arange(len(first), dtype=np.int32), np.diff(first, append=len(state))
    )
    into, out = segment[forbidden.T >> 1]
    via = number[atoms.reaches[forbidden[:, 0]]]
    turns = np.column_stack([into, via, out]).astype(np.int32)
    return np.unique(turns, axis=0).reshape(-1, 3)


def _numbered(nodes: Floats, used: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """(used nodes in their new order, (n,) new number of each node, -1 = unused).

    Neighbours on the ground are near each other in memory.
    """
    kept = np.unique(used)
    kept = kept[np.argsort(_z_order(nodes[kept]), kind="stable")]
    number = np.full(len(nodes), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    return kept, number


def _z_order(lonlat: Floats) -> Ints:
    """Place on the curve that visits the quarters of a square, and theirs, one after the other."""
    xy = to_mercator(lonlat)
    low, span = xy.min(axis=0), max(float(np.ptp(xy, axis=0).max()), 1.0)
    cells = ((xy - low) / span * 65_535).astype(np.int64)
    key = np.zeros(len(cells), dtype=np.int64)
    for bit in range(16):
        key |= ((cells[:, 0] >> bit & 1) << 2 * bit) | ((cells[:, 1] >> bit & 1) << 2 * bit + 1)
    return key


def _seconds(metres: Floats, kmh: Floats) -> NDArray[np.float32]:
    with np.errstate(divide="ignore", invalid="ignore"):
        seconds = np.where(kmh > 0, metres * 3.6 / kmh, np.inf)
    return seconds.astype(np.float32)
