"""Signing in by a plain form: the one answer that gives the browser its session's cookie.

Streamlit cannot set a cookie that scripts do not see, so the form is sent past it. The cookie holds
a random token and nothing else; it is new at every sign-in, whatever the browser had before. Only
our own pages may send the form: a browser tells where a form comes from, and another site that
signed somebody in under its own account would read what they type.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from maps.texts import LANGUAGES
from planning.errors import NotAllowed, OutreachError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "outreach_session"
LANGUAGE_COOKIE = "outreach_language"
PATH = "/sign-in"
_LONGEST_FORM = 16_384
"""Bytes. A password has a thousand characters at most."""
_A_YEAR = 365 * 24 * 3600

_served = threading.Event()


def served() -> bool:
    """True where this process answers the form; `streamlit run app.py` alone does not."""
    return _served.is_set()


def routes(begin: Callable[[str, str], str]) -> list[Route]:
    """The form's address. `begin` takes name and password and returns a session's token.

    It raises `NotAllowed` for what is wrong, and its words are carried to the page.
    """

    async def sign_in(request: Request) -> Response:
        if not _from_here(request):
            return PlainTextResponse("this form was sent by another site", status_code=403)
        given = await _form(request)
        if given is None:
            return PlainTextResponse("too long for a sign-in", status_code=413)
        try:
            token = await run_in_threadpool(begin, given.get("user", ""), given.get("password", ""))
        except NotAllowed as refusal:
            answer = RedirectResponse(f"/?refused={_code(str(refusal))}", status_code=303)
        except OutreachError:
            answer = RedirectResponse("/?refused=busy", status_code=303)
        else:
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        if (language := given.get("language", "")) in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE, language, max_age=_A_YEAR,
                httponly=True, samesite="strict", path="/",
            )  # fmt: skip
        answer.headers["cache-control"] = "no-store"
        return answer

    _served.set()
    return [Route(PATH, sign_in, methods=["POST"])]


class SecureCookies:
    """ASGI middleware: over TLS no cookie of this service is ever sent in the open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as `app` does, with `Secure` on every cookie that is set over TLS."""
        if scope["type"] != "http" or scope["scheme"] != "https":
            await self._app(scope, receive, send)
            return

        async def with_secure(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                cookies = headers.getlist("set-cookie")
                del headers["set-cookie"]
                for each in cookies:
                    secure = "; secure" in each.lower()
                    headers.append("set-cookie", each if secure else f"{each}; Secure")
            await send(message)

        await self._app(scope, receive, with_secure)


def _from_here(request: Request) -> bool:
    """True when one of our own pages sent the form. Every browser says so, in one way or another.

    `Sec-Fetch-Site` comes over TLS and on this machine; `Origin` comes elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host", "")


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of the form; None when it is longer than any sign-in."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10, keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _code(refusal: str) -> str:
    """What the page is told: `wrong`, or the minutes of a lockout."""
    minutes = [word for word in refusal.split() if word.isdecimal()]
    return minutes[0] if minutes else "wrong"
