"""Text as people type it, made safe to keep: one line, no control characters, no formulas."""

from __future__ import annotations

import unicodedata

MAX_CELL = 2_000
"""Longest cell that is kept. Real address cells end below 300 characters."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def one_line(text: str) -> str:
    """`text` in NFC with control and format characters dropped and white space folded.

    Soft hyphens, zero-width and direction marks go too: they hide differences between addresses.
    """
    kept = (
        " " if ch in "\t\n\r\v\f\u2028\u2029\u00a0" else ch
        for ch in unicodedata.normalize("NFC", text)
        if ch in "\t\n\r\v\f" or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


def has_control(text: str) -> bool:
    """True when `text` holds a NUL or another control character that no clerk types."""
    return any(unicodedata.category(ch) == "Cc" and ch not in "\t\n\r" for ch in text)


def safe_cell(text: str) -> str:
    """`text` for a spreadsheet cell: a leading formula character is disarmed with an apostrophe.

    Source: OWASP, CSV injection.
    """
    lead = text.lstrip()
    return f"'{text}" if lead.startswith(_FORMULA_STARTS) else text


def shorten(text: str, length: int = 80) -> str:
    """`text` on one line, at most `length` characters."""
    line = one_line(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"
