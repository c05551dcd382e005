"""A stand-in for a geocoder's server on loopback, which answers whatever a test tells it to.

Nominatim itself is tested in tests/services. Photon needs an index that nobody can make here from
a map file, so that its shape is taken from its manual only (docs/api-v1.md of komoot/photon).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

if TYPE_CHECKING:
    import ssl


@dataclass
class Standin:
    """The running server: what it was asked, and what it answers."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    """Paths with their queries."""
    hosts: list[str] = field(default_factory=list)
    """The Host header of every request."""
    body: bytes = b"[]"
    kind: str = "application/json; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds between two bytes of the answer; at once without one."""
    sent: int = 0
    """Bytes of answers that somebody stayed for."""

    def says(self, document: Any) -> None:
        """Answers this from now on."""
        self.body = json.dumps(document, ensure_ascii=False).encode()

    @property
    def searches(self) -> list[str]:
        """The texts that were searched for."""
        return [parse_qs(urlparse(each).query)["q"][0] for each in self.asked]


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Standin]:
    """The stand-in on a free port of loopback, with TLS where that is given."""
    standin = Standin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            standin.asked.append(self.path)
            standin.hosts.append(self.headers["Host"])
            self.send_response(standin.status)
            headers = {"Content-Type": standin.kind, "Content-Length": str(len(standin.body))}
            for name, value in (headers | standin.headers).items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if standin.pause else len(standin.body) or 1
            with suppress(ConnectionError):
                for at in range(0, len(standin.body), step):
                    time.sleep(standin.pause)
                    standin.sent += step
                    self.wfile.write(standin.body[at : at + step])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    standin.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
