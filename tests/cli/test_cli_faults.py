"""Bad input on the command line: one line a fault, exit 1, no traceback, nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CASES, TEAMS, plan_words

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)

LISTS = {
    "empty": (b"", "the file is empty"),
    "a picture": (PICTURE, "a picture, not a list"),
    "headings only": (b"case_id,address\n", "not one row can be planned"),
    "no address": (b"name,age\nAna,7\n", "no column holds the address"),
    "nothing but faults": (
        f"case_id,address\nA,{'x' * 10_000}\nB,Glavna \0 3\n".encode(),
        "10,000 characters in one cell",
    ),
    "binary": (bytes(range(256)) * 40, ""),
}


def everything(folder: Path) -> dict[str, bytes | None]:
    """Path → content of all there is in a folder."""
    return {
        str(each.relative_to(folder)): each.read_bytes() if each.is_file() else None
        for each in sorted(folder.rglob("*"))
    }


def told(said, *, lines: int | None = None) -> list[str]:
    """The faults of a command that refused its input properly."""
    assert said.code == 1
    assert said.out == ""
    assert "Traceback" not in said.err
    found = said.err.splitlines()
    assert found
    assert lines is None or len(found) == lines
    return found


@pytest.mark.parametrize(("content", "words"), LISTS.values(), ids=LISTS)
def test_a_case_list_that_is_none(content, words, lists, millford, run, tmp_path):
    """Whatever the file is, the planner reads what to do in one line for each fault."""
    (lists / "cases.csv").write_bytes(content)
    before = everything(tmp_path)
    said = run(*plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out"))
    faults = [json.loads(line)["fault"] for line in told(said)]
    assert faults[0].startswith("cases.csv")
    assert words in faults[0]
    assert everything(tmp_path) == before


@pytest.mark.parametrize("what", ["folder", "missing"])
@pytest.mark.parametrize("command", ["geocode", "matrix", "plan"])
def test_no_file_at_all(what, command, lists, millford, run, tmp_path):
    """A folder or nothing where a list should be."""
    source = tmp_path / what
    if what == "folder":
        source.mkdir()
    words = {
        "geocode": ("geocode", "--region", millford, source, tmp_path / "out"),
        "matrix": ("matrix", "--region", millford, source, tmp_path / "out"),
        "plan": plan_words(millford, source, lists / "teams.csv", tmp_path / "out"),
    }[command]
    (line,) = told(run(*words), lines=1)
    assert "cannot be read" in line
    assert not (tmp_path / "out").exists()


MAPS = {
    "empty": (b"", "map.osm.pbf", "the file is empty"),
    "a picture": (PICTURE, "map.osm.pbf", "no OSM file"),
    "plain text": (b"Dear colleagues,\n", "map.osm", "no OSM file"),
    "a web page": (b"<html><body>404</body></html>", "map.osm", "OSM"),
}


@pytest.mark.parametrize(("content", "name", "words"), MAPS.values(), ids=MAPS)
def test_a_map_that_is_none(content, name, words, run, tmp_path):
    """The office hears it before any pack is begun."""
    (tmp_path / name).write_bytes(content)
    said = run("region", "build", "--name", "x", "--osm", tmp_path / name, "--out", tmp_path / "r")
    (line,) = told(said, lines=1)
    assert line.startswith(f"{name}: ")
    assert words in line
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["liechtenstein.osm.pbf", "moscow.osm.gz"])
def test_a_map_cut_short(name, geodata, run, tmp_path):
    """Half a download of a real map."""
    whole = (geodata / "osm" / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    said = run("region", "build", "--name", "x", "--osm", tmp_path / name, "--out", tmp_path / "r")
    (line,) = told(said, lines=1)
    assert "cut short or damaged" in line
    assert [each.name for each in tmp_path.iterdir()] == [name]


TEAM_LISTS = {
    "a municipality the region has not": (
        TEAMS + "T3,Nowhere,42.05,25.03\nT4,{{7*191}},42.05,25.03\n",
        ["municipality of team T3 “Nowhere”", "municipality of team T4 “{{7*191}}”"],
    ),
    "one team twice": (TEAMS + "T1,Left,42.05,25.03\n", ["row 4, team_id “T1”"]),
    "an office off the earth": (
        TEAMS + "T3,Left,95,abc\n",
        ["row 4, lon “abc”", "row 4, lat “95”"],
    ),
    "no team": ("team_id,municipality,lat,lon\n", ["no team stands below"]),
}


@pytest.mark.parametrize(("text", "words"), TEAM_LISTS.values(), ids=TEAM_LISTS)
def test_team_lists_with_faults(text, words, lists, millford, run, tmp_path):
    """Each fault is told, with its row and value."""
    (lists / "teams.csv").write_text(text, "utf-8")
    said = run(*plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out"))
    for line, part in zip(told(said, lines=len(words)), words, strict=True):
        assert part in json.loads(line)["fault"]
    assert not (tmp_path / "out").exists()


def test_all_faults_in_one_round(lists, millford, run, tmp_path):
    """Wrong language, foreign folder, no cases, doubled team: a clerk mends them all at once."""
    (lists / "cases.csv").write_bytes(b"")
    (lists / "teams.csv").write_text(TEAMS + TEAMS.splitlines()[1] + "\n", "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    words = plan_words(
        millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out", "--language", "xx"
    )
    faults = "\n".join(told(run(*words), lines=4))
    for part in ("no language", "thesis.docx", "the file is empty", "earlier row already"):
        assert part in faults
    assert (tmp_path / "out" / "thesis.docx").read_text() == "mine"


@pytest.mark.parametrize("out", ["file", "file/deeper"])
def test_a_plan_does_not_replace_a_file(out, lists, millford, run, tmp_path):
    """`--out` names a file, or a folder inside one: told before anything is planned."""
    (tmp_path / "file").write_text("mine")
    words = plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / out)
    (line,) = told(run(*words), lines=1)
    assert "is a file" in line
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["geocode", "matrix"])
@pytest.mark.parametrize("target", ["nowhere/out", "folder"])
def test_a_result_that_cannot_be_written(command, target, lists, millford, run, tmp_path):
    """The folder is missing, or the name is a folder's."""
    (tmp_path / "folder").mkdir()
    (line,) = told(
        run(command, "--region", millford, lists / "cases.csv", tmp_path / target), lines=1
    )
    assert "folder" in line


