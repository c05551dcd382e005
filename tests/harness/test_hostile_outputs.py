"""Ten thousand hostile strings through every output: shown as text, and nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import openpyxl
import pypdf
import pytest

from data.casefiles.written import write_table
from maps.basemap import Basemap
from maps.escape import plain
from maps.exports import fault_table, write_plan
from maps.texts import translator
from planning.addresses.gazetteer import Settlement
from planning.errors import Fault
from tests.harness import hostile, sizes
from tests.maps.conftest import Riverside, node, riverside, streets

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COUNT = sizes.of(400, full=10_000)
AT_ONCE = 100
"""Strings that go into one plan: it has about so many texts."""
_JOINS = frozenset({"visit_id", "visit_ids", "windows", "bounds", "crs_metres", "legs", "shift_id"})
_SAME = frozenset({"case_id", "case_ids", "team_id", "municipality_code"})
"""Ids by which records find each other: one text stands for one id."""


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return hostile.strings(COUNT)


class Writer:
    """Puts the next text of a row wherever a record has one."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._at = 0
        self._ids: dict[str, str] = {}

    def next(self) -> str:
        """Around and around."""
        self._at += 1
        return self._texts[self._at % len(self._texts)]

    def over(self, value: Any, field: str = "") -> Any:
        """`value` with every free text in it replaced."""
        if type(value) is str:
            if field in _SAME:
                return self._ids.setdefault(value, f"{self.next()}#{len(self._ids)}")
            return self.next()
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                each.name: self.over(getattr(value, each.name), each.name)
                for each in fields(value)
                if each.name not in _JOINS
            }
            return replace(value, **changed)
        if isinstance(value, tuple | frozenset):
            return type(value)(self.over(each, field) for each in value)
        return value


def written(texts: list[str], out: Path) -> Path:
    """Riverside's plan, all its files, with these texts in every field."""
    calm, write = riverside(), Writer(texts)
    areas = calm.areas.assign(name=[write.next() for _ in calm.areas.index])
    settlements = (Settlement("1", write.next(), "city", "x", *node(4, 4), population=9_000),)
    town = Riverside(
        plan=write.over(calm.plan),
        team=write.over(calm.team),
        cases=write.over(calm.cases),
        places={},
        info=write.over(calm.info),
        basemap=Basemap.of(streets(), areas, settlements),
        areas=areas,
    )
    faults = [
        Fault(write.next(), file=write.next(), row=3, field=write.next(), value=write.next())
        for _ in range(5)
    ]
    write_plan(
        town.plan, cases=town.cases, places=town.places, teams=[town.team], region_info=town.info,
        basemap=town.basemap, out=out, language="en", rejected=faults,
    )  # fmt: skip
    return out


def twin_of(text: str) -> str:
    """A harmless text that is as empty as `text` is, and as long where that matters."""
    shown = plain(text)
    return "".join("a" if sign != " " else " " for sign in shown)


