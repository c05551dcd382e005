"""Who came back to school, and whether they stay; lists as they came."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "attendance",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_attendance_version")),
        _of_a_case("attendance"),
        sa.PrimaryKeyConstraint("campaign_id", "case_id", name=op.f("pk_attendance")),
    )
    op.create_table(
        "retention_releases",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_a_campaign("retention_releases"),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_retention_releases")),
    )
    op.create_table(
        "case_lists",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_case_lists_number")),
        _of_a_campaign("case_lists"),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_case_lists")),
    )
    op.create_table(
        "case_rows",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_a_case("case_rows"),
        sa.ForeignKeyConstraint(
            ["campaign_id", "list_number"],
            ["case_lists.campaign_id", "case_lists.number"],
            name=op.f("fk_case_rows_campaign_id_list"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "case_id", name=op.f("pk_case_rows")),
    )


def _of_a_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign_id"], ["campaigns.campaign_id"], name=op.f(f"fk_{table}_campaign_id")
    )


def _of_a_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign_id", "case_id"],
        ["cases.campaign_id", "cases.case_id"],
        name=op.f(f"fk_{table}_campaign_id"),
        ondelete="CASCADE",
    )
