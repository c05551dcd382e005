"""Coverage as files: CSV, XLSX, a picture and a printed report, all from one released table.

What is in a file was told to its reader already, to the last number: nothing is added up, and
nothing is left of what was suppressed. The legend that explains it goes with every one.
"""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from reportlab.graphics.shapes import Circle, Drawing, Polygon, PolyLine, Rect, String
from reportlab.graphics.shapes import Line as Stroke
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from maps import palette
from maps.charts import TimeLine, mark_corners, time_line
from maps.coverage_words import (
    HIDDEN,
    Told,
    area_name,
    area_table,
    colour_of,
    legend,
    pace_table,
    percent,
    result_table,
    share,
    share_classes,
    year_table,
)
from maps.escape import html_text, plain
from maps.layers import attribution
from maps.sheets import BOLD, SANS, embed_fonts
from planning.text import safe_cell

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox
    from reportlab.pdfgen.canvas import Canvas

    from maps.texts import Texts
    from planning.desk.counts import Coverage
    from planning.disclosure import ShownCount
    from planning.model import RegionInfo

_DRAWING = threading.Lock()
"""matplotlib's text engine is shared by all figures of a process and knows no threads."""
_MOST_NAMES = 40
"""Areas that still have room for their names on the map."""


def file_stem(coverage: Coverage) -> str:
    """The file's name without its ending: the day of the release and nothing else."""
    return f"coverage_{coverage.day.isoformat()}"


# --- tables ---------------------------------------------------------------------------------


