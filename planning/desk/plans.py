"""Making, changing and publishing plans."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace

from planning import looks, pipeline, roles
from planning.desk.base import DeskBase
from planning.errors import Conflict, InputError, NotFound
from planning.model import (
    JobStatus,
    Plan,
    PlanVersion,
)
from planning.revision import Closed, Workbench
from planning.roles import Action, Scope
from planning.routing.concessions import Relaxation
from planning.routing.moves import Trial
from planning.routing.repair import Now
from planning.routing.whatif import Change, Row
from planning.shifts import doors_of, still_to_do, what_is_left
from planning.text import note


class PlanDesk(DeskBase):
    """From a draft to what teams see."""

    def start_plan(
        self, campaign_id: str, *, seconds: float = 30.0, seed: int = 0, close: bool = False
    ) -> str:
        """Starts planning in a process of its own, or joins the one that runs; returns its id.

        It is for the days that are left of the campaign. With `close` the new plan stays close to
        the one before.

        Raises:
            InputError: the campaign has no cases or no teams yet, or its last day is over.
        """
        roles.require(self.user, Action.PLAN)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id)
            teams = work.teams(campaign_id)
            # Those of children who dropped out again stand no more: asked anew it is another plan.
            past = work.outcomes(campaign_id)
            outcomes = len(past), len(work.standing_outcomes(campaign_id))
            left = what_is_left(work.campaign(campaign_id), (each.day for each in past), today)
            before = work.plan(campaign_id)
            work.log("start_plan", campaign_id)
        if not records:
            raise InputError(note("import a case list first: there is nothing to plan"))
        if not teams:
            raise InputError(note("import a team list first: there is nobody to send"))
        running = self._jobs.find("plan", f"{campaign_id}:")
        if running is not None and running.state == "running":
            return running.job_id
        state = [(record.case.case_id, record.version, record.home_team) for record in records]
        days = left.first_day, left.days
        asked = (state, teams, outcomes, before and before.version, seconds, seed, close, days)
        digest = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
        order: dict[str, object] = {
            "campaign_id": campaign_id,
            "user_id": self.user.user_id,
            "seconds": seconds,
            "seed": seed,
            "close": close,
            "today": today,
        }
        return self._jobs.start("plan", f"{campaign_id}:{digest}", order)

    def stops_left_today(self, campaign_id: str) -> int:
        """Today's stops of the published plan that no new plan has, see `planning.shifts`."""
        roles.require(self.user, Action.PLAN)
        today = self._today()
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
            if campaign.invented or today < campaign.first_day:
                return 0
            published = work.plan(campaign_id, published=True)
            if published is None:
                return 0
            doors = doors_of(published.plan, today)
            case_ids = [each for door in doors for each in door]
            said = work.outcomes_of(campaign_id, case_ids)
        return still_to_do(doors, said, today)

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
                only = {
                    Scope.OWN_MUNICIPALITY: self.user.municipality_code,
                    Scope.OWN_TEAM: self.user.team_id,
                }.get(reach, "")
                detail = looks.plan_detail(found.version, only=only)
                work.log_read("read_plan", campaign_id, detail)
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
            work.log_read("read_plan", campaign_id, looks.plan_detail(found.version))
            if key in kept and kept[key].found == found:  # erasing changes a version
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
        return self._keep(campaign_id, bench, plan, "move_stop", trial.move.visit_id)

    def concede(self, campaign_id: str, bench: Workbench, change: Relaxation) -> int:
        """Keeps the plan with a rule given up for a visit as a new draft; returns its version.

        Only this plan and those made from it know of it: a plan made anew asks for all rules again.

        Raises:
            InputError: it is not a change of this plan.
            Conflict: somebody made another plan meanwhile.
        """
        roles.require(self.user, Action.PLAN)
        plan = bench.conceded(change)
        told = ", ".join(visit_id for visit_id, _ in change.starts)
        return self._keep(campaign_id, bench, plan, "concede", told)

    def _keep(self, campaign_id: str, bench: Workbench, plan: Plan, action: str, told: str) -> int:
        """A plan changed by hand, as the newest draft.

        Raises:
            Conflict: `bench` has not the newest plan.
        """
        with self._registry.work(self.user.user_id) as work:
            newest = work.plan(campaign_id)
            if newest is None or newest.version != bench.found.version:
                raise Conflict("somebody made another plan meanwhile: look at it first")
            version = work.add_plan(campaign_id, plan)
            work.log(action, campaign_id, f"{told}, draft {version}")
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
