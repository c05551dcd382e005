"""An office's lists: how they are built, and the key that names records without an ID.

What is kept in the home folder is headings and a random key, nobody's data.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from data.casefiles import read_cases, read_members, read_schools, read_teams
from data.casefiles.written import write_exact
from data.files import write_whole
from planning import wire
from planning.errors import InputError
from planning.intake import Intake, Listed, Template
from planning.intake.cells import Cell
from planning.intake.identity import by_content
from planning.intake.schools import ListedSchool
from planning.model import Team


class OfficeFiles:
    """`planning.stores.CaseFiles` with a template for every campaign that kept one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_cases(
        self, content: bytes, file_name: str, *, template: Template | None = None
    ) -> Intake:
        """A case list by `template`, or by its headings' words."""
        return read_cases(content, file_name, template=template, made_id=by_content(self._key()))

    def write_cases(
        self, headings: Sequence[str], rows: Sequence[Sequence[Cell]], file_name: str
    ) -> bytes:
        """A case list as a file that `read_cases` reads back to the same cells."""
        return write_exact(rows, headings, file_name)

    def read_teams(self, content: bytes, file_name: str) -> tuple[Team, ...]:
        """A team list."""
        return read_teams(content, file_name)

    def read_members(self, content: bytes, file_name: str) -> tuple[Listed, ...]:
        """A list of members."""
        return read_members(content, file_name)

    def read_schools(self, content: bytes, file_name: str) -> tuple[ListedSchool, ...]:
        """A list of schools."""
        return read_schools(content, file_name)

    def template(self, campaign_id: str) -> Template | None:
        """The template a campaign kept; None when it kept none, or one that cannot be read."""
        file = self._file(campaign_id)
        try:
            return wire.load(Template, file.read_bytes(), file=file.name)
        except (OSError, InputError):
            return None

    def keep_template(self, campaign_id: str, template: Template) -> None:
        """Keeps `template` for a campaign's later lists."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(self._file(campaign_id), wire.dump(template).encode())

    def _key(self) -> bytes:
        """Made at first use; with another one, records without an ID would count as new."""
        file = self._folder / "list.key"
        if not file.is_file():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(file, secrets.token_bytes(32))
        return file.read_bytes()

    def _file(self, campaign_id: str) -> Path:
        # An id may hold anything: as a digest it cannot leave the folder.
        return self._folder / f"{hashlib.sha256(campaign_id.encode()).hexdigest()[:24]}.json"
