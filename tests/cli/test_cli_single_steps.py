"""Each command by itself, as somebody tries it for the first time."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from data.demo import Demo, keep_demo
from data.home import Home
from tests.cli.conftest import start

COMMANDS = [
    *(("region", "build"), ("region", "info"), ("geocode",), ("matrix",), ("plan",), ("sample",)),
    *(("demo",), ("user", "add"), ("user", "passwd"), ("user", "list"), ("db", "upgrade")),
    *(("bench", "plan"), ("bench", "geocode"), ("bench", "matrix"), ("calibrate",)),
]
HEADINGS = (
    "id,lat,lon,level,confidence,error_m,needs_review,matched,municipality_code,municipality,"
    "district,settlement_code,settlement,explanation"
)
PASSWORD = "a long pass phrase 17"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_speaks_json(command, run):
    """`--help` names what the command does, and machines can read each of them."""
    said = run(*command, "--help")
    assert said.code == 0
    assert "--json" in said.out


def test_geocode_answers_every_row_in_its_order(millford, tmp_path, run):
    """Rows with nothing in them, twice the same id and code for an address: six in, six out."""
    source = tmp_path / "in.csv"
    source.write_text(
        'id,address,settlement\n1,ул. Главна 3,Милфорд\n,,\n1,"=cmd|calc",\n'
        '=2+5,"гр. Милфорд, ул. Главна 4",\n5,{{7*191}},\n6,"Милфорд, ул. Главна 400"\n',
        "utf-8",
    )
    said = run("geocode", "--region", millford, source, tmp_path / "out.csv", "--json")
    assert (said.code, said.err) == (0, "")
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert lines[0] == HEADINGS
    assert [row["id"] for row in rows] == ["1", "", "1", "'=2+5", "5", "6"]
    assert [row["level"] for row in rows[:5]] == ["house", "none", "none", "house", "none"]
    assert rows[5]["level"] in ("interpolated", "street")
    assert (float(rows[0]["lat"]), float(rows[0]["lon"])) == (42.0502, 25.026)
    assert rows[0]["municipality_code"] == "LFT01"
    assert rows[1]["lat"] == rows[1]["lon"] == rows[1]["error_m"] == ""
    assert json.loads(said.out)["rows"] == 6


def test_a_row_that_cannot_be_read_is_told_not_dropped(millford, tmp_path, run):
    """A quotation mark that never closes would shift every answer below it."""
    source = tmp_path / "in.csv"
    source.write_text('id,address\n1,"ул. Главна 3\n2,ул. Главна 4\n', "utf-8")
    said = run("geocode", "--region", millford, source, tmp_path / "out.csv")
    assert said.code == 1
    assert said.err.startswith("in.csv, row 2: a quotation mark")
    assert not (tmp_path / "out.csv").exists()


def test_matrix_holds_what_its_readers_expect(millford, tmp_path, run):
    """Two doors of one street and a point in the sea: NaN stands where no way leads."""
    source = tmp_path / "points.csv"
    source.write_text("id,lat,lon\na,42.05,25.022\nb,42.05,25.024\nsea,0,0\n", "utf-8")
    said = run("matrix", "--region", millford, source, tmp_path / "out.npz", "--json")
    assert said.code == 0
    facts = json.loads(said.out)
    assert (facts["unreachable_pairs"], facts["too_far"], facts["moved"]) == (4, 1, 0)
    with np.load(tmp_path / "out.npz") as held:
        assert sorted(held) == ["ids", "met", "metres", "seconds", "snapped_m"]
        assert held["ids"].tolist() == ["a", "b", "sea"]
        assert held["seconds"].dtype == held["metres"].dtype == np.float32
        assert held["metres"][0, 1] == pytest.approx(165.5, abs=2)
        assert np.isnan(held["seconds"]).tolist() == [
            [False, False, True],
            [False, False, True],
            [True, True, False],
        ]
        assert np.isnan(held["snapped_m"]).tolist() == [False, False, True]
        assert held["met"].tolist() == [0, 0, 2]
    words = run("matrix", "--region", millford, source, tmp_path / "out.npz").out
    assert "1 too far from any road" in words


def test_a_sample_of_an_older_version_is_made_again(run, home, monkeypatch):
    """After an update `make run` finds a sample whose region this version cannot open."""
    region = home / "sample" / "region"
    region.mkdir(parents=True)
    (region / "region.json").write_text('{"outreach_region": 1}', "utf-8")
    (home / "registry.sqlite").touch()
    demo = Demo({"cases": 600}, ("600 cases",), {})
    keep_demo(Home(home), demo)
    made = []
    monkeypatch.setattr(
        "data.demo_campaign.make_demo", lambda *_, **__: made.append("made") or demo
    )
    assert run("demo").code == 0
    assert made == ["made"]
    monkeypatch.setattr("data.regions.pack.opens", lambda _: True)
    assert run("demo").code == 0
    assert made == ["made"]


def test_walking_takes_longer(millford, tmp_path, run):
    """`--mode walk` reads the other roads."""
    source = tmp_path / "points.csv"
    source.write_text("id,lat,lon\na,42.05,25.022\nb,42.05,25.03\n", "utf-8")
    for mode in ("drive", "walk"):
        words = ("matrix", "--region", millford, source, tmp_path / f"{mode}.npz", "--mode", mode)
        assert run(*words).code == 0
    with np.load(tmp_path / "drive.npz") as drive, np.load(tmp_path / "walk.npz") as walk:
        assert walk["seconds"][0, 1] > 2 * drive["seconds"][0, 1]


def test_a_map_that_the_bench_does_not_have_is_wrong_usage(run):
    """The names it has are told."""
    said = run("bench", "matrix", "--map", "atlantis", "--map", "monaco")
    assert said.code == 2
    assert "atlantis" in said.err
    assert "heidelberg" in said.err


def test_region_info_says_what_is_in_it(millford, run):
    """For people and for machines."""
    assert "countries: bg\n" in run("region", "info", millford).out
    assert json.loads(run("region", "info", millford, "--json").out)["house_numbers"] == 14


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "", "sample"])
def test_a_region_stays_in_its_folder(name, tmp_path, run, home):
    """Without `--out` the name becomes a folder of the office's home, and never leaves it."""
    said = run("region", "build", "--name", name, "--osm", tmp_path / "none.osm.pbf")
    assert said.code == 2
    assert not home.exists()


