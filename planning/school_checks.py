"""School checks: planned as visits, counted against the registers, followed by home visits.

A crew that checks a school visits homes of that school's children on the same day. Which of them,
and that these come after the check, is decided here; routing only sees visits, their day and team,
and one ordered pair (`Conditions.pairs`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.addresses.index import metres
from planning.children import child_key
from planning.errors import Fault, InputError
from planning.intake.words import fold
from planning.model import (
    Case,
    Conditions,
    Level,
    Place,
    Priority,
    Shift,
    Visit,
    Window,
)
from planning.partners import ClassCount, Draft, School, SchoolCheck
from planning.text import note
from planning.visits import can_be_made

DAY_SECONDS = 24 * 3600
MOST_CHILDREN = 1_000
"""In a class; more is a typing mistake."""

_MARK = "school-check/"


@dataclass(frozen=True, slots=True)
class CheckRules:
    """How long a check takes and when it begins. Our own estimates, for an office to change."""

    setup_seconds: int = 15 * 60
    """To the headmaster and back to the car."""
    count_seconds: int = 30 * 60
    """In the classes, with the registers."""
    opens: int = 8 * 3600
    latest: int = 11 * 3600
    """A check that begins later finds classes that went home."""
    most_homes: int = 6
    """Home visits that a check takes along on its day: more would not fit behind it."""

    @property
    def service_seconds(self) -> int:
        """Time at the school."""
        return self.setup_seconds + self.count_seconds

    @property
    def over(self) -> int:
        """When every check is over."""
        return self.latest + self.service_seconds


CHECK_RULES = CheckRules()


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check that is still to be made, and where."""

    check: SchoolCheck
    school: School


# --- what was checked ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How many schools were checked: distinct ones, with repeats apart."""

    schools: int
    checked: int
    repeats: int
    """Checks beyond the first of their school."""
    planned: int
    """Checks that are still to be made."""


def progress(schools: Collection[School], checks: Iterable[SchoolCheck]) -> Progress:
    """“38 of 40, 5 repeats.” Checks of schools that are not among `schools` do not count."""
    known = {school.school_id for school in schools}
    here = [each for each in checks if each.school_id in known]
    done = Counter(each.school_id for each in here if each.done)
    planned = sum(not each.done for each in here)
    return Progress(len(known), len(done), done.total() - len(done), planned)


def counted(check: SchoolCheck, classes: Sequence[ClassCount], *, note: str = "") -> SchoolCheck:
    """The check with its headcount, and a draft of a home visit for every child missing.

    Counted again, it keeps the drafts that somebody has decided on and opens what they leave.

    Raises:
        InputError: no class, two of one name, or a count that is none; every fault at once.
    """
    _refuse_classes(classes)
    decided = [draft for draft in check.drafts if not draft.waits]
    used = Counter(draft.class_name for draft in decided)
    number = max((draft.number for draft in check.drafts), default=0)
    fresh = []
    for each in classes:
        for _ in range(max(0, each.registered - each.present) - used[each.name]):
            number += 1
            fresh.append(Draft(number, each.name))
    return replace(check, classes=tuple(classes), note=note, drafts=(*decided, *fresh))


def _refuse_classes(classes: Sequence[ClassCount]) -> None:
    faults = [] if classes else [Fault(note("count at least one class"), field="classes")]
    for name, times in Counter(each.name.strip() for each in classes).items():
        if not name:
            faults.append(Fault(note("every class needs a name"), field="class"))
        elif times > 1:
            faults.append(Fault(note("this class stands here twice; keep one"), field="class",
                                value=name))  # fmt: skip
    faults += [
        Fault(note("a count of children from 0 on is expected"), field="class", value=each.name)
        for each in classes
        if not all(0 <= count <= MOST_CHILDREN for count in (each.registered, each.present))
    ]
    if faults:
        raise InputError(faults)


def draft_of(check: SchoolCheck, number: int) -> Draft:
    """The check's draft of that number, which still waits.

    Raises:
        InputError: there is none, or somebody decided on it.
    """
    for draft in check.drafts:
        if draft.number == number and draft.waits:
            return draft
    raise InputError(
        Fault(note("somebody has decided on this home visit already; look at the check again"),
              field="home visit", value=str(number))
    )  # fmt: skip


