"""Personal fields at rest: AES-256-GCM under the office's key.

A sealed cell is one version byte, 12 random bytes of nonce and the ciphertext of the compressed
text. Where it belongs (table, column, campaign, row) is authenticated with it, so that a cell
copied to another row does not open. The key is 32 random bytes in a file of its own, or in the
environment, and never in the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
import zlib
from collections.abc import Iterable, Mapping
from copy import copy
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from cachetools import TTLCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from planning.errors import Fault, FileFault, InputError
from planning.wire import load

T = TypeVar("T")

KEY_VARIABLE = "OUTREACH_KEY"
"""Environment variable that holds the key in base64 and wins over the key file."""
NEXT_KEY_VARIABLE = "OUTREACH_KEY_NEXT"
"""Environment variable of the key that a rotation goes to, where the present one is in another."""
KEY_BYTES = 32
_FORMAT = b"\x01"
_SHORT_WINDOW = 12
"""Bits: 4 KB."""
_NONCE_BYTES = 12
_READ_BYTES, _READ_SECONDS = 4 << 20, 600
"""Of sealed cells whose values stay at hand: about 5,000 cases with their places, ten minutes."""


class Seal:
    """Closes and opens cells with keys derived from the office's key."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes, see `load_key`."""
        self._cipher = AESGCM(_derived(key, b"outreach seal 1"))
        self._backup_key = _derived(key, b"outreach backup 1")
        self.digest_keys: tuple[bytes, ...] = (_derived(key, b"outreach digest 1"),)
        """What digests are made with, one after the other: a rotation adds one, see
        `data.registry.rotation`."""
        self.key_id = _derived(key, b"outreach key id 1")[:8]
        """Tells which key this is, and nothing else about it."""
        self._signing_key = _derived(key, b"outreach signature 1")
        self._read: TTLCache[Any, Any] = TTLCache(
            _READ_BYTES, _READ_SECONDS, getsizeof=lambda kept: kept[1]
        )
        self._reading = Lock()

    def close(self, text: str, *where: str) -> bytes:
        """`text` sealed for the one cell that `where` names: table, column, campaign, row."""
        return self._close(_packed(text.encode()), where)

    def open(self, sealed: bytes, *where: str) -> str:
        """The text of a sealed cell.

        Raises:
            FileFault: it was sealed with another key, for another cell, or was changed since.
        """
        return zlib.decompress(self._open(sealed, where)).decode()

    def value(self, kind: type[T], sealed: bytes, *where: str) -> T:
        """The value of type `kind`, a frozen one, that a sealed cell holds.

        Everybody's pages show the same cells again and again: what was read lately is not opened
        anew. A cell that changed is another one, and what was erased is asked for no more.

        Raises:
            FileFault: as `open`.
            InputError: the text does not fit `kind`.
        """
        key = (kind, sealed, where)
        with self._reading:
            kept = self._read.get(key)
        if kept is not None:
            return cast("T", kept[0])
        value = load(kind, self.open(sealed, *where), file=where[0])
        if len(sealed) <= _READ_BYTES:
            with self._reading:
                self._read[key] = value, len(sealed)
        return value

    def hand_over(
        self, sealed: bytes, to: Seal, *, where: tuple[str, ...], there: tuple[str, ...]
    ) -> bytes:
        """A cell of this key sealed for the cell `there` with the key of `to`.

        Raises:
            FileFault: as `open`.
        """
        return to._close(self._open(sealed, where), there)

    def digest(self, text: str) -> str:
        """A keyed digest: equal texts are found equal, and nothing else can be told from it."""
        for key in self.digest_keys:
            text = _digest(key, text)
        return text

    def digest_again(self, digest: str) -> str:
        """What the digest that lacked only the newest of `digest_keys` is with it."""
        return _digest(self.digest_keys[-1], digest)

    def with_digest_keys(self, digest_keys: Iterable[bytes]) -> Seal:
        """This seal, its digests made with other keys."""
        made = copy(self)
        made.digest_keys = tuple(digest_keys)
        return made

    def backup_key(self, salt: bytes) -> bytes:
        """The 32 bytes with which one backup is encrypted, see `data.registry.stream`."""
        return _derived(self._backup_key, b"outreach backup file 1", salt=salt)

    def signature(self, purpose: str, text: str) -> bytes:
        """32 bytes that only the holder of the key can make. No digest in the registry is one."""
        return hmac.new(self._signing_key, _bound((purpose, text)), hashlib.sha256).digest()

    def _close(self, packed: bytes, where: tuple[str, ...]) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, packed, _bound(where))

    def _open(self, sealed: bytes, where: tuple[str, ...]) -> bytes:
        nonce, cipher = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _FORMAT:
                raise InvalidTag
            return self._cipher.decrypt(nonce, cipher, _bound(where))
        except (InvalidTag, ValueError):
            raise FileFault(
                Fault(
                    "a sealed field does not open: it was changed outside the service, or belongs "
                    "to another key; restore the registry from a backup",
                    field=" / ".join(where),
                )
            ) from None


