"""Who may do what: the whole table, role by use case by own and other records."""

from __future__ import annotations

import pytest

from planning import roles
from planning.errors import NotAllowed
from planning.model import Role, User
from planning.roles import Action, Scope

TABLE = """
                 planner  coordinator  team  viewer  auditor  admin
see_cases        all      own          -     -       -        -
import           all      -            -     -       -        -
review           all      -            -     -       -        -
contact          all      own          -     -       -        -
plan             all      -            -     -       -        -
publish          all      -            -     -       -        -
see_routes       all      own          team  -       -        -
record_outcome   -        -            team  -       -        -
see_coverage     all      all          -     all     -        -
check_schools    all      -            team  -       -        -
refer            all      -            -     -       -        -
manage_crews     all      own          -     -       -        -
read_log         -        -            -     -       all      -
manage_users     -        -            -     -       -        all
export_record    all      -            -     -       -        -
erase            all      -            -     -       -        -
keep_kits        all      -            -     -       -        -
follow_up        all      own          -     -       -        -
exchange         all      -            -     -       -        -
report           all      -            -     -       -        -
break_glass      -        all          all   -       -        -
see_emergencies  -        own          -     -       all      -
"""
"""`all`: everybody's records; `own`: the own municipality's; `team`: the own team's."""

_HEAD, *_LINES = TABLE.strip().splitlines()
CELLS = [
    (Role(role), Action(line.split()[0]), cell)
    for line in _LINES
    for role, cell in zip(_HEAD.split(), line.split()[1:], strict=True)
]


def user(role: Role, **own: str) -> User:
    return User("u", "U", role, **{"municipality_code": "RSE27", "team_id": "t1", **own})


def allowed(who: User, action: Action, **subject: str) -> bool:
    try:
        roles.require(who, action, **subject)
    except NotAllowed:
        return False
    return True


def test_the_table_has_every_role_and_every_use_case():
    """A new role or use case has to be thought about here."""
    assert {(role, action) for role, action, _ in CELLS} == {
        (role, action) for role in Role for action in Action
    }


@pytest.mark.parametrize(("role", "action", "cell"), CELLS)
def test_each_cell(role, action, cell):
    """Own and other municipality, own and other team, and records of nobody's."""
    who = user(role)
    assert roles.may(who, action) == (cell != "-")
    assert allowed(who, action) == (cell == "all")
    assert allowed(who, action, municipality_code="RSE27") == (cell in ("all", "own"))
    assert allowed(who, action, municipality_code="RSE01") == (cell == "all")
    assert allowed(who, action, team_id="t1") == (cell in ("all", "team"))
    assert allowed(who, action, team_id="t2") == (cell == "all")
    other_team_here = {"municipality_code": "RSE27", "team_id": "t2"}
    assert allowed(who, action, **other_team_here) == (cell in ("all", "own"))


@pytest.mark.parametrize(("role", "action", "cell"), CELLS)
def test_the_reach_of_each_cell(role, action, cell):
    """How far a permission goes, and a refusal where there is none."""
    reach = {"all": Scope.ALL, "own": Scope.OWN_MUNICIPALITY, "team": Scope.OWN_TEAM}
    if cell == "-":
        with pytest.raises(NotAllowed, match=f"a {role} may not"):
            roles.scope(user(role), action)
    else:
        assert roles.scope(user(role), action) == reach[cell]


@pytest.mark.parametrize(
    ("role", "action"), [(Role.COORDINATOR, Action.SEE_CASES), (Role.TEAM, Action.SEE_ROUTES)]
)
def test_an_account_without_municipality_or_team_owns_nothing(role, action):
    """Records without a municipality or team are not those of an account without one."""
    nobody = user(role, municipality_code="", team_id="")
    assert not allowed(nobody, action)
    assert not allowed(nobody, action, municipality_code="", team_id="")
    assert not allowed(nobody, action, municipality_code="RSE27", team_id="t1")
