"""`outreach.py routing solve`: an instance in, checked routes out, or every fault of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from data.bench.routing_instances import make_instance
from data.instances import read_instance, write_instance
from planning.routing.checker import check_routes


@pytest.fixture
def instance(tmp_path):
    """Twenty doors."""
    write_instance(tmp_path / "twenty", *make_instance(20, 1))
    return tmp_path / "twenty"


@pytest.mark.parametrize("engine", ["auto", "ortools", "ruin"])
def test_an_instance_is_solved(instance, tmp_path, run, engine):
    """Whoever searches, the answer is in ids of the instance and keeps every rule."""
    out = tmp_path / "routes.json"
    said = run(
        "routing", "solve", instance, "--seconds", 20, "--iterations", 200, "--engine", engine,
        "--out", out, "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    problem, answer = read_instance(instance), json.loads(out.read_text())
    routes = tuple(
        tuple(visit - 1 for visit in answer["routes"].get(shift, ())) for shift in problem.shift_ids
    )
    assert check_routes(problem, routes) == ()
    facts = json.loads(said.out)
    assert facts["cost"] == answer["cost"]
    assert facts["unserved"] == len(answer["unserved"]) == 20 - sum(map(len, routes))


def test_the_same_seed_and_iterations_write_the_same_file(instance, tmp_path, run):
    """Byte for byte, in new processes."""
    for name in ("one", "two"):
        said = run(
            "routing", "solve", instance, "--iterations", 300, "--seed", 5, "--seconds", 60,
            "--out", tmp_path / name,
        )  # fmt: skip
        assert said.code == 0, said.err
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_fault_is_a_line(instance, tmp_path, run):
    """Three damages at once: three lines, exit code 1, nothing written."""
    broken = json.loads((instance / "instance.json").read_text())
    broken["visits"][0]["service"] = -5
    broken["shifts"][0]["end"] = 0
    (instance / "instance.json").write_text(json.dumps(broken))
    np.save(instance / "travel.npy", np.full((21, 21), np.nan))
    said = run("routing", "solve", instance, "--out", tmp_path / "routes.json")
    assert said.code == 1
    assert len(said.err.splitlines()) == 3
    assert not (tmp_path / "routes.json").exists()
