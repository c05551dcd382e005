"""Takes what was deleted out of the database's files.

A deleted row is gone for every query at once, but its bytes may stay: in pages that wait to be used
again, in the write-ahead log. They are sealed, and the ids beside them are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from data.registry.tables import AuditRow, Base

if TYPE_CHECKING:
    from sqlalchemy import Engine


def sweep(engine: Engine) -> None:
    """Writes the database anew without what was deleted. Waits for its turn like any writer.

    SQLite: pages are overwritten when they are freed (`secure_delete`); `VACUUM` leaves out copies
    that were made while pages were balanced, and the write-ahead log is emptied. PostgreSQL: the
    tables are rewritten; its own log and its archive are the server's business.
    """
    if engine.dialect.name != "sqlite":
        _rewrite_tables(engine)
        return
    raw = engine.raw_connection()  # in no transaction: VACUUM does not run in one
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        # It does not fail where others still read what is in the log: it says so.
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise engine.dialect.loaded_dbapi.OperationalError("database is locked")
        cursor.close()
    except engine.dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError("VACUUM", None, error) from error
    finally:
        raw.close()


def _rewrite_tables(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            if table.name != AuditRow.__tablename__:  # nothing is ever deleted there
                connection.exec_driver_sql(f"VACUUM (FULL) {table.name}")
