"""A service that ends in the middle of a search, and starts again: the plan is still made."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.conftest import Served, Visitor, visitors
from playwright.sync_api import expect

from data.home import Home
from data.opening import registry_of
from maps.texts import translator

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t


@pytest.fixture
def office(service: Served, tmp_path: Path) -> Iterator[Served]:
    """The sample once more, in a home of its own: nobody else sees its service die."""
    home = Home(tmp_path / "home")
    shutil.copytree(
        service.home, home.folder, ignore=shutil.ignore_patterns(f"{home.registry_file.name}*")
    )
    with (
        closing(sqlite3.connect(Home(service.home).registry_file)) as theirs,
        closing(sqlite3.connect(home.registry_file)) as ours,
    ):
        theirs.backup(ours)  # the other service goes on working
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryFile("w+") as log:
        served = Served(url, service.sign_ins, home.folder, log)
        try:
            served.start()
            yield served
        finally:
            served.stop()
            log.seek(0)
            print(log.read())


@pytest.fixture
def visit(chromium: Browser, office: Served) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors of that service."""
    with visitors(chromium, office) as made:
        yield made


def test_progress_survives_a_reload_and_a_dead_service(
    visit: Callable[..., Visitor], office: Served
) -> None:
    """Thirty seconds of search: a reload finds it, a power cut does not end it, one plan is made.

    After the cut nobody touches the page: it finds the service again by itself, still signed in.
    """
    planner = visit()
    page = planner.page
    planner.sign_in("demo-planner")
    before = newest_plan(office)
    begin = page.get_by_role("button", name=SAY("Make a plan"))
    stop = page.get_by_role("button", name=SAY("Stop with the best so far"))
    begin.click()
    expect(stop).to_be_visible(timeout=20_000)
    page.reload()
    expect(stop).to_be_visible(timeout=30_000)
    expect(page.get_by_role("progressbar")).to_be_visible()
    office.die()
    office.start()
    page.reload()
    expect(stop).to_be_visible(timeout=60_000)
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert newest_plan(office) == before, "the search that was cut off left none"
    expect(begin).to_be_visible(timeout=120_000)
    assert newest_plan(office) == before + 1, page.inner_text("[data-testid=stMain]")
    expect(page.get_by_text(SAY("Draft"))).to_be_visible(timeout=30_000)
    planner.assert_clean()


def newest_plan(office: Served) -> int:
    """The version of the campaign's newest plan, draft or not."""
    registry = registry_of(Home(office.home))
    with registry.work("test", reading=True) as work:
        found = work.plan(work.campaigns()[0].campaign_id)
    registry.close()
    return found.version if found else 0
