"""What the campaign's rules gain: resolved cases per team-hour on an invented campaign.

Ways to run the same campaign, each rule added to the one before: to the nearest door, planned
routes, the expected value of a visit with its hours, and the contact ladder, with its research and
without. Every way meets the same truth (`campaign_truth`) and works through the same shifts; nobody
starts a visit that might not end in time. Who telephones is one person: these hours count a third
of a crew's, and what the figure is otherwise stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

import numpy as np

from data.bench.campaign_truth import Door, Town
from planning.campaign.approach import USUAL
from planning.campaign.expectation import (
    AFTERNOON,
    Phone,
    attempt_of,
    fit,
    hours_tried,
    seen_so_far,
    tried_before,
)
from planning.campaign.ladder import (
    CALL_FIRST,
    CLOSING,
    STRAIGHT,
    Answer,
    Channel,
    Contact,
    Ladder,
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
from planning.districts import divide
from planning.model import Case, Mode, Outcome, Result, Visit
from planning.outcomes import BANDS, RESOLVED, next_attempts, still_open
from planning.routing.planner import Workers, make_plan
from planning.shifts import campaign_days, make_shifts
from planning.stores import Report
from planning.travel.matrix import Travel
from planning.visits import VisitRules, can_be_made, group

ZONE = timezone(timedelta(hours=3))
FIRST_DAY = date(2026, 8, 24)
METRES_PER_DEGREE = 111_320.0
SPEED_MPS, DETOUR = 8.0, 1.35
"""Of a car between doors, stops included, and of roads against the crow; both our own estimate."""
NOBODY_SECONDS = 10 * 60
"""Parking, finding the bell, asking next door, writing the form: our own estimate."""
CALL_SECONDS = 4 * 60
CREW = 3
"""People in a crew: a call takes one of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to run the campaign."""

    name: str
    planned: bool = True
    valued: bool = False
    ladder: Ladder = STRAIGHT


CALLS_ONLY = Ladder(CALL_FIRST.steps[:1])
"""Without the research, which costs its minutes and brings nothing in this truth."""
WAYS = (
    Way("to the nearest door", planned=False),
    Way("planned routes", planned=True),
    Way("planned, expected value and hours", valued=True),
    Way("planned, value, hours and contact ladder", valued=True, ladder=CALL_FIRST),
    Way("planned, value, hours and calls only", valued=True, ladder=CALLS_ONLY),
)


@dataclass(slots=True)
class _Run:
    """A campaign under way."""

    town: Town
    rng: np.random.Generator
    outcomes: list[Outcome] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    team_seconds: float = 0.0
    call_seconds: float = 0.0
    doors: dict[str, Door] = field(default_factory=dict)

    def resolved(self) -> int:
        """Cases that need nothing more."""
        met = {
            case_id
            for each in self.outcomes
            if each.result in RESOLVED
            for case_id in each.case_ids
        }
        return len(met | {each.case_id for each in self.contacts if each.answer in CLOSING})


def measure_campaign(
    *, doors: int, teams: int, days: int, seeds: Sequence[int], seconds: float, workers: Workers,
    report: Report, ways: Sequence[Way] = WAYS,
) -> dict[str, object]:  # fmt: skip
    """Every way through the same campaigns; figures by its name, summed over the seeds.

    The first of `ways` is what the others are measured against.
    """
    figures: dict[str, object] = {}
    first = 0.0
    for number, way in enumerate(ways):
        runs = []
        for turn, seed in enumerate(seeds):
            report((number + turn / len(seeds)) / len(ways), way.name)
            town = Town(doors, teams=teams, seed=seed)
            runs.append(played(town, way, days=days, seed=seed, seconds=seconds, workers=workers))
        resolved = sum(run.resolved() for run in runs)
        road = sum(run.team_seconds for run in runs) / 3600
        calls = sum(run.call_seconds for run in runs) / 3600
        rate = resolved / (road + calls / CREW)
        first = first or rate
        figures[way.name] = {
            "resolved": resolved,
            "visits": sum(len(run.outcomes) for run in runs),
            "team-hours on the road": round(road, 1),
            "hours on the telephone": round(calls, 1),
            "resolved per team-hour": round(rate, 3),
            "times the first way": round(rate / first, 2),
            "calls not counted": round(resolved / road / first, 2),
            "calls counted as a whole crew": round(resolved / (road + calls) / first, 2),
        }
    return figures


def played(town: Town, way: Way, *, days: int, seed: int, seconds: float, workers: Workers) -> _Run:
    """One campaign, day by day."""
    run = _Run(town, np.random.default_rng((seed, 1)))
    run.doors = {door.case.case_id: door for door in town.doors}
    working = campaign_days(FIRST_DAY, days)
    for day in working:
        if day.weekday() < 5:
            _calls(run, way.ladder, day)
            if way.planned:
                _planned_day(run, way, day, seed=seed, seconds=seconds, workers=workers)
            else:
                _nearest_day(run, day)
    return run


def _open(run: _Run) -> list[Case]:
    cases = [door.case for door in run.town.doors]
    return list(still_open(cases, run.outcomes))


def _calls(run: _Run, ladder: Ladder, day: date) -> None:
    """The morning's calls, and research where it is due."""
    at = datetime(day.year, day.month, day.day, 8, tzinfo=ZONE).isoformat()
    for case_id, stands in standings(_open(run), run.contacts, ladder, day).items():
        for channel in Channel:
            due = stands.due_on(channel)
            if due is None or due > day:
                continue
            called = channel is Channel.PHONE
            answer = run.town.call(run.doors[case_id], run.rng) if called else Answer.DONE
            run.contacts.append(Contact(case_id, channel, answer, at))
            run.call_seconds += CALL_SECONDS


