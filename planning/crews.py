"""Members' calendars and what the visits ask for → who goes with which team on which day.

A planner's order names the teams; who is ill, away or wanted elsewhere it cannot know. CP-SAT
chooses the crews of a municipality for all days at once, in this order:

    as many visits as possible have a crew that may make them, in time, urgent ones first
    → as few people as possible leave their own team for a day
    → members of the pool are on duty as rarely, and as evenly, as possible

A visit's time is that at its door and its share of the ways (`planning.districts.work`), so that no
travel times are needed. Routing decides who is visited; this only makes it possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from ortools.sat.python import cp_model

from planning.districts.work import metres, shares
from planning.model import Member, Sex, Shift, Visit
from planning.routing.rules import on_day
from planning.routing.weights import WEIGHTS
from planning.shifts import is_there, manned
from planning.text import Note, note

EFFORT = 2.0
"""CP-SAT's deterministic time for a municipality. A week of nine teams is settled in a tenth."""

Ability = tuple[str, str]
"""("institution", code), ("language", code) or ("sex", code)."""
Terms = cp_model.LinearExpr | int


@dataclass(frozen=True, slots=True)
class Duty:
    """Who goes with a team on a day."""

    team_id: str
    day: date
    members: tuple[Member, ...]
    """By id."""


@dataclass(frozen=True, slots=True)
class Crews:
    """A proposal for every team whose members are known."""

    duties: tuple[Duty, ...]
    """By day and team; a team that has too few members on a day is not in it."""
    teams: frozenset[str]
    """Teams decided on; of the others nobody knows the members."""
    able: int
    """Visits that these crews have the members and the time for."""
    moved: int
    """Days on which somebody goes with another team than their own, over all members."""
    shortages: tuple[Note, ...] = ()
    """How many more people of which institution would let more visits be made, by day."""


def propose(
    shifts: Sequence[Shift],
    own: Mapping[str, Sequence[Member]],
    pool: Mapping[str, Sequence[Member]],
    visits: Sequence[Visit],
    *,
    names: Mapping[str, str] | None = None,
    least_members: int = 1,
    seed: int = 0,
    effort: float = EFFORT,
) -> Crews:
    """The best crews that are found; the same input and seed give the same.

    Members of a team's own are on duty whenever they are there and their team works, with it or
    with another team of the municipality. Those of the pool are called where they are needed.

    Args:
        shifts: of every team on every day it works, as `planning.shifts.make_shifts` makes them of
            teams without their members.
        own: team id → members whom the order puts there.
        pool: municipality code → members who may go with any of its teams.
        visits: to be made, with all languages they ask for. One that none of the members of its
            municipality speaks binds nobody.
        names: municipality code → name, for `Crews.shortages`.
        least_members: fewer do not go.
        seed: of the search.
        effort: CP-SAT's deterministic time for each municipality.
    """
    found = []
    for code in sorted({shift.municipality_code for shift in shifts}):
        here = [shift for shift in shifts if shift.municipality_code == code]
        world = _World.of(code, here, own, pool.get(code, ()), visits, max(1, least_members))
        if world.members:
            found.append(_solved(world, (names or {}).get(code, code), seed, effort))
    return Crews(
        duties=tuple(
            sorted(
                (duty for crews in found for duty in crews.duties),
                key=lambda duty: (duty.day, duty.team_id),
            )
        ),
        teams=frozenset().union(*(crews.teams for crews in found)),
        able=sum(crews.able for crews in found),
        moved=sum(crews.moved for crews in found),
        shortages=tuple(each for crews in found for each in crews.shortages),
    )


def with_crews(shifts: Sequence[Shift], crews: Crews) -> tuple[Shift, ...]:
    """`shifts` with the members proposed; without those for which too few are there."""
    on_duty = {(duty.team_id, duty.day): duty.members for duty in crews.duties}
    return tuple(
        manned(shift, on_duty[shift.team_id, shift.day]) if shift.team_id in crews.teams else shift
        for shift in shifts
        if shift.team_id not in crews.teams or (shift.team_id, shift.day) in on_duty
    )


# --- what is asked for --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Need:
    """Visits that ask for the same, counted."""

    asks: frozenset[Ability]
    second: frozenset[Ability] | None
    """Of a second crew."""
    teams: frozenset[str]
    days: frozenset[date]
    weight: int
    """What one of them is worth, against a usual one."""
    count: int
    seconds: int
    """Of work for each, the mean."""


