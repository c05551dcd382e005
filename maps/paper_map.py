"""The small map at the head of a printed sheet: vectors only, legible in grey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, floor, hypot, log10, pi, radians, sin
from typing import TYPE_CHECKING

import numpy as np
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.pathobject import PDFPathObject

from maps.basemap import Lines
from maps.escape import plain
from planning.model import LonLat, Route, Team

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from reportlab.pdfgen.canvas import Canvas

    from maps.basemap import Basemap, Ground
    from maps.stops import StopRow
    from maps.texts import Texts

Box = tuple[float, float, float, float]
"""x, y, width, height in points; y upwards from the lower edge."""

ToPaper = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]

SANS, BOLD = "DejaVuSans", "DejaVuSans-Bold"

_LOOKS = ((0.55, 2.6), (0.6, 2.2), (0.66, 1.8), (0.72, 1.3), (0.8, 0.8), (0.86, 0.5), (0.84, 0.35))
"""Grey and width in points by road class, as in `maps.basemap.CLASSES`."""

_MARK = 7.0
_METRES_PER_DEGREE = 111_320.0
_MAX_POINTS = 2_600
"""Enough for a map the size of a hand; more only fattens the file."""


def paper_ground(route: Route, rows: Sequence[StopRow], team: Team, basemap: Basemap) -> Ground:
    """What to draw under a route the size of a hand."""
    along = [point for leg in route.legs for point in leg.line]
    places = [(team.lon, team.lat), *along, *((row.lon, row.lat) for row in rows if row.placed)]
    return basemap.around(places, distance_m=700.0, tolerance_m=6.0, max_points=_MAX_POINTS)


def draw_map(
    canvas: Canvas,
    box: Box,
    route: Route,
    rows: Sequence[StopRow],
    team: Team,
    ground: Ground,
    texts: Texts,
    *,
    scale: float = 1.0,
) -> None:
    """Roads, route, numbered stops that have a place, office, scale and north within `box`.

    `scale` is how much larger than usual marks and words are, for large print.
    """
    to_paper, metres_per_point = _fit(ground.bounds, box)
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(*box)
    canvas.clipPath(frame, stroke=0, fill=0)
    _draw_ground(canvas, ground, to_paper)
    _draw_route(canvas, route, to_paper)
    _draw_names(canvas, ground, box, to_paper, scale)
    _draw_office(canvas, (team.lon, team.lat), to_paper)
    _draw_stops(canvas, [row for row in rows if row.placed], to_paper, scale * _MARK)
    canvas.restoreState()
    _draw_scale(canvas, box, metres_per_point, texts, scale)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.8)
    canvas.rect(*box, stroke=1, fill=0)


def _fit(bounds: tuple[float, float, float, float], box: Box) -> tuple[ToPaper, float]:
    """A function from (n, 2) lon, lat to points on paper, and metres per point."""
    west, south, east, north = bounds
    x, y, width, height = box
    wide = _METRES_PER_DEGREE * cos(radians((south + north) / 2))
    inset = 10.0
    scale = max(
        (east - west) * wide / (width - 2 * inset),
        (north - south) * _METRES_PER_DEGREE / (height - 2 * inset),
        1e-6,
    )
    middle = ((west + east) / 2, (south + north) / 2)
    stretch = (wide / scale, _METRES_PER_DEGREE / scale)
    centre = (x + width / 2, y + height / 2)

    def to_paper(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return (points - middle) * stretch + centre

    return to_paper, scale


def _draw_ground(canvas: Canvas, ground: Ground, to_paper: ToPaper) -> None:
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for look in sorted(ground.roads, reverse=True):
        grey, width = _LOOKS[look]
        canvas.setStrokeGray(grey)
        canvas.setLineWidth(width)
        _stroke(canvas, ground.roads[look], to_paper)
    canvas.setStrokeGray(0.5)
    canvas.setLineWidth(0.7)
    canvas.setDash([5, 2, 1, 2])
    _stroke(canvas, ground.borders, to_paper)
    canvas.setDash()


def _stroke(canvas: Canvas, lines: Lines, to_paper: ToPaper) -> None:
    numbers = to_paper(lines.points).ravel().tolist()
    strokes, at = [], 0
    for count in lines.counts.tolist():
        pattern = "%.1f %.1f m" + " %.1f %.1f l" * (count - 1)
        strokes.append(pattern % tuple(numbers[at : at + 2 * count]))
        at += 2 * count
    canvas.drawPath(ready_path(strokes), stroke=1, fill=0)


def ready_path(strokes: Sequence[str]) -> PDFPathObject:
    """A path from PDF operators that are already written: ten times quicker than point by point."""
    return PDFPathObject(code=list(strokes))


def _draw_route(canvas: Canvas, route: Route, to_paper: ToPaper) -> None:
    legs = [(_array(leg.line), leg.straight) for leg in route.legs if len(leg.line) > 1]
    for grey, width in ((1.0, 4.4), (0.12, 2.2)):
        for line, straight in legs:
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(width)
            canvas.setDash([0.5, 4] if straight and grey < 1 else [])
            _stroke(canvas, Lines(line, np.array([len(line)])), to_paper)
    canvas.setDash()
    for line, straight in legs:
        if not straight:
            _draw_arrow(canvas, to_paper(line))


def _array(line: Sequence[LonLat]) -> NDArray[np.float64]:
    return np.asarray(line, dtype=float)


def _draw_arrow(canvas: Canvas, line: NDArray[np.float64]) -> None:
    """A head in the middle of a leg, where the leg is long enough to carry one."""
    steps = np.diff(line, axis=0)
    lengths = np.hypot(*steps.T)
    along = np.cumsum(lengths)
    if along[-1] < 5 * _MARK:
        return
    at = int(np.searchsorted(along, along[-1] / 2))
    share = 1 - (along[at] - along[-1] / 2) / lengths[at]
    x, y = line[at] + share * steps[at]
    canvas.saveState()
    canvas.translate(float(x), float(y))
    canvas.rotate(float(np.degrees(np.arctan2(steps[at][1], steps[at][0]))))
    path = canvas.beginPath()
    path.moveTo(4.4, 0)
    for corner in ((-3.2, 3.6), (-1.6, 0), (-3.2, -3.6)):
        path.lineTo(*corner)
    path.close()
    canvas.setFillGray(0.12)
    canvas.setStrokeGray(1)
    canvas.setLineWidth(0.7)
    canvas.drawPath(path, stroke=1, fill=1)
    canvas.restoreState()


def _draw_names(canvas: Canvas, ground: Ground, box: Box, to_paper: ToPaper, scale: float) -> None:
    """Settlements, the larger first, where there is room."""
    taken: list[Box] = []
    for label in ground.labels:
        size = scale * (8.5 if label.weight >= 8_000 else 7.0)
        name = plain(label.name)
        x, y = to_paper(np.array([[label.lon, label.lat]]))[0].tolist()
        half = pdfmetrics.stringWidth(name, SANS, size) / 2 + 3
        room = (x - half, y - size, x + half, y + size)
        if not _inside(room, box) or any(_overlap(room, other) for other in taken):
            continue
        taken.append(room)
        canvas.setFillGray(1, alpha=0.75)
        canvas.rect(x - half + 2, y - size / 2 + 0.5, 2 * half - 4, size, stroke=0, fill=1)
        canvas.setFillGray(0.25, alpha=1)
        canvas.setFont(SANS, size)
        canvas.drawCentredString(x, y - size / 2 + 2.2, name)


def _inside(room: Box, box: Box) -> bool:
    x, y, width, height = box
    return x < room[0] and y < room[1] and room[2] < x + width and room[3] < y + height


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_office(canvas: Canvas, at: LonLat, to_paper: ToPaper) -> None:
    x, y = to_paper(np.array([at]))[0].tolist()
    canvas.setFillGray(1)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(1.6)
    canvas.rect(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK, stroke=1, fill=1)
    canvas.setLineWidth(1.1)
    house = canvas.beginPath()
    house.moveTo(x - 4.5, y + 0.2)
    for corner in ((0, 4.6), (4.5, 0.2)):
        house.lineTo(x + corner[0], y + corner[1])
    house.rect(x - 3, y - 4.2, 6, 4.6)
    canvas.drawPath(house, stroke=1, fill=0)


def _draw_stops(canvas: Canvas, rows: Sequence[StopRow], to_paper: ToPaper, radius: float) -> None:
    """Numbered marks; where one would hide another it steps aside, with a line to its place."""
    taken: list[tuple[float, float]] = []
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.8)
    canvas.setFillGray(0)
    for row in rows:
        x, y = to_paper(np.array([[row.lon, row.lat]]))[0].tolist()
        at = _free_spot(x, y, taken, radius)
        taken.append(at)
        if at != (x, y):
            canvas.line(x, y, *at)
            canvas.circle(x, y, 1.6, stroke=0, fill=1)
    for row, at in zip(rows, taken, strict=True):
        _draw_mark(canvas, *at, row, radius)


def _free_spot(
    x: float, y: float, taken: Sequence[tuple[float, float]], radius: float
) -> tuple[float, float]:
    """The nearest place to (x, y) where a mark hides no other; (x, y) when all are taken."""
    for ring in range(5):
        for step in range(max(1, 8 * ring)):
            turn = 2 * pi * step / max(1, 8 * ring)
            spot = (x + ring * 1.8 * radius * sin(turn), y + ring * 1.8 * radius * cos(turn))
            if ring == 0:
                spot = (x, y)
            if all(hypot(spot[0] - a, spot[1] - b) >= 1.9 * radius for a, b in taken):
                return spot
    return (x, y)


def _draw_mark(canvas: Canvas, x: float, y: float, row: StopRow, radius: float) -> None:
    canvas.setFillGray(0)
    canvas.setStrokeGray(1)
    canvas.setLineWidth(1.2)
    if row.urgent:
        path = canvas.beginPath()
        path.moveTo(x, y + 1.35 * radius)
        for dx, dy in ((1.35 * radius, 0), (0, -1.35 * radius), (-1.35 * radius, 0)):
            path.lineTo(x + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    else:
        canvas.circle(x, y, radius, stroke=1, fill=1)
    canvas.setFillGray(1)
    canvas.setFont(BOLD, 1.07 * radius)
    canvas.drawCentredString(x, y - 0.39 * radius, str(row.number))
    canvas.setFillGray(0)


def _round_length(metres: float, texts: Texts) -> str:
    if metres < 1_000:
        return texts.distance(metres)
    return texts.t("{kilometres} km", kilometres=texts.number(metres / 1_000))


def _draw_scale(
    canvas: Canvas, box: Box, metres_per_point: float, texts: Texts, scale: float
) -> None:
    """A bar of a round length in the lower left corner and an arrow to the north above right."""
    x, y, width, height = box
    longest = 80 * metres_per_point
    power = 10 ** floor(log10(longest))
    metres = max(step * power for step in (1, 2, 5) if step * power <= longest)
    length = metres / metres_per_point
    canvas.setFillGray(1)
    canvas.rect(x + 1, y + 1, length + 14 + 34 * scale, 6 + 7 * scale, stroke=0, fill=1)
    canvas.setStrokeGray(0)
    canvas.setFillGray(0)
    canvas.setLineWidth(1.4)
    canvas.lines(
        [
            (x + 6, y + 5, x + 6 + length, y + 5),
            (x + 6, y + 3, x + 6, y + 8),
            (x + 6 + length, y + 3, x + 6 + length, y + 8),
        ]
    )
    canvas.setFont(SANS, 7 * scale)
    canvas.drawString(x + 11 + length, y + 4, _round_length(metres, texts))
    north_x, north_y = x + width - 13, y + height - 26
    canvas.setFillGray(1)
    canvas.circle(north_x, north_y + 8, 11, stroke=0, fill=1)
    canvas.setFillGray(0)
    arrow = canvas.beginPath()
    arrow.moveTo(north_x, north_y + 17)
    for dx, dy in ((-4, -6), (0, -3.6), (4, -6)):
        arrow.lineTo(north_x + dx, north_y + 11 + dy)
    arrow.close()
    canvas.drawPath(arrow, stroke=0, fill=1)
    canvas.setFont(BOLD, 7)
    canvas.drawCentredString(north_x, north_y - 2, texts.t("N"))
