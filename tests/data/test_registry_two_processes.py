"""A registry that one process has open twice and another opens and closes: nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from data.registry import open_registry

ELSEWHERE = """
import sys
from pathlib import Path
from data.registry import open_registry
registry = open_registry(Path(sys.argv[1]), key_file=Path(sys.argv[2]))
with registry.work("elsewhere") as work:
    work.log("read_cases", "c")
registry.close()
"""


def test_another_process_that_ends_does_not_take_the_log_away(tmp_path: Path) -> None:
    """The command line adds an account beside the running service: both see both, afterwards too.

    SQLite's locks are a process's, not a connection's: looking at the file a second time beside
    SQLite dropped them, and the other process removed the write-ahead log at its end.
    """
    file, key = tmp_path / "registry.sqlite", tmp_path / "key" / "k"
    first = open_registry(file, key_file=key)
    second = open_registry(file, key_file=key)
    for _ in range(2):
        command = [sys.executable, "-c", ELSEWHERE, str(file), str(key)]
        subprocess.run(command, check=True, timeout=120)
        for registry in (first, second):
            with registry.work("here") as work:
                work.log("read_cases", "c")
    third = open_registry(file, key_file=key)
    for registry in (first, second, third):
        with registry.work("audit", reading=True) as work:
            assert len(work.audit()) == 6
        assert registry.verify_audit() == 6
        registry.close()
