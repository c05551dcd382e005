"""The code on the sheet that opens the day on a phone."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from maps.exports import write_plan
from maps.sheets import all_sheets, make_sheet
from maps.texts import LANGUAGES, translator

LINK = "https://outreach.example.gov/t/#" + "A" * 36


def printed(town, language: str, references: dict[str, str] | None = None) -> str:
    content = all_sheets(
        town.plan, teams=[town.team], region_info=town.info, basemap=town.basemap,
        texts=translator(language), references=references,
    )  # fmt: skip
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_sheet_with_a_link_says_what_its_code_does(town) -> None:
    """In every language; the secret itself stands in the code only, not in letters."""
    for language in LANGUAGES:
        said = translator(language).t("Open on the phone")
        text = printed(town, language, {town.route.shift_id: LINK})
        assert said in text
        assert LINK not in text
        assert said not in printed(town, language)


def test_a_link_makes_a_code_that_cheap_phones_read(town) -> None:
    """Thirty-seven modules a side at most: 0.6 mm each on paper."""
    sheet = make_sheet(
        town.route, town.plan, team=town.team, basemap=town.basemap, reference=LINK
    )  # fmt: skip
    assert len(sheet.code) <= 37


def test_the_folder_of_a_plan_has_the_links_on_its_sheets(town, tmp_path: Path) -> None:
    """Each team-day its own, in the common file too."""
    write_plan(
        town.plan, cases=town.cases, places=town.places, teams=[town.team], region_info=town.info,
        basemap=town.basemap, out=tmp_path / "plan", language="en",
        references={town.route.shift_id: LINK},
    )  # fmt: skip
    for file in ("sheets.pdf", *map(str, (tmp_path / "plan" / "sheets").iterdir())):
        pages = PdfReader(tmp_path / "plan" / file).pages
        assert "Open on the phone" in pages[0].extract_text()
