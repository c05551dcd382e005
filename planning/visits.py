"""Cases at one door → one visit. Every case ends in exactly one visit, or unserved with a reason.

Cases share a visit only where one crew at one time can do right by all of them: their windows
overlap, their days and teams agree, and, where the shifts are known, one of them can serve them all
together. Otherwise the door is visited more than once.

Who speaks a family's language goes, if anybody of those who may go does. A language that none of
them speaks binds nobody: the crew still goes, and makes itself understood as it can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from planning.model import Case, Level, Place, Reason, Sex, Shift, Unit, Unserved, Visit, Window
from planning.routing.rules import RULES, second_may
from planning.text import Note, note, one_line


@dataclass(frozen=True, slots=True)
class VisitRules:
    """How long a visit takes, and which places are good enough to send a crew to.

    The times are our own estimate: a planner sets them after the first days of a campaign.
    """

    setup_seconds: int = 15 * 60
    """At every door: parking, finding the bell, saying who one is, writing the form."""
    child_seconds: int = 10 * 60
    """For every child."""
    kit_seconds: int = 2 * 60
    """For every kit handed over."""
    nobody_seconds: int = 10 * 60
    """At a door that nobody opens: finding the bell, asking next door, writing the form."""
    most_children: int = 12
    """More at one door are split into several visits: mass registrations, or a hostel."""
    most_error_m: float = 1_500.0
    """Places expected to be farther off than this are not driven to. The middle of a village is
    within reach of it, the middle of a town is not: there a crew would search all day."""
    least_confidence: float = 0.4
    """Places less sure than this wait for a person: a crew sent to the wrong town loses a day."""
    coarsest: Level = Level.SETTLEMENT
    """Places less precise than this are not driven to."""
    visit_service_addresses: bool = False
    """Nobody lives at a municipal service address."""
    visit_mismatches: bool = True
    """Places that contradict the stated municipality are visited, and shown in the review queue."""

    def expected_seconds(self, visit: Visit, chance: float) -> int:
        """Time at a door where somebody is met with this chance, from 0 to 1.

        A plan that gives every door the time of a whole visit leaves a crew idle half of its day
        where four doors of five stay closed.
        """
        nobody = min(self.nobody_seconds, visit.service_seconds)
        return round(nobody + chance * (visit.service_seconds - nobody))


_LEVELS = tuple(Level)


def group(
    cases: Sequence[Case],
    places: Mapping[str, Place],
    *,
    rules: VisitRules | None = None,
    shifts: Sequence[Shift] = (),
    values: Mapping[str, float] | None = None,
) -> tuple[tuple[Visit, ...], tuple[Unserved, ...]]:
    """(visits, cases that become none). `places` has the place of each case by its case_id.

    Visit IDs count in the order of the cases, so the same list gives the same IDs.

    Args:
        cases: every one with a case_id of its own.
        places: where each was found.
        rules: how long visits take and where nobody is sent.
        shifts: who works when; () where that is not known: every language binds then, and no crew
            is looked for that could serve two cases together.
        values: `Visit.value` by case_id; a case that is not named counts 1.

    Raises:
        ValueError: two cases have one case_id.
    """
    rules = rules or VisitRules()
    if len({case.case_id for case in cases}) < len(cases):
        raise ValueError("every case needs a case_id of its own")
    unserved: list[Unserved] = []
    doors = _Doors(rules, shifts, values or {})
    at_door: dict[tuple[str, str], list[int]] = {}
    visits: list[tuple[_Party, Visit]] = []
    for case in cases:
        place = places.get(case.case_id, _NOWHERE)
        if wrong := _unfit(case, place, rules):
            unserved.append(Unserved((case.case_id,), wrong[0], because=wrong[1]))
            continue
        here = at_door.setdefault((place.municipality_code, place.door), []) if place.door else []
        party = doors.party(case, place)
        for at in here:
            if both := doors.together(visits[at][0], party):
                visits[at] = both
                break
        else:
            here.append(len(visits))
            visits.append((party, doors.visit(party)))
    width = max(4, len(str(len(visits))))
    return tuple(
        replace(visit, visit_id=f"v{number:0{width}d}")
        for number, (_, visit) in enumerate(visits, 1)
    ), tuple(unserved)


def without_past_days(cases: Iterable[Case], first_day: date) -> tuple[Case, ...]:
    """`cases` in their order; a day before `first_day` binds none of them any more.

    Where a crew had no time on the day that was fixed, the visit is made on another one.
    """
    return tuple(
        replace(case, day=None) if case.day is not None and case.day < first_day else case
        for case in cases
    )


def can_be_made(visit: Visit, shifts: Sequence[Shift]) -> bool:
    """Whether one of `shifts` can serve `visit`, by every rule that needs no way.

    Somebody may still be too far off.
    """
    return any(_serves(shift, visit, shifts) for shift in shifts)


def _serves(shift: Shift, visit: Visit, shifts: Sequence[Shift]) -> bool:
    """Whether `shift` may serve `visit`, with another one of its day where two crews must come."""
    return (
        all(rule(visit, shift) for rule, _ in RULES)
        and _ends_in_time(shift, visit)
        and (visit.second_crew is None or any(_joins(other, shift, visit) for other in shifts))
    )


def _ends_in_time(shift: Shift, visit: Visit) -> bool:
    """Whether the visit is over by the end of the shift, begun as early as somebody can be met."""
    begin = min(
        (each.start for each in visit.windows if shift.day.weekday() in each.weekdays), default=0
    )
    return max(begin, shift.start) + visit.service_seconds <= shift.end


def _joins(other: Shift, shift: Shift, visit: Visit) -> bool:
    return other.day == shift.day and other.team_id != shift.team_id and second_may(visit, other)


def binding_languages(visit: Visit, shifts: Sequence[Shift]) -> frozenset[str]:
    """Those of the visit's languages that its crew must speak.

    As many as one of those speaks who may go by every other rule: what not even they speak binds
    nobody.
    """
    anyhow = replace(visit, languages=frozenset())
    spoken = {
        visit.languages & shift.languages
        for shift in shifts
        if visit.languages & shift.languages and _serves(shift, anyhow, shifts)
    }
    return max(spoken, key=lambda each: (len(each), sorted(each)), default=frozenset())


_NOWHERE = Place(Level.NONE, notes=(note("not looked up yet"),))


def _unfit(case: Case, place: Place, rules: VisitRules) -> tuple[Reason, tuple[Note, ...]] | None:
    """Why nobody is sent to `place`, and in words; None when it is good enough."""
    nobody_there = place.service_address or (case.service_address and not place.decided)
    if nobody_there and not rules.visit_service_addresses:
        return Reason.SERVICE_ADDRESS, (
            note("registered at a municipal service address, where nobody lives"),
            note("find out where the child is"),
        )
    if place.lon is None or place.lat is None or place.level is Level.NONE:
        return Reason.NOT_LOCATED, place.notes or (note("correct the address"),)
    found = note("found only as a {level}", level=place.level.value)
    complete = note("complete the address")
    if _LEVELS.index(place.level) > _LEVELS.index(rules.coarsest):
        return Reason.NOT_LOCATED, (found, complete)
    if place.error_m is None or place.error_m > rules.most_error_m:
        return Reason.NOT_LOCATED, (found, _too_far_off(place.error_m, rules), complete)
    if place.confidence < rules.least_confidence and not place.decided:
        return Reason.NOT_LOCATED, (note("the place is in doubt until a person has looked"),)
    if place.contradiction and not rules.visit_mismatches:
        return Reason.NOT_LOCATED, (note("the place is in doubt"), place.contradiction)
    return None


def _too_far_off(error_m: float | None, rules: VisitRules) -> Note:
    most = f"{rules.most_error_m:,.0f}"
    if error_m is None:
        return note("it is not known how far off; at most {most} m are driven to", most=most)
    return note("up to {error} m off, at most {most} m are driven to",
                error=f"{error_m:,.0f}", most=most)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Party:
    """Cases that one crew can see at one time, and what binds them together."""

    cases: tuple[Case, ...]
    places: tuple[Place, ...]
    windows: tuple[Window, ...]
    earliest: date | None
    deadline: date | None
    day: date | None
    teams: frozenset[str]
    languages: frozenset[str]

    @property
    def children(self) -> int:
        return sum(case.children for case in self.cases)


@dataclass(frozen=True, slots=True)
class _Doors:
    """What makes cases to visits: the rules, who works when, what cases are worth."""

    rules: VisitRules
    shifts: Sequence[Shift]
    values: Mapping[str, float]

    def party(self, case: Case, place: Place) -> _Party:
        """A case alone."""
        alone = _Party(
            (case,), (place,), case.windows, case.earliest, case.deadline, case.day,
            frozenset({case.team_id} if case.team_id else ()), languages_of(case),
        )  # fmt: skip
        if not alone.languages or not self.shifts:
            return alone
        return replace(alone, languages=binding_languages(self.visit(alone), self.shifts))

    def together(self, one: _Party, other: _Party) -> tuple[_Party, Visit] | None:
        """Both as one party, or None where they contradict each other or nobody can serve both."""
        both = _together(one, other, self.rules)
        if both is None:
            return None
        visit = self.visit(both)
        return (both, visit) if not self.shifts or can_be_made(visit, self.shifts) else None

    def visit(self, party: _Party) -> Visit:
        """A party as a visit that has no number yet."""
        value = sum(self.values.get(case.case_id, 1.0) * case.children for case in party.cases)
        return _visit(party, self.rules, value / max(1, party.children))


def languages_of(case: Case) -> frozenset[str]:
    """A case's languages; `Case.language` parts them by commas."""
    return frozenset(filter(None, (each.strip() for each in case.language.split(","))))


