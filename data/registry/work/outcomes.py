"""What crews recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from data.registry import links
from data.registry.tables import (
    OutcomeCaseRow,
    OutcomeRow,
)
from data.registry.work.storing import as_json, checked_id, plain
from data.registry.work.transaction import Transaction
from planning.errors import Conflict, Fault, InputError
from planning.model import (
    Outcome,
)
from planning.text import note

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
                Fault(note("a number of kits from 0 on is expected"), field="kits",
                      value=str(outcome.kits_handed)[:20])
            )  # fmt: skip
        row = OutcomeRow(
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
        self._session.add(row)
        self._session.flush()
        links.link_outcome(self._session, row.number, campaign_id, outcome)
        return True

    def outcomes_of(self, campaign_id: str, case_ids: Sequence[str]) -> list[Outcome]:
        """Outcomes of visits to any of these cases, in the order they were recorded."""
        about = select(OutcomeCaseRow.outcome).where(
            OutcomeCaseRow.campaign_id == campaign_id, OutcomeCaseRow.case_id.in_(case_ids)
        )
        rows = self._session.scalars(
            select(OutcomeRow).where(OutcomeRow.number.in_(about)).order_by(OutcomeRow.number)
        )
        return [self._outcome(row) for row in rows]

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
        if _as_typed(before) != _as_typed(outcome):
            raise Conflict(
                "something else was recorded under this key before; record the outcome anew"
            )


def _as_typed(outcome: Outcome) -> Outcome:
    """What does not depend on when it arrives.

    A second sending has another time, and by then a new plan may number the visit otherwise or
    send another team.
    """
    return replace(outcome, recorded_at="", key="", visit_id="", off_route=False)
