"""What was tried before a visit, and how a campaign goes about it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "contacts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("recorded_by", sa.String(200), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "case_id"],
            ["cases.campaign_id", "cases.case_id"],
            name=op.f("fk_contacts_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_contacts")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_contacts_campaign_id_key")),
    )
    op.create_index(op.f("ix_contacts_campaign_id_case_id"), "contacts", ["campaign_id", "case_id"])
    op.create_table(
        "approaches",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_approaches_version")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_approaches_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_approaches")),
    )
