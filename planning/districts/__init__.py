"""Visits → districts: compact, balanced by expected working time, each with its team.

    visits of a municipality → pieces kept together (`pieces`) → balanced k-means (`balance`)
    → teams (`staffing`) → quotas corrected by the work that came out (`work`), a few times over

Districts never cross a municipality. They say which team is tried first; routing may still lend a
visit to another team where that is what serves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planning.districts import balance, pieces, staffing
from planning.districts.balance import Labels
from planning.districts.work import (
    Floats,
    available_seconds,
    between_seconds,
    metres,
    shares,
    to_plane,
    work_seconds,
)
from planning.errors import Fault, InputError
from planning.model import District, Mode, Team, Visit

__all__ = ["Balance", "divide", "measure", "move", "work_seconds"]

LEAST_WORK = 2 * 3600.0
"""Seconds of work that are worth a district of their own."""

_STARTS = 4
_CORRECTIONS = 10
_COMPACTNESS = 0.15
"""How much spread counts against imbalance when drawings are compared."""


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
        here = sorted(
            (visit for visit in visits if visit.municipality_code == code),
            key=lambda visit: visit.visit_id,
        )
        own = [team for team in teams if team.municipality_code == code]
        if own:
            drawn, placed = _Drawing(here, own, days, seed).result()
            districts += drawn
            settled |= {visit.visit_id: visit for visit in placed}
    return tuple(districts), tuple(settled.get(visit.visit_id, visit) for visit in visits)


class _Drawing:
    """The districts of one municipality while they are drawn."""

    def __init__(
        self, visits: Sequence[Visit], teams: Sequence[Team], days: int, seed: int
    ) -> None:
        self.visits = visits
        self.teams = teams
        self.days = max(1, days)
        degrees = np.array([(visit.lon, visit.lat) for visit in visits], dtype=np.float64)
        latitude = float(degrees[:, 1].mean())
        self.points = to_plane(degrees, latitude)
        self.offices = to_plane(np.array([(t.lon, t.lat) for t in teams]), latitude)
        self.service = np.array([visit.service_seconds for visit in visits], dtype=np.float64)
        # A visit without any service time still is a visit.
        self.work = np.maximum(shares(self.points, self.service), 60.0)
        total = float(self.work.sum())
        self.count = max(1, min(len(teams), len(visits), int(total // LEAST_WORK)))
        self.pieces = pieces.cut(visits, self.points, self.work, share=total / self.count)
        self.count = min(self.count, len(self.pieces))
        self.piece_work = np.array([self.work[piece].sum() for piece in self.pieces])
        self.piece_points = np.array(
            [np.average(self.points[p], axis=0, weights=self.work[p]) for p in self.pieces]
        )
        self.rng = np.random.default_rng(seed)

    def result(self) -> tuple[list[District], list[Visit]]:
        """Districts in the order of their teams, and the visits."""
        members, who = self._best()
        order = sorted(range(len(members)), key=lambda at: who[at])
        names = _names([self.visits[at] for at in range(len(self.visits))], members, self.teams)
        district_of = np.zeros(len(self.visits), dtype=np.int64)
        for at in range(len(members)):
            district_of[members[at]] = at
        middle_of = {
            team.team_id: office for team, office in zip(self.teams, self.offices, strict=True)
        } | {
            self.teams[who[at]].team_id: self.points[list(members[at])].mean(axis=0)
            for at in range(len(members))
        }
        homes = staffing.home_teams(
            self.visits,
            [self.teams[who[at]] for at in district_of],
            self.teams,
            middle_of,
            self.points,
            self.days,
        )
        code = self.visits[0].municipality_code
        ids = {at: f"{code}-{number:02d}" for number, at in enumerate(order, 1)}
        districts = [
            District(
                district_id=ids[at],
                name=f"{_municipality(self.teams, self.visits)} {number} · {names[at]}",
                municipality_code=code,
                team_id=self.teams[who[at]].team_id,
                visit_ids=tuple(self.visits[member].visit_id for member in members[at]),
                work_seconds=round(self._load(members[at], self.teams[who[at]].mode)),
            )
            for number, at in enumerate(order, 1)
        ]
        placed = [
            replace(visit, district_id=ids[int(at)], home_team=home)
            for visit, at, home in zip(self.visits, district_of, homes, strict=True)
        ]
        return districts, placed
