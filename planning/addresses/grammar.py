"""What a country's addresses look like, as data.

Adding a country = adding one file to `planning/addresses/grammars/` that fills in a `Grammar`, and
naming it in `grammars.for_country`. The steps that read an address (`planning.addresses.parse`)
know no country.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


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
    """Before, where words stand on both sides of it: Russian улица."""
    RATHER_AFTER = "rather after"
    """After, where words stand on both sides of it: Azerbaijani küç."""


ALTERNATIVE = "alternative"
"""Kind of "или" between two addresses."""
BREAK = "break"
"""Kind of the mark that a semicolon or a slash between spaces leaves."""


@dataclass(frozen=True, slots=True)
class Designator:
    """Words that say what the words beside them are."""

    part: Part
    forms: tuple[str, ...]
    """As typed, in lower case; dots and spaces do not matter, hyphens and slashes do: "ж.к."
    also stands for "ж. к." and "ж к", but not for "жк" or "ж/к". Words of five letters and more
    are recognised by sound in any alphabet (see `Grammar.letters`): "bulevard" is "булевард"."""
    kind: str = ""
    """Tells designators of one part apart: a boulevard from a street, a town from a village. Noise
    with a kind stands between two addresses of a cell: `ALTERNATIVE`, or what the next one is."""
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
    titles: frozenset[str] = frozenset()
    """Whole words that names have or lack at will: "генерал", "свети"."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Letters and groups of letters → what they are compared as, so that all spellings of one
    sound are one, in whichever alphabet: "щ" and "sht", "й" and "y". See `Grammar.fold`."""
    endings: Mapping[str, str] = field(default_factory=dict)
    """Ends of words → what they are compared as, after `letters`: German "str" → "strasse",
    Russian "ого" → "". The first that fits counts."""
    open_ends: str = ""
    """Letters that do not count at the end of a word, after `endings`: the vowels of a declined
    language, where Гоголя, Гоголь and Гоголю are one name."""
    digit_letters: Mapping[str, str] = field(default_factory=dict)
    """Digits inside Latin words → the letters they stand for: "6ipka" is "shipka"."""
    number_sounds: Mapping[str, str] = field(default_factory=dict)
    """Latin house letter → the local one by sound, for addresses typed in Latin: "b" → "б"."""
    number_words: Mapping[str, str] = field(default_factory=dict)
    """Words inside a house number: "корп" → "к" in "15 корп. 2"."""
    number_first: bool = False
    """The number may stand before the street: "12 Rue Grimaldi"."""
    flat_after_dash: bool = False
    """In "15-20" the 20 is a flat, not the end of a range."""
    flat_after_letter: bool = False
    """In "12 A 5" the letter is an entrance and the 5 a flat."""
    postcode_pattern: str = ""
    """Regular expression of a postcode with letters, upper case; "" where there is none."""
    city_districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """City → its official districts, as maps often lack them. A district that no city of the
    region has is a sign that the address is elsewhere."""
    near: frozenset[str] = frozenset()
    """Prepositions that open a landmark: "до", "зад"."""
    corner: frozenset[str] = frozenset()
    """Words after which the streets of a corner stand: "ъгъл"."""
    links: frozenset[str] = frozenset()
    """Words between the streets of a corner: "на", "и", "с"."""
    institutions: Mapping[str, str] = field(default_factory=dict)
    """Word for an institution → its kind, as the region packs call it: "училището" → "school"."""
    nothing: tuple[str, ...] = ()
    """Phrases that say there is no address."""
    service: tuple[str, ...] = ()
    """Phrases of registration at a municipal service address that nobody lives at."""

    def __post_init__(self) -> None:
        """Folds the tables of words, so that their authors write words as people do."""
        for name in ("ordinals", "tens"):
            table = getattr(self, name)
            object.__setattr__(self, name, {self.fold(word): n for word, n in table.items()})
        words = {self.fold(short): self.fold(whole) for short, whole in self.words.items()}
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "titles", self._folded(self.titles))
        object.__setattr__(self, "conjunctions", self._folded(self.conjunctions))

    def _folded(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(self.fold(word) for word in words)

    def sound(self, word: str) -> str:
        """`word` (one, in lower case) by sound: `letters` put in their places."""
        return _sound(self, word)

    def fold(self, word: str) -> str:
        """`word` (one, in lower case) as names are compared: by sound, without its case ending.

        Not for people's eyes: two words that sound alike give the same letters, whichever
        alphabet they were typed in.
        """
        return _fold(self, word)


SHORTEST_STEM = 3
"""Letters that are left of a word when its ending is off."""


@lru_cache(maxsize=200_000)
def _sound(grammar: Grammar, word: str) -> str:
    letters = grammar.letters
    if not letters:
        return word
    return _groups(grammar).sub(lambda match: letters[match.group()], word)


@lru_cache(maxsize=200_000)
def _fold(grammar: Grammar, word: str) -> str:
    word = _sound(grammar, word)
    for ending, written in grammar.endings.items():
        if word.endswith(ending) and len(word) >= len(ending) + SHORTEST_STEM:
            return word[: -len(ending)] + written
    stem = word.rstrip(grammar.open_ends) if grammar.open_ends else word
    return word[: max(len(stem), SHORTEST_STEM)]


@lru_cache(maxsize=64)
def _groups(grammar: Grammar) -> re.Pattern[str]:
    """Any key of `letters`, the longest first: a plain alternation, so linear."""
    return re.compile("|".join(map(re.escape, sorted(grammar.letters, key=len, reverse=True))))
