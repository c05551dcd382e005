"""Reading an address: an ordered list of small steps, each taking its part off the text.

    clean → tokens → nothing? → service address? → designators → a second address? → units → context
    → landmark → settlement → street or block → number

The steps know one `Grammar` and no map; whether "Русе" without a designator is a town or a street
is decided later, by `planning.addresses.settlements` and `.streets`, against the gazetteer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from planning.addresses.grammar import Designator, Grammar, Part, Side
from planning.addresses.keys import (
    Name,
    designator_at,
    literal_of,
    ordinal_size,
    roman,
    take_number,
    words_of,
)
from planning.addresses.tokens import LONGEST, Token, clean, tokens_of
from planning.model import Unit

_UNITS = {Part.ENTRANCE, Part.FLOOR, Part.FLAT}
_SINGLE = {*_UNITS, Part.BLOCK, Part.NUMBER, Part.POSTCODE}
"""Parts that take one value only; what follows them belongs to something else."""
_NUMBERED = {Part.STREET, Part.QUARTER, Part.PLAIN}
"""Parts that a number after them belongs to."""
_SKIPPED = {Part.COUNTRY, Part.NOISE}
"""Words that say nothing about the place within a region."""


@dataclass(slots=True)
class Stretch:
    """Words that belong together, and what they are about."""

    part: Part
    kind: str = ""
    tokens: tuple[Token, ...] = ()
    number: str = ""
    """A house number that stood in it with a designator of its own ("№ 5")."""
    near: bool = False
    """Follows "до", "зад", …: it is beside the place, not the place."""
    typed: tuple[Token, ...] = ()
    """Its designator."""


@dataclass(slots=True)
class Parsed:
    """An address taken apart. Steps fill it in, one after the other."""

    text: str
    """Cleaned."""
    too_long: bool = False
    """Longer than any address is: what was cut off is unknown."""
    tokens: tuple[Token, ...] = ()
    nothing: bool = False
    """It says itself that there is no address."""
    service: bool = False
    """Registered at a municipal service address."""
    stretches: list[Stretch] = field(default_factory=list)
    unit: Unit = field(default_factory=Unit)
    postcode: str = ""
    provinces: list[Stretch] = field(default_factory=list)
    municipalities: list[Stretch] = field(default_factory=list)
    districts: list[Stretch] = field(default_factory=list)
    mayoralties: list[Stretch] = field(default_factory=list)
    settlements: list[Stretch] = field(default_factory=list)
    streets: list[Stretch] = field(default_factory=list)
    quarters: list[Stretch] = field(default_factory=list)
    plains: list[Stretch] = field(default_factory=list)
    block: str = ""
    number: str = ""
    landmarks: list[Stretch] = field(default_factory=list)
    others: list[Parsed] = field(default_factory=list)
    """Further addresses in the same cell."""


Step = Callable[[Parsed, Grammar], None]


def parse(text: str, grammar: Grammar) -> Parsed:
    """`text` taken apart by every step in turn. Any text has an answer."""
    parsed = Parsed(text)
    for step in STEPS:
        step(parsed, grammar)
    return parsed


def clean_text(parsed: Parsed, _grammar: Grammar) -> None:
    """One line, quotes and dashes folded, words of two alphabets mended."""
    parsed.too_long = len(parsed.text) > LONGEST
    parsed.text = clean(parsed.text)


def split_tokens(parsed: Parsed, grammar: Grammar) -> None:
    """Words, numbers and marks; house letters of an address typed in Latin by their sound."""
    tokens = tokens_of(parsed.text)
    if grammar.number_sounds and not any(t.word and not t.latin for t in tokens):
        tokens = tuple(
            token._replace(text=grammar.number_sounds.get(token.text, token.text))
            if _is_house_letter(tokens, at)
            else token
            for at, token in enumerate(tokens)
        )
    parsed.tokens = tokens


def _is_house_letter(tokens: Sequence[Token], at: int) -> bool:
    if at == 0 or len(tokens[at].text) != 1 or not tokens[at].latin:
        return False
    before = tokens[at - 1]
    return before.number or (before.text in "-/" and at > 1 and tokens[at - 2].number)


@lru_cache(maxsize=64)
def _phrases(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Phrases as words, the longest first."""
    split = (tuple(t.text for t in tokens_of(phrase)) for phrase in phrases)
    return tuple(sorted(split, key=len, reverse=True))


