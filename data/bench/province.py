"""A province that does not exist: real towns and countries side by side, joined by invented roads.

No real extract of a whole province is at hand. Every map keeps its shapes, lengths and tags; only
its place on Earth changes. The same files give the same province, byte by byte.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

from data.regions.osmfile import sniff
from data.regions.roads import read_roads
from planning.model import LonLat, Mode
from planning.stores import Report
from planning.travel.profiles import ROAD_KINDS
from planning.travel.sphere import great_circle_metres

MAPS = (
    "osm/heidelberg.osm.pbf",
    "osm/liechtenstein.osm.pbf",
    "osm/andorra.osm.pbf",
    "osm/monaco.osm.pbf",
    "osm/north-bayreuth.osm.gz",
    "osm/helsinki.osm.pbf",
    "osm/moscow.osm.gz",
)
"""What it is made of, in the folder of maps (docs/benchmarks.md)."""

_CENTRE = (25.95, 43.65)
"""lon, lat of its south-west corner, about where Ruse is."""
_COLUMNS = 3
_GAP = 0.02
"""Degrees of empty land between two maps."""
_ROAD_STEP_M = 500.0
_MAIN = [ROAD_KINDS.index(name) for name in ("primary", "secondary", "tertiary")]
"""Where invented roads begin: open to every engine's car, as tracks are not."""
_TOWARDS = {"north": (0.0, 0.35), "east": (0.35, 0.0), "south": (0.0, -0.35), "west": (-0.35, 0.0)}


@dataclass(frozen=True, slots=True)
class _Piece:
    """One map and where it comes to lie."""

    file: Path
    number: int
    middle: LonLat
    """Of the roads, where they are."""
    span: LonLat
    """Of the roads, in degrees, where they come to lie."""
    corner: LonLat
    """South-west corner of the place kept for it."""
    anchors: dict[str, LonLat]
    """Junctions, as the map has them, from which invented roads leave, by direction."""

    def moved(self, at: LonLat) -> LonLat:
        """Where a point comes to lie. Degrees of longitude get longer or shorter, metres do not."""
        south = self.corner[1] + self.span[1] / 2
        stretch = math.cos(math.radians(self.middle[1])) / math.cos(math.radians(south))
        lon = self.corner[0] + self.span[0] / 2 + (at[0] - self.middle[0]) * stretch
        return round(lon, 7), round(south + at[1] - self.middle[1], 7)


def write_province(geodata: Path, out: Path, *, report: Report | None = None) -> Path:
    """Writes the province of the maps in `geodata` as the file `out`, sorted, with all their tags.

    Raises:
        RegionFault: a map is missing or broken.
    """
    tell = report or (lambda _share, _words: None)
    pieces = _laid_out([geodata / name for name in MAPS], tell)
    header = osmium.io.Header()
    header.set("generator", "outreach")
    ids = _Ids()
    anchors: Anchors = {}
    with osmium.SimpleWriter(str(out), header=header, overwrite=True) as writer:
        for step, kind in enumerate((osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION)):
            for piece in pieces:
                tell(0.4 + 0.2 * step, f"writing the province: {piece.file.name}")
                for each in _copies(piece, kind, ids, anchors):
                    writer.add(each)
            for each in _invented(pieces, kind, ids, anchors):
                writer.add(each)
    return out


Anchors = dict[tuple[int, str], tuple[int, LonLat]]
"""Id and place in the province, by number of the map and direction."""


