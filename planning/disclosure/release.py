"""What is told today, given everything that was told before. See `planning.disclosure`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from itertools import accumulate
from operator import or_

from planning.coverage import AreaCount
from planning.disclosure.parts import Key, Part, Told, grown, sums, tree
from planning.disclosure.rules import (
    CHOICES,
    CLOSED,
    EVERYTHING,
    FREE,
    LADDER,
    NOBODY,
    NOTHING,
    RESOLVED_AT,
    RESULTS_AT,
    SIDES,
    Figures,
    Limits,
    Values,
    less,
    limits,
    results_allowed,
    small,
)

PUBLIC_K = 10
"""Smallest group on anything a viewer sees."""
PARTNER_K = 5
"""Smallest group of other municipalities that a partner sees."""
LEAST_K = 3
"""No configuration goes below this."""

PARTNER, PUBLIC = 0, 1
"""Who is told: index into `Part.told`."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A `Part` as it is stored."""

    key: Key | None
    name: str
    below: tuple[int, ...]
    """Positions in `Memory.parts`."""
    partner: tuple[Told, ...]
    public: tuple[Told, ...]
    seen: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything told so far in a campaign, to decide what may be told next.

    *Not for readers:* it holds exact counts of hidden municipalities.
    """

    days: tuple[date, ...]
    """Of the releases so far; number n is `days[n - 1]`."""
    parts: tuple[KeptPart, ...]
    """The total first."""


@dataclass(slots=True)
class Decision:
    """One pass over the tree for one audience."""

    k: int
    audience: int
    insiders: bool
    """Whether readers may know one municipality of their own exactly."""
    told: dict[int, Choice] = field(default_factory=dict)
    """By `id` of the part: what is told of it today."""
    _municipal: frozenset[int] = frozenset()
    """By `id`: the total and the sums of municipalities."""
    _limits: dict[int, Limits] = field(default_factory=dict)
    _without: dict[int, list[Group]] = field(default_factory=dict)
    _past: dict[int, Course] = field(default_factory=dict)

    def decide(self, root: Part, ceiling: Decision | None = None) -> None:
        """Tells the total, then each pair below a part that is told, as far as `ceiling` does."""
        counted = ALL_RESULTS if sum(root.figures[at] for at in ALL_RESULTS) else NO_RESULTS
        self._municipal = frozenset(map(id, sums(root)))
        waiting: list[tuple[Part | None, Sequence[Part], Choice]] = [
            (None, (root,), (EVERYTHING, counted))
        ]
        while waiting:
            whole, pair, above = waiting.pop()
            if ceiling:
                above = _both(above, ceiling.told.get(id(pair[0]), (NOTHING, NO_RESULTS)))
            choice = self._choice(whole, pair, above)
            if choice[0]:
                self.told.update((id(part), choice) for part in pair)
                waiting += [(part, part.below, choice) for part in pair if part.below]

    def _choice(self, whole: Part | None, pair: Sequence[Part], above: Choice) -> Choice:
        """The columns and results that leave most to read of parts that are told together."""
        together = reduce(or_, (self._of(part) for part in pair))
        columns = next(
            (
                each
                for each in CHOICES
                if not each & ~above[0]
                and together.allow(each)
                and all(self._holds_inside(part, each) for part in pair)
                and (whole is None or self._leaves_room(whole, above[0], pair, each))
                and all(self._leaves_room(part, each, part.below, NOTHING) for part in pair)
            ),
            NOTHING,
        )
        results = NO_RESULTS
        if columns >> RESOLVED_AT & 1:
            groups = [group for part in pair for group in (self._group(part), *self._rest_of(part))]
            for at in sorted(above[1], key=lambda at: -sum(part.figures[at] for part in pair)):
                side = next(side for side in SIDES if at in side)
                more = results & frozenset(side) | {at}
                if all(results_allowed(*group, more, side, self.k) for group in groups):
                    results |= {at}
        return columns, results

    def _leaves_room(self, whole: Part, above: int, pair: Sequence[Part], columns: int) -> bool:
        """True when the numbers of `whole` do not pin down those of a pair that are not told.

        If nothing is taken back, a number of a part is at least what was told of the same column
        or a later one until then, and at most what is told of it or an earlier one from then on.
        What `whole` has beyond the first sum, and below the second, is none or at least k.
        """
        nothing_before = not any(part.told[self.audience] for part in (whole, *pair))
        if len(pair) < 2 or (nothing_before and columns in (above, NOTHING)):
            return True
        for values, *span in self._told_with(whole, above):
            for at in LADDER:
                number = values[at]
                if number is None:
                    continue
                bounds = [self._bounds(part, columns, at, *span) for part in pair]
                least, most = (sum(each) for each in zip(*bounds, strict=True))
                if small(number - least, self.k) or small(most - number, self.k):
                    return False
        return True

    def _bounds(self, part: Part, columns: int, at: int, first: int, last: int) -> tuple[int, int]:
        """What is known of a part's column `at` at releases `first` to `last`: at least, at most.

        What older releases say is laid out once: it is asked for with every choice of columns.
        """
        if id(part) not in self._past:
            self._past[id(part)] = _course(self._told_with(part, NOTHING))
        past = self._past[id(part)]
        least = past.least[bisect_right(past.firsts, last)][at]
        most = past.most[bisect_left(past.lasts, first)][at]
        if not columns:
            return least, most
        low, high = _reach(told_today(part, (columns, NO_RESULTS)))
        return max(least, low[at]) if last == TODAY else least, min(most, high[at])

    def _told_with(self, part: Part, columns: int) -> list[Span]:
        """What was told of a part, with the first and last release; today's `columns` last."""
        told = [
            (each.values, each.numbers[0], each.numbers[-1]) for each in part.told[self.audience]
        ]
        today = told_today(part, (columns, NO_RESULTS))
        return [*told, (today, TODAY, TODAY)] if columns else told

    def _group(self, part: Part) -> Group:
        return part.figures, [each.values for each in part.told[self.audience]]

    def _of(self, part: Part) -> Limits:
        if id(part) not in self._limits:
            found = limits(*self._group(part), self.k)
            # Of a sum of exactly k it would be known that no area in it has none or all of them:
            # then it would have been split.
            alone = len(part.below) > 1 and part.figures[0] == self.k
            self._limits[id(part)] = CLOSED if alone else found
        return self._limits[id(part)]

    def _holds_inside(self, part: Part, columns: int) -> bool:
        """True when a sum of municipalities tells none of their coordinators of the others.

        It is safe without any one of them, on this day and beside all days before. Unless it is
        split further with the same columns, it also has 2k children: with fewer, none of the
        municipalities could have k, and that would be known of each.
        """
        rest = self._rest_of(part)
        if not rest:
            return True
        if -id(part) not in self._limits:
            self._limits[-id(part)] = reduce(or_, (limits(*each, self.k) for each in rest), FREE)
        if not self._limits[-id(part)].allow(columns):
            return False
        listed = part.figures[0]
        return listed == 0 or listed >= 2 * self.k or self._can_be_split(part, columns)

    def _can_be_split(self, part: Part, columns: int) -> bool:
        return all(
            self._of(each).allow(columns) and self._holds_inside(each, columns)
            for each in part.below
        )

    def _rest_of(self, part: Part) -> list[Group]:
        """Of a sum of municipalities: what is left for a coordinator who takes away the own one."""
        if not self.insiders or id(part) not in self._municipal:
            return []
        if id(part) not in self._without:
            told = part.told[self.audience]
            self._without[id(part)] = [
                (
                    tuple(
                        one - other for one, other in zip(part.figures, own.figures, strict=True)
                    ),
                    list(
                        {
                            less(each.values, own.seen[number - 1])
                            for each in told
                            for number in each.numbers
                        }
                    ),
                )
                for own in part.areas()
            ]
        return self._without[id(part)]