def find_nothing(parsed: Parsed, grammar: Grammar) -> None:
    """No address: "адрес неизвестен", "без адрес", and text without a letter or digit."""
    words = tuple(token.text for token in parsed.tokens if token.text not in ",;-/")
    known = any(token.word or token.number for token in parsed.tokens)
    parsed.nothing = not known or words in _phrases(grammar.nothing)
    if parsed.nothing:
        parsed.tokens = ()
        return
    for phrase in _phrases(grammar.nothing):
        if len(phrase) > 1 and (at := _find(parsed.tokens, phrase)) is not None:
            parsed.nothing = True
            parsed.tokens = parsed.tokens[:at] + parsed.tokens[at + len(phrase) :]
            return


def find_service_address(parsed: Parsed, grammar: Grammar) -> None:
    """Takes "служебен адрес", "адрес на кметството" off the text; the flag stays."""
    for phrase in _phrases(grammar.service):
        at = _find(parsed.tokens, phrase)
        if at is not None:
            parsed.service = True
            end = at + len(phrase)
            mark = (Token(",", False, False),)
            parsed.tokens = parsed.tokens[:at] + mark + parsed.tokens[end:]
            return


def _find(tokens: Sequence[Token], phrase: tuple[str, ...]) -> int | None:
    texts = tuple(token.text for token in tokens)
    if phrase[0] not in texts:
        return None
    starts = range(len(texts) - len(phrase) + 1)
    return next((at for at in starts if texts[at : at + len(phrase)] == phrase), None)


def find_designators(parsed: Parsed, grammar: Grammar) -> None:
    """Cuts the tokens into stretches: a designator or a separator begins a new one."""
    parsed.stretches = _Cutter(parsed.tokens, grammar).cut()


