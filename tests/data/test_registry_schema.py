"""Opening a registry: made, brought up to date, or refused in one line with nothing touched."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import CheckConstraint, NullPool, create_engine, inspect

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.migrate import upgrade, upgrade_within
from data.registry.tables import Base
from planning.errors import Conflict, FileFault, InputError
from planning.model import Address, Campaign, Case

if TYPE_CHECKING:
    from postgres import Database, Server

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
AUTUMN = Campaign("autumn", "Обхват", date(2026, 8, 24), 5)


OPENED: list[SqlRegistry] = []


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    """Whatever a test has opened is closed at its end."""
    yield
    while OPENED:
        OPENED.pop().close()


def open_in(folder: Path, url: str = "") -> SqlRegistry:
    registry = open_registry(
        url or folder / "registry.sqlite", key_file=folder / "key" / "k", passwords=QUICK
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


def test_migrations_and_models_agree(new_database):
    """The schema that migrations build is the one the code works with, check by check."""
    upgrade(new_database.url)
    engine = create_engine(new_database.in_hand, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": ours}
        )
        assert compare_metadata(context, Base.metadata) == []
        found = inspect(connection)
        for table in Base.metadata.sorted_tables:
            wanted = {
                (str(check.name), str(check.sqltext))
                for check in table.constraints
                if isinstance(check, CheckConstraint)
            }
            there = found.get_check_constraints(table.name)
            checks = {(check["name"], check["sqltext"]) for check in there}
            if new_database.kind == "postgresql":  # which writes conditions in its own words
                assert {name for name, _ in checks} == {name for name, _ in wanted}
            else:
                assert checks == wanted


def ours(_found: object, name: str | None, kind: str, *_: object) -> bool:
    """Everything but PostGIS's own table."""
    return kind != "table" or name != "spatial_ref_sys"


def test_jobs_of_a_service_before_orders_were_kept_stay(new_database):
    """They come through the upgrade with no order: such a job is told as ended by the restart."""
    if new_database.kind == "sqlite":
        Path(new_database.url).parent.mkdir()
    engine = create_engine(new_database.in_hand, poolclass=NullPool)
    with engine.begin() as connection:
        upgrade_within(connection, name="old", revision="0009")
        connection.exec_driver_sql(
            "INSERT INTO jobs (job_id, kind, key, state, share, message, started, finished) "
            "VALUES ('j1', 'plan', 'autumn:aa', 'running', 0.4, 'planned', '', '')"
        )
        upgrade_within(connection, name="old")
        rows = connection.exec_driver_sql("SELECT job_id, state, again FROM jobs").fetchall()
    assert [tuple(row) for row in rows] == [("j1", "running", "")]


def test_upgrading_again_changes_nothing(home):
    """It runs at every start."""
    before = files(home)["registry.sqlite"]
    upgrade(home / "registry.sqlite")
    upgrade(str(home / "registry.sqlite"))
    assert files(home)["registry.sqlite"] == before


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


def test_a_first_start_on_a_server_makes_a_registry(postgresql, tmp_path):
    """An empty database of an account that owns it and nothing else, over the network."""
    with postgresql.database(new=True) as database:
        name = database.in_hand.database
        url = postgresql.over_network(name)
        with open_in(tmp_path, url).work("petya") as work:
            work.save_campaign(AUTUMN)
        with open_in(tmp_path, url).work("petya") as work:
            assert work.campaigns() == [AUTUMN]


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


@pytest.mark.parametrize(
    "url", ["://", "nonsense://u:geheim@x", "postgresql+nonsense://x/y", "mysql://u:geheim@x/y"]
)
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


# --- refused by a server ---------------------------------------------------------------------


def kept(database: Database) -> dict[str, list[Sequence[Any]]]:
    """Everything in a database."""
    tables = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> "
        "'spatial_ref_sys'"
    )
    return {name: database.execute(f"SELECT * FROM {name} ORDER BY 1") for (name,) in tables}


@pytest.fixture
def served(postgresql: Server, tmp_path: Path) -> Iterator[Database]:
    """A registry on a server with a campaign in it, closed."""
    with postgresql.database() as database:
        registry = open_in(tmp_path, database.url)
        with registry.work("petya") as work:
            work.save_campaign(AUTUMN)
        registry.close()
        yield database


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer version of the service"),
        ("DROP TABLE alembic_version", "another program"),
    ],
)
def test_a_database_on_a_server_that_is_not_ours_is_refused(served, tmp_path, harm, said):
    """One line, and nothing is touched."""
    served.execute(harm)
    before = kept(served)
    with pytest.raises(FileFault, match=said):
        open_in(tmp_path, served.url)
    assert kept(served) == before


def test_another_offices_key_is_refused_by_a_server_too(served, tmp_path):
    """Nothing is touched."""
    before = kept(served)
    (tmp_path / "key" / "k").write_text("A" * 43 + "=\n")
    with pytest.raises(InputError, match="not the key"):
        open_in(tmp_path, served.url)
    assert kept(served) == before


