"""The register of outreach teams, as the order that named them lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

from planning.errors import Fault, InputError
from planning.intake import words
from planning.intake.cells import (
    Cell,
    Unreadable,
    count_of,
    day_of,
    institutions_of,
    languages_of,
    latitude_of,
    longitude_of,
    text_of,
)
from planning.intake.headings import TEAMS, distinct
from planning.intake.rows import Row
from planning.intake.times import DAY_SECONDS, windows_of
from planning.intake.words import fold
from planning.model import Mode, Pause, Team
from planning.text import has_control, shorten

Value = TypeVar("Value")

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
    names = distinct([shorten(heading, 200) for heading in headings])
    index: dict[str, int] = {}
    for at, name in enumerate(names):
        if field := TEAMS.field_of(name):
            index.setdefault(field, at)
    if "team_id" not in index and "name" in index:
        index["team_id"] = index["name"]
    faults = _missing(index, names, file)
    teams: dict[str, Team] = {}
    for row in rows if not faults else ():
        if not row.fault and not any(text_of(cell) for cell in row.cells):
            continue
        reader = _TeamReader(row, index, names, file)
        team = reader.team(teams)
        faults += reader.faults
        teams[team.team_id] = team
    if not teams and not faults:
        faults.append(Fault("no team stands below the headings", file=file))
    if faults:
        raise InputError(faults)
    return tuple(teams.values())


def _missing(index: dict[str, int], names: Sequence[str], file: str) -> list[Fault]:
    wanted = {
        "team_id": "the team's number or name (“Екип”, “Team”)",
        "lat": "the latitude of its office (“Ширина”, “lat”)",
        "lon": "the longitude of its office (“Дължина”, “lon”)",
        "municipality": "its municipality (“Община”, “Municipality”)",
    }
    if "municipality_code" in index:
        del wanted["municipality"]
    found = ", ".join(f"“{shorten(name, 40)}”" for name in names if name) or "none"
    return [
        Fault(f"no column holds {what}; headings found: {found}", file=file)
        for name, what in wanted.items()
        if name not in index
    ]


class _TeamReader:
    """One row on its way to a team; collects every fault."""

    def __init__(self, row: Row, index: dict[str, int], headings: Sequence[str], file: str) -> None:
        self._row = row
        self._index = index
        self._headings = headings
        self._file = file
        self.faults: list[Fault] = []

    def team(self, earlier: dict[str, Team]) -> Team:
        """The row's team; worthless when there are `faults`."""
        self._whole()
        team_id = self._text("team_id")
        start = self._parsed("start", _time_of_day, _STANDARD.start)
        end = self._parsed("end", _time_of_day, _STANDARD.end)
        team = Team(
            team_id=team_id,
            name=self._text("name") or team_id,
            municipality_code=self._text("municipality_code"),
            lon=self._parsed("lon", longitude_of, 0.0),
            lat=self._parsed("lat", latitude_of, 0.0),
            office=self._text("office"),
            municipality=self._text("municipality"),
            institutions=self._parsed("institutions", institutions_of, frozenset()),
            languages=languages_of(self._cell("languages"))[0],
            start=start,
            end=end,
            weekdays=self._parsed("weekdays", _weekdays, _STANDARD.weekdays),
            pause=self._pause(start, end),
            kit_capacity=self._parsed("kit_capacity", _kits, _STANDARD.kit_capacity),
            mode=self._parsed("mode", _mode, Mode.DRIVE),
            order_number=self._text("order_number"),
            order_date=self._parsed("order_date", day_of, None),
            phone=self._text("phone"),
        )
        self._check(team, earlier)
        return team

    def _whole(self) -> None:
        if self._row.fault:
            self._refuse(self._row.fault, "")
        for at, cell in enumerate(self._row.cells[: len(self._headings)]):
            if isinstance(cell, str) and (has_control(cell) or not _encodable(cell)):
                self._refuse("characters that cannot be read: type the cell anew", "", at)

    def _check(self, team: Team, earlier: dict[str, Team]) -> None:
        if not team.team_id:
            self._refuse("the team has no number or name", "team_id")
        if not (team.municipality or team.municipality_code):
            self._refuse("the team has no municipality", "municipality")
        if team.team_id in earlier:
            self._refuse("this team stands in an earlier row already", "team_id")
        if team.end <= team.start:
            self._refuse("the working day ends before it starts", "end")
        elif team.pause and not _fits(team.pause, team.start, team.end):
            self._refuse("the pause does not lie within the working day", "pause")

    def _cell(self, name: str) -> Cell:
        at = self._index.get(name)
        return self._row.cells[at] if at is not None and at < len(self._row.cells) else None

    def _text(self, name: str) -> str:
        return text_of(self._cell(name))

    def _parsed(self, name: str, parse: Callable[[Cell], Value | None], empty: Value) -> Value:
        if name in ("lat", "lon") and not self._text(name):
            self._refuse("the office has no position: fill in degrees", name)
            return empty
        try:
            value = parse(self._cell(name))
        except Unreadable as error:
            self._refuse(str(error), name)
            return empty
        return empty if value is None else value

    def _pause(self, start: int, end: int) -> Pause | None:
        """The stated pause; the usual one only where it fits into the team's hours."""
        text = self._text("pause")
        if text in _NO_PAUSE or (text and fold(text) in words.NOTHING):
            return None
        if text:
            return self._parsed("pause", _pause_of, None)
        usual = _STANDARD.pause
        return usual if usual and _fits(usual, start, end) else None

    def _refuse(self, message: str, name: str, at: int | None = None) -> None:
        at = self._index.get(name) if at is None else at
        value = "" if name in ("", "phone") else shorten(self._text(name))
        heading = self._headings[at] if at is not None else name
        self.faults.append(
            Fault(message, file=self._file, row=self._row.number, field=heading, value=value)
        )


