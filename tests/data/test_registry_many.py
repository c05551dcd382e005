"""Many at once, and the power cut: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from planning.errors import Conflict
from planning.model import Address, Campaign, Case, Level, Outcome, Place, Result
from planning.text import Note

if TYPE_CHECKING:
    from postgres import Database

ROOT = Path(__file__).resolve().parents[2]
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
MONDAY = date(2026, 8, 24)

CHILD = """
import sys
from datetime import date
from pathlib import Path

from argon2 import PasswordHasher

from data.registry import open_registry
from data.registry.accounts import Passwords
from planning.model import Address, Campaign, Case, Outcome, Result

url, key_file, task, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
registry = open_registry(url, key_file=key_file, passwords=quick)
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[5])):
    key = f"shared-{number}" if task == "shared" else f"{name}-{number}"
    team = "t1" if task == "shared" else name
    with registry.work(name) as work:
        if task == "import":
            rows = [Case(f"{name}-{number}-{row}", Address("ул. Тулча 5")) for row in range(60)]
            work.add_cases("autumn", rows, {})
        work.add_outcome(
            "autumn",
            Outcome(f"v{number}", team, date(2026, 8, 24), Result.MET, "2026-08-24T10", key=key),
        )
        work.log(task, f"{name}-{number}")
    print(number, flush=True)
"""


OPENED: list[SqlRegistry] = []


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    """Whatever a test has opened is closed at its end."""
    yield
    while OPENED:
        OPENED.pop().close()


@dataclass(frozen=True)
class Home:
    """Where a registry is, and its key."""

    url: str
    key_file: Path


def open_in(home: Home) -> SqlRegistry:
    registry = open_registry(home.url, key_file=home.key_file, passwords=QUICK)
    OPENED.append(registry)
    return registry


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Home:
    made = Home(database.url, tmp_path / "key" / "k")
    registry = open_in(made)
    with registry.work("petya") as work:
        work.save_campaign(Campaign("autumn", "Обхват", MONDAY, 5))
    registry.close()
    return made


@contextmanager
def children(
    home: Home, task: str, names: Sequence[str], times: int
) -> Iterator[list[subprocess.Popen[str]]]:
    """Other processes that have opened the registry and wait for a line to begin."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, home.url, str(home.key_file), task,
             name, str(times)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for name in names
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def acknowledged(process: subprocess.Popen[str]) -> list[int]:
    """What the process said it had saved; waits for its end."""
    assert process.stdout is not None
    return [int(line) for line in process.stdout if line.endswith("\n")]


def test_threads_and_processes_lose_no_outcome_and_double_none(home):
    """Six threads and two processes, 30 outcomes each at the same time: 240 outcomes."""
    registry = open_in(home)
    faults: list[BaseException] = []

    def record(team: str) -> None:
        try:
            for number in range(30):
                with registry.work(team) as work:
                    work.add_outcome(
                        "autumn",
                        Outcome(f"v{number}", team, MONDAY, Result.MET, "2026-08-24T10:00:00Z",
                                key=f"{team}-{number}"),
                    )  # fmt: skip
                    work.log("record_outcome", f"{team}-{number}")
        except BaseException as error:  # noqa: BLE001 - the test looks at all of them
            faults.append(error)

    threads = [threading.Thread(target=record, args=(f"t{number}",)) for number in range(6)]
    with children(home, "outcomes", ["p1", "p2"], 30) as processes:
        for process in processes:
            begin(process)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [acknowledged(process) for process in processes] == [list(range(30))] * 2
    assert faults == []
    with registry.work("petya") as work:
        keys = [outcome.key for outcome in work.outcomes("autumn")]
    teams = [f"t{number}" for number in range(6)] + ["p1", "p2"]
    assert sorted(keys) == sorted(f"{team}-{number}" for team in teams for number in range(30))
    assert registry.verify_audit() == 240


