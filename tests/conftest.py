"""What all tests share: where the real map files are, the browser, and quick Hypothesis.

With `OUTREACH_NOTHING_SKIPPED` set, as in CI, a skipped test fails the run: a check that did not
happen must not look like one that passed.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.loopback import stranger

pytest_plugins = ["postgres"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

settings.register_profile("quick", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("quick")


_called: list[str] = []


def _refuse_strangers(event: str, args: tuple[object, ...]) -> None:
    """An audit hook: it sees every socket of this process, whichever library opens it."""
    host = stranger(event, args)
    if host:
        _called.append(host)
        raise ConnectionRefusedError(f"a test asked for {host}")


sys.addaudithook(_refuse_strangers)


@pytest.fixture(autouse=True)
def nobody_else_is_asked() -> Iterator[list[str]]:
    """Fails a test that looks up or calls another machine, even where the error is caught."""
    _called.clear()
    yield _called
    assert not _called, f"another machine was asked for: {_called}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real map files and benchmark instances beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data here: {SHARED.name}/ is not beside the project's folder")
    return SHARED


@pytest.fixture(scope="session")
def geodata(shared: Path) -> Path:
    """Real OpenStreetMap files and official registers."""
    return shared / "geodata"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    found = next(
        (
            each
            for each in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
            if each
        ),
        None,
    )
    if found is None:
        pytest.skip("no Chromium on this machine: browser tests need one (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    """Poppler's renderer of PDF pages."""
    found = shutil.which("pdftoppm")
    if found is None:
        pytest.skip("no pdftoppm on this machine: PDF tests need poppler (Debian: poppler-utils)")
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run that must not skip anything and did."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("OUTREACH_NOTHING_SKIPPED"):
        reporter.write_line(f"{len(skipped)} tests were skipped where none may be.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