@dataclass(frozen=True, slots=True)
class _World:
    """A municipality."""

    shifts: tuple[Shift, ...]
    members: tuple[Member, ...]
    """Of its teams and of its pool, by id."""
    home: Mapping[str, str]
    """Member id → own team; none for who is of the pool."""
    decided: frozenset[str]
    """Teams whose crews are chosen."""
    needs: tuple[_Need, ...]
    least: int

    @classmethod
    def of(
        cls,
        code: str,
        shifts: Sequence[Shift],
        own: Mapping[str, Sequence[Member]],
        pool: Sequence[Member],
        visits: Sequence[Visit],
        least: int,
    ) -> _World:
        teams = {shift.team_id for shift in shifts}
        home = {member.member_id: team for team in teams for member in own.get(team, ())}
        members = {each.member_id: each for team in teams for each in own.get(team, ())}
        members |= {each.member_id: each for each in pool}
        decided = frozenset(teams if pool else {team for team in teams if own.get(team)})
        ordered = tuple(members[each] for each in sorted(members))
        spoken = frozenset().union(*(member.languages for member in ordered))
        spoken |= frozenset().union(
            *(shift.languages for shift in shifts if shift.team_id not in decided)
        )
        asked = [
            visit
            for visit in visits
            if (visit.teams & teams if visit.teams else visit.municipality_code == code)
        ]
        days = sorted({shift.day for shift in shifts})
        return cls(
            tuple(sorted(shifts, key=lambda shift: (shift.day, shift.team_id))),
            ordered, home, decided, tuple(_needs(asked, days, spoken)), least,
        )  # fmt: skip


def _needs(
    visits: Sequence[Visit], days: Sequence[date], spoken: frozenset[str]
) -> Iterator[_Need]:
    service = np.array([visit.service_seconds for visit in visits], dtype=np.float64)
    work = shares(metres(visits), service) if visits else service
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, visit in enumerate(visits):
        alike[_key(visit, days, spoken)].append(at)
    for members in sorted(alike.values()):
        visit = visits[members[0]]
        yield _Need(
            asks=_asks(visit, spoken),
            second=_institutions(visit.second_crew) if visit.second_crew is not None else None,
            teams=visit.teams,
            days=_days(visit, days),
            weight=_weight(visit),
            count=len(members),
            seconds=round(float(work[members].mean())),
        )


def _key(visit: Visit, days: Sequence[date], spoken: frozenset[str]) -> tuple[object, ...]:
    return (
        _asks(visit, spoken), visit.second_crew, visit.teams, _days(visit, days), _weight(visit),
    )  # fmt: skip


def _asks(visit: Visit, spoken: frozenset[str]) -> frozenset[Ability]:
    languages = {("language", each) for each in visit.languages & spoken}
    return _institutions(visit.requires) | languages | {("sex", each) for each in visit.sexes}


def _institutions(codes: frozenset[str]) -> frozenset[Ability]:
    return frozenset(("institution", code) for code in codes)


def _days(visit: Visit, days: Sequence[date]) -> frozenset[date]:
    return frozenset(
        day
        for day in days
        if on_day(visit, day)
        and (not visit.windows or any(day.weekday() in each.weekdays for each in visit.windows))
    )


def _weight(visit: Visit) -> int:
    """The objective's own proportions, for one child at the door."""
    return WEIGHTS.penalty(replace(visit, children=1, value=1.0)) // WEIGHTS.normal


def _abilities(
    institutions: frozenset[str], languages: frozenset[str], sexes: frozenset[Sex]
) -> frozenset[Ability]:
    spoken = {("language", each) for each in languages}
    return _institutions(institutions) | spoken | {("sex", each) for each in sexes}


def _can(member: Member) -> frozenset[Ability]:
    return _abilities(
        frozenset({member.institution} - {""}),
        member.languages,
        frozenset({member.sex} if member.sex is not None else ()),
    )


# --- the search ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who is on a shift, as numbers or as terms of a model."""

    heads: Terms
    can: Mapping[Ability, Terms]
    """How many of them can do a thing; none where it is not named."""


def _solved(world: _World, name: str, seed: int, effort: float) -> Crews:
    going, able, moved = _chosen(world, seed, effort)
    duties = tuple(
        Duty(shift.team_id, shift.day, tuple(crew))
        for shift, crew in zip(world.shifts, going, strict=True)
        if shift.team_id in world.decided and len(crew) >= world.least
    )
    lacking = _lacking(world, going, seed, effort)
    shortages = tuple(
        note("people missing from {institutions} in {municipality} on {day}: {count}",
             institutions=code, municipality=name, day=day, count=lacking[day, code])
        for day, code in sorted(lacking)
    )  # fmt: skip
    return Crews(duties, world.decided, able, moved, shortages)


