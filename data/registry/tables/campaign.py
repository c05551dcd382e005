"""Campaigns, cases, plans and outcomes."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, keyed_digest, sealed_in


class CampaignRow(Base):
    """A campaign."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were created."""
    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(500))
    first_day: Mapped[str] = mapped_column(String(10))
    days: Mapped[int]
    region: Mapped[str] = mapped_column(String(ID_LENGTH))
    invented: Mapped[bool]
    school_year: Mapped[str] = mapped_column(String(9), server_default="", index=True)


class TeamRow(Base):
    """A team of a campaign. `sealed` holds the whole `Team` without members, see `MemberRow`."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("campaign_id", "seq"),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    order_number: Mapped[str] = mapped_column(String(ID_LENGTH), server_default="")
    order_date: Mapped[str] = mapped_column(String(10), server_default="")
    """Of the order that fixed the team; empty where it is not known."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "team_id")
    )


class CaseRow(Base):
    """A case and where its address was found."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("campaign_id", "seq"),
        Index(None, "campaign_id", "municipality_code"),
        Index(None, "campaign_id", "same_address"),
        Index(None, "child_number"),
        Index(None, "household_number"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("priority BETWEEN 0 AND 2", name="priority"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    """In the order they came."""
    priority: Mapped[int]
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    settlement_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    level: Mapped[str] = mapped_column(String(20))
    """Empty until the address was looked for."""
    confidence: Mapped[float]
    needs_review: Mapped[bool]
    home_team: Mapped[str] = mapped_column(String(ID_LENGTH))
    version: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    changed_at: Mapped[str] = mapped_column(String(40))
    decided_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    decided_at: Mapped[str] = mapped_column(String(40))
    address_digest: Mapped[str] = mapped_column(String(64), info=keyed_digest())
    """Keyed digest of the address: tells whether a new list changed it."""
    same_address: Mapped[str] = mapped_column(String(64), info=keyed_digest())
    """Keyed digest of the address as it is compared with others; `-` when it is like no other,
    empty until `data.registry.links` has read it."""
    child_number: Mapped[int | None] = mapped_column(ForeignKey("children.number"))
    household_number: Mapped[int | None] = mapped_column(ForeignKey("households.number"))
    sealed_case: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("case", "campaign_id", "case_id")
    )
    sealed_place: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed_in("place", "campaign_id", "case_id")
    )
    sealed_note: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed_in("note", "campaign_id", "case_id")
    )
    """What the person who decided on the place wrote about it."""


class DecisionRow(Base):
    """What a person chose for an address, to be found when it comes again. `sealed`: the choice."""

    __tablename__ = "decisions"

    region: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    same_address: Mapped[str] = mapped_column(String(64), primary_key=True, info=keyed_digest())
    """As in `cases`."""
    decided_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    decided_at: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "region", "same_address")
    )


class PlanRow(Base):
    """A version of a campaign's plan. `sealed` holds the whole `Plan`: it has labels of doors."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'replaced')", name="status"),
        Index(
            "uq_plans_published",
            "campaign_id",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "version")
    )


class OutcomeRow(Base):
    """What a crew recorded at a visit. `sealed` holds the whole `Outcome`, its note included."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("campaign_id", "key"),
        Index(None, "campaign_id", "team_id"),
        CheckConstraint("kits_handed >= 0", name="kits_handed"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were recorded."""
    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN))
    key: Mapped[str] = mapped_column(String(ID_LENGTH), info=keyed_digest("content:"))
    """Idempotency key."""
    visit_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    result: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[str] = mapped_column(String(40))
    recorded_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    kits_handed: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "key")
    )
