"""A registry with a campaign in it, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from data.registry import SqlRegistry, open_registry
from data.registry.accounts import Passwords
from planning.model import Campaign

if TYPE_CHECKING:
    from postgres import Database

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
AUTUMN = Campaign("autumn", "Обхват 2026/2027", date(2026, 8, 24), 5, region="ruse")


class Ticking:
    """A clock that goes on by a second at every look."""

    now = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Iterator[Callable[[], SqlRegistry]]:
    """Opens the test's registry as often as wanted."""
    with ExitStack() as closing_all:

        def again() -> SqlRegistry:
            made = open_registry(
                database.url, key_file=tmp_path / "key" / "k", clock=Ticking(), passwords=QUICK
            )
            closing_all.callback(made.close)
            return made

        yield again


@pytest.fixture
def autumn(opened: Callable[[], SqlRegistry]) -> SqlRegistry:
    """A registry with the campaign `autumn`, five days from 24 August 2026 in the region `ruse`."""
    made = opened()
    with made.work("petya") as work:
        work.save_campaign(AUTUMN)
    return made
