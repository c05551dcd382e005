"""Telephone calls and research: what is tried before anybody is sent to a door."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from planning import roles, text
from planning.campaign.approach import Approach, checked
from planning.campaign.ladder import (
    ANSWERS,
    Answer,
    Appointment,
    Channel,
    Contact,
    Ladder,
    Standing,
    checked_appointment,
    standings,
)
from planning.desk.base import DeskBase
from planning.errors import Conflict, Fault, InputError, NotFound
from planning.model import Case, CaseRecord, Priority, Saved
from planning.outcomes import still_open
from planning.roles import Action
from planning.stores import Work
from planning.text import MAX_CELL


@dataclass(frozen=True, slots=True)
class Call:
    """A case that waits for a step, and what is needed for it. *Personal.*"""

    case: Case
    settlement: str
    standing: Standing
    earlier: tuple[Contact, ...]
    """What was tried so far, oldest first."""
    key: str
    """For recording the next attempt: whoever sees the same list has the same key."""


@dataclass(frozen=True, slots=True)
class CallList:
    """Who is to be called, or looked into, today."""

    ladder: Ladder
    today: Mapping[Channel, int]
    """How many cases wait for each step today."""
    later: Mapping[Channel, int]
    """How many wait for another day."""
    closed: int
    """Cases that need no visit any more, by what was found out so far."""
    calls: tuple[Call, ...]
    """The part of the list that was asked for: urgent ones first, then by deadline, then by how
    long nothing was tried."""
    last: Contact | None
    """What this user recorded last today: it can be taken back."""


class ContactDesk(DeskBase):
    """The contact ladder: the planner's, and the coordinator's in the own municipality."""

    def call_list(
        self, campaign_id: str, channel: Channel, *, skip: int = 0, limit: int = 10
    ) -> CallList:
        """Cases whose next step is `channel` and is due today; a part of them.

        Every case in the answer is logged as read. Where the campaign has no ladder, nobody waits.
        """
        own = self._own(Action.CONTACT)
        today = self._today()
        with self._registry.work(self.user.user_id) as work:
            ladder = work.approach(campaign_id).value.ladder
            records = self._waiting(work, campaign_id, own) if ladder.steps else []
            contacts = work.standing_contacts(campaign_id) if ladder.steps else []
            found = standings([each.case for each in records], contacts, ladder, today)
            by_case = _by_case(contacts)
            made = Counter(each.case_id for each in work.contacts(campaign_id))
            due = [each for each in records if _is_due(found[each.case.case_id], channel, today)]
            due.sort(
                key=lambda each: _order(
                    each.case, found[each.case.case_id], by_case.get(each.case.case_id, ())
                )
            )
            calls = tuple(
                Call(
                    each.case,
                    each.place.settlement if each.place else "",
                    found[each.case.case_id],
                    by_case.get(each.case.case_id, ()),
                    _key(each.case.case_id, made[each.case.case_id]),
                )
                for each in due[skip : skip + limit]
            )
            for each in calls:
                work.log_read("read_call", each.case.case_id)
        own_ids = {each.case.case_id for each in records}
        return CallList(
            ladder=ladder,
            today={each: _count(found, each, today, due=True) for each in Channel},
            later={each: _count(found, each, today, due=False) for each in Channel},
            closed=sum(each.closed is not None for each in found.values()),
            calls=calls,
            last=self._last(contacts, own_ids, today),
        )

    @staticmethod
    def _waiting(work: Work, campaign_id: str, own: str) -> list[CaseRecord]:
        """Cases that no visit has resolved."""
        records = work.cases(campaign_id, municipality_code=own)
        outcomes = work.standing_outcomes(campaign_id)
        still = still_open([each.case for each in records], outcomes)
        ids = {case.case_id for case in still}
        return [each for each in records if each.case.case_id in ids]

    def _last(self, contacts: Sequence[Contact], own: set[str], today: date) -> Contact | None:
        """The newest contact of this user, when it is one of today that may be taken back."""
        for each in reversed(contacts):
            if each.by == self.user.user_id and each.case_id in own:
                return each if datetime.fromisoformat(each.at).date() == today else None
        return None

    def record_contact(
        self, campaign_id: str, case_id: str, channel: Channel, answer: Answer, *, key: str,
        note: str = "", appointment: Appointment | None = None,
    ) -> bool:  # fmt: skip
        """Keeps what came of an attempt. The same `key` twice is one; False the second time.

        A family that agreed may have said when: the next plan makes the visit then.

        Raises:
            NotFound: there is no such case.
            InputError: nothing that this channel can answer, too long a note, or an appointment
                that cannot be kept.
            Conflict: somebody recorded the same attempt otherwise.
        """
        roles.scope(self.user, Action.CONTACT)
        if answer not in ANSWERS[channel]:
            raise InputError(Fault(text.note("no answer of this kind of contact"), field="answer"))
        if len(note) > MAX_CELL:
            raise InputError(
                Fault(
                    text.note("longer than {most} characters; shorten it", most=MAX_CELL),
                    field="note",
                )
            )
        if appointment is not None:
            checked_appointment(appointment, answer, self._today())
        at = self._now().astimezone().isoformat(timespec="seconds")
        with self._registry.work(self.user.user_id) as work:
            self._require_case(work, campaign_id, case_id)
            contact = Contact(
                case_id, channel, answer, at, note=note.strip(), key=key, appointment=appointment
            )
            new = work.add_contact(campaign_id, contact)
            work.log("record_contact", case_id, f"{channel} {answer}")
        return new

    def undo_contact(self, campaign_id: str, key: str) -> None:
        """Takes back what was recorded last of a case; the log keeps that it was.

        Raises:
            NotFound: there is no such contact.
            Conflict: something was recorded of the case since.
        """
        roles.scope(self.user, Action.CONTACT)
        with self._registry.work(self.user.user_id) as work:
            work.take_turn(campaign_id)
            contacts = work.contacts(campaign_id)
            found = next((each for each in contacts if each.key == key), None)
            if found is None:
                raise NotFound("there is no such contact")
            self._require_case(work, campaign_id, found.case_id)
            if _by_case(contacts)[found.case_id][-1] != found:
                raise Conflict("something was recorded of this case since; look at it again")
            work.undo_contact(campaign_id, key)
            work.log("undo_contact", found.case_id, f"{found.channel} {found.answer}")

    def _require_case(self, work: Work, campaign_id: str, case_id: str) -> None:
        place = work.case(campaign_id, case_id).place
        municipality = place.municipality_code if place else ""
        roles.require(self.user, Action.CONTACT, municipality_code=municipality)

    def approach(self, campaign_id: str) -> Saved[Approach]:
        """How the campaign goes about its visits: the ladder, and what is expected by hand."""
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id, reading=True) as work:
            return work.approach(campaign_id)

    def save_approach(self, campaign_id: str, approach: Approach, *, seen: int) -> int:
        """Changes how the campaign goes about its visits, from its next plan on.

        Raises:
            InputError: steps or numbers that cannot be.
            Conflict: somebody changed it after version `seen`.
        """
        roles.require(self.user, Action.PLAN)
        with self._registry.work(self.user.user_id) as work:
            version = work.save_approach(campaign_id, checked(approach), seen=seen)
            work.log("save_approach", campaign_id, f"version {version}")
        return version


def _by_case(contacts: Iterable[Contact]) -> dict[str, tuple[Contact, ...]]:
    """Case id → its contacts, oldest first."""
    found: dict[str, tuple[Contact, ...]] = {}
    for each in contacts:
        found[each.case_id] = (*found.get(each.case_id, ()), each)
    return found


def _is_due(stands: Standing, channel: Channel, today: date) -> bool:
    due = stands.due_on(channel)
    return due is not None and due <= today


def _count(found: Mapping[str, Standing], channel: Channel, today: date, *, due: bool) -> int:
    waits = (each for each in found.values() if each.due_on(channel) is not None)
    return sum(_is_due(each, channel, today) is due for each in waits)


def _order(
    case: Case, stands: Standing, earlier: Sequence[Contact]
) -> tuple[bool, int, date, str, int]:
    """Whose visit waits for it; urgent ones; the nearest deadline; who was tried longest ago."""
    last = earlier[-1].at if earlier else ""
    urgency = {Priority.URGENT: 0, Priority.HIGH: 1}.get(case.priority, 2)
    return stands.waits_for is None, urgency, case.deadline or date.max, last, case.row


def _key(case_id: str, made: int) -> str:
    """Of the attempt after so many, those before the case was reopened among them."""
    return hashlib.sha256(f"{made} {case_id}".encode()).hexdigest()[:32]
