"""What all tests share: where the real map files are, and quick Hypothesis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

settings.register_profile("quick", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real map files and benchmark instances beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data here: {SHARED.name}/ is not beside the project's folder")
    return SHARED


@pytest.fixture(scope="session")
def geodata(shared: Path) -> Path:
    """Real OpenStreetMap files and official registers."""
    return shared / "geodata"
