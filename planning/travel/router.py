"""Roads prepared for questions about travel: once for a region and a mode, then used by all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from planning.model import Mode
from planning.travel.compiled import installed
from planning.travel.dijkstra import DijkstraSearch
from planning.travel.doors import Doors, doors_beside
from planning.travel.edge_based import EdgeBased
from planning.travel.graph import RoadGraph
from planning.travel.network import Network, Search
from planning.travel.node_based import NodeBased
from planning.travel.park import Kerbs, parked
from planning.travel.snap import SNAP_LIMIT_M
from planning.travel.sphere import Floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planning.travel.hierarchy import Hierarchy, Topology
    from planning.travel.overlay import Overlay


@dataclass(frozen=True, eq=False)
class Router:
    """Roads, and a search on them."""

    ground: RoadGraph
    """Where doors are looked for: the roads without any overlay."""
    network: Network
    search: Search
    usable: NDArray[np.bool_]
    """(s,) segments that doors may be snapped to: open, and not cut off from the others."""
    topology: Topology | None = None
    """Of the hierarchy; None where plain Dijkstra searches."""
    afoot: Router | None = None
    """The foot paths, for who parks and walks (`planning.travel.park`); None = who drives has the
    car beside every door."""

    @classmethod
    def of(cls, roads: RoadGraph | Router, *, turns: bool | None = None) -> Router:
        """`roads` prepared: a second for a province, nothing for a router.

        Args:
            roads: what to prepare.
            turns: whether turns cost time and may be forbidden. By default they do for driving.
        """
        if isinstance(roads, Router):
            return roads
        by_edge = roads.mode is Mode.DRIVE if turns is None else turns
        network = (EdgeBased if by_edge else NodeBased).of(roads)
        if installed():
            # Numba takes most of a second to import, which who only draws a page should not wait.
            from planning.travel.hierarchy import contract, customize
            from planning.travel.order import dissect

            topology = contract(network, network.order(dissect(roads)))
            if topology is not None:
                return cls.prepared(network, topology, customize(network, topology))
        return cls(roads, network, DijkstraSearch(network), network.usable())

    @classmethod
    def prepared(
        cls,
        network: Network,
        topology: Topology,
        hierarchy: Hierarchy,
        usable: NDArray[np.bool_] | None = None,
    ) -> Router:
        """A router made of what was worked out before, as a region pack keeps it."""
        from planning.travel.queries import HierarchySearch

        known = network.usable() if usable is None else usable
        return cls(network.graph, network, HierarchySearch(hierarchy), known, topology)

    @property
    def mode(self) -> Mode:
        """How the team moves."""
        return self.ground.mode if self.afoot is None else Mode.PARK

    @cached_property
    def kerbs(self) -> Kerbs:
        """Where foot paths meet its roads.

        Raises:
            ValueError: it has no foot paths.
        """
        if self.afoot is None:
            raise ValueError("a router without foot paths has no kerbs")
        return Kerbs.of(self, self.afoot)

    def park_and_walk(self, afoot: Router) -> Router:
        """The same roads, for crews who leave the car and walk on along the paths of `afoot`."""
        return replace(self, afoot=afoot)

    def with_overlay(self, overlay: Overlay) -> Router:
        """The same roads with some closed or slowed down; doors on closed ones go elsewhere."""
        graph = overlay.on(self.network.graph)
        network = replace(self.network, graph=graph)
        usable = self.usable & graph.is_open
        afoot = self.afoot and self.afoot.with_overlay(overlay)
        changed = replace(self, network=network, usable=usable, afoot=afoot)
        if self.topology is None:
            return replace(changed, search=DijkstraSearch(network))
        from planning.travel.hierarchy import customize
        from planning.travel.queries import HierarchySearch

        return replace(changed, search=HierarchySearch(customize(network, self.topology)))

    def doors(
        self,
        points: Floats,
        *,
        snap_limit_m: float = SNAP_LIMIT_M,
        offices: Floats | None = None,
    ) -> Doors:
        """`points`, (n, 2) of lon, lat, as places to travel between.

        Args:
            points: the doors.
            snap_limit_m: a door farther from any road is on none.
            offices: (m, 2) those of the doors whose car stands at their own road and nowhere else;
                it matters to who parks and walks.
        """
        if self.afoot is None:
            return doors_beside(self, points, limit_m=snap_limit_m)
        cars = parked(self, self.afoot, self.kerbs, points, limit_m=snap_limit_m, offices=offices)
        return Doors.of(self.network, points, cars)