def with_draft(check: SchoolCheck, changed: Draft) -> SchoolCheck:
    """The check with that draft in the place of the one of its number."""
    drafts = (changed if each.number == changed.number else each for each in check.drafts)
    return replace(check, drafts=tuple(drafts))


def case_of_draft(
    check: SchoolCheck, draft: Draft, school: School, case: Case, today: date
) -> Case:
    """`case`, as the school's list has the child, as the home visit that the check opened.

    The crew of the check goes on the day of the check, while that is not over.
    """
    soon = check.day >= today
    return replace(
        case,
        case_id=f"{check.check_id}/{draft.number}",
        school=school.name,
        team_id=check.team_id if soon else "",
        day=check.day if soon else None,
    )


@dataclass(frozen=True, slots=True)
class DoubleEnrolment:
    """A child who stands on the lists of two schools or more."""

    case_ids: tuple[str, ...]
    schools: tuple[str, ...]


def double_enrolments(cases: Iterable[Case]) -> tuple[DoubleEnrolment, ...]:
    """Children on the lists of different schools, known by national ID, else name and address."""
    children: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        key = child_key(case) if fold(case.school) else ()
        if key:
            children.setdefault(key, []).append(case)
    found = []
    for alike in children.values():
        schools = {fold(case.school): case.school for case in alike}
        if len(schools) > 1:
            found.append(
                DoubleEnrolment(tuple(case.case_id for case in alike), tuple(schools.values()))
            )
    return tuple(found)


# --- in the plan --------------------------------------------------------------------------------


def planned_checks(
    checks: Iterable[SchoolCheck], schools: Iterable[School]
) -> tuple[PlannedCheck, ...]:
    """The checks still to be made whose school is on the map, by day."""
    known = {school.school_id: school for school in schools if school.point is not None}
    return tuple(
        PlannedCheck(check, known[check.school_id])
        for check in sorted(checks, key=lambda each: (each.day, each.check_id))
        if not check.done and check.school_id in known
    )


def case_id_of(check_id: str) -> str:
    """What stands for a check where a visit names its cases: no case has such an id."""
    return f"{_MARK}{check_id}"


def check_of(visit: Visit) -> str:
    """Id of the check that a visit is; empty for a home visit."""
    first = visit.case_ids[0] if visit.case_ids else ""
    return first.removeprefix(_MARK) if first.startswith(_MARK) else ""


def with_checks(
    cases: Sequence[Case],
    places: Mapping[str, Place],
    planned: Sequence[PlannedCheck],
    *,
    rules: CheckRules = CHECK_RULES,
) -> tuple[tuple[Case, ...], dict[str, str]]:
    """(`cases` with the day and team of the check they go along with, case → that check).

    A check takes along children of its school who may be visited by its crew on its day: urgent
    ones first, then the nearest. The others stay free.
    """
    taken: dict[str, PlannedCheck] = {}
    for each in planned:
        homes = [
            case for case in cases
            if case.case_id not in taken and _belongs(case, places.get(case.case_id), each)
        ]  # fmt: skip
        homes.sort(key=lambda case: _rank(case, places[case.case_id], each.school))
        taken |= {case.case_id: each for case in homes[: rules.most_homes]}
    bound = (
        replace(case, team_id=taken[case.case_id].check.team_id, day=taken[case.case_id].check.day)
        if case.case_id in taken
        else case
        for case in cases
    )
    return tuple(bound), {case_id: each.check.check_id for case_id, each in taken.items()}


def _belongs(case: Case, place: Place | None, planned: PlannedCheck) -> bool:
    check, school = planned.check, planned.school
    return (
        place is not None
        and place.level is not Level.NONE
        and place.municipality_code == school.municipality_code
        and bool(fold(case.school))
        and fold(case.school) == fold(school.name)
        and case.team_id in ("", check.team_id)
        and case.day in (None, check.day)
        and (case.earliest or check.day) <= check.day <= (case.deadline or check.day)
    )


def _rank(case: Case, place: Place, school: School) -> tuple[int, float, str]:
    assert school.point is not None, "only schools on the map are planned"
    assert place.lon is not None, "only located cases belong"
    assert place.lat is not None, "only located cases belong"
    return -case.priority, metres(place.lon, place.lat, *school.point), case.case_id