def coverage_csv(coverage: Coverage, texts: Texts) -> bytes:
    """The areas with everything that was told of them; below them how to read it."""
    told = area_table(coverage, texts, results=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows(_disarmed(row) for row in (told.headings, *told.rows, ()))
    writer.writerows(_disarmed([line]) for line in legend(coverage, texts))
    return out.getvalue().encode("utf-8-sig")


def coverage_xlsx(coverage: Coverage, texts: Texts) -> bytes:
    """A sheet for the areas, one for each further table, and one that explains them."""
    return book_of(_tables(coverage, texts), legend(coverage, texts), texts)


def book_of(tables: Iterable[Told], notes: Iterable[str], texts: Texts) -> bytes:
    """A workbook with a sheet for each table and a last one for what one has to know."""
    book = Workbook(write_only=True)
    for told in tables:
        sheet = book.create_sheet(_sheet_name(told.title))
        sheet.freeze_panes = "B2"
        sheet.column_dimensions["A"].width = 32
        heads = [WriteOnlyCell(sheet, value=it) for it in _disarmed(told.headings)]
        for head in heads:
            head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.append(heads)
        for row in told.rows:
            sheet.append(_disarmed(row))
    sheet = book.create_sheet(_sheet_name(texts.t("Legend")))
    sheet.column_dimensions["A"].width = 110
    for line in notes:
        words = WriteOnlyCell(sheet, value=safe_cell(plain(line)))
        words.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([words])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tables(coverage: Coverage, texts: Texts) -> Iterator[Told]:
    yield area_table(coverage, texts, results=True)
    yield pace_table(coverage.total, texts)
    yield result_table(coverage.total, texts)
    if years := year_table(coverage, texts):
        yield years


def _disarmed(row: Sequence[int | str]) -> list[int | str]:
    return [safe_cell(plain(it)) if isinstance(it, str) else it for it in row]


def _sheet_name(title: str) -> str:
    """At most 31 characters, none of those that a spreadsheet refuses."""
    return "".join(" " if ch in "[]:*?/\\" else ch for ch in title)[:31].strip("' ")


# --- the picture ----------------------------------------------------------------------------


def coverage_png(
    coverage: Coverage, areas: gpd.GeoDataFrame, *, region_info: RegionInfo, texts: Texts
) -> bytes:
    """The map with its legend as a picture, 2,000 points wide."""
    notes = [*legend(coverage, texts), plain(attribution(region_info))]
    if region_info.invented:
        notes.insert(0, texts.t("Sample, invented: no real child, no real street."))
    title = f"{texts.t('Coverage')}: {plain(region_info.name)}"
    return _picture(coverage, areas, texts, title=title, notes=notes)


def _picture(
    coverage: Coverage,
    areas: gpd.GeoDataFrame,
    texts: Texts,
    *,
    title: str = "",
    notes: Sequence[str] = (),
) -> bytes:
    lines = [part for line in notes for part in wrap(line, 150)]
    above, below = 0.5 * bool(title), 0.165 * len(lines) + 0.3 * bool(lines)
    high = _MAP_INCHES + 0.4 + above + below
    with _DRAWING:
        figure = Figure(figsize=(10, high), dpi=200, facecolor=palette.PAPER)
        FigureCanvasAgg(figure)
        _write(figure, 1 - 0.15 / high, title, size=16)
        _write(figure, 1 - (0.1 + above) / high, texts.t("Visited, of the children on the list"))
        box = (0.03, (0.05 + below) / high, 0.69, (_MAP_INCHES - 0.05) / high)
        _draw_areas(figure.add_axes(box), coverage, areas, texts)
        _draw_key(figure, box[1] + box[3], texts)
        _write(figure, below / high, "\n".join(lines), size=8)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


_MAP_INCHES = 6.4


def _write(figure: Figure, top: float, words: str, *, size: float = 10) -> None:
    figure.text(
        0.03, top, words, fontsize=size, va="top", color=palette.INK, parse_math=False,
        linespacing=1.35,
    )  # fmt: skip


def _draw_areas(axes: Axes, coverage: Coverage, areas: gpd.GeoDataFrame, texts: Texts) -> None:
    counts = {row.area_code: row for row in coverage.rows}
    drawn = areas[areas["code"].isin(list(counts)) & areas.geometry.notna()]
    for code, geometry in zip(drawn["code"], drawn.geometry, strict=True):
        row = counts[code]
        colour = colour_of(row)
        hidden = colour == palette.SUPPRESSED
        axes.add_patch(
            PathPatch(
                _path(geometry), facecolor=colour, edgecolor="#5a6470", linewidth=0.6,
                hatch="////" if hidden else None, hatch_linewidth=0.5,
            )
        )  # fmt: skip
    axes.set_axis_off()
    if len(drawn):
        west, south, east, north = (float(side) for side in drawn.total_bounds)
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.set_aspect(1 / float(np.cos(np.radians((south + north) / 2))), anchor="C")
    if len(drawn) <= _MOST_NAMES:
        _name_areas(axes, drawn, counts, texts)


def _name_areas(
    axes: Axes, drawn: gpd.GeoDataFrame, counts: Mapping[str, ShownCount], texts: Texts
) -> None:
    """Name and share on each area, the widest first; where that covers another one, the share."""
    axes.apply_aspect()
    taken: list[Bbox] = []
    for place in np.argsort(-shapely.area(drawn.geometry.to_numpy()), kind="stable").tolist():
        row, at = counts[drawn["code"].iloc[place]], drawn.geometry.iloc[place]
        middle = at.representative_point()
        short = [percent(row)] if share(row) is not None else []
        for words in (f"{area_name(row, texts)}\n{percent(row)}", *short):
            label = axes.text(
                middle.x, middle.y, words, fontsize=7, ha="center",
                va="center", color=palette.INK, parse_math=False,
                bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
            )  # fmt: skip
            box = label.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            label.remove()


def _path(geometry: shapely.Geometry) -> Path:
    """All rings of an area, its holes among them."""
    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(geometry, 1e-4)))
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(it), closed=True) for it in rings)
    )


