"""Many lines in few characters, for maps that travel to phones over thin connections.

A bundle of lines is a stream of whole numbers: for every line the count of its points, then the
steps from point to point in 0.00001 degree (about one metre), the first one counted from the last
point of the line before. Every number is folded to be positive (zigzag) and written in groups of
five bits, lowest first, with letters that need no escaping in JavaScript. The idea is that of
Google's "encoded polyline algorithm format"; the letters and the counts are ours.
`assets/map.js` holds the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SCALE = 100_000
_BYTES = np.frombuffer(LETTERS.encode(), dtype=np.uint8)
_MORE = 32


def write_numbers(numbers: NDArray[np.int64]) -> str:
    """Whole numbers, shape (n,), as letters."""
    folded = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    groups = 8
    shifted = folded[:, None] >> (5 * np.arange(groups))
    used = np.maximum.accumulate((shifted > 0)[:, ::-1], axis=1)[:, ::-1]
    used[:, 0] = True
    follows = np.zeros_like(used)
    follows[:, :-1] = used[:, 1:]
    digits = (shifted & 31) + _MORE * follows
    return str(_BYTES[digits[used]].tobytes(), "ascii")


def write_lines(points: NDArray[np.float64], counts: NDArray[np.integer]) -> str:
    """Lines as letters.

    Args:
        points: (k, 2) lon, lat of all lines, one after the other.
        counts: (l,) points of each line; their sum is k.
    """
    if not len(counts):
        return ""
    whole = np.round(points * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    firsts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    stream = np.insert(steps.ravel(), 2 * firsts, counts)
    return write_numbers(stream)


def read_lines(text: str) -> list[list[tuple[float, float]]]:
    """The lines that `write_lines` wrote, rounded to 0.00001 degree."""
    numbers = _read_numbers(text)
    lines: list[list[tuple[float, float]]] = []
    at, lon, lat = 0, 0, 0
    while at < len(numbers):
        count, at = numbers[at], at + 1
        line = []
        for _ in range(count):
            lon, lat, at = lon + numbers[at], lat + numbers[at + 1], at + 2
            line.append((lon / SCALE, lat / SCALE))
        lines.append(line)
    return lines


def _read_numbers(text: str) -> list[int]:
    numbers, value, shift = [], 0, 0
    for letter in text:
        digit = LETTERS.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if digit < _MORE:
            numbers.append(-(value + 1) // 2 if value & 1 else value // 2)
            value, shift = 0, 0
    return numbers
