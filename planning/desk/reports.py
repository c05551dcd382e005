"""What leaves the office: case lists in the form they came in, and reports that trace nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from planning import looks, roles
from planning.attendance import Attendance, retention
from planning.campaign.ladder import closed
from planning.coverage import CategoryCount, by_category
from planning.desk.counts import CountsDesk, Coverage
from planning.disclosure import PARTNER_K, PUBLIC_K, ShownCount, release
from planning.errors import Fault, InputError, NotFound
from planning.exchange import Sheet, SourceList, sheet
from planning.intake.cells import Cell
from planning.model import Campaign, CaseRecord, Outcome
from planning.outcomes import recorded_order, resolving
from planning.partners import Institution, require_agreement
from planning.phone import holding
from planning.roles import Action
from planning.school_checks import Progress, progress
from planning.stores import Work
from planning.text import note

RESULT_COLUMNS = ("result", "result_day", "visits", "status", "back_on", "attendance")
"""What may be added to a list: what was found last and when, how many visits were made, whether the
case is open or resolved (by a visit, a call or research), since when the child is back, and what
its school said last."""


@dataclass(frozen=True, slots=True)
class ListForm:
    """A form of lists that were imported into a campaign."""

    number: int
    form: SourceList
    cases: int
    """That came in it."""


@dataclass(frozen=True, slots=True)
class CaseExport:
    """A case list as a file, and what is in it. *Personal.*"""

    content: bytes
    file_name: str
    cases: int
    sensitive_left_out: int
    """Cases that never stand on an export."""
    columns: tuple[str, ...]
    lost: tuple[tuple[str, int], ...]
    """(field, cases) of what the form has no column for."""


@dataclass(frozen=True, slots=True)
class SchoolsOf:
    """School checks of a municipality: schools are no children, and are counted exactly."""

    municipality_code: str
    name: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells: released counts of children, and school checks."""

    campaign: Campaign
    coverage: Coverage
    schools: tuple[SchoolsOf, ...]
    """By municipality; those that have schools on record."""
    retention: ShownCount | None
    """Of the whole campaign: listed, back in school, asked after 30 days, attending then, and
    attending after 90 days, in the places of the five columns. None where nothing can be told."""


class ReportDesk(CountsDesk):
    """Exports and reports: the planner's."""

    # --- lists --------------------------------------------------------------------------------

    def list_forms(self, campaign_id: str) -> tuple[ListForm, ...]:
        """The forms in which this campaign's cases came, the one with most cases first."""
        roles.require(self.user, Action.EXCHANGE)
        with self._registry.work(self.user.user_id, reading=True) as work:
            forms = [
                ListForm(number, form, len(work.source_rows(campaign_id, number)))
                for number, form in work.case_lists(campaign_id).items()
            ]
        return tuple(sorted(forms, key=lambda each: (-each.cases, each.number)))

    def receivers(self) -> tuple[Institution, ...]:
        """Institutions that an agreement of today binds to this office."""
        roles.require(self.user, Action.EXCHANGE)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return tuple(
                each.value for each in work.institutions() if self._may_have(work, each.value)
            )

    def _may_have(self, work: Work, institution: Institution) -> bool:
        try:
            _require_agreement(work, institution.institution_id, self._today())
        except InputError:
            return False
        return not institution.office

    def export_cases(
        self,
        campaign_id: str,
        number: int,
        file_name: str,
        *,
        receiver: str = "",
        words: Mapping[str, str] | None = None,
    ) -> CaseExport:
        """The case list in the form of list `number`, which nobody has to type over.

        What was imported and not changed is in it cell by cell, columns that are not read here too.
        Sensitive cases never are.

        Args:
            campaign_id: whose cases.
            number: one of `list_forms`.
            file_name: its ending says which kind of file: `.xlsx` or `.csv`.
            receiver: the institution that gets it; empty for the office's own system.
            words: adds `RESULT_COLUMNS`: what each of them is called, and the codes in them. These
                are `Result`, `SchoolAnswer` with `school:` before it, `open` and `resolved`.

        Raises:
            NotFound: there is no such list.
            InputError: no agreement binds the receiver today, or another kind of file.
        """
        roles.require(self.user, Action.EXCHANGE)
        with self._registry.work(self.user.user_id) as work:
            if receiver:
                _require_agreement(work, receiver, self._today())
            form = work.case_lists(campaign_id).get(number)
            if form is None:
                raise NotFound("no list of this form was imported into the campaign")
            records = work.cases(campaign_id)
            shown = [each for each in records if not each.case.sensitive]
            rows = work.source_rows(campaign_id, number)
            made = sheet(form, [(each.case, rows.get(each.case.case_id)) for each in shown])
            if words is not None:
                made = _with_results(made, shown, work, campaign_id, words)
            told = looks.list_detail(len(shown))
            work.log("export_cases", campaign_id, f"{told}, to {receiver or 'the own system'}")
        return CaseExport(
            self._files.write_cases(made.headings, made.rows, file_name),
            PurePath(file_name).name,
            len(shown),
            len(records) - len(shown),
            made.headings,
            made.lost,
        )

    # --- reports ------------------------------------------------------------------------------

    def counts_by_category(self, campaign_id: str) -> tuple[CategoryCount, ...]:
        """Children by category of need, exactly: for those who may see every case, on a screen.

        No report, release or export has them: a category with few children tells who they are.

        Raises:
            NotFound: there is no such campaign.
        """
        roles.require(self.user, Action.SEE_CASES)
        roles.require(self.user, Action.REPORT)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(work.campaign(campaign_id).campaign_id)
            work.log_read("read_categories", campaign_id, looks.list_detail(len(records)))
            published = work.plan(campaign_id, published=True)
            return by_category(
                records,
                published.plan if published else None,
                work.standing_outcomes(campaign_id),
                closed=closed(work.standing_contacts(campaign_id)),
            )

    def report(self, campaign_id: str, *, public: bool) -> Report:
        """What the half-year report tells the ministry, or the closing report everybody.

        Children are counted as they were released, and in no other way; a number that is not
        released is in neither.

        Args:
            campaign_id: the campaign.
            public: as for everybody: the closing report.

        Raises:
            NotFound: there is no such campaign.
            InputError: its records were purged.
        """
        roles.require(self.user, Action.REPORT)
        coverage = self.coverage(campaign_id, exact=False, public=public)
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            stayed = self._retention(work, campaign_id, coverage.total, public=public)
            schools = _schools(work, campaign, {row.area_code: row.name for row in coverage.rows})
            work.log("make_report", campaign_id, "closing" if public else "half-year")
        return Report(campaign, coverage, schools, stayed)

    def _retention(
        self, work: Work, campaign_id: str, total: ShownCount, *, public: bool
    ) -> ShownCount | None:
        """Released by the same rules as every count, once a day at most, of the whole campaign."""
        today = self._today()
        last = work.retention_release(campaign_id)
        if last is None or last.partner.day < today:
            attendances = [each.value for each in work.attendance(campaign_id)]
            counted = retention(work.cases(campaign_id), attendances)
            last = release([counted], day=today, before=last.memory if last else None)
            work.add_retention_release(campaign_id, last)
            work.log("release_counts", campaign_id, f"retention {last.partner.number}")
        table = last.public if public else last.partner
        told = next(iter(table.rows), None)
        # Beside the number of the listed, which everybody knows, "back" must not stand alone; who
        # is back is resolved, so that few resolved ones who are not back would be told as well.
        if told is None or told.listed is None:
            return None
        if told.located is not None and total.resolved is not None:
            few = range(1, PUBLIC_K if public else PARTNER_K)
            return None if total.resolved - told.located in few else told
        return told


