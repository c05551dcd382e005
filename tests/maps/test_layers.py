"""Maps say what their readers need and keep what they must."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from maps.layers import Look, attribution, coverage_map, overview_map, review_scene, route_map
from maps.texts import translator
from planning.coverage import TOTAL
from planning.desk.counts import Coverage
from planning.disclosure import ShownCount
from planning.model import Candidate, Level, Place, Reason, Unserved
from planning.text import note

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Words(HTMLParser):
    """The visible words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag

    def handle_data(self, data):
        if self.inside not in ("script", "style"):
            self.said.append(data)


def words(html: str) -> str:
    """What a reader sees, markers and popups aside."""
    parser = Words()
    parser.feed(html)
    return " ".join(" ".join(parser.said).split())


def drawn(town, texts, **more):
    return route_map(
        more.pop("route", town.route),
        more.pop("plan", town.plan),
        team=town.team,
        region_info=more.pop("info", town.info),
        basemap=town.basemap,
        texts=texts,
        **more,
    )


def counts(code: str, listed: int | None, visited: int | None) -> ShownCount:
    """A row as `planning.disclosure` releases it."""
    return ShownCount(code, {"RSE27": "Русе", "RSE04": "Борово"}.get(code, ""), TOTAL, listed,
                      listed, listed, visited, visited)  # fmt: skip


def coverage_of(*rows: ShownCount) -> Coverage:
    """A release with these rows."""
    total = next((row for row in rows if row.area_code == TOTAL), counts(TOTAL, None, None))
    return Coverage(
        date(2026, 8, 24), 5, "municipality", total, tuple(row for row in rows if row != total)
    )


def test_a_route_map_lists_the_day_in_order(town, english) -> None:
    """Team, day, order, stops with times and doors, pause, way back."""
    said = words(drawn(town, english))
    for part in (
        "Екип 1, Thursday, 20.08.2026",
        "order РД-01-1 / 01.08.2026",
        "08:30 leave the office",
        "09:00–09:20 ул. Шипка 1 entr. А, fl. 3, apt. 11",
        "must be there: social services",
        "at home: 09:00–12:00",
        "12:00 pause",
        "position is approximate",
        "14:00 back at the office",
        "no road known: straight",
        "© OpenStreetMap contributors",
    ):
        assert part in said, part
    assert said.index("ул. Шипка 1") < said.index("ул. Шипка 2") < said.index("ул. Шипка 6")


def test_a_sensitive_stop_is_a_number_and_a_settlement(town, english) -> None:
    """Its door, its cases and its urgency are nowhere in the file."""
    html = drawn(town, english)
    assert "ул. Шипка 5" not in html
    assert "C-5" not in html
    assert "details on the team" in words(html)


def test_no_map_holds_personal_data(town, english) -> None:
    """Names, IDs, phones, notes and hazards of children are not even handed to a map."""
    html = drawn(town, english) + overview(town, english)
    for case in town.cases:
        for secret in (case.child, case.national_id, case.phone, case.note, case.hazard):
            assert secret not in html


def overview(town, texts) -> str:
    return overview_map(
        town.plan, teams=[town.team], region_info=town.info, basemap=town.basemap, texts=texts
    )


def test_an_overview_has_no_addresses(town, english) -> None:
    """All routes, to be chosen by day and team; no door on it."""
    html = overview(town, english)
    assert "Шипка" not in html
    said = words(html)
    assert "All routes" in said
    assert "20.08. Teams all none Екип 1 6" in said
    assert "1 cases not visited" in said


def test_two_visits_at_one_door_share_a_mark(town, english) -> None:
    """Stops 2 and 3: one mark "2, 3", and both in its popup."""
    html = drawn(town, english)
    assert '"label":"2, 3","numbers":[2,3],"urgent":true' in html


def test_the_sample_says_that_it_is_one(town, english) -> None:
    """Every page of an invented region, and no page of a real one."""
    real = replace(town.info, invented=False)
    assert "Sample, invented" in words(drawn(town, english))
    assert "Sample, invented" not in words(drawn(town, english, info=real))


def test_maps_without_frame_leave_the_words_to_the_app(town, english) -> None:
    """Only the map and its attribution."""
    said = words(drawn(town, english, frame=False))
    assert "leave the office" not in said
    assert "© OpenStreetMap contributors" in drawn(town, english, frame=False)


def test_a_route_without_lines_still_has_a_map(town, english) -> None:
    """Legs are filled in late; until then stops stand alone."""
    bare = replace(town.route, legs=())
    assert "ул. Шипка 6" in words(drawn(town, english, route=bare))


def test_maps_speak_the_users_language(town) -> None:
    """Bulgarian throughout."""
    said = words(drawn(town, translator("bg")))
    assert "четвъртък, 20.08.2026" in said
    assert "социално подпомагане" in said
    assert "вх. А, ет. 3, ап. 11" in said


def test_a_map_stays_light(town, english) -> None:
    """Under 400 kB, Leaflet included."""
    assert len(drawn(town, english).encode()) < 400_000


def test_the_same_plan_draws_the_same_bytes(town, english) -> None:
    """Two runs can be compared."""
    assert drawn(town, english) == drawn(town, english)


def test_suppressed_areas_are_hatched_and_say_so(town, english) -> None:
    """A number that was withheld leaves no trace; one that was released is a share."""
    html = coverage_map(
        town.areas,
        coverage_of(counts("RSE27", 40, 18), counts("RSE04", None, 12), counts(TOTAL, 52, 30)),
        region_info=town.info,
        basemap=town.basemap,
        texts=english,
    )
    said = words(html)
    assert "Русе 45 % (18 of 40)" in said
    assert "Борово suppressed" in said
    assert "suppressed: too few to show" in said
    assert "all areas together 58 % (30 of 52)" in said
    assert '"hidden":true' in html
    assert "12" not in said.split("Борово", 1)[1].split("Русе")[0]
    assert "the last release" in said
    assert '"own":true' not in html


