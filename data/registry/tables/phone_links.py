"""Links that open a team's day on a phone."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base


class PhoneLinkRow(Base):
    """A link as `planning.model.PhoneLink` has it. Its signature is nowhere: it is made anew."""

    __tablename__ = "phone_links"
    __table_args__ = (Index(None, "campaign_id", "team_id", "day"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were made."""
    link_id: Mapped[str] = mapped_column(String(40), unique=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    expires: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[str] = mapped_column(String(40))
    made_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    revoked_at: Mapped[str] = mapped_column(String(40))
    """Empty while it holds."""
    revoked_by: Mapped[str] = mapped_column(String(ID_LENGTH))
