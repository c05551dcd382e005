"""The planner decides on addresses by clicking the map, in a real browser."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
from browser.conftest import Served, Visitor
from playwright.sync_api import expect

from data.home import Home
from data.opening import registry_of
from maps.texts import translator
from planning.model import CaseRecord, LonLat

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
Visit = Callable[..., Visitor]


@pytest.fixture
def planner(visitor: Visit) -> Visitor:
    """A planner in front of the queue."""
    someone = visitor()
    someone.sign_in("demo-planner")
    someone.go_to(SAY("Addresses to review"))
    expect(someone.page.locator(".pin-map .leaflet-control-zoom")).to_be_visible(timeout=30_000)
    return someone


def case_in_hand(planner: Visitor) -> str:
    badge = planner.page.locator("[data-testid=stMarkdown]", has_text="RU-").first
    return badge.inner_text().split()[0]


def kept(service: Served, case_id: str) -> CaseRecord:
    """The case as the registry has it."""
    with registry_of(Home(service.home)).work("test", reading=True) as work:
        return work.case(work.campaigns()[0].campaign_id, case_id)


def under(planner: Visitor, x: int, y: int) -> LonLat:
    """(lon, lat) of the map's pixel at x, y."""
    lon, lat = planner.page.locator(".pin-frame").evaluate(
        "(frame, at) => { const found = frame.kept.map.containerPointToLatLng(at);"
        " return [found.lng, found.lat]; }",
        [x, y],
    )
    return lon, lat


def metres(one: LonLat, other: LonLat) -> float:
    east = (one[0] - other[0]) * math.cos(math.radians(one[1]))
    return 111_320 * math.hypot(east, one[1] - other[1])


def test_a_click_on_the_map_is_where_the_family_lives(planner: Visitor, service: Served) -> None:
    """The planner knows the house: a click, a drag, Keep; the next address comes up at once."""
    page = planner.page
    case_id = case_in_hand(planner)
    page.locator(".pin-map").click(position={"x": 120, "y": 140})
    pin = page.locator(".pin-map .dropped")
    expect(pin).to_be_visible()
    expect(pin).to_have_attribute("title", SAY("A point on the map"))
    expect(page.get_by_role("radio", name=SAY("A point on the map"))).to_be_checked()
    planner.settle()
    box = pin.bounding_box()
    assert box is not None
    foot = (box["x"] + 17, box["y"] + 30)
    page.mouse.move(*foot)
    page.mouse.down()
    page.mouse.move(foot[0] + 40, foot[1] + 25, steps=6)
    page.mouse.up()
    planner.settle()
    there = under(planner, 160, 165)
    planner.picture("planner-review-pin")
    page.get_by_role("button", name=SAY("Keep this decision")).click()
    expect(page.get_by_text(SAY("The decision on {case} is kept.", case=case_id))).to_be_visible()
    planner.settle()
    assert case_in_hand(planner) != case_id
    record = kept(service, case_id)
    assert record.decided_by == "demo-planner"
    assert record.place is not None
    assert record.place.lon is not None
    assert record.place.lat is not None
    assert metres((record.place.lon, record.place.lat), there) < 5

    page.get_by_role("radio", name=re.compile(f"^{SAY('Decided')} ")).click()
    planner.settle()
    expect(page.get_by_text("Planner (demo),")).to_be_visible()
    planner.picture("planner-review-decided")
    page.get_by_role("button", name=SAY("Take the decision back")).click()
    planner.settle()
    assert kept(service, case_id).decided_by == ""
    planner.assert_clean()


def test_a_candidate_on_the_map_is_chosen_by_a_click(planner: Visitor) -> None:
    """The number on the map and the line of the list are one choice; the keyboard keeps it."""
    page = planner.page
    case_id = case_in_hand(planner)
    page.get_by_text(SAY("No such address"), exact=True).click()
    planner.settle()
    page.locator(".pin-map .stop", has_text="1").click()
    expect(page.locator(".pin-map .stop.chosen")).to_have_count(1)
    planner.settle()
    expect(page.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(SAY("The decision on {case} is kept.", case=case_id))).to_be_visible()
    planner.assert_clean()


def test_the_map_follows_to_streets_it_had_not_drawn(planner: Visitor) -> None:
    """Dragged a long way, the map shows the streets there, and stays where it was dragged to."""
    page = planner.page
    box = page.locator(".pin-map").bounding_box()
    assert box is not None
    for _ in range(3):
        page.mouse.move(box["x"] + 380, box["y"] + 200)
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + 200, steps=8)
        page.mouse.up()
        page.wait_for_timeout(400)
    where = under(planner, 200, 200)
    planner.settle()
    drawn = page.locator(".pin-frame").evaluate("(frame) => frame.kept.drawn")
    assert "Look" in drawn, "what lies there was asked for"
    assert metres(under(planner, 200, 200), where) < 5
    planner.assert_clean()


def test_on_a_phone_the_map_comes_before_the_button(visitor: Visit) -> None:
    """Nobody keeps a decision on a map that lies below the fold; nothing is wider than the page."""
    someone = visitor(width=390, height=844)
    someone.sign_in("demo-planner")
    page = someone.page
    page.locator("[data-testid=stExpandSidebarButton]").click()
    someone.go_to(SAY("Addresses to review"))
    expect(page.locator(".pin-map .stop").first).to_be_visible(timeout=30_000)
    candidates = page.get_by_role("radiogroup").last.bounding_box()
    drawn = page.locator(".pin-frame").bounding_box()
    keep = page.get_by_role("button", name=SAY("Keep this decision")).bounding_box()
    assert candidates is not None
    assert drawn is not None
    assert keep is not None
    assert candidates["y"] < drawn["y"] < keep["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_map_works_under_a_strict_policy(visitor: Visit) -> None:
    """Only the service's own files and its components (blob:) may run."""
    someone = visitor()
    someone.sign_in("demo-planner")
    someone.go_to(SAY("Addresses to review"))
    expect(someone.page.locator(".pin-map .stop").first).to_be_visible(timeout=30_000)
    ran = someone.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'ran = 1';"
        " document.head.append(script); return globalThis.ran === 1; }"
    )
    assert not ran, "the policy is in force"
    assert len(someone.violations) == 1
    someone.violations.clear()
    someone.page.locator(".pin-map").click(position={"x": 120, "y": 140})
    expect(someone.page.locator(".pin-map .dropped")).to_be_visible()
    someone.assert_clean()
