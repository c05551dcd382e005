"""A gazetteer that reaches over a border, country by country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from planning.addresses.gazetteer import Gazetteer
from planning.model import Address

if TYPE_CHECKING:
    from planning.addresses.index import Index


def split(gazetteer: Gazetteer) -> tuple[Gazetteer, ...]:
    """One gazetteer a country; the whole one where it has only one."""
    return (gazetteer,)


def likely(_address: Address, indexes: Sequence[Index]) -> list[Index]:
    """The countries that `address` may lie in."""
    return list(indexes)
