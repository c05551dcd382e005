"""Links that open a team's day on a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "phone_links",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("expires", sa.String(40), nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("revoked_at", sa.String(40), nullable=False),
        sa.Column("revoked_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_phone_links_campaign_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_phone_links")),
        sa.UniqueConstraint("link_id", name=op.f("uq_phone_links_link_id")),
    )
    op.create_index(
        op.f("ix_phone_links_campaign_id_team_id_day"),
        "phone_links",
        ["campaign_id", "team_id", "day"],
    )
