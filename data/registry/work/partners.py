"""Schools, institutions, agreements, referrals and school checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select

from data.registry.tables import (
    AgreementRow,
    InstitutionRow,
    PartyRow,
    ReferralRow,
    SchoolCheckRow,
    SchoolRow,
)
from data.registry.work.records import RecordWork
from data.registry.work.storing import checked_id, checked_name, plain, refuse_twice
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.model import Saved
from planning.partners import Agreement, Institution, Referral, School, SchoolCheck
from planning.text import note


class PartnerWork(RecordWork):
    """Keeps what institutions are to each other, and what they tell."""

    def save_schools(self, region: str, schools: Sequence[School]) -> None:
        """Adds a region's schools, or changes those of the same id.

        Raises:
            InputError: two schools of one id.
        """
        self._will_write()
        refuse_twice((school.school_id for school in schools), "school")
        for seq, school in enumerate(schools, start=1):
            self._session.merge(
                SchoolRow(
                    region=checked_id(region, "region"),
                    school_id=checked_id(school.school_id, "school"),
                    seq=seq,
                    name=checked_name(school.name, "school"),
                    municipality_code=plain(school.municipality_code, "municipality"),
                    point=school.point,
                )
            )
        self._session.flush()

    def schools(self, region: str, *, municipality_code: str = "") -> list[School]:
        """Schools of a region, or of one municipality in it, in the order they were saved."""
        wanted = select(SchoolRow).where(SchoolRow.region == region)
        if municipality_code:
            wanted = wanted.where(SchoolRow.municipality_code == municipality_code)
        rows = self._session.scalars(wanted.order_by(SchoolRow.seq, SchoolRow.school_id))
        return [School(row.school_id, row.name, row.municipality_code, row.point) for row in rows]

    def save_institution(self, institution: Institution, *, seen: int = 0) -> int:
        """Keeps an institution and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """
        return self._save(
            InstitutionRow,
            institution,
            {"institution_id": institution.institution_id},
            {
                "kind": checked_id(institution.kind, "kind"),
                "name": checked_name(institution.name, "institution"),
                "municipality_code": plain(institution.municipality_code, "municipality"),
            },
            seen,
        )

    def institutions(self) -> list[Saved[Institution]]:
        """All institutions by id."""
        return self._saved(InstitutionRow, Institution, ("institution_id",))

    def save_agreement(self, agreement: Agreement, *, seen: int = 0) -> int:
        """Keeps an agreement and returns its version; `seen` is 0 for a new one.

        Raises:
            Conflict: somebody changed it after version `seen`.
            InputError: fewer than two parties, one that is not known, or it ends before it begins.
        """
        if len(agreement.parties) < _FEWEST_PARTIES:
            raise InputError(
                Fault(note("an agreement binds two institutions or more"), field="parties")
            )
        if agreement.last_day is not None and agreement.last_day < agreement.first_day:
            raise InputError(Fault(note("the agreement ends before it begins"), field="last day"))
        for party in sorted(agreement.parties):
            self._require_institution(party)
        version = self._save(
            AgreementRow,
            agreement,
            {"agreement_id": agreement.agreement_id},
            {
                "number": plain(agreement.number, "number"),
                "first_day": agreement.first_day.isoformat(),
                "last_day": agreement.last_day.isoformat() if agreement.last_day else "",
            },
            seen,
        )
        self._session.execute(
            delete(PartyRow).where(PartyRow.agreement_id == agreement.agreement_id)
        )
        self._session.add_all(
            PartyRow(agreement_id=agreement.agreement_id, institution_id=party)
            for party in sorted(agreement.parties)
        )
        self._session.flush()
        return version

    def agreements(
        self, *, between: Sequence[str] = (), day: date | None = None
    ) -> list[Saved[Agreement]]:
        """Agreements by id; those that bind all of `between` and hold on `day`, when given."""
        which = [
            AgreementRow.agreement_id.in_(
                select(PartyRow.agreement_id).where(PartyRow.institution_id == party)
            )
            for party in between
        ]
        found = self._saved(AgreementRow, Agreement, ("agreement_id",), *which)
        return [each for each in found if day is None or each.value.holds(day)]

    def save_referral(self, campaign_id: str, referral: Referral, *, seen: int = 0) -> int:
        """Keeps a referral and returns its version; `seen` is 0 for a new one.

        Raises:
            NotFound: there is no such campaign.
            Conflict: somebody changed it after version `seen`.
            InputError: the institution it comes from is not known.
        """
        self._locked_campaign(campaign_id)
        self._require_institution(referral.institution_id)
        return self._save(
            ReferralRow,
            referral,
            {"campaign_id": campaign_id, "referral_id": referral.referral_id},
            {
                "institution_id": referral.institution_id,
                "received_at": plain(referral.received_at, "received at", 40),
                "deadline": referral.deadline.isoformat(),
                "state": str(referral.state),
                "escalated_at": plain(referral.escalated_at, "escalated at", 40),
                "case_id": plain(referral.case_id, "case"),
            },
            seen,
        )

    def referrals(self, campaign_id: str, *, state: str = "") -> list[Saved[Referral]]:
        """Referrals by id, in one state when given."""
        which = [ReferralRow.campaign_id == campaign_id]
        if state:
            which.append(ReferralRow.state == state)
        return self._saved(ReferralRow, Referral, ("campaign_id", "referral_id"), *which)

    def save_school_check(self, campaign_id: str, check: SchoolCheck, *, seen: int = 0) -> int:
        """Keeps a headcount and returns its version; `seen` is 0 for a new one.

        Raises:
            NotFound: there is no such campaign.
            Conflict: somebody changed it after version `seen`.
            InputError: the school is not known in the campaign's region, or a count below 0.
        """
        self._locked_campaign(campaign_id)
        region = self._campaign_row(campaign_id).region
        if self._session.get(SchoolRow, (region, check.school_id)) is None:
            raise InputError(Fault(note("there is no such school in this region"), field="school"))
        if any(min(each.registered, each.present) < 0 for each in check.classes):
            raise InputError(
                Fault(note("a count of children from 0 on is expected"), field="classes")
            )
        return self._save(
            SchoolCheckRow,
            check,
            {"campaign_id": campaign_id, "check_id": check.check_id},
            {
                "region": region,
                "school_id": check.school_id,
                "day": check.day.isoformat(),
                "team_id": plain(check.team_id, "team"),
            },
            seen,
        )

    def school_checks(self, campaign_id: str, *, school_id: str = "") -> list[Saved[SchoolCheck]]:
        """School checks by id, of one school when given."""
        which = [SchoolCheckRow.campaign_id == campaign_id]
        if school_id:
            which.append(SchoolCheckRow.school_id == school_id)
        return self._saved(SchoolCheckRow, SchoolCheck, ("campaign_id", "check_id"), *which)

    def remove_school_check(self, campaign_id: str, check_id: str, *, seen: int) -> None:
        """Takes back a check that was planned.

        Raises:
            NotFound: there is no such check.
            Conflict: somebody changed it after version `seen`.
        """
        self._locked_campaign(campaign_id)
        row = self._session.get(
            SchoolCheckRow, (campaign_id, check_id), with_for_update=True, populate_existing=True
        )
        if row is None:
            raise NotFound("there is no such school check")
        if row.version != seen:
            raise Conflict("somebody changed this check meanwhile; look at it again")
        self._session.delete(row)
        self._session.flush()

    def _require_institution(self, institution_id: str) -> None:
        if self._session.get(InstitutionRow, institution_id) is None:
            raise InputError(Fault(note("there is no such institution"), field="institution"))


_FEWEST_PARTIES = 2
