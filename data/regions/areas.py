"""Boundaries of an OSM file → municipalities, districts and settlement areas.

An extract cuts boundaries: a relation keeps its name and loses some of its ways. What is whole
becomes a polygon. What is cut is closed along the edge of the extract where the ways that are
left say which side it lies on, and is marked approximate; what cannot be told is left out and
counted. Land without any municipal boundary gets Thiessen cells of its settlements.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from data.regions.countries import Levels, country_at, levels_of
from data.regions.features import BoundaryFeature, MapFeatures
from data.regions.osmfile import Box
from planning.areas import DISTRICT, MUNICIPALITY, SETTLEMENT, Area, holding, points

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_PROVINCE = "province"
_ON_LINE_DEG = 1e-6
"""A tenth of a metre: nearer than that, a point lies on a line."""
_LOOSE_END_DEG = 0.01
"""A kilometre or so: longer than nearly every straight piece of a boundary."""
_GRID_DEG = 1e-7
"""OSM's own resolution: lines are noded on it, so that they meet exactly."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A boundary with its polygon."""

    boundary: BoundaryFeature
    geometry: BaseGeometry | None
    """None when its ways do not close."""
    approximate: bool = False

    @property
    def code(self) -> str:
        """Official code, or `osm:r123`."""
        return self.boundary.code or f"osm:{self.boundary.key}"


@dataclass(frozen=True, slots=True)
class OsmAreas:
    """What the map itself knows of areas."""

    municipalities: tuple[Shape, ...]
    districts: tuple[Shape, ...]
    settlements: tuple[Shape, ...]
    provinces: tuple[Shape, ...]
    unshaped: tuple[BoundaryFeature, ...]
    """Municipal boundaries of which no way, or too few, are in the file."""
    land: Mapping[str, BaseGeometry]
    """Countries whose whole outline is in the file."""


def osm_areas(
    features: MapFeatures, *, countries: Sequence[str], box: Box, left_out: Counter[str]
) -> OsmAreas:
    """Areas of each level, cut ones repaired where that is safe.

    Args:
        features: what the file says.
        countries: alpha-2 codes of the region, the main one first.
        box: west, south, east, north of the data, where cut boundaries are closed.
        left_out: counts what could not be told.
    """
    whole = [Shape(each, whole_outline(each, features.way_lines)) for each in features.boundaries]
    meanings = _meanings(whole, countries)
    shapes = _repaired(whole, meanings, features, box)
    by_meaning: dict[str, list[tuple[int, Shape]]] = defaultdict(list)
    for shape, (meaning, rank) in zip(shapes, meanings, strict=True):
        by_meaning[meaning].append((rank, shape))
    municipal = by_meaning[MUNICIPALITY]
    for meaning in (MUNICIPALITY, DISTRICT, SETTLEMENT):
        lost = sum(shape.geometry is None for _, shape in by_meaning[meaning])
        if lost:
            left_out[f"{meaning} boundaries that are cut"] += lost
    return OsmAreas(
        municipalities=_not_covered_yet(municipal),
        districts=tuple(shape for _, shape in sorted(by_meaning[DISTRICT], key=_rank)),
        settlements=tuple(shape for _, shape in by_meaning[SETTLEMENT] if shape.geometry),
        provinces=tuple(shape for _, shape in by_meaning[_PROVINCE] if shape.geometry),
        unshaped=tuple(shape.boundary for _, shape in municipal if shape.geometry is None),
        land=_land(whole),
    )


def _rank(pair: tuple[int, Shape]) -> int:
    return pair[0]


def whole_outline(
    boundary: BoundaryFeature, lines: Mapping[int, NDArray[np.float64]]
) -> BaseGeometry | None:
    """The area inside; None when a way is missing or the rings do not close."""
    if not boundary.ways or any(ref not in lines for ref in boundary.ways):
        return None
    outer = _closed([lines[ref] for ref in boundary.ways if ref not in boundary.inner])
    if outer is None or not boundary.inner:
        return outer
    holes = _closed([lines[ref] for ref in boundary.ways if ref in boundary.inner])
    return outer if holes is None else shapely.difference(outer, holes)


