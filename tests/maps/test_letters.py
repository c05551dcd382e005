"""Letters of thanks."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from maps.letters import Letter, thank_you_letters
from maps.texts import LANGUAGE_NAMES, translator

DAY = date(2026, 9, 30)


def pages(*letters: Letter) -> list[str]:
    """The text of each page."""
    pdf = thank_you_letters(letters, campaign="Дорога в школу", office="Отдел", day=DAY)
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_every_sponsor_is_thanked_in_the_own_language(language: str) -> None:
    """One page, the kits with their number, and no word of another language."""
    texts = translator(language)
    (page,) = pages(Letter("Ərəb & Қарағанды ЖШС", "кв. 5", (("рюкзак", 30),), texts))
    assert "Ərəb & Қарағанды ЖШС" in page
    assert "рюкзак: 30" in page
    assert texts.t("With respect,") in page
    if language != "en":
        assert "With respect" not in page


def test_a_hostile_name_is_only_a_name() -> None:
    """It is drawn as text, and however long it is, the thanks are on the page."""
    texts = translator("en")
    (page,) = pages(Letter("<b>{{7*7}}</b> " * 300, "=cmd", (("bag", 1),), texts))
    assert "{{7*7}}" in page
    assert "With respect," in page


def test_the_same_letters_are_the_same_bytes() -> None:
    """Nothing of the machine or the minute goes into the file."""
    letter = Letter("A", "B", (("bag", 1),), translator("en"))
    one, other = (thank_you_letters([letter], campaign="c", office="o", day=DAY) for _ in range(2))
    assert one == other
