"""Which settlement an address means, from its text and the list's own columns.

Never a correction across a municipality border: a misspelled name is mended only within a
municipality that was stated, and an exact name that contradicts the stated municipality is
reported as a mismatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from planning.addresses.gazetteer import Settlement
from planning.addresses.grammar import Grammar, Part
from planning.addresses.index import Index
from planning.addresses.keys import designators_at, words_of
from planning.addresses.parse import Parsed, Stretch, parse, readings
from planning.addresses.streets import find_street
from planning.addresses.tokens import Token
from planning.model import Address
from planning.text import Note, note

LONGEST_NAME = 5
"""Tokens of the longest place name that is looked for inside a longer stretch."""
SHORTEST_TYPO = 5
"""Settlement names shorter than this are not corrected."""


@dataclass(slots=True)
class Stated:
    """What an address says of its municipality, or of its province."""

    claims: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """(key of a name, codes of the municipalities it stands for; none when it is unknown). The
    column and the text may each make one."""

    def add(self, key: str, codes: Iterable[str]) -> None:
        """Takes one more claim in."""
        if key and all(key != known for known, _ in self.claims):
            self.claims.append((key, frozenset(codes)))

    @property
    def keys(self) -> set[str]:
        """The names."""
        return {key for key, _ in self.claims}

    @property
    def codes(self) -> set[str]:
        """All municipalities any claim stands for."""
        return {code for _, codes in self.claims for code in codes}


@dataclass(slots=True)
class Context:
    """What an address says besides its settlement and street."""

    municipality: Stated = field(default_factory=Stated)
    province: Stated = field(default_factory=Stated)
    postcode: str = ""


@dataclass(slots=True)
class Where:
    """The settlement of an address, or why there is none."""

    settlement: Settlement | None = None
    options: list[Settlement] = field(default_factory=list)
    """Settlements of the name, where more than one is possible."""
    municipality_code: str = ""
    """The one municipality that was stated, or that the settlement is in."""
    plains: list[Stretch] = field(default_factory=list)
    """What was no place name: a street without a designator, perhaps."""
    district: str = ""
    """Key of the stated district."""
    doubts: list[Note] = field(default_factory=list)
    """Any of them sends the answer to review."""
    contradiction: Note | None = None
    unknown: str = ""
    """A settlement was named that the region does not have."""
    context: Context = field(default_factory=Context)

    def settle_on(self, settlement: Settlement, index: Index) -> None:
        """Takes `settlement` as the answer, and notes how it contradicts what was stated."""
        self.settlement = settlement
        self.municipality_code, self.unknown = settlement.municipality_code, ""
        self.contradiction = _contradiction(settlement, self.context, index)


def find_settlement(parsed: Parsed, address: Address, index: Index) -> Where:
    """The settlement that `parsed` and the columns of `address` mean."""
    where = Where(plains=list(parsed.plains))
    column = _column(address.settlement, index.grammar)
    districts = [
        d for d in parsed.districts if _key(d.tokens, index) in index.municipalities_by_key
    ]
    municipality = _stated(
        [*parsed.municipalities, *column.municipalities, *districts],
        address.municipality,
        index.municipalities_by_key,
        index,
        where,
    )
    province = _stated(parsed.provinces, address.province, index.provinces_by_key, index, where)
    where.district = _district(parsed, address, index)
    where.context = context = Context(
        municipality, province, parsed.postcode or _digits(address.postcode)
    )
    named = _named(parsed, column, context, index, where)
    if named is None and not where.unknown:
        _bare_municipality(context, index, where)
        named = _bare_misspelled(context, index, where)
    if len(municipality.codes) == 1:
        where.municipality_code = next(iter(municipality.codes))
    if named:
        _choose(named, context, index, where)
    return where


@lru_cache(maxsize=2_048)
def _column(text: str, grammar: Grammar) -> Parsed:
    """A settlement column taken apart, for reading only: a list has few, over and over."""
    return parse(text, grammar)


def _digits(text: str) -> str:
    return "".join(ch for ch in text[:20] if ch.isdecimal())


def _stated(
    stretches: Sequence[Stretch],
    column: str,
    table: Mapping[str, list[str]],
    index: Index,
    where: Where,
) -> Stated:
    """Municipality or province as stated; words after its name go back to the plain ones."""
    stated = Stated()
    if column.strip():
        key = index.name(column).key
        stated.add(key, _codes(key, table))
    for stretch in stretches:
        key, rest = _longest_name(stretch.tokens, table, index)
        if rest:
            where.plains.insert(0, Stretch(Part.PLAIN, tokens=rest, number=stretch.number))
        stated.add(key, _codes(key, table))
    return stated


def _codes(key: str, table: Mapping[str, list[str]]) -> Sequence[str]:
    """Codes of a name; of the one name a letter away, where there is exactly one."""
    if key in table:
        return table[key]
    if len(key) < SHORTEST_TYPO:
        return ()
    near = process.extract(key, list(table), scorer=OSA.distance, score_cutoff=1, limit=3)
    codes = {tuple(table[hit[0]]) for hit in near}
    return next(iter(codes)) if len(codes) == 1 else ()


def _longest_name(
    tokens: Sequence[Token], table: Mapping[str, object], index: Index
) -> tuple[str, tuple[Token, ...]]:
    """Key of the longest name in `table` that `tokens` begin with, and the tokens after it.

    Where none does: the key of the words before the first number, and what follows.
    """
    for size in range(min(len(tokens), LONGEST_NAME), 0, -1):
        key = _key(tokens[:size], index)
        if key in table:
            return key, tuple(tokens[size:])
    end = next((at for at, token in enumerate(tokens) if token.number), len(tokens))
    return _key(tokens[: max(end, 1)], index), tuple(tokens[max(end, 1) :])


def _key(tokens: Sequence[Token], index: Index) -> str:
    return " ".join(word.text for word in words_of(tokens, index.grammar))


def _district(parsed: Parsed, address: Address, index: Index) -> str:
    if parsed.districts:
        return _key(parsed.districts[0].tokens, index)
    return index.name(address.district).key if address.district.strip() else ""


@dataclass(slots=True)
class _Named:
    key: str
    kind: str = ""
    shown: str = ""
    """As typed, in lower case; empty where it is on the map."""


def _named(
    parsed: Parsed, column: Parsed, context: Context, index: Index, where: Where
) -> _Named | None:
    """The name of the settlement: said outright, in its column, as a mayoralty, or bare."""
    villages = [s for s in parsed.settlements if not _is_initial(s, index)]
    initials = [s for s in parsed.settlements if s not in villages]
    where.plains += [_as_plain(stretch) for stretch in initials]
    in_column = [_from_stretch(s, index, None) for s in column.settlements or column.plains[:1]]
    quarters = _quarters_among(villages, in_column, index, where)
    parsed.quarters += [replace(each, part=Part.QUARTER) for each in quarters]
    said = [_from_stretch(s, index, where) for s in villages if s not in quarters]
    if said:
        named = _inner(said, index)
        if in_column and in_column[0].key != named.key:
            named = _reconcile(named, in_column[0], index, where)
    elif in_column:
        named = in_column[0]
    elif parsed.mayoralties:
        named = _from_stretch(parsed.mayoralties[0], index, where)
    else:
        bare = _bare(context, index, where)
        if bare is None and (head := _cut_heads(parsed, index)):
            bare = _Named(head)
        before = [stretch for stretch in initials if not stretch.after]
        if bare is None and before:
            where.unknown = " ".join(token.text for token in before[0].tokens)
        return bare
    _drop_known(named, context, index, where)
    _cut_heads(parsed, index, named.key)
    return named


def _cut_heads(parsed: Parsed, index: Index, wanted: str = "") -> str:
    """Takes the town off "Bakı Nizami küçəsi 12": its key, "" where no name begins with one.

    `wanted` is the key of the town, where it is known by other means.
    """
    for stretch in (*parsed.streets, *parsed.quarters):
        if not stretch.after:
            continue
        for size in range(min(len(stretch.tokens) - 1, LONGEST_NAME), 0, -1):
            key = _key(stretch.tokens[:size], index)
            rest = stretch.tokens[size:]
            if key == wanted or (not wanted and key in index.settlements_by_key):
                if any(token.word or token.number for token in rest):
                    stretch.tokens = rest
                    return key
                break
    return ""


def _quarters_among(
    villages: Sequence[Stretch], in_column: Sequence[_Named], index: Index, where: Where
) -> list[Stretch]:
    """Of "Bakı, Bakıxanov qəsəbəsi" the second: no settlement of the map but a quarter of one."""
    keys = [_longest_name(s.tokens, index.settlements_by_key, index)[0] for s in villages]
    unknown = [s for s, key in zip(villages, keys, strict=True) if not _is_known(key, index)]
    if not unknown:
        return []
    named = {*keys, *(one.key for one in in_column), *(_key(s.tokens, index) for s in where.plains)}
    codes = {code for key in named for code in index.settlements_by_key.get(key, ())}
    if not codes and len(index.settlements) == 1:
        codes = set(index.settlements)
    return [each for each in unknown if any(_is_quarter_of(each, code, index) for code in codes)]


def _is_known(key: str, index: Index) -> bool:
    return key in index.settlements_by_key


def _is_quarter_of(stretch: Stretch, settlement_code: str, index: Index) -> bool:
    as_quarter = replace(stretch, part=Part.QUARTER)
    return any(
        match.same_part
        for reading in readings(as_quarter, index.grammar)
        for match in find_street(reading.name, settlement_code, index)
    )


def _as_plain(stretch: Stretch) -> Stretch:
    """What a village that is none says: an initial and a name, or the name of a street."""
    tokens = stretch.tokens if stretch.after else (*stretch.typed, *stretch.tokens)
    return Stretch(Part.PLAIN, tokens=tokens, number=stretch.number)


def _is_initial(stretch: Stretch, index: Index) -> bool:
    """No village after all: "С. Стамболов 5" is a name, "Təbriz k., ev 4" may be a street."""
    if len(stretch.typed) != 1 or len(stretch.typed[0].text) > 1:
        return False
    if stretch.after:
        senses = designators_at(stretch.typed, 0, index.grammar)
        street = any(designator.part is Part.STREET for designator, _ in senses)
        return street and not _is_known(_key(stretch.tokens, index), index)
    if not stretch.number and not any(token.number for token in stretch.tokens):
        return False
    key, _ = _longest_name(stretch.tokens, index.settlements_by_key, index)
    return key not in index.settlements_by_key


def _from_stretch(stretch: Stretch, index: Index, where: Where | None) -> _Named:
    key, rest = _longest_name(stretch.tokens, index.settlements_by_key, index)
    if where is not None and (rest or stretch.number):
        where.plains.insert(0, Stretch(Part.PLAIN, tokens=rest, number=stretch.number))
    shown = " ".join(token.text for token in stretch.tokens if token not in rest)
    return _Named(key, stretch.kind, shown)


def _inner(said: Sequence[_Named], index: Index) -> _Named:
    """Of "гр. Русе, с. Николово" the village, when the town names its municipality or province."""
    said = [one for one in said if one.key in index.settlements_by_key] or said
    for one in said:
        for code in index.settlements_by_key.get(one.key, ()):
            context = index.context_keys(index.settlements[code].municipality_code)
            others = [other.key for other in said if other.key != one.key]
            if others and all(other in context for other in others):
                return one
    return said[0]


def _reconcile(named: _Named, column: _Named, index: Index, where: Where) -> _Named:
    """The text's settlement against the column's: the finer one, else the text's with a doubt."""
    if named.key not in index.settlements_by_key and OSA.distance(named.key, column.key) <= 2:
        return column
    finer = _inner([named, column], index)
    if finer.key == _inner([column, named], index).key:
        return finer
    where.doubts.append(note("the text and the settlement column name different places"))
    return named


