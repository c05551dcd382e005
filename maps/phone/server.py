"""The phone's page over HTTP: files that are the same for everybody, and two questions.

`POST day` asks for a team's day, `POST reports` hands in what was found. Both name the link in
their body, which no log keeps. Nothing here sets a cookie or reads one: a page of another site has
nothing to send. Everything is asked of `planning.desk`, as from any other page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from maps.phone.payload import Terms, payload
from maps.phone.words import all_words
from maps.web.headers import ALWAYS, policy
from planning import wire
from planning.desk import Desk, holder, let_in
from planning.errors import InputError, NotFound, OutreachError
from planning.model import PhoneLink, User
from planning.phone import Answer, LinkRefused, Report, Taken, Why
from planning.stores import Registry

if TYPE_CHECKING:
    from starlette.requests import Request

    from maps.basemap import Basemap

PATH = "/t"
"""Under which everything of the phone's page lies; what installs it may control nothing else."""
MOST_BYTES = 256_000
"""Of one question."""
MOST_REPORTS = 100
"""In one question."""

_KINDS = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}
SAFE = {
    **ALWAYS,
    "content-security-policy": policy(
        {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'"],
            "connect-src": ["'self'"],
            "manifest-src": ["'self'"],
            "worker-src": ["'self'"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
            "frame-ancestors": ["'none'"],
            "require-trusted-types-for": ["'script'"],
            "trusted-types": ["outreach"],
        }
    ),
    "permissions-policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
}
"""Of every answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One of the page's own files."""

    kind: str
    plain: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Kept:
        """A file by its name."""
        tag = hashlib.sha256(content).hexdigest()[:16]
        packed = gzip.compress(content, 9, mtime=0)
        return cls(_KINDS[name.rpartition(".")[2]], content, packed, f'"{tag}"')


@cache
def page_files() -> dict[str, Kept]:
    """Name → file; the page itself is `""`."""
    folder = files("maps.phone") / "files"
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    found["icon.svg"] = (files("maps.assets") / "icon.svg").read_bytes()
    words = json.dumps(all_words(), ensure_ascii=False, separators=(",", ":"))
    found["words.json"] = words.encode()
    page, worker = found.pop("index.html"), found.pop("worker.js")
    kept = {name: Kept.of(name, content) for name, content in sorted(found.items())}
    kept[""] = Kept.of("index.html", page)
    version = hashlib.sha256("".join(each.tag for each in kept.values()).encode()).hexdigest()
    shell = json.dumps({"version": version[:16], "files": sorted(kept)})
    parts = (f"const SHELL = {shell};\n".encode(), found["store.js"], found["send.js"], worker)
    kept["worker.js"] = Kept.of("worker.js", b"".join(parts))
    return kept


@dataclass(slots=True)
class WrongLinks:
    """Who tries links that are none: after some, a place has to wait, whatever it sends.

    Phones that got in before are let through: an office's network may have one address for all.
    """

    most: int = 20
    within: timedelta = timedelta(minutes=10)
    places: int = 10_000
    """Remembered at most, so that memory has an end."""
    _tries: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def must_wait(self, place: str, token: str, now: datetime) -> bool:
        """True when this place has tried too many."""
        with self._lock:
            tries = self._tries.get(place, deque())
            while tries and tries[0] <= now - self.within:
                tries.popleft()
            return len(tries) >= self.most and _digest(token) not in self._known

    def note(self, place: str, token: str, now: datetime, *, wrong: bool) -> None:
        """Remembers how a try went."""
        with self._lock:
            if wrong:
                self._tries.setdefault(place, deque(maxlen=self.most)).append(now)
                self._tries.move_to_end(place)
                _shorten(self._tries, self.places)
            else:
                self._known[_digest(token)] = None
                _shorten(self._known, self.places)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _shorten(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class PhonePage:
    """The routes, and the office that they ask."""

    registry: Registry
    desk: Callable[[User], Desk]
    basemap: Callable[[str], Basemap]
    """Of a region by its name."""
    now: Callable[[], datetime]
    """The time at the office, with its own offset."""
    wrong: WrongLinks = field(default_factory=WrongLinks)

    def routes(self) -> list[Route]:
        """For the server."""
        return [
            Route(PATH, _to_the_page),
            Route(f"{PATH}/", _file),
            Route(f"{PATH}/day", self._day, methods=["POST"]),
            Route(f"{PATH}/reports", self._reports, methods=["POST"]),
            Route(f"{PATH}/{{name}}", _file),
        ]

    async def _day(self, request: Request) -> Response:
        return await self._answered(request, self.day)

    async def _reports(self, request: Request) -> Response:
        return await self._answered(request, self.reports)

    async def _answered(
        self, request: Request, ask: Callable[[dict[str, Any]], dict[str, object]]
    ) -> Response:
        try:
            question = _question(await _body(request))
        except InputError as error:
            return _told(400, {"fault": str(error)})
        place = request.client.host if request.client else ""
        return await run_in_threadpool(self._asked, place, question, ask, _packs(request))

    def _asked(
        self, place: str, question: dict[str, Any],
        ask: Callable[[dict[str, Any]], dict[str, object]], pack: bool,
    ) -> Response:  # fmt: skip
        token = question["link"]
        if self.wrong.must_wait(place, token, self.now()):
            return _told(429, {"why": "wait"}, {"Retry-After": "600"})
        try:
            answer = ask(question)
        except LinkRefused as refused:
            unknown = refused.why is Why.UNKNOWN
            self.wrong.note(place, token, self.now(), wrong=unknown)
            return _told(403, {"why": refused.why})
        except NotFound:
            answer = {"why": "no_route"}
        except OutreachError:  # the registry is busy, say: the phone tries again by itself
            return _told(503, {"why": "busy"}, {"Retry-After": "30"})
        self.wrong.note(place, token, self.now(), wrong=False)
        return _told(200, answer, pack=pack)

    def day(self, question: dict[str, Any]) -> dict[str, object]:
        """A team's day.

        Raises:
            LinkRefused: the link opens nothing.
            NotFound: the team has no route that day.
        """
        link = self._link(question)
        desk = self.desk(holder(link))
        found = desk.phone_day(link)
        campaign = next(each for each in desk.campaigns() if each.campaign_id == link.campaign_id)
        return payload(
            found,
            Terms(link, self.now()),
            basemap=self.basemap(campaign.region),
            info=desk.region(campaign).info,
        )

    def reports(self, question: dict[str, Any]) -> dict[str, object]:
        """What became of each report; one that cannot be read stops no other.

        Raises:
            LinkRefused: the link takes nothing in.
        """
        link = self._link(question, sending=True)
        given = question.get("reports")
        rows = given[:MOST_REPORTS] if isinstance(given, list) else []
        readable, answers = [], []
        for row in rows:
            try:
                readable.append(wire.load(Report, json.dumps(row)))
            except InputError as error:
                key = row.get("key") if isinstance(row, dict) else None
                answers.append(Answer(str(key or ""), Taken.REFUSED, str(error)))
        answers += self.desk(holder(link)).take_reports(link, readable)
        return {"answers": [
            {"key": each.key, "taken": each.taken, "why": each.why} for each in answers
        ]}  # fmt: skip

    def _link(self, question: dict[str, Any], *, sending: bool = False) -> PhoneLink:
        return let_in(self.registry, question["link"], now=self.now(), sending=sending)


def _file(request: Request) -> Response:
    name = str(request.path_params.get("name", ""))
    kept = page_files().get(name)
    if kept is None:
        return Response(status_code=404, headers=SAFE)
    headers = {**SAFE, "Cache-Control": "no-cache", "ETag": kept.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == kept.tag:
        return Response(status_code=304, headers=headers)
    if not _packs(request):
        return Response(kept.plain, media_type=kept.kind, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(kept.packed, media_type=kept.kind, headers=headers)


def _to_the_page(_request: Request) -> Response:
    # The part behind `#` stays with the browser, which takes it along.
    return RedirectResponse(f"{PATH}/", headers=SAFE)


async def _body(request: Request) -> bytes:
    """The whole question.

    Raises:
        InputError: it is too long; the rest is not read.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise InputError("this is more than a phone sends at once")
        parts.append(part)
    return b"".join(parts)


def _question(body: bytes) -> dict[str, Any]:
    """A JSON object with at least a text named `link`.

    Raises:
        InputError: it is something else.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("link"), str):
        raise InputError("this is no question of the phone's page")
    return found


def _packs(request: Request) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _told(
    status: int, said: dict[str, object], more: dict[str, str] | None = None, *, pack: bool = False
) -> Response:
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {**SAFE, **(more or {}), "Cache-Control": "no-store"}
    if pack:
        content = gzip.compress(content, 6)
        headers["Content-Encoding"] = "gzip"
    return Response(content, status, headers, "application/json")
