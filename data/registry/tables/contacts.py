"""What was tried before a visit, and how a campaign goes about it."""

from __future__ import annotations

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, sealed_in
from data.registry.tables.partners import Versioned, counted_from_one


class ContactRow(Base):
    """A call or a piece of research. What was said is sealed; what came of it is counted."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        Index(None, "campaign_id", "case_id"),
        ForeignKeyConstraint(
            ["campaign_id", "case_id"], ["cases.campaign_id", "cases.case_id"], ondelete="CASCADE"
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were recorded."""
    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Idempotency key."""
    channel: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(20))
    at: Mapped[str] = mapped_column(String(40))
    """With the office's offset: the day is the one that the caller had."""
    recorded_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed_note: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed_in("note", "campaign_id", "key")
    )


class ApproachRow(Versioned, Base):
    """How a campaign goes about its visits. `sealed` holds the whole `Approach`."""

    __tablename__ = "approaches"
    __table_args__ = (counted_from_one(),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in("sealed", "campaign_id"))