def test_accounts_are_added_once_and_changed_on_purpose(run, monkeypatch):
    """The password comes from standard input where there is no terminal."""

    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    typed(PASSWORD + "\n")
    assert run("user", "add", "maria", "--role", "viewer").code == 0
    typed(PASSWORD + "x\n")
    again = run("user", "add", "maria", "--role", "admin")
    assert (again.code, "--replace" in again.err) == (1, True)
    assert json.loads(run("user", "list", "--json").out) == {"maria": "viewer"}
    typed(PASSWORD + "x\n")
    assert run("user", "add", "maria", "--role", "planner", "--replace").code == 0
    assert run("user", "list").out == "maria\tplanner\tmaria\n"
    typed("")
    assert run("user", "passwd", "maria").err.startswith("password: none is given")
    typed("short\n")
    assert run("user", "passwd", "maria").code == 1
    assert "no such account" in run("user", "passwd", "ivo").err


@pytest.mark.parametrize(
    "words",
    [
        ("c", "--role", "coordinator"),
        ("t", "--role", "team"),
        ("k", "--role", "king"),
        ("a\nb", "--role", "viewer"),
    ],
)
def test_half_an_account_is_wrong_usage(words, run):
    """A coordinator of no municipality would be nobody's, or worse, everybody's."""
    assert run("user", "add", *words).code == 2
    assert run("user", "list", "--json").out == "{}\n"


def test_a_home_that_cannot_be_is_one_line(run, tmp_path, monkeypatch):
    """OUTREACH_HOME names a file."""
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "file"))
    said = run("db", "upgrade")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert (tmp_path / "file").read_text() == "mine"


def test_the_sample_does_not_write_over_lists(run, tmp_path):
    """Somebody's own cases.csv in the folder stays as it is."""
    (tmp_path / "cases.csv").write_text("mine")
    said = run("sample", "--out", tmp_path, "--cases", 0)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert (tmp_path / "cases.csv").read_text() == "mine"


def test_a_console_of_another_alphabet_ends_well(millford):
    """© and Cyrillic on an ASCII console are written as marks, not as an error."""
    command = start("region", "info", millford, PYTHONIOENCODING="ascii")
    out, err = command.communicate(timeout=60)
    assert (command.returncode, err) == (0, "")
    assert "\\xa9 OpenStreetMap" in out
