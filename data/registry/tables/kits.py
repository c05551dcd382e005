"""Kits: their types, who gives them, and a ledger of where they are."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, keyed_digest, sealed_in
from data.registry.tables.partners import Versioned, counted_from_one


class KitTypeRow(Base):
    """What a campaign hands over, in one size."""

    __tablename__ = "kit_types"

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    kit_type: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    size: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Empty where there is one size only."""
    seq: Mapped[int]
    name: Mapped[str] = mapped_column(String(500))


class SponsorRow(Versioned, Base):
    """Somebody who gives kits. `sealed` holds the whole `Sponsor`."""

    __tablename__ = "sponsors"
    __table_args__ = (counted_from_one(),)

    sponsor_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in("sealed", "sponsor_id"))


_KIT = ["campaign_id", "kit_type", "size"]
_KIT_TYPE = ["kit_types.campaign_id", "kit_types.kit_type", "kit_types.size"]


class PledgeRow(Versioned, Base):
    """So many kits that a sponsor promised."""

    __tablename__ = "pledges"
    __table_args__ = (
        counted_from_one(),
        CheckConstraint("kits > 0", name="kits"),
        ForeignKeyConstraint(_KIT, _KIT_TYPE, name="fk_pledges_kit_type"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    pledge_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sponsor_id: Mapped[str] = mapped_column(ForeignKey("sponsors.sponsor_id"), index=True)
    kit_type: Mapped[str] = mapped_column(String(ID_LENGTH))
    size: Mapped[str] = mapped_column(String(40))
    kits: Mapped[int]
    promised_on: Mapped[str] = mapped_column(String(10))
    thanked_on: Mapped[str] = mapped_column(String(10))
    """Empty before the letter."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "pledge_id")
    )


class StockMoveRow(Base):
    """An entry of the ledger. Entries are added and never changed: a mistake is moved back."""

    __tablename__ = "stock_moves"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        CheckConstraint("kits > 0", name="kits"),
        CheckConstraint("came_from <> went_to", name="places"),
        ForeignKeyConstraint(_KIT, _KIT_TYPE, name="fk_stock_moves_kit_type"),
        ForeignKeyConstraint(
            ["campaign_id", "pledge_id"],
            ["pledges.campaign_id", "pledges.pledge_id"],
            name="fk_stock_moves_pledge_id",
        ),
        Index(None, "campaign_id", "team_id", "day"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were entered."""
    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN))
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Idempotency key."""
    kit_type: Mapped[str] = mapped_column(String(ID_LENGTH))
    size: Mapped[str] = mapped_column(String(40))
    kits: Mapped[int]
    came_from: Mapped[str] = mapped_column(String(20))
    went_to: Mapped[str] = mapped_column(String(20))
    """Places as in `planning.kits.Store`."""
    day: Mapped[str] = mapped_column(String(10))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    pledge_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    outcome_key: Mapped[str] = mapped_column(String(ID_LENGTH), info=keyed_digest("content:"))
    """Key of the outcome with which kits were handed over; empty for every other move."""
    entered_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    entered_at: Mapped[str] = mapped_column(String(40))