def _chosen(world: _World, seed: int, effort: float) -> tuple[list[list[Member]], int, int]:
    """(who goes, by shift; visits they are able to make; days away from the own team)."""
    model = cp_model.CpModel()
    go = {
        (who, at): model.new_bool_var("")
        for who, member in enumerate(world.members)
        for at, shift in enumerate(world.shifts)
        if shift.team_id in world.decided and is_there(member, shift.day)
    }
    duty = _one_team_a_day(model, world, go)
    made = _Made(model, world, [_crew(world, go, at) for at in range(len(world.shifts))])
    away = [
        variable
        for (who, at), variable in go.items()
        if _home(world, who) not in ("", world.shifts[at].team_id)
    ]
    evenly, most = _rare_and_even(model, duty)
    per_move = most + 1
    per_visit = per_move * (len(away) + 1)
    model.maximize(made.value * per_visit - sum(away) * per_move - evenly)
    for (who, at), variable in go.items():
        model.add_hint(variable, _home(world, who) == world.shifts[at].team_id)
    solver = _search(model, seed, effort)
    going: list[list[Member]] = [[] for _ in world.shifts]
    for (who, at), variable in go.items():
        if solver.boolean_value(variable):
            going[at].append(world.members[who])
    return going, solver.value(made.count), sum(map(solver.boolean_value, away))


def _home(world: _World, who: int) -> str:
    return world.home.get(world.members[who].member_id, "")


def _one_team_a_day(
    model: cp_model.CpModel, world: _World, go: Mapping[tuple[int, int], cp_model.IntVar]
) -> list[list[cp_model.IntVar]]:
    """Nobody is in two crews at once; who has a team goes. The pool's variables by member."""
    on_day: dict[tuple[int, date], list[int]] = defaultdict(list)
    for who, at in go:
        on_day[who, world.shifts[at].day].append(at)
    duty: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (who, _), shifts in on_day.items():
        choice = [go[who, at] for at in shifts]
        if any(world.shifts[at].team_id == _home(world, who) for at in shifts):
            model.add_exactly_one(choice)
        else:
            model.add_at_most_one(choice)
        if not _home(world, who):
            duty[who] += choice
    return list(duty.values())


def _crew(world: _World, go: Mapping[tuple[int, int], cp_model.IntVar], at: int) -> _Crew:
    """The crew of a shift: those who go, or what its team is said to be able to do."""
    shift = world.shifts[at]
    if shift.team_id not in world.decided:
        able = _abilities(shift.institutions, shift.languages, shift.sexes)
        return _Crew(world.least, dict.fromkeys(able, 1))
    may = [(member, go[who, at]) for who, member in enumerate(world.members) if (who, at) in go]
    can: dict[Ability, list[cp_model.IntVar]] = defaultdict(list)
    for member, variable in may:
        for ability in sorted(_can(member)):
            can[ability].append(variable)
    heads = sum(variable for _, variable in may)
    return _Crew(heads, {ability: sum(variables) for ability, variables in can.items()})


def _rare_and_even(
    model: cp_model.CpModel, duty: Sequence[Sequence[cp_model.IntVar]]
) -> tuple[Terms, int]:
    """(price of the pool's duty days, the most it can be): a member's n-th day costs n."""
    prices: list[Terms] = []
    most = 0
    for variables in duty:
        steps = [model.new_bool_var("") for _ in variables]
        model.add(sum(steps) == sum(variables))
        prices += [step * number for number, step in enumerate(steps, 1)]
        most += len(steps) * (len(steps) + 1) // 2
    return sum(prices), most


