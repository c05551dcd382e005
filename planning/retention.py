"""How long a campaign's records are kept, what stays of them, and a plan without an erased case.

Once its term is over, and an office has decided so, nothing is left of a campaign that tells of a
child: cases, places, plans, outcomes, teams and the decisions on addresses go. Its name, its days
and its counts stay. The counts are those that a partner might have seen (`planning.disclosure`
with k = 5), not the exact ones: “1 child listed, not found” of a hamlet still tells of a child when
everything else is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from planning.coverage import all_levels
from planning.disclosure import Memory, ShownCount, Table, parted_before, release
from planning.errors import Fault
from planning.intake import Intake, RejectedRow
from planning.model import (
    Begun,
    Campaign,
    Case,
    CaseRecord,
    Conditions,
    District,
    Leg,
    Outcome,
    Plan,
    Route,
    Unserved,
    Visit,
)
from planning.shifts import campaign_days
from planning.text import note

TERM_MONTHS = 24
"""Months after a campaign's last day for which its records are kept, unless the planner says
otherwise: the next school year's lists are compared with them, and the year after that shows who
stayed in school. Our own choice, taken from no law; the office asks its lawyer."""

LONGEST_TERM = 240
"""Months: a later day is a typing mistake."""


class ErasureReason(StrEnum):
    """Why a child's record is erased. A code, so that the log holds no free text."""

    REQUEST = "request"
    """The family asked for it."""
    ORDER = "order"
    """A court or the data protection authority ordered it."""
    MISTAKE = "mistake"
    """The child should never have been on the list."""


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a campaign's records are kept."""

    campaign_id: str
    keep_until: date
    """The last day on which they are kept."""
    purged_at: str = ""
    """ISO 8601 in UTC; empty while they are there."""
    purged_by: str = ""

    def is_over(self, today: date) -> bool:
        """True when the office should decide now."""
        return not self.purged_at and today > self.keep_until


@dataclass(frozen=True, slots=True)
class Holdings:
    """What purging a campaign removes, as rows by table, and the version of what was counted."""

    rows: tuple[tuple[str, int], ...]
    """(table, rows), every table that has any."""
    log_entries: int
    """Entries of the log that name one of its cases by id. They stay."""

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(count for _, count in self.rows)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a child has removed."""

    cases: tuple[tuple[str, str], ...]
    """(campaign, case) ids."""
    plans: int
    """Versions of plans that were changed."""
    stops: int
    """Stops of published plans that were taken off: a repair would use their time."""
    outcomes: int
    """Outcomes that were removed, or that lost this case and their note."""
    decisions: int
    """Remembered decisions on the address that were forgotten."""


def last_day(campaign: Campaign) -> date:
    """The last working day of a campaign."""
    return campaign_days(campaign.first_day, campaign.days)[-1]


def usual_term(campaign: Campaign) -> date:
    """The last day on which a campaign's records are kept when nobody has said otherwise."""
    return months_later(last_day(campaign), TERM_MONTHS)


