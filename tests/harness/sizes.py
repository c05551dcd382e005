"""How large the harness runs: a few dozen moments and seconds, or the figures of the promise.

`OUTREACH_HARNESS=full` runs all of it: minutes instead of seconds. Either way the figures are
printed: `pytest tests/harness -rP` shows them.
"""

from __future__ import annotations

import os

FULL = os.environ.get("OUTREACH_HARNESS") == "full"


def of(usual: int, *, full: int) -> int:
    """The size of this run."""
    return full if FULL else usual
