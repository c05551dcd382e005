"""A region from a place's name: osmnx asks Nominatim where it is and Overpass what is there.

What comes back is written as a sorted OSM file and goes through the same `build_region` as any
other map. Only the place's name leaves the machine, and then the outline that Nominatim gave for
it: no address, no case, nothing of the office's own.

osmnx is set up through global variables and puts its own resolver into `socket`: both are set for
the time of one download, under a lock, and restored. Three things it has no words for, and they are
asked for in a query of our own through its client: turn restrictions, rows of houses
(`addr:interpolation`), whose ends must stay the nodes they are, and buildings that have a name.
"""

from __future__ import annotations

import json
import math
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import osmium
import osmnx
import requests
import shapely
from osmium.osm import mutable

from data.regions.build import build_region
from data.regions.features import LANDMARK_KINDS, QUARTER_KINDS, SETTLEMENT_KINDS
from data.regions.osmfile import Report
from data.regions.pack import refuse_foreign
from data.regions.tags import NUMBER_KEYS
from planning.errors import Fault, InputError
from planning.model import RegionInfo
from planning.text import one_line, shorten
from planning.travel.profiles import TAGS_THAT_MATTER

if TYPE_CHECKING:
    import networkx as nx
    from shapely.geometry.base import BaseGeometry

    Roads = nx.MultiDiGraph[int]
    """osmnx's graph: nodes by OSM id, edges with the tags of their way."""

Element = dict[str, Any]
"""An OSM object as Overpass gives it: type, id, tags, lat and lon or nodes or members."""

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org/"

_LANGUAGES = ("az", "bg", "de", "en", "kk", "ru", "tr")
_NAME_TAGS = (
    "name", "alt_name", "old_name", "official_name", "int_name", "short_name", "loc_name",
    *(f"name:{language}" for language in _LANGUAGES),
)  # fmt: skip
_WAY_TAGS = (*sorted(TAGS_THAT_MATTER), "ref", "bridge", "tunnel", "toll", *_NAME_TAGS)
_NODE_TAGS = (*sorted(TAGS_THAT_MATTER), "barrier", "locked")
_ROADS = ['["highway"]', '["route"="ferry"]']
"""Which of them are open, and to whom, is for the reader of the map to say."""
_REVERSED = frozenset({"-1", "reverse", "T"})
_FEATURE_TAGS: dict[str, bool | str | list[str]] = {
    **dict.fromkeys(NUMBER_KEYS, True),
    "landuse": "residential",
    "place": [*SETTLEMENT_KINDS, *QUARTER_KINDS],
    "admin_level": [str(level) for level in range(4, 11)],
    "amenity": list(LANDMARK_KINDS),
}
_MOST_REFUSALS = 5
"""osmnx would ask a busy server (429, 504) for ever, a minute apart."""

_settings_lock = threading.Lock()


class _ServerBusyError(Exception):
    """The server said five times that it is busy."""


def region_from_place(
    place: str,
    *,
    name: str,
    out: Path,
    cache: Path,
    countries: Sequence[str] = (),
    boundaries: Path | None = None,
    gazetteer: Path | Sequence[Path] | None = None,
    overpass_url: str = OVERPASS_URL,
    nominatim_url: str = NOMINATIM_URL,
    report: Report | None = None,
) -> RegionInfo:
    """Builds a region pack of `place` in the folder `out`, from OpenStreetMap's servers.

    Privacy: only the name of the place and its outline are sent, never an address.

    Args:
        place: as one would type it into a map: "Русе, България".
        name: what people call the region.
        out: a new folder, or an older region pack to replace.
        cache: folder for the servers' answers; the same question is not asked twice.
        countries: as for `build_region`.
        boundaries: as for `build_region`.
        gazetteer: as for `build_region`.
        overpass_url: the Overpass API, without `/interpreter`.
        nominatim_url: the Nominatim server, without `/search`.
        report: told the share done and what is going on.

    Raises:
        InputError: the servers cannot be reached, are busy, or know no such place.
        RegionFault: `out` holds something else.
    """
    tell = report or (lambda _share, _words: None)
    refuse_foreign(out)
    place = one_line(place)
    if not place:
        raise InputError(Fault("name a place, such as “Русе, България”", field="--place"))
    with TemporaryDirectory(prefix="outreach-") as folder:
        file = Path(folder) / f"{_file_name(name)}.osm.pbf"
        with _osmnx(cache, overpass_url, nominatim_url), _told(place):
            tell(0.0, "asking where the place is")
            outline = _outline_of(place)
            tell(0.05, "downloading roads")
            roads = osmnx.graph_from_polygon(
                outline, custom_filter=_ROADS, simplify=False, retain_all=True,
                truncate_by_edge=True,
            )  # fmt: skip
            tell(0.3, "downloading addresses, places and boundaries")
            features = _features(outline)
            tell(0.4, "downloading turn restrictions and named buildings")
            further = _further(outline)
        tell(0.5, "writing the map")
        write_osm(roads, features, file, further=further)
        return build_region(
            [file],
            name=name,
            out=out,
            countries=countries,
            boundaries=boundaries,
            gazetteer=gazetteer,
            report=lambda share, words: tell(0.5 + 0.5 * share, words),
        )