def _planned_day(
    run: _Run, way: Way, day: date, *, seed: int, seconds: float, workers: Workers
) -> None:
    """Plans the day for all doors that are open, as many as fit, and drives it."""
    stands = standings(_open(run), run.contacts, way.ladder, day)
    cases, _ = to_visit(_open(run), stands)
    places = {each: run.doors[each].place for each in run.doors}
    shifts = make_shifts(run.town.teams, day, 1)
    phone = phone_of(run.contacts)
    chances = _chances(run, cases, phone) if way.valued else {}
    if way.valued:
        cases, _ = hopeful(cases, chances, tried_before(run.outcomes), USUAL.least_chance)
    visits, _ = group(cases, places, shifts=shifts, values=values(chances))
    visits = tuple(
        visit
        for visit in next_attempts(visits, run.outcomes, zone=ZONE, other_hours=not way.valued,
                                   possible=lambda each: can_be_made(each, shifts))
    )  # fmt: skip
    if way.valued:
        visits = at_good_hours(
            as_expected(visits, chances, VisitRules()), chances, shifts,
            possible=lambda each: can_be_made(each, shifts),
        )  # fmt: skip
    else:
        visits = tuple(replace(visit, service_seconds=_expected(0.3)) for visit in visits)
    if not visits:
        return
    _, visits = divide(visits, run.town.teams, days=1, seed=seed)
    travel = _travel({visit.visit_id: (visit.lon, visit.lat) for visit in visits}, run.town)
    plan = make_plan(
        visits, shifts, {Mode.DRIVE: travel}, first_day=day, days=1, seed=seed,
        seconds=seconds, workers=workers,
    )  # fmt: skip
    by_id = {visit.visit_id: visit for visit in visits}
    for route in plan.routes:
        if route.day == day and route.stops:
            crew = _Crew(run, route.team_id, day, phone, float(route.departure))
            for stop in route.stops:
                if crew.is_in_time_for(by_id[stop.visit_id]):
                    crew.go(by_id[stop.visit_id])
            crew.home()


def _nearest_day(run: _Run, day: date) -> None:
    """Every team goes to the nearest open door of its district, those not tried yet first."""
    cases = _open(run)
    places = {each: run.doors[each].place for each in run.doors}
    visits, _ = group(cases, places)
    _, visits = divide(visits, run.town.teams, days=1)
    tried = {case_id for each in run.outcomes for case_id in each.case_ids}
    for team in run.town.teams:
        todo = [visit for visit in visits if visit.home_team == team.team_id]
        crew = _Crew(run, team.team_id, day, {}, float(team.start))
        while todo:
            fresh = [each for each in todo if each.case_ids[0] not in tried] or todo
            nearest = min(fresh, key=lambda each: crew.seconds_to((each.lon, each.lat)))
            if not crew.is_in_time_for(nearest):
                break
            todo.remove(nearest)
            crew.go(nearest)
        crew.home()


