"""The use cases: what each user can do, in the order of a campaign's life.

Every method asks `planning.roles` first, does its work in one transaction, and writes who did what
to the audit log. Pages and the command line call these and decide nothing themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from planning import pipeline, roles
from planning.addresses.geocoder import Geocoder
from planning.addresses.second_opinion import SecondOpinion
from planning.coverage import coverage
from planning.decisions import (
    against_the_list,
    decides_others,
    recalled,
    settled,
    together,
)
from planning.disclosure import PARTNER_K, PUBLIC_K, ShownCount, protect
from planning.errors import Conflict, Fault, InputError, NotAllowed, NotFound
from planning.intake import Intake, Template
from planning.model import (
    AuditEntry,
    Campaign,
    Case,
    CaseRecord,
    Choice,
    JobStatus,
    Level,
    Outcome,
    Place,
    Plan,
    PlanVersion,
    Remembered,
    Result,
    Role,
    Route,
    Team,
    User,
    Visit,
)
from planning.outcomes import latest_by_visit
from planning.review import Review, Settled, hang_together, review_of
from planning.revision import Closed, Workbench
from planning.roles import Action, Scope
from planning.routing.moves import Trial
from planning.routing.repair import Now
from planning.routing.whatif import Change, Row
from planning.stores import CaseFiles, Jobs, Region, Regions, Registry, Report, Work

__all__ = ["Choice", "Desk", "TeamDay"]


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


def own_geocoder(region: Region) -> SecondOpinion:
    """Our own geocoder of a region, with nobody else's behind it."""
    return SecondOpinion(Geocoder(region.gazetteer, region.areas, region.confidence), None)


