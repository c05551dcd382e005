"""The objective in one place: what everything is worth, in seconds of travel.

In order: urgent visits left out, value left out, the teams' time, balance between teams,
compactness, distance from the published plan.
"""

from __future__ import annotations

from dataclasses import dataclass

from planning.model import Priority, Visit


@dataclass(frozen=True, slots=True)
class Weights:
    """Seconds of travel that each thing is worth.

    URGENT exceeds anything a plan of one municipality can sum to, so that an urgent visit is never
    traded for others; NORMAL exceeds the longest detour that fits a working day, so that a visit is
    dropped only when it does not fit. Values count per child at the door.
    """

    normal: int = 20_000
    high: int = 60_000
    urgent: int = 20_000_000
    urgent_day: int = 1_800
    """Travel that a protection-urgent visit is worth for each day it comes earlier."""
    high_day: int = 300
    """The same for a high priority."""
    fair: int = 60
    """For a team's minutes of work above or below its share, squared, over the minutes it is there:
    two hours too many in a week of 40 cost 6 × `fair`. See `problem.unfairness`."""
    away: int = 1_800
    """Before a visit leaves the team of its district."""
    compact: int = 10
    """Hundredths of the way from the middle of the team's district to the visit."""
    moved_team: int = 20
    """Before a visit of the published plan goes to another team. With 300 for this and the next a
    repair kept what a free search would not; with 60 it moved 1.3 % of the other stops and its
    travel was 0.61 % above such a search's, with 20 (and `repair.SURCHARGES`) 2.0 % and 0.46 %."""
    moved_day: int = 20
    """Before a visit of the published plan goes to another day."""
    moved_order: int = 60
    """Before a published route that keeps its visits and takes no other has them in another order.
    Only a repair asks."""

    def penalty(self, visit: Visit) -> int:
        """Cost of leaving `visit` out."""
        children = max(1, visit.children)
        if visit.priority is Priority.URGENT:
            return self.urgent * children
        base = self.high if visit.priority is Priority.HIGH else self.normal
        return max(1, round(base * children * visit.value))

    def per_day(self, visit: Visit) -> int:
        """Cost of making `visit` a day later."""
        return {Priority.HIGH: self.high_day, Priority.URGENT: self.urgent_day}.get(
            visit.priority, 0
        )


WEIGHTS = Weights()