def _closed(lines: Sequence[NDArray[np.float64]]) -> BaseGeometry | None:
    """The area that `lines` enclose; None when an end is loose."""
    ends = Counter(tuple(end) for line in lines for end in (line[0].tolist(), line[-1].tolist()))
    if any(count % 2 for count in ends.values()):
        return None
    # Rings that cross or touch themselves are noded first, or they would enclose nothing.
    net = shapely.union_all([shapely.LineString(line) for line in lines])
    faces = shapely.polygonize(list(shapely.get_parts(net))).geoms
    return shapely.make_valid(shapely.union_all(faces)) if len(faces) else None


def _meanings(shapes: Sequence[Shape], countries: Sequence[str]) -> list[tuple[str, int]]:
    """What each boundary's admin_level means where it lies: (meaning, rank among its levels).

    Its country is what its tags say, else the one whose whole outline holds it, else any country
    of the region whose outline is not known.
    """
    land = _land(shapes)
    unseen = [country for country in countries if country not in land] or list(countries)
    return [_meaning(shape.boundary, _countries_of(shape, land, unseen)) for shape in shapes]


def _land(shapes: Sequence[Shape]) -> dict[str, BaseGeometry]:
    return {
        shape.boundary.country: shape.geometry
        for shape in shapes
        if shape.boundary.level == 2 and shape.boundary.country and shape.geometry is not None
    }


def countries_of(
    areas: Sequence[Area], found: OsmAreas, countries: Sequence[str]
) -> dict[str, str]:
    """Code of each area → its country, one of `countries`: by tag, by outline, by place."""
    tagged = {shape.code: shape.boundary.country for shape in found.municipalities}
    out: dict[str, str] = {}
    for area in areas:
        middle = shapely.point_on_surface(area.geometry)
        inside = [code for code, land in found.land.items() if shapely.intersects(land, middle)]
        here = country_at(shapely.get_x(middle), shapely.get_y(middle))
        said = [tagged.get(area.code, ""), *inside, here]
        out[area.code] = next((code for code in said if code in countries), countries[0])
    return out


def _countries_of(
    shape: Shape, land: Mapping[str, BaseGeometry], unseen: Sequence[str]
) -> Sequence[str]:
    if shape.boundary.country:
        return (shape.boundary.country,)
    if shape.geometry is None:
        return unseen
    middle = shapely.point_on_surface(shape.geometry)
    for country, outline in land.items():
        if shapely.intersects(outline, middle):
            return (country,)
    here = country_at(shapely.get_x(middle), shapely.get_y(middle))
    return [here, *unseen] if here in unseen else unseen


def _meaning(boundary: BoundaryFeature, countries: Sequence[str]) -> tuple[str, int]:
    for levels in map(levels_of, countries):
        for meaning, numbers in _by_meaning(levels):
            if boundary.level in numbers:
                return meaning, numbers.index(boundary.level)
    return "", 0


def _by_meaning(levels: Levels) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return (
        (MUNICIPALITY, levels.municipality),
        (SETTLEMENT, levels.settlement),
        (DISTRICT, levels.district),
        (_PROVINCE, levels.province),
    )


def _not_covered_yet(ranked: Sequence[tuple[int, Shape]]) -> tuple[Shape, ...]:
    """Shapes of the first rank, and of later ranks those that earlier ones cover less than half."""
    kept: list[Shape] = []
    for rank in sorted({rank for rank, _ in ranked}):
        earlier = shapely.union_all([shape.geometry for shape in kept])
        for own, shape in ranked:
            if own == rank and shape.geometry is not None:
                free = shapely.difference(shape.geometry, earlier)
                if shapely.area(free) > 0.5 * shapely.area(shape.geometry):
                    kept.append(replace(shape, geometry=free))
    return tuple(kept)


# --- cut boundaries -----------------------------------------------------------------------------


