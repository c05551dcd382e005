"""What a campaign keeps beside cases and plans: children over the years, crews, partners, kits."""

import sqlalchemy as sa
from alembic import op

from data.registry.tables.geometry import Point

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the tables. What they hold of earlier records is filled in at the next opening."""
    op.create_table(
        "agreements",
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_agreements_version")),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreements")),
    )
    op.create_table(
        "children",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_children")),
        sa.UniqueConstraint("digest", name=op.f("uq_children_digest")),
    )
    op.create_table(
        "households",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_households")),
        sa.UniqueConstraint("digest", name=op.f("uq_households_digest")),
    )
    op.create_table(
        "institutions",
        sa.Column("institution_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("municipality_code", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_institutions_version")),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("pk_institutions")),
    )
    op.create_index(op.f("ix_institutions_kind"), "institutions", ["kind"])
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("action", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("done_by", sa.String(200), nullable=False),
        sa.Column("done_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_done_at"), "receipts", ["done_at"])
    op.create_table(
        "schools",
        sa.Column("region", sa.String(200), nullable=False),
        sa.Column("school_id", sa.String(200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("municipality_code", sa.String(200), nullable=False),
        sa.Column("point", Point(), nullable=True),
        sa.PrimaryKeyConstraint("region", "school_id", name=op.f("pk_schools")),
    )
    op.create_index(
        op.f("ix_schools_region_municipality_code"), "schools", ["region", "municipality_code"]
    )
    op.create_table(
        "sponsors",
        sa.Column("sponsor_id", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_sponsors_version")),
        sa.PrimaryKeyConstraint("sponsor_id", name=op.f("pk_sponsors")),
    )
    op.create_table(
        "kit_types",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("kit_type", sa.String(200), nullable=False),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_kit_types_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kit_type", "size", name=op.f("pk_kit_types")),
    )
    op.create_table(
        "parties",
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("institution_id", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.agreement_id"],
            name=op.f("fk_parties_agreement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.institution_id"],
            name=op.f("fk_parties_institution_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "institution_id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_institution_id"), "parties", ["institution_id"])
    op.create_table(
        "referrals",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("referral_id", sa.String(200), nullable=False),
        sa.Column("institution_id", sa.String(200), nullable=False),
        sa.Column("received_at", sa.String(40), nullable=False),
        sa.Column("deadline", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("escalated_at", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'closed')", name=op.f("ck_referrals_state")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_referrals_version")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_referrals_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.institution_id"],
            name=op.f("fk_referrals_institution_id"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "referral_id", name=op.f("pk_referrals")),
    )
    op.create_index(
        op.f("ix_referrals_campaign_id_case_id"), "referrals", ["campaign_id", "case_id"]
    )
    op.create_index(
        op.f("ix_referrals_campaign_id_state_deadline"),
        "referrals",
        ["campaign_id", "state", "deadline"],
    )
    op.create_table(
        "school_checks",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("check_id", sa.String(200), nullable=False),
        sa.Column("region", sa.String(200), nullable=False),
        sa.Column("school_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_school_checks_version")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_school_checks_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["region", "school_id"],
            ["schools.region", "schools.school_id"],
            name=op.f("fk_school_checks_region"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "check_id", name=op.f("pk_school_checks")),
    )
    op.create_index(
        op.f("ix_school_checks_campaign_id_school_id_day"),
        "school_checks",
        ["campaign_id", "school_id", "day"],
    )
    op.create_table(
        "case_changes",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("fields", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "case_id"],
            ["cases.campaign_id", "cases.case_id"],
            name=op.f("fk_case_changes_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "case_id", "version", name=op.f("pk_case_changes")),
    )
    op.create_table(
        "members",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("member_id", sa.String(200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("institution", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "team_id"],
            ["teams.campaign_id", "teams.team_id"],
            name=op.f("fk_members_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "team_id", "member_id", name=op.f("pk_members")),
    )
    op.create_index(
        op.f("ix_members_campaign_id_institution"), "members", ["campaign_id", "institution"]
    )
    op.create_table(
        "outcome_cases",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome"],
            ["outcomes.number"],
            name=op.f("fk_outcome_cases_outcome"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("outcome", "case_id", name=op.f("pk_outcome_cases")),
    )
    op.create_index(
        op.f("ix_outcome_cases_campaign_id_case_id"), "outcome_cases", ["campaign_id", "case_id"]
    )
    op.create_table(
        "pledges",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("pledge_id", sa.String(200), nullable=False),
        sa.Column("sponsor_id", sa.String(200), nullable=False),
        sa.Column("kit_type", sa.String(200), nullable=False),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("kits", sa.Integer(), nullable=False),
        sa.Column("promised_on", sa.String(10), nullable=False),
        sa.Column("thanked_on", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.CheckConstraint("kits > 0", name=op.f("ck_pledges_kits")),
        sa.CheckConstraint("version > 0", name=op.f("ck_pledges_version")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kit_type", "size"],
            ["kit_types.campaign_id", "kit_types.kit_type", "kit_types.size"],
            name="fk_pledges_kit_type",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_pledges_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["sponsors.sponsor_id"], name=op.f("fk_pledges_sponsor_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "pledge_id", name=op.f("pk_pledges")),
    )
    op.create_index(op.f("ix_pledges_sponsor_id"), "pledges", ["sponsor_id"])
    op.create_table(
        "shifts",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shift_id", sa.String(200), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_shifts_times")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "version"],
            ["plans.campaign_id", "plans.version"],
            name=op.f("fk_shifts_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "version", "shift_id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_campaign_id_day"), "shifts", ["campaign_id", "day"])
    op.create_table(
        "absences",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("member_id", sa.String(200), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absences_days")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "team_id", "member_id"],
            ["members.campaign_id", "members.team_id", "members.member_id"],
            name=op.f("fk_absences_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "team_id", "member_id", "first_day", "last_day", name=op.f("pk_absences")
        ),
    )
    op.create_table(
        "routes",
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shift_id", sa.String(200), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("stops >= 0", name=op.f("ck_routes_stops")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "version", "shift_id"],
            ["shifts.campaign_id", "shifts.version", "shifts.shift_id"],
            name=op.f("fk_routes_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "version", "shift_id", name=op.f("pk_routes")),
    )
    op.create_index(
        op.f("ix_routes_campaign_id_team_id_day"), "routes", ["campaign_id", "team_id", "day"]
    )
    op.create_table(
        "stock_moves",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kit_type", sa.String(200), nullable=False),
        sa.Column("size", sa.String(40), nullable=False),
        sa.Column("kits", sa.Integer(), nullable=False),
        sa.Column("came_from", sa.String(20), nullable=False),
        sa.Column("went_to", sa.String(20), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("team_id", sa.String(200), nullable=False),
        sa.Column("pledge_id", sa.String(200), nullable=True),
        sa.Column("outcome_key", sa.String(200), nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.String(40), nullable=False),
        sa.CheckConstraint("came_from <> went_to", name=op.f("ck_stock_moves_places")),
        sa.CheckConstraint("kits > 0", name=op.f("ck_stock_moves_kits")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kit_type", "size"],
            ["kit_types.campaign_id", "kit_types.kit_type", "kit_types.size"],
            name="fk_stock_moves_kit_type",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "pledge_id"],
            ["pledges.campaign_id", "pledges.pledge_id"],
            name="fk_stock_moves_pledge_id",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_stock_moves_campaign_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stock_moves")),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_stock_moves_campaign_id_key")),
    )
    op.create_index(
        op.f("ix_stock_moves_campaign_id_team_id_day"),
        "stock_moves",
        ["campaign_id", "team_id", "day"],
    )
    op.add_column(
        "campaigns", sa.Column("school_year", sa.String(9), server_default="", nullable=False)
    )
    op.create_index(op.f("ix_campaigns_school_year"), "campaigns", ["school_year"])
    for name in ("order_number", "order_date"):
        length = 200 if name == "order_number" else 10
        op.add_column(
            "teams", sa.Column(name, sa.String(length), server_default="", nullable=False)
        )
    for column, parent in (("child_number", "children"), ("household_number", "households")):
        key = sa.ForeignKey(f"{parent}.number", name=op.f(f"fk_cases_{column}"))
        op.add_column(
            "cases", sa.Column(column, sa.Integer(), key, nullable=True), inline_references=True
        )
        op.create_index(op.f(f"ix_cases_{column}"), "cases", [column])
    op.execute("UPDATE cases SET same_address = ''")  # read again, for whose door it is
