"""Imports one long list through the use case, in a process of its own; says what that took.

    python -m tests.harness.importer HOME CASES

HOME is an office's home folder with the sample's region in it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from data.home import SAMPLE_REGION, Home
from data.office import Office
from planning import pipeline
from planning.model import Campaign, Role, User

PLANNER = User("anna", "Anna", Role.PLANNER)


def main(home: Path, cases: Path) -> dict[str, Any]:
    """Seconds (wall and CPU) of the whole import and of finding addresses, and peak memory."""
    desk = Office(Home(home)).desk(PLANNER)
    desk.create_campaign(Campaign("c", "Mechanism", date(2026, 8, 20), 5, SAMPLE_REGION))
    content = cases.read_bytes()
    opened = _peak()
    finding: list[float] = []
    with patch.object(pipeline, "locate", _timed(pipeline.locate, finding)):
        wall, cpu = time.perf_counter(), time.process_time()
        intake = desk.import_cases("c", content, cases.name)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "accepted": len(intake.cases), "rejected": len(intake.rejected), "wall": wall, "cpu": cpu,
        "finding_cpu": finding[0], "opened_mb": opened, "peak_mb": _peak(),
    }  # fmt: skip


def _timed(act: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return act(*given, **named)
        finally:
            seconds.append(time.process_time() - start)

    return timed


def _peak() -> float:
    """Megabytes of this process at most so far; `ru_maxrss` would be that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
