"""How a search went, as a picture and as a few rows that say the same."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from maps.cost_curve import above_best, cost_curve, few_steps

SEARCH = ((0.5, 90_000.0), (1.0, 12_000.0), (2.5, 12_500.0), (4.0, 10_000.0), (9.0, 10_000.0))


def test_the_cost_only_falls_and_ends_at_the_plan_that_was_kept() -> None:
    """Pieces of the search report by turns, a worse one among them."""
    steps = above_best(SEARCH)
    assert steps == [(0.5, 800.0), (1.0, 20.0), (4.0, 0.0)]
    assert few_steps(SEARCH) == steps


def test_a_long_search_is_told_in_a_few_rows() -> None:
    """A thousand steps: six rows, the first and the last among them."""
    trace = [(float(at), 2_000.0 - at) for at in range(1_000)]
    rows = few_steps(trace)
    assert len(rows) == 6
    assert (rows[0], rows[-1]) == (above_best(trace)[0], (999.0, 0.0))


@pytest.mark.parametrize("trace", [SEARCH, SEARCH[-1:], ((0.0, 0.0), (1.0, -5.0)), SEARCH[-2:]])
def test_the_picture_is_sound_and_stays_inside(trace) -> None:
    """Any search can be drawn: also one that found its plan at once, and one below zero."""
    svg = ET.fromstring(cost_curve(trace))  # our own markup
    line = svg[-1].attrib["d"]
    heights = [float(part.split("H")[0].split(" ")[-1]) for part in line.split("V")]
    assert all(0 <= height <= 200 for height in heights)
    assert not any("e+" in (text.text or "") for text in svg.iter())
