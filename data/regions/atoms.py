"""Atoms, the straight lines between two neighbouring nodes of a way, and what of them connects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planning.travel.sphere import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Atoms:
    """m straight pieces of road among n nodes.

    A *state* is an atom with a direction: 2a is atom a as drawn, 2a + 1 against it, s ^ 1 is s
    turned round.
    """

    start: Ints
    """(m,) node."""
    end: Ints
    """(m,) node."""
    way: Ints
    """(m,) id of the way in the file."""
    row: Ints
    """(m,) which of the ways that were read."""
    kind: NDArray[np.uint8]
    """(m,) index into `ROAD_KINDS`."""
    forward_kmh: Floats
    """(m,) 0 = not allowed."""
    backward_kmh: Floats
    """(m,)"""
    metres: Floats
    """(m,)"""
    nodes: Floats
    """(n, 2) lon, lat."""
    refs: Ints
    """(≤ n,) ids of the first nodes in the file, ascending; the others are sides of barriers."""

    def only(self, chosen: NDArray[np.bool_]) -> Atoms:
        """The chosen atoms; nodes keep their numbers."""
        return replace(
            self,
            start=self.start[chosen],
            end=self.end[chosen],
            way=self.way[chosen],
            row=self.row[chosen],
            kind=self.kind[chosen],
            forward_kmh=self.forward_kmh[chosen],
            backward_kmh=self.backward_kmh[chosen],
            metres=self.metres[chosen],
        )

    @property
    def leaves(self) -> Ints:
        """(2m,) node where each state begins."""
        return np.column_stack([self.start, self.end]).ravel()

    @property
    def reaches(self) -> Ints:
        """(2m,) node where each state ends."""
        return np.column_stack([self.end, self.start]).ravel()

    @property
    def kmh(self) -> Floats:
        """(2m,) speed of each state, 0 = not allowed."""
        return np.column_stack([self.forward_kmh, self.backward_kmh]).ravel()


@dataclass(frozen=True, slots=True)
class Parts:
    """Which atoms a round trip joins."""

    kept: NDArray[np.bool_]
    """(m,) in the strongly connected part with the most metres of road."""
    island: Ints
    """(m,) -1 = some road leads to that part, or from it; else which group of roads it is."""


def parts(atoms: Atoms) -> Parts:
    """Divides `atoms`, of which there is at least one."""
    allowed = atoms.kmh > 0
    tail, head = atoms.leaves[allowed], atoms.reaches[allowed]
    size = len(atoms.nodes)
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size)).tocsr()
    _, part = connected_components(links, connection="strong")
    inside = part[atoms.start] == part[atoms.end]
    longest = np.bincount(part[atoms.start][inside], weights=atoms.metres[inside], minlength=1)
    kept = inside & (part[atoms.start] == longest.argmax())
    _, group = connected_components(links, directed=False)
    group = group[atoms.start].astype(np.int64)
    return Parts(kept, np.where(np.isin(group, group[kept][:1]), -1, group))
