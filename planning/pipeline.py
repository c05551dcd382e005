"""The way of the data, once through: cases → places → visits → districts → travel → routes → plan.

Each step is a function of its own module; this one only puts them in order. The command line, the
app and the benchmark all come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from planning.addresses.gazetteer import Gazetteer
from planning.addresses.geocoder import Locator
from planning.districts import divide, move
from planning.errors import Fault, InputError
from planning.intake.words import fold
from planning.model import (
    Case,
    District,
    LonLat,
    Mode,
    Place,
    Plan,
    Route,
    Team,
    Visit,
)
from planning.routing.planner import Workers, make_plan
from planning.shifts import campaign_days, make_shifts
from planning.stores import Report, Stop
from planning.text import shorten
from planning.travel.legs import legs
from planning.travel.matrix import Travel, matrix
from planning.travel.router import Router
from planning.visits import VisitRules, group


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a plan depends on. The same request gives the same plan."""

    cases: Sequence[Case]
    places: Mapping[str, Place]
    """By case id, from `locate`."""
    teams: Sequence[Team]
    first_day: date
    days: int
    """Working days from `first_day` on."""
    seed: int = 0
    seconds: float = 30.0
    """Budget of the route search."""
    rules: VisitRules = field(default_factory=VisitRules)
    home_teams: Mapping[str, str] = field(default_factory=dict)
    """Case id → team, where the planner moved it to another team's district by hand."""


def locate(
    cases: Sequence[Case],
    locator: Locator,
    *,
    report: Report | None = None,
) -> dict[str, Place]:
    """Case id → place for every case."""
    places: dict[str, Place] = {}
    for done, case in enumerate(cases):
        places[case.case_id] = locator.locate(case.address)
        if report and done % 200 == 0:
            report(done / len(cases), "finding addresses")
    return places


def plan(
    request: Request,
    *,
    router: Callable[[Mode], Router],
    workers: Workers,
    report: Report | None = None,
    stop: Stop | None = None,
) -> Plan:
    """Routes for every team and day of the request, checked, with legs along the roads."""
    tell = report or _silent
    tell(0.0, "grouping cases into visits")
    visits, set_aside = group(request.cases, request.places, rules=request.rules)
    tell(0.03, "drawing districts")
    districts, visits = divide(visits, request.teams, days=request.days, seed=request.seed)
    districts, visits = _moved_by_hand(districts, visits, request.teams, request.home_teams)
    shifts = make_shifts(request.teams, request.first_day, request.days)
    tell(0.08, "measuring travel times")
    travel = _travel(visits, request.teams, router)
    routed = make_plan(
        visits,
        shifts,
        travel,
        first_day=request.first_day,
        # Routing knows the calendar only: five working days from a Thursday on are seven of its.
        days=len(campaign_days(request.first_day, request.days)),
        seed=request.seed,
        seconds=request.seconds,
        workers=workers,
        report=lambda share, words: tell(0.15 + 0.75 * share, words),
        stop=stop,
    )
    tell(0.92, "drawing routes along the roads")
    drawn = with_legs(routed, request.teams, router)
    return replace(drawn, districts=districts, unserved=(*set_aside, *drawn.unserved))


def _silent(share: float, words: str) -> None:
    """Nobody is watching."""


def _moved_by_hand(
    districts: tuple[District, ...],
    visits: tuple[Visit, ...],
    teams: Sequence[Team],
    home_teams: Mapping[str, str],
) -> tuple[tuple[District, ...], tuple[Visit, ...]]:
    """The districts after the planner's own moves. A team without a district gets one."""
    for team in teams:
        moved = [
            visit.visit_id
            for visit in visits
            # A case whose place was corrected into another municipality since stays there.
            if visit.municipality_code == team.municipality_code
            and any(home_teams.get(case_id) == team.team_id for case_id in visit.case_ids)
        ]
        if not moved:
            continue
        own = next((each for each in districts if each.team_id == team.team_id), None)
        if own is None:
            own = District(
                f"{team.municipality_code}/{team.team_id}", team.name, team.municipality_code,
                team.team_id, (), 0,
            )  # fmt: skip
            districts = (*districts, own)
        districts, visits = move(districts, visits, moved, own.district_id, teams=teams)
    return districts, visits


