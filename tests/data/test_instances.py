"""Routing instances and answers on disk, and made ones for the benchmark."""

from __future__ import annotations

import json

import numpy as np
import pytest

from data.bench.routing import OURS, USUAL, measure_routing, table
from data.bench.routing_instances import make_instance
from data.instances import LEFT, NOWHERE, read_instance, write_answer, write_instance
from planning.errors import FileFault, InputError


def test_a_made_instance_is_read_back(tmp_path):
    """What is written is what is read, and the same seed makes the same."""
    instance, travel = make_instance(30, 1)
    write_instance(tmp_path / "new", instance, travel)
    problem = read_instance(tmp_path / "new")
    assert (problem.visits, problem.shifts) == (30, len(instance["shifts"]))
    again, same = make_instance(30, 1)
    assert again == instance
    assert (same == travel).all()
    assert make_instance(30, 2)[0] != instance


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("instance.json", None, "cannot be read"),
        ("instance.json", b"{", "not JSON"),
        ("instance.json", b"\xff\xfe", "not JSON"),
        ("instance.json", b"[" * 100_000, "not JSON"),
        ("travel.npy", None, "cannot be read"),
        ("travel.npy", b"", "not a matrix"),
        ("travel.npy", b"\x80\x04K\x01.", "not a matrix"),
    ],
)
def test_files_that_are_something_else_are_told(tmp_path, name, content, words):
    """Missing, cut off, or of another kind (a pickle is never run): one line with the name."""
    write_instance(tmp_path, *make_instance(10, 1))
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFault) as refused:
        read_instance(tmp_path)
    assert words in str(refused.value)
    assert name in str(refused.value)


def test_several_arrays_are_no_matrix(tmp_path):
    """A file of several arrays under the matrix's name."""
    write_instance(tmp_path, *make_instance(10, 1))
    with (tmp_path / "travel.npy").open("wb") as out:
        np.savez(out, a=np.zeros(2), b=np.zeros(2))
    with pytest.raises(FileFault, match="several arrays"):
        read_instance(tmp_path)


def test_a_damaged_instance_is_not_written(tmp_path):
    """What could not be read back leaves no file."""
    instance, travel = make_instance(10, 1)
    with pytest.raises(InputError):
        write_instance(tmp_path / "new", instance, travel[:5])
    assert not (tmp_path / "new").exists()


def test_an_answer_says_why_visits_are_left(tmp_path):
    """One fits no shift even alone, the others were left."""
    instance, travel = make_instance(10, 1)
    instance["visits"][4]["shifts"] = []
    instance["ordered_pairs"] = []
    write_instance(tmp_path, instance, travel)
    problem = read_instance(tmp_path)
    unserved = write_answer(tmp_path / "out.json", problem, ((),) * problem.shifts)
    assert unserved["5"] == NOWHERE
    assert unserved["1"] == LEFT
    written = json.loads((tmp_path / "out.json").read_text())
    assert written == {"routes": {}, "cost": int(problem.penalty.sum()), "unserved": unserved}


def test_engines_are_measured_beside_each_other(tmp_path):
    """Two engines of ours on one made instance: checked costs, and a line each."""
    figures = measure_routing(
        tmp_path, seeds=[1], sizes=[12], further=1, engines=[OURS, USUAL], seconds=1.0,
        report=lambda share, words: None,
    )  # fmt: skip
    ours, usual = figures["runs"]
    assert ours["faults"] == usual["faults"] == 0
    assert ours["cost"] <= usual["cost"]
    assert len(table(figures)) == 3
