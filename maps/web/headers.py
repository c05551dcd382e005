"""Headers of every answer: what the browser may run, load and show.

No script runs that did not come as a file from this service. Streamlit's own page has one line of
script within its HTML; its hash, taken from the installed file, is allowed and nothing like it.
Streamlit draws with styles made on the fly, so styles stay free; a component's code comes as a
`blob:` that Streamlit's own script makes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

ALWAYS = {
    "x-content-type-options": "nosniff",
    # With no referrer at all browsers send no origin either, and signing in asks for one.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}


class Headers:
    """ASGI middleware; what an answer says itself is left as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as `app` does, with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**ALWAYS, "content-security-policy": page_policy()}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


@cache
def page_policy() -> str:
    """The content security policy of Streamlit's pages."""
    index = (files("streamlit") / "static" / "index.html").read_text("utf-8")
    hashes = [script_hash(script) for script in _INLINE.findall(index)]
    return policy(
        {
            "default-src": ["'self'"],
            "script-src": ["'self'", "blob:", *hashes],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"],
            "font-src": ["'self'", "data:"],
            "worker-src": ["'self'", "blob:"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
        }
    )


def script_hash(script: str) -> str:
    """A script as a policy names it."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def policy(rules: dict[str, Iterable[str]]) -> str:
    """The header's text."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())
