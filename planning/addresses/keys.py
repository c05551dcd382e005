"""Names and numbers as keys: two spellings of one name give one key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from planning.addresses.grammar import Designator, Grammar, Part, Side
from planning.addresses.tokens import LONGEST, Token, clean, tokens_of

_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_ROMAN_STARTS = frozenset("ivxіх")
# House letters are compared in one alphabet, whichever they were typed in.
_LOOKS = str.maketrans("aceopxykmthbі", "асеорхукмтнві")


class Word(NamedTuple):
    """One word of a name."""

    text: str
    short: bool
    """An initial or abbreviation: typed with a dot, or one letter."""


class Name(NamedTuple):
    """A name without designators, punctuation and case."""

    words: tuple[Word, ...]
    kind: str = ""
    """Kind of the designator it was typed with."""
    part: Part = Part.PLAIN
    literal: str = ""
    """Letters and digits as they stand, to tell ул. Първа from ул. 1-ва where a town has both."""

    @property
    def key(self) -> str:
        """Its words, abbreviations written out where the grammar knows them."""
        return " ".join(word.text for word in self.words)


class Door(NamedTuple):
    """A house or block number."""

    text: str
    """Normalised: "13а", "2-4-6", "15/4", "6к2"."""
    base: int | None
    """The leading number."""
    last: int | None = None
    """Where a range ends; the base where there is none."""
    block: bool = False
    """Written with the word for a block."""


_Lexicon = dict[str, list[tuple[tuple[str, ...], Designator]]]

_BY_SOUND = 5
"""Letters of the shortest designator that is recognised by sound."""


@lru_cache(maxsize=64)
def lexicon(grammar: Grammar) -> _Lexicon:
    """Designators by the first token of their forms (see `_heard`), longest form first."""
    found: _Lexicon = {}
    for designator in grammar.designators:
        for form in designator.forms:
            texts = tuple(_heard(token.text, grammar) for token in tokens_of(form))
            if (texts, designator) not in found.setdefault(texts[0], []):
                found[texts[0]].append((texts, designator))
    for forms in found.values():
        forms.sort(key=lambda form: -len(form[0]))
    return found


def _heard(text: str, grammar: Grammar) -> str:
    """A token as designators are compared: long words by sound, short ones to the letter."""
    return text if len(text) < _BY_SOUND else grammar.sound(text)


@lru_cache(maxsize=100_000)
def _forms(text: str, grammar: Grammar) -> list[tuple[tuple[str, ...], Designator]]:
    return lexicon(grammar).get(_heard(text, grammar), [])


def designators_at(
    tokens: Sequence[Token], at: int, grammar: Grammar
) -> list[tuple[Designator, int]]:
    """Designators that may begin at token `at`, and how many tokens each takes, longest first.

    One form may stand for two things: in Kazakhstan "п. 5" is a flat, "п. Ботакара" a village.
    """
    return [
        (designator, len(texts))
        for texts, designator in _forms(tokens[at].text, grammar)
        if len(texts) == 1
        or texts == tuple(_heard(token.text, grammar) for token in tokens[at : at + len(texts)])
    ]


def designator_at(
    tokens: Sequence[Token], at: int, grammar: Grammar
) -> tuple[Designator, int] | None:
    """The first of `designators_at`."""
    found = designators_at(tokens, at, grammar)
    return found[0] if found else None


def roman(token: Token, follower: Token | None = None, *, ordinal: bool = False) -> int | None:
    """The value of a Roman numeral up to 39. "V. Levski" and a Cyrillic "Х." are initials."""
    if token.text[0] not in _ROMAN_STARTS:
        return None
    text = token.text.replace("і", "i")
    if not text.isascii() and (ordinal or text.strip("х") in ("i", "ii", "iii", "v")):
        text = text.replace("х", "x")
    if len(text) > 6 or any(ch not in _ROMAN_VALUES for ch in text):
        return None
    if token.dotted and follower is not None and follower.word:
        return None
    values = [_ROMAN_VALUES[ch] for ch in text]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


def words_of(tokens: Sequence[Token], grammar: Grammar) -> tuple[Word, ...]:
    """The words of a name: numerals as digits, known abbreviations written out.

    "Св. св. Кирил и Методий" and "Кирил и Методий" differ only by titles, see `plain_key`.
    """
    return _words_of(tuple(tokens), grammar)


@lru_cache(maxsize=10_000)
def _words_of(tokens: tuple[Token, ...], grammar: Grammar) -> tuple[Word, ...]:
    # An address is read in several ways, and its parts come up again in each of them.
    words: list[Word] = []
    tens = 0
    for at, token in enumerate(tokens):
        text = token.text
        follower = tokens[at + 1] if at + 1 < len(tokens) else None
        if text.isdecimal():
            words.append(Word(str(int(text)), False))
            continue
        if not text.isalpha():
            continue
        if text in grammar.ordinal_endings and at and _ends_ordinal(tokens, at):
            continue
        folded = grammar.fold(text)
        if folded in grammar.conjunctions and at and follower is not None and follower.word:
            continue
        if folded in grammar.tens and _is_ordinal_tail(tokens, at, grammar):
            tens = grammar.tens[folded]
            continue
        value = grammar.ordinals.get(folded) or roman(
            token, follower, ordinal=_has_ending(tokens, at, grammar)
        )
        if value is not None:
            words.append(Word(str(tens + value), False))
            tens = 0
            continue
        whole = grammar.words.get(folded)
        short = whole is None and (token.dotted or len(text) == 1)
        words.append(Word(folded if whole is None else whole, short))
    return tuple(words)


def _ends_ordinal(tokens: Sequence[Token], at: int) -> bool:
    """An ending after digits, "1-ва", or after a Roman numeral and a hyphen, "III-ти"."""
    before = tokens[at - 1]
    if before.text == "-" and at > 1:
        return tokens[at - 2].number or roman(tokens[at - 2], ordinal=True) is not None
    return before.number


def _has_ending(tokens: Sequence[Token], at: int, grammar: Grammar) -> bool:
    """An ordinal's ending follows with a hyphen: the X of "X-та" is no initial."""
    return (
        at + 2 < len(tokens)
        and tokens[at + 1].text == "-"
        and tokens[at + 2].text in grammar.ordinal_endings
    )


