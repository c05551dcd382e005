"""Doors: houses along the streets, odd on the left and even on the right, and blocks of flats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.sample.naming import NamedStreet
from data.sample.network import Network
from data.sample.plane import Bend, Points
from data.sample.streets import CITY, Estate, Streets

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUFFIXES = ("А", "Б", "В")
_SUFFIX_SHARE = 0.045
_ROAD_M = 7.5
"""No house stands closer to the middle of any road."""
_HOUSE_M = 9.0
_BLOCK_ROAD_M = 22.0
_BLOCK_M = 62.0


@dataclass(frozen=True, slots=True)
class Door:
    """A numbered house or block where a family may live."""

    place: int
    street: int
    """Number of its street, -1 for a block or a house in a village without street names."""
    estate: int
    """Number of its estate, -1 for a house."""
    number: str
    """27, 27А or a block's 12."""
    x: float
    y: float
    mapped: bool
    """False for a house that mappers have not got to yet."""


def build_doors(
    network: Network,
    bent: Points,
    grown: Streets,
    streets: list[NamedStreet],
    bend: Bend,
    random: np.random.Generator,
) -> list[Door]:
    """All doors, street by street and then estate by estate. `bent` is (n, 2) nodes, metres."""
    roads = shapely.STRtree([
        shapely.LineString(bent[way.nodes]) for way in network.ways if len(way.nodes) > 1
    ])  # fmt: skip
    known = {town.number: _Share(town.fact.population, random) for town in grown.towns}
    doors = [
        door
        for street in streets
        if street.estate < 0
        for door in _along(street, bent, known[street.place], random)
    ]
    for number, estate in enumerate(grown.estates):
        doors.extend(_blocks(number, estate, roads, bend, random))
    return _with_room(doors, roads)


class _Share:
    """How wide plots are in a settlement, and how many of its houses are on the map."""

    def __init__(self, population: int, random: np.random.Generator) -> None:
        city = population >= CITY
        self.plot = 23.0 if city else float(random.uniform(29, 38))
        self.mapped = 0.74 if city else float(random.uniform(0.42, 0.8))
        # A street of a hamlet has more plots than houses.
        self.built = min(1.0, 0.035 * max(population, 15) ** 0.55)


def _along(
    street: NamedStreet, bent: Points, share: _Share, random: np.random.Generator
) -> list[Door]:
    line = bent[list(street.nodes)]
    pieces = np.diff(line, axis=0)
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(*pieces.T))])
    plots = int((metres[-1] - 14) // share.plot)
    if plots < 1:
        return []
    doors = []
    for side, first in ((1.0, 1), (-1.0, 2)):
        along = 10 + share.plot * (np.arange(plots) + random.uniform(0.25, 0.75, plots))
        away = side * (random.uniform(10, 15, plots) + (5.0 if street.rank < 2 else 0.0))
        points = _beside(line, metres, along, away)
        built = random.random(plots) < share.built
        suffixed = random.random(plots) < _SUFFIX_SHARE
        mapped = random.random(plots) < share.mapped
        number, letter = first - 2, 0
        for plot, (x, y) in enumerate(points.tolist()):
            if suffixed[plot] and plot and letter < len(_SUFFIXES):
                letter += 1
            else:
                number, letter = number + 2, 0
            text = f"{number}{_SUFFIXES[letter - 1]}" if letter else str(number)
            owner = street.number if street.name else -1
            if built[plot]:
                doors.append(Door(street.place, owner, -1, text, x, y, bool(mapped[plot])))
    return doors


def _beside(
    line: Points, metres: NDArray[np.float64], along: NDArray[np.float64], away: NDArray[np.float64]
) -> Points:
    """Points `along` metres down a line and `away` metres to its left."""
    piece = np.clip(np.searchsorted(metres, along, side="right") - 1, 0, len(line) - 2)
    step = line[piece + 1] - line[piece]
    length = np.maximum(np.hypot(*step.T), 1e-6)
    unit = step / length[:, None]
    normal = np.column_stack([-unit[:, 1], unit[:, 0]])
    return np.asarray(
        line[piece] + unit * (along - metres[piece])[:, None] + normal * away[:, None]
    )


def _blocks(
    number: int, estate: Estate, roads: shapely.STRtree, bend: Bend, random: np.random.Generator
) -> list[Door]:
    """Rows of blocks on the open ground between an estate's streets."""
    turn = float(random.uniform(0, math.pi))
    reach = np.arange(-estate.radius, estate.radius, _BLOCK_M)
    grid = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    grid = grid + random.uniform(-9, 9, grid.shape)
    grid = grid[np.hypot(*grid.T) < estate.radius]
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    points = bend(grid @ rotation + estate.centre)
    _, distance = roads.query_nearest(
        shapely.points(points), return_distance=True, all_matches=False
    )
    free = points[(distance > _BLOCK_ROAD_M) & (random.random(len(points)) < 0.75)]
    mapped = random.random(len(free)) < 0.9
    doors = []
    block, letter = 0, False
    for i, (x, y) in enumerate(free.tolist()):
        letter = bool(i) and not letter and random.random() < 0.06
        block += not letter
        text = f"{block}А" if letter else str(block)
        doors.append(Door(estate.place, -1, number, text, x, y, bool(mapped[i])))
    return doors


def _with_room(doors: list[Door], roads: shapely.STRtree) -> list[Door]:
    """Doors that stand on no road and not in each other."""
    points = np.array([(door.x, door.y) for door in doors])
    _, distance = roads.query_nearest(
        shapely.points(points), return_distance=True, all_matches=False
    )
    keep = distance > _ROAD_M
    for one, other in sorted(cKDTree(points).query_pairs(_HOUSE_M)):
        if keep[one] and keep[other]:
            keep[other] = False
    return [door for door, kept in zip(doors, keep.tolist(), strict=True) if kept]