class _Cutter:
    """Walks over the tokens once and keeps the stretch that is open."""

    def __init__(self, tokens: Sequence[Token], grammar: Grammar) -> None:
        self.tokens = tokens
        self.grammar = grammar
        self.done: list[Stretch] = []
        self.part = Part.PLAIN
        self.kind = ""
        self.open: list[Token] = []
        self.number = ""
        self.near = False
        self.typed: tuple[Token, ...] = ()

    def cut(self) -> list[Stretch]:
        at = 0
        while at < len(self.tokens):
            at = self._step(at)
        self._close()
        return self.done

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        if token.text in ",;" or token.text in self.grammar.alternatives:
            self._close()
            self.near = False
            return at + 1
        if token.text in self.grammar.near and self._may_open_landmark(at):
            self._close()
            self.near = True
            return at + 1
        found = designator_at(self.tokens, at, self.grammar)
        if found is not None:
            designator, size = found
            side = self._side(at, size, designator)
            if side is Side.AFTER:
                self.part, self.kind = designator.part, designator.kind
                return at + size
            if side is Side.BEFORE:
                end = self._begin(designator, at, size)
                if end is not None:
                    return end
        self.open.append(token)
        return at + 1

    def _may_open_landmark(self, at: int) -> bool:
        """A preposition is part of a name right after its designator: ул. Под игото."""
        if at + 1 >= len(self.tokens) or self.near or self.tokens[at].dotted:
            return False
        return bool(self.open) or self.part is Part.PLAIN

    def _side(self, at: int, size: int, designator: Designator) -> Side | None:
        """Where the name of the designator at token `at` stands; None: it is no designator."""
        after = self.tokens[at + size] if at + size < len(self.tokens) else None
        last = self.tokens[at + size - 1]
        if designator.careful and not self._stands_alone(last, after):
            return None
        bears_name = self.part is Part.PLAIN and any(t.word for t in self.open)
        follows = after is not None and (
            after.word and designator_at(self.tokens, at + size, self.grammar) is None
        )
        side = designator.side
        if side is Side.AFTER or (side is Side.EITHER and bears_name and not follows):
            return Side.AFTER if bears_name else None
        if designator.part in _SKIPPED:
            # "България" ends an address, or is what a street is called.
            names = self.part is not Part.PLAIN and not self.open
            numbered = after is not None and (after.number or self._is_number_mark(at + size))
            return None if names or numbered else Side.BEFORE
        if after is None or after.text in ",;":
            return None
        if designator.part is Part.SETTLEMENT and not last.dotted and self.open:
            # The last word of a name: "с. Ново село общ. Русе", "Студентски град бл. 5".
            named = self.part is not Part.PLAIN or not follows
            return None if named else Side.BEFORE
        if designator.part is self.part and not self.open and not after.word:
            return None  # ул. Площад 4
        return Side.BEFORE

    def _is_number_mark(self, at: int) -> bool:
        found = designator_at(self.tokens, at, self.grammar)
        return found is not None and found[0].part is Part.NUMBER

    def _stands_alone(self, last: Token, after: Token | None) -> bool:
        """A "с." that is a village, not an initial (ул. П. С. Захариев) and not a house letter."""
        if after is None or not after.word:
            return False
        if not any(token.word for token in self.open):
            return self.part is Part.PLAIN
        return last.dotted and not self.open[-1].dotted

    def _begin(self, designator: Designator, start: int, size: int) -> int | None:
        """Opens a stretch after the designator, or takes its one value. None: it is no such."""
        part, at = designator.part, start + size
        if part in _SKIPPED:
            self._close()
            return at
        if part not in _SINGLE:
            # "14-й проезд Марьиной Рощи": the ordinal is the beginning of the name.
            ordinal = self.open if self.part is Part.PLAIN and self._is_ordinal() else []
            if ordinal:
                self.open = []
            self._close()
            self.open = ordinal
            self.part, self.kind = part, designator.kind
            self.typed = tuple(self.tokens[start:at])
            return self._skip_hyphen(at)
        value, end = self._value(part, self._skip_hyphen(at))
        if not value:
            return None
        if part is Part.NUMBER and self.part in _NUMBERED and self.open and not self.number:
            self.number = value
            self._close()
            return end
        self._close()
        self.done.append(Stretch(part, "", (Token(value, False, False),), near=self.near))
        return end

    def _is_ordinal(self) -> bool:
        return bool(self.open) and ordinal_size(self.open, self.grammar) == len(self.open)

    def _skip_hyphen(self, at: int) -> int:
        while at < len(self.tokens) and self.tokens[at].text in "-№":
            at += 1
        return at

    def _value(self, part: Part, at: int) -> tuple[str, int]:
        """A number, a letter or a short word after the designator of a unit, block or number."""
        if at >= len(self.tokens):
            return "", at
        token = self.tokens[at]
        if token.number:
            if part is Part.POSTCODE:
                return token.text, at + 1
            return take_number(self.tokens, at, self.grammar)
        if part in (Part.NUMBER, Part.POSTCODE) or not token.word:
            return "", at
        value = roman(token)
        if part is Part.FLOOR and (value or token.text in self.grammar.ordinals):
            return str(value or self.grammar.ordinals[token.text]), at + 1
        if len(token.text) <= 2 or (part is Part.FLOOR and len(token.text) < 10):
            return token.text, at + 1
        return "", at

    def _close(self) -> None:
        if any(t.word or t.number for t in self.open):
            self.done.append(
                Stretch(self.part, self.kind, tuple(self.open), self.number, self.near, self.typed)
            )
        self.part, self.kind, self.open, self.number, self.typed = Part.PLAIN, "", [], "", ()


def join_numbers(parsed: Parsed, grammar: Grammar) -> None:
    """A number after a comma belongs to what stands before it: "Арбат, 12", "д. 1, к. 1"."""
    joined: list[Stretch] = []
    for stretch in parsed.stretches:
        number = _lone_number(stretch, grammar)
        before = joined[-1] if joined else None
        if number and before is not None and _wants_number(before):
            before.number = number
        elif number is None and before is not None and before.number and stretch.near is False:
            before.number += _continuation(stretch, grammar)
            joined.extend([stretch] if stretch.tokens else [])
        else:
            joined.append(stretch)
    parsed.stretches = joined


