"""The institutions that work together: who they are, what binds them, what they tell the office.

Fields marked *personal* must not reach a log, an error, a file name or a viewer's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from planning.coverage import COLUMNS
from planning.disclosure import ShownCount
from planning.errors import Fault, InputError
from planning.model import CaseRecord, LonLat, Member, Place
from planning.text import MAX_ID, note

MOST_HOTLINES = 20


@dataclass(frozen=True, slots=True)
class School:
    """A school or a kindergarten of a region."""

    school_id: str
    name: str
    municipality_code: str
    point: LonLat | None = None
    """None where it is not known."""


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution that sends members, refers children, or is accountable for cases."""

    institution_id: str
    kind: str
    """Code, as a case's `requires` has it (`social`, `police`, …)."""
    name: str
    municipality_code: str = ""
    """Empty where it serves the whole region."""
    contact: str = ""
    """Whom to ask for. *Personal.*"""
    phone: str = ""
    """*Personal.*"""
    languages: frozenset[str] = frozenset()
    """Which one can speak with its contact."""
    office: bool = False
    """The office that uses this service: what its own hotline hears comes from it."""
    accountable_for: frozenset[str] = frozenset()
    """Codes of municipalities whose cases it answers for, and names of their districts (район)
    as `<code>/<district>`; a case may name another institution."""
    members: tuple[Member, ...] = ()
    """Who helps out in the crews of its municipality, where the order puts them in no team.
    *Personal.*"""
    hotlines: tuple[str, ...] = ()
    """Numbers that people may call; of the office, its own hotline's."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What institutions agreed to exchange: nothing is exchanged without one."""

    agreement_id: str
    number: str
    parties: frozenset[str]
    """Ids of two institutions or more."""
    first_day: date
    last_day: date | None = None
    purpose: str = ""
    """What is exchanged, and for what."""

    def holds(self, day: date) -> bool:
        """True on every day from the first to the last."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class ReferralState(StrEnum):
    """How far a referral has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Referral:
    """What an institution or a hotline told the office about a child."""

    referral_id: str
    institution_id: str
    """Who told."""
    received_at: str
    """ISO 8601 in UTC."""
    deadline: date
    text: str = ""
    """What was told. *Personal.*"""
    urgent: bool = False
    state: ReferralState = ReferralState.OPEN
    acknowledged_by: str = ""
    acknowledged_at: str = ""
    escalated_to: str = ""
    """The institution that was told that nothing happened."""
    escalated_at: str = ""
    case_id: str = ""
    """The case it became."""
    hotline: str = ""
    """The number of the office that rang; empty where nobody called, or the office has none."""


@dataclass(frozen=True, slots=True)
class ClassCount:
    """A class: how many its register has, and how many sat there."""

    name: str
    registered: int
    present: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A child whom the register has and the class had not: a home visit that waits for a planner.

    Who it is, the school's list says; it is typed into the case, never kept here.
    """

    number: int
    """Within the check, from 1 on."""
    class_name: str
    case_id: str = ""
    """The case it became."""
    dismissed: bool = False
    """A planner found that nobody need go: the child is ill, or was counted elsewhere."""

    @property
    def waits(self) -> bool:
        """Nobody has decided on it."""
        return not self.case_id and not self.dismissed


@dataclass(frozen=True, slots=True)
class SchoolCheck:
    """A crew counts heads against a school's registers; planned while no class was counted."""

    check_id: str
    """Made where it was typed: the same id twice is one check."""
    school_id: str
    day: date
    team_id: str
    classes: tuple[ClassCount, ...] = ()
    note: str = ""
    """*Personal.*"""
    drafts: tuple[Draft, ...] = ()
    """One for every child who was missing."""

    @property
    def done(self) -> bool:
        """Whether heads were counted."""
        return bool(self.classes)

    @property
    def missing(self) -> int:
        """How many children the registers have and the classes did not."""
        return sum(max(0, each.registered - each.present) for each in self.classes)


# --- what institutions may exchange, and which of them answers for a case ------------------------


def the_office(institutions: Iterable[Institution]) -> Institution:
    """The institution that uses this service.

    Raises:
        InputError: none is said to be.
    """
    for each in institutions:
        if each.office:
            return each
    raise InputError(
        Fault(note("say first which institution is this office: agreements bind it to the others"),
              field="institution")
    )  # fmt: skip


