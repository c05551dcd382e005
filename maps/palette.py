"""Colours that colour-blind eyes, grey printers and bright sunlight leave apart.

Route colours are Okabe and Ito's (2008, "Color universal design"), darkened where a white number
on them would fall under WCAG's 4.5 : 1, and followed by darker relatives. No meaning rests on
colour alone: stops are numbered, urgent ones have another shape, teams are named.
"""

from __future__ import annotations

ROUTE_COLOURS = (
    "#0067a5",  # blue
    "#b34700",  # vermilion
    "#00775a",  # bluish green
    "#a04a80",  # reddish purple
    "#7a5a00",  # dark yellow
    "#1f6f8b",  # sky, darkened
    "#5b4b9a",  # indigo
    "#8a1c3a",  # wine
    "#3f6b1f",  # moss
    "#4a4a4a",  # grey
)

COVERAGE_COLOURS = ("#eef3f8", "#c6dbec", "#8fbfdc", "#4f97c4", "#2069a0", "#0b3c68")
"""Light to dark blue: one hue, even steps of lightness, so that it survives a grey printer."""

COVERAGE_BREAKS = (0.0, 0.15, 0.3, 0.5, 0.7, 0.9)
"""Lowest share of each class. Fixed, so that two weeks' maps can be compared."""

SERIES_COLOURS = ("#0072b2", "#d55e00", "#009e73")
"""Lines of a chart: Okabe and Ito's, at least 3 : 1 on white and on the dark pages' ground. Each
line has a mark of its own shape, too."""

SUPPRESSED = "#d9d9d9"
NO_DATA = "#ffffff"
INK = "#1b1f24"
PAPER = "#ffffff"


def route_colour(position: int) -> str:
    """Colour of the route, team or day at `position`; they repeat after ten."""
    return ROUTE_COLOURS[position % len(ROUTE_COLOURS)]


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(background: str) -> str:
    """The ink or the paper colour, whichever reads better on `background`."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, background))


def coverage_colour(share: float) -> str:
    """Colour of a share from 0 to 1."""
    classes = zip(COVERAGE_BREAKS, COVERAGE_COLOURS, strict=True)
    return [colour for lower, colour in classes if share >= lower][-1]
