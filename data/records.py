"""The use cases of `planning.desk.rights` for the command line, beside a service that may run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn

from data.casefiles.templates import OfficeFiles
from data.home import Home
from data.opening import region_of, registry_of
from data.regions.pack import Region
from data.registry.jobs import SqlJobs
from planning.desk import Desk
from planning.errors import NotFound
from planning.model import JobStatus, Role, User


def records_desk(home: Home, actor: str) -> Desk:
    """The desk of whoever has this machine and its key in hand: a planner, under another name."""
    registry = registry_of(home)
    return Desk(
        User(actor, actor, Role.PLANNER),
        registry=registry,
        regions=_Packs(home),
        jobs=_OthersJobs(registry.jobs),
        files=OfficeFiles(home.folder / "templates"),
        now=lambda: datetime.now(UTC),
    )


class _Packs:
    """`planning.stores.Regions`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def names(self) -> list[str]:
        """What can be opened."""
        return self._home.region_names()

    def open(self, name: str) -> Region:
        """A region pack by its name."""
        return region_of(self._home, name)


class _OthersJobs:
    """`planning.stores.Jobs` that only looks: jobs belong to the service, see `data.jobs`."""

    def __init__(self, kept: SqlJobs) -> None:
        self._kept = kept

    def status(self, job_id: str) -> JobStatus:
        """How it goes."""
        found = self._kept.get(job_id)
        if found is None:
            raise NotFound("there is no such job")
        return found

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so."""
        return self._kept.find(kind, key_prefix)

    def start(self, *_: object, **__: object) -> NoReturn:
        """Nothing is started from here."""
        raise RuntimeError("long work is the service's")

    cancel = result = start
