"""Bytes of a text file to text: UTF-8 and UTF-16 by their marks, old code pages by likeness.

A file may mix encodings, where rows were pasted together. Then the lines that do not fit keep their
bytes as lone surrogates (PEP 383), and the rows that hold them are rejected one by one.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = ("cp1251", "kz1048", "cp1254", "koi8-r", "cp866", "mac-cyrillic")
"""Bulgarian and Russian, Kazakh, Azerbaijani in Turkish, and what older systems still write.

The first one wins a tie.
"""

_SAMPLE = 200_000
_WORD = re.compile(r"[^\W\d_]+")
_ALPHABET = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіғқңөұүһәabcdefghijklmnopqrstuvwxyzçğıöşü")


def decode(content: bytes) -> str:
    """Text of a file. Bytes that do not fit its encoding become lone surrogates."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, errors="replace")
    if name := _unmarked_utf16(content):
        return content.decode(name, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(content):
        return content.decode("utf-8", errors="surrogateescape")
    return _line_by_line(content, _code_page(content))


def _unmarked_utf16(content: bytes) -> str:
    """UTF-16 without a mark shows in the zero bytes of its separators, on one side only."""
    sample = content[:4_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd < len(sample) / 20 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(content: bytes) -> bool:
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    return sum(map(_is_utf8, lines)) * 2 >= len(lines)


def _code_page(content: bytes) -> str:
    """The code page under which the file's words look most like words."""
    # Lines that are UTF-8 by themselves say nothing about the code page of the others.
    lines = [line for line in content[:_SAMPLE].split(b"\n") if not line.isascii()]
    sample = b"\n".join(line for line in lines if not _is_utf8(line))
    return max(_CODE_PAGES, key=lambda name: _likeness(sample.decode(name, errors="replace")))


def _likeness(text: str) -> float:
    """Share of the letters beyond ASCII that stand in plausible words of our languages."""
    foreign = sum(1 for ch in text if not ch.isascii())
    good = sum(
        sum(1 for ch in word if not ch.isascii())
        for word in _WORD.findall(text)
        if _plausible(word)
    )
    return round(good / max(foreign, 1), 3)


def _plausible(word: str) -> bool:
    """One script, a usual case pattern (word, Word, WORD) and no letter of other languages."""
    if not _ALPHABET.issuperset(word.lower()) or not (
        word.islower() or word.isupper() or word[1:].islower()
    ):
        return False
    scripts = {"CYRILLIC" in unicodedata.name(ch, "") for ch in word}
    return len(scripts) == 1


def _line_by_line(content: bytes, code_page: str) -> str:
    """`content` in `code_page`; lines that are UTF-8 in a file that is not are kept as they are.

    Such a line is told by at least two letters of several bytes: chance hardly makes them.
    """
    lines = []
    for line in content.split(b"\n"):
        if not line.isascii() and _is_utf8(line) and len(line) - len(line.decode()) >= 2:
            lines.append(line.decode("ascii", errors="surrogateescape"))
        else:
            lines.append(line.decode(code_page, errors="surrogateescape"))
    return "\n".join(lines)
