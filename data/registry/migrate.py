"""Brings a registry to this version's schema, or refuses one it does not know.

Everything happens in one transaction: an upgrade that is cut off leaves the registry as it was.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select

from data.registry.database import database_url, make_engine, shown_name, told
from planning.errors import Fault, FileFault

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


def upgrade_within(connection: Connection, *, name: str) -> None:
    """The same within a transaction that the caller commits. `name` is for messages."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    refuse_foreign(connection, name=name)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse_foreign(connection: Connection, *, name: str) -> None:
    """Only looks.

    Raises:
        FileFault: a newer version's registry, or another program's database.
    """
    revision = current_revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is None and set(inspect(connection).get_table_names()) - _OTHERS_TABLES:
        raise FileFault(Fault("this database belongs to another program; name another", file=name))
    if revision is not None and revision not in known:
        raise FileFault(
            Fault(
                "this registry was written by a newer version of the service; update the service "
                "before opening it. Nothing was changed",
                file=name,
            )
        )


def current_revision(connection: Connection) -> str | None:
    """The schema's version, None in an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


_OTHERS_TABLES = {"alembic_version", "spatial_ref_sys"}
"""Tables that may be there before ours: an empty version table, and PostGIS's own."""


def _config() -> Config:
    """Alembic's settings, without its ini file."""
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
