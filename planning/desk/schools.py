"""School checks: planned, counted, and followed by home visits."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning import looks, roles
from planning.desk.one_case import OneCaseDesk
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.intake.schools import in_region
from planning.model import Case, Saved
from planning.partners import ClassCount, Draft, School, SchoolCheck
from planning.roles import Action, Scope
from planning.school_checks import (
    DoubleEnrolment,
    Progress,
    case_of_draft,
    counted,
    double_enrolments,
    draft_of,
    progress,
    waiting,
    with_draft,
)
from planning.stores import Region, Work
from planning.text import note

_KINDS = ("school", "kindergarten")
"""Places of a region pack that have registers."""


@dataclass(frozen=True, slots=True)
class CheckBook:
    """The campaign's school checks, as far as somebody may see them."""

    schools: tuple[School, ...]
    checks: tuple[Saved[SchoolCheck], ...]
    """By day."""
    progress: Progress
    waiting: tuple[tuple[SchoolCheck, Draft], ...]
    """Drafts of home visits that wait for a planner."""


class SchoolDesk(OneCaseDesk):
    """Heads counted against registers, and what follows."""

    def school_checks(self, campaign_id: str) -> CheckBook:
        """The schools and their checks; a team sees its own checks."""
        reach = roles.scope(self.user, Action.CHECK_SCHOOLS)
        with self._registry.work(self.user.user_id) as work:
            schools = work.schools(work.campaign(campaign_id).region)
            checks = work.school_checks(campaign_id)
            if reach == Scope.OWN_TEAM:
                checks = [each for each in checks if each.value.team_id == self.user.team_id]
            work.log_read("read_school_checks", campaign_id, f"{len(checks)} checks")
        checks.sort(key=lambda each: (each.value.day, each.value.check_id))
        values = [each.value for each in checks]
        return CheckBook(
            tuple(schools), tuple(checks), progress(schools, values), waiting(values)
        )  # fmt: skip

    def double_enrolments(self, campaign_id: str) -> tuple[DoubleEnrolment, ...]:
        """Children who stand on the lists of two schools."""
        roles.require(self.user, Action.REVIEW)
        with self._registry.work(self.user.user_id) as work:
            records = work.cases(campaign_id)
            work.log_read("read_cases", campaign_id, looks.list_detail(len(records)))
        return double_enrolments(record.case for record in records)

    def import_schools(self, campaign_id: str, content: bytes, file_name: str) -> int:
        """Adds schools of a list to the campaign's region, or changes those of the same id.

        Raises:
            InputError: every fault of the list, or a municipality the region does not have.
        """
        roles.require(self.user, Action.IMPORT)
        listed = self._files.read_schools(content, file_name)
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            known = self._regions.open(campaign.region).gazetteer.municipalities
            names = {
                name: each.code for each in known for name in (each.code, each.name, *each.names)
            }
            schools = in_region(listed, names, file=file_name)
            work.save_schools(campaign.region, schools)
            work.log("import_schools", campaign_id, f"{len(schools)} schools")
        return len(schools)

    def add_mapped_schools(self, campaign_id: str) -> int:
        """Adds the schools that the region's map knows and the office does not; how many."""
        roles.require(self.user, Action.IMPORT)
        with self._registry.work(self.user.user_id) as work:
            campaign = work.campaign(campaign_id)
            work.take_turn(campaign_id)
            known = {(each.name, each.municipality_code) for each in work.schools(campaign.region)}
            found = [
                school for school in _mapped(self._regions.open(campaign.region))
                if (school.name, school.municipality_code) not in known
            ]  # fmt: skip
            work.save_schools(campaign.region, found)
            work.log("import_schools", campaign_id, f"{len(found)} schools")
        return len(found)

    def plan_check(
        self, campaign_id: str, *, school_id: str, team_id: str, day: date, check_id: str = "",
        seen: int = 0,
    ) -> str:  # fmt: skip
        """Plans a check, or moves the one of `check_id` that is not made yet; returns its id.

        The next plan has it as a visit, with home visits of the school's children behind it.

        Raises:
            InputError: a school that is not known or not on the map, or no such team.
            Conflict: somebody changed it after version `seen`, or it was made.
        """
        roles.require(self.user, Action.PLAN)
        check_id = check_id or uuid.uuid4().hex[:12]
        with self._registry.work(self.user.user_id) as work:
            self._refuse_place(work, campaign_id, school_id, team_id)
            before = _check(work, campaign_id, check_id) if seen else None
            if before is not None and before.value.done:
                raise Conflict("this check was made already; plan another one")
            wanted = SchoolCheck(check_id, school_id, day, team_id)
            work.save_school_check(campaign_id, wanted, seen=seen)
            work.log("plan_school_check", check_id)
        return check_id

    def cancel_check(self, campaign_id: str, check_id: str, *, seen: int) -> None:
        """Takes back a check that was not made.

        Raises:
            Conflict: somebody changed it after version `seen`, or it was made.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            if _check(work, campaign_id, check_id).value.done:
                raise Conflict("this check was made already; it stays")
            work.remove_school_check(campaign_id, check_id, seen=seen)
            work.log("cancel_school_check", check_id)

    def record_check(
        self, campaign_id: str, check_id: str, classes: Sequence[ClassCount], *, seen: int,
        note: str = "",
    ) -> int:  # fmt: skip
        """Keeps a headcount; for every child missing a home visit waits for a planner.

        Returns:
            How many children were missing.

        Raises:
            InputError: every fault of the counts.
            Conflict: somebody changed it after version `seen`.
        """
        roles.scope(self.user, Action.CHECK_SCHOOLS)
        with self._registry.work(self.user.user_id) as work:
            before = _check(work, campaign_id, check_id).value
            roles.require(self.user, Action.CHECK_SCHOOLS, team_id=before.team_id)
            made = counted(before, classes, note=note)
            work.save_school_check(campaign_id, made, seen=seen)
            work.log("record_school_check", check_id)
        return made.missing

    def confirm_home_visit(
        self, campaign_id: str, check_id: str, number: int, case: Case, *, seen: int
    ) -> str:
        """Makes a draft a case, with name and address from the school's list; returns its id.

        On the day of the check its crew goes there too: repair the plan with new cases.

        Raises:
            InputError: no address, somebody decided on the draft, or the child was erased.
            Conflict: somebody changed the check after version `seen`.
        """
        roles.require(self.user, Action.IMPORT)
        with self._registry.work(self.user.user_id, reading=True) as work:
            campaign = work.campaign(campaign_id)
        place = self._found(campaign, case.address)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            check = _check(work, campaign_id, check_id).value
            draft = draft_of(check, number)
            school = _school(work, campaign.region, check.school_id)
            made = case_of_draft(check, draft, school, case, self._today())
            self._add_case(work, campaign, made, place)
            decided = with_draft(check, replace(draft, case_id=made.case_id))
            work.save_school_check(campaign_id, decided, seen=seen)
        return made.case_id

    def dismiss_home_visit(
        self, campaign_id: str, check_id: str, number: int, *, seen: int
    ) -> None:
        """Nobody need go: the child is ill, or was counted elsewhere.

        Raises:
            InputError: somebody decided on the draft.
            Conflict: somebody changed the check after version `seen`.
        """
        roles.require(self.user, Action.IMPORT)
        with self._registry.work(self.user.user_id) as work:
            check = _check(work, campaign_id, check_id).value
            draft = draft_of(check, number)
            decided = with_draft(check, replace(draft, dismissed=True))
            work.save_school_check(campaign_id, decided, seen=seen)
            work.log("dismiss_home_visit", check_id, str(number))

    def _refuse_place(self, work: Work, campaign_id: str, school_id: str, team_id: str) -> None:
        school = _school(work, work.campaign(campaign_id).region, school_id)
        if school.point is None:
            raise InputError(
                Fault(note("this school is not on the map; import it with latitude and longitude"),
                      field="school", value=school_id)
            )  # fmt: skip
        if team_id not in {team.team_id for team in work.teams(campaign_id)}:
            raise InputError(Fault(note("there is no such team"), field="team", value=team_id))


def _check(work: Work, campaign_id: str, check_id: str) -> Saved[SchoolCheck]:
    for each in work.school_checks(campaign_id):
        if each.value.check_id == check_id:
            return each
    raise NotFound("there is no such school check")


def _school(work: Work, region: str, school_id: str) -> School:
    for school in work.schools(region):
        if school.school_id == school_id:
            return school
    raise InputError(
        Fault(note("there is no such school in this region"), field="school", value=school_id)
    )


def _mapped(region: Region) -> Iterator[School]:
    """Schools of the region's map, one for each name in a settlement."""
    municipality = {each.code: each.municipality_code for each in region.gazetteer.settlements}
    times: Counter[str] = Counter()
    for row in region.places.itertuples():
        name, settlement = str(row.name), str(row.settlement_code)
        code = municipality.get(settlement, "")
        if row.kind in _KINDS and name and code:
            # The map has no ids that last: name and settlement do.
            key = hashlib.sha256(f"{settlement}/{name}".encode()).hexdigest()[:10]
            times[key] += 1
            if times[key] == 1:
                point = float(row.geometry.x), float(row.geometry.y)
                yield School(f"map-{key}", name, code, point)
