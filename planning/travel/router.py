"""Roads prepared for questions about travel: once for a region and a mode, then used by all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planning.model import Mode
from planning.travel.compiled import installed
from planning.travel.dijkstra import DijkstraSearch
from planning.travel.doors import Doors
from planning.travel.edge_based import EdgeBased
from planning.travel.graph import RoadGraph
from planning.travel.network import Network, Search
from planning.travel.node_based import NodeBased
from planning.travel.snap import SNAP_LIMIT_M, snap
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
        return self.ground.mode

    def with_overlay(self, overlay: Overlay) -> Router:
        """The same roads with some closed or slowed down; doors on closed ones go elsewhere."""
        graph = overlay.on(self.network.graph)
        network = replace(self.network, graph=graph)
        usable = self.usable & graph.is_open
        if self.topology is None:
            return replace(self, network=network, search=DijkstraSearch(network), usable=usable)
        from planning.travel.hierarchy import customize
        from planning.travel.queries import HierarchySearch

        search = HierarchySearch(customize(network, self.topology))
        return replace(self, network=network, search=search, usable=usable)

    def doors(self, points: Floats, *, snap_limit_m: float = SNAP_LIMIT_M) -> Doors:
        """`points`, (n, 2) of lon, lat, as places to travel between."""
        snapped = snap(self.ground, points, limit_m=snap_limit_m, usable=self.usable)
        return Doors.of(self.network, points, snapped)
