"""Kits from the sponsor's promise to the family, and the letters of thanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning import roles
from planning.desk.base import DeskBase
from planning.kits import (
    KitLine,
    KitType,
    Pledge,
    Sponsor,
    StockMove,
    Store,
    handed_over,
    ledger,
    to_thank,
)
from planning.model import Outcome, Saved
from planning.roles import Action


@dataclass(frozen=True, slots=True)
class KitBook:
    """The campaign's kits, as they stand."""

    kinds: tuple[KitType, ...]
    lines: tuple[KitLine, ...]
    pledges: tuple[Saved[Pledge], ...]
    moves: tuple[StockMove, ...]
    unclear: tuple[Outcome, ...]
    """Handed over, but nobody can tell which kit: several kinds, and the case names none."""


@dataclass(frozen=True, slots=True)
class Thanks:
    """A letter to be written. *Personal.*"""

    sponsor: Sponsor
    given: tuple[tuple[Pledge, int], ...]
    """Pledges not thanked for yet, with the kits that came."""


class KitDesk(DeskBase):
    """Kits and sponsors: the planner's."""

    def kit_book(self, campaign_id: str) -> KitBook:
        """Needed, pledged, received and handed over; what crews recorded is entered first."""
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            kinds = work.kit_types(campaign_id)
            cases = [record.case for record in work.cases(campaign_id)]
            work.log_read("read_cases", campaign_id, "kits")
            asked = {each.case_id: (each.kit_type, each.kits) for each in cases if each.kit_type}
            told, unclear = handed_over(
                work.outcomes(campaign_id), asked, kinds, work.stock_moves(campaign_id)
            )
            for move in told:
                work.move_kits(campaign_id, move)
            moves, pledges = work.stock_moves(campaign_id), work.pledges(campaign_id)
        only = kinds[0].kit_type if kinds else ""
        needed: Counter[str] = Counter()
        for case in cases:
            needed[case.kit_type or only] += case.kits
        lines = ledger(kinds, pledges=[each.value for each in pledges], moves=moves, needed=needed)
        return KitBook(tuple(kinds), lines, tuple(pledges), tuple(moves), unclear)

    def save_kit_types(self, campaign_id: str, kinds: Sequence[KitType]) -> None:
        """Adds kinds of kits, or renames them."""
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            work.save_kit_types(campaign_id, kinds)
            work.log("save_kit_types", campaign_id, f"{len(kinds)} kinds")

    def sponsors(self) -> list[Saved[Sponsor]]:
        """Who gives. That their names were read is logged."""
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            work.log_read("read_sponsors", "")
            return work.sponsors()

    def save_sponsor(self, sponsor: Sponsor, *, seen: int = 0) -> int:
        """Adds or changes a sponsor.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            version = work.save_sponsor(sponsor, seen=seen)
            work.log("save_sponsor", sponsor.sponsor_id)
        return version

    def save_pledge(self, campaign_id: str, pledge: Pledge, *, seen: int = 0) -> int:
        """Adds or changes a promise.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: no kits, or a sponsor or a kit that is not known.
        """
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            version = work.save_pledge(campaign_id, pledge, seen=seen)
            work.log("save_pledge", pledge.pledge_id, f"{pledge.kits} {pledge.kit_type}")
        return version

    def move_kits(self, campaign_id: str, move: StockMove) -> bool:
        """Enters kits that came, were loaded, came back or were lost; the same key twice is one.

        Raises:
            InputError: no kits, or a kit or a pledge that is not known.
            Conflict: the key was entered before with something else.
        """
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            new = work.move_kits(campaign_id, move)
            if new:
                told = f"{move.kits} {move.kit_type} {move.came_from} to {move.went_to}"
                work.log("move_kits", campaign_id, told)
        return new

    def load_team(
        self, campaign_id: str, team_id: str, load: Sequence[tuple[KitType, int]], day: date
    ) -> None:
        """Enters what a team takes along on a day. Entered again, nothing is doubled."""
        for kind, kits in load:
            key = f"load:{team_id}:{day.isoformat()}:{kind.kit_type}:{kind.size}"
            self.move_kits(
                campaign_id,
                StockMove(
                    key, kind.kit_type, kits, Store.OFFICE, Store.TEAM, day, kind.size, team_id
                ),
            )

    def thanks(self, campaign_id: str) -> tuple[Thanks, ...]:
        """Sponsors whose kits came and who were not thanked yet."""
        roles.require(self.user, Action.KEEP_KITS)
        with self._registry.work(self.user.user_id) as work:
            found = to_thank(
                [each.value for each in work.sponsors()],
                [each.value for each in work.pledges(campaign_id)],
                work.stock_moves(campaign_id),
            )
            work.log_read("read_sponsors", "")
        return tuple(Thanks(sponsor, given) for sponsor, given in found)

    def thanked(self, campaign_id: str, pledge_ids: Sequence[str], day: date) -> None:
        """Notes that the letters for these pledges went out."""
        roles.require(self.user, Action.KEEP_KITS)
        wanted = set(pledge_ids)
        with self._registry.work(self.user.user_id) as work:
            for each in work.pledges(campaign_id):
                if each.value.pledge_id in wanted:
                    work.save_pledge(
                        campaign_id, replace(each.value, thanked_on=day), seen=each.version
                    )
            work.log("thank_sponsors", campaign_id, f"{len(wanted)} pledges")
