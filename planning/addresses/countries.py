"""A gazetteer that reaches over a border, country by country.

Every country's part is read by its own grammar and has names of its own; which parts an address is
looked up in follows from the places that it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from planning.addresses.gazetteer import Gazetteer
from planning.addresses.grammar import Part
from planning.addresses.keys import designators_at, words_of
from planning.addresses.tokens import Token, clean, tokens_of
from planning.model import Address

if TYPE_CHECKING:
    from planning.addresses.index import Index

LONGEST_PLACE = 3
"""Words of the longest place name that tells a country."""


def split(gazetteer: Gazetteer) -> tuple[Gazetteer, ...]:
    """One gazetteer a country, that of `gazetteer.country` first.

    A municipality without a country belongs to the gazetteer's; what has no municipality, too.
    """
    country_of = {m.code: m.country or gazetteer.country for m in gazetteer.municipalities}
    countries = dict.fromkeys((gazetteer.country, *country_of.values()))
    parts = [_part(gazetteer, country, country_of) for country in countries]
    return tuple(part for part in parts if part.settlements or len(parts) == 1)


def _part(gazetteer: Gazetteer, country: str, country_of: dict[str, str]) -> Gazetteer:
    if {country} == {gazetteer.country, *country_of.values()}:
        return gazetteer
    settlements = tuple(
        settlement
        for settlement in gazetteer.settlements
        if country_of.get(settlement.municipality_code, gazetteer.country) == country
    )
    codes = {settlement.code for settlement in settlements}
    streets = tuple(s for s in gazetteer.streets if s.settlement_code in codes)
    ids = {street.street_id for street in streets}
    return replace(
        gazetteer,
        country=country,
        municipalities=tuple(m for m in gazetteer.municipalities if country_of[m.code] == country),
        settlements=settlements,
        streets=streets,
        numbers=tuple(number for number in gazetteer.numbers if number.street_id in ids),
        landmarks=tuple(each for each in gazetteer.landmarks if each.settlement_code in codes),
    )


def likely(address: Address, indexes: Sequence[Index]) -> list[Index]:
    """The countries that `address` may lie in: those it names a place of, or all of them."""
    fields = (address.text, address.settlement, address.municipality, address.province)
    tokens = [tokens_of(clean(text)) for text in fields if text.strip()]
    naming = [index for index in indexes if any(_names_place(each, index) for each in tokens)]
    return naming or list(indexes)


def _names_place(tokens: Sequence[Token], index: Index) -> bool:
    """Any stretch of words is a settlement, municipality or province, or says the country."""
    grammar = index.grammar
    # Folding a word is cheap, reading a name is not: most countries are ruled out by the former.
    if any(grammar.fold(token.text) in index.place_starts for token in tokens if token.word):
        tables = (index.settlements_by_key, index.municipalities_by_key, index.provinces_by_key)
        if any(key in table for key in _keys(tokens, index) for table in tables):
            return True
    return any(
        designator.part is Part.COUNTRY
        for at, token in enumerate(tokens)
        if token.word and len(token.text) > 1
        for designator, _ in designators_at(tokens, at, grammar)
    )


def _keys(tokens: Sequence[Token], index: Index) -> Iterator[str]:
    """Keys of the runs of at most `LONGEST_PLACE` words that begin as some place does."""
    words = [word.text for word in words_of(tokens, index.grammar)]
    starts = [at for at, word in enumerate(words) if word in index.place_starts]
    for at in starts:
        for size in range(1, min(LONGEST_PLACE, len(words) - at) + 1):
            yield " ".join(words[at : at + size])