def _repaired(
    shapes: Sequence[Shape],
    meanings: Sequence[tuple[str, int]],
    features: MapFeatures,
    box: Box,
) -> list[Shape]:
    """The shapes, with polygons for cut municipal boundaries whose side can be told."""
    groups: dict[int, list[int]] = defaultdict(list)
    for place, (meaning, _) in enumerate(meanings):
        if meaning == MUNICIPALITY:
            groups[shapes[place].boundary.level].append(place)
    out = list(shapes)
    for level in sorted(groups):
        members = [shapes[place] for place in groups[level]]
        if any(shape.geometry is None for shape in members):
            closed = _close_along(members, features, box)
            for place, shape in zip(groups[level], closed, strict=True):
                out[place] = shape
    return out


def _close_along(shapes: list[Shape], features: MapFeatures, box: Box) -> list[Shape]:
    edge = shapely.box(*box)
    taken = shapely.union_all([shape.geometry for shape in shapes if shape.geometry is not None])
    owners: dict[int, set[int]] = defaultdict(set)
    for place, shape in enumerate(shapes):
        for ref in shape.boundary.ways:
            if ref in features.way_lines:
                owners[ref].add(place)
    if not owners:
        return shapes
    free = shapely.difference(edge, taken)
    faces = _faces([features.way_lines[ref] for ref in owners], free)
    touching = _ways_along(faces, {ref: features.way_lines[ref] for ref in owners}, edge)
    cut = {place for place, shape in enumerate(shapes) if shape.geometry is None}
    hints = [_hints(shape.boundary, features) for shape in shapes]
    owner_of = [
        _owner(face, [owners[ref] for ref in refs], cut, hints)
        for face, refs in zip(faces, touching, strict=True)
    ]
    _forget_both_sides(faces, touching, owner_of, hints)
    return [
        _with_faces(
            shape, [face for face, who in zip(faces, owner_of, strict=True) if who == place]
        )
        for place, shape in enumerate(shapes)
    ]


def _faces(lines: Sequence[NDArray[np.float64]], free: BaseGeometry) -> list[BaseGeometry]:
    """The pieces into which `lines` divide `free`."""
    rim = shapely.boundary(free)
    drawn = [shapely.LineString(line) for line in lines]
    net = shapely.union_all([*drawn, *_to_the_rim(lines, free, rim), rim], grid_size=_GRID_DEG)
    pieces = shapely.polygonize(list(shapely.get_parts(net))).geoms
    return [piece for piece in pieces if shapely.intersects(free, shapely.point_on_surface(piece))]


def _to_the_rim(
    lines: Sequence[NDArray[np.float64]], free: BaseGeometry, rim: BaseGeometry
) -> list[BaseGeometry]:
    """Straight lines from loose ends to the rim.

    An extract drops the nodes beyond its edge, so that a cut way ends a little before it.
    """
    ends = Counter(tuple(end) for line in lines for end in (line[0].tolist(), line[-1].tolist()))
    loose = [shapely.Point(end) for end, count in ends.items() if count == 1]
    return [
        shapely.shortest_line(end, rim)
        for end in loose
        if shapely.intersects(free, end) and shapely.distance(end, rim) < _LOOSE_END_DEG
    ]


def _ways_along(
    faces: Sequence[BaseGeometry],
    lines: Mapping[int, NDArray[np.float64]],
    edge: BaseGeometry,
) -> list[set[int]]:
    """Ids of the ways that border each face, told by the middles of their segments."""
    refs = np.repeat(list(lines), [len(line) - 1 for line in lines.values()])
    middles = np.concatenate([(line[1:] + line[:-1]) / 2 for line in lines.values()])
    at = points(middles)
    rims = shapely.boundary(np.array(faces, dtype=object))
    face, point = shapely.STRtree(at).query(rims, predicate="dwithin", distance=_ON_LINE_DEG)
    inside = np.asarray(shapely.intersects(edge, at))
    out: list[set[int]] = [set() for _ in faces]
    for index, row in zip(face, point, strict=True):
        if inside[row]:
            out[index].add(int(refs[row]))
    return out


