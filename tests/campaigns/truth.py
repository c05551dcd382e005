"""The truth about the families of a played campaign, which no office ever sees."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planning.campaign.ladder import Answer
from planning.model import Result
from planning.outcomes import NOON


class Family(StrEnum):
    """What a family is truly like."""

    AT_HOME = "at home"
    AT_WORK = "at work"
    ABROAD = "abroad"
    MOVED = "moved"


@dataclass(frozen=True)
class Truth:
    """Who is home when. The same seed tells the same of a child's n-th attempt, whenever it is.

    Children are known by their names: ids of cases that come in on the way are drawn each time.
    """

    seed: int
    shares: tuple[float, float, float, float] = (0.4, 0.3, 0.2, 0.1)
    """Of `Family`, in its order."""
    skill: Mapping[str, float] = field(default_factory=dict)
    """Team → how many times likelier it is to meet a family than others; 1 where not named."""
    answers: float = 0.6
    """Chance that somebody takes a call."""

    def family(self, child: str) -> Family:
        """What the office would give much to know."""
        return self._draw(child).choices(list(Family), self.shares)[0]

    def at_the_door(self, child: str, team_id: str, second: int, attempt: int) -> Result:
        """What a crew finds that rings at this second of the day."""
        family = self.family(child)
        draw = self._draw(child, "door", attempt)
        if family is Family.AT_HOME or family is Family.AT_WORK:
            home = 0.7 if family is Family.AT_HOME else 0.15 if second < NOON else 0.4
            if draw.random() < home * self.skill.get(team_id, 1.0):
                return Result.MET if draw.random() < 0.9 else Result.REFUSED
            return Result.NOBODY_HOME
        if draw.random() < 0.5:
            return Result.ABROAD if family is Family.ABROAD else Result.MOVED
        return Result.NOBODY_HOME if draw.random() < 0.8 else Result.UNKNOWN_HERE

    def on_the_phone(self, child: str, attempt: int) -> Answer:
        """What a call brings."""
        family = self.family(child)
        draw = self._draw(child, "call", attempt)
        if draw.random() >= self.answers:
            return Answer.NO_ANSWER if draw.random() < 0.7 else Answer.WRONG_NUMBER
        gone = {Family.ABROAD: Answer.ABROAD, Family.MOVED: Answer.MOVED}
        return gone.get(family, Answer.AGREED)

    def in_the_registers(self, child: str) -> Answer:
        """What research brings: some children are found on another school's register."""
        return Answer.RETURNED if self._draw(child, "research").random() < 0.15 else Answer.DONE

    def _draw(self, *what: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *what))))
