"""Campaigns and their teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, delete, insert, select

from data.registry.tables import (
    AbsenceRow,
    CampaignRow,
    MemberRow,
    TeamRow,
)
from data.registry.work.storing import checked_id, checked_name, chunks, plain, refuse_twice
from data.registry.work.transaction import Transaction
from planning.errors import Fault, InputError, NotFound
from planning.model import (
    Campaign,
    Member,
    Team,
)
from planning.text import note


class CampaignWork(Transaction):
    """Keeps campaigns and teams."""

    def campaigns(self) -> list[Campaign]:
        """All campaigns, newest first."""
        rows = self._session.scalars(select(CampaignRow).order_by(CampaignRow.number.desc()))
        return [_campaign(row) for row in rows]

    def campaign(self, campaign_id: str) -> Campaign:
        """One campaign.

        Raises:
            NotFound: there is none of that id.
        """
        return _campaign(self._campaign_row(campaign_id))

    def save_campaign(self, campaign: Campaign) -> None:
        """Adds a campaign, or changes the one of the same id."""
        self._will_write()
        campaign_id = checked_id(campaign.campaign_id, "campaign")
        row = self._session.scalars(
            select(CampaignRow).where(CampaignRow.campaign_id == campaign_id)
        ).one_or_none()
        if row is None:
            row = CampaignRow(campaign_id=campaign_id)
            self._session.add(row)
        row.name = checked_name(campaign.name, "campaign")
        row.first_day = campaign.first_day.isoformat()
        row.days = campaign.days
        row.region = plain(campaign.region, "region")
        row.invented = campaign.invented
        row.school_year = plain(campaign.school_year, "school year", 9)
        self._session.flush()

    def save_teams(self, campaign_id: str, teams: Sequence[Team]) -> None:
        """Replaces the campaign's teams.

        Raises:
            InputError: two teams of one id.
        """
        self._locked_campaign(campaign_id)
        refuse_twice((team.team_id for team in teams), "team")
        self._session.execute(delete(TeamRow).where(TeamRow.campaign_id == campaign_id))
        rows = [
            {
                "campaign_id": campaign_id,
                "team_id": checked_id(team.team_id, "team"),
                "seq": seq,
                "municipality_code": plain(team.municipality_code, "municipality"),
                "order_number": plain(team.order_number, "order number"),
                "order_date": team.order_date.isoformat() if team.order_date else "",
                "sealed": self._sealed(
                    replace(team, members=()), "teams", "sealed", campaign_id, team.team_id
                ),
            }
            for seq, team in enumerate(teams, start=1)
        ]
        if rows:
            self._session.execute(insert(TeamRow), rows)
        for team in teams:
            self._add_members(campaign_id, team)

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams in the order they were saved."""
        return self._teams(campaign_id)

    def team(self, campaign_id: str, team_id: str) -> Team:
        """One team.

        Raises:
            NotFound: there is none of that id.
        """
        found = self._teams(campaign_id, TeamRow.team_id == team_id)
        if not found:
            raise NotFound("there is no such team in this campaign")
        return found[0]

    def save_member(self, campaign_id: str, team_id: str, member: Member) -> None:
        """Changes a member of a team, or adds one at the end: most often its calendar.

        Raises:
            NotFound: there is no such team.
        """
        self._locked_campaign(campaign_id)
        team = self.team(campaign_id, team_id)
        others = {each.member_id: each for each in team.members} | {member.member_id: member}
        of_team = MemberRow.campaign_id == campaign_id, MemberRow.team_id == team_id
        self._session.execute(delete(MemberRow).where(*of_team))
        self._session.expire_all()  # absences went with them, behind the session's back
        self._add_members(campaign_id, replace(team, members=tuple(others.values())))

    def _teams(self, campaign_id: str, *which: ColumnElement[bool]) -> list[Team]:
        rows = self._session.execute(
            select(TeamRow.team_id, TeamRow.sealed)
            .where(TeamRow.campaign_id == campaign_id, *which)
            .order_by(TeamRow.seq)
        ).all()
        members = self._members(campaign_id, [team_id for team_id, _ in rows])
        teams = (
            self._opened(Team, sealed, "teams", "sealed", campaign_id, team_id)
            for team_id, sealed in rows
        )
        # A team saved by an earlier version has its members in its own cell.
        return [
            replace(team, members=members[team.team_id]) if team.team_id in members else team
            for team in teams
        ]

    def _members(self, campaign_id: str, team_ids: Sequence[str]) -> dict[str, tuple[Member, ...]]:
        """Team → its members, of the teams that have some."""
        away: dict[tuple[str, str], list[tuple[date, date]]] = {}
        found: dict[str, tuple[Member, ...]] = {}
        for some in chunks(team_ids):
            absences = select(AbsenceRow).where(
                AbsenceRow.campaign_id == campaign_id, AbsenceRow.team_id.in_(some)
            )
            for each in self._session.scalars(
                absences.order_by(AbsenceRow.first_day, AbsenceRow.last_day)
            ):
                days = date.fromisoformat(each.first_day), date.fromisoformat(each.last_day)
                away.setdefault((each.team_id, each.member_id), []).append(days)
            members = select(MemberRow).where(
                MemberRow.campaign_id == campaign_id, MemberRow.team_id.in_(some)
            )
            for row in self._session.scalars(members.order_by(MemberRow.seq)):
                member = self._opened(Member, row.sealed, *_member_cell(row))
                member = replace(member, away=tuple(away.get((row.team_id, row.member_id), ())))
                found[row.team_id] = (*found.get(row.team_id, ()), member)
        return found

    def _add_members(self, campaign_id: str, team: Team) -> None:
        """Keeps the members of a team; their absences come back in the order of their days.

        Raises:
            InputError: two of one id, or an absence that ends before it begins.
        """
        refuse_twice((each.member_id for each in team.members), "member")
        for seq, member in enumerate(team.members, start=1):
            row = MemberRow(
                campaign_id=campaign_id,
                team_id=team.team_id,
                member_id=checked_id(member.member_id, "member"),
                seq=seq,
                institution=plain(member.institution, "institution"),
            )
            row.sealed = self._sealed(replace(member, away=()), *_member_cell(row))
            self._session.add(row)
        self._session.flush()
        for member in team.members:
            for first, last in sorted(set(member.away)):
                if last < first:
                    raise InputError(Fault(note("an absence ends before it begins"), field="away"))
                self._session.add(
                    AbsenceRow(
                        campaign_id=campaign_id,
                        team_id=team.team_id,
                        member_id=member.member_id,
                        first_day=first.isoformat(),
                        last_day=last.isoformat(),
                    )
                )
        self._session.flush()


def _member_cell(row: MemberRow) -> tuple[str, ...]:
    return ("members", "sealed", row.campaign_id, row.team_id, row.member_id)


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(
        campaign_id=row.campaign_id,
        name=row.name,
        first_day=date.fromisoformat(row.first_day),
        days=row.days,
        region=row.region,
        invented=row.invented,
        school_year=row.school_year,
    )
