"""The registry's tables.

Columns hold what is counted, sorted and joined; everything that tells who or where somebody is
lies in a sealed column (`data.registry.seal`). Times are ISO 8601 in UTC with microseconds, which
sort as text. Only SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from data.registry.tables.base import ID_LENGTH, Base
from data.registry.tables.campaign import (
    CampaignRow,
    CaseRow,
    DecisionRow,
    OutcomeRow,
    PlanRow,
    TeamRow,
)
from data.registry.tables.office import AttemptRow, AuditRow, JobRow, MetaRow, UserRow

__all__ = [
    "ID_LENGTH",
    "AttemptRow",
    "AuditRow",
    "Base",
    "CampaignRow",
    "CaseRow",
    "DecisionRow",
    "JobRow",
    "MetaRow",
    "OutcomeRow",
    "PlanRow",
    "TeamRow",
    "UserRow",
]
