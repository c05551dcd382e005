"""A full disk, and one that may not be written: told in one line, nothing damaged, on again."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import postgres
import pytest
from office import CAMPAIGN, PLANNER

from planning.errors import FileFault, InputError
from tests.harness.clerk import Clerk
from tests.harness.durable import Durable
from tests.harness.inspection import check
from tests.harness.ledger import Ledger, read
from tests.harness.store import Store, started

NOBODY = 65534
Room = Callable[[], None]
"""Makes room on a disk again."""


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk in memory of 400 MB, of which a page is used where nothing is written."""
    folder = Path(tempfile.mkdtemp(prefix="od-"))  # short, as a Unix socket's path must be
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        folder.rmdir()
        pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(disk: Path, *, left: int) -> Room:
    """Fills a disk but for so many bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - left)
    return filler.unlink


def test_a_full_disk_under_sqlite_is_told_and_survived(small_disk: Path, tmp_path: Path) -> None:
    """Imports until nothing fits any more; what was acknowledged is there, then there is room."""
    store = Store("sqlite", str(small_disk / "home" / "registry.sqlite"), tmp_path)
    store.furnish()
    words = _fill_up_and_go_on(store, fill(small_disk, left=400_000))
    assert words.keys() <= {
        "registry.sqlite: the disk is full and nothing of this change was kept; make room, "
        "try again"
    }
    print(f"sqlite: full disk told {words.total()} times: {[*words]}")


def test_a_full_disk_at_the_first_start_leaves_nothing_behind(
    small_disk: Path, tmp_path: Path
) -> None:
    """No registry can be made where nothing fits; with room again it begins as any other."""
    store = Store("sqlite", str(small_disk / "home" / "registry.sqlite"), tmp_path)
    room = fill(small_disk, left=20_000)
    with pytest.raises(InputError) as told:
        store.furnish()
    assert str(told.value).startswith("registry.sqlite: the disk ")
    assert "\n" not in str(told.value)
    room()
    store.furnish()
    check(store, [])


def test_a_full_disk_under_postgresql_is_told_and_survived(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own disk is full: it may even end; what was acknowledged is there afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with (
        postgres.server(postgres.DURABLE) as server,
        Durable(server) as durable,
        server.database() as database,
    ):
        store = Store("postgresql", database.url, tmp_path)
        store.furnish()
        room = fill(small_disk, left=1_500_000)

        def room_and_server() -> None:
            room()
            durable.ensure_running()

        words = _fill_up_and_go_on(store, room_and_server)
    print(f"postgresql: full disk told {words.total()} times: {[*words]}")


def _fill_up_and_go_on(store: Store, make_room: Room) -> Counter[str]:
    """Works until the disk is full and a while longer; then with room again, without reopening."""
    ledger, words = Ledger(store.folder / "ledger.txt"), Counter[str]()
    with store.opened() as office:
        clerk = Clerk(office, ledger, "clerk", random.Random(3))
        acts = (clerk.import_new, clerk.import_list, clerk.draft_and_publish, clerk.record)
        for _ in range(400):
            for act in acts:
                _told(act, words)
            if words.total() > 12:
                break
        assert words, "the disk did not get full"
        assert not any("\n" in told or "SQL" in told for told in words)
        make_room()
        for act in acts:
            # A connection that was lost is told once; the next call has a new one.
            for _ in range(2):
                _told(act, after := Counter[str]())
            assert after.total() == 0, after
    found = check(store, read(store.folder / "ledger.txt"))
    assert found["acknowledged"] > len(acts)
    return words


def _told(act: Callable[[], None], words: Counter[str]) -> None:
    try:
        act()
    except FileFault as fault:
        words[str(fault)] += 1


def test_a_file_that_may_not_grow_is_told_and_survived(tmp_path: Path) -> None:
    """A limit on the size of files (quota, `ulimit`): the same without any privilege."""
    store = Store("sqlite", str(tmp_path / "home" / "registry.sqlite"), tmp_path)
    store.furnish()
    process = started(_with_a_limit, store)
    process.join()
    assert process.exitcode == 0


def _with_a_limit(store: Store) -> None:
    size = max(file.stat().st_size for file in Path(store.url).parent.iterdir())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, before[1]))
    words = _fill_up_and_go_on(store, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before))
    (only,) = words
    assert only.startswith("registry.sqlite: the disk "), only


@pytest.mark.parametrize(("folder", "file"), [(0o500, 0o600), (0o500, 0o400), (0o700, 0o400)])
def test_a_registry_that_may_not_be_written_is_told(tmp_path: Path, folder: int, file: int) -> None:
    """Folder or file read-only: one line at the first change, nothing touched, on again later."""
    home = tmp_path / "office" / "home"
    store = Store("sqlite", str(home / "registry.sqlite"), tmp_path / "office")
    store.furnish()
    content = (home / "registry.sqlite").read_bytes()
    with unprivileged(tmp_path / "office"):
        (home / "registry.sqlite").chmod(file)
        home.chmod(folder)
        with pytest.raises(InputError) as told, store.opened() as office:
            office.desk(PLANNER).create_campaign(replace(CAMPAIGN, campaign_id="another"))
        home.chmod(0o700)
        (home / "registry.sqlite").chmod(0o600)
    assert len(str(told.value).splitlines()) == 1
    assert "registry.sqlite: " in str(told.value)
    assert str(tmp_path) not in str(told.value)
    assert (home / "registry.sqlite").read_bytes() == content
    with store.opened() as office:
        office.desk(PLANNER).cases("c")
    check(store, [])


def test_a_read_only_disk_is_told(small_disk: Path, tmp_path: Path) -> None:
    """The whole disk is mounted read-only, as after a fault of its hardware."""
    store = Store("sqlite", str(small_disk / "home" / "registry.sqlite"), tmp_path)
    store.furnish()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(InputError) as told, store.opened() as office:
        office.desk(PLANNER).create_campaign(replace(CAMPAIGN, campaign_id="another"))
    assert len(str(told.value).splitlines()) == 1
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    check(store, [])


def test_a_read_only_server_is_told(postgresql: postgres.Server, tmp_path: Path) -> None:
    """A server that only reads for now (a stand-by, say) says so; afterwards all is as before."""
    with postgresql.database() as database:
        store = Store("postgresql", database.url, tmp_path)
        store.furnish()
        name = database.in_hand.database
        postgresql.command(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        with pytest.raises(FileFault, match="read-only"), store.opened() as office:
            office.desk(PLANNER).create_campaign(replace(CAMPAIGN, campaign_id="another"))
        postgresql.command(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        check(store, [])


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Where we are root, whom no mode stops: somebody else, to whom `folder` belongs."""
    with ExitStack() as stack:
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            for parent in folder.parents:
                if parent != Path(tempfile.gettempdir()) and tempfile.gettempdir() in str(parent):
                    stack.callback(parent.chmod, parent.stat().st_mode)
                    parent.chmod(parent.stat().st_mode | 0o011)
            os.setegid(NOBODY)
            stack.callback(os.setegid, 0)
            os.seteuid(NOBODY)
            stack.callback(os.seteuid, 0)
        yield
