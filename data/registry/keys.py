"""Which key opens a registry, also while it is rotated and after a crash in the middle of that.

The registry keeps a cell that only its key opens (`key_check`), and the keys of its digests,
sealed. A rotation changes both in one transaction, and the key file is renamed afterwards:

    outreach.key.next-ID is written → the transaction is committed → it replaces outreach.key

Before the commit the old key opens everything, after it the next one does, and whoever opens the
registry then finishes the renaming. A key of the environment is not ours to change: the next one
is given beside it, in `OUTREACH_KEY_NEXT`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select, text

from data.registry.database import NO_REGISTRY
from data.registry.migrate import take_turn
from data.registry.seal import (
    KEY_BYTES,
    KEY_VARIABLE,
    NEXT_KEY_VARIABLE,
    Seal,
    decoded_key,
    load_key,
    sync_folder,
    write_key_file,
)
from data.registry.tables import MetaRow
from planning.errors import Fault, FileFault, InputError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_CHECK = ("meta", "key_check")
_CHECK_TEXT = "this key opens this registry"
_DIGEST_KEYS = ("meta", "digest_keys")


class OfficeSeal:
    """The seal of an open registry, the right one also after its key was rotated elsewhere."""

    def __init__(self, key_file: Path, seal: Seal) -> None:
        self._key_file = key_file
        self._known: tuple[bytes | None, Seal] = (None, seal)

    @property
    def newest(self) -> Seal:
        """As the last transaction found it."""
        return self._known[1]

    def within(self, session: Session, *, writing: bool) -> Seal:
        """The seal for one transaction; its first question to the database.

        A rotation waits for writers and writers wait for it, so that it stays the right one.

        Raises:
            InputError: the key was rotated, and the new one is not here.
        """
        check, seal = self._known
        wanted = select(MetaRow.value).where(MetaRow.name == _CHECK[1])
        found = session.scalar(wanted.with_for_update(read=True) if writing else wanted)
        if found != check:
            seal = unlock(session.connection(), self._key_file)
            self._known = (found, seal)
        return seal


def unlock(connection: Connection, key_file: Path, *, create: bool = False) -> Seal:
    """The seal of a registry, its digest keys included. Only looks at the database.

    With `create`, a key is made for one that has none yet.

    Raises:
        InputError: the key is missing, wrong, or readable by others; or there is no registry.
    """
    check = _cell(connection, _CHECK)
    if check is None:
        if not create:
            raise InputError(NO_REGISTRY)
        return Seal(load_key(key_file, create=True))
    return with_digest_keys(connection, _fitting(check, key_file))


def with_digest_keys(connection: Connection, seal: Seal) -> Seal:
    """`seal`, its digests made as in this registry."""
    kept = _cell(connection, _DIGEST_KEYS)
    if kept is None:
        return seal
    keys = json.loads(seal.open(kept, *_DIGEST_KEYS))
    return seal.with_digest_keys(bytes.fromhex(key) for key in keys)


def install(session: Session, seal: Seal) -> bool:
    """Puts the key's check into a new registry. False when there is one."""
    if session.get(MetaRow, _CHECK[1]) is not None:
        return False
    session.add(MetaRow(name=_CHECK[1], value=seal.close(_CHECK_TEXT, *_CHECK)))
    return True


def keep_digest_keys(session: Session, seal: Seal) -> None:
    """Writes the keys of the digests down, sealed: the key alone no longer tells them."""
    keys = json.dumps([key.hex() for key in seal.digest_keys])
    session.merge(MetaRow(name=_DIGEST_KEYS[1], value=seal.close(keys, *_DIGEST_KEYS)))
    session.flush()


def lock_out_writers(connection: Connection) -> None:
    """Waits for running writers and keeps others waiting until the transaction ends.

    On SQLite, beginning to write has done so already. On PostgreSQL each writer holds a lock on
    the key's check, see `OfficeSeal.within`, and who opens the registry the turn to upgrade it.
    """
    take_turn(connection)
    if connection.dialect.name == "postgresql" and has_meta(connection):
        connection.execute(text(f"LOCK TABLE {MetaRow.__tablename__} IN EXCLUSIVE MODE"))


