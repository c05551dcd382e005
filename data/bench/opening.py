"""How long a region's index takes to open and what it holds, in a process of its own.

`python -m data.bench.opening DIR` prints one JSON object: seconds of wall and processor time from
the pack on disk to a geocoder that answers, libraries already loaded, and the process's largest
resident size.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def measure_opening(pack: Path) -> dict[str, float]:
    """The figures of a fresh process that opens the region pack in folder `pack`."""
    done = subprocess.run(
        (sys.executable, "-m", "data.bench.opening", str(pack.absolute())),
        cwd=_ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _open(pack: Path) -> dict[str, float]:
    from data.regions.pack import open_region
    from planning.addresses.geocoder import Geocoder
    from planning.model import Address

    before = _resident_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    geocoder = Geocoder(open_region(pack).gazetteer)
    geocoder.locate(Address("1"))
    return {
        "index opens, s": round(time.perf_counter() - wall, 3),
        "index opens, CPU s": round(time.process_time() - cpu, 3),
        "resident at most, MB": round(_resident_mb(), 1),
        "of which libraries, MB": round(before, 1),
    }


def _resident_mb() -> float:
    """The largest resident size so far, of this program alone where the system tells."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage would count what the parent held before it started this program.
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_open(Path(sys.argv[1]))))
