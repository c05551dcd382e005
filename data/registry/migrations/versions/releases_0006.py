"""Counts as they were released."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "releases",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_releases_number")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_releases_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", "audience", name=op.f("pk_releases")),
        sa.UniqueConstraint(
            "campaign_id",
            "number",
            "audience",
            name=op.f("uq_releases_campaign_id_number_audience"),
        ),
    )
