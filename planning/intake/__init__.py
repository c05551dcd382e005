"""From the rows of a list to cases and teams: headings understood, every row accounted for.

`headings` says which column is which, `cells` and `times` read one cell, `words` holds the words of
five languages, `rows` accepts or rejects each row, `duplicates` finds records that are one child,
`teams` reads the register of outreach teams and `members` that of who is in them; `register` is
what the two have in common.
"""

from planning.intake.cells import Cell
from planning.intake.duplicates import Duplicates
from planning.intake.headings import (
    CASES,
    FIELDS,
    HEADING_DEPTH,
    MEMBERS,
    TEAMS,
    Columns,
    HeadingTable,
    Template,
    find_heading_row,
    map_columns,
)
from planning.intake.members import Listed, read_member_rows, with_members
from planning.intake.rows import Intake, RejectedRow, Row, read_rows
from planning.intake.teams import read_team_rows

__all__ = [
    "CASES",
    "FIELDS",
    "HEADING_DEPTH",
    "MEMBERS",
    "TEAMS",
    "Cell",
    "Columns",
    "Duplicates",
    "HeadingTable",
    "Intake",
    "Listed",
    "RejectedRow",
    "Row",
    "Template",
    "find_heading_row",
    "map_columns",
    "read_member_rows",
    "read_rows",
    "read_team_rows",
    "with_members",
]
