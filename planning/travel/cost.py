"""What a way costs, as one whole number: milliseconds × 2^30 + centimetres.

Sums and comparisons of such numbers are exact, and give the fastest way, the shortest of equally
fast ones, and both its time and its length at once. There is room for 298 hours and 10,737 km; what
takes longer counts as no way, and as costs are compared with `NO_WAY` before they are kept, nothing
overflows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planning.travel.sphere import Floats

Ints = NDArray[np.int64]

BITS = 30
"""Bits for the length."""
NO_WAY = 1 << 2 * BITS
"""More than any way; twice as much still fits into 64 bits."""

_MILLI = 1_000
_CENTI = 100
_MOST = float(1 << BITS)


def costs(seconds: Floats, metres: Floats) -> Ints:
    """Costs of ways that take `seconds` (NaN, inf or too long = `NO_WAY`) and are `metres` long."""
    time = np.where(np.isnan(seconds), np.inf, seconds) * _MILLI
    closed = time >= _MOST
    whole = np.rint(np.where(closed, 0.0, time)).astype(np.int64) << BITS
    return np.where(closed, NO_WAY, whole + np.rint(metres * _CENTI).astype(np.int64))


def part(cost: Ints, share: Floats) -> Ints:
    """The part of `cost` that `share` (0 to 1) of the way takes.

    Two parts of one way are subtracted from each other, never rounded on their own: so pieces add
    up to the whole wherever it is cut.
    """
    closed = cost >= NO_WAY
    known = np.where(closed, 0, cost)
    time = np.rint((known >> BITS) * share).astype(np.int64)
    length = np.rint((known & (1 << BITS) - 1) * share).astype(np.int64)
    return np.where(closed, NO_WAY, (time << BITS) + length)


def seconds_of(cost: Ints, out: NDArray[np.float32]) -> None:
    """Writes the seconds of costs to `out`, NaN for `NO_WAY`."""
    np.divide(cost >> BITS, _MILLI, out=out, casting="unsafe")
    out[cost >= NO_WAY] = np.nan


def metres_of(cost: Ints, out: NDArray[np.float32]) -> None:
    """Writes the metres of costs to `out`, NaN for `NO_WAY`."""
    np.divide(cost & (1 << BITS) - 1, _CENTI, out=out, casting="unsafe")
    out[cost >= NO_WAY] = np.nan
