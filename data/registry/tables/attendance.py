"""Who came back to school, and the lists as they came, to be handed back."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import CAMPAIGN, ID_LENGTH, Base, sealed_in
from data.registry.tables.partners import Versioned, counted_from_one


def _of_a_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["campaign_id", "case_id"], ["cases.campaign_id", "cases.case_id"], ondelete="CASCADE"
    )


class AttendanceRow(Versioned, Base):
    """That a child came back, and what its school said. `sealed` holds the whole `Attendance`."""

    __tablename__ = "attendance"
    __table_args__ = (counted_from_one(), _of_a_case())

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "case_id")
    )


class RetentionReleaseRow(Base):
    """What was told last of who stayed. `sealed` holds the whole `Release`, exact counts too."""

    __tablename__ = "retention_releases"

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    day: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_in("sealed", "campaign_id"))


class CaseListRow(Base):
    """How a list that was imported is built. `sealed` holds the whole `SourceList`."""

    __tablename__ = "case_lists"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    campaign_id: Mapped[str] = mapped_column(ForeignKey(CAMPAIGN), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "number")
    )


class CaseRowRow(Base):
    """The row of a list that a case came from. `sealed` holds its cells, those not read too."""

    __tablename__ = "case_rows"
    __table_args__ = (
        _of_a_case(),
        ForeignKeyConstraint(
            ["campaign_id", "list_number"],
            ["case_lists.campaign_id", "case_lists.number"],
            name="fk_case_rows_campaign_id_list",
        ),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    list_number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "case_id")
    )
