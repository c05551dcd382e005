"""The paper that a team takes along: one PDF for a team's day, or all of them in one file.

A4, black on white, readable from a grey printer: a drawn map with numbered stops, then the stops
with room for what the team found. What a sheet says of a stop is decided in `maps.stops`: of a
sensitive one not where it is. Text is drawn as text, never read as markup. The same plan gives the
same bytes. In large print it says the same on more pages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from itertools import accumulate, groupby
from math import ceil
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
from maps.stop_words import all_types, beware, kits_said, who_and_when
from maps.stops import StopRow, export_route, sheet_rows, visits_of
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
INNER = WIDTH - 2 * SIDE
MAP_HEIGHT = 92 * mm
"""Of the map, where the stops leave the choice."""
LEAST_MAP, MOST_MAP = 60 * mm, INNER
"""It gives way to the first stop, and takes what is left of the first page."""

_PAD = 1.6 * mm
_LEADING = 1.3
"""Height of a line of type, against its size."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How large a sheet is printed. Sizes of type and marks in points, as all lengths here."""

    scale: float
    """Of everything around the stops, against the usual sheet."""
    columns: tuple[float, float, float, float]
    """Number, time, door, who and when; what is left of the width is for the boxes."""
    time: float
    door: float
    who: float
    small: float
    """The way back, the word urgent, the note line."""
    box: float
    pitch: float
    """From one box down to the next."""
    number: float
    """Radius of the mark with the stop's number."""
    most_lines: int
    """Of one text: none from outside pushes the others off the page."""
    least_row: float

    @property
    def boxes_width(self) -> float:
        """Room for the boxes beside a stop; too little means that they stand below it."""
        return INNER - sum(self.columns)

    @property
    def boxes_below(self) -> bool:
        """True where the boxes to tick stand below a stop, over the whole width."""
        return self.boxes_width < 20 * mm

    @property
    def bottom(self) -> float:
        """Height of the foot."""
        return BOTTOM * (1 + (self.scale - 1) / 2)


_USUAL = _Look(
    scale=1.0,
    columns=(11 * mm, 21 * mm, 70 * mm, 36 * mm),
    time=10,
    door=8.5,
    who=8,
    small=7,
    box=6.2,
    pitch=14.6,
    number=10,
    most_lines=5,
    least_row=23 * mm,
)
_LARGE = _Look(
    scale=1.5,
    columns=(14 * mm, 25 * mm, 87 * mm, 60 * mm),
    time=17,
    door=16,
    who=16,
    small=14,
    box=14,
    pitch=28,
    number=15,
    most_lines=4,
    least_row=21 * mm,
)
"""Large print begins at 16 points: UK Association for Accessible Formats, "Large print"."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What goes on the pages of one team's day. Made by `make_sheet`."""

    route: Route
    """Without the lines that end at a sensitive stop."""
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
    known = visits_of(visits)
    rows, route = sheet_rows(route, known), export_route(route, known)
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


def print_sheets(
    sheets: Iterable[Sheet], *, region_info: RegionInfo, texts: Texts, large: bool = False
) -> bytes:
    """The sheets as one PDF, in the order given; `large` for who reads small print badly."""
    embed_fonts()
    look = _LARGE if large else _USUAL
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang=texts.language)
    canvas.setTitle(texts.t("Route sheets"))
    canvas.setAuthor("")
    canvas.setCreator("outreach")
    for sheet in sheets:
        _Printer(canvas, sheet, region_info, texts, look).draw()
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
    large: bool = False,
) -> bytes:
    """The PDF of one team's day; arguments as for `make_sheet` and `print_sheets`."""
    sheet = make_sheet(route, visits, team=team, basemap=basemap, reference=reference)
    return print_sheets([sheet], region_info=region_info, texts=texts, large=large)


