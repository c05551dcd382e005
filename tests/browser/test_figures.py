"""The figures of a large office: one map of all, and fifty people while a plan is made.

Times are printed as measured. What is asserted leaves room for a busy machine: where it does not
hold, something has become several times slower.
"""

from __future__ import annotations

import gzip
import math
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from browser import crowd
from browser.conftest import Served, Visitor
from playwright.sync_api import expect

from maps.basemap import Basemap
from maps.layers import coverage_map, overview_map
from maps.texts import translator
from planning.coverage import TOTAL
from planning.desk.counts import Coverage
from planning.disclosure import ShownCount
from planning.model import Leg, LonLat, Plan, Reason, RegionInfo, Route, Stop, Team, Unserved, Visit
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAY = translator("bg").t
Visitors = Callable[..., Visitor]
DAY = date(2026, 8, 24)
CASES, ROUTES, STOPS, AREAS = 5_000, 30, 20, 265
WEST, SOUTH, EAST, NORTH = 22.4, 41.3, 28.6, 44.2
"""About Bulgaria."""
MOST_BYTES = 500_000
PAINTED_MS, ZOOMED_MS = 2_000, 200
BUSY = 3
"""How many times slower a machine with other work may be before a test fails."""

MEASURE = """async () => {
  const map = map_offline, drawn = () => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done)));
  const took = [];
  for (const zoom of [map.getZoom() + 1, map.getZoom() + 2, map.getZoom() + 1, map.getZoom()]) {
    const began = performance.now();
    map.setZoom(zoom, { animate: false });
    await drawn();
    took.push(performance.now() - began);
  }
  return took;
}"""


