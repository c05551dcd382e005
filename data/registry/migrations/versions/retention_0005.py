"""Until when records are kept, what stays of a purged campaign, and who was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "terms",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("keep_until", sa.String(10), nullable=False),
        sa.Column("purged_at", sa.String(40), nullable=False),
        sa.Column("purged_by", sa.String(200), nullable=False),
        _of_campaign("terms"),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_terms")),
    )
    op.create_table(
        "kept_counts",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_code", sa.String(200), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("parent_code", sa.String(200), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("located", sa.Integer(), nullable=True),
        sa.Column("planned", sa.Integer(), nullable=True),
        sa.Column("visited", sa.Integer(), nullable=True),
        sa.Column("resolved", sa.Integer(), nullable=True),
        sa.Column("results", sa.String(200), nullable=False),
        sa.Column("since", sa.String(10), nullable=False),
        sa.CheckConstraint("listed IS NULL OR listed >= 0", name=op.f("ck_kept_counts_listed")),
        _of_campaign("kept_counts"),
        sa.PrimaryKeyConstraint("campaign_id", "seq", name=op.f("pk_kept_counts")),
    )
    op.create_table(
        "erased",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("erasure", sa.String(40), nullable=False),
        sa.Column("erased_at", sa.String(40), nullable=False),
        _of_campaign("erased"),
        sa.PrimaryKeyConstraint("campaign_id", "digest", name=op.f("pk_erased")),
    )
    op.create_index(op.f("ix_erased_digest"), "erased", ["digest"])
    op.create_index(op.f("ix_erased_erasure"), "erased", ["erasure"])


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign_id"], ["campaigns.campaign_id"], name=op.f(f"fk_{table}_campaign_id")
    )
