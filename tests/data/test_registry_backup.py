"""Backups: made while others work, whole or refused, restored wherever there is a database."""

from __future__ import annotations

import io
import shutil
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from full_registry import AUTUMN, MET, MILA, MONDAY, PERSONAL, Kept, fill, filled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import Database, Server, sqlite_database

from data.registry.backup import back_up, check_backup
from data.registry.keys import known_seals
from data.registry.restore import restore
from data.registry.rotation import rotate_key
from data.registry.seal import Seal
from data.registry.stream import PIECE_BYTES, decrypted, encrypted
from data.registry.verify import verify_registry
from planning.errors import FileFault, InputError
from planning.model import Address, Case, Plan


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


def saved(kept: Kept, file: Path) -> Path:
    back_up(kept.database.url, file, key_file=kept.key_file, actor="admin", report=unseen)
    return file


def restored(kept: Kept, file: Path, **how: Any) -> None:
    restore(file, kept.database.url, key_file=kept.key_file, actor="admin", report=unseen, **how)


def but_for_the_log(rows: dict[str, list[object]]) -> dict[str, list[object]]:
    """Restoring adds an entry to the audit log, and its head is sealed anew."""
    return {table: found for table, found in rows.items() if table not in ("audit", "meta")}


# --- there and back --------------------------------------------------------------------------


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
def test_what_is_restored_is_what_was_saved(office, onto, tmp_path, request):
    """Every row of every table, from either database into either; the log goes on behind it."""
    file = saved(office, tmp_path / "office.backup")
    before = office.rows()
    assert all(before.values())
    where = (
        sqlite_database(tmp_path / "new" / "registry.sqlite")
        if onto == "sqlite"
        else request.getfixturevalue("elsewhere")
    )
    other = Kept(where, office.key_file)
    restored(other, file)
    after = other.rows()
    assert but_for_the_log(after) == but_for_the_log(before)
    assert [row for row in after["audit"] if row in before["audit"]] == before["audit"]
    found = verify_registry(where.url, key_file=office.key_file, report=unseen)
    assert found.findings == ()
    registry = other.open()
    with registry.work("petya") as work:
        assert work.case("autumn", "c1").case == MILA
        assert not work.add_outcome("autumn", MET)
        assert work.add_plan("autumn", Plan(MONDAY, 5, (), (), (), ())) == 2
        assert work.add_outcome("autumn", replace(MET, key="k9"))
        assert [entry.action for entry in work.audit()][:2] == [
            "restore_registry", "backup_registry",
        ]  # fmt: skip
    registry.close()


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A second database on the server."""
    server: Server = request.getfixturevalue("postgresql")
    with server.database() as made:
        yield made


def test_a_backup_is_one_moment_while_others_work(office, tmp_path):
    """An import, a publication and outcomes go on: each transaction is in it whole or not at all,
    and nobody waits for the backup or fails."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def work_on() -> None:
        registry = office.open()
        try:
            number = 0
            while not stop.is_set():
                number += 1
                with registry.work("petya") as work:
                    work.add_cases(
                        "autumn",
                        [Case(f"n{number}-{at}", Address("ул. Роза 1")) for at in range(3)],
                        {},
                    )
                    work.publish("autumn", work.add_plan("autumn", Plan(MONDAY, 5, (), (), (), ())))
                    work.add_outcome("autumn", replace(MET, key=f"n{number}"))
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            registry.close()

    crew = threading.Thread(target=work_on)
    crew.start()
    try:
        files = [saved(office, tmp_path / f"{number}.backup") for number in range(3)]
    finally:
        stop.set()
        crew.join()
    assert failures == []
    for number, file in enumerate(files):
        copy = Kept(sqlite_database(tmp_path / f"{number}" / "registry.sqlite"), office.key_file)
        restored(copy, file)
        registry = copy.open()
        with registry.work("petya") as work:
            outcomes = [each for each in work.outcomes("autumn") if each.key.startswith("n")]
            plan = work.plan("autumn", published=True)
            assert plan is not None
            assert plan.version == 1 + len(outcomes)
            assert len(work.cases("autumn")) == 2 + 3 * len(outcomes)
        assert registry.verify_audit() > 0
        registry.close()


