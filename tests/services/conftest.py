"""Real services, started for the tests. Where one is not installed, they skip and say what is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.bench.nominatim import Nominatim, default_cache, missing
from data.regions.build import build_region
from data.regions.pack import Region, open_region


@pytest.fixture(scope="session")
def osm_file(geodata: Path) -> Path:
    """A whole small country as OpenStreetMap has it."""
    return geodata / "osm" / "liechtenstein.osm.pbf"


@pytest.fixture(scope="session")
def region(osm_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Our own pack of it, in the folder `region.folder`."""
    folder = tmp_path_factory.mktemp("services") / "region"
    build_region([osm_file], name="Liechtenstein", out=folder)
    return open_region(folder)


@pytest.fixture(scope="session")
def nominatim(osm_file: Path) -> Iterator[Nominatim]:
    """Nominatim 5.3 that knows the same map."""
    lacking = missing(default_cache())
    if lacking:
        pytest.skip(f"no Nominatim on this machine: {', '.join(lacking)}")
    with Nominatim.ready(osm_file, default_cache()) as peer:
        yield peer
