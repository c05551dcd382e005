"""The register of members: who goes with the teams, what they can do, when they cannot come."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planning.errors import Fault, InputError
from planning.intake.cells import (
    Cell,
    Unreadable,
    day_of,
    institutions_of,
    languages_of,
    sex_of,
    text_of,
)
from planning.intake.headings import MEMBERS
from planning.intake.register import RegisterRow, filled, register_of, weekdays_of
from planning.intake.rows import Row
from planning.intake.words import bare_municipality, fold
from planning.model import ALL_WEEK, Member, Team
from planning.text import note, shorten

Absence = tuple[date, date]
"""(first, last) day, both included."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the register lists them. *Personal.*"""

    member: Member
    team_id: str
    """The team that the order puts them in, by its number or name; "" where it names none."""
    municipality: str
    """The municipality for whose teams they are there, by code or name, where no team is named."""
    row: int


def read_member_rows(
    headings: Sequence[str], rows: Iterable[Row], *, file: str = ""
) -> tuple[Listed, ...]:
    """Members of a register with `headings` over `rows`.

    A member needs a name or a number, an institution, and a team or a municipality. Who has no
    number is `m7` for row 7: names do not enter plans. Everything else has the defaults of
    `Member`.

    Raises:
        InputError: every fault of every row.
    """
    register = register_of(headings, MEMBERS, file=file)
    wanted = dict(_WANTED)
    if "member_id" in register.index:
        del wanted["name"]
    if "team_id" in register.index or "municipality" not in register.index:
        del wanted["municipality"]
    else:
        del wanted["team_id"]
    faults = register.missing(wanted)
    listed: dict[str, Listed] = {}
    for row in filled(rows) if not faults else ():
        reader = _MemberReader(row, register)
        found = reader.listed(listed)
        faults += reader.faults
        listed[found.member.member_id] = found
    if not listed and not faults:
        faults.append(Fault(note("no member stands below the headings"), file=file))
    if faults:
        raise InputError(faults)
    return tuple(listed.values())


def with_members(
    teams: Sequence[Team], listed: Sequence[Listed], *, file: str = ""
) -> tuple[tuple[Team, ...], dict[str, tuple[Member, ...]]]:
    """(`teams` with the members whom the register puts there, the others by municipality code).

    Raises:
        InputError: one fault for every member of a team, or of a municipality, that is not there.
    """
    by_name = {fold(team.name): team.team_id for team in teams}
    by_name |= {fold(team.team_id): team.team_id for team in teams}
    codes = {
        bare_municipality(name): team.municipality_code
        for team in teams
        for name in (team.municipality, team.municipality_code)
        if name
    }
    own: dict[str, list[Member]] = {}
    pool: dict[str, list[Member]] = {}
    faults = []
    for each in listed:
        home = _home(each, by_name, codes)
        if home is None:
            team = bool(each.team_id)
            message = (
                note("the team list has no such team")
                if team
                else note("the team list has no such municipality")
            )
            faults.append(
                Fault(message, file=file, row=each.row, field="team" if team else "municipality",
                      value=shorten(each.team_id or each.municipality))
            )  # fmt: skip
        else:
            (own if each.team_id else pool).setdefault(home, []).append(each.member)
    if faults:
        raise InputError(faults)
    manned = tuple(replace(team, members=tuple(own.get(team.team_id, ()))) for team in teams)
    return manned, {code: tuple(members) for code, members in pool.items()}


def _home(each: Listed, teams: Mapping[str, str], codes: Mapping[str, str]) -> str | None:
    if each.team_id:
        return teams.get(fold(each.team_id))
    return codes.get(bare_municipality(each.municipality))


_WANTED = {
    "name": note("the member's name or number (“Име”, “Name”)"),
    "institution": note("the institution they come from (“Институция”, “Institution”)"),
    "team_id": note("their team (“Екип”, “Team”) or their municipality (“Община”, “Municipality”)"),
    "municipality": note("their municipality (“Община”, “Municipality”)"),
}


class _MemberReader(RegisterRow):
    """One row on its way to a member."""

    hidden = frozenset({"name", "member_id", "sex", "away", "away_from", "away_to"})

    def listed(self, earlier: Container[str]) -> Listed:
        """The row's member; worthless when there are `faults`."""
        member = Member(
            member_id=self.text("member_id") or f"m{self.number}",
            name=self.text("name"),
            institution=self._institution(),
            languages=self._languages(),
            sex=self.parsed("sex", sex_of, None),
            weekdays=self.parsed("weekdays", weekdays_of, ALL_WEEK),
            away=self._away(),
            declared=self.parsed("declared", day_of, None),
        )
        if not (self.text("member_id") or member.name):
            self.refuse(note("the member has no name or number"), "name")
        if not (self.text("team_id") or self.text("municipality")):
            self.refuse(note("neither a team nor a municipality: fill in one of them"), "team_id")
        if member.member_id in earlier:
            self.refuse(note("this member stands in an earlier row already"), "member_id")
        return Listed(member, self.text("team_id"), self.text("municipality"), self.number)

    def _institution(self) -> str:
        codes = self.parsed("institution", institutions_of, None)
        if codes is not None and len(codes) != 1:
            self.refuse(note("a member comes from one institution: name it"), "institution")
        return next(iter(codes or ()), "")

    def _languages(self) -> frozenset[str]:
        codes, unknown = languages_of(self.cell("languages"))
        # A language without a code is kept as it is written, as in the case list.
        return codes | set(unknown)

    def _away(self) -> tuple[Absence, ...]:
        """The absences of one cell, and the one that two columns tell."""
        spans = self.parsed("away", absences_of, None) or ()
        first = self.parsed("away_from", day_of, None)
        last = self.parsed("away_to", day_of, None)
        if bool(self.text("away_from")) != bool(self.text("away_to")):
            empty = "away_to" if self.text("away_from") else "away_from"
            self.refuse(note("an absence needs its first and its last day"), empty)
        if first is None or last is None:
            return spans
        if last < first:
            self.refuse(note("the absence ends before it begins"), "away_to")
        return (*spans, (first, last))


_BETWEEN_SPANS = re.compile(r"[;,\n\r]")
_BETWEEN_DAYS = re.compile(
    r"\s*(?:[–—]|\s-\s|\.\.+|/|\bдо\b|\bпо\b|\bto\b|\bdək\b)\s*|(?<=\.\d{4})-"
)


def absences_of(cell: Cell) -> tuple[Absence, ...]:
    """Every stretch of days in a cell: "20.08.2026–24.08.2026; 01.09.2026"."""
    if not isinstance(cell, str):
        day = day_of(cell)
        return ((day, day),) if day else ()
    spans = []
    for part in filter(str.strip, _BETWEEN_SPANS.split(cell)):
        days = [day_of(each) for each in _BETWEEN_DAYS.split(text_of(part))]
        known = [day for day in days if day is not None]
        if len(known) != len(days) or len(known) > 2:
            raise Unreadable(note("not days: write 20.08.2026–24.08.2026; 01.09.2026"))
        if known[-1] < known[0]:
            raise Unreadable(note("the absence ends before it begins"))
        spans.append((known[0], known[-1]))
    return tuple(spans)
