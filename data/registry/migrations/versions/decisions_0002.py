"""Decisions on addresses: remembered for the same address, with a note, and taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what remembers. The key of each case's address is filled in when it is opened next."""
    op.add_column(
        "cases", sa.Column("same_address", sa.String(64), nullable=False, server_default="")
    )
    op.add_column("cases", sa.Column("sealed_note", sa.LargeBinary(), nullable=True))
    op.create_index(
        op.f("ix_cases_campaign_id_same_address"), "cases", ["campaign_id", "same_address"]
    )
    op.create_table(
        "decisions",
        sa.Column("region", sa.String(200), nullable=False),
        sa.Column("same_address", sa.String(64), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region", "same_address", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
