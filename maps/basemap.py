"""The ground under a route, drawn from the region's own roads: no tiles, no host.

A `Basemap` is made once for a region; `around` cuts out what one map needs: main roads in the
whole frame, lesser ones the closer the smaller they are, simplified to about a pixel. The same
cut-out (`Ground`) feeds the interactive maps and the printed sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import distance_transform_edt

from maps.lines import write_lines
from planning.model import LonLat
from planning.travel.profiles import ROAD_KINDS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from planning.addresses.gazetteer import Settlement
    from planning.travel.graph import RoadGraph

METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude times the cosine of the latitude. Good to 0.6 %, enough to draw."""

CLASSES = ("motorway", "main", "secondary", "tertiary", "street", "service", "path")
"""How a road looks, from the widest to the narrowest."""

_CLASS_OF_KIND = {
    "motorway": 0,
    "motorway_link": 0,
    "trunk": 0,
    "trunk_link": 0,
    "primary": 1,
    "primary_link": 1,
    "secondary": 2,
    "secondary_link": 2,
    "tertiary": 3,
    "tertiary_link": 3,
    "unclassified": 4,
    "residential": 4,
    "living_street": 4,
    "road": 4,
    "service": 5,
    "track": 6,
    "path": 6,
    "footway": 6,
    "pedestrian": 5,
    "steps": 6,
    "cycleway": 6,
    "bridleway": 6,
    "ferry": 6,
}

_LOOKS = np.array([_CLASS_OF_KIND.get(kind, 4) for kind in ROAD_KINDS], dtype=np.uint8)
"""Index into `CLASSES` by index into `ROAD_KINDS`."""

_REACH = (np.inf, np.inf, np.inf, 3.0, 1.0, 0.5, 0.35)
"""How far from the route each class is drawn, in shares of the distance asked for."""

MAX_POINTS = 9_000
"""Most road points of one map: about 40 kB. Beyond, the reach of lesser roads is halved."""


