"""Links that open a team's day on a phone, and what is signed and sealed for them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from data.registry.tables import PhoneLinkRow
from data.registry.work.storing import checked_id, plain
from data.registry.work.transaction import Transaction
from planning.errors import NotFound
from planning.model import PhoneLink


class PhoneLinkWork(Transaction):
    """Keeps links; signs and seals with the office's key."""

    def add_phone_link(self, link: PhoneLink) -> None:
        """Keeps a new link."""
        self._locked_campaign(link.campaign_id)
        self._session.add(
            PhoneLinkRow(
                link_id=plain(link.link_id, "link", 40),
                campaign_id=link.campaign_id,
                team_id=checked_id(link.team_id, "team"),
                day=link.day.isoformat(),
                expires=plain(link.expires, "expires", 40),
                made_at=plain(link.made_at, "made at", 40),
                made_by=checked_id(link.made_by, "made by"),
                revoked_at="",
                revoked_by="",
            )
        )
        self._session.flush()

    def phone_link(self, link_id: str) -> PhoneLink | None:
        """The link of that id; None where there is none."""
        row = self._link_row(link_id)
        return _link(row) if row is not None else None

    def phone_links(self, campaign_id: str) -> list[PhoneLink]:
        """The campaign's links in the order they were made."""
        wanted = select(PhoneLinkRow).where(PhoneLinkRow.campaign_id == campaign_id)
        rows = self._session.scalars(wanted.order_by(PhoneLinkRow.number))
        return [_link(row) for row in rows]

    def revoke_phone_link(self, link_id: str) -> None:
        """Notes that the link no longer opens anything. Twice is once.

        Raises:
            NotFound: there is no such link.
        """
        self._will_write()
        row = self._link_row(link_id)
        if row is None:
            raise NotFound("there is no such link")
        if not row.revoked_at:
            row.revoked_at, row.revoked_by = self._now(), self._actor
            self._session.flush()

    def signature(self, purpose: str, text: str) -> bytes:
        """32 bytes that only this office can make of `text`; each `purpose` has its own."""
        return self._seal.signature(purpose, text)

    def sealed_for(self, purpose: str, text: str, *where: str) -> bytes:
        """`text` so that only this office reads it, and only for the purpose and place it names."""
        return self._seal.close(text, purpose, *where)

    def opened_for(self, purpose: str, sealed: bytes, *where: str) -> str:
        """The text that `sealed_for` closed.

        Raises:
            InputError: it was changed, or made for something else.
        """
        return self._seal.open(sealed, purpose, *where)

    def _link_row(self, link_id: str) -> PhoneLinkRow | None:
        wanted = select(PhoneLinkRow).where(PhoneLinkRow.link_id == link_id)
        return self._session.scalars(wanted).one_or_none()


def _link(row: PhoneLinkRow) -> PhoneLink:
    return PhoneLink(
        link_id=row.link_id,
        campaign_id=row.campaign_id,
        team_id=row.team_id,
        day=date.fromisoformat(row.day),
        expires=row.expires,
        made_at=row.made_at,
        made_by=row.made_by,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