def _lone_number(stretch: Stretch, grammar: Grammar) -> str | None:
    """The house number that a stretch consists of; a postcode is none."""
    tokens = stretch.tokens
    if stretch.part is not Part.PLAIN or stretch.number or not tokens[0].number:
        return None
    if len(tokens) == 1 and len(tokens[0].text) in grammar.postcode_digits:
        return None
    number, end = take_number(tokens, 0, grammar)
    return number if end == len(tokens) else None


def _wants_number(stretch: Stretch) -> bool:
    """A street, or words that may be one, without a number yet: "ул. 309", but not "Липник 2"."""
    if stretch.part not in (Part.STREET, Part.PLAIN) or stretch.number:
        return False
    return len(stretch.tokens) == 1 or not any(token.number for token in stretch.tokens)


def _continuation(stretch: Stretch, grammar: Grammar) -> str:
    """What "к. 1" adds to the number before it; its tokens are used up."""
    tokens = stretch.tokens
    if stretch.part is not Part.PLAIN or len(tokens) != 2 or not tokens[1].number:
        return ""
    word = grammar.number_words.get(tokens[0].text, "")
    if word:
        stretch.tokens = ()
        return word + str(int(tokens[1].text))
    return ""


def split_addresses(parsed: Parsed, grammar: Grammar) -> None:
    """A second street, or a second town after a street, is a second address in the same cell."""
    groups: list[list[Stretch]] = [[]]
    seen: set[Part] = set()
    for stretch in parsed.stretches:
        if not stretch.near and _begins_another(stretch, seen):
            groups.append([])
            seen = set()
        groups[-1].append(stretch)
        if not stretch.near:
            seen.add(stretch.part)
    parsed.stretches = groups[0]
    for group in groups[1:]:
        other = Parsed(parsed.text, stretches=group)
        for step in STEPS[STEPS.index(split_addresses) + 1 :]:
            step(other, grammar)
        parsed.others.append(other)


def _begins_another(stretch: Stretch, seen: set[Part]) -> bool:
    placed = Part.STREET in seen or Part.BLOCK in seen
    if stretch.part is Part.STREET:
        return Part.STREET in seen
    if stretch.part is Part.BLOCK:
        return Part.BLOCK in seen
    if stretch.part is Part.SETTLEMENT:
        return placed and Part.SETTLEMENT in seen
    return stretch.part is Part.QUARTER and Part.QUARTER in seen and placed


def take_units(parsed: Parsed, _grammar: Grammar) -> None:
    """Entrance, floor and flat: off the text, kept for the crew."""
    found = {s.part: s.tokens[0].text.upper() for s in reversed(_take(parsed, _UNITS))}
    parsed.unit = Unit(
        entrance=found.get(Part.ENTRANCE, ""),
        floor=found.get(Part.FLOOR, ""),
        flat=found.get(Part.FLAT, ""),
    )


def take_context(parsed: Parsed, grammar: Grammar) -> None:
    """Postcode, province, municipality, district, mayoralty."""
    for stretch in _take(parsed, {Part.POSTCODE}):
        parsed.postcode = parsed.postcode or stretch.tokens[0].text
    _take_bare_postcode(parsed, grammar)
    parsed.provinces = _take(parsed, {Part.PROVINCE})
    parsed.municipalities = _take(parsed, {Part.MUNICIPALITY})
    parsed.districts = _take(parsed, {Part.DISTRICT})
    parsed.mayoralties = _take(parsed, {Part.MAYORALTY})


def _take_bare_postcode(parsed: Parsed, grammar: Grammar) -> None:
    """Digits of a postcode's length at either end of a place name: "7000 Русе", "Vaduz 9490"."""
    for stretch in parsed.stretches:
        if stretch.part not in (Part.PLAIN, Part.SETTLEMENT) or parsed.postcode or stretch.number:
            continue
        tokens = stretch.tokens
        ends = (0, len(tokens) - 1) if len(tokens) > 1 else (0,)
        for end in ends:
            token = tokens[end]
            if token.number and len(token.text) in grammar.postcode_digits:
                parsed.postcode = token.text
                stretch.tokens = tokens[1:] if end == 0 else tokens[:-1]
                break
    parsed.stretches = [stretch for stretch in parsed.stretches if stretch.tokens]


