"""Text as people type it, made safe to keep: one line, no control characters, no formulas."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MAX_CELL = 2_000
"""Longest cell that is kept. Real address cells end below 300 characters."""

MAX_ID = 200
"""Longest id that is kept, in characters: the registry's columns are so wide."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""The wide signs too: spreadsheet programs in East Asian settings read them as the narrow ones."""


SPOKEN = frozenset({"day", "from_day", "to_day", "institutions", "level", "sex", "what"})
"""Names of values that pages say in their own way: ISO dates, institutions by code (parted by
commas), levels, the sex of a member, what the catalogues have a word for."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something told to the user, in parts, so that every page can say it in its own language.

    English is the key, as everywhere (see `maps.texts`). Values stay as they are, but for those
    that `SPOKEN` names: they are kept as codes and dates and said in the page's language too.
    """

    template: str
    """English, with a `{name}` for every value."""
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format_map(dict(self.values)) if self.values else self.template


def note(template: str, **values: object) -> Note:
    """A `Note`; `template` must stand here in full, for the translators' list is made from it."""
    return Note(template, tuple((name, str(value)) for name, value in values.items()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(notes: Iterable[Note | str], *, capital: Callable[[str], str] = _capital) -> str:
    """`notes` as one sentence, with a capital letter, as `capital` makes it, and a full stop."""
    text = "; ".join(str(each) for each in notes)
    return f"{capital(text)}." if text else ""


def one_line(text: str) -> str:
    """`text` in NFC with control and format characters dropped and white space folded.

    Soft hyphens, zero-width and direction marks go too: they hide differences between addresses.
    """
    if text.isprintable():
        line = " ".join(unicodedata.normalize("NFC", text).split())
        return text if line == text else line  # not a copy: long lists hold their cells once
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
