"""A long secret file, written and read piece by piece: whole, unchanged and ours, or refused.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015, "Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance") with AES-256-GCM: the nonce of each piece is a prefix of the
file's own, the piece's number and a mark on the last. A piece changed, moved, doubled or taken
from another file does not open, and an end cut off is noticed by the missing mark. The key is
derived for each file from a salt of its own.

    16 bytes  OUTREACH-BACKUP and a line feed
     1 byte   version of the format
     8 bytes  which key of the office, see `Seal.key_id`
    32 bytes  salt
     7 bytes  prefix of the nonces
    then pieces of 64 KiB, each with 16 bytes of its tag; the last one may be shorter

The head is authenticated with every piece.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.registry.seal import Seal
from planning.errors import Fault, FileFault

_MAGIC = b"OUTREACH-BACKUP\n"
_VERSION = 1
_KEY_ID = slice(17, 25)
_SALT = slice(25, 57)
_PREFIX = slice(57, 64)
_HEAD_BYTES = 64
PIECE_BYTES = 64 * 1024
_TAG_BYTES = 16


def encrypted(content: Iterable[bytes], seal: Seal) -> Iterator[bytes]:
    """The file that holds `content`, in pieces to be written one after the other."""
    head = _MAGIC + bytes([_VERSION]) + seal.key_id + secrets.token_bytes(_HEAD_BYTES - _SALT.start)
    cipher = AESGCM(seal.backup_key(head[_SALT]))
    yield head
    for number, (piece, last) in enumerate(_marked_last(_pieces(content))):
        yield cipher.encrypt(_nonce(head, number, last=last), piece, head)


def decrypted(file: IO[bytes], seals: Iterable[Seal], *, name: str) -> tuple[Seal, Iterator[bytes]]:
    """Which of `seals` has encrypted a file, and its content in pieces.

    Only when the last piece was read, it is sure that nothing was cut off.

    Raises:
        FileFault: another kind of file, of a newer version, of another key; changed or cut off.
    """
    head = file.read(_HEAD_BYTES)
    seal = _seal_of(head, seals, name)
    return seal, _opened(file, head, AESGCM(seal.backup_key(head[_SALT])), name)


DAMAGED = "this backup is cut off, damaged or was changed; take another one. Nothing was touched"
NEWER = (
    "this backup was made by a newer version of the service; update the service first. Nothing was "
    "touched"
)
_FOREIGN = (
    "this is not a backup of a registry; name a file that `outreach.py db backup` has written. "
    "Nothing was touched"
)
_OTHER_KEY = (
    "this backup needs key {}, which is not here: it was made before the key was changed, or in "
    "another office; name that key's file with --key. Nothing was touched"
)


def _seal_of(head: bytes, seals: Iterable[Seal], name: str) -> Seal:
    if not head.startswith(_MAGIC):
        raise FileFault(Fault(_FOREIGN, file=name))
    if len(head) < _HEAD_BYTES:
        raise FileFault(Fault(DAMAGED, file=name))
    if head[len(_MAGIC)] != _VERSION:
        raise FileFault(Fault(NEWER, file=name))
    for seal in seals:
        if seal.key_id == head[_KEY_ID]:
            return seal
    raise FileFault(Fault(_OTHER_KEY.format(head[_KEY_ID].hex()), file=name))


def _opened(file: IO[bytes], head: bytes, cipher: AESGCM, name: str) -> Iterator[bytes]:
    read = iter(lambda: file.read(PIECE_BYTES + _TAG_BYTES), b"")
    number = -1
    for number, (piece, last) in enumerate(_marked_last(read)):
        try:
            yield cipher.decrypt(_nonce(head, number, last=last), piece, head)
        except InvalidTag:
            raise FileFault(Fault(DAMAGED, file=name)) from None
    if number < 0:
        raise FileFault(Fault(DAMAGED, file=name))


def _nonce(head: bytes, number: int, *, last: bool) -> bytes:
    return head[_PREFIX] + number.to_bytes(4, "big") + bytes([last])


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """`content` in pieces of one size, but for the last; one empty piece for nothing."""
    held = bytearray()
    for some in content:
        held += some
        while len(held) > PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    yield bytes(held)


def _marked_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last."""
    following = iter(pieces)
    piece = next(following, None)
    while piece is not None:
        after = next(following, None)
        yield piece, after is None
        piece = after
