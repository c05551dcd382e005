"""Makes the fact tables of Ruse province from the official registers: run once, commit the tables.

    python -m data.reference.make ../shared/geodata/bulgaria

What each source is, its licence and its checksum stand in SOURCES.md.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
OBLAST = "RSE"
_STATE_OR_MUNICIPAL = ("Общинско", "Държавно")
_KIND = {"гр.": "town", "с.": "village"}


def settlements(source: Path) -> list[dict[str, str]]:
    """One row a settlement of the province, ordered by municipality and name."""
    with (source / "ek_obst.json").open(encoding="utf-8") as file:
        municipalities = {row["obshtina"]: row for row in json.load(file) if "obshtina" in row}
    with (source / "ek_atte.json").open(encoding="utf-8") as file:
        register = [row for row in json.load(file) if row.get("oblast") == OBLAST]
    places = _by_ekatte(source / "settlements_loc.csv")
    people = _by_ekatte(source / "settlements.csv")
    rows = []
    for row in sorted(register, key=lambda row: (row["obshtina"], row["name"])):
        lon, lat = places[row["ekatte"]]["geo"].split(",")
        municipality = municipalities[row["obshtina"]]
        rows.append(
            {
                "ekatte": row["ekatte"],
                "name": row["name"],
                "name_en": row["name_en"],
                "kind": _KIND[row["t_v_m"]],
                "municipality_code": row["obshtina"],
                "municipality": municipality["name"],
                "municipality_en": municipality["name_en"],
                "centre": "1" if municipality["ekatte"] == row["ekatte"] else "0",
                "lon": lon,
                "lat": lat,
                "postcode": places[row["ekatte"]]["postal code"],
                "population": people[row["ekatte"]]["population"],
            }
        )
    return rows


def schools(source: Path) -> list[dict[str, str]]:
    """One row a public school of the province: its name and settlement, nothing of people."""
    with (source / "mon_institutions_ruse.csv").open(encoding="utf-8", newline="") as file:
        register = list(csv.DictReader(file))
    return [
        {"ekatte": row["ekatte"], "name": _tidy(row["name"])}
        for row in sorted(register, key=lambda row: row["instid"])
        if row["inst_type"] == "1" and row["financing"] in _STATE_OR_MUNICIPAL
    ]


def _by_ekatte(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return {row["ekatte"]: row for row in csv.DictReader(opened)}


def _tidy(name: str) -> str:
    """One kind of quotation marks, and no shouting."""
    if name.isupper():
        plain = name.capitalize()
        name = re.sub(r'"([^"]+)"', lambda quoted: f'"{_proper(quoted[1])}"', plain)
    return " ".join(re.sub(r'\s*"\s*([^"]+?)\s*"', r" „\1“", name).split())


def _proper(name: str) -> str:
    return " ".join(word if word == "и" else word.capitalize() for word in name.split())


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    _write(HERE / "ruse_settlements.csv", settlements(Path(sys.argv[1])))
    _write(HERE / "ruse_schools.csv", schools(Path(sys.argv[1])))
