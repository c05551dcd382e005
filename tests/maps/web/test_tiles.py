"""Tiles under the maps on the screen: from this service, to whoever was shown the map."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from maps.layers import overview_map
from maps.web.headers import Headers
from maps.web.shown import ROUTE as SHOWN_MAPS
from maps.web.shown import SHOWN
from maps.web.tiles import ON_SCREEN, ROUTE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

GREY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCArVB8XgAAAABJRU5ErkJggg=="
)
"""One grey pixel."""


class TownTiles:
    """The same picture everywhere, or none."""

    credit = "© Община <b>Речно</b>"

    def __init__(self, picture: bytes | None = GREY) -> None:
        self.picture = picture
        self.asked: list[tuple[int, int, int]] = []

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        self.asked.append((zoom, column, row))
        return self.picture


@pytest.fixture
def client() -> TestClient:
    routes = [SHOWN_MAPS, ROUTE]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Headers)]))


@pytest.fixture
def tiles() -> Iterator[TownTiles]:
    """An office with a tile server."""
    source = ON_SCREEN.source = TownTiles()
    yield source
    ON_SCREEN.source = None


def address(at: str) -> str:
    scene = ON_SCREEN.scene()["tiles"]
    assert isinstance(scene, dict)
    return str(scene["path"]).replace("{z}/{x}/{y}", at)


def test_a_map_on_the_screen_is_told_where_tiles_are(client: TestClient, tiles: TownTiles) -> None:
    """At this service, and no other host."""
    answer = client.get(address("12/2345/1501"))
    assert (answer.status_code, answer.content) == (200, GREY)
    assert answer.headers["content-type"] == "image/png"
    assert tiles.asked == [(12, 2345, 1501)]


def test_only_who_was_shown_a_map_gets_tiles(client: TestClient, tiles: TownTiles) -> None:
    """This service is no tile server for others, and hands nothing on but pictures."""
    assert client.get("/tiles/guess/12/2345/1501").status_code == 404
    assert client.get(address("12/up/1501")).status_code == 404
    assert tiles.asked == []
    for picture in (None, b"", b"<svg onload=alert(1)>", b"<html>"):
        tiles.picture = picture
        assert client.get(address("1/0/0")).status_code == 404


def test_an_office_without_a_tile_server_has_maps_as_ever(
    client: TestClient, town, english
) -> None:
    """Nothing is said of tiles, and nothing answers for them."""
    assert ON_SCREEN.scene() == {}
    shown = client.get(SHOWN.keep(drawn(town, english))).text
    assert "onScreen" not in "".join(
        client.get(each).text[:200] for each in shown.split('"') if each.endswith(".js")
    )
    assert client.get("/tiles/x/1/0/0").status_code == 404


def test_files_and_prints_have_no_tiles(tiles: TownTiles, town, english) -> None:
    """They are opened where there is no office."""
    assert "/tiles/" not in drawn(town, english)


@pytest.mark.browser
@pytest.mark.parametrize("picture", [GREY, None])
def test_tiles_take_the_place_of_our_roads_once_they_come(
    chromium: Browser, client: TestClient, tiles: TownTiles, town, english, picture: bytes | None
) -> None:
    """Where the server is silent, our own roads and names are the map. Who made the tiles is named
    as the setting has it."""
    tiles.picture = picture
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Policy" in said.text else None)

    def handed_on(route: Route) -> None:
        answer = client.get(urlsplit(route.request.url).path)
        route.fulfill(status=answer.status_code, body=answer.content, headers=dict(answer.headers))

    page.route("**/*", handed_on)
    path = SHOWN.keep(drawn(town, english))
    page.goto(f"http://127.0.0.1:9{path}")
    page.wait_for_function("typeof map_offline !== 'undefined' && map_offline._loaded")
    if picture:
        page.wait_for_selector("img.leaflet-tile-loaded")
    else:
        page.wait_for_timeout(500)
    names = page.locator(".name").count()
    assert bool(names) is (picture is None)
    assert tiles.asked
    assert "Община <b>Речно</b>" in page.locator(".leaflet-control-attribution").inner_text()
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(500)
    assert errors == []
    page.close()


def drawn(town, english) -> str:
    return overview_map(
        town.plan, teams=[town.team], basemap=town.basemap, region_info=town.info, texts=english
    )
