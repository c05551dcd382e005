"""Ctrl-C, twice the same seed, and nobody else on the line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.regions.pack import open_region
from planning import wire
from planning.model import Plan
from tests import loopback
from tests.cli.conftest import plan_words, start
from tests.cli.draw import draw_doors, write_cases, write_teams

GUARD = """
import os, sys
def look(event, args):
    host = stranger(event, args)
    if host:
        os.write(2, f"asked for {host}".encode())
        os._exit(97)
sys.addaudithook(look)
with open(os.environ["GUARD_LOG"], "a") as log:
    log.write(" ".join(sys.orig_argv) + "\\n")
"""
"""Ends a process that asks for another machine; follows the source of `tests.loopback`."""


@pytest.fixture(scope="module")
def busy(geodata, tmp_path_factory) -> Path:
    """A folder with a region of 16 municipalities and lists that keep a search busy."""
    from data.regions.build import build_region

    folder = tmp_path_factory.mktemp("busy")
    build_region([geodata / "osm" / "liechtenstein.osm.pbf"], name="x", out=folder / "region")
    pack = open_region(folder / "region")
    doors = draw_doors(pack, 1_200)
    write_cases(folder / "cases.csv", [door.address for door in doors])
    # Far fewer teams than would do: the search has to choose, and goes on choosing.
    write_teams(folder / "teams.csv", pack, doors[:130], days=2)
    return folder


def family(leader: int) -> list[int]:
    """Live processes of a session, its workers among them."""
    found = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-s", str(leader)], capture_output=True, text=True, check=False
    ).stdout
    rows = [line.split() for line in found.splitlines()]
    return [int(pid) for pid, state in rows if not state.startswith("Z")]


def searching(command: subprocess.Popen[str]) -> None:
    """Waits until workers search for routes, and lets them find some."""
    until = time.monotonic() + 60
    while len(family(command.pid)) < 3 and time.monotonic() < until:
        assert command.poll() is None, command.communicate()
        time.sleep(0.1)
    time.sleep(4)
    assert command.poll() is None, command.communicate()


def long_plan(busy: Path, out: Path) -> subprocess.Popen[str]:
    words = plan_words(busy / "region", busy / "cases.csv", busy / "teams.csv", out)
    return start(*words, "--seconds", 120, "--days", 2)


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_plan(busy, tmp_path):
    """Asked to stop, the search hands over what it has: written, and marked as not complete."""
    out = tmp_path / "out"
    command = long_plan(busy, out)
    searching(command)
    os.kill(command.pid, signal.SIGINT)
    said, err = command.communicate(timeout=60)
    assert command.returncode == 0, err
    facts = json.loads(said)
    plan = wire.load(Plan, (out / "plan.json").read_text("utf-8"))
    assert (facts["complete"], plan.complete) == (False, False)
    assert facts["served"] > 0
    assert (out / "summary.html").stat().st_size > 0
    assert len(list((out / "maps").glob("*.html"))) == facts["routes"]
    assert family(command.pid) == []


@pytest.mark.slow
def test_ctrl_c_twice_ends_at_once(busy, tmp_path):
    """The second time nothing is written, and no process is left behind."""
    out = tmp_path / "out"
    command = long_plan(busy, out)
    searching(command)
    os.kill(command.pid, signal.SIGINT)
    time.sleep(0.2)  # two at once would be taken for one
    os.kill(command.pid, signal.SIGINT)
    _, err = command.communicate(timeout=30)
    assert command.returncode not in (0, 2)
    assert "Traceback" not in err
    until = time.monotonic() + 5
    while family(command.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert family(command.pid) == []
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_routes(lists, millford, run, tmp_path):
    """Two runs that have the time to come to their end differ in nothing but its clock."""
    plans = []
    for name in ("one", "two"):
        out = tmp_path / name
        words = plan_words(millford, lists / "cases.csv", lists / "teams.csv", out, "--seed", 7)
        assert run(*words, "--seconds", 20).code == 0
        plan = json.loads((out / "plan.json").read_text("utf-8"))
        plan.pop("trace")
        plans.append(plan)
        assert plan["seed"] == 7
    assert plans[0] == plans[1]
    for name in ("stops.csv", "unserved.csv", "routes.geojson"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.fixture
def guarded(tmp_path) -> dict[str, str]:
    """Settings under which every Python process ends with 97 when it asks for another machine."""
    folder = tmp_path / "guard"
    folder.mkdir()
    source = Path(loopback.__file__).read_text("utf-8")
    (folder / "sitecustomize.py").write_text(source + GUARD)
    return {"PYTHONPATH": str(folder), "GUARD_LOG": str(tmp_path / "guard.log")}


def test_the_guard_of_every_test_sees_strangers(nobody_else_is_asked):
    """No test asks another machine, and an error that somebody swallows is seen all the same."""
    with contextlib.suppress(OSError):
        socket.getaddrinfo("example.org", 80)
    with contextlib.suppress(OSError), socket.socket() as line:
        line.connect(("192.0.2.1", 80))
    assert nobody_else_is_asked == ["example.org", "192.0.2.1"]
    nobody_else_is_asked.clear()


def test_the_guard_catches(guarded):
    """A name asked for, or an address called, ends the process."""
    for call in ("socket.getaddrinfo('example.org', 80)",
                 "socket.socket().connect(('192.0.2.1', 80))"):  # fmt: skip
        ended = subprocess.run(
            [sys.executable, "-c", f"import socket; {call}"],
            env={**os.environ, **guarded},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 97


def test_no_address_leaves_the_machine(guarded, lists, millford, tmp_path):
    """Finding, planning, printing: no process of it so much as asks for another host's name."""
    source = lists / "in.csv"
    source.write_text('id,address\n1,"ул. Главна 3, Милфорд"\n2,Nowhere 7\n', "utf-8")
    for words in (
        ("geocode", "--region", millford, source, tmp_path / "out.csv"),
        plan_words(millford, lists / "cases.csv", lists / "teams.csv", tmp_path / "out"),
    ):
        command = start(*words, **guarded)
        _, err = command.communicate(timeout=90)
        assert command.returncode == 0, err
    watched = Path(guarded["GUARD_LOG"]).read_text()
    assert watched.count("outreach.py geocode") == watched.count("outreach.py plan") == 1
    assert "multiprocessing" in watched, "the processes of the search were not watched"
