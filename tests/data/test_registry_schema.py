"""Opening a registry: made, brought up to date, or refused in one line with nothing touched."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import CheckConstraint, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.migrate import upgrade
from data.registry.tables import Base
from planning.errors import Conflict, FileFault, InputError
from planning.model import Address, Campaign, Case

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
AUTUMN = Campaign("autumn", "Обхват", date(2026, 8, 24), 5)


OPENED: list[SqlRegistry] = []


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    """Whatever a test has opened is closed at its end."""
    yield
    while OPENED:
        OPENED.pop().close()


def open_in(folder: Path) -> SqlRegistry:
    registry = open_registry(
        folder / "registry.sqlite", key_file=folder / "key" / "k", passwords=QUICK
    )
    OPENED.append(registry)
    return registry


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a registry that has a campaign in it, closed."""
    registry = open_in(tmp_path)
    with registry.work("petya") as work:
        work.save_campaign(AUTUMN)
    registry.close()
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_migrations_and_models_agree(tmp_path):
    """The schema that migrations build is the one the code works with, check by check."""
    upgrade(tmp_path / "r.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        found = inspect(connection)
        for table in Base.metadata.sorted_tables:
            wanted = {
                (str(check.name), str(check.sqltext))
                for check in table.constraints
                if isinstance(check, CheckConstraint)
            }
            checks = found.get_check_constraints(table.name)
            assert {(check["name"], check["sqltext"]) for check in checks} == wanted
    engine.dispose()


def test_upgrading_again_changes_nothing(home):
    """It runs at every start."""
    before = files(home)["registry.sqlite"]
    upgrade(home / "registry.sqlite")
    upgrade(str(home / "registry.sqlite"))
    assert files(home)["registry.sqlite"] == before


def test_tables_are_understood_by_postgresql():
    """Nothing in them is SQLite's own."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "INDEX" in str(CreateIndex(index).compile(dialect=dialect))


def test_a_new_registry_is_safe_from_the_start(tmp_path):
    """Readable by its owner only, write-ahead log on, foreign keys on, every write synchronised."""
    registry = open_in(tmp_path / "new" / "home")
    file = tmp_path / "new" / "home" / "registry.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with registry.work("petya") as work:
        settings = {
            name: work._session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000,
    }  # fmt: skip


def test_a_path_or_a_url_name_the_same_registry(home):
    """`sqlite:///…` is a path with more to type."""
    registry = open_registry(
        f"sqlite:///{home / 'registry.sqlite'}", key_file=home / "key" / "k", passwords=QUICK
    )
    with registry.work("petya") as work:
        assert work.campaigns() == [AUTUMN]
    registry.close()


# --- refused ---------------------------------------------------------------------------------


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("CREATE TABLE recipes (name TEXT)")


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:10_000])


def text_file(file: Path) -> None:
    file.write_text("case,address\n1,ул. „Тулча“ 5\n")


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[100:] = bytes(len(content) - 100)
    file.write_bytes(bytes(content))


def wrong_key(file: Path) -> None:
    key = file.parent / "key" / "k"
    key.write_text("A" * 43 + "=\n")


def no_key(file: Path) -> None:
    shutil.rmtree(file.parent / "key")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (newer, "newer version of the service"),
        (foreign, "another program"),
        (truncated, "damaged"),
        (text_file, "not a registry"),
        (damaged, "damaged"),
        (wrong_key, "not the key"),
        (no_key, "put its key file back"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(home, harm, said):
    """Each harm has its line, which names the file without its folder; nothing is touched."""
    harm(home / "registry.sqlite")
    before = files(home)
    with pytest.raises(InputError, match=said) as refused:
        open_in(home)
    assert len(refused.value.faults) == 1
    assert "\n" not in str(refused.value)
    assert str(home) not in str(refused.value)
    assert files(home) == before


def test_a_folder_in_its_place_is_refused(tmp_path):
    """One line, not a traceback."""
    (tmp_path / "registry.sqlite").mkdir()
    with pytest.raises(FileFault, match="cannot be opened"):
        open_in(tmp_path)


@pytest.mark.parametrize("url", ["://", "nonsense://u:geheim@x", "postgresql+nonsense://x/y"])
def test_a_url_nobody_understands_is_refused(tmp_path, url):
    """A typing mistake in the settings is one line, without the password in it."""
    with pytest.raises(FileFault, match="not a database URL"):
        open_registry(url, key_file=tmp_path / "k", passwords=QUICK)


# --- trouble while working -------------------------------------------------------------------


def test_a_registry_that_stays_busy_is_told_in_words(home, monkeypatch):
    """Another program holds the write lock for ever: after the wait, one line."""
    monkeypatch.setattr("data.registry.database.BUSY_SECONDS", 0.1)
    registry = open_in(home)
    with closing(sqlite3.connect(home / "registry.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict, match="busy"), registry.work("petya") as work:
            work.campaigns()
        other.execute("ROLLBACK")
    with registry.work("petya") as work:
        assert work.campaigns() == [AUTUMN]


def test_a_full_disk_is_told_in_words_and_nothing_is_kept(home):
    """The import that does not fit is taken back whole, and the registry works on."""
    registry = open_in(home)
    cases = [Case(f"c{number}", Address("ул. Тулча 5")) for number in range(2_000)]

    def import_on_full_disk() -> None:
        with registry.work("petya") as work:
            connection = work._session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
            work.add_cases("autumn", cases, {})

    with pytest.raises(FileFault, match="disk is full"):
        import_on_full_disk()
    registry.close()
    with open_in(home).work("petya") as work:
        assert work.cases("autumn") == []
        assert work.campaigns() == [AUTUMN]


def test_a_registry_that_may_not_be_written_is_told_in_words(home):
    """A read-only disk: one line when somebody tries."""
    registry = open_in(home)

    def write_read_only() -> None:
        with registry.work("petya") as work:
            work._session.connection().exec_driver_sql("PRAGMA query_only = ON")
            work.save_campaign(AUTUMN)
            work.log("save", "autumn")

    with pytest.raises(FileFault, match="may not be written"):
        write_read_only()
