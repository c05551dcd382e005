"""Hostile text in every field of every page, opened in a real browser: nothing runs."""

from __future__ import annotations

import subprocess
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from maps.escape import script_data
from maps.layers import coverage_map, overview_map, review_scene, route_map
from maps.offline import asset, leaflet_css, leaflet_js
from maps.offline import page as offline_page
from maps.summary import summary_page
from maps.texts import Texts
from planning.desk.counts import Coverage
from planning.disclosure import ShownCount
from planning.model import Candidate, Level, Place

PAGES = ("route", "overview", "coverage", "review", "summary")


def build(name: str, town, texts: Texts, hostile: str) -> str:
    """One page of each sort, full of hostile text."""
    shared = {"region_info": town.info, "basemap": town.basemap, "texts": texts}
    if name == "route":
        return route_map(town.route, town.plan, team=town.team, **shared)
    if name == "overview":
        return overview_map(town.plan, teams=[town.team], **shared)
    if name == "coverage":
        count = ShownCount("RSE27", hostile, hostile, 40, 40, 40, 20, 10)
        seen = Coverage(
            date(2026, 8, 24), 5, "municipality", count, (count,), own=frozenset({"RSE27"})
        )
        return coverage_map(town.areas, seen, **shared)
    if name == "review":
        return the_pin_map(town, texts, hostile)
    return summary_page(
        town.plan,
        cases={case.case_id: case for case in town.cases},
        teams={town.team.team_id: town.team},
        file_of=lambda _route: "day",
        region_info=town.info,
        texts=texts,
    )


def the_pin_map(town, texts: Texts, hostile: str) -> str:
    """The map of the review queue on a page of its own, as Streamlit would mount it."""
    found = (Candidate(25.944, 43.844, Level.STREET, 0.7, hostile),)
    place = Place(Level.STREET, 25.944, 43.844, 0.7, 100.0, True, hostile, candidates=found)
    scene = review_scene(place, look=None, region_info=town.info, basemap=town.basemap, texts=texts)
    data = {"scene": scene, "drawn": hostile, "of": hostile, "chosen": 0, "pin": [25.94, 43.84],
            "words": {"map": hostile, "pin": hostile}}  # fmt: skip
    mounted = asset("pin.js").replace("export default async function", "async function pinMap")
    start = (
        "pinMap({ parentElement: document.body, setTriggerValue() {}, "
        f"data: {script_data(data)} }});"
    )
    return offline_page(
        title="review", language="en", body="<div class=pin-frame></div>",
        styles=[leaflet_css(), asset("map.css"), asset("pin.css")],
        scripts=[leaflet_js(), asset("map.js"), mounted, start],
    )  # fmt: skip


