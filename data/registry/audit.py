"""The audit log: each entry is chained to the one before with a key that only the office has.

The database refuses to change or delete entries. Somebody who works around that (with the file in
hand, say) still cannot make a chain that fits: its key is sealed in the table `meta`, and so is
the head, by which a cut-off end is noticed too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from data.registry.seal import Seal
from data.registry.tables import ID_LENGTH, AuditRow, MetaRow
from planning.errors import Fault, InputError
from planning.model import EVERYTHING, AuditEntry, LogFilter
from planning.text import shorten

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

_HEAD = ("meta", "audit_head")
_KEY = ("meta", "audit_key")
_START = "0" * 64
DETAIL_LENGTH = 500


def begin_log(session: Session, seal: Seal) -> None:
    """Prepares the log of a new registry."""
    _write_meta(session, _KEY, seal.close(secrets.token_hex(32), *_KEY))
    _write_meta(session, _HEAD, seal.close(json.dumps([0, _START]), *_HEAD))


def append(session: Session, seal: Seal, entry: AuditEntry) -> None:
    """Adds an entry within the session's transaction. Control characters are dropped."""
    number, prev_hash = _head(session, seal, lock=True)
    row = AuditRow(
        number=number + 1,
        at=entry.at,
        actor=shorten(entry.actor, ID_LENGTH),
        action=shorten(entry.action, ID_LENGTH),
        subject=shorten(entry.subject, ID_LENGTH),
        detail=shorten(entry.detail, DETAIL_LENGTH),
        prev_hash=prev_hash,
    )
    row.hash = _hash(row, _chain_key(session, seal))
    session.add(row)
    head = session.get_one(MetaRow, _HEAD[1])
    head.value = seal.close(json.dumps([row.number, row.hash]), *_HEAD)
    session.flush()


def written_since(session: Session, entry: AuditEntry, since: str) -> bool:
    """True when the same, by the same user, was written at `since` or later."""
    found = session.scalar(
        select(AuditRow.number)
        .where(
            AuditRow.at >= since,
            AuditRow.actor == shorten(entry.actor, ID_LENGTH),
            AuditRow.action == shorten(entry.action, ID_LENGTH),
            AuditRow.subject == shorten(entry.subject, ID_LENGTH),
            AuditRow.detail == shorten(entry.detail, DETAIL_LENGTH),
        )
        .limit(1)
    )
    return found is not None


def newest(
    session: Session, limit: int, *, wanted: LogFilter = EVERYTHING, skip: int = 0
) -> list[AuditEntry]:
    """The newest entries that fit, newest first, after the first `skip` of them."""
    fitting = select(AuditRow).where(*_fitting(wanted)).order_by(AuditRow.number.desc())
    return [as_entry(row) for row in session.scalars(fitting.offset(skip).limit(limit))]


def count(session: Session, wanted: LogFilter) -> int:
    """How many entries fit."""
    found = session.scalar(select(func.count()).select_from(AuditRow).where(*_fitting(wanted)))
    return found or 0


def as_entry(row: AuditRow) -> AuditEntry:
    """The entry without what chains it."""
    return AuditEntry(row.at, row.actor, row.action, row.subject, row.detail, row.number)


def _fitting(wanted: LogFilter) -> list[ColumnElement[bool]]:
    given = [
        (column, value)
        for column, value in (
            (AuditRow.actor, wanted.actor),
            (AuditRow.subject, wanted.subject),
            (AuditRow.action, wanted.action),
        )
        if value
    ]
    found = [column == shorten(value, ID_LENGTH) for column, value in given]
    if wanted.since is not None:
        found.append(AuditRow.at >= _moment(wanted.since))
    if wanted.until is not None:
        found.append(AuditRow.at < _moment(wanted.until))
    return found


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def verify(session: Session, seal: Seal) -> int:
    """Walks the whole chain and returns how many entries it has.

    Raises:
        InputError: an entry was changed, removed, added or moved by hand; it names the first.
    """
    key = _chain_key(session, seal)
    number, prev_hash = 0, _START
    rows = session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(
        yield_per=1_000))  # fmt: skip
    with closing(rows):
        for row in rows:
            number += 1
            fits = row.number == number and row.prev_hash == prev_hash
            if not fits or not hmac.compare_digest(row.hash, _hash(row, key)):
                raise InputError(_broken(number))
            prev_hash = row.hash
    if (number, prev_hash) != _head(session, seal):
        raise InputError(_broken(number + 1))
    return number


def _broken(number: int) -> Fault:
    return Fault(
        f"the audit log was changed by hand at entry {number}; keep this file as evidence and "
        "compare it with a backup"
    )


def _head(session: Session, seal: Seal, *, lock: bool = False) -> tuple[int, str]:
    """Number and hash of the newest entry. With `lock` the next writer waits for this one."""
    wanted = select(MetaRow).where(MetaRow.name == _HEAD[1])
    row = session.scalars(wanted.with_for_update() if lock else wanted).one()
    number, newest_hash = json.loads(seal.open(row.value, *_HEAD))
    return int(number), str(newest_hash)


def _chain_key(session: Session, seal: Seal) -> bytes:
    return bytes.fromhex(seal.open(session.get_one(MetaRow, _KEY[1]).value, *_KEY))


def _hash(row: AuditRow, key: bytes) -> str:
    fields = [
        row.number, row.at, row.actor, row.action, row.subject, row.detail, row.prev_hash
    ]  # fmt: skip
    return hmac.new(key, json.dumps(fields).encode(), hashlib.sha256).hexdigest()


def _write_meta(session: Session, where: tuple[str, str], value: bytes) -> None:
    session.add(MetaRow(name=where[1], value=value))
