"""Cells and lines that are safe to hand on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.text import MAX_ID, safe_cell, shorten


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_formulas_are_disarmed_in_either_width(sign: str) -> None:
    """Spreadsheet programs read the wide signs as the narrow ones, and look past spaces."""
    assert safe_cell(f"{sign}SUM(1)") == f"'{sign}SUM(1)"
    assert safe_cell(f"\u3000 {sign}SUM(1)") == f"'\u3000 {sign}SUM(1)"


@pytest.mark.parametrize("text", ["ул. Роза 2-4", "т. 5", "", "№ 3 = 4", "Ａ＝1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    """A sign that no program computes is no formula."""
    assert safe_cell(text) == text


@given(st.text(), st.integers(1, MAX_ID))
def test_what_is_shortened_is_one_line(text: str, length: int) -> None:
    """Whatever somebody typed: no line break, nothing that moves a cursor, not too long."""
    short = shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
    assert not set(short) & set("\x00\x1b\x07\u202e\ud800")
