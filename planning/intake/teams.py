"""The register of outreach teams, as the order that named them lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from planning.errors import Fault, InputError
from planning.intake import words
from planning.intake.cells import (
    Cell,
    Unreadable,
    count_of,
    day_of,
    institutions_of,
    kit_counts_of,
    languages_of,
    latitude_of,
    longitude_of,
    text_of,
)
from planning.intake.headings import TEAMS
from planning.intake.register import (
    RegisterRow,
    duration_of,
    filled,
    register_of,
    time_of_day,
    weekdays_of,
)
from planning.intake.rows import Row
from planning.intake.times import windows_of
from planning.intake.words import fold
from planning.model import Mode, Pause, Team
from planning.text import note

_MOST_KITS = 10_000
_STANDARD = Team("", "", "", 0.0, 0.0)
"""What a register leaves out."""

_NO_PAUSE = frozenset("-–—")
_PAUSE = re.compile(r"(.*?)(?:\(|,|;|/)\s*(\d{1,3})\s*(?:мин|min|dəq|хв)?\w*\.?\s*\)?\s*")
"""A span in which the pause may lie, then its minutes: "12:00-13:30 (30 мин)"."""


def read_team_rows(
    headings: Sequence[str], rows: Iterable[Row], *, file: str = ""
) -> tuple[Team, ...]:
    """Teams of a register with `headings` over `rows`.

    A team needs an ID, an office position (lat, lon) and a municipality by code or name; what is
    left out of these two is "". Everything else has the defaults of `Team`.

    Raises:
        InputError: every fault of every row.
    """
    register = register_of(headings, TEAMS, file=file, instead={"team_id": "name"})
    wanted = dict(_WANTED)
    if "municipality_code" in register.index:
        del wanted["municipality"]
    faults = register.missing(wanted)
    teams: dict[str, Team] = {}
    for row in filled(rows) if not faults else ():
        reader = _TeamReader(row, register)
        team = reader.team(teams)
        faults += reader.faults
        teams[team.team_id] = team
    if not teams and not faults:
        faults.append(Fault(note("no team stands below the headings"), file=file))
    if faults:
        raise InputError(faults)
    return tuple(teams.values())


_WANTED = {
    "team_id": note("the team's number or name (“Екип”, “Team”)"),
    "lat": note("the latitude of its office (“Ширина”, “lat”)"),
    "lon": note("the longitude of its office (“Дължина”, “lon”)"),
    "municipality": note("its municipality (“Община”, “Municipality”)"),
}


class _TeamReader(RegisterRow):
    """One row on its way to a team."""

    hidden = frozenset({"phone"})

    def team(self, earlier: dict[str, Team]) -> Team:
        """The row's team; worthless when there are `faults`."""
        team_id = self.text("team_id")
        start = self.parsed("start", time_of_day, _STANDARD.start)
        end = self.parsed("end", time_of_day, _STANDARD.end)
        team = Team(
            team_id=team_id,
            name=self.text("name") or team_id,
            municipality_code=self.text("municipality_code"),
            lon=self._degrees("lon", longitude_of),
            lat=self._degrees("lat", latitude_of),
            office=self.text("office"),
            municipality=self.text("municipality"),
            institutions=self.parsed("institutions", institutions_of, frozenset()),
            languages=languages_of(self.cell("languages"))[0],
            start=start,
            end=end,
            weekdays=self.parsed("weekdays", weekdays_of, _STANDARD.weekdays),
            pause=self._pause(start, end),
            kit_capacity=self.parsed("kit_capacity", _kits, _STANDARD.kit_capacity),
            kit_stock=self.parsed("kit_stock", _stock, ()),
            most_work=self.parsed("most_work", duration_of, None),
            mode=self.parsed("mode", _mode, Mode.DRIVE),
            order_number=self.text("order_number"),
            order_date=self.parsed("order_date", day_of, None),
            phone=self.text("phone"),
        )
        self._check(team, earlier)
        return team

    def _check(self, team: Team, earlier: dict[str, Team]) -> None:
        if not team.team_id:
            self.refuse(note("the team has no number or name"), "team_id")
        if not (team.municipality or team.municipality_code):
            self.refuse(note("the team has no municipality"), "municipality")
        if team.team_id in earlier:
            self.refuse(note("this team stands in an earlier row already"), "team_id")
        if team.end <= team.start:
            self.refuse(note("the working day ends before it starts"), "end")
        elif team.pause and not _fits(team.pause, team.start, team.end):
            self.refuse(note("the pause does not lie within the working day"), "pause")

    def _degrees(self, field: str, parse: Callable[[Cell], float]) -> float:
        if not self.text(field):
            self.refuse(note("the office has no position: fill in degrees"), field)
            return 0.0
        return self.parsed(field, parse, 0.0)

    def _pause(self, start: int, end: int) -> Pause | None:
        """The stated pause; the usual one only where it fits into the team's hours."""
        text = self.text("pause")
        if text in _NO_PAUSE or (text and fold(text) in words.NOTHING):
            return None
        if text:
            return self.parsed("pause", _pause_of, None)
        usual = _STANDARD.pause
        return usual if usual and _fits(usual, start, end) else None


def _fits(pause: Pause, start: int, end: int) -> bool:
    return start <= pause.earliest <= pause.latest <= end - pause.duration


def _kits(cell: Cell) -> int | None:
    return count_of(cell, least=0, most=_MOST_KITS)


def _stock(cell: Cell) -> tuple[tuple[str, int], ...] | None:
    return kit_counts_of(cell, most=_MOST_KITS)


def _mode(cell: Cell) -> Mode | None:
    text = fold(text_of(cell))
    if not text:
        return None
    if text not in words.MODES:
        raise Unreadable(
            note("unknown way to move: write “кола”, “пеша” or “кола и пеша” (drive, walk, park)")
        )
    return Mode(words.MODES[text])


def _pause_of(cell: Cell) -> Pause:
    """12:00-12:30 is fixed; 12:00-13:30 (30 мин) may begin whenever it ends in time."""
    text = text_of(cell)
    found = _PAUSE.fullmatch(text)
    windows = windows_of(found[1] if found else text)
    if len(windows) != 1:
        raise Unreadable(note("not a pause: write 12:00-12:30, or 12:00-13:30 (30 мин)"))
    start, end = windows[0].start, windows[0].end
    duration = int(found[2]) * 60 if found else end - start
    if not 0 < duration <= end - start:
        raise Unreadable(note("the pause is longer than the time it lies in"))
    return Pause(start, end - duration, duration)
