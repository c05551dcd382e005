"""Cooling with steps that fall behind the clock: a search that it ends must be cold by then."""

from __future__ import annotations

import time
from collections.abc import Callable

from planning.routing.ruin.engine import CHOICE, Cooling

SPARE = 0.25
"""Share of the seconds that passes before the clock is looked at: a search that needs less than all
of them never feels it, and the same seed gives the same plan."""


class Hurried(Cooling):
    """A cooling that falls with the clock where that runs ahead of the steps."""

    __setattr__ = object.__setattr__  # unlike a cooling it changes: it watches the clock

    def __init__(
        self, cooling: Cooling, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds` from now on the search ends."""
        super().__init__(cooling.hot, cooling.cold)
        self.led = False
        """True once the clock decided."""
        self._clock, self._began = clock, clock()
        self._seconds = seconds * (1 - CHOICE)

    def at(self, share: float) -> float:
        """See `Cooling`."""
        spent = (self._clock() - self._began) / self._seconds
        due = (spent - SPARE) / (1 - SPARE)
        self.led |= due > share
        return super().at(max(share, due))
