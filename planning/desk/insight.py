"""What the campaign teaches: what a visit may bring, whether the time suffices, what crews add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from math import exp

from planning import looks, roles
from planning.campaign.approach import Approach, Past
from planning.campaign.countries import duties_of, zone_of
from planning.campaign.effectiveness import Effectiveness, Visited, effectiveness
from planning.campaign.expectation import (
    BASE,
    PRIOR,
    Attempt,
    Expectation,
    Phone,
    Term,
    attempt_of,
    hours_tried,
    terms,
    tried_before,
)
from planning.campaign.ladder import closed, phone_of
from planning.campaign.pacing import (
    Duty,
    Forecast,
    Worked,
    calendar,
    days_ahead,
    forecast,
    worked_days,
)
from planning.campaign.worth import (
    expected_resolved,
)
from planning.desk.base import DeskBase
from planning.model import Campaign, Level, Plan, Saved
from planning.outcomes import BANDS, RESOLVED, resolving, still_open
from planning.phone import holding
from planning.roles import Action
from planning.shifts import make_shifts
from planning.stores import Work
from planning.text import Note


@dataclass(frozen=True, slots=True)
class Factor:
    """How many times something changes the odds that a visit resolves its case."""

    term: Term
    name: str
    """Of an area; empty for the others, whose words are in `maps.texts.words`."""
    before: float
    """As it was believed before the first outcome."""
    now: float
    visits: int
    """Of the campaign, that it stands on."""
    by_hand: bool


@dataclass(frozen=True, slots=True)
class CaseChance:
    """What the next visit to a case may bring, in each part of the day. *Personal.*"""

    case_id: str
    settlement: str
    chances: tuple[float, ...]
    """In the order of `outcomes.BANDS`."""
    reasons: tuple[tuple[tuple[Note, float], ...], ...]
    """For each part of the day: what raises or lowers the chance, by how many times the odds."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What visits may bring, as the campaign has it now."""

    approach: Saved[Approach]
    in_use: bool
    """Whether the next plan goes by it."""
    seen: int
    """Visits it was fitted to."""
    usual: tuple[float, float]
    """Chance of a first morning visit to an exact address, before the first outcome and now."""
    factors: tuple[Factor, ...]
    cases: tuple[CaseChance, ...]
    """Of all that are still open, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Whether the time suffices, in counts that reconcile: listed = resolved + closed + open."""

    forecast: Forecast
    worked: tuple[Worked, ...]
    listed: int
    resolved: int
    """By visits."""
    closed: int
    """By a call or by research, without a visit."""
    duties: tuple[tuple[date, Duty], ...]
    """What an order wants next, the nearest first."""


