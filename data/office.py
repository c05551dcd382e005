"""One office: its home folder, registry, region packs and jobs, wired to the use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from threading import Lock

from data.casefiles.templates import OfficeFiles
from data.home import Home
from data.jobs import JobFunction, Jobs
from data.opening import locator_of, region_of, registry_of
from data.plan_job import PlanOrder, order_again, plan_campaign
from data.regions.pack import Region
from data.revision_jobs import RepairOrder, WhatIfOrder, compare_plans, repair_plan
from data.signed_in import SignedIn
from planning.desk import Desk
from planning.model import JobStatus, User

_KINDS: dict[str, tuple[JobFunction, Callable[..., object]]] = {
    "plan": (plan_campaign, PlanOrder),
    "repair": (repair_plan, RepairOrder),
    "what_if": (compare_plans, WhatIfOrder),
}
"""Of long work: what does it, and what it is told."""


class Office:
    """Everything that one running service shares among its users."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.registry = registry_of(home)
        self._regions: dict[str, Region] = {}
        self._lock = Lock()
        self._jobs: Jobs | None = None

    def desk(self, user: User, *, token: str = "") -> Desk:
        """The use cases of one signed-in user; they end with the session of `token`, if given."""
        return Desk(
            user,
            registry=SignedIn(self.registry, token) if token else self.registry,
            regions=_OfficeRegions(self),
            jobs=_OfficeJobs(self),
            files=OfficeFiles(self.home.folder / "templates"),
            now=lambda: datetime.now(UTC),
            locator=locator_of,
        )

    def region(self, name: str) -> Region:
        """A region pack, opened once."""
        if name not in self._regions:
            self._regions[name] = region_of(self.home, name)
        return self._regions[name]

    @property
    def jobs(self) -> Jobs:
        """Long work. Made when first needed, and then goes on with what a service before left.

        A store of jobs belongs to one service at a time: not to a command beside it, nor to a
        second service that finds its port taken.
        """
        with self._lock:
            if self._jobs is None:
                self._jobs = Jobs(self.registry.jobs, again=self._again)
            return self._jobs

    def _again(self, kind: str, kept: str) -> tuple[JobFunction, object] | None:
        """How work goes on that ended with the service before; see `_kept` for what does."""
        today = datetime.now().astimezone().date()
        if kind != "plan":
            return None
        order = order_again(self.registry, self.home.folder, kept, today=today)
        return (plan_campaign, order) if order is not None else None


@cache
def office_of(home: Home) -> Office:
    """The office of a home folder, the same one for everything in this process.

    A SQLite file is opened once in a process: looking at it a second time beside SQLite drops the
    locks by which other processes know that somebody is at work (sqlite.org/howtocorrupt.html).
    """
    return Office(home)


class _OfficeRegions:
    """`planning.stores.Regions`: the packs in the office's home folder."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def names(self) -> list[str]:
        """What can be opened, the office's own first."""
        return self._office.home.region_names()

    def open(self, name: str) -> Region:
        """A region pack by its name."""
        return self._office.region(name)


def _kept(order: object) -> str:
    """What the next service starts it again by; empty where it does not.

    A repair is of a moment, which has passed by then, and says who is missing and who comes
    instead. A comparison answers only the page that waits for it.
    """
    return order.kept() if isinstance(order, PlanOrder) else ""


class _OfficeJobs:
    """`planning.stores.Jobs`: knows which function does which kind of work."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def start(self, kind: str, key: str, order: Mapping[str, object]) -> str:
        """Starts the work of a kind, or joins the running one of the same key."""
        if kind not in _KINDS:
            raise ValueError(f"no such kind of work: {kind}")
        function, make = _KINDS[kind]
        made = make(home=self._office.home.folder, **order)
        return self._office.jobs.start(kind, key, function, made, again=_kept(made))

    def status(self, job_id: str) -> JobStatus:
        """How it goes."""
        return self._office.jobs.status(job_id)

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        """The newest job of a kind whose key starts so."""
        return self._office.jobs.find(kind, key_prefix)

    def cancel(self, job_id: str) -> None:
        """Asks it to end with the best it has."""
        self._office.jobs.cancel(job_id)

    def result(self, job_id: str) -> object | None:
        """What it answered, as long as this service has run since."""
        return self._office.jobs.result(job_id)
