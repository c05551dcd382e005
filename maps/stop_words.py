"""What is said of a stop in words, the same on maps and on sheets. Plain text, not escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from maps.stops import StopRow
from maps.texts import Texts
from planning.model import Sex


def who_and_when(row: StopRow, texts: Texts) -> list[str]:
    """Who must be there, what they speak, whom they meet, and when somebody is at home."""
    said = []
    if row.requires:
        said.append(texts.t("must be there: {who}", who=texts.institutions(row.requires)))
    if row.languages:
        said.append(texts.t("spoken there: {languages}", languages=texts.languages(row.languages)))
    if Sex.FEMALE in row.sexes:
        said.append(texts.t("a woman of the team goes in"))
    if Sex.MALE in row.sexes:
        said.append(texts.t("a man of the team goes in"))
    if row.together:
        meeting = texts.time(row.start)
        said.append(texts.t("together with a second team, at {time} sharp", time=meeting))
    if row.windows:
        hours = "; ".join(texts.window(window) for window in row.windows)
        said.append(texts.t("at home: {hours}", hours=hours))
    return said


def beware(hazard: str, texts: Texts) -> str:
    """What the crew looks out for before it goes in; empty for nothing."""
    return texts.t("Beware: {hazard}", hazard=hazard) if hazard else ""


def kits_said(kits: int, types: Sequence[tuple[str, int]], texts: Texts) -> str:
    """3 kits (2 bag, 1 uniform); empty for none."""
    if not kits:
        return ""
    said = texts.n("{count} kit", "{count} kits", kits)
    listed = ", ".join(f"{count} {kind}" for kind, count in types)
    return f"{said} ({listed})" if listed else said


def all_types(rows: Iterable[StopRow]) -> tuple[tuple[str, int], ...]:
    """(type, how many) over all stops, by type."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update(dict(row.kit_types))
    return tuple(sorted(total.items()))
