"""The paper that a team takes along: one PDF for a team's day, or all of them in one file.

A4, black on white, readable from a grey printer: a drawn map with numbered stops, then the stops
with room for what the team found. What a sheet says of a stop is decided in `maps.stops`; text is
drawn as text, never read as markup. The same plan gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import segno
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from maps.escape import plain
from maps.paper_map import draw_map, paper_ground, ready_path
from maps.stop_words import all_types, kits_said, who_and_when
from maps.stops import StopRow, sheet_rows, visits_of
from planning.model import Plan, RegionInfo, Result, Route, Team, Visit

if TYPE_CHECKING:
    from maps.basemap import Basemap, Ground
    from maps.texts import Texts

rl_config.useA85 = 0
"""Compressed pages stay binary: a quarter smaller, and quicker to write. For the whole process."""

SANS, BOLD = "DejaVuSans", "DejaVuSans-Bold"
"""The fonts matplotlib ships: Cyrillic, Azerbaijani and Kazakh letters are all in them."""

WIDTH, HEIGHT = A4
SIDE = 12 * mm
TOP = 12 * mm
BOTTOM = 15 * mm
MAP_HEIGHT = 92 * mm
INNER = WIDTH - 2 * SIDE

_COLUMNS = (11 * mm, 21 * mm, 70 * mm, 36 * mm, INNER - 138 * mm)
"""Number, time, door, who and when, outcome."""

_LEAST_ROW = 21 * mm
_PAD = 1.6 * mm
_LINE = 3.9 * mm


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes on the pages of one team's day. Made by `make_sheet`."""

    route: Route
    rows: tuple[StopRow, ...]
    team: Team
    ground: Ground
    reference: str
    """What the QR code holds. No personal data."""
    code: tuple[bytes, ...]
    """The QR code, line by line, 1 = dark."""


def make_sheet(
    route: Route,
    visits: Plan | Iterable[Visit],
    *,
    team: Team,
    basemap: Basemap,
    reference: str = "",
) -> Sheet:
    """The sheet of one team's day.

    Args:
        route: the team's day, with its legs.
        visits: the plan, or at least the route's own visits.
        team: whose day it is.
        basemap: roads to draw under the route.
        reference: what the QR code holds, no personal data; the shift's id by default.
    """
    rows = sheet_rows(route, visits_of(visits))
    reference = reference or f"outreach:{plain(route.shift_id)}"
    code = segno.make(reference, error="m", micro=False).matrix
    return Sheet(
        route=route,
        rows=rows,
        team=team,
        ground=paper_ground(route, rows, team, basemap),
        reference=reference,
        code=tuple(bytes(line) for line in code),
    )


def print_sheets(sheets: Iterable[Sheet], *, region_info: RegionInfo, texts: Texts) -> bytes:
    """The sheets as one PDF, in the order given."""
    embed_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang=texts.language)
    canvas.setTitle(texts.t("Route sheets"))
    canvas.setAuthor("")
    canvas.setCreator("outreach")
    for sheet in sheets:
        _draw_sheet(canvas, sheet, region_info, texts)
    canvas.save()
    return out.getvalue()


def team_sheet(
    route: Route,
    visits: Plan | Iterable[Visit],
    *,
    team: Team,
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
    reference: str = "",
) -> bytes:
    """The PDF of one team's day; arguments as for `make_sheet` and `print_sheets`."""
    sheet = make_sheet(route, visits, team=team, basemap=basemap, reference=reference)
    return print_sheets([sheet], region_info=region_info, texts=texts)


def all_sheets(
    plan: Plan,
    *,
    teams: Iterable[Team],
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
    references: Mapping[str, str] | None = None,
) -> bytes:
    """The sheets of every team and day that has stops, by day and team, as one PDF.

    `references` says by shift id what the QR codes hold, where it is not the shift's id.
    """
    known = {team.team_id: team for team in teams}
    visits = tuple(plan.visits)
    sheets = [
        make_sheet(
            route,
            visits,
            team=known[route.team_id],
            basemap=basemap,
            reference=(references or {}).get(route.shift_id, ""),
        )
        for route in sorted(plan.routes, key=lambda it: (it.day, it.team_id))
        if route.stops
    ]
    return print_sheets(sheets, region_info=region_info, texts=texts)


