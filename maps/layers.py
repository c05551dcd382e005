"""Plans, coverage and candidates as maps: one self-contained HTML page each.

folium holds the map; what lies on it is one element (`Drawing`) that hands its data to
`assets/map.js`. Popups and lists say what `maps.stops` allows for a map, and every string passes
`maps.escape` before it gets here into the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import shapely
from branca.element import MacroElement
from folium.template import Template

from maps import palette
from maps.basemap import METRES_PER_DEGREE, Basemap, Ground
from maps.coverage_words import (
    area_name,
    colour_of,
    legend,
    share_classes,
    share_said,
    table_rows,
)
from maps.escape import html_text, script_data
from maps.lines import write_lines
from maps.offline import OfflineMap, asset, render
from maps.stop_words import kits_said, who_and_when
from maps.stops import StopRow, export_route, export_rows, map_rows, visits_of
from planning.model import Leg, LonLat, Place, Plan, RegionInfo, Route, Team, Visit

if TYPE_CHECKING:
    import geopandas as gpd

    from maps.texts import Texts
    from planning.desk.counts import Coverage
    from planning.disclosure import ShownCount

OFFICE_SIGN = "⌂"
OSM = "© OpenStreetMap contributors"
_EMPTY = ""


class Drawing(MacroElement):
    """Everything on one of our maps. The template is fixed; data enters as data."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "outreachMap({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, data: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Drawing"
        self._id = "data"
        self.data = script_data(data)


def route_map(
    route: Route,
    visits: Plan | Iterable[Visit],
    *,
    team: Team,
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
    frame: bool = True,
    as_file: bool = False,
) -> str:
    """The day of one team: route along the roads, numbered stops, and the list of them.

    Args:
        route: the team's day, with its legs.
        visits: the plan, or at least the route's own visits.
        team: whose day it is.
        region_info: names the region, its sources, and whether it is invented.
        basemap: roads and borders to draw underneath.
        texts: the language.
        frame: False leaves the map alone on the page, for an app that says the rest itself.
        as_file: True for a page that leaves the screen: sensitive stops are listed without a place.
    """
    known = visits_of(visits)
    rows = (export_rows if as_file else map_rows)(route, known)
    route = export_route(route, known) if as_file else route
    colour = palette.route_colour(0)
    ground = basemap.around(route_points(route, rows, team))
    data = {
        **ground_scene(ground, region_info, texts),
        "arrows": True,
        "offices": [_office(team)],
        "routes": [
            {
                **_route_lines(route.legs),
                "colour": colour,
                "tip": "",
                "stops": _stop_marks(rows, texts),
            }
        ],
    }
    title = f"{team.name or team.team_id}, {texts.date(route.day)}"
    if not frame:
        return _bare_page(data, title=title, texts=texts)
    panel = (
        figures(_route_figures(route, rows, texts))
        + _stop_list(route, rows, texts, colour)
        + _legend(
            [
                (_line_key(colour), texts.t("route along the roads")),
                *_straight_key(route, texts, colour),
                (_stop_key(colour), texts.t("stop, in the order of the day")),
                *_urgent_key(rows, texts, colour),
                (_office_key(), texts.t("office: start and end")),
            ],
            texts,
        )
    )
    return _page(
        data, title=title, line=_order_line(team, texts), panel=panel, info=region_info, texts=texts
    )


def overview_map(
    plan: Plan,
    *,
    teams: Iterable[Team],
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
    as_file: bool = False,
) -> str:
    """All routes of a plan, to be shown and hidden by day and by team. No addresses.

    `as_file` as for `route_map`: no mark and no line for a sensitive visit.
    """
    known = {team.team_id: team for team in teams}
    visits = visits_of(plan)
    routes = [
        export_route(route, visits) if as_file else route for route in plan.routes if route.stops
    ]
    shown = {
        visit_id: visit for visit_id, visit in visits.items() if not (as_file and visit.sensitive)
    }
    ids = sorted({route.team_id for route in routes}, key=lambda it: _team_order(known, it))
    days = sorted({route.day for route in routes})
    colours = {team_id: palette.route_colour(at) for at, team_id in enumerate(ids)}
    offices = [known[team_id] for team_id in ids if team_id in known]
    places = [(visit.lon, visit.lat) for visit in shown.values()] + [
        (it.lon, it.lat) for it in offices
    ]
    ground = basemap.overview(places or _corners(region_info))
    west, _, east, _ = ground.bounds
    tolerance = max(1e-4, (east - west) / 8_000)  # as fine as the ground
    data = {
        **ground_scene(ground, region_info, texts),
        "choices": True,
        "offices": _shared_offices(offices),
        "routes": [
            {
                **_route_lines(route.legs, tolerance=tolerance),
                "colour": colours[route.team_id],
                "day": days.index(route.day),
                "team": ids.index(route.team_id),
                "tip": html_text(
                    f"{_team_name(known, route.team_id)} · {texts.short_date(route.day)}"
                ),
                "stops": [
                    _plain_mark(route, row, texts, _team_name(known, route.team_id))
                    for row in map_rows(route, visits)
                    if row.visit_id in shown
                ],
            }
            for route in routes
        ],
        "left": _left_doors(plan, shown, texts),
    }
    panel = (
        figures(plan_figures(plan, routes, texts))
        + _day_choices(days, texts)
        + _team_choices(ids, known, routes, colours, texts)
        + _legend(
            [
                (_dot_key(), texts.t("visit; larger: urgent")),
                *([(_left_key(), texts.t("not visited"))] if data["left"] else []),
                (_office_key(), texts.t("office: start and end")),
            ],
            texts,
        )
    )
    last = max(days, default=plan.first_day)
    line = f"{texts.date(plan.first_day)} – {texts.date(last)}"
    return _page(
        data,
        title=f"{texts.t('All routes')}, {region_info.name}",
        line=line,
        panel=panel,
        info=region_info,
        texts=texts,
    )


def coverage_map(
    areas: gpd.GeoDataFrame,
    coverage: Coverage,
    *,
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
) -> str:
    """How large a share of the listed children was visited, by area.

    A share is drawn only from two numbers that were both released; an area with a suppressed one
    is hatched, whatever it was. Areas without anybody on the list stay white.

    Args:
        areas: frame as `planning.areas` describes it; those that `coverage` names are drawn.
        coverage: what the reader is told, never raw counts.
        region_info: names the region, its sources, and whether it is invented.
        basemap: borders and names.
        texts: the language.
    """
    counts = {count.area_code: count for count in coverage.rows}
    drawn = areas[areas["code"].isin(list(counts)) & areas.geometry.notna()]
    ground = basemap.overview(_frame_of(drawn, region_info))
    data = {
        **ground_scene(ground, region_info, texts),
        "roads": [],
        "builtUp": "",
        "areas": [
            _area(geometry, counts[code], texts, own=coverage.is_own(counts[code]))
            for code, geometry in zip(drawn["code"], drawn.geometry, strict=True)
        ],
    }
    notes = "".join(f"<p class=foot>{html_text(line)}</p>" for line in legend(coverage, texts))
    panel = (
        f"<h2>{html_text(texts.t('Visited, of the children on the list'))}</h2><ul class=legend>"
        + "".join(_key(_swatch(colour), words) for colour, words in share_classes(texts))
        + _key(
            "<span class='swatch suppressed-key'></span>", texts.t("suppressed: too few to show")
        )
        + _key(_swatch(palette.NO_DATA), texts.t("nobody on the list"))
        + "</ul>"
        + _area_table(coverage, texts)
        + notes
    )
    return _page(
        data,
        title=texts.t("Coverage"),
        line=f"{region_info.name} · {texts.date(coverage.day)}",
        panel=panel,
        info=region_info,
        texts=texts,
        extra=_HATCH,
    )


def _frame_of(areas: gpd.GeoDataFrame, info: RegionInfo) -> list[LonLat]:
    if areas.empty:
        return _corners(info)
    west, south, east, north = (float(side) for side in areas.total_bounds)
    return [(west, south), (east, north)]


def review_scene(
    place: Place,
    *,
    look: Look | None,
    region_info: RegionInfo,
    basemap: Basemap,
    texts: Texts,
) -> dict[str, object]:
    """What `assets/pin.js` draws for the planner who decides: candidates, best first, and ground.

    Args:
        place: an answer of the geocoder.
        look: where the planner looks by now; None to show all candidates, or the whole region
            when there are none.
        region_info: bounds of the region, its sources, and whether it is invented.
        basemap: roads and borders to draw underneath.
        texts: the language.
    """
    spots: list[LonLat] = [(it.lon, it.lat) for it in place.candidates]
    if place.lon is not None and place.lat is not None:
        spots.insert(0, (place.lon, place.lat))
    look = look or Look.at(spots or _corners(region_info))
    if look.metres > Look.WIDEST_M:
        ground = basemap.overview([look.middle])
    else:
        ground = basemap.around([look.middle], distance_m=look.metres, tolerance_m=1.5)
    west, south, east, north = region_info.bounds
    return {
        **ground_scene(ground, region_info, texts),
        "view": look.box(),
        "embedded": True,
        "middle": [look.middle[1], look.middle[0]],
        "reach": None if look.metres > Look.WIDEST_M else look.metres,
        "limits": [[south, west], [north, east]],
        "marks": [
            {
                "at": [it.lat, it.lon],
                "number": number,
                "colour": palette.route_colour(number - 1),
                "tip": f"{html_text(it.label)}<br>{html_text(texts.level(it.level))}",
            }
            for number, it in enumerate(place.candidates, start=1)
        ],
        "doubt": [place.lat, place.lon, place.error_m] if place.lat and place.error_m else None,
    }


@dataclass(frozen=True, slots=True)
class Look:
    """A piece of country that somebody looks at."""

    middle: LonLat
    metres: float
    """From the middle to what can still be seen."""

    WIDEST_M: ClassVar[float] = 6_000.0
    """Farther out only the main roads are drawn."""
    CLOSEST_M: ClassVar[float] = 600.0

    @classmethod
    def at(cls, places: Sequence[LonLat]) -> Look:
        """All of `places`, and a few streets around them."""
        (west, south), (east, north) = np.min(places, axis=0), np.max(places, axis=0)
        middle = (float(west + east) / 2, float(south + north) / 2)
        across = np.hypot((east - west) * _narrowed(middle), north - south) * METRES_PER_DEGREE
        return cls(middle, max(cls.CLOSEST_M, 0.6 * float(across) + 300.0))

    def box(self) -> list[list[float]]:
        """[[south, west], [north, east]] in degrees."""
        lon, lat = self.middle
        up = 0.7 * self.metres / METRES_PER_DEGREE
        side = up / _narrowed(self.middle)
        return [[lat - up, lon - side], [lat + up, lon + side]]


def _narrowed(at: LonLat) -> float:
    """A degree of longitude at `at`, in degrees of latitude."""
    return float(np.cos(np.radians(at[1])))


# --- the page around a map ------------------------------------------------------------------


def _page(
    data: Mapping[str, object],
    *,
    title: str,
    line: str,
    panel: str,
    info: RegionInfo,
    texts: Texts,
    extra: str = "",
) -> str:
    drawing = OfflineMap()
    drawing.add_child(Drawing(data))
    body = (
        f"<header class=bar><h1>{html_text(title)}</h1><p>{html_text(line)}</p></header>"
        f"{invented_banner(info, texts)}<main class=split>"
        f"<section class=panel tabindex=0 aria-label='{html_text(title)}'>{panel}"
        f"<p class=foot>{html_text(attribution(info))}</p></section>"
        f"<section class=ground>{{map}}</section></main>{extra}"
    )
    return render(
        drawing,
        title=title,
        language=texts.language,
        body=body,
        styles=[asset("map.css")],
        scripts=[asset("map.js")],
    )


def _bare_page(data: Mapping[str, object], *, title: str, texts: Texts) -> str:
    drawing = OfflineMap()
    drawing.add_child(Drawing(data))
    return render(
        drawing,
        title=title,
        language=texts.language,
        body="<main class=split><section class='ground whole'>{map}</section></main>",
        styles=[asset("map.css")],
        scripts=[asset("map.js")],
    )


def invented_banner(info: RegionInfo, texts: Texts) -> str:
    """The line that every page of the sample carries; empty for a real region."""
    if not info.invented:
        return ""
    said = texts.t("Sample, invented: no real child, no real street.")
    return f"<div class=invented role=note>{html_text(said)}</div>"


def attribution(info: RegionInfo) -> str:
    """Who made the map, as text: what the region says, and OpenStreetMap where it is the source."""
    licences = " ".join(source.get("licence", "") for source in info.sources)
    osm = any(word in f"{info.attribution} {licences}" for word in ("ODbL", "OpenStreetMap"))
    if osm and "OpenStreetMap" not in info.attribution:
        return f"{OSM}. {info.attribution}".strip(". ")
    return info.attribution


def ground_scene(ground: Ground, info: RegionInfo, texts: Texts) -> dict[str, object]:
    """The base map as `map.js` draws it: its frame, lines, areas, labels and words."""
    west, south, east, north = ground.bounds
    return {
        "view": [[round(south, 5), round(west, 5)], [round(north, 5), round(east, 5)]],
        "attribution": html_text(attribution(info)),
        "words": {
            "zoomIn": html_text(texts.t("Zoom in")),
            "zoomOut": html_text(texts.t("Zoom out")),
        },
        "roads": [[look, lines.encoded()] for look, lines in ground.roads.items()],
        "borders": ground.borders.encoded(),
        "builtUp": ground.built_up.encoded(),
        "labels": [
            [round(it.lat, 5), round(it.lon, 5), html_text(it.name), size, len(it.name)]
            for it in ground.labels
            for size in (0 if it.weight >= 8_000 else 1 if it.weight >= 800 else 2,)
        ],
    }


def _corners(info: RegionInfo) -> list[LonLat]:
    west, south, east, north = info.bounds
    return [(west, south), (east, north)]


# --- routes and stops -----------------------------------------------------------------------


def route_points(route: Route, rows: Sequence[StopRow], team: Team) -> list[LonLat]:
    """Everything the frame of a route's map has to hold."""
    along = [point for leg in route.legs for point in leg.line]
    return [(team.lon, team.lat), *along, *((row.lon, row.lat) for row in rows if row.placed)]


def _route_lines(legs: Sequence[Leg], *, tolerance: float = 1.5e-5) -> dict[str, str]:
    drawn = [leg for leg in legs if len(leg.line) > 1]
    return {
        "road": _encoded([leg.line for leg in drawn if not leg.straight], tolerance),
        "crow": _encoded([leg.line for leg in drawn if leg.straight], tolerance),
    }


def _encoded(lines: Sequence[Sequence[LonLat]], tolerance: float) -> str:
    if not lines:
        return _EMPTY
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    points = np.array([point for line in lines for point in line], dtype=float)
    exact = shapely.linestrings(points, indices=owners)
    simple = np.asarray(shapely.simplify(exact, tolerance, preserve_topology=False))
    return write_lines(shapely.get_coordinates(simple), shapely.get_num_coordinates(simple))


def _stop_marks(rows: Sequence[StopRow], texts: Texts) -> list[dict[str, object]]:
    """One mark for every door that may be shown; visits at one point share it."""
    doors: defaultdict[tuple[float, float], list[StopRow]] = defaultdict(list)
    for row in rows:
        if row.placed:
            doors[round(row.lat, 5), round(row.lon, 5)].append(row)
    return [
        {
            "at": list(at),
            "label": _numbers([row.number for row in here]),
            "numbers": [row.number for row in here],
            "urgent": any(row.urgent for row in here),
            "popup": "<hr>".join(_popup(row, texts) for row in here),
        }
        for at, here in doors.items()
    ]


def _numbers(numbers: Sequence[int]) -> str:
    """3; 3–5; 3, 7."""
    consecutive = all(after == before + 1 for before, after in pairwise(numbers))
    if len(numbers) > 2 and consecutive:
        return f"{numbers[0]}–{numbers[-1]}"
    return ", ".join(map(str, numbers[:3])) + ("…" if len(numbers) > 3 else "")


def _popup(row: StopRow, texts: Texts) -> str:
    return (
        f"<b>{row.number}. {html_text(_where(row, texts))}</b>{_urgent_tag(row, texts)}<br>"
        + "<br>".join(html_text(said) for said in _details(row, texts))
    )


def _where(row: StopRow, texts: Texts) -> str:
    if row.sensitive or not row.address:
        return row.settlement or texts.t("stop {number}", number=row.number)
    return row.address


def _details(row: StopRow, texts: Texts) -> list[str]:
    """What is said under the address of a stop, line by line, plain text."""
    lines = [f"{texts.time(row.start)}–{texts.time(row.departure)}", texts.unit(row.unit)]
    if row.children:
        lines.append(texts.n("{count} child", "{count} children", row.children))
    lines += who_and_when(row, texts)
    lines.append(kits_said(row.kits, row.kit_types, texts))
    if row.sensitive:
        lines.append(texts.t("details on the team's phone page"))
    if row.rough and not row.sensitive:
        lines.append(texts.t("position is approximate: ask on the spot"))
    if row.straight:
        lines.append(texts.t("the way there is estimated"))
    return [line for line in lines if line]


def _plain_mark(route: Route, row: StopRow, texts: Texts, team_name: str) -> dict[str, object]:
    """A stop of the overview: number, settlement and time, nothing of the family."""
    return {
        "at": [round(row.lat, 5), round(row.lon, 5)],
        "label": str(row.number),
        "numbers": [],
        "urgent": row.urgent,
        "popup": html_text(f"{team_name} · {texts.short_date(route.day)} · {row.number}")
        + f"<br>{html_text(row.settlement)} {texts.time(row.start)}",
    }


def _left_doors(plan: Plan, visits: Mapping[str, Visit], texts: Texts) -> list[dict[str, object]]:
    """Doors that no route visits, by what their popup says: settlement and reason.

    Of a sensitive one the reason is kept back: it may tell who would have to be there.
    """
    doors: defaultdict[tuple[str, str], list[LonLat]] = defaultdict(list)
    for each in plan.unserved:
        if each.visit_id in visits:
            visit = visits[each.visit_id]
            why = "" if visit.sensitive else texts.reason(each.reason)
            doors[visit.settlement, why].append((visit.lon, visit.lat))
    return [
        {
            "doors": write_lines(np.array(here), np.array([len(here)])),
            "popup": "<br>".join(
                html_text(said) for said in (settlement, texts.t("not visited"), why) if said
            ),
        }
        for (settlement, why), here in doors.items()
    ]


def _stop_list(route: Route, rows: Sequence[StopRow], texts: Texts, colour: str) -> str:
    entries = [_between(OFFICE_SIGN, texts.time(route.departure), texts.t("leave the office"))]
    pause = route.pause_on_the_way
    for row in rows:
        if pause is not None and pause <= row.start:
            entries.append(_between("☕", texts.time(pause), texts.t("pause")))
            pause = None
        entries.append(_stop_entry(row, texts, colour))
    if pause is not None:
        entries.append(_between("☕", texts.time(pause), texts.t("pause")))
    entries.append(_between(OFFICE_SIGN, texts.time(route.back), texts.t("back at the office")))
    return f"<ol class=stops>{''.join(entries)}</ol>"


def _between(sign: str, time: str, said: str) -> str:
    return (
        f"<li class=between><span aria-hidden=true>{sign}</span>"
        f"<span><span class=when>{time}</span> {html_text(said)}</span></li>"
    )


def _stop_entry(row: StopRow, texts: Texts, colour: str) -> str:
    details = "".join(f"<small>{html_text(said)}</small>" for said in _details(row, texts)[1:])
    way = html_text(texts.t("open in the phone's map"))
    link = f"<a class=way href='geo:{row.lat:.5f},{row.lon:.5f}'>{way}</a>" if row.placed else ""
    return (
        f"<li data-row='{row.number}'>{_number_button(row.number, colour, urgent=row.urgent)}<div>"
        f"<div><span class=when>{texts.time(row.start)}–{texts.time(row.departure)}</span>"
        f"{_urgent_tag(row, texts)}</div>"
        f"<div class=where>{html_text(_where(row, texts))}</div>{details}"
        f"{link}</div></li>"
    )


def _number_button(number: int, colour: str, *, urgent: bool = False) -> str:
    kind = "num urgent" if urgent else "num"
    return (
        f"<button type=button class='{kind}' data-stop='{number}' style='background:{colour}'>"
        f"<span>{number}</span></button>"
    )


def _urgent_tag(row: StopRow, texts: Texts) -> str:
    return f"<span class='tag urgent'>! {html_text(texts.t('urgent'))}</span>" if row.urgent else ""


def _office(team: Team) -> dict[str, object]:
    return {
        "at": [round(team.lat, 5), round(team.lon, 5)],
        "label": OFFICE_SIGN,
        "tip": html_text(team.office or team.name or team.team_id),
    }


def _shared_offices(teams: Sequence[Team]) -> list[dict[str, object]]:
    """One mark for every office, naming the teams that start there."""
    here: defaultdict[tuple[float, float], list[str]] = defaultdict(list)
    for team in teams:
        here[round(team.lat, 5), round(team.lon, 5)].append(team.name or team.team_id)
    return [
        {"at": list(at), "label": OFFICE_SIGN, "tip": "<br>".join(html_text(it) for it in names)}
        for at, names in here.items()
    ]


def _team_name(known: Mapping[str, Team], team_id: str) -> str:
    return (known[team_id].name if team_id in known else "") or team_id


def _team_order(known: Mapping[str, Team], team_id: str) -> tuple[str, str, int, str]:
    """Teams by municipality, then by the number in their name where there is one."""
    team = known.get(team_id)
    name = _team_name(known, team_id)
    digits = "".join(ch for ch in name if ch.isdecimal())
    stem = "".join(ch for ch in name if not ch.isdecimal())
    return (team.municipality if team else "", stem, int(digits or 0), team_id)


def _order_line(team: Team, texts: Texts) -> str:
    parts = [team.municipality, team.office]
    if team.order_number:
        order = texts.t("order {number}", number=team.order_number)
        when = f" / {team.order_date:%d.%m.%Y}" if team.order_date else ""
        parts.append(order + when)
    return " · ".join(part for part in parts if part)


# --- figures, choices, legends --------------------------------------------------------------


def figures(found: Iterable[tuple[str, str]]) -> str:
    """Numbers and what they count, as a row of HTML boxes."""
    return (
        "<ul class=figures>"
        + "".join(f"<li><b>{html_text(value)}</b>{html_text(said)}</li>" for value, said in found)
        + "</ul>"
    )


def _route_figures(route: Route, rows: Sequence[StopRow], texts: Texts) -> list[tuple[str, str]]:
    kits = sum(row.kits for row in rows)
    found = [
        (str(len(rows)), texts.t("stops")),
        (texts.distance(route.metres), texts.t("way")),
        (f"{texts.time(route.departure)}–{texts.time(route.back)}", texts.t("day")),
    ]
    return [*found, (str(kits), texts.t("kits"))] if kits else found


def plan_figures(plan: Plan, routes: Sequence[Route], texts: Texts) -> list[tuple[str, str]]:
    """What a plan comes to, in numbers and words."""
    return [
        (texts.number(sum(len(route.stops) for route in routes)), texts.t("visits planned")),
        (texts.number(len(routes)), texts.t("routes")),
        (texts.distance(sum(route.metres for route in routes)), texts.t("way")),
        (
            texts.number(sum(len(unserved.case_ids) for unserved in plan.unserved)),
            texts.t("cases not visited"),
        ),
    ]


def _day_choices(days: Sequence[date], texts: Texts) -> str:
    boxes = "".join(
        f"<label><input type=checkbox checked data-day='{at}'> "
        f"{html_text(texts.short_date(day))}</label>"
        for at, day in enumerate(days)
    )
    return f"<h2>{html_text(texts.t('Days'))}</h2><div class='choices days'>{boxes}</div>"


def _team_choices(
    ids: Sequence[str],
    known: Mapping[str, Team],
    routes: Sequence[Route],
    colours: Mapping[str, str],
    texts: Texts,
) -> str:
    stops: defaultdict[str, int] = defaultdict(int)
    for route in routes:
        stops[route.team_id] += len(route.stops)
    boxes = "".join(
        f"<li><label><input type=checkbox checked data-team='{at}'>"
        f"<span class=swatch style='background:{colours[team_id]}'></span>"
        f"<span>{html_text(_team_name(known, team_id))}</span>"
        f"<span class=count>{stops[team_id]}</span></label></li>"
        for at, team_id in enumerate(ids)
    )
    return (
        f"<h2>{html_text(texts.t('Teams'))}</h2>"
        f"<button type=button class=plain data-all=1>{html_text(texts.t('all'))}</button> "
        f"<button type=button class=plain data-all=0>{html_text(texts.t('none'))}</button>"
        f"<ul class=choices>{boxes}</ul>"
    )


def _legend(keys: Iterable[tuple[str, str]], texts: Texts) -> str:
    return (
        f"<h2>{html_text(texts.t('Legend'))}</h2><ul class=legend>"
        + "".join(_key(drawn, said) for drawn, said in keys)
        + "</ul>"
    )


def _key(drawn: str, said: str) -> str:
    return f"<li>{drawn}<span>{html_text(said)}</span></li>"


def _svg(inner: str) -> str:
    return f"<svg width=34 height=22 viewBox='0 0 34 22' aria-hidden=true>{inner}</svg>"


def _line_key(colour: str, *, dashed: bool = False) -> str:
    dashes = " stroke-dasharray='2 6'" if dashed else ""
    return _svg(
        f"<path d='M2 11H32' stroke='{colour}' stroke-width=5 stroke-linecap=round{dashes} />"
    )


def _stop_key(colour: str) -> str:
    return _svg(
        f"<circle cx=17 cy=11 r=9 fill='{colour}' /><text x=17 y=15 text-anchor=middle "
        "font-size=11 font-weight=700 fill='#fff'>1</text>"
    )


def _dot_key() -> str:
    return _svg(
        "<circle cx=10 cy=11 r=4 fill='#0067a5' /><circle cx=24 cy=11 r=6 fill='#0067a5' />"
    )


def _left_key() -> str:
    return _svg("<circle cx=17 cy=11 r=4 fill='#fff' stroke='#4a4a4a' stroke-width=1.6 />")


def _office_key() -> str:
    return _svg(
        "<rect x=8 y=2 width=18 height=18 rx=2 fill='#fff' stroke='#1b1f24' stroke-width=2.5 />"
        f"<text x=17 y=15.5 text-anchor=middle font-size=15>{OFFICE_SIGN}</text>"
    )


def _straight_key(route: Route, texts: Texts, colour: str) -> list[tuple[str, str]]:
    if not any(leg.straight for leg in route.legs):
        return []
    return [(_line_key(colour, dashed=True), texts.t("no road known: straight, time estimated"))]


def _urgent_key(rows: Sequence[StopRow], texts: Texts, colour: str) -> list[tuple[str, str]]:
    if not any(row.urgent for row in rows):
        return []
    drawn = _svg(
        f"<rect x=10 y=4 width=14 height=14 rx=2 fill='{colour}' transform='rotate(45 17 11)' />"
    )
    return [(drawn, texts.t("urgent stop"))]


# --- coverage -------------------------------------------------------------------------------

_HATCH = (
    "<svg width=0 height=0 style='position:absolute' aria-hidden=true><defs>"
    "<pattern id=hatch width=7 height=7 patternUnits=userSpaceOnUse patternTransform='rotate(45)'>"
    f"<rect width=7 height=7 fill='{palette.SUPPRESSED}' />"
    "<path d='M0 0V7' stroke='#8d8d8d' stroke-width=2.4 /></pattern></defs></svg>"
)


def _area(
    geometry: shapely.Geometry, count: ShownCount, texts: Texts, *, own: bool
) -> dict[str, object]:
    rings = shapely.get_rings(shapely.get_parts(shapely.simplify(geometry, 2e-4)))
    return {
        "rings": write_lines(shapely.get_coordinates(rings), shapely.get_num_coordinates(rings)),
        "colour": colour_of(count),
        "hidden": count.listed is None or count.visited is None,
        "own": own,
        "tip": f"<b>{html_text(area_name(count, texts))}</b><br>"
        f"{html_text(share_said(count, texts))}",
    }


def _swatch(colour: str) -> str:
    return f"<span class=swatch style='background:{colour}'></span>"


def _area_table(coverage: Coverage, texts: Texts) -> str:
    rows = "".join(
        f"<tr><td>{html_text(area_name(count, texts))}"
        f"<td class=num>{html_text(share_said(count, texts))}"
        for count in table_rows(coverage, texts)
    )
    return (
        f"<table><tr><th>{html_text(texts.t('area'))}"
        f"<th class=num>{html_text(texts.t('visited'))}{rows}</table>"
    )
