"""A new key: everything opens with it and nothing with the old one, whatever happens meanwhile."""

from __future__ import annotations

import base64
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from full_registry import AUTUMN, BORIS, MET, MILA, UNKEYED, Kept, fill, filled
from postgres import Database, sqlite_database
from sqlalchemy import LargeBinary, String, create_engine, select
from sqlalchemy.exc import OperationalError

from data.registry import open_registry
from data.registry.cells import declared, not_opening
from data.registry.keys import known_seals
from data.registry.rotation import Rotated, rotate_key
from data.registry.seal import KEY_VARIABLE, NEXT_KEY_VARIABLE, Seal, load_key
from data.registry.tables import Base
from data.registry.tables.base import Digest, Sealed
from data.registry.verify import verify_registry
from planning.errors import FileFault, InputError
from planning.model import Address, Case

ROOT = Path(__file__).resolve().parents[2]


def unseen(_share: float, _words: str) -> None:
    """Progress that nobody looks at."""


@pytest.fixture(scope="module")
def like(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What the registries of these tests are like."""
    folder = tmp_path_factory.mktemp("like")
    kept = Kept(sqlite_database(folder / "registry.sqlite"), folder / "key" / "outreach.key")
    fill(kept)
    return kept


@pytest.fixture
def office(database: Database, like: Kept, tmp_path: Path) -> Kept:
    """A registry with a row in every table."""
    return filled(database, tmp_path / "key" / "outreach.key", like)


@pytest.fixture
def small(like: Kept, tmp_path: Path) -> Kept:
    """The same on SQLite only."""
    folder = tmp_path / "small"
    return filled(sqlite_database(folder / "registry.sqlite"), folder / "key" / "k", like)


def rotated(kept: Kept) -> Rotated:
    return rotate_key(kept.database.url, key_file=kept.key_file, actor="admin", report=unseen)


def sound(kept: Kept) -> None:
    """Everything opens, and what is found by digests is found."""
    found = verify_registry(kept.database.url, key_file=kept.key_file, report=unseen)
    assert found.findings == ()
    registry = kept.open()
    with registry.work("petya") as work:
        assert work.case("autumn", "c1").case == MILA
        assert list(work.remembered("autumn", [MILA])) == ["c1"]
        assert not work.add_outcome("autumn", UNKEYED)
        assert not work.add_outcome("autumn", MET)
    registry.close()


def keys_in(kept: Kept) -> list[str]:
    return sorted(each.name for each in kept.key_file.parent.iterdir())


def test_no_column_is_forgotten():
    """Whoever adds a column of bytes or of digests says whether the key has to do with it."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            digest = isinstance(column.type, String) and column.type.length == 64
            if isinstance(column.type, LargeBinary):
                assert isinstance(column.info.get("kept"), Sealed), f"{column} needs sealed_in"
            elif digest:
                assert "kept" in column.info, f"{column} needs keyed_digest or not_keyed"
        for column in declared(table, Sealed):
            assert set(column.info["kept"].row) <= set(table.columns.keys())


def test_everything_is_sealed_anew(office):
    """No cell and no digest stays as it was, the old key opens none, and all is still there."""
    old = Seal(load_key(office.key_file, create=False, environ={}))
    before = every_kept_value(office)
    assert all(before.values())
    done = rotated(office)
    after = every_kept_value(office)
    assert {name: len(values) for name, values in after.items()} == {
        name: len(values) for name, values in before.items()
    } | {"meta.value": len(before["meta.value"]) + 1}
    for name, values in after.items():
        assert not values & before[name] - {"", "-", "k1", "x"}, name
    assert done.cells == len(closed_to(office, old)) - 1
    sound(office)


def every_kept_value(kept: Kept) -> dict[str, set[object]]:
    """Column → its sealed cells or digests."""
    found: dict[str, set[object]] = {}
    engine = create_engine(kept.database.in_hand)
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in (*declared(table, Sealed), *declared(table, Digest)):
                values = connection.scalars(select(column).where(column.is_not(None)))
                found[f"{table.name}.{column.name}"] = set(values)
    engine.dispose()
    return found


def closed_to(kept: Kept, seal: Seal) -> list[FileFault]:
    engine = create_engine(kept.database.in_hand)
    with engine.connect() as connection:
        faults = list(not_opening(connection, seal, report=unseen))
    engine.dispose()
    return faults


def test_the_old_key_tells_nothing_of_the_new_digests(office):
    """Who has the old key and an old copy cannot test an address against the new registry."""
    registry = office.open()
    before = registry._seal
    rotated(office)
    with registry.work("petya") as work:
        work.campaigns()
    after = registry._seal
    registry.close()
    assert after.digest("ул. Тулча 5") != before.digest("ул. Тулча 5")
    assert after.digest_again(before.digest("x")) == after.digest("x")
    assert after.digest_keys[0] == before.digest_keys[0]
    assert after.key_id != before.key_id


def test_again_and_again(office):
    """Digests of digests of digests are still found."""
    for _ in range(3):
        rotated(office)
    sound(office)
    assert len(keys_in(office)) == 4
    assert len({seal.key_id for seal in known_seals(office.key_file)}) == 4


def test_a_service_that_runs_goes_on(office):
    """It need not be started anew: the next transaction has the new key, reading or writing."""
    registry = office.open()
    rotated(office)
    with registry.work("petya", reading=True) as work:
        assert len(work.cases("autumn")) == 2
    with registry.work("petya") as work:
        work.add_cases("autumn", [Case("c3", MILA.address)], {})
        assert list(work.remembered("autumn", [MILA])) == ["c1"]
        assert len(work.same_address("autumn", "c3")) == 2
    registry.close()
    sound(office)


def test_writers_at_work_lose_nothing(office):
    """Others write all the time while the key changes three times: every field opens afterwards."""
    stop = threading.Event()
    written: list[str] = []
    failures: list[BaseException] = []

    def write(name: str) -> None:
        registry = office.open()
        try:
            while not stop.is_set():
                key = f"{name}{len(written)}"
                with registry.work("petya") as work:
                    work.add_cases("autumn", [Case(key, Address("ул. Роза 1"))], {})
                    work.add_outcome("autumn", replace(MET, key=key))
                written.append(key)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            registry.close()

    crews = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for crew in crews:
        crew.start()
    try:
        for _ in range(3):
            rotated(office)
            time.sleep(0.1)
    finally:
        stop.set()
        for crew in crews:
            crew.join()
    assert failures == []
    assert written
    sound(office)
    registry = office.open()
    with registry.work("petya") as work:
        assert {each.key for each in work.outcomes("autumn")} >= set(written)
        assert {each.case.case_id for each in work.cases("autumn")} >= set(written)
    registry.close()


def test_nothing_of_the_old_key_is_left_in_the_files(office):
    """Beside somebody who writes all the time: no cell that the old key opens is on the disk."""
    old = [bytes(cell) for cells in every_cell(office).values() for cell in cells]
    on_disk = office.database.on_disk()
    assert all(cell in on_disk for cell in old)
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        registry = office.open()
        while not stop.is_set():
            with registry.work("petya") as work:
                work.add_outcome("autumn", replace(MET, key=f"w{len(written)}"))
            written.append(f"w{len(written)}")
            time.sleep(0.01)
        registry.close()

    crew = threading.Thread(target=write)
    crew.start()
    try:
        done = rotated(office)
    finally:
        stop.set()
        crew.join()
    assert done.swept
    on_disk = office.database.on_disk()
    assert [cell for cell in old if cell in on_disk] == []
    sound(office)
    registry = office.open()
    with registry.work("petya") as work:
        assert {each.key for each in work.outcomes("autumn")} >= set(written)
    registry.close()


def every_cell(kept: Kept) -> dict[str, set[object]]:
    """Column → its sealed cells, without those of `meta` and of outcomes still to come."""
    return {
        name: values
        for name, values in every_kept_value(kept).items()
        if isinstance(next(iter(values)), bytes | memoryview)
    }


def test_a_disk_too_full_to_sweep_does_not_undo_the_rotation(small, monkeypatch):
    """The new key holds; that old cells may be left in the files is told."""

    def full(engine: object) -> None:
        raise OperationalError("VACUUM", None, sqlite3.OperationalError("disk is full"))

    monkeypatch.setattr("data.registry.rotation.sweep", full)
    assert not rotated(small).swept
    sound(small)


def test_people_and_reasons_are_found_after_a_rotation(office):
    """Boris signs in through the organisation, and why a case was opened can still be read."""
    registry = office.open()
    with registry.work("petya", reading=True) as work:
        (before,) = work.emergencies()
    rotated(office)
    with registry.work("petya", reading=True) as work:
        (after,) = work.emergencies()
    who = registry.sign_in_by_identity("x", subject="", email=BORIS.identity)
    registry.close()
    assert before.reason
    assert after == before
    assert who == BORIS


def test_two_at_once_make_two_keys_one_after_the_other(office):
    """Whoever comes second rotates what the first has made."""
    done: list[Rotated] = []
    both = [threading.Thread(target=lambda: done.append(rotated(office))) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(done) == 2
    sound(office)
    assert len(keys_in(office)) == 3
    assert not any("next" in name for name in keys_in(office))


# --- cut off ---------------------------------------------------------------------------------

_CUT_OFF = """
import os, sys
from pathlib import Path
from data.registry import keys, rotation
def stop(*_args, **_keywords):
    os._exit(9)
{hook} = stop
rotation.rotate_key(sys.argv[1], key_file=Path(sys.argv[2]), actor="admin", report=lambda *_: None)
"""


@pytest.mark.parametrize(
    ("hook", "changed"),
    [
        ("rotation.reseal", False),
        ("rotation.audit.append", False),
        ("rotation.keys.put_next_key_in_place", True),
        ("Path.replace", True),
        ("rotation.keys.sync_folder", True),
        ("rotation.sweep", True),
    ],
)
def test_whenever_it_is_killed_one_key_opens_everything(office, hook, changed):
    """Before the commit it is the old key, afterwards the new one; the next rotation is as any."""
    before = load_key(office.key_file, create=False, environ={})
    child = subprocess.run(
        [sys.executable, "-c", _CUT_OFF.format(hook=hook), office.database.url, office.key_file],
        cwd=ROOT,
        check=False,
    )
    assert child.returncode == 9
    sound(office)
    after = load_key(office.key_file, create=False, environ={})
    assert (after != before) == changed
    if changed:
        assert before in [
            load_key(file, create=False, environ={})
            for file in office.key_file.parent.glob("*.old-*")
        ]
    rotated(office)
    sound(office)
    assert not any("next" in name for name in keys_in(office))


_ALWAYS = """
import sys
from pathlib import Path
from data.registry.rotation import rotate_key
while True:
    rotate_key(sys.argv[1], key_file=Path(sys.argv[2]), actor="admin", report=lambda *_: None)
    print("done", flush=True)
"""


def test_killed_at_any_moment(small):
    """kill -9 while keys change one after the other; as often as OUTREACH_KILLS says."""
    chance = random.Random(6)
    for _ in range(int(os.environ.get("OUTREACH_KILLS", "2"))):
        child = subprocess.Popen(
            [sys.executable, "-c", _ALWAYS, small.database.url, str(small.key_file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(chance.random() * 0.3)
        child.kill()
        child.communicate()
        sound(small)


# --- a key of the environment ----------------------------------------------------------------


def encoded(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


def test_a_key_of_the_environment_is_followed_by_the_next_one_there(tmp_path, monkeypatch):
    """Nothing is written to the disk; during the change either variable may come first."""
    kept = Kept(sqlite_database(tmp_path / "registry.sqlite"), tmp_path / "key" / "outreach.key")
    monkeypatch.setenv(KEY_VARIABLE, encoded(1))
    fill(kept)
    with pytest.raises(InputError, match=NEXT_KEY_VARIABLE):
        rotated(kept)
    monkeypatch.setenv(NEXT_KEY_VARIABLE, encoded(1))
    with pytest.raises(InputError, match=NEXT_KEY_VARIABLE):
        rotated(kept)
    monkeypatch.setenv(NEXT_KEY_VARIABLE, encoded(2))
    sound(kept)
    assert rotated(kept).old_key is None
    sound(kept)
    monkeypatch.delenv(NEXT_KEY_VARIABLE)
    with pytest.raises(InputError, match="not the key"):
        kept.open()
    monkeypatch.setenv(KEY_VARIABLE, encoded(2))
    sound(kept)
    assert not kept.key_file.parent.exists()


def test_a_next_key_that_is_none_is_not_repeated(tmp_path, monkeypatch):
    """A typing mistake in the settings is one line."""
    kept = Kept(sqlite_database(tmp_path / "registry.sqlite"), tmp_path / "key")
    monkeypatch.setenv(KEY_VARIABLE, encoded(1))
    fill(kept)
    monkeypatch.setenv(NEXT_KEY_VARIABLE, "secret-but-wrong")
    with pytest.raises(InputError, match=r"OUTREACH_KEY_NEXT.*not a key") as refused:
        rotated(kept)
    assert "secret-but-wrong" not in str(refused.value)


# --- refused ---------------------------------------------------------------------------------


def test_a_field_that_does_not_open_stops_it(small):
    """Nothing is changed and the old key stays: the finding is to be looked at first."""
    small.database.execute("UPDATE teams SET sealed = x'0102030405'")
    before = small.rows()
    with pytest.raises(FileFault, match="does not open"):
        rotated(small)
    assert small.rows() == before
    assert load_key(small.key_file, create=False, environ={})
    found = verify_registry(small.database.url, key_file=small.key_file, report=unseen)
    assert [fault.field for fault in found.findings] == ["teams / sealed / autumn / t1"]


def test_without_the_right_key_nothing_begins(small, tmp_path):
    """Wrong key, no registry, older schema: one line each."""
    before = small.rows()
    small.key_file.write_text(encoded(7))
    with pytest.raises(InputError, match="not the key"):
        rotated(small)
    assert small.rows() == before
    assert keys_in(small) == ["k"]
    with pytest.raises(InputError, match="no registry here yet"):
        rotated(Kept(sqlite_database(tmp_path / "no.sqlite"), small.key_file))


def test_an_older_schema_is_upgraded_first(small):
    """The line says how."""
    small.database.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(InputError, match="db upgrade"):
        rotated(small)
    with pytest.raises(InputError, match="db upgrade"):
        verify_registry(small.database.url, key_file=small.key_file, report=unseen)


# --- verifying -------------------------------------------------------------------------------


def test_a_sound_registry_is_counted(office):
    """Nothing to find: how many rows there are of each kind."""
    found = verify_registry(office.database.url, key_file=office.key_file, report=unseen)
    assert found.findings == ()
    assert (found.rows["campaigns"], found.rows["cases"], found.rows["outcomes"]) == (1, 2, 2)


def test_every_finding_is_told(office):
    """A cell copied to another row and an entry of the log that was changed: both in one round."""
    office.database.execute(
        *office.database.without_append_only(),
        "UPDATE cases SET sealed_case = (SELECT sealed_case FROM cases WHERE case_id = 'c1') "
        "WHERE case_id = 'c2'",
        "UPDATE audit SET actor = 'boris' WHERE number = 1",
    )
    found = verify_registry(office.database.url, key_file=office.key_file, report=unseen)
    words = [str(fault) for fault in found.findings]
    assert len(words) == 2
    assert words[0].startswith("cases / case / autumn / c2: a sealed field does not open")
    assert "changed by hand at entry 1" in words[1]


def test_a_row_that_points_to_nothing_is_told(small):
    """Somebody deleted by hand, with the rules off."""
    engine = create_engine(small.database.in_hand)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DELETE FROM users")
    engine.dispose()
    found = verify_registry(small.database.url, key_file=small.key_file, report=unseen)
    assert any("points to nothing in users" in str(fault) for fault in found.findings)


def test_a_registry_is_opened_by_its_own_key_only(small):
    """What the rotation keeps beside is for backups: the old key does not open the registry."""
    done = rotated(small)
    assert done.old_key is not None
    done.old_key.replace(small.key_file)
    with pytest.raises(InputError, match="not the key"):
        open_registry(small.database.url, key_file=small.key_file)
    assert AUTUMN.name
