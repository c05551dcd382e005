"""An office with a plan for today and nothing but the phones' page: quick to start, easy to kill.

Run as a program it serves the folder that `build` has made.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import uvicorn
from office import Office
from starlette.applications import Starlette
from towns import crossing, riverside

from data.casefiles.templates import OfficeFiles
from data.registry import SqlRegistry, open_registry
from maps.basemap import Basemap
from maps.phone.server import PhonePage
from planning.desk import Desk
from planning.model import (
    Address,
    Campaign,
    Case,
    Leg,
    LonLat,
    Mode,
    Plan,
    Priority,
    Role,
    Route,
    Shift,
    Stop,
    Team,
    Unit,
    User,
    Visit,
    Window,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parents[2]
PLANNER = User("anna", "Anna", Role.PLANNER)


def today() -> date:
    """At the office."""
    return datetime.now().astimezone().date()


def door(team: int, number: int) -> LonLat:
    """Doors stand along the streets of the town, each at a place of its own."""
    lon, lat = crossing(number % 4, number // 4 % 4)
    return lon + 0.0003 * team + 0.0001 * (number // 16), lat + 0.0002 * team


def build(folder: Path, *, teams: int = 1, stops: int = 8) -> None:
    """A registry with a published plan: every team has so many stops today.

    Of each team the second stop is urgent, the third sensitive, and at the first three
    is a hazard; some have kits, hours and phones.
    """
    registry = open_in(folder)
    with registry.work("anna") as work:
        work.save_campaign(Campaign("c", "Обхват", today(), 5, "riverside"))
        crews = [
            Team(f"t{at}", f"Екип {at + 1}", "RVS01", *crossing(0, 0), "пл. Свобода 1", phone="112")
            for at in range(teams)
        ]
        work.save_teams("c", crews)
        visits = [_visit(team, number) for team in range(teams) for number in range(stops)]
        cases = [Case(visit.case_ids[0], Address(visit.label), phone="+359 88 000 00")
                 for visit in visits]  # fmt: skip
        work.add_cases("c", cases, {})
        routes = tuple(_route(team, stops) for team in range(teams))
        shifts = tuple(_shift(team) for team in range(teams))
        version = work.add_plan("c", Plan(today(), 1, tuple(visits), shifts, routes, ()))
        work.publish("c", version)
    registry.close()


def _visit(team: int, number: int) -> Visit:
    lon, lat = door(team, number)
    return Visit(
        visit_id=f"v{team}-{number}",
        case_ids=(f"C-{team}-{number}",),
        lon=lon,
        lat=lat,
        municipality_code="RVS01",
        settlement="Речно",
        label=f"гр. Речно, ул. „Дунав“ {number + 1} <b>{{{{7*7}}}}</b>",
        unit=Unit("Б", "3", str(number)) if number % 2 else Unit(),
        children=1 + number % 3,
        requires=frozenset({"social"}) if number % 3 == 1 else frozenset(),
        windows=(Window(9 * 3600, 12 * 3600, frozenset({0, 1, 2})),) if number == 3 else (),
        kits=2 if number % 4 == 0 else 0,
        kit_types=(("раница", 2),) if number % 4 == 0 else (),
        priority=Priority.URGENT if number == 1 else Priority.NORMAL,
        sensitive=number == 2,
        hazards=((f"C-{team}-{number}", "зло <b>куче</b> {hazard}"),) if number < 3 else (),
    )


def _shift(team: int) -> Shift:
    return Shift(
        f"t{team}@{today()}", f"t{team}", today(), *crossing(0, 0), 30_000, 61_200, None, 99,
        Mode.DRIVE, frozenset(), "RVS01",
    )  # fmt: skip


def _route(team: int, stops: int) -> Route:
    spots = [crossing(0, 0), *(door(team, number) for number in range(stops)), crossing(0, 0)]
    begins = [9 * 3600 + number * 540 for number in range(stops)]
    return Route(
        shift_id=f"t{team}@{today()}",
        team_id=f"t{team}",
        day=today(),
        stops=tuple(
            Stop(f"v{team}-{number}", begin, begin, begin + 400)
            for number, begin in enumerate(begins)
        ),
        departure=30_000,
        back=61_200,
        pause_start=43_200,
        legs=tuple(
            Leg(120, 320.0, (start, (end[0], start[1]), end)) for start, end in pairwise(spots)
        ),
    )


def open_in(folder: Path) -> SqlRegistry:
    """The office's registry."""
    return open_registry(folder / "registry.sqlite", key_file=folder / "key" / "k")


