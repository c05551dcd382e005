"""From an OpenStreetMap file to the road graph of one mode, and the graph's own files.

file → ways → atoms, the straight lines between two neighbouring nodes → those that a round trip
reaches; the others are counted and the longest named → road pieces from junction to junction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np

from data.regions.atoms import Atoms, Ints, Parts, parts
from data.regions.chains import joined
from data.regions.turns import forbidden_pairs
from data.regions.ways import Ways
from planning.errors import Fault, InputError, RegionFault
from planning.model import Mode
from planning.text import one_line
from planning.travel.graph import LeftOut, RoadGraph

Report = Callable[[float, str], None]

_ARRAYS = tuple(f.name for f in fields(RoadGraph) if f.name not in ("mode", "left_out"))
_MOVING = {Mode.DRIVE: "driving", Mode.WALK: "walking"}
_NAMED = 5
"""Islands that are named, the longest ones."""


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
    what = f"reading roads for {_MOVING[mode]}"
    tell(0.0, f"{what} from {file.name}")
    ways = Ways(mode, country)
    # How many there will be nobody knows: the share creeps towards 0.6.
    ways.read(file, lambda count: tell(0.6 * count / (count + 50_000), f"{what}: {count:,} ways"))
    tell(0.6, f"joining roads for {_MOVING[mode]}")
    atoms = ways.atoms()
    if not len(atoms.start):
        raise InputError(Fault(_no_road(mode, ways.missing), file=file.name))
    found = parts(atoms)
    if not found.kept.any():
        raise InputError(Fault(_no_road(mode, 0), file=file.name))
    kept = atoms.only(found.kept)
    forbidden, applied = forbidden_pairs(kept, ways.restrictions)
    graph = joined(kept, forbidden=forbidden, mode=mode)
    graph = replace(graph, left_out=_left_out(atoms, found, ways.names))
    unused = ways.unused_restrictions + len(ways.restrictions) - applied
    tell(1.0, _told(graph, applied, unused))
    return graph


def save_graph(graph: RoadGraph, folder: Path) -> None:
    """Writes `graph` as one npy file an array and a `graph.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(graph, name), allow_pickle=False)
    about = {"mode": graph.mode.value, "left_out": asdict(graph.left_out)}
    text = json.dumps(about, indent=1, ensure_ascii=False)
    (folder / "graph.json").write_text(text + "\n", encoding="utf-8")


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
        left = LeftOut(**about["left_out"] | {"named": tuple(about["left_out"]["named"])})
        return RoadGraph(**arrays, mode=Mode(about["mode"]), left_out=left)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        message = "the road graph is missing or broken; build the region again"
        raise RegionFault(Fault(message, file=folder.name)) from None


def _no_road(mode: Mode, missing: int) -> str:
    if missing:
        return (
            f"no road for {_MOVING[mode]}: the places of {missing:,} nodes are missing; "
            "sort the file (osmium sort) and cut it with complete ways"
        )
    return f"no road for {_MOVING[mode]} in it; take a map file that covers the region"


def _left_out(atoms: Atoms, found: Parts, names: Sequence[str]) -> LeftOut:
    away = found.island >= 0
    islands, which = np.unique(found.island[away], return_inverse=True)
    metres = np.bincount(which, weights=atoms.metres[away], minlength=len(islands))
    longest = islands[np.argsort(-metres, kind="stable")[:_NAMED]]
    return LeftOut(
        islands=len(islands),
        island_metres=round(float(metres.sum()), 1),
        one_way_metres=round(float(atoms.metres[~away & ~found.kept].sum()), 1),
        named=tuple(
            _in_words(atoms, np.flatnonzero(found.island == island), names) for island in longest
        ),
    )


def _in_words(atoms: Atoms, island: Ints, names: Sequence[str]) -> str:
    """How long an island's roads are, the name that most of them bear, where it is."""
    metres = atoms.metres[island]
    called: dict[str, float] = defaultdict(float)
    for row, length in zip(atoms.row[island].tolist(), metres.tolist(), strict=True):
        if name := names[row]:
            called[name] += length
    most = one_line(max(called, key=lambda name: (called[name], name)))[:60] if called else ""
    lon, lat = atoms.nodes[atoms.start[island[0]]].tolist()
    named = f" ({most})" if most else ""
    return f"{metres.sum() / 1000:,.1f} km{named} at {lat:.4f}, {lon:.4f}"


def _told(graph: RoadGraph, applied: int, unused: int) -> str:
    left, metres = graph.left_out, float(graph.metres.sum(dtype=np.float64))
    rules = f"{applied:,} turn restrictions, {unused:,} not usable; " if applied + unused else ""
    longest = f", the longest {left.named[0]}" if left.named else ""
    return (
        f"{len(graph.tail):,} road pieces for {_MOVING[graph.mode]}, {metres / 1000:,.0f} km; "
        f"{rules}left out: {left.island_metres / 1000:,.1f} km off the net in {left.islands:,} "
        f"place(s){longest}; {left.one_way_metres / 1000:,.1f} km of one-way traps"
    )
