"""What the lists need to know of one country."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.bench.lists.truth import Names, Town
from data.bench.lists.writing import Book, Clerk, Listed, Spot

if TYPE_CHECKING:
    import random


@dataclass(frozen=True)
class Country:
    """How a country's clerks write, as functions, and what befalls them, as words."""

    code: str
    split: Callable[[str], tuple[str, str]]
    """A street's name on the map → designator, bare name."""
    key: Callable[[str], str]
    """A bare name → what it has in common with other ways to write it."""
    write: Callable[[Spot, Clerk, Book], Listed]
    """One address in a street or estate."""
    invent: Callable[[random.Random], Names]
    """A street that is nowhere, as a map would spell it."""
    hard: tuple[str, ...]
    """Troubles that every list holds enough of to be measured by themselves."""
    outside: tuple[str, ...]
    """Settlements that are not on the map."""
    nothing: tuple[str, ...]
    """What stands in the cell when there is no address."""
    write_town: Callable[[Town, Clerk, Book], Listed] | None = None
    """One address that names a settlement and no street."""
    share_of_towns: float = 0.0
    """Share of such addresses among all."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Kind of settlement → its share of the addresses; all doors alike when empty."""
    both: tuple[str, ...] = ("{one}; {other}", "{one} / {other}")
    """Ways to put two addresses into one cell."""
