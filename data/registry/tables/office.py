"""The registry itself, accounts, the audit log and jobs."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import ID_LENGTH, Base, keyed_digest, not_keyed, sealed_in


class MetaRow(Base):
    """Facts about the registry itself: the key's check, the audit log's key and head."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in(None, "name"))


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
    """Empty: this account signs in through the organisation only."""
    active: Mapped[bool] = mapped_column(server_default=true())
    identity_digest: Mapped[str | None] = mapped_column(
        String(64), index=True, unique=True, info=keyed_digest()
    )
    """Keyed digest of `User.identity`, by which a sign-in finds its account."""
    sealed_identity: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed_in("identity", "user_id")
    )


class AttemptRow(Base):
    """Failed sign-ins under a name, whether or not there is such an account."""

    __tablename__ = "attempts"

    name_digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=keyed_digest())
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
    actor: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    action: Mapped[str] = mapped_column(String(ID_LENGTH))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    detail: Mapped[str] = mapped_column(String(500))
    prev_hash: Mapped[str] = mapped_column(String(64), info=not_keyed())
    hash: Mapped[str] = mapped_column(String(64), info=not_keyed())


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
    again: Mapped[str] = mapped_column(Text, server_default="")
