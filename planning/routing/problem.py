"""Visits and shifts as arrays that every engine reads.

Time is whole seconds after midnight of the first day, straight through all days; travel is whole
seconds, rounded up, so that no plan promises to be faster than the road. Indices are 0-based:
visit v, shift s; travel nodes are the visits 0…V-1 followed by the places where shifts begin or
end. A visit that two crews make together is two rows with one id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400
"""Seconds in a day, also when the clocks change: times of day are what crews read."""

NEVER = 1 << 29
"""Seconds (17 years) that stand for "no way": an unreachable pair, a time that never comes."""

Solution = tuple[tuple[int, ...], ...]
"""For every shift the visits in order; what appears nowhere is unserved."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """V visits, S shifts, K kinds of load, N travel nodes, M modes."""

    visit_ids: tuple[str, ...]
    """(V,)"""
    shift_ids: tuple[str, ...]
    """(S,)"""
    service: Ints
    """(V,) seconds at the door."""
    priority: Ints
    """(V,) `model.Priority`."""
    penalty: Ints
    """(V,) cost of leaving the visit out, in seconds of travel."""
    load: Ints
    """(V, K) kits to hand over: of all types, then of each."""
    windows: tuple[tuple[tuple[int, int], ...], ...]
    """(V,) when service may START: (earliest, latest) in seconds after the first midnight, both
    included, ascending and disjoint. A shift's hours bound them further."""
    allowed: Bools
    """(V, S) True where the shift may serve the visit: team, day, institutions, deadline."""
    home: Bools
    """(V, S) True where the shift is allowed and belongs to the visit's home team; a row without
    True has no home."""
    shift_cost: Ints
    """(V, S) seconds of travel added for serving the visit on that shift: later days for urgent
    ones, teams other than the home team."""
    pairs: tuple[tuple[int, int], ...]
    """(first, second): both on one shift in this order, or neither."""
    together: tuple[tuple[int, int], ...]
    """(lead, second crew's): started at the same time by two teams, or neither is made."""
    apart: tuple[tuple[int, int, int], ...]
    """(first, second, days): where both are made, the second so many days later or more."""
    locked: frozenset[int]
    """Visits that stay on the one shift they are allowed on: no search may drop or move them."""
    first: frozenset[int]
    """Visits before which nothing goes on their route."""
    last: frozenset[int]
    """Visits after which nothing goes on their route."""
    fair: int
    """Weight of `unfairness`; 0 = it does not matter."""
    group: Ints
    """(S,) teams whose work should be even have the same number."""
    team: Ints
    """(S,) index of the shift's team."""
    midnight: Ints
    """(S,) when the shift's day begins; times of day count from here."""
    start: Ints
    """(S,) leave the office not before; seconds after the first midnight."""
    end: Ints
    """(S,) back at the office by then."""
    pause: Ints
    """(S, 3) earliest start, latest start, duration; duration 0 = no pause due."""
    capacity: Ints
    """(S, K) kits that fit in."""
    work: Ints
    """(S,) seconds from leaving to the return at most, pause included; `NEVER` = no limit. A route
    leaves so late that its first visit starts as early as it can without waiting for it."""
    origin: Ints
    """(S,) travel node where the day starts: the office, or where a crew on the road is."""
    office: Ints
    """(S,) travel node where the day ends."""
    mode: Ints
    """(S,) index into `travel`."""
    travel: tuple[npt.NDArray[np.int32], ...]
    """(M,) of (N, N) seconds from row to column, `NEVER` where there is no way. Asymmetry and
    broken triangles are normal."""
    elsewhere: tuple[tuple[int, int, int, int], ...] = ()
    """(team, group, seconds of work, seconds of hours) outside of this problem, where it is a piece
    of one whose work should be even."""
    underway: frozenset[int] = frozenset()
    """Shifts whose crew has left its office."""

    @property
    def visits(self) -> int:
        """V."""
        return len(self.visit_ids)

    @property
    def shifts(self) -> int:
        """S."""
        return len(self.shift_ids)

    def part(self, visits: Sequence[int], shifts: Sequence[int]) -> Problem:
        """The same problem with only `visits` and `shifts`, renumbered in the given order.

        What binds two visits comes along only when both do.
        """
        v, s = np.asarray(visits, dtype=np.int64), np.asarray(shifts, dtype=np.int64)
        ends, end = np.unique([self.origin[s], self.office[s]], return_inverse=True)
        origin, office = end.reshape(2, -1).astype(np.int64) + len(v)
        modes, mode = np.unique(self.mode[s], return_inverse=True)
        nodes = np.concatenate([v, ends])
        new = {int(old): index for index, old in enumerate(v)}
        return Problem(
            visit_ids=tuple(self.visit_ids[i] for i in v),
            shift_ids=tuple(self.shift_ids[i] for i in s),
            service=self.service[v],
            priority=self.priority[v],
            penalty=self.penalty[v],
            load=self.load[v],
            windows=tuple(self.windows[i] for i in v),
            allowed=self.allowed[np.ix_(v, s)],
            home=self.home[np.ix_(v, s)],
            shift_cost=self.shift_cost[np.ix_(v, s)],
            pairs=tuple((new[a], new[b]) for a, b in self.pairs if a in new and b in new),
            together=tuple((new[a], new[b]) for a, b in self.together if a in new and b in new),
            apart=tuple((new[a], new[b], d) for a, b, d in self.apart if a in new and b in new),
            locked=frozenset(new[visit] for visit in self.locked if visit in new),
            first=frozenset(new[visit] for visit in self.first if visit in new),
            last=frozenset(new[visit] for visit in self.last if visit in new),
            fair=self.fair,
            group=self.group[s],
            team=self.team[s],
            midnight=self.midnight[s],
            start=self.start[s],
            end=self.end[s],
            pause=self.pause[s],
            capacity=self.capacity[s],
            work=self.work[s],
            origin=origin,
            office=office,
            mode=mode.astype(np.int64),
            travel=tuple(self.travel[m][np.ix_(nodes, nodes)] for m in modes),
            underway=frozenset(new for new, old in enumerate(shifts) if old in self.underway),
        )


