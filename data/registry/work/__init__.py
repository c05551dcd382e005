"""One transaction on the registry: implements `planning.stores.Work`, a file for each concern."""

from __future__ import annotations

from data.registry.work.attendance import AttendanceWork
from data.registry.work.campaigns import CampaignWork
from data.registry.work.cases import CaseWork
from data.registry.work.contacts import ContactWork
from data.registry.work.kits import KitWork
from data.registry.work.office import OfficeWork
from data.registry.work.outcomes import OutcomeWork
from data.registry.work.oversight import OversightWork
from data.registry.work.partners import PartnerWork
from data.registry.work.phone_links import PhoneLinkWork
from data.registry.work.plans import PlanWork
from data.registry.work.releases import ReleaseWork
from data.registry.work.retention import RetentionWork

__all__ = ["SqlWork"]


class SqlWork(
    RetentionWork,
    AttendanceWork,
    CampaignWork,
    CaseWork,
    PlanWork,
    OutcomeWork,
    ContactWork,
    ReleaseWork,
    PartnerWork,
    KitWork,
    PhoneLinkWork,
    OfficeWork,
    OversightWork,
):
    """What one user does in one transaction. Made by `SqlRegistry.work`."""
