"""The registry's tables.

Columns hold what is counted, sorted and joined; everything that tells who or where somebody is
lies in a sealed column (`data.registry.seal`). Times are ISO 8601 in UTC with microseconds, which
sort as text. Only SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID_LENGTH = 200
"""Longest id that is kept, in characters."""

_CAMPAIGN = "campaigns.campaign_id"


class Base(DeclarativeBase):
    """Names every constraint the same way on every database, so that migrations can find it."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class MetaRow(Base):
    """Facts about the registry itself: the key's check, the audit log's key and head."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


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


class TeamRow(Base):
    """A team of a campaign. `sealed` holds the whole `Team`: names and numbers of people."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("campaign_id", "seq"),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey(_CAMPAIGN), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CaseRow(Base):
    """A case and where its address was found."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("campaign_id", "seq"),
        Index(None, "campaign_id", "municipality_code"),
        Index(None, "campaign_id", "same_address"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("priority BETWEEN 0 AND 2", name="priority"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey(_CAMPAIGN), primary_key=True)
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
    address_digest: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the address: tells whether a new list changed it."""
    same_address: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the address as it is compared with others; `-` when it is like no other,
    empty until `data.registry.memory` has read it."""
    sealed_case: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_place: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the person who decided on the place wrote about it."""


class DecisionRow(Base):
    """What a person chose for an address, to be found when it comes again. `sealed`: the choice."""

    __tablename__ = "decisions"

    region: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    same_address: Mapped[str] = mapped_column(String(64), primary_key=True)
    """As in `cases`."""
    decided_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    decided_at: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


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

    campaign_id: Mapped[str] = mapped_column(ForeignKey(_CAMPAIGN), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


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
    campaign_id: Mapped[str] = mapped_column(ForeignKey(_CAMPAIGN))
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Idempotency key."""
    visit_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    result: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[str] = mapped_column(String(40))
    recorded_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    kits_handed: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class UserRow(Base):
    """An account."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "role IN ('planner', 'coordinator', 'team', 'viewer', 'auditor', 'admin')",
            name="role",
        ),
    )

    user_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    """`user_id` as it is compared: without case and spaces around it."""
    name: Mapped[str] = mapped_column(String(500))
    role: Mapped[str] = mapped_column(String(20))
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    must_change_password: Mapped[bool]
    password_hash: Mapped[str] = mapped_column(String(500))


class AttemptRow(Base):
    """Failed sign-ins under a name, whether or not there is such an account."""

    __tablename__ = "attempts"

    name_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed digest of the name as typed: people type passwords into the wrong field."""
    failed: Mapped[int]
    last_at: Mapped[str] = mapped_column(String(40), index=True)
    locked_until: Mapped[str] = mapped_column(String(40))
    """Empty when not locked out."""


class AuditRow(Base):
    """Who did what. Append-only: the database refuses to change or delete a row."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3, … without a gap."""
    at: Mapped[str] = mapped_column(String(40), index=True)
    actor: Mapped[str] = mapped_column(String(ID_LENGTH))
    action: Mapped[str] = mapped_column(String(ID_LENGTH))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH))
    detail: Mapped[str] = mapped_column(String(500))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class JobRow(Base):
    """Long work, as `planning.model.JobStatus` has it."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="state"),
        Index(None, "kind", "key"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they were started."""
    job_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(ID_LENGTH))
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    state: Mapped[str] = mapped_column(String(20))
    share: Mapped[float]
    message: Mapped[str] = mapped_column(String(500))
    started: Mapped[str] = mapped_column(String(40))
    finished: Mapped[str] = mapped_column(String(40))