TODAY = 1 << 30
"""Number of the release that is being decided: after all others."""
Span = tuple[Values, int, int]
"""Values told, and the numbers of the first and last release that told them."""
Choice = tuple[int, frozenset[int]]
"""Columns of the ladder as bits, and indices of results."""
Group = tuple[Figures, list[Values]]
"""Figures of a group of children, and what was told of it before."""
ALL_RESULTS, NO_RESULTS = frozenset(RESULTS_AT), frozenset[int]()


@dataclass(frozen=True, slots=True)
class Course:
    """What the releases until now say of a part's columns at any of them."""

    firsts: list[int]
    lasts: list[int]
    """First and last release of each telling, ascending."""
    least: list[list[int]]
    """By how many tellings had begun: at least so many are in a column."""
    most: list[list[int]]
    """By how many tellings were over: at most so many; `_UNTOLD` where nothing says so."""


_UNTOLD = 1 << 40
"""More children than there are."""


def _course(told: Sequence[Span]) -> Course:
    reach = [_reach(values) for values, _, _ in told]
    least, most = [[0] * len(LADDER)], [[_UNTOLD] * len(LADDER)]
    for low, _ in reach:
        least.append(list(map(max, least[-1], low)))
    for _, high in reversed(reach):
        most.append(list(map(min, most[-1], high)))
    return Course([span[1] for span in told], [span[2] for span in told], least, most[::-1])