def has_meta(connection: Connection) -> bool:
    """True when there is a registry, be it empty."""
    return inspect(connection).has_table(MetaRow.__tablename__)


def prepare_next_key(key_file: Path) -> bytes:
    """The key to come: a new one beside the key file, or the one of the environment.

    Call it with writers locked out: what a rotation that did not come to its end has left behind
    opens nothing, and is replaced.

    Raises:
        InputError: the present key is in the environment, and no next one or the same.
    """
    if os.environ.get(KEY_VARIABLE):
        given = _next_keys(key_file)
        if not given or given[0] == load_key(key_file, create=False):
            raise InputError(
                Fault(
                    "the key is in the environment, so the new one is to be given there, too: 32 "
                    "random bytes in base64 (`openssl rand -base64 32`). Nothing was touched",
                    field=NEXT_KEY_VARIABLE,
                )
            )
        return given[0]
    for left_behind in _next_files(key_file):
        left_behind.unlink()
    key = secrets.token_bytes(KEY_BYTES)
    write_key_file(_beside(key_file, _NEXT, Seal(key)), key)
    return key


def put_next_key_in_place(key_file: Path, *, old: Seal, fresh: Seal) -> Path | None:
    """Ends a rotation: the next key becomes the key file, and the old one is kept beside it.

    Any number of processes may do so at once, and late: each file's name tells its key. Returns
    the old key's file; None when the key is in the environment.
    """
    if os.environ.get(KEY_VARIABLE):
        return None
    kept = _beside(key_file, _OLD, old)
    with contextlib.suppress(FileNotFoundError):  # somebody else has just done it
        following = _beside(key_file, _NEXT, fresh)
        following.stat()
        with contextlib.suppress(FileExistsError):
            os.link(key_file, kept)
        following.replace(key_file)
    sync_folder(key_file.parent)
    return kept


def known_seals(key_file: Path, further: Path | None = None) -> Iterator[Seal]:
    """The seals of the present key, of `further`, and of the old keys beside the key file.

    Raises:
        InputError: the present key or `further` is missing, no key, or readable by others.
    """
    yield Seal(load_key(key_file, create=False))
    if further is not None:
        yield Seal(load_key(further, create=False, environ={}))
    for old in sorted(key_file.parent.glob(f"{key_file.name}.{_OLD}-*")):
        with contextlib.suppress(InputError):  # not asked for by name: what is no key is passed by
            yield Seal(load_key(old, create=False, environ={}))


def _fitting(check: bytes, key_file: Path) -> Seal:
    seal = Seal(load_key(key_file, create=False))
    if _opens(seal, check):
        return seal
    for key in _next_keys(key_file):
        fresh = Seal(key)
        if _opens(fresh, check):
            put_next_key_in_place(key_file, old=seal, fresh=fresh)
            return fresh
    again = Seal(load_key(key_file, create=False))  # somebody else may just have put it there
    if _opens(again, check):
        return again
    raise InputError(_wrong_key(key_file.name))


def _next_keys(key_file: Path) -> list[bytes]:
    if os.environ.get(KEY_VARIABLE):
        given = os.environ.get(NEXT_KEY_VARIABLE)
        return [decoded_key(given, field=NEXT_KEY_VARIABLE)] if given else []
    return [load_key(file, create=False, environ={}) for file in _next_files(key_file)]


def _next_files(key_file: Path) -> list[Path]:
    return sorted(key_file.parent.glob(f"{key_file.name}.{_NEXT}-*"))


_NEXT, _OLD = "next", "old"


def _beside(key_file: Path, what: str, seal: Seal) -> Path:
    return key_file.with_name(f"{key_file.name}.{what}-{seal.key_id.hex()}")


def _cell(connection: Connection, where: tuple[str, str]) -> bytes | None:
    if not has_meta(connection):
        return None
    return connection.scalar(select(MetaRow.value).where(MetaRow.name == where[1]))


def _opens(seal: Seal, check: bytes) -> bool:
    try:
        return seal.open(check, *_CHECK) == _CHECK_TEXT
    except FileFault:
        return False


def _wrong_key(file: str) -> Fault:
    return Fault(
        "this is not the key that this registry was made with; put the right one back. "
        "Nothing was touched",
        file=file,
    )