def agreement_between(
    agreements: Iterable[Agreement], one: str, other: str, day: date
) -> Agreement | None:
    """The agreement that binds these two institutions on a day; None where nothing does."""
    both = {one, other}
    return next((each for each in agreements if both <= each.parties and each.holds(day)), None)


def require_agreement(
    institutions: Sequence[Institution],
    agreements: Iterable[Agreement],
    partner: str,
    day: date,
) -> None:
    """Refuses to exchange anything with an institution that nothing binds to this office.

    Raises:
        InputError: no agreement of the two holds on `day`, or nobody is said to be the office.
    """
    office = the_office(institutions)
    if partner == office.institution_id:
        return
    if agreement_between(agreements, office.institution_id, partner, day) is None:
        raise InputError(
            Fault(
                note(
                    "no agreement binds this institution and this office on that day, so nothing "
                    "is exchanged; record the agreement first"
                ),
                field="institution",
                value=partner,
            )
        )


def partners_on(
    institutions: Sequence[Institution], agreements: Sequence[Agreement], day: date
) -> tuple[str, ...]:
    """Ids of the institutions that something may be exchanged with on a day, in their order."""
    office = next((each.institution_id for each in institutions if each.office), "")
    return tuple(
        each.institution_id
        for each in institutions
        if office
        and each.institution_id != office
        and agreement_between(agreements, office, each.institution_id, day)
    )


def accountable(record: CaseRecord, institutions: Sequence[Institution]) -> str:
    """Id of the institution that answers for a case; empty where nobody is said to.

    The one that the case names; else that of its district (район); else that of its municipality.
    """
    if record.case.accountable:
        return record.case.accountable
    areas = _areas(record.place)
    found = {area: each.institution_id for each in institutions for area in each.accountable_for}
    return next((found[area] for area in areas if area in found), "")


def _areas(place: Place | None) -> Iterator[str]:
    """The smaller area first."""
    if place is None or not place.municipality_code:
        return
    if place.district:
        yield f"{place.municipality_code}/{place.district}"
    yield place.municipality_code


def refuse_overlap(institution: Institution, others: Iterable[Institution]) -> None:
    """An institution has a name; no two are the office, or answer for one area.

    Raises:
        InputError: every such fault.
    """
    faults = []
    if not institution.name.strip():
        faults.append(Fault(note("an institution needs a name"), field="name"))
    if len(institution.hotlines) > MOST_HOTLINES or any(
        not each.strip() or len(each) > MAX_ID for each in institution.hotlines
    ):
        words = note(
            "up to {most} numbers of at most {letters} characters each are kept",
            most=MOST_HOTLINES, letters=MAX_ID,
        )  # fmt: skip
        faults.append(Fault(words, field="hotline numbers"))
    for other in others:
        if other.institution_id == institution.institution_id:
            continue
        if institution.office and other.office:
            words = note("another institution is this office already; change that one first")
            faults.append(Fault(words, field="institution", value=other.institution_id))
        faults += [
            Fault(note("another institution answers for this area already; change that one first"),
                  field="accountable for", value=area)
            for area in sorted(institution.accountable_for & other.accountable_for)
        ]  # fmt: skip
    if faults:
        raise InputError(faults)


def shown_by_institution(
    rows: Iterable[ShownCount], institutions: Sequence[Institution]
) -> dict[str, ShownCount]:
    """Institution → the sum of the municipalities it answers for, as far as each was told.

    Made of released numbers only, so that it tells nothing that they do not: a column in which one
    municipality is hidden is hidden. Districts, and cases that name another institution, are not
    told apart here.
    """
    told = {row.area_code: row for row in rows}
    found: dict[str, ShownCount] = {}
    for each in institutions:
        parts = [told[area] for area in sorted(each.accountable_for) if area in told]
        if parts:
            found[each.institution_id] = _summed(each, parts)
    return found


def _summed(institution: Institution, parts: Sequence[ShownCount]) -> ShownCount:
    def total(column: str) -> int | None:
        values = [getattr(part, column) for part in parts]
        return None if None in values else sum(values)

    return ShownCount(
        institution.institution_id, institution.name, "", *(total(name) for name in COLUMNS)
    )
