"""A provider of sign-ins (OpenID Connect) on this machine, for tests: who asks is let in as told.

`uvicorn`-served Starlette; keys made anew. It speaks as much of OpenID Connect Core 1.0 as a
browser's sign-in needs: discovery, authorization code with PKCE, token, keys, end of session.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

CLIENT_ID, CLIENT_SECRET = "outreach", "a secret between the two"


@dataclass
class Provider:
    """What it says of whoever comes: change `claims` between sign-ins."""

    port: int
    claims: dict[str, object] = field(default_factory=lambda: {"sub": "s-1"})
    age: int = 0
    """Seconds ago that the sign-in is said to have happened."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths in the order they were asked for."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def secrets_file(self, app_url: str) -> str:
        """`secrets.toml` of an office that uses this provider."""
        return (
            "[auth]\n"
            f'redirect_uri = "{app_url}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT_ID}"\n'
            f'client_secret = "{CLIENT_SECRET}"\n'
            f'server_metadata_url = "{self.issuer}/.well-known/openid-configuration"\n'
        )

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/end", self._end),
            ]
        )

    async def _configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        self.asked.append("authorize")
        asked = dict(request.query_params)
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code":
            return PlainTextResponse("wrong client", status_code=400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        given = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or request.headers["authorization"] != f"Basic {given}":
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now - self.age, "exp": now + 3600,
            "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)
        return JSONResponse(
            {"access_token": "none", "token_type": "Bearer", "expires_in": 60, "id_token": token}
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _end(self, request: Request) -> Response:
        self.asked.append("end")
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Provider(free.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(made.app(), host="127.0.0.1", port=made.port, log_level="warning")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield made
    finally:
        server.should_exit = True
        thread.join(timeout=10)
