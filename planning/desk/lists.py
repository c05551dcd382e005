"""Starting a campaign and reading its lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from planning import looks, pipeline, roles
from planning.decisions import (
    recalled,
    settled,
)
from planning.desk.base import DeskBase
from planning.errors import Fault, InputError
from planning.exchange import source_of
from planning.intake import Intake, Template
from planning.model import (
    Campaign,
    Case,
    CaseRecord,
    Place,
    Remembered,
    Team,
)
from planning.retention import without_erased
from planning.roles import Action
from planning.stores import Region, Report, Work
from planning.text import note


class ListDesk(DeskBase):
    """Campaigns, case lists and team lists."""

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
            raise InputError(note("a campaign needs a name"))
        campaign = replace(campaign, invented=self._regions.open(campaign.region).info.invented)
        _check_days(campaign)
        with self._registry.work(self.user.user_id) as work:
            if any(each.invented != campaign.invented for each in work.campaigns()):
                raise InputError(
                    note(
                        "the sample and real cases do not share an office, because everybody knows "
                        "the sample's passwords; set OUTREACH_HOME to another folder"
                    )
                )
            work.save_campaign(campaign)
            work.log("create_campaign", campaign.campaign_id)

    def change_days(self, campaign_id: str, first_day: date, days: int) -> None:
        """Moves a campaign, or makes it longer or shorter; the next plan follows.

        Raises:
            InputError: not between 1 and 200 working days.
        """
        roles.require(self.user, Action.IMPORT)
        with self._registry.work(self.user.user_id) as work:
            campaign = replace(work.campaign(campaign_id), first_day=first_day, days=days)
            _check_days(campaign)
            work.save_campaign(campaign)
            work.log("change_days", campaign_id, f"{first_day.isoformat()}, {days} days")

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
            work.take_turn(campaign_id)
            erased = work.erased(campaign_id, intake.cases)
            intake = without_erased(intake, erased, file=file_name)
            memory = work.remembered(campaign_id, intake.cases)
            known = _recall(intake.cases, places, memory, region)
            decided = {case_id: memory[case_id] for case_id in known}
            cases = _answered_for(work, campaign_id, intake.cases)
            new = work.add_cases(campaign_id, cases, places.but(known), decided=decided)
            form = template or self._files.template(campaign_id)
            work.keep_source(campaign_id, source_of(intake, form))
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

    def cases(self, campaign_id: str) -> list[CaseRecord]:
        """Cases this user may see; that they were read is logged."""
        own = self._own(Action.SEE_CASES)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id, municipality_code=own)
            work.log_read("read_cases", campaign_id, looks.list_detail(len(records), only=own))
        return records


def _answered_for(work: Work, campaign_id: str, cases: Sequence[Case]) -> list[Case]:
    """`cases` with the institutions that were made to answer for them: lists do not know these."""
    known = {
        each.case.case_id: each.case.accountable
        for each in work.some_cases(campaign_id, [case.case_id for case in cases])
        if each.case.accountable
    }
    return [
        replace(case, accountable=known[case.case_id]) if case.case_id in known else case
        for case in cases
    ]


def _check_days(campaign: Campaign) -> None:
    if not 2000 <= campaign.first_day.year < 2200:
        raise InputError(
            note("{date} is no first day; look at its year", date=campaign.first_day.isoformat())
        )
    if not 1 <= campaign.days <= 200:
        raise InputError(
            note("a campaign has 1 to 200 working days, not {days}", days=campaign.days)
        )


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
