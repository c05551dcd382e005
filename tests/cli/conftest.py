"""The command line as its users and its attackers have it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import outreach
from data.regions.build import build_region
from tests.data.drawing import draw

ROOT = Path(__file__).resolve().parents[2]
HOSTILE_STREET = "{{7*191}}<img src=x onerror=alert(1)>"
FIRST_DAY = "2026-08-20"
TEAMS = "team_id,municipality,lat,lon\nT1,Left,42.05,25.03\nT2,Left,42.05,25.04\n"
CASES = (
    "case_id,address\n"
    + "".join(f'K{at},"ул. Главна {at}, Милфорд"\n' for at in range(1, 10))
    + 'K10,"ул. Друга 4, Милфорд"\n'
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A home folder of the test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("OUTREACH_HOME", str(folder))
    return folder


@pytest.fixture
def run(capfd, monkeypatch) -> Run:
    """run(word, …) -> Said: the command line in this process, from its very entry."""

    def command(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["outreach.py", *map(str, words)])
        capfd.readouterr()
        code = 0
        try:
            outreach.main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return command


def start(*words: object, **settings: str) -> subprocess.Popen[str]:
    """The command line in a process of its own, with more `settings` in its environment."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "outreach.py"), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **settings},
        start_new_session=True,
    )


def plan_words(
    region: Path, cases: Path, teams: Path, out: Path, *more: object
) -> Sequence[object]:
    """The words of a short `plan` command."""
    return [
        *("plan", "--region", region, "--cases", cases, "--teams", teams, "--out", out),
        *("--from", FIRST_DAY, "--seconds", 3, "--json", *more),
    ]


@pytest.fixture(scope="session")
def millford(tmp_path_factory) -> Path:
    """The pack of a town of two streets, Главна with doors 1 to 9 and one whose name is code."""
    at = {1: (25.0, 42.0), 2: (25.1, 42.0), 3: (25.1, 42.1), 4: (25.0, 42.1)}
    street = {10 + step: (25.02 + step / 500, 42.05) for step in range(11)}
    other = {30 + step: (25.03, 42.05 + step / 500) for step in range(1, 6)}
    spots = {**at, **street, **other}
    doors = [
        (
            100 + at,
            25.02 + at / 500,
            42.0502,
            {"addr:housenumber": str(at), "addr:street": "Главна"},
        )
        for at in range(1, 10)
    ]
    doors += [
        (120 + at, 25.0302, 42.05 + at / 500,
         {"addr:housenumber": str(at), "addr:street": HOSTILE_STREET})
        for at in range(1, 6)
    ]  # fmt: skip
    town = (99, 25.03, 42.05, {"place": "town", "name": "Милфорд", "population": "900"})
    roads = [
        (200, [1, 2, 3, 4, 1], {}),
        (201, list(street), {"highway": "residential", "name": "Главна"}),
        (202, [15, *other], {"highway": "residential", "name": HOSTILE_STREET}),
    ]
    border = {
        "type": "boundary", "boundary": "administrative", "admin_level": "7", "name": "Left",
        "ref:nuts4": "LFT01",
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("millford")
    osm = draw(
        folder / "millford.osm.pbf",
        nodes=[*((id_, *spot, {}) for id_, spot in spots.items()), town, *doors],
        ways=roads,
        relations=[(300, [("w", 200, "outer")], border)],
    )
    build_region([osm], name="Millford", out=folder / "region", countries=["bg"])
    return folder / "region"


@pytest.fixture
def lists(tmp_path) -> Path:
    """A folder with `cases.csv` and `teams.csv` of Милфорд."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "cases.csv").write_text(CASES, "utf-8")
    (folder / "teams.csv").write_text(TEAMS, "utf-8")
    return folder
