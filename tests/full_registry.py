"""A small registry with a row in every table there is, and what is in it, row by row."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    select,
)

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from data.registry.cells import place
from data.registry.records import Heading, contents_of, dumped, read_contents, read_rows, tables_of
from data.registry.seal import Seal
from data.registry.tables import Base
from data.registry.tables.base import Digest, Sealed
from data.registry.tables.geometry import Point
from planning.errors import NotAllowed
from planning.model import (
    Address,
    Campaign,
    Case,
    Choice,
    JobStatus,
    Level,
    Outcome,
    Place,
    Plan,
    Result,
    Role,
    Team,
    User,
)

if TYPE_CHECKING:
    from postgres import Database

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
MONDAY = date(2026, 8, 24)
NOON = datetime(2026, 8, 20, 12, 0, tzinfo=UTC)
AUTUMN = Campaign("autumn", "Обхват", MONDAY, 5, region="ruse")
ADDRESS = Address("ул. „Тулча“ 5", settlement="гр. Русе")
MILA = Case("c1", ADDRESS, child="Мила Иванова", national_id="0142011234")
ALI = Case("c2", Address("village, no street"), child="Али")
HOME = Place(Level.HOUSE, 25.95, 43.85, 0.9, 20.0, municipality_code="RSE27", matched="Тулча 5")
TEAM = Team("t1", "Екип 1", "RSE27", 25.9, 43.8, phone="0889 000 111")
MET = Outcome("v1", "t1", MONDAY, Result.MET, "2026-08-24T10:00:00+03:00", "у дома", key="k1")
UNKEYED = replace(MET, visit_id="v2", note="няма никого", key="")
PETYA = User("petya", "Петя", Role.PLANNER)
BORIS = User("boris", "Борис", Role.AUDITOR, identity="boris@office.example")
PASSWORD = "correct horse battery"
PERSONAL = ("Мила", "Иванова", "0142011234", "Тулча", "0889", "у дома", "Али", "отзад")
"""Words that may stand nowhere outside of a sealed cell."""


@dataclass(frozen=True)
class Kept:
    """A registry's database and its key."""

    database: Database
    key_file: Path

    def open(self) -> SqlRegistry:
        return open_registry(self.database.url, key_file=self.key_file, passwords=QUICK)

    @property
    def file(self) -> Path:
        """Of a registry on SQLite."""
        return Path(self.database.url)

    def rows(self) -> dict[str, list[list[Any]]]:
        """Table → its rows by their primary key, in a form that is the same on every database."""
        engine = create_engine(self.database.in_hand, poolclass=NullPool)
        with engine.connect() as connection:
            tables = tables_of(connection)
            contents = contents_of(connection, tables, NOON)
            lines = dumped(connection, tables, contents)
            assert read_contents(lines) == contents
            found: dict[str, list[list[Any]]] = {}
            for heading, rows in read_rows(lines, contents):
                found.setdefault(heading.table, []).extend(sorted_columns(heading, rows))
            return {table: sorted(rows, key=repr) for table, rows in found.items()}


def sorted_columns(heading: Heading, rows: list[list[Any]]) -> list[list[Any]]:
    """The rows with their columns by name: migrations add some at the end, models do not."""
    order = sorted(range(len(heading.columns)), key=heading.columns.__getitem__)
    return [[row[at] for at in order] for row in rows]


def filled(database: Database, key_file: Path, like: Kept) -> Kept:
    """A registry with a row in every table; on SQLite a copy of `like`, which is quicker."""
    made = Kept(database, key_file)
    if database.kind != "sqlite":
        fill(made)
        return made
    for source, target in ((like.key_file, key_file), (like.file, made.file)):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(source, target)
    return made


def fill(kept: Kept) -> None:
    """Puts something into every table."""
    registry = kept.open()
    with registry.work("petya") as work:
        work.save_user(PETYA, password=PASSWORD)
        work.save_user(BORIS)
        work.save_campaign(AUTUMN)
        work.save_teams("autumn", [TEAM])
        work.add_cases("autumn", [MILA, ALI], {"c1": HOME})
        work.settle_places("autumn", {"c1": HOME}, versions={"c1": 1}, note="вход отзад")
        work.remember("autumn", "c1", Choice(pin=(25.95, 43.85), note="вход отзад"))
        work.publish("autumn", work.add_plan("autumn", Plan(MONDAY, 5, (), (), (), ())))
        assert work.add_outcome("autumn", MET)
        assert work.add_outcome("autumn", UNKEYED)
        work.log("import", "autumn", "2")
    registry.jobs.save(JobStatus("j1", "plan", "autumn", "done", 1.0, "ready", "t0", "t1"))
    with suppress(NotAllowed):
        registry.sign_in("nobody", "a wrong password")
    with registry.work("petya") as work:
        _fill_the_rest(work._session.connection(), registry._seal)
    registry.close()


def _fill_the_rest(connection: Connection, seal: Seal) -> None:
    """One row for every table that has none; whoever adds a table with odd checks adds a value."""
    for table in Base.metadata.sorted_tables:
        if connection.scalar(select(func.count()).select_from(table)) == 0:
            row = {column.name: _value(connection, column, seal) for column in table.columns}
            row |= _FITTING.get(table.name, {})
            row |= _sealed_cells(table, row, seal)
            connection.execute(table.insert(), row)


_FITTING: Mapping[str, Mapping[str, Any]] = {
    "break_glass": {"expires_at": "x later"},
    "referrals": {"state": "open"},
    "terms": {"purged_at": ""},
    "stock_moves": {"went_to": "elsewhere"},
}
"""Values that the checks of a table ask for."""


def _value(connection: Connection, column: Column[Any], seal: Seal) -> Any:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).limit(1))
    kept = column.info.get("kept")
    if isinstance(kept, Digest):
        return kept.prefix + seal.digest(f"{column.table.name} {column.name}")
    if isinstance(column.type, Point):
        return (25.95, 43.85)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, (Integer, Float)):
        return 1
    if isinstance(column.type, LargeBinary):
        return b""
    assert isinstance(column.type, String), column
    return "x"


def _sealed_cells(table: Table, row: Mapping[str, Any], seal: Seal) -> dict[str, bytes]:
    return {
        column.name: seal.close("отзад", *place(column, row))
        for column in table.columns
        if isinstance(column.info.get("kept"), Sealed)
    }