def _fits(pause: Pause, start: int, end: int) -> bool:
    return start <= pause.earliest <= pause.latest <= end - pause.duration


def _encodable(text: str) -> bool:
    return not any("\ud800" <= ch <= "\udfff" for ch in text)


def _kits(cell: Cell) -> int | None:
    return count_of(cell, least=0, most=_MOST_KITS)


def _mode(cell: Cell) -> Mode | None:
    text = fold(text_of(cell))
    if not text:
        return None
    if text not in words.MODES:
        raise Unreadable("unknown way to move: write “кола” or “пеша” (drive, walk)")
    return Mode(words.MODES[text])


def _time_of_day(cell: Cell) -> int | None:
    """8:30, 08.30, 8 ч., a spreadsheet's time or its fraction of a day."""
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60
    if isinstance(cell, timedelta):
        return _in_day(round(cell.total_seconds()))
    if isinstance(cell, float) and 0 < cell < 1:
        return round(cell * DAY_SECONDS)
    text = text_of(cell)
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2})(?::00)?)?\s*(?:ч|h|час|часа|часов)?\.?", text)
    if not text:
        return None
    if not found or int(found[2] or 0) > 59:
        raise Unreadable("not a time of day: write it as 08:30")
    return _in_day(int(found[1]) * 3600 + int(found[2] or 0) * 60)


def _in_day(seconds: int) -> int:
    if not 0 <= seconds <= DAY_SECONDS:
        raise Unreadable("not a time of day: write it as 08:30")
    return seconds


def _weekdays(cell: Cell) -> frozenset[int] | None:
    """пн-пт, "1,2,3" with 1 = Monday, делник."""
    text = text_of(cell)
    if not text:
        return None
    if re.fullmatch(r"[1-7](\s*[,;\s-]\s*[1-7])*", text):
        return _numbered(text)
    windows = windows_of(text)
    if not windows or any((w.start, w.end) != (0, DAY_SECONDS) for w in windows):
        raise Unreadable("not weekdays: write them as пн-пт or 1-5")
    return frozenset().union(*(window.weekdays for window in windows))


def _numbered(text: str) -> frozenset[int]:
    days: set[int] = set()
    for start, end in re.findall(r"([1-7])(?:\s*-\s*([1-7]))?", text):
        days.update(range(int(start) - 1, int(end or start)))
    return frozenset(days)


def _pause_of(cell: Cell) -> Pause:
    """12:00-12:30 is fixed; 12:00-13:30 (30 мин) may begin whenever it ends in time."""
    text = text_of(cell)
    found = _PAUSE.fullmatch(text)
    windows = windows_of(found[1] if found else text)
    if len(windows) != 1:
        raise Unreadable("not a pause: write 12:00-12:30, or 12:00-13:30 (30 мин)")
    start, end = windows[0].start, windows[0].end
    duration = int(found[2]) * 60 if found else end - start
    if not 0 < duration <= end - start:
        raise Unreadable("the pause is longer than the time it lies in")
    return Pause(start, end - duration, duration)