def months_later(day: date, months: int) -> date:
    """The same day of a later month; the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    for shorter in range(4):
        try:
            return date(day.year + years, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise AssertionError("no month has fewer than 28 days")


# --- what stays of the counts ----------------------------------------------------------------


def safe_counts(
    records: Iterable[CaseRecord],
    plan: Plan | None,
    outcomes: Iterable[Outcome],
    *,
    closed: Collection[str],
    day: date,
    before: Memory | None,
) -> tuple[ShownCount, ...]:
    """What stays of a campaign's work: what partners are told of it on `day`.

    Args:
        records: all of its cases.
        plan: the published one.
        outcomes: all of them.
        closed: cases that a call or research closed.
        day: after that of the release before.
        before: the memory of that release; None where there was none.
    """
    counts = all_levels(records, plan, outcomes, closed=closed, areas=parted_before(before))
    made = release(counts, day=day, before=before)
    return kept_rows(made.partner)


def kept_rows(table: Table) -> tuple[ShownCount, ...]:
    """The numbers of the last day; how they came about goes with the rest."""
    return tuple(replace(row, pace=()) for row in table.rows)


# --- erased children stay away ---------------------------------------------------------------


def without_erased(intake: Intake, erased: Set[str], *, file: str = "") -> Intake:
    """`intake` without the children who were erased: their rows are rejected, and that is told.

    Args:
        intake: what a list holds.
        erased: ids of those cases whose child was.
        file: name of the list, for the messages.
    """
    if not erased:
        return intake
    back = [case for case in intake.cases if case.case_id in erased]
    refused = [
        RejectedRow(case.row, (Fault(ERASED_BEFORE, file=file, row=case.row),)) for case in back
    ]
    return replace(
        intake,
        cases=tuple(case for case in intake.cases if case.case_id not in erased),
        rejected=tuple(sorted((*intake.rejected, *refused), key=lambda each: each.row)),
    )


ERASED_BEFORE = note(
    "this child’s record was erased before, so the row stays out; take it off the list, or allow "
    "it again on the page “Records” when the office has a new reason to keep it"
)


# --- a plan without a case -------------------------------------------------------------------


def plan_without(plan: Plan, gone: Mapping[str, Case]) -> tuple[Plan, int]:
    """`plan` as if these cases had never been in it, and how many stops are taken off.

    A visit that has other cases keeps its time and its rules. One that has none left is taken off
    its routes; the others keep their times, and the way past it is a straight line until a repair.
    Every rule that `planning.routing.checker` knows holds as before, but for one: a crew that
    now has time may leave an urgent visit unmade.

    Args:
        plan: any version of a campaign's plan.
        gone: the cases by id.
    """
    visits = tuple(_visit_without(visit, gone) for visit in plan.visits)
    off = {visit.visit_id for visit in visits if not visit.case_ids}
    routes = tuple(_routes_without(plan.routes, off))
    taken = sum(len(route.stops) for route in plan.routes) - sum(len(each.stops) for each in routes)
    left = replace(
        plan,
        visits=tuple(visit for visit in visits if visit.case_ids),
        routes=routes,
        unserved=tuple(_unserved_without(plan.unserved, gone)),
        districts=tuple(_district_without(district, off) for district in plan.districts),
        conditions=_conditions_without(plan.conditions, off),
    )
    return left, taken


def _visit_without(visit: Visit, gone: Mapping[str, Case]) -> Visit:
    leaving = [gone[case_id] for case_id in visit.case_ids if case_id in gone]
    if not leaving:
        return visit
    types = Counter(dict(visit.kit_types))
    types.subtract(_typed_kits(leaving))
    return replace(
        visit,
        case_ids=tuple(each for each in visit.case_ids if each not in gone),
        children=max(1, visit.children - sum(case.children for case in leaving)),
        kits=max(0, visit.kits - sum(case.kits for case in leaving)),
        kit_types=tuple((name, count) for name, count in types.items() if count > 0),
        hazards=tuple(each for each in visit.hazards if each[0] not in gone),
    )


def _typed_kits(cases: Iterable[Case]) -> Counter[str]:
    kits: Counter[str] = Counter()
    for case in cases:
        if case.kit_type:
            kits[case.kit_type] += case.kits
    return kits


def _routes_without(routes: Iterable[Route], off: Set[str]) -> Iterator[Route]:
    """Routes that lose their last stop are gone: a crew that stays in has none."""
    for route in routes:
        stops = tuple(stop for stop in route.stops if stop.visit_id not in off)
        if stops == route.stops:
            yield route
        elif stops:
            yield replace(route, stops=stops, legs=tuple(_legs_without(route, off)))


def _legs_without(route: Route, off: Set[str]) -> Iterator[Leg]:
    """Legs to the stops that are left; what was driven to one taken off joins the leg after it."""
    if not route.legs:
        return
    joined: list[Leg] = []
    for leg, stop in zip(route.legs, route.stops, strict=False):
        joined.append(leg)
        if stop.visit_id not in off:
            yield _one_leg(joined)
            joined = []
    yield _one_leg([*joined, route.legs[-1]])


def _one_leg(legs: Sequence[Leg]) -> Leg:
    """One leg for several: no line leads to a door between them, and none is faster than before."""
    if len(legs) == 1:
        return legs[0]
    ends = (*legs[0].line[:1], *legs[-1].line[-1:])
    seconds, metres = sum(leg.seconds for leg in legs), sum(leg.metres for leg in legs)
    return Leg(seconds, metres, line=ends, straight=True)


def _unserved_without(unserved: Iterable[Unserved], gone: Mapping[str, Case]) -> Iterator[Unserved]:
    for each in unserved:
        case_ids = tuple(case_id for case_id in each.case_ids if case_id not in gone)
        if case_ids:
            yield replace(each, case_ids=case_ids)


def _district_without(district: District, off: Set[str]) -> District:
    return replace(
        district, visit_ids=tuple(each for each in district.visit_ids if each not in off)
    )


def _conditions_without(conditions: Conditions, off: Set[str]) -> Conditions:
    return Conditions(
        pairs=tuple(pair for pair in conditions.pairs if off.isdisjoint(pair)),
        spacings=tuple(
            each for each in conditions.spacings if off.isdisjoint((each.first, each.second))
        ),
        locks=tuple(lock for lock in conditions.locks if lock.visit_id not in off),
        begun=tuple(_begun_without(each, off) for each in conditions.begun),
        published=tuple(each for each in conditions.published if each[0] not in off),
    )


def _begun_without(begun: Begun, off: Set[str]) -> Begun:
    return replace(begun, stops=tuple(stop for stop in begun.stops if stop.visit_id not in off))
