"""Each of the three users does the main thing, in a real browser, on the sample campaign."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.conftest import Visitor
from playwright.sync_api import expect

from maps.texts import translator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
Visit = Callable[..., Visitor]

NEW_CASES = (
    "№ на случая;Община;Населено място;Адрес;Приоритет\r\n"
    "НОВ-1;Русе;Русе;гр. Русе, ул. Христо Ботев 5;неотложен\r\n"
    "НОВ-2;Русе;Русе;{{7*191}}<img src=x onerror=alert(1)>;\r\n"
    "НОВ-3;Русе;Русе;гр. Русе, ул. Христо Ботев 7;вчера\r\n"
).encode("cp1251")


def test_planner_imports_plans_and_publishes(visitor: Visit) -> None:
    """A late list comes in; the planner imports it, plans again, looks, and publishes."""
    planner = visitor()
    page = planner.page
    planner.sign_in("demo-planner")
    expect(page.get_by_role("heading", name=SAY("Plan"), exact=True)).to_be_visible()
    planner.settle()
    expect(planner.map().locator(".leaflet-container")).to_be_visible()
    planner.picture("planner-overview")

    planner.go_to(SAY("Lists"))
    page.locator("input[type=file]").first.set_input_files(
        {"name": "късно.csv", "mimeType": "text/csv", "buffer": NEW_CASES}
    )
    expect(page.get_by_text("2 от 3 реда")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("вчера")).to_be_visible()
    page.get_by_role("button", name=SAY("Import cases")).click()
    expect(page.get_by_text("2 случая са внесени")).to_be_visible(timeout=60_000)
    planner.picture("planner-lists")

    planner.go_to(SAY("Addresses to review"))
    waiting = page.get_by_text("чакат.")
    before = waiting.inner_text()
    planner.picture("planner-review")
    page.get_by_text(SAY("No such address"), exact=True).click()
    page.get_by_role("button", name=SAY("Keep this decision")).click()
    expect(waiting).not_to_have_text(before, timeout=20_000)

    planner.go_to(SAY("Plan"))
    page.get_by_role("button", name=SAY("Make a plan")).click()
    expect(page.get_by_text(SAY("Stop with the best so far"))).to_be_visible(timeout=20_000)
    # The page stays usable while the plan is made in a process of its own.
    page.get_by_role("radio", name=SAY("Districts"), exact=True).click()
    expect(page.get_by_text(SAY("Move a settlement to another team"))).to_be_visible(timeout=10_000)
    publish = page.get_by_role("button", name=SAY("Publish to the teams"))
    expect(publish).to_be_visible(timeout=120_000)
    page.get_by_role("radio", name=SAY("Not visited"), exact=True).click()
    planner.settle()
    planner.picture("planner-not-visited")
    page.get_by_role("radio", name=SAY("Routes"), exact=True).click()
    planner.settle()
    assert planner.map().locator(".stop").count() >= 1
    planner.picture("planner-route")
    publish.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=20_000)
    planner.settle()
    planner.picture("planner-what-changes")
    dialog.get_by_role("button", name=SAY("Publish")).click()
    expect(publish).to_be_hidden(timeout=20_000)
    planner.settle()
    expect(page.get_by_text(f"{SAY('Published')} ·")).to_be_visible()
    planner.assert_clean()


def test_a_day_that_goes_wrong_is_repaired(visitor: Visit) -> None:
    """A team cannot come: the planner says so, and reads what changes before the teams do."""
    planner = visitor()
    page = planner.page
    planner.sign_in("demo-planner")
    planner.go_to(SAY("Change the plan"))
    expect(page.get_by_text(SAY("Keep it there in later plans"))).to_be_visible(timeout=30_000)
    planner.picture("planner-change")
    page.get_by_role("radio", name=SAY("Something happened"), exact=True).click()
    planner.settle()
    page.get_by_role("button", name=SAY("Repair the plan")).click()
    told = page.get_by_text(SAY("Repaired. Look at what changes, then publish the draft."))
    expect(told).to_be_visible(timeout=120_000)
    page.get_by_role("radio", name=SAY("What changes"), exact=True).click()
    planner.settle()
    expect(page.locator("[data-testid=stDataFrame]").first).to_be_visible(timeout=20_000)
    planner.picture("planner-news")
    planner.assert_clean()


def test_planner_stops_early_and_finds_the_plan_after_a_reload(visitor: Visit) -> None:
    """Progress is kept by the service, not by the page; stopping keeps the best plan so far."""
    planner = visitor()
    page = planner.page
    planner.sign_in("demo-planner")
    page.get_by_role("button", name=SAY("Make a plan")).click()
    expect(page.get_by_text(SAY("Stop with the best so far"))).to_be_visible(timeout=20_000)
    page.goto(planner.service.url)  # opened anew: the sign-in holds
    stop = page.get_by_role("button", name=SAY("Stop with the best so far"))
    expect(stop).to_be_visible(timeout=20_000)
    planner.picture("planner-progress")
    stop.click()
    expect(page.get_by_role("button", name=SAY("Make a plan"))).to_be_visible(timeout=60_000)
    planner.settle()
    expect(page.get_by_text(SAY("Draft"))).to_be_visible()
    planner.assert_clean()


def test_team_drives_its_route_and_records_an_outcome(visitor: Visit) -> None:
    """On a phone: the map, the stops, and one outcome, kept once."""
    team = visitor(width=390, height=844)
    page = team.page
    team.sign_in("demo-team")
    expect(page.get_by_role("heading", name=SAY("Route of the day"))).to_be_visible()
    team.settle()
    expect(team.map().locator(".stop").first).to_be_visible(timeout=30_000)
    team.picture("team-route")
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert sideways <= 0, "the page scrolls sideways on a phone"

    record = page.get_by_role("button", name=SAY("Record outcome")).first
    record.scroll_into_view_if_needed()  # a thumb scrolls first, and then taps
    team.settle()
    record.click()
    form = page.locator("[data-testid=stPopoverBody]")
    form.get_by_text(SAY("refused"), exact=True).click()
    team.settle()
    form.get_by_role("button", name=SAY("Save")).click()
    team.settle()
    page.keyboard.press("Escape")
    badge = page.locator(".stMarkdownBadge", has_text=SAY("refused"))
    expect(badge.first).to_be_visible(timeout=10_000)
    team.picture("team-stops", full=True)
    team.assert_clean()


def test_municipality_sees_coverage_and_no_child(visitor: Visit) -> None:
    """A viewer sees shares by area; settlements with few children stay hidden, and no point."""
    viewer = visitor()
    page = viewer.page
    viewer.sign_in("demo-viewer")
    expect(page.get_by_role("heading", name=SAY("Coverage"), exact=True)).to_be_visible()
    viewer.settle()
    shown = viewer.map()
    expect(shown.locator(".leaflet-container")).to_be_visible()
    viewer.picture("municipality-coverage")
    page.get_by_role("radio", name=SAY("Settlement"), exact=True).click()
    viewer.settle()
    assert SAY("suppressed: too few to show") in viewer.map().locator("body").inner_text()
    assert viewer.map().locator(".stop").count() == 0, "no points for viewers"
    text = viewer.map().locator("html").inner_html()
    assert "RU-0" not in text
    viewer.picture("municipality-settlements")
    viewer.assert_clean()


@pytest.mark.parametrize(
    ("user_id", "heading"),
    [("demo-coordinator", "Coverage"), ("demo-auditor", "Log"), ("demo-admin", "Accounts")],
)
def test_everybody_else_has_a_page_of_their_own(visitor: Visit, user_id: str, heading: str) -> None:
    """Nobody who signs in meets an empty or broken page."""
    someone = visitor()
    someone.sign_in(user_id)
    expect(someone.page.get_by_role("heading", name=SAY(heading), exact=True)).to_be_visible()
    someone.settle()
    someone.picture(user_id)
    someone.assert_clean()


def test_a_wrong_password_says_nothing_about_the_name(visitor: Visit) -> None:
    """A stranger cannot find out who has an account."""
    stranger = visitor()
    said = []
    for name in ("demo-planner", "nobody-here"):
        stranger.page.goto(stranger.service.url)
        stranger.fill_sign_in(name, "wrong-wrong-wrong")
        alert = stranger.page.get_by_role("alert")
        expect(alert).to_be_visible(timeout=20_000)
        said.append(alert.inner_text())
    assert said[0] == said[1]
    stranger.assert_clean()
