"""Half-year and closing reports say what was released, and nothing that follows from it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from maps.reports import in_words, report_pdf, report_stem, report_xlsx, retention_table
from maps.texts import LANGUAGES, translator
from planning.coverage import TOTAL
from planning.desk.counts import Coverage
from planning.desk.reports import Report, SchoolsOf
from planning.disclosure import ShownCount
from planning.model import Campaign, RegionInfo
from planning.school_checks import Progress
from tests.maps.conftest import HOSTILE

FRIDAY = date(2026, 8, 28)
ALL = ShownCount(
    TOTAL, "", "", 853, 811, 700, 431, 257, results=(257, 90, 11, None, 27, None, 46), since=FRIDAY
)
RUSE = ShownCount("RSE27", "Русе", TOTAL, 823, 790, 680, 421, None, since=FRIDAY)
BOROVO = ShownCount("RSE04", "Борово", TOTAL, None, None, None, None, None)
STAYED = ShownCount(TOTAL, "", "", 853, 120, 88, 71, None, since=FRIDAY)
REPORT = Report(
    Campaign("c", "Механизъм", date(2026, 8, 20), 30, school_year="2026/2027"),
    Coverage(FRIDAY, 10, "municipality", ALL, (BOROVO, RUSE)),
    (SchoolsOf("RSE27", "Русе", Progress(36, 35, 4, 0)),
     SchoolsOf("RSE04", "Борово", Progress(4, 3, 0, 1))),
    STAYED,
)  # fmt: skip
INFO = RegionInfo("Русе", ("bg",), "EPSG:32635", invented=True, attribution="", counts={},
                  bounds=(0, 0, 1, 1), sources=())  # fmt: skip


def text(content: bytes) -> str:
    found = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("public", [False, True])
def test_a_report_holds_released_numbers_in_every_language(language: str, *, public: bool) -> None:
    """Every number on paper was released, is of a school, or is a day: none is worked out."""
    texts = translator(language)
    said = text(report_pdf(REPORT, region_info=INFO, public=public, texts=texts))
    released = {853, 811, 700, 431, 257, 90, 11, 27, 46, 823, 790, 680, 421, 120, 88, 71}
    schools = {36, 35, 4, 3, 0, 40, 38, 1}
    shares = {round(100 * 431 / 853), round(100 * 421 / 823)}
    dates = {28, 8, 2026, 2027, 30, 90, 10, 2}
    assert {int(each) for each in re.findall(r"\d+", said)} <= released | schools | shares | dates
    assert texts.t("Sample, invented: no real child, no real street.") in said
    if language != "en":
        assert "Half-year report" not in said
        assert "Closing report" not in said


def test_38_of_40_schools_and_repeats_apart() -> None:
    """What Pernik counts, as Pernik counts it."""
    book = load_workbook(io.BytesIO(report_xlsx(REPORT, public=False, texts=translator("en"))))
    assert list(book["School checks"].values) == [
        ("Area", "Schools", "Checked", "Repeated checks"),
        ("all areas together", 40, 38, 4),
        ("Борово", 4, 3, 0),
        ("Русе", 36, 35, 4),
    ]
    assert ("Attending after 90 days too", "·") in list(book["Back in school, and staying"].values)


def test_what_is_not_released_is_not_said() -> None:
    """No sentence about a number that is hidden, no table of who stayed, and it is told why."""
    hidden = replace(ALL, listed=None, visited=None, resolved=None)
    small = replace(
        REPORT, coverage=replace(REPORT.coverage, total=hidden), schools=(), retention=None
    )
    english = translator("en")
    assert in_words(small, english) == []
    assert retention_table(small, english) is None
    said = text(report_pdf(small, region_info=INFO, public=True, texts=english))
    assert "Who came back to school and stayed is not told" in said


def test_hostile_names_are_words() -> None:
    """A campaign's name is no markup, no formula and no file name."""
    bad = replace(
        REPORT,
        campaign=replace(REPORT.campaign, name=HOSTILE),
        schools=(SchoolsOf("x", f"={HOSTILE}", Progress(1, 1, 0, 0)),),
    )
    texts = translator("bg")
    assert report_pdf(bad, region_info=INFO, public=True, texts=texts).startswith(b"%PDF")
    book = load_workbook(io.BytesIO(report_xlsx(bad, public=True, texts=texts)))
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
    assert report_stem(bad, public=True) == "closing_report_2026-08-28"
