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
    PLAN = "plan"
    PUBLISH = "publish"
    SEE_ROUTES = "see_routes"
    RECORD_OUTCOME = "record_outcome"
    SEE_COVERAGE = "see_coverage"
    READ_LOG = "read_log"
    MANAGE_USERS = "manage_users"


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
        Action.PLAN: Scope.ALL,
        Action.PUBLISH: Scope.ALL,
        Action.SEE_ROUTES: Scope.ALL,
        Action.SEE_COVERAGE: Scope.ALL,
    },
    Role.COORDINATOR: {
        Action.SEE_CASES: Scope.OWN_MUNICIPALITY,
        Action.SEE_ROUTES: Scope.OWN_MUNICIPALITY,
        Action.SEE_COVERAGE: Scope.ALL,
    },
    Role.TEAM: {
        Action.SEE_ROUTES: Scope.OWN_TEAM,
        Action.RECORD_OUTCOME: Scope.OWN_TEAM,
    },
    Role.VIEWER: {Action.SEE_COVERAGE: Scope.ALL},
    Role.AUDITOR: {Action.READ_LOG: Scope.ALL},
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
