"""The 32 outreach teams of the province, as an order fixes them.

How many each municipality has is from the province's public order; everything else is invented.
"""

from __future__ import annotations

import csv
import io

from data.sample.facts import SettlementFact

TEAMS = {
    "Борово": 3, "Бяла": 3, "Ветово": 3, "Две могили": 3, "Иваново": 4, "Русе": 9,
    "Сливо поле": 3, "Ценово": 4,
}  # fmt: skip
"""Municipality → number of its teams."""

INSTITUTIONS = ("school", "municipality", "social", "police", "mediator", "health")
"""Codes of the institutions whose members make up a team."""

HEADINGS = (
    "team_id", "name", "municipality", "office", "lat", "lon", "institutions", "languages",
    "start", "end", "weekdays", "pause", "kit_capacity", "mode", "order_number", "order_date",
    "phone",
)  # fmt: skip

_MEMBERS = (
    ("school", "municipality", "social", "police", "mediator"),
    ("school", "municipality", "social"),
    ("school", "municipality", "mediator", "health"),
)
"""Who is in the first, second and third team of a municipality, and so on round."""


def teams_csv(facts: tuple[SettlementFact, ...], offices: dict[str, tuple[float, float]]) -> bytes:
    """The team list. `offices` is municipality → (lon, lat) of its town hall."""
    codes = {fact.municipality: fact.municipality_code for fact in facts}
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADINGS)
    for municipality, count in TEAMS.items():
        lon, lat = offices[municipality]
        for number in range(1, count + 1):
            walks = municipality == "Русе" and number == count
            table.writerow(
                (
                    f"{codes[municipality]}-{number:02d}", f"{municipality} {number}",
                    municipality, f"Община {municipality}", f"{lat:.6f}", f"{lon:.6f}",
                    ";".join(_MEMBERS[(number - 1) % len(_MEMBERS)]),
                    "bg;tr" if number % 2 else "bg",
                    "08:30", "17:30" if number % 3 else "18:00", "1-5", "12:00-13:00/30",
                    20 if walks else 40, "walk" if walks else "drive",
                    "РД-00-000 (измислена)", "2026-08-14", f"082 000 {number:03d}",
                )
            )  # fmt: skip
    return out.getvalue().encode()
