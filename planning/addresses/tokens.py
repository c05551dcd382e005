"""Clean text and its tokens: the first steps of reading an address.

Every pattern here is a character class or a few of bounded length, so that time grows with the
length of the text only, whatever the text is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from planning.text import one_line

LONGEST = 400
"""Longest text that is read as an address. Real ones end below 300 characters."""

_LATIN_LOOKS = "aceopxykmtihəABCEHKMOPTXYIƏ"
_CYRILLIC_LOOKS = "асеорхукмтіһәАВСЕНКМОРТХУІӘ"
_TO_CYRILLIC = str.maketrans(_LATIN_LOOKS, _CYRILLIC_LOOKS)
_TO_LATIN = str.maketrans(_CYRILLIC_LOOKS, _LATIN_LOOKS)
_ROMAN_LOOKS = str.maketrans("ІіӀХхѴѵ", "IiIXxVv")
_ROMAN = frozenset("IVXivx")

_PUNCTUATION = str.maketrans(
    dict.fromkeys("„“”‟«»\"'`´’‘‚‹›*!?<>{}[]=&|~^$%@", " ")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"\\": "/", "⁄": "/", "(": ",", ")": ",", "℅": "№", "#": "№"}
)
_SMALL = "a-zəıöüçşğа-яёәіңғүұқөһ"
_CAPITAL = "A-ZƏİÖÜÇŞĞА-ЯЁӘІҢҒҮҰҚӨҺ"
_GLUED = re.compile(rf"(?<![^\W\d_])([{_SMALL}]{{1,4}})(?=[{_CAPITAL}][{_SMALL}])")
"""A short word that a capital goes on from: the "к" of "ж.кДружба"."""
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"(\d+|[^\W\d_]+|[^\w\s.:])([.:]?)")
# All marks on Latin letters but breve and cedilla: ş, ç, ğ are letters of their own.
_ACCENTS = re.compile(r"(?<![^\x00-\x7f])[\u0300-\u0305\u0307-\u0326\u0328-\u036f]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-zƏə]")


class Token(NamedTuple):
    """One word, one run of digits or one mark."""

    text: str
    """In lower case."""
    glued: bool
    """No space before it."""
    dotted: bool
    """A full stop follows at once."""
    latin: bool = False
    """Written in Latin letters."""

    @property
    def number(self) -> bool:
        """Digits only."""
        return self.text.isdecimal()

    @property
    def word(self) -> bool:
        """Letters only."""
        return self.text.isalpha()


@lru_cache(maxsize=4_096)
def clean(text: str) -> str:
    """`text` on one line, at most `LONGEST` characters, with quotes, dashes and alphabets mended.

    >>> clean('гр.Русе, ул. „Cливница“ № 5–7')
    'гр.Русе, ул.  Сливница  № 5-7'
    """
    text = ", ".join(text[: 4 * LONGEST].strip().splitlines())
    line = _GLUED.sub(r"\1 ", one_line(text)[:LONGEST].translate(_PUNCTUATION))
    if _CYRILLIC.search(line) and _LATIN.search(line):
        line = _WORD.sub(lambda match: _one_alphabet(match.group()), line)
    return line


def _one_alphabet(word: str) -> str:
    """`word` with look-alike letters of the other alphabet replaced, where all of them are."""
    if not (_CYRILLIC.search(word) and _LATIN.search(word)):
        return word
    roman = word.translate(_ROMAN_LOOKS)
    if _ROMAN.issuperset(roman):
        return roman
    cyrillic = word.translate(_TO_CYRILLIC)
    if not _LATIN.search(cyrillic):
        return cyrillic
    latin = word.translate(_TO_LATIN)
    return latin if not _CYRILLIC.search(latin) else word


def lower(text: str) -> str:
    """Lower case for comparing: casefolded, with Latin accents off (й, ё, ş, ğ keep theirs)."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


@lru_cache(maxsize=4_096)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Tokens of cleaned `text`. Full stops live on in the token before them.

    >>> [token.text for token in tokens_of("гр.Русе, ул. Шипка 13-А")]
    ['гр', 'русе', ',', 'ул', 'шипка', '13', '-', 'а']
    """
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(lower(text)):
        word, stop = match.groups()
        latin = word[0].isascii() and word.isalpha()
        found.append(Token(word, match.start() == end, bool(stop), latin))
        end = match.end(1)
    return tuple(found)