class Suspicious(HTMLParser):
    """Collects elements and attributes that none of our pages uses."""

    KNOWN = frozenset(
        [
            *("html", "head", "meta", "title", "style", "body", "script", "header", "main"),
            *("section", "div", "p", "h1", "h2", "ul", "ol", "li", "b", "i", "small", "span"),
            *("button", "label", "input", "a", "table", "thead", "tbody", "tr", "th", "td"),
            *("svg", "path", "circle", "rect", "text", "defs", "pattern"),
        ]
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.KNOWN:
            self.found.append(tag)
        for name, value in attrs:
            outside = name == "href" and not (value or "").startswith(
                ("geo:", "maps/", "sheets/", "gpx/", "overview.html", "sheets.pdf")
            )
            if name.startswith("on") or name in ("src", "srcset") or outside:
                self.found.append(f"{tag} {name}={value}")


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_gets_in(name, hostile_town, english) -> None:
    """The parsed page has our elements only, no handler, no source, no foreign link."""
    html = build(name, hostile_town, english, hostile_town.team.name)
    parser = Suspicious()
    parser.feed(html)
    assert parser.found == []
    assert "1337" not in html
    assert "7*191" in html


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_in_a_browser(name, hostile_town, english, chromium, tmp_path) -> None:
    """Opened, scrolled, every popup opened: no request, no error, no dialog, no flag set."""
    file = tmp_path / "page.html"
    file.write_text(build(name, hostile_town, english, hostile_town.team.name), "utf-8")
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    requests, errors, dialogs = [], [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    for button in page.locator("button[data-stop]").all():
        button.click()
        assert "7*191" in page.locator(".leaflet-popup-content").last.inner_text()
    if name == "route":
        page.locator(".office").hover(force=True)
    if name == "review":
        page.locator(".stop").hover(force=True)
        assert "7*191" in page.locator(".leaflet-tooltip").inner_text()
    page.wait_for_timeout(50)
    assert requests == [file.as_uri()]
    assert errors == []
    assert dialogs == []
    assert page.evaluate("window.hacked") is None
    context.close()


@pytest.mark.browser
def test_the_hostile_text_is_hostile(hostile_town, chromium) -> None:
    """The check above can fail: the same text, pasted in as it stands, does run."""
    page = chromium.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.set_content(f"<body>{hostile_town.team.name}</body>")
    page.wait_for_function("window.hacked !== undefined")
    page.close()


@pytest.mark.browser
def test_the_map_is_really_drawn(town, english, chromium, tmp_path) -> None:
    """Roads on the canvas, six stops on five marks, an office, a scale, the list beside."""
    file = tmp_path / "page.html"
    file.write_text(build("route", town, english, ""), "utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    assert page.locator(".stop").count() == 5
    assert page.locator(".office").count() == 1
    assert page.locator(".leaflet-control-scale-line").inner_text()
    painted = page.evaluate(
        """() => [...document.querySelectorAll("canvas")].map((canvas) => {
            const context = canvas.getContext("2d");
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            return pixels.some((value) => value > 0);
        })"""
    )
    assert painted == [True]
    far_apart = page.evaluate(
        """() => {
            const middles = [...document.querySelectorAll(".stop")].map((stop) => {
                const box = stop.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            });
            return middles.every((one, at) => middles.every((other, to) =>
                at === to || Math.hypot(one[0] - other[0], one[1] - other[1]) > 20));
        }"""
    )
    assert far_apart
    page.locator("button[data-stop='2']").click()
    assert "ул. Шипка 2" in page.locator(".leaflet-popup-content").inner_text()
    assert page.locator("li.now").get_attribute("data-row") == "2"
    page.close()


@pytest.mark.browser
def test_the_overview_hides_what_is_not_chosen(town, english, chromium, tmp_path) -> None:
    """Unticking the only team clears the canvas of routes."""
    file = tmp_path / "page.html"
    file.write_text(build("overview", town, english, ""), "utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    blue = """() => {
        const canvas = document.querySelector(".leaflet-ground-pane canvas");
        const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let found = 0;
        for (let at = 0; at < all.length; at += 4) {
            found += all[at] < 40 && all[at + 1] > 80 && all[at + 2] > 140 && all[at + 3] > 200;
        }
        return found;
    }"""
    assert page.evaluate(blue) > 100
    page.get_by_role("button", name="none").click()
    page.wait_for_function(f"() => ({blue})() === 0")
    page.close()


@pytest.mark.browser
def test_a_map_prints_whole(town, english, chromium, pdftoppm, tmp_path) -> None:
    """On paper the map fits the page and its roads are there; on the screen the view comes back."""
    file = tmp_path / "page.html"
    file.write_text(build("route", town, english, ""), "utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    before = page.locator(".folium-map").bounding_box()
    printing = """() => {
        window.dispatchEvent(new Event("beforeprint"));
        const ground = document.querySelector(".leaflet-ground-pane canvas");
        const pixels = ground.getContext("2d").getImageData(0, 0, ground.width, ground.height);
        const frame = document.querySelector(".folium-map").getBoundingClientRect();
        return [
            pixels.data.some((value) => value > 0),
            [...document.querySelectorAll(".stop")].every((stop) => {
                const box = stop.getBoundingClientRect();
                return box.left > frame.left && box.right < frame.right
                    && box.top > frame.top && box.bottom < frame.bottom;
            }),
            Math.round(frame.width / 96 * 25.4),
        ];
    }"""
    assert page.evaluate(printing) == [True, True, pytest.approx(184, abs=1)]
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".folium-map").bounding_box() == before
    file = tmp_path / "page.pdf"
    page.pdf(path=file, format="A4")
    subprocess.run(
        [pdftoppm, "-r", "50", "-f", "1", "-l", "1", file, tmp_path / "paper"], check=True
    )
    paper = np.asarray(Image.open(next(tmp_path.glob("paper*.ppm"))).convert("RGB"), dtype=int)
    red, green, blue = np.moveaxis(paper, 2, 0)
    main_road = (red > 220) & (abs(green - 200) < 25) & (abs(blue - 135) < 30)
    assert main_road.sum() > 20
    page.close()
