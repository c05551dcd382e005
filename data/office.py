"""One office: its home folder, registry, region packs and jobs, wired to the use cases."""

from __future__ import annotations

from datetime import UTC, datetime

from data import casefiles
from data.home import Home
from data.jobs import Jobs
from data.plan_job import PlanOrder, plan_campaign
from data.regions.pack import Region
from planning.desk import Desk
from planning.model import User


class Office:
    """Everything that one running service shares among its users."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.registry = home.registry()
        self.jobs = Jobs(store=self.registry)
        self._regions: dict[str, Region] = {}

    def desk(self, user: User) -> Desk:
        """The use cases of one signed-in user."""
        return Desk(
            user,
            registry=self.registry,
            open_region=self.region,
            jobs=self,
            files=casefiles,
            now=lambda: datetime.now(UTC),
        )

    def region(self, name: str) -> Region:
        """A region pack, opened once."""
        if name not in self._regions:
            self._regions[name] = self.home.region(name)
        return self._regions[name]
