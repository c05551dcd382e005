"""The sample campaign served for real, and a page that notices every request and error."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("OUTREACH_PICTURES", ROOT / "test-results"))


@dataclass
class Served:
    """A running service."""

    url: str
    sign_ins: dict[str, str]
    home: Path
    """Its home folder, to see what was kept."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`outreach.py demo` and `outreach.py serve`, in a home folder of their own."""
    home = tmp_path_factory.mktemp("home")
    env = {**os.environ, "OUTREACH_HOME": str(home)}
    command = [sys.executable, str(ROOT / "outreach.py")]
    made = subprocess.run(
        [*command, "demo", "--json"], env=env, capture_output=True, text=True, timeout=400
    )
    assert made.returncode == 0, made.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("log") / "serve.log").open("w+")
    running = subprocess.Popen(
        [*command, "serve", "--port", str(port)], env=env, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url, running)
        yield Served(url, json.loads(made.stdout)["sign_ins"], home)
    finally:
        running.terminate()
        running.wait(timeout=20)
        log.seek(0)
        print(log.read())
        log.close()


def _wait_until_healthy(url: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert running.poll() is None, "the service ended by itself"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("the service did not answer within a minute")


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
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=full)

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

    yield visit
    for context in contexts:
        context.close()
