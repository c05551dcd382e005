"""Travel matrices: ours beside OSRM, RoutingKit, scipy and networkx, in one run.

Every engine answers the same question: the same doors, at junctions, on the same roads with the
same speeds, no time for turns. With turns we and OSRM are asked once more, about doors between
junctions and with the same times and rules for turns; it measures angles in its own way. Every step
runs in a process of its own on one core, ours with its compiled code in numba's cache; "in hand" is
the matrix as an array, which the others' bindings do not all give. What takes less than a second is
asked three times, whoever answers, and the fastest counts. The cold run is a user's: map file in,
matrix and drawn legs out, each step once; OSRM reads the same file with its own car profile.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import osmium

from data.bench.machine import machine
from data.bench.province import write_province
from data.bench.travel_network import arcs_of, random_doors, write_map
from data.bench.travel_peers import ask, peers_python
from data.regions.roads import read_roads
from planning.errors import InputError
from planning.model import LonLat, Mode
from planning.stores import Report

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAPS = ("monaco", "liechtenstein", "heidelberg", "province")
"""The province is made of real maps, see `data.bench.province`."""

_COUNTRY = "bg"
_SCIPY_ROWS, _NETWORKX_ROWS = 100, 10
_TRIES, _SHORT_S = 3, 1.0
"""A step is tried again while it takes less than so many CPU seconds: the least of them counts.
`data.bench.travel_engines` does the same for the peers."""
_SIZES = (500, 1_000, 2_000, 5_000)
"""Doors of matrices that only we are asked for, to see what a pair takes as they grow."""
_PROFILE = Path(__file__).with_name("travel.lua")
_TURNS_PROFILE = _PROFILE.with_name("travel_turns.lua")
_TURNS = ", turns cost time"
_TURNS_FOLDER = "turns"
"""Where that question and its answers are, in the folder of the map."""

Figures = dict[str, Any]
_Result = TypeVar("_Result")


def measure_matrix(
    geodata: Path,
    *,
    maps: Sequence[str] = MAPS,
    size: int = 2_000,
    legs: int = 1_000,
    loading: bool = False,
    seed: int = 0,
    report: Report,
) -> Figures:
    """Figures by map and engine.

    Args:
        geodata: the folder of maps (docs/benchmarks.md).
        maps: which of `MAPS`.
        size: doors, so the matrix has size² cells.
        legs: drawn legs of the cold run.
        loading: also osmnx's loading of the same file, which takes minutes and gigabytes.
        seed: of the choice of doors.
        report: told the progress.

    Raises:
        RegionFault: a map is missing or broken.
    """
    figures: Figures = {"machine": machine(), "doors": size, "legs": legs, "maps": {}}
    try:
        peers, figures["left out"] = peers_python(), ""
    except InputError as error:
        peers, figures["left out"] = None, str(error)
    with tempfile.TemporaryDirectory() as scratch:
        for number, name in enumerate(maps):
            folder = Path(scratch) / name
            folder.mkdir()
            tell = _share(report, number / len(maps), 1 / len(maps))
            file = geodata / "osm" / f"{name}.osm.pbf"
            if name == "province":
                file = write_province(geodata, folder / "province.osm.pbf", report=tell)
            run = _Run(file, folder, size, legs, seed, peers, tell)
            figures["maps"][name] = run.all(loading=loading)
    return figures


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures as lines to read."""
    lines = [str(figures["machine"]), *filter(None, [figures["left out"]])]
    lines.append(
        f"CPU seconds; under {_SHORT_S:g} s the best of {_TRIES}, whoever answers; cold once"
    )
    for name, found in figures["maps"].items():
        lines += [
            "",
            f"{name}: {found['nodes']:,} nodes on roads, {found['junctions']:,} junctions",
        ]
        lines.append(
            f"{'':<28}{'prepare':>9}{'matrix':>9}{'wall':>8}{'x ours':>9}"
            f"{'in hand':>9}{'x ours':>9}  agrees"
        )
        for engine, steps in found["engines"].items():
            prepare = sum(step["cpu_s"] for name, step in steps.items() if name in _PREPARING)
            cell = steps["matrix"]
            hand = cell["cpu_s"] + steps.get("array", {"cpu_s": 0.0})["cpu_s"]
            same = found["agreement"].get(engine)
            ours = "ours" + _TURNS if engine.endswith(_TURNS) else "ours"
            base = found["engines"][ours]["matrix"]["cpu_s"]
            lines.append(
                f"{engine:<28}{prepare:>9.2f}{cell['cpu_s']:>9.3f}{cell['wall_s']:>8.2f}"
                f"{cell['cpu_s'] / base:>9.1f}{hand:>9.3f}{hand / base:>9.1f}"
                f"  {_agreement(same) if same else ''}"
            )
        ours = found["cold"]["ours"]
        for engine, steps in found["cold"].items():
            cpu = sum(step["cpu_s"] for step in steps.values())
            ratio = cpu / sum(step["cpu_s"] for step in ours.values())
            each = ", ".join(f"{step} {took['cpu_s']:.2f}" for step, took in steps.items())
            lines.append(f"cold, {engine:<24}{cpu:>10.2f} s, x ours {ratio:.1f} ({each})")
        lines += [f"{what}: {value}" for what, value in found["more"].items()]
    return lines


