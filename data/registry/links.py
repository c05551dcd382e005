"""Which cases are one child's or one family's, and which outcomes are about them.

Both are found by keyed digests: nobody without the office's key can tell who a number stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data.registry.seal import Seal
from data.registry.tables import CaseRow, ChildRow, HouseholdRow, OutcomeCaseRow, OutcomeRow
from planning.children import child_key, household_key
from planning.decisions import address_key
from planning.model import Case, Outcome
from planning.wire import load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LIKE_NO_OTHER = "-"
"""Stands for the digest of an address that is not to be taken for another's."""
_AT_ONCE = 500
_FILLED_AT_ONCE = 5_000
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Links:
    """Values for columns of `cases`."""

    same_address: str
    child_number: int | None
    household_number: int | None


def same_address(seal: Seal, key: str) -> str:
    """Digest of an address as it is compared, see `planning.decisions.address_key`."""
    return seal.digest(f"same address: {key}") if key else LIKE_NO_OTHER


def links_of(session: Session, seal: Seal, cases: Sequence[Case]) -> dict[str, Links]:
    """Case id → what ties it to others. Children and families not known before are added."""
    digests = {case.case_id: _digests(seal, case) for case in cases}
    children = _numbers(session, ChildRow, (child for _, child, _ in digests.values()))
    doors = _numbers(session, HouseholdRow, (door for _, _, door in digests.values()))
    return {
        case_id: Links(address, children.get(child), doors.get(door))
        for case_id, (address, child, door) in digests.items()
    }


def _digests(seal: Seal, case: Case) -> tuple[str, str, str]:
    """Of the address as it is compared, of the child and of the household; empty for none."""
    address = address_key(case.address)
    child, door = child_key(case), household_key(case, address)
    return (
        same_address(seal, address),
        seal.digest("\x1f".join(child)) if child else "",
        seal.digest("\x1f".join(door)) if door else "",
    )


def link_outcome(session: Session, number: int, campaign_id: str, outcome: Outcome) -> None:
    """Keeps which cases an outcome is about."""
    session.add_all(
        OutcomeCaseRow(outcome=number, case_id=case_id, campaign_id=campaign_id)
        for case_id in dict.fromkeys(outcome.case_ids)
    )
    session.flush()


def fill_in(session: Session, seal: Seal) -> None:
    """Fills in what records kept by an earlier version lack."""
    while _fill_in_cases(session, seal):
        pass
    unlinked = ~exists().where(OutcomeCaseRow.outcome == OutcomeRow.number)
    for row in session.scalars(select(OutcomeRow).where(unlinked)):
        where = ("outcomes", "sealed", row.campaign_id, row.key)
        outcome = load(Outcome, seal.open(row.sealed, *where), file="outcomes")
        link_outcome(session, row.number, row.campaign_id, outcome)


def _fill_in_cases(session: Session, seal: Seal) -> bool:
    """Some cases that lack their links; False when there were none."""
    rows = session.execute(
        select(CaseRow.campaign_id, CaseRow.case_id, CaseRow.sealed_case)
        .where(CaseRow.same_address == "")
        .limit(_FILLED_AT_ONCE)
    ).all()
    by_campaign: dict[str, list[Case]] = {}
    for campaign_id, case_id, sealed in rows:
        text = seal.open(sealed, "cases", "case", campaign_id, case_id)
        by_campaign.setdefault(campaign_id, []).append(load(Case, text, file="cases"))
    for campaign_id, cases in by_campaign.items():
        links = links_of(session, seal, cases)
        session.connection().execute(
            _FILL_IN,
            [
                {
                    "of_campaign": campaign_id,
                    "of_case": case_id,
                    "key": found.same_address,
                    "child": found.child_number,
                    "door": found.household_number,
                }
                for case_id, found in links.items()
            ],
        )
    return bool(rows)


_FILL_IN = (
    update(CaseRow)
    .where(CaseRow.campaign_id == bindparam("of_campaign"), CaseRow.case_id == bindparam("of_case"))
    .values(
        same_address=bindparam("key"),
        child_number=bindparam("child"),
        household_number=bindparam("door"),
    )
)


def _numbers(
    session: Session, row_type: type[ChildRow | HouseholdRow], digests: Iterable[str]
) -> dict[str, int]:
    """Digest → number of its row, which is added where there is none.

    Sorted, so that two who add the same wait for each other in one order.
    """
    wanted = sorted(set(digests) - {""})
    known = _known_numbers(session, row_type, wanted)
    missing = [digest for digest in wanted if digest not in known]
    insert = _INSERTS[session.get_bind().dialect.name](row_type.__table__)
    for first in range(0, len(missing), _FILLED_AT_ONCE):
        some = missing[first : first + _FILLED_AT_ONCE]
        session.connection().execute(
            insert.on_conflict_do_nothing(index_elements=["digest"]),
            [{"digest": digest} for digest in some],
        )
    known |= _known_numbers(session, row_type, missing)
    return known


def _known_numbers(
    session: Session, row_type: type[ChildRow | HouseholdRow], digests: Sequence[str]
) -> dict[str, int]:
    known: dict[str, int] = {}
    for first in range(0, len(digests), _AT_ONCE):
        some = digests[first : first + _AT_ONCE]
        rows = session.execute(
            select(row_type.digest, row_type.number).where(row_type.digest.in_(some))
        )
        known |= {row.digest: row.number for row in rows}
    return known