def test_nothing_of_it_lies_open(office, tmp_path):
    """Neither names nor ids nor codes nor table names can be read; only its owner may try."""
    file = saved(office, tmp_path / "office.backup")
    content = file.read_bytes()
    for word in (*PERSONAL, "autumn", "RSE27", "petya", "cases", "0007"):
        assert word.encode() not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["office.backup"]
    again = saved(office, tmp_path / "again.backup").read_bytes()
    assert again[64:128] != content[64:128]


def test_a_file_that_is_there_is_not_overwritten(small, tmp_path):
    """Unless that is asked for."""
    file = tmp_path / "office.backup"
    file.write_bytes(b"precious")
    with pytest.raises(InputError, match="such a file already"):
        saved(small, file)
    assert file.read_bytes() == b"precious"
    make = partial(
        back_up, small.database.url, key_file=small.key_file, actor="admin", report=unseen
    )
    made = make(file, replace=True)
    assert check_backup(file, [made.seal], report=unseen).contents == made.contents
    with pytest.raises(InputError, match="such a file already"):
        make(tmp_path, replace=True)


def test_a_disk_that_is_full_leaves_nothing_behind(small, tmp_path, monkeypatch):
    """No half backup that somebody might trust."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.registry.backup.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        saved(small, tmp_path / "office.backup")
    assert [each.name for each in tmp_path.iterdir()] == ["small"]


# --- into what -------------------------------------------------------------------------------


def test_a_registry_with_records_is_not_replaced_unasked(office, tmp_path):
    """Without the word, nothing is touched; with it, what was there is kept first."""
    file = saved(office, tmp_path / "office.backup")
    registry = office.open()
    with registry.work("petya") as work:
        work.add_outcome("autumn", replace(MET, key="later"))
    registry.close()
    before = office.rows()
    with pytest.raises(InputError, match="--replace"):
        restored(office, file)
    assert office.rows() == before
    kept = tmp_path / "kept.backup"
    restored(office, file, keep=lambda: saved(office, kept))
    assert len(office.rows()["outcomes"]) == len(before["outcomes"]) - 1
    restored(office, kept, keep=lambda: None)
    assert but_for_the_log(office.rows()) == but_for_the_log(before)


def test_a_service_that_runs_meets_the_restored_records(office, tmp_path):
    """It need not be started anew."""
    file = saved(office, tmp_path / "office.backup")
    registry = office.open()
    with registry.work("petya") as work:
        work.save_campaign(replace(AUTUMN, campaign_id="spring"))
    restored(office, file, keep=lambda: None)
    with registry.work("petya") as work:
        assert [each.campaign_id for each in work.campaigns()] == ["autumn"]
        work.add_outcome("autumn", replace(MET, key="after"))
    assert registry.verify_audit() > 0
    registry.close()


def test_a_registry_that_was_only_opened_is_empty(small, tmp_path):
    """The service was started on the new machine before the backup was brought there."""
    file = saved(small, tmp_path / "office.backup")
    fresh = Kept(sqlite_database(tmp_path / "new" / "registry.sqlite"), tmp_path / "new" / "key")
    fresh.open().close()
    fresh.key_file.unlink()
    shutil.copy2(small.key_file, fresh.key_file)
    restored(fresh, file)
    assert but_for_the_log(fresh.rows()) == but_for_the_log(small.rows())


def test_a_backup_from_before_a_rotation_opens_with_the_old_key(small, tmp_path):
    """It is sealed with the present key as it comes in; remembered decisions are still found."""
    file = saved(small, tmp_path / "old.backup")
    rotate_key(small.database.url, key_file=small.key_file, actor="admin", report=unseen)
    restored(small, file, keep=lambda: None)
    found = verify_registry(small.database.url, key_file=small.key_file, report=unseen)
    assert found.findings == ()
    registry = small.open()
    with registry.work("petya") as work:
        assert list(work.remembered("autumn", [MILA])) == ["c1"]
    registry.close()


def test_the_old_key_may_be_brought_by_hand(small, tmp_path):
    """It was kept elsewhere, as the manual says."""
    file = saved(small, tmp_path / "old.backup")
    rotated = rotate_key(small.database.url, key_file=small.key_file, actor="admin", report=unseen)
    assert rotated.old_key is not None
    elsewhere = rotated.old_key.replace(tmp_path / "usb.key")
    with pytest.raises(FileFault, match="needs key"):
        restored(small, file, keep=lambda: None)
    restored(small, file, keep=lambda: None, further_key=elsewhere)
    assert verify_registry(small.database.url, key_file=small.key_file, report=unseen).rows


def test_a_backup_of_an_earlier_schema_is_brought_up_to_date(tmp_path):
    """Saved by an earlier version, restored by this one."""
    home = Kept(sqlite_database(tmp_path / "registry.sqlite"), tmp_path / "key")
    home.open().close()
    old = tmp_path / "old.sqlite"
    make_old(home, old)
    earlier = Kept(sqlite_database(old), home.key_file)
    file = saved(earlier, tmp_path / "old.backup")
    restored(home, file)
    registry = home.open()
    with registry.work("petya") as work:
        assert work.campaigns() == [replace(AUTUMN, region="")]
    registry.close()


def make_old(home: Kept, file: Path) -> None:
    """A registry of the first version with a campaign in it."""
    from sqlalchemy import create_engine

    from data.registry.migrate import upgrade_within

    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        upgrade_within(connection, name="old", revision="0001")
        with closing(sqlite3.connect(home.database.url)) as raw:
            meta = raw.execute("SELECT name, value FROM meta").fetchall()
        for row in meta:
            connection.exec_driver_sql("INSERT INTO meta VALUES (?, ?)", row)
        connection.exec_driver_sql(
            "INSERT INTO campaigns VALUES (1, 'autumn', 'Обхват', '2026-08-24', 5, '', 0)"
        )
    engine.dispose()


# --- refused ---------------------------------------------------------------------------------


def a_zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("registry.sqlite", "SQLite format 3")
    return held.getvalue()


def newer_format(content: bytes) -> bytes:
    return content[:16] + b"\x02" + content[17:]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda _: b"", "not a backup"),
        (lambda _: b"OUTREACH", "not a backup"),
        (lambda _: bytes(range(256)) * 9, "not a backup"),
        (lambda _: a_zip(), "not a backup"),
        (lambda _: b"SQLite format 3\x00" + bytes(900), "not a backup"),
        (lambda content: content[:40], "cut off"),
        (lambda content: content[:64], "cut off"),
        (lambda content: content[:-1], "cut off"),
        (lambda content: content + b"\x00", "cut off"),
        (lambda content: content + content, "cut off"),
        (newer_format, "newer version"),
    ],
)
def test_what_is_no_backup_is_refused_in_one_line(small, tmp_path, harm, said):
    """Each harm has its line, which names the file without its folder; nothing is touched."""
    file = saved(small, tmp_path / "office.backup")
    file.write_bytes(harm(file.read_bytes()))
    before = small.rows()
    refused(small, file, said)
    assert small.rows() == before


def refused(kept: Kept, file: Path, said: str) -> None:
    kept_first: list[str] = []
    with pytest.raises(InputError, match=said) as refusal:
        restored(kept, file, keep=lambda: kept_first.append("asked"))
    assert len(refusal.value.faults) == 1
    assert "\n" not in str(refusal.value)
    assert str(file.parent) not in str(refusal.value)
    assert kept_first == []


def test_a_folder_or_nothing_in_its_place_is_refused(small, tmp_path):
    """One line, not a traceback."""
    refused(small, tmp_path, "cannot be read")
    refused(small, tmp_path / "missing", "cannot be read")


def test_another_office_s_backup_is_refused(small, tmp_path):
    """It tells which key it needs; with that one given by hand it opens."""
    other = Kept(sqlite_database(tmp_path / "o" / "registry.sqlite"), tmp_path / "o" / "key")
    fill(other)
    file = saved(other, tmp_path / "other.backup")
    refused(small, file, next(known_seals(other.key_file)).key_id.hex())


def test_a_backup_of_a_newer_schema_is_refused(small, tmp_path):
    """The service is to be updated first."""
    with closing(sqlite3.connect(small.database.url)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(InputError, match="newer version"):
        saved(small, tmp_path / "office.backup")
    file = tmp_path / "made_up.backup"
    seal = next(known_seals(small.key_file))
    line = b'{"revision": "9999", "made_at": "", "rows": {}}\n'
    from data.registry.records import compressed

    file.write_bytes(b"".join(encrypted(compressed([line]), seal)))
    refused(small, file, "newer version")


def test_without_the_key_nothing_is_restored_or_saved(small, tmp_path):
    """The key is not in the backup: it has to be put back first, and the line says so."""
    file = saved(small, tmp_path / "office.backup")
    assert small.key_file.read_bytes().strip() not in file.read_bytes()
    small.key_file.unlink()
    refused(small, file, "put its key file back")
    with pytest.raises(InputError, match="put its key file back"):
        saved(small, tmp_path / "second.backup")
    assert not (tmp_path / "second.backup").exists()


def test_there_is_nothing_to_save_before_the_first_start(tmp_path):
    """And no empty registry is made on the way."""
    nowhere = Kept(sqlite_database(tmp_path / "registry.sqlite"), tmp_path / "key")
    with pytest.raises(InputError, match="no registry here yet"):
        saved(nowhere, tmp_path / "office.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_restoring_that_breaks_off_changes_nothing(small, tmp_path, monkeypatch):
    """The power fails in the middle."""
    file = saved(small, tmp_path / "office.backup")
    before = small.rows()

    def fails(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("data.registry.restore._under_present_key", fails)
    with pytest.raises(KeyboardInterrupt):
        restored(small, file, keep=lambda: None)
    assert small.rows() == before


# --- the file itself -------------------------------------------------------------------------

SEAL = Seal(bytes(range(32)))


def opened(content: bytes) -> bytes:
    return b"".join(decrypted(io.BytesIO(content), [SEAL], name="x")[1])


@given(
    pieces=st.lists(st.binary(max_size=300), max_size=5),
    filling=st.sampled_from([0, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES]),
)
def test_a_stream_comes_back_whole(pieces, filling):
    """Whatever its length, also where a piece ends exactly at its end."""
    content = [*pieces, bytes(filling)]
    assert opened(b"".join(encrypted(content, SEAL))) == b"".join(content)


LONG = b"".join(encrypted([bytes(2 * PIECE_BYTES + 100)], SEAL))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(at=st.integers(0, len(LONG) - 1), bit=st.integers(0, 7))
def test_any_altered_byte_is_refused(at, bit):
    """In the head, in a piece, in a tag."""
    changed = bytearray(LONG)
    changed[at] ^= 1 << bit
    with pytest.raises(FileFault):
        opened(bytes(changed))


@settings(deadline=None)
@given(length=st.integers(0, len(LONG) - 1))
def test_any_truncation_is_refused(length):
    """Also one at the border of two pieces."""
    with pytest.raises(FileFault):
        opened(LONG[:length])


@pytest.mark.parametrize("keep", [64, 64 + PIECE_BYTES + 16, 64 + 2 * (PIECE_BYTES + 16)])
def test_an_end_cut_off_between_pieces_is_refused(keep):
    """Each piece that is left is genuine; the mark of the last one is missing."""
    with pytest.raises(FileFault, match="cut off"):
        opened(LONG[:keep])


def test_pieces_in_another_order_or_of_another_file_are_refused():
    """Each is bound to its number and its file."""
    size = PIECE_BYTES + 16
    head, first, second, rest = (
        LONG[:64],
        LONG[64:][:size],
        LONG[64 + size :][:size],
        LONG[64 + 2 * size :],
    )
    other = b"".join(encrypted([bytes(2 * PIECE_BYTES + 100)], SEAL))
    for content in (
        head + second + first + rest,
        head + first + first + second + rest,
        head + first + rest,
        head + other[64:][:size] + second + rest,
        other[:64] + LONG[64:],
    ):
        with pytest.raises(FileFault, match="changed"):
            opened(content)


@settings(max_examples=20, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
def test_no_altered_backup_is_restored(small, tmp_path, data):
    """The whole way: a changed byte or a cut-off end, and the registry stays as it is."""
    file = tmp_path / "office.backup"
    if not file.exists():
        saved(small, file)
    content = file.read_bytes()
    harmed = bytearray(content)
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        harmed[at] ^= data.draw(st.integers(1, 255))
    else:
        del harmed[at:]
    other = tmp_path / "harmed.backup"
    other.write_bytes(harmed)
    with pytest.raises(FileFault):
        check_backup(other, known_seals(small.key_file), report=unseen)
