"""Members of teams, the days on which they are away, and what the published plan asks of crews."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.registry.tables.base import ID_LENGTH, Base, sealed_in


class MemberRow(Base):
    """Somebody of a team. `sealed` holds the whole `Member` without absences."""

    __tablename__ = "members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "team_id"], ["teams.campaign_id", "teams.team_id"], ondelete="CASCADE"
        ),
        Index(None, "campaign_id", "institution"),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int]
    """In the order of the order."""
    institution: Mapped[str] = mapped_column(String(ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "team_id", "member_id")
    )


class AbsenceRow(Base):
    """Days on which a member cannot come, both included. No reason is kept."""

    __tablename__ = "absences"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "team_id", "member_id"],
            ["members.campaign_id", "members.team_id", "members.member_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("first_day <= last_day", name="days"),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    first_day: Mapped[str] = mapped_column(String(10), primary_key=True)
    last_day: Mapped[str] = mapped_column(String(10), primary_key=True)


class ShiftRow(Base):
    """A team on a day, in a plan that was published. `sealed` holds the whole `Shift`."""

    __tablename__ = "shifts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "version"], ["plans.campaign_id", "plans.version"], ondelete="CASCADE"
        ),
        Index(None, "campaign_id", "day"),
        CheckConstraint("starts <= ends", name="times"),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shift_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    starts: Mapped[int]
    ends: Mapped[int]
    """Seconds after local midnight."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "version", "shift_id")
    )


class RouteRow(Base):
    """A route of a plan that was published. `sealed` holds the `Plan` cut down to this route."""

    __tablename__ = "routes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "version", "shift_id"],
            ["shifts.campaign_id", "shifts.version", "shifts.shift_id"],
            ondelete="CASCADE",
        ),
        Index(None, "campaign_id", "team_id", "day"),
        CheckConstraint("stops >= 0", name="stops"),
    )

    campaign_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shift_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    day: Mapped[str] = mapped_column(String(10))
    stops: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed_in("sealed", "campaign_id", "version", "shift_id")
    )