class Desk:
    """The use cases of one signed-in user."""

    def __init__(
        self,
        user: User,
        *,
        registry: Registry,
        regions: Regions,
        jobs: Jobs,
        files: CaseFiles,
        now: Callable[[], datetime],
        locator: Callable[[Region], SecondOpinion] = own_geocoder,
    ) -> None:
        self.user = user
        self._locator = locator
        self._registry = registry
        self._regions = regions
        self._jobs = jobs
        self._files = files
        self._now = now

    # Campaigns

    def campaigns(self) -> list[Campaign]:
        """Campaigns, newest first. Their names and dates are no secret inside the office."""
        with self._registry.work(self.user.user_id) as work:
            return work.campaigns()

    def region(self, campaign: Campaign) -> Region:
        """The region pack of a campaign: maps and names, no personal data."""
        return self._regions.open(campaign.region)

    def region_names(self) -> list[str]:
        """Region packs that a campaign can be made for."""
        roles.require(self.user, Action.IMPORT)
        return self._regions.names()

    def create_campaign(self, campaign: Campaign) -> None:
        """Starts a campaign.

        It is invented when its region is. An office holds either the sample or real cases: the
        sample's passwords are shown to everybody who opens the sign-in page.

        Raises:
            InputError: no name, not between 1 and 200 working days, or the sample and real cases
                would meet.
        """
        roles.require(self.user, Action.IMPORT)
        if not campaign.name.strip():
            raise InputError("a campaign needs a name")
        campaign = replace(campaign, invented=self._regions.open(campaign.region).info.invented)
        if not 2000 <= campaign.first_day.year < 2200:
            raise InputError(f"{campaign.first_day.isoformat()} is no first day; look at its year")
        if not 1 <= campaign.days <= 200:
            raise InputError(f"a campaign has 1 to 200 working days, not {campaign.days}")
        with self._registry.work(self.user.user_id) as work:
            if any(each.invented != campaign.invented for each in work.campaigns()):
                raise InputError(
                    "the sample and real cases do not share an office, because everybody knows "
                    "the sample's passwords; set OUTREACH_HOME to another folder"
                )
            work.save_campaign(campaign)
            work.log("create_campaign", campaign.campaign_id)

    # Case and team lists

    def preview_cases(
        self, campaign_id: str, content: bytes, file_name: str, *, template: Template | None = None
    ) -> Intake:
        """What importing this list would accept and reject; nothing is kept.

        Without `template` the campaign's own is tried, then the headings' words.

        Raises:
            InputError: the file as a whole cannot be read.
        """
        roles.require(self.user, Action.IMPORT)
        if template is not None:
            return self._files.read_cases(content, file_name, template=template)
        kept = self._files.template(campaign_id)
        if kept is not None:
            with suppress(InputError):  # a list of another make: guess again
                return self._files.read_cases(content, file_name, template=kept)
        return self._files.read_cases(content, file_name)

    def import_cases(
        self,
        campaign_id: str,
        content: bytes,
        file_name: str,
        *,
        template: Template | None = None,
        report: Report | None = None,
    ) -> Intake:
        """Reads a case list, finds its addresses and keeps both; rejected rows come back told.

        What was decided before on the same address in this region holds for the new cases too.
        A `template` is kept for the campaign's later lists.

        Raises:
            InputError: the file as a whole cannot be read.
        """
        intake = self.preview_cases(campaign_id, content, file_name, template=template)
        if template is not None:
            self._files.keep_template(campaign_id, template)
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
        # Finding addresses takes a while: no transaction is held meanwhile.
        locator = self._locator(region)
        places = pipeline.locate(intake.cases, locator, report=report)
        if locator.fault is not None:
            intake = replace(intake, warnings=(*intake.warnings, Fault(str(locator.fault))))
        with self._registry.work(self.user.user_id) as work:
            memory = work.remembered(campaign_id, intake.cases)
            known = _recall(intake.cases, places, memory, region)
            decided = {case_id: memory[case_id] for case_id in known}
            new = work.add_cases(campaign_id, intake.cases, places | known, decided=decided)
            told = f"{len(intake.cases)} rows, {new} new, {len(known)} decided before"
            work.log("import_cases", campaign_id, told)
        return intake

    def import_teams(self, campaign_id: str, content: bytes, file_name: str) -> tuple[Team, ...]:
        """Replaces the campaign's teams by those of a list.

        Raises:
            InputError: every fault of the list, or a municipality the region does not have.
        """
        roles.require(self.user, Action.IMPORT)
        teams = self._files.read_teams(content, file_name)
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            placed = pipeline.teams_in_region(teams, region.gazetteer, file=file_name)
            work.save_teams(campaign_id, placed)
            work.log("import_teams", campaign_id, f"{len(placed)} teams")
        return placed

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams, as far as this user may see their routes."""
        reach = roles.scope(self.user, Action.SEE_ROUTES)
        with self._registry.work(self.user.user_id) as work:
            teams = work.teams(campaign_id)
        return [team for team in teams if self._within(reach, team)]

    def _within(self, reach: Scope, team: Team) -> bool:
        if reach == Scope.OWN_TEAM:
            return team.team_id == self.user.team_id
        if reach == Scope.OWN_MUNICIPALITY:
            return team.municipality_code == self.user.municipality_code
        return True

    def cases(self, campaign_id: str) -> list[CaseRecord]:
        """Cases this user may see; that they were read is logged."""
        own = self._own(Action.SEE_CASES)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id, municipality_code=own)
            work.log_read("read_cases", campaign_id, f"{len(records)} cases")
        return records

    def _own(self, action: Action) -> str:
        """The municipality within which this user may do `action`; empty for everywhere."""
        if roles.scope(self.user, action) != Scope.OWN_MUNICIPALITY:
            return ""
        if not self.user.municipality_code:
            raise NotAllowed("this account has no municipality")
        return self.user.municipality_code

    # Review

    def review(
        self,
        campaign_id: str,
        *,
        opened: MutableMapping[tuple[str, int], CaseRecord] | None = None,
    ) -> Review:
        """Addresses that a person should look at, and those that were decided on.

        `opened` keeps records between calls, by case and version: only what changed is opened.
        """
        own = self._own(Action.REVIEW)
        opened = {} if opened is None else opened
        with self._registry.work(self.user.user_id) as work:
            states = work.case_states(campaign_id, municipality_code=own)
            sealed = [each.case_id for each in states if (each.case_id, each.version) not in opened]
            for record in work.some_cases(campaign_id, sealed):
                opened[record.case.case_id, record.version] = record
            names = {each.user_id: each.name for each in work.users()}
            work.log_read("read_cases", campaign_id, "review")
        return review_of(((each, opened[each.case_id, each.version]) for each in states), names)

    def settle(self, campaign_id: str, case_id: str, choice: Choice, *, version: int) -> Settled:
        """Keeps a person's decision about an address, for all cases that hang on it.

        These are the campaign's cases of the same address that nobody has decided on, and those
        that came with the case's decision before. Later cases of the address get it on import.

        Raises:
            Conflict: somebody decided meanwhile.
            InputError: the choice names nothing, a candidate that does not exist, or a point
                outside the region.
        """
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            record, *others = self._hang_together(work, campaign_id, case_id)
            if choice.candidate and choice.candidate not in _place(record).candidates:
                raise InputError("there is no such candidate; look at the list again")
            shared = decides_others(record.case.address, choice, region)
            places = {case_id: _settled(record, choice, region)}
            for each in others if shared else []:
                places[each.case.case_id] = together(_settled(each, choice, region))
            self._require_own(places.values())
            versions = {each.case.case_id: each.version for each in others} | {case_id: version}
            work.settle_places(campaign_id, places, versions=versions, note=choice.note)
            if shared:
                work.remember(campaign_id, case_id, choice)
            else:
                work.forget(campaign_id, record.case.address)
            for each_id, place in places.items():
                work.log("settle_place", each_id, str(place.level))
        place = places.pop(case_id)
        against = against_the_list(_place(record), place, region, record.case.address)
        return Settled(place, tuple(places), against)

    def reopen(self, campaign_id: str, case_id: str, *, version: int) -> tuple[str, ...]:
        """Takes a decision back, wherever it was applied in the campaign, and forgets it.

        Returns the cases that wait for review again, with the places found for them.

        Raises:
            Conflict: somebody else decided or took it back meanwhile.
        """
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            records = self._hang_together(work, campaign_id, case_id)
        if not records[0].decided_by:
            raise Conflict("this decision was taken back already")
        again = [each for each in records if each.decided_by]
        # Finding addresses takes a while: no transaction is held meanwhile.
        places = pipeline.locate([each.case for each in again], self._locator(region))
        places = {each: replace(place, needs_review=True) for each, place in places.items()}
        versions = {each.case.case_id: each.version for each in again} | {case_id: version}
        with self._registry.work(self.user.user_id) as work:
            work.reopen_places(campaign_id, places, versions=versions)
            work.forget(campaign_id, again[0].case.address)
            for each_id in places:
                work.log("reopen_place", each_id)
        return tuple(places)

    def _hang_together(self, work: Work, campaign_id: str, case_id: str) -> list[CaseRecord]:
        """The case, if this user may review it, and those that are decided with it."""
        own = self._own(Action.REVIEW)
        alike = work.same_address(campaign_id, case_id)
        record = next(each for each in alike if each.case.case_id == case_id)
        self._require_own([_place(record)])
        return hang_together(record, [each for each in alike if not own or _is_in(each, own)])

    def _require_own(self, places: Iterable[Place]) -> None:
        """Refuses unless this user may review at all these places."""
        for place in places:
            roles.require(self.user, Action.REVIEW, municipality_code=place.municipality_code)

    def move_cases(self, campaign_id: str, case_ids: Sequence[str], team_id: str) -> None:
        """Moves cases to another team's district; the next plan follows.

        Raises:
            InputError: no such team, or a team of another municipality.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            team = next((each for each in work.teams(campaign_id) if each.team_id == team_id), None)
            if team is None:
                raise InputError(f"there is no team “{team_id}” in this campaign")
            faults = [
                Fault("another municipality's case: its own teams must go", value=case_id)
                for case_id in case_ids
                if not _is_in(work.case(campaign_id, case_id), team.municipality_code)
            ]
            if faults:
                raise InputError(faults)
            work.set_home_team(campaign_id, case_ids, team_id)
            work.log("move_cases", campaign_id, f"{len(case_ids)} to {team_id}")

    # Plans

    def start_plan(
        self, campaign_id: str, *, seconds: float = 30.0, seed: int = 0, close: bool = False
    ) -> str:
        """Starts planning in a process of its own, or joins the one that runs; returns its id.

        With `close` the new plan stays close to the one before.

        Raises:
            InputError: the campaign has no cases or no teams yet.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id)
            teams = work.teams(campaign_id)
            outcomes = len(work.outcomes(campaign_id))
            before = work.plan(campaign_id)
            work.log("start_plan", campaign_id)
        if not records:
            raise InputError("import a case list first: there is nothing to plan")
        if not teams:
            raise InputError("import a team list first: there is nobody to send")
        running = self._jobs.find("plan", f"{campaign_id}:")
        if running is not None and running.state == "running":
            return running.job_id
        state = [(record.case.case_id, record.version, record.home_team) for record in records]
        asked = (state, teams, outcomes, before and before.version, seconds, seed, close)
        digest = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
        order: dict[str, object] = {
            "campaign_id": campaign_id,
            "user_id": self.user.user_id,
            "seconds": seconds,
            "seed": seed,
            "close": close,
        }
        return self._jobs.start("plan", f"{campaign_id}:{digest}", order)

    def plan_status(self, campaign_id: str) -> JobStatus | None:
        """The newest planning job of the campaign, also after a reload."""
        roles.require(self.user, Action.PLAN)
        return self._jobs.find("plan", f"{campaign_id}:")

    def cancel_plan(self, job_id: str) -> None:
        """Ends planning with the best plan so far."""
        roles.require(self.user, Action.PLAN)
        self._jobs.cancel(job_id)

    def plan(self, campaign_id: str) -> PlanVersion | None:
        """The newest plan to a planner; the published one to everybody else, cut to their scope."""
        reach = roles.scope(self.user, Action.SEE_ROUTES)
        drafts = roles.may(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            found = work.plan(campaign_id, published=not drafts)
            if found:
                work.log_read("read_plan", campaign_id, f"version {found.version}")
            if found is None or reach == Scope.ALL:
                return found
            seen = [team.team_id for team in work.teams(campaign_id) if self._within(reach, team)]
            own = self.user.municipality_code if reach == Scope.OWN_MUNICIPALITY else ""
            records = work.cases(campaign_id, municipality_code=own) if own else []
        left = [record.case.case_id for record in records]
        return replace(found, plan=pipeline.only_teams(found.plan, seen, left=left))

    def workbench(
        self, campaign_id: str, *, kept: MutableMapping[tuple[str, int, int], Workbench]
    ) -> Workbench | None:
        """The newest plan laid out for changes by hand; None where there is none.

        `kept` keeps it between calls, by campaign and versions: laying it out takes a second.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            found = work.plan(campaign_id)
            if found is None:
                return None
            published = work.plan(campaign_id, published=True)
            key = campaign_id, found.version, published.version if published else 0
            work.log_read("read_plan", campaign_id, f"version {found.version}")
            if key in kept and kept[key].found.status == found.status:
                return kept[key]
            teams = work.teams(campaign_id)
            region = self._regions.open(work.campaign(campaign_id).region)
        kept.clear()
        kept[key] = Workbench(found, published, teams, region.router)
        return kept[key]

    def move_stop(self, campaign_id: str, bench: Workbench, trial: Trial, *, lock: bool) -> int:
        """Keeps the plan with a stop moved by hand as a new draft, and returns its version.

        Raises:
            InputError: the move breaks a rule.
            Conflict: somebody made another plan meanwhile.
        """
        roles.require(self.user, Action.PLAN)
        plan = bench.moved(trial, lock=lock)
        with self._registry.work(self.user.user_id) as work:
            newest = work.plan(campaign_id)
            if newest is None or newest.version != bench.found.version:
                raise Conflict("somebody made another plan meanwhile: look at it first")
            version = work.add_plan(campaign_id, plan)
            work.log("move_stop", campaign_id, f"{trial.move.visit_id}, draft {version}")
        return version

    def start_repair(
        self,
        campaign_id: str,
        *,
        events: Sequence[Change] = (),
        add_new: bool = False,
        closed: Sequence[Closed] = (),
        now: Now | None = None,
    ) -> str:
        """Starts to repair the published plan (the newest, where none is published).

        `add_new` puts cases that came after the plan into it. Returns the job's id.

        Raises:
            NotFound: there is no plan.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            found = work.plan(campaign_id, published=True) or work.plan(campaign_id)
            if found is None:
                raise NotFound("there is no plan to repair")
            work.log("start_repair", campaign_id, f"version {found.version}")
        order: dict[str, object] = {
            "campaign_id": campaign_id, "user_id": self.user.user_id, "events": tuple(events),
            "add_new": add_new, "closed": tuple(closed), "now": now,
        }  # fmt: skip
        return self._jobs.start("repair", self._key(campaign_id, found.version, order), order)

    def start_what_if(
        self, campaign_id: str, changes: Sequence[Change], *, seconds: float = 15.0
    ) -> str:
        """Starts planning every change of the newest plan anew, side by side; the job's id.

        Raises:
            NotFound: there is no plan.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            found = work.plan(campaign_id)
            if found is None:
                raise NotFound("there is no plan to compare with")
            work.log("start_what_if", campaign_id, f"version {found.version}")
        order: dict[str, object] = {
            "campaign_id": campaign_id, "user_id": self.user.user_id, "changes": tuple(changes),
            "seconds": seconds,
        }  # fmt: skip
        return self._jobs.start("what_if", self._key(campaign_id, found.version, order), order)

    @staticmethod
    def _key(campaign_id: str, version: int, order: Mapping[str, object]) -> str:
        """The same order on the same plan is the same work."""
        digest = hashlib.sha256(repr((version, sorted(order.items()))).encode()).hexdigest()[:16]
        return f"{campaign_id}:{digest}"

    def change_status(self, campaign_id: str, kind: str) -> JobStatus | None:
        """The newest job of `kind`, "repair" or "what_if", of the campaign."""
        roles.require(self.user, Action.PLAN)
        return self._jobs.find(kind, f"{campaign_id}:")

    def what_if(self, job_id: str) -> tuple[Row, ...]:
        """The rows of an ended comparison; none where the service was restarted since."""
        roles.require(self.user, Action.PLAN)
        found = self._jobs.result(job_id)
        return found if isinstance(found, tuple) else ()

    def publish(self, campaign_id: str, version: int) -> None:
        """Makes a draft the plan that teams see."""
        roles.require(self.user, Action.PUBLISH)
        with self._registry.work(self.user.user_id) as work:
            work.publish(campaign_id, version)
            work.log("publish", campaign_id, f"version {version}")

    # The team's day

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

    # Coverage

    def coverage(self, campaign_id: str, *, by: str = "municipality") -> tuple[ShownCount, ...]:
        """Counts by area, small ones suppressed; a coordinator sees the own ones exactly."""
        roles.require(self.user, Action.SEE_COVERAGE)
        with self._registry.work(self.user.user_id) as work:
            region = self._regions.open(work.campaign(campaign_id).region)
            records = work.cases(campaign_id)
            published = work.plan(campaign_id, published=True)
            outcomes = work.outcomes(campaign_id)
            work.log_read("read_coverage", campaign_id, by)
        # Both levels are protected as one table: whoever lays one on the other learns no more.
        levels = {
            level: coverage(
                records,
                published.plan if published else None,
                outcomes,
                by=level,
                areas=region.areas.itertuples(),
            )
            for level in {"municipality", by}
        }
        table = {row.area_code: row for level in sorted(levels) for row in levels[level]}
        coordinator = self.user.role == Role.COORDINATOR
        shown = protect(
            table.values(),
            k=PUBLIC_K if self.user.role == Role.VIEWER else PARTNER_K,
            exact=self.user.municipality_code if coordinator else "",
        )
        wanted = {row.area_code for row in levels[by]}
        return tuple(row for row in shown if row.area_code in wanted)

    # Oversight and accounts

    def change_password(self, password: str) -> None:
        """Gives this user's own account a new password.

        Raises:
            InputError: it is too short, or the name.
        """
        with self._registry.work(self.user.user_id) as work:
            work.save_user(replace(self.user, must_change_password=False), password=password)
            work.log("change_password", self.user.user_id)

    def audit_log(self) -> list[AuditEntry]:
        """Who did what, newest first."""
        roles.require(self.user, Action.READ_LOG)
        with self._registry.work(self.user.user_id) as work:
            return work.audit()

    def users(self) -> list[User]:
        """All accounts."""
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            return work.users()

    def save_user(self, user: User, *, password: str | None = None) -> None:
        """Adds or changes an account."""
        roles.require(self.user, Action.MANAGE_USERS)
        with self._registry.work(self.user.user_id) as work:
            work.save_user(user, password=password)
            work.log("save_user", user.user_id, str(user.role))


def _place(record: CaseRecord) -> Place:
    return record.place or Place(Level.NONE)


def _settled(record: CaseRecord, choice: Choice, region: Region) -> Place:
    return settled(_place(record), choice, region, address=record.case.address)


def _recall(
    cases: Iterable[Case],
    places: Mapping[str, Place],
    memory: Mapping[str, Remembered],
    region: Region,
) -> dict[str, Place]:
    """Places of those cases that a remembered choice settles.

    A choice that no longer fits the region's bounds is left alone: the case is found as any other.
    """
    known = {}
    for case in cases:
        if case.case_id in memory:
            choice = memory[case.case_id].choice
            with suppress(InputError):
                place = settled(places[case.case_id], choice, region, address=case.address)
                known[case.case_id] = recalled(place)
    return known


def _is_in(record: CaseRecord, municipality_code: str) -> bool:
    return record.place is not None and record.place.municipality_code == municipality_code


def _phones(records: Iterable[CaseRecord]) -> tuple[str, ...]:
    """The different numbers of a visit's cases."""
    return tuple(dict.fromkeys(record.case.phone for record in records if record.case.phone))
