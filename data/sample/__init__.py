"""The sample: a modelled Ruse province, 32 teams and invented children. Nobody in it exists.

Facts (settlements, their places and people, how many teams) are real and stand in
`data/reference`; the roads, streets, doors and children are made from a seed. The map is written
as an OpenStreetMap file first and then goes through the same builder as a real one.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.regions.build import build_region
from data.sample.cases import DAYS as SAMPLE_DAYS
from data.sample.cases import FIRST_DAY as SAMPLE_FIRST_DAY
from data.sample.cases import CaseRow, cases_csv, make_cases
from data.sample.doors import Door, NamedStreet, name_streets, place_doors
from data.sample.facts import SettlementFact, settlements
from data.sample.land import Land, make_land
from data.sample.network import Network
from data.sample.osm import write_osm
from data.sample.plane import Bend, make_bend, to_lonlat, to_plane
from data.sample.roads import choose_roads, lay_roads
from data.sample.streets import Streets, grow_streets
from data.sample.teams import teams_csv
from planning.errors import Fault, FileFault
from planning.stores import Report

__all__ = ["SAMPLE_DAYS", "SAMPLE_FIRST_DAY", "SampleFiles", "World", "make_world", "write_sample"]

REGION_NAME = "Русе (измислен пример)"


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Where the sample was written."""

    region: Path
    cases: Path
    teams: Path


@dataclass(frozen=True, slots=True)
class World:
    """The modelled province before it is written."""

    facts: tuple[SettlementFact, ...]
    bend: Bend
    land: Land
    network: Network
    grown: Streets
    streets: list[NamedStreet]
    doors: list[Door]


def make_world(seed: int) -> World:
    """Land, roads, streets and doors. The same seed gives the same world."""
    random = np.random.default_rng(seed)
    facts = settlements()
    points = to_plane(np.array([(fact.lon, fact.lat) for fact in facts]))
    bend = make_bend(random)
    land = make_land(facts, points, bend)
    network = Network()
    centres = lay_roads(network, choose_roads(facts, land.straight), land.straight)
    grown = grow_streets(network, facts, land, centres, random)
    streets = name_streets(network, facts, random)
    doors = place_doors(network, facts, grown, streets, random)
    return World(facts, bend, land, network, grown, streets, doors)


def write_sample(
    out: Path, *, cases: int = 600, seed: int = 2026, truth: bool = False,
    report: Report | None = None,
) -> SampleFiles:  # fmt: skip
    """Writes `sample.osm.pbf`, `region/`, `cases.csv` and `teams.csv` into `out`.

    Args:
        out: a folder; made when missing.
        cases: rows of the case list.
        seed: the same seed gives the same bytes.
        truth: also writes `truth.csv`, where each child really lives, for tests and benchmarks.
        report: told the share done and what is going on.

    Raises:
        FileFault: `out` is a file, or holds lists that are not of a sample.
    """
    tell = report or _silent
    _make_folder(out)
    tell(0.0, "modelling the province")
    world = make_world(seed)
    tell(0.3, "writing the map")
    osm = out / "sample.osm.pbf"
    offices = write_osm(
        osm, world.facts, world.land, world.bend, world.network, world.grown, world.streets,
        world.doors,
    )  # fmt: skip
    # The children have a generator of their own: more of them do not change the map.
    children = np.random.default_rng([seed, 1])
    rows = make_cases(cases, world.facts, world.grown, world.streets, world.doors, children)
    files = SampleFiles(out / "region", out / "cases.csv", out / "teams.csv")
    files.cases.write_bytes(cases_csv(rows))
    files.teams.write_bytes(teams_csv(world.facts, offices))
    if truth:
        _write_truth(out / "truth.csv", rows, world.bend)
    build_region(
        [osm], name=REGION_NAME, out=files.region, countries=["bg"], invented=True,
        report=lambda share, words: tell(0.45 + 0.55 * share, words),
    )  # fmt: skip
    return files


def _make_folder(out: Path) -> None:
    """Makes `out`, but never where somebody's own lists would be written over."""
    lists = [name for name in ("cases.csv", "teams.csv") if (out / name).exists()]
    if lists and not (out / "sample.osm.pbf").exists():
        message = "holds lists of somebody else's that would be lost; choose another folder"
        raise FileFault(Fault(message, file=out.name, value=", ".join(lists)))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made ({error.strerror}); choose another one"
        raise FileFault(Fault(message, file=out.name)) from None


def _write_truth(file: Path, rows: list[CaseRow], bend: Bend) -> None:
    """case_id, lat, lon; empty where the address does not exist."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("case_id", "lat", "lon"))
        for row in rows:
            spot: tuple[object, object] = ("", "")
            if row.door is not None:
                lon, lat = to_lonlat(bend(np.array([row.door.at])))[0]
                spot = (f"{lat:.7f}", f"{lon:.7f}")
            table.writerow((row.cells[0], *spot))


def _silent(_share: float, _words: str) -> None:
    """Nobody is watching."""
