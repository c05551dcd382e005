"""Reading an address: an ordered list of small steps, each taking its part off the text.

    clean → lettered postcode → tokens → nothing? → service address? → designators → numbers behind
    commas → a second address? → units → context → landmarks → corner → settlement → streets and
    quarters → numbers

The steps know one `Grammar` and no map; whether "Русе" without a designator is a town or a street
is decided later, by `planning.addresses.settlements` and `.streets`, against the gazetteer. So is
whether "Липа 5, Шипка 3" are two streets: see `planning.addresses.hits.second_door`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from planning.addresses.grammar import ALTERNATIVE, BREAK, Grammar, Part
from planning.addresses.keys import Name, lexicon, literal_of, take_number, words_of
from planning.addresses.stretches import NUMBERED, UNITS, cut, shape
from planning.addresses.stretches import Stretch as Stretch
from planning.addresses.tokens import LONGEST, Token, clean, tokens_of
from planning.model import Unit


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
    corner: list[Stretch] = field(default_factory=list)
    """Streets that cross, or that cross the street of the address."""
    others: list[Parsed] = field(default_factory=list)
    """Further addresses in the same cell."""


Step = Callable[[Parsed, Grammar], None]


def parse(text: str, grammar: Grammar) -> Parsed:
    """`text` taken apart by every step in turn. Any text has an answer."""
    if not text:  # most columns of most lists
        return Parsed("", nothing=True)
    parsed = Parsed(text)
    for step in STEPS:
        step(parsed, grammar)
    return parsed


def clean_text(parsed: Parsed, _grammar: Grammar) -> None:
    """One line, quotes and dashes folded, words of two alphabets mended."""
    parsed.too_long = len(parsed.text) > LONGEST
    parsed.text = clean(parsed.text)


def take_lettered_postcode(parsed: Parsed, grammar: Grammar) -> None:
    """Takes a postcode of letters and digits off the text: A15G7D2."""
    if not grammar.postcode_pattern:
        return
    before, code, after = _around(grammar.postcode_pattern, parsed.text)
    if code:
        parsed.postcode = code.upper()
        parsed.text = f"{before},{after}"


def _around(pattern: str, text: str) -> tuple[str, str, str]:
    found = re.search(pattern, text, re.IGNORECASE)
    return (text[: found.start()], found.group(), text[found.end() :]) if found else (text, "", "")


def split_tokens(parsed: Parsed, grammar: Grammar) -> None:
    """Words, numbers and marks; house letters of an address typed in Latin by their sound."""
    tokens = tokens_of(parsed.text)
    if grammar.digit_letters:
        tokens = _with_letters(tokens, grammar)
    if grammar.number_sounds and not any(t.word and not t.latin for t in tokens):
        tokens = tuple(
            token._replace(text=grammar.number_sounds.get(token.text, token.text))
            if _is_house_letter(tokens, at)
            else token
            for at, token in enumerate(tokens)
        )
    parsed.tokens = tokens


def _with_letters(tokens: tuple[Token, ...], grammar: Grammar) -> tuple[Token, ...]:
    """`tokens` with the digits that stand for letters written out: "6ipka" → "shipka"."""
    joined: list[Token] = []
    inside = False
    for at, token in enumerate(tokens):
        letters = grammar.digit_letters.get(token.text, "")
        before = joined[-1] if token.glued and joined and not joined[-1].dotted else None
        if letters and _is_letter(before, tokens[at + 1 : at + 3], grammar):
            token = token._replace(text=letters, latin=True)
            inside = True
        elif not inside:
            before = None
        else:
            inside = False
        if before is not None and before.latin:
            joined[-1] = token._replace(text=before.text + token.text, glued=before.glued)
        else:
            joined.append(token)
    return tuple(joined)


def _is_letter(before: Token | None, rest: Sequence[Token], grammar: Grammar) -> bool:
    """A digit between `before` and `rest` is a letter: not that of "bl4vh2", "Lipa 6a" or "6et"."""
    known = lexicon(grammar)
    inside = before is not None and before.latin and before.text not in known
    if not rest:
        return False
    after = rest[0]
    if not (after.glued and after.latin):
        return inside and after.number  # Dobroti4 23
    if after.text in known:
        return False
    if inside and len(after.text) == 1:
        return after.text in "ioy" or (len(rest) > 1 and rest[1].number)  # Ko4o, Vito6a 4
    return inside or (before is None and len(after.text) > 2 and after.text[0] in "aeiouy")


def _is_house_letter(tokens: Sequence[Token], at: int) -> bool:
    if at == 0 or len(tokens[at].text) != 1 or not tokens[at].latin:
        return False
    before = tokens[at - 1]
    return before.number or (before.text in "-/" and at > 1 and tokens[at - 2].number)


_Phrases = dict[str, list[tuple[str, ...]]]


@lru_cache(maxsize=64)
def _phrases(phrases: tuple[str, ...]) -> _Phrases:
    """Phrases as words by their first word, the longest first."""
    found: _Phrases = {}
    split = (tuple(token.text for token in tokens_of(phrase)) for phrase in phrases)
    for words in sorted(split, key=len, reverse=True):
        found.setdefault(words[0], []).append(words)
    return found


def _first_phrase(words: Sequence[str], phrases: _Phrases, *, shortest: int) -> tuple[int, int]:
    """Where the first phrase of at least `shortest` words stands, and its size; (0, 0): nowhere."""
    for at, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            size = len(phrase)
            if size >= shortest and tuple(words[at : at + size]) == phrase:
                return at, size
    return 0, 0


def find_nothing(parsed: Parsed, grammar: Grammar) -> None:
    """No address: "адрес неизвестен", "без адрес", and text without a letter or digit."""
    phrases = _phrases(grammar.nothing)
    words = [token.text for token in parsed.tokens if token.text not in ",;-/"]
    known = any(token.word or token.number for token in parsed.tokens)
    if not known or tuple(words) in phrases.get(words[0], ()):
        parsed.nothing, parsed.tokens = True, ()
        return
    at, size = _first_phrase([token.text for token in parsed.tokens], phrases, shortest=2)
    if size:
        parsed.nothing = True
        parsed.tokens = parsed.tokens[:at] + parsed.tokens[at + size :]


def find_service_address(parsed: Parsed, grammar: Grammar) -> None:
    """Takes "служебен адрес", "адрес на кметството" off the text; the flag stays."""
    words = [token.text for token in parsed.tokens]
    at, size = _first_phrase(words, _phrases(grammar.service), shortest=1)
    if size:
        parsed.service = True
        mark = (Token(",", False, False),)
        parsed.tokens = parsed.tokens[:at] + mark + parsed.tokens[at + size :]


def find_designators(parsed: Parsed, grammar: Grammar) -> None:
    """Cuts the tokens into stretches: a designator or a separator begins a new one."""
    parsed.stretches = cut(parsed.tokens, grammar)


def join_numbers(parsed: Parsed, grammar: Grammar) -> None:
    """A number after a comma belongs to what stands before it: "Арбат, 12", "д. 1, к. 1"."""
    joined: list[Stretch] = []
    for stretch in parsed.stretches:
        number = _lone_number(stretch, grammar)
        before = joined[-1] if joined else None
        if number and before is not None and _wants_number(before, grammar):
            before.number = number
            continue
        if number is None and before is not None and not stretch.near:
            _continue_number(before, stretch, grammar)
        if stretch.tokens or stretch.part is Part.NOISE:
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


def _wants_number(stretch: Stretch, grammar: Grammar) -> bool:
    """A street, or words that may be one, without a number: "ул. 309", but not "Липник 2"."""
    if stretch.number:
        return False
    if stretch.part is Part.SETTLEMENT:
        return stretch.after and stretch.kind not in grammar.towns
    if stretch.part is Part.QUARTER:
        return True
    if stretch.part not in NUMBERED:
        return False
    return not any(token.number for token in stretch.tokens[1:])


def _continue_number(before: Stretch, stretch: Stretch, grammar: Grammar) -> None:
    """Moves what "к. 1" adds to the house number before it there."""
    tokens = stretch.tokens
    if stretch.part is not Part.PLAIN or len(tokens) != 2 or not tokens[1].number:
        return
    added = grammar.number_words.get(tokens[0].text, "")
    if not added:
        return
    added += str(int(tokens[1].text))
    if before.part is Part.NUMBER:
        value = before.tokens[0]
        before.tokens = (value._replace(text=value.text + added),)
        stretch.tokens = ()
    elif before.number:
        before.number += added
        stretch.tokens = ()


def split_addresses(parsed: Parsed, grammar: Grammar) -> None:
    """A second street, or a second town after a street, is a second address in the same cell."""
    groups: list[list[Stretch]] = [[]]
    for at, stretch in enumerate(parsed.stretches):
        if stretch.kind == BREAK:
            if _is_complete(groups[-1]) and _is_complete(_until_break(parsed.stretches[at + 1 :])):
                groups.append([])
            continue
        if not stretch.near and _begins_another(stretch, groups[-1], grammar):
            groups.append([])
        if stretch.part is not Part.NOISE:
            groups[-1].append(stretch)
        elif groups[-1]:
            groups[-1].append(stretch)  # "настоящ адрес": a town after it may be another one
    groups = [[s for s in group if s.part is not Part.NOISE] for group in groups]
    parsed.stretches, *others = [group for group in groups if group] or [[]]
    for group in others:
        other = Parsed(parsed.text, stretches=group)
        for step in STEPS[STEPS.index(split_addresses) + 1 :]:
            step(other, grammar)
        parsed.others.append(other)


def _until_break(stretches: Sequence[Stretch]) -> list[Stretch]:
    return list(takewhile(lambda stretch: stretch.kind != BREAK, stretches))


def _is_complete(stretches: Sequence[Stretch]) -> bool:
    """A name with a number that is not its own: "Младост 3" is a quarter, "Младост 3, 5" a door."""
    named = any(
        stretch.part in (Part.STREET, Part.QUARTER)
        or (stretch.part is Part.PLAIN and any(token.word for token in stretch.tokens))
        or (stretch.part is Part.SETTLEMENT and (stretch.number or _is_like_quarter(stretch)))
        for stretch in stretches
    )
    return named and any(_is_numbered(stretch) for stretch in stretches)


def _is_like_quarter(stretch: Stretch) -> bool:
    """Əhmədli qəs.: said to be a village, but a part of a city where a house number follows."""
    return stretch.after and stretch.kind == "village"


def _is_numbered(stretch: Stretch) -> bool:
    if stretch.number or stretch.part in (Part.NUMBER, Part.BLOCK):
        return True
    if stretch.part is Part.STREET:
        return any(token.number for token in stretch.tokens[1:])
    return stretch.part is Part.PLAIN and any(token.number for token in stretch.tokens)


_PLACING = {Part.STREET, Part.BLOCK}
"""Parts that one address has once."""


def _begins_another(stretch: Stretch, before: Sequence[Stretch], grammar: Grammar) -> bool:
    """`stretch` cannot belong to the address that the stretches `before` make."""
    seen = {other.part for other in before if not other.near and not other.corner}
    placed = bool(seen & _PLACING) or _is_complete(before)
    part = stretch.part
    if part is Part.NOISE:
        said = any(other.part is not Part.NOISE for other in before)
        return said and (placed or stretch.kind == ALTERNATIVE)
    if part is Part.SETTLEMENT:
        return _is_another_town(stretch, before, grammar, placed=placed)
    if part in _PLACING:
        return part in seen and not stretch.corner
    return part is Part.QUARTER and part in seen and placed


def _is_another_town(
    stretch: Stretch, before: Sequence[Stretch], grammar: Grammar, *, placed: bool
) -> bool:
    """A town that is not merely said again, or finer than the one before it."""
    towns = [other for other in before if other.part is Part.SETTLEMENT]
    texts = [token.text for token in stretch.tokens]
    if not towns or any([t.text for t in town.tokens] == texts for town in towns):
        return False
    told = any(other.part is Part.NOISE for other in before)
    if stretch.kind in grammar.towns and all(_is_like_quarter(town) for town in towns):
        return told  # "Əhmədli qəsəbəsi, bina 41, Bakı şəhəri"
    villages = stretch.kind not in grammar.towns and towns[-1].kind not in grammar.towns
    return placed or villages or told


def take_units(parsed: Parsed, _grammar: Grammar) -> None:
    """Entrance, floor and flat: off the text, kept for the crew."""
    found = {s.part: s.tokens[0].text.upper() for s in reversed(_take(parsed, UNITS))}
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


def take_corner(parsed: Parsed, grammar: Grammar) -> None:
    """The streets that cross: "ъгъла на ул. Липа и ул. Шипка", "ул. Липа, ъгъл с Шипка"."""
    for stretch in [stretch for stretch in parsed.stretches if stretch.corner]:
        parsed.stretches.remove(stretch)
        parsed.corner += _crossing(stretch, grammar)


def _crossing(stretch: Stretch, grammar: Grammar) -> list[Stretch]:
    """One street, or the two that "Липа и Шипка" names; a street of its own keeps its "и"."""
    if stretch.part is Part.STREET:
        ends = [token.text in grammar.links for token in stretch.tokens]
        size = len(ends) - 1 if ends[-1] else len(ends)
        stretch.tokens = stretch.tokens[:size]
        return [stretch] if stretch.tokens else []
    parts: list[list[Token]] = [[]]
    for token in stretch.tokens:
        if token.text in grammar.links:
            parts.append([])
        else:
            parts[-1].append(token)
    return [Stretch(Part.PLAIN, tokens=tuple(part)) for part in parts if part]


def institution(stretch: Stretch, grammar: Grammar) -> str:
    """The kind of institution that a landmark's words name, "" for none: "училището" → school."""
    kinds = (grammar.institutions.get(token.text, "") for token in stretch.tokens)
    return next(filter(None, kinds), "")


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
    take_lettered_postcode,
    split_tokens,
    find_nothing,
    find_service_address,
    find_designators,
    join_numbers,
    split_addresses,
    take_units,
    take_context,
    take_landmarks,
    take_corner,
    take_settlements,
    take_streets,
    take_numbers,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a street stretch: a name and a number; words behind it are left out."""

    name: Name
    number: str = ""


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
        number, _ = take_number(tokens, at, grammar)
        before = named(tokens[:at])
        if before.words:
            found.append(Reading(before, number))
    if grammar.number_first and tokens[0].number and len(tokens) > 1:
        number, end = take_number(tokens, 0, grammar)
        behind = named(tokens[end:])
        if behind.words:
            found.append(Reading(behind, number))
    if stretch.part is Part.QUARTER and grammar.flat_after_dash and _is_dashed(tokens):
        # House 15 of the estate Гульдер 1, or house 11 of Кунгей with the flat 12.
        pairs = ((tokens[:-2], tokens[-1]), (tokens[:-3], tokens[-3]))
        found = [
            Reading(named(part), number.text) for part, number in pairs if named(part).words
        ] + found
    whole = Reading(name)
    return [whole, *found] if stretch.part is Part.QUARTER else [*found, whole]


def _is_dashed(tokens: Sequence[Token]) -> bool:
    return len(tokens) > 2 and "".join(map(shape, tokens[-3:])) == "9-9"


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


def house_number(parsed: Parsed, grammar: Grammar) -> str:
    """The house or block number that the address gives; "" where its digits belong to names.

    "кв. Дружба 2" and "ул. 3-ти март" give none: many families live at such an address.
    """
    named = (*parsed.streets, *parsed.quarters, *parsed.plains, *parsed.settlements)
    likeliest = (readings(stretch, grammar)[0].number for stretch in named)
    return next(filter(None, (parsed.block, parsed.number, *likeliest)), "")
