"""The database below the registry: how it is opened, and its faults in one clear line.

SQLite by default: write-ahead log, foreign keys, full synchronisation. A transaction that may
write takes the write lock when it begins (`BEGIN IMMEDIATE`): two writers queue instead of
failing halfway, and what one has read cannot change before it writes.

PostgreSQL for many users, as a role that owns its database and nothing else. Writers of one
campaign queue at its row (`Transaction.take_turn`), always before they write the log: whoever waits
holds nothing that the other wants. Readers see one unchanging state (REPEATABLE READ) and wait for
nobody.
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
_SERVER = "postgresql+psycopg"


def database_url(url_or_path: str | Path) -> URL:
    """A database URL as it is, or that of a SQLite file.

    Raises:
        FileFault: the URL cannot be understood.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError):
        raise FileFault(_NOT_A_URL) from None
    return url.set(drivername=_SERVER) if url.drivername == "postgresql" else url


def shown_name(url: URL) -> str:
    """What a message calls the database: no folder, no password."""
    return Path(url.database or "registry").name


def make_engine(url: URL) -> Engine:
    """An engine on `url`; a missing SQLite file is created, readable by its owner only.

    Raises:
        FileFault: the file there is not a database, or nothing here speaks to such a database.
    """
    if url.drivername == _SERVER:
        return _server_engine(url)
    if url.get_backend_name() != "sqlite":
        raise FileFault(_NOT_A_URL)
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


@contextmanager
def existing_engine(url_or_path: str | Path) -> Iterator[tuple[Engine, str]]:
    """An engine on a registry that is there, and its name for messages; closed afterwards.

    Raises:
        InputError: there is none.
        FileFault: as `make_engine`.
    """
    url = database_url(url_or_path)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise InputError(NO_REGISTRY)
    engine = make_engine(url)
    try:
        yield engine, shown_name(url)
    finally:
        engine.dispose()


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
        fault = _suffering(error)
        if fault is None:
            raise
        raise _as_told(fault, name) from error


def _suffering(error: DBAPIError) -> str | None:
    """What happened in the user's words, None for a mistake of ours.

    PostgreSQL says it by a code, in whatever language it speaks; where there is no connection yet,
    and with SQLite, by words.
    """
    code = getattr(error.orig, "sqlstate", None) or ""
    if code:
        return _CODES.get(code) or _CODES.get(code[:2])
    words = str(error.orig).lower()
    told = next((fault for sign, fault in _SUFFERINGS.items() if sign in words), None)
    lost = isinstance(error, OperationalError) and error.connection_invalidated
    return _LOST if told is None and lost else told


def _as_told(message: str, name: str) -> Conflict | InputError:
    if message == _BUSY:
        return Conflict(message)
    return InputError(message) if message == _NOT_AN_ID else FileFault(Fault(message, file=name))


_BUSY = "the registry is busy with somebody else's change; try again in a moment"
_LOST = "the connection to the registry is lost; nothing of this change was kept, try again"
_NOT_AN_ID = "an id holds half of a character or a NUL; look for another"
_FULL = "the disk is full and nothing of this change was kept; make room, try again"
_READ_ONLY = "the registry may not be written here; check the rights of its folder"
_DISK = "the disk reports an error and nothing of this change was kept; check it"
_DAMAGED = "the registry is damaged; restore it from a backup"
_NO_DATABASE = "there is no such database on that server; create it first"
_NOT_LET_IN = "the database server does not let this account in; check its name and its password"
_NO_SERVER = "the database server does not answer; check that it runs and its address"
_CODES = {
    "08": _LOST,
    "22021": _NOT_AN_ID,  # a character that the encoding does not have
    "25006": "the registry may not be written now: its server is read-only",
    "28": _NOT_LET_IN,
    "3D000": _NO_DATABASE,
    "40001": _BUSY,  # could not be put in a row with others
    "40P01": _BUSY,  # waited for each other
    "42501": "this account may not do this in the database; make it the database's owner",
    "53": "the database server has no memory or connection left; try again in a moment",
    "53100": _FULL,
    "53300": _BUSY,
    "55P03": _BUSY,  # waited long enough
    "57": _LOST,
    "58030": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""PostgreSQL's codes, and the classes that their first two letters name."""
_SUFFERINGS = {
    "database is locked": _BUSY,
    "database table is locked": _BUSY,
    "disk is full": _FULL,
    "readonly database": _READ_ONLY,
    "disk i/o error": _DISK,
    "unable to open": "the registry cannot be opened; check the rights of its folder",
    "malformed": _DAMAGED,
    "not a database": "this is not a registry: it is damaged or another kind of file",
    "nul (0x00)": _NOT_AN_ID,
    "fatal:  database": _NO_DATABASE,
    "authentication failed": _NOT_LET_IN,
    "no password supplied": _NOT_LET_IN,
    "fatal:  role": _NOT_LET_IN,
    "too many clients": _BUSY,
    "connection failed": _NO_SERVER,
    "connection is bad": _NO_SERVER,
    "failed to resolve": _NO_SERVER,
    "server closed the connection": _LOST,
    "connection is lost": _LOST,
    "connection timeout": _NO_SERVER,
}
"""Looked for in this order."""


def _server_engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            max_overflow=_MOST_CONNECTIONS,
            pool_timeout=BUSY_SECONDS,
            connect_args={"connect_timeout": round(BUSY_SECONDS)},
        )
    except (ArgumentError, TypeError):
        raise FileFault(_NOT_A_URL) from None
    event.listen(engine, "connect", _set_up_session)
    event.listen(engine, "begin", _begin_on_server)
    return engine


_MOST_CONNECTIONS = 40
"""Of one process, beyond the five that are kept open; the next thread waits."""


def _set_up_session(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DB-API connection
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {round(BUSY_SECONDS * 1000)}")
    connection.commit()


def _begin_on_server(connection: Connection) -> None:
    if connection.get_execution_options().get(READING, False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


NO_REGISTRY = "there is no registry here yet; start the service, or restore a backup"
_NOT_A_URL = "this is not a database URL; `sqlite:///FILE` or `postgresql+psycopg://…` is expected"


def _prepare_file(file: Path) -> None:
    """Creates a missing file with mode 0600, and looks at the head of one that is there.

    Once in a process: closing any descriptor of the file drops the locks that SQLite holds on it,
    and another process would take the log away under us (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        if file.exists() and _which(file) in _LOOKED_AT:
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        with file.open("rb") as opened:
            head = opened.read(len(_SQLITE_HEADER))
        _LOOKED_AT.add(_which(file))
    except OSError as error:
        raise FileFault(
            Fault(f"the registry cannot be opened ({error.strerror})", file=file.name)
        ) from None
    if head not in (b"", _SQLITE_HEADER):
        raise FileFault(Fault(_SUFFERINGS["not a database"], file=file.name))


_LOOKED_AT: set[tuple[int, int]] = set()
"""Files that this process may have open, by device and number."""


def _which(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


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