@cache
def embed_fonts() -> None:
    """Makes the fonts known to reportlab; what is written with them carries them along."""
    found = find_spec("matplotlib")
    assert found is not None, "matplotlib is a dependency"
    assert found.origin is not None, "matplotlib is a package of files"
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in (SANS, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def _draw_sheet(canvas: Canvas, sheet: Sheet, info: RegionInfo, texts: Texts) -> None:
    pages = _pages(sheet.rows, texts)
    for number, rows in enumerate(pages, start=1):
        if number == 1:
            y = _head(canvas, sheet, texts)
            box = (SIDE, y - MAP_HEIGHT, INNER, MAP_HEIGHT)
            draw_map(canvas, box, sheet.route, sheet.rows, sheet.team, sheet.ground, texts)
            y -= MAP_HEIGHT + 3 * mm
        else:
            y = _short_head(canvas, sheet, texts)
        y = _table_head(canvas, y, texts)
        for row in rows:
            y = _draw_row(canvas, y, row, texts)
        if number == len(pages):
            _last_line(canvas, y, sheet, texts)
        _foot(canvas, sheet, info, texts, f"{number} / {len(pages)}")
        canvas.showPage()


# --- laying out -----------------------------------------------------------------------------

_HEAD_HEIGHT = 31 * mm
_SHORT_HEAD_HEIGHT = 9 * mm
_TABLE_HEAD_HEIGHT = 6 * mm
_LAST_LINE_HEIGHT = 8 * mm


def _pages(rows: Sequence[StopRow], texts: Texts) -> list[list[StopRow]]:
    """The stops of each page: as many as fit, in order, none cut in two."""
    first = HEIGHT - TOP - BOTTOM - _HEAD_HEIGHT - MAP_HEIGHT - 3 * mm
    later = HEIGHT - TOP - BOTTOM - _SHORT_HEAD_HEIGHT
    pages: list[list[StopRow]] = [[]]
    left = first - _TABLE_HEAD_HEIGHT - _LAST_LINE_HEIGHT
    for row in rows:
        needed = _row_height(row, texts)
        if needed > left:
            pages.append([])
            left = later - _TABLE_HEAD_HEIGHT - _LAST_LINE_HEIGHT
        pages[-1].append(row)
        left -= needed
    return pages


def _row_height(row: StopRow, texts: Texts) -> float:
    door = len(_door_lines(row, texts)) + 1
    who = len(_who_lines(row, texts))
    return max(_LEAST_ROW, 2 * _PAD + _LINE * max(door, who) + 3 * mm)


def _door_lines(row: StopRow, texts: Texts) -> list[tuple[str, str]]:
    """(font, line) of the door column: address, unit, settlement, children, kits, cases."""
    width = _COLUMNS[2] - 2 * _PAD
    said = [(BOLD, row.address or row.settlement), (BOLD, texts.unit(row.unit))]
    if row.address and row.settlement not in row.address:
        said.append((SANS, row.settlement))
    counts = []
    if row.children:
        counts.append(texts.n("{count} child", "{count} children", row.children))
    if row.kits:
        counts.append(kits_said(row.kits, row.kit_types, texts))
    said.append((SANS, ", ".join(counts)))
    if row.case_ids:
        said.append((SANS, texts.t("case: {ids}", ids=", ".join(row.case_ids))))
    if row.rough:
        said.append((SANS, texts.t("position is approximate: ask on the spot")))
    if row.straight:
        said.append((SANS, texts.t("the way there is estimated")))
    return [
        (font, line) for font, text in said if text for line in _wrapped(text, font, 8.5, width)
    ]


def _who_lines(row: StopRow, texts: Texts) -> list[str]:
    width = _COLUMNS[3] - 2 * _PAD
    said = who_and_when(row, texts)
    return [line for text in said for line in _wrapped(text, SANS, 8, width)]


_MOST_LINES = 5


@lru_cache(maxsize=4096)
def _wrapped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """`text` broken to lines of `width` points, long words too.

    At most five of them, so that no text from outside pushes the others off the page.
    """
    embed_fonts()
    lines, line = [], ""
    for word in plain(text).split(" "):
        joined = f"{line} {word}" if line else word
        if pdfmetrics.stringWidth(joined, font, size) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while pdfmetrics.stringWidth(line, font, size) > width:
            fits = next(
                at
                for at in range(len(line) - 1, 0, -1)
                if at == 1 or pdfmetrics.stringWidth(line[:at], font, size) <= width
            )
            lines.append(line[:fits])
            line = line[fits:]
    lines.append(line)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][:-1]}…"]
    return tuple(lines)


# --- drawing --------------------------------------------------------------------------------


def _text(
    canvas: Canvas, x: float, y: float, text: str, *, font: str = SANS, size: float = 8.5
) -> None:
    canvas.setFont(font, size)
    canvas.drawString(x, y, plain(text))


