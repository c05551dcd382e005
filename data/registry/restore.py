"""A backup put in the place of a registry: on SQLite or PostgreSQL, whichever it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from data.registry import audit, keys, records
from data.registry.backup import Backup, Clock, check_backup, entry, now_utc, opened, snapshot
from data.registry.cells import Report, reseal
from data.registry.database import (
    database_url,
    make_engine,
    shown_name,
    told,
    use_write_ahead_log,
)
from data.registry.migrate import refuse_foreign, upgrade_within
from data.registry.rotation import following
from data.registry.seal import Seal, load_key
from data.registry.tables import MetaRow
from planning.errors import Fault, InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def restore(
    file: Path,
    url_or_path: str | Path,
    *,
    key_file: Path,
    actor: str,
    report: Report,
    further_key: Path | None = None,
    keep: Callable[[], object] | None = None,
    clock: Clock = now_utc,
) -> Backup:
    """Puts a backup in the place of a registry that is new or empty, sealed with the present key.

    Where there are records, they are replaced if `keep` is given, which is called first and keeps
    them. A backup made before the key was changed is opened with the old key beside the key file,
    or with `further_key`. The backup is checked to its end before anything is touched; then all
    of it is restored in one transaction, or nothing.

    Raises:
        InputError: the key is missing, or there are records and `keep` is None.
        FileFault: no backup; one of a newer version or of another key; one cut off or changed.
    """
    seals = list(keys.known_seals(key_file, further_key))
    checked = check_backup(file, seals, report=report)
    url = database_url(url_or_path)
    engine, name = make_engine(url), shown_name(url)
    try:
        with told(name):
            if _in_use(engine, name):
                if keep is None:
                    raise InputError(Fault(_IN_USE, file=name))
                keep()
            if engine.dialect.name == "sqlite":
                use_write_ahead_log(engine)
            with Session(engine) as session, session.begin():
                connection = session.connection()
                keys.lock_out_writers(connection)
                if keep is None and _has_records(connection):
                    raise InputError(Fault(_IN_USE, file=name))
                report(0.0, "restoring the backup")
                _clear(connection)
                _fill(connection, checked, name)
                seal = _under_present_key(session, checked.seal, key_file, report)
                told_of = f"made {checked.contents.made_at}"
                audit.append(session, seal, entry(clock(), actor, "restore_registry", told_of))
    finally:
        engine.dispose()
    return checked


def _in_use(engine: Engine, name: str) -> bool:
    with snapshot(engine) as connection:
        refuse_foreign(connection, name=name)
        return _has_records(connection)


def _has_records(connection: Connection) -> bool:
    """True when there is anything that a new registry does not have."""
    return any(
        connection.execute(select(1).select_from(table).limit(1)).first() is not None
        for table in records.tables_of(connection)
        if table.name != MetaRow.__tablename__
    )


def _clear(connection: Connection) -> None:
    """Drops what is ours; what an extension of the database has made stays."""
    for table in reversed(records.tables_of(connection)):
        table.drop(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    if connection.dialect.name == "postgresql":
        for signature in connection.scalars(text(_OWN_FUNCTIONS)).all():
            connection.exec_driver_sql(f"DROP FUNCTION {signature}")


def _fill(connection: Connection, backup: Backup, name: str) -> None:
    """The backup's own version of the schema, its rows, and the way up to this version's."""
    with opened(backup.file, [backup.seal]) as (_, lines):
        contents = records.read_contents(lines)
        upgrade_within(connection, name=name, revision=contents.revision)
        records.load(connection, records.read_rows(lines, contents))
    upgrade_within(connection, name=name)


def _under_present_key(session: Session, seal: Seal, key_file: Path, report: Report) -> Seal:
    """The seal that the restored registry opens with from now on."""
    connection = session.connection()
    seal = keys.with_digest_keys(connection, seal)
    present = load_key(key_file, create=False)
    if Seal(present).key_id == seal.key_id:
        return seal
    fresh = following(seal, present)
    reseal(connection, seal, fresh, report=report)
    keys.keep_digest_keys(session, fresh)
    return fresh


_IN_USE = (
    "there are records in this registry; add --replace to put the backup in their place (a backup "
    "of them is made first). Nothing was touched"
)
_OWN_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
