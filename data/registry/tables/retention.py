"""Until when records are kept, what stays of a purged campaign, and who was erased."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, keyed_digest


class TermRow(Base):
    """A campaign's term, where somebody changed it or where it was purged."""

    __tablename__ = "terms"

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    keep_until: Mapped[str] = mapped_column(String(10))
    """ISO day, the last one on which records are kept."""
    purged_at: Mapped[str] = mapped_column(String(40))
    """Empty while the records are there."""
    purged_by: Mapped[str] = mapped_column(String(ID_LENGTH))


class KeptCountRow(Base):
    """Children of an area of a purged campaign. NULL is a small group that nobody may know."""

    __tablename__ = "kept_counts"
    __table_args__ = (CheckConstraint("listed IS NULL OR listed >= 0", name="listed"),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The total first, then municipalities, then settlements."""
    area_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    name: Mapped[str] = mapped_column(String(500))
    parent_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    listed: Mapped[int | None]
    located: Mapped[int | None]
    planned: Mapped[int | None]
    visited: Mapped[int | None]
    resolved: Mapped[int | None]
    results: Mapped[str] = mapped_column(String(200))
    """The visited by what was found last, in the order of `planning.coverage.RESULTS`: numbers with
    commas between, nothing where one is suppressed."""
    since: Mapped[str] = mapped_column(String(10))
    """ISO day that the numbers are of; empty where none is shown."""


class ErasedRow(Base):
    """A child whose record was erased, known again by keyed digests and by nothing else."""

    __tablename__ = "erased"

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    digest: Mapped[str] = mapped_column(
        String(64), primary_key=True, index=True, info=keyed_digest()
    )
    """Of the case's id in its campaign, of the child's national ID, or of name and address."""
    erasure: Mapped[str] = mapped_column(String(40), index=True)
    """Equal for all digests of one erasure."""
    erased_at: Mapped[str] = mapped_column(String(40))
