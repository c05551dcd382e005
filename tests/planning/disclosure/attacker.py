"""Somebody who holds every table ever told and tries to learn of small groups.

Unknown are the children of each settlement by state: how far they got, and what was found at the
door. An attacker writes down everything the tables say, all levels and all days, as equations over
these unknowns, and asks for the lowest and the highest value of each figure that is not told (the
attack on tables by linear programming is the standard one: Willenborg and de Waal, *Elements of
Statistical Disclosure Control*, 2001, chapter 5). A steady attacker knows more: nobody leaves the
list or joins it, no step is taken back, a resolved case stays what it is; the unknowns are then the
children going from state to state between two releases. A coordinator also knows the own
municipality exactly, at every moment.

Linear programming is warm-started in one model. A range counts as wide only when whole numbers of
children at both ends were found, so integrality gives no more away than the ranges say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from ortools.linear_solver import pywraplp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from planning.coverage import COLUMNS, LEVELS, RESOLVING, RESULTS, TOTAL, AreaCount

STATES = len(COLUMNS) - 2 + len(RESULTS)
"""Listed only, located, planned, then one for each result of a visit."""
FIRST_RESULT = STATES - len(RESULTS)
DONE = frozenset(FIRST_RESULT + at for at, result in enumerate(RESULTS) if result in RESOLVING)
FIGURES: tuple[frozenset[int], ...] = (
    *(frozenset(range(first, STATES)) for first in range(len(COLUMNS) - 1)),
    DONE,
    *(frozenset({state}) for state in range(FIRST_RESULT, STATES)),
)
"""The states that each figure of a row counts."""
VISITED = COLUMNS.index("visited")
STEPS_ON = tuple(
    (one, other)
    for one in range(STATES)
    for other in range(STATES)
    if one == other
    or (one < FIRST_RESULT and other > one)
    or (one >= FIRST_RESULT and one not in DONE and other >= FIRST_RESULT)
)
"""What may become of a child between two releases, if nothing is taken back."""

TRIES = 3
"""Corners looked at before whole numbers are asked for, which takes a hundred times as long."""
NUDGE = 1e-3


@dataclass(frozen=True)
class Fact:
    """`figure` of `area` at release `time` is `value`: somebody told it."""

    area: str
    time: int
    figure: int
    value: int


@dataclass(frozen=True)
class Finding:
    """A small group of which the attacker knows too much."""

    what: str
    truth: int
    low: int
    high: int

    @property
    def recovered(self) -> bool:
        """True when it is known exactly."""
        return self.low == self.high


@dataclass(frozen=True)
class Campaign:
    """Invented children in invented places: the truth that is planted."""

    parents: Mapping[str, str]
    """Settlement → municipality, and district → the settlement that it parts."""
    inhabitants: Mapping[str, int]
    """By area, as everybody may know them: not in proportion to the children."""
    children: tuple[Mapping[str, Counter[int]], ...]
    """By release: settlement, or district of a parted one → children by state."""
    moves: tuple[Mapping[str, Counter[tuple[int, int]]], ...]
    """By pair of releases: the same places → children by state before and after; where steady."""
    parted_from: int = 0
    """The release from which on the map has districts."""

    @property
    def steady(self) -> bool:
        """True where nothing was taken back and nobody joined or left."""
        return bool(self.moves) or len(self.children) == 1

    def above(self, area: str) -> list[str]:
        """The area and all that hold it, the total last."""
        out = [area]
        while out[-1] in self.parents:
            out.append(self.parents[out[-1]])
        return [*out, TOTAL] if area != TOTAL else out

    def smallest(self) -> list[str]:
        """Settlements, of the parted one its districts: what holds children."""
        return [each for each in self.parents if each not in self.parents.values()]

    def inside(self, area: str) -> list[str]:
        """The smallest areas in an area."""
        return [each for each in self.smallest() if area in self.above(each)]

    def level(self, name: str) -> list[str]:
        """All areas of a level of `planning.coverage.LEVELS`."""
        depth = LEVELS.index(name)
        every = [TOTAL, *(each for each in dict.fromkeys(self.parents.values())
                          if each not in self.parents), *self.parents]  # fmt: skip
        return [each for each in every if len(self.above(each)) == depth + 1]

    def areas(self) -> list[str]:
        """All areas, the total first."""
        return [area for name in LEVELS for area in self.level(name)]

    def figures(self, area: str, time: int) -> tuple[int, ...]:
        """The exact row of an area at a release."""
        here: Counter[int] = Counter()
        for each in self.inside(area):
            here.update(self.children[time].get(each, Counter()))
        return tuple(sum(here[state] for state in states) for states in FIGURES)

    def counts(self, time: int) -> list[AreaCount]:
        """The table of all levels at a release."""
        rows = []
        for area in self.areas():
            if time < self.parted_from and area in self.level("district"):
                continue
            figures = self.figures(area, time)
            parent = "" if area == TOTAL else self.parents.get(area, TOTAL)
            steps = len(COLUMNS)
            rows.append(AreaCount(area, area, parent, *figures[:steps], results=figures[steps:]))
        return rows

    def exactly(self, municipality: str) -> list[Fact]:
        """What its coordinator knows."""
        return [
            Fact(area, time, figure, value)
            for area in self.areas()
            if municipality in self.above(area)
            for time in range(len(self.children))
            for figure, value in enumerate(self.figures(area, time))
        ]


class Attack:
    """Everything known in one model; many questions to it."""

    def __init__(self, campaign: Campaign, facts: Iterable[Fact]) -> None:
        self.campaign = campaign
        self._place = {each: at for at, each in enumerate(campaign.smallest())}
        self._times = len(campaign.children)
        self._moving = campaign.steady and self._times > 1
        self.truth = self._planted()
        known = [
            (self._line(f.area, f.time, FIGURES[f.figure]), f.value) for f in dict.fromkeys(facts)
        ]
        rows = [line for line, _ in known] + list(self._kept())
        values = [value for _, value in known] + [0] * (len(rows) - len(known))
        self._equal = self._matrix(rows)
        self._values = np.array(values, dtype=float)
        assert np.array_equal(self._equal @ self.truth, self._values), "a table told an untruth"
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        assert self._solver
        endless = self._solver.infinity()
        self._unknowns = [self._solver.NumVar(0, endless, "") for _ in self.truth]
        for line, value in zip(rows, values, strict=True):
            constraint = self._solver.Constraint(value, value)
            for at, factor in line.items():
                constraint.SetCoefficient(self._unknowns[at], factor)
        self._random = np.random.default_rng(1)
        self.asked = self.solved = self.whole = 0

    def findings(self, k: int, areas: Iterable[str]) -> list[Finding]:
        """Every small group in `areas` that has fewer than k possible sizes."""
        areas = list(areas)
        named = list(self._outcomes(areas))
        named += [
            (name, line) for name, line in self._questions(areas) if 0 < self._value(line) < k
        ]
        self.asked = len(named)
        if not named:
            return []
        lines = self._matrix([line for _, line in named])
        truth = np.rint(lines @ self.truth)
        low, high = truth.copy(), truth.copy()
        found = []
        for at, (name, line) in enumerate(named):
            for sign in (1, -1):
                if high[at] - low[at] >= k - 1:
                    break
                point = self._extreme(line, sign)
                for _ in range(TRIES):
                    if point is None or _whole(point):
                        break
                    point = self._extreme(line, sign, nudged=True)
                if point is None:
                    (low if sign == 1 else high)[at] = -sign * np.inf
                    break
                if not _whole(point):
                    point = self._extreme_of_whole(line, sign)
                seen = np.rint(lines @ point)
                low, high = np.minimum(low, seen), np.maximum(high, seen)
            if high[at] - low[at] < k - 1:
                found.append(Finding(name, int(truth[at]), int(low[at]), int(high[at])))
        return found

    def _outcomes(self, areas: Iterable[str]) -> Iterator[tuple[str, dict[int, float]]]:
        """Where all or none of the visited are resolved: that would tell of every one of them."""
        for area in areas:
            for time in range(self._times):
                open_too = self._line(area, time, FIGURES[VISITED] - DONE)
                done = self._line(area, time, DONE)
                if self._value(self._line(area, time, FIGURES[VISITED])):
                    for name, line in (("open", open_too), ("resolved", done)):
                        if not self._value(line):
                            yield f"{area}: none {name} at {time}", line

    def _questions(self, areas: Iterable[str]) -> Iterator[tuple[str, dict[int, float]]]:
        """Every figure, difference of figures and change that might be a small group."""
        for area in areas:
            for time in range(self._times):
                yield from self._of_a_day(area, time)
            for one, other in combinations(range(self._times), 2):
                for figure in range(len(COLUMNS) + len(RESULTS)):
                    if figure < len(COLUMNS) or FIGURES[figure] <= DONE:
                        line = Counter(self._line(area, other, FIGURES[figure]))
                        line.subtract(self._line(area, one, FIGURES[figure]))
                        yield f"{area}: {figure} from {one} to {other}", dict(line)
            if self._moving:
                for time in range(self._times - 1):
                    for state in range(FIRST_RESULT, STATES):
                        yield f"{area}: new in {state} at {time}", self._new(area, time, state)

    def _of_a_day(self, area: str, time: int) -> Iterator[tuple[str, dict[int, float]]]:
        ladder = (*FIGURES[: len(COLUMNS)], frozenset[int]())
        for upper, lower in combinations(range(len(ladder)), 2):
            line = self._line(area, time, ladder[upper] - ladder[lower])
            yield f"{area}: {upper} less {lower} at {time}", line
        for figure in range(len(COLUMNS), len(FIGURES)):
            yield f"{area}: {figure} at {time}", self._line(area, time, FIGURES[figure])

    def _line(self, area: str, time: int, states: Iterable[int]) -> dict[int, float]:
        """Children in these states, as factors of the unknowns."""
        wanted, line = set(states), {}
        for each in self.campaign.inside(area):
            if not self._moving:
                for state in wanted:
                    line[self._at_rest(each, time, state)] = 1.0
                continue
            step, side = (time, 0) if time < self._times - 1 else (time - 1, 1)
            for number, move in enumerate(STEPS_ON):
                if move[side] in wanted:
                    line[self._at_move(each, step, number)] = 1.0
        return line

    def _new(self, area: str, step: int, state: int) -> dict[int, float]:
        """Children who were in another state at the release before."""
        return {
            self._at_move(each, step, number): 1.0
            for each in self.campaign.inside(area)
            for number, (before, after) in enumerate(STEPS_ON)
            if after == state != before
        }

    def _at_rest(self, settlement: str, time: int, state: int) -> int:
        return (self._place[settlement] * self._times + time) * STATES + state

    def _at_move(self, settlement: str, step: int, number: int) -> int:
        return (self._place[settlement] * (self._times - 1) + step) * len(STEPS_ON) + number

    def _kept(self) -> Iterator[dict[int, float]]:
        """Whoever came into a state by one release is in it when the next begins."""
        for each in self._place if self._moving else ():
            for step in range(self._times - 2):
                for state in range(STATES):
                    line: dict[int, float] = {}
                    for number, (before, after) in enumerate(STEPS_ON):
                        if after == state:
                            line[self._at_move(each, step, number)] = 1.0
                        if before == state:
                            line[self._at_move(each, step + 1, number)] = -1.0
                    yield line

    def _planted(self) -> np.ndarray:
        if not self._moving:
            size = len(self._place) * self._times * STATES
            truth = np.zeros(size)
            for time, children in enumerate(self.campaign.children):
                for each, states in children.items():
                    for state, number in states.items():
                        truth[self._at_rest(each, time, state)] = number
            return truth
        truth = np.zeros(len(self._place) * (self._times - 1) * len(STEPS_ON))
        number_of = {move: number for number, move in enumerate(STEPS_ON)}
        for step, moves in enumerate(self.campaign.moves):
            for each, states in moves.items():
                for move, number in states.items():
                    truth[self._at_move(each, step, number_of[move])] = number
        return truth

    def _value(self, line: Mapping[int, float]) -> int:
        return round(sum(factor * self.truth[at] for at, factor in line.items()))

    def _matrix(self, lines: Sequence[Mapping[int, float]]) -> csr_array:
        rows = [row for row, line in enumerate(lines) for _ in line]
        columns = [at for line in lines for at in line]
        factors = [factor for line in lines for factor in line.values()]
        return csr_array((factors, (rows, columns)), shape=(len(lines), self.truth.size))

    def _extreme(
        self, line: Mapping[int, float], sign: int, *, nudged: bool = False
    ) -> np.ndarray | None:
        """The unknowns where `line` is lowest (1) or highest (-1); None where it has no end.

        Nudged, another of the many such corners is looked for: most are whole.
        """
        objective = self._solver.Objective()
        objective.Clear()
        if nudged:
            for unknown, little in zip(
                self._unknowns, self._random.uniform(0, NUDGE, len(self._unknowns)), strict=True
            ):
                objective.SetCoefficient(unknown, little)
        for at, factor in line.items():
            objective.SetCoefficient(self._unknowns[at], sign * factor)
        objective.SetMinimization()
        self.solved += 1
        state = self._solver.Solve()
        if state in (pywraplp.Solver.UNBOUNDED, pywraplp.Solver.INFEASIBLE):
            return None  # the truth is one answer, so it is never really infeasible
        assert state == pywraplp.Solver.OPTIMAL, state
        return np.array([each.solution_value() for each in self._unknowns])

    def _extreme_of_whole(self, line: Mapping[int, float], sign: int) -> np.ndarray:
        """The same over whole children."""
        self.whole += 1
        goal = np.zeros(self.truth.size)
        goal[list(line)] = [sign * factor for factor in line.values()]
        self.solved += 1
        found = milp(
            goal,
            constraints=LinearConstraint(self._equal, self._values, self._values),
            bounds=Bounds(0, np.inf),
            integrality=np.ones(self.truth.size),
        )
        assert found.x is not None, found.message
        return found.x


def _whole(point: np.ndarray) -> bool:
    return bool(np.all(np.abs(point - np.rint(point)) < 1e-6))
