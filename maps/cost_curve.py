"""How a search went: the cost of the best plan as the seconds passed, as a picture and in steps.

The cost of a plan is in seconds of travel (`planning.routing.weights`): what is left out weighs as
much as hours on the road would. Here it is told against the plan that was kept in the end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from maps import palette

if TYPE_CHECKING:
    from planning.model import Trace

_WIDTH, _HEIGHT = 640.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 84.0, 12.0, 12.0, 30.0
_ROWS = 6


def above_best(trace: Trace) -> list[tuple[float, float]]:
    """(seconds, percent above the cheapest plan met), cheaper from step to step."""
    best = min(cost for _, cost in trace)
    found: list[tuple[float, float]] = []
    for seconds, cost in sorted(trace):
        percent = 100.0 * (cost - best) / max(abs(best), 1.0)
        if not found or percent < found[-1][1]:
            found.append((seconds, percent))
    return found


def few_steps(trace: Trace) -> list[tuple[float, float]]:
    """At most `_ROWS` of `above_best`, the first and the last among them: for a table."""
    steps = above_best(trace)
    last = len(steps) - 1
    rows = {round(at * last / (_ROWS - 1)) for at in range(_ROWS)}
    return [steps[at] for at in sorted(rows)]


def cost_curve(trace: Trace) -> str:
    """The steps as a picture; the table of `few_steps` says the same.

    Upwards every line is ten times the one below: the first plan leaves nearly everything out, and
    what comes after would be one flat line beside it.
    """
    steps = above_best(trace)
    end = max(trace[-1][0], 1.0)
    tens = max(1, math.ceil(_height(steps[0][1])))

    def x(seconds: float) -> float:
        return _LEFT + seconds / end * (_WIDTH - _LEFT - _RIGHT)

    def y(height: float) -> float:
        return _HEIGHT - _BOTTOM - height / tens * (_HEIGHT - _TOP - _BOTTOM)

    path = f"M{x(steps[0][0]):.1f} {y(_height(steps[0][1])):.1f}"
    path += "".join(f"H{x(at):.1f}V{y(_height(percent)):.1f}" for at, percent in steps[1:])
    grid = "".join(
        f"<path d='M{_LEFT:.0f} {y(ten):.1f}H{_WIDTH - _RIGHT:.0f}' stroke='#c9c5bb'/>"
        f"<text x='{_LEFT - 6:.0f}' y='{y(ten) + 4:.1f}' text-anchor='end'>"
        f"+{10**ten / 10 if ten else 0:g} %</text>"
        for ten in range(tens + 1)
    )
    clock = "".join(
        f"<text x='{x(end * at):.1f}' y='{_HEIGHT - 10:.0f}' text-anchor='{anchor}'>"
        f"{end * at:.0f} s</text>"
        for at, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end"))
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH:.0f} {_HEIGHT:.0f}' "
        f"width='{_WIDTH:.0f}' height='{_HEIGHT:.0f}' font-family='DejaVu Sans, sans-serif' "
        f"font-size='12' fill='{palette.INK}'><rect width='100%' height='100%' rx='6' "
        f"fill='{palette.PAPER}'/>{grid}{clock}<path d='{path}H{x(end):.1f}' fill='none' "
        f"stroke='{palette.ROUTE_COLOURS[0]}' stroke-width='2.5'/></svg>"
    )


def _height(percent: float) -> float:
    """0 for nothing, 1 for 1 %, 2 for 10 %, 3 for 100 %."""
    return percent if percent < 1.0 else 1.0 + math.log10(percent)