@pytest.fixture(scope="module")
def folders(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """(hostile, harmless twin) plans, one for each hundred strings."""
    home = tmp_path_factory.mktemp("plans")
    made = []
    for number, batch in enumerate(hostile.batches(texts, AT_ONCE)):
        kept = [text for text in batch if hostile.storable(text)]
        twins = [twin_of(text) for text in kept]
        made.append((written(kept, home / f"h{number}"), written(twins, home / f"t{number}")))
    return made


def test_pages_have_the_elements_of_a_harmless_twin(folders: list[tuple[Path, Path]]) -> None:
    """Maps, overview, summary: element by element and attribute by attribute the same."""
    pages = 0
    for bad, calm in folders:
        for one, other in zip(_files(bad, "html"), _files(calm, "html"), strict=True):
            html = one.read_text("utf-8")
            assert hostile.shape(html) == hostile.shape(other.read_text("utf-8")), one.name
            assert "1337" not in html
            pages += 1
    print(f"{COUNT} strings on {pages} pages: no element or attribute that a harmless twin lacks")


@pytest.mark.browser
def test_no_page_runs_anything(folders: list[tuple[Path, Path]], chromium: Browser) -> None:
    """In a browser: no request but for the page itself, no dialog, no error, no flag set."""
    files = [file for bad, _ in folders for file in _files(bad, "html")]
    ran = [sign for file in files for sign in _what_runs(file, chromium)]
    pages = len(files)
    print(f"{COUNT} strings on {pages} pages in Chromium: {len(ran)} signs of code that ran")
    assert ran == []


def _what_runs(file: Path, chromium: Browser) -> list[str]:
    """Every request, dialog, error and flag of a page once it is open, popups and all."""
    page, ran = chromium.new_page(), []
    page.on("request", lambda each: ran.append(each.url))
    page.on("dialog", lambda each: (ran.append(each.message), each.dismiss()))
    page.on("pageerror", lambda each: ran.append(str(each)))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('button[data-stop]').forEach(each => each.click())")
    if page.evaluate("typeof window.hacked") != "undefined":
        ran.append(f"{file.name}: window.hacked")
    page.close()
    assert ran.pop(0) == file.as_uri()
    return ran


def test_no_cell_is_a_formula(folders: list[tuple[Path, Path]], texts: list[str]) -> None:
    """Every cell of every table, opened as a spreadsheet program does."""
    cells = [
        cell
        for bad, _ in folders
        for file in _files(bad, "csv")
        for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
        for cell in row
    ]
    table = [(text, twin_of(text), f"{text}") for text in texts]
    for row in csv.reader(
        io.StringIO(
            write_table(table, ["a", "b", texts[0]], "x.csv").decode("utf-8-sig"), newline=""
        ),
        delimiter=";",
    ):
        cells += row
    told = [Fault(text, value=text) for text in texts if hostile.storable(text)]
    faults = fault_table(told, translator("en"))
    for row in csv.reader(io.StringIO(faults.decode("utf-8-sig"), newline="")):
        cells += row
    book = openpyxl.load_workbook(io.BytesIO(write_table(table, ["a", "b", texts[0]], "x.xlsx")))
    written_cells = [cell for row in book.active.iter_rows() for cell in row]
    assert [cell.value for cell in written_cells if cell.data_type == "f"] == []
    cells += [str(cell.value or "") for cell in written_cells]
    assert [cell for cell in cells if hostile.is_formula(cell)] == []
    print(f"{COUNT} strings in {len(cells)} cells of CSV and XLSX: 0 formulas")


def test_files_for_programs_are_well_formed(folders: list[tuple[Path, Path]]) -> None:
    """GeoJSON, plan.json, GPX and GeoPackage are read by parsers, and hold nothing new."""
    for bad, calm in folders:
        for name in ("routes.geojson", "plan.json"):
            read = json.loads((bad / name).read_text("utf-8"))
            assert _keys(read) == _keys(json.loads((calm / name).read_text("utf-8")))
        for one, other in zip(_files(bad, "gpx"), _files(calm, "gpx"), strict=True):
            tags = [each.tag for each in ElementTree.parse(one).iter()]
            assert tags == [each.tag for each in ElementTree.parse(other).iter()]
        with sqlite3.connect(bad / "plan.gpkg") as book:
            assert book.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        book.close()


def test_names_of_files_stay_in_their_folder(folders: list[tuple[Path, Path]]) -> None:
    """No team's name becomes a path, a device or an option."""
    for bad, _ in folders:
        for file in bad.rglob("*"):
            assert file.resolve().is_relative_to(bad.resolve())
            assert set(file.name) <= set(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
            )
            assert file.stem.upper() not in ("CON", "PRN", "AUX", "NUL")
            assert not file.name.startswith(("-", "."))


def test_prints_run_nothing(folders: list[tuple[Path, Path]]) -> None:
    """No script, action or link in any PDF, and every one can be read."""
    for bad, _ in folders:
        for file in _files(bad, "pdf"):
            reader = pypdf.PdfReader(file)
            keys = {*reader.trailer["/Root"], *(key for page in reader.pages for key in page)}
            assert not keys & {"/OpenAction", "/AA", "/Names", "/AcroForm", "/Annots"}
            told = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
            assert told.stderr == b""
            assert b"1337" not in told.stdout


def _files(folder: Path, ending: str) -> list[Path]:
    """By folder: the twins' names differ where a team's id is in them, and each has one team."""
    return sorted(folder.rglob(f"*.{ending}"))


def _keys(value: object) -> object:
    """The structure of a JSON value."""
    if isinstance(value, dict):
        return {key: _keys(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_keys(each) for each in value]
    return type(value).__name__
