"""One file of tables for every country; `for_country` picks."""

from __future__ import annotations

from planning.addresses.grammar import Grammar
from planning.addresses.grammars import az, bg, generic, kz

_GRAMMARS = {"bg": bg.GRAMMAR, "az": az.GRAMMAR, "kz": kz.GRAMMAR}


def for_country(country: str) -> Grammar:
    """The tables of `country` (ISO 3166 alpha-2, lower case), or the general ones."""
    return _GRAMMARS.get(country, generic.GRAMMAR)
