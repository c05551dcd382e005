"""Who may do what, and within which part of the country.

One table, asked by every use case of `planning.desk`; hiding a page is navigation, not permission.
"""

from __future__ import annotations

from enum import StrEnum

from planning.errors import NotAllowed
from planning.model import Role, User


class Action(StrEnum):
    """A use case, as far as permission goes."""

    SEE_CASES = "see_cases"
    IMPORT = "import"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    """Whether children who came back stay in school, and what the next school year takes over."""
    CONTACT = "contact"
    """Telephone calls and research before a visit."""
    PLAN = "plan"
    PUBLISH = "publish"
    SEE_ROUTES = "see_routes"
    RECORD_OUTCOME = "record_outcome"
    SEE_COVERAGE = "see_coverage"
    READ_LOG = "read_log"
    MANAGE_USERS = "manage_users"
    EXCHANGE = "exchange"
    """Case lists handed to another system or institution."""
    REPORT = "report"
    """Half-year and closing reports."""
    EXPORT_RECORD = "export_record"
    """Everything about one child, to be handed to the family."""
    ERASE = "erase"
    """One child's record on request, and a campaign's records after their term."""
    CHECK_SCHOOLS = "check_schools"
    """Heads counted against the registers of a school."""
    REFER = "refer"
    """Referrals, the hotline, institutions and their agreements."""
    MANAGE_CREWS = "manage_crews"
    """Who is in the crews, and when they can come."""
    KEEP_KITS = "keep_kits"
    """Kits, sponsors and the letters of thanks."""
    BREAK_GLASS = "break_glass"
    SEE_EMERGENCIES = "see_emergencies"


class Scope(StrEnum):
    """How far a permission reaches."""

    ALL = "all"
    OWN_MUNICIPALITY = "own_municipality"
    OWN_TEAM = "own_team"


PERMISSIONS: dict[Role, dict[Action, Scope]] = {
    Role.PLANNER: {
        Action.SEE_CASES: Scope.ALL,
        Action.IMPORT: Scope.ALL,
        Action.REVIEW: Scope.ALL,
        Action.FOLLOW_UP: Scope.ALL,
        Action.CONTACT: Scope.ALL,
        Action.PLAN: Scope.ALL,
        Action.PUBLISH: Scope.ALL,
        Action.SEE_ROUTES: Scope.ALL,
        Action.SEE_COVERAGE: Scope.ALL,
        Action.EXCHANGE: Scope.ALL,
        Action.REPORT: Scope.ALL,
        Action.EXPORT_RECORD: Scope.ALL,
        Action.ERASE: Scope.ALL,
        Action.CHECK_SCHOOLS: Scope.ALL,
        Action.REFER: Scope.ALL,
        Action.MANAGE_CREWS: Scope.ALL,
        Action.KEEP_KITS: Scope.ALL,
    },
    Role.COORDINATOR: {
        Action.SEE_CASES: Scope.OWN_MUNICIPALITY,
        Action.FOLLOW_UP: Scope.OWN_MUNICIPALITY,
        Action.CONTACT: Scope.OWN_MUNICIPALITY,
        Action.SEE_ROUTES: Scope.OWN_MUNICIPALITY,
        Action.SEE_COVERAGE: Scope.ALL,
        Action.MANAGE_CREWS: Scope.OWN_MUNICIPALITY,
        Action.BREAK_GLASS: Scope.ALL,
        Action.SEE_EMERGENCIES: Scope.OWN_MUNICIPALITY,
    },
    Role.TEAM: {
        Action.SEE_ROUTES: Scope.OWN_TEAM,
        Action.RECORD_OUTCOME: Scope.OWN_TEAM,
        Action.CHECK_SCHOOLS: Scope.OWN_TEAM,
        Action.BREAK_GLASS: Scope.ALL,
    },
    Role.VIEWER: {Action.SEE_COVERAGE: Scope.ALL},
    Role.AUDITOR: {Action.READ_LOG: Scope.ALL, Action.SEE_EMERGENCIES: Scope.ALL},
    Role.ADMIN: {Action.MANAGE_USERS: Scope.ALL},
}


def may(user: User, action: Action) -> bool:
    """True when `user` may do `action` somewhere."""
    return action in PERMISSIONS[user.role]


def scope(user: User, action: Action) -> Scope:
    """How far `action` reaches for `user`.

    Raises:
        NotAllowed: the role has no such permission at all.
    """
    try:
        return PERMISSIONS[user.role][action]
    except KeyError:
        raise NotAllowed(f"a {user.role} may not {action.replace('_', ' ')}") from None


def require(user: User, action: Action, *, municipality_code: str = "", team_id: str = "") -> None:
    """Refuses unless `user` may do `action` to this municipality's or team's records.

    Raises:
        NotAllowed: wrong role, or somebody else's municipality or team.
    """
    reach = scope(user, action)
    own_municipality = bool(user.municipality_code) and municipality_code == user.municipality_code
    own_team = bool(user.team_id) and team_id == user.team_id
    if reach == Scope.OWN_MUNICIPALITY and not own_municipality:
        raise NotAllowed("this belongs to another municipality")
    if reach == Scope.OWN_TEAM and not own_team:
        raise NotAllowed("this belongs to another team")
