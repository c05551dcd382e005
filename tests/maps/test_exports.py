"""A plan's folder: complete, safe to open, whole or not there at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pypdf
import pytest

from maps import exports
from maps.exports import fault_table, write_plan
from maps.lines import read_lines
from maps.texts import translator
from planning import wire
from planning.errors import Fault, FileFault, InputError
from planning.model import Plan, Reason, Unserved
from planning.text import note

GPX = "{http://www.topografix.com/GPX/1/1}"


def write(town, out: Path, **more) -> Path:
    write_plan(
        more.pop("plan", town.plan),
        cases=town.cases,
        places=town.places,
        teams=[town.team],
        region_info=town.info,
        basemap=town.basemap,
        out=out,
        **{"language": "en", **more},
    )
    return out


@pytest.fixture(scope="module")
def folder(town, tmp_path_factory) -> Path:
    """Riverside's plan, written once."""
    return write(town, tmp_path_factory.mktemp("plans") / "plan")


@pytest.fixture(scope="module")
def hostile_folder(hostile_town, tmp_path_factory) -> Path:
    """The plan in which every text tries to run."""
    return write(hostile_town, tmp_path_factory.mktemp("plans") / "hostile")


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def test_the_folder_is_complete(folder) -> None:
    """Every file of the plan, and one map, sheet and track for the team's day."""
    found = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    assert found == sorted([
        "gpx/2026-08-20_RSE-01.gpx", "maps/2026-08-20_RSE-01.html", "overview.html", "plan.gpkg",
        "plan.json", "routes.geojson", "sheets.pdf", "sheets/2026-08-20_RSE-01.pdf", "stops.csv",
        "rejected.csv", "summary.html", "unserved.csv",
    ])  # fmt: skip


def test_rows_that_could_not_be_used_are_kept_with_the_plan(town, tmp_path) -> None:
    """Nothing is lost: the folder also says which rows never became a case."""
    fault = Fault("no address", file="cases.csv", row=7, field="Адрес")
    out = write(town, tmp_path / "plan", rejected=[fault])
    (row,) = table(out / "rejected.csv")
    assert (row["row"], row["message"]) == ("7", "no address")


def test_the_plan_reads_back(town, folder) -> None:
    """Equal, but for hazards, the door of the sensitive visit and the ways that end there."""
    back = wire.load(Plan, (folder / "plan.json").read_bytes())
    assert [route.stops for route in back.routes] == [route.stops for route in town.plan.routes]
    assert back.unserved == town.plan.unserved
    assert back.visits[:4] == tuple(replace(each, hazards=()) for each in town.plan.visits[:4])
    assert back.visits[4].label == ""
    assert back.visits[4].case_ids == ("C-5",)


def test_planned_and_not_planned_are_all_cases(town, folder) -> None:
    """No case is lost between the list and the files."""
    planned = [case for row in table(folder / "stops.csv") for case in row["case_ids"].split()]
    left = [row["case_id"] for row in table(folder / "unserved.csv")]
    assert sorted(planned + left) == sorted(case.case_id for case in town.cases)


def test_unserved_cases_carry_their_reason(folder) -> None:
    """Code, words and the cheapest change that works."""
    assert table(folder / "unserved.csv") == [
        {
            "case_id": "C-7",
            "settlement": "Русе",
            "reason": "no_institution",
            "words": "no team has the required institution on any day: МВР.",
            "relaxation": "С полицай в четвъртък.",
        }
    ]


def test_a_sensitive_stop_has_no_place_in_any_export(folder) -> None:
    """Neither door nor position in table, GeoJSON, GeoPackage or GPX; the row itself stays."""
    row = table(folder / "stops.csv")[4]
    assert (row["address"], row["lat"], row["lon"], row["flat"]) == ("", "", "", "")
    assert (row["sensitive"], row["urgent"], row["case_ids"]) == ("1", "0", "C-5")
    features = json.loads((folder / "routes.geojson").read_text("utf-8"))["features"]
    stops = [each for each in features if each["properties"]["kind"] == "stop"]
    assert [each["geometry"] is None for each in stops] == [False] * 4 + [True, False]
    layer = gpd.read_file(folder / "plan.gpkg", layer="stops")
    assert layer.geometry.isna().tolist() == [False] * 4 + [True, False]
    names = [each.findtext(f"{GPX}name") for each in gpx(folder).findall(f"{GPX}wpt")]
    assert names == ["1", "2", "3", "4", "6"]
    for file in folder.rglob("*"):
        if file.suffix in (".csv", ".json", ".geojson", ".gpx", ".html"):
            assert "Шипка 5" not in file.read_text("utf-8"), file.name


