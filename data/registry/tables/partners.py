"""Schools, institutions, their agreements, referrals and school checks."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, sealed_in
from data.registry.tables.geometry import Point
from planning.model import LonLat

INSTITUTION = "institutions.institution_id"


class Versioned:
    """Columns of a record that two may change: the second one is told."""

    version: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    changed_at: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes]
    """The whole record."""


def counted_from_one() -> CheckConstraint:
    """What holds for the version of every record."""
    return CheckConstraint("version > 0", name="version")


class SchoolRow(Base):
    """A school of a region: public, so nothing of it is sealed."""

    __tablename__ = "schools"
    __table_args__ = (Index(None, "region", "municipality_code"),)

    region: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    school_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    name: Mapped[str] = mapped_column(String(500))
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    point: Mapped[LonLat | None] = mapped_column(Point)


class InstitutionRow(Versioned, Base):
    """An institution. `sealed` holds the whole `Institution`: its people and how to reach them."""

    __tablename__ = "institutions"
    __table_args__ = (counted_from_one(),)

    institution_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    name: Mapped[str] = mapped_column(String(500))
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in("sealed", "institution_id"))


class AgreementRow(Versioned, Base):
    """An agreement between institutions. `sealed` holds the whole `Agreement`."""

    __tablename__ = "agreements"
    __table_args__ = (counted_from_one(),)

    agreement_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    number: Mapped[str] = mapped_column(String(ID_LENGTH))
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str] = mapped_column(String(10))
    """Empty while it has no end."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in("sealed", "agreement_id"))


class PartyRow(Base):
    """An institution that an agreement binds."""

    __tablename__ = "parties"

    agreement_id: Mapped[str] = mapped_column(
        ForeignKey("agreements.agreement_id", ondelete="CASCADE"), primary_key=True
    )
    institution_id: Mapped[str] = mapped_column(
        ForeignKey(INSTITUTION), primary_key=True, index=True
    )


class ReferralRow(Versioned, Base):
    """What an institution or a hotline told the office. `sealed` holds the whole `Referral`."""

    __tablename__ = "referrals"
    __table_args__ = (
        counted_from_one(),
        CheckConstraint("state IN ('open', 'acknowledged', 'closed')", name="state"),
        Index(None, "campaign_id", "state", "deadline"),
        Index(None, "campaign_id", "case_id"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    referral_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey(INSTITUTION))
    received_at: Mapped[str] = mapped_column(String(40))
    deadline: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    escalated_at: Mapped[str] = mapped_column(String(40))
    """Empty while it is not."""
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    """The case it became; empty before."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "referral_id")
    )


class SchoolCheckRow(Versioned, Base):
    """A headcount against the registers of a school. `sealed` holds the whole `SchoolCheck`."""

    __tablename__ = "school_checks"
    __table_args__ = (
        counted_from_one(),
        ForeignKeyConstraint(["region", "school_id"], ["schools.region", "schools.school_id"]),
        Index(None, "campaign_id", "school_id", "day"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    region: Mapped[str] = mapped_column(String(ID_LENGTH))
    school_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "check_id")
    )
