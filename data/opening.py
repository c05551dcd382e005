"""Opens what an office's home folder keeps."""

from __future__ import annotations

from pathlib import Path

from data.home import Home
from data.regions.pack import Region, open_region
from data.registry import SqlRegistry, open_registry
from planning.errors import RegionFault


def registry_of(home: Home) -> SqlRegistry:
    """The office's registry, made when missing and brought up to date."""
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_registry(home.registry_file, key_file=home.key_file)


def region_of(home: Home, name: str) -> Region:
    """A region pack of the office by its name.

    Raises:
        RegionFault: there is none of that name here, or it is damaged.
    """
    folder = home.region_folder(name)
    if not name or Path(name).name != name or not folder.is_dir():
        raise RegionFault(
            f"no region pack “{name}” in the home folder; build it with "
            "`outreach.py region build --osm FILE --name NAME`"
        )
    return open_region(folder)
