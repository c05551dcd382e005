"""Many people at once, each a session of Streamlit's own over a websocket, without a browser each.

A person does what a page in a browser does: connects with the cookie of its sign-in, asks for a
run of the page script, and takes in all messages until the script has ended.
"""

from __future__ import annotations

import asyncio
import random
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from statistics import quantiles
from typing import TYPE_CHECKING

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from browser.conftest import Served
    from streamlit.proto.Delta_pb2 import Delta
    from websockets.asyncio.client import ClientConnection


def cookie(service: Served, user_id: str) -> str:
    """The header of somebody who has sent the sign-in form."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = {"user": user_id, "password": service.sign_ins[user_id], "language": "bg"}
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"{service.url}/sign-in", body, {"Origin": service.url})
    opener.open(request, timeout=30).close()
    return "; ".join(f"{each.name}={each.value}" for each in jar)


@dataclass
class Crowd:
    """What was measured, in seconds."""

    first_runs: list[float] = field(default_factory=list)
    """From the connection to the first page."""
    reruns: list[tuple[str, float]] = field(default_factory=list)
    """Who clicked, and how long until the page was there."""
    health: list[float] = field(default_factory=list)
    """Answers of `/healthz`."""
    broken: list[str] = field(default_factory=list)
    """Pages that came without their map, or with an error."""

    def of(self, user_id: str) -> list[float]:
        """The reruns of one user's sessions."""
        return [seconds for who, seconds in self.reruns if who == user_id]

    def all(self) -> list[float]:
        """Everybody's reruns."""
        return [seconds for _, seconds in self.reruns]


def percentile(seconds: Sequence[float], percent: int) -> float:
    """The value that `percent` in a hundred of `seconds` do not exceed."""
    return quantiles(seconds, n=100, method="inclusive")[percent - 1]


def visit(
    service: Served, people: Sequence[str], *, going_on: Callable[[], bool],
    pause: tuple[float, float],
) -> Crowd:  # fmt: skip
    """Lets people work while `going_on` says so.

    Args:
        service: where.
        people: the account of each; several sessions may have the same.
        going_on: asked before every click.
        pause: shortest and longest time that somebody reads before the next click, seconds.
    """
    # In a thread of its own: a browser of this test has its loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _visit(service, people, going_on, pause)).result()


async def _visit(
    service: Served, people: Sequence[str], going_on: Callable[[], bool],
    pause: tuple[float, float],
) -> Crowd:  # fmt: skip
    crowd = Crowd()
    cookies = {user_id: cookie(service, user_id) for user_id in dict.fromkeys(people)}
    watch = asyncio.create_task(_watch(service, crowd))
    async with asyncio.TaskGroup() as group:
        for at, user_id in enumerate(people):
            chance = random.Random(at)
            person = _Person(service, user_id, crowd, chance, pause)
            group.create_task(person.work(cookies[user_id], going_on))
    watch.cancel()
    return crowd


async def _watch(service: Served, crowd: Crowd) -> None:
    while True:
        crowd.health.append(await asyncio.to_thread(_healthy, service))
        await asyncio.sleep(0.2)


def _healthy(service: Served) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(f"{service.url}/healthz", timeout=30) as answer:
        assert answer.read() == b"ok"
    return time.perf_counter() - began


@dataclass
class _Person:
    service: Served
    user_id: str
    crowd: Crowd
    chance: random.Random
    pause: tuple[float, float]

    async def work(self, cookies: str, going_on: Callable[[], bool]) -> None:
        """Comes some time after the others, then reads and clicks."""
        await asyncio.sleep(self.chance.uniform(0, self.pause[1]))
        address = f"{self.service.url.replace('http', 'ws', 1)}/_stcore/stream"
        async with connect(
            address, additional_headers={"Cookie": cookies}, subprotocols=["streamlit"],
            max_size=None, origin=self.service.url, open_timeout=60, ping_interval=None,
        ) as line:  # fmt: skip
            self.crowd.first_runs.append(await self._run(line))
            while going_on():
                await asyncio.sleep(self.chance.uniform(*self.pause))
                self.crowd.reruns.append((self.user_id, await self._run(line)))

    async def _run(self, line: ClientConnection) -> float:
        """Asks for one run of the page script and waits for its end; seconds."""
        ask = BackMsg()
        ask.rerun_script.page_name = ""
        began = time.perf_counter()
        await line.send(ask.SerializeToString())
        drawn = set()
        while True:
            message = ForwardMsg.FromString(await line.recv())
            if message.HasField("delta"):
                drawn.update(_kinds(message.delta))
            elif message.HasField("script_finished"):
                break
        seconds = time.perf_counter() - began
        well = message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        if not well or "iframe" not in drawn or "exception" in drawn:
            self.crowd.broken.append(f"{self.user_id}: {sorted(drawn)}")
        return seconds


def _kinds(delta: Delta) -> Iterator[str]:
    """What a message puts on the page."""
    if delta.HasField("new_element"):
        yield str(delta.new_element.WhichOneof("type"))
