"""Case lists and registers in; tables out. CSV in any common dress, XLSX, ODS, old XLS.

The way of a file: kind by its first bytes (`tables`) → text decoded (`encodings`) and split
(`delimited`), or a workbook opened (`workbooks`) → the heading row found → `planning.intake`.
`written` is the way out, `lookups` are the tables of single commands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.casefiles.tables import (
    MOST_BYTES,
    MOST_ROWS,
    Table,
    bare_name,
    is_workbook,
    read_table,
)
from data.casefiles.written import armed, write_table
from planning.intake import (
    CASES,
    MEMBERS,
    TEAMS,
    Intake,
    Listed,
    Template,
    read_member_rows,
    read_rows,
    read_team_rows,
)
from planning.intake.identity import MadeId, by_row
from planning.intake.schools import SCHOOLS, ListedSchool, read_school_rows
from planning.intake.words import fold
from planning.model import Team

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "Table",
    "read_cases",
    "read_members",
    "read_schools",
    "read_table",
    "read_teams",
    "write_table",
]


def read_cases(
    content: bytes,
    file_name: str,
    *,
    template: Template | None = None,
    made_id: MadeId = by_row,
) -> Intake:
    """The case list in a file. `made_id` names records that have no ID of their own.

    Raises:
        FileFault: the file is no list that can be read.
        InputError: no column, or more than one, may be the address; a template that does not fit.
    """
    table = read_table(content, file_name, known=_counting(template))
    if not is_workbook(content):
        table = _armed(table)
    intake = read_rows(
        table.headings, table.rows, template=template, file=bare_name(file_name), made_id=made_id
    )
    return replace(intake, warnings=(*table.warnings, *intake.warnings))


def _armed(table: Table) -> Table:
    """The table without the apostrophes that an export disarmed its cells with."""
    rows = tuple(
        replace(row, cells=tuple(armed(it) if isinstance(it, str) else it for it in row.cells))
        for row in table.rows
    )
    return replace(table, headings=tuple(map(armed, table.headings)), rows=rows)


def read_teams(content: bytes, file_name: str) -> tuple[Team, ...]:
    """The register of teams in a file.

    Raises:
        FileFault: the file is no list that can be read.
        InputError: every fault of every row.
    """
    table = read_table(content, file_name, known=TEAMS.count)
    return read_team_rows(table.headings, table.rows, file=bare_name(file_name))


def read_members(content: bytes, file_name: str) -> tuple[Listed, ...]:
    """The register of members in a file. *Personal.*

    Raises:
        FileFault: the file is no list that can be read.
        InputError: every fault of every row.
    """
    table = read_table(content, file_name, known=MEMBERS.count)
    return read_member_rows(table.headings, table.rows, file=bare_name(file_name))


def read_schools(content: bytes, file_name: str) -> tuple[ListedSchool, ...]:
    """The list of schools in a file.

    Raises:
        FileFault: the file is no list that can be read.
        InputError: every fault of every row.
    """
    table = read_table(content, file_name, known=SCHOOLS.count)
    return read_school_rows(table.headings, table.rows, file=bare_name(file_name))


def _counting(template: Template | None) -> Callable[[Sequence[str]], int]:
    if template is None:
        return CASES.count
    wanted = {fold(heading) for heading in template.columns}
    return lambda cells: len(wanted & {fold(cell) for cell in cells})
