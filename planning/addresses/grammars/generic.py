"""Everywhere without a table of its own: Latin and Russian street words, numbers after or before.

Enough for maps that users bring from Liechtenstein, Germany, Finland, France or Russia; general
knowledge, checked on the OpenStreetMap files named in docs/.
"""

from __future__ import annotations

from planning.addresses.grammar import ALTERNATIVE, Designator, Grammar, Part, Side
from planning.addresses.grammars import russian

_LATIN = (
    Designator(Part.STREET, ("rue",), kind="rue"),
    Designator(Part.STREET, ("avenue", "av."), kind="avenue", side=Side.EITHER),
    Designator(Part.STREET, ("boulevard", "bd", "blvd."), kind="boulevard", side=Side.EITHER),
    Designator(Part.STREET, ("street", "st."), kind="street", side=Side.AFTER),
    Designator(Part.STREET, ("carrer",), kind="carrer"),
    Designator(Part.FLAT, ("flat", "apt.", "whg.")),
    Designator(Part.NUMBER, ("n°", "nr.")),
    Designator(Part.NOISE, ("oder", "or", "ou"), ALTERNATIVE),
)

_PLAIN = {
    "ə": "e", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ç": "c", "ş": "s",
    "ğ": "g", "ă": "a", "ţ": "t",
}  # fmt: skip
# Russian names in Latin letters as passports have them (ICAO Doc 9303); Latin letters stay.
_PASSPORT = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ый": "y", "ий": "y",
    "yy": "y", "iy": "y", "ya": "ia", "yu": "iu",
}  # fmt: skip

GRAMMAR = Grammar(
    country="",
    designators=(*russian.DESIGNATORS, *_LATIN),
    postcode_digits=(4, 5, 6),
    towns=frozenset({"town"}),
    words={"st": "sankt", "sct": "sankt"},
    # German Bahnhofstr., Finnish Fabianink. and Mannerheimint.
    endings={"str": "strasse", "katu": "k", "tie": "t"},
    letters=_PLAIN | _PASSPORT,
    number_words=russian.NUMBER_WORDS | {"korp": "к", "korpus": "к", "str": "с", "stroenie": "с"},
    number_first=True,
    flat_after_letter=True,
    ordinal_endings=russian.ORDINAL_ENDINGS | {"er", "ere", "eme", "th"},
    near=russian.NEAR | {"gegenüber"},
    corner=russian.CORNER | {"ecke"},
    links=russian.LINKS,
    institutions=russian.INSTITUTIONS,
    nothing=(*russian.NOTHING, "unknown", "no address"),
)