@pytest.mark.parametrize("command", ["info", "plan"])
def test_a_folder_that_is_no_region(command, lists, run, tmp_path):
    """It is not opened as one, whatever it holds."""
    words = (
        ("region", "info", lists)
        if command == "info"
        else plan_words(lists, lists / "cases.csv", lists / "teams.csv", tmp_path / "out")
    )
    (line,) = told(run(*words), lines=1)
    assert "no region pack" in line


def test_every_fault_of_points(millford, run, tmp_path):
    """Numbers that are none, ids given twice or not at all: four faults, four lines."""
    (tmp_path / "points.csv").write_text("id,lat,lon\na,95,25\na,42,25\n,42,25\nd,42\n", "utf-8")
    said = run("matrix", "--region", millford, tmp_path / "points.csv", tmp_path / "out.npz")
    rows = [line.split(", ")[1] for line in told(said, lines=4)]
    assert rows == ["row 2", "row 3", "row 4", "row 5"]
    assert not (tmp_path / "out.npz").exists()


WRONG = {
    "no days": ("--days", 0),
    "too many days": ("--days", 201),
    "no date": ("--from", "nonsense"),
    "a day that is none": ("--from", "2026-02-30"),
    "the year 9999": ("--from", "9999-12-30"),
    "no time": ("--seconds", 0),
    "time without end": ("--seconds", "inf"),
    "no number": ("--seconds", "nan"),
    "a seed below zero": ("--seed", -1),
    "an unknown option": ("--fast", "yes"),
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG)
def test_wrong_usage(more, lists, millford, run, tmp_path):
    """Exit code 2 with a word on the option, and nothing done."""
    words = plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out")
    said = run(*words, *more)
    assert said.code == 2
    assert "Usage: " in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "out").exists()


def test_rejected_rows_are_told_and_the_others_planned(lists, millford, run, tmp_path):
    """Accepted and rejected rows add up; the plan goes on without the rejected ones."""
    extra = [f"X1,{'x' * 10_000}", "X2,Glavna \0 3", 'K1,"ул. Главна 1, Милфорд"', 'X3,"open']
    (lists / "cases.csv").write_text(CASES + "\n".join(extra) + "\n", "utf-8")
    said = run(*plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out"))
    assert said.code == 0
    facts = json.loads(said.out)
    assert (facts["cases"], facts["rejected"]) == (10, 4)
    rejected = [json.loads(line)["rejected"] for line in said.err.splitlines()]
    assert [line.split(", ")[1].split(":")[0] for line in rejected] == [
        *("row 12", "row 13", "row 14", "row 15")
    ]