def _packed(text: bytes) -> bytes:
    """`text` compressed, in zlib's format.

    By default zlib clears tables of 256 KB before the first byte, ten times the work that a
    record's few hundred bytes are. A window that holds the whole text finds as much.
    """
    short = len(text) <= 1 << _SHORT_WINDOW
    packer = zlib.compressobj(wbits=_SHORT_WINDOW, memLevel=5) if short else zlib.compressobj()
    return packer.compress(text) + packer.flush()


def load_key(key_file: Path, *, create: bool, environ: Mapping[str, str] | None = None) -> bytes:
    """The office's key, from the environment or from `key_file`.

    With `create`, a missing key file is made: mode 0600 in a folder of mode 0700.

    Raises:
        InputError: there is no key, it is not a key, or others may read its file.
    """
    given = (os.environ if environ is None else environ).get(KEY_VARIABLE)
    if given:
        return decoded_key(given, field=KEY_VARIABLE)
    if not key_file.exists():
        if not create:
            raise InputError(
                Fault(
                    "the key of this registry is missing; put its key file back, or set "
                    f"{KEY_VARIABLE}. Without it nobody can read the records",
                    file=key_file.name,
                )
            )
        write_key_file(key_file, secrets.token_bytes(KEY_BYTES))
    _refuse_readable_by_others(key_file)
    return decoded_key(_text_of(key_file), file=key_file.name)


def decoded_key(text: str, *, file: str = "", field: str = "") -> bytes:
    """The key that `text`, from a file or an environment variable, holds in base64.

    Raises:
        InputError: it is not a key; it is not repeated.
    """
    fault = Fault(_NOT_A_KEY, file=file, field=field)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(fault) from None
    if len(key) != KEY_BYTES:
        raise InputError(fault)
    return key


def write_key_file(key_file: Path, key: bytes) -> None:
    """Writes `key` beside its place, then links it there: two first starts get one key.

    A file that is there already stays as it is.
    """
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = key_file.with_name(f".{key_file.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(key) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, key_file)
        except FileExistsError:
            return
    finally:
        fresh.unlink()
    sync_folder(key_file.parent)


def sync_folder(folder: Path) -> None:
    """Makes a new name in `folder` survive a power cut: a lost key is lost records."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_NOT_A_KEY = "this is not a key: 32 bytes in base64 are expected; put the right key back"


def _derived(key: bytes, use: bytes, *, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=use).derive(key)


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _bound(where: tuple[str, ...]) -> bytes:
    """`where` as bytes in which no two places look alike."""
    return json.dumps(where).encode()


def _refuse_readable_by_others(key_file: Path) -> None:
    if os.name != "posix":
        return
    mode = stat.S_IMODE(key_file.stat().st_mode)
    if mode & 0o077:
        raise InputError(
            Fault(
                f"others on this machine may read the key (mode {mode:o}); "
                f"run `chmod 600` on it first",
                file=key_file.name,
            )
        )


def _text_of(key_file: Path) -> str:
    try:
        return key_file.read_bytes().decode("ascii")
    except UnicodeDecodeError:
        raise InputError(Fault(_NOT_A_KEY, file=key_file.name)) from None
    except OSError as error:
        raise InputError(
            Fault(f"the key cannot be read ({error.strerror})", file=key_file.name)
        ) from None
