"""What an OSM file says about addresses and areas, taken out of it and cleaned, as plain records.

Three readings of the file: relations and interpolation lines (they come last, but say which ways
and nodes they need), named and numbered things with their positions, and the ways that relations
are made of. Order is the file's order, so that the same file gives the same records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely

from data.regions.countries import CODES
from data.regions.interpolation import along, between
from data.regions.osmfile import OsmFile, told
from data.regions.tags import (
    NUMBER_KEYS,
    Names,
    Tags,
    clean,
    first,
    has_number,
    names_of,
    second_address,
    whole_number,
    written,
)
from planning.model import LonLat

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

SETTLEMENT_KINDS = ("city", "town", "village", "hamlet")
QUARTER_KINDS = ("suburb", "quarter", "neighbourhood")
RESIDENTIAL = "residential"
"""Kind of a quarter that is only drawn as named residential land."""
LANDMARK_KINDS = (
    "school", "kindergarten", "townhall", "police", "hospital", "community_centre",
    "social_facility", "place_of_worship", "library", "post_office",
)  # fmt: skip

_KEYS = (
    "name", "alt_name", "official_name", "int_name", "name:bg", "name:az", "name:kk", "name:ru",
    "name:en", "addr:interpolation", *NUMBER_KEYS,
)  # fmt: skip
"""Without a name or a number a thing says nothing here: most of a map is passed over unread."""
_NOT_A_STREET = frozenset(
    {
        "proposed", "construction", "platform", "services", "rest_area", "raceway", "corridor",
        "elevator", "bus_stop", "abandoned", "razed", "no", "planned",
    }
)  # fmt: skip
_NO_DOORS = frozenset(
    {"motorway", "motorway_link", "trunk", "track", "path", "bridleway", "cycleway", "via_ferrata"}
)
_SETTLEMENT_CODE_KEYS = ("ref:ekatte", "ekatte", "ref:EKATTE", "ref:kato", "kato")
_AREA_CODE_KEYS = (
    "ref:nuts4", *_SETTLEMENT_CODE_KEYS, "ref:INSEE", "ref:at:gkz",
    "de:amtlicher_gemeindeschluessel", "ine:municipio",
)  # fmt: skip
_COUNTRY_KEYS = (
    "ISO3166-1:alpha2", "ISO3166-1", "country_code_iso3166_1_alpha_2", "is_in:country_code",
    "addr:country", "addr:country_code",
)  # fmt: skip
_IS_IN_MUNICIPALITY = ("is_in:municipality", "addr:municipality", "addr:county")
_BLOCK_NAME = re.compile(r"(?:[^\W\d_]{1,6}\.?\s?)?(?:№\s?)?[0-9]{1,4}\s?-?[^\W\d_]?")
"""What may be the name of a block: "бл. 12", "Блок 12А", "12"; the country's words decide."""
_Node = tuple[int, float, float]
"""Id, lon, lat."""

_LEAST_AREA_DEG2 = 1e-13
"""A thousandth of a square metre: a ring that folds back on itself has no middle."""
_MOST_INTERPOLATED = 500_000
"""No province has so many; a map that asks for more is out to fill the disk."""


@dataclass(frozen=True, slots=True)
class PlaceFeature:
    """A settlement or quarter."""

    key: str
    """`n123`, `w123`, `r123`."""
    kind: str
    names: Names
    lon: float
    lat: float
    population: int = 0
    code: str = ""
    postcode: str = ""
    municipality: str = ""
    """Name of its municipality where its own tags give it."""
    outline: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class StreetFeature:
    """A named way."""

    names: Names
    line: NDArray[np.float64]
    """(k, 2) lon, lat; k ≥ 2."""
    lived_on: bool = True
    """False for tracks and paths: nobody's door is there."""


@dataclass(frozen=True, slots=True)
class AddressFeature:
    """A numbered door or block."""

    number: str
    lon: float
    lat: float
    outline: bool
    """The middle of a building's outline, not a node."""
    street: str = ""
    quarter: str = ""
    city: str = ""
    """The settlement that it names."""
    postcode: str = ""
    district: str = ""
    block: bool = False
    """A block by its key or its name, whatever its number looks like."""
    interpolated: bool = False
    """Nobody saw the door: it stands on a line between two that somebody saw."""