def _lacking(
    world: _World, going: Sequence[Sequence[Member]], seed: int, effort: float
) -> dict[tuple[date, str], int]:
    """(day, institution) → how many more of its people would let more visits be made.

    As few as do, early rather than late.
    """
    model = cp_model.CpModel()
    codes = sorted(
        {
            code
            for need in world.needs
            for kind, code in need.asks | (need.second or frozenset())
            if kind == "institution"
        }
    )
    more = {
        (at, code): model.new_bool_var("")
        for at, shift in enumerate(world.shifts)
        if shift.team_id in world.decided
        for code in codes
    }
    crews = [_strengthened(world, going[at], at, codes, more) for at in range(len(world.shifts))]
    made = _Made(model, world, crews)
    first = min(shift.day for shift in world.shifts)
    late = {key: (world.shifts[key[0]].day - first).days for key in more}
    per_person = sum(late.values()) + 1
    per_visit = per_person * (len(more) + 1)
    people = sum(variable * (per_person + late[key]) for key, variable in more.items())
    model.maximize(made.value * per_visit - people)
    solver = _search(model, seed, effort)
    lacking: dict[tuple[date, str], int] = defaultdict(int)
    for (at, code), variable in more.items():
        if solver.boolean_value(variable):
            lacking[world.shifts[at].day, code] += 1
    return dict(lacking)


def _strengthened(
    world: _World,
    crew: Sequence[Member],
    at: int,
    codes: Sequence[str],
    more: Mapping[tuple[int, str], cp_model.IntVar],
) -> _Crew:
    """A crew that was chosen, with one more of each institution who may be asked for."""
    if world.shifts[at].team_id not in world.decided:
        return _crew(world, {}, at)
    can: dict[Ability, Terms] = defaultdict(int)
    for member in crew:
        for ability in _can(member):
            can[ability] += 1
    for code in codes:
        can["institution", code] += more[at, code]
    return _Crew(len(crew) + sum(more[at, code] for code in codes), can)


class _Made:
    """The visits that crews could make, as terms of a model."""

    def __init__(self, model: cp_model.CpModel, world: _World, crews: Sequence[_Crew]) -> None:
        self._model = model
        self._world = world
        self._crews = crews
        self._yes: dict[tuple[int, Ability | None], cp_model.IntVar] = {}
        work: dict[int, list[Terms]] = defaultdict(list)
        made: list[tuple[int, cp_model.IntVar]] = []
        for need in world.needs:
            first, second = self._parts(need)
            made += [(need.weight, variable) for variable in first.values()]
            for part in (first, second):
                for at, variable in part.items():
                    work[at].append(variable * need.seconds)
        for at, terms in work.items():
            model.add(sum(terms) <= _net_seconds(world.shifts[at]))
        self.value: Terms = sum(weight * variable for weight, variable in made)
        self.count: Terms = sum(variable for _, variable in made)

    def _parts(self, need: _Need) -> tuple[dict[int, cp_model.IntVar], dict[int, cp_model.IntVar]]:
        """How many of the visits each shift makes, and to how many it comes as the second crew."""
        shifts = self._world.shifts
        days = [at for at, shift in enumerate(shifts) if shift.day in need.days]
        first = {
            at: self._some(need, at, need.asks)
            for at in days
            if not need.teams or shifts[at].team_id in need.teams
        }
        self._model.add(sum(first.values()) <= need.count)
        if need.second is None:
            return first, {}
        second = {at: self._some(need, at, need.second) for at in days}
        for day in sorted(need.days):
            here = [at for at in days if shifts[at].day == day]
            both = sum(first[at] for at in here if at in first)
            self._model.add(sum(second[at] for at in here) == both)
            # A team is the first or the second crew of a visit, never both: enough to pair them.
            for at in here:
                self._model.add(first.get(at, 0) + second[at] <= both)
        return first, second

    def _some(self, need: _Need, at: int, asks: frozenset[Ability]) -> cp_model.IntVar:
        """How many such visits a shift makes; none without a crew that can do all they ask."""
        some = self._model.new_int_var(0, need.count, "")
        for ability in (None, *sorted(asks)):
            self._model.add(some <= need.count * self._if(at, ability))
        return some

    def _if(self, at: int, ability: Ability | None) -> cp_model.IntVar:
        """Whether a crew has somebody with that ability; None asks whether it goes at all."""
        if (at, ability) not in self._yes:
            self._yes[at, ability] = yes = self._model.new_bool_var("")
            crew = self._crews[at]
            if ability is None:
                self._model.add(yes * self._world.least <= crew.heads)
            else:
                self._model.add(yes <= crew.can.get(ability, 0))
        return self._yes[at, ability]


def _net_seconds(shift: Shift) -> int:
    """Working time without the pause."""
    gross = min(shift.end - shift.start, shift.most_work or shift.end - shift.start)
    return max(0, gross - (shift.pause.duration if shift.pause else 0))


def _search(model: cp_model.CpModel, seed: int, effort: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    # Else it takes Ctrl-C away from whoever runs it, for good.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE), solver.status_name()
    return solver
