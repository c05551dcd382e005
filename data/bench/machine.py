"""What figures were measured on."""

from __future__ import annotations

import os
import platform


def machine() -> str:
    """Cores, processor and Python, as one line."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
