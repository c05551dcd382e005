"""A team's day on the road."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from planning import roles
from planning.desk.base import DeskBase
from planning.errors import Conflict, NotFound
from planning.looks import day_detail
from planning.model import (
    CaseRecord,
    Outcome,
    Plan,
    PlanVersion,
    Result,
    Route,
    Team,
    Visit,
)
from planning.outcomes import latest_by_visit
from planning.roles import Action, Scope
from planning.stores import Work

NEAR = timedelta(days=1)
"""How far from today a team may look: what it does not need, a lost phone cannot show."""


@dataclass(frozen=True, slots=True)
class TeamDay:
    """What a team needs for a day on the road."""

    team: Team
    route: Route
    plan: Plan
    """The published plan, cut down to this route."""
    visits: tuple[Visit, ...]
    """In the order of the route's stops."""
    phones: dict[str, tuple[str, ...]]
    """Visit id → numbers to call. *Personal.*"""
    outcomes: dict[str, Outcome]
    """Visit id → what was recorded last."""


class TeamDesk(DeskBase):
    """The published route, and what was found at its doors."""

    def team_days(self, campaign_id: str, team_id: str) -> list[date]:
        """Days on which the published plan sends this team out; to a team those near today."""
        with self._registry.work(self.user.user_id, reading=True) as work:
            self._visible_team(work, campaign_id, team_id)
            days = work.route_days(campaign_id, team_id)
            return [day for day in days if self._is_near(work, campaign_id, day)]

    def team_day(self, campaign_id: str, team_id: str, day: date) -> TeamDay:
        """The route of a team on a day, with what it needs at each door.

        Raises:
            NotFound: the published plan does not send this team out that day.
        """
        with self._registry.work(self.user.user_id) as work:
            team = self._visible_team(work, campaign_id, team_id)
            near = self._is_near(work, campaign_id, day)
            published = work.team_route(campaign_id, team_id, day) if near else None
            if published is None:
                raise NotFound("no published route for this team on that day")
            plan = published.plan
            case_ids = [case_id for visit in plan.visits for case_id in visit.case_ids]
            records = {each.case.case_id: each for each in work.some_cases(campaign_id, case_ids)}
            said = work.outcomes_of(campaign_id, case_ids)
            work.log_read("read_team_day", team_id, day_detail(day, published.version))
        phones = {
            visit.visit_id: _phones(records[each] for each in visit.case_ids if each in records)
            for visit in plan.visits
        }
        outcomes = latest_by_visit((each for each in said if each.team_id == team_id), plan.visits)
        return TeamDay(team, plan.routes[0], plan, plan.visits, phones, outcomes)

    def _is_near(self, work: Work, campaign_id: str, day: date) -> bool:
        """True where this user may see that day: a team sees yesterday, today and tomorrow.

        The sample's days are those of its invented campaign, and nobody is at its doors.
        """
        if roles.scope(self.user, Action.SEE_ROUTES) != Scope.OWN_TEAM:
            return True
        today = self._now().astimezone().date()
        return abs(day - today) <= NEAR or work.campaign(campaign_id).invented

    def _visible_team(self, work: Work, campaign_id: str, team_id: str) -> Team:
        """The team, when this user may see its routes."""
        team = work.team(campaign_id, team_id)
        roles.require(
            self.user,
            Action.SEE_ROUTES,
            municipality_code=team.municipality_code,
            team_id=team_id,
        )
        return team

    def record_outcome(
        self, campaign_id: str, *, case_ids: tuple[str, ...], team_id: str, day: date,
        result: Result, key: str, note: str = "", kits_handed: int = 0,
    ) -> bool:  # fmt: skip
        """Keeps what the team found. The same `key` twice is one outcome; False the second time.

        The visit is named by its cases: every plan numbers its visits anew, and a phone may still
        show the plan before.

        Raises:
            Conflict: these cases are not one visit of the team's published route of that day, or
                the key was kept with another outcome.
        """
        roles.require(self.user, Action.RECORD_OUTCOME, team_id=team_id)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            visit = _visit(work.team_route(campaign_id, team_id, day), case_ids)
            outcome = Outcome(
                visit_id=visit.visit_id,
                team_id=team_id,
                day=day,
                result=result,
                recorded_at=self._now().isoformat(timespec="seconds"),
                note=note,
                kits_handed=kits_handed,
                key=key,
                case_ids=visit.case_ids,
            )
            new = work.add_outcome(campaign_id, outcome)
            work.log("record_outcome", visit.visit_id, str(result))
        return new


def _visit(route: PlanVersion | None, case_ids: tuple[str, ...]) -> Visit:
    """The visit of these cases on a published route."""
    for visit in route.plan.visits if route else ():
        if visit.case_ids == case_ids:
            return visit
    raise Conflict("the plan was changed: open the day's route again")


def _phones(records: Iterable[CaseRecord]) -> tuple[str, ...]:
    """The different numbers of a visit's cases."""
    return tuple(dict.fromkeys(record.case.phone for record in records if record.case.phone))
