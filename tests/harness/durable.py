"""A PostgreSQL server that is killed like in a power cut, and started again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import postgres

from data.bench import cluster

_OPTIONS = ("listen_addresses=", "max_connections=120", *postgres.DURABLE)


class Durable:
    """Kills and restarts the server of a cluster; ended with the block it is used in."""

    def __init__(self, server: postgres.Server) -> None:
        self.server = server
        self.crashes = 0
        self._restarted = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.ensure_running()
        self._restarted.close()

    def crash(self) -> None:
        """All of the server's processes at once, none of which can tidy up."""
        postmaster = self._postmaster()
        ours = [postmaster, *_children(postmaster)]
        for process in ours:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(postmaster, 0)  # as long as nobody asks after it, it counts as running
        until = time.monotonic() + 20
        while any(_runs(process) for process in ours):
            assert time.monotonic() < until, "it does not end"
            time.sleep(0.01)
        self.crashes += 1

    def ensure_running(self) -> None:
        """Starts it again where it has ended: it recovers what was acknowledged by itself."""
        if self._pid_file.exists() and _runs(self._postmaster()):
            return
        self._restarted.close()
        self._restarted.enter_context(
            cluster.serving(self.server.folder, _OPTIONS, port=self.server.port)
        )

    @property
    def _pid_file(self) -> Path:
        return self.server.folder / "cluster" / "postmaster.pid"

    def _postmaster(self) -> int:
        return int(self._pid_file.read_text().split()[0])


def _children(process: int) -> list[int]:
    return [
        int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def _runs(process: int) -> bool:
    """False also for one that has ended and that nobody has asked after yet."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
