"""Names that planners recognise: “Русе 3 · Дружба”, “Иваново 2 · Щръклево, Красен”."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from planning.districts.pieces import quarter_of
from planning.model import Team, Visit

_NAMED_PARTS = 2
_LEAST_SHARE = 0.1
"""A settlement or quarter is named when so much of the district's visits lie there."""


def district_names(parts: Sequence[Sequence[Visit]], teams: Sequence[Team]) -> list[str]:
    """A name for each of a municipality's districts, numbered from 1 in their order."""
    everywhere = [visit for part in parts for visit in part]
    municipality = next((team.municipality for team in teams if team.municipality), "")
    municipality = municipality or _commonest([visit.settlement for visit in everywhere])
    names = []
    for number, part in enumerate(parts, 1):
        places = _places(part, municipality)
        head = f"{municipality} {number}".strip()
        names.append(f"{head} · {', '.join(places)}" if places else head)
    return names


def _commonest(names: Sequence[str]) -> str:
    counts = Counter(filter(None, names))
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def _places(part: Sequence[Visit], municipality: str) -> list[str]:
    """Settlements with many of the visits; in the municipality's own town its quarters."""
    counts = Counter(
        quarter_of(visit) if visit.settlement in ("", municipality) else visit.settlement
        for visit in part
    )
    counts.pop("", None)
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    telling = [name for name, count in ranked if count >= _LEAST_SHARE * len(part)]
    return telling[:_NAMED_PARTS]
