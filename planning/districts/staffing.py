"""Which team takes which district, and who goes where that team may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from planning.districts.work import (
    Flags,
    Floats,
    available_seconds,
    between_seconds,
    travel_seconds,
)
from planning.model import Mode, Team, Visit

_UNFIT_SECONDS = 4 * 3600.0
"""What it costs to give a visit to a team that may not make it: another crew has to come by."""


def may_visit(team: Team, visit: Visit) -> bool:
    """Whether `team`, with all its members there, may make the visit: by its order, not by its day.

    A woman or a man is asked for only where members are known: elsewhere nobody knows.
    """
    if visit.teams and team.team_id not in visit.teams:
        return False
    if not team.members:
        return visit.requires <= team.institutions and visit.languages <= team.languages
    return (
        visit.requires <= {member.institution for member in team.members}
        and visit.languages <= {each for member in team.members for each in member.languages}
        and visit.sexes <= {member.sex for member in team.members}
    )


def staff(
    teams: Sequence[Team],
    offices: Floats,
    able: Flags,
    districts: Sequence[Sequence[int]],
    trees: Sequence[Floats],
    points: Floats,
    days: int,
) -> list[int]:
    """For each district the position of its team; the cheapest whole assignment.

    Cost is time: the way from the office on every day, walking where a team walks, and visits the
    team may not make. `offices` (t, 2) and `points` (n, 2) are metres in one plane; `able` (t, n)
    says which team may make which visit; `districts` hold positions of visits, and `trees` the edge
    lengths that join them (`work.tree_edges`).
    """
    cost = np.zeros((len(teams), len(districts)))
    for at, (members, tree) in enumerate(zip(districts, trees, strict=True)):
        here = list(members)
        afoot = between_seconds(tree, Mode.WALK) - between_seconds(tree)
        for who, team in enumerate(teams):
            away = np.hypot(*(points[here] - offices[who]).T).min()
            way = float(travel_seconds(np.array([away]), team.mode)[0])
            unfit = len(here) - int(able[who, here].sum())
            extra = afoot if team.mode is Mode.WALK else 0.0
            cost[who, at] = 2 * days * way + extra + unfit * _UNFIT_SECONDS
    chosen, served = linear_sum_assignment(cost)
    team_of = dict(zip(served.tolist(), chosen.tolist(), strict=True))
    return [team_of[at] for at in range(len(districts))]


def home_teams(
    visits: Sequence[Visit],
    own: Sequence[Team],
    teams: Sequence[Team],
    middle_of: Mapping[str, Floats],
    points: Floats,
    days: int,
) -> list[str]:
    """The team that each visit is tried with first; "" where no team of `teams` may make it.

    It is the team of the visit's district, `own`, where it may; else the one of `teams` that may
    and has most time left, by tenths of its time, then the nearest. `middle_of` is the middle of
    each team's district, or its office, in metres.
    """
    load = {team.team_id: 0.0 for team in teams}
    time = {team.team_id: available_seconds(team, days) for team in teams}
    for visit, team in zip(visits, own, strict=True):
        if may_visit(team, visit):
            load[team.team_id] += visit.service_seconds
    homes = []
    for at, (visit, team) in enumerate(zip(visits, own, strict=True)):
        able = [team] if may_visit(team, visit) else [t for t in teams if may_visit(t, visit)]
        if not able:
            homes.append("")
            continue
        chosen = min(
            able,
            key=lambda t: (
                int(10 * load[t.team_id] / time[t.team_id]),
                float(np.hypot(*(points[at] - middle_of[t.team_id]))),
                t.team_id,
            ),
        )
        if chosen is not team:
            load[chosen.team_id] += visit.service_seconds
        homes.append(chosen.team_id)
    return homes
