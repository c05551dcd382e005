"""The use cases: what each user can do, in the order of a campaign's life.

Every method asks `planning.roles` first, does its work in one transaction, and writes who did what
to the audit log. Pages and the command line call these and decide nothing themselves.
"""

from __future__ import annotations

from planning.desk.accounts import AccountsDesk
from planning.desk.base import own_geocoder
from planning.desk.counts import CountsDesk
from planning.desk.lists import ListDesk
from planning.desk.plans import PlanDesk
from planning.desk.review import ReviewDesk
from planning.desk.team_day import TeamDay, TeamDesk
from planning.model import Choice

__all__ = ["Choice", "Desk", "TeamDay", "own_geocoder"]


class Desk(ListDesk, ReviewDesk, PlanDesk, TeamDesk, CountsDesk, AccountsDesk):
    """The use cases of one signed-in user."""
