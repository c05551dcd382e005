"""The areas of a table as a tree of pairs: whatever is told of a part is split in two, or not.

Total → municipalities → settlements → districts of a city, and between an area and those in it a
tree of sums, each of two. Small areas meet first (Huffman 1952: the two smallest become one, again
and again), so that what cannot be told alone is told in a sum not much larger, and few large areas
are held back by a small one. The tree is kept for the whole campaign: all tables ever told are sums
over one tree, and never two groupings that cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from planning.coverage import NOWHERE, TOTAL, AreaCount
from planning.disclosure.rules import NOBODY, Figures, Values, adds_up, figures_of

Key = tuple[str, str]
"""Parent's code and own code. A settlement that moves to another municipality is another area."""

ROOT: Key = ("", TOTAL)


@dataclass(frozen=True, slots=True)
class Told:
    """Figures of a part, and the numbers of the releases that told exactly these, ascending."""

    values: Values
    numbers: tuple[int, ...]


@dataclass(slots=True)
class Part:
    """An area, or several areas of one parent whose sum may be told."""

    key: Key | None
    """None for a sum."""
    name: str = ""
    below: list[Part] = field(default_factory=list)
    """None, one or two parts that add up to this one."""
    told: tuple[list[Told], list[Told]] = field(default_factory=lambda: ([], []))
    """To partners, and out of that to the public; oldest first."""
    seen: list[Figures] = field(default_factory=list)
    """Of a municipality: its figures at each release, known to its coordinator. Exact."""
    figures: Figures = NOBODY
    """Today's. Exact."""

    def walk(self) -> Iterator[Part]:
        """This part and all below it, parents first."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.below)

    def areas(self) -> Iterator[Part]:
        """The areas directly in this one: down to the first that is no sum."""
        for part in self.below:
            if part.key:
                yield part
            else:
                yield from part.areas()


def tree(rows: Sequence[AreaCount], sizes: Mapping[str, int]) -> Part:
    """The rows under one total; parents that are not in the table are made up.

    Args:
        rows: of all levels.
        sizes: inhabitants by area's code, as everybody may know them; 1 where not known. Who knows
            how the tree is made learns nothing by it, because no count of children went into it.

    Raises:
        ValueError: two rows of one code, or a row that is not the sum of those below it.
    """
    return grown(Part(ROOT), rows, sizes, 0)


def grown(root: Part, rows: Sequence[AreaCount], sizes: Mapping[str, int], releases: int) -> Part:
    """`root` with today's figures, and with the areas that were not there at earlier releases.

    Raises:
        ValueError: as for `tree`.
    """
    rows = [*rows, *_rests(root, rows)]
    _grow(root, _checked(rows), sizes, releases)
    _count(root, rows)
    return root


def _rests(root: Part, rows: Sequence[AreaCount]) -> Iterator[AreaCount]:
    """Everybody of an area that was parted once, where today's map parts it no more."""
    parents = {row.parent_code for row in rows}
    parted = {part.key for part in root.walk() if part.key and part.below}
    for row in rows:
        if (row.parent_code, row.area_code) in parted and row.area_code not in parents:
            yield replace(
                row, area_code=f"{row.area_code}/{NOWHERE}", name="", parent_code=row.area_code
            )


def _checked(rows: Sequence[AreaCount]) -> dict[str, list[AreaCount]]:
    """The rows by their parent's code."""
    by_code = {row.area_code: row for row in rows}
    if len(by_code) != len(rows):
        raise ValueError("two rows have the same area code")
    below: dict[str, list[AreaCount]] = {}
    for row in rows:
        if row.area_code != TOTAL:
            below.setdefault(row.parent_code or TOTAL, []).append(row)
    for code in below.keys() - by_code.keys() - {TOTAL}:
        figures = _sum([figures_of(row) for row in below[code]])
        made_up = AreaCount(code, "", TOTAL, *figures[:5], results=figures[5:])
        below.setdefault(TOTAL, []).append(made_up)
        by_code[code] = made_up
    for row in rows:
        if row.results and not adds_up(figures_of(row)):
            raise ValueError(f"row {row.area_code} has results that are not those of its visits")
    for code, inside in below.items():
        if code in by_code and figures_of(by_code[code]) != _sum([figures_of(r) for r in inside]):
            raise ValueError(f"row {code} is not the sum of the rows below it")
    return below


def _grow(
    root: Part,
    below: Mapping[str, Sequence[AreaCount]],
    sizes: Mapping[str, int],
    releases: int,
) -> None:
    """Puts in every area that is not there yet, from the top down."""
    waiting = [root]
    while waiting:
        area = waiting.pop()
        assert area.key
        code = area.key[1]
        there = {part.key: part for part in area.areas()}
        seen = [NOBODY] * releases if area is root else []
        new = [
            Part((code, row.area_code), row.name, seen=list(seen))
            for row in sorted(below.get(code, ()), key=lambda each: each.area_code)
            if (code, row.area_code) not in there
        ]
        if there:
            for part in new:
                _put_beside(area, part, sizes)
        else:
            area.below = _paired([(_size(part, sizes), part) for part in new])
        waiting += area.areas()


def _size(part: Part, sizes: Mapping[str, int]) -> int:
    return max(1, sizes.get(part.key[1], 1)) if part.key else 0


def _paired(areas: Sequence[tuple[int, Part]]) -> list[Part]:
    """The areas as one or two parts: the two smallest are joined until two are left."""
    heap = [(listed, number, part) for number, (listed, part) in enumerate(areas)]
    heapify(heap)
    number = len(heap)
    while len(heap) > 2:
        one, _, first = heappop(heap)
        other, _, second = heappop(heap)
        heappush(heap, (one + other, number, Part(None, below=[first, second])))
        number += 1
    return [part for _, _, part in sorted(heap, key=lambda each: each[:2])]


def _put_beside(area: Part, new: Part, sizes: Mapping[str, int]) -> None:
    """A new area, which had nobody at the releases so far, joins the smallest one there.

    Their sum is what the older one was until now, so it takes over what was told of it.
    """
    parent, at = min(
        (
            (part, at)
            for part in sums(area)
            for at, each in enumerate(part.below)
            if each.key is not None
        ),
        key=lambda place: _size(place[0].below[place[1]], sizes),
    )
    old = parent.below[at]
    parent.below[at] = Part(None, below=[old, new], told=(list(old.told[0]), list(old.told[1])))


def sums(area: Part) -> Iterator[Part]:
    """The area itself and the sums directly in it."""
    yield area
    for part in area.below:
        if part.key is None:
            yield from sums(part)


def _count(root: Part, rows: Sequence[AreaCount]) -> None:
    """Today's figures for every part."""
    given = {(row.parent_code or TOTAL, row.area_code): row for row in rows}
    for part in reversed(list(root.walk())):
        row = given.get(part.key) if part.key else None
        part.name = row.name if row else part.name
        inside = [each.figures for each in part.below]
        part.figures = _sum(inside) if inside else figures_of(row) if row else NOBODY
    total = next((row for row in rows if row.area_code == TOTAL), None)
    if total and not root.below:
        root.figures = figures_of(total)


def _sum(figures: Sequence[Figures]) -> Figures:
    return tuple(map(sum, zip(*figures, strict=True))) if figures else NOBODY
