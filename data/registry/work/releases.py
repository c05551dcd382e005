"""Counts as they were released, and what must be kept to decide about the next release."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import delete, select

from data.registry.tables import ReleaseRow
from data.registry.work.transaction import Transaction
from planning.disclosure import Audience, Memory, Release, Table

T = TypeVar("T")

_MEMORY = "memory"


class ReleaseWork(Transaction):
    """Keeps every table that was told, and the last memory."""

    def add_release(self, campaign_id: str, release: Release) -> bool:
        """Keeps a release. False when there is one of its number or of a later day: that counts.

        The memory before is not needed any more; it held exact counts.
        """
        self._locked_campaign(campaign_id)
        last = self.released(campaign_id, Audience.PARTNER)
        new = release.partner
        if last is not None and (last.number >= new.number or last.day >= new.day):
            return False
        self._session.execute(
            delete(ReleaseRow).where(
                ReleaseRow.campaign_id == campaign_id, ReleaseRow.audience == _MEMORY
            )
        )
        day = new.day.isoformat()
        for audience, value in (
            (Audience.PARTNER.value, release.partner),
            (Audience.PUBLIC.value, release.public),
            (_MEMORY, release.memory),
        ):
            row = ReleaseRow(
                campaign_id=campaign_id,
                day=day,
                audience=audience,
                number=new.number,
                sealed=self._sealed(value, "releases", "sealed", campaign_id, day, audience),
            )
            self._session.add(row)
        self._session.flush()
        return True

    def released(self, campaign_id: str, audience: Audience) -> Table | None:
        """The newest table that this audience was told; None where there is none."""
        return self._newest_release(Table, campaign_id, audience.value)

    def release_memory(self, campaign_id: str) -> Memory | None:
        """What was told so far, with exact counts: to decide about the next release only."""
        return self._newest_release(Memory, campaign_id, _MEMORY)

    def _newest_release(self, kind: type[T], campaign_id: str, audience: str) -> T | None:
        wanted = (
            select(ReleaseRow)
            .where(ReleaseRow.campaign_id == campaign_id, ReleaseRow.audience == audience)
            .order_by(ReleaseRow.number.desc())
            .limit(1)
        )
        row = self._session.scalars(wanted).one_or_none()
        if row is None:
            return None
        where = ("releases", "sealed", campaign_id, row.day, audience)
        return self._opened(kind, row.sealed, *where)
