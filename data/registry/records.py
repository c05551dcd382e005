"""The rows of a registry as lines of text, which any database of ours can read again.

The first line tells what the file holds. Then each table has a line with its name and its columns,
and a line of JSON for each row. Bytes are in base64. The tables are read as they are in the
database, not as this version of the code knows them: what an earlier version wrote can be kept and
loaded, too.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, func, select, text

from data.registry.migrate import OTHERS_TABLES, current_revision
from data.registry.tables.geometry import PostgisPoint

_AT_ONCE = 500
_MOST_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    revision: str
    """Version of the schema."""
    made_at: str
    """ISO 8601 in UTC."""
    rows: dict[str, int]
    """Table → how many rows, in the order in which they can be loaded."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What comes before the rows of a table."""

    table: str
    columns: list[str]
    binary: list[str]
    """Those of `columns` that hold bytes."""


Row = list[Any]


def tables_of(connection: Connection) -> list[Table]:
    """The registry's tables as they are in the database; a table after those it points to."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name not in OTHERS_TABLES)
    return found.sorted_tables


def contents_of(connection: Connection, tables: Iterable[Table], now: datetime) -> Contents:
    """What a backup of these tables will hold."""
    rows = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }
    return Contents(current_revision(connection) or "", now.isoformat(timespec="seconds"), rows)


def dumped(connection: Connection, tables: Iterable[Table], contents: Contents) -> Iterator[bytes]:
    """The lines of a backup. Reads a few rows at a time; the transaction must see one state."""
    yield _line(asdict(contents))
    for table in tables:
        binary = [column.name for column in table.columns if _is_binary(column)]
        yield _line(asdict(Heading(table.name, [column.name for column in table.columns], binary)))
        wanted = select(table).order_by(*table.primary_key)
        rows = connection.execute(wanted.execution_options(yield_per=_AT_ONCE))
        reads = [_text if column.name in binary else _as_it_is for column in table.columns]
        for row in rows:
            yield _line([read(value) for read, value in zip(reads, row, strict=True)])


def read_contents(lines: Iterator[bytes]) -> Contents:
    """What the first of `lines` tells."""
    return Contents(**json.loads(next(lines)))


def read_rows(lines: Iterator[bytes], contents: Contents) -> Iterator[tuple[Heading, list[Row]]]:
    """The rows after the contents, some at a time, with their table's heading.

    Raises:
        ValueError: they are not as the contents say.
    """
    for table, count in contents.rows.items():
        heading = Heading(**json.loads(next(lines, b"")))
        if heading.table != table:
            raise ValueError(f"{heading.table} in the place of {table}")
        left = count
        while left:
            some = [json.loads(line) for line in islice(lines, min(left, _AT_ONCE))]
            if not some:
                raise ValueError(f"rows of {table} are missing")
            left -= len(some)
            yield heading, some
    if next(lines, None) is not None:
        raise ValueError("more rows than were counted")


def load(connection: Connection, rows: Iterable[tuple[Heading, list[Row]]]) -> None:
    """Puts rows into the empty tables of their own version's schema."""
    tables = {table.name: table for table in tables_of(connection)}
    for heading, some in rows:
        table = tables[heading.table]
        writes = [
            (name, _bytes_for(table.columns[name]) if name in heading.binary else _as_it_is)
            for name in heading.columns
        ]
        values = [
            {name: write(value) for (name, write), value in zip(writes, row, strict=True)}
            for row in some
        ]
        connection.execute(table.insert(), values)
    if connection.dialect.name == "postgresql":
        _count_on(connection, tables.values())


def compressed(content: Iterable[bytes]) -> Iterator[bytes]:
    """`content` in zlib's format."""
    packer = zlib.compressobj(level=6)
    for some in content:
        yield packer.compress(some)
    yield packer.flush()


def lines_of(packed: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of compressed content, of which never more than a little is in memory.

    Raises:
        ValueError: it does not end as it should.
    """
    held: list[bytes] = []  # the parts of a line that did not end yet: a plan's is long
    unpacker = zlib.decompressobj()
    for some in packed:
        left = some
        while left:
            first, *others = unpacker.decompress(left, _MOST_AT_ONCE).split(b"\n")
            left = unpacker.unconsumed_tail
            held.append(first)
            for other in others:
                yield b"".join(held)
                held = [other]
    if any(held) or not unpacker.eof:
        raise ValueError("the content breaks off")


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _is_binary(column: Column[Any]) -> bool:
    return isinstance(column.type, (LargeBinary, PostgisPoint))


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
    return value


def _text(value: bytes | str | None) -> str | None:
    """Bytes as base64. PostGIS tells its own in hexadecimal."""
    known = bytes.fromhex(value) if isinstance(value, str) else value
    return None if known is None else base64.b64encode(known).decode()


def _bytes_for(column: Column[Any]) -> Callable[[str | None], bytes | str | None]:
    """What reads `_text` for a column of this database."""

    def read(value: str | None) -> bytes | str | None:
        known = None if value is None else base64.b64decode(value)
        if known is None or not isinstance(column.type, PostgisPoint):
            return known
        return known.hex()

    return read


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL numbers the next row after those that were loaded."""
    for table in tables:
        for column in table.primary_key:
            sequence = connection.scalar(
                select(func.pg_get_serial_sequence(table.name, column.name))
            )
            newest = connection.scalar(select(func.max(column))) if sequence else None
            if newest is not None:
                connection.execute(
                    text("SELECT setval(:sequence, :newest)"),
                    {"sequence": sequence, "newest": newest},
                )