class _Crew:
    """A team on the road: where it is, and what time."""

    def __init__(
        self, run: _Run, team_id: str, day: date, phone: dict[str, Phone], leaves: float
    ) -> None:
        team = next(each for each in run.town.teams if each.team_id == team_id)
        self._run, self._team, self._day, self._phone = run, team, day, phone
        self._left = self._now = leaves
        self._at = self._office = team.lon, team.lat

    def seconds_to(self, point: tuple[float, float]) -> float:
        """From where the crew is."""
        return _seconds(self._at, point)

    def is_in_time_for(self, visit: Visit) -> bool:
        """Whether it would be back by its end after a visit that takes its full time."""
        door = visit.lon, visit.lat
        back = self._at_door(visit) + _expected(1.0) + _seconds(door, self._office)
        return back <= self._team.end

    def _at_door(self, visit: Visit) -> float:
        """When it could ring there, within the visit's hours where they are not over."""
        arrival = self._now + self.seconds_to((visit.lon, visit.lat))
        opens = [window.start for window in visit.windows if window.end >= arrival]
        return max(arrival, min(opens, default=arrival))

    def go(self, visit: Visit) -> None:
        """Drives there, waits for the visit's hours, rings the bell, and notes what it found."""
        door = self._run.doors[visit.case_ids[0]]
        self._now = self._at_door(visit)
        self._at = visit.lon, visit.lat
        band = next(at for at, (_, end) in enumerate(BANDS) if self._now < end)
        agreed = self._phone.get(door.case.case_id) is Phone.AGREED
        result = self._run.town.visit(door, band, agreed=agreed, rng=self._run.rng)
        at = datetime(self._day.year, self._day.month, self._day.day, tzinfo=ZONE)
        recorded = (at + timedelta(seconds=int(self._now))).isoformat()
        self._run.outcomes.append(
            Outcome(
                visit.visit_id, self._team.team_id, self._day, result, recorded,
                key=f"{len(self._run.outcomes):06d}", case_ids=visit.case_ids,
            )
        )  # fmt: skip
        self._now += _expected(1.0) if result is Result.MET else NOBODY_SECONDS

    def home(self) -> None:
        """Ends the day; all of it counts as the team's time."""
        if self._at != self._office:
            self._now += self.seconds_to(self._office)
            self._run.team_seconds += self._now - self._left


def _chances(
    run: _Run, cases: Sequence[Case], phone: dict[str, Phone]
) -> dict[str, tuple[float, ...]]:
    """Case id → chances by part of the day, from what this campaign has seen so far."""
    by_id = {each: run.doors[each].case for each in run.doors}
    places = {each: run.doors[each].place for each in run.doors}
    model = fit(
        seen_so_far(run.outcomes, by_id, places, zone=ZONE,
                    phone=lambda each: phone.get(each, Phone.NOT_TRIED))
    )  # fmt: skip
    before, tried = tried_before(run.outcomes), hours_tried(run.outcomes, ZONE)
    return {
        case.case_id: model.chances(
            attempt_of(
                case, places[case.case_id], before=before[case.case_id],
                tried=tried.get(case.case_id, frozenset()),
                phone=phone.get(case.case_id, Phone.NOT_TRIED), band=AFTERNOON,
            )
        )
        for case in cases
    }  # fmt: skip


def _expected(chance: float) -> int:
    """Seconds at a door: long where somebody is met."""
    rules = VisitRules()
    met = rules.setup_seconds + rules.child_seconds
    return round(NOBODY_SECONDS + chance * (met - NOBODY_SECONDS))


def _travel(points: dict[str, tuple[float, float]], town: Town) -> Travel:
    offices = {f"office:{team.team_id}": (team.lon, team.lat) for team in town.teams}
    all_points = points | offices
    lon, lat = np.array(list(all_points.values())).T
    x, y = lon * math.cos(math.radians(_LAT)) * METRES_PER_DEGREE, lat * METRES_PER_DEGREE
    metres = np.hypot(x[:, None] - x, y[:, None] - y) * DETOUR
    size = len(all_points)
    return Travel(
        tuple(all_points), (metres / SPEED_MPS).astype(np.float32),
        metres.astype(np.float32), np.zeros(size, dtype=np.float32), straight=True,
    )  # fmt: skip


_LAT = 43.85


def _seconds(one: tuple[float, float], other: tuple[float, float]) -> float:
    x = (one[0] - other[0]) * math.cos(math.radians(_LAT))
    return math.hypot(x, one[1] - other[1]) * METRES_PER_DEGREE * DETOUR / SPEED_MPS