def test_a_coordinators_own_area_stands_out(town, english) -> None:
    """A stronger border, and words on what its exact numbers are for."""
    seen = replace(
        coverage_of(counts("RSE27", 40, 1), counts("RSE04", 12, 6)), own=frozenset({"RSE27"})
    )
    html = coverage_map(
        town.areas, seen, region_info=town.info, basemap=town.basemap, texts=english
    )
    assert html.count('"own":true') == 1
    assert "Your own municipality is counted exactly" in words(html)


def test_areas_without_children_are_white(town, english) -> None:
    """Zero listed is not a share of zero."""
    html = coverage_map(
        town.areas, coverage_of(counts("RSE27", 0, 0)), region_info=town.info, basemap=town.basemap,
        texts=english,
    )  # fmt: skip
    assert '"colour":"#ffffff","hidden":false' in html
    assert "Русе nobody on the list" in words(html)


def test_nothing_to_count_is_still_a_map(town, english) -> None:
    """Before the first list is imported."""
    html = coverage_map(
        town.areas, coverage_of(), region_info=town.info, basemap=town.basemap, texts=english
    )
    assert "Coverage" in words(html)


def test_candidates_are_numbered_best_first(town, english) -> None:
    """The planner sees which places an address may mean."""
    place = Place(
        Level.STREET, 25.944, 43.844, 0.7, 120.0, True, "ул. Шипка",
        candidates=(
            Candidate(25.944, 43.844, Level.STREET, 0.7, "Русе, ул. Шипка"),
            Candidate(25.95, 43.85, Level.HOUSE, 0.5, "Борово, ул. Шипка 3"),
        ),
        notes=(note("two streets of this name"),),
    )  # fmt: skip
    shown = {"region_info": town.info, "basemap": town.basemap, "texts": english}
    scene = review_scene(place, look=None, **shown)
    tips = [(mark["number"], mark["tip"]) for mark in scene["marks"]]
    assert tips == [(1, "Русе, ул. Шипка<br>street"), (2, "Борово, ул. Шипка 3<br>house")]
    (south, west), (north, east) = scene["view"]
    assert all(west < it.lon < east and south < it.lat < north for it in place.candidates)


def test_without_candidates_the_whole_region_is_shown_until_somebody_looks_closer(
    town, english
) -> None:
    """Only main roads first; the streets of the place that the planner zooms to after that."""
    shown = {"region_info": town.info, "basemap": town.basemap, "texts": english}
    west, south, east, north = town.info.bounds
    whole = review_scene(Place(Level.NONE), look=None, **shown)
    assert whole["marks"] == []
    assert Look.at([(west, south), (east, north)]).box() == whole["view"]
    near = review_scene(Place(Level.NONE), look=Look((25.95, 43.85), 800.0), **shown)
    assert near["middle"] == [43.85, 25.95]
    assert near["reach"] == 800.0


def test_osm_is_named_where_it_is_the_source(town) -> None:
    """Its licence asks for it, also when the region's own line forgets."""
    forgot = replace(town.info, attribution="Municipality of Ruse")
    assert attribution(forgot) == "© OpenStreetMap contributors. Municipality of Ruse"
    own = replace(forgot, sources=())
    assert attribution(own) == "Municipality of Ruse"


@pytest.mark.browser
def test_a_map_waits_for_its_frame(chromium: Browser, town, english) -> None:
    """Left while it loads, a frame has no size: no error; once it has one, the map fills it."""
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/map", lambda route: route.fulfill(body=drawn(town, english, frame=False),
                                                     content_type="text/html"))  # fmt: skip
    page.route("**/page", lambda route: route.fulfill(
        body="<iframe src=/map style='width:0;height:0;border:0'></iframe>",
        content_type="text/html",
    ))  # fmt: skip
    page.goto("http://127.0.0.1:9/page")
    inside = page.frames[1]
    inside.wait_for_function("typeof map_offline !== 'undefined' && map_offline._loaded")
    assert errors == []
    page.locator("iframe").evaluate("(frame) => { frame.style = 'width:600px;height:400px' }")
    inside.wait_for_function("map_offline.getSize().x === 600 && map_offline.getZoom() !== 12")
    seen = inside.evaluate("map_offline.getBounds().toBBoxString()").split(",")
    west, south, east, north = map(float, seen)
    for visit in town.plan.visits:
        assert west < visit.lon < east
        assert south < visit.lat < north
    assert errors == []
    page.close()


def test_an_overview_shows_the_doors_that_are_left(town, english) -> None:
    """A hollow dot, its settlement and the reason; of a sensitive one not even the reason."""
    left = [replace(visit, settlement=f"Село {at}", sensitive=at == 1)
            for at, visit in enumerate(town.plan.visits[:2])]  # fmt: skip
    plan = replace(
        town.plan,
        visits=tuple(left),
        routes=(),
        unserved=tuple(Unserved(it.case_ids, Reason.NO_INSTITUTION, it.visit_id) for it in left),
    )
    html = overview_map(
        plan, teams=[town.team], region_info=town.info, basemap=town.basemap, texts=english
    )
    why = english.reason(Reason.NO_INSTITUTION)
    assert f'"popup":"Село 0\\u003cbr\\u003enot visited\\u003cbr\\u003e{why}"' in html
    assert '"popup":"Село 1\\u003cbr\\u003enot visited"' in html
    assert "not visited" in words(html)
    assert "not visited" not in words(overview(town, english)).replace("cases not visited", "")