def _together(one: _Party, other: _Party, rules: VisitRules) -> _Party | None:
    """Both as one party, or None where they contradict each other."""
    windows = _overlap(one.windows, other.windows)
    teams = one.teams & other.teams if one.teams and other.teams else one.teams | other.teams
    earliest = max(filter(None, (one.earliest, other.earliest)), default=None)
    deadline = min(filter(None, (one.deadline, other.deadline)), default=None)
    day = one.day or other.day
    contradicts = (
        windows is None
        or (one.teams and other.teams and not teams)
        or (one.day and other.day and one.day != other.day)
        or (earliest and deadline and earliest > deadline)
        or (day and not (earliest or day) <= day <= (deadline or day))
        or one.children + other.children > rules.most_children
    )
    if contradicts or windows is None:
        return None
    return _Party(
        one.cases + other.cases, one.places + other.places, windows, earliest, deadline, day,
        teams, one.languages | other.languages,
    )  # fmt: skip


def _overlap(one: Sequence[Window], other: Sequence[Window]) -> tuple[Window, ...] | None:
    """Windows in which both can be met; () is any time, None is never."""
    if not one or not other:
        return tuple(one or other)
    shared = [
        Window(max(a.start, b.start), min(a.end, b.end), a.weekdays & b.weekdays)
        for a, b in product(one, other)
    ]
    possible = [window for window in shared if window.start < window.end and window.weekdays]
    return tuple(dict.fromkeys(possible)) or None


