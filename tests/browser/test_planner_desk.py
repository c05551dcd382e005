"""The planner hands districts over on the map and drags a stop on the timeline, for real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from browser.conftest import Served, Visitor
from playwright.sync_api import Locator, expect

from data.home import Home
from data.opening import registry_of
from maps.texts import translator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = translator("bg")
SAY = TEXTS.t
Visit = Callable[..., Visitor]


def home_teams(service: Served) -> dict[str, str]:
    """Case id → the team whose district it was moved to by hand."""
    with registry_of(Home(service.home)).work("test", reading=True) as work:
        records = work.cases(work.campaigns()[0].campaign_id)
    return {each.case.case_id: each.home_team for each in records if each.home_team}


def busiest_day(service: Served) -> date:
    """The day of the newest plan on which most teams go out: others may be over by now."""
    with registry_of(Home(service.home)).work("test", reading=True) as work:
        found = work.plan(work.campaigns()[0].campaign_id)
    assert found is not None
    return Counter(route.day for route in found.plan.routes if route.stops).most_common(1)[0][0]


def test_a_part_of_the_town_changes_hands_on_the_map(visitor: Visit, service: Served) -> None:
    """A cell is clicked, a team chosen: its work follows at once, and undo takes it back."""
    planner = visitor()
    planner.sign_in("demo-planner")
    page = planner.page
    page.get_by_role("radio", name=SAY("Districts"), exact=True).click()
    frame, teams = page.locator(".districts"), page.locator(".district-panel .team")
    expect(teams.first).to_be_visible(timeout=30_000)
    planner.settle()
    before = home_teams(service)
    cell = frame.evaluate(
        "(frame) => { const { map, cells, homes } = frame.kept;"
        " const found = cells.find(({ visits }) => visits.every((each) => homes[each] > 0));"
        " map.setView(found.middle, 15, { animate: false });"
        " const at = map.latLngToContainerPoint(found.middle);"
        " return { x: at.x, y: at.y, doors: found.visits.length }; }"
    )
    expect(teams.first).to_be_disabled()
    page.locator(".district-map").click(position={"x": cell["x"], "y": cell["y"]})
    chosen = SAY("Doors chosen: {count}. Which team goes there?", count=cell["doors"])
    expect(page.get_by_text(chosen)).to_be_visible()
    expect(teams.first).to_be_enabled()
    work = teams.first.inner_text()
    planner.picture("planner-districts")
    teams.first.click()
    expect(teams.first).not_to_have_text(work, timeout=20_000)
    planner.settle()
    moved = {one for one, team in home_teams(service).items() if before.get(one) != team}
    assert len(moved) >= cell["doors"]

    page.get_by_role("button", name=SAY("Draw around doors")).click()
    draw_around(page.locator(".district-map"))
    expect(teams.first).to_be_enabled()
    page.get_by_role("button", name=SAY("Choose none")).click()
    expect(teams.first).to_be_disabled()

    page.get_by_role("button", name=SAY("Undo"), exact=True).click()
    expect(page.get_by_text(SAY("Taken back."))).to_be_visible(timeout=20_000)
    assert home_teams(service) == before
    planner.assert_clean()


def draw_around(board: Locator) -> None:
    """A square with the pointer held down, nearly as large as the map."""
    box = board.bounding_box()
    assert box is not None
    mouse = board.page.mouse
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.85), (0.1, 0.85), (0.1, 0.1)]
    path = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    mouse.move(*path[0])
    mouse.down()
    for corner in path[1:]:
        mouse.move(*corner, steps=4)
    mouse.up()


def test_a_stop_is_dragged_to_another_team(visitor: Visit, service: Served) -> None:
    """The drop is judged in words and shown as it would be; only the button keeps it."""
    planner = visitor(height=1100)
    planner.sign_in("demo-planner")
    planner.go_to(SAY("Change the plan"))
    page = planner.page
    rows = page.locator(".timeline .row")
    expect(page.locator(".timeline .stop").first).to_be_visible(timeout=60_000)
    planner.select(SAY("Day"), TEXTS.date(busiest_day(service)))
    busy = [at for at in range(rows.count()) if rows.nth(at).locator(".stop").count()]
    assert len(busy) > 1, "on this day one team alone has stops"
    one, other = (rows.nth(at) for at in busy[:2])  # a team that is idle that day has an empty row
    here = one.locator(".stop").count()
    stop = one.locator(".stop").first
    name = stop.get_attribute("data-visit")
    drag(stop, onto=other.locator(".stop").last)
    back = page.get_by_role("button", name=SAY("Put it back"))
    expect(back).to_be_visible(timeout=20_000)
    expect(other.locator(f"[data-visit='{name}']")).to_be_visible()
    expect(one.locator(".stop")).to_have_count(here - 1)
    judged = page.locator("[data-testid=stAlert]").first
    expect(judged).to_be_visible()
    planner.picture("planner-timeline")
    back.click()
    expect(one.locator(".stop")).to_have_count(here, timeout=20_000)

    # The keyboard's way: the arrow keys ask the same.
    planner.settle()
    one.locator(".stop").first.focus()
    page.keyboard.press("ArrowDown")
    below = rows.nth(busy[0] + 1)
    expect(below.locator(f"[data-visit='{name}']")).to_be_visible(timeout=20_000)
    planner.assert_clean()


def drag(stop: Locator, *, onto: Locator) -> None:
    """Drags the middle of a stop onto the right half of another one."""
    start, end = stop.locator(".door").bounding_box(), onto.locator(".door").bounding_box()
    assert start is not None
    assert end is not None
    mouse = stop.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(end["x"] + end["width"], end["y"] + end["height"] / 2, steps=8)
    mouse.up()
