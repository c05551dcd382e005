"""Purging campaigns, erasing children, and finding everything about one child.

Purging is driven by the schema: every table with a column `campaign_id` loses the campaign's rows,
but for `STAYS`. A table that somebody adds is covered the day it is added.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, select

from data.registry import cells, memory
from data.registry.tables import (
    AuditRow,
    Base,
    CampaignRow,
    CaseRow,
    ChildRow,
    DecisionRow,
    ErasedRow,
    HouseholdRow,
    JobRow,
    KeptCountRow,
    OutcomeCaseRow,
    OutcomeRow,
    PlanRow,
    RouteRow,
    ShiftRow,
    TermRow,
)
from data.registry.tables.base import Sealed
from data.registry.work import routes
from data.registry.work.campaigns import CampaignWork
from data.registry.work.cases import CaseWork
from data.registry.work.outcomes import OutcomeWork
from data.registry.work.plans import PlanWork
from data.registry.work.storing import chunks, plain
from planning.disclosure import ShownCount
from planning.errors import Conflict, InputError
from planning.intake.duplicates import child_keys
from planning.model import Case, Outcome, Plan, PlanVersion
from planning.record import OtherEntry
from planning.retention import Erasure, Holdings, Term, plan_without, usual_term
from planning.text import note

if TYPE_CHECKING:
    from planning.model import Campaign, CaseRecord

STAYS = frozenset({"campaigns", "terms", "kept_counts"})
"""Tables of a campaign that purging leaves: its name and days, its term, its safe counts."""

_TOLD_APART = frozenset({"cases", "outcome_cases"})
"""Tables whose rows a child's record has in words of its own."""

_OF_STAFF = re.compile(r"(_by|_saw|user_id|campaign_id|case_id|version|number|digest)\Z")
"""Columns that tell a family nothing of their child."""


