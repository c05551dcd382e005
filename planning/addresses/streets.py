"""Which street of one settlement a typed name means: exact, old names, initials, typing errors.

A tier is tried only when the tiers above it found nothing, so a name that is on the map is never
"corrected" to its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from planning.addresses.confidence import How
from planning.addresses.gazetteer import Street, StreetKind
from planning.addresses.grammar import Grammar, Part
from planning.addresses.index import Index, Spelling, StreetBook
from planning.addresses.keys import Name, Word, plain_key
from planning.text import Note, note

SHORTEST_TYPO = 5
"""Names shorter than this are not corrected: Роза, Рила and Руен are three streets."""
SHORTEST_TYPOS = 10
"""Two letters may be wrong from this length on."""
TYPED_SHORT = 3
"""Longest beginning of a word that stands for the word when typed without a dot: "Вас Левски"."""
MAPPED_SHORT = 2
"""The same on the map, where three letters are rather a whole word: Цар, Хан."""


@dataclass(frozen=True, slots=True)
class Match:
    """A street that a name may mean."""

    street: Street
    how: How
    spelling: Spelling
    same_kind: bool
    """Designators agree, or one side has none."""
    same_part: bool
    """A street was asked for and is one, or a quarter and is one."""
    same_letters: bool = True
    """Written letter by letter as on the map."""
    doubt: Note | None = None
    """Why it may be another street after all."""


def find_street(name: Name, settlement_code: str, index: Index) -> list[Match]:
    """Streets and quarters of the settlement that `name` may mean, all equally likely by name.

    Empty when there is none. Several where the map has several of one name, or where the typed
    name lies between several.
    """
    book = index.books.get(settlement_code)
    if book is None or not name.words:
        return []
    search = _Search(name, book, index, settlement_code)
    for tier in search.tiers():
        found = search.matches(*tier())
        if found and tier == search.exact and any(word.short for word in name.words):
            # "Ал. Стамболийски" is one street on the map, but may mean Александър's square.
            known = {match.street.street_id for match in found}
            meant = search.matches(*search.initials())
            found += [match for match in meant if match.street.street_id not in known]
        if found:
            return _prefer(found, part_unsaid=name.part is Part.PLAIN)
    return []


class _Search:
    """One name against one settlement's streets."""

    def __init__(self, name: Name, book: StreetBook, index: Index, settlement_code: str) -> None:
        self.name = name
        self.book = book
        self.index = index
        self.key = name.key
        self.elsewhere = index.known_keys.get(self.key, set()) - {settlement_code}

    def tiers(self) -> tuple[Callable[[], tuple[Iterable[int], How]], ...]:
        """Surest first. One word is rather a surname alone than a typing error of another name."""
        last = (self.part, self.typos) if len(self.name.words) == 1 else (self.typos, self.part)
        return (
            self.exact,
            self.without_titles,
            self.reordered,
            self.initials,
            *last,
            self.mistyped_initials,
        )

    def exact(self) -> tuple[Iterable[int], How]:
        """The same words."""
        return self.book.by_key.get(self.key, ()), How.EXACT

    def without_titles(self) -> tuple[Iterable[int], How]:
        """The same words, titles apart."""
        key = plain_key(self.name.words, self.index.grammar)
        return self.book.by_plain_key.get(key, ()), How.TITLES

    def reordered(self) -> tuple[Iterable[int], How]:
        """The same words, the surname or the ordinal first: "Müşfiq Mikayıl", "Парковая 2-я"."""
        if len(self.name.words) < 2:
            return (), How.REORDERED
        return self.book.by_words.get(frozenset(w.text for w in self.name.words), ()), How.REORDERED

    def initials(self) -> tuple[Iterable[int], How]:
        """Хр. Ботев, Г. С. Раковски: the beginnings of first names, the surname whole."""
        if len(self.name.words) < 2:
            return (), How.INITIALS
        return self._abbreviated(self.name.words), How.INITIALS

    def mistyped_initials(self) -> tuple[Iterable[int], How]:
        """Initials, and a letter wrong in the surname: "Хр. Ботве"."""
        *first, last = self.name.words
        if not first or len(last.text) < SHORTEST_TYPO:
            return (), How.TYPOS
        near = process.extract(
            last.text, list(self.book.by_last), scorer=OSA.distance, score_cutoff=1, limit=8
        )
        found = [self._abbreviated((*first, Word(spelled, False))) for spelled, *_ in near]
        return [at for ats in found for at in ats], How.TYPOS

    def _abbreviated(self, words: Sequence[Word]) -> list[int]:
        """Names that `words` shorten, those with the most words in common."""
        ordinals = ordinal_words(self.index.grammar)
        met = {
            at: abbreviates(words, self._words(at), ordinals)
            for at in self.book.by_last.get(words[-1].text, ())
        }
        most = max(met.values(), default=0)
        return [at for at, count in met.items() if count == most > 0]

    def part(self) -> tuple[Iterable[int], How]:
        """Левски for Васил Левски: the surname alone, on either side."""
        last = self.name.words[-1].text
        if len(last) < SHORTEST_TYPO or last.isdecimal():
            return (), How.PART
        typed = [word.text for word in self.name.words]
        return (
            [at for at in self._same_surname() if _ends_with(typed, self._words(at))],
            How.PART,
        )

    def typos(self) -> tuple[Iterable[int], How]:
        """The nearest name by letters that differ, its numerals the same."""
        length = len(self.key)
        if length < SHORTEST_TYPO:
            return (), How.TYPO
        reach = 1 if length < SHORTEST_TYPOS else 2
        found: dict[int, float] = {}
        # Numerals are digits in keys and words in literals: "тртеи март" resembles only the latter.
        tables = (self.book.by_key, self.book.by_literal)
        for typed, table in zip((self.key, self.name.literal), tables, strict=True):
            near = process.extract(
                typed, list(table), scorer=OSA.distance, score_cutoff=reach, limit=8
            )
            for spelled, letters, _ in near:
                if _same_shape(typed, spelled):
                    for at in table[spelled]:
                        found[at] = min(letters, found.get(at, letters))
        best = min(found.values(), default=0)
        how = How.TYPO if best <= 1 else How.TYPOS
        return [at for at, letters in found.items() if letters == best], how

    def _same_surname(self) -> Sequence[int]:
        return self.book.by_last.get(self.name.words[-1].text, ())

    def _words(self, at: int) -> tuple[Word, ...]:
        return self.book.spellings[at].words

    def _doubt(self, spelling: Spelling, how: How) -> Note | None:
        """Why the spelling may be another street than the typed one.

        A name that is a street elsewhere in the region is hardly a typing error.
        """
        if self.elsewhere and how in (How.TITLES, How.PART, How.TYPO, How.TYPOS):
            return note("a street of exactly this name is in another settlement")
        if how is How.TITLES:
            titles = self.index.grammar.titles
            typed = {word.text for word in self.name.words} & titles
            mapped = {word.text for word in spelling.words} & titles
            if typed and mapped and not typed & mapped:
                return note("the title is another one")
        return None

    def matches(self, positions: Iterable[int], how: How) -> list[Match]:
        """Matches of the spellings at `positions`, one for every street."""
        streets = self.index.gazetteer.streets
        best: dict[int, Match] = {}
        for at in positions:
            spelling = self.book.spellings[at]
            street = streets[spelling.street]
            match = Match(
                street=street,
                how=How.OTHER_NAME if how is How.EXACT and not spelling.main else how,
                spelling=spelling,
                same_kind=not (self.name.kind and spelling.kind) or self.name.kind == spelling.kind,
                same_part=_same_part(self.name.part, street.kind),
                same_letters=spelling.literal == self.name.literal,
                doubt=self._doubt(spelling, how),
            )
            if spelling.street not in best or spelling.main:
                best[spelling.street] = match
        return list(best.values())