def check_visits(
    planned: Sequence[PlannedCheck], *, rules: CheckRules = CHECK_RULES
) -> tuple[Visit, ...]:
    """A visit for every check: at the school, by its crew, on its day, in the morning."""
    width = max(4, len(str(len(planned))))
    return tuple(_visit(f"k{at:0{width}d}", each, rules) for at, each in enumerate(planned, 1))


def _visit(visit_id: str, planned: PlannedCheck, rules: CheckRules) -> Visit:
    assert planned.school.point is not None, "only schools on the map are planned"
    lon, lat = planned.school.point
    return Visit(
        visit_id=visit_id,
        case_ids=(case_id_of(planned.check.check_id),),
        lon=lon,
        lat=lat,
        municipality_code=planned.school.municipality_code,
        label=planned.school.name,
        children=0,
        service_seconds=rules.service_seconds,
        windows=(Window(rules.opens, rules.latest),),
        priority=Priority.HIGH,
        teams=frozenset({planned.check.team_id}),
        home_team=planned.check.team_id,
        day=planned.check.day,
    )


def tied(
    homes: Sequence[Visit],
    checks: Sequence[Visit],
    links: Mapping[str, str],
    shifts: Sequence[Shift],
    *,
    rules: CheckRules = CHECK_RULES,
) -> tuple[tuple[Visit, ...], tuple[tuple[str, str], ...]]:
    """(`homes`, those that go along with a check after it; pairs of check and home visit).

    A visit is in one pair at most: the nearest home that the crew can visit is the check's, both
    are made or neither. The others begin when every check is over, as far as the families' hours
    allow; a family that is home in the morning only is visited then, on the same day.
    """
    after: dict[str, Visit] = {}
    partner: dict[str, str] = {}
    for check in checks:
        along = [
            home for home in homes
            if any(links.get(case_id) == check_of(check) for case_id in home.case_ids)
        ]  # fmt: skip
        nearest = _nearest(check, [each for each in along if each.visit_id not in partner], shifts)
        for home in along:
            if home is nearest:
                partner[home.visit_id] = check.visit_id
            else:
                after[home.visit_id] = replace(home, windows=_later(home.windows, rules.over))
    pairs = tuple((check, home) for home, check in partner.items())
    return tuple(after.get(home.visit_id, home) for home in homes), pairs


def _nearest(check: Visit, homes: Sequence[Visit], shifts: Sequence[Shift]) -> Visit | None:
    on_it = [
        shift for shift in shifts if shift.day == check.day and shift.team_id in check.teams
    ]  # fmt: skip
    if not can_be_made(check, on_it):
        return None

    def far(home: Visit) -> tuple[float, str]:
        return metres(home.lon, home.lat, check.lon, check.lat), home.visit_id

    able = (home for home in homes if can_be_made(home, on_it) and _open_after(home, check))
    return min(able, key=far, default=None)


def _open_after(home: Visit, check: Visit) -> bool:
    """Whether somebody can be met after the earliest end of the check."""
    begins = min(window.start for window in check.windows) + check.service_seconds
    return not home.windows or any(window.end > begins for window in home.windows)


def _later(windows: tuple[Window, ...], start: int) -> tuple[Window, ...]:
    """`windows` from `start` on; as they are where nobody could be met then."""
    if not windows:
        return (Window(start, DAY_SECONDS),)
    later = tuple(
        replace(each, start=max(start, each.start)) for each in windows if each.end > start
    )
    return later or windows


def with_pairs(
    conditions: Conditions, visits: Iterable[Visit], pairs: Sequence[tuple[str, str]]
) -> Conditions:
    """`conditions` with the pairs of today's checks instead of those of an earlier plan."""
    checks = {visit.visit_id for visit in visits if check_of(visit)}
    used = {one for pair in pairs for one in pair}
    kept = tuple(
        pair for pair in conditions.pairs if not checks & set(pair) and not used & set(pair)
    )
    return replace(conditions, pairs=(*kept, *pairs))


def waiting(checks: Iterable[SchoolCheck]) -> tuple[tuple[SchoolCheck, Draft], ...]:
    """Drafts of home visits that wait for a planner, by day of their check."""
    return tuple(
        (check, draft)
        for check in sorted(checks, key=lambda each: (each.day, each.check_id))
        for draft in check.drafts
        if draft.waits
    )
