"""kill -9 at random moments: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import postgres
import pytest

from tests.harness import sizes
from tests.harness.clerk import work_until_killed
from tests.harness.durable import Durable
from tests.harness.inspection import check
from tests.harness.ledger import Act, read
from tests.harness.store import Store, started

MOMENTS = sizes.of(10, full=200)
LIVES = 10
"""Moments that one registry goes through, one after the other."""
Cut = Callable[[BaseProcess, Path, int], None]
"""Ends the process of a life, with its ledger and number, and whatever else is to end with it."""


@pytest.fixture(scope="module")
def durable() -> Iterator[Durable]:
    """A server with every commit on the disk, that may be killed."""
    with postgres.server(postgres.DURABLE) as server, Durable(server) as made:
        yield made


@pytest.mark.parametrize("first", range(0, MOMENTS, LIVES))
def test_a_killed_service_loses_and_halves_nothing(tmp_path: Path, first: int) -> None:
    """SQLite: killed ten times in a row, each time while it imports, publishes and records."""
    store = Store("sqlite", str(tmp_path / "home" / "registry.sqlite"), tmp_path)
    _live_through(store, first, cut=_kill_the_service)


@pytest.mark.parametrize("first", range(0, MOMENTS, LIVES))
def test_a_killed_server_loses_and_halves_nothing(
    durable: Durable, tmp_path: Path, first: int
) -> None:
    """PostgreSQL: the same; at one moment of three its server is killed, too.

    At every second of these the service lives on: it is told, and goes on with the new server.
    """
    with durable.server.database() as database:
        store = Store("postgresql", database.url, tmp_path)

        def cut(process: BaseProcess, file: Path, life: int) -> None:
            if life % 3 == 0:
                durable.crash()
            try:
                if life % 6 == 0:
                    durable.ensure_running()
                    written = sum(act.done for act in read(file))
                    _wait_until(process, lambda: _works_again(file, written))
                _kill_the_service(process, file, life)
            finally:
                durable.ensure_running()

        _live_through(store, first, cut=cut)
    print(f"postgresql: the server itself was killed and recovered {durable.crashes} times so far")


def _live_through(store: Store, first: int, *, cut: Cut) -> None:
    """Ten lives of one registry, looked at after each of them."""
    store.furnish()
    chance = random.Random(first)
    acts: list[Act] = []
    found: Counter[str] = Counter()
    broken_off: Counter[str] = Counter()
    for life in range(first, first + LIVES):
        file = store.folder / f"ledger-{life}.txt"
        _kill_at_a_moment(store, file, life, chance, cut)
        lived = read(file)
        if store.kind == "sqlite":
            assert [act.told for act in lived if act.name == "fault"] == []
        acts += lived
        broken_off.update(act.name for act in lived[-1:] if not act.done)
        found = check(store, acts)
    print(
        f"{store.kind}: killed at {LIVES} moments, {found['acknowledged']} acts acknowledged and "
        f"there; what was cut off: {dict(broken_off)}; of all that was never acknowledged "
        f"{found['cut off, kept whole']} are there whole, {found['cut off, left out']} not at all"
    )
    assert found["acknowledged"]


def _kill_at_a_moment(store: Store, file: Path, life: int, chance: random.Random, cut: Cut) -> None:
    """Most moments are while it works; one of five is while it starts."""
    process = started(work_until_killed, store, file, f"life{life}", life)
    try:
        if life % 5:
            _wait_until(process, lambda: any(act.done for act in read(file)))
        time.sleep(chance.uniform(0.0, 0.4))
    finally:
        cut(process, file, life)


def _kill_the_service(process: BaseProcess, _file: Path, life: int) -> None:
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"life {life} ended by itself"


def _works_again(file: Path, written: int) -> bool:
    later = [act.name for act in read(file) if act.done][written:]
    return any(name != "fault" for name in later)


def _wait_until(process: BaseProcess, works: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not works():
        assert process.is_alive(), "it ended by itself"
        assert time.monotonic() < until, "it does not work"
        time.sleep(0.005)
