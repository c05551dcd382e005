"""The office's home folder: everything the service keeps, and nothing of it in the source tree.

`OUTREACH_HOME` names it; without it, the user's data directory of the platform is used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are."""

    folder: Path

    @property
    def registry_file(self) -> Path:
        """The SQLite registry."""
        return self.folder / "registry.sqlite"

    @property
    def registry(self) -> str | Path:
        """Where the registry is: the URL in OUTREACH_DATABASE, else the SQLite file here.

        The URL may hold a password: it is for opening, never for showing.
        """
        return os.environ.get("OUTREACH_DATABASE") or self.registry_file

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
    def backups(self) -> Path:
        """Backups that were made by themselves, before something was replaced or upgraded."""
        return self.folder / "backups"

    @property
    def sample(self) -> Path:
        """The invented region, cases, teams and sign-ins of `make run`."""
        return self.folder / "sample"

    def region_names(self) -> list[str]:
        """Region packs here: the office's own by name, then the sample's."""
        own = sorted(
            each.name
            for each in (self.regions.iterdir() if self.regions.is_dir() else ())
            if (each / "region.json").is_file()
        )
        sample = [SAMPLE_REGION] if (self.sample / "region" / "region.json").is_file() else []
        return own + sample

    def region_folder(self, name: str) -> Path:
        """Where a region pack of that name would be."""
        return self.sample / "region" if name == SAMPLE_REGION else self.regions / name


SAMPLE_REGION = "sample"
"""The name under which campaigns find the sample's region pack."""


def office_home() -> Home:
    """The home folder of this office."""
    named = os.environ.get("OUTREACH_HOME")
    return Home(Path(named).expanduser() if named else user_data_path("outreach"))