@dataclass(frozen=True, slots=True)
class BoundaryFeature:
    """An administrative boundary relation."""

    key: str
    level: int
    names: Names
    ways: tuple[int, ...]
    inner: frozenset[int]
    code: str = ""
    country: str = ""
    """Lower-case alpha-2, where its own tags give it."""
    population: int = 0
    label: LonLat | None = None
    """Its admin_centre or label node."""


@dataclass(frozen=True, slots=True)
class LandmarkFeature:
    """A school, kindergarten or institution."""

    names: Names
    kind: str
    lon: float
    lat: float


@dataclass(slots=True)
class MapFeatures:
    """All of one file."""

    places: list[PlaceFeature] = field(default_factory=list)
    streets: list[StreetFeature] = field(default_factory=list)
    addresses: list[AddressFeature] = field(default_factory=list)
    boundaries: list[BoundaryFeature] = field(default_factory=list)
    landmarks: list[LandmarkFeature] = field(default_factory=list)
    way_lines: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    """Lines of the ways that boundaries are made of, (k, 2) lon, lat."""
    country_votes: Counter[str] = field(default_factory=Counter)
    """How many addresses say addr:country, lower-case alpha-2."""
    left_out: Counter[str] = field(default_factory=Counter)


def read_features(file: OsmFile) -> MapFeatures:
    """Everything about addresses and areas in `file`, in the file's order."""
    with told(file.path):
        return _Reading(_read_ahead(file)).run(file)


@dataclass(frozen=True, slots=True)
class _Relation:
    id: int
    tags: dict[str, str]
    ways: tuple[tuple[int, str], ...]
    nodes: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Ahead:
    """What must be known before the nodes are read."""

    areas: list[_Relation] = field(default_factory=list)
    street_of: dict[tuple[str, int], str] = field(default_factory=dict)
    """(n or w, id) → name of the street: members of associatedStreet, nodes of interpolation
    lines."""
    on_lines: set[int] = field(default_factory=set)
    """Nodes of interpolation lines."""


def _read_ahead(file: OsmFile) -> _Ahead:
    ahead = _Ahead()
    reader = osmium.FileProcessor(
        osmium.io.File(str(file.path), file.format), osmium.osm.WAY | osmium.osm.RELATION
    ).with_filter(osmium.filter.KeyFilter("type", "addr:interpolation"))
    for found in reader:
        tags = {tag.k: tag.v for tag in found.tags}
        if isinstance(found, osmium.osm.Relation):
            _relation_ahead(found, tags, ahead)
        elif isinstance(found, osmium.osm.Way) and "addr:interpolation" in tags:
            street = clean(tags.get("addr:street", ""))
            ahead.on_lines.update(node.ref for node in found.nodes)
            if street:
                ahead.street_of.update((("n", node.ref), street) for node in found.nodes)
    return ahead


def _relation_ahead(found: osmium.osm.Relation, tags: dict[str, str], ahead: _Ahead) -> None:
    kind = tags.get("type")
    if kind in ("associatedStreet", "street"):
        name = clean(tags.get("name", ""))
        ahead.street_of.update(
            ((m.type, m.ref), name) for m in found.members if name and m.role != "street"
        )
    elif kind in ("boundary", "multipolygon") and _wanted(tags):
        ahead.areas.append(
            _Relation(
                found.id,
                tags,
                tuple((m.ref, m.role) for m in found.members if m.type == "w"),
                tuple((m.ref, m.role) for m in found.members if m.type == "n"),
            )
        )


def _wanted(tags: Tags) -> bool:
    return (
        _level(tags) is not None
        or has_number(tags)
        or bool(_place_kind(tags))
        or tags.get("amenity") in LANDMARK_KINDS
        or _is_named_block(tags)
    )


