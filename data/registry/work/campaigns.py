"""Campaigns and their teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert, select

from data.registry.tables import (
    CampaignRow,
    TeamRow,
)
from data.registry.work.storing import checked_id, checked_name, plain, refuse_twice
from data.registry.work.transaction import Transaction
from planning.model import (
    Campaign,
    Team,
)


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
                "sealed": self._sealed(team, "teams", "sealed", campaign_id, team.team_id),
            }
            for seq, team in enumerate(teams, start=1)
        ]
        if rows:
            self._session.execute(insert(TeamRow), rows)

    def teams(self, campaign_id: str) -> list[Team]:
        """The campaign's teams in the order they were saved."""
        rows = self._session.execute(
            select(TeamRow.team_id, TeamRow.sealed)
            .where(TeamRow.campaign_id == campaign_id)
            .order_by(TeamRow.seq)
        )
        return [
            self._opened(Team, sealed, "teams", "sealed", campaign_id, team_id)
            for team_id, sealed in rows
        ]


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(
        campaign_id=row.campaign_id,
        name=row.name,
        first_day=date.fromisoformat(row.first_day),
        days=row.days,
        region=row.region,
        invented=row.invented,
    )
