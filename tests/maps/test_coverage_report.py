"""Coverage as files: nothing in them that was not released, and nothing that runs."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from itertools import combinations

import geopandas as gpd
import openpyxl
import pytest
import shapely
from matplotlib.axes import Axes
from PIL import Image
from pypdf import PdfReader

from maps.charts import bars_html, time_line, time_line_svg
from maps.coverage_report import (
    coverage_csv,
    coverage_pdf,
    coverage_png,
    coverage_xlsx,
    file_stem,
)
from maps.coverage_words import (
    HIDDEN,
    Told,
    area_table,
    legend,
    pace_table,
    result_table,
    year_table,
)
from maps.texts import LANGUAGES, translator
from planning.coverage import RESULTS, TOTAL
from planning.desk.counts import Coverage, YearOnYear
from planning.disclosure import ShownCount, ShownDay
from planning.model import Campaign
from tests.maps.conftest import HOSTILE

MONDAY, FRIDAY = date(2026, 8, 24), date(2026, 8, 28)
UNTOLD = (None,) * len(RESULTS)


def counts(code: str, name: str, *ladder: int | None, since: date | None = FRIDAY) -> ShownCount:
    return ShownCount(code, name, TOTAL, *ladder, since=since)


PACE = (ShownDay(MONDAY, 700, 100, None), ShownDay(FRIDAY, 700, 431, 257))
TOLD = (257, 90, 11, None, 27, None, 46, None)
ALL = ShownCount(TOTAL, "", "", 853, 811, 700, 431, 257, results=TOLD, since=FRIDAY, pace=PACE)
RUSE = counts("RSE27", "Русе", 823, 790, 680, 421, None, since=MONDAY)
BOROVO = counts("RSE04", "Борово", None, None, None, None, None, since=None)
AUTUMN = Coverage(FRIDAY, 5, "municipality", ALL, (BOROVO, RUSE))
BEFORE = YearOnYear(Campaign("b", "2025", MONDAY, 5), date(2025, 9, 12),
                    {TOTAL: counts(TOTAL, "", 904, None, None, 667, None)})  # fmt: skip


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def pages(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()
    )


def numbers(text: str) -> set[int]:
    return {int(each) for each in re.findall(r"\d+", text)}


def released(coverage: Coverage) -> set[int]:
    """Every number of the table, and the shares of two that stand side by side."""
    rows = [coverage.total, *coverage.rows]
    rows += coverage.earlier.then.values() if coverage.earlier else ()
    told = {
        number
        for row in rows
        for number in (
            row.listed, row.located, row.planned, row.visited, row.resolved, *row.results,
            *(n for day in row.pace for n in (day.planned, day.visited, day.resolved)),
        )
        if number is not None
    }  # fmt: skip
    return told | {
        round(100 * row.visited / row.listed) for row in rows if row.listed and row.visited
    }


DATES = {8, 24, 28, 12, 9, 25, 2025, 2026}
"""Parts of the days that the tables name."""


def test_a_table_has_the_total_first_and_dots_for_what_is_suppressed(english) -> None:
    """Борово is there by name, and nothing else of it."""
    told = area_table(AUTUMN, english)
    assert told.rows == (
        ("all areas together", 853, 811, 700, 431, 257, "51 %", "28.08.2026"),
        ("Борово", *[HIDDEN] * 6, ""),
        ("Русе", 823, 790, 680, 421, HIDDEN, "51 %", "24.08.2026"),
    )


def test_a_coordinators_own_row_comes_second_and_is_marked(english) -> None:
    """On her screen; files are made without it."""
    own = replace(AUTUMN, own=frozenset({"RSE27"}))
    assert [row[0] for row in area_table(own, english).rows][1] == "Русе"
    assert area_table(own, english).rows[1][-1] == "24.08.2026, exact"
    assert len(legend(own, english)) == len(legend(AUTUMN, english)) + 1


def test_the_csv_holds_the_released_numbers_and_the_legend(english) -> None:
    """A row for every area, an empty line, then how to read it."""
    found = lines(coverage_csv(AUTUMN, english))
    assert [row[:6] for row in found[1:4]] == [
        ["all areas together", "853", "811", "700", "431", "257"],
        ["Борово", *[HIDDEN] * 5],
        ["Русе", "823", "790", "680", "421", HIDDEN],
    ]
    assert found[4] == []
    assert [row[0] for row in found[5:]] == legend(AUTUMN, english)


def test_no_file_has_a_number_that_was_not_released(town, english) -> None:
    """Resolved in Русе is hidden: it stands nowhere, and neither does what would give it away."""
    coverage = replace(AUTUMN, earlier=BEFORE)
    allowed = released(coverage) | DATES | {coverage.k, 1, 2, 3}
    book = openpyxl.load_workbook(io.BytesIO(coverage_xlsx(coverage, english)))
    cells = " ".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True)
        for value in row if value is not None
    )  # fmt: skip
    printed = coverage_pdf(
        coverage, town.areas, region_info=town.info, title="Autumn", texts=english
    )
    scale = {number for _, number in time_line(PACE, english).heights}
    for content in (cells, coverage_csv(coverage, english).decode("utf-8-sig")):
        assert numbers(content) - allowed == set()
    assert numbers(pages(printed)) - allowed - scale == set()


def test_the_workbook_has_a_sheet_for_everything(english) -> None:
    """Numbers are numbers, so that somebody can sort them."""
    book = openpyxl.load_workbook(
        io.BytesIO(coverage_xlsx(replace(AUTUMN, earlier=BEFORE), english))
    )
    assert book.sheetnames == [
        "Municipality",
        "Pace",
        "What was found",
        "Year on year",
        "Legend",
    ]
    assert [cell.value for cell in book["Municipality"][2]][:3] == ["all areas together", 853, 811]
    assert [cell.value for cell in book["Pace"][2]] == ["24.08.2026", 700, 100, HIDDEN]
    assert book["Legend"]["A1"].value == legend(AUTUMN, english)[0]


def test_the_report_prints_in_every_language(town) -> None:
    """Letters of all five are embedded; the legend is in it, whole."""
    for language in LANGUAGES:
        texts = translator(language)
        printed = coverage_pdf(
            AUTUMN, town.areas, region_info=town.info, title="Обхват", texts=texts
        )
        said = pages(printed)
        for line in legend(AUTUMN, texts):
            assert " ".join(line.split()) in said
        fonts = {
            str(font.get_object()["/BaseFont"])
            for page in PdfReader(io.BytesIO(printed)).pages
            for font in page["/Resources"]["/Font"].values()
        }
        assert {name.partition("+")[2] for name in fonts} <= {"DejaVuSans", "DejaVuSans-Bold"} | {
            ""
        }


def test_the_picture_is_a_picture(town, english) -> None:
    """2,000 points wide, no text about who made it, and the same every time."""
    drawn = coverage_png(AUTUMN, town.areas, region_info=town.info, texts=english)
    picture = Image.open(io.BytesIO(drawn))
    assert picture.width == 2000
    assert "Software" not in picture.info
    assert drawn == coverage_png(AUTUMN, town.areas, region_info=town.info, texts=english)
    empty = replace(AUTUMN, rows=())
    assert coverage_png(empty, town.areas, region_info=town.info, texts=english)


def test_no_name_on_the_picture_covers_another(town, monkeypatch, english) -> None:
    """Twelve narrow districts beside a wide one: where a name has no room, the share stands."""
    strips = [shapely.box(23 + 0.01 * at, 42, 23.01 + 0.01 * at, 42.2) for at in range(12)]
    areas = gpd.GeoDataFrame(
        {"code": [str(at) for at in range(13)]},
        geometry=[*strips, shapely.box(23.2, 42, 23.6, 42.2)],
    )
    rows = [counts(str(at), f"Район {at} с дълго име", 80, 80, 80, 40 + at, 9) for at in range(13)]
    coverage = Coverage(FRIDAY, 5, "district", ALL, (*rows[:12], replace(rows[12], visited=None)))
    drawn = []
    write = Axes.text

    def noted(*place, **look):
        drawn.append(write(*place, **look))
        return drawn[-1]

    monkeypatch.setattr(Axes, "text", noted)
    coverage_png(coverage, areas, region_info=town.info, texts=english)
    left = [label for label in drawn if label.axes is not None and label in label.axes.texts]
    boxes = [label.get_window_extent() for label in left]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    words = [label.get_text() for label in left]
    assert f"{rows[12].name}\n{HIDDEN}" in words
    assert any("\n" in each for each in words[1:])
    assert any("\n" not in each for each in words)


def test_a_files_name_is_a_day(english) -> None:
    """Neither the campaign nor an area is in it."""
    assert file_stem(AUTUMN) == "coverage_2026-08-28"


@pytest.mark.parametrize(
    "text", [HOSTILE, "=cmd|'/c calc'!A1", "$\\frac{1}{2}$", "<b>&", "x" * 500]
)
def test_hostile_names_are_only_text(town, english, text) -> None:
    """A settlement may be called anything."""
    hostile = replace(RUSE, name=text)
    coverage = replace(AUTUMN, rows=(hostile,), total=replace(ALL, name=text))
    book = openpyxl.load_workbook(io.BytesIO(coverage_xlsx(coverage, english)))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    for row in lines(coverage_csv(coverage, english)):
        assert all(not each.startswith(("=", "+", "-", "@")) for each in row)
    assert coverage_png(coverage, town.areas, region_info=town.info, texts=english)
    assert coverage_pdf(coverage, town.areas, region_info=town.info, title=text, texts=english)


# --- charts ---------------------------------------------------------------------------------


def test_a_time_line_has_a_mark_for_every_number_told(english) -> None:
    """Resolved was suppressed on Monday: one mark, no line to nowhere."""
    chart = time_line(PACE, english)
    assert [line.points for line in chart.lines] == [
        ((0.0, 0.875), (1.0, 0.875)), ((0.0, 0.125), (1.0, 431 / 800)), ((1.0, 257 / 800),),
    ]  # fmt: skip
    assert [number for _, number in chart.heights] == [0, 200, 400, 600, 800]
    drawn = time_line_svg(chart)
    assert "24.08.2026" in drawn
    assert drawn.count("<circle") == 3, "two numbers in the plan, and the key"


def test_one_release_is_a_time_line_too(english) -> None:
    """On the first day, and with nothing in it."""
    for only in (PACE[:1], (ShownDay(MONDAY, None, None, None),), (ShownDay(MONDAY, 0, 0, 0),)):
        chart = time_line(only, english)
        assert chart.heights[0] == (0.0, 0)
        assert [day for _, day in chart.days] == [MONDAY]
        assert time_line_svg(chart).startswith("<svg")


def test_bars_stand_beside_their_numbers(english) -> None:
    """The most frequent first; a suppressed result has no bar of any length."""
    told = result_table(ALL, english)
    assert [number for _, number in told.rows] == [257, 90, 46, 27, 11, HIDDEN, HIDDEN, HIDDEN]
    drawn = bars_html(told)
    assert drawn.count("width:70.0%") == 1
    assert drawn.count("background") == 5


def test_bars_hold_hostile_words_as_words() -> None:
    """Whatever is called so."""
    drawn = bars_html(Told(HOSTILE, (HOSTILE, HOSTILE), ((HOSTILE, 3), (HOSTILE, HIDDEN))))
    assert "<img" not in drawn
    assert "<script" not in drawn


def test_years_stand_side_by_side(english) -> None:
    """Only where both told something; no difference is worked out."""
    assert year_table(AUTUMN, english) is None
    told = year_table(replace(AUTUMN, earlier=BEFORE), english)
    assert told is not None
    assert told.rows == (("all areas together", 904, 853, "74 %", "51 %"),)
    assert pace_table(ALL, english).rows[0] == ("24.08.2026", 700, 100, HIDDEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_is_never_cut(language) -> None:
    """Every line fits what a map or a file shows of one text."""
    lines_said = legend(replace(AUTUMN, own=frozenset({"RSE27"})), translator(language))
    assert max(map(len, lines_said)) < 300
