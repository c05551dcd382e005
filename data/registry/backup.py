"""Backups of a registry: one encrypted file, made while others work.

A backup holds every row as one moment had it. It is encrypted with a key that is derived from the
office's (`data.registry.stream`), so that it can lie anywhere; the key itself is not in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy.orm import Session

from data.files import written_whole
from data.registry import audit, keys, records
from data.registry.cells import Report
from data.registry.database import READING, existing_engine, told
from data.registry.migrate import is_known, pending, refuse_foreign
from data.registry.seal import Seal, sync_folder
from data.registry.stream import DAMAGED, NEWER, decrypted, encrypted
from planning.errors import Fault, FileFault, InputError
from planning.model import AuditEntry

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Clock = Callable[[], datetime]
"""The time now, with its offset."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or checked."""

    file: Path
    contents: records.Contents
    seal: Seal
    """What it is encrypted with."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(self.contents.rows.values())


def now_utc() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def back_up(
    url_or_path: str | Path,
    file: Path,
    *,
    key_file: Path,
    actor: str,
    report: Report,
    replace: bool = False,
    clock: Clock = now_utc,
) -> Backup:
    """Writes a backup of a registry, as one moment had it, to `file` (mode 0600).

    The registry may be in use, and of an earlier version. The audit log tells it first, if it is
    of this one. The file appears whole, safely on the disk, or not at all.

    Raises:
        InputError: there is no registry, its key is missing or wrong, or there is such a file and
            `replace` was not said.
        FileFault: another program's database, or one that cannot be read.
        OSError: the file cannot be written.
    """
    if file.exists() and not (replace and file.is_file()):
        raise InputError(Fault("there is such a file already; name another", file=file.name))
    with existing_engine(url_or_path) as (engine, name), told(name):
        _log(engine, name, key_file, clock(), actor)
        with snapshot(engine) as connection:
            seal = keys.unlock(connection, key_file)
            tables = records.tables_of(connection)
            contents = records.contents_of(connection, tables, clock())
            rows = records.dumped(connection, tables, contents)
            counted = _counted(rows, sum(contents.rows.values()), report)
            with _safely_written(file) as out:
                for piece in encrypted(records.compressed(counted), seal):
                    out.write(piece)
    return Backup(file, contents, seal)


def check_backup(file: Path, seals: Iterable[Seal], *, report: Report) -> Backup:
    """Reads a backup to its end: what it holds, and which of `seals` opens it.

    Raises:
        FileFault: no backup; one of a newer version or of another key; one cut off or changed.
    """
    with opened(file, seals) as (seal, lines):
        contents = records.read_contents(lines)
        if not is_known(contents.revision):
            raise FileFault(Fault(NEWER, file=file.name))
        whole = sum(contents.rows.values())
        read = 0
        for _, some in records.read_rows(lines, contents):
            read += len(some)
            report(read / whole, "checking the backup")
    return Backup(file, contents, seal)


@contextmanager
def opened(file: Path, seals: Iterable[Seal]) -> Iterator[tuple[Seal, Iterator[bytes]]]:
    """The lines of a backup, and which of `seals` opens it.

    Raises:
        FileFault: it cannot be read, or read as what it claims to be.
    """
    try:
        with file.open("rb") as source:
            seal, pieces = decrypted(source, seals, name=file.name)
            yield seal, records.lines_of(pieces)
    except (ValueError, TypeError, StopIteration):
        raise FileFault(Fault(DAMAGED, file=file.name)) from None
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check its path"
        raise FileFault(Fault(message, file=file.name)) from None


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that waits for nobody and sees one unchanging state."""
    with engine.execution_options(**{READING: True}).begin() as connection:
        yield connection


def entry(now: datetime, actor: str, action: str, detail: str) -> AuditEntry:
    """What the audit log says of work on the registry as a whole."""
    at = now.astimezone(UTC).isoformat(timespec="microseconds")
    return AuditEntry(at, actor, action, "registry", detail)


def _log(engine: Engine, name: str, key_file: Path, now: datetime, actor: str) -> None:
    with Session(engine) as session, session.begin():
        connection = session.connection()
        refuse_foreign(connection, name=name)
        seal = keys.unlock(connection, key_file)
        if not pending(connection):
            done = entry(now, actor, "backup_registry", f"key {seal.key_id.hex()}")
            audit.append(session, seal, done)


def _counted(lines: Iterable[bytes], whole: int, report: Report) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number % 1_000 == 0:
            report(min(1.0, number / max(1, whole)), "writing the backup")
        yield line


@contextmanager
def _safely_written(file: Path) -> Iterator[IO[bytes]]:
    """`written_whole`, and on the disk: a power cut afterwards takes nothing away."""
    with written_whole(file) as out:
        yield out
        out.flush()
        os.fsync(out.fileno())
    sync_folder(file.absolute().parent)
