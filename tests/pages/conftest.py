"""AppTest runs a page as the main module; what tests after it spawn must not find it there."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """Puts the main module back."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
