"""The sample campaign served for real, and a page that notices every request and error."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page

ROOT = Path(__file__).resolve().parents[2]
OUTREACH = [sys.executable, str(ROOT / "outreach.py")]
PICTURES = Path(os.environ.get("OUTREACH_PICTURES", ROOT / "test-results"))


@dataclass
class Served:
    """A service of the sample campaign."""

    url: str
    sign_ins: dict[str, str]
    home: Path
    """Its home folder, to see what was kept."""
    log: IO[str] | None = None
    _running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """`outreach.py serve` at `url`; once more after `die`, at the same address."""
        command = [*OUTREACH, "serve", "--port", str(urlsplit(self.url).port)]
        env = {**os.environ, "OUTREACH_HOME": str(self.home)}
        self._running = subprocess.Popen(command, env=env, stdout=self.log, stderr=self.log)
        _wait_until_healthy(self.url, self._running)

    def cpu_seconds(self) -> float:
        """What it has worked since it was started; the processes it started not counted."""
        assert self._running is not None
        fields = (
            Path(f"/proc/{self._running.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def die(self) -> None:
        """Ends from one moment to the next, as in a power cut."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(timeout=20)

    def stop(self) -> None:
        """Ends as a service does that is told to."""
        if self._running is not None:
            self._running.terminate()
            self._running.wait(timeout=20)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`outreach.py demo` and `outreach.py serve`, in a home folder of their own."""
    home = tmp_path_factory.mktemp("home")
    env = {**os.environ, "OUTREACH_HOME": str(home)}
    made = subprocess.run(
        [*OUTREACH, "demo", "--json"], env=env, capture_output=True, text=True, timeout=400
    )
    assert made.returncode == 0, made.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryFile("w+") as log:
        served = Served(url, json.loads(made.stdout)["sign_ins"], home, log)
        try:
            served.start()
            yield served
        finally:
            served.stop()
            log.seek(0)
            print(log.read())


def _wait_until_healthy(url: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        assert running.poll() is None, "the service ended by itself"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("the service did not answer within three minutes")


def keep_picture(png: bytes, name: str) -> None:
    """Keeps a picture where `OUTREACH_PICTURES` says, in 256 colours: a third of the bytes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as drawn:
        few = drawn.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


@dataclass
class Visitor:
    """Somebody at a browser, and all that their pages asked for."""

    page: Page
    service: Served
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """What the pages tried against their content security policy."""

    def sign_in(self, user_id: str) -> None:
        """Signs in with a demo account."""
        self.page.goto(self.service.url)
        self.fill_sign_in(user_id, self.service.sign_ins[user_id])
        self.page.locator("h1").first.wait_for()
        self.settle()

    def fill_sign_in(self, user_id: str, password: str) -> None:
        """Fills the form and presses the button."""
        form = self.page.locator("form.sign-in")
        form.wait_for(timeout=30_000)
        form.locator("[name=user]").fill(user_id)
        form.locator("[name=password]").fill(password)
        form.locator("button").click()

    def go_to(self, title: str) -> None:
        """Follows a link of the side bar by its title."""
        links = self.page.locator("[data-testid=stSidebarNavLink]")
        links.filter(has_text=re.compile(f"^{title}$")).click()
        self.settle()

    def open(self, address: str) -> None:
        """Opens a page by its address within the app, as a bookmark does."""
        self.page.goto(f"{self.service.url}/{address}")
        self.page.locator("h1").first.wait_for(timeout=60_000)
        self.settle()

    def select(self, label: str, option: str | re.Pattern[str]) -> None:
        """Chooses an entry of a select box, by the words that it holds."""
        main = self.page.locator("[data-testid=stMain]")
        box = main.get_by_role("combobox", name=label, exact=True).first
        box.click()
        if isinstance(option, str):
            box.fill(option)  # a long list shows what fits the words
        self.page.get_by_role("option", name=option).first.click()
        self.settle()

    def map(self) -> FrameLocator:
        """What is inside the map on the page."""
        return self.page.frame_locator("iframe[src^='/shown/']").first

    def settle(self) -> None:
        """Waits until the page script has ended and nothing moves."""
        self.page.wait_for_timeout(700)
        self.page.wait_for_selector(
            "[data-testid=stStatusWidget]", state="detached", timeout=60_000
        )
        self.page.wait_for_timeout(300)

    def picture(self, name: str, *, full: bool = False) -> None:
        """Keeps a screenshot."""
        keep_picture(self.page.screenshot(full_page=full), name)

    def assert_clean(self) -> None:
        """Nothing went to another host, no page had an error or tried what it may not."""
        assert self.foreign == []
        assert self.errors == []
        assert self.violations == []

    def heard(self, message: ConsoleMessage) -> None:
        """Keeps what the console says of the content security policy."""
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.violations.append(message.text)


@pytest.fixture
def visitor(chromium: Browser, service: Served) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors with screens of any size."""
    with visitors(chromium, service) as visit:
        yield visit


@contextmanager
def visitors(chromium: Browser, service: Served) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors of a service; they leave at the end."""
    contexts = []

    def visit(
        *, width: int = 1280, height: int = 900, scheme: Literal["light", "dark"] = "light"
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        someone = Visitor(context.new_page(), service)
        own = urlsplit(service.url).netloc
        context.on(
            "request",
            lambda request: (
                someone.foreign.append(request.url)
                if request.url.startswith(("http", "ws")) and urlsplit(request.url).netloc != own
                else None
            ),
        )
        someone.page.on("pageerror", lambda error: someone.errors.append(str(error)))
        someone.page.on("console", someone.heard)
        return someone

    try:
        yield visit
    finally:
        for context in contexts:
            context.close()