def _place_kind(tags: Tags) -> str:
    """Its place value where it is a settlement or quarter; empty for other things."""
    kind = tags.get("place", "")
    if kind in SETTLEMENT_KINDS or kind in QUARTER_KINDS:
        return kind
    return RESIDENTIAL if tags.get("landuse") == RESIDENTIAL and "name" in tags else ""


def _is_named_block(tags: Tags) -> bool:
    if "building" not in tags or "name" not in tags or has_number(tags):
        return False
    return _BLOCK_NAME.fullmatch(clean(tags["name"])) is not None


def _level(tags: Tags) -> int | None:
    if tags.get("boundary") != "administrative":
        return None
    level = tags.get("admin_level", "")
    return int(level) if re.fullmatch(r"[2-9]|1[01]", level) else None


class _Reading:
    """One file being read: collects records, in the file's order."""

    def __init__(self, ahead: _Ahead) -> None:
        self.ahead = ahead
        self.found = MapFeatures()
        self.ends: dict[int, AddressFeature] = {}
        """Numbered nodes of interpolation lines."""
        self.interpolated = 0

    def run(self, file: OsmFile) -> MapFeatures:
        reader = file.processor().with_locations()
        for found in reader.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            if isinstance(found, osmium.osm.Node):
                self._node(found.id, {tag.k: tag.v for tag in found.tags}, found.location)
            elif isinstance(found, osmium.osm.Way):
                self._way(found)
        self._read_member_ways(file, {ref for area in self.ahead.areas for ref, _ in area.ways})
        return self.found

    def _node(self, id_: int, tags: dict[str, str], location: osmium.osm.Location) -> None:
        if not location.valid():
            self.found.left_out["nodes without a position"] += 1
            return
        lon, lat = location.lon, location.lat
        if has_number(tags):
            self._address("n", id_, tags, lon, lat, outline=False)
        self._place(f"n{id_}", tags, lon, lat, None)
        self._landmark(tags, lon, lat)

    def _way(self, way: osmium.osm.Way) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        nodes = _nodes(way)
        if len(nodes) < 2:
            self.found.left_out["ways without enough of their nodes"] += 1
        elif "addr:interpolation" in tags:
            self._interpolation(way.id, tags, nodes)
        else:
            if _is_street(tags):
                self._street(tags, nodes)
            self._outlined(way.id, tags, nodes)

    def _street(self, tags: Tags, nodes: Sequence[_Node]) -> None:
        names = names_of(tags)
        if names:
            lived_on = tags.get("highway") not in _NO_DOORS
            self.found.streets.append(StreetFeature(names, _line(nodes), lived_on))

    def _outlined(self, id_: int, tags: Tags, nodes: Sequence[_Node]) -> None:
        """A building, a place's or a school's ground, by its outline."""
        lon, lat = _middle_of_ring(nodes)
        if has_number(tags):
            self._address("w", id_, tags, lon, lat, outline=True)
        elif _is_named_block(tags):
            self._named_block(tags, lon, lat)
        if _place_kind(tags):
            self._place(f"w{id_}", tags, lon, lat, _ring(_line(nodes)))
        self._landmark(tags, lon, lat)

    def _place(
        self, key: str, tags: Tags, lon: float, lat: float, outline: BaseGeometry | None
    ) -> None:
        kind = _place_kind(tags)
        names = names_of(tags) if kind else None
        if names is None or (kind == RESIDENTIAL and outline is None):
            return
        self.found.places.append(
            PlaceFeature(
                key=key,
                kind=kind,
                names=names,
                lon=lon,
                lat=lat,
                population=_population(tags),
                code=_code(tags, _SETTLEMENT_CODE_KEYS),
                postcode=clean(tags.get("postal_code") or tags.get("addr:postcode", "")),
                municipality=first(tags, _IS_IN_MUNICIPALITY),
                outline=outline,
            )
        )

    def _landmark(self, tags: Tags, lon: float, lat: float) -> None:
        kind = tags.get("amenity", "")
        names = names_of(tags) if kind in LANDMARK_KINDS else None
        if names:
            self.found.landmarks.append(LandmarkFeature(names, kind, lon, lat))

    def _named_block(self, tags: Tags, lon: float, lat: float) -> None:
        """A block of an estate whose number is its name; which estate, its place tells."""
        name = clean(tags["name"])
        self.found.addresses.append(AddressFeature(name, lon, lat, outline=True, block=True))

    def _address(
        self, type_: str, id_: int, tags: Tags, lon: float, lat: float, *, outline: bool
    ) -> None:
        country = tags.get("addr:country", "").lower()
        if country in CODES:
            self.found.country_votes[country] += 1
        said = written(tags)
        street = said.street or self.ahead.street_of.get((type_, id_), "")
        addresses = self.found.addresses
        before = len(addresses)
        for number in said.numbers:
            addresses.append(
                AddressFeature(
                    number, lon, lat, outline, street, said.quarter, said.city, said.postcode,
                    said.district, said.block,
                )
            )  # fmt: skip
        if type_ == "n" and id_ in self.ahead.on_lines and len(addresses) > before:
            self.ends[id_] = addresses[before]
        # A house on a corner carries both of its addresses (Russia, Kazakhstan).
        other, numbers = second_address(tags)
        for number in numbers:
            addresses.append(
                AddressFeature(
                    number, lon, lat, outline, other, said.quarter, said.city, said.postcode,
                    said.district,
                )
            )  # fmt: skip

    def _interpolation(self, id_: int, tags: Tags, nodes: Sequence[_Node]) -> None:
        """The numbers between each two numbered nodes of the line."""
        rule = tags["addr:interpolation"].strip().casefold()
        street = clean(tags.get("addr:street", "")) or self.ahead.street_of.get(("w", id_), "")
        numbered = [place for place, (ref, _, _) in enumerate(nodes) if ref in self.ends]
        if len(numbered) < 2:
            self.found.left_out["interpolation lines without numbers at their ends"] += 1
        for low, high in pairwise(numbered):
            end, other = self.ends[nodes[low][0]], self.ends[nodes[high][0]]
            numbers = between(end.number, other.number, rule)
            line = [(lon, lat) for _, lon, lat in nodes[low : high + 1]]
            at = along(line, numbers) if numbers else []
            if numbers is None or at is None or self.interpolated > _MOST_INTERPOLATED:
                self.found.left_out["interpolation lines beyond belief"] += 1
                continue
            self.interpolated += len(numbers)
            known = replace(end, street=street or end.street, outline=False, interpolated=True)
            self.found.addresses.extend(
                replace(known, number=number, lon=lon, lat=lat)
                for (number, _), (lon, lat) in zip(numbers, at, strict=True)
            )

    def _read_member_ways(self, file: OsmFile, way_ids: set[int]) -> None:
        if not way_ids:
            return
        reader = file.processor().with_locations()
        reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        reader.with_filter(osmium.filter.IdFilter(way_ids))
        lines: dict[int, NDArray[np.float64]] = {}
        for way in reader:
            nodes = _nodes(way) if isinstance(way, osmium.osm.Way) else []
            if len(nodes) > 1:
                lines[way.id] = _line(nodes)
        positions = reader.node_location_storage
        assert positions is not None, "locations were asked for"
        for area in self.ahead.areas:
            self._relation(area, lines, positions)

    def _relation(
        self,
        relation: _Relation,
        lines: dict[int, NDArray[np.float64]],
        positions: osmium.index.LocationTable,
    ) -> None:
        tags = relation.tags
        level = _level(tags)
        names = names_of(tags)
        if level is not None and names is not None:
            label = _label(relation, positions)
            self.found.boundaries.append(_boundary(relation, level, names, label))
            self.found.way_lines.update(
                (ref, lines[ref]) for ref, _ in relation.ways if ref in lines
            )
        outer = [lines[ref] for ref, role in relation.ways if role != "inner" and ref in lines]
        outline = _outline(outer)
        if outline is None:
            return
        lon, lat = _middle(outline)
        if has_number(tags):
            self._address("r", relation.id, tags, lon, lat, outline=True)
        elif _is_named_block(tags):
            self._named_block(tags, lon, lat)
        self._place(f"r{relation.id}", tags, lon, lat, outline)
        self._landmark(tags, lon, lat)


