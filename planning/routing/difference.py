"""What a new plan changes, to be read before it is published. Ids only, nothing personal.

Every change of a stop is in exactly one list: it moved, it comes at another time, it is new on a
route, or it is on none any more. Lists are ordered by day, team and place of the new plan (of the
old one for what is on no route any more), so that the same two plans always read the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from planning.model import Mode, Plan, Reason
from planning.routing.balance import lengths
from planning.routing.moves import clock
from planning.text import Note, note

if TYPE_CHECKING:
    from planning.travel.matrix import Travel


@dataclass(frozen=True, slots=True)
class Where:
    """A stop's place in a plan."""

    shift_id: str
    team_id: str
    day: date
    position: int
    """1 = the first stop."""
    start: int
    """Service begins, seconds after midnight."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A stop with another team, on another day, or in another order among those that stay."""

    visit_id: str
    before: Where
    after: Where

    @property
    def elsewhere(self) -> bool:
        """Another team or day, not only another order."""
        return self.before.shift_id != self.after.shift_id

    @property
    def told(self) -> Note:
        """In words."""
        before, after = self.before, self.after
        if not self.elsewhere:
            return note(
                "visit {visit}: stop {to_place} instead of {from_place} of team {team} on {day}",
                visit=self.visit_id, from_place=before.position, to_place=after.position,
                team=after.team_id, day=after.day,
            )  # fmt: skip
        return note(
            "visit {visit}: from team {from_team} on {from_day} to team {to_team} on {to_day}, "
            "{clock}, stop {to_place}",
            visit=self.visit_id, from_team=before.team_id, from_day=before.day,
            to_team=after.team_id, to_day=after.day, clock=clock(after.start),
            to_place=after.position,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Retimed:
    """A stop that keeps its team, day and order, and comes at another time."""

    visit_id: str
    before: Where
    after: Where

    @property
    def told(self) -> Note:
        """In words."""
        return note(
            "visit {visit}: at {clock} instead of {from_clock}, team {team} on {day}",
            visit=self.visit_id, clock=clock(self.after.start),
            from_clock=clock(self.before.start), team=self.after.team_id, day=self.after.day,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Added:
    """A stop that was on no route."""

    visit_id: str
    after: Where
    new: bool
    """It was not asked for before; else it was unserved."""

    @property
    def told(self) -> Note:
        """In words."""
        after = self.after
        return note(
            "visit {visit}: new with team {team} on {day}, {clock}, stop {to_place}",
            visit=self.visit_id, team=after.team_id, day=after.day, clock=clock(after.start),
            to_place=after.position,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stop that is on no route any more."""

    visit_id: str
    before: Where
    reason: Reason | None
    """None for a visit that is no longer asked for."""
    because: tuple[Note, ...] = ()
    """The reason in words."""

    @property
    def told(self) -> Note:
        """In words, without the reason."""
        said = {"visit": self.visit_id, "team": self.before.team_id, "day": self.before.day}
        if self.reason is None:
            return note("visit {visit}: no longer wanted, was with team {team} on {day}", **said)
        return note("visit {visit}: left out, was with team {team} on {day}", **said)


@dataclass(frozen=True, slots=True)
class Left:
    """A visit without a stop before and after, of which something else changed."""

    visit_id: str
    before: Reason | None
    """Why it was left; None for a visit that was not asked for."""
    after: Reason | None
    """Why it is left; None for a visit that is no longer asked for."""
    because: tuple[Note, ...] = ()
    """The reason now, in words."""

    @property
    def told(self) -> Note:
        """In words, without the reason."""
        if self.before is None:
            return note("visit {visit}: asked for, and left out", visit=self.visit_id)
        if self.after is None:
            return note("visit {visit}: was left out, and is no longer wanted", visit=self.visit_id)
        return note("visit {visit}: left out for another reason", visit=self.visit_id)


@dataclass(frozen=True, slots=True)
class TeamChange:
    """A team's work in both plans, all its days. Seconds from leaving the office to the return."""

    team_id: str
    seconds_before: int
    seconds_after: int
    metres_before: float | None
    """None where no lengths are known."""
    metres_after: float | None
    stops_before: int
    stops_after: int

    @property
    def told(self) -> Note:
        """In words."""
        minutes = (self.seconds_after - self.seconds_before) / 60
        return note("team {team}: {minutes} min, {stops} stops", team=self.team_id,
                    minutes=f"{round(minutes):+d}",
                    stops=f"{self.stops_after - self.stops_before:+d}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changes between two plans."""

    moved: tuple[Moved, ...]
    retimed: tuple[Retimed, ...]
    added: tuple[Added, ...]
    dropped: tuple[Dropped, ...]
    left: tuple[Left, ...]
    teams: tuple[TeamChange, ...]
    """Teams whose work changes, by id."""

    @property
    def empty(self) -> bool:
        """Nothing changes."""
        return not (self.moved or self.retimed or self.added or self.dropped or self.left)

    @property
    def elsewhere(self) -> int:
        """Stops that another team makes, or on another day: what a repair keeps small."""
        return sum(each.elsewhere for each in self.moved)


def difference(
    before: Plan,
    after: Plan,
    travel: Mapping[Mode, Travel],
    *,
    travel_before: Mapping[Mode, Travel] | None = None,
    minutes: float = 0,
) -> Difference:
    """What `after` changes of `before`.

    Args:
        before: the published plan.
        after: the one that is to replace it.
        travel: for the lengths of routes without legs.
        travel_before: the same for `before`, where a road was closed since.
        minutes: stops that come earlier or later by this or less are not told.
    """
    was, now = _stops(before), _stops(after)
    pairs = _matched(was, now)
    moved, retimed = [], []
    for visit_id, old, new in pairs:
        if old.shift_id != new.shift_id:
            moved.append(Moved(visit_id, old, new))
    same = [pair for pair in pairs if pair[1].shift_id == pair[2].shift_id]
    overtaken = _overtaken(same)
    for pair in same:
        visit_id, old, new = pair
        if pair in overtaken:
            moved.append(Moved(visit_id, old, new))
        elif abs(new.start - old.start) > 60 * minutes:
            retimed.append(Retimed(visit_id, old, new))
    return Difference(
        moved=tuple(sorted(moved, key=lambda each: _rank(each.after))),
        retimed=tuple(sorted(retimed, key=lambda each: _rank(each.after))),
        added=_added(before, pairs, now),
        dropped=_dropped(after, pairs, was),
        left=_left(before, after),
        teams=_teams(before, after, travel_before or travel, travel),
    )


Matched = tuple[str, Where, Where]


def _rank(where: Where) -> tuple[date, str, int]:
    return where.day, where.team_id, where.position


def _stops(plan: Plan) -> dict[str, list[Where]]:
    """Every stop by its visit; two where two crews go."""
    found: defaultdict[str, list[Where]] = defaultdict(list)
    for route in plan.routes:
        for position, stop in enumerate(route.stops, 1):
            where = Where(route.shift_id, route.team_id, route.day, position, stop.start)
            found[stop.visit_id].append(where)
    return dict(found)


def _matched(
    was: Mapping[str, Sequence[Where]], now: Mapping[str, Sequence[Where]]
) -> list[Matched]:
    """Stops of one visit before and after; of two crews, the one that stays is the same."""
    pairs: list[Matched] = []
    for visit_id in was.keys() & now.keys():
        shifts = {new.shift_id: new for new in now[visit_id]}
        stays = {old.shift_id for old in was[visit_id] if old.shift_id in shifts}
        olds = [old for old in was[visit_id] if old.shift_id not in stays]
        news = [new for new in now[visit_id] if new.shift_id not in stays]
        pairs += [
            (visit_id, old, shifts[old.shift_id]) for old in was[visit_id] if old.shift_id in stays
        ]
        pairs += [(visit_id, old, new) for old, new in zip(olds, news, strict=False)]
    return sorted(pairs, key=lambda pair: (_rank(pair[2]), pair[0]))


def _overtaken(pairs: Iterable[Matched]) -> set[Matched]:
    """Of stops that stay on their shift, the fewest that must move to give the new order."""
    by_shift: defaultdict[str, list[Matched]] = defaultdict(list)
    for pair in pairs:
        by_shift[pair[2].shift_id].append(pair)
    found: set[Matched] = set()
    for stops in by_shift.values():
        kept = _longest_rise([pair[1].position for pair in stops])
        found |= {pair for at, pair in enumerate(stops) if at not in kept}
    return found


def _longest_rise(values: Sequence[int]) -> set[int]:
    """Places of a longest rising subsequence of distinct `values` (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for at, value in enumerate(values):
        pile = bisect_left(tails, value)
        before.append(ends[pile - 1] if pile else None)
        tails[pile : pile + 1] = [value]
        ends[pile : pile + 1] = [at]
    kept = set()
    at_last = ends[-1] if ends else None
    while at_last is not None:
        kept.add(at_last)
        at_last = before[at_last]
    return kept


def _added(
    before: Plan, pairs: Iterable[Matched], now: Mapping[str, Sequence[Where]]
) -> tuple[Added, ...]:
    asked = {visit.visit_id for visit in before.visits}
    known = {(visit_id, new) for visit_id, _, new in pairs}
    found = [
        Added(visit_id, where, visit_id not in asked)
        for visit_id, places in now.items()
        for where in places
        if (visit_id, where) not in known
    ]
    return tuple(sorted(found, key=lambda each: _rank(each.after)))


def _dropped(
    after: Plan, pairs: Iterable[Matched], was: Mapping[str, Sequence[Where]]
) -> tuple[Dropped, ...]:
    left = {each.visit_id: each for each in after.unserved}
    known = {(visit_id, old) for visit_id, old, _ in pairs}
    found = []
    for visit_id, places in was.items():
        for where in places:
            if (visit_id, where) not in known:
                why = left.get(visit_id)
                found.append(
                    Dropped(visit_id, where, why.reason, why.because)
                    if why
                    else Dropped(visit_id, where, None)
                )
    return tuple(sorted(found, key=lambda each: _rank(each.before)))


def _left(before: Plan, after: Plan) -> tuple[Left, ...]:
    """Unserved before or asked for now, unserved now or no longer asked for, and not the same."""
    was = {each.visit_id: each for each in before.unserved if each.visit_id}
    now = {each.visit_id: each for each in after.unserved if each.visit_id}
    asked_before = {visit.visit_id for visit in before.visits}
    asked_after = {visit.visit_id for visit in after.visits}
    found = [
        Left(one, was[one].reason if one in was else None, new.reason, new.because)
        for one, new in now.items()
        if (one in was and was[one].reason != new.reason) or one not in asked_before
    ]
    found += [Left(one, old.reason, None) for one, old in was.items() if one not in asked_after]
    return tuple(sorted(found, key=lambda each: each.visit_id))


def _teams(
    before: Plan, after: Plan, travel_before: Mapping[Mode, Travel], travel: Mapping[Mode, Travel]
) -> tuple[TeamChange, ...]:
    was, now = _work(before, travel_before), _work(after, travel)
    nothing: Work = (0, 0.0, 0)
    changes = [
        TeamChange(team, *_beside(was.get(team, nothing), now.get(team, nothing)))
        for team in sorted(was.keys() | now.keys())
        if was.get(team, nothing) != now.get(team, nothing)
    ]
    return tuple(changes)


Work = tuple[int, float | None, int]
"""Seconds, metres and stops of a team."""


def _beside(was: Work, now: Work) -> tuple[int, int, float | None, float | None, int, int]:
    return was[0], now[0], was[1], now[1], was[2], now[2]


def _work(plan: Plan, travel: Mapping[Mode, Travel]) -> dict[str, Work]:
    """By team."""
    metres = lengths(plan, travel)
    found: dict[str, Work] = {}
    for route in plan.routes:
        seconds, way, stops = found.get(route.team_id, (0, 0.0, 0))
        own = metres[route.shift_id]
        found[route.team_id] = (
            seconds + route.back - route.departure,
            None if way is None or own is None else way + own,
            stops + len(route.stops),
        )
    return found