def test_no_line_leads_to_a_sensitive_door(town, folder) -> None:
    """The way to it and from it is left out of every export; all other legs are there."""
    door = (round(town.plan.visits[4].lon, 6), round(town.plan.visits[4].lat, 6))
    back = wire.load(Plan, (folder / "plan.json").read_bytes())
    in_json = [at for leg in back.routes[0].legs for at in leg.line]
    in_json += [(visit.lon, visit.lat) for visit in back.visits]
    features = json.loads((folder / "routes.geojson").read_text("utf-8"))["features"]
    in_geojson = [at for each in features if each["properties"]["kind"] == "route"
                  for line in each["geometry"]["coordinates"] for at in line]  # fmt: skip
    in_gpx = [(each.get("lon"), each.get("lat")) for each in gpx(folder).iter(f"{GPX}trkpt")]
    (page,) = (folder / "maps").iterdir()
    in_maps = [at for file in (page, folder / "overview.html") for at in drawn_in(file)]
    for found in (in_json, in_geojson, in_gpx, in_maps):
        assert found
        assert door not in {(round(float(lon), 6), round(float(lat), 6)) for lon, lat in found}


def test_a_sensitive_case_that_is_left_tells_no_address(town, tmp_path) -> None:
    """Why it was not found quotes what stands in the list; the code of the reason is enough."""
    detail = "address not found: street Шипка 5 is not in Русе"
    left = Unserved(("C-7",), Reason.NOT_LOCATED, because=(note(detail),))
    hidden = [replace(case, sensitive=case.case_id == "C-7") for case in town.cases]
    plan = replace(town.plan, unserved=(left,))
    out = write(replace(town, cases=tuple(hidden)), tmp_path / "plan", plan=plan)
    (row,) = table(out / "unserved.csv")
    assert (row["case_id"], row["settlement"], row["reason"]) == ("C-7", "", "not_located")
    assert "Шипка" not in (out / "unserved.csv").read_text("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_the_owner_may_read_a_plan(town, tmp_path) -> None:
    """On a shared machine the folder with the addresses is closed to others."""
    out = write(town, tmp_path / "plan")
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_a_map_in_a_file_lists_a_sensitive_stop_without_a_way_to_it(town, folder) -> None:
    """On the screen its mark shows where the team goes; a file is forwarded."""
    (page,) = (folder / "maps").iterdir()
    html = page.read_text("utf-8")
    assert html.count("href='geo:") == 5
    assert "data-row='5'" in html


def test_a_sensitive_door_that_is_left_is_on_no_overview_in_a_file(town, tmp_path) -> None:
    """Nobody goes there, and the file tells nobody where it is, nor why in words."""
    door = town.plan.visits[4]
    words = (note("address not found: street Шипка 5 is not in Русе"),)
    left = Unserved(door.case_ids, Reason.NO_INSTITUTION, door.visit_id, because=words)
    plan = replace(town.plan, routes=(), visits=(door,), districts=(), unserved=(left,))
    out = write(town, tmp_path / "plan", plan=plan)
    (data,) = re.findall(r"outreachMap\(\w+, (.*?)\);", (out / "overview.html").read_text("utf-8"))
    assert json.loads(data)["left"] == []
    assert "Шипка" not in (out / "plan.json").read_text("utf-8")


def drawn_in(file: Path) -> list[tuple[float, float]]:
    """Every place, as (lon, lat), that a map's page has a mark or a route's line at."""
    (data,) = re.findall(r"outreachMap\(\w+, (.*?)\);", file.read_text("utf-8"))
    found = []
    for route in json.loads(data)["routes"]:
        found += [(stop["at"][1], stop["at"][0]) for stop in route["stops"]]
        for lines in (route["road"], route["crow"]):
            found += [tuple(at) for line in read_lines(lines) for at in line] if lines else []
    return found


def gpx(folder: Path) -> Xml.Element:
    return Xml.parse(next((folder / "gpx").iterdir())).getroot()


def test_layers_open_in_a_gis(town, folder) -> None:
    """Three layers in EPSG:4326, lines along the legs, a district around its doors."""
    routes = gpd.read_file(folder / "plan.gpkg", layer="routes")
    districts = gpd.read_file(folder / "plan.gpkg", layer="districts")
    assert routes.crs.to_epsg() == 4326
    assert len(routes.geometry.iloc[0].geoms) == len(town.route.legs) - 2  # to and from stop 5
    assert districts["visits"].tolist() == [6]
    assert districts.geometry.iloc[0].geom_type == "Polygon"


def test_a_plan_without_routes_is_written_too(town, tmp_path) -> None:
    """Nobody goes out: the tables and the summary say so."""
    nothing = replace(town.plan, routes=(), districts=(), visits=())
    out = write(town, tmp_path / "plan", plan=nothing)
    assert table(out / "stops.csv") == []
    assert list((out / "maps").iterdir()) == []
    assert gpd.read_file(out / "plan.gpkg", layer="stops").empty


def test_nothing_personal_in_any_file_or_name(town, folder) -> None:
    """Names, IDs, phones, notes and hazards stay in the registry."""
    secrets = [
        secret.encode()
        for case in town.cases
        for secret in (case.child, case.national_id, case.phone, case.note, case.hazard)
    ]
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(secret in content for secret in secrets), file.name


def test_an_older_plan_is_replaced(town, tmp_path) -> None:
    """The second plan stands where the first stood; nothing else is left beside it."""
    out = write(town, tmp_path / "plan")
    write(town, out, plan=replace(town.plan, routes=()))
    assert list((out / "maps").iterdir()) == []
    assert [each.name for each in tmp_path.iterdir()] == ["plan"]


def test_somebody_elses_folder_is_left_alone(town, tmp_path) -> None:
    """A folder with other files, and a file, are refused in one line."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "thesis.docx").write_text("dear")
    with pytest.raises(FileFault, match=r"thesis\.docx.*choose another folder"):
        write(town, tmp_path / "plan")
    assert (tmp_path / "plan" / "thesis.docx").read_text() == "dear"
    (tmp_path / "file").write_text("dear")
    with pytest.raises(FileFault, match="is a file"):
        write(town, tmp_path / "file")


def test_a_failure_leaves_the_old_plan_and_nothing_half_written(
    town, tmp_path, monkeypatch
) -> None:
    """The disk fills up while the overview is drawn."""
    out = write(town, tmp_path / "plan")
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}

    def disk_full(*_args: object, **_kwargs: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "overview_map", disk_full)
    with pytest.raises(FileFault, match="No space left"):
        write(town, out)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
    assert [each.name for each in tmp_path.iterdir()] == ["plan"]


def test_progress_is_told_to_the_end(town, tmp_path) -> None:
    """Shares grow to one."""
    told: list[float] = []
    write(town, tmp_path / "plan", report=lambda share, _words: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_unknown_language_writes_nothing(town, tmp_path) -> None:
    """Refused before the first file."""
    with pytest.raises(InputError, match="no language"):
        write(town, tmp_path / "plan", language="xx")
    assert list(tmp_path.iterdir()) == []


def test_formulas_do_not_reach_a_spreadsheet(hostile_folder) -> None:
    """No cell of any table starts a formula."""
    for name in ("stops.csv", "unserved.csv"):
        for row in table(hostile_folder / name):
            for column, cell in row.items():
                assert not cell.lstrip().startswith(("=", "+", "@", "\t")), (column, cell)
    wrong = Fault("m", file="a.csv", row=2, field="f", value="=cmd()")
    faults = fault_table([wrong], translator("en"))
    assert "'=cmd()" in faults.decode("utf-8-sig")
    assert faults.startswith(b"\xef\xbb\xbf")


def test_hostile_text_stays_in_its_field(hostile_folder) -> None:
    """Every file still parses as what it is, and no name on disk came from a text."""
    json.loads((hostile_folder / "routes.geojson").read_text("utf-8"))
    wire.load(Plan, (hostile_folder / "plan.json").read_bytes())
    assert gpx(hostile_folder).tag == f"{GPX}gpx"
    assert pypdf.PdfReader(hostile_folder / "sheets.pdf").pages
    names = [file.name for file in hostile_folder.rglob("*")]
    assert all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in names), names


def test_links_of_the_summary_lead_somewhere(folder) -> None:
    """Every link is to a file in the folder."""
    links = re.findall(r"href='([^']+)'", (folder / "summary.html").read_text("utf-8"))
    assert len(links) == 5
    assert all((folder / link).is_file() for link in links)


def test_sheets_in_large_print_take_more_paper(town, folder, tmp_path) -> None:
    """The common file and those of each day, and nothing else of the folder changes."""
    large = write(town, tmp_path / "large", large=True)
    for name in ("sheets.pdf", "sheets/2026-08-20_RSE-01.pdf"):
        usual, more = (len(pypdf.PdfReader(at / name).pages) for at in (folder, large))
        assert more > usual
    assert (large / "stops.csv").read_bytes() == (folder / "stops.csv").read_bytes()
