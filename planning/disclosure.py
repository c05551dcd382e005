"""What may be shown of small counts, so that no child can be told from a table.

A row of `planning.coverage` is a ladder: listed ⊇ located ⊇ planned ⊇ visited ⊇ resolved. What a
reader learns from a row are the groups between the columns shown: listed but not visited, visited
but not resolved, and so on. The rules, with k the smallest group that may be seen:

1. **Groups.** In a row that is shown, at least k children are listed, and every group between two
   columns shown, and the last one, is 0 or at least k. So no difference of two columns is small.
2. **Zeros.** A group of 0 is shown where it tells what the office did: nobody left to visit. It is
   not shown where it would tell something about every child of an area: `resolved` stands only
   beside `visited`, and only where both the resolved and the unresolved are at least k (or nobody
   was visited yet). An area without any child listed is hidden like a small one wherever
   something beside it is hidden: what is hidden may then be nothing at all.
3. **One choice of columns** for all areas under one parent, out of those the parent shows. A row
   shows all of them or none.
4. **The rest.** Parent minus rows shown is the sum of the rows hidden. It obeys rule 1 and 2 as if
   it were a row, and at least two areas with children are in it; until it does, the smallest
   area shown is hidden too. Where rows exist only for areas with children, each hidden row is
   known to have one, so k more than these must be in the rest; where even hiding all is not
   enough, such rows are left out.
5. **Top down.** The total is decided first, then municipalities, then settlements. Under a hidden
   area everything is hidden. A level never depends on those below it, so that the table of
   municipalities and the table of settlements, shown apart, fit together.
6. The total counts as shown even where it is not: somebody may publish it.

Then whoever subtracts whatever from whatever can narrow down no small group to fewer than k
possible values: every hidden figure can trade places with its neighbours. A test attacks random
tables by linear programming to see that it holds.

Among the choices of columns the one with most to read wins (`WEIGHTS`), `listed` always included.

What this does not do: compare tables of different days. k counts children, not families: one
family may reach 3, which is why partners get 5 and the public 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise

from planning.coverage import COLUMNS, TOTAL, AreaCount, DayCount

PUBLIC_K = 10
"""Smallest group on anything a viewer sees."""
PARTNER_K = 5
"""Smallest group of other municipalities that a partner sees."""
LEAST_K = 3
"""No configuration goes below this."""

WEIGHTS = (2, 1, 2, 12, 4)
"""What a shown cell of each column is worth to a reader, in the order of `COLUMNS`: how many were
visited is what the table is for, so a few areas with it are worth more than all without."""

_VISITED, _RESOLVED = COLUMNS.index("visited"), COLUMNS.index("resolved")

Columns = tuple[int, ...]
"""Indices into `COLUMNS`, ascending; empty is a hidden row."""
Ladder = tuple[int, ...]
"""The five counts of a row."""


@dataclass(frozen=True, slots=True)
class ShownCount:
    """Children of one area, as far as they may be shown. None is suppressed, not zero."""

    area_code: str
    name: str
    parent_code: str
    listed: int | None
    located: int | None
    planned: int | None
    visited: int | None
    resolved: int | None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """Children up to and including a day, as far as they may be shown."""

    day: date
    planned: int | None
    visited: int | None
    resolved: int | None


def protect(counts: Iterable[AreaCount], *, k: int, exact: str = "") -> tuple[ShownCount, ...]:
    """`counts` with everything suppressed that would show a group of 1 to k - 1 children.

    Args:
        counts: rows of one or several levels of `planning.coverage.coverage`; a row stands below
            the row of its `parent_code`, or below one that is made up where the table has none.
        k: smallest group that may be seen.
        exact: a municipality whose cases the reader sees anyway (a coordinator's own). It is
            shown as it is, and the others are protected from somebody who can subtract it.

    Returns:
        The rows in the same order; rows may be missing where their being there would tell.

    Raises:
        ValueError: k is under 3, or a row is not the sum of the rows below it.
    """
    if k < LEAST_K:
        raise ValueError(f"groups under {LEAST_K} are never shown, not even with k={k}")
    rows = list(counts)
    total = _tree(rows)
    own = [node for node in total.below if node.code == exact]
    others = [node for node in total.below if node.code != exact]
    rest = _Node(total.code, _sum(others) if total.below else total.ladder, others)
    shown = dict(_released(rest, _readable(rest.ladder, k), k))
    for node in own:
        shown.update((each.code, _ALL) for each in node.walk())
    return tuple(_shown(row, shown[row.area_code]) for row in rows if row.area_code in shown)


def protect_pace(days: Sequence[DayCount], *, total: ShownCount, k: int) -> tuple[ShownDay, ...]:
    """Children up to each day, without days between which a small group moved.

    Args:
        days: from `planning.coverage.pace`, ascending.
        total: the row of the same cases that `protect` released: what it hides stays hidden.
        k: smallest group that may be seen.

    Raises:
        ValueError: k is under 3, or `days` do not add up to `total`.
    """
    if k < LEAST_K:
        raise ValueError(f"groups under {LEAST_K} are never shown, not even with k={k}")
    released = (total.planned, total.visited, total.resolved)
    columns = [at for at, value in enumerate(released) if value is not None]
    sums = list(_running(days))
    if sums and any(sums[-1][at] != released[at] for at in columns):
        raise ValueError("the days do not add up to the total")
    points: list[ShownDay] = []
    later = sums[-1] if sums else (0, 0, 0)
    for day, point in zip(reversed(days), reversed(sums), strict=True):
        apart = tuple(after - now for after, now in zip(later, point, strict=True))
        fine = _no_small(point, columns, k) and _no_small(apart, columns, k)
        if fine and (_RESOLVED_DAY not in columns or _mixed(point[1], point[2], k)):
            later = point
            points.append(ShownDay(day.day, *_only(point, columns)))
        else:
            points.append(ShownDay(day.day, None, None, None))
    return tuple(reversed(points))


_RESOLVED_DAY = 2
_ALL: Columns = tuple(range(len(COLUMNS)))


@dataclass(slots=True)
class _Node:
    """An area and those below it."""

    code: str
    ladder: Ladder
    below: list[_Node] = field(default_factory=list)

    def walk(self) -> Iterator[_Node]:
        """This node and all below it."""
        yield self
        for node in self.below:
            yield from node.walk()

    @property
    def empty(self) -> bool:
        """True where no child is listed."""
        return self.ladder[0] == 0


def _tree(rows: Sequence[AreaCount]) -> _Node:
    """The rows under one total; parents that are not in the table are made up.

    Raises:
        ValueError: two rows of one code, or a row that is not the sum of those below it.
    """
    nodes = {row.area_code: _Node(row.area_code, row.ladder) for row in rows}
    if len(nodes) != len(rows):
        raise ValueError("two rows have the same area code")
    total = nodes.setdefault(TOTAL, _Node(TOTAL, ()))
    for row in rows:
        parent = row.parent_code or TOTAL
        if row.area_code == TOTAL:
            continue
        if parent not in nodes:
            nodes[parent] = _Node(parent, ())
            total.below.append(nodes[parent])
        nodes[parent].below.append(nodes[row.area_code])
    for node in reversed(list(total.walk())):
        below = _sum(node.below)
        if not node.ladder:
            node.ladder = below
        elif node.below and node.ladder != below:
            raise ValueError(f"row {node.code} is not the sum of the rows below it")
    return total


def _released(node: _Node, columns: Columns, k: int) -> Iterator[tuple[str, Columns]]:
    """What is shown of a node that shows `columns`, and of everything below it."""
    if not columns:
        yield from _hidden(node, leave_out=False)
        return
    yield node.code, columns
    chosen, hidden = _choice(node.below, columns, k)
    withheld = _pick(node.below, hidden)
    leave_out = not _enough(withheld, chosen, k) and not any(row.empty for row in withheld)
    for child in node.below:
        if child.code in hidden:
            yield from _hidden(child, leave_out=leave_out)
        else:
            yield from _released(child, chosen, k)


def _hidden(node: _Node, *, leave_out: bool) -> Iterator[tuple[str, Columns]]:
    """A hidden area; below it, rows that only stand where children are would tell of them."""
    if not leave_out:
        yield node.code, ()
    telling = leave_out or not any(child.empty for child in node.below)
    for child in node.below:
        yield from _hidden(child, leave_out=telling)


def _choice(rows: Sequence[_Node], columns: Columns, k: int) -> tuple[Columns, frozenset[str]]:
    """The columns that leave most to read, and the codes of the rows to hide with them."""
    choices = [(chosen, _to_hide(rows, chosen, k)) for chosen in _subsets(columns)]
    return max(
        choices,
        key=lambda choice: (
            (len(rows) - len(choice[1])) * sum(WEIGHTS[at] for at in choice[0]),
            -len(choice[1]),
            choice[0],
        ),
    )


def _to_hide(rows: Sequence[_Node], columns: Columns, k: int) -> frozenset[str]:
    """Codes of the rows that are hidden when the others show `columns`."""
    hidden = [row for row in rows if row.empty or not _safe(row.ladder, columns, k)]
    if all(row.empty for row in hidden):
        return frozenset()
    shown = {row.code for row in rows} - {row.code for row in hidden}
    smallest = sorted(_pick(rows, shown), key=lambda row: (row.ladder[0], row.code))
    for row in smallest:
        if _enough(hidden, columns, k):
            break
        hidden.append(row)
    return frozenset(row.code for row in hidden)


def _enough(hidden: Sequence[_Node], columns: Columns, k: int) -> bool:
    """True when the sum of the hidden rows tells nothing of any of them (rule 4)."""
    if not hidden:
        return True
    rest = _sum(hidden)
    peopled = sum(not row.empty for row in hidden)
    return peopled > 1 and rest[0] >= k + peopled and _safe(rest, columns, k)


def _safe(ladder: Ladder, columns: Columns, k: int) -> bool:
    """True when a row may show these columns (rules 1 and 2)."""
    if ladder[0] < k:
        return False
    values = [*(ladder[at] for at in columns), 0]
    groups = [upper - lower for upper, lower in pairwise(values)]
    if any(0 < group < k for group in groups):
        return False
    return _RESOLVED not in columns or _mixed(ladder[_VISITED], ladder[_RESOLVED], k)


def _mixed(visited: int, resolved: int, k: int) -> bool:
    """True when `resolved` tells of no visited child for sure whether it is."""
    return visited == 0 or (resolved >= k and visited - resolved >= k)


def _readable(ladder: Ladder, k: int) -> Columns:
    """The columns that a single row may show; none when it must be hidden."""
    if ladder[0] == 0:
        return _ALL
    safe = [columns for columns in _subsets(_ALL) if _safe(ladder, columns, k)]
    return max(safe, key=lambda each: (sum(WEIGHTS[at] for at in each), each), default=())


def _subsets(columns: Columns) -> Iterator[Columns]:
    """Choices out of `columns`: with `listed`, and `resolved` only beside `visited`."""
    others = [at for at in columns if at != 0]
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            if _RESOLVED not in some or _VISITED in some:
                yield (0, *some)


def _sum(nodes: Iterable[_Node]) -> Ladder:
    ladders = [node.ladder for node in nodes]
    return tuple(sum(column) for column in zip(*ladders, strict=True)) if ladders else _NOBODY


_NOBODY: Ladder = (0,) * len(COLUMNS)


def _pick(rows: Iterable[_Node], codes: Iterable[str]) -> list[_Node]:
    wanted = set(codes)
    return [row for row in rows if row.code in wanted]


def _shown(row: AreaCount, columns: Columns) -> ShownCount:
    return ShownCount(row.area_code, row.name, row.parent_code, *_only(row.ladder, columns))


def _only(values: Sequence[int], columns: Iterable[int]) -> list[int | None]:
    wanted = set(columns)
    return [value if at in wanted else None for at, value in enumerate(values)]


def _running(days: Iterable[DayCount]) -> Iterator[tuple[int, int, int]]:
    """Sums of planned, visited and resolved up to each day."""
    planned = visited = resolved = 0
    for day in days:
        planned += day.planned
        visited += day.visited
        resolved += day.resolved
        yield planned, visited, resolved


def _no_small(values: Sequence[int], columns: Sequence[int], k: int) -> bool:
    """True when neither a value nor the difference of two is a small group."""
    seen = [0, *(values[at] for at in columns)]
    return not any(0 < abs(one - other) < k for one, other in combinations(seen, 2))