def _bare(context: Context, index: Index, where: Where) -> _Named | None:
    """A settlement without a designator: a stretch that is its name, or begins or ends with it."""
    whole = [s for s in where.plains if _is_place(s, index)]
    whole = [s for s in whole if not s.number] or whole[:1]
    if whole:
        named = _inner([_Named(_key(s.tokens, index)) for s in whole], index)
        for stretch in whole:
            if stretch.number and _key(stretch.tokens, index) == named.key:
                stretch.tokens = ()
        _drop_known(named, context, index, where)
        return named
    for stretch in list(where.plains):
        for size in range(min(len(stretch.tokens) - 1, LONGEST_NAME), 0, -1):
            for head in (True, False):
                part = stretch.tokens[:size] if head else stretch.tokens[-size:]
                rest = stretch.tokens[size:] if head else stretch.tokens[:-size]
                key = _key(part, index)
                if key in index.settlements_by_key and not part[0].number:
                    if head:
                        rest = _without_postcode(rest, index.grammar)
                    at = where.plains.index(stretch)
                    where.plains[at] = Stretch(Part.PLAIN, tokens=rest, number=stretch.number)
                    return _Named(key)
    return None


def _without_postcode(tokens: tuple[Token, ...], grammar: Grammar) -> tuple[Token, ...]:
    """The 7000 of "Русе 7000 Борисова 12" is no part of the street."""
    first, *rest = tokens
    postcode = first.number and len(first.text) in grammar.postcode_digits
    return tokens[1:] if postcode and any(token.number for token in rest) else tokens


