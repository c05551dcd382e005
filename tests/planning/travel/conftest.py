"""A town small enough to know every way in it by heart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from planning.model import LonLat
from planning.travel.graph import RoadGraph
from planning.travel.profiles import ROAD_KINDS
from planning.travel.router import Router
from planning.travel.sphere import EARTH_RADIUS_M

Metres = tuple[float, float]
Road = tuple[str, str, float, float, Sequence[Metres]]
"""from, to, seconds that way, seconds back, corners in between."""

INF = float("inf")


def place(x: float, y: float) -> LonLat:
    """A point `x` metres east and `y` metres north of where the equator meets Greenwich."""
    degree = np.pi / 180 * EARTH_RADIUS_M
    return (x / degree, y / degree)


def build(nodes: dict[str, Metres], roads: Sequence[Road], kind: str = "residential") -> RoadGraph:
    """A road graph from places in metres."""
    number = {name: i for i, name in enumerate(nodes)}
    corners = [[nodes[a], *via, nodes[b]] for a, b, _, _, via in roads]
    lengths = [
        sum(np.hypot(q[0] - p[0], q[1] - p[1]) for p, q in pairwise(line)) for line in corners
    ]
    shape = [place(*corner) for line in corners for corner in line]
    return RoadGraph(
        nodes=np.array([place(*at) for at in nodes.values()]),
        tail=np.array([number[road[0]] for road in roads], dtype=np.int32),
        head=np.array([number[road[1]] for road in roads], dtype=np.int32),
        forward_seconds=np.array([road[2] for road in roads], dtype=np.float32),
        backward_seconds=np.array([road[3] for road in roads], dtype=np.float32),
        metres=np.array(lengths, dtype=np.float32),
        kind=np.full(len(roads), ROAD_KINDS.index(kind), dtype=np.uint8),
        shape_first=np.cumsum([0, *(len(line) for line in corners)]),
        shape=np.array(shape),
    )


@pytest.fixture(scope="session")
def at() -> Callable[[float, float], LonLat]:
    return place


@pytest.fixture(scope="session")
def town_of() -> Callable[..., RoadGraph]:
    return build


@pytest.fixture(scope="session")
def fordham() -> RoadGraph:
    """Six roads, every one travelled at 10 m/s save Back Lane at 7.5 m/s:

                      +-------+
                      | Cres- |
        +------C------D  cent |      A (0, 0)    B (100, 0)
        |West  ^ Dead +-------+      C (100, 100)  D (200, 100)
        |Road  | End
        |      | Mill Lane, one way from B to C
        A------B  High Street
        |      |
        +------+  Back Lane, parallel to High Street

    High Street 100 m / 10 s, Back Lane 300 m / 40 s, Mill Lane 100 m / 10 s, West Road 200 m /
    20 s, Dead End 100 m / 10 s, Crescent 400 m / 40 s from D back to D.
    """
    return build(
        {"A": (0, 0), "B": (100, 0), "C": (100, 100), "D": (200, 100)},
        [
            ("A", "B", 10, 10, []),
            ("A", "B", 40, 40, [(0, -100), (100, -100)]),
            ("B", "C", 10, INF, []),
            ("C", "A", 20, 20, [(0, 100)]),
            ("C", "D", 10, 10, []),
            ("D", "D", 40, 40, [(300, 100), (300, 200), (200, 200)]),
        ],
    )


@pytest.fixture(scope="session")
def streets(fordham) -> Router:
    """Fordham's roads where turns cost nothing."""
    return Router.of(fordham, turns=False)
