"""From an OpenStreetMap file to the road graph of one mode, and the graph's own files.

Ways are cut into atoms, the straight lines between two neighbouring nodes. Atoms that no round trip
reaches are left out and counted; what remains is joined into road pieces from junction to junction.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.regions.osmfile import sniff, told
from planning.errors import Fault, InputError, RegionFault
from planning.model import Mode
from planning.travel.graph import LeftOut, RoadGraph
from planning.travel.profiles import blocks, passage
from planning.travel.sphere import Floats, great_circle_metres, to_mercator

Ints = NDArray[np.int64]
Report = Callable[[float, str], None]

_ARRAYS = tuple(f.name for f in fields(RoadGraph) if f.name not in ("mode", "left_out"))
_MOVING = {Mode.DRIVE: "driving", Mode.WALK: "walking"}


def read_roads(file: Path, *, mode: Mode, country: str, report: Report | None = None) -> RoadGraph:
    """The roads of an OSM file that are open to `mode`, as one strongly connected graph.

    Args:
        file: pbf, osm, osm.gz or osm.bz2, told apart by content; nodes before ways.
        mode: how the team moves.
        country: ISO 3166 alpha-2 code in lower case, for speeds.
        report: told the progress, and at the end what was left out.

    Raises:
        RegionFault: the file is not OSM data, or is cut short.
        InputError: no road is open to `mode`.
    """
    tell = report or (lambda _share, _words: None)
    tell(0.0, f"reading roads for {_MOVING[mode]} from {file.name}")
    ways = _Ways(mode, country)
    ways.read(file)
    tell(0.6, f"joining roads for {_MOVING[mode]}")
    atoms = ways.atoms()
    if not len(atoms.start):
        raise InputError(Fault(_no_road(mode, ways.missing), file=file.name))
    kept, left_out = _connected(atoms)
    if not len(kept.start):
        raise InputError(Fault(_no_road(mode, 0), file=file.name))
    graph = replace(_joined(kept, mode), left_out=left_out)
    tell(1.0, _told(graph))
    return graph


def save_graph(graph: RoadGraph, folder: Path) -> None:
    """Writes `graph` as one npy file an array and a `graph.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(graph, name), allow_pickle=False)
    about = {"mode": graph.mode.value, "left_out": asdict(graph.left_out)}
    (folder / "graph.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def open_graph(folder: Path) -> RoadGraph:
    """The graph that `save_graph` wrote, memory-mapped.

    Raises:
        RegionFault: files are missing or broken.
    """
    try:
        about = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _ARRAYS
        }
        return RoadGraph(**arrays, mode=Mode(about["mode"]), left_out=LeftOut(**about["left_out"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        message = "the road graph is missing or broken; build the region again"
        raise RegionFault(Fault(message, file=folder.name)) from None


@dataclass(frozen=True, slots=True)
class _Atoms:
    """Straight pieces of road between two neighbouring nodes."""

    start: Ints
    """(m,) node."""
    end: Ints
    """(m,) node."""
    kind: NDArray[np.uint8]
    """(m,)"""
    forward_kmh: Floats
    """(m,) 0 = not allowed."""
    backward_kmh: Floats
    """(m,)"""
    nodes: Floats
    """(n, 2) lon, lat."""

    @property
    def metres(self) -> Floats:
        """(m,)"""
        return great_circle_metres(self.nodes[self.start], self.nodes[self.end])

    def only(self, chosen: NDArray[np.bool_]) -> _Atoms:
        """The chosen atoms; nodes keep their numbers."""
        return replace(
            self,
            start=self.start[chosen],
            end=self.end[chosen],
            kind=self.kind[chosen],
            forward_kmh=self.forward_kmh[chosen],
            backward_kmh=self.backward_kmh[chosen],
        )


@dataclass(slots=True)
class _Ways:
    """Open ways as they stream in: nodes in flat arrays, one run for each unbroken line."""

    mode: Mode
    country: str
    refs: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    run: array[int] = field(default_factory=lambda: array("q"))
    kind: array[int] = field(default_factory=lambda: array("B"))
    forward_kmh: array[float] = field(default_factory=lambda: array("d"))
    backward_kmh: array[float] = field(default_factory=lambda: array("d"))
    blocked: set[int] = field(default_factory=set)
    missing: int = 0
    """Nodes that open ways name and the file does not hold."""

    def read(self, file: Path) -> None:
        """Adds the open ways of `file`."""
        with told(file):
            for entity in _roads_and_barriers(file):
                if isinstance(entity, osmium.osm.Way):
                    self._add(entity)
                elif blocks(dict(entity.tags), mode=self.mode):
                    self.blocked.add(entity.id)

    def _add(self, way: osmium.osm.Way) -> None:
        found = passage(dict(way.tags), mode=self.mode, country=self.country)
        if found is None:
            return
        broken = True
        for node in way.nodes:
            if not node.location.valid():
                self.missing += 1
                broken = True
                continue
            if broken:
                self.kind.append(found.kind)
                self.forward_kmh.append(found.forward_kmh)
                self.backward_kmh.append(found.backward_kmh)
                broken = False
            self.refs.append(node.ref)
            self.lon.append(node.lon)
            self.lat.append(node.lat)
            self.run.append(len(self.kind) - 1)

    def atoms(self) -> _Atoms:
        """What was read, in pieces. A barrier node falls apart into one dead end for each side."""
        refs, first, node = np.unique(
            np.asarray(self.refs, dtype=np.int64), return_index=True, return_inverse=True
        )
        at = np.column_stack([np.asarray(self.lon), np.asarray(self.lat)])[first].reshape(-1, 2)
        run = np.asarray(self.run, dtype=np.int64)
        linked = (np.diff(run) == 0) & (np.diff(node) != 0)
        start, end = node[:-1][linked], node[1:][linked]
        run = run[:-1][linked]
        ends = np.concatenate([start, end])
        barrier = np.isin(refs, np.fromiter(self.blocked, np.int64, len(self.blocked)))[ends]
        nodes = np.concatenate([at, at[ends[barrier]]])
        ends[barrier] = len(at) + np.arange(barrier.sum())
        return _Atoms(
            start=ends[: len(start)],
            end=ends[len(start) :],
            kind=np.asarray(self.kind, dtype=np.uint8)[run],
            forward_kmh=np.asarray(self.forward_kmh, dtype=np.float64)[run],
            backward_kmh=np.asarray(self.backward_kmh, dtype=np.float64)[run],
            nodes=nodes,
        )


def _roads_and_barriers(file: Path) -> osmium.FileProcessor:
    """Ways that may be roads, with the places of their nodes, and barrier nodes."""
    road, barrier = osmium.filter.KeyFilter("highway", "route"), osmium.filter.KeyFilter("barrier")
    road.enable_for(osmium.osm.WAY)
    barrier.enable_for(osmium.osm.NODE)
    source = osmium.io.File(str(file), sniff(file))
    everything = osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    return everything.with_filter(road).with_filter(barrier)


def _no_road(mode: Mode, missing: int) -> str:
    if missing:
        return (
            f"no road for {_MOVING[mode]}: the places of {missing:,} nodes are missing; "
            "sort the file (osmium sort) and cut it with complete ways"
        )
    return f"no road for {_MOVING[mode]} in it; take a map file that covers the region"


def _told(graph: RoadGraph) -> str:
    left, metres = graph.left_out, float(graph.metres.sum(dtype=np.float64))
    return (
        f"{len(graph.tail):,} road pieces for {_MOVING[graph.mode]}, {metres / 1000:,.0f} km; "
        f"left out: {left.island_metres / 1000:,.1f} km off the net in {left.islands:,} place(s), "
        f"{left.one_way_metres / 1000:,.1f} km of one-way traps"
    )


def _connected(atoms: _Atoms) -> tuple[_Atoms, LeftOut]:
    """The strongly connected part with the most metres of road, and what is not in it."""
    along, against = atoms.forward_kmh > 0, atoms.backward_kmh > 0
    tail = np.concatenate([atoms.start[along], atoms.end[against]])
    head = np.concatenate([atoms.end[along], atoms.start[against]])
    size = len(atoms.nodes)
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size)).tocsr()
    metres = atoms.metres
    _, part = connected_components(links, connection="strong")
    inside = part[atoms.start] == part[atoms.end]
    longest = np.bincount(part[atoms.start][inside], weights=metres[inside], minlength=1)
    kept = inside & (part[atoms.start] == longest.argmax())
    _, island = connected_components(links, directed=False)
    home = island[atoms.start[kept][:1]]
    away = ~np.isin(island[atoms.start], home)
    return atoms.only(kept), LeftOut(
        islands=len(np.unique(island[atoms.start][away])),
        island_metres=round(float(metres[away].sum()), 1),
        one_way_metres=round(float(metres[~away & ~kept].sum()), 1),
    )


def _joined(atoms: _Atoms, mode: Mode) -> RoadGraph:
    """Road pieces from junction to junction: chains of like atoms."""
    state, first = _chains(atoms, _next_states(atoms))
    atom, reverse = state // 2, (state % 2).astype(bool)
    last = np.append(first[1:], len(state)) - 1
    begin = np.where(reverse, atoms.end[atom], atoms.start[atom])
    finish = np.where(reverse, atoms.start[atom], atoms.end[atom])
    metres = np.add.reduceat(atoms.metres[atom], first)
    along = np.where(reverse, atoms.backward_kmh[atom], atoms.forward_kmh[atom])[first]
    against = np.where(reverse, atoms.forward_kmh[atom], atoms.backward_kmh[atom])[first]
    # A chain of l atoms has l + 1 points: where it begins, and where each of its atoms ends.
    shape_node = np.insert(finish, first, begin[first])
    nodes, number = _numbered(atoms.nodes, np.concatenate([begin[first], finish[last]]))
    return RoadGraph(
        nodes=nodes,
        tail=number[: len(first)],
        head=number[len(first) :],
        forward_seconds=_seconds(metres, along),
        backward_seconds=_seconds(metres, against),
        metres=metres.astype(np.float32),
        kind=atoms.kind[atom[first]],
        shape_first=np.append(first, len(state)) + np.arange(len(first) + 1),
        shape=atoms.nodes[shape_node],
        mode=mode,
    )


def _next_states(atoms: _Atoms) -> Ints:
    """(2m,) which state follows: 2a is atom a along its direction, 2a + 1 against it; -1 = none.

    A state goes on where its end node joins exactly two atoms that are alike: of one kind and with
    the same speeds both ways, so that time stays proportional to length along the whole piece.
    """
    count = len(atoms.start)
    out_node = np.column_stack([atoms.start, atoms.end]).ravel()
    order = np.argsort(out_node, kind="stable")
    degree = np.bincount(out_node, minlength=len(atoms.nodes))
    first = np.concatenate([[0], np.cumsum(degree)[:-1]])[degree == 2]
    one, other = order[first], order[first + 1]
    leaving = np.column_stack([atoms.forward_kmh, atoms.backward_kmh]).ravel()
    alike = (
        (one // 2 != other // 2)
        & (atoms.kind[one // 2] == atoms.kind[other // 2])
        & (leaving[one ^ 1] == leaving[other])
        & (leaving[other ^ 1] == leaving[one])
    )
    one, other = one[alike], other[alike]
    follows = np.full(2 * count, -1, dtype=np.int64)
    follows[one ^ 1] = other
    follows[other ^ 1] = one
    return follows


def _chains(atoms: _Atoms, follows: Ints) -> tuple[Ints, Ints]:
    """(states of all chains one after the other, where each chain begins).

    Chains stand in the order in which the file first has one of their ends; rings without any
    junction come last and begin at their first atom.
    """
    count = len(atoms.start)
    begins = np.ones(2 * count, dtype=bool)
    begins[follows[follows >= 0]] = False
    after: list[int] = follows.tolist()
    used = bytearray(count)
    states: list[int] = []
    first: list[int] = []
    for begin in [*np.flatnonzero(begins).tolist(), *range(0, 2 * count, 2)]:
        if used[begin >> 1]:
            continue
        first.append(len(states))
        state = begin
        while state >= 0 and not used[state >> 1]:
            used[state >> 1] = 1
            states.append(state)
            state = after[state]
    return np.array(states, dtype=np.int64), np.array(first, dtype=np.int64)


def _numbered(nodes: Floats, used: Ints) -> tuple[Floats, NDArray[np.int32]]:
    """(places of the used nodes, new numbers of `used`), neighbours near each other in memory."""
    kept, which = np.unique(used, return_inverse=True)
    order = np.argsort(_z_order(nodes[kept]), kind="stable")
    rank = np.empty(len(kept), dtype=np.int32)
    rank[order] = np.arange(len(kept), dtype=np.int32)
    return nodes[kept][order], rank[which]


def _z_order(lonlat: Floats) -> Ints:
    """Place on the curve that visits the quarters of a square, and theirs, one after the other."""
    xy = to_mercator(lonlat)
    low, span = xy.min(axis=0), max(float(np.ptp(xy, axis=0).max()), 1.0)
    cells = ((xy - low) / span * 65_535).astype(np.int64)
    key = np.zeros(len(cells), dtype=np.int64)
    for bit in range(16):
        key |= ((cells[:, 0] >> bit & 1) << 2 * bit) | ((cells[:, 1] >> bit & 1) << 2 * bit + 1)
    return key


def _seconds(metres: Floats, kmh: Floats) -> NDArray[np.float32]:
    with np.errstate(divide="ignore", invalid="ignore"):
        seconds = np.where(kmh > 0, metres * 3.6 / kmh, np.inf)
    return seconds.astype(np.float32)
