"""The tour of docs/tour.md, with its pictures: everybody's main task in at most five clicks."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.conftest import Visitor, keep_picture
from playwright.sync_api import expect

from maps.texts import translator

if TYPE_CHECKING:
    from playwright.sync_api import Download, Locator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
MOST_CLICKS = 5
PHONE = {"width": 390, "height": 844}


class Clicks:
    """Counts what somebody presses after signing in."""

    def __init__(self, someone: Visitor) -> None:
        self._someone = someone
        self.made = 0

    def on(self, target: Locator) -> None:
        """One click, and the wait until the page is there."""
        target.click()
        self.made += 1
        self._someone.settle()

    def button(self, words: str) -> None:
        """A click on the button that says so."""
        self.on(self._someone.page.get_by_role("button", name=SAY(words), exact=True))

    def page(self, title: str) -> None:
        """A click on a link of the side bar."""
        links = self._someone.page.locator("[data-testid=stSidebarNavLink]")
        self.on(links.filter(has_text=re.compile(f"^{SAY(title)}$")))

    def view(self, words: str) -> None:
        """A click on a part of the page."""
        self.on(self._someone.page.get_by_role("radio", name=SAY(words), exact=True))

    def download(self, words: str) -> Download:
        """A click that brings a file."""
        target = self._someone.page.get_by_role("button", name=SAY(words), exact=True)
        target.scroll_into_view_if_needed()
        with self._someone.page.expect_download(timeout=120_000) as coming:
            target.click()
        self.made += 1
        return coming.value


SignedIn = Callable[..., tuple[Visitor, Clicks]]


@pytest.fixture
def signed_in(visitor: Callable[..., Visitor]) -> SignedIn:
    """Somebody on their main page, with no click made yet."""

    def of(user_id: str, **screen: int) -> tuple[Visitor, Clicks]:
        someone = visitor(**screen)
        someone.sign_in(user_id)
        return someone, Clicks(someone)

    return of


def test_a_team_takes_the_day_along(signed_in: SignedIn) -> None:
    """The page that works without a network is one tap away, and records in three more."""
    team, _ = signed_in("demo-team", **PHONE)
    link = team.page.get_by_role("link", name=SAY("Open on the phone")).get_attribute("href")
    assert link is not None
    team.page.goto(link)
    page, taps = team.page, 1
    page.locator("html[data-ready]").wait_for(state="attached", timeout=30_000)
    team.picture("phone-day")
    for tapped in ("[id^=record-]:visible", ".choice:has([value=nobody_home])", "#save"):
        page.locator(tapped).first.click()
        taps += 1
    expect(page.locator("#undo")).to_be_visible()  # kept, and not sent while it can be taken back
    # It speaks its browser's language: English here.
    expect(page.locator("#state", has_text="Everything is sent")).to_be_visible(timeout=60_000)
    print(f"\nteam's phone page: open the day and record an outcome in {taps} taps")
    assert taps <= MOST_CLICKS
    team.assert_clean()


def test_a_team_opens_its_day_and_records_an_outcome(signed_in: SignedIn) -> None:
    """On a phone: the day is there after signing in, an outcome is three taps away."""
    team, clicks = signed_in("demo-team", **PHONE)
    page = team.page
    expect(team.map().locator(".stop").first).to_be_visible(timeout=30_000)
    team.picture("team-route")
    record = page.get_by_role("button", name=SAY("Record outcome")).first
    record.scroll_into_view_if_needed()
    team.settle()
    clicks.on(record)
    form = page.locator("[data-testid=stPopoverBody]")
    clicks.on(form.get_by_text(SAY("nobody home"), exact=True))
    clicks.on(form.get_by_role("button", name=SAY("Save")))
    badge = page.locator(".stMarkdownBadge", has_text=SAY("nobody home"))
    expect(badge.first).to_be_visible(timeout=20_000)
    print(f"\nteam: open the day and record an outcome in {clicks.made} clicks")
    assert clicks.made <= MOST_CLICKS
    team.assert_clean()


def test_a_planner_looks_around(signed_in: SignedIn) -> None:
    """Beside the plan: what is left and why, addresses in doubt, the day as a timeline."""
    planner, clicks = signed_in("demo-planner")
    expect(planner.map().locator(".leaflet-container")).to_be_visible(timeout=60_000)
    planner.picture("planner-overview")
    clicks.view("Not visited")
    planner.picture("planner-not-visited")
    clicks.page("Addresses to review")
    planner.settle()
    planner.picture("planner-review")
    clicks.page("Change the plan")
    planner.settle()
    planner.picture("planner-change")
    assert clicks.made <= MOST_CLICKS
    planner.assert_clean()


@pytest.mark.parametrize(
    ("user_id", "picture"),
    [("demo-coordinator", "coordinator-coverage"), ("demo-viewer", "municipality-coverage")],
)
def test_coverage_and_its_export(signed_in: SignedIn, user_id: str, picture: str) -> None:
    """Coverage is there after signing in; every file of it is one click."""
    someone, clicks = signed_in(user_id)
    heading = someone.page.get_by_role("heading", name=SAY("Coverage"), exact=True)
    expect(heading).to_be_visible()
    expect(someone.map().locator(".leaflet-container")).to_be_visible(timeout=30_000)
    someone.picture(picture)
    report = clicks.download("PDF")
    assert report.path().read_bytes().startswith(b"%PDF")
    print(f"\n{user_id}: coverage and its report in {clicks.made} click")
    assert clicks.made <= MOST_CLICKS
    someone.assert_clean()


@pytest.mark.parametrize(
    ("user_id", "heading"), [("demo-auditor", "Log"), ("demo-admin", "Accounts")]
)
def test_others_have_what_they_came_for_at_once(
    signed_in: SignedIn, user_id: str, heading: str
) -> None:
    """The log and the accounts: no click at all."""
    someone, clicks = signed_in(user_id)
    page = someone.page
    expect(page.get_by_role("heading", name=SAY(heading), exact=True)).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame]").first).to_be_visible(timeout=30_000)
    someone.picture(heading.lower())
    print(f"\n{user_id}: {heading} in {clicks.made} clicks")
    assert clicks.made == 0
    someone.assert_clean()


def test_a_planner_plans_looks_publishes_and_prints(
    signed_in: SignedIn, tmp_path: Path, pdftoppm: str
) -> None:
    """Make a plan, see it, read what changes, publish; the files are the next thing on screen."""
    planner, clicks = signed_in("demo-planner")
    page = planner.page
    clicks.button("Make a plan")
    publish = page.get_by_role("button", name=SAY("Publish to the teams"))
    expect(publish).to_be_visible(timeout=300_000)
    planner.settle()
    expect(planner.map().locator(".leaflet-container")).to_be_visible()
    clicks.on(publish)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=30_000)
    planner.settle()
    planner.picture("planner-what-changes")
    clicks.on(dialog.get_by_role("button", name=SAY("Publish")))
    expect(page.get_by_text(f"{SAY('Published')} ·")).to_be_visible(timeout=30_000)
    clicks.button("Prepare the files")
    sheets = clicks.download("All sheets (PDF)")
    print(f"\nplanner: plan, look, publish, print in {clicks.made} clicks")
    assert clicks.made <= MOST_CLICKS
    assert sheets.path().read_bytes().startswith(b"%PDF")

    everything = zipfile.ZipFile(clicks.download("Everything (ZIP)").path())
    maps = [name for name in everything.namelist() if re.search(r"maps/.*\.html$", name)]
    longest = max(maps, key=lambda name: everything.read(name).count(b"data-row="))
    page.goto(Path(everything.extract(longest, tmp_path)).as_uri())
    expect(page.locator(".stop").first).to_be_visible()
    planner.picture("route")
    its_sheet = longest.replace("maps/", "sheets/").replace(".html", ".pdf")
    keep_first_page(Path(everything.extract(its_sheet, tmp_path)), pdftoppm)
    planner.assert_clean()


def keep_first_page(pdf: Path, pdftoppm: str) -> None:
    """Keeps a picture of it."""
    drawn = pdf.with_suffix("")
    subprocess.run([pdftoppm, "-png", "-singlefile", "-r", "80", str(pdf), str(drawn)], check=True)
    keep_picture(drawn.with_suffix(".png").read_bytes(), "sheet")
