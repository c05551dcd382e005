"""Registries of their own for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.store import Store

if TYPE_CHECKING:
    from postgres import Database


@pytest.fixture
def store(database: Database, tmp_path: Path) -> Store:
    """An empty registry, once of each kind."""
    return Store(database.kind, database.url, tmp_path)