def _hints(boundary: BoundaryFeature, features: MapFeatures) -> NDArray[np.float64]:
    """Points that surely lie inside: the label node, places of the same name. (k, 2)."""
    names = {boundary.names.name, *boundary.names.others}
    inside = [(p.lon, p.lat) for p in features.places if p.names.name in names]
    if boundary.label is not None:
        inside.append(boundary.label)
    return np.array(inside, dtype=np.float64).reshape(-1, 2)


def _hinted(face: BaseGeometry, hints: NDArray[np.float64]) -> bool:
    return bool(shapely.intersects(face, shapely.points(hints)).any())


def _owner(
    face: BaseGeometry,
    sides: Sequence[set[int]],
    cut: set[int],
    hints: Sequence[NDArray[np.float64]],
) -> int | None:
    """The one cut boundary that every way around the face belongs to, or that a hint names."""
    among = set.intersection(*sides) & cut if sides else set()
    named = sorted(place for place in among if _hinted(face, hints[place]))
    if len(named) == 1:
        return named[0]
    return next(iter(among)) if len(among) == 1 and not named else None


def _forget_both_sides(
    faces: Sequence[BaseGeometry],
    touching: Sequence[set[int]],
    owner_of: list[int | None],
    hints: Sequence[NDArray[np.float64]],
) -> None:
    """A boundary has its land on one side of a way: with both sides claimed, only hints count."""
    by_way: dict[int, list[int]] = defaultdict(list)
    for face, refs in enumerate(touching):
        for ref in refs:
            by_way[ref].append(face)
    doubtful = {
        face
        for sides in by_way.values()
        for face in sides
        if owner_of[face] is not None
        and sum(owner_of[other] == owner_of[face] for other in sides) > 1
    }
    for face in doubtful:
        owner = owner_of[face]
        if owner is not None and not _hinted(faces[face], hints[owner]):
            owner_of[face] = None


def _with_faces(shape: Shape, faces: Sequence[BaseGeometry]) -> Shape:
    if shape.geometry is not None or not faces:
        return shape
    return Shape(shape.boundary, shapely.union_all(faces), approximate=True)


# --- land without a boundary --------------------------------------------------------------------


def thiessen(
    centres: NDArray[np.float64], groups: Sequence[str], *, within: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Cells of the centres of each group, joined and cut to `within`.

    Args:
        centres: (n, 2) lon, lat; cells are drawn in degrees stretched to look like metres.
        groups: (n,) which group each centre belongs to.
        within: the land to divide, in degrees.

    Source: Thiessen (1911); the cells are Voronoi polygons.
    """
    names = sorted(set(groups))
    if len(names) < 2:
        return dict.fromkeys(names, within)
    stretch = np.array([np.cos(np.radians(centres[:, 1].mean())), 1.0])
    scaled = np.unique(centres * stretch, axis=0)
    west, south, east, north = shapely.bounds(within)
    land = shapely.box(west * stretch[0], south, east * stretch[0], north)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(scaled), extend_to=land))
    cells = np.asarray(shapely.transform(cells, lambda xy: xy / stretch), dtype=object)
    found = holding(cells, centres)
    out: dict[str, list[Any]] = {name: [] for name in names}
    for cell, name in dict(zip(found, groups, strict=True)).items():
        out[name].append(cells[cell])
    return {
        name: shapely.intersection(shapely.union_all(parts), within)
        for name, parts in out.items()
        if parts
    }


def province_names(municipalities: Iterable[Area], provinces: Sequence[Shape]) -> dict[str, str]:
    """Code of each municipality → name of the province that holds it."""
    areas = list(municipalities)
    if not areas or not provinces:
        return {}
    inside = shapely.point_on_surface(np.array([area.geometry for area in areas], dtype=object))
    shapes = np.array([shape.geometry for shape in provinces], dtype=object)
    found = holding(shapes, shapely.get_coordinates(inside))
    return {
        area.code: provinces[index].boundary.names.name
        for area, index in zip(areas, found, strict=True)
        if index >= 0
    }
