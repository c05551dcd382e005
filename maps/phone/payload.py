"""What one phone gets of its team's day: the stops, and the roads around the route.

What may be said of a stop is decided in `maps.stops`: of a sensitive visit the time, who must be
there, and, other than on paper, the door and its hazard; neither a number to call nor what was
found before. No child's name, no national ID and no note of anybody's ever goes to a phone.
Times are seconds after midnight, coordinates degrees as (lon, lat).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from maps.lines import write_lines
from maps.stop_words import all_types
from maps.stops import StopRow, team_rows, visits_of
from planning.phone import disagree, phone_of

if TYPE_CHECKING:
    from maps.basemap import Basemap, Ground
    from planning.desk import PhoneDay
    from planning.model import Outcome, PhoneLink, RegionInfo, Route, Team

Json = dict[str, object]

REACH_M = 600.0
"""How far from the route streets are drawn."""
MOST_POINTS = 6_000
"""Of roads: about 25 kB before compression."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Until when the phone keeps the day, and when the office said so."""

    link: PhoneLink
    now: datetime

    def said(self) -> Json:
        """The seconds that are left: the phone's own clock may be wrong."""
        left = datetime.fromisoformat(self.link.expires) - self.now
        return {"left": max(0, int(left.total_seconds())), "day": self.link.day.isoformat()}


def payload(found: PhoneDay, terms: Terms, *, basemap: Basemap, info: RegionInfo) -> Json:
    """The day as `files/page.js` reads it."""
    route, team = found.day.route, found.day.team
    rows = team_rows(route, visits_of(found.day.visits))
    return {
        **terms.said(),
        "name": found.name,
        "version": found.version,
        "team": team.name or team.team_id,
        "phone": team.phone,
        "leave": route.departure,
        "back": route.back,
        "pause": route.pause_on_the_way,
        "metres": round(route.metres),
        "kits": sum(row.kits for row in rows),
        "kitTypes": all_types(rows),
        "stops": [_stop(row, found) for row in rows],
        "invented": info.invented,
        "attribution": info.attribution,
        "map": _map(route, rows, team, basemap),
    }


def _stop(row: StopRow, found: PhoneDay) -> Json:
    said = found.said.get(row.visit_id, ())
    return {
        "id": found.names[row.visit_id],
        "door": found.doors[row.visit_id],
        "number": row.number,
        "start": row.start,
        "until": row.departure,
        "address": row.address,
        "settlement": row.settlement,
        "unit": [row.unit.entrance, row.unit.floor, row.unit.flat],
        "at": [round(row.lon, 6), round(row.lat, 6)],
        "children": row.children,
        "requires": sorted(row.requires),
        "languages": sorted(row.languages),
        "sexes": sorted(row.sexes),
        "together": row.together,
        "windows": [[each.start, each.end, sorted(each.weekdays)] for each in row.windows],
        "kits": row.kits,
        "kitTypes": row.kit_types,
        "urgent": row.urgent,
        "sensitive": row.sensitive,
        "hazard": row.hazard,
        "rough": row.rough,
        "straight": row.straight,
        "cases": row.case_ids,
        "said": [_said(each) for each in said],
        "disagree": disagree(said),
        **({} if row.sensitive else _of_the_family(row.visit_id, found)),
    }


def _of_the_family(visit_id: str, found: PhoneDay) -> Json:
    """What helps at a door and is kept back of a sensitive visit."""
    before, called = found.before.get(visit_id), found.called.get(visit_id)
    return {
        "phones": found.day.phones.get(visit_id, ()),
        "before": [before.result, before.day.isoformat()] if before else None,
        "called": [called.answer, called.at[:10]] if called else None,
        "unsafe": visit_id in found.unsafe,
    }


def _said(outcome: Outcome) -> Json:
    """What some phone said of a stop today, without its note."""
    return {
        "phone": phone_of(outcome.key),
        "result": outcome.result,
        "at": outcome.recorded_at,
        "kits": outcome.kits_handed,
    }


def _map(route: Route, rows: tuple[StopRow, ...], team: Team, basemap: Basemap) -> Json:
    along = [point for leg in route.legs for point in leg.line]
    places = [(team.lon, team.lat), *along, *((row.lon, row.lat) for row in rows)]
    ground = basemap.around(
        places, distance_m=REACH_M, tolerance_m=4.0, max_points=MOST_POINTS
    )  # fmt: skip
    return {
        "bounds": [round(each, 5) for each in ground.bounds],
        "roads": {look: lines.encoded() for look, lines in ground.roads.items()},
        "builtUp": ground.built_up.encoded(),
        "borders": ground.borders.encoded(),
        "labels": _labels(ground),
        "office": [round(team.lon, 5), round(team.lat, 5)],
        "legs": [_line(leg.line) for leg in route.legs],
        "straight": [number for number, leg in enumerate(route.legs) if leg.straight],
    }


def _labels(ground: Ground) -> list[list[object]]:
    return [[round(it.lon, 4), round(it.lat, 4), it.name] for it in ground.labels[:30]]


def _line(points: tuple[tuple[float, float], ...]) -> str:
    if not points:
        return ""
    return write_lines(np.asarray(points, dtype=float), np.array([len(points)]))
