"""A team's day on the road."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from planning import roles
from planning.desk.base import DeskBase
from planning.errors import Conflict, NotFound
from planning.model import (
    CaseRecord,
    Outcome,
    Plan,
    Result,
    Route,
    Team,
    Visit,
)
from planning.outcomes import latest_by_visit
from planning.roles import Action


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
        """Days on which the published plan sends this team out, today's neighbours for a team."""
        return [route.day for route in self._routes(campaign_id, team_id)]

    def team_day(self, campaign_id: str, team_id: str, day: date) -> TeamDay:
        """The route of a team on a day, with what it needs at each door.

        Raises:
            NotFound: the published plan does not send this team out that day.
        """
        routes = [route for route in self._routes(campaign_id, team_id) if route.day == day]
        if not routes:
            raise NotFound("no published route for this team on that day")
        route = routes[0]
        with self._registry.work(self.user.user_id) as work:
            published = work.plan(campaign_id, published=True)
            assert published is not None
            team = next(team for team in work.teams(campaign_id) if team.team_id == team_id)
            by_id = {visit.visit_id: visit for visit in published.plan.visits}
            visits = tuple(by_id[stop.visit_id] for stop in route.stops)
            phones = {
                visit.visit_id: _phones(work.case(campaign_id, each) for each in visit.case_ids)
                for visit in visits
            }
            outcomes = latest_by_visit(work.outcomes(campaign_id, team_id=team_id), visits)
            work.log_read("read_team_day", team_id, day.isoformat())
        only_today = replace(published.plan, visits=visits, routes=(route,), unserved=())
        return TeamDay(team, route, only_today, visits, phones, outcomes)

    def _routes(self, campaign_id: str, team_id: str) -> list[Route]:
        with self._registry.work(self.user.user_id) as work:
            teams = {team.team_id: team for team in work.teams(campaign_id)}
            if team_id not in teams:
                raise NotFound("no such team")
            roles.require(
                self.user,
                Action.SEE_ROUTES,
                municipality_code=teams[team_id].municipality_code,
                team_id=team_id,
            )
            published = work.plan(campaign_id, published=True)
        routes = published.plan.routes if published else ()
        return sorted(
            (route for route in routes if route.team_id == team_id), key=lambda each: each.day
        )

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
        visit = self._visit(campaign_id, case_ids, team_id, day)
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
        with self._registry.work(self.user.user_id) as work:
            new = work.add_outcome(campaign_id, outcome)
            work.log("record_outcome", visit.visit_id, str(result))
        return new

    def _visit(self, campaign_id: str, case_ids: tuple[str, ...], team_id: str, day: date) -> Visit:
        """The visit of these cases on the team's published route of that day."""
        with self._registry.work(self.user.user_id) as work:
            published = work.plan(campaign_id, published=True)
        plan = published.plan if published else None
        on_the_way = {
            stop.visit_id
            for route in (plan.routes if plan else ())
            if route.team_id == team_id and route.day == day
            for stop in route.stops
        }
        for visit in plan.visits if plan else ():
            if visit.visit_id in on_the_way and visit.case_ids == case_ids:
                return visit
        raise Conflict("the plan was changed: open the day's route again")


def _phones(records: Iterable[CaseRecord]) -> tuple[str, ...]:
    """The different numbers of a visit's cases."""
    return tuple(dict.fromkeys(record.case.phone for record in records if record.case.phone))
