"""Who may go with a crew: members of teams and of institutions, and what they have signed.

Nobody goes to a family before the declaration of confidentiality is signed. To everything that
asks who is there (`planning.shifts.is_there`), such a member is away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planning.crews import Crews
from planning.errors import Fault, InputError
from planning.intake import Listed
from planning.model import Member, Shift, Team
from planning.partners import Institution
from planning.shifts import is_there
from planning.text import note

NEVER = (date.min, date.max)
"""An absence without end."""


def sworn(member: Member) -> Member:
    """The member, away until the declaration of confidentiality is signed."""
    if member.declared is None:
        return replace(member, away=(NEVER,))
    before = (date.min, member.declared - timedelta(days=1))
    return replace(member, away=(before, *member.away))


def sworn_teams(teams: Iterable[Team]) -> tuple[Team, ...]:
    """The teams with their members as they may go; see `sworn`."""
    return tuple(
        replace(team, members=tuple(sworn(each) for each in team.members)) for team in teams
    )


def pools(institutions: Iterable[Institution]) -> dict[str, tuple[Member, ...]]:
    """Municipality code → who may help out in its crews, as they may go."""
    found: dict[str, tuple[Member, ...]] = {}
    for each in institutions:
        if each.municipality_code and each.members:
            there = found.get(each.municipality_code, ())
            found[each.municipality_code] = (*there, *map(sworn, each.members))
    return found


def undeclared(teams: Iterable[Team], institutions: Iterable[Institution]) -> tuple[str, ...]:
    """Ids of members who have not signed, and so do not go."""
    return unsworn(teams, {each.institution_id: each.members for each in institutions})


def unsworn(teams: Iterable[Team], lent: Mapping[str, Sequence[Member]]) -> tuple[str, ...]:
    """The same, with those who belong to no team by whoever lends them."""
    members = [member for each in teams for member in each.members]
    members += [member for each in lent.values() for member in each]
    return tuple(sorted(each.member_id for each in members if each.declared is None))


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who must be free on a day."""

    day: date
    institution: str
    """Code."""
    member: Member
    team_id: str
    """With which they go."""


def called(crews: Crews) -> tuple[Called, ...]:
    """Who must be free when: by day, institution and team."""
    found = [
        Called(duty.day, member.institution, member, duty.team_id)
        for duty in crews.duties
        for member in duty.members
    ]
    return tuple(sorted(found, key=lambda x: (x.day, x.institution, x.team_id, x.member.member_id)))


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many more people of an institution would let more visits be made on a day."""

    institution: str
    """Code."""
    day: date
    municipality: str
    """By name."""
    count: int


def shortages(crews: Crews) -> tuple[Shortage, ...]:
    """What `planning.crews` tells in words, as rows by institution and day."""
    rows = []
    for each in crews.shortages:
        told = dict(each.values)
        rows.append(
            Shortage(
                told["institutions"], date.fromisoformat(told["day"]), told["municipality"],
                int(told["count"]),
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.institution, row.day, row.municipality)))


def idle(shifts: Iterable[Shift], teams: Iterable[Team]) -> tuple[tuple[str, date], ...]:
    """(team, day) of shifts on which nobody of a team that has members may go."""
    members = {team.team_id: team.members for team in teams if team.members}
    return tuple(
        (shift.team_id, shift.day)
        for shift in shifts
        if shift.team_id in members
        and not any(is_there(sworn(each), shift.day) for each in members[shift.team_id])
    )


def with_pool(
    institutions: Sequence[Institution],
    listed: Mapping[str, Sequence[Member]],
    *,
    file: str = "",
) -> tuple[Institution, ...]:
    """The institutions that change, with the members that a list names for their municipalities.

    Args:
        institutions: all that are known.
        listed: municipality code → members who belong to no team.
        file: for the faults.

    Raises:
        InputError: a fault for every institution of a municipality that is not known.
    """
    at_home = {(each.municipality_code, each.kind): each for each in institutions}
    wanted: dict[tuple[str, str], list[Member]] = {}
    for code, members in listed.items():
        for member in members:
            wanted.setdefault((code, member.institution), []).append(member)
    unknown = sorted(wanted.keys() - at_home.keys())
    if unknown:
        raise InputError(
            Fault(note("this municipality has no institution of that kind yet; add it first"),
                  file=file, field="institution", value=f"{kind}, {code}")
            for code, kind in unknown
        )  # fmt: skip
    return tuple(
        replace(at_home[key], members=_merged(at_home[key].members, members))
        for key, members in wanted.items()
    )


def _merged(before: Iterable[Member], new: Iterable[Member]) -> tuple[Member, ...]:
    """Those of a list take the place of those of the same id."""
    by_id = {each.member_id: each for each in before} | {each.member_id: each for each in new}
    return tuple(by_id.values())


def refuse_shared_ids(listed: Iterable[Listed], others: Iterable[Member], *, file: str) -> None:
    """Refuses a list whose member ids others have: a duty names people by their ids.

    Raises:
        InputError: every such row.
    """
    taken = Counter(each.member_id for each in others)
    faults = [
        Fault(note("somebody else has this number; give each their own"), file=file, row=each.row,
              field="member_id")
        for each in listed
        if taken[each.member.member_id]
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
