"""The ways of an OSM file that a mode may use, as flat arrays, and the turn restrictions on them.

The file is read once. libosmium picks roads, barriers and restrictions out of it before Python sees
any of them, and ways whose tags say the same about travel share one `Passage`; that is what makes a
province a matter of a second.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium

from data.regions.atoms import Atoms, Ints
from data.regions.builtup import built_up
from data.regions.osmfile import sniff, told
from data.regions.turns import Restriction
from planning.model import Mode
from planning.travel.profiles import (
    DRIVEN_HIGHWAYS,
    TAGS_THAT_MATTER,
    WALKED_HIGHWAYS,
    Passage,
    blocks,
    passage,
    turn_rule,
)
from planning.travel.sphere import Floats, great_circle_metres

_UNDEFINED = 2**31 - 1
"""What libosmium has for a coordinate that the file does not hold."""
_DEGREE = 1e7
_SLOWEST_KMH, _FASTEST_KMH = 0.1, 60.0
"""Bounds for what a timetable and a drawn line make together."""
_TOLD_EVERY = 5_000


@dataclass(slots=True)
class Ways:
    """The open ways of a file in its order. w ways, p points."""

    mode: Mode
    country: str
    way: array[int] = field(default_factory=lambda: array("q"))
    """(w,) id in the file."""
    passage: array[int] = field(default_factory=lambda: array("q"))
    """(w,) index into `passages`."""
    names: list[str] = field(default_factory=list)
    """(w,) as written, so hostile; empty where there is none."""
    first: array[int] = field(default_factory=lambda: array("q", [0]))
    """(w + 1,) where each way's points begin."""
    refs: array[int] = field(default_factory=lambda: array("q"))
    """(p,) node id of every point."""
    x: array[int] = field(default_factory=lambda: array("i"))
    """(p,) lon in 10^-7 degrees."""
    y: array[int] = field(default_factory=lambda: array("i"))
    passages: list[tuple[Passage, Passage]] = field(default_factory=list)
    """What a way means in open country and where houses stand."""
    blocked: set[int] = field(default_factory=set)
    """Nodes with a barrier."""
    restrictions: list[Restriction] = field(default_factory=list)
    unused_restrictions: int = 0
    """Rules over a way in between, and broken ones."""
    _known: dict[frozenset[tuple[str, str]], int] = field(default_factory=dict)

    def read(self, file: Path, report: Callable[[int], None]) -> None:
        """Adds what `file` holds; `report` is told the number of ways now and then."""
        with told(file):
            for entity in _roads_barriers_rules(file, self.mode):
                if isinstance(entity, osmium.osm.Way):
                    self._add(entity)
                    if len(self.way) % _TOLD_EVERY == 0:
                        report(len(self.way))
                elif isinstance(entity, osmium.osm.Node):
                    if blocks(dict(entity.tags), mode=self.mode):
                        self.blocked.add(entity.id)
                elif isinstance(entity, osmium.osm.Relation):
                    self._restrict(entity)
            self._place_negative(file)

    def atoms(self) -> Atoms:
        """What was read, in pieces. A barrier node falls apart into one dead end for each side."""
        refs, at, node = self._nodes()
        way = np.repeat(np.arange(len(self.way)), np.diff(np.asarray(self.first)))
        known = node >= 0
        linked = (np.diff(way) == 0) & known[1:] & known[:-1] & (np.diff(node) != 0)
        ends = np.concatenate([node[:-1][linked], node[1:][linked]])
        barrier = np.isin(refs, np.fromiter(self.blocked, np.int64, len(self.blocked)))[ends]
        nodes = np.concatenate([at, at[ends[barrier]]])
        ends[barrier] = len(at) + np.arange(barrier.sum())
        start, end = ends.reshape(2, -1)
        return self._moving(start, end, way[:-1][linked], nodes, refs)

    @property
    def missing(self) -> int:
        """Points that open ways name and the file does not hold."""
        return int((np.asarray(self.x) == _UNDEFINED).sum())

    def _moving(self, start: Ints, end: Ints, way: Ints, nodes: Floats, refs: Ints) -> Atoms:
        """Atoms with their speeds, which depend on the houses around them."""
        metres = great_circle_metres(nodes[start], nodes[end])
        which = np.asarray(self.passage, dtype=np.int64)[way]
        table = self._table()
        kind = table[which, 0, 0].astype(np.uint8)
        setting = np.zeros(len(start), dtype=np.int64)
        if self.mode is Mode.DRIVE:
            middle = (nodes[start] + nodes[end]) / 2
            setting = built_up(middle, metres, kind).astype(np.int64)
        _, forward, backward, seconds = np.moveaxis(table[which, setting], 1, 0)
        timed = seconds > 0
        whole = np.bincount(way, weights=metres)[way[timed]] if timed.any() else metres[timed]
        kmh = np.clip(whole * 3.6 / seconds[timed], _SLOWEST_KMH, _FASTEST_KMH)
        for direction in (forward, backward):
            direction[timed] = np.where(direction[timed] > 0, kmh, 0.0)
        return Atoms(
            start=start,
            end=end,
            way=np.asarray(self.way, dtype=np.int64)[way],
            row=way,
            kind=kind,
            forward_kmh=forward,
            backward_kmh=backward,
            metres=metres,
            nodes=nodes,
            refs=refs,
        )

    def _table(self) -> Floats:
        """(passages, 2, 4) kind, km/h along and against, seconds: in open country, among houses."""
        rows = [
            [(each.kind, each.forward_kmh, each.backward_kmh, each.seconds) for each in both]
            for both in self.passages
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, 2, 4)

    def _nodes(self) -> tuple[Ints, Floats, Ints]:
        """(ids ascending, their lon and lat, (p,) which of them every point is, -1 = missing)."""
        x, y = np.asarray(self.x), np.asarray(self.y)
        known = x != _UNDEFINED
        ids = np.asarray(self.refs, dtype=np.int64)[known]
        refs, first, which = np.unique(ids, return_index=True, return_inverse=True)
        at = np.column_stack([x[known], y[known]])[first].reshape(-1, 2) / _DEGREE
        node = np.full(len(x), -1, dtype=np.int64)
        node[known] = which
        return refs, at, node

    def _add(self, way: osmium.osm.Way) -> None:
        said = dict(way.tags)
        number = self._passage_number(said)
        if number < 0:
            return
        add_ref, add_x, add_y = self.refs.append, self.x.append, self.y.append
        for node in way.nodes:
            at = node.location
            add_ref(node.ref)
            add_x(at.x)
            add_y(at.y)
        self.way.append(way.id)
        self.passage.append(number)
        self.names.append(said.get("name", ""))
        self.first.append(len(self.refs))

    def _place_negative(self, file: Path) -> None:
        """Fills in nodes with negative ids, as editors give to new ones: osmium's store cannot."""
        refs, x, y = np.asarray(self.refs), np.asarray(self.x), np.asarray(self.y)
        wanted = np.flatnonzero((refs < 0) & (x == _UNDEFINED))
        if not len(wanted):
            return
        source = osmium.io.File(str(file), sniff(file))
        places = {
            node.id: (node.location.x, node.location.y)
            for node in osmium.FileProcessor(source, osmium.osm.NODE)
            if isinstance(node, osmium.osm.Node) and node.id < 0
        }
        for point in wanted.tolist():
            x[point], y[point] = places.get(int(refs[point]), (_UNDEFINED, _UNDEFINED))

    def _passage_number(self, said: dict[str, str]) -> int:
        """Index into `passages`; -1 = closed."""
        key = frozenset(pair for pair in said.items() if pair[0] in TAGS_THAT_MATTER)
        number = self._known.get(key)
        if number is None:
            country, town = (
                passage(said, mode=self.mode, country=self.country, built_up=houses)
                for houses in (False, True)
            )
            number = -1
            if country is not None and town is not None:
                number = len(self.passages)
                self.passages.append((country, town))
            self._known[key] = number
        return number

    def _restrict(self, relation: osmium.osm.Relation) -> None:
        rule = turn_rule(dict(relation.tags))
        if rule is None:
            return
        members = [(member.role, member.type, member.ref) for member in relation.members]
        leave = tuple(ref for role, kind, ref in members if (role, kind) == ("from", "w"))
        enter = tuple(ref for role, kind, ref in members if (role, kind) == ("to", "w"))
        via = [(kind, ref) for role, kind, ref in members if role == "via"]
        if leave and enter and len(via) == 1 and via[0][0] == "n":
            self.restrictions.append(Restriction(rule, leave, via[0][1], enter))
        else:
            self.unused_restrictions += 1


def _roads_barriers_rules(file: Path, mode: Mode) -> osmium.FileProcessor:
    """Ways that may be roads, with the places of their nodes; barrier nodes; turn restrictions."""
    names = DRIVEN_HIGHWAYS if mode is Mode.DRIVE else WALKED_HIGHWAYS
    road = osmium.filter.TagFilter(("route", "ferry"), *(("highway", name) for name in names))
    road.enable_for(osmium.osm.WAY)
    barrier = osmium.filter.KeyFilter("barrier")
    barrier.enable_for(osmium.osm.NODE)
    rule = osmium.filter.TagFilter(("type", "restriction"))
    rule.enable_for(osmium.osm.RELATION)
    kinds = osmium.osm.NODE | osmium.osm.WAY
    if mode is Mode.DRIVE:
        kinds |= osmium.osm.RELATION
    source = osmium.io.File(str(file), sniff(file))
    chosen = osmium.FileProcessor(source, kinds).with_locations()
    return chosen.with_filter(road).with_filter(barrier).with_filter(rule)
