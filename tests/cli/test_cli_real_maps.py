"""Real OpenStreetMap files, from the file to the printed sheet."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from data.regions.pack import open_region
from planning import wire
from planning.model import Plan
from tests.cli.conftest import plan_words
from tests.cli.draw import draw_doors, write_cases, write_teams

DAYS = 5
SMALL = {
    "heidelberg": "heidelberg.osm.pbf",
    "moscow": "moscow.osm.gz",
    "helsinki": "helsinki.osm.pbf",
    "north-bayreuth": "north-bayreuth.osm.gz",
}


class Links(HTMLParser):
    """Collects what a page would fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "srcset", "href", "action", "poster")
            and (value or "").lower().startswith(("http:", "https:", "//"))
        ]


def planned(file: Path, cases: int, run, folder: Path, *more: object) -> tuple[Plan, dict]:
    """Builds `file`, draws `cases` of its own doors, plans them; every file of it looked at."""
    region = folder / "region"
    built = run("region", "build", "--name", "real", "--osm", file, "--out", region, "--json")
    assert (built.code, built.err) == (0, "")
    assert json.loads(built.out)["counts"]["house_numbers"] > 0
    pack = open_region(region)
    doors = draw_doors(pack, cases)
    write_cases(folder / "cases.csv", [door.address for door in doors])
    write_teams(folder / "teams.csv", pack, doors, days=DAYS)
    words = plan_words(region, folder / "cases.csv", folder / "teams.csv", folder / "out")
    said = run(*words, "--days", DAYS, *more)
    assert said.code == 0, said.err
    facts = json.loads(said.out)
    plan = wire.load(Plan, (folder / "out" / "plan.json").read_text("utf-8"))
    assert facts["cases"] + facts["rejected"] == len(doors) == cases
    _nothing_is_lost(plan, facts)
    _files_are_whole(folder / "out", plan)
    return plan, facts


def _nothing_is_lost(plan: Plan, facts: dict) -> None:
    """Planned and unserved cases are the accepted ones, each once; every way is a road's."""
    visits = {visit.visit_id: visit for visit in plan.visits}
    served = [
        case
        for route in plan.routes
        for stop in route.stops
        for case in visits[stop.visit_id].case_ids
    ]
    left = [case for each in plan.unserved for case in each.case_ids]
    assert sorted(served + left) == sorted(f"K{at}" for at in range(1, facts["cases"] + 1))
    legs = [leg for route in plan.routes for leg in route.legs]
    assert legs
    assert not [leg for leg in legs if leg.straight]
    assert all(len(leg.line) >= 2 for leg in legs if leg.metres > 0)


def _files_are_whole(out: Path, plan: Plan) -> None:
    routes = [route for route in plan.routes if route.stops]
    for name, ending in (("maps", "html"), ("sheets", "pdf"), ("gpx", "gpx")):
        assert len(list((out / name).glob(f"*.{ending}"))) == len(routes)
    for page in out.rglob("*.html"):
        links = Links()
        links.feed(page.read_text("utf-8"))
        assert links.found == [], page.name
    stops = list(csv.DictReader((out / "stops.csv").read_text("utf-8-sig").splitlines()))
    assert len(stops) == sum(len(route.stops) for route in routes)
    unserved = list(csv.DictReader((out / "unserved.csv").read_text("utf-8-sig").splitlines()))
    assert len(unserved) == sum(len(each.case_ids) for each in plan.unserved)
    drawn = json.loads((out / "routes.geojson").read_text("utf-8"))["features"]
    lines = [each for each in drawn if "LineString" in each["geometry"]["type"]]
    assert len(lines) >= len(routes)
    with sqlite3.connect(out / "plan.gpkg") as book:
        tables = [row[0] for row in book.execute("SELECT table_name FROM gpkg_contents")]
        rows = {
            name: book.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables
        }
    book.close()
    assert len(stops) in rows.values()
    for track in (out / "gpx").iterdir():
        assert ElementTree.parse(track).getroot().tag.endswith("gpx")
    _sheets_are_read(out, stops)


def _sheets_are_read(out: Path, stops: list[dict[str, str]]) -> None:
    """Each day's print names each of its doors, in whatever alphabet."""
    printed = "".join(
        page.extract_text() for page in PdfReader(out / "sheets.pdf").pages
    )  # fmt: skip
    words = "".join(printed.split())
    lost = [
        stop["address"] for stop in stops if "".join(stop["address"].split()) not in words
    ]  # fmt: skip
    assert lost == []


@pytest.mark.parametrize(("name", "file"), SMALL.items(), ids=SMALL)
def test_a_real_map_builds_and_plans(name, file, geodata, run, tmp_path):
    """24 doors of the map's own, as many teams as they need: all that were found are visited."""
    plan, facts = planned(geodata / "osm" / file, 24, run, tmp_path)
    assert facts["located"] >= 0.9 * 24
    assert {each.reason for each in plan.unserved} <= {"not_located", "unreachable"}


@pytest.mark.slow
def test_a_small_country(geodata, run, tmp_path):
    """500 real addresses of Liechtenstein: every reachable visit is made, on real roads."""
    plan, facts = planned(
        geodata / "osm" / "liechtenstein.osm.pbf", 500, run, tmp_path, "--seconds", 40
    )
    reasons = Counter(str(each.reason) for each in plan.unserved)
    assert set(reasons) <= {"not_located", "unreachable"}
    assert facts["located"] >= 0.98 * 500
    days = {route.day for route in plan.routes}
    assert len(days) <= DAYS
    assert all(day.weekday() < 5 for day in days)


def test_five_working_days_are_five(lists, millford, run, tmp_path):
    """From a Thursday, a week's plan goes on over the weekend until Wednesday."""
    # One team of one hour a day makes two visits of 25 minutes: ten doors are five days' work.
    (lists / "teams.csv").write_text(
        "team_id,municipality,lat,lon,start,end,pause\nT1,Left,42.05,25.03,09:00,10:00,-\n", "utf-8"
    )
    out = tmp_path / "out"
    said = run(*plan_words(millford, lists / "cases.csv", lists / "teams.csv", out, "--days", 5))
    assert said.code == 0
    plan = wire.load(Plan, (out / "plan.json").read_text("utf-8"))
    assert [route.day.isoformat() for route in plan.routes if route.stops] == [
        *("2026-08-20", "2026-08-21", "2026-08-24", "2026-08-25", "2026-08-26")
    ]
