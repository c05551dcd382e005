"""Maps at an address of their own, for the frames in which pages show them.

A page hands the map in and gets a path that nobody can guess; the map is kept in memory for a
while. Its scripts come as files, so that none has to stand within the page, and the sandbox gives
it an origin of its own: it cannot reach the app around it.
"""

from __future__ import annotations

import gzip
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from maps.web.headers import policy
from maps.web.tiles import ON_SCREEN

if TYPE_CHECKING:
    from starlette.requests import Request

PATH = "/shown"
MOST_BYTES = 64_000_000
"""Packed maps that are kept at once: hundreds. The oldest goes first; its page draws it again."""
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_OWN_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
_POLICY = policy(
    {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-scripts", "allow-popups", "allow-popups-to-escape-sandbox"],
    }
)


class Shown:
    """Packed files by name, the oldest forgotten first. Safe among threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()
        self._secret = secrets.token_bytes(32)

    def keep(self, html: str) -> str:
        """Keeps a map and returns the path it is shown at; the same map has the same path."""
        if first := ON_SCREEN.script():
            html = html.replace("<script>", f"<script>{first}</script>\n<script>", 1)
        parts = _SCRIPT.split(_OWN_POLICY.sub("", html))
        for at in range(1, len(parts), 2):
            parts[at] = f'<script src="{self._keep(parts[at], "js")}"></script>'
        return self._keep("".join(parts), "html")

    def get(self, name: str) -> bytes | None:
        """A kept file, packed with gzip."""
        with self._turn:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, text: str, kind: str) -> str:
        name = f"{hmac.new(self._secret, text.encode(), sha256).hexdigest()[:40]}.{kind}"
        if self.get(name) is None:
            packed = gzip.compress(text.encode(), 6, mtime=0)
            with self._turn:
                if name not in self._kept:
                    self._kept[name] = packed
                    self._bytes += len(packed)
                while self._bytes > self._most and len(self._kept) > 1:
                    self._bytes -= len(self._kept.popitem(last=False)[1])
        return f"{PATH}/{name}"


SHOWN = Shown()
"""What the pages of this process show."""


async def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    packed = SHOWN.get(name)
    if packed is None:
        return PlainTextResponse("This map is no longer kept; reload the page.", 404)
    kind = "text/javascript" if name.endswith(".js") else "text/html"
    headers = {
        "content-encoding": "gzip",
        "content-security-policy": _POLICY,
        # Within this browser and while it is open: a map shows where children live.
        "cache-control": "private, max-age=600" if name.endswith(".js") else "no-store",
        "cross-origin-resource-policy": "cross-origin",  # a sandboxed page has no origin
    }
    return Response(packed, media_type=f"{kind}; charset=utf-8", headers=headers)


ROUTE = Route(PATH + "/{name}", _answer)
