"""What every use case stands on: who asks, and the world it is asked of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from planning import roles
from planning.addresses.geocoder import Geocoder
from planning.addresses.second_opinion import SecondOpinion
from planning.errors import NotAllowed
from planning.model import (
    Campaign,
    Team,
    User,
)
from planning.roles import Action, Scope
from planning.stores import CaseFiles, Jobs, Region, Regions, Registry


def own_geocoder(region: Region) -> SecondOpinion:
    """Our own geocoder of a region, with nobody else's behind it."""
    return SecondOpinion(Geocoder(region.gazetteer, region.areas, region.confidence), None)


class DeskBase:
    """The user, and the world as Protocols."""

    def __init__(
        self,
        user: User,
        *,
        registry: Registry,
        regions: Regions,
        jobs: Jobs,
        files: CaseFiles,
        now: Callable[[], datetime],
        locator: Callable[[Region], SecondOpinion] = own_geocoder,
    ) -> None:
        self.user = user
        self._locator = locator
        self._registry = registry
        self._regions = regions
        self._jobs = jobs
        self._files = files
        self._now = now

    def _today(self) -> date:
        """The day here."""
        return self._now().astimezone().date()

    def campaigns(self) -> list[Campaign]:
        """Campaigns, newest first. Their names and dates are no secret inside the office."""
        with self._registry.work(self.user.user_id) as work:
            return work.campaigns()

    def region(self, campaign: Campaign) -> Region:
        """The region pack of a campaign: maps and names, no personal data."""
        return self._regions.open(campaign.region)

    def region_names(self) -> list[str]:
        """Region packs that a campaign can be made for."""
        roles.require(self.user, Action.IMPORT)
        return self._regions.names()

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams, as far as this user may see their routes."""
        reach = roles.scope(self.user, Action.SEE_ROUTES)
        with self._registry.work(self.user.user_id) as work:
            teams = work.teams(campaign_id)
        return [team for team in teams if self._within(reach, team)]

    def _within(self, reach: Scope, team: Team) -> bool:
        if reach == Scope.OWN_TEAM:
            return team.team_id == self.user.team_id
        if reach == Scope.OWN_MUNICIPALITY:
            return team.municipality_code == self.user.municipality_code
        return True

    def _own(self, action: Action) -> str:
        """The municipality within which this user may do `action`; empty for everywhere."""
        if roles.scope(self.user, action) != Scope.OWN_MUNICIPALITY:
            return ""
        if not self.user.municipality_code:
            raise NotAllowed("this account has no municipality")
        return self.user.municipality_code
