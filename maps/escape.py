"""The one place where text from outside becomes text inside a map, a page or a file.

folium renders what it is given as a Jinja template, twice, and pastes it into HTML and into
JavaScript template literals. So a string meets four languages on its way, and `html_text` makes
it inert in all four: HTML (`< > & " '`), Jinja (braces), JavaScript literals (backtick, dollar,
backslash) and one-line fields (line separators, control and direction characters dropped). Slashes
go too, so that a text with an address in it never looks like a link (`maps.offline.refuse_links`).
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from planning.text import shorten

MAX_TEXT = 300
"""Longest text a map or print shows. Real addresses end below it; hostile cells do not."""

_ENTITIES = {ord(ch): f"&#{ord(ch)};" for ch in "<>&\"'{}`$\\/"}
_IN_SCRIPT = {ord(ch): f"\\u{ord(ch):04x}" for ch in "<>&'{}`$/\u2028\u2029"}
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def plain(text: str) -> str:
    """`text` on one line, without control or direction characters, at most `MAX_TEXT` long."""
    return shorten(text, MAX_TEXT)


def html_text(text: str) -> str:
    """`text` as HTML that shows it literally, in element content and in quoted attributes."""
    return plain(text).translate(_ENTITIES)


def script_data(value: object) -> str:
    """`value` as a JavaScript expression that neither HTML nor Jinja can read anything into.

    Strings keep their meaning (the escapes are JavaScript's own), so text that a script will set
    as HTML has to pass `html_text` before.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _JSON_STRING.sub(lambda found: found.group().translate(_IN_SCRIPT), text)


def file_name(text: str) -> str:
    """`text` as a part of a file name: Latin letters, digits, `-` and `_`, at most 40.

    Where that changes it, a digest follows, so that two teams never share a file.
    """
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", text)[:31]
    return (
        kept if kept == text else f"{kept}-{sha256(text.encode(errors='replace')).hexdigest()[:8]}"
    )
