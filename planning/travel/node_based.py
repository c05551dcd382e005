"""The network whose nodes are junctions: turns cost nothing and all are allowed. For walking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning.travel.cost import NO_WAY
from planning.travel.graph import RoadGraph
from planning.travel.network import Links, Network, parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning.travel.order import Dissection
    from planning.travel.snap import Snapped


class NodeBased(Network):
    """Node i is junction i of the graph."""

    @classmethod
    def of(cls, graph: RoadGraph) -> NodeBased:
        """The network of all open roads of `graph`; loops lead nowhere and are left out."""
        start = np.column_stack([graph.tail, graph.head]).ravel()
        end = np.column_stack([graph.head, graph.tail]).ravel()
        arcs = np.flatnonzero(np.isfinite(graph.arc_seconds) & (start != end))
        arcs = arcs[np.argsort(start[arcs], kind="stable")]
        return cls(
            graph=graph,
            first=np.searchsorted(start[arcs], np.arange(len(graph.nodes) + 1)),
            head=end[arcs],
            arc=arcs.astype(np.int32),
            extra=np.zeros(len(arcs), dtype=np.int32),
        )

    def order(self, dissection: Dissection) -> NDArray[np.int32]:
        """(n,) nodes, the first to be contracted first."""
        return dissection.nodes()

    def departures(self, snapped: Snapped) -> Links:
        """Both ends of the door's segment, as far as one may drive there."""
        _, ahead, _, behind = parts(self, snapped)
        return self._ends(snapped, to_tail=behind, to_head=ahead, against=True)

    def arrivals(self, snapped: Snapped) -> Links:
        """Both ends of the door's segment, as far as one may come from there."""
        ahead, _, behind, _ = parts(self, snapped)
        return self._ends(snapped, to_tail=ahead, to_head=behind, against=False)

    @property
    def node_arcs(self) -> None:
        """Nodes are junctions."""

    def usable(self) -> NDArray[np.bool_]:
        """(s,) segments between junctions of the main part."""
        main = self.main_part()
        return main[self.graph.tail] & main[self.graph.head] & self.graph.is_open

    def _ends(
        self,
        snapped: Snapped,
        *,
        to_tail: NDArray[np.int64],
        to_head: NDArray[np.int64],
        against: bool,
    ) -> Links:
        """Links of each door to its segment's ends; a door at a junction is at the junction."""
        doors = np.arange(len(snapped.segment))
        on_road = np.flatnonzero(snapped.segment >= 0)
        segment = snapped.segment[on_road]
        at_tail, at_head = snapped.fraction[on_road] == 0, snapped.fraction[on_road] == 1
        costs = [np.where(at_tail, 0, to_tail[on_road]), np.where(at_head, 0, to_head[on_road])]
        arcs = [2 * segment + against, 2 * segment + (not against)]
        return Links.of(
            len(doors),
            np.concatenate([on_road, on_road]),
            np.concatenate([self.graph.tail[segment], self.graph.head[segment]]),
            np.minimum(np.concatenate(costs), NO_WAY),
            np.concatenate(arcs),
        )
