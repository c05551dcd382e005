"""The map one decides on: a click puts the pin down, a click on a candidate chooses it.

A Streamlit component in the page itself, not in a frame: it draws with the Leaflet that ships with
a package of ours, asks no host for anything, and sends back what was clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from maps.offline import asset, leaflet_css, leaflet_js
from maps.web.tiles import ON_SCREEN
from planning.model import LonLat

if TYPE_CHECKING:
    from maps.layers import Look

# Leaflet is a component of its own, which never changes: the browser gets it once, and the map
# without it at every click.
_LEAFLET = st.components.v2.component(
    "leaflet", html="<span></span>", js=f"{leaflet_js()}\nexport default () => {{}};\n"
)
_PIN_MAP = st.components.v2.component(
    "pin_map",
    html="<div class=pin-frame></div>",
    css="\n".join((leaflet_css(), asset("map.css"), asset("pin.css"))),
    js="\n".join((asset("map.js"), asset("pin.js"))),
)


def leaflet_loaded() -> None:
    """Puts Leaflet into the page, for the maps that follow."""
    _LEAFLET(key="leaflet")


def pin_map(
    scene: Mapping[str, object],
    *,
    key: str,
    look: Look | None,
    chosen: int | None,
    pin: LonLat | None,
    words: Mapping[str, str],
    placed: Callable[[float, float], None],
    picked: Callable[[int], None],
    looked: Callable[[float, float, float], None],
) -> None:
    """Draws the map.

    Args:
        scene: from `maps.layers.review_scene`.
        key: names the place to decide on: under another key the map opens anew.
        look: what `scene` was drawn for.
        chosen: index of the chosen candidate.
        pin: (lon, lat) of the pin, when there is one.
        words: `map` and `pin`, for screen readers.
        placed: called with lon, lat when the pin is put down.
        picked: called with the index of the candidate that is clicked.
        looked: called with lon, lat and metres when somebody looks where nothing is drawn yet.
    """
    mounted = f"map/{key}"

    def told(name: str) -> list[float]:
        return [float(each) for each in st.session_state[mounted][name]]

    with st.container(gap=None):
        leaflet_loaded()
        _PIN_MAP(
            key=mounted,
            data={
                "scene": {**scene, **ON_SCREEN.scene()},
                "of": key,
                "drawn": f"{key} {look}",
                "chosen": chosen,
                "pin": pin,
                "words": words,
            },
            on_placed_change=lambda: placed(*told("placed")[:2]),
            on_picked_change=lambda: picked(int(st.session_state[mounted]["picked"]) - 1),
            on_looked_change=lambda: looked(*told("looked")[:3]),
        )
