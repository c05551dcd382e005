"""Letters of thanks to sponsors: one page each, all in one PDF, each in the sponsor's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from maps.escape import plain
from maps.sheets import BOLD, SANS, embed_fonts
from maps.texts import Texts

WIDTH, HEIGHT = A4
SIDE = 25 * mm
INNER = WIDTH - 2 * SIDE
_SIZE, _LINE = 11, 6.2 * mm
_MOST_LINES = 12
"""Of a name or an address: no text from outside pushes the thanks off the page."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says. *Personal.*"""

    name: str
    address: str
    given: tuple[tuple[str, int], ...]
    """(kit in words, how many)."""
    texts: Texts
    """In the sponsor's language."""


def thank_you_letters(letters: Sequence[Letter], *, campaign: str, office: str, day: date) -> bytes:
    """One PDF with a page for every letter, in their order.

    Args:
        letters: whom to thank for what.
        campaign: its name, as the office calls it.
        office: who signs.
        day: the letters' date.
    """
    embed_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setCreator("outreach")
    for letter in letters:
        _draw(canvas, letter, campaign, office, day)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, letter: Letter, campaign: str, office: str, day: date) -> None:
    texts = letter.texts
    y = _lines(canvas, HEIGHT - 30 * mm, letter.name, BOLD)
    y = _lines(canvas, y, letter.address, SANS)
    canvas.setFont(SANS, _SIZE)
    canvas.drawRightString(WIDTH - SIDE, HEIGHT - 30 * mm, texts.date(day))
    y = _lines(canvas, y - 15 * mm, texts.t("A letter of thanks"), BOLD, size=16)
    y = _lines(
        canvas,
        y - 5 * mm,
        texts.t(
            "With your gift children of the campaign “{campaign}” came to school with what they "
            "need. We thank you for:",
            campaign=campaign,
        ),
        SANS,
    )
    for kit, count in letter.given:
        y = _lines(canvas, y - 1 * mm, f"•  {kit}: {texts.number(count)}", BOLD)
    y = _lines(
        canvas,
        y - 4 * mm,
        texts.t("Every kit was handed to a family by the people who visited it at home."),
        SANS,
    )
    y = _lines(canvas, y - 12 * mm, texts.t("With respect,"), SANS)
    _lines(canvas, y - 2 * mm, office, BOLD)


def _lines(canvas: Canvas, y: float, text: str, font: str, *, size: float = _SIZE) -> float:
    """Draws `text` from `y` downwards and returns where the next line may stand."""
    for line in simpleSplit(plain(text), font, size, INNER)[:_MOST_LINES]:
        canvas.setFont(font, size)
        canvas.drawString(SIDE, y, line)
        y -= _LINE * max(1.0, size / _SIZE * 0.9)
    return y
