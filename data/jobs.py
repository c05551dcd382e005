"""Long work in processes of its own: workers for the solver, jobs for whole use cases.

Every process is spawned, not forked: a fork would copy the web server's threads and locks, and a
spawned child imports only the module of the function it runs. A pipe joins it to its parent. A
child whose parent is gone sees the pipe close and ends itself; on Linux the kernel also kills it,
because a search in C++ holds the interpreter's lock and no Python thread would see anything. A
parent whose child is gone sees the same and says so. Nothing waits for ever.

Errors cross as `InputError` with its faults, or as the bare name of their type: the message of a
library's error may quote personal data.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

from planning.errors import InputError, NotFound
from planning.model import JobStatus
from planning.routing.planner import Finished, Note, Report, Stop, Work

_SPAWN = multiprocessing.get_context("spawn")
_TICK = 0.1
"""Seconds between looks at the clock and at `stop`."""
_READY = 60.0
"""Seconds in which a new process must have imported its function, on however slow a machine."""

Message = tuple[str, object]
"""What goes through a pipe: a word (`go`, `stop`, `note`, `progress`, `done`, `fault`) and a value."""


class WorkFailed(RuntimeError):
    """A process ended without a result; the text says how and holds no personal data."""


# --- in the child ---------------------------------------------------------------------------


def _follow_parent() -> None:
    """Has the kernel kill this process when the thread that started it ends (Linux only)."""
    if sys.platform != "linux":
        return
    parent_death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
    ctypes.CDLL(None, use_errno=True).prctl(parent_death_signal, signal.SIGKILL)
