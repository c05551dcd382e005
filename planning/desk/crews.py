"""Who goes with whom: members and their calendars, crews proposed, who answers for which case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning import looks, pipeline, roles
from planning.crews import Crews
from planning.desk.counts import CountsDesk
from planning.disclosure import ShownCount
from planning.errors import Fault, InputError, NotFound
from planning.intake import with_members
from planning.members import (
    pools,
    refuse_shared_ids,
    sworn_teams,
    undeclared,
    with_pool,
)
from planning.model import CaseRecord, Member, Saved, Team
from planning.partners import Institution, accountable, shown_by_institution
from planning.roles import Action
from planning.shifts import what_is_left
from planning.text import note


@dataclass(frozen=True, slots=True)
class CrewBook:
    """Who is in the crews, as far as somebody may see them. *Personal.*"""

    teams: tuple[Team, ...]
    institutions: tuple[Saved[Institution], ...]
    """Those that lend members."""
    undeclared: tuple[str, ...]
    """Ids of members without a declaration of confidentiality: they are put on no crew."""


@dataclass(frozen=True, slots=True)
class Accountability:
    """Which institution answers for which case."""

    cases: tuple[tuple[CaseRecord, str], ...]
    """With the institution's id; empty where nobody answers."""
    names: dict[str, str]
    """Institution → its name."""

    @property
    def counts(self) -> dict[str, int]:
        """Institution → children, exactly: for who may see these cases anyway."""
        found: Counter[str] = Counter()
        for record, institution_id in self.cases:
            found[institution_id] += record.case.children
        return dict(found)


