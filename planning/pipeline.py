"""The way of the data, once through: cases → places → visits → districts → travel → routes → plan.

Each step is a function of its own module; this one only puts them in order. The command line, the
app and the benchmark all come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from itertools import pairwise

from planning.addresses.gazetteer import Gazetteer
from planning.addresses.geocoder import Locator
from planning.campaign.expectation import (
    Expectation,
    Phone,
    attempt_of,
    hours_tried,
    tried_before,
)
from planning.campaign.ladder import (
    STRAIGHT,
    Contact,
    Ladder,
    as_agreed,
    phone_of,
    standings,
    to_visit,
)
from planning.campaign.worth import (
    as_expected,
    at_good_hours,
    hopeful,
    values,
)
from planning.crews import Crews, propose, with_crews
from planning.districts import divide, move
from planning.errors import Fault, InputError
from planning.intake.words import bare_municipality
from planning.located import Located
from planning.model import (
    UNBOUND,
    Campaign,
    Case,
    CaseRecord,
    Conditions,
    District,
    LonLat,
    Member,
    Mode,
    Outcome,
    Place,
    Plan,
    Route,
    Shift,
    Team,
    Unserved,
    Visit,
)
from planning.outcomes import next_attempts, still_open
from planning.routing.planner import Workers, make_plan
from planning.routing.workers import Watch
from planning.school_checks import PlannedCheck, check_visits, tied, with_checks, with_pairs
from planning.shifts import campaign_days, make_shifts
from planning.stores import Report, Stop
from planning.text import note, shorten
from planning.ties import carried_over
from planning.travel.legs import legs
from planning.travel.matrix import Travel, matrix
from planning.travel.router import Router
from planning.visits import VisitRules, can_be_made, group, without_past_days


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
    engine: str = "auto"
    """Who searches: see `planning.routing.catalogue`."""
    rules: VisitRules = field(default_factory=VisitRules)
    home_teams: Mapping[str, str] = field(default_factory=dict)
    """Case id → team, where the planner moved it to another team's district by hand."""
    values: Mapping[str, float] = field(default_factory=dict)
    """Case id → expected value of a visit, against a usual one of its priority."""
    expectation: Expectation | None = None
    """What a visit may bring; with it, visits get their values (but for those named in `values`)
    and are made at the hours at which somebody is likely to be home."""
    least_chance: float = 0.0
    """What a visit must be expected to bring after two in vain, see `worth.hopeful`."""
    outcomes: Sequence[Outcome] = ()
    """Of visits made before: who is resolved is left out, who was not at home is tried again."""
    ladder: Ladder = STRAIGHT
    """What is tried before a visit."""
    contacts: Sequence[Contact] = ()
    """Calls and research so far."""
    before: Plan | None = None
    """The campaign's plan so far: its locks and ties hold on."""
    close: bool = False
    """Whether the new plan should stay close to its routes."""
    zone: tzinfo | None = None
    """Local time, for the hours of `outcomes`; None takes the offset each was recorded with."""
    least_members: int = 1
    """With fewer members there a team has no shift; see `planning.shifts.make_shifts`."""
    crews: Crews | None = None
    """Who goes with whom, where that was chosen (`choose_crews`); None goes by the order."""
    checks: Sequence[PlannedCheck] = ()
    """School checks to be made; home visits of their schools' children go along with them."""

    @classmethod
    def of(
        cls, campaign: Campaign, records: Sequence[CaseRecord], teams: Sequence[Team]
    ) -> Request:
        """What a campaign's registry asks for, before anything was made of it."""
        return cls(
            cases=[record.case for record in records],
            places={record.case.case_id: record.place for record in records if record.place},
            teams=teams,
            first_day=campaign.first_day,
            days=campaign.days,
            home_teams={record.case.case_id: record.home_team for record in records},
        )


def locate(
    cases: Sequence[Case],
    locator: Locator,
    *,
    report: Report | None = None,
) -> Located:
    """Case id → place for every case."""

    def found() -> Iterator[tuple[str, Place]]:
        for done, case in enumerate(cases):
            yield case.case_id, locator.locate(case.address)
            if report and done % 200 == 0:
                report(done / len(cases), "finding addresses")

    return Located(found())


