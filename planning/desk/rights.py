"""What the office owes to the children: records end with their term, are handed out, are erased."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from planning import roles
from planning.campaign.ladder import closed
from planning.desk.base import DeskBase
from planning.disclosure import Audience, ShownCount
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.model import Campaign
from planning.partners import accountable
from planning.record import CaseHistory, ChildRecord, history, looks
from planning.retention import (
    LONGEST_TERM,
    Erasure,
    ErasureReason,
    Holdings,
    Term,
    kept_rows,
    last_day,
    months_later,
    safe_counts,
)
from planning.roles import Action
from planning.stores import Work
from planning.text import note

_KINDS = ("plan", "repair", "what_if")
"""Long work that reads a campaign's cases and brings a plan."""


class RightsDesk(DeskBase):
    """Retention, one child's record, and erasing it. Everything here is logged."""

    def terms(self) -> list[Term]:
        """Until when each campaign's records are kept, newest campaign first."""
        roles.require(self.user, Action.ERASE)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.terms()

    def terms_over(self) -> list[Term]:
        """Campaigns whose term is over and whose records are still there."""
        today = self._today()
        return [each for each in self.terms() if each.is_over(today)]

    def set_term(self, campaign_id: str, keep_until: date) -> None:
        """Changes the last day on which a campaign's records are kept.

        Raises:
            InputError: a day before the campaign's end, or many years after it.
        """
        roles.require(self.user, Action.ERASE)
        with self._registry.work(self.user.user_id) as work:
            ends = last_day(work.campaign(campaign_id))
            if not ends <= keep_until <= months_later(ends, LONGEST_TERM):
                message = note(
                    "records are kept from the campaign's last day, {day}, to {years} years "
                    "after it; choose a day between",
                    day=ends.isoformat(),
                    years=LONGEST_TERM // 12,
                )
                raise InputError(Fault(message, field="keep until", value=keep_until.isoformat()))
            work.set_term(campaign_id, keep_until)
            work.log("set_term", campaign_id, keep_until.isoformat())

    def purge_preview(self, campaign_id: str) -> Holdings:
        """What purging the campaign would remove; nothing is removed."""
        roles.require(self.user, Action.ERASE)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.holdings(campaign_id)

    def purge(self, campaign_id: str, seen: Holdings) -> tuple[ShownCount, ...]:
        """Removes a campaign's records for good, and returns what stays: its safe counts.

        With the last campaign that has records go the members whom institutions lend.

        Args:
            campaign_id: its term is over.
            seen: the preview that was decided on.

        Raises:
            InputError: its term is not over, or it was purged before.
            Conflict: the records changed since the preview, or planning is going on.
        """
        roles.require(self.user, Action.ERASE)
        self._refuse_while_planning(campaign_id)
        with self._registry.work(self.user.user_id) as work:
            term = next((each for each in work.terms() if each.campaign_id == campaign_id), None)
            if term is None:
                raise NotFound("there is no such campaign")
            if not term.purged_at and not term.is_over(self._today()):
                raise InputError(
                    note(
                        "the records are kept until {date}; when they are to "
                        "go earlier, change that day first",
                        date=term.keep_until.isoformat(),
                    )
                )
            keep = self._safe_counts(work, campaign_id)
            if work.holdings(campaign_id) != seen:
                raise Conflict("the records have changed since the preview; look at it again")
            work.purge(campaign_id, keep)
            work.log("purge", campaign_id, f"{seen.total} rows")
            _let_members_go(work)
        self._sweep()
        return keep

    def _safe_counts(self, work: Work, campaign_id: str) -> tuple[ShownCount, ...]:
        """A last release: whoever kept all the others learns no more from it."""
        last = work.released(campaign_id, Audience.PARTNER)
        if last is not None and last.day >= self._today():
            return kept_rows(last)
        published = work.plan(campaign_id, published=True)
        return safe_counts(
            work.cases(campaign_id),
            published.plan if published else None,
            work.standing_outcomes(campaign_id),
            closed=closed(work.standing_contacts(campaign_id)),
            day=self._today(),
            before=work.release_memory(campaign_id),
        )

    def kept(self, campaign_id: str) -> tuple[ShownCount, ...]:
        """The counts that stayed of a purged campaign."""
        roles.require(self.user, Action.ERASE)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.kept(campaign_id)

    def child_record(self, campaign_id: str, case_id: str) -> ChildRecord:
        """Everything the office holds about the child of a case, in all campaigns.

        Raises:
            NotFound: there is no such case.
        """
        roles.require(self.user, Action.EXPORT_RECORD)
        with self._registry.work(self.user.user_id) as work:
            campaigns = {each.campaign_id: each for each in work.campaigns()}
            histories = tuple(
                self._history(work, campaigns[in_campaign], record.case.case_id)
                for in_campaign, record in work.same_child(campaign_id, case_id)
            )
            met = [
                sighting
                for each in sorted({one.record.case.case_id for one in histories})
                for sighting in work.sightings(each)
            ]
            made = ChildRecord(
                self._now().isoformat(timespec="seconds"), histories, looks(met, work.users())
            )
            for _, each in made.cases:
                work.log_read("export_record", each)
        return made

    def _history(self, work: Work, campaign: Campaign, case_id: str) -> CaseHistory:
        record = work.case(campaign.campaign_id, case_id)
        remembered = work.remembered(campaign.campaign_id, [record.case])
        institutions = [each.value for each in work.institutions()]
        names = {each.institution_id: each.name for each in institutions}
        return history(
            campaign,
            record,
            remembered=remembered.get(case_id),
            plans=work.plans(campaign.campaign_id),
            outcomes=work.outcomes(campaign.campaign_id),
            others=work.other_entries(campaign.campaign_id, case_id),
            accountable=names.get(accountable(record, institutions), ""),
        )

    def erase_child(self, cases: Sequence[tuple[str, str]], reason: ErasureReason) -> Erasure:
        """Removes a child from everything but the log, whose entries name the case by its id.

        A published plan loses the stop and keeps its times; where `Erasure.stops` is not 0, a
        repair would use the time that is free now. A list that names the child again is told.

        Args:
            cases: those of the child's record, as it was shown.
            reason: goes into the log.

        Raises:
            Conflict: the child's record has other cases now, or planning is going on.
            NotFound: there is no such case.
        """
        roles.require(self.user, Action.ERASE)
        if not cases:
            raise NotFound("there is no such case")
        for campaign_id in sorted({each for each, _ in cases}):
            self._refuse_while_planning(campaign_id)
        with self._registry.work(self.user.user_id) as work:
            known = {(each, record.case.case_id) for each, record in work.same_child(*cases[0])}
            if known != set(cases):
                raise Conflict("there are other cases of this child now; look at the record again")
            erasure = work.erase(cases)
            for _, case_id in cases:
                work.log("erase_child", case_id, str(reason))
        self._sweep()
        return erasure

    def allow_again(self, campaign_id: str, case_id: str) -> None:
        """Lets an erased child back onto lists, by a case id that it had in the campaign.

        Raises:
            NotFound: no such case was erased.
        """
        roles.require(self.user, Action.ERASE)
        with self._registry.work(self.user.user_id) as work:
            if not work.allow_again(campaign_id, case_id):
                raise NotFound("no case of this id was erased in this campaign")
            work.log("allow_again", case_id)

    def _sweep(self) -> None:
        """What was removed stays removed when others are too busy for it: the next one does it."""
        with suppress(Conflict):
            self._registry.sweep()

    def _refuse_while_planning(self, campaign_id: str) -> None:
        """A plan in the making holds copies of what is to go.

        Raises:
            Conflict: some is being made.
        """
        for kind in _KINDS:
            job = self._jobs.find(kind, f"{campaign_id}:")
            if job is not None and job.state == "running":
                raise Conflict("a plan of this campaign is being made; wait for it or cancel it")


def _let_members_go(work: Work) -> None:
    """Forgets the members whom institutions lend, where no campaign is left to lend them to."""
    if any(not term.purged_at for term in work.terms()):
        return
    for each in work.institutions():
        if each.value.members:
            work.save_institution(replace(each.value, members=()), seen=each.version)
            work.log("save_institution", each.value.institution_id, "without its members")
