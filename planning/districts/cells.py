"""The ground of a municipality cut into cells that a planner hands from team to team.

A cell is what `pieces` keeps together: a village, a quarter, some streets of a town. Its outline is
the union of its visits' Voronoi cells, no farther from a door than `REACH_M`: neighbouring cells
share their borders, and nothing is drawn where nobody is visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from planning.districts.pieces import cut, quarter_of
from planning.districts.work import METRES_PER_DEGREE, Floats, metres, shares
from planning.model import Visit

REACH_M = 450.0
"""How far a cell reaches around its doors."""
_COARSE = 4.0
"""Cells are so much bigger than the pieces that districts are drawn from: a hand moves a quarter of
a district at a time, a whole village, or single doors."""
_SMOOTH_M = 12.0
"""Outlines are drawn no finer than this."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Visits that lie together, and their ground."""

    settlement: str
    quarter: str
    """Empty where the addresses name none."""
    visit_ids: tuple[str, ...]
    ground: shapely.Geometry
    """Polygon or MultiPolygon in lon, lat."""


def cells(visits: Sequence[Visit], *, teams: int) -> tuple[Cell, ...]:
    """The cells of one municipality's `visits`, each visit in exactly one.

    Args:
        visits: of one municipality, in any order.
        teams: among how many they are shared: more teams, smaller cells.
    """
    here = sorted(visits, key=lambda visit: visit.visit_id)
    if not here:
        return ()
    points = metres(here)
    work = shares(points, np.array([visit.service_seconds for visit in here], dtype=np.float64))
    members = cut(here, points, work, share=_COARSE * float(work.sum()) / max(teams, 1))
    to_degrees = _back(here)
    grounds = _grounds(points)
    return tuple(
        Cell(
            settlement=here[own[0]].settlement,
            quarter=_common([quarter_of(here[at]) for at in own]),
            visit_ids=tuple(here[at].visit_id for at in own),
            ground=shapely.transform(
                shapely.simplify(shapely.union_all(grounds[own]), _SMOOTH_M), to_degrees.of
            ),
        )
        for own in members
    )


def _common(names: Sequence[str]) -> str:
    return names[0] if len(set(names)) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Plane:
    """The way back from `work.metres` to lon, lat."""

    scale: Floats

    def of(self, points: Floats) -> Floats:
        """(n, 2) metres → degrees."""
        return points / self.scale


def _back(visits: Sequence[Visit]) -> _Plane:
    latitude = float(np.mean([visit.lat for visit in visits]))
    return _Plane(np.array([np.cos(np.radians(latitude)), 1.0]) * METRES_PER_DEGREE)


def _grounds(points: Floats) -> np.typing.NDArray[np.object_]:
    """(n,) the ground of every point; points on one spot share theirs."""
    spots, of_spot = np.unique(np.round(points, 1), axis=0, return_inverse=True)
    around = np.asarray(shapely.buffer(shapely.points(spots), REACH_M, quad_segs=6))
    if len(spots) == 1:
        return np.full(len(points), around[0])
    whole = shapely.voronoi_polygons(
        shapely.multipoints(spots), extend_to=shapely.union_all(around), ordered=True
    )
    own = shapely.intersection(shapely.get_parts(whole), around)
    grounds: np.typing.NDArray[np.object_] = own[of_spot.ravel()]
    return grounds
