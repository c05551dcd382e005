"""What may be shown of small counts, so that no child can be told from a table.

A row of `planning.coverage` is a ladder: listed ⊇ located ⊇ planned ⊇ visited ⊇ resolved, and the
visited by result. Counts are told in **releases**: one a day at most, the same for everybody, kept
for good. `release` decides what the next one tells, given all that was told before. Who kept every
table of every day, subtracts whatever from whatever and knows these rules shall narrow down no
group of 1 to k - 1 children to fewer than k possible sizes: no group of a day, and nobody who came
into a column between two days.

1. **A tree of pairs.** The total is split in two, each half in two, down to municipalities, on to
   settlements and to the official districts of a city (`parts`). A part's numbers are told only
   together with its twin's, and only where their sum is told: twins are told both or neither. So a
   small area hides its twin, and what is not told is known in the sum only. The tree stays as it
   is for the whole campaign, so that no two tables group the areas in ways that cross. It is made
   from numbers of inhabitants, not of children: that an area is hidden with another tells nothing
   of their sizes.
2. **Groups.** At least k children are listed in a part that is told, or none, and every group
   between two columns told, and the last one, is 0 or at least k. Among the choices of columns the
   one with most to read wins (`WEIGHTS`).
3. **Days.** A number differs from each one told of the same part before by 0 or at least k, whether
   it rose or was corrected downwards; and from every older number of a column that is not told
   anew. "No new visit" is fine, "exactly two new" is not. Until then the number of the earlier
   release stays, with its day (`ShownCount.since`): each number is right for its day, and none is
   rounded or blurred. Nor may older numbers and other columns together pin a twin's number that is
   not told, by what they leave of the sum.
4. **Zeros.** A group of 0 is told where it says what the office did: nobody left to visit. It is
   not told where it would say something about every child of an area: `resolved` stands only
   beside `visited`, and only where both the resolved and the unresolved are at least k (or nobody
   was visited yet).
5. **Results** stand beside `resolved`. Each is 0, or k children have it and k others on its side
   (resolved, or visited and still open) do not; the rest of the side, known by subtraction, and
   every sum of results known from two days obey the rules above.
6. **A coordinator** knows the own municipality exactly, at any moment. Sums of municipalities are
   told only if they are safe without any one of them too, or else split further.
7. **Two audiences.** Partners are told with k = 5. The public is told a part of that: on the same
   day, and only what also is safe with k = 10. So who sees both learns what a partner learns.
8. All areas of the map are named whoever lives there; an area without a number may be empty, small,
   or the twin of a small one.

Exports and the chart of pace hold numbers of releases only. What has no place in the tree is not
told at all: districts of teams, and filters by anything else than area and result, would group the
same children in ways that cross. A second campaign is told over the tree of the first
(`next_year`), so that the same rows stand side by side; between two years children join and leave
the list, so that the difference of two numbers is nobody's group.

`tests/planning/disclosure` attacks this by linear programming. k counts children, not families: one
family may reach 3, which is why partners get 5 and the public 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from planning.coverage import TOTAL, AreaCount
from planning.disclosure.release import (
    LEAST_K,
    PARTNER,
    PARTNER_K,
    PUBLIC,
    PUBLIC_K,
    Memory,
    decided,
    forgotten,
    kept,
)
from planning.disclosure.told import (
    ShownCount,
    ShownDay,
    exact_row,
    shown_rows,
    with_hidden,
)

__all__ = [
    "LEAST_K",
    "PARTNER_K",
    "PUBLIC_K",
    "Audience",
    "Memory",
    "Release",
    "ShownCount",
    "ShownDay",
    "Table",
    "next_year",
    "parted_before",
    "release",
    "with_hidden",
    "with_own",
    "year_on_year",
]


class Audience(StrEnum):
    """Who reads a table."""

    PARTNER = "partner"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Table:
    """What one audience reads until the next release: rows of all levels that tell something."""

    number: int
    day: date
    k: int
    rows: tuple[ShownCount, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Everything told on a day, and what must be kept to decide about the next one."""

    partner: Table
    public: Table
    memory: Memory


def release(
    counts: Iterable[AreaCount],
    *,
    day: date,
    before: Memory | None = None,
    sizes: Mapping[str, int] = MappingProxyType({}),
    partner_k: int = PARTNER_K,
    public_k: int = PUBLIC_K,
) -> Release:
    """What partners and the public are told of `counts` on `day`.

    Args:
        counts: `planning.coverage.all_levels`.
        day: after the day of the release before.
        before: the memory of the release before; None for the first of a campaign.
        sizes: inhabitants of municipalities and settlements by code, as everybody may know them.
            Areas of like size are paired; without them more is hidden.
        partner_k: smallest group that a partner may see of other municipalities.
        public_k: smallest group that anybody may see.

    Raises:
        ValueError: a k under 3, `public_k` under `partner_k`, a day that is not later, two rows of
            one code, or a row that is not the sum of the rows or results below it.
    """
    _check_k(partner_k)
    if public_k < partner_k:
        raise ValueError("the public may not see smaller groups than partners")
    if before and before.days and day <= before.days[-1]:
        raise ValueError("there is a release of this day already")
    days = (*(before.days if before else ()), day)
    root = decided(counts, before, sizes=sizes, partner_k=partner_k, public_k=public_k)
    partner, public = (
        Table(
            len(days), day, k,
            shown_rows(root, days, audience=audience),
        )
        for audience, k in ((PARTNER, partner_k), (PUBLIC, public_k))
    )  # fmt: skip
    return Release(partner, public, kept(root, days))


def _check_k(k: int) -> None:
    if k < LEAST_K:
        raise ValueError(f"groups under {LEAST_K} are never shown, not even with k={k}")


def with_own(table: Table, own: Iterable[AreaCount], municipality_code: str, day: date) -> Table:
    """A partner's table for a coordinator: the own municipality exactly, its pace as released.

    Args:
        table: the partner's.
        own: counts of the municipality and of all areas in it on `day`.
        municipality_code: the coordinator's.
        day: on which `own` was counted.
    """
    told = {(row.parent_code, row.area_code): row.pace for row in table.rows}
    exact = tuple(
        replace(exact_row(row, day), pace=told.get((row.parent_code, row.area_code), ()))
        for row in own
    )
    codes = {municipality_code, *(row.area_code for row in exact)}
    others = (row for row in table.rows if codes.isdisjoint((row.area_code, row.parent_code)))
    return replace(table, rows=(*others, *exact))


def parted_before(memory: Memory | None) -> tuple[PartedArea, ...]:
    """The districts that a campaign's releases told of, for counting once more without its map."""
    keys = [(part.key, part.name) for part in (memory.parts if memory else ()) if part.key]
    settlements = {code for (parent, code), _ in keys if parent not in ("", TOTAL)}
    return tuple(
        PartedArea(code, name, parent)
        for (parent, code), name in keys
        if parent in settlements and name
    )


@dataclass(frozen=True, slots=True)
class PartedArea:
    """A `planning.coverage.NamedArea` that is a settlement's district."""

    code: str
    name: str
    parent: str
    level: str = "district"


def next_year(memory: Memory) -> Memory:
    """To begin another campaign with, in the same areas: `before` of its first release."""
    return forgotten(memory)


def year_on_year(now: Table, then: Table) -> tuple[tuple[ShownCount, ShownCount], ...]:
    """The rows that stand in both tables, of this campaign and of an earlier one."""
    earlier = {(row.parent_code, row.area_code): row for row in then.rows}
    return tuple(
        (row, earlier[key])
        for row in now.rows
        if (key := (row.parent_code, row.area_code)) in earlier
    )
