"""What every part of a transaction stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from data.registry import accounts
from data.registry.seal import Seal
from data.registry.tables import (
    ID_LENGTH,
    CampaignRow,
)
from planning.errors import NotFound
from planning.text import shorten

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
from data.registry.work.storing import as_json

T = TypeVar("T")


class Transaction:
    """What one user does in one transaction. Made by `SqlRegistry.work`."""

    def __init__(
        self,
        session: Session,
        *,
        seal: Seal,
        passwords: accounts.Passwords,
        actor: str,
        now: Callable[[], str],
        reading: bool = False,
    ) -> None:
        """`now` tells the time in UTC as ISO 8601; a `reading` work refuses to write."""
        self._session = session
        self._seal = seal
        self._passwords = passwords
        self._actor = shorten(actor, ID_LENGTH)
        self._now = now
        self._reading = reading

    def _will_write(self) -> None:
        if self._reading:
            raise RuntimeError("this work was opened for reading only")

    def _campaign_row(self, campaign_id: str, *, lock: bool = False) -> CampaignRow:
        wanted = select(CampaignRow).where(CampaignRow.campaign_id == campaign_id)
        if lock:  # as it is after the wait, whatever was read before it
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        row = self._session.scalars(wanted).one_or_none()
        if row is None:
            raise NotFound("there is no such campaign")
        return row

    def take_turn(self, campaign_id: str) -> None:
        """Waits until no other change of this campaign is under way.

        What is read from here on stays so until the end: for use cases that read and then write.

        Raises:
            NotFound: there is no such campaign.
        """
        self._locked_campaign(campaign_id)

    def _locked_campaign(self, campaign_id: str) -> None:
        """Writers of one campaign take turns, also where the database has no lock of its own."""
        self._will_write()
        self._campaign_row(campaign_id, lock=True)

    def _sealed(self, value: object, *where: str) -> bytes:
        return self._seal.close(as_json(value), *where)

    def _opened(self, kind: type[T], sealed: bytes, *where: str) -> T:
        return self._seal.value(kind, sealed, *where)

    def _change(self) -> dict[str, str]:
        return {"changed_by": self._actor, "changed_at": self._now()}
