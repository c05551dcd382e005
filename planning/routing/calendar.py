"""The days of a plan, counted from the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.model import Shift


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a plan."""

    first_day: date
    days: int

    def index(self, day: date) -> int:
        """0 for the first day; negative or ≥ days outside the plan."""
        return (day - self.first_day).days

    def holds(self, day: date) -> bool:
        """True when `day` is one of the plan's."""
        return 0 <= self.index(day) < self.days

    def kept(self, shifts: Sequence[Shift]) -> tuple[Shift, ...]:
        """The shifts within the plan's days, in their order."""
        return tuple(shift for shift in shifts if self.holds(shift.day))

    @property
    def last_day(self) -> date:
        """The last day of the plan."""
        return self.first_day + timedelta(days=self.days - 1)
