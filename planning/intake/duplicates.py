"""Records that are probably one child: shown to the planner, never merged by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planning.errors import Fault
from planning.intake.words import fold
from planning.model import Case
from planning.text import note

_SHORTEST_ID = 6
"""Shorter “national IDs” are placeholders (0, 999, няма) and say nothing."""


_NATIONAL_ID = note("national ID")
_NAME_AND_ADDRESS = note("name and address")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Cases that share what two children do not share."""

    case_ids: tuple[str, ...]
    rows: tuple[int, ...]
    why: str
    """"national ID" or "name and address"."""

    def warning(self, file: str = "") -> Fault:
        """One line for the planner, without any personal value."""
        others = ", ".join(str(row) for row in self.rows[:-1][:20])
        return Fault(
            note(
                "probably the same child as in row {others} (same {what}): keep one of them",
                others=others,
                what=self.why,
            ),
            file=file,
            row=self.rows[-1],
        )


def find_duplicates(cases: Sequence[Case]) -> tuple[Duplicates, ...]:
    """Groups of cases with one national ID, or with one child's name at one address."""
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        for key in child_keys(case):
            groups.setdefault(key, []).append(case)
    return tuple(_distinct(groups.items()))


def child_keys(case: Case) -> Iterable[tuple[str, ...]]:
    """What two records of one child share, and those of two children do not. *Personal.*"""
    national_id = fold(case.national_id).replace(" ", "")
    if len(national_id) >= _SHORTEST_ID and len(set(national_id)) > 1:
        yield (str(_NATIONAL_ID), national_id)
    name = " ".join(sorted(fold(case.child).split()))
    where = fold(f"{case.address.settlement} {case.address.text}")
    # A first name alone is shared by neighbours' children.
    if " " in name and where:
        yield (str(_NAME_AND_ADDRESS), name, where)


def _distinct(groups: Iterable[tuple[tuple[str, ...], list[Case]]]) -> Iterable[Duplicates]:
    seen: set[tuple[str, ...]] = set()
    for (why, *_), cases in groups:
        ids = tuple(case.case_id for case in cases)
        if len(ids) > 1 and ids not in seen:
            seen.add(ids)
            yield Duplicates(ids, tuple(case.row for case in cases), why)
