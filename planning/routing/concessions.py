"""A change to what was asked that makes a visit possible: as data, in the input, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from planning.model import Conditions, Sex, Shift, Visit, Window
from planning.routing.rules import on_day, team_may
from planning.text import Note, note


class Kind(StrEnum):
    """A rule that a relaxation gives up; ATTEMPT gives up none, it moves another visit."""

    HOURS = "hours"
    WORK = "work"
    WINDOW = "window"
    INSTITUTION = "institution"
    LANGUAGE = "language"
    MEMBER = "member"
    ATTEMPT = "attempt"
    SPACING = "spacing"
    DAY = "day"
    KITS = "kits"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Crew:
    """What is asked of one team on one day."""

    shift_id: str
    team_id: str
    day: date
    stops: tuple[str, ...]
    """The whole day's visits in order, the new ones among them."""
    minutes: int
    """More on the road."""
    longer: int = 0
    """Minutes by which the day or the working time is longer."""
    institutions: frozenset[str] = frozenset()
    """Whose member must come along."""
    languages: frozenset[str] = frozenset()
    """That somebody must speak."""
    sexes: frozenset[Sex] = frozenset()
    """Of whom somebody must come along."""
    kits: tuple[tuple[str, int], ...] = ()
    """(type, how many more than the team has); type "" for all together."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change that was tried and works: what must be given, where and when, and its cost."""

    kinds: tuple[Kind, ...]
    """Rules given up: one, two where no single one suffices, none where it only costs too much."""
    starts: tuple[tuple[str, int], ...]
    """(visit id, seconds after midnight when its service begins) of the visit, and of the one it
    goes with."""
    crews: tuple[Crew, ...]
    """One, or two that come together."""
    near: tuple[str, ...]
    """Other attempts at the same door that it comes too soon before or after."""
    cost: int
    """Seconds of overtime and detour, plus what giving up the rules weighs."""
    told: tuple[Note, ...]
    """In words: what is given up, where and when, the cost."""
    moved: tuple[Crew, ...] = ()
    """Whose days change because another attempt goes elsewhere; the last one makes it now."""

    @property
    def day(self) -> date:
        """The day on which it is made."""
        return self.crews[0].day

    @property
    def team_id(self) -> str:
        """The team that goes, or the first of two."""
        return self.crews[0].team_id

    @property
    def minutes(self) -> int:
        """More on the road."""
        return sum(crew.minutes for crew in (*self.crews, *self.moved))


def applied(
    change: Relaxation,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    conditions: Conditions,
) -> tuple[tuple[Visit, ...], tuple[Shift, ...], Conditions]:
    """What was asked with `change` made in it: the stops of its crews now fit their shifts."""
    on = {shift.shift_id: shift for shift in shifts}[change.crews[0].shift_id]
    crews = {crew.shift_id: crew for crew in change.crews}
    starts = dict(change.starts)
    return (
        tuple(
            _freed(visit, on, change.kinds, starts[visit.visit_id])
            if visit.visit_id in starts
            else visit
            for visit in visits
        ),
        tuple(
            _widened(shift, change.kinds, crews[shift.shift_id])
            if shift.shift_id in crews
            else shift
            for shift in shifts
        ),
        replace(
            conditions,
            spacings=tuple(
                each
                for each in conditions.spacings
                if Kind.SPACING not in change.kinds
                or starts.keys().isdisjoint((each.first, each.second))
                or {each.first, each.second}.isdisjoint(change.near)
            ),
        ),
    )


def _freed(visit: Visit, shift: Shift, kinds: Sequence[Kind], start: int) -> Visit:
    """`visit` as it must be to be made on `shift` from `start`."""
    if Kind.TEAM in kinds and not team_may(visit, shift):
        visit = replace(visit, teams=visit.teams | {shift.team_id})
    if Kind.DAY in kinds and not on_day(visit, shift.day):
        visit = replace(visit, day=shift.day, earliest=None, deadline=None)
    if Kind.WINDOW in kinds and visit.windows:
        met = Window(start, start, frozenset({shift.day.weekday()}))
        visit = replace(visit, windows=(*visit.windows, met))
    return visit


