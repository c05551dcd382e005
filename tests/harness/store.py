"""An office on either database, opened by as many processes as a test likes.

Processes are forked from one that has everything loaded: fifty of them start in seconds and share
their memory. Each opens the registry itself and has connections of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from argon2 import PasswordHasher
from office import CAMPAIGN as CAMPAIGN
from office import PLANNER, Office, with_a_draft
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool
from towns import riverside

from data.casefiles.templates import OfficeFiles
from data.registry import open_registry
from data.registry.accounts import Passwords
from data.registry.database import database_url

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Passwords are not what is measured here."""
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.harness.clerk"])


@dataclass(frozen=True)
class Store:
    """Where a registry lies; goes to other processes as it is."""

    kind: str
    """`sqlite` or `postgresql`."""
    url: str
    folder: Path
    """For the key and what tests keep beside."""

    @contextmanager
    def opened(self) -> Iterator[Office]:
        """The office in the town known by heart, on this registry."""
        registry = open_registry(self.url, key_file=self.folder / "key" / "k", passwords=QUICK)
        try:
            yield Office(registry, riverside(), OfficeFiles(self.folder / "templates"))
        finally:
            registry.close()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The database below, for those who look at it from outside."""
        engine = create_engine(database_url(self.url), poolclass=NullPool)
        yield engine
        engine.dispose()

    def furnish(self) -> int:
        """Campaign, lists and one published plan; the plan's version."""
        with self.opened() as office:
            office.desk(PLANNER).create_campaign(CAMPAIGN)
            version = with_a_draft(office)
            office.desk(PLANNER).publish(CAMPAIGN.campaign_id, version)
        return version


def started(act: Callable[..., None], *given: object) -> BaseProcess:
    """Another process that does `act`."""
    # The process they are forked from finds what it loads by the environment alone.
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
        forkserver.ensure_running()
    process = PROCESSES.Process(target=act, args=given, daemon=True)
    process.start()
    return process
