"""The sample: a modelled Ruse province, 32 teams and invented children. Nobody in it exists.

Facts (settlements, their places and people, schools' names, how many teams) are real and stand in
`data/reference`; the roads, streets, doors and children are made from a seed. The map is written
as an OpenStreetMap file first and then goes through the same builder as a real one.

    facts → land → roads → streets → naming → doors → world → osm → region pack
                                                        world → cases, teams
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.regions.build import build_region
from data.sample.cases import DAYS as SAMPLE_DAYS
from data.sample.cases import FIRST_DAY as SAMPLE_FIRST_DAY
from data.sample.cases import cases_csv, make_cases, truth_csv
from data.sample.facts import COUNTRY
from data.sample.osm import write_osm
from data.sample.teams import teams_csv
from data.sample.world import World, make_world
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


def write_sample(
    out: Path,
    *,
    cases: int = 600,
    seed: int = 2026,
    truth: bool = False,
    report: Report | None = None,
) -> SampleFiles:
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
    write_osm(world, osm, seed=seed)
    rows = make_cases(world, cases, seed=seed)
    files = SampleFiles(out / "region", out / "cases.csv", out / "teams.csv")
    files.cases.write_bytes(cases_csv(rows))
    files.teams.write_bytes(teams_csv(world))
    if truth:
        (out / "truth.csv").write_bytes(truth_csv(world, rows))
    build_region(
        [osm],
        name=REGION_NAME,
        out=files.region,
        countries=[COUNTRY],
        invented=True,
        report=lambda share, words: tell(0.45 + 0.55 * share, words),
    )
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


def _silent(_share: float, _words: str) -> None:
    """Nobody is watching."""
