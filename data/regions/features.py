"""What an OSM file says about addresses and areas, taken out of it and cleaned, as plain records.

Three readings of the file: relations (they come last, but say which ways they need), tagged
things with their positions, and the ways that relations are made of. Text is hostile until
`planning.text.one_line` has seen it. Order is the file's order, so that the same file gives the
same records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely

from data.regions.osmfile import OsmFile, told
from planning.model import LonLat
from planning.text import one_line

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

SETTLEMENT_KINDS = ("city", "town", "village", "hamlet")
QUARTER_KINDS = ("suburb", "quarter", "neighbourhood")
LANDMARK_KINDS = ("school", "kindergarten", "townhall", "police", "social_facility")

_KEYS = ("highway", "addr:housenumber", "addr:block", "addr:interpolation", "place", "amenity")
_NOT_A_STREET = frozenset(
    {
        "proposed", "construction", "platform", "services", "rest_area", "raceway", "corridor",
        "elevator", "bus_stop", "abandoned", "razed", "no", "planned",
    }
)  # fmt: skip
_NO_DOORS = frozenset(
    {"motorway", "motorway_link", "trunk", "track", "path", "bridleway", "cycleway", "via_ferrata"}
)
_NAME_KEYS = ("alt_name", "old_name", "official_name", "int_name", "short_name", "loc_name")
_LANGUAGES = frozenset(
    {
        "az", "bg", "ca", "de", "el", "en", "es", "fi", "fr", "it", "kk", "mk", "ro", "ru", "sr",
        "sv", "tr", "uk",
    }
)  # fmt: skip
"""Languages whose names somebody in our countries, or on our test maps, may write."""
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
_LONGEST_NAME = 255
"""OSM's own limit for a value."""

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """A name and its other spellings."""

    name: str
    others: tuple[str, ...] = ()


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
    """addr:place, addr:neighbourhood, addr:quarter or addr:block."""
    city: str = ""
    postcode: str = ""


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

    name: str
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
        relations = _read_relations(file)
        return _Reading(relations).run(file)


def names_of(tags: Tags) -> Names | None:
    """Name and other spellings; None for something without a name."""
    name = _clean(tags.get("name", ""))
    others: dict[str, None] = {}
    for key in (*_NAME_KEYS, *sorted(key for key in tags if _is_translation(key))):
        for part in tags.get(key, "").split(";"):
            others.setdefault(_clean(part))
    name = name or next((other for other in others if other), "")
    others.pop(name, None)
    others.pop("", None)
    return Names(name, tuple(others)) if name else None


@dataclass(frozen=True, slots=True)
class _Relation:
    id: int
    tags: dict[str, str]
    ways: tuple[tuple[int, str], ...]
    nodes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Relations:
    areas: tuple[_Relation, ...]
    houses_of_street: dict[tuple[str, int], str]
    """associatedStreet: (n or w, id) → name of the street."""


def _read_relations(file: OsmFile) -> _Relations:
    areas: list[_Relation] = []
    houses: dict[tuple[str, int], str] = {}
    reader = osmium.FileProcessor(
        osmium.io.File(str(file.path), file.format), osmium.osm.RELATION
    ).with_filter(osmium.filter.EmptyTagFilter())
    for found in reader:
        if not isinstance(found, osmium.osm.Relation):
            continue
        tags = {tag.k: tag.v for tag in found.tags}
        kind = tags.get("type")
        if kind in ("associatedStreet", "street"):
            name = _clean(tags.get("name", ""))
            houses.update(
                ((m.type, m.ref), name) for m in found.members if name and m.role != "street"
            )
        elif kind in ("boundary", "multipolygon") and _wanted(tags):
            areas.append(
                _Relation(
                    found.id,
                    tags,
                    tuple((m.ref, m.role) for m in found.members if m.type == "w"),
                    tuple((m.ref, m.role) for m in found.members if m.type == "n"),
                )
            )
    return _Relations(tuple(areas), houses)


