"""The office's home folder: everything the service keeps, and nothing of it in the source tree.

`OUTREACH_HOME` names it; without it, the user's data directory of the platform is used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from data.regions.pack import Region, open_region
from data.registry import SqlRegistry, open_registry
from planning.errors import RegionFault


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are."""

    folder: Path

    @property
    def registry_file(self) -> Path:
        """The SQLite registry."""
        return self.folder / "registry.sqlite"

    @property
    def key_file(self) -> Path:
        """The key that personal fields are encrypted with. Keep a copy elsewhere."""
        return self.folder / "key" / "outreach.key"

    @property
    def regions(self) -> Path:
        """One region pack a folder."""
        return self.folder / "regions"

    @property
    def cache(self) -> Path:
        """Answers of map servers to place names. Holds no personal data."""
        return self.folder / "cache"

    @property
    def sample(self) -> Path:
        """The invented region, cases, teams and sign-ins of `make run`."""
        return self.folder / "sample"

    def registry(self) -> SqlRegistry:
        """Opens the registry, brought up to date."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return open_registry(self.registry_file, key_file=self.key_file)

    def region_names(self) -> list[str]:
        """Region packs here: the office's own by name, then the sample's."""
        own = sorted(
            each.name
            for each in (self.regions.iterdir() if self.regions.is_dir() else ())
            if (each / "region.json").is_file()
        )
        sample = [SAMPLE_REGION] if (self.sample / "region" / "region.json").is_file() else []
        return own + sample

    def region(self, name: str) -> Region:
        """Opens a region pack by its name.

        Raises:
            RegionFault: there is none of that name here, or it is damaged.
        """
        folder = self.sample / "region" if name == SAMPLE_REGION else self.regions / name
        if not name or Path(name).name != name or not folder.is_dir():
            raise RegionFault(
                f"no region pack “{name}” in the home folder; build it with "
                "`outreach.py region build --osm FILE --name NAME`"
            )
        return open_region(folder)


SAMPLE_REGION = "sample"
"""The name under which campaigns find the sample's region pack."""


def office_home() -> Home:
    """The home folder of this office."""
    named = os.environ.get("OUTREACH_HOME")
    return Home(Path(named).expanduser() if named else user_data_path("outreach"))
