"""Lines travel as letters and come back where they were, to about a metre."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from maps.lines import LETTERS, read_lines, write_lines

degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(st.lists(degrees, min_size=1, max_size=6), min_size=1, max_size=5))
def test_lines_come_back(lines: list[list[tuple[float, float]]]) -> None:
    """Whatever the lines, reading what was written gives them rounded."""
    counts = np.array([len(line) for line in lines])
    points = np.array([point for line in lines for point in line])
    text = write_lines(points, counts)
    assert set(text) <= set(LETTERS)
    back = read_lines(text)
    assert [len(line) for line in back] == counts.tolist()
    np.testing.assert_allclose(np.vstack(back), points, atol=5.1e-6)


def test_no_lines_are_no_letters() -> None:
    """A map without borders carries nothing for them."""
    assert write_lines(np.zeros((0, 2)), np.zeros(0, dtype=np.int64)) == ""


def test_neighbouring_points_are_short() -> None:
    """A street of a hundred points ten metres apart takes some four letters a point."""
    points = np.column_stack([np.linspace(25.9, 25.91, 100), np.linspace(43.8, 43.81, 100)])
    assert len(write_lines(points, np.array([100]))) < 450
