"""One transaction on the registry: implements `planning.stores.Work`, a file for each concern."""

from __future__ import annotations

from data.registry.work.campaigns import CampaignWork
from data.registry.work.cases import CaseWork
from data.registry.work.office import OfficeWork
from data.registry.work.outcomes import OutcomeWork
from data.registry.work.plans import PlanWork

__all__ = ["SqlWork"]


class SqlWork(CampaignWork, CaseWork, PlanWork, OutcomeWork, OfficeWork):
    """What one user does in one transaction. Made by `SqlRegistry.work`."""
