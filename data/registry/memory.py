"""What was decided on an address, found again by a keyed digest of its words.

The digest tells nobody without the office's key what the address is; the choice itself is sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from data.registry import links
from data.registry.seal import Seal
from data.registry.tables import DecisionRow
from planning.decisions import address_key
from planning.model import Address, Case, Choice, Remembered
from planning.wire import dump, load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_AT_ONCE = 500


def same_address(seal: Seal, address: Address) -> str:
    """Equal for equal addresses, see `planning.decisions.address_key`."""
    return links.same_address(seal, address_key(address))


def remember(session: Session, seal: Seal, region: str, address: Address, kept: Remembered) -> None:
    """Keeps a choice in the place of the one before."""
    found_by = same_address(seal, address)
    if found_by == links.LIKE_NO_OTHER:
        return
    row = session.get(DecisionRow, (region, found_by))
    if row is None:
        row = DecisionRow(region=region, same_address=found_by)
        session.add(row)
    row.decided_by, row.decided_at = kept.decided_by, kept.decided_at
    row.sealed = seal.close(dump(kept.choice), *_where(row))
    session.flush()


def forget(session: Session, seal: Seal, region: str, address: Address) -> None:
    """Deletes the choice for an address, if there is one."""
    session.execute(
        delete(DecisionRow).where(
            DecisionRow.region == region, DecisionRow.same_address == same_address(seal, address)
        )
    )


def remembered(
    session: Session, seal: Seal, region: str, cases: Sequence[Case]
) -> dict[str, Remembered]:
    """Case id → what was chosen for its address."""
    keys = {case.case_id: same_address(seal, case.address) for case in cases}
    asked = sorted(set(keys.values()))
    known: dict[str, Remembered] = {}
    for first in range(0, len(asked), _AT_ONCE):
        rows = session.scalars(
            select(DecisionRow).where(
                DecisionRow.region == region,
                DecisionRow.same_address.in_(asked[first : first + _AT_ONCE]),
            )
        )
        for row in rows:
            choice = load(Choice, seal.open(row.sealed, *_where(row)), file="decisions")
            known[row.same_address] = Remembered(choice, row.decided_by, row.decided_at)
    return {case_id: known[key] for case_id, key in keys.items() if key in known}


def _where(row: DecisionRow) -> tuple[str, ...]:
    return ("decisions", "sealed", row.region, row.same_address)
