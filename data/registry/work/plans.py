"""Versions of the plan."""

from __future__ import annotations

from sqlalchemy import func, select

from data.registry.tables import (
    PlanRow,
)
from data.registry.work.transaction import Transaction
from planning.errors import Conflict, NotFound
from planning.model import (
    Plan,
    PlanVersion,
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
        self._session.add(
            PlanRow(
                campaign_id=campaign_id,
                version=version,
                status="draft",
                created_at=self._now(),
                created_by=self._actor,
                sealed=self._sealed(plan, "plans", "sealed", campaign_id, str(version)),
            )
        )
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
        where = ("plans", "sealed", campaign_id, str(row.version))
        plan = self._opened(Plan, row.sealed, *where)
        return PlanVersion(row.version, row.status, row.created_at, row.created_by, plan)

    def publish(self, campaign_id: str, version: int) -> None:
        """Makes a draft the published plan; the one before becomes `replaced`.

        Publishing what is published changes nothing.

        Raises:
            NotFound: no such version.
            Conflict: a newer version was published meanwhile.
        """
        self._locked_campaign(campaign_id)
        row = self._session.get(PlanRow, (campaign_id, version))
        if row is None:
            raise NotFound(f"there is no version {version} of this campaign's plan")
        before = self._session.scalars(
            select(PlanRow).where(PlanRow.campaign_id == campaign_id, PlanRow.status == "published")
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
