"""Tiles of the office's own server under the maps on the screen, where it has one.

The browser asks this service for them, at an address that nobody can guess, and no other host.
Files and prints have none: they go where there is no office.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from maps.escape import html_text

if TYPE_CHECKING:
    from starlette.requests import Request

PATH = "/tiles"
_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""How the pictures begin that a browser may be given."""


class Tiles(Protocol):
    """A tile server of the office."""

    credit: str
    """Who made what is on the tiles. Plain text."""

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """A picture, counted from the north-west; None where there is none."""


@dataclass
class OnScreen:
    """What the maps on the screen have under them besides our own roads."""

    source: Tiles | None = None
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    def scene(self) -> dict[str, object]:
        """What `assets/map.js` has to know; nothing where there are no tiles."""
        if self.source is None:
            return {}
        path = f"{PATH}/{self._secret}/{{z}}/{{x}}/{{y}}"
        return {"tiles": {"path": path, "credit": html_text(self.source.credit)}}

    def script(self) -> str:
        """The same for a page that was drawn without knowing."""
        known = self.scene()
        return f"globalThis.onScreen = {json.dumps(known)};" if known else ""

    def answer(self, request: Request) -> Response:
        """A tile. Starlette runs this in a thread of its own: the office's server may be slow."""
        wanted = request.path_params
        known = secrets.compare_digest(wanted["secret"].encode(), self._secret.encode())
        found = (
            self.source.tile(wanted["zoom"], wanted["column"], wanted["row"])
            if self.source is not None and known
            else None
        )
        kind = next(
            (kind for begins, kind in _SIGNATURES.items() if found and found.startswith(begins)), ""
        )
        if not found or not kind:
            return PlainTextResponse("There is no such tile.", 404)
        headers = {
            "cache-control": "private, max-age=86400",
            "cross-origin-resource-policy": "cross-origin",  # a sandboxed map has no origin
            "content-security-policy": "default-src 'none'; sandbox",
        }
        return Response(found, media_type=kind, headers=headers)


ON_SCREEN = OnScreen()
"""Of the pages of this process."""

ROUTE = Route(PATH + "/{secret}/{zoom:int}/{column:int}/{row:int}", ON_SCREEN.answer)
