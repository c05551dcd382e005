"""Calls and research before a visit, and how a campaign goes about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import select

from data.registry.tables import ApproachRow, CaseRow, ContactRow
from data.registry.work.records import RecordWork
from data.registry.work.storing import as_json, checked_id, plain, storable
from planning.campaign.approach import USUAL, Approach
from planning.campaign.ladder import Answer, Appointment, Channel, Contact
from planning.errors import Conflict, InputError, NotFound
from planning.model import Saved
from planning.wire import load


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sealed note holds where it is more than words."""

    note: str = ""
    appointment: Appointment | None = None


class ContactWork(RecordWork):
    """Keeps contacts and approaches."""

    def add_contact(self, campaign_id: str, contact: Contact) -> bool:
        """Keeps a contact in this user's name. False when its key was kept before.

        Raises:
            NotFound: there is no such case.
            Conflict: the key was kept before with something else in it.
        """
        self._locked_campaign(campaign_id)
        if self._session.get(CaseRow, (campaign_id, contact.case_id)) is None:
            raise NotFound("there is no such case in this campaign")
        key = checked_id(contact.key, "key")
        before = self._contact_row(campaign_id, key)
        if before is not None:
            if _as_typed(self._contact(before)) != _as_typed(contact):
                raise Conflict("somebody recorded this attempt meanwhile; look at it again")
            return False
        note = storable(_written(contact), "note")
        self._session.add(
            ContactRow(
                campaign_id=campaign_id,
                case_id=contact.case_id,
                key=key,
                channel=str(contact.channel),
                answer=str(contact.answer),
                at=plain(contact.at, "at", 40),
                recorded_by=self._actor,
                sealed_note=self._seal.close(note, *_note_cell(campaign_id, key)) if note else None,
            )
        )
        self._session.flush()
        return True

    def undo_contact(self, campaign_id: str, key: str) -> None:
        """Takes a contact back, as if it had not been recorded.

        Raises:
            NotFound: there is no such contact.
        """
        self._locked_campaign(campaign_id)
        row = self._contact_row(campaign_id, key)
        if row is None:
            raise NotFound("there is no such contact")
        self._session.delete(row)
        self._session.flush()

    def contacts(self, campaign_id: str) -> list[Contact]:
        """Contacts in the order they were recorded."""
        rows = self._session.scalars(
            select(ContactRow)
            .where(ContactRow.campaign_id == campaign_id)
            .order_by(ContactRow.number)
        )
        return [self._contact(row) for row in rows]

    def save_approach(self, campaign_id: str, approach: Approach, *, seen: int = 0) -> int:
        """Keeps how the campaign goes about its visits; `seen` is 0 for the first choice.

        Raises:
            Conflict: somebody changed it after version `seen`.
        """
        self._locked_campaign(campaign_id)
        return self._save(ApproachRow, approach, {"campaign_id": campaign_id}, {}, seen)

    def approach(self, campaign_id: str) -> Saved[Approach]:
        """How the campaign goes about its visits; version 0 where nothing was chosen yet."""
        which = ApproachRow.campaign_id == campaign_id
        found = self._saved(ApproachRow, Approach, ("campaign_id",), which)
        return found[0] if found else Saved(USUAL, 0, "", "")

    def _contact_row(self, campaign_id: str, key: str) -> ContactRow | None:
        return self._session.scalars(
            select(ContactRow).where(ContactRow.campaign_id == campaign_id, ContactRow.key == key)
        ).one_or_none()

    def _contact(self, row: ContactRow) -> Contact:
        where = _note_cell(row.campaign_id, row.key)
        said = _read(self._seal.open(row.sealed_note, *where) if row.sealed_note else "")
        return Contact(
            case_id=row.case_id,
            channel=Channel(row.channel),
            answer=Answer(row.answer),
            at=row.at,
            by=row.recorded_by,
            note=said.note,
            key=row.key,
            appointment=said.appointment,
        )


def _note_cell(campaign_id: str, key: str) -> tuple[str, ...]:
    return ("contacts", "note", campaign_id, key)


def _written(contact: Contact) -> str:
    """The note; with the hour that was agreed on, or where it looks like a record, as JSON."""
    if contact.appointment is None and not contact.note.startswith("{"):
        return contact.note
    return as_json(_Said(contact.note, contact.appointment))


def _read(text: str) -> _Said:
    if text.startswith("{"):
        with suppress(InputError):  # a note that an earlier version kept as it was typed
            return load(_Said, text)
    return _Said(text)


def _as_typed(contact: Contact) -> Contact:
    """What does not depend on when it arrives, and through whom."""
    return replace(contact, at="", by="")
