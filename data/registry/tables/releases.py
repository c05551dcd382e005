"""Counts as they were released."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, Base, sealed_in


class ReleaseRow(Base):
    """What one audience was told on a day, or what is kept to decide about the next release."""

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number", "audience"),
        CheckConstraint("number > 0", name="number"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """ISO day. One release a day at most."""
    audience: Mapped[str] = mapped_column(String(10), primary_key=True)
    """`planning.disclosure.Audience`; or `memory`, of the last release only."""
    number: Mapped[int]
    """Of the release within the campaign, from 1."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "day", "audience")
    )
    """`planning.disclosure.Table` or `Memory`, which holds exact counts."""