def _bare_municipality(context: Context, index: Index, where: Where) -> None:
    """A stretch that is no settlement but a municipality's name counts as if it said so."""
    for stretch in list(where.plains):
        key = _key(stretch.tokens, index)
        if not stretch.number and key in index.municipalities_by_key:
            context.municipality.add(key, index.municipalities_by_key[key])
            where.plains.remove(stretch)


def _bare_misspelled(context: Context, index: Index, where: Where) -> _Named | None:
    """A stretch without designator and number that is one letter away from a settlement."""
    for stretch in where.plains:
        key = _key(stretch.tokens, index)
        if not stretch.number and len(key.split()) <= LONGEST_NAME:
            found = _misspelled(key, context, index, Where())
            if found:
                where.plains = [each for each in where.plains if each is not stretch]
                return _Named(key)
    return None


def _is_place(stretch: Stretch, index: Index) -> bool:
    return _key(stretch.tokens, index) in index.settlements_by_key


def _drop_known(named: _Named, context: Context, index: Index, where: Where) -> None:
    """Plain words that only repeat the settlement, its municipality or province are used up."""
    known = {named.key, *context.municipality.keys, *context.province.keys}
    for code in index.settlements_by_key.get(named.key, ()):
        known |= index.context_keys(index.settlements[code].municipality_code)
    where.plains = [s for s in where.plains if s.number or _key(s.tokens, index) not in known]