def _wanted(tags: Tags) -> bool:
    return (
        _level(tags) is not None
        or "addr:housenumber" in tags
        or tags.get("place") in (*SETTLEMENT_KINDS, *QUARTER_KINDS)
        or tags.get("amenity") in LANDMARK_KINDS
    )


def _level(tags: Tags) -> int | None:
    if tags.get("boundary") != "administrative":
        return None
    level = tags.get("admin_level", "")
    return int(level) if re.fullmatch(r"[2-9]|1[01]", level) else None


class _Reading:
    """One file being read: collects records, in the file's order."""

    def __init__(self, relations: _Relations) -> None:
        self.relations = relations
        self.found = MapFeatures()
        self.pending: dict[int, tuple[str, dict[str, str]]] = {}
        self.street_of_node: dict[int, str] = {}
        self.waiting: list[tuple[int, dict[str, str], float, float]] = []
        """Numbered nodes: their street may stand on an interpolation way, which comes later."""

    def run(self, file: OsmFile) -> MapFeatures:
        way_ids = {ref for relation in self.relations.areas for ref, _ in relation.ways}
        reader = file.processor().with_locations()
        for found in reader.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            if isinstance(found, osmium.osm.Node):
                self._node(found.id, {tag.k: tag.v for tag in found.tags}, found.location)
            elif isinstance(found, osmium.osm.Way):
                self._way(found)
        self._numbered_nodes()
        self._read_member_ways(file, way_ids)
        return self.found

    def _node(self, id_: int, tags: dict[str, str], location: osmium.osm.Location) -> None:
        if not location.valid():
            self.found.left_out["nodes without a position"] += 1
            return
        lon, lat = location.lon, location.lat
        if _has_number(tags):
            self.waiting.append((id_, tags, lon, lat))
        self._place(f"n{id_}", tags, lon, lat, None)
        self._landmark(tags, lon, lat)

    def _way(self, way: osmium.osm.Way) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        if "addr:interpolation" in tags:
            street = _clean(tags.get("addr:street", ""))
            if street:
                self.street_of_node.update((node.ref, street) for node in way.nodes)
            return
        line = _line(way)
        if line is None:
            self.found.left_out["ways without enough of their nodes"] += 1
            return
        if "highway" in tags and tags["highway"] not in _NOT_A_STREET:
            names = names_of(tags)
            if names:
                lived_on = tags["highway"] not in _NO_DOORS
                self.found.streets.append(StreetFeature(names, line, lived_on))
        self._outlined("w", way.id, tags, line)

    def _outlined(
        self, type_: str, id_: int, tags: dict[str, str], line: NDArray[np.float64]
    ) -> None:
        """A building, a place's or a school's ground, by its outline."""
        outline = _ring(line)
        # The middle of the outline is as good as the area's centroid at the size of a house.
        lon, lat = _middle(line if outline is None else outline)
        if _has_number(tags):
            self._address(type_, id_, tags, lon, lat, outline=True)
        self._place(f"{type_}{id_}", tags, lon, lat, outline)
        self._landmark(tags, lon, lat)

    def _place(
        self, key: str, tags: Tags, lon: float, lat: float, outline: BaseGeometry | None
    ) -> None:
        kind = tags.get("place", "")
        names = names_of(tags) if kind in SETTLEMENT_KINDS or kind in QUARTER_KINDS else None
        if names is None:
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
                postcode=_clean(tags.get("postal_code") or tags.get("addr:postcode", "")),
                municipality=_first(tags, _IS_IN_MUNICIPALITY),
                outline=outline,
            )
        )

    def _landmark(self, tags: Tags, lon: float, lat: float) -> None:
        kind = tags.get("amenity", "")
        names = names_of(tags) if kind in LANDMARK_KINDS else None
        if names:
            self.found.landmarks.append(LandmarkFeature(names.name, kind, lon, lat))

    def _numbered_nodes(self) -> None:
        for id_, tags, lon, lat in self.waiting:
            if "addr:street" not in tags and id_ in self.street_of_node:
                tags["addr:street"] = self.street_of_node[id_]
            self._address("n", id_, tags, lon, lat, outline=False)

    def _address(
        self, type_: str, id_: int, tags: Tags, lon: float, lat: float, *, outline: bool
    ) -> None:
        country = tags.get("addr:country", "").lower()
        if re.fullmatch("[a-z]{2}", country):
            self.found.country_votes[country] += 1
        houses = self.relations.houses_of_street
        street = _clean(tags.get("addr:street", "")) or houses.get((type_, id_), "")
        quarter, number = _quarter_and_number(tags)
        city = _clean(tags.get("addr:city") or tags.get("addr:settlement", ""))
        postcode = _clean(tags.get("addr:postcode", ""))
        if not (street or quarter):
            self.found.left_out["house numbers without a street or quarter"] += 1
            return
        # A house on a corner carries both of its addresses (Russia, Kazakhstan).
        second = _clean(tags.get("addr2:street", "")), _clean(tags.get("addr2:housenumber", ""))
        for on, numbers in ((street, number), second):
            for each in re.split(r"\s*;\s*", numbers):
                if each and (on or quarter):
                    self.found.addresses.append(
                        AddressFeature(each, lon, lat, outline, on, quarter, city, postcode)
                    )

    def _read_member_ways(self, file: OsmFile, way_ids: set[int]) -> None:
        if not way_ids:
            return
        reader = file.processor().with_locations()
        reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        reader.with_filter(osmium.filter.IdFilter(way_ids))
        lines: dict[int, NDArray[np.float64]] = {}
        for way in reader:
            line = _line(way) if isinstance(way, osmium.osm.Way) else None
            if line is not None:
                lines[way.id] = line
        positions = reader.node_location_storage
        assert positions is not None, "locations were asked for"
        for relation in self.relations.areas:
            self._relation(relation, lines, positions)

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
        if _has_number(tags):
            self._address("r", relation.id, tags, lon, lat, outline=True)
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


