"""Routes as bars of time, a row for a team's day; a stop can be dragged to another place.

A Streamlit component that only asks: what a drop would do is judged by the page that draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import streamlit as st

from maps import palette
from maps.offline import asset
from maps.pages.news import door
from maps.texts import Texts
from planning.model import Plan, Priority, Route, Shift, Stop, Visit

_TIMELINE = st.components.v2.component(
    "timeline",
    html="<div class=timeline></div>",
    css=asset("timeline.css"),
    js=asset("timeline.js"),
)
_HALF_HOUR = 1_800

Asked = Callable[[str, str, str, int], None]
"""(visit id, shift it is on, shift it goes to, place among the other stops there)."""


def timeline(
    plan: Plan,
    shifts: Sequence[Shift],
    *,
    key: str,
    named: Callable[[Shift], str],
    chosen: str,
    broken: Collection[str],
    texts: Texts,
    asked: Asked,
) -> None:
    """Draws the days of `shifts`, one below the other, idle ones too.

    Args:
        plan: whose routes are shown.
        shifts: the rows, from top to bottom.
        key: names the component on its page.
        named: what a row is called.
        chosen: id of the visit that is marked.
        broken: ids of visits of which a rule would be broken.
        texts: the language.
        asked: called when a stop is dropped somewhere, or clicked where it is.
    """

    def told() -> None:
        drop = st.session_state[key]["asked"]
        asked(str(drop["visit"]), str(drop["source"]), str(drop["shift"]), int(drop["place"]))

    scene = _scene(plan, shifts, named, texts) | {"chosen": chosen, "broken": sorted(broken)}
    _TIMELINE(key=key, data=scene, on_asked_change=told)


def _scene(
    plan: Plan, shifts: Sequence[Shift], named: Callable[[Shift], str], texts: Texts
) -> dict[str, object]:
    """What `assets/timeline.js` draws; times in seconds after midnight."""
    routes = {route.shift_id: route for route in plan.routes}
    doors = {visit.visit_id: visit for visit in plan.visits}
    teams = list(dict.fromkeys(shift.team_id for shift in shifts))
    begins = [shift.start for shift in shifts]
    ends = [shift.end for shift in shifts]
    ends += [routes[shift.shift_id].back for shift in shifts if shift.shift_id in routes]
    return {
        "from": min(begins) // _HALF_HOUR * _HALF_HOUR - _HALF_HOUR,
        "to": -(-max(ends) // _HALF_HOUR) * _HALF_HOUR + _HALF_HOUR,
        "words": {"timeline": texts.t("Timeline: drag a stop to another place")},
        "rows": [
            _row(
                shift, routes.get(shift.shift_id), doors, named(shift),
                palette.route_colour(teams.index(shift.team_id)), texts,
            )
            for shift in shifts
        ],
    }  # fmt: skip


def _row(
    shift: Shift, route: Route | None, doors: Mapping[str, Visit], name: str, colour: str,
    texts: Texts,
) -> dict[str, object]:  # fmt: skip
    pause = route.pause_on_the_way if route else None
    return {
        "shift": shift.shift_id,
        "name": name,
        "colour": colour,
        "start": shift.start,
        "end": shift.end,
        "leave": route.departure if route else None,
        "back": route.back if route else None,
        "pause": [pause, pause + shift.pause.duration] if pause and shift.pause else None,
        "stops": [
            _stop(stop, doors[stop.visit_id], shift, place, texts)
            for place, stop in enumerate(route.stops if route else ())
        ],
    }


def _stop(stop: Stop, visit: Visit, shift: Shift, place: int, texts: Texts) -> dict[str, object]:
    hours = f"{texts.time(stop.start)}–{texts.time(stop.departure)}"
    return {
        "visit": visit.visit_id,
        "arrival": stop.arrival,
        "start": stop.start,
        "departure": stop.departure,
        "urgent": visit.priority == Priority.URGENT,
        "windows": list(_windows(visit, shift)),
        "said": f"{place + 1}. {door(visit)}, {hours}",
    }


def _windows(visit: Visit, shift: Shift) -> Iterable[tuple[int, int]]:
    """Hours of that day at which somebody can be met."""
    return (
        (window.start, window.end)
        for window in visit.windows
        if shift.day.weekday() in window.weekdays
    )
