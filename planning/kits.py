"""Kits: what they are, who gives them, and where they are.

A ledger of moves between places: what a place holds is what came in less what went out, so that
every kit is somewhere, and pledged, received, handed over and lost add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from planning.model import Outcome, Visit


class Store(StrEnum):
    """Where kits are."""

    SPONSOR = "sponsor"
    OFFICE = "office"
    TEAM = "team"
    FAMILY = "family"
    LOST = "lost"
    """Written off: damaged, missing."""


@dataclass(frozen=True, slots=True)
class KitType:
    """What a campaign hands over, in one size."""

    kit_type: str
    """As a case's `kit_type`."""
    name: str
    size: str = ""
    """Empty where there is one size only."""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Somebody who gives kits."""

    sponsor_id: str
    name: str
    """*Personal.*"""
    language: str = ""
    """Of the thank-you letter."""
    address: str = ""
    """*Personal.*"""
    contact: str = ""
    """*Personal.*"""


@dataclass(frozen=True, slots=True)
class Pledge:
    """So many kits that a sponsor promised."""

    pledge_id: str
    sponsor_id: str
    kit_type: str
    kits: int
    promised_on: date
    size: str = ""
    thanked_on: date | None = None


@dataclass(frozen=True, slots=True)
class StockMove:
    """Kits that went from one place to another."""

    key: str
    """Idempotency key: the same key twice is one move."""
    kit_type: str
    kits: int
    came_from: Store
    went_to: Store
    day: date
    size: str = ""
    team_id: str = ""
    """Whose car, where one of the places is a team."""
    pledge_id: str = ""
    """What the sponsor had promised, where one of the places is a sponsor."""
    outcome_key: str = ""
    """Key of the outcome with which they were handed over."""


def stock(moves: Iterable[StockMove]) -> Counter[tuple[Store, str, str, str]]:
    """(place, team, kit type, size) → kits that are there now. Sponsors owe what they gave."""
    there: Counter[tuple[Store, str, str, str]] = Counter()
    for move in moves:
        for place, kits in ((move.came_from, -move.kits), (move.went_to, move.kits)):
            team = move.team_id if place is Store.TEAM else ""
            there[place, team, move.kit_type, move.size] += kits
    return there


@dataclass(frozen=True, slots=True)
class KitLine:
    """One kit in one size, from the promise to the family."""

    kit_type: str
    size: str
    needed: int
    """What open and served cases ask for."""
    pledged: int
    received: int
    """Came from sponsors, less what went back."""
    office: int
    teams: int
    families: int
    lost: int

    @property
    def missing(self) -> int:
        """Needed and neither handed over nor at hand."""
        return max(0, self.needed - self.families - self.office - self.teams)


def ledger(
    kinds: Iterable[KitType],
    *,
    pledges: Iterable[Pledge],
    moves: Iterable[StockMove],
    needed: Mapping[str, int],
) -> tuple[KitLine, ...]:
    """A line for every kit and size, in the order of `kinds`.

    What was received is what the office, the teams and the families have, and what was lost: moves
    only carry kits from place to place.

    Args:
        kinds: the campaign's kits.
        pledges: what was promised.
        moves: what happened.
        needed: kits by kit type, for all its sizes; it stands on the first size's line.
    """
    held = Counter[tuple[Store, str, str]]()
    for (place, _, kit_type, size), kits in stock(moves).items():
        held[place, kit_type, size] += kits
    promised = Counter[tuple[str, str]]()
    for pledge in pledges:
        promised[pledge.kit_type, pledge.size] += pledge.kits
    left = dict(needed)
    return tuple(
        KitLine(
            kit_type=kind.kit_type,
            size=kind.size,
            needed=left.pop(kind.kit_type, 0),
            pledged=promised[kind.kit_type, kind.size],
            received=-held[Store.SPONSOR, kind.kit_type, kind.size],
            office=held[Store.OFFICE, kind.kit_type, kind.size],
            teams=held[Store.TEAM, kind.kit_type, kind.size],
            families=held[Store.FAMILY, kind.kit_type, kind.size],
            lost=held[Store.LOST, kind.kit_type, kind.size],
        )
        for kind in kinds
    )


def loading_list(visits: Iterable[Visit]) -> tuple[tuple[str, int], ...]:
    """(kit type, kits) to put into the car for a route, by kit type; "" is any kit."""
    load: Counter[str] = Counter()
    for visit in visits:
        typed = dict(visit.kit_types)
        load.update(typed)
        load[""] += visit.kits - sum(typed.values())
    return tuple((kit_type, kits) for kit_type, kits in sorted(load.items()) if kits > 0)


def handed_over(
    outcomes: Iterable[Outcome],
    asked: Mapping[str, tuple[str, int]],
    kinds: Sequence[KitType],
    moves: Sequence[StockMove],
) -> tuple[tuple[StockMove, ...], tuple[Outcome, ...]]:
    """(moves from team to family that outcomes tell of and the ledger lacks, outcomes unclear).

    A crew notes how many kits it handed over, neither which nor their size. Where the children at a
    door were to get different kits, it is those if it is as many. The size is taken that the car
    has most of. An outcome whose kit nobody can tell is returned for a person to enter.

    Args:
        outcomes: with the kits a crew handed over.
        asked: case id → (kit type, how many it asks for); a campaign with one kit type needs none.
        kinds: the campaign's kits.
        moves: the ledger.
    """
    entered = {move.outcome_key for move in moves if move.outcome_key}
    held, told, unclear = stock(moves), [], []
    only = kinds[0].kit_type if len({kind.kit_type for kind in kinds}) == 1 else ""
    for each in outcomes:
        if not each.kits_handed or each.key in entered:
            continue
        handed = _by_type(each, asked, only)
        sizes = {
            kit_type: [kind.size for kind in kinds if kind.kit_type == kit_type]
            for kit_type in handed
        }
        if not handed or not all(sizes.values()):
            unclear.append(each)
            continue
        for kit_type, kits in handed.items():
            in_car = {one: held[Store.TEAM, each.team_id, kit_type, one] for one in sizes[kit_type]}
            size = max(in_car, key=lambda one: in_car[one])
            held[Store.TEAM, each.team_id, kit_type, size] -= kits
            told.append(_handed(each, kit_type, size, kits, alone=len(handed) == 1))
    return tuple(told), tuple(unclear)


def _by_type(
    outcome: Outcome, asked: Mapping[str, tuple[str, int]], only: str
) -> Mapping[str, int]:
    """Kit type → how many of it were handed over; empty where nobody can tell."""
    wanted: Counter[str] = Counter()
    for case_id in outcome.case_ids:
        kit_type, kits = asked.get(case_id, ("", 0))
        wanted[kit_type or only] += kits
    named = [kit_type for kit_type in wanted if kit_type]
    if len(named) == 1:
        return {named[0]: outcome.kits_handed}
    fits = wanted.total() == outcome.kits_handed and not wanted[""]
    return +wanted if fits else {}


def _handed(outcome: Outcome, kit_type: str, size: str, kits: int, *, alone: bool) -> StockMove:
    return StockMove(
        key=f"outcome:{outcome.key}" if alone else f"outcome:{outcome.key}:{kit_type}",
        kit_type=kit_type,
        kits=kits,
        came_from=Store.TEAM,
        went_to=Store.FAMILY,
        day=outcome.day,
        size=size,
        team_id=outcome.team_id,
        outcome_key=outcome.key,
    )


def to_thank(
    sponsors: Iterable[Sponsor], pledges: Iterable[Pledge], moves: Iterable[StockMove]
) -> tuple[tuple[Sponsor, tuple[tuple[Pledge, int], ...]], ...]:
    """(sponsor, their pledges with the kits that came) of those who were not thanked yet."""
    came: Counter[str] = Counter()
    for move in moves:
        if move.pledge_id:
            came[move.pledge_id] += move.kits if move.came_from is Store.SPONSOR else -move.kits
    given: dict[str, list[tuple[Pledge, int]]] = {}
    for pledge in pledges:
        if came[pledge.pledge_id] > 0 and pledge.thanked_on is None:
            given.setdefault(pledge.sponsor_id, []).append((pledge, came[pledge.pledge_id]))
    return tuple(
        (sponsor, tuple(given[sponsor.sponsor_id]))
        for sponsor in sponsors
        if sponsor.sponsor_id in given
    )
