"""A new key for the office: every sealed cell and every keyed digest made anew.

The texts behind the digests are gone (an erased child's) or not beside them (an address decided
on), so a digest is not made from its text again but digested once more, with a key that is made
now: d' = HMAC(k', d). Who has the old key, an old copy of the registry and this one still cannot
test words against d'. Updatable encryption has the same aim for ciphertexts: Everspaugh, Paterson,
Ristenpart, Scott 2017, "Key Rotation for Authenticated Encryption".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from data.registry import audit, keys
from data.registry.backup import Clock, entry, now_utc
from data.registry.cells import Report, reseal
from data.registry.database import existing_engine, told
from data.registry.migrate import refuse_foreign, refuse_older
from data.registry.seal import KEY_BYTES, Seal
from data.registry.sweep import sweep
from planning.errors import OutreachError

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    cells: int
    """Sealed anew."""
    key_id: str
    """Of the new key."""
    old_key: Path | None
    """Where the old key is kept; None when the key is in the environment."""
    swept: bool
    """False where what the old key had sealed may still be in unused parts of the database's files,
    because others kept it busy or the disk is too full: purging, erasing or another rotation takes
    it out."""


def rotate_key(
    url_or_path: str | Path,
    *,
    key_file: Path,
    actor: str,
    report: Report,
    clock: Clock = now_utc,
) -> Rotated:
    """Makes a new key and seals the registry with it, in one transaction.

    Others wait for it; a service that runs reads the new key with its next transaction. What the
    old key had sealed is taken out of the database's files afterwards.

    Raises:
        InputError: the key is missing or wrong, or the schema is not this version's.
        FileFault: a cell does not open, or the registry cannot be opened. Nothing was changed.
    """
    with existing_engine(url_or_path) as (engine, name):
        with told(name), Session(engine) as session, session.begin():
            connection = session.connection()
            keys.lock_out_writers(connection)
            refuse_foreign(connection, name=name)
            refuse_older(connection, name=name)
            old = keys.unlock(connection, key_file)
            fresh = following(old, keys.prepare_next_key(key_file))
            cells = reseal(connection, old, fresh, report=report)
            keys.keep_digest_keys(session, fresh)
            audit.append(session, fresh, entry(clock(), actor, "rotate_key", fresh.key_id.hex()))
        old_key = keys.put_next_key_in_place(key_file, old=old, fresh=fresh)
        return Rotated(cells, fresh.key_id.hex(), old_key, _swept(engine, name))


def _swept(engine: Engine, name: str) -> bool:
    """The key has changed by now, so that no fault of this may look as if it had not."""
    try:
        with told(name):
            sweep(engine)
    except OutreachError:
        return False
    return True


def following(old: Seal, key: bytes) -> Seal:
    """The seal of `key`, whose digests are those of `old` digested once more."""
    return Seal(key).with_digest_keys((*old.digest_keys, secrets.token_bytes(KEY_BYTES)))
