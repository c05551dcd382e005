"""Brings a registry to this version's schema, or refuses one it does not know.

Everything happens in one transaction: an upgrade that is cut off leaves the registry as it was.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from data.registry.database import (
    database_url,
    existing_engine,
    make_engine,
    shown_name,
    told,
)
from planning.errors import Fault, FileFault, InputError

_UPGRADE_LOCK = 0x0757_2EAC
"""Any fixed number: PostgreSQL lets one holder of it upgrade at a time."""


def upgrade(url_or_path: str | Path) -> None:
    """Brings the registry at a URL or path to this version's schema. Safe at every start.

    Raises:
        FileFault: a newer version's registry, or another program's database.
    """
    url = database_url(url_or_path)
    engine = make_engine(url)
    try:
        with told(shown_name(url)), engine.begin() as connection:
            upgrade_within(connection, name=shown_name(url))
    finally:
        engine.dispose()


def upgrade_within(connection: Connection, *, name: str, revision: str = "head") -> None:
    """The same within a transaction that the caller commits. `name` is for messages.

    `revision` is the schema's version to go to, at least the present one.
    """
    take_turn(connection)
    refuse_foreign(connection, name=name)
    if connection.dialect.name == "postgresql":
        _require_postgis(connection, name=name)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def take_turn(connection: Connection) -> None:
    """Waits until nobody else upgrades the registry; until the transaction ends, nobody can.

    On SQLite, beginning to write has done so already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))


def steps_to_go(url_or_path: str | Path) -> list[str]:
    """What an upgrade of the registry at a URL or path would do, see `pending`. Only looks.

    Raises:
        InputError: there is no registry.
        FileFault: a newer version's registry, or another program's database.
    """
    with existing_engine(url_or_path) as (engine, name), told(name), engine.begin() as connection:
        refuse_foreign(connection, name=name)
        return pending(connection)


def refuse_foreign(connection: Connection, *, name: str) -> None:
    """Only looks.

    Raises:
        FileFault: a newer version's registry, or another program's database.
    """
    revision = current_revision(connection)
    if revision is None and set(inspect(connection).get_table_names()) - OTHERS_TABLES:
        raise FileFault(Fault("this database belongs to another program; name another", file=name))
    if revision is not None and not is_known(revision):
        raise FileFault(
            Fault(
                "this registry was written by a newer version of the service; update the service "
                "before opening it. Nothing was changed",
                file=name,
            )
        )


def refuse_older(connection: Connection, *, name: str) -> None:
    """Only looks.

    Raises:
        InputError: an earlier version's registry, which was not upgraded yet.
    """
    if pending(connection):
        raise InputError(
            Fault(
                "this registry was written by an earlier version of the service; run "
                "`outreach.py db upgrade` first. Nothing was changed",
                file=name,
            )
        )


def pending(connection: Connection) -> list[str]:
    """What an upgrade would do, one line a step, in its order."""
    scripts = ScriptDirectory.from_config(_config())
    current = current_revision(connection) or "base"
    steps = (
        []
        if current == scripts.get_current_head()
        else list(scripts.iterate_revisions("head", current))
    )
    return [f"{step.revision}: {step.doc}" for step in reversed(steps)]


def is_known(revision: str) -> bool:
    """True when this version of the service knows that version of the schema."""
    scripts = ScriptDirectory.from_config(_config())
    return revision in {script.revision for script in scripts.walk_revisions()}


def _require_postgis(connection: Connection, *, name: str) -> None:
    """Creates the extension where this account may; an administrator does it elsewhere.

    Raises:
        FileFault: PostGIS is not there.
    """
    there = text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if connection.scalar(there) is not None:
        return
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION postgis"))
    except DBAPIError:
        raise FileFault(
            Fault(
                "this database lacks PostGIS; let its administrator run "
                "`CREATE EXTENSION postgis` in it. Nothing was changed",
                file=name,
            )
        ) from None


def current_revision(connection: Connection) -> str | None:
    """The schema's version, None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


OTHERS_TABLES = {"alembic_version", "spatial_ref_sys"}
"""Tables that may be there before ours: an empty version table, and PostGIS's own."""


def _config() -> Config:
    """Alembic's settings, without its ini file."""
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
