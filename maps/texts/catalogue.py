"""Reads a gettext .po file without compiling it to disk.

The entries are packed into gettext's .mo layout in memory and handed to the standard library,
which then knows plurals and everything else. Layout: GNU gettext manual, "The Format of GNU MO
Files"; .po: "The Format of PO Files". Contexts (msgctxt) and obsolete entries are not used here.
"""

from __future__ import annotations

import ast
import re
import struct
from gettext import GNUTranslations
from io import BytesIO

_LINE = re.compile(
    r"""(?:(msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?("(?:[^"\\]|\\.)*")|(?:#.*)?"""
)
_HEAD = 28
_MAGIC = 0x950412DE


def po_entries(text: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Message ids (one, or singular and plural) and their translations, in file order.

    Raises:
        ValueError: a line is none of a .po file's.
    """
    entries: dict[tuple[str, ...], tuple[str, ...]] = {}
    ids: list[str] = []
    said: list[str] = []
    into = ids
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"line {number} is not part of a .po file: {line[:40]}")
        keyword, quoted = found.groups()
        if keyword == "msgid" and said:
            entries[tuple(ids)] = tuple(said)
            ids, said = [], []
        if keyword:
            into = said if keyword.startswith("msgstr") else ids
            into.append("")
        if quoted is not None:
            into[-1] += ast.literal_eval(quoted)
    if said:
        entries[tuple(ids)] = tuple(said)
    return entries


def read_po(text: str) -> GNUTranslations:
    """The translations in the .po file `text`; entries left empty fall back to English.

    Raises:
        ValueError: `text` is not a .po file.
    """
    return GNUTranslations(BytesIO(_packed(po_entries(text))))


def _packed(entries: dict[tuple[str, ...], tuple[str, ...]]) -> bytes:
    pairs = sorted(
        ("\0".join(ids).encode(), "\0".join(said).encode())
        for ids, said in entries.items()
        if all(said)
    )
    strings = [ids for ids, _ in pairs] + [said for _, said in pairs]
    table, body = [], b""
    start = _HEAD + 8 * len(strings)
    for string in strings:
        table.append(struct.pack("<II", len(string), start + len(body)))
        body += string + b"\0"
    head = struct.pack(
        "<7I", _MAGIC, 0, len(pairs), _HEAD, _HEAD + 8 * len(pairs), 0, _HEAD + 8 * len(pairs)
    )
    return head + b"".join(table) + body