def _is_ordinal_tail(tokens: Sequence[Token], at: int, grammar: Grammar) -> bool:
    rest = [grammar.fold(token.text) for token in tokens[at + 1 : at + 3]]
    rest = [text for text in rest if text not in grammar.conjunctions]
    return bool(rest) and 0 < grammar.ordinals.get(rest[0], 0) < 10


def literal_of(tokens: Sequence[Token]) -> str:
    """Words and digits of a name, nothing else."""
    texts = (token.text for token in tokens if token.word or token.number)
    return " ".join(texts).replace("і", "i")


def plain_key(words: Sequence[Word], grammar: Grammar) -> str:
    """Key without titles, unless nothing else is left."""
    kept = [word.text for word in words if word.text not in grammar.titles]
    return " ".join(kept) if kept else " ".join(word.text for word in words)


@lru_cache(maxsize=100_000)
def name_of(text: str, grammar: Grammar) -> Name:
    """`text` as a map or a column spells a name, its designators taken off."""
    tokens = tokens_of(clean(text))
    kind, part = "", Part.PLAIN
    while found := _leading(tokens, grammar):
        designator, size = found
        kind, part = kind or designator.kind, designator.part
        tokens = tokens[size:]
    while found := _trailing(tokens, grammar):
        designator, size = found
        kind, part = kind or designator.kind, designator.part
        tokens = tokens[:-size]
    size = ordinal_size(tokens, grammar)
    if size and (found := _leading(tokens[size:], grammar)):
        kind, part = kind or found[0].kind, found[0].part
        tokens = (*tokens[:size], *tokens[size + found[1] :])
    return Name(words_of(tokens, grammar), kind, part, literal_of(tokens))


def ordinal_size(tokens: Sequence[Token], grammar: Grammar) -> int:
    """How many tokens an ordinal in digits takes at the beginning: "14-й"; 0 if there is none."""
    if len(tokens) < 2 or not tokens[0].number:
        return 0
    at = 2 if tokens[1].text == "-" else 1
    return at + 1 if at < len(tokens) and tokens[at].text in grammar.ordinal_endings else 0