def _visit(party: _Party, rules: VisitRules, value: float) -> Visit:
    place = min(party.places, key=lambda place: (_LEVELS.index(place.level), place.error_m or 0.0))
    lon, lat = place.lon, place.lat
    assert lon is not None, "only located cases join a party"
    assert lat is not None, "only located cases join a party"
    kits = sum(case.kits for case in party.cases)
    return Visit(
        visit_id="",
        case_ids=tuple(case.case_id for case in party.cases),
        lon=lon,
        lat=lat,
        municipality_code=place.municipality_code,
        settlement_code=place.settlement_code,
        settlement=place.settlement,
        label=_label(party.cases[party.places.index(place)], place),
        unit=_unit(party.places),
        level=place.level,
        error_m=place.error_m or 0.0,
        children=party.children,
        service_seconds=rules.setup_seconds
        + rules.child_seconds * party.children
        + rules.kit_seconds * kits,
        windows=party.windows,
        earliest=party.earliest,
        deadline=party.deadline,
        priority=max(case.priority for case in party.cases),
        value=value,
        requires=frozenset().union(*(case.requires for case in party.cases)),
        languages=party.languages,
        sexes=_sexes(party.cases),
        second_crew=_second_crew(party.cases),
        kits=kits,
        kit_types=_kit_types(party.cases),
        teams=party.teams,
        day=party.day,
        sensitive=any(case.sensitive for case in party.cases),
        hazards=tuple((case.case_id, case.hazard) for case in party.cases if case.hazard),
    )


def _sexes(cases: Sequence[Case]) -> frozenset[Sex]:
    """Of the members that one of the families asks for."""
    return frozenset(case.member_sex for case in cases if case.member_sex is not None)


def _second_crew(cases: Sequence[Case]) -> frozenset[str] | None:
    """Institutions of the second crew, if any of the cases needs one."""
    asked = [case.second_crew for case in cases if case.second_crew is not None]
    return frozenset().union(*asked) if asked else None


def _kit_types(cases: Sequence[Case]) -> tuple[tuple[str, int], ...]:
    """(type, how many) of all kits that are of a type, by its name."""
    count: Counter[str] = Counter()
    for case in cases:
        if case.kit_type and case.kits:
            count[case.kit_type] += case.kits
    return tuple(sorted(count.items()))


def _label(case: Case, place: Place) -> str:
    """What the crew reads: the map's spelling where the door is known, else the list's own words.

    Where only the street or village was found, the list may still say “next to the shop”.
    """
    if place.matched and place.level in (Level.HOUSE, Level.INTERPOLATED):
        return place.matched
    text = one_line(case.address.text)
    settlement = place.settlement or case.address.settlement
    return text if settlement.casefold() in text.casefold() else f"{settlement}, {text}".strip(", ")


def _unit(places: Sequence[Place]) -> Unit:
    """Every entrance, floor and flat to ring at, without repeats."""
    return Unit(
        *(
            ", ".join(dict.fromkeys(filter(None, values)))
            for values in zip(
                *((place.unit.entrance, place.unit.floor, place.unit.flat) for place in places),
                strict=True,
            )
        )
    )