def _draw_key(figure: Figure, top: float, texts: Texts) -> None:
    kinds = [
        *((fill, words, None) for fill, words in share_classes(texts)),
        (palette.SUPPRESSED, texts.t("suppressed: too few to show"), "////"),
        (palette.NO_DATA, texts.t("nobody on the list"), None),
    ]
    figure.legend(
        handles=[
            Patch(fc=fill, ec="#5a6470", hatch=hatch, label="\n".join(wrap(words, 26)))
            for fill, words, hatch in kinds
        ],
        loc="upper left", bbox_to_anchor=(0.735, top), frameon=False, fontsize=8,
        handleheight=1.6, handlelength=2.2,
    )  # fmt: skip


# --- the report -----------------------------------------------------------------------------

_SIDE = 14 * mm
_INNER = A4[0] - 2 * _SIDE


def coverage_pdf(
    coverage: Coverage,
    areas: gpd.GeoDataFrame,
    *,
    region_info: RegionInfo,
    title: str,
    texts: Texts,
) -> bytes:
    """A report to print: map, legend, numbers by area, pace, what was found, year on year.

    `title` names the campaign.
    """
    story = _story(coverage, areas, region_info, title, texts)
    return printed(story, coverage, region_info=region_info, title=texts.t("Coverage"), texts=texts)


