"""Somebody who works through the use cases without a pause, and notes what was acknowledged."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from office import CAMPAIGN, LAT, LON, PLANNER, TEAM_1, TEAM_2, Office
from towns import FIRST_DAY

from planning.errors import Conflict, FileFault
from planning.model import Choice, Plan, Result
from tests.harness.ledger import Ledger
from tests.harness.store import Store

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event, Semaphore

LISTS = ("x", "y", "z")
LIST_ROWS = 60
"""Rows of each list; the token in all of them says which import they come from."""
PAIR = ("c1", "c2")
"""Two cases of one address: decided together."""
ALONE = ("c3", "c4", "c5")
MOVED = ("c3", "c5")
"""Two cases that go from one team's district to another's, together or not at all."""

T = TypeVar("T")
_ID = CAMPAIGN.campaign_id


class Clerk:
    """Planner and team in one, with tokens of their own in everything they write."""

    def __init__(self, office: Office, ledger: Ledger, name: str, chance: random.Random) -> None:
        self.planner = office.desk(PLANNER)
        self._office = office
        self._ledger = ledger
        self._name = name
        self._chance = chance
        self._number = 0
        self._plan = published_plan(office)
        self._route = self._plan.routes[0]
        (of_the_route,) = (one for one in (TEAM_1, TEAM_2) if one.team_id == self._route.team_id)
        self.team = office.desk(of_the_route)

    def token(self) -> str:
        """Says who wrote something, and which time."""
        self._number += 1
        return f"{self._name}-{self._number}"

    def do(self, act: Callable[[], None]) -> None:
        """A conflict is an answer; any other error is noted with its traceback."""
        try:
            act()
        except Conflict as conflict:
            with self._ledger.act("conflict", words=str(conflict)):
                pass
        except Exception:  # noqa: BLE001 - whatever it is, the test shows it
            with self._ledger.act("error", traceback=traceback.format_exc()):
                pass

    def import_list(self) -> None:
        """One of three lists again, a token in every row: all rows change, or none does."""
        which, token = self._chance.choice(LISTS), self.token()
        rows = [
            f'{which}{row},"гр. Речно, ул. Роза {row % 60 + 10}",{token}'
            for row in range(LIST_ROWS)
        ]
        content = "\n".join(["id,address,note", *rows]).encode()
        with self._ledger.act("import", list=which, token=token):
            self.planner.import_cases(_ID, content, "list.csv")

    def import_new(self) -> None:
        """A list of new cases."""
        token = self.token()
        rows = [f'{token}/{row},"гр. Речно, ул. Роза {row + 10}"' for row in range(20)]
        with self._ledger.act("import_new", token=token):
            self.planner.import_cases(_ID, "\n".join(["id,address", *rows]).encode(), "new.csv")

    def import_teams(self) -> None:
        """The teams' register anew: the old one goes, the new one comes."""
        token = self.token()
        rows = [
            f"t{number},Екип {number},Речно,{LAT},{LON},{'police;social' if number == 2 else ''},"
            f"{token}"
            for number in (1, 2)
        ]
        content = "\n".join(["team_id,name,municipality,lat,lon,institutions,phone", *rows])
        with self._ledger.act("teams", token=token):
            self.planner.import_teams(_ID, content.encode(), "teams.csv")

    def draft_and_publish(self) -> None:
        """A plan as the planning job keeps it, then published; the seed is its token."""
        seed = self._chance.getrandbits(48)
        with self._ledger.act("draft", seed=seed) as told:
            with self._office.registry.work(PLANNER.user_id) as work:
                version = work.add_plan(_ID, replace(self._plan, seed=seed))
                work.log("add_plan", _ID, f"seed {seed}")
            told["version"] = version
        with self._ledger.act("publish", version=version):
            self.planner.publish(_ID, version)

    def record(self, key: str = "") -> None:
        """What the team found at one of its doors, sent twice as phones do."""
        key = key or self.token()
        door = self._chance.choice(self._route.stops).visit_id
        (case_ids,) = (visit.case_ids for visit in self._plan.visits if visit.visit_id == door)
        for _ in range(2):
            with self._ledger.act("outcome", key=key) as told:
                told["new"] = self.team.record_outcome(
                    _ID, case_ids=case_ids, team_id=self._route.team_id, day=FIRST_DAY,
                    result=Result.MET, key=key, note=f"бележка {key}",
                )  # fmt: skip

    def settle(self, case_id: str = "") -> None:
        """Decides where a case is, on the version that was seen."""
        case_id = case_id or self._chance.choice((*PAIR, *ALONE))
        with self._office.registry.work(PLANNER.user_id, reading=True) as work:
            version = work.case(_ID, case_id).version
        token = self.token()
        choice = Choice(pin=(LON, LAT), note=token)
        with self._ledger.act("settle", case=case_id, seen=version, token=token) as told:
            told["also"] = self.planner.settle(_ID, case_id, choice, version=version).also

    def move(self) -> None:
        """Moves two cases to a team's district, or takes that back, on the versions seen."""
        team = self._chance.choice(("t1", "t2", ""))
        with self._office.registry.work(PLANNER.user_id, reading=True) as work:
            seen = {each.case.case_id: each.version for each in work.some_cases(_ID, MOVED)}
        with self._ledger.act("move", seen=seen, team=team) as told:
            wanted = dict.fromkeys(MOVED, team)
            told["before"] = self.planner.assign_cases(_ID, wanted, versions=seen)


def work_until_killed(store: Store, file: Path, name: str, seed: int) -> None:
    """A process that ends by being killed; acts of all sorts in any order.

    Where the database is gone it is told so, waits, and goes on. Any other error ends it: whoever
    kills it sees whether it is still there.
    """
    ledger, chance = Ledger(file), random.Random(seed)
    with ExitStack() as stack:
        office = _patiently(ledger, lambda: stack.enter_context(store.opened()))
        clerk = _patiently(ledger, lambda: Clerk(office, ledger, name, chance))
        acts: tuple[Callable[[], None], ...] = (
            clerk.import_list, clerk.import_new, clerk.import_teams, clerk.draft_and_publish,
            clerk.draft_and_publish, clerk.record, clerk.record, clerk.settle,
        )  # fmt: skip
        while True:
            _patiently(ledger, chance.choice(acts))


def _patiently(ledger: Ledger, act: Callable[[], T]) -> T:
    while True:
        try:
            return act()
        except FileFault as fault:
            with ledger.act("fault", words=str(fault)):
                time.sleep(0.05)


def write_for(
    store: Store, file: Path, name: str, ready: Semaphore, start: Event, seconds: float
) -> None:
    """A writer among many: says it is ready, waits for the start, works for so many seconds."""
    with store.opened() as office:
        chance = random.Random(name)
        clerk = Clerk(office, Ledger(file), name, chance)
        shared = iter(range(1_000_000))
        acts: tuple[Callable[[], None], ...] = (
            clerk.record, clerk.record, lambda: clerk.record(f"shared-{next(shared)}"),
            clerk.settle, clerk.settle, clerk.move, clerk.draft_and_publish,
        )  # fmt: skip
        ready.release()
        start.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            clerk.do(chance.choice(acts))


def published_plan(office: Office) -> Plan:
    """The plan that teams see."""
    with office.registry.work(PLANNER.user_id, reading=True) as work:
        found = work.plan(_ID, published=True)
    assert found is not None
    return found.plan
