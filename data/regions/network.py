"""A prepared router as plain npy files, so that a region's roads are ready the moment it is opened.

Everything of one mode lies in one folder: the network, the hierarchy's topology, its costs.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planning.errors import Fault, RegionFault
from planning.travel.compiled import installed
from planning.travel.edge_based import EdgeBased
from planning.travel.graph import RoadGraph
from planning.travel.network import Network
from planning.travel.node_based import NodeBased
from planning.travel.router import Router

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning.travel.hierarchy import Climbs, Topology


def save_router(router: Router, folder: Path) -> None:
    """Writes what `open_router` reads into `folder`; nothing if plain Dijkstra searches."""
    from planning.travel.queries import HierarchySearch

    if router.topology is None or not isinstance(router.search, HierarchySearch):
        return
    folder.mkdir(parents=True, exist_ok=True)
    hierarchy = router.search.hierarchy
    _save(folder, "network", router.network, but=("graph",))
    _save(folder, "topology", router.topology)
    _save(folder, "up", hierarchy.up)
    _save(folder, "down", hierarchy.down)
    np.save(folder / "usable.npy", router.usable, allow_pickle=False)


def open_router(graph: RoadGraph, folder: Path) -> Router:
    """The router of `graph` that `save_router` wrote to `folder`, memory-mapped.

    Where there is none, or it cannot be used for want of numba, the graph is prepared anew.

    Raises:
        RegionFault: files are missing or broken.
    """
    if not (folder.is_dir() and installed()):
        return Router.of(graph)
    from planning.travel.hierarchy import Climbs, Hierarchy, Topology

    kind = EdgeBased if (folder / "network.arc_of.npy").exists() else NodeBased
    try:
        network: Network = kind(graph=graph, **_read(folder, "network", kind, but=("graph",)))
        topology = Topology(**_read(folder, "topology", Topology))
        up, down = (Climbs(**_read(folder, name, Climbs)) for name in ("up", "down"))
        usable = _array(folder / "usable.npy")
        if len(usable) != len(graph.tail):
            raise ValueError("made for another graph")
    except (OSError, ValueError, EOFError):
        message = "the prepared roads are missing or broken; build the region again"
        raise RegionFault(Fault(message, file=folder.name)) from None
    hierarchy = Hierarchy(topology.rank, topology.parent, up, down)
    return Router.prepared(network, topology, hierarchy, usable)


def _save(
    folder: Path, name: str, part: Network | Topology | Climbs, *, but: tuple[str, ...] = ()
) -> None:
    for field in _names(type(part), but):
        np.save(folder / f"{name}.{field}.npy", getattr(part, field), allow_pickle=False)


def _read(
    folder: Path, name: str, kind: type[Any], *, but: tuple[str, ...] = ()
) -> dict[str, NDArray[Any]]:
    return {field: _array(folder / f"{name}.{field}.npy") for field in _names(kind, but)}


def _names(kind: type[Any], but: tuple[str, ...]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in but]


def _array(file: Path) -> NDArray[Any]:
    # Copy on write, though nobody writes: to numba a read-only array is another type, for which it
    # would compile everything a second time.
    array: NDArray[Any] = np.load(file, mmap_mode="c", allow_pickle=False)
    return array
