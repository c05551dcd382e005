"""Who is signed in, and who opened a case in an emergency."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, not_keyed, sealed_in


class SessionRow(Base):
    """A sign-in that lasts for a while. The token is only in the browser; here is its digest."""

    __tablename__ = "sessions"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True, info=not_keyed())
    """SHA-256: a token is random, so nobody guesses it from its digest."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"), index=True)
    by_identity: Mapped[bool]
    """The organisation's sign-in said who this is, not a password of ours."""
    begun_at: Mapped[str] = mapped_column(String(40))
    seen_at: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[str] = mapped_column(String(40), index=True)
    """The row stays until then, ended or not: its token does not begin again."""
    ended: Mapped[bool]


class EmergencyRow(Base):
    """One case opened by somebody whose it is not, as `planning.model.Emergency`."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index(None, "user_id", "case_id"),
        CheckConstraint("expires_at > opened_at", name="expires_at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN))
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"))
    municipality_code: Mapped[str] = mapped_column(String(ID_LENGTH))
    opened_at: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[str] = mapped_column(String(40))
    coordinator_saw: Mapped[str] = mapped_column(String(ID_LENGTH))
    auditor_saw: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed_reason: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("reason", "campaign_id", "case_id", "user_id", "opened_at")
    )
    """Bound to campaign, case, user and moment."""