def _reach(values: Values) -> tuple[list[int], list[int]]:
    """Least and most that one telling says of each column, when it was made.

    A column has at least what is told of it or of a later one, at most what is told of it or of an
    earlier one.
    """
    told = values[: len(LADDER)]
    low = list(accumulate(((number or 0) for number in reversed(told)), max))[::-1]
    high = accumulate((_UNTOLD if number is None else number for number in told), min)
    return low, list(high)


def _both(one: Choice, other: Choice) -> Choice:
    return one[0] & other[0], one[1] & other[1]


def told_today(part: Part, choice: Choice) -> Values:
    """The figures of `part` that `choice` tells."""
    columns, results = choice
    told = results | {at for at in LADDER if columns >> at & 1}
    return tuple([value if at in told else None for at, value in enumerate(part.figures)])


def remember(root: Part, decision: Decision, number: int) -> None:
    """Writes what was decided into the parts."""
    for part in root.walk():
        if id(part) in decision.told:
            told = part.told[decision.audience]
            values = told_today(part, decision.told[id(part)])
            if told and told[-1].values == values:
                told[-1] = Told(values, (*told[-1].numbers, number))
            else:
                told.append(Told(values, (number,)))


def decided(
    counts: Iterable[AreaCount],
    before: Memory | None,
    *,
    sizes: Mapping[str, int],
    partner_k: int,
    public_k: int,
) -> Part:
    """The tree after the next release.

    Raises:
        ValueError: a row is not the sum of the rows below it.
    """
    rows = list(counts)
    number = len(before.days) + 1 if before else 1
    root = grown(_opened(before), rows, sizes, number - 1) if before else tree(rows, sizes)
    partner = Decision(partner_k, PARTNER, insiders=True)
    partner.decide(root)
    public = Decision(public_k, PUBLIC, insiders=False)
    public.decide(root, partner)
    for decision in (partner, public):
        remember(root, decision, number)
    for own in root.areas():
        own.seen.append(own.figures)
    return root


def kept(root: Part, days: tuple[date, ...]) -> Memory:
    """The tree as it is stored."""
    parts = list(root.walk())
    position = {id(part): at for at, part in enumerate(parts)}
    return Memory(
        days,
        tuple(
            KeptPart(
                part.key,
                part.name,
                tuple(position[id(each)] for each in part.below),
                tuple(part.told[PARTNER]),
                tuple(part.told[PUBLIC]),
                tuple(part.seen),
            )
            for part in parts
        ),
    )


def forgotten(memory: Memory) -> Memory:
    """The same tree with nothing told yet."""
    return Memory((), tuple(replace(part, partner=(), public=(), seen=()) for part in memory.parts))


def _opened(memory: Memory) -> Part:
    """The tree that was stored. Parts stand behind their parents, so they are built backwards.

    Of a result that was not counted yet when it was stored nothing was told, and nobody had it.
    """
    parts: dict[int, Part] = {}
    for at, each in _backwards(memory.parts):
        parts[at] = Part(
            each.key,
            each.name,
            [parts[below] for below in each.below],
            (_as_counted_now(each.partner), _as_counted_now(each.public)),
            [figures + NOBODY[len(figures) :] for figures in each.seen],
        )
    return parts[0]


def _as_counted_now(tellings: Iterable[Told]) -> list[Told]:
    """What was told, with None for results that were not counted yet."""
    return [
        replace(each, values=each.values + (None,) * (len(NOBODY) - len(each.values)))
        for each in tellings
    ]


def _backwards(parts: Sequence[KeptPart]) -> Iterator[tuple[int, KeptPart]]:
    return zip(range(len(parts) - 1, -1, -1), reversed(parts), strict=True)
