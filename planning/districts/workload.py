"""How much of its hours the work of a district takes: known at once, without a new plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planning.districts.work import work_seconds
from planning.model import District, Shift, Team, Visit


@dataclass(frozen=True, slots=True)
class Workload:
    """What one team has to do, beside the time it has."""

    team_id: str
    visits: int
    work_seconds: int
    """Expected at the doors and between them."""
    shift_seconds: int
    """Its shifts, pauses taken off; 0 for a team that never works in these days."""

    @property
    def share(self) -> float:
        """Work over time; 1 is a full week."""
        return self.work_seconds / self.shift_seconds if self.shift_seconds else 0.0


def workloads(
    visits: Sequence[Visit],
    teams: Sequence[Team],
    homes: Mapping[str, str],
    shifts: Iterable[Shift],
) -> tuple[Workload, ...]:
    """The workload of every one of `teams`, in their order.

    Args:
        visits: those to be shared out.
        teams: who may get some.
        homes: visit id → team id, as in `homes_of`; a visit of no team counts nowhere.
        shifts: of the plan's days.
    """
    given: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        given[homes.get(visit.visit_id, "")].append(visit)
    hours: dict[str, int] = defaultdict(int)
    for shift in shifts:
        hours[shift.team_id] += _net(shift)
    return tuple(
        Workload(
            team.team_id,
            len(given[team.team_id]),
            work_seconds(given[team.team_id], team.mode),
            hours[team.team_id],
        )
        for team in teams
    )


def _net(shift: Shift) -> int:
    """Working time of a shift without its pause."""
    pause = shift.pause.duration if shift.pause else 0
    longest = shift.end - shift.start
    return max(0, (longest if shift.most_work is None else min(longest, shift.most_work)) - pause)


def homes_of(
    districts: Iterable[District],
    visits: Iterable[Visit],
    teams: Sequence[Team],
    by_hand: Mapping[str, str],
) -> dict[str, str]:
    """Visit id → the team whose district it lies in, a planner's own moves made.

    Args:
        districts: as they were drawn.
        visits: theirs.
        teams: a case is moved only to one of its own municipality.
        by_hand: case id → team id; empty where nobody moved it.
    """
    drawn = {one: district.team_id for district in districts for one in district.visit_ids}
    there = {team.team_id: team.municipality_code for team in teams}
    homes = {}
    for visit in visits:
        moved = [
            team_id
            for case_id in visit.case_ids
            if there.get(team_id := by_hand.get(case_id, "")) == visit.municipality_code
        ]
        homes[visit.visit_id] = moved[-1] if moved else drawn.get(visit.visit_id, "")
    return homes
