"""Versions of the plan."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from data.registry.tables import (
    PlanRow,
    RouteRow,
    ShiftRow,
)
from data.registry.work import routes
from data.registry.work.transaction import Transaction
from planning.errors import Conflict, NotFound
from planning.model import (
    Plan,
    PlanVersion,
    Shift,
)


class PlanWork(Transaction):
    """Keeps plans."""

    def add_plan(self, campaign_id: str, plan: Plan) -> int:
        """Keeps `plan` as a draft and returns its version, counted from 1."""
        self._locked_campaign(campaign_id)
        newest = self._session.scalar(
            select(func.max(PlanRow.version)).where(PlanRow.campaign_id == campaign_id)
        )
        version = (newest or 0) + 1
        row = PlanRow(
            campaign_id=campaign_id,
            version=version,
            status="draft",
            created_at=self._now(),
            created_by=self._actor,
        )
        routes.seal_plan(self._seal, row, plan)
        self._session.add(row)
        self._session.flush()
        return version

    def plan(self, campaign_id: str, *, published: bool = False) -> PlanVersion | None:
        """The newest plan, or the published one."""
        wanted = select(PlanRow).where(PlanRow.campaign_id == campaign_id)
        if published:
            wanted = wanted.where(PlanRow.status == "published")
        row = self._session.scalars(wanted.order_by(PlanRow.version.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        return PlanVersion(
            row.version, row.status, row.created_at, row.created_by, self._plan_in(row)
        )

    def publish(self, campaign_id: str, version: int) -> None:
        """Makes a draft the published plan; the one before becomes `replaced`.

        Publishing what is published changes nothing.

        Raises:
            NotFound: no such version.
            Conflict: a newer version was published meanwhile.
        """
        self._locked_campaign(campaign_id)
        row = self._session.get(PlanRow, (campaign_id, version), populate_existing=True)
        if row is None:
            raise NotFound(f"there is no version {version} of this campaign's plan")
        before = self._session.scalars(
            select(PlanRow)
            .where(PlanRow.campaign_id == campaign_id, PlanRow.status == "published")
            .execution_options(populate_existing=True)
        ).one_or_none()
        if before is row:
            return
        if before is not None and before.version > version:
            raise Conflict(
                f"version {before.version} was published meanwhile; look at it before you "
                "publish an older one"
            )
        if before is not None:
            before.status = "replaced"
            self._session.flush()  # first: only one may be published at any moment
        row.status = "published"
        self._session.flush()
        routes.add_routes(self._session, self._seal, row, self._plan_in(row))

    def route_days(self, campaign_id: str, team_id: str) -> list[date]:
        """Days on which the published plan sends this team out, in their order."""
        version = self._published_version(campaign_id)
        if version is None:
            return []
        days = self._session.scalars(
            select(RouteRow.day).where(*_routes_of(campaign_id, version, team_id)).distinct()
        )
        return sorted(date.fromisoformat(day) for day in days)

    def team_route(self, campaign_id: str, team_id: str, day: date) -> PlanVersion | None:
        """The published plan cut down to a team's route of a day; None where it has none.

        Only that route is opened: its visits in the order of its stops, and its shift.
        """
        return self._route_of(campaign_id, self._published_version(campaign_id), team_id, day)

    def route_before(self, campaign_id: str, team_id: str, day: date) -> PlanVersion | None:
        """The same as `team_route`, of the plan that was published before the one that is."""
        before = self._session.scalar(
            select(func.max(PlanRow.version)).where(
                PlanRow.campaign_id == campaign_id, PlanRow.status == "replaced"
            )
        )
        return self._route_of(campaign_id, before, team_id, day)

    def _route_of(
        self, campaign_id: str, version: int | None, team_id: str, day: date
    ) -> PlanVersion | None:
        if version is None:
            return None
        route = self._session.scalars(
            select(RouteRow)
            .where(*_routes_of(campaign_id, version, team_id), RouteRow.day == day.isoformat())
            .order_by(RouteRow.shift_id)
            .limit(1)
        ).one_or_none()
        if route is None:
            return None
        row = self._session.execute(
            select(PlanRow.version, PlanRow.status, PlanRow.created_at, PlanRow.created_by).where(
                PlanRow.campaign_id == campaign_id, PlanRow.version == version
            )
        ).one()
        return PlanVersion(*row, routes.route_in(self._seal, route))

    def shifts(self, campaign_id: str, *, day: date | None = None) -> list[Shift]:
        """Shifts of the published plan, on one day when given, by day and team."""
        version = self._published_version(campaign_id)
        wanted = select(ShiftRow).where(
            ShiftRow.campaign_id == campaign_id, ShiftRow.version == version
        )
        if day is not None:
            wanted = wanted.where(ShiftRow.day == day.isoformat())
        rows = self._session.scalars(wanted.order_by(ShiftRow.day, ShiftRow.shift_id))
        return [routes.shift_in(self._seal, row) for row in rows]

    def _published_version(self, campaign_id: str) -> int | None:
        return self._session.scalar(
            select(PlanRow.version).where(
                PlanRow.campaign_id == campaign_id, PlanRow.status == "published"
            )
        )

    def _plan_in(self, row: PlanRow) -> Plan:
        return routes.plan_in(self._seal, row)


def _routes_of(campaign_id: str, version: int, team_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        RouteRow.campaign_id == campaign_id,
        RouteRow.version == version,
        RouteRow.team_id == team_id,
    )