CUTS_KEPT = 64
"""Cut-outs that a basemap remembers, of each kind: some 10 MB, in memory only, as the maps are."""


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a settlement at its middle."""

    lon: float
    lat: float
    name: str
    """As the map spells it, not escaped."""
    weight: float
    """Population, or a stand-in for it: the heavier label wins where two collide."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one look: `points` (k, 2) lon, lat, `counts` (l,) points of each."""

    points: NDArray[np.float64]
    counts: NDArray[np.int64]

    def encoded(self) -> str:
        """As letters for `assets/map.js`."""
        return write_lines(self.points, self.counts)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one map or sheet draws under its route."""

    bounds: tuple[float, float, float, float]
    """west, south, east, north in degrees."""
    roads: dict[int, Lines]
    """By index into `CLASSES`."""
    borders: Lines
    """Outlines of municipalities."""
    built_up: Lines
    """Outlines of settlements, closed rings."""
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Basemap:
    """Roads, borders and names of a region, ready to be cut. Made by `Basemap.of`."""

    shape: NDArray[np.float64]
    """(k, 2) lon, lat of all roads."""
    shape_first: NDArray[np.int64]
    """(s + 1,) where each road begins in `shape`."""
    look: NDArray[np.uint8]
    """(s,) index into `CLASSES`."""
    boxes: NDArray[np.float64]
    """(s, 4) west, south, east, north of each road."""
    borders: NDArray[np.object_]
    """Lines, shapely geometries."""
    built_up: NDArray[np.object_]
    """Polygons, shapely geometries."""
    labels: tuple[Label, ...]
    _around: Callable[..., Ground] = field(init=False, repr=False, compare=False)
    _overview: Callable[[Frame], Ground] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Cutting is most of what a page with a map costs, and people look at the same places again.
        object.__setattr__(self, "_around", lru_cache(CUTS_KEPT)(self._cut_around))
        object.__setattr__(self, "_overview", lru_cache(CUTS_KEPT)(self._cut_overview))

    @classmethod
    def of(
        cls,
        graph: RoadGraph,
        areas: gpd.GeoDataFrame | None = None,
        settlements: Iterable[Settlement] = (),
    ) -> Basemap:
        """The ground of a region from its roads, its areas and its settlements' names.

        Args:
            graph: drive or walk graph of the region.
            areas: frame as `planning.areas` describes it; municipalities give borders,
                settlements built-up ground.
            settlements: their names become labels; without them the areas' names do.
        """
        shape, first = np.asarray(graph.shape), np.asarray(graph.shape_first)
        labels = tuple(
            Label(it.lon, it.lat, it.name, it.population or _WEIGHT.get(it.kind, 50.0))
            for it in settlements
        )
        return cls(
            shape=shape,
            shape_first=first,
            look=_LOOKS[np.asarray(graph.kind)],
            boxes=_boxes(shape, first[:-1]),
            borders=_borders(_shapes(areas, "municipality")),
            built_up=_shapes(areas, "settlement"),
            labels=labels or _labels(areas),
        )

    def around(
        self,
        places: Sequence[LonLat],
        *,
        distance_m: float = 1_000.0,
        tolerance_m: float = 2.5,
        max_points: int = MAX_POINTS,
    ) -> Ground:
        """What to draw about `places`, the points of a route or of an answer.

        Args:
            places: (lon, lat); lines as their points.
            distance_m: how far from them streets are drawn; main roads reach farther.
            tolerance_m: how far a drawn road may lie beside the true one.
            max_points: from how many points on the reach of lesser roads is halved.

        Raises:
            ValueError: there are no places.
        """
        where = tuple((float(lon), float(lat)) for lon, lat in places)
        return self._around(where, distance_m, tolerance_m, max_points)

    def _cut_around(
        self, places: Sequence[LonLat], distance_m: float, tolerance_m: float, max_points: int
    ) -> Ground:
        frame = Frame.about(places, distance_m)
        near = self._within(frame.outer)
        for halvings in range(5):
            wanted = self._wanted(near, frame, places, distance_m / 2**halvings)
            roads = self._cut(near[wanted], frame, tolerance_m=tolerance_m)
            if _size(roads) <= max_points:
                break
        return self._ground(frame, roads, tolerance_m=2 * tolerance_m)

    def overview(self, places: Sequence[LonLat]) -> Ground:
        """Main roads, borders and names of all the country that `places` lie in."""
        return self._overview(Frame.about(places, 3_000.0))

    def _cut_overview(self, frame: Frame) -> Ground:
        tolerance_m = max(25.0, frame.size_m / 8_000)  # a sixth of a pixel as it opens
        near = self._within(frame.outer)
        for narrowest in (4, 3, 2, 1):
            roads = self._cut(near[self.look[near] <= narrowest], frame, tolerance_m=tolerance_m)
            if _size(roads) <= 2 * MAX_POINTS:
                break
        return self._ground(frame, roads, tolerance_m=1.6 * tolerance_m)

    def _within(self, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
        west, south, east, north = box
        left, bottom, right, top = self.boxes.T
        inside = (left <= east) & (right >= west) & (bottom <= north) & (top >= south)
        return np.flatnonzero(inside)

    def _wanted(
        self, roads: NDArray[np.int64], frame: Frame, places: Sequence[LonLat], distance_m: float
    ) -> NDArray[np.bool_]:
        """Which of `roads` come close enough to `places` for their class."""
        if not len(roads):
            return np.zeros(0, dtype=bool)
        rows, counts = self._points_of(roads)
        apart = frame.distances(places, cell_m=max(distance_m / 8, frame.size_m / 600))
        nearest = np.minimum.reduceat(
            apart(self.shape[rows]), np.concatenate(([0], np.cumsum(counts)[:-1]))
        )
        return nearest <= np.array(_REACH)[self.look[roads]] * distance_m

    def _points_of(self, roads: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of `shape` that belong to `roads`, in order, and how many each has."""
        first = self.shape_first[roads]
        counts = self.shape_first[roads + 1] - first
        before = np.cumsum(counts) - counts
        return np.arange(counts.sum()) + np.repeat(first - before, counts), counts

    def _cut(
        self, roads: NDArray[np.int64], frame: Frame, *, tolerance_m: float
    ) -> dict[int, Lines]:
        rows, counts = self._points_of(roads)
        owner = np.repeat(np.arange(len(roads)), counts)
        exact = shapely.linestrings(frame.to_metres(self.shape[rows]), indices=owner)
        lines = np.asarray(shapely.simplify(exact, tolerance_m, preserve_topology=False))
        look = self.look[roads]
        return {int(kind): _as_lines(lines[look == kind], frame) for kind in np.unique(look)}

    def _ground(self, frame: Frame, roads: dict[int, Lines], *, tolerance_m: float) -> Ground:
        west, south, east, north = frame.outer
        inside = sorted(
            (it for it in self.labels if west <= it.lon <= east and south <= it.lat <= north),
            key=lambda it: (-it.weight, it.name),
        )
        return Ground(
            bounds=frame.inner,
            roads=roads,
            borders=_clipped(self.borders, frame, tolerance_m),
            built_up=_clipped(self.built_up, frame, tolerance_m),
            labels=tuple(inside[:60]),
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """The piece of country that a map shows, with its own flat metres."""

    inner: tuple[float, float, float, float]
    """west, south, east, north in degrees: what the map opens with."""
    outer: tuple[float, float, float, float]
    """The same, wider: what is drawn."""
    per_degree: tuple[float, float]
    """Metres in a degree of longitude and of latitude here."""

    @classmethod
    def about(cls, places: Sequence[LonLat], margin_m: float) -> Frame:
        """The frame of `places` with `margin_m` around them."""
        if not len(places):
            raise ValueError("a map needs at least one place")
        points = np.asarray(places, dtype=float)
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        here = (
            (METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))),
            METRES_PER_DEGREE,
        )
        wide = 1.5 * margin_m + 0.3 * max((east - west) * here[0], (north - south) * here[1])
        near_x, near_y = 0.35 * margin_m / here[0], 0.35 * margin_m / here[1]
        far_x, far_y = wide / here[0], wide / here[1]
        return cls(
            inner=(west - near_x, south - near_y, east + near_x, north + near_y),
            outer=(west - far_x, south - far_y, east + far_x, north + far_y),
            per_degree=here,
        )

    @property
    def size_m(self) -> float:
        """The longer side of what is drawn."""
        west, south, east, north = self.outer
        return max((east - west) * self.per_degree[0], (north - south) * self.per_degree[1])

    def to_metres(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) lon, lat as metres east and north of the frame's corner."""
        return np.asarray((points - self.outer[:2]) * self.per_degree)

    def to_degrees(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The way back from `to_metres`."""
        return np.asarray(points / self.per_degree + self.outer[:2])

    def distances(
        self, places: Sequence[LonLat], *, cell_m: float
    ) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """A function from (n, 2) lon, lat to metres (n,) to the nearest of `places`.

        Read from a grid of `cell_m`, so exact to about one cell.
        """
        _, _, east, north = self.outer
        corner = self.to_metres(np.array([[east, north]]))[0]
        shape = (corner // cell_m).astype(int) + 1
        empty = np.ones(shape, dtype=bool)
        marks = _dense(self.to_metres(np.asarray(places, dtype=float)), cell_m)
        cells = np.clip(marks // cell_m, 0, shape - 1).astype(int)
        empty[cells[:, 0], cells[:, 1]] = False
        metres = distance_transform_edt(empty, sampling=cell_m)

        def apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
            at = np.clip(self.to_metres(points) // cell_m, 0, shape - 1).astype(int)
            return np.asarray(metres[at[:, 0], at[:, 1]])

        return apart


_WEIGHT = {"city": 100_000.0, "town": 10_000.0, "village": 500.0}
"""Stand-in for a population that is not known."""


def _size(roads: dict[int, Lines]) -> int:
    return sum(len(lines.points) for lines in roads.values())


def _boxes(shape: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    if not len(starts):
        return np.zeros((0, 4))
    return np.hstack([np.minimum.reduceat(shape, starts), np.maximum.reduceat(shape, starts)])


def _shapes(areas: gpd.GeoDataFrame | None, level: str) -> NDArray[np.object_]:
    """Polygons of one level; settlements only where their outline is known."""
    if areas is None:
        return np.array([], dtype=object)
    known = (level != "settlement") | ~areas["approximate"].astype(bool)
    chosen = areas[(areas["level"] == level) & known & areas.geometry.notna()]
    return np.asarray(chosen.geometry, dtype=object)


def _borders(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """The outlines of `areas`, each stretch once, though two neighbours have it."""
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(areas)))
    return np.asarray(shapely.get_parts(merged), dtype=object)


def _labels(areas: gpd.GeoDataFrame | None) -> tuple[Label, ...]:
    if areas is None:
        return ()
    chosen = areas[(areas["level"] == "settlement") & areas.geometry.notna()]
    middles = shapely.point_on_surface(np.asarray(chosen.geometry, dtype=object))
    return tuple(
        Label(lon, lat, name, float(population or 50))
        for lon, lat, name, population in zip(
            shapely.get_x(middles).tolist(),
            shapely.get_y(middles).tolist(),
            chosen["name"],
            chosen["population"],
            strict=True,
        )
    )


def _clipped(geometries: NDArray[np.object_], frame: Frame, tolerance_m: float) -> Lines:
    """Outlines of `geometries` in the frame, simplified."""
    pieces = shapely.clip_by_rect(geometries, *frame.outer) if len(geometries) else geometries
    pieces = shapely.get_parts(pieces[~shapely.is_empty(pieces)])
    areal = shapely.get_dimensions(pieces) == 2
    rings = shapely.get_rings(pieces[areal])
    linear = pieces[shapely.get_dimensions(pieces) == 1]
    lines = np.concatenate([rings, linear])
    flat = shapely.transform(lines, frame.to_metres)
    simple = shapely.simplify(flat, tolerance_m, preserve_topology=False)
    return _as_lines(simple[shapely.get_num_coordinates(simple) > 1], frame)


def _as_lines(lines: NDArray[np.object_], frame: Frame) -> Lines:
    counts = shapely.get_num_coordinates(lines)
    points = frame.to_degrees(shapely.get_coordinates(lines))
    return Lines(points, np.asarray(counts, dtype=np.int64))


def _dense(points: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """`points` with others between them, so that no two neighbours are farther than `step`."""
    gaps = np.diff(points, axis=0)
    parts = np.maximum(1, np.ceil(np.hypot(*gaps.T) / step).astype(int)) if len(gaps) else []
    between = [
        start + np.arange(count)[:, None] / count * gap
        for start, gap, count in zip(points[:-1], gaps, parts, strict=True)
    ]
    return np.vstack([*between, points[-1:]])