def desk_of(registry: SqlRegistry, folder: Path, user: User = PLANNER) -> Desk:
    """The use cases at the present time."""
    office = Office(registry, riverside(), OfficeFiles(folder / "templates"))
    return Desk(
        user, registry=registry, regions=office, jobs=office, files=office.files,
        now=lambda: datetime.now(UTC),
    )  # fmt: skip


def serve(folder: Path, port: int) -> None:
    """Answers until it is killed."""
    registry, town = open_in(folder), riverside()
    ground = Basemap.of(town.graph(Mode.DRIVE), town.areas, town.gazetteer.settlements)
    page = PhonePage(
        registry=registry,
        desk=lambda user: desk_of(registry, folder, user),
        basemap=lambda _region: ground,
        now=lambda: datetime.now().astimezone(),
    )
    app = LostAnswers(Starlette(routes=page.routes()), folder / "lost-answers")
    uvicorn.run(app, port=port, log_level="critical")


class LostAnswers:
    """Takes in reports and loses its first answer to every phone, once a file says so."""

    def __init__(self, app: ASGIApp, lost: Path) -> None:
        self._app, self._lost = app, lost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._lost.exists() or not str(scope.get("path", "")).endswith("/reports"):
            await self._app(scope, receive, send)
            return
        heard: list[Message] = []
        while not heard or heard[-1].get("more_body"):
            heard.append(await receive())
        reports = json.loads(b"".join(each.get("body", b"") for each in heard))["reports"]
        phone = reports[0]["key"].partition(".")[0]
        again = phone in self._lost.read_text().split()
        if not again:
            self._lost.write_text(f"{self._lost.read_text()} {phone}")

        async def repeated() -> Message:
            return heard.pop(0) if heard else await receive()

        async def nowhere(_message: Message) -> None:
            """The line is dead."""

        await self._app(scope, repeated, send if again else nowhere)


@dataclass
class PhoneService:
    """A running office, and what happened in it."""

    folder: Path
    port: int
    running: subprocess.Popen[bytes] | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/t/"

    def link(self, team_id: str = "t0", **how: bool) -> str:
        """The address that a team scans."""
        registry = open_in(self.folder)
        given = desk_of(registry, self.folder).give_links("c", [(team_id, today())], **how)
        registry.close()
        return f"{self.url}#{given[team_id, today()].token}"

    def start(self) -> None:
        """Serves, until `kill`."""
        paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        self.running = subprocess.Popen(
            [sys.executable, __file__, str(self.folder), str(self.port)],
            env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT,
        )  # fmt: skip
        for _ in range(600):
            assert self.running.poll() is None, "the service ended by itself"
            try:
                with urllib.request.urlopen(self.url, timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError("the service did not answer within a minute")

    def lose_answers(self) -> None:
        """The first answer to the reports of every phone does not arrive."""
        (self.folder / "lost-answers").write_text("")

    @property
    def lost_answers(self) -> int:
        """To how many phones that happened."""
        return len((self.folder / "lost-answers").read_text().split())

    def kill(self) -> None:
        """As the power does."""
        if self.running is not None:
            self.running.kill()
            self.running.wait(timeout=20)
            self.running = None


@contextmanager
def served(folder: Path, *, teams: int = 1, stops: int = 8) -> Iterator[PhoneService]:
    """An office in `folder`, answering."""
    build(folder, teams=teams, stops=stops)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = PhoneService(folder, port)
    service.start()
    try:
        yield service
    finally:
        service.kill()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
