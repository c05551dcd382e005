"""Kazakhstan, for now: the general tables (Russian before the name) and the Kazakh words after it.

General knowledge; lists with sources, renamed streets and Kazakh–Russian genitives come with this
country's own grammar.
"""

from __future__ import annotations

from dataclasses import replace

from planning.addresses.grammar import Designator, Part, Side
from planning.addresses.grammars import generic

GRAMMAR = replace(
    generic.GRAMMAR,
    country="kz",
    designators=(
        Designator(Part.SETTLEMENT, ("қаласы", "қ-сы", "қ."), kind="town", side=Side.EITHER),
        Designator(Part.PROVINCE, ("облысы",), side=Side.AFTER),
        Designator(Part.MUNICIPALITY, ("ауданы",), side=Side.AFTER),
        Designator(Part.STREET, ("көшесі", "к-сі"), kind="street", side=Side.AFTER),
        Designator(Part.STREET, ("даңғылы", "д-лы"), kind="avenue", side=Side.AFTER),
        Designator(Part.QUARTER, ("ықшам ауданы", "ы/а", "ш/а"), "estate", Side.AFTER),
        Designator(Part.NUMBER, ("үй",)),
        Designator(Part.FLAT, ("пәтер", "пәт.")),
        *generic.RUSSIAN,
    ),
)