def _has_number(tags: Tags) -> bool:
    return "addr:housenumber" in tags or "addr:block" in tags


def _quarter_and_number(tags: Tags) -> tuple[str, str]:
    """addr:block is the number of a block where nothing else is, else the name of one."""
    number = _clean(tags.get("addr:housenumber", ""))
    block = _clean(tags.get("addr:block", ""))
    quarter = _first(tags, ("addr:place", "addr:neighbourhood", "addr:quarter"))
    if not number:
        return quarter, block
    return quarter or block, number


def _clean(text: str) -> str:
    return one_line(text)[:_LONGEST_NAME].strip()


def _first(tags: Tags, keys: Iterable[str]) -> str:
    return next((text for key in keys if (text := _clean(tags.get(key, "")))), "")


def _is_translation(key: str) -> bool:
    first, _, language = key.partition(":")
    known = language.split("-")[0] in _LANGUAGES
    return known and (first == "name" or first in _NAME_KEYS)


def _population(tags: Tags) -> int:
    digits = re.sub(r"[\s.,'’]", "", tags.get("population", ""))
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else 0


def _code(tags: Tags, keys: Iterable[str]) -> str:
    code = _first(tags, keys)
    return code if re.fullmatch(r"[\w.:-]{1,40}", code) else ""


def _country(tags: Tags) -> str:
    for key in _COUNTRY_KEYS:
        value = tags.get(key, "").lower()
        if re.fullmatch("[a-z]{2}", value):
            # FX is a reserved code for France without its overseas parts.
            return "fr" if value == "fx" else value
    subdivision = re.match(r"([A-Z]{2})-", tags.get("ISO3166-2", ""))
    return subdivision[1].lower() if subdivision else ""


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


def _line(way: osmium.osm.Way) -> NDArray[np.float64] | None:
    """(k, 2) lon, lat of the nodes that are in the file; None with fewer than two."""
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    return np.array(points, dtype=np.float64) if len(points) > 1 else None


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


def _middle(shape: BaseGeometry | NDArray[np.float64]) -> LonLat:
    if isinstance(shape, np.ndarray):
        lon, lat = shape.mean(axis=0)
        return float(lon), float(lat)
    centre = shapely.centroid(shape)
    return float(shapely.get_x(centre)), float(shapely.get_y(centre))