def _boundary(
    relation: _Relation, level: int, names: Names, label: LonLat | None
) -> BoundaryFeature:
    return BoundaryFeature(
        key=f"r{relation.id}",
        level=level,
        names=names,
        ways=tuple(ref for ref, _ in relation.ways),
        inner=frozenset(ref for ref, role in relation.ways if role == "inner"),
        code=_code(relation.tags, _AREA_CODE_KEYS),
        country=_country(relation.tags),
        population=_population(relation.tags),
        label=label,
    )


def _is_street(tags: Tags) -> bool:
    """A way to go, or a square that is drawn as an area."""
    if "highway" in tags:
        return tags["highway"] not in _NOT_A_STREET
    return tags.get("place") == "square"


def _population(tags: Tags) -> int:
    return whole_number(re.sub(r"[.,'’]", "", tags.get("population", "")))


def _code(tags: Tags, keys: Iterable[str]) -> str:
    code = first(tags, keys)
    return code if re.fullmatch(r"[\w.:-]{1,40}", code) else ""


def _country(tags: Tags) -> str:
    for key in _COUNTRY_KEYS:
        value = tags.get(key, "").lower()
        # FX is a reserved code for France without its overseas parts.
        if value in CODES or value == "fx":
            return "fr" if value == "fx" else value
    subdivision = tags.get("ISO3166-2", "").partition("-")[0].lower()
    return subdivision if subdivision in CODES else ""


