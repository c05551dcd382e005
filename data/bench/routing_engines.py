"""Other people's engines, asked for routes.

Run by itself, in an environment of its own (`data.bench.routing_peers`); it knows nothing of this
project.

    python routing_engines.py vroom|pyvrp INSTANCE_DIR SECONDS SEED

Prints one JSON object: `routes` as `outreach-instance/1` answers, `cpu_s` and `wall_s`. The seconds
are CPU seconds of one core as far as the engine lets itself be limited.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Routes = dict[str, list[int]]
Instance = dict[str, Any]
Matrix = npt.NDArray[np.int32]

DAY = 100_000
"""Length of a day on the one clock of these engines, in units of the instance."""


def vroom(instance: Instance, travel: Matrix, seconds: float, _seed: int) -> Routes:
    """VROOM at its deepest exploration; it has no seed. Skills stand for the allowed shifts."""
    kit = importlib.import_module("vroom")
    problem = kit.Input()
    problem.set_durations_matrix("car", np.minimum(travel, 10**8).astype(np.uint32))
    skills = _skills(instance)
    days = sorted({shift["day"] for shift in instance["shifts"]})
    for shift in instance["shifts"]:
        base, pause = shift["day"] * DAY, shift["pause"]
        breaks = [] if pause is None else [
            kit.Break(1, service=pause["duration"], time_windows=[
                kit.TimeWindow(base + pause["earliest_start"], base + pause["latest_start"])
            ])
        ]  # fmt: skip
        problem.add_vehicle(kit.Vehicle(
            shift["id"] + 1, start=0, end=0, capacity=[shift["capacity"]], breaks=breaks,
            time_window=kit.TimeWindow(base + shift["start"], base + shift["end"]),
            skills={number for able, number in skills.items() if shift["id"] in able},
        ))  # fmt: skip
    visits = {visit["id"]: visit for visit in instance["visits"]}
    paired = {half for pair in instance["ordered_pairs"] for half in pair}

    def windows(visit: Instance) -> list[Any]:
        return [
            kit.TimeWindow(day * DAY + earliest, day * DAY + latest)
            for day in days
            for earliest, latest in visit["windows"]
        ]

    def needed(*some: Instance) -> set[int]:
        return {skills[_able(one)] for one in some if one["shifts"] is not None}

    for visit in instance["visits"]:
        if visit["id"] not in paired:
            problem.add_job(kit.Job(
                visit["id"], location=visit["id"], default_service=visit["service"],
                delivery=kit.Amount([visit["load"]]), skills=needed(visit),
                priority=_priority(visit), time_windows=windows(visit),
            ))  # fmt: skip
    for first, second in instance["ordered_pairs"]:
        a, b = visits[first], visits[second]
        steps = [
            kit.ShipmentStep(one["id"], location=one["id"], default_service=one["service"],
                             time_windows=windows(one))
            for one in (a, b)
        ]  # fmt: skip
        problem.add_shipment(
            *steps, amount=kit.Amount([a["load"] + b["load"]]), skills=needed(a, b),
            priority=max(_priority(a), _priority(b)),
        )  # fmt: skip
    solution = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    steps = solution.routes
    stops = steps[steps["type"].isin(["job", "pickup", "delivery"])]
    return {
        str(int(vehicle) - 1): [int(one) for one in route["id"]]
        for vehicle, route in stops.groupby("vehicle_id")
    }


def _able(visit: Instance) -> frozenset[int]:
    return frozenset(visit["shifts"])


def _skills(instance: Instance) -> dict[frozenset[int], int]:
    """A number for every set of shifts that some visit is restricted to."""
    sets = {_able(visit) for visit in instance["visits"] if visit["shifts"] is not None}
    return {able: number for number, able in enumerate(sorted(sets, key=sorted), start=1)}


def _priority(visit: Instance) -> int:
    """VROOM knows priorities from 0 to 100, no penalties."""
    return (10, 40, 100)[visit["priority"]]


def pyvrp(instance: Instance, travel: Matrix, seconds: float, seed: int) -> Routes:
    """PyVRP. It knows no pauses, pairs, allowed shifts or holes in windows: these it ignores.

    Every day has the same hours, so that one clock of a day serves for all.
    """
    kit, stopping = importlib.import_module("pyvrp"), importlib.import_module("pyvrp.stop")
    model = kit.Model()
    office = model.add_depot(model.add_location(0, 0))
    for visit in instance["visits"]:
        model.add_client(
            model.add_location(0, 0), delivery=visit["load"], service_duration=visit["service"],
            tw_early=min(a for a, _ in visit["windows"]),
            tw_late=max(b for _, b in visit["windows"]),
            prize=visit["penalty"], required=False,
        )  # fmt: skip
    for shift in instance["shifts"]:
        model.add_vehicle_type(
            1, capacity=shift["capacity"], tw_early=shift["start"], tw_late=shift["end"],
            start_depot=office, end_depot=office,
        )  # fmt: skip
    matrix = np.minimum(travel, 10**8).astype(np.int64)
    data = model.data().replace(distance_matrices=[matrix], duration_matrices=[matrix])
    result = kit.solve(data, stop=stopping.MaxRuntime(seconds), seed=seed, display=False)
    ids = [shift["id"] for shift in instance["shifts"]]
    return {
        str(ids[route.vehicle_type()]): [
            stop.idx + 1 for stop in route.schedule() if stop.is_client()
        ]
        for route in result.best.routes()
    }


if __name__ == "__main__":
    name, folder, seconds, seed = sys.argv[1:]
    read = json.loads((Path(folder) / "instance.json").read_text(encoding="utf-8"))
    matrix = np.load(Path(folder) / "travel.npy")
    wall, cpu = time.perf_counter(), time.process_time()
    routes = {"vroom": vroom, "pyvrp": pyvrp}[name](read, matrix, float(seconds), int(seed))
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    print(json.dumps({"routes": routes} | spent))
