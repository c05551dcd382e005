"""The registry's tables.

Columns hold what is counted, sorted and joined; everything that tells who or where somebody is
lies in a sealed column (`data.registry.seal`). Times are ISO 8601 in UTC with microseconds, which
sort as text. Only SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from data.registry.tables.attendance import (
    AttendanceRow,
    CaseListRow,
    CaseRowRow,
    RetentionReleaseRow,
)
from data.registry.tables.base import ID_LENGTH, Base
from data.registry.tables.campaign import (
    CampaignRow,
    CaseRow,
    DecisionRow,
    OutcomeRow,
    PlanRow,
    TeamRow,
)
from data.registry.tables.children import CaseChangeRow, ChildRow, HouseholdRow, OutcomeCaseRow
from data.registry.tables.contacts import ApproachRow, ContactRow
from data.registry.tables.crews import AbsenceRow, MemberRow, RouteRow, ShiftRow
from data.registry.tables.kits import KitTypeRow, PledgeRow, SponsorRow, StockMoveRow
from data.registry.tables.office import AttemptRow, AuditRow, JobRow, MetaRow, UserRow
from data.registry.tables.partners import (
    AgreementRow,
    InstitutionRow,
    PartyRow,
    ReferralRow,
    SchoolCheckRow,
    SchoolRow,
)
from data.registry.tables.phone_links import PhoneLinkRow
from data.registry.tables.receipts import ReceiptRow
from data.registry.tables.releases import ReleaseRow
from data.registry.tables.retention import ErasedRow, KeptCountRow, TermRow
from data.registry.tables.sessions import EmergencyRow, SessionRow

__all__ = [
    "ID_LENGTH",
    "AbsenceRow",
    "AgreementRow",
    "ApproachRow",
    "AttemptRow",
    "AttendanceRow",
    "AuditRow",
    "Base",
    "CampaignRow",
    "CaseChangeRow",
    "CaseListRow",
    "CaseRow",
    "CaseRowRow",
    "ChildRow",
    "ContactRow",
    "DecisionRow",
    "EmergencyRow",
    "ErasedRow",
    "HouseholdRow",
    "InstitutionRow",
    "JobRow",
    "KeptCountRow",
    "KitTypeRow",
    "MemberRow",
    "MetaRow",
    "OutcomeCaseRow",
    "OutcomeRow",
    "PartyRow",
    "PhoneLinkRow",
    "PlanRow",
    "PledgeRow",
    "ReceiptRow",
    "ReferralRow",
    "ReleaseRow",
    "RetentionReleaseRow",
    "RouteRow",
    "SchoolCheckRow",
    "SchoolRow",
    "SessionRow",
    "ShiftRow",
    "SponsorRow",
    "StockMoveRow",
    "TeamRow",
    "TermRow",
    "UserRow",
]
