"""The databases a registry is kept in, for tests: a SQLite file, and a real PostgreSQL.

`database` is an empty database of a test's own, once of each kind. The PostgreSQL is a cluster of
its own for each run, thrown away afterwards: see `data.bench.cluster`. The service has the rights
of a database's owner there, no more; PostGIS is created for it, as an office's administrator would.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine

from data.bench import cluster
from data.registry.database import database_url
from data.registry.migrate import upgrade

SUPERUSER = "administrator"
ROLE = "outreach"
"""Whom the service signs in as."""
PASSWORD = "круши-и-ябълки"
"""Asked for over the network only; the socket lets in whoever may enter its folder."""
_TEMPLATE = "outreach_template"
_EMPTY = "outreach_empty"

DURABLE = ("wal_level=minimal", "max_wal_senders=0", "jit=off", "max_wal_size=256MB")
"""Settings of a server that must survive a power cut: every commit is on the disk."""
_SHARED = ("shared_buffers=32MB", "max_connections=120", "timezone=UTC")


@dataclass(frozen=True)
class Database:
    """A database of a test: `kind` is `sqlite` or `postgresql`."""

    kind: str
    url: str
    """For `open_registry`: a path, or a URL."""
    in_hand: URL
    """The same for somebody who has the file or the server in hand: no rule of ours holds them."""

    def execute(self, *statements: str) -> list[Sequence[Any]]:
        """Runs SQL around the service; the rows of the last statement."""
        engine = create_engine(self.in_hand, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    def on_disk(self) -> bytes:
        """All bytes of its files."""
        if self.kind == "sqlite":
            folder = Path(self.url).parent
        else:
            self.execute("CHECKPOINT")
            (here,), *_ = self.execute("SHOW data_directory")
            (oid,), *_ = self.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            )
            folder = Path(here) / "base" / str(oid)
        return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())

    def with_foreign_keys(self) -> tuple[str, ...]:
        """What makes a connection of one's own look at foreign keys."""
        return ("PRAGMA foreign_keys = ON",) if self.kind == "sqlite" else ()

    def without_append_only(self) -> tuple[str, ...]:
        """What takes the audit log's triggers away."""
        if self.kind == "sqlite":
            return ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
        return ("DROP TRIGGER audit_append_only ON audit",)


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL: `folder` has its socket and its log."""

    folder: Path
    port: int

    def url(self, database: str, *, role: str = ROLE) -> URL:
        """Over the socket, without a password."""
        where = {"host": str(self.folder), "port": str(self.port)}
        return URL.create("postgresql+psycopg", role, database=database, query=where)

    def over_network(self, database: str, *, password: str = PASSWORD) -> str:
        """Over loopback, with a password."""
        return URL.create(
            "postgresql+psycopg", ROLE, password, "127.0.0.1", self.port, database
        ).render_as_string(hide_password=False)

    def command(self, statement: str, *, database: str = "postgres") -> None:
        """Runs SQL as the superuser, outside of a transaction."""
        engine = create_engine(
            self.url(database, role=SUPERUSER), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def database(self, *, new: bool = False) -> Iterator[Database]:
        """A database with today's schema and nothing in it; dropped afterwards.

        A `new` one has PostGIS only: its first start is still to come.
        """
        name, template = f"t_{secrets.token_hex(6)}", _EMPTY if new else _TEMPLATE
        self.command(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}")
        try:
            yield Database(
                "postgresql",
                self.url(name).render_as_string(hide_password=False),
                self.url(name, role=SUPERUSER),
            )
        finally:
            self.command(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server(settings: Sequence[str] = cluster.QUICK) -> Iterator[Server]:
    """A PostgreSQL with PostGIS that is thrown away; `DURABLE` where power cuts are tried.

    Skips the test where there is none on this machine.
    """
    lacking = cluster.missing()
    if lacking:
        pytest.skip(f"no PostgreSQL on this machine: needs {', '.join(lacking)}")
    with cluster.scratch("outreach-pg-") as folder:
        cluster.make(folder, superuser=SUPERUSER, log=folder / "initdb.log")
        port = _free_port()
        options = ("listen_addresses=127.0.0.1", *_SHARED, *settings)
        with cluster.serving(folder, options, port=port):
            made = Server(folder, port)
            made.command(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
            made.command(f"CREATE DATABASE {_EMPTY} OWNER {ROLE}")
            made.command("CREATE EXTENSION postgis", database=_EMPTY)
            made.command(f"CREATE DATABASE {_TEMPLATE} TEMPLATE {_EMPTY} OWNER {ROLE}")
            upgrade(made.url(_TEMPLATE).render_as_string(hide_password=False))
            yield made


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def sqlite_database(file: Path) -> Database:
    """A SQLite file that is not there yet."""
    return Database("sqlite", str(file), database_url(file))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL for the whole run."""
    with server() as made:
        yield made


KINDS = ["sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own with nothing in it; the test runs once on each kind."""
    with _one_of(request, tmp_path, new=False) as made:
        yield made


@pytest.fixture(params=KINDS)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The same before its first start: without a schema."""
    with _one_of(request, tmp_path, new=True) as made:
        yield made


@contextmanager
def _one_of(request: pytest.FixtureRequest, folder: Path, *, new: bool) -> Iterator[Database]:
    if request.param == "sqlite":
        yield sqlite_database(folder / "home" / "registry.sqlite")
        return
    running: Server = request.getfixturevalue("postgresql")
    with running.database(new=new) as made:
        yield made
