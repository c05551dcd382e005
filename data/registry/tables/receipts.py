"""What was done already, for a client that asks for it again."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import ID_LENGTH, Base, keyed_digest


class ReceiptRow(Base):
    """An idempotency key with what was done under it."""

    __tablename__ = "receipts"

    key: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    action: Mapped[str] = mapped_column(String(ID_LENGTH))
    digest: Mapped[str] = mapped_column(String(64), info=keyed_digest())
    """Keyed digest of what was asked for."""
    done_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    done_at: Mapped[str] = mapped_column(String(40), index=True)
