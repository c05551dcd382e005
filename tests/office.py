"""An office in the town known by heart: a real registry, and jobs that only note what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from towns import FIRST_DAY, Town, crossing, riverside

from data.casefiles.templates import OfficeFiles
from data.registry import SqlRegistry, open_registry
from planning import pipeline
from planning.desk import Desk
from planning.errors import InputError, NotFound
from planning.model import Campaign, JobStatus, Role, User
from planning.routing.planner import Inline
from planning.stores import Region

CAMPAIGN = Campaign("c", "Mechanism", FIRST_DAY, 1, "riverside")
PLANNER = User("anna", "Anna", Role.PLANNER)
TEAM_1 = User("t1", "Team 1", Role.TEAM, "RVS01", "t1")
TEAM_2 = User("t2", "Team 2", Role.TEAM, "RVS01", "t2")
OWN_COORDINATOR = User("rvs", "Речно", Role.COORDINATOR, "RVS01")
OTHER_COORDINATOR = User("hlm", "Хълм", Role.COORDINATOR, "HLM01")
VIEWER = User("v", "Viewer", Role.VIEWER)
AUDITOR = User("audit", "Auditor", Role.AUDITOR)
ADMIN = User("root", "Admin", Role.ADMIN)

CASES = """id,address,phone,requires,priority
c1,"гр. Речно, ул. Дунав 1",0700 1,,
c2,"гр.Речно ул.""Дунав"" №1",,,
c3,"гр. Речно, ул. Дунав 7",,,
c4,"гр. Речно, ул. Роза 2",,police,
c5,"гр. Речно, ул. Роза 8",,,urgent
c6,"гр. Речно, служебен адрес",,,
c7,"гр. Далечно, ул. Х 1",,,
c8,"с. Хълм, ул. Дунав 2",,,
""".encode()
LON, LAT = crossing(1, 1)
TEAMS = f"""team_id,name,municipality,lat,lon,institutions
t1,Екип 1,община Речно,{LAT},{LON},school
t2,Екип 2,Речно,{LAT},{LON},police;social
""".encode()


@dataclass
class Office:
    """A registry of its own, the town's region, and jobs that only note what was asked."""

    registry: SqlRegistry
    town: Town
    files: OfficeFiles
    asked: list[tuple[str, str]] = field(default_factory=list)

    def desk(self, user: User) -> Desk:
        return Desk(
            user,
            registry=self.registry,
            regions=self,
            jobs=self,
            files=self.files,
            now=lambda: datetime(2026, 8, 20, 9, 30, tzinfo=UTC),
        )

    def names(self) -> list[str]:
        return ["riverside"]

    def open(self, name: str) -> Region:
        if name != "riverside":
            raise InputError("there is no such region")
        return self.town

    def start(self, kind: str, key: str, order: Mapping[str, object]) -> str:
        self.asked.append((kind, key))
        return str(len(self.asked))

    def status(self, job_id: str) -> JobStatus:
        raise NotFound(job_id)

    def find(self, kind: str, key_prefix: str = "") -> JobStatus | None:
        return None

    def cancel(self, job_id: str) -> None:
        raise NotFound(job_id)

    def result(self, job_id: str) -> object | None:
        return None


@contextmanager
def an_office(folder: Path, url: str = "") -> Iterator[Office]:
    """An office in `folder` with one campaign and no lists; its registry is there or at `url`."""
    registry = open_registry(url or folder / "registry.sqlite", key_file=folder / "key" / "k")
    made = Office(registry, riverside(), OfficeFiles(folder / "templates"))
    made.desk(PLANNER).create_campaign(CAMPAIGN)
    yield made
    registry.close()


def with_a_draft(office: Office) -> int:
    """Lists imported and planned; the version of the draft."""
    planner = office.desk(PLANNER)
    planner.import_teams("c", TEAMS, "teams.csv")
    planner.import_cases("c", CASES, "cases.csv")
    records = planner.cases("c")
    request = pipeline.Request(
        cases=[record.case for record in records],
        places={record.case.case_id: record.place for record in records if record.place},
        teams=planner.teams("c"),
        first_day=FIRST_DAY,
        days=1,
        seconds=5,
    )
    plan = pipeline.plan(request, router=office.town.router, workers=Inline())
    with office.registry.work("anna") as work:
        return work.add_plan("c", plan)


def on(office: Office, user: User, today: date) -> Desk:
    """The desk of a user on another day."""
    moment = datetime(today.year, today.month, today.day, 9, 30, tzinfo=UTC)
    return Desk(
        user, registry=office.registry, regions=office, jobs=office, files=office.files,
        now=lambda: moment,
    )  # fmt: skip
