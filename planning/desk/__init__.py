"""The use cases: what each user can do, in the order of a campaign's life.

Every method asks `planning.roles` first, does its work in one transaction, and writes who did what
to the audit log. Pages and the command line call these and decide nothing themselves.
"""

from __future__ import annotations

from planning.desk.accounts import AccountsDesk
from planning.desk.attendance import AttendanceDesk
from planning.desk.base import own_geocoder
from planning.desk.break_glass import BreakGlassDesk
from planning.desk.contacts import Call, CallList, ContactDesk
from planning.desk.counts import CountsDesk
from planning.desk.crews import Accountability, CrewBook, CrewDesk
from planning.desk.districts import DistrictDesk, Districts
from planning.desk.insight import CaseChance, Expected, Factor, InsightDesk, Pace
from planning.desk.kits import KitBook, KitDesk
from planning.desk.lists import ListDesk
from planning.desk.phone import GivenLink, PhoneDay, PhoneDesk, holder, let_in
from planning.desk.plans import PlanDesk
from planning.desk.referrals import Inbox, ReferralDesk
from planning.desk.reports import ReportDesk
from planning.desk.review import ReviewDesk
from planning.desk.rights import RightsDesk
from planning.desk.schools import CheckBook, SchoolDesk
from planning.desk.team_day import TeamDay
from planning.model import Choice

__all__ = [
    "Accountability",
    "Call",
    "CallList",
    "CaseChance",
    "CheckBook",
    "Choice",
    "CrewBook",
    "Desk",
    "Districts",
    "Expected",
    "Factor",
    "GivenLink",
    "Inbox",
    "KitBook",
    "Pace",
    "PhoneDay",
    "TeamDay",
    "holder",
    "let_in",
    "own_geocoder",
]


class Desk(
    ListDesk,
    ReviewDesk,
    DistrictDesk,
    PlanDesk,
    PhoneDesk,
    SchoolDesk,
    ReferralDesk,
    CrewDesk,
    ReportDesk,
    CountsDesk,
    AccountsDesk,
    BreakGlassDesk,
    RightsDesk,
    KitDesk,
    ContactDesk,
    InsightDesk,
    AttendanceDesk,
):
    """The use cases of one signed-in user."""