def _leading(tokens: Sequence[Token], grammar: Grammar) -> tuple[Designator, int] | None:
    """The designator that `tokens` begin with, unless it is all there is: ул. Площад."""
    found = designator_at(tokens, 0, grammar) if tokens else None
    if found is None:
        return None
    designator, size = found
    fits = designator.part in _NAMING and designator.side is not Side.AFTER
    sure = not designator.careful or tokens[size - 1].dotted
    return (
        found
        if fits and sure and any(token.word or token.number for token in tokens[size:])
        else None
    )


def _trailing(tokens: Sequence[Token], grammar: Grammar) -> tuple[Designator, int] | None:
    """The designator that `tokens` end with, where it may follow its name."""
    for at in range(max(1, len(tokens) - 3), len(tokens)):
        found = designator_at(tokens, at, grammar)
        if found is None or at + found[1] != len(tokens):
            continue
        if found[0].part in _NAMING and found[0].side is not Side.BEFORE:
            return found
    return None


_NAMING = frozenset(
    {Part.STREET, Part.QUARTER, Part.SETTLEMENT, Part.MUNICIPALITY, Part.PROVINCE, Part.DISTRICT}
)


def take_number(tokens: Sequence[Token], at: int, grammar: Grammar) -> tuple[str, int]:
    """The house number that begins at token `at` (digits), normalised, and where it ends.

    "13 А", "14-а", "2-4-6", "15/4", "27А с1" → "13а", "14а", "2-4-6", "15/4", "27ас1".
    """
    text = str(int(tokens[at].text))
    at += 1
    while at < len(tokens):
        token = tokens[at]
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.text in "-/" and after is not None and after.number:
            text += token.text + str(int(after.text))
            at += 2
        elif (
            token.text in "-/"
            and after is not None
            and (token.text == "-" or token.glued or after.glued)  # "кв. 7 / м-н Восток"
            and _is_suffix(after, tokens, at + 1, grammar)
        ):
            text += after.text
            at += 2
        elif token.text in grammar.number_words and after is not None and after.number:
            text += grammar.number_words[token.text] + str(int(after.text))
            at += 2
        elif _is_suffix(token, tokens, at, grammar) and text[-1].isdecimal():
            text += token.text
            at += 1
        else:
            break
    return text, at


def _is_suffix(token: Token, tokens: Sequence[Token], at: int, grammar: Grammar) -> bool:
    """A house letter: no initial of the next name, and not the m of "12 m. 5" (a flat)."""
    if not token.word or len(token.text) != 1:
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and after.number:
        return not token.dotted and token.text not in lexicon(grammar)
    return not (token.dotted and after is not None and after.word)


def door_of(text: str, grammar: Grammar) -> Door:
    """A house or block number as the map has it: "27А", "бл. 12", "блок 12", "2-4"."""
    if text.isdecimal() and len(text) < LONGEST:
        return door(str(int(text)))
    tokens = tokens_of(clean(text))
    block, at = False, 0
    while at < len(tokens) and not tokens[at].number:
        found = designator_at(tokens, at, grammar)
        block = block or (found is not None and found[0].part is Part.BLOCK)
        if found is None and tokens[at].word and not block:
            break
        if found is None and tokens[at].word:
            return door(tokens[at].text, block=block)
        at += found[1] if found else 1
    if at >= len(tokens) or not tokens[at].number:
        return door(" ".join(token.text for token in tokens), block=block)
    return door(take_number(tokens, at, grammar)[0], block=block)


def door(text: str, *, block: bool = False) -> Door:
    """A normalised number with the ends of its range: "2-4-6" reaches from 2 to 6."""
    digits = len(text) - len(text.lstrip("0123456789"))
    base = int(text[:digits]) if 0 < digits < 7 else None
    last = base
    if base is not None and "-" in text:
        tail = text.rsplit("-", 1)[1]
        if tail.isdecimal() and base < int(tail) <= base + 60:
            last = int(tail)
    return Door(text.translate(_LOOKS), base, last, block)
