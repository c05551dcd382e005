"""Which road is nearest to a door: squares laid over the map, each knowing the lines that cross it.

From the door's own square one looks outwards, ring by ring, until no square that is left could hold
anything nearer. All on the Mercator map, see `sphere`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.travel.compiled import kernel
from planning.travel.sphere import Floats

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SQUARES = 2.0
"""Squares for every piece of a line: most of them hold one or two."""
_LEAST_M = 1.0
"""Side of a square at least."""


@dataclass(frozen=True, slots=True)
class Squares:
    """p straight pieces of m lines, by the squares that they come near."""

    corner: Floats
    """(2,) x, y of the south-west corner."""
    side: float
    columns: int
    rows: int
    first: Ints
    """(rows * columns + 1,) where each square's pieces begin in `held`."""
    held: NDArray[np.int32]
    """(k,) pieces; one may come more than once."""
    piece: Floats
    """(p, 4) x, y where it begins and x, y where it ends."""
    line: NDArray[np.int32]
    """(p,) which line it is of, ascending."""

    @classmethod
    def of(cls, points: Floats, first: Ints) -> Squares:
        """Lays squares over m lines.

        Args:
            points: (k, 2) x, y of all lines' points, one line after the other.
            first: (m + 1,) where each line's points begin; two at least for every line.
        """
        inner = np.ones(max(len(points) - 1, 0), dtype=np.bool_)
        inner[first[1:-1] - 1] = False
        start = np.flatnonzero(inner)
        piece = np.hstack([points[start], points[start + 1]])
        corner = points.min(axis=0, initial=np.inf)
        span = np.maximum(points.max(axis=0, initial=-np.inf) - corner, 0.0)
        wanted = _SQUARES * max(len(piece), 1)
        side = max(float(np.sqrt(span.prod() / wanted)), float(span.max()) / wanted, _LEAST_M)
        columns, rows = (int(count) + 1 for count in span // side)
        square, held = _near(piece, corner, side, columns)
        order = np.argsort(square, kind="stable")
        return cls(
            corner=corner,
            side=side,
            columns=columns,
            rows=rows,
            first=np.searchsorted(square[order], np.arange(rows * columns + 1)),
            held=held[order].astype(np.int32),
            piece=piece,
            line=(np.searchsorted(first, start, side="right") - 1).astype(np.int32),
        )

    def nearest(self, doors: Floats, *, within: Floats, usable: Flags, second: Flags) -> Ints:
        """(n,) line nearest to each door, -1 if there is none.

        Args:
            doors: (n, 2) x, y.
            within: (n,) how far off it may be.
            usable: (m,) lines that may be chosen.
            second: (m,) of lines equally near, those that come after the others; else the first.
        """
        return _nearest(
            doors, within, self.corner, self.side, self.columns, self.rows, self.first, self.held,
            self.piece, self.line, usable, second,
        )  # fmt: skip


def _near(piece: Floats, corner: Floats, side: float, columns: int) -> tuple[Ints, Ints]:
    """(square, piece) for all squares that a piece comes near; of long ones part by part."""
    begin, step = piece[:, :2] - corner, piece[:, 2:] - piece[:, :2]
    parts = (np.abs(step).max(axis=1, initial=0.0) // side).astype(np.int64) + 1
    owner, part = _counted(parts)
    share = part[:, None] / parts[owner, None], (part[:, None] + 1) / parts[owner, None]
    ends = [begin[owner] + share_ * step[owner] for share_ in share]
    west, south = (np.minimum(*ends) // side).astype(np.int64).T
    east, north = (np.maximum(*ends) // side).astype(np.int64).T
    wide = east - west + 1
    which, place = _counted(wide * (north - south + 1))
    row, column = np.divmod(place, wide[which])
    return (south[which] + row) * columns + west[which] + column, owner[which]


def _counted(count: Ints) -> tuple[Ints, Ints]:
    """(owner, place): 0 to count - 1 for each of the counts, one after the other."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


@kernel
def _nearest(
    doors: Floats,
    within: Floats,
    corner: Floats,
    side: float,
    columns: int,
    rows: int,
    first: Ints,
    held: NDArray[np.int32],
    piece: Floats,
    line: NDArray[np.int32],
    usable: Flags,
    second: Flags,
) -> Ints:
    """Arguments as in `Squares.nearest`, and its fields."""
    found = np.full(len(doors), -1, np.int64)
    for i in range(len(doors)):
        x, y = doors[i]
        column = int(np.floor((x - corner[0]) / side))
        row = int(np.floor((y - corner[1]) / side))
        best = np.inf
        chosen = np.int64(-1)
        for ring in range(int(within[i] / side) + 2):
            # All within this many squares of the door have been looked at.
            if ring and best < ((ring - 1) * side) ** 2:
                break
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if r in (row - ring, row + ring) else 2 * ring
                for c in range(column - ring, column + ring + 1, max(step, 1)):
                    if c < 0 or c >= columns:
                        continue
                    square = r * columns + c
                    for e in range(first[square], first[square + 1]):
                        m = np.int64(line[held[e]])
                        if not usable[m]:
                            continue
                        away = _away(piece[held[e]], x, y)
                        rival = second[chosen], chosen
                        if away < best or (away == best and (second[m], m) < rival):
                            best = away
                            chosen = m
        if best <= within[i] ** 2:
            found[i] = chosen
    return found


@kernel
def _away(piece: Floats, x: float, y: float) -> float:
    """Square of the distance between a piece of a line and a point."""
    along_x, along_y = piece[2] - piece[0], piece[3] - piece[1]
    out_x, out_y = x - piece[0], y - piece[1]
    length = along_x * along_x + along_y * along_y
    share = along_x * out_x + along_y * out_y
    if share >= length and length > 0:
        out_x, out_y = x - piece[2], y - piece[3]
    elif share > 0:
        out_x -= share / length * along_x
        out_y -= share / length * along_y
    return float(out_x * out_x + out_y * out_y)
