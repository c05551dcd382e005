"""`addresses.sqlite`: a region's gazetteer in one file, the same records the same bytes.

Other spellings are JSON lists in the column `names`: `select name from settlement,
json_each(settlement.names) where json_each.value = 'Rousse'` finds a settlement by any of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

from planning.addresses.gazetteer import (
    Gazetteer,
    HouseNumber,
    Landmark,
    Municipality,
    Settlement,
    Street,
    StreetKind,
)
from planning.errors import Fault, RegionFault

_Record = Municipality | Settlement | Street | HouseNumber | Landmark

_SCHEMA = """
create table region (country text not null);
create table municipality (
    place integer primary key, code text not null unique, name text not null,
    names text not null, province text not null, country text not null
);
create table settlement (
    place integer primary key, code text not null unique, name text not null, kind text not null,
    municipality_code text not null, lon real not null, lat real not null, names text not null,
    population integer not null, radius_m real not null, postcode text not null
);
create table street (
    street_id integer primary key, settlement_code text not null, name text not null,
    kind text not null, lon real not null, lat real not null, names text not null,
    length_m real not null, district text not null
);
create table house_number (
    place integer primary key, street_id integer not null references street, number text not null,
    lon real not null, lat real not null, interpolated integer not null
);
create table landmark (
    place integer primary key, name text not null, kind text not null,
    settlement_code text not null, lon real not null, lat real not null, names text not null
);
create index street_by_settlement on street (settlement_code);
create index house_number_by_street on house_number (street_id);
"""


def write_addressbook(gazetteer: Gazetteer, file: Path) -> None:
    """Writes `gazetteer` to the new file `file`."""
    with closing(sqlite3.connect(file, isolation_level=None)) as book:
        # Fixed, so that the file does not depend on how SQLite was built here.
        book.executescript("pragma page_size = 4096; pragma journal_mode = off;")
        book.execute("begin")
        for statement in _SCHEMA.split(";"):
            book.execute(statement)
        book.execute("insert into region values (?)", (gazetteer.country,))
        _insert(book, "municipality", Municipality, gazetteer.municipalities)
        _insert(book, "settlement", Settlement, gazetteer.settlements)
        _insert(book, "street", Street, gazetteer.streets)
        _insert(book, "house_number", HouseNumber, gazetteer.numbers)
        _insert(book, "landmark", Landmark, gazetteer.landmarks)
        book.execute("commit")
        book.execute("vacuum")


def read_addressbook(file: Path) -> Gazetteer:
    """The gazetteer that was written to `file`.

    Raises:
        RegionFault: it is missing, damaged or something else.
    """
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as book:
            return _read(book)
    except (sqlite3.Error, ValueError, TypeError, IndexError):
        message = "the region's addresses are damaged; build the region again"
        raise RegionFault(Fault(message, file=file.name)) from None


def _read(book: sqlite3.Connection) -> Gazetteer:
    def rows(columns: str, table: str) -> Iterable[tuple[Any, ...]]:
        query = f"select {columns} from {table} order by rowid"  # noqa: S608 - our own names
        return book.execute(query)

    ((country,),) = rows("country", "region")
    return Gazetteer(
        country=country,
        municipalities=tuple(
            Municipality(code, name, _names(names), province, country)
            for code, name, names, province, country in rows(
                "code, name, names, province, country", "municipality"
            )
        ),
        settlements=tuple(
            Settlement(code, name, kind, within, lon, lat, _names(names), people, radius, postcode)
            for code, name, kind, within, lon, lat, names, people, radius, postcode in rows(
                "code, name, kind, municipality_code, lon, lat, names, population, radius_m, "
                "postcode",
                "settlement",
            )
        ),
        streets=tuple(
            Street(id_, within, name, StreetKind(kind), lon, lat, _names(names), metres, district)
            for id_, within, name, kind, lon, lat, names, metres, district in rows(
                "street_id, settlement_code, name, kind, lon, lat, names, length_m, district",
                "street",
            )
        ),
        numbers=tuple(
            HouseNumber(street_id, number, lon, lat, interpolated == 1)
            for street_id, number, lon, lat, interpolated in rows(
                "street_id, number, lon, lat, interpolated", "house_number"
            )
        ),
        landmarks=tuple(
            Landmark(name, kind, within, lon, lat, _names(names))
            for name, kind, within, lon, lat, names in rows(
                "name, kind, settlement_code, lon, lat, names", "landmark"
            )
        ),
    )


def _insert(
    book: sqlite3.Connection, table: str, kind: type[_Record], records: Sequence[_Record]
) -> None:
    """Writes `records`, in the order of their fields; all but streets after their place."""
    columns = [each.name for each in fields(kind)]
    values = attrgetter(*columns)
    first = [] if table == "street" else ["place"]
    marks = ", ".join("?" * len([*first, *columns]))
    rows = (
        (*[place for _ in first], *_with_json(values(record)))
        for place, record in enumerate(records)
    )
    book.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608 - our names


def _with_json(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
        for value in row
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text != "[]" else ()
