"""Numbers on colours can be read, and classes can be told apart without colour."""

from __future__ import annotations

from itertools import pairwise

import pytest

from maps import palette


@pytest.mark.parametrize("colour", palette.ROUTE_COLOURS)
def test_white_numbers_read_well_on_every_route_colour(colour: str) -> None:
    """WCAG asks for 4.5 : 1."""
    assert palette.contrast(colour, palette.PAPER) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21 : 1, a colour on itself 1 : 1."""
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#777777") == 1


def test_text_takes_the_side_that_reads() -> None:
    """Dark classes carry white text, light ones dark text."""
    assert palette.text_on(palette.COVERAGE_COLOURS[0]) == palette.INK
    assert palette.text_on(palette.COVERAGE_COLOURS[-1]) == palette.PAPER


def test_coverage_darkens_step_by_step() -> None:
    """On a grey printer every class is darker than the one before."""
    light = [palette.luminance(colour) for colour in palette.COVERAGE_COLOURS]
    assert all(before > after + 0.02 for before, after in pairwise(light))


def test_a_share_finds_its_class() -> None:
    """Bounds belong to the class they open."""
    assert palette.coverage_colour(0.0) == palette.COVERAGE_COLOURS[0]
    assert palette.coverage_colour(0.5) == palette.COVERAGE_COLOURS[3]
    assert palette.coverage_colour(1.0) == palette.COVERAGE_COLOURS[-1]


def test_colours_repeat_after_the_last() -> None:
    """The eleventh team looks like the first; its name tells them apart."""
    assert palette.route_colour(10) == palette.route_colour(0)