class InsightDesk(DeskBase):
    """For planners: crews are few people, and areas with few visits tell of families."""

    def expectation(self, campaign_id: str) -> Expected:
        """The model with what every factor stands on, and every open case's chances."""
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            approach = work.approach(campaign_id)
            past, campaign = self._past(work, campaign_id)
            now = _as_it_stands(past, work, campaign_id)
            detail = looks.list_detail(len(past.records))
            work.log_read("read_cases", campaign_id, detail)
        areas = self._regions.open(campaign.region).areas
        names = dict(zip(areas["code"], areas["name"], strict=True))
        found = past.expectation(approach.value)
        usual = Attempt(Level.HOUSE)
        return Expected(
            approach=approach,
            in_use=approach.value.uses(found.seen),
            seen=found.seen,
            usual=(Expectation().chance(usual), found.chance(usual)),
            factors=tuple(_factors(found, past, approach.value, names)),
            cases=tuple(sorted(_chances(found, now), key=lambda each: -max(each.chances))),
        )

    def expected_resolved(self, campaign_id: str, plans: Sequence[Plan]) -> tuple[float, ...]:
        """How many cases each of these plans may resolve, by the model as it is. Opens no case."""
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id, reading=True) as work:
            approach = work.approach(campaign_id)
            past, _ = self._past(work, campaign_id)
            now = _as_it_stands(past, work, campaign_id)
        cases = _chances(past.expectation(approach.value), now)
        chances = {each.case_id: each.chances for each in cases}
        return tuple(expected_resolved(plan, chances) for plan in plans)

    def pace(self, campaign_id: str) -> Pace:
        """How far the campaign is, and when it will be done. Opens no case."""
        roles.require(self.user, Action.PLAN)
        today = self._today()
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
            listed = work.case_ids(campaign_id)
            outcomes = holding(work.outcomes(campaign_id))
            standing = work.standing_outcomes(campaign_id)
            by_contact = closed(work.standing_contacts(campaign_id))
            teams = work.teams(campaign_id)
        resolved = resolving(standing).keys() & listed
        without_visit = (by_contact.keys() & listed) - resolved
        worked = worked_days(outcomes)
        # A day on which crews have begun to record is no day ahead any more.
        done = max([today - timedelta(days=1), *(each.day for each in worked)])
        shifts = make_shifts(teams, campaign.first_day, campaign.days)
        countries = self._regions.open(campaign.region).info.countries
        return Pace(
            forecast=forecast(
                worked,
                remaining=len(listed) - len(resolved) - len(without_visit),
                ahead=days_ahead(shifts, done),
            ),
            worked=worked,
            listed=len(listed),
            resolved=len(resolved),
            closed=len(without_visit),
            duties=calendar(duties_of(countries), today),
        )

    def effectiveness(self, campaign_id: str) -> Effectiveness:
        """Crews compared on like visits, and what else matters.

        For planners only: a municipality has few crews, and each is a few people with names.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            past, _ = self._past(work, campaign_id)
            work.log_read("read_effectiveness", campaign_id)
        return effectiveness(
            [
                Visited(outcome.team_id, attempt, outcome.result in RESOLVED)
                for outcome, attempt in past.attempts()
            ]
        )

    def _past(self, work: Work, campaign_id: str) -> tuple[Past, Campaign]:
        campaign = work.campaign(campaign_id)
        zone: tzinfo | None = zone_of(self._regions.open(campaign.region).info.countries)
        past = Past(
            work.cases(campaign_id),
            work.outcomes(campaign_id),
            work.contacts(campaign_id),
            zone or self._now().astimezone().tzinfo,
        )
        return past, campaign


def _as_it_stands(past: Past, work: Work, campaign_id: str) -> Past:
    """With what holds of outcomes and contacts, not all that ever was."""
    return replace(
        past,
        outcomes=work.standing_outcomes(campaign_id),
        contacts=work.standing_contacts(campaign_id),
    )


def _factors(
    found: Expectation, past: Past, approach: Approach, names: Mapping[str, str]
) -> Iterator[Factor]:
    """Every factor but the base: those of `PRIOR` in their order, then areas by name."""
    visits = Counter(term for _, attempt in past.attempts() for term in terms(attempt))
    areas = sorted(
        (term for term in found.weights if term[0] == "area"),
        key=lambda term: names.get(term[1], term[1]),
    )
    for term in (*PRIOR, *areas):
        if term != BASE:
            yield Factor(
                term,
                names.get(term[1], term[1]) if term[0] == "area" else "",
                exp(PRIOR[term][0]) if term in PRIOR else 1.0,
                exp(found.weights[term]),
                visits[term],
                term in approach.weights,
            )


def _chances(found: Expectation, now: Past) -> Iterator[CaseChance]:
    """Of every case that is still open, by what counts of it today."""
    phone, without_visit = phone_of(now.contacts), closed(now.contacts)
    before, tried = tried_before(now.outcomes), hours_tried(now.outcomes, now.zone)
    places = {each.case.case_id: each.place for each in now.records}
    for case in still_open([each.case for each in now.records], now.outcomes):
        if case.case_id in without_visit:
            continue
        place = places[case.case_id]
        attempt = attempt_of(
            case,
            place,
            before=before[case.case_id],
            tried=tried.get(case.case_id, frozenset()),
            phone=phone.get(case.case_id, Phone.NOT_TRIED),
        )
        yield CaseChance(
            case.case_id,
            place.settlement if place else "",
            found.chances(attempt),
            tuple(found.reasons(replace(attempt, band=band)) for band in range(len(BANDS))),
        )
