"""What may be told of how far a campaign has come."""

from __future__ import annotations

from planning import roles
from planning.coverage import coverage
from planning.desk.base import DeskBase
from planning.disclosure import PARTNER_K, PUBLIC_K, ShownCount, protect
from planning.model import (
    Role,
)
from planning.roles import Action


class CountsDesk(DeskBase):
    """Suppressed counts."""

    def coverage(self, campaign_id: str, *, by: str = "municipality") -> tuple[ShownCount, ...]:
        """Counts by area, small ones suppressed; a coordinator sees the own ones exactly."""
        roles.require(self.user, Action.SEE_COVERAGE)
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            records = work.cases(campaign_id)
            published = work.plan(campaign_id, published=True)
            outcomes = work.outcomes(campaign_id)
            work.log_read("read_coverage", campaign_id, by)
        # Both levels are protected as one table: whoever lays one on the other learns no more.
        levels = {
            level: coverage(
                records,
                published.plan if published else None,
                outcomes,
                by=level,
                areas=region.areas.itertuples(),
            )
            for level in {"municipality", by}
        }
        table = {row.area_code: row for level in sorted(levels) for row in levels[level]}
        coordinator = self.user.role == Role.COORDINATOR
        shown = protect(
            table.values(),
            k=PUBLIC_K if self.user.role == Role.VIEWER else PARTNER_K,
            exact=self.user.municipality_code if coordinator else "",
        )
        wanted = {row.area_code for row in levels[by]}
        return tuple(row for row in shown if row.area_code in wanted)
