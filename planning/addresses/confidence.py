"""How sure an answer is, before anything was measured on real lists.

A-priori probabilities that the true place lies within the stated error, by how the street was
matched and by how the number was found. They are products of two judgements, checked on an invented
noisy list only; calibration on reviewed lists replaces these tables, not their users.
"""

from __future__ import annotations

from enum import StrEnum

REVIEW_BELOW = 0.75
"""Answers less sure than this go to a person."""

WIDE_M = 400.0
"""A house or street answer that may be farther off than this goes to a person."""

SMALL_SETTLEMENT_M = 1_500.0
"""A village within this radius can be walked; its point alone will do when no street was named."""


class How(StrEnum):
    """How a street's name was matched, surest first."""

    EXACT = "exact"
    OTHER_NAME = "other name"
    """Old, translated or alternative name."""
    TITLES = "titles apart"
    INITIALS = "initials"
    PART = "part of the name"
    TYPO = "one letter off"
    TYPOS = "several letters off"
    NUMBERED = "one of several numbered parts"
    """ "Дружба" where the map has Дружба 1, 2 and 3."""


class Ladder(StrEnum):
    """How far down the number ladder an address went, surest first."""

    EXACT = "exact"
    RANGE = "range"
    NO_SUFFIX = "without suffix"
    BETWEEN = "between neighbours"
    BEYOND = "beyond the last number"
    NOT_MAPPED = "number not on the map"
    NOT_ASKED = "no number"
    SEVERAL = "several doors with this number"


STREET = {
    How.EXACT: 0.98,
    How.OTHER_NAME: 0.95,
    How.TITLES: 0.96,
    How.INITIALS: 0.94,
    How.PART: 0.85,
    How.TYPO: 0.92,
    How.TYPOS: 0.85,
    How.NUMBERED: 0.60,
}

NUMBER = {
    Ladder.EXACT: 0.99,
    Ladder.RANGE: 0.96,
    Ladder.NO_SUFFIX: 0.95,
    Ladder.BETWEEN: 0.92,
    Ladder.BEYOND: 0.88,
    Ladder.NOT_MAPPED: 0.85,
    Ladder.NOT_ASKED: 0.92,
    Ladder.SEVERAL: 0.50,
}

SETTLEMENT = 0.95
"""The settlement was named without doubt, and nothing finer was asked for."""
SETTLEMENT_ONLY = 0.80
"""The settlement was named without doubt; the street or number was not found in it."""
MUNICIPALITY = 0.80
DOUBTFUL = 0.50
"""Factor for a settlement that was assumed or contradicts what was stated."""
OTHER_KIND = 0.92
"""Factor for a boulevard where a street was written, and the like."""
STREET_FOR_QUARTER = 0.60
"""Factor for a street where a quarter was written, and the other way round."""
LANDMARK = 0.60
ELSEWHERE = 0.10
"""Score of a candidate in another settlement than the one that was named."""
ERROR_FLOOR_M = 30.0
"""Expected error of an exact door: from the map's point to the entrance."""
LANDMARK_ERROR_M = 150.0
"""Expected error of "beside block 13"."""