def _choose(named: _Named, context: Context, index: Index, where: Where) -> None:
    """The one settlement of that name that fits what else is said."""
    options = [index.settlements[code] for code in index.settlements_by_key.get(named.key, ())]
    allowed = context.municipality.codes or context.province.codes
    if not options:
        options = _misspelled(named.key, context, index, where)
        if len(options) != 1 and not (options and allowed):
            # Nothing but the letters speaks for them: the street has to.
            where.unknown, where.options = named.shown or named.key, options
            return
    inside = [s for s in options if s.municipality_code in allowed]
    if allowed and inside:
        options = inside
    options = _narrow(options, context.postcode, named.kind, index)
    if len(options) == 1:
        where.settle_on(options[0], index)
    where.options = options[1:] and options


def _narrow(options: list[Settlement], postcode: str, kind: str, index: Index) -> list[Settlement]:
    """Fewer options by postcode, and by town or village, where that leaves any."""
    for fits in (
        lambda s: bool(postcode) and s.postcode == postcode,
        lambda s: bool(kind) and (s.kind in ("city", "town")) == (kind in index.grammar.towns),
    ):
        kept = [settlement for settlement in options if fits(settlement)]
        options = kept or options
    return options


def _misspelled(key: str, context: Context, index: Index, where: Where) -> list[Settlement]:
    """Settlements whose name is one letter off: of the stated municipality, else of the province.

    Where neither is stated the whole region is looked through. A person looks at all of these.
    """
    if len(key) < SHORTEST_TYPO:
        return []
    allowed = context.municipality.codes or context.province.codes
    if (context.municipality.claims or context.province.claims) and not allowed:
        return []
    near = process.extract(
        key, list(index.settlements_by_key), scorer=OSA.distance, score_cutoff=1, limit=None
    )
    codes = dict.fromkeys(code for each in near for code in index.settlements_by_key[each[0]])
    found = [index.settlements[code] for code in codes]
    found = [s for s in found if not allowed or s.municipality_code in allowed]
    if found:
        where.doubts.append(note("{name} is one letter away from what was written",
                                 name=", ".join(sorted({s.name for s in found}))))  # fmt: skip
    return found


def _contradiction(settlement: Settlement, context: Context, index: Index) -> Note | None:
    """How the settlement contradicts the stated municipality or province; None if it does not."""
    own = index.context_keys(settlement.municipality_code) | {index.name(settlement.name).key}
    found = index.municipalities.get(settlement.municipality_code)
    names = {"name": settlement.name, "municipality": found.name if found is not None else "?"}
    for stated, told in (
        (
            context.municipality,
            note(
                "the stated municipality is not that of {name}, which is in {municipality}", **names
            ),
        ),
        (
            context.province,
            note("the stated province is not that of {name}, which is in {municipality}", **names),
        ),
    ):
        for key, codes in stated.claims:
            if stated is context.province and (found is None or not found.province):
                continue
            # "общ. София" is no municipality's name but the city's that Столична consists of.
            fits = settlement.municipality_code in codes if codes else key in own
            if not fits:
                return told
    return None
