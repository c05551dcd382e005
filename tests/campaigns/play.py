"""A whole campaign, played day by day: an office, what becomes of it, and the account.

Everything is done through the use cases by the user whose work it is: the planner plans and
publishes, coordinators call, crews report on their phones through links, the auditor reads the log.
Long work runs in this process, by the very functions that an office runs in processes of their own.
What a crew finds is drawn from a truth the office never sees (`truth`).

At the end of every day `Play.account` adds everything up in two ways.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from openpyxl import load_workbook
from pypdf import PdfReader

from data import plan_job, revision_jobs
from data.casefiles.templates import OfficeFiles
from data.home import Home
from data.registry import SqlRegistry, open_registry
from maps.coverage_report import coverage_csv, coverage_xlsx
from maps.reports import report_pdf, report_xlsx
from maps.texts import translator
from planning.areas import parted
from planning.campaign.countries import zone_of
from planning.campaign.ladder import Channel, closed
from planning.coverage import TOTAL, AreaCount, coverage
from planning.desk import Desk, PhoneDay, holder, let_in
from planning.desk.counts import Coverage, exact_counts
from planning.disclosure import PARTNER_K, PUBLIC_K
from planning.errors import InputError, NotFound
from planning.intake.headings import Template
from planning.model import (
    Campaign,
    CaseRecord,
    JobStatus,
    LogFilter,
    Outcome,
    PhoneLink,
    Plan,
    PlanVersion,
    Result,
    Role,
    User,
    Visit,
)
from planning.outcomes import resolving
from planning.partners import ClassCount
from planning.phone import Report, Taken
from planning.pipeline import travel_times
from planning.routing.checker import check
from planning.routing.planner import Inline
from planning.routing.repair import Now
from planning.school_checks import check_of
from planning.stores import Region, Work
from tests.campaigns.ground import Ground
from tests.campaigns.lists import Child, listed
from tests.campaigns.truth import Truth
from tests.planning.disclosure.attacker import FIRST_RESULT, STEPS_ON, Attack
from tests.planning.disclosure.attacker import Campaign as Attacked
from tests.planning.disclosure.campaigns import facts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pytest

EVENING = 19 * 3600
SEARCH = 1.0
"""Seconds a plan is searched for: these campaigns are small, and what is left waits for the next
day."""

State = TypeVar("State", int, tuple[int, int])
Handed = Callable[[Visit, Result], int]
"""How many kits a crew hands over at a door."""


# --- the office ---------------------------------------------------------------------------------


@dataclass
class Play:
    """A campaign under way, and everybody who takes part in it."""

    folder: Path
    registry: SqlRegistry
    ground: Ground
    truth: Truth
    now: datetime
    """In UTC."""
    zone: ZoneInfo
    campaign_id: str = "c"
    children: dict[str, Child] = field(default_factory=dict)
    """By case id: those that a list, a call or a school brought."""
    earlier: list[Child] = field(default_factory=list)
    """Those of earlier campaigns."""
    reports: int = 0
    """Visits that crews reported in this campaign, and in all."""
    all_reports: int = 0
    road_seconds: int = 0
    """From leaving the office to the return, of all crews so far."""
    kits: Counter[str] = field(default_factory=Counter)
    """Kits that crews handed over, by kit type."""
    attempts: Counter[str] = field(default_factory=Counter)
    """Times that a crew stood at the door, by case."""
    counts_of: dict[str, tuple[ClassCount, ...]] = field(default_factory=dict)
    """What a crew counts, by school check."""
    lives: list[dict[str, tuple[str, int]]] = field(default_factory=list)
    """The exact truth at each release of counts: case id → settlement and the attacker's state."""
    checked: int = 0
    """Plans that passed the checker."""
    _pockets: list[tuple[str, datetime, list[Report]]] = field(default_factory=list)
    """What phones without a network hold: the link's token, when it was typed, the reports."""
    _jobs: list[tuple[JobStatus, object]] = field(default_factory=list)
    _reported: set[tuple[date, tuple[str, ...]]] = field(default_factory=set)

    # --- who and when ---------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """Here."""
        return self.now.astimezone(self.zone).date()

    def at(self, day: date, second: int = 8 * 3600) -> None:
        """It is this second of the day now."""
        local = datetime.combine(day, time(), self.zone) + timedelta(seconds=second)
        self.now = local.astimezone(UTC)

    def desk(self, user: User) -> Desk:
        """The use cases in somebody's name."""
        return Desk(
            user, registry=self.registry, regions=self, jobs=self,
            files=OfficeFiles(self.folder / "templates"), now=lambda: self.now,
        )  # fmt: skip

    @property
    def planner(self) -> Desk:
        """Of the regional office."""
        return self.desk(User("anna", "Anna", Role.PLANNER))

    @property
    def auditor(self) -> Desk:
        """Who reads the log."""
        return self.desk(User("audit", "Auditor", Role.AUDITOR))

    @property
    def viewer(self) -> Desk:
        """The public, so to say."""
        return self.desk(User("viewer", "Viewer", Role.VIEWER))

    def team(self, team_id: str) -> Desk:
        """A crew that signs in itself."""
        (code,) = [
            each.municipality_code for each in self.planner.teams(self.campaign_id)
            if each.team_id == team_id
        ]  # fmt: skip
        return self.desk(User(team_id, team_id, Role.TEAM, code, team_id))

    def coordinator(self, code: str) -> Desk:
        """Of a municipality."""
        return self.desk(User(f"coordinator-{code}", code, Role.COORDINATOR, code))

    # --- the office's world: `planning.stores.Regions` and `Jobs` -------------------------------

    def names(self) -> list[str]:
        return ["ground"]

    def open(self, name: str) -> Region:
        if name != "ground":
            raise InputError("there is no such region")
        return self.ground

    def start(self, kind: str, key: str, order: Mapping[str, object]) -> str:
        function: Callable[..., object]
        function, make = {
            "plan": (plan_job.plan_campaign, plan_job.PlanOrder),
            "repair": (revision_jobs.repair_plan, revision_jobs.RepairOrder),
            "what_if": (revision_jobs.compare_plans, revision_jobs.WhatIfOrder),
        }[kind]
        made = function(make(home=Home(self.folder), **order), lambda *_: None, lambda: False)
        job_id = str(len(self._jobs))
        self._jobs.append((JobStatus(job_id, kind, key, "done", 1.0), made))
        return job_id

    def status(self, job_id: str) -> JobStatus:
        return self._jobs[int(job_id)][0]

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        fits = (
            job for job, _ in reversed(self._jobs)
            if job.kind == kind and job.key.startswith(key_prefix)
        )  # fmt: skip
        return next(fits, None)

    def cancel(self, job_id: str) -> None:
        raise NotFound(job_id)

    def result(self, job_id: str) -> object | None:
        return self._jobs[int(job_id)][1]

    # --- the beginning --------------------------------------------------------------------------

    def takes(self, found: Iterable[Child]) -> None:
        """These children are known from now on."""
        self.children |= {each.case_id: each for each in found}

    def imports(
        self,
        found: Sequence[Child],
        headings: Mapping[str, str],
        *,
        template: Template | None = None,
    ) -> None:
        """The planner imports a list; nothing of it is lost."""
        content = listed(found, headings)
        intake = self.planner.import_cases(self.campaign_id, content, "list.csv", template=template)
        assert len(intake.cases) + len(intake.rejected) == len(found)
        assert not intake.rejected, [str(each) for each in intake.rejected]
        self.takes(found)

    def next_campaign(self, campaign: Campaign) -> None:
        """Another school year in the same office."""
        self.earlier += self.children.values()
        self.campaign_id = campaign.campaign_id
        self.children, self.reports, self.lives = {}, 0, []
        self.attempts.clear()
        self.at(campaign.first_day)
        self.planner.create_campaign(replace(campaign, region="ground"))

    # --- a day ----------------------------------------------------------------------------------

    def calls(self, codes: Iterable[str]) -> int:
        """Coordinators work through their lists: calls first, then research; how many."""
        made = 0
        for code in codes:
            desk = self.coordinator(code)
            for channel in Channel:
                for call in desk.call_list(self.campaign_id, channel, limit=100).calls:
                    case_id = call.case.case_id
                    child = self.children[case_id].name
                    answer = (
                        self.truth.on_the_phone(child, len(call.earlier))
                        if channel is Channel.PHONE
                        else self.truth.in_the_registers(child)
                    )
                    made += desk.record_contact(
                        self.campaign_id, case_id, channel, answer, key=call.key
                    )
        return made

    def plans(self) -> PlanVersion:
        """The planner has a plan made of everything that is open, and publishes it."""
        self.planner.start_plan(self.campaign_id, seconds=SEARCH)
        found = self.publishes()
        self._every_case_has_its_place(found.plan)
        return found

    def next_day_out(self, plan: Plan) -> date:
        """The next day on which the plan sends anybody, and it is the morning of that day."""
        days = (route.day for route in plan.routes if route.stops and route.day >= self.today)
        self.at(min(days))
        return self.today

    def repairs(self, *, at: int) -> PlanVersion:
        """It puts into today's routes what came since, and publishes."""
        now = Now(self.today, at)
        self.planner.start_repair(self.campaign_id, add_new=True, now=now)
        return self.publishes()

    def publishes(self) -> PlanVersion:
        """The newest draft, once it has passed the checker."""
        found = self.planner.plan(self.campaign_id)
        assert found is not None
        self.checks(found.plan)
        self.planner.publish(self.campaign_id, found.version)
        return found

    def checks(self, plan: Plan) -> None:
        """Every rule is kept, as the checker sees it, which knows no engine."""
        teams = self.planner.teams(self.campaign_id)
        travel = travel_times(plan.visits, teams, self.ground.router)
        assert check(plan, travel) == ()
        self.checked += 1

    def road(
        self,
        *,
        until: int = EVENING,
        handing: Handed | None = None,
        silent: str = "",
    ) -> int:
        """Crews drive today's routes up to a second of the day and report; how many visits.

        Each opens its day through the link it was given. The phone of the `silent` team has no
        network and keeps what was typed, see `phones_wake_up`.
        """
        day, before = self.today, self.reports
        found = self.planner.plan(self.campaign_id)
        assert found is not None
        out = sorted({each.team_id for each in found.plan.routes if each.stops and each.day == day})
        if not out:
            return 0
        if until == EVENING:
            routes = (each for each in found.plan.routes if each.stops and each.day == day)
            self.road_seconds += sum(each.back - each.departure for each in routes)
        self.at(day, until)
        given = self.planner.give_links(self.campaign_id, [(team, day) for team in out])
        for team in out:
            token = given[team, day].token
            link = let_in(self.registry, token, now=self.now.astimezone())
            desk = self.desk(holder(link))
            shown = desk.phone_day(link)
            reports = self._said(desk, team, shown, until, handing)
            if team == silent:
                self._pockets.append((token, self.now, reports))
            else:
                self._sends(desk, link, reports)
        return self.reports - before

    def _sends(self, desk: Desk, link: PhoneLink, reports: Sequence[Report]) -> None:
        """What was sent is sent again, as phones do that heard no answer: nothing is doubled."""
        answers = desk.take_reports(link, reports)
        assert {each.taken for each in answers} <= {Taken.KEPT}, answers
        assert len(answers) == len(reports)
        self.reports += len(reports)
        self.all_reports += len(reports)
        again = desk.take_reports(link, reports)
        assert {each.taken for each in again} <= {Taken.KNOWN}

    def phones_wake_up(self) -> int:
        """Phones that had no network send what they hold; how many visits."""
        before = self.reports
        for token, typed, reports in self._pockets:
            link = let_in(self.registry, token, now=self.now.astimezone(), sending=True)
            slept = round((self.now - typed).total_seconds())
            late = [replace(each, seconds_ago=each.seconds_ago + slept) for each in reports]
            self._sends(self.desk(holder(link)), link, late)
        self._pockets.clear()
        return self.reports - before

    def _said(
        self,
        desk: Desk,
        team: str,
        shown: PhoneDay,
        until: int,
        handing: Handed | None,
    ) -> list[Report]:
        reports = []
        for visit, stop in zip(shown.day.visits, shown.day.route.stops, strict=True):
            key = shown.day.route.day, visit.case_ids
            if key in self._reported or stop.departure > until:
                continue
            self._reported.add(key)
            if check_id := check_of(visit):
                self._counts(desk, check_id)
                continue
            self.attempts.update(visit.case_ids)
            first = visit.case_ids[0]
            child, attempt = self.children[first].name, self.attempts[first]
            result = self.truth.at_the_door(child, team, stop.start, attempt)
            handed = handing(visit, result) if handing else 0
            reports.append(
                Report(
                    f"phone-{team}.{len(self._reported):05d}", shown.doors[visit.visit_id], result,
                    kits_handed=handed, seconds_ago=until - stop.departure,
                )
            )  # fmt: skip
            if handed:
                kits = dict(visit.kit_types) or {"": visit.kits}
                self.kits.update(kits)
        return reports

    def _counts(self, desk: Desk, check_id: str) -> None:
        """The crew counts heads in the classes."""
        book = desk.school_checks(self.campaign_id)
        (kept,) = [each for each in book.checks if each.value.check_id == check_id]
        heads = self.counts_of[check_id]
        missing = desk.record_check(self.campaign_id, check_id, heads, seen=kept.version)
        assert missing == sum(each.registered - each.present for each in heads)

    # --- the account ----------------------------------------------------------------------------

    def _every_case_has_its_place(self, plan: Plan) -> None:
        """Whoever is open is on one route or left with a reason, once; nobody else is."""
        with self.registry.work("account", reading=True) as work:
            everybody = work.case_ids(self.campaign_id)
        stops = [stop.visit_id for route in plan.routes for stop in route.stops]
        assert len(stops) == len(set(stops))
        by_id = {visit.visit_id: visit for visit in plan.visits}
        routed = [
            case_id for visit_id in stops for case_id in by_id[visit_id].case_ids
            if not check_of(by_id[visit_id])
        ]  # fmt: skip
        left = [
            case_id for each in plan.unserved for case_id in each.case_ids
            if not (each.visit_id in by_id and check_of(by_id[each.visit_id]))
        ]  # fmt: skip
        assert len(routed) + len(left) == len({*routed, *left})
        assert set(routed) | set(left) == everybody - self.settled()
        assert all(each.because for each in plan.unserved)
        assert all(route.day >= self.today for route in plan.routes if route.stops), (
            "nobody is sent into a day that is over"
        )

    def settled(self) -> set[str]:
        """Cases that need no visit: resolved at the door, or closed without one."""
        pace = self.planner.pace(self.campaign_id)
        with self.registry.work("account", reading=True) as work:
            listed = work.case_ids(self.campaign_id)
            resolved = set(resolving(work.standing_outcomes(self.campaign_id))) & listed
            without = (set(closed(work.standing_contacts(self.campaign_id))) & listed) - resolved
        assert (len(resolved), len(without)) == (pace.resolved, pace.closed)
        assert pace.listed == pace.resolved + pace.closed + pace.forecast.remaining
        return resolved | without

    def account(self) -> None:
        """Everything adds up at the end of a day."""
        with self.registry.work("account", reading=True) as work:
            listed = work.case_ids(self.campaign_id)
            outcomes = work.outcomes(self.campaign_id)
        assert listed == set(self.children)
        assert len(outcomes) == self.reports
        logged = self.auditor.audit_count(LogFilter(action="record_outcome"))
        assert logged == self.all_reports
        assert not self.planner.troubled_reports(self.campaign_id)
        assert len(self.settled()) <= len(listed)
        self._kits_add_up()

    # --- what is told ---------------------------------------------------------------------------

    def tells(self) -> Coverage:
        """The public looks at the counts, which releases today's; the exact ones add up.

        Returns what the public sees. Both reports have the very numbers of the release.
        """
        shown = self.viewer.coverage(self.campaign_id)
        assert shown.day == self.today
        with self.registry.work("account", reading=True) as work:
            exact = exact_counts(work, self.campaign_id, parted(self.ground.areas))
            records = work.cases(self.campaign_id)
            outcomes = work.standing_outcomes(self.campaign_id)
            visited = {case_id for each in outcomes for case_id in each.case_ids}
            self.lives.append(self._lives(work, records, outcomes))
        self._adds_up(exact)
        by_state = Counter(self.lives[-1].values())
        assert +Counter(_states(exact)) == +by_state
        (total,) = [row for row in exact if row.area_code == TOTAL]
        assert total.listed == sum(record.case.children for record in records)
        settled = self.settled()
        assert (total.visited, total.resolved) == (len(visited | settled), len(settled))
        for public in (False, True):
            report = self.planner.report(self.campaign_id, public=public)
            told = self.planner.coverage(self.campaign_id, exact=False, public=public)
            assert (report.coverage.total, report.coverage.rows) == (told.total, told.rows)
        return shown

    def _adds_up(self, exact: Sequence[AreaCount]) -> None:
        """Every area is the sum of those in it, column by column."""
        below: dict[str, list[AreaCount]] = {}
        for row in exact:
            below.setdefault(row.parent_code, []).append(row)
        for row in exact:
            if inside := below.get(row.area_code):
                sums = [
                    sum(column) for column in zip(*(each.ladder for each in inside), strict=True)
                ]
                assert tuple(sums) == row.ladder

    def _lives(
        self, work: Work, records: Iterable[CaseRecord], outcomes: Sequence[Outcome]
    ) -> dict[str, tuple[str, int]]:
        """Every child counted alone."""
        published = work.plan(self.campaign_id, published=True)
        without = closed(work.standing_contacts(self.campaign_id))
        found = {}
        for record in records:
            (row,) = coverage(
                [record], published.plan if published else None, outcomes, closed=without,
                by="settlement",
            )  # fmt: skip
            ((where, state),) = +Counter(_states([row]))
            found[record.case.case_id] = where, state
        return found

    def untraceable(self) -> int:
        """Whoever kept every table ever told learns of no small group; how many were asked for.

        Where no child joined, left or took a step back, the attacker knows that too.
        """
        with self.registry.work("account", reading=True) as work:
            memory = work.release_memory(self.campaign_id)
        assert memory is not None
        assert len(memory.days) == len(self.lives)
        areas = self.ground.areas
        codes = dict(zip(areas["code"], areas["parent"], strict=True))
        parents = {each: above for each, above in codes.items() if above}
        sizes = dict(zip(areas["code"], areas["population"].tolist(), strict=True))
        counts = tuple(_by_settlement(each.values()) for each in self.lives)
        campaign = Attacked(parents, sizes, counts, _steps(self.lives))
        partner = [*facts(memory, public=False), *facts(memory, public=True)]
        asked = 0
        for known, k in ((partner, PARTNER_K), (list(facts(memory, public=True)), PUBLIC_K)):
            attack = Attack(campaign, known)
            assert attack.findings(k, campaign.areas()) == []
            asked += attack.asked
        return asked

    def public_files(self, language: str) -> dict[str, str]:
        """What may be handed to anybody, by name, as text; nothing of it tells of a child."""
        texts = translator(language)
        shown = self.viewer.coverage(self.campaign_id, by="settlement")
        closing = self.planner.report(self.campaign_id, public=True)
        info = self.ground.info
        files = {
            "coverage.csv": coverage_csv(shown, texts).decode("utf-8-sig"),
            "coverage.xlsx": in_sheets(coverage_xlsx(shown, texts)),
            "closing.pdf": in_pages(
                report_pdf(closing, region_info=info, public=True, texts=texts)
            ),
            "closing.xlsx": in_sheets(report_xlsx(closing, public=True, texts=texts)),
        }
        for name, text in files.items():
            assert text.strip(), name
            self.names_nobody(text)
        return files

    def names_nobody(self, text: str) -> None:
        """No child's name, number, telephone or door stands in a text."""
        for child in (*self.children.values(), *self.earlier):
            assert not [each for each in child.secrets if each in text]

    def quiet_log(self) -> None:
        """Nobody has been at the log, and it names nobody."""
        entries = self.auditor.export_log()
        assert self.auditor.verify_log() >= len(entries)
        self.names_nobody(
            "\n".join(f"{each.actor} {each.subject} {each.detail}" for each in entries)
        )

    def _kits_add_up(self) -> None:
        book = self.planner.kit_book(self.campaign_id)
        for line in book.lines:
            assert line.received == line.office + line.teams + line.families + line.lost
            assert min(line.office, line.teams, line.families, line.lost) >= 0
        handed = Counter[str]()
        for line in book.lines:
            handed[line.kit_type] += line.families
        assert +handed == +self.kits
        assert book.unclear == ()


