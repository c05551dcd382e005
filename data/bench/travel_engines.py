"""Other people's engines, asked for a travel-time matrix.

Run by itself, in an environment of its own (`data.bench.travel_peers`), on CPython 3.12 or newer;
it knows nothing of this project.

    python travel_engines.py routingkit FOLDER
    python travel_engines.py osrm FOLDER MAP PROFILE CH|MLD LEGS

FOLDER/doors.npz holds `lonlat` (n, 2); for RoutingKit FOLDER/arcs.npz holds the network. The matrix
goes to FOLDER/<engine>.npy, float32 seconds, NaN = no way; what each step took is printed as JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np

Figures = dict[str, dict[str, float]]


def routingkit(folder: Path) -> Figures:
    """Customizable contraction hierarchy of RoutingKit; weights in milliseconds."""
    kit = importlib.import_module("pyroutingkit")
    arcs = np.load(folder / "arcs.npz")
    lon, lat = arcs["lonlat"].T.astype(np.float32)
    tail, head = arcs["tail"].astype(np.uint32), arcs["head"].astype(np.uint32)
    doors = arcs["doors"].astype(np.uint32)
    figures: Figures = {}
    hierarchy = kit.CCH()
    with _timed(figures, "prepare"):
        hierarchy.build_topology(tail, head, lat, lon, len(lat))
    with _timed(figures, "customize"):
        hierarchy.customize_weights(arcs["milliseconds"].astype(np.uint32))
    with _timed(figures, "matrix"):
        found = hierarchy.distances_many_to_many(doors, doors)
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
    with _timed(figures, "matrix"):
        table = machine.Table(asked)
    with _timed(figures, "array"):
        # What routing can use: the bindings give cells one by one.
        rows = [[np.nan if cell is None else cell for cell in row] for row in table["durations"]]
        seconds = np.array(rows, dtype=np.float32)
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


def _component(*words: str) -> None:
    command = [sys.executable, "-m", "osrm", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise SystemExit(f"osrm {words[0]} failed: {' '.join(last)}")


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
