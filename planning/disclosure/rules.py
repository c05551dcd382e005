"""Which figures of one group of children may stand beside each other, and beside older ones.

`Figures` are the counts of a row: the ladder of `COLUMNS`, then `RESULTS`. Choices of
columns are bit sets: bit c is column c of the ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planning.coverage import COLUMNS, RESOLVING, RESULTS, AreaCount

Figures = tuple[int, ...]
"""Five counts of the ladder and one for every result."""
Values = tuple[int | None, ...]
"""The same, as far as told."""

LADDER = range(len(COLUMNS))
VISITED, RESOLVED_AT = COLUMNS.index("visited"), COLUMNS.index("resolved")
RESULTS_AT = range(len(COLUMNS), len(COLUMNS) + len(RESULTS))
SIDES = (
    tuple(at for at, result in zip(RESULTS_AT, RESULTS, strict=True) if result in RESOLVING),
    tuple(at for at, result in zip(RESULTS_AT, RESULTS, strict=True) if result not in RESOLVING),
)
"""Indices of the results that resolve a case, and of those that leave it open."""

WEIGHTS = (2, 1, 2, 12, 4)
"""What a told figure of each column is worth to a reader, in the order of `COLUMNS`: how many were
visited is what the table is for."""

NOTHING, EVERYTHING = 0, (1 << len(COLUMNS)) - 1
NOBODY: Figures = (0,) * (len(COLUMNS) + len(RESULTS))


def _worth(columns: int) -> int:
    return sum(weight for at, weight in enumerate(WEIGHTS) if columns >> at & 1)


CHOICES = sorted(
    (
        columns
        for columns in range(1, EVERYTHING + 1)
        if columns >> VISITED & 1 or not columns >> RESOLVED_AT & 1
    ),
    key=lambda columns: (-_worth(columns), columns),
)
"""Every choice of columns, what is worth most first. `resolved` stands only beside `visited`."""


def figures_of(row: AreaCount) -> Figures:
    """The counts of a row in one tuple."""
    return (*row.ladder, *(row.results or NOBODY[len(LADDER) :]))


def adds_up(figures: Figures) -> bool:
    """True when the results are those of the resolved and of the other visited."""
    resolved, still_open = (sum(figures[at] for at in side) for side in SIDES)
    return (figures[RESOLVED_AT], figures[VISITED]) == (resolved, resolved + still_open)


def less(whole: Sequence[int | None], part: Sequence[int]) -> Values:
    """`whole` without `part`, where it is told."""
    return tuple(
        None if one is None else one - other for one, other in zip(whole, part, strict=True)
    )


def small(number: int, k: int) -> bool:
    """True for a group, or a change, of 1 to k - 1 children."""
    return 0 < abs(number) < k


def mixed(whole: int, part: int, k: int) -> bool:
    """True when `part` tells of no child in `whole` for sure whether it is one of them."""
    return whole == 0 or (part >= k and whole - part >= k)


@dataclass(frozen=True, slots=True)
class Limits:
    """Which columns of the ladder may not be told."""

    never: int
    """These columns."""
    apart: tuple[int, ...]
    """By column: those that it may not stand beside."""
    together: tuple[int, ...]
    """By column: those of which an old figure is so near that it needs a new one beside it."""

    def allow(self, columns: int) -> bool:
        """True when these columns may be told together."""
        return not columns & self.never and not any(
            columns & self.apart[at] or ~columns & self.together[at]
            for at in LADDER
            if columns >> at & 1
        )

    def __or__(self, other: Limits) -> Limits:
        return Limits(
            self.never | other.never,
            tuple(one | two for one, two in zip(self.apart, other.apart, strict=True)),
            tuple(one | two for one, two in zip(self.together, other.together, strict=True)),
        )


FREE = Limits(NOTHING, (NOTHING,) * len(COLUMNS), (NOTHING,) * len(COLUMNS))
CLOSED = Limits(EVERYTHING, FREE.apart, FREE.together)


def limits(now: Figures, past: Sequence[Values], k: int) -> Limits:
    """What a group of children with these figures, and these told before, may not show."""
    if small(now[0], k):
        return CLOSED
    told: list[set[int]] = [
        {value for values in past if (value := values[at]) is not None} for at in LADDER
    ]
    never, apart, together = NOTHING, [NOTHING] * len(COLUMNS), [NOTHING] * len(COLUMNS)
    if not mixed(now[VISITED], now[RESOLVED_AT], k):
        never |= 1 << RESOLVED_AT
    for one in LADDER:
        if small(now[one], k):
            never |= 1 << one
        for other in LADDER:
            if small(now[one] - now[other], k):
                apart[one] |= 1 << other
            if any(0 < abs(now[one] - old) < k for old in told[other]):
                if one == other:
                    never |= 1 << one
                else:
                    together[one] |= 1 << other
    return Limits(never, tuple(apart), tuple(together))


def results_allowed(
    now: Figures, past: Iterable[Values], chosen: frozenset[int], side: Sequence[int], k: int
) -> bool:
    """True when the results `chosen` of one side may be told beside visited and resolved.

    What is left of the side is told by subtraction, so it obeys the same rules; and so does every
    sum of results that can be worked out both from today's figures and from older ones.
    """
    if not chosen:
        return True
    total = _sum(now, side)
    if any(now[at] and not mixed(total, now[at], k) for at in chosen):
        return False
    if small(total - _sum(now, chosen), k):
        return False
    return not any(
        small(_sum(now, known) - _known(values, side, known), k)
        for values in past
        for known in _known_twice(chosen, _told(values, side), frozenset(side))
    )


def _known_twice(
    chosen: frozenset[int], before: frozenset[int], side: frozenset[int]
) -> list[frozenset[int]]:
    """The smallest sums of results known from two days: of each, what is told of the side."""
    if not before:
        return []
    left, left_before = side - chosen, side - before
    rests = [left | left_before] if left & left_before else [left, left_before]
    single = (frozenset({at}) for at in chosen & before)
    return [each for each in (*single, *rests) if each and each != side]


def _told(values: Values, side: Sequence[int]) -> frozenset[int]:
    return frozenset(at for at in side if values[at] is not None)


def _known(values: Values, side: Sequence[int], known: Iterable[int]) -> int:
    """The sum of these results: told, or what the others told leave of the side."""
    told = _told(values, side)
    if set(known) <= told:
        return _sum(values, known)
    visited, resolved = values[VISITED] or 0, values[RESOLVED_AT] or 0
    total = resolved if tuple(side) == SIDES[0] else visited - resolved
    return total - _sum(values, set(side) - set(known))


def _sum(values: Sequence[int | None], some: Iterable[int]) -> int:
    """The figures told of these results."""
    return sum(values[at] or 0 for at in some)
