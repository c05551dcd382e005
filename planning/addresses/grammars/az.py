"""Azerbaijan, for now: the general tables and the commonest Azerbaijani designators.

They follow the name (Nizami küçəsi 12). General knowledge; lists with sources, Cyrillic and ASCII
spellings come with this country's own grammar.
"""

from __future__ import annotations

from dataclasses import replace

from planning.addresses.grammar import Designator, Part, Side
from planning.addresses.grammars import generic

GRAMMAR = replace(
    generic.GRAMMAR,
    country="az",
    designators=(
        Designator(Part.SETTLEMENT, ("şəhəri", "şəh.", "ş.", "sheheri"), "town", Side.EITHER),
        Designator(Part.SETTLEMENT, ("qəsəbəsi", "qəs."), "village", Side.EITHER),
        Designator(Part.DISTRICT, ("rayonu", "rayon", "ray."), side=Side.EITHER),
        Designator(
            Part.STREET, ("küçəsi", "küç.", "kuçəsi", "kuc.", "kucesi"), "street", Side.EITHER
        ),
        Designator(Part.STREET, ("prospekti", "pr."), kind="avenue", side=Side.EITHER),
        Designator(Part.STREET, ("döngəsi", "döngə"), kind="lane", side=Side.EITHER),
        Designator(Part.QUARTER, ("mikrorayonu", "mikrorayon", "mkr."), "estate", Side.EITHER),
        Designator(Part.NUMBER, ("ev", "bina", "№", "no")),
        Designator(Part.FLAT, ("mənzil", "mən.", "m.")),
        *generic.RUSSIAN,
    ),
)
