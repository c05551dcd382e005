"""Visits → districts: compact, balanced by expected working time, each with its team.

    visits of a municipality → pieces kept together (`pieces`) → balanced k-means (`balance`)
    → teams (`staffing`) → quotas corrected by the work that came out (`drawing`), a few times over
    → pieces handed over between neighbours (`refining`, CP-SAT)

Districts never cross a municipality. They say which team is tried first; routing may still lend a
visit to another team where that is what serves it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.districts import staffing
from planning.districts.drawing import Drawing, Ground, draw, survey
from planning.districts.names import district_names
from planning.districts.pieces import settlement_of
from planning.districts.refining import refined
from planning.districts.work import Floats, metres, work_seconds
from planning.errors import Fault, InputError
from planning.model import District, Team, Visit
from planning.text import note

__all__ = ["Balance", "divide", "measure", "move", "work_seconds"]


def divide(
    visits: Sequence[Visit], teams: Sequence[Team], *, days: int, seed: int = 0
) -> tuple[tuple[District, ...], tuple[Visit, ...]]:
    """(districts, `visits` in their order with `district_id` and `home_team`).

    Every municipality with teams gets as many districts as it has teams, fewer where there is
    little work. Visits of a municipality without teams get no district; visits that no team of
    their municipality may make get a district but no home team. The same input, in any order of
    visits, and the same seed give the same districts.

    Args:
        visits: as `planning.visits.group` makes them.
        teams: of all municipalities.
        days: working days of the plan.
        seed: for the random starts.
    """
    districts: list[District] = []
    settled: dict[str, Visit] = {}
    for code in sorted({visit.municipality_code for visit in visits}):
        here = [visit for visit in visits if visit.municipality_code == code]
        own = [team for team in teams if team.municipality_code == code]
        if own:
            ground = survey(sorted(here, key=lambda visit: visit.visit_id), own, days)
            drawing = refined(ground, draw(ground, np.random.default_rng(seed)), seed=seed)
            drawn, placed = _written(ground, drawing)
            districts += drawn
            settled |= {visit.visit_id: visit for visit in placed}
    return tuple(districts), tuple(settled.get(visit.visit_id, visit) for visit in visits)


def _written(ground: Ground, drawing: Drawing) -> tuple[list[District], list[Visit]]:
    """A drawing as districts in the order of their teams, and visits that know theirs."""
    code = ground.visits[0].municipality_code
    order = sorted(range(len(drawing.members)), key=lambda at: drawing.teams[at])
    homes = _homes(ground, drawing)
    parts = [[ground.visits[member] for member in drawing.members[at]] for at in order]
    names = district_names(parts, ground.teams)
    districts: list[District] = []
    placed: list[Visit] = []
    for number, (at, part, name) in enumerate(zip(order, parts, names, strict=True), 1):
        district = District(
            district_id=f"{code}-{number:02d}",
            name=name,
            municipality_code=code,
            team_id=ground.teams[drawing.teams[at]].team_id,
            visit_ids=tuple(visit.visit_id for visit in part),
            work_seconds=work_seconds(part, ground.teams[drawing.teams[at]].mode),
        )
        districts.append(district)
        placed += [
            replace(visit, district_id=district.district_id, home_team=homes[visit.visit_id])
            for visit in part
        ]
    return districts, placed


def _homes(ground: Ground, drawing: Drawing) -> dict[str, str]:
    """visit_id → the team it is tried with first, "" for none."""
    middles: dict[str, Floats] = {
        team.team_id: office for team, office in zip(ground.teams, ground.offices, strict=True)
    }
    own: dict[int, Team] = {}
    for members, who in zip(drawing.members, drawing.teams, strict=True):
        middles[ground.teams[who].team_id] = ground.points[list(members)].mean(axis=0)
        own |= dict.fromkeys(members, ground.teams[who])
    homes = staffing.home_teams(
        ground.visits,
        [own[at] for at in range(len(ground.visits))],
        ground.teams,
        middles,
        ground.points,
        ground.days,
    )
    return dict(zip((visit.visit_id for visit in ground.visits), homes, strict=True))


def move(
    districts: Sequence[District],
    visits: Sequence[Visit],
    visit_ids: Collection[str],
    to_district: str,
    *,
    teams: Sequence[Team] = (),
) -> tuple[tuple[District, ...], tuple[Visit, ...]]:
    """`districts` and `visits` after a planner moved some visits to another district.

    The district's team becomes the home team of what is moved. With `teams`, a visit that this team
    may not make keeps the home team it had, and work on foot is reckoned on foot.

    Raises:
        InputError: no such district or visit, or a visit of another municipality.
    """
    known = {district.district_id: district for district in districts}
    by_id = {visit.visit_id: visit for visit in visits}
    wanted = set(visit_ids)
    _check_move(known, by_id, wanted, to_district)
    target = known[to_district]
    team_of = {team.team_id: team for team in teams}
    receiving = team_of.get(target.team_id)
    moved = tuple(
        _moved(visit, target, receiving) if visit.visit_id in wanted else visit for visit in visits
    )
    changed = {by_id[visit_id].district_id for visit_id in wanted} | {to_district}
    return tuple(
        _again(district, moved, team_of) if district.district_id in changed else district
        for district in districts
    ), moved


def _check_move(
    districts: Mapping[str, District],
    visits: Mapping[str, Visit],
    wanted: Collection[str],
    to_district: str,
) -> None:
    if to_district not in districts:
        raise InputError(
            Fault(note("no such district: choose one of the plan's"), value=to_district)
        )
    code = districts[to_district].municipality_code
    faults = [
        Fault(note("no such visit: choose one of the plan's"), value=visit_id)
        for visit_id in sorted(wanted)
        if visit_id not in visits
    ]
    faults += [
        Fault(note("another municipality's visit: its own teams must go"), value=visit_id)
        for visit_id in sorted(wanted)
        if visit_id in visits and visits[visit_id].municipality_code != code
    ]
    if faults:
        raise InputError(faults)


def _moved(visit: Visit, target: District, team: Team | None) -> Visit:
    able = team is None or staffing.may_visit(team, visit)
    home = target.team_id if able else visit.home_team
    return replace(visit, district_id=target.district_id, home_team=home)


def _again(district: District, visits: Sequence[Visit], team_of: Mapping[str, Team]) -> District:
    """`district` with the visits that name it, and its work."""
    here = [visit for visit in visits if visit.district_id == district.district_id]
    team = team_of.get(district.team_id)
    work = work_seconds(here, team.mode) if team else work_seconds(here)
    ids = tuple(visit.visit_id for visit in here)
    return replace(district, visit_ids=ids, work_seconds=work)


@dataclass(frozen=True, slots=True)
class Balance:
    """How good the districts of one municipality are."""

    municipality_code: str
    districts: int
    imbalance: float
    """Most work over mean work; 1 is even."""
    spread_m: float
    """Mean metres from a visit to the middle of its district."""
    split_settlements: int
    """Settlements in more than one district."""


def measure(districts: Sequence[District], visits: Sequence[Visit]) -> tuple[Balance, ...]:
    """The balance and compactness of every municipality's districts, by its code."""
    by_id = {visit.visit_id: visit for visit in visits}
    found = []
    for code in sorted({district.municipality_code for district in districts}):
        here = [district for district in districts if district.municipality_code == code]
        parts = [[by_id[visit_id] for visit_id in district.visit_ids] for district in here]
        found.append(_balance(code, [district.work_seconds for district in here], parts))
    return tuple(found)


def _balance(code: str, work: Sequence[int], parts: Sequence[Sequence[Visit]]) -> Balance:
    mean = sum(work) / len(work)
    away = [0.0]
    settlements: list[str] = []
    for part in filter(None, parts):
        points = metres(part)
        away += np.hypot(*(points - points.mean(axis=0)).T).tolist()
        settlements += {settlement_of(visit) for visit in part}
    return Balance(
        municipality_code=code,
        districts=len(parts),
        imbalance=max(work) / mean if mean else 1.0,
        spread_m=sum(away) / max(len(away) - 1, 1),
        split_settlements=sum(settlements.count(name) > 1 for name in set(settlements)),
    )
