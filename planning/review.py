"""The review queue: one question for every address that a person should look at.

Cases of one address hang together: whoever decides one decides them all. The most urgent question
comes first, then the one whose visits would end farthest from the door.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from planning.decisions import TWO_ADDRESSES
from planning.model import CaseRecord, CaseState, Level, Place
from planning.text import Note


class Doubt(StrEnum):
    """Why a person should look: the gravest of what is doubtful."""

    CONTRADICTS = "contradicts"
    SERVICE_ADDRESS = "service_address"
    TWO_ADDRESSES = "two_addresses"
    NOT_FOUND = "not_found"
    NO_STREET = "no_street"
    """Found no closer than its quarter or settlement."""
    NO_HOUSE = "no_house"
    """Found no closer than its street or a landmark."""
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Question:
    """An address to decide on."""

    record: CaseRecord
    """The most urgent of its cases."""
    case_ids: tuple[str, ...]
    """All cases that wait with this address."""
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Review:
    """Where the review of a campaign's addresses stands. *Personal.*"""

    waiting: tuple[Question, ...]
    """The most urgent and doubtful first."""
    decided: tuple[CaseRecord, ...]
    """The latest decision first."""
    deciders: Mapping[str, str] = field(default_factory=dict)
    """Sign-in name → name of those who decided."""

    @property
    def cases_waiting(self) -> int:
        """How many cases hang on the questions that are left."""
        return sum(len(question.case_ids) for question in self.waiting)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a decision."""

    place: Place
    also: tuple[str, ...]
    """Other cases of the same address that were settled with it."""
    against: tuple[Note, ...] = ()
    """How the decision contradicts the list."""


def review_of(states: Iterable[tuple[CaseState, CaseRecord]], names: Mapping[str, str]) -> Review:
    """The queue, and what was decided, from the cases that concern either.

    `names` are those of the office's accounts, by sign-in name.
    """
    alike: defaultdict[str, list[CaseRecord]] = defaultdict(list)
    decided = []
    for state, record in states:
        if state.waits:
            alike[state.same_address or f"only {state.case_id}"].append(record)
        elif state.decided_by:
            decided.append(record)
    questions = [_question(records) for records in alike.values()]
    return Review(
        tuple(sorted(questions, key=_rank)),
        tuple(sorted(decided, key=lambda it: (it.decided_at, it.case.case_id), reverse=True)),
        {each.decided_by: names.get(each.decided_by, each.decided_by) for each in decided},
    )


def hang_together(record: CaseRecord, same_address: Sequence[CaseRecord]) -> list[CaseRecord]:
    """Those of `same_address` that a decision on `record` settles, `record` first.

    These are the cases that nobody has decided on, and those settled by the decision on `record`
    that stood until now.
    """
    before = (record.decided_by, record.decided_at)
    others = [
        each
        for each in same_address
        if each.case.case_id != record.case.case_id
        and (not each.decided_by or (each.decided_by, each.decided_at) == before)
    ]
    return [record, *others]


def doubt_of(place: Place) -> Doubt:
    """The gravest doubt about a place that waits for review."""
    if place.service_address:
        return Doubt.SERVICE_ADDRESS
    if place.contradiction:
        return Doubt.CONTRADICTS
    if TWO_ADDRESSES in place.notes:
        return Doubt.TWO_ADDRESSES
    return _BY_LEVEL[place.level]


_BY_LEVEL = {
    Level.NONE: Doubt.NOT_FOUND,
    Level.MUNICIPALITY: Doubt.NOT_FOUND,
    Level.SETTLEMENT: Doubt.NO_STREET,
    Level.QUARTER: Doubt.NO_STREET,
    Level.STREET: Doubt.NO_HOUSE,
    Level.INTERPOLATED: Doubt.UNSURE,
    Level.HOUSE: Doubt.UNSURE,
}

_NOWHERE = Place(Level.NONE)


def _question(records: Sequence[CaseRecord]) -> Question:
    first = min(records, key=lambda each: (-each.case.priority, _metres_off(each) * -1))
    return Question(
        first,
        tuple(each.case.case_id for each in records),
        doubt_of(first.place or _NOWHERE),
    )


def _rank(question: Question) -> tuple[int, float, str]:
    """The most urgent, then the most metres that a decision saves, over all of its cases."""
    metres = _metres_off(question.record) * len(question.case_ids)
    return -question.record.case.priority, -metres, question.record.case.case_id


_ANYWHERE_M = 20_000.0
"""How far off a visit may end that goes into the wrong municipality."""


def _metres_off(record: CaseRecord) -> float:
    """How far from the door a visit is to be expected to end."""
    place = record.place or _NOWHERE
    if place.error_m is None or place.contradiction:
        return _ANYWHERE_M
    return place.confidence * place.error_m + (1 - place.confidence) * _ANYWHERE_M