def test_a_database_without_postgis_is_told_what_to_do(postgresql, tmp_path):
    """Only an administrator may create the extension."""
    postgresql.command("CREATE DATABASE plain OWNER outreach TEMPLATE template0")
    try:
        with pytest.raises(FileFault, match="CREATE EXTENSION postgis"):
            open_in(tmp_path, postgresql.url("plain").render_as_string())
    finally:
        postgresql.command("DROP DATABASE plain WITH (FORCE)")


def test_a_server_that_lets_nobody_in_is_told_without_the_password(postgresql, tmp_path):
    """Wrong password, no such database, nobody listening: a line each."""
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))  # and not listening
    with nobody:
        away = f"postgresql+psycopg://outreach:geheim@127.0.0.1:{nobody.getsockname()[1]}/x"
        for url, said in (
            (postgresql.over_network("postgres", password="geheim"), "does not let this account"),
            (postgresql.over_network("nowhere"), "no such database"),
            (away, "does not answer"),
        ):
            with pytest.raises(FileFault, match=said) as told:
                open_in(tmp_path, url)
            assert "\n" not in str(told.value)
            assert "geheim" not in str(told.value)
            assert "127.0.0.1" not in str(told.value)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("53100", "disk is full"),
        ("53200", "no memory or connection"),
        ("58030", "disk reports an error"),
        ("XX001", "damaged"),
        ("42501", "may not do this"),
        ("57P01", "connection to the registry is lost"),
    ],
)
def test_what_a_server_suffers_is_told_in_words(served, tmp_path, code, said):
    """As its own codes say it, in whatever language it speaks."""
    registry = open_in(tmp_path, served.url)
    suffer = f"DO $$ BEGIN RAISE EXCEPTION 'полно' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(FileFault, match=said), registry.work("petya") as work:
        work._session.connection().exec_driver_sql(suffer)
    with registry.work("petya") as work:
        assert work.campaigns() == [AUTUMN]


def test_a_server_that_is_read_only_is_told_in_words(served, tmp_path):
    """A standby, say."""
    registry = open_in(tmp_path, served.url)

    def change() -> None:
        with registry.work("petya") as work:
            work._session.connection().exec_driver_sql("SET TRANSACTION READ ONLY")
            work.save_campaign(replace(AUTUMN, name="Есен"))

    with pytest.raises(FileFault, match="read-only"):
        change()


def test_a_lost_connection_is_told_and_the_next_change_works(served, tmp_path):
    """The server is restarted in the middle of a change."""
    registry = open_in(tmp_path, served.url)

    def change() -> None:
        with registry.work("petya") as work:
            work.save_campaign(replace(AUTUMN, name="Есен"))
            served.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'outreach' "
                "AND datname = current_database()"
            )
            work.log("save", "autumn")

    with pytest.raises(FileFault, match="connection to the registry is lost"):
        change()
    with registry.work("petya") as work:
        assert work.campaigns() == [AUTUMN]


def test_a_server_that_stays_busy_is_told_in_words(served, tmp_path, monkeypatch):
    """Somebody holds the campaign's row for ever: after the wait, one line."""
    monkeypatch.setattr("data.registry.database.BUSY_SECONDS", 1.0)
    registry = open_in(tmp_path, served.url)
    engine = create_engine(served.in_hand, poolclass=NullPool)
    with engine.connect() as other:
        other.exec_driver_sql("SELECT * FROM campaigns FOR UPDATE")
        with pytest.raises(Conflict, match="busy"), registry.work("petya") as work:
            work.take_turn("autumn")
        with registry.work("petya", reading=True) as work:
            assert work.campaigns() == [AUTUMN]


def test_two_who_wait_for_each_other_are_told_in_words(served, tmp_path):
    """A deadlock that somebody else's program makes: one of the two is told, the other goes on."""
    registry = open_in(tmp_path, served.url)
    with registry.work("petya") as work:
        work.save_campaign(replace(AUTUMN, campaign_id="spring"))
    engine = create_engine(served.in_hand, poolclass=NullPool)
    with engine.connect() as other, ThreadPoolExecutor(1) as hands:
        other.exec_driver_sql("SET deadlock_timeout = '10s'")  # we are the one who looks
        other.exec_driver_sql("SELECT * FROM campaigns WHERE campaign_id = 'spring' FOR UPDATE")

        def wait_for_each_other() -> None:
            with registry.work("petya") as work:
                work.take_turn("autumn")
                theirs = hands.submit(
                    other.exec_driver_sql,
                    "SELECT * FROM campaigns WHERE campaign_id = 'autumn' FOR UPDATE",
                )
                asked.append(theirs)
                work.take_turn("spring")

        asked: list[Future[Any]] = []
        with pytest.raises(Conflict, match="busy"):
            wait_for_each_other()
        asked[0].result(timeout=20)