def take_settlements(parsed: Parsed, _grammar: Grammar) -> None:
    """Stretches that say they are a town or village."""
    parsed.settlements = _take(parsed, {Part.SETTLEMENT})


def take_landmarks(parsed: Parsed, _grammar: Grammar) -> None:
    """What the place is beside: "до бл. 13", "зад училището"."""
    parsed.landmarks = [stretch for stretch in parsed.stretches if stretch.near]
    parsed.stretches = [stretch for stretch in parsed.stretches if not stretch.near]


def take_streets(parsed: Parsed, _grammar: Grammar) -> None:
    """Streets, quarters, and what no designator explains."""
    parsed.streets = _take(parsed, {Part.STREET})
    parsed.quarters = _take(parsed, {Part.QUARTER})
    parsed.plains = _take(parsed, {Part.PLAIN})


def take_numbers(parsed: Parsed, _grammar: Grammar) -> None:
    """House and block numbers with a designator; the others stand at the end of a name."""
    for stretch in _take(parsed, {Part.BLOCK}):
        parsed.block = parsed.block or stretch.tokens[0].text
    for stretch in _take(parsed, {Part.NUMBER}):
        parsed.number = parsed.number or stretch.tokens[0].text


def _take(parsed: Parsed, parts: set[Part]) -> list[Stretch]:
    taken = [stretch for stretch in parsed.stretches if stretch.part in parts]
    if taken:
        parsed.stretches = [s for s in parsed.stretches if s.part not in parts]
    return taken


STEPS: tuple[Step, ...] = (
    clean_text,
    split_tokens,
    find_nothing,
    find_service_address,
    find_designators,
    join_numbers,
    split_addresses,
    take_units,
    take_context,
    take_landmarks,
    take_settlements,
    take_streets,
    take_numbers,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a street stretch: a name, a number, and words left over."""

    name: Name
    number: str = ""
    rest: tuple[Token, ...] = ()


def readings(stretch: Stretch, grammar: Grammar) -> list[Reading]:
    """Ways to read a stretch, likeliest first: name and number, or all of it a name.

    "Трети март 5" is a street and a number, "Люлин 2" may be either, "309" is a name.
    """
    tokens = stretch.tokens

    def named(part: Sequence[Token]) -> Name:
        return Name(words_of(part, grammar), stretch.kind, stretch.part, literal_of(part))

    name = named(tokens)
    if stretch.number:
        return [Reading(name, stretch.number)]
    found: list[Reading] = []
    for at in range(len(tokens) - 1, 0, -1):
        if not tokens[at].number or not _is_number_start(tokens, at, grammar):
            continue
        number, end = take_number(tokens, at, grammar)
        before = named(tokens[:at])
        if before.words:
            found.append(Reading(before, number, tuple(tokens[end:])))
    if grammar.number_first and tokens[0].number and len(tokens) > 1:
        number, end = take_number(tokens, 0, grammar)
        behind = named(tokens[end:])
        if behind.words:
            found.append(Reading(behind, number))
    whole = Reading(name)
    return [whole, *found] if stretch.part is Part.QUARTER else [*found, whole]


def _is_number_start(tokens: Sequence[Token], at: int, grammar: Grammar) -> bool:
    """Not the 4 of "2-4", not the 2 of "корп. 2", not an ordinal's digits: "1-ва"."""
    before = tokens[at - 1]
    if before.text in "-/" and at > 1 and tokens[at - 2].number:
        return False
    if before.text in grammar.number_words and at > 1 and tokens[at - 2].number:
        return False
    after = at + 1
    if after < len(tokens) and tokens[after].text == "-":
        after += 1
    return not (after < len(tokens) and tokens[after].text in grammar.ordinal_endings)