class CrewDesk(CountsDesk):
    """Members, and what is asked of them."""

    def crew_book(self, campaign_id: str) -> CrewBook:
        """Teams with their members, and institutions that lend some."""
        own = self._own(Action.MANAGE_CREWS)
        with self._registry.work(self.user.user_id) as work:
            teams = [
                team for team in work.teams(campaign_id) if own in ("", team.municipality_code)
            ]
            lending = [
                each for each in work.institutions()
                if each.value.municipality_code and own in ("", each.value.municipality_code)
            ]  # fmt: skip
            work.log_read("read_members", campaign_id, f"{len(teams)} teams")
        silent = undeclared(teams, [each.value for each in lending])
        return CrewBook(tuple(teams), tuple(lending), silent)

    def import_members(self, campaign_id: str, content: bytes, file_name: str) -> int:
        """Reads a list of members: into their teams, or to the institution that lends them.

        Members of a team that the list names take the place of those it had. Returns how many.

        Raises:
            InputError: every fault of the list; a team, a municipality or an institution that is
                not known; a number that somebody else has.
        """
        roles.require(self.user, Action.IMPORT)
        listed = self._files.read_members(content, file_name)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            teams = work.teams(campaign_id)
            kept = work.institutions()
            named, lent = with_members(teams, listed, file=file_name)
            new = {each.member.member_id for each in listed}
            elsewhere = [
                member
                for before, after in zip(teams, named, strict=True)
                for member in (() if after.members else before.members)
            ]
            elsewhere += [
                member for each in kept for member in each.value.members
                if member.member_id not in new
            ]  # fmt: skip
            refuse_shared_ids(listed, elsewhere, file=file_name)
            lending = with_pool([each.value for each in kept], lent, file=file_name)
            work.save_teams(
                campaign_id,
                [
                    after if after.members else before
                    for before, after in zip(teams, named, strict=True)
                ],
            )
            versions = {each.value.institution_id: each.version for each in kept}
            for institution in lending:
                work.save_institution(institution, seen=versions[institution.institution_id])
            work.log("import_members", campaign_id, f"{len(listed)} members")
        return len(listed)

    def save_member(self, campaign_id: str, team_id: str, member: Member) -> None:
        """Changes a member of a team: the calendar, or that the declaration was signed.

        Raises:
            NotFound: there is no such team, or no such member in it.
            InputError: an absence that ends before it begins.
        """
        roles.scope(self.user, Action.MANAGE_CREWS)
        with self._registry.work(self.user.user_id) as work:
            team = work.team(campaign_id, team_id)
            roles.require(self.user, Action.MANAGE_CREWS, municipality_code=team.municipality_code)
            _require_member(team.members, member)
            work.save_member(campaign_id, team_id, member)
            work.log("save_member", team_id, member.member_id)

    def save_lent_member(self, institution_id: str, member: Member, *, seen: int) -> None:
        """The same for somebody whom an institution lends.

        Raises:
            NotFound: there is no such institution, or no such member in it.
            Conflict: somebody changed the institution after version `seen`.
        """
        roles.scope(self.user, Action.MANAGE_CREWS)
        with self._registry.work(self.user.user_id) as work:
            found = [
                each.value for each in work.institutions()
                if each.value.institution_id == institution_id
            ]  # fmt: skip
            if not found:
                raise NotFound("there is no such institution")
            (lender,) = found
            roles.require(
                self.user, Action.MANAGE_CREWS, municipality_code=lender.municipality_code
            )
            _require_member(lender.members, member)
            members = tuple(
                member if each.member_id == member.member_id else each for each in lender.members
            )
            work.save_institution(replace(lender, members=members), seen=seen)
            work.log("save_member", institution_id, member.member_id)

    def propose_crews(self, campaign_id: str) -> Crews:
        """Who must be free when, and who is missing: by institution and day.

        The next plan is made with these crews. Members without a declaration are in none.

        Raises:
            InputError: no cases or no teams yet, nobody knows who is in them, or the campaign's
                last day is over.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            records = work.cases(campaign_id)
            teams = sworn_teams(work.teams(campaign_id))
            lent = pools(each.value for each in work.institutions())
            outcomes = work.standing_outcomes(campaign_id)
            worked = [each.day for each in work.outcomes(campaign_id)]
            work.log_read("read_cases", campaign_id, looks.list_detail(len(records)))
        if not records or not teams:
            raise InputError(note("import a case list and a team list first"))
        if not lent and not any(team.members for team in teams):
            raise InputError(note("import a list of members first: nobody is known to choose from"))
        ahead = what_is_left(campaign, worked, self._today())
        request = pipeline.Request.of(ahead, records, teams)
        return pipeline.choose_crews(replace(request, outcomes=outcomes), lent)

    # --- who answers for a case -----------------------------------------------------------------

    def accountability(self, campaign_id: str) -> Accountability:
        """The institution that answers for each case this user may see."""
        own = self._own(Action.SEE_CASES)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id, municipality_code=own)
            institutions = [each.value for each in work.institutions()]
            work.log_read("read_cases", campaign_id, looks.list_detail(len(records), only=own))
        return Accountability(
            tuple((record, accountable(record, institutions)) for record in records),
            {each.institution_id: each.name for each in institutions},
        )

    def set_accountable(
        self, campaign_id: str, case_ids: Sequence[str], institution_id: str
    ) -> None:
        """Makes an institution answer for cases; an empty id goes back to the municipality's.

        Raises:
            InputError: there is no such institution.
            NotFound: one of the cases is not in the campaign.
        """
        roles.require(self.user, Action.REVIEW)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            known = {each.value.institution_id for each in work.institutions()}
            if institution_id and institution_id not in known:
                raise InputError(
                    Fault(note("there is no such institution"), field="institution",
                          value=institution_id)
                )  # fmt: skip
            records = work.some_cases(campaign_id, case_ids)
            if len(records) != len(set(case_ids)):
                raise NotFound("one of these cases is not in this campaign")
            changed = [replace(each.case, accountable=institution_id) for each in records]
            work.add_cases(campaign_id, changed, {})
            for case in changed:
                work.log("set_accountable", case.case_id, institution_id)

    def counts_by_institution(self, campaign_id: str) -> dict[str, ShownCount]:
        """Institution → children, from the numbers that this reader is told anyway."""
        roles.require(self.user, Action.SEE_COVERAGE)
        told = self.coverage(campaign_id, by="municipality")
        with self._registry.work(self.user.user_id, reading=True) as work:
            institutions = [each.value for each in work.institutions()]
        return shown_by_institution(told.rows, institutions)


def _require_member(members: Sequence[Member], wanted: Member) -> None:
    if wanted.member_id not in {each.member_id for each in members}:
        raise NotFound("there is no such member")
