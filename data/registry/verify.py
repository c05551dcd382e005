"""Is everything in the registry as it was written? Reads all of it and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from data.registry import audit, keys, records
from data.registry.backup import now_utc, snapshot
from data.registry.cells import Report, not_opening
from data.registry.database import existing_engine, told
from data.registry.migrate import refuse_foreign, refuse_older
from planning.errors import Fault, InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_TOLD = 20
"""Faults of one kind that are told one by one."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found."""

    rows: dict[str, int]
    """Table → how many."""
    findings: tuple[Fault, ...]
    """Empty when all is well; of each kind, the first few."""


def verify_registry(url_or_path: str | Path, *, key_file: Path, report: Report) -> Verified:
    """Checks the database itself, every sealed cell and the whole audit log.

    Raises:
        InputError: there is no registry, its key is missing or wrong, or its schema is older.
        FileFault: it is damaged so much that it cannot be read, or another program's.
    """
    with existing_engine(url_or_path) as (engine, name), told(name), snapshot(engine) as connection:
        refuse_foreign(connection, name=name)
        refuse_older(connection, name=name)
        seal = keys.unlock(connection, key_file)
        findings = list(islice(_of_the_database(connection, name), MOST_TOLD))
        closed = not_opening(connection, seal, report=report)
        findings += [fault for each in islice(closed, MOST_TOLD) for fault in each.faults]
        report(0.9, "following the audit log")
        try:
            with Session(connection) as session:
                audit.verify(session, seal)
        except InputError as broken:
            findings += broken.faults
        tables = records.tables_of(connection)
        rows = records.contents_of(connection, tables, now_utc()).rows
    return Verified(rows, tuple(findings))


def _of_the_database(connection: Connection, name: str) -> Iterator[Fault]:
    """What SQLite finds in its file. PostgreSQL checks its own as it reads."""
    if connection.dialect.name != "sqlite":
        return
    for (words,) in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_TOLD})"):
        if words != "ok":
            yield Fault(f"the file is damaged ({words}); restore it from a backup", file=name)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Fault(
            f"row {row} of {table} points to nothing in {parent}; restore it from a backup",
            file=name,
        )