_PREPARING = {"prepare", "customize", "extract", "contract", "partition", "open"}


def _agreement(same: Mapping[str, float]) -> str:
    apart = f"median {same['median_s']:.1f} s, farthest {same['farthest_s']:.1f} s"
    return f"{same['share']:.4%} within 1 s or 1 %, {apart}"


class _Run:
    """One map: the question, our answer, the answers of the others."""

    def __init__(
        self,
        file: Path,
        folder: Path,
        size: int,
        legs: int,
        seed: int,
        peers: Path | None,
        tell: Report,
    ) -> None:
        self.file, self.folder, self.size, self.legs = file, folder, size, legs
        self.seed, self.peers, self.tell = seed, peers, tell
        self.engines: dict[str, Any] = {}
        self.agreement: dict[str, Any] = {}
        self.cold: dict[str, Any] = {}
        self.more: dict[str, Any] = {}

    def all(self, *, loading: bool) -> Figures:
        """Every engine in turn; osmnx only where asked for."""
        self.tell(0.3, "our matrix")
        nodes, junctions = _alone(_pose, self.file, self.folder, self.size, self.seed)
        _alone(_cold, self.file, self.folder, self.legs)  # fills numba's cache
        self.engines["ours"] = _alone(_ours, self.file, self.folder, False)
        self.engines["ours" + _TURNS] = _alone(_ours, self.file, self.folder, True)
        self.cold["ours"], peak = _alone(_cold, self.file, self.folder, self.legs)
        self.more["our cold run, MB at most"] = peak
        self.more |= _alone(_growing, self.file, self.seed)
        self._in_python()
        if self.peers is not None:
            self._peers(self.peers)
        if loading:
            self._loading()
        return {
            "nodes": nodes,
            "junctions": junctions,
            "engines": self.engines,
            "agreement": self.agreement,
            "cold": self.cold,
            "more": self.more,
        }

    def _in_python(self) -> None:
        for name, search, rows in (
            ("scipy", _scipy, _SCIPY_ROWS),
            ("networkx", _networkx, _NETWORKX_ROWS),
        ):
            self.tell(0.4, f"{name}: {rows} rows")
            took, found = _alone(search, self.folder, rows)
            # Its cost is the same for every row.
            whole = {unit: value * self.size / len(found) for unit, value in took.items()}
            engine = f"{name} (from {len(found)} rows)"
            self.engines[engine] = {"matrix": whole}
            self.agreement[engine] = compared(self._answer("ours")[: len(found)], found)

    def _peers(self, python: Path) -> None:
        """Each of them; what fails is said and left out."""
        self._peer("RoutingKit", "routingkit", python, "routingkit", self.folder)
        roads = self.folder / "roads.osm.pbf"
        for algorithm in ("CH", "MLD"):
            words = ("osrm", self.folder, roads, _PROFILE, algorithm, "0")
            self._peer(f"OSRM {algorithm}", algorithm, python, *words)
        words = ("osrm", self.folder / _TURNS_FOLDER, roads, _TURNS_PROFILE, "CH", "0")
        self._peer("OSRM CH" + _TURNS, "CH", python, *words)
        self.tell(0.8, "OSRM MLD from the map file")
        car = self.folder / "car"
        car.mkdir()
        (car / "doors.npz").hardlink_to(self.folder / "doors.npz")
        (profile,) = python.parent.parent.glob(
            "lib/python3*/site-packages/osrm/share/profiles/car.lua"
        )
        try:
            took = ask(python, "osrm", car, self.file, profile, "MLD", str(self.legs))
            self.cold["OSRM MLD, car.lua"] = took
        except InputError as error:
            self.more["OSRM MLD, car.lua"] = str(error)

    def _peer(self, name: str, answer: str, python: Path, *words: str | Path) -> None:
        self.tell(0.5, name)
        try:
            self.engines[name] = ask(python, *words)
        except InputError as error:
            self.more[name] = str(error)
            return
        folder = _TURNS_FOLDER if name.endswith(_TURNS) else "."
        ours, theirs = (self._answer(f"{folder}/{engine}") for engine in ("ours", answer))
        self.agreement[name] = compared(ours, theirs)

    def _loading(self) -> None:
        self.tell(0.9, "osmnx reads the same file")
        plain = self.folder / "plain.osm"
        with osmium.SimpleWriter(str(plain)) as writer:
            for each in osmium.FileProcessor(str(self.file)).with_locations():
                # osmnx refuses a file with a way that was cut off at the border.
                if not isinstance(each, osmium.osm.Way) or all(
                    node.location.valid() for node in each.nodes
                ):
                    writer.add(each)
        took, peak = _alone(_osmnx, plain)
        ours = self.cold["ours"]["load"]["cpu_s"]
        self.more["osmnx, loading, CPU s"] = round(took["cpu_s"], 1)
        self.more["osmnx, loading, MB at most"] = peak
        self.more["osmnx, loading, x ours"] = round(took["cpu_s"] / ours, 1)

    def _answer(self, engine: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = np.load(self.folder / f"{engine}.npy")
        return found


def compared(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> dict[str, float]:
    """Where both found a way: how many are alike; and where only one did."""
    both = np.isfinite(ours) & np.isfinite(theirs)
    apart = np.abs(ours[both] - theirs[both])
    alike = apart <= np.maximum(1.0, 0.01 * ours[both])
    return {
        "share": float(alike.mean()),
        "median_s": float(np.median(apart)),
        "farthest_s": float(apart.max(initial=0.0)),
        "only_one": int((np.isfinite(ours) != np.isfinite(theirs)).sum()),
    }


# --- each in a process of its own ---------------------------------------------------------------


def _alone(task: Callable[..., _Result], *words: object) -> _Result:
    """`task` in a fresh process that uses one core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(task, *words).result()


def _pose(file: Path, folder: Path, size: int, seed: int) -> tuple[int, int]:
    """Writes the question in every form an engine takes; how many nodes, how many junctions."""
    graph = read_roads(file, mode=Mode.DRIVE, country=_COUNTRY)
    doors = random_doors(graph, size, seed=seed)
    arcs = arcs_of(graph)
    arcs.save(folder / "arcs.npz", doors)
    np.savez(folder / "doors.npz", lonlat=arcs.lonlat[doors])
    (folder / _TURNS_FOLDER).mkdir()
    doors = random_doors(graph, size, seed=seed, between=True)
    np.savez(folder / _TURNS_FOLDER / "doors.npz", lonlat=arcs.lonlat[doors])
    write_map(graph, folder / "roads.osm.pbf")
    return len(arcs.lonlat), len(graph.nodes)


def _ours(file: Path, folder: Path, turns: bool) -> Figures:
    from planning.travel.matrix import matrix
    from planning.travel.router import Router

    figures: Figures = {}
    graph = read_roads(file, mode=Mode.DRIVE, country=_COUNTRY)
    folder = folder / _TURNS_FOLDER if turns else folder
    points = _points(folder)
    few = dict(list(points.items())[:2])
    matrix(Router.of(graph, turns=turns), few)  # loads the compiled code
    router = _best(figures, "prepare", lambda: Router.of(graph, turns=turns))
    travel = _best(figures, "matrix", lambda: matrix(router, points))
    np.save(folder / "ours.npy", travel.seconds)
    return figures


def _growing(file: Path, seed: int) -> Figures:
    """What a pair of doors takes us as matrices grow, turns included; and megabytes at most."""
    from planning.travel.matrix import matrix
    from planning.travel.router import Router

    figures: Figures = {}
    graph = read_roads(file, mode=Mode.DRIVE, country=_COUNTRY)
    router = Router.of(graph)
    for size in (2, *_SIZES):
        lonlat = graph.nodes[random_doors(graph, size, seed=seed)].tolist()
        points = {str(number): (lon, lat) for number, (lon, lat) in enumerate(lonlat)}
        took: Figures = {}
        _best(took, "matrix", partial(matrix, router, points, lengths=False))
        seconds = took["matrix"]["cpu_s"]
        if size in _SIZES:
            each = seconds / size**2 * 1e9
            figures[f"our {size:,} x {size:,}{_TURNS}"] = (
                f"{seconds:.2f} CPU s, {each:.0f} ns a pair"
            )
    figures["these matrices, MB at most"] = _peak_mb()
    return figures


def _cold(file: Path, folder: Path, legs: int) -> tuple[Figures, int]:
    """From the map file to the matrix and the legs, turns included; and megabytes at most."""
    from planning.travel.legs import legs as drawn
    from planning.travel.matrix import matrix
    from planning.travel.router import Router

    figures: Figures = {}
    points = _points(folder)
    places = list(points.values())
    with _timed(figures, "load"):
        graph = read_roads(file, mode=Mode.DRIVE, country=_COUNTRY)
    with _timed(figures, "prepare"):
        router = Router.of(graph)
    with _timed(figures, "matrix"):
        matrix(router, points)
    with _timed(figures, "legs"):
        drawn(router, list(pairwise(places[: legs + 1])))
    return figures, _peak_mb()


def _scipy(folder: Path, rows: int) -> tuple[dict[str, float], NDArray[np.float32]]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    arcs = np.load(folder / "arcs.npz")
    size, doors = len(arcs["lonlat"]), arcs["doors"]
    weights = arcs["milliseconds"].astype(np.float64)
    network = csr_array((weights, (arcs["tail"], arcs["head"])), shape=(size, size))
    figures: Figures = {}
    found = _best(figures, "matrix", lambda: dijkstra(network, indices=doors[:rows])[:, doors])
    seconds = np.where(np.isfinite(found), found / 1000, np.nan).astype(np.float32)
    return figures["matrix"], seconds


def _networkx(folder: Path, rows: int) -> tuple[dict[str, float], NDArray[np.float32]]:
    import networkx as nx

    arcs = np.load(folder / "arcs.npz")
    columns = (arcs[name].tolist() for name in ("tail", "head", "milliseconds"))
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_weighted_edges_from(zip(*columns, strict=True))
    doors = arcs["doors"].tolist()
    figures: Figures = {}
    found = _best(
        figures,
        "matrix",
        lambda: [
            nx.single_source_dijkstra_path_length(network, door, weight="weight")
            for door in doors[:rows]
        ],
    )
    cells = [[reached.get(door, np.nan) / 1000 for door in doors] for reached in found]
    return figures["matrix"], np.array(cells, dtype=np.float32)


def _osmnx(file: Path) -> tuple[dict[str, float], int]:
    """What a user of osmnx does: read, simplify, keep the part that a round trip reaches."""
    import osmnx

    figures: Figures = {}
    with _timed(figures, "load"):
        osmnx.truncate.largest_component(osmnx.graph_from_xml(file), strongly=True)
    return figures["load"], _peak_mb()


def _points(folder: Path) -> dict[str, LonLat]:
    lonlat = np.load(folder / "doors.npz")["lonlat"].tolist()
    return {str(number): (lon, lat) for number, (lon, lat) in enumerate(lonlat)}


def _best(figures: Figures, step: str, task: Callable[[], _Result]) -> _Result:
    """What `task` gives; the seconds it took at best are noted."""
    for _ in range(_TRIES):
        took: Figures = {}
        with _timed(took, step):
            result = task()
        figures[step] = min(figures.get(step, took[step]), took[step], key=_cpu_seconds)
        if took[step]["cpu_s"] >= _SHORT_S:
            break
    return result


def _cpu_seconds(took: Mapping[str, float]) -> float:
    return took["cpu_s"]


@contextmanager
def _timed(figures: Figures, step: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    figures[step] = {
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _share(report: Report, start: float, part: float) -> Report:
    return lambda share, words: report(start + part * share, words)