def _label(relation: _Relation, positions: osmium.index.LocationTable) -> LonLat | None:
    for wanted in ("label", "admin_centre", "admin_center"):
        for ref, role in relation.nodes:
            if role == wanted:
                try:
                    at = positions.get(ref)
                except KeyError:
                    continue
                if at.valid():
                    return at.lon, at.lat
    return None


def _nodes(way: osmium.osm.Way) -> list[_Node]:
    """The nodes that are in the file."""
    return [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]


def _line(nodes: Sequence[_Node]) -> NDArray[np.float64]:
    """(k, 2) lon, lat."""
    return np.array([(lon, lat) for _, lon, lat in nodes], dtype=np.float64)


def _ring(line: NDArray[np.float64]) -> BaseGeometry | None:
    if len(line) < 4 or (line[0] != line[-1]).any():
        return None
    return _sound(shapely.Polygon(line))


def _outline(lines: list[NDArray[np.float64]]) -> BaseGeometry | None:
    if not lines:
        return None
    faces = shapely.polygonize([shapely.LineString(line) for line in lines])
    return _sound(shapely.union_all(list(faces.geoms))) if len(faces.geoms) else None


def _sound(shape: BaseGeometry) -> BaseGeometry | None:
    """`shape` made valid; None where no area is left."""
    if not shapely.is_valid(shape):
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return shape if shapely.area(shape) > 0 else None


def _middle(shape: BaseGeometry) -> LonLat:
    centre = shapely.centroid(shape)
    return float(shapely.get_x(centre)), float(shapely.get_y(centre))


def _middle_of_ring(nodes: Sequence[_Node]) -> LonLat:
    """Centroid of the area that closed `nodes` enclose, the mean of their corners for a line.

    By hand, because there is one for every building: a shape each would take ten times as long.
    """
    _, west, south = nodes[0]
    area = x = y = 0.0
    if nodes[0][0] == nodes[-1][0]:
        for (_, lon, lat), (_, to_lon, to_lat) in pairwise(nodes):
            cross = (lon - west) * (to_lat - south) - (to_lon - west) * (lat - south)
            area += cross
            x += cross * (lon + to_lon - 2 * west)
            y += cross * (lat + to_lat - 2 * south)
    if abs(area) < _LEAST_AREA_DEG2:
        lon, lat = np.mean([(lon, lat) for _, lon, lat in nodes], axis=0).tolist()
        return lon, lat
    return west + x / (3 * area), south + y / (3 * area)