def route_cost(problem: Problem, shift: int, sequence: Sequence[int]) -> int:
    """Travel of one route plus the shift costs of its visits, in seconds."""
    tolls = int(problem.shift_cost[list(sequence), shift].sum())
    return route_travel(problem, shift, sequence) + tolls


def route_travel(problem: Problem, shift: int, sequence: Sequence[int]) -> int:
    """Seconds on the road of one route; none for a crew that stays where its day ends."""
    origin, office = int(problem.origin[shift]), int(problem.office[shift])
    if not sequence and origin == office:
        return 0
    matrix = problem.travel[int(problem.mode[shift])]
    return sum(int(matrix[a, b]) for a, b in pairwise([origin, *sequence, office]))


def cost(problem: Problem, solution: Sequence[Sequence[int]]) -> int:
    """What a solution costs: travel, shift costs, penalties of unserved visits, unfairness."""
    served = [visit for route in solution for visit in route]
    routes = sum(route_cost(problem, s, route) for s, route in enumerate(solution))
    left = int(problem.penalty.sum()) - int(problem.penalty[served].sum())
    return (
        routes + left + (unfairness(problem, team_work(problem, solution)) if problem.fair else 0)
    )


def team_work(problem: Problem, solution: Sequence[Sequence[int]]) -> Ints:
    """(T,) seconds of travel and service of every team, also elsewhere."""
    work = np.zeros(len(team_hours(problem)), dtype=np.int64)
    for shift, route in enumerate(solution):
        spent = route_travel(problem, shift, route) + int(problem.service[list(route)].sum())
        work[problem.team[shift]] += spent
    for team, _, seconds, _ in problem.elsewhere:
        work[team] += seconds
    return work


def team_hours(problem: Problem) -> Ints:
    """(T,) seconds that the shifts of every team last, also elsewhere."""
    teams = [*problem.team.tolist(), *(team for team, *_ in problem.elsewhere)]
    hours = np.zeros(max(teams, default=-1) + 1, dtype=np.int64)
    np.add.at(hours, problem.team, problem.end - problem.start)
    for team, _, _, seconds in problem.elsewhere:
        hours[team] += seconds
    return hours


def team_groups(problem: Problem) -> list[list[int]]:
    """The teams of every group, ascending."""
    groups: dict[int, set[int]] = {}
    for group, team in zip(problem.group.tolist(), problem.team.tolist(), strict=True):
        groups.setdefault(group, set()).add(team)
    for team, group, *_ in problem.elsewhere:
        groups.setdefault(group, set()).add(team)
    return [sorted(groups[group]) for group in sorted(groups)]


def unfairness(problem: Problem, work: Ints) -> int:
    """Cost of uneven `work`, (T,) seconds by team.

    Within a group a team's share of all work is its share of all hours. For every team: its
    minutes above or below that share, squared, over its minutes of hours, times `fair`. Whole
    numbers throughout, so that every engine counts the same.
    """
    hours = team_hours(problem)
    total = 0
    for teams in team_groups(problem):
        there, done = int(hours[teams].sum()), int(work[teams].sum())
        for team in teams:
            own = int(hours[team])
            off = (int(work[team]) - done * own // there) // 60
            total += problem.fair * off * off // max(1, own // 60)
    return total


def due_pause(
    pause: tuple[int, int, int] | None, start: int, end: int
) -> tuple[int, int, int] | None:
    """`pause` (earliest, latest, duration), or None for a shift that is not at work then."""
    if pause is None or pause[2] <= 0 or pause[0] >= end or pause[1] < start:
        return None
    return pause


def disjoint(windows: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Windows ascending, empty ones dropped, overlapping or touching ones joined."""
    joined: list[tuple[int, int]] = []
    for earliest, latest in sorted(w for w in windows if w[0] <= w[1]):
        if joined and earliest <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], latest))
        else:
            joined.append((earliest, latest))
    return tuple(joined)


def first_start(windows: Sequence[tuple[int, int]], ready: int) -> int:
    """Earliest start of service in `windows` from `ready` on; `NEVER` when all have closed."""
    for earliest, latest in windows:
        if ready <= latest:
            return max(ready, earliest)
    return NEVER


def last_start(windows: Sequence[tuple[int, int]], by: int) -> int:
    """Latest start of service in `windows` until `by`; `-NEVER` when none has opened."""
    for earliest, latest in reversed(windows):
        if earliest <= by:
            return min(by, latest)
    return -NEVER