def _require_agreement(work: Work, partner: str, day: date) -> None:
    institutions = [each.value for each in work.institutions()]
    require_agreement(institutions, [each.value for each in work.agreements()], partner, day)


def _schools(work: Work, campaign: Campaign, names: Mapping[str, str]) -> tuple[SchoolsOf, ...]:
    schools = work.schools(campaign.region)
    checks = [each.value for each in work.school_checks(campaign.campaign_id)]
    codes = sorted({school.municipality_code for school in schools})
    return tuple(
        SchoolsOf(
            code,
            names.get(code, code),
            progress([school for school in schools if school.municipality_code == code], checks),
        )
        for code in codes
    )


def _with_results(
    made: Sheet, records: list[CaseRecord], work: Work, campaign_id: str, words: Mapping[str, str]
) -> Sheet:
    """The sheet with `RESULT_COLUMNS` behind its own."""
    faults = [
        Fault(note("the result column needs a heading of its own"), field=each, value=words[each])
        for each in RESULT_COLUMNS
        if words[each] in made.headings
    ]
    if faults:
        raise InputError(faults)
    outcomes = holding(work.outcomes(campaign_id))
    last: dict[str, Outcome] = {}
    visits: Counter[str] = Counter()
    for outcome in sorted(outcomes, key=recorded_order):
        visits.update(outcome.case_ids)
        last |= dict.fromkeys(outcome.case_ids, outcome)
    resolved = {
        *resolving(work.standing_outcomes(campaign_id)),
        *closed(work.standing_contacts(campaign_id)),
    }
    back = {each.value.case_id: each.value for each in work.attendance(campaign_id)}
    rows = tuple(
        (
            *row,
            *_found(last.get(case_id), words),
            visits[case_id],
            *_standing(back.get(case_id), words, done=case_id in resolved),
        )
        for row, case_id in zip(made.rows, (each.case.case_id for each in records), strict=True)
    )
    headings = (*made.headings, *(words[each] for each in RESULT_COLUMNS))
    return Sheet(headings, rows, made.lost)


def _found(last: Outcome | None, words: Mapping[str, str]) -> tuple[Cell, ...]:
    return (words[last.result], last.day) if last else (None, None)


def _standing(
    attendance: Attendance | None, words: Mapping[str, str], *, done: bool
) -> tuple[Cell, ...]:
    if attendance is None:
        return words["resolved" if done else "open"], None, None
    back = attendance.last
    status = words["resolved" if done or back.holds else "open"]
    return status, back.day, words[f"school:{back.last}"] if back.last else None