def _travel(
    visits: Sequence[Visit], teams: Sequence[Team], router: Callable[[Mode], Router]
) -> dict[Mode, Travel]:
    """Travel times among all visits and offices, for each mode that some team uses."""
    points: dict[str, LonLat] = {visit.visit_id: (visit.lon, visit.lat) for visit in visits}
    points |= {f"office:{team.team_id}": (team.lon, team.lat) for team in teams}
    modes = sorted({team.mode for team in teams})
    return {mode: matrix(router(mode), points, lengths=False) for mode in modes}


def with_legs(plan: Plan, teams: Sequence[Team], router: Callable[[Mode], Router]) -> Plan:
    """`plan` with every route's legs drawn along the roads of its team's mode."""
    at: dict[str, LonLat] = {visit.visit_id: (visit.lon, visit.lat) for visit in plan.visits}
    team_of = {team.team_id: team for team in teams}
    drawn: dict[str, Route] = {}
    for mode in sorted({team.mode for team in teams}):
        routes = [route for route in plan.routes if team_of[route.team_id].mode == mode]
        ways = [_points(route, team_of[route.team_id], at) for route in routes]
        found = iter(legs(router(mode), [pair for way in ways for pair in pairwise(way)]))
        for route, way in zip(routes, ways, strict=True):
            drawn[route.shift_id] = replace(route, legs=tuple(next(found) for _ in way[1:]))
    return replace(plan, routes=tuple(drawn[route.shift_id] for route in plan.routes))


def _points(route: Route, team: Team, at: Mapping[str, LonLat]) -> list[LonLat]:
    """Office, stops, office."""
    office = (team.lon, team.lat)
    return [office, *(at[stop.visit_id] for stop in route.stops), office]


def teams_in_region(
    teams: Sequence[Team], gazetteer: Gazetteer, *, file: str = ""
) -> tuple[Team, ...]:
    """`teams` with the code of the municipality that each names.

    Raises:
        InputError: one fault for every municipality that the region does not have.
    """
    known = {
        _bare_name(name): municipality
        for municipality in gazetteer.municipalities
        for name in (municipality.code, municipality.name, *municipality.names)
    }
    homes = [known.get(_bare_name(team.municipality_code or team.municipality)) for team in teams]
    faults = [
        Fault(
            "the region has no such municipality; it has "
            + ", ".join(sorted(each.name for each in gazetteer.municipalities)[:20]),
            file=file,
            field=f"municipality of team {team.team_id}",
            value=shorten(team.municipality or team.municipality_code),
        )
        for team, home in zip(teams, homes, strict=True)
        if home is None
    ]
    if faults:
        raise InputError(faults)
    return tuple(
        replace(team, municipality_code=home.code, municipality=home.name)
        for team, home in zip(teams, homes, strict=True)
        if home is not None
    )


_MUNICIPALITY_WORDS = frozenset(
    fold(word)
    for word in ("община", "общ", "rayonu", "rayon", "ауданы", "аудан", "район", "municipality")
)


def _bare_name(name: str) -> str:
    """A municipality's name for comparing: folded, without the word for municipality."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in _MUNICIPALITY_WORDS) or " ".join(words)


def only_teams(plan: Plan, team_ids: Collection[str], *, left: Collection[str] = ()) -> Plan:
    """The part of a plan that concerns these teams: nobody else's doors are in it.

    `left` are the cases of which may be told that nobody visits them, and why.
    """
    routes = tuple(route for route in plan.routes if route.team_id in team_ids)
    unserved = tuple(each for each in plan.unserved if set(each.case_ids) <= set(left))
    kept = {stop.visit_id for route in routes for stop in route.stops}
    kept |= {each.visit_id for each in unserved}
    return replace(
        plan,
        visits=tuple(visit for visit in plan.visits if visit.visit_id in kept),
        shifts=tuple(shift for shift in plan.shifts if shift.team_id in team_ids),
        routes=routes,
        unserved=unserved,
        districts=tuple(each for each in plan.districts if each.team_id in team_ids),
    )
