"""Running pieces of work side by side: what the planner asks of processes, and a plain stand-in.

Apart from the planner, so that a process that runs anything else need not load the solver.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Protocol

Report = Callable[[float, str], None]
Stop = Callable[[], bool]
Watch = Callable[[float, float], None]
"""(seconds since the start, cost of the best plan so far): how a search is going."""
Note = Callable[[object], None]
Work = Callable[[object, Note], object]
"""work(payload, note) -> result; `note` keeps the best result so far in case of a hard stop."""
Noted = Callable[[int, object], None]
"""(number of the payload, what was noted of it or is its result), as it comes."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How one piece of work ended."""

    value: object | None
    """Its result; the last noted one when it did not come to its end; None when there is none."""
    complete: bool
    fault: str = ""
    """Why a process ended by itself, without personal data."""


class Workers(Protocol):
    """Runs pieces of work side by side."""

    @property
    def processes(self) -> int:
        """How many run at a time."""

    def map(
        self,
        function: Work,
        payloads: Sequence[object],
        *,
        hard_seconds: float,
        report: Report | None = None,
        stop: Stop | None = None,
        noted: Noted | None = None,
    ) -> list[Finished]:
        """Runs `function` on every payload; ends all of them after `hard_seconds`, or on `stop`.

        `noted` hears what the pieces find while they run.
        """

    def kept(self) -> AbstractContextManager[Workers]:
        """The same workers, whose processes stay from one `map` to the next.

        Loading an engine takes each of them a second or two.
        """


@dataclass(frozen=True, slots=True)
class Inline:
    """Workers for tests: one after the other in this process. It cannot stop a running piece."""

    processes: int = 1

    def map(
        self,
        function: Work,
        payloads: Sequence[object],
        *,
        hard_seconds: float,
        report: Report | None = None,
        stop: Stop | None = None,
        noted: Noted | None = None,
    ) -> list[Finished]:
        """See `Workers`."""
        until = time.monotonic() + hard_seconds
        finished = []
        for done, payload in enumerate(payloads):
            if time.monotonic() > until or (stop is not None and stop()):
                finished.append(Finished(None, complete=False))
                continue
            note = _forget if noted is None else partial(noted, done)
            finished.append(Finished(function(payload, note), complete=True))
            note(finished[-1].value)
            if report is not None:
                report((done + 1) / len(payloads), f"{done + 1} of {len(payloads)}")
        return finished

    def kept(self) -> AbstractContextManager[Workers]:
        """See `Workers`."""
        return nullcontext(self)


def _forget(value: object) -> None:
    """Nobody can stop what runs inline, so nothing needs to be kept for it."""