@pytest.fixture(scope="module")
def country() -> gpd.GeoDataFrame:
    """265 municipalities, each with a coast of its own: as many corners as real ones have."""
    random = np.random.default_rng(7)
    columns = 20
    wide, high = (EAST - WEST) / columns, (NORTH - SOUTH) / math.ceil(AREAS / columns)
    corner = {
        at: np.array([WEST + at[0] * wide, SOUTH + at[1] * high])
        + random.uniform(-0.2, 0.2, 2) * (wide, high)
        for at in np.ndindex(columns + 1, AREAS // columns + 2)
    }
    side = {}

    def edge(one: tuple[int, int], other: tuple[int, int]) -> np.ndarray:
        """Both neighbours draw the same ragged line."""
        if (other, one) in side:
            return side[other, one][::-1]
        shares = np.linspace(0, 1, 40)[:, None]
        ragged = random.normal(0, 0.004, (40, 2)) * (shares * (1 - shares) * 4)
        side[one, other] = corner[one] * (1 - shares) + corner[other] * shares + ragged
        return side[one, other]

    shapes = []
    for number in range(AREAS):
        x, y = number % columns, number // columns
        ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
        shapes.append(shapely.Polygon(np.vstack([edge(*ends)[:-1] for ends in pairwise(ring)])))
    return gpd.GeoDataFrame(
        {
            "code": [f"M{at:03}" for at in range(AREAS)],
            "name": [f"Община {at}" for at in range(AREAS)],
            "level": "municipality",
            "parent": "",
            "population": 5_000,
            "approximate": False,
        },
        geometry=shapes,
        crs=4326,
    )


def roads() -> RoadGraph:
    """Main roads across the country, one point every two kilometres."""
    random = np.random.default_rng(8)
    lines = [
        np.linspace(start, end, 120) + np.cumsum(random.normal(0, 0.002, (120, 2)), axis=0)
        for start, end in random.uniform((WEST, SOUTH), (EAST, NORTH), (60, 2, 2))
    ]
    kinds = [ROAD_KINDS.index("primary" if at % 3 else "trunk") for at in range(len(lines))]
    none = np.zeros(len(lines), dtype=np.int32)
    return RoadGraph(
        nodes=np.vstack([line[:1] for line in lines]),
        tail=none,
        head=none,
        forward_seconds=none.astype(np.float32),
        backward_seconds=none.astype(np.float32),
        metres=none.astype(np.float32),
        kind=np.array(kinds, dtype=np.uint8),
        shape_first=np.arange(0, 120 * len(lines) + 1, 120, dtype=np.int64),
        shape=np.vstack(lines),
    )


def week() -> tuple[Plan, list[Team]]:
    """30 routes of 20 stops; everybody else of the 5,000 waits for another week."""
    random = np.random.default_rng(9)
    offices = random.uniform((WEST + 0.5, SOUTH + 0.5), (EAST - 0.5, NORTH - 0.5), (ROUTES, 2))
    near = [office + random.normal(0, 0.08, (CASES // ROUTES + 1, 2)) for office in offices]
    doors = np.vstack(near)[:CASES]
    visits = tuple(
        Visit(f"v{at}", (f"C-{at}",), float(lon), float(lat), f"M{at % AREAS:03}",
              settlement=f"Село {at % 400}")
        for at, (lon, lat) in enumerate(doors)
    )  # fmt: skip
    routes = tuple(_route(number, offices[number], visits, random) for number in range(ROUTES))
    driven = {stop.visit_id for route in routes for stop in route.stops}
    reasons = [Reason.SHIFTS_FULL, Reason.NO_WINDOW, Reason.NO_INSTITUTION]
    left = tuple(
        Unserved(visit.case_ids, reasons[at % len(reasons)], visit.visit_id)
        for at, visit in enumerate(visits)
        if visit.visit_id not in driven
    )
    teams = [
        Team(f"t{at}", f"Екип {at}", f"M{at:03}", float(lon), float(lat))
        for at, (lon, lat) in enumerate(offices)
    ]
    return Plan(DAY, 5, visits, (), routes, left), teams


def _route(
    number: int, office: np.ndarray, visits: tuple[Visit, ...], random: np.random.Generator
) -> Route:
    first = number * (CASES // ROUTES + 1)
    stops = visits[first : first + STOPS]
    spots = [tuple(office), *((it.lon, it.lat) for it in stops), tuple(office)]
    legs = tuple(Leg(600, 9_000.0, _way(*ends, random)) for ends in pairwise(spots))
    day = DAY + timedelta(days=number % 5)
    times = tuple(
        Stop(visit.visit_id, 30_000 + 900 * at, 30_000 + 900 * at, 30_600 + 900 * at)
        for at, visit in enumerate(stops)
    )
    return Route(f"t{number}@{day}", f"t{number}", day, times, 29_000, 61_000, None, legs)


def _way(start: LonLat, end: LonLat, random: np.random.Generator) -> tuple[LonLat, ...]:
    """As crooked as a road: a point every few hundred metres."""
    line = np.linspace(start, end, 60)
    line[1:-1] += random.normal(0, 0.0015, (58, 2))
    return tuple((float(lon), float(lat)) for lon, lat in line)


@pytest.fixture
def desk_screen(chromium: Browser) -> Iterator[Page]:
    """A page that remembers errors."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def assert_quick(page: Page, html: str, name: str) -> None:
    """Shows the map as the app does, beside its page, and prints what it took."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    packed = len(gzip.compress(html.encode(), 6))
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("http://127.0.0.1:9/map")
    painted = page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() =>"
        " done(Math.max(performance.now(), ...performance.getEntriesByType('paint')"
        ".map((each) => each.startTime))))))"
    )
    zooms = page.evaluate(MEASURE)
    print(
        f"\n{name}: {packed / 1000:.0f} kB gzipped, painted in {painted:.0f} ms, "
        f"zoomed in {', '.join(f'{each:.0f}' for each in zooms)} ms"
    )
    assert errors == []
    assert packed <= MOST_BYTES
    assert painted <= BUSY * PAINTED_MS
    assert sorted(zooms)[len(zooms) // 2] <= BUSY * ZOOMED_MS


def info() -> RegionInfo:
    """A whole country."""
    return RegionInfo(
        name="България", countries=("bg",), crs_metres="EPSG:32635", invented=True,
        attribution="", bounds=(WEST, SOUTH, EAST, NORTH), counts={}, sources=(),
    )  # fmt: skip


def test_five_thousand_cases_on_one_map(desk_screen: Page, country: gpd.GeoDataFrame) -> None:
    """Routes, doors that are left and the outlines of 265 municipalities, drawn as one canvas."""
    plan, teams = week()
    html = overview_map(
        plan, teams=teams, region_info=info(), basemap=Basemap.of(roads(), country),
        texts=translator("bg"),
    )  # fmt: skip
    assert_quick(desk_screen, html, "5,000 cases, 30 routes, 265 areas")
    assert desk_screen.locator(".leaflet-marker-pane > *").count() <= ROUTES
    for one in (plan.visits[0], plan.visits[STOPS + 5]):  # on a route, and on none
        said = popup_of(desk_screen, one)
        assert one.settlement in said
        assert (translator("bg").t("not visited") in said) == (one is not plan.visits[0])


def popup_of(page: Page, visit: Visit) -> str:
    """What a click beside the middle of a door says."""
    page.evaluate(
        "(at) => { map_offline.closePopup(); map_offline.setView(at, 18, { animate: false }); }",
        [visit.lat, visit.lon],
    )
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2 + 1)
    return page.locator(".leaflet-popup-content").last.inner_text()


def test_a_country_of_municipalities_in_colours(
    desk_screen: Page, country: gpd.GeoDataFrame
) -> None:
    """265 areas filled by their share."""
    rows = tuple(
        ShownCount(code, f"Община {at}", TOTAL, 100, 100, 100, at % 101, at % 101)
        for at, code in enumerate(country["code"])
    )
    total = ShownCount(TOTAL, "", TOTAL, 26_500, 26_500, 26_500, 9_000, 9_000)
    html = coverage_map(
        country, Coverage(DAY, 5, "municipality", total, rows), region_info=info(),
        basemap=Basemap.of(roads(), country), texts=translator("bg"),
    )  # fmt: skip
    assert_quick(desk_screen, html, "265 areas in colours")


PEOPLE = {"demo-team": 22, "demo-viewer": 12, "demo-coordinator": 10, "demo-planner": 6}
"""Fifty sessions: most of them on the road, each on their main page."""
READING = (5.0, 15.0)
"""Seconds between two clicks of one person."""
RERUN_S, HEALTHY_S, RERUN_CPU_S = 0.5, 0.2, 0.12


def test_fifty_people_while_a_plan_is_made(visitor: Visitors, service: Served) -> None:
    """Everybody's page answers while a plan is searched for thirty seconds; so does `/healthz`."""
    planner = visitor()
    planner.sign_in("demo-planner")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    stop = begin_a_plan(planner)
    people = [user_id for user_id, many in PEOPLE.items() for _ in range(many)]
    seen, work = timed_crowd(service, people, seconds=30, pause=READING)
    rerun, health = crowd.percentile(seen.all(), 95), max(seen.health)
    print(
        f"\n{len(people)} sessions, {len(seen.reruns)} reruns while a plan is made: median "
        f"{crowd.percentile(seen.all(), 50):.2f} s, p95 {rerun:.2f} s; first pages p95 "
        f"{crowd.percentile(seen.first_runs, 95):.2f} s; /healthz {len(seen.health)} times, at "
        f"most {1000 * health:.0f} ms; {1000 * work:.0f} ms of work a page; "
        f"load before {load:.1f} on {cores} cores"
    )
    for user_id in PEOPLE:
        print(f"  {user_id}: p95 {crowd.percentile(seen.of(user_id), 95):.2f} s")
    end_the_plan(planner, stop)
    assert len(seen.first_runs) == len(people)
    assert work <= BUSY * RERUN_CPU_S
    # How long they wait is told and not asserted: beside another test it is several times as long.
    print(
        f"  aimed at: reruns {RERUN_S} s, /healthz {HEALTHY_S} s; broken pages {len(seen.broken)}"
    )
    planner.assert_clean()


def timed_crowd(
    service: Served, people: list[str], *, seconds: float, pause: tuple[float, float]
) -> tuple[crowd.Crowd, float]:
    """What people saw, and what a page was to the service: seconds of a processor, all included."""
    ends, before = time.monotonic() + seconds, service.cpu_seconds()
    seen = crowd.visit(service, people, going_on=lambda: time.monotonic() < ends, pause=pause)
    pages = len(seen.first_runs) + len(seen.reruns)
    return seen, (service.cpu_seconds() - before) / pages


def begin_a_plan(planner: Visitor) -> Locator:
    """Presses the button, and returns the one that stops the search."""
    planner.page.get_by_role("button", name=SAY("Make a plan")).click()
    stop = planner.page.get_by_role("button", name=SAY("Stop with the best so far"))
    expect(stop).to_be_visible(timeout=20_000)
    return stop


def end_the_plan(planner: Visitor, stop: Locator) -> None:
    """Stops the search where it still goes on, and waits until the page shows the plan."""
    if stop.is_visible():
        stop.click()
    again = planner.page.get_by_role("button", name=SAY("Make a plan"))
    expect(again).to_be_visible(timeout=120_000)
    planner.settle()
