"""An invented campaign with a planted truth: who is home when, who is gone, whose number is right.

The model of `planning.campaign.expectation` is not of this form and is told nothing of it: here
households belong to classes, and what the office sees (the area, how exact the address is, whether
there is a number) only makes some classes more likely. All shares are our own estimates around what
offices report: most doors stay closed because the family is abroad or works through the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from planning.campaign.ladder import Answer
from planning.model import Address, Case, Level, Place, Result, Team


class Home(StrEnum):
    """What a household is truly like."""

    AT_HOME = "at_home"
    AT_WORK = "at_work"
    ABROAD = "abroad"
    MOVED = "moved"


_HOME_BY_BAND = {
    Home.AT_HOME: (0.55, 0.6, 0.7),
    Home.AT_WORK: (0.08, 0.3, 0.75),
    Home.ABROAD: (0.0, 0.0, 0.0),
    Home.MOVED: (0.0, 0.0, 0.0),
}
_NEIGHBOUR_KNOWS = 0.3
_FINDS_STREET_ONLY = 0.5
_HAS_NUMBER, _NUMBER_RIGHT = 0.6, 0.85
_ANSWERS = {Home.AT_HOME: 0.5, Home.AT_WORK: 0.5, Home.ABROAD: 0.4, Home.MOVED: 0.4}
_HOME_WHEN_AGREED = 0.9


@dataclass(frozen=True, slots=True)
class Door:
    """One case and the truth about it."""

    case: Case
    place: Place
    home: Home
    number_right: bool
    findable: bool
    neighbour_knows: bool


class Town:
    """A town with villages around it. Chance lies in `rng`, drawn anew for every attempt."""

    def __init__(self, doors: int, *, teams: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.teams = tuple(_team(number) for number in range(teams))
        self._areas = [_area(rng, number) for number in range(max(3, doors // 40))]
        self.doors = tuple(self._door(rng, number) for number in range(doors))

    def visit(self, door: Door, band: int, *, agreed: bool, rng: np.random.Generator) -> Result:
        """What a crew finds."""
        if not door.findable:
            return Result.UNKNOWN_HERE
        at_home = _HOME_BY_BAND[door.home][band]
        if agreed and at_home > 0:
            at_home = _HOME_WHEN_AGREED
        if rng.random() < at_home:
            return Result.MET
        if door.home in _GONE and door.neighbour_knows:
            return _GONE[door.home]
        return Result.NOBODY_HOME

    def call(self, door: Door, rng: np.random.Generator) -> Answer:
        """What a call brings."""
        if not door.number_right:
            return Answer.WRONG_NUMBER
        if rng.random() >= _ANSWERS[door.home]:
            return Answer.NO_ANSWER
        return {Home.ABROAD: Answer.ABROAD, Home.MOVED: Answer.MOVED}.get(door.home, Answer.AGREED)

    def _door(self, rng: np.random.Generator, number: int) -> Door:
        area, (lon, lat), shares = self._areas[rng.integers(len(self._areas))]
        home = Home(rng.choice([str(each) for each in Home], p=shares))
        street_only = rng.random() < 0.15
        spread = rng.normal(0.0, 0.006, 2)
        level = Level.STREET if street_only else Level.HOUSE
        place = Place(
            level, lon + spread[0], lat + spread[1], confidence=0.9, error_m=30.0,
            needs_review=False, municipality_code="M", municipality="M", settlement_code=area,
            settlement=area, door=f"door {number}",
        )  # fmt: skip
        has_number = rng.random() < _HAS_NUMBER
        case = Case(
            f"c{number}", Address(f"door {number}"), phone="has a number" if has_number else ""
        )
        right = has_number and rng.random() < _NUMBER_RIGHT
        findable = not street_only or bool(rng.random() < _FINDS_STREET_ONLY)
        return Door(case, place, home, right, findable, bool(rng.random() < _NEIGHBOUR_KNOWS))


_GONE = {Home.ABROAD: Result.ABROAD, Home.MOVED: Result.MOVED}


def _team(number: int) -> Team:
    return Team(
        f"t{number}", f"Team {number + 1}", "M", 25.96, 43.85, municipality="M",
        start=9 * 3600 + 1800, end=18 * 3600 + 1800, pause=None,
    )  # fmt: skip


def _area(
    rng: np.random.Generator, number: int
) -> tuple[str, tuple[float, float], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Code, middle and shares of the classes: areas differ much in how many are abroad."""
    away = rng.uniform(0.02, 0.2) if number else 0.02
    turn = rng.uniform(0, 2 * np.pi)
    middle = (25.96 + away * np.cos(turn), 43.85 + 0.7 * away * np.sin(turn))
    abroad = rng.beta(1.6, 2.4)
    rest = (1 - abroad) * rng.dirichlet((4.0, 4.0, 1.0))
    return f"a{number}", middle, np.array([rest[0], rest[1], abroad, rest[2]])
