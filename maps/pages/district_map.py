"""The map on which districts change hands: cells and doors in their teams' colours and numbers.

A Streamlit component like `pin_map`; what is chosen on it is handed over with a button of the team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import shapely
import streamlit as st

from maps import palette
from maps.basemap import Basemap
from maps.escape import html_text
from maps.layers import ground_scene
from maps.offline import asset, leaflet_css
from maps.pages.pin_map import leaflet_loaded
from maps.texts import Texts
from maps.web.tiles import ON_SCREEN
from planning.districts.cells import Cell
from planning.districts.workload import Workload
from planning.model import RegionInfo, Team, Visit

_DISTRICTS = st.components.v2.component(
    "districts",
    html="<div class=districts><div class=district-panel></div></div>",
    css="\n".join((leaflet_css(), asset("map.css"), asset("districts.css"))),
    js="\n".join((asset("map.js"), asset("districts.js"))),
)


def ground_of(
    visits: Sequence[Visit], cells: Sequence[Cell], *, region_info: RegionInfo, basemap: Basemap,
    texts: Texts,
) -> dict[str, object]:  # fmt: skip
    """What stays as it is while districts change hands: roads, cells, doors."""
    at = {visit.visit_id: number for number, visit in enumerate(visits)}
    ground = basemap.overview([(visit.lon, visit.lat) for visit in visits])
    return {
        "scene": {
            **ground_scene(ground, region_info, texts),
            **ON_SCREEN.scene(),
            "embedded": True,
        },
        "ids": [visit.visit_id for visit in visits],
        "doors": [[round(visit.lat, 5), round(visit.lon, 5)] for visit in visits],
        "cells": [
            {
                "name": html_text(" · ".join(filter(None, (cell.settlement, cell.quarter)))),
                "visits": [at[visit_id] for visit_id in cell.visit_ids],
                "rings": _rings(cell.ground),
                "middle": _middle(cell.ground),
            }
            for cell in cells
        ],
    }


def _rings(ground: shapely.Geometry) -> list[list[list[list[float]]]]:
    """Leaflet's polygons: [polygon][ring][point][lat, lon]."""
    return [
        [
            [[round(float(lat), 5), round(float(lon), 5)] for lon, lat in ring.coords]
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        for polygon in shapely.get_parts(ground)
    ]


def _middle(ground: shapely.Geometry) -> list[float]:
    """[lat, lon] of a point inside the largest part."""
    largest = max(shapely.get_parts(ground), key=shapely.area)
    inside = shapely.point_on_surface(largest)
    return [round(float(inside.y), 5), round(float(inside.x), 5)]


def district_map(
    ground: Mapping[str, object],
    *,
    key: str,
    visits: Sequence[Visit],
    teams: Sequence[Team],
    homes: Mapping[str, str],
    loads: Sequence[Workload],
    texts: Texts,
    moved: Callable[[Sequence[str], str], None],
) -> None:
    """Draws the map with the teams beside it.

    Args:
        ground: from `ground_of`.
        key: names what is drawn: under another key the map opens anew.
        visits: as `ground_of` was given them.
        teams: of the municipality; `loads` are theirs, in the same order.
        homes: visit id → team id.
        loads: what each team has to do.
        texts: the language.
        moved: called with visit ids and the team that they are handed to.
    """
    at = {team.team_id: number for number, team in enumerate(teams)}
    mounted = f"districts/{key}"

    def told() -> None:
        asked = st.session_state[mounted]["moved"]
        moved([str(each) for each in asked["visits"]], str(asked["team"]))

    with st.container(gap=None):
        leaflet_loaded()
        _DISTRICTS(
            key=mounted,
            data={
                **ground,
                "homes": [at.get(homes.get(visit.visit_id, ""), -1) for visit in visits],
                "teams": [
                    _team(number, team, load, texts)
                    for number, (team, load) in enumerate(zip(teams, loads, strict=True))
                ],
                "words": {
                    "map": texts.t("Map of the districts"),
                    "lasso": texts.t("Draw around doors"),
                    "none": texts.t("Choose none"),
                    "choose": texts.t("Click a part of the map or draw around doors, "
                                      "then choose the team that goes there."),
                    "chosen": texts.t("Doors chosen: {count}. Which team goes there?", count="#"),
                },
            },
            on_moved_change=told,
        )  # fmt: skip


def _team(number: int, team: Team, load: Workload, texts: Texts) -> dict[str, object]:
    return {
        "id": team.team_id,
        "number": str(number + 1),
        "name": html_text(team.name),
        "colour": palette.route_colour(number),
        "share": round(load.share, 3),
        "load": html_text(load_said(load, texts)),
    }


def load_said(load: Workload, texts: Texts) -> str:
    """Visits, hours, and how much of its time they take."""
    return texts.t(
        "{visits} doors · {work} of {time} h · {percent} %",
        visits=load.visits,
        work=texts.number(load.work_seconds / 3600, places=1),
        time=texts.number(load.shift_seconds / 3600, places=1),
        percent=round(100 * load.share),
    )