def _prefer(matches: list[Match], *, part_unsaid: bool) -> list[Match]:
    """Of equal names, those of the same part, then of today's names, then of the same kind.

    Where one street has the typed designator and another the typed letters (бул. Шести септември,
    ул. 6-ти септември for "бул. 6-ти септември"), both stay. The same letters come first.
    """
    matches = _kept(matches, lambda match: match.same_part)
    if part_unsaid:
        matches = _kept(matches, lambda match: match.street.kind is StreetKind.STREET)
    matches = _kept(matches, lambda match: match.how is not How.OTHER_NAME)
    of_kind = _kept(matches, lambda match: match.same_kind)
    if any(m.same_letters for m in of_kind) or not any(m.same_letters for m in matches):
        matches = of_kind
    return sorted(matches, key=lambda match: not match.same_letters)


def _kept(matches: list[Match], fits: Callable[[Match], bool]) -> list[Match]:
    """The matches that fit, or all where none does."""
    return [match for match in matches if fits(match)] or matches


def _same_part(part: Part, kind: StreetKind) -> bool:
    if part is Part.QUARTER:
        return kind is StreetKind.QUARTER
    return part is not Part.STREET or kind is StreetKind.STREET


def _same_shape(typed: str, spelled: str) -> bool:
    """The same numerals, and no whole word more or less: a letter is missing, not an initial."""
    one, other = typed.split(), spelled.split()
    if [w for w in one if w.isdecimal()] != [w for w in other if w.isdecimal()]:
        return False
    return len(one) == len(other) or "".join(one) == "".join(other)


def _ends_with(typed: Sequence[str], words: Sequence[Word]) -> bool:
    spelled = [word.text for word in words]
    shorter = min(len(typed), len(spelled))
    return len(typed) != len(spelled) and typed[-shorter:] == spelled[-shorter:]


@lru_cache(maxsize=64)
def ordinal_words(grammar: Grammar) -> dict[str, tuple[str, ...]]:
    """Digits → the words they may be shortened from: "9" → девети, девета, …"""
    found: dict[str, tuple[str, ...]] = {}
    for word, value in grammar.ordinals.items():
        found[str(value)] = (*found.get(str(value), ()), word)
    return found


def abbreviates(
    typed: Sequence[Word], spelled: Sequence[Word], ordinals: Mapping[str, Sequence[str]]
) -> int:
    """How many words besides the last one name shortens of the other; 0 when it is another name.

    The last words are equal; every other word stands, in order, for a word of the other side, and
    at least one does. Words left over are initials on either side, or one middle name.
    """
    if not spelled or typed[-1].text != spelled[-1].text:
        return 0
    first, second = typed[:-1], spelled[:-1]
    at = met = 0
    for word in first:
        ahead = next(
            (k for k in range(at, len(second)) if _stands_for(word, second[k], ordinals)), None
        )
        if ahead is not None:
            met += 1
            at = ahead + 1
        elif not word.short:
            return 0
    left = [word for word in second if not word.short]
    return met if len(left) - met <= 1 else 0


def _stands_for(one: Word, other: Word, ordinals: Mapping[str, Sequence[str]]) -> bool:
    """The typed word `one` and the map's word `other` are one word, shortened on either side."""
    if one.text == other.text:
        return True
    if other.text.isdecimal():
        words = ordinals.get(other.text, ())
        return one.short and any(word.startswith(one.text) for word in words)
    if one.text.isdecimal():
        return False
    if len(one.text) < len(other.text):
        return (one.short or len(one.text) <= TYPED_SHORT) and other.text.startswith(one.text)
    return (other.short or len(other.text) <= MAPPED_SHORT) and one.text.startswith(other.text)