def _widened(shift: Shift, kinds: Sequence[Kind], crew: Crew) -> Shift:
    """`shift` with what is asked of its crew."""
    more, longer = dict(crew.kits), 60 * crew.longer
    return replace(
        shift,
        end=shift.end + (longer if Kind.HOURS in kinds else 0),
        most_work=None if shift.most_work is None else shift.most_work + longer,
        kit_capacity=shift.kit_capacity + more.get("", 0),
        kit_stock=tuple((kind, stock + more.get(kind, 0)) for kind, stock in shift.kit_stock),
        institutions=shift.institutions | crew.institutions,
        languages=shift.languages | crew.languages,
        sexes=shift.sexes | crew.sexes,
    )


def in_words(
    change: Relaxation, visit_id: str, visits: Sequence[Visit], names: Mapping[str, str]
) -> tuple[Note, ...]:
    """What is given up, then where and when, then what it costs.

    Args:
        change: what is told.
        visit_id: of the visit that it helps.
        visits: that one and what it goes with, as they were asked for.
        names: how a team is called, by id.
    """
    teams = [names.get(crew.team_id, crew.team_id) for crew in change.crews]
    clock = dict(change.starts)
    given = [
        *(words for crew, name in zip(change.crews, teams, strict=True)
          for words in _crew_words(change.kinds, crew, name)),
        *(words for visit in visits for words in _visit_words(change, visit)),
        *(note("if visit {visit}, another attempt at the same door, goes to team {team} on {day}",
               visit=other, team=names.get(crew.team_id, crew.team_id), day=crew.day)
          for other in change.near for crew in change.moved[-1:]),
    ]  # fmt: skip
    first = min(clock.values())
    at = {"day": change.day, "clock": f"{first // 3600:02d}:{first % 3600 // 60:02d}"}
    if len(teams) > 1:
        where = note("teams {teams} together on {day} at {clock}", teams=", ".join(teams), **at)
    else:
        where = note("team {team} on {day} at {clock}", team=teams[0], **at)
    cost = note("{minutes} min more on the road", minutes=change.minutes)
    others = [note("together with visit {visit}", visit=x) for x in clock if x != visit_id]
    two = [note("two rules at once")] if len(change.kinds) > 1 else []
    return (*given, *two, where, *others, cost)


def _crew_words(kinds: Sequence[Kind], crew: Crew, name: str) -> Iterator[Note]:
    """What is asked of one team."""
    if crew.longer and Kind.HOURS in kinds:
        yield note("+{minutes} min at the end of the day of team {team}",
                   minutes=crew.longer, team=name)  # fmt: skip
    elif crew.longer:
        yield note("+{minutes} min of working time for team {team}",
                   minutes=crew.longer, team=name)  # fmt: skip
    if crew.institutions:
        lacking = ", ".join(sorted(crew.institutions))
        yield note("with {institutions} in team {team}", institutions=lacking, team=name)
    if crew.languages:
        lacking = ", ".join(sorted(crew.languages))
        yield note("with somebody in team {team} who speaks {languages}",
                   languages=lacking, team=name)  # fmt: skip
    if Sex.FEMALE in crew.sexes:
        yield note("with a woman in team {team}", team=name)
    if Sex.MALE in crew.sexes:
        yield note("with a man in team {team}", team=name)
    for kind, more in crew.kits:
        if kind:
            yield note("with more kits of type {kind} for team {team}: {more}",
                       kind=kind, more=more, team=name)  # fmt: skip
        else:
            yield note("with room for more kits in team {team}: {more}", more=more, team=name)
    if Kind.TEAM in kinds:
        yield note("let team {team} go", team=name)


def _visit_words(change: Relaxation, visit: Visit) -> Iterator[Note]:
    """What of the visit's own wishes is given up."""
    if Kind.DAY in change.kinds and not on_day(visit, change.day):
        if visit.day not in (None, change.day):
            yield note("if it need not be on {day}", day=visit.day)
        elif visit.deadline is not None and change.day > visit.deadline:
            yield note("if it may be after its deadline {day}", day=visit.deadline)
        else:
            yield note("if it may be before its earliest day {day}", day=visit.earliest)
    if Kind.WINDOW in change.kinds:
        yield note("if somebody can be met at that time")
    for other in change.near if Kind.SPACING in change.kinds else ():
        yield note(
            "if it may be so near to visit {visit}, another attempt at the same door", visit=other
        )
