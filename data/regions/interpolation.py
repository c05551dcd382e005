"""Interpolation lines: a way along a row of houses of which only some bear their numbers.

`addr:interpolation` says which numbers stand between: odd, even, all, alphabetic, or every n-th.
They are put on the way at equal steps and marked, for nobody saw a door there. Source: the
OpenStreetMap wiki, Key:addr:interpolation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from planning.travel.sphere import great_circle_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDEST = 1_000
"""A line whose ends are farther apart in number is a slip of the pen, or worse."""
_NARROWEST_M = 1.0
"""Houses do not stand closer than this."""
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщюя")
"""Letters as houses are lettered; й, ъ and ь are not used."""
_HOUSE = re.compile(r"([0-9]{1,7})\s?[-/]?\s?([^\W\d_]?)(?!\w)")

LonLat = tuple[float, float]


def between(first: str, last: str, rule: str) -> list[tuple[str, float]] | None:
    """The numbers between those of two ends, each with its share of the way from `first`.

    None where the ends and the rule do not go together, or the range is beyond belief.
    """
    start, end = _HOUSE.match(first), _HOUSE.match(last)
    if start is None or end is None:
        return None
    if rule == "alphabetic":
        return _letters(start, end)
    step = {"all": 1, "odd": 2, "even": 2}.get(rule) or _step(rule)
    low, high = int(start[1]), int(end[1])
    if not step or abs(high - low) > _WIDEST:
        return None
    return [
        (str(number), (number - low) / (high - low))
        for number in _numbers(low, high, step, rule)
        if min(low, high) < number < max(low, high)
    ]


def _numbers(low: int, high: int, step: int, rule: str) -> range:
    """Every `step`-th from `low`; odd and even ones where the end itself is of the other kind."""
    if rule in ("odd", "even") and low % 2 != (rule == "odd"):
        low += 1 if low < high else -1
    return range(low, high, step if low < high else -step)


def _step(rule: str) -> int:
    return int(rule) if re.fullmatch("[1-9][0-9]?", rule) else 0


def _letters(start: re.Match[str], end: re.Match[str]) -> list[tuple[str, float]] | None:
    """10a, 10b, 10c; a bare 10 stands before 10a."""
    if start[1] != end[1]:
        return None
    for letters in _ALPHABETS:
        low, high = (letters.find(each[2].casefold() or " ") for each in (start, end))
        known = all(not each[2] or each[2].casefold() in letters for each in (start, end))
        if known and low != high:
            step = 1 if low < high else -1
            capital = (start[2] or end[2]).isupper()
            return [
                (start[1] + (letters[at].upper() if capital else letters[at]),
                 (at - low) / (high - low))
                for at in range(low + step, high, step)
            ]  # fmt: skip
    return None


def along(line: Sequence[LonLat], numbers: Sequence[tuple[str, float]]) -> list[LonLat] | None:
    """Where each of `numbers` stands on `line`; None where they would stand too close."""
    xy = np.array(line, dtype=np.float64)
    walked = np.concatenate([[0.0], great_circle_metres(xy[:-1], xy[1:]).cumsum()])
    if walked[-1] < _NARROWEST_M * (len(numbers) + 1):
        return None
    at: NDArray[np.float64] = np.array([share for _, share in numbers]) * walked[-1]
    lon, lat = np.interp(at, walked, xy[:, 0]), np.interp(at, walked, xy[:, 1])
    return list(zip(lon.tolist(), lat.tolist(), strict=True))
