"""Headers of every answer, and maps at an address of their own."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from maps.offline import page
from maps.web.headers import Headers, page_policy
from maps.web.shown import ROUTE, SHOWN, Shown


async def _hello(_request: object) -> HTMLResponse:
    return HTMLResponse("<p>hello</p>")


async def _strict(_request: object) -> PlainTextResponse:
    return PlainTextResponse("x", headers={"content-security-policy": "default-src 'none'"})


@pytest.fixture
def client() -> TestClient:
    """A service of three answers behind the middleware."""
    routes = [Route("/", _hello), Route("/strict", _strict), ROUTE]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Headers)]))


def _map(words: str = "route") -> str:
    return page(
        title="t", language="bg", body=f"<p>{words}</p>", styles=["p{}"],
        scripts=["let a = 1;", f"let b = {len(words)};"],
    )  # fmt: skip


def test_no_script_runs_that_did_not_come_as_a_file(client: TestClient) -> None:
    """Every page says so, names nobody else, and may not stand in a foreign frame."""
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_streamlits_own_line_of_script_is_allowed_by_its_hash() -> None:
    """Another version with another line is allowed as well: the hash is of what is installed."""
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", page_policy())) >= 1


def test_an_answer_with_a_policy_of_its_own_keeps_it(client: TestClient) -> None:
    """The team's page is stricter than Streamlit can be."""
    assert client.get("/strict").headers["content-security-policy"] == "default-src 'none'"


def test_a_shown_map_has_its_scripts_as_files(client: TestClient) -> None:
    """Nothing runs that stands in the page, and what runs has no way to the app."""
    path = SHOWN.keep(_map())
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<p>route</p>" in answer.text
    assert "let a" not in answer.text
    sources = re.findall(r'<script src="([^"]+)"></script>', answer.text)
    assert [client.get(each).text for each in sources] == ["let a = 1;", "let b = 5;"]
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert answer.headers["cache-control"] == "no-store"


def test_the_same_map_keeps_its_address_and_another_office_start_has_others() -> None:
    """A page drawn anew does not load its map again; nobody can work an address out."""
    one, other = Shown(), Shown()
    assert one.keep(_map()) == one.keep(_map())
    assert one.keep(_map()) != one.keep(_map("другата улица"))
    assert one.keep(_map()) != other.keep(_map())


def test_the_oldest_map_is_forgotten_first(client: TestClient) -> None:
    """What is kept has a limit; a map that is gone is told so."""
    few = Shown(most_bytes=600)
    first = few.keep(_map("ул. Първа"))
    for number in range(20):
        newest = few.keep(_map(f"ул. {number}" * 20))
    assert few.get(first.rsplit("/", 1)[1]) is None
    assert few.get(newest.rsplit("/", 1)[1]) is not None
    assert client.get("/shown/0000.html").status_code == 404