def _states(rows: Iterable[AreaCount]) -> dict[tuple[str, int], int]:
    """(settlement, the attacker's state) → children, of rows without others below them."""
    rows = list(rows)
    above = {row.parent_code for row in rows}
    found = {}
    for row in rows:
        if row.area_code not in above and row.area_code != TOTAL:
            steps = [one - other for one, other in pairwise(row.ladder[: FIRST_RESULT + 1])]
            for state, count in enumerate((*steps, *row.results)):
                found[row.area_code, state] = count
    return found


def _by_settlement(lives: Iterable[tuple[str, State]]) -> dict[str, Counter[State]]:
    found: dict[str, Counter[State]] = {}
    for where, state in lives:
        found.setdefault(where, Counter())[state] += 1
    return found


def _steps(
    lives: Sequence[Mapping[str, tuple[str, int]]],
) -> tuple[dict[str, Counter[tuple[int, int]]], ...]:
    """What became of every child between two releases; nothing where that is not steady."""
    taken = [
        [(now[each][0], (was[each][1], now[each][1])) for each in now if each in was]
        for was, now in pairwise(lives)
    ]
    steady = all(was.keys() == now.keys() for was, now in pairwise(lives)) and all(
        step in STEPS_ON for each in taken for _, step in each
    )
    return tuple(_by_settlement(each) for each in taken) if steady else ()


def in_sheets(content: bytes) -> str:
    """Every cell of a workbook."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    cells = (cell for sheet in book for row in sheet.values for cell in row if cell is not None)
    return "\n".join(map(str, cells))


def in_pages(content: bytes) -> str:
    """The words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@contextmanager
def a_play(
    folder: Path,
    ground: Ground,
    campaign: Campaign,
    truth: Truth,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Play]:
    """An office that has begun a campaign, on the morning of its first day."""
    registry = open_registry(folder / "registry.sqlite", key_file=folder / "key" / "k")
    for module in (plan_job, revision_jobs):
        monkeypatch.setattr(module, "region_of", lambda _home, _name: ground)
        monkeypatch.setattr(module, "registry_of", lambda _home: registry)
        monkeypatch.setattr(module, "ProcessWorkers", lambda _count: Inline())
    zone = zone_of(ground.info.countries)
    assert zone is not None
    made = Play(folder, registry, ground, truth, datetime.now(UTC), zone, campaign.campaign_id)
    made.at(campaign.first_day)
    made.planner.create_campaign(replace(campaign, region="ground"))
    yield made
    registry.close()
