"""The database below the registry: how it is opened, and its faults in one clear line.

SQLite by default: write-ahead log, foreign keys, full synchronisation. A transaction that may
write takes the write lock when it begins (`BEGIN IMMEDIATE`): two writers queue instead of
failing halfway, and what one has read cannot change before it writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from planning.errors import Conflict, Fault, FileFault, InputError

BUSY_SECONDS = 30.0
"""How long a writer waits for its turn."""
READING = "outreach_reading"
"""Execution option of an engine whose transactions only read and so wait for nobody."""
_SQLITE_HEADER = b"SQLite format 3\x00"


def database_url(url_or_path: str | Path) -> URL:
    """A database URL as it is, or that of a SQLite file.

    Raises:
        FileFault: the URL cannot be understood.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        return make_url(url_or_path)
    except (ArgumentError, ValueError):
        raise FileFault(_NOT_A_URL) from None


def shown_name(url: URL) -> str:
    """What a message calls the database: no folder, no password."""
    return Path(url.database or "registry").name


def make_engine(url: URL) -> Engine:
    """An engine on `url`; a missing SQLite file is created, readable by its owner only.

    Raises:
        FileFault: the file there is not a database, or nothing here speaks to such a database.
    """
    if url.get_backend_name() != "sqlite":
        return _server_engine(url)
    _prepare_file(Path(url.database or ""))
    engine = create_engine(
        url,
        hide_parameters=True,
        max_overflow=-1,  # a thread waits for the write lock, never for a connection
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def use_write_ahead_log(engine: Engine) -> None:
    """Switches a SQLite file to its write-ahead log, once; readers then never wait.

    The switch does not queue as transactions do, so that two first starts may meet here.
    """
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode = WAL")
        except engine.dialect.loaded_dbapi.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            raw.close()


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turns what a database can suffer into one line; our own mistakes stay tracebacks.

    Raises:
        Conflict: others keep it busy, or wrote the same at the same moment.
        FileFault: full or read-only disk, damaged file, no connection.
        InputError: an id was asked for that no database can hold.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise InputError(_NOT_AN_ID) from error
    except IntegrityError as error:
        if "unique" not in str(error.orig).lower():
            raise
        raise Conflict("somebody else saved the same at the same moment; try again") from error
    except PoolTimeoutError as error:
        raise Conflict(_BUSY) from error
    except DBAPIError as error:
        words = str(error.orig).lower()
        for sign, fault in _SUFFERINGS.items():
            if sign in words:
                raise _as_told(fault, name) from error
        if isinstance(error, OperationalError) and error.connection_invalidated:
            raise _as_told(_LOST, name) from error
        raise


def _as_told(message: str, name: str) -> Conflict | InputError:
    if message == _BUSY:
        return Conflict(message)
    return InputError(message) if message == _NOT_AN_ID else FileFault(Fault(message, file=name))


_BUSY = "the registry is busy with somebody else's change; try again in a moment"
_LOST = "the connection to the registry is lost; nothing of this change was kept, try again"
_NOT_AN_ID = "an id holds half of a character or a NUL; look for another"
_SUFFERINGS = {
    "database is locked": _BUSY,
    "database table is locked": _BUSY,
    "deadlock detected": _BUSY,
    "disk is full": "the disk is full and nothing of this change was kept; make room, try again",
    "readonly database": "the registry may not be written here; check the rights of its folder",
    "disk i/o error": "the disk reports an error and nothing of this change was kept; check it",
    "unable to open": "the registry cannot be opened; check the rights of its folder",
    "malformed": "the registry is damaged; restore it from a backup",
    "not a database": "this is not a registry: it is damaged or another kind of file",
    "nul (0x00)": _NOT_AN_ID,
    "fatal:  database": "there is no such database on that server; create it first",
    "connection refused": _LOST,
    "connection failed": _LOST,
}


def _server_engine(url: URL) -> Engine:
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ArgumentError:
        raise FileFault(_NOT_A_URL) from None
    except ImportError as error:
        raise FileFault(
            f"the driver for {url.get_backend_name()} is missing; install “{error.name}”"
        ) from None


_NOT_A_URL = "this is not a database URL; `sqlite:///FILE` or `postgresql+psycopg://…` is expected"


def _prepare_file(file: Path) -> None:
    """Creates a missing file with mode 0600, and looks at the head of one that is there."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        with file.open("rb") as opened:
            head = opened.read(len(_SQLITE_HEADER))
    except OSError as error:
        raise FileFault(
            Fault(f"the registry cannot be opened ({error.strerror})", file=file.name)
        ) from None
    if head not in (b"", _SQLITE_HEADER):
        raise FileFault(Fault(_SUFFERINGS["not a database"], file=file.name))


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DB-API connection
    connection.isolation_level = None  # we say BEGIN ourselves, see `_begin`
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