def _fitted(
    canvas: Canvas, x: float, y: float, text: str, width: float, *, font: str, size: float
) -> None:
    """One line, cut with an ellipsis where it is longer than `width`."""
    lines = _wrapped(text, font, size, width)
    _text(canvas, x, y, lines[0] if len(lines) == 1 else f"{lines[0]}…", font=font, size=size)


def _head(canvas: Canvas, sheet: Sheet, texts: Texts) -> float:
    """Draws the first page's head and returns the height under it."""
    team, route = sheet.team, sheet.route
    y = HEIGHT - TOP
    room = INNER - 28 * mm
    _fitted(canvas, SIDE, y - 6 * mm, team.name or team.team_id, room, font=BOLD, size=16)
    _fitted(canvas, SIDE, y - 12 * mm, texts.date(route.day), room, font=BOLD, size=11)
    parts = [team.municipality, team.office, _order(team, texts)]
    line = " · ".join(part for part in parts if part)
    _fitted(canvas, SIDE, y - 17 * mm, line, room, font=SANS, size=8.5)
    hours = texts.t(
        "office hours {start}–{end}", start=texts.time(team.start), end=texts.time(team.end)
    )
    line = " · ".join(
        part for part in (hours, team.phone, texts.institutions(team.institutions)) if part
    )
    _fitted(canvas, SIDE, y - 21.5 * mm, line, room, font=SANS, size=8.5)
    kits = sum(row.kits for row in sheet.rows)
    figures = [
        texts.n("{count} stop", "{count} stops", len(sheet.rows)),
        texts.distance(route.metres),
        texts.t("leave {time}", time=texts.time(route.departure)),
        *(
            [texts.t("pause {time}", time=texts.time(route.pause_on_the_way))]
            if route.pause_on_the_way
            else []
        ),
        texts.t("back {time}", time=texts.time(route.back)),
        *([kits_said(kits, all_types(sheet.rows), texts)] if kits else []),
    ]
    _fitted(canvas, SIDE, y - 27 * mm, " · ".join(figures), room, font=BOLD, size=9)
    _draw_code(canvas, WIDTH - SIDE - 25 * mm, y - 26 * mm, 25 * mm, sheet.code)
    if sheet.reference.startswith("http"):
        said = texts.t("Open on the phone")
        _fitted(canvas, WIDTH - SIDE - 25 * mm, y - 28.6 * mm, said, 26 * mm, font=SANS, size=6)
    return y - _HEAD_HEIGHT


def _order(team: Team, texts: Texts) -> str:
    if not team.order_number:
        return ""
    when = f" / {team.order_date:%d.%m.%Y}" if team.order_date else ""
    return texts.t("order {number}", number=team.order_number) + when


def _short_head(canvas: Canvas, sheet: Sheet, texts: Texts) -> float:
    y = HEIGHT - TOP
    line = f"{sheet.team.name or sheet.team.team_id} · {texts.date(sheet.route.day)}"
    _fitted(canvas, SIDE, y - 4 * mm, line, INNER, font=BOLD, size=10)
    return y - _SHORT_HEAD_HEIGHT


def _table_head(canvas: Canvas, y: float, texts: Texts) -> float:
    heads = ("№", "time", "door", "who and when", "what we found")
    canvas.setFillGray(0.9)
    canvas.rect(SIDE, y - _TABLE_HEAD_HEIGHT, INNER, _TABLE_HEAD_HEIGHT, stroke=0, fill=1)
    canvas.setFillGray(0)
    x = SIDE
    for head, width in zip(heads, _COLUMNS, strict=True):
        _fitted(canvas, x + _PAD, y - 4.2 * mm, texts.t(head), width - _PAD, font=BOLD, size=8)
        x += width
    return y - _TABLE_HEAD_HEIGHT


def _draw_row(canvas: Canvas, y: float, row: StopRow, texts: Texts) -> float:
    height = _row_height(row, texts)
    x = SIDE
    _draw_number(canvas, x + 5 * mm, y - 6 * mm, row)
    x += _COLUMNS[0]
    _text(canvas, x + _PAD, y - 5 * mm, texts.time(row.start), font=BOLD, size=10)
    _text(canvas, x + _PAD, y - 9 * mm, f"– {texts.time(row.departure)}", size=8)
    if row.urgent:
        said = f"! {texts.t('urgent')}"
        room = _COLUMNS[1] - _PAD
        _fitted(canvas, x + _PAD, y - 13.5 * mm, said, room, font=BOLD, size=7)
    x += _COLUMNS[1]
    at = y - 4.6 * mm
    for font, line in _door_lines(row, texts):
        _text(canvas, x + _PAD, at, line, font=font)
        at -= _LINE
    x += _COLUMNS[2]
    at = y - 4.6 * mm
    for line in _who_lines(row, texts):
        _text(canvas, x + _PAD, at, line, size=8)
        at -= _LINE
    _draw_note_line(canvas, y - height + 2.2 * mm, texts)
    _draw_boxes(canvas, x + _COLUMNS[3], y, texts)
    canvas.setStrokeGray(0.55)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, y - height, SIDE + INNER, y - height)
    return y - height


