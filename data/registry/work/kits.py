"""Kit types, sponsors, pledges and the ledger of kits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from data.registry.tables import KitTypeRow, PledgeRow, SponsorRow, StockMoveRow
from data.registry.work.records import RecordWork
from data.registry.work.storing import checked_id, checked_name, plain, refuse_twice
from planning.errors import Conflict, Fault, InputError
from planning.kits import KitType, Pledge, Sponsor, StockMove, Store
from planning.model import Saved
from planning.text import note

_MOST_KITS = 1_000_000


class KitWork(RecordWork):
    """Keeps what is handed over, who gives it, and where it is."""

    def save_kit_types(self, campaign_id: str, kit_types: Sequence[KitType]) -> None:
        """Adds kit types to a campaign, or renames those that it has.

        Raises:
            InputError: one type in one size twice.
        """
        self._locked_campaign(campaign_id)
        refuse_twice((f"{each.kit_type} {each.size}" for each in kit_types), "kit type")
        for seq, each in enumerate(kit_types, start=1):
            self._session.merge(
                KitTypeRow(
                    campaign_id=campaign_id,
                    kit_type=checked_id(each.kit_type, "kit type"),
                    size=plain(each.size, "size", 40),
                    seq=seq,
                    name=checked_name(each.name, "kit type"),
                )
            )
        self._session.flush()

    def kit_types(self, campaign_id: str) -> list[KitType]:
        """The campaign's kit types in the order they were saved."""
        rows = self._session.scalars(
            select(KitTypeRow)
            .where(KitTypeRow.campaign_id == campaign_id)
            .order_by(KitTypeRow.seq, KitTypeRow.kit_type, KitTypeRow.size)
        )
        return [KitType(row.kit_type, row.name, row.size) for row in rows]

    def save_sponsor(self, sponsor: Sponsor, *, seen: int = 0) -> int:
        """Keeps a sponsor and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """
        return self._save(SponsorRow, sponsor, {"sponsor_id": sponsor.sponsor_id}, {}, seen)

    def sponsors(self) -> list[Saved[Sponsor]]:
        """All sponsors by id."""
        return self._saved(SponsorRow, Sponsor, ("sponsor_id",))

    def save_pledge(self, campaign_id: str, pledge: Pledge, *, seen: int = 0) -> int:
        """Keeps a pledge and returns its version; `seen` is 0 for a new one.

        Raises:
            NotFound: there is no such campaign.
            Conflict: somebody changed it after version `seen`.
            InputError: no kits, or a sponsor or a kit type that is not known.
        """
        self._locked_campaign(campaign_id)
        self._check_kits(campaign_id, pledge.kit_type, pledge.size, pledge.kits)
        if self._session.get(SponsorRow, pledge.sponsor_id) is None:
            raise InputError(Fault(note("there is no such sponsor"), field="sponsor"))
        return self._save(
            PledgeRow,
            pledge,
            {"campaign_id": campaign_id, "pledge_id": pledge.pledge_id},
            {
                "sponsor_id": pledge.sponsor_id,
                "kit_type": pledge.kit_type,
                "size": pledge.size,
                "kits": pledge.kits,
                "promised_on": pledge.promised_on.isoformat(),
                "thanked_on": pledge.thanked_on.isoformat() if pledge.thanked_on else "",
            },
            seen,
        )

    def pledges(self, campaign_id: str, *, sponsor_id: str = "") -> list[Saved[Pledge]]:
        """Pledges by id, of one sponsor when given."""
        which = [PledgeRow.campaign_id == campaign_id]
        if sponsor_id:
            which.append(PledgeRow.sponsor_id == sponsor_id)
        return self._saved(PledgeRow, Pledge, ("campaign_id", "pledge_id"), *which)

    def move_kits(self, campaign_id: str, move: StockMove) -> bool:
        """Enters a move into the ledger. False when its key was entered before: nothing is doubled.

        Raises:
            NotFound: there is no such campaign.
            Conflict: the key was entered before with another move.
            InputError: no kits, a kit type or a pledge that is not known, or nothing is moved.
        """
        self._locked_campaign(campaign_id)
        self._check_kits(campaign_id, move.kit_type, move.size, move.kits)
        if move.came_from is move.went_to:
            raise InputError(Fault(note("kits move from one place to another"), field="place"))
        key = checked_id(move.key, "key")
        before = self._session.scalars(
            select(StockMoveRow).where(
                StockMoveRow.campaign_id == campaign_id, StockMoveRow.key == key
            )
        ).one_or_none()
        if before is not None:
            if _move(before) != move:
                raise Conflict("another move was entered under this key before; enter it anew")
            return False
        pledged = move.pledge_id or None
        if pledged and self._session.get(PledgeRow, (campaign_id, pledged)) is None:
            raise InputError(Fault(note("there is no such pledge"), field="pledge"))
        self._session.add(
            StockMoveRow(
                campaign_id=campaign_id,
                key=key,
                kit_type=move.kit_type,
                size=move.size,
                kits=move.kits,
                came_from=str(move.came_from),
                went_to=str(move.went_to),
                day=move.day.isoformat(),
                team_id=plain(move.team_id, "team"),
                pledge_id=pledged,
                outcome_key=plain(move.outcome_key, "outcome"),
                entered_by=self._actor,
                entered_at=self._now(),
            )
        )
        self._session.flush()
        return True

    def stock_moves(self, campaign_id: str) -> list[StockMove]:
        """The campaign's ledger in the order it was entered."""
        rows = self._session.scalars(
            select(StockMoveRow)
            .where(StockMoveRow.campaign_id == campaign_id)
            .order_by(StockMoveRow.number)
        )
        return [_move(row) for row in rows]

    def _check_kits(self, campaign_id: str, kit_type: str, size: str, kits: int) -> None:
        if not 0 < kits <= _MOST_KITS:
            raise InputError(Fault(note("a number of kits from 1 on is expected"), field="kits"))
        if self._session.get(KitTypeRow, (campaign_id, kit_type, size)) is None:
            raise InputError(Fault(note("there is no such kit in this campaign"), field="kit type"))


def _move(row: StockMoveRow) -> StockMove:
    return StockMove(
        key=row.key,
        kit_type=row.kit_type,
        kits=row.kits,
        came_from=Store(row.came_from),
        went_to=Store(row.went_to),
        day=date.fromisoformat(row.day),
        size=row.size,
        team_id=row.team_id,
        pledge_id=row.pledge_id or "",
        outcome_key=row.outcome_key,
    )
