"""Routes and stops for other programs: GeoJSON, GeoPackage and GPX.

Positions are (lon, lat) in EPSG:4326. A sensitive stop has no position in any of them, and the
way has a gap around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import geopandas as gpd
import shapely

from maps.escape import plain
from maps.stops import StopRow, export_route, export_rows, visits_of
from planning.model import LonLat, Plan, Route, Team, Visit

if TYPE_CHECKING:
    from maps.texts import Texts

_DISTRICT_MARGIN = 0.0015
"""Degrees around a district's visits, about 150 m."""

_GPX = "http://www.topografix.com/GPX/1/1"


def routes_geojson(plan: Plan, teams: Mapping[str, Team]) -> str:
    """Route lines and stops as one GeoJSON FeatureCollection (RFC 7946)."""
    visits = visits_of(plan)
    features: list[dict[str, object]] = []
    for route in _driven(plan):
        features.append(_feature(_route_shape(route, visits), _route_facts(route, teams)))
        features += (
            _feature(_stop_shape(row), _stop_facts(route, row))
            for row in export_rows(route, visits)
        )
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=None
    )


def write_geopackage(plan: Plan, teams: Mapping[str, Team], file: Path) -> None:
    """Layers `stops`, `routes` and `districts` for a desktop GIS."""
    visits = visits_of(plan)
    stops = [
        (_stop_shape(row), _stop_facts(route, row))
        for route in _driven(plan)
        for row in export_rows(route, visits)
    ]
    routes = [(_route_shape(route, visits), _route_facts(route, teams)) for route in _driven(plan)]
    districts = [
        (
            _district_shape([visits[visit_id] for visit_id in district.visit_ids]),
            {
                "district_id": plain(district.district_id),
                "name": plain(district.name),
                "municipality_code": plain(district.municipality_code),
                "team_id": plain(district.team_id),
                "visits": len(district.visit_ids),
                "work_seconds": district.work_seconds,
            },
        )
        for district in plan.districts
    ]
    for layer, kind, columns, found in (
        ("stops", "Point", _STOP_COLUMNS, stops),
        ("routes", "MultiLineString", _ROUTE_COLUMNS, routes),
        ("districts", "Polygon", _DISTRICT_COLUMNS, districts),
    ):
        frame = gpd.GeoDataFrame(
            {name: [facts[name] for _, facts in found] for name in columns},
            geometry=[shape for shape, _ in found],
            crs=4326,
        )
        frame.to_file(file, layer=layer, driver="GPKG", engine="pyogrio", geometry_type=kind)


_STOP_COLUMNS = (
    "kind", "day", "team_id", "stop", "arrival", "start", "departure", "settlement", "address",
    "children", "kits", "requires", "urgent", "sensitive", "case_ids", "visit_id",
)  # fmt: skip
_ROUTE_COLUMNS = (
    "kind", "day", "team_id", "team", "stops", "departure", "back", "metres", "travel_seconds",
)  # fmt: skip
_DISTRICT_COLUMNS = (
    "district_id", "name", "municipality_code", "team_id", "visits", "work_seconds",
)  # fmt: skip


def gpx(route: Route, visits: Mapping[str, Visit], team: Team, texts: Texts) -> bytes:
    """A team's day for navigation programs: the stops as waypoints and route, the way as track."""
    root = Xml.Element("gpx", {"version": "1.1", "creator": "outreach", "xmlns": _GPX})
    title = plain(f"{team.name or team.team_id}, {route.day:%d.%m.%Y}")
    stops = [row for row in export_rows(route, visits) if row.placed]
    for row in stops:
        _waypoint(root, "wpt", row, texts)
    planned = Xml.SubElement(root, "rte")
    Xml.SubElement(planned, "name").text = title
    for row in stops:
        _waypoint(planned, "rtept", row, texts)
    track = Xml.SubElement(root, "trk")
    Xml.SubElement(track, "name").text = title
    for line in _lines(route, visits):
        segment = Xml.SubElement(track, "trkseg")
        for lon, lat in line:
            Xml.SubElement(segment, "trkpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _waypoint(parent: Xml.Element, tag: str, row: StopRow, texts: Texts) -> None:
    point = Xml.SubElement(parent, tag, {"lat": f"{row.lat:.6f}", "lon": f"{row.lon:.6f}"})
    Xml.SubElement(point, "name").text = str(row.number)
    parts = (texts.time(row.start), row.address or row.settlement, texts.unit(row.unit))
    Xml.SubElement(point, "desc").text = plain(" · ".join(part for part in parts if part))


def _driven(plan: Plan) -> Iterable[Route]:
    return [route for route in plan.routes if route.stops]


def _feature(shape: shapely.Geometry | None, facts: Mapping[str, object]) -> dict[str, object]:
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "geometry": geometry, "properties": facts}


def _stop_shape(row: StopRow) -> shapely.Point | None:
    return shapely.Point(round(row.lon, 6), round(row.lat, 6)) if row.placed else None


def _route_shape(route: Route, visits: Mapping[str, Visit]) -> shapely.MultiLineString | None:
    lines = [_rounded(line) for line in _lines(route, visits)]
    return shapely.MultiLineString(lines) if lines else None


def _lines(route: Route, visits: Mapping[str, Visit]) -> list[tuple[LonLat, ...]]:
    return [leg.line for leg in export_route(route, visits).legs if len(leg.line) > 1]


def _rounded(line: Sequence[LonLat]) -> list[LonLat]:
    return [(round(lon, 6), round(lat, 6)) for lon, lat in line]


def _district_shape(visits: Sequence[Visit]) -> shapely.Polygon | None:
    """The ground a district covers, drawn wide enough that no single door can be read from it."""
    points = [(visit.lon, visit.lat) for visit in visits if not visit.sensitive]
    if not points:
        return None
    return shapely.buffer(shapely.MultiPoint(points).convex_hull, _DISTRICT_MARGIN, quad_segs=4)


def _stop_facts(route: Route, row: StopRow) -> dict[str, object]:
    return {
        "kind": "stop",
        "day": route.day.isoformat(),
        "team_id": plain(route.team_id),
        "stop": row.number,
        "arrival": row.arrival,
        "start": row.start,
        "departure": row.departure,
        "settlement": plain(row.settlement),
        "address": plain(row.address),
        "children": row.children or 0,
        "kits": row.kits,
        "requires": plain(" ".join(sorted(row.requires))),
        "urgent": int(row.urgent),
        "sensitive": int(row.sensitive),
        "case_ids": plain(" ".join(row.case_ids)),
        "visit_id": plain(row.visit_id),
    }


def _route_facts(route: Route, teams: Mapping[str, Team]) -> dict[str, object]:
    return {
        "kind": "route",
        "day": route.day.isoformat(),
        "team_id": plain(route.team_id),
        "team": plain(teams[route.team_id].name),
        "stops": len(route.stops),
        "departure": route.departure,
        "back": route.back,
        "metres": round(route.metres),
        "travel_seconds": route.travel_seconds,
    }
