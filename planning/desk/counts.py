"""What may be told of how far a campaign has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from planning import roles
from planning.areas import Area, parted
from planning.campaign.ladder import closed
from planning.coverage import TOTAL, AreaCount, all_levels, inside
from planning.desk.base import DeskBase
from planning.disclosure import (
    PARTNER_K,
    Audience,
    Memory,
    Release,
    ShownCount,
    Table,
    next_year,
    release,
    with_hidden,
    with_own,
    year_on_year,
)
from planning.errors import InputError
from planning.model import Campaign, Role
from planning.roles import Action, Scope
from planning.stores import Region, Work
from planning.text import note

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """The same areas in an earlier campaign."""

    campaign: Campaign
    day: date
    """Of that campaign's last release."""
    then: Mapping[str, ShownCount]
    """By area code; only areas of which something was told in both."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one reader is told of how far a campaign has come, by one level of areas."""

    day: date
    """Of the release. A row's own numbers may be older, see `ShownCount.since`."""
    k: int
    """No group smaller than this can be told from the numbers."""
    by: str
    """One of `planning.coverage.LEVELS`."""
    total: ShownCount
    rows: tuple[ShownCount, ...]
    """Every area of the level, by code."""
    own: frozenset[str] = frozenset()
    """A municipality and the areas in it whose numbers are exact and of today: the reader may see
    its cases."""
    earlier: YearOnYear | None = None

    def is_own(self, row: ShownCount) -> bool:
        """True when the numbers of `row` are exact."""
        return row.area_code in self.own


class CountsDesk(DeskBase):
    """Counts that give nobody away, the same for everybody until the next release."""

    def coverage(
        self, campaign_id: str, *, by: str = "municipality", exact: bool = True,
        public: bool = False,
    ) -> Coverage:  # fmt: skip
        """Counts by area as they were released last, at most once a day.

        The first reader of a day makes its release; nobody else opens a case, but for coordinators,
        who get the own municipality exactly.

        Args:
            campaign_id: the campaign.
            by: one of `planning.coverage.LEVELS`.
            exact: False for files that may leave the office: a coordinator, too, gets what was
                released.
            public: what anybody may be told, whoever asks.

        Raises:
            NotFound: there is no such campaign.
            InputError: its records were purged, and nothing stayed of them for this reader.
        """
        roles.require(self.user, Action.SEE_COVERAGE)
        public = public or self.user.role == Role.VIEWER
        own = self._own_municipality() if exact and not public else ""
        audience = Audience.PUBLIC if public else Audience.PARTNER
        region = self._release_today(campaign_id)
        with self._registry.work(self.user.user_id) as work:
            work.log_read("read_coverage", campaign_id, by)
            table = _last_told(work, campaign_id, audience)
            if table is None:
                raise InputError(
                    note("the records of this campaign were purged when its term was over")
                )
            if work.kept(campaign_id):  # nothing else is left to be counted exactly
                own = ""
            areas = parted(region.areas)
            exactly: frozenset[str] = frozenset()
            if own:
                counted = inside(exact_counts(work, campaign_id, areas, own), own)
                table = with_own(table, counted, own, self._today())
                exactly = frozenset({own, *(row.area_code for row in counted)})
            earlier = _campaign_before(work, campaign_id, audience)
        return _coverage(table, areas, by=by, own=exactly, earlier=earlier)

    def _own_municipality(self) -> str:
        """The one of which the reader may count every case; empty for none of them."""
        sees_cases = roles.PERMISSIONS[self.user.role].get(Action.SEE_CASES)
        return self.user.municipality_code if sees_cases == Scope.OWN_MUNICIPALITY else ""

    def _release_today(self, campaign_id: str) -> Region:
        """Sees to it that there is a release of today; the campaign's region.

        It is made outside of a writing transaction: opening every case takes long, and others write
        meanwhile. Of two who make one at the same time the second reads the first one's.
        """
        today = self._today()
        with self._registry.work(self.user.user_id, reading=True) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            last = _last_told(work, campaign_id, Audience.PARTNER)
            if last is not None and (last.day >= today or work.kept(campaign_id)):
                return region
            made = _release(work, campaign_id, region.areas, today)
        with self._registry.work(self.user.user_id) as work:
            if work.add_release(campaign_id, made):
                work.log("release_counts", campaign_id, str(made.partner.number))
        return region


def _last_told(work: Work, campaign_id: str, audience: Audience) -> Table | None:
    """The newest table of this audience; for partners, of a purged campaign, what stayed of it."""
    table = work.released(campaign_id, audience)
    if table is not None or audience is not Audience.PARTNER:
        return table
    rows = work.kept(campaign_id)
    days = [row.since for row in rows if row.since]
    return Table(0, max(days), PARTNER_K, rows) if days else None


def _release(work: Work, campaign_id: str, areas: gpd.GeoDataFrame, today: date) -> Release:
    return release(
        exact_counts(work, campaign_id, parted(areas)),
        day=today,
        before=work.release_memory(campaign_id) or _tree_of_another(work, campaign_id),
        sizes=dict(zip(areas["code"], areas["population"].tolist(), strict=True)),
    )


def exact_counts(
    work: Work, campaign_id: str, areas: Iterable[Area], municipality_code: str = ""
) -> tuple[AreaCount, ...]:
    """All levels, exactly; of the cases of one municipality when given."""
    published = work.plan(campaign_id, published=True)
    return all_levels(
        work.cases(campaign_id, municipality_code=municipality_code),
        published.plan if published else None,
        work.standing_outcomes(campaign_id),
        closed=closed(work.standing_contacts(campaign_id)),
        areas=areas,
    )


def _tree_of_another(work: Work, campaign_id: str) -> Memory | None:
    """How the areas were paired in the newest other campaign, so that the same rows are told."""
    for other in _others(work, campaign_id):
        if memory := work.release_memory(other.campaign_id):
            return next_year(memory)
    return None


def _campaign_before(
    work: Work, campaign_id: str, audience: Audience
) -> tuple[Campaign, Table] | None:
    """The last table of the newest campaign that began before this one."""
    first_day = work.campaign(campaign_id).first_day
    for other in _others(work, campaign_id):
        table = (
            _last_told(work, other.campaign_id, audience) if other.first_day < first_day else None
        )
        if table is not None:
            return other, table
    return None


def _others(work: Work, campaign_id: str) -> list[Campaign]:
    """The other campaigns in the same region, the latest first."""
    region = work.campaign(campaign_id).region
    others = [
        each
        for each in work.campaigns()
        if each.region == region and each.campaign_id != campaign_id
    ]
    return sorted(others, key=lambda each: each.first_day, reverse=True)


def _coverage(
    table: Table,
    areas: Iterable[Area],
    *,
    by: str,
    own: frozenset[str],
    earlier: tuple[Campaign, Table] | None,
) -> Coverage:
    (total,) = with_hidden(table.rows, (), by="total")
    rows = (total,) if by == "total" else with_hidden(table.rows, areas, by=by)
    wanted = {TOTAL, *(row.area_code for row in rows)}
    before = None
    if earlier:
        campaign, then = earlier
        pairs = year_on_year(table, then)
        before = YearOnYear(
            campaign,
            then.day,
            {row.area_code: other for row, other in pairs if row.area_code in wanted},
        )
    return Coverage(table.day, table.k, by, total, rows, own, before)
