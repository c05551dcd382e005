"""What a country's addresses look like, as data.

Adding a country = adding one file to `planning/addresses/grammars/` that fills in a `Grammar`, and
naming it in `grammars.for_country`. The steps that read an address (`planning.addresses.parse`)
know no country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """What a stretch of an address is about."""

    PLAIN = "plain"
    """No designator says what it is."""
    COUNTRY = "country"
    POSTCODE = "postcode"
    PROVINCE = "province"
    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    """Official district of a city."""
    MAYORALTY = "mayoralty"
    """A village's own administration within a municipality (кметство)."""
    SETTLEMENT = "settlement"
    STREET = "street"
    QUARTER = "quarter"
    BLOCK = "block"
    NUMBER = "number"
    ENTRANCE = "entrance"
    FLOOR = "floor"
    FLAT = "flat"
    NOISE = "noise"
    """Words that say nothing about the place: "постоянен адрес", "тел."."""


class Side(StrEnum):
    """Where a designator stands."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Designator:
    """Words that say what the words beside them are."""

    part: Part
    forms: tuple[str, ...]
    """As typed, in lower case; dots and spaces do not matter, hyphens and slashes do: "ж.к."
    also stands for "ж. к." and "ж к", but not for "жк" or "ж/к"."""
    kind: str = ""
    """Tells designators of one part apart: a boulevard from a street, a town from a village."""
    side: Side = Side.BEFORE
    careful: bool = False
    """Counts only with its dot or at the start of a stretch: the form is also a word or letter."""


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """One country's tables. Everything is in lower case."""

    country: str
    """ISO 3166 alpha-2 in lower case; empty for the general grammar."""
    designators: tuple[Designator, ...]
    postcode_digits: tuple[int, ...] = ()
    """How many digits a postcode has."""
    towns: frozenset[str] = frozenset()
    """Designator kinds that only a town or city bears; "village" is the other one."""
    ordinals: Mapping[str, int] = field(default_factory=dict)
    """Ordinal words of one token: "първа" → 1."""
    tens: Mapping[str, int] = field(default_factory=dict)
    """Cardinal tens that an ordinal may follow: "двадесет" in "двадесет и пета"."""
    ordinal_endings: frozenset[str] = frozenset()
    """What follows the digits of an ordinal: "ва" in "1-ва"."""
    conjunctions: frozenset[str] = frozenset()
    """Words that names have or lack at will: "и" in "Кирил и Методий"."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Abbreviation → the whole word, where the abbreviation is not simply its beginning, or
    where two spellings are one word."""
    endings: Mapping[str, str] = field(default_factory=dict)
    """Abbreviated ends of compound words: "str" → "strasse"."""
    titles: frozenset[str] = frozenset()
    """Whole words that names have or lack at will: "генерал", "свети"."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Letters that are one letter to whoever types: "ё" → "е"."""
    romanised: Mapping[str, str] = field(default_factory=dict)
    """Cyrillic letter → Latin, by law; empty where nobody types in another alphabet."""
    number_sounds: Mapping[str, str] = field(default_factory=dict)
    """Latin house letter → the local one by sound, for addresses typed in Latin: "b" → "б"."""
    number_words: Mapping[str, str] = field(default_factory=dict)
    """Words inside a house number: "корп" → "к" in "15 корп. 2"."""
    number_first: bool = False
    """The number may stand before the street: "12 Rue Grimaldi"."""
    near: frozenset[str] = frozenset()
    """Prepositions that open a landmark: "до", "зад"."""
    nothing: tuple[str, ...] = ()
    """Phrases that say there is no address."""
    service: tuple[str, ...] = ()
    """Phrases of registration at a municipal service address that nobody lives at."""
    alternatives: frozenset[str] = frozenset()
    """Words between two addresses: "или"."""
