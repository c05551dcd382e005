"""Records that two may change: the second one is told what the first one changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from data.registry.tables import ReceiptRow
from data.registry.tables.partners import Versioned
from data.registry.work.storing import as_json, checked_id, differing
from data.registry.work.transaction import Transaction
from planning.errors import Change, Conflict
from planning.model import Saved

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from sqlalchemy import ColumnElement

    from data.registry.tables import Base

T = TypeVar("T", bound="DataclassInstance")


class RecordWork(Transaction):
    """Keeps values in versioned rows, and what was asked for before."""

    def first_time(self, key: str, action: str, asked: object) -> bool:
        """True when nothing was done under this idempotency key; False when just this was.

        The key is kept with the transaction: where that fails, the client may ask again. `asked`
        is a value of the model, kept as a keyed digest.

        Raises:
            Conflict: something else was done under the key.
        """
        self._will_write()
        digest = self._seal.digest(f"{action} {as_json(asked)}")
        known = self._session.get(ReceiptRow, checked_id(key, "key"))
        if known is not None:
            if (known.action, known.digest) != (action, digest):
                raise Conflict("something else was asked for under this key before; ask anew")
            return False
        self._session.add(
            ReceiptRow(
                key=key, action=action, digest=digest, done_by=self._actor, done_at=self._now()
            )
        )
        self._session.flush()
        return True

    def _save(
        self,
        row_type: type[Base],
        value: T,
        key: Mapping[str, str],
        columns: Mapping[str, object],
        seen: int,
    ) -> int:
        """Keeps `value` under `key` and returns its new version; `seen` is 0 for a new record.

        Asking again for what is there already changes nothing.

        Raises:
            Conflict: it is no longer at version `seen`; tells who changed it last, when, and in
                which fields theirs differs from `value`.
        """
        self._will_write()
        key = {name: checked_id(each, name.removesuffix("_id")) for name, each in key.items()}
        row: Any = self._session.get(
            row_type, tuple(key.values()), with_for_update=True, populate_existing=True
        )
        if row is not None:
            theirs = self._value(type(value), row, key)
            if theirs == value:
                return int(row.version)
            if row.version != seen:
                raise _told(row, theirs, differing(value, theirs))
        elif seen:
            raise Conflict("somebody removed this meanwhile; look at the list again")
        else:
            row = row_type(**key)
            self._session.add(row)
        for name, each in columns.items():
            setattr(row, name, each)
        row.version = seen + 1
        row.changed_by, row.changed_at = self._actor, self._now()
        row.sealed = self._sealed(value, row_type.__tablename__, "sealed", *key.values())
        self._session.flush()
        return seen + 1

    def _saved(
        self,
        row_type: type[Base],
        kind: type[T],
        key: tuple[str, ...],
        *which: ColumnElement[bool],
    ) -> list[Saved[T]]:
        """Records in the order of their keys: `key` names the columns."""
        columns = row_type.__table__.columns
        rows: Any = self._session.scalars(
            select(row_type).where(*which).order_by(*(columns[name] for name in key))
        )
        return [
            Saved(
                self._value(kind, row, {name: getattr(row, name) for name in key}),
                row.version,
                row.changed_by,
                row.changed_at,
            )
            for row in rows
        ]

    def _value(self, kind: type[T], row: Any, key: Mapping[str, str]) -> T:  # noqa: ANN401 - of any table
        return self._opened(kind, row.sealed, row.__tablename__, "sealed", *key.values())


def _told(row: Versioned, theirs: object, fields: tuple[str, ...]) -> Conflict:
    change = Change(row.changed_by, row.changed_at, fields)
    return Conflict(f"{change}; look at it again", changes=[change], theirs=theirs)
