"""Code where names should be, from the map to the prints: it is shown, and never runs."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from tests.cli.conftest import CASES, HOSTILE_STREET, plan_words

HOSTILE_TEAM = "=cmd|' /C calc'!A0 {{7*191}}{% x <script>alert(1)</script>"
HOSTILE_CASE = "=1+1<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """Counts what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in ("img", "iframe", "object", "embed", "base", "link", "form"):
            self.bad.append(tag)
        for name, value in attrs:
            link = name in ("src", "srcset", "href", "action", "data") and value
            if name.startswith("on") or (link and "//" in value):
                self.bad.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def planned(lists, millford, run, tmp_path):
    """A plan whose streets, teams and cases are all code."""
    rows = [["T1", HOSTILE_TEAM, "Left", 42.05, 25.03]]
    with (lists / "teams.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["team_id", "name", "municipality", "lat", "lon"], *rows])
    with (lists / "cases.csv").open("a", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [[HOSTILE_CASE, f"{HOSTILE_STREET} 3, Милфорд"], ["{{7*191}}", "{% import os %}"]]
        )
    out = tmp_path / "out"
    said = run(*plan_words(millford, lists / "cases.csv", lists / "teams.csv", out))
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["cases"] == CASES.count("\n") + 1
    return out


def test_tables_hold_the_text_and_no_formula(planned):
    """A cell that begins like a formula is disarmed; the street's name is as the map has it."""
    content = (planned / "stops.csv").read_text("utf-8-sig")
    assert HOSTILE_STREET in content
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert "'" + HOSTILE_TEAM in cells
    assert "'" + HOSTILE_CASE in cells
    for name in ("stops.csv", "unserved.csv"):
        rows = list(csv.reader(io.StringIO((planned / name).read_text("utf-8-sig"))))
        assert len(rows) > 1
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "@", "+")]
    unserved = (planned / "unserved.csv").read_text("utf-8-sig")
    assert "{{7*191}}" in unserved


def test_pages_show_it_and_run_nothing(planned):
    """No element of it in any page, nothing evaluated, and the words are there to read."""
    pages = sorted(planned.rglob("*.html"))
    assert len(pages) >= 3
    for page in pages:
        html = page.read_text("utf-8")
        parser = Tags()
        parser.feed(html)
        assert parser.bad == [], page.name
        assert "1337" not in html, page.name
        assert "<script>alert" not in html, page.name
        assert HOSTILE_STREET not in html, page.name
    (route,) = (planned / "maps").glob("*.html")
    parser = Tags()
    parser.feed(route.read_text("utf-8"))
    assert HOSTILE_STREET in "".join(parser.text)


def test_geodata_holds_it_as_it_is(planned):
    """GeoPackage, GeoJSON, GPX and plan.json are read by programs: the text is whole in each."""
    with sqlite3.connect(planned / "plan.gpkg") as book:
        tables = [row[0] for row in book.execute("SELECT table_name FROM gpkg_contents")]
        held = [row for table in tables for row in book.execute(f'SELECT * FROM "{table}"')]
    book.close()
    texts = [value for row in held for value in row if isinstance(value, str)]
    assert any(HOSTILE_STREET in text for text in texts)
    routes = json.loads((planned / "routes.geojson").read_text("utf-8"))
    assert any(HOSTILE_TEAM in str(each["properties"]) for each in routes["features"])
    assert any(
        HOSTILE_STREET in visit["label"]
        for visit in json.loads((planned / "plan.json").read_text("utf-8"))["visits"]
    )
    for track in (planned / "gpx").iterdir():
        words = "".join(ElementTree.parse(track).getroot().itertext())
        assert HOSTILE_TEAM in words


def test_prints_show_it(planned):
    """The sheet has the street as the map has it."""
    (sheet,) = (planned / "sheets").glob("*.pdf")
    words = "".join("".join(page.extract_text() for page in PdfReader(sheet).pages).split())
    assert "".join(HOSTILE_STREET.split()) in words
