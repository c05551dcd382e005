"""Children over the years, households, and what changed in a case.

A child and a household are here without a name: by keyed digests, which tell nothing without the
office's key. Who they are stands in their cases, sealed, and goes when these are purged.
"""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import ID_LENGTH, Base, keyed_digest


class ChildRow(Base):
    """A child, by the keyed digest of what cases of one child share."""

    __tablename__ = "children"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, info=keyed_digest())
    """Of the national ID; where there is none, of name and address."""


class HouseholdRow(Base):
    """A family at one door, by the keyed digest of its address as compared and its phone."""

    __tablename__ = "households"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, info=keyed_digest())


class CaseChangeRow(Base):
    """Who changed what in a case, and when. The first version is the case's own row."""

    __tablename__ = "case_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "case_id"], ["cases.campaign_id", "cases.case_id"], ondelete="CASCADE"
        ),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """What the case became."""
    changed_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    changed_at: Mapped[str] = mapped_column(String(40))
    fields: Mapped[str] = mapped_column(String(500))
    """Names of the fields, with commas between."""


class OutcomeCaseRow(Base):
    """Which cases an outcome is about: an outcome itself is sealed."""

    __tablename__ = "outcome_cases"
    __table_args__ = (
        ForeignKeyConstraint(["outcome"], ["outcomes.number"], ondelete="CASCADE"),
        Index(None, "campaign_id", "case_id"),
    )

    outcome: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH))