def _outline_of(place: str) -> shapely.Polygon | shapely.MultiPolygon:
    outline = osmnx.geocode_to_gdf(place).geometry.iloc[0]
    if not isinstance(outline, shapely.Polygon | shapely.MultiPolygon):
        raise TypeError
    return outline


def _file_name(name: str) -> str:
    kept = "".join(ch if ch.isalnum() else "-" for ch in one_line(name)).strip("-")
    return kept[:60] or "place"


def _features(outline: shapely.Polygon | shapely.MultiPolygon) -> gpd.GeoDataFrame:
    try:
        return osmnx.features_from_polygon(outline, _FEATURE_TAGS)
    except osmnx._errors.InsufficientResponseError:
        # Roads without a single address or place are still a map.
        return gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")


def _further(outline: shapely.Polygon | shapely.MultiPolygon) -> list[Element]:
    """Restrictions without the roads they name; interpolation lines and buildings with nodes."""
    client = osmnx._overpass
    found: dict[tuple[str, int], Element] = {}
    for part in client._make_overpass_polygon_coord_strs(outline):
        here = f"(poly:{part!r})"
        lines = f"way['addr:interpolation']{here};"
        buildings = "".join(f"{kind}['building']['name']{here};" for kind in ("way", "relation"))
        query = (
            f"{client._make_overpass_settings()};"
            f"relation['type'='restriction']{here};out;({lines}{buildings});(._;>;);out;"
        )
        answer = client._overpass_request(OrderedDict(data=query))
        found |= {(each["type"], each["id"]): each for each in answer["elements"]}
    return list(found.values())


# --- osmnx's global state -----------------------------------------------------------------------


@contextmanager
def _osmnx(cache: Path, overpass_url: str, nominatim_url: str) -> Iterator[None]:
    """Sets osmnx up for us; its settings and Python's resolver as before afterwards."""
    wanted = {
        # Each way once, in the order of its nodes, with its own oneway tag.
        "all_oneway": True,
        "cache_folder": str(cache),
        # Else it would ask a third party, Google, where a host is.
        "doh_url_template": None,
        "log_console": False,
        "log_file": False,
        "nominatim_url": nominatim_url,
        "overpass_url": overpass_url,
        "requests_kwargs": {"hooks": {"response": _refusals()}},
        "use_cache": True,
        "useful_tags_node": list(_NODE_TAGS),
        "useful_tags_way": list(_WAY_TAGS),
    }
    settings = osmnx.settings
    with _settings_lock:
        before = {key: getattr(settings, key) for key in wanted}
        resolver = socket.getaddrinfo
        try:
            for key, value in wanted.items():
                setattr(settings, key, value)
            yield
        finally:
            socket.getaddrinfo = resolver
            for key, value in before.items():
                setattr(settings, key, value)


