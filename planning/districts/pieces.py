"""What is kept together when districts are drawn: small settlements whole, big ones by quarter.

A piece is a handful of neighbouring visits that no border cuts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from planning.districts.work import Floats
from planning.model import Level, Visit

Members = NDArray[np.int64]
"""Positions of a piece's visits."""

_WHOLE_SETTLEMENT = 0.5
_WHOLE_QUARTER = 0.25
_SMALLEST = 0.06
"""Shares of one district's work: a settlement or quarter up to so much stays whole, and what is
bigger is cut into pieces of about the last one."""

_QUARTER = re.compile(
    r"(?:\bж\.?\s?к\.?|\bкв\.|\bквартал|\bмкр\.?|\bм-н|\bмикрорайон|\bықшам ауданы)"
    r"\s*[„“\"«]?\s*(?P<name>[^\W\d][^,;„“”\"»]*?)\s*(?=[,;„“”\"»]|\bбл\b|\bбл\.|$)",
    re.IGNORECASE,
)


_NUMBER_AT_END = re.compile(r"\s+\d[\w/-]*$")


def quarter_of(visit: Visit) -> str:
    """Quarter or housing estate that the visit's label names; empty when it names none."""
    found = _QUARTER.search(visit.label)
    if not found:
        return ""
    name = found["name"].strip()
    # “ж.к. Дружба 3 29”: where a door was found, the map's label ends with its number.
    door = visit.level in (Level.HOUSE, Level.INTERPOLATED) and found.end() == len(visit.label)
    return _NUMBER_AT_END.sub("", name) if door else name


def settlement_of(visit: Visit) -> str:
    """Key of the visit's settlement."""
    return visit.settlement_code or visit.settlement


def cut(visits: Sequence[Visit], points: Floats, work: Floats, *, share: float) -> list[Members]:
    """Pieces of `visits` at `points` (n, 2) metres with `work` (n,) seconds each.

    `share` is the work of one district in seconds.
    """
    pieces: list[Members] = []
    for settlement in _grouped(np.arange(len(visits)), [settlement_of(visit) for visit in visits]):
        if work[settlement].sum() <= _WHOLE_SETTLEMENT * share:
            pieces.append(settlement)
            continue
        for quarter in _grouped(settlement, [quarter_of(visit) for visit in visits]):
            named = bool(quarter_of(visits[quarter[0]]))
            limit = (_WHOLE_QUARTER if named else _SMALLEST) * share
            if work[quarter].sum() <= limit:
                pieces.append(quarter)
            else:
                pieces += _halved(quarter, points, work, _SMALLEST * share)
    return pieces


def _grouped(members: Members, keys: Sequence[str]) -> Iterator[Members]:
    """`members` by key, keys in the order in which they first occur; no key is a key too."""
    groups: dict[str, list[int]] = {}
    for member in members:
        groups.setdefault(keys[member], []).append(int(member))
    for group in groups.values():
        yield np.array(group, dtype=np.int64)


def _halved(members: Members, points: Floats, work: Floats, most: float) -> Iterator[Members]:
    """`members` halved along their longer side until no part has more than `most` work."""
    here = points[members]
    extent = here.max(axis=0) - here.min(axis=0)
    if len(members) == 1 or work[members].sum() <= most or not extent.any():
        yield members
        return
    ordered = members[np.argsort(here[:, int(extent.argmax())], kind="stable")]
    done = work[ordered].cumsum()
    middle = int(np.searchsorted(done, done[-1] / 2)) + 1
    middle = min(max(middle, 1), len(ordered) - 1)
    yield from _halved(ordered[:middle], points, work, most)
    yield from _halved(ordered[middle:], points, work, most)
