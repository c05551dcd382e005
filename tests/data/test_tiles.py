"""Tiles of the office's own server: where it may stand, and what is made of its answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from data.tiles import CREDIT_SETTING, HOSTS_SETTING, URL_SETTING, OfficeTiles, configured
from planning.errors import InputError

PICTURE = b"\x89PNG\r\n\x1a\n a street"


@dataclass
class Server:
    """A tile server of the office, and what it was asked."""

    url: str
    asked: list[str] = field(default_factory=list)
    kind: str = "image/png"
    content: bytes = PICTURE


@pytest.fixture
def server() -> Iterator[Server]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", made.kind)
            self.send_header("Content-Length", str(len(made.content)))
            self.end_headers()
            self.wfile.write(made.content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        made = Server(f"http://127.0.0.1:{running.server_port}/osm/{{z}}/{{x}}/{{y}}.png")
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield made
        running.shutdown()


def test_a_tile_is_asked_for_once(server: Server) -> None:
    """Everybody looks at the same town all day."""
    tiles = OfficeTiles(server.url)
    assert tiles.tile(12, 2345, 1501) == PICTURE
    assert tiles.tile(12, 2345, 1501) == PICTURE
    assert server.asked == ["/osm/12/2345/1501.png"]


@pytest.mark.parametrize("at", [(-1, 0, 0), (20, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_what_is_no_tile_is_not_asked_for(server: Server, at: tuple[int, int, int]) -> None:
    """Beyond the world, or closer than tiles go."""
    assert OfficeTiles(server.url).tile(*at) is None
    assert server.asked == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [("text/html", b"<h1>sign in</h1>"), ("image/svg+xml", b"<svg/>"), ("image/png", b"x" * 2**21)],
)
def test_another_answer_is_no_tile(server: Server, kind: str, content: bytes) -> None:
    """A page, a drawing with scripts, or far too much: the map goes on without."""
    server.kind, server.content = kind, content
    assert OfficeTiles(server.url).tile(1, 0, 0) is None


def test_a_server_that_is_gone_gives_no_tiles(server: Server) -> None:
    """The map has our own roads then."""
    assert OfficeTiles("http://127.0.0.1:9/{z}/{x}/{y}.png").tile(1, 0, 0) is None


def test_no_tile_server_outside_is_ever_asked() -> None:
    """Its log would say which doors an office looks at."""
    with pytest.raises(InputError, match=HOSTS_SETTING):
        OfficeTiles("https://tile.openstreetmap.org/{z}/{x}/{y}.png")
    with pytest.raises(InputError, match="public address"):
        OfficeTiles("http://8.8.8.8/{z}/{x}/{y}.png", allowed_hosts=["8.8.8.8"])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080", "http://127.0.0.1:8080/{z}/{x}.png", "{z}/{x}/{y}",
        "http://127.0.0.1:8080/{z}/{x}/{y}/{y}.png", "http://[::1/{z}/{x}/{y}",
        "http://127.0.0.1/{z}/{x}/{y}.png?key=secret", "ftp://127.0.0.1/{z}/{x}/{y}.png",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_told(url: str) -> None:
    """Before anybody opens a map, in one line and without what may be a password."""
    with pytest.raises(InputError) as caught:
        OfficeTiles(url)
    assert len(caught.value.faults) == 1
    assert "secret" not in str(caught.value)


def test_an_office_sets_its_server_in_the_environment() -> None:
    """Without the setting there is none."""
    assert configured({}) is None
    made = configured({URL_SETTING: "http://10.9.9.9/{z}/{x}/{y}.png", HOSTS_SETTING: "a, 10.9.9.9",
                       CREDIT_SETTING: "© Община Русе"})  # fmt: skip
    assert made is not None
    assert made.credit == "© Община Русе"
