"""Errors a caller may meet.

    OutreachError
    ├── InputError            the user's input is at fault: told in one line a fault, exit code 1
    │   ├── FileFault         a file cannot be read as what it claims to be
    │   └── RegionFault       a region pack or map file is missing, broken or foreign
    ├── NotAllowed            this role may not do this
    ├── NotFound              no such campaign, case, plan, … (or not this user's to see)
    └── Conflict              somebody else changed it first

Infeasible is not an error: a visit that cannot be made is a result with a reason. A broken
invariant of ours is a plain `AssertionError` or `RuntimeError` and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planning.text import Note, shorten


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the user's input, and what to do about it."""

    message: str | Note
    """What is wrong and what to do next; pages say a `Note` in the user's language."""
    file: str = ""
    """Name of the file, without its folder."""
    row: int | None = None
    """Row as a spreadsheet counts: 1 is the first line, usually the heading."""
    field: str = ""
    """Column heading or option the value stands under."""
    value: str = ""
    """The value, shortened to 80 characters. Empty when it is personal data."""

    def __str__(self) -> str:
        where = [shorten(self.file)] if self.file else []  # as uploaded: any text at all
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.field:
            where.append(self.field)
        place = ", ".join(where)
        shown = f" “{self.value}”" if self.value else ""
        return f"{place}{shown}: {self.message}" if place or shown else str(self.message)


class OutreachError(Exception):
    """Base of everything we raise on purpose."""


class InputError(OutreachError):
    """The user's input is at fault. Carries every fault found in one pass."""

    def __init__(self, faults: str | Note | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str | Note):
            faults = Fault(faults)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        # Exceptions cross process borders by pickling their args, which here is only the text.
        return type(self), (self.faults,)


class FileFault(InputError):
    """A file cannot be read as what it claims to be."""


class RegionFault(InputError):
    """A region pack or map file is missing, broken or foreign."""


class NotAllowed(OutreachError):
    """This role may not do this."""


class NotFound(OutreachError):
    """There is no such thing, or it is not this user's to see: the two look the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else changed: who, when, and which fields."""

    by: str
    at: str
    """ISO 8601 in UTC."""
    fields: tuple[str, ...]

    def __str__(self) -> str:
        what = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.by} changed this at {self.at[:16].replace('T', ' ')} UTC{what}"


class Conflict(OutreachError):
    """Somebody else changed it first.

    `changes` tells who changed what since, oldest first; `theirs` is how it stands now, for a page
    to show beside what the user wanted. *Personal* where the record is.
    """

    def __init__(
        self, message: str, *, changes: Iterable[Change] = (), theirs: object | None = None
    ) -> None:
        super().__init__(message)
        self.changes = tuple(changes)
        self.theirs = theirs
