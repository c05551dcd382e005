"""Signed-in sessions, accounts of the organisation's sign-in, and access in an emergency."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables, and what accounts know of the organisation's sign-in."""
    op.add_column(
        "users", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("users", sa.Column("identity_digest", sa.String(64), nullable=True))
    op.add_column("users", sa.Column("sealed_identity", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_users_identity_digest"), "users", ["identity_digest"], unique=True)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"])
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"])
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(200), nullable=False),
        sa.Column("by_identity", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_table(
        "break_glass",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("user_id", sa.String(200), nullable=False),
        sa.Column("municipality_code", sa.String(200), nullable=False),
        sa.Column("opened_at", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=False),
        sa.Column("coordinator_saw", sa.String(200), nullable=False),
        sa.Column("auditor_saw", sa.String(200), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("expires_at > opened_at", name=op.f("ck_break_glass_expires_at")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_break_glass_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_break_glass_user_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_user_id_case_id"), "break_glass", ["user_id", "case_id"])
