"""Who saw a child, and cases opened in an emergency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import func, or_, select

from data.registry.audit import as_entry
from data.registry.tables import AuditRow, CaseRow, EmergencyRow, PlanRow
from data.registry.work.storing import checked_id, storable
from data.registry.work.transaction import Transaction
from planning.errors import NotFound
from planning.looks import Trail, sightings
from planning.model import Emergency, Plan, Role, Sighting

_VERSION = re.compile(r"version (\d+)\Z")


class OversightWork(Transaction):
    """Answers who saw what, and keeps emergencies."""

    def sightings(self, case_id: str) -> list[Sighting]:
        """Entries of the log that met a case in any campaign, newest first.

        Entries that tell how far they reached are resolved through the plans that are kept.
        """
        rows = self._session.execute(
            select(CaseRow.campaign_id, CaseRow.municipality_code).where(CaseRow.case_id == case_id)
        )
        trails = [self._trail(campaign_id, case_id, code) for campaign_id, code in rows]
        campaigns = [trail.campaign_id for trail in trails]
        entries = self._session.scalars(
            select(AuditRow)
            .where(
                or_(
                    AuditRow.subject == case_id,
                    AuditRow.subject.in_(campaigns),
                    # Their subjects are a team and a visit.
                    AuditRow.action.in_(("read_team_day", "record_outcome")),
                )
            )
            .order_by(AuditRow.number.desc())
        )
        return sightings(case_id, map(as_entry, entries), trails)

    def _trail(self, campaign_id: str, case_id: str, municipality_code: str) -> Trail:
        published = [
            (row.at, int(found[1]))
            for row in self._session.scalars(
                select(AuditRow)
                .where(AuditRow.subject == campaign_id, AuditRow.action == "publish")
                .order_by(AuditRow.number)
            )
            if (found := _VERSION.match(row.detail))
        ]

        @cache
        def plan(version: int) -> Plan | None:
            row = self._session.get(PlanRow, (campaign_id, version))
            if row is None:
                return None
            return self._opened(Plan, row.sealed, "plans", "sealed", campaign_id, str(version))

        return Trail(campaign_id, case_id, municipality_code, plan, published)

    def add_emergency(
        self, campaign_id: str, case_id: str, municipality_code: str, *,
        reason: str, lasts: timedelta,
    ) -> Emergency:  # fmt: skip
        """Keeps that this user opens a case from now on for a while."""
        self._locked_campaign(campaign_id)
        now = self._now()
        row = EmergencyRow(
            campaign_id=campaign_id,
            case_id=checked_id(case_id, "case"),
            user_id=self._actor,
            municipality_code=municipality_code,
            opened_at=now,
            expires_at=_later(now, lasts),
            coordinator_saw="",
            auditor_saw="",
        )
        row.sealed_reason = self._seal.close(storable(reason, "reason"), *_where(row))
        self._session.add(row)
        self._session.flush()
        return self._emergency(row)

    def emergencies(
        self, *, user_id: str = "", municipality_code: str = "", unseen_by: Role | None = None,
        lasting: bool = False,
    ) -> list[Emergency]:  # fmt: skip
        """Emergencies, newest first, that fit all that is given.

        `unseen_by` a coordinator or the auditor: not acknowledged by one. `lasting`: still open.
        """
        wanted = select(EmergencyRow)
        if user_id:
            wanted = wanted.where(EmergencyRow.user_id == user_id)
        if municipality_code:
            wanted = wanted.where(EmergencyRow.municipality_code == municipality_code)
        if unseen_by is not None:
            wanted = wanted.where(_SEEN_BY[unseen_by] == "")
        if lasting:
            wanted = wanted.where(EmergencyRow.expires_at > self._now())
        rows = self._session.scalars(wanted.order_by(EmergencyRow.number.desc()))
        return [self._emergency(row) for row in rows]

    def acknowledge_emergency(self, number: int, by: Role) -> None:
        """Notes that this user, a coordinator or the auditor, has seen it.

        Raises:
            NotFound: there is no such emergency.
        """
        self._will_write()
        row = self._session.get(EmergencyRow, number, with_for_update=True)
        if row is None:
            raise NotFound("there is no such emergency")
        setattr(row, _SEEN_BY[by].key, self._actor)
        self._session.flush()

    def tries(self, actions: Sequence[str], *, within: timedelta) -> int:
        """How often this user did one of these actions in this last while, by the log."""
        found = self._session.scalar(
            select(func.count())
            .select_from(AuditRow)
            .where(
                AuditRow.actor == self._actor,
                AuditRow.action.in_(actions),
                AuditRow.at > _later(self._now(), -within),
            )
        )
        return found or 0

    def _emergency(self, row: EmergencyRow) -> Emergency:
        return Emergency(
            number=row.number,
            campaign_id=row.campaign_id,
            case_id=row.case_id,
            user_id=row.user_id,
            municipality_code=row.municipality_code,
            reason=self._seal.open(row.sealed_reason, *_where(row)),
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            coordinator_saw=row.coordinator_saw,
            auditor_saw=row.auditor_saw,
        )


_SEEN_BY = {
    Role.COORDINATOR: EmergencyRow.coordinator_saw,
    Role.AUDITOR: EmergencyRow.auditor_saw,
}


def _where(row: EmergencyRow) -> tuple[str, ...]:
    return ("break_glass", "reason", row.campaign_id, row.case_id, row.user_id, row.opened_at)


def _later(moment: str, span: timedelta) -> str:
    return (datetime.fromisoformat(moment) + span).isoformat(timespec="microseconds")