def _draw_number(canvas: Canvas, x: float, y: float, row: StopRow) -> None:
    canvas.setFillGray(0)
    if row.urgent:
        path = canvas.beginPath()
        path.moveTo(x, y + 13)
        for dx, dy in ((13, 0), (0, -13), (-13, 0)):
            path.lineTo(x + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    else:
        canvas.circle(x, y, 10, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(BOLD, 10)
    canvas.drawCentredString(x, y - 3.5, str(row.number))
    canvas.setFillGray(0)


def _draw_note_line(canvas: Canvas, y: float, texts: Texts) -> None:
    x = SIDE + _COLUMNS[0] + _COLUMNS[1] + _PAD
    label = texts.t("notes:")
    canvas.setFillGray(0.35)
    _text(canvas, x, y, label, size=7)
    canvas.setFillGray(0)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.4)
    canvas.setDash(0.5, 2)
    start = x + pdfmetrics.stringWidth(label, SANS, 7) + 4
    canvas.line(start, y - 1, SIDE + sum(_COLUMNS[:4]) - _PAD, y - 1)
    canvas.setDash()


def _draw_boxes(canvas: Canvas, x: float, y: float, texts: Texts) -> None:
    """A box to tick for every result, in two columns."""
    side, width = 2.9 * mm, _COLUMNS[4] / 2
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.7)
    for at, result in enumerate(Result):
        left = x + _PAD + (at % 2) * width
        low = y - 5 * mm - (at // 2) * 4.7 * mm
        canvas.rect(left, low - 0.4, side, side, fill=0)
        room = width - side - 2 * _PAD
        _fitted(canvas, left + side + 2, low + 0.6, texts.result(result), room, font=SANS, size=6.6)


def _last_line(canvas: Canvas, y: float, sheet: Sheet, texts: Texts) -> None:
    said = texts.t("back at the office at {time}", time=texts.time(sheet.route.back))
    signature = texts.t("signature:")
    _text(canvas, SIDE, y - 6 * mm, said, font=BOLD, size=9)
    x = SIDE + 110 * mm
    _text(canvas, x, y - 6 * mm, signature, size=8.5)
    canvas.setLineWidth(0.5)
    canvas.line(
        x + pdfmetrics.stringWidth(signature, SANS, 8.5) + 4,
        y - 6.5 * mm,
        WIDTH - SIDE,
        y - 6.5 * mm,
    )


def _foot(canvas: Canvas, sheet: Sheet, info: RegionInfo, texts: Texts, page: str) -> None:
    canvas.setFillGray(0.3)
    secret = texts.t("Confidential: keep with you, hand back to the office, do not copy.")
    _fitted(canvas, SIDE, 9.5 * mm, secret, INNER - 30 * mm, font=SANS, size=7)
    if info.invented:
        said = texts.t("Sample, invented: no real child, no real street.")
        _fitted(canvas, SIDE, 6 * mm, said, INNER - 30 * mm, font=BOLD, size=7)
    else:
        _fitted(canvas, SIDE, 6 * mm, info.attribution, INNER - 30 * mm, font=SANS, size=6.5)
    canvas.setFillGray(0)
    canvas.setFont(SANS, 8)
    canvas.drawRightString(WIDTH - SIDE, 9.5 * mm, texts.t("page {page}", page=page))
    canvas.setFont(SANS, 6.5)
    canvas.drawRightString(WIDTH - SIDE, 6 * mm, plain(sheet.route.shift_id)[:40])


def _draw_code(canvas: Canvas, x: float, y: float, side: float, matrix: Sequence[bytes]) -> None:
    """A QR code, dark modules of one line drawn together."""
    step = side / len(matrix)
    canvas.setFillGray(0)
    strokes = [
        f"{x + start * step:.2f} {top:.2f} {length * step:.2f} {step:.2f} re"
        for line, modules in enumerate(matrix)
        for top in (y + side - (line + 1) * step,)
        for start, length in _dark_runs(modules)
    ]
    canvas.drawPath(ready_path(strokes), stroke=0, fill=1)


def _dark_runs(modules: bytes) -> Iterable[tuple[int, int]]:
    """(start, length) of the dark stretches in one line of a QR code."""
    at = 0
    for dark, run in groupby(modules):
        length = len(list(run))
        if dark:
            yield at, length
        at += length