class _Ids:
    """New ids from 1, in the order in which they are asked for.

    Small ones: OSRM packs the ids of nodes into 34 bits.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, int], int] = {}
        self._counts = {kind: count(1) for kind in "nwr"}

    def of(self, map_number: int, kind: str, id_: int) -> int:
        """The new id of what the map calls `id_`; kind is n, w or r."""
        key = (map_number, kind, id_)
        if key not in self._known:
            self._known[key] = self.fresh(kind)
        return self._known[key]

    def fresh(self, kind: str) -> int:
        """An id for something new."""
        return next(self._counts[kind])


def _laid_out(files: Sequence[Path], tell: Report) -> list[_Piece]:
    """Maps in rows from south to north, each row as high as its highest."""
    pieces: list[_Piece] = []
    lon, lat, height = *_CENTRE, 0.0
    for number, file in enumerate(files):
        tell(0.4 * number / len(files), f"reading {file.name}")
        graph = read_roads(file, mode=Mode.DRIVE, country="")
        nodes, main = graph.nodes, np.isin(graph.kind, _MAIN)
        ends = nodes[np.concatenate([graph.tail[main], graph.head[main]])]
        if number % _COLUMNS == 0 and number:
            lon, lat, height = _CENTRE[0], lat + height + _GAP, 0.0
        low, high = nodes.min(axis=0), nodes.max(axis=0)
        middle = (low + high) / 2
        stretch = math.cos(math.radians(middle[1])) / math.cos(math.radians(lat))
        span = (high - low) * (stretch, 1.0)
        goals = {name: middle + (high - low) * at for name, at in _TOWARDS.items()}
        pieces.append(
            _Piece(
                file,
                number,
                (float(middle[0]), float(middle[1])),
                (float(span[0]), float(span[1])),
                (lon, lat),
                {name: _nearest(ends, goal) for name, goal in goals.items()},
            )
        )
        lon, height = lon + float(span[0]) + _GAP, max(height, float(span[1]))
    return pieces


def _nearest(nodes: np.ndarray, goal: np.ndarray) -> LonLat:
    lon, lat = nodes[np.argmin(great_circle_metres(nodes, goal))].tolist()
    return lon, lat


def _copies(
    piece: _Piece, kind: osmium.osm.osm_entity_bits, ids: _Ids, anchors: Anchors
) -> Iterator[mutable.OSMObject]:
    """The map's nodes, ways or relations in their new place; notes where its anchors are."""
    wanted = {at: name for name, at in piece.anchors.items()}
    new = partial(ids.of, piece.number)
    if kind == osmium.osm.RELATION:
        # Relations name later ones: number them all before any is written, to keep them sorted.
        for each in _read(piece, kind):
            new("r", each.id)
    for each in _read(piece, kind):
        tags = dict(each.tags)
        if isinstance(each, osmium.osm.Node):
            at = (each.location.lon, each.location.lat)
            id_, place = new("n", each.id), piece.moved(at)
            if at in wanted:
                anchors[piece.number, wanted[at]] = (id_, place)
            yield mutable.Node(id=id_, version=1, location=place, tags=tags)
        elif isinstance(each, osmium.osm.Way):
            refs = [new("n", node.ref) for node in each.nodes]
            yield mutable.Way(id=new("w", each.id), version=1, nodes=refs, tags=tags)
        elif isinstance(each, osmium.osm.Relation):
            members = [(m.type, new(m.type, m.ref), m.role) for m in each.members]
            yield mutable.Relation(id=new("r", each.id), version=1, members=members, tags=tags)


def _read(piece: _Piece, kind: osmium.osm.osm_entity_bits) -> osmium.FileProcessor:
    return osmium.FileProcessor(osmium.io.File(str(piece.file), sniff(piece.file)), kind)


def _invented(
    pieces: Sequence[_Piece], kind: osmium.osm.osm_entity_bits, ids: _Ids, anchors: Anchors
) -> Iterator[mutable.OSMObject]:
    """Straight roads from each map to the one east of it and the one north of it."""
    for number, (one, other) in enumerate(_neighbours(pieces)):
        (start, a), (end, b) = anchors[one], anchors[other]
        steps = int(great_circle_metres(np.array(a), np.array(b)) / _ROAD_STEP_M)
        inner = [ids.of(len(pieces) + number, "n", step) for step in range(1, steps + 1)]
        if kind == osmium.osm.NODE:
            for step, id_ in enumerate(inner, start=1):
                share = step / (steps + 1)
                at = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
                yield mutable.Node(id=id_, version=1, location=at)
        elif kind == osmium.osm.WAY:
            tags = {"highway": "secondary", "name": f"Invented road {number + 1}"}
            refs = [start, *inner, end]
            yield mutable.Way(id=ids.fresh("w"), version=1, nodes=refs, tags=tags)


def _neighbours(
    pieces: Sequence[_Piece],
) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    for number in range(len(pieces)):
        if number % _COLUMNS < _COLUMNS - 1 and number + 1 < len(pieces):
            yield (number, "east"), (number + 1, "west")
        if number + _COLUMNS < len(pieces):
            yield (number, "north"), (number + _COLUMNS, "south")
