"""A chart of dots with their intervals, as SVG: how many times something changes the odds.

The scale is logarithmic, so that twice and half lie as far from “no difference”. No script, no font
of its own, and a paper of its own: it is shown as an image. A table beside it holds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

from maps import palette
from maps.escape import html_text
from maps.texts import Texts
from planning.campaign.effectiveness import Effect

_WIDTH, _ROW, _HEAD = 640.0, 26.0, 26.0
_LEFT, _RIGHT = 250.0, 20.0
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_LONGEST = 34
"""Characters of a name that fit."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A line of the chart."""

    name: str
    effect: Effect


def interval_chart(dots: Sequence[Dot], texts: Texts) -> str:
    """The dots under each other, each with its interval; filled where it is clear.

    Args:
        dots: at least one.
        texts: for the numbers.
    """
    low = max(_TICKS[0], min(0.5, *(each.effect.low for each in dots)))
    high = min(_TICKS[-1], max(2.0, *(each.effect.high for each in dots)))

    def x(times: float) -> float:
        share = log(min(max(times, low), high) / low) / log(high / low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    height = _HEAD + _ROW * len(dots)
    grid = "".join(
        f"<path d='M{x(tick):.1f} {_HEAD - 6:.0f}V{height:.0f}' stroke='{palette.INK}' "
        f"stroke-opacity='{'.7' if tick == 1 else '.2'}' /><text x='{x(tick):.1f}' y='14' "
        f"text-anchor='middle'>×{_number(tick, texts)}</text>"
        for tick in _TICKS
        if low <= tick <= high
    )
    rows = "".join(_row(each, x, _HEAD + _ROW * (at + 0.5)) for at, each in enumerate(dots))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH:.0f} {height:.0f}' "
        f"width='{_WIDTH:.0f}' height='{height:.0f}' font-size='13' font-family='sans-serif' "
        f"fill='{palette.INK}'><rect width='100%' height='100%' fill='{palette.PAPER}' />"
        f"{grid}{rows}</svg>"
    )


def _row(dot: Dot, x: Callable[[float], float], y: float) -> str:
    name = dot.name if len(dot.name) <= _LONGEST else f"{dot.name[: _LONGEST - 1]}…"
    colour = palette.SERIES_COLOURS[0]
    inside = colour if dot.effect.clear else "none"
    return (
        f"<text x='{_LEFT - 10:.0f}' y='{y + 4:.1f}' text-anchor='end'>{html_text(name)}</text>"
        f"<path d='M{x(dot.effect.low):.1f} {y:.1f}H{x(dot.effect.high):.1f}' stroke='{colour}' "
        f"stroke-width='3' /><circle cx='{x(dot.effect.times):.1f}' cy='{y:.1f}' r='5.5' "
        f"fill='{inside}' stroke='{colour}' stroke-width='2.5' />"
    )


def _number(times: float, texts: Texts) -> str:
    return texts.number(times, places=0 if times >= 1 else 1)