def plan(
    request: Request,
    *,
    router: Callable[[Mode], Router],
    workers: Workers,
    report: Report | None = None,
    stop: Stop | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Routes for every team and day of the request, checked, with legs along the roads."""
    tell = report or _silent
    asked = prepared(request, router=router, report=tell)
    routed = make_plan(
        asked.visits,
        asked.shifts,
        asked.travel,
        first_day=request.first_day,
        days=asked.days,
        seed=request.seed,
        seconds=request.seconds,
        engine=request.engine,
        workers=workers,
        conditions=asked.conditions,
        report=lambda share, words: tell(0.15 + 0.75 * share, words),
        stop=stop,
        watch=watch,
    )
    tell(0.92, "drawing routes along the roads")
    drawn = with_legs(routed, request.teams, router)
    unserved = (*asked.set_aside, *drawn.unserved)
    return replace(drawn, districts=asked.districts, unserved=unserved)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What routing is asked, and what never comes to it."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[Mode, Travel]
    days: int
    """Of the calendar: five working days from a Thursday on are seven of them."""
    conditions: Conditions
    districts: tuple[District, ...]
    set_aside: tuple[Unserved, ...]
    """Cases that became no visit."""


def prepared(request: Request, *, router: Callable[[Mode], Router], report: Report) -> Prepared:
    """Everything before the search for routes: visits, districts, travel times."""
    report(0.0, "grouping cases into visits")
    shifts = _shifts(request)
    visits, set_aside, pairs = _grouped(request, shifts)
    report(0.03, "drawing districts")
    districts, visits = divide(visits, request.teams, days=request.days, seed=request.seed)
    districts, visits = _moved_by_hand(districts, visits, request.teams, request.home_teams)
    report(0.08, "measuring travel times")
    before = request.before
    bound = carried_over(before, visits, shifts, close=request.close) if before else UNBOUND
    return Prepared(
        visits=visits,
        shifts=shifts,
        travel=travel_times(visits, request.teams, router),
        days=len(campaign_days(request.first_day, request.days)),
        conditions=with_pairs(bound, visits, pairs),
        districts=districts,
        set_aside=set_aside,
    )


def districts_of(
    request: Request,
) -> tuple[tuple[Visit, ...], tuple[District, ...], tuple[Shift, ...]]:
    """(visits, districts, shifts) that a plan of the request begins with, nothing moved by hand."""
    shifts = _shifts(request)
    visits, _, _ = _grouped(request, shifts)
    drawn, visits = divide(visits, request.teams, days=request.days, seed=request.seed)
    return visits, drawn, shifts


def choose_crews(request: Request, pool: Mapping[str, Sequence[Member]]) -> Crews:
    """Who goes with whom on which day, for a planner to look at and to plan with.

    `pool` has those who belong to no team, by municipality code.
    """
    anybody = _unmanned(request)
    visits, _, _ = _grouped(request, ())
    return propose(
        anybody,
        {team.team_id: team.members for team in request.teams},
        pool,
        visits,
        names={team.municipality_code: team.municipality for team in request.teams},
        least_members=request.least_members,
        seed=request.seed,
    )


def _unmanned(request: Request) -> tuple[Shift, ...]:
    """Every team on every day it works, whoever is there."""
    teams = [replace(team, members=()) for team in request.teams]
    return make_shifts(teams, request.first_day, request.days)


def _shifts(request: Request) -> tuple[Shift, ...]:
    if request.crews is not None:
        return with_crews(_unmanned(request), request.crews)
    return make_shifts(
        request.teams, request.first_day, request.days, least_members=request.least_members
    )


def _grouped(
    request: Request, shifts: Sequence[Shift]
) -> tuple[tuple[Visit, ...], tuple[Unserved, ...], tuple[tuple[str, str], ...]]:
    """The visits still to be made, the cases that become none, and school checks' pairs.

    () is nobody knows who works.
    """
    still, links = with_checks(
        still_open(request.cases, request.outcomes), request.places, request.checks
    )
    stands = standings(still, request.contacts, request.ladder, request.first_day)
    free, waiting = to_visit(still, stands)
    agreed = as_agreed(free, request.contacts, request.outcomes)
    ready = without_past_days(agreed, request.first_day)
    chances = _chances(request, ready)
    if chances:
        before = tried_before(request.outcomes)
        ready, hopeless = hopeful(ready, chances, before, request.least_chance)
        waiting = (*waiting, *hopeless)
    visits, set_aside = group(
        ready, request.places, rules=request.rules, shifts=shifts,
        values={**values(chances), **request.values},
    )  # fmt: skip

    def possible(visit: Visit) -> bool:
        return not shifts or can_be_made(visit, shifts)

    visits = next_attempts(
        visits, request.outcomes, zone=request.zone, other_hours=not chances, possible=possible
    )
    if chances:
        visits = at_good_hours(
            as_expected(visits, chances, request.rules), chances, shifts, possible=possible
        )
    checks = check_visits(request.checks)
    visits, pairs = tied(visits, checks, links, shifts)
    return (*visits, *checks), (*waiting, *set_aside), pairs


def _chances(request: Request, cases: Sequence[Case]) -> dict[str, tuple[float, ...]]:
    """Case id → chance of resolving it in each part of the day; empty without an expectation."""
    if request.expectation is None:
        return {}
    phone = phone_of(request.contacts)
    before = tried_before(request.outcomes)
    tried = hours_tried(request.outcomes, request.zone)
    return {
        case.case_id: request.expectation.chances(
            attempt_of(
                case,
                request.places.get(case.case_id),
                before=before[case.case_id],
                tried=tried.get(case.case_id, frozenset()),
                phone=phone.get(case.case_id, Phone.NOT_TRIED),
            )
        )
        for case in cases
    }


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


def travel_times(
    visits: Sequence[Visit], teams: Sequence[Team], router: Callable[[Mode], Router]
) -> dict[Mode, Travel]:
    """Travel times among all visits and offices, for each mode that some team uses."""
    offices = {f"office:{team.team_id}": _office(team) for team in teams}
    points = {visit.visit_id: (visit.lon, visit.lat) for visit in visits} | offices
    return {
        mode: matrix(router(mode), points, lengths=False, offices=offices.values())
        for mode in sorted({team.mode for team in teams})
    }


def with_legs(plan: Plan, teams: Sequence[Team], router: Callable[[Mode], Router]) -> Plan:
    """`plan` with every route's legs drawn along the roads of its team's mode."""
    at: dict[str, LonLat] = {visit.visit_id: (visit.lon, visit.lat) for visit in plan.visits}
    offices = [_office(team) for team in teams]
    # Who parks and walks shares parking spots among the very doors that the plan was made for.
    among = [*at.values(), *offices]
    team_of = {team.team_id: team for team in teams}
    drawn: dict[str, Route] = {}
    for mode in sorted({team.mode for team in teams}):
        routes = [route for route in plan.routes if team_of[route.team_id].mode == mode]
        ways = [_points(route, team_of[route.team_id], at) for route in routes]
        pairs = [pair for way in ways for pair in pairwise(way)]
        found = iter(legs(router(mode), pairs, among=among, offices=offices))
        for route, way in zip(routes, ways, strict=True):
            drawn[route.shift_id] = replace(route, legs=tuple(next(found) for _ in way[1:]))
    return replace(plan, routes=tuple(drawn[route.shift_id] for route in plan.routes))


def _points(route: Route, team: Team, at: Mapping[str, LonLat]) -> list[LonLat]:
    """Office, stops, office."""
    stops = (at[stop.visit_id] for stop in route.stops)
    return [_office(team), *stops, _office(team)]


def _office(team: Team) -> LonLat:
    return team.lon, team.lat


def teams_in_region(
    teams: Sequence[Team], gazetteer: Gazetteer, *, file: str = ""
) -> tuple[Team, ...]:
    """`teams` with the code of the municipality that each names.

    Raises:
        InputError: one fault for every municipality that the region does not have.
    """
    known = {
        bare_municipality(name): municipality
        for municipality in gazetteer.municipalities
        for name in (municipality.code, municipality.name, *municipality.names)
    }
    homes = [
        known.get(bare_municipality(team.municipality_code or team.municipality)) for team in teams
    ]
    faults = [
        Fault(
            note(
                "the region has no such municipality; it has {names}",
                names=", ".join(sorted(each.name for each in gazetteer.municipalities)[:20]),
            ),
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
