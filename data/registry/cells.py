"""Every sealed cell and keyed digest of a registry, as the tables declare them.

`data.registry.tables.base.sealed_in` and `keyed_digest` declare a column. What goes through all of
them at once, a rotation of the key or a verification, reads it here and knows no table by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, select, tuple_

from data.registry.seal import Seal
from data.registry.tables import Base
from data.registry.tables.base import Digest, Sealed
from planning.errors import FileFault

Report = Callable[[float, str], None]
"""Share done, 0 to 1, and words about it."""

_AT_ONCE = 400
_DIGEST = re.compile("[0-9a-f]{64}")
_TABLES = Base.metadata.sorted_tables


def declared(table: Table, kind: type[Sealed] | type[Digest]) -> list[Column[Any]]:
    """The table's columns of that kind."""
    return [column for column in table.columns if isinstance(column.info.get("kept"), kind)]


def place(column: Column[Any], row: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the cell of `column` in `row` belongs, as it was sealed."""
    kept: Sealed = column.info["kept"]
    words = [column.table.name] if kept.word is None else [column.table.name, kept.word]
    return (*words, *(str(row[name]) for name in kept.row))


def reseal(connection: Connection, old: Seal, fresh: Seal, *, report: Report) -> int:
    """Seals every cell with the key of `fresh`, and makes every digest anew.

    `fresh` has one digest key more than `old`. Within the connection's transaction. Returns how
    many cells there are.

    Raises:
        FileFault: a cell does not open.
    """
    cells = 0
    for number, table in enumerate(_TABLES):
        report(number / len(_TABLES), f"sealing {table.name} anew")
        if declared(table, Sealed) or declared(table, Digest):
            for rows in _batches(connection, table):
                _change(connection, table, [_anew(table, row, old, fresh) for row in rows])
                cells += sum(
                    row[column.name] is not None
                    for column in declared(table, Sealed)
                    for row in rows
                )
    return cells


def not_opening(connection: Connection, seal: Seal, *, report: Report) -> Iterator[FileFault]:
    """The fault of each cell that `seal` does not open."""
    for number, table in enumerate(_TABLES):
        report(number / len(_TABLES), f"opening {table.name}")
        if not (columns := declared(table, Sealed)):
            continue
        rows = connection.execute(select(table).execution_options(yield_per=_AT_ONCE))
        for row in (each._asdict() for each in rows):
            for column in columns:
                try:
                    if row[column.name] is not None:
                        seal.open(row[column.name], *place(column, row))
                except FileFault as fault:
                    yield fault


def _anew(table: Table, row: Mapping[str, Any], old: Seal, fresh: Seal) -> dict[str, Any]:
    """The row's new values with `new_` before their names, and its primary key with `old_`."""
    sealed, digests = declared(table, Sealed), declared(table, Digest)
    new = {**row, **{column.name: _digest(column, row[column.name], fresh) for column in digests}}
    for column in sealed:
        if row[column.name] is not None:
            new[column.name] = old.hand_over(
                row[column.name], fresh, where=place(column, row), there=place(column, new)
            )
    return {
        **{f"new_{column.name}": new[column.name] for column in (*sealed, *digests)},
        **{f"old_{column.name}": row[column.name] for column in table.primary_key},
    }


def _digest(column: Column[Any], value: str | None, fresh: Seal) -> str | None:
    prefix = column.info["kept"].prefix
    if value is None or not value.startswith(prefix) or not _DIGEST.fullmatch(value[len(prefix) :]):
        return value
    return str(prefix + fresh.digest_again(value[len(prefix) :]))


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows as they were before the first was changed, some at a time.

    The primary keys are read first: a digest may be a part of them.
    """
    key = tuple(table.primary_key)
    keys = iter(connection.execute(select(*key)).all())
    while some := list(islice(keys, _AT_ONCE)):
        wanted = select(table).where(tuple_(*key).in_([tuple(each) for each in some]))
        yield [row._asdict() for row in connection.execute(wanted)]


def _change(connection: Connection, table: Table, changes: Sequence[dict[str, Any]]) -> None:
    columns = [*declared(table, Sealed), *declared(table, Digest)]
    statement = table.update().values(
        {each.name: bindparam(f"new_{each.name}") for each in columns}
    )
    for column in table.primary_key:
        statement = statement.where(column == bindparam(f"old_{column.name}"))
    connection.execute(statement, changes)
