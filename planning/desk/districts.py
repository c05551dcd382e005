"""Districts before there are routes: as drawn, as moved by hand, as they could be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning import looks, pipeline, roles
from planning.desk.base import DeskBase
from planning.districts import divide
from planning.districts.workload import homes_of
from planning.errors import Fault, InputError, NotFound
from planning.model import CaseRecord, District, Shift, Team, Visit
from planning.roles import Action
from planning.text import note, shorten


@dataclass(frozen=True, slots=True)
class Districts:
    """Who goes where by now."""

    visits: tuple[Visit, ...]
    districts: tuple[District, ...]
    """As they were drawn."""
    teams: tuple[Team, ...]
    shifts: tuple[Shift, ...]
    """Of the campaign's days."""
    homes: Mapping[str, str]
    """Visit id → team id, the planner's own moves made; empty for none."""
    versions: Mapping[str, int]
    """Case id → its version, for `DistrictDesk.assign_cases`."""


class DistrictDesk(DeskBase):
    """Sharing the ground out among the teams."""

    def districts(self, campaign_id: str) -> Districts:
        """The districts that the next plan follows: those of the newest plan, or new ones.

        Raises:
            NotFound: there are no cases or no teams yet.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            records = work.cases(campaign_id)
            teams = tuple(work.teams(campaign_id))
            found = work.plan(campaign_id)
            work.log_read("read_cases", campaign_id, looks.list_detail(len(records)))
        if not records or not teams:
            raise NotFound("there are no cases or no teams yet")
        by_hand = {each.case.case_id: each.home_team for each in records if each.home_team}
        if found is not None and found.plan.districts:
            visits, districts = found.plan.visits, found.plan.districts
            shifts = found.plan.shifts
        else:
            visits, districts, shifts = pipeline.districts_of(
                pipeline.Request(
                    cases=[each.case for each in records],
                    places={each.case.case_id: each.place for each in records if each.place},
                    teams=teams,
                    first_day=campaign.first_day,
                    days=campaign.days,
                )
            )
        homes = homes_of(districts, visits, teams, by_hand)
        versions = {each.case.case_id: each.version for each in records}
        return Districts(visits, districts, teams, shifts, homes, versions)

    def suggest_districts(
        self, now: Districts, *, municipality_code: str, seed: int
    ) -> dict[str, str]:
        """Visit id → team id: a municipality drawn anew, compact and balanced; nothing is kept."""
        roles.require(self.user, Action.PLAN)
        here = [each for each in now.visits if each.municipality_code == municipality_code]
        own = [each for each in now.teams if each.municipality_code == municipality_code]
        days = len({shift.day for shift in now.shifts})
        districts, visits = divide(here, own, days=max(days, 1), seed=seed)
        return homes_of(districts, visits, own, {})

    def move_cases(
        self,
        campaign_id: str,
        case_ids: Sequence[str],
        team_id: str,
        *,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """Moves cases to another team's district, see `assign_cases`; the next plan follows.

        Raises:
            InputError: no such team, or a team of another municipality.
            Conflict: somebody else has moved one of them since; none is moved.
        """
        if not team_id:
            raise InputError(note("choose a team: without one there is nowhere to move to"))
        self.assign_cases(campaign_id, dict.fromkeys(case_ids, team_id), versions=versions)

    def assign_cases(
        self,
        campaign_id: str,
        wanted: Mapping[str, str],
        *,
        versions: Mapping[str, int] | None = None,
    ) -> dict[str, str]:
        """Moves cases to districts of several teams at once, all or none; the next plan follows.

        Args:
            campaign_id: of the campaign.
            wanted: case id → team id; an empty one takes back what was moved by hand.
            versions: case id → the version that was seen. Without one it is moved wherever it is.

        Returns:
            What undoes it: the same for what was before, of the cases that changed.

        Raises:
            InputError: no such team, or a team of another municipality.
            NotFound: no such case.
            Conflict: somebody else has moved one of them to yet another team since it was seen; it
                tells who and where. None is moved.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            there = {each.team_id: each.municipality_code for each in work.teams(campaign_id)}
            records = {each.case.case_id: each for each in work.cases(campaign_id)}
            unknown = sorted(set(filter(None, wanted.values())) - there.keys())
            if unknown:
                raise InputError(
                    note("there is no team “{team}” in this campaign", team=shorten(unknown[0]))
                )
            if not wanted.keys() <= records.keys():
                raise NotFound("one of these cases is not in this campaign")
            faults = [
                Fault(
                    note("another municipality's case: its own teams must go"),
                    value=shorten(case_id),
                )
                for case_id, team_id in wanted.items()
                if team_id and _municipality(records[case_id]) != there[team_id]
            ]
            if faults:
                raise InputError(faults)
            before = {case_id: records[case_id].home_team for case_id in wanted}
            changed = {one: team for one, team in wanted.items() if team != before[one]}
            for team_id, case_ids in _by_team(changed).items():
                work.set_home_team(campaign_id, case_ids, team_id, versions=versions)
                for case_id in case_ids:
                    work.log("move_cases", case_id, team_id)
        return {case_id: before[case_id] for case_id in changed}


def _municipality(record: CaseRecord) -> str:
    return record.place.municipality_code if record.place else ""


def _by_team(wanted: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for case_id, team_id in wanted.items():
        found[team_id].append(case_id)
    return found