def test_the_same_outcomes_from_two_processes_are_kept_once(home):
    """A phone sends its queue twice over two connections: each outcome is there once."""
    with children(home, "shared", ["p1", "p2"], 20) as processes:
        for process in processes:
            begin(process)
        assert [acknowledged(process) for process in processes] == [list(range(20))] * 2
    with open_in(home).work("petya") as work:
        keys = [outcome.key for outcome in work.outcomes("autumn")]
    assert sorted(keys) == sorted(f"shared-{number}" for number in range(20))


def test_planners_who_decide_at_once_never_overwrite_each_other(home):
    """Four planners settle one case over and over: every success is one version, none is lost."""
    registry = open_in(home)
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("c1", Address("ул. Тулча 5"))], {})
    successes: list[int] = []

    def settle(planner: str) -> None:
        for _ in range(15):
            with registry.work(planner, reading=True) as work:
                seen = work.case("autumn", "c1").version
            try:
                with registry.work(planner) as work:
                    place = Place(Level.HOUSE, 25.9, 43.8, notes=(Note(f"{planner} {seen}"),))
                    work.settle_places("autumn", {"c1": place}, versions={"c1": seen})
                successes.append(seen)
            except Conflict:
                continue

    threads = [threading.Thread(target=settle, args=(f"p{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with registry.work("petya") as work:
        assert work.case("autumn", "c1").version == 1 + len(successes)
    assert sorted(successes) == list(range(1, 1 + len(successes)))


def test_first_starts_at_the_same_moment_make_one_registry(new_database, tmp_path):
    """Four threads open a registry that is not there yet: one key, one schema, no error."""
    opened: list[SqlRegistry | BaseException] = []
    home = Home(new_database.url, tmp_path / "key" / "k")

    def start() -> None:
        try:
            opened.append(open_in(home))
        except BaseException as error:  # noqa: BLE001 - the test looks at all of them
            opened.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    registries = [each for each in opened if isinstance(each, SqlRegistry)]
    assert len(registries) == 4, opened
    with registries[0].work("petya") as work:
        work.save_campaign(Campaign("autumn", "Обхват", MONDAY, 5))
        work.add_cases("autumn", [Case("c1", Address("ул. Тулча 5"))], {})
        work.log("import", "autumn")
    for registry in registries:
        with registry.work("boris") as work:
            assert work.case("autumn", "c1").case.address.text == "ул. Тулча 5"
        assert registry.verify_audit() == 1


def test_a_power_cut_loses_nothing_acknowledged_and_leaves_nothing_half_there(home):
    """Two importers are killed at random moments, three times: six cuts, all or nothing each."""
    chance = random.Random(6)
    for round_ in range(3):
        names = [f"r{round_}a", f"r{round_}b"]
        with children(home, "import", names, 10_000) as processes:
            for process in processes:
                begin(process)
            for process in chance.sample(processes, 2):
                time.sleep(chance.uniform(0.01, 0.2))
                process.kill()
            said = [acknowledged(process) for process in processes]
        registry = open_in(home)
        for name, numbers in zip(names, said, strict=True):
            check_whole(registry, name, numbers)
        registry.verify_audit()
        registry.close()


def check_whole(registry: SqlRegistry, name: str, said: Sequence[int]) -> None:
    """Cases, outcome and log entry of each transaction are there together, or none of them."""
    with registry.work("petya") as work:
        cases = {record.case.case_id for record in work.cases("autumn")}
        kept = [int(each.key.split("-")[1]) for each in work.outcomes("autumn", team_id=name)]
        logged = [each.subject for each in work.audit(limit=100_000) if each.actor == name]
    assert {case_id for case_id in cases if case_id.startswith(name)} == {
        f"{name}-{number}-{row}" for number in kept for row in range(60)
    }
    assert kept == list(range(len(kept)))
    assert sorted(logged) == sorted(f"{name}-{number}" for number in kept)
    assert set(said) <= set(kept), "acknowledged, but lost"
    assert len(kept) <= len(said) + 1