def all_sheets(
    plan: Plan,
    *,
    teams: Iterable[Team],
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
    references: Mapping[str, str] | None = None,
    large: bool = False,
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
    return print_sheets(sheets, region_info=region_info, texts=texts, large=large)


@cache
def embed_fonts() -> None:
    """Makes the fonts known to reportlab; what is written with them carries them along."""
    found = find_spec("matplotlib")
    assert found is not None, "matplotlib is a dependency"
    assert found.origin is not None, "matplotlib is a package of files"
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in (SANS, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


@dataclass(frozen=True, slots=True)
class _Printer:
    """One sheet on its way to paper; heights are measured from the page's lower edge."""

    canvas: Canvas
    sheet: Sheet
    info: RegionInfo
    texts: Texts
    look: _Look

    def draw(self) -> None:
        """Every page of the sheet."""
        pages = self.pages()
        for number, rows in enumerate(pages, start=1):
            y = self.head() if number == 1 else self.short_head()
            y = self.table_head(y) if rows else y
            for row in rows:
                y = self.row(y, row)
            if number == len(pages):
                self.last_line(y)
            self.foot(f"{number} / {len(pages)}")
            self.canvas.showPage()

    # --- laying out -------------------------------------------------------------------------

    def pages(self) -> list[list[StopRow]]:
        """The stops of each page: as many as fit, in order, none cut in two."""
        first = self.rows_beside_map
        pages, left = [list(self.sheet.rows[:first])], 0.0
        for row in self.sheet.rows[first:]:
            needed = self.row_height(row)
            if needed > left:
                pages.append([])
                left = self.room - _SHORT_HEAD * self.look.scale
            pages[-1].append(row)
            left -= needed
        return pages

    @property
    def room(self) -> float:
        """Height of a page for its head and its stops."""
        around = (_TABLE_HEAD + _LAST_LINE) * self.look.scale
        return HEIGHT - TOP - self.look.bottom - around

    @property
    def room_with_map(self) -> float:
        """Height of the first page for the map and the stops below it."""
        return self.room - self.head_height - _BELOW_MAP

    @property
    def rows_beside_map(self) -> int:
        """How many stops the first page has: one at least, if the map can give way to it."""
        ends = list(accumulate(map(self.row_height, self.sheet.rows)))
        usual, most = (self.room_with_map - height for height in (MAP_HEIGHT, LEAST_MAP))
        return bisect_right(ends, usual) or min(1, bisect_right(ends, most))

    @property
    def map_height(self) -> float:
        """Of the map: all that the stops of the first page leave, up to a square."""
        stops = self.sheet.rows[: self.rows_beside_map]
        return min(MOST_MAP, self.room_with_map - sum(map(self.row_height, stops)))

    def row_height(self, row: StopRow) -> float:
        """What a stop takes on paper: its words, a line for notes, and its boxes."""
        return self.words_height(row) + (self.boxes_height if self.look.boxes_below else 0.0)

    def words_height(self, row: StopRow) -> float:
        """The stop without the boxes that may stand below it."""
        look = self.look
        door = len(self.door_lines(row)) * look.door + look.door
        who = len(self.who_lines(row)) * look.who
        return max(look.least_row, 2 * _PAD + _LEADING * max(door, who) + 3 * mm * look.scale)

    def door_lines(self, row: StopRow) -> list[tuple[str, str]]:
        """(font, line) of the door column: hazard, address, unit, children, kits, cases."""
        texts, most = self.texts, self.look.most_lines
        if not row.placed:
            elsewhere = texts.t(
                "Door and what to bring: on the team's phone page, or ask the planner"
            )
            return self.door_wrapped([(BOLD, row.settlement, most), (SANS, elsewhere, 2 * most)])
        said = [(BOLD, row.address or row.settlement), (BOLD, texts.unit(row.unit))]
        if row.urgent and self.look.boxes_below:
            said.insert(0, (BOLD, f"! {texts.t('urgent')}"))
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
        lines = [(BOLD, f"⚠ {warning}", 2 * most)] if (warning := beware(row.hazard, texts)) else []
        return self.door_wrapped([*lines, *((font, text, most) for font, text in said)])

    def door_wrapped(self, said: Iterable[tuple[str, str, int]]) -> list[tuple[str, str]]:
        """(font, line) of (font, text, lines at most), empty texts left out."""
        width = self.look.columns[2] - 2 * _PAD
        return [
            (font, line)
            for font, text, at_most in said
            if text
            for line in _wrapped(text, font, self.look.door, width, at_most)
        ]

    def who_lines(self, row: StopRow) -> list[str]:
        """Lines of the column beside the door."""
        look, width = self.look, self.look.columns[3] - 2 * _PAD
        said = who_and_when(row, self.texts)
        return [
            line for text in said for line in _wrapped(text, SANS, look.who, width, look.most_lines)
        ]

    @property
    def boxes(self) -> tuple[int, float]:
        """How many boxes stand side by side, and the width of each."""
        look = self.look
        if not look.boxes_below:
            return 2, look.boxes_width / 2
        widest = max(
            pdfmetrics.stringWidth(self.texts.result(result), SANS, look.box) for result in Result
        )
        across = max(1, int((INNER - _PAD) // (widest + 2.5 * look.box)))
        return across, INNER / across

    @property
    def boxes_height(self) -> float:
        across, _ = self.boxes
        return ceil(len(Result) / across) * self.look.pitch + _PAD

    @property
    def head_lines(self) -> list[tuple[str, float, str]]:
        """(font, size, line) of everything in the first page's head, no line too wide."""
        scale, room = self.look.scale, INNER - 28 * mm
        return [
            (font, size * scale, line)
            for font, size, text in self.head_words()
            for line in _wrapped(text, font, size * scale, room, 3)
        ]

    @property
    def head_height(self) -> float:
        """Height of the first page's head: at least that of the code."""
        words = sum(size * _HEAD_LEADING for _, size, _ in self.head_lines)
        return max(31 * mm, words + 4 * mm)

    def head_words(self) -> list[tuple[str, float, str]]:
        """(font, size, text) about team and day."""
        team, route, texts, rows = self.sheet.team, self.sheet.route, self.texts, self.sheet.rows
        place = (team.municipality, team.office, _order(team, texts))
        hours = texts.t(
            "office hours {start}–{end}", start=texts.time(team.start), end=texts.time(team.end)
        )
        crew = (hours, team.phone, texts.institutions(team.institutions))
        pause = route.pause_on_the_way
        figures = (
            texts.n("{count} stop", "{count} stops", len(rows)),
            texts.distance(route.metres),
            texts.t("leave {time}", time=texts.time(route.departure)),
            texts.t("pause {time}", time=texts.time(pause)) if pause else "",
            texts.t("back {time}", time=texts.time(route.back)),
            kits_said(sum(row.kits for row in rows), all_types(rows), texts),
        )
        return [
            (BOLD, 16, team.name or team.team_id),
            (BOLD, 11, texts.date(route.day)),
            *((SANS, 8.5, " · ".join(filter(None, parts))) for parts in (place, crew)),
            (BOLD, 9, " · ".join(filter(None, figures))),
        ]

    # --- drawing ----------------------------------------------------------------------------

    def text(self, x: float, y: float, text: str, *, font: str = SANS, size: float) -> None:
        """One line, as it is."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, plain(text))

    def fitted(
        self, x: float, y: float, text: str, width: float, *, font: str, size: float
    ) -> None:
        """One line, cut with an ellipsis where it is longer than `width`."""
        lines = _wrapped(text, font, size, width, 5)
        said = lines[0] if len(lines) == 1 else f"{lines[0]}…"
        self.text(x, y, said, font=font, size=size)

    def head(self) -> float:
        """Draws the first page's head with its map, and returns the height under it."""
        sheet, y = self.sheet, HEIGHT - TOP
        for font, size, line in self.head_lines:
            y -= size * _HEAD_LEADING
            self.text(SIDE, y, line, font=font, size=size)
        left, top = WIDTH - SIDE - 25 * mm, HEIGHT - TOP
        _draw_code(self.canvas, left, top - 26 * mm, 25 * mm, sheet.code)
        if sheet.reference.startswith("http"):
            size = 6 * self.look.scale
            said = _wrapped(self.texts.t("Open on the phone"), SANS, size, 26 * mm, 2)
            for at, line in enumerate(said, start=1):
                self.text(left, top - 26 * mm - 1.2 * size * at, line, size=size)
        y, height = HEIGHT - TOP - self.head_height, self.map_height
        box = (SIDE, y - height, INNER, height)
        draw_map(
            self.canvas, box, sheet.route, sheet.rows, sheet.team, sheet.ground, self.texts,
            scale=self.look.scale,
        )  # fmt: skip
        return y - height - _BELOW_MAP

    def short_head(self) -> float:
        """Draws the head of a later page and returns the height under it."""
        scale, y = self.look.scale, HEIGHT - TOP
        line = f"{self.sheet.team.name or self.sheet.team.team_id} · "
        line += self.texts.date(self.sheet.route.day)
        self.fitted(SIDE, y - 4 * mm * scale, line, INNER, font=BOLD, size=10 * scale)
        return y - _SHORT_HEAD * scale

    def table_head(self, y: float) -> float:
        """Draws the names of the columns; boxes that stand below have none."""
        look, canvas, height = self.look, self.canvas, _TABLE_HEAD * self.look.scale
        heads = ["№", "time", "door", "who and when"]
        widths = list(look.columns)
        if not look.boxes_below:
            heads, widths = [*heads, "what we found"], [*widths, look.boxes_width]
        canvas.setFillGray(0.9)
        canvas.rect(SIDE, y - height, INNER, height, stroke=0, fill=1)
        canvas.setFillGray(0)
        x = SIDE
        for head, width in zip(heads, widths, strict=True):
            at, room = y - 0.7 * height, width - _PAD
            self.fitted(x + _PAD, at, self.texts.t(head), room, font=BOLD, size=8 * look.scale)
            x += width
        return y - height

    def row(self, y: float, row: StopRow) -> float:
        """Draws a stop below `y` and returns the height under it."""
        look, canvas, texts = self.look, self.canvas, self.texts
        bottom, words = y - self.row_height(row), y - self.words_height(row)
        _draw_number(canvas, SIDE + look.number + 4, y - look.number - 7, row, look)
        x, first = SIDE + look.columns[0], y - 3 - look.time
        self.text(x + _PAD, first, texts.time(row.start), font=BOLD, size=look.time)
        until, second = f"– {texts.time(row.departure)}", first - 1.2 * look.time
        self.text(x + _PAD, second, until, size=0.8 * look.time)
        if row.urgent and not look.boxes_below:
            said, room = f"! {texts.t('urgent')}", sum(look.columns[:2]) - _PAD
            low = second - 1.6 * look.small
            self.fitted(SIDE + _PAD, low, said, room, font=BOLD, size=look.small)
        x += look.columns[1]
        at = y - 4 - look.door
        for font, line in self.door_lines(row):
            self.text(x + _PAD, at, line, font=font, size=look.door)
            at -= _LEADING * look.door
        x += look.columns[2]
        at = y - 4 - look.door
        for line in self.who_lines(row):
            self.text(x + _PAD, at, line, size=look.who)
            at -= _LEADING * look.who
        self.note_line(words + 2.2 * mm)
        if look.boxes_below:
            self.tick_boxes(SIDE, words)
        else:
            self.tick_boxes(x + look.columns[3], y - 2 * mm)
        canvas.setStrokeGray(0.55)
        canvas.setLineWidth(0.5)
        canvas.line(SIDE, bottom, SIDE + INNER, bottom)
        return bottom

    def note_line(self, y: float) -> None:
        """Room to write, under door and people."""
        canvas, look = self.canvas, self.look
        x = SIDE + sum(look.columns[:2]) + _PAD
        label = self.texts.t("notes:")
        canvas.setFillGray(0.35)
        self.text(x, y, label, size=look.small)
        canvas.setFillGray(0)
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.4)
        canvas.setDash(0.5, 2)
        start = x + pdfmetrics.stringWidth(label, SANS, look.small) + 4
        canvas.line(start, y - 1, SIDE + sum(look.columns) - _PAD, y - 1)
        canvas.setDash()

    def tick_boxes(self, x: float, y: float) -> None:
        """A box to tick for every result."""
        canvas, size = self.canvas, self.look.box
        across, width = self.boxes
        side = 1.25 * size
        canvas.setStrokeGray(0)
        canvas.setLineWidth(0.7 * self.look.scale)
        for at, result in enumerate(Result):
            left = x + _PAD + (at % across) * width
            low = y - 1.3 * size - (at // across) * self.look.pitch
            canvas.rect(left, low, side, side, fill=0)
            words = left + side + 0.3 * size
            room = width - (words - left) - 0.3 * size
            said = _wrapped(self.texts.result(result), SANS, size, room, 2)
            low += 0.25 * size + 0.5 * size * (len(said) - 1)
            for line, text in enumerate(said):
                self.text(words, low - size * line, text, size=size)

    def last_line(self, y: float) -> None:
        """When the team is back, and who signs."""
        scale, texts = self.look.scale, self.texts
        said = texts.t("back at the office at {time}", time=texts.time(self.sheet.route.back))
        signature, y = texts.t("signature:"), y - 6 * mm * scale
        self.text(SIDE, y, said, font=BOLD, size=9 * scale)
        x = SIDE + max(110 * mm, pdfmetrics.stringWidth(said, BOLD, 9 * scale) + 6 * mm)
        self.text(x, y, signature, size=8.5 * scale)
        self.canvas.setLineWidth(0.5)
        start = x + pdfmetrics.stringWidth(signature, SANS, 8.5 * scale) + 4
        self.canvas.line(start, y - 1.5, WIDTH - SIDE, y - 1.5)

    def foot(self, page: str) -> None:
        """What the paper is, whose map it shows, which page and shift."""
        canvas, texts = self.canvas, self.texts
        size = 7 * (1 + (self.look.scale - 1) / 2)
        lower = 6 * mm
        upper = lower + 1.4 * size
        room = INNER - 30 * mm
        canvas.setFillGray(0.3)
        secret = texts.t("Confidential: keep with you, hand back to the office, do not copy.")
        self.fitted(SIDE, upper, secret, room, font=SANS, size=size)
        if self.info.invented:
            said = texts.t("Sample, invented: no real child, no real street.")
            self.fitted(SIDE, lower, said, room, font=BOLD, size=size)
        else:
            self.fitted(SIDE, lower, self.info.attribution, room, font=SANS, size=size - 0.5)
        canvas.setFillGray(0)
        canvas.setFont(SANS, size + 1)
        canvas.drawRightString(WIDTH - SIDE, upper, texts.t("page {page}", page=page))
        canvas.setFont(SANS, 6.5)
        canvas.drawRightString(WIDTH - SIDE, lower, plain(self.sheet.route.shift_id)[:40])


_SHORT_HEAD = 9 * mm
_BELOW_MAP = 3 * mm
_TABLE_HEAD = 6 * mm
_LAST_LINE = 8 * mm
_HEAD_LEADING = 1.45


def _order(team: Team, texts: Texts) -> str:
    if not team.order_number:
        return ""
    when = f" / {team.order_date:%d.%m.%Y}" if team.order_date else ""
    return texts.t("order {number}", number=team.order_number) + when


@lru_cache(maxsize=4096)
def _wrapped(text: str, font: str, size: float, width: float, most: int) -> tuple[str, ...]:
    """`text` broken to lines of `width` points, long words too.

    At most `most` of them, so that no text from outside pushes the others off the page.
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
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
    return tuple(lines)


def _draw_number(canvas: Canvas, x: float, y: float, row: StopRow, look: _Look) -> None:
    canvas.setFillGray(0)
    if row.urgent:
        tip = 1.3 * look.number
        path = canvas.beginPath()
        path.moveTo(x, y + tip)
        for dx, dy in ((tip, 0), (0, -tip), (-tip, 0)):
            path.lineTo(x + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    else:
        canvas.circle(x, y, look.number, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(BOLD, look.number)
    canvas.drawCentredString(x, y - 0.35 * look.number, str(row.number))
    canvas.setFillGray(0)


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
