"""The phone's page over HTTP, without a browser: headers, limits, refusals."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from browser.phone_office import PLANNER, build, desk_of, open_in, today
from starlette.applications import Starlette
from towns import riverside

from maps.basemap import Basemap
from maps.phone.server import MOST_BYTES, PATH, PhonePage, WrongLinks
from planning.model import Mode

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


class Phones:
    """An office's page, and somebody who asks it."""

    def __init__(self, folder: Path) -> None:
        build(folder, teams=2, stops=3)
        self.registry = open_in(folder)
        self.desk = desk_of(self.registry, folder)
        town = riverside()
        ground = Basemap.of(town.graph(Mode.DRIVE), town.areas, town.gazetteer.settlements)
        self.page = PhonePage(
            registry=self.registry,
            desk=lambda user: desk_of(self.registry, folder, user),
            basemap=lambda _region: ground,
            now=lambda: datetime.now().astimezone(),
        )
        self.app = Starlette(routes=self.page.routes())

    def token(self, team_id: str = "t0") -> str:
        given = self.desk.give_links("c", [(team_id, today())])
        return given[team_id, today()].token

    def ask(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and content of an answer."""
        where, _, query = path.partition("?")
        scope = {
            "type": "http", "method": "GET" if body is None else "POST", "path": f"{PATH}{where}",
            "raw_path": b"", "query_string": query.encode(), "root_path": "", "scheme": "http",
            "client": ("10.0.0.7", 5000), "server": ("office", 80), "http_version": "1.1",
            "headers": [(name.lower().encode(), each.encode())
                        for name, each in (headers or {}).items()],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body or b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        # In a thread of its own: a browser test before this one may have left its loop running.
        with start_blocking_portal() as portal:
            portal.call(self.app, scope, receive, send)
        heads = {name.decode(): each.decode() for name, each in sent[0]["headers"]}
        return sent[0]["status"], heads, b"".join(each.get("body", b"") for each in sent[1:])

    def told(self, path: str, question: object, **headers: str) -> tuple[int, dict[str, Any]]:
        status, _, content = self.ask(path, json.dumps(question).encode(), headers)
        return status, json.loads(content)


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    yield made
    made.registry.close()


def test_files_are_the_same_for_everybody_and_revalidated(phones: Phones) -> None:
    """A phone that has them gets 304; one that can unpack gets them packed; others are 404."""
    status, heads, plain = phones.ask("/page.js")
    assert (status, heads["cache-control"]) == (200, "no-cache")
    status, packed_heads, packed = phones.ask("/page.js", headers={"Accept-Encoding": "gzip"})
    assert packed_heads["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    status, _, content = phones.ask("/page.js", headers={"If-None-Match": heads["etag"]})
    assert (status, content) == (304, b"")
    for name in ("/nothing.js", "/..%2fapp.py", "/index.html", "/words.py"):
        assert phones.ask(name)[0] == 404
    assert phones.ask("")[1]["location"] == f"{PATH}/"


def test_an_answer_with_addresses_is_kept_nowhere(phones: Phones) -> None:
    """No store, no referrer, no frame, no cookie."""
    status, heads, content = phones.ask("/day", json.dumps({"link": phones.token()}).encode())
    assert status == 200
    assert "Дунав" in content.decode()
    assert heads["cache-control"] == "no-store"
    assert "set-cookie" not in heads
    assert "frame-ancestors 'none'" in heads["content-security-policy"]
    assert heads["referrer-policy"] == "no-referrer"


def test_a_link_in_the_address_is_not_looked_at(phones: Phones) -> None:
    """It would stand in the server's log: only a question's body opens anything."""
    assert phones.ask(f"/day?link={phones.token()}", b"{}")[0] == 400
    assert phones.ask("/day")[0] == 404


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"link": null}', b"\xff", b"[" * 50_000, b" " * (MOST_BYTES + 1)]
)
def test_nonsense_is_refused_in_one_line(phones: Phones, body: bytes) -> None:
    """Whatever comes, it is the sender's fault and told so."""
    status, _, content = phones.ask("/day", body)
    assert status == 400
    assert "fault" in json.loads(content)


def test_a_team_without_a_route_is_told_so(phones: Phones) -> None:
    """The link is good; the plan sends nobody out."""
    with phones.registry.work("anna") as work:
        found = work.plan("c", published=True)
        assert found is not None
        work.publish("c", work.add_plan("c", replace(found.plan, routes=())))
    assert phones.told("/day", {"link": phones.token()}) == (200, {"why": "no_route"})


def test_reports_are_answered_one_by_one(phones: Phones) -> None:
    """Unreadable ones are refused, good ones kept, a second sending known."""
    token = phones.token()
    day = phones.told("/day", {"link": token})[1]
    good = {"key": "p.1", "door": day["stops"][0]["door"], "result": "met"}
    bad: list[object] = [{**good, "key": "p.2", "result": "flew away"}, "text", None, {"key": 7}]
    status, told = phones.told("/reports", {"link": token, "reports": [good, *bad]})
    assert status == 200
    assert {each["key"]: each["taken"] for each in told["answers"]}["p.1"] == "kept"
    assert sum(each["taken"] == "refused" for each in told["answers"]) == 4
    again = phones.told("/reports", {"link": token, "reports": [good]})[1]["answers"]
    assert [each["taken"] for each in again] == ["known"]
    assert phones.told("/reports", {"link": token, "reports": "x"})[1] == {"answers": []}


def test_one_teams_door_means_nothing_to_another(phones: Phones) -> None:
    """A door is sealed for one team's day."""
    others = phones.told("/day", {"link": phones.token("t1")})[1]["stops"][0]["door"]
    report = {"key": "p.1", "door": others, "result": "met"}
    told = phones.told("/reports", {"link": phones.token(), "reports": [report]})[1]
    assert [each["taken"] for each in told["answers"]] == ["refused"]


def test_a_guesser_waits_and_phones_that_got_in_do_not() -> None:
    """One office, one address for all: after some wrong links only known ones go on."""
    wrong = WrongLinks(most=3)
    wrong.note("here", "good", NOW, wrong=False)
    for at in range(3):
        assert not wrong.must_wait("here", f"w{at}", NOW)
        wrong.note("here", f"w{at}", NOW, wrong=True)
    assert wrong.must_wait("here", "another", NOW)
    assert not wrong.must_wait("here", "good", NOW)
    assert not wrong.must_wait("elsewhere", "another", NOW)
    assert not wrong.must_wait("here", "another", NOW + timedelta(minutes=10))


def test_memory_of_guessers_has_an_end() -> None:
    """A million addresses do not fill the machine."""
    wrong = WrongLinks(places=100)
    for at in range(1_000):
        wrong.note(f"place {at}", "w", NOW, wrong=True)
        wrong.note("", f"good {at}", NOW, wrong=False)
    assert len(wrong._tries) == len(wrong._known) == 100


def test_the_planner_is_nobody_on_a_phone(phones: Phones) -> None:
    """What acts through a link is its team, whoever gave it."""
    token = phones.token()
    phones.told("/day", {"link": token})
    with phones.registry.work("audit") as work:
        readers = {each.actor for each in work.audit() if each.action == "read_team_day"}
    assert readers == {f"phone:{token[:12]}"}
    assert PLANNER.user_id not in readers
