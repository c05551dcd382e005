"""Other people's engines, asked for a travel-time matrix.

Run by itself, in an environment of its own (`data.bench.travel_peers`), on CPython 3.12 or newer;
it knows nothing of this project.

    python travel_engines.py routingkit FOLDER
    python travel_engines.py osrm FOLDER MAP PROFILE CH|MLD LEGS

FOLDER/doors.npz holds `lonlat` (n, 2); for RoutingKit FOLDER/arcs.npz holds the network. The matrix
goes to FOLDER/<engine>.npy, float32 seconds, NaN = no way; what each step took is printed as JSON.
What takes less than a second and leaves no files is tried three times, and the least counts.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Figures = dict[str, dict[str, float]]
_Result = TypeVar("_Result")

_TRIES, _SHORT_S = 3, 1.0
"""As in `data.bench.matrix`."""


def routingkit(folder: Path) -> Figures:
    """Customizable contraction hierarchy of RoutingKit; weights in milliseconds."""
    kit = importlib.import_module("pyroutingkit")
    arcs = np.load(folder / "arcs.npz")
    lon, lat = arcs["lonlat"].T.astype(np.float32)
    tail, head = arcs["tail"].astype(np.uint32), arcs["head"].astype(np.uint32)
    doors = arcs["doors"].astype(np.uint32)
    figures: Figures = {}
    weights = arcs["milliseconds"].astype(np.uint32)
    hierarchy = kit.CCH()
    _best(figures, "prepare", lambda: hierarchy.build_topology(tail, head, lat, lon, len(lat)))
    _best(figures, "customize", lambda: hierarchy.customize_weights(weights))
    found = _best(figures, "matrix", lambda: hierarchy.distances_many_to_many(doors, doors))
    seconds = np.where(found >= kit.INF_WEIGHT, np.nan, found / 1000).astype(np.float32)
    np.save(folder / "routingkit.npy", seconds)
    return figures


def osrm(folder: Path, map_file: str, profile: str, algorithm: str, legs: int) -> Figures:
    """OSRM from a map file to the table and to `legs` routes with full geometry."""
    engine = importlib.import_module("osrm")
    data = folder / algorithm / "map.osrm"
    data.parent.mkdir(exist_ok=True)
    (data.parent / "map.osm.pbf").symlink_to(Path(map_file).resolve())
    figures: Figures = {}
    steps = {"CH": ("contract",), "MLD": ("partition", "customize")}[algorithm]
    with _timed(figures, "extract"):
        _component("extract", "-p", profile, "-t", "1", str(data.parent / "map.osm.pbf"))
    for step in steps:
        with _timed(figures, step):
            _component(step, "-t", "1", str(data))
    with _timed(figures, "open"):
        machine = engine.OSRM(
            algorithm=algorithm,
            storage_config=str(data),
            use_shared_memory=False,
            max_locations_distance_table=100_000,
            max_locations_viaroute=100,
        )
    doors = [tuple(at) for at in np.load(folder / "doors.npz")["lonlat"].tolist()]
    asked = engine.TableParameters(coordinates=doors, annotations=["duration"])
    table = _best(figures, "matrix", lambda: machine.Table(asked))
    seconds = _best(figures, "array", lambda: _array(table["durations"]))
    with _timed(figures, "legs"):
        for pair in pairwise(doors[: legs + 1]):
            # Some doors of ours stand on roads that its own profile closes: "NoRoute".
            with suppress(RuntimeError):
                machine.Route(
                    engine.RouteParameters(
                        coordinates=list(pair), geometries="geojson", overview="full"
                    )
                )
    np.save(folder / f"{algorithm}.npy", seconds)
    return figures


def _array(cells: list[list[float | None]]) -> NDArray[np.float32]:
    """What routing can use: the bindings give cells one by one."""
    rows = [[np.nan if cell is None else cell for cell in row] for row in cells]
    return np.array(rows, dtype=np.float32)


def _component(*words: str) -> None:
    command = [sys.executable, "-m", "osrm", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise SystemExit(f"osrm {words[0]} failed: {' '.join(last)}")


def _best(figures: Figures, step: str, task: Callable[[], _Result]) -> _Result:
    """What `task` gives; the seconds it took at best are noted."""
    for _ in range(_TRIES):
        took: Figures = {}
        with _timed(took, step):
            result = task()
        figures[step] = min(figures.get(step, took[step]), took[step], key=lambda t: t["cpu_s"])
        if took[step]["cpu_s"] >= _SHORT_S:
            break
    return result


@contextmanager
def _timed(figures: Figures, step: str) -> Iterator[None]:
    """Notes CPU and wall seconds of this process and of the children it waited for."""
    wall, cpu = time.perf_counter(), _cpu()
    yield
    figures[step] = {"cpu_s": _cpu() - cpu, "wall_s": time.perf_counter() - wall}


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    name, place, *rest = sys.argv[1:]
    if name == "routingkit":
        result = routingkit(Path(place))
    else:
        result = osrm(Path(place), rest[0], rest[1], rest[2], int(rest[3]))
    print(json.dumps(result))
