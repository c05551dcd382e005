"""What differs from the map today: closed roads and slow zones, laid over the roads of a region."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planning.errors import Fault, InputError
from planning.travel.graph import RoadGraph

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Overlay:
    """Areas and lines in lon, lat. Nothing in them opens a road or speeds it up.

    Raises:
        InputError: an area is empty, or a speed is none; all faults at once.
    """

    closed: tuple[shapely.Geometry, ...] = ()
    """Road pieces that any of these touches cannot be travelled."""
    slow: tuple[tuple[shapely.Geometry, float], ...] = ()
    """(where, km/h): road pieces that touch it are travelled no faster than that."""

    def __post_init__(self) -> None:
        zones = {f"slow zone {number}": zone for number, zone in enumerate(self.slow, 1)}
        areas = {f"closed road {number}": area for number, area in enumerate(self.closed, 1)}
        areas |= {name: area for name, (area, _) in zones.items()}
        faults = [
            Fault("it has no place; draw a line or an area", field=name)
            for name, area in areas.items()
            if shapely.is_empty(area)
        ]
        faults += [
            Fault("give km/h above 0, or say that the road is closed", field=name, value=str(kmh))
            for name, (_, kmh) in zones.items()
            if not 0 < kmh < math.inf
        ]
        if faults:
            raise InputError(faults)

    def on(self, graph: RoadGraph) -> RoadGraph:
        """`graph` with its times changed; everything else is shared with it."""
        boxes = _boxes(graph)
        forward, backward = graph.forward_seconds.copy(), graph.backward_seconds.copy()
        for area, kmh in self.slow:
            pieces = _touched(graph, boxes, area)
            slowest = (graph.metres[pieces] * 3.6 / kmh).astype(np.float32)
            forward[pieces] = np.maximum(forward[pieces], slowest)
            backward[pieces] = np.maximum(backward[pieces], slowest)
        for area in self.closed:
            pieces = _touched(graph, boxes, area)
            forward[pieces] = backward[pieces] = np.inf
        return replace(graph, forward_seconds=forward, backward_seconds=backward)


def _boxes(graph: RoadGraph) -> NDArray[np.float64]:
    """(s, 4) west, south, east, north of every segment."""
    first = graph.shape_first[:-1]
    low = np.minimum.reduceat(graph.shape, first, axis=0)
    high = np.maximum.reduceat(graph.shape, first, axis=0)
    return np.hstack([low, high])


def _touched(
    graph: RoadGraph, boxes: NDArray[np.float64], area: shapely.Geometry
) -> NDArray[np.int64]:
    """The segments that have a point in common with `area`."""
    west, south, east, north = shapely.bounds(area)
    near = np.flatnonzero(
        (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
        & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    )  # fmt: skip
    if not len(near):
        return near
    count = np.diff(graph.shape_first)[near]
    owner = np.repeat(np.arange(len(near)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    lines = shapely.linestrings(graph.shape[graph.shape_first[near][owner] + place], indices=owner)
    touched: NDArray[np.int64] = near[shapely.intersects(lines, area)]
    return touched