def _refusals() -> Callable[..., None]:
    """A hook for requests: osmnx takes any answer for data, and waits for ever."""
    refused = count(1)

    def hook(response: requests.Response, **_options: object) -> None:
        if response.status_code not in (429, 504):
            response.raise_for_status()
        elif next(refused) >= _MOST_REFUSALS:
            raise _ServerBusyError

    return hook


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Turns troubles of the network and of osmnx into one line for the user."""
    try:
        yield
    except _ServerBusyError:
        message = "the map server is too busy; try again later or bring an .osm.pbf file"
        raise InputError(Fault(message, field="--place", value=shorten(place))) from None
    except (requests.RequestException, OSError):
        message = "the map server cannot be reached; check the network or bring an .osm.pbf file"
        raise InputError(Fault(message, field="--place", value=shorten(place))) from None
    except TypeError:
        message = "the map knows no outline of this place; name a town, municipality or province"
        raise InputError(Fault(message, field="--place", value=shorten(place))) from None
    except (ValueError, KeyError):
        message = "the map server knows no such place, or nothing in it; check its spelling"
        raise InputError(Fault(message, field="--place", value=shorten(place))) from None


# --- to an OSM file -----------------------------------------------------------------------------


def write_osm(
    roads: Roads, features: gpd.GeoDataFrame, file: Path, *, further: Sequence[Element] = ()
) -> None:
    """Writes osmnx's unsimplified graph, its features and `further` as one sorted OSM file.

    Ways keep their ids and the order of their nodes. Features come without the nodes of their
    outlines: those, and pieces of ways that were cut at the edge, get ids beyond the largest.
    """
    drawing = _Drawing(roads, features, further)
    header = osmium.io.Header()
    header.set("generator", "outreach, osmnx")
    header.set("sorting", "Type_then_ID")
    with osmium.SimpleWriter(str(file), header=header, overwrite=True) as writer:
        for id_ in sorted(drawing.nodes):
            writer.add_node(drawing.nodes[id_])
        for id_ in sorted(drawing.ways):
            writer.add_way(drawing.ways[id_])
        for id_ in sorted(drawing.relations):
            writer.add_relation(drawing.relations[id_])


class _Drawing:
    """OSM objects by id, drawn from a graph, from features and from what is one already."""

    def __init__(
        self, roads: Roads, features: gpd.GeoDataFrame, further: Sequence[Element]
    ) -> None:
        self.nodes: dict[int, mutable.Node] = {}
        self.ways: dict[int, mutable.Way] = {}
        self.relations: dict[int, mutable.Relation] = {}
        self.tags_of_node: dict[int, dict[str, str]] = {}
        self.tags_of_way: dict[int, dict[str, str]] = {}
        self.line_of_way: dict[int, list[int]] = {}
        ids = [int(id_) for _, id_ in features.index] if len(features) else []
        ids += [each["id"] for each in further]
        ways = [int(data["osmid"]) for _, _, data in roads.edges(data=True)]
        self.new_node = count(max([0, *ids, *roads.nodes]) + 1)
        self.new_way = count(max([0, *ids, *ways]) + 1)
        self._draw_roads(roads)
        for each in further:
            self._copy(each)
        columns = [column for column in features.columns if column != "geometry"]
        for (element, id_), row in features.iterrows():
            self._draw(str(element), int(id_), _tags(row[columns]), row.geometry)

    def _draw_roads(self, roads: Roads) -> None:
        for id_, data in roads.nodes(data=True):
            tags = {key: str(data[key]) for key in _NODE_TAGS if key in data}
            self.tags_of_node[id_] = tags
            self.nodes[id_] = mutable.Node(id=id_, location=(data["x"], data["y"]), tags=tags)
        edges: dict[int, list[tuple[int, int]]] = {}
        for start, end, data in roads.edges(data=True):
            way = int(data["osmid"])
            edges.setdefault(way, []).append((start, end))
            self.tags_of_way[way] = {key: str(data[key]) for key in _WAY_TAGS if key in data}
        for way in sorted(edges):
            tags = self.tags_of_way[way]
            if tags.get("oneway") in _REVERSED:
                # osmnx has turned the nodes already.
                tags["oneway"] = "yes"
            for number, line in enumerate(_chains(edges[way])):
                id_ = way if number == 0 else next(self.new_way)
                self.line_of_way[id_] = line
                self.ways[id_] = mutable.Way(id=id_, nodes=line, tags=tags)

    def _copy(self, element: Element) -> None:
        """An object as it is; a road or node that is drawn already stays."""
        id_, tags = element["id"], element.get("tags", {})
        if element["type"] == "node" and id_ not in self.nodes:
            self.tags_of_node[id_] = tags
            at = (element["lon"], element["lat"])
            self.nodes[id_] = mutable.Node(id=id_, location=at, tags=tags)
        elif element["type"] == "way" and id_ not in self.ways:
            self.tags_of_way[id_], self.line_of_way[id_] = tags, element["nodes"]
            self.ways[id_] = mutable.Way(id=id_, nodes=element["nodes"], tags=tags)
        elif element["type"] == "relation":
            members = [(each["type"][0], each["ref"], each["role"]) for each in element["members"]]
            self.relations[id_] = mutable.Relation(id=id_, members=members, tags=tags)

    def _draw(self, element: str, id_: int, tags: dict[str, str], shape: BaseGeometry) -> None:
        if element == "node" and isinstance(shape, shapely.Point):
            tags = self.tags_of_node.get(id_, {}) | tags
            self.nodes[id_] = mutable.Node(id=id_, location=(shape.x, shape.y), tags=tags)
        elif element == "way" and isinstance(shape, shapely.LineString | shapely.Polygon):
            line = shape.exterior if isinstance(shape, shapely.Polygon) else shape
            if id_ in self.line_of_way:
                # A road that is a feature, too, a named square say, or a building with a number
                # and a name: its line is drawn already.
                tags |= self.tags_of_way[id_]
                self.ways[id_] = mutable.Way(id=id_, nodes=self.line_of_way[id_], tags=tags)
            else:
                self._way(id_, line, tags)
        elif element == "relation" and isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
            self._relation(id_, tags, shape)

    def _relation(
        self, id_: int, tags: dict[str, str], shape: shapely.Polygon | shapely.MultiPolygon
    ) -> None:
        members: list[tuple[str, int, str]] = []
        for part in [shape] if isinstance(shape, shapely.Polygon) else shape.geoms:
            members.append(("w", self._way(next(self.new_way), part.exterior, {}), "outer"))
            for ring in part.interiors:
                members.append(("w", self._way(next(self.new_way), ring, {}), "inner"))
        tags = {"type": "multipolygon", **tags}
        self.relations[id_] = mutable.Relation(id=id_, members=members, tags=tags)

    def _way(self, id_: int, line: BaseGeometry, tags: dict[str, str]) -> int:
        points = shapely.get_coordinates(line)
        closed = len(points) > 2 and bool((points[0] == points[-1]).all())
        refs = [self._node(lon, lat) for lon, lat in (points[:-1] if closed else points)]
        self.ways[id_] = mutable.Way(id=id_, nodes=refs + refs[:1] * closed, tags=tags)
        return id_

    def _node(self, lon: float, lat: float) -> int:
        id_ = next(self.new_node)
        self.nodes[id_] = mutable.Node(id=id_, location=(lon, lat))
        return id_


def _chains(edges: Sequence[tuple[int, int]]) -> Iterable[list[int]]:
    """The lines of nodes that a way's edges make, in the order of its nodes."""
    after: dict[int, list[int]] = {}
    for start, end in edges:
        after.setdefault(start, []).append(end)
    ends = {end for _, end in edges}
    # Open lines from their beginnings first; what is left then are rings.
    for start in [*(node for node, _ in edges if node not in ends), *(node for node, _ in edges)]:
        while after.get(start):
            line = [start]
            while after.get(line[-1]):
                line.append(after[line[-1]].pop(0))
            yield line


def _tags(row: Mapping[str, object]) -> dict[str, str]:
    """Tags of a feature: osmnx's frame has a column for every key, NaN where it is not set."""
    return {
        str(key): value if isinstance(value, str) else json.dumps(value)
        for key, value in row.items()
        if key not in ("nodes", "ways", "members")
        and not (value is None or (isinstance(value, float) and math.isnan(value)))
    }
