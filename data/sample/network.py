"""A growing road network: streets are laid piece by piece, and join where they meet.

Everything here is plane geometry in metres on the drawing board. Pieces are found through a grid,
so laying a street costs the same in a hamlet and in a city.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_CELL_M = 120.0
_SAME_M = 14.0
"""A junction closer than this to an existing node is that node."""
_FLAT = math.radians(32.0)
"""Streets do not meet at a sharper angle."""

XY = tuple[float, float]


@dataclass(slots=True)
class Way:
    """One road or street: the nodes it runs through."""

    nodes: list[int]
    kind: str
    """OSM's highway value."""
    place: int
    """Number of its settlement, -1 in the open country."""
    rank: int = 0
    """0 country road, 1 boulevard, 2 street, 3 alley or track."""
    estate: int = -1
    """Number of the housing estate it lies in, -1 outside."""
    street: int = -1
    """Number of the named street it is part of, -1 without a name."""
    oneway: bool = False


@dataclass(slots=True)
class Network:
    """Nodes, ways, and the pieces of ways between neighbouring nodes."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    degree: list[int] = field(default_factory=list)
    """How many pieces end at each node."""
    _pieces: list[tuple[int, int, int] | None] = field(default_factory=list)
    """(node, node, way) or None once it was split."""
    _grid: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))

    def node(self, at: XY) -> int:
        """A new node."""
        self.x.append(at[0])
        self.y.append(at[1])
        self.degree.append(0)
        return len(self.x) - 1

    def at(self, node: int) -> XY:
        """Where a node lies."""
        return self.x[node], self.y[node]

    def add(self, way: Way) -> int:
        """Takes in a way whose nodes exist; returns its number."""
        number = len(self.ways)
        self.ways.append(way)
        for tail, head in zip(way.nodes, way.nodes[1:], strict=False):
            self._add_piece(tail, head, number)
        return number

    def length(self, way: Way) -> float:
        """Metres along a way."""
        return sum(
            math.dist(self.at(tail), self.at(head))
            for tail, head in zip(way.nodes, way.nodes[1:], strict=False)
        )

    def nearest(
        self, at: XY, within: float, *, skip_way: int = -1, skip_node: int = -1
    ) -> tuple[float, int, XY] | None:
        """(distance, piece, point on it) of the nearest piece closer than `within`."""
        best: tuple[float, int, XY] | None = None
        for number, (tail, head, way) in self.around(at, within):
            if way == skip_way or skip_node in (tail, head):
                continue
            point = _foot(at, self.at(tail), self.at(head))
            distance = math.dist(at, point)
            if distance < within and (best is None or distance < best[0]):
                best = (distance, number, point)
        return best

    def first_hit(self, start: XY, end: XY, *, skip_node: int) -> tuple[float, int, XY] | None:
        """(share of the way, piece, point) where a stroke first meets a piece."""
        best: tuple[float, int, XY] | None = None
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        for number, (tail, head, _) in self.around(middle, math.dist(start, end) / 2 + 1):
            if skip_node in (tail, head):
                continue
            share = _crossing(start, end, self.at(tail), self.at(head))
            if share is not None and (best is None or share < best[0]):
                point = (
                    start[0] + share * (end[0] - start[0]),
                    start[1] + share * (end[1] - start[1]),
                )
                best = (share, number, point)
        return best

    def angle(self, piece: int, heading: float) -> float:
        """Angle between a heading and a piece, 0 to π/2."""
        tail, head, _ = self._piece(piece)
        along = math.atan2(self.y[head] - self.y[tail], self.x[head] - self.x[tail])
        turn = abs(heading - along) % math.pi
        return min(turn, math.pi - turn)

    def a_way_at(self, node: int) -> int:
        """The lowest number of the ways through a node, -1 when there is none."""
        found = self.around(self.at(node), 1.0)
        return min((way for _, (tail, head, way) in found if node in (tail, head)), default=-1)

    def open_at(self, node: int, heading: float) -> bool:
        """True when no piece leaves the node in nearly this direction."""
        x, y = self.at(node)
        for _, (tail, head, _) in self.around((x, y), 1.0):
            if node in (tail, head):
                other = self.at(head if node == tail else tail)
                turn = heading - math.atan2(other[1] - y, other[0] - x)
                if math.cos(turn) > math.cos(_FLAT):
                    return False
        return True

    def meets_well(self, piece: int, heading: float) -> bool:
        """True when a street with this heading may join the piece."""
        return self.angle(piece, heading) > _FLAT

    def split(self, piece: int, at: XY) -> int:
        """The junction at a point of a piece: one of its ends when close, else a new node."""
        tail, head, number = self._piece(piece)
        for end in (tail, head):
            if math.dist(self.at(end), at) < _SAME_M:
                return end
        new = self.node(at)
        nodes = self.ways[number].nodes
        index = next(i for i in range(len(nodes) - 1) if {nodes[i], nodes[i + 1]} == {tail, head})
        nodes.insert(index + 1, new)
        self._pieces[piece] = None
        self.degree[tail] -= 1
        self.degree[head] -= 1
        self._add_piece(tail, new, number)
        self._add_piece(new, head, number)
        return new

    def _piece(self, piece: int) -> tuple[int, int, int]:
        found = self._pieces[piece]
        assert found is not None, "the piece was split"
        return found

    def _add_piece(self, tail: int, head: int, way: int) -> None:
        self._pieces.append((tail, head, way))
        self.degree[tail] += 1
        self.degree[head] += 1
        for cell in _cells(self.at(tail), self.at(head), 0.0):
            self._grid[cell].append(len(self._pieces) - 1)

    def around(self, at: XY, within: float) -> Iterator[tuple[int, tuple[int, int, int]]]:
        """(piece, (node, node, way)) of the pieces that may lie closer than `within`."""
        seen: set[int] = set()
        for cell in _cells(at, at, within):
            for number in self._grid.get(cell, ()):
                piece = self._pieces[number]
                if piece is not None and number not in seen:
                    seen.add(number)
                    yield number, piece


@dataclass(frozen=True, slots=True)
class Growth:
    """How a street grows."""

    length: float
    """At most, metres."""
    clearance: float
    """Keeps this far from streets it does not join, metres."""
    allowed: Callable[[XY], bool]
    """Where streets may be."""
    turn: Callable[[XY, float], float]
    """(place, heading) → heading of the next stroke, radians."""
    step: float = 45.0
    shortest: float = 60.0
    """A dead end below this is not laid, metres."""


def grow(network: Network, start: int, heading: float, how: Growth, way: Way) -> Way | None:
    """Lays a street from a node; None when there is no room. Its nodes are put into `way`."""
    nodes, gone, joined = [start], 0.0, False
    parent = network.a_way_at(start)
    while gone < how.length:
        here = network.at(nodes[-1])
        heading = how.turn(here, heading)
        if gone == 0.0 and not network.open_at(start, heading):
            return None
        there = (here[0] + how.step * math.cos(heading), here[1] + how.step * math.sin(heading))
        hit = network.first_hit(here, there, skip_node=nodes[-1])
        if hit is not None:
            if gone + hit[0] * how.step >= how.clearance:
                joined = _join(network, nodes, hit[1], hit[2])
            break
        if not how.allowed(there):
            break
        skip = parent if gone < 1.2 * how.clearance else -1
        close = network.nearest(there, how.clearance, skip_way=skip, skip_node=nodes[-1])
        if close is not None:
            if _ahead(here, close[2], heading):
                before = network.first_hit(here, close[2], skip_node=nodes[-1])
                joined = _join(network, nodes, *(before or close)[1:])
            break
        nodes.append(network.node(there))
        gone += how.step
    way.nodes = nodes
    if len(nodes) < 2 or (network.length(way) < how.shortest and not joined):
        return None
    network.add(way)
    return way


def _join(network: Network, nodes: list[int], piece: int, at: XY) -> bool:
    """Ends a street on a piece, unless the two would run into each other at a sharp angle."""
    here = network.at(nodes[-1])
    if not network.meets_well(piece, math.atan2(at[1] - here[1], at[0] - here[0])):
        return False
    junction = network.split(piece, at)
    x, y = network.at(junction)
    back = math.atan2(here[1] - y, here[0] - x)
    short = math.dist((x, y), here) < _SAME_M
    if junction in nodes or short or not network.open_at(junction, back):
        return False
    nodes.append(junction)
    return True


def _ahead(here: XY, there: XY, heading: float) -> bool:
    bearing = math.atan2(there[1] - here[1], there[0] - here[0])
    return math.cos(bearing - heading) > 0.6


def _cells(one: XY, other: XY, margin: float) -> Iterator[tuple[int, int]]:
    west, east = sorted((one[0], other[0]))
    south, north = sorted((one[1], other[1]))
    for column in range(
        math.floor((west - margin) / _CELL_M), math.floor((east + margin) / _CELL_M) + 1
    ):
        for row in range(
            math.floor((south - margin) / _CELL_M), math.floor((north + margin) / _CELL_M) + 1
        ):
            yield column, row


def _foot(at: XY, tail: XY, head: XY) -> XY:
    """The point of a stroke that is nearest."""
    dx, dy = head[0] - tail[0], head[1] - tail[1]
    square = dx * dx + dy * dy
    share = ((at[0] - tail[0]) * dx + (at[1] - tail[1]) * dy) / square if square else 0.0
    share = min(1.0, max(0.0, share))
    return tail[0] + share * dx, tail[1] + share * dy


def _crossing(start: XY, end: XY, tail: XY, head: XY) -> float | None:
    """Share of the stroke start → end at which it crosses tail → head, ends included."""
    rx, ry = end[0] - start[0], end[1] - start[1]
    sx, sy = head[0] - tail[0], head[1] - tail[1]
    cross = rx * sy - ry * sx
    if abs(cross) < 1e-9:
        return None
    qx, qy = tail[0] - start[0], tail[1] - start[1]
    along = (qx * sy - qy * sx) / cross
    beside = (qx * ry - qy * rx) / cross
    return along if 0 <= along <= 1 and -0.001 <= beside <= 1.001 else None
