"""Who came back to school, and the lists as they came."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from data.registry.tables import (
    AttendanceRow,
    CaseListRow,
    CaseRow,
    CaseRowRow,
    RetentionReleaseRow,
)
from data.registry.work.contacts import ContactWork
from data.registry.work.outcomes import OutcomeWork
from data.registry.work.storing import chunks
from planning.attendance import Attendance, reopened, standing_contacts, standing_outcomes
from planning.campaign.ladder import Contact
from planning.disclosure import Release
from planning.errors import NotFound
from planning.exchange import Source, SourceList, SourceRow
from planning.model import Outcome, Saved


class AttendanceWork(OutcomeWork, ContactWork):
    """Keeps attendance and source rows, and tells how cases stand since they were reopened."""

    def save_attendance(self, campaign_id: str, attendance: Attendance, *, seen: int = 0) -> int:
        """Keeps the returns of a case and returns their version; `seen` is 0 for the first.

        Raises:
            NotFound: there is no such case.
            Conflict: somebody changed it after version `seen`.
        """
        self._locked_campaign(campaign_id)
        if self._session.get(CaseRow, (campaign_id, attendance.case_id)) is None:
            raise NotFound("there is no such case in this campaign")
        key = {"campaign_id": campaign_id, "case_id": attendance.case_id}
        return self._save(AttendanceRow, attendance, key, {}, seen)

    def attendance(self, campaign_id: str) -> list[Saved[Attendance]]:
        """Returns to school by case id."""
        which = AttendanceRow.campaign_id == campaign_id
        return self._saved(AttendanceRow, Attendance, ("campaign_id", "case_id"), which)

    def standing_outcomes(self, campaign_id: str) -> list[Outcome]:
        """Outcomes as far as they tell how a case stands: none from before it was reopened."""
        return standing_outcomes(self.outcomes(campaign_id), self._reopened(campaign_id))

    def standing_contacts(self, campaign_id: str) -> list[Contact]:
        """Contacts as far as they tell how a case stands: none from before it was reopened."""
        return standing_contacts(self.contacts(campaign_id), self._reopened(campaign_id))

    def _reopened(self, campaign_id: str) -> dict[str, str]:
        return reopened(each.value for each in self.attendance(campaign_id))

    # --- what was told of it ----------------------------------------------------------------

    def add_retention_release(self, campaign_id: str, release: Release) -> bool:
        """Keeps what is told of who stayed. False when there is one of that day or a later one."""
        self._locked_campaign(campaign_id)
        last = self.retention_release(campaign_id)
        day = release.partner.day
        if last is not None and last.partner.day >= day:
            return False
        self._session.execute(
            delete(RetentionReleaseRow).where(RetentionReleaseRow.campaign_id == campaign_id)
        )
        sealed = self._sealed(release, "retention_releases", "sealed", campaign_id)
        row = RetentionReleaseRow(campaign_id=campaign_id, day=day.isoformat(), sealed=sealed)
        self._session.add(row)
        self._session.flush()
        return True

    def retention_release(self, campaign_id: str) -> Release | None:
        """What was told last of who stayed; None while nothing was."""
        row = self._session.get(RetentionReleaseRow, campaign_id, populate_existing=True)
        if row is None:
            return None
        return self._opened(Release, row.sealed, "retention_releases", "sealed", campaign_id)

    # --- lists as they came -----------------------------------------------------------------

    def keep_source(self, campaign_id: str, source: Source) -> int:
        """Keeps a list as it came beside its cases, and returns its number, from 1 on.

        A later list of the same form has the same number; a row that came again is the newer one.
        """
        self._locked_campaign(campaign_id)
        number = self._list_number(campaign_id, source.form)
        for some in chunks(sorted(source.rows)):
            self._session.execute(
                delete(CaseRowRow).where(
                    CaseRowRow.campaign_id == campaign_id, CaseRowRow.case_id.in_(some)
                )
            )
            rows = [
                {
                    "campaign_id": campaign_id,
                    "case_id": each,
                    "list_number": number,
                    "sealed": self._sealed(
                        source.rows[each], "case_rows", "sealed", campaign_id, each
                    ),
                }
                for each in some
            ]
            self._session.connection().execute(insert(CaseRowRow), rows)
        return number

    def case_lists(self, campaign_id: str) -> dict[int, SourceList]:
        """Number → how the list is built, of every form that was imported."""
        rows = self._session.scalars(
            select(CaseListRow)
            .where(CaseListRow.campaign_id == campaign_id)
            .order_by(CaseListRow.number)
        )
        return {
            row.number: self._opened(
                SourceList, row.sealed, "case_lists", "sealed", campaign_id, str(row.number)
            )
            for row in rows
        }

    def source_rows(self, campaign_id: str, number: int) -> dict[str, SourceRow]:
        """Case id → the row that it came from, in lists of this form."""
        rows = self._session.execute(
            select(CaseRowRow.case_id, CaseRowRow.sealed).where(
                CaseRowRow.campaign_id == campaign_id, CaseRowRow.list_number == number
            )
        )
        return {
            case_id: self._opened(SourceRow, sealed, "case_rows", "sealed", campaign_id, case_id)
            for case_id, sealed in rows
        }

    def _list_number(self, campaign_id: str, form: SourceList) -> int:
        known = self.case_lists(campaign_id)
        for number, each in known.items():
            if each == form:
                return number
        number = max(known, default=0) + 1
        where = ("case_lists", "sealed", campaign_id, str(number))
        row = CaseListRow(campaign_id=campaign_id, number=number, sealed=self._sealed(form, *where))
        self._session.add(row)
        self._session.flush()
        return number
