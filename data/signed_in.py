"""The registry as one signed-in session may use it: not a moment longer than the session lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.registry import SqlRegistry
from planning.errors import NotAllowed
from planning.model import User

if TYPE_CHECKING:
    from data.registry.work import SqlWork


class SignedIn:
    """`planning.stores.Registry` for one session: what a page still shows ends with it.

    A part of a page runs on for itself with the desk it was given, whoever signed out meanwhile.
    """

    def __init__(self, registry: SqlRegistry, token: str) -> None:
        self._registry = registry
        self._token = token

    @contextmanager
    def work(self, actor: str, *, reading: bool = False) -> Iterator[SqlWork]:
        """Opens a transaction.

        Raises:
            NotAllowed: the session has ended.
        """
        if not self._registry.sessions.lasts(self._token):
            raise NotAllowed("you are signed out; sign in again")
        with self._registry.work(actor, reading=reading) as work:
            yield work

    def sign_in(self, user_id: str, password: str) -> User:
        """As the registry does."""
        return self._registry.sign_in(user_id, password)

    def sweep(self) -> None:
        """As the registry does."""
        self._registry.sweep()

    def verify_audit(self) -> int:
        """As the registry does."""
        return self._registry.verify_audit()