class RetentionWork(CampaignWork, CaseWork, PlanWork, OutcomeWork):
    """Keeps terms, takes records away, and keeps what was taken away from coming back."""

    def add_plan(self, campaign_id: str, plan: Plan) -> int:
        """See `PlanWork`.

        Raises:
            Conflict: a child who is in it was erased since it was asked for.
        """
        self._refuse_erased(campaign_id, {one for v in plan.visits for one in v.case_ids})
        self._refuse_erased(campaign_id, {one for u in plan.unserved for one in u.case_ids})
        return super().add_plan(campaign_id, plan)

    def add_outcome(self, campaign_id: str, outcome: Outcome) -> bool:
        """See `OutcomeWork`.

        Raises:
            Conflict: also when a child who was visited was erased meanwhile.
        """
        self._refuse_erased(campaign_id, outcome.case_ids)
        return super().add_outcome(campaign_id, outcome)

    def _refuse_erased(self, campaign_id: str, case_ids: Iterable[str]) -> None:
        if self._nobody_erased():
            return
        marks = [self._seal.digest(_case_key(campaign_id, each)) for each in case_ids]
        for some in chunks(marks):
            if self._count(ErasedRow.digest.in_(some)):
                raise Conflict("a child's record was erased meanwhile; look at it again")

    def _locked_campaign(self, campaign_id: str) -> None:
        super()._locked_campaign(campaign_id)
        term = self._session.get(TermRow, campaign_id)
        if term is not None and term.purged_at:
            raise InputError(
                note(
                    "the records of this campaign were purged when its term was over, so nothing "
                    "is added to it any more; start a new campaign"
                )
            )

    def terms(self) -> list[Term]:
        """The term of every campaign, newest campaign first."""
        known = {row.campaign_id: row for row in self._session.scalars(select(TermRow))}
        return [_term(each, known.get(each.campaign_id)) for each in self._all_campaigns()]

    def set_term(self, campaign_id: str, keep_until: date) -> None:
        """Changes the last day on which a campaign's records are kept.

        Raises:
            InputError: they were purged.
        """
        self._locked_campaign(campaign_id)
        self._term_row(campaign_id, keep_until).keep_until = keep_until.isoformat()
        self._session.flush()

    def holdings(self, campaign_id: str) -> Holdings:
        """What purging the campaign would remove."""
        region = self._campaign_row(campaign_id).region
        counted = {table.name: self._count(mine) for table, mine in _rows_of(campaign_id)}
        counted["decisions"] = self._count(_only_here(region, campaign_id))
        counted["jobs"] = self._count(_jobs_of(campaign_id))
        case_ids = select(CaseRow.case_id).where(CaseRow.campaign_id == campaign_id)
        rows = sorted((name, count) for name, count in counted.items() if count)
        return Holdings(tuple(rows), self._count(AuditRow.subject.in_(case_ids)))

    def purge(self, campaign_id: str, keep: Iterable[ShownCount]) -> None:
        """Removes everything of a campaign that tells of a child, and writes down what stays.

        Raises:
            InputError: it was purged before.
        """
        self._locked_campaign(campaign_id)
        campaign = self.campaign(campaign_id)
        row = self._term_row(campaign_id, usual_term(campaign))
        row.purged_at, row.purged_by = self._now(), self._actor
        self._session.flush()
        self._session.execute(delete(DecisionRow).where(_only_here(campaign.region, campaign_id)))
        self._session.execute(delete(JobRow).where(_jobs_of(campaign_id)))
        for table, mine in _rows_of(campaign_id):
            self._session.execute(delete(table).where(mine))
        self._drop_orphans()
        self._session.expire_all()  # rows that were deleted behind the session's back
        self._keep(campaign_id, keep)

    def kept(self, campaign_id: str) -> tuple[ShownCount, ...]:
        """The counts that stayed of a purged campaign; none of one that is still there."""
        rows = self._session.scalars(
            select(KeptCountRow)
            .where(KeptCountRow.campaign_id == campaign_id)
            .order_by(KeptCountRow.seq)
        )
        return tuple(_shown(row) for row in rows)

    def plans(self, campaign_id: str) -> list[PlanVersion]:
        """Every version of the campaign's plan, oldest first."""
        rows = self._session.scalars(
            select(PlanRow).where(PlanRow.campaign_id == campaign_id).order_by(PlanRow.version)
        )
        return [
            PlanVersion(row.version, row.status, row.created_at, row.created_by, self._plan_in(row))
            for row in rows
        ]

    def same_child(self, campaign_id: str, case_id: str) -> list[tuple[str, CaseRecord]]:
        """(campaign, case) of every case of the child whom this case is about, newest first.

        Raises:
            NotFound: there is no such case.
        """
        wanted = self.case(campaign_id, case_id)
        keys = set(child_keys(wanted.case))
        if not keys:
            return [(campaign_id, wanted)]
        rows = self._session.execute(
            select(CaseRow.campaign_id, CaseRow.case_id, CaseRow.sealed_case)
            .join(CampaignRow, CampaignRow.campaign_id == CaseRow.campaign_id)
            .order_by(CampaignRow.number.desc(), CaseRow.seq)
        )
        found = [
            where
            for *where, sealed in rows
            if keys.intersection(child_keys(self._opened(Case, sealed, "cases", "case", *where)))
        ]
        return [(where[0], self.case(*where)) for where in found]

    def other_entries(self, campaign_id: str, case_id: str) -> list[OtherEntry]:
        """Rows of all further tables that name the case."""
        return [
            OtherEntry(table.name, tuple(self._told(table, row._asdict())))
            for table, mine in _rows_of(campaign_id)
            if "case_id" in table.columns and table.name not in _TOLD_APART
            for row in self._session.execute(
                select(table).where(mine, table.columns["case_id"] == case_id)
            )
        ]

    def _told(self, table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What a row holds, sealed cells opened; neither keys nor who of the staff wrote it."""
        sealed = {each.name: each for each in cells.declared(table, Sealed)}
        for name, value in row.items():
            if name in sealed and value is not None:
                text = self._seal.open(value, *cells.place(sealed[name], row))
                yield from _flat(name.removeprefix("sealed_"), text)
            elif name not in sealed and value not in (None, "") and not _OF_STAFF.search(name):
                yield name, str(value)

    # --- erasing ----------------------------------------------------------------------------

    def erase(self, cases: Sequence[tuple[str, str]]) -> Erasure:
        """Removes these (campaign, case) of one child everywhere; keyed digests stay.

        Raises:
            NotFound: one of them is not there; none is erased.
        """
        name = secrets.token_hex(16)
        plans = stops = outcomes = decisions = 0
        for campaign_id, case_id in cases:
            self._locked_campaign(campaign_id)
            case = self.case(campaign_id, case_id).case
            self._remember_erased(campaign_id, case, name)
            changed, off = self._erase_from_plans(campaign_id, case)
            plans, stops = plans + changed, stops + off
            outcomes += self._erase_from_outcomes(campaign_id, case_id)
            decisions += self._forget_if_alone(campaign_id, case)
            self._session.flush()
            for table, mine in _rows_of(campaign_id):
                if "case_id" in table.columns:
                    self._session.execute(
                        delete(table).where(mine, table.columns["case_id"] == case_id)
                    )
            self._session.expire_all()
        self._drop_orphans()
        return Erasure(tuple(cases), plans, stops, outcomes, decisions)

    def erased(self, campaign_id: str, cases: Sequence[Case]) -> frozenset[str]:
        """Ids of those of `cases` whose child was erased, in whichever campaign."""
        if self._nobody_erased():
            return frozenset()
        marks = {case.case_id: self._marks(campaign_id, case) for case in cases}
        known = {
            mark
            for some in chunks([mark for each in marks.values() for mark in each])
            for mark in self._session.scalars(
                select(ErasedRow.digest).where(ErasedRow.digest.in_(some))
            )
        }
        return frozenset(case_id for case_id, each in marks.items() if known.intersection(each))

    def allow_again(self, campaign_id: str, case_id: str) -> bool:
        """Lets an erased child back onto lists. False when no such case was erased."""
        self._will_write()
        mark = self._seal.digest(_case_key(campaign_id, case_id))
        row = self._session.get(ErasedRow, (campaign_id, mark))
        if row is None:
            return False
        self._session.execute(delete(ErasedRow).where(ErasedRow.erasure == row.erasure))
        return True

    def _remember_erased(self, campaign_id: str, case: Case, name: str) -> None:
        for mark in self._marks(campaign_id, case):
            self._session.merge(
                ErasedRow(campaign_id=campaign_id, digest=mark, erasure=name, erased_at=self._now())
            )
        self._session.flush()

    def _marks(self, campaign_id: str, case: Case) -> tuple[str, ...]:
        """Digests that know a child again: by its case in this campaign, and by what it is."""
        known = (json.dumps(["erased child", *key]) for key in child_keys(case))
        return tuple(
            self._seal.digest(each) for each in (_case_key(campaign_id, case.case_id), *known)
        )

    def _nobody_erased(self) -> bool:
        return self._session.scalar(select(ErasedRow.digest).limit(1)) is None

    def _erase_from_plans(self, campaign_id: str, case: Case) -> tuple[int, int]:
        """(versions that were changed, stops taken off the published one)."""
        changed = off = 0
        rows = self._session.scalars(select(PlanRow).where(PlanRow.campaign_id == campaign_id))
        for row in rows.all():
            before = self._plan_in(row)
            plan, stops = plan_without(before, {case.case_id: case})
            if plan != before:
                routes.seal_plan(self._seal, row, plan)
                self._lay_out_anew(row, plan)
                changed += 1
                off += stops if row.status == "published" else 0
        return changed, off

    def _lay_out_anew(self, row: PlanRow, plan: Plan) -> None:
        """The rows of a plan's routes, where it has any: only published ones do."""
        self._session.flush()
        key = {"campaign_id": row.campaign_id, "version": row.version}
        apart = self._session.scalars(select(ShiftRow).filter_by(**key)).all()
        for kind in (RouteRow, ShiftRow):
            self._session.execute(delete(kind).filter_by(**key))
        self._session.expire_all()
        if apart:
            routes.add_routes(self._session, self._seal, row, plan)

    def _erase_from_outcomes(self, campaign_id: str, case_id: str) -> int:
        """Removes outcomes of this case alone; others keep their result and lose their note."""
        about = (
            select(OutcomeRow)
            .join(OutcomeCaseRow, OutcomeCaseRow.outcome == OutcomeRow.number)
            .where(OutcomeRow.campaign_id == campaign_id, OutcomeCaseRow.case_id == case_id)
        )
        rows = self._session.scalars(about).all()
        for row in rows:
            where = ("outcomes", "sealed", campaign_id, row.key)
            outcome = self._opened(Outcome, row.sealed, *where)
            others = tuple(each for each in outcome.case_ids if each != case_id)
            if others:
                row.sealed = self._sealed(replace(outcome, case_ids=others, note=""), *where)
            else:
                self._session.delete(row)
        self._session.flush()
        return len(rows)

    def _forget_if_alone(self, campaign_id: str, case: Case) -> int:
        """Forgets the decision on an address that no other case has."""
        region = self._campaign_row(campaign_id).region
        found_by = memory.same_address(self._seal, case.address)
        here = select(CampaignRow.campaign_id).where(CampaignRow.region == region)
        if self._count((CaseRow.same_address == found_by) & CaseRow.campaign_id.in_(here)) > 1:
            return 0
        row = self._session.get(DecisionRow, (region, found_by))
        if row is None:
            return 0
        self._session.delete(row)
        self._session.flush()
        return 1

    # --- plumbing ---------------------------------------------------------------------------

    def _all_campaigns(self) -> list[Campaign]:
        rows = self._session.scalars(
            select(CampaignRow.campaign_id).order_by(CampaignRow.number.desc())
        )
        return [self.campaign(each) for each in rows]

    def _term_row(self, campaign_id: str, keep_until: date) -> TermRow:
        row = self._session.get(TermRow, campaign_id)
        if row is None:
            row = TermRow(
                campaign_id=campaign_id, keep_until=keep_until.isoformat(), purged_at="",
                purged_by="",
            )  # fmt: skip
            self._session.add(row)
        return row

    def _count(self, which: ColumnElement[bool]) -> int:
        """How many rows there are of these: the table is the condition's own."""
        return self._session.scalar(select(func.count()).where(which)) or 0

    def _keep(self, campaign_id: str, counts: Iterable[ShownCount]) -> None:
        self._session.add_all(
            KeptCountRow(
                campaign_id=campaign_id,
                seq=seq,
                area_code=plain(row.area_code, "area"),
                name=plain(row.name, "area", 500),
                parent_code=plain(row.parent_code, "area"),
                listed=row.listed,
                located=row.located,
                planned=row.planned,
                visited=row.visited,
                resolved=row.resolved,
                results=",".join("" if each is None else str(each) for each in row.results),
                since=row.since.isoformat() if row.since else "",
            )
            for seq, row in enumerate(counts)
        )
        self._session.flush()

    def _drop_orphans(self) -> None:
        """Children and households that no case is about any more."""
        for row, number in ((ChildRow, CaseRow.child_number),
                            (HouseholdRow, CaseRow.household_number)):  # fmt: skip
            self._session.execute(delete(row).where(~exists().where(number == row.number)))


def _rows_of(campaign_id: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """(table, which of its rows) of everything that purging removes, children before parents."""
    for table in reversed(Base.metadata.sorted_tables):
        if "campaign_id" in table.columns and table.name not in STAYS:
            yield table, table.columns["campaign_id"] == campaign_id


def _flat(name: str, text: str) -> Iterator[tuple[str, str]]:
    """A sealed text, or the fields of a sealed record."""
    if not text.startswith("{"):
        yield name, text
        return
    for field, value in json.loads(text).items():
        if value not in (None, "", [], {}) and not _OF_STAFF.search(field):
            yield field, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _only_here(region: str, campaign_id: str) -> ColumnElement[bool]:
    """Decisions of a region on addresses that no case of another campaign has."""
    elsewhere = (
        exists()
        .where(CaseRow.campaign_id != campaign_id, CaseRow.same_address == DecisionRow.same_address)
        .where(CampaignRow.campaign_id == CaseRow.campaign_id, CampaignRow.region == region)
    )
    return (DecisionRow.region == region) & ~elsewhere


def _jobs_of(campaign_id: str) -> ColumnElement[bool]:
    """Their keys begin with the campaign, see `planning.desk.plans`."""
    start = f"{campaign_id}:"
    return func.substr(JobRow.key, 1, len(start)) == start


def _case_key(campaign_id: str, case_id: str) -> str:
    return json.dumps(["erased case", campaign_id, case_id])


def _term(campaign: Campaign, row: TermRow | None) -> Term:
    if row is None:
        return Term(campaign.campaign_id, usual_term(campaign))
    return Term(
        campaign.campaign_id, date.fromisoformat(row.keep_until), row.purged_at, row.purged_by
    )


def _shown(row: KeptCountRow) -> ShownCount:
    return ShownCount(
        row.area_code, row.name, row.parent_code, row.listed, row.located, row.planned,
        row.visited, row.resolved,
        results=tuple(int(each) if each else None for each in row.results.split(",")),
        since=date.fromisoformat(row.since) if row.since else None,
    )  # fmt: skip
