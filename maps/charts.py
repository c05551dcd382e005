"""Charts of our own, a picture and a table with bars: no script, readable on a phone.

A chart shows what a table beside it holds. Every line has a colour and a mark of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from maps import palette
from maps.coverage_words import HIDDEN, PACED, columns_said
from maps.escape import html_text

if TYPE_CHECKING:
    from maps.coverage_words import Told
    from maps.texts import Texts
    from planning.disclosure import ShownDay

Point = tuple[float, float]
"""Shares of the box: 0 left or below, 1 right or above."""

MARKS = ("circle", "square", "diamond")
_WIDTH, _HEIGHT = 430.0, 244.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 14.0, 14.0, 48.0


@dataclass(frozen=True, slots=True)
class Line:
    """One column of a time line."""

    words: str
    colour: str
    mark: str
    """One of `MARKS`."""
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Where everything of a time line lies; whatever draws it scales this to its paper."""

    lines: tuple[Line, ...]
    heights: tuple[tuple[float, int], ...]
    """(share of the height, number) of the lines across."""
    days: tuple[tuple[float, date], ...]
    """(share of the width, day) of what is written below."""


def time_line(days: Sequence[ShownDay], texts: Texts) -> TimeLine:
    """The released numbers by day, joined by straight lines; a suppressed one has no mark.

    Args:
        days: at least one release, oldest first.
        texts: the language.
    """
    first, last = days[0].day, days[-1].day
    span = max(1, (last - first).days)
    most = _round_above(max((getattr(day, c) or 0 for day in days for c in PACED), default=0))
    words = columns_said(texts)
    lines = tuple(
        Line(
            words[column],
            colour,
            mark,
            tuple(
                ((day.day - first).days / span, number / most)
                for day in days
                if (number := getattr(day, column)) is not None
            ),
        )
        for column, colour, mark in zip(PACED, palette.SERIES_COLOURS, MARKS, strict=True)
    )
    lines = tuple(line for line in lines if line.points)
    heights = tuple((step / 4, most * step // 4) for step in range(5))
    ends = dict.fromkeys([first, last])
    return TimeLine(lines, heights, tuple(((day - first).days / span, day) for day in ends))


def _round_above(number: int) -> int:
    """4, 8, 12, … 80, 120, …: the first that is not smaller; a quarter of it is whole."""
    power = 1
    while 80 * power < number:
        power *= 10
    return next(step * power for step in _STEPS if step * power >= number)


_STEPS = (4, 8, 12, 16, 20, 24, 32, 40, 48, 60, 80)


def time_line_svg(chart: TimeLine) -> str:
    """The chart as a picture on paper of its own, its key below."""

    def x(share: float) -> float:
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(share: float) -> float:
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    grid = "".join(
        f"<path d='M{_LEFT:.0f} {y(at):.1f}H{_WIDTH - _RIGHT:.0f}' stroke='#c9c5bb' />"
        f"<text x='{_LEFT - 6:.0f}' y='{y(at) + 4:.1f}' text-anchor='end'>{number}</text>"
        for at, number in chart.heights
    )
    days = "".join(
        f"<text x='{x(at):.1f}' y='{_HEIGHT - _BOTTOM + 17:.0f}' "
        f"text-anchor='{'start' if at == 0 else 'end'}'>{day:%d.%m.%Y}</text>"
        for at, day in chart.days
    )
    drawn = "".join(
        _polyline([(x(at), y(high)) for at, high in line.points], line.colour)
        + "".join(_mark(line.mark, x(at), y(high), line.colour) for at, high in line.points)
        for line in chart.lines
    )
    step = (_WIDTH - _LEFT) / 3
    key = "".join(
        _mark(line.mark, _LEFT + at * step + 6, _HEIGHT - 10, line.colour)
        + f"<text x='{_LEFT + at * step + 16:.0f}' y='{_HEIGHT - 6:.0f}'>"
        f"{html_text(line.words)}</text>"
        for at, line in enumerate(chart.lines)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH:.0f} {_HEIGHT:.0f}' "
        f"width='{_WIDTH:.0f}' height='{_HEIGHT:.0f}' font-family='DejaVu Sans, sans-serif' "
        f"font-size='12' fill='{palette.INK}'><rect width='100%' height='100%' rx='6' "
        f"fill='{palette.PAPER}' />{grid}{days}{drawn}{key}</svg>"
    )


def _polyline(points: Sequence[Point], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2.5' />"


def _mark(mark: str, x: float, y: float, colour: str) -> str:
    if mark == "circle":
        return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4.5' fill='{colour}' />"
    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in mark_corners(mark, x, y))
    return f"<polygon points='{corners}' fill='{colour}' />"


def mark_corners(mark: str, x: float, y: float) -> Iterator[Point]:
    """Corners of a square or a diamond around a point."""
    turns = (
        ((-4, -4), (4, -4), (4, 4), (-4, 4))
        if mark == "square"
        else ((0, -5.8), (5.8, 0), (0, 5.8), (-5.8, 0))
    )
    return ((x + dx, y + dy) for dx, dy in turns)


def bars_html(told: Told) -> str:
    """A table of names and numbers, each with a bar; a suppressed number has none, and says so."""
    most = max((number for _, number in told.rows if isinstance(number, int)), default=0)
    rows = "".join(_bar_row(str(name), number, most) for name, number in told.rows)
    head = "".join(f"<th scope='col' style='{_CELL}'>{html_text(it)}</th>" for it in told.headings)
    return (
        "<table style='border-collapse:collapse;width:100%;max-width:38rem'>"
        f"<caption style='text-align:left;font-weight:600'>{html_text(told.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


_CELL = "text-align:left;padding:.2rem .6rem .2rem 0;border:0;font-weight:400"


def _bar_row(name: str, number: int | str, most: int) -> str:
    share = number / most if isinstance(number, int) and most else 0.0
    bar = (
        f"<span style='display:inline-block;vertical-align:middle;height:.8rem;"
        f"width:{70 * share:.1f}%;background:{palette.SERIES_COLOURS[0]}'></span> "
    )
    return (
        f"<tr><th scope='row' style='{_CELL};width:45%'>{html_text(name)}</th>"
        f"<td style='{_CELL}'>{bar if number != HIDDEN else ''}{html_text(str(number))}</td></tr>"
    )
