"""One child's record: everything the office holds about it, to be handed to the family.

It is found by what two records of one child share (`planning.intake.duplicates`): the national ID,
or name and address. So the record spans campaigns, and the lists that name the child twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planning.model import (
    Campaign,
    Case,
    CaseRecord,
    Outcome,
    Plan,
    PlanVersion,
    Reason,
    Remembered,
    Sighting,
    User,
)

SERVICE = "service"
"""Stands for who is no account: a command, or somebody whose account is gone."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a version of a plan says of a case."""

    version: int
    status: str
    """`draft`, `published` or `replaced`."""
    made_at: str
    """ISO 8601 in UTC."""
    day: str = ""
    """ISO day of the visit; empty when nobody was to go."""
    arrival: int | None = None
    """Seconds after midnight."""
    team_id: str = ""
    reason: Reason | None = None
    """Why nobody was to go."""


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody read or changed something on which the child stands."""

    day: str
    """ISO day, in UTC."""
    action: str
    """As in the audit log."""
    role: str
    """Of who did it: a family learns what was done and why, not the names of staff.
    (Court of Justice of the EU, C-579/21 *Pankki S*.)"""
    times: int


@dataclass(frozen=True, slots=True)
class OtherEntry:
    """A row of another table that names the case, as it is kept. *Personal.*"""

    table: str
    values: tuple[tuple[str, str], ...]
    """(column, value), what is sealed among them; who of the staff wrote it is left out."""


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """One campaign's case of the child."""

    campaign: Campaign
    record: CaseRecord
    remembered: Remembered | None
    """What is remembered of the address for later lists."""
    planned: tuple[Planned, ...]
    """Oldest version first."""
    outcomes: tuple[Outcome, ...]
    """As they were recorded; only this case is named in them."""
    others: tuple[OtherEntry, ...] = ()
    accountable: str = ""
    """Name of the institution that answers for the case; empty where nobody is said to."""


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """Everything about one child. *Personal.*"""

    made_at: str
    """ISO 8601."""
    histories: tuple[CaseHistory, ...]
    """Newest campaign first."""
    looks: tuple[Look, ...]

    @property
    def cases(self) -> tuple[tuple[str, str], ...]:
        """(campaign, case) ids."""
        return tuple(
            (each.campaign.campaign_id, each.record.case.case_id) for each in self.histories
        )


def history(
    campaign: Campaign,
    record: CaseRecord,
    *,
    remembered: Remembered | None,
    plans: Iterable[PlanVersion],
    outcomes: Iterable[Outcome],
    others: Iterable[OtherEntry] = (),
    accountable: str = "",
) -> CaseHistory:
    """What a campaign holds about a case, cut out of its plans and outcomes."""
    case = record.case
    return CaseHistory(
        campaign,
        record,
        remembered,
        tuple(each for version in plans for each in _planned(version, case)),
        tuple(_alone(each, case) for each in outcomes if case.case_id in each.case_ids),
        tuple(others),
        accountable,
    )


def looks(met: Iterable[Sighting], users: Iterable[User]) -> tuple[Look, ...]:
    """Entries of the log that met the child, by day, by what was done and by whose role."""
    roles = {user.user_id: str(user.role) for user in users}
    entries = {each.entry.number: each.entry for each in met}
    tally = Counter(
        (entry.at[:10], entry.action, roles.get(entry.actor, SERVICE)) for entry in entries.values()
    )
    return tuple(Look(*key, times) for key, times in sorted(tally.items()))


def _planned(version: PlanVersion, case: Case) -> Iterator[Planned]:
    about = Planned(version.version, version.status, version.created_at)
    visits = _visits_of(version.plan, case)
    for route in version.plan.routes:
        for stop in route.stops:
            if stop.visit_id in visits:
                yield Planned(
                    about.version, about.status, about.made_at, day=route.day.isoformat(),
                    arrival=stop.arrival, team_id=route.team_id,
                )  # fmt: skip
    for left in version.plan.unserved:
        if case.case_id in left.case_ids:
            yield Planned(about.version, about.status, about.made_at, reason=left.reason)


def _visits_of(plan: Plan, case: Case) -> frozenset[str]:
    return frozenset(visit.visit_id for visit in plan.visits if case.case_id in visit.case_ids)


def _alone(outcome: Outcome, case: Case) -> Outcome:
    """`outcome` without the ids of others who live at the same door, and without its key."""
    return Outcome(
        visit_id=outcome.visit_id,
        team_id=outcome.team_id,
        day=outcome.day,
        result=outcome.result,
        recorded_at=outcome.recorded_at,
        note=outcome.note,
        kits_handed=outcome.kits_handed,
        case_ids=(case.case_id,),
    )
