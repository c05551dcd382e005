"""What crews recorded."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from data.registry.tables import (
    OutcomeRow,
)
from data.registry.work.storing import as_json, checked_id, plain
from data.registry.work.transaction import Transaction
from planning.errors import Conflict, Fault, InputError
from planning.model import (
    Outcome,
)

_MOST_KITS = 100_000


class OutcomeWork(Transaction):
    """Keeps outcomes."""

    def add_outcome(self, campaign_id: str, outcome: Outcome) -> bool:
        """Keeps an outcome. False when its key was kept before: nothing is doubled.

        An outcome without a key is known by its content.

        Raises:
            Conflict: the key was kept before with something else: neither may get lost.
            InputError: a number of kits that cannot be.
        """
        self._locked_campaign(campaign_id)
        key = checked_id(outcome.key or f"content:{self._seal.digest(as_json(outcome))}", "key")
        before = self._session.scalars(
            select(OutcomeRow).where(OutcomeRow.campaign_id == campaign_id, OutcomeRow.key == key)
        ).one_or_none()
        if before is not None:
            self._refuse_other_content(self._outcome(before), outcome)
            return False
        if not 0 <= outcome.kits_handed <= _MOST_KITS:
            raise InputError(
                Fault("a number of kits from 0 on is expected", field="kits",
                      value=str(outcome.kits_handed)[:20])
            )  # fmt: skip
        self._session.add(
            OutcomeRow(
                campaign_id=campaign_id,
                key=key,
                visit_id=checked_id(outcome.visit_id, "visit"),
                team_id=checked_id(outcome.team_id, "team"),
                day=outcome.day.isoformat(),
                result=str(outcome.result),
                recorded_at=plain(outcome.recorded_at, "recorded at", 40),
                recorded_by=self._actor,
                kits_handed=outcome.kits_handed,
                sealed=self._sealed(outcome, "outcomes", "sealed", campaign_id, key),
            )
        )
        self._session.flush()
        return True

    def outcomes(self, campaign_id: str, *, team_id: str = "") -> list[Outcome]:
        """Outcomes in the order they were recorded."""
        wanted = select(OutcomeRow).where(OutcomeRow.campaign_id == campaign_id)
        if team_id:
            wanted = wanted.where(OutcomeRow.team_id == team_id)
        return [
            self._outcome(row) for row in self._session.scalars(wanted.order_by(OutcomeRow.number))
        ]

    def _outcome(self, row: OutcomeRow) -> Outcome:
        where = ("outcomes", "sealed", row.campaign_id, row.key)
        return replace(self._opened(Outcome, row.sealed, *where), key=row.key)

    @staticmethod
    def _refuse_other_content(before: Outcome, outcome: Outcome) -> None:
        # The time is the desk's, taken when the outcome arrives: a second sending has another.
        before = replace(before, recorded_at="", key="")
        if before != replace(outcome, recorded_at="", key=""):
            raise Conflict(
                "something else was recorded under this key before; record the outcome anew"
            )