def printed(
    story: Iterable[Flowable],
    coverage: Coverage,
    *,
    region_info: RegionInfo,
    title: str,
    texts: Texts,
) -> bytes:
    """A story of released numbers as A4 pages; each says of which day they are, and its sources."""
    embed_fonts()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_SIDE, rightMargin=_SIDE, topMargin=14 * mm,
        bottomMargin=18 * mm, title=title, creator="outreach", author="",
        lang=texts.language, invariant=1, pageCompression=1,
    )  # fmt: skip

    def foot(canvas: Canvas, _document: SimpleDocTemplate) -> None:
        _foot(canvas, coverage, region_info, texts)

    document.build(list(story), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(
    coverage: Coverage, areas: gpd.GeoDataFrame, info: RegionInfo, title: str, texts: Texts
) -> Iterator[Flowable]:
    yield line_said(texts.t("Coverage"), size=17, bold=True)
    yield line_said(f"{plain(title)} · {plain(info.name)} · {texts.date(coverage.day)}", size=9)
    picture = _picture(coverage, areas, texts)
    yield Image(io.BytesIO(picture), width=_INNER, height=_INNER * (_MAP_INCHES + 0.4) / 10)
    yield from titled(area_table(coverage, texts), notes=legend(coverage, texts))
    total = coverage.total
    if total.pace:
        drawn = _time_line(time_line(total.pace, texts))
        yield from titled(pace_table(total, texts), above=[drawn])
    if any(number is not None for number in total.results):
        told = result_table(total, texts)
        yield from titled(told, above=[bars(told)])
    if years := year_table(coverage, texts):
        yield from titled(years)


def line_said(words: str, *, size: float, bold: bool = False, right: bool = False) -> Paragraph:
    """Words as a paragraph; whatever they hold, they are no markup."""
    style = ParagraphStyle(
        "said", fontName=BOLD if bold else SANS, fontSize=size, leading=1.3 * size,
        spaceBefore=size if bold else 2, spaceAfter=0.4 * size,
        alignment=TA_RIGHT if right else TA_LEFT,
    )  # fmt: skip
    return Paragraph(html_text(words), style)


def titled(
    told: Told, *, above: Sequence[Flowable] = (), notes: Sequence[str] = ()
) -> Iterator[Flowable]:
    """A table below its title, its notes, and a chart when there is one."""
    head = [line_said(told.title, size=12, bold=True), *(line_said(each, size=8) for each in notes)]
    yield KeepTogether([*head, *above, Spacer(1, 2 * mm)])
    yield _table(told)


def _table(told: Told) -> Table:
    """Strings in it are drawn as they are; headings wrap."""
    wide = len(told.headings) - 1
    width = min(28 * mm, 0.72 * _INNER / wide)
    heads = [line_said(it, size=6.5, right=at > 0) for at, it in enumerate(told.headings)]
    rows = [
        [_cut(plain(str(row[0])), 34), *(plain(str(it)) for it in row[1:])] for row in told.rows
    ]
    return Table(
        [heads, *rows],
        colWidths=[0.28 * _INNER, *[width] * wide],
        repeatRows=1,
        hAlign="LEFT",
        style=[
            ("FONT", (0, 1), (-1, -1), SANS, 7.5),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, HexColor("#b9b4a8")),
            ("LEFTPADDING", (1, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ],
    )


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _time_line(chart: TimeLine) -> Drawing:
    width, height, left, below = _INNER, 55 * mm, 12 * mm, 12 * mm
    drawing = Drawing(width, height)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return left + x * (width - left - 6 * mm), below + y * (height - below - 4 * mm)

    for up, number in chart.heights:
        (x0, y0), (x1, _) = at((0, up)), at((1, up))
        drawing.add(Stroke(x0, y0, x1, y0, strokeColor=HexColor("#b9b4a8"), strokeWidth=0.4))
        drawing.add(String(x0 - 4, y0 - 3, str(number), fontName=SANS, fontSize=7,
                           textAnchor="end"))  # fmt: skip
    for along, day in chart.days:
        drawing.add(String(at((along, 0))[0], below - 10, f"{day:%d.%m.%Y}", fontName=SANS,
                           fontSize=7, textAnchor="start" if along == 0 else "end"))  # fmt: skip
    for number, line in enumerate(chart.lines):
        colour = HexColor(line.colour)
        points = [at(point) for point in line.points]
        if len(points) > 1:
            flat = [side for point in points for side in point]
            drawing.add(PolyLine(flat, strokeColor=colour, strokeWidth=1.6))
        key = (left + number * 52 * mm, 5.0)
        for x, y in (*points, key):
            drawing.add(_mark(line.mark, x, y, colour))
        drawing.add(String(key[0] + 8, 2.5, plain(line.words), fontName=SANS, fontSize=7))
    return drawing


def _mark(mark: str, x: float, y: float, colour: Color) -> Circle | Polygon:
    if mark == "circle":
        return Circle(x, y, 3, fillColor=colour, strokeColor=None)
    corners = [side for corner in mark_corners(mark, 0, 0) for side in corner]
    scaled = [0.65 * side + (x, y)[at % 2] for at, side in enumerate(corners)]
    return Polygon(scaled, fillColor=colour, strokeColor=None)


def bars(told: Told) -> Drawing:
    """The numbers of a table of two columns as bars; what is suppressed has none."""
    most = max((number for _, number in told.rows if isinstance(number, int)), default=0)
    step = 5 * mm
    drawing = Drawing(_INNER, step * len(told.rows))
    for at, (name, number) in enumerate(told.rows, start=1):
        y = step * (len(told.rows) - at) + 1.4 * mm
        drawing.add(String(0, y, plain(str(name)), fontName=SANS, fontSize=7.5))
        share = number / most if isinstance(number, int) and most else 0.0
        length = 0.5 * _INNER * share
        bar = Rect(55 * mm, y - 1, length, 3 * mm)
        bar.fillColor, bar.strokeColor = HexColor(palette.SERIES_COLOURS[0]), None
        drawing.add(bar)
        drawing.add(String(57 * mm + length, y, str(number), fontName=SANS, fontSize=7.5))
    return drawing


def _foot(canvas: Canvas, coverage: Coverage, info: RegionInfo, texts: Texts) -> None:
    canvas.saveState()
    canvas.setFont(SANS, 7)
    canvas.setFillGray(0.3)
    canvas.drawString(_SIDE, 12 * mm, texts.t(
        "“{sign}” is suppressed. Numbers of {day}.", sign=HIDDEN, day=f"{coverage.day:%d.%m.%Y}"
    ))  # fmt: skip
    invented = texts.t("Sample, invented: no real child, no real street.")
    source = invented if info.invented else plain(attribution(info))
    canvas.drawString(_SIDE, 8 * mm, source)
    page = texts.t("page {page}", page=canvas.getPageNumber())
    canvas.drawRightString(A4[0] - _SIDE, 12 * mm, page)
    canvas.restoreState()
